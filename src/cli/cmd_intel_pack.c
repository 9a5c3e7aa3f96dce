#include "cli/cli.h"

#include "intel/intel.h"
#include "match/match.h"

extern const struct cli_command cmd_intel_pack;

struct from_store {
  struct pack_build *b;
  enum tlp tlp;
  enum pap pap;
};

/* "TLP:RED" -> "red", as a pack says it. */
static const char *bare(const char *marking) { return marking[4] ? marking + 4 : marking; }

static vg_code add(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct from_store *f = ctx;
  struct pack_value p = {.value = v->value, .source = v->source, .tlp = bare(intel_tlp_name(v->tlp)), .pap = bare(intel_pap_name(v->pap)),
                         .expires = VG_NOTIME, .benign = v->benign != NULL};
  if (!match_type_by_name(vg_str_z(intel_type_name(v->type)), &p.type))
    return VG_OK; /* CVE and ATT&CK ids are nothing to look for in logs */
  struct vg_err why = {0};
  vg_code rc = pack_build_add(f->b, &p, &why);
  if (rc != VG_OK && rc != VG_EDATA) {
    *err = why;
    return rc;
  }
  f->tlp = v->tlp > f->tlp ? v->tlp : f->tlp;
  f->pap = v->pap > f->pap ? v->pap : f->pap;
  return VG_OK;
}

static void rejected(void *ctx, uint64_t line, vg_str text, const struct vg_err *why) {
  struct cli *c = ctx;
  (void)text;
  CLI_NOTE(c, "cli.intel_pack.rejected", VG_N(line));
  cli_fail(c, why);
}

static vg_code from_store(struct cli *c, struct pack_build *b, struct pack_meta *m, struct vg_err *err) {
  struct from_store f = {.b = b};
  struct store_tx *tx;
  VG_TRY(store_begin_read(instance_store(c->instance), &tx, err));
  vg_code rc = intel_each_value(tx, -1, add, &f, err);
  store_rollback(&tx);
  m->tlp = bare(intel_tlp_name(f.tlp));
  m->pap = bare(intel_pap_name(f.pap));
  return rc;
}

static void report(struct cli *c, const struct pack_build *b, const char *path, uint64_t bytes, int64_t ns) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.intel_pack.done", path, VG_N(pack_build_count(b, MATCH_TYPES)), VG_N(bytes));
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "pack", path);
  vg_jw_key(&w, "indicators");
  vg_jw_obj(&w);
  for (int t = 0; t < MATCH_TYPES; t++)
    if (pack_build_count(b, (enum match_type)t))
      vg_jw_kint(&w, match_type_name((enum match_type)t), (int64_t)pack_build_count(b, (enum match_type)t));
  vg_jw_end(&w);
  vg_jw_kint(&w, "bytes", (int64_t)bytes);
  vg_jw_knum(&w, "seconds", (double)ns / 1e9);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int run_pack(struct cli *c, int argc, char **argv) {
  const char *list = NULL, *path = NULL;
  const struct cli_option options[] = {{"indicators", CLI_TEXT, &list}, {"o|output", CLI_TEXT, &path}, {0}};
  int status = cli_parse(c, &cmd_intel_pack, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!path || argc)
    return cli_usage(c, &cmd_intel_pack, "cli.intel_pack.need", "-o");
  if (!list && cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  struct vg_err err = {0};
  struct pack_build *b = NULL;
  struct pack_meta m = {.created = vg_now(&c->clock), .expires = VG_NOTIME};
  const struct vg_key *key = list ? NULL : instance_key(c->instance);
  uint64_t bytes = 0;
  int64_t start = vg_monotonic();
  vg_code rc = pack_build_new(&b, &err);
  if (rc == VG_OK)
    rc = list ? pack_build_list(b, list, rejected, c, &err) : from_store(c, b, &m, &err);
  if (rc == VG_OK)
    rc = pack_build_write(b, &m, key, path, &bytes, &err);
  if (rc == VG_OK)
    report(c, b, path, bytes, vg_monotonic() - start);
  if (rc == VG_OK && list)
    cli_note(c, "cli.intel_pack.unsigned", NULL);
  pack_build_free(b);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

const struct cli_command cmd_intel_pack = {"intel pack", "cli.intel_pack", "cli.intel_pack.usage", run_pack};

#include "cli/cli.h"

#include "base/file.h"
#include "intel/intel.h"
#include "match/match.h"

#include <stdlib.h>
#include <string.h>

extern const struct cli_command cmd_intel_unblind;

struct order {
  struct cli *c;
  struct cli_table *table;
  struct pack_known all;
  struct vg_buf text; /* of standard input */
  struct blind_named *name;
  bool *known;
  size_t n;
};

static vg_code from_store(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  (void)who;
  return intel_each_value(tx, -1, pack_build_known, &((struct order *)ctx)->all, err);
}

static vg_code found(void *ctx, size_t name, enum match_type type, vg_str value, vg_str source, struct vg_err *err) {
  struct order *o = ctx;
  struct vg_jw w;
  (void)err;
  o->known[name] = true;
  if (!o->c->json) {
    cli_table_cell(o->table, o->name[name].name);
    cli_table_cellz(o->table, match_type_name(type));
    cli_table_cell(o->table, value);
    cli_table_cell(o->table, source);
    return VG_OK;
  }
  cli_json_begin(o->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "blind", o->name[name].name);
  vg_jw_kz(&w, "type", match_type_name(type));
  vg_jw_kstr(&w, "indicator", value);
  vg_jw_kstr(&w, "source", source);
  vg_jw_end(&w);
  cli_json_end(o->c);
  return VG_OK;
}

/* The names of the command line, or those in a text; each once. */
static vg_code names(struct order *o, int argc, char **argv, struct vg_err *err) {
  if (argc == 1 && strcmp(argv[0], "-") == 0) {
    VG_TRY(vg_file_read("-", &o->text, err));
    VG_TRY(match_blind_names(vg_buf_view(&o->text), &o->name, &o->n, err));
  } else {
    o->name = calloc((size_t)argc, sizeof *o->name);
    for (int i = 0; o->name && i < argc; i++)
      o->name[o->n++] = (struct blind_named){vg_str_z(argv[i]), 1};
  }
  o->known = calloc(o->n ? o->n : 1, sizeof *o->known);
  return o->known && (o->name || !o->n) ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
}

static int unblind(struct order *o, const char *key, const char *list, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.blind", "cli.col.type", "cli.col.value", "cli.col.source"};
  unsigned char secret[MATCH_SECRET];
  struct vg_err err = {0};
  int64_t unknown = 0;
  if (names(o, argc, argv, &err) != VG_OK || pack_secret_read(key, secret, &err) != VG_OK ||
      pack_build_new(&o->all.b, &err) != VG_OK || (list && pack_build_list(o->all.b, list, NULL, NULL, &err) != VG_OK))
    return cli_fail(o->c, &err);
  if (!list && cli_read(o->c, from_store, o) != CLI_OK)
    return CLI_FAILED;
  if (!o->c->json)
    o->table = cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = pack_build_resolve(o->all.b, secret, o->name, o->n, found, o, &err);
  if (o->table)
    cli_table_print(o->table);
  if (rc != VG_OK)
    return cli_fail(o->c, &err);
  for (size_t i = 0; i < o->n; i++)
    unknown += !o->known[i];
  if (unknown)
    CLI_NOTE(o->c, "cli.intel_unblind.unknown", VG_N(unknown));
  return unknown ? CLI_ATTENTION : CLI_OK;
}

static int run_unblind(struct cli *c, int argc, char **argv) {
  const char *list = NULL, *key = NULL;
  struct order o = {.c = c};
  const struct cli_option options[] = {{"indicators", CLI_TEXT, &list}, {"key", CLI_TEXT, &key}, {0}};
  int status = cli_parse(c, &cmd_intel_unblind, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!key || !argc)
    return cli_usage(c, &cmd_intel_unblind, "cli.intel_unblind.need", "--key");
  vg_buf_init(&o.text, 1 << 30);
  status = unblind(&o, key, list, argc, argv);
  vg_buf_fini(&o.text);
  pack_build_free(o.all.b);
  free(o.name);
  free(o.known);
  return status;
}

const struct cli_command cmd_intel_unblind = {"intel unblind", "cli.intel_unblind", "cli.intel_unblind.usage",
                                              run_unblind};

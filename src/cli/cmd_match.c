#include "cli/cli.h"

#include "match/match.h"
#include "territory/territory.h"

extern const struct cli_command cmd_match;

struct job {
  struct cli *c;
  const char *file;
  bool count, summary;
  struct match_tally *tally;
};

static vg_code on_hit(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct job *j = ctx;
  struct vg_jw w;
  VG_TRY(match_tally_add(j->tally, h, err));
  if (j->count || j->summary)
    return VG_OK;
  if (!j->c->json) {
    CLI_SAY(j->c, h->benign ? "cli.match.hit_benign" : "cli.match.hit", VG_T(vg_str_z(j->file)), VG_N(h->line), VG_T(h->indicator), VG_T(h->seen));
    return VG_OK;
  }
  cli_json_begin(j->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "file", j->file);
  vg_jw_kint(&w, "line", (int64_t)h->line);
  vg_jw_kz(&w, "type", match_type_name(h->type));
  vg_jw_kstr(&w, "indicator", h->indicator);
  vg_jw_kstr(&w, "seen", h->seen);
  vg_jw_kint(&w, "offset", (int64_t)h->offset);
  if (h->benign)
    vg_jw_kbool(&w, "benign", true);
  vg_jw_end(&w);
  cli_json_end(j->c);
  return VG_OK;
}

static void summary(struct cli *c, const struct match_tally *t) {
  for (size_t i = 0; i < match_tally_count(t); i++) {
    const struct match_sum *m = match_tally_at(t, i);
    struct vg_jw w;
    char a[VG_TIME_TEXT], b[VG_TIME_TEXT];
    if (!c->json) {
      CLI_SAY(c, "cli.match.sum", VG_T(m->indicator), VG_N(m->count), vg_time_text(a, m->first, false), vg_time_text(b, m->last, false));
      continue;
    }
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "type", match_type_name(m->type));
    vg_jw_kstr(&w, "indicator", m->indicator);
    vg_jw_kint(&w, "count", (int64_t)m->count);
    vg_jw_ktime(&w, "first", m->first);
    vg_jw_ktime(&w, "last", m->last);
    vg_jw_kbool(&w, "benign", m->benign);
    vg_jw_end(&w);
    cli_json_end(c);
  }
}

static int record(struct cli *c, const struct pack *p, const struct job *j, const char *org_ref, struct match_run *run) {
  struct vg_err err = {0};
  struct store_tx *tx = NULL;
  struct actor who;
  struct org org;
  struct vg_id pid;
  if (cli_instance(c) != CLI_OK || cli_actor(c, &who) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = store_begin(instance_store(c->instance), &tx, &err);
  if (rc == VG_OK)
    rc = territory_org_find(tx, vg_str_z(org_ref), &org, &err);
  if (rc == VG_OK) {
    run->org = org.id;
    run->org_pid = org.pid.s;
    rc = match_record(tx, &who, p, run, j->tally, &pid, &err);
  }
  if (rc == VG_OK)
    rc = instance_commit(c->instance, &tx, &err);
  store_rollback(&tx);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  CLI_NOTE(c, "cli.match.recorded", pid.s, org.name);
  return CLI_OK;
}

static int scan_all(struct job *j, const struct pack *p, int argc, char **argv, struct match_run *run, struct vg_buf *where) {
  int status = CLI_OK;
  for (int i = 0; i < argc; i++) {
    struct vg_err err = {0};
    struct match_counts n;
    j->file = argv[i];
    vg_buf_z(where, i ? ", " : "");
    vg_buf_z(where, argv[i]);
    if (match_file(p, argv[i], on_hit, j, &n, &err) != VG_OK)
      status = cli_fail(j->c, &err);
    run->files++;
    run->counts.bytes += n.bytes;
    run->counts.lines += n.lines;
    run->counts.hits += n.hits;
  }
  return status;
}

static int run_match(struct cli *c, int argc, char **argv) {
  const char *path = NULL, *org = NULL, *trust_hex = NULL;
  bool exit_code = false, rec = false;
  unsigned char trust[VG_KEY_SIZE];
  struct pack_policy policy = {.now = vg_now(&c->clock)};
  struct job j = {.c = c};
  const struct cli_option options[] = {{"pack", CLI_TEXT, &path}, {"count", CLI_FLAG, &j.count}, {"summary", CLI_FLAG, &j.summary},
                                       {"exit-code", CLI_FLAG, &exit_code}, {"record", CLI_FLAG, &rec}, {"org", CLI_TEXT, &org},
                                       {"trust", CLI_TEXT, &trust_hex}, {"allow-expired", CLI_FLAG, &policy.allow_expired}, {0}};
  int status = cli_parse(c, &cmd_match, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!path || argc < 1 || rec != (org != NULL))
    return cli_usage(c, &cmd_match, "cli.match.need", "--pack");
  if (trust_hex && !vg_unhex(vg_str_z(trust_hex), trust, VG_KEY_SIZE))
    return cli_usage(c, &cmd_match, "cli.match.need", "--trust");
  struct vg_err err = {0};
  struct pack *p;
  struct vg_buf where;
  struct match_run run = {0};
  policy.trust = trust_hex ? trust : NULL;
  if (pack_open(path, &policy, &p, &err) != VG_OK)
    return cli_fail(c, &err);
  if (match_tally_new(&j.tally, &err) != VG_OK) {
    pack_close(p);
    return cli_fail(c, &err);
  }
  vg_buf_init(&where, 65536);
  status = scan_all(&j, p, argc, argv, &run, &where);
  run.where = vg_buf_text(&where);
  if (j.summary)
    summary(c, j.tally);
  if (j.count)
    CLI_SAY(c, "cli.match.count", VG_N(run.counts.hits));
  if (rec && status == CLI_OK)
    status = record(c, p, &j, org, &run);
  match_tally_free(j.tally);
  vg_buf_fini(&where);
  pack_close(p);
  return status == CLI_OK && exit_code && run.counts.hits ? CLI_ATTENTION : status;
}

const struct cli_command cmd_match = {"match", "cli.match", "cli.match.usage", run_match};

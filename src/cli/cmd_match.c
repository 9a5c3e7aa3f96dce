#include "cli/cli.h"

#include "match/match.h"
#include "territory/territory.h"

#include <stdio.h>
#include <string.h>

extern const struct cli_command cmd_match;

struct job {
  struct cli *c;
  bool count, summary, by_source, by_field, failed;
  bool live; /* hits are wanted as they come */
  struct match_tally *tally;
  struct match_run run;
  struct vg_buf where;        /* names of the files, for the record */
  struct vg_buf unread, part; /* names of those that could not be read, or not to their end */
  uint64_t n_unread, n_part;
  const atomic_bool *stop; /* of a followed log */
};

/* As people read it: zeroes of UTF-16 left out, other control bytes shown as '?'. Valid until the next call with the
 * same buffer. */
static const char *legible(struct vg_buf *b, vg_str s) {
  vg_buf_reset(b);
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i])
      vg_buf_byte(b, s.p[i] == '\t' || (unsigned char)s.p[i] >= ' ' ? (unsigned char)s.p[i] : '?');
  return vg_buf_text(b);
}

static void print_hit(struct cli *c, const struct match_hit *h) {
  static const char *const ids[] = {"cli.match.hit", "cli.match.hit_in", "cli.match.hit_benign",
                                    "cli.match.hit_benign_in"};
  vg_str rest = h->context, line;
  struct vg_buf place, value, seen, field;
  vg_buf_init(&place, 1 << 16);
  vg_buf_init(&value, 1 << 16);
  vg_buf_init(&seen, 1 << 16);
  vg_buf_init(&field, 1 << 10);
  vg_buf_fmt(&place, "%s:%llu", h->path, (unsigned long long)h->line);
  CLI_SAY(c, ids[2 * h->benign + (h->field.n > 0)], vg_buf_text(&place), legible(&value, h->indicator),
          legible(&seen, h->seen), match_type_name(h->type), legible(&field, h->field));
  while (rest.n && vg_str_line(&rest, &line))
    CLI_SAY(c, "cli.match.context", legible(&seen, line));
  vg_buf_fini(&place);
  vg_buf_fini(&value);
  vg_buf_fini(&seen);
  vg_buf_fini(&field);
}

static vg_code on_hit(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct job *j = ctx;
  struct vg_jw w;
  VG_TRY(match_tally_add(j->tally, h, err));
  if (j->count || j->summary)
    return VG_OK;
  if (!j->c->json) {
    print_hit(j->c, h);
    if (j->live)
      fflush(stdout);
    return VG_OK;
  }
  cli_json_begin(j->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "file", h->path);
  vg_jw_kint(&w, "line", (int64_t)h->line);
  vg_jw_kz(&w, "type", match_type_name(h->type));
  vg_jw_kstr(&w, "indicator", h->indicator);
  vg_jw_kstr(&w, "seen", h->seen);
  vg_jw_kint(&w, "offset", (int64_t)h->offset);
  if (h->field.n)
    vg_jw_kstr(&w, "field", h->field);
  if (h->column)
    vg_jw_kint(&w, "column", h->column);
  if (h->time != VG_NOTIME)
    vg_jw_ktime(&w, "time", h->time);
  if (h->source.n)
    vg_jw_kstr(&w, "source", h->source);
  if (h->benign)
    vg_jw_kbool(&w, "benign", true);
  if (h->context.n)
    vg_jw_kstr(&w, "context", h->context);
  vg_jw_end(&w);
  cli_json_end(j->c);
  if (j->live)
    fflush(stdout);
  return VG_OK;
}

enum { WHERE_MAX = 4096 };

static void put_name(struct vg_buf *names, const char *path) {
  if (names->n >= WHERE_MAX)
    return;
  vg_buf_z(names, names->n ? ", " : "");
  vg_buf_z(names, names->n < WHERE_MAX - 1024 ? path : "...");
}

static vg_code on_file(void *ctx, const char *path, const struct match_counts *counts, const struct vg_err *why,
                       struct vg_err *err) {
  struct job *j = ctx;
  (void)err;
  if (why) {
    const bool none = counts->bytes == 0;
    cli_fail(j->c, why);
    j->failed = true;
    put_name(none ? &j->unread : &j->part, path);
    ++*(none ? &j->n_unread : &j->n_part);
    if (none)
      return VG_OK;
  }
  put_name(&j->where, path);
  j->run.files++;
  return VG_OK;
}

static void put_place(void *ctx, vg_str field, uint64_t count) {
  struct vg_buf *b = ctx;
  vg_buf_fmt(b, "%s%.*s (%llu)", b->n ? ", " : "", (int)field.n, field.p, (unsigned long long)count);
}
static void json_place(void *ctx, vg_str field, uint64_t count) {
  vg_jw_keys(ctx, field);
  vg_jw_int(ctx, (int64_t)count);
}

static void summary_text(struct job *j, const struct match_tally *t, size_t i) {
  const struct match_sum *m = match_tally_at(t, i);
  const vg_str what = j->by_source ? m->source : j->by_field ? m->field : m->indicator;
  char a[VG_TIME_TEXT], b[VG_TIME_TEXT];
  struct vg_buf places;
  vg_buf_init(&places, 1 << 14);
  if (!match_tally_places(t, i, put_place, &places))
    vg_buf_z(&places, ", ...");
  static const char *const ids[] = {"cli.match.sum", "cli.match.sum_in", "cli.match.sum_untimed",
                                    "cli.match.sum_untimed_in"};
  const char *none = vg_msg_text(j->c->lang, j->by_source ? "cli.match.no_source" : "cli.match.no_field");
  CLI_SAY(j->c, ids[2 * (m->first == VG_NOTIME) + (places.n > 0)], what.n ? VG_T(what) : none, VG_N(m->count),
          cli_time(a, j->c, m->first), cli_time(b, j->c, m->last), vg_buf_text(&places));
  vg_buf_fini(&places);
}

static void summary_json(struct job *j, const struct match_tally *t, size_t i) {
  const struct match_sum *m = match_tally_at(t, i);
  struct vg_jw w;
  cli_json_begin(j->c, &w);
  vg_jw_obj(&w);
  if (j->by_field) {
    vg_jw_kstr(&w, "field", m->field);
  } else if (!j->by_source) {
    vg_jw_kz(&w, "type", match_type_name(m->type));
    vg_jw_kstr(&w, "indicator", m->indicator);
  }
  if (!j->by_field)
    vg_jw_kstr(&w, "source", m->source);
  vg_jw_kint(&w, "count", (int64_t)m->count);
  vg_jw_ktime(&w, "first", m->first);
  vg_jw_ktime(&w, "last", m->last);
  if (!j->by_source && !j->by_field) {
    vg_jw_kbool(&w, "benign", m->benign);
    vg_jw_key(&w, "fields");
    vg_jw_obj(&w);
    (void)match_tally_places(t, i, json_place, &w);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  cli_json_end(j->c);
}

static int summary(struct job *j) {
  struct vg_err err = {0};
  struct match_tally *other = NULL;
  vg_code rc = j->by_source  ? match_tally_sources(j->tally, &other, &err)
               : j->by_field ? match_tally_fields(j->tally, &other, &err)
                             : VG_OK;
  if (rc != VG_OK)
    return cli_fail(j->c, &err);
  const struct match_tally *t = other ? other : j->tally;
  for (size_t i = 0; i < match_tally_count(t); i++)
    j->c->json ? summary_json(j, t, i) : summary_text(j, t, i);
  match_tally_free(other);
  return CLI_OK;
}

static int record(struct cli *c, const struct pack *p, const struct job *j, const char *org_ref,
                  struct match_run *run) {
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

/* Before hours of searching: could they be recorded? */
static int record_ready(struct cli *c, const char *org_ref) {
  struct vg_err err = {0};
  struct store_tx *tx = NULL;
  struct actor who;
  struct org org;
  if (cli_instance(c) != CLI_OK || cli_actor(c, &who) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = store_begin(instance_store(c->instance), &tx, &err);
  if (rc == VG_OK)
    rc = territory_org_find(tx, vg_str_z(org_ref), &org, &err);
  store_rollback(&tx);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static bool go_on(void *ctx) { return !atomic_load(((struct job *)ctx)->stop); }

static int scan_all(struct job *j, const struct pack *p, const struct match_order *order, bool follow) {
  struct vg_err err = {0};
  struct cli *c = j->c;
  vg_code rc;
  if (follow) {
    j->stop = cli_stop_begin(); /* Ctrl-C still gives the summary and the record */
    rc = match_follow(p, order, on_hit, go_on, j, &j->run.counts, &err);
    for (size_t i = 0; i < order->count && rc == VG_OK; i++)
      rc = on_file(j, order->paths[i], NULL, NULL, &err);
  } else {
    rc = match_files(p, order, on_hit, on_file, j, &j->run.counts, &err);
  }
  if (rc != VG_OK)
    return cli_fail(c, &err);
  const struct match_counts *n = &j->run.counts;
  if (!c->json)
    CLI_NOTE(c, "cli.match.done", VG_N(j->run.files), VG_N(n->lines), VG_N(n->bytes / 1000000), VG_N(n->hits));
  if (j->n_unread)
    CLI_NOTE(c, "cli.match.unread", VG_N(j->n_unread), vg_buf_text(&j->unread));
  if (j->n_part)
    CLI_NOTE(c, "cli.match.part", VG_N(j->n_part), vg_buf_text(&j->part));
  return CLI_OK;
}

static int match_with(struct job *j, const struct pack *p, const struct match_order *order, bool follow,
                      const char *org) {
  const struct pack_info *info = pack_info(p);
  if (info->recipient[0])
    CLI_NOTE(j->c, "cli.match.pack_for", info->recipient_name);
  int status = scan_all(j, p, order, follow);
  j->run.where = vg_buf_text(&j->where);
  if (j->summary)
    status = summary(j) == CLI_OK ? status : CLI_FAILED;
  if (j->count)
    CLI_SAY(j->c, "cli.match.count", VG_N(j->run.counts.hits));
  if (org && status == CLI_OK) /* of the files that could be read, when another could not */
    status = record(j->c, p, j, org, &j->run);
  return j->failed ? CLI_FAILED : status;
}

static int run_match(struct cli *c, int argc, char **argv) {
  const char *path = NULL, *org = NULL, *trust_hex = NULL, *key = NULL;
  bool exit_code = false, rec = false, follow = false;
  int64_t context = 0, threads = 0;
  unsigned char trust[VG_KEY_SIZE], secret[MATCH_SECRET];
  struct pack_policy policy = {.now = vg_now(&c->clock)};
  struct job j = {.c = c};
  const struct cli_option options[] = {{"pack", CLI_TEXT, &path},
                                       {"count", CLI_FLAG, &j.count},
                                       {"summary", CLI_FLAG, &j.summary},
                                       {"by-source", CLI_FLAG, &j.by_source},
                                       {"by-field", CLI_FLAG, &j.by_field},
                                       {"context", CLI_INT, &context},
                                       {"f|follow", CLI_FLAG, &follow},
                                       {"threads", CLI_INT, &threads},
                                       {"exit-code", CLI_FLAG, &exit_code},
                                       {"record", CLI_FLAG, &rec},
                                       {"org", CLI_TEXT, &org},
                                       {"trust", CLI_TEXT, &trust_hex},
                                       {"key", CLI_TEXT, &key},
                                       {"allow-expired", CLI_FLAG, &policy.allow_expired},
                                       {0}};
  int status = cli_parse(c, &cmd_match, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!path || argc < 1)
    return cli_usage(c, &cmd_match, "cli.missing", path ? "LOG" : "--pack");
  if (rec != (org != NULL))
    return cli_usage(c, &cmd_match, "cli.match.record", rec ? "--org" : "--record");
  if (context < 0 || context > 100 || threads < 0 || threads > MATCH_THREADS)
    return cli_usage(c, &cmd_match, "cli.match.range", context < 0 || context > 100 ? "--context" : "--threads");
  if (trust_hex && !vg_unhex(vg_str_z(trust_hex), trust, VG_KEY_SIZE))
    return cli_usage(c, &cmd_match, "cli.match.trust", trust_hex);
  if (j.by_source && j.by_field)
    return cli_usage(c, &cmd_match, "cli.match.by", "--by-field");
  struct vg_err err = {0};
  struct pack *p = NULL;
  policy.trust = trust_hex ? trust : NULL;
  j.summary |= j.by_source || j.by_field;
  if (key && pack_secret_read(key, secret, &err) != VG_OK)
    return cli_fail(c, &err);
  policy.secret = key ? secret : NULL;
  policy.threads = match_threads((unsigned)threads);
  follow &= !(argc == 1 && strcmp(argv[0], "-") == 0); /* what comes through a pipe is told as it comes */
  j.live = follow;
  for (int i = 0; i < argc; i++)
    j.live |= strcmp(argv[i], "-") == 0;
  const struct match_order order = {(const char *const *)argv, (size_t)argc, (unsigned)threads, (unsigned)context,
                                    follow ? NULL : match_ahead_new(argv[0])};
  vg_buf_init(&j.where, 65536);
  vg_buf_init(&j.unread, 65536);
  vg_buf_init(&j.part, 65536);
  if (pack_open(path, &policy, &p, &err) != VG_OK || match_tally_new(&j.tally, &err) != VG_OK)
    status = cli_fail(c, &err);
  else if (rec && pack_info(p)->blind) /* "blind:..." is no value that a sighting could be of */
    status = cli_usage(c, &cmd_match, "cli.match.blind_record", "--record");
  else if (!rec || (status = record_ready(c, org)) == CLI_OK)
    status = match_with(&j, p, &order, follow, org);
  uint64_t hits = j.run.counts.hits;
  match_ahead_free(order.ahead);
  match_tally_free(j.tally);
  vg_buf_fini(&j.where);
  vg_buf_fini(&j.unread);
  vg_buf_fini(&j.part);
  pack_close(p);
  return status == CLI_OK && exit_code && hits ? CLI_ATTENTION : status;
}

const struct cli_command cmd_match = {"match", "cli.match", "cli.match.usage", run_match};

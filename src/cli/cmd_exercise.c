#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "evaluation/evaluation.h"
#include "prevention/prevention.h"

extern const struct cli_command cmd_exercise_add, cmd_exercise_list, cmd_exercise_show, cmd_exercise_effect,
    cmd_exercise_cancel;

struct order {
  struct cli *c;
  struct show s;
  const char *id, *org, *zone, *reason;
  struct exercise e;
  struct exercise_groups *groups;
};

static void counts(struct vg_jw *w, const struct exercise_count *n, const struct exercise_count *most) {
  double lo, hi;
  prevention_exercise_share(n, most, &lo, &hi);
  vg_jw_kint(w, "sent", n->sent);
  vg_jw_kint(w, "opened", n->opened);
  vg_jw_kint(w, "clicked", n->clicked);
  vg_jw_kint(w, "submitted", n->submitted);
  vg_jw_kint(w, "reported", n->reported);
  vg_jw_kint(w, "opened_most", most->opened);
  vg_jw_kint(w, "clicked_most", most->clicked);
  vg_jw_kint(w, "submitted_most", most->submitted);
  vg_jw_kint(w, "reported_most", most->reported);
  vg_jw_knum(w, "clicked_lo", lo);
  vg_jw_knum(w, "clicked_hi", hi);
}

static void head(struct vg_jw *w, const struct exercise *e) {
  vg_jw_kz(w, "id", e->pid.s);
  vg_jw_kz(w, "organisation", e->org_name);
  vg_jw_kz(w, "zone", e->zone);
  vg_jw_kz(w, "name", e->name);
  vg_jw_kz(w, "scenario", e->scenario);
  vg_jw_kz(w, "source", e->source);
  vg_jw_ktime(w, "at", e->at);
  vg_jw_kint(w, "undelivered", e->undelivered);
  vg_jw_kbool(w, "aside", e->aside);
  if (e->reason[0])
    vg_jw_kz(w, "taken_back", e->reason);
  else if (e->aside)
    vg_jw_kint(w, "sent", e->total.sent);
  else
    counts(w, &e->total, &e->most);
}

static void at_least(struct cli_table *t, int64_t n, int64_t most) {
  char text[32];
  snprintf(text, sizeof text, "%s%lld", most > n ? "≥ " : "", (long long)n);
  cli_table_cellz(t, text);
}

/* "12 of 40, between 18 % and 45 %" as cells. */
static void count_cells(struct cli_table *t, const struct exercise_count *n, const struct exercise_count *most) {
  char text[48];
  double lo, hi;
  prevention_exercise_share(n, most, &lo, &hi);
  cli_table_cell_int(t, n->sent);
  at_least(t, n->opened, most->opened);
  at_least(t, n->clicked, most->clicked);
  snprintf(text, sizeof text, "[%.0f ; %.0f] %%", 100 * lo, 100 * hi);
  cli_table_cellz(t, text);
  at_least(t, n->submitted, most->submitted);
  at_least(t, n->reported, most->reported);
}

/* Of one that is kept aside only how many got it, of one that was taken back not even that. */
static void size_cells(const struct order *o, const struct exercise *e) {
  if (e->reason[0])
    cli_table_cellz(o->s.table, "");
  else
    cli_table_cell_int(o->s.table, e->total.sent);
  cli_table_cellz(o->s.table, "");
  cli_table_cellz(o->s.table, "");
  cli_table_cellz(o->s.table,
                  vg_msg_text(o->c->lang, e->reason[0] ? "server.exercise.taken" : "server.exercise.aside"));
  cli_table_cellz(o->s.table, "");
  cli_table_cellz(o->s.table, "");
}

static char *share_text(char out[static 64], const struct exercise *e) {
  snprintf(out, 64, "%s%lld / %lld", e->most.clicked > e->total.clicked ? "≥ " : "", (long long)e->total.clicked,
           (long long)e->total.sent);
  return out;
}

static vg_code row(void *ctx, const struct exercise *e, struct vg_err *err) {
  struct order *o = ctx;
  (void)err;
  if (o->c->json) {
    struct vg_jw w;
    cli_json_begin(o->c, &w);
    vg_jw_obj(&w);
    head(&w, e);
    vg_jw_end(&w);
    cli_json_end(o->c);
    return VG_OK;
  }
  cli_table_cellz(o->s.table, cli_time((char[VG_TIME_TEXT]){0}, o->c, e->at));
  cli_table_cellz(o->s.table, e->org_name);
  cli_table_cellz(o->s.table, e->name);
  if (e->aside || e->reason[0])
    size_cells(o, e);
  else
    count_cells(o->s.table, &e->total, &e->most);
  cli_table_cellz(o->s.table, e->pid.s);
  return VG_OK;
}

static vg_code list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.at",      "cli.col.name",    "cli.col.title",    "cli.col.sent",
                                        "cli.col.seen_by", "cli.col.clicked", "cli.col.interval", "cli.col.gave",
                                        "cli.col.told",    "cli.col.id"};
  struct order *o = ctx;
  struct org org = {.id = 0};
  if (o->org)
    VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  if (!o->c->json)
    o->s.table = cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = prevention_each_exercise(tx, who, org.id, row, o, err);
  if (o->s.table)
    cli_table_print(o->s.table);
  return rc;
}

static int run_list(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"org", CLI_TEXT, &o.org}, {0}};
  int status = cli_parse(c, &cmd_exercise_list, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  return argc > 0 ? cli_usage(c, &cmd_exercise_list, "cli.too_many", argv[0]) : cli_read(c, list, &o);
}

static vg_code group(void *ctx, const struct exercise_group *g, struct vg_err *err) {
  struct order *o = ctx;
  const struct exercise_count most = prevention_exercise_most(&g->count);
  struct cli_table *t = show_row(&o->s);
  (void)err;
  if (!t) {
    vg_jw_obj(o->s.w);
    vg_jw_kz(o->s.w, "group", g->name);
    counts(o->s.w, &g->count, &most);
    vg_jw_end(o->s.w);
    return VG_OK;
  }
  cli_table_cellz(t, g->name[0] ? g->name : vg_msg_text(o->c->lang, "cli.exercise.others"));
  count_cells(t, &g->count, &most);
  return VG_OK;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.group",    "cli.col.sent", "cli.col.seen_by", "cli.col.clicked",
                                        "cli.col.interval", "cli.col.gave", "cli.col.told"};
  struct order *o = ctx;
  struct exercise e;
  struct vg_jw w;
  VG_TRY(prevention_exercise_find(tx, o->id ? vg_str_z(o->id) : vg_id_str(&o->e.pid), &e, err));
  VG_TRY(territory_access(tx, who, e.org, err));
  o->s = (struct show){.c = o->c, .w = o->c->json ? &w : NULL};
  show_open(&o->s);
  if (o->s.w) {
    head(&w, &e);
  } else {
    show_text(&o->s, "cli.col.id", "id", vg_id_str(&e.pid));
    show_text(&o->s, "cli.col.name", "organisation", vg_str_z(e.org_name));
    show_text(&o->s, "cli.col.title", "name", vg_str_z(e.name));
    show_text(&o->s, "cli.col.scenario", "scenario", vg_str_z(e.scenario));
    show_time(&o->s, "cli.col.at", "at", e.at);
    if (e.reason[0])
      CLI_SAY(o->c, "server.exercise.taken.why", VG_T(vg_str_z(e.reason)));
    else
      CLI_SAY(o->c, e.aside ? "server.exercise.aside.why" : "cli.exercise_show.total",
              e.aside ? VG_N(EXERCISE_APART / VG_DAY) : share_text((char[64]){0}, &e), VG_N(e.undelivered));
  }
  show_list(&o->s, "groups", "cli.exercise_show.groups", heading, VG_COUNT(heading));
  vg_code rc = prevention_each_exercise_group(tx, e.id, group, o, err);
  show_end(&o->s);
  show_close(&o->s);
  return rc;
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_exercise_show, argc, argv, options, "ID", &o.id);
  return status != CLI_OK ? cli_parsed(status) : cli_read(c, show, &o);
}

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  return prevention_exercise_add(tx, who, &org, &o->e, o->groups, err);
}

static vg_code gather(struct order *o, const struct cli_list *results, const struct cli_list *words,
                      struct vg_err *err) {
  struct vg_buf text;
  vg_code rc = VG_OK;
  for (size_t i = 0; rc == VG_OK && i < results->n; i++) {
    vg_buf_init(&text, EXERCISE_FILE_MAX);
    rc = vg_file_read(results->v[i], &text, err);
    if (rc == VG_OK)
      rc = prevention_exercise_read(vg_buf_view(&text), o->groups, err);
    vg_buf_fini(&text);
  }
  for (size_t i = 0; rc == VG_OK && i < words->n; i++)
    rc = prevention_exercise_count(o->groups, vg_str_z(words->v[i]), err);
  return rc;
}

static int run_add(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .e.at = vg_now(&c->clock)};
  struct vg_err err = {0};
  struct cli_list results = {.n = 0}, words = {.n = 0};
  const struct cli_option options[] = {{"org", CLI_TEXT, &o.org},
                                       {"name", CLI_WORDS, CLI_ROOM(o.e.name)},
                                       {"at", CLI_TIME, &o.e.at},
                                       {"scenario", CLI_WORDS, CLI_ROOM(o.e.scenario)},
                                       {"results", CLI_LIST, &results},
                                       {"group", CLI_LIST, &words},
                                       {0}};
  int status = cli_no_word(c, &cmd_exercise_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.org || !*o.e.name)
    return cli_usage(c, &cmd_exercise_add, "cli.missing", o.org ? "--name" : "--org");
  if (!results.n && !words.n)
    return cli_usage(c, &cmd_exercise_add, "cli.missing", "--results | --group");
  o.groups = calloc(1, sizeof *o.groups);
  vg_code rc = o.groups ? gather(&o, &results, &words, &err) : VG_FAIL(&err, VG_ENOMEM, "base.memory");
  status = rc == VG_OK ? cli_write(c, add, &o) : cli_fail(c, &err);
  free(o.groups);
  return status != CLI_OK ? status : cli_read(c, show, &o);
}

static vg_code cancel(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return prevention_exercise_take_back(tx, who, vg_str_z(o->id), vg_str_z(o->reason), err);
}

static int run_cancel(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .reason = ""};
  const struct cli_option options[] = {{"reason", CLI_TEXT, &o.reason}, {0}};
  int status = cli_one_word(c, &cmd_exercise_cancel, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, cancel, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.exercise_cancel.done", o.id);
  return status;
}

static vg_code change(void *ctx, const struct exercise_change *x, struct vg_err *err) {
  struct order *o = ctx;
  char p[24], holm[24];
  (void)err;
  if (o->c->json) {
    struct vg_jw w;
    cli_json_begin(o->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "organisation", x->last.org_name);
    vg_jw_kint(&w, "exercises", x->exercises);
    vg_jw_key(&w, "first");
    vg_jw_obj(&w);
    counts(&w, &x->first.total, &x->first.most);
    vg_jw_end(&w);
    vg_jw_key(&w, "last");
    vg_jw_obj(&w);
    counts(&w, &x->last.total, &x->last.most);
    vg_jw_end(&w);
    vg_jw_knum(&w, "exact_p", x->p);
    vg_jw_knum(&w, "holm_p", x->holm);
    vg_jw_end(&w);
    cli_json_end(o->c);
    return VG_OK;
  }
  snprintf(p, sizeof p, "%.3g", x->p);
  snprintf(holm, sizeof holm, "%.3g", x->holm);
  cli_table_cellz(o->s.table, x->last.org_name);
  cli_table_cellz(o->s.table, share_text((char[64]){0}, &x->first));
  cli_table_cellz(o->s.table, share_text((char[64]){0}, &x->last));
  cli_table_cellz(o->s.table, p);
  cli_table_cellz(o->s.table, holm);
  return VG_OK;
}

static vg_code effect(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.name", "cli.col.before", "cli.col.after", "cli.col.p", "cli.col.holm"};
  struct order *o = ctx;
  struct exercise_effect x;
  char p[24];
  if (!o->c->json)
    o->s.table = cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = prevention_each_exercise_change(tx, who, vg_str_z(o->zone), change, o, &x, err);
  if (o->s.table)
    cli_table_print(o->s.table);
  VG_TRY(rc);
  if (o->c->json) {
    struct vg_jw w;
    cli_json_begin(o->c, &w);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "companies", x.companies);
    vg_jw_kint(&w, "fell", x.fell);
    vg_jw_kint(&w, "rose", x.rose);
    vg_jw_knum(&w, "exact_p", x.p);
    vg_jw_end(&w);
    cli_json_end(o->c);
  } else {
    snprintf(p, sizeof p, "%.3g", x.p);
    CLI_SAY(o->c, "cli.exercise_effect.all", VG_N(x.companies), VG_N(x.fell), VG_N(x.rose), p);
  }
  return VG_OK;
}

static int run_effect(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .zone = ""};
  const struct cli_option options[] = {{"zone", CLI_TEXT, &o.zone}, {0}};
  int status = cli_parse(c, &cmd_exercise_effect, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  return argc > 0 ? cli_usage(c, &cmd_exercise_effect, "cli.too_many", argv[0]) : cli_read(c, effect, &o);
}

const struct cli_command cmd_exercise_add = {"exercise add", "cli.exercise_add", "cli.exercise_add.usage", run_add};
const struct cli_command cmd_exercise_cancel = {"exercise cancel", "cli.exercise_cancel", "cli.exercise_cancel.usage",
                                                run_cancel};
const struct cli_command cmd_exercise_list = {"exercise list", "cli.exercise_list", "cli.exercise_list.usage",
                                              run_list};
const struct cli_command cmd_exercise_show = {"exercise show", "cli.exercise_show", "cli.exercise_show.usage",
                                              run_show};
const struct cli_command cmd_exercise_effect = {"exercise effect", "cli.exercise_effect", "cli.exercise_effect.usage",
                                                run_effect};

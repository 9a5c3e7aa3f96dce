#include "cli/cli.h"

#include "cli/finding.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "match/match.h"

extern const struct cli_command cmd_analyse;

enum { PROBLEMS_SHOWN = 200, MATCHES_SHOWN = 500 };

struct job {
  struct cli *c;
  struct cli_table *volumes; /* made with the first one */
  struct analysis_tally *tally;
  struct analysis_recorder *recorder;
  int64_t problems;
};

struct recording {
  struct job *job;
  struct analysis_record what;
  struct vg_id pid, pack;
  int64_t ledger;
  char own_pack[4096]; /* made for this run, or "" */
};

static void show_problem(struct job *j, const struct found_problem *p) {
  struct vg_buf b;
  if (j->problems++ >= PROBLEMS_SHOWN)
    return;
  vg_buf_init(&b, 1 << 16);
  finding_sentence(&b, j->c->lang, p);
  CLI_NOTE(j->c, "cli.analyse.problem", vg_buf_text(&b));
  vg_buf_fini(&b);
}

static void show_volume(struct job *j, const struct found_volume *v) {
  static const char *const headings[] = {"cli.analyse.col.volume", "cli.analyse.col.bytes", "cli.analyse.col.fs",
                                         "cli.analyse.col.name"};
  if (!j->volumes)
    j->volumes = cli_table_new(j->c, headings, VG_COUNT(headings));
  cli_table_cell_int(j->volumes, v->at);
  cli_table_cell_int(j->volumes, v->bytes);
  cli_table_cell(j->volumes, v->file_system.n > 0 ? v->file_system : VG_STR("-"));
  cli_table_cell(j->volumes, v->description);
}

static vg_code on_finding(void *ctx, const struct finding *f, struct vg_err *err) {
  struct job *j = ctx;
  if (j->recorder)
    VG_TRY(analysis_recorder_add(j->recorder, f, err));
  VG_TRY(analysis_tally_add(j->tally, f, err));
  if (j->c->json) {
    finding_print_json(j->c, f);
  } else if (f->kind == FINDING_PROBLEM) {
    show_problem(j, &f->problem);
  } else if (f->kind == FINDING_VOLUME) {
    show_volume(j, &f->volume);
  }
  return VG_OK;
}

static void on_progress(void *ctx, uint64_t done, uint64_t total) {
  cli_progress(((struct job *)ctx)->c, "cli.analyse.reading", done, total);
}

static void show_matches(struct cli *c, const struct analysis_tally *t) {
  static const char *const headings[] = {"cli.analyse.col.what", "cli.analyse.col.type", "cli.analyse.col.hits",
                                         "cli.analyse.col.files", "cli.analyse.col.first"};
  size_t n = analysis_tally_count(t);
  if (n == 0)
    return;
  struct cli_table *table = cli_table_new(c, headings, VG_COUNT(headings));
  for (size_t i = 0; i < n && i < MATCHES_SHOWN; i++) {
    struct analysis_match m = analysis_tally_at(t, i);
    const char *type = m.rule.n > 0 ? vg_msg_text(c->lang, "cli.analyse.rule") : VG_T(m.type);
    cli_table_cell(table, m.rule.n > 0 ? m.rule : m.value);
    cli_table_cellz(table, m.benign ? vg_msg_text(c->lang, "cli.analyse.benign") : type);
    cli_table_cell_int(table, m.count);
    cli_table_cell_int(table, m.files);
    cli_table_cell(table, m.path.n > 0 ? m.path : vg_str_z(vg_msg_text(c->lang, "cli.analyse.outside")));
  }
  cli_table_print(table);
  if (n > MATCHES_SHOWN)
    CLI_NOTE(c, "cli.analyse.more", VG_N(n - MATCHES_SHOWN));
}

static void show_summary(struct job *j, const struct analysis_sum *s) {
  if (j->volumes)
    cli_table_print(j->volumes);
  show_matches(j->c, j->tally);
  CLI_SAY(j->c, "cli.analyse.done", VG_N(s->files), VG_N(s->deleted), VG_N(s->count[FINDING_HIT]),
          VG_N(s->count[FINDING_PROBLEM]));
}

static vg_code write_run(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct recording *r = ctx;
  return analysis_record(tx, who, r->job->recorder, &r->what, &r->pid, &r->ledger, err);
}

static int record(struct job *j, struct recording *r) {
  int status = cli_write(j->c, write_run, r);
  if (status == CLI_OK)
    CLI_NOTE(j->c, "cli.analyse.recorded", r->pid.s, VG_N(r->ledger));
  return status;
}

static int analyse(struct job *j, const struct analysis_order *o, struct recording *r) {
  struct vg_err err = {0};
  struct analysis_sum sum;
  r->what.started = vg_now(&j->c->clock);
  vg_code rc = analysis_run(o, on_finding, on_progress, j, &sum, &err);
  cli_progress_end(j->c);
  if (!j->c->json)
    show_summary(j, &sum);
  if (rc != VG_OK)
    return cli_fail(j->c, &err);
  r->what.order = o;
  r->what.sum = &sum;
  r->what.tally = j->tally;
  r->what.pack_id = r->pack.s[0] ? r->pack.s : NULL;
  if (j->recorder && record(j, r) != CLI_OK)
    return CLI_FAILED;
  return sum.count[FINDING_PROBLEM] > 0 ? CLI_ATTENTION : CLI_OK;
}

/* "file,hit" -> bits; false: a word that is no kind. */
static bool kinds_of(const char *list, unsigned *bits) {
  vg_str rest = vg_str_z(list), word;
  *bits = 0;
  while (vg_str_cut(&rest, ',', &word)) {
    int k = 0;
    while (k < FINDING_KINDS && !vg_str_eqz(word, finding_kind_name((enum finding_kind)k)))
      k++;
    if (k == FINDING_KINDS)
      return false;
    *bits |= 1u << k;
  }
  return true;
}

/* Which pack: its id is recorded. Without one the instance's own values are it. */
static vg_code find_pack(struct job *j, struct analysis_order *o, struct store_tx *tx, struct recording *r,
                         struct vg_err *err) {
  struct pack *p;
  size_t values;
  char name[64];
  if (o->pack) {
    VG_TRY(pack_open(o->pack, NULL, &p, err));
    r->pack = pack_info(p)->id;
    pack_close(p);
    return VG_OK;
  }
  snprintf(name, sizeof name, "analyse-%d.pack.part", (int)getpid());
  VG_TRY(instance_path(j->c->instance, "packs", name, r->own_pack, err));
  VG_TRY(analysis_own_pack(tx, r->own_pack, &r->pack, &values, err));
  if (values > 0)
    o->pack = r->own_pack;
  return VG_OK;
}

/* Case, exhibit and actor come first: an analysis of hours must not fail on a name at its end. */
static int prepare(struct job *j, struct analysis_order *o, struct recording *r) {
  struct vg_err err = {0};
  struct store_tx *tx = NULL;
  struct actor who;
  int status = r->what.case_ref ? cli_instance(j->c) : cli_try_instance(j->c);
  if (status != CLI_OK)
    return status;
  if (!j->c->instance) {
    CLI_NOTE(j->c, "cli.analyse.unrecorded");
    return CLI_OK;
  }
  if (cli_actor(j->c, &who) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = store_begin_read(instance_store(j->c->instance), &tx, &err);
  if (rc == VG_OK)
    rc = analysis_check_refs(tx, &who, r->what.case_ref, r->what.exhibit_ref, &err);
  if (rc == VG_OK)
    rc = find_pack(j, o, tx, r, &err);
  store_rollback(&tx);
  if (rc == VG_OK)
    rc = analysis_recorder_new(&j->recorder, instance_home(j->c->instance), &err);
  return rc == VG_OK ? CLI_OK : cli_fail(j->c, &err);
}

static int start(struct job *j, struct analysis_order *o, const struct cli_list *rules, struct recording *r) {
  struct vg_err err = {0};
  struct analysis_rules files = {0};
  vg_code rc = analysis_tally_new(&j->tally, &err);
  for (size_t i = 0; rc == VG_OK && i < rules->n; i++)
    rc = analysis_rules_add(&files, rules->v[i], &err);
  o->rules = (const char *const *)files.v;
  o->rule_count = files.n;
  int status = rc == VG_OK ? prepare(j, o, r) : cli_fail(j->c, &err);
  if (status == CLI_OK)
    status = analyse(j, o, r);
  if (r->own_pack[0])
    (void)unlink(r->own_pack);
  analysis_recorder_free(j->recorder);
  analysis_tally_free(j->tally);
  analysis_rules_fini(&files);
  return status;
}

struct asking {
  const char *path;
  const struct analysis_record *what;
  struct vg_id pid;
};

static vg_code write_job(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct asking *a = ctx;
  return analysis_job_add(tx, who, a->path, a->what->case_ref, a->what->exhibit_ref, &a->pid, err);
}

/* For a worker: only what an instance records, and by a path that holds from anywhere. */
static int ask_later(struct cli *c, const char *path, const struct analysis_record *what) {
  char whole[PATH_MAX];
  struct asking a = {.path = realpath(path, whole) ? whole : path, .what = what};
  int status = cli_write(c, write_job, &a);
  if (status == CLI_OK)
    CLI_SAY(c, "cli.analyse.asked", a.pid.s);
  return status;
}

static int run(struct cli *c, int argc, char **argv) {
  const char *only = NULL, *skip = NULL;
  bool later = false;
  struct cli_list rules = {.n = 0};
  struct analysis_order o = {0};
  struct job j = {.c = c};
  struct recording r = {.job = &j};
  unsigned with = ~0u, without = 0;
  const struct cli_option options[] = {{"pack", CLI_TEXT, &o.pack},
                                       {"rules", CLI_LIST, &rules},
                                       {"case", CLI_TEXT, &r.what.case_ref},
                                       {"exhibit", CLI_TEXT, &r.what.exhibit_ref},
                                       {"only", CLI_TEXT, &only},
                                       {"skip", CLI_TEXT, &skip},
                                       {"later", CLI_FLAG, &later},
                                       {0}};
  int status = cli_parse(c, &cmd_analyse, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1)
    return cli_usage(c, &cmd_analyse, argc < 1 ? "cli.missing" : "cli.too_many", argc < 1 ? "IMAGE" : argv[1]);
  if (!r.what.case_ref != !r.what.exhibit_ref)
    return cli_usage(c, &cmd_analyse, "cli.missing", r.what.case_ref ? "--exhibit" : "--case");
  if (only && !kinds_of(only, &with))
    return cli_usage(c, &cmd_analyse, "cli.bad_value", only);
  if (skip && !kinds_of(skip, &without))
    return cli_usage(c, &cmd_analyse, "cli.bad_value", skip);
  if (later && (!r.what.case_ref || o.pack || rules.n > 0 || only || skip))
    return cli_usage(c, &cmd_analyse, "cli.analyse.later_only", NULL);
  if (later)
    return ask_later(c, argv[0], &r.what);
  o.path = argv[0];
  o.kinds = (with & ~without & ((1u << FINDING_KINDS) - 1)) | 1u << FINDING_PROBLEM;
  return start(&j, &o, &rules, &r);
}

const struct cli_command cmd_analyse = {"analyse", "cli.analyse", "cli.analyse.usage", run};

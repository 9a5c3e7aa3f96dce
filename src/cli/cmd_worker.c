#include "cli/rejected.h"
#include "cli/show.h"

#include <stdio.h>

#include "worker/worker.h"

extern const struct cli_command cmd_worker, cmd_worker_jobs;

static void put_json(struct cli *c, const struct worker_event *e) {
  static const char *const state[] = {[WORKER_TOOK] = "running",
                                      [WORKER_READING] = "",
                                      [WORKER_DONE] = "done",
                                      [WORKER_FAILED] = "failed",
                                      [WORKER_IMPORTED] = "done"};
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "job", e->job->pid);
  vg_jw_kz(&w, "state", state[e->kind]);
  vg_jw_kz(&w, "case", e->job->case_ref);
  vg_jw_kz(&w, "exhibit", e->job->exhibit_ref);
  if (e->kind == WORKER_DONE) {
    vg_jw_kz(&w, "analysis", e->run);
    vg_jw_kint(&w, "files", e->sum->files);
    vg_jw_kint(&w, "hits", e->sum->count[FINDING_HIT]);
    vg_jw_kint(&w, "problems", e->sum->count[FINDING_PROBLEM]);
  }
  vg_jw_end(&w);
  cli_json_end(c);
  fflush(stdout); /* the next job may be long in coming */
}

static void load_told(struct cli *c, const struct worker_event *e) {
  const struct intel_import *n = &e->load->done;
  struct vg_jw w;
  if (e->kind == WORKER_FAILED)
    (void)cli_fail(c, e->why);
  if (!c->json && e->kind == WORKER_IMPORTED)
    CLI_SAY(c, "cli.worker.imported", e->load->name, VG_N(n->read), VG_N(n->added), VG_N(n->updated),
            VG_N(n->rejected));
  if (!c->json && e->kind == WORKER_IMPORTED)
    cli_say_uses(c, &n->uses);
  if (!c->json)
    return;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "job", e->load->pid);
  vg_jw_kz(&w, "state", e->kind == WORKER_FAILED ? "failed" : "done");
  vg_jw_kz(&w, "file", e->load->name);
  vg_jw_kint(&w, "read", n->read);
  vg_jw_kint(&w, "added", n->added);
  vg_jw_kint(&w, "updated", n->updated);
  vg_jw_kint(&w, "rejected", n->rejected);
  cli_json_uses(&w, &n->uses);
  vg_jw_end(&w);
  cli_json_end(c);
  fflush(stdout); /* the next job may be long in coming */
}

static void told(void *ctx, const struct worker_event *e) {
  struct cli *c = ctx;
  if (e->load) {
    load_told(c, e);
    return;
  }
  if (e->kind == WORKER_READING) {
    cli_progress(c, "cli.analyse.reading", e->done, e->total);
    return;
  }
  cli_progress_end(c);
  if (e->kind == WORKER_FAILED)
    (void)cli_fail(c, e->why);
  if (c->json)
    put_json(c, e);
  else if (e->kind == WORKER_TOOK)
    CLI_NOTE(c, "cli.worker.took", e->job->exhibit_ref, e->job->input);
  else if (e->kind == WORKER_DONE)
    CLI_SAY(c, "cli.worker.done", e->job->exhibit_ref, VG_N(e->sum->files), VG_N(e->sum->count[FINDING_HIT]),
            VG_N(e->sum->count[FINDING_PROBLEM]), e->run);
}

static int run(struct cli *c, int argc, char **argv) {
  struct worker_options o = {.lang = c->lang};
  const struct cli_option options[] = {{"once", CLI_FLAG, &o.once}, {0}};
  struct vg_err err = {0};
  int64_t made;
  int status = cli_no_word(c, &cmd_worker, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  o.stop = cli_stop_begin();
  return worker_run(c->instance, &o, told, c, &made, &err) == VG_OK ? CLI_OK : cli_fail(c, &err);
}
const struct cli_command cmd_worker = {"worker", "cli.worker", "cli.worker.usage", run};

static vg_code read_jobs(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT pid, case_ref, exhibit_ref, input, state, done, total, run, problem FROM analysis_v_job "
                     "ORDER BY id DESC LIMIT 1000",
                     S_NOARGS, err));
  while (store_next(q)) {
    if (!casework_subject_seen(tx, l->who, store_str(q, 1)))
      continue;
    static const char *const key[] = {"id", "case", "exhibit", "path", "state", "done", "total", "analysis", "problem"};
    struct vg_jw w;
    if (l->table) {
      enum { STATE = 4 };
      static const int shown[] = {2, STATE, 3, 8};
      for (size_t i = 0; i < VG_COUNT(shown); i++)
        if (shown[i] == STATE)
          cli_table_cellz(l->table, show_wordz(l->c, "server.job.", VG_T(store_str(q, STATE))));
        else
          cli_table_cell(l->table, store_str(q, shown[i]));
      continue;
    }
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    for (int i = 0; i < (int)VG_COUNT(key); i++)
      if (i == 5 || i == 6)
        vg_jw_kint(&w, key[i], store_int(q, i));
      else
        vg_jw_kstr(&w, key[i], store_str(q, i));
    vg_jw_end(&w);
    cli_json_end(l->c);
  }
  return store_done(&q, err);
}

static int run_jobs(struct cli *c, int argc, char **argv) {
  static const char *const headings[] = {"cli.worker.col.exhibit", "cli.worker.col.state", "cli.worker.col.path",
                                         "cli.worker.col.problem"};
  return cli_list_seen(c, &cmd_worker_jobs, argc, argv, headings, VG_COUNT(headings), read_jobs);
}
const struct cli_command cmd_worker_jobs = {"worker jobs", "cli.worker_jobs", "cli.worker_jobs.usage", run_jobs};

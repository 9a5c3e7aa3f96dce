#include "analysis/analysis.h"

#include <unistd.h>

vg_code analysis_job_add(struct store_tx *tx, const struct actor *who, const char *path, const char *case_ref,
                         const char *exhibit_ref, struct vg_id *pid, struct vg_err *err) {
  int64_t same, id;
  if (path[0] != '/' || vg_str_z(path).n >= sizeof((struct analysis_job *)0)->input)
    return VG_FAIL(err, VG_EDATA, "analysis.job_path", path);
  if (access(path, R_OK) != 0)
    return VG_FAIL_SYS(err, "analysis.job_input", path);
  VG_TRY(analysis_check_refs(tx, who, case_ref, exhibit_ref, err));
  VG_TRY(store_get_int(tx, &same,
                       "SELECT COUNT(*) FROM analysis_job WHERE input = $1 AND case_ref = $2 AND exhibit_ref = $3 AND "
                       "state IN ('waiting', 'running')",
                       S_ARGS(S_BYTES(vg_str_z(path)), S_Z(case_ref), S_Z(exhibit_ref)), err));
  if (same)
    return VG_FAIL(err, VG_EEXIST, "analysis.job_exists", path);
  *pid = vg_id_new("job", store_now(tx));
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO analysis_job (pid, case_ref, exhibit_ref, input, state, attempts, asked, asked_by, "
                      "worker, done, total, run, "
                      "problem) VALUES ($1, $2, $3, $4, 'waiting', 0, $5, $6, '', 0, 0, '', '') RETURNING id",
                      S_ARGS(S_Z(pid->s), S_Z(case_ref), S_Z(exhibit_ref), S_BYTES(vg_str_z(path)),
                             S_TIME(store_now(tx)), S_Z(who->id.s)),
                      err));
  return LEDGER_TELL(tx, who, "analysis.asked", pid->s, err, "case", case_ref, "exhibit", exhibit_ref, "path", path);
}

static void read_job(struct store_rows *q, struct analysis_job *j) {
  *j = (struct analysis_job){.id = store_int(q, 0), .attempts = store_int(q, 1)};
  vg_str_copy(j->pid, sizeof j->pid, store_str(q, 2));
  vg_str_copy(j->case_ref, sizeof j->case_ref, store_str(q, 3));
  vg_str_copy(j->exhibit_ref, sizeof j->exhibit_ref, store_str(q, 4));
  vg_str_copy(j->input, sizeof j->input, store_str(q, 5));
  vg_str_copy(j->asked_by, sizeof j->asked_by, store_str(q, 6));
}

/* PostgreSQL's other workers pass over a row that one of them is taking; SQLite has one writer at a time. */
#define TAKE(skip)                                                                                                     \
  "UPDATE analysis_job SET state = 'running', worker = $1, lease = $2, started = $3, attempts = attempts + 1, done = " \
  "0, total = 0 WHERE id = "                                                                                           \
  "(SELECT id FROM analysis_job WHERE attempts < $4 AND (state = 'waiting' OR (state = 'running' AND lease <= $3)) "   \
  "ORDER BY id LIMIT 1" skip ") RETURNING id, attempts, pid, case_ref, exhibit_ref, input, asked_by"

vg_code analysis_job_take(struct store_tx *tx, const char *worker, struct analysis_job *out, struct vg_err *err) {
  struct store_rows *q;
  vg_time now = store_now(tx);
  bool found = false;
  VG_TRY(store_exec(
      tx,
      "UPDATE analysis_job SET state = 'failed', ended = $1 WHERE state = 'running' AND lease <= $1 AND attempts >= $2",
      S_ARGS(S_TIME(now), S_INT(JOB_ATTEMPTS)), err));
  VG_TRY(store_query(tx, &q, store_is_postgres(store_of(tx)) ? TAKE(" FOR UPDATE SKIP LOCKED") : TAKE(""),
                     S_ARGS(S_Z(worker), S_TIME(now + JOB_LEASE), S_TIME(now), S_INT(JOB_ATTEMPTS)), err));
  while (store_next(q)) {
    read_job(q, out);
    found = true;
  }
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "analysis.no_job");
}

static vg_code own(struct store_tx *tx, const struct analysis_job *j, const char *sql, struct store_args args,
                   struct vg_err *err) {
  int64_t rows;
  VG_TRY(store_change(tx, &rows, sql, args, err));
  return rows == 1 ? VG_OK : VG_FAIL(err, VG_ESTATE, "analysis.job_lost", j->pid);
}

vg_code analysis_job_progress(struct store_tx *tx, const struct analysis_job *j, const char *worker, uint64_t done,
                              uint64_t total, struct vg_err *err) {
  return own(
      tx, j,
      "UPDATE analysis_job SET done = $3, total = $4, lease = $5 WHERE id = $1 AND worker = $2 AND state = 'running'",
      S_ARGS(S_INT(j->id), S_Z(worker), S_INT(done), S_INT(total), S_TIME(store_now(tx) + JOB_LEASE)), err);
}

vg_code analysis_job_end(struct store_tx *tx, const struct analysis_job *j, const char *worker, const char *run,
                         struct vg_err *err) {
  return own(tx, j,
             "UPDATE analysis_job SET state = 'done', done = total, run = $3, ended = $4 WHERE id = $1 AND worker = $2 "
             "AND state = 'running'",
             S_ARGS(S_INT(j->id), S_Z(worker), S_Z(run), S_TIME(store_now(tx))), err);
}

vg_code analysis_job_give_back(struct store_tx *tx, const struct analysis_job *j, const char *worker,
                               struct vg_err *err) {
  return own(tx, j,
             "UPDATE analysis_job SET state = 'waiting', worker = '', lease = NULL, attempts = attempts - 1 WHERE id = "
             "$1 AND worker = $2 AND state = 'running'",
             S_ARGS(S_INT(j->id), S_Z(worker)), err);
}

vg_code analysis_job_fail(struct store_tx *tx, const struct actor *who, const struct analysis_job *j,
                          const char *worker, vg_str why, struct vg_err *err) {
  VG_TRY(own(tx, j,
             "UPDATE analysis_job SET state = 'failed', problem = $3, ended = $4 WHERE id = $1 AND worker = $2 AND "
             "state = 'running'",
             S_ARGS(S_INT(j->id), S_Z(worker), S_STR(why), S_TIME(store_now(tx))), err));
  return LEDGER_TELL(tx, who, "analysis.failed", j->pid, err, "case", j->case_ref, "exhibit", j->exhibit_ref, "why",
                     VG_T(why));
}

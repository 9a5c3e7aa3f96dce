/* Analyses between instances: the run as an event, what it found as rows attached to it. Only those of an exhibit
 * travel, with their case; the medium and its images stay where they are. */
#include "analysis/analysis_internal.h"

#define DONE "analysis.done"

static const struct merge_column columns[] = {
    MERGE_COL_ID,
    MERGE_COL_REF("case", "SELECT COUNT(*) FROM casework_v_case WHERE pid = $1"),
    MERGE_COL_REF("exhibit", "SELECT COUNT(*) FROM casework_v_exhibit WHERE pid = $1"),
    {"input", MERGE_BYTES, 4096, NULL},
    MERGE_COL_TEXT("pack", VG_ID_MAX - 1),
    {"rules", MERGE_INT, INT64_MAX, NULL},
    {"files", MERGE_INT, INT64_MAX, NULL},
    {"deleted", MERGE_INT, INT64_MAX, NULL},
    {"bytes", MERGE_INT, INT64_MAX, NULL},
    {"hits", MERGE_INT, INT64_MAX, NULL},
    {"problems", MERGE_INT, INT64_MAX, NULL},
    {"started", MERGE_INT, INT64_MAX, NULL},
    {"made", MERGE_INT, INT64_MAX, NULL},
    MERGE_COL_TEXT("by", VG_ID_MAX - 1),
    {"attached", MERGE_INT, INT64_MAX, NULL},
    MERGE_COL_TEXT("attached_sha256", 2 * VG_SHA256_SIZE)};

static vg_code may(struct store_tx *tx, const struct actor *who, vg_str subject, struct vg_err *err) {
  struct subject_of s;
  VG_TRY(casework_subject_of(tx, subject, &s, err));
  return s.org ? territory_access(tx, who, s.org, err) : VG_OK;
}

/* The exhibit is the case's; one name has one content. */
static vg_code check(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  vg_str affair, exhibit, digest;
  int64_t of, other;
  (void)who;
  if (!vg_jv_str_at(e->body, "case", &affair) || !vg_jv_str_at(e->body, "exhibit", &exhibit) ||
      !vg_jv_str_at(e->body, "attached_sha256", &digest) || digest.n != 2 * VG_SHA256_SIZE)
    return VG_FAIL(err, VG_EDATA, "analysis.event", VG_N(e->seq));
  VG_TRY(store_get_int(tx, &of,
                       "SELECT COUNT(*) FROM casework_v_exhibit e JOIN casework_v_case c ON c.id = e.case_id WHERE "
                       "e.pid = $1 AND c.pid = $2",
                       S_ARGS(S_STR(exhibit), S_STR(affair)), err));
  VG_TRY(store_get_int(tx, &other,
                       "SELECT COUNT(*) FROM analysis_run WHERE pid = $1 AND attached_sha256 NOT IN ('', $2)",
                       S_ARGS(S_STR(e->subject), S_STR(digest)), err));
  if (other)
    return VG_FAIL(err, VG_EDAMAGE, "analysis.other_content", VG_T(e->subject));
  return of ? VG_OK : VG_FAIL(err, VG_EDATA, "analysis.event", VG_N(e->seq));
}

static vg_code done(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  (void)who;
  return store_exec(tx, "UPDATE analysis_run SET origin = $2 WHERE pid = $1",
                    S_ARGS(S_STR(e->subject), S_STR(e->origin)), err);
}

static const struct merge_row runs = {
    .prefix = "analysis--",
    MERGE_COLUMNS(columns),
    .check = check,
    .done = done,
    .select = "SELECT r.pid, c.pid, e.pid, r.input, r.pack, r.rules, r.files, r.deleted, r.bytes, r.hits, r.problems, "
              "r.started, r.made, r.made_by, r.attached, r.attached_sha256 FROM analysis_run r JOIN casework_v_case c "
              "ON c.ref = r.case_ref JOIN casework_v_exhibit e ON e.ref = r.exhibit_ref WHERE r.id = $1",
    .insert = "INSERT INTO analysis_run (pid, case_ref, exhibit_ref, input, pack, rules, files, deleted, bytes, hits, "
              "problems, started, made, made_by, attached, attached_sha256, whole) VALUES ($1, (SELECT ref FROM "
              "casework_v_case WHERE pid = $2), (SELECT ref FROM casework_v_exhibit WHERE pid = $3), $4, $5, $6, $7, "
              "$8, $9, $10, $11, $12, $13, $14, $15, $16, CASE WHEN CAST($15 AS BIGINT) = 0 THEN 1 ELSE 0 END) ON "
              "CONFLICT DO NOTHING"};

const struct merge_kind analysis_merges[] = {{.kind = DONE, .row = &runs, .may = may, .attached = &analysis_attached},
                                             {.kind = NULL}};

vg_code analysis_tell(struct store_tx *tx, const struct actor *who, int64_t run, const char *pid, struct merge_sum *sum,
                      struct vg_err *err) {
  VG_TRY(merge_attached_sum(tx, &analysis_attached, vg_str_z(pid), sum, err));
  VG_TRY(store_exec(tx, "UPDATE analysis_run SET attached = $2, attached_sha256 = $3 WHERE id = $1",
                    S_ARGS(S_INT(run), S_INT(sum->lines), S_Z(sum->sha256)), err));
  return merge_row_added(tx, who, &analysis_merges[0], pid, S_ARGS(S_INT(run)), err);
}

vg_code analysis_tell_old(struct store_tx *tx, const struct actor *who, struct vg_err *err) {
  struct vg_buf untold;
  struct merge_sum sum;
  vg_str rest, line, number;
  char pid[VG_ID_MAX];
  int64_t run;
  vg_buf_init(&untold, 64 << 20);
  vg_code rc =
      store_get_lines(tx, &untold,
                      "SELECT CAST(r.id AS TEXT) || ' ' || r.pid FROM analysis_run r JOIN casework_v_case c ON "
                      "c.ref = r.case_ref JOIN casework_v_exhibit e ON e.ref = r.exhibit_ref WHERE "
                      "r.attached_sha256 = '' ORDER BY r.id",
                      S_NOARGS, err);
  for (rest = vg_buf_view(&untold); rc == VG_OK && vg_str_line(&rest, &line);)
    if (vg_str_cut(&line, ' ', &number) && vg_str_i64(number, &run))
      rc = analysis_tell(tx, who, run, vg_str_copy(pid, sizeof pid, line), &sum, err);
  vg_buf_fini(&untold);
  return rc;
}

vg_code analysis_bare(struct store_tx *tx, int64_t *count, struct vg_err *err) {
  return store_get_int(tx, count, "SELECT COUNT(*) FROM analysis_run WHERE whole = 0", S_NOARGS, err);
}

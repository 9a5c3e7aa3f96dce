/* Acquisitions of other instances: what was copied, when, by whom, with its hashes. The files stay where they are. */
#include "evidence/evidence.h"

#define HASH(name, max)                                                                                                \
  { name, MERGE_TEXT, max, NULL }
static const struct merge_column columns[] = {
    {"id", MERGE_TEXT, VG_ID_MAX - 1, NULL},
    {"case", MERGE_REF, 0, "SELECT COUNT(*) FROM casework_v_case WHERE pid = $1"},
    {"exhibit", MERGE_REF, 0, "SELECT COUNT(*) FROM casework_v_exhibit WHERE pid = $1"},
    {"path", MERGE_BYTES, 4096, NULL},
    {"segments", MERGE_INT, INT64_MAX, NULL},
    {"bytes", MERGE_INT, INT64_MAX, NULL},
    {"sector_size", MERGE_INT, INT64_MAX, NULL},
    HASH("md5", 32),
    HASH("sha1", 40),
    HASH("sha256", 64),
    HASH("sha512", 128),
    {"bad_sectors", MERGE_INT, INT64_MAX, NULL},
    {"made", MERGE_TIME, 0, NULL},
    {"by", MERGE_TEXT, VG_ID_MAX - 1, NULL}};
static const struct merge_row images = {
    .prefix = "image--",
    .all = "SELECT pid, id, NULL FROM evidence_image ORDER BY id",
    .columns = columns,
    .count = VG_COUNT(columns),
    .select = "SELECT m.pid, COALESCE(c.pid, ''), COALESCE(e.pid, ''), m.path, m.segments, m.bytes, m.sector_size, "
              "m.md5, m.sha1, m.sha256, m.sha512, m.bad_sectors, m.made, m.made_by FROM evidence_image m LEFT JOIN "
              "casework_v_case c ON c.ref = m.case_ref LEFT JOIN casework_v_exhibit e ON e.ref = m.exhibit_ref WHERE "
              "m.id = $1",
    .insert =
        "INSERT INTO evidence_image (pid, case_ref, exhibit_ref, path, segments, bytes, sector_size, md5, sha1, "
        "sha256, sha512, bad_sectors, made, made_by, away) VALUES ($1, COALESCE((SELECT ref FROM casework_v_case "
        "WHERE pid = $2), ''), COALESCE((SELECT ref FROM casework_v_exhibit WHERE pid = $3), ''), $4, $5, $6, $7, "
        "$8, $9, $10, $11, $12, $13, $14, 1) ON CONFLICT DO NOTHING"};

static vg_code may(struct store_tx *tx, const struct actor *who, vg_str subject, struct vg_err *err) {
  struct subject_of s;
  VG_TRY(casework_subject_of(tx, subject, &s, err));
  return s.org ? territory_access(tx, who, s.org, err) : VG_OK;
}

const struct merge_kind evidence_merges[] = {{.kind = "image.acquired", .row = &images, .may = may}, {.kind = NULL}};

vg_code evidence_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err) {
  VG_TRY(store_exec(tx, "UPDATE evidence_image SET case_ref = $2 WHERE case_ref = $1", S_ARGS(S_STR(old), S_STR(fresh)),
                    err));
  return store_exec(tx, "UPDATE evidence_image SET exhibit_ref = $2 WHERE exhibit_ref = $1",
                    S_ARGS(S_STR(old), S_STR(fresh)), err);
}

vg_code evidence_case_forget(struct store_tx *tx, const char *ref, evidence_forgotten_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT pid, path, sha256, away FROM evidence_image WHERE case_ref = $1 ORDER BY id",
                     S_ARGS(S_Z(ref)), err));
  while (rc == VG_OK && store_next(q)) {
    const struct image_forgotten i = {store_str(q, 0), store_str(q, 1), store_str(q, 2), store_int(q, 3) != 0};
    rc = sink(ctx, &i, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  VG_TRY(rc != VG_OK ? rc : ended);
  return store_exec(tx, "DELETE FROM evidence_image WHERE case_ref = $1", S_ARGS(S_Z(ref)), err);
}

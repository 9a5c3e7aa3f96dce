/* Notes of a case: what is written again stays beside what was written before. */
#include "base/hash.h"
#include "casework/casework_internal.h"

enum { NOTE_MAX = 20000 };

vg_code casework_note_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                          struct vg_err *err) {
  (void)who;
  return store_exec(
      tx,
      "INSERT INTO casework_revision (note, number, text, at, person, uid) SELECT n.id, CAST($2 AS "
      "BIGINT), $3, CAST($4 AS BIGINT), $5, $6 FROM casework_note n WHERE n.pid = $1 ON CONFLICT DO "
      "NOTHING",
      S_ARGS(S_STR(v->subject), S_INT(v->depth), S_STR(v->value), S_TIME(v->at), S_STR(v->person), S_STR(v->uid)), err);
}

/* A revision is a version of the note's text. */
static vg_code put(struct store_tx *tx, const struct actor *who, const struct vg_id *note, vg_str text, int64_t *number,
                   struct vg_err *err) {
  struct merge_made made;
  if (vg_str_trim(text).n == 0 || text.n > NOTE_MAX || !vg_utf8_ok(text))
    return VG_FAIL(err, VG_EDATA, "casework.note_text", VG_N(NOTE_MAX));
  VG_TRY(merge_change(tx, who, casework_merges[TOLD_NOTE_TEXT].kind, note->s, "text", text, &made, err));
  const struct merge_version v = {.uid = vg_str_z(made.uid),
                                  .subject = vg_id_str(note),
                                  .value = text,
                                  .person = vg_id_str(&who->id),
                                  .at = store_now(tx),
                                  .depth = made.depth};
  *number = made.depth;
  VG_TRY(casework_note_row(tx, who, &v, err));
  return store_exec(tx, "UPDATE casework_note SET current = $2 WHERE pid = $1", S_ARGS(S_Z(note->s), S_Z(made.uid)),
                    err);
}

static vg_code tell(struct store_tx *tx, const struct actor *who, const char *kind, const char *case_pid,
                    const char *note, int64_t number, vg_str text, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  char hex[72];
  vg_sha256(text.p, text.n, hash);
  return LEDGER_TELL(tx, who, kind, case_pid, err, "note", note, "revision", VG_N(number), "sha256",
                     vg_hex(hex, hash, sizeof hash));
}

vg_code casework_note_add(struct store_tx *tx, const struct actor *who, const struct affair *a, vg_str text,
                          struct vg_id *pid, struct vg_err *err) {
  int64_t id, number;
  *pid = vg_id_new("note", store_now(tx));
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(casework_case_alive(tx, a->id, err));
  VG_TRY(store_insert(tx, &id, "INSERT INTO casework_note (pid, case_id) VALUES ($1,$2) RETURNING id",
                      S_ARGS(S_Z(pid->s), S_INT(a->id)), err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_NOTE, pid->s, err, S_INT(id)));
  VG_TRY(put(tx, who, pid, text, &number, err));
  VG_TRY(casework_case_index(tx, a->id, err));
  VG_TRY(casework_mark_text(tx, who, a->id, text, pid->s, err));
  return tell(tx, who, "case.note", a->pid.s, pid->s, 1, text, err);
}

vg_code casework_note_revise(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t from, vg_str text,
                             struct vg_err *err) {
  struct store_rows *q;
  int64_t case_id = 0, last = 0, number = 0;
  struct vg_id owner = {0}, note = vg_id_of(pid);
  VG_TRY(store_query(
      tx, &q,
      "SELECT c.id, c.pid, (SELECT MAX(r.number) FROM casework_revision r WHERE r.note = n.id) FROM casework_note n JOIN casework_case c ON c.id = n.case_id WHERE n.pid = $1",
      S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found) {
    case_id = store_int(q, 0);
    owner = vg_id_of(store_str(q, 1));
    last = store_int(q, 2);
  }
  VG_TRY(store_done(&q, err));
  if (!found)
    return VG_FAIL(err, VG_ENOTFOUND, "casework.no_note", VG_T(pid));
  VG_TRY(casework_access(tx, who, case_id, err));
  VG_TRY(casework_case_alive(tx, case_id, err));
  if (from && from != last)
    return VG_FAIL(err, VG_ESTATE, "casework.note_newer", VG_N(last));
  VG_TRY(put(tx, who, &note, text, &number, err));
  VG_TRY(casework_case_index(tx, case_id, err));
  VG_TRY(casework_mark_forget(tx, note.s, err));
  VG_TRY(casework_mark_text(tx, who, case_id, text, note.s, err));
  return tell(tx, who, "case.note_revised", owner.s, note.s, number, text, err);
}

vg_code casework_each_note(struct store_tx *tx, int64_t case_id, bool history, casework_note_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT pid, text, author, number, last, at FROM casework_v_note WHERE case_id = $1 AND ($2 = 1 OR "
                  "shows = 1) ORDER BY id, shows DESC, number DESC, uid",
                  S_ARGS(S_INT(case_id), S_INT(history)), err));
  while (rc == VG_OK && store_next(q)) {
    struct note n = {.pid = vg_id_of(store_str(q, 0)),
                     .text = store_str(q, 1),
                     .author = store_str(q, 2),
                     .number = store_int(q, 3),
                     .last = store_int(q, 4),
                     .at = store_time(q, 5)};
    rc = sink(ctx, &n, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* Notes of a case: what is written again stays beside what was written before. */
#include "base/hash.h"
#include "casework/casework_internal.h"

enum { NOTE_MAX = 20000 };

static vg_code put(struct store_tx *tx, const struct actor *who, int64_t note, int64_t number, vg_str text,
                   struct vg_err *err) {
  if (vg_str_trim(text).n == 0 || text.n > NOTE_MAX || !vg_utf8_ok(text))
    return VG_FAIL(err, VG_EDATA, "casework.note_text", VG_N(NOTE_MAX));
  return store_exec(tx, "INSERT INTO casework_note_revision (note, number, text, at, person) VALUES ($1,$2,$3,$4,$5)",
                    S_ARGS(S_INT(note), S_INT(number), S_STR(text), S_TIME(store_now(tx)), S_Z(who->id.s)), err);
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
  int64_t id;
  *pid = vg_id_new("note", store_now(tx));
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(casework_case_alive(tx, a->id, err));
  VG_TRY(store_insert(tx, &id, "INSERT INTO casework_note (pid, case_id) VALUES ($1,$2) RETURNING id",
                      S_ARGS(S_Z(pid->s), S_INT(a->id)), err));
  VG_TRY(put(tx, who, id, 1, text, err));
  VG_TRY(casework_case_index(tx, a->id, err));
  VG_TRY(casework_mark_text(tx, who, a->id, text, pid->s, err));
  return tell(tx, who, "case.note", a->pid.s, pid->s, 1, text, err);
}

vg_code casework_note_revise(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t from, vg_str text,
                             struct vg_err *err) {
  struct store_rows *q;
  int64_t id = 0, case_id = 0, last = 0;
  struct vg_id owner = {0}, note = vg_id_of(pid);
  VG_TRY(store_query(tx, &q,
                     "SELECT n.id, c.id, c.pid, (SELECT MAX(r.number) FROM casework_note_revision r WHERE r.note "
                     "= n.id) FROM casework_note n JOIN casework_case c ON c.id = n.case_id WHERE n.pid = $1",
                     S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found) {
    id = store_int(q, 0);
    case_id = store_int(q, 1);
    owner = vg_id_of(store_str(q, 2));
    last = store_int(q, 3);
  }
  VG_TRY(store_done(&q, err));
  if (!found)
    return VG_FAIL(err, VG_ENOTFOUND, "casework.no_note", VG_T(pid));
  VG_TRY(casework_access(tx, who, case_id, err));
  VG_TRY(casework_case_alive(tx, case_id, err));
  vg_code rc = from && from != last ? VG_EEXIST : put(tx, who, id, last + 1, text, err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, VG_ESTATE, "casework.note_newer", VG_N(last));
  VG_TRY(rc);
  VG_TRY(casework_case_index(tx, case_id, err));
  VG_TRY(casework_mark_forget(tx, note.s, err));
  VG_TRY(casework_mark_text(tx, who, case_id, text, note.s, err));
  return tell(tx, who, "case.note_revised", owner.s, note.s, last + 1, text, err);
}

vg_code casework_each_note(struct store_tx *tx, int64_t case_id, bool history, casework_note_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT pid, text, author, number, last, at FROM casework_v_note WHERE case_id = $1 AND ($2 = 1 OR "
                  "number = last) ORDER BY id, number DESC",
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

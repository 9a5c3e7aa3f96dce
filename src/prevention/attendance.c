/* Who came, counted by a code on the wall, and what they made of it. */
#include "base/hash.h"
#include "evaluation/evaluation.h"
#include "prevention/prevention_internal.h"

enum { NOTE_MAX = 500, OPENS_HOURS = 6, STAYS_DAYS = 7 };

vg_code prevention_action_code(struct store_tx *tx, const struct actor *who, vg_str pid, char token[static 40],
                               struct vg_err *err) {
  struct action a;
  unsigned char secret[16];
  VG_TRY(prevention_action_find(tx, pid, &a, err));
  if (a.org)
    VG_TRY(territory_access(tx, who, a.org, err));
  if (vg_str_eqz(vg_str_z(a.state), "cancelled"))
    return VG_FAIL(err, VG_ESTATE, "prevention.not_planned");
  if (a.token[0]) {
    vg_str_copy(token, 40, vg_str_z(a.token));
    return VG_OK;
  }
  vg_random(secret, sizeof secret);
  vg_hex(token, secret, sizeof secret);
  VG_TRY(store_exec(tx, "UPDATE prevention_action SET token = $2 WHERE id = $1", S_ARGS(S_INT(a.id), S_Z(token)), err));
  return LEDGER_TELL(tx, who, "action.code", a.pid.s, err, "title", a.title);
}

vg_code prevention_by_token(struct store_tx *tx, vg_str token, struct action *out, struct vg_err *err) {
  struct vg_buf pid;
  vg_buf_init(&pid, VG_ID_MAX);
  vg_code rc = token.n == 0 ? VG_ENOTFOUND
                            : store_get_text(tx, &pid, "SELECT pid FROM prevention_action WHERE token = $1",
                                             S_ARGS(S_STR(token)), NULL);
  if (rc == VG_OK)
    rc = prevention_action_find(tx, vg_buf_view(&pid), out, err);
  else if (rc == VG_ENOTFOUND)
    rc = VG_FAIL(err, rc, "prevention.no_code");
  vg_buf_fini(&pid);
  VG_TRY(rc);
  vg_time now = store_now(tx);
  if (vg_str_eqz(vg_str_z(out->state), "cancelled") || now < out->at - OPENS_HOURS * VG_HOUR ||
      now > out->at + STAYS_DAYS * VG_DAY)
    return VG_FAIL(err, VG_ESTATE, "prevention.code_closed");
  return VG_OK;
}

/* Whoever came is nobody here; what a merge needs is an author, the same on every instance. */
static struct actor by_code(void) {
  static const unsigned char space[16] = {0x3b, 0x91, 0x5e, 0x07, 0xc4, 0x2d, 0x4f, 0x6a,
                                          0x9d, 0x18, 0x70, 0xe3, 0x5a, 0xbc, 0x26, 0xf1};
  return (struct actor){.id = vg_id_v5("identity", space, VG_STR("presence")), .name = "code QR"};
}

vg_code prevention_attend(struct store_tx *tx, vg_str token, vg_str naf, vg_str size, struct vg_err *err) {
  struct action a;
  int64_t known = 1;
  VG_TRY(prevention_by_token(tx, token, &a, err));
  if (naf.n || size.n)
    VG_TRY(store_get_int(tx, &known,
                         "SELECT (SELECT COUNT(*) FROM territory_v_naf WHERE section = $1) * (SELECT COUNT(*) FROM "
                         "territory_v_size WHERE code = $2)",
                         S_ARGS(S_STR(naf.n ? naf : VG_STR("")), S_STR(size.n ? size : VG_STR(""))), err));
  if (!known)
    return VG_FAIL(err, VG_EDATA, "prevention.attend");
  VG_TRY(store_exec(tx,
                    "INSERT INTO prevention_audience (action, naf, size, people) VALUES ($1, $2, $3, 1) "
                    "ON CONFLICT (action, naf, size) DO UPDATE SET people = prevention_audience.people + 1",
                    S_ARGS(S_INT(a.id), S_STR(naf.n ? naf : VG_STR("")), S_STR(size.n ? size : VG_STR(""))), err));
  if (!vg_str_eqz(vg_str_z(a.state), "done"))
    return VG_OK; /* told with all others when it is done */
  const struct actor code = by_code();
  return action_note_audience(tx, &code, &a, err);
}

vg_code prevention_feedback(struct store_tx *tx, vg_str token, int64_t useful, vg_str will, vg_str note,
                            struct vg_err *err) {
  struct action a;
  VG_TRY(prevention_by_token(tx, token, &a, err));
  if (useful < 1 || useful > 5 || !(vg_str_eqz(will, "yes") || vg_str_eqz(will, "perhaps") || vg_str_eqz(will, "no")))
    return VG_FAIL(err, VG_EDATA, "prevention.feedback");
  if (note.n > NOTE_MAX || !vg_utf8_ok(note))
    return VG_FAIL(err, VG_EDATA, "prevention.note", VG_N(NOTE_MAX));
  vg_time now = store_now(tx);
  return store_exec(
      tx, "INSERT INTO prevention_feedback (action, useful, will, note, day) VALUES ($1, $2, $3, $4, $5)",
      S_ARGS(S_INT(a.id), S_INT(useful), S_STR(will), S_STR(note.n ? note : VG_STR("")), S_TIME(now - now % VG_DAY)),
      err);
}

vg_code prevention_feedback_of(struct store_tx *tx, int64_t action, struct feedback *out, struct vg_err *err) {
  struct store_rows *q;
  *out = (struct feedback){0};
  VG_TRY(store_query(tx, &q,
                     "SELECT useful, will, COUNT(*) FROM prevention_v_feedback WHERE action = $1 GROUP BY useful, will",
                     S_ARGS(S_INT(action)), err));
  while (store_next(q)) {
    int64_t mark = store_int(q, 0), n = store_int(q, 2);
    vg_str will = store_str(q, 1);
    if (mark >= 1 && mark <= 5)
      out->mark[mark - 1] += n;
    *(vg_str_eqz(will, "yes") ? &out->yes : vg_str_eqz(will, "no") ? &out->no : &out->perhaps) += n;
    out->sheets += n;
  }
  VG_TRY(store_done(&q, err));
  evaluation_share(out->yes, out->sheets, &out->yes_lo, &out->yes_hi);
  return VG_OK;
}

static vg_code of_pid(struct store_tx *tx, const struct actor *who, vg_str pid, struct action *a, struct vg_err *err) {
  VG_TRY(prevention_action_find(tx, pid, a, err));
  return a->org ? territory_access(tx, who, a->org, err) : VG_OK;
}

vg_code prevention_attendee_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str name, vg_str contact,
                                vg_str purpose, struct vg_err *err) {
  struct action a;
  VG_TRY(of_pid(tx, who, pid, &a, err));
  if (vg_str_trim(name).n == 0 || name.n > 96 || contact.n > 160 || vg_str_trim(purpose).n == 0 || purpose.n > 200 ||
      !vg_utf8_ok(name) || !vg_utf8_ok(contact) || !vg_utf8_ok(purpose))
    return VG_FAIL(err, VG_EDATA, "prevention.attendee");
  vg_code rc = store_exec(
      tx, "INSERT INTO prevention_attendee (action, name, contact, purpose, agreed) VALUES ($1, $2, $3, $4, $5)",
      S_ARGS(S_INT(a.id), S_STR(name), S_STR(contact.n ? contact : VG_STR("")), S_STR(purpose), S_TIME(store_now(tx))),
      err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "prevention.attendee_exists", VG_T(name));
  VG_TRY(rc);
  /* The ledger cannot forget, so it is not told the name. */
  return LEDGER_TELL(tx, who, "action.attendee_agreed", a.pid.s, err, "purpose", VG_T(purpose));
}

vg_code prevention_attendee_withdraw(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str name,
                                     struct vg_err *err) {
  struct action a;
  int64_t n;
  VG_TRY(of_pid(tx, who, pid, &a, err));
  VG_TRY(store_change(tx, &n, "DELETE FROM prevention_attendee WHERE action = $1 AND name = $2",
                      S_ARGS(S_INT(a.id), S_STR(name)), err));
  if (n == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "prevention.no_attendee", VG_T(name));
  return LEDGER_TELL(tx, who, "action.attendee_withdrawn", a.pid.s, err, "erased", VG_N(n));
}

vg_code prevention_each_attendee(struct store_tx *tx, int64_t action, prevention_attendee_sink *sink, void *ctx,
                                 struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT name, contact, purpose, agreed FROM prevention_attendee WHERE action = $1 ORDER BY name",
                     S_ARGS(S_INT(action)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_str(q, 2), store_time(q, 3), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

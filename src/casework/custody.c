/*
 * Who had an exhibit, when and why; the seal and its versions. Every move is a version of the exhibit's field "custody"
 * (merge.h), and a row is made of every version: two who moved one exhibit without knowing of each other are in
 * conflict, both rows stay, and who settles it adds a row that says what holds. Copies move nothing.
 */
#include "base/jsonw.h"
#include "casework/casework_internal.h"

#include <stdio.h>

static const char *const names[] = {"transferred", "opened", "closed", "returned", "destroyed", "copied"};

bool casework_custody_by_name(vg_str name, enum custody_what *out) {
  for (size_t i = 0; i < VG_COUNT(names); i++) {
    if (vg_str_eqz(name, names[i])) {
      *out = (enum custody_what)i;
      return true;
    }
  }
  return false;
}

vg_code casework_each_custody(struct store_tx *tx, int64_t exhibit, casework_custody_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT at, what, seal, person, person_name, holder, place, reason, sha256 FROM casework_v_custody_full "
      "WHERE exhibit = $1 ORDER BY number, uid, id",
      S_ARGS(S_INT(exhibit)), err));
  while (rc == VG_OK && store_next(q)) {
    struct custody k = {.at = store_time(q, 0),
                        .what = store_str(q, 1),
                        .seal = store_str(q, 2),
                        .person = store_str(q, 3),
                        .person_name = store_str(q, 4),
                        .holder = store_str(q, 5),
                        .place = store_str(q, 6),
                        .reason = store_str(q, 7),
                        .sha256 = store_str(q, 8)};
    rc = sink(ctx, &k, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code follow(void *ctx, const struct custody *k, struct vg_err *err) {
  struct exhibit_state *s = ctx;
  (void)err;
  if (k->place.n)
    vg_str_copy(s->place, sizeof s->place, k->place);
  bool received = vg_str_eqz(k->what, "received"), closed = vg_str_eqz(k->what, "closed");
  bool copied = vg_str_eqz(k->what, "copied"), again = closed && vg_str_eqz(k->seal, s->seal);
  if (received || k->holder.n)
    vg_str_copy(s->holder, sizeof s->holder, received ? k->person_name : k->holder);
  bool unsealed = received && k->seal.n == 0;
  if ((received && !unsealed) || (closed && !again)) /* said again by who settled a conflict */
    s->seal_version++;
  s->open = vg_str_eqz(k->what, "opened") || unsealed || (s->open && !closed);
  s->gone = vg_str_eqz(k->what, "returned") || vg_str_eqz(k->what, "destroyed") || (s->gone && copied);
  vg_str_copy(s->what, sizeof s->what, k->what);
  vg_str_copy(s->seal, sizeof s->seal, k->seal);
  return VG_OK;
}

vg_code casework_exhibit_state(struct store_tx *tx, int64_t exhibit, struct exhibit_state *out, struct vg_err *err) {
  *out = (struct exhibit_state){0};
  return casework_each_custody(tx, exhibit, follow, out, err);
}

bool casework_hash_ok(vg_str s) {
  bool ok = s.n == 0 || s.n == 64;
  for (size_t i = 0; ok && i < s.n; i++)
    ok = vg_is_hex(s.p[i]) && vg_lower(s.p[i]) == s.p[i];
  return ok;
}

static vg_code check(const struct exhibit_state *s, const char *ref, enum custody_what what, const struct custody *with,
                     struct vg_err *err) {
  if (s->gone)
    return VG_FAIL(err, VG_ESTATE, "casework.exhibit_gone", ref, s->what);
  if (what == CUSTODY_OPENED && s->open)
    return VG_FAIL(err, VG_ESTATE, s->seal[0] ? "casework.seal_open" : "casework.seal_none", ref);
  if (what == CUSTODY_CLOSED && !s->open)
    return VG_FAIL(err, VG_ESTATE, "casework.seal_closed", ref);
  if (what == CUSTODY_CLOSED && !s->seal[0] && with->seal.n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.seal_first", ref);
  if (what == CUSTODY_CLOSED && (with->seal.n == 0 || vg_str_eqz(with->seal, s->seal)))
    return VG_FAIL(err, VG_EDATA, "casework.seal_number", ref, s->seal);
  if ((what == CUSTODY_TRANSFERRED || what == CUSTODY_RETURNED) && vg_str_trim(with->holder).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.holder");
  if (what != CUSTODY_CLOSED && vg_str_trim(with->reason).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.custody_reason");
  const vg_str texts[] = {with->seal, with->holder, with->place, with->reason};
  for (size_t i = 0; i < VG_COUNT(texts); i++)
    if (!vg_utf8_ok(texts[i]) || texts[i].n > 250)
      return VG_FAIL(err, VG_EDATA, "casework.custody_text");
  return casework_hash_ok(with->sha256) ? VG_OK : VG_FAIL(err, VG_EDATA, "casework.custody_hash", VG_T(with->sha256));
}

/* {"what","seal","holder","place","reason","sha256"}, as the version's value. */
static vg_code say(struct vg_buf *out, const char *what, vg_str seal, const struct custody *with, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "what", what);
  vg_jw_kstr(&w, "seal", seal);
  vg_jw_kstr(&w, "holder", some(with->holder));
  vg_jw_kstr(&w, "place", some(with->place));
  vg_jw_kstr(&w, "reason", some(with->reason));
  vg_jw_kstr(&w, "sha256", some(with->sha256));
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

static bool read_move(vg_jv v, struct custody *k) {
  enum custody_what what;
  return merge_text(v, "what", 15, &k->what) && casework_custody_by_name(k->what, &what) &&
         merge_text(v, "seal", 250, &k->seal) && merge_text(v, "holder", 250, &k->holder) &&
         merge_text(v, "place", 250, &k->place) && merge_text(v, "reason", 250, &k->reason) &&
         merge_text(v, "sha256", 64, &k->sha256) && casework_hash_ok(k->sha256);
}

static vg_code insert(struct store_tx *tx, const struct actor *who, const struct exhibit *e,
                      const struct merge_version *v, const struct custody *k, struct vg_err *err) {
  VG_TRY(store_exec(
      tx,
      "INSERT INTO casework_custody (exhibit, at, what, seal, person, holder, place, reason, sha256, number, uid) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
      S_ARGS(S_INT(e->id), S_TIME(v->at), S_STR(k->what), S_STR(some(k->seal)), S_STR(v->person),
             S_STR(some(k->holder)), S_STR(some(k->place)), S_STR(some(k->reason)), S_STR(some(k->sha256)),
             S_INT(v->depth), S_STR(v->uid)),
      err));
  return k->sha256.n ? casework_mark_add(tx, who, e->case_id, VG_STR("sha256"), k->sha256, e->pid.s, err) : VG_OK;
}

vg_code casework_custody_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                             struct vg_err *err) {
  struct custody k = {.at = v->at};
  struct exhibit e;
  struct vg_json *j;
  vg_jv value;
  vg_code rc = casework_exhibit_find(tx, v->subject, &e, NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  VG_TRY(vg_json_new(&j, err));
  rc = vg_json_parse(j, v->value, &value, err);
  if (rc == VG_OK)
    rc = read_move(value, &k) ? insert(tx, who, &e, v, &k, err) : VG_FAIL(err, VG_EDATA, "casework.custody_text");
  vg_json_free(j);
  return rc;
}

static vg_code put_move(struct store_tx *tx, const struct actor *who, const struct exhibit *e, const char *what,
                        vg_str seal, const struct custody *with, struct vg_err *err) {
  struct merge_made made;
  struct vg_buf value;
  vg_buf_init(&value, 1 << 14);
  vg_code rc = say(&value, what, seal, with, err);
  if (rc == VG_OK)
    rc =
        merge_change(tx, who, casework_merges[TOLD_CUSTODY].kind, e->pid.s, "custody", vg_buf_view(&value), &made, err);
  if (rc == VG_OK) {
    const struct merge_version v = {.uid = vg_str_z(made.uid),
                                    .subject = vg_id_str(&e->pid),
                                    .value = vg_buf_view(&value),
                                    .person = vg_id_str(&who->id),
                                    .at = store_now(tx),
                                    .depth = made.depth};
    rc = casework_custody_row(tx, who, &v, err);
  }
  vg_buf_fini(&value);
  return rc;
}

static vg_code put_copy(struct store_tx *tx, const struct actor *who, const struct exhibit *e, vg_str seal,
                        const struct custody *with, struct vg_err *err) {
  char uid[MERGE_UID];
  struct vg_id random = vg_id_new("copy", store_now(tx));
  struct merge_version v = {.person = vg_id_str(&who->id), .at = store_now(tx)};
  struct custody k = {
      .what = VG_STR("copied"), .seal = seal, .reason = with->reason, .place = with->place, .sha256 = with->sha256};
  int64_t id;
  snprintf(uid, sizeof uid, "%.100s/kept/%.100s", e->pid.s, random.s); /* after the move of the same number */
  v.uid = vg_str_z(uid);
  VG_TRY(store_get_int(tx, &v.depth, "SELECT COALESCE(MAX(number), 0) FROM casework_custody WHERE exhibit = $1",
                       S_ARGS(S_INT(e->id)), err));
  VG_TRY(insert(tx, who, e, &v, &k, err));
  VG_TRY(store_get_int(tx, &id, "SELECT id FROM casework_custody WHERE uid = $1", S_ARGS(S_Z(uid)), err));
  return ROW_ADDED(tx, who, TOLD_COPIED, e->pid.s, err, S_INT(id));
}

vg_code casework_exhibit_move(struct store_tx *tx, const struct actor *who, const struct exhibit *e,
                              enum custody_what what, const struct custody *with, struct vg_err *err) {
  struct exhibit_state s;
  VG_TRY(casework_access(tx, who, e->case_id, err));
  VG_TRY(casework_exhibit_state(tx, e->id, &s, err));
  VG_TRY(check(&s, e->ref, what, with, err));
  vg_str seal = what == CUSTODY_CLOSED ? with->seal : vg_str_z(s.seal);
  VG_TRY(what == CUSTODY_COPIED ? put_copy(tx, who, e, seal, with, err)
                                : put_move(tx, who, e, names[what], seal, with, err));
  if (what == CUSTODY_CLOSED)
    VG_TRY(
        store_exec(tx, "UPDATE casework_exhibit SET seal = $2 WHERE id = $1", S_ARGS(S_INT(e->id), S_STR(seal)), err));
  char kind[32];
  vg_str_copy(kind, sizeof kind, VG_STR("exhibit."));
  vg_str_copy(kind + 8, sizeof kind - 8, vg_str_z(names[what]));
  return LEDGER_TELL(tx, who, kind, e->pid.s, err, "ref", e->ref, "seal", VG_T(seal), "holder", VG_T(with->holder),
                     "place", VG_T(with->place), "reason", VG_T(with->reason), "sha256", VG_T(with->sha256));
}

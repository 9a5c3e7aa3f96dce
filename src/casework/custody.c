/* Who had an exhibit, when and why; the seal and its versions. */
#include "casework/casework_internal.h"

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
      "WHERE exhibit = $1 ORDER BY id",
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
  vg_str_copy(s->what, sizeof s->what, k->what);
  vg_str_copy(s->seal, sizeof s->seal, k->seal);
  if (k->place.n)
    vg_str_copy(s->place, sizeof s->place, k->place);
  bool received = vg_str_eqz(k->what, "received"), closed = vg_str_eqz(k->what, "closed");
  if (received || k->holder.n)
    vg_str_copy(s->holder, sizeof s->holder, received ? k->person_name : k->holder);
  if (received || closed)
    s->seal_version++;
  s->open = vg_str_eqz(k->what, "opened") || (s->open && !closed);
  s->gone = s->gone || vg_str_eqz(k->what, "returned") || vg_str_eqz(k->what, "destroyed");
  return VG_OK;
}

vg_code casework_exhibit_state(struct store_tx *tx, int64_t exhibit, struct exhibit_state *out, struct vg_err *err) {
  *out = (struct exhibit_state){0};
  return casework_each_custody(tx, exhibit, follow, out, err);
}

static bool hash_ok(vg_str s) {
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
    return VG_FAIL(err, VG_ESTATE, "casework.seal_open", ref);
  if (what == CUSTODY_CLOSED && !s->open)
    return VG_FAIL(err, VG_ESTATE, "casework.seal_closed", ref);
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
  return hash_ok(with->sha256) ? VG_OK : VG_FAIL(err, VG_EDATA, "casework.custody_hash", VG_T(with->sha256));
}

vg_code casework_exhibit_move(struct store_tx *tx, const struct actor *who, const struct exhibit *e,
                              enum custody_what what, const struct custody *with, struct vg_err *err) {
  struct exhibit_state s;
  VG_TRY(casework_access(tx, who, e->case_id, err));
  VG_TRY(casework_exhibit_state(tx, e->id, &s, err));
  VG_TRY(check(&s, e->ref, what, with, err));
  vg_str seal = what == CUSTODY_CLOSED ? with->seal : vg_str_z(s.seal);
  VG_TRY(store_exec(tx,
                    "INSERT INTO casework_custody (exhibit, at, what, seal, person, holder, place, reason, sha256) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    S_ARGS(S_INT(e->id), S_TIME(store_now(tx)), S_Z(names[what]), S_STR(seal), S_Z(who->id.s),
                           S_STR(some(with->holder)), S_STR(some(with->place)), S_STR(some(with->reason)),
                           S_STR(some(with->sha256))),
                    err));
  if (what == CUSTODY_CLOSED)
    VG_TRY(
        store_exec(tx, "UPDATE casework_exhibit SET seal = $2 WHERE id = $1", S_ARGS(S_INT(e->id), S_STR(seal)), err));
  if (with->sha256.n)
    VG_TRY(casework_mark_add(tx, who, e->case_id, VG_STR("sha256"), with->sha256, e->pid.s, err));
  char kind[32];
  vg_str_copy(kind, sizeof kind, VG_STR("exhibit."));
  vg_str_copy(kind + 8, sizeof kind - 8, vg_str_z(names[what]));
  return LEDGER_TELL(tx, who, kind, e->pid.s, err, "ref", e->ref, "seal", VG_T(seal), "holder", VG_T(with->holder),
                     "place", VG_T(with->place), "reason", VG_T(with->reason), "sha256", VG_T(with->sha256));
}

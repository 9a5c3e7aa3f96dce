/* Who is part of a case and as what; what was found, of which kind, from where and when. Only ever added to; a finding
 * may be withdrawn. */
#include "base/hash.h"
#include "base/jsonw.h"
#include "casework/casework_internal.h"

static const char *const categories[] = {"victim", "suspect", "witness", "contact"};
static const char *const bases[] = {"fact", "assessment"};
static const char *const types[] = {"observed", "declared", "deduced", "imported"};

static bool one_of(vg_str s, const char *const *words, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (vg_str_eqz(s, words[i]))
      return true;
  return false;
}

vg_code casework_party_add(struct store_tx *tx, const struct actor *who, const struct affair *a, struct party *p,
                           struct vg_err *err) {
  int64_t id;
  p->added = store_now(tx);
  p->pid = vg_id_new("party", p->added);
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(casework_case_alive(tx, a->id, err));
  if (!one_of(p->category, categories, VG_COUNT(categories)))
    return VG_FAIL(err, VG_EDATA, "casework.party_category", VG_T(p->category));
  if (!one_of(p->basis, bases, VG_COUNT(bases)))
    return VG_FAIL(err, VG_EDATA, "casework.party_basis", VG_T(p->basis));
  if (vg_str_trim(p->name).n == 0 || p->name.n > 250 || p->detail.n > 250 || !vg_utf8_ok(p->name) ||
      !vg_utf8_ok(p->detail))
    return VG_FAIL(err, VG_EDATA, "casework.party_name");
  VG_TRY(
      store_insert(tx, &id,
                   "INSERT INTO casework_party (pid, case_id, category, basis, name, detail, added, added_by) VALUES "
                   "($1,$2,$3,$4,$5,$6,$7,$8) RETURNING id",
                   S_ARGS(S_Z(p->pid.s), S_INT(a->id), S_STR(p->category), S_STR(p->basis), S_STR(p->name),
                          S_STR(some(p->detail)), S_TIME(p->added), S_Z(who->id.s)),
                   err));
  VG_TRY(casework_case_index(tx, a->id, err));
  VG_TRY(casework_mark_party(tx, who, a->id, p, err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_PARTY, p->pid.s, err, S_INT(id)));
  return LEDGER_TELL(tx, who, "case.party", a->pid.s, err, "party", p->pid.s, "category", VG_T(p->category), "basis",
                     VG_T(p->basis), "name", VG_T(p->name), "detail", VG_T(p->detail));
}

vg_code casework_each_party(struct store_tx *tx, int64_t case_id, casework_party_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q, "SELECT pid, category, basis, name, detail, added FROM casework_party WHERE case_id = $1 ORDER BY id",
      S_ARGS(S_INT(case_id)), err));
  while (rc == VG_OK && store_next(q)) {
    struct party p = {.pid = vg_id_of(store_str(q, 0)),
                      .category = store_str(q, 1),
                      .basis = store_str(q, 2),
                      .name = store_str(q, 3),
                      .detail = store_str(q, 4),
                      .added = store_time(q, 5)};
    rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_finding_check(struct store_tx *tx, struct finding_entry *f, struct vg_err *err) {
  VG_TRY(casework_told_settle(f, err));
  if (!one_of(f->type, types, VG_COUNT(types)))
    return VG_FAIL(err, VG_EDATA, "casework.finding_type", VG_T(f->type));
  if (vg_str_trim(f->text).n == 0 || f->text.n > 4000 || !vg_utf8_ok(f->text))
    return VG_FAIL(err, VG_EDATA, "casework.finding_text");
  /* What was not seen by who writes it says where it comes from. */
  if (!vg_utf8_ok(f->source) || f->source.n > 250 ||
      (!vg_str_eqz(f->type, "observed") && vg_str_trim(f->source).n == 0))
    return VG_FAIL(err, VG_EDATA, "casework.finding_source");
  bool backwards = f->from != VG_NOTIME && f->until != VG_NOTIME && f->until < f->from;
  bool future = (f->from != VG_NOTIME && f->from > store_now(tx)) || (f->from == VG_NOTIME && f->until != VG_NOTIME);
  return backwards || future ? VG_FAIL(err, VG_EDATA, "casework.finding_time") : VG_OK;
}

vg_code casework_finding_body(const struct affair *a, const struct finding_entry *f, const char *exhibit,
                              struct vg_buf *body, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1], time[VG_TIME_TEXT];
  struct vg_jw w;
  vg_sha256(f->text.p, f->text.n, hash);
  vg_jw_init(&w, body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "case", a->ref);
  vg_jw_kstr(&w, "type", f->type);
  vg_jw_kstr(&w, "text", f->text);
  vg_jw_kz(&w, "sha256", vg_hex(hex, hash, sizeof hash));
  vg_jw_kstr(&w, "source", some(f->source));
  vg_jw_kz(&w, "exhibit", exhibit);
  vg_jw_kstr(&w, "element", some(f->element));
  vg_jw_kz(&w, "from", vg_time_text(time, f->from, false));
  vg_jw_kz(&w, "until", vg_time_text(time, f->until, false));
  vg_jw_kstr(&w, "precision", some(f->precision));
  vg_jw_end(&w);
  return vg_buf_check(body, err);
}

static vg_code tell_finding(struct store_tx *tx, const struct actor *who, const struct affair *a,
                            const struct finding_entry *f, const char *exhibit, struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, 1 << 16);
  vg_code rc = casework_finding_body(a, f, exhibit, &body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "case.finding", f->pid.s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code casework_finding_add(struct store_tx *tx, const struct actor *who, const struct affair *a,
                             struct finding_entry *f, struct vg_err *err) {
  struct exhibit e = {0};
  int64_t id;
  f->made = store_now(tx);
  f->pid = vg_id_new("finding", f->made);
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(casework_case_alive(tx, a->id, err));
  VG_TRY(casework_finding_check(tx, f, err));
  if (f->exhibit.n) {
    VG_TRY(casework_exhibit_find(tx, f->exhibit, &e, err));
    if (e.case_id != a->id)
      return VG_FAIL(err, VG_EDATA, "casework.act_other_case", e.ref, e.case_ref, a->ref);
  }
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO casework_finding (pid, case_id, exhibit, type, text, source, time_from, time_until, "
                      "made, made_by, element, precision) "
                      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) RETURNING id",
                      S_ARGS(S_Z(f->pid.s), S_INT(a->id), S_INT_OR_NULL(e.id, e.id == 0), S_STR(f->type),
                             S_STR(f->text), S_STR(some(f->source)), S_TIME(f->from), S_TIME(f->until), S_TIME(f->made),
                             S_Z(who->id.s), S_STR(some(f->element)), S_STR(some(f->precision))),
                      err));
  VG_TRY(casework_mark_text(tx, who, a->id, f->text, f->pid.s, err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_FINDING, f->pid.s, err, S_INT(id)));
  VG_TRY(tell_finding(tx, who, a, f, e.ref, err));
  return casework_case_index(tx, a->id, err);
}

vg_code casework_finding_withdraw(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str reason,
                                  struct vg_err *err) {
  int64_t of, n;
  vg_code rc = store_get_int(tx, &of, "SELECT case_id FROM casework_finding WHERE pid = $1", S_ARGS(S_STR(pid)), NULL);
  if (rc == VG_ENOTFOUND)
    return VG_FAIL(err, rc, "casework.no_finding", VG_T(pid));
  VG_TRY(rc);
  VG_TRY(casework_access(tx, who, of, err));
  if (vg_str_trim(reason).n == 0 || reason.n > 250 || !vg_utf8_ok(reason))
    return VG_FAIL(err, VG_EDATA, "casework.custody_reason");
  VG_TRY(store_change(
      tx, &n, "UPDATE casework_finding SET withdrawn = $2, why_withdrawn = $3 WHERE pid = $1 AND withdrawn IS NULL",
      S_ARGS(S_STR(pid), S_TIME(store_now(tx)), S_STR(reason)), err));
  if (n == 0)
    return VG_FAIL(err, VG_ESTATE, "casework.finding_gone", VG_T(pid));
  VG_TRY(casework_case_index(tx, of, err));
  VG_TRY(casework_mark_forget(tx, vg_id_of(pid).s, err));
  VG_TRY(ROW_CHANGED(tx, who, TOLD_FINDING_CHANGED, vg_id_of(pid).s, "withdrawn", err));
  return LEDGER_TELL(tx, who, "case.finding_withdrawn", vg_id_of(pid).s, err, "reason", VG_T(reason));
}

vg_code casework_each_finding(struct store_tx *tx, int64_t case_id, casework_finding_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT v.pid, v.type, v.text, v.source, v.exhibit_ref, v.time_from, v.time_until, v.made, v.author, "
                  "v.withdrawn, v.why_withdrawn, f.element, f.precision "
                  "FROM casework_v_finding v JOIN casework_finding f ON f.id = v.id WHERE v.case_id = $1 ORDER BY v.id",
                  S_ARGS(S_INT(case_id)), err));
  while (rc == VG_OK && store_next(q)) {
    struct finding_entry f = {.pid = vg_id_of(store_str(q, 0)),
                              .type = store_str(q, 1),
                              .text = store_str(q, 2),
                              .source = store_str(q, 3),
                              .exhibit = store_str(q, 4),
                              .from = store_time(q, 5),
                              .until = store_time(q, 6),
                              .made = store_time(q, 7),
                              .author = store_str(q, 8),
                              .withdrawn = store_time(q, 9),
                              .why_withdrawn = store_str(q, 10),
                              .element = store_str(q, 11),
                              .precision = store_str(q, 12)};
    rc = sink(ctx, &f, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

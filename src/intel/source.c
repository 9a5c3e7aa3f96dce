/* Sources: who asserts things, how reliable, and whether what it says still counts. */
#include "base/jsonw.h"
#include "intel/intel_internal.h"

vg_code import_source(struct import *im, struct vg_err *err) {
  struct store_rows *q;
  vg_str name = vg_str_z(im->in->source);
  im->tlp = TLP_AMBER_STRICT;
  im->pap = -1;
  int64_t made = 0;
  VG_TRY(store_change(
      im->tx, &made,
      "INSERT INTO intel_source (name, reliability, noted) VALUES ($1, 'F', $2) ON CONFLICT (name) DO NOTHING",
      S_ARGS(S_STR(name), S_TIME(store_now(im->tx))), err));
  VG_TRY(store_query(im->tx, &q, "SELECT id, tlp, pap, withdrawn FROM intel_source WHERE name = $1",
                     S_ARGS(S_STR(name)), err));
  bool withdrawn = false;
  im->source_made = made > 0;
  while (store_next(q)) {
    im->source = store_int(q, 0);
    if (!store_is_null(q, 1))
      im->tlp = (enum tlp)store_int(q, 1);
    if (!store_is_null(q, 2))
      im->pap = (int)store_int(q, 2);
    withdrawn = !store_is_null(q, 3);
  }
  VG_TRY(store_done(&q, err));
  return withdrawn ? VG_FAIL(err, VG_ESTATE, "intel.withdrawn", VG_T(name)) : VG_OK;
}

vg_code intel_each_source(struct store_tx *tx, intel_source_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT s.name, s.reliability, COALESCE(s.tlp, -1), COALESCE(s.pap, -1), s.withdrawn, "
                  "(SELECT COUNT(*) FROM intel_assertion a WHERE a.source = s.id) FROM intel_source s ORDER BY s.name",
                  S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    vg_str grade = store_str(q, 1);
    struct intel_source s = {.name = store_str(q, 0),
                             .reliability = grade.n ? grade.p[0] : 'F',
                             .tlp = (int)store_int(q, 2),
                             .pap = (int)store_int(q, 3),
                             .withdrawn = store_time(q, 4),
                             .objects = store_int(q, 5)};
    rc = sink(ctx, &s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code intel_source_reliability(struct store_tx *tx, vg_str name, char *letter, struct vg_err *err) {
  struct store_rows *q;
  *letter = 'F';
  VG_TRY(store_query(tx, &q, "SELECT reliability FROM intel_source WHERE name = $1", S_ARGS(S_STR(name)), err));
  if (store_next(q) && store_str(q, 0).n)
    *letter = store_str(q, 0).p[0];
  return store_done(&q, err);
}

static vg_code note(struct store_tx *tx, const struct actor *who, const char *kind, vg_str name,
                    void (*fill)(struct vg_jw *w, const void *ctx), const void *ctx, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  char subject[VG_ID_MAX];
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "source", name);
  fill(&w, ctx);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, kind, vg_str_copy(subject, sizeof subject, name), vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

static void fill_source(struct vg_jw *w, const void *ctx) {
  const struct intel_source *s = ctx;
  if (s->reliability)
    vg_jw_kstr(w, "reliability", vg_str_n(&s->reliability, 1));
  if (s->tlp >= 0)
    vg_jw_kz(w, "tlp", intel_tlp_name((enum tlp)s->tlp));
  if (s->pap >= 0)
    vg_jw_kz(w, "pap", intel_pap_name((enum pap)s->pap));
}

vg_code intel_source_set(struct store_tx *tx, const struct actor *who, const struct intel_source *s,
                         struct vg_err *err) {
  char grade[2] = {s->reliability ? s->reliability : 'F', 0};
  if (grade[0] < 'A' || grade[0] > 'F')
    return VG_FAIL(err, VG_EUSAGE, "intel.reliability", grade);
  VG_TRY(store_exec(
      tx, "INSERT INTO intel_source (name, reliability, noted) VALUES ($1, 'F', $2) ON CONFLICT (name) DO NOTHING",
      S_ARGS(S_STR(s->name), S_TIME(store_now(tx))), err));
  if (s->reliability)
    VG_TRY(store_exec(tx, "UPDATE intel_source SET reliability = $2 WHERE name = $1",
                      S_ARGS(S_STR(s->name), S_Z(grade)), err));
  if (s->tlp != -2)
    VG_TRY(store_exec(tx, "UPDATE intel_source SET tlp = $2 WHERE name = $1",
                      S_ARGS(S_STR(s->name), S_INT_OR_NULL(s->tlp, s->tlp < 0)), err));
  if (s->pap != -2)
    VG_TRY(store_exec(tx, "UPDATE intel_source SET pap = $2 WHERE name = $1",
                      S_ARGS(S_STR(s->name), S_INT_OR_NULL(s->pap, s->pap < 0)), err));
  return note(tx, who, "intel.source", s->name, fill_source, s, err);
}

static void fill_motive(struct vg_jw *w, const void *ctx) { vg_jw_kstr(w, "motive", *(const vg_str *)ctx); }

vg_code intel_source_withdraw(struct store_tx *tx, const struct actor *who, vg_str name, bool restore, vg_str motive,
                              struct vg_err *err) {
  int64_t id, rows;
  vg_code rc = store_get_int(tx, &id, "SELECT id FROM intel_source WHERE name = $1", S_ARGS(S_STR(name)), err);
  if (rc == VG_ENOTFOUND)
    return VG_FAIL(err, rc, "intel.no_source", VG_T(name));
  if (rc != VG_OK)
    return rc;
  if (restore)
    VG_TRY(store_change(tx, &rows, "UPDATE intel_source SET withdrawn = NULL WHERE id = $1 AND withdrawn IS NOT NULL",
                        S_ARGS(S_INT(id)), err));
  else
    VG_TRY(store_change(tx, &rows, "UPDATE intel_source SET withdrawn = $2 WHERE id = $1 AND withdrawn IS NULL",
                        S_ARGS(S_INT(id), S_TIME(store_now(tx))), err));
  if (rows == 0)
    return VG_FAIL(err, VG_ESTATE, restore ? "intel.not_withdrawn" : "intel.withdrawn", VG_T(name));
  VG_TRY(latest_of_source(tx, id, err));
  return note(tx, who, restore ? "intel.source_restored" : "intel.source_withdrawn", name, fill_motive, &motive, err);
}

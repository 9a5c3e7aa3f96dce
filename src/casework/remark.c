/* Marks of what was entered before there were any: out of findings, notes, media and parties as they stand now. */
#include "casework/casework_internal.h"

static vg_code count(struct store_tx *tx, const char *what, int64_t *n, struct vg_err *err) {
  return store_get_int(tx, n, what, S_NOARGS, err);
}

static const char texts[] = "SELECT case_id, pid, text FROM casework_finding WHERE withdrawn IS NULL UNION ALL "
                            "SELECT case_id, pid, text FROM casework_v_note WHERE shows = 1";
static const char media[] =
    "SELECT e.case_id, e.pid, k.sha256 FROM casework_custody k JOIN casework_exhibit e ON e.id = k.exhibit WHERE "
    "k.sha256 <> ''";

static vg_code each(struct store_tx *tx, const struct actor *who, const char *sql, bool hash, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct vg_id origin = vg_id_of(store_str(q, 1));
    rc = hash ? casework_mark_add(tx, who, store_int(q, 0), VG_STR("sha256"), store_str(q, 2), origin.s, err)
              : casework_mark_text(tx, who, store_int(q, 0), store_str(q, 2), origin.s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code parties(struct store_tx *tx, const struct actor *who, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT case_id, pid, category, name, detail FROM casework_party", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct party p = {.pid = vg_id_of(store_str(q, 1)),
                            .category = store_str(q, 2),
                            .name = store_str(q, 3),
                            .detail = store_str(q, 4)};
    rc = casework_mark_party(tx, who, store_int(q, 0), &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_link_rebuild(struct store_tx *tx, const struct actor *who, casework_marker *more,
                              struct link_tally *out, struct vg_err *err) {
  int64_t marks, links;
  VG_TRY(casework_see_all(tx, who, err));
  VG_TRY(count(tx, "SELECT COUNT(*) FROM casework_mark", &marks, err));
  VG_TRY(count(tx, "SELECT COUNT(*) FROM casework_link", &links, err));
  VG_TRY(each(tx, who, texts, false, err));
  VG_TRY(each(tx, who, media, true, err));
  VG_TRY(parties(tx, who, err));
  if (more)
    VG_TRY(more(tx, who, err));
  VG_TRY(count(tx, "SELECT COUNT(*) FROM casework_case", &out->cases, err));
  VG_TRY(count(tx, "SELECT COUNT(*) FROM casework_mark", &out->marks, err));
  VG_TRY(count(tx, "SELECT COUNT(*) FROM casework_link", &out->links, err));
  out->marks -= marks;
  out->links -= links;
  return LEDGER_TELL(tx, who, "case.links_rebuilt", who->id.s, err, "cases", VG_N(out->cases), "marks",
                     VG_N(out->marks), "links", VG_N(out->links));
}

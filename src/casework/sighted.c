/* Where a value was seen: who saw it how often, within what the reader may see. */
#include "casework/casework.h"

#define SIGHTED                                                                                                        \
  "FROM intel_v_sighting s JOIN territory_v_org o ON o.id = s.org_id WHERE s.withdrawn = 0 AND s.type = $1 AND "       \
  "s.value = $2" TERRITORY_NO_CONFLICT("o.id", "$3", "$6") CASEWORK_SIGHTING_OF("s", "$7", "$3", "$4", "$5", "$6")
#define SIGHTED_ARGS                                                                                                   \
  S_Z(type), S_STR(value), S_INT(who->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who)),                 \
      S_TIME(store_now(tx)), S_INT(of)

vg_code casework_sighted_count(struct store_tx *tx, const struct actor *who, const char *type, vg_str value,
                               enum regime of, struct sighted_count *out, struct vg_err *err) {
  struct store_rows *q;
  *out = (struct sighted_count){0};
  VG_TRY(store_query(tx, &q, "SELECT COALESCE(SUM(s.count), 0), COUNT(DISTINCT o.id) " SIGHTED, S_ARGS(SIGHTED_ARGS),
                     err));
  if (store_next(q))
    *out = (struct sighted_count){store_int(q, 0), store_int(q, 1)};
  return store_done(&q, err);
}

vg_code casework_each_sighted(struct store_tx *tx, const struct actor *who, const char *type, vg_str value,
                              enum regime of, int64_t limit, casework_sighted_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT o.pid, o.name, o.zone, COUNT(DISTINCT s.report), SUM(s.count), MIN(s.first_seen), MAX(s.last_seen) " SIGHTED
      " GROUP BY o.id, o.pid, o.name, o.zone ORDER BY MAX(s.last_seen) DESC, o.id LIMIT $8",
      S_ARGS(SIGHTED_ARGS, S_INT(limit)), err));
  while (rc == VG_OK && store_next(q)) {
    struct sighted s = {.org = store_str(q, 0),
                        .name = store_str(q, 1),
                        .zone = store_str(q, 2),
                        .reports = store_int(q, 3),
                        .count = store_int(q, 4),
                        .first = store_time(q, 5),
                        .last = store_time(q, 6)};
    rc = sink(ctx, &s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

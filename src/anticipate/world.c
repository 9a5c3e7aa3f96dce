#include "anticipate/anticipate_internal.h"

#include "base/table.h"

/* A short list says nothing of how much there is to meet: at least this many values are taken as known. */
enum { MEETINGS_MAX = 2000000, KNOWN_MIN = 100 };

/* One row an organisation, value and report, in the order that the scan walks. */
#define SELECT_MEETINGS                                                                                                                         \
  "SELECT s.type, s.value, s.org_id, s.report, min(s.first_seen), max(s.last_seen), o.pid, o.name, o.siren, " ZONE_THEN                         \
  ", o.naf, "                                                                                                                                   \
  "max(s.indicator_id) FROM intel_v_sighting s JOIN intel_v_recorded k ON k.id = s.id JOIN territory_v_org o ON o.id = s.org_id" JOIN_SEEN_THEN \
  " "                                                                                                                                           \
  "WHERE (s.withdrawn = 0 OR k.withdrawn_at > $1) AND s.first_seen IS NOT NULL AND k.recorded <= $1 "                                           \
  "GROUP BY s.type, s.value, s.org_id, s.report, o.pid, o.name, o.siren, b.zone, o.naf "                                                        \
  "ORDER BY s.type, s.value, min(s.first_seen), s.org_id"

static vg_code keep(struct vg_arena *a, struct store_rows *q, struct meeting *m, struct vg_err *err) {
  struct {
    vg_str *to;
    int col;
  } text[] = {{&m->type, 0},  {&m->value, 1}, {&m->report, 3}, {&m->org_pid, 6},   {&m->org_name, 7},
              {&m->siren, 8}, {&m->zone, 9},  {&m->naf, 10},   {&m->indicator, 11}};
  for (size_t i = 0; i < VG_COUNT(text); i++) {
    vg_str s = store_str(q, text[i].col);
    *text[i].to = vg_arena_str(a, s);
    if (s.n && !text[i].to->p)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  }
  m->org = store_int(q, 2);
  m->first = store_time(q, 4);
  m->last = store_is_null(q, 5) ? m->first : store_time(q, 5);
  return VG_OK;
}

static vg_code read_meetings(struct store_tx *tx, struct vg_arena *a, vg_time as_of, struct world *w,
                             struct vg_err *err) {
  struct store_rows *q;
  int64_t rows = 0;
  VG_TRY(store_get_int(tx, &rows, "SELECT count(*) FROM intel_v_sighting", S_NOARGS, err));
  if (rows > MEETINGS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  w->m = vg_arena_array(a, (size_t)rows + 1, sizeof *w->m);
  if (!w->m)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  VG_TRY(store_query(tx, &q, SELECT_MEETINGS, S_ARGS(S_TIME(as_of)), err));
  vg_code rc = VG_OK;
  while (rc == VG_OK && w->count < (size_t)rows && store_next(q)) {
    rc = keep(a, q, &w->m[w->count], err);
    w->count += rc == VG_OK;
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

/* The rates' denominators: who watches, since when, and what there is to meet. */
static vg_code measure(struct store_tx *tx, vg_time as_of, struct world *w, struct vg_err *err) {
  vg_time from = INT64_MAX, to = INT64_MIN;
  struct vg_table *orgs;
  vg_code rc = VG_OK;
  int64_t values = 0;
  VG_TRY(vg_table_new(&orgs, MEETINGS_MAX, err));
  for (size_t i = 0; i < w->count; i++) {
    const struct meeting *m = &w->m[i], *b = i ? m - 1 : NULL;
    bool same_value = b && vg_str_eq(b->type, m->type) && vg_str_eq(b->value, m->value);
    values += !same_value;
    from = m->first < from ? m->first : from;
    to = m->first > to ? m->first : to;
    VG_GO(vg_table_put(orgs, vg_str_n((const char *)&m->org, sizeof m->org), 1, err));
  }
  w->organisations = (int64_t)vg_table_count(orgs);
  w->windows = w->count ? (to - from) / w->window + 1 : 1;
  VG_GO(store_get_int(
      tx, &w->known,
      "SELECT count(*) FROM (SELECT DISTINCT type, value FROM intel_v_value_received WHERE received <= $1) AS v",
      S_ARGS(S_TIME(as_of)), err));
  if (w->known < values)
    w->known = values;
  if (w->known < KNOWN_MIN)
    w->known = KNOWN_MIN;
out:
  vg_table_free(orgs);
  return rc;
}

vg_code anticipate_world_load(struct store_tx *tx, struct vg_arena *a, vg_time window, vg_time as_of, struct world *w,
                              struct vg_err *err) {
  *w = (struct world){.window = window};
  VG_TRY(read_meetings(tx, a, as_of, w, err));
  VG_TRY(anticipate_merge_akin(w, err));
  return measure(tx, as_of, w, err);
}

/* How things stood at an instant, out of dated rows; and what was kept of it for every full hour. */
#include "base/hash.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "event/event.h"

enum { AT_ONCE = 1000 };

static struct event_zone *zone_of(struct event_situation *s, vg_str code) {
  for (size_t i = 0; i < s->zones; i++)
    if (vg_str_eqz(code, s->zone[i].zone))
      return &s->zone[i];
  if (s->zones == EVENT_ZONES)
    return NULL;
  struct event_zone *z = &s->zone[s->zones++];
  *z = (struct event_zone){.zone = ""};
  vg_str_copy(z->zone, sizeof z->zone, code);
  return z;
}

static vg_code incidents(struct store_tx *tx, int64_t event, struct event_situation *s, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT zone, COUNT(DISTINCT incident), COUNT(DISTINCT org), SUM(CASE WHEN at > $3 THEN 1 ELSE 0 "
                     "END) FROM event_v_incident "
                     "WHERE event = $1 AND at <= $2 AND (gone IS NULL OR gone > $2) GROUP BY zone ORDER BY zone",
                     S_ARGS(S_INT(event), S_TIME(s->at), S_TIME(s->at - VG_HOUR)), err));
  while (store_next(q)) {
    struct event_zone *z = zone_of(s, store_str(q, 0));
    if (!z)
      continue;
    z->incidents = store_int(q, 1);
    z->victims = store_int(q, 2);
    z->fresh = store_int(q, 3);
  }
  return store_done(&q, err);
}

static vg_code tasks(struct store_tx *tx, int64_t event, struct event_situation *s, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT zone, COUNT(*), SUM(CASE WHEN due < $2 THEN 1 ELSE 0 END) FROM event_v_task WHERE event = "
                     "$1 AND at <= $2 AND "
                     "(done IS NULL OR done > $2) GROUP BY zone ORDER BY zone",
                     S_ARGS(S_INT(event), S_TIME(s->at)), err));
  while (store_next(q)) {
    struct event_zone *z = zone_of(s, store_str(q, 0));
    if (!z)
      continue;
    z->tasks = store_int(q, 1);
    z->late = store_int(q, 2);
  }
  return store_done(&q, err);
}

static vg_code messages(struct store_tx *tx, int64_t event, struct event_situation *s, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q, "SELECT zone, COUNT(*) FROM event_message WHERE event = $1 AND at <= $2 GROUP BY zone ORDER BY zone",
      S_ARGS(S_INT(event), S_TIME(s->at)), err));
  while (store_next(q)) {
    struct event_zone *z = zone_of(s, store_str(q, 0));
    if (z)
      z->messages = store_int(q, 1);
  }
  return store_done(&q, err);
}

vg_code event_situation(struct store_tx *tx, int64_t event, vg_time at, struct event_situation *out,
                        struct vg_err *err) {
  *out = (struct event_situation){.at = at};
  VG_TRY(incidents(tx, event, out, err));
  VG_TRY(tasks(tx, event, out, err));
  VG_TRY(messages(tx, event, out, err));
  for (size_t i = 0; i < out->zones; i++) {
    const struct event_zone *z = &out->zone[i];
    out->total.incidents += z->incidents;
    out->total.victims += z->victims; /* a victim is in one zone */
    out->total.fresh += z->fresh;
    out->total.tasks += z->tasks;
    out->total.late += z->late;
    out->total.messages += z->messages;
  }
  VG_TRY(store_get_int(tx, &out->indicators, "SELECT COUNT(*) FROM event_indicator WHERE event = $1 AND at <= $2",
                       S_ARGS(S_INT(event), S_TIME(at)), err));
  return store_get_int(
      tx, &out->clocks_late,
      "SELECT COUNT(*) FROM casework_v_clock c WHERE c.due < $2 AND c.state <> 'not-applicable' AND (c.done IS NULL OR "
      "c.done > $2) AND "
      "EXISTS (SELECT 1 FROM event_incident e WHERE e.event = $1 AND e.incident = c.incident_pid AND e.at <= $2 AND "
      "(e.gone IS NULL OR e.gone > $2))",
      S_ARGS(S_INT(event), S_TIME(at)), err);
}

static void counts(struct vg_jw *w, const struct event_zone *z) {
  vg_jw_kint(w, "incidents", z->incidents);
  vg_jw_kint(w, "victims", z->victims);
  vg_jw_kint(w, "fresh", z->fresh);
  vg_jw_kint(w, "tasks", z->tasks);
  vg_jw_kint(w, "late", z->late);
  vg_jw_kint(w, "messages", z->messages);
}

void event_situation_json(struct vg_jw *w, const struct event_situation *s) {
  vg_jw_ktime(w, "at", s->at);
  vg_jw_key(w, "total");
  vg_jw_obj(w);
  counts(w, &s->total);
  vg_jw_end(w);
  vg_jw_key(w, "zones");
  vg_jw_arr(w);
  for (size_t i = 0; i < s->zones; i++) {
    vg_jw_obj(w);
    vg_jw_kz(w, "zone", s->zone[i].zone);
    counts(w, &s->zone[i]);
    vg_jw_end(w);
  }
  vg_jw_end(w);
  vg_jw_kint(w, "indicators", s->indicators);
  vg_jw_kint(w, "clocks_late", s->clocks_late);
}

static bool read_counts(vg_jv from, struct event_zone *z) {
  return vg_jv_i64_at(from, "incidents", &z->incidents) && vg_jv_i64_at(from, "victims", &z->victims) &&
         vg_jv_i64_at(from, "fresh", &z->fresh) && vg_jv_i64_at(from, "tasks", &z->tasks) &&
         vg_jv_i64_at(from, "late", &z->late) && vg_jv_i64_at(from, "messages", &z->messages);
}

static bool read_picture(vg_jv root, struct event_situation *s) {
  struct vg_jit each_zone;
  vg_str key, code_;
  vg_jv one;
  vg_jit_init(&each_zone, vg_jv_at(root, "zones"));
  while (s->zones < EVENT_ZONES && vg_jit_next(&each_zone, &key, &one)) {
    struct event_zone *z = &s->zone[s->zones++];
    if (!read_counts(one, z) || !vg_jv_str_at(one, "zone", &code_))
      return false;
    vg_str_copy(z->zone, sizeof z->zone, code_);
  }
  return read_counts(vg_jv_at(root, "total"), &s->total) && vg_jv_i64_at(root, "indicators", &s->indicators) &&
         vg_jv_i64_at(root, "clocks_late", &s->clocks_late);
}

bool event_situation_read(vg_str text, struct event_situation *out) {
  struct vg_json *json;
  vg_jv root;
  *out = (struct event_situation){.at = VG_NOTIME};
  if (vg_json_new(&json, NULL) != VG_OK)
    return false;
  bool whole = vg_json_parse(json, text, &root, NULL) == VG_OK && read_picture(root, out);
  vg_json_free(json);
  return whole;
}

static vg_code keep(struct store_tx *tx, int64_t event, vg_time hour, struct vg_buf *json, struct vg_err *err) {
  struct event_situation s;
  struct vg_jw w;
  VG_TRY(event_situation(tx, event, hour, &s, err));
  vg_buf_reset(json);
  vg_jw_init(&w, json);
  vg_jw_obj(&w);
  event_situation_json(&w, &s);
  vg_jw_end(&w);
  VG_TRY(vg_buf_check(json, err));
  return store_exec(tx, "INSERT INTO event_picture (event, hour, drawn, json) VALUES ($1, $2, $3, $4)",
                    S_ARGS(S_INT(event), S_TIME(hour), S_TIME(store_now(tx)), S_STR(vg_buf_view(json))), err);
}

vg_code event_pictures(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t *drawn, struct vg_err *err) {
  struct event e;
  struct vg_buf json;
  int64_t last;
  unsigned char hash[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  vg_code rc = VG_OK;
  *drawn = 0;
  VG_TRY(event_find(tx, pid, &e, err));
  VG_TRY(store_get_int(tx, &last, "SELECT COALESCE(MAX(hour), $2) FROM event_picture WHERE event = $1",
                       S_ARGS(S_INT(e.id), S_INT(e.opened - e.opened % VG_HOUR)), err));
  /* Of a closed event the hour in which it closed is the last one. */
  vg_time end = e.closed == VG_NOTIME ? store_now(tx) : e.closed + VG_HOUR;
  vg_buf_init(&json, 1 << 20);
  for (vg_time hour = last + VG_HOUR; hour <= end && hour <= store_now(tx) && *drawn < AT_ONCE; hour += VG_HOUR) {
    VG_GO(keep(tx, e.id, hour, &json, err));
    ++*drawn;
  }
  if (*drawn) {
    vg_sha256(json.p, json.n, hash);
    VG_GO(LEDGER_TELL(tx, who, "event.pictures", e.pid.s, err, "drawn", VG_N(*drawn), "last_sha256",
                      vg_hex(hex, hash, sizeof hash)));
  }
out:
  vg_buf_fini(&json);
  return rc;
}

/* The first hour that is not drawn of each event that goes on and that somebody holds. */
#define NEXT_HOURS                                                                                                     \
  "SELECT e.pid, COALESCE((SELECT MAX(p.hour) FROM event_picture p WHERE p.event = e.id), e.opened - e.opened % "      \
  "$1) + $1 AS hour, s.person, s.person_pid, s.name FROM event_event e JOIN event_v_shift s ON s.event = e.id AND "    \
  "s.holds = 1 WHERE e.closed IS NULL"

vg_code event_next_picture(struct store_tx *tx, vg_time *due, struct vg_err *err) {
  int64_t hour;
  VG_TRY(store_get_int(tx, &hour, "SELECT COALESCE(MIN(n.hour), -1) FROM (" NEXT_HOURS ") n", S_ARGS(S_INT(VG_HOUR)),
                       err));
  *due = hour < 0 ? VG_NOTIME : hour;
  return VG_OK;
}

vg_code event_pictures_due(struct store_tx *tx, int64_t *drawn, struct vg_err *err) {
  struct actor holder[16]; /* further ones come with the next call */
  struct vg_id pid[VG_COUNT(holder)];
  struct store_rows *q;
  size_t n = 0;
  *drawn = 0;
  VG_TRY(store_query(tx, &q,
                     "SELECT n.pid, n.person, n.person_pid, n.name FROM (" NEXT_HOURS
                     ") n WHERE n.hour <= $2 ORDER BY n.hour, n.pid",
                     S_ARGS(S_INT(VG_HOUR), S_TIME(store_now(tx))), err));
  while (store_next(q) && n < VG_COUNT(holder)) {
    pid[n] = vg_id_of(store_str(q, 0));
    holder[n] = (struct actor){.person = store_int(q, 1), .id = vg_id_of(store_str(q, 2))};
    vg_str_copy(holder[n].name, sizeof holder[n].name, store_str(q, 3));
    n++;
  }
  VG_TRY(store_done(&q, err));
  for (size_t i = 0; i < n; i++) {
    int64_t one;
    VG_TRY(event_pictures(tx, &holder[i], vg_id_str(&pid[i]), &one, err));
    *drawn += one;
  }
  return VG_OK;
}

vg_code event_each_picture(struct store_tx *tx, int64_t event, int64_t limit, event_picture_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT hour, drawn, json FROM event_picture WHERE event = $1 ORDER BY hour DESC LIMIT $2",
                     S_ARGS(S_INT(event), S_INT(limit)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_time(q, 0), store_time(q, 1), store_str(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

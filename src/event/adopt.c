/* Major events of older versions, which told other instances nothing: what was said and done becomes events, of whom
 * and of when it was. Who took an incident off a sheet, or closed it, was not kept in a row: that is told as his who
 * adopts. */
#include "event/event_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "merge/merge.h"

enum { VALUE_MAX = 1 << 16 };

/* ctx: names of the body's members, those of the row from MERGE_FIRST on; NULL ends them. */
static vg_code tell_row(struct merge_telling *t, struct store_rows *q, struct vg_err *err) {
  const char *const *members = t->ctx;
  merge_tell_begin(t, q);
  vg_jw_obj(&t->w);
  for (int i = 0; members[i]; i++)
    if (strcmp(members[i], "since") == 0)
      merge_put_time(&t->w, members[i], store_time(q, MERGE_FIRST + i));
    else
      vg_jw_kstr(&t->w, members[i], store_str(q, MERGE_FIRST + i));
  vg_jw_end(&t->w);
  return merge_tell_end(t, err);
}

vg_code event_adopt_opened(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  static const char *const members[] = {"name", "kind", "summary", "since", NULL};
  struct merge_telling t = {.tx = tx, .who = who, .kind = "event.opened", .count = count, .ctx = members};
  return merge_tell_rows(
      &t,
      "SELECT e.pid, " TERRITORY_BY_WHOM(
          "w.person") ", e.opened, e.name, e.kind, e.summary, e.since "
                      "FROM event_event e LEFT JOIN event_watch w ON w.event = e.id AND w.number = 0 ORDER BY e.id",
      tell_row, NULL, err);
}

vg_code event_adopt_messages(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  static const char *const members[] = {"zone", "text", NULL};
  struct merge_telling t = {.tx = tx, .who = who, .kind = "event.message", .count = count, .ctx = members};
  return merge_tell_rows(
      &t,
      "SELECT e.pid, " TERRITORY_BY_WHOM(
          "m.person") ", m.at, m.zone, m.text FROM event_message m JOIN event_event e ON e.id = m.event ORDER BY m.id",
      tell_row, NULL, err);
}

vg_code event_adopt_indicators(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  static const char *const members[] = {"value", "note", NULL};
  struct merge_telling t = {.tx = tx, .who = who, .kind = "event.indicator", .count = count, .ctx = members};
  return merge_tell_rows(
      &t,
      "SELECT e.pid, " TERRITORY_BY_WHOM("i.person") ", i.at, i.value, i.note FROM event_indicator i "
                                                     "JOIN event_event e ON e.id = i.event ORDER BY i.id",
      tell_row, NULL, err);
}

/* --- what changed: a version for each entry of a row --- */

/* event: its id; the version's name begins with it. last: the version before it of the same field. */
struct entry {
  char field[100], by[VG_ID_MAX], name[200];
  struct vg_id event;
  struct vg_buf value;
  vg_time at;
  int64_t depth;
};

static vg_code adopt_entry(struct store_tx *tx, const struct actor *who, const struct entry *e,
                           char last[static MERGE_UID], int64_t *count, struct vg_err *err) {
  char uid[MERGE_UID], after[MERGE_UID];
  int64_t told;
  vg_str_copy(after, sizeof after, vg_str_z(last));
  snprintf(uid, sizeof uid, "%s/%s/%lld", e->event.s, e->field, (long long)e->depth);
  vg_str_copy(last, MERGE_UID, vg_str_z(uid));
  VG_TRY(store_get_int(
      tx, &told, "SELECT COUNT(*) FROM merge_v_version WHERE subject = $1 AND field = $2 AND (at = $3 OR uid = $4)",
      S_ARGS(S_Z(e->event.s), S_Z(e->field), S_TIME(e->at), S_Z(uid)), err));
  if (told)
    return VG_OK;
  ++*count;
  const struct merge_version v = {.kind = VG_STR("event.changed"),
                                  .field = vg_str_z(e->field),
                                  .value = vg_buf_view(&e->value),
                                  .uid = vg_str_z(uid),
                                  .subject = vg_id_str(&e->event),
                                  .person = vg_str_z(e->by[0] ? e->by : who->id.s),
                                  .by = vg_str_z(e->by[0] ? e->name : who->name),
                                  .at = e->at,
                                  .depth = e->depth};
  return merge_adopt_version(tx, who, &v, vg_str_z(after), err);
}

typedef vg_code entry_reader(struct store_tx *tx, const struct actor *who, struct store_rows *q, struct entry *e,
                             char last[static MERGE_UID], int64_t *count, struct vg_err *err);

/* Rows of sql: the event, by, his name, when, then what the reader knows; those of one field together. */
static vg_code adopt_entries(struct store_tx *tx, const struct actor *who, const char *sql, entry_reader *read,
                             int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  struct entry e = {.depth = 0};
  char last[MERGE_UID] = "";
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, S_NOARGS, err));
  vg_buf_init(&e.value, VALUE_MAX);
  while (rc == VG_OK && store_next(q)) {
    e.event = vg_id_of(store_str(q, MERGE_OF));
    e.at = store_time(q, MERGE_MADE);
    vg_str_copy(e.by, sizeof e.by, store_str(q, MERGE_BY));
    vg_str_copy(e.name, sizeof e.name, store_str(q, MERGE_BY_NAME));
    vg_buf_reset(&e.value);
    rc = read(tx, who, q, &e, last, count, err);
  }
  vg_buf_fini(&e.value);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* On the sheet, and off it again. */
static vg_code joined(struct store_tx *tx, const struct actor *who, struct store_rows *q, struct entry *e,
                      char last[static MERGE_UID], int64_t *count, struct vg_err *err) {
  vg_time gone = store_time(q, MERGE_FIRST + 2);
  e->depth = 2 * store_int(q, MERGE_FIRST + 3) + 1;
  if (e->depth == 1)
    last[0] = 0;
  snprintf(e->field, sizeof e->field, "incident %.60s", vg_id_of(store_str(q, MERGE_FIRST)).s);
  vg_buf_z(&e->value, "in ");
  vg_buf_str(&e->value, store_str(q, MERGE_FIRST + 1));
  VG_TRY(vg_buf_check(&e->value, err));
  VG_TRY(adopt_entry(tx, who, e, last, count, err));
  if (gone == VG_NOTIME)
    return VG_OK;
  e->at = gone;
  e->depth++;
  e->by[0] = 0;
  vg_buf_reset(&e->value);
  vg_buf_z(&e->value, "out ");
  return adopt_entry(tx, who, e, last, count, err);
}

static vg_code closed(struct store_tx *tx, const struct actor *who, struct store_rows *q, struct entry *e,
                      char last[static MERGE_UID], int64_t *count, struct vg_err *err) {
  char when[VG_TIME_TEXT];
  e->depth = 1;
  last[0] = 0;
  vg_str_copy(e->field, sizeof e->field, VG_STR("state"));
  vg_buf_fmt(&e->value, "closed %s\n", merge_time_text(when, e->at));
  vg_buf_str(&e->value, store_str(q, MERGE_FIRST));
  VG_TRY(vg_buf_check(&e->value, err));
  return adopt_entry(tx, who, e, last, count, err);
}

/* The first shift comes with the event. */
static vg_code handed(struct store_tx *tx, const struct actor *who, struct store_rows *q, struct entry *e,
                      char last[static MERGE_UID], int64_t *count, struct vg_err *err) {
  struct vg_jw w;
  e->depth = store_int(q, MERGE_FIRST + 5);
  if (e->depth == 1)
    last[0] = 0;
  vg_str_copy(e->field, sizeof e->field, VG_STR("shift"));
  vg_jw_init(&w, &e->value);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "person", store_str(q, MERGE_FIRST));
  vg_jw_kstr(&w, "name", store_str(q, MERGE_FIRST + 1));
  vg_jw_kstr(&w, "notes", store_str(q, MERGE_FIRST + 2));
  vg_jw_key(&w, "situation");
  vg_jw_raw(&w, store_str(q, MERGE_FIRST + 3));
  vg_jw_kint(&w, "conflicts", store_int(q, MERGE_FIRST + 4));
  vg_jw_end(&w);
  VG_TRY(vg_buf_check(&e->value, err));
  return adopt_entry(tx, who, e, last, count, err);
}

vg_code event_adopt_changes(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  VG_TRY(adopt_entries(
      tx, who,
      "SELECT e.pid, " TERRITORY_BY_WHOM("i.person") ", i.at, i.incident, i.because, i.gone, (SELECT COUNT(*) "
                                                     "FROM event_incident b WHERE b.event = i.event AND "
                                                     "b.incident = i.incident AND b.id < i.id) FROM "
                                                     "event_incident i JOIN event_event e ON e.id = i.event "
                                                     "ORDER BY i.event, i.incident, i.id",
      joined, count, err));
  VG_TRY(adopt_entries(
      tx, who,
      "SELECT e.pid, " TERRITORY_BY_WHOM("w.given_by") ", w.at, w.person, COALESCE(n.name, w.person), w.notes, "
                                                       "w.picture, w.conflicts, w.number FROM event_watch w "
                                                       "JOIN event_event e ON e.id = w.event LEFT JOIN "
                                                       "territory_v_name n ON n.pid = w.person WHERE w.number > "
                                                       "0 ORDER BY w.event, w.number, w.uid",
      handed, count, err));
  return adopt_entries(tx, who,
                       "SELECT e.pid, '', '', e.closed, e.lesson FROM event_event e WHERE e.closed IS NOT NULL ORDER "
                       "BY e.id",
                       closed, count, err);
}

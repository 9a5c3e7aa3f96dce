/* Major events between instances. */
#include "event/event_internal.h"

#include "base/jsonw.h"
#include "merge/merge.h"

vg_code event_note(struct store_tx *tx, const struct actor *who, const char *kind, const struct event *e,
                   const char *const *members, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  for (size_t i = 0; members[i]; i += 2)
    vg_jw_kz(&w, members[i], members[i + 1]);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, kind, e->pid.s, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

static vg_code bad(const struct merge_event *e, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "event.event", VG_N(e->seq));
}

static vg_code opened(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  vg_str name, kind, summary, since;
  vg_time from;
  int64_t n;
  (void)who;
  if (!vg_id_ok(e->subject) || !vg_str_starts(e->subject, VG_STR("event--")) ||
      !merge_text(e->body, "name", 119, &name) || !name.n || !merge_text(e->body, "kind", 31, &kind) ||
      !merge_text(e->body, "summary", 511, &summary) || !merge_text(e->body, "since", VG_TIME_TEXT - 1, &since) ||
      !vg_time_parse(since, &from))
    return bad(e, err);
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM event_event WHERE pid = $1", S_ARGS(S_STR(e->subject)), err));
  if (n)
    return VG_OK;
  VG_TRY(store_exec(
      tx, "INSERT INTO event_event (pid, name, kind, summary, since, opened) VALUES ($1, $2, $3, $4, $5, $6)",
      S_ARGS(S_STR(e->subject), S_STR(name), S_STR(kind), S_STR(summary), S_TIME(from), S_TIME(e->time)), err));
  return event_first_shift(tx, e->subject, e->actor, e->time, err);
}

/* 0: it is not known here. */
static vg_code event_id(struct store_tx *tx, vg_str pid, int64_t *id, struct vg_err *err) {
  return store_get_int(tx, id, "SELECT COALESCE((SELECT id FROM event_event WHERE pid = $1), 0)", S_ARGS(S_STR(pid)),
                       err);
}

static vg_code message(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  vg_str zone, said;
  int64_t id;
  (void)who;
  if (!merge_text(e->body, "zone", 23, &zone) || !merge_text(e->body, "text", 500, &said))
    return bad(e, err);
  VG_TRY(event_id(tx, e->subject, &id, err));
  return id == 0
             ? VG_FAIL(err, VG_ENOTFOUND, "event.unknown", VG_T(e->subject))
             : store_exec(
                   tx, "INSERT INTO event_message (event, zone, text, person, at) VALUES ($1, $2, $3, $4, $5)",
                   S_ARGS(S_INT(id), S_STR(zone.n ? zone : VG_STR("")), S_STR(said), S_STR(e->actor), S_TIME(e->time)),
                   err);
}

static vg_code indicator(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                         struct vg_err *err) {
  vg_str value, note;
  enum indicator_type type;
  struct vg_buf spelt;
  int64_t id;
  (void)who;
  if (!merge_text(e->body, "value", 4095, &value) || !merge_text(e->body, "note", 500, &note))
    return bad(e, err);
  VG_TRY(event_id(tx, e->subject, &id, err));
  if (id == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "event.unknown", VG_T(e->subject));
  vg_buf_init(&spelt, 4096);
  vg_code rc = intel_type_of(value, &type) && intel_normalise(type, value, &spelt) ? VG_OK : bad(e, err);
  if (rc == VG_OK)
    rc = store_exec(tx,
                    "INSERT INTO event_indicator (event, type, value, note, person, at) VALUES ($1, $2, $3, $4, $5, "
                    "$6) ON CONFLICT (event, type, value) DO NOTHING",
                    S_ARGS(S_INT(id), S_Z(intel_type_name(type)), S_STR(vg_buf_view(&spelt)),
                           S_STR(note.n ? note : VG_STR("")), S_STR(e->actor), S_TIME(e->time)),
                    err);
  vg_buf_fini(&spelt);
  return rc;
}

/* --- who holds the sheet --- */

vg_code event_first_shift(struct store_tx *tx, vg_str event, vg_str person, vg_time at, struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO event_watch (event, person, given_by, notes, picture, conflicts, at, number, uid) "
                    "SELECT e.id, $2, $2, '', '{}', 0, CAST($3 AS BIGINT), 0, e.pid || '/shift/0' FROM event_event e "
                    "WHERE e.pid = $1 ON CONFLICT DO NOTHING",
                    S_ARGS(S_STR(event), S_STR(person), S_TIME(at)), err);
}

static vg_code insert_shift(struct store_tx *tx, const struct merge_version *v, vg_jv value, struct vg_err *err) {
  struct vg_buf picture;
  vg_str person, name, notes;
  int64_t conflicts;
  if (!merge_text(value, "person", VG_ID_MAX - 1, &person) || !vg_id_ok(person) ||
      !merge_text(value, "name", 200, &name) || !merge_text(value, "notes", 500, &notes) ||
      !vg_jv_i64_at(value, "conflicts", &conflicts) || conflicts < 0)
    return VG_FAIL(err, VG_EDATA, "event.notes");
  vg_buf_init(&picture, 1 << 16);
  vg_json_canonical(vg_jv_at(value, "situation"), &picture);
  vg_code rc = vg_buf_check(&picture, err);
  if (rc == VG_OK)
    rc = merge_remember(tx, person, name, err);
  if (rc == VG_OK)
    rc = store_exec(tx,
                    "INSERT INTO event_watch (event, person, given_by, notes, picture, conflicts, at, number, uid) "
                    "SELECT e.id, $2, $3, $4, $5, CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), $9 FROM "
                    "event_event e WHERE e.pid = $1 ON CONFLICT DO NOTHING",
                    S_ARGS(S_STR(v->subject), S_STR(person), S_STR(v->person), S_STR(notes),
                           S_STR(picture.n ? vg_buf_view(&picture) : VG_STR("{}")), S_INT(conflicts), S_TIME(v->at),
                           S_INT(v->depth), S_STR(v->uid)),
                    err);
  vg_buf_fini(&picture);
  return rc;
}

vg_code event_shift_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                        struct vg_err *err) {
  struct vg_json *j;
  vg_jv value;
  (void)who;
  if (!vg_str_eqz(v->field, "shift"))
    return VG_OK;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, v->value, &value, err);
  if (rc == VG_OK)
    rc = insert_shift(tx, v, value, err);
  vg_json_free(j);
  return rc;
}

/* --- what changes --- */

/* "incident ID": "in WHY" or "out WHY"; "state": "closed TIME" and, on the next line, the lesson; "shift": its rows. */
static vg_code put_incident(struct store_tx *tx, const struct actor *who, int64_t id, const struct merge_version *v,
                            struct vg_err *err) {
  vg_str pid = vg_str_sub(v->field, 9, v->field.n), rest = v->value, word = VG_STR("");
  struct incident in;
  int64_t n;
  (void)vg_str_cut(&rest, ' ', &word);
  if (!vg_id_ok(pid) || !(vg_str_eqz(word, "in") || vg_str_eqz(word, "out")))
    return VG_FAIL(err, VG_EDATA, "event.not_joined", VG_T(pid));
  vg_code rc = casework_incident_find(tx, pid, &in, NULL);
  if (rc == VG_OK)
    rc = territory_access(tx, who, in.org, err);
  if (rc != VG_ENOTFOUND)
    VG_TRY(rc);
  VG_TRY(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM event_incident WHERE event = $1 AND incident = $2 AND gone IS NULL",
                       S_ARGS(S_INT(id), S_STR(pid)), err));
  if (vg_str_eqz(word, "out"))
    return store_exec(tx, "UPDATE event_incident SET gone = $3 WHERE event = $1 AND incident = $2 AND gone IS NULL",
                      S_ARGS(S_INT(id), S_STR(pid), S_TIME(v->at)), err);
  return n ? VG_OK
           : store_exec(
                 tx, "INSERT INTO event_incident (event, incident, because, person, at) VALUES ($1, $2, $3, $4, $5)",
                 S_ARGS(S_INT(id), S_STR(pid), S_STR(rest.n ? rest : VG_STR("hand")), S_STR(v->person), S_TIME(v->at)),
                 err);
}

static vg_code put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err) {
  vg_str field = v->field, rest = v->value, word = VG_STR(""), when = VG_STR("");
  vg_time at;
  int64_t id;
  VG_TRY(event_id(tx, v->subject, &id, err));
  if (id == 0)
    return VG_OK;
  if (vg_str_starts(field, VG_STR("incident ")))
    return put_incident(tx, who, id, v, err);
  if (vg_str_eqz(field, "shift"))
    return VG_OK;
  (void)vg_str_cut(&rest, ' ', &word);
  (void)vg_str_cut(&rest, '\n', &when);
  if (!vg_str_eqz(field, "state") || !vg_str_eqz(word, "closed") || !vg_time_parse(when, &at) || rest.n > 500)
    return VG_FAIL(err, VG_EDATA, "event.lesson");
  return store_exec(tx, "UPDATE event_event SET closed = $2, lesson = $3 WHERE id = $1",
                    S_ARGS(S_INT(id), S_TIME(at), S_STR(rest.n ? rest : VG_STR(""))), err);
}

const struct merge_kind event_merges[] = {
    {.kind = "event.opened", .apply = opened, .adopt = event_adopt_opened},
    {.kind = "event.message", .apply = message, .adopt = event_adopt_messages, .waits = true},
    {.kind = "event.indicator", .apply = indicator, .adopt = event_adopt_indicators, .waits = true},
    {.kind = "event.changed", .put = put, .arrived = event_shift_row, .adopt = event_adopt_changes},
    {.kind = NULL}};

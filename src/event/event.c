#include "event/event_internal.h"

#include "base/jsonw.h"

enum { TEXT_MAX = 500 };

static bool text_ok(vg_str s) { return vg_str_trim(s).n > 0 && s.n <= TEXT_MAX && vg_utf8_ok(s); }

vg_code event_open(struct store_tx *tx, const struct actor *who, struct event *e, struct vg_err *err) {
  static const char *const kinds[] = {"ransomware", "data-leak",         "intrusion", "phishing",
                                      "fraud",      "denial-of-service", "other"};
  bool known = false;
  char since[VG_TIME_TEXT];
  vg_time now = store_now(tx);
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    known = known || vg_str_eqz(vg_str_z(e->kind), kinds[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "casework.kind", e->kind);
  if (!text_ok(vg_str_z(e->name)) || !vg_utf8_ok(vg_str_z(e->summary)))
    return VG_FAIL(err, VG_EDATA, "event.name");
  if (e->since == VG_NOTIME)
    e->since = now;
  if (e->since > now)
    return VG_FAIL(err, VG_EDATA, "event.future");
  e->pid = vg_id_new("event", now);
  e->opened = now;
  e->closed = VG_NOTIME;
  e->holder_id = who->person;
  VG_TRY(store_insert(
      tx, &e->id,
      "INSERT INTO event_event (pid, name, kind, summary, since, opened) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
      S_ARGS(S_Z(e->pid.s), S_Z(e->name), S_Z(e->kind), S_Z(e->summary), S_TIME(e->since), S_TIME(now)), err));
  VG_TRY(event_first_shift(tx, vg_id_str(&e->pid), vg_id_str(&who->id), now, err));
  VG_TRY(EVENT_NOTE(tx, who, "event.opened", e, err, "name", e->name, "kind", e->kind, "summary", e->summary, "since",
                    merge_time_text(since, e->since)));
  return LEDGER_TELL(tx, who, "event.opened", e->pid.s, err, "name", e->name, "kind", e->kind, "since",
                     vg_time_text((char[VG_TIME_TEXT]){0}, e->since, false));
}

#define EVENT_COLUMNS                                                                                                  \
  "SELECT e.id, e.pid, e.name, e.kind, e.summary, e.since, e.opened, e.closed, e.lesson, s.person, s.name FROM "       \
  "event_v_event e "                                                                                                   \
  "LEFT JOIN event_v_shift s ON s.event = e.id AND s.holds = 1 "

static void read_event(struct store_rows *q, struct event *e) {
  *e = (struct event){.id = store_int(q, 0),
                      .pid = vg_id_of(store_str(q, 1)),
                      .since = store_time(q, 5),
                      .opened = store_time(q, 6),
                      .closed = store_time(q, 7),
                      .holder_id = store_int(q, 9)};
  vg_str_copy(e->name, sizeof e->name, store_str(q, 2));
  vg_str_copy(e->kind, sizeof e->kind, store_str(q, 3));
  vg_str_copy(e->summary, sizeof e->summary, store_str(q, 4));
  vg_str_copy(e->lesson, sizeof e->lesson, store_str(q, 8));
  vg_str_copy(e->holder, sizeof e->holder, store_str(q, 10));
}

vg_code event_find(struct store_tx *tx, vg_str pid, struct event *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, EVENT_COLUMNS "WHERE e.pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    read_event(q, out);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "event.unknown", VG_T(pid));
}

vg_code event_each(struct store_tx *tx, event_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, EVENT_COLUMNS "ORDER BY CASE WHEN e.closed IS NULL THEN 0 ELSE 1 END, e.opened DESC, e.id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct event e;
    read_event(q, &e);
    rc = sink(ctx, &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* Every change goes through here: the event is going on, and the pictures of the hours before the change are drawn. */
static vg_code going_on(struct store_tx *tx, const struct actor *who, vg_str pid, struct event *e, struct vg_err *err) {
  int64_t drawn;
  VG_TRY(event_find(tx, pid, e, err));
  if (e->closed != VG_NOTIME)
    return VG_FAIL(err, VG_ESTATE, "event.closed", e->name);
  return event_pictures(tx, who, pid, &drawn, err);
}

vg_code event_close(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str lesson, struct vg_err *err) {
  struct event e;
  VG_TRY(going_on(tx, who, pid, &e, err));
  if (!text_ok(lesson))
    return VG_FAIL(err, VG_EDATA, "event.lesson");
  VG_TRY(store_exec(tx, "UPDATE event_event SET closed = $2, lesson = $3 WHERE id = $1",
                    S_ARGS(S_INT(e.id), S_TIME(store_now(tx)), S_STR(lesson)), err));
  struct vg_buf value;
  vg_buf_init(&value, 1024);
  vg_buf_fmt(&value, "closed %s\n", merge_time_text((char[VG_TIME_TEXT]){0}, store_now(tx)));
  vg_buf_str(&value, lesson);
  vg_code rc = merge_change(tx, who, "event.changed", e.pid.s, "state", vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  VG_TRY(rc);
  return LEDGER_TELL(tx, who, "event.closed", e.pid.s, err, "lesson", VG_T(lesson));
}

vg_code event_each_candidate(struct store_tx *tx, const struct actor *who, const struct event *e, enum regime of,
                             event_candidate_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT i.pid, i.org_name, i.zone, CASE WHEN i.kind = $2 THEN 'kind' ELSE 'indicator' END, "
      "i.summary, i.org, i.known "
      "FROM casework_v_incident i WHERE i.known >= $3 AND (i.kind = $2 OR EXISTS (SELECT 1 FROM "
      "event_indicator n JOIN intel_v_sighting s "
      "ON s.type = n.type AND s.value = n.value WHERE n.event = $1 AND s.org_id = i.org AND s.withdrawn = "
      "0" CASEWORK_SIGHTING_OF(
          "s", "$4", "$5", "$6", "$7",
          "$8") ")) AND NOT EXISTS ("
                "SELECT 1 FROM event_incident x WHERE x.event = $1 AND x.incident = i.pid) ORDER BY i.known, i.pid",
      S_ARGS(S_INT(e->id), S_Z(e->kind), S_TIME(e->since), S_INT(of), S_INT(who->person), S_Z(casework_bounds(who)),
             S_INT(territory_bound(who)), S_TIME(store_now(tx))),
      err));
  while (rc == VG_OK && store_next(q)) {
    struct event_candidate c = {.incident = store_str(q, 0),
                                .org_name = store_str(q, 1),
                                .zone = store_str(q, 2),
                                .because = store_str(q, 3),
                                .summary = store_str(q, 4),
                                .org = store_int(q, 5),
                                .known = store_time(q, 6)};
    rc = sink(ctx, &c, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code note_incident(struct store_tx *tx, const struct actor *who, const struct event *e, vg_str incident,
                             const char *word, vg_str because, struct vg_err *err) {
  struct vg_buf field, value;
  vg_buf_init(&field, 128);
  vg_buf_init(&value, 1024);
  vg_buf_z(&field, "incident ");
  vg_buf_str(&field, incident);
  vg_buf_fmt(&value, "%s ", word);
  vg_buf_str(&value, because);
  vg_code rc = merge_change(tx, who, "event.changed", e->pid.s, vg_buf_text(&field), vg_buf_view(&value), NULL, err);
  vg_buf_fini(&field);
  vg_buf_fini(&value);
  return rc;
}

static vg_code add_incident(struct store_tx *tx, const struct actor *who, const struct event *e, vg_str incident,
                            vg_str because, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM event_incident WHERE event = $1 AND incident = $2 AND gone IS NULL",
                       S_ARGS(S_INT(e->id), S_STR(incident)), err));
  if (n)
    return VG_FAIL(err, VG_EEXIST, "event.joined", VG_T(incident));
  VG_TRY(store_exec(tx, "INSERT INTO event_incident (event, incident, because, person, at) VALUES ($1, $2, $3, $4, $5)",
                    S_ARGS(S_INT(e->id), S_STR(incident), S_STR(because), S_Z(who->id.s), S_TIME(store_now(tx))), err));
  return note_incident(tx, who, e, incident, "in", because, err);
}

vg_code event_join(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str incident, struct vg_err *err) {
  struct event e;
  struct incident in;
  VG_TRY(going_on(tx, who, pid, &e, err));
  VG_TRY(casework_incident_find(tx, incident, &in, err));
  VG_TRY(casework_incident_access(tx, who, &in, err));
  VG_TRY(add_incident(tx, who, &e, vg_id_str(&in.pid), VG_STR("hand"), err));
  return LEDGER_TELL(tx, who, "event.joined", e.pid.s, err, "incident", in.pid.s);
}

struct joining {
  struct store_tx *tx;
  const struct actor *who;
  const struct event *event;
  enum regime of;
  int64_t joined, skipped;
};

static vg_code join_one(void *ctx, const struct event_candidate *c, struct vg_err *err) {
  struct joining *j = ctx;
  if ((j->of != REGIME_BOTH && casework_subject_regime(j->tx, c->incident) != j->of) ||
      !casework_subject_seen(j->tx, j->who, c->incident)) {
    j->skipped++;
    return VG_OK;
  }
  j->joined++;
  return add_incident(j->tx, j->who, j->event, c->incident, c->because, err);
}

vg_code event_join_all(struct store_tx *tx, const struct actor *who, vg_str pid, enum regime of, int64_t *joined,
                       int64_t *skipped, struct vg_err *err) {
  struct event e;
  VG_TRY(going_on(tx, who, pid, &e, err));
  if (of == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, e.pid.s, err));
  struct joining j = {.tx = tx, .who = who, .event = &e, .of = of};
  VG_TRY(event_each_candidate(tx, who, &e, of, join_one, &j, err));
  *joined = j.joined;
  *skipped = j.skipped;
  return LEDGER_TELL(tx, who, "event.joined_all", e.pid.s, err, "regime", casework_regime_name(of), "joined",
                     VG_N(j.joined), "skipped", VG_N(j.skipped));
}

vg_code event_leave(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str incident, vg_str reason,
                    struct vg_err *err) {
  struct event e;
  struct incident in;
  int64_t n;
  VG_TRY(going_on(tx, who, pid, &e, err));
  VG_TRY(casework_incident_find(tx, incident, &in, err));
  VG_TRY(casework_incident_access(tx, who, &in, err));
  if (!text_ok(reason))
    return VG_FAIL(err, VG_EDATA, "event.reason");
  VG_TRY(store_change(tx, &n, "UPDATE event_incident SET gone = $3 WHERE event = $1 AND incident = $2 AND gone IS NULL",
                      S_ARGS(S_INT(e.id), S_STR(incident), S_TIME(store_now(tx))), err));
  if (n == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "event.not_joined", VG_T(incident));
  VG_TRY(note_incident(tx, who, &e, incident, "out", reason, err));
  return LEDGER_TELL(tx, who, "event.left", e.pid.s, err, "incident", in.pid.s, "reason", VG_T(reason));
}

vg_code event_indicator_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str value, vg_str note,
                            struct vg_err *err) {
  struct event e;
  enum indicator_type type;
  struct vg_buf spelt;
  char kept[TEXT_MAX + 1];
  VG_TRY(going_on(tx, who, pid, &e, err));
  value = vg_str_trim(value);
  if (note.n > TEXT_MAX || !vg_utf8_ok(note))
    return VG_FAIL(err, VG_EDATA, "event.text", VG_N(TEXT_MAX));
  vg_buf_init(&spelt, 4096);
  vg_code rc = VG_OK;
  if (!intel_type_of(value, &type) || !intel_normalise(type, value, &spelt))
    rc = VG_FAIL(err, VG_EDATA, "event.indicator", VG_T(value));
  if (rc == VG_OK)
    rc = store_exec(
        tx, "INSERT INTO event_indicator (event, type, value, note, person, at) VALUES ($1, $2, $3, $4, $5, $6)",
        S_ARGS(S_INT(e.id), S_Z(intel_type_name(type)), S_STR(vg_buf_view(&spelt)), S_STR(note.n ? note : VG_STR("")),
               S_Z(who->id.s), S_TIME(store_now(tx))),
        err);
  if (rc == VG_EEXIST)
    rc = VG_FAIL(err, rc, "event.indicator_exists", VG_T(value));
  if (rc == VG_OK)
    rc = EVENT_NOTE(tx, who, "event.indicator", &e, err, "value", vg_buf_text(&spelt), "note",
                    vg_str_copy(kept, sizeof kept, note));
  if (rc == VG_OK)
    rc = LEDGER_TELL(tx, who, "event.indicator", e.pid.s, err, "type", intel_type_name(type), "value",
                     VG_T(vg_buf_view(&spelt)));
  vg_buf_fini(&spelt);
  return rc;
}

static vg_code check_zone(struct store_tx *tx, vg_str zone, struct vg_err *err) {
  return zone.n ? territory_zone_check(tx, VG_T(zone), err) : VG_OK;
}

vg_code event_task_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str zone, vg_str title,
                       vg_str owner, vg_time due, struct vg_id *task, struct vg_err *err) {
  struct event e;
  struct person p;
  VG_TRY(going_on(tx, who, pid, &e, err));
  VG_TRY(check_zone(tx, zone, err));
  if (!text_ok(title))
    return VG_FAIL(err, VG_EDATA, "event.text", VG_N(TEXT_MAX));
  if (owner.n)
    VG_TRY(territory_person_find(tx, owner, &p, err));
  struct task t = {.about = vg_id_str(&e.pid),
                   .label = vg_str_z(e.name),
                   .what = title,
                   .owner = owner.n ? vg_id_str(&p.pid) : owner,
                   .zone = zone,
                   .due = due};
  VG_TRY(casework_task_add(tx, who, &t, err));
  *task = t.pid;
  return VG_OK;
}

vg_code event_task_done(struct store_tx *tx, const struct actor *who, vg_str task, vg_str outcome, struct vg_err *err) {
  struct event e;
  struct vg_buf pid;
  vg_buf_init(&pid, VG_ID_MAX);
  vg_code rc =
      store_get_text(tx, &pid, "SELECT e.pid FROM event_event e JOIN event_v_task t ON t.event = e.id WHERE t.pid = $1",
                     S_ARGS(S_STR(task)), NULL);
  if (rc == VG_OK)
    rc = going_on(tx, who, vg_buf_view(&pid), &e, err);
  else if (rc == VG_ENOTFOUND)
    rc = VG_FAIL(err, rc, "event.no_task", VG_T(task));
  vg_buf_fini(&pid);
  return rc == VG_OK ? casework_task_set(tx, who, task, VG_STR("done"), outcome, err) : rc;
}

vg_code event_message_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str zone, vg_str text,
                          struct vg_err *err) {
  struct event e;
  VG_TRY(going_on(tx, who, pid, &e, err));
  VG_TRY(check_zone(tx, zone, err));
  if (!text_ok(text))
    return VG_FAIL(err, VG_EDATA, "event.text", VG_N(TEXT_MAX));
  VG_TRY(store_exec(
      tx, "INSERT INTO event_message (event, zone, text, person, at) VALUES ($1, $2, $3, $4, $5)",
      S_ARGS(S_INT(e.id), S_STR(zone.n ? zone : VG_STR("")), S_STR(text), S_Z(who->id.s), S_TIME(store_now(tx))), err));
  char said[TEXT_MAX + 1];
  VG_TRY(EVENT_NOTE(tx, who, "event.message", &e, err, "zone", zone.n ? VG_T(zone) : "", "text",
                    vg_str_copy(said, sizeof said, text)));
  return LEDGER_TELL(tx, who, "event.message", e.pid.s, err, "zone", VG_T(zone));
}

/* A shift as a version says it: to whom, with the situation of now. */
static vg_code shift_text(struct store_tx *tx, const struct event *e, const struct person *to, vg_str notes,
                          int64_t conflicts, struct vg_buf *out, struct vg_err *err) {
  struct event_situation s;
  struct vg_jw w;
  VG_TRY(event_situation(tx, e->id, store_now(tx), &s, err));
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "person", to->pid.s);
  vg_jw_kz(&w, "name", to->name);
  vg_jw_kstr(&w, "notes", notes);
  vg_jw_kint(&w, "conflicts", conflicts);
  vg_jw_key(&w, "situation");
  vg_jw_obj(&w);
  event_situation_json(&w, &s);
  vg_jw_end(&w);
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

static vg_code put_shift(struct store_tx *tx, const struct actor *who, const struct event *e, vg_str value,
                         struct vg_err *err) {
  struct merge_made made;
  VG_TRY(merge_change(tx, who, "event.changed", e->pid.s, "shift", value, &made, err));
  const struct merge_version v = {.uid = vg_str_z(made.uid),
                                  .subject = vg_id_str(&e->pid),
                                  .field = VG_STR("shift"),
                                  .value = value,
                                  .person = vg_id_str(&who->id),
                                  .at = store_now(tx),
                                  .depth = made.depth};
  return event_shift_row(tx, who, &v, err);
}

vg_code event_hand_over(struct store_tx *tx, const struct actor *who, vg_str pid, const struct person *to, vg_str notes,
                        int64_t *conflicts, struct vg_err *err) {
  struct event e;
  struct vg_buf value;
  int64_t n;
  vg_time now = store_now(tx);
  VG_TRY(going_on(tx, who, pid, &e, err));
  if (e.holder_id && e.holder_id != who->person && !(who->roles & ROLE_ADMIN))
    return VG_FAIL(err, VG_EDENIED, "event.not_holder", e.holder);
  if (to->id == e.holder_id)
    return VG_FAIL(err, VG_EEXIST, "event.holds", to->name);
  if (!text_ok(notes))
    return VG_FAIL(err, VG_EDATA, "event.notes");
  VG_TRY(store_get_int(
      tx, &n,
      "SELECT COUNT(*) FROM territory_v_mandate WHERE person = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
      S_ARGS(S_INT(to->id), S_TIME(now)), err));
  if (n == 0)
    return VG_FAIL(err, VG_EDENIED, "territory.no_mandate", to->name);
  VG_TRY(store_get_int(tx, conflicts,
                       "SELECT COUNT(DISTINCT i.org) FROM event_v_incident i JOIN territory_v_conflict c ON c.org = "
                       "i.org AND c.person = $2 "
                       "AND (c.until IS NULL OR c.until > $3) WHERE i.event = $1 AND i.gone IS NULL",
                       S_ARGS(S_INT(e.id), S_INT(to->id), S_TIME(now)), err));
  vg_buf_init(&value, 1 << 16);
  vg_code rc = shift_text(tx, &e, to, notes, *conflicts, &value, err);
  if (rc == VG_OK)
    rc = put_shift(tx, who, &e, vg_buf_view(&value), err);
  vg_buf_fini(&value);
  VG_TRY(rc);
  return LEDGER_TELL(tx, who, "event.handed_over", e.pid.s, err, "to", to->pid.s, "conflicts", VG_N(*conflicts));
}

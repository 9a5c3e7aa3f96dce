/* Cases between instances: what of them travels, as rows and as changes of their columns. */
#include "base/jsonw.h"
#include "casework/casework_internal.h"

#define CASE_KNOWN "SELECT COUNT(*) FROM casework_case WHERE pid = $1"
#define INCIDENT_KNOWN "SELECT COUNT(*) FROM casework_incident WHERE pid = $1"
#define EXHIBIT_KNOWN "SELECT COUNT(*) FROM casework_exhibit WHERE pid = $1"
#define ACT_KNOWN "SELECT COUNT(*) FROM casework_act WHERE pid = $1"

enum { SHORT = 1000 };

/* --- who may --- */

vg_code casework_subject_of(struct store_tx *tx, vg_str pid, struct subject_of *out, struct vg_err *err) {
  struct store_rows *q;
  *out = (struct subject_of){.case_id = 0};
  VG_TRY(store_query(
      tx, &q,
      "SELECT c.id, i.org, c.pid, c.zone, c.frame FROM casework_case c JOIN casework_incident i ON i.id = c.incident "
      "WHERE c.id = COALESCE((SELECT id FROM casework_case WHERE pid = $1), "
      "(SELECT case_id FROM casework_exhibit WHERE pid = $1), (SELECT case_id FROM casework_act WHERE pid = $1), "
      "(SELECT case_id FROM casework_finding WHERE pid = $1), (SELECT case_id FROM casework_party WHERE pid = $1), "
      "(SELECT case_id FROM casework_note WHERE pid = $1), (SELECT case_id FROM casework_task WHERE pid = $1)) "
      "UNION ALL SELECT 0, v.org, '', v.zone, '' FROM casework_v_incident v WHERE v.pid = $1 OR v.id = (SELECT "
      "incident FROM casework_referral WHERE pid = $1)",
      S_ARGS(S_STR(pid)), err));
  if (store_next(q)) {
    out->case_id = store_int(q, 0);
    out->org = store_int(q, 1);
    out->case_pid = vg_id_of(store_str(q, 2));
    vg_str_copy(out->zone, sizeof out->zone, store_str(q, 3));
    vg_str_copy(out->frame, sizeof out->frame, store_str(q, 4));
  }
  return store_done(&q, err);
}

/* Conflicts of interest close it to who imports; whether he sees it afterwards is asked when he looks. */
static vg_code may(struct store_tx *tx, const struct actor *who, vg_str subject, struct vg_err *err) {
  struct subject_of s;
  VG_TRY(casework_subject_of(tx, subject, &s, err));
  return s.org ? territory_access(tx, who, s.org, err) : VG_OK;
}

/* --- what follows a row --- */

static vg_code of_case(struct store_tx *tx, const struct merge_event *e, struct affair *a, struct vg_err *err) {
  vg_str pid;
  if (!vg_jv_str_at(e->body, "case", &pid))
    pid = e->subject;
  return casework_case_find(tx, pid, a, err);
}

static vg_code index_case(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err) {
  struct affair a;
  (void)who;
  VG_TRY(of_case(tx, e, &a, err));
  return casework_case_index(tx, a.id, err);
}

static vg_code case_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                         struct vg_err *err) {
  vg_str printed;
  int64_t incident;
  if (vg_jv_str_at(e->body, "number", &printed))
    VG_TRY(casework_number_settle(tx, NUMBER_CASE, printed, err));
  VG_TRY(store_get_int(tx, &incident, "SELECT incident FROM casework_case WHERE pid = $1", S_ARGS(S_STR(e->subject)),
                       err));
  VG_TRY(casework_incident_settle(tx, incident, err));
  return index_case(tx, who, e, err);
}

static vg_code case_check(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err) {
  vg_str number, frame;
  char name[24];
  (void)tx;
  (void)who;
  bool ok = vg_jv_str_at(e->body, "number", &number) && number.n && vg_jv_str_at(e->body, "frame", &frame) &&
            casework_frame_known(vg_str_copy(name, sizeof name, frame));
  return ok ? VG_OK : VG_FAIL(err, VG_EDATA, "casework.event", VG_N(e->seq));
}

static vg_code party_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err) {
  struct affair a;
  struct party p = {.pid = vg_id_of(e->subject)};
  VG_TRY(of_case(tx, e, &a, err));
  (void)(vg_jv_str_at(e->body, "name", &p.name) && vg_jv_str_at(e->body, "detail", &p.detail));
  VG_TRY(casework_case_index(tx, a.id, err));
  return casework_mark_party(tx, who, a.id, &p, err);
}

static vg_code finding_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                            struct vg_err *err) {
  struct affair a;
  struct vg_id pid = vg_id_of(e->subject);
  vg_str text;
  VG_TRY(of_case(tx, e, &a, err));
  VG_TRY(casework_case_index(tx, a.id, err));
  return vg_jv_str_at(e->body, "text", &text) ? casework_mark_text(tx, who, a.id, text, pid.s, err) : VG_OK;
}

static vg_code task_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                         struct vg_err *err) {
  vg_str pid;
  return vg_jv_str_at(e->body, "case", &pid) && pid.n ? index_case(tx, who, e, err) : VG_OK;
}

static vg_code exhibit_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                            struct vg_err *err) {
  vg_str printed;
  VG_TRY(store_exec(tx,
                    "INSERT INTO casework_custody (exhibit, at, what, seal, person) SELECT id, received, 'received', "
                    "seal, $2 FROM casework_exhibit WHERE pid = $1",
                    S_ARGS(S_STR(e->subject), S_STR(e->actor)), err));
  if (vg_jv_str_at(e->body, "number", &printed))
    VG_TRY(casework_number_settle(tx, NUMBER_EXHIBIT, printed, err));
  return index_case(tx, who, e, err);
}

static vg_code act_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  vg_str printed;
  (void)who;
  return vg_jv_str_at(e->body, "number", &printed) ? casework_number_settle(tx, NUMBER_ACT, printed, err) : VG_OK;
}

/* --- rows --- */

static const struct merge_column case_columns[] = {MERGE_COL_ID,
                                                   MERGE_COL_TEXT("number", 40),
                                                   MERGE_COL_REF("incident", INCIDENT_KNOWN),
                                                   MERGE_COL_TEXT("frame", 23),
                                                   MERGE_COL_TEXT("zone", 23),
                                                   MERGE_COL_TEXT("tlp", 23),
                                                   MERGE_COL_TIME("opened")};
static const struct merge_row cases = {
    .prefix = "case--",
    .all = "SELECT pid, id, NULL FROM casework_case ORDER BY id",
    MERGE_COLUMNS(case_columns),
    .check = case_check,
    .done = case_done,
    .select = "SELECT c.pid, c.printed, i.pid, c.frame, c.zone, c.tlp, c.opened FROM casework_case c JOIN "
              "casework_incident i ON i.id = c.incident WHERE c.id = $1",
    .insert = "INSERT INTO casework_case (pid, printed, ref, incident, frame, zone, tlp, opened) VALUES ($1, $2, $2 || "
              "'~' || SUBSTR($1, LENGTH($1) - 5), (SELECT id FROM casework_incident WHERE pid = $3), $4, $5, $6, $7) "
              "ON CONFLICT DO NOTHING"};

/* An offence as it stood where it was charged: a list that was imported there may not be known here. */
static const struct merge_column offence_columns[] = {MERGE_COL_TEXT("code", 63),
                                                      MERGE_COL_TEXT("text", 2000),
                                                      MERGE_COL_TEXT("label_fr", 2000),
                                                      {"prison_years", MERGE_INT, 1000, NULL},
                                                      {"fine_eur", MERGE_INT, INT64_MAX, NULL},
                                                      MERGE_COL_TEXT("natinf", 63),
                                                      MERGE_COL_TIME("since"),
                                                      MERGE_COL_TIME("until"),
                                                      MERGE_COL_TEXT("verified", 63),
                                                      {"to_check", MERGE_INT, 1, NULL},
                                                      MERGE_COL_TEXT("source", 2000),
                                                      MERGE_COL_TEXT("circumstance", 2000),
                                                      MERGE_COL_TEXT("aggravates", 2000),
                                                      {"attempt", MERGE_INT, 1, NULL},
                                                      MERGE_COL_TEXT("doubt", 63)};
static const struct merge_row offences = {
    MERGE_COLUMNS(offence_columns),
    .all =
        "SELECT a.pid, c.offence, NULL FROM casework_charge c JOIN casework_case a ON a.id = c.case_id ORDER BY c.case_id, c.offence",
    .select = "SELECT code, text, label_fr, prison_years, fine_eur, natinf, since, until, verified, to_check, source, "
              "circumstance, aggravates, attempt, doubt FROM casework_offence WHERE id = $1",
    .insert = "INSERT INTO casework_offence (code, text, label_fr, prison_years, fine_eur, natinf, since, until, "
              "verified, to_check, source, circumstance, aggravates, attempt, doubt) SELECT $1, $2, $3, CAST($4 AS "
              "BIGINT), CAST($5 AS BIGINT), $6, CAST($7 AS BIGINT), CAST($8 AS BIGINT), $9, CAST($10 AS BIGINT), $11, "
              "$12, $13, CAST($14 AS BIGINT), $15 WHERE NOT EXISTS (SELECT 1 FROM casework_offence WHERE code = $1 AND "
              "natinf = $6 AND COALESCE(since, 0) = COALESCE(CAST($7 AS BIGINT), 0))"};
static const struct merge_column charge_columns[] = {MERGE_COL_REF("case", CASE_KNOWN), MERGE_COL_TEXT("code", 63),
                                                     MERGE_COL_TEXT("natinf", 63), MERGE_COL_TIME("since")};
static const struct merge_row charges = {
    MERGE_COLUMNS(charge_columns),
    .all =
        "SELECT a.pid, c.case_id, CAST(c.offence AS TEXT) FROM casework_charge c JOIN casework_case a ON a.id = c.case_id ORDER BY c.case_id, c.offence",
    .select =
        "SELECT c.pid, o.code, o.natinf, o.since FROM casework_case c, casework_offence o WHERE c.id = $1 AND o.id "
        "= $2",
    .insert = "INSERT INTO casework_charge (case_id, offence) SELECT c.id, MIN(o.id) FROM casework_case c, "
              "casework_offence o WHERE c.pid = $1 AND o.code = $2 AND o.natinf = $3 AND COALESCE(o.since, 0) = "
              "COALESCE(CAST($4 AS BIGINT), 0) GROUP BY c.id ON CONFLICT DO NOTHING"};

static const struct merge_column party_columns[] = {MERGE_COL_ID,
                                                    MERGE_COL_REF("case", CASE_KNOWN),
                                                    MERGE_COL_TEXT("category", 15),
                                                    MERGE_COL_TEXT("basis", 15),
                                                    MERGE_COL_TEXT("name", SHORT),
                                                    MERGE_COL_TEXT("detail", SHORT),
                                                    MERGE_COL_TIME("added"),
                                                    MERGE_COL_TEXT("by", VG_ID_MAX - 1)};
static const struct merge_row parties = {
    .prefix = "party--",
    .all = "SELECT pid, id, NULL FROM casework_party ORDER BY id",
    MERGE_COLUMNS(party_columns),
    .done = party_done,
    .select = "SELECT p.pid, c.pid, p.category, p.basis, p.name, p.detail, p.added, p.added_by FROM casework_party p "
              "JOIN casework_case c ON c.id = p.case_id WHERE p.id = $1",
    .insert = "INSERT INTO casework_party (pid, case_id, category, basis, name, detail, added, added_by) VALUES ($1, "
              "(SELECT id FROM casework_case WHERE pid = $2), $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"};

static const struct merge_column finding_columns[] = {MERGE_COL_ID,
                                                      MERGE_COL_REF("case", CASE_KNOWN),
                                                      MERGE_COL_REF("exhibit", EXHIBIT_KNOWN),
                                                      MERGE_COL_TEXT("type", 15),
                                                      MERGE_COL_TEXT("text", 4000),
                                                      MERGE_COL_TEXT("source", SHORT),
                                                      MERGE_COL_TIME("from"),
                                                      MERGE_COL_TIME("until"),
                                                      MERGE_COL_TIME("made"),
                                                      MERGE_COL_TEXT("by", VG_ID_MAX - 1),
                                                      MERGE_COL_TEXT("element", SHORT),
                                                      MERGE_COL_TEXT("precision", 15)};
static const struct merge_row findings = {
    .prefix = "finding--",
    .all = "SELECT pid, id, NULL FROM casework_finding ORDER BY id",
    MERGE_COLUMNS(finding_columns),
    .done = finding_done,
    .select = "SELECT f.pid, c.pid, COALESCE(e.pid, ''), f.type, f.text, f.source, f.time_from, f.time_until, f.made, "
              "f.made_by, f.element, f.precision FROM casework_finding f JOIN casework_case c ON c.id = f.case_id LEFT "
              "JOIN casework_exhibit e ON e.id = f.exhibit WHERE f.id = $1",
    .insert = "INSERT INTO casework_finding (pid, case_id, exhibit, type, text, source, time_from, time_until, made, "
              "made_by, element, precision) VALUES ($1, (SELECT id FROM casework_case WHERE pid = $2), (SELECT id FROM "
              "casework_exhibit WHERE pid = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING"};

static const struct merge_column note_columns[] = {MERGE_COL_ID, MERGE_COL_REF("case", CASE_KNOWN)};
static const struct merge_row notes = {
    .prefix = "note--",
    .all = "SELECT pid, id, NULL FROM casework_note ORDER BY id",
    MERGE_COLUMNS(note_columns),
    .select = "SELECT n.pid, c.pid FROM casework_note n JOIN casework_case c ON c.id = n.case_id WHERE n.id = $1",
    .insert = "INSERT INTO casework_note (pid, case_id) VALUES ($1, (SELECT id FROM casework_case WHERE pid = $2)) ON "
              "CONFLICT DO NOTHING"};

static const struct merge_column task_columns[] = {MERGE_COL_ID,
                                                   MERGE_COL_TEXT("about", VG_ID_MAX - 1),
                                                   MERGE_COL_TEXT("label", 512),
                                                   MERGE_COL_REF("case", CASE_KNOWN),
                                                   MERGE_COL_TEXT("zone", 23),
                                                   MERGE_COL_TEXT("what", 500),
                                                   MERGE_COL_TEXT("owner", 160),
                                                   MERGE_COL_TEXT("person", VG_ID_MAX - 1),
                                                   MERGE_COL_TIME("due"),
                                                   MERGE_COL_TIME("made"),
                                                   MERGE_COL_TEXT("by", VG_ID_MAX - 1)};
static const struct merge_row tasks = {
    .prefix = "task--",
    .all = "SELECT pid, id, NULL FROM casework_task ORDER BY id",
    MERGE_COLUMNS(task_columns),
    .done = task_done,
    .select = "SELECT t.pid, t.about, t.label, COALESCE(c.pid, ''), t.zone, t.what, t.owner, t.person, t.due, t.made, "
              "t.made_by FROM casework_task t LEFT JOIN casework_case c ON c.id = t.case_id WHERE t.id = $1",
    .insert = "INSERT INTO casework_task (pid, about, label, case_id, zone, what, owner, person, due, state, outcome, "
              "made, made_by, changed) VALUES ($1, $2, $3, (SELECT id FROM casework_case WHERE pid = $4), $5, $6, $7, "
              "$8, $9, 'todo', '', $10, $11, $10) ON CONFLICT DO NOTHING"};

static const struct merge_column exhibit_columns[] = {MERGE_COL_ID,
                                                      MERGE_COL_REF("case", CASE_KNOWN),
                                                      MERGE_COL_TEXT("number", 79),
                                                      MERGE_COL_TEXT("description", SHORT),
                                                      MERGE_COL_TEXT("medium", 63),
                                                      MERGE_COL_TEXT("serial", 63),
                                                      MERGE_COL_TEXT("seal", 63),
                                                      MERGE_COL_TIME("received")};
static const struct merge_row exhibits = {
    .prefix = "exhibit--",
    .all = "SELECT pid, id, NULL FROM casework_exhibit ORDER BY id",
    MERGE_COLUMNS(exhibit_columns),
    .done = exhibit_done,
    .select = "SELECT e.pid, c.pid, e.printed, e.description, e.medium, e.serial, COALESCE((SELECT MIN(k.seal) FROM "
              "casework_custody k WHERE k.exhibit = e.id AND k.what = 'received'), e.seal), e.received FROM "
              "casework_exhibit e JOIN casework_case c ON c.id = e.case_id WHERE e.id = $1",
    .insert = "INSERT INTO casework_exhibit (pid, case_id, printed, ref, description, medium, serial, seal, received) "
              "VALUES ($1, (SELECT id FROM casework_case WHERE pid = $2), $3, $3 || '~' || SUBSTR($1, LENGTH($1) - 5), "
              "$4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"};

/* A copy of a medium: custody that moves nothing. */
static const struct merge_column copied_columns[] = {MERGE_COL_REF("exhibit", EXHIBIT_KNOWN),
                                                     MERGE_COL_TIME("at"),
                                                     MERGE_COL_TEXT("seal", SHORT),
                                                     MERGE_COL_TEXT("person", VG_ID_MAX - 1),
                                                     MERGE_COL_TEXT("place", SHORT),
                                                     MERGE_COL_TEXT("reason", SHORT),
                                                     MERGE_COL_TEXT("sha256", 64),
                                                     {"number", MERGE_INT, INT64_MAX, NULL},
                                                     MERGE_COL_TEXT("uid", MERGE_UID - 1)};
static vg_code copied_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                           struct vg_err *err) {
  struct exhibit x;
  vg_str hash;
  VG_TRY(casework_exhibit_find(tx, e->subject, &x, err));
  if (!vg_jv_str_at(e->body, "sha256", &hash) || !hash.n)
    return VG_OK;
  return casework_mark_add(tx, who, x.case_id, VG_STR("sha256"), hash, x.pid.s, err);
}
static const struct merge_row copies = {
    MERGE_COLUMNS(copied_columns),
    .all =
        "SELECT e.pid, k.id, NULL FROM casework_custody k JOIN casework_exhibit e ON e.id = k.exhibit WHERE k.what = 'copied' ORDER BY k.id",
    .done = copied_done,
    .select =
        "SELECT e.pid, k.at, k.seal, k.person, k.place, k.reason, k.sha256, k.number, k.uid FROM casework_custody k JOIN "
        "casework_exhibit e ON e.id = k.exhibit WHERE k.id = $1",
    .insert =
        "INSERT INTO casework_custody (exhibit, what, at, seal, person, place, reason, sha256, number, uid) VALUES "
        "((SELECT id FROM casework_exhibit WHERE pid = $1), 'copied', $2, $3, $4, $5, $6, $7, $8, $9) ON "
        "CONFLICT DO NOTHING"};

static const struct merge_column act_columns[] = {MERGE_COL_ID,
                                                  MERGE_COL_TEXT("number", 79),
                                                  MERGE_COL_REF("case", CASE_KNOWN),
                                                  MERGE_COL_TEXT("kind", 15),
                                                  MERGE_COL_TEXT("mode", 15),
                                                  MERGE_COL_REF("exhibit", EXHIBIT_KNOWN),
                                                  MERGE_COL_TEXT("place", 127),
                                                  MERGE_COL_TEXT("object", 511),
                                                  MERGE_COL_TEXT("article", 63),
                                                  MERGE_COL_TEXT("addressee", 159),
                                                  MERGE_COL_TIME("due"),
                                                  MERGE_COL_TIME("planned"),
                                                  MERGE_COL_TEXT("by", VG_ID_MAX - 1)};
static const struct merge_row acts = {
    .prefix = "act--",
    .all = "SELECT pid, id, NULL FROM casework_act ORDER BY id",
    MERGE_COLUMNS(act_columns),
    .done = act_done,
    .select =
        "SELECT a.pid, a.printed, c.pid, a.kind, a.mode, COALESCE(e.pid, ''), a.place, a.object, a.article, "
        "a.addressee, a.due, a.planned, a.planned_by FROM casework_act a JOIN casework_case c ON c.id = a.case_id "
        "LEFT JOIN casework_exhibit e ON e.id = a.exhibit WHERE a.id = $1",
    .insert =
        "INSERT INTO casework_act (pid, printed, ref, case_id, kind, mode, exhibit, place, object, article, "
        "addressee, due, state, planned, planned_by) VALUES ($1, $2, $2 || '~' || SUBSTR($1, LENGTH($1) - 5), "
        "(SELECT id FROM casework_case WHERE pid = $3), $4, $5, (SELECT id FROM casework_exhibit WHERE pid = $6), "
        "$7, $8, $9, $10, $11, 'planned', $12, $13) ON CONFLICT DO NOTHING"};

static const struct merge_column attendee_columns[] = {
    MERGE_COL_REF("act", ACT_KNOWN),  MERGE_COL_TEXT("role", 15),          MERGE_COL_TEXT("name", SHORT),
    MERGE_COL_TEXT("quality", SHORT), {"subordinate", MERGE_INT, 1, NULL}, MERGE_COL_TEXT("present", 15),
    MERGE_COL_TEXT("signature", 15)};
static const struct merge_row attendees = {
    MERGE_COLUMNS(attendee_columns),
    .all = "SELECT a.pid, p.id, NULL FROM casework_attendee p JOIN casework_act a ON a.id = p.act ORDER BY p.id",
    .select = "SELECT a.pid, p.role, p.name, p.quality, p.subordinate, p.present, p.signature FROM casework_attendee p "
              "JOIN casework_act a ON a.id = p.act WHERE p.id = $1",
    .insert = "INSERT INTO casework_attendee (act, role, name, quality, subordinate, present, signature) VALUES "
              "((SELECT id FROM casework_act WHERE pid = $1), $2, $3, $4, $5, $6, $7)"};

static const struct merge_column made_columns[] = {MERGE_COL_REF("act", ACT_KNOWN),
                                                   MERGE_COL_TEXT("made", VG_ID_MAX - 1), MERGE_COL_TIME("at")};
static const struct merge_row made = {
    MERGE_COLUMNS(made_columns),
    .all =
        "SELECT a.pid, m.act, m.subject FROM casework_act_made m JOIN casework_act a ON a.id = m.act ORDER BY m.act, m.subject",
    .select =
        "SELECT a.pid, m.subject, m.at FROM casework_act_made m JOIN casework_act a ON a.id = m.act WHERE m.act = "
        "$1 AND m.subject = $2",
    .insert = "INSERT INTO casework_act_made (act, subject, at) VALUES ((SELECT id FROM casework_act WHERE pid = $1), "
              "$2, $3) ON CONFLICT DO NOTHING"};

static const struct merge_column intake_columns[] = {MERGE_COL_REF("incident", INCIDENT_KNOWN),
                                                     MERGE_COL_TEXT("contact", 159),
                                                     MERGE_COL_TEXT("ongoing", 7),
                                                     MERGE_COL_TEXT("personal_data", 7),
                                                     MERGE_COL_TEXT("money", 7),
                                                     MERGE_COL_TEXT("insured", 7),
                                                     MERGE_COL_TEXT("complaint", 7),
                                                     MERGE_COL_TEXT("traces", 7),
                                                     MERGE_COL_TEXT("unsure", 23)};
static const struct merge_row intakes = {
    MERGE_COLUMNS(intake_columns),
    .all =
        "SELECT i.pid, k.incident, NULL FROM casework_intake k JOIN casework_incident i ON i.id = k.incident ORDER BY k.incident",
    .select =
        "SELECT i.pid, k.contact, k.ongoing, k.personal_data, k.money, k.insured, k.complaint, k.traces, k.unsure "
        "FROM casework_intake k JOIN casework_incident i ON i.id = k.incident WHERE k.incident = $1",
    .insert = "INSERT INTO casework_intake (incident, contact, ongoing, personal_data, money, insured, complaint, "
              "traces, unsure) VALUES ((SELECT id FROM casework_incident WHERE pid = $1), $2, $3, $4, $5, $6, $7, $8, "
              "$9) ON CONFLICT DO NOTHING"};

static const struct merge_column referral_columns[] = {MERGE_COL_ID, MERGE_COL_REF("incident", INCIDENT_KNOWN),
                                                       MERGE_COL_TEXT("service", 15), MERGE_COL_TEXT("reason", SHORT),
                                                       MERGE_COL_TIME("at")};
static const struct merge_row referrals = {
    .prefix = "referral--",
    .all = "SELECT pid, id, NULL FROM casework_referral ORDER BY id",
    MERGE_COLUMNS(referral_columns),
    .select =
        "SELECT r.pid, i.pid, r.service, r.reason, r.at FROM casework_referral r JOIN casework_incident i ON i.id "
        "= r.incident WHERE r.id = $1",
    .insert = "INSERT INTO casework_referral (pid, incident, service, reason, at) VALUES ($1, (SELECT id FROM "
              "casework_incident WHERE pid = $2), $3, $4, $5) ON CONFLICT DO NOTHING"};

/* --- changes --- */

static vg_code withdrawn(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct subject_of s;
  char name[VG_ID_MAX];
  (void)who;
  VG_TRY(casework_subject_of(tx, pid, &s, err));
  if (!s.case_id)
    return VG_OK;
  VG_TRY(casework_mark_forget(tx, vg_str_copy(name, sizeof name, pid), err));
  return casework_case_index(tx, s.case_id, err);
}

static const struct merge_column withdrawn_columns[] = {MERGE_COL_TEXT("reason", SHORT)};
static const struct merge_group finding_groups[] = {
    {.field = "withdrawn",
     MERGE_COLUMNS(withdrawn_columns),
     .stamped = true,
     .all = "SELECT pid FROM casework_finding WHERE withdrawn IS NOT NULL ORDER BY id",
     .get = "SELECT why_withdrawn FROM casework_finding WHERE pid = $1",
     .set = "UPDATE casework_finding SET why_withdrawn = $2, withdrawn = $3 WHERE pid = $1",
     .done = withdrawn},
    {.field = NULL}};

static const struct merge_column task_state_columns[] = {MERGE_COL_TEXT("state", 15), MERGE_COL_TEXT("outcome", 500)};
static const struct merge_group task_groups[] = {
    {.field = "state",
     MERGE_COLUMNS(task_state_columns),
     .stamped = true,
     .all = "SELECT pid FROM casework_task WHERE state <> 'todo' ORDER BY id",
     .get = "SELECT state, outcome FROM casework_task WHERE pid = $1",
     .set = "UPDATE casework_task SET state = $2, outcome = $3, changed = $4 WHERE pid = $1"},
    {.field = NULL}};

static const struct merge_column authority_columns[] = {MERGE_COL_TEXT("by", 15), MERGE_COL_TEXT("ref", SHORT),
                                                        MERGE_COL_TEXT("name", SHORT), MERGE_COL_TIME("at")};
static const struct merge_column act_state_columns[] = {
    MERGE_COL_TEXT("state", 15),     MERGE_COL_TIME("started"),          MERGE_COL_TEXT("started_by", VG_ID_MAX - 1),
    MERGE_COL_TEXT("quality", 23),   MERGE_COL_TEXT("oath", SHORT),      MERGE_COL_TEXT("motive", SHORT),
    MERGE_COL_TIME("ended"),         MERGE_COL_TEXT("result", SHORT),    MERGE_COL_TIME("answered"),
    MERGE_COL_TEXT("answer", SHORT), MERGE_COL_TEXT("answer_sha256", 71)};
static const struct merge_group act_groups[] = {
    {.field = "authority",
     MERGE_COLUMNS(authority_columns),
     .all = "SELECT pid FROM casework_act WHERE authority <> '' ORDER BY id",
     .get = "SELECT authority, authority_ref, authority_name, authority_at FROM casework_act WHERE pid = $1",
     .set = "UPDATE casework_act SET authority = $2, authority_ref = $3, authority_name = $4, authority_at = $5 WHERE "
            "pid = $1"},
    {.field = "state",
     MERGE_COLUMNS(act_state_columns),
     .all = "SELECT pid FROM casework_act WHERE state <> 'planned' ORDER BY id",
     .get = "SELECT state, started, started_by, quality, oath, motive, ended, result, answered, answer, answer_sha256 "
            "FROM casework_act WHERE pid = $1",
     .set = "UPDATE casework_act SET state = $2, started = $3, started_by = $4, quality = $5, oath = $6, motive = $7, "
            "ended = $8, result = $9, answered = $10, answer = $11, answer_sha256 = $12 WHERE pid = $1"},
    {.field = NULL}};

static const struct merge_column act_frame_columns[] = {MERGE_COL_TEXT("frame", 23), MERGE_COL_TEXT("article", 63)};
static const struct merge_group act_frame_groups[] = {
    {.field = "frame",
     MERGE_COLUMNS(act_frame_columns),
     .all = "SELECT pid FROM casework_act WHERE frame <> '' ORDER BY id",
     .get = "SELECT frame, article FROM casework_act WHERE pid = $1",
     .set = "UPDATE casework_act SET frame = $2, article = $3 WHERE pid = $1"},
    {.field = NULL}};

static const struct merge_column outcome_columns[] = {MERGE_COL_TEXT("outcome", SHORT)};
static const struct merge_group referral_groups[] = {
    {.field = "outcome",
     MERGE_COLUMNS(outcome_columns),
     .stamped = true,
     .all = "SELECT pid FROM casework_referral WHERE outcome <> '' ORDER BY id",
     .get = "SELECT outcome FROM casework_referral WHERE pid = $1",
     .set = "UPDATE casework_referral SET outcome = $2, outcome_at = $3 WHERE pid = $1"},
    {.field = NULL}};

/* The histories say it in a JSON object, with the words that people chose. */
static vg_code case_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                        struct vg_err *err) {
  struct vg_json *j;
  vg_jv value;
  vg_str state = VG_STR("");
  (void)who;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, v->value, &value, err);
  if (rc == VG_OK && !(merge_text(value, "state", 15, &state) && casework_state_known(state)))
    rc = VG_FAIL(err, VG_EDATA, "casework.case_state", VG_T(state));
  if (rc == VG_OK)
    rc = store_exec(tx, "UPDATE casework_case SET state = $2 WHERE pid = $1", S_ARGS(S_STR(v->subject), S_STR(state)),
                    err);
  vg_json_free(j);
  return rc;
}

static vg_code custody_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                           struct vg_err *err) {
  (void)who;
  return store_exec(tx,
                    "UPDATE casework_exhibit SET seal = (SELECT k.seal FROM casework_custody k WHERE k.uid = $2) WHERE "
                    "pid = $1 AND EXISTS (SELECT 1 FROM casework_custody k WHERE k.uid = $2)",
                    S_ARGS(S_STR(v->subject), S_STR(v->uid)), err);
}

static vg_code note_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                        struct vg_err *err) {
  int64_t case_id;
  char pid[VG_ID_MAX];
  vg_code rc =
      store_get_int(tx, &case_id, "SELECT case_id FROM casework_note WHERE pid = $1", S_ARGS(S_STR(v->subject)), NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  VG_TRY(store_exec(tx, "UPDATE casework_note SET current = $2 WHERE pid = $1",
                    S_ARGS(S_STR(v->subject), S_STR(v->uid)), err));
  VG_TRY(casework_case_index(tx, case_id, err));
  vg_str_copy(pid, sizeof pid, v->subject);
  VG_TRY(casework_mark_forget(tx, pid, err));
  return casework_mark_text(tx, who, case_id, v->value, pid, err);
}

const struct merge_kind casework_merges[] = {
    [TOLD_INCIDENT] = {.kind = "incident.reported", .apply = incident_reported, .adopt = casework_adopt_incidents},
    [TOLD_CLOCK] = {.kind = "incident.clock", .put = clock_put, .adopt = casework_adopt_clocks},
    [TOLD_CASE] = {.kind = "case.opened", .row = &cases, .may = may},
    [TOLD_CASE_STATE] = {.kind = "case.changed",
                         .put = case_put,
                         .arrived = casework_step_row,
                         .may = may,
                         .adopt = casework_adopt_steps},
    [TOLD_OFFENCE] = {.kind = "offence.known", .row = &offences},
    [TOLD_CHARGE] = {.kind = "case.charged", .row = &charges, .may = may},
    [TOLD_PARTY] = {.kind = "party.added", .row = &parties, .may = may},
    [TOLD_FINDING] = {.kind = "finding.added", .row = &findings, .may = may},
    [TOLD_FINDING_CHANGED] = {.kind = "finding.changed", .groups = finding_groups, .may = may},
    [TOLD_NOTE] = {.kind = "note.added", .row = &notes, .may = may},
    [TOLD_NOTE_TEXT] = {.kind = "note.changed",
                        .put = note_put,
                        .arrived = casework_note_row,
                        .may = may,
                        .adopt = casework_adopt_notes},
    [TOLD_TASK] = {.kind = "task.added", .row = &tasks, .may = may},
    [TOLD_TASK_CHANGED] = {.kind = "task.changed", .groups = task_groups, .may = may},
    [TOLD_EXHIBIT] = {.kind = "exhibit.received", .row = &exhibits, .may = may},
    [TOLD_CUSTODY] = {.kind = "exhibit.moved",
                      .put = custody_put,
                      .arrived = casework_custody_row,
                      .may = may,
                      .adopt = casework_adopt_custody},
    [TOLD_COPIED] = {.kind = "exhibit.copied", .row = &copies, .may = may},
    [TOLD_ACT] = {.kind = "act.planned", .row = &acts, .may = may},
    [TOLD_ACT_CHANGED] = {.kind = "act.changed", .groups = act_groups, .may = may},
    [TOLD_ATTENDEE] = {.kind = "act.attended", .row = &attendees, .may = may},
    [TOLD_MADE] = {.kind = "act.made", .row = &made, .may = may},
    [TOLD_INTAKE] = {.kind = "incident.intake", .row = &intakes, .may = may},
    [TOLD_REFERRAL] = {.kind = "incident.referred", .row = &referrals, .may = may},
    [TOLD_REFERRAL_CHANGED] = {.kind = "referral.changed", .groups = referral_groups, .may = may},
    [TOLD_FRAME] = {.kind = "case.reframed", .put = casework_frame_put, .arrived = casework_frame_row, .may = may},
    [TOLD_ACT_FRAME] = {.kind = "act.framed", .groups = act_frame_groups, .may = may},
    [TOLD_ACT_FRAME + 1] = {.kind = NULL}};

vg_code casework_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err) {
  static const char *const moves[] = {"UPDATE casework_incident SET org = $2 WHERE org = $1"};
  struct vg_buf ids;
  vg_str rest, one;
  int64_t id;
  vg_buf_init(&ids, 64 << 20);
  vg_code rc = store_get_lines(tx, &ids,
                               "SELECT CAST(c.id AS TEXT) FROM casework_case c JOIN casework_incident i ON i.id = "
                               "c.incident WHERE i.org = $1 ORDER BY c.id",
                               S_ARGS(S_INT(gone)), err);
  if (rc == VG_OK)
    rc = territory_move_rows(tx, moves, VG_COUNT(moves), gone, keep, rows, err);
  for (rest = vg_buf_view(&ids); rc == VG_OK && vg_str_line(&rest, &one);)
    if (vg_str_i64(one, &id))
      rc = casework_case_index(tx, id, err);
  vg_buf_fini(&ids);
  return rc;
}

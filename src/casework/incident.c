#include <string.h>

#include "base/jsonw.h"
#include "casework/casework_internal.h"

static const char *const kinds[] = {"ransomware", "data-leak",         "intrusion", "phishing",
                                    "fraud",      "denial-of-service", "other"};

/* The clocks of two instances may differ: what comes from elsewhere is held against its own `now`. */
static vg_code check(const struct incident *in, vg_time now, struct vg_err *err) {
  bool known = false;
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    known = known || vg_str_eqz(vg_str_z(in->kind), kinds[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "casework.kind", in->kind);
  if (vg_str_trim(vg_str_z(in->summary)).n == 0 || !vg_utf8_ok(vg_str_z(in->summary)))
    return VG_FAIL(err, VG_EDATA, "casework.summary");
  if (in->happened > in->known || in->known > in->reported || in->reported > now)
    return VG_FAIL(err, VG_EDATA, "casework.order");
  return VG_OK;
}

/* Both delays run from the moment the victim knew. */
static vg_code open_clock(struct store_tx *tx, const struct incident *in, const char *code, bool applies,
                          struct vg_err *err) {
  int64_t hours, force;
  VG_TRY(store_get_int(tx, &hours, "SELECT hours FROM casework_delay WHERE code = $1", S_ARGS(S_Z(code)), err));
  VG_TRY(store_get_int(tx, &force,
                       "SELECT COUNT(*) FROM casework_delay WHERE code = $1 AND (since IS NULL OR since <= $2)",
                       S_ARGS(S_Z(code), S_TIME(in->known)), err));
  return store_exec(tx, "INSERT INTO casework_clock (incident, code, due, state, done) VALUES ($1, $2, $3, $4, NULL)",
                    S_ARGS(S_INT(in->id), S_Z(code), S_TIME(in->known + hours * VG_HOUR),
                           S_Z(applies && force ? "open" : "not-applicable")),
                    err);
}

/* The row with its two clocks. */
static vg_code insert(struct store_tx *tx, struct incident *in, int64_t taken_by, bool clocks, struct vg_err *err) {
  VG_TRY(store_insert(
      tx, &in->id,
      "INSERT INTO casework_incident (pid, org, kind, summary, happened, known, reported, personal_data, "
      "taken_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
      S_ARGS(S_Z(in->pid.s), S_INT(in->org), S_Z(in->kind), S_Z(in->summary), S_TIME(in->happened), S_TIME(in->known),
             S_TIME(in->reported), S_INT(!in->no_personal_data), taken_by ? S_INT(taken_by) : S_NULL),
      err));
  if (!clocks)
    return VG_OK;
  VG_TRY(open_clock(tx, in, "ASSUR72", true, err));
  return open_clock(tx, in, "CNIL72", !in->no_personal_data, err);
}

vg_code casework_incident_body(const struct incident *in, bool clocks, vg_str org, struct vg_buf *body,
                               struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "kind", in->kind);
  vg_jw_kz(&w, "summary", in->summary);
  merge_put_time(&w, "happened", in->happened);
  merge_put_time(&w, "known", in->known);
  merge_put_time(&w, "reported", in->reported);
  vg_jw_kbool(&w, "personal_data", !in->no_personal_data);
  if (!clocks)
    vg_jw_kbool(&w, "clocks", false);
  vg_jw_key(&w, "organisation");
  vg_jw_raw(&w, org);
  vg_jw_end(&w);
  return vg_buf_check(body, err);
}

vg_code casework_incident_note(struct store_tx *tx, const struct actor *who, const struct incident *in, bool clocks,
                               struct vg_err *err) {
  struct vg_buf body, org;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_buf_init(&org, 1 << 15);
  vg_jw_init(&w, &org);
  vg_code rc = territory_org_json(tx, in->org, &w, err);
  if (rc == VG_OK)
    rc = casework_incident_body(in, clocks, vg_buf_view(&org), &body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, "incident.reported", in->pid.s, vg_buf_view(&body), err);
  vg_buf_fini(&org);
  vg_buf_fini(&body);
  return rc;
}

static vg_code record(struct store_tx *tx, const struct actor *who, const struct incident *in, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "kind", in->kind);
  vg_jw_kz(&w, "organisation", in->org_name);
  vg_jw_kz(&w, "summary", in->summary);
  vg_jw_ktime(&w, "happened", in->happened);
  vg_jw_ktime(&w, "known", in->known);
  vg_jw_ktime(&w, "reported", in->reported);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = casework_incident_note(tx, who, in, true, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "incident.added", in->pid.s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code casework_incident_add(struct store_tx *tx, const struct actor *who, struct incident *in, struct vg_err *err) {
  if (in->reported == VG_NOTIME)
    in->reported = store_now(tx);
  VG_TRY(check(in, store_now(tx), err));
  /* Whoever fills the field to its end (less what a character may take) was cut off on the way here. */
  if (strlen(in->summary) > CASEWORK_SUMMARY)
    return VG_FAIL(err, VG_EDATA, "casework.summary_long", VG_N(CASEWORK_SUMMARY));
  VG_TRY(territory_access(tx, who, in->org, err));
  in->pid = vg_id_new("incident", store_now(tx));
  VG_TRY(insert(tx, in, who->person, true, err));
  return record(tx, who, in, err);
}

#define COLUMNS                                                                                                                                   \
  "SELECT v.id, v.pid, v.org, v.org_name, v.zone, v.kind, v.summary, v.happened, v.known, v.reported, i.personal_data, COALESCE(i.referent, 0), " \
  "CASE WHEN " CASEWORK_INQUIRY(                                                                                                                  \
      "v.id") " THEN 2 ELSE 1 END, COALESCE((SELECT u.unsure FROM casework_intake u WHERE u.incident = v.id), '') "                               \
              "FROM casework_v_incident v JOIN casework_incident i ON i.id = v.id "

static void read_row(struct store_rows *q, struct incident *in) {
  *in = (struct incident){.id = store_int(q, 0),
                          .pid = vg_id_of(store_str(q, 1)),
                          .org = store_int(q, 2),
                          .happened = store_time(q, 7),
                          .known = store_time(q, 8),
                          .reported = store_time(q, 9),
                          .no_personal_data = store_int(q, 10) == 0,
                          .referent = store_int(q, 11),
                          .regime = (enum regime)store_int(q, 12)};
  vg_str_copy(in->org_name, sizeof in->org_name, store_str(q, 3));
  vg_str_copy(in->zone, sizeof in->zone, store_str(q, 4));
  vg_str_copy(in->kind, sizeof in->kind, store_str(q, 5));
  vg_str_copy(in->summary, sizeof in->summary, store_str(q, 6));
  vg_str_copy(in->unsure, sizeof in->unsure, store_str(q, 13));
}

vg_code casework_incident_find(struct store_tx *tx, vg_str pid, struct incident *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE v.pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    read_row(q, out);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "casework.no_incident", VG_T(pid));
}

vg_code casework_incident_see(struct store_tx *tx, const struct actor *who, vg_str pid, struct incident *out,
                              struct vg_err *err) {
  VG_TRY(casework_incident_find(tx, pid, out, err));
  return casework_incident_access(tx, who, out, err);
}

static vg_code each(struct store_tx *tx, const char *sql, struct store_args args, casework_incident_sink *sink,
                    void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct incident in;
    read_row(q, &in);
    rc = sink(ctx, &in, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

#define MAY_SEE CASEWORK_INCIDENT_SEEN("v.id", "v.zone", "v.org", "$2", "$3", "$4", "$5")

vg_code casework_each_incident(struct store_tx *tx, const struct actor *who, int64_t org, casework_incident_sink *sink,
                               void *ctx, struct vg_err *err) {
  return each(tx, COLUMNS "WHERE v.org = $1" MAY_SEE " ORDER BY v.id", S_ARGS(SEEN_ARGS(org, tx, who)), sink, ctx, err);
}

#define OF_REGIME CASEWORK_INCIDENT_OF_REGIME("v.id", "$1") MAY_SEE

vg_code casework_incident_search(struct store_tx *tx, const struct actor *who, enum regime of, int64_t limit,
                                 casework_incident_sink *sink, void *ctx, int64_t *apart, struct vg_err *err) {
  enum regime other = casework_regime_apart(of);
  *apart = 0;
  if (other)
    VG_TRY(store_get_int(tx, apart, "SELECT COUNT(*) FROM casework_v_incident v WHERE " OF_REGIME,
                         S_ARGS(SEEN_ARGS(other, tx, who)), err));
  return each(tx, COLUMNS "WHERE " OF_REGIME " ORDER BY v.reported DESC, v.id DESC LIMIT $6",
              S_ARGS(SEEN_ARGS(other ? of : REGIME_BOTH, tx, who), S_INT(limit)), sink, ctx, err);
}

/* --- of other instances --- */

static bool time_at(vg_jv obj, const char *key, vg_time *out) {
  vg_str s;
  return vg_jv_str_at(obj, key, &s) && vg_time_parse(s, out);
}

vg_code incident_reported(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err) {
  struct incident in = {.id = 0};
  struct org o;
  vg_str kind, summary;
  bool personal = true, clocks = true;
  int64_t n;
  bool ok = vg_id_ok(e->subject) && vg_str_starts(e->subject, VG_STR("incident--")) &&
            vg_jv_str_at(e->body, "kind", &kind) && kind.n < sizeof in.kind &&
            vg_jv_str_at(e->body, "summary", &summary) && summary.n < sizeof in.summary &&
            vg_str_find_byte(summary, '\0', 0) == SIZE_MAX && time_at(e->body, "happened", &in.happened) &&
            time_at(e->body, "known", &in.known) && time_at(e->body, "reported", &in.reported);
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "casework.event", VG_N(e->seq));
  (void)vg_jv_bool(vg_jv_at(e->body, "personal_data"), &personal);
  (void)vg_jv_bool(vg_jv_at(e->body, "clocks"), &clocks);
  in.no_personal_data = !personal;
  in.pid = vg_id_of(e->subject);
  vg_str_copy(in.kind, sizeof in.kind, kind);
  vg_str_copy(in.summary, sizeof in.summary, summary);
  VG_TRY(check(&in, in.reported, err));
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "organisation"), &o, err));
  VG_TRY(territory_access(tx, who, o.id, err));
  in.org = o.id;
  VG_TRY(
      store_get_int(tx, &n, "SELECT COUNT(*) FROM casework_incident WHERE pid = $1", S_ARGS(S_STR(e->subject)), err));
  return n ? VG_OK : insert(tx, &in, 0, clocks, err);
}

/* What joins the rooms when records of another instance are taken in, given out or erased. */
#include "analysis/analysis.h"
#include "anticipate/anticipate.h"
#include "casework/casework.h"
#include "evaluation/evaluation.h"
#include "event/event.h"
#include "evidence/evidence.h"
#include "instance/instance.h"
#include "prevention/prevention.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "watch/watch.h"

const struct merge_kind *const instance_merges[] = {
    casework_merges,   event_merges,      evidence_merges,   prevention_merges,
    qualify_merges,    intel_merges,      share_merges,      watch_merges,
    anticipate_merges, evaluation_merges, obstacle_merges,   territory_merges,
    analysis_merges,   instance_joins,    instance_erasures, NULL};

static vg_code renamed(void *ctx, vg_str old, vg_str fresh, struct vg_err *err) {
  struct store_tx *tx = ctx;
  VG_TRY(evidence_renamed(tx, old, fresh, err));
  VG_TRY(qualify_renamed(tx, old, fresh, err));
  VG_TRY(intel_sightings_renamed(tx, old, fresh, err));
  return analysis_renamed(tx, old, fresh, err);
}

vg_code instance_merge_import(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str text,
                              struct merge_result *out, struct vg_err *err) {
  VG_TRY(merge_import(tx, who, own, text, instance_merges, out, err));
  return casework_each_renamed(tx, renamed, tx, err);
}

/* --- conflicts --- */

/* What an event is about: a qualification speaks of its case or exhibit, if it is about one; an analysis of its case.
 */
static vg_code about(struct store_tx *tx, vg_str subject, struct vg_id *out, struct vg_err *err) {
  struct vg_id affair = {.s = ""};
  struct vg_buf found;
  *out = vg_id_of(subject);
  vg_buf_init(&found, VG_ID_MAX);
  if (vg_str_eqz(vg_id_kind(subject), "qualification"))
    VG_TRY(qualify_affair_of(tx, subject, &affair, err));
  else if (vg_str_eqz(vg_id_kind(subject), "analysis") &&
           store_get_text(
               tx, &found,
               "SELECT c.pid FROM analysis_v_run r JOIN casework_v_case c ON c.ref = r.case_ref WHERE r.pid = "
               "$1",
               S_ARGS(S_STR(subject)), NULL) == VG_OK)
    affair = vg_id_of(vg_buf_view(&found));
  vg_buf_fini(&found);
  if (affair.s[0])
    *out = affair;
  return VG_OK;
}

vg_code instance_inquiry_of(struct store_tx *tx, vg_str subject, struct affair *out, struct vg_id *pid, bool *is,
                            struct vg_err *err) {
  static const struct {
    const char *kind, *sql;
  } of[] = {{"analysis", "SELECT case_ref FROM analysis_v_run WHERE pid = $1"},
            {"job", "SELECT case_ref FROM analysis_v_job WHERE pid = $1"},
            {"document", "SELECT about FROM dossier_v_document WHERE pid = $1"}};
  struct vg_buf found;
  struct vg_id named;
  VG_TRY(about(tx, subject, &named, err));
  vg_buf_init(&found, VG_ID_MAX);
  for (size_t i = 0; i < VG_COUNT(of); i++)
    if (vg_str_eqz(vg_id_kind(subject), of[i].kind) &&
        store_get_text(tx, &found, of[i].sql, S_ARGS(S_STR(subject)), NULL) == VG_OK)
      named = vg_id_of(vg_buf_view(&found));
  vg_buf_fini(&found);
  *pid = named;
  return casework_inquiry_of(tx, vg_id_str(&named), out, pid, is, err);
}

/* Marks of the watch are their owner's. */
static bool own_mark(struct store_tx *tx, const struct actor *who, vg_str subject) {
  int64_t n;
  return store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM watch_v_marked m JOIN territory_v_person_alias a ON a.subject = m.person "
                       "WHERE m.subject = $1 AND a.pid = $2",
                       S_ARGS(S_STR(subject), S_Z(who->id.s)), NULL) == VG_OK &&
         n > 0;
}

/* A report of what was seen at companies is hidden from who has a conflict of interest with one of them. */
static bool sightings_seen(struct store_tx *tx, const struct actor *who, vg_str report) {
  struct vg_buf orgs;
  vg_str rest, one;
  int64_t org;
  vg_buf_init(&orgs, 1 << 20);
  bool seen = store_get_lines(tx, &orgs,
                              "SELECT DISTINCT CAST(org_id AS TEXT) FROM intel_v_sighting WHERE report = $1 ORDER BY 1",
                              S_ARGS(S_STR(report)), NULL) == VG_OK;
  for (rest = vg_buf_view(&orgs); seen && vg_str_line(&rest, &one);)
    seen = !vg_str_i64(one, &org) || territory_access(tx, who, org, NULL) == VG_OK;
  vg_buf_fini(&orgs);
  return seen;
}

bool instance_subject_seen(struct store_tx *tx, const struct actor *who, vg_str subject) {
  struct subject_of s;
  struct action a;
  struct diagnosis d = {.measures = 0};
  struct exercise e;
  struct vg_id affair;
  int64_t org = 0;
  if (vg_str_eqz(vg_id_kind(subject), "watch-mark"))
    return own_mark(tx, who, subject);
  if (vg_str_eqz(vg_id_kind(subject), "judgement"))
    return true;
  if (!sightings_seen(tx, who, subject))
    return false;
  if (about(tx, subject, &affair, NULL) != VG_OK)
    return false;
  subject = vg_id_str(&affair);
  if (casework_subject_of(tx, subject, &s, NULL) != VG_OK)
    return false;
  if (s.case_id)
    return casework_access(tx, who, s.case_id, NULL) == VG_OK;
  if (prevention_action_find(tx, subject, &a, NULL) == VG_OK)
    org = a.org;
  else if (prevention_diagnosis_find(tx, subject, &d, NULL) == VG_OK)
    org = d.org;
  else if (prevention_exercise_find(tx, subject, &e, NULL) == VG_OK)
    org = e.org;
  else if (territory_meant(tx, subject, &org, NULL) != VG_OK)
    org = -1;
  prevention_diagnosis_fini(&d);
  if (org < 0)
    return false;
  return (!org || territory_access(tx, who, org, NULL) == VG_OK) && casework_subject_seen(tx, who, subject);
}

struct choosing {
  struct store_tx *tx;
  const struct actor *who;
  const struct conflict_query *wanted;
  merge_version_sink *sink;
  void *ctx;
};

static vg_code choose_count(const struct choosing *c, struct merge_version *v, struct vg_err *err) {
  struct vg_buf size;
  vg_buf_init(&size, 1 << 12);
  vg_code rc = prevention_exercise_size(v->value, &size, err);
  v->value = vg_buf_view(&size);
  if (rc == VG_OK)
    rc = c->sink(c->ctx, v, err);
  vg_buf_fini(&size);
  return rc;
}

static vg_code choose(void *ctx, const struct merge_version *v, struct vg_err *err) {
  struct choosing *c = ctx;
  const struct conflict_query *w = c->wanted;
  bool meant = (!w->kind.n || vg_str_eq(w->kind, instance_version_kind(v))) &&
               (!w->subject.n || vg_str_eq(w->subject, v->subject));
  if (!meant || !instance_subject_seen(c->tx, c->who, v->subject))
    return VG_OK;
  struct merge_version told = *v;
  VG_TRY(territory_version_holds(c->tx, v, &told.shows, err));
  return vg_str_starts(v->kind, VG_STR("exercise.")) ? choose_count(c, &told, err) : c->sink(c->ctx, &told, err);
}

vg_code instance_each_conflict(struct store_tx *tx, const struct actor *who, const struct conflict_query *wanted,
                               merge_version_sink *sink, void *ctx, struct vg_err *err) {
  struct choosing c = {tx, who, wanted, sink, ctx};
  VG_TRY(merge_each_conflict(tx, wanted->subject, wanted->history, choose, &c, err));
  return prevention_each_differing(tx, choose, &c, err);
}

vg_code instance_merge_settle(struct store_tx *tx, const struct actor *who, vg_str uid, struct vg_err *err) {
  vg_str rest = uid, subject = VG_STR("");
  (void)vg_str_cut(&rest, '/', &subject);
  if (!instance_subject_seen(tx, who, subject))
    return VG_FAIL(err, VG_EDENIED, "instance.not_seen", who->name);
  return merge_settle(tx, who, instance_merges, uid, err);
}

/* --- for whom --- */

struct giving {
  struct store_tx *tx;
  const struct actor *who;
  const struct merge_audience *audience;
  struct vg_err *err;
  vg_code rc;
  int64_t withheld;
};

/* The regime that an event belongs to, "" for neither: organisations, major events, qualifications. */
static const char *regime_of(vg_str kind) {
  static const char *const inquiry[] = {"incident.", "case.",  "party.",    "finding.", "note.",    "exhibit.",
                                        "act.",      "image.", "referral.", "offence.", "analysis."};
  static const char *const prevention[] = {"diagnosis.", "action.", "exercise.", "sighting."};
  for (size_t i = 0; i < VG_COUNT(inquiry); i++)
    if (vg_str_starts(kind, vg_str_z(inquiry[i])))
      return "investigation";
  for (size_t i = 0; i < VG_COUNT(prevention); i++)
    if (vg_str_starts(kind, vg_str_z(prevention[i])))
      return "prevention";
  return "";
}

/* May the zone have it? Its own, what is of no zone, and what was granted to somebody who serves it. */
static vg_code zone_may(const struct giving *g, const struct subject_of *s, bool *yes, struct vg_err *err) {
  const char *zone = g->audience->zone;
  int64_t n;
  *yes = !s->zone[0] || vg_str_eqz(vg_str_z(s->zone), zone);
  if (*yes || !s->case_id)
    return VG_OK;
  VG_TRY(store_get_int(
      g->tx, &n,
      "SELECT COUNT(*) FROM casework_v_grant g JOIN territory_v_mandate_full m ON m.person = g.person "
      "WHERE m.admitted = 1 AND g.case_id = $1 AND m.zone = $2 AND (g.until IS NULL OR g.until > $3) AND m.since <= $3 AND "
      "(m.until IS NULL OR m.until > $3)",
      S_ARGS(S_INT(s->case_id), S_Z(zone), S_TIME(store_now(g->tx))), err));
  *yes = n > 0;
  return VG_OK;
}

/* What was seen at companies of other zones is theirs. */
static vg_code zone_saw(const struct giving *g, const struct merge_event *e, bool *yes, struct vg_err *err) {
  int64_t elsewhere = 0;
  if (vg_str_starts(e->kind, VG_STR("sighting.")))
    VG_TRY(store_get_int(g->tx, &elsewhere,
                         "SELECT COUNT(*) FROM intel_v_sighting s JOIN territory_v_org o ON o.id = s.org_id WHERE "
                         "s.report = $1 AND o.zone NOT IN ('', $2)",
                         S_ARGS(S_STR(e->subject), S_Z(g->audience->zone)), err));
  *yes = *yes && elsewhere == 0;
  return VG_OK;
}

/* What stands behind an obstacle is told to whom may have it; an analysis with its case, also where it waits for it. */
static void behind(const struct merge_event *e, struct vg_id *subject) {
  vg_str ref, kind;
  if (vg_str_starts(e->kind, VG_STR("analysis.")) && vg_jv_str_at(e->body, "case", &ref))
    *subject = vg_id_of(ref);
  if (!vg_str_eqz(e->kind, "obstacle.shown") || !vg_jv_str_at(e->body, "ref", &ref))
    return;
  kind = vg_id_kind(ref);
  if (vg_str_eqz(kind, "case") || vg_str_eqz(kind, "incident"))
    *subject = vg_id_of(ref);
}

/* What is of an inquiry and unknown here cannot be judged, and stays. */
static vg_code judge(struct giving *g, const struct merge_event *e, bool *keep, struct vg_err *err) {
  struct vg_id subject;
  struct subject_of s;
  VG_TRY(about(g->tx, e->subject, &subject, err));
  behind(e, &subject);
  bool of_case = !vg_str_eq(vg_id_str(&subject), e->subject);
  const char *regime = of_case ? "investigation" : regime_of(e->kind), *wanted = g->audience->regime;
  *keep = !wanted || !regime[0] || vg_str_eqz(vg_str_z(wanted), regime);
  if (!*keep || merge_erases(e->kind)) /* who has the case has to learn of its end, whatever zone he serves */
    return VG_OK;
  VG_TRY(casework_subject_of(g->tx, vg_id_str(&subject), &s, err));
  if (g->audience->zone)
    VG_TRY(zone_may(g, &s, keep, err));
  if (g->audience->zone)
    VG_TRY(zone_saw(g, e, keep, err));
  if (*keep && g->audience->zone && vg_str_eqz(vg_str_z(regime), "investigation") && !s.org)
    *keep = false;
  if (*keep && s.case_id)
    *keep = casework_access(g->tx, g->who, s.case_id, NULL) == VG_OK;
  else if (*keep)
    *keep = casework_subject_seen(g->tx, g->who, vg_id_str(&subject));
  return VG_OK;
}

static bool withhold(void *ctx, const struct merge_event *e) {
  struct giving *g = ctx;
  bool keep = false;
  if (g->rc == VG_OK)
    g->rc = judge(g, e, &keep, g->err);
  g->withheld += !keep;
  return !keep;
}

/* A file tells of all companies at once: who has a conflict of interest with one of them gives none away. */
static vg_code no_conflict(struct store_tx *tx, const struct actor *who, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(
      tx, &n,
      "SELECT COUNT(*) FROM territory_v_conflict c WHERE c.person = $1 AND c.since <= $2 AND (c.until "
      "IS NULL OR c.until > $2) AND (EXISTS (SELECT 1 FROM casework_v_incident i WHERE i.org = c.org) "
      "OR EXISTS (SELECT 1 FROM prevention_v_diagnosis d WHERE d.org = c.org) OR EXISTS (SELECT 1 "
      "FROM prevention_v_action a WHERE a.org = c.org) OR EXISTS (SELECT 1 FROM intel_v_sighting s WHERE s.org_id = "
      "c.org))",
      S_ARGS(S_INT(who->person), S_TIME(store_now(tx))), err));
  return n ? VG_FAIL(err, VG_EDENIED, "instance.give", who->name) : VG_OK;
}

static vg_code check_audience(struct store_tx *tx, const struct merge_audience *a, struct vg_err *err) {
  if (a->zone)
    VG_TRY(territory_zone_check(tx, a->zone, err));
  bool ok =
      !a->regime || vg_str_eqz(vg_str_z(a->regime), "investigation") || vg_str_eqz(vg_str_z(a->regime), "prevention");
  return ok ? VG_OK : VG_FAIL(err, VG_EDATA, "instance.regime", a->regime);
}

static vg_code tell_given(struct store_tx *tx, const struct actor *who, const struct merge_audience *a,
                          const struct merge_order *o, int64_t withheld, struct ledger_disclosure *d,
                          struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  int64_t red;
  VG_TRY(
      store_get_int(tx, &red, "SELECT COUNT(*) FROM casework_v_case WHERE tlp IN ('RED', 'TLP:RED')", S_NOARGS, err));
  if (red)
    d->tlp = "TLP:RED";
  vg_buf_init(&b, 1 << 14);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  ledger_disclosure(&w, d);
  vg_jw_kint(&w, "from", o->from);
  vg_jw_kstr(&w, "of", o->origin);
  vg_jw_kz(&w, "zone", a->zone);
  vg_jw_kz(&w, "regime", a->regime);
  vg_jw_kint(&w, "withheld", withheld);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "merge.exported", "", vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code instance_merge_export(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str origin,
                              int64_t from, const struct merge_audience *audience, int64_t *withheld,
                              struct vg_buf *out, struct vg_err *err) {
  struct giving g = {.tx = tx, .who = who, .audience = audience, .err = err};
  int64_t adopted, given;
  const struct merge_order o = {.origin = origin,
                                .from = from,
                                .withhold = withhold,
                                .ctx = &g,
                                .given = &given,
                                .rooms = audience->bare ? NULL : instance_merges,
                                .drain = audience->drain,
                                .drain_ctx = audience->drain_ctx};
  struct ledger_whom whom = audience->whom;
  struct ledger_disclosure d = {.tlp = "TLP:AMBER+STRICT"}; /* of a case as it is opened; of one that is red, red */
  if (!whom.recipient)
    whom.recipient = audience->zone;
  VG_TRY(ledger_whom(who, "merge", &whom, &d, err));
  VG_TRY(no_conflict(tx, who, err));
  VG_TRY(check_audience(tx, audience, err));
  VG_TRY(merge_adopt(tx, who, instance_merges, &adopted, err));
  VG_TRY(analysis_tell_old(tx, who, err));
  vg_code rc = merge_export(tx, own, &o, out, err);
  *withheld = g.withheld;
  VG_TRY(g.rc);
  VG_TRY(rc);
  d.count = given;
  return tell_given(tx, who, audience, &o, g.withheld, &d, err);
}

#include "base/jsonw.h"
#include "prevention/prevention_internal.h"

#include <stdio.h>

const char *const prevention_adoptions[] = {"proposed", "accepted", "doing", "said", "done", "refused", NULL};

bool adoption_ok(vg_str state) {
  for (const char *const *s = prevention_adoptions; *s; s++)
    if (vg_str_eqz(state, *s))
      return true;
  return false;
}

vg_code diagnosis_framework_check(struct store_tx *tx, vg_str framework, struct vg_err *err) {
  int64_t n;
  vg_str rest = framework, code = VG_STR("");
  if (vg_str_eqz(framework, PREVENTION_FRAMEWORK))
    return VG_OK;
  (void)vg_str_cut(&rest, '/', &code);
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM prevention_framework WHERE code = $1 AND version = $2",
                       S_ARGS(S_STR(code), S_STR(rest.p ? rest : VG_STR(""))), err));
  return n ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_framework", VG_T(framework));
}

vg_code diagnosis_body(struct store_tx *tx, int64_t org, const struct vg_id *pid, vg_str framework, vg_time made,
                       struct vg_buf *out, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "diagnosis", pid->s);
  vg_jw_kstr(&w, "framework", framework);
  if (made != VG_NOTIME)
    merge_put_time(&w, "made", made);
  vg_jw_key(&w, "organisation");
  VG_TRY(territory_org_json(tx, org, &w, err));
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

static vg_code note_opened(struct store_tx *tx, const struct actor *who, const struct org *o, const struct vg_id *pid,
                           vg_str framework, struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, 1 << 16);
  vg_code rc = diagnosis_body(tx, o->id, pid, framework, store_now(tx), &body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, "diagnosis.opened", pid->s, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

vg_code prevention_diagnosis_open(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str framework,
                                  vg_str action, struct vg_id *pid, struct vg_err *err) {
  int64_t id, visit = 0;
  if (framework.n == 0)
    framework = VG_STR(PREVENTION_FRAMEWORK);
  VG_TRY(territory_access(tx, who, o->id, err));
  VG_TRY(diagnosis_framework_check(tx, framework, err));
  if (action.n) {
    vg_code rc = store_get_int(tx, &visit, "SELECT id FROM prevention_action WHERE pid = $1 AND org = $2",
                               S_ARGS(S_STR(action), S_INT(o->id)), NULL);
    if (rc == VG_ENOTFOUND)
      return VG_FAIL(err, rc, "prevention.no_action", VG_T(action));
    VG_TRY(rc);
  }
  *pid = vg_id_new("diagnosis", store_now(tx));
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO prevention_diagnosis (pid, org, action, framework, made, person) VALUES ($1, $2, "
                      "$3, $4, $5, $6) RETURNING id",
                      S_ARGS(S_Z(pid->s), S_INT(o->id), S_INT_OR_NULL(visit, visit == 0), S_STR(framework),
                             S_TIME(store_now(tx)), S_Z(who->id.s)),
                      err));
  VG_TRY(note_opened(tx, who, o, pid, framework, err));
  return LEDGER_TELL(tx, who, "diagnosis.opened", pid->s, err, "organisation", o->pid.s, "framework", VG_T(framework));
}

vg_code diagnosis_touch(struct store_tx *tx, const struct actor *who, vg_str pid, struct diagnosis_target *t,
                        struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT d.id, d.org, COALESCE((SELECT f.measures FROM prevention_v_framework f WHERE f.code || "
                     "'/' || f.version = d.framework), 42) "
                     "FROM prevention_diagnosis d WHERE d.pid = $1",
                     S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found) {
    t->id = store_int(q, 0);
    t->org = store_int(q, 1);
    t->measures = store_int(q, 2);
  }
  VG_TRY(store_done(&q, err));
  return found ? territory_access(tx, who, t->org, err)
               : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_diagnosis", VG_T(pid));
}

/* What is in force of the measure, which the new one replaces. */
#define IN_FORCE(view) "SELECT uid, 1 FROM " view " WHERE diagnosis = $1 AND measure = $2 AND in_force = 1 ORDER BY uid"

/* Stores it, and writes it for the other instances. */
static vg_code add_answer(struct store_tx *tx, const struct actor *who, int64_t id, int64_t measure, enum answer answer,
                          struct vg_jw *w, struct vg_err *err) {
  struct vg_id uid = vg_id_new("answer", store_now(tx));
  int64_t depth;
  vg_jw_obj(w);
  vg_jw_kz(w, "id", uid.s);
  vg_jw_kint(w, "measure", measure);
  vg_jw_kz(w, "answer", prevention_answer_name(answer));
  VG_TRY(merge_replaces(tx, IN_FORCE("prevention_v_answer"), S_ARGS(S_INT(id), S_INT(measure)), vg_id_str(&uid), w,
                        &depth, err));
  vg_jw_end(w);
  return store_exec(
      tx, "INSERT INTO prevention_answer (diagnosis, measure, answer, at, person, uid) VALUES ($1, $2, $3, $4, $5, $6)",
      S_ARGS(S_INT(id), S_INT(measure), S_Z(prevention_answer_name(answer)), S_TIME(store_now(tx)), S_Z(who->id.s),
             S_Z(uid.s)),
      err);
}

static vg_code add_step(struct store_tx *tx, const struct actor *who, int64_t id, int64_t measure, const char *state,
                        vg_str reason, struct vg_jw *w, struct vg_err *err) {
  struct vg_id uid = vg_id_new("adoption", store_now(tx));
  int64_t depth;
  vg_jw_kz(w, "id", uid.s);
  vg_jw_kint(w, "measure", measure);
  vg_jw_kz(w, "state", state);
  vg_jw_kstr(w, "reason", reason);
  VG_TRY(merge_replaces(tx, IN_FORCE("prevention_v_adoption"), S_ARGS(S_INT(id), S_INT(measure)), vg_id_str(&uid), w,
                        &depth, err));
  return store_exec(
      tx,
      "INSERT INTO prevention_adoption (diagnosis, measure, state, reason, at, person, uid) VALUES ($1, $2, $3, $4, "
      "$5, $6, $7)",
      S_ARGS(S_INT(id), S_INT(measure), S_Z(state), S_STR(reason), S_TIME(store_now(tx)), S_Z(who->id.s), S_Z(uid.s)),
      err);
}

static vg_code answer_one(struct store_tx *tx, const struct actor *who, const struct diagnosis_target *t,
                          const char *word, struct vg_jw *w, struct vg_err *err) {
  vg_str rest = vg_str_z(word), number;
  int64_t measure;
  enum answer a;
  if (!vg_str_cut(&rest, '=', &number) || !rest.p || !vg_str_i64(number, &measure) || measure < 1 ||
      measure > t->measures || !answer_by_name(rest, &a))
    return VG_FAIL(err, VG_EDATA, "prevention.answer", word, VG_N(t->measures));
  return add_answer(tx, who, t->id, measure, a, w, err);
}

vg_code prevention_diagnosis_answer(struct store_tx *tx, const struct actor *who, vg_str pid, const char *const *list,
                                    size_t count, struct vg_err *err) {
  struct vg_id as = vg_id_of(pid);
  struct diagnosis_target t;
  struct vg_buf body;
  struct vg_jw w;
  vg_code rc = VG_OK;
  VG_TRY(diagnosis_touch(tx, who, pid, &t, err));
  vg_buf_init(&body, 1 << 20);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "diagnosis", pid);
  vg_jw_key(&w, "answers");
  vg_jw_arr(&w);
  for (size_t i = 0; rc == VG_OK && i < count; i++)
    rc = answer_one(tx, who, &t, list[i], &w, err);
  if (rc != VG_OK)
    goto out;
  vg_jw_end(&w);
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&body, err));
  VG_GO(merge_note(tx, who, "diagnosis.answered", as.s, vg_buf_view(&body), err));
  VG_GO(ledger_append(tx, who, "diagnosis.answered", as.s, vg_buf_view(&body), NULL, err));
out:
  vg_buf_fini(&body);
  return rc;
}

static vg_code note_step(struct store_tx *tx, const struct actor *who, const struct vg_id *as, int64_t id,
                         int64_t measure, const char *state, vg_str reason, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "diagnosis", as->s);
  VG_GO(add_step(tx, who, id, measure, state, reason, &w, err));
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&body, err));
  VG_GO(merge_note(tx, who, "diagnosis.adopted", as->s, vg_buf_view(&body), err));
  VG_GO(ledger_append(tx, who, "diagnosis.adoption", as->s, vg_buf_view(&body), NULL, err));
out:
  vg_buf_fini(&body);
  return rc;
}

/* A company says that it is done; a referent confirms it, and what is confirmed it cannot take back. */
static vg_code company_step(struct store_tx *tx, const struct diagnosis_target *t, int64_t measure, const char **state,
                            struct vg_err *err) {
  int64_t confirmed;
  VG_TRY(
      store_get_int(tx, &confirmed,
                    "SELECT COUNT(*) FROM prevention_v_adoption WHERE diagnosis = $1 AND measure = $2 AND in_force = "
                    "1 AND state = 'done'",
                    S_ARGS(S_INT(t->id), S_INT(measure)), err));
  if (confirmed)
    return VG_FAIL(err, VG_ESTATE, "prevention.confirmed");
  if (vg_str_eqz(vg_str_z(*state), "done"))
    *state = "said";
  return VG_OK;
}

vg_code prevention_adopt(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t measure, const char *state,
                         vg_str reason, struct vg_err *err) {
  struct vg_id as = vg_id_of(pid);
  struct diagnosis_target t;
  char yes[32];
  const char *const answer[] = {yes};
  VG_TRY(diagnosis_touch(tx, who, pid, &t, err));
  if (measure < 1 || measure > t.measures || !adoption_ok(vg_str_z(state)))
    return VG_FAIL(err, VG_EDATA, "prevention.adoption", state, VG_N(t.measures));
  if (!vg_utf8_ok(reason) || reason.n > 190 || (vg_str_eqz(vg_str_z(state), "refused") && vg_str_trim(reason).n == 0))
    return VG_FAIL(err, VG_EDATA, "prevention.reason");
  if (who->organisation == t.org)
    VG_TRY(company_step(tx, &t, measure, &state, err));
  VG_TRY(note_step(tx, who, &as, t.id, measure, state, reason.p ? reason : VG_STR(""), err));
  if (!vg_str_eqz(vg_str_z(state), "done"))
    return VG_OK;
  snprintf(yes, sizeof yes, "%lld=yes", (long long)measure);
  return prevention_diagnosis_answer(tx, who, pid, answer, 1, err);
}

static vg_code answers_in_force(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  struct store_rows *q;
  bool met[MEASURES_MAX] = {false};
  VG_TRY(store_query(
      tx, &q,
      "SELECT measure, answer FROM prevention_v_answer WHERE diagnosis = $1 AND in_force = 1 ORDER BY measure, uid",
      S_ARGS(S_INT(d->id)), err));
  while (store_next(q)) {
    enum answer a;
    int64_t n = store_int(q, 0);
    if (n < 1 || n > d->measures || !answer_by_name(store_str(q, 1), &a))
      continue;
    struct measure *m = &d->measure[n - 1];
    m->conflict = m->conflict || (met[n - 1] && m->answer != a);
    m->answer = m->conflict ? ANSWER_UNKNOWN : a;
    met[n - 1] = true;
  }
  return store_done(&q, err);
}

static vg_code current(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(answers_in_force(tx, d, err));
  VG_TRY(store_query(tx, &q,
                     "SELECT measure, state, reason FROM prevention_v_adoption WHERE diagnosis = $1 AND in_force = 1 "
                     "ORDER BY measure, uid",
                     S_ARGS(S_INT(d->id)), err));
  while (store_next(q)) {
    int64_t n = store_int(q, 0);
    if (n < 1 || n > d->measures)
      continue;
    struct measure *m = &d->measure[n - 1];
    m->adoption_conflict = m->adoption_conflict || (m->adoption[0] && !vg_str_eqz(store_str(q, 1), m->adoption));
    vg_str_copy(m->adoption, sizeof m->adoption, store_str(q, 1));
    vg_str_copy(m->why, sizeof m->why, store_str(q, 2));
  }
  VG_TRY(store_done(&q, err));
  d->conflicts = d->said = 0;
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[i];
    d->conflicts += m->conflict || m->adoption_conflict;
    d->said += !m->adoption_conflict && vg_str_eqz(vg_str_z(m->adoption), "said");
  }
  return VG_OK;
}

#define COLUMNS                                                                                                        \
  "SELECT id, pid, org, org_name, zone, naf, size, framework, made, made + (SELECT hours FROM casework_v_delay WHERE " \
  "code = 'SUIVI6M') * "                                                                                               \
  "3600000000000 FROM prevention_v_diagnosis "

static void read_row(struct store_rows *q, struct diagnosis *d) {
  d->id = store_int(q, 0);
  d->pid = vg_id_of(store_str(q, 1));
  d->org = store_int(q, 2);
  d->made = store_time(q, 8);
  d->follow_up = store_time(q, 9);
  vg_str_copy(d->org_name, sizeof d->org_name, store_str(q, 3));
  vg_str_copy(d->zone, sizeof d->zone, store_str(q, 4));
  vg_str_copy(d->naf, sizeof d->naf, store_str(q, 5));
  vg_str_copy(d->size, sizeof d->size, store_str(q, 6));
  vg_str_copy(d->framework, sizeof d->framework, store_str(q, 7));
}

static vg_code fill(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  VG_TRY(prevention_framework_load(tx, d, err));
  VG_TRY(current(tx, d, err));
  diagnosis_score(d);
  return VG_OK;
}

vg_code prevention_diagnosis_find(struct store_tx *tx, vg_str pid, struct diagnosis *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    read_row(q, out);
  VG_TRY(store_done(&q, err));
  if (!found)
    return VG_FAIL(err, VG_ENOTFOUND, "prevention.no_diagnosis", VG_T(pid));
  return fill(tx, out, err);
}

vg_code prevention_each_diagnosis(struct store_tx *tx, int64_t org, prevention_diagnosis_sink *sink, void *ctx,
                                  struct vg_err *err) {
  struct store_rows *q;
  struct diagnosis d = {.measures = 0};
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE org = $1 OR $1 = 0 ORDER BY id", S_ARGS(S_INT(org)), err));
  while (rc == VG_OK && store_next(q)) {
    read_row(q, &d);
    rc = fill(tx, &d, err);
    if (rc == VG_OK)
      rc = sink(ctx, &d, err);
  }
  prevention_diagnosis_fini(&d);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_each_visit_due(struct store_tx *tx, const struct actor *who, int64_t limit,
                                  prevention_diagnosis_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  struct diagnosis d = {.measures = 0};
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      COLUMNS "x WHERE made <= $1 - (SELECT hours FROM casework_v_delay WHERE code = 'SUIVI6M') * 3600000000000 AND "
              "($2 = '' OR zone = $2) AND NOT EXISTS (SELECT 1 FROM prevention_diagnosis l WHERE l.org = x.org AND "
              "(l.made > x.made OR (l.made = x.made AND l.id > x.id))) AND NOT EXISTS (SELECT 1 FROM prevention_action "
              "a WHERE a.org = x.org AND a.kind = 'visit' AND a.state = 'planned' AND a.at > $3)" TERRITORY_NO_CONFLICT(
                  "x.org", "$4", "$3") " AND ($5 = 0 OR x.org = $5) ORDER BY made DESC, id LIMIT $6",
      S_ARGS(S_TIME(store_now(tx) + VISIT_AHEAD), S_Z(casework_bounds(who)), S_TIME(store_now(tx)), S_INT(who->person),
             S_INT(territory_bound(who)), S_INT(limit ? limit : INT64_MAX)),
      err));
  while (rc == VG_OK && store_next(q)) {
    read_row(q, &d);
    rc = sink(ctx, &d, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_advice(struct store_tx *tx, vg_str naf, vg_str size, vg_str zone, struct diagnosis *out,
                          struct vg_err *err) {
  vg_str_copy(out->framework, sizeof out->framework, VG_STR(PREVENTION_FRAMEWORK));
  vg_str_copy(out->naf, sizeof out->naf, naf);
  vg_str_copy(out->size, sizeof out->size, size);
  vg_str_copy(out->zone, sizeof out->zone, zone);
  VG_TRY(prevention_framework_load(tx, out, err));
  for (int i = 0; i < out->measures; i++)
    out->measure[i].answer = ANSWER_NO;
  return prevention_rank(tx, out, err);
}

/* The versions of one kind that are in force where they differ. */
static vg_code versions(struct store_tx *tx, int64_t diagnosis, vg_str what, const char *sql,
                        prevention_version_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, S_ARGS(S_INT(diagnosis)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_int(q, 0), what, store_str(q, 1), store_str(q, 2), store_time(q, 3), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_each_conflict(struct store_tx *tx, int64_t diagnosis, prevention_version_sink *sink, void *ctx,
                                 struct vg_err *err) {
  VG_TRY(versions(tx, diagnosis, VG_STR("answer"),
                  "SELECT a.measure, a.answer, COALESCE(p.name, a.person), a.at FROM prevention_v_answer a LEFT JOIN "
                  "territory_v_name p ON p.pid = a.person "
                  "WHERE a.diagnosis = $1 AND a.in_force = 1 AND EXISTS (SELECT 1 FROM prevention_v_answer b WHERE "
                  "b.diagnosis = a.diagnosis AND "
                  "b.measure = a.measure AND b.in_force = 1 AND b.answer <> a.answer) ORDER BY a.measure, a.uid",
                  sink, ctx, err));
  return versions(tx, diagnosis, VG_STR("adoption"),
                  "SELECT a.measure, a.state, COALESCE(p.name, a.person), a.at FROM prevention_v_adoption a LEFT JOIN "
                  "territory_v_name p ON p.pid = a.person "
                  "WHERE a.diagnosis = $1 AND a.in_force = 1 AND EXISTS (SELECT 1 FROM prevention_v_adoption b WHERE "
                  "b.diagnosis = a.diagnosis AND "
                  "b.measure = a.measure AND b.in_force = 1 AND b.state <> a.state) ORDER BY a.measure, a.uid",
                  sink, ctx, err);
}

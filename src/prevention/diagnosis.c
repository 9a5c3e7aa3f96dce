#include "prevention/prevention.h"

#include "base/csv.h"

extern const char prevention_measures_csv[];

static const char *const answers[] = {"unknown", "no", "partly", "yes", "n/a"};
static const char *const states[] = {"proposed", "accepted", "doing", "done", "refused"};
static const double worth[] = {0, 0, 0.5, 1, 0};
#define FRAMEWORK "vigie-42/1"

const char *prevention_answer_name(enum answer a) { return answers[a]; }

static bool index_of(const char *const *names, size_t count, vg_str s, size_t *out) {
  for (*out = 0; *out < count; (*out)++)
    if (vg_str_eqz(s, names[*out]))
      return true;
  return false;
}

/* number theme title_fr level benefit effort counters source */
static vg_code framework(struct diagnosis *d, struct vg_err *err) {
  struct vg_csv c;
  bool more;
  vg_csv_init(&c, vg_str_z(prevention_measures_csv), ',');
  vg_code rc = vg_csv_next(&c, &more, err);
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more) {
    int64_t number, benefit, effort;
    bool ok = vg_str_i64(c.field[0], &number) && vg_str_i64(c.field[4], &benefit) && vg_str_i64(c.field[5], &effort);
    VG_ASSERT(ok && number >= 1 && number <= MEASURES && effort > 0);
    struct measure *m = &d->measure[number - 1];
    *m = (struct measure){.number = (int)number, .benefit = (int)benefit, .effort = (int)effort};
    vg_str_copy(m->theme, sizeof m->theme, c.field[1]);
    vg_str_copy(m->title, sizeof m->title, c.field[2]);
    vg_str_copy(m->counters, sizeof m->counters, c.field[6]);
  }
  vg_csv_fini(&c);
  return rc;
}

vg_code prevention_diagnosis_open(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str action, struct vg_id *pid,
                                  struct vg_err *err) {
  int64_t id, visit = 0;
  VG_TRY(territory_access(tx, who, o->id, err));
  if (action.n) {
    vg_code rc = store_get_int(tx, &visit, "SELECT id FROM prevention_action WHERE pid = $1 AND org = $2", S_ARGS(S_STR(action), S_INT(o->id)), NULL);
    if (rc == VG_ENOTFOUND)
      return VG_FAIL(err, rc, "prevention.no_action", VG_T(action));
    VG_TRY(rc);
  }
  *pid = vg_id_new("diagnosis", store_now(tx));
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO prevention_diagnosis (pid, org, action, framework, made, person) VALUES ($1, $2, $3, '" FRAMEWORK "', $4, $5) "
                      "RETURNING id",
                      S_ARGS(S_Z(pid->s), S_INT(o->id), S_INT_OR_NULL(visit, visit == 0), S_TIME(store_now(tx)), S_Z(who->id.s)), err));
  return LEDGER_TELL(tx, who, "diagnosis.opened", pid->s, err, "organisation", o->pid.s, "framework", FRAMEWORK);
}

/* The diagnosis of this id, when the actor may touch its organisation. */
static vg_code touch(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t *id, struct vg_err *err) {
  struct store_rows *q;
  int64_t org = 0;
  VG_TRY(store_query(tx, &q, "SELECT id, org FROM prevention_diagnosis WHERE pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found) {
    *id = store_int(q, 0);
    org = store_int(q, 1);
  }
  VG_TRY(store_done(&q, err));
  return found ? territory_access(tx, who, org, err) : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_diagnosis", VG_T(pid));
}

static vg_code add_answer(struct store_tx *tx, const struct actor *who, int64_t id, int64_t measure, size_t answer, struct vg_err *err) {
  return store_exec(tx, "INSERT INTO prevention_answer (diagnosis, measure, answer, at, person) VALUES ($1, $2, $3, $4, $5)",
                    S_ARGS(S_INT(id), S_INT(measure), S_Z(answers[answer]), S_TIME(store_now(tx)), S_Z(who->id.s)), err);
}

vg_code prevention_diagnosis_answer(struct store_tx *tx, const struct actor *who, vg_str pid, const char *const *list, size_t count,
                                    struct vg_err *err) {
  struct vg_id as = vg_id_of(pid);
  struct vg_buf told;
  int64_t id, measure;
  vg_code rc = VG_OK;
  VG_TRY(touch(tx, who, pid, &id, err));
  vg_buf_init(&told, 1 << 16);
  for (size_t i = 0; i < count; i++) {
    vg_str rest = vg_str_z(list[i]), number;
    size_t a;
    if (!vg_str_cut(&rest, '=', &number) || !rest.p || !vg_str_i64(number, &measure) || measure < 1 || measure > MEASURES ||
        !index_of(answers, ANSWERS, rest, &a)) {
      rc = VG_FAIL(err, VG_EDATA, "prevention.answer", list[i]);
      goto out;
    }
    VG_GO(add_answer(tx, who, id, measure, a, err));
    vg_buf_fmt(&told, "%s%s", i ? " " : "", list[i]);
  }
  VG_GO(vg_buf_check(&told, err));
  VG_GO(LEDGER_TELL(tx, who, "diagnosis.answered", as.s, err, "answers", vg_buf_text(&told)));
out:
  vg_buf_fini(&told);
  return rc;
}

vg_code prevention_adopt(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t measure, const char *state, vg_str reason,
                         struct vg_err *err) {
  struct vg_id as = vg_id_of(pid);
  int64_t id;
  size_t s;
  VG_TRY(touch(tx, who, pid, &id, err));
  if (measure < 1 || measure > MEASURES || !index_of(states, VG_COUNT(states), vg_str_z(state), &s))
    return VG_FAIL(err, VG_EDATA, "prevention.adoption", state);
  if (!vg_utf8_ok(reason) || reason.n > 250 || (vg_str_eqz(vg_str_z(state), "refused") && vg_str_trim(reason).n == 0))
    return VG_FAIL(err, VG_EDATA, "prevention.reason");
  VG_TRY(store_exec(tx, "INSERT INTO prevention_adoption (diagnosis, measure, state, reason, at, person) VALUES ($1, $2, $3, $4, $5, $6)",
                    S_ARGS(S_INT(id), S_INT(measure), S_Z(state), S_STR(reason.p ? reason : VG_STR("")), S_TIME(store_now(tx)), S_Z(who->id.s)),
                    err));
  if (vg_str_eqz(vg_str_z(state), "done"))
    VG_TRY(add_answer(tx, who, id, measure, ANSWER_YES, err));
  return LEDGER_TELL(tx, who, "diagnosis.adoption", as.s, err, "measure", VG_N(measure), "state", state, "reason", VG_T(reason));
}

/* How often a kind was reported: by the sector in a year, in the zone in a year, anywhere in two weeks. */
struct seen {
  double sector, zone, live;
};

static vg_code exposure(struct store_tx *tx, const struct diagnosis *d, vg_str counters, struct seen *out, struct vg_err *err) {
  struct store_rows *q;
  vg_time now = store_now(tx);
  VG_TRY(store_query(tx, &q,
                     "SELECT i.kind, SUM(CASE WHEN o.naf = $1 AND $1 <> '' THEN 1 ELSE 0 END), SUM(CASE WHEN o.zone = $2 AND $2 <> '' THEN 1 ELSE 0 END), "
                     "SUM(CASE WHEN i.known > $4 THEN 1 ELSE 0 END) FROM casework_v_incident i JOIN territory_v_org o ON o.id = i.org "
                     "WHERE i.known > $3 GROUP BY i.kind",
                     S_ARGS(S_Z(d->naf), S_Z(d->zone), S_TIME(now - 365 * VG_DAY), S_TIME(now - 14 * VG_DAY)), err));
  *out = (struct seen){0};
  while (store_next(q)) {
    if (!vg_str_eqz(counters, "*") && vg_str_find(counters, store_str(q, 0), 0) == SIZE_MAX)
      continue;
    out->sector += (double)store_int(q, 1);
    out->zone += (double)store_int(q, 2);
    out->live += (double)store_int(q, 3);
  }
  return store_done(&q, err);
}

static double capped(double n, double full) { return n >= full ? 1 : n / full; }

static vg_code rank(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  for (int i = 0; i < MEASURES; i++) {
    struct measure *m = &d->measure[i];
    struct seen s;
    VG_TRY(exposure(tx, d, vg_str_z(m->counters), &s, err));
    m->sector = 0.5 * capped(s.sector, 5);
    m->zone = 0.5 * capped(s.zone, 5);
    m->live = capped(s.live, 10);
    m->find_out = m->answer == ANSWER_UNKNOWN;
    /* What is unknown is worth half of what is missing, and asking costs little. */
    m->gap = m->answer == ANSWER_NA ? 0 : m->find_out ? 0.5 : 1 - worth[m->answer];
    m->value = m->benefit * m->gap * (1 + m->sector + m->zone + m->live) / (m->find_out ? 1 : m->effort);
    int at = i;
    for (; at > 0 && d->measure[d->rank[at - 1]].value < m->value; at--)
      d->rank[at] = d->rank[at - 1];
    d->rank[at] = i;
  }
  return VG_OK;
}

static void score(struct diagnosis *d) {
  double all = 0, known = 0, got = 0;
  for (int i = 0; i < MEASURES; i++) {
    const struct measure *m = &d->measure[i];
    if (m->answer == ANSWER_NA)
      continue;
    all += m->benefit;
    known += m->answer == ANSWER_UNKNOWN ? 0 : m->benefit;
    got += worth[m->answer] * m->benefit;
  }
  d->low = all > 0 ? got / all : 0;
  d->high = all > 0 ? (got + all - known) / all : 0;
  d->coverage = all > 0 ? known / all : 0;
}

static vg_code current(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT measure, answer FROM prevention_answer WHERE diagnosis = $1 ORDER BY id", S_ARGS(S_INT(d->id)), err));
  while (store_next(q)) {
    size_t a;
    int64_t n = store_int(q, 0);
    if (n >= 1 && n <= MEASURES && index_of(answers, ANSWERS, store_str(q, 1), &a))
      d->measure[n - 1].answer = (enum answer)a;
  }
  VG_TRY(store_done(&q, err));
  VG_TRY(store_query(tx, &q, "SELECT measure, state FROM prevention_adoption WHERE diagnosis = $1 ORDER BY id", S_ARGS(S_INT(d->id)), err));
  while (store_next(q)) {
    int64_t n = store_int(q, 0);
    if (n >= 1 && n <= MEASURES)
      vg_str_copy(d->measure[n - 1].adoption, sizeof d->measure[0].adoption, store_str(q, 1));
  }
  return store_done(&q, err);
}

#define COLUMNS \
  "SELECT id, pid, org, org_name, zone, naf, size, framework, made, made + (SELECT hours FROM casework_v_delay WHERE code = 'SUIVI6M') * " \
  "3600000000000 FROM prevention_v_diagnosis "

static void read_row(struct store_rows *q, struct diagnosis *d) {
  *d = (struct diagnosis){.id = store_int(q, 0), .pid = vg_id_of(store_str(q, 1)), .org = store_int(q, 2), .made = store_time(q, 8),
                          .follow_up = store_time(q, 9)};
  vg_str_copy(d->org_name, sizeof d->org_name, store_str(q, 3));
  vg_str_copy(d->zone, sizeof d->zone, store_str(q, 4));
  vg_str_copy(d->naf, sizeof d->naf, store_str(q, 5));
  vg_str_copy(d->size, sizeof d->size, store_str(q, 6));
  vg_str_copy(d->framework, sizeof d->framework, store_str(q, 7));
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
  VG_TRY(framework(out, err));
  VG_TRY(current(tx, out, err));
  score(out);
  return rank(tx, out, err);
}

vg_code prevention_each_diagnosis(struct store_tx *tx, int64_t org, prevention_diagnosis_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  struct diagnosis d;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE org = $1 OR $1 = 0 ORDER BY id", S_ARGS(S_INT(org)), err));
  while (rc == VG_OK && store_next(q)) {
    read_row(q, &d);
    rc = framework(&d, err);
    if (rc == VG_OK)
      rc = current(tx, &d, err);
    score(&d);
    if (rc == VG_OK)
      rc = sink(ctx, &d, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

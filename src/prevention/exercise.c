/* Exercises of phishing: what a group did, never what a person did. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/grow.h"
#include "base/json.h"
#include "evaluation/evaluation.h"
#include "prevention/prevention_internal.h"

enum { LEAST = 5, UNTOLD = 2 };

static void add_counts(struct exercise_count *to, const struct exercise_count *from) {
  to->sent += from->sent;
  to->opened += from->opened;
  to->clicked += from->clicked;
  to->submitted += from->submitted;
  to->reported += from->reported;
}

bool exercise_keeps(const struct exercise_count *c) { return c->sent >= LEAST; }

static int64_t at_most(int64_t n, int64_t most) { return n < most ? n : most; }

void exercise_cap(struct exercise_count *c) {
  const int64_t most = c->sent - UNTOLD;
  c->opened = at_most(c->opened, most);
  c->clicked = at_most(c->clicked, most);
  c->submitted = at_most(c->submitted, most);
  c->reported = at_most(c->reported, most);
}

struct exercise_count prevention_exercise_most(const struct exercise_count *c) {
  const int64_t capped = c->sent - UNTOLD;
  return (struct exercise_count){
      c->sent, c->opened < capped ? c->opened : c->sent, c->clicked < capped ? c->clicked : c->sent,
      c->submitted < capped ? c->submitted : c->sent, c->reported < capped ? c->reported : c->sent};
}

void prevention_exercise_share(const struct exercise_count *least, const struct exercise_count *most, double *lo,
                               double *hi) {
  double unused;
  evaluation_share(least->clicked, least->sent, lo, &unused);
  evaluation_share(most->clicked, least->sent, &unused, hi);
}

/* What is joined is told by sizes alone: that a group is missing says nothing of what its people did. */
bool exercise_fold(struct exercise_groups *g) {
  struct exercise_group others = {.name = ""};
  size_t n = 0;
  for (size_t i = 0; i < g->n; i++)
    if (exercise_keeps(&g->group[i].count) && g->group[i].name[0])
      g->group[n++] = g->group[i];
    else
      add_counts(&others.count, &g->group[i].count);
  while (others.count.sent && !exercise_keeps(&others.count) && n > 0) {
    size_t least = 0;
    for (size_t i = 1; i < n; i++)
      if (g->group[i].count.sent < g->group[least].count.sent)
        least = i;
    add_counts(&others.count, &g->group[least].count);
    memmove(&g->group[least], &g->group[least + 1], (n - least - 1) * sizeof g->group[0]);
    n--;
  }
  bool ok = others.count.sent ? exercise_keeps(&others.count) : n > 0;
  if (others.count.sent)
    g->group[n++] = others;
  g->n = n;
  for (size_t i = 0; ok && i < n; i++)
    exercise_cap(&g->group[i].count);
  return ok;
}

/* --- reading: of a row only how far it went, whether it was reported, and its group are looked at --- */

static struct exercise_count *group_of(struct exercise_groups *g, vg_str name) {
  char kept[sizeof g->group[0].name];
  name = vg_str_trim(name);
  /* What could name a person is no group. */
  if (!vg_utf8_ok(name) || vg_str_find_byte(name, '@', 0) != SIZE_MAX || vg_str_find_byte(name, '\0', 0) != SIZE_MAX)
    name = VG_STR("");
  vg_str_copy(kept, sizeof kept, name);
  for (size_t i = 0; i < g->n; i++)
    if (!strcmp(g->group[i].name, kept))
      return &g->group[i].count;
  if (g->n == EXERCISE_GROUPS)
    return NULL;
  memset(&g->group[g->n], 0, sizeof g->group[0]);
  memcpy(g->group[g->n].name, kept, sizeof kept);
  return &g->group[g->n++].count;
}

static const struct stage {
  const char *name;
  int reached; /* 0 not delivered, 1 sent, 2 opened, 3 clicked, 4 submitted */
  bool reported;
} stages[] = {
    {"Scheduled", 0, false},    {"Queued", 0, false},         {"Sending", 0, false},       {"Retrying", 0, false},
    {"Error", 0, false},        {"Email Sent", 1, false},     {"Success", 1, false},       {"Email Opened", 2, false},
    {"Clicked Link", 3, false}, {"Submitted Data", 4, false}, {"Email Reported", 1, true},
};

static vg_code take(struct exercise_groups *g, int64_t line, vg_str status, vg_str group, bool reported,
                    struct vg_err *err) {
  const struct stage *s = NULL;
  for (size_t i = 0; i < VG_COUNT(stages) && !s; i++)
    if (vg_str_eqz(status, stages[i].name))
      s = &stages[i];
  if (!s)
    return VG_FAIL(err, VG_EDATA, "prevention.exercise_status", VG_N(line));
  if (s->reached == 0) {
    g->undelivered++;
    return VG_OK;
  }
  struct exercise_count *c = group_of(g, group);
  if (!c)
    return VG_FAIL(err, VG_ELIMIT, "prevention.exercise_groups", VG_N(EXERCISE_GROUPS));
  c->sent++;
  c->opened += s->reached >= 2;
  c->clicked += s->reached >= 3;
  c->submitted += s->reached >= 4;
  c->reported += reported || s->reported;
  return VG_OK;
}

static bool is_true(vg_str s) { return vg_str_eq_ci(s, VG_STR("true")) || vg_str_eqz(s, "1"); }

static vg_code read_csv(struct exercise_groups *g, vg_str text, struct vg_err *err) {
  struct vg_csv c;
  bool more = false;
  vg_csv_init(&c, text, 0);
  vg_code rc = vg_csv_next(&c, &more, err);
  size_t status = vg_csv_column(&c, "status"), group = vg_csv_column(&c, "position"),
         reported = vg_csv_column(&c, "reported");
  if (rc == VG_OK && (!more || status == SIZE_MAX))
    rc = VG_FAIL(err, VG_EDATA, "prevention.exercise_file");
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more)
    rc = take(g, c.line, vg_csv_field(&c, status), vg_csv_field(&c, group), is_true(vg_csv_field(&c, reported)), err);
  vg_csv_fini(&c);
  return rc;
}

static vg_code read_json(struct exercise_groups *g, vg_str text, struct vg_err *err) {
  struct vg_json *j;
  struct vg_jit it;
  vg_jv root, row;
  int64_t n = 0;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, text, &root, err);
  if (rc == VG_OK && vg_jv_type(root) == VG_J_OBJ)
    root = vg_jv_at(root, "results");
  if (rc == VG_OK && vg_jv_type(root) != VG_J_ARR)
    rc = VG_FAIL(err, VG_EDATA, "prevention.exercise_file");
  for (vg_jit_init(&it, root); rc == VG_OK && vg_jit_next(&it, NULL, &row);) {
    vg_str status = VG_STR(""), group = VG_STR("");
    bool reported = false;
    (void)vg_jv_str_at(row, "status", &status);
    (void)vg_jv_str_at(row, "position", &group);
    (void)vg_jv_bool(vg_jv_at(row, "reported"), &reported);
    rc = take(g, ++n, status, group, reported, err);
  }
  vg_json_free(j);
  return rc;
}

vg_code prevention_exercise_read(vg_str text, struct exercise_groups *g, struct vg_err *err) {
  vg_str s = vg_str_trim(text);
  vg_str_copy(g->source, sizeof g->source, VG_STR("gophish"));
  return s.n && (s.p[0] == '{' || s.p[0] == '[') ? read_json(g, s, err) : read_csv(g, text, err);
}

vg_code prevention_exercise_count(struct exercise_groups *g, vg_str word, struct vg_err *err) {
  int64_t n[5];
  vg_str rest = word, name = VG_STR(""), part;
  bool ok = vg_str_cut(&rest, ':', &name) && vg_str_trim(name).n < sizeof g->group[0].name;
  for (size_t i = 0; ok && i < 5; i++)
    ok = vg_str_cut(&rest, ':', &part) && vg_str_i64(part, &n[i]) && n[i] >= 0 && n[i] <= EXERCISE_MOST;
  ok = ok && !rest.p && n[1] <= n[0] && n[2] <= n[1] && n[3] <= n[2] && n[4] <= n[0];
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "prevention.exercise_group", VG_T(word));
  struct exercise_count *c = group_of(g, name);
  if (!c)
    return VG_FAIL(err, VG_ELIMIT, "prevention.exercise_groups", VG_N(EXERCISE_GROUPS));
  add_counts(c, &(struct exercise_count){n[0], n[1], n[2], n[3], n[4]});
  return VG_OK;
}

/* --- the records --- */

vg_code exercise_insert(struct store_tx *tx, struct vg_id by, struct exercise *e, const struct exercise_groups *g,
                        struct vg_err *err) {
  e->total = (struct exercise_count){0};
  vg_code rc = store_insert(
      tx, &e->id,
      "INSERT INTO prevention_exercise (pid, org, name, scenario, source, at, undelivered, person, reason) VALUES ($1, "
      "$2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
      S_ARGS(S_Z(e->pid.s), S_INT(e->org), S_Z(e->name), S_Z(e->scenario), S_Z(g->source[0] ? g->source : "counts"),
             S_TIME(e->at), S_INT(g->undelivered), S_Z(by.s), S_Z(e->reason)),
      err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "prevention.exercise_exists", e->name);
  VG_TRY(rc);
  for (size_t i = 0; i < g->n; i++) {
    const struct exercise_count *c = &g->group[i].count;
    VG_TRY(store_exec(tx,
                      "INSERT INTO prevention_exercise_group (exercise, name, sent, opened, clicked, submitted, "
                      "reported) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                      S_ARGS(S_INT(e->id), S_Z(g->group[i].name), S_INT(c->sent), S_INT(c->opened), S_INT(c->clicked),
                             S_INT(c->submitted), S_INT(c->reported)),
                      err));
    add_counts(&e->total, c);
  }
  return VG_OK;
}

/* No other exercise of the company near it: between two of the same people, differences would tell of one. */
static vg_code alone(struct store_tx *tx, const struct exercise *e, struct vg_err *err) {
  struct store_rows *q;
  char name[sizeof e->name] = "";
  bool same = false;
  VG_TRY(store_query(
      tx, &q,
      "SELECT name, CASE WHEN name = $4 AND at = $5 THEN 1 ELSE 0 END AS same FROM prevention_exercise WHERE org = $1 AND at > $2 AND at < $3 AND reason = '' ORDER BY same DESC, at",
      S_ARGS(S_INT(e->org), S_TIME(e->at - EXERCISE_APART), S_TIME(e->at + EXERCISE_APART), S_Z(e->name),
             S_TIME(e->at)),
      err));
  if (store_next(q)) {
    vg_str_copy(name, sizeof name, store_str(q, 0));
    same = store_int(q, 1) != 0;
  }
  VG_TRY(store_done(&q, err));
  if (same)
    return VG_FAIL(err, VG_EEXIST, "prevention.exercise_exists", e->name);
  return name[0] ? VG_FAIL(err, VG_ESTATE, "prevention.exercise_near", name, VG_N(EXERCISE_APART / VG_DAY)) : VG_OK;
}

vg_code prevention_exercise_add(struct store_tx *tx, const struct actor *who, const struct org *o, struct exercise *e,
                                struct exercise_groups *g, struct vg_err *err) {
  VG_TRY(territory_access(tx, who, o->id, err));
  if (!vg_str_trim(vg_str_z(e->name)).n || !vg_utf8_ok(vg_str_z(e->name)) || !vg_utf8_ok(vg_str_z(e->scenario)) ||
      e->at > store_now(tx))
    return VG_FAIL(err, VG_EDATA, "prevention.exercise");
  if (!exercise_fold(g))
    return VG_FAIL(err, VG_EDATA, "prevention.exercise_few", VG_N(LEAST));
  e->org = o->id;
  VG_TRY(alone(tx, e, err));
  /* What was taken back has no groups, and makes room for the right counts of the same exercise. */
  VG_TRY(store_exec(tx, "DELETE FROM prevention_exercise WHERE org = $1 AND name = $2 AND at = $3 AND reason <> ''",
                    S_ARGS(S_INT(e->org), S_Z(e->name), S_TIME(e->at)), err));
  VG_TRY(exercise_name(tx, who, o, e, err));
  VG_TRY(exercise_insert(tx, who->id, e, g, err));
  VG_TRY(exercise_note(tx, who, vg_id_str(&e->pid), err));
  return LEDGER_TELL(tx, who, "exercise.counted", e->pid.s, err, "organisation", o->name, "name", e->name, "sent",
                     VG_N(e->total.sent), "clicked", VG_N(e->total.clicked));
}

#define EXERCISE                                                                                                       \
  "SELECT id, pid, org, org_name, zone, name, scenario, source, at, undelivered, sent, opened, clicked, submitted, "   \
  "reported, opened_most, clicked_most, submitted_most, reported_most, aside, reason FROM prevention_v_exercise "

static void put(struct exercise *e, struct store_rows *q) {
  *e = (struct exercise){.id = store_int(q, 0),
                         .pid = vg_id_of(store_str(q, 1)),
                         .org = store_int(q, 2),
                         .at = store_time(q, 8),
                         .undelivered = store_int(q, 9),
                         .aside = store_int(q, 19) != 0};
  vg_str_copy(e->org_name, sizeof e->org_name, store_str(q, 3));
  vg_str_copy(e->zone, sizeof e->zone, store_str(q, 4));
  vg_str_copy(e->name, sizeof e->name, store_str(q, 5));
  vg_str_copy(e->scenario, sizeof e->scenario, store_str(q, 6));
  vg_str_copy(e->source, sizeof e->source, store_str(q, 7));
  vg_str_copy(e->reason, sizeof e->reason, store_str(q, 20));
  e->total =
      (struct exercise_count){store_int(q, 10), store_int(q, 11), store_int(q, 12), store_int(q, 13), store_int(q, 14)};
  e->most =
      (struct exercise_count){store_int(q, 10), store_int(q, 15), store_int(q, 16), store_int(q, 17), store_int(q, 18)};
}

vg_code prevention_exercise_find(struct store_tx *tx, vg_str pid, struct exercise *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, EXERCISE "WHERE pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    put(out, q);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_exercise", VG_T(pid));
}

vg_code prevention_exercise_take_back(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str reason,
                                      struct vg_err *err) {
  struct exercise e;
  struct ledger_erased told;
  bool held;
  VG_TRY(prevention_exercise_find(tx, pid, &e, err));
  VG_TRY(territory_access(tx, who, e.org, err));
  if (e.reason[0])
    return VG_FAIL(err, VG_ESTATE, "prevention.exercise_taken");
  if (vg_str_trim(reason).n == 0 || reason.n >= sizeof e.reason || !vg_utf8_ok(reason))
    return VG_FAIL(err, VG_EDATA, "prevention.exercise_reason");
  VG_TRY(ledger_is_held(tx, e.pid.s, &held, err));
  if (held)
    return VG_FAIL(err, VG_ESTATE, "prevention.exercise_held");
  VG_TRY(store_exec(tx, "DELETE FROM prevention_exercise_group WHERE exercise = $1", S_ARGS(S_INT(e.id)), err));
  VG_TRY(store_exec(tx, "UPDATE prevention_exercise SET reason = $2, undelivered = 0 WHERE id = $1",
                    S_ARGS(S_INT(e.id), S_STR(reason)), err));
  VG_TRY(exercise_note(tx, who, vg_id_str(&e.pid), err));
  VG_TRY(ledger_forget(tx, who, vg_id_str(&e.pid), VG_STR(""), reason, &told, err));
  return LEDGER_TELL(tx, who, "exercise.taken_back", e.pid.s, err, "organisation", e.org_name, "name", e.name, "reason",
                     VG_T(reason));
}

vg_code prevention_each_exercise(struct store_tx *tx, const struct actor *who, int64_t org,
                                 prevention_exercise_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, EXERCISE "WHERE org = $1 OR $1 = 0 ORDER BY at DESC, id DESC", S_ARGS(S_INT(org)), err));
  while (rc == VG_OK && store_next(q)) {
    struct exercise e;
    put(&e, q);
    if (territory_access(tx, who, e.org, NULL) == VG_OK)
      rc = sink(ctx, &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_each_exercise_group(struct store_tx *tx, int64_t exercise, prevention_exercise_group_sink *sink,
                                       void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT name, sent, opened, clicked, submitted, reported FROM prevention_v_exercise_group WHERE "
                     "exercise = $1 ORDER BY CASE WHEN name = '' THEN 1 ELSE 0 END, name",
                     S_ARGS(S_INT(exercise)), err));
  while (rc == VG_OK && store_next(q)) {
    struct exercise_group g = {
        .count = {store_int(q, 1), store_int(q, 2), store_int(q, 3), store_int(q, 4), store_int(q, 5)}};
    vg_str_copy(g.name, sizeof g.name, store_str(q, 0));
    rc = sink(ctx, &g, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- before and after --- */

struct changes {
  struct exercise_change *v;
  size_t n, cap;
};

static vg_code keep_change(void *ctx, const struct exercise *e, struct vg_err *err) {
  struct changes *x = ctx; /* newest first, companies mixed */
  if (e->aside || e->reason[0])
    return VG_OK;
  for (size_t i = 0; i < x->n; i++)
    if (x->v[i].first.org == e->org) {
      x->v[i].first = *e;
      x->v[i].exercises++;
      return VG_OK;
    }
  if (!VG_GROW(x->v, x->n, x->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  x->v[x->n++] = (struct exercise_change){.first = *e, .last = *e, .exercises = 1};
  return VG_OK;
}

static int by_p(const void *a, const void *b) {
  const struct exercise_change *x = a, *y = b;
  return x->p < y->p ? -1 : x->p > y->p ? 1 : x->first.org < y->first.org ? -1 : x->first.org > y->first.org;
}

/* p of the nearest shares that may have been; -1 fell, 1 rose, 0 when both or neither may be. */
static int changed(const struct exercise *first, const struct exercise *last, double *p) {
  const int64_t n = first->total.sent, m = last->total.sent;
  const int64_t lo = first->total.clicked, hi = first->most.clicked, lo2 = last->total.clicked,
                hi2 = last->most.clicked;
  int way = hi2 * n < lo * m ? -1 : lo2 * n > hi * m ? 1 : 0; /* shares, over one denominator */
  if (way == 0)
    *p = 1;
  else
    *p = way < 0 ? evaluation_two_shares(lo, n, hi2, m) : evaluation_two_shares(hi, n, lo2, m);
  return way;
}

vg_code prevention_each_exercise_change(struct store_tx *tx, const struct actor *who, vg_str zone,
                                        prevention_exercise_change_sink *sink, void *ctx,
                                        struct exercise_effect *effect, struct vg_err *err) {
  struct changes x = {0};
  size_t n = 0;
  double floor = 0;
  *effect = (struct exercise_effect){.p = 1};
  vg_code rc = prevention_each_exercise(tx, who, 0, keep_change, &x, err);
  for (size_t i = 0; rc == VG_OK && i < x.n; i++) {
    struct exercise_change c = x.v[i];
    if (c.exercises < 2 || (zone.n && !vg_str_eqz(zone, c.last.zone)))
      continue;
    const int way = changed(&c.first, &c.last, &c.p);
    effect->fell += way < 0;
    effect->rose += way > 0;
    x.v[n++] = c;
  }
  if (n)
    qsort(x.v, n, sizeof x.v[0], by_p);
  for (size_t i = 0; rc == VG_OK && i < n; i++) {
    double p = x.v[i].p * (double)(n - i);
    floor = p > floor ? p : floor;
    x.v[i].holm = floor > 1 ? 1 : floor;
    rc = sink(ctx, &x.v[i], err);
  }
  effect->companies = (int64_t)n;
  effect->p = evaluation_changed(effect->fell, effect->rose);
  free(x.v);
  return rc;
}

/* What stands behind an obstacle: cases, visits, answers, and who may be told of them. */
#include "evaluation/obstacle_internal.h"

/* Actions and diagnoses are of a company, if of any. */
static vg_code company_of(struct store_tx *tx, vg_str ref, int64_t *org, struct vg_err *err) {
  return store_get_int(tx, org,
                       "SELECT COALESCE((SELECT org FROM prevention_v_action WHERE pid = $1), (SELECT org FROM "
                       "prevention_v_diagnosis WHERE pid = $1), 0)",
                       S_ARGS(S_STR(ref)), err);
}

bool evaluation_link_seen(struct store_tx *tx, const struct actor *who, vg_str ref) {
  int64_t org;
  return casework_subject_seen(tx, who, ref) && company_of(tx, ref, &org, NULL) == VG_OK &&
         (!org || territory_access(tx, who, org, NULL) == VG_OK);
}

/* The name that it has everywhere: a case is known by its reference here alone. */
vg_code obstacle_name_of(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_buf *name,
                         struct vg_err *err) {
  int64_t n;
  if (!evaluation_link_seen(tx, who, ref))
    return VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_link", VG_T(ref));
  if (store_get_text(tx, name, "SELECT pid FROM casework_v_case WHERE ref = $1", S_ARGS(S_STR(ref)), NULL) == VG_OK)
    return VG_OK;
  vg_str code = ref, plan = VG_STR("");
  if (!vg_str_cut(&code, '/', &plan) || !code.p)
    code = plan = VG_STR("");
  VG_TRY(store_get_int(
      tx, &n,
      "SELECT (SELECT COUNT(*) FROM casework_v_incident WHERE pid = $1) + (SELECT COUNT(*) FROM "
      "casework_v_case WHERE pid = $1) + (SELECT COUNT(*) FROM prevention_v_action WHERE pid = $1) + (SELECT COUNT(*) FROM "
      "prevention_v_diagnosis WHERE pid = $1) + "
      "(SELECT COUNT(*) FROM anticipate_v_warning WHERE pid = $1) + (SELECT COUNT(*) FROM "
      "evaluation_question q JOIN evaluation_plan p "
      "ON p.id = q.plan WHERE p.pid = $2 AND q.code = $3)",
      S_ARGS(S_STR(ref), S_STR(plan), S_STR(code)), err));
  vg_buf_str(name, ref);
  return n ? vg_buf_check(name, err) : VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_link", VG_T(ref));
}

vg_code evaluation_each_linkable(struct store_tx *tx, vg_str ref, evaluation_linkable_sink *sink, void *ctx,
                                 struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT p.pid || '/' || q.code, q.text_fr, q.text_en, p.title FROM evaluation_question q JOIN "
                     "evaluation_plan p ON p.id = q.plan WHERE p.state <> 'planned' AND ($1 = '' OR p.pid || '/' || "
                     "q.code = $1) ORDER BY p.id DESC, q.number",
                     S_ARGS(S_STR(ref)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_str(q, 2), store_str(q, 3), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code link_name(struct store_tx *tx, const struct actor *who, const struct obstacle *o, vg_str ref,
                         vg_str name, bool removal, struct vg_err *err) {
  int64_t n, id;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM evaluation_link WHERE obstacle = $1 AND ref = $2",
                       S_ARGS(S_INT(o->id), S_STR(name)), err));
  if (n)
    return VG_FAIL(err, VG_EEXIST, "evaluation.linked", VG_T(ref));
  VG_TRY(store_insert(
      tx, &id, "INSERT INTO evaluation_link (obstacle, ref, added, removal) VALUES ($1, $2, $3, $4) RETURNING id",
      S_ARGS(S_INT(o->id), S_STR(name), S_TIME(store_now(tx)), S_INT(removal)), err));
  VG_TRY(merge_row_added(tx, who, &obstacle_merges[OBSTACLE_LINKED], o->pid.s, S_ARGS(S_INT(id)), err));
  return LEDGER_TELL(tx, who, removal ? "obstacle.shown_gone" : "obstacle.linked", o->pid.s, err, "ref", VG_T(ref));
}

vg_code obstacle_link_to(struct store_tx *tx, const struct actor *who, const struct obstacle *o, vg_str ref,
                         bool removal, struct vg_err *err) {
  struct vg_buf name;
  ref = vg_str_trim(ref);
  vg_buf_init(&name, 1 << 10);
  vg_code rc = obstacle_name_of(tx, who, ref, &name, err);
  if (rc == VG_OK)
    rc = link_name(tx, who, o, ref, vg_buf_view(&name), removal, err);
  vg_buf_fini(&name);
  return rc;
}

vg_code evaluation_obstacle_link(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str ref,
                                 struct vg_err *err) {
  struct obstacle o;
  VG_TRY(evaluation_obstacle_find(tx, pid, &o, err));
  return obstacle_link_to(tx, who, &o, ref, false, err);
}

vg_code evaluation_links_forget(struct store_tx *tx, vg_str subjects, int64_t *links, struct vg_err *err) {
  vg_str one;
  *links = 0;
  while (vg_str_line(&subjects, &one)) {
    int64_t n = 0;
    if (one.n)
      VG_TRY(store_change(tx, &n, "DELETE FROM evaluation_link WHERE ref = $1", S_ARGS(S_STR(one)), err));
    *links += n;
  }
  return VG_OK;
}

vg_code evaluation_each_link(struct store_tx *tx, const struct actor *who, int64_t obstacle, evaluation_link_sink *sink,
                             void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT COALESCE((SELECT c.ref FROM casework_v_case c WHERE c.pid = l.ref), l.ref), l.removal, "
                     "l.added FROM evaluation_v_link l WHERE l.obstacle = $1 ORDER BY l.added, l.ref",
                     S_ARGS(S_INT(obstacle)), err));
  while (rc == VG_OK && store_next(q)) {
    vg_str ref = store_str(q, 0);
    rc = sink(ctx, evaluation_link_seen(tx, who, ref) ? ref : (vg_str){0}, store_int(q, 1) != 0, store_time(q, 2), err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- what may be linked --- */

/* Newest first, kind by kind: its public id or reference, what it is of, its own words, when. */
#define HAS(text) "LOWER(" text ") LIKE $1 ESCAPE '!'"
#define OF_CASE                                                                                                        \
  "SELECT c.ref AS ref, c.org_name, i.summary, c.opened AS at FROM casework_v_case c JOIN casework_v_incident i ON "   \
  "i.pid = c.incident WHERE c.frame = 'prevention' AND ($1 = '%%' OR " HAS("c.ref") " OR " HAS(                        \
      "c.org_name") " OR " HAS("i.summary") ")"
#define OF_INCIDENT                                                                                                    \
  "SELECT i.pid AS ref, i.org_name, i.summary, i.reported AS at FROM casework_v_incident i WHERE NOT EXISTS (SELECT "  \
  "1 FROM casework_v_case x WHERE x.incident = i.pid AND x.frame <> 'prevention') AND ($1 = '%%' OR " HAS(             \
      "i.org_name") " OR " HAS("i.summary") ")"
#define OF_ACTION                                                                                                      \
  "SELECT a.pid AS ref, a.org_name, a.title, a.at FROM prevention_v_action a WHERE a.state <> 'cancelled' AND ($1 = "  \
  "'%%' OR " HAS("a.org_name") " OR " HAS("a.title") ")"
#define OF_DIAGNOSIS                                                                                                   \
  "SELECT d.pid AS ref, d.org_name, d.framework, d.made AS at FROM prevention_v_diagnosis d WHERE ($1 = '%%' OR " HAS( \
      "d.org_name") ")"
#define LATEST(of) of " ORDER BY 4 DESC LIMIT 200", "SELECT * FROM (" of ") t WHERE t.ref = $2"
static const struct {
  const char *kind, *latest, *one;
} recent[] = {{"case", LATEST(OF_CASE)},
              {"incident", LATEST(OF_INCIDENT)},
              {"action", LATEST(OF_ACTION)},
              {"diagnosis", LATEST(OF_DIAGNOSIS)}};

static struct evaluation_recent read_recent(struct store_rows *q, size_t kind) {
  return (struct evaluation_recent){recent[kind].kind, store_str(q, 0), store_str(q, 1), store_str(q, 2),
                                    store_time(q, 3)};
}

vg_code evaluation_link_words(struct store_tx *tx, vg_str ref, evaluation_recent_sink *sink, void *ctx,
                              struct vg_err *err) {
  vg_code rc = VG_OK;
  for (size_t i = 0; rc == VG_OK && i < VG_COUNT(recent); i++) {
    struct store_rows *q;
    VG_TRY(store_query(tx, &q, recent[i].one, S_ARGS(S_Z("%%"), S_STR(ref)), err));
    if (store_next(q)) {
      const struct evaluation_recent one = read_recent(q, i);
      rc = sink(ctx, &one, err);
    }
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  return rc;
}

static vg_code linked(struct store_tx *tx, int64_t obstacle, vg_str ref, bool *yes, struct vg_err *err) {
  int64_t n;
  VG_TRY(
      store_get_int(tx, &n,
                    "SELECT COUNT(*) FROM evaluation_link WHERE obstacle = $1 AND (ref = $2 OR ref = (SELECT pid FROM "
                    "casework_v_case WHERE ref = $2))",
                    S_ARGS(S_INT(obstacle), S_STR(ref)), err));
  *yes = n > 0;
  return VG_OK;
}

static vg_code each_recent(struct store_tx *tx, const struct actor *who, const struct obstacle *o, size_t kind,
                           vg_str pattern, int64_t limit, evaluation_recent_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  int64_t told = 0;
  bool yes;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, recent[kind].latest, S_ARGS(S_STR(pattern)), err));
  while (rc == VG_OK && told < limit && store_next(q)) {
    const struct evaluation_recent one = read_recent(q, kind);
    if (!evaluation_link_seen(tx, who, one.ref) || (rc = linked(tx, o->id, one.ref, &yes, err)) != VG_OK || yes)
      continue;
    rc = sink(ctx, &one, err);
    told++;
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code evaluation_each_recent(struct store_tx *tx, const struct actor *who, const struct obstacle *o, vg_str words,
                               int64_t limit, evaluation_recent_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_buf pattern;
  vg_code rc = VG_OK;
  vg_buf_init(&pattern, 2048);
  store_like(&pattern, vg_str_trim(words));
  VG_GO(vg_buf_check(&pattern, err));
  for (size_t i = 0; i < VG_COUNT(recent); i++)
    VG_GO(each_recent(tx, who, o, i, vg_buf_view(&pattern), limit, sink, ctx, err));
out:
  vg_buf_fini(&pattern);
  return rc;
}

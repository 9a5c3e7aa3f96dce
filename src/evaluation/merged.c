/*
 * Closed surveys between instances: the plan and what may be shown of the answers, small groups hidden with all from
 * which they would follow. Answers, sheets and tokens never leave, so that nothing can be joined to a person elsewhere
 * that could not be joined here.
 */
#include "base/jsonw.h"
#include "evaluation/survey_internal.h"
#include "merge/merge.h"

/* Of an event: a line of the merge holds 1 MB. What is longer goes without its breakdown, or without its plan. */
enum { PLAN_MAX = 200 << 10, RESULTS_MAX = 400 << 10, BODY_MAX = 1000 << 10 };

static vg_code results_of(struct store_tx *tx, const struct evaluation_state *e, vg_str did_csv, struct vg_buf *out,
                          struct vg_err *err) {
  VG_TRY(evaluation_compose(tx, vg_str_z(e->pid.s), did_csv, vg_str_z(e->breakdown), out, err));
  if (out->n <= RESULTS_MAX || !e->breakdown[0])
    return VG_OK;
  vg_buf_reset(out);
  return evaluation_compose(tx, vg_str_z(e->pid.s), did_csv, VG_STR(""), out, err);
}

static vg_code write_cell(void *ctx, vg_str group, vg_str zone, int64_t asked, struct vg_err *err) {
  struct vg_jw *w = ctx;
  (void)asked, (void)err;
  vg_jw_obj(w);
  vg_jw_kstr(w, "group", group);
  vg_jw_kstr(w, "zone", zone);
  vg_jw_end(w);
  return VG_OK;
}

/* Whom it asked goes without how many: so that the same people are not asked again there within EVALUATION_APART. */
static vg_code write_body(struct store_tx *tx, const struct evaluation_state *e, int64_t entry, vg_str plan,
                          vg_str results, struct vg_buf *out, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "title", e->title);
  vg_jw_kz(&w, "breakdown", e->breakdown);
  vg_jw_kint(&w, "threshold", e->threshold);
  vg_jw_kz(&w, "sha256", e->sha256);
  vg_jw_kint(&w, "plan_entry", e->entry);
  vg_jw_kint(&w, "entry", entry);
  merge_put_time(&w, "planned", e->planned);
  merge_put_time(&w, "opened", e->opened);
  merge_put_time(&w, "closed", e->closed);
  vg_jw_kint(&w, "asked", e->asked);
  vg_jw_key(&w, "cells");
  vg_jw_arr(&w);
  VG_TRY(evaluation_each_asked(tx, e->id, write_cell, &w, err));
  vg_jw_end(&w);
  if (e->sheets >= e->threshold)
    vg_jw_kint(&w, "sheets", e->sheets);
  if (plan.n <= PLAN_MAX)
    vg_jw_kstr(&w, "plan", plan);
  vg_jw_key(&w, "results");
  vg_jw_raw(&w, results);
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

/* What was told before need not be told again. */
static vg_code tell_new(struct store_tx *tx, const struct actor *who, const struct evaluation_state *e, vg_str plan,
                        vg_str results, struct vg_err *err) {
  char hex[EVALUATION_HEX];
  int64_t known;
  struct ledger_state head;
  struct vg_buf body;
  evaluation_hash(results, hex);
  VG_TRY(store_get_int(tx, &known, "SELECT COUNT(*) FROM evaluation_told WHERE plan = $1 AND sha256 = $2",
                       S_ARGS(S_INT(e->id), S_Z(hex)), err));
  if (known || results.n > RESULTS_MAX)
    return VG_OK;
  VG_TRY(store_exec(tx,
                    "INSERT INTO evaluation_told (plan, sha256) VALUES ($1, $2) ON CONFLICT (plan) DO UPDATE SET "
                    "sha256 = excluded.sha256",
                    S_ARGS(S_INT(e->id), S_Z(hex)), err));
  VG_TRY(ledger_head(tx, &head, err));
  vg_buf_init(&body, BODY_MAX);
  vg_code rc = write_body(tx, e, head.size, plan, results, &body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, "survey.closed", e->pid.s, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

vg_code evaluation_tell(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str did_csv, struct vg_err *err) {
  struct evaluation_state e;
  struct vg_buf plan, results;
  VG_TRY(evaluation_find(tx, pid, &e, err));
  if (e.away)
    return VG_OK;
  vg_buf_init(&plan, 1 << 20);
  vg_buf_init(&results, 64 << 20);
  vg_code rc = evaluation_body(tx, e.id, &plan, err);
  if (rc == VG_OK)
    rc = results_of(tx, &e, did_csv, &results, err);
  if (rc == VG_OK)
    rc = tell_new(tx, who, &e, vg_buf_view(&plan), vg_buf_view(&results), err);
  vg_buf_fini(&plan);
  vg_buf_fini(&results);
  return rc;
}

static vg_code adopt_one(void *ctx, const struct evaluation_state *e, struct vg_err *err) {
  struct vg_buf *closed = ctx;
  if (vg_str_eqz(vg_str_z(e->state), "closed") && !e->away) {
    vg_buf_z(closed, e->pid.s);
    vg_buf_byte(closed, '\n');
  }
  return vg_buf_check(closed, err);
}

static vg_code adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct vg_buf pids;
  vg_str rest, pid;
  vg_buf_init(&pids, 16 << 20);
  vg_code rc = evaluation_each(tx, adopt_one, &pids, err);
  rest = vg_buf_view(&pids);
  while (rc == VG_OK && vg_str_line(&rest, &pid))
    if (pid.n) {
      bool told = false;
      rc = merge_is_told(tx, "survey.closed", pid, &told, err);
      if (rc == VG_OK && !told)
        rc = evaluation_tell(tx, who, pid, VG_STR(""), err);
      *count += !told;
    }
  vg_buf_fini(&pids);
  return rc;
}

/* --- and back --- */

/* A count that is shown: none, or not of few. */
static bool enough(vg_jv item, int64_t threshold) {
  double n;
  vg_jv v = vg_jv_at(item, "n");
  bool shown = vg_jv_f64(v, &n);
  return (!shown && (vg_jv_type(v) == VG_J_NULL || vg_jv_type(v) == VG_J_MISSING)) || (shown && n >= (double)threshold);
}

static bool results_ok(vg_jv results, int64_t threshold) {
  struct vg_jit questions, cells;
  vg_jv question, cell;
  vg_str verdict;
  bool ok = vg_jv_type(results) == VG_J_OBJ && merge_text(results, "verdict", 11, &verdict);
  for (vg_jit_init(&questions, vg_jv_at(results, "questions")); ok && vg_jit_next(&questions, NULL, &question);) {
    ok = enough(question, threshold);
    for (vg_jit_init(&cells, vg_jv_at(question, "cells")); ok && vg_jit_next(&cells, NULL, &cell);)
      ok = enough(cell, threshold);
  }
  return ok;
}

struct arrived {
  vg_str title, breakdown, sha256, plan;
  int64_t threshold, plan_entry, entry, asked, sheets;
  vg_time planned, opened, closed;
  vg_jv results, cells; /* cells: missing in events of before it travelled */
};

static bool time_at(vg_jv body, const char *key, vg_time *out) {
  vg_str s;
  return merge_text(body, key, VG_TIME_TEXT - 1, &s) && vg_time_parse(s, out);
}

static bool read_body(vg_jv body, struct arrived *a) {
  char hex[EVALUATION_HEX];
  *a = (struct arrived){.plan = VG_STR(""), .results = vg_jv_at(body, "results"), .cells = vg_jv_at(body, "cells")};
  bool ok = merge_text(body, "title", 159, &a->title) && a->title.n &&
            merge_text(body, "breakdown", 15, &a->breakdown) && merge_text(body, "sha256", 71, &a->sha256) &&
            vg_jv_i64_at(body, "threshold", &a->threshold) && a->threshold >= 5 &&
            vg_jv_i64_at(body, "plan_entry", &a->plan_entry) && vg_jv_i64_at(body, "entry", &a->entry) &&
            vg_jv_i64_at(body, "asked", &a->asked) && a->asked >= 0 && time_at(body, "planned", &a->planned) &&
            time_at(body, "opened", &a->opened) && time_at(body, "closed", &a->closed) &&
            results_ok(a->results, a->threshold);
  if (ok && vg_jv_type(vg_jv_at(body, "sheets")) != VG_J_MISSING)
    ok = vg_jv_i64_at(body, "sheets", &a->sheets) && a->sheets >= a->threshold;
  if (ok && merge_text(body, "plan", PLAN_MAX, &a->plan) && a->plan.n) {
    evaluation_hash(a->plan, hex);
    ok = vg_str_eqz(a->sha256, hex);
  }
  return ok;
}

static vg_code insert(struct store_tx *tx, vg_str pid, const struct arrived *a, int64_t *plan, struct vg_err *err) {
  return store_insert(
      tx, plan,
      "INSERT INTO evaluation_plan (pid, title, body, sha256, breakdown, threshold, state, entry, "
      "planned, opened, closed) VALUES ($1, $2, $3, $4, $5, $6, 'closed', $7, $8, $9, $10) RETURNING id",
      S_ARGS(S_STR(pid), S_STR(a->title), S_STR(a->plan.n ? a->plan : VG_STR("")), S_STR(a->sha256),
             S_STR(a->breakdown.n ? a->breakdown : VG_STR("")), S_INT(a->threshold), S_INT(a->plan_entry),
             S_TIME(a->planned), S_TIME(a->opened), S_TIME(a->closed)),
      err);
}

/* Results are reported again when counts are attached later: what its ledger said last stands. */
static vg_code put(struct store_tx *tx, int64_t plan, const struct arrived *a, struct vg_err *err) {
  struct vg_buf text;
  vg_buf_init(&text, 2 * RESULTS_MAX);
  vg_json_canonical(a->results, &text);
  vg_code rc = vg_buf_check(&text, err);
  if (rc == VG_OK)
    rc = store_exec(tx,
                    "INSERT INTO evaluation_away (plan, asked, sheets, entry, results) VALUES ($1, $2, $3, $4, $5) ON "
                    "CONFLICT (plan) DO UPDATE SET asked = excluded.asked, sheets = excluded.sheets, entry = "
                    "excluded.entry, results = excluded.results WHERE excluded.entry > evaluation_away.entry",
                    S_ARGS(S_INT(plan), S_INT(a->asked), S_INT(a->sheets), S_INT(a->entry), S_STR(vg_buf_view(&text))),
                    err);
  vg_buf_fini(&text);
  return rc;
}

/* Whom it asked. How many is told of the whole alone. */
static vg_code put_cells(struct store_tx *tx, int64_t plan, vg_jv cells, struct vg_err *err) {
  struct vg_jit it;
  vg_jv cell;
  vg_str group, zone;
  for (vg_jit_init(&it, cells); vg_jit_next(&it, NULL, &cell);) {
    if (!merge_text(cell, "group", 60, &group) || !merge_text(cell, "zone", 23, &zone))
      return VG_FAIL(err, VG_EDATA, "evaluation.cell", "group zone");
    VG_TRY(store_exec(tx,
                      "INSERT INTO evaluation_asked (plan, grp, zone, asked) VALUES ($1, $2, $3, 0) ON CONFLICT "
                      "(plan, grp, zone) DO NOTHING",
                      S_ARGS(S_INT(plan), S_STR(group.n ? group : VG_STR("")), S_STR(zone.n ? zone : VG_STR(""))),
                      err));
  }
  return VG_OK;
}

static vg_code closed(struct store_tx *tx, const struct actor *who, const struct merge_event *m, struct vg_err *err) {
  struct arrived a;
  struct evaluation_state e = {.id = 0};
  (void)who;
  if (!vg_id_ok(m->subject) || !vg_str_starts(m->subject, VG_STR("evaluation--")) || !read_body(m->body, &a))
    return VG_FAIL(err, VG_EDATA, "evaluation.event", VG_N(m->seq));
  vg_code rc = evaluation_find(tx, m->subject, &e, NULL);
  if (rc == VG_ENOTFOUND)
    rc = insert(tx, m->subject, &a, &e.id, err);
  else if (rc == VG_OK && !e.away)
    return VG_OK; /* it was made here, with its answers */
  VG_TRY(rc);
  VG_TRY(put_cells(tx, e.id, a.cells, err));
  return put(tx, e.id, &a, err);
}

const struct merge_kind evaluation_merges[] = {{.kind = "survey.closed", .apply = closed, .adopt = adopt},
                                               {.kind = NULL}};

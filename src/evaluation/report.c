/* The report: hashes of what went in, the counts' statistics, the answers with small groups hidden, the verdict and the
 * rule that gave it. */
#include <math.h>

#include "base/hash.h"
#include "evaluation/survey_internal.h"

struct report {
  struct store_tx *tx;
  struct evaluation_state e;
  struct facts facts;
  struct vg_json *json;
  vg_jv body;
  vg_str did_csv, by;
  struct vg_jw w;
  struct vg_buf text, did_text, survival;
  struct verdict verdict;
};

void evaluation_hash(vg_str bytes, char hex[static EVALUATION_HEX]) {
  unsigned char digest[VG_SHA256_SIZE];
  vg_sha256(bytes.p ? bytes.p : "", bytes.n, digest);
  vg_hex(hex, digest, sizeof digest);
}

/* All answers in one canonical text: whoever has the records can make it again. */
static vg_code answers_text(struct store_tx *tx, int64_t plan, struct vg_buf *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT sheet, grp, zone, code, value FROM evaluation_answer WHERE plan = $1 ORDER BY sheet, code",
                     S_ARGS(S_INT(plan)), err));
  while (store_next(q)) {
    for (int i = 0; i < 4; i++) {
      vg_buf_str(out, store_str(q, i));
      vg_buf_byte(out, '\t');
    }
    vg_buf_fmt(out, "%lld\n", (long long)store_int(q, 4));
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(out, err);
}

vg_code answers_hash(struct store_tx *tx, int64_t plan, char hex[static EVALUATION_HEX], struct vg_err *err) {
  struct vg_buf text;
  vg_buf_init(&text, 256 << 20);
  vg_code rc = answers_text(tx, plan, &text, err);
  evaluation_hash(vg_buf_view(&text), hex);
  vg_buf_fini(&text);
  return rc;
}

static vg_code questionnaire_hash(struct report *r, vg_str name, struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, 1 << 20);
  vg_code rc = evaluation_questionnaire_body(r->tx, name, &body, err);
  char hex[EVALUATION_HEX];
  evaluation_hash(vg_buf_view(&body), hex);
  vg_jw_kstr(&r->w, "questionnaire", name);
  vg_jw_kz(&r->w, "questionnaire_sha256", hex);
  vg_buf_fini(&body);
  return rc;
}

static vg_code inputs(struct report *r, struct vg_err *err) {
  vg_str form;
  vg_code rc = VG_OK;
  VG_TRY(answers_hash(r->tx, r->e.id, r->verdict.answers, err));
  if (r->did_csv.n)
    evaluation_hash(r->did_csv, r->verdict.did);
  if (r->survival.n)
    evaluation_hash(vg_buf_view(&r->survival), r->verdict.survival);
  vg_jw_key(&r->w, "inputs");
  vg_jw_obj(&r->w);
  vg_jw_kz(&r->w, "plan", r->e.sha256);
  vg_jw_kint(&r->w, "plan_entry", r->e.entry);
  vg_jw_kz(&r->w, "answers", r->verdict.answers);
  if (r->did_csv.n)
    vg_jw_kz(&r->w, "did", r->verdict.did);
  if (r->survival.n)
    vg_jw_kz(&r->w, "survival", r->verdict.survival);
  if (vg_jv_str_at(r->body, "questionnaire", &form))
    rc = questionnaire_hash(r, form, err);
  vg_jw_end(&r->w);
  return rc;
}

static void did(struct report *r) {
  const struct stat_did_result *d = &r->facts.did;
  if (!r->facts.has_did)
    return;
  vg_jw_key(&r->w, "did");
  vg_jw_obj(&r->w);
  vg_jw_knum(&r->w, "rr", d->rr);
  vg_jw_knum(&r->w, "lo", d->lo);
  vg_jw_knum(&r->w, "hi", d->hi);
  vg_jw_knum(&r->w, "p_two_sided", d->p_two_sided);
  vg_jw_knum(&r->w, "p_one_sided", d->p_one_sided);
  vg_jw_kint(&r->w, "n_perm", d->permutations);
  vg_jw_knum(&r->w, "pretrend_p", d->pretrend_p);
  vg_jw_knum(&r->w, "quasi_lo", d->rr_lo_quasi);
  vg_jw_knum(&r->w, "quasi_hi", d->rr_hi_quasi);
  vg_jw_knum(&r->w, "least", d->least);
  vg_jw_knum(&r->w, "most", d->most);
  vg_jw_end(&r->w);
}

static vg_code survival(struct report *r, struct vg_err *err) {
  struct vg_buf out;
  if (!r->survival.n)
    return VG_OK;
  vg_buf_init(&out, 16 << 20);
  vg_code rc = evaluation_compute("kaplan-meier", vg_buf_view(&r->survival), VG_STR(""), &out, err);
  if (rc == VG_OK) {
    vg_jw_key(&r->w, "survival");
    vg_jw_raw(&r->w, vg_buf_view(&out));
  }
  vg_buf_fini(&out);
  return rc;
}

/* One question in the cells of the declared breakdown; cells[] of groups by zones. */
struct cells {
  struct stat_table memory;
  vg_str *group, *zone;
  size_t groups, zones;
  double *n, *sum, *low, *high; /* low, high: answers at an end of the scale */
  unsigned char *hidden, *scratch;
};

static vg_code find(struct cells *c, vg_str **list, size_t *count, vg_str name, size_t *at, struct vg_err *err) {
  for (*at = 0; *at < *count; (*at)++)
    if (vg_str_eq((*list)[*at], name))
      return VG_OK;
  if (*count == 250)
    return VG_FAIL(err, VG_ELIMIT, "evaluation.big");
  vg_str kept = vg_arena_str(c->memory.arena, name);
  if (name.n && !kept.p)
    return VG_FAIL(err, VG_ENOMEM, "evaluation.memory");
  (*list)[(*count)++] = kept;
  return VG_OK;
}

/* The cells that were asked the question (audience: its groups, "" all), so that a group that nobody answered for is a
 * cell too. */
static vg_code cells_of(struct report *r, struct cells *c, vg_str audience, struct vg_err *err) {
  struct store_rows *q;
  size_t at;
  vg_code rc = VG_OK;
  VG_TRY(vg_arena_new(&c->memory.arena, 16 << 20, err));
  VG_TRY(stat_alloc(&c->memory, 256, sizeof *c->group, &c->group, err));
  VG_TRY(stat_alloc(&c->memory, 256, sizeof *c->zone, &c->zone, err));
  VG_TRY(store_query(r->tx, &q, "SELECT grp, zone FROM evaluation_asked WHERE plan = $1 ORDER BY grp, zone",
                     S_ARGS(S_INT(r->e.id)), err));
  while (rc == VG_OK && store_next(q)) {
    if (!survey_put_to(audience, store_str(q, 0)))
      continue;
    rc = find(c, &c->group, &c->groups, store_str(q, 0), &at, err);
    if (rc == VG_OK)
      rc = find(c, &c->zone, &c->zones, store_str(q, 1), &at, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  VG_TRY(rc != VG_OK ? rc : ended);
  size_t n = c->groups * c->zones;
  VG_TRY(stat_alloc(&c->memory, n, sizeof *c->n, &c->n, err));
  VG_TRY(stat_alloc(&c->memory, n, sizeof *c->sum, &c->sum, err));
  VG_TRY(stat_alloc(&c->memory, n, sizeof *c->low, &c->low, err));
  VG_TRY(stat_alloc(&c->memory, n, sizeof *c->high, &c->high, err));
  VG_TRY(stat_alloc(&c->memory, n, 1, &c->scratch, err));
  return stat_alloc(&c->memory, n, 1, &c->hidden, err);
}

static vg_code fill(struct report *r, struct cells *c, vg_str code, struct vg_err *err) {
  struct store_rows *q;
  size_t g, z;
  vg_code rc = VG_OK;
  for (size_t i = 0; i < c->groups * c->zones; i++)
    c->n[i] = c->sum[i] = c->low[i] = c->high[i] = 0;
  VG_TRY(
      store_query(r->tx, &q,
                  "SELECT grp, zone, COUNT(*), SUM(value), SUM(CASE WHEN value = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN "
                  "value = 5 THEN 1 ELSE 0 END) FROM evaluation_answer WHERE plan = $1 AND code = $2 GROUP BY grp, "
                  "zone",
                  S_ARGS(S_INT(r->e.id), S_STR(code)), err));
  while (rc == VG_OK && store_next(q)) {
    rc = find(c, &c->group, &c->groups, store_str(q, 0), &g, err);
    if (rc == VG_OK)
      rc = find(c, &c->zone, &c->zones, store_str(q, 1), &z, err);
    if (rc != VG_OK)
      break;
    c->n[g * c->zones + z] = (double)store_int(q, 2);
    c->sum[g * c->zones + z] = (double)store_int(q, 3);
    c->low[g * c->zones + z] = (double)store_int(q, 4);
    c->high[g * c->zones + z] = (double)store_int(q, 5);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static void breakdown(struct report *r, struct cells *c) {
  size_t cells = c->groups * c->zones;
  vg_jw_key(&r->w, "cells");
  vg_jw_arr(&r->w);
  for (size_t i = 0; i < cells; i++) {
    vg_jw_obj(&r->w);
    vg_jw_kstr(&r->w, "group", c->group[i / c->zones]);
    vg_jw_kstr(&r->w, "zone", c->zone[i % c->zones]);
    vg_jw_kbool(&r->w, "hidden", c->hidden[i] != 0);
    vg_jw_knum(&r->w, "n", c->hidden[i] ? (double)NAN : c->n[i]);
    vg_jw_knum(&r->w, "mean", c->hidden[i] ? (double)NAN : c->sum[i] / c->n[i]);
    vg_jw_end(&r->w);
  }
  vg_jw_end(&r->w);
}

struct asked {
  vg_str code, fr, en, issue, axis, audience;
};

static vg_code put_question(struct report *r, struct cells *c, const struct asked *a, struct vg_err *err) {
  double n = 0, sum = 0;
  VG_TRY(cells_of(r, c, a->audience, err));
  VG_TRY(fill(r, c, a->code, err));
  for (size_t i = 0; i < c->groups * c->zones; i++) {
    n += c->n[i];
    sum += c->sum[i];
  }
  const struct stat_answers answers = {c->n, c->sum, c->low, c->high, c->groups, c->zones, c->hidden, c->scratch};
  bool hidden = !stat_hide_answers(&answers, (double)r->e.threshold);
  vg_jw_obj(&r->w);
  vg_jw_kstr(&r->w, "code", a->code);
  vg_jw_kstr(&r->w, "fr", a->fr);
  vg_jw_kstr(&r->w, "en", a->en);
  if (a->issue.n) {
    vg_jw_kstr(&r->w, "issue", a->issue);
    vg_jw_kstr(&r->w, "axis", a->axis);
  }
  if (a->audience.n)
    vg_jw_kstr(&r->w, "for", vg_str_trim(a->audience));
  vg_jw_kbool(&r->w, "hidden", hidden);
  vg_jw_knum(&r->w, "n", hidden ? (double)NAN : n);
  vg_jw_knum(&r->w, "mean", hidden ? (double)NAN : sum / n);
  if (r->by.n)
    breakdown(r, c);
  vg_jw_end(&r->w);
  return VG_OK;
}

static vg_code questions(struct report *r, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      r->tx, &q,
      "SELECT code, text_fr, text_en, issue, axis, audience FROM evaluation_question WHERE plan = $1 ORDER BY number",
      S_ARGS(S_INT(r->e.id)), err));
  vg_jw_key(&r->w, "questions");
  vg_jw_arr(&r->w);
  while (rc == VG_OK && store_next(q)) {
    struct asked a = {store_str(q, 0), store_str(q, 1), store_str(q, 2),
                      store_str(q, 3), store_str(q, 4), store_str(q, 5)};
    struct cells c = {0};
    rc = put_question(r, &c, &a, err);
    vg_arena_free(c.memory.arena);
  }
  vg_jw_end(&r->w);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code gather(struct report *r, struct vg_err *err) {
  vg_code rc = evaluation_body(r->tx, r->e.id, &r->text, err);
  unsigned char digest[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  vg_sha256(r->text.p ? r->text.p : "", r->text.n, digest);
  if (rc == VG_OK && !vg_str_eqz(vg_str_z(vg_hex(hex, digest, sizeof digest)), r->e.sha256))
    rc = VG_FAIL(err, VG_EDAMAGE, "evaluation.changed");
  if (rc == VG_OK)
    rc = vg_json_parse(r->json, vg_buf_view(&r->text), &r->body, err);
  VG_TRY(rc);
  r->facts.tx = r->tx;
  r->facts.plan = r->e.id;
  r->facts.threshold = r->e.threshold;
  r->facts.sheets = (double)r->e.sheets;
  r->facts.response_rate = r->e.asked ? (double)r->e.sheets / (double)r->e.asked : (double)NAN;
  if (!r->did_csv.n) {
    VG_TRY(evaluation_data_read(r->tx, r->e.id, "did", &r->did_text, err));
    r->did_csv = vg_buf_view(&r->did_text);
  }
  VG_TRY(evaluation_data_read(r->tx, r->e.id, "survival", &r->survival, err));
  if (r->did_csv.n) {
    struct stat_table t;
    VG_TRY(stat_read(&t, r->did_csv, err));
    rc = stat_did_result(&t, &r->facts.did, err);
    stat_table_fini(&t);
    VG_TRY(rc);
    r->facts.has_did = true;
  }
  return rules_apply(vg_jv_at(r->body, "rules"), &r->facts, r->verdict.verdict, r->verdict.rule, err);
}

static vg_code write(struct report *r, struct vg_buf *out, struct vg_err *err) {
  vg_jw_init(&r->w, out);
  vg_jw_obj(&r->w);
  vg_jw_kz(&r->w, "verdict", r->verdict.verdict);
  vg_jw_kz(&r->w, "rule", r->verdict.rule);
  vg_jw_kz(&r->w, "id", r->e.pid.s);
  vg_jw_kz(&r->w, "title", r->e.title);
  VG_TRY(rules_tell(vg_jv_at(r->body, "rules"), &r->facts, &r->w, err));
  VG_TRY(inputs(r, err));
  did(r);
  vg_jw_kint(&r->w, "asked", r->e.asked);
  vg_jw_knum(&r->w, "answered", r->e.sheets < r->e.threshold ? (double)NAN : (double)r->e.sheets);
  vg_jw_kz(&r->w, "breakdown", r->e.breakdown);
  vg_jw_kint(&r->w, "threshold", r->e.threshold);
  VG_TRY(survival(r, err));
  VG_TRY(questions(r, err));
  VG_TRY(issues_map(r->tx, &r->e, &r->w, err));
  vg_jw_ktime(&r->w, "planned", r->e.planned);
  vg_jw_ktime(&r->w, "opened", r->e.opened);
  vg_jw_ktime(&r->w, "closed", r->e.closed);
  vg_jw_end(&r->w);
  return vg_buf_check(out, err);
}

/* Its answers are where it was closed; counts attached here cannot be held against them. */
static vg_code elsewhere(struct report *r, struct vg_buf *out, struct vg_err *err) {
  if (r->did_csv.n)
    return VG_FAIL(err, VG_ESTATE, "evaluation.away");
  return store_get_text(r->tx, out, "SELECT results FROM evaluation_away WHERE plan = $1", S_ARGS(S_INT(r->e.id)), err);
}

static vg_code compose(struct report *r, vg_str pid, struct vg_buf *out, struct vg_err *err) {
  VG_TRY(evaluation_find(r->tx, pid, &r->e, err));
  if (!vg_str_eqz(vg_str_z(r->e.state), "closed"))
    return VG_FAIL(err, VG_ESTATE, "evaluation.not_closed", r->e.state);
  if (r->e.away)
    return elsewhere(r, out, err);
  if (r->by.n && !vg_str_eqz(r->by, r->e.breakdown))
    return VG_FAIL(err, VG_EDENIED, "evaluation.undeclared", VG_T(r->by), r->e.breakdown[0] ? r->e.breakdown : "-");
  VG_TRY(vg_json_new(&r->json, err));
  vg_buf_init(&r->text, 1 << 20);
  vg_buf_init(&r->did_text, DATA_MAX);
  vg_buf_init(&r->survival, DATA_MAX);
  vg_code rc = gather(r, err);
  if (rc == VG_OK)
    rc = write(r, out, err);
  vg_json_free(r->json);
  vg_buf_fini(&r->text);
  vg_buf_fini(&r->did_text);
  vg_buf_fini(&r->survival);
  return rc;
}

vg_code evaluation_compose(struct store_tx *tx, vg_str pid, vg_str did_csv, vg_str by, struct vg_buf *out,
                           struct vg_err *err) {
  struct report r = {.tx = tx, .did_csv = did_csv, .by = by};
  return compose(&r, pid, out, err);
}

vg_code evaluation_results(struct store_tx *tx, vg_str pid, vg_str by, struct vg_buf *out, struct vg_err *err) {
  return evaluation_compose(tx, pid, VG_STR(""), by, out, err);
}

vg_code evaluation_report(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str did_csv, vg_str by,
                          struct vg_buf *out, struct vg_err *err) {
  struct report r = {.tx = tx, .did_csv = did_csv, .by = by};
  VG_TRY(compose(&r, pid, out, err));
  if (r.e.away)
    return LEDGER_TELL(tx, who, "evaluation.reported", r.e.pid.s, err, "sha256", r.e.sha256, "away", "true");
  VG_TRY(evaluation_tell(tx, who, pid, did_csv, err));
  /* What the verdict rests on is told with it, so that a report made with other counts shows as such. */
  return LEDGER_TELL(tx, who, "evaluation.reported", r.e.pid.s, err, "verdict", r.verdict.verdict, "rule",
                     r.verdict.rule, "sha256", r.e.sha256, "answers", r.verdict.answers, "did", r.verdict.did,
                     "survival", r.verdict.survival);
}

vg_code verdict_again(struct store_tx *tx, vg_str pid, vg_str did_csv, struct verdict *out, struct vg_err *err) {
  struct report r = {.tx = tx, .did_csv = did_csv};
  struct vg_buf scratch;
  vg_buf_init(&scratch, 64 << 20);
  vg_code rc = compose(&r, pid, &scratch, err);
  *out = r.verdict;
  vg_buf_fini(&scratch);
  return rc;
}

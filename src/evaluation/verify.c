/* A verdict computed again from what the ledger said when its parts came. */
#include "evaluation/survey_internal.h"

/* What the ledger tells about an evaluation; of several entries of a kind the first or the last, as the names say. */
struct verified_told {
  int64_t planned, opened, first_data, closed, reported; /* -1: none */
  bool closed_erased, reported_erased;
  char plan[EVALUATION_HEX], answers[EVALUATION_HEX];
  struct verdict report;
};

static void copy(char *out, size_t cap, vg_str body, const char *key) {
  vg_str_copy(out, cap, ledger_body_text(body, key));
}

static vg_code listen(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct verified_told *t = ctx;
  (void)err;
  if (vg_str_eqz(e->kind, "evaluation.planned")) {
    t->planned = e->index;
    copy(t->plan, sizeof t->plan, e->body, "sha256");
  } else if (vg_str_eqz(e->kind, "evaluation.opened")) {
    t->opened = e->index;
  } else if (vg_str_eqz(e->kind, "evaluation.data") && t->first_data < 0) {
    t->first_data = e->index;
  } else if (vg_str_eqz(e->kind, "evaluation.closed")) {
    t->closed = e->index;
    t->closed_erased = !e->body.n;
    copy(t->answers, sizeof t->answers, e->body, "answers");
  } else if (vg_str_eqz(e->kind, "evaluation.reported")) {
    t->reported = e->index;
    t->reported_erased = !e->body.n;
    copy(t->report.verdict, sizeof t->report.verdict, e->body, "verdict");
    copy(t->report.rule, sizeof t->report.rule, e->body, "rule");
    copy(t->report.answers, sizeof t->report.answers, e->body, "answers");
    copy(t->report.did, sizeof t->report.did, e->body, "did");
    copy(t->report.survival, sizeof t->report.survival, e->body, "survival");
  }
  return VG_OK;
}

static vg_code newest_report(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct evaluation_reported *out = ctx;
  (void)err;
  if (vg_str_eqz(e->kind, "evaluation.reported"))
    *out = (struct evaluation_reported){.entry = e->index, .at = e->time};
  else if (vg_str_eqz(e->kind, "evaluation.data"))
    out->stale = true;
  return VG_OK;
}

vg_code evaluation_last_report(struct store_tx *tx, vg_str pid, struct evaluation_reported *out, struct vg_err *err) {
  char subject[VG_ID_MAX];
  *out = (struct evaluation_reported){.entry = -1, .at = VG_NOTIME};
  return ledger_entries(tx, 0, INT64_MAX, vg_str_copy(subject, sizeof subject, pid), newest_report, out, err);
}

struct verifying {
  struct store_tx *tx;
  evaluation_check_sink *sink;
  void *ctx;
  struct evaluation_state e;
  struct verified_told told;
};

static enum evaluation_outcome same(vg_str said, vg_str found) {
  return !said.n ? EVALUATION_UNKNOWN : vg_str_eq(said, found) ? EVALUATION_HOLDS : EVALUATION_DIFFERS;
}

static vg_code tell(struct verifying *v, const char *code, enum evaluation_outcome outcome, int64_t entry, vg_str said,
                    vg_str found, struct vg_err *err) {
  const struct evaluation_check c = {code, outcome, entry, said, found};
  return v->sink(v->ctx, &c, err);
}

static vg_code plan(struct verifying *v, struct vg_err *err) {
  struct vg_buf body;
  char hex[EVALUATION_HEX];
  vg_buf_init(&body, 1 << 20);
  vg_code rc = evaluation_body(v->tx, v->e.id, &body, err);
  evaluation_hash(vg_buf_view(&body), hex);
  vg_buf_fini(&body);
  VG_TRY(rc);
  vg_str said = vg_str_z(v->told.plan), found = vg_str_z(hex);
  return tell(v, "plan", same(said, found), v->told.planned, said, found, err);
}

/* Rules, then the survey, then counts: numbers of entries, which no clock can move. */
static vg_code order(struct verifying *v, struct vg_err *err) {
  const struct verified_told *t = &v->told;
  bool held = t->planned >= 0 && (t->opened < 0 || t->planned < t->opened) &&
              (t->first_data < 0 || (t->opened >= 0 && t->opened < t->first_data));
  struct vg_buf text;
  vg_buf_init(&text, 200);
  vg_buf_fmt(&text, "%lld", (long long)t->planned);
  if (t->opened >= 0)
    vg_buf_fmt(&text, " < %lld", (long long)t->opened);
  if (t->first_data >= 0)
    vg_buf_fmt(&text, " < %lld", (long long)t->first_data);
  vg_code rc =
      tell(v, "order", held ? EVALUATION_HOLDS : EVALUATION_DIFFERS, t->planned, VG_STR(""), vg_buf_view(&text), err);
  vg_buf_fini(&text);
  return rc;
}

struct one_hash {
  char hex[EVALUATION_HEX];
};

static vg_code hash_of_entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct one_hash *h = ctx;
  (void)err;
  copy(h->hex, sizeof h->hex, e->body, "sha256");
  return VG_OK;
}

static vg_code data(struct verifying *v, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(v->tx, &q, "SELECT body, entry FROM evaluation_data WHERE plan = $1 ORDER BY id",
                     S_ARGS(S_INT(v->e.id)), err));
  while (rc == VG_OK && store_next(q)) {
    struct one_hash said = {""};
    char hex[EVALUATION_HEX];
    int64_t entry = store_int(q, 1);
    evaluation_hash(store_str(q, 0), hex);
    rc = ledger_entries(v->tx, entry, 1, v->e.pid.s, hash_of_entry, &said, err);
    if (rc == VG_OK)
      rc = tell(v, "data", same(vg_str_z(said.hex), vg_str_z(hex)), entry, vg_str_z(said.hex), vg_str_z(hex), err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static bool same_text(const char *a, const char *b) { return vg_str_eq(vg_str_z(a), vg_str_z(b)); }

/* The verdict once more, held against what the last report said. */
static vg_code verdict(struct verifying *v, vg_str did_csv, struct vg_err *err) {
  const struct verdict *said = &v->told.report;
  struct verdict now;
  enum evaluation_outcome outcome = EVALUATION_UNKNOWN;
  VG_TRY(verdict_again(v->tx, vg_str_z(v->e.pid.s), did_csv, &now, err));
  bool inputs =
      same_text(said->answers, now.answers) && same_text(said->did, now.did) && same_text(said->survival, now.survival);
  bool equal = same_text(said->verdict, now.verdict) && same_text(said->rule, now.rule);
  if (v->told.reported >= 0 && !v->told.reported_erased && said->answers[0] && inputs)
    outcome = equal ? EVALUATION_HOLDS : EVALUATION_DIFFERS;
  return tell(v, "verdict", outcome, v->told.reported, vg_str_z(said->verdict), vg_str_z(now.verdict), err);
}

/* The entries themselves are as they were signed. */
static vg_code ledger(struct verifying *v, struct vg_err *err) {
  struct ledger_state head;
  VG_TRY(ledger_verify(v->tx, NULL, VG_STR(""), &head, err));
  return tell(v, "ledger", head.ok ? EVALUATION_HOLDS : EVALUATION_DIFFERS, head.ok ? head.size - 1 : head.first_bad,
              VG_STR(""), vg_str_z(head.why), err);
}

vg_code evaluation_verify(struct store_tx *tx, vg_str pid, vg_str did_csv, evaluation_check_sink *sink, void *ctx,
                          struct vg_err *err) {
  struct verifying v = {.tx = tx, .sink = sink, .ctx = ctx};
  char answers[EVALUATION_HEX];
  v.told = (struct verified_told){.planned = -1, .opened = -1, .first_data = -1, .closed = -1, .reported = -1};
  VG_TRY(evaluation_find(tx, pid, &v.e, err));
  if (v.e.away)
    return VG_FAIL(err, VG_ESTATE, "evaluation.away");
  VG_TRY(ledger_entries(tx, 0, INT64_MAX, v.e.pid.s, listen, &v.told, err));
  VG_TRY(ledger(&v, err));
  VG_TRY(plan(&v, err));
  VG_TRY(order(&v, err));
  VG_TRY(data(&v, err));
  if (!vg_str_eqz(vg_str_z(v.e.state), "closed"))
    return VG_OK;
  VG_TRY(answers_hash(tx, v.e.id, answers, err));
  vg_str said = vg_str_z(v.told.answers), found = vg_str_z(answers);
  VG_TRY(tell(&v, "answers", same(said, found), v.told.closed, said, found, err));
  return verdict(&v, did_csv, err);
}

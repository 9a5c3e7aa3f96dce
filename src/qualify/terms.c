/* On what terms a request is asked, and how long answers take. */
#include "qualify/qualify_internal.h"

#include "casework/casework.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_frame(const char *basis) {
  static const char *const frame[] = {"flagrance", "preliminary", "rogatory", "intelligence", "prevention"};
  for (size_t i = 0; i < VG_COUNT(frame); i++)
    if (!strcmp(basis, frame[i]))
      return true;
  return false;
}

/* A case is asked about under its own regime, or somebody brought the two together for it. */
static vg_code same_regime(struct store_tx *tx, const struct actor *who, const struct qualify_head *h, vg_str basis,
                           struct vg_err *err) {
  struct affair a;
  struct vg_buf ref;
  if (!qualify_is_affair(vg_str_z(h->type)))
    return VG_OK;
  vg_buf_init(&ref, 128);
  vg_code rc = store_get_text(tx, &ref,
                              "SELECT COALESCE((SELECT e.case_ref FROM casework_v_exhibit e WHERE e.ref = r.value), "
                              "r.value) FROM qualify_request r WHERE r.id = $1",
                              S_ARGS(S_INT(h->id)), err);
  if (rc == VG_OK)
    rc = casework_case_find(tx, vg_buf_view(&ref), &a, err);
  if (rc == VG_OK && casework_frame_regime(vg_str_z(a.frame)) != casework_frame_regime(basis))
    rc = casework_combined(tx, who, a.pid.s, err);
  vg_buf_fini(&ref);
  return rc;
}

vg_code qualify_set_terms(struct store_tx *tx, const struct actor *who, vg_str pid, const struct qualify_terms *t,
                          struct vg_err *err) {
  struct qualify_head h;
  struct vg_buf said;
  char time[VG_TIME_TEXT];
  vg_code rc = VG_OK;
  VG_TRY(qualify_find_open(tx, who, pid, &h, err));
  if (t->basis && !is_frame(t->basis))
    return VG_FAIL(err, VG_EUSAGE, "qualify.basis", t->basis);
  if (t->basis)
    VG_TRY(same_regime(tx, who, &h, vg_str_z(t->basis), err));
  vg_buf_init(&said, 512);
  if (t->basis) {
    VG_GO(
        store_exec(tx, "UPDATE qualify_request SET basis = $2 WHERE id = $1", S_ARGS(S_INT(h.id), S_Z(t->basis)), err));
    vg_buf_fmt(&said, "%s ", t->basis);
  }
  if (t->deadline != VG_NOTIME) {
    VG_GO(store_exec(tx, "UPDATE qualify_request SET deadline = $2 WHERE id = $1",
                     S_ARGS(S_INT(h.id), S_TIME(t->deadline)), err));
    vg_buf_fmt(&said, "%s ", vg_time_text(time, t->deadline, false));
  }
  if (t->tlp >= 0) {
    VG_GO(store_exec(tx, "UPDATE qualify_request SET tlp = $2 WHERE id = $1", S_ARGS(S_INT(h.id), S_INT(t->tlp)), err));
    vg_buf_fmt(&said, "%s ", intel_tlp_name((enum tlp)t->tlp));
  }
  if (t->pap >= 0) {
    VG_GO(store_exec(tx, "UPDATE qualify_request SET pap = $2 WHERE id = $1", S_ARGS(S_INT(h.id), S_INT(t->pap)), err));
    vg_buf_fmt(&said, "%s ", intel_pap_name((enum pap)t->pap));
  }
  VG_GO(vg_buf_check(&said, err));
  if (said.n)
    VG_GO(qualify_record(tx, who, &h, "terms", "qualify.terms", vg_str_trim(vg_buf_view(&said)), err));
out:
  vg_buf_fini(&said);
  return rc;
}

vg_code qualify_each_delay(struct store_tx *tx, qualify_delay_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT r.pid, r.type, r.value, '' AS party, r.opened AS since, v.released, r.deadline FROM qualify_request r "
      "LEFT JOIN qualify_verdict v ON v.request = r.id UNION ALL "
      "SELECT r.pid, r.type, r.value, e.body, e.time, (SELECT MIN(a.time) FROM qualify_answer a WHERE a.request = r.id "
      "AND a.source = e.body AND a.time >= e.time), r.deadline FROM qualify_event e "
      "JOIN qualify_request r ON r.id = e.request WHERE e.what = 'asked' ORDER BY 4, 5, 1",
      S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct qualify_delay d = {.pid = store_str(q, 0),
                              .type = store_str(q, 1),
                              .value = store_str(q, 2),
                              .to = store_str(q, 3),
                              .asked = store_time(q, 4),
                              .answered = store_time(q, 5),
                              .deadline = store_time(q, 6)};
    rc = sink(ctx, &d, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

/* One party's figures while its rows go by. */
struct measuring {
  struct qualify_turnaround t;
  char to[256];
  bool any;
  struct vg_buf took; /* vg_time each */
  vg_time now;
  qualify_turnaround_sink *sink;
  void *ctx;
};

static int by_length(const void *x, const void *y) {
  vg_time a = *(const vg_time *)x, b = *(const vg_time *)y;
  return a < b ? -1 : a > b;
}

static vg_code give(struct measuring *m, struct vg_err *err) {
  size_t n = (size_t)m->t.answered;
  if (!m->any)
    return VG_OK;
  VG_TRY(vg_buf_check(&m->took, err));
  m->t.median = m->t.p90 = VG_NOTIME;
  if (n) {
    vg_time *took = (vg_time *)(void *)m->took.p;
    qsort(took, n, sizeof *took, by_length);
    m->t.median = (took[(n - 1) / 2] + took[n / 2]) / 2;
    m->t.p90 = took[(n * 9 + 9) / 10 - 1];
  }
  m->t.to = vg_str_z(m->to);
  return m->sink(m->ctx, &m->t, err);
}

static vg_code measure(void *ctx, const struct qualify_delay *d, struct vg_err *err) {
  struct measuring *m = ctx;
  if (m->any && !vg_str_eqz(d->to, m->to)) {
    VG_TRY(give(m, err));
    m->any = false;
  }
  if (!m->any) {
    m->t = (struct qualify_turnaround){0};
    vg_str_copy(m->to, sizeof m->to, d->to);
    vg_buf_reset(&m->took);
    m->any = true;
  }
  m->t.asked++;
  m->t.late += d->deadline != VG_NOTIME && (d->answered == VG_NOTIME ? m->now : d->answered) > d->deadline;
  if (d->answered != VG_NOTIME) {
    vg_time took = d->answered - d->asked;
    m->t.answered++;
    vg_buf_str(&m->took, vg_str_n((const char *)&took, sizeof took));
  }
  return VG_OK;
}

vg_code qualify_each_turnaround(struct store_tx *tx, vg_time now, qualify_turnaround_sink *sink, void *ctx,
                                struct vg_err *err) {
  struct measuring m = {.now = now, .sink = sink, .ctx = ctx};
  vg_buf_init(&m.took, 64 << 20);
  vg_code rc = qualify_each_delay(tx, measure, &m, err);
  if (rc == VG_OK)
    rc = give(&m, err);
  vg_buf_fini(&m.took);
  return rc;
}

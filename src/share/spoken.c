/* Questions and answers that a partner's own people write and read through our pages: the same gate and the same shelf
 * as those that travel between instances. */
#include "share/share_internal.h"

#include "intel/intel.h"
#include "qualify/qualify.h"
#include "share/exchange.h"
#include "territory/territory.h"

#include <stdio.h>

static vg_code name_of(struct store_tx *tx, int64_t org, char out[static 160], struct vg_err *err) {
  struct vg_buf name;
  vg_buf_init(&name, 1024);
  vg_code rc = store_get_text(tx, &name, "SELECT name FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(org)), err);
  vg_str_copy(out, 160, vg_buf_view(&name));
  vg_buf_fini(&name);
  return rc;
}

/* May something come from them now? In the ledger either way. */
static vg_code may_come(struct store_tx *tx, const struct actor *who, int64_t org, const char *subject,
                        struct share_decision *d, struct vg_err *err) {
  struct share_gate *gate;
  VG_TRY(share_gate_open(tx, org, &gate, err));
  vg_code rc = share_gate_receive(gate, who, subject, d, err);
  share_gate_close(gate);
  return rc;
}

vg_code share_spoken_question(struct store_tx *tx, const struct actor *who, const struct share_spoken *s,
                              struct share_decision *d, struct vg_id *request, struct vg_err *err) {
  struct vg_id origin = vg_id_new("qualification", store_now(tx));
  char name[160];
  VG_TRY(may_come(tx, who, s->org, origin.s, d, err));
  if (!d->allowed)
    return VG_OK;
  VG_TRY(name_of(tx, s->org, name, err));
  VG_TRY(qualify_open(tx, who, s->type, s->value, s->text, vg_str_z(name), request, err));
  VG_TRY(qualify_set_terms(tx, who, vg_id_str(request),
                           &(struct qualify_terms){.deadline = s->deadline, .tlp = -1, .pap = -1}, err));
  return store_exec(
      tx, "INSERT INTO share_exchange (request, origin, org, sent, deadline, time) VALUES ($1,$2,$3,0,$4,$5)",
      S_ARGS(S_Z(request->s), S_Z(origin.s), S_INT(s->org), S_TIME(s->deadline), S_TIME(store_now(tx))), err);
}

/* Their word on the information, our rating of the source. */
vg_code share_spoken_answer(struct store_tx *tx, const struct actor *who, const struct share_spoken *s,
                            struct share_decision *d, struct vg_err *err) {
  char name[160], code[3] = {'F', s->credibility, 0}, subject[VG_ID_MAX];
  int64_t asked;
  VG_TRY(store_get_int(tx, &asked, "SELECT COUNT(*) FROM share_exchange WHERE request = $1 AND org = $2 AND sent = 1",
                       S_ARGS(S_STR(s->request), S_INT(s->org)), err));
  VG_TRY(name_of(tx, s->org, name, err));
  if (!asked)
    return VG_FAIL(err, VG_ENOTFOUND, "share.exchange.not_asked", VG_T(s->request), name);
  if (s->credibility < '1' || s->credibility > '6')
    return VG_FAIL(err, VG_EDATA, "qualify.admiralty", code);
  VG_TRY(may_come(tx, who, s->org, vg_str_copy(subject, sizeof subject, s->request), d, err));
  if (!d->allowed)
    return VG_OK;
  VG_TRY(intel_source_reliability(tx, vg_str_z(name), &code[0], err));
  return qualify_answer(tx, who, s->request, vg_str_z(name), s->verdict, vg_str_z(code), s->text, err);
}

/* --- what of it stands on their shelf --- */

struct reading {
  share_item_sink *sink;
  void *ctx;
  struct store_tx *tx;
  const struct actor *who;
  vg_str ids;
  int64_t given;
};

static vg_code hand(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct reading *k = ctx;
  k->given++;
  return k->sink(k->ctx, i, err);
}

static vg_code from_collection(void *ctx, const struct share_collection *c, struct vg_err *err) {
  enum { PARTS = 64 };
  struct reading *k = ctx;
  if (k->given || !c->readable || !c->in_force)
    return VG_OK;
  return share_fetch(k->tx, k->who, c, &(struct share_fetch){.added_after = VG_NOTIME, .limit = PARTS, .id = k->ids},
                     hand, k, err);
}

enum { ANSWERS_MAX = 32 };

vg_code share_spoken_read(struct store_tx *tx, const struct actor *who, int64_t org, vg_str request,
                          share_item_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_buf ids, origin;
  struct reading k = {.sink = sink, .ctx = ctx, .tx = tx, .who = who};
  int64_t sent = 0;
  char name[VG_ID_MAX + 32];
  vg_code rc = VG_OK;
  vg_buf_init(&ids, ANSWERS_MAX * VG_ID_MAX);
  vg_buf_init(&origin, VG_ID_MAX);
  VG_GO(store_get_text(tx, &origin, "SELECT origin FROM share_exchange WHERE request = $1 AND org = $2 ORDER BY id",
                       S_ARGS(S_STR(request), S_INT(org)), err));
  VG_GO(store_get_int(tx, &sent, "SELECT MAX(sent) FROM share_exchange WHERE request = $1 AND org = $2",
                      S_ARGS(S_STR(request), S_INT(org)), err));
  if (sent)
    vg_buf_z(&ids, exchange_made_of("grouping", vg_buf_view(&origin)).s);
  for (int n = 0; !sent && n < ANSWERS_MAX; n++) {
    snprintf(name, sizeof name, "%s %d", vg_buf_text(&origin), n);
    vg_buf_fmt(&ids, "%s%s", n ? "," : "", exchange_made_of("opinion", vg_str_z(name)).s);
  }
  k.ids = vg_buf_view(&ids);
  VG_GO(share_each_collection(tx, org, from_collection, &k, err));
out:
  vg_buf_fini(&ids);
  vg_buf_fini(&origin);
  return rc;
}

vg_code share_spoken_whose(struct store_tx *tx, int64_t org, vg_str request, struct share_letter *out,
                           struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      "SELECT sent, time, deadline FROM share_exchange WHERE request = $1 AND org = $2 ORDER BY id DESC LIMIT 1",
      S_ARGS(S_STR(request), S_INT(org)), err));
  bool found = store_next(q);
  if (found)
    *out = (struct share_letter){request, store_int(q, 0) != 0, store_time(q, 1), store_time(q, 2)};
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "share.exchange.not_theirs", VG_T(request));
}

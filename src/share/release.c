#include "share/share_internal.h"

#include "base/jsonw.h"
#include "intel/intel.h"
#include "territory/territory.h"

#include <stdlib.h>
#include <string.h>

enum { CONVENTIONS_MAX = 64 };

/* What the decisions about one recipient have in common. */
struct share_gate {
  struct store_tx *tx;
  struct vg_json *json;
  struct vg_buf pid;     /* of the recipient */
  struct vg_buf reduced; /* the last object without its withheld parts */
  struct convention convention[CONVENTIONS_MAX];
  size_t count;
  int64_t org;
  bool member;
};

static vg_code keep_convention(void *ctx, const struct convention *c, struct vg_err *err) {
  struct share_gate *d = ctx;
  if (d->count == CONVENTIONS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "share.convention.too_many", c->partner_name);
  d->convention[d->count++] = *c;
  return VG_OK;
}

/* Of the community: registered here, with somebody who answers for it. */
static vg_code see_person(void *ctx, const struct person *p, struct vg_err *err) {
  struct share_gate *d = ctx;
  (void)err;
  d->member |= p->organisation == d->org;
  return VG_OK;
}

/* The strictest of an object's markings; one without a level that we can read is AMBER+STRICT, as an unmarked one. */
static void read_markings(vg_jv object, int *tlp, int *pap) {
  struct vg_jit it;
  vg_jv ref;
  vg_str id;
  enum tlp t;
  enum pap p;
  int seen = -1;
  *pap = PAP_CLEAR;
  vg_jit_init(&it, vg_jv_at(object, "object_marking_refs"));
  while (vg_jit_next(&it, NULL, &ref)) {
    if (!vg_jv_str(ref, &id))
      continue;
    if (intel_tlp_by_id(id, &t))
      seen = (int)t > seen ? (int)t : seen;
    else if (intel_pap_by_id(id, &p))
      *pap = (int)p > *pap ? (int)p : *pap;
  }
  *tlp = seen < 0 ? TLP_AMBER_STRICT : seen;
}

/* A granular marking lets its part go when the part alone, so marked, would go. Nothing is known of a marking without a
 * level: not. */
struct part {
  const struct share_facts *facts;
};
static bool part_ok(void *ctx, vg_str ref) {
  const struct part *part = ctx;
  struct share_facts f = *part->facts;
  struct share_decision d = {0};
  enum tlp t;
  enum pap p;
  if (intel_tlp_by_id(ref, &t))
    f.tlp = (int)t;
  else if (intel_pap_by_id(ref, &p))
    f.pap = (int)p;
  else
    return false;
  share_decide(&f, &d);
  return d.allowed;
}

static vg_code record(struct share_gate *g, const struct actor *who, const char *kind, const struct share_facts *f,
                      struct share_decision *d, struct vg_err *err) {
  const char *purpose = f->purpose;
  struct vg_buf b;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&b, 1 << 16);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kbool(&w, "allowed", d->allowed);
  vg_jw_kz(&w, "rule", d->rule);
  ledger_disclosure(&w, &(struct ledger_disclosure){.recipient = vg_buf_text(&g->pid),
                                                    .motive = purpose,
                                                    .convention = d->convention.s,
                                                    .tlp = f->tlp < 0 ? NULL : intel_tlp_name((enum tlp)f->tlp),
                                                    .pap = f->pap < 0 ? NULL : intel_pap_name((enum pap)f->pap),
                                                    .count = d->allowed});
  vg_jw_kbool(&w, "reduced", d->reduced);
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&b, err));
  VG_GO(ledger_append(g->tx, who, d->allowed ? kind : "share.refused", d->subject.s, vg_buf_view(&b), &d->ledger, err));
  VG_GO(store_exec(
      g->tx,
      "INSERT INTO share_release (time, object, org, purpose, allowed, rule, arg1, arg2, convention, ledger) "
      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
      S_ARGS(S_TIME(store_now(g->tx)), S_Z(d->subject.s), S_INT(g->org), S_Z(purpose), S_INT(d->allowed), S_Z(d->rule),
             S_Z(d->arg[0]), S_Z(d->arg[1]), S_Z(d->convention.s), S_INT(d->ledger)),
      err));
out:
  vg_buf_fini(&b);
  return rc;
}

vg_code share_gate_open(struct store_tx *tx, int64_t org, struct share_gate **out, struct vg_err *err) {
  struct share_gate *g = calloc(1, sizeof *g);
  vg_code rc = VG_OK;
  *out = NULL;
  if (!g)
    return VG_FAIL(err, VG_ENOMEM, "share.memory");
  g->tx = tx;
  g->org = org;
  vg_buf_init(&g->pid, 256);
  vg_buf_init(&g->reduced, 64u << 20);
  VG_GO(vg_json_new(&g->json, err));
  VG_GO(store_get_text(tx, &g->pid, "SELECT pid FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(org)), err));
  VG_GO(share_each_convention(tx, org, keep_convention, g, err));
  VG_GO(territory_each_person(tx, see_person, g, err));
  *out = g;
  g = NULL;
out:
  share_gate_close(g);
  return rc;
}

void share_gate_only(struct share_gate *g, const struct vg_id *convention) {
  size_t kept = 0;
  for (size_t i = 0; i < g->count; i++)
    if (!strcmp(g->convention[i].pid.s, convention->s))
      g->convention[kept++] = g->convention[i];
  g->count = kept;
}

void share_gate_close(struct share_gate *g) {
  if (!g)
    return;
  vg_json_free(g->json);
  vg_buf_fini(&g->pid);
  vg_buf_fini(&g->reduced);
  free(g);
}

vg_code share_gate_receive(struct share_gate *g, const struct actor *who, const char *subject, struct share_decision *d,
                           struct vg_err *err) {
  static const struct share_decision nothing = {.ledger = -1};
  struct share_facts f = {.type = VG_STR("grouping"),
                          .purpose = "*",
                          .conventions = g->convention,
                          .count = g->count,
                          .now = store_now(g->tx)};
  *d = nothing;
  d->subject = vg_id_of(vg_str_z(subject));
  share_decide_receive(&f, d);
  f.purpose = "receive";
  f.tlp = f.pap = SHARE_UNMARKED; /* many objects, each with its own */
  return record(g, who, "share.received", &f, d, err);
}

static vg_code read_object(struct share_gate *g, const struct share_request *r, vg_jv *object, struct share_decision *d,
                           struct vg_err *err) {
  static const struct share_decision nothing = {.ledger = -1};
  vg_str id;
  *d = nothing;
  VG_TRY(vg_json_parse(g->json, r->object, object, err));
  if (!vg_jv_str_at(*object, "id", &id) || !vg_id_ok(id))
    return VG_FAIL(err, VG_EDATA, "share.not_stix");
  d->subject = vg_id_of(id);
  return VG_OK;
}

/* Did somebody of the division decide, for a reason that still stands in the journal, that this case may serve the
 * purpose? */
struct crossing {
  const char *purpose;
  bool found;
};
static vg_code see_entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct crossing *c = ctx;
  (void)err;
  c->found |= vg_str_eqz(e->kind, "journal.combined") && vg_str_eqz(ledger_body_text(e->body, "with"), c->purpose);
  return VG_OK;
}

static vg_code cross(struct share_gate *g, const struct share_request *r, vg_jv object, struct share_facts *f,
                     struct vg_err *err) {
  char subject[VG_ID_MAX];
  struct crossing c = {f->purpose, false};
  vg_str mark;
  if (!f->from_case || !strcmp(f->purpose, "investigation"))
    return VG_OK;
  if (!vg_jv_str_at(object, "x_vigie_case", &mark))
    mark = vg_str_z(r->case_ref);
  VG_TRY(ledger_entries(g->tx, -1, INT64_MIN / 2, vg_str_copy(subject, sizeof subject, mark), see_entry, &c, err));
  f->from_case = !c.found;
  return VG_OK;
}

static vg_code gather(const struct share_gate *g, const struct share_request *r, vg_jv object, struct share_facts *f,
                      struct vg_err *err) {
  vg_str mark;
  int tlp = -1, pap = -1;
  *f = (struct share_facts){.tlp = r->tlp, .pap = r->pap};
  if (r->tlp == SHARE_UNMARKED)
    read_markings(object, &f->tlp, &f->pap);
  if (r->row)
    VG_TRY(intel_said_of(g->tx, r->row, &tlp, &pap, err));
  f->tlp = tlp > f->tlp ? tlp : f->tlp;
  f->pap = pap > f->pap ? pap : f->pap;
  if (r->as)
    f->type = vg_str_z(r->as);
  else
    (void)vg_jv_str_at(object, "type", &f->type);
  f->purpose = r->purpose && r->purpose[0] ? r->purpose : "prevention";
  f->from_case = r->case_ref || vg_jv_str_at(object, "x_vigie_case", &mark);
  f->member = g->member;
  f->conventions = g->convention;
  f->count = g->count;
  f->now = r->now == VG_NOTIME || r->now == 0 ? store_now(g->tx) : r->now;
  return VG_OK;
}

vg_code share_gate_would(struct share_gate *g, const struct share_request *r, struct share_decision *d,
                         struct vg_err *err) {
  struct share_facts f;
  vg_jv object;
  VG_TRY(read_object(g, r, &object, d, err));
  VG_TRY(gather(g, r, object, &f, err));
  VG_TRY(cross(g, r, object, &f, err));
  share_decide(&f, d);
  return VG_OK;
}

vg_code share_gate_pass(struct share_gate *g, const struct actor *who, const struct share_request *r,
                        struct share_decision *d, struct vg_buf *out, struct vg_err *err) {
  struct share_facts f;
  enum share_reduction how = SHARE_WHOLE;
  vg_jv object;
  VG_TRY(read_object(g, r, &object, d, err));
  VG_TRY(gather(g, r, object, &f, err));
  VG_TRY(cross(g, r, object, &f, err));
  share_decide(&f, d);
  vg_buf_reset(&g->reduced);
  if (d->allowed)
    VG_TRY(share_reduce(object, part_ok, &(struct part){&f}, &g->reduced, &how, err));
  if (how == SHARE_WITHHELD) {
    d->allowed = false;
    d->rule = "share.rule.granular";
  }
  d->reduced = how == SHARE_REDUCED;
  if (!(r->offer && d->allowed))
    VG_TRY(record(g, who, "share.released", &f, d, err));
  if (!out || !d->allowed)
    return VG_OK;
  vg_buf_str(out, d->reduced ? vg_buf_view(&g->reduced) : r->object);
  return vg_buf_check(out, err);
}

vg_code share_gate_refuse(struct share_gate *g, const struct actor *who, const struct share_request *r,
                          const char *rule, struct share_decision *d, struct vg_err *err) {
  struct share_facts f;
  vg_jv object;
  VG_TRY(read_object(g, r, &object, d, err));
  VG_TRY(gather(g, r, object, &f, err));
  d->rule = rule;
  return record(g, who, "share.released", &f, d, err);
}

vg_code share_release(struct store_tx *tx, const struct actor *who, const struct share_request *r,
                      struct share_decision *d, struct vg_buf *out, struct vg_err *err) {
  struct share_gate *g;
  VG_TRY(share_gate_open(tx, r->org, &g, err));
  vg_code rc = share_gate_pass(g, who, r, d, out, err);
  share_gate_close(g);
  return rc;
}

static vg_code each_release(struct store_tx *tx, const char *sql, struct store_args args, share_release_sink *sink,
                            void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct share_release_row row = {store_time(q, 0), store_str(q, 1),      store_str(q, 2),
                                    store_str(q, 3),  store_str(q, 4),      store_str(q, 5),
                                    store_str(q, 6),  store_int(q, 7) != 0, store_int(q, 8)};
    rc = sink(ctx, &row, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

#define RELEASES                                                                                                       \
  "SELECT r.time, r.object, o.name, r.purpose, r.rule, r.arg1, r.arg2, r.allowed, r.ledger FROM share_release r "      \
  "JOIN territory_v_org o ON o.id = r.org "

vg_code share_each_release(struct store_tx *tx, int64_t org, int64_t limit, share_release_sink *sink, void *ctx,
                           struct vg_err *err) {
  return each_release(tx, RELEASES "WHERE $1 = 0 OR r.org = $1 ORDER BY r.id DESC LIMIT $2",
                      S_ARGS(S_INT(org), S_INT(limit)), sink, ctx, err);
}

vg_code share_each_release_of(struct store_tx *tx, vg_str object, share_release_sink *sink, void *ctx,
                              struct vg_err *err) {
  return each_release(tx, RELEASES "WHERE r.object = $1 ORDER BY r.id DESC", S_ARGS(S_STR(object)), sink, ctx, err);
}

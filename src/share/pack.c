#include "share/share_internal.h"

#include "base/table.h"
#include "intel/intel.h"
#include "match/match.h"
#include "territory/territory.h"

enum { RELEASED_MAX = 16 << 20, WHOLE = 1, PART };

struct gate {
  struct store_tx *tx;
  const struct actor *who;
  int64_t org;
  const char *purpose;
  struct vg_table *released; /* rows of the contents that may go: WHOLE, or PART of them */
  share_decision_sink *told;
  intel_value_sink *sink;
  void *ctx;
  struct share_values *out;
};

static vg_str key_of(const int64_t *row) { return vg_str_n((const char *)row, sizeof *row); }

/* What a pack made under a convention holds flows no longer than the convention does. */
static vg_code note_end(struct gate *g, const struct share_decision *d, struct vg_err *err) {
  struct convention c;
  if (!d->convention.s[0] || vg_str_eq(vg_id_str(&d->convention), vg_id_str(&g->out->convention)))
    return VG_OK;
  VG_TRY(share_convention_find(g->tx, vg_id_str(&d->convention), &c, err));
  g->out->convention = d->convention;
  if (g->out->until == VG_NOTIME || c.to < g->out->until)
    g->out->until = c.to;
  return VG_OK;
}

static vg_code one(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct gate *g = ctx;
  struct share_decision d;
  if (o->revoked || !vg_str_eqz(o->type, "indicator"))
    return VG_OK;
  struct share_request r = {.object = o->json,
                            .row = o->row,
                            .tlp = (int)o->tlp,
                            .pap = (int)o->pap,
                            .org = g->org,
                            .purpose = g->purpose,
                            .now = VG_NOTIME};
  VG_TRY(share_release(g->tx, g->who, &r, &d, NULL, err));
  *(d.allowed ? &g->out->released : &g->out->refused) += 1;
  if (d.allowed) {
    VG_TRY(vg_table_put(g->released, key_of(&o->row), d.reduced ? PART : WHOLE, err));
    VG_TRY(note_end(g, &d, err));
  }
  return g->told ? g->told(g->ctx, &d, err) : VG_OK;
}

/* Another content of the same version is another word: its values did not pass the gate. What is marked more strictly
 * in an object may be its name; what it needs, its pattern, is not. */
static vg_code value(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct gate *g = ctx;
  struct intel_value bare = *v;
  uint64_t how;
  if (!vg_table_get(g->released, key_of(&v->row), &how))
    return VG_OK;
  if (how == PART)
    bare.name = VG_STR("");
  return g->sink(g->ctx, &bare, err);
}

vg_code share_each_value(struct store_tx *tx, const struct actor *who, int64_t org, const char *purpose,
                         const struct intel_query *which, intel_value_sink *sink, share_decision_sink *told, void *ctx,
                         struct share_values *out, struct vg_err *err) {
  struct gate g = {
      .tx = tx, .who = who, .org = org, .purpose = purpose, .told = told, .sink = sink, .ctx = ctx, .out = out};
  static const struct intel_query indicators = {.type = "indicator", .tlp_max = -1};
  vg_code rc = VG_OK;
  *out = (struct share_values){.until = VG_NOTIME};
  VG_TRY(vg_table_new(&g.released, RELEASED_MAX, err));
  VG_GO(intel_find(tx, which ? which : &indicators, one, &g, err));
  VG_GO(intel_each_value(tx, -1, value, &g, err));
out:
  vg_table_free(g.released);
  return rc;
}

struct filling {
  struct pack_known *known;
  share_decision_sink *told;
  void *ctx;
};
static vg_code fill(void *ctx, const struct intel_value *v, struct vg_err *err) {
  return pack_build_known(((struct filling *)ctx)->known, v, err);
}
static vg_code pass_on(void *ctx, const struct share_decision *d, struct vg_err *err) {
  struct filling *f = ctx;
  return f->told ? f->told(f->ctx, d, err) : VG_OK;
}

vg_code share_fill_pack(struct store_tx *tx, const struct actor *who, const struct org *to, const char *purpose,
                        const struct intel_query *which, struct pack_known *known, struct pack_meta *meta,
                        share_decision_sink *told, void *ctx, struct share_values *counts, struct vg_err *err) {
  struct filling f = {known, told, ctx};
  known->unnamed = true;
  VG_TRY(share_each_value(tx, who, to->id, purpose, which, fill, pass_on, &f, counts, err));
  meta->recipient = to->pid.s;
  meta->recipient_name = to->name;
  meta->convention = counts->convention.s[0] ? counts->convention.s : NULL;
  if (counts->until != VG_NOTIME && (meta->expires == VG_NOTIME || counts->until < meta->expires))
    meta->expires = counts->until;
  return VG_OK;
}

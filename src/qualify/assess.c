#include "qualify/qualify_internal.h"

#include <math.h>

static const char *const verdicts[] = {"unknown", "benign", "suspicious", "malicious"};
const char *qualify_verdict_name(int v) { return v >= 0 && (size_t)v < VG_COUNT(verdicts) ? verdicts[v] : "unknown"; }

bool qualify_verdict_by_name(vg_str name, int *out) {
  for (size_t i = 0; i < VG_COUNT(verdicts); i++)
    if (vg_str_eqz(name, verdicts[i])) {
      *out = (int)i;
      return true;
    }
  return false;
}

const char *qualify_word(double p) {
  static const struct {
    double below;
    const char *id;
  } scale[] = {{0.05, "qualify.word.remote"}, {0.2, "qualify.word.very_unlikely"}, {0.45, "qualify.word.unlikely"},
               {0.55, "qualify.word.even"},   {0.8, "qualify.word.likely"},        {0.95, "qualify.word.very_likely"}};
  for (size_t i = 0; i < VG_COUNT(scale); i++)
    if (p < scale[i].below)
      return scale[i].id;
  return "qualify.word.almost_certain";
}

struct gathering {
  struct qualify_assessment *a;
  struct store_tx *tx;
  enum indicator_type type;
  vg_time now;
  vg_time seen; /* when it was last met, VG_NOTIME never: that it was met lately shows that it is still in use, so its
                   age counts from then */
};

static vg_code hear(void *ctx, const struct intel_value *v, struct vg_err *err) {
  const struct gathering *g = ctx;
  vg_time since = g->seen != VG_NOTIME && g->seen > v->modified ? g->seen : v->modified;
  (void)err;
  qualify_add_listing(
      g->a, &(struct qualify_listing){.source = v->source,
                                      .name = v->name,
                                      .reliability = v->reliability,
                                      .confidence = v->confidence,
                                      .digest = g->type >= TYPE_MD5 && g->type <= TYPE_SHA512,
                                      .fresh = since == VG_NOTIME ? 1 : qualify_fresh(g->type, g->now - since)});
  return VG_OK;
}

static vg_code sightings(struct gathering *g, vg_str name, vg_str value, struct vg_err *err) {
  struct store_rows *q;
  int64_t orgs = 0, zones = 0, inquiries = 0;
  VG_TRY(store_query(
      g->tx, &q,
      "SELECT count(DISTINCT s.org_id), count(DISTINCT (SELECT o.zone FROM territory_v_org o WHERE o.id = s.org_id)), max(s.last_seen), count(DISTINCT CASE WHEN s.report "
      "LIKE 'analysis--%' AND EXISTS (SELECT 1 FROM analysis_v_run a JOIN casework_v_case c ON c.ref = a.case_ref "
      "WHERE a.pid = s.report AND c.frame <> 'prevention') THEN s.org_id END) FROM intel_v_sighting s WHERE s.type = $1 AND s.value = $2 AND s.withdrawn = 0",
      S_ARGS(S_STR(name), S_STR(value)), err));
  if (store_next(q)) {
    orgs = store_int(q, 0);
    zones = store_int(q, 1);
    g->seen = store_time(q, 2);
    inquiries = store_int(q, 3);
  }
  VG_TRY(store_done(&q, err));
  if (orgs) /* met by many is worth less than met in many places: one service provider serves a whole zone */
    QUALIFY_ADD(g->a, VG_STR("sightings"),
                fmin(3, 0.5 * log2(1 + (double)orgs) + 0.5 * log2((double)(zones ? zones : 1))),
                inquiries ? "qualify.because.sightings_inquiry" : "qualify.because.sightings", VG_N(orgs), VG_N(zones),
                VG_N(inquiries)); /* the regimes count together, and it is said */
  return VG_OK;
}

vg_code qualify_gather(struct store_tx *tx, enum indicator_type type, vg_str value, vg_time now,
                       struct qualify_assessment *a, struct vg_err *err) {
  struct gathering g = {.a = a, .tx = tx, .type = type, .now = now, .seen = VG_NOTIME};
  const char *list = NULL;
  vg_str name = vg_str_z(intel_type_name(type));
  VG_TRY(sightings(&g, name, value, err));
  VG_TRY(intel_each_assertion(tx, type, value, hear, &g, err));
  VG_TRY(qualify_released_pieces(tx, name, value, a, err));
  if (intel_benign(name, value, &list))
    qualify_add_warning(a, vg_str_z(list), QUALIFY_WARNING_BENIGN);
  return qualify_warned(tx, type, value, a, err);
}

vg_code qualify_assess(struct store_tx *tx, vg_str type, vg_str value, vg_time now, struct qualify_assessment *out,
                       struct vg_err *err) {
  enum indicator_type t;
  struct vg_buf normal;
  vg_code rc = VG_OK;
  if (!intel_type_by_name(type, &t))
    return VG_FAIL(err, VG_EUSAGE, "qualify.type", VG_T(type));
  vg_buf_init(&normal, 1 << 16);
  if (!intel_normalise(t, value, &normal)) {
    VG_GO(vg_buf_check(&normal, err));
    VG_GO(VG_FAIL(err, VG_EUSAGE, "qualify.value", VG_T(value), VG_T(type)));
  }
  qualify_begin(out);
  VG_GO(qualify_gather(tx, t, vg_buf_view(&normal), now == VG_NOTIME ? store_now(tx) : now, out, err));
  VG_GO(qualify_copies(tx, out, err));
  qualify_weigh(out);
out:
  vg_buf_fini(&normal);
  return rc;
}

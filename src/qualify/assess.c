#include "qualify/qualify_internal.h"

#include "intel/intel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What a thing is worth before anything is known of it, as log-odds: about one in five of what people ask about is bad. */
static const double prior = -1.5;

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

void qualify_add(struct qualify_assessment *a, vg_str key, double weight, const char *const *words) {
  if (a->count == QUALIFY_PIECES)
    return;
  struct qualify_piece *p = &a->piece[a->count++];
  *p = (struct qualify_piece){.reason = words[0], .weight = weight};
  vg_str_copy(p->key, sizeof p->key, key);
  for (size_t i = 0; i < QUALIFY_ARGS && words[i + 1]; i++)
    vg_str_copy(p->arg[i], QUALIFY_ARG_MAX, vg_str_z(words[i + 1]));
}

double qualify_reliability_factor(char letter) {
  static const double factor[] = {1, 0.85, 0.6, 0.3, 0.1, 0.6};
  return letter >= 'A' && letter <= 'F' ? factor[letter - 'A'] : 0.6;
}

bool qualify_answer_weight(int verdict, vg_str admiralty, double *weight) {
  static const double credibility[] = {1, 0.8, 0.6, 0.4, 0.2, 0.5};
  static const double towards[] = {0, -4, 2, 4};
  if (admiralty.n != 2 || admiralty.p[0] < 'A' || admiralty.p[0] > 'F' || admiralty.p[1] < '1' || admiralty.p[1] > '6')
    return false;
  *weight = towards[verdict & 3] * qualify_reliability_factor(admiralty.p[0]) * credibility[admiralty.p[1] - '1'];
  return true;
}

static bool is_prior(const struct qualify_piece *p) { return vg_str_eqz(vg_str_z(p->key), "prior"); }

static int heaviest_first(const void *x, const void *y) {
  const struct qualify_piece *p = x, *q = y;
  if (is_prior(p) != is_prior(q))
    return is_prior(p) ? 1 : -1;
  double a = fabs(p->weight), b = fabs(q->weight);
  return a < b ? 1 : a > b ? -1 : 0;
}

void qualify_weigh(struct qualify_assessment *a) {
  double sum = 0, mass = 0;
  bool against = false;
  qsort(a->piece, a->count, sizeof a->piece[0], heaviest_first);
  for (size_t i = 0; i < a->count; i++) {
    const struct qualify_piece *p = &a->piece[i];
    if (p->struck && !is_prior(p))
      continue;
    sum += p->weight;
    mass += is_prior(p) ? 0 : fabs(p->weight);
    against |= !is_prior(p) && p->weight < 0;
  }
  a->probability = 1 / (1 + exp(-sum));
  a->confidence = (int)lround(100 * (1 - exp(-mass / 4)));
  a->verdict = QUALIFY_UNKNOWN;
  if (mass > 0 && a->probability >= 0.9)
    a->verdict = QUALIFY_MALICIOUS;
  else if (mass > 0 && a->probability >= 0.5)
    a->verdict = QUALIFY_SUSPICIOUS;
  else if (against && a->probability <= 0.1)
    a->verdict = QUALIFY_BENIGN;
}

struct gathering {
  struct qualify_assessment *a;
  struct store_tx *tx;
  enum indicator_type type;
  vg_time now, modified;
  vg_time seen; /* when it was last met, VG_NOTIME never */
  size_t sources;
};

static vg_code take_modified(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct gathering *g = ctx;
  (void)err;
  g->modified = o->modified;
  return VG_OK;
}

/*
 * An address or a name changes hands: its assertion halves in a year, down to a quarter; that it was met lately shows that it is still
 * in use, so its age counts from then. A hash stays what it is.
 */
static double freshness(const struct gathering *g) {
  bool moves = g->type <= TYPE_EMAIL;
  vg_time since = g->seen > g->modified ? g->seen : g->modified;
  if (!moves || g->modified == VG_NOTIME || g->now <= since)
    return 1;
  double years = (double)(g->now - since) / (double)(365 * VG_DAY);
  return fmax(0.25, pow(0.5, years));
}

/* A source that says it twice says it once, with its strongest word; each further source adds less, for sources copy each other. */
static vg_code hear(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct gathering *g = ctx;
  char key[200], text[16], kept[16], letter[2] = {'F', 0};
  int64_t confidence = v->confidence < 0 ? 50 : v->confidence;
  g->modified = VG_NOTIME;
  vg_code rc = intel_object_get(g->tx, v->object_id, take_modified, g, NULL);
  if (rc != VG_OK && rc != VG_ENOTFOUND)
    return VG_FAIL(err, rc, "qualify.reading");
  VG_TRY(intel_source_reliability(g->tx, v->source, letter, err));
  double fresh = freshness(g);
  double weight = (0.5 + 0.03 * (double)confidence) * qualify_reliability_factor(letter[0]) * fresh * pow(0.7, (double)g->sources);
  snprintf(key, sizeof key, "assertion:%.*s", (int)(v->source.n < 150 ? v->source.n : 150), v->source.p ? v->source.p : "");
  for (size_t i = 0; i < g->a->count; i++)
    if (vg_str_eqz(vg_str_z(key), g->a->piece[i].key)) {
      g->a->piece[i].weight = fmax(g->a->piece[i].weight, weight);
      return VG_OK;
    }
  snprintf(text, sizeof text, "%d", (int)confidence);
  snprintf(kept, sizeof kept, "%.0f", fresh * 100);
  QUALIFY_ADD(g->a, vg_str_z(key), weight, "qualify.because.assertion", VG_T(v->source), VG_T(v->name), text, letter, kept);
  g->sources++;
  return VG_OK;
}

static vg_code sightings(struct gathering *g, vg_str name, vg_str value, struct vg_err *err) {
  struct store_rows *q;
  int64_t orgs = 0, zones = 0;
  VG_TRY(store_query(g->tx, &q,
                     "SELECT count(DISTINCT s.org_id), count(DISTINCT o.zone), max(s.last_seen) FROM intel_v_sighting s "
                     "LEFT JOIN territory_v_org o ON o.id = s.org_id WHERE s.type = $1 AND s.value = $2 AND s.withdrawn = 0",
                     S_ARGS(S_STR(name), S_STR(value)), err));
  if (store_next(q)) {
    orgs = store_int(q, 0);
    zones = store_int(q, 1);
    g->seen = store_time(q, 2);
  }
  VG_TRY(store_done(&q, err));
  if (orgs)
    QUALIFY_ADD(g->a, VG_STR("sightings"), 0.5 * log2(1 + (double)orgs), "qualify.because.sightings", VG_N(orgs), VG_N(zones));
  return VG_OK;
}

vg_code qualify_assess(struct store_tx *tx, vg_str type, vg_str value, vg_time now, struct qualify_assessment *out, struct vg_err *err) {
  struct gathering g = {.a = out, .tx = tx, .now = now == VG_NOTIME ? store_now(tx) : now, .seen = VG_NOTIME};
  const char *list = NULL;
  struct vg_buf normal;
  vg_code rc = VG_OK;
  *out = (struct qualify_assessment){0};
  if (!intel_type_by_name(type, &g.type))
    return VG_FAIL(err, VG_EUSAGE, "qualify.type", VG_T(type));
  vg_buf_init(&normal, 1 << 16);
  if (!intel_normalise(g.type, value, &normal)) {
    VG_GO(vg_buf_check(&normal, err));
    VG_GO(VG_FAIL(err, VG_EUSAGE, "qualify.value", VG_T(value), VG_T(type)));
  }
  vg_str v = vg_buf_view(&normal), name = vg_str_z(intel_type_name(g.type));
  QUALIFY_ADD(out, VG_STR("prior"), prior, "qualify.because.prior", "18");
  VG_GO(sightings(&g, name, v, err));
  VG_GO(intel_each_assertion(tx, g.type, v, hear, &g, err));
  VG_GO(qualify_released_pieces(tx, name, v, out, err));
  if (intel_benign(name, v, &list))
    QUALIFY_ADD(out, VG_STR("list"), -6, "qualify.because.benign", list);
  qualify_weigh(out);
out:
  vg_buf_fini(&normal);
  return rc;
}

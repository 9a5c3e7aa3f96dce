#include "anticipate/anticipate_internal.h"

#include <math.h>

static const char *const levels[] = {"vigilance", "alert"};
const char *anticipate_level_name(int level) { return levels[level == ANTICIPATE_ALERT]; }

double anticipate_chance(int64_t n, int64_t k, double q) {
  if (k > n || k < 0)
    return 0;
  if (q <= 0)
    return k == 0 ? 1 : 0;
  double N = (double)n, K = (double)k;
  return exp(lgamma(N + 1) - lgamma(K + 1) - lgamma(N - K + 1) + K * log(q));
}

double anticipate_at_least_one(double expected) { return -expm1(-expected); }

/* P(Poisson(mu) >= g), summed from the small end so that tiny tails keep their digits. */
static double tail(double mu, size_t g) {
  double term = exp((double)g * log(mu) - mu - lgamma((double)g + 1)), sum = 0;
  for (size_t i = g; i < g + 400 && term > sum * 1e-17; i++) {
    sum += term;
    term *= mu / (double)(i + 1);
  }
  return sum < 1 ? sum : 1;
}

/*
 * k given organisations share by chance a number of values that is Poisson with mean mu = known * rate^k; there are
 * C(N,k) such sets. Values of one campaign come together, so g of them are not g independent surprises: each doubling
 * counts as one more.
 */
double anticipate_expected(const struct world *w, size_t k, size_t g, double rate) {
  size_t surprises = 1;
  for (size_t i = g; i > 1; i /= 2)
    surprises++;
  double q = rate < 1 ? rate : 1, mu = (double)w->known * pow(q, (double)k);
  int64_t n = w->organisations > (int64_t)k ? w->organisations : (int64_t)k;
  return mu > 0 ? anticipate_chance(n, (int64_t)k, 1) * tail(mu, surprises) : 0;
}

bool anticipate_same_org(const struct meeting *a, const struct meeting *b) {
  return a->org == b->org || (a->siren.n && vg_str_eq(a->siren, b->siren));
}

static bool listed(const struct shared *s, const struct meeting *m) {
  for (size_t i = 0; i < s->n; i++)
    if (anticipate_same_org(s->first_of[i], m))
      return true;
  return false;
}

/* Organisations that met the value from m[from] on within the window; each needs a report of its own. */
static void gather(const struct world *w, struct meeting *m, size_t n, size_t from, struct shared *s) {
  s->n = 0;
  for (size_t i = from; i < n && m[i].first - m[from].first <= w->window && s->n < MEETING_ORGS; i++) {
    bool own = !listed(s, &m[i]);
    for (size_t k = 0; own && k < s->n; k++)
      own = !vg_str_eq(s->first_of[k]->report, m[i].report);
    if (own)
      s->first_of[s->n++] = &m[i];
  }
}

static size_t zones_of(const struct shared *s) {
  size_t zones = 0;
  for (size_t i = 0; i < s->n; i++) {
    bool known = s->first_of[i]->zone.n == 0;
    for (size_t k = 0; k < i && !known; k++)
      known = vg_str_eq(s->first_of[k]->zone, s->first_of[i]->zone);
    zones += !known;
  }
  return zones;
}

/*
 * Meetings that make the value common: those by others at any other time, and those by the same ones long before (a
 * lasting infection of one of them is not a second, independent meeting). One an organisation and window.
 */
static int64_t elsewhere(const struct world *w, const struct meeting *m, size_t n, const struct shared *s) {
  vg_time start = s->first_of[0]->first;
  int64_t count = 0;
  for (size_t i = 0; i < n; i++) {
    bool inside = m[i].first >= start && m[i].first - start <= w->window;
    bool lasting = listed(s, &m[i]) && m[i].first > start - 2 * w->window && m[i].first < start + 3 * w->window;
    bool told = false;
    for (size_t k = 0; k < i && !told; k++)
      told = anticipate_same_org(&m[k], &m[i]) && m[k].first / w->window == m[i].first / w->window;
    count += !inside && !lasting && !told;
  }
  return count;
}

bool anticipate_window(const struct world *w, struct meeting *m, size_t n, int min_zones, struct shared *out) {
  struct shared best = {0}, one = {0};
  size_t best_zones = 0;
  for (size_t i = 0; i < n; i++) {
    gather(w, m, n, i, &one);
    size_t zones = zones_of(&one);
    if (one.n > best.n || (one.n == best.n && zones > best_zones)) {
      best = one;
      best_zones = zones;
    }
  }
  if (best.n < 2 || best_zones < (size_t)min_zones)
    return false;
  *out = best;
  out->elsewhere = elsewhere(w, m, n, out);
  return true;
}

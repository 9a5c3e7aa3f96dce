/* The arithmetic of an assessment: what each piece weighs, and their sum. Pure. */
#include "qualify/qualify_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * All constants, as natural log-odds. "fit": logistic regression by `bench/qualify/run.sh --fit` on the development
 * sources only, one subject in five malicious, each source counting the same, its own membership and that of its copies
 * left out. "judged": no labelled data speaks of it.
 */
static const struct {
  double prior;     /* fit: -1.40 names, -1.41 addresses, -1.39 digests: what the bench's one in five makes, and what a
                       service that is asked may expect */
  double letter[6]; /* C, D: fit, 4.26 and 2.53. B: judged, a little over C (the fit's 1.19 rests on ten popular sites
                       that reports cite). A, E, F: judged */
  double digest; /* judged: times as much, for a digest names one content and nothing else by the way. No system file's
                    digest is listed by any source of the bench, so a fit has no bound */
  double benign; /* fit: -2.46 */
  double shared; /* judged: a cloud is no excuse and no proof */
  double answer; /* judged: an A1 answer alone decides */
  double malicious, suspicious,
      benign_below; /* bounds of the probability: the estimative scale's "almost certain" and "even"; a tenth */
  double alone;     /* the bound for sources alone: one such call in a hundred may be wrong */
} constant = {
    .prior = -1.4,
    .letter = {5.0, 4.3, 4.2, 2.5, 0.5, 1.6},
    .digest = 1.5,
    .benign = -2.5,
    .shared = -0.5,
    .answer = 5,
    .malicious = 0.95,
    .suspicious = 0.5,
    .benign_below = 0.1,
    .alone = 0.99,
};
enum {
  UNKNOWN_COMMON = 3,
  UNKNOWN_LISTED = 10
}; /* judged: of ten values, three are taken to be common until more are known */

void qualify_add(struct qualify_assessment *a, vg_str key, double weight, const char *const *words) {
  if (a->count == QUALIFY_PIECES)
    return;
  struct qualify_piece *p = &a->piece[a->count];
  *p = (struct qualify_piece){.reason = words[0], .alone = weight, .weight = weight, .id = a->count++};
  vg_str_copy(p->key, sizeof p->key, key);
  for (size_t i = 0; i < QUALIFY_ARGS && words[i + 1]; i++)
    vg_str_copy(p->arg[i], QUALIFY_ARG_MAX, vg_str_z(words[i + 1]));
}

size_t qualify_find_piece(const struct qualify_assessment *a, vg_str key) {
  size_t i = 0;
  while (i < a->count && !vg_str_eqz(key, a->piece[i].key))
    i++;
  return i;
}

void qualify_begin(struct qualify_assessment *a) {
  char percent[16];
  a->count = 0;
  a->verdict = QUALIFY_UNKNOWN;
  for (size_t i = 0; i < QUALIFY_PIECES; i++)
    for (size_t k = 0; k < QUALIFY_PIECES; k++)
      a->copied[i][k] = 0;
  snprintf(percent, sizeof percent, "%.0f", 100 / (1 + exp(-constant.prior)));
  QUALIFY_ADD(a, VG_STR("prior"), constant.prior, "qualify.because.prior", percent);
  qualify_weigh(a);
}

double qualify_fresh(enum indicator_type type, vg_time age) {
  return age <= 0 ? 1 : fmax(0.1, intel_score(type, 100, 'A', age) / 100.0);
}

/* A source that says nothing of its confidence weighs as one that says 50. */
double qualify_listing_weight(char letter) {
  return constant.letter[letter >= 'A' && letter <= 'F' ? letter - 'A' : 5];
}

/* A source that says it twice says it once, with its strongest word. */
void qualify_add_listing(struct qualify_assessment *a, const struct qualify_listing *l) {
  char key[200], confidence[16] = "–", fresh[16], letter[2] = {l->reliability, 0};
  double sure = l->confidence < 0 ? 1 : 0.5 + (double)l->confidence / 100,
         weight = qualify_listing_weight(l->reliability) * (l->digest ? constant.digest : 1) * sure * l->fresh;
  snprintf(key, sizeof key, "assertion:%.*s", (int)(l->source.n < 150 ? l->source.n : 150),
           l->source.p ? l->source.p : "");
  size_t i = qualify_find_piece(a, vg_str_z(key));
  if (i < a->count) {
    a->piece[i].alone = a->piece[i].weight = fmax(a->piece[i].alone, weight);
    return;
  }
  if (l->confidence >= 0)
    snprintf(confidence, sizeof confidence, "%d", (int)l->confidence);
  snprintf(fresh, sizeof fresh, "%.0f", l->fresh * 100);
  QUALIFY_ADD(a, vg_str_z(key), weight, "qualify.because.assertion", VG_T(l->source), VG_T(l->name), confidence, letter,
              fresh);
}

/* Lists of popular things are made of each other: the second says a tenth of what the first says. */
void qualify_add_warning(struct qualify_assessment *a, vg_str list, enum qualify_warning kind) {
  char key[200];
  bool shared = kind == QUALIFY_WARNING_SHARED;
  size_t id = a->count;
  if (id == QUALIFY_PIECES)
    return;
  snprintf(key, sizeof key, "list:%.*s", (int)(list.n < 150 ? list.n : 150), list.p ? list.p : "");
  QUALIFY_ADD(a, vg_str_z(key), shared ? constant.shared : constant.benign,
              shared ? "qualify.because.shared" : "qualify.because.benign", VG_T(list));
  for (size_t i = 0; i < id; i++)
    if (vg_str_starts(vg_str_z(a->piece[i].key), VG_STR("list:")))
      a->copied[id][a->piece[i].id] = a->copied[a->piece[i].id][id] = 0.9F;
}

double qualify_copied(int64_t listed, int64_t common, int64_t one_first, int64_t other_first) {
  double share = fmin(1, (double)(common + UNKNOWN_COMMON) / (double)(listed + UNKNOWN_LISTED)),
         told = (double)(one_first + other_first);
  /* who repeats another is later nearly always; who looks at the same thing with own eyes is later half of the time */
  double order = told < 20 ? 1 : fabs((double)(one_first - other_first)) / told;
  return share * (0.5 + 0.5 * order);
}

bool qualify_answer_weight(int verdict, vg_str admiralty, double *weight) {
  static const double credibility[] = {1, 0.8, 0.6, 0.4, 0.2, 0.5};
  static const double reliability[] = {1, 0.85, 0.6, 0.3, 0.1, 0.6};
  static const double towards[] = {0, -1, 0.5, 1};
  if (admiralty.n != 2 || admiralty.p[0] < 'A' || admiralty.p[0] > 'F' || admiralty.p[1] < '1' || admiralty.p[1] > '6')
    return false;
  *weight =
      constant.answer * towards[verdict & 3] * reliability[admiralty.p[0] - 'A'] * credibility[admiralty.p[1] - '1'];
  return true;
}

static bool is_prior(const struct qualify_piece *p) { return vg_str_eqz(vg_str_z(p->key), "prior"); }

static int heaviest_first(const void *x, const void *y) {
  const struct qualify_piece *p = x, *q = y;
  if (is_prior(p) != is_prior(q))
    return is_prior(p) ? 1 : -1;
  double a = fabs(p->alone), b = fabs(q->alone);
  return a < b ? 1 : a > b ? -1 : p->id < q->id ? -1 : p->id > q->id;
}

/* What a heavier piece says already adds nothing; a listing that is mostly another's says so. */
static void discount(struct qualify_assessment *a, size_t i) {
  struct qualify_piece *p = &a->piece[i];
  const struct qualify_piece *of = NULL;
  float most = 0;
  for (size_t k = 0; k < i; k++)
    if (!a->piece[k].struck && a->copied[p->id][a->piece[k].id] > most) {
      most = a->copied[p->id][a->piece[k].id];
      of = &a->piece[k];
    }
  p->weight = p->alone * (1 - (double)most);
  if (!vg_str_starts(vg_str_z(p->key), VG_STR("assertion:")))
    return;
  p->reason = most > 0.5F ? "qualify.because.copied" : "qualify.because.assertion";
  if (of && most > 0.5F) {
    vg_str_copy(p->arg[5], QUALIFY_ARG_MAX, vg_str_z(of->arg[0]));
    snprintf(p->arg[6], QUALIFY_ARG_MAX, "%.0f", (double)most * 100);
  }
}

static bool says(const struct qualify_piece *p, const char *kind) {
  return !p->struck && vg_str_starts(vg_str_z(p->key), vg_str_z(kind));
}

/* Sources and machines alone need more than a person's answer or verdict does, and never call what is on a warning list
 * malicious: a person does that, or who strikes the warning. */
static bool convicts(const struct qualify_assessment *a) {
  bool warned = false, person = false;
  for (size_t i = 0; i < a->count; i++) {
    warned |= says(&a->piece[i], "list:") && a->piece[i].weight < 0;
    person |= says(&a->piece[i], "answer:") || says(&a->piece[i], "verdict:");
  }
  return person ? a->probability >= constant.malicious : !warned && a->probability >= constant.alone;
}

void qualify_weigh(struct qualify_assessment *a) {
  double sum = 0, mass = 0;
  bool against = false;
  qsort(a->piece, a->count, sizeof a->piece[0], heaviest_first);
  for (size_t i = 0; i < a->count; i++) {
    const struct qualify_piece *p = &a->piece[i];
    discount(a, i);
    if (p->struck && !is_prior(p))
      continue;
    sum += p->weight;
    mass += is_prior(p) ? 0 : fabs(p->weight);
    against |= !is_prior(p) && p->weight < 0;
  }
  a->probability = 1 / (1 + exp(-sum));
  a->confidence = (int)lround(100 * (1 - exp(-mass / 4)));
  a->verdict = QUALIFY_UNKNOWN;
  if (mass > 0 && convicts(a))
    a->verdict = QUALIFY_MALICIOUS;
  else if (mass > 0 && a->probability >= constant.suspicious)
    a->verdict = QUALIFY_SUSPICIOUS;
  else if (against && a->probability <= constant.benign_below)
    a->verdict = QUALIFY_BENIGN;
}

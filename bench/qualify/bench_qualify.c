/*
 * Is the probability what it says? bench_qualify LISTINGS [--fit], where LISTINGS is a TSV that run.sh makes:
 *   bad|good|known  dev|unseen  source  Admiralty-letter  type  value  YYYY-MM-DD|-
 * Each source in turn is the unseen one: its values are the positives, and neither its word nor that of its copies
 * counts. The negatives are the values of the good lists, each judged without that list and its copies; a known list is
 * evidence as these are, but its values are no negatives. One subject in five is bad, each source and each list counts
 * the same. The pieces are added up by the program's own functions.
 */
#include "base/file.h"
#include "base/table.h"
#include "qualify/qualify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 64, SAMPLE = 100000, CLASSES = 3, BINS = 10, FEATURES = 7, NEVER = 0 };
static const double base_rate = 0.2;
static const char *const class_name[CLASSES] = {"names", "addresses", "digests"};

struct source {
  char name[64];
  char letter;
  bool bad, dev, label; /* label: its values are positives or negatives */
  int64_t listed[CLASSES];
};
struct listing {
  uint32_t value;
  uint16_t source;
  int32_t day; /* NEVER: undated */
};
struct value {
  enum indicator_type type;
  size_t bare;         /* the same name without "www.", SIZE_MAX: none */
  size_t first, count; /* in listings */
};
static struct source source[SOURCES];
static size_t sources;
static struct listing *listing;
static struct value *value;
static size_t listings, values;
static int64_t common[SOURCES][SOURCES];
static struct vg_err err;
#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    if ((call) != VG_OK) {                                                                                             \
      fprintf(stderr, "%s: %s %s\n", #call, err.cause[0].msg ? err.cause[0].msg : "", err.cause[0].arg[0]);            \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

static int class_of(enum indicator_type t) {
  return t == TYPE_IPV4 || t == TYPE_IPV6 ? 1 : t >= TYPE_MD5 && t <= TYPE_SHA512 ? 2 : 0;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static size_t source_at(vg_str name, vg_str letter, vg_str side, bool dev) {
  size_t i = 0;
  while (i < sources && !vg_str_eqz(name, source[i].name))
    i++;
  if (i == sources) {
    VG_ASSERT(sources < SOURCES);
    vg_str_copy(source[i].name, sizeof source[i].name, name);
    source[i].letter = letter.n ? letter.p[0] : 'F';
    source[i].bad = vg_str_eqz(side, "bad");
    source[i].label = !vg_str_eqz(side, "known");
    source[i].dev = dev;
    sources++;
  }
  return i;
}

static vg_str column(vg_str *line) {
  size_t tab = vg_str_find_byte(*line, '\t', 0);
  vg_str c = vg_str_sub(*line, 0, tab == SIZE_MAX ? line->n : tab);
  *line = tab == SIZE_MAX ? VG_STR("") : vg_str_sub(*line, tab + 1, line->n);
  return c;
}

static int32_t day_of(vg_str date) {
  char text[16];
  int y, m, d;
  vg_str_copy(text, sizeof text, date);
  if (date.n != 10 || sscanf(text, "%4d-%2d-%2d", &y, &m, &d) != 3)
    return NEVER;
  return (int32_t)(y * 372 + m * 31 + d); /* only the order counts */
}

static int by_value(const void *x, const void *y) {
  const struct listing *a = x, *b = y;
  if (a->value != b->value)
    return a->value < b->value ? -1 : 1;
  return a->source != b->source ? (a->source < b->source ? -1 : 1) : a->day < b->day ? -1 : a->day > b->day;
}

/* One row a value and source (the earliest), in order of value. */
static void put_in_order(void) {
  size_t kept = 0;
  qsort(listing, listings, sizeof listing[0], by_value);
  for (size_t i = 0; i < listings; i++)
    if (!kept || listing[kept - 1].value != listing[i].value || listing[kept - 1].source != listing[i].source)
      listing[kept++] = listing[i];
  listings = kept;
  for (size_t i = 0; i < listings; i++) {
    struct value *v = &value[listing[i].value];
    if (!v->count++)
      v->first = i;
    source[listing[i].source].listed[class_of(v->type)]++;
  }
  for (size_t k = 0; k < values; k++)
    for (size_t i = value[k].first; i < value[k].first + value[k].count; i++)
      for (size_t j = value[k].first; j < value[k].first + value[k].count; j++)
        common[listing[i].source][listing[j].source]++;
}

static void find_bare(const struct vg_table *seen) {
  static const vg_str www = {"domain-name\twww.", 16};
  for (size_t i = 0; i < vg_table_count(seen); i++) {
    char text[512];
    vg_str key;
    uint64_t at, bare;
    vg_table_entry(seen, i, &key, &at);
    value[at].bare = SIZE_MAX;
    if (!vg_str_starts(key, www) || key.n >= sizeof text)
      continue;
    snprintf(text, sizeof text, "domain-name\t%.*s", (int)(key.n - www.n), key.p + www.n);
    if (vg_table_get(seen, vg_str_z(text), &bare))
      value[at].bare = bare;
  }
}

static void read_listings(const char *path) {
  struct vg_buf text;
  struct vg_table *seen;
  vg_buf_init(&text, SIZE_MAX / 2);
  OK(vg_file_read(path, &text, &err));
  OK(vg_table_new(&seen, 8000000, &err));
  vg_str all = vg_buf_view(&text), line, rest = all;
  size_t lines = 0;
  while (vg_str_line(&rest, &line))
    lines++;
  listing = calloc(lines + 1, sizeof *listing);
  value = calloc(lines + 1, sizeof *value);
  VG_ASSERT(listing && value);
  for (rest = all; vg_str_line(&rest, &line);) {
    vg_str side = column(&line), group = column(&line), name = column(&line), letter = column(&line), key = line,
           type = column(&line);
    vg_str what = column(&line), date = column(&line);
    enum indicator_type t;
    uint64_t at;
    if (!intel_type_by_name(type, &t) || !what.n)
      continue;
    key = vg_str_n(key.p, (size_t)(what.p + what.n - key.p)); /* "type TAB value" */
    if (!vg_table_get(seen, key, &at)) {
      at = values++;
      value[at].type = t;
      OK(vg_table_put(seen, key, at, &err));
    }
    listing[listings++] =
        (struct listing){(uint32_t)at, (uint16_t)source_at(name, letter, side, vg_str_eqz(group, "dev")), day_of(date)};
  }
  find_bare(seen);
  vg_table_free(seen);
  vg_buf_fini(&text);
  put_in_order();
}

/* ---- one subject ------------------------------------------------------------------------------------------------ */

static int64_t all_listed(size_t s) { return source[s].listed[0] + source[s].listed[1] + source[s].listed[2]; }

/* Half of the smaller one is in the other: to leave out the one is to leave out both. */
static bool same_word(size_t a, size_t b) {
  int64_t least = all_listed(a) < all_listed(b) ? all_listed(a) : all_listed(b);
  return a == b || 2 * common[a][b] >= least;
}

static struct qualify_assessment now;
static size_t heard_source[QUALIFY_PIECES]; /* by piece's id; SOURCES: none */

static void hear(const struct value *v, size_t s, bool good_only) {
  char key[80];
  snprintf(key, sizeof key, "list:%s", source[s].name);
  for (size_t i = 0; good_only && i < now.count; i++)
    if (!strcmp(now.piece[i].key, key))
      return;
  heard_source[now.count] = s;
  if (!source[s].bad)
    qualify_add_warning(&now, vg_str_z(source[s].name), QUALIFY_WARNING_BENIGN);
  else
    qualify_add_listing(&now, &(struct qualify_listing){.source = vg_str_z(source[s].name),
                                                        .name = VG_STR(""),
                                                        .reliability = source[s].letter,
                                                        .confidence = -1,
                                                        .digest = class_of(v->type) == 2,
                                                        .fresh = 1});
}

static bool left_out(size_t s, size_t without, size_t nor) {
  return (without != SIZE_MAX && same_word(s, without)) || (nor != SIZE_MAX && same_word(s, nor));
}

/* before: only what was listed earlier than that day (NEVER: everything). without, nor: sources that stay out, SIZE_MAX
 * none. */
static void assess(const struct value *v, size_t without, size_t nor, int32_t before) {
  qualify_begin(&now);
  for (size_t i = 0; i < QUALIFY_PIECES; i++)
    heard_source[i] = SOURCES;
  for (size_t i = v->first; i < v->first + v->count; i++) {
    size_t s = listing[i].source;
    if (left_out(s, without, nor) ||
        (source[s].bad && before != NEVER && (listing[i].day == NEVER || listing[i].day >= before)))
      continue;
    hear(v, s, false);
  }
  for (size_t i = 0; v->bare != SIZE_MAX && i < value[v->bare].count; i++) {
    size_t s = listing[value[v->bare].first + i].source;
    if (!source[s].bad && !left_out(s, without, nor))
      hear(v, s, true);
  }
  for (size_t i = 0; i < now.count; i++)
    for (size_t k = 0; k < now.count; k++) {
      size_t a = heard_source[i], b = heard_source[k];
      if (i != k && a < SOURCES && b < SOURCES && source[a].bad && source[b].bad)
        now.copied[i][k] =
            (float)qualify_copied(all_listed(a) < all_listed(b) ? all_listed(a) : all_listed(b), common[a][b], 0, 0);
    }
  qualify_weigh(&now);
}

/* prior x 3, B, C, D, warned: what the sum is made of, before its constants. */
static void features(enum indicator_type t, double x[static FEATURES]) {
  memset(x, 0, FEATURES * sizeof *x);
  x[class_of(t)] = 1;
  for (size_t i = 0; i < now.count; i++) {
    const struct qualify_piece *p = &now.piece[i];
    size_t s = heard_source[p->id];
    if (s == SOURCES)
      continue;
    double part = p->alone != 0 ? p->weight / p->alone : 0;
    if (!source[s].bad)
      x[6] += part;
    else if (source[s].letter >= 'B' && source[s].letter <= 'D')
      x[3 + source[s].letter - 'B'] += part;
  }
}

/* ---- the figures ------------------------------------------------------------------------------------------------ */

struct tally {
  double weight, brier, bin_w[BINS], bin_p[BINS], bin_y[BINS];
  double bad_weight, called[2], called_weight[2], looked,
      looked_weight; /* [0] malicious, [1] suspicious or worse; true ones, all */
  double covered;
  int64_t n, true_calls, false_calls;
};

static bool heard_bad(void) {
  for (size_t i = 0; i < now.count; i++)
    if (heard_source[i] < SOURCES && source[heard_source[i]].bad)
      return true;
  return false;
}

static void count(struct tally *t, bool bad, double w) {
  double p = now.probability, y = bad ? 1 : 0;
  int b = (int)(p * BINS) < BINS ? (int)(p * BINS) : BINS - 1;
  bool listed = heard_bad(), call[2] = {now.verdict == QUALIFY_MALICIOUS, now.verdict >= QUALIFY_SUSPICIOUS};
  t->n++;
  t->weight += w;
  t->brier += w * (p - y) * (p - y);
  t->bin_w[b] += w;
  t->bin_p[b] += w * p;
  t->bin_y[b] += w * y;
  t->bad_weight += bad ? w : 0;
  for (int k = 0; k < 2; k++) {
    t->called_weight[k] += call[k] ? w : 0;
    t->called[k] += call[k] && bad ? w : 0;
  }
  t->looked_weight += listed ? w : 0;
  t->looked += listed && bad ? w : 0;
  t->true_calls += call[0] && bad;
  t->false_calls += call[0] && !bad;
}

static void add(struct tally *to, const struct tally *t) {
  to->n += t->n;
  to->true_calls += t->true_calls;
  to->false_calls += t->false_calls;
  double *a = &to->weight;
  const double *b = &t->weight;
  for (size_t i = 0; i < (size_t)(&to->covered - &to->weight) + 1; i++)
    a[i] += b[i];
}

static double ece(const struct tally *t) {
  double sum = 0;
  for (int b = 0; b < BINS; b++)
    sum += fabs(t->bin_p[b] - t->bin_y[b]);
  return sum / t->weight;
}

static void heading(const char *what) {
  printf("\n%s\n%-30s %6s %6s %6s | %-21s | %-14s | %-14s\n", what, "source left out", "n", "Brier", "ECE",
         "malicious: prec rec +/-", "suspicious+", "plain look-up");
}

static void ratio(double a, double b) {
  if (b > 0)
    printf(" %.3f", a / b);
  else
    printf("     –");
}

static void print(const char *name, const struct tally *t) {
  if (t->weight <= 0)
    return;
  printf("%-30s %6lld %.4f %.4f |", name, (long long)t->n, t->brier / t->weight, ece(t));
  ratio(t->called[0], t->called_weight[0]);
  ratio(t->called[0], t->bad_weight);
  printf(" %4lld/%-3lld |", (long long)t->true_calls, (long long)t->false_calls);
  ratio(t->called[1], t->called_weight[1]);
  ratio(t->called[1], t->bad_weight);
  printf("  |");
  ratio(t->looked, t->looked_weight);
  ratio(t->looked, t->bad_weight);
  printf("\n");
}

/* ---- walking over the sources ----------------------------------------------------------------------------------- */

/* Every so-manieth, from a place that the source's name gives: the same ones every time. */
struct walk {
  size_t s, at, step;
  int class;
  int32_t since; /* only what was listed from that day on */
};
static bool next(struct walk *w, const struct value **v, int32_t *day) {
  for (; w->at < listings; w->at++) {
    const struct listing *l = &listing[w->at];
    if (l->source != w->s || class_of(value[l->value].type) != w->class || (w->since != NEVER && l->day < w->since))
      continue;
    if (w->step-- > 1)
      continue;
    int64_t all = source[w->s].listed[w->class];
    w->step = all > SAMPLE ? (size_t)(all / SAMPLE) : 1;
    *v = &value[l->value];
    *day = l->day;
    w->at++;
    return true;
  }
  return false;
}
static struct walk walk_of(size_t s, int class, int32_t since) {
  return (struct walk){.s = s, .step = 1, .class = class, .since = since};
}

typedef void visit(void *ctx, const struct value *v, bool bad, double weight);

/* Both sides of the test of one source, each item assessed when visit is called. since: the positives are younger, and
 * all evidence older. */
static int64_t each_item(size_t held, int class, int32_t since, visit *go, void *ctx) {
  const struct value *v;
  int32_t day;
  int64_t bad = 0, lists = 0;
  for (struct walk w = walk_of(held, class, since); next(&w, &v, &day);)
    bad++;
  for (size_t g = 0; g < sources; g++)
    lists += !source[g].bad && source[g].label && source[g].listed[class] > 0;
  if (bad < 20 || !lists)
    return 0;
  for (struct walk w = walk_of(held, class, since); next(&w, &v, &day);) {
    assess(v, held, SIZE_MAX, since == NEVER ? NEVER : day);
    go(ctx, v, true, base_rate / (double)bad);
  }
  for (size_t g = 0; g < sources; g++) {
    int64_t good = 0;
    if (source[g].bad || !source[g].label || !source[g].listed[class])
      continue;
    for (struct walk w = walk_of(g, class, NEVER); next(&w, &v, &day);)
      good++;
    for (struct walk w = walk_of(g, class, NEVER); next(&w, &v, &day);) {
      assess(v, held, g, since);
      go(ctx, v, false, (1 - base_rate) / (double)(good * lists));
    }
  }
  return bad;
}

/* Which subjects were called malicious: one value met in many rows is one subject. */
enum { CALLED_BAD = 1, CALLED_GOOD = 2 };
static unsigned char *called;

static void tally_item(void *ctx, const struct value *v, bool bad, double weight) {
  if (now.verdict == QUALIFY_MALICIOUS)
    called[v - value] |= bad ? CALLED_BAD : CALLED_GOOD;
  count(ctx, bad, weight);
}

struct calls {
  double bad, n;
};

/* Wilson's interval tells what so few calls can tell. */
static void print_calls(const char *what, const struct calls *c) {
  static const double z = 1.96;
  double bad = c->bad, n = c->n;
  if (n <= 0)
    return;
  double p = bad / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n),
         half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  printf("%s called malicious: %.0f of %.0f rightly, %.3f (95 %% interval %.3f-%.3f)\n", what, bad, n, p, middle - half,
         fmin(1, middle + half));
}

/* Those of one table, added to sum. */
static void print_called(struct calls *sum) {
  struct calls c = {0};
  for (size_t i = 0; i < values; i++) {
    c.bad += called[i] == CALLED_BAD;
    c.n += called[i] != 0;
    called[i] = 0;
  }
  print_calls("  subjects", &c);
  sum->bad += c.bad;
  sum->n += c.n;
}

static void table(int class, bool dev, struct calls *sum) {
  struct tally all = {0};
  char title[96];
  snprintf(title, sizeof title, "== %s, %s sources", class_name[class], dev ? "development" : "unseen");
  heading(title);
  for (size_t s = 0; s < sources; s++) {
    struct tally t = {0};
    if (!source[s].bad || source[s].dev != dev || !each_item(s, class, NEVER, tally_item, &t))
      continue;
    print(source[s].name, &t);
    add(&all, &t);
  }
  print("all, each the same", &all);
  print_called(sum);
  if (dev || all.weight <= 0)
    return;
  printf("  says / is:");
  for (int b = 0; b < BINS; b++)
    if (all.bin_w[b] > 0)
      printf("  %.2f/%.2f (%.0f %%)", all.bin_p[b] / all.bin_w[b], all.bin_y[b] / all.bin_w[b],
             100 * all.bin_w[b] / all.weight);
  printf("\n");
}

static void by_time(int32_t since, const char *date) {
  struct tally all = {0};
  char title[120];
  snprintf(title, sizeof title, "== by time: reported from %s on, known from other dated reports before that day",
           date);
  heading(title);
  for (size_t s = 0; s < sources; s++) {
    if (!source[s].bad)
      continue;
    for (int class = 0; class < CLASSES; class ++) {
      struct tally t = {0};
      char name[96];
      if (!each_item(s, class, since, tally_item, &t))
        continue;
      snprintf(name, sizeof name, "%.60s, %s", source[s].name, class_name[class]);
      print(name, &t);
      add(&all, &t);
    }
  }
  print("all, each the same", &all);
  print_called(&(struct calls){0});
}

/* Nothing left out, as an instance has it: who is on a good list and is called malicious, and does the reader see why
 * not? */
static void good_ones(void) {
  printf("\n== values of good lists called malicious: with every list loaded, of them without a contradiction shown, "
         "and without that list\n");
  for (size_t g = 0; g < sources; g++) {
    int64_t n = 0, malicious = 0, bare = 0, unseen = 0;
    if (source[g].bad)
      continue;
    for (size_t i = 0; i < listings; i++) {
      if (listing[i].source != g)
        continue;
      const struct value *v = &value[listing[i].value];
      bool against = false;
      n++;
      if (v->count == 1)
        continue; /* no other list knows it */
      assess(v, SIZE_MAX, SIZE_MAX, NEVER);
      for (size_t k = 0; k < now.count; k++)
        against |= now.piece[k].weight < 0 && heard_source[now.piece[k].id] < SOURCES;
      malicious += now.verdict == QUALIFY_MALICIOUS;
      bare += now.verdict == QUALIFY_MALICIOUS && !against;
      assess(v, SIZE_MAX, g, NEVER);
      unseen += now.verdict == QUALIFY_MALICIOUS;
    }
    printf("%-30s %7lld values  %4lld  %4lld  %4lld\n", source[g].name, (long long)n, (long long)malicious,
           (long long)bare, (long long)unseen);
  }
}

static void copies(void) {
  printf("\n== sources that repeat each other: share of the one that is in the other\n");
  for (size_t a = 0; a < sources; a++)
    for (size_t b = 0; b < sources; b++)
      if (a != b && source[a].bad && source[b].bad && 10 * common[a][b] >= 2 * all_listed(a) && common[a][b] >= 20)
        printf("%-30s %5.1f %% of %lld in %s\n", source[a].name, 100 * (double)common[a][b] / (double)all_listed(a),
               (long long)all_listed(a), source[b].name);
}

/* ---- the fit ---------------------------------------------------------------------------------------------------- */

struct fit {
  double at[FEATURES], slope[FEATURES], curve[FEATURES][FEATURES];
};

static void fit_item(void *ctx, const struct value *v, bool bad, double weight) {
  struct fit *f = ctx;
  double x[FEATURES], sum = 0;
  features(v->type, x);
  for (int i = 0; i < FEATURES; i++)
    sum += f->at[i] * x[i];
  double p = 1 / (1 + exp(-sum));
  for (int i = 0; i < FEATURES; i++) {
    f->slope[i] += weight * ((bad ? 1 : 0) - p) * x[i];
    for (int k = 0; k < FEATURES; k++)
      f->curve[i][k] += weight * p * (1 - p) * x[i] * x[k];
  }
}

/* Gauss-Jordan; the ridge keeps it regular where no item has a feature. */
static void solve(double m[FEATURES][FEATURES], const double right[FEATURES], double out[FEATURES]) {
  double a[FEATURES][FEATURES + 1];
  for (int i = 0; i < FEATURES; i++) {
    memcpy(a[i], m[i], sizeof m[i]);
    a[i][FEATURES] = right[i];
  }
  for (int c = 0; c < FEATURES; c++)
    for (int r = 0; r < FEATURES; r++) {
      double by = r == c ? 0 : a[r][c] / a[c][c];
      for (int k = c; by != 0 && k <= FEATURES; k++)
        a[r][k] -= by * a[c][k];
    }
  for (int i = 0; i < FEATURES; i++)
    out[i] = a[i][FEATURES] / a[i][i];
}

static void fit(void) {
  static const char *const name[FEATURES] = {"prior names", "prior addresses", "prior digests", "listed by B",
                                             "listed by C", "listed by D",     "warned"};
  static const double ridge = 1e-3;
  struct fit f = {.at = {-1.4, -1.4, -1.4, 1, 1, 1, -1}};
  for (int round = 0; round < 30; round++) {
    double move[FEATURES];
    memset(f.slope, 0, sizeof f.slope);
    memset(f.curve, 0, sizeof f.curve);
    for (size_t s = 0; s < sources; s++)
      for (int class = 0; class < CLASSES && source[s].bad && source[s].dev; class ++)
        (void)each_item(s, class, NEVER, fit_item, &f);
    for (int i = 0; i < FEATURES; i++) {
      f.slope[i] -= ridge * f.at[i] * (i >= CLASSES);
      f.curve[i][i] += ridge;
    }
    solve(f.curve, f.slope, move);
    for (int i = 0; i < FEATURES; i++)
      f.at[i] += fmax(-1, fmin(1, move[i]));
  }
  printf("\n== fit on the development sources\n");
  for (int i = 0; i < FEATURES; i++)
    printf("%-16s %+.2f\n", name[i], f.at[i]);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "bench_qualify LISTINGS [--fit]\n");
    return 2;
  }
  read_listings(argv[1]);
  printf("%zu values, %zu listings of %zu sources\n", values, listings, sources);
  if (argc > 2 && !strcmp(argv[2], "--fit")) {
    fit();
    return 0;
  }
  called = calloc(values + 1, 1);
  VG_ASSERT(called);
  struct calls dev = {0}, unseen = {0};
  copies();
  for (int class = 0; class < CLASSES; class ++) {
    table(class, true, &dev);
    table(class, false, &unseen);
  }
  printf("\n");
  print_calls("subjects of all kinds, development sources,", &dev);
  print_calls("subjects of all kinds, unseen sources,", &unseen);
  by_time(day_of(VG_STR("2020-01-01")), "2020-01-01");
  good_ones();
  free(called);
  free(listing);
  free(value);
  return 0;
}

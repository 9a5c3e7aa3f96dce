/* The statistics of evaluation: our own reference cases, and every reference value of ../shared/data/evaluation when it
 * is there. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "evaluation/evaluation.h"
#include "evaluation/stat.h"

static struct vg_err err;

#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    vg_err_clear(&err);                                                                                                \
    if ((call) != VG_OK)                                                                                               \
      fail_msg("%s: %s %s", #call, err.cause[0].msg, err.cause[0].arg[0]);                                             \
  } while (0)

static void near(double got, double want, const char *what) {
  if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
    fail_msg("%s: %.17g instead of %.17g", what, got, want);
}

/* Values of printed tables and of closed forms. */
static void test_distributions(void **state) {
  (void)state;
  near(stat_qnorm(0.975), 1.959963984540054, "qnorm");
  near(stat_pnorm(0), 0.5, "pnorm");
  near(stat_pbeta(0.3, 1, 1), 0.3, "pbeta");
  near(stat_qbeta(0.25, 2, 1), 0.5, "qbeta");       /* x^2 = 1/4 */
  near(stat_pchisq(2, 2, true), exp(-1), "pchisq"); /* exp(-x/2) */
  near(stat_qchisq(0.5, 2), 2 * log(2), "qchisq");
  near(stat_qt(0.75, 1), 1, "qt"); /* tan(pi/4) */
  near(stat_pt(1, 1), 0.75, "pt");
  near(stat_pf(1, 2, 2, false), 0.5, "pf"); /* f / (1 + f) */
  near(stat_qf(0.9, 2, 2), 9, "qf");
  near(stat_binom_test(8, 10, 0.5), 2 * (45 + 10 + 1) / 1024.0, "binom");
  near(stat_binom_test(5, 10, 0.5), 1, "binom");
}

static struct vg_json *json;
static struct vg_buf out;

static vg_jv compute(const char *name, vg_str csv, const char *params) {
  vg_jv root;
  vg_buf_reset(&out);
  OK(evaluation_compute(name, csv, vg_str_z(params), &out, &err));
  OK(vg_json_parse(json, vg_buf_view(&out), &root, &err));
  return root;
}

static double number(vg_jv v, const char *key) {
  double d = (double)NAN;
  (void)vg_jv_f64(vg_jv_at(v, key), &d);
  return d;
}

static int begin(void **state) {
  (void)state;
  vg_buf_init(&out, 64 << 20);
  return vg_json_new(&json, &err) == VG_OK ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  vg_json_free(json);
  vg_buf_fini(&out);
  return 0;
}

static void test_own_cases(void **state) {
  (void)state;
  vg_jv r = compute("mcnemar", VG_STR("before,after,n\nno,no,1\nno,yes,8\nyes,no,2\nyes,yes,4\n"), "");
  near(number(r, "exact_p"), 2 * (45 + 10 + 1) / 1024.0, "mcnemar");
  near(number(r, "chi2_cc"), 2.5, "mcnemar");
  r = compute("p-adjust", VG_STR("p\n0.01\n0.04\n0.03\n"), "");
  double d;
  assert_true(vg_jv_f64(vg_jv_index(vg_jv_at(r, "holm"), 2), &d));
  near(d, 0.06, "holm");
  assert_true(vg_jv_f64(vg_jv_index(vg_jv_at(r, "bh"), 1), &d));
  near(d, 0.04, "bh");
  r = compute("kendall-w", VG_STR("a,b,c\n1,2,3\n1,2,3\n"), "");
  near(number(r, "W"), 1, "W");
  r = compute("proportion", VG_STR("x,n\n5,10\n"), "");
  near(number(r, "wilson_lo") + number(r, "wilson_hi"), 1, "wilson");
  /* One judge always one higher: perfectly consistent, not in full agreement. */
  r = compute("icc", VG_STR("a,b\n1,2\n2,3\n3,4\n4,5\n"), "");
  near(number(r, "ICC31"), 1, "ICC31");
  assert_true(number(r, "ICC21") < 1);
  r = compute("krippendorff", VG_STR("a,b,c\n1,2,3\n1,2,3\n"), "metric=interval");
  near(number(r, "alpha"), 1, "alpha");
  r = compute("kaplan-meier", VG_STR("zone,t,ev\na,1,1\na,2,1\na,3,0\na,4,1\n"), "");
  near(number(vg_jv_index(vg_jv_at(r, "table"), 1), "surv"), 0.5, "km");
}

static void test_bad_input(void **state) {
  static const struct {
    const char *name, *csv, *params;
    vg_code code;
  } bad[] = {
      {"nothing", "p\n1\n", "", VG_EUSAGE},
      {"alpha", "", "", VG_EDATA},
      {"alpha", "a,b\n1,x\n2,3\n3,4\n", "", VG_EDATA},
      {"alpha", "a,b\n1\n", "", VG_EDATA},
      {"p-adjust", "p\n2\n", "", VG_EDATA},
      {"p-adjust", "q\n1\n", "", VG_EDATA},
      {"proportion", "x,n\n7,5\n", "", VG_EDATA},
      {"proportion", "x,n\n1,5\n", "level=2", VG_EUSAGE},
      {"alpha", "a,b\n1,2\n", "nothing=1", VG_EUSAGE},
      {"did", "q,zone,expo,pilot,post,cases\n1,A,1,1,0,0\n", "", VG_EDATA},
      {"suppress", "groupe,zone,n\na,b,1\na,b,2\n", "", VG_EDATA},
      {"gap", "group,score\na,1\na,2\n", "", VG_EDATA},
      {"kaplan-meier", "zone,t,ev\na,-1,1\n", "", VG_EDATA},
  };
  (void)state;
  for (size_t i = 0; i < VG_COUNT(bad); i++) {
    vg_buf_reset(&out);
    if (evaluation_compute(bad[i].name, vg_str_z(bad[i].csv), vg_str_z(bad[i].params), &out, NULL) != bad[i].code)
      fail_msg("%s %s", bad[i].name, bad[i].csv);
  }
}

/* Is there a way through hidden cells, changing between row and column at each step, from the cell back to its own
 * column? Depth first. */
static bool walk(const unsigned char *hidden, size_t rows, size_t columns, size_t skip, bool *row, bool *column,
                 size_t at) {
  if (at == skip % columns)
    return true;
  column[at] = true;
  for (size_t r = 0; r < rows; r++) {
    if (!hidden[r * columns + at] || row[r])
      continue;
    row[r] = true;
    for (size_t c = 0; c < columns; c++)
      if (hidden[r * columns + c] && !column[c] && walk(hidden, rows, columns, skip, row, column, c))
        return true;
  }
  return false;
}

static bool circle(const unsigned char *hidden, size_t rows, size_t columns, size_t cell) {
  bool row[8] = {0}, column[8] = {0};
  row[cell / columns] = true;
  for (size_t c = 0; c < columns; c++)
    if (c != cell % columns && hidden[cell / columns * columns + c] && !column[c] &&
        walk(hidden, rows, columns, cell, row, column, c))
      return true;
  return false;
}

/* Whatever the table, no hidden cell follows from the totals. */
static void test_hiding(void **state) {
  uint64_t seed = 7;
  (void)state;
  for (int round = 0; round < 300; round++) {
    double n[30];
    unsigned char hidden[30] = {0};
    size_t rows = 2 + (size_t)round % 4, columns = 2 + (size_t)round / 4 % 5;
    for (size_t i = 0; i < rows * columns; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      n[i] = (double)(seed >> 33) / 2147483648.0 * 30;
      n[i] = floor(n[i]);
    }
    stat_hide(n, rows, columns, 5, hidden);
    for (size_t i = 0; i < rows * columns; i++)
      assert_false(n[i] < 5 && !hidden[i]);
    /* Safe means that another table has the same totals: a way of hidden cells from the cell's row back to its column
     * without it. Every such cell shares a circle, so taking away in turn each line's only remaining hidden cell must
     * take nothing. */
    for (size_t line = 0; line < rows + columns; line++) {
      size_t count = 0;
      for (size_t i = 0; i < rows * columns; i++)
        count += hidden[i] && (line < rows ? i / columns == line : i % columns == line - rows) ? 1 : 0;
      if (count == 1)
        fail_msg("a cell of a %zux%zu table follows from line %zu", rows, columns, line);
    }
    for (size_t i = 0; i < rows * columns; i++)
      if (hidden[i] && !circle(hidden, rows, columns, i))
        fail_msg("cell %zu of a %zux%zu table can be recovered", i, rows, columns);
  }
}

/* --- an attacker with every total and every shown cell --- */

enum { ATTACK_CELLS = 12 };
struct attack {
  size_t rows, columns;
  const unsigned char *hidden;
  double row[4], column[6]; /* what the hidden cells of a line add up to */
  double x[ATTACK_CELLS], least[ATTACK_CELLS], most[ATTACK_CELLS];
};

/* All tables of whole numbers that fit, one cell after the other. */
static void try_all(struct attack *a, size_t at) {
  size_t r = at / a->columns, c = at % a->columns, cells = a->rows * a->columns;
  if (at == cells) {
    for (size_t i = 0; i < a->columns; i++)
      if (a->column[i] > 0)
        return;
    for (size_t i = 0; i < cells; i++) {
      a->least[i] = fmin(a->least[i], a->x[i]);
      a->most[i] = fmax(a->most[i], a->x[i]);
    }
    return;
  }
  double most = a->hidden[at] ? fmin(a->row[r], a->column[c]) : 0;
  bool last = c + 1 == a->columns;
  for (double v = 0; v <= most; v++) {
    if ((last && v < a->row[r]) || (r + 1 == a->rows && v < a->column[c]))
      continue;
    a->x[at] = v;
    a->row[r] -= v;
    a->column[c] -= v;
    if (!last || a->row[r] <= 0)
      try_all(a, at + 1);
    a->row[r] += v;
    a->column[c] += v;
  }
}

static void bound_cells(struct attack *a, const double *n, const unsigned char *hidden, size_t rows, size_t columns) {
  *a = (struct attack){.rows = rows, .columns = columns, .hidden = hidden};
  for (size_t i = 0; i < rows * columns; i++) {
    a->least[i] = (double)INFINITY;
    a->most[i] = -1;
    a->row[i / columns] += hidden[i] ? n[i] : 0;
    a->column[i % columns] += hidden[i] ? n[i] : 0;
  }
  try_all(a, 0);
}

/* What the header promises: values at least the threshold apart. Returns how many cells were kept from the attacker. */
static size_t attacked(const double *n, size_t rows, size_t columns) {
  unsigned char hidden[ATTACK_CELLS] = {0};
  struct attack a;
  size_t kept = 0;
  if (!stat_hide(n, rows, columns, 5, hidden))
    return 0;
  bound_cells(&a, n, hidden, rows, columns);
  for (size_t i = 0; i < rows * columns; i++) {
    if (!hidden[i])
      continue;
    assert_true(a.least[i] <= n[i] && n[i] <= a.most[i]);
    if (n[i] > 0 && a.most[i] - a.least[i] < 5)
      fail_msg("a hidden %g of a %zux%zu table lies between %g and %g", n[i], rows, columns, a.least[i], a.most[i]);
    kept++;
  }
  return kept;
}

/* Every way in which four hidden people can have answered, against what the rule says of it. */
static void test_sums_of_the_shown_tell_no_hidden_mean(void **state) {
  const unsigned char hidden[] = {1, 0, 2};
  (void)state;
  for (int split = 1; split < 4; split++)
    for (int total = 4; total <= 20; total++) {
      double least = 99, most = 0;
      for (int way = 0; way < 625; way++) {
        int a[4], sum = 0, first = 0;
        for (int k = 0, x = way; k < 4; k++, x /= 5) {
          a[k] = 1 + x % 5;
          sum += a[k];
          first += k < split ? a[k] : 0;
        }
        if (sum != total)
          continue;
        least = fmin(least, first);
        most = fmax(most, first);
      }
      const double n[] = {split, 9, 4 - split}, sums[] = {least, 30, total - least};
      bool told = (most - least) / split < 2; /* the other is hidden with it, and no secret itself */
      assert_int_equal(stat_sums_tell(n, sums, hidden, 3, 1, 5, 2), told);
    }
  /* Nobody hidden, and a hidden cell of nobody: nothing to tell. */
  const double n[] = {0, 9, 0}, sums[] = {0, 45, 0};
  assert_false(stat_sums_tell(n, sums, hidden, 3, 1, 5, 2));
}

/*
 * Group disclosure, attacked by enumeration: every way in which three groups of 0 to 7 can have answered (with 1, 4 or
 * 5). Whoever takes what is published, and knows besides how many of each group answered, tries all the ways that give
 * it: of no group may they all say that it, or all of it but one, answered the same end.
 */
enum { GROUPS = 3, MOST = 7, WAYS = 120, SUMS = 5 * MOST * GROUPS + 1, MASKS = 1 << GROUPS };
struct way {
  int n, sum, low, high;
};
/* [mask of hidden groups][how many of each][sum of the hidden]: of each group, bit 0: it may not be of one mind at the
 * top, bit 1: nor at the bottom. */
static unsigned char might[MASKS][MOST + 1][MOST + 1][MOST + 1][SUMS][GROUPS];

static size_t all_ways(struct way *way) {
  size_t count = 0;
  for (int n = 0; n <= MOST; n++)
    for (int one = 0; one <= n; one++)
      for (int four = 0; one + four <= n; four++)
        way[count++] = (struct way){n, one + 4 * four + 5 * (n - one - four), one, n - one - four};
  return count;
}

static unsigned char (*reading(unsigned mask, const struct way *const *g))[GROUPS] {
  int sum = 0;
  for (unsigned i = 0; i < GROUPS; i++)
    sum += mask >> i & 1 ? g[i]->sum : 0;
  return &might[mask][g[0]->n][g[1]->n][g[2]->n][sum];
}

static void try_readings(const struct way *const *g) {
  for (unsigned mask = 1; mask < MASKS; mask++)
    for (unsigned i = 0; i < GROUPS; i++)
      (*reading(mask, g))[i] |= (unsigned char)((g[i]->high < g[i]->n - 1) + 2 * (g[i]->low < g[i]->n - 1));
}

/* The groups that are hidden; 0 also when the total is, for then nothing is published. */
static unsigned hidden_of(const struct way *const *g) {
  double n[GROUPS], sum[GROUPS], low[GROUPS], high[GROUPS];
  unsigned char hidden[GROUPS], scratch[GROUPS];
  unsigned mask = 0;
  for (size_t i = 0; i < GROUPS; i++)
    n[i] = g[i]->n, sum[i] = g[i]->sum, low[i] = g[i]->low, high[i] = g[i]->high;
  const struct stat_answers a = {n, sum, low, high, GROUPS, 1, hidden, scratch};
  if (!stat_hide_answers(&a, 5))
    return 0;
  for (size_t i = 0; i < GROUPS; i++) {
    mask |= hidden[i] ? 1u << i : 0;
    assert_false(!hidden[i] && (n[i] < 5 || high[i] >= n[i] - 1 || low[i] >= n[i] - 1));
  }
  return mask;
}

static void test_no_publication_tells_a_groups_one_mind(void **state) {
  struct way way[WAYS];
  size_t ways = all_ways(way), worlds = ways * ways * ways, hiding = 0, told = 0;
  (void)state;
  assert_int_equal(ways, WAYS);
  for (size_t i = 0; i < worlds; i++)
    try_readings((const struct way *const[]){&way[i % ways], &way[i / ways % ways], &way[i / ways / ways]});
  for (size_t i = 0; i < worlds; i++) {
    const struct way *g[] = {&way[i % ways], &way[i / ways % ways], &way[i / ways / ways]};
    unsigned mask = hidden_of(g);
    hiding += mask && mask != MASKS - 1;
    for (unsigned k = 0; k < GROUPS; k++)
      told += (mask >> k & 1) && g[k]->n > 1 && (*reading(mask, g))[k] != 3;
  }
  assert_true(hiding > worlds / 10);
  assert_int_equal(told, 0);
}

static void test_no_hidden_cell_is_bounded_tighter_than_said(void **state) {
  /* Six hidden cells on one circle: every line's hidden sum is large enough, and yet the totals leave 0 to 2 for the
   * first. */
  static const double ring[] = {1, 4, 20, 20, 4, 1, 4, 20, 4};
  static const unsigned char circle_only[] = {1, 1, 0, 0, 1, 1, 1, 0, 1};
  uint64_t seed = 11;
  size_t kept = 0;
  struct attack a;
  (void)state;
  bound_cells(&a, ring, circle_only, 3, 3);
  assert_true(a.least[0] == 0 && a.most[0] == 2);
  (void)attacked(ring, 3, 3);
  for (int round = 0; round < 160; round++) {
    double n[ATTACK_CELLS];
    size_t rows = 2 + (size_t)round % 2, columns = rows == 3 ? 3 : 2 + (size_t)round / 2 % 4;
    for (size_t i = 0; i < rows * columns; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      n[i] = (double)((seed >> 33) % 7);
      n[i] = (seed >> 60) < 6 ? n[i] + 7 : n[i];
    }
    kept += attacked(n, rows, columns);
  }
  assert_true(kept > 150);
}

static double reference(const char *test, const char *name, vg_jv main, const char *main_name, int *found) {
  vg_jv of = strcmp(test, main_name) == 0 ? main : vg_jv_at(main, test);
  double d = (double)NAN;
  *found = vg_jv_f64(vg_jv_at(of, name), &d);
  return d;
}

static const char *shared(void) {
  static const char *const places[] = {"../shared/data/evaluation", "../../shared/data/evaluation",
                                       "../../../shared/data/evaluation"};
  const char *source = getenv("SOURCE");
  static char path[512];
  if (source) {
    for (size_t i = 0; i < VG_COUNT(places); i++) {
      snprintf(path, sizeof path, "%s/%s/expected.csv", source, places[i]);
      if (access(path, R_OK) == 0) {
        path[strlen(path) - strlen("/expected.csv")] = 0;
        return path;
      }
    }
  }
  for (size_t i = 0; i < VG_COUNT(places); i++) {
    snprintf(path, sizeof path, "%s/expected.csv", places[i]);
    if (access(path, R_OK) == 0)
      return places[i];
  }
  return NULL;
}

static void read_file(const char *folder, const char *name, struct vg_buf *text) {
  char path[600];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  vg_buf_reset(text);
  OK(vg_file_read(path, text, &err));
}

/* Which statistic answers a reference test, and on which input. */
static const struct {
  const char *begins, *main_name, *statistic, *file, *csv;
} sources[] = {
    {"alpha", "alpha", "alpha", "02_alpha_input.csv", NULL},
    {"icc", "icc", "icc", "03_icc_input.csv", NULL},
    {"kripp", "-", "krippendorff", "04_krippendorff_input.csv", NULL},
    {"kendall_w", "kendall_w", "kendall-w", "05_kendallw_input.csv", NULL},
    {"mcnemar", "mcnemar_adoption", "mcnemar", "06_mcnemar_input.csv", NULL},
    {"gap", "gap", "gap", "07_gap_input.csv", NULL},
    {"did", "-", "did", "11_did_input.csv", NULL},
    {"stratified", "stratified", "strata", "13_strata_input.csv", NULL},
    {"km", "km", "kaplan-meier", "14_km_input.csv", NULL},
    {"prop", "-", "proportion", NULL, "x,n\n0,10\n7,34\n18,40\n40,40\n"},
    {"newcombe", "newcombe_clic_52_180_vs_31_176", "proportion", NULL, "x,n\n52,180\n31,176\n"},
    {"rate_ratio_184", "rate_ratio_184_41.2_vs_203_58.6", "rate-ratio", NULL, "x,t\n184,41.2\n203,58.6\n"},
    {"rate_ratio_3_", "rate_ratio_3_5_vs_11_9", "rate-ratio", NULL, "x,t\n3,5\n11,9\n"},
    {"poisson_exposure_per_arm_0.08_0.12", "poisson_exposure_per_arm_0.08_0.12", "rate-ratio", NULL,
     "rate\n0.08\n0.12\n"},
    {"poisson_exposure_per_arm_0.08_0.1", "poisson_exposure_per_arm_0.08_0.1", "rate-ratio", NULL, "rate\n0.08\n0.1\n"},
};

static void one_reference(const char *folder, const char *test, const char *name, double want, struct vg_buf *text) {
  for (size_t i = 0; i < VG_COUNT(sources); i++) {
    int found;
    if (strncmp(test, sources[i].begins, strlen(sources[i].begins)) != 0)
      continue;
    if (sources[i].file)
      read_file(folder, sources[i].file, text);
    vg_jv main = compute(sources[i].statistic, sources[i].file ? vg_buf_view(text) : vg_str_z(sources[i].csv), "");
    double got = reference(test, name, main, sources[i].main_name, &found);
    if (!found)
      fail_msg("%s has no %s", test, name);
    char what[200];
    snprintf(what, sizeof what, "%s %s", test, name);
    near(got, want, what);
    return;
  }
  fail_msg("nothing computes %s", test);
}

static void test_reference(void **state) {
  const char *folder = shared();
  struct vg_buf list, text;
  struct vg_csv c;
  bool more;
  int count = 0;
  (void)state;
  if (!folder) {
    print_message("no ../shared/data/evaluation here\n");
    skip();
  }
  vg_buf_init(&list, 1 << 20);
  vg_buf_init(&text, 1 << 20);
  read_file(folder, "expected.csv", &list);
  vg_csv_init(&c, vg_buf_view(&list), ',');
  OK(vg_csv_next(&c, &more, &err));
  for (;;) {
    char test[120], name[80];
    double want;
    OK(vg_csv_next(&c, &more, &err));
    if (!more)
      break;
    vg_str_copy(test, sizeof test, c.field[0]);
    vg_str_copy(name, sizeof name, c.field[1]);
    assert_true(vg_str_f64(c.field[2], &want));
    one_reference(folder, test, name, want, &text);
    count++;
  }
  assert_int_equal(count, 177);
  print_message("%d reference values\n", count);
  vg_csv_fini(&c);
  vg_buf_fini(&list);
  vg_buf_fini(&text);
}

static double quantile(const char *fn, double p, double a, double b) {
  if (strcmp(fn, "qnorm") == 0)
    return stat_qnorm(p);
  if (strcmp(fn, "pnorm") == 0)
    return stat_pnorm(p);
  if (strcmp(fn, "qt") == 0)
    return stat_qt(p, a);
  if (strcmp(fn, "pt") == 0)
    return stat_pt(p, a);
  if (strcmp(fn, "qf") == 0)
    return stat_qf(p, a, b);
  if (strcmp(fn, "pf") == 0)
    return stat_pf(p, a, b, false);
  if (strcmp(fn, "qchisq") == 0)
    return stat_qchisq(p, a);
  if (strcmp(fn, "pchisq") == 0)
    return stat_pchisq(p, a, false);
  if (strcmp(fn, "qbeta") == 0)
    return stat_qbeta(p, a, b);
  if (strcmp(fn, "pbeta") == 0)
    return stat_pbeta(p, a, b);
  fail_msg("unknown function %s", fn);
  return (double)NAN;
}

static void test_reference_distributions(void **state) {
  const char *folder = shared();
  struct vg_buf text;
  struct vg_csv c;
  bool more;
  int count = 0;
  (void)state;
  if (!folder) {
    print_message("no ../shared/data/evaluation here\n");
    skip();
  }
  vg_buf_init(&text, 1 << 20);
  read_file(folder, "01_distributions.csv", &text);
  vg_csv_init(&c, vg_buf_view(&text), ',');
  OK(vg_csv_next(&c, &more, &err));
  for (;;) {
    double v[4] = {0};
    char fn[16];
    OK(vg_csv_next(&c, &more, &err));
    if (!more)
      break;
    vg_str_copy(fn, sizeof fn, c.field[0]);
    for (size_t i = 0; i < 4; i++)
      if (!vg_str_eqz(c.field[i + 1], "NA"))
        assert_true(vg_str_f64(c.field[i + 1], &v[i]));
    near(quantile(fn, v[0], v[1], v[2]), v[3], fn);
    count++;
  }
  assert_int_equal(count, 336);
  vg_csv_fini(&c);
  vg_buf_fini(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_distributions),
      cmocka_unit_test(test_own_cases),
      cmocka_unit_test(test_bad_input),
      cmocka_unit_test(test_hiding),
      cmocka_unit_test(test_no_hidden_cell_is_bounded_tighter_than_said),
      cmocka_unit_test(test_no_publication_tells_a_groups_one_mind),
      cmocka_unit_test(test_sums_of_the_shown_tell_no_hidden_mean),
      cmocka_unit_test(test_reference),
      cmocka_unit_test(test_reference_distributions),
  };
  return cmocka_run_group_tests(tests, begin, end);
}

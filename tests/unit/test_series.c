/*
 * Early warning on counts: every row of a reference made another way (tests/data/anticipate/make.py), every row of R
 * surveillance's tables when they lie beside the project, bad series, and results that rest on the past alone.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "anticipate/anticipate.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/table.h"

static struct vg_err err;
#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    vg_err_clear(&err);                                                                                                \
    if ((call) != VG_OK)                                                                                               \
      fail_msg("%s: %s %s %s", #call, err.cause[0].msg, err.cause[0].arg[0], err.cause[0].arg[1]);                     \
  } while (0)

static const char *source(void) { return getenv("SOURCE") ? getenv("SOURCE") : "."; }

static void read_file(const char *dir, const char *name, struct vg_buf *out) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  vg_buf_init(out, 64u << 20);
  OK(vg_file_read(path, out, &err));
}

/* The results of one scan by series and time. */
struct results {
  struct anticipate_result row[40000];
  size_t n;
  struct vg_table *at;
};
static struct results got;

static vg_code keep(void *ctx, const struct anticipate_series *s, size_t t, const struct anticipate_result *r,
                    struct vg_err *e) {
  char key[256];
  (void)ctx;
  int n = snprintf(key, sizeof key, "%.*s|%.*s", (int)s->name.n, s->name.p, (int)s->time[t].n, s->time[t].p);
  assert_true(got.n < VG_COUNT(got.row));
  got.row[got.n] = *r;
  return vg_table_put(got.at, vg_str_n(key, (size_t)n), got.n++, e);
}

static void scan(const struct anticipate_data *d, const char *method, const char *params, const char *from) {
  const struct anticipate_method *m = anticipate_method_by_name(vg_str_z(method));
  struct anticipate_params q;
  int64_t when = INT64_MIN;
  assert_non_null(m);
  anticipate_params_default(m, &q);
  OK(anticipate_params_set(&q, vg_str_z(params), &err));
  if (from)
    assert_true(anticipate_when(vg_str_z(from), &when));
  vg_table_free(got.at);
  got.at = NULL;
  got.n = 0;
  OK(vg_table_new(&got.at, VG_COUNT(got.row), &err));
  OK(anticipate_scan_series(d, m, &q, when, INT64_MAX, keep, NULL, &err));
}

static const struct anticipate_result *at(vg_str series, vg_str time) {
  char key[256];
  uint64_t i;
  int n = snprintf(key, sizeof key, "%.*s|%.*s", (int)series.n, series.p, (int)time.n, time.p);
  if (!vg_table_get(got.at, vg_str_n(key, (size_t)n), &i))
    fail_msg("no result for %s", key);
  return &got.row[i];
}

/* "-": not compared; "", "NA", "NaN": there is none. */
static bool near(double have, vg_str text) {
  double want;
  if (vg_str_eqz(text, "-"))
    return true;
  if (!text.n || vg_str_eqz(text, "NA") || vg_str_eqz(text, "NaN"))
    return isnan(have);
  assert_true(vg_str_f64(text, &want));
  return fabs(have - want) <= 1e-6 * fabs(want) + 1e-300;
}

#define NEAR(have, text, what)                                                                                         \
  do {                                                                                                                 \
    if (!near((have), (text)))                                                                                         \
      fail_msg("line %lld, %s: %.12g, reference %.*s", (long long)c.line, (what), (have), (int)(text).n, (text).p);    \
  } while (0)

static void test_own_reference(void **state) {
  struct vg_buf counts, expected;
  struct vg_arena *arena;
  struct anticipate_data d;
  struct vg_csv c;
  char dir[4096], now[600] = "", method[64], params[512];
  bool more = true;
  int rows = 0;
  (void)state;
  snprintf(dir, sizeof dir, "%s/tests/data/anticipate", source());
  read_file(dir, "counts.csv", &counts);
  read_file(dir, "expected.csv", &expected);
  OK(vg_arena_new(&arena, 64u << 20, &err));
  OK(anticipate_series_read(arena, vg_buf_view(&counts), "counts.csv", &d, &err));
  vg_csv_init(&c, vg_buf_view(&expected), ',');
  OK(vg_csv_next(&c, &more, &err));
  /* the file goes series by series: all methods of one before the next */
  for (;; rows++) {
    char one[600];
    OK(vg_csv_next(&c, &more, &err));
    if (!more)
      break;
    vg_str_copy(method, sizeof method, c.field[1]);
    vg_str_copy(params, sizeof params, c.field[2]);
    snprintf(one, sizeof one, "%s %s", method, params);
    if (strcmp(one, now) != 0)
      scan(&d, method, params, NULL);
    vg_str_copy(now, sizeof now, vg_str_z(one));
    const struct anticipate_result *r = at(c.field[0], c.field[3]);
    NEAR(r->expected, c.field[4], "expected");
    NEAR(r->threshold, c.field[5], "threshold");
    NEAR(r->phi, c.field[6], "phi");
    NEAR(r->p, c.field[7], "p");
    assert_int_equal(r->alarm, vg_str_eqz(c.field[8], "1"));
  }
  assert_int_equal(rows, 3710);
  vg_csv_fini(&c);
  vg_arena_free(arena);
  vg_buf_fini(&counts);
  vg_buf_fini(&expected);
}

/* One table of R's: the rows whose column `column` says `value` (and `column2` `value2`) against one scan. */
struct peer {
  const char *file, *column, *value, *column2, *value2, *method, *params, *from;
  const char *expected, *threshold, *phi, *p, *alarm; /* columns, NULL: not there */
};

static size_t compare(const struct anticipate_data *d, const char *dir, const struct peer *peer) {
  struct vg_buf table;
  struct vg_csv c;
  bool more = true;
  size_t rows = 0;
  read_file(dir, peer->file, &table);
  vg_csv_init(&c, vg_buf_view(&table), ',');
  OK(vg_csv_next(&c, &more, &err));
  size_t series = vg_csv_column(&c, "series"), t = vg_csv_column(&c, "t"),
         by = vg_csv_column(&c, peer->column ? peer->column : ""),
         by2 = vg_csv_column(&c, peer->column2 ? peer->column2 : ""),
         e = vg_csv_column(&c, peer->expected ? peer->expected : ""),
         u = vg_csv_column(&c, peer->threshold ? peer->threshold : ""),
         f = vg_csv_column(&c, peer->phi ? peer->phi : ""), p = vg_csv_column(&c, peer->p),
         a = vg_csv_column(&c, peer->alarm ? peer->alarm : "");
  scan(d, peer->method, peer->params, peer->from);
  for (;;) {
    OK(vg_csv_next(&c, &more, &err));
    if (!more)
      break;
    if ((peer->column && !vg_str_eqz(vg_csv_field(&c, by), peer->value)) ||
        (peer->column2 && !vg_str_eqz(vg_csv_field(&c, by2), peer->value2)) || vg_str_eqz(vg_csv_field(&c, p), "NA"))
      continue;
    const struct anticipate_result *r = at(vg_csv_field(&c, series), vg_csv_field(&c, t));
    if (peer->expected)
      NEAR(r->expected, vg_csv_field(&c, e), "expected");
    if (peer->threshold)
      NEAR(r->threshold, vg_csv_field(&c, u), "threshold");
    if (peer->phi)
      NEAR(r->phi, vg_csv_field(&c, f), "phi");
    if (p != SIZE_MAX)
      NEAR(r->p, vg_csv_field(&c, p), "p");
    if (peer->alarm)
      assert_int_equal(r->alarm, vg_str_eqz(vg_csv_field(&c, a), "1"));
    rows++;
  }
  vg_csv_fini(&c);
  vg_buf_fini(&table);
  return rows;
}

#define EARS(c, m, s)                                                                                                  \
  {                                                                                                                    \
    "ears.csv", "method", c, "minSigma", s, m, "alpha=0.001,baseline=7,min_sigma=" s, NULL, NULL, "upper", NULL,       \
        "none", "alarm"                                                                                                \
  }
#define FARRINGTON(cfg, more)                                                                                          \
  {                                                                                                                    \
    "farrington_flexible.csv", "cfg", cfg, NULL, NULL, "farrington-flexible",                                          \
        "b=2,w=3,past_excluded=26,trend_threshold=1," more, NULL, "expected", "upper", "phi", "pvalue", "alarm"        \
  }

static void test_tables_of_r(void **state) {
  static const struct peer peers[] = {
      EARS("C1", "ears-c1", "0"),
      EARS("C1", "ears-c1", "0.5"),
      EARS("C2", "ears-c2", "0"),
      EARS("C2", "ears-c2", "0.5"),
      EARS("C3", "ears-c3", "0"),
      EARS("C3", "ears-c3", "0.5"),
      FARRINGTON("A", "alpha=0.05,threshold_method=delta"),
      FARRINGTON("B", "alpha=0.001,threshold_method=nb-plugin"),
      FARRINGTON("C", "no_periods=10,alpha=0.001,threshold_method=nb-plugin"),
      {"others.csv", "method", "cusum_std", NULL, NULL, "cusum", "trans=standard", "112", NULL, "upper", NULL, "none",
       "alarm"},
      {"others.csv", "method", "cusum_rossi", NULL, NULL, "cusum", "trans=rossi", "112", NULL, "upper", NULL, "none",
       "alarm"},
      {"gp_nb26.csv", NULL, NULL, NULL, NULL, "gp", "", NULL, "gp_mean", NULL, NULL, "gp_p", NULL},
      {"gp_nb26.csv", NULL, NULL, NULL, NULL, "nb26", "", NULL, "nb26_mean", NULL, NULL, "nb26_p", NULL},
  };
  struct vg_buf counts, renamed;
  struct vg_arena *arena;
  struct anticipate_data d;
  char dir[4096], path[4200];
  size_t rows = 0;
  (void)state;
  if (getenv("VIGIE_SHARED"))
    snprintf(dir, sizeof dir, "%s/data/anticipate", getenv("VIGIE_SHARED"));
  else
    snprintf(dir, sizeof dir, "%s/../shared/data/anticipate", source());
  snprintf(path, sizeof path, "%s/weekly_counts.csv", dir);
  if (!vg_file_exists(path)) {
    print_message("skipped: R's tables are not beside the project (%s)\n", dir);
    skip();
  }
  read_file(dir, "weekly_counts.csv", &counts);
  /* the tables count weeks: the column of dates must not be taken */
  vg_buf_init(&renamed, 64u << 20);
  vg_buf_z(&renamed, "series,time,date_not_read,y");
  vg_buf_str(&renamed, vg_str_sub(vg_buf_view(&counts), vg_str_find_byte(vg_buf_view(&counts), '\n', 0), counts.n));
  OK(vg_arena_new(&arena, 64u << 20, &err));
  OK(anticipate_series_read(arena, vg_buf_view(&renamed), "weekly_counts.csv", &d, &err));
  snprintf(path, sizeof path, "%s/oracle", dir);
  for (size_t i = 0; i < VG_COUNT(peers); i++)
    rows += compare(&d, path, &peers[i]);
  assert_int_equal(rows, 80262 + 4860 + 2 * 1620 + 14196 + 11557);
  vg_arena_free(arena);
  vg_buf_fini(&renamed);
  vg_buf_fini(&counts);
}

static void test_bad_series(void **state) {
  static const struct {
    const char *text, *what;
  } bad[] = {
      {"", "anticipate.series.empty"},
      {"series,time,count\n", "anticipate.series.empty"},
      {"series,when,count\na,2020-01-06,1\n", "anticipate.series.columns"},
      {"series,time,howmany\na,2020-01-06,1\n", "anticipate.series.columns"},
      {"series,time,count\na,2020-01-06,-1\n", "anticipate.series.count"},
      {"series,time,count\na,2020-01-06,1.5\n", "anticipate.series.count"},
      {"series,time,count\na,2020-01-06,nan\n", "anticipate.series.count"},
      {"series,time,count\na,2020-01-06,\n", "anticipate.series.count"},
      {"series,time,count\na,06/01/2020,1\n", "anticipate.series.time"},
      {"series,time,count\na,2020-01-06,1\na,2020-01-06,1\n", "anticipate.series.twice"},
      {"series,time,count\na,2020-01-13,1\na,2020-01-06,1\n", "anticipate.series.back"},
      {"series,time,count\na,2020-01-06,1\na,2020-01-13,1\na,2020-01-27,1\n", "anticipate.series.gap"},
      {"series,time,count\n,2020-01-06,1\n", "anticipate.series.name"},
      {"series,time,count\na,-9223372036854775807,1\na,9223372036854775807,1\n", "anticipate.series.time"},
  };
  (void)state;
  for (size_t i = 0; i < VG_COUNT(bad); i++) {
    struct vg_arena *arena;
    struct anticipate_data d;
    OK(vg_arena_new(&arena, 1 << 20, &err));
    vg_err_clear(&err);
    assert_int_equal(anticipate_series_read(arena, vg_str_z(bad[i].text), "f.csv", &d, &err), VG_EDATA);
    assert_string_equal(err.cause[0].msg, bad[i].what);
    vg_arena_free(arena);
  }
}

static void test_params(void **state) {
  static const char *const bad[] = {
      "nothing=1", "alpha=2", "b=0", "threshold_method=x", "alpha", "w=1.5", "alpha=0.1,no_periods=100"};
  struct anticipate_params q;
  (void)state;
  assert_null(anticipate_method_by_name(VG_STR("ears-c4")));
  anticipate_params_default(anticipate_method_by_name(VG_STR("fisher")), &q);
  for (size_t i = 0; i < VG_COUNT(bad); i++)
    assert_int_equal(anticipate_params_set(&q, vg_str_z(bad[i]), NULL), VG_EUSAGE);
  OK(anticipate_params_set(&q, VG_STR(" alpha = 0.01 , min_count=2,"), &err));
  assert_int_equal(q.min_count, 2);
}

/* What comes later changes nothing before it: every method on a series, and on the same with a planted flood at its
 * end. */
static void test_no_look_ahead(void **state) {
  static const char *const methods[] = {"ears-c1", "ears-c2", "ears-c3", "farrington-flexible",
                                        "cusum",   "gp",      "nb26",    "fisher"};
  enum { WEEKS = 200, CUT = 170 };
  struct vg_buf text;
  static struct anticipate_result before[WEEKS];
  (void)state;
  for (size_t m = 0; m < VG_COUNT(methods); m++)
    for (int flood = 0; flood < 2; flood++) {
      struct vg_arena *arena;
      struct anticipate_data d;
      vg_buf_init(&text, 1 << 20);
      vg_buf_z(&text, "time,count\n");
      for (int t = 1; t <= WEEKS; t++)
        vg_buf_fmt(&text, "%d,%d\n", t, t > CUT && flood ? 100000 : (t * 7919 % 13 + (t % 31 == 0) * 20));
      OK(vg_arena_new(&arena, 4 << 20, &err));
      OK(anticipate_series_read(arena, vg_buf_view(&text), "f", &d, &err));
      scan(&d, methods[m], m == 3 ? "b=2" : "", NULL);
      for (size_t i = 0; i < got.n; i++) {
        vg_str key;
        uint64_t row;
        int64_t week = 0;
        vg_table_entry(got.at, i, &key, &row);
        assert_true(vg_str_i64(vg_str_sub(key, 4, key.n), &week));
        if (week > CUT)
          continue;
        if (flood)
          assert_true(memcmp(&before[i], &got.row[row], 4 * sizeof(double)) == 0 &&
                      before[i].alarm == got.row[row].alarm);
        else
          before[i] = got.row[row];
      }
      vg_arena_free(arena);
      vg_buf_fini(&text);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_own_reference), cmocka_unit_test(test_tables_of_r),   cmocka_unit_test(test_bad_series),
      cmocka_unit_test(test_params),        cmocka_unit_test(test_no_look_ahead),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  vg_table_free(got.at);
  return failed;
}

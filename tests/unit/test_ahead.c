/* What comes next, from files alone: replay of events, next techniques, forecasts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anticipate/anticipate.h"
#include "base/file.h"

static struct vg_err err;
#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    vg_err_clear(&err);                                                                                                \
    if ((call) != VG_OK)                                                                                               \
      fail_msg("%s: %s %s %s", #call, err.cause[0].msg, err.cause[0].arg[0], err.cause[0].arg[1]);                     \
  } while (0)

#define EVENT(id, known, kind, objects, more)                                                                          \
  "{\"id\":\"" id "\",\"known_date\":\"" known "\",\"kind\":\"" kind "\",\"objects\":[" objects "]" more "}\n"
/* A patch, a scanner, a leaked exploit, counts that grow, known six days late. */
#define STORY                                                                                                          \
  EVENT("a", "2020-03-10", "patch", "\"BUL-1\",\"VUL-1\"", "")                                                         \
  EVENT("b", "2020-03-20", "scanner_release", "\"BUL-1\"", "")                                                         \
  EVENT("f", "2020-04", "infection_count", "\"Implant\"", ",\"value\":400000,\"unit\":\"hosts\"")                      \
  EVENT("c", "2020-04-02", "exploit_leak", "\"Tool\",\"Implant\",\"BUL-1\"", "")                                       \
  EVENT("d", "2020-04-12", "infection_count", "\"Implant\"",                                                           \
        ",\"event_date\":\"2020-04-06\",\"value\":20000,\"unit\":\"hosts\"")                                           \
  EVENT("e", "2020-04-12", "infection_count", "\"Implant\"",                                                           \
        ",\"event_date\":\"2020-04-09\",\"value\":50000,\"unit\":\"hosts\"")

/* Every warning as a line of text. */
static vg_code tell(void *ctx, const struct anticipate_replayed *w, struct vg_err *e) {
  struct vg_buf *out = ctx;
  vg_buf_fmt(out, "%.*s %s %.2f", (int)w->time.n, w->time.p, anticipate_level_name(w->level), w->score);
  for (size_t i = 0; i < w->n; i++)
    vg_buf_fmt(out, " %.*s", (int)w->because[i].n, w->because[i].p);
  vg_buf_byte(out, '\n');
  return vg_buf_check(out, e);
}

static void replay(const char *text, vg_time to, struct vg_buf *out) {
  vg_buf_init(out, 1 << 20);
  OK(anticipate_replay(vg_str_z(text), "events", to, tell, out, &err));
}

static void test_replay(void **state) {
  struct vg_buf out;
  (void)state;
  replay(STORY, VG_NOTIME, &out);
  /* the alert waits for what was known, not for what had happened; the count of "2020-04" is not known before May */
  assert_string_equal(vg_buf_text(&out), "2020-04-02 vigilance 3.00 a b c\n2020-04-12 alert 6.25 a b c d e\n");
  vg_buf_fini(&out);
}

static void test_future_is_not_seen(void **state) {
  struct vg_buf with, without;
  vg_time to;
  (void)state;
  assert_true(vg_time_parse(VG_STR("2020-04-20"), &to));
  replay(STORY, to, &without);
  /* planted: happened long ago, known later; about the same objects, and tying others to them */
  replay(EVENT("0", "2020-06-01", "outbreak", "\"BUL-1\",\"Tool\",\"Other\"", ",\"event_date\":\"2020-03-01\"")
             STORY EVENT("z", "2020-04-21", "infection_count", "\"BUL-1\"",
                         ",\"event_date\":\"2020-03-11\",\"value\":900000,\"unit\":\"hosts\""),
         to, &with);
  assert_string_equal(vg_buf_text(&with), vg_buf_text(&without));
  assert_true(without.n > 0);
  vg_buf_fini(&with);
  /* and without an end: what was told before the planted rows is the same to the byte */
  replay(STORY EVENT("z", "2020-09-21", "outbreak", "\"BUL-1\"", ",\"event_date\":\"2020-03-11\""), VG_NOTIME, &with);
  assert_memory_equal(vg_buf_text(&with), vg_buf_text(&without), without.n);
  vg_buf_fini(&with);
  vg_buf_fini(&without);
}

/* Each object's name turned round: the same dates, scores and events. */
static void rename_objects(const char *text, struct vg_buf *out) {
  vg_buf_init(out, 1 << 20);
  for (const char *at = text; *at;) {
    const char *list = strstr(at, "\"objects\":");
    const char *open = list ? strchr(list, '[') : NULL;
    if (!open) {
      vg_buf_z(out, at);
      break;
    }
    const char *close = strchr(open, ']');
    vg_buf_add(out, at, (size_t)(open - at));
    for (const char *p = open; p < close; p++)
      vg_buf_byte(out, (unsigned)(*p >= 'a' && *p <= 'z'   ? 'z' - (*p - 'a')
                                  : *p >= 'A' && *p <= 'Z' ? 'Z' - (*p - 'A')
                                                           : *p));
    at = close;
  }
}

static void test_names_do_not_matter(void **state) {
  struct vg_buf renamed, a, b;
  (void)state;
  rename_objects(STORY, &renamed);
  assert_null(strstr(vg_buf_text(&renamed), "Implant"));
  replay(STORY, VG_NOTIME, &a);
  replay(vg_buf_text(&renamed), VG_NOTIME, &b);
  assert_string_equal(vg_buf_text(&a), vg_buf_text(&b));
  vg_buf_fini(&a);
  vg_buf_fini(&b);
  vg_buf_fini(&renamed);
}

/*
 * A hundred and twenty vulnerabilities in three years that came to nothing: patched, many scanned for, one in three
 * with a public exploit, talked about, one in ten seen once in some malware; all of one vendor, many in one tool.
 */
static void test_controls(void **state) {
  struct vg_buf text, out;
  (void)state;
  vg_buf_init(&text, 1 << 20);
  for (int i = 0; i < 120; i++) {
    static const char *const kind[] = {"patch",           "scanner_release",   "exploit_public",
                                       "tooling_update",  "intel_publication", "detection_rule",
                                       "malware_sighting"};
    static const int every[] = {1, 2, 3, 4, 3, 5, 10};
    for (int k = 0; k < 7; k++) {
      char day[VG_TIME_TEXT];
      if (i % every[k])
        continue;
      vg_time t = (vg_days_from_civil(2018, 1, 1) + i * 9 + k * 11) * VG_DAY;
      vg_buf_fmt(&text, "{\"id\":\"c%d-%d\",\"known_date\":\"%.10s\",\"kind\":\"%s\",\"objects\":[\"VUL-%d\"%s]}\n", i,
                 k, vg_time_text(day, t, false), kind[k], i, k == 0 || k == 2 ? ",\"Vendor\",\"Tool\"" : "");
    }
    if (i % 6 == 0)
      vg_buf_fmt(
          &text,
          "{\"id\":\"n%d\",\"known_date\":\"2019-06-01\",\"kind\":\"infection_count\",\"objects\":[\"VUL-%d\"],\"value\":40,\"unit\":\"hosts\"}\n",
          i, i);
  }
  replay(vg_buf_text(&text), VG_NOTIME, &out);
  int alerts = 0;
  for (const char *p = vg_buf_text(&out); (p = strstr(p, " alert ")); p++)
    alerts++;
  assert_true(alerts <= 6); /* two a year */
  vg_buf_fini(&text);
  vg_buf_fini(&out);
}

static void test_bad_events(void **state) {
  static const char *const bad[] = {
      "{\"id\":\"a\"\n",
      "{\"known_date\":\"2020-01-01\",\"kind\":\"patch\",\"objects\":[\"x\"]}\n",
      EVENT("a", "soon", "patch", "\"x\"", ""),
      EVENT("a", "2020-13", "patch", "\"x\"", ""),
      EVENT("a", "9999", "patch", "\"x\"", ""),
      EVENT("a", "2020-01-01", "patch", "", ""),
      EVENT("a", "2020-01-01", "patch", "7", ""),
      "{\"id\":\"a\",\"kind\":\"patch\",\"objects\":[\"x\"],\"event_date\":\"2020-01-01\"}\n"};
  struct vg_buf out;
  (void)state;
  vg_buf_init(&out, 1 << 16);
  for (size_t i = 0; i < VG_COUNT(bad); i++) {
    vg_err_clear(&err);
    assert_int_equal(anticipate_replay(vg_str_z(bad[i]), "e", VG_NOTIME, tell, &out, &err), VG_EDATA);
    assert_string_equal(err.cause[err.n - 1].msg, "anticipate.event.line");
  }
  vg_buf_fini(&out);
}

/* The stream of 2017, when it lies beside the project. */
static void test_spring_2017(void **state) {
  char path[4096];
  struct vg_buf text, out;
  (void)state;
  if (getenv("VIGIE_SHARED"))
    snprintf(path, sizeof path, "%s/data/anticipate/events_2017_wannacry.jsonl", getenv("VIGIE_SHARED"));
  else
    snprintf(path, sizeof path, "%s/../shared/data/anticipate/events_2017_wannacry.jsonl",
             getenv("SOURCE") ? getenv("SOURCE") : ".");
  if (!vg_file_exists(path)) {
    print_message("skipped: the events of 2017 are not beside the project (%s)\n", path);
    skip();
  }
  vg_buf_init(&text, 1 << 20);
  OK(vg_file_read(path, &text, &err));
  replay(vg_buf_text(&text), VG_NOTIME, &out);
  assert_non_null(strstr(vg_buf_text(&out), "2017-04-24 alert"));
  assert_null(strstr(vg_buf_text(&out), "2017-05-12"));
  vg_buf_fini(&text);
  vg_buf_fini(&out);
}

static vg_code first_two(void *ctx, vg_str id, const struct anticipate_next *next, size_t n, struct vg_err *e) {
  struct vg_buf *out = ctx;
  vg_buf_str(out, id);
  for (size_t i = 0; i < n && i < 2; i++)
    vg_buf_fmt(out, " %.*s<%.*s %.6f", (int)next[i].technique.n, next[i].technique.p,
               (int)next[i].because[0].technique.n,
               next[i].because[0].technique.p ? next[i].because[0].technique.p : "", next[i].score);
  return vg_buf_check(out, e);
}

/* Two techniques, each in 4 reports, 3 of them together: with lambda 2, G = [[6 3][3 6]] and b = 3/6. */
static void test_techniques(void **state) {
  static const char train[] =
      "{\"id\":1,\"techniques\":[\"T1\",\"T2\"]}\n{\"id\":2,\"techniques\":[\"T1\",\"T2\",\"T1\"]}\n"
      "{\"id\":3,\"techniques\":[\"T2\",\"T1\"]}\n{\"id\":4,\"techniques\":[\"T1\"]}\n{\"id\":\"5\",\"techniques\":[\"T2\"]}\n";
  struct anticipate_techniques *t;
  struct vg_buf out;
  (void)state;
  vg_buf_init(&out, 1 << 16);
  OK(anticipate_techniques_learn(&t, vg_str_z(train), "train", 2, &err));
  OK(anticipate_techniques_next(t, VG_STR("{\"id\":9,\"techniques\":[\"T1\",\"T777\"]}\n"), "given", first_two, &out,
                                &err));
  assert_string_equal(vg_buf_text(&out), "9 T2<T1 0.500000");
  assert_int_equal(anticipate_techniques_next(t, VG_STR("{\"id\":9}\n"), "given", first_two, &out, NULL), VG_EDATA);
  anticipate_techniques_free(t);
  assert_int_equal(anticipate_techniques_learn(&t, VG_STR("\n"), "train", 2, NULL), VG_EDATA);
  assert_null(t);
  vg_buf_fini(&out);
}

static void test_forecast(void **state) {
  enum { N = 120, H = 4 };
  double y[N], a[H][ANTICIPATE_LEVELS], b[H][ANTICIPATE_LEVELS];
  int inside = 0, all = 0;
  (void)state;
  for (int i = 0; i < N; i++)
    y[i] = 10 + (i * 7919 % 9) - 4;
  assert_int_equal(anticipate_forecast(y, 29, H, a, NULL), VG_EDATA);
  for (size_t n = 60; n + H < N; n++) {
    OK(anticipate_forecast(y, n, H, a, &err));
    double kept = y[n];
    y[n] = 1e6; /* the future does not matter */
    OK(anticipate_forecast(y, n, H, b, &err));
    y[n] = kept;
    assert_memory_equal(a, b, sizeof a);
    for (int h = 0; h < H; h++) {
      for (int i = 1; i < ANTICIPATE_LEVELS; i++)
        assert_true(a[h][i] >= a[h][i - 1] && a[h][i - 1] >= 0);
      inside += y[n + (size_t)h] >= a[h][1] && y[n + (size_t)h] <= a[h][21];
      all++;
    }
  }
  assert_true(inside >= all * 9 / 10);
  /* the weighted interval score by hand: all quantiles at 5, outcome 7: 2 * mean(level) * 2 = 2 */
  double flat[ANTICIPATE_LEVELS];
  for (int i = 0; i < ANTICIPATE_LEVELS; i++)
    flat[i] = 5;
  assert_true(fabs(anticipate_wis(flat, 7) - 2) < 1e-12);
}

/* Changes of 1 and 3, each up or down: after two of them -6 -4 -2 0 2 4 6 with chances 1 2 3 4 3 2 1 of 16. */
static void test_naive(void **state) {
  static const double y[] = {20, 21, 24}, few[] = {0, 1, 2}, large[] = {0, 5000, 4000, 9000};
  double q[2][ANTICIPATE_LEVELS];
  (void)state;
  assert_int_equal(anticipate_naive(y, 1, 1, q, NULL), VG_EDATA);
  OK(anticipate_naive(y, 3, 2, q, &err));
  assert_true(q[0][0] == 21 && q[0][6] == 21 && q[0][7] == 23 && q[0][11] == 23 && q[0][12] == 25 && q[0][22] == 27);
  assert_true(q[1][0] == 18 && q[1][2] == 18 && q[1][3] == 20 && q[1][11] == 24 && q[1][21] == 30 && q[1][22] == 30);
  OK(anticipate_naive(few, 3, 2, q, &err));
  assert_true(q[1][0] == 0 && q[1][11] == 2 && q[1][22] == 4);
  OK(anticipate_naive(large, 4, 2, q, &err)); /* on a grid of 5000/1024 */
  assert_true(fabs(q[0][0] - 4000) < 5 && fabs(q[0][22] - 14000) < 5 && fabs(q[1][11] - 9000) < 5);
}

/* A level series with one surge at row 70 that nobody would dispute; a second series shows nothing. */
static void test_backtest(void **state) {
  enum { N = 120 };
  struct anticipate_backtest b;
  struct vg_arena *arena;
  struct anticipate_data d;
  struct vg_buf text;
  (void)state;
  vg_buf_init(&text, 1 << 16);
  vg_buf_fmt(&text, "series,time,count\n");
  for (int s = 0; s < 2; s++)
    for (int t = 0; t < N; t++)
      vg_buf_fmt(&text, "%c,%d,%d\n", 'a' + s, t,
                 s == 0 && t >= 70 && t < 73 ? 30
                 : s == 0                    ? 3 + t * 7919 % 4
                                             : t % 40 == 0);
  OK(vg_arena_new(&arena, 1 << 24, &err));
  OK(anticipate_series_read(arena, vg_buf_view(&text), "text", &d, &err));
  OK(anticipate_backtest(&d, 4, &b, &err));
  assert_int_equal(b.series, 2);
  assert_int_equal(b.surges, 1);
  for (int i = 0; i < ANTICIPATE_RULES; i++) {
    assert_int_equal(b.warning[i].met, 1);
    assert_true(b.warning[i].planted == 6 && b.warning[i].found >= 5);
    assert_int_equal(b.warning[i].episodes - b.warning[i].unfounded, 1);
  }
  assert_string_equal(b.warning[2].method, "alert");
  assert_int_equal(b.warning[2].unfounded, 0);
  assert_true(b.forecast[0].n > 200 && b.forecast[1].n > 200 &&
              b.forecast[0].n + b.forecast[1].n == 2 * (4 * (N - 60) - 6));
  assert_true(b.forecast[0].wis < b.forecast[0].wis_naive);
  d.series[0].n = d.series[1].n = 60;
  assert_int_equal(anticipate_backtest(&d, 4, &b, NULL), VG_EDATA);
  vg_arena_free(arena);
  vg_buf_fini(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_replay),
      cmocka_unit_test(test_future_is_not_seen),
      cmocka_unit_test(test_names_do_not_matter),
      cmocka_unit_test(test_controls),
      cmocka_unit_test(test_bad_events),
      cmocka_unit_test(test_spring_2017),
      cmocka_unit_test(test_techniques),
      cmocka_unit_test(test_forecast),
      cmocka_unit_test(test_naive),
      cmocka_unit_test(test_backtest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

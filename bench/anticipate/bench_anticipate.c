/*
 * What run.sh cannot ask of the command line: shares of hidden techniques found, the replay's baselines and controls,
 * the weekly update. bench_anticipate techniques REPORTS.jsonl | replay EVENTS.jsonl | controls | update SERIES
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anticipate/method.h"
#include "anticipate/stats.h"
#include "base/file.h"
#include "base/json.h"
#include "base/table.h"

static struct vg_err err;
#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    if ((call) != VG_OK) {                                                                                             \
      fprintf(stderr, "%s: %s %s\n", #call, err.cause[0].msg, err.cause[0].arg[0]);                                    \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

static void read_file(const char *path, struct vg_buf *out) {
  vg_buf_init(out, 1u << 30);
  OK(vg_file_read(path, out, &err));
}

static uint64_t seed = 20170512;
static uint64_t draw(uint64_t below) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (seed >> 33) % below;
}

/* A fifth of the reports is held back; of each with at least four techniques a third is hidden. */
struct split {
  struct vg_buf train, given;
  struct vg_table *hidden, *count; /* "id technique"; technique -> reports of the training part */
  size_t asked;
  double recall, popular;
};

static void take_report(struct split *s, vg_jv line, int64_t n, bool test) {
  struct vg_jit it;
  vg_jv v;
  vg_str name, all[512];
  size_t m = 0, hide;
  char key[128];
  uint64_t times;
  vg_jit_init(&it, vg_jv_at(line, "techniques"));
  while (vg_jit_next(&it, NULL, &v) && m < 512)
    m += vg_jv_str(v, &name) ? (all[m] = name, 1u) : 0u;
  struct vg_buf *to = test ? &s->given : &s->train;
  if (test && m < 4)
    return;
  for (size_t i = m; test && i > 1; i--) {
    size_t k = (size_t)draw(i);
    vg_str swap = all[i - 1];
    all[i - 1] = all[k];
    all[k] = swap;
  }
  hide = test ? (m + 1) / 3 : 0;
  s->asked += test;
  vg_buf_fmt(to, "{\"id\":%lld,\"techniques\":[", (long long)n);
  for (size_t i = 0; i < m; i++) {
    int k = snprintf(key, sizeof key, "%lld %.*s", (long long)n, (int)all[i].n, all[i].p);
    if (i < hide)
      OK(vg_table_put(s->hidden, vg_str_n(key, (size_t)k), hide, &err));
    else
      vg_buf_fmt(to, "%s\"%.*s\"", i > hide ? "," : "", (int)all[i].n, all[i].p);
    if (!test)
      OK(vg_table_bump(s->count, all[i], 1, &times, &err));
  }
  vg_buf_z(to, "]}\n");
}

static vg_code count_found(void *ctx, vg_str id, const struct anticipate_next *next, size_t n, struct vg_err *e) {
  struct split *s = ctx;
  char key[128];
  uint64_t hide;
  (void)e;
  for (size_t i = 0; i < n; i++) {
    int k = snprintf(key, sizeof key, "%.*s %.*s", (int)id.n, id.p, (int)next[i].technique.n, next[i].technique.p);
    if (vg_table_get(s->hidden, vg_str_n(key, (size_t)k), &hide))
      s->recall += 1 / (double)hide;
  }
  return VG_OK;
}

/* The twenty most frequent of the training part that the report does not show already. */
static vg_code count_popular(void *ctx, vg_str id, const struct anticipate_next *next, size_t n, struct vg_err *e) {
  struct split *s = ctx;
  (void)next, (void)n, (void)e;
  char key[128], shown[64];
  uint64_t hide, times, best_times;
  vg_str text = vg_buf_view(&s->given), line = VG_STR(""), best;
  int m = snprintf(shown, sizeof shown, "{\"id\":%.*s,", (int)id.n, id.p);
  while (vg_str_line(&text, &line) && !vg_str_starts(line, vg_str_n(shown, (size_t)m)))
    continue;
  bool *used = calloc(vg_table_count(s->count), sizeof *used);
  for (int rank = 0; used && rank < 20;) {
    size_t at = SIZE_MAX;
    best_times = 0;
    for (size_t i = 0; i < vg_table_count(s->count); i++) {
      vg_str name;
      vg_table_entry(s->count, i, &name, &times);
      if (!used[i] && times > best_times)
        at = i, best_times = times;
    }
    if (at == SIZE_MAX)
      break;
    used[at] = true;
    vg_table_entry(s->count, at, &best, &times);
    int k = snprintf(key, sizeof key, "\"%.*s\"", (int)best.n, best.p);
    if (vg_str_find(line, vg_str_n(key, (size_t)k), 0) != SIZE_MAX)
      continue;
    rank++;
    k = snprintf(key, sizeof key, "%.*s %.*s", (int)id.n, id.p, (int)best.n, best.p);
    if (vg_table_get(s->hidden, vg_str_n(key, (size_t)k), &hide))
      s->popular += 1 / (double)hide;
  }
  free(used);
  return VG_OK;
}

static void techniques(const char *path) {
  struct split s = {0};
  struct vg_buf text;
  struct vg_json *json;
  struct anticipate_techniques *t;
  vg_str rest, line;
  vg_jv root;
  int64_t n = 0;
  read_file(path, &text);
  vg_buf_init(&s.train, 1u << 30);
  vg_buf_init(&s.given, 1u << 30);
  OK(vg_table_new(&s.hidden, 1000000, &err));
  OK(vg_table_new(&s.count, 1000000, &err));
  OK(vg_json_new(&json, &err));
  for (rest = vg_buf_view(&text); vg_str_line(&rest, &line); n++) {
    OK(vg_json_parse(json, line, &root, &err));
    take_report(&s, root, n, draw(5) == 0);
  }
  int64_t began = vg_monotonic();
  OK(anticipate_techniques_learn(&t, vg_buf_view(&s.train), path, 100, &err));
  OK(anticipate_techniques_next(t, vg_buf_view(&s.given), path, count_found, &s, &err));
  double seconds = (double)(vg_monotonic() - began) / 1e9;
  OK(anticipate_techniques_next(t, vg_buf_view(&s.given), path, count_popular, &s, &err));
  printf("next technique recall@20     %.3f  (popularity %.3f; %zu reports held back; learnt and asked in %.2f s)\n",
         s.recall / (double)s.asked, s.popular / (double)s.asked, s.asked, seconds);
  anticipate_techniques_free(t);
  vg_json_free(json);
  vg_table_free(s.hidden);
  vg_table_free(s.count);
  vg_buf_fini(&s.train);
  vg_buf_fini(&s.given);
  vg_buf_fini(&text);
}

struct tally {
  int alerts, vigilances;
  bool print;
};

static vg_code see(void *ctx, const struct anticipate_replayed *w, struct vg_err *e) {
  struct tally *t = ctx;
  (void)e;
  *(w->level == ANTICIPATE_ALERT ? &t->alerts : &t->vigilances) += 1;
  if (t->print) {
    printf("  %.*s %-9s %.*s, score %.2f:", (int)w->time.n, w->time.p, anticipate_level_name(w->level), (int)w->about.n,
           w->about.p, w->score);
    for (size_t i = 0; i < w->n; i++)
      printf(" %.*s+%.2f", (int)w->because[i].n, w->because[i].p, w->weight[i]);
    putchar('\n');
  }
  return VG_OK;
}

/* What somebody would hear who warned at every event, or at every public exploit. */
static void baselines(vg_str text, double years) {
  vg_str line;
  int events = 0, exploits = 0;
  while (vg_str_line(&text, &line)) {
    events += vg_str_trim(line).n > 0;
    exploits += vg_str_find(line, VG_STR("\"exploit_"), 0) != SIZE_MAX;
  }
  printf("  baselines: a warning at every event %d (%.0f a year), at every public exploit %d (%.1f a year)\n", events,
         events / years, exploits, exploits / years);
}

static void replay(const char *path) {
  struct tally t = {.print = true};
  struct vg_buf text;
  read_file(path, &text);
  printf("replay of %s\n", path);
  OK(anticipate_replay(vg_buf_view(&text), path, VG_NOTIME, see, &t, &err));
  baselines(vg_buf_view(&text), 67.0 / 365);
  vg_buf_fini(&text);
}

/* 150 vulnerabilities in five years that came to nothing, of five vendors, at random. */
static void controls(void) {
  static const char *const kind[] = {
      "patch",          "scanner_release",  "exploit_public", "tooling_update", "intel_publication",
      "detection_rule", "malware_sighting", "infection_count"};
  static const uint64_t percent[] = {100, 45, 30, 25, 35, 20, 8, 10};
  struct tally t = {0};
  struct vg_buf text;
  vg_buf_init(&text, 1u << 24);
  for (int i = 0; i < 150; i++) {
    int64_t day = vg_days_from_civil(2016, 1, 1) + (int64_t)draw(5 * 365);
    for (int k = 0; k < 8; k++) {
      char when[VG_TIME_TEXT];
      if (draw(100) >= percent[k])
        continue;
      day += k ? (int64_t)draw(40) : 0;
      vg_buf_fmt(
          &text,
          "{\"id\":\"c%d-%d\",\"known_date\":\"%.10s\",\"kind\":\"%s\",\"objects\":[\"V%d\",\"vendor %d\"],\"value\":%d,\"unit\":\"hosts\"}\n",
          i, k, vg_time_text(when, day * VG_DAY, false), kind[k], i, i % 5, (int)draw(300));
    }
  }
  OK(anticipate_replay(vg_buf_view(&text), "controls", VG_NOTIME, see, &t, &err));
  printf("150 controls in 5 years: %d alerts (%.1f a year), %d vigilances\n", t.alerts, t.alerts / 5.0, t.vigilances);
  baselines(vg_buf_view(&text), 5);
  vg_buf_fini(&text);
}

/* One week of many series: learner, half-year fit and C2, with what they keep. */
static void update(size_t n) {
  enum { KEPT = 32 };
  struct gp_state *gp = calloc(n, sizeof *gp);
  double(*y)[KEPT] = calloc(n, sizeof *y), best = HUGE_VAL;
  struct anticipate_params q;
  int alarms = 0;
  if (!gp || !y)
    exit(1);
  anticipate_params_default(anticipate_method_by_name(VG_STR("ears-c2")), &q);
  for (size_t i = 0; i < n; i++) {
    gp_init(&gp[i]);
    for (int t = 0; t < KEPT; t++) {
      y[i][t] = (double)draw(1 + i % 30);
      if (t + 1 < KEPT)
        gp_update(&gp[i], y[i][t]);
    }
  }
  struct gp_state *kept = malloc(n * sizeof *kept);
  if (!kept)
    exit(1);
  memcpy(kept, gp, n * sizeof *kept);
  for (int run = 0; run < 3; run++) {
    memcpy(gp, kept, n * sizeof *kept);
    int64_t began = vg_monotonic();
    for (size_t i = 0; i < n; i++) {
      struct gp_mixture m;
      struct anticipate_result c2[KEPT];
      double mean, variance, now = y[i][KEPT - 1];
      gp_predict(&gp[i], 1, &m);
      nb26_fit(y[i], KEPT - 1, &mean, &variance);
      double p = stats_fisher(gp_tail(&m, now), stats_nb_tail(now, nb26_size(mean, variance), mean));
      OK(anticipate_ears_c2(y[i], KEPT - 1, KEPT, &q, c2, &err));
      alarms += now >= 4 && (p < .001 || c2[KEPT - 1].alarm);
      gp_update(&gp[i], now);
    }
    best = fmin(best, (double)(vg_monotonic() - began) / 1e9);
  }
  printf("weekly update, %zu series    %.3f s  (GP + NB26 + C2; best of 3; %d warnings)\n", n, best, alarms / 3);
  free(gp);
  free(kept);
  free(y);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "techniques") == 0)
    techniques(argv[2]);
  else if (argc == 3 && strcmp(argv[1], "replay") == 0)
    replay(argv[2]);
  else if (argc == 2 && strcmp(argv[1], "controls") == 0)
    controls();
  else if (argc == 3 && strcmp(argv[1], "update") == 0)
    update((size_t)strtoul(argv[2], NULL, 10));
  else
    return 2;
  return 0;
}

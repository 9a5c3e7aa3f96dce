#include "server/chart.h"

#include <math.h>
#include <stdlib.h>

#include "base/csv.h"

double member_number(vg_jv v, const char *key) {
  double d = (double)NAN;
  (void)vg_jv_f64(vg_jv_at(v, key), &d);
  return d;
}

vg_str member_text(vg_jv v, const char *key) {
  vg_str s = VG_STR("");
  (void)vg_jv_str_at(v, key, &s);
  return s;
}

static bool certain(vg_jv issue) {
  bool yes = false;
  (void)vg_jv_bool(vg_jv_at(issue, "certain"), &yes);
  return yes;
}

static void caption(struct request *r, const char *css, double width, double height, const char *label) {
  vg_buf_fmt(&r->out, "<svg class=\"chart %s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", css, width,
             height);
  msg(r, label);
  RAW(r, "\">");
}

static void line(struct request *r, const char *css, double x1, double y1, double x2, double y2) {
  vg_buf_fmt(&r->out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", css, x1, y1, x2, y2);
}

static void put_words(struct request *r, const char *css, double x, double y, const char *id) {
  vg_buf_fmt(&r->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", css, x, y);
  msg(r, id);
  RAW(r, "</text>");
}

static void put_number(struct request *r, const char *css, double x, double y, double value) {
  vg_buf_fmt(&r->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", css, x, y);
  put_real(&r->out, r->lang, value);
  RAW(r, "</text>");
}

/* --- importance and performance --- */

enum { MAP_LEFT = 44, MAP_TOP = 12, MAP_WIDTH = 520, MAP_HEIGHT = 360, MAP_FOOT = 40 };

struct scale {
  double low, high; /* of the values */
  double from, to;  /* where they are drawn */
};
static double at(const struct scale *s, double x) {
  return s->from + (x - s->low) / (s->high - s->low) * (s->to - s->from);
}

/* Both axes show the boxes and the cross-hair with a little air, within the answers' 1 to 5. */
static void fit(struct scale *s, vg_jv issues, const char *key, const char *half) {
  struct vg_jit it;
  vg_jv one;
  s->low = 5;
  s->high = 1;
  for (vg_jit_init(&it, issues); vg_jit_next(&it, NULL, &one);) {
    double x = member_number(one, key), h = isnan(member_number(one, half)) ? 0 : member_number(one, half);
    s->low = fmin(s->low, x - h);
    s->high = fmax(s->high, x + h);
  }
  s->low = fmax(1, floor(s->low * 4 - 0.4) / 4);
  s->high = fmin(5, ceil(s->high * 4 + 0.4) / 4);
  if (s->high - s->low < 0.5)
    s->low = fmax(1, s->high - 0.5);
}

static void draw_issue(struct request *r, vg_jv one, const struct scale *x, const struct scale *y) {
  double p = member_number(one, "P"), i = member_number(one, "I"), ph = member_number(one, "P_half"),
         ih = member_number(one, "I_half");
  double left = at(x, fmax(x->low, p - ph)), right = at(x, fmin(x->high, p + ph));
  double top = at(y, fmin(y->high, i + ih)), bottom = at(y, fmax(y->low, i - ih));
  vg_buf_fmt(&r->out, "<g class=\"%s\">", certain(one) ? "certain" : "open");
  if (!isnan(ph) && !isnan(ih))
    vg_buf_fmt(&r->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", left, top, right - left,
               bottom - top);
  vg_buf_fmt(&r->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/><text x=\"%.1f\" y=\"%.1f\">", at(x, p), at(y, i),
             at(x, p) + 7, at(y, i) - 6);
  text(r, member_text(one, "issue"));
  RAW(r, "</text></g>");
}

static void draw_axes(struct request *r, const struct scale *x, const struct scale *y) {
  line(r, "axis", x->from, y->from, x->to, y->from);
  line(r, "axis", x->from, y->from, x->from, y->to);
  for (double v = ceil(x->low * 2) / 2; v <= x->high; v += 0.5)
    put_number(r, "tick middle", at(x, v), y->from + 16, v);
  for (double v = ceil(y->low * 2) / 2; v <= y->high; v += 0.5)
    put_number(r, "tick end", x->from - 6, at(y, v) + 4, v);
  put_words(r, "name middle", (x->from + x->to) / 2, y->from + 34, "server.evaluation.performance");
  vg_buf_fmt(&r->out, "<text class=\"name middle\" transform=\"translate(12 %.1f) rotate(-90)\">",
             (y->from + y->to) / 2);
  msg(r, "server.evaluation.importance");
  RAW(r, "</text>");
}

void chart_issues(struct request *r, vg_jv map) {
  struct scale x = {.from = MAP_LEFT, .to = MAP_LEFT + MAP_WIDTH - 60},
               y = {.from = MAP_TOP + MAP_HEIGHT, .to = MAP_TOP};
  struct vg_jit it;
  vg_jv one, issues = vg_jv_at(map, "issues");
  fit(&x, issues, "P", "P_half");
  fit(&y, issues, "I", "I_half");
  double cross_x = at(&x, fmin(x.high, fmax(x.low, member_number(map, "cross_P")))),
         cross_y = at(&y, fmin(y.high, fmax(y.low, member_number(map, "cross_I"))));
  caption(r, "issues", MAP_WIDTH, MAP_TOP + MAP_HEIGHT + MAP_FOOT, "server.evaluation.map");
  put_words(r, "corner", x.from + 8, y.to + 14, "server.quadrant.concentrer_ici");
  put_words(r, "corner end", x.to - 4, y.to + 14, "server.quadrant.maintenir");
  put_words(r, "corner", x.from + 8, y.from - 8, "server.quadrant.priorite_basse");
  put_words(r, "corner end", x.to - 4, y.from - 8, "server.quadrant.exces_possible");
  line(r, "cross", cross_x, y.from, cross_x, y.to);
  line(r, "cross", x.from, cross_y, x.to, cross_y);
  draw_axes(r, &x, &y);
  for (vg_jit_init(&it, issues); vg_jit_next(&it, NULL, &one);)
    draw_issue(r, one, &x, &y);
  RAW(r, "</svg>");
}

/* --- survival --- */

enum { CURVE_WIDTH = 520, CURVE_HEIGHT = 260, CURVE_LEFT = 40, CURVE_FOOT = 36 };

/* Steps: level until the next event; the last event's level goes on to the end. */
static void steps(struct request *r, vg_jv table, vg_str strata, const char *key, const struct scale *x,
                  const struct scale *y) {
  struct vg_jit it;
  vg_jv one;
  double before = 1;
  for (vg_jit_init(&it, table); vg_jit_next(&it, NULL, &one);) {
    if (!vg_str_eq(member_text(one, "strata"), strata))
      continue;
    double t = at(x, member_number(one, "time")), level = member_number(one, key);
    vg_buf_fmt(&r->out, "L%.1f %.1f L%.1f %.1f ", t, at(y, before), t, at(y, isnan(level) ? before : level));
    before = isnan(level) ? before : level;
  }
  vg_buf_fmt(&r->out, "L%.1f %.1f", x->to, at(y, before));
}

static void curve(struct request *r, vg_jv table, vg_str strata, size_t number_of, const struct scale *x,
                  const struct scale *y) {
  vg_buf_fmt(&r->out, "<path class=\"curve s%zu\" d=\"M%.1f %.1f ", number_of % 4, x->from, at(y, 1));
  steps(r, table, strata, "surv", x, y);
  RAW(r, "\"/>");
  for (int side = 0; side < 2; side++) {
    vg_buf_fmt(&r->out, "<path class=\"bound s%zu\" d=\"M%.1f %.1f ", number_of % 4, x->from, at(y, 1));
    steps(r, table, strata, side ? "hi" : "lo", x, y);
    RAW(r, "\"/>");
  }
}

/* 1, 2 or 5 times a power of ten, at most six of which reach as far. */
static double round_step(double far) {
  double step = 1;
  for (int k = 0; far / step > 6; k++)
    step *= k % 3 == 1 ? 2.5 : 2;
  return step;
}

void chart_survival(struct request *r, vg_jv survival) {
  struct scale x = {.from = CURVE_LEFT, .to = CURVE_WIDTH - 10},
               y = {.low = 0, .high = 1, .from = CURVE_HEIGHT, .to = 10};
  struct vg_jit it;
  vg_jv one, table = vg_jv_at(survival, "table");
  vg_str last = VG_NOSTR;
  size_t n = 0;
  x.high = 1;
  for (vg_jit_init(&it, table); vg_jit_next(&it, NULL, &one);)
    x.high = fmax(x.high, member_number(one, "time"));
  caption(r, "survival", CURVE_WIDTH, CURVE_HEIGHT + CURVE_FOOT, "server.evaluation.survival");
  line(r, "axis", x.from, y.from, x.to, y.from);
  line(r, "axis", x.from, y.from, x.from, y.to);
  for (int k = 0; k <= 4; k++)
    put_number(r, "tick end", x.from - 6, at(&y, k / 4.0) + 4, k / 4.0);
  for (double t = 0; t <= x.high; t += round_step(x.high))
    put_number(r, "tick middle", at(&x, t), y.from + 16, t);
  put_words(r, "name middle", (x.from + x.to) / 2, y.from + 32, "server.evaluation.days");
  for (vg_jit_init(&it, table); vg_jit_next(&it, NULL, &one);) {
    vg_str strata = member_text(one, "strata");
    if (last.p && vg_str_eq(strata, last))
      continue;
    last = strata;
    curve(r, table, strata, n, &x, &y);
    vg_buf_fmt(&r->out, "<text class=\"end k%zu\" x=\"%.1f\" y=\"%.1f\">", n % 4, x.to - 2, y.to + 14 + 16 * (double)n);
    word(r, "server.evaluation.stratum.", strata);
    RAW(r, "</text>");
    n++;
  }
  RAW(r, "</svg>");
}

/* --- small multiples --- */

enum { SMALL_WIDTH = 220, SMALL_HEIGHT = 90, SERIES_MAX = 24, POINTS_MAX = 240 };

struct series {
  char zone[24];
  bool pilot;
  double rate[POINTS_MAX];
  bool post[POINTS_MAX];
  size_t n;
};
struct multiples {
  struct series v[SERIES_MAX];
  size_t n;
};

static struct series *series_of(struct multiples *m, vg_str zone) {
  for (size_t i = 0; i < m->n; i++)
    if (vg_str_eqz(zone, m->v[i].zone))
      return &m->v[i];
  if (m->n == SERIES_MAX)
    return NULL;
  vg_str_copy(m->v[m->n].zone, sizeof m->v[0].zone, zone);
  return &m->v[m->n++];
}

/* Cases for a thousand of exposure, so that zones of different size share one scale. */
static void take(struct multiples *m, struct vg_csv *c, const size_t column[5]) {
  double cases, expo, pilot = 0, post = 0;
  struct series *s = series_of(m, vg_csv_field(c, column[0]));
  if (!s || s->n == POINTS_MAX || !vg_str_f64(vg_csv_field(c, column[1]), &cases) ||
      !vg_str_f64(vg_csv_field(c, column[2]), &expo) || expo <= 0)
    return;
  (void)vg_str_f64(vg_csv_field(c, column[3]), &pilot);
  (void)vg_str_f64(vg_csv_field(c, column[4]), &post);
  s->pilot = pilot > 0;
  s->post[s->n] = post > 0;
  s->rate[s->n++] = 1000 * cases / expo;
}

static bool read_multiples(struct multiples *m, vg_str csv) {
  static const char *const names[] = {"zone", "cases", "expo", "pilot", "post"};
  struct vg_csv c;
  size_t column[5] = {0};
  bool more = false, heading = true;
  vg_csv_init(&c, csv, 0);
  while (vg_csv_next(&c, &more, NULL) == VG_OK && more) {
    for (size_t i = 0; heading && i < VG_COUNT(names); i++)
      column[i] = vg_csv_column(&c, names[i]);
    if (!heading)
      take(m, &c, column);
    heading = false;
  }
  vg_csv_fini(&c);
  return m->n > 0;
}

static void draw_small(struct request *r, const struct series *s, double most) {
  double step = (double)(SMALL_WIDTH - 10) / (double)s->n;
  vg_buf_fmt(&r->out, "<figure><figcaption>");
  zone_name(r, vg_str_z(s->zone));
  if (s->pilot) {
    RAW(r, " ");
    badge(r, "info", "server.pilot");
  }
  RAW(r, "</figcaption><svg class=\"chart small\" viewBox=\"0 0 220 100\" role=\"img\" aria-label=\"");
  msg(r, "server.evaluation.rates");
  RAW(r, "\">");
  for (size_t i = 0; i < s->n; i++) {
    double h = most > 0 ? s->rate[i] / most * (SMALL_HEIGHT - 6) : 0;
    vg_buf_fmt(&r->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
               s->post[i] ? "post" : "pre", 5 + step * (double)i, SMALL_HEIGHT - h, step > 2 ? step - 1 : step, h);
  }
  line(r, "axis", 5, SMALL_HEIGHT, SMALL_WIDTH - 5, SMALL_HEIGHT);
  RAW(r, "</svg></figure>");
}

static void twin_small(struct request *r, const struct multiples *m) {
  static const char *const heading[] = {"server.zone", "server.evaluation.period", "server.evaluation.after",
                                        NUMBER("server.evaluation.rate")};
  RAW(r, "<details><summary>");
  msg(r, "server.evaluation.table");
  RAW(r, "</summary>");
  table_begin(r, "taux", "server.evaluation.rates", heading, VG_COUNT(heading));
  for (size_t i = 0; i < m->n; i++)
    for (size_t k = 0; k < m->v[i].n; k++) {
      row(r);
      cell(r);
      zone_name(r, vg_str_z(m->v[i].zone));
      cell(r);
      num(r, (int64_t)k + 1);
      cell(r);
      msg(r, m->v[i].post[k] ? "server.yes" : "server.no");
      cell_n(r);
      real(r, m->v[i].rate[k]);
    }
  table_end(r, NULL);
  RAW(r, "</details>");
}

vg_code chart_multiples(struct request *r, vg_str csv, struct vg_err *err) {
  double most = 0;
  struct multiples *m = calloc(1, sizeof *m);
  if (!m)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (read_multiples(m, csv)) {
    for (size_t i = 0; i < m->n; i++)
      for (size_t k = 0; k < m->v[i].n; k++)
        most = fmax(most, m->v[i].rate[k]);
    RAW(r, "<div class=\"multiples\">");
    for (size_t i = 0; i < m->n; i++)
      draw_small(r, &m->v[i], most);
    RAW(r, "</div>");
    twin_small(r, m);
  }
  free(m);
  return VG_OK;
}

#include "server/curve.h"

#include <math.h>

enum { WIDTH = 360, HEIGHT = 132, LEFT = 26, RIGHT = 6, TOP = 8, BOTTOM = 18 };

struct scale {
  double top, step; /* highest value shown; width of a point */
};

static double higher(double a, double b) { return isnan(b) || a > b ? a : b; }

/* 1, 2, 5, 10, 20, 50 ... at or above. */
static double round_up(double x) {
  double unit = 1;
  while (unit * 10 < x)
    unit *= 10;
  return x <= unit ? unit : x <= 2 * unit ? 2 * unit : x <= 5 * unit ? 5 * unit : 10 * unit;
}

static double y_of(const struct scale *s, double v) { return TOP + (HEIGHT - TOP - BOTTOM) * (1 - v / s->top); }
static double x_of(const struct scale *s, size_t i) { return LEFT + s->step * (double)i; }

static void box(struct request *r, const struct scale *s, const char *css, size_t i, double low, double high,
                double share) {
  double y = y_of(s, high), w = s->step * share;
  vg_buf_fmt(&r->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", css,
             x_of(s, i) + (s->step - w) / 2, y, w, fmax(.6, y_of(s, low) - y));
}

static void line(struct request *r, const struct scale *s, const char *css, const struct curve_point *v, size_t n,
                 bool threshold) {
  bool on = false;
  vg_buf_fmt(&r->out, "<path class=\"%s\" d=\"", css);
  for (size_t i = 0; i < n; i++) {
    double y = threshold ? v[i].threshold : v[i].expected;
    if (!isnan(y))
      vg_buf_fmt(&r->out, "%s%.1f %.1f", on ? "L" : "M", x_of(s, i) + s->step / 2, y_of(s, y));
    on = !isnan(y);
  }
  RAW(r, "\"/>");
}

static void axis(struct request *r, const struct scale *s, const struct curve_point *v, size_t n) {
  const vg_time at[] = {v[0].at, v[n - 1].at};
  for (int i = 0; i < 2; i++) {
    double value = s->top * i, y = y_of(s, value);
    vg_buf_fmt(&r->out,
               "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text aria-hidden=\"true\" text-anchor=\"end\" x=\"%d\" "
               "y=\"%.1f\">%.0f</text>",
               LEFT, y, WIDTH - RIGHT, LEFT - 3, y + 3.5, value);
    char date[VG_TIME_TEXT];
    vg_buf_fmt(&r->out, "<text aria-hidden=\"true\" text-anchor=\"%s\" x=\"%d\" y=\"%d\">%.10s</text>",
               i ? "end" : "start", i ? WIDTH - RIGHT : LEFT, HEIGHT - 5, vg_time_text(date, at[i], false));
  }
}

void curve(struct request *r, const struct curve_point *v, size_t n, const char *label_id) {
  struct scale s = {.top = 4};
  if (!n)
    return;
  s.step = (WIDTH - LEFT - RIGHT) / (double)n;
  for (size_t i = 0; i < n; i++)
    s.top = higher(higher(higher(higher(s.top, v[i].seen ? v[i].observed : 0), v[i].expected), v[i].threshold),
                   v[i].high95);
  s.top = round_up(s.top);
  vg_buf_fmt(&r->out, "<svg class=\"curve\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
  msg(r, label_id);
  RAW(r, "\">");
  axis(r, &s, v, n);
  for (size_t i = 0; i < n; i++) {
    if (!isnan(v[i].middle)) {
      box(r, &s, "b95", i, v[i].low95, v[i].high95, .9);
      box(r, &s, "b50", i, v[i].low50, v[i].high50, .9);
    }
    if (v[i].seen)
      box(r, &s, !isnan(v[i].threshold) && v[i].observed > v[i].threshold ? "over" : "seen", i, 0, v[i].observed,
          isnan(v[i].middle) ? .7 : .4);
    if (!isnan(v[i].middle))
      box(r, &s, "mid", i, v[i].middle, v[i].middle, .9);
  }
  line(r, &s, "expected", v, n, false);
  line(r, &s, "threshold", v, n, true);
  RAW(r, "</svg>");
}

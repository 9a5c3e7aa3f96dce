#ifndef VG_SERVER_CURVE_H
#define VG_SERVER_CURVE_H
/*
 * A small chart of counts in SVG, drawn by the server: bars for what was observed, a line for what was expected, a
 * dashed one for the threshold, bands for forecasts. Its table twin stands beside it in the page: the drawing itself is
 * hidden from readers but for its label.
 */
#include "server/page.h"

struct curve_point {
  vg_time at;
  bool seen;                                   /* observed is known */
  double observed, expected, threshold;        /* NAN: none */
  double low95, low50, middle, high50, high95; /* of a forecast; middle NAN: none */
};
enum { CURVE_POINTS = 128 };
void curve(struct request *r, const struct curve_point *v, size_t n, const char *label_id);

#endif

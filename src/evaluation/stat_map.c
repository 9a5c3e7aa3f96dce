/* The map of the main issues (importance x performance), and the hiding of small groups. */
#include "evaluation/stat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct issue {
  double n, i, p, i_half, p_half, gap, gap_half;
};

static double half_width(const double *x, size_t n, double level) {
  return n < 2 ? (double)NAN : stat_qt(1 - (1 - level) / 2, (double)(n - 1)) * sqrt(stat_var(x, n) / (double)n);
}

static const char *quadrant(const struct issue *x, double ci, double cp) {
  if (x->i >= ci)
    return x->p < cp ? "concentrer_ici" : "maintenir";
  return x->p < cp ? "priorite_basse" : "exces_possible";
}

static void issue_row(struct vg_jw *w, const struct stat_levels *g, const struct issue *x, size_t k, double ci,
                      double cp) {
  double rank = 1;
  for (size_t j = 0; j < g->n; j++)
    rank += x[j].gap > x[k].gap;
  bool certain = fabs(x[k].i - ci) > x[k].i_half && fabs(x[k].p - cp) > x[k].p_half;
  vg_jw_obj(w);
  vg_jw_kstr(w, "issue", g->name[k]);
  vg_jw_knum(w, "n", x[k].n);
  vg_jw_knum(w, "I", x[k].i);
  vg_jw_knum(w, "P", x[k].p);
  vg_jw_knum(w, "I_half", x[k].i_half);
  vg_jw_knum(w, "P_half", x[k].p_half);
  vg_jw_knum(w, "gap", x[k].gap);
  vg_jw_knum(w, "gap_half", x[k].gap_half);
  vg_jw_kz(w, "quadrant", quadrant(&x[k], ci, cp));
  vg_jw_kbool(w, "certain", certain);
  vg_jw_knum(w, "rang_gap", rank);
  vg_jw_knum(w, "cross_I", ci);
  vg_jw_knum(w, "cross_P", cp);
  vg_jw_end(w);
}

static struct issue measure(const double *imp, const double *perf, double *gap, size_t n, double level) {
  for (size_t i = 0; i < n; i++)
    gap[i] = imp[i] - perf[i];
  return (struct issue){.n = (double)n,
                        .i = stat_mean(imp, n),
                        .p = stat_mean(perf, n),
                        .i_half = half_width(imp, n, level),
                        .p_half = half_width(perf, n, level),
                        .gap = stat_mean(gap, n),
                        .gap_half = half_width(gap, n, level)};
}

vg_code stat_ipa(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  struct stat_levels g;
  struct issue *x;
  size_t ci, cp, cg;
  double *imp, *perf, *part[3], level, cross_i = 0, cross_p = 0;
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  VG_TRY(stat_need(t, "issue", &cg, err));
  VG_TRY(stat_need(t, "importance", &ci, err));
  VG_TRY(stat_need(t, "performance", &cp, err));
  VG_TRY(stat_levels(t, cg, &g, err));
  VG_TRY(stat_numbers(t, ci, false, &imp, err));
  VG_TRY(stat_numbers(t, cp, false, &perf, err));
  VG_TRY(stat_alloc(t, g.n, sizeof *x, &x, err));
  for (int k = 0; k < 3; k++)
    VG_TRY(stat_alloc(t, t->rows, sizeof(double), &part[k], err));
  for (size_t k = 0; k < g.n; k++) {
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
      if (g.of[i] != k)
        continue;
      part[0][n] = imp[i];
      part[1][n++] = perf[i];
    }
    x[k] = measure(part[0], part[1], part[2], n, level);
    cross_i += x[k].i / (double)g.n;
    cross_p += x[k].p / (double)g.n;
  }
  vg_jw_knum(w, "cross_I", cross_i);
  vg_jw_knum(w, "cross_P", cross_p);
  vg_jw_key(w, "issues");
  vg_jw_arr(w);
  for (size_t k = 0; k < g.n; k++)
    issue_row(w, &g, x, k, cross_i, cross_p);
  vg_jw_end(w);
  return VG_OK;
}

struct grid {
  const double *n;
  double threshold;
  size_t rows, columns;
  unsigned char *hidden;
};

/* Hides the smallest shown cell of a row (or column); false when every cell of it is hidden already. */
static bool hide_one(struct grid *g, bool row, size_t line) {
  size_t best = SIZE_MAX, count = row ? g->columns : g->rows;
  for (size_t i = 0; i < count; i++) {
    size_t at = row ? line * g->columns + i : i * g->columns + line;
    if (!g->hidden[at] && (best == SIZE_MAX || g->n[at] < g->n[best]))
      best = at;
  }
  if (best != SIZE_MAX)
    g->hidden[best] = 2;
  return best != SIZE_MAX;
}

/* One hidden cell follows from the line's total; several that are too few together would be a small group again. */
static bool alone(const struct grid *g, bool row, size_t line) {
  size_t hidden = 0, count = row ? g->columns : g->rows;
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    size_t at = row ? line * g->columns + i : i * g->columns + line;
    hidden += g->hidden[at] != 0;
    sum += g->hidden[at] ? g->n[at] : 0;
  }
  return hidden == 1 || (hidden > 1 && sum > 0 && sum < g->threshold);
}

/*
 * A hidden cell follows from the totals exactly when it lies on no circle of hidden cells (rows and columns as nodes,
 * hidden cells as edges): is the cell's column still reached from its row without it?
 */
static bool recoverable(const struct grid *g, size_t row, size_t column, bool *seen) {
  size_t nodes = g->rows + g->columns;
  bool grew = true;
  memset(seen, 0, nodes * sizeof *seen);
  seen[row] = true;
  while (grew) {
    grew = false;
    for (size_t r = 0; r < g->rows; r++) {
      for (size_t c = 0; c < g->columns; c++) {
        bool *a = &seen[r], *b = &seen[g->rows + c];
        if (!g->hidden[r * g->columns + c] || (r == row && c == column) || *a == *b)
          continue;
        *a = *b = true;
        grew = true;
      }
    }
  }
  return !seen[g->rows + column];
}

/* A step on the way that carries a change of a hidden cell from its row to its column, all totals kept. */
struct way {
  double left[512]; /* how much the way up to this node carries; nodes: rows, then columns */
  size_t from[512];
};

/*
 * One way from row to column past other hidden cells. A cell that grows takes from others of its row (at most what they
 * hold), which their columns give back to others (without limit), and so on; one that shrinks, the other way round.
 */
static double one_way(const struct grid *g, const double *x, size_t row, size_t column, bool grows, struct way *w) {
  size_t nodes = g->rows + g->columns, end = g->rows + column;
  bool went = true;
  for (size_t i = 0; i < nodes; i++)
    w->left[i] = 0;
  w->left[row] = (double)INFINITY;
  while (went && w->left[end] <= 0) {
    went = false;
    for (size_t r = 0; r < g->rows; r++)
      for (size_t c = 0; c < g->columns; c++) {
        size_t at = r * g->columns + c, down = g->rows + c;
        if (!g->hidden[at] || (r == row && c == column))
          continue;
        double to_column = grows ? x[at] : (double)INFINITY, to_row = grows ? (double)INFINITY : x[at];
        if (w->left[r] > 0 && w->left[down] <= 0 && to_column > 0) {
          w->left[down] = fmin(w->left[r], to_column);
          w->from[down] = r;
          went = true;
        } else if (w->left[down] > 0 && w->left[r] <= 0 && to_row > 0) {
          w->left[r] = fmin(w->left[down], to_row);
          w->from[r] = down;
          went = true;
        }
      }
  }
  return w->left[end];
}

/* By how much the cell can grow (or shrink), at most enough; x is overwritten. */
static double reach(const struct grid *g, double *x, size_t row, size_t column, bool grows, double enough) {
  struct way w;
  double sum = 0, d;
  memcpy(x, g->n, g->rows * g->columns * sizeof *x);
  while (sum < enough && (d = one_way(g, x, row, column, grows, &w)) > 0) {
    d = fmin(d, enough - sum);
    for (size_t at = g->rows + column; at != row; at = w.from[at]) {
      bool is_column = at >= g->rows;
      size_t r = is_column ? w.from[at] : at, c = (is_column ? at : w.from[at]) - g->rows;
      x[r * g->columns + c] += is_column == grows ? -d : d;
    }
    sum += d;
  }
  return sum;
}

/* The cell follows from the totals, or they leave it less room than the threshold. */
static bool tight(const struct grid *g, double *x, size_t row, size_t column, bool *seen) {
  double n = g->n[row * g->columns + column];
  if (recoverable(g, row, column, seen))
    return true;
  if (n <= 0)
    return false;
  double less = reach(g, x, row, column, false, fmin(n, g->threshold));
  return less + reach(g, x, row, column, true, g->threshold - less) < g->threshold;
}

static bool hide_all(const struct grid *g) {
  memset(g->hidden, 1, g->rows * g->columns);
  return false;
}

static bool hide(struct grid *g, double *x) {
  bool seen[512], changed = true, table = g->rows > 1 && g->columns > 1;
  size_t cells = g->rows * g->columns;
  for (size_t i = 0; i < cells; i++)
    g->hidden[i] = g->hidden[i] || g->n[i] < g->threshold;
  while (changed) {
    changed = false;
    for (size_t line = 0; line < g->rows; line++)
      changed = (g->columns > 1 && alone(g, true, line) && hide_one(g, true, line)) || changed;
    for (size_t line = 0; line < g->columns; line++)
      changed = (g->rows > 1 && alone(g, false, line) && hide_one(g, false, line)) || changed;
    for (size_t i = 0; i < cells && !changed && table; i++)
      if (g->hidden[i] && tight(g, x, i / g->columns, i % g->columns, seen))
        changed = hide_one(g, true, i / g->columns) || hide_one(g, false, i % g->columns);
  }
  for (size_t i = 0; i < cells; i++)
    if (g->hidden[i] && (table ? tight(g, x, i / g->columns, i % g->columns, seen) : alone(g, g->rows == 1, 0)))
      return hide_all(g);
  return true;
}

bool stat_hide(const double *n, size_t rows, size_t columns, double threshold, unsigned char *hidden) {
  struct grid g = {n, threshold, rows, columns, hidden};
  double *x = rows + columns > 512 ? NULL : calloc(rows * columns + 1, sizeof *x);
  bool holds = x ? hide(&g, x) : hide_all(&g);
  free(x);
  return holds;
}

bool stat_sums_tell(const double *n, const double *sum, const unsigned char *hidden, size_t cells, double least,
                    double most, double room) {
  double people = 0, total = 0;
  for (size_t i = 0; i < cells; i++) {
    people += hidden[i] ? n[i] : 0;
    total += hidden[i] ? sum[i] : 0;
  }
  for (size_t i = 0; i < cells; i++) {
    double others = people - n[i];
    if (hidden[i] != 1 || n[i] == 0)
      continue;
    double low = fmax(least * n[i], total - most * others), high = fmin(most * n[i], total - least * others);
    if (high - low < room * n[i])
      return true;
  }
  return false;
}

bool stat_one_mind(double n, double low, double high) { return n > 0 && (low >= n - 1 || high >= n - 1); }

/* Hides the smallest shown cell; false when none is left. */
static bool hide_least(const double *n, unsigned char *hidden, size_t cells) {
  size_t least = cells;
  for (size_t i = 0; i < cells; i++)
    if (!hidden[i] && (least == cells || n[i] < n[least]))
      least = i;
  if (least < cells)
    hidden[least] = 2;
  return least < cells;
}

/* Are the cells of the mask together of one mind? NULL: all cells. */
static bool mask_one_mind(const struct stat_answers *a, const unsigned char *mask) {
  double n = 0, low = 0, high = 0;
  for (size_t i = 0; i < a->rows * a->columns; i++)
    if (!mask || mask[i]) {
      n += a->n[i];
      low += a->low[i];
      high += a->high[i];
    }
  return stat_one_mind(n, low, high);
}

/* Answers go from 1 to 5: a hidden cell's mean for which the sums leave less than half of the scale is as good as told.
 * The smallest shown cells are hidden too until they tell no more; where the total tells it by itself that helps
 * nobody.
 */
static void hide_sums(const struct stat_answers *a, size_t cells) {
  bool told;
  memcpy(a->scratch, a->hidden, cells);
  while ((told = stat_sums_tell(a->n, a->sum, a->scratch, cells, 1, 5, 2)) && hide_least(a->n, a->scratch, cells))
    ;
  if (!told)
    memcpy(a->hidden, a->scratch, cells);
}

bool stat_hide_answers(const struct stat_answers *a, double threshold) {
  size_t cells = a->rows * a->columns;
  double total = 0;
  for (size_t i = 0; i < cells; i++) {
    total += a->n[i];
    a->hidden[i] = stat_one_mind(a->n[i], a->low[i], a->high[i]);
  }
  if (total < threshold || mask_one_mind(a, NULL)) {
    memset(a->hidden, 1, cells);
    return false;
  }
  stat_hide(a->n, a->rows, a->columns, threshold, a->hidden);
  while (mask_one_mind(a, a->hidden) && hide_least(a->n, a->hidden, cells))
    ;
  hide_sums(a, cells);
  return true;
}

vg_code stat_suppress(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  struct stat_levels a, b;
  size_t ca, cb, cn, *row;
  double *x, *n, threshold;
  unsigned char *hidden;
  VG_TRY(stat_param_number(p, "threshold", 5, &threshold, err));
  VG_TRY(stat_need(t, "groupe", &ca, err));
  VG_TRY(stat_need(t, "zone", &cb, err));
  VG_TRY(stat_need(t, "n", &cn, err));
  VG_TRY(stat_levels(t, ca, &a, err));
  VG_TRY(stat_levels(t, cb, &b, err));
  VG_TRY(stat_numbers(t, cn, false, &x, err));
  VG_TRY(stat_alloc(t, a.n * b.n, sizeof *n, &n, err));
  VG_TRY(stat_alloc(t, a.n * b.n, sizeof *row, &row, err));
  VG_TRY(stat_alloc(t, a.n * b.n, 1, &hidden, err));
  for (size_t i = 0; i < t->rows; i++) {
    size_t at = a.of[i] * b.n + b.of[i];
    if (x[i] < 0 || row[at])
      return VG_FAIL(err, VG_EDATA, row[at] ? "evaluation.cell_twice" : "evaluation.counts", VG_N(i + 2));
    n[at] = x[i];
    row[at] = i + 1;
  }
  vg_jw_knum(w, "threshold", threshold);
  vg_jw_kbool(w, "holds", stat_hide(n, a.n, b.n, threshold, hidden));
  vg_jw_key(w, "cells");
  vg_jw_arr(w);
  for (size_t i = 0; i < t->rows; i++) {
    size_t at = a.of[i] * b.n + b.of[i];
    vg_jw_obj(w);
    vg_jw_kstr(w, "groupe", a.name[a.of[i]]);
    vg_jw_kstr(w, "zone", b.name[b.of[i]]);
    vg_jw_knum(w, "n", hidden[at] ? (double)NAN : x[i]);
    vg_jw_kint(w, "primaire", x[i] < threshold);
    vg_jw_kint(w, "supprime", hidden[at] != 0);
    vg_jw_end(w);
  }
  vg_jw_end(w);
  return VG_OK;
}

#ifndef VG_EVALUATION_STAT_H
#define VG_EVALUATION_STAT_H
/*
 * Statistics of the evaluation, pure C over plain numbers: no tables, no clock. Private to the room (and to its tests).
 * Distributions are good to about 1e-13 relative, quantiles are solved on the smaller tail. Missing values are NAN.
 */
#include "base/arena.h"
#include "base/jsonw.h"

/* Lower tail unless `upper`. */
double stat_pnorm(double z);
double stat_qnorm(double p);
double stat_pbeta(double x, double a, double b);
double stat_pgamma(double x, double a, bool upper);
double stat_pt(double t, double df);
double stat_pf(double f, double d1, double d2, bool upper);
double stat_pchisq(double x, double df, bool upper);
double stat_qbeta(double p, double a, double b);
double stat_qt(double p, double df);
double stat_qf(double p, double d1, double d2);
double stat_qchisq(double p, double df);
double stat_dbinom(double k, double n, double p);
/* Two-sided exact binomial: all outcomes that are no likelier than the one seen (relative tolerance 1e-7). */
double stat_binom_test(double k, double n, double p);

/* A file in memory: cells are views of it. */
struct stat_table {
  struct vg_arena *arena;
  vg_str *heading, *cell; /* cell[row * columns + column] */
  size_t rows, columns;
};
MUST vg_code stat_read(struct stat_table *t, vg_str text, struct vg_err *err);
void stat_table_fini(struct stat_table *t);
/* SIZE_MAX when there is no such column. */
size_t stat_column(const struct stat_table *t, const char *name);
/* The column, or VG_EDATA naming it. */
MUST vg_code stat_need(const struct stat_table *t, const char *name, size_t *column, struct vg_err *err);
vg_str stat_text(const struct stat_table *t, size_t row, size_t column);
/* The column's numbers in fresh memory; NA or empty is NAN when missing is allowed, else VG_EDATA with line and value.
 */
MUST vg_code stat_numbers(const struct stat_table *t, size_t column, bool missing, double **out, struct vg_err *err);
/* The whole table as numbers, row by row. */
MUST vg_code stat_matrix(const struct stat_table *t, bool missing, double **out, struct vg_err *err);
/* Distinct texts of a column in order of appearance; of[row] is the index of the row's. */
struct stat_levels {
  vg_str *name;
  size_t n, *of;
};
MUST vg_code stat_levels(const struct stat_table *t, size_t column, struct stat_levels *out, struct vg_err *err);
MUST vg_code stat_alloc(const struct stat_table *t, size_t count, size_t size, void *out, struct vg_err *err);

/* Named parameters "k=v,k=v". */
struct stat_params {
  vg_str text;
};
vg_str stat_param(const struct stat_params *p, const char *name); /* empty when not given */
MUST vg_code stat_param_number(const struct stat_params *p, const char *name, double otherwise, double *out,
                               struct vg_err *err);

/* Score interval of a proportion (Wilson 1927), z standard deviations wide. */
void stat_wilson(double x, double n, double z, double *lo, double *hi);
double stat_mean(const double *x, size_t n);
double stat_var(const double *x, size_t n); /* n - 1 */
/* Solves A x = b for a symmetric positive definite A (n by n, overwritten by its Cholesky factor); false when it is
 * not. */
bool stat_cholesky(double *a, size_t n);
void stat_solve(const double *factor, size_t n, double *b);

/* Each writes members of the open object. */
typedef vg_code stat_compute(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err);
stat_compute stat_alpha, stat_icc, stat_krippendorff, stat_kendall_w, stat_mcnemar, stat_gap, stat_ipa, stat_suppress,
    stat_did, stat_strata, stat_kaplan_meier, stat_p_adjust, stat_proportion, stat_rate_ratio;

/* What the verdict of the scheme rests on, computed once and used by the report. */
struct stat_did_result {
  double rr, lo, hi, p_two_sided, p_one_sided, pretrend_p, phi, rr_lo_quasi, rr_hi_quasi, log_rr;
  double least, most; /* smallest and largest log rate ratio when one zone is left out */
  int64_t permutations;
};
MUST vg_code stat_did_result(struct stat_table *t, struct stat_did_result *out, struct vg_err *err);

/*
 * Small groups: n[row * columns + column]; hidden, 1 where the caller hides a cell and else 0, gets 1 where it is below
 * the threshold and 2 where it is hidden with those. Whoever has the totals of rows and columns and every shown cell
 * cannot bound a hidden cell that is not empty more tightly than to values `threshold` apart. true when a hidden set
 * was found that holds (false: everything is hidden).
 */
bool stat_hide(const double *n, size_t rows, size_t columns, double threshold, unsigned char *hidden);
/*
 * What is published beside hidden cells is the sum of all answers (each from `least` to `most`) and those of the shown
 * cells, so whoever knows how many answered knows what the hidden ones add up to. true when that bounds the mean of a
 * small cell (hidden: 1) that is not empty to less than `room`: more has then to be hidden.
 */
bool stat_sums_tell(const double *n, const double *sum, const unsigned char *hidden, size_t cells, double least,
                    double most, double room);
/*
 * Group disclosure: all n, or all but one, gave the same end of the scale (low: how many its lowest answer, high: its
 * highest). Then their sum tells everybody's answer, to anyone or to the one who differs. false for none.
 */
bool stat_one_mind(double n, double low, double high);
/*
 * Which cells of answers from 1 to 5 are hidden when the total and the shown cells' counts and sums are published:
 * those below the threshold, those of one mind, and those from which they would follow (stat_hide; together the hidden
 * ones are of more than one mind; stat_sums_tell with half of the scale, where that helps). false: the total is not
 * shown either, and nothing is.
 */
struct stat_answers {
  const double *n, *sum, *low, *high;
  size_t rows, columns;
  unsigned char *hidden, *scratch; /* rows * columns each */
};
bool stat_hide_answers(const struct stat_answers *a, double threshold);

#endif

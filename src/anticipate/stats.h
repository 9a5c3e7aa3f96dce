#ifndef VG_ANTICIPATE_STATS_H
#define VG_ANTICIPATE_STATS_H
/*
 * Distributions, accurate in both tails (relative 1e-10 or better where the argument itself is not ill-conditioned).
 * Pure. The negative binomial has size s and mean m: P(y) = C(y+s-1, y) (s/(s+m))^s (m/(s+m))^y. An infinite size is
 * Poisson.
 */
#include <math.h>
#include <stddef.h>

/* "There is none": NAN is a float. */
#define STATS_NONE ((double)NAN)
double stats_normal_cdf(double z);
double stats_normal_quantile(double p); /* -inf at 0, inf at 1 */
double stats_nb_log(double y, double size, double mean);
/* P(Y >= y); 1 for y <= 0. */
double stats_nb_tail(double y, double size, double mean);
/* The smallest y with P(Y <= y) >= p. */
double stats_nb_quantile(double p, double size, double mean);
/* P(chi2 with 4 degrees of freedom > x): two p-values combined by Fisher's method. */
double stats_fisher(double p1, double p2);
double stats_mean(const double *y, size_t n);
double stats_variance(const double *y, size_t n, double mean); /* n - 1 below */

#endif

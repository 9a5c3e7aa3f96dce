#ifndef VG_ANTICIPATE_ANTICIPATE_H
#define VG_ANTICIPATE_ANTICIPATE_H
/*
 * What comes next, and where: early warnings raised by method, for any name. A warning states what was seen, by whom, where,
 * how unlikely chance is, whom to tell, what would refute it and until when it stands. A later scan withdraws it as soon as
 * its reasons are gone (a report withdrawn, both the same organisation, the value turned benign).
 *
 * Coincidence of rare things: independent organisations of two or more zones met the same value within a window. With N
 * organisations watching and a value that each of them meets within a window with probability q, chance alone gives
 * lambda = C(N,k) q^k such meetings; the warning's p is that of at least one (Poisson), over all values tried.
 * Views: anticipate_v_warning, anticipate_v_report, anticipate_v_value, anticipate_v_zone, anticipate_v_sector.
 */
#include "base/buf.h"
#include "ledger/ledger.h"

enum anticipate_level { ANTICIPATE_VIGILANCE, ANTICIPATE_ALERT };
const char *anticipate_level_name(int level); /* "vigilance", "alert" */

struct anticipate_options {
  vg_time now;     /* VG_NOTIME: the transaction's */
  vg_time window;  /* ns; 0: 14 days */
  double alpha;    /* expected false warnings a scan, 0: 0.05 */
  int min_zones;   /* 0: 2 */
};

/* Strings borrowed until the sink returns. */
struct anticipate_warning {
  int64_t id;
  vg_str pid;            /* warning--uuid */
  int level;             /* enum anticipate_level */
  vg_str state;          /* "open" or "withdrawn" */
  vg_str withdrawn_why;  /* message id, empty while open */
  vg_time first, last;   /* of the sightings behind it */
  vg_time raised, expires, withdrawn;
  double expected, p;    /* lambda and P(at least one), over all values tried */
  double score;          /* -log10 p */
  int64_t organisations, zones, values, reports;
  vg_str about;          /* the rarest value, for a title */
  vg_str about_type;
};
typedef vg_code anticipate_warning_sink(void *ctx, const struct anticipate_warning *w, struct vg_err *err);

struct anticipate_scan {
  int64_t values, tried, raised, kept, withdrawn; /* values seen, values that met the form, warnings new / still standing / gone */
};
/* Scans the sightings, raises and withdraws, records both in the ledger. The sink (may be NULL) gets every open warning after it. */
MUST vg_code anticipate_coincidence(struct store_tx *tx, const struct actor *who, const struct anticipate_options *options,
                                    anticipate_warning_sink *sink, void *ctx, struct anticipate_scan *out, struct vg_err *err);

/* Newest first. open_only leaves out the withdrawn and the expired ones. */
MUST vg_code anticipate_each_warning(struct store_tx *tx, bool open_only, anticipate_warning_sink *sink, void *ctx,
                                     struct vg_err *err);
/* VG_ENOTFOUND when there is none; the sink is called once. */
MUST vg_code anticipate_warning_find(struct store_tx *tx, vg_str pid, anticipate_warning_sink *sink, void *ctx, struct vg_err *err);

/* What a warning stands on and whom it concerns: rows of one kind, strings borrowed. */
enum anticipate_part { ANTICIPATE_REPORT, ANTICIPATE_VALUE, ANTICIPATE_ZONE, ANTICIPATE_SECTOR, ANTICIPATE_REASON };
struct anticipate_row {
  int part;           /* enum anticipate_part */
  vg_str a;           /* report: public id of the report; value: the value; zone: its code; sector: NAF section; reason: message id */
  vg_str b;           /* report: organisation's name; value: type; zone: "seen" or "tell"; reason: its argument 1 */
  vg_str c;           /* report: organisation's public id; value: STIX id or empty; reason: argument 2 */
  vg_str d;           /* report: zone; reason: argument 3 */
  vg_time first, last; /* report: when it met the values */
  double number;      /* value: expected chance meetings */
};
typedef vg_code anticipate_row_sink(void *ctx, const struct anticipate_row *row, struct vg_err *err);
MUST vg_code anticipate_each_part(struct store_tx *tx, int64_t warning, int part, anticipate_row_sink *sink, void *ctx,
                                  struct vg_err *err);

/* Pure: the expected number of chance meetings of k out of n organisations, each with probability q; and P(at least one). */
double anticipate_chance(int64_t n, int64_t k, double q);
double anticipate_at_least_one(double expected);

extern const char anticipate_sql[];

#endif

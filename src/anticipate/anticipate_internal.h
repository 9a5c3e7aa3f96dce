#ifndef VG_ANTICIPATE_INTERNAL_H
#define VG_ANTICIPATE_INTERNAL_H
/* Shared by the files of the room only. */
#include "anticipate/anticipate.h"
#include "base/arena.h"

/* What somebody said of a warning, and how it travels (judge_merged.c). by: a public id or a name. */
enum { JUDGEMENT_WHY = 4000 };
struct judgement {
  bool confirmed;
  vg_str why;
};
MUST vg_code judgement_tell(struct store_tx *tx, const struct actor *who, int64_t warning, const struct judgement *j,
                            struct merge_made *made, struct vg_err *err);
MUST vg_code judgement_add(struct store_tx *tx, int64_t warning, const struct judgement *j, vg_str by, vg_time at,
                           vg_str uid, struct vg_err *err);
/* What came before the warning that it is about was raised here. */
MUST vg_code judgements_waiting(struct store_tx *tx, struct vg_err *err);

enum { MEETING_ORGS = 256, REASON_MAX = 8 };

/* One organisation met one value, told by one report. Texts live in the scan's arena. */
struct meeting {
  vg_str type, value, indicator;
  vg_str exact; /* of a digest that goes by the name of its cluster: its own */
  int64_t org;
  vg_str org_pid, org_name, siren, zone, naf, report;
  vg_time first, last;
};
/* The world that chance is measured in. */
struct world {
  struct meeting *m; /* by type, value, first */
  size_t count;
  int64_t organisations; /* that ever met anything */
  int64_t known;         /* values that could have been met */
  int64_t windows;       /* windows in the time watched */
  vg_time window;
};
/* One value met by several organisations within the window: m[from..from+n) in order of time, one an organisation. */
struct shared {
  struct meeting *first_of[MEETING_ORGS];
  size_t n;
  int64_t elsewhere; /* meetings of this value outside: the history that makes it common */
  double fixed_rate; /* above 0: the rate, whatever the base rate is */
  double rate;       /* of one organisation meeting it in one window */
  vg_str key;        /* the set of organisations that met it */
};
/* Values that the same organisations met close in time: one event, one warning, however many reports tell it. */
struct group {
  struct shared *value; /* of the scan's array */
  size_t *index;
  size_t n, common, benign; /* values kept; left out as common */
  double expected, p;
  double rate;
};

/* Pure: the best window of one value's meetings; false unless two organisations of enough zones met it. */
bool anticipate_window(const struct world *w, struct meeting *m, size_t n, int min_zones, struct shared *out);
typedef vg_code anticipate_shared_sink(void *ctx, const struct shared *one, struct vg_err *err);
/* Sets of techniques that two strangers' reports share and that chance gives less than alpha times. Memory is the
 * arena's. */
MUST vg_code anticipate_each_technique_set(const struct world *w, struct vg_arena *a, int min_zones, double alpha,
                                           anticipate_shared_sink *sink, void *ctx, struct vg_err *err);
/* Digests of one cluster become one value; the meetings stay in order. */
MUST vg_code anticipate_merge_akin(struct world *w, struct vg_err *err);
/* Two establishments of one company are one organisation: same record, or same SIREN. */
bool anticipate_same_org(const struct meeting *a, const struct meeting *b);
/* Pure: rate, expected number of chance events like this, p. k organisations share g values of which the commonest has
 * this rate. */
double anticipate_expected(const struct world *w, size_t k, size_t g, double rate);

/* What was recorded by as_of. */
MUST vg_code anticipate_world_load(struct store_tx *tx, struct vg_arena *a, vg_time window, vg_time as_of,
                                   struct world *w, struct vg_err *err);
/* Raises a new warning or brings the open one about the same thing up to date; *id says which stands now. */
MUST vg_code anticipate_raise(struct store_tx *tx, const struct actor *who, const struct world *w,
                              const struct group *g, vg_time now, int64_t *id, bool *fresh, struct vg_err *err);
MUST vg_code anticipate_withdraw(struct store_tx *tx, const struct actor *who, int64_t id, vg_time now,
                                 struct vg_err *err);

/* Parts of a warning, whatever raised it. */
const char *warning_number(char out[static 32], double v);
MUST vg_code warning_reason(struct store_tx *tx, int64_t id, int *rank, const char *message, const char *a,
                            const char *b, const char *c, struct vg_err *err);
MUST vg_code warning_clear(struct store_tx *tx, int64_t id, struct vg_err *err); /* all parts go */
MUST vg_code warning_pid(struct store_tx *tx, int64_t id, struct vg_id *pid, struct vg_err *err);
/* Zones to tell: where its sectors work; on an alert every zone with a referent. */
MUST vg_code warning_tell(struct store_tx *tx, int64_t id, bool alert, struct vg_err *err);
/* Sectors that a story of the watch concerns, each with the reason: after its values, before warning_tell. */
MUST vg_code story_sectors(struct store_tx *tx, int64_t warning, int64_t story, int *rank, struct vg_err *err);
MUST vg_code warning_withdraw(struct store_tx *tx, const struct actor *who, int64_t id, const char *why, vg_time now,
                              struct vg_err *err);

/*
 * For statements over organisations (o is territory_v_org): one counts for the zone that it was in at the
 * instant of knowledge $1, so that the same instant gives the same figures whatever has moved since.
 */
#define ZONE_THEN "COALESCE(b.zone, '')"
#define JOIN_THEN " LEFT JOIN territory_v_org_zone b ON b.org = o.id AND b.since <= $1 AND b.until > $1"
/* The same for those that saw something, asked once of each. */
#define JOIN_SEEN_THEN                                                                                                 \
  " LEFT JOIN (SELECT n.org_id AS org, (SELECT z.zone FROM territory_v_org_zone z WHERE z.org = n.org_id AND z.since " \
  "<= $1 AND z.until > $1) AS zone FROM (SELECT DISTINCT org_id FROM intel_v_sighting) n) b ON b.org = o.id"

#endif

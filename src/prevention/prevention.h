#ifndef VG_PREVENTION_PREVENTION_H
#define VG_PREVENTION_PREVENTION_H
/*
 * Awareness and diagnosis. Actions (visits, talks) count who came, never name them. A diagnosis answers our framework of 42 measures
 * (data/prevention); its score is an interval over what is unknown with its coverage, never a bare number; measures are ranked with every
 * term of the ranking shown; their adoption is followed. Answers and steps are only ever added.
 * Views for other rooms: prevention_v_action, prevention_v_diagnosis.
 */
#include "casework/casework.h"

struct action {
  int64_t id, org, referent, people; /* org, referent: 0 none */
  struct vg_id pid;
  char kind[16], title[200], org_name[160], zone[24], place[128], referent_name[96], state[12];
  vg_time at;
};
/* kind: visit, talk, workshop, public. The zone is the organisation's, else as given. VG_EDENIED: the referent has no mandate in force at
 * that time, or a conflict with the organisation. */
MUST vg_code prevention_action_add(struct store_tx *tx, const struct actor *who, struct action *a, struct vg_err *err);
/* It took place: "NAF:SIZE:PEOPLE" counts. */
MUST vg_code prevention_action_done(struct store_tx *tx, const struct actor *who, vg_str pid, const char *const *audience, size_t count,
                                    struct vg_err *err);
typedef vg_code prevention_action_sink(void *ctx, const struct action *a, struct vg_err *err);
MUST vg_code prevention_each_action(struct store_tx *tx, prevention_action_sink *sink, void *ctx, struct vg_err *err);

enum { MEASURES = 42 };
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_PARTLY, ANSWER_YES, ANSWER_NA, ANSWERS };
struct measure {
  int number;
  char theme[80], title[200], counters[64]; /* counters: the kinds of incident that it helps against, "*" all */
  int benefit, effort;
  enum answer answer;
  char adoption[12]; /* proposed, accepted, doing, done, refused; "" */
  /* The ranking: value = benefit x gap x (1 + sector + zone + live) / effort; find_out: unknown, so ask first. */
  double gap, sector, zone, live, value;
  bool find_out;
};
struct diagnosis {
  int64_t id, org;
  struct vg_id pid;
  char org_name[160], zone[24], naf[4], size[8], framework[32];
  vg_time made, follow_up; /* follow_up: six months after (SUIVI6M) */
  double low, high, coverage; /* 0 to 1, weighted by benefit */
  struct measure measure[MEASURES]; /* by number; rank[] gives the order of value, what is in place last */
  int rank[MEASURES];
};
const char *prevention_answer_name(enum answer a); /* "unknown", "no", "partly", "yes", "n/a" */
/* action: public id, or empty. */
MUST vg_code prevention_diagnosis_open(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str action, struct vg_id *pid,
                                       struct vg_err *err);
/* "NUMBER=ANSWER" each. */
MUST vg_code prevention_diagnosis_answer(struct store_tx *tx, const struct actor *who, vg_str pid, const char *const *answers, size_t count,
                                         struct vg_err *err);
/* state: proposed, accepted, doing, done, refused (which needs a reason). done answers the measure with yes. */
MUST vg_code prevention_adopt(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t measure, const char *state, vg_str reason,
                              struct vg_err *err);
MUST vg_code prevention_diagnosis_find(struct store_tx *tx, vg_str pid, struct diagnosis *out, struct vg_err *err);
typedef vg_code prevention_diagnosis_sink(void *ctx, const struct diagnosis *d, struct vg_err *err); /* without the measures' ranking */
MUST vg_code prevention_each_diagnosis(struct store_tx *tx, int64_t org, prevention_diagnosis_sink *sink, void *ctx, struct vg_err *err);

extern const char prevention_sql[];

#endif

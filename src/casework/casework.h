#ifndef VG_CASEWORK_CASEWORK_H
#define VG_CASEWORK_CASEWORK_H
/*
 * Affairs: what a company reports (incident) with the legal clocks that it starts, the case that it becomes with its
 * frame and offences, the exhibits with their custody. Facts come from data/law (a source in every row). Offences are
 * versioned: the one in force at the date of the facts is charged. Every writer appends to the ledger.
 * A reference to a case or exhibit is its ref ("2026-OUE-0001", "2026-OUE-0001/1") or its public id.
 * Views for other rooms: casework_v_incident, casework_v_clock, casework_v_case, casework_v_exhibit, casework_v_custody,
 * casework_v_offence, casework_v_delay.
 */
#include "territory/territory.h"

/* Loads offences and delays into an empty instance. */
MUST vg_code casework_seed(struct store_tx *tx, struct vg_err *err);

struct incident {
  int64_t id;
  struct vg_id pid;
  int64_t org; /* territory_org.id */
  char org_name[160], zone[24], kind[32], summary[512];
  vg_time happened, known, reported; /* reported VG_NOTIME when adding: now */
  bool no_personal_data;             /* when adding: CNIL72 does not apply */
};
/* Stores it and starts ASSUR72 and CNIL72 from `known`; a delay whose law was not yet in force is not applicable. */
MUST vg_code casework_incident_add(struct store_tx *tx, const struct actor *who, struct incident *in, struct vg_err *err);
MUST vg_code casework_incident_find(struct store_tx *tx, vg_str pid, struct incident *out, struct vg_err *err);
typedef vg_code casework_incident_sink(void *ctx, const struct incident *in, struct vg_err *err);
MUST vg_code casework_each_incident(struct store_tx *tx, casework_incident_sink *sink, void *ctx, struct vg_err *err);

/* state: "open", "late", "done", "not-applicable", as of the transaction's time. */
struct legal_clock {
  vg_str code, state;
  vg_time due;
};
typedef vg_code casework_clock_sink(void *ctx, const struct legal_clock *clock, struct vg_err *err);
MUST vg_code casework_each_clock(struct store_tx *tx, int64_t incident, casework_clock_sink *sink, void *ctx, struct vg_err *err);

struct affair {
  int64_t id;
  struct vg_id pid, incident;
  int64_t org;
  char ref[48], org_name[160], frame[24], zone[24], tlp[24];
  vg_time opened;
};
/* frame: flagrance, preliminary, rogatory, intelligence, prevention. ref and tlp may be empty: a ref is made, the marking is
 * AMBER+STRICT. The zone is that of the incident's organisation. VG_EEXIST: the ref is taken. */
MUST vg_code casework_case_open(struct store_tx *tx, const struct actor *who, struct affair *a, const char *const *offences,
                                size_t count, struct vg_err *err);
MUST vg_code casework_case_find(struct store_tx *tx, vg_str ref, struct affair *out, struct vg_err *err);
typedef vg_code casework_case_sink(void *ctx, const struct affair *a, struct vg_err *err);
MUST vg_code casework_each_case(struct store_tx *tx, casework_case_sink *sink, void *ctx, struct vg_err *err);

struct offence {
  vg_str code, text, label_fr, source;
  int64_t prison_years, fine_eur; /* 0: that of another offence */
  bool to_check;
};
typedef vg_code casework_offence_sink(void *ctx, const struct offence *o, struct vg_err *err);
MUST vg_code casework_each_charge(struct store_tx *tx, int64_t case_id, casework_offence_sink *sink, void *ctx, struct vg_err *err);

struct exhibit {
  int64_t id, case_id;
  struct vg_id pid;
  char ref[80], case_ref[48], description[256], medium[64], serial[64], seal[64];
  vg_time received;
};
/* case_id is given; the ref is the case's with a number. The first custody event is its reception. */
MUST vg_code casework_exhibit_add(struct store_tx *tx, const struct actor *who, struct exhibit *e, struct vg_err *err);
MUST vg_code casework_exhibit_find(struct store_tx *tx, vg_str ref, struct exhibit *out, struct vg_err *err);
typedef vg_code casework_exhibit_sink(void *ctx, const struct exhibit *e, struct vg_err *err);
/* case_id 0: all. */
MUST vg_code casework_each_exhibit(struct store_tx *tx, int64_t case_id, casework_exhibit_sink *sink, void *ctx, struct vg_err *err);

extern const char casework_sql[];

#endif

#ifndef VG_DOSSIER_INTERNAL_H
#define VG_DOSSIER_INTERNAL_H
#include "dossier/dossier.h"

/* Something that happened, in order of time. */
struct event {
  vg_time at, until;
  struct told told; /* of a finding; else nothing is told but `at` */
  const char *type; /* "observed", ... */
  size_t text, n;   /* within draft.texts */
  int64_t entry;    /* of the ledger, -1: none */
};
struct draft {
  struct store_tx *tx;
  const struct actor *who;
  enum vg_lang lang;
  struct paper *p;
  struct affair a;
  struct incident in;
  struct act act; /* DOSSIER_PV */
  struct vg_buf line, texts;
  struct event *event;
  size_t events, room;
};

/* A message with its arguments, valid until the next one. */
#define WORDS(d, ...) dossier_words((d), (const char *const[]){__VA_ARGS__, NULL})
vg_str dossier_words(struct draft *d, const char *const *words);
/* The word for a code: stem + code, or the code. Static lifetime or the code itself. */
const char *dossier_word(const struct draft *d, const char *stem, const char *code);
/* "M. Keller, occupant, gérant"; who is under the officer's authority is said to be. */
enum { PERSON = 800 };
const char *dossier_person(char out[static PERSON], const struct draft *d, const struct attendee *p);
/* In what quality the officer of an act acts, with the oath's reference. */
const char *dossier_quality(char out[static PERSON], const struct draft *d, const struct act *a);
/* "05/03/2024 10:12:07 (Paris), 09:12:07 UTC" */
enum { MOMENT = 80 };
const char *dossier_moment(char out[static MOMENT], const struct draft *d, vg_time t);
#define AT(d, t) dossier_moment((char[MOMENT]){0}, (d), (t))
/* The ledger's entry about a subject of this kind and time, -1 when there is none. */
MUST vg_code dossier_entry(struct draft *d, const char *subject, const char *kind, vg_time t, int64_t *index,
                           struct vg_err *err);
/* A statement with its kind and its entry: "… [constaté, journal n° 12]". */
void dossier_statement(struct draft *d, const char *type, int64_t entry, vg_str text);

/* Gathers what happened in the case, sorted by time. */
MUST vg_code dossier_events(struct draft *d, struct vg_err *err);

/* Parts: each writes its heading and its content. */
MUST vg_code part_pv(struct draft *d, struct vg_err *err);
MUST vg_code part_report(struct draft *d, struct vg_err *err);
MUST vg_code part_inventory(struct draft *d, struct vg_err *err);
MUST vg_code part_handover(struct draft *d, struct vg_err *err);
MUST vg_code part_summary(struct draft *d, struct vg_err *err);
MUST vg_code part_complaint(struct draft *d, struct vg_err *err);
MUST vg_code part_sheet(struct draft *d, struct vg_err *err);
/* What has to be proved × the findings that bear on it; nothing when the kind has no pattern. */
MUST vg_code dossier_matrix(struct draft *d, struct vg_err *err);
/* The table of the legal clocks of the incident. */
MUST vg_code dossier_clocks(struct draft *d, struct vg_err *err);
/* What missing those that run means, and how the hours are counted. */
MUST vg_code dossier_clocks_missed(struct draft *d, struct vg_err *err);

#endif

#ifndef VG_TERRITORY_INTERNAL_H
#define VG_TERRITORY_INTERNAL_H
/* Between the files of the room. */
#include "territory/territory.h"

/* VG_EDATA names what is wrong of its name, SIREN, section, size or department; a NAF code becomes its section. */
MUST vg_code territory_org_check(struct store_tx *tx, struct org *o, struct vg_err *err);
/* territory_org_find by what it is called now, not by a name that was put right. VG_ENOTFOUND says nothing in err. */
MUST vg_code territory_org_find_now(struct store_tx *tx, vg_str ref, struct org *out, struct vg_err *err);
/* Nobody takes a name that another one bore, unless its SIREN tells them apart: VG_EEXIST. */
MUST vg_code territory_name_free(struct store_tx *tx, const struct org *o, struct vg_err *err);
/* VG_EDATA: no such department. */
MUST vg_code territory_department_check(struct store_tx *tx, const char *department, struct vg_err *err);
/* An organisation whose department is known and has no date yet is there since then. */
MUST vg_code territory_seat_known(struct store_tx *tx, int64_t org, vg_time since, struct vg_err *err);
/* How moves of organisations are taken in: one that another instance speaks of, and where it stands. */
MUST vg_code territory_known_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                                   struct vg_err *err);
/* One more name that means it, unless it means another one. */
MUST vg_code territory_alias_add(struct store_tx *tx, vg_str subject, int64_t org, struct vg_err *err);
/* Under which of its names a field of it is told: the same on every instance. "": under none so far. */
MUST vg_code territory_told_as(struct store_tx *tx, int64_t org, const char *field, struct vg_id *name,
                               struct vg_err *err);
MUST vg_code territory_correction_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                      struct vg_err *err);
MUST vg_code territory_seats_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                 struct vg_err *err);
/* With a role of ours for somebody whom a company or a partner employs, a conflict of interest with it is declared,
 * unless one was. */
MUST vg_code territory_employer_apart(struct store_tx *tx, const struct actor *who, const struct person *p,
                                      struct vg_err *err);
/* People: who is meant, their mandates, capacity and conflicts of interest, taken in. */
MUST vg_code territory_person_known_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                                          struct vg_err *err);
MUST vg_code territory_person_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                  struct vg_err *err);
/* Written down for other instances, after the rows are changed: mandates that changed; capacity and skills;
 * a conflict that was declared, or lifted at `until`. */
MUST vg_code territory_tell_mandates(struct store_tx *tx, const struct actor *who, int64_t person, struct vg_err *err);
MUST vg_code territory_tell_capacity(struct store_tx *tx, const struct actor *who, int64_t person, struct vg_err *err);
MUST vg_code territory_tell_conflict(struct store_tx *tx, const struct actor *who, int64_t person, const struct org *o,
                                     vg_str reason, vg_time until, bool lifted, struct vg_err *err);
MUST vg_code territory_adopt_people(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);

/* A name as one tells it over the telephone, appended: without capitals, accents, signs and legal form. */
void territory_spoken(struct vg_buf *out, vg_str name);
/* What stands beside a name in its row: as it is searched (name and SIREN), and as it is spoken. */
struct folded {
  struct vg_buf words, spoken;
};
void territory_folded_init(struct folded *f, const struct org *o);
void territory_folded_fini(struct folded *f);
MUST vg_code territory_org_of(struct store_tx *tx, int64_t id, struct org *o, struct vg_err *err);
struct vg_id territory_org_name(const struct org *o); /* as instances speak of it */
struct vg_id territory_text_name(vg_str text);        /* of one with this SIREN, or this name and no SIREN */
/* The departments that hold of those told under all its names. */
MUST vg_code territory_seats_show(struct store_tx *tx, int64_t org, struct vg_err *err);

#endif

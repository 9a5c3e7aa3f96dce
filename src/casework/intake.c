/* The first conversation with a victim. */
#include "casework/casework_internal.h"

#include <string.h>

static vg_code check(const struct intake *a, struct vg_err *err) {
  static const char *const words[] = {"yes", "no", "unknown"};
  const char *const answers[] = {a->ongoing, a->personal_data, a->money, a->insured, a->complaint, a->traces};
  for (size_t i = 0; i < VG_COUNT(answers); i++) {
    bool known = false;
    for (size_t k = 0; k < VG_COUNT(words); k++)
      known = known || strcmp(answers[i], words[k]) == 0;
    if (!known)
      return VG_FAIL(err, VG_EDATA, "casework.intake_answer", answers[i]);
  }
  return vg_utf8_ok(vg_str_z(a->contact)) ? VG_OK : VG_FAIL(err, VG_EDATA, "casework.intake_contact");
}

/* A time that is not known is the latest that it can be. */
static void settle_times(const struct store_tx *tx, struct incident *in, struct intake *a) {
  bool happened = in->happened == VG_NOTIME, known = in->known == VG_NOTIME;
  if (in->reported == VG_NOTIME)
    in->reported = store_now(tx);
  if (known)
    in->known = in->reported;
  if (happened)
    in->happened = in->known;
  vg_str_copy(a->unsure, sizeof a->unsure,
              vg_str_z(happened && known ? "happened+known"
                       : happened        ? "happened"
                       : known           ? "known"
                                         : ""));
}

static vg_code drop_clock(struct store_tx *tx, const struct actor *who, const struct incident *in, const char *code,
                          const char *reason, struct vg_err *err) {
  int64_t open;
  VG_TRY(store_get_int(tx, &open,
                       "SELECT COUNT(*) FROM casework_v_clock WHERE incident = $1 AND code = $2 AND state = 'open'",
                       S_ARGS(S_INT(in->id), S_Z(code)), err));
  return open ? casework_clock_set(tx, who, in, code, CLOCK_NOT_APPLICABLE, store_now(tx), vg_str_z(reason), err)
              : VG_OK;
}

enum { NEAR = 30 };
/* $1 its own id or 0, $2 organisation, $3 and $4 from and to; the contacts are compared by same_contact. */
#define TWINS                                                                                                          \
  "SELECT i.pid, i.org, COALESCE(k.contact, '') FROM casework_incident i LEFT JOIN casework_intake k ON k.incident = " \
  "i.id WHERE i.id <> $1 AND i.reported BETWEEN $3 AND $4 AND (i.org = $2 OR k.contact <> '') ORDER BY i.id"
#define TWIN_ARGS(in)                                                                                                  \
  S_ARGS(S_INT((in)->id), S_INT((in)->org), S_TIME((in)->reported - NEAR * VG_DAY),                                    \
         S_TIME((in)->reported + NEAR * VG_DAY))

/* The last digits of a telephone number, however it is written: "06 12 34 56 78" and "+33 6.12.34.56.78" are one. */
enum { PHONE = 9 };
static bool phone_of(vg_str s, char out[static PHONE]) {
  size_t n = 0;
  while (s.n && n < PHONE)
    if (vg_is_digit(s.p[--s.n]))
      out[PHONE - ++n] = s.p[s.n];
  return n == PHONE;
}

static bool same_contact(vg_str a, vg_str b) {
  char one[PHONE], other[PHONE];
  a = vg_str_trim(a);
  b = vg_str_trim(b);
  if (!a.n || !b.n)
    return false;
  return vg_str_eq_ci(a, b) || (phone_of(a, one) && phone_of(b, other) && memcmp(one, other, PHONE) == 0);
}

/* The next row of TWINS that may be the same victim. */
static bool next_twin(struct store_rows *q, int64_t org, vg_str contact) {
  while (store_next(q))
    if (store_int(q, 1) == org || same_contact(store_str(q, 2), contact))
      return true;
  return false;
}

static vg_code no_twin(struct store_tx *tx, const struct incident *in, const struct intake *a, vg_str again,
                       struct vg_err *err) {
  struct store_rows *q;
  struct vg_id twin;
  const struct incident fresh = {.org = in->org, .reported = in->reported};
  if (vg_str_trim(again).n)
    return again.n <= 250 && vg_utf8_ok(again) ? VG_OK : VG_FAIL(err, VG_EDATA, "casework.access_motive", VG_N(250));
  VG_TRY(store_query(tx, &q, TWINS, TWIN_ARGS(&fresh), err));
  bool found = next_twin(q, in->org, vg_str_z(a->contact));
  if (found)
    twin = vg_id_of(store_str(q, 0));
  VG_TRY(store_done(&q, err));
  return found ? VG_FAIL(err, VG_EEXIST, "casework.intake_twin", twin.s) : VG_OK;
}

vg_code casework_intake(struct store_tx *tx, const struct actor *who, struct incident *in, struct intake *a,
                        vg_str again, struct vg_err *err) {
  VG_TRY(check(a, err));
  if (strcmp(in->kind, "unknown") == 0)
    vg_str_copy(in->kind, sizeof in->kind, VG_STR("other"));
  settle_times(tx, in, a);
  in->no_personal_data = strcmp(a->personal_data, "no") == 0;
  VG_TRY(no_twin(tx, in, a, again, err));
  VG_TRY(casework_incident_add(tx, who, in, err));
  VG_TRY(store_exec(tx,
                    "INSERT INTO casework_intake (incident, contact, ongoing, personal_data, money, insured, "
                    "complaint, traces, unsure) "
                    "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
                    S_ARGS(S_INT(in->id), S_Z(a->contact), S_Z(a->ongoing), S_Z(a->personal_data), S_Z(a->money),
                           S_Z(a->insured), S_Z(a->complaint), S_Z(a->traces), S_Z(a->unsure)),
                    err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_INTAKE, in->pid.s, err, S_INT(in->id)));
  if (strcmp(a->insured, "no") == 0)
    VG_TRY(drop_clock(tx, who, in, "ASSUR72", "pas d'assurance cyber, selon la victime", err));
  return LEDGER_TELL(tx, who, "incident.intake", in->pid.s, err, "contact", a->contact, "ongoing", a->ongoing,
                     "personal_data", a->personal_data, "money", a->money, "insured", a->insured, "complaint",
                     a->complaint, "traces", a->traces, "unsure", a->unsure, "again", VG_T(vg_str_trim(again)));
}

vg_code casework_intake_find(struct store_tx *tx, int64_t incident, struct intake *out) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT contact, ongoing, personal_data, money, insured, complaint, traces, unsure FROM "
                     "casework_intake WHERE incident = $1",
                     S_ARGS(S_INT(incident)), NULL));
  bool found = store_next(q);
  const struct {
    char *to;
    size_t cap;
  } text[] = {{out->contact, sizeof out->contact},
              {out->ongoing, sizeof out->ongoing},
              {out->personal_data, sizeof out->personal_data},
              {out->money, sizeof out->money},
              {out->insured, sizeof out->insured},
              {out->complaint, sizeof out->complaint},
              {out->traces, sizeof out->traces},
              {out->unsure, sizeof out->unsure}};
  for (int i = 0; found && i < (int)VG_COUNT(text); i++)
    vg_str_copy(text[i].to, text[i].cap, store_str(q, i));
  VG_TRY(store_done(&q, NULL));
  return found ? VG_OK : VG_ENOTFOUND;
}

void casework_times_told(const struct incident *in, vg_time *happened, vg_time *known) {
  *happened = strstr(in->unsure, "happened") ? VG_NOTIME : in->happened;
  *known = strstr(in->unsure, "known") ? VG_NOTIME : in->known;
}

/* Of another zone's: that there is one, nothing of what it says. */
static vg_code give(struct store_tx *tx, const struct actor *who, vg_str pid, casework_incident_sink *sink, void *ctx,
                    struct vg_err *err) {
  struct incident in;
  VG_TRY(casework_incident_find(tx, pid, &in, err));
  if (territory_access(tx, who, in.org, NULL) != VG_OK)
    return VG_OK;
  if (casework_incident_access(tx, who, &in, NULL) == VG_OK)
    return sink(ctx, &in, err);
  struct incident bare = {.happened = VG_NOTIME, .known = VG_NOTIME, .reported = in.reported};
  vg_str_copy(bare.zone, sizeof bare.zone, vg_str_z(in.zone));
  return sink(ctx, &bare, err);
}

vg_code casework_each_twin(struct store_tx *tx, const struct actor *who, const struct incident *in,
                           casework_incident_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  struct intake a = {.contact = ""};
  vg_code rc = VG_OK;
  if (casework_intake_find(tx, in->id, &a) != VG_OK)
    a.contact[0] = 0;
  VG_TRY(store_query(tx, &q, TWINS, TWIN_ARGS(in), err));
  while (rc == VG_OK && next_twin(q, in->org, vg_str_z(a.contact))) {
    struct vg_id pid = vg_id_of(store_str(q, 0));
    rc = give(tx, who, vg_id_str(&pid), sink, ctx, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

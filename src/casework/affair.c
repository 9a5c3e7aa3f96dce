#include "base/jsonw.h"
#include "casework/casework_internal.h"

#include <stdio.h>
#include <string.h>

static const char *const frames[] = {"flagrance", "preliminary", "rogatory", "intelligence", "prevention"};

bool casework_frame_known(const char *frame) {
  for (size_t i = 0; i < VG_COUNT(frames); i++) {
    if (vg_str_eqz(vg_str_z(frame), frames[i]))
      return true;
  }
  return false;
}

/* 2026-OUE-0001: year, three letters of the zone, the first number that is free from as many as there are. */
static vg_code make_ref(struct store_tx *tx, struct affair *a, struct vg_err *err) {
  char now[VG_TIME_TEXT], first[24], after[24];
  int64_t n;
  bool free_;
  vg_time_text(now, store_now(tx), false);
  snprintf(first, sizeof first, "%.4s-%.3s-", now, a->zone[0] ? a->zone : "NAT");
  snprintf(after, sizeof after, "%.4s-%.3s.", now, a->zone[0] ? a->zone : "NAT"); /* '.' follows '-' */
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM casework_case WHERE ref >= $1 AND ref < $2",
                       S_ARGS(S_Z(first), S_Z(after)), err));
  do {
    snprintf(a->ref, sizeof a->ref, "%s%04lld", first, (long long)++n);
    VG_TRY(casework_number_free(tx, NUMBER_CASE, a->ref, &free_, err));
  } while (!free_);
  return VG_OK;
}

/* Letters and digits of a code, capitals: "cp 323-2 al.1" is "CP3232AL1". */
static size_t squeezed(vg_str s, char out[static 64]) {
  size_t n = 0;
  for (size_t i = 0; i < s.n && n < 63; i++)
    if (vg_is_alnum(s.p[i]))
      out[n++] = (char)(s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 'a' + 'A' : s.p[i]);
  out[n] = 0;
  return n;
}

/* How much of the code was typed: what both begin with, with or without the letters of the law before the number. */
static size_t alike(const char *typed, const char *code) {
  size_t n = 0, law = vg_is_digit(typed[0]) ? strcspn(code, "0123456789") : 0;
  while (typed[n] && typed[n] == code[law + n])
    n++;
  return n;
}

enum { NEAR_CODES = 5, NEAR_LEAST = 3 };
struct near {
  char typed[64], code[NEAR_CODES][48];
  size_t best, n;
};

static void near_one(struct near *x, vg_str code) {
  char one[64];
  squeezed(code, one);
  size_t got = alike(x->typed, one);
  if (got < NEAR_LEAST || got < x->best)
    return;
  if (got > x->best)
    x->n = 0;
  x->best = got;
  for (size_t i = 0; i < x->n; i++)
    if (vg_str_eqz(code, x->code[i]))
      return;
  if (x->n < NEAR_CODES)
    vg_str_copy(x->code[x->n++], sizeof x->code[0], code);
}

/* No such code: those of that day that begin most like it are named. */
static vg_code unknown_offence(struct store_tx *tx, const char *code, vg_time facts, struct vg_err *err) {
  struct near x = {.best = 0};
  struct store_rows *q;
  char list[NEAR_CODES * 50 + 8] = "";
  squeezed(vg_str_z(code), x.typed);
  VG_TRY(store_query(tx, &q,
                     "SELECT code FROM casework_offence WHERE (since IS NULL OR since <= $1) AND (until IS NULL OR "
                     "until > $1) ORDER BY code",
                     S_ARGS(S_TIME(facts)), err));
  while (store_next(q))
    near_one(&x, store_str(q, 0));
  VG_TRY(store_done(&q, err));
  for (size_t i = 0; i < x.n; i++) {
    strncat(list, i ? ", " : "", sizeof list - strlen(list) - 1);
    strncat(list, x.code[i], sizeof list - strlen(list) - 1);
  }
  return x.n ? VG_FAIL(err, VG_EDATA, "casework.offence_near", code, list)
             : VG_FAIL(err, VG_EDATA, "casework.offence", code);
}

/* The version of the offence that was in force when it happened. code: or the article as it is cited, "CP 312-1". */
static vg_code charge(struct store_tx *tx, const struct actor *who, const struct affair *a, const char *code,
                      vg_time facts, struct vg_err *err) {
  int64_t id;
  vg_code rc = store_get_int(
      tx, &id,
      "SELECT id FROM casework_offence WHERE (code = $1 OR text = $1) AND (since IS NULL OR since <= $2) AND "
      "(until IS NULL OR until > $2) ORDER BY id LIMIT 1",
      S_ARGS(S_Z(code), S_TIME(facts)), NULL);
  if (rc == VG_ENOTFOUND)
    return unknown_offence(tx, code, facts, err);
  VG_TRY(rc);
  rc = store_exec(tx, "INSERT INTO casework_charge (case_id, offence) VALUES ($1, $2)", S_ARGS(S_INT(a->id), S_INT(id)),
                  err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "casework.offence_twice", code);
  VG_TRY(rc);
  VG_TRY(ROW_ADDED(tx, who, TOLD_OFFENCE, a->pid.s, err, S_INT(id)));
  return ROW_ADDED(tx, who, TOLD_CHARGE, a->pid.s, err, S_INT(a->id), S_INT(id));
}

vg_code casework_charge_add(struct store_tx *tx, const struct actor *who, const struct affair *a, const char *code,
                            struct vg_err *err) {
  struct incident in;
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(casework_case_alive(tx, a->id, err));
  VG_TRY(casework_incident_find(tx, vg_id_str(&a->incident), &in, err));
  VG_TRY(charge(tx, who, a, code, in.happened, err));
  return LEDGER_TELL(tx, who, "case.charged", a->pid.s, err, "case", a->ref, "offence", code);
}

static vg_code record(struct store_tx *tx, const struct actor *who, const struct affair *a, const char *const *offences,
                      size_t count, vg_str again, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "ref", a->ref);
  vg_jw_kz(&w, "incident", a->incident.s);
  vg_jw_kz(&w, "frame", a->frame);
  if (again.n)
    vg_jw_kstr(&w, "again", again);
  vg_jw_key(&w, "offences");
  vg_jw_arr(&w);
  for (size_t i = 0; i < count; i++)
    vg_jw_z(&w, offences[i]);
  vg_jw_end(&w);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "case.opened", a->pid.s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

/* A second case of one incident is meant, with its reason, or a mistake. */
static vg_code only_one(struct store_tx *tx, const struct incident *in, vg_str again, struct vg_err *err) {
  struct vg_buf ref;
  if (vg_str_trim(again).n)
    return again.n <= 250 && vg_utf8_ok(again) ? VG_OK : VG_FAIL(err, VG_EDATA, "casework.access_motive", VG_N(250));
  vg_buf_init(&ref, 128);
  vg_code rc = store_get_text(tx, &ref, "SELECT ref FROM casework_case WHERE incident = $1 ORDER BY id LIMIT 1",
                              S_ARGS(S_INT(in->id)), NULL);
  rc = rc == VG_ENOTFOUND ? VG_OK
       : rc == VG_OK      ? VG_FAIL(err, VG_EEXIST, "casework.incident_has_case", vg_buf_text(&ref))
                          : rc;
  vg_buf_fini(&ref);
  return rc;
}

vg_code casework_case_open(struct store_tx *tx, const struct actor *who, struct affair *a, const char *const *offences,
                           size_t count, vg_str again, struct vg_err *err) {
  struct incident in;
  bool free_;
  if (!casework_frame_known(a->frame))
    return VG_FAIL(err, VG_EDATA, "casework.frame", a->frame);
  if (count == 0)
    return VG_FAIL(err, VG_EDATA, "casework.no_offence");
  VG_TRY(casework_incident_see(tx, who, vg_id_str(&a->incident), &in, err));
  VG_TRY(only_one(tx, &in, again, err));
  a->org = in.org;
  vg_str_copy(a->org_name, sizeof a->org_name, vg_str_z(in.org_name));
  vg_str_copy(a->zone, sizeof a->zone, vg_str_z(in.zone));
  if (!a->tlp[0])
    vg_str_copy(a->tlp, sizeof a->tlp, VG_STR("AMBER+STRICT"));
  if (!a->ref[0])
    VG_TRY(make_ref(tx, a, err));
  VG_TRY(casework_number_free(tx, NUMBER_CASE, a->ref, &free_, err));
  if (!free_)
    return VG_FAIL(err, VG_EEXIST, "casework.case_exists", a->ref);
  a->opened = store_now(tx);
  a->pid = vg_id_new("case", a->opened);
  VG_TRY(store_insert(
      tx, &a->id,
      "INSERT INTO casework_case (pid, ref, printed, incident, frame, zone, tlp, opened) "
      "VALUES ($1, $2, $2, $3, $4, $5, $6, $7) RETURNING id",
      S_ARGS(S_Z(a->pid.s), S_Z(a->ref), S_INT(in.id), S_Z(a->frame), S_Z(a->zone), S_Z(a->tlp), S_TIME(a->opened)),
      err));
  VG_TRY(casework_incident_settle(tx, in.id, err));
  vg_str_copy(a->state, sizeof a->state, VG_STR("open"));
  VG_TRY(casework_case_own(tx, who, a, err));
  VG_TRY(casework_case_index(tx, a->id, err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_CASE, a->pid.s, err, S_INT(a->id)));
  for (size_t i = 0; i < count; i++)
    VG_TRY(charge(tx, who, a, offences[i], in.happened, err));
  return record(tx, who, a, offences, count, vg_str_trim(again), err);
}

vg_code casework_incident_settle(struct store_tx *tx, int64_t incident, struct vg_err *err) {
  return store_exec(tx,
                    "UPDATE casework_incident SET waiting = CASE WHEN EXISTS (SELECT 1 FROM casework_case c WHERE "
                    "c.incident = $1) THEN 0 ELSE 1 END WHERE id = $1",
                    S_ARGS(S_INT(incident)), err);
}

void casework_case_read(struct store_rows *q, struct affair *a) {
  *a = (struct affair){.id = store_int(q, 0),
                       .pid = vg_id_of(store_str(q, 1)),
                       .incident = vg_id_of(store_str(q, 3)),
                       .org = store_int(q, 4),
                       .opened = store_time(q, 9)};
  vg_str_copy(a->ref, sizeof a->ref, store_str(q, 2));
  vg_str_copy(a->org_name, sizeof a->org_name, store_str(q, 5));
  vg_str_copy(a->frame, sizeof a->frame, store_str(q, 6));
  vg_str_copy(a->zone, sizeof a->zone, store_str(q, 7));
  vg_str_copy(a->tlp, sizeof a->tlp, store_str(q, 8));
  vg_str_copy(a->state, sizeof a->state, store_str(q, 10));
}

vg_code casework_case_find(struct store_tx *tx, vg_str ref, struct affair *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, CASE_COLUMNS "WHERE c.ref = $1 OR c.pid = $1", S_ARGS(S_STR(ref)), err));
  bool found = store_next(q);
  if (found)
    casework_case_read(q, out);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : casework_number_unknown(tx, NUMBER_CASE, ref, "casework.no_case", err);
}

#define OF(which)                                                                                                      \
  CASE_COLUMNS "WHERE " which CASEWORK_SEEN("c.id", "c.zone", "i.org", "$3", "$4", "$5", "$6") " ORDER BY c.id"
vg_code casework_each_case_of(struct store_tx *tx, const struct actor *who, int64_t org, int64_t incident,
                              casework_case_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     incident ? OF("c.incident = $2 AND (i.org = $1 OR $1 = 0)")
                     : org    ? OF("i.org = $1 AND $2 = 0")
                              : OF("$1 = 0 AND $2 = 0"),
                     S_ARGS(S_INT(org), S_INT(incident), S_INT(who->person), S_Z(casework_bounds(who)),
                            S_INT(territory_bound(who)), S_TIME(store_now(tx))),
                     err));
  while (rc == VG_OK && store_next(q)) {
    struct affair a;
    casework_case_read(q, &a);
    rc = sink(ctx, &a, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

void casework_offence_age(char out[static 64], struct offence *o, vg_time facts) {
  vg_time read;
  bool older = o->since == VG_NOTIME && vg_time_parse(o->verified, &read) && facts < read;
  if (older && vg_str_find(o->doubt, VG_STR("since"), 0) == SIZE_MAX) {
    snprintf(out, 64, "%.*s%ssince", (int)(o->doubt.n < 48 ? o->doubt.n : 48), o->doubt.n ? o->doubt.p : "",
             o->doubt.n ? "+" : "");
    o->doubt = vg_str_z(out);
  }
  o->to_check = o->doubt.n > 0;
}

vg_code casework_each_charge(struct store_tx *tx, int64_t case_id, casework_offence_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT v.code, v.text, v.label_fr, v.source, v.prison_years, v.fine_eur, v.to_check, v.doubt, "
                     "v.circumstance, v.natinf, v.verified, v.since, "
                     "v.until, i.happened FROM casework_v_charge v JOIN casework_case c ON c.id = v.case_id JOIN "
                     "casework_incident i ON i.id = c.incident "
                     "WHERE v.case_id = $1 ORDER BY v.code",
                     S_ARGS(S_INT(case_id)), err));
  while (rc == VG_OK && store_next(q)) {
    struct offence o = {.code = store_str(q, 0),
                        .text = store_str(q, 1),
                        .label_fr = store_str(q, 2),
                        .source = store_str(q, 3),
                        .prison_years = store_int(q, 4),
                        .fine_eur = store_int(q, 5),
                        .to_check = store_int(q, 6) != 0,
                        .doubt = store_str(q, 7),
                        .circumstance = store_str(q, 8),
                        .natinf = store_str(q, 9),
                        .verified = store_str(q, 10),
                        .since = store_time(q, 11),
                        .until = store_time(q, 12)};
    char doubt[64];
    casework_offence_age(doubt, &o, store_time(q, 13));
    rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

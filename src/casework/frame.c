/* The frame of a case changes: each change is a version of its field "frame" (merge.h), and a row of its history. */
#include "base/jsonw.h"
#include "casework/casework_internal.h"

enum { REFERENCE = 250, AUTHORITY = 250 };

static char *stamp(char out[static VG_TIME_TEXT], vg_time t) { return vg_time_text(out, t, false); }
#define STAMP(t) stamp((char[VG_TIME_TEXT]){0}, (t))

static bool prolongs(const struct frame_change *f) { return vg_str_eq(f->frame, f->was); }

/* --- what is wrong with it --- */

static vg_code check_words(const struct frame_change *f, struct vg_err *err) {
  if (vg_str_trim(f->reference).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.frame_reference");
  if (f->reference.n > REFERENCE || f->authority.n > AUTHORITY || !vg_utf8_ok(f->reference) ||
      !vg_utf8_ok(f->authority))
    return VG_FAIL(err, VG_EDATA, "casework.act_text");
  bool decided = prolongs(f) || vg_str_eqz(f->frame, "rogatory");
  return decided && vg_str_trim(f->authority).n == 0 ? VG_FAIL(err, VG_EDATA, "casework.frame_authority") : VG_OK;
}

/* Not before the facts nor the last change, and no act that started in the frame of before would be in the new one. */
static vg_code check_from(struct store_tx *tx, const struct affair *a, const struct frame_change *f,
                          struct vg_err *err) {
  struct incident in;
  int64_t last, act;
  VG_TRY(casework_incident_find(tx, vg_id_str(&a->incident), &in, err));
  VG_TRY(store_get_int(tx, &last, "SELECT COALESCE(MAX(since), 0) FROM casework_case_frame WHERE case_id = $1",
                       S_ARGS(S_INT(a->id)), err));
  vg_time earliest = last > in.happened ? last : in.happened;
  if (f->from == VG_NOTIME || f->from < earliest || f->from > store_now(tx))
    return VG_FAIL(err, VG_EDATA, "casework.frame_from", STAMP(earliest));
  if (prolongs(f))
    return VG_OK;
  VG_TRY(store_get_int(tx, &act, "SELECT COALESCE(MAX(started), 0) FROM casework_act WHERE case_id = $1",
                       S_ARGS(S_INT(a->id)), err));
  return act > f->from
             ? VG_FAIL(err, VG_ESTATE, "casework.frame_act", a->ref, STAMP(act), WORD("server.frame", a->frame))
             : VG_OK;
}

struct penalty {
  int64_t most;
  bool unknown; /* that of another offence */
};
static vg_code see_penalty(void *ctx, const struct offence *o, struct vg_err *err) {
  struct penalty *p = ctx;
  (void)err;
  p->most = o->prison_years > p->most ? o->prison_years : p->most;
  p->unknown |= o->prison_years == 0;
  return VG_OK;
}

/* Once, before the end, by the time that the law gives, for offences that are heavy enough. */
static vg_code check_prolongation(struct store_tx *tx, const struct affair *a, const struct frame_change *f,
                                  struct vg_err *err) {
  struct frame_rule rule;
  struct flagrance now;
  struct penalty p = {.most = 0};
  if (!casework_frame_rule(f->frame, &rule) || f->until == VG_NOTIME)
    return VG_FAIL(err, VG_ESTATE, "casework.frame_same", a->ref, WORD("server.frame", a->frame));
  VG_TRY(casework_flagrance(tx, a->id, &now, err));
  if (now.end == VG_NOTIME)
    return VG_FAIL(err, VG_ESTATE, "casework.flagrance_no_act", a->ref);
  if (now.prolonged)
    return VG_FAIL(err, VG_EDENIED, "casework.flagrance_twice", a->ref, STAMP(now.end));
  if (f->from < now.first)
    return VG_FAIL(err, VG_EDATA, "casework.frame_from", STAMP(now.first));
  if (f->from > now.end)
    return VG_FAIL(err, VG_EDENIED, "casework.flagrance_late", a->ref, STAMP(now.end));
  vg_time most = now.end + rule.prolonged_hours * VG_HOUR;
  if (f->until <= now.end || f->until > most)
    return VG_FAIL(err, VG_EDATA, "casework.flagrance_until", STAMP(now.end), STAMP(most));
  VG_TRY(casework_each_charge(tx, a->id, see_penalty, &p, err));
  return p.most < rule.prison_years && !p.unknown
             ? VG_FAIL(err, VG_EDENIED, "casework.flagrance_penalty", a->ref, VG_N(rule.prison_years),
                       VG_T(rule.prolonged_article), VG_N(p.most))
             : VG_OK;
}

static vg_code check(struct store_tx *tx, const struct affair *a, const struct frame_change *f, struct vg_err *err) {
  char frame[24];
  if (!casework_frame_known(vg_str_copy(frame, sizeof frame, f->frame)))
    return VG_FAIL(err, VG_EDATA, "casework.frame", frame);
  if (casework_frame_regime(f->frame) != casework_frame_regime(f->was))
    return VG_FAIL(err, VG_EDENIED, "casework.frame_regime", a->ref, WORD("server.frame", frame), frame, a->incident.s);
  VG_TRY(casework_case_alive(tx, a->id, err));
  if (prolongs(f))
    VG_TRY(check_prolongation(tx, a, f, err));
  else if (f->until != VG_NOTIME)
    return VG_FAIL(err, VG_EDATA, "casework.frame_until");
  VG_TRY(check_words(f, err));
  return check_from(tx, a, f, err);
}

/* --- as a version --- */

static vg_code write_value(const struct frame_change *f, vg_time since, struct vg_buf *value, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, value);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "was", f->was);
  vg_jw_kstr(&w, "frame", f->frame);
  vg_jw_kint(&w, "from", f->from);
  if (f->until != VG_NOTIME)
    vg_jw_kint(&w, "until", f->until);
  if (prolongs(f) && since != VG_NOTIME)
    vg_jw_kint(&w, "since", since);
  vg_jw_kstr(&w, "reference", f->reference);
  vg_jw_kstr(&w, "authority", some(f->authority));
  vg_jw_end(&w);
  return vg_buf_check(value, err);
}

static bool read_frame(vg_jv value, const char *key, vg_str *out) {
  char name[24];
  return merge_text(value, key, sizeof name - 1, out) && casework_frame_known(vg_str_copy(name, sizeof name, *out));
}

/* since: of the flagrance that is prolonged, else when the frame begins. Texts are of j. */
static vg_code read_value(struct vg_json *j, const struct merge_version *v, struct frame_change *f, vg_time *since,
                          struct vg_err *err) {
  vg_jv value;
  int64_t from;
  VG_TRY(vg_json_parse(j, v->value, &value, err));
  *f = (struct frame_change){.until = VG_NOTIME};
  bool ok = read_frame(value, "frame", &f->frame) && read_frame(value, "was", &f->was) &&
            casework_frame_regime(f->frame) == casework_frame_regime(f->was) &&
            vg_jv_i64(vg_jv_at(value, "from"), &from) && merge_text(value, "reference", REFERENCE, &f->reference) &&
            merge_text(value, "authority", AUTHORITY, &f->authority);
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
  f->from = from;
  (void)vg_jv_i64(vg_jv_at(value, "until"), &f->until);
  *since = prolongs(f) ? VG_NOTIME : f->from;
  if (prolongs(f))
    (void)vg_jv_i64(vg_jv_at(value, "since"), since);
  return VG_OK;
}

static vg_code set_frame(struct store_tx *tx, vg_str pid, const struct frame_change *f, vg_time since,
                         struct vg_err *err) {
  return store_exec(tx, "UPDATE casework_case SET frame = $2, frame_since = $3, frame_until = $4 WHERE pid = $1",
                    S_ARGS(S_STR(pid), S_STR(f->frame), S_TIME(since), S_TIME(f->until)), err);
}

static vg_code add_row(struct store_tx *tx, const struct merge_version *v, const struct frame_change *f,
                       struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO casework_case_frame (case_id, frame, was, since, until, reference, authority, at, person, number, "
      "uid) SELECT c.id, $2, $3, CAST($4 AS BIGINT), CAST($5 AS BIGINT), $6, $7, CAST($8 AS BIGINT), $9, CAST($10 AS "
      "BIGINT), $11 FROM casework_case c WHERE c.pid = $1 ON CONFLICT DO NOTHING",
      S_ARGS(S_STR(v->subject), S_STR(f->frame), S_STR(f->was), S_TIME(f->from), S_TIME(f->until), S_STR(f->reference),
             S_STR(some(f->authority)), S_TIME(v->at), S_STR(v->person), S_INT(v->depth), S_STR(v->uid)),
      err);
}

/* A version from elsewhere: into the history, or onto the case when it shows. */
static vg_code take(struct store_tx *tx, const struct merge_version *v, bool shows, struct vg_err *err) {
  struct vg_json *j;
  struct frame_change f;
  vg_time since;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = read_value(j, v, &f, &since, err);
  if (rc == VG_OK)
    rc = shows ? set_frame(tx, v->subject, &f, since, err) : add_row(tx, v, &f, err);
  vg_json_free(j);
  return rc;
}

vg_code casework_frame_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                           struct vg_err *err) {
  (void)who;
  return take(tx, v, true, err);
}

vg_code casework_frame_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                           struct vg_err *err) {
  (void)who;
  return take(tx, v, false, err);
}

static vg_code record(struct store_tx *tx, const struct actor *who, const struct affair *a,
                      const struct frame_change *f, vg_time since, struct vg_err *err) {
  struct merge_made made;
  struct vg_buf value;
  vg_buf_init(&value, 1 << 13);
  vg_code rc = write_value(f, since, &value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, casework_merges[TOLD_FRAME].kind, a->pid.s, "frame", vg_buf_view(&value), &made, err);
  if (rc == VG_OK) {
    const struct merge_version v = {.uid = vg_str_z(made.uid),
                                    .subject = vg_id_str(&a->pid),
                                    .person = vg_id_str(&who->id),
                                    .at = store_now(tx),
                                    .depth = made.depth};
    rc = add_row(tx, &v, f, err);
  }
  vg_buf_fini(&value);
  return rc;
}

vg_code casework_case_reframe(struct store_tx *tx, const struct actor *who, const struct affair *a,
                              const struct frame_change *to, struct vg_err *err) {
  struct frame_change f = *to;
  struct store_rows *q;
  vg_time since = f.from;
  f.was = vg_str_z(a->frame);
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(check(tx, a, &f, err));
  if (prolongs(&f)) {
    VG_TRY(store_query(tx, &q, "SELECT frame_since FROM casework_case WHERE id = $1", S_ARGS(S_INT(a->id)), err));
    since = store_next(q) ? store_time(q, 0) : VG_NOTIME;
    VG_TRY(store_done(&q, err));
  }
  VG_TRY(set_frame(tx, vg_id_str(&a->pid), &f, since, err));
  VG_TRY(record(tx, who, a, &f, since, err));
  return LEDGER_TELL(tx, who, "case.frame", a->pid.s, err, "case", a->ref, "was", a->frame, "frame", VG_T(f.frame),
                     "from", STAMP(f.from), "until", f.until == VG_NOTIME ? "" : STAMP(f.until), "reference",
                     VG_T(f.reference), "authority", VG_T(f.authority));
}

vg_code casework_each_frame(struct store_tx *tx, int64_t case_id, casework_frame_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT f.frame, f.was, f.reference, f.authority, COALESCE(p.name, f.person), f.since, f.until, "
                     "f.at FROM casework_case_frame f LEFT JOIN territory_v_name p ON p.pid = f.person WHERE "
                     "f.case_id = $1 ORDER BY f.number, f.uid",
                     S_ARGS(S_INT(case_id)), err));
  while (rc == VG_OK && store_next(q)) {
    const struct frame_change f = {.frame = store_str(q, 0),
                                   .was = store_str(q, 1),
                                   .reference = store_str(q, 2),
                                   .authority = store_str(q, 3),
                                   .person_name = store_str(q, 4),
                                   .from = store_time(q, 5),
                                   .until = store_time(q, 6),
                                   .at = store_time(q, 7)};
    rc = sink(ctx, &f, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

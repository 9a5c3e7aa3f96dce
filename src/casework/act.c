/* The life of a legal act: what it needs before it starts, and what it does to its exhibit. */
#include "base/msg.h"
#include "casework/casework_internal.h"

#include <stdio.h>

static bool one_of(vg_str s, const char *const *words, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (vg_str_eqz(s, words[i]))
      return true;
  return false;
}
#define ONE_OF(s, words) one_of((s), (words), VG_COUNT(words))

static bool is(const char *s, const char *word) { return vg_str_eqz(vg_str_z(s), word); }

/* Every text of an act: UTF-8, one size, said once. */
static vg_code check_texts(const vg_str *texts, size_t n, struct vg_err *err) {
  for (size_t i = 0; i < n; i++)
    if (!vg_utf8_ok(texts[i]) || texts[i].n > 250)
      return VG_FAIL(err, VG_EDATA, "casework.act_text");
  return VG_OK;
}

/* A code of an act in the reader's words: an argument of a message. */

static vg_code in_state(const struct act *a, const char *state, struct vg_err *err) {
  return is(a->state, state) ? VG_OK
                             : VG_FAIL(err, VG_ESTATE, "casework.act_state", a->ref, WORD("cli.act.state", a->state));
}

static vg_code get_rule(const struct act *a, struct act_rule *r, struct vg_err *err) {
  if (!casework_act_rule(vg_str_z(a->kind), vg_str_z(a->frame), r))
    return VG_FAIL(err, VG_EDATA, "casework.act_kind", a->kind);
  return vg_str_eqz(r->authority, "none")
             ? VG_FAIL(err, VG_EDENIED, "casework.act_forbidden", WORD("cli.act.kind", a->kind),
                       WORD("server.frame", a->frame), VG_T(r->rule_fr))
             : VG_OK;
}

/* What each kind must name from the start. */
static vg_code check_plan(struct store_tx *tx, struct act *a, const struct act_rule *r, struct vg_err *err) {
  bool requisition = is(a->kind, "requisition"), search = is(a->kind, "search"), seizure = is(a->kind, "seizure");
  const vg_str texts[] = {vg_str_z(a->place), vg_str_z(a->object), vg_str_z(a->article), vg_str_z(a->addressee)};
  VG_TRY(check_texts(texts, VG_COUNT(texts), err));
  if (is(a->kind, "acquisition")) {
    if (!a->mode[0])
      vg_str_copy(a->mode, sizeof a->mode, VG_STR("seal"));
    if (!is(a->mode, "seal") && !is(a->mode, "copy"))
      return VG_FAIL(err, VG_EDATA, "casework.act_mode", a->mode);
  }
  if (!requisition && !search && !seizure && !a->exhibit)
    return VG_FAIL(err, VG_EDATA, "casework.act_exhibit");
  if ((search || seizure) && vg_str_trim(vg_str_z(a->place)).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.act_place");
  if (!a->article[0])
    vg_str_copy(a->article, sizeof a->article, r->article);
  if (!requisition)
    return VG_OK;
  if (vg_str_trim(vg_str_z(a->addressee)).n == 0 || vg_str_trim(vg_str_z(a->object)).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.act_addressee");
  return a->due != VG_NOTIME && a->due <= store_now(tx) ? VG_FAIL(err, VG_EDATA, "casework.act_due") : VG_OK;
}

vg_code casework_act_plan(struct store_tx *tx, const struct actor *who, struct act *a, struct vg_err *err) {
  struct affair affair;
  struct act_rule rule;
  struct exhibit e;
  int64_t before;
  bool free_;
  VG_TRY(casework_case_find(tx, vg_str_z(a->case_ref), &affair, err));
  VG_TRY(casework_access(tx, who, affair.id, err));
  VG_TRY(casework_case_alive(tx, affair.id, err));
  vg_str_copy(a->case_ref, sizeof a->case_ref, vg_str_z(affair.ref));
  vg_str_copy(a->frame, sizeof a->frame, vg_str_z(affair.frame));
  a->case_id = affair.id;
  a->org = affair.org;
  VG_TRY(get_rule(a, &rule, err));
  if (a->exhibit_ref[0]) {
    VG_TRY(casework_exhibit_find(tx, vg_str_z(a->exhibit_ref), &e, err));
    if (e.case_id != affair.id)
      return VG_FAIL(err, VG_EDATA, "casework.act_other_case", e.ref, e.case_ref, affair.ref);
    a->exhibit = e.id;
  }
  VG_TRY(check_plan(tx, a, &rule, err));
  VG_TRY(store_get_int(tx, &before, "SELECT COUNT(DISTINCT printed) FROM casework_act WHERE case_id = $1",
                       S_ARGS(S_INT(a->case_id)), err));
  do {
    snprintf(a->ref, sizeof a->ref, "%s/A%lld", a->case_ref, (long long)++before);
    VG_TRY(casework_number_free(tx, NUMBER_ACT, a->ref, &free_, err));
  } while (!free_);
  vg_str_copy(a->state, sizeof a->state, VG_STR("planned"));
  a->planned = store_now(tx);
  a->pid = vg_id_new("act", a->planned);
  VG_TRY(
      store_insert(tx, &a->id,
                   "INSERT INTO casework_act (pid, ref, printed, case_id, kind, mode, exhibit, place, object, article, "
                   "addressee, due, state, planned, planned_by) "
                   "VALUES ($1,$2,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,'planned',$12,$13) RETURNING id",
                   S_ARGS(S_Z(a->pid.s), S_Z(a->ref), S_INT(a->case_id), S_Z(a->kind), S_Z(a->mode),
                          S_INT_OR_NULL(a->exhibit, a->exhibit == 0), S_Z(a->place), S_Z(a->object), S_Z(a->article),
                          S_Z(a->addressee), S_TIME(a->due), S_TIME(a->planned), S_Z(who->id.s)),
                   err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_ACT, a->pid.s, err, S_INT(a->id)));
  return LEDGER_TELL(tx, who, "act.planned", a->pid.s, err, "ref", a->ref, "case", a->case_ref, "kind", a->kind, "mode",
                     a->mode, "exhibit", a->exhibit_ref, "place", a->place, "object", a->object, "article", a->article,
                     "addressee", a->addressee, "due", vg_time_text((char[VG_TIME_TEXT]){0}, a->due, false));
}

/* Of the rule's, or the error that names them. */
static vg_code right_authority(const struct act_rule *rule, vg_str by, struct vg_err *err) {
  vg_str rest = rule->authority, word;
  char said[CASEWORK_WORD];
  while (vg_str_cut(&rest, '|', &word))
    if (vg_str_eq(word, by))
      return VG_OK;
  snprintf(said, sizeof said, "@server.act.by.%.*s", (int)(by.n < 20 ? by.n : 20), by.p);
  return VG_FAIL(err, VG_EDENIED, "casework.act_wrong_authority", vg_msg_text(VG_FR, said + 1) ? said : VG_T(by),
                 WORD("casework.act_by", VG_T(rule->authority)), VG_T(rule->article), VG_T(rule->authority));
}

vg_code casework_act_authority(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str by, vg_str ref,
                               vg_str name, vg_time at, struct vg_err *err) {
  struct act_rule rule;
  const vg_str texts[] = {ref, some(name)};
  VG_TRY(casework_access(tx, who, a->case_id, err));
  VG_TRY(in_state(a, "planned", err));
  VG_TRY(get_rule(a, &rule, err));
  VG_TRY(right_authority(&rule, by, err));
  if (vg_str_trim(ref).n == 0 || at == VG_NOTIME || at > store_now(tx))
    return VG_FAIL(err, VG_EDATA, "casework.act_authority_ref");
  VG_TRY(check_texts(texts, VG_COUNT(texts), err));
  VG_TRY(store_exec(tx,
                    "UPDATE casework_act SET authority = $2, authority_ref = $3, authority_name = $4, authority_at = "
                    "$5 WHERE id = $1",
                    S_ARGS(S_INT(a->id), S_STR(by), S_STR(ref), S_STR(some(name)), S_TIME(at)), err));
  VG_TRY(ROW_CHANGED(tx, who, TOLD_ACT_CHANGED, a->pid.s, "authority", err));
  return LEDGER_TELL(tx, who, "act.authorised", a->pid.s, err, "ref", a->ref, "by", VG_T(by), "authority_ref",
                     VG_T(ref), "name", VG_T(name), "at", vg_time_text((char[VG_TIME_TEXT]){0}, at, false));
}

vg_code casework_act_attend(struct store_tx *tx, const struct actor *who, const struct act *a, const struct attendee *p,
                            struct vg_err *err) {
  static const char *const roles[] = {"occupant", "representative", "witness", "suspect",
                                      "lawyer",   "expert",         "officer", "interpreter"};
  static const char *const presences[] = {"present", "summoned"};
  static const char *const signatures[] = {"", "signed", "refused"};
  const vg_str texts[] = {p->name, some(p->quality)};
  int64_t id;
  VG_TRY(casework_access(tx, who, a->case_id, err));
  if (!is(a->state, "planned") && !is(a->state, "started"))
    return in_state(a, "started", err);
  if (!ONE_OF(p->role, roles))
    return VG_FAIL(err, VG_EDATA, "casework.act_role", VG_T(p->role));
  if (vg_str_trim(p->name).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.act_name");
  if (!ONE_OF(p->present, presences) || !ONE_OF(some(p->signature), signatures))
    return VG_FAIL(err, VG_EDATA, "casework.act_signature");
  VG_TRY(check_texts(texts, VG_COUNT(texts), err));
  VG_TRY(
      store_insert(tx, &id,
                   "INSERT INTO casework_attendee (act, role, name, quality, subordinate, present, signature) VALUES "
                   "($1,$2,$3,$4,$5,$6,$7) RETURNING id",
                   S_ARGS(S_INT(a->id), S_STR(p->role), S_STR(p->name), S_STR(some(p->quality)), S_INT(p->subordinate),
                          S_STR(p->present), S_STR(some(p->signature))),
                   err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_ATTENDEE, a->pid.s, err, S_INT(id)));
  return LEDGER_TELL(tx, who, "act.attended", a->pid.s, err, "ref", a->ref, "role", VG_T(p->role), "name",
                     VG_T(p->name), "quality", VG_T(p->quality), "subordinate", p->subordinate ? "yes" : "no",
                     "present", VG_T(p->present), "signature", VG_T(p->signature));
}

vg_code casework_act_attend_again(struct store_tx *tx, const struct actor *who, const struct act *a, int64_t attendee,
                                  struct vg_err *err) {
  struct store_rows *q;
  char role[24], name[256], quality[256];
  VG_TRY(store_query(tx, &q,
                     "SELECT p.role, p.name, p.quality, p.subordinate FROM casework_attendee p JOIN casework_act c ON "
                     "c.id = p.act WHERE p.id = $1 AND c.case_id = $2 AND p.act <> $3",
                     S_ARGS(S_INT(attendee), S_INT(a->case_id), S_INT(a->id)), err));
  bool found = store_next(q);
  struct attendee p = {.present = VG_STR("present")};
  if (found) {
    p.role = vg_str_z(vg_str_copy(role, sizeof role, store_str(q, 0)));
    p.name = vg_str_z(vg_str_copy(name, sizeof name, store_str(q, 1)));
    p.quality = vg_str_z(vg_str_copy(quality, sizeof quality, store_str(q, 2)));
    p.subordinate = store_int(q, 3) != 0;
  }
  VG_TRY(store_done(&q, err));
  return found ? casework_act_attend(tx, who, a, &p, err) : VG_FAIL(err, VG_ENOTFOUND, "casework.act_nobody_before");
}

struct heads {
  int occupant, witnesses, suspect;
};

static vg_code count_head(void *ctx, const struct attendee *p, struct vg_err *err) {
  struct heads *h = ctx;
  (void)err;
  bool present = vg_str_eqz(p->present, "present");
  h->occupant += present && (vg_str_eqz(p->role, "occupant") || vg_str_eqz(p->role, "representative"));
  h->witnesses += present && vg_str_eqz(p->role, "witness") && !p->subordinate;
  h->suspect += vg_str_eqz(p->role, "suspect");
  return VG_OK;
}

static vg_code check_heads(struct store_tx *tx, const struct act *a, const struct act_rule *r, vg_str motive,
                           struct vg_err *err) {
  struct heads h = {0};
  VG_TRY(casework_each_attendee(tx, a->id, count_head, &h, err));
  bool presence = vg_str_eqz(r->attendees, "presence") || (vg_str_eqz(r->attendees, "copy") && is(a->mode, "copy"));
  if (presence && h.occupant == 0 && h.witnesses < 2)
    return VG_FAIL(err, VG_EDENIED, "casework.act_no_attendee", a->ref, VG_N(h.witnesses),
                   is(a->kind, "acquisition") ? "CPP 56 al.5" : VG_T(r->article));
  if (vg_str_eqz(r->attendees, "suspect") && h.suspect == 0 && vg_str_trim(motive).n == 0)
    return VG_FAIL(err, VG_EDENIED, "casework.act_no_suspect", a->ref, VG_T(r->article));
  return VG_OK;
}

static vg_code check_seal(struct store_tx *tx, const struct act *a, const struct exhibit *e, struct vg_err *err) {
  struct exhibit_state s;
  VG_TRY(casework_exhibit_state(tx, e->id, &s, err));
  if (s.gone)
    return VG_FAIL(err, VG_ESTATE, "casework.exhibit_gone", e->ref, s.what);
  bool sealed_copy = is(a->kind, "acquisition") && is(a->mode, "seal");
  return sealed_copy && s.seal[0] && !s.open ? VG_FAIL(err, VG_ESTATE, "casework.act_sealed", e->ref, s.seal) : VG_OK;
}

static vg_code own_exhibit(struct store_tx *tx, const struct act *a, struct exhibit *e, struct vg_err *err) {
  return casework_exhibit_find(tx, vg_str_z(a->exhibit_ref), e, err);
}

/* CPP 60-2 al. 2: data asked to be preserved is kept a year at most, from the requisition. Running already: it goes on.
 */
static vg_code start_preservation(struct store_tx *tx, const struct actor *who, const struct act *a,
                                  struct vg_err *err) {
  struct affair affair;
  struct incident in;
  int64_t running;
  if (!is(a->kind, "requisition") || vg_str_find(vg_str_z(a->article), VG_STR("60-2"), 0) == SIZE_MAX)
    return VG_OK;
  VG_TRY(casework_case_find(tx, vg_str_z(a->case_ref), &affair, err));
  VG_TRY(casework_incident_find(tx, vg_id_str(&affair.incident), &in, err));
  VG_TRY(store_get_int(tx, &running, "SELECT COUNT(*) FROM casework_v_clock WHERE incident = $1 AND code = 'GEL1AN'",
                       S_ARGS(S_INT(in.id)), err));
  return running ? VG_OK
                 : casework_clock_set(tx, who, &in, "GEL1AN", CLOCK_START, store_now(tx), vg_str_z(a->ref), err);
}

/* A flagrance that has ended allows nothing more. */
static vg_code check_flagrance(struct store_tx *tx, const struct act *a, struct vg_err *err) {
  struct flagrance f;
  VG_TRY(casework_flagrance(tx, a->case_id, &f, err));
  if (f.end == VG_NOTIME || store_now(tx) <= f.end)
    return VG_OK;
  char end[VG_TIME_TEXT];
  return VG_FAIL(err, VG_EDENIED, "casework.flagrance_over", a->ref, a->case_ref, vg_time_text(end, f.end, false));
}

vg_code casework_act_start(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str quality,
                           vg_str oath, vg_str motive, struct vg_err *err) {
  static const char *const qualities[] = {"opj", "apj", "pts", "expert-list", "expert-oath", "agent"};
  const vg_str texts[] = {some(oath), some(motive)};
  struct act_rule rule;
  struct exhibit e;
  VG_TRY(casework_access(tx, who, a->case_id, err));
  VG_TRY(in_state(a, "planned", err));
  VG_TRY(get_rule(a, &rule, err));
  VG_TRY(check_flagrance(tx, a, err));
  if (!a->authority[0])
    return VG_FAIL(err, VG_EDENIED, "casework.act_no_authority", a->ref, WORD("casework.act_by", VG_T(rule.authority)),
                   VG_T(rule.article), VG_T(rule.authority));
  VG_TRY(right_authority(&rule, vg_str_z(a->authority), err));
  if (!ONE_OF(quality, qualities))
    return VG_FAIL(err, VG_EDENIED, "casework.act_quality");
  if (vg_str_eqz(quality, "expert-oath") && vg_str_trim(oath).n == 0)
    return VG_FAIL(err, VG_EDENIED, "casework.act_oath");
  VG_TRY(check_texts(texts, VG_COUNT(texts), err));
  VG_TRY(check_heads(tx, a, &rule, motive, err));
  if (a->exhibit) {
    VG_TRY(own_exhibit(tx, a, &e, err));
    VG_TRY(check_seal(tx, a, &e, err));
  }
  VG_TRY(start_preservation(tx, who, a, err));
  if (is(a->kind, "opening")) {
    struct custody with = {.reason = vg_str_z(a->ref), .place = vg_str_z(a->place)};
    VG_TRY(casework_exhibit_move(tx, who, &e, CUSTODY_OPENED, &with, err));
  }
  VG_TRY(store_exec(tx,
                    "UPDATE casework_act SET state = 'started', started = $2, started_by = $3, quality = $4, oath = "
                    "$5, motive = $6, frame = $7, article = $8 WHERE id = $1",
                    S_ARGS(S_INT(a->id), S_TIME(store_now(tx)), S_Z(who->id.s), S_STR(quality), S_STR(some(oath)),
                           S_STR(some(motive)), S_Z(a->frame), S_Z(a->article)),
                    err));
  VG_TRY(ROW_CHANGED(tx, who, TOLD_ACT_CHANGED, a->pid.s, "state", err));
  VG_TRY(ROW_CHANGED(tx, who, TOLD_ACT_FRAME, a->pid.s, "frame", err));
  return LEDGER_TELL(tx, who, "act.started", a->pid.s, err, "ref", a->ref, "frame", a->frame, "authority", a->authority,
                     "authority_ref", a->authority_ref, "quality", VG_T(quality), "oath", VG_T(oath), "motive",
                     VG_T(motive));
}

/* What the end of an act does to its exhibit. */
static vg_code follow_exhibit(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str seal,
                              vg_str holder, struct vg_err *err) {
  struct exhibit e;
  struct custody with = {.reason = vg_str_z(a->ref), .place = vg_str_z(a->place), .seal = seal, .holder = holder};
  enum custody_what what = CUSTODY_CLOSED;
  if (is(a->kind, "transfer"))
    what = CUSTODY_TRANSFERRED;
  else if (is(a->kind, "destruction"))
    what = CUSTODY_DESTROYED;
  else if (!is(a->kind, "opening") && !(is(a->kind, "seizure") && seal.n))
    return VG_OK;
  VG_TRY(own_exhibit(tx, a, &e, err));
  return casework_exhibit_move(tx, who, &e, what, &with, err);
}

static vg_code finish(struct store_tx *tx, const struct actor *who, const struct act *a, const char *state,
                      vg_str result, struct vg_err *err) {
  VG_TRY(store_exec(tx, "UPDATE casework_act SET state = $2, ended = $3, result = $4, frame = $5 WHERE id = $1",
                    S_ARGS(S_INT(a->id), S_Z(state), S_TIME(store_now(tx)), S_STR(some(result)), S_Z(a->frame)), err));
  VG_TRY(ROW_CHANGED(tx, who, TOLD_ACT_CHANGED, a->pid.s, "state", err));
  if (is(a->state, "planned")) /* cancelled before it started */
    VG_TRY(ROW_CHANGED(tx, who, TOLD_ACT_FRAME, a->pid.s, "frame", err));
  return LEDGER_TELL(tx, who, is(state, "ended") ? "act.ended" : "act.cancelled", a->pid.s, err, "ref", a->ref,
                     "result", VG_T(result));
}

vg_code casework_act_end(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str result, vg_str seal,
                         vg_str holder, struct vg_err *err) {
  VG_TRY(casework_access(tx, who, a->case_id, err));
  VG_TRY(in_state(a, "started", err));
  if (is(a->kind, "requisition"))
    return VG_FAIL(err, VG_ESTATE, "casework.act_answer", a->ref);
  if (vg_str_trim(result).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.act_result");
  VG_TRY(check_texts(&result, 1, err));
  VG_TRY(follow_exhibit(tx, who, a, some(seal), some(holder), err));
  return finish(tx, who, a, "ended", result, err);
}

vg_code casework_act_answer(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str answer,
                            vg_str sha256, struct vg_err *err) {
  VG_TRY(casework_access(tx, who, a->case_id, err));
  if (!is(a->kind, "requisition"))
    return VG_FAIL(err, VG_ESTATE, "casework.act_not_requisition", a->ref);
  VG_TRY(in_state(a, "started", err));
  if (vg_str_trim(answer).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.act_result");
  VG_TRY(check_texts(&answer, 1, err));
  if (!casework_hash_ok(some(sha256)))
    return VG_FAIL(err, VG_EDATA, "casework.custody_hash", VG_T(sha256));
  VG_TRY(store_exec(tx, "UPDATE casework_act SET answered = $2, answer = $3, answer_sha256 = $4 WHERE id = $1",
                    S_ARGS(S_INT(a->id), S_TIME(store_now(tx)), S_STR(answer), S_STR(some(sha256))), err));
  VG_TRY(LEDGER_TELL(tx, who, "act.answered", a->pid.s, err, "ref", a->ref, "answer", VG_T(answer), "sha256",
                     VG_T(sha256)));
  return finish(tx, who, a, "ended", answer, err);
}

vg_code casework_act_cancel(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str reason,
                            struct vg_err *err) {
  VG_TRY(casework_access(tx, who, a->case_id, err));
  if (!is(a->state, "planned") && !is(a->state, "started"))
    return in_state(a, "planned", err);
  if (vg_str_trim(reason).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.custody_reason");
  VG_TRY(check_texts(&reason, 1, err));
  return finish(tx, who, a, "cancelled", reason, err);
}

vg_code casework_act_tie(struct store_tx *tx, const struct actor *who, const struct act *a, const char *subject,
                         struct vg_err *err) {
  int64_t n;
  VG_TRY(store_change(tx, &n,
                      "INSERT INTO casework_act_made (act, subject, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                      S_ARGS(S_INT(a->id), S_Z(subject), S_TIME(store_now(tx))), err));
  return n ? ROW_ADDED(tx, who, TOLD_MADE, a->pid.s, err, S_INT(a->id), S_Z(subject)) : VG_OK;
}

static vg_code newest_act(struct store_tx *tx, const struct exhibit *e, const char *kind, const char *state,
                          int64_t *newest, struct vg_err *err) {
  return store_get_int(tx, newest,
                       "SELECT COALESCE(MAX(id), 0) FROM casework_act WHERE exhibit = $1 AND kind = $2 AND state = $3",
                       S_ARGS(S_INT(e->id), S_Z(kind), S_Z(state)), err);
}

vg_code casework_act_made(struct store_tx *tx, const struct actor *who, const struct exhibit *e, const char *kind,
                          const char *subject, struct vg_err *err) {
  struct act a = {0};
  struct vg_buf pid;
  VG_TRY(newest_act(tx, e, kind, "started", &a.id, err));
  if (!a.id)
    return VG_OK;
  vg_buf_init(&pid, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &pid, "SELECT pid FROM casework_act WHERE id = $1", S_ARGS(S_INT(a.id)), err);
  a.pid = vg_id_of(vg_buf_view(&pid));
  vg_buf_fini(&pid);
  return rc == VG_OK ? casework_act_tie(tx, who, &a, subject, err) : rc;
}

vg_code casework_act_check(struct store_tx *tx, const struct exhibit *e, const char *kind, struct vg_err *err) {
  int64_t planned, started;
  VG_TRY(newest_act(tx, e, kind, "planned", &planned, err));
  VG_TRY(newest_act(tx, e, kind, "started", &started, err));
  return planned && !started ? VG_FAIL(err, VG_ESTATE, "casework.act_not_started", e->ref, WORD("cli.act.kind", kind))
                             : VG_OK;
}

#include "qualify/qualify_internal.h"

#include "base/jsonw.h"
#include "casework/casework.h"

#include <stdio.h>

bool qualify_is_affair(vg_str type) { return vg_str_eqz(type, "case") || vg_str_eqz(type, "exhibit"); }

bool qualify_seen(struct store_tx *tx, const struct actor *who, vg_str type, vg_str value) {
  return !qualify_is_affair(type) || casework_subject_seen(tx, who, value);
}

vg_code qualify_see(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct qualify_head h;
  return qualify_find_head(tx, who, pid, &h, err);
}

vg_code qualify_find_head(struct store_tx *tx, const struct actor *who, vg_str pid, struct qualify_head *h,
                          struct vg_err *err) {
  struct store_rows *q;
  bool seen = true;
  h->id = 0;
  VG_TRY(store_query(tx, &q, "SELECT id, pid, state, type, value FROM qualify_request WHERE pid = $1",
                     S_ARGS(S_STR(pid)), err));
  if (store_next(q)) {
    h->id = store_int(q, 0);
    h->pid = vg_id_of(store_str(q, 1));
    vg_str_copy(h->state, sizeof h->state, store_str(q, 2));
    vg_str_copy(h->type, sizeof h->type, store_str(q, 3));
    seen = qualify_seen(tx, who, store_str(q, 3), store_str(q, 4));
  }
  VG_TRY(store_done(&q, err));
  if (!seen)
    return VG_FAIL(err, VG_EDENIED, "qualify.affair_closed", VG_T(pid));
  return h->id ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "qualify.none", VG_T(pid));
}

/* Nothing about a released verdict changes any more. */
vg_code qualify_find_open(struct store_tx *tx, const struct actor *who, vg_str pid, struct qualify_head *h,
                          struct vg_err *err) {
  VG_TRY(qualify_find_head(tx, who, pid, h, err));
  return vg_str_eqz(vg_str_z(h->state), "released") ? VG_FAIL(err, VG_ESTATE, "qualify.released", h->pid.s) : VG_OK;
}

static vg_code set_state(struct store_tx *tx, const struct qualify_head *h, const char *state, struct vg_err *err) {
  return store_exec(tx, "UPDATE qualify_request SET state = $2 WHERE id = $1", S_ARGS(S_INT(h->id), S_Z(state)), err);
}

/* The event of the history and the leaf of the ledger say the same. */
vg_code qualify_record(struct store_tx *tx, const struct actor *who, const struct qualify_head *h, const char *what,
                       const char *kind, vg_str text, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  vg_code rc = VG_OK;
  if (text.n > QUALIFY_WORDS)
    return VG_FAIL(err, VG_EUSAGE, "qualify.long", VG_N(QUALIFY_WORDS));
  vg_buf_init(&b, 1 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "what", what);
  vg_jw_kstr(&w, "text", text);
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&b, err));
  VG_GO(store_exec(
      tx, "INSERT INTO qualify_event (request, time, what, who, body) VALUES ($1,$2,$3,$4,$5)",
      S_ARGS(S_INT(h->id), S_TIME(store_now(tx)), S_Z(what), S_Z(who->name), S_STR(text.p ? text : VG_STR(""))), err));
  VG_GO(qualify_tell(tx, who, h, vg_str_z(what), err));
  VG_GO(ledger_append(tx, who, kind, h->pid.s, vg_buf_view(&b), NULL, err));
out:
  vg_buf_fini(&b);
  return rc;
}

/* The one spelling of a subject: a value's, or the reference of a case or an exhibit that there is. */
static vg_code subject(struct store_tx *tx, const struct actor *who, vg_str type, vg_str value, const char **name,
                       struct vg_buf *out, struct vg_err *err) {
  enum indicator_type t;
  struct affair affair;
  struct exhibit exhibit;
  if (vg_str_eqz(type, "case")) {
    *name = "case";
    VG_TRY(casework_case_see(tx, who, value, &affair, err));
    vg_buf_z(out, affair.ref);
    return vg_buf_check(out, err);
  }
  if (vg_str_eqz(type, "exhibit")) {
    *name = "exhibit";
    VG_TRY(casework_exhibit_find(tx, value, &exhibit, err));
    VG_TRY(casework_access(tx, who, exhibit.case_id, err));
    vg_buf_z(out, exhibit.ref);
    return vg_buf_check(out, err);
  }
  if (!intel_type_by_name(type, &t))
    return VG_FAIL(err, VG_EUSAGE, "qualify.type", VG_T(type));
  *name = intel_type_name(t);
  if (intel_normalise(t, value, out))
    return VG_OK;
  VG_TRY(vg_buf_check(out, err));
  return VG_FAIL(err, VG_EUSAGE, "qualify.value", VG_T(value), VG_T(type));
}

vg_code qualify_open(struct store_tx *tx, const struct actor *who, vg_str type, vg_str value, vg_str question,
                     vg_str asked_by, struct vg_id *pid, struct vg_err *err) {
  const char *name = NULL;
  struct vg_buf normal;
  if (asked_by.n > QUALIFY_NAME)
    return VG_FAIL(err, VG_EUSAGE, "qualify.long", VG_N(QUALIFY_NAME));
  struct qualify_head h = {.pid = vg_id_new("qualification", store_now(tx))};
  vg_code rc = VG_OK;
  vg_buf_init(&normal, 1 << 16);
  VG_GO(subject(tx, who, type, value, &name, &normal, err));
  VG_GO(store_insert(tx, &h.id,
                     "INSERT INTO qualify_request (pid, type, value, question, asked_by, state, opened) VALUES "
                     "($1,$2,$3,$4,$5,'open',$6) "
                     "RETURNING id",
                     S_ARGS(S_Z(h.pid.s), S_Z(name), S_STR(vg_buf_view(&normal)),
                            S_STR(question.p ? question : VG_STR("")), asked_by.n ? S_STR(asked_by) : S_Z(who->name),
                            S_TIME(store_now(tx))),
                     err));
  VG_GO(qualify_record(tx, who, &h, "opened", "qualify.opened", question, err));
  *pid = h.pid;
out:
  vg_buf_fini(&normal);
  return rc;
}

/* Who was asked, and the state. */
static vg_code asked(struct store_tx *tx, const struct actor *who, const struct qualify_head *h, vg_str to,
                     struct vg_err *err) {
  if (vg_str_eqz(vg_str_z(h->state), "open"))
    VG_TRY(set_state(tx, h, "asked", err));
  VG_TRY(
      store_exec(tx, "UPDATE qualify_request SET asked_to = $2 WHERE id = $1", S_ARGS(S_INT(h->id), S_STR(to)), err));
  return qualify_record(tx, who, h, "asked", "qualify.asked", to, err);
}

vg_code qualify_ask(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str to, struct vg_err *err) {
  struct qualify_head h;
  VG_TRY(qualify_find_open(tx, who, pid, &h, err));
  if (qualify_is_affair(vg_str_z(h.type)))
    return VG_FAIL(err, VG_EDENIED, "qualify.affair", h.pid.s);
  return asked(tx, who, &h, to, err);
}

/* Somebody with a mandate of ours; who has an account there must be able to see what the question is about. */
static vg_code of_the_house(struct store_tx *tx, vg_str pid, vg_str to, struct person *p, struct vg_err *err) {
  struct qualify_head h;
  struct actor asked_one;
  int64_t mandates;
  VG_TRY(territory_person_find(tx, to, p, err));
  VG_TRY(
      store_get_int(tx, &mandates,
                    "SELECT COUNT(*) FROM territory_v_mandate WHERE person = $1 AND role NOT IN ($2, $3) AND since <= "
                    "$4 AND (until IS NULL OR until > $4)",
                    S_ARGS(S_INT(p->id), S_INT(ROLE_PARTNER), S_INT(ROLE_COMPANY), S_TIME(store_now(tx))), err));
  if (!mandates)
    return VG_FAIL(err, VG_EDENIED,
                   p->role & (ROLE_PARTNER | ROLE_COMPANY) ? "qualify.gate_person" : "qualify.no_mandate", p->name);
  if (territory_actor(tx, vg_id_str(&p->pid), &asked_one, NULL) == VG_OK &&
      qualify_find_open(tx, &asked_one, pid, &h, NULL) != VG_OK)
    return VG_FAIL(err, VG_EDENIED, "qualify.unseen", p->name);
  return VG_OK;
}

vg_code qualify_ask_own(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str to, struct vg_err *err) {
  struct qualify_head h;
  struct person p;
  int64_t organisations;
  VG_TRY(qualify_find_open(tx, who, pid, &h, err));
  VG_TRY(store_get_int(tx, &organisations, "SELECT COUNT(*) FROM territory_v_org WHERE name = $1", S_ARGS(S_STR(to)),
                       err));
  if (organisations || !to.n)
    return VG_FAIL(err, organisations ? VG_EDENIED : VG_EUSAGE, organisations ? "qualify.gate" : "qualify.nobody",
                   VG_T(to));
  VG_TRY(of_the_house(tx, pid, to, &p, err));
  return asked(tx, who, &h, vg_str_z(p.name), err);
}

vg_code qualify_answer(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str from, int verdict,
                       vg_str admiralty, vg_str text, struct vg_err *err) {
  struct qualify_head h;
  unsigned char random[8];
  char hex[2 * sizeof random + 1], uid[VG_ID_MAX + 32];
  double weight;
  if (!qualify_answer_weight(verdict, admiralty, &weight))
    return VG_FAIL(err, VG_EUSAGE, "qualify.admiralty", VG_T(admiralty));
  if (from.n > QUALIFY_NAME)
    return VG_FAIL(err, VG_EUSAGE, "qualify.long", VG_N(QUALIFY_NAME));
  VG_TRY(qualify_find_open(tx, who, pid, &h, err));
  if (vg_str_eqz(vg_str_z(h.state), "decided"))
    return VG_FAIL(err, VG_ESTATE, "qualify.decided", h.pid.s);
  vg_random(random, sizeof random);
  snprintf(uid, sizeof uid, "%s/answer/%s", h.pid.s, vg_hex(hex, random, sizeof random));
  VG_TRY(store_exec(tx,
                    "INSERT INTO qualify_answer (request, source, verdict, admiralty, answer, time, uid) VALUES "
                    "($1,$2,$3,$4,$5,$6,$7)",
                    S_ARGS(S_INT(h.id), S_STR(from), S_INT(verdict), S_STR(admiralty),
                           S_STR(text.p ? text : VG_STR("")), S_TIME(store_now(tx)), S_Z(uid)),
                    err));
  VG_TRY(set_state(tx, &h, "answered", err));
  return qualify_record(tx, who, &h, "answered", "qualify.answered", text, err);
}

static bool has_piece(const struct qualify_assessment *a, vg_str key) {
  for (size_t i = 0; i < a->count; i++)
    if (vg_str_eqz(key, a->piece[i].key))
      return !vg_str_eqz(key, "prior");
  return false;
}

vg_code qualify_strike(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str key, bool struck, vg_str why,
                       struct vg_err *err) {
  struct qualify_head h;
  struct qualify_assessment a;
  VG_TRY(qualify_find_head(tx, who, pid, &h, err));
  VG_TRY(qualify_assess_request(tx, pid, VG_NOTIME, &a, err));
  if (!has_piece(&a, key))
    return VG_FAIL(err, VG_ENOTFOUND, "qualify.no_piece", VG_T(key));
  if (struck)
    VG_TRY(store_exec(tx, "INSERT INTO qualify_piece (request, piece, why) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING",
                      S_ARGS(S_INT(h.id), S_STR(key), S_STR(why.p ? why : VG_STR(""))), err));
  else
    VG_TRY(store_exec(tx, "DELETE FROM qualify_piece WHERE request = $1 AND piece = $2",
                      S_ARGS(S_INT(h.id), S_STR(key)), err));
  if (vg_str_eqz(vg_str_z(h.state), "released") || vg_str_eqz(vg_str_z(h.state), "decided")) {
    VG_TRY(store_exec(tx, "DELETE FROM qualify_verdict WHERE request = $1", S_ARGS(S_INT(h.id)), err));
    VG_TRY(set_state(tx, &h, "answered", err));
  }
  return qualify_record(tx, who, &h, struck ? "struck" : "restored", struck ? "qualify.struck" : "qualify.restored",
                        key, err);
}

vg_code qualify_decide(struct store_tx *tx, const struct actor *who, vg_str pid, int verdict, vg_str motive,
                       struct vg_err *err) {
  struct qualify_head h;
  struct qualify_assessment a;
  VG_TRY(qualify_find_open(tx, who, pid, &h, err));
  VG_TRY(qualify_assess_request(tx, pid, VG_NOTIME, &a, err));
  VG_TRY(store_exec(tx, "DELETE FROM qualify_verdict WHERE request = $1", S_ARGS(S_INT(h.id)), err));
  VG_TRY(
      store_exec(tx,
                 "INSERT INTO qualify_verdict (request, verdict, probability, confidence, motive, proposed_by, "
                 "proposed_name, decided) "
                 "VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
                 S_ARGS(S_INT(h.id), S_INT(verdict), S_REAL(a.probability), S_INT(a.confidence),
                        S_STR(motive.p ? motive : VG_STR("")), S_Z(who->id.s), S_Z(who->name), S_TIME(store_now(tx))),
                 err));
  VG_TRY(set_state(tx, &h, "decided", err));
  return qualify_record(tx, who, &h, "decided", "qualify.decided", vg_str_z(qualify_verdict_name(verdict)), err);
}

vg_code qualify_confirm(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct qualify_head h;
  int64_t own = 0;
  VG_TRY(qualify_find_open(tx, who, pid, &h, err));
  if (!vg_str_eqz(vg_str_z(h.state), "decided"))
    return VG_FAIL(err, VG_ESTATE, "qualify.not_decided", h.pid.s);
  /* Who proposed it on another instance has another identity there; one name is taken for one person. */
  VG_TRY(store_get_int(tx, &own,
                       "SELECT count(*) FROM qualify_verdict WHERE request = $1 AND (proposed_by = $2 OR proposed_name "
                       "= $3)",
                       S_ARGS(S_INT(h.id), S_Z(who->id.s), S_Z(who->name)), err));
  if (own)
    return VG_FAIL(err, VG_EDENIED, "qualify.four_eyes", who->name);
  VG_TRY(store_exec(
      tx, "UPDATE qualify_verdict SET confirmed_by = $2, confirmed_name = $3, released = $4 WHERE request = $1",
      S_ARGS(S_INT(h.id), S_Z(who->id.s), S_Z(who->name), S_TIME(store_now(tx))), err));
  VG_TRY(set_state(tx, &h, "released", err));
  return qualify_record(tx, who, &h, "confirmed", "qualify.released", VG_STR(""), err);
}

#define SELECT_REQUEST                                                                                                 \
  "SELECT r.id, r.pid, r.type, r.value, r.question, r.state, r.asked_by, v.verdict, v.probability, v.confidence, "     \
  "v.proposed_name, "                                                                                                  \
  "v.confirmed_name, v.motive, r.opened, v.decided, v.released, r.asked_to, r.basis, r.deadline, r.tlp, r.pap FROM "   \
  "qualify_request r LEFT JOIN qualify_verdict v ON "                                                                  \
  "v.request = r.id "

static vg_code each(struct store_tx *tx, const char *sql, struct store_args args, qualify_request_sink *sink, void *ctx,
                    int64_t *n, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  for (*n = 0; rc == VG_OK && store_next(q); ++*n) {
    struct qualify_request r = {.id = store_int(q, 0),
                                .pid = store_str(q, 1),
                                .type = store_str(q, 2),
                                .value = store_str(q, 3),
                                .question = store_str(q, 4),
                                .state = store_str(q, 5),
                                .asked_by = store_str(q, 6),
                                .verdict = (int)store_int(q, 7),
                                .probability = store_real(q, 8),
                                .confidence = (int)store_int(q, 9),
                                .proposed_by = store_str(q, 10),
                                .confirmed_by = store_str(q, 11),
                                .motive = store_str(q, 12),
                                .opened = store_time(q, 13),
                                .decided = store_time(q, 14),
                                .released = store_time(q, 15),
                                .asked_to = store_str(q, 16),
                                .basis = store_str(q, 17),
                                .deadline = store_time(q, 18),
                                .tlp = (enum tlp)store_int(q, 19),
                                .pap = (enum pap)store_int(q, 20)};
    rc = sink(ctx, &r, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code qualify_find(struct store_tx *tx, vg_str pid, qualify_request_sink *sink, void *ctx, struct vg_err *err) {
  int64_t n;
  VG_TRY(each(tx, SELECT_REQUEST "WHERE r.pid = $1", S_ARGS(S_STR(pid)), sink, ctx, &n, err));
  return n ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "qualify.none", VG_T(pid));
}

vg_code qualify_each(struct store_tx *tx, const char *state, qualify_request_sink *sink, void *ctx,
                     struct vg_err *err) {
  int64_t n;
  if (state)
    return each(tx, SELECT_REQUEST "WHERE r.state = $1 ORDER BY r.id DESC", S_ARGS(S_Z(state)), sink, ctx, &n, err);
  return each(tx, SELECT_REQUEST "ORDER BY r.id DESC", S_NOARGS, sink, ctx, &n, err);
}

vg_code qualify_each_due(struct store_tx *tx, vg_time now, vg_time within, qualify_request_sink *sink, void *ctx,
                         struct vg_err *err) {
  int64_t n;
  return each(tx, SELECT_REQUEST "WHERE r.state <> 'released' AND r.deadline <= $1 ORDER BY r.deadline, r.id",
              S_ARGS(S_TIME(now + within)), sink, ctx, &n, err);
}

struct subject {
  struct store_tx *tx;
  vg_time now;
  int64_t id;
  struct qualify_assessment *out;
};

static vg_code assess_subject(void *ctx, const struct qualify_request *r, struct vg_err *err) {
  struct subject *s = ctx;
  s->id = r->id;
  if (!qualify_is_affair(r->type))
    return qualify_assess(s->tx, r->type, r->value, s->now, s->out, err);
  qualify_begin(s->out); /* nobody lists it: the answers speak */
  return qualify_released_pieces(s->tx, r->type, r->value, s->out, err);
}

/* An answer that stands in a released request is there already, with what its confirmation adds. */
static vg_code add_answers(struct subject *s, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(s->tx, &q,
                     "SELECT id, source, verdict, admiralty FROM qualify_answer WHERE request = $1 ORDER BY uid",
                     S_ARGS(S_INT(s->id)), err));
  while (store_next(q)) {
    double weight;
    char key[40];
    int verdict = (int)store_int(q, 2);
    snprintf(key, sizeof key, "answer:%lld", (long long)store_int(q, 0));
    if (!has_piece(s->out, vg_str_z(key)) && qualify_answer_weight(verdict, store_str(q, 3), &weight))
      QUALIFY_ADD(s->out, vg_str_z(key), weight, "qualify.because.answer", VG_T(store_str(q, 1)),
                  qualify_verdict_name(verdict), VG_T(store_str(q, 3)));
  }
  return store_done(&q, err);
}

vg_code qualify_assess_request(struct store_tx *tx, vg_str pid, vg_time now, struct qualify_assessment *out,
                               struct vg_err *err) {
  struct subject s = {.tx = tx, .now = now, .out = out};
  struct store_rows *q;
  VG_TRY(qualify_find(tx, pid, assess_subject, &s, err));
  VG_TRY(add_answers(&s, err));
  VG_TRY(store_query(tx, &q, "SELECT piece FROM qualify_piece WHERE request = $1", S_ARGS(S_INT(s.id)), err));
  while (store_next(q))
    for (size_t i = 0; i < out->count; i++)
      out->piece[i].struck |= vg_str_eqz(store_str(q, 0), out->piece[i].key);
  VG_TRY(store_done(&q, err));
  qualify_weigh(out);
  return VG_OK;
}

/* One released request: its verdict, and the sources whose answers say the same. */
struct released {
  int64_t id;
  struct vg_id pid;
  int verdict;
  char proposed[96], confirmed[96];
};

static const double towards[] = {0, -4, 1.5, 4}; /* by verdict */

/* Two persons looked at the answers and said so: each that agrees weighs two more. An older word of the same source is
 * not heard twice. */
static vg_code confirmed_answers(struct store_tx *tx, const struct released *r, struct qualify_assessment *a, bool *any,
                                 struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      "SELECT a.id, a.source, a.verdict, a.admiralty FROM qualify_answer a WHERE a.request = $1 AND NOT EXISTS "
      "(SELECT 1 FROM qualify_piece p WHERE p.request = a.request AND p.piece = 'answer:' || CAST(a.id AS text)) ORDER BY "
      "a.time DESC, a.uid DESC",
      S_ARGS(S_INT(r->id)), err));
  while (store_next(q)) {
    double weight;
    char key[40];
    bool heard = false;
    int verdict = (int)store_int(q, 2);
    for (size_t i = 0; i < a->count; i++)
      heard |= vg_str_eqz(vg_str_z(a->piece[i].reason), "qualify.because.confirmed") &&
               vg_str_eqz(store_str(q, 1), a->piece[i].arg[0]);
    if (heard || verdict != r->verdict || !qualify_answer_weight(verdict, store_str(q, 3), &weight))
      continue;
    snprintf(key, sizeof key, "answer:%lld", (long long)store_int(q, 0));
    weight += weight < 0 ? -2 : weight > 0 ? 2 : 0;
    QUALIFY_ADD(a, vg_str_z(key), weight, "qualify.because.confirmed", VG_T(store_str(q, 1)),
                qualify_verdict_name(verdict), VG_T(store_str(q, 3)), r->proposed, r->confirmed);
    *any = true;
  }
  return store_done(&q, err);
}

vg_code qualify_released_pieces(struct store_tx *tx, vg_str type, vg_str value, struct qualify_assessment *a,
                                struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  bool own = false;
  VG_TRY(store_query(tx, &q,
                     "SELECT r.id, r.pid, v.verdict, v.proposed_name, v.confirmed_name FROM qualify_request r "
                     "JOIN qualify_verdict v ON v.request = r.id WHERE r.type = $1 AND r.value = $2 AND r.state = "
                     "'released' ORDER BY r.id DESC",
                     S_ARGS(S_STR(type), S_STR(value)), err));
  while (rc == VG_OK && store_next(q)) {
    struct released r = {.id = store_int(q, 0), .pid = vg_id_of(store_str(q, 1)), .verdict = (int)store_int(q, 2)};
    bool by_answers = false;
    vg_str_copy(r.proposed, sizeof r.proposed, store_str(q, 3));
    vg_str_copy(r.confirmed, sizeof r.confirmed, store_str(q, 4));
    rc = confirmed_answers(tx, &r, a, &by_answers, err);
    if (rc != VG_OK || by_answers || own || r.verdict <= QUALIFY_UNKNOWN || r.verdict > QUALIFY_MALICIOUS)
      continue;
    char key[VG_ID_MAX + 16];
    snprintf(key, sizeof key, "verdict:%s", r.pid.s);
    char verdict[40];
    snprintf(verdict, sizeof verdict, "@server.verdict.%s", qualify_verdict_name(r.verdict));
    QUALIFY_ADD(a, vg_str_z(key), towards[r.verdict], "qualify.because.verdict", r.proposed, r.confirmed, verdict);
    own = true; /* the newest of our own says it for all */
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code qualify_each_event(struct store_tx *tx, int64_t request, qualify_event_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT time, what, who, body FROM qualify_event WHERE request = $1 ORDER BY time, id",
                     S_ARGS(S_INT(request)), err));
  while (rc == VG_OK && store_next(q)) {
    struct qualify_event e = {store_time(q, 0), store_str(q, 1), store_str(q, 2), store_str(q, 3)};
    rc = sink(ctx, &e, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code qualify_each_answer(struct store_tx *tx, vg_str pid, qualify_given_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT a.source, a.admiralty, a.answer, a.verdict, a.time FROM qualify_answer a JOIN "
                     "qualify_request r ON r.id = a.request "
                     "WHERE r.pid = $1 ORDER BY a.time, a.uid",
                     S_ARGS(S_STR(pid)), err));
  while (rc == VG_OK && store_next(q)) {
    struct qualify_given a = {store_str(q, 0), store_str(q, 1), store_str(q, 2), (int)store_int(q, 3),
                              store_time(q, 4)};
    rc = sink(ctx, &a, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

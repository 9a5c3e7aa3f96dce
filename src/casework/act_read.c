/* Acts as they stand: found, listed, with who attended. */
#include "casework/casework_internal.h"

#include <string.h>

#define COLUMNS                                                                                                        \
  "SELECT id, pid, ref, case_id, case_ref, frame, org, kind, mode, exhibit, exhibit_ref, place, object, article, "     \
  "addressee, due, state, planned, authority, "                                                                        \
  "authority_ref, authority_name, authority_at, quality, oath, motive, started, officer, ended, result, answered, "    \
  "answer, answer_sha256 FROM casework_v_act "

/* What the rules say of an act's article: is it quoted for its kind at all, and which is that of its frame? */
struct quoted {
  const struct act *act;
  vg_str of_frame;
  bool found;
};
static vg_code see_article(void *ctx, const struct act_rule *r, struct vg_err *err) {
  struct quoted *q = ctx;
  (void)err;
  if (!vg_str_eqz(r->kind, q->act->kind))
    return VG_OK;
  q->found |= vg_str_eqz(r->article, q->act->article);
  if (!q->of_frame.p && vg_str_eqz(r->frame, q->act->frame))
    q->of_frame = r->article;
  return VG_OK;
}

/* The frame may have changed since it was planned: an article that a rule gave is that of its frame of today. */
static void settle_article(struct act *a) {
  struct quoted q = {.act = a};
  if (casework_each_act_rule(see_article, &q, NULL) == VG_OK && q.found && q.of_frame.p)
    vg_str_copy(a->article, sizeof a->article, q.of_frame);
}

static void read_row(struct store_rows *q, struct act *a) {
  *a = (struct act){.id = store_int(q, 0),
                    .pid = vg_id_of(store_str(q, 1)),
                    .case_id = store_int(q, 3),
                    .org = store_int(q, 6),
                    .exhibit = store_int(q, 9),
                    .due = store_time(q, 15),
                    .planned = store_time(q, 17),
                    .authority_at = store_time(q, 21),
                    .started = store_time(q, 25),
                    .ended = store_time(q, 27),
                    .answered = store_time(q, 29)};
  const struct {
    char *to;
    size_t cap;
    int col;
  } texts[] = {{a->ref, sizeof a->ref, 2},
               {a->case_ref, sizeof a->case_ref, 4},
               {a->frame, sizeof a->frame, 5},
               {a->kind, sizeof a->kind, 7},
               {a->mode, sizeof a->mode, 8},
               {a->exhibit_ref, sizeof a->exhibit_ref, 10},
               {a->place, sizeof a->place, 11},
               {a->object, sizeof a->object, 12},
               {a->article, sizeof a->article, 13},
               {a->addressee, sizeof a->addressee, 14},
               {a->state, sizeof a->state, 16},
               {a->authority, sizeof a->authority, 18},
               {a->authority_ref, sizeof a->authority_ref, 19},
               {a->authority_name, sizeof a->authority_name, 20},
               {a->quality, sizeof a->quality, 22},
               {a->oath, sizeof a->oath, 23},
               {a->motive, sizeof a->motive, 24},
               {a->officer, sizeof a->officer, 26},
               {a->result, sizeof a->result, 28},
               {a->answer, sizeof a->answer, 30},
               {a->answer_sha256, sizeof a->answer_sha256, 31}};
  for (size_t i = 0; i < VG_COUNT(texts); i++)
    vg_str_copy(texts[i].to, texts[i].cap, store_str(q, texts[i].col));
  if (vg_str_eqz(vg_str_z(a->state), "planned"))
    settle_article(a);
}

bool casework_act_open(const struct act *a) { return !strcmp(a->state, "planned") || !strcmp(a->state, "started"); }

vg_code casework_act_find(struct store_tx *tx, vg_str ref, struct act *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE ref = $1 OR pid = $1", S_ARGS(S_STR(ref)), err));
  bool found = store_next(q);
  if (found)
    read_row(q, out);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : casework_number_unknown(tx, NUMBER_ACT, ref, "casework.no_act", err);
}

static vg_code each_act(struct store_tx *tx, const char *sql, struct store_args args, casework_act_sink *sink,
                        void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct act a;
    read_row(q, &a);
    rc = sink(ctx, &a, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_each_act(struct store_tx *tx, int64_t case_id, casework_act_sink *sink, void *ctx,
                          struct vg_err *err) {
  return each_act(tx, case_id ? COLUMNS "WHERE case_id = $1 ORDER BY id" : COLUMNS "ORDER BY id",
                  case_id ? S_ARGS(S_INT(case_id)) : S_NOARGS, sink, ctx, err);
}

vg_code casework_each_waiting(struct store_tx *tx, const struct actor *who, vg_time before, int64_t limit,
                              casework_act_sink *sink, void *ctx, struct vg_err *err) {
  return each_act(tx,
                  COLUMNS
                  "a WHERE due IS NOT NULL AND due < $1 AND state IN ('planned', 'started') AND EXISTS (SELECT 1 "
                  "FROM casework_case c WHERE c.id = a.case_id AND c.state NOT IN ('closed', "
                  "'dismissed')" CASEWORK_SEEN("c.id", "c.zone", "a.org", "$2", "$3", "$4", "$5") ") ORDER BY "
                                                                                                  "due, id LIMIT $6",
                  S_ARGS(S_TIME(before), S_INT(who->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who)),
                         S_TIME(store_now(tx)), S_INT(limit)),
                  sink, ctx, err);
}

#define ATTENDEES                                                                                                      \
  "SELECT p.role, p.name, p.quality, p.subordinate, p.present, p.signature, p.id FROM casework_attendee p "

static vg_code each_attendee(struct store_tx *tx, const char *sql, struct store_args args, casework_attendee_sink *sink,
                             void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct attendee p = {.role = store_str(q, 0),
                         .name = store_str(q, 1),
                         .quality = store_str(q, 2),
                         .subordinate = store_int(q, 3) != 0,
                         .present = store_str(q, 4),
                         .signature = store_str(q, 5),
                         .id = store_int(q, 6)};
    rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_each_attendee(struct store_tx *tx, int64_t act, casework_attendee_sink *sink, void *ctx,
                               struct vg_err *err) {
  return each_attendee(tx, ATTENDEES "WHERE p.act = $1 ORDER BY p.id", S_ARGS(S_INT(act)), sink, ctx, err);
}

vg_code casework_each_attendee_before(struct store_tx *tx, const struct act *a, casework_attendee_sink *sink, void *ctx,
                                      struct vg_err *err) {
  return each_attendee(
      tx,
      ATTENDEES "WHERE p.name <> '' AND p.act = (SELECT MAX(x.act) FROM casework_attendee x JOIN casework_act c ON "
                "c.id = x.act WHERE c.case_id = $2 AND x.act <> $1) AND NOT EXISTS (SELECT 1 FROM casework_attendee y "
                "WHERE y.act = $1 AND y.role = p.role AND y.name = p.name) ORDER BY p.id",
      S_ARGS(S_INT(a->id), S_INT(a->case_id)), sink, ctx, err);
}

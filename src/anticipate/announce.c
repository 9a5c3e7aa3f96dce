/* A vigilance that a person opens because the technology watch tells it: no chance is measured, and the card says so.
 */
#include "anticipate/anticipate_internal.h"

#include "watch/watch.h"

enum { STANDS_DAYS = 14 };

struct telling {
  struct store_tx *tx;
  const struct actor *who;
  vg_str pid; /* of the story */
  int64_t warning;
  struct vg_id id;
};

static vg_code put_value(void *ctx, const struct watch_mention *m, struct vg_err *err) {
  const struct telling *t = ctx;
  if (m->benign || vg_str_eqz(m->type, "attack-id"))
    return VG_OK;
  return store_exec(
      t->tx, "INSERT INTO anticipate_value (warning, type, value, indicator, expected) VALUES ($1, $2, $3, '', 0)",
      S_ARGS(S_INT(t->warning), S_STR(m->type), S_STR(m->value)), err);
}

static vg_code put_head(struct telling *t, const struct watch_story *s, struct vg_err *err) {
  vg_time now = store_now(t->tx);
  int64_t named = s->indicators + s->cves;
  t->id = vg_id_new("warning", now);
  VG_TRY(store_insert(
      t->tx, &t->warning,
      "INSERT INTO anticipate_warning (pid, signature, level, state, withdrawn_why, first_seen, last_seen, "
      "raised, expires, expected, p, score, organisations, zones, value_count, report_count, about, "
      "about_type) VALUES ($1, 'watch', $2, 'open', '', $3, $4, $5, $6, 0, 1, 0, 0, 0, $7, 1, $8, 'story') "
      "RETURNING id",
      S_ARGS(S_Z(t->id.s), S_INT(ANTICIPATE_VIGILANCE), S_TIME(s->first), S_TIME(s->last), S_TIME(now),
             S_TIME(now + STANDS_DAYS * VG_DAY), S_INT(named), S_STR(s->title)),
      err));
  return store_exec(
      t->tx,
      "INSERT INTO anticipate_report (warning, report, org, org_name, org_pid, zone, first_seen, last_seen) "
      "VALUES ($1, $2, 0, $3, '', '', $4, $5)",
      S_ARGS(S_INT(t->warning), S_STR(t->pid), S_STR(s->title), S_TIME(s->first), S_TIME(s->last)), err);
}

static vg_code open_one(void *ctx, const struct watch_story *s, struct vg_err *err) {
  struct telling *t = ctx;
  int rank = 0;
  VG_TRY(put_head(t, s, err));
  VG_TRY(watch_each_mention(t->tx, s->id, put_value, t, err));
  VG_TRY(
      warning_reason(t->tx, t->warning, &rank, "anticipate.reason.watch", VG_N(s->sources), VG_N(s->items), "", err));
  VG_TRY(warning_reason(t->tx, t->warning, &rank, "anticipate.reason.named", VG_N(s->indicators), VG_N(s->cves),
                        VG_N(s->known), err));
  VG_TRY(story_sectors(t->tx, t->warning, s->id, &rank, err));
  VG_TRY(warning_tell(t->tx, t->warning, true, err));
  VG_TRY(warning_reason(t->tx, t->warning, &rank, "anticipate.reason.said", t->who->name, "", "", err));
  return warning_reason(t->tx, t->warning, &rank, "anticipate.refute.watch", "", "", "", err);
}

vg_code anticipate_announce(struct store_tx *tx, const struct actor *who, vg_str story, struct vg_id *pid,
                            struct vg_err *err) {
  struct telling t = {.tx = tx, .who = who, .pid = story};
  int64_t open;
  VG_TRY(store_get_int(tx, &open,
                       "SELECT COUNT(*) FROM anticipate_warning w JOIN anticipate_report r ON r.warning = w.id WHERE "
                       "w.signature = 'watch' AND w.state = 'open' AND w.expires > $2 AND r.report = $1",
                       S_ARGS(S_STR(story), S_TIME(store_now(tx))), err));
  if (open)
    return VG_FAIL(err, VG_EEXIST, "anticipate.announced", VG_T(story));
  VG_TRY(watch_story_find(tx, who->person, story, open_one, &t, err));
  *pid = t.id;
  return LEDGER_TELL(tx, who, "anticipate.warned", t.id.s, err, "level", "vigilance", "story", VG_T(story));
}

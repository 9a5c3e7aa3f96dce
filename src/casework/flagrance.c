/* How long a frame lasts: data/law/frames.tsv, read where it lies in the program; and where a flagrance stands. */
#include "base/csv.h"
#include "casework/casework.h"

extern const char casework_frames_tsv[];

static int64_t number(vg_str s) {
  int64_t n = 0;
  VG_ASSERT(vg_str_i64(s, &n));
  return n;
}

/* frame hours prolonged_hours prison_years article prolonged_article rule_fr doubt source. Tabs and no quotes, so that
 * each field is a view of the file itself. */
bool casework_frame_rule(vg_str frame, struct frame_rule *out) {
  struct vg_csv c;
  bool more, found = false;
  vg_csv_init(&c, vg_str_z(casework_frames_tsv), '\t');
  vg_code rc = vg_csv_next(&c, &more, NULL);
  while (rc == VG_OK && !found && (rc = vg_csv_next(&c, &more, NULL)) == VG_OK && more) {
    const vg_str *v = c.field;
    VG_ASSERT(c.fields == 9);
    if (!(found = vg_str_eq(v[0], frame)))
      continue;
    *out = (struct frame_rule){.frame = v[0],
                               .hours = number(v[1]),
                               .prolonged_hours = number(v[2]),
                               .prison_years = number(v[3]),
                               .article = v[4],
                               .prolonged_article = v[5],
                               .rule_fr = v[6],
                               .doubt = v[7],
                               .source = v[8]};
  }
  vg_csv_fini(&c);
  return found;
}

static int64_t lasts(void) {
  struct frame_rule rule = {.hours = 0};
  VG_ASSERT(casework_frame_rule(VG_STR("flagrance"), &rule));
  return rule.hours * VG_HOUR;
}

#define RUNNING                                                                                                        \
  "SELECT c.id, f.first, COALESCE(f.prolonged, f.first + $1) AS ends, CASE WHEN f.prolonged IS NULL THEN 0 ELSE 1 "    \
  "END, c.ref, o.name, c.zone, c.pid FROM casework_v_flagrance f JOIN casework_case c ON c.id = f.case_id JOIN "       \
  "casework_incident i ON i.id = c.incident JOIN territory_org o ON o.id = i.org WHERE "

static struct flagrance read_row(struct store_rows *q) {
  return (struct flagrance){.case_id = store_int(q, 0),
                            .first = store_time(q, 1),
                            .end = store_time(q, 2),
                            .prolonged = store_int(q, 3) != 0,
                            .idle = VG_NOTIME,
                            .resumed = VG_NOTIME,
                            .ref = store_str(q, 4),
                            .org_name = store_str(q, 5),
                            .zone = store_str(q, 6),
                            .pid = vg_id_of(store_str(q, 7))};
}

/* An act that has not ended lasts; but a requisition is done when it is sent, whatever time its answer takes. */
static vg_code see_idle(struct store_tx *tx, struct flagrance *f, struct vg_err *err) {
  struct store_rows *q;
  vg_time until = f->first, now = store_now(tx);
  VG_TRY(store_query(
      tx, &q,
      "SELECT started, CASE WHEN kind = 'requisition' THEN started ELSE ended END FROM casework_act WHERE case_id = $1 AND frame = 'flagrance' AND started >= "
      "$2 ORDER BY started, id",
      S_ARGS(S_INT(f->case_id), S_TIME(f->first)), err));
  while (store_next(q) && f->idle == VG_NOTIME) {
    vg_time started = store_time(q, 0), ended = store_is_null(q, 1) ? now : store_time(q, 1);
    if (started - until > VG_DAY) {
      f->idle = until;
      f->resumed = started;
    }
    until = ended > until ? ended : until;
  }
  VG_TRY(store_done(&q, err));
  if (f->idle == VG_NOTIME && (now < f->end ? now : f->end) - until > VG_DAY)
    f->idle = until;
  return VG_OK;
}

vg_code casework_flagrance(struct store_tx *tx, int64_t case_id, struct flagrance *out, struct vg_err *err) {
  struct store_rows *q;
  *out = (struct flagrance){
      .case_id = case_id, .first = VG_NOTIME, .end = VG_NOTIME, .idle = VG_NOTIME, .resumed = VG_NOTIME};
  VG_TRY(store_query(tx, &q, RUNNING "c.id = $2", S_ARGS(S_INT(lasts()), S_INT(case_id)), err));
  if (store_next(q))
    *out = read_row(q);
  out->ref = out->org_name = out->zone = VG_STR("");
  VG_TRY(store_done(&q, err));
  return out->first == VG_NOTIME ? VG_OK : see_idle(tx, out, err);
}

vg_code casework_each_flagrance(struct store_tx *tx, const struct actor *who, int64_t limit,
                                casework_flagrance_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     RUNNING "f.state NOT IN ('closed', 'dismissed')" CASEWORK_SEEN(
                         "c.id", "c.zone", "i.org", "$2", "$3", "$4", "$5") " ORDER BY ends, c.id LIMIT $6",
                     S_ARGS(S_INT(lasts()), S_INT(who->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who)),
                            S_TIME(store_now(tx)), S_INT(limit)),
                     err));
  while (rc == VG_OK && store_next(q)) {
    const struct flagrance f = read_row(q);
    rc = sink(ctx, &f, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

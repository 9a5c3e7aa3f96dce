/* Feeds that are followed: their settings, when they are due, what went wrong. */
#include "intel/intel_internal.h"

enum { DOUBLINGS = 7 };
#define LEAST (5 * 60 * VG_SECOND)
#define MOST (7 * VG_DAY)

static vg_code note(struct store_tx *tx, const struct actor *who, const struct intel_feed *f, bool dropped,
                    struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  char subject[VG_ID_MAX];
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "url", f->url);
  vg_jw_kbool(&w, "followed", !dropped);
  if (!dropped) {
    vg_jw_kstr(&w, "source", f->source);
    vg_jw_kint(&w, "period_seconds", f->period / VG_SECOND);
  }
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "intel.feed", vg_str_copy(subject, sizeof subject, f->url), vg_buf_view(&body), NULL,
                       err);
  vg_buf_fini(&body);
  return rc;
}

vg_code intel_feed_follow(struct store_tx *tx, const struct actor *who, const struct intel_feed *f,
                          struct vg_err *err) {
  if (f->period < LEAST)
    return VG_FAIL(err, VG_EUSAGE, "intel.feed_period");
  VG_TRY(store_exec(
      tx,
      "INSERT INTO intel_feed (url, source, format, columns, period, etag, changed, next_fetch, failures, added, problem, words) VALUES ($1, $2, $3, "
      "$4, $5, '', '', $6, 0, 0, '', '') ON CONFLICT (url) DO UPDATE SET source = excluded.source, format = excluded.format, columns = "
      "excluded.columns, period = excluded.period, next_fetch = excluded.next_fetch, failures = 0, problem = ''",
      S_ARGS(S_STR(f->url), S_STR(f->source), S_INT(f->format), S_STR(f->columns), S_INT(f->period),
             S_TIME(store_now(tx))),
      err));
  return note(tx, who, f, false, err);
}

vg_code intel_feed_drop(struct store_tx *tx, const struct actor *who, vg_str url, struct vg_err *err) {
  int64_t rows;
  VG_TRY(store_change(tx, &rows, "UPDATE intel_feed SET period = 0 WHERE url = $1 AND period > 0", S_ARGS(S_STR(url)),
                      err));
  if (rows == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "intel.no_feed", VG_T(url));
  return note(tx, who, &(struct intel_feed){.url = url}, true, err);
}

vg_code intel_each_feed(struct store_tx *tx, bool due, vg_str only, intel_feed_sink *sink, void *ctx,
                        struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  bool any = false;
  VG_TRY(store_query(
      tx, &q,
      "SELECT url, source, format, columns, period, last_ok, next_fetch, failures, added, problem, words, refused, missing, broken FROM intel_feed WHERE period > 0 AND "
      "($1 = '' OR url = $1) AND ($2 = 0 OR $1 <> '' OR next_fetch <= $3) ORDER BY next_fetch, url",
      S_ARGS(S_STR(only.p ? only : VG_STR("")), S_INT(due), S_TIME(store_now(tx))), err));
  while (rc == VG_OK && store_next(q)) {
    struct intel_feed f = {.url = store_str(q, 0),
                           .source = store_str(q, 1),
                           .format = (enum intel_format)store_int(q, 2),
                           .columns = store_str(q, 3),
                           .period = store_int(q, 4),
                           .last_ok = store_time(q, 5),
                           .next = store_int(q, 6),
                           .failures = store_int(q, 7),
                           .added = store_int(q, 8),
                           .problem = store_str(q, 9),
                           .words = store_str(q, 10),
                           .refused = store_int(q, 11),
                           .missing = store_int(q, 12),
                           .broken = store_int(q, 13)};
    if (f.format < FORMAT_GUESS || f.format >= INTEL_FORMATS)
      f.format = FORMAT_GUESS;
    any = true;
    rc = sink(ctx, &f, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  rc = rc != VG_OK ? rc : ended;
  return rc == VG_OK && only.n && !any ? VG_FAIL(err, VG_ENOTFOUND, "intel.no_feed", VG_T(only)) : rc;
}

static vg_code failed(struct store_tx *tx, vg_str url, int64_t retry_after, const struct vg_err *why,
                      struct vg_err *err) {
  int64_t period = 0, failures = 0;
  VG_TRY(store_get_int(tx, &period, "SELECT period FROM intel_feed WHERE url = $1", S_ARGS(S_STR(url)), err));
  VG_TRY(store_get_int(tx, &failures, "SELECT failures FROM intel_feed WHERE url = $1", S_ARGS(S_STR(url)), err));
  int64_t wait = period << (failures < DOUBLINGS ? failures : DOUBLINGS);
  int64_t asked = (retry_after < 7 * 86400 ? retry_after : 7 * 86400) * VG_SECOND;
  wait = wait > MOST ? MOST : wait;
  return store_exec(
      tx, "UPDATE intel_feed SET failures = failures + 1, problem = $2, words = $3, next_fetch = $4 WHERE url = $1",
      S_ARGS(S_STR(url), S_Z(why->n ? why->cause[0].msg : ""), S_Z(why->n ? why->cause[0].arg[1] : ""),
             S_TIME(store_now(tx) + (asked > wait ? asked : wait))),
      err);
}

vg_code intel_feed_tried(struct store_tx *tx, vg_str url, const struct intel_fetched *f, const struct vg_err *why,
                         struct vg_err *err) {
  if (why)
    return failed(tx, url, f->retry_after, why, err);
  return store_exec(
      tx,
      "UPDATE intel_feed SET failures = 0, problem = '', words = '', last_ok = $2, next_fetch = $2 + period, missing = $3 WHERE url = $1",
      S_ARGS(S_STR(url), S_TIME(store_now(tx)), S_INT(f->missing)), err);
}

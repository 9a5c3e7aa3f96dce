/* Who is followed, and how well it goes. */
#include "watch/watch_internal.h"

#include <stdlib.h>

enum { SHORTEST = 300, HABIT_ITEMS = 21, FAILURES = 3, SHY = 4, PRIOR_GAPS = 2, PRIOR_DAYS = 10 };

const char *watch_health_id(enum watch_health h) {
  static const char *const ids[] = {"watch.health.new", "watch.health.ok", "watch.health.silent",
                                    "watch.health.unasked", "watch.health.failing"};
  return ids[h];
}

static bool web_url(vg_str url) {
  return (vg_str_starts(url, VG_STR("https://")) || vg_str_starts(url, VG_STR("http://"))) && url.n > 10 &&
         url.n < 2000 && vg_str_find_byte(url, ' ', 0) == SIZE_MAX;
}

static vg_code check_expect(int64_t expect, struct vg_err *err) {
  bool ok = expect == 0 || (expect >= VG_HOUR && expect <= WATCH_EXPECT_DAYS * VG_DAY);
  return ok ? VG_OK : VG_FAIL(err, VG_EUSAGE, "watch.bad_expect");
}

static vg_code check(const struct watch_new_source *s, vg_str kind, struct vg_err *err) {
  if (!web_url(vg_str_z(s->url)))
    return VG_FAIL(err, VG_EUSAGE, "watch.bad_url", s->url);
  if (!vg_str_eqz(kind, "feed") && !vg_str_eqz(kind, "page"))
    return VG_FAIL(err, VG_EUSAGE, "watch.bad_kind", VG_T(kind));
  if (s->period && s->period < SHORTEST * VG_SECOND)
    return VG_FAIL(err, VG_EUSAGE, "watch.bad_period");
  return check_expect(s->expect, err);
}

vg_code watch_source_add(struct store_tx *tx, const struct actor *who, const struct watch_new_source *s,
                         struct vg_id *pid, struct vg_err *err) {
  vg_str kind = vg_str_z(s->kind && s->kind[0] ? s->kind : "feed");
  int64_t rows;
  *pid = vg_id_new("watch-source", store_now(tx));
  VG_TRY(check(s, kind, err));
  /* One that was dropped comes back under its old name. */
  VG_TRY(store_change(
      tx, &rows,
      "UPDATE watch_source SET dropped = 0, next_fetch = 0, failures = 0, problem = '' WHERE url = $1 AND dropped = 1",
      S_ARGS(S_Z(s->url)), err));
  if (rows) {
    struct vg_buf old;
    vg_buf_init(&old, 256);
    vg_code rc = store_get_text(tx, &old, "SELECT pid FROM watch_source WHERE url = $1", S_ARGS(S_Z(s->url)), err);
    *pid = vg_id_of(vg_buf_view(&old));
    vg_buf_fini(&old);
    return rc == VG_OK ? LEDGER_TELL(tx, who, "watch.source_added", pid->s, err, "url", s->url) : rc;
  }
  vg_code rc = store_exec(tx,
                          "INSERT INTO watch_source (pid, url, title, category, kind, tlp, period, added, dropped, "
                          "etag, modified, next_fetch, "
                          "failures, problem, words, expect) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', '', 0, 0, "
                          "'', '', $9)",
                          S_ARGS(S_Z(pid->s), S_Z(s->url), S_Z(s->title), S_Z(s->category), S_STR(kind), S_INT(s->tlp),
                                 S_INT(s->period ? s->period : VG_HOUR), S_TIME(store_now(tx)), S_INT(s->expect)),
                          err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, VG_EEXIST, "watch.known", s->url);
  return rc == VG_OK ? LEDGER_TELL(tx, who, "watch.source_added", pid->s, err, "url", s->url) : rc;
}

vg_code source_find(struct store_tx *tx, vg_str ref, struct source *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT id, pid, url, kind FROM watch_source WHERE (pid = $1 OR url = $1) AND dropped = 0",
                     S_ARGS(S_STR(ref)), err));
  bool found = store_next(q);
  if (found) {
    out->id = store_int(q, 0);
    vg_str_copy(out->pid, sizeof out->pid, store_str(q, 1));
    vg_str_copy(out->url, sizeof out->url, store_str(q, 2));
    vg_str_copy(out->kind, sizeof out->kind, store_str(q, 3));
  }
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "watch.no_source", VG_T(ref));
}

vg_code watch_source_change(struct store_tx *tx, const struct actor *who, vg_str ref, const struct watch_new_source *s,
                            struct vg_err *err) {
  struct source f;
  if (s->period < SHORTEST * VG_SECOND)
    return VG_FAIL(err, VG_EUSAGE, "watch.bad_period");
  VG_TRY(check_expect(s->expect, err));
  VG_TRY(source_find(tx, ref, &f, err));
  VG_TRY(store_exec(
      tx, "UPDATE watch_source SET title = $2, category = $3, tlp = $4, period = $5, expect = $6 WHERE id = $1",
      S_ARGS(S_INT(f.id), S_Z(s->title), S_Z(s->category), S_INT(s->tlp), S_INT(s->period), S_INT(s->expect)), err));
  return LEDGER_TELL(tx, who, "watch.source_changed", f.pid, err, "url", VG_T(ref));
}

vg_code watch_source_due(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_err *err) {
  struct source f;
  VG_TRY(source_find(tx, ref, &f, err));
  VG_TRY(store_exec(tx, "UPDATE watch_source SET next_fetch = 0 WHERE id = $1", S_ARGS(S_INT(f.id)), err));
  return LEDGER_TELL(tx, who, "watch.source_asked", f.pid, err, "url", VG_T(ref));
}

vg_code watch_source_drop(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_err *err) {
  struct source f;
  VG_TRY(source_find(tx, ref, &f, err));
  VG_TRY(store_exec(tx, "UPDATE watch_source SET dropped = 1 WHERE id = $1", S_ARGS(S_INT(f.id)), err));
  return LEDGER_TELL(tx, who, "watch.source_dropped", f.pid, err, "url", VG_T(ref));
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t longest(int64_t a, int64_t b) { return a > b ? a : b; }

/* Three times the gap to be expected (see watch.h), at least two days: silence beyond it is no accident. */
static int64_t usual_silence(int64_t *gap, int64_t gaps) {
  if (gaps + 1 >= SHY) {
    qsort(gap, (size_t)gaps, sizeof gap[0], by_size);
    return longest(3 * gap[gaps / 2], 2 * VG_DAY);
  }
  int64_t sum = PRIOR_GAPS * PRIOR_DAYS * VG_DAY;
  for (int64_t i = 0; i < gaps; i++)
    sum += gap[i];
  return longest(3 * (sum / (PRIOR_GAPS + gaps)), 2 * VG_DAY);
}

static vg_code habit(struct store_tx *tx, struct watch_source *s, struct vg_err *err) {
  struct store_rows *q;
  int64_t gap[HABIT_ITEMS], n = 0, last = 0;
  VG_TRY(store_query(tx, &q, "SELECT published FROM watch_item WHERE source = $1 ORDER BY published DESC LIMIT $2",
                     S_ARGS(S_INT(s->id), S_INT(HABIT_ITEMS)), err));
  for (; store_next(q) && n < HABIT_ITEMS; n++) {
    if (n)
      gap[n - 1] = last - store_int(q, 0);
    last = store_int(q, 0);
    if (!n)
      s->newest = s->silent_since = last;
  }
  VG_TRY(store_done(&q, err));
  if (s->expect || vg_str_eqz(s->kind, "feed"))
    s->habit = s->expect ? s->expect : usual_silence(gap, n ? n - 1 : 0);
  return VG_OK;
}

/* Whose turn was long ago, while nobody fetched or carried anything: its silence would be ours. */
static bool unasked(const struct watch_source *s, vg_time last_try, vg_time added, vg_time now) {
  vg_time turn = longest(longest(s->next_fetch, added), longest(s->last_ok, last_try));
  return now > turn + 3 * s->period + VG_DAY;
}

static enum watch_health health_of(const struct watch_source *s, vg_time last_try, vg_time added, vg_time now) {
  if (s->failures >= FAILURES || (s->last_ok == VG_NOTIME && s->failures))
    return WATCH_FAILING;
  if (unasked(s, last_try, added, now))
    return WATCH_UNASKED;
  if (s->last_ok == VG_NOTIME)
    return WATCH_NEW;
  return s->habit && now - s->silent_since > s->habit ? WATCH_SILENT : WATCH_OK;
}

static vg_code one_source(struct store_tx *tx, struct store_rows *q, struct watch_source *s, struct vg_err *err) {
  *s = (struct watch_source){.id = store_int(q, 0),
                             .pid = store_str(q, 1),
                             .url = store_str(q, 2),
                             .title = store_str(q, 3),
                             .category = store_str(q, 4),
                             .kind = store_str(q, 5),
                             .tlp = (enum tlp)store_int(q, 6),
                             .period = store_int(q, 7),
                             .last_ok = store_time(q, 8),
                             .next_fetch = store_int(q, 9),
                             .newest = VG_NOTIME,
                             .failures = store_int(q, 10),
                             .problem = store_str(q, 11),
                             .words = store_str(q, 12),
                             .items = store_int(q, 13),
                             .expect = store_int(q, 14),
                             .silent_since = store_int(q, 15)};
  VG_TRY(habit(tx, s, err));
  s->health = health_of(s, store_time(q, 16), store_int(q, 15), store_now(tx));
  return VG_OK;
}

/* Two passes: what calls for attention comes first. */
static vg_code pass(struct store_tx *tx, bool alarms, watch_source_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT s.id, s.pid, s.url, s.title, s.category, s.kind, s.tlp, s.period, s.last_ok, s.next_fetch, s.failures, "
      "s.problem, "
      "s.words, (SELECT COUNT(*) FROM watch_item i WHERE i.source = s.id), s.expect, s.added, s.last_try FROM "
      "watch_source s WHERE s.dropped = 0 "
      "ORDER BY s.category, s.title, s.url",
      S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct watch_source s;
    rc = one_source(tx, q, &s, err);
    if (rc == VG_OK && (s.health >= WATCH_SILENT) == alarms)
      rc = sink(ctx, &s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code watch_each_source(struct store_tx *tx, watch_source_sink *sink, void *ctx, struct vg_err *err) {
  VG_TRY(watch_each_alarm(tx, sink, ctx, err));
  return pass(tx, false, sink, ctx, err);
}

vg_code watch_each_alarm(struct store_tx *tx, watch_source_sink *sink, void *ctx, struct vg_err *err) {
  return pass(tx, true, sink, ctx, err);
}

/* --- OPML --- */

struct importing {
  struct store_tx *tx;
  const struct actor *who;
  struct watch_opml *out;
};

/* "feed://host/x" is http://host/x, "feed:https://host/x" what follows. */
static void address(struct vg_buf *out, vg_str url) {
  vg_buf_init(out, url.n + 8);
  if (vg_str_starts(url, VG_STR("feed://"))) {
    vg_buf_z(out, "http://");
    url = vg_str_sub(url, 7, url.n);
  } else if (vg_str_starts(url, VG_STR("feed:")))
    url = vg_str_sub(url, 5, url.n);
  vg_buf_str(out, url);
}

/* "KIND TLP PERIOD EXPECT" of an outline; what is not said, or no such thing, is as for any other source. */
static void about(vg_str words, struct watch_new_source *s) {
  vg_str kind, tlp, period, expect;
  int64_t n;
  if (!vg_str_cut(&words, ' ', &kind) || !vg_str_cut(&words, ' ', &tlp) || !vg_str_cut(&words, ' ', &period) ||
      !vg_str_cut(&words, ' ', &expect))
    return;
  s->kind = vg_str_eqz(kind, "page") ? "page" : "feed";
  if (!intel_tlp_by_name(tlp, &s->tlp))
    s->tlp = TLP_CLEAR;
  if (vg_str_i64(period, &n) && n >= SHORTEST && n <= WATCH_EXPECT_DAYS * (VG_DAY / VG_SECOND))
    s->period = n * VG_SECOND;
  if (vg_str_i64(expect, &n) && n >= VG_HOUR / VG_SECOND && n <= WATCH_EXPECT_DAYS * (VG_DAY / VG_SECOND))
    s->expect = n * VG_SECOND;
}

static void whole(struct vg_buf *out, vg_str s) {
  vg_buf_init(out, s.n + 1);
  vg_buf_str(out, s);
}

static vg_code import_web(struct importing *m, const char *url, const struct read_item *i, struct vg_err *err) {
  struct vg_id pid;
  struct vg_buf title, category;
  int64_t have;
  VG_TRY(store_get_int(m->tx, &have, "SELECT COUNT(*) FROM watch_source WHERE url = $1 AND dropped = 0",
                       S_ARGS(S_Z(url)), err));
  if (have) {
    m->out->known++;
    return VG_OK;
  }
  m->out->added++;
  whole(&title, vg_str_eq(i->title, i->url) ? VG_STR("") : i->title); /* OPML wants a text; without one, the address */
  whole(&category, i->text);
  struct watch_new_source s = {
      .url = url, .title = vg_buf_text(&title), .category = vg_buf_text(&category), .tlp = TLP_CLEAR};
  about(i->guid, &s);
  vg_code rc = watch_source_add(m->tx, m->who, &s, &pid, err);
  vg_buf_fini(&title);
  vg_buf_fini(&category);
  return rc;
}

static vg_code import_one(void *ctx, const struct read_item *i, struct vg_err *err) {
  struct importing *m = ctx;
  struct vg_buf url;
  vg_code rc = VG_OK;
  address(&url, vg_str_trim(i->url));
  if (web_url(vg_buf_view(&url)))
    rc = import_web(m, vg_buf_text(&url), i, err);
  else if (m->out->refused++ == 0)
    vg_str_copy(m->out->first, sizeof m->out->first, i->url);
  vg_buf_fini(&url);
  return rc;
}

vg_code watch_opml_import(struct store_tx *tx, const struct actor *who, const char *path, struct watch_opml *out,
                          struct vg_err *err) {
  struct importing m = {tx, who, out};
  char title[256];
  *out = (struct watch_opml){.added = 0};
  return watch_read(path, "opml", path, title, import_one, &m, err);
}

static void xml_text(struct vg_buf *out, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    switch (s.p[i]) {
    case '<': vg_buf_z(out, "&lt;"); break;
    case '>': vg_buf_z(out, "&gt;"); break;
    case '&': vg_buf_z(out, "&amp;"); break;
    case '"': vg_buf_z(out, "&quot;"); break;
    default:
      if ((unsigned char)s.p[i] >= 0x20)
        vg_buf_byte(out, (unsigned char)s.p[i]);
    }
  }
}

static vg_code export_one(void *ctx, const struct watch_source *s, struct vg_err *err) {
  struct vg_buf *out = ctx;
  vg_buf_fmt(out, "    <outline type=\"%s\" text=\"", vg_str_eqz(s->kind, "page") ? "page" : "rss");
  xml_text(out, s->title.n ? s->title : s->url);
  vg_buf_z(out, "\" category=\"");
  xml_text(out, s->category);
  vg_buf_fmt(out, "\" vigie:tlp=\"%s\" vigie:period=\"%lld\"", intel_tlp_name(s->tlp),
             (long long)(s->period / VG_SECOND));
  if (s->expect)
    vg_buf_fmt(out, " vigie:expect=\"%lld\"", (long long)(s->expect / VG_SECOND));
  vg_buf_z(out, " xmlUrl=\"");
  xml_text(out, s->url);
  vg_buf_z(out, "\"/>\n");
  return vg_buf_check(out, err);
}

vg_code watch_opml_export(struct store_tx *tx, struct vg_buf *out, struct vg_err *err) {
  vg_buf_z(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\" xmlns:vigie=\"" WATCH_OPML
                "\">\n  <head><title>Vigie</title></head>\n  <body>\n");
  VG_TRY(watch_each_source(tx, export_one, out, err));
  vg_buf_z(out, "  </body>\n</opml>\n");
  return vg_buf_check(out, err);
}

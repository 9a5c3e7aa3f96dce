/* One round of fetching: robots.txt of the sites first, then the sources, each answer kept in a transaction of its own.
 */
#include "base/file.h"
#include "base/http.h"
#include "watch/watch_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARALLEL = 8, ANSWER_MAX = 32 << 20, ROBOTS_MAX = 512 * 1024, SECONDS = 60, DOUBLINGS = 7 };

struct round;
struct due {
  struct round *round;
  int64_t id, period, failures;
  char kind[8], title[256];
  bool denied;
};

struct round {
  struct store *st;
  const struct watch_order *order;
  struct watch_summary *out;
  struct due *due;
  struct vg_http *http;
  size_t n, cap;
};

/* "https://host:port" and the rest of a URL. */
static void split_url(const char *url, char origin[static VG_HTTP_URL], vg_str *path) {
  vg_str s = vg_str_z(url);
  size_t at = vg_str_find(s, VG_STR("://"), 0), slash = vg_str_find_byte(s, '/', at + 3);
  slash = slash == SIZE_MAX ? s.n : slash;
  vg_str_copy(origin, VG_HTTP_URL, vg_str_sub(s, 0, slash));
  *path = slash < s.n ? vg_str_sub(s, slash, s.n) : VG_STR("/");
}

static vg_code add_due(struct round *r, struct store_rows *q, struct vg_err *err) {
  if (r->n == r->cap) {
    size_t cap = r->cap ? 2 * r->cap : 64;
    struct due *due = realloc(r->due, cap * sizeof *due);
    if (due)
      r->due = due;
    struct vg_http *http = due ? realloc(r->http, cap * sizeof *http) : NULL;
    if (!http)
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    r->http = http;
    r->cap = cap;
  }
  struct due *d = &r->due[r->n];
  struct vg_http *h = &r->http[r->n++];
  *d = (struct due){.round = r, .id = store_int(q, 0), .period = store_int(q, 4), .failures = store_int(q, 5)};
  vg_str_copy(d->kind, sizeof d->kind, store_str(q, 6));
  vg_str_copy(d->title, sizeof d->title, store_str(q, 7));
  *h = (struct vg_http){.max = ANSWER_MAX, .seconds = r->order->seconds ? r->order->seconds : SECONDS};
  vg_str_copy(h->url, sizeof h->url, store_str(q, 1));
  vg_str_copy(h->etag, sizeof h->etag, store_str(q, 2));
  vg_str_copy(h->modified, sizeof h->modified, store_str(q, 3));
  return VG_OK;
}

/* One that was asked later than now was asked under a clock that has been set back since: it is due. */
static vg_code find_due(struct round *r, struct vg_err *err) {
  struct store_tx *tx;
  struct store_rows *q;
  VG_TRY(store_begin_read(r->st, &tx, err));
  vg_str only = r->order->only;
  vg_code rc = store_query(
      tx, &q,
      "SELECT id, url, etag, modified, period, failures, kind, title FROM watch_source WHERE dropped = 0 "
      "AND ($1 = '' OR pid = $1 OR url = $1) AND ($2 = 1 OR next_fetch <= $3 OR last_try > $3) ORDER BY next_fetch, id",
      S_ARGS(S_STR(only.p ? only : VG_STR("")), S_INT(r->order->now || only.n), S_TIME(store_now(tx))), err);
  if (rc == VG_OK) {
    while (rc == VG_OK && store_next(q))
      rc = add_due(r, q, err);
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  store_rollback(&tx);
  if (rc == VG_OK && only.n && r->n == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "watch.no_source", VG_T(only));
  for (size_t i = 0; i < r->n; i++)
    r->http[i].ctx = &r->due[i]; /* the array stays where it is from here on */
  return rc;
}

/* --- robots --- */

/* No answer, or none for us to read: nothing is forbidden (RFC 9309 2.3.1.3); a server in trouble forbids all until
 * tomorrow (2.3.1.4). */
static vg_code robots_came(struct vg_http *h, struct vg_err *err) {
  struct store *st = h->ctx;
  struct store_tx *tx;
  char origin[VG_HTTP_URL];
  vg_str path, text = VG_STR("");
  split_url(h->url, origin, &path);
  if (h->status >= 500)
    text = VG_STR("User-agent: *\nDisallow: /\n");
  else if (h->status == 200 && !h->problem && memchr(h->body.n ? h->body.p : "", 0, h->body.n) == NULL)
    text = vg_buf_view(&h->body);
  VG_TRY(store_begin(st, &tx, err));
  vg_code rc = store_exec(tx,
                          "INSERT INTO watch_robots (origin, text, fetched) VALUES ($1, $2, $3) "
                          "ON CONFLICT (origin) DO UPDATE SET text = excluded.text, fetched = excluded.fetched",
                          S_ARGS(S_Z(origin), S_STR(text.p ? text : VG_STR("")), S_TIME(store_now(tx))), err);
  if (rc == VG_OK)
    rc = store_commit(&tx, err);
  store_rollback(&tx);
  return rc;
}

static vg_code robots_known(struct store_tx *tx, const char *origin, bool *known, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM watch_robots WHERE origin = $1 AND fetched > $2",
                       S_ARGS(S_Z(origin), S_TIME(store_now(tx) - VG_DAY)), err));
  *known = n > 0;
  return VG_OK;
}

static vg_code robots_missing(struct round *r, struct vg_http *want, size_t *count, struct vg_err *err) {
  struct store_tx *tx;
  vg_code rc = VG_OK;
  VG_TRY(store_begin_read(r->st, &tx, err));
  for (size_t i = 0; rc == VG_OK && i < r->n; i++) {
    char origin[VG_HTTP_URL];
    vg_str path;
    bool known = false;
    split_url(r->http[i].url, origin, &path);
    struct vg_http *h = &want[*count];
    *h = (struct vg_http){.max = ROBOTS_MAX, .seconds = 20, .ctx = r->st};
    int length = snprintf(h->url, sizeof h->url, "%s/robots.txt", origin);
    for (size_t k = 0; k < *count && !known; k++)
      known = strcmp(want[k].url, h->url) == 0;
    if (!known && length > 0 && (size_t)length < sizeof h->url)
      rc = robots_known(tx, origin, &known, err);
    *count += !known;
  }
  store_rollback(&tx);
  return rc;
}

static vg_code ask_robots(struct round *r, struct vg_err *err) {
  size_t n = 0;
  struct vg_http *want = calloc(r->n + 1, sizeof *want);
  if (!want)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_code rc = robots_missing(r, want, &n, err);
  if (rc == VG_OK)
    rc = vg_http_get(want, n, PARALLEL, robots_came, err);
  free(want);
  return rc;
}

static vg_code judge_robots(struct round *r, struct vg_err *err) {
  struct store_tx *tx;
  struct vg_buf text;
  vg_code rc = VG_OK;
  VG_TRY(store_begin_read(r->st, &tx, err));
  vg_buf_init(&text, ROBOTS_MAX + 1);
  for (size_t i = 0; rc == VG_OK && i < r->n; i++) {
    char origin[VG_HTTP_URL];
    vg_str path;
    split_url(r->http[i].url, origin, &path);
    vg_buf_reset(&text);
    rc = store_get_text(tx, &text, "SELECT text FROM watch_robots WHERE origin = $1", S_ARGS(S_Z(origin)), err);
    if (rc == VG_OK)
      r->due[i].denied = !robots_allow(vg_buf_view(&text), path);
  }
  vg_buf_fini(&text);
  store_rollback(&tx);
  return rc;
}

/* --- answers --- */

struct keeping {
  struct due *d;
  struct item_tally t;
};

/* The answer lies in a file for the time that the cell reads it. */
static vg_code read_body(struct keeping *k, struct vg_http *h, char title[static 256], struct vg_err *err) {
  char path[4096];
  int n = snprintf(path, sizeof path, "%s/answer-%lld", k->d->round->order->dir, (long long)k->d->id);
  if (n < 0 || (size_t)n >= sizeof path)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", k->d->round->order->dir);
  VG_TRY(vg_file_write(path, vg_buf_view(&h->body), 0600, err));
  vg_code rc = watch_read(path, k->d->kind, h->url, title, item_tally, &k->t, err);
  unlink(path);
  return rc;
}

static vg_code went_well(struct keeping *k, const struct vg_http *h, const char *title, struct vg_err *err) {
  vg_time now = store_now(k->t.tx);
  const char *url = h->moved[0] ? h->moved : h->url;
  int64_t taken = 0;
  /* A move to an address that is followed already keeps the old one. */
  if (h->moved[0])
    VG_TRY(store_get_int(k->t.tx, &taken, "SELECT COUNT(*) FROM watch_source WHERE url = $1 AND id <> $2",
                         S_ARGS(S_Z(url), S_INT(k->d->id)), err));
  bool same = h->status == 304;
  return store_exec(k->t.tx,
                    "UPDATE watch_source SET last_try = $2, last_ok = $2, failures = 0, problem = '', words = '', "
                    "next_fetch = $3, url = $4, "
                    "etag = $5, modified = $6, title = CASE WHEN title = '' THEN $7 ELSE title END WHERE id = $1",
                    S_ARGS(S_INT(k->d->id), S_TIME(now), S_TIME(now + k->d->period), S_Z(taken ? h->url : url),
                           S_Z(same ? h->etag : h->new_etag), S_Z(same ? h->modified : h->new_modified), S_Z(title)),
                    err);
}

/* Waits twice as long after each failure, at most a week, and at least as long as the server asks. */
static vg_code went_wrong(struct store_tx *tx, const struct due *d, int64_t retry_after, const char *problem,
                          const char *words, struct vg_err *err) {
  int64_t doublings = d->failures < DOUBLINGS ? d->failures : DOUBLINGS, wait = d->period << doublings;
  wait = wait > 7 * VG_DAY ? 7 * VG_DAY : wait;
  int64_t asked = (retry_after < 7 * 86400 ? retry_after : 7 * 86400) * VG_SECOND;
  vg_time now = store_now(tx);
  return store_exec(
      tx,
      "UPDATE watch_source SET last_try = $2, failures = failures + 1, problem = $3, words = $4, next_fetch = $5 WHERE "
      "id = $1",
      S_ARGS(S_INT(d->id), S_TIME(now), S_Z(problem), S_Z(words), S_TIME(now + (asked > wait ? asked : wait))), err);
}

static const char *problem_of(struct vg_http *h, const struct due *d, const char **words) {
  *words = h->words;
  if (d->denied)
    return "watch.robots";
  if (h->problem)
    return h->problem;
  snprintf(h->words, sizeof h->words, "%ld", h->status);
  return h->status == 200 || h->status == 304 ? NULL : advice_status(h->status);
}

/* Only the source's own fault is its failure; ours ends the round. */
static bool its_fault(vg_code rc) { return rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_ECELL; }

/* Why an answer cannot be read, when the reader said it; its words about it become the answer's. */
static const char *unreadable(const struct vg_err *why, struct vg_http *h) {
  static const char *const known[] = {"watch.no_feed", "watch.is_page", "watch.names_feed", "watch.no_text",
                                      "watch.entities"};
  h->words[0] = 0;
  for (int i = 0; i < why->n; i++)
    for (size_t k = 0; k < VG_COUNT(known); k++)
      if (vg_str_eqz(vg_str_z(known[k]), why->cause[i].msg)) {
        vg_str_copy(h->words, sizeof h->words, vg_str_z(why->cause[i].arg[0]));
        return known[k];
      }
  return "watch.unreadable";
}

/* A feed that never had an item is most likely not the one that was meant; one that had some may run dry. */
static vg_code never_an_item(struct store_tx *tx, const struct due *d, bool *never, struct vg_err *err) {
  int64_t items;
  VG_TRY(store_get_int(tx, &items, "SELECT COUNT(*) FROM (SELECT 1 FROM watch_item WHERE source = $1 LIMIT 1) x",
                       S_ARGS(S_INT(d->id)), err));
  *never = items == 0;
  return VG_OK;
}

static vg_code store_answer(struct store_tx *tx, struct vg_http *h, struct due *d, struct watch_fetched *f,
                            struct vg_err *err) {
  struct keeping k = {.d = d, .t = {.tx = tx, .source = d->id}};
  struct vg_err why = {0};
  char title[256] = "";
  f->problem = problem_of(h, d, &f->words);
  if (!f->problem && h->status == 200) {
    VG_TRY(store_savepoint(tx, err));
    vg_code rc = read_body(&k, h, title, &why);
    VG_TRY(store_release(tx, rc == VG_OK, err));
    if (rc != VG_OK && !its_fault(rc)) {
      *err = why;
      return rc;
    }
    bool never = false;
    if (rc == VG_OK)
      VG_TRY(never_an_item(tx, d, &never, err));
    if (rc != VG_OK || never) {
      f->problem = never ? "watch.empty" : unreadable(&why, h);
      f->words = never ? "" : h->words;
    }
  }
  if (f->problem)
    return went_wrong(tx, d, h->retry_after, f->problem, f->words, err);
  f->items = k.t.fresh;
  d->round->out->items += k.t.fresh;
  d->round->out->stories += k.t.stories;
  d->round->out->unchanged += h->status == 304;
  return went_well(&k, h, title, err);
}

static vg_code answered(struct vg_http *h, struct vg_err *err) {
  struct due *d = h->ctx;
  struct round *r = d->round;
  struct store_tx *tx;
  struct watch_fetched f = {.url = vg_str_z(h->url), .title = vg_str_z(d->title), .status = h->status};
  VG_TRY(store_begin(r->st, &tx, err));
  vg_code rc = store_answer(tx, h, d, &f, err);
  if (rc == VG_OK)
    rc = store_commit(&tx, err);
  store_rollback(&tx);
  if (rc != VG_OK)
    return rc;
  r->out->sources++;
  r->out->failed += f.problem != NULL;
  if (r->order->sink)
    r->order->sink(r->order->ctx, &f);
  return VG_OK;
}

/* Those that robots.txt keeps us from are not asked; their turn is told all the same. */
static vg_code set_denied_apart(struct round *r, struct vg_err *err) {
  size_t kept = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (((struct due *)r->http[i].ctx)->denied)
      VG_TRY(answered(&r->http[i], err));
    else
      r->http[kept++] = r->http[i];
  }
  r->n = kept;
  return VG_OK;
}

vg_code watch_next_due(struct store_tx *tx, vg_time *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q, "SELECT MIN(CASE WHEN last_try > $1 THEN 0 ELSE next_fetch END) FROM watch_source WHERE dropped = 0",
      S_ARGS(S_TIME(store_now(tx))), err));
  *out = store_next(q) ? store_time(q, 0) : VG_NOTIME;
  return store_done(&q, err);
}

vg_code watch_fetch(struct store *st, const struct watch_order *order, struct watch_summary *out, struct vg_err *err) {
  struct round r = {.st = st, .order = order, .out = out};
  vg_code rc = VG_OK;
  *out = (struct watch_summary){0};
  VG_GO(find_due(&r, err));
  VG_GO(ask_robots(&r, err));
  VG_GO(judge_robots(&r, err));
  VG_GO(set_denied_apart(&r, err));
  VG_GO(vg_http_get(r.http, r.n, PARALLEL, answered, err));
out:
  free(r.due);
  free(r.http);
  return rc;
}

/* A feed is fetched to a file, with the marks of what we already have (ETag, Last-Modified); what lies on disk is only
 * looked at. */
#include "intel/intel_internal.h"

#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/http.h"

enum { FETCH_MAX = 2000 }; /* MiB */

struct headers {
  char etag[256], changed[64];
  int64_t retry_after;
};

static size_t header(char *p, size_t size, size_t n, void *ctx) {
  struct headers *h = ctx;
  vg_str line = vg_str_trim(vg_str_n(p, size * n));
  if (vg_str_eq_ci(vg_str_sub(line, 0, 5), VG_STR("ETag:")))
    vg_str_copy(h->etag, sizeof h->etag, vg_str_trim(vg_str_sub(line, 5, line.n)));
  else if (vg_str_eq_ci(vg_str_sub(line, 0, 14), VG_STR("Last-Modified:")))
    vg_str_copy(h->changed, sizeof h->changed, vg_str_trim(vg_str_sub(line, 14, line.n)));
  else if (vg_str_eq_ci(vg_str_sub(line, 0, 12), VG_STR("Retry-After:"))) {
    if (!vg_str_i64(vg_str_trim(vg_str_sub(line, 12, line.n)), &h->retry_after) || h->retry_after < 0)
      h->retry_after = 0;
  } else if (vg_str_starts(line, VG_STR("HTTP/")))
    *h = (struct headers){0}; /* those of a redirection are not the feed's */
  return size * n;
}

static vg_code known_marks(struct store_tx *tx, const char *url, struct headers *h, struct vg_err *err) {
  struct store_rows *q;
  *h = (struct headers){0};
  VG_TRY(store_query(tx, &q, "SELECT etag, changed FROM intel_feed WHERE url = $1", S_ARGS(S_Z(url)), err));
  if (store_next(q)) {
    vg_str_copy(h->etag, sizeof h->etag, store_str(q, 0));
    vg_str_copy(h->changed, sizeof h->changed, store_str(q, 1));
  }
  return store_done(&q, err);
}

static struct curl_slist *conditions(const struct headers *h) {
  struct curl_slist *list = NULL;
  char line[320];
  if (h->etag[0]) {
    snprintf(line, sizeof line, "If-None-Match: %s", h->etag);
    list = curl_slist_append(list, line);
  }
  if (h->changed[0]) {
    snprintf(line, sizeof line, "If-Modified-Since: %s", h->changed);
    list = curl_slist_append(list, line);
  }
  return list;
}

static vg_code get(const char *url, FILE *to, const struct headers *known, struct headers *now, long *status,
                   struct vg_err *err) {
  CURL *c = curl_easy_init();
  if (!c)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  struct curl_slist *list = conditions(known);
  curl_easy_setopt(c, CURLOPT_URL, url);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(c, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L); /* a byte a second for a minute is no transfer */
  curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)FETCH_MAX << 20);
  curl_easy_setopt(c, CURLOPT_USERAGENT, "Vigie/" VIGIE_VERSION);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, to);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, now);
  CURLcode code = curl_easy_perform(c);
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
  curl_slist_free_all(list);
  curl_easy_cleanup(c);
  if (code != CURLE_OK)
    return VG_FAIL(err, VG_EIO, "intel.fetch", url, vg_http_why((char[64]){0}, (int)code));
  return *status == 200 || *status == 304 ? VG_OK : VG_FAIL(err, VG_EIO, "intel.fetch_status", url, VG_N(*status));
}

bool intel_is_url(const char *path) {
  vg_str s = vg_str_z(path);
  return vg_str_starts(s, VG_STR("http://")) || vg_str_starts(s, VG_STR("https://"));
}

/* Names, sizes and times of what lies below, folded into one mark. */
static void look(const char *path, int depth, struct vg_buf *out) {
  struct dirent **names;
  struct stat st;
  if (stat(path, &st) != 0)
    return;
  vg_buf_fmt(out, "%s %lld %lld.%ld\n", path, (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  int n = S_ISDIR(st.st_mode) && depth < 16 ? scandir(path, &names, NULL, alphasort) : 0;
  for (int i = 0; i < n; i++) {
    char one[4096];
    int length = snprintf(one, sizeof one, "%s/%s", path, names[i]->d_name);
    if (names[i]->d_name[0] != '.' && length > 0 && length < (int)sizeof one)
      look(one, depth + 1, out);
    free(names[i]);
  }
  if (n > 0)
    free(names);
}

static vg_code look_at(const char *path, const struct headers *known, struct intel_fetched *out, struct vg_err *err) {
  struct vg_buf seen;
  unsigned char digest[VG_SHA256_SIZE];
  if (access(path, R_OK) != 0)
    return VG_FAIL_SYS(err, "base.open", path);
  vg_buf_init(&seen, 256 << 20);
  look(path, 0, &seen);
  vg_code rc = vg_buf_check(&seen, err);
  vg_sha256(seen.p, seen.n, digest);
  vg_buf_fini(&seen);
  vg_hex(out->etag, digest, sizeof digest);
  out->lies = true;
  out->unchanged = strcmp(out->etag, known->etag) == 0;
  vg_str_copy(out->path, sizeof out->path, vg_str_z(path));
  return rc;
}

static vg_code download(const char *url, const struct headers *known, struct intel_fetched *out, struct vg_err *err) {
  struct headers now = {0};
  long status = 0;
  const char *where = getenv("TMPDIR");
  snprintf(out->path, sizeof out->path, "%s/vigie-feed-XXXXXX", where && *where ? where : "/tmp");
  int fd = mkostemp(out->path, O_CLOEXEC);
  FILE *to = fd < 0 ? NULL : fdopen(fd, "wb");
  if (!to) {
    out->path[0] = 0;
    return VG_FAIL_SYS(err, "base.create", where && *where ? where : "/tmp");
  }
  vg_code rc = get(url, to, known, &now, &status, err);
  if (fclose(to) != 0 && rc == VG_OK)
    rc = VG_FAIL_SYS(err, "base.write", out->path);
  out->unchanged = status == 304;
  out->retry_after = now.retry_after;
  memcpy(out->etag, now.etag, sizeof out->etag);
  memcpy(out->changed, now.changed, sizeof out->changed);
  return rc;
}

vg_code intel_fetch(struct store *st, const char *url, struct intel_fetched *out, struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct headers known;
  *out = (struct intel_fetched){0};
  VG_TRY(store_begin_read(st, &tx, err));
  vg_code rc = known_marks(tx, url, &known, err);
  store_rollback(&tx);
  if (rc == VG_OK)
    rc = intel_is_url(url) ? download(url, &known, out, err) : look_at(url, &known, out, err);
  if (rc == VG_OK && !out->unchanged && feed_is_manifest(url))
    rc = feed_events(st, url, out, err);
  if (rc != VG_OK) {
    int64_t wait = out->retry_after;
    intel_fetched_fini(out);
    out->retry_after = wait;
  }
  return rc;
}

void intel_fetched_fini(struct intel_fetched *f) {
  if (f->path[0] && !f->lies && unlink(f->path) != 0)
    feed_events_forget(f->path);
  f->path[0] = 0;
}

/* Also a feed that is only read when asked for is remembered. */
static vg_code remember(struct store_tx *tx, const char *url, const struct intel_fetched *f,
                        const struct intel_import *in, struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO intel_feed (url, source, format, columns, period, etag, changed, last_ok, next_fetch, failures, added, problem, words) VALUES ($1, $2, "
      "0, '', 0, $3, $4, $5, $5, 0, $6, '', '') ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, changed = excluded.changed, last_ok = "
      "excluded.last_ok, next_fetch = excluded.last_ok + intel_feed.period, failures = 0, added = excluded.added, problem = '', words = ''",
      S_ARGS(S_Z(url), S_Z(in->source), S_Z(f->etag), S_Z(f->changed), S_TIME(store_now(tx)),
             S_INT(in->added + in->updated)),
      err);
}

vg_code intel_import_fetched(struct store_tx *tx, const struct actor *who, const char *url,
                             const struct intel_fetched *f, struct intel_import *in, struct vg_err *err) {
  VG_TRY(intel_import(tx, who, in, err));
  VG_TRY(remember(tx, url, f, in, err));
  return feed_is_manifest(url) && !f->lies ? feed_events_read(tx, url, f->path, err) : VG_OK;
}

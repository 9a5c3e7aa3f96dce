/* A feed by URL: fetched to a file with the server's own marks of what we already have (ETag, Last-Modified). */
#include "intel/intel_internal.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FETCH_MAX = 2000 }; /* MiB */

struct headers {
  char etag[256], changed[64];
};

static size_t header(char *p, size_t size, size_t n, void *ctx) {
  struct headers *h = ctx;
  vg_str line = vg_str_trim(vg_str_n(p, size * n));
  if (vg_str_eq_ci(vg_str_sub(line, 0, 5), VG_STR("ETag:")))
    vg_str_copy(h->etag, sizeof h->etag, vg_str_trim(vg_str_sub(line, 5, line.n)));
  else if (vg_str_eq_ci(vg_str_sub(line, 0, 14), VG_STR("Last-Modified:")))
    vg_str_copy(h->changed, sizeof h->changed, vg_str_trim(vg_str_sub(line, 14, line.n)));
  else if (vg_str_starts(line, VG_STR("HTTP/")))
    *h = (struct headers){0}; /* those of a redirection are not the feed's */
  return size * n;
}

static vg_code known_marks(struct store_tx *tx, const char *source, const char *url, struct headers *h, struct vg_err *err) {
  struct store_rows *q;
  *h = (struct headers){0};
  VG_TRY(store_query(tx, &q, "SELECT etag, changed FROM intel_source WHERE name = $1 AND url = $2", S_ARGS(S_Z(source), S_Z(url)), err));
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

static vg_code get(const char *url, FILE *to, const struct headers *known, struct headers *now, long *status, struct vg_err *err) {
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
    return VG_FAIL(err, VG_EIO, "intel.fetch", url, curl_easy_strerror(code));
  return *status == 200 || *status == 304 ? VG_OK : VG_FAIL(err, VG_EIO, "intel.fetch_status", url, VG_N(*status));
}

static vg_code remember(struct store_tx *tx, const char *source, const char *url, const struct headers *h, struct vg_err *err) {
  return store_exec(tx, "UPDATE intel_source SET url = $2, etag = $3, changed = $4, fetched = $5 WHERE name = $1",
                    S_ARGS(S_Z(source), S_Z(url), S_Z(h->etag), S_Z(h->changed), S_TIME(store_now(tx))), err);
}

bool intel_is_url(const char *path) {
  vg_str s = vg_str_z(path);
  return vg_str_starts(s, VG_STR("http://")) || vg_str_starts(s, VG_STR("https://"));
}

vg_code intel_fetch(struct store *st, const char *url, const char *source, struct intel_fetched *out, struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct headers known, now = {0};
  const char *where = getenv("TMPDIR");
  long status = 0;
  vg_code rc = VG_OK;
  *out = (struct intel_fetched){0};
  VG_TRY(store_begin_read(st, &tx, err));
  rc = known_marks(tx, source, url, &known, err);
  store_rollback(&tx);
  if (rc != VG_OK)
    return rc;
  snprintf(out->path, sizeof out->path, "%s/vigie-feed-XXXXXX", where && *where ? where : "/tmp");
  int fd = mkstemp(out->path);
  FILE *to = fd < 0 ? NULL : fdopen(fd, "wb");
  if (!to) {
    rc = VG_FAIL_SYS(err, "base.create", out->path);
    goto out;
  }
  VG_GO(get(url, to, &known, &now, &status, err));
  out->unchanged = status == 304;
  memcpy(out->etag, now.etag, sizeof out->etag);
  memcpy(out->changed, now.changed, sizeof out->changed);
out:
  if (to && fclose(to) != 0 && rc == VG_OK)
    rc = VG_FAIL_SYS(err, "base.write", out->path);
  if (rc != VG_OK)
    intel_fetched_fini(out);
  return rc;
}

void intel_fetched_fini(struct intel_fetched *f) {
  if (f->path[0])
    unlink(f->path);
  f->path[0] = 0;
}

vg_code intel_import_fetched(struct store_tx *tx, const struct actor *who, const char *url, const struct intel_fetched *f, struct intel_import *in,
                             struct vg_err *err) {
  struct headers h;
  memcpy(h.etag, f->etag, sizeof h.etag);
  memcpy(h.changed, f->changed, sizeof h.changed);
  VG_TRY(intel_import(tx, who, in, err));
  return remember(tx, in->source, url, &h, err);
}

/* A feed is fetched to a file, with the marks of what we already have (ETag, Last-Modified); what lies on disk is only
 * looked at. */
#include "intel/intel_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/http.h"

#define FETCH_MAX ((size_t)2000 << 20)

struct marks {
  char etag[VG_HTTP_TAG], changed[VG_HTTP_TAG];
};

static vg_code known_marks(struct store_tx *tx, const char *url, struct marks *h, struct vg_err *err) {
  struct store_rows *q;
  *h = (struct marks){0};
  VG_TRY(store_query(tx, &q, "SELECT etag, changed FROM intel_feed WHERE url = $1", S_ARGS(S_Z(url)), err));
  if (store_next(q)) {
    vg_str_copy(h->etag, sizeof h->etag, store_str(q, 0));
    vg_str_copy(h->changed, sizeof h->changed, store_str(q, 1));
  }
  return store_done(&q, err);
}

/* What can be done about it. */
static const char *words_of(long status) {
  static const char *const words[VG_HTTP_ANSWERS] = {[VG_HTTP_REFUSED] = "intel.fetch_account",
                                                     [VG_HTTP_GONE] = "intel.fetch_nothing",
                                                     [VG_HTTP_BUSY] = "intel.fetch_often",
                                                     [VG_HTTP_DOWN] = "intel.fetch_fault",
                                                     [VG_HTTP_OTHER] = "intel.fetch_status"};
  return words[vg_http_answer(status)];
}

static vg_code came(struct vg_http *h, struct vg_err *err) {
  char known[64];
  snprintf(known, sizeof known, "@%s", h->problem ? h->problem : "");
  if (h->problem)
    return VG_FAIL(err, VG_EIO, "intel.fetch", h->url, h->words[0] ? h->words : known);
  return h->status == 200 || h->status == 304 ? VG_OK
                                              : VG_FAIL(err, VG_EIO, words_of(h->status), h->url, VG_N(h->status));
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

static vg_code look_at(const char *path, const struct marks *known, struct intel_fetched *out, struct vg_err *err) {
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

/* What a fetched file begins with, white space and a mark of UTF-8 apart. */
static vg_str beginning(const char *path, char head[static 64]) {
  FILE *f = fopen(path, "rbe");
  const size_t n = f ? fread(head, 1, 64, f) : 0;
  if (f)
    (void)fclose(f);
  vg_str s = vg_str_n(head, n);
  return vg_str_trim(vg_str_starts(s, VG_STR("\xef\xbb\xbf")) ? vg_str_sub(s, 3, s.n) : s);
}

/* What a server gives for any name is no manifest. */
static bool begins_object(const char *path) {
  char head[64];
  vg_str s = beginning(path, head);
  return s.n && s.p[0] == '{';
}

/* A page to log in, or that says that the list has moved, is no list: its own names would be searched for. */
static bool page_for_list(const char *url, const char *path) {
  static const char *const lists[] = {".txt", ".csv",  ".tsv",   ".json", ".jsonl", ".ioc",   ".xml", ".yar", ".yara",
                                      ".yml", ".yaml", ".rules", ".list", ".lst",   ".ipset", ".gz",  ".zip", ".zst"};
  static const char *const pages[] = {"<!doctype html", "<html"};
  char head[64];
  vg_str s = beginning(path, head);
  const vg_str bare = vg_str_n(url, strcspn(url, "?#"));
  bool list = false, page = false;
  for (size_t i = 0; i < VG_COUNT(lists); i++)
    list |= vg_str_ends_ci(bare, vg_str_z(lists[i]));
  for (size_t i = 0; i < VG_COUNT(pages); i++)
    page |= vg_str_eq_ci(vg_str_sub(s, 0, strlen(pages[i])), vg_str_z(pages[i]));
  return list && page;
}

static vg_code download(const char *url, const atomic_bool *stop, const struct marks *known, struct intel_fetched *out,
                        struct vg_err *err) {
  const char *where = getenv("TMPDIR");
  struct vg_http *h = calloc(1, sizeof *h);
  if (!h)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  snprintf(out->path, sizeof out->path, "%s/vigie-feed-XXXXXX", where && *where ? where : "/tmp");
  int fd = mkostemp(out->path, O_CLOEXEC);
  h->file = fd < 0 ? NULL : fdopen(fd, "wb");
  if (!h->file) {
    free(h);
    out->path[0] = 0;
    return VG_FAIL_SYS(err, "base.create", where && *where ? where : "/tmp");
  }
  h->max = FETCH_MAX;
  h->stop = stop;
  vg_str_copy(h->url, sizeof h->url, vg_str_z(url));
  vg_str_copy(h->etag, sizeof h->etag, vg_str_z(known->etag));
  vg_str_copy(h->modified, sizeof h->modified, vg_str_z(known->changed));
  vg_code rc = strlen(url) < sizeof h->url ? vg_http_get(h, 1, 1, came, err)
                                           : VG_FAIL(err, VG_ELIMIT, "intel.fetch", url, "@base.http.url");
  if (fclose(h->file) != 0 && rc == VG_OK)
    rc = VG_FAIL_SYS(err, "base.write", out->path);
  out->unchanged = h->status == 304;
  if (rc == VG_OK && !out->unchanged && page_for_list(url, out->path))
    rc = VG_FAIL(err, VG_EDATA, "intel.fetch_page", url);
  out->retry_after = h->retry_after;
  vg_str_copy(out->etag, sizeof out->etag, vg_str_z(h->new_etag));
  vg_str_copy(out->changed, sizeof out->changed, vg_str_z(h->new_modified));
  free(h);
  return rc;
}

/* MISP feeds are published by their directory: its manifest says which events there are. Any other directory is the
 * page that its server makes of it. */
static vg_code download_directory(const char *url, const atomic_bool *stop, const struct marks *known,
                                  struct intel_fetched *out, bool *manifest, struct vg_err *err) {
  char inside[4096];
  const int n = snprintf(inside, sizeof inside, "%smanifest.json", url);
  *manifest = n > 0 && n < (int)sizeof inside && download(inside, stop, known, out, NULL) == VG_OK &&
              (out->unchanged || begins_object(out->path));
  if (*manifest)
    return VG_OK;
  intel_fetched_fini(out);
  *out = (struct intel_fetched){0};
  return download(url, stop, known, out, err);
}

vg_code intel_fetch(struct store *st, const char *url, const atomic_bool *stop, struct intel_fetched *out,
                    struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct marks known;
  *out = (struct intel_fetched){0};
  VG_TRY(store_begin_read(st, &tx, err));
  vg_code rc = known_marks(tx, url, &known, err);
  store_rollback(&tx);
  bool manifest = feed_is_manifest(url);
  if (rc == VG_OK && intel_is_url(url) && vg_str_ends(vg_str_z(url), VG_STR("/")))
    rc = download_directory(url, stop, &known, out, &manifest, err);
  else if (rc == VG_OK)
    rc = intel_is_url(url) ? download(url, stop, &known, out, err) : look_at(url, &known, out, err);
  if (rc == VG_OK && !out->unchanged && manifest)
    rc = feed_events(st, url, stop, out, err);
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
      "INSERT INTO intel_feed (url, source, format, columns, period, etag, changed, last_ok, next_fetch, failures, added, problem, words, refused, missing, broken) VALUES ($1, $2, "
      "0, '', 0, $3, $4, $5, $5, 0, $6, '', '', $7, $8, $9) ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, changed = excluded.changed, last_ok = "
      "excluded.last_ok, next_fetch = excluded.last_ok + intel_feed.period, failures = 0, added = excluded.added, problem = '', words = '', "
      "refused = excluded.refused, missing = excluded.missing, broken = excluded.broken",
      S_ARGS(S_Z(url), S_Z(in->source), S_Z(f->etag), S_Z(f->changed), S_TIME(store_now(tx)),
             S_INT(in->added + in->updated), S_INT(in->rejected), S_INT(f->missing), S_INT(in->uses.n[USE_BROKEN])),
      err);
}

vg_code intel_import_fetched(struct store_tx *tx, const struct actor *who, const char *url,
                             const struct intel_fetched *f, struct intel_import *in, struct vg_err *err) {
  in->name = intel_is_url(url) ? url : NULL;
  VG_TRY(intel_import(tx, who, in, err));
  VG_TRY(remember(tx, url, f, in, err));
  struct stat st;
  const bool events = !f->lies && stat(f->path, &st) == 0 && S_ISDIR(st.st_mode);
  return events ? feed_events_read(tx, url, f->path, err) : VG_OK;
}

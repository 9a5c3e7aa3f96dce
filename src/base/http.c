#include "base/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <zlib.h>

enum { REDIRECTS = 5, SLOW_BYTES = 100, SLOW_SECONDS = 20, PATIENCE = 200 /* ms between looks at stop */ };

struct one {
  struct vg_http *h;
  CURL *easy;
  struct curl_slist *headers;
  size_t got; /* bytes of the body */
  bool temporary, too_large;
  /* The body's packing. We undo it, for curl 7 takes one that was cut for a whole one. */
  enum { AS_IS, PACKED, UNPACKING, UNPACKED, STRANGE } packing;
  z_stream z;
};

static size_t keep(struct one *o, const char *p, size_t n) {
  o->too_large = n > o->h->max - o->got;
  if (o->too_large)
    return 0;
  o->got += n;
  if (o->h->file)
    return fwrite(p, 1, n, o->h->file);
  vg_buf_add(&o->h->body, p, n);
  return o->h->body.bad ? 0 : n;
}

/* Is there a member at next_in? Behind the first one, what is none is padding. */
static bool member(struct one *o) {
  if (o->packing == PACKED && inflateInit2(&o->z, 15 + 32) != Z_OK)
    return false;
  if (o->packing == UNPACKED && (*o->z.next_in != 0x1f || inflateReset(&o->z) != Z_OK))
    return false;
  o->packing = UNPACKING;
  return true;
}

static bool unpack(struct one *o, char *p, size_t n) {
  char room[16384];
  int code = Z_OK;
  o->z.next_in = (Bytef *)p;
  o->z.avail_in = (uInt)n;
  for (bool more = true; more && (o->packing == UNPACKING || (o->z.avail_in > 0 && member(o)));) {
    o->z.next_out = (Bytef *)room;
    o->z.avail_out = sizeof room;
    code = inflate(&o->z, Z_NO_FLUSH);
    const size_t came = sizeof room - o->z.avail_out;
    if (came && keep(o, room, came) != came)
      return false;
    if (code == Z_STREAM_END)
      o->packing = UNPACKED;
    else if (code != Z_OK && code != Z_BUF_ERROR)
      return o->packing = STRANGE, false;
    more = o->z.avail_in > 0 || o->z.avail_out == 0;
  }
  return o->packing != PACKED; /* no memory for a first one */
}

static size_t take_body(char *p, size_t size, size_t n, void *ctx) {
  struct one *o = ctx;
  n *= size;
  if (o->packing == AS_IS)
    return keep(o, p, n);
  return o->packing != STRANGE && unpack(o, p, n) ? n : 0;
}

static void take_packing(struct one *o, vg_str value) {
  const bool known = vg_str_eq_ci(value, VG_STR("gzip")) || vg_str_eq_ci(value, VG_STR("x-gzip")) ||
                     vg_str_eq_ci(value, VG_STR("deflate"));
  o->packing = known ? PACKED : vg_str_eq_ci(value, VG_STR("identity")) || value.n == 0 ? AS_IS : STRANGE;
}

static bool header_is(vg_str line, const char *name, vg_str *value) {
  size_t n = strlen(name);
  if (line.n <= n || line.p[n] != ':' || strncasecmp(line.p, name, n) != 0)
    return false;
  *value = vg_str_trim(vg_str_sub(line, n + 1, line.n));
  return true;
}

static void take_status(struct one *o, vg_str line) {
  vg_str code = vg_str_sub(line, vg_str_find_byte(line, ' ', 0) + 1, 3);
  uint64_t status;
  if (vg_str_u64(code, &status) && status >= 300 && status < 400 && status != 301 && status != 308 && status != 304)
    o->temporary = true;
  /* What an earlier answer of the chain said does not hold for this one. */
  o->h->new_etag[0] = o->h->new_modified[0] = 0;
  o->h->retry_after = 0;
  o->h->got[0] = 0;
  o->packing = AS_IS;
}

/* Seconds, or the date when they are over. */
static int64_t wait_of(vg_str value) {
  int64_t seconds;
  char date[64];
  if (!vg_str_i64(value, &seconds)) {
    time_t at = curl_getdate(vg_str_copy(date, sizeof date, value), NULL);
    seconds = at < 0 ? 0 : (int64_t)(at - time(NULL));
  }
  return seconds > 0 ? seconds : 0;
}

static size_t take_header(char *p, size_t size, size_t n, void *ctx) {
  struct one *o = ctx;
  vg_str line = vg_str_trim(vg_str_n(p, size * n)), value;
  if (vg_str_starts(line, VG_STR("HTTP/")))
    take_status(o, line);
  else if (header_is(line, "etag", &value) && value.n < VG_HTTP_TAG)
    vg_str_copy(o->h->new_etag, VG_HTTP_TAG, value);
  else if (header_is(line, "last-modified", &value) && value.n < VG_HTTP_TAG)
    vg_str_copy(o->h->new_modified, VG_HTTP_TAG, value);
  else if (header_is(line, "retry-after", &value))
    o->h->retry_after = wait_of(value);
  else if (header_is(line, "content-encoding", &value))
    take_packing(o, value);
  else if (o->h->want && header_is(line, o->h->want, &value) && value.n < sizeof o->h->got)
    vg_str_copy(o->h->got, sizeof o->h->got, value);
  return size * n;
}

static bool add_header(struct one *o, const char *name, const char *value) {
  char line[VG_HTTP_TAG + 40];
  if (!value || !value[0])
    return true;
  size_t n = strlen(name);
  memcpy(line, name, n);
  vg_str_copy(line + n, sizeof line - n, vg_str_z(value));
  struct curl_slist *more = curl_slist_append(o->headers, line);
  if (more)
    o->headers = more;
  return more != NULL;
}

static void set_up(struct one *o) {
  CURL *c = o->easy;
  curl_easy_setopt(c, CURLOPT_URL, o->h->url);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)o->h->seconds);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 20L);
  curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
  curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
  curl_easy_setopt(c, CURLOPT_USERAGENT, "Vigie/" VIGIE_VERSION);
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, o->headers);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, o);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, o);
  curl_easy_setopt(c, CURLOPT_PRIVATE, o);
}

static void set_up_login(struct one *o) {
  CURL *c = o->easy;
  const struct vg_http *h = o->h;
  if (h->login) {
    curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(c, CURLOPT_USERPWD, h->login);
  }
  if (h->ca)
    curl_easy_setopt(c, CURLOPT_CAINFO, h->ca);
  if (h->cert)
    curl_easy_setopt(c, CURLOPT_SSLCERT, h->cert);
  if (h->key)
    curl_easy_setopt(c, CURLOPT_SSLKEY, h->key);
  if (h->post.p) {
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, h->post.p);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)h->post.n);
  }
}

static void clear_one(CURLM *multi, struct one *o) {
  if (!o->easy)
    return;
  curl_multi_remove_handle(multi, o->easy);
  curl_easy_cleanup(o->easy);
  curl_slist_free_all(o->headers);
  inflateEnd(&o->z);
  vg_buf_fini(&o->h->body);
  *o = (struct one){0};
}

static vg_code start(CURLM *multi, struct one *o, struct vg_http *h, struct vg_err *err) {
  o->h = h;
  vg_buf_init(&h->body, h->max);
  o->easy = curl_easy_init();
  if (!o->easy || !add_header(o, "If-None-Match: ", h->etag) || !add_header(o, "If-Modified-Since: ", h->modified) ||
      !add_header(o, "Accept: ", h->accept) || !add_header(o, "Accept-Encoding: ", "gzip") ||
      !add_header(o, "Content-Type: ", h->post.p ? h->post_type : NULL))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  set_up(o);
  set_up_login(o);
  return curl_multi_add_handle(multi, o->easy) == CURLM_OK ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
}

const char *vg_http_problem(int code) {
  switch (code) {
  case CURLE_OPERATION_TIMEDOUT: return "base.http.slow";
  case CURLE_PARTIAL_FILE:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING: return "base.http.cut";
  case CURLE_TOO_MANY_REDIRECTS: return "base.http.circle";
  case CURLE_COULDNT_RESOLVE_HOST: return "base.http.host";
  case CURLE_COULDNT_CONNECT: return "base.http.connect";
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL: return "base.http.url";
  case CURLE_PEER_FAILED_VERIFICATION: return "base.http.certificate";
  case CURLE_SSL_CONNECT_ERROR: return "base.http.tls";
  case CURLE_FILESIZE_EXCEEDED: return "base.http.large";
  case CURLE_LOGIN_DENIED: return "base.http.login";
  default: return NULL;
  }
}

enum vg_http_answer vg_http_answer(long status) {
  switch (status) {
  case 401:
  case 402:
  case 403:
  case 407:
  case 451: return VG_HTTP_REFUSED;
  case 404:
  case 410: return VG_HTTP_GONE;
  case 429: return VG_HTTP_BUSY;
  default: return status >= 500 ? VG_HTTP_DOWN : VG_HTTP_OTHER;
  }
}

const char *vg_http_why(char out[static 64], int code) {
  const char *known = vg_http_problem(code);
  snprintf(out, 64, "@%s", known ? known : "");
  return known ? out : curl_easy_strerror((CURLcode)code);
}

static void conclude(struct one *o, CURLcode code) {
  struct vg_http *h = o->h;
  char *last = NULL;
  long hops = 0;
  h->status = 0;
  curl_easy_getinfo(o->easy, CURLINFO_RESPONSE_CODE, &h->status);
  curl_easy_getinfo(o->easy, CURLINFO_EFFECTIVE_URL, &last);
  curl_easy_getinfo(o->easy, CURLINFO_REDIRECT_COUNT, &hops);
  if (hops > 0 && !o->temporary && last && strlen(last) < VG_HTTP_URL)
    vg_str_copy(h->moved, VG_HTTP_URL, vg_str_z(last));
  if (code == CURLE_OK && o->packing != UNPACKING)
    return;
  const char *known = o->too_large            ? "base.http.large"
                      : o->packing == STRANGE ? "base.http.packing"
                      : code == CURLE_OK      ? "base.http.cut"
                                              : vg_http_problem((int)code);
  h->problem = known ? known : "base.http.failed";
  vg_str_copy(h->words, sizeof h->words, vg_str_z(known ? "" : curl_easy_strerror(code)));
}

/* Tells of those that ended. */
static vg_code reap(CURLM *multi, size_t *running, vg_http_done *done, struct vg_err *err) {
  CURLMsg *m;
  int left;
  vg_code rc = VG_OK;
  while (rc == VG_OK && (m = curl_multi_info_read(multi, &left))) {
    struct one *o = NULL;
    if (m->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &o);
    conclude(o, m->data.result);
    rc = done(o->h, err);
    clear_one(multi, o);
    --*running;
  }
  return rc;
}

static vg_code run(CURLM *multi, struct one *all, struct vg_http *v, size_t n, size_t parallel, vg_http_done *done,
                   struct vg_err *err) {
  size_t next = 0, running = 0;
  int busy;
  while (next < n || running > 0) {
    if (v[0].stop && atomic_load(v[0].stop))
      return VG_FAIL(err, VG_ESTATE, "base.http.stopped", v[0].url);
    for (; next < n && running < parallel; next++, running++)
      VG_TRY(start(multi, &all[next], &v[next], err));
    if (curl_multi_perform(multi, &busy) != CURLM_OK || curl_multi_poll(multi, NULL, 0, PATIENCE, NULL) != CURLM_OK)
      return VG_FAIL(err, VG_EIO, "base.http.failed", v[0].url, "curl_multi");
    VG_TRY(reap(multi, &running, done, err));
  }
  return VG_OK;
}

vg_code vg_http_get(struct vg_http *v, size_t n, size_t parallel, vg_http_done *done, struct vg_err *err) {
  CURLM *multi = curl_multi_init();
  struct one *all = calloc(n + 1, sizeof *all);
  vg_code rc =
      multi && all ? run(multi, all, v, n, parallel ? parallel : 1, done, err) : VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (size_t i = 0; multi && all && i < n; i++)
    clear_one(multi, &all[i]);
  free(all);
  if (multi)
    curl_multi_cleanup(multi);
  return rc;
}

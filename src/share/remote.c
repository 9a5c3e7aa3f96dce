/* A TAXII 2.1 server elsewhere: its API root, its collections, their objects, and leaving objects there. */
#include "share/share.h"

#include "base/http.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MEDIA "application/taxii+json;version=2.1"
enum { ANSWER_MAX = 256 << 20, SECONDS = 300, TRIES = 5, PATIENCE = 120 };

static vg_code keep(struct vg_http *h, struct vg_err *err) {
  struct vg_buf *out = h->ctx;
  vg_buf_str(out, vg_buf_view(&h->body));
  return vg_buf_check(out, err);
}

static void wait_seconds(int64_t seconds) {
  struct timespec t = {.tv_sec = (time_t)seconds};
  while (nanosleep(&t, &t) != 0)
    ;
}

/* What to make of an answer that is none: the server's own words about it, when it has some. */
static vg_code explain(const struct vg_http *h, struct vg_buf *body, struct vg_err *err) {
  struct vg_json *json = NULL;
  vg_jv root;
  char status[24], words[VG_ERR_ARG_MAX] = "";
  vg_str s;
  if (h->problem) {
    if (h->words[0])
      (void)VG_FAIL(err, VG_EIO, "base.http.at", h->words);
    (void)VG_FAIL(err, VG_EIO, h->problem);
    return VG_FAIL(err, VG_EIO, "base.http.at", h->url);
  }
  if (vg_json_new(&json, NULL) == VG_OK && vg_json_parse(json, vg_buf_view(body), &root, NULL) == VG_OK &&
      (vg_jv_str_at(root, "description", &s) || vg_jv_str_at(root, "title", &s)))
    (void)vg_str_arg(words, s);
  vg_json_free(json);
  snprintf(status, sizeof status, "%ld", h->status);
  vg_code code = h->status == 401 || h->status == 403   ? VG_EDENIED
                 : h->status == 404                     ? VG_ENOTFOUND
                 : h->status == 429 || h->status == 503 ? VG_EBUSY
                                                        : VG_EDATA;
  return VG_FAIL(err, code, "share.remote.status", h->url, status, words);
}

/* Once more after a while when the server asks for patience or the line broke: 1, 2, 4, 8 s, or what it says, up to two
 * minutes. */
static vg_code ask(const struct share_remote *r, struct vg_http *h, struct vg_buf *out, struct vg_err *err) {
  h->accept = MEDIA;
  h->post_type = MEDIA;
  h->login = r->login;
  h->ca = r->ca;
  h->cert = r->cert;
  h->key = r->key;
  h->max = ANSWER_MAX;
  h->seconds = SECONDS;
  h->ctx = out;
  for (int try = 0;; try++) {
    vg_buf_reset(out);
    h->problem = NULL;
    h->retry_after = 0;
    VG_TRY(vg_http_get(h, 1, 1, keep, err));
    if (!h->problem && h->status >= 200 && h->status < 300)
      return VG_OK;
    bool later = h->status == 429 || h->status == 503 || (h->problem && h->status == 0 && try < 2);
    int64_t pause = h->retry_after > 0 ? h->retry_after : INT64_C(1) << try;
    if (!later || try + 1 == TRIES || pause > PATIENCE)
      return explain(h, out, err);
    wait_seconds(pause);
  }
}

static vg_code get(const struct share_remote *r, const char *url, const char *want, char *got, struct vg_buf *out,
                   struct vg_err *err) {
  struct vg_http h = {.want = want};
  if (strlen(url) >= sizeof h.url)
    return VG_FAIL(err, VG_EUSAGE, "share.remote.url", url);
  vg_str_copy(h.url, sizeof h.url, vg_str_z(url));
  VG_TRY(ask(r, &h, out, err));
  if (got)
    vg_str_copy(got, 64, vg_str_z(h.got));
  return VG_OK;
}

static vg_code set_root(struct share_remote *r, vg_str root, struct vg_err *err) {
  const char *scheme = strstr(r->url, "://"), *path = scheme ? strchr(scheme + 3, '/') : NULL;
  size_t site = path ? (size_t)(path - r->url) : strlen(r->url);
  bool absolute = vg_str_find(root, VG_STR("://"), 0) != SIZE_MAX, slash = root.n && root.p[root.n - 1] == '/';
  if (!root.n || root.n + site + 2 > sizeof r->root || (!absolute && root.p[0] != '/'))
    return VG_FAIL(err, VG_EDATA, "share.remote.root", r->url);
  snprintf(r->root, sizeof r->root, "%.*s%.*s%s", absolute ? 0 : (int)site, r->url, (int)root.n, root.p,
           slash ? "" : "/");
  return VG_OK;
}

/* The password goes to the host that the user named, and to no other that its answer may name. */
static bool same_host(const char *a, const char *b) {
  const char *x = strstr(a, "://"), *y = strstr(b, "://");
  if (!x || !y || x - a != y - b || strncmp(a, b, (size_t)(x - a)))
    return false;
  size_t n = strcspn(x + 3, "/");
  return n == strcspn(y + 3, "/") && !strncmp(x + 3, y + 3, n);
}

vg_code share_remote_open(struct share_remote *r, struct vg_err *err) {
  struct vg_buf body;
  struct vg_json *json = NULL;
  vg_jv root;
  vg_str s;
  vg_code rc = VG_OK;
  vg_buf_init(&body, ANSWER_MAX);
  VG_GO(get(r, r->url, NULL, NULL, &body, err));
  VG_GO(vg_json_new(&json, err));
  VG_GO(vg_json_parse(json, vg_buf_view(&body), &root, err));
  if (vg_jv_type(vg_jv_at(root, "versions")) == VG_J_ARR)
    rc = set_root(r, vg_str_z(r->url), err);
  else if (vg_jv_str_at(root, "default", &s) || vg_jv_str(vg_jv_index(vg_jv_at(root, "api_roots"), 0), &s))
    rc = set_root(r, s, err);
  else
    rc = VG_FAIL(err, VG_EDATA, "share.remote.root", r->url);
  if (rc == VG_OK && !same_host(r->url, r->root))
    rc = VG_FAIL(err, VG_EDENIED, "share.remote.elsewhere", r->url, r->root);
out:
  vg_json_free(json);
  vg_buf_fini(&body);
  return rc;
}

static void read_collection(vg_jv v, struct share_remote_collection *c) {
  vg_str s;
  *c = (struct share_remote_collection){0};
  if (vg_jv_str_at(v, "id", &s))
    vg_str_copy(c->id, sizeof c->id, s);
  if (vg_jv_str_at(v, "title", &s))
    vg_str_copy(c->title, sizeof c->title, s);
  if (vg_jv_str_at(v, "alias", &s))
    vg_str_copy(c->alias, sizeof c->alias, s);
  (void)vg_jv_bool(vg_jv_at(v, "can_read"), &c->readable);
  (void)vg_jv_bool(vg_jv_at(v, "can_write"), &c->writable);
}

vg_code share_remote_collections(const struct share_remote *r, share_remote_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_buf body;
  struct vg_json *json = NULL;
  struct vg_jit it;
  vg_jv root, v;
  char url[VG_HTTP_URL];
  vg_code rc = VG_OK;
  vg_buf_init(&body, ANSWER_MAX);
  snprintf(url, sizeof url, "%scollections/", r->root);
  VG_GO(get(r, url, NULL, NULL, &body, err));
  VG_GO(vg_json_new(&json, err));
  VG_GO(vg_json_parse(json, vg_buf_view(&body), &root, err));
  for (vg_jit_init(&it, vg_jv_at(root, "collections")); vg_jit_next(&it, NULL, &v);) {
    struct share_remote_collection c;
    read_collection(v, &c);
    if (c.id[0] && !strpbrk(c.id, "/?#"))
      VG_GO(sink(ctx, &c, err));
  }
out:
  vg_json_free(json);
  vg_buf_fini(&body);
  return rc;
}

static void parameter(struct vg_buf *url, const char *name, const char *value) {
  if (!value[0])
    return;
  vg_buf_fmt(url, "%c%s=", memchr(url->p, '?', url->n) ? '&' : '?', name);
  for (const char *p = value; *p; p++)
    if (vg_is_alnum(*p) || strchr("-._~", *p))
      vg_buf_byte(url, (unsigned char)*p);
    else
      vg_buf_fmt(url, "%%%02X", (unsigned)(unsigned char)*p);
}

static vg_code read_part(struct share_remote_part *out, struct vg_err *err) {
  struct vg_json *json;
  vg_jv root;
  vg_str s;
  out->more = false;
  out->next[0] = 0;
  out->objects = 0;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, vg_buf_view(&out->body), &root, err);
  if (rc == VG_OK) {
    (void)vg_jv_bool(vg_jv_at(root, "more"), &out->more);
    if (vg_jv_str_at(root, "next", &s) && s.n < sizeof out->next)
      vg_str_copy(out->next, sizeof out->next, s);
    out->objects = (int64_t)vg_jv_count(vg_jv_at(root, "objects"));
  }
  vg_json_free(json);
  return rc;
}

vg_code share_remote_objects(const struct share_remote *r, const char *collection, const char *added_after,
                             const char *next, int64_t limit, struct share_remote_part *out, struct vg_err *err) {
  struct vg_buf url;
  vg_buf_init(&url, VG_HTTP_URL - 1);
  vg_buf_fmt(&url, "%scollections/%s/objects/", r->root, collection);
  parameter(&url, "added_after", added_after);
  parameter(&url, "next", next);
  parameter(&url, "limit", VG_N(limit));
  vg_code rc = vg_buf_check(&url, err);
  if (rc == VG_OK)
    rc = get(r, vg_buf_text(&url), "X-TAXII-Date-Added-Last", out->last, &out->body, err);
  vg_buf_fini(&url);
  return rc == VG_OK ? read_part(out, err) : rc;
}

static void read_status(vg_jv root, struct share_remote_status *out) {
  vg_str s = VG_STR("");
  struct vg_jit it;
  vg_jv v;
  *out = (struct share_remote_status){0};
  (void)vg_jv_str_at(root, "status", &s);
  out->complete = vg_str_eqz(s, "complete");
  if (vg_jv_str_at(root, "id", &s))
    vg_str_copy(out->id, sizeof out->id, s);
  (void)vg_jv_i64_at(root, "success_count", &out->taken);
  (void)vg_jv_i64_at(root, "failure_count", &out->failed);
  (void)vg_jv_i64_at(root, "pending_count", &out->pending);
  vg_jit_init(&it, vg_jv_at(root, "failures"));
  if (vg_jit_next(&it, NULL, &v)) {
    if (vg_jv_str_at(v, "id", &s))
      vg_str_copy(out->bad, sizeof out->bad, s);
    if (vg_jv_str_at(v, "message", &s))
      (void)vg_str_arg(out->why, s);
  }
}

static vg_code status_of(struct vg_buf *body, struct share_remote_status *out, struct vg_err *err) {
  struct vg_json *json;
  vg_jv root;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, vg_buf_view(body), &root, err);
  if (rc == VG_OK)
    read_status(root, out);
  vg_json_free(json);
  return rc;
}

vg_code share_remote_post(const struct share_remote *r, const char *collection, vg_str envelope,
                          struct share_remote_status *out, struct vg_err *err) {
  struct vg_http h = {.post = envelope};
  struct vg_buf body;
  char url[VG_HTTP_URL];
  vg_code rc = VG_OK;
  vg_buf_init(&body, ANSWER_MAX);
  snprintf(h.url, sizeof h.url, "%scollections/%s/objects/", r->root, collection);
  VG_GO(ask(r, &h, &body, err));
  VG_GO(status_of(&body, out, err));
  /* Who takes his time says so: asked again after 1, 2, 4, 8 s. */
  for (int try = 0; !out->complete && out->id[0] && try + 1 < TRIES; try++) {
    wait_seconds(INT64_C(1) << try);
    snprintf(url, sizeof url, "%sstatus/%s/", r->root, out->id);
    VG_GO(get(r, url, NULL, NULL, &body, err));
    VG_GO(status_of(&body, out, err));
  }
out:
  vg_buf_fini(&body);
  return rc;
}

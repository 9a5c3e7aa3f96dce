/* A TAXII 2.1 server elsewhere: its API root, its collections, their objects, and leaving objects there. */
#include "share/share_internal.h"

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

vg_code share_remote_open(struct share_remote *r, struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, ANSWER_MAX);
  vg_code rc = get(r, r->url, NULL, NULL, &body, err);
  if (rc == VG_OK)
    rc = share_answer_root(vg_buf_view(&body), r, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code share_remote_collections(const struct share_remote *r, share_remote_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_buf body;
  char url[VG_HTTP_URL];
  vg_buf_init(&body, ANSWER_MAX);
  snprintf(url, sizeof url, "%scollections/", r->root);
  vg_code rc = get(r, url, NULL, NULL, &body, err);
  if (rc == VG_OK)
    rc = share_answer_collections(vg_buf_view(&body), sink, ctx, err);
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
  return rc == VG_OK ? share_answer_part(out, err) : rc;
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
  VG_GO(share_answer_status(vg_buf_view(&body), out, err));
  /* Who takes his time says so: asked again after 1, 2, 4, 8 s. */
  for (int try = 0; !out->complete && out->id[0] && try + 1 < TRIES; try++) {
    wait_seconds(INT64_C(1) << try);
    snprintf(url, sizeof url, "%sstatus/%s/", r->root, out->id);
    VG_GO(get(r, url, NULL, NULL, &body, err));
    VG_GO(share_answer_status(vg_buf_view(&body), out, err));
  }
out:
  vg_buf_fini(&body);
  return rc;
}

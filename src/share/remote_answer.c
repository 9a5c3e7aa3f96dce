/* What a TAXII 2.1 server elsewhere answers: bytes from outside, read without a network. */
#include "share/share_internal.h"

#include <stdio.h>
#include <string.h>

struct answer {
  struct vg_json *json;
  vg_jv root;
};
static vg_code answer_read(struct answer *a, vg_str body, struct vg_err *err) {
  *a = (struct answer){0};
  VG_TRY(vg_json_new(&a->json, err));
  vg_code rc = vg_json_parse(a->json, body, &a->root, err);
  if (rc != VG_OK)
    vg_json_free(a->json);
  return rc;
}

/* `root` is an absolute URL or a path on the same site. */
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

static bool same_host(const char *a, const char *b) {
  const char *x = strstr(a, "://"), *y = strstr(b, "://");
  if (!x || !y || x - a != y - b || strncmp(a, b, (size_t)(x - a)))
    return false;
  size_t n = strcspn(x + 3, "/");
  return n == strcspn(y + 3, "/") && !strncmp(x + 3, y + 3, n);
}

vg_code share_answer_root(vg_str body, struct share_remote *r, struct vg_err *err) {
  struct answer a;
  vg_str s;
  vg_code rc;
  VG_TRY(answer_read(&a, body, err));
  if (vg_jv_type(vg_jv_at(a.root, "versions")) == VG_J_ARR)
    rc = set_root(r, vg_str_z(r->url), err);
  else if (vg_jv_str_at(a.root, "default", &s) || vg_jv_str(vg_jv_index(vg_jv_at(a.root, "api_roots"), 0), &s))
    rc = set_root(r, s, err);
  else
    rc = VG_FAIL(err, VG_EDATA, "share.remote.root", r->url);
  if (rc == VG_OK && !same_host(r->url, r->root))
    rc = VG_FAIL(err, VG_EDENIED, "share.remote.elsewhere", r->url, r->root);
  vg_json_free(a.json);
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

/* An id becomes a part of a URL: one that would lead elsewhere names no collection. */
static bool id_fits(const char *id) {
  for (const char *p = id; *p; p++)
    if (!vg_is_alnum(*p) && !strchr("-._~", *p))
      return false;
  return id[0] && strcmp(id, ".") != 0 && strcmp(id, "..") != 0;
}

vg_code share_answer_collections(vg_str body, share_remote_sink *sink, void *ctx, struct vg_err *err) {
  struct answer a;
  struct vg_jit it;
  vg_jv v;
  vg_code rc = VG_OK;
  VG_TRY(answer_read(&a, body, err));
  for (vg_jit_init(&it, vg_jv_at(a.root, "collections")); rc == VG_OK && vg_jit_next(&it, NULL, &v);) {
    struct share_remote_collection c;
    read_collection(v, &c);
    if (id_fits(c.id))
      rc = sink(ctx, &c, err);
  }
  vg_json_free(a.json);
  return rc;
}

vg_code share_answer_part(struct share_remote_part *out, struct vg_err *err) {
  struct answer a;
  vg_str s;
  out->more = false;
  out->next[0] = 0;
  out->objects = 0;
  VG_TRY(answer_read(&a, vg_buf_view(&out->body), err));
  (void)vg_jv_bool(vg_jv_at(a.root, "more"), &out->more);
  if (vg_jv_str_at(a.root, "next", &s) && s.n < sizeof out->next)
    vg_str_copy(out->next, sizeof out->next, s);
  out->objects = (int64_t)vg_jv_count(vg_jv_at(a.root, "objects"));
  vg_json_free(a.json);
  return VG_OK;
}

vg_code share_answer_status(vg_str body, struct share_remote_status *out, struct vg_err *err) {
  struct answer a;
  vg_str s = VG_STR("");
  struct vg_jit it;
  vg_jv v;
  *out = (struct share_remote_status){0};
  VG_TRY(answer_read(&a, body, err));
  (void)vg_jv_str_at(a.root, "status", &s);
  out->complete = vg_str_eqz(s, "complete");
  if (vg_jv_str_at(a.root, "id", &s))
    vg_str_copy(out->id, sizeof out->id, s);
  if (!id_fits(out->id))
    out->id[0] = 0;
  (void)vg_jv_i64_at(a.root, "success_count", &out->taken);
  (void)vg_jv_i64_at(a.root, "failure_count", &out->failed);
  (void)vg_jv_i64_at(a.root, "pending_count", &out->pending);
  vg_jit_init(&it, vg_jv_at(a.root, "failures"));
  if (vg_jit_next(&it, NULL, &v)) {
    if (vg_jv_str_at(v, "id", &s))
      vg_str_copy(out->bad, sizeof out->bad, s);
    if (vg_jv_str_at(v, "message", &s))
      (void)vg_str_arg(out->why, s);
  }
  vg_json_free(a.json);
  return VG_OK;
}

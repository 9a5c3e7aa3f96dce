/*
 * TAXII 2.1 (OASIS, 10 June 2021): discovery, one API root, collections, objects, manifests, versions, status. What may
 * be fetched and what becomes of what is left here is the room share's; this file knows paths, parameters, media types
 * and resources.
 */
#include "server/taxii.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "share/share.h"

#define STIX_MEDIA "application/stix+json;version="
enum { PAGE_DEFAULT = 500, PAGE_LIMIT = 2000, STATUS_DAYS = 7 };

static void text_of_time(char out[static VG_TIME_TEXT], vg_time t) {
  char seconds[VG_TIME_TEXT];
  vg_time_text(seconds, t, false);
  size_t n = strlen(seconds);
  int64_t fraction = t % VG_SECOND < 0 ? t % VG_SECOND + VG_SECOND : t % VG_SECOND;
  snprintf(out, VG_TIME_TEXT, fraction % 1000000 ? "%.*s.%06lldZ" : "%.*s.%03lldZ", (int)(n ? n - 1 : 0), seconds,
           (long long)(fraction % 1000000 ? fraction / 1000 : fraction / 1000000));
}

static void put_time(struct vg_jw *w, const char *key, vg_time t) {
  char text[VG_TIME_TEXT];
  text_of_time(text, t);
  vg_jw_kz(w, key, text);
}

static void begin(struct taxii *t, struct vg_jw *w) {
  vg_buf_reset(&t->out);
  vg_jw_init(w, &t->out);
  vg_jw_obj(w);
}

static void problem(struct taxii *t, unsigned status, const char *title, const char *description) {
  struct vg_jw w;
  char text[16];
  t->status = status;
  begin(t, &w);
  vg_jw_kz(&w, "title", title);
  if (description && *description)
    vg_jw_kz(&w, "description", description);
  snprintf(text, sizeof text, "%u", status);
  vg_jw_kz(&w, "http_status", text);
  vg_jw_end(&w);
}

void taxii_problem(struct taxii *t, unsigned status, const char *description) {
  static const struct {
    unsigned status;
    const char *title;
  } titles[] = {{400, "Bad request"},       {401, "Unauthorized"},           {403, "Forbidden"},
                {404, "Not found"},         {405, "Method not allowed"},     {406, "Not acceptable"},
                {413, "Content too large"}, {415, "Unsupported media type"}, {422, "Unprocessable content"},
                {414, "URI too long"},      {429, "Too many requests"},      {503, "Busy"}};
  const char *title = "Internal error";
  for (size_t i = 0; i < VG_COUNT(titles); i++)
    if (titles[i].status == status)
      title = titles[i].title;
  problem(t, status, title, description);
}

/* A parameter of the query; "match[id]" may come with its brackets percent-encoded. */
static vg_str parameter(const struct taxii *t, const char *name, char *out, size_t cap) {
  char encoded[64];
  const char *open = strchr(name, '[');
  bool had = form_nth(t->query, name, 0, out, cap);
  static const char *const brackets[][2] = {{"%5B", "%5D"}, {"%5b", "%5d"}};
  for (size_t i = 0; !had && open && i < VG_COUNT(brackets); i++) {
    snprintf(encoded, sizeof encoded, "%.*s%s%.*s%s", (int)(open - name), name, brackets[i][0], (int)strlen(open) - 2,
             open + 1, brackets[i][1]);
    had = form_nth(t->query, encoded, 0, out, cap);
  }
  if (!had)
    out[0] = 0;
  return vg_str_z(out);
}

/* "application/taxii+json;version=2.1", with or without the version, or a wildcard; anything else is not spoken here.
 */
static bool speaks(vg_str header, bool wildcards) {
  vg_str one, part;
  while (header.n && vg_str_cut(&header, ',', &one)) {
    bool type = false, good = true;
    for (int i = 0; one.p && vg_str_cut(&one, ';', &part); i++) {
      part = vg_str_trim(part);
      if (i == 0)
        type = vg_str_eq_ci(part, VG_STR("application/taxii+json")) ||
               (wildcards && (vg_str_eqz(part, "*/*") || vg_str_eq_ci(part, VG_STR("application/*"))));
      else if (vg_str_starts(part, VG_STR("version=")))
        good = vg_str_eqz(part, "version=2.1") || vg_str_eqz(part, "version=\"2.1\"");
    }
    if (type && good)
      return true;
  }
  return false;
}

static vg_code discovery(struct taxii *t, struct vg_err *err) {
  struct vg_jw w;
  char root[400];
  (void)err;
  snprintf(root, sizeof root, "%s" TAXII_ROOT, t->site);
  begin(t, &w);
  vg_jw_kz(&w, "title", "Vigie");
  vg_jw_kz(&w, "description", "What your conventions let you have, and where you may leave what you know");
  vg_jw_kz(&w, "default", root);
  vg_jw_key(&w, "api_roots");
  vg_jw_arr(&w);
  vg_jw_z(&w, root);
  vg_jw_end(&w);
  vg_jw_end(&w);
  return VG_OK;
}

static vg_code api_root(struct taxii *t, struct vg_err *err) {
  struct vg_jw w;
  (void)err;
  begin(t, &w);
  vg_jw_kz(&w, "title", "Vigie");
  vg_jw_key(&w, "versions");
  vg_jw_arr(&w);
  vg_jw_z(&w, TAXII_MEDIA);
  vg_jw_end(&w);
  vg_jw_kint(&w, "max_content_length", TAXII_BODY_MAX);
  vg_jw_end(&w);
  return VG_OK;
}

static void write_collection(struct vg_jw *w, const struct share_collection *c) {
  char title[160], to[VG_TIME_TEXT];
  if (c->convention.s[0])
    snprintf(title, sizeof title, "Convention until %.10s: %s", vg_time_text(to, c->to, false), c->purpose);
  else
    snprintf(title, sizeof title, "Public and community");
  vg_jw_obj(w);
  vg_jw_kz(w, "id", c->id);
  vg_jw_kz(w, "title", title);
  if (c->convention.s[0])
    vg_jw_kz(w, "description", c->convention.s);
  vg_jw_kz(w, "alias", c->convention.s[0] ? c->purpose : "public");
  vg_jw_kbool(w, "can_read", c->readable);
  vg_jw_kbool(w, "can_write", c->writable);
  vg_jw_key(w, "media_types");
  vg_jw_arr(w);
  vg_jw_z(w, STIX_MEDIA "2.1");
  vg_jw_end(w);
  vg_jw_end(w);
}

static vg_code list_one(void *ctx, const struct share_collection *c, struct vg_err *err) {
  (void)err;
  if (c->in_force)
    write_collection(ctx, c);
  return VG_OK;
}

static vg_code collections(struct taxii *t, struct vg_err *err) {
  struct vg_jw w;
  begin(t, &w);
  vg_jw_key(&w, "collections");
  vg_jw_arr(&w);
  if (t->who.organisation)
    VG_TRY(share_each_collection(t->tx, t->who.organisation, list_one, &w, err));
  vg_jw_end(&w);
  vg_jw_end(&w);
  return VG_OK;
}

static vg_code collection(struct taxii *t, struct vg_err *err) {
  struct vg_jw w;
  (void)err;
  vg_buf_reset(&t->out);
  vg_jw_init(&w, &t->out);
  write_collection(&w, &t->collection);
  return VG_OK;
}

/* What was found, written as it comes; whether there is more is known at the end. */
struct answer {
  struct vg_jw w;
  const char *list;
  bool begun;
  vg_time last_version;
};

static void open_list(struct answer *a) {
  if (a->begun)
    return;
  a->begun = true;
  vg_jw_key(&a->w, a->list);
  vg_jw_arr(&a->w);
}

static vg_code give_object(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct answer *a = ctx;
  (void)err;
  open_list(a);
  vg_jw_raw(&a->w, i->json);
  return VG_OK;
}

static vg_code give_record(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct answer *a = ctx;
  (void)err;
  open_list(a);
  vg_jw_obj(&a->w);
  vg_jw_kstr(&a->w, "id", i->id);
  put_time(&a->w, "date_added", i->added);
  put_time(&a->w, "version", i->version);
  vg_jw_kz(&a->w, "media_type", strcmp(i->spec, "2.0") ? STIX_MEDIA "2.1" : STIX_MEDIA "2.0");
  vg_jw_end(&a->w);
  return VG_OK;
}

static vg_code give_version(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct answer *a = ctx;
  char text[VG_TIME_TEXT];
  (void)err;
  open_list(a);
  text_of_time(text, i->version);
  vg_jw_z(&a->w, text);
  return VG_OK;
}

/* STIX 2.1 when nothing is asked for: TAXII, 3.4.2 ("the latest version that the server can provide"). */
static vg_code read_filters(struct taxii *t, struct share_fetch *f, char text[static 5][2048], struct vg_err *err) {
  char number[24];
  uint64_t n;
  vg_str s = parameter(t, "added_after", text[4], 2048);
  if (s.n && !vg_time_parse(s, &f->added_after))
    return VG_FAIL(err, VG_EUSAGE, "server.taxii.parameter", "added_after", text[4]);
  s = parameter(t, "next", number, sizeof number);
  if (s.n && (!vg_str_u64(s, &n) || n == 0 || n > INT64_MAX))
    return VG_FAIL(err, VG_EUSAGE, "server.taxii.parameter", "next", number);
  f->after = s.n ? (vg_time)n : 0;
  s = parameter(t, "limit", number, sizeof number);
  if (s.n && (!vg_str_u64(s, &n) || n == 0))
    return VG_FAIL(err, VG_EUSAGE, "server.taxii.parameter", "limit", number);
  f->limit = s.n && n < PAGE_LIMIT ? (int64_t)n : s.n ? PAGE_LIMIT : PAGE_DEFAULT;
  if (!f->id.n)
    f->id = parameter(t, "match[id]", text[0], 2048);
  f->type = parameter(t, "match[type]", text[1], 2048);
  if (!f->version.n)
    f->version = parameter(t, "match[version]", text[2], 2048);
  f->spec = parameter(t, "match[spec_version]", text[3], 2048);
  return VG_OK;
}

static vg_code fetch(struct taxii *t, struct share_fetch *f, const char *list, share_item_sink *sink,
                     struct vg_err *err) {
  struct answer a = {.list = list};
  char text[5][2048], next[24];
  VG_TRY(read_filters(t, f, text, err));
  begin(t, &a.w);
  VG_TRY(share_fetch(t->tx, &t->who, &t->collection, f, sink, &a, err));
  if (a.begun)
    vg_jw_end(&a.w);
  if (f->next) {
    vg_jw_kbool(&a.w, "more", true);
    snprintf(next, sizeof next, "%lld", (long long)f->next);
    vg_jw_kz(&a.w, "next", next);
  }
  vg_jw_end(&a.w);
  if (f->count) {
    text_of_time(t->first, f->first);
    text_of_time(t->last, f->last);
  }
  return f->id.n && !f->count && !f->next && t->object ? VG_FAIL(err, VG_ENOTFOUND, "server.taxii.object") : VG_OK;
}

static vg_code objects(struct taxii *t, struct vg_err *err) {
  struct share_fetch f = {.added_after = VG_NOTIME, .id = t->object ? vg_str_z(t->object) : VG_STR("")};
  return fetch(t, &f, "objects", give_object, err);
}

static vg_code manifest(struct taxii *t, struct vg_err *err) {
  struct share_fetch f = {.added_after = VG_NOTIME, .names = true};
  return fetch(t, &f, "objects", give_record, err);
}

static vg_code versions(struct taxii *t, struct vg_err *err) {
  struct share_fetch f = {.added_after = VG_NOTIME, .names = true, .id = vg_str_z(t->object), .version = VG_STR("all")};
  return fetch(t, &f, "versions", give_version, err);
}

static vg_code take_off(struct taxii *t, struct vg_err *err) {
  char text[VG_TIME_TEXT];
  vg_time version = VG_NOTIME;
  vg_str s = parameter(t, "match[version]", text, sizeof text);
  if (s.n && !vg_str_eqz(s, "all") && !vg_time_parse(s, &version))
    return VG_FAIL(err, VG_EUSAGE, "server.taxii.parameter", "match[version]", text);
  if (!t->collection.readable || !t->collection.writable)
    return VG_FAIL(err, VG_EDENIED, "share.rule.direction", "both");
  vg_buf_reset(&t->out);
  return share_take_off(t->tx, &t->who, &t->collection, vg_str_z(t->object), version, err);
}

/* Status resource (4.3.1). Successes and failures are written apart and put together at the end. */
struct depositing {
  struct vg_buf good, bad;
  struct vg_jw w[2];
};

static vg_code came_of(void *ctx, vg_str id, vg_str version, const struct vg_err *why, struct vg_err *err) {
  struct depositing *d = ctx;
  struct vg_jw *w = &d->w[why ? 1 : 0];
  struct vg_buf text;
  (void)err;
  vg_jw_obj(w);
  vg_jw_kstr(w, "id", id);
  if (version.n)
    vg_jw_kstr(w, "version", version);
  if (why) {
    vg_buf_init(&text, 8192);
    vg_err_render(&text, VG_EN, why);
    vg_jw_kstr(w, "message", vg_buf_view(&text));
    vg_buf_fini(&text);
  }
  vg_jw_end(w);
  return VG_OK;
}

static void write_status(struct taxii *t, const struct vg_id *id, struct depositing *d,
                         const struct share_deposited *n) {
  struct vg_jw w;
  begin(t, &w);
  vg_jw_kz(&w, "id", id->s + 8);
  vg_jw_kz(&w, "status", "complete");
  put_time(&w, "request_timestamp", store_now(t->tx));
  vg_jw_kint(&w, "total_count", n->read);
  vg_jw_kint(&w, "success_count", n->taken);
  vg_jw_key(&w, "successes");
  vg_jw_raw(&w, vg_buf_view(&d->good));
  vg_jw_kint(&w, "failure_count", n->failed);
  vg_jw_key(&w, "failures");
  vg_jw_raw(&w, vg_buf_view(&d->bad));
  vg_jw_kint(&w, "pending_count", 0);
  vg_jw_end(&w);
}

static vg_code deposit(struct taxii *t, struct vg_err *err) {
  struct depositing d;
  struct share_deposited n;
  struct vg_id id = vg_id_v4("status");
  vg_code rc = VG_OK;
  vg_buf_init(&d.good, 64u << 20);
  vg_buf_init(&d.bad, 64u << 20);
  vg_jw_init(&d.w[0], &d.good);
  vg_jw_init(&d.w[1], &d.bad);
  vg_jw_arr(&d.w[0]);
  vg_jw_arr(&d.w[1]);
  VG_GO(share_deposit(t->tx, &t->who, t->collection.org, t->body, came_of, &d, &n, err));
  vg_jw_end(&d.w[0]);
  vg_jw_end(&d.w[1]);
  write_status(t, &id, &d, &n);
  VG_GO(vg_buf_check(&t->out, err));
  VG_GO(store_exec(t->tx, "DELETE FROM server_status WHERE made < $1",
                   S_ARGS(S_TIME(store_now(t->tx) - STATUS_DAYS * VG_DAY)), err));
  VG_GO(store_exec(
      t->tx, "INSERT INTO server_status (id, org, made, body) VALUES ($1,$2,$3,$4)",
      S_ARGS(S_Z(id.s + 8), S_INT(t->collection.org), S_TIME(store_now(t->tx)), S_STR(vg_buf_view(&t->out))), err));
  t->status = 202;
out:
  vg_buf_fini(&d.good);
  vg_buf_fini(&d.bad);
  return rc;
}

static vg_code status(struct taxii *t, struct vg_err *err) {
  vg_buf_reset(&t->out);
  vg_code rc = store_get_text(t->tx, &t->out, "SELECT body FROM server_status WHERE id = $1 AND org = $2",
                              S_ARGS(S_Z(t->part[2]), S_INT(t->who.organisation)), NULL);
  return rc == VG_ENOTFOUND ? VG_FAIL(err, rc, "server.taxii.status") : rc;
}

/* Where the path leads. need: what the collection must let one do. */
struct route {
  size_t parts;
  const char *method, *third, *fifth, *seventh; /* fixed segments; NULL: none */
  vg_code (*answer)(struct taxii *t, struct vg_err *err);
  bool writes;
};
static const struct route routes[] = {
    {0, "GET", NULL, NULL, NULL, discovery, false},
    {1, "GET", NULL, NULL, NULL, api_root, false},
    {2, "GET", "collections", NULL, NULL, collections, false},
    {3, "GET", "collections", NULL, NULL, collection, false},
    {3, "GET", "status", NULL, NULL, status, false},
    {4, "GET", "collections", "manifest", NULL, manifest, false},
    {4, "GET", "collections", "objects", NULL, objects, false},
    {4, "POST", "collections", "objects", NULL, deposit, true},
    {5, "GET", "collections", "objects", NULL, objects, false},
    {5, "DELETE", "collections", "objects", NULL, take_off, true},
    {6, "GET", "collections", "objects", "versions", versions, false},
};

static bool leads(const struct route *r, const struct taxii *t) {
  return r->parts == t->parts && (!r->third || !strcmp(t->part[1], r->third)) &&
         (!r->fifth || !strcmp(t->part[3], r->fifth)) && (!r->seventh || !strcmp(t->part[5], r->seventh));
}

static bool cut_path(struct taxii *t, const char *path) {
  vg_str rest = vg_str_z(path), one;
  while (rest.n && vg_str_cut(&rest, '/', &one)) {
    if (!one.n)
      continue;
    if (t->parts == TAXII_PARTS || one.n >= sizeof t->part[0])
      return false;
    vg_str_copy(t->part[t->parts++], sizeof t->part[0], one);
  }
  return t->parts == 0 || !strcmp(t->part[0], "vigie");
}

static vg_code carry_out(struct taxii *t, const struct route *r, struct vg_err *err) {
  t->object = t->parts > 4 ? t->part[4] : NULL;
  if (t->parts > 2 && !strcmp(t->part[1], "collections")) {
    VG_TRY(share_collection_find(t->tx, t->who.organisation ? t->who.organisation : -1, vg_str_z(t->part[2]),
                                 &t->collection, err));
    VG_TRY(t->parts == 3 ? VG_OK : share_collection_open(t->tx, &t->who, &t->collection, r->writes, err));
  }
  return r->answer(t, err);
}

static unsigned status_for(vg_code rc) {
  return rc == VG_ENOTFOUND                  ? 404
         : rc == VG_EDENIED                  ? 403
         : rc == VG_EUSAGE                   ? 400
         : rc == VG_EDATA || rc == VG_ESTATE ? 422
         : rc == VG_ELIMIT                   ? 413
         : rc == VG_EBUSY                    ? 503
                                             : 500;
}

/* A refusal is kept: that it was asked for stands in the ledger. Anything else that fails leaves nothing. */
static void in_transaction(struct taxii *t, const struct route *r) {
  struct vg_err err = {0};
  struct vg_buf text;
  t->status = 200;
  vg_code rc = store_begin(instance_store(t->in), &t->tx, &err);
  if (rc == VG_OK)
    rc = carry_out(t, r, &err);
  if (rc == VG_OK)
    rc = vg_buf_check(&t->out, &err);
  vg_code kept = rc == VG_OK || rc == VG_EDENIED ? instance_commit(t->in, &t->tx, &err) : VG_OK;
  store_rollback(&t->tx);
  rc = rc == VG_OK ? kept : rc;
  if (rc == VG_OK)
    return;
  vg_buf_init(&text, 8192);
  vg_err_render(&text, VG_EN, &err);
  bool ours = status_for(rc) == 500;
  if (ours)
    fprintf(stderr, "vigie serve: taxii: %s\n", vg_buf_text(&text));
  t->first[0] = t->last[0] = 0;
  taxii_problem(t, status_for(rc), ours ? NULL : vg_buf_text(&text));
  vg_buf_fini(&text);
}

void taxii_answer(struct taxii *t, const char *path) {
  const struct route *there = NULL, *found = NULL;
  if (!cut_path(t, path)) {
    taxii_problem(t, 404, NULL);
    return;
  }
  for (size_t i = 0; i < VG_COUNT(routes); i++)
    if (leads(&routes[i], t)) {
      there = &routes[i];
      bool get = !strcmp(t->method, "HEAD") && !strcmp(there->method, "GET");
      if (get || !strcmp(t->method, there->method))
        found = there;
      size_t n = strlen(t->allow);
      snprintf(t->allow + n, sizeof t->allow - n, "%s%s", n ? ", " : "", there->method);
    }
  if (!there)
    taxii_problem(t, 404, NULL);
  else if (!found)
    taxii_problem(t, 405, NULL);
  else if (t->accept[0] && !speaks(vg_str_z(t->accept), true))
    taxii_problem(t, 406, "this server speaks " TAXII_MEDIA);
  else if (!strcmp(found->method, "POST") && !speaks(vg_str_z(t->content_type), false))
    taxii_problem(t, 415, "send " TAXII_MEDIA);
  else
    in_transaction(t, found);
}

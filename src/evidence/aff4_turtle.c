#include "base/grow.h"
#include "evidence/format_aff4.h"

#include <serd/serd.h>
#include <stdlib.h>
#include <string.h>

enum { FACTS = 200000 };

void rdf_init(struct rdf *r) {
  *r = (struct rdf){0};
  vg_buf_init(&r->text, 4 * RDF_TEXT);
}

void rdf_fini(struct rdf *r) {
  free(r->v);
  vg_buf_fini(&r->text);
}

struct parse {
  struct rdf *r;
  SerdEnv *env;
};

static size_t keep(struct rdf *r, const SerdNode *n) {
  size_t at = r->text.n;
  if (n && n->buf)
    vg_buf_add(&r->text, n->buf, n->n_bytes);
  vg_buf_byte(&r->text, 0);
  return at;
}

/* Names in full: "aff4:size" is whatever the file's own prefix makes of it. */
static size_t keep_name(struct parse *p, const SerdNode *n) {
  if (!n || (n->type != SERD_URI && n->type != SERD_CURIE))
    return keep(p->r, n);
  SerdNode full = serd_env_expand_node(p->env, n);
  size_t at = keep(p->r, full.buf ? &full : n);
  serd_node_free(&full);
  return at;
}

static SerdStatus on_base(void *ctx, const SerdNode *uri) {
  struct parse *p = ctx;
  return serd_env_set_base_uri(p->env, uri);
}

static SerdStatus on_prefix(void *ctx, const SerdNode *name, const SerdNode *uri) {
  struct parse *p = ctx;
  return serd_env_set_prefix(p->env, name, uri);
}

static bool room(struct rdf *r) { return r->n < FACTS && VG_GROW(r->v, r->n, r->room, 256); }

static SerdStatus on_fact(void *ctx, SerdStatementFlags flags, const SerdNode *graph, const SerdNode *s,
                          const SerdNode *pred, const SerdNode *o, const SerdNode *type, const SerdNode *language) {
  struct parse *p = ctx;
  (void)flags, (void)graph, (void)language;
  if (!room(p->r) || p->r->text.bad) {
    p->r->full = true;
    return SERD_FAILURE;
  }
  struct rdf_fact f = {keep_name(p, s), keep_name(p, pred), keep_name(p, o), keep_name(p, type)};
  p->r->v[p->r->n++] = f;
  return SERD_SUCCESS;
}

static SerdStatus on_error(void *ctx, const SerdError *e) {
  (void)ctx, (void)e;
  return SERD_SUCCESS;
}

/* In pages: of a string serd reads on behind the end when it is empty or its last character is a part of one. */
enum { PAGE = 4096 };
static size_t give(void *to, size_t size, size_t n, void *from) {
  vg_str *rest = from;
  const vg_str now = vg_str_sub(*rest, 0, size * n);
  memcpy(to, now.p, now.n);
  *rest = vg_str_sub(*rest, now.n, SIZE_MAX);
  return size ? now.n / size : 0;
}

static int gives_all(void *from) {
  (void)from;
  return 0;
}

bool rdf_parse(struct rdf *r, const char *turtle) {
  vg_str rest = vg_str_z(turtle);
  if (!vg_utf8_ok(rest))
    return false;
  struct parse p = {r, serd_env_new(NULL)};
  SerdReader *reader = serd_reader_new(SERD_TURTLE, &p, NULL, on_base, on_prefix, on_fact, NULL);
  bool good = false;
  if (p.env && reader) {
    serd_reader_set_error_sink(reader, on_error, NULL);
    good =
        serd_reader_read_source(reader, give, gives_all, &rest, NULL, PAGE) == SERD_SUCCESS && !r->full && !r->text.bad;
  }
  serd_reader_free(reader);
  serd_env_free(p.env);
  return good;
}

static bool is_name(const char *full, const char *name) {
  static const char schema[] = AFF4_SCHEMA;
  if (strcmp(name, "a") == 0)
    return strcmp(full, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type") == 0;
  return strncmp(full, schema, sizeof schema - 1) == 0 && strcmp(full + sizeof schema - 1, name) == 0;
}

const struct rdf_fact *rdf_next(const struct rdf *r, const struct rdf_fact *after, const char *subject,
                                const char *name) {
  for (size_t i = after ? (size_t)(after - r->v) + 1 : 0; i < r->n; i++)
    if ((!subject || strcmp(rdf_text(r, r->v[i].s), subject) == 0) && is_name(rdf_text(r, r->v[i].p), name))
      return &r->v[i];
  return NULL;
}

const char *rdf_get(const struct rdf *r, const char *subject, const char *name) {
  const struct rdf_fact *f = rdf_next(r, NULL, subject, name);
  return f ? rdf_text(r, f->o) : NULL;
}

bool rdf_is(const struct rdf *r, const char *subject, const char *type) {
  for (const struct rdf_fact *f = NULL; (f = rdf_next(r, f, subject, "a"));)
    if (is_name(rdf_text(r, f->o), type))
      return true;
  return false;
}

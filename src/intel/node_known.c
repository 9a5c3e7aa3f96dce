/* What the store knows of a batch's objects, and the times of what we made, which depend on it. */
#include "intel/node_internal.h"

#include <stdlib.h>

static struct version read_version(struct store_rows *q) {
  return (struct version){.row = store_int(q, 1),
                          .modified = store_int(q, 3),
                          .latest = store_int(q, 4) > 0,
                          .digest = store_int(q, 5),
                          .asserted = store_int(q, 6) != 0,
                          .from = store_int(q, 7)};
}

/* Of a key: counted; of one of our ids: kept. */
static vg_code take_version(struct run *r, struct store_rows *q, struct vg_err *err) {
  struct version v = read_version(q);
  v.i = run_find(r, store_str(q, 0));
  if (v.i == SIZE_MAX)
    return VG_OK;
  const size_t end = r->key_end[v.i];
  struct known *k = &r->known[r->order[v.i]];
  k->alike++;
  k->loose += store_int(q, 8) == 0;
  while (v.i < end && !vg_str_eq(store_str(q, 2), id_at(r, r->order[v.i])))
    v.i = r->id_end[v.i];
  if (v.i < end) {
    v.i = r->order[v.i];
    vg_buf_add(&r->versions, &v, sizeof v);
  }
  return vg_buf_check(&r->versions, err);
}

static vg_code take_of_crowd(struct run *r, struct store_rows *q, struct vg_err *err) {
  struct version v = read_version(q);
  v.i = (size_t)store_int(q, 9);
  v.crowd = true;
  if (v.i < r->from || v.i >= r->to || !vg_str_eq(store_str(q, 2), id_at(r, v.i)))
    return VG_OK;
  r->known[v.i].contents += v.modified == r->b->v[v.i].modified;
  vg_buf_add(&r->versions, &v, sizeof v);
  return vg_buf_check(&r->versions, err);
}

typedef vg_code take_row(struct run *r, struct store_rows *q, struct vg_err *err);

static vg_code take_rows(struct run *r, const char *sql, struct store_args args, take_row *take, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(r->im->tx, &q, sql, args, err));
  vg_code rc = VG_OK;
  while (rc == VG_OK && store_next(q))
    rc = take(r, q, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

#define KNOWN                                                                                                          \
  "SELECT n.key, n.id, n.stix_id, n.modified, n.latest, n.digest, CASE WHEN a.object IS NULL THEN 0 ELSE 1 END, "      \
  "COALESCE(n.valid_from, n.modified), n.crowd"
/* PostgreSQL plans this once, while its tables are all but empty, and would from then on read all of them for every
 * batch: behind OFFSET 0 each row is looked up by the index. */
#define NODES_PG                                                                                                       \
  " CROSS JOIN LATERAL (SELECT id, key, stix_id, modified, latest, digest, valid_from, crowd FROM intel_node WHERE "   \
  "id = k.object OFFSET 0) n LEFT JOIN LATERAL (SELECT object FROM intel_assertion WHERE object = n.id AND source = "  \
  "$2 OFFSET 0) a ON true ORDER BY n.id"
#define NODES_SQLITE ") LEFT JOIN intel_assertion a ON a.object = n.id AND a.source = $2"
#define KNOWN_PG                                                                                                       \
  KNOWN " FROM json_array_elements_text($1::json) e CROSS JOIN LATERAL (SELECT object FROM intel_key WHERE key = e "   \
        "LIMIT " KEY_READ ") k" NODES_PG
#define KNOWN_SQLITE                                                                                                   \
  KNOWN " FROM json_each($1) e CROSS JOIN intel_node n ON n.id IN (SELECT object FROM intel_key WHERE key = e.value "  \
        "LIMIT " KEY_READ NODES_SQLITE
/* Of a crowd, for each [object, id, key, version, digest]: this very content, a few of the version, the newest that is
 * shown, the first. */
#define FEW_OF_CROWD(id, key, version, digest)                                                                         \
  "SELECT object FROM intel_key WHERE key = " key " AND digest = " digest                                              \
  " UNION SELECT id FROM (SELECT id " OF_CROWD id                                                                      \
  OF_VERSION(version) " LIMIT 5) v UNION SELECT id FROM (SELECT id " OF_CROWD id                                       \
                      " AND latest > 0 ORDER BY modified DESC LIMIT 1) s UNION SELECT id FROM (SELECT id " OF_CROWD id \
                      " ORDER BY modified LIMIT 1) o"
#define KNOWN_CROWD_PG                                                                                                 \
  KNOWN ", (e ->> 0)::bigint FROM json_array_elements($1::json) e CROSS JOIN LATERAL (" FEW_OF_CROWD(                  \
      "(e ->> 1)", "(e ->> 2)", "(e ->> 3)::bigint", "(e ->> 4)::bigint") ") k" NODES_PG
#define KNOWN_CROWD_SQLITE                                                                                             \
  KNOWN ", json_extract(e.value, '$[0]') FROM json_each($1) e CROSS JOIN intel_node n ON n.id IN (" FEW_OF_CROWD(      \
      "json_extract(e.value, '$[1]')", "json_extract(e.value, '$[2]')", "json_extract(e.value, '$[3]')",               \
      "json_extract(e.value, '$[4]')") NODES_SQLITE

static vg_code look_up_keys(struct run *r, struct vg_err *err) {
  struct sieve *sieve = r->im->sieve;
  struct vg_buf keys;
  struct vg_jw w;
  size_t vain = 0;
  VG_TRY(sieve_ready(r->im, r->b->read_to, err));
  vg_buf_init(&keys, 1 << 20);
  vg_jw_init(&w, &keys);
  vg_jw_arr(&w);
  for (size_t p = 0; p < r->n; p = r->key_end[p])
    if (sieve_may_hold(sieve, key_at(r, r->order[p])))
      vg_jw_str(&w, key_at(r, r->order[p]));
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&keys, err);
  if (rc == VG_OK && keys.n > 2)
    rc = take_rows(r, engines(r, KNOWN_PG, KNOWN_SQLITE), S_ARGS(S_STR(vg_buf_view(&keys)), S_INT(r->source)),
                   take_version, err);
  for (size_t p = 0; p < r->n; p = r->key_end[p])
    vain += r->known[r->order[p]].alike == 0;
  sieve_looked(sieve, vain);
  vg_buf_fini(&keys);
  return rc;
}

/* Of ids whose ends are alike only so many were read, and more may come with this run: then the whole id leads to what
 * is stored of it. */
static vg_code tell_crowds(struct run *r, bool *any, struct vg_err *err) {
  *any = false;
  for (size_t p = 0; p < r->n; p = r->key_end[p]) {
    const struct known *k = &r->known[r->order[p]];
    if (k->alike + r->key_end[p] - (int)p < KEY_CROWD && k->alike == k->loose)
      continue;
    *any = true;
    for (size_t q = p; q < r->key_end[p]; q++)
      r->known[r->order[q]].crowd = true;
    if (k->loose)
      VG_TRY(store_exec(
          r->im->tx,
          "UPDATE intel_node SET crowd = 1 WHERE id IN (SELECT object FROM intel_key WHERE key = $1) AND crowd = 0",
          S_ARGS(S_STR(key_at(r, r->order[p]))), err));
  }
  return VG_OK;
}

/* The crowd's objects that are wanted, as the statements take them, to the rows. */
static vg_code ask_crowd(struct run *r, bool made, const char *sql, take_row *take, struct vg_err *err) {
  struct vg_buf text;
  struct vg_jw w;
  vg_buf_init(&text, 1 << 22);
  vg_jw_init(&w, &text);
  vg_jw_arr(&w);
  for (size_t p = 0; p < r->n; p++) {
    const size_t i = r->order[p];
    if (!r->known[i].crowd || (made && (r->b->v[i].made.n == 0 || r->place[i] != p)))
      continue;
    vg_jw_arr(&w);
    vg_jw_int(&w, (int64_t)i);
    vg_jw_str(&w, id_at(r, i));
    vg_jw_str(&w, key_at(r, i));
    vg_jw_int(&w, r->b->v[i].modified);
    vg_jw_int(&w, first_bytes(r->b->v[i].digest));
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&text, err);
  const struct store_arg args[] = {S_STR(vg_buf_view(&text)), S_INT(r->source)};
  if (rc == VG_OK && text.n > 2)
    rc = take_rows(r, sql, (struct store_args){args, made ? 1 : 2}, take, err);
  vg_buf_fini(&text);
  return rc;
}

/* --- what we made --- */

static vg_code put_text(struct batch *b, struct ready *o, vg_str text, struct vg_err *err) {
  if (o->coding == 0 && o->json.n == text.n)
    memcpy(b->bytes.p + o->json.at, text.p, text.n);
  else {
    o->json = (struct span){b->bytes.n, text.n};
    vg_buf_str(&b->bytes, text);
  }
  o->coding = 0;
  vg_sha256(text.p, text.n, o->digest);
  return vg_buf_check(&b->bytes, err);
}

/* Fills in the times, now that it is known what is there before it. */
vg_code node_refill(struct run *r, size_t i, struct times t, struct vg_err *err) {
  struct batch *b = r->b;
  struct ready *o = &b->v[i];
  const struct made_form f = form_of(r, i);
  struct vg_buf text;
  made_again(&f, &t);
  vg_buf_init(&text, INPUT_ELEMENT_MAX);
  made_fill(&f, batch_text(b, (struct span){o->made.at + sizeof f, o->made.n - sizeof f}), &t, &text);
  o->modified = t.modified;
  if (o->valid_from != VG_NOTIME)
    o->valid_from = t.from;
  o->valid_until = f.until > t.from ? made_ms(f.until) : VG_NOTIME;
  vg_code rc = vg_buf_check(&text, err);
  if (rc == VG_OK)
    rc = put_text(b, o, vg_buf_view(&text), err);
  vg_buf_fini(&text);
  return rc;
}

/* The times of a crowd's object: its first and last version's, the first beginning. */
#define TIME_OF_CROWD(where, what, order)                                                                              \
  "(SELECT " what " FROM intel_node WHERE crowd = 1 AND " where " ORDER BY " order " LIMIT 1)"
#define BEGINNING "COALESCE(valid_from, modified)"
#define TIMES(place, id)                                                                                               \
  "SELECT " place ", " TIME_OF_CROWD("stix_id = " id, "modified", "modified") ", " TIME_OF_CROWD(                      \
      "stix_id = " id, "modified", "modified DESC") ", " TIME_OF_CROWD("stix_id || '' = " id, BEGINNING,               \
                                                                       BEGINNING) " FROM "
#define TIMES_PG TIMES("(e ->> 0)::bigint", "(e ->> 1)") "json_array_elements($1::json) e"
#define TIMES_SQLITE TIMES("json_extract(e.value, '$[0]')", "json_extract(e.value, '$[1]')") "json_each($1) e"

static vg_code take_times(struct run *r, struct store_rows *q, struct vg_err *err) {
  const size_t i = (size_t)store_int(q, 0);
  (void)err;
  if (i < r->from || i >= r->to || store_is_null(q, 1))
    return VG_OK;
  r->known[i].any = true;
  r->known[i].stored = (struct times){store_int(q, 1), store_int(q, 2), store_int(q, 3)};
  return VG_OK;
}

/* One more version is there. */
static void note_time(struct times *t, bool *any, vg_time modified, vg_time from) {
  if (!*any)
    *t = (struct times){modified, modified, from};
  t->created = modified < t->created ? modified : t->created;
  t->modified = modified > t->modified ? modified : t->modified;
  t->from = from < t->from ? from : t->from;
  *any = true;
}

/*
 * With the times that it has in the store what was made is either the same, or new content. Of several with one id each
 * has those that the ones before it leave, whatever becomes of these; but for versions of now, which are not known yet.
 */
static vg_code refill_id(struct run *r, size_t p, struct vg_err *err) {
  struct times t = r->known[r->order[p]].stored;
  bool any = r->known[r->order[p]].any;
  for (size_t q = p; q < r->id_end[p]; q++) {
    const size_t i = r->order[q];
    const struct ready *o = &r->b->v[i];
    r->known[i].any = any;
    r->known[i].stored = t;
    if (any)
      VG_TRY(node_refill(r, i, t, err));
    note_time(&t, &any, o->modified, o->valid_from != VG_NOTIME ? o->valid_from : o->modified);
  }
  return VG_OK;
}

static vg_code refill_made(struct run *r, bool crowd, struct vg_err *err) {
  struct version v;
  for (size_t at = 0; at < r->versions.n; at += sizeof v) {
    memcpy(&v, r->versions.p + at, sizeof v);
    struct known *k = &r->known[v.i];
    if (!k->crowd && r->b->v[v.i].made.n)
      note_time(&k->stored, &k->any, v.modified, v.from);
  }
  if (crowd)
    VG_TRY(ask_crowd(r, true, engines(r, TIMES_PG, TIMES_SQLITE), take_times, err));
  for (size_t p = 0; p < r->n; p = r->id_end[p])
    if (r->b->v[r->order[p]].made.n)
      VG_TRY(refill_id(r, p, err));
  return VG_OK;
}

static int by_object(const void *a, const void *b) {
  const struct version *v = a, *w = b;
  return v->i != w->i ? (v->i > w->i) - (v->i < w->i) : (v->row > w->row) - (v->row < w->row);
}

/* Those of each object, together. Of what is a crowd's only what was read for each counts. */
static void sort_versions(struct run *r) {
  struct version v;
  const size_t n = r->versions.n / sizeof v;
  if (n > 1)
    qsort(r->versions.p, n, sizeof v, by_object);
  memset(r->read, 0, sizeof r->read);
  for (size_t at = 0; at < r->versions.n; at += sizeof v) {
    memcpy(&v, r->versions.p + at, sizeof v);
    if (r->read[v.i].n++ == 0)
      r->read[v.i].at = at;
  }
}

vg_code node_look_up(struct run *r, struct vg_err *err) {
  bool crowd;
  vg_buf_reset(&r->versions);
  VG_TRY(look_up_keys(r, err));
  VG_TRY(tell_crowds(r, &crowd, err));
  VG_TRY(refill_made(r, crowd, err));
  if (crowd)
    VG_TRY(ask_crowd(r, false, engines(r, KNOWN_CROWD_PG, KNOWN_CROWD_SQLITE), take_of_crowd, err));
  sort_versions(r);
  return VG_OK;
}

/* Objects, their versions and contents: one node, many assertions. */
#include "intel/batch.h"

#include <stdlib.h>

#include <stdatomic.h>
#include <string.h>

/* A version has so many contents at most of which one is told that says the same in other bytes. */
enum { SAID_ANEW = 4 };

vg_str node_key(vg_str id) { return id.n > 17 ? vg_str_sub(id, id.n - 17, 17) : id; }

/* What is known of an object's id: by the store, and by what stands before it in its run. */
struct known {
  int64_t same;               /* row of this very content, 0 none */
  bool same_latest, asserted; /* that row's; asserted: by this source, as far as that is known before it is tried */
  vg_time newest;             /* of the versions now shown */
  bool any, shown;            /* shown: some version is */
  int alike, loose;    /* at the first of its key: contents read that have it; loose: those not marked as a crowd */
  bool crowd;          /* they are one: what it has itself is found by its id */
  int contents;        /* of a crowd: those of its version that were read */
  bool shows;          /* of a crowd: known content is asserted that may have to be shown */
  bool outdone;        /* at the first of its id: what the store shows is no longer the newest */
  struct times stored; /* of what was made: the first and last version's before it, the first beginning */
  vg_time renewed;     /* of what was made, at the first of its id: the last version that was made of now */
  int64_t object;      /* the row made of it, 0: none was needed */
  int latest;          /* that row's */
  enum { SAME, ASSERTED, ADDED, UPDATED } change;
};

/*
 * Objects of a batch that are looked for, decided on and written together. order: by key, then by id, then as they
 * came; key_end, id_end: behind the last of those that begin at a place of it; place: where an object's id begins.
 */
struct run {
  struct import *im;
  struct batch *b;
  size_t from, to;
  uint16_t order[BATCH_MAX], key_end[BATCH_MAX], id_end[BATCH_MAX];
  size_t n;
  uint16_t place[BATCH_MAX]; /* by place in the batch, as known is */
  int64_t source;            /* who asserts all of them; 0: several do */
  struct known known[BATCH_MAX];
  struct vg_buf versions; /* struct version, in order once all are there */
  struct {
    size_t at, n;
  } read[BATCH_MAX]; /* those of an object */
};

static int64_t first_bytes(const unsigned char *digest) {
  int64_t out;
  memcpy(&out, digest, sizeof out);
  return out;
}

static vg_str id_at(const struct run *r, size_t i) { return batch_text(r->b, r->b->v[i].id); }
static vg_str key_at(const struct run *r, size_t i) { return node_key(id_at(r, i)); }

static int compare(vg_str k, vg_str l) {
  int c = memcmp(k.p, l.p, k.n < l.n ? k.n : l.n);
  return c ? c : (k.n > l.n) - (k.n < l.n);
}

static int in_order(const void *a, const void *b, void *ctx) {
  const uint16_t *x = a, *y = b;
  int c = compare(key_at(ctx, *x), key_at(ctx, *y));
  if (c == 0)
    c = compare(id_at(ctx, *x), id_at(ctx, *y));
  return c ? c : *x - *y;
}

static bool same_id(const struct run *r, size_t p, size_t q) {
  return vg_str_eq(id_at(r, r->order[p]), id_at(r, r->order[q]));
}

/* Where the key begins in the order, SIZE_MAX: nowhere. */
static size_t find(const struct run *r, vg_str key) {
  size_t low = 0, high = r->n;
  while (low < high) {
    size_t mid = (low + high) / 2;
    if (compare(key_at(r, r->order[mid]), key) < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return low < r->n && vg_str_eq(key_at(r, r->order[low]), key) ? low : SIZE_MAX;
}

/*
 * Of one id there may be several, when what becomes of each is told by those before it: not of two sources, nor when we
 * made one of them, whose times depend on what is there, and not another. Before the first of these the run ends.
 */
static size_t end_of_run(const struct run *r) {
  size_t to = r->to;
  for (size_t p = 1; p < r->n; p++) {
    const struct ready *before = &r->b->v[r->order[p - 1]], *o = &r->b->v[r->order[p]];
    if ((!before->made.n != !o->made.n || before->source != o->source) && r->order[p] < to && same_id(r, p - 1, p))
      to = r->order[p];
  }
  return to;
}

static void put_in_order(struct run *r) {
  size_t n = 0;
  qsort_r(r->order, r->n, sizeof *r->order, in_order, r);
  r->to = end_of_run(r);
  for (size_t p = 0; p < r->n; p++)
    if (r->order[p] < r->to)
      r->order[n++] = r->order[p];
  r->n = n;
  for (size_t p = n, key_end = n, id_end = n; p-- > 0;) {
    if (p + 1 < n && !same_id(r, p, p + 1))
      id_end = p + 1;
    if (p + 1 < n && !vg_str_eq(key_at(r, r->order[p]), key_at(r, r->order[p + 1])))
      key_end = p + 1;
    r->id_end[p] = (uint16_t)id_end;
    r->key_end[p] = (uint16_t)key_end;
  }
  for (size_t p = 0; p < n; p = r->id_end[p])
    for (size_t q = p; q < r->id_end[p]; q++)
      r->place[r->order[q]] = (uint16_t)p;
}

/* All from `from` on, or as many as go together. */
static void gather(struct run *r) {
  r->n = 0;
  r->source = 0;
  for (size_t i = r->from; i < r->to; i++) {
    r->known[i] = (struct known){.newest = INT64_MIN, .renewed = INT64_MIN};
    if (r->b->v[i].kind != READY_REFUSED)
      r->order[r->n++] = (uint16_t)i;
  }
  put_in_order(r);
  for (size_t p = 0; p < r->n; p++) {
    const int64_t source = r->b->v[r->order[p]].source;
    r->source = p == 0 || r->source == source ? source : 0;
    if (r->source == 0)
      break;
  }
}

/* --- looking up --- */

static vg_code canonical(struct vg_json *j, vg_str text, struct vg_buf *out, struct vg_err *err) {
  vg_jv o;
  VG_TRY(vg_json_parse(j, text, &o, err));
  vg_json_canonical(o, out);
  return vg_buf_check(out, err);
}

static vg_code canonical_of(struct import *im, struct vg_json *j, int64_t coding, vg_str stored, struct vg_buf *out,
                            struct vg_err *err) {
  vg_str json;
  VG_TRY(intel_body_unpack(im->body, coding, stored, &json, err));
  return canonical(j, json, out, err);
}

/* Do the object of the batch and another one, or the stored row, say the same in other bytes? */
static vg_code same_content(struct run *r, const struct ready *o, const struct ready *other, int64_t row, bool *same,
                            struct vg_err *err) {
  struct import *im = r->im;
  struct vg_buf mine, stored;
  struct store_rows *q = NULL;
  vg_code rc = VG_OK;
  vg_buf_init(&mine, (size_t)INPUT_ELEMENT_MAX * 6);
  vg_buf_init(&stored, (size_t)INPUT_ELEMENT_MAX * 6);
  *same = false;
  VG_GO(canonical_of(im, im->one, o->coding, batch_text(r->b, o->json), &mine, err));
  if (other) {
    VG_GO(canonical_of(im, im->other, other->coding, batch_text(r->b, other->json), &stored, err));
    *same = vg_str_eq(vg_buf_view(&mine), vg_buf_view(&stored));
    goto out;
  }
  VG_GO(store_query(im->tx, &q, "SELECT coding, json FROM intel_node WHERE id = $1", S_ARGS(S_INT(row)), err));
  if (store_next(q)) {
    VG_GO(canonical_of(im, im->other, store_int(q, 0), store_str(q, 1), &stored, err));
    *same = vg_str_eq(vg_buf_view(&mine), vg_buf_view(&stored));
  }
out:;
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  vg_buf_fini(&mine);
  vg_buf_fini(&stored);
  return rc != VG_OK ? rc : ended;
}

/* What the store has of an id: a row of what is asked for. */
struct version {
  size_t i; /* of a crowd: the object it was read for; else the first of its id */
  bool crowd;
  int64_t row, digest;
  vg_time modified, from;
  bool latest, asserted;
};

static vg_code learn(struct run *r, const struct version *v, size_t i, struct vg_err *err) {
  const struct ready *o = &r->b->v[i];
  struct known *k = &r->known[i];
  bool same = v->digest == first_bytes(o->digest);
  k->any = true;
  if (v->latest) {
    k->shown = true;
    k->newest = v->modified;
  }
  if (k->same || v->modified != o->modified)
    return VG_OK;
  if (!same && k->contents <= SAID_ANEW)
    VG_TRY(same_content(r, o, NULL, v->row, &same, err));
  if (same) {
    k->same = v->row;
    k->same_latest = v->latest;
    k->asserted = v->asserted;
  }
  return VG_OK;
}

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
  v.i = find(r, store_str(q, 0));
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
#define OF_CROWD "FROM intel_node WHERE crowd = 1 AND stix_id = "
/* In an order that only the index of ids and versions has: for one that is equal PostgreSQL, which plans this while its
 * tables are all but empty, takes any index of crowds, and would from then on read all of it each time. */
#define OF_VERSION(version) " AND modified >= " version " AND modified <= " version " ORDER BY modified"
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

static const char *engines(const struct run *r, const char *postgres, const char *sqlite) {
  return store_is_postgres(store_of(r->im->tx)) ? postgres : sqlite;
}

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

static struct made_form form_of(const struct run *r, size_t i) {
  struct made_form f;
  memcpy(&f, r->b->bytes.p + r->b->v[i].made.at, sizeof f);
  return f;
}

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
static vg_code refill(struct run *r, size_t i, struct times t, struct vg_err *err) {
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

static vg_code pack(struct run *r, struct ready *o, struct vg_err *err) {
  vg_str packed = intel_body_pack(r->im->body, batch_text(r->b, o->json), &o->coding);
  o->json = (struct span){r->b->bytes.n, packed.n};
  vg_buf_str(&r->b->bytes, packed);
  return vg_buf_check(&r->b->bytes, err);
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
      VG_TRY(refill(r, i, t, err));
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

static vg_code look_up(struct run *r, struct vg_err *err) {
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

/* --- deciding --- */

static vg_code learn_all(struct run *r, size_t i, struct vg_err *err) {
  const size_t of = r->known[i].crowd ? i : r->order[r->place[i]];
  struct version v;
  for (size_t n = 0; n < r->read[of].n; n++) {
    memcpy(&v, r->versions.p + r->read[of].at + n * sizeof v, sizeof v);
    if (v.crowd == r->known[i].crowd)
      VG_TRY(learn(r, &v, i, err));
  }
  return VG_OK;
}

/* Is what was made of the version that one before it was made of now? The store has nothing of that. */
static vg_code follow(struct run *r, size_t i, bool *follows, struct vg_err *err) {
  const vg_time renewed = r->known[r->order[r->place[i]]].renewed;
  struct known *k = &r->known[i];
  *follows = r->b->v[i].made.n && renewed > k->stored.modified && form_of(r, i).modified == VG_NOTIME;
  if (!*follows)
    return VG_OK;
  k->stored.modified = renewed;
  k->contents = 0;
  return refill(r, i, k->stored, err);
}

/* New content of what is known is a new version, of now, when the source says no time and that is asked for. */
static vg_code renew(struct run *r, size_t i, struct vg_err *err) {
  const struct made_form f = form_of(r, i);
  const vg_time now = made_ms(store_now(r->im->tx));
  struct times t = r->known[i].stored;
  if (f.renew && f.modified == VG_NOTIME) {
    t.modified = now > t.modified ? now : t.modified + 1000000;
    VG_TRY(refill(r, i, t, err));
    r->known[r->order[r->place[i]]].renewed = t.modified;
  }
  return pack(r, &r->b->v[i], err);
}

/* Known content: this source asserts it too, from now on. */
static vg_code assert_known(struct run *r, size_t i, struct vg_err *err) {
  const struct ready *o = &r->b->v[i];
  struct known *k = &r->known[i], *first = &r->known[r->order[r->place[i]]];
  int64_t rows = 0;
  k->change = SAME;
  if (k->asserted)
    return VG_OK;
  VG_TRY(store_change(
      r->im->tx, &rows,
      "INSERT INTO intel_assertion (object, source, received) VALUES ($1, $2, $3) ON CONFLICT (object, source) DO NOTHING",
      S_ARGS(S_INT(k->same), S_INT(o->source), S_TIME(store_now(r->im->tx))), err));
  k->change = rows ? ASSERTED : SAME;
  if (rows && o->received.n)
    VG_TRY(store_exec(
        r->im->tx, "INSERT INTO intel_received (object, source, coding, json) VALUES ($1, $2, $3, $4)",
        S_ARGS(S_INT(k->same), S_INT(o->source), S_INT(o->received_coding), S_BYTES(batch_text(r->b, o->received))),
        err));
  if (!rows || k->same_latest || (k->shown && o->modified < k->newest))
    return VG_OK;
  k->shows = k->crowd;
  if (k->crowd)
    return VG_OK;
  first->newest = first->shown && first->newest > o->modified ? first->newest : o->modified;
  first->shown = true;
  return latest_of_few(r->im->tx, batch_text(r->b, o->id), err);
}

static bool is_fresh(const struct known *k) { return k->change >= ADDED; }

/* Is the object's content among those that are new before it in the run? Of many contents of one version only the same
 * bytes are the same. */
static vg_code has_twin(struct run *r, size_t i, bool *twin, struct vg_err *err) {
  const struct ready *o = &r->b->v[i];
  struct known *k = &r->known[i];
  int contents = k->contents;
  *twin = false;
  for (size_t p = r->place[i]; r->order[p] < i; p++) {
    const struct ready *before = &r->b->v[r->order[p]];
    if (!is_fresh(&r->known[r->order[p]]))
      continue;
    k->any = true;
    if (before->modified != o->modified || *twin)
      continue;
    *twin = first_bytes(before->digest) == first_bytes(o->digest);
    if (!*twin && ++contents <= SAID_ANEW)
      VG_TRY(same_content(r, o, before, 0, twin, err));
  }
  return VG_OK;
}

/* Of one id the newest of the store and the run are shown; the first of these is the latest. */
static void rank(struct run *r, size_t p) {
  const struct known *first = &r->known[r->order[p]];
  vg_time newest = first->newest;
  bool shown = first->shown;
  for (size_t q = p; q < r->id_end[p]; q++) {
    const size_t i = r->order[q];
    if (!is_fresh(&r->known[i]) || (shown && r->b->v[i].modified <= newest))
      continue;
    shown = true;
    newest = r->b->v[i].modified;
  }
  bool taken = first->shown && first->newest == newest;
  for (size_t q = p; q < r->id_end[p]; q++) {
    struct known *k = &r->known[r->order[q]];
    if (!is_fresh(k) || r->b->v[r->order[q]].modified != newest)
      continue;
    k->latest = taken ? 2 : 1;
    taken = true;
  }
  r->known[r->order[p]].outdone = first->shown && first->newest < newest;
}

/* What the store shows of an id is no longer its newest. */
#define OUTDATE "UPDATE intel_node SET latest = 0 WHERE "
#define OUTDATE_PG OUTDATE "id = ANY (ARRAY(SELECT e::bigint FROM json_array_elements_text($1::json) e))"
#define OUTDATE_SQLITE OUTDATE "id IN (SELECT value FROM json_each($1))"
#define OUTDATE_CROWD_PG                                                                                               \
  OUTDATE "id = ANY (ARRAY(SELECT n.id FROM json_array_elements($1::json) e CROSS JOIN LATERAL (SELECT id " OF_CROWD   \
          "(e ->> 0) AND latest > 0" OF_VERSION("(e ->> 1)::bigint") " OFFSET 0) n))"
#define OUTDATE_CROWD_SQLITE                                                                                           \
  OUTDATE "id IN (SELECT n.id FROM json_each($1) e CROSS JOIN intel_node n ON n.crowd = 1 AND n.stix_id = "            \
          "json_extract(e.value, '$[0]') AND n.modified = json_extract(e.value, '$[1]') AND n.latest > 0)"

static vg_code outdate(struct run *r, struct vg_err *err) {
  struct vg_buf rows, crowd;
  struct vg_jw w, c;
  struct version v;
  vg_buf_init(&rows, 1 << 22);
  vg_buf_init(&crowd, 1 << 22);
  vg_jw_init(&w, &rows);
  vg_jw_init(&c, &crowd);
  vg_jw_arr(&w);
  vg_jw_arr(&c);
  for (size_t at = 0; at < r->versions.n; at += sizeof v) {
    memcpy(&v, r->versions.p + at, sizeof v);
    const struct known *first = &r->known[v.i];
    if (!v.crowd && first->outdone && !first->crowd && (v.latest || v.modified == first->newest))
      vg_jw_int(&w, v.row);
  }
  for (size_t p = 0; p < r->n; p = r->id_end[p])
    if (r->known[r->order[p]].outdone && r->known[r->order[p]].crowd) {
      vg_jw_arr(&c);
      vg_jw_str(&c, id_at(r, r->order[p]));
      vg_jw_int(&c, r->known[r->order[p]].newest);
      vg_jw_end(&c);
    }
  vg_jw_end(&w);
  vg_jw_end(&c);
  vg_code rc = vg_buf_check(&rows, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&crowd, err);
  if (rc == VG_OK && rows.n > 2)
    rc = store_exec(r->im->tx, engines(r, OUTDATE_PG, OUTDATE_SQLITE), S_ARGS(S_STR(vg_buf_view(&rows))), err);
  if (rc == VG_OK && crowd.n > 2)
    rc = store_exec(r->im->tx, engines(r, OUTDATE_CROWD_PG, OUTDATE_CROWD_SQLITE), S_ARGS(S_STR(vg_buf_view(&crowd))),
                    err);
  vg_buf_fini(&rows);
  vg_buf_fini(&crowd);
  return rc;
}

/* Of crowds: what others had withdrawn may have to be shown again. */
static vg_code note_shown(struct run *r, struct vg_err *err) {
  struct vg_buf *ids = &r->im->shown;
  for (size_t p = 0; p < r->n; p = r->id_end[p]) {
    bool any = false;
    for (size_t q = p; q < r->id_end[p]; q++)
      any |= r->known[r->order[q]].shows;
    if (any)
      latest_wait(ids, id_at(r, r->order[p]));
  }
  return ids->n < LATEST_WAIT ? vg_buf_check(ids, err) : latest_of_crowds(r->im->tx, ids, err);
}

static vg_code decide(struct run *r, int64_t *fresh, struct vg_err *err) {
  *fresh = 0;
  for (size_t i = r->from; i < r->to; i++) {
    const struct ready *o = &r->b->v[i];
    struct known *k = &r->known[i];
    bool twin, follows;
    if (o->kind == READY_REFUSED)
      continue;
    VG_TRY(follow(r, i, &follows, err));
    if (!follows)
      VG_TRY(learn_all(r, i, err));
    if (k->same) {
      VG_TRY(assert_known(r, i, err));
      continue;
    }
    VG_TRY(has_twin(r, i, &twin, err));
    k->change = twin ? SAME : k->any ? UPDATED : ADDED;
    *fresh += is_fresh(k);
    if (k->change == UPDATED && o->made.n)
      VG_TRY(renew(r, i, err));
  }
  VG_TRY(note_shown(r, err));
  if (*fresh == 0)
    return VG_OK;
  for (size_t p = 0; p < r->n; p = r->id_end[p])
    rank(r, p);
  return outdate(r, err);
}

/* --- writing --- */

/* Numbers for the rows that are new. SQLite has one writer: they are those behind its last. */
static vg_code number(struct run *r, int64_t fresh, struct vg_err *err) {
  struct import *im = r->im;
  struct store_rows *q = NULL;
  bool postgres = store_is_postgres(store_of(im->tx));
  if (postgres)
    VG_TRY(store_query(im->tx, &q,
                       "SELECT nextval(pg_get_serial_sequence('intel_node', 'id')) FROM generate_series(1, $1::bigint)",
                       S_ARGS(S_INT(fresh)), err));
  else if (im->last_node < 0)
    VG_TRY(store_get_int(im->tx, &im->last_node,
                         "SELECT MAX(COALESCE((SELECT MAX(id) FROM intel_node), 0), "
                         "COALESCE((SELECT MAX(last) FROM intel_part), 0))",
                         S_NOARGS, err));
  for (size_t i = r->from; i < r->to; i++)
    if (is_fresh(&r->known[i]) && r->b->v[i].kind != READY_REFUSED)
      r->known[i].object = !postgres ? ++im->last_node : store_next(q) ? store_int(q, 0) : 0;
  return store_done(&q, err);
}

static vg_code put_node(struct store_bulk *bulk, const struct run *r, size_t i, struct vg_err *err) {
  const struct batch *b = r->b;
  const struct ready *o = &b->v[i];
  const struct known *k = &r->known[i];
  vg_str id = batch_text(b, o->id);
  return store_bulk_row(bulk,
                        S_ARGS(S_INT(k->object), S_STR(node_key(id)), S_INT(first_bytes(o->digest)), S_STR(id),
                               S_STR(batch_text(b, o->type)), S_TIME(o->modified), S_STR(batch_text(b, o->name)),
                               S_INT(o->tlp), S_INT(o->pap), S_INT_OR_NULL(o->confidence, o->confidence < 0),
                               S_INT(o->revoked), S_INT(k->latest), S_TIME(o->valid_from), S_TIME(o->valid_until),
                               S_TIME(store_now(r->im->tx)), S_INT(o->coding), S_BYTES(batch_text(b, o->json)),
                               S_INT(k->crowd)),
                        err);
}

static vg_code put_assertion(struct store_bulk *bulk, const struct run *r, size_t i, struct vg_err *err) {
  return store_bulk_row(bulk, S_ARGS(S_INT(r->known[i].object), S_INT(r->b->v[i].source), S_TIME(store_now(r->im->tx))),
                        err);
}

static vg_code put_refs(struct store_bulk *bulk, const struct run *r, size_t i, struct vg_err *err) {
  struct span refs = r->b->v[i].refs;
  struct found f;
  vg_str role, target;
  while (batch_next(r->b, &refs, &f, &role, &target))
    VG_TRY(store_bulk_row(bulk, S_ARGS(S_INT(r->known[i].object), S_STR(role), S_STR(target)), err));
  const struct ready *o = &r->b->v[i];
  return o->language.n ? store_bulk_row(bulk,
                                        S_ARGS(S_INT(r->known[i].object), S_Z(o->fault.n ? "broken" : "pattern_type"),
                                               S_STR(batch_text(r->b, o->language))),
                                        err)
                       : VG_OK;
}

static vg_code put_received(struct store_bulk *bulk, const struct run *r, size_t i, struct vg_err *err) {
  const struct ready *o = &r->b->v[i];
  return o->received.n == 0 ? VG_OK
                            : store_bulk_row(bulk,
                                             S_ARGS(S_INT(r->known[i].object), S_INT(o->source),
                                                    S_INT(o->received_coding), S_BYTES(batch_text(r->b, o->received))),
                                             err);
}

typedef vg_code put_row(struct store_bulk *bulk, const struct run *r, size_t i, struct vg_err *err);

static vg_code put_all(const struct run *r, const char *insert, put_row *put, struct vg_err *err) {
  struct store_bulk *bulk;
  VG_TRY(store_bulk_begin(r->im->tx, &bulk, insert, err));
  vg_code rc = VG_OK;
  for (size_t i = r->from; i < r->to && rc == VG_OK; i++)
    if (r->known[i].object)
      rc = put(bulk, r, i, err);
  return store_bulk_end(&bulk, rc, err);
}

static vg_code write_rows(const struct run *r, struct vg_err *err) {
  bool refs = false, received = false;
  VG_TRY(put_all(
      r,
      "INSERT INTO intel_node (id, key, digest, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, "
      "valid_from, valid_until, received, coding, json, crowd) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
      "$12, $13, $14, $15, $16, $17, $18)",
      put_node, err));
  VG_TRY(put_all(r, "INSERT INTO intel_assertion (object, source, received) VALUES ($1, $2, $3)", put_assertion, err));
  for (size_t i = r->from; i < r->to; i++)
    if (r->known[i].object) {
      refs |= r->b->v[i].refs.n > 0 || r->b->v[i].language.n > 0;
      received |= r->b->v[i].received.n > 0;
      VG_TRY(rows_add(r->im, r->b, &r->b->v[i], r->known[i].object, err));
    }
  if (received)
    VG_TRY(put_all(r, "INSERT INTO intel_received (object, source, coding, json) VALUES ($1, $2, $3, $4)", put_received,
                   err));
  return refs ? put_all(r, "INSERT INTO intel_ref (object, role, target) VALUES ($1, $2, $3)", put_refs, err) : VG_OK;
}

/* An indicator of which no value is searched for. */
static void tell_use(const struct run *r, const struct ready *o) {
  struct intel_import *in = r->im->in;
  struct vg_err reason;
  uses_add(&in->uses, batch_text(r->b, o->language), o->fault.n > 0, 1);
  if (!o->fault.n || !in->broken)
    return;
  memcpy(&reason, r->b->bytes.p + o->fault.at, sizeof reason);
  in->broken(in->ctx, batch_text(r->b, o->place).p, &reason);
}

/* Counts, and tells of what was refused or is broken, in the order of the input. */
static void tell(struct run *r) {
  struct import *im = r->im;
  for (size_t i = r->from; i < r->to; i++) {
    const struct ready *o = &r->b->v[i];
    if (o->kind == READY_REFUSED) {
      struct vg_err reason;
      memcpy(&reason, r->b->bytes.p + o->json.at, sizeof reason);
      if (im->in->reject)
        im->in->reject(im->in->ctx, batch_text(r->b, o->id).p, &reason);
      continue;
    }
    if (o->language.n)
      tell_use(r, o);
    const struct known *k = &r->known[i];
    if (k->change != SAME)
      root_add(&im->root, o->digest);
    if (o->kind == READY_UNTOLD)
      continue;
    im->in->added += k->change == ADDED;
    im->in->updated += k->change == UPDATED;
    im->in->asserted += k->change == ASSERTED;
  }
}

static vg_code store_run(struct run *r, struct vg_err *err) {
  int64_t fresh;
  if (r->n) {
    VG_TRY(look_up(r, err));
    VG_TRY(decide(r, &fresh, err));
    if (fresh) {
      VG_TRY(number(r, fresh, err));
      VG_TRY(write_rows(r, err));
    }
  }
  tell(r);
  return VG_OK;
}

/* Keys that wait are written before they are looked for, and when no more can wait. */
static vg_code make_ready(struct run *r, struct vg_err *err) {
  bool write = !rows_has_room(r->im->waiting, r->n);
  for (size_t p = 0; p < r->n && !write; p = r->key_end[p])
    write = rows_wait_for(r->im->waiting, key_at(r, r->order[p]));
  return write ? rows_write_keys(r->im, err) : VG_OK;
}

vg_code node_put(struct import *im, struct batch *b, struct vg_err *err) {
  struct run *r = malloc(sizeof *r);
  vg_code rc = r ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (r)
    vg_buf_init(&r->versions, 1u << 30);
  for (size_t from = 0; from < b->n && rc == VG_OK; from = r->to) {
    r->im = im, r->b = b, r->from = from, r->to = b->n;
    gather(r);
    rc = make_ready(r, err);
    if (rc == VG_OK)
      rc = store_run(r, err);
  }
  if (r)
    vg_buf_fini(&r->versions);
  free(r);
  if (im->in->progress && rc == VG_OK)
    im->in->progress(im->in->ctx, b->read_to);
  if (rc == VG_OK && im->in->stop && atomic_load(im->in->stop))
    rc = VG_FAIL(err, VG_ESTATE, "intel.stopped");
  batch_reset(b);
  return rc == VG_OK ? part_make_way(im, err) : rc;
}

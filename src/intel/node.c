/* Objects, their versions and contents: one node, many assertions. */
#include "intel/batch.h"

#include <stdlib.h>

#include <stdatomic.h>
#include <string.h>

vg_str node_key(vg_str id) { return id.n > 17 ? vg_str_sub(id, id.n - 17, 17) : id; }

static vg_code column(struct columns *c, vg_str key, vg_jv v, struct vg_err *err) {
  vg_str text = VG_STR("");
  vg_time *to = vg_str_eqz(key, "modified")      ? &c->modified
                : vg_str_eqz(key, "valid_from")  ? &c->valid_from
                : vg_str_eqz(key, "valid_until") ? &c->valid_until
                                                 : NULL;
  if (to)
    return !vg_jv_str(v, &text) || vg_time_parse(text, to)
               ? VG_OK
               : VG_FAIL(err, VG_EDATA, "intel.bad_time", VG_T(text), VG_T(c->id));
  if (vg_str_eqz(key, "type"))
    (void)vg_jv_str(v, &c->type);
  else if (vg_str_eqz(key, "id"))
    (void)vg_jv_str(v, &c->id);
  else if (vg_str_eqz(key, "spec_version"))
    (void)vg_jv_str(v, &c->version);
  else if (vg_str_eqz(key, "name"))
    (void)vg_jv_str(v, &c->name);
  else if (vg_str_eqz(key, "value") && c->name.n == 0)
    (void)vg_jv_str(v, &c->name);
  else if (vg_str_eqz(key, "description"))
    (void)vg_jv_str(v, &c->description);
  else if (vg_str_eqz(key, "pattern"))
    (void)vg_jv_str(v, &c->pattern);
  else if (vg_str_eqz(key, "pattern_type"))
    (void)vg_jv_str(v, &c->pattern_type);
  else if (vg_str_eqz(key, "confidence"))
    (void)vg_jv_i64(v, &c->confidence);
  else if (vg_str_eqz(key, "revoked"))
    (void)vg_jv_bool(v, &c->revoked);
  else if (vg_str_eqz(key, "object_marking_refs"))
    c->marks = intel_markings(v);
  else if (!vg_str_eqz(key, "created_by_ref"))
    c->links |= vg_str_ends(key, VG_STR("_ref")) || vg_str_ends(key, VG_STR("_refs"));
  return VG_OK;
}

/* PostgreSQL has no NUL in texts, and no text of ours needs one. */
static bool has_nul(const struct columns *c) {
  const vg_str texts[] = {c->type, c->name, c->description, c->pattern};
  for (size_t i = 0; i < VG_COUNT(texts); i++)
    if (texts[i].n && memchr(texts[i].p, 0, texts[i].n))
      return true;
  return false;
}

vg_code node_columns(vg_jv o, struct columns *c, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  vg_str key, created;
  *c = (struct columns){.confidence = -1,
                        .modified = VG_NOTIME,
                        .valid_from = VG_NOTIME,
                        .valid_until = VG_NOTIME,
                        .name = VG_STR(""),
                        .type = VG_STR(""),
                        .id = VG_NOSTR,
                        .version = VG_STR(""),
                        .pattern_type = VG_STR("stix")};
  if (vg_jv_type(o) != VG_J_OBJ)
    return VG_FAIL(err, VG_EDATA, "intel.not_object");
  for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);)
    VG_TRY(column(c, key, v, err));
  if (c->type.n == 0)
    return VG_FAIL(err, VG_EDATA, "intel.no_type");
  if (!c->id.p)
    return VG_FAIL(err, VG_EDATA, "intel.no_id", VG_T(c->type));
  if (!vg_id_ok(c->id) || !vg_str_eq(vg_id_kind(c->id), c->type))
    return VG_FAIL(err, VG_EDATA, "intel.bad_id", VG_T(c->id));
  if (has_nul(c))
    return VG_FAIL(err, VG_EDATA, "intel.nul", VG_T(c->id));
  if (c->modified == VG_NOTIME && vg_jv_str_at(o, "created", &created) && !vg_time_parse(created, &c->modified))
    return VG_FAIL(err, VG_EDATA, "intel.bad_time", VG_T(created), VG_T(c->id));
  if (c->modified == VG_NOTIME)
    c->modified = 0; /* an observable: it has no versions */
  if (c->confidence > 100)
    c->confidence = 100;
  return VG_OK;
}

/* What the store already holds of an id. */
struct known {
  int64_t same;               /* row of this very content, 0 none */
  bool same_latest, asserted; /* that row's; asserted: by this source, as far as that is known before it is tried */
  vg_time newest;             /* of the versions now shown */
  bool any, shown;            /* shown: some version is */
  int alike, loose;           /* contents read that have its key, of whatever id; loose: those not marked as a crowd */
  bool crowd;                 /* they are one: what it has itself is found by its id */
  struct times stored;        /* of what was made: the first and last version's, the first beginning */
  int64_t object;             /* the row made of it, 0: none was needed */
  enum { SAME, ASSERTED, ADDED, UPDATED } change;
};

/* Some objects of a batch, no two of which have one key. */
struct run {
  struct import *im;
  struct batch *b;
  size_t from, to;
  uint16_t order[BATCH_MAX]; /* its objects by key */
  size_t n;
  int64_t source;                /* who asserts all of them; 0: several do */
  struct known known[BATCH_MAX]; /* by place in the batch */
  struct vg_buf versions;        /* struct version, of what was made */
};

static int64_t first_bytes(const unsigned char *digest) {
  int64_t out;
  memcpy(&out, digest, sizeof out);
  return out;
}

static vg_str key_at(const struct run *r, size_t i) { return node_key(batch_text(r->b, r->b->v[i].id)); }

static int by_key(const void *a, const void *b, void *ctx) {
  const uint16_t *x = a, *y = b;
  vg_str k = key_at(ctx, *x), l = key_at(ctx, *y);
  int c = memcmp(k.p, l.p, k.n < l.n ? k.n : l.n);
  return c ? c : (k.n > l.n) - (k.n < l.n);
}

/* The run's object with this key, SIZE_MAX: none. */
static size_t find(const struct run *r, vg_str key) {
  size_t low = 0, high = r->n;
  while (low < high) {
    size_t mid = (low + high) / 2;
    vg_str k = key_at(r, r->order[mid]);
    int c = memcmp(k.p, key.p, k.n < key.n ? k.n : key.n);
    if (c == 0)
      c = (k.n > key.n) - (k.n < key.n);
    if (c == 0)
      return r->order[mid];
    if (c < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return SIZE_MAX;
}

/* --- looking up --- */

static vg_code canonical(struct vg_json *j, vg_str text, struct vg_buf *out, struct vg_err *err) {
  vg_jv o;
  VG_TRY(vg_json_parse(j, text, &o, err));
  vg_json_canonical(o, out);
  return vg_buf_check(out, err);
}

/* Do the object of the batch and the stored row say the same in other bytes? */
static vg_code same_content(struct import *im, const struct batch *b, const struct ready *r, int64_t row, bool *same,
                            struct vg_err *err) {
  struct vg_buf mine, stored;
  struct store_rows *q = NULL;
  vg_str json;
  vg_code rc = VG_OK;
  vg_buf_init(&mine, (size_t)INPUT_ELEMENT_MAX * 6);
  vg_buf_init(&stored, (size_t)INPUT_ELEMENT_MAX * 6);
  *same = false;
  VG_GO(intel_body_unpack(im->body, r->coding, batch_text(b, r->json), &json, err));
  VG_GO(canonical(im->one, json, &mine, err));
  VG_GO(store_query(im->tx, &q, "SELECT coding, json FROM intel_node WHERE id = $1", S_ARGS(S_INT(row)), err));
  if (store_next(q)) {
    VG_GO(intel_body_unpack(im->body, store_int(q, 0), store_str(q, 1), &json, err));
    VG_GO(canonical(im->other, json, &stored, err));
    *same = vg_str_eq(vg_buf_view(&mine), vg_buf_view(&stored));
  }
out:;
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  vg_buf_fini(&mine);
  vg_buf_fini(&stored);
  return rc != VG_OK ? rc : ended;
}

/* What the store has of the run's object i: a row of what look_up asks for. */
struct version {
  size_t i;
  int64_t row, digest;
  vg_time modified, from;
  bool latest, asserted;
};

static vg_code learn(struct run *r, const struct version *v, struct vg_err *err) {
  const struct ready *o = &r->b->v[v->i];
  struct known *k = &r->known[v->i];
  bool same = v->digest == first_bytes(o->digest);
  k->any = true;
  if (v->latest) {
    k->shown = true;
    k->newest = v->modified;
  }
  if (k->same || v->modified != o->modified)
    return VG_OK;
  if (!same)
    VG_TRY(same_content(r->im, r->b, o, v->row, &same, err));
  if (same) {
    k->same = v->row;
    k->same_latest = v->latest;
    k->asserted = v->asserted;
  }
  return VG_OK;
}

/* What was made is learned of when its times are known: settle_made. */
static vg_code take_version(struct run *r, struct store_rows *q, struct vg_err *err) {
  struct version v = {.i = find(r, store_str(q, 0)),
                      .row = store_int(q, 1),
                      .modified = store_int(q, 3),
                      .latest = store_int(q, 4) > 0,
                      .digest = store_int(q, 5),
                      .asserted = store_int(q, 6) != 0,
                      .from = store_int(q, 7)};
  if (v.i == SIZE_MAX)
    return VG_OK;
  struct known *k = &r->known[v.i];
  k->alike++;
  k->loose += store_int(q, 8) == 0;
  if (!vg_str_eq(store_str(q, 2), batch_text(r->b, r->b->v[v.i].id)))
    return VG_OK;
  if (r->b->v[v.i].made.n == 0)
    return learn(r, &v, err);
  if (!k->any)
    k->stored = (struct times){v.modified, v.modified, v.from};
  k->stored.created = v.modified < k->stored.created ? v.modified : k->stored.created;
  k->stored.modified = v.modified > k->stored.modified ? v.modified : k->stored.modified;
  k->stored.from = v.from < k->stored.from ? v.from : k->stored.from;
  k->any = true;
  vg_buf_add(&r->versions, &v, sizeof v);
  return vg_buf_check(&r->versions, err);
}

#define KNOWN                                                                                                          \
  "SELECT n.key, n.id, n.stix_id, n.modified, n.latest, n.digest, CASE WHEN a.object IS NULL THEN 0 ELSE 1 END, "      \
  "COALESCE(n.valid_from, n.modified), n.crowd FROM "
/* PostgreSQL plans this once, while its tables are all but empty, and would from then on read all of them for every
 * batch: behind OFFSET 0 each row is looked up by the index. */
#define KNOWN_PG                                                                                                          \
  KNOWN                                                                                                                   \
  "json_array_elements_text($1::json) e CROSS JOIN LATERAL (SELECT object FROM intel_key WHERE key = e LIMIT " KEY_READ   \
  ") k CROSS JOIN LATERAL (SELECT id, key, stix_id, modified, latest, digest, valid_from, crowd FROM "                    \
  "intel_node WHERE id = k.object OFFSET 0) n LEFT JOIN LATERAL (SELECT object FROM intel_assertion WHERE object = n.id " \
  "AND source = $2 OFFSET 0) a ON true ORDER BY n.id"
#define KNOWN_SQLITE                                                                                                     \
  KNOWN                                                                                                                  \
  "json_each($1) e CROSS JOIN intel_node n ON n.id IN (SELECT object FROM intel_key WHERE key = e.value LIMIT " KEY_READ \
  ") LEFT JOIN intel_assertion a ON a.object = n.id AND a.source = $2"
/* Of a crowd: what the id has of the version $3, the newest that is shown, and the first. Of what was made: all that it
 * has. */
#define OF_CROWD                                                                                                       \
  "SELECT id, key, stix_id, modified, latest, digest, valid_from, crowd FROM intel_node WHERE crowd = 1 AND stix_id "  \
  "= $1"
#define KNOWN_CROWD(those)                                                                                             \
  "SELECT n.key, n.id, n.stix_id, n.modified, n.latest, n.digest, (SELECT COUNT(*) FROM intel_assertion a WHERE "      \
  "a.object = n.id AND a.source = $2), COALESCE(n.valid_from, n.modified), n.crowd FROM (" those ") n ORDER BY n.id"
#define KNOWN_CROWD_VERSION                                                                                            \
  KNOWN_CROWD(OF_CROWD " AND modified = $3 UNION SELECT * FROM (" OF_CROWD " AND latest > 0 ORDER BY modified DESC "   \
                       "LIMIT 1) s UNION SELECT * FROM (" OF_CROWD " ORDER BY modified LIMIT 1) o")

static vg_code take_versions(struct run *r, struct store_rows **q, struct vg_err *err) {
  vg_code rc = VG_OK;
  while (rc == VG_OK && store_next(*q))
    rc = take_version(r, *q, err);
  vg_code ended = store_done(q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* Of ids whose ends are alike only so many were read: then the whole id leads to what is stored of it. */
static vg_code look_up_crowd(struct run *r, size_t i, struct vg_err *err) {
  const struct ready *o = &r->b->v[i];
  struct known *k = &r->known[i];
  struct store_rows *q;
  vg_str id = batch_text(r->b, o->id);
  k->crowd = k->alike >= KEY_CROWD || k->alike > k->loose;
  if (!k->crowd)
    return VG_OK;
  if (k->loose)
    VG_TRY(store_exec(
        r->im->tx,
        "UPDATE intel_node SET crowd = 1 WHERE id IN (SELECT object FROM intel_key WHERE key = $1) AND crowd = 0",
        S_ARGS(S_STR(node_key(id))), err));
  VG_TRY(store_query(r->im->tx, &q, o->made.n ? KNOWN_CROWD(OF_CROWD) : KNOWN_CROWD_VERSION,
                     (struct store_args){(const struct store_arg[]){S_STR(id), S_INT(r->source), S_TIME(o->modified)},
                                         o->made.n ? 2 : 3},
                     err));
  return take_versions(r, &q, err);
}

static vg_code look_up(struct run *r, struct vg_err *err) {
  struct store_rows *q = NULL;
  struct vg_buf keys;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&keys, 1 << 20);
  vg_jw_init(&w, &keys);
  VG_GO(sieve_ready(r->im, r->b->read_to, err));
  size_t looked = 0, vain = 0;
  vg_jw_arr(&w);
  for (size_t i = 0; i < r->n; i++)
    if (sieve_may_hold(r->im->sieve, key_at(r, r->order[i]))) {
      vg_jw_str(&w, key_at(r, r->order[i]));
      looked++;
    }
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&keys, err));
  if (looked == 0)
    goto out;
  VG_GO(store_query(r->im->tx, &q, store_is_postgres(store_of(r->im->tx)) ? KNOWN_PG : KNOWN_SQLITE,
                    S_ARGS(S_STR(vg_buf_view(&keys)), S_INT(r->source)), err));
  VG_GO(take_versions(r, &q, err));
  for (size_t i = 0; i < r->n; i++) {
    vain += r->known[r->order[i]].alike == 0;
    VG_GO(look_up_crowd(r, r->order[i], err));
  }
  sieve_looked(r->im->sieve, vain);
out:
  vg_buf_fini(&keys);
  return rc;
}

/* --- what we made --- */

/* Fills in the times, now that it is known what is stored. */
static vg_code refill(struct run *r, size_t i, const struct times *t, struct vg_err *err) {
  struct batch *b = r->b;
  struct ready *o = &b->v[i];
  struct made_form f;
  struct vg_buf text;
  memcpy(&f, b->bytes.p + o->made.at, sizeof f);
  vg_buf_init(&text, INPUT_ELEMENT_MAX);
  made_fill(&f, batch_text(b, (struct span){o->made.at + sizeof f, o->made.n - sizeof f}), t, &text);
  o->json = (struct span){b->bytes.n, text.n};
  o->coding = 0;
  o->modified = t->modified;
  if (o->valid_from != VG_NOTIME)
    o->valid_from = t->from;
  o->valid_until = f.until > t->from ? made_ms(f.until) : VG_NOTIME;
  vg_sha256(text.p, text.n, o->digest);
  vg_buf_str(&b->bytes, vg_buf_view(&text));
  vg_code rc = vg_buf_check(&text, err);
  vg_buf_fini(&text);
  return rc == VG_OK ? vg_buf_check(&b->bytes, err) : rc;
}

static vg_code learn_made(struct run *r, struct vg_err *err) {
  struct version v;
  for (size_t at = 0; at < r->versions.n; at += sizeof v) {
    memcpy(&v, r->versions.p + at, sizeof v);
    VG_TRY(learn(r, &v, err));
  }
  return VG_OK;
}

static vg_code pack(struct run *r, struct ready *o, struct vg_err *err) {
  vg_str packed = intel_body_pack(r->im->body, batch_text(r->b, o->json), &o->coding);
  o->json = (struct span){r->b->bytes.n, packed.n};
  vg_buf_str(&r->b->bytes, packed);
  return vg_buf_check(&r->b->bytes, err);
}

/*
 * What was made and is stored: with the times that it has there it is either the same, or new content. That is a new
 * version, of now, when the source says no time and that is asked for.
 */
static vg_code settle_made(struct run *r, struct vg_err *err) {
  vg_time now = made_ms(store_now(r->im->tx));
  struct made_form f;
  if (r->versions.n == 0)
    return VG_OK;
  for (size_t i = r->from; i < r->to; i++) {
    const struct known *k = &r->known[i];
    struct times t = k->stored;
    if (!r->b->v[i].made.n || !k->any)
      continue;
    memcpy(&f, r->b->bytes.p + r->b->v[i].made.at, sizeof f);
    made_again(&f, &t);
    VG_TRY(refill(r, i, &t, err));
  }
  VG_TRY(learn_made(r, err));
  for (size_t i = r->from; i < r->to; i++) {
    struct ready *o = &r->b->v[i];
    const struct known *k = &r->known[i];
    struct times t = k->stored;
    if (!o->made.n || !k->any || k->same)
      continue;
    memcpy(&f, r->b->bytes.p + o->made.at, sizeof f);
    made_again(&f, &t);
    if (f.renew && f.modified == VG_NOTIME) {
      t.modified = now > t.modified ? now : t.modified + 1000000;
      VG_TRY(refill(r, i, &t, err));
    }
    VG_TRY(pack(r, o, err));
  }
  return VG_OK;
}

/* --- deciding --- */

/* Live contents with the id of intel_node's row. */
#define LIVE                                                                                                           \
  "FROM " NODES_OF("intel_node.key",                                                                                   \
                   "intel_node.stix_id") " k JOIN intel_node n ON n.id = k.object JOIN "                               \
                                         "intel_v_live l ON l.object = n.id WHERE n.stix_id = intel_node.stix_id"
/* latest among the contents of one id that a live source asserts. */
#define RELATEST                                                                                                       \
  "UPDATE intel_node SET latest = CASE WHEN EXISTS (SELECT 1 FROM intel_v_live l WHERE l.object = intel_node.id) AND " \
  "modified = (SELECT MAX(n.modified) " LIVE ") THEN CASE WHEN id = (SELECT MIN(n.id) " LIVE                           \
  " AND n.modified = intel_node.modified) THEN 1 ELSE 2 END ELSE 0 END "

vg_code node_relatest_one(struct store_tx *tx, vg_str id, struct vg_err *err) {
  return store_exec(tx, RELATEST "WHERE " NODE_IS("id", "stix_id"), S_ARGS(S_STR(node_key(id)), S_STR(id)), err);
}

vg_code node_relatest(struct store_tx *tx, int64_t source, struct vg_err *err) {
  return store_exec(
      tx,
      RELATEST
      "WHERE id IN (SELECT k.object FROM intel_assertion a JOIN intel_node m ON m.id = a.object JOIN intel_key k ON "
      "k.key = m.key WHERE a.source = $1 AND m.crowd = 0 UNION SELECT c.id FROM (SELECT DISTINCT m.stix_id FROM "
      "intel_assertion a JOIN intel_node m ON m.id = a.object WHERE a.source = $1 AND m.crowd = 1) d JOIN intel_node c "
      "ON c.crowd = 1 AND c.stix_id = d.stix_id)",
      S_ARGS(S_INT(source)), err);
}

/* Known content: this source asserts it too, from now on. */
static vg_code assert_known(struct run *r, const struct ready *o, struct known *k, struct vg_err *err) {
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
  vg_str id = batch_text(r->b, o->id);
  if (rows && !k->same_latest && (!k->shown || o->modified >= k->newest))
    return node_relatest_one(r->im->tx, id, err);
  return VG_OK;
}

static bool is_newer(const struct ready *o, const struct known *k) { return !k->shown || o->modified > k->newest; }

static vg_code decide(struct run *r, int64_t *fresh, struct vg_err *err) {
  *fresh = 0;
  for (size_t i = r->from; i < r->to; i++) {
    const struct ready *o = &r->b->v[i];
    struct known *k = &r->known[i];
    if (o->kind == READY_REFUSED)
      continue;
    if (k->same) {
      VG_TRY(assert_known(r, o, k, err));
      continue;
    }
    vg_str id = batch_text(r->b, o->id);
    ++*fresh;
    k->change = k->any ? UPDATED : ADDED;
    if (k->shown && is_newer(o, k))
      VG_TRY(
          k->crowd
              ? store_exec(
                    r->im->tx,
                    "UPDATE intel_node SET latest = 0 WHERE crowd = 1 AND stix_id = $1 AND modified = $2 AND latest > 0",
                    S_ARGS(S_STR(id), S_TIME(k->newest)), err)
              : store_exec(
                    r->im->tx,
                    "UPDATE intel_node SET latest = 0 WHERE id IN (SELECT object FROM intel_key WHERE key = $1) AND stix_id = $2",
                    S_ARGS(S_STR(node_key(id)), S_STR(id)), err));
  }
  return VG_OK;
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
    if (r->known[i].change >= ADDED && r->b->v[i].kind != READY_REFUSED)
      r->known[i].object = !postgres ? ++im->last_node : store_next(q) ? store_int(q, 0) : 0;
  return store_done(&q, err);
}

static vg_code put_node(struct store_bulk *bulk, const struct run *r, size_t i, struct vg_err *err) {
  const struct batch *b = r->b;
  const struct ready *o = &b->v[i];
  const struct known *k = &r->known[i];
  vg_str id = batch_text(b, o->id);
  int latest = is_newer(o, k) ? 1 : o->modified == k->newest ? 2 : 0;
  return store_bulk_row(bulk,
                        S_ARGS(S_INT(k->object), S_STR(node_key(id)), S_INT(first_bytes(o->digest)), S_STR(id),
                               S_STR(batch_text(b, o->type)), S_TIME(o->modified), S_STR(batch_text(b, o->name)),
                               S_INT(o->tlp), S_INT(o->pap), S_INT_OR_NULL(o->confidence, o->confidence < 0),
                               S_INT(o->revoked), S_INT(latest), S_TIME(o->valid_from), S_TIME(o->valid_until),
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
  r->n = 0;
  vg_buf_reset(&r->versions);
  for (size_t i = r->from; i < r->to; i++) {
    const struct ready *o = &r->b->v[i];
    r->known[i] = (struct known){.newest = INT64_MIN};
    if (o->kind == READY_REFUSED)
      continue;
    r->source = r->n == 0 || r->source == o->source ? o->source : 0;
    r->order[r->n++] = (uint16_t)i;
  }
  if (r->n) {
    qsort_r(r->order, r->n, sizeof *r->order, by_key, r);
    VG_TRY(look_up(r, err));
    VG_TRY(settle_made(r, err));
    VG_TRY(decide(r, &fresh, err));
    if (fresh) {
      VG_TRY(number(r, fresh, err));
      VG_TRY(write_rows(r, err));
    }
  }
  tell(r);
  return VG_OK;
}

vg_code node_put(struct import *im, struct batch *b, struct vg_err *err) {
  struct run *r = malloc(sizeof *r);
  vg_code rc = r ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (r)
    vg_buf_init(&r->versions, 1u << 30);
  for (size_t from = 0, to; from < b->n && rc == VG_OK; from = to) {
    r->im = im, r->b = b, r->from = from;
    for (to = from; to < b->n; to++)
      if (b->v[to].kind != READY_REFUSED && rows_met(im->waiting, key_at(r, to)))
        break;
    r->to = to;
    rc = to > from ? store_run(r, err) : VG_OK;
    if (rc == VG_OK && to < b->n)
      rc = rows_write_keys(im, err);
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

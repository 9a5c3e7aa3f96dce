/* Objects, their versions and contents: one node, many assertions. */
#include "intel/intel_internal.h"

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

/* Definitions of markings carry no marking of their own and are everybody's; what says nothing is marked as its source
 * is, and what says nothing of what may be done with it may be used no more freely than it may be passed on. */
static void default_marks(const struct import *im, struct columns *c) {
  bool definition = vg_str_eqz(c->type, "marking-definition") || vg_str_eqz(c->type, "extension-definition");
  if (!c->marks.said_tlp)
    c->marks.tlp = definition ? TLP_CLEAR : im->tlp;
  if (!c->marks.said_pap)
    c->marks.pap = im->pap >= 0 && !definition ? (enum pap)im->pap : intel_pap_default(c->marks.tlp);
}

/* What the store already holds of this id. */
struct known {
  int64_t same;    /* row of this very content, 0 none */
  bool latest;     /* that row's */
  vg_time newest;  /* of the versions now shown */
  bool any, shown; /* shown: some version is */
};

static vg_code same_content(struct import *im, vg_jv o, struct store_rows *q, bool *same, struct vg_err *err) {
  struct vg_buf a, b;
  vg_str json;
  vg_jv other;
  VG_TRY(intel_body_unpack(im->body, store_int(q, 5), store_str(q, 6), &json, err));
  VG_TRY(vg_json_parse(im->other, json, &other, err));
  vg_buf_init(&a, (size_t)INPUT_ELEMENT_MAX * 6);
  vg_buf_init(&b, (size_t)INPUT_ELEMENT_MAX * 6);
  vg_json_canonical(o, &a);
  vg_json_canonical(other, &b);
  vg_code rc = vg_buf_check(&a, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&b, err);
  *same = rc == VG_OK && vg_str_eq(vg_buf_view(&a), vg_buf_view(&b));
  vg_buf_fini(&a);
  vg_buf_fini(&b);
  return rc;
}

static vg_code look_up(struct import *im, vg_jv o, const struct columns *c, int64_t digest, struct known *k,
                       struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  *k = (struct known){.newest = INT64_MIN};
  VG_TRY(store_query(im->tx, &q,
                     "SELECT id, stix_id, modified, latest, digest, coding, json FROM intel_node WHERE key = $1",
                     S_ARGS(S_STR(node_key(c->id))), err));
  while (rc == VG_OK && store_next(q)) {
    if (!vg_str_eq(store_str(q, 1), c->id))
      continue;
    k->any = true;
    bool latest = store_int(q, 3) > 0, same = false;
    vg_time modified = store_int(q, 2);
    if (latest) {
      k->shown = true;
      k->newest = modified;
    }
    if (k->same || modified != c->modified)
      continue;
    same = store_int(q, 4) == digest;
    if (!same)
      rc = same_content(im, o, q, &same, err);
    if (same) {
      k->same = store_int(q, 0);
      k->latest = latest;
    }
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

struct keep {
  struct import *im;
  int64_t object;
  uint64_t last[16]; /* hashes of the values kept so far: a pattern that names one twice keeps it once */
  size_t kept;
};

static vg_code keep_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct keep *k = ctx;
  uint64_t h = vg_hash64(value) + (uint64_t)type;
  for (size_t i = 0; i < k->kept && i < VG_COUNT(k->last); i++)
    if (k->last[i] == h)
      return VG_OK;
  k->last[k->kept++ % VG_COUNT(k->last)] = h;
  return rows_literal(k->im, type, value, k->object, err);
}

/* An indicator's pattern is what to search for. Observables alone are only facts: they are kept as objects, not as
 * values. */
static vg_code keep_values(struct keep *k, const struct columns *c, struct vg_err *err) {
  struct vg_buf value;
  if (vg_str_eqz(c->type, "indicator"))
    return c->pattern.p && vg_str_eqz(c->pattern_type, "stix") ? intel_pattern_values(c->pattern, keep_value, k, err)
                                                               : VG_OK;
  if (!vg_str_eqz(c->type, "vulnerability"))
    return VG_OK;
  vg_buf_init(&value, 1 << 16);
  vg_code rc = intel_normalise(TYPE_CVE, c->name, &value) ? keep_value(k, TYPE_CVE, vg_buf_view(&value), err)
                                                          : vg_buf_check(&value, err);
  vg_buf_fini(&value);
  return rc;
}

static vg_code keep_ref(struct keep *k, vg_str role, vg_jv v, struct vg_err *err) {
  vg_str id;
  if (!vg_jv_str(v, &id) || id.n > VG_ID_MAX)
    return VG_OK;
  return store_exec(k->im->tx, "INSERT INTO intel_ref (object, role, target) VALUES ($1, $2, $3)",
                    S_ARGS(S_INT(k->object), S_STR(role), S_STR(node_key(id))), err);
}

static vg_code keep_refs(struct keep *k, vg_jv o, struct vg_err *err) {
  struct vg_jit it, each;
  vg_jv v, one;
  vg_str key;
  for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);) {
    if (vg_str_eqz(key, "object_marking_refs"))
      continue;
    if (vg_str_ends(key, VG_STR("_ref"))) {
      VG_TRY(keep_ref(k, key, v, err));
    } else if (vg_str_ends(key, VG_STR("_refs"))) {
      for (vg_jit_init(&each, v); vg_jit_next(&each, NULL, &one);)
        VG_TRY(keep_ref(k, key, one, err));
    }
  }
  return VG_OK;
}

static vg_code assert_it(struct import *im, int64_t object, int64_t *rows, struct vg_err *err) {
  VG_TRY(rows_assert_waiting(im, err));
  return store_change(
      im->tx, rows,
      "INSERT INTO intel_assertion (object, source, received) VALUES ($1, $2, $3) ON CONFLICT (object, source) DO NOTHING",
      S_ARGS(S_INT(object), S_INT(im->source), S_TIME(store_now(im->tx))), err);
}

static vg_code insert(struct import *im, vg_str text, vg_jv o, const struct columns *c, int64_t digest, int latest,
                      struct vg_err *err) {
  struct keep k = {.im = im};
  int64_t coding;
  vg_str json = intel_body_pack(im->body, text, &coding);
  VG_TRY(store_insert(
      im->tx, &k.object,
      "INSERT INTO intel_node (key, digest, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, valid_from, "
      "valid_until, received, coding, json) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) "
      "RETURNING id",
      S_ARGS(S_STR(node_key(c->id)), S_INT(digest), S_STR(c->id), S_STR(c->type), S_TIME(c->modified), S_STR(c->name),
             S_INT(c->marks.tlp), S_INT(c->marks.pap), S_INT_OR_NULL(c->confidence, c->confidence < 0),
             S_INT(c->revoked), S_INT(latest), S_TIME(c->valid_from), S_TIME(c->valid_until), S_TIME(store_now(im->tx)),
             S_INT(coding), S_BYTES(json)),
      err));
  VG_TRY(rows_assert(im, k.object, err));
  VG_TRY(keep_values(&k, c, err));
  if (c->links)
    VG_TRY(keep_refs(&k, o, err));
  return rows_words(im, k.object, c->name, c->description, err);
}

/* latest among the contents of one id that a live source asserts. */
#define RELATEST                                                                                                                   \
  "UPDATE intel_node SET latest = CASE WHEN EXISTS (SELECT 1 FROM intel_v_live l WHERE l.object = intel_node.id) AND modified = "  \
  "(SELECT MAX(n.modified) FROM intel_node n JOIN intel_v_live l ON l.object = n.id WHERE n.key = intel_node.key AND n.stix_id = " \
  "intel_node.stix_id) THEN CASE WHEN id = (SELECT MIN(n.id) FROM intel_node n JOIN intel_v_live l ON l.object = n.id "            \
  "WHERE n.key = intel_node.key AND n.stix_id = intel_node.stix_id AND n.modified = intel_node.modified) THEN 1 ELSE 2 END ELSE 0 END "

vg_code node_relatest(struct store_tx *tx, int64_t source, struct vg_err *err) {
  return store_exec(
      tx,
      RELATEST
      "WHERE key IN (SELECT n.key FROM intel_node n JOIN intel_assertion a ON a.object = n.id WHERE a.source = $1)",
      S_ARGS(S_INT(source)), err);
}

static int64_t first_bytes(const unsigned char *digest) {
  int64_t out;
  memcpy(&out, digest, sizeof out);
  return out;
}

vg_code node_put(struct import *im, vg_str text, vg_jv o, const struct columns *given, enum node_change *change,
                 struct vg_err *err) {
  struct columns c = *given;
  struct known k;
  unsigned char digest[VG_SHA256_SIZE];
  int64_t rows = 0;
  default_marks(im, &c);
  vg_sha256(text.p, text.n, digest);
  VG_TRY(look_up(im, o, &c, first_bytes(digest), &k, err));
  if (k.same) {
    VG_TRY(assert_it(im, k.same, &rows, err));
    *change = rows ? NODE_ASSERTED : NODE_SAME;
    if (rows && !k.latest && (!k.shown || c.modified >= k.newest))
      VG_TRY(store_exec(im->tx, RELATEST "WHERE key = $1 AND stix_id = $2", S_ARGS(S_STR(node_key(c.id)), S_STR(c.id)),
                        err));
  } else {
    bool newer = !k.shown || c.modified > k.newest;
    *change = k.any ? NODE_UPDATED : NODE_ADDED;
    if (k.shown && newer)
      VG_TRY(store_exec(im->tx, "UPDATE intel_node SET latest = 0 WHERE key = $1 AND stix_id = $2",
                        S_ARGS(S_STR(node_key(c.id)), S_STR(c.id)), err));
    VG_TRY(insert(im, text, o, &c, first_bytes(digest), newer ? 1 : c.modified == k.newest ? 2 : 0, err));
  }
  if (*change != NODE_SAME)
    root_add(&im->root, digest);
  return VG_OK;
}

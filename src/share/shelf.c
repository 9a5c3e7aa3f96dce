/* What stands in a collection: put there as intelligence comes, each through the gate, and passed through it again when
 * it is fetched. */
#include "share/shelf.h"

#include "base/jsonw.h"

#include <string.h>

enum { FILL_MAX = 20000, MICROSECOND = 1000 };

#define WHERE "WHERE org = $1 AND convention = $2 AND purpose = $3 "
#define KEY(c) S_INT((c)->org), S_Z((c)->convention.s), S_Z((c)->purpose)

static bool is_link(vg_str type) { return vg_str_eqz(type, "relationship") || vg_str_eqz(type, "sighting"); }

vg_code shelf_begin(struct shelf *s, struct store_tx *tx, const struct actor *who, const struct share_collection *c,
                    struct vg_err *err) {
  struct store_rows *q;
  *s = (struct shelf){.tx = tx, .who = who, .c = c};
  VG_TRY(vg_json_new(&s->json, err));
  VG_TRY(share_gate_open(tx, c->org, &s->gate, err));
  share_gate_only(s->gate, &c->convention);
  /* Written even when nothing changes: two readers of one collection wait for each other here. */
  VG_TRY(store_exec(tx,
                    "INSERT INTO share_collection (org, convention, purpose, seen, last) VALUES ($1,$2,$3,0,0) "
                    "ON CONFLICT (org, convention, purpose) DO UPDATE SET seen = share_collection.seen",
                    S_ARGS(KEY(c)), err));
  VG_TRY(store_query(tx, &q, "SELECT seen, last FROM share_collection " WHERE, S_ARGS(KEY(c)), err));
  if (store_next(q)) {
    s->seen = store_int(q, 0);
    s->last = store_int(q, 1);
  }
  return store_done(&q, err);
}

void shelf_end(struct shelf *s) {
  share_gate_close(s->gate);
  vg_json_free(s->json);
}

/* Each comes at a time of its own: who asks for what came after one misses none. */
static vg_time next_time(struct shelf *s) {
  vg_time now = store_now(s->tx) / MICROSECOND * MICROSECOND;
  s->last = now > s->last ? now : s->last + MICROSECOND;
  return s->last;
}

static vg_code known(struct shelf *s, vg_str id, bool *yes, struct vg_err *err) {
  int64_t n = 0;
  VG_TRY(store_get_int(s->tx, &n,
                       "SELECT count(*) FROM share_shelf " WHERE "AND object = $4 AND state = 1 AND "
                       "(content IS NULL OR EXISTS (SELECT 1 FROM intel_v_live l WHERE l.object = content))",
                       S_ARGS(KEY(s->c), S_STR(id)), err));
  *yes = n > 0;
  return VG_OK;
}

vg_code shelf_ends_go(struct shelf *s, vg_str json, bool *yes, struct vg_err *err) {
  static const char *const ends[] = {"source_ref", "target_ref", "sighting_of_ref"};
  vg_jv object;
  vg_str ref;
  *yes = true;
  VG_TRY(vg_json_parse(s->json, json, &object, err));
  for (size_t i = 0; i < VG_COUNT(ends) && *yes; i++)
    if (vg_jv_str_at(object, ends[i], &ref))
      VG_TRY(known(s, ref, yes, err));
  return VG_OK;
}

/* STIX 2.0 objects say no version but have a time of creation; an observable of 2.1 may say none and has no such time.
 */
static const char *spec_of(vg_jv object) {
  vg_str s;
  if (vg_jv_str_at(object, "spec_version", &s))
    return vg_str_eqz(s, "2.0") ? "2.0" : "2.1";
  return vg_jv_str_at(object, "created", &s) ? "2.0" : "2.1";
}

static vg_time version_of(vg_jv object, vg_time otherwise) {
  vg_str s;
  vg_time t;
  if ((vg_jv_str_at(object, "modified", &s) || vg_jv_str_at(object, "created", &s)) && vg_time_parse(s, &t))
    return t;
  return otherwise;
}

struct standing {
  vg_str id, type, body;
  int64_t content; /* 0: body */
  int tlp, pap;
  enum shelf_state state;
};

/* An older version does not go once a newer one may not: who marked it more strictly meant all of it. */
static vg_code put(struct shelf *s, struct standing x, vg_jv object, struct vg_err *err) {
  bool goes = x.state == SHELF_GOES;
  vg_time added = goes ? next_time(s) : VG_NOTIME, version = version_of(object, goes ? added : store_now(s->tx));
  int64_t stricter = 0;
  VG_TRY(store_get_int(s->tx, &stricter,
                       "SELECT count(*) FROM share_shelf " WHERE "AND object = $4 AND version > $5 AND state = 0",
                       S_ARGS(KEY(s->c), S_STR(x.id), S_INT(version)), err));
  if (stricter)
    x.state = SHELF_STAYS;
  if (x.state == SHELF_STAYS)
    VG_TRY(store_exec(s->tx,
                      "UPDATE share_shelf SET state = 0 " WHERE "AND object = $4 AND version < $5 AND state <> 4",
                      S_ARGS(KEY(s->c), S_STR(x.id), S_INT(version)), err));
  return store_exec(
      s->tx,
      "INSERT INTO share_shelf (org, convention, purpose, object, type, spec, version, content, body, tlp, pap, state, added) "
      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) ON CONFLICT (org, convention, purpose, object, version) DO NOTHING",
      S_ARGS(KEY(s->c), S_STR(x.id), S_STR(x.type), S_Z(spec_of(object)), S_INT(version),
             S_INT_OR_NULL(x.content, !x.content), S_STR(x.body), S_INT(x.tlp), S_INT(x.pap), S_INT(x.state),
             S_TIME(added)),
      err);
}

static vg_code consider(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct shelf *s = ctx;
  struct share_decision d;
  vg_jv object;
  struct share_request r = {.object = o->json,
                            .row = o->row,
                            .tlp = (int)o->tlp,
                            .pap = (int)o->pap,
                            .purpose = s->c->purpose,
                            .now = VG_NOTIME,
                            .offer = true};
  s->seen = o->row;
  s->considered++;
  VG_TRY(share_gate_pass(s->gate, s->who, &r, &d, NULL, err));
  VG_TRY(vg_json_parse(s->json, o->json, &object, err));
  struct standing x = {.id = o->id, .type = o->type, .content = o->row, .tlp = (int)o->tlp, .pap = (int)o->pap};
  x.state = !d.allowed ? SHELF_STAYS : is_link(o->type) ? SHELF_CAME : SHELF_GOES;
  s->news |= x.state == SHELF_GOES || x.state == SHELF_CAME;
  return put(s, x, object, err);
}

static vg_code settle_one(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct shelf *s = ctx;
  struct share_decision d;
  bool yes;
  VG_TRY(shelf_ends_go(s, o->json, &yes, err));
  if (yes)
    return store_exec(s->tx, "UPDATE share_shelf SET state = 1, added = $2 WHERE id = $1",
                      S_ARGS(S_INT(s->row), S_TIME(next_time(s))), err);
  if (s->waited)
    return VG_OK;
  struct share_request r = {.object = o->json,
                            .row = o->row,
                            .tlp = (int)o->tlp,
                            .pap = (int)o->pap,
                            .purpose = s->c->purpose,
                            .now = VG_NOTIME};
  VG_TRY(share_gate_refuse(s->gate, s->who, &r, "share.rule.end", &d, err));
  return store_exec(s->tx, "UPDATE share_shelf SET state = 2 WHERE id = $1", S_ARGS(S_INT(s->row)), err);
}

/* Links go once both of their ends do. Those that just came and must wait are refused, once. */
static vg_code settle(struct shelf *s, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(s->tx, &q, "SELECT id, content, state FROM share_shelf " WHERE "AND state IN (2, 3) ORDER BY id",
                     S_ARGS(KEY(s->c)), err));
  while (rc == VG_OK && store_next(q)) {
    s->row = store_int(q, 0);
    s->waited = store_int(q, 2) == SHELF_WAITS;
    rc = intel_content_get(s->tx, store_int(q, 1), settle_one, s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code shelf_fill(struct shelf *s, bool *all, struct vg_err *err) {
  VG_TRY(intel_each_since(s->tx, s->seen, FILL_MAX, consider, s, err));
  *all = s->considered < FILL_MAX;
  if (s->news && *all)
    VG_TRY(settle(s, err));
  return store_exec(s->tx, "UPDATE share_collection SET seen = $4, last = $5 " WHERE,
                    S_ARGS(KEY(s->c), S_INT(s->seen), S_INT(s->last)), err);
}

static vg_code put_letter(struct shelf *s, vg_jv bundle, int tlp, int pap, struct vg_err *err) {
  struct vg_jit it;
  vg_jv object;
  struct vg_buf body;
  vg_code rc = VG_OK;
  vg_buf_init(&body, 1 << 22);
  for (vg_jit_init(&it, vg_jv_at(bundle, "objects")); rc == VG_OK && vg_jit_next(&it, NULL, &object);) {
    struct standing x = {.tlp = tlp, .pap = pap, .state = SHELF_GOES};
    vg_buf_reset(&body);
    vg_json_canonical(object, &body);
    x.body = vg_buf_view(&body);
    (void)vg_jv_str_at(object, "id", &x.id);
    (void)vg_jv_str_at(object, "type", &x.type);
    rc = vg_buf_check(&body, err);
    if (rc == VG_OK)
      rc = put(s, x, object, err);
  }
  vg_buf_fini(&body);
  return rc;
}

vg_code shelf_letter(struct store_tx *tx, const struct actor *who, int64_t org, const struct share_decision *d,
                     const char *purpose, int tlp, int pap, vg_str bundle, struct vg_err *err) {
  struct share_collection c = {.org = org, .convention = d->convention};
  struct shelf s;
  vg_jv root;
  vg_str_copy(c.purpose, sizeof c.purpose, vg_str_z(purpose));
  vg_code rc = shelf_begin(&s, tx, who, &c, err);
  if (rc == VG_OK)
    rc = vg_json_parse(s.json, bundle, &root, err);
  if (rc == VG_OK)
    rc = put_letter(&s, root, tlp, pap, err);
  if (rc == VG_OK)
    rc = store_exec(tx, "UPDATE share_collection SET last = $4 " WHERE, S_ARGS(KEY(&c), S_INT(s.last)), err);
  shelf_end(&s);
  return rc;
}

/* Objects, their versions and contents: one node, many assertions. */
#include "intel/node_internal.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

vg_str node_key(vg_str id) { return id.n > 17 ? vg_str_sub(id, id.n - 17, 17) : id; }

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

size_t run_find(const struct run *r, vg_str key) {
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
    VG_TRY(node_look_up(r, err));
    VG_TRY(node_decide(r, &fresh, err));
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

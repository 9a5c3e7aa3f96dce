/* What becomes of a batch's objects: which are known content, which are new, and what is shown of their ids then. */
#include "intel/node_internal.h"

/* A version has so many contents at most of which one is told that says the same in other bytes. */
enum { SAID_ANEW = 4 };

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
  return node_refill(r, i, k->stored, err);
}

static vg_code pack(struct run *r, struct ready *o, struct vg_err *err) {
  vg_str packed = intel_body_pack(r->im->body, batch_text(r->b, o->json), &o->coding);
  o->json = (struct span){r->b->bytes.n, packed.n};
  vg_buf_str(&r->b->bytes, packed);
  return vg_buf_check(&r->b->bytes, err);
}

/* New content of what is known is a new version, of now, when the source says no time and that is asked for. */
static vg_code renew(struct run *r, size_t i, struct vg_err *err) {
  const struct made_form f = form_of(r, i);
  const vg_time now = made_ms(store_now(r->im->tx));
  struct times t = r->known[i].stored;
  if (f.renew && f.modified == VG_NOTIME) {
    t.modified = now > t.modified ? now : t.modified + 1000000;
    VG_TRY(node_refill(r, i, t, err));
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

vg_code node_decide(struct run *r, int64_t *fresh, struct vg_err *err) {
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

#ifndef VG_INTEL_NODE_INTERNAL_H
#define VG_INTEL_NODE_INTERNAL_H
/* A batch's way into the store: looked up (node_known.c), decided on (node_decide.c), written (node.c). */
#include "intel/batch.h"

#include <string.h>

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

/* What the store has of an id: a row of what is asked for. */
struct version {
  size_t i; /* of a crowd: the object it was read for; else the first of its id */
  bool crowd;
  int64_t row, digest;
  vg_time modified, from;
  bool latest, asserted;
};

static inline int64_t first_bytes(const unsigned char *digest) {
  int64_t out;
  memcpy(&out, digest, sizeof out);
  return out;
}

static inline vg_str id_at(const struct run *r, size_t i) { return batch_text(r->b, r->b->v[i].id); }
static inline vg_str key_at(const struct run *r, size_t i) { return node_key(id_at(r, i)); }

static inline bool is_fresh(const struct known *k) { return k->change >= ADDED; }

static inline struct made_form form_of(const struct run *r, size_t i) {
  struct made_form f;
  memcpy(&f, r->b->bytes.p + r->b->v[i].made.at, sizeof f);
  return f;
}

static inline const char *engines(const struct run *r, const char *postgres, const char *sqlite) {
  return store_is_postgres(store_of(r->im->tx)) ? postgres : sqlite;
}

/* What is stored of a crowd's id. */
#define OF_CROWD "FROM intel_node WHERE crowd = 1 AND stix_id = "
/* In an order that only the index of ids and versions has: for one that is equal PostgreSQL, which plans this while its
 * tables are all but empty, takes any index of crowds, and would from then on read all of it each time. */
#define OF_VERSION(version) " AND modified >= " version " AND modified <= " version " ORDER BY modified"

/* Where the key begins in the order, SIZE_MAX: nowhere. */
size_t run_find(const struct run *r, vg_str key);

/* What the store has of each object; what we made gets its times, now that it is known what is there before it. */
vg_code node_look_up(struct run *r, struct vg_err *err);
vg_code node_refill(struct run *r, size_t i, struct times t, struct vg_err *err);
/* What becomes of each; known content is asserted. *fresh: how many rows are to be written. */
vg_code node_decide(struct run *r, int64_t *fresh, struct vg_err *err);

#endif

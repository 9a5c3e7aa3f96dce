/*
 * Two threads for one import: this one stores what the other one reads and prepares. Between them stand a few batches:
 * who is ahead waits. Whoever fails tells the other; the thread is always joined.
 */
#include "intel/batch.h"

#include <pthread.h>

enum { BATCHES_WAIT = 4 };

struct pipe {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct batch *full[BATCHES_WAIT];
  size_t first, n;
  struct batch *empty; /* emptied ones, to be filled again */
  bool ended;          /* nothing more comes */
  bool given_up;       /* nothing more is taken */
  struct import *im;
  vg_code (*read)(struct import *im, struct vg_err *err);
  vg_code rc; /* how reading ended */
  struct vg_err err;
};

vg_code pipe_give(struct pipe *p, struct batch **b, struct vg_err *err) {
  pthread_mutex_lock(&p->lock);
  while (p->n == BATCHES_WAIT && !p->given_up)
    pthread_cond_wait(&p->changed, &p->lock);
  bool given_up = p->given_up;
  struct batch *next = p->empty;
  if (!given_up) {
    p->full[(p->first + p->n++) % BATCHES_WAIT] = *b;
    *b = NULL;
    if (next)
      p->empty = next->next;
    pthread_cond_broadcast(&p->changed);
  }
  pthread_mutex_unlock(&p->lock);
  if (given_up)
    return VG_FAIL(err, VG_ESTATE, "intel.stopped");
  *b = next;
  return next ? VG_OK : batch_new(b, err);
}

static void *read_all(void *ctx) {
  struct pipe *p = ctx;
  vg_code rc = p->read(p->im, &p->err);
  if (rc == VG_OK || rc == VG_EDATA) { /* what was refused before is told too */
    vg_code given = batch_hand_on(p->im, true, rc == VG_OK ? &p->err : NULL);
    rc = rc == VG_OK ? given : rc;
  }
  pthread_mutex_lock(&p->lock);
  p->rc = rc;
  p->ended = true;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

/* NULL: that was all. */
static struct batch *take(struct pipe *p, struct batch *emptied) {
  pthread_mutex_lock(&p->lock);
  if (emptied) {
    emptied->next = p->empty;
    p->empty = emptied;
  }
  while (p->n == 0 && !p->ended)
    pthread_cond_wait(&p->changed, &p->lock);
  struct batch *b = NULL;
  if (p->n) {
    b = p->full[p->first];
    p->first = (p->first + 1) % BATCHES_WAIT;
    p->n--;
    pthread_cond_broadcast(&p->changed);
  }
  pthread_mutex_unlock(&p->lock);
  return b;
}

static void give_up(struct pipe *p) {
  pthread_mutex_lock(&p->lock);
  p->given_up = true;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
}

static void drop(struct pipe *p) {
  for (; p->n; p->n--, p->first = (p->first + 1) % BATCHES_WAIT)
    batch_free(p->full[p->first]);
  for (struct batch *b; (b = p->empty);) {
    p->empty = b->next;
    batch_free(b);
  }
  pthread_cond_destroy(&p->changed);
  pthread_mutex_destroy(&p->lock);
}

vg_code import_piped(struct import *im, vg_code (*read)(struct import *im, struct vg_err *err), struct vg_err *err) {
  struct pipe p = {.im = im, .read = read};
  pthread_t thread;
  vg_code rc = VG_OK;
  VG_TRY(import_settle_all(im, err)); /* of the files before */
  pthread_mutex_init(&p.lock, NULL);
  pthread_cond_init(&p.changed, NULL);
  im->pipe = &p;
  if (pthread_create(&thread, NULL, read_all, &p) != 0) {
    im->pipe = NULL;
    drop(&p);
    return read(im, err); /* no thread to be had: one after the other */
  }
  for (struct batch *b = NULL; rc == VG_OK && (b = take(&p, b));) {
    rc = node_put(im, b, err);
    if (rc != VG_OK)
      batch_free(b);
  }
  if (rc != VG_OK)
    give_up(&p);
  pthread_join(thread, NULL);
  im->pipe = NULL;
  drop(&p);
  if (!im->batch) { /* the reader could not have another one */
    vg_code made = batch_new(&im->batch, rc == VG_OK ? err : NULL);
    rc = rc == VG_OK ? made : rc;
  }
  if (rc == VG_OK && p.rc != VG_OK) {
    if (err)
      *err = p.err;
    rc = p.rc;
  }
  return rc;
}

/*
 * Two threads for one import: this one stores what the other one reads and prepares. Between them stand a few batches:
 * who is ahead waits. Whoever fails tells the other; the thread is always joined.
 */
#include "intel/batch.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

enum { BATCHES_WAIT = 4, PATIENCE = 100 /* ms */ };

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

/* Waits for a batch, or the end, and makes way for others meanwhile. With the lock. */
static vg_code await(struct pipe *p, struct vg_err *err) {
  vg_code rc = VG_OK;
  while (rc == VG_OK && p->n == 0 && !p->ended) {
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PATIENCE * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_cond_timedwait(&p->changed, &p->lock, &until) == ETIMEDOUT) {
      pthread_mutex_unlock(&p->lock);
      rc = part_make_way(p->im, err);
      pthread_mutex_lock(&p->lock);
    }
  }
  return rc;
}

/* *out NULL: that was all. */
static vg_code take(struct pipe *p, struct batch *emptied, struct batch **out, struct vg_err *err) {
  pthread_mutex_lock(&p->lock);
  if (emptied) {
    emptied->next = p->empty;
    p->empty = emptied;
  }
  vg_code rc = await(p, err);
  struct batch *b = NULL;
  if (rc == VG_OK && p->n) {
    b = p->full[p->first];
    p->first = (p->first + 1) % BATCHES_WAIT;
    p->n--;
    pthread_cond_broadcast(&p->changed);
  }
  pthread_mutex_unlock(&p->lock);
  *out = b;
  return rc;
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
  pthread_condattr_t steady;
  vg_code rc = VG_OK;
  VG_TRY(import_settle_all(im, err)); /* of the files before */
  pthread_mutex_init(&p.lock, NULL);
  pthread_condattr_init(&steady);
  pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
  pthread_cond_init(&p.changed, &steady);
  pthread_condattr_destroy(&steady);
  im->pipe = &p;
  intel_input_idle(&im->input, NULL);
  if (pthread_create(&thread, NULL, read_all, &p) != 0) {
    im->pipe = NULL;
    intel_input_idle(&im->input, im);
    drop(&p);
    return read(im, err); /* no thread to be had: one after the other */
  }
  for (struct batch *b = NULL; rc == VG_OK;) {
    rc = take(&p, b, &b, err);
    if (rc != VG_OK || !b)
      break;
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

#include "evidence/evidence_internal.h"

#include <pthread.h>
#include <stdlib.h>

enum { DIGESTS = 3, WORKERS = DIGESTS + 1 };

struct ring {
  pthread_mutex_t lock;
  pthread_cond_t turn;
  char *block[PIPE_RING];
  size_t n[PIPE_RING];
  uint64_t head;         /* blocks filled so far */
  uint64_t at[WORKERS];  /* blocks each worker is past */
  size_t workers;
  bool closed, stop;
};

struct worker {
  struct ring *ring;
  size_t self;
  struct vg_hash *hash;
  const struct pipe_order *order;
  vg_code rc;
  struct vg_err err;
  pthread_t thread;
};

/* The next block for a worker, or NULL at the end. */
static const char *next_block(struct ring *r, size_t self, size_t *n) {
  const char *p = NULL;
  pthread_mutex_lock(&r->lock);
  while (!r->stop && !r->closed && r->at[self] == r->head)
    pthread_cond_wait(&r->turn, &r->lock);
  if (!r->stop && r->at[self] < r->head) {
    p = r->block[r->at[self] % PIPE_RING];
    *n = r->n[r->at[self] % PIPE_RING];
  }
  pthread_mutex_unlock(&r->lock);
  return p;
}

static void done_block(struct ring *r, size_t self, bool stop) {
  pthread_mutex_lock(&r->lock);
  r->at[self]++;
  r->stop = r->stop || stop;
  pthread_cond_broadcast(&r->turn);
  pthread_mutex_unlock(&r->lock);
}

static void *work(void *ctx) {
  struct worker *w = ctx;
  const char *p;
  size_t n = 0;
  while ((p = next_block(w->ring, w->self, &n))) {
    if (w->hash)
      vg_hash_add(w->hash, p, n);
    else
      w->rc = w->order->write(w->order->write_ctx, p, n, &w->err);
    done_block(w->ring, w->self, w->rc != VG_OK);
  }
  return NULL;
}

static uint64_t slowest(const struct ring *r) {
  uint64_t min = r->head;
  for (size_t i = 0; i < r->workers; i++)
    min = r->at[i] < min ? r->at[i] : min;
  return min;
}

static vg_code feed(struct ring *r, const struct pipe_order *o, struct vg_err *err) {
  for (;;) {
    size_t got = 0;
    pthread_mutex_lock(&r->lock);
    while (!r->stop && r->head - slowest(r) == PIPE_RING)
      pthread_cond_wait(&r->turn, &r->lock);
    bool stop = r->stop;
    pthread_mutex_unlock(&r->lock);
    if (stop)
      return VG_OK;
    VG_TRY(o->fill(o->fill_ctx, r->block[r->head % PIPE_RING], PIPE_BLOCK, &got, err));
    if (got == 0)
      return VG_OK;
    pthread_mutex_lock(&r->lock);
    r->n[r->head % PIPE_RING] = got;
    r->head++;
    pthread_cond_broadcast(&r->turn);
    pthread_mutex_unlock(&r->lock);
  }
}

static void finish(struct ring *r, bool stop) {
  pthread_mutex_lock(&r->lock);
  r->closed = true;
  r->stop = r->stop || stop;
  pthread_cond_broadcast(&r->turn);
  pthread_mutex_unlock(&r->lock);
}

static vg_code start(struct ring *r, struct worker *w, const struct pipe_order *o, size_t *started, struct vg_err *err) {
  for (size_t i = 0; i < PIPE_RING; i++)
    if (!(r->block[i] = malloc(PIPE_BLOCK)))
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (size_t i = 0; i < r->workers; i++) {
    w[i].ring = r;
    w[i].self = i;
    w[i].order = o;
    if (i < DIGESTS)
      VG_TRY(vg_hash_new(&w[i].hash, (enum vg_digest)i, err));
    if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0)
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
    ++*started;
  }
  return VG_OK;
}

vg_code evidence_pipe(const struct pipe_order *o, unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX], struct vg_err *err) {
  struct ring r = {.lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER, .workers = o->write ? WORKERS : DIGESTS};
  struct worker w[WORKERS] = {0};
  size_t started = 0;
  vg_code rc = start(&r, w, o, &started, err);
  if (rc == VG_OK)
    rc = feed(&r, o, err);
  finish(&r, rc != VG_OK);
  for (size_t i = 0; i < started; i++)
    pthread_join(w[i].thread, NULL);
  for (size_t i = 0; i < WORKERS; i++) {
    if (rc == VG_OK && w[i].rc != VG_OK) {
      rc = w[i].rc;
      if (err)
        *err = w[i].err;
    }
    if (w[i].hash && rc == VG_OK)
      vg_hash_end(w[i].hash, digests[i]);
    vg_hash_free(w[i].hash);
  }
  for (size_t i = 0; i < PIPE_RING; i++)
    free(r.block[i]);
  return rc;
}

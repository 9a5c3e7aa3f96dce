#include "evidence/evidence_internal.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { WORKERS_MOST = 16, FOLLOWERS = VG_DIGESTS + 1, SPARE = 6 };

/* All positions count blocks from 0; a block's slot is its position modulo `slots`. */
struct ring {
  const struct pipe_order *o;
  pthread_mutex_t lock;
  pthread_cond_t turn;
  struct block *block;
  bool *worked;
  size_t slots, followers;
  uint64_t head, claimed, through,
      at[FOLLOWERS]; /* filled; taken by a worker; all before it worked; each follower is past these */
  bool closed, stop;
  vg_code rc;
  struct vg_err err;
};

struct worker {
  struct ring *ring;
  size_t self;
  pthread_t thread;
};

/* Somebody who takes every block in order: a digest, three of them at once, or (neither) the sink. */
struct follower {
  struct ring *ring;
  size_t self;
  enum vg_digest digest;
  struct vg_hash *hash;
  bool three, after_work;
  struct trio trio;
  pthread_t thread;
};

size_t evidence_workers(void) {
  cpu_set_t set;
  int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return n > WORKERS_MOST ? WORKERS_MOST : n < 1 ? 1 : (size_t)n;
}

enum vg_digest evidence_check_digest(const bool digest[static VG_DIGESTS]) {
  static const enum vg_digest by_strength[] = {VG_SHA256, VG_SHA512, VG_SHA1, VG_MD5};
  for (size_t i = 0; i < VG_COUNT(by_strength); i++)
    if (digest[by_strength[i]])
      return by_strength[i];
  return VG_SHA256;
}

/* The first failure is the one that is told. */
static void note(struct ring *r, vg_code rc, const struct vg_err *err) {
  pthread_mutex_lock(&r->lock);
  if (rc != VG_OK && r->rc == VG_OK) {
    r->rc = rc;
    r->err = *err;
    r->stop = true;
  }
  pthread_cond_broadcast(&r->turn);
  pthread_mutex_unlock(&r->lock);
}

static void *work(void *ctx) {
  struct worker *w = ctx;
  struct ring *r = w->ring;
  for (;;) {
    struct vg_err err = {0};
    pthread_mutex_lock(&r->lock);
    while (!r->stop && !r->closed && r->claimed == r->head)
      pthread_cond_wait(&r->turn, &r->lock);
    bool end = r->stop || r->claimed == r->head;
    size_t slot = end ? 0 : (size_t)(r->claimed++ % r->slots);
    pthread_mutex_unlock(&r->lock);
    if (end)
      return NULL;
    vg_code rc = r->o->work(r->o->ctx, w->self, &r->block[slot], &err);
    pthread_mutex_lock(&r->lock);
    r->worked[slot] = true;
    while (r->through < r->head && r->worked[r->through % r->slots])
      r->through++;
    pthread_mutex_unlock(&r->lock);
    note(r, rc, &err);
  }
}

static void digest_block(struct follower *f, struct block *b) {
  unsigned char md5[16], sha1[20];
  if (f->three) {
    trio_add(&f->trio, b->p, b->n);
    if (b->mark && f->ring->o->check == VG_SHA256)
      trio_peek(&f->trio, md5, sha1, b->so_far);
  } else {
    vg_hash_add(f->hash, b->p, b->n);
    if (b->mark && f->digest == f->ring->o->check)
      vg_hash_peek(f->hash, b->so_far);
  }
}

static void *follow(void *ctx) {
  struct follower *f = ctx;
  struct ring *r = f->ring;
  for (;;) {
    struct vg_err err = {0};
    vg_code rc = VG_OK;
    pthread_mutex_lock(&r->lock);
    uint64_t at = r->at[f->self];
    size_t slot = (size_t)(at % r->slots);
    while (!r->stop && (at < r->head ? f->after_work && !r->worked[slot] : !r->closed))
      pthread_cond_wait(&r->turn, &r->lock);
    bool end = r->stop || at == r->head;
    pthread_mutex_unlock(&r->lock);
    if (end)
      return NULL;
    struct block *b = &r->block[slot];
    if (f->three || f->hash)
      digest_block(f, b);
    else
      rc = r->o->sink(r->o->ctx, b, &err);
    pthread_mutex_lock(&r->lock);
    r->at[f->self]++;
    pthread_mutex_unlock(&r->lock);
    note(r, rc, &err);
  }
}

static uint64_t slowest(const struct ring *r) {
  uint64_t min = r->through;
  for (size_t i = 0; i < r->followers; i++)
    min = r->at[i] < min ? r->at[i] : min;
  return min;
}

/* Waits until fewer than `most` blocks are under way; tells of the marked ones that everybody is past. */
static vg_code settle(struct ring *r, uint64_t *told, size_t most, struct vg_err *err) {
  for (;;) {
    pthread_mutex_lock(&r->lock);
    while (!r->stop && r->head - slowest(r) > most && slowest(r) == *told)
      pthread_cond_wait(&r->turn, &r->lock);
    uint64_t past = slowest(r);
    bool stop = r->stop, room = r->head - past <= most;
    pthread_mutex_unlock(&r->lock);
    if (stop)
      return VG_OK;
    for (; *told < past; ++*told) {
      struct block *b = &r->block[*told % r->slots];
      if (b->mark && r->o->settled)
        VG_TRY(r->o->settled(r->o->ctx, b, err));
    }
    if (room)
      return VG_OK;
  }
}

static vg_code feed(struct ring *r, struct vg_err *err) {
  uint64_t told = 0, at = 0;
  for (;;) {
    VG_TRY(settle(r, &told, r->slots - 1, err));
    pthread_mutex_lock(&r->lock);
    bool stop = r->stop;
    pthread_mutex_unlock(&r->lock);
    if (stop)
      return VG_OK;
    struct block *b = &r->block[r->head % r->slots];
    *b = (struct block){.own = b->own, .packed = b->packed, .p = b->own, .at = at};
    VG_TRY(r->o->fill(r->o->ctx, b, err));
    if (b->n == 0)
      return settle(r, &told, 0, err);
    at += b->n;
    pthread_mutex_lock(&r->lock);
    r->worked[r->head % r->slots] = false;
    r->head++;
    pthread_cond_broadcast(&r->turn);
    pthread_mutex_unlock(&r->lock);
  }
}

static vg_code make(struct ring *r, struct follower *f, struct vg_err *err) {
  r->block = calloc(r->slots, sizeof *r->block);
  r->worked = calloc(r->slots, sizeof *r->worked);
  if (!r->block || !r->worked)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (size_t i = 0; i < r->slots; i++) {
    void *own = NULL;
    if (posix_memalign(&own, 4096, BLOCK) != 0)
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
    r->block[i].own = own;
    if (!(r->block[i].packed = malloc(BLOCK + BLOCK_CHUNKS * PACK_SLACK)))
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  }
  const bool *want = r->o->digest;
  bool three = want[VG_MD5] && want[VG_SHA1] && want[VG_SHA256] && trio_possible();
  if (three) {
    f[0] = (struct follower){.ring = r, .three = true, .after_work = r->o->unpacks};
    trio_init(&f[0].trio);
    r->followers = 1;
  }
  for (enum vg_digest d = three ? VG_SHA512 : VG_MD5; d < VG_DIGESTS; d++)
    if (want[d]) {
      struct follower *me = &f[r->followers];
      *me = (struct follower){.ring = r, .self = r->followers, .digest = d, .after_work = r->o->unpacks};
      VG_TRY(vg_hash_new(&me->hash, d, err));
      r->followers++;
    }
  if (r->o->sink) {
    f[r->followers] = (struct follower){.ring = r, .self = r->followers, .after_work = true};
    r->followers++;
  }
  return VG_OK;
}

static void unmake(struct ring *r, struct follower *f) {
  for (size_t i = 0; r->block && i < r->slots; i++) {
    free(r->block[i].own);
    free(r->block[i].packed);
  }
  free(r->block);
  free(r->worked);
  for (size_t i = 0; i < r->followers; i++)
    vg_hash_free(f[i].hash);
}

static void finish_digests(const struct pipe_order *o, struct follower *f, size_t n, struct pipe_digests *out) {
  for (size_t i = 0; i < n; i++)
    if (f[i].three) {
      trio_peek(&f[i].trio, out->whole[VG_MD5], out->whole[VG_SHA1], out->whole[VG_SHA256]);
      trio_add(&f[i].trio, evidence_zero, o->pad);
      trio_peek(&f[i].trio, out->padded[VG_MD5], out->padded[VG_SHA1], out->padded[VG_SHA256]);
    } else if (f[i].hash) {
      vg_hash_peek(f[i].hash, out->whole[f[i].digest]);
      vg_hash_add(f[i].hash, evidence_zero, o->pad);
      vg_hash_end(f[i].hash, out->padded[f[i].digest]);
    }
}

vg_code evidence_pipe(const struct pipe_order *o, struct pipe_digests *out, struct vg_err *err) {
  size_t workers = evidence_workers(), started = 0, following = 0;
  struct ring r = {
      .o = o, .lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER, .slots = workers + SPARE};
  struct worker w[WORKERS_MOST] = {0};
  struct follower f[FOLLOWERS] = {0};
  struct vg_err why = {0};
  vg_code rc = make(&r, f, &why);
  for (; rc == VG_OK && started < workers; started++) {
    w[started] = (struct worker){.ring = &r, .self = started};
    if (pthread_create(&w[started].thread, NULL, work, &w[started]) != 0) {
      rc = VG_FAIL(&why, VG_ENOMEM, "evidence.memory");
      break;
    }
  }
  for (; rc == VG_OK && following < r.followers; following++)
    if (pthread_create(&f[following].thread, NULL, follow, &f[following]) != 0) {
      rc = VG_FAIL(&why, VG_ENOMEM, "evidence.memory");
      break;
    }
  if (rc == VG_OK)
    rc = feed(&r, &why);
  note(&r, rc, &why);
  pthread_mutex_lock(&r.lock);
  r.closed = true;
  pthread_cond_broadcast(&r.turn);
  pthread_mutex_unlock(&r.lock);
  for (size_t i = 0; i < started; i++)
    pthread_join(w[i].thread, NULL);
  for (size_t i = 0; i < following; i++)
    pthread_join(f[i].thread, NULL);
  if (r.rc == VG_OK)
    finish_digests(o, f, r.followers, out);
  else if (err)
    *err = r.err;
  unmake(&r, f);
  return r.rc;
}

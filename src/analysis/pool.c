#include "analysis/analysis_internal.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { RING = 256, MEMORY = 64 << 20, WORKERS = 8 };

struct pool {
  pthread_mutex_t lock;
  pthread_cond_t turn;
  struct unit ring[RING];
  uint64_t head, tail; /* units head..tail-1 are in flight */
  size_t memory;       /* bytes in chunks */
  bool careful, closed;
  struct cell_out *cell;
  pool_work *work;
  struct worker {
    struct pool *pool;
    void *tools;
    pthread_t thread;
  } worker[WORKERS];
  size_t workers, started;
};

static void lock(struct pool *p) { VG_ASSERT(pthread_mutex_lock(&p->lock) == 0); }
static void unlock(struct pool *p) { VG_ASSERT(pthread_mutex_unlock(&p->lock) == 0); }
static void wait(struct pool *p) { VG_ASSERT(pthread_cond_wait(&p->turn, &p->lock) == 0); }
static void stir(struct pool *p) { VG_ASSERT(pthread_cond_broadcast(&p->turn) == 0); }
static struct unit *at(struct pool *p, uint64_t i) { return &p->ring[i % RING]; }

vg_code pool_new(struct pool **out, struct cell_out *cell, bool careful, struct vg_err *err) {
  cpu_set_t cpus;
  struct pool *p = calloc(1, sizeof *p);
  *out = p;
  if (!p)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  VG_ASSERT(pthread_mutex_init(&p->lock, NULL) == 0 && pthread_cond_init(&p->turn, NULL) == 0);
  p->cell = cell;
  p->careful = careful;
  p->workers = 1;
  if (!careful && sched_getaffinity(0, sizeof cpus, &cpus) == 0)
    p->workers = (size_t)CPU_COUNT(&cpus);
  p->workers = p->workers > WORKERS ? WORKERS : p->workers;
  for (size_t i = 0; i < RING; i++) {
    vg_buf_init(&p->ring[i].text, 1 << 20);
    vg_buf_init(&p->ring[i].frames, FRAMES_FULL + CELL_FRAME_MAX);
  }
  return VG_OK;
}

size_t pool_workers(const struct pool *p) { return p->workers; }

/* Frames lie in a unit's buffer as they go out: u32 kind, u32 length, payload. */
static void keep(struct vg_buf *b, enum cell_msg kind, vg_str payload) {
  vg_buf_le32(b, (uint32_t)kind);
  vg_buf_le32(b, (uint32_t)payload.n);
  vg_buf_str(b, payload);
}

static void send_kept(struct pool *p, struct vg_buf *b) {
  struct vg_rd r;
  vg_rd_init(&r, vg_buf_view(b));
  while (!vg_rd_end(&r)) {
    enum cell_msg kind = (enum cell_msg)vg_rd_le32(&r);
    vg_str payload = vg_rd_text(&r);
    VG_ASSERT(!r.bad);
    cell_send(p->cell, kind, payload);
  }
  vg_buf_reset(b);
}

static void send_unit(struct pool *p, const struct unit *u, unsigned done) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 20);
  vg_buf_le64(&b, u->number);
  vg_buf_byte(&b, done);
  vg_wr_text(&b, u->file.path);
  if (!b.bad)
    cell_send(p->cell, CELL_UNIT, vg_buf_view(&b));
  vg_buf_fini(&b);
}

/* What is complete at the head of the queue goes out. */
static void advance(struct pool *p) {
  while (p->head < p->tail && at(p, p->head)->done) {
    struct unit *u = at(p, p->head);
    send_kept(p, &u->frames);
    if (u->number > 0)
      send_unit(p, u, 1);
    p->head++;
  }
  stir(p);
}

static void *worker(void *ctx) {
  struct worker *w = ctx;
  struct pool *p = w->pool;
  lock(p);
  for (;;) {
    struct unit *u = NULL;
    for (uint64_t i = p->head; i < p->tail && !u; i++)
      if (!at(p, i)->taken)
        u = at(p, i);
    if (!u && p->closed)
      break;
    if (!u) {
      wait(p);
      continue;
    }
    u->taken = true;
    unlock(p);
    p->work(w->tools, p, u);
    lock(p);
    u->done = true;
    advance(p);
  }
  unlock(p);
  return NULL;
}

vg_code pool_start(struct pool *p, pool_work *work, void *const *tools, struct vg_err *err) {
  p->work = work;
  for (size_t i = 0; i < p->workers; i++) {
    p->worker[i] = (struct worker){.pool = p, .tools = tools[i]};
    if (pthread_create(&p->worker[i].thread, NULL, worker, &p->worker[i]) != 0)
      return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
    p->started++;
  }
  return VG_OK;
}

void pool_end(struct pool *p) {
  if (!p)
    return;
  lock(p);
  p->closed = true;
  stir(p);
  unlock(p);
  for (size_t i = 0; i < p->started; i++)
    VG_ASSERT(pthread_join(p->worker[i].thread, NULL) == 0);
  for (size_t i = 0; i < RING; i++) {
    vg_buf_fini(&p->ring[i].text);
    vg_buf_fini(&p->ring[i].frames);
  }
  VG_ASSERT(pthread_cond_destroy(&p->turn) == 0 && pthread_mutex_destroy(&p->lock) == 0);
  free(p);
}

/* The slot behind the tail; the caller alone knows of it until pool_offer moves the tail. */
struct unit *pool_unit(struct pool *p) {
  lock(p);
  while (p->tail - p->head >= (p->careful ? 1 : RING))
    wait(p);
  struct unit *u = at(p, p->tail);
  struct vg_buf text = u->text, frames = u->frames;
  vg_buf_reset(&text);
  *u = (struct unit){.text = text, .frames = frames};
  u->end = &u->first;
  unlock(p);
  return u;
}

/* Careful: the reader stays with a unit until it is done, so that a death is its and not the reader's. */
static void settle(struct pool *p) {
  while (p->careful && p->head < p->tail)
    wait(p);
}

void pool_offer(struct pool *p, struct unit *u) {
  lock(p);
  if (p->careful && u->number > 0)
    send_unit(p, u, 0);
  bool whole = !u->has_content;
  u->fed = whole;
  p->tail++;
  stir(p);
  if (whole)
    settle(p);
  unlock(p);
}

struct chunk *pool_chunk(struct pool *p, size_t n) {
  lock(p);
  while (p->memory > 0 && p->memory + n > MEMORY)
    wait(p);
  p->memory += n;
  unlock(p);
  struct chunk *c = malloc(sizeof *c + OVERLAP + n);
  if (!c) {
    lock(p);
    p->memory -= n;
    unlock(p);
    return NULL;
  }
  *c = (struct chunk){.n = n, .room = n};
  return c;
}

void pool_feed(struct pool *p, struct unit *u, struct chunk *c) {
  lock(p);
  bool last = c->last;
  *u->end = c;
  u->end = &c->next;
  u->fed = last;
  stir(p);
  if (last)
    settle(p);
  unlock(p);
}

void pool_progress(struct pool *p, uint64_t done, uint64_t total) {
  lock(p);
  cell_send_progress(p->cell, done, total);
  unlock(p);
}

struct chunk *pool_next(struct pool *p, struct unit *u) {
  lock(p);
  while (!u->first && !u->fed)
    wait(p);
  struct chunk *c = u->first;
  if (c) {
    u->first = c->next;
    if (!u->first)
      u->end = &u->first;
    c->next = NULL;
  }
  unlock(p);
  return c;
}

void pool_release(struct pool *p, struct chunk *c) {
  lock(p);
  p->memory -= c->room;
  stir(p);
  unlock(p);
  free(c);
}

static void add(struct vg_buf *to, const struct finding *f) {
  struct vg_buf b;
  vg_buf_init(&b, CELL_FRAME_MAX);
  finding_write(&b, f);
  if (!b.bad)
    keep(to, finding_frame(f->kind), vg_buf_view(&b));
  vg_buf_fini(&b);
}

void pool_tell(struct pool *p, struct unit *u, const struct finding *f) {
  add(&u->frames, f);
  if (u->frames.n < FRAMES_FULL)
    return;
  /* Too much to wait with: when all units before are told, this one's findings may go out before it ends. */
  lock(p);
  while (at(p, p->head) != u)
    wait(p);
  send_kept(p, &u->frames);
  unlock(p);
}

void pool_tell_first(struct pool *p, struct unit *u, const struct finding *f) {
  struct vg_buf later = u->frames;
  (void)p;
  vg_buf_init(&u->frames, later.max);
  add(&u->frames, f);
  vg_buf_str(&u->frames, vg_buf_view(&later));
  vg_buf_fini(&later);
}

void pool_say(struct pool *p, uint64_t number, const struct finding *f) {
  struct unit *u = pool_unit(p);
  u->number = number;
  add(&u->frames, f);
  lock(p);
  u->taken = u->done = u->fed = true;
  p->tail++;
  advance(p);
  unlock(p);
}

#include "base/grow.h"
#include "match/container.h"
#include "match/input.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

enum { PART = 16 << 20, PART_MIN = 1 << 20, AHEAD = 4, HITS_MAX = 1 << 24 };

/* A hit kept until its turn: seen and context lie in the unit's text. */
struct kept {
  struct match_hit hit;
  size_t seen, context, field, path; /* path SIZE_MAX: that of the unit */
};
/* A file, or a part of one, for one thread. */
struct unit {
  struct stream_part what;
  struct stream_header header;
  bool last; /* of its file */
  bool ready;
  struct kept *hits;
  size_t n, cap;
  struct vg_buf text;
  struct match_counts counts;
  vg_code rc;
  struct vg_err *why; /* the file could not be read to its end */
};
struct plan {
  const struct pack *p;
  const struct match_order *order;
  struct unit *units;
  size_t n, cap;
  char **names; /* of files met in directories; first bytes of files */
  size_t names_n, names_cap;
  unsigned threads;
  pthread_mutex_t lock;
  pthread_cond_t moved;
  size_t next, emitted; /* units begun; units told */
  bool stop;
};

/* --- what there is to read --------------------------------------------------------------------------------- */

static vg_code add_unit(struct plan *x, struct unit u, struct vg_err *err) {
  if (!VG_GROW(x->units, x->n, x->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  x->units[x->n++] = u;
  return VG_OK;
}

/* s, of malloc, is freed with the plan; NULL: there was no memory. */
static vg_code keep_text(struct plan *x, char *s, struct vg_err *err) {
  if (!s || !VG_GROW(x->names, x->names_n, x->names_cap, 64)) {
    free(s);
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  }
  x->names[x->names_n++] = s;
  return VG_OK;
}

/* Parts grow smaller towards the end of a file, so that all threads end together. */
static uint64_t part_of(const struct plan *x, uint64_t left) {
  const uint64_t fair = left / (4 * (uint64_t)x->threads);
  return fair > PART ? PART : fair > PART_MIN ? fair : left > PART_MIN ? PART_MIN : left;
}

/* With context the lines around a part's first hits lie in another part: such a file stays whole. */
static vg_code add_file(struct plan *x, const char *path, struct vg_err *err) {
  uint64_t size = 0;
  struct match_ahead *ahead = path == x->order->paths[0] ? x->order->ahead : NULL;
  struct unit u = {.what = {.path = path, .context = x->order->context, .ahead = ahead}, .last = true};
  if (x->threads < 2 || x->order->context || container_of(path) != CONTAINER_NONE || !input_parts(path, &size) ||
      size < 2 * (uint64_t)PART_MIN)
    return add_unit(x, u, err);
  char *head = malloc(STREAM_HEAD);
  VG_TRY(keep_text(x, head, err));
  u.what.head = vg_str_n(head, stream_head(path, head)); /* once a file, not once a part */
  for (uint64_t at = 0, n; at < size; at += n) {
    n = part_of(x, size - at);
    u.what.part = true, u.what.from = at;
    u.last = n == size - at;
    u.what.to = u.last ? UINT64_MAX : at + n;
    VG_TRY(add_unit(x, u, err));
  }
  return VG_OK;
}

static vg_code keep_name(struct plan *x, const char *dir, const char *name, char **out, struct vg_err *err) {
  size_t n = strlen(dir) + strlen(name) + 2;
  char *s = malloc(n);
  VG_TRY(keep_text(x, s, err));
  bool slash = dir[0] && dir[strlen(dir) - 1] == '/';
  vg_str_copy(s, n, vg_str_z(dir));
  vg_str_copy(s + strlen(s), n - strlen(s), vg_str_z(slash ? "" : "/"));
  vg_str_copy(s + strlen(s), n - strlen(s), vg_str_z(name));
  *out = s;
  return VG_OK;
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

enum { DEPTH_MAX = 64 };

/* Links are not followed: a tree may link to itself. */
static vg_code add_tree(struct plan *x, const char *dir, unsigned depth, struct vg_err *err) {
  struct dirent **names = NULL;
  int n = depth < DEPTH_MAX ? scandir(dir, &names, NULL, by_name) : -1;
  vg_code rc = n < 0 ? add_file(x, dir, err) : VG_OK; /* reading it will fail and say why */
  for (int i = 0; i < n; i++) {
    struct stat st;
    char *path = NULL;
    const char *name = names[i]->d_name;
    if (rc == VG_OK && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
      rc = keep_name(x, dir, name, &path, err);
    if (rc == VG_OK && path && lstat(path, &st) == 0) {
      if (S_ISDIR(st.st_mode))
        rc = add_tree(x, path, depth + 1, err);
      else if (S_ISREG(st.st_mode))
        rc = add_file(x, path, err);
    }
    free(names[i]);
  }
  free(names);
  return rc;
}

static vg_code make_plan(struct plan *x, struct vg_err *err) {
  for (size_t i = 0; i < x->order->count; i++) {
    const char *path = x->order->paths[i];
    struct stat st;
    bool dir = strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    VG_TRY(dir ? add_tree(x, path, 0, err) : add_file(x, path, err));
  }
  return VG_OK;
}

/* --- the threads --------------------------------------------------------------------------------------------- */

static vg_code keep(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct unit *u = ctx;
  if (u->n == HITS_MAX || !VG_GROW(u->hits, u->n, u->cap, 32))
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  struct kept *k = &u->hits[u->n++];
  *k = (struct kept){.hit = *h, .path = SIZE_MAX};
  k->seen = u->text.n;
  vg_buf_str(&u->text, h->seen);
  k->context = u->text.n;
  vg_buf_str(&u->text, h->context);
  k->field = u->text.n;
  vg_buf_str(&u->text, h->field);
  if (h->path) {
    k->path = u->text.n;
    vg_buf_add(&u->text, h->path, strlen(h->path) + 1);
  }
  return vg_buf_check(&u->text, err);
}

static void scan_unit(struct plan *x, struct unit *u) {
  struct vg_err why = {0};
  vg_buf_init(&u->text, (size_t)4 << 30);
  u->what.header = &u->header;
  u->rc = stream_scan(x->p, &u->what, keep, u, &u->counts, &why);
  if (u->rc != VG_OK && (u->why = malloc(sizeof why)))
    *u->why = why;
}

static void *work(void *ctx) {
  struct plan *x = ctx;
  for (;;) {
    pthread_mutex_lock(&x->lock);
    while (!x->stop && x->next < x->n && x->next >= x->emitted + AHEAD * (size_t)x->threads)
      pthread_cond_wait(&x->moved, &x->lock);
    struct unit *u = !x->stop && x->next < x->n ? &x->units[x->next++] : NULL;
    pthread_mutex_unlock(&x->lock);
    if (!u)
      return NULL;
    scan_unit(x, u);
    pthread_mutex_lock(&x->lock);
    u->ready = true;
    pthread_cond_broadcast(&x->moved);
    pthread_mutex_unlock(&x->lock);
  }
}

/* --- telling, in order ----------------------------------------------------------------------------------------- */

struct teller {
  match_sink *sink;
  match_done *done;
  void *ctx;
  const char *path;
  uint64_t base; /* lines of the file before this unit */
  struct match_counts file, *total;
  struct field_header *columns; /* as an earlier part of the file named them; NULL: as its first lines did */
  const struct vg_err *why;
  bool stopped; /* the sink wants no more */
};

static vg_code tell(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct teller *t = ctx;
  struct match_hit one = *h;
  one.path = h->path ? h->path : t->path;
  one.line += t->base;
  vg_code rc = t->sink(t->ctx, &one, err);
  t->stopped = rc != VG_OK;
  return rc;
}

static void sum(struct match_counts *to, const struct match_counts *c) {
  to->bytes += c->bytes, to->lines += c->lines, to->hits += c->hits;
}

/* A unit's end: the file's too when it is its last one, or when it could not be read. */
static vg_code end_unit(struct teller *t, const struct unit *u, struct vg_err *err) {
  sum(&t->file, &u->counts);
  sum(t->total, &u->counts);
  t->base = t->file.lines;
  t->why = t->why ? t->why : u->why;
  if (!u->last)
    return VG_OK;
  vg_code rc = t->done ? t->done(t->ctx, u->what.path, &t->file, t->why, err) : VG_OK;
  t->file = (struct match_counts){0};
  t->base = 0;
  t->why = NULL;
  field_header_free(t->columns);
  t->columns = NULL;
  return rc;
}

static vg_code tell_unit(struct teller *t, struct unit *u, struct vg_err *err) {
  t->path = u->what.path;
  for (size_t i = 0; i < u->n; i++) {
    struct kept *k = &u->hits[i];
    k->hit.seen.p = u->text.p + k->seen;
    k->hit.context.p = u->text.p + k->context;
    k->hit.field.p = u->text.p + k->field;
    if (t->columns && k->hit.column && (!u->header.columns || k->hit.line < u->header.line))
      k->hit.field = field_header_name(t->columns, k->hit.column);
    k->hit.path = k->path == SIZE_MAX ? NULL : u->text.p + k->path;
    VG_TRY(tell(t, &k->hit, err));
  }
  if (u->header.columns) {
    field_header_free(t->columns);
    t->columns = u->header.columns;
    u->header.columns = NULL;
  }
  return end_unit(t, u, err);
}

static void free_unit(struct unit *u) {
  vg_buf_fini(&u->text);
  field_header_free(u->header.columns);
  u->header.columns = NULL;
  free(u->hits);
  u->hits = NULL;
}

static vg_code run_threads(struct plan *x, struct teller *t, struct vg_err *err) {
  pthread_t thread[MATCH_THREADS];
  unsigned made = 0;
  vg_code rc = VG_OK;
  pthread_mutex_init(&x->lock, NULL);
  pthread_cond_init(&x->moved, NULL);
  while (made < x->threads && pthread_create(&thread[made], NULL, work, x) == 0)
    made++;
  if (!made)
    rc = VG_FAIL(err, VG_ENOMEM, "match.memory");
  for (size_t i = 0; i < x->n && rc == VG_OK; i++) {
    pthread_mutex_lock(&x->lock);
    while (!x->units[i].ready)
      pthread_cond_wait(&x->moved, &x->lock);
    pthread_mutex_unlock(&x->lock);
    rc = tell_unit(t, &x->units[i], err);
    free_unit(&x->units[i]);
    pthread_mutex_lock(&x->lock);
    x->emitted = i + 1;
    pthread_cond_broadcast(&x->moved);
    pthread_mutex_unlock(&x->lock);
  }
  pthread_mutex_lock(&x->lock);
  x->stop = true;
  pthread_cond_broadcast(&x->moved);
  pthread_mutex_unlock(&x->lock);
  for (unsigned i = 0; i < made; i++)
    pthread_join(thread[i], NULL);
  pthread_mutex_destroy(&x->lock);
  pthread_cond_destroy(&x->moved);
  return rc;
}

/* Hits are told as they are found. */
static vg_code run_here(struct plan *x, struct teller *t, struct vg_err *err) {
  for (size_t i = 0; i < x->n; i++) {
    struct unit *u = &x->units[i];
    struct vg_err why = {0};
    t->path = u->what.path;
    u->rc = stream_scan(x->p, &u->what, tell, t, &u->counts, &why);
    if (t->stopped) {
      if (err)
        *err = why;
      return u->rc;
    }
    if (u->rc != VG_OK && (u->why = malloc(sizeof why)))
      *u->why = why;
    VG_TRY(end_unit(t, u, err));
  }
  return VG_OK;
}

static void free_plan(struct plan *x) {
  for (size_t i = 0; i < x->n; i++) {
    free_unit(&x->units[i]);
    free(x->units[i].why);
  }
  for (size_t i = 0; i < x->names_n; i++)
    free(x->names[i]);
  free(x->names);
  free(x->units);
}

unsigned match_threads(unsigned asked) {
  unsigned n = asked ? asked : (unsigned)get_nprocs();
  return n > MATCH_THREADS ? MATCH_THREADS : n;
}

vg_code match_files(const struct pack *p, const struct match_order *order, match_sink *sink, match_done *done,
                    void *ctx, struct match_counts *total, struct vg_err *err) {
  struct match_counts sums = {0};
  struct plan x = {.p = p, .order = order, .threads = match_threads(order->threads)};
  struct teller t = {.sink = sink, .done = done, .ctx = ctx, .total = &sums};
  vg_code rc = make_plan(&x, err);
  if (rc == VG_OK)
    rc = x.n > 1 && x.threads > 1 ? run_threads(&x, &t, err) : run_here(&x, &t, err);
  if (total)
    *total = sums;
  field_header_free(t.columns);
  free_plan(&x);
  return rc;
}

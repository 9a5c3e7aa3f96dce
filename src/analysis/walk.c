#include "analysis/analysis_internal.h"

#include <string.h>

enum { SMALL = 4096 };

/* What both readers, of disks and of directories, do with what they find. */

static bool listed(const int64_t *v, size_t n, int64_t what) {
  for (size_t i = 0; i < n; i++)
    if (v[i] == what)
      return true;
  return false;
}

/* Counts, and says whether an earlier run has told of it or died of it. */
static bool told(struct walk *w) {
  w->unit++;
  return w->unit < w->from || listed(w->skip, w->skip_count, (int64_t)w->unit);
}

struct unit *walk_unit(struct walk *w) {
  if (told(w))
    return NULL;
  struct unit *u = pool_unit(w->pool);
  u->number = w->unit;
  u->volume = w->volume;
  return u;
}

void walk_say(struct walk *w, const struct finding *f) {
  if (!told(w))
    pool_say(w->pool, w->unit, f);
}

void walk_problem(struct walk *w, vg_str where, const char *msg, const char *arg) {
  struct finding f = {.kind = FINDING_PROBLEM};
  f.problem = (struct found_problem){.volume = w->volume, .where = where, .msg = msg, .arg = {where, vg_str_z(arg)}};
  walk_say(w, &f);
}

static void own(struct vg_buf *b, vg_str *s) {
  char *at = b->p + b->n;
  vg_buf_str(b, *s);
  *s = vg_str_n(at, s->n);
}

struct unit *walk_file(struct walk *w, const struct found_file *f) {
  w->files++;
  struct unit *u = walk_unit(w);
  if (!u)
    return NULL;
  u->kind = UNIT_FILE;
  u->file = *f;
  u->file.number = w->files;
  u->file.volume = w->volume;
  VG_ASSERT(
      vg_buf_room(&u->text, f->path.n + f->inode.n + f->type.n + 1)); /* one place for all: it does not move below */
  own(&u->text, &u->file.path);
  own(&u->text, &u->file.inode);
  own(&u->text, &u->file.type);
  return u;
}

/* Fills the chunk as far as there are bytes; false when they end early. What fails in one piece is tried again in small
 * ones, so that all before the bad place is there. */
static bool fill(struct chunk *c, size_t want, walk_read *read, void *ctx) {
  size_t most = want;
  c->n = 0;
  while (c->n < want) {
    size_t got = 0, n = want - c->n < most ? want - c->n : most;
    if (read(ctx, c->at + c->n, chunk_data(c) + c->n, n, &got) == VG_OK && got > 0)
      c->n += got;
    else if (most > SMALL)
      most = SMALL;
    else
      return false;
  }
  return true;
}

void walk_feed(struct walk *w, struct unit *u, uint64_t size, walk_read *read, void *ctx) {
  uint64_t at = 0, lost_at = 0;
  bool lost = false;
  struct vg_buf path;
  vg_buf_init(&path, 1 << 20);
  vg_buf_str(&path, u->file.path); /* the unit may be gone when the problem is told */
  u->has_content = true;
  pool_offer(w->pool, u);
  for (bool last = false; !last;) {
    size_t want = size - at <= (at == 0 ? WHOLE_MAX : CHUNK) ? (size_t)(size - at) : CHUNK;
    struct chunk *c = pool_chunk(w->pool, want);
    if (!c)
      c = pool_chunk(w->pool, want = 0);
    VG_ASSERT(c);
    c->at = at;
    lost = !fill(c, want, read, ctx) || (want == 0 && at < size);
    at += c->n;
    lost_at = at;
    last = c->last = lost || at >= size;
    u->broken = lost;
    pool_feed(w->pool, u, c);
  }
  if (lost)
    walk_problem(w, vg_buf_view(&path), "analysis.unreadable", VG_N(lost_at));
  vg_buf_fini(&path);
}

static vg_code read_image(void *ctx, uint64_t at, char *p, size_t n, size_t *got) {
  struct walk *w = ctx;
  struct vg_err err = {0};
  VG_TRY(image_read_at(w->image, at, p, n, got, &err));
  w->read += *got;
  pool_progress(w->pool, w->read < w->image_bytes ? w->read : w->image_bytes, w->image_bytes);
  return VG_OK;
}

struct run {
  struct walk *w;
  uint64_t from;
};

static vg_code read_run(void *ctx, uint64_t at, char *p, size_t n, size_t *got) {
  struct run *r = ctx;
  return read_image(r->w, r->from + at, p, n, got);
}

void walk_space(struct walk *w, enum hit_place place, uint64_t from, uint64_t bytes) {
  struct run run = {w, from};
  if (from >= w->image_bytes || bytes == 0)
    return;
  if (bytes > w->image_bytes - from)
    bytes = w->image_bytes - from;
  struct unit *u = walk_unit(w);
  if (!u)
    return;
  u->kind = UNIT_SPACE;
  u->place = place;
  u->at = (int64_t)from - (w->volume == ANALYSIS_NO_VOLUME ? 0 : w->volume);
  walk_feed(w, u, bytes, read_run, &run);
}

vg_code image_as_file(struct walk *w, struct vg_err *err) {
  char name[VG_ERR_ARG_MAX + 1] = "/";
  (void)err;
  vg_str_copy(name + 1, sizeof name - 1, vg_path_base(vg_str_z(w->path)));
  struct found_file f = {.path = vg_str_z(name),
                         .entry = ENTRY_FILE,
                         .size = (int64_t)w->image_bytes,
                         .allocated = true,
                         .mtime = VG_NOTIME,
                         .atime = VG_NOTIME,
                         .ctime = VG_NOTIME,
                         .btime = VG_NOTIME};
  struct unit *u = walk_file(w, &f);
  if (u)
    walk_feed(w, u, w->image_bytes, read_image, w);
  return VG_OK;
}

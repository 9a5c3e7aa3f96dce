#include "analysis/analysis_internal.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/table.h"

enum { VALUES = 1 << 20, CAP = 1 << 30 };

struct analysis_tally {
  struct vg_table *index; /* rule NUL type NUL value -> place in v */
  struct vg_arena *arena;
  struct analysis_match *v;
  int64_t *file; /* the last file counted of each */
  size_t n, room;
  int64_t current; /* file whose time is mtime */
  vg_time mtime;
  struct vg_buf key;
};

vg_code analysis_tally_new(struct analysis_tally **out, struct vg_err *err) {
  struct analysis_tally *t = calloc(1, sizeof *t);
  *out = NULL;
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  vg_buf_init(&t->key, CELL_FRAME_MAX);
  vg_code rc = vg_table_new(&t->index, VALUES, err);
  if (rc == VG_OK)
    rc = vg_arena_new(&t->arena, CAP, err);
  if (rc == VG_OK)
    *out = t;
  else
    analysis_tally_free(t);
  return rc;
}

void analysis_tally_free(struct analysis_tally *t) {
  if (!t)
    return;
  vg_table_free(t->index);
  vg_arena_free(t->arena);
  vg_buf_fini(&t->key);
  free(t->v);
  free(t->file);
  free(t);
}

static vg_code grow(struct analysis_tally *t, struct vg_err *err) {
  if (t->n < t->room)
    return VG_OK;
  size_t room = t->room > 0 ? 2 * t->room : 64;
  struct analysis_match *v = realloc(t->v, room * sizeof *v);
  if (v)
    t->v = v;
  int64_t *file = realloc(t->file, room * sizeof *file);
  if (file)
    t->file = file;
  if (!v || !file)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  t->room = room;
  return VG_OK;
}

static vg_code add_new(struct analysis_tally *t, const struct found_hit *h, struct vg_err *err) {
  VG_TRY(grow(t, err));
  VG_TRY(vg_table_put(t->index, vg_buf_view(&t->key), t->n, err));
  struct analysis_match *m = &t->v[t->n];
  *m = (struct analysis_match){.rule = vg_arena_str(t->arena, h->rule),
                               .type = vg_arena_str(t->arena, h->type),
                               .value = vg_arena_str(t->arena, h->indicator),
                               .path = vg_arena_str(t->arena, h->path),
                               .first = VG_NOTIME,
                               .last = VG_NOTIME,
                               .benign = h->benign};
  if (!m->rule.p || !m->type.p || !m->value.p || !m->path.p)
    return VG_FAIL(err, VG_ELIMIT, "analysis.memory");
  t->file[t->n++] = -1;
  return VG_OK;
}

/* A file of the user says more than the file system's own tables, where the same bytes may stand too. */
static vg_code better_path(struct analysis_tally *t, struct analysis_match *m, vg_str path, struct vg_err *err) {
  bool own = m->path.n == 0 || vg_str_starts(m->path, VG_STR("/$"));
  if (!own || path.n == 0 || vg_str_starts(path, VG_STR("/$")))
    return VG_OK;
  m->path = vg_arena_str(t->arena, path);
  return m->path.p ? VG_OK : VG_FAIL(err, VG_ELIMIT, "analysis.memory");
}

static void see(struct analysis_match *m, vg_time time) {
  if (time == VG_NOTIME)
    return;
  if (m->first == VG_NOTIME || time < m->first)
    m->first = time;
  if (m->last == VG_NOTIME || time > m->last)
    m->last = time;
}

vg_code analysis_tally_add(struct analysis_tally *t, const struct finding *f, struct vg_err *err) {
  uint64_t i = 0;
  if (f->kind == FINDING_FILE) {
    t->current = f->file.number;
    t->mtime = f->file.mtime;
  }
  if (f->kind != FINDING_HIT)
    return VG_OK;
  const struct found_hit *h = &f->hit;
  vg_buf_reset(&t->key);
  vg_buf_str(&t->key, h->rule);
  vg_buf_byte(&t->key, 0);
  vg_buf_str(&t->key, h->type);
  vg_buf_byte(&t->key, 0);
  vg_buf_str(&t->key, h->indicator);
  VG_TRY(vg_buf_check(&t->key, err));
  if (!vg_table_get(t->index, vg_buf_view(&t->key), &i)) {
    i = t->n;
    VG_TRY(add_new(t, h, err));
  }
  struct analysis_match *m = &t->v[i];
  VG_TRY(better_path(t, m, h->path, err));
  m->count++;
  if (h->file > 0 && t->file[i] != h->file) {
    m->files++;
    t->file[i] = h->file;
  }
  if (vg_str_starts(h->path,
                    VG_STR("/$"))) /* when a table of the file system was written says nothing of what stands in it */
    return VG_OK;
  see(m, h->time != VG_NOTIME ? h->time : h->file > 0 && h->file == t->current ? t->mtime : VG_NOTIME);
  return VG_OK;
}

size_t analysis_tally_count(const struct analysis_tally *t) { return t->n; }
struct analysis_match analysis_tally_at(const struct analysis_tally *t, size_t i) {
  return t->v[i];
}

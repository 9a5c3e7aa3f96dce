/* Count series from CSV. */
#include "anticipate/anticipate.h"

#include "base/csv.h"
#include "base/grow.h"
#include "base/table.h"

#include <math.h>
#include <stdlib.h>

enum { SERIES_MAX = 2000000, POINTS_MAX = 50000000 };
#define COUNT_MAX 1e12
#define NUMBER_MAX INT64_C(1000000000000) /* differences of times never overflow */

struct columns {
  size_t series, time, count;
};

/* The first of these names that the heading has. */
static size_t first_of(const struct vg_csv *c, const char *const *names) {
  size_t at = SIZE_MAX;
  for (; *names && at == SIZE_MAX; names++)
    at = vg_csv_column(c, *names);
  return at;
}

static vg_code heading(struct vg_csv *c, const char *path, struct columns *col, struct vg_err *err) {
  static const char *const times[] = {"time", "week_start", "date", "t", NULL}, *const counts[] = {"count", "y", "n",
                                                                                                   NULL};
  bool more;
  VG_TRY(vg_csv_next(c, &more, err));
  if (!more)
    return VG_FAIL(err, VG_EDATA, "anticipate.series.empty", path);
  *col = (struct columns){vg_csv_column(c, "series"), first_of(c, times), first_of(c, counts)};
  if (col->time == SIZE_MAX || col->count == SIZE_MAX)
    return VG_FAIL(err, VG_EDATA, "anticipate.series.columns", path, col->time == SIZE_MAX ? "time" : "count");
  return VG_OK;
}

bool anticipate_when(vg_str text, int64_t *out) {
  vg_time t;
  if (vg_str_i64(text, out))
    return *out >= -NUMBER_MAX && *out <= NUMBER_MAX;
  if (!vg_time_parse(text, &t))
    return false;
  *out = t / VG_DAY - (t % VG_DAY < 0);
  return true;
}

/* One row of the file before it finds its series. */
struct raw {
  size_t series;
  vg_str time;
  int64_t when, line;
  double y;
};
struct reading {
  struct vg_arena *arena;
  const char *path;
  struct vg_table *names;
  struct raw *row;
  size_t n, cap;
};

static vg_code bad(const struct reading *r, int64_t line, const char *what, vg_str value, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, what, r->path, VG_N(line), VG_T(value));
}

static vg_code grow(struct reading *r, struct vg_err *err) {
  if (r->n == POINTS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  return VG_GROW(r->row, r->n, r->cap, 1024) ? VG_OK : VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
}

static vg_code take(struct reading *r, const struct vg_csv *c, const struct columns *col, struct vg_err *err) {
  vg_str name = col->series == SIZE_MAX ? VG_STR("all") : vg_str_trim(vg_csv_field(c, col->series));
  vg_str time = vg_str_trim(vg_csv_field(c, col->time)), count = vg_str_trim(vg_csv_field(c, col->count));
  struct raw one = {.line = c->line};
  uint64_t at = vg_table_count(r->names);
  VG_TRY(grow(r, err));
  if (!name.n || !vg_utf8_ok(name))
    return bad(r, c->line, "anticipate.series.name", name, err);
  if (!anticipate_when(time, &one.when))
    return bad(r, c->line, "anticipate.series.time", time, err);
  if (!vg_str_f64(count, &one.y) || !(one.y >= 0 && one.y <= COUNT_MAX) || one.y != floor(one.y))
    return bad(r, c->line, "anticipate.series.count", count, err);
  if (!vg_table_get(r->names, name, &at))
    VG_TRY(vg_table_put(r->names, name, at, err));
  one.series = (size_t)at;
  one.time = vg_arena_str(r->arena, time);
  if (!one.time.p)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  r->row[r->n++] = one;
  return VG_OK;
}

/*
 * The rows of a series stand in order of time, a step apart that is the same all along. A missing week is not a week
 * without events: who means none writes 0.
 */
static vg_code append(const struct reading *r, const struct raw *row, struct anticipate_series *s, struct vg_err *err) {
  if (s->n >= 1 && row->when <= s->when[s->n - 1])
    return bad(r, row->line, row->when == s->when[s->n - 1] ? "anticipate.series.twice" : "anticipate.series.back",
               row->time, err);
  if (s->n >= 2 && row->when - s->when[s->n - 1] != s->when[1] - s->when[0])
    return bad(r, row->line, "anticipate.series.gap", row->time, err);
  s->when[s->n] = row->when;
  s->time[s->n] = row->time;
  s->y[s->n++] = row->y;
  return VG_OK;
}

static vg_code arrange(struct reading *r, struct anticipate_data *d, struct vg_err *err) {
  d->n = vg_table_count(r->names);
  d->series = vg_arena_array(r->arena, d->n + 1, sizeof *d->series);
  if (!d->series)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  for (size_t i = 0; i < r->n; i++)
    d->series[r->row[i].series].n++;
  for (size_t i = 0; i < d->n; i++) {
    struct anticipate_series *s = &d->series[i];
    uint64_t at;
    vg_str name;
    vg_table_entry(r->names, i, &name, &at);
    s->name = vg_arena_str(r->arena, name);
    s->when = vg_arena_array(r->arena, s->n, sizeof *s->when);
    s->time = vg_arena_array(r->arena, s->n, sizeof *s->time);
    s->y = vg_arena_array(r->arena, s->n, sizeof *s->y);
    if (!s->name.p || !s->when || !s->time || !s->y)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
    s->n = 0;
  }
  for (size_t i = 0; i < r->n; i++)
    VG_TRY(append(r, &r->row[i], &d->series[r->row[i].series], err));
  return VG_OK;
}

vg_code anticipate_series_read(struct vg_arena *arena, vg_str text, const char *path, struct anticipate_data *d,
                               struct vg_err *err) {
  struct reading r = {.arena = arena, .path = path};
  struct columns col = {0};
  struct vg_csv c;
  bool more = true;
  vg_code rc = VG_OK;
  *d = (struct anticipate_data){0};
  vg_csv_init(&c, text, 0);
  VG_GO(vg_table_new(&r.names, SERIES_MAX, err));
  VG_GO(heading(&c, path, &col, err));
  for (;;) {
    VG_GO(vg_csv_next(&c, &more, err));
    if (!more)
      break;
    VG_GO(take(&r, &c, &col, err));
  }
  if (!r.n)
    VG_GO(VG_FAIL(err, VG_EDATA, "anticipate.series.empty", path));
  VG_GO(arrange(&r, d, err));
out:
  free(r.row);
  vg_table_free(r.names);
  vg_csv_fini(&c);
  return rc;
}

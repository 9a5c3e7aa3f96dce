#include "anticipate/events.h"

#include "base/json.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 1000000 };

/* "2017", "2017-04" and "2017-04-24" are known when they are over: their last second. An instant is itself. */
static bool last_instant(vg_str s, vg_time *out) {
  int64_t y, m = 12;
  if (s.n == 10 && vg_time_parse(s, out)) {
    *out += VG_DAY - VG_SECOND;
    return true;
  }
  if (s.n != 4 && !(s.n == 7 && s.p[4] == '-'))
    return vg_time_parse(s, out);
  if (!vg_str_i64(vg_str_sub(s, 0, 4), &y) || (s.n == 7 && !vg_str_i64(vg_str_sub(s, 5, 2), &m)) || y < 1700 ||
      y > 2200 || m < 1 || m > 12)
    return false; /* nanoseconds reach from 1678 to 2262 */
  int64_t next = m == 12 ? vg_days_from_civil(y + 1, 1, 1) : vg_days_from_civil(y, (unsigned)m + 1, 1);
  *out = next * VG_DAY - VG_SECOND;
  return true;
}

struct reading {
  struct vg_arena *arena;
  struct vg_table *objects;
  struct events *out;
  size_t cap;
};

/* What is only known to a day is told as that day. */
static bool tell_time(struct reading *r, vg_str known, struct event *e) {
  char text[VG_TIME_TEXT];
  vg_str t = vg_str_z(vg_time_text(text, e->known, false));
  e->time = vg_arena_str(r->arena, known.n > 10 ? t : vg_str_sub(t, 0, 10));
  return e->time.p;
}

static vg_code take_objects(struct reading *r, vg_jv list, struct event *e, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  vg_str name;
  vg_jit_init(&it, list);
  while (vg_jit_next(&it, NULL, &v)) {
    uint64_t at = vg_table_count(r->objects);
    if (!vg_jv_str(v, &name) || !name.n || e->objects == EVENT_OBJECTS)
      return VG_FAIL(err, VG_EDATA, "anticipate.event.objects");
    if (!vg_table_get(r->objects, name, &at))
      VG_TRY(vg_table_put(r->objects, name, at, err));
    e->object[e->objects++] = (size_t)at;
  }
  return e->objects ? VG_OK : VG_FAIL(err, VG_EDATA, "anticipate.event.objects");
}

static vg_code take(struct reading *r, vg_jv root, vg_time to, struct vg_err *err) {
  struct event e = {.value = -1};
  vg_str id, kind, known, happened, unit = VG_STR("");
  int64_t number;
  char digits[24];
  if (!vg_jv_str_at(root, "id", &id)) {
    if (!vg_jv_i64_at(root, "id", &number))
      return VG_FAIL(err, VG_EDATA, "anticipate.event.field", "id");
    id = vg_str_z(vg_num_text(digits, number));
  }
  if (!vg_jv_str_at(root, "kind", &kind))
    return VG_FAIL(err, VG_EDATA, "anticipate.event.field", "kind");
  if (!vg_jv_str_at(root, "known_date", &known) || !last_instant(known, &e.known))
    return VG_FAIL(err, VG_EDATA, "anticipate.event.field", "known_date");
  if (to != VG_NOTIME && e.known > to)
    return VG_OK;
  if (!vg_jv_str_at(root, "event_date", &happened) || !last_instant(happened, &e.happened))
    e.happened = e.known;
  (void)vg_jv_f64(vg_jv_at(root, "value"), &e.value);
  (void)vg_jv_str_at(root, "unit", &unit);
  VG_TRY(take_objects(r, vg_jv_at(root, "objects"), &e, err));
  e.id = vg_arena_str(r->arena, id);
  e.kind = vg_arena_str(r->arena, kind);
  e.unit = unit.n ? vg_arena_str(r->arena, unit) : unit;
  if (!e.id.p || !e.kind.p || !tell_time(r, known, &e))
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  if (r->out->n == r->cap) {
    size_t cap = r->cap ? 2 * r->cap : 256;
    struct event *more = cap <= EVENTS_MAX ? vg_arena_array(r->arena, cap, sizeof *more) : NULL;
    if (!more)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
    if (r->out->n)
      memcpy(more, r->out->v, r->out->n * sizeof *more);
    r->out->v = more;
    r->cap = cap;
  }
  r->out->v[r->out->n++] = e;
  return VG_OK;
}

/* By when it became known; what became known together by id, so that the order of the file says nothing. */
static int by_known(const void *a, const void *b) {
  const struct event *x = a, *y = b;
  if (x->known != y->known)
    return x->known < y->known ? -1 : 1;
  return vg_str_cmp(x->id, y->id);
}

vg_code events_read(struct vg_arena *arena, vg_str text, const char *path, vg_time to, struct events *out,
                    struct vg_err *err) {
  struct reading r = {.arena = arena, .out = out};
  struct vg_json *json = NULL;
  vg_str line;
  vg_jv root;
  int64_t n = 0;
  vg_code rc = VG_OK;
  *out = (struct events){0};
  VG_GO(vg_table_new(&r.objects, 4 * EVENTS_MAX, err));
  VG_GO(vg_json_new(&json, err));
  while (vg_str_line(&text, &line)) {
    n++;
    if (!vg_str_trim(line).n)
      continue;
    rc = vg_json_parse(json, line, &root, err);
    if (rc == VG_OK)
      rc = take(&r, root, to, err);
    if (rc != VG_OK)
      VG_GO(VG_FAIL(err, rc, "anticipate.event.line", path, VG_N(n)));
  }
  if (out->n)
    qsort(out->v, out->n, sizeof *out->v, by_known);
  out->names = vg_table_count(r.objects);
  out->name = vg_arena_array(arena, out->names + 1, sizeof *out->name);
  if (!out->name)
    VG_GO(VG_FAIL(err, VG_ELIMIT, "anticipate.memory"));
  for (size_t i = 0; i < out->names; i++) {
    uint64_t at;
    vg_str name;
    vg_table_entry(r.objects, i, &name, &at);
    out->name[i] = vg_arena_str(arena, name);
    if (!out->name[i].p)
      VG_GO(VG_FAIL(err, VG_ELIMIT, "anticipate.memory"));
  }
out:
  vg_json_free(json);
  vg_table_free(r.objects);
  return rc;
}

#include "anticipate/count.h"

#include "anticipate/anticipate_internal.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>

const char *const count_source_name[SOURCES] = {"incident", "sighting", "claim"};
const char *const count_dimension_name[DIMENSIONS] = {"family", "country", "zone", "sector", "size"};

enum { EVENTS_MAX = 2000000, CELLS_MAX = 2000000, NAME_MAX_BYTES = 96 };

/* Columns: id, org, organisation's name, its id, reporter, instant, family, country, zone, sector, size. $1: the
 * instant of knowledge. */
static const char *const select_events[SOURCES] = {
    "SELECT i.pid, i.org, o.name, o.pid, " ZONE_THEN ", i.reported, i.kind, '', " ZONE_THEN ", o.naf, o.size FROM "
    "casework_v_incident i "
    "JOIN territory_v_org o ON o.id = i.org" JOIN_THEN " WHERE i.reported <= $1 ORDER BY i.reported, i.pid",
    "SELECT s.report, s.org_id, o.name, o.pid, o.pid, MIN(COALESCE(s.first_seen, r.recorded)), "
    "COALESCE(MIN((SELECT MIN(f.family) FROM intel_v_family f WHERE f.value = s.value AND f.type = s.type AND "
    "f.received <= $1)), ''), '', " ZONE_THEN ", "
    "o.naf, o.size FROM intel_v_sighting s JOIN intel_v_recorded r ON r.id = s.id JOIN territory_v_org o ON o.id = "
    "s.org_id" JOIN_SEEN_THEN
    " WHERE (s.withdrawn = 0 OR r.withdrawn_at > $1) AND r.recorded <= $1 GROUP BY s.report, s.org_id, o.name, o.pid, b.zone, o.naf, o.size "
    "ORDER BY 6, 1, 2",
    ("SELECT pid, 0, '', '', source, day, family, country, zone, sector, size FROM anticipate_claim WHERE known <= $1 "
     "ORDER BY day, source, family, victim, country, sector, zone, size, nth"),
};

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Weeks begin on a Monday; 1970-01-01 was a Thursday. */
int64_t count_period(vg_time t, int64_t step) {
  int64_t days = floor_div(t, VG_DAY);
  return step == 7 ? floor_div(days + 3, 7) : floor_div(days, step);
}

vg_time count_start(int64_t period, int64_t step) { return (period * step - (step == 7 ? 3 : 0)) * VG_DAY; }

static vg_code keep_text(struct counts *c, vg_str text, vg_str *out, struct vg_err *err) {
  char cut[NAME_MAX_BYTES];
  *out = VG_STR("");
  if (!text.n)
    return VG_OK;
  *out = vg_arena_str(c->arena, vg_str_z(vg_str_copy(cut, sizeof cut, text)));
  return out->p ? VG_OK : VG_FAIL(err, VG_ELIMIT, "anticipate.too_many_events");
}

static vg_code keep(struct counts *c, struct store_rows *q, int source, size_t *cap, struct vg_err *err) {
  struct count_event e = {.source = source, .org = store_int(q, 1), .at = store_time(q, 5)};
  vg_str *const text[] = {&e.id,
                          NULL,
                          &e.org_name,
                          &e.org_pid,
                          &e.reporter,
                          NULL,
                          &e.dimension[DIMENSION_FAMILY],
                          &e.dimension[DIMENSION_COUNTRY],
                          &e.dimension[DIMENSION_ZONE],
                          &e.dimension[DIMENSION_SECTOR],
                          &e.dimension[DIMENSION_SIZE]};
  e.period = count_period(e.at, c->step);
  if (e.period > c->last)
    return VG_OK;
  for (int i = 0; i < (int)VG_COUNT(text); i++)
    if (text[i])
      VG_TRY(keep_text(c, store_str(q, i), text[i], err));
  if (c->events == *cap) {
    size_t more = *cap ? 2 * *cap : 1024;
    struct count_event *grown = more <= 2 * EVENTS_MAX ? vg_arena_array(c->arena, more, sizeof *grown) : NULL;
    if (!grown)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many_events");
    if (c->events)
      memcpy(grown, c->event, c->events * sizeof *grown);
    c->event = grown;
    *cap = more;
  }
  if (!c->n[source]) { /* the first one of its source: in order of time */
    c->first[source] = e.period > c->last - COUNT_PERIODS ? e.period : c->last - COUNT_PERIODS + 1;
    c->n[source] = (size_t)(c->last - c->first[source] + 1);
  }
  if (e.period >= c->first[source])
    c->event[c->events++] = e;
  return VG_OK;
}

static vg_code read_source(struct store_tx *tx, struct counts *c, int source, size_t *cap, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, select_events[source], S_ARGS(S_TIME(c->as_of)), err));
  while (rc == VG_OK && store_next(q))
    rc = keep(c, q, source, cap, err);
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

static size_t put_name(char *out, size_t at, vg_str name) {
  for (size_t i = 0; i < name.n; i++) {
    unsigned char b = (unsigned char)name.p[i];
    if (b < 0x20 || b == 0x7f || b == '%' || b == '/' || b == '=')
      at += (size_t)snprintf(out + at, 4, "%%%02X", b);
    else
      out[at++] = (char)b;
  }
  return at;
}

/* A key holds at most three names of 95 bytes, which escapes may triple: longer ones are cut, and two of them may share
 * a cell. */
static vg_str key_of(const struct count_event *e, unsigned mask, char out[static COUNT_KEY]) {
  size_t at = (size_t)snprintf(out, COUNT_KEY, "%s", count_source_name[e->source]);
  for (int d = 0; d < DIMENSIONS; d++) {
    vg_str name = e->dimension[d];
    if (!(mask & 1u << d))
      continue;
    at += (size_t)snprintf(out + at, COUNT_KEY - at, "/%s=", count_dimension_name[d]);
    while (at + 3 * name.n + 40 > COUNT_KEY && name.n)
      name.n /= 2;
    at = put_name(out, at, name);
  }
  return vg_str_n(out, at);
}

static int together(unsigned mask) {
  int n = 0;
  for (; mask; mask &= mask - 1)
    n++;
  return n;
}

/* The next set of dimensions that this event is labelled with, after `mask`; 1 << DIMENSIONS at the end. */
static unsigned next_mask(const struct count_event *e, unsigned mask) {
  unsigned labelled = 0;
  for (int d = 0; d < DIMENSIONS; d++)
    labelled |= e->dimension[d].n ? 1u << d : 0;
  do
    mask++;
  while (mask < 1u << DIMENSIONS && ((mask & ~labelled) || together(mask) > COUNT_TOGETHER));
  return mask;
}

static vg_code add_to_cell(struct counts *c, const struct count_event *e, unsigned mask, size_t *cap,
                           struct vg_err *err) {
  char text[COUNT_KEY];
  vg_str key = key_of(e, mask, text);
  uint64_t at = c->cells;
  if (!vg_table_get(c->at, key, &at)) {
    if (c->cells == *cap) {
      size_t more = *cap ? 2 * *cap : 1024;
      struct count_cell *grown = more <= CELLS_MAX ? vg_arena_array(c->arena, more, sizeof *grown) : NULL;
      if (!grown)
        return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many_events");
      if (c->cells)
        memcpy(grown, c->cell, c->cells * sizeof *grown);
      c->cell = grown;
      *cap = more;
    }
    vg_str kept = vg_arena_str(c->arena, key);
    if (!kept.p)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many_events");
    VG_TRY(vg_table_put(c->at, key, at, err));
    c->cell[c->cells++] = (struct count_cell){.key = kept, .source = e->source, .mask = mask, .sample = e};
  }
  c->cell[at].total++;
  c->cell[at].now += e->period == c->last;
  return VG_OK;
}

vg_code count_load(struct store_tx *tx, struct vg_arena *arena, vg_time as_of, int64_t step, struct counts *c,
                   struct vg_err *err) {
  size_t cap = 0;
  *c = (struct counts){.arena = arena, .as_of = as_of, .step = step};
  c->last = count_period(as_of, step) - 1; /* the one that as_of stands in is not over */
  VG_TRY(vg_table_new(&c->at, CELLS_MAX, err));
  for (int s = 0; s < SOURCES; s++)
    VG_TRY(read_source(tx, c, s, &cap, err));
  cap = 0;
  for (size_t i = 0; i < c->events; i++)
    for (unsigned mask = 0; mask < 1u << DIMENSIONS; mask = next_mask(&c->event[i], mask))
      VG_TRY(add_to_cell(c, &c->event[i], mask, &cap, err));
  return VG_OK;
}

void count_free(struct counts *c) {
  vg_table_free(c->at);
  c->at = NULL;
}

bool count_has(const struct count_cell *cell, const struct count_event *e) {
  if (cell->source != e->source)
    return false;
  for (int d = 0; d < DIMENSIONS; d++)
    if ((cell->mask & 1u << d) && !vg_str_eq(cell->sample->dimension[d], e->dimension[d]))
      return false;
  return true;
}

vg_code count_fill(struct counts *c, struct vg_err *err) {
  for (size_t i = 0; i < c->cells; i++) {
    struct count_cell *cell = &c->cell[i];
    if (!cell->wanted || cell->y)
      continue;
    cell->y = vg_arena_array(c->arena, c->n[cell->source], sizeof *cell->y);
    if (!cell->y)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many_events");
  }
  for (size_t i = 0; i < c->events; i++) {
    const struct count_event *e = &c->event[i];
    for (unsigned mask = 0; mask < 1u << DIMENSIONS; mask = next_mask(e, mask)) {
      char text[COUNT_KEY];
      uint64_t at;
      if (vg_table_get(c->at, key_of(e, mask, text), &at) && c->cell[at].y && !c->cell[at].filled)
        c->cell[at].y[e->period - c->first[e->source]]++;
    }
  }
  for (size_t i = 0; i < c->cells; i++)
    c->cell[i].filled = c->cell[i].y != NULL;
  return VG_OK;
}

vg_code count_digest(const struct counts *c, char out[static 65], struct vg_err *err) {
  struct vg_hash *h;
  unsigned char sum[VG_DIGEST_MAX];
  VG_TRY(vg_hash_new(&h, VG_SHA256, err));
  for (size_t i = 0; i < c->events; i++) {
    const struct count_event *e = &c->event[i];
    char head[64];
    int n = snprintf(head, sizeof head, "%d %lld %lld", e->source, (long long)e->at, (long long)e->org);
    vg_hash_add(h, head, (size_t)n + 1);
    vg_hash_add(h, e->id.p, e->id.n);
    for (int d = 0; d < DIMENSIONS; d++) {
      vg_hash_add(h, "\n", 1);
      vg_hash_add(h, e->dimension[d].p, e->dimension[d].n);
    }
  }
  vg_hash_end(h, sum);
  vg_hash_free(h);
  vg_hex(out, sum, VG_SHA256_SIZE);
  return VG_OK;
}

#include "base/grow.h"
#include "match/match_internal.h"

#include "base/table.h"

#include <stdlib.h>
#include <string.h>

/* A value in a field; the next field of the same value, counted from 1. */
struct place {
  size_t next;
  uint64_t count;
  vg_time first, last;
};
struct sum {
  struct match_sum m;
  size_t first, last, places; /* places, counted from 1; how many */
};
struct match_tally {
  struct vg_table *by_value, *by_place; /* by_place: value and name; the i-th one is place i */
  struct sum *sums;
  struct place *places;
  size_t n, cap, places_n, places_cap;
};
/* A log may make up names without end. */
enum { PLACES_MOST = 1 << 16 };

vg_code match_tally_new(struct match_tally **out, struct vg_err *err) {
  struct match_tally *t = calloc(1, sizeof *t);
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  vg_code rc = vg_table_new(&t->by_value, 1u << 24, err);
  if (rc == VG_OK)
    rc = vg_table_new(&t->by_place, PLACES_MOST, err);
  if (rc != VG_OK) {
    match_tally_free(t);
    return rc;
  }
  *out = t;
  return VG_OK;
}

void match_tally_free(struct match_tally *t) {
  if (!t)
    return;
  vg_table_free(t->by_value);
  vg_table_free(t->by_place);
  free(t->sums);
  free(t->places);
  free(t);
}

static void widen(vg_time *from, vg_time *to, vg_time first, vg_time last) {
  if (first != VG_NOTIME && (*from == VG_NOTIME || first < *from))
    *from = first;
  if (last != VG_NOTIME && (*to == VG_NOTIME || last > *to))
    *to = last;
}

static void add(struct match_sum *s, uint64_t count, vg_time first, vg_time last) {
  s->count += count;
  widen(&s->first, &s->last, first, last);
}

static vg_code sum_of(struct match_tally *t, vg_str key, const struct match_sum *new, size_t *out, struct vg_err *err) {
  uint64_t i;
  if (!vg_table_get(t->by_value, key, &i)) {
    if (!VG_GROW(t->sums, t->n, t->cap, 64))
      return VG_FAIL(err, VG_ENOMEM, "match.memory");
    VG_TRY(vg_table_put(t->by_value, key, t->n, err));
    i = t->n++;
    t->sums[i] = (struct sum){.m = *new};
  }
  *out = (size_t)i;
  return VG_OK;
}

static vg_code new_place(struct match_tally *t, vg_str key, size_t sum, struct vg_err *err) {
  struct sum *s = &t->sums[sum];
  if (!VG_GROW(t->places, t->places_n, t->places_cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  VG_TRY(vg_table_put(t->by_place, key, t->places_n, err));
  t->places[t->places_n++] = (struct place){.first = VG_NOTIME, .last = VG_NOTIME};
  if (s->places++)
    t->places[s->last - 1].next = t->places_n;
  else
    s->first = t->places_n;
  s->last = t->places_n;
  return VG_OK;
}

static vg_code add_place(struct match_tally *t, size_t sum, const struct match_hit *h, struct vg_err *err) {
  const char *value = h->indicator.p;
  char key[sizeof value + FIELD_NAME];
  const size_t n = h->field.n < FIELD_NAME ? h->field.n : FIELD_NAME;
  uint64_t i;
  memcpy(key, &value, sizeof value);
  if (n)
    memcpy(key + sizeof value, h->field.p, n);
  const vg_str k = vg_str_n(key, sizeof value + n);
  if (!vg_table_get(t->by_place, k, &i)) {
    if (t->places_n == PLACES_MOST)
      return VG_OK;
    VG_TRY(new_place(t, k, sum, err));
    i = t->places_n - 1;
  }
  t->places[i].count++;
  widen(&t->places[i].first, &t->places[i].last, h->time, h->time);
  return VG_OK;
}

vg_code match_tally_add(struct match_tally *t, const struct match_hit *h, struct vg_err *err) {
  size_t i;
  struct match_sum new = {.type = h->type,
                          .indicator = h->indicator,
                          .source = h->source,
                          .first = VG_NOTIME,
                          .last = VG_NOTIME,
                          .benign = h->benign};
  const char *value = h->indicator.p; /* its place in the pack: all spellings of one value have the same */
  VG_TRY(sum_of(t, vg_str_n((const char *)&value, sizeof value), &new, &i, err));
  add(&t->sums[i].m, 1, h->time, h->time);
  return add_place(t, i, h, err);
}

static vg_str place_name(const struct match_tally *t, size_t place) {
  vg_str key;
  uint64_t value;
  vg_table_entry(t->by_place, place, &key, &value);
  return vg_str_sub(key, sizeof(char *), SIZE_MAX);
}

vg_code match_tally_sources(const struct match_tally *t, struct match_tally **out, struct vg_err *err) {
  struct match_tally *o;
  vg_code rc = VG_OK;
  size_t at;
  VG_TRY(match_tally_new(&o, err));
  for (size_t i = 0; i < t->n && rc == VG_OK; i++) {
    const struct match_sum *m = &t->sums[i].m, new = {.source = m->source, .first = VG_NOTIME, .last = VG_NOTIME};
    rc = sum_of(o, m->source, &new, &at, err);
    if (rc == VG_OK)
      add(&o->sums[at].m, m->count, m->first, m->last);
  }
  if (rc != VG_OK)
    match_tally_free(o);
  else
    *out = o;
  return rc;
}

vg_code match_tally_fields(const struct match_tally *t, struct match_tally **out, struct vg_err *err) {
  struct match_tally *o;
  vg_code rc = VG_OK;
  size_t at;
  VG_TRY(match_tally_new(&o, err));
  for (size_t i = 0; i < t->places_n && rc == VG_OK; i++) {
    const struct place *p = &t->places[i];
    const struct match_sum new = {.field = place_name(t, i), .first = VG_NOTIME, .last = VG_NOTIME};
    rc = sum_of(o, new.field, &new, &at, err);
    if (rc == VG_OK)
      add(&o->sums[at].m, p->count, p->first, p->last);
  }
  if (rc != VG_OK)
    match_tally_free(o);
  else
    *out = o;
  return rc;
}

bool match_tally_places(const struct match_tally *t, size_t i, void (*each)(void *ctx, vg_str field, uint64_t count),
                        void *ctx) {
  size_t told = 0;
  for (size_t at = t->sums[i].first; at; at = t->places[at - 1].next) {
    const vg_str name = place_name(t, at - 1);
    if (name.n && told++ == MATCH_FIELDS)
      return false;
    if (name.n)
      each(ctx, name, t->places[at - 1].count);
  }
  return true;
}

size_t match_tally_count(const struct match_tally *t) { return t->n; }
const struct match_sum *match_tally_at(const struct match_tally *t, size_t i) { return &t->sums[i].m; }

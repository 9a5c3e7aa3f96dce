#include "match/match_internal.h"

#include "base/table.h"

#include <stdlib.h>

struct match_tally {
  struct vg_table *by_entry;
  struct match_sum *sums;
  size_t n, cap;
};

vg_code match_tally_new(struct match_tally **out, struct vg_err *err) {
  struct match_tally *t = calloc(1, sizeof *t);
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  vg_code rc = vg_table_new(&t->by_entry, 1u << 24, err);
  if (rc != VG_OK) {
    free(t);
    return rc;
  }
  *out = t;
  return VG_OK;
}

void match_tally_free(struct match_tally *t) {
  if (!t)
    return;
  vg_table_free(t->by_entry);
  free(t->sums);
  free(t);
}

static void widen(struct match_sum *s, uint64_t count, vg_time first, vg_time last) {
  s->count += count;
  if (first != VG_NOTIME && (s->first == VG_NOTIME || first < s->first))
    s->first = first;
  if (last != VG_NOTIME && (s->last == VG_NOTIME || last > s->last))
    s->last = last;
}

static vg_code sum_of(struct match_tally *t, vg_str key, const struct match_sum *new, struct match_sum **out,
                      struct vg_err *err) {
  uint64_t i;
  if (!vg_table_get(t->by_entry, key, &i)) {
    if (t->n == t->cap) {
      size_t cap = t->cap ? t->cap * 2 : 64;
      struct match_sum *s = realloc(t->sums, cap * sizeof *s);
      if (!s)
        return VG_FAIL(err, VG_ENOMEM, "match.memory");
      t->sums = s, t->cap = cap;
    }
    VG_TRY(vg_table_put(t->by_entry, key, t->n, err));
    i = t->n++;
    t->sums[i] = *new;
  }
  *out = &t->sums[i];
  return VG_OK;
}

vg_code match_tally_add(struct match_tally *t, const struct match_hit *h, struct vg_err *err) {
  struct match_sum *s, new = {.type = h->type,
                              .indicator = h->indicator,
                              .source = h->source,
                              .first = VG_NOTIME,
                              .last = VG_NOTIME,
                              .benign = h->benign};
  VG_TRY(sum_of(t, vg_str_n((const char *)&h->entry, sizeof h->entry), &new, &s, err));
  widen(s, 1, h->time, h->time);
  return VG_OK;
}

vg_code match_tally_sources(const struct match_tally *t, struct match_tally **out, struct vg_err *err) {
  struct match_tally *o;
  VG_TRY(match_tally_new(&o, err));
  for (size_t i = 0; i < t->n; i++) {
    const struct match_sum *m = &t->sums[i];
    struct match_sum *s, new = {.source = m->source, .first = VG_NOTIME, .last = VG_NOTIME};
    vg_code rc = sum_of(o, m->source, &new, &s, err);
    if (rc != VG_OK) {
      match_tally_free(o);
      return rc;
    }
    widen(s, m->count, m->first, m->last);
  }
  *out = o;
  return VG_OK;
}

size_t match_tally_count(const struct match_tally *t) { return t->n; }
const struct match_sum *match_tally_at(const struct match_tally *t, size_t i) { return &t->sums[i]; }

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

vg_code match_tally_add(struct match_tally *t, const struct match_hit *h, struct vg_err *err) {
  uint64_t i;
  vg_str key = vg_str_n((const char *)&h->entry, sizeof h->entry);
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
    t->sums[i] = (struct match_sum){.type = h->type, .indicator = h->indicator, .source = h->source, .first = VG_NOTIME,
                                    .last = VG_NOTIME, .benign = h->benign};
  }
  struct match_sum *s = &t->sums[i];
  s->count++;
  if (h->time != VG_NOTIME) {
    if (s->first == VG_NOTIME || h->time < s->first)
      s->first = h->time;
    if (s->last == VG_NOTIME || h->time > s->last)
      s->last = h->time;
  }
  return VG_OK;
}

size_t match_tally_count(const struct match_tally *t) { return t->n; }
const struct match_sum *match_tally_at(const struct match_tally *t, size_t i) { return &t->sums[i]; }

/*
 * The nearest of many. Digests of equal length code and quartile ratios stand together: they have the same distance of
 * heads to a query, which is a floor under their whole distance. Groups are visited from the lowest floor up until no
 * better one can come.
 */
#include "similar/similar_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
  KEYS = 1 << 16,
  RUNS = KEYS / 16,
  FLOORS = 2048,
  BLOCK = 512
}; /* the farthest heads are 12 * 128 + 2 * 12 * 7 apart */

struct group {
  unsigned char length, q1, q2;
  uint32_t from, count;
};

struct similar_set {
  size_t n, groups;
  struct group *group;
  uint32_t of_length[257]; /* where the groups of a length code begin */
  uint32_t run[RUNS + 1];  /* where the digests of a length code and first ratio begin */
  unsigned char *code, *checksum, *q2;
  uint32_t *index;
};

static size_t key_of(const struct tlsh *t) { return (size_t)t->length << 8 | (size_t)t->q1 << 4 | t->q2; }

static vg_code fill(struct similar_set *s, const struct tlsh *v, uint32_t *start, struct vg_err *err) {
  for (size_t i = 0; i < s->n; i++)
    start[key_of(&v[i]) + 1]++;
  for (size_t k = 0; k < KEYS; k++)
    s->groups += start[k + 1] > 0;
  s->group = calloc(s->groups + 1, sizeof *s->group);
  if (!s->group)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  struct group *g = s->group;
  for (size_t k = 0; k < KEYS; k++) {
    uint32_t count = start[k + 1];
    start[k + 1] = start[k] + count;
    if (count)
      *g++ = (struct group){(unsigned char)(k >> 8), k >> 4 & 15, k & 15, start[k], count};
    s->of_length[(k >> 8) + 1] = (uint32_t)(g - s->group);
  }
  for (size_t i = 0; i < RUNS; i++)
    s->run[i] = start[16 * i];
  s->run[RUNS] = (uint32_t)s->n;
  for (size_t i = 0; i < s->n; i++) {
    uint32_t at = start[key_of(&v[i])]++;
    memcpy(s->code + TLSH_CODE * (size_t)at, v[i].code, TLSH_CODE);
    s->checksum[at] = v[i].checksum;
    s->q2[at] = v[i].q2;
    s->index[at] = (uint32_t)i;
  }
  return VG_OK;
}

vg_code similar_set_new(struct similar_set **out, const struct tlsh *v, size_t n, struct vg_err *err) {
  *out = NULL;
  if (n >= UINT32_MAX)
    return VG_FAIL(err, VG_ELIMIT, "similar.too_many", VG_N((int64_t)n));
  struct similar_set *s = calloc(1, sizeof *s);
  uint32_t *start = calloc(KEYS + 1, sizeof *start);
  vg_code rc = VG_OK;
  if (s) {
    s->n = n;
    s->code = malloc(TLSH_CODE * n + 1);
    s->checksum = malloc(n + 1);
    s->q2 = malloc(n + 1);
    s->index = malloc(n * sizeof *s->index + 1);
  }
  if (!s || !start || !s->code || !s->checksum || !s->q2 || !s->index)
    rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
  else
    rc = fill(s, v, start, err);
  free(start);
  if (rc != VG_OK)
    similar_set_free(s);
  else
    *out = s;
  return rc;
}

void similar_set_free(struct similar_set *s) {
  if (!s)
    return;
  free(s->group);
  free(s->code);
  free(s->checksum);
  free(s->q2);
  free(s->index);
  free(s);
}

/* The best so far: a heap with the worst on top. */
struct best {
  struct similar_near *v;
  size_t n, cap;
  int limit; /* farther ones are of no use */
};

static bool worse(struct similar_near a, struct similar_near b) {
  return a.distance != b.distance ? a.distance > b.distance : a.index > b.index;
}

static void sink_down(struct best *b, size_t i) {
  for (;;) {
    size_t top = i, left = 2 * i + 1, right = left + 1;
    if (left < b->n && worse(b->v[left], b->v[top]))
      top = left;
    if (right < b->n && worse(b->v[right], b->v[top]))
      top = right;
    if (top == i)
      return;
    struct similar_near t = b->v[i];
    b->v[i] = b->v[top];
    b->v[top] = t;
    i = top;
  }
}

static void offer(struct best *b, struct similar_near x) {
  if (b->n == b->cap) {
    if (!worse(b->v[0], x))
      return;
    b->v[0] = x;
    sink_down(b, 0);
  } else {
    size_t i = b->n++;
    for (; i > 0 && worse(x, b->v[(i - 1) / 2]); i = (i - 1) / 2)
      b->v[i] = b->v[(i - 1) / 2];
    b->v[i] = x;
  }
  if (b->n == b->cap && b->v[0].distance < b->limit)
    b->limit = b->v[0].distance;
}

static void look(const struct similar_set *s, const struct group *g, int floor, const struct tlsh *query,
                 struct best *b) {
  uint16_t body[BLOCK];
  for (uint32_t done = 0; done < g->count;) {
    uint32_t at = g->from + done, n = g->count - done < BLOCK ? g->count - done : BLOCK;
    int least = body_distances(s->code + TLSH_CODE * (size_t)at, n, query->code, body);
    for (uint32_t i = 0; i < n && floor + least <= b->limit; i++) {
      int d = floor + body[i] + (s->checksum[at + i] != query->checksum);
      if (d <= b->limit)
        offer(b, (struct similar_near){s->index[at + i], d});
    }
    done += n;
  }
}

static int closest_first(const void *a, const void *b) {
  const struct similar_near *x = a, *y = b;
  return worse(*x, *y) ? 1 : worse(*y, *x) ? -1 : 0;
}

/* How far length codes may be apart for heads within max_distance. */
static int reach_of(int max_distance) {
  int reach = max_distance < 24 ? max_distance > 0 : max_distance / 12;
  return reach < 128 ? reach : 128;
}

/* Calls for each group whose length code is within reach: length steps once around the circle at most. */
#define EACH_GROUP(s, query, max_distance, g, body)                                                                    \
  do {                                                                                                                 \
    int reach_ = reach_of(max_distance), last_ = reach_ == 128 ? 127 : reach_;                                         \
    for (int step_ = -reach_; step_ <= last_; step_++) {                                                               \
      size_t length_ = (size_t)((query)->length + 256 + step_) % 256;                                                  \
      for (uint32_t g = (s)->of_length[length_]; g < (s)->of_length[length_ + 1]; g++)                                 \
        body                                                                                                           \
    }                                                                                                                  \
  } while (0)

static int floor_of(const struct tlsh *query, const struct group *g) {
  return head_distance(query, g->length, g->q1, g->q2);
}

/* The groups that may hold something, lowest floor first (a counting sort); floor_end[f] is the end of those of floor
 * f. */
static void order_groups(const struct similar_set *s, const struct tlsh *query, int max_distance, uint32_t *order,
                         uint32_t floor_end[static FLOORS]) {
  uint16_t floor[KEYS];
  uint32_t sum = 0;
  memset(floor_end, 0, FLOORS * sizeof floor_end[0]);
  EACH_GROUP(s, query, max_distance, g, {
    floor[g] = (uint16_t)floor_of(query, &s->group[g]);
    floor_end[floor[g]] += floor[g] <= max_distance;
  });
  for (size_t f = 0; f < FLOORS; f++) {
    uint32_t count = floor_end[f];
    floor_end[f] = sum;
    sum += count;
  }
  EACH_GROUP(s, query, max_distance, g, {
    if (floor[g] <= max_distance)
      order[floor_end[floor[g]]++] = g;
  });
}

size_t similar_nearest(const struct similar_set *s, const struct tlsh *query, int max_distance, size_t nearest,
                       struct similar_near *found) {
  struct best b = {.v = found, .cap = nearest, .limit = max_distance};
  uint32_t order[KEYS], floor_end[FLOORS], i = 0;
  if (nearest == 0 || max_distance < 0)
    return 0;
  order_groups(s, query, max_distance, order, floor_end);
  for (int floor = 0; floor < FLOORS && floor <= b.limit; floor++)
    for (; i < floor_end[floor] && floor <= b.limit; i++)
      look(s, &s->group[order[i]], floor, query, &b);
  qsort(found, b.n, sizeof found[0], closest_first);
  return b.n;
}

/* Of the digests from..to, which share length code and first ratio. */
static int32_t other_of_run(const struct similar_set *s, uint32_t from, uint32_t to, const struct tlsh *query,
                            int limit, int floor, const int32_t *group, int32_t mine) {
  uint16_t body[BLOCK];
  for (uint32_t n; from < to; from += n) {
    n = to - from < BLOCK ? to - from : BLOCK;
    int least = body_distances(s->code + TLSH_CODE * (size_t)from, n, query->code, body);
    for (uint32_t i = 0; i < n && least + floor <= limit; i++)
      if (body[i] + floor <= limit && group[s->index[from + i]] != mine &&
          body[i] + floor + ratio_distance(s->q2[from + i], query->q2) + (s->checksum[from + i] != query->checksum) <=
              limit)
        return (int32_t)s->index[from + i];
  }
  return -1;
}

int32_t similar_other(const struct similar_set *s, const struct tlsh *query, int limit, const int32_t *group,
                      int32_t mine) {
  int reach = reach_of(limit), last = reach == 128 ? 127 : reach;
  for (int step = -reach; step <= last; step++) {
    unsigned char length = (unsigned char)(query->length + 256 + step);
    int floor = length_distance(length, query->length);
    for (int q1 = 0; q1 < 16 && floor <= limit; q1++) {
      const uint32_t *run = s->run + (size_t)length * 16 + (size_t)q1;
      int both = floor + ratio_distance(q1, query->q1);
      int32_t other =
          both <= limit && run[0] < run[1] ? other_of_run(s, run[0], run[1], query, limit, both, group, mine) : -1;
      if (other >= 0)
        return other;
    }
  }
  return -1;
}

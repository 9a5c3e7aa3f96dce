/*
 * The vantage-point tree of HAC-T. The distance is no metric, so the order in which the tree is grown and searched
 * decides among equals and near misses: both follow the published method step by step. A node is one line of the cache;
 * nodes stand in the order of a walk that goes to the nearer side first, so a node's near child is the one behind it:
 *
 *     [vantage point][ nearer than its border ... ][ the others ... ]
 */
#include "similar/tree.h"

#include <stdlib.h>
#include <string.h>

enum { SLACK = 20, DISTANCES = 2560 };

struct node {
  unsigned char code[TLSH_CODE];
  unsigned char checksum, length, q1, q2;
  int32_t point, cluster, border; /* a leaf's border is -1 */
  int32_t left, right;            /* -1: none */
  int32_t spare[2];
};
_Static_assert(sizeof(struct node) == 64, "a line of the cache");

struct frame {
  int32_t node, distance;
  bool near_done; /* the likelier side has been searched */
};

struct tree {
  size_t n;
  struct node *node;
  struct frame *stack;
  int32_t *place; /* where a point's node is */
  bool wide;
};

/* A digest that is compared with many; differ: in which pairs the two bits are not equal (see words_cost). */
struct asked {
  const struct node *node;
  unsigned char differ[TLSH_CODE];
};

typedef int distance_to(const struct asked *a, const struct node *b);

static inline int heads(const struct node *a, const struct node *b) {
  return length_distance(a->length, b->length) + ratio_distance(a->q1, b->q1) + ratio_distance(a->q2, b->q2) +
         (a->checksum != b->checksum);
}

static int plain_distance(const struct asked *a, const struct node *b) {
  return heads(a->node, b) + body_distance(a->node->code, b->code);
}

static void ask(struct asked *a, const struct node *node) {
  a->node = node;
  for (size_t i = 0; i < TLSH_CODE; i++)
    a->differ[i] = (node->code[i] ^ node->code[i] >> 1) & 0x55;
}

/* --- growing --- */

/* A run of nodes that becomes a subtree. */
struct piece {
  size_t from, count;
};

static int median(const int *distance, size_t n, uint32_t *count) {
  int top = 0;
  for (size_t i = 0; i < n; i++) {
    count[distance[i]]++;
    top = distance[i] > top ? distance[i] : top;
  }
  size_t before = 0, middle = (n - 1) / 2;
  int m = 0;
  while (before + count[m] <= middle)
    before += count[m++];
  memset(count, 0, ((size_t)top + 1) * sizeof count[0]);
  return m;
}

static inline __attribute__((always_inline)) void measure(struct node *v, size_t n, int *distance, distance_to *to) {
  struct asked a;
  ask(&a, v);
  for (size_t i = 0; i < n; i++)
    distance[i] = to(&a, &v[i]);
}

static inline __attribute__((always_inline)) bool reaches(const struct tree *t, const int32_t *point, size_t n,
                                                          size_t from, int most, distance_to *to) {
  struct asked a;
  ask(&a, &t->node[t->place[point[from]]]);
  for (size_t i = 0; i < n; i++)
    if (i != from && to(&a, &t->node[t->place[point[i]]]) > most)
      return false;
  return true;
}

/* --- searching --- */

/* The other side is worth a look unless the best so far is closer than the border, with some slack as this is no
 * metric. */
static bool worth(const struct frame *f, int border, int best) {
  return f->distance <= border ? f->distance + best + SLACK >= border : f->distance - best - SLACK <= border;
}

static inline __attribute__((always_inline)) struct outsider descend(const struct tree *t, int32_t from,
                                                                     distance_to *to) {
  struct outsider best = {-1, TREE_FAR};
  struct asked a;
  size_t depth = 0;
  int32_t visit = t->n ? 0 : -1, mine = t->node[from].cluster;
  ask(&a, &t->node[from]);
  for (;;) {
    if (visit >= 0) {
      const struct node *n = &t->node[visit];
      int d = to(&a, n);
      if (d < best.distance && n->cluster != mine)
        best = (struct outsider){n->point, d};
      if (n->border >= 0)
        t->stack[depth++] = (struct frame){visit, d, false};
      visit = d <= n->border ? n->left : n->right;
      continue;
    }
    if (depth == 0)
      return best;
    struct frame *f = &t->stack[depth - 1];
    const struct node *n = &t->node[f->node];
    if (f->near_done || !worth(f, n->border, best.distance)) {
      depth--;
    } else {
      f->near_done = true;
      visit = f->distance <= n->border ? n->right : n->left;
    }
  }
}

#if defined __x86_64__
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,popcnt")))

AVX2 static inline int wide_distance(const struct asked *a, const struct node *b) {
  const __m256i cost = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 6, 1, 2, 3, 7, 2, 3, 4, 8, 6, 7, 8, 12)),
                nibble = _mm256_set1_epi8(15);
  __m256i x = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)a->node->code),
                               _mm256_loadu_si256((const __m256i *)(const void *)b->code));
  __m256i one_two = _mm256_and_si256(x, _mm256_loadu_si256((const __m256i *)(const void *)a->differ));
  x = _mm256_andnot_si256(_mm256_add_epi8(one_two, one_two), x);
  __m256i low = _mm256_shuffle_epi8(cost, _mm256_and_si256(x, nibble)),
          high = _mm256_shuffle_epi8(cost, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
  __m256i four = _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
  __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
  return _mm_cvtsi128_si32(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))) + heads(a->node, b);
}

AVX2 static void measure_wide(struct node *v, size_t n, int *distance) { measure(v, n, distance, wide_distance); }
AVX2 static struct outsider descend_wide(const struct tree *t, int32_t from) { return descend(t, from, wide_distance); }
AVX2 static bool reaches_wide(const struct tree *t, const int32_t *point, size_t n, size_t from, int most) {
  return reaches(t, point, n, from, most, wide_distance);
}
static bool has_wide(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }
#else
static void measure_wide(struct node *v, size_t n, int *distance) { measure(v, n, distance, plain_distance); }
static struct outsider descend_wide(const struct tree *t, int32_t from) { return descend(t, from, plain_distance); }
static bool reaches_wide(const struct tree *t, const int32_t *point, size_t n, size_t from, int most) {
  return reaches(t, point, n, from, most, plain_distance);
}
static bool has_wide(void) { return false; }
#endif

/* The piece's first node is the vantage point; the others part at the median of the distances, in their order. Returns
 * how many are nearer. */
static size_t split(struct tree *t, const struct piece *p, struct node *spare, int *distance, uint32_t *count) {
  struct node *v = t->node + p->from;
  size_t left = 0, right = 0;
  if (t->wide)
    measure_wide(v, p->count, distance);
  else
    measure(v, p->count, distance, plain_distance);
  v[0].border = median(distance, p->count, count);
  for (size_t i = 1; i < p->count; i++) {
    if (distance[i] < v[0].border)
      v[1 + left++] = v[i];
    else
      spare[right++] = v[i];
  }
  memcpy(v + 1 + left, spare, right * sizeof *spare);
  return left;
}

static vg_code grow(struct tree *t, struct vg_err *err) {
  struct node *spare = malloc(t->n * sizeof *spare + 1);
  int *distance = malloc(t->n * sizeof *distance + 1);
  struct piece *todo = malloc((t->n + 2) * sizeof *todo);
  uint32_t count[DISTANCES] = {0};
  size_t waiting = 0;
  vg_code rc = spare && distance && todo ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (rc == VG_OK && t->n)
    todo[waiting++] = (struct piece){0, t->n};
  while (waiting) {
    struct piece p = todo[--waiting];
    if (p.count == 1)
      continue;
    size_t left = split(t, &p, spare, distance, count), right = p.count - 1 - left;
    if (left) {
      t->node[p.from].left = (int32_t)p.from + 1;
      todo[waiting++] = (struct piece){p.from + 1, left};
    }
    if (right) {
      t->node[p.from].right = (int32_t)(p.from + 1 + left);
      todo[waiting++] = (struct piece){p.from + 1 + left, right};
    }
  }
  free(spare);
  free(distance);
  free(todo);
  return rc;
}

vg_code tree_new(struct tree **out, const struct tlsh *v, size_t n, struct vg_err *err) {
  struct tree *t = calloc(1, sizeof *t);
  vg_code rc = VG_OK;
  *out = NULL;
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  t->n = n;
  t->wide = has_wide();
  t->node = aligned_alloc(sizeof *t->node, (n + 1) * sizeof *t->node);
  t->stack = malloc((n + 1) * sizeof *t->stack);
  t->place = malloc((n + 1) * sizeof *t->place);
  if (!t->node || !t->stack || !t->place)
    VG_GO(VG_FAIL(err, VG_ENOMEM, "base.memory"));
  for (size_t i = 0; i < n; i++) {
    t->node[i] = (struct node){.checksum = v[i].checksum,
                               .length = v[i].length,
                               .q1 = v[i].q1,
                               .q2 = v[i].q2,
                               .point = (int32_t)i,
                               .cluster = (int32_t)i,
                               .border = -1,
                               .left = -1,
                               .right = -1};
    memcpy(t->node[i].code, v[i].code, TLSH_CODE);
  }
  VG_GO(grow(t, err));
  for (size_t i = 0; i < n; i++)
    t->place[t->node[i].point] = (int32_t)i;
out:
  if (rc != VG_OK)
    tree_free(t);
  else
    *out = t;
  return rc;
}

void tree_free(struct tree *t) {
  if (!t)
    return;
  free(t->node);
  free(t->stack);
  free(t->place);
  free(t);
}

void tree_rename(struct tree *t, int32_t point, int32_t cluster) { t->node[t->place[point]].cluster = cluster; }

struct outsider tree_outsider(struct tree *t, int32_t point) {
  int32_t from = t->place[point];
  return t->wide ? descend_wide(t, from) : descend(t, from, plain_distance);
}

bool tree_reaches(const struct tree *t, const int32_t *point, size_t n, size_t from, int most) {
  return t->wide ? reaches_wide(t, point, n, from, most) : reaches(t, point, n, from, most, plain_distance);
}

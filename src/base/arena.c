#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 64 << 10, ALIGN = 16 };

struct block {
  struct block *next;
  size_t size, used;
  _Alignas(ALIGN) char bytes[];
};

struct vg_arena {
  struct block *head; /* the one being filled; older ones behind it */
  size_t cap, total;
};

vg_code vg_arena_new(struct vg_arena **out, size_t cap, struct vg_err *err) {
  *out = calloc(1, sizeof **out);
  if (!*out)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  (*out)->cap = cap;
  return VG_OK;
}

static void free_from(struct block *b) {
  while (b) {
    struct block *next = b->next;
    free(b);
    b = next;
  }
}

void vg_arena_free(struct vg_arena *a) {
  if (a)
    free_from(a->head);
  free(a);
}

void vg_arena_reset(struct vg_arena *a) {
  if (!a->head)
    return;
  free_from(a->head->next);
  a->head->next = NULL;
  memset(a->head->bytes, 0, a->head->used);
  a->head->used = 0;
  a->total = 0;
}

static struct block *grow(struct vg_arena *a, size_t n) {
  size_t size = a->head ? a->head->size * 2 : FIRST_BLOCK;
  if (size > 16u << 20)
    size = 16u << 20;
  if (size < n)
    size = n;
  struct block *b = calloc(1, sizeof *b + size);
  if (!b)
    return NULL;
  b->size = size;
  b->next = a->head;
  a->head = b;
  return b;
}

void *vg_arena_alloc(struct vg_arena *a, size_t n) {
  if (n > a->cap - a->total)
    return NULL;
  size_t rounded = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  if (rounded < n)
    return NULL;
  struct block *b = a->head;
  if (!b || rounded > b->size - b->used) {
    b = grow(a, rounded);
    if (!b)
      return NULL;
  }
  void *p = b->bytes + b->used;
  b->used += rounded;
  a->total += n;
  return p;
}

void *vg_arena_array(struct vg_arena *a, size_t count, size_t size) {
  size_t n;
  return __builtin_mul_overflow(count, size, &n) ? NULL : vg_arena_alloc(a, n);
}

char *vg_arena_z(struct vg_arena *a, vg_str s) {
  char *p = vg_arena_alloc(a, s.n + 1);
  if (p && s.n)
    memcpy(p, s.p, s.n);
  return p;
}

vg_str vg_arena_str(struct vg_arena *a, vg_str s) {
  char *p = vg_arena_z(a, s);
  return p ? (vg_str){p, s.n} : VG_NOSTR;
}

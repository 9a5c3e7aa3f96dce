/* Lists that grow: room for one more element at the end, doubled when it is full. */
#ifndef VIGIE_BASE_GROW_H
#define VIGIE_BASE_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the full list longer; VG_GROW calls it. `list` points at the pointer to its first element (NULL before the
 * first), *cap is its room in elements of `size` bytes, `first` the room that the first call makes. The caller owns the
 * list and frees it with free(). false: no memory, or more bytes than a size_t counts; the list stays as it was. */
bool vg_grow(void *list, size_t *cap, size_t first, size_t size);

/* true when list `v` (a pointer lvalue) of `n` elements with room for `cap` (a size_t lvalue) takes one more. */
#define VG_GROW(v, n, cap, first) ((n) < (cap) || vg_grow(&(v), &(cap), (first), sizeof *(v)))

#endif

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

bool vg_grow(void *list, size_t *cap, size_t first, size_t size) {
  void *v;
  size_t room, bytes;
  memcpy(&v, list, sizeof v);
  if (__builtin_mul_overflow(*cap, 2, &room))
    return false;
  room = room ? room : first;
  if (__builtin_mul_overflow(room, size, &bytes) || !(v = realloc(v, bytes)))
    return false;
  memcpy(list, &v, sizeof v);
  *cap = room;
  return true;
}

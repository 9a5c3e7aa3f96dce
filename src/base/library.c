#include "base/library.h"

#ifdef __x86_64__
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As scripts/lazy.sh lays it out. */
struct library {
  const char *names;      /* of the library, then of its functions, each ended by a zero */
  _Atomic(void *) *found; /* its functions, NULL: not yet */
  _Atomic(void *) handle;
  uint32_t count, zero;
};
extern struct library vg_library_tsk, vg_library_yara, vg_library_magic, vg_library_archive, vg_library_xml2;
void *vg_library_symbol(struct library *l, uint32_t i);

_Noreturn static void missing(void) {
  const char *why = dlerror();
  (void)dprintf(2, "vigie: %s\n", why ? why : "?");
  _exit(127);
}

/* Loading it twice at a time gives the same handle. */
static void *load(struct library *l) {
  void *h = atomic_load_explicit(&l->handle, memory_order_acquire);
  if (h)
    return h;
  h = dlopen(l->names, RTLD_NOW | RTLD_LOCAL);
  if (!h)
    missing();
  atomic_store_explicit(&l->handle, h, memory_order_release);
  return h;
}

void *vg_library_symbol(struct library *l, uint32_t i) {
  const char *name = l->names + strlen(l->names) + 1;
  for (uint32_t k = 0; k < i; k++)
    name += strlen(name) + 1;
  void *f = dlsym(load(l), name);
  if (!f)
    missing();
  atomic_store_explicit(&l->found[i], f, memory_order_release);
  return f;
}

void vg_library_load(unsigned libraries) {
  static const struct {
    unsigned bit;
    struct library *library;
  } all[] = {{VG_LIBTSK, &vg_library_tsk},
             {VG_LIBYARA, &vg_library_yara},
             {VG_LIBMAGIC, &vg_library_magic},
             {VG_LIBARCHIVE, &vg_library_archive},
             {VG_LIBXML2, &vg_library_xml2}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (libraries & all[i].bit)
      (void)load(all[i].library);
}
#else
void vg_library_load(unsigned libraries) { (void)libraries; }
#endif

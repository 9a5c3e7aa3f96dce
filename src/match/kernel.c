#include "match/match_internal.h"

#include <string.h>

const struct kernel *const kernel_all[] = {
#if defined(__x86_64__)
    &kernel_avx512, &kernel_avx2, &kernel_sse2,
#elif defined(__aarch64__)
    &kernel_neon,
#endif
    &kernel_plain, NULL};

bool kernel_runs(const struct kernel *k) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (k == &kernel_avx512)
    return __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2");
  if (k == &kernel_avx2) /* every machine with AVX2 has LZCNT */
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
#endif
  return k != NULL;
}

const struct kernel *kernel_best(void) {
  size_t i = 0;
  while (!kernel_runs(kernel_all[i]))
    i++;
  return kernel_all[i];
}

const char *match_engine_name(const struct pack *p) { return p->kernel->name; }

bool match_engine_use(struct pack *p, const char *name) {
  for (size_t i = 0; kernel_all[i]; i++)
    if (strcmp(kernel_all[i]->name, name) == 0 && kernel_runs(kernel_all[i])) {
      p->kernel = kernel_all[i];
      return true;
    }
  return false;
}

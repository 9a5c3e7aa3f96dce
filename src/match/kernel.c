#include "match/match_internal.h"

#include <string.h>

#define T (B_HOST | B_LETTER)
#define X (T | B_HEX)
#define N (B_HOST | B_HEX)
const unsigned char kernel_class[256] __attribute__((aligned(64))) = {
    ['('] = B_OPEN,
    ['['] = B_OPEN,
    ['{'] = B_OPEN,
    [']'] = B_SPECIAL,
    ['\\'] = B_OPEN | B_SPECIAL, /* the only one that is both */
    ['.'] = B_HOST | B_DOT | B_NEXT,
    [':'] = B_COLON | B_NEXT,
    ['/'] = B_NEXT,
    ['@'] = B_NEXT,
    ['-'] = T,
    ['_'] = T,
    ['0'] = N,
    ['1'] = N,
    ['2'] = N,
    ['3'] = N,
    ['4'] = N,
    ['5'] = N,
    ['6'] = N,
    ['7'] = N,
    ['8'] = N,
    ['9'] = N,
    ['A'] = X | B_NEXT,
    ['B'] = X,
    ['C'] = X,
    ['D'] = X | B_NEXT,
    ['E'] = X,
    ['F'] = X,
    ['G'] = T,
    ['H'] = T,
    ['I'] = T,
    ['J'] = T,
    ['K'] = T,
    ['L'] = T,
    ['M'] = T,
    ['N'] = T,
    ['O'] = T,
    ['P'] = T,
    ['Q'] = T,
    ['R'] = T,
    ['S'] = T,
    ['T'] = T,
    ['U'] = T,
    ['V'] = T,
    ['W'] = T,
    ['X'] = T,
    ['Y'] = T,
    ['Z'] = T,
    ['a'] = X | B_NEXT,
    ['b'] = X,
    ['c'] = X,
    ['d'] = X | B_NEXT,
    ['e'] = X,
    ['f'] = X,
    ['g'] = T,
    ['h'] = T,
    ['i'] = T,
    ['j'] = T,
    ['k'] = T,
    ['l'] = T,
    ['m'] = T,
    ['n'] = T,
    ['o'] = T,
    ['p'] = T,
    ['q'] = T,
    ['r'] = T,
    ['s'] = T,
    ['t'] = T,
    ['u'] = T | B_NEXT, /* of "\u" only */
    ['v'] = T,
    ['w'] = T,
    ['x'] = T,
    ['y'] = T,
    ['z'] = T,
};
#undef T
#undef X
#undef N

size_t kernel_mark(const unsigned char *p, size_t n) {
  const unsigned char c = n ? p[0] : 0;
  const size_t size = c == 0xc2 ? 2 : c == 0xe2 || c == 0xe3 || c == 0xee || c == 0xef ? 3 : c >= 0xf0 ? 4 : 0;
  size_t i = 0;
  if (!size || n < size)
    return 0;
  for (size_t k = 1; k < size; k++)
    if (p[k] >> 6 != 2)
      return 0;
  return key_letter(vg_utf8_next(vg_str_n((const char *)p, size), &i)) || i != size ? 0 : size;
}

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
  if (k == &kernel_avx512) /* of Ice Lake and Zen 4 on */
    return __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vpopcntdq") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2");
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

bool match_engine_use(struct pack *p, const char *name) {
  for (size_t i = 0; kernel_all[i]; i++)
    if (strcmp(kernel_all[i]->name, name) == 0 && kernel_runs(kernel_all[i])) {
      p->kernel = kernel_all[i];
      return true;
    }
  return false;
}

/*
 * The classes by comparisons of vectors: the including file defines `vec` (a vector of bytes), VEC (its bytes),
 * KERNEL_TARGET and `bits(vec)`, a bit a byte from its top bits. Not a header of its own: no guard.
 */
#define CLASS static inline __attribute__((always_inline)) KERNEL_TARGET

CLASS vec all(unsigned char c) { return (vec){0} + c; }
CLASS vec range(vec v, unsigned char from, unsigned char to) {
  return (vec)(v - from <= all((unsigned char)(to - from)));
}
CLASS vec is(vec v, unsigned char c) { return (vec)(v == all(c)); }
CLASS vec load(const unsigned char *p) {
  vec v;
  __builtin_memcpy(&v, p, VEC);
  return v;
}

CLASS void classify_part(struct kernel_masks *m, const unsigned char *b, unsigned at) {
  const vec v = load(b + at), low = v | 32;
  const vec digit = range(v, '0', '9'), alpha = range(low, 'a', 'z'), dot = is(v, '.'), colon = is(v, ':');
  const vec high = (vec)(v >= all(0x80)), letter = alpha | is(v, '-') | is(v, '_') | high;
  m->host |= bits(letter | digit | dot) << at;
  m->dot |= bits(dot) << at;
  m->letter |= bits(letter) << at;
  m->hex |= bits(digit | range(low, 'a', 'f')) << at;
  m->colon |= bits(colon) << at;
  m->odd |= bits(is(v, '(') | range(low, '{', '}')) << at; /* "[\\]" | 32 is "{|}" */
  m->line |= bits(is(v, '\n')) << at;
  m->nul |= bits(is(v, 0)) << at;
  m->high |= bits(v) << at;
}

CLASS struct kernel_masks classify(const unsigned char *b) {
  struct kernel_masks m = {0};
  for (unsigned at = 0; at < 64; at += VEC)
    classify_part(&m, b, at);
  return m;
}
CLASS uint64_t printable(const unsigned char *b) {
  uint64_t m = 0;
  for (unsigned at = 0; at < 64; at += VEC)
    m |= bits(range(load(b + at), ' ', '~')) << at;
  return m;
}
CLASS struct kernel_leads leads(const unsigned char *b) {
  struct kernel_leads l = {0};
  for (unsigned at = 0; at < 64; at += VEC) {
    const vec v = load(b + at);
    l.two |= bits(is(v, 0xc2)) << at;
    l.three |= bits(is(v, 0xe2) | is(v, 0xe3) | is(v | 1, 0xef)) << at;
    l.four |= bits((vec)(v >= all(0xf0))) << at;
  }
  return l;
}
CLASS uint64_t goes_on(const unsigned char *b) {
  uint64_t m = 0;
  for (unsigned at = 0; at < 64; at += VEC)
    m |= bits(range(load(b + at), 0x80, 0xbf)) << at;
  return m;
}
CLASS uint64_t newlines(const unsigned char *b) {
  uint64_t m = 0;
  for (unsigned at = 0; at < 64; at += VEC)
    m |= bits(is(load(b + at), '\n')) << at;
  return m;
}
#undef CLASS

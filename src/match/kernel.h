/*
 * The scan's inner loops, compiled once for each set of instructions: the including file defines KERNEL (name),
 * KERNEL_TARGET (function attribute), KERNEL_VECTOR (bytes of a vector) and `classify`, which tells of 64 bytes which
 * is what, with its like; if it can do better also KERNEL_ODD (classify tells brackets apart), KERNEL_ENDS (its own
 * put_ends), KERNEL_TZCNT and KERNEL_EIGHT (ask_eight.h). Not a header of its own: no guard.
 *
 *   bytes ──classify──▶ masks, a bit a byte ──block(), shapes()──▶ ends of tokens worth a question, rare shapes
 *         ──ask()──▶ one hash and one cache line a token; what the gate lets through becomes an event
 *
 * A run of token bytes with a dot inside is found by one addition: adding the dots to the run's mask carries out of its
 * end, and only then.
 */
#define INLINE static inline __attribute__((always_inline)) KERNEL_TARGET

INLINE unsigned lead(uint64_t x) { return x ? (unsigned)__builtin_clzll(x) : 64; }

INLINE uint64_t add_carry(uint64_t a, uint64_t b, uint64_t *carry) {
  uint64_t s = a + b, over = s < a, r = s + *carry;
  *carry = over | (r < s);
  return r;
}

/* Bits one place on, the last bit of the block before coming in. */
INLINE uint64_t after(uint64_t m, uint64_t before) { return m << 1 | before >> 63; }

/* Place of the lowest bit; of no bit: any number up to 64. */
INLINE uint32_t lowest(uint64_t m) {
#ifdef KERNEL_TZCNT
  return (uint32_t)KERNEL_TZCNT(m);
#else
  return (uint32_t)__builtin_ctzll(m | UINT64_C(1) << 63);
#endif
}

#ifndef KERNEL_ENDS
/* The places of the bits of m. A few are written whether they are there or not: a branch less. */
INLINE uint32_t put_ends(uint16_t *to, uint32_t n, uint64_t m, uint32_t at) {
  const uint32_t count = (uint32_t)__builtin_popcountll(m);
  to[n] = (uint16_t)(at + lowest(m)), m &= m - 1;
  to[n + 1] = (uint16_t)(at + lowest(m)), m &= m - 1;
  to[n + 2] = (uint16_t)(at + lowest(m));
  if (__builtin_expect(count > 3, 0))
    for (uint32_t i = 3; i < count; i++)
      m &= m - 1, to[n + i] = (uint16_t)(at + lowest(m));
  return n + count;
}
#endif

/* Four characters of UTF-16LE: printable, zero, printable, zero ... Only the first such place of a run. */
INLINE uint64_t wide(struct kernel_carry *c, uint64_t nul, uint64_t print) {
  uint64_t pair = nul & after(print, c->bits.host);
  uint64_t u = pair & (pair << 2 | c->pair >> 62) & (pair << 4 | c->pair >> 60) & (pair << 6 | c->pair >> 58);
  uint64_t first = u & ~(u << 2 | c->wide >> 62);
  c->pair = pair, c->wide = u;
  return first;
}

#ifndef KERNEL_ODD
/* Second bytes of "[.", "\\.", ".]", "\\u" and the like, from the places of brackets and backslashes. Most of these are
 * something else. */
INLINE uint64_t fangs(const struct kernel_carry *c, const struct kernel_masks *m, uint64_t odd,
                      const unsigned char *b) {
  uint64_t found = 0;
  for (uint64_t x = after(m->odd, odd) | (m->odd & after(m->dot, c->bits.dot)); x; x &= x - 1) {
    const uint32_t i = lowest(x);
    const unsigned char one = i ? b[i - 1] : c->byte;
    const unsigned first = kernel_class[one], second = kernel_class[b[i]];
    const bool bracket = (first & (B_OPEN | B_SPECIAL)) == B_OPEN;
    const bool yes = (b[i] == 'u' ? one == '\\' : bracket && (second & B_NEXT)) ||
                     ((first & B_SPECIAL) && (second & B_DOT)) || ((first & B_DOT) && (second & B_SPECIAL));
    found |= (uint64_t)yes << i;
  }
  return found;
}
#endif

/* The sixth colon of a chain, and those behind it, each at most five bytes after the one before: an IPv6 address
 * without "::" has as many; or the fifth, for MAC addresses. */
INLINE uint64_t chains(uint64_t before, uint64_t now, unsigned least_length) {
  uint64_t found = 0;
  int last = -9;
  unsigned length = 0;
  for (uint64_t m = before; m; m &= m - 1) {
    const int at = (int)lowest(m);
    length = at - last < 6 ? length + 1 : 1;
    last = at;
  }
  for (last -= 64; now; now &= now - 1) {
    const int at = (int)lowest(now);
    length = at - last < 6 ? length + 1 : 1;
    last = at;
    found |= (uint64_t)(length >= least_length) << at;
  }
  return found;
}

/* Bytes that go on a character of UTF-8, in a block; at the places one, two and three further on. */
struct KERNEL(conts) {
  uint64_t at, one, two, three;
};
INLINE struct KERNEL(conts) conts(const unsigned char *b) {
  const uint64_t at = goes_on(b), three = goes_on(b + KERNEL_AHEAD);
  return (struct KERNEL(conts)){at, at >> 1 | (three >> 61 & 1) << 63, at >> 2 | (three >> 61 & 3) << 62, three};
}

/* Punctuation beyond ASCII parts tokens as ASCII's does: which of a block's bytes belong to it, c->mark to begin with;
 * c->mark: of the next block. Only what is followed by as many bytes as it needs is looked at: of random bytes few. */
INLINE uint64_t marks(struct kernel_carry *c, const unsigned char *b, const struct KERNEL(conts) * cont) {
  const struct kernel_leads l = leads(b);
  uint64_t mark = c->mark;
  c->mark = 0;
  for (uint64_t x = cont->one & (l.two | (cont->two & (l.three | (cont->three & l.four)))) & ~mark; x; x &= x - 1) {
    const uint32_t i = lowest(x), n = (uint32_t)kernel_mark(b + i, 64 + KERNEL_AHEAD - i);
    const uint64_t bytes = (UINT64_C(1) << n) - 1;
    mark |= bytes << i;
    c->mark |= i + n > 64 ? bytes >> (64 - i) : 0;
  }
  return mark;
}

/*
 * Behind which dots of tokens with bytes above ASCII a name may go on: before such a dot ends a character of one, right
 * behind it begins one (as scan.c's named_dot(), but what it has of the block before may be anything), and the place of
 * that is told. Of a pack with anchors also where three bytes of one may be. Of random bytes most are none.
 */
INLINE uint64_t worth(const struct kernel_masks *m, const struct kernel_bits *b, const struct KERNEL(conts) * cont,
                      bool anchors) {
  const uint64_t ascii = m->host & ~m->high, plain = ascii & ~m->dot,
                 ends = plain | (cont->at & after(m->high, b->host)),
                 begins = plain | (m->high & ~cont->at & cont->one), dot = m->dot & after(ends, b->host & ~b->dot),
                 three = ascii & after(ascii, b->host);
  return (begins & after(dot, b->dot)) | (anchors ? three & after(three, b->host) : 0);
}

/* b: 64 bytes, and KERNEL_AHEAD more. False, and nothing done: there are bytes above ASCII, and `ascii` promised none.
 */
INLINE bool block(struct kernel_found *f, struct kernel_carry *c, bool tokens, bool anchors, uint32_t k,
                  const unsigned char *b, bool ascii) {
  const struct kernel_masks m = classify(b);
  uint64_t h = m.host, letter = m.letter, high = m.high;
  if (ascii && __builtin_expect((high | c->add_high) != 0, 0))
    return false;
  uint64_t good = 0;
  if (!ascii) {
    const struct KERNEL(conts) cont = conts(b);
    const uint64_t mark = marks(c, b, &cont);
    good = worth(&m, &c->bits, &cont, anchors);
    h &= ~mark, letter &= ~mark, high &= ~mark, good &= ~mark;
  }
  struct kernel_bits now = {.host = h, .dot = m.dot, .hex = m.hex, .colon = m.colon};
  uint64_t dotted = add_carry(h, m.dot, &c->add_dot) & ~h, named = add_carry(h, letter, &c->add_letter) & ~h;
  f->host[k + 1] = h, f->dot[k + 1] = m.dot, f->hex[k + 1] = m.hex, f->colon[k + 1] = m.colon;
  /* Of three bytes or more: no anchor is shorter. */
  uint64_t ends = ~h & after(h, c->bits.host) & (h << 2 | c->bits.host >> 62) & (h << 3 | c->bits.host >> 61);
  if (!ascii) {
    const uint64_t words = add_carry(h, high, &c->add_high) & ~h;
    f->event[EV_WORD][k] = words & dotted & add_carry(h, good, &c->add_good);
    dotted &= ~words, ends &= ~words;
  }
  c->names = put_ends(f->name, c->names, dotted & named, k * 64);
  c->numbers = put_ends(f->number, c->numbers, dotted & ~named, k * 64);
  if (tokens)
    c->tokens = put_ends(f->token, c->tokens, ends, k * 64);
#ifdef KERNEL_ODD
  f->open[k + 1] = now.open = m.open, f->special[k + 1] = now.special = m.special, f->next[k + 1] = m.next;
#else
  now.open = m.odd;
  f->event[EV_FANG][k] = m.odd | c->bits.open >> 63 ? fangs(c, &m, c->bits.open, b) : 0;
#endif
  if (__builtin_expect((m.nul | c->pair) != 0, 0))
    f->event[EV_WIDE][k] = wide(c, m.nul, printable(b));
  c->lines += (uint32_t)__builtin_popcountll(m.line);
  c->line_end = m.line ? k * 64 + 64 - lead(m.line) : c->line_end;
  c->bits = now, c->byte = b[63];
  return true;
}

/* From the first block on that is not of ASCII alone, to the end of the chunk; on its own, so that those before it keep
 * their registers. */
static KERNEL_TARGET __attribute__((noinline)) void KERNEL(any_blocks)(struct kernel_found *f, struct kernel_carry *c,
                                                                       bool tokens, bool anchors, uint32_t k,
                                                                       uint32_t end, const unsigned char *b) {
  c->add_good = c->add_dot; /* of the blocks of ASCII before it is not known */
  for (; k < end; k++, b += 64)
    (void)block(f, c, tokens, anchors, k, b, false);
}

/* Some words at a time. */
typedef uint64_t KERNEL(words) __attribute__((vector_size(KERNEL_VECTOR)));
enum { KERNEL(LANES) = KERNEL_VECTOR / 8 };
#define LOAD(v, from) __builtin_memcpy(&(v), (from), sizeof(v))
#define STORE(to, v) __builtin_memcpy((to), &(v), sizeof(v))
/* Bits one place on, the last one of the word before coming in. */
#define ON(m, before) ((m) << 1 | (before) >> 63)

/* Colons behind a digit or a colon. */
INLINE uint64_t grouped(const struct kernel_found *f, uint32_t k) {
  return f->colon[k + 1] & after(f->colon[k + 1] | f->hex[k + 1], f->colon[k] | f->hex[k]);
}

/* Where three of those are near one another there may be six. */
INLINE void chained(const struct pack *p, struct kernel_found *f, struct kernel_carry *c) {
  uint64_t before = c->grouped;
  for (uint32_t k = 0; k < f->blocks; k++) {
    const uint64_t now = grouped(f, k),
                   six = f->chain[k] | f->chain[k + 1] ? chains(before, now, p->has_mac ? 5 : 6) : 0;
    f->event[EV_V6][k] |= six, f->any[k] |= six;
    before = now;
  }
}

/* The rarer shapes: sixteen hexadecimal digits, "::", six colons, defanged dots. */
INLINE void shapes(const struct pack *p, struct kernel_found *f, struct kernel_carry *c) {
  KERNEL(words) chain = {0}, hex, colon, hex_b, colon_b, word, wides, fang;
  f->chain[0] = ~UINT64_C(0);
  for (uint32_t k = 0; k < f->blocks; k += KERNEL(LANES)) {
    LOAD(hex, f->hex + k + 1);
    LOAD(hex_b, f->hex + k);
    LOAD(colon, f->colon + k + 1);
    LOAD(colon_b, f->colon + k);
    LOAD(word, f->event[EV_WORD] + k);
    LOAD(wides, f->event[EV_WIDE] + k);
    const KERNEL(words) group = colon & ON(colon | hex, colon_b | hex_b), six = colon & ON(colon, colon_b);
    KERNEL(words) x = hex & hex >> 1, near = group << 1 | group << 2;
    x &= x >> 2, x &= x >> 4;
    x &= x >> 8 & UINT64_C(0x0001000100010001);
    x &= ~(x << 16);
    near = group & (near | near << 2 | group << 5);
    KERNEL(words) third = near << 1 | near << 2;
    third = near & (third | third << 2 | near << 5);
#ifdef KERNEL_ODD
    KERNEL(words) dot, dot_b, open, open_b, special, special_b, next, host;
    LOAD(dot, f->dot + k + 1);
    LOAD(dot_b, f->dot + k);
    LOAD(special, f->special + k + 1);
    LOAD(special_b, f->special + k);
    LOAD(next, f->next + k + 1);
    LOAD(open_b, f->open + k);
    LOAD(open, f->open + k + 1);
    LOAD(host, f->host + k + 1);
    const KERNEL(words) u = next & host & ~(hex | dot);
    fang = (next & ~u & ON(open & ~special, open_b & ~special_b)) | (u & ON(open & special, open_b & special_b)) |
           (ON(special, special_b) & dot) | (special & ON(dot, dot_b));
    STORE(f->event[EV_FANG] + k, fang);
#else
    LOAD(fang, f->event[EV_FANG] + k);
#endif
    const KERNEL(words) any = x | six | fang | word | wides;
    STORE(f->event[EV_HEX] + k, x);
    STORE(f->event[EV_V6] + k, six);
    STORE(f->chain + k + 1, third);
    STORE(f->any + k, any);
    chain |= third;
  }
  uint64_t some = c->grouped;
  for (unsigned i = 0; i < KERNEL(LANES); i++)
    some |= chain[i];
  if (some)
    chained(p, f, c);
  c->grouped = f->blocks ? grouped(f, f->blocks - 1) : 0;
}
#undef LOAD
#undef STORE
#undef ON

#include "match/ask.h"

static KERNEL_TARGET void KERNEL(chunk)(const struct pack *p, const unsigned char *t, size_t before, size_t n,
                                        bool last, struct kernel_found *f, struct kernel_carry *carry) {
  uint32_t k = 0;
  struct kernel_carry c = *carry; /* so that it can stay in registers */
  const bool tokens = p->anchor_whole;
  c.names = c.numbers = c.tokens = c.lines = c.line_end = 0;
  f->host[0] = c.bits.host, f->dot[0] = c.bits.dot, f->hex[0] = c.bits.hex, f->colon[0] = c.bits.colon;
  f->open[0] = c.bits.open, f->special[0] = c.bits.special;
  for (unsigned e = 0; e < EV_FANG; e++) /* the others are written below */
    memset(f->event[e], 0, (n / 64 + 1 + KERNEL(LANES)) * 8);
  const size_t ahead = !last ? 0 : n < KERNEL_AHEAD ? n : KERNEL_AHEAD;
  const uint32_t full = (uint32_t)((n - ahead) / 64);
  for (; k < full; k++) {
    if (!last)
      __builtin_prefetch(t + n + (size_t)k * 64); /* of the next chunk, while this one is asked about */
    if (!block(f, &c, tokens, p->has_anchor, k, t + (size_t)k * 64, true))
      break;
  }
  if (k < full || last) {
    unsigned char rest[2 * 64 + KERNEL_AHEAD] = {0};
    const uint32_t end = last ? (uint32_t)(n / 64) + 1 : full;
    struct kernel_carry any = c;
    KERNEL(any_blocks)(f, &any, tokens, p->has_anchor, k, full, t + (size_t)k * 64);
    memcpy(rest, t + (size_t)full * 64, n - (size_t)full * 64);
    KERNEL(any_blocks)(f, &any, tokens, p->has_anchor, full, end, rest);
    c = any, k = end;
  }
  f->blocks = k, f->lines = c.lines, f->line_end = c.line_end, f->asks = 0;
  f->names = c.names, f->numbers = c.numbers, f->tokens = c.tokens;
  shapes(p, f, &c);
  *carry = c;
  ask_names(p, f, t, (ptrdiff_t)before);
  if (p->has_hash)
    ask_hex(p, f, t, (ptrdiff_t)before);
  if (p->has_v4 || p->has_port || p->has_url)
    ask_numbers(p, f, t, (ptrdiff_t)before);
  if (tokens)
    ask_tokens(p, f, t, (ptrdiff_t)before);
  for (uint32_t i = 0; p->blind && i < f->asks; i++)
    f->hash[i] = blind_hash(&p->blind_key, f->hash[i]);
  answers(p, f);
}

/* UTF-16LE as bytes, as far as whole blocks of it are printable ASCII; characters. */
static KERNEL_TARGET size_t KERNEL(narrow)(const unsigned char *t, size_t n, unsigned char *out) {
  typedef uint16_t wide_chars __attribute__((vector_size(16)));
  typedef unsigned char chars __attribute__((vector_size(8)));
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    uint64_t v[8], high = 0;
    memcpy(v, t + i, 64);
    for (unsigned j = 0; j < 8; j++)
      high |= v[j];
    const unsigned char *top = (const unsigned char *)&high;
    if (printable(t + i) != UINT64_C(0x5555555555555555) || (top[1] | top[3] | top[5] | top[7]))
      break;
    for (unsigned j = 0; j < 64; j += 16) {
      wide_chars w;
      memcpy(&w, t + i + j, 16);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
      w >>= 8;
#endif
      const chars c = __builtin_convertvector(w, chars);
      memcpy(out + i / 2 + j / 2, &c, 8);
    }
  }
  return i / 2;
}

static KERNEL_TARGET size_t KERNEL(lines)(const unsigned char *t, size_t n) {
  size_t lines = 0, i = 0;
  for (; i + 64 <= n; i += 64)
    lines += (size_t)__builtin_popcountll(newlines(t + i));
  for (; i < n; i++)
    lines += t[i] == '\n';
  return lines;
}

#undef INLINE

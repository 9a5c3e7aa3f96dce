/*
 * What the scan asks the gate of each token that a chunk has: part of kernel.h, no header of its own, no guard.
 */
#define NAME_DOTS (~UINT64_C(0) << 47)
#define NAME_FAR (UINT64_C(3) << 45)

/* 64 bits that end before the place e of the chunk: the top bit is the last byte. */
INLINE uint64_t window(const uint64_t *bits, uint32_t e) {
  const uint64_t *w = bits + e / 64;
  unsigned r = e % 64;
  return w[0] >> r | w[1] << 1 << (63 - r);
}

/* The same in one load; the lowest seven may be missing. */
enum { WINDOW = 57 };
INLINE uint64_t recent(const uint64_t *bits, uint32_t e) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t v;
  __builtin_memcpy(&v, (const unsigned char *)bits + (e + 63) / 8 - 7, 8);
  return v << (~(e + 63) & 7);
#else
  return window(bits, e);
#endif
}

struct KERNEL(end) {
  uint64_t w, d;
  ptrdiff_t e;
  bool odd; /* more dots at its end than the window shows */
};
/* The token that ends at e, without the dots at its end. */
INLINE struct KERNEL(end) token_end(const struct kernel_found *f, uint32_t e) {
  struct KERNEL(end) t = {recent(f->host, e), recent(f->dot, e), e, false};
  unsigned dots = lead(~t.d);
  t.odd = dots > 40;
  dots &= 63;
  t.w <<= dots, t.d <<= dots, t.e -= dots;
  return t;
}

INLINE void pass(struct kernel_found *f, enum event_kind kind, uint32_t e) {
  f->event[kind][e / 64] |= UINT64_C(1) << e % 64;
  f->any[e / 64] |= UINT64_C(1) << e % 64;
}

INLINE void candidate(const struct pack *p, struct kernel_found *f, uint32_t e, unsigned kind, uint64_t h) {
  __builtin_prefetch(&p->gate[h >> p->gate_shift]);
  f->asked[f->asks] = e << 2 | kind;
  f->hash[f->asks++] = h;
}

/* The last `tail` bytes before `end` (which has 16 before it), lower case. */
INLINE uint64_t tail_hash(const unsigned char *end, unsigned tail, uint64_t salt) {
  uint64_t lo = (gate_le64(end - 16) | GATE_LOWER) & gate_masks[tail][0],
           hi = (gate_le64(end - 8) | GATE_LOWER) & gate_masks[tail][1];
  return gate_mix(lo ^ salt, hi);
}

/* "\nevil.com", "%2Fevil.com", "\u002fevil.com": how many bytes of the token at `start` belong to an escape; 0 none. */
INLINE unsigned escape(const unsigned char *start) {
  unsigned char c = start[-1];
  if (__builtin_expect(c != '\\' && c != '%', 1))
    return 0;
  return c == '%' ? 2
         : start[0] == 'u'
             ? 5
             : start[0] == 'n' || start[0] == 'r' || start[0] == 't' || start[0] == 'b' || start[0] == 'f';
}

INLINE unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* t: the chunk's first byte, with `before` bytes of the text in front of it. */
INLINE void ask_name(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before,
                     uint32_t e) {
  struct KERNEL(end) x = token_end(f, e);
  if (__builtin_expect(x.e + before < KERNEL_ROOM || x.odd, 0)) {
    pass(f, EV_NAME, e);
    return;
  }
  /* The two last dots among the last 17 bytes; two bits below stand for "further away". */
  uint64_t d = (x.d & NAME_DOTS) | NAME_FAR;
  unsigned first = lead(d), second = lead(d ^ (UINT64_C(1) << 63 >> first)), run = lead(~x.w),
           tail = least(least(second, run), 16);
  const unsigned char *end = t + x.e;
  candidate(p, f, e, EV_NAME, tail_hash(end, tail, 0));
  unsigned skip = run < KERNEL_ROOM - 1 ? escape(end - run) : 0;
  if (__builtin_expect(skip && skip < run, 0)) {
    if ((unsigned)(end[-1] - '0') < 10)
      pass(f, EV_NAME, e); /* "\n1.2.3.4" */
    else
      candidate(p, f, e, EV_NAME, tail_hash(end, least(least(second, run - skip), 16), 0));
  }
}

/* What may be a.b.c.d: three dots, 7-15 bytes that end at `end`. Asked as text, which is written in one way only; what
 * the gate lets through is read. */
INLINE void ask_number(const struct pack *p, struct kernel_found *f, const unsigned char *end, uint64_t d, unsigned run,
                       uint32_t at) {
  if (run < 7 || run > 15 || __builtin_popcountll(d >> (64 - run)) != 3)
    return;
  if (p->net4) {
    uint64_t own = d >> (64 - run);
    own &= own - 1;
    const unsigned two = lowest(own) + 1; /* "a.b." */
    if (two <= 8 && pack_net4(p, gate_le64(end - run + two - 8) & gate_masks[two][1])) {
      pass(f, EV_NUMBER, at);
      return;
    }
  }
  candidate(p, f, at, EV_NUMBER, tail_hash(end, run, GATE_WHOLE));
}

/* A number with something odd about it: dots around it, an escape in front, or the beginning of the text too near. */
INLINE void ask_odd_number(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before,
                           uint32_t e) {
  struct KERNEL(end) x = token_end(f, e);
  unsigned run = lead(~x.w);
  if (x.e + before < KERNEL_ROOM || x.odd || (run > 18 && x.d >> (64 - run) & 1)) {
    pass(f, EV_NUMBER, e);
    return;
  }
  while (run && x.d >> (64 - run) & 1)
    run--;
  ask_number(p, f, t + x.e, x.d, run, e);
  if (run > 8 && run < 19 && t[x.e - (ptrdiff_t)run - 1] == '%')
    ask_number(p, f, t + x.e, x.d, run - 2, e);
}

/* Bits of hex digits that follow the place e, the lowest first. */
INLINE uint64_t window_after(const uint64_t *bits, uint32_t e) { return window(bits, e + 64); }

/* Runs of 32, 40, 64 or 128 hex digits; those that touch the chunk's ends, or an escape, are looked at closely without
 * asking. */
INLINE void ask_hex(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  for (uint32_t k = busy_block(f, 0); k < f->blocks; k = busy_block(f, k + 1))
    for (uint64_t m = f->event[EV_HEX][k]; m; m &= m - 1) {
      const uint32_t at = k * 64 + (uint32_t)__builtin_ctzll(m);
      const unsigned back = lead(~window(f->hex, at));
      f->event[EV_HEX][k] &= ~(m & -m);
      if (back >= 16)
        continue; /* not the first sixteen of its run */
      uint32_t to = at + 16;
      for (unsigned more = 64; more == 64 && to + 128 < f->blocks * 64; to += more) {
        uint64_t rest = ~window_after(f->hex, to);
        more = rest ? (unsigned)__builtin_ctzll(rest) : 64;
      }
      const unsigned n = to - at + back;
      const bool near = to + 128 >= f->blocks * 64 || at + before < 64 + KERNEL_ROOM;
      const unsigned char one = near ? '%' : t[(ptrdiff_t)at - (ptrdiff_t)back - 1];
      if (near || one == '%' || one == '\\' || one == 'u')
        f->event[EV_HEX][k] |= m & -m;
      else if (n == 32 || n == 40 || n == 64 || n == 128)
        candidate(p, f, at, EV_HEX, tail_hash(t + to, 16, GATE_WHOLE));
    }
}

/* Whole tokens, for anchors that are no dotted names. */
INLINE void ask_token(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before,
                      uint32_t e) {
  struct KERNEL(end) x = token_end(f, e);
  unsigned run = lead(~x.w);
  while (run && run < WINDOW && x.d >> (64 - run) & 1)
    run--;
  if (run < 3 || (run >= WINDOW && !p->anchor_long))
    return;
  bool plain = run < WINDOW && x.e + before > KERNEL_ROOM && x.e + before > run && !x.odd && !escape(t + x.e - run);
  if (!plain) {
    pass(f, EV_TOKEN, e);
  } else if (p->anchor_lens >> run & 1) {
    const uint64_t h = tail_hash(t + x.e, least(run, 16), GATE_WHOLE);
    if (map_has(p->anchor_map, map_anchor(h)))
      candidate(p, f, e, EV_TOKEN, h);
  }
}

#ifdef KERNEL_EIGHT
#include "match/ask_eight.h"
#else
INLINE void ask_tokens(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  for (uint32_t i = 0; i < f->tokens; i++)
    ask_token(p, f, t, before, f->token[i]);
}

INLINE void ask_names(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  for (uint32_t i = 0; i < f->names; i++)
    ask_name(p, f, t, before, f->name[i]);
}

/* Most dotted numbers are none of interest: the first pass keeps those of three dots and 7-15 bytes, and odd ones,
 * without branches. */
INLINE void ask_numbers(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  uint32_t kept = 0, odd = 0;
  for (uint32_t i = 0; i < f->numbers; i++) {
    const uint32_t e = f->number[i];
    const uint64_t w = recent(f->host, e), d = recent(f->dot, e);
    const unsigned run = lead(~w), shift = (64 - run) & 63;
    const uint64_t own = d >> shift;
    /* a dot at either end, %xx in front, or at the very beginning */
    const bool early = e + before < KERNEL_ROOM;
    const ptrdiff_t front = (ptrdiff_t)e - 1 - (early ? 0 : (ptrdiff_t)least(run, 18));
    const bool strange = (own & 1) | (d >> 63) | early | (t[front] == '%');
    f->kept[kept] = (uint16_t)e;
    kept += !strange & (run - 7 < 9) & (__builtin_popcountll(own) == 3);
    f->odd[odd] = (uint16_t)e;
    odd += strange & (run >= 7);
  }
  for (uint32_t i = 0; i < kept; i++) {
    const uint32_t e = f->kept[i];
    ask_number(p, f, t + e, recent(f->dot, e), lead(~recent(f->host, e)), e);
  }
  for (uint32_t i = 0; i < odd; i++)
    ask_odd_number(p, f, t, before, f->odd[i]);
}
#endif

/* Few pass; which do is noted without a branch. */
INLINE void answers(const struct pack *p, struct kernel_found *f) {
  uint32_t passed = 0;
  for (uint32_t i = 0; i < f->asks; i++) {
    const uint64_t h = f->hash[i], bits = gate_bits(h);
    const uint32_t one = f->asked[i];
    f->asked[passed] = one;
    passed += (p->gate[h >> p->gate_shift] & bits) == bits;
  }
  for (uint32_t i = 0; i < passed; i++)
    pass(f, (enum event_kind)(f->asked[i] & 3), f->asked[i] >> 2);
}

/*
 * The scan's inner loops, compiled once for each set of instructions: the including file defines KERNEL (name), KERNEL_TARGET (function
 * attribute) and `classify`, which tells of 64 bytes which is what. Not a header of its own: no guard.
 *
 *   bytes ──classify──▶ masks, a bit a byte ──block()──▶ ends of tokens worth a question, rare shapes
 *         ──ask()──▶ one hash and one cache line a token; what the gate lets through becomes an event
 *
 * A run of token bytes with a dot inside is found by one addition: adding the dots to the run's mask carries out of its end, and only then.
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

INLINE uint32_t put_ends(uint32_t *to, uint32_t n, uint64_t m, uint32_t at) {
  const uint64_t stop = UINT64_C(1) << 63;
  uint32_t count = (uint32_t)__builtin_popcountll(m);
  for (uint32_t i = 0; i < 4; i++, m &= m - 1)
    to[n + i] = at + (uint32_t)__builtin_ctzll(m | stop);
  for (uint32_t i = 4; i < count; i++, m &= m - 1)
    to[n + i] = at + (uint32_t)__builtin_ctzll(m | stop);
  return n + count;
}

/* Four characters of UTF-16LE: printable, zero, printable, zero ... Only the first such place of a run. */
INLINE uint64_t wide(struct kernel_carry *c, uint64_t nul, uint64_t print) {
  uint64_t pair = nul & after(print, c->m.host);
  uint64_t u = pair & (pair << 2 | c->pair >> 62) & (pair << 4 | c->pair >> 60) & (pair << 6 | c->pair >> 58);
  uint64_t first = u & ~(u << 2 | c->wide >> 62);
  c->pair = pair, c->wide = u;
  return first;
}

INLINE void block(const struct pack *p, struct kernel_found *f, struct kernel_carry *c, uint32_t k, const unsigned char *b) {
  struct kernel_masks m = classify(b);
  const uint64_t h = m.host;
  f->host[k + 1] = h, f->dot[k + 1] = m.dot, f->hex[k + 1] = m.hex;
  uint64_t dotted = add_carry(h, m.dot, &c->add_dot) & ~h, named = add_carry(h, m.letter, &c->add_letter) & ~h, words = 0;
  if (m.high | c->add_high) {
    words = add_carry(h, m.high, &c->add_high) & ~h & dotted;
    dotted &= ~words;
  }
  f->event[EV_WORD][k] = words;
  f->names = put_ends(f->name, f->names, dotted & named, k * 64);
  f->numbers = put_ends(f->number, f->numbers, dotted & ~named, k * 64);
  if (p->anchor_whole)
    f->tokens = put_ends(f->token, f->tokens, ~h & after(h, c->m.host), k * 64);
  f->event[EV_FANG][k] = (after(m.open, c->m.open) & m.next) | (after(m.special, c->m.special) & m.dot) | (after(m.dot, c->m.dot) & m.special);
  uint64_t six = m.colon & after(m.colon, c->m.colon), grouped = m.colon & after(m.colon | m.hex, c->m.colon | c->m.hex);
  f->event[EV_V6][k] = __builtin_popcountll(grouped) >= 3 ? six | grouped : six;
  f->event[EV_WIDE][k] = m.nul | c->pair ? wide(c, m.nul, printable(b)) : 0;
  uint64_t x = m.hex & m.hex >> 1;
  x &= x >> 2;
  x &= x >> 4;
  f->event[EV_HEX][k] = x & x >> 8 & UINT64_C(0x0001000100010001);
  c->m = m;
}

/* 64 bits that end before the place e of the chunk: the top bit is the last byte. */
INLINE uint64_t window(const uint64_t *bits, uint32_t e) {
  const uint64_t *w = bits + e / 64;
  unsigned r = e % 64;
  return w[0] >> r | w[1] << 1 << (63 - r);
}

struct KERNEL(end) {
  uint64_t w, d;
  ptrdiff_t e;
  bool odd; /* more dots at its end than the window shows */
};
/* The token that ends at e, without the dots at its end. */
INLINE struct KERNEL(end) token_end(const struct kernel_found *f, uint32_t e) {
  struct KERNEL(end) t = {window(f->host, e), window(f->dot, e), e, false};
  unsigned dots = lead(~t.d);
  t.odd = dots > 40;
  dots &= 63;
  t.w <<= dots, t.d <<= dots, t.e -= dots;
  return t;
}

INLINE void pass(struct kernel_found *f, enum event_kind kind, uint32_t e) { f->event[kind][e / 64] |= UINT64_C(1) << e % 64; }

INLINE void candidate(const struct pack *p, struct kernel_found *f, uint32_t e, unsigned kind, uint64_t h) {
  __builtin_prefetch(&p->gate[h >> p->gate_shift]);
  f->asked[f->asks] = e << 2 | kind;
  f->hash[f->asks++] = h;
}

/* The last `tail` bytes before `end` (which has 16 before it), lower case. */
INLINE uint64_t tail_hash(const unsigned char *end, unsigned tail, uint64_t salt) {
  uint64_t lo = (gate_le64(end - 16) | GATE_LOWER) & gate_masks[tail][0], hi = (gate_le64(end - 8) | GATE_LOWER) & gate_masks[tail][1];
  return gate_mix(lo ^ salt, hi);
}

/* "\nevil.com", "%2Fevil.com", "\u002fevil.com": how many bytes of the token at `start` belong to an escape; 0 none. */
INLINE unsigned escape(const unsigned char *start) {
  unsigned char c = start[-1];
  if (__builtin_expect(c != '\\' && c != '%', 1))
    return 0;
  return c == '%' ? 2 : start[0] == 'u' ? 5 : start[0] == 'n' || start[0] == 'r' || start[0] == 't' || start[0] == 'b' || start[0] == 'f';
}

INLINE unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* t: the chunk's first byte, with `before` bytes of the text in front of it. */
INLINE void ask_names(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  for (uint32_t i = 0; i < f->names; i++) {
    uint32_t e = f->name[i];
    struct KERNEL(end) x = token_end(f, e);
    if (__builtin_expect(x.e + before < KERNEL_ROOM || x.odd, 0)) {
      pass(f, EV_NAME, e);
      continue;
    }
    /* The two last dots among the last 17 bytes; two bits below stand for "further away". */
    uint64_t d = (x.d & ~UINT64_C(0) << 47) | UINT64_C(3) << 45;
    unsigned first = lead(d), second = lead(d ^ (UINT64_C(1) << 63 >> first)), run = lead(~x.w), tail = least(least(second, run), 16);
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
}

/* a.b.c.d with no more than three digits each, from the places of its dots; false: none, or above 255, or with a zero in front. */
INLINE bool four(const unsigned char *end, uint64_t d, unsigned run, uint32_t *out) {
  static const uint8_t tens[4] = {0, 0, 10, 10}, hundreds[4] = {0, 0, 0, 100};
  uint32_t a = 0;
  unsigned bad = 0, left = run;
  for (unsigned i = 0; i < 4; i++) {
    unsigned len = i < 3 ? lead(d) : left;
    bad |= len - 1 > 2;
    unsigned v = (end[-1] & 15u) + tens[len & 3] * (end[-2] & 15u) + hundreds[len & 3] * (end[-3] & 15u);
    bad |= (unsigned)(v > 255) | ((unsigned)(len > 1) & (unsigned)(end[-(ptrdiff_t)(len & 3)] == '0'));
    a |= (v & 255) << 8 * i;
    end -= (len & 3) + 1, left -= (len & 3) + 1, d <<= (len & 3) + 1;
  }
  *out = a;
  return !bad;
}

INLINE void ask_number(const struct pack *p, struct kernel_found *f, const unsigned char *end, uint64_t d, unsigned run, uint32_t at) {
  uint32_t a;
  if (run < 7 || run > 15 || __builtin_popcountll(d >> (64 - run)) != 3 || !four(end, d, run, &a))
    return;
  if (p->net4_map[a >> 22] >> (a >> 16 & 63) & 1)
    pass(f, EV_NUMBER, at);
  else
    candidate(p, f, at, EV_NUMBER, gate_mix(a, GATE_V4));
}

/* A number with something odd about it: dots around it, an escape in front, or the beginning of the text too near. */
INLINE void ask_odd_number(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before, uint32_t e) {
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

/* Most dotted numbers are none of interest: the first pass keeps those of three dots and 7-15 bytes, and odd ones, without branches. */
INLINE void ask_numbers(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  uint32_t kept = 0, odd = 0;
  for (uint32_t i = 0; i < f->numbers; i++) {
    const uint32_t e = f->number[i];
    const uint64_t w = window(f->host, e), d = window(f->dot, e);
    const unsigned run = lead(~w), shift = (64 - run) & 63;
    const uint64_t own = d >> shift;
    /* a dot at either end, %xx in front, or at the very beginning */
    const bool early = e + before < KERNEL_ROOM;
    const ptrdiff_t front = (ptrdiff_t)e - 1 - (early ? 0 : (ptrdiff_t)least(run, 18));
    const bool strange = (own & 1) | (d >> 63) | early | (t[front] == '%');
    f->kept[kept] = e;
    kept += !strange & (run - 7 < 9) & (__builtin_popcountll(own) == 3);
    f->odd[odd] = e;
    odd += strange & (run >= 7);
  }
  for (uint32_t i = 0; i < kept; i++) {
    const uint32_t e = f->kept[i];
    ask_number(p, f, t + e, window(f->dot, e), lead(~window(f->host, e)), e);
  }
  for (uint32_t i = 0; i < odd; i++)
    ask_odd_number(p, f, t, before, f->odd[i]);
}

/* Bits of hex digits that follow the place e, the lowest first. */
INLINE uint64_t window_after(const uint64_t *bits, uint32_t e) { return window(bits, e + 64); }

/* Runs of 32, 40, 64 or 128 hex digits; those that touch the chunk's ends, or an escape, are looked at closely without asking. */
INLINE void ask_hex(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  for (uint32_t k = 0; k < f->blocks; k++)
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
INLINE void ask_tokens(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  for (uint32_t i = 0; i < f->tokens; i++) {
    uint32_t e = f->token[i];
    struct KERNEL(end) x = token_end(f, e);
    unsigned run = lead(~x.w);
    while (run && run < 64 && x.d >> (64 - run) & 1)
      run--;
    if (run < 3)
      continue;
    bool plain = run < 64 && x.e + before > KERNEL_ROOM && x.e + before > run && !x.odd && !escape(t + x.e - run);
    if (!plain)
      pass(f, EV_TOKEN, e);
    else if (p->anchor_lens >> run & 1)
      candidate(p, f, e, EV_TOKEN, tail_hash(t + x.e, least(run, 16), GATE_WHOLE));
  }
}

INLINE void answers(const struct pack *p, struct kernel_found *f) {
  for (uint32_t i = 0; i < f->asks; i++) {
    uint64_t h = f->hash[i], bits = gate_bits(h), yes = (p->gate[h >> p->gate_shift] & bits) == bits;
    uint32_t at = f->asked[i] >> 2;
    f->event[f->asked[i] & 3][at / 64] |= yes << at % 64;
  }
}

static KERNEL_TARGET void KERNEL(chunk)(const struct pack *p, const unsigned char *t, size_t before, size_t n, bool last, struct kernel_found *f,
                                        struct kernel_carry *c) {
  uint32_t k = 0;
  f->names = f->numbers = f->tokens = f->asks = 0;
  f->host[0] = c->m.host, f->dot[0] = c->m.dot, f->hex[0] = c->m.hex;
  for (; (k + 1) * 64 <= n; k++) {
    if (!last)
      __builtin_prefetch(t + n + (size_t)k * 64); /* of the next chunk, while this one is asked about */
    block(p, f, c, k, t + (size_t)k * 64);
  }
  if (last) {
    unsigned char rest[64] = {0};
    memcpy(rest, t + (size_t)k * 64, n - (size_t)k * 64);
    block(p, f, c, k++, rest);
  }
  f->blocks = k;
  memset(f->event[EV_NAME], 0, k * 8);
  memset(f->event[EV_NUMBER], 0, k * 8);
  memset(f->event[EV_TOKEN], 0, k * 8);
  ask_names(p, f, t, (ptrdiff_t)before);
  if (p->has_hash)
    ask_hex(p, f, t, (ptrdiff_t)before);
  if (p->has_v4 || p->has_port || p->has_url)
    ask_numbers(p, f, t, (ptrdiff_t)before);
  if (p->anchor_whole)
    ask_tokens(p, f, t, (ptrdiff_t)before);
  answers(p, f);
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

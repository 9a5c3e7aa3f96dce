/*
 * The scan's inner loops, compiled once for each set of instructions: the including file defines KERNEL (name),
 * KERNEL_TARGET (function attribute) and `classify`, which tells of 64 bytes which is what. Not a header of its own: no
 * guard.
 *
 *   bytes ──classify──▶ masks, a bit a byte ──block()──▶ ends of tokens worth a question, rare shapes
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

/* The places of the bits of m. A few are written whether they are there or not: a branch less. */
INLINE uint32_t put_ends(uint32_t *to, uint32_t n, uint64_t m, uint32_t at) {
  const uint32_t count = (uint32_t)__builtin_popcountll(m);
  to[n] = at + lowest(m), m &= m - 1;
  to[n + 1] = at + lowest(m), m &= m - 1;
  to[n + 2] = at + lowest(m);
  if (__builtin_expect(count > 3, 0))
    for (uint32_t i = 3; i < count; i++)
      m &= m - 1, to[n + i] = at + lowest(m);
  return n + count;
}

/* Four characters of UTF-16LE: printable, zero, printable, zero ... Only the first such place of a run. */
INLINE uint64_t wide(struct kernel_carry *c, uint64_t nul, uint64_t print) {
  uint64_t pair = nul & after(print, c->host);
  uint64_t u = pair & (pair << 2 | c->pair >> 62) & (pair << 4 | c->pair >> 60) & (pair << 6 | c->pair >> 58);
  uint64_t first = u & ~(u << 2 | c->wide >> 62);
  c->pair = pair, c->wide = u;
  return first;
}

/* Second bytes of "[.", "\\.", ".]" and the like, from the places of brackets and backslashes. Most of these are
 * something else. */
INLINE uint64_t fangs(const struct kernel_carry *c, uint64_t odd, uint64_t dot, const unsigned char *b) {
  uint64_t m = after(odd, c->odd) | (odd & after(dot, c->dot)), found = 0;
  for (; m; m &= m - 1) {
    const uint32_t i = lowest(m);
    const unsigned first = kernel_class[i ? b[i - 1] : c->byte], second = kernel_class[b[i]];
    const bool yes = ((first & B_OPEN) && (second & B_NEXT)) || ((first & B_SPECIAL) && (second & B_DOT)) ||
                     ((first & B_DOT) && (second & B_SPECIAL));
    found |= (uint64_t)yes << i;
  }
  return found;
}

/* The sixth colon of a chain, and those behind it, each at most five bytes after the one before: an IPv6 address
 * without "::" has as many. */
INLINE uint64_t chains(uint64_t before, uint64_t now) {
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
    found |= (uint64_t)(length > 5) << at;
  }
  return found;
}

INLINE void block(struct kernel_found *f, struct kernel_carry *c, bool tokens, uint32_t k, const unsigned char *b) {
  const struct kernel_masks m = classify(b);
  const uint64_t h = m.host;
  f->host[k + 1] = h, f->dot[k + 1] = m.dot, f->hex[k + 1] = m.hex;
  uint64_t dotted = add_carry(h, m.dot, &c->add_dot) & ~h, named = add_carry(h, m.letter, &c->add_letter) & ~h,
           words = 0;
  if (__builtin_expect((m.high | c->add_high) != 0, 0)) {
    words = add_carry(h, m.high, &c->add_high) & ~h & dotted;
    dotted &= ~words;
  }
  c->names = put_ends(f->name, c->names, dotted & named, k * 64);
  c->numbers = put_ends(f->number, c->numbers, dotted & ~named, k * 64);
  if (tokens)
    c->tokens = put_ends(f->token, c->tokens, ~h & after(h, c->host), k * 64);
  const uint64_t grouped = m.colon & after(m.colon | m.hex, c->six | c->hex);
  const unsigned groups = (unsigned)__builtin_popcountll(grouped);
  uint64_t six = m.colon & after(m.colon, c->six), fang = 0, wides = 0;
  if (__builtin_expect(groups + c->groups > 5, 0))
    six |= chains(c->grouped, grouped);
  if (m.odd | c->odd >> 63)
    fang = fangs(c, m.odd, m.dot, b);
  if (__builtin_expect((m.nul | c->pair) != 0, 0))
    wides = wide(c, m.nul, printable(b));
  uint64_t x = m.hex & m.hex >> 1;
  x &= x >> 2;
  x &= x >> 4;
  x &= x >> 8 & UINT64_C(0x0001000100010001);
  f->event[EV_WORD][k] = words, f->event[EV_V6][k] = six, f->event[EV_FANG][k] = fang, f->event[EV_WIDE][k] = wides,
  f->event[EV_HEX][k] = x;
  f->busy[k / 64] |= (uint64_t)((words | six | fang | wides | x) != 0) << k % 64;
  c->host = h, c->dot = m.dot, c->hex = m.hex, c->six = m.colon, c->odd = m.odd, c->grouped = grouped,
  c->groups = groups, c->byte = b[63];
}

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
  f->busy[e / 4096] |= UINT64_C(1) << (e / 64 % 64);
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
    f->kept[kept] = e;
    kept += !strange & (run - 7 < 9) & (__builtin_popcountll(own) == 3);
    f->odd[odd] = e;
    odd += strange & (run >= 7);
  }
  for (uint32_t i = 0; i < kept; i++) {
    const uint32_t e = f->kept[i];
    ask_number(p, f, t + e, recent(f->dot, e), lead(~recent(f->host, e)), e);
  }
  for (uint32_t i = 0; i < odd; i++)
    ask_odd_number(p, f, t, before, f->odd[i]);
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
INLINE void ask_tokens(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  for (uint32_t i = 0; i < f->tokens; i++) {
    uint32_t e = f->token[i];
    struct KERNEL(end) x = token_end(f, e);
    unsigned run = lead(~x.w);
    while (run && run < WINDOW && x.d >> (64 - run) & 1)
      run--;
    if (run < 3)
      continue;
    bool plain = run < WINDOW && x.e + before > KERNEL_ROOM && x.e + before > run && !x.odd && !escape(t + x.e - run);
    if (!plain)
      pass(f, EV_TOKEN, e);
    else if (p->anchor_lens >> run & 1)
      candidate(p, f, e, EV_TOKEN, tail_hash(t + x.e, least(run, 16), GATE_WHOLE));
  }
}

/* Few pass; which do is noted without a branch. */
INLINE void answers(const struct pack *p, struct kernel_found *f) {
  uint32_t passed = 0;
  for (uint32_t i = 0; p->blind && i < f->asks; i++)
    f->hash[i] = blind_hash(&p->blind_key, f->hash[i]);
  for (uint32_t i = 0; i < f->asks; i++) {
    const uint64_t h = f->hash[i], bits = gate_bits(h);
    const uint32_t one = f->asked[i];
    f->asked[passed] = one;
    passed += (p->gate[h >> p->gate_shift] & bits) == bits;
  }
  for (uint32_t i = 0; i < passed; i++)
    pass(f, (enum event_kind)(f->asked[i] & 3), f->asked[i] >> 2);
}

static KERNEL_TARGET void KERNEL(chunk)(const struct pack *p, const unsigned char *t, size_t before, size_t n,
                                        bool last, struct kernel_found *f, struct kernel_carry *carry) {
  uint32_t k = 0;
  struct kernel_carry c = *carry; /* so that it can stay in registers */
  const bool tokens = p->anchor_whole;
  c.names = c.numbers = c.tokens = 0;
  f->host[0] = c.host, f->dot[0] = c.dot, f->hex[0] = c.hex;
  memset(f->busy, 0, sizeof f->busy);
  for (; (k + 1) * 64 <= n; k++) {
    if (!last)
      __builtin_prefetch(t + n + (size_t)k * 64); /* of the next chunk, while this one is asked about */
    block(f, &c, tokens, k, t + (size_t)k * 64);
  }
  if (last) {
    unsigned char rest[64] = {0};
    memcpy(rest, t + (size_t)k * 64, n - (size_t)k * 64);
    block(f, &c, tokens, k++, rest);
  }
  *carry = c;
  f->blocks = k, f->asks = 0, f->names = c.names, f->numbers = c.numbers, f->tokens = c.tokens;
  memset(f->event[EV_NAME], 0, k * 8);
  memset(f->event[EV_NUMBER], 0, k * 8);
  memset(f->event[EV_TOKEN], 0, k * 8);
  ask_names(p, f, t, (ptrdiff_t)before);
  if (p->has_hash)
    ask_hex(p, f, t, (ptrdiff_t)before);
  if (p->has_v4 || p->has_port || p->has_url)
    ask_numbers(p, f, t, (ptrdiff_t)before);
  if (tokens)
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

/* Events that few chunks have, or few packs ask for, beside those of the kernels: telephone numbers in groups, escapes
 * of queries. */
#include "match/match_internal.h"

#include <string.h>

static void pass(struct kernel_found *f, enum event_kind kind, size_t e) {
  f->event[kind][e / 64] |= UINT64_C(1) << e % 64;
  f->any[e / 64] |= UINT64_C(1) << e % 64;
}

/* Bits `by` places on, the last ones of the word before coming in. */
static uint64_t on(uint64_t m, uint64_t before, unsigned by) { return m << by | before >> (64 - by); }

/* Nine places in a row; of those before them in the word before. */
static uint64_t nine(uint64_t m, uint64_t before) {
  m &= on(m, before, 1), before &= before << 1;
  m &= on(m, before, 2), before &= before << 2;
  m &= on(m, before, 4), before &= before << 4;
  return m & on(m, before, 1);
}

/* Do the four digits before t[e] end a listed number? */
static bool phone_end(const struct pack *p, const unsigned char *t, ptrdiff_t before, ptrdiff_t e) {
  unsigned four = 0, unit = 1;
  for (ptrdiff_t i = e - 1; unit < 10000 && i >= -before; i--) {
    const unsigned digit = (unsigned)t[i] - '0';
    if (digit < 10)
      four += unit * digit, unit *= 10;
    else if (t[i] < 0x80 && !memchr(" .-/()", t[i], 6))
      return false;
  }
  return unit == 10000 && map_has(p->phone_ends, four);
}

/* Digits with gaps of one to three bytes, nine bytes or more in all; what goes on behind the last one is no end. Colons
 * stand in no number. Hexadecimal digits are taken for digits first. */
static void ask_phones(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  uint64_t hex_b = f->hex[0], near_b = hex_b | hex_b << 1 | hex_b << 2 | hex_b << 3;
  for (uint32_t k = 0; k < f->blocks; k++) {
    const uint64_t hex = f->hex[k + 1], dot = f->dot[k + 1],
                   next = hex >> 1 | (k + 1 < f->blocks ? f->hex[k + 2] << 63 : 0),
                   near = (hex | on(hex, hex_b, 1) | on(hex, hex_b, 2) | on(hex, hex_b, 3)) & ~f->colon[k + 1];
    uint64_t ends = ~hex & on(hex, hex_b, 1) & ~((f->host[k + 1] & ~dot) | (dot & next));
    for (ends = ends ? ends & on(nine(near, near_b), nine(near_b, 0), 1) : 0; ends; ends &= ends - 1) {
      const size_t e = (size_t)k * 64 + (size_t)__builtin_ctzll(ends);
      if (phone_end(p, t, before, (ptrdiff_t)e))
        pass(f, EV_PHONE, e);
    }
    hex_b = hex, near_b = near;
  }
}

/* Escapes that stand for what is part of a name or an address, from the first "%" on. */
static void ask_percents(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before,
                         size_t n, size_t all, const unsigned char *percent) {
  for (; percent; percent = memchr(percent + 1, '%', (size_t)(t + n - percent - 1))) {
    const ptrdiff_t i = percent - t;
    const unsigned char c = scan_percent(t, all, (size_t)i);
    const bool digit = i + before > 0 && (kernel_class[percent[-1]] & B_HEX);
    if ((match_class[c] & C_HOST) || c == '@' || (c == ':' && digit && (p->has_v6 || p->has_mac || p->has_port)))
      pass(f, EV_PERCENT, (size_t)i);
  }
}

void rare_events(const struct pack *p, struct kernel_found *f, const unsigned char *t, size_t before, size_t n,
                 size_t all, const unsigned char *percent) {
  f->rare = p->has_phone || percent;
  if (!f->rare)
    return;
  memset(f->event[EV_PHONE], 0, (size_t)f->blocks * 8);
  memset(f->event[EV_PERCENT], 0, (size_t)f->blocks * 8);
  if (p->has_phone)
    ask_phones(p, f, t, (ptrdiff_t)before);
  ask_percents(p, f, t, (ptrdiff_t)before, n, all, percent);
}

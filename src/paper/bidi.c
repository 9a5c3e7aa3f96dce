/*
 * The order in which a line's characters are drawn. A reduced Unicode bidirectional algorithm (UAX #9): the paragraph
 * runs left to right; each stretch of right-to-left letters, with what stands between them and the numbers behind them,
 * is turned round as a whole (level 1), numbers in it keep their order (level 2, rules L2 and L4). Arabic letters take
 * the form that their neighbours ask for (Unicode chapter 9.2; the forms are those of the blocks U+FB50 and U+FE70).
 */
#include "paper/paper_internal.h"

struct joined {
  uint16_t letter, form; /* isolated, final, and of four: initial, medial */
  unsigned char forms;
};
static const struct joined arabic[] = {
    {0x621, 0xFE80, 1}, {0x622, 0xFE81, 2}, {0x623, 0xFE83, 2}, {0x624, 0xFE85, 2}, {0x625, 0xFE87, 2},
    {0x626, 0xFE89, 4}, {0x627, 0xFE8D, 2}, {0x628, 0xFE8F, 4}, {0x629, 0xFE93, 2}, {0x62A, 0xFE95, 4},
    {0x62B, 0xFE99, 4}, {0x62C, 0xFE9D, 4}, {0x62D, 0xFEA1, 4}, {0x62E, 0xFEA5, 4}, {0x62F, 0xFEA9, 2},
    {0x630, 0xFEAB, 2}, {0x631, 0xFEAD, 2}, {0x632, 0xFEAF, 2}, {0x633, 0xFEB1, 4}, {0x634, 0xFEB5, 4},
    {0x635, 0xFEB9, 4}, {0x636, 0xFEBD, 4}, {0x637, 0xFEC1, 4}, {0x638, 0xFEC5, 4}, {0x639, 0xFEC9, 4},
    {0x63A, 0xFECD, 4}, {0x641, 0xFED1, 4}, {0x642, 0xFED5, 4}, {0x643, 0xFED9, 4}, {0x644, 0xFEDD, 4},
    {0x645, 0xFEE1, 4}, {0x646, 0xFEE5, 4}, {0x647, 0xFEE9, 4}, {0x648, 0xFEED, 2}, {0x649, 0xFEEF, 2},
    {0x64A, 0xFEF1, 4}, {0x67E, 0xFB56, 4}, {0x686, 0xFB7A, 4}, {0x698, 0xFB8A, 2}, {0x6A9, 0xFB8E, 4},
    {0x6AF, 0xFB92, 4}, {0x6CC, 0xFBFC, 4}};

static const struct joined *joined(uint32_t c) {
  for (size_t i = 0; i < VG_COUNT(arabic); i++)
    if (arabic[i].letter == c)
      return &arabic[i];
  return NULL;
}

uint32_t bidi_letter(uint32_t c) {
  for (size_t i = 0; c >= 0xFB50 && i < VG_COUNT(arabic); i++)
    if (c >= arabic[i].form && c < arabic[i].form + (uint32_t)arabic[i].forms)
      return arabic[i].letter;
  return c;
}

static bool mark(uint32_t c) {
  return (c >= 0x591 && c <= 0x5BD) || (c >= 0x5BF && c <= 0x5C7 && c != 0x5C0 && c != 0x5C3 && c != 0x5C6) ||
         (c >= 0x610 && c <= 0x61A) || (c >= 0x64B && c <= 0x65F) || c == 0x670 || (c >= 0x6D6 && c <= 0x6DC);
}

bool bidi_right(uint32_t c) {
  return (c >= 0x590 && c <= 0x8FF && !(c >= 0x660 && c <= 0x669) && !(c >= 0x6F0 && c <= 0x6F9)) || c == 0x200F ||
         (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFC);
}

static bool digit(uint32_t c) {
  return (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9);
}

/* Strong from left to right: letters of the other scripts. Signs, blanks and dashes are neither. */
static bool left(uint32_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == 0xAA || c == 0xB5 || c == 0xBA ||
         (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x250 && c < 0x590) ||
         (c >= 0x900 && c < 0x2000) || (c >= 0x2C00 && c < 0xFB1D && c != 0x3000);
}

/* Does it join with the letter before it (from the right), with the one behind it (to the left)? */
static bool joins_before(uint32_t c) {
  const struct joined *j = joined(c);
  return c == 0x640 || (j && j->forms > 1);
}
static bool joins_behind(uint32_t c) {
  const struct joined *j = joined(c);
  return c == 0x640 || (j && j->forms == 4);
}

/* The nearest letter from i on, marks passed over; 0: there is none. */
static uint32_t near(const uint32_t *c, size_t n, size_t i, int step) {
  for (i += (size_t)step; i < n; i += (size_t)step) /* below 0 it is large */
    if (!mark(c[i]))
      return c[i];
  return 0;
}

static uint32_t lam_alef(uint32_t alef) {
  switch (alef) {
  case 0x622: return 0xFEF5;
  case 0x623: return 0xFEF7;
  case 0x625: return 0xFEF9;
  case 0x627: return 0xFEFB;
  default: return 0;
  }
}

/* Letters become forms; lam and the alef behind it are one sign. The new length. */
static size_t shape(const uint32_t *c, size_t n, uint32_t *out) {
  size_t k = 0;
  for (size_t i = 0; i < n; i++) {
    const struct joined *j = joined(c[i]);
    uint32_t before = near(c, n, i, -1), behind = near(c, n, i, 1), both = c[i] == 0x644 ? lam_alef(behind) : 0;
    bool from = j && j->forms > 1 && joins_behind(before);
    if (both && i + 1 < n && c[i + 1] == behind) {
      out[k++] = both + from;
      i++;
    } else if (j)
      out[k++] = j->form + from + (j->forms == 4 && joins_before(behind) ? 2u : 0u);
    else
      out[k++] = c[i];
  }
  return k;
}

static void turn(uint32_t *c, size_t from, size_t to) {
  while (from + 1 < to) {
    uint32_t keep = c[from];
    c[from++] = c[--to];
    c[to] = keep;
  }
}

static uint32_t mirrored(uint32_t c) {
  static const uint32_t pairs[][2] = {{'(', ')'}, {'[', ']'}, {'{', '}'}, {'<', '>'}, {0xAB, 0xBB}, {0x2039, 0x203A}};
  for (size_t i = 0; i < VG_COUNT(pairs); i++)
    if (c == pairs[i][0] || c == pairs[i][1])
      return pairs[i][c == pairs[i][0]];
  return c;
}

/* Numbers, with a sign between two digits ("3.5", "12:30"), and letters with their marks keep their order. */
static void keep_orders(uint32_t *c, size_t from, size_t to) {
  for (size_t i = from; i < to;) {
    size_t end = i + 1;
    if (digit(c[i])) {
      while (end < to && (digit(c[end]) || (end + 1 < to && digit(c[end + 1]) &&
                                            (c[end] == '.' || c[end] == ',' || c[end] == ':' || c[end] == '/'))))
        end++;
      turn(c, i, end);
    } else if (mark(c[i])) {
      while (end < to && mark(c[end]))
        end++;
      end += end < to;
      turn(c, i, end);
    } else
      c[i] = mirrored(c[i]);
    i = end;
  }
}

size_t bidi_line(uint32_t *c, size_t n, uint32_t *out) {
  n = shape(c, n, out);
  for (size_t i = 0; i < n; i++) {
    if (!bidi_right(out[i]))
      continue;
    size_t end = i + 1;
    for (size_t k = end; k < n && !left(out[k]); k++)
      if (bidi_right(out[k]) || digit(out[k]))
        end = k + 1;
    turn(out, i, end);
    keep_orders(out, i, end);
    i = end;
  }
  return n;
}

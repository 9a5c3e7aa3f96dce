/* What an import reads, as UTF-8 with lines that end in LF or CR LF. */
#include <string.h>

#include "intel/intel_internal.h"

static void put(struct vg_buf *out, uint32_t c) {
  char bytes[4];
  vg_buf_str(out, vg_str_n(bytes, vg_utf8_put(bytes, c)));
}

static uint32_t unit(vg_str s, size_t i, bool big) {
  const unsigned char *p = (const unsigned char *)s.p + i;
  return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* Returns how many bytes were used: half a character waits for the rest. */
static size_t take_utf16(vg_str s, bool big, bool last, struct vg_buf *out) {
  size_t i = 0;
  for (; i + 2 <= s.n; i += 2) {
    uint32_t c = unit(s, i, big);
    if (c >= 0xD800 && c < 0xDC00) {
      if (i + 4 > s.n && !last)
        return i;
      const uint32_t low = i + 4 <= s.n ? unit(s, i + 2, big) : 0;
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    put(out, c); /* half a pair: U+FFFD */
  }
  if (i < s.n && last)
    put(out, 0xFFFD);
  return last ? s.n : i;
}

static size_t plain_run(vg_str s, size_t i) {
  while (i < s.n && (unsigned char)s.p[i] < 0x80 && s.p[i] != '\r')
    i++;
  return i;
}

/* Bytes that are no UTF-8 are what Windows writes; a lone CR ends a line, as old spreadsheets write it. */
static size_t take_text(vg_str s, bool last, struct vg_buf *out) {
  size_t i = 0;
  while (i < s.n) {
    const size_t run = plain_run(s, i);
    vg_buf_str(out, vg_str_sub(s, i, run - i));
    i = run;
    if (i == s.n || (i + 4 > s.n && !last))
      break;
    if (s.p[i] == '\r') {
      vg_buf_byte(out, i + 1 < s.n && s.p[i + 1] == '\n' ? '\r' : '\n');
      i++;
      continue;
    }
    size_t next = i;
    const uint32_t c = vg_utf8_next(s, &next);
    put(out, next == i + 1 ? vg_windows((unsigned char)s.p[i]) : c);
    i = next;
  }
  return i;
}

/* By its mark, or by the zeros of its first two characters. */
static enum input_form form_of(vg_str s) {
  const vg_str text = vg_str_trim(vg_str_starts(s, VG_STR("\xEF\xBB\xBF")) ? vg_str_sub(s, 3, s.n) : s);
  const bool four = s.n >= 4;
  const char c = text.n ? text.p[0] : 0;
  if (vg_str_starts(s, VG_STR("\xFF\xFE")) || (four && s.p[0] && !s.p[1] && s.p[2] && !s.p[3]))
    return INPUT_UTF16_LE;
  if (vg_str_starts(s, VG_STR("\xFE\xFF")) || (four && !s.p[0] && s.p[1] && !s.p[2] && s.p[3]))
    return INPUT_UTF16_BE;
  const vg_str behind = vg_str_trim(vg_str_sub(text, 1, text.n)); /* "[dot]" begins no JSON */
  const bool list = c == '[' && behind.n && strchr("{[\"]", behind.p[0]);
  return c == '{' || c == '<' || list ? INPUT_AS_IS : INPUT_TEXT;
}

/* XML says itself how it is written, and its parser reads that. */
static bool is_xml_of_utf16(vg_str s) {
  const vg_str begins[] = {vg_str_n("\xFF\xFE<", 3), vg_str_n("\xFE\xFF\0<", 4), vg_str_n("<\0", 2),
                           vg_str_n("\0<", 2)};
  for (size_t i = 0; i < VG_COUNT(begins); i++)
    if (vg_str_starts(s, begins[i]))
      return true;
  return false;
}

size_t input_text(enum input_form *form, vg_str s, bool last, struct vg_buf *out) {
  size_t mark = 0;
  if (*form == INPUT_UNKNOWN && s.n) {
    *form = form_of(s);
    if (is_xml_of_utf16(s))
      *form = INPUT_AS_IS;
    else if (*form == INPUT_UTF16_LE || *form == INPUT_UTF16_BE)
      mark = unit(s, 0, *form == INPUT_UTF16_BE) == 0xFEFF ? 2 : 0;
    else
      mark = vg_str_starts(s, VG_STR("\xEF\xBB\xBF")) ? 3 : 0;
  }
  s = vg_str_sub(s, mark, s.n);
  switch (*form) {
  case INPUT_UTF16_LE:
  case INPUT_UTF16_BE: return mark + take_utf16(s, *form == INPUT_UTF16_BE, last, out);
  case INPUT_TEXT: return mark + take_text(s, last, out);
  case INPUT_UNKNOWN:
  case INPUT_AS_IS:
  default: vg_buf_str(out, s); return mark + s.n;
  }
}

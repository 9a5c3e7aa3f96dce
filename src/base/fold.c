#include "base/fold.h"

/* What U+00C0 to U+017F are without accents, two letters each; what is no letter is two spaces. */
static const char latin[] =
    "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thssa a a a a a aec e e e e i i i i "
    "d n o o o o o   o u u u u y thy a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g "
    "g g g g h h h h i i i i i i i i i i ijijj j k k k l l l l l l l l l l n n n n n n n n n o o o o "
    "o o oeoer r r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s ";
/* And U+1E00 to U+1EFF, one letter each. '?': stays as it is. */
static const char more_latin[] =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
    "ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy?s??s?aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy??????";
_Static_assert(sizeof latin == 2 * (0x180 - 0xC0) + 1, "two letters each");
_Static_assert(sizeof more_latin == 0x1F00 - 0x1E00 + 1, "one letter each");

static uint32_t lower(uint32_t c) {
  if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
    return c + 32;
  return c >= 0x400 && c <= 0x40F ? c + 80 : c;
}

/* Spaces, signs and punctuation past ASCII: of Latin-1, general, CJK and full width. */
static bool parts(uint32_t c) {
  return (c >= 0x80 && c < 0xC0 && c != 0xAA && c != 0xB5 && c != 0xBA) || (c >= 0x2000 && c <= 0x206F) ||
         (c >= 0x20A0 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x3004) || c == 0xFEFF || c == 0xFFFD;
}

struct word {
  struct vg_buf *out;
  size_t n; /* bytes of the word so far */
};

static void end_word(struct word *w) {
  if (w->n)
    vg_buf_byte(w->out, ' ');
  w->n = 0;
}

static void put(struct word *w, const char *p, size_t n) {
  if (w->n + n > VG_WORD_MAX)
    end_word(w);
  vg_buf_add(w->out, p, n);
  w->n += n;
}

static void ascii(struct word *w, char c) {
  c = vg_lower(c);
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
    put(w, &c, 1);
  else
    end_word(w);
}

static void wide(struct word *w, uint32_t c) {
  char bytes[4];
  if (c >= 0xC0 && c < 0x180) {
    const char *l = latin + 2 * (c - 0xC0);
    if (l[0] == ' ')
      end_word(w);
    else
      put(w, l, l[1] == ' ' ? 1 : 2);
  } else if (c >= 0x1E00 && c < 0x1F00 && more_latin[c - 0x1E00] != '?') {
    put(w, more_latin + (c - 0x1E00), 1);
  } else if (parts(c)) {
    end_word(w);
  } else if (c < 0x300 || c > 0x36F) { /* accents of their own go */
    put(w, bytes, vg_utf8_put(bytes, lower(c)));
  }
}

void vg_fold_words(struct vg_buf *out, vg_str s) {
  struct word w = {.out = out};
  for (size_t i = 0; i < s.n;) {
    if ((unsigned char)s.p[i] < 0x80)
      ascii(&w, s.p[i++]);
    else
      wide(&w, vg_utf8_next(s, &i));
  }
  end_word(&w);
}

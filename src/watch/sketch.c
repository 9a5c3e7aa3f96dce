#include "watch/watch_internal.h"

#include <string.h>

enum { RUN = 3, WORD_MAX = 64 };

static uint64_t mix(uint64_t x) { /* splitmix64, S. Vigna */
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

/* The next word's hash: letters, digits and bytes above ASCII, in lower case. 0 at the end. */
static uint64_t next_word(vg_str s, size_t *at) {
  uint64_t h = 14695981039346656037u;
  size_t n = 0;
  for (; *at < s.n; ++*at) {
    char c = s.p[*at];
    bool in = vg_is_alnum(c) || (unsigned char)c >= 0x80;
    if (!in && n)
      break;
    if (in && n++ < WORD_MAX)
      h = (h ^ (unsigned char)vg_lower(c)) * 1099511628211u;
  }
  return n ? h | 1 : 0;
}

static void take(struct sketch *out, uint64_t run) {
  uint64_t a = mix(run), b = mix(run ^ 0x5bd1e995u);
  for (size_t i = 0; i < SKETCH; i++) {
    uint32_t v =
        (uint32_t)((a + i * b) >> 32); /* double hashing: one more multiplication a minimum would tell no more */
    out->low[i] = v < out->low[i] ? v : out->low[i];
  }
}

static void add_text(struct sketch *out, vg_str text, uint64_t last[static RUN], size_t *seen) {
  uint64_t word;
  for (size_t at = 0; (word = next_word(text, &at)) != 0;) {
    memmove(last, last + 1, (RUN - 1) * sizeof *last);
    last[RUN - 1] = word;
    if (++*seen >= RUN)
      take(out, last[0] * 31 + last[1] * 37 + last[2] * 41);
  }
}

void sketch_of(vg_str title, vg_str text, struct sketch *out) {
  uint64_t last[RUN] = {0};
  size_t seen = 0;
  memset(out, 0xff, sizeof *out);
  add_text(out, title, last, &seen);
  add_text(out, text, last, &seen);
  if (seen < RUN) /* too short for a run: its words as they are */
    take(out, last[0] * 31 + last[1] * 37 + last[2] * 41);
}

double sketch_alike(const struct sketch *a, const struct sketch *b) {
  int same = 0;
  for (size_t i = 0; i < SKETCH; i++)
    same += a->low[i] == b->low[i];
  return (double)same / SKETCH;
}

int64_t sketch_band(const struct sketch *s, size_t band) {
  uint64_t h = band;
  for (size_t i = 0; i < SKETCH / BANDS; i++)
    h = mix(h ^ s->low[band * (SKETCH / BANDS) + i]);
  return (int64_t)(h >> 1);
}

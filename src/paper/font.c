/*
 * TrueType (OpenType 1.9: cmap format 4 and 12, glyf, loca, hmtx). The fonts come with the program, so a malformed one
 * is a bug of ours; reads are bounded all the same.
 */
#include "paper/paper_internal.h"

#include <stdlib.h>
#include <string.h>

static unsigned u16(const unsigned char *p) { return (unsigned)p[0] << 8 | p[1]; }
static uint32_t u32(const unsigned char *p) { return (uint32_t)u16(p) << 16 | u16(p + 2); }
static int s16(const unsigned char *p) { return (int16_t)(uint16_t)u16(p); }

/* A table of the file, NULL when it is not there. */
static const unsigned char *find(const struct font *f, const char tag[static 4], size_t *size) {
  for (unsigned i = 0; i < u16(f->bytes + 4); i++) {
    const unsigned char *e = f->bytes + 12 + 16 * (size_t)i;
    if (memcmp(e, tag, 4) == 0) {
      *size = u32(e + 12);
      VG_ASSERT(u32(e + 8) <= f->size && *size <= f->size - u32(e + 8));
      return f->bytes + u32(e + 8);
    }
  }
  *size = 0;
  return NULL;
}

/* The Unicode table of the cmap, full repertoire (format 12) before the basic plane (format 4). */
static const unsigned char *find_cmap(const unsigned char *t) {
  const unsigned char *best = NULL;
  for (unsigned i = 0; i < u16(t + 2); i++) {
    const unsigned char *sub = t + u32(t + 4 + 8 * (size_t)i + 4);
    if (u16(sub) == 12 || (u16(sub) == 4 && !best))
      best = sub;
  }
  return best;
}

vg_code font_open(struct font *f, const char *bytes, size_t size, struct vg_err *err) {
  size_t n;
  *f = (struct font){.bytes = (const unsigned char *)bytes, .size = size};
  const unsigned char *head = find(f, "head", &n), *hhea = find(f, "hhea", &n), *maxp = find(f, "maxp", &n);
  f->cmap = find_cmap(find(f, "cmap", &n));
  f->hmtx = find(f, "hmtx", &n);
  f->loca = find(f, "loca", &n);
  f->glyf = find(f, "glyf", &f->glyf_size);
  VG_ASSERT(head && hhea && maxp && f->cmap && f->hmtx && f->loca && f->glyf);
  f->units = u16(head + 18);
  f->long_loca = u16(head + 50) != 0;
  for (int i = 0; i < 4; i++)
    f->box[i] = s16(head + 36 + 2 * i);
  f->ascent = s16(hhea + 4);
  f->descent = s16(hhea + 6);
  f->metrics = u16(hhea + 34);
  f->glyphs = u16(maxp + 4);
  f->used = calloc(f->glyphs, 1);
  f->letter = calloc(f->glyphs, sizeof *f->letter);
  f->known = calloc(0x10000, sizeof *f->known);
  if (!f->used || !f->letter || !f->known)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  f->used[0] = 1;
  return VG_OK;
}

void font_close(struct font *f) {
  free(f->used);
  free(f->letter);
  free(f->known);
  f->known = NULL;
  f->used = NULL;
  f->letter = NULL;
}

static unsigned from_format4(const unsigned char *t, uint32_t c) {
  unsigned segments = u16(t + 6) / 2;
  const unsigned char *end = t + 14, *start = end + 2 * segments + 2, *delta = start + 2 * segments,
                      *range = delta + 2 * segments;
  for (unsigned i = 0; i < segments; i++) {
    if (u16(end + 2 * i) < c)
      continue;
    if (u16(start + 2 * i) > c)
      return 0;
    unsigned offset = u16(range + 2 * i);
    if (offset == 0)
      return (c + u16(delta + 2 * i)) & 0xffff;
    unsigned g = u16(range + 2 * i + offset + 2 * (c - u16(start + 2 * i)));
    return g ? (g + u16(delta + 2 * i)) & 0xffff : 0;
  }
  return 0;
}

static unsigned look_up(const struct font *f, uint32_t c) {
  unsigned g = 0;
  if (u16(f->cmap) == 4)
    g = c <= 0xffff ? from_format4(f->cmap, c) : 0;
  else
    for (uint32_t i = 0; i < u32(f->cmap + 12); i++) {
      const unsigned char *e = f->cmap + 16 + 12 * (size_t)i;
      if (c >= u32(e) && c <= u32(e + 4))
        g = u32(e + 8) + (c - u32(e));
    }
  return g < f->glyphs ? g : 0;
}

/* The table is walked once a character: a long document asks for each many thousand times. */
unsigned font_glyph(struct font *f, uint32_t c) {
  if (c > 0xffff)
    return look_up(f, c);
  if (!f->known[c]) {
    unsigned g = look_up(f, c);
    f->known[c] = (uint16_t)(g < 0xffff ? g + 1 : 1);
  }
  return f->known[c] - 1u;
}

unsigned font_advance(const struct font *f, unsigned glyph) {
  unsigned at = glyph < f->metrics ? glyph : f->metrics - 1;
  return u16(f->hmtx + 4 * (size_t)at) * 1000 / f->units;
}

static size_t place(const struct font *f, unsigned glyph) {
  return f->long_loca ? u32(f->loca + 4 * (size_t)glyph) : 2 * (size_t)u16(f->loca + 2 * (size_t)glyph);
}

void font_use(struct font *f, unsigned glyph, uint32_t c) {
  if (!f->used[glyph])
    f->letter[glyph] = c;
  f->used[glyph] = 1;
}

/* Marks what composite glyphs are made of; true when something new was marked. */
static bool mark_parts(struct font *f) {
  enum { WORDS = 1, SCALE = 8, MORE = 32, XY_SCALE = 64, TWO_BY_TWO = 128 };
  bool news = false;
  for (unsigned g = 0; g < f->glyphs; g++) {
    size_t at = place(f, g), end = place(f, g + 1);
    if (!f->used[g] || end <= at + 10 || s16(f->glyf + at) >= 0)
      continue;
    const unsigned char *p = f->glyf + at + 10;
    for (unsigned flags = MORE; flags & MORE;) {
      flags = u16(p);
      unsigned component = u16(p + 2);
      news = news || !f->used[component];
      f->used[component] = 1;
      p += 4 + (flags & WORDS ? 4 : 2) + (flags & SCALE ? 2 : flags & XY_SCALE ? 4 : flags & TWO_BY_TWO ? 8 : 0);
    }
  }
  return news;
}

static void be16(struct vg_buf *b, unsigned v) {
  vg_buf_byte(b, v >> 8 & 0xff);
  vg_buf_byte(b, v & 0xff);
}
static void be32(struct vg_buf *b, uint32_t v) {
  be16(b, v >> 16);
  be16(b, v & 0xffff);
}

/* glyf with the used outlines only, and its loca in the long form. */
static void pick(const struct font *f, struct vg_buf *glyf, struct vg_buf *loca) {
  for (unsigned g = 0; g < f->glyphs; g++) {
    be32(loca, (uint32_t)glyf->n);
    if (f->used[g])
      vg_buf_add(glyf, f->glyf + place(f, g), place(f, g + 1) - place(f, g));
    while (glyf->n % 4)
      vg_buf_byte(glyf, 0);
  }
  be32(loca, (uint32_t)glyf->n);
}

static uint32_t checksum(vg_str s) {
  uint32_t sum = 0;
  for (size_t i = 0; i < s.n; i++)
    sum += (uint32_t)(unsigned char)s.p[i] << (24 - 8 * (i % 4));
  return sum;
}

void font_subset(struct font *f, struct vg_buf *out) {
  static const char tags[][5] = {"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"};
  enum { TABLES = 9 };
  struct vg_buf glyf, loca, head;
  vg_str table[TABLES];
  while (mark_parts(f))
    ;
  vg_buf_init(&glyf, out->max);
  vg_buf_init(&loca, out->max);
  vg_buf_init(&head, 1 << 10);
  pick(f, &glyf, &loca);
  for (int i = 0; i < TABLES; i++) {
    const unsigned char *p = find(f, tags[i], &table[i].n);
    table[i].p = (const char *)p;
  }
  vg_buf_str(&head, table[3]);
  if (!head.bad)
    head.p[51] = 1; /* indexToLocFormat: long */
  table[2] = vg_buf_view(&glyf);
  table[3] = vg_buf_view(&head);
  table[6] = vg_buf_view(&loca);
  be32(out, 0x00010000);
  be16(out, TABLES);
  be16(out, 128); /* searchRange, entrySelector, rangeShift for nine tables */
  be16(out, 3);
  be16(out, 16);
  size_t at = 12 + 16 * TABLES;
  for (int i = 0; i < TABLES; i++) {
    vg_buf_add(out, tags[i], 4);
    be32(out, checksum(table[i]));
    be32(out, (uint32_t)at);
    be32(out, (uint32_t)table[i].n);
    at += (table[i].n + 3) / 4 * 4;
  }
  for (int i = 0; i < TABLES; i++) {
    vg_buf_str(out, table[i]);
    for (size_t pad = table[i].n; pad % 4; pad++)
      vg_buf_byte(out, 0);
  }
  out->bad = out->bad || glyf.bad || loca.bad || head.bad;
  vg_buf_fini(&glyf);
  vg_buf_fini(&loca);
  vg_buf_fini(&head);
}

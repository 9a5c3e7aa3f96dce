#ifndef VG_PAPER_INTERNAL_H
#define VG_PAPER_INTERNAL_H
#include "paper/paper.h"

enum block_kind {
  BLOCK_HEADING,
  BLOCK_TEXT,
  BLOCK_NOTE,
  BLOCK_ITEM,
  BLOCK_TABLE,
  BLOCK_CELL,
  BLOCK_TABLE_END,
  BLOCK_SPACE,
  BLOCK_PAGE,
  BLOCK_ADDRESS,
  BLOCK_SQUARES,
  BLOCK_METER
};
struct block {
  enum block_kind kind;
  unsigned level; /* of a heading; points of a space or squares; columns of a table; of a meter, in thousandths: low */
  size_t at, n;   /* its text; of squares: '1' dark, '0' not */
  unsigned share[PAPER_COLUMNS];
  unsigned side; /* of squares; of a meter: high */
};
struct paper {
  struct vg_buf text;
  struct block *block;
  size_t blocks, room;
  struct span {
    size_t at, n; /* within text, which may move while it grows */
  } title, head, foot;
  vg_time made;
  bool nomem, letters;
};
vg_str block_text(const struct paper *p, const struct block *b);
bool block_dark(const struct paper *p, const struct block *b, unsigned x, unsigned y);
vg_str paper_title(const struct paper *p);
vg_str paper_head(const struct paper *p);
vg_str paper_foot_text(const struct paper *p);

MUST vg_code pdf_write(const struct paper *p, struct vg_buf *out, struct vg_err *err);
MUST vg_code odt_write(const struct paper *p, struct vg_buf *out, struct vg_err *err);

/* A TrueType font that stands in the program. Glyphs used are noted; the subset keeps their numbers. */
struct font {
  const unsigned char *bytes;
  size_t size;
  const unsigned char *cmap, *hmtx, *loca, *glyf;
  size_t glyf_size;
  unsigned units, glyphs, metrics; /* units an em; glyphs; entries of hmtx with an advance of their own */
  bool long_loca;
  int ascent, descent, box[4]; /* font units */
  unsigned char *used;         /* a byte a glyph */
  uint32_t *letter;            /* the character that a used glyph stands for */
  uint16_t *known;             /* of the basic plane's characters that were looked up: the glyph + 1 */
};
MUST vg_code font_open(struct font *f, const char *bytes, size_t size, struct vg_err *err);
void font_close(struct font *f);
unsigned font_glyph(struct font *f, uint32_t character);     /* 0: it has none */
unsigned font_advance(const struct font *f, unsigned glyph); /* thousandths of an em */
void font_use(struct font *f, unsigned glyph, uint32_t character);
/* The font file with the used glyphs only (and those that they are composed of). */
void font_subset(struct font *f, struct vg_buf *out);

/* zlib's format, appended. */
MUST vg_code paper_deflate(struct vg_buf *out, vg_str bytes, bool raw, struct vg_err *err);

/* bidi.c: the n characters of a line in the order in which they are drawn, Arabic letters in their joined forms; out
 * has room for n. How many there are then. A line without a right-to-left character (bidi_right) stays as it is. */
bool bidi_right(uint32_t c);
size_t bidi_line(uint32_t *c, size_t n, uint32_t *out);
/* The letter that a form is of, as it is searched for and copied; others are themselves. */
uint32_t bidi_letter(uint32_t c);

#endif

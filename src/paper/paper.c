#include "base/grow.h"
#include "paper/paper_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static struct span keep(struct paper *p, vg_str s) {
  size_t at = p->text.n, i = 0;
  char one[4];
  while (i < s.n) {
    uint32_t c = vg_utf8_next(s, &i);
    if (c == '\r' || (c < 0x20 && c != '\n'))
      c = c == '\r' ? 0 : '?';
    if (c)
      vg_buf_add(&p->text, one, vg_utf8_put(one, c));
  }
  return (struct span){at, p->text.n - at};
}

static struct block *add(struct paper *p, enum block_kind kind, unsigned level, vg_str text) {
  static struct block waste;
  if (!VG_GROW(p->block, p->blocks, p->room, 64)) {
    p->nomem = true;
    return &waste;
  }
  struct block *b = &p->block[p->blocks++];
  *b = (struct block){.kind = kind, .level = level};
  struct span at = keep(p, text);
  b->at = at.at;
  b->n = at.n;
  return b;
}

vg_code paper_new(struct paper **out, vg_str title, vg_str head, vg_time made, struct vg_err *err) {
  struct paper *p = calloc(1, sizeof *p);
  *out = p;
  if (!p)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_buf_init(&p->text, PAPER_MAX);
  p->made = made;
  p->title = keep(p, title);
  p->head = keep(p, head);
  return VG_OK;
}

void paper_free(struct paper *p) {
  if (!p)
    return;
  vg_buf_fini(&p->text);
  free(p->block);
  free(p);
}

static vg_str part(const struct paper *p, size_t at, size_t n) {
  return p->text.bad || n == 0 ? VG_STR("") : vg_str_n(p->text.p + at, n);
}
vg_str block_text(const struct paper *p, const struct block *b) { return part(p, b->at, b->n); }
bool block_dark(const struct paper *p, const struct block *b, unsigned x, unsigned y) {
  return x < b->side && y < b->side && block_text(p, b).p[(size_t)y * b->side + x] == '1';
}
vg_str paper_title(const struct paper *p) { return part(p, p->title.at, p->title.n); }
vg_str paper_head(const struct paper *p) { return part(p, p->head.at, p->head.n); }
vg_str paper_foot_text(const struct paper *p) { return part(p, p->foot.at, p->foot.n); }

void paper_foot(struct paper *p, vg_str text) { p->foot = keep(p, text); }
void paper_heading(struct paper *p, int level, vg_str text) { add(p, BLOCK_HEADING, (unsigned)level, text); }
void paper_text(struct paper *p, vg_str text) { add(p, BLOCK_TEXT, 0, text); }
void paper_note(struct paper *p, vg_str text) { add(p, BLOCK_NOTE, 0, text); }
void paper_item(struct paper *p, vg_str text) { add(p, BLOCK_ITEM, 0, text); }
void paper_space(struct paper *p, unsigned points) { add(p, BLOCK_SPACE, points, VG_STR("")); }

void paper_letters(struct paper *p) { p->letters = true; }
void paper_page(struct paper *p) { add(p, BLOCK_PAGE, 0, VG_STR("")); }
void paper_address(struct paper *p, vg_str text) { add(p, BLOCK_ADDRESS, 0, text); }

void paper_meter(struct paper *p, double low, double high) {
  VG_ASSERT(low >= 0 && low <= high && high <= 1);
  add(p, BLOCK_METER, (unsigned)(1000 * low), VG_STR(""))->side = (unsigned)(1000 * high);
}

void paper_squares(struct paper *p, const unsigned char *dark, unsigned side, unsigned points) {
  VG_ASSERT(side > 0 && side <= PAPER_SQUARES);
  struct block *b = add(p, BLOCK_SQUARES, points, VG_STR(""));
  b->side = side;
  b->at = p->text.n;
  b->n = (size_t)side * side;
  for (size_t i = 0; i < b->n; i++)
    vg_buf_byte(&p->text, dark[i] ? '1' : '0');
}

void paper_table(struct paper *p, const unsigned *share, size_t columns) {
  VG_ASSERT(columns > 0 && columns <= PAPER_COLUMNS);
  memcpy(add(p, BLOCK_TABLE, (unsigned)columns, VG_STR(""))->share, share, columns * sizeof *share);
}
void paper_cell(struct paper *p, vg_str text) { add(p, BLOCK_CELL, 0, text); }
void paper_table_end(struct paper *p) { add(p, BLOCK_TABLE_END, 0, VG_STR("")); }
void paper_table_end_or(struct paper *p, vg_str none) {
  size_t i = p->blocks;
  while (i && p->block[i - 1].kind == BLOCK_CELL)
    i--;
  if (!i || p->block[i - 1].kind != BLOCK_TABLE || p->blocks - i > p->block[i - 1].level) {
    paper_table_end(p);
    return;
  }
  p->blocks = i - 1;
  paper_text(p, none);
}

vg_code paper_deflate(struct vg_buf *out, vg_str bytes, bool raw, struct vg_err *err) {
  z_stream z = {0};
  if (bytes.n > UINT32_MAX || deflateInit2(&z, 6, Z_DEFLATED, raw ? -15 : 15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  size_t bound = deflateBound(&z, (uLong)bytes.n);
  char *room = vg_buf_room(out, bound);
  if (room) {
    char *in = NULL;
    memcpy(&in, &bytes.p, sizeof in); /* zlib does not write through next_in */
    z.next_in = (Bytef *)in;
    z.avail_in = (uInt)bytes.n;
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)bound;
    int rc = deflate(&z, Z_FINISH);
    VG_ASSERT(rc == Z_STREAM_END);
    out->n += bound - z.avail_out;
  }
  deflateEnd(&z);
  return vg_buf_check(out, err);
}

/* For pasting: blocks as lines, a table's row as a line of cells. */
static void text_write(const struct paper *p, struct vg_buf *out) {
  unsigned columns = 0, cell = 0;
  if (!p->letters) {
    vg_buf_str(out, paper_title(p));
    vg_buf_z(out, "\n");
    vg_buf_str(out, paper_head(p));
    vg_buf_z(out, "\n\n");
  }
  for (size_t i = 0; i < p->blocks; i++) {
    const struct block *b = &p->block[i];
    if (b->kind == BLOCK_TABLE) {
      columns = b->level;
      cell = 0;
    } else if (b->kind == BLOCK_CELL) {
      vg_str s = block_text(p, b);
      for (size_t k = 0; k < s.n; k++)
        vg_buf_byte(out, s.p[k] == '\n' ? ' ' : (unsigned char)s.p[k]);
      vg_buf_z(out, ++cell % columns ? " | " : "\n");
    } else if (b->kind == BLOCK_PAGE) {
      vg_buf_z(out, "\f");
    } else if (b->kind != BLOCK_SQUARES && b->kind != BLOCK_METER) {
      if (b->kind == BLOCK_HEADING)
        vg_buf_z(out, "\n");
      if (b->kind == BLOCK_ITEM)
        vg_buf_z(out, "- ");
      vg_buf_str(out, block_text(p, b));
      vg_buf_z(out, "\n");
    }
  }
  vg_buf_str(out, paper_foot_text(p));
  vg_buf_z(out, "\n");
}

vg_code paper_write(const struct paper *p, enum paper_format format, struct vg_buf *out, struct vg_err *err) {
  if (p->nomem)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  VG_TRY(vg_buf_check(&p->text, err));
  if (format == PAPER_PDF)
    return pdf_write(p, out, err);
  if (format == PAPER_ODT)
    return odt_write(p, out, err);
  text_write(p, out);
  return vg_buf_check(out, err);
}

static const struct {
  const char *suffix, *type;
} formats[] = {{"pdf", "application/pdf"},
               {"odt", "application/vnd.oasis.opendocument.text"},
               {"txt", "text/plain; charset=utf-8"}};

const char *paper_type(enum paper_format format) { return formats[format].type; }
const char *paper_suffix(enum paper_format format) { return formats[format].suffix; }
bool paper_by_suffix(vg_str suffix, enum paper_format *out) {
  for (size_t i = 0; i < VG_COUNT(formats); i++)
    if (vg_str_eqz(suffix, formats[i].suffix)) {
      *out = (enum paper_format)i;
      return true;
    }
  return false;
}

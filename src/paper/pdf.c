/*
 * PDF 1.7 (ISO 32000-1). Objects: 1 catalogue, 2 page tree, 3 properties, then five a font (composite font with
 * Identity-H, 9.7; descendant; descriptor; the subset; ToUnicode, 9.10.3), then two a page. Units are points, y
 * upwards.
 */
#include "base/grow.h"
#include "paper/paper_internal.h"

#include <stdlib.h>

extern const char paper_sans[], paper_bold[];
extern const unsigned paper_sans_size, paper_bold_size;

enum { LINE = 600 }; /* characters */
enum { FONTS = 2, FIRST_FONT = 4, FIRST_PAGE = FIRST_FONT + 5 * FONTS };
static const double WIDTH = 595.28, HEIGHT = 841.89, LEFT = 56, RIGHT = 56, TOP = 70, BOTTOM = 64;

struct layout {
  const struct paper *p;
  struct font font[FONTS];
  struct vg_buf *page; /* the pages' content */
  size_t pages, room;
  double y;
  /* the table under way */
  const struct block *table;
  size_t heading; /* block of its first cell */
  bool in_heading;
  bool nomem;
};

/* The glyphs of a character: one, or its number in brackets when the font has none. */
static size_t glyphs_of(struct font *f, uint32_t c, unsigned out[static 16]) {
  unsigned g = font_glyph(f, c == 0xa0 || c == 0x202f ? ' ' : c);
  if (g) {
    out[0] = g;
    font_use(f, g, c == 0x202f || c == 0xa0 ? ' ' : bidi_letter(c));
    return 1;
  }
  char text[16];
  struct vg_buf b;
  size_t n = 0;
  vg_buf_init(&b, sizeof text);
  vg_buf_fmt(&b, "[U+%04X]", (unsigned)c);
  for (size_t i = 0; i < b.n && n < 16; i++) {
    out[n] = font_glyph(f, (unsigned char)b.p[i]);
    font_use(f, out[n++], (unsigned char)b.p[i]);
  }
  vg_buf_fini(&b);
  return n;
}

static double width_of(struct font *f, uint32_t c, double size) {
  unsigned g[16], sum = 0;
  size_t n = glyphs_of(f, c, g);
  for (size_t i = 0; i < n; i++)
    sum += font_advance(f, g[i]);
  return sum * size / 1000;
}

/* The part of s from *at that fits in `width`, broken at a blank if there is one, else in the word; *at moves past it.
 */
static vg_str next_line(struct font *f, double size, double width, vg_str s, size_t *at) {
  size_t i = *at, from = *at, blank = SIZE_MAX;
  double x = 0;
  while (i < s.n) {
    size_t before = i;
    uint32_t c = vg_utf8_next(s, &i);
    if (c == '\n') {
      *at = i;
      return vg_str_sub(s, from, before - from);
    }
    x += width_of(f, c, size);
    if (c == ' ')
      blank = before;
    if (x > width && before > from) {
      size_t end = blank != SIZE_MAX && blank > from ? blank : before;
      *at = end == blank ? end + 1 : end;
      return vg_str_sub(s, from, end - from);
    }
  }
  *at = s.n;
  return vg_str_sub(s, from, s.n - from);
}

static struct vg_buf *sheet(struct layout *l) { return &l->page[l->pages - 1]; }

static void put_glyphs(struct font *f, struct vg_buf *b, uint32_t c) {
  static const char hex[] = "0123456789ABCDEF";
  unsigned g[16];
  size_t n = glyphs_of(f, c, g);
  for (size_t k = 0; k < n; k++)
    for (int shift = 12; shift >= 0; shift -= 4)
      vg_buf_byte(b, (unsigned char)hex[g[k] >> shift & 15]);
}

/* Its characters in the order in which they are drawn; false: as they stand (or the line is longer than any that fits
 * a page). */
static bool turned(vg_str s, uint32_t *out, size_t max, size_t *n) {
  uint32_t c[LINE];
  bool right = false;
  for (size_t i = *n = 0; i < s.n && *n < max; right = right || bidi_right(c[*n]), (*n)++)
    c[*n] = vg_utf8_next(s, &i);
  if (!right || *n == max)
    return false;
  *n = bidi_line(c, *n, out);
  return true;
}

static void put(struct layout *l, struct vg_buf *b, int font, double size, double x, double y, vg_str s) {
  uint32_t c[LINE];
  size_t n;
  vg_buf_fmt(b, "BT /F%d %.1f Tf %.2f %.2f Td <", font, size, x, y);
  if (turned(s, c, LINE, &n))
    for (size_t i = 0; i < n; i++)
      put_glyphs(&l->font[font], b, c[i]);
  else
    for (size_t i = 0; i < s.n;)
      put_glyphs(&l->font[font], b, vg_utf8_next(s, &i));
  vg_buf_z(b, "> Tj ET\n");
}

static void rule(struct vg_buf *b, double y, double grey) {
  vg_buf_fmt(b, "%.2f G 0.5 w %.2f %.2f m %.2f %.2f l S\n", grey, LEFT, y, WIDTH - RIGHT, y);
}

static double text_width(struct layout *l, int font, double size, vg_str s) {
  double x = 0;
  for (size_t i = 0; i < s.n;)
    x += width_of(&l->font[font], vg_utf8_next(s, &i), size);
  return x;
}

static void new_page(struct layout *l) {
  if (!VG_GROW(l->page, l->pages, l->room, 8)) {
    l->nomem = true;
    l->y = HEIGHT; /* what follows goes to the last page, and the whole is refused */
    return;
  }
  vg_buf_init(&l->page[l->pages++], (size_t)PAPER_MAX * 8);
  l->y = HEIGHT - TOP;
}

static void draw_heading_row(struct layout *l);

static void need(struct layout *l, double points) {
  if (l->y - points >= BOTTOM)
    return;
  new_page(l);
  if (l->table && !l->in_heading)
    draw_heading_row(l);
}

static size_t count_lines(struct layout *l, int font, double size, double wide, vg_str s) {
  size_t n = 0, at = 0;
  do {
    (void)next_line(&l->font[font], size, wide, s, &at);
    n++;
  } while (at < s.n);
  return n;
}

/* The lines that have to stay together: all of a short paragraph. */
static size_t short_lines(struct layout *l, int font, double size, double wide, vg_str s) {
  enum { SHORT = 4 };
  size_t n = count_lines(l, font, size, wide, s);
  return n <= SHORT ? n : 1;
}

static void lines(struct layout *l, int font, double size, double indent, vg_str s, double after) {
  size_t at = 0;
  double leading = size * 1.4;
  need(l, (double)short_lines(l, font, size, WIDTH - LEFT - RIGHT - indent, s) * leading);
  do {
    vg_str line = next_line(&l->font[font], size, WIDTH - LEFT - RIGHT - indent, s, &at);
    need(l, leading);
    l->y -= leading;
    put(l, sheet(l), font, size, LEFT + indent, l->y, line);
  } while (at < s.n);
  l->y -= after;
}

/* The recipient where the window of a C5/6 or DL envelope shows it when the sheet is folded in three: 105 mm from the
 * left, from 50 mm to 90 mm from the top. What follows goes on below it. */
static void window(struct layout *l, vg_str s) {
  const double mm = 72 / 25.4, from = HEIGHT - 50 * mm, to = HEIGHT - 95 * mm;
  if (l->y > from)
    l->y = from;
  lines(l, 0, 10, 105 * mm - LEFT, s, 0);
  if (l->y > to)
    l->y = to;
}

static double cell_width(const struct block *t, unsigned c) {
  unsigned total = 0;
  for (unsigned k = 0; k < t->level; k++)
    total += t->share[k];
  return (WIDTH - LEFT - RIGHT) * t->share[c] / total;
}

static const double cell_size = 8.5, cell_leading = 8.5 * 1.35;

/* Of a row of t; 0: longer than a page. */
static double row_height(struct layout *l, const struct block *t, size_t first, int font) {
  const double whole = HEIGHT - TOP - BOTTOM - 40;
  size_t most = 1;
  for (unsigned c = 0; c < t->level && first + c < l->p->blocks && l->p->block[first + c].kind == BLOCK_CELL; c++) {
    size_t n = count_lines(l, font, cell_size, cell_width(t, c) - 6, block_text(l->p, &l->p->block[first + c]));
    most = n > most ? n : most;
  }
  double high = (double)most * cell_leading + 6;
  return high <= whole ? high : 0;
}

/* What has to stand together where the table at block i begins: its heading and its first row. */
static double table_begins(struct layout *l, size_t i) {
  const struct block *t = &l->p->block[i];
  return row_height(l, t, i + 1, 1) + row_height(l, t, i + 1 + t->level, 0);
}

/* One row: cells side by side, a line of each at a time. It stays on one page; only one longer than a page goes on on
 * the next. */
static void row(struct layout *l, size_t first, int font) {
  const double size = cell_size, leading = cell_leading;
  const struct block *t = l->table;
  size_t at[PAPER_COLUMNS] = {0};
  bool more = true, start = true;
  need(l, row_height(l, t, first, font));
  for (; more; start = false) {
    double x = LEFT;
    need(l, leading + (start ? 4 : 0));
    l->y -= leading + (start ? 2 : 0);
    more = false;
    for (unsigned c = 0; c < t->level; c++) {
      double wide = cell_width(t, c);
      vg_str s = block_text(l->p, &l->p->block[first + c]);
      if (at[c] < s.n) {
        vg_str line = next_line(&l->font[font], size, wide - 6, s, &at[c]);
        put(l, sheet(l), font, size, x, l->y, line);
      }
      more = more || at[c] < s.n;
      x += wide;
    }
  }
  l->y -= 4;
  rule(sheet(l), l->y, l->in_heading ? 0.2 : 0.75);
}

static void draw_heading_row(struct layout *l) {
  l->in_heading = true;
  row(l, l->heading, 1);
  l->in_heading = false;
}

static size_t draw_table(struct layout *l, size_t i) {
  need(l, table_begins(l, i));
  l->table = &l->p->block[i++];
  l->heading = i;
  for (bool first = true; l->p->block[i].kind == BLOCK_CELL; i += l->table->level, first = false)
    if (first)
      draw_heading_row(l);
    else
      row(l, i, 0);
  l->table = NULL;
  l->y -= 8;
  return i;
}

/* Dark fields of a line that touch are one rectangle. */
static void squares(struct layout *l, const struct block *b) {
  double one = (double)b->level / b->side;
  need(l, b->level);
  l->y -= b->level;
  vg_buf_z(sheet(l), "0 g\n");
  for (unsigned y = 0; y < b->side; y++)
    for (unsigned x = 0; x < b->side; x++) {
      unsigned from = x;
      while (block_dark(l->p, b, x, y))
        x++;
      if (x > from)
        vg_buf_fmt(sheet(l), "%.3f %.3f %.3f %.3f re f\n", LEFT + from * one, l->y + (b->side - 1 - y) * one,
                   (x - from) * one, one);
    }
  l->y -= 6;
}

static void meter(struct layout *l, const struct block *b) {
  static const struct {
    double red, green, blue;
  } track = {.90, .92, .95}, perhaps = {.62, .72, .86}, sure = {.12, .23, .42};
  const double wide = WIDTH - LEFT - RIGHT, high = 10;
  need(l, high + 8);
  l->y -= high + 2;
  vg_buf_fmt(sheet(l), "%.2f %.2f %.2f rg %.2f %.2f %.2f %.2f re f\n", track.red, track.green, track.blue, LEFT, l->y,
             wide, high);
  vg_buf_fmt(sheet(l), "%.2f %.2f %.2f rg %.2f %.2f %.2f %.2f re f\n", perhaps.red, perhaps.green, perhaps.blue, LEFT,
             l->y, wide * b->side / 1000, high);
  vg_buf_fmt(sheet(l), "%.2f %.2f %.2f rg %.2f %.2f %.2f %.2f re f 0 g\n", sure.red, sure.green, sure.blue, LEFT, l->y,
             wide * b->level / 1000, high);
  l->y -= 6;
}

static void body(struct layout *l) {
  static const double heading[] = {12.5, 10.5, 10};
  new_page(l);
  if (!l->p->letters)
    lines(l, 1, 16, 0, paper_title(l->p), 6);
  for (size_t i = 0; i < l->p->blocks && !l->nomem; i++) {
    const struct block *b = &l->p->block[i];
    vg_str s = block_text(l->p, b);
    switch (b->kind) {
    case BLOCK_HEADING:
      need(l, 48 + (i + 1 < l->p->blocks && b[1].kind == BLOCK_TABLE ? table_begins(l, i + 1) : 0));
      l->y -= b->level == 1 ? 10 : 6;
      lines(l, 1, heading[b->level - 1], 0, s, 3);
      break;
    case BLOCK_TEXT: lines(l, 0, 10, 0, s, 5); break;
    case BLOCK_NOTE: lines(l, 0, 8, 0, s, 4); break;
    case BLOCK_ITEM:
      need(l, 14.0 * (double)short_lines(l, 0, 10, WIDTH - LEFT - RIGHT - 14, s));
      put(l, sheet(l), 0, 10, LEFT + 2, l->y - 14, VG_STR("–"));
      lines(l, 0, 10, 14, s, 3);
      break;
    case BLOCK_TABLE: i = draw_table(l, i); break;
    case BLOCK_SPACE:
      need(l, b->level);
      l->y -= b->level;
      break;
    case BLOCK_PAGE:
      if (l->y < HEIGHT - TOP)
        new_page(l);
      break;
    case BLOCK_ADDRESS: window(l, s); break;
    case BLOCK_SQUARES: squares(l, b); break;
    case BLOCK_METER: meter(l, b); break;
    case BLOCK_CELL:
    case BLOCK_TABLE_END: break;
    }
  }
}

/* What names the document stands whole, on two lines when it is long. */
static void head(struct layout *l, struct vg_buf *b) {
  const double wide = WIDTH - LEFT - RIGHT;
  vg_str s = paper_head(l->p);
  size_t at = 0;
  vg_str line = next_line(&l->font[0], 8, wide, s, &at);
  if (at < s.n) {
    put(l, b, 0, 8, LEFT, HEIGHT - 34, line);
    line = next_line(&l->font[0], 8, wide, s, &at);
  }
  put(l, b, 0, 8, LEFT, HEIGHT - 44, line);
}

/* Head and foot, once the number of pages is known. */
static void margins(struct layout *l) {
  for (size_t i = 0; i < l->pages; i++) {
    struct vg_buf *b = &l->page[i], number;
    size_t at;
    vg_buf_init(&number, 64);
    if (!l->p->letters)
      vg_buf_fmt(&number, "%zu / %zu", i + 1, l->pages);
    head(l, b);
    if (!l->p->letters) {
      rule(b, HEIGHT - 50, 0.6);
      rule(b, BOTTOM - 14, 0.6);
    }
    at = 0;
    put(l, b, 0, 8, LEFT, BOTTOM - 26,
        next_line(&l->font[0], 8, WIDTH - LEFT - RIGHT - 60, paper_foot_text(l->p), &at));
    put(l, b, 0, 8, WIDTH - RIGHT - text_width(l, 0, 8, vg_buf_view(&number)), BOTTOM - 26, vg_buf_view(&number));
    vg_buf_fini(&number);
  }
}

/* Writing objects: their places make the cross-reference table. */
struct pdf {
  struct vg_buf *out;
  size_t *at;
  size_t base, objects;
};

static void object(struct pdf *f, size_t number) {
  f->at[number] = f->out->n - f->base;
  vg_buf_fmt(f->out, "%zu 0 obj\n", number);
}

static vg_code stream(struct pdf *f, size_t number, const char *more, vg_str bytes, struct vg_err *err) {
  struct vg_buf packed;
  vg_buf_init(&packed, f->out->max);
  vg_code rc = paper_deflate(&packed, bytes, false, err);
  object(f, number);
  vg_buf_fmt(f->out, "<< /Length %zu /Filter /FlateDecode%s >>\nstream\n", packed.n, more);
  vg_buf_str(f->out, vg_buf_view(&packed));
  vg_buf_z(f->out, "\nendstream\nendobj\n");
  vg_buf_fini(&packed);
  return rc;
}

static void utf16(struct vg_buf *b, uint32_t c) {
  if (c > 0xffff)
    vg_buf_fmt(b, "%04X%04X", 0xd800 + (unsigned)((c - 0x10000) >> 10), 0xdc00 + (unsigned)((c - 0x10000) & 0x3ff));
  else
    vg_buf_fmt(b, "%04X", (unsigned)c);
}

static void to_unicode(const struct font *f, struct vg_buf *b) {
  vg_buf_z(
      b, "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) /Ordering "
         "(UCS) "
         "/Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> "
         "endcodespacerange\n");
  for (unsigned g = 1; g < f->glyphs; g++)
    if (f->used[g] && f->letter[g]) {
      vg_buf_fmt(b, "1 beginbfchar <%04X> <", g);
      utf16(b, f->letter[g]);
      vg_buf_z(b, "> endbfchar\n");
    }
  vg_buf_z(b, "endcmap CMapName currentdict /CMap defineresource pop end end\n");
}

static int em(const struct font *f, int v) { return v * 1000 / (int)f->units; }

static vg_code write_font(struct pdf *f, struct font *font, int n, struct vg_err *err) {
  static const char *const names[FONTS] = {"VIGIEA+DejaVuSans", "VIGIEB+DejaVuSans-Bold"};
  size_t first = FIRST_FONT + 5 * (size_t)n;
  struct vg_buf file, map;
  vg_code rc = VG_OK;
  vg_buf_init(&file, 16 << 20);
  vg_buf_init(&map, 4 << 20);
  object(f, first);
  vg_buf_fmt(f->out,
             "<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%zu 0 R] /ToUnicode "
             "%zu 0 R >>\nendobj\n",
             names[n], first + 1, first + 4);
  object(f, first + 1);
  vg_buf_fmt(f->out,
             "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering "
             "(Identity) /Supplement 0 >> "
             "/FontDescriptor %zu 0 R /CIDToGIDMap /Identity /DW 600 /W [",
             names[n], first + 2);
  for (unsigned g = 0; g < font->glyphs; g++)
    if (font->used[g])
      vg_buf_fmt(f->out, "%u [%u] ", g, font_advance(font, g));
  vg_buf_z(f->out, "] >>\nendobj\n");
  object(f, first + 2);
  vg_buf_fmt(f->out,
             "<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d "
             "/Descent %d /CapHeight %d "
             "/StemV 80 /FontFile2 %zu 0 R >>\nendobj\n",
             names[n], em(font, font->box[0]), em(font, font->box[1]), em(font, font->box[2]), em(font, font->box[3]),
             em(font, font->ascent), em(font, font->descent), em(font, font->ascent), first + 3);
  font_subset(font, &file);
  to_unicode(font, &map);
  rc = vg_buf_check(&file, err);
  if (rc == VG_OK) {
    char length[40] = "";
    struct vg_buf b;
    vg_buf_init(&b, sizeof length);
    vg_buf_fmt(&b, " /Length1 %zu", file.n);
    vg_str_copy(length, sizeof length, vg_buf_view(&b));
    vg_buf_fini(&b);
    rc = stream(f, first + 3, length, vg_buf_view(&file), err);
  }
  if (rc == VG_OK)
    rc = stream(f, first + 4, "", vg_buf_view(&map), err);
  vg_buf_fini(&file);
  vg_buf_fini(&map);
  return rc;
}

static void write_head(struct pdf *f, const struct layout *l) {
  char made[VG_TIME_TEXT];
  vg_str title = paper_title(l->p);
  vg_buf_z(f->out, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
  object(f, 1);
  vg_buf_z(f->out, "<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /DisplayDocTitle true >> >>\nendobj\n");
  object(f, 2);
  vg_buf_fmt(f->out, "<< /Type /Pages /Count %zu /Kids [", l->pages);
  for (size_t i = 0; i < l->pages; i++)
    vg_buf_fmt(f->out, "%zu 0 R ", FIRST_PAGE + 2 * i);
  vg_buf_z(f->out, "] >>\nendobj\n");
  object(f, 3);
  vg_buf_z(f->out, "<< /Producer (Vigie) /Title <FEFF");
  for (size_t i = 0; i < title.n;)
    utf16(f->out, vg_utf8_next(title, &i));
  vg_time_text(made, l->p->made, false);
  vg_buf_z(f->out, ">");
  if (made[0])
    vg_buf_fmt(f->out, " /CreationDate (D:%.4s%.2s%.2s%.2s%.2s%.2sZ)", made, made + 5, made + 8, made + 11, made + 14,
               made + 17);
  vg_buf_z(f->out, " >>\nendobj\n");
}

static vg_code write_pages(struct pdf *f, const struct layout *l, struct vg_err *err) {
  for (size_t i = 0; i < l->pages; i++) {
    VG_TRY(vg_buf_check(&l->page[i], err));
    object(f, FIRST_PAGE + 2 * i);
    vg_buf_fmt(f->out,
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /Font << /F0 %d 0 R /F1 %d 0 R >> "
               ">> /Contents %zu 0 R "
               ">>\nendobj\n",
               WIDTH, HEIGHT, FIRST_FONT, FIRST_FONT + 5, FIRST_PAGE + 2 * i + 1);
    VG_TRY(stream(f, FIRST_PAGE + 2 * i + 1, "", vg_buf_view(&l->page[i]), err));
  }
  return VG_OK;
}

static vg_code assemble(struct layout *l, struct vg_buf *out, struct vg_err *err) {
  struct pdf f = {.out = out, .base = out->n, .objects = FIRST_PAGE + 2 * l->pages};
  vg_code rc = VG_OK;
  f.at = calloc(f.objects, sizeof *f.at);
  if (!f.at)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  write_head(&f, l);
  for (int i = 0; i < FONTS; i++)
    VG_GO(write_font(&f, &l->font[i], i, err));
  VG_GO(write_pages(&f, l, err));
  size_t xref = out->n - f.base;
  vg_buf_fmt(out, "xref\n0 %zu\n0000000000 65535 f \n", f.objects);
  for (size_t i = 1; i < f.objects; i++)
    vg_buf_fmt(out, "%010zu 00000 n \n", f.at[i]);
  vg_buf_fmt(out, "trailer\n<< /Size %zu /Root 1 0 R /Info 3 0 R >>\nstartxref\n%zu\n%%%%EOF\n", f.objects, xref);
  rc = vg_buf_check(out, err);
out:
  free(f.at);
  return rc;
}

vg_code pdf_write(const struct paper *p, struct vg_buf *out, struct vg_err *err) {
  struct layout l = {.p = p};
  vg_code rc = VG_OK;
  VG_GO(font_open(&l.font[0], paper_sans, paper_sans_size, err));
  VG_GO(font_open(&l.font[1], paper_bold, paper_bold_size, err));
  body(&l);
  margins(&l);
  rc = l.nomem || l.pages == 0 ? VG_FAIL(err, VG_ENOMEM, "base.memory") : assemble(&l, out, err);
out:
  for (size_t i = 0; i < l.pages; i++)
    vg_buf_fini(&l.page[i]);
  free(l.page);
  for (int i = 0; i < FONTS; i++)
    font_close(&l.font[i]);
  return rc;
}

/* OpenDocument 1.2 text: a zip with the mimetype first and stored (part 3, 3.3), then the XML parts. */
#include "paper/paper_internal.h"

#include <stdio.h>
#include <zlib.h>

enum { PARTS = 5 };
struct zip {
  struct vg_buf *out, directory;
  unsigned entries;
};

static void zip_header(struct vg_buf *b, unsigned method, uint32_t crc, size_t packed, size_t size, vg_str name) {
  vg_buf_le16(b, 20); /* version needed */
  vg_buf_le16(b, 0);
  vg_buf_le16(b, (uint16_t)method);
  vg_buf_le16(b, 0);
  vg_buf_le16(b, 0x21); /* 1980-01-01: the same content gives the same bytes */
  vg_buf_le32(b, crc);
  vg_buf_le32(b, (uint32_t)packed);
  vg_buf_le32(b, (uint32_t)size);
  vg_buf_le16(b, (uint16_t)name.n);
  vg_buf_le16(b, 0);
}

static vg_code zip_add(struct zip *z, vg_str name, vg_str bytes, bool store, struct vg_err *err) {
  struct vg_buf packed;
  uint32_t crc = (uint32_t)crc32(0, (const Bytef *)bytes.p, (uInt)bytes.n);
  size_t at = z->out->n;
  vg_buf_init(&packed, z->out->max);
  vg_code rc = store ? VG_OK : paper_deflate(&packed, bytes, true, err);
  vg_str data = store ? bytes : vg_buf_view(&packed);
  vg_buf_le32(z->out, 0x04034b50);
  zip_header(z->out, store ? 0 : 8, crc, data.n, bytes.n, name);
  vg_buf_str(z->out, name);
  vg_buf_str(z->out, data);
  vg_buf_le32(&z->directory, 0x02014b50);
  vg_buf_le16(&z->directory, 20);
  zip_header(&z->directory, store ? 0 : 8, crc, data.n, bytes.n, name);
  vg_buf_le16(&z->directory, 0);
  vg_buf_le16(&z->directory, 0);
  vg_buf_le16(&z->directory, 0);
  vg_buf_le32(&z->directory, 0);
  vg_buf_le32(&z->directory, (uint32_t)at);
  vg_buf_str(&z->directory, name);
  z->entries++;
  vg_buf_fini(&packed);
  return rc;
}

static void zip_end(struct zip *z) {
  size_t at = z->out->n;
  vg_buf_str(z->out, vg_buf_view(&z->directory));
  vg_buf_le32(z->out, 0x06054b50);
  vg_buf_le32(z->out, 0);
  vg_buf_le16(z->out, (uint16_t)z->entries);
  vg_buf_le16(z->out, (uint16_t)z->entries);
  vg_buf_le32(z->out, (uint32_t)z->directory.n);
  vg_buf_le32(z->out, (uint32_t)at);
  vg_buf_le16(z->out, 0);
}

static void xml(struct vg_buf *b, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '<')
      vg_buf_z(b, "&lt;");
    else if (c == '>')
      vg_buf_z(b, "&gt;");
    else if (c == '&')
      vg_buf_z(b, "&amp;");
    else if (c == '"')
      vg_buf_z(b, "&quot;");
    else if (c == '\n')
      vg_buf_z(b, "<text:line-break/>");
    else if (c == ' ' && i && s.p[i - 1] == ' ')
      vg_buf_z(b, "<text:s/>");
    else
      vg_buf_byte(b, (unsigned char)c);
  }
}

#define NAMES                                                                                                          \
  " xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "                                                \
  "xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" "                                                     \
  "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" "                                                   \
  "xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" "                                                   \
  "xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" "                                          \
  "xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" "                                                  \
  "xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" "                                            \
  "xmlns:xlink=\"http://www.w3.org/1999/xlink\" "                                                                      \
  "xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "       \
  "office:version=\"1.2\""
#define PROLOGUE "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void paragraph(struct vg_buf *b, const char *style, vg_str s) {
  vg_buf_fmt(b, "<text:p text:style-name=\"%s\">", style);
  xml(b, s);
  vg_buf_z(b, "</text:p>");
}

/* Widths of the tables' columns are automatic styles, one a table and column. */
static void column_styles(const struct paper *p, struct vg_buf *b) {
  unsigned table = 0;
  for (size_t i = 0; i < p->blocks; i++) {
    const struct block *t = &p->block[i];
    if (t->kind != BLOCK_TABLE)
      continue;
    for (unsigned c = 0; c < t->level; c++)
      vg_buf_fmt(b,
                 "<style:style style:name=\"T%u.%u\" style:family=\"table-column\"><style:table-column-properties "
                 "style:rel-column-width=\"%u*\"/></style:style>",
                 table, c, t->share[c] * 100);
    table++;
  }
}

struct rows {
  unsigned table, columns, cell;
};

static void table_begin(struct vg_buf *b, struct rows *r, const struct block *t) {
  r->columns = t->level;
  r->cell = 0;
  vg_buf_fmt(b, "<table:table table:name=\"T%u\" table:style-name=\"Table\">", r->table);
  for (unsigned c = 0; c < r->columns; c++)
    vg_buf_fmt(b, "<table:table-column table:style-name=\"T%u.%u\"/>", r->table, c);
  r->table++;
}

static void table_cell(struct vg_buf *b, struct rows *r, vg_str s) {
  bool heading = r->cell < r->columns;
  if (r->cell % r->columns == 0)
    vg_buf_z(b, heading ? "<table:table-header-rows><table:table-row>" : "<table:table-row table:style-name=\"Row\">");
  vg_buf_z(b, "<table:table-cell table:style-name=\"Cell\" office:value-type=\"string\">");
  paragraph(b, heading ? "CellHead" : "CellText", s);
  vg_buf_z(b, "</table:table-cell>");
  r->cell++;
  if (r->cell % r->columns == 0)
    vg_buf_z(b, heading ? "</table:table-row></table:table-header-rows>" : "</table:table-row>");
}

static void content(const struct paper *p, struct vg_buf *b) {
  struct rows r = {0};
  vg_buf_z(b, PROLOGUE "<office:document-content" NAMES "><office:automatic-styles>");
  vg_buf_z(b, "<style:style style:name=\"Table\" style:family=\"table\"><style:table-properties "
              "style:rel-width=\"100%\" table:align=\"margins\" fo:margin-bottom=\"6pt\"/></style:style>"
              "<style:style style:name=\"Row\" style:family=\"table-row\"><style:table-row-properties "
              "fo:keep-together=\"always\"/></style:style>"
              "<style:style style:name=\"Cell\" style:family=\"table-cell\"><style:table-cell-properties "
              "fo:border-bottom=\"0.5pt solid #999999\" fo:padding=\"2pt\" fo:padding-right=\"5pt\"/></style:style>");
  column_styles(p, b);
  if (p->letters)
    vg_buf_z(b, "<style:style style:name=\"Window\" style:family=\"graphic\"><style:graphic-properties "
                "style:vertical-pos=\"from-top\" style:vertical-rel=\"page\" style:horizontal-pos=\"from-left\" "
                "style:horizontal-rel=\"page\" style:wrap=\"none\" draw:stroke=\"none\" fo:border=\"none\" "
                "fo:padding=\"0cm\"/></style:style>");
  vg_buf_z(b, "</office:automatic-styles><office:body><office:text>");
  if (!p->letters)
    paragraph(b, "Title", paper_title(p));
  for (size_t i = 0; i < p->blocks; i++) {
    const struct block *k = &p->block[i];
    vg_str s = block_text(p, k);
    switch (k->kind) {
    case BLOCK_HEADING:
      vg_buf_fmt(b, "<text:h text:style-name=\"H%u\" text:outline-level=\"%u\">", k->level, k->level);
      xml(b, s);
      vg_buf_z(b, "</text:h>");
      break;
    case BLOCK_TEXT: paragraph(b, "Body", s); break;
    case BLOCK_NOTE: paragraph(b, "Note", s); break;
    case BLOCK_ITEM:
      vg_buf_z(b, "<text:p text:style-name=\"Item\">– ");
      xml(b, s);
      vg_buf_z(b, "</text:p>");
      break;
    case BLOCK_TABLE: table_begin(b, &r, k); break;
    case BLOCK_CELL: table_cell(b, &r, s); break;
    case BLOCK_TABLE_END: vg_buf_z(b, "</table:table>"); break;
    case BLOCK_SPACE:
      for (unsigned y = 0; y < k->level; y += 14)
        paragraph(b, "Body", VG_STR(""));
      break;
    case BLOCK_PAGE:
      if (i)
        paragraph(b, "Break", VG_STR(""));
      break;
    case BLOCK_ADDRESS: /* where the window of an envelope is: see pdf.c */
      vg_buf_fmt(b,
                 "<text:p text:style-name=\"Body\"><draw:frame draw:style-name=\"Window\" draw:name=\"A%zu\" "
                 "text:anchor-type=\"paragraph\" svg:x=\"105mm\" svg:y=\"50mm\" svg:width=\"85mm\" "
                 "svg:height=\"45mm\"><draw:text-box>",
                 i);
      paragraph(b, "Address", s);
      vg_buf_z(b, "</draw:text-box></draw:frame></text:p>");
      break;
    case BLOCK_METER: break;
    case BLOCK_SQUARES:
      vg_buf_fmt(b,
                 "<text:p text:style-name=\"Body\"><draw:frame draw:name=\"S%zu\" text:anchor-type=\"as-char\" "
                 "svg:width=\"%upt\" svg:height=\"%upt\"><draw:image xlink:href=\"Pictures/%zu.png\" "
                 "xlink:type=\"simple\" xlink:show=\"embed\" xlink:actuate=\"onLoad\"/></draw:frame></text:p>",
                 i, k->level, k->level, i);
      break;
    }
  }
  vg_buf_z(b, "</office:text></office:body></office:document-content>");
}

static void style(struct vg_buf *b, const char *name, const char *paragraph_properties, const char *text_properties) {
  vg_buf_fmt(b,
             "<style:style style:name=\"%s\" style:family=\"paragraph\"><style:paragraph-properties "
             "%s/><style:text-properties style:font-name=\"DejaVu Sans\" %s/></style:style>",
             name, paragraph_properties, text_properties);
}

static void styles(const struct paper *p, struct vg_buf *b) {
  vg_buf_z(
      b, PROLOGUE
      "<office:document-styles" NAMES "><office:font-face-decls><style:font-face style:name=\"DejaVu Sans\" "
      "svg:font-family=\"&apos;DejaVu Sans&apos;\" style:font-family-generic=\"swiss\"/></office:font-face-decls><office:styles>");
  style(b, "Title", "fo:margin-bottom=\"8pt\"", "fo:font-size=\"16pt\" fo:font-weight=\"bold\"");
  style(b, "H1", "fo:margin-top=\"12pt\" fo:margin-bottom=\"4pt\" fo:keep-with-next=\"always\"",
        "fo:font-size=\"12.5pt\" fo:font-weight=\"bold\"");
  style(b, "H2", "fo:margin-top=\"9pt\" fo:margin-bottom=\"3pt\" fo:keep-with-next=\"always\"",
        "fo:font-size=\"10.5pt\" fo:font-weight=\"bold\"");
  style(b, "H3", "fo:margin-top=\"6pt\" fo:margin-bottom=\"2pt\" fo:keep-with-next=\"always\"",
        "fo:font-size=\"10pt\" fo:font-weight=\"bold\"");
  style(b, "Body", "fo:margin-bottom=\"5pt\"", "fo:font-size=\"10pt\"");
  style(b, "Item", "fo:margin-left=\"12pt\" fo:text-indent=\"-10pt\" fo:margin-bottom=\"3pt\"",
        "fo:font-size=\"10pt\"");
  style(b, "Break", "fo:break-before=\"page\"", "fo:font-size=\"2pt\"");
  style(b, "Address", "", "fo:font-size=\"10pt\"");
  style(b, "Note", "fo:margin-bottom=\"4pt\"", "fo:font-size=\"8pt\"");
  style(b, "CellText", "", "fo:font-size=\"8.5pt\"");
  style(b, "CellHead", "", "fo:font-size=\"8.5pt\" fo:font-weight=\"bold\"");
  style(b, "Head", "fo:border-bottom=\"0.5pt solid #999999\" fo:padding-bottom=\"3pt\"", "fo:font-size=\"8pt\"");
  vg_buf_z(
      b,
      "<style:style style:name=\"Foot\" style:family=\"paragraph\"><style:paragraph-properties "
      "fo:border-top=\"0.5pt solid #999999\" fo:padding-top=\"3pt\"><style:tab-stops><style:tab-stop "
      "style:type=\"right\" style:position=\"17cm\"/></style:tab-stops></style:paragraph-properties>"
      "<style:text-properties style:font-name=\"DejaVu Sans\" fo:font-size=\"8pt\"/></style:style></office:styles><office:automatic-styles><style:page-layout style:name=\"A4\">"
      "<style:page-layout-properties fo:page-width=\"21cm\" fo:page-height=\"29.7cm\" "
      "fo:margin=\"2cm\"/><style:header-style>"
      "<style:header-footer-properties fo:margin-bottom=\"12pt\"/></style:header-style><style:footer-style>"
      "<style:header-footer-properties fo:margin-top=\"12pt\"/></style:footer-style></style:page-layout></office:automatic-styles><office:master-styles><style:master-page "
      "style:name=\"Standard\" "
      "style:page-layout-name=\"A4\"><style:header>");
  paragraph(b, p->letters ? "Note" : "Head", paper_head(p));
  vg_buf_fmt(b, "</style:header><style:footer><text:p text:style-name=\"%s\">", p->letters ? "Note" : "Foot");
  xml(b, paper_foot_text(p));
  if (!p->letters)
    vg_buf_z(b, "<text:tab/><text:page-number text:select-page=\"current\">1</text:page-number> / "
                "<text:page-count>1</text:page-count>");
  vg_buf_z(b, "</text:p></style:footer>"
              "</style:master-page></office:master-styles></office:document-styles>");
}

static void properties(const struct paper *p, struct vg_buf *b) {
  char made[VG_TIME_TEXT];
  vg_buf_z(b, PROLOGUE "<office:document-meta" NAMES "><office:meta><meta:generator>Vigie</meta:generator><dc:title>");
  xml(b, paper_title(p));
  vg_buf_fmt(b, "</dc:title><meta:creation-date>%s</meta:creation-date></office:meta></office:document-meta>",
             vg_time_text(made, p->made, false));
}

/* PNG (ISO/IEC 15948) of one bit a dot: a dark field is SCALE dots wide and high. */
static void be32(struct vg_buf *b, uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8)
    vg_buf_byte(b, (unsigned char)(v >> shift));
}

static void chunk(struct vg_buf *out, const char *type, vg_str data) {
  struct vg_buf b;
  vg_buf_init(&b, data.n + 4);
  vg_buf_z(&b, type);
  vg_buf_str(&b, data);
  be32(out, (uint32_t)data.n);
  vg_buf_str(out, vg_buf_view(&b));
  be32(out, (uint32_t)crc32(0, (const Bytef *)b.p, (uInt)b.n));
  vg_buf_fini(&b);
}

static vg_code png(const struct paper *p, const struct block *k, struct vg_buf *out, struct vg_err *err) {
  enum { SCALE = 8 }; /* a field fills a byte of its line */
  struct vg_buf head, dots, packed;
  vg_buf_init(&head, 32);
  vg_buf_init(&dots, 1 << 20);
  vg_buf_init(&packed, 1 << 20);
  be32(&head, k->side * SCALE);
  be32(&head, k->side * SCALE);
  vg_buf_add(&head, "\1\0\0\0\0", 5);
  for (unsigned y = 0; y < k->side * SCALE; y++) {
    vg_buf_byte(&dots, 0);
    for (unsigned x = 0; x < k->side; x++)
      vg_buf_byte(&dots, block_dark(p, k, x, y / SCALE) ? 0 : 0xff);
  }
  vg_code rc = paper_deflate(&packed, vg_buf_view(&dots), false, err);
  vg_buf_add(out, "\x89PNG\r\n\x1a\n", 8);
  chunk(out, "IHDR", vg_buf_view(&head));
  chunk(out, "IDAT", vg_buf_view(&packed));
  chunk(out, "IEND", VG_STR(""));
  vg_buf_fini(&head);
  vg_buf_fini(&dots);
  vg_buf_fini(&packed);
  return rc;
}

static void picture_name(char out[static 40], size_t block) { snprintf(out, 40, "Pictures/%zu.png", block); }

static vg_code pictures(const struct paper *p, struct zip *z, struct vg_err *err) {
  vg_code rc = VG_OK;
  for (size_t i = 0; i < p->blocks && rc == VG_OK; i++) {
    struct vg_buf b;
    char name[40];
    if (p->block[i].kind != BLOCK_SQUARES)
      continue;
    picture_name(name, i);
    vg_buf_init(&b, 1 << 20);
    rc = png(p, &p->block[i], &b, err);
    if (rc == VG_OK)
      rc = zip_add(z, vg_str_z(name), vg_buf_view(&b), true, err);
    vg_buf_fini(&b);
  }
  return rc;
}

static void manifest(const struct paper *p, struct vg_buf *b) {
  static const char *const names[] = {"content.xml", "styles.xml", "meta.xml"};
  vg_buf_z(b, PROLOGUE "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" "
                       "manifest:version=\"1.2\">"
                       "<manifest:file-entry manifest:full-path=\"/\" manifest:version=\"1.2\" "
                       "manifest:media-type=\"application/vnd.oasis.opendocument.text\"/>");
  for (size_t i = 0; i < VG_COUNT(names); i++)
    vg_buf_fmt(b, "<manifest:file-entry manifest:full-path=\"%s\" manifest:media-type=\"text/xml\"/>", names[i]);
  for (size_t i = 0; i < p->blocks; i++)
    if (p->block[i].kind == BLOCK_SQUARES) {
      char name[40];
      picture_name(name, i);
      vg_buf_fmt(b, "<manifest:file-entry manifest:full-path=\"%s\" manifest:media-type=\"image/png\"/>", name);
    }
  vg_buf_z(b, "</manifest:manifest>");
}

vg_code odt_write(const struct paper *p, struct vg_buf *out, struct vg_err *err) {
  struct zip z = {.out = out};
  struct vg_buf part[PARTS - 1];
  static const char *const name[] = {"content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"};
  for (size_t i = 0; i < VG_COUNT(part); i++)
    vg_buf_init(&part[i], (size_t)PAPER_MAX * 4);
  vg_buf_init(&z.directory, 1 << 16);
  content(p, &part[0]);
  styles(p, &part[1]);
  properties(p, &part[2]);
  manifest(p, &part[3]);
  vg_code rc = zip_add(&z, VG_STR("mimetype"), VG_STR("application/vnd.oasis.opendocument.text"), true, err);
  for (size_t i = 0; i < VG_COUNT(part) && rc == VG_OK; i++) {
    rc = vg_buf_check(&part[i], err);
    if (rc == VG_OK)
      rc = zip_add(&z, vg_str_z(name[i]), vg_buf_view(&part[i]), false, err);
  }
  if (rc == VG_OK)
    rc = pictures(p, &z, err);
  if (rc == VG_OK)
    zip_end(&z);
  for (size_t i = 0; i < VG_COUNT(part); i++)
    vg_buf_fini(&part[i]);
  vg_buf_fini(&z.directory);
  return rc == VG_OK ? vg_buf_check(out, err) : rc;
}

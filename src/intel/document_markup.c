/* Text, links and hidden parts of HTML and of Office's XML (libxml2, without network, entities and DTDs from outside).
 */
#include "intel/document.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <string.h>

struct markup {
  struct vg_buf text;
  size_t template; /* where the text of docProps' Template begins; 0: not in it */
};

static const char *z(const xmlChar *s) { return (const char *)s; }

static bool one_of(const char *name, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcasecmp(name, list[i]) == 0)
      return true;
  return false;
}

static void own_line(struct markup *m, const char *text) {
  vg_buf_byte(&m->text, '\n');
  vg_buf_z(&m->text, text);
  vg_buf_byte(&m->text, '\n');
}

/* What is drawn on a line of its own, or in a cell, is no part of the word before. */
static void tag(struct markup *m, const char *name) {
  static const char *const apart[] = {"br", "p", "div", "td", "th", "tr", "li", "ul", "ol", "dl", "dt", "dd", "table",
                                      "title", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "body", "head", "html",
                                      "blockquote", "section", "article", "header", "footer", "nav", "option", "select",
                                      "textarea", "form", "script", "style", "button", "img",
                                      /* Word, Excel, PowerPoint */
                                      "tab", "c", "row", "si", "v", "instrText", "Relationship", "comment", "cr",
                                      /* docProps: what the document says of itself */
                                      "Application", "AppVersion", "Company", "Manager", "Template", "lpstr", "creator",
                                      "lastModifiedBy", "subject", "description", "keywords", "category"};
  if (one_of(name, apart, VG_COUNT(apart)))
    vg_buf_byte(&m->text, '\n');
}

static const char *const linking[] = {
    "href",  "src",    "action", "formaction", "data",      "content",  "background", "cite",       "poster", "srcset",
    "value", "Target", "ping",   "data-url",   "data-href", "data-src", "onclick",    "xlink:href", "srcdoc", "title"};

/* "style.css", "/img/logo.png": what a page is drawn with, from where it lies itself, says nothing. */
static bool is_decoration(vg_str link) {
  static const char *const ends[] = {".css",  ".ico",  ".png",  ".jpg",   ".jpeg", ".gif",
                                     ".webp", ".avif", ".woff", ".woff2", ".ttf",  ".otf"};
  link = vg_str_trim(link);
  if (vg_str_find_byte(link, ':', 0) != SIZE_MAX || vg_str_starts(link, VG_STR("//")) ||
      vg_str_starts(link, VG_STR("\\\\")))
    return false;
  size_t n = 0;
  while (n < link.n && link.p[n] != '?' && link.p[n] != '#')
    n++;
  for (size_t i = 0; i < VG_COUNT(ends); i++) {
    const size_t end = strlen(ends[i]);
    if (n > end && vg_str_eq_ci(vg_str_sub(link, n - end, end), vg_str_z(ends[i])))
      return true;
  }
  return false;
}

static void html_start(void *ctx, const xmlChar *name, const xmlChar **atts) {
  struct markup *m = ctx;
  tag(m, z(name));
  for (size_t i = 0; atts && atts[i]; i += 2)
    if (atts[i + 1] && one_of(z(atts[i]), linking, VG_COUNT(linking)) && !is_decoration(vg_str_z(z(atts[i + 1]))))
      own_line(m, z(atts[i + 1]));
}

static void html_end(void *ctx, const xmlChar *name) { tag(ctx, z(name)); }

static void characters(void *ctx, const xmlChar *p, int n) {
  struct markup *m = ctx;
  vg_buf_add(&m->text, p, n > 0 ? (size_t)n : 0);
}

static void comment(void *ctx, const xmlChar *text) { own_line(ctx, z(text)); }

static void quiet(void *ctx, const char *format, ...) {
  (void)ctx;
  (void)format;
}

static vg_code give_text(struct document *d, struct markup *m, vg_str name, struct vg_err *err) {
  if (m->text.nomem)
    return vg_buf_check(&m->text, err);
  return document_give(d, PART_TEXT, vg_buf_view(&m->text), name, err);
}

vg_code document_html(struct document *d, vg_str bytes, vg_str name, const char *charset, struct vg_err *err) {
  struct markup m = {0};
  htmlSAXHandler sax = {.startElement = html_start,
                        .endElement = html_end,
                        .characters = characters,
                        .cdataBlock = characters,
                        .ignorableWhitespace = characters,
                        .comment = comment,
                        .warning = quiet,
                        .error = quiet,
                        .fatalError = quiet};
  if (bytes.n > INT32_MAX / 2 || !document_spend(d, bytes.n))
    return document_problem(d, name, "intel.document.size", err);
  vg_buf_init(&m.text, bytes.n * 4 + 4096);
  xmlCharEncoding coding = charset || vg_utf8_ok(bytes) ? XML_CHAR_ENCODING_UTF8 : XML_CHAR_ENCODING_NONE;
  htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(&sax, &m, NULL, 0, NULL, coding);
  if (!parser)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  (void)htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  for (size_t at = 0; at < bytes.n; at += 1 << 16) {
    size_t n = bytes.n - at < 1 << 16 ? bytes.n - at : 1 << 16;
    (void)htmlParseChunk(parser, bytes.p + at, (int)n, 0);
  }
  (void)htmlParseChunk(parser, "", 0, 1);
  htmlFreeParserCtxt(parser);
  vg_code rc = give_text(d, &m, name, err);
  vg_buf_fini(&m.text);
  return rc;
}

/* What Office makes each new document from names nothing. A template of somebody's stays, and one that is fetched is a
 * link. */
static bool is_usual(vg_str template) {
  static const char *const usual[] = {"Normal",      "Normal.dot", "Normal.dotm",   "Normal.dotx",  "NormalEmail.dotm",
                                      "NormalEmail", "Book.xltx",  "Default Theme", "Office Theme", "Default Design"};
  for (size_t i = 0; i < VG_COUNT(usual); i++)
    if (vg_str_eq_ci(vg_str_trim(template), vg_str_z(usual[i])))
      return true;
  return false;
}

static vg_str last_name(vg_str path) {
  size_t at = path.n;
  while (at > 0 && path.p[at - 1] != '/' && path.p[at - 1] != '\\')
    at--;
  return vg_str_sub(path, at, path.n);
}

/* "file:///C:\Users\x\Normal.dotm"; of a server it has two strokes or four. */
static bool is_local(vg_str link) {
  return vg_str_starts(link, VG_STR("file:///")) && link.n > 9 && vg_is_alnum(link.p[8]) && link.p[9] == ':';
}

/* What the parts of an Office document say of each other is no text of it; what they take from outside is. */
static bool inner_link(const char *name, int count, const xmlChar **atts) {
  bool outside = false, usual = false;
  for (int i = 0; i < count; i++) {
    const xmlChar *const *a = atts + (size_t)i * 5;
    const vg_str is = vg_str_n(z(a[3]), (size_t)(a[4] - a[3]));
    outside |= strcmp(z(a[0]), "TargetMode") == 0 && vg_str_eqz(is, "External");
    usual |= strcmp(z(a[0]), "Target") == 0 && is_local(is) && is_usual(last_name(is));
  }
  return strcmp(name, "Relationship") == 0 && (!outside || usual);
}

/* The parser gives "&" of a value as it keeps it, "&#38;". */
static void value(struct markup *m, vg_str text) {
  for (size_t at; (at = vg_str_find(text, VG_STR("&#38;"), 0)) != SIZE_MAX; text = vg_str_sub(text, at + 5, text.n)) {
    vg_buf_str(&m->text, vg_str_sub(text, 0, at));
    vg_buf_byte(&m->text, '&');
  }
  vg_buf_str(&m->text, text);
}

static void xml_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
                      const xmlChar **spaces, int count, int defaulted, const xmlChar **atts) {
  struct markup *m = ctx;
  (void)prefix, (void)uri, (void)namespaces, (void)spaces, (void)defaulted;
  tag(m, z(name));
  if (strcmp(z(name), "Template") == 0)
    m->template = m->text.n;
  if (inner_link(z(name), count, atts))
    return;
  for (int i = 0; i < count; i++) { /* name, prefix, URI, value, end */
    const xmlChar *const *a = atts + (size_t)i * 5;
    if (!one_of(z(a[0]), linking, VG_COUNT(linking)))
      continue;
    vg_buf_byte(&m->text, '\n');
    value(m, vg_str_n(z(a[3]), (size_t)(a[4] - a[3])));
    vg_buf_byte(&m->text, '\n');
  }
}

static void xml_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
  struct markup *m = ctx;
  (void)prefix, (void)uri;
  if (m->template && is_usual(vg_str_sub(vg_buf_view(&m->text), m->template, m->text.n)))
    m->text.n = m->template;
  m->template = 0;
  tag(m, z(name));
}

vg_code document_xml(struct document *d, vg_str bytes, vg_str name, struct vg_err *err) {
  struct markup m = {0};
  xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                       .startElementNs = xml_start,
                       .endElementNs = xml_end,
                       .characters = characters,
                       .cdataBlock = characters,
                       .comment = comment,
                       .warning = quiet,
                       .error = quiet,
                       .fatalError = quiet};
  if (bytes.n > INT32_MAX / 2 || !document_spend(d, bytes.n))
    return document_problem(d, name, "intel.document.size", err);
  vg_buf_init(&m.text, bytes.n * 4 + 4096);
  xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&sax, &m, NULL, 0, NULL);
  if (!parser)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  (void)xmlCtxtUseOptions(parser, XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
  for (size_t at = 0; at < bytes.n; at += 1 << 16) {
    size_t n = bytes.n - at < 1 << 16 ? bytes.n - at : 1 << 16;
    if (xmlParseChunk(parser, bytes.p + at, (int)n, 0) != 0 && !parser->recovery)
      break;
  }
  (void)xmlParseChunk(parser, "", 0, 1);
  if (parser->myDoc)
    xmlFreeDoc(parser->myDoc);
  xmlFreeParserCtxt(parser);
  vg_code rc = give_text(d, &m, name, err);
  vg_buf_fini(&m.text);
  return rc;
}

/* RSS 0.9 to 2.0, RDF, Atom, OPML and HTML pages, with libxml2. Runs in the cell: no network, no entities of others, no
 * huge documents. */
#include "base/hash.h"
#include "watch/watch_internal.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/uri.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 2000, TEXT_MAX = 256 * 1024, DEPTH_MAX = 200 };

static bool is(const xmlNode *n, const char *name) {
  return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

/* The text below a node, blocks apart, scripts left out, one space where there were several. */
static void gather(const xmlNode *n, struct vg_buf *out, int depth) {
  for (; n && depth < DEPTH_MAX && out->n < TEXT_MAX; n = n->next) {
    if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
      for (const char *c = (const char *)n->content; c && *c && out->n < TEXT_MAX; c++) {
        bool space = *c == ' ' || *c == '\n' || *c == '\t' || *c == '\r';
        if (!space)
          vg_buf_byte(out, (unsigned char)*c);
        else if (out->n && out->p[out->n - 1] != ' ')
          vg_buf_byte(out, ' ');
      }
    } else if (n->type == XML_ELEMENT_NODE && !is(n, "script") && !is(n, "style") && !is(n, "noscript")) {
      if (out->n && out->p[out->n - 1] != ' ')
        vg_buf_byte(out, ' ');
      gather(n->children, out, depth + 1);
    }
  }
}

static void html_text(vg_str html, const char *url, struct vg_buf *out, struct vg_buf *title) {
  htmlDocPtr doc = html.n && html.n < INT_MAX
                       ? htmlReadMemory(html.p, (int)html.n, url, "UTF-8",
                                        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                            HTML_PARSE_NONET | HTML_PARSE_COMPACT)
                       : NULL;
  if (!doc)
    return;
  for (const xmlNode *top = xmlDocGetRootElement(doc) ? xmlDocGetRootElement(doc)->children : NULL; top;
       top = top->next) {
    if (is(top, "body"))
      gather(top->children, out, 0);
    for (const xmlNode *h = is(top, "head") ? top->children : NULL; title && h; h = h->next)
      if (is(h, "title"))
        gather(h->children, title, 0);
  }
  xmlFreeDoc(doc);
}

/* The text of the child with this name, trimmed; markup in it becomes text when `markup`. */
static void child_text(const xmlNode *item, const char *name, bool markup, struct vg_buf *out) {
  struct vg_buf raw;
  vg_buf_init(&raw, 4 << 20);
  for (const xmlNode *n = item->children; n && !raw.n; n = n->next)
    if (is(n, name)) {
      xmlChar *content = xmlNodeGetContent(n);
      if (content)
        vg_buf_str(&raw, vg_str_trim(vg_str_z((const char *)content)));
      free(content);
    }
  if (markup && (vg_str_find_byte(vg_buf_view(&raw), '<', 0) != SIZE_MAX ||
                 vg_str_find_byte(vg_buf_view(&raw), '&', 0) != SIZE_MAX))
    html_text(vg_buf_view(&raw), NULL, out, NULL);
  else
    vg_buf_str(out, vg_buf_view(&raw));
  vg_buf_fini(&raw);
}

/* Atom's link is an attribute: the alternate one, else the first. */
static void link_of(const xmlNode *item, struct vg_buf *out) {
  child_text(item, "link", false, out);
  for (const xmlNode *n = item->children; n && !out->n; n = n->next) {
    xmlChar *rel = is(n, "link") ? xmlGetProp(n, (const xmlChar *)"rel") : NULL;
    xmlChar *href = is(n, "link") ? xmlGetProp(n, (const xmlChar *)"href") : NULL;
    if (href && (!rel || strcmp((const char *)rel, "alternate") == 0))
      vg_buf_str(out, vg_str_trim(vg_str_z((const char *)href)));
    free(rel);
    free(href);
  }
}

enum { GUID, LINK, TITLE, TEXT, DATE, FIELDS };

static void first_of(const xmlNode *item, const char *const *names, bool markup, struct vg_buf *out) {
  for (; *names && !out->n; names++)
    child_text(item, *names, markup, out);
}

static void send_xml_item(struct feed_out *f, const xmlNode *item) {
  struct vg_buf field[FIELDS];
  for (size_t i = 0; i < FIELDS; i++)
    vg_buf_init(&field[i], 4 << 20);
  link_of(item, &field[LINK]);
  first_of(item, (const char *const[]){"guid", "id", NULL}, false, &field[GUID]);
  first_of(item, (const char *const[]){"title", NULL}, true, &field[TITLE]);
  first_of(item, (const char *const[]){"encoded", "content", "description", "summary", NULL}, true, &field[TEXT]);
  first_of(item, (const char *const[]){"pubDate", "published", "date", "updated", NULL}, false, &field[DATE]);
  struct read_item i = {.guid = vg_buf_view(&field[GUID]),
                        .url = vg_buf_view(&field[LINK]),
                        .title = vg_buf_view(&field[TITLE]),
                        .text = vg_buf_view(&field[TEXT]),
                        .published = feed_date(vg_buf_view(&field[DATE]))};
  feed_send_item(f, &i);
  for (size_t k = 0; k < FIELDS; k++)
    vg_buf_fini(&field[k]);
}

/* Items lie in the channel (RSS), beside it (RDF) or in the feed (Atom). */
static void walk_feed(struct feed_out *f, const xmlNode *parent, int depth) {
  struct vg_buf title;
  for (const xmlNode *n = parent->children; n && f->items < ITEMS_MAX && depth < 4; n = n->next) {
    if (is(n, "item") || is(n, "entry")) {
      send_xml_item(f, n);
    } else if (is(n, "channel")) {
      vg_buf_init(&title, 1 << 16);
      child_text(n, "title", true, &title);
      feed_send_title(f, vg_buf_view(&title));
      vg_buf_fini(&title);
      walk_feed(f, n, depth + 1);
    }
  }
}

/* Does the declaration leave it at UTF-8 (also by saying nothing)? */
static bool means_utf8(vg_str bytes) {
  vg_str head = vg_str_sub(bytes, 0, vg_str_find(vg_str_sub(bytes, 0, 1024), VG_STR("?>"), 0));
  size_t at = vg_str_starts(bytes, VG_STR("<?xml")) ? vg_str_find(head, VG_STR("encoding="), 0) : SIZE_MAX;
  bool utf16 = bytes.n > 1 && ((unsigned char)bytes.p[0] >= 0xfe || !bytes.p[0] || !bytes.p[1]);
  return !utf16 && (at == SIZE_MAX || vg_str_eq_ci(vg_str_sub(head, at + 10, 5), VG_STR("utf-8")));
}

/* 0xa4 is the euro of ISO-8859-15: nobody writes the sign for any currency that it is elsewhere. */
static uint32_t western_char(unsigned char c) { return c == 0xa4 ? 0x20ac : vg_windows(c); }

/* A feed that says UTF-8 and is not: its bytes are those of an old Western page. Without this all after the first é
 * would be lost. */
static void western(struct vg_buf *out, vg_str bytes) {
  for (size_t i = 0; i < bytes.n; i++) {
    char put[4];
    vg_buf_add(out, put, vg_utf8_put(put, western_char((unsigned char)bytes.p[i])));
  }
}

static xmlDocPtr read_xml(vg_str bytes, const char *url, const char *encoding) {
  return bytes.n < INT_MAX
             ? xmlReadMemory(bytes.p, (int)bytes.n, url, encoding,
                             XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
             : NULL;
}

static xmlDocPtr parse(vg_str bytes, const char *url) {
  struct vg_buf text;
  if (!means_utf8(bytes) || vg_utf8_ok(bytes))
    return read_xml(bytes, url, NULL);
  vg_buf_init(&text, 3 * bytes.n + 1);
  western(&text, bytes);
  xmlDocPtr doc = text.bad ? NULL : read_xml(vg_buf_view(&text), url, "UTF-8");
  vg_buf_fini(&text);
  return doc;
}

/* Entities that are made of entities: a bomb; no honest feed has them. */
static bool is_bomb(const xmlDoc *doc) {
  for (const xmlNode *n = doc && doc->intSubset ? doc->intSubset->children : NULL; n; n = n->next) {
    const xmlEntity *e = (const xmlEntity *)(const void *)n;
    if (n->type != XML_ENTITY_DECL || e->etype != XML_INTERNAL_GENERAL_ENTITY || !e->content)
      continue;
    for (const char *p = strchr((const char *)e->content, '&'); p; p = strchr(p + 1, '&'))
      if (p[1] != '#')
        return true;
  }
  return false;
}

static bool says_feed(const xmlNode *link) {
  xmlChar *rel = xmlGetProp(link, (const xmlChar *)"rel"), *type = xmlGetProp(link, (const xmlChar *)"type");
  bool yes = rel && type && vg_str_eq_ci(vg_str_z((const char *)rel), VG_STR("alternate")) &&
             (strstr((const char *)type, "rss+xml") || strstr((const char *)type, "atom+xml") ||
              strstr((const char *)type, "feed+json"));
  free(rel);
  free(type);
  return yes;
}

/* The address of the first feed that a page names in its head: RSS autodiscovery. NULL; xmlFree. */
static xmlChar *feed_named(const xmlNode *html, const char *url) {
  xmlChar *found = NULL;
  for (const xmlNode *top = html ? html->children : NULL; top; top = top->next)
    for (const xmlNode *n = is(top, "head") ? top->children : NULL; n && !found; n = n->next) {
      xmlChar *href = is(n, "link") && says_feed(n) ? xmlGetProp(n, (const xmlChar *)"href") : NULL;
      if (href)
        found = xmlBuildURI(href, (const xmlChar *)url);
      free(href);
    }
  return found;
}

/* What is no feed may be a page where one was meant: said, with the feed that it names. */
static vg_code no_feed(const struct feed_out *f, vg_str bytes, struct vg_err *err) {
  vg_str head = vg_str_trim(vg_str_sub(bytes, 0, 4096));
  if (!vg_str_eq_ci(vg_str_sub(head, 0, 5), VG_STR("<html")) &&
      !vg_str_eq_ci(vg_str_sub(head, 0, 14), VG_STR("<!doctype html")))
    return VG_FAIL(err, VG_EDATA, "watch.no_feed");
  htmlDocPtr doc = bytes.n < INT_MAX ? htmlReadMemory(bytes.p, (int)bytes.n, f->url, NULL,
                                                      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                                          HTML_PARSE_NONET | HTML_PARSE_COMPACT)
                                     : NULL;
  xmlChar *named = doc ? feed_named(xmlDocGetRootElement(doc), f->url) : NULL;
  vg_code rc =
      named ? VG_FAIL(err, VG_EDATA, "watch.names_feed", (const char *)named) : VG_FAIL(err, VG_EDATA, "watch.is_page");
  free(named);
  if (doc)
    xmlFreeDoc(doc);
  return rc;
}

vg_code feed_read_xml(struct feed_out *f, vg_str bytes, struct vg_err *err) {
  xmlDocPtr doc = parse(bytes, f->url);
  if (is_bomb(doc)) {
    xmlFreeDoc(doc);
    return VG_FAIL(err, VG_EDATA, "watch.entities");
  }
  const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
  bool feed = root && (is(root, "rss") || is(root, "RDF") || is(root, "feed"));
  if (feed && is(root, "feed")) {
    struct vg_buf title;
    vg_buf_init(&title, 1 << 16);
    child_text(root, "title", true, &title);
    feed_send_title(f, vg_buf_view(&title));
    vg_buf_fini(&title);
  }
  if (feed)
    walk_feed(f, root, 0);
  if (doc)
    xmlFreeDoc(doc);
  return feed ? VG_OK : no_feed(f, bytes, err);
}

vg_code feed_read_page(struct feed_out *f, vg_str bytes, struct vg_err *err) {
  struct vg_buf text, title;
  unsigned char digest[VG_SHA256_SIZE];
  char guid[2 * VG_SHA256_SIZE + 1];
  vg_buf_init(&text, 4 << 20);
  vg_buf_init(&title, 1 << 20);
  html_text(bytes, f->url, &text, &title);
  vg_code rc = text.n ? VG_OK : VG_FAIL(err, VG_EDATA, "watch.no_text");
  if (rc == VG_OK) {
    vg_sha256(text.p, text.n, digest);
    vg_str name = title.n ? vg_buf_view(&title) : vg_str_z(f->url);
    struct read_item i = {.guid = vg_str_z(vg_hex(guid, digest, sizeof digest)),
                          .url = vg_str_z(f->url),
                          .title = name,
                          .text = vg_buf_view(&text),
                          .published = VG_NOTIME};
    feed_send_title(f, name);
    feed_send_item(f, &i);
  }
  vg_buf_fini(&text);
  vg_buf_fini(&title);
  return rc;
}

/* "KIND TLP PERIOD EXPECT", "-" for what is not said. */
static void put_about(const xmlNode *n, struct vg_buf *out) {
  static const char *const names[] = {"tlp", "period", "expect"};
  xmlChar *type = xmlGetProp(n, (const xmlChar *)"type");
  vg_buf_z(out, type && !strcmp((const char *)type, "page") ? "page" : "feed");
  free(type);
  for (size_t i = 0; i < VG_COUNT(names); i++) {
    xmlChar *value = xmlGetNsProp(n, (const xmlChar *)names[i], (const xmlChar *)WATCH_OPML);
    vg_buf_z(out, " ");
    vg_buf_z(out, value && *value && !strchr((const char *)value, ' ') && strlen((const char *)value) < 40
                      ? (const char *)value
                      : "-");
    free(value);
  }
}

/* A feed's texts may be cut; what is followed is taken whole, or the list is refused. */
static vg_code send_source(struct feed_out *f, const xmlNode *n, const struct read_item *i, struct vg_err *err) {
  if (i->url.n > FEED_SHORT || i->title.n > FEED_SHORT || i->text.n > FEED_SHORT)
    return VG_FAIL(err, VG_EDATA, "watch.opml_long", VG_N(xmlGetLineNo(n)), VG_N(FEED_SHORT));
  if (f->items >= ITEMS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "watch.opml_many", VG_N(xmlGetLineNo(n)), VG_N(ITEMS_MAX));
  feed_send_item(f, i);
  return VG_OK;
}

static vg_code outlines(struct feed_out *f, const xmlNode *parent, const char *category, int depth,
                        struct vg_err *err) {
  vg_code rc = VG_OK;
  for (const xmlNode *n = parent->children; rc == VG_OK && n; n = n->next) {
    if (!is(n, "outline"))
      continue;
    if (depth >= DEPTH_MAX)
      return VG_FAIL(err, VG_ELIMIT, "watch.opml_deep", VG_N(xmlGetLineNo(n)), VG_N(DEPTH_MAX));
    xmlChar *url = xmlGetProp(n, (const xmlChar *)"xmlUrl"), *title = xmlGetProp(n, (const xmlChar *)"title");
    xmlChar *text = xmlGetProp(n, (const xmlChar *)"text"), *own = xmlGetProp(n, (const xmlChar *)"category");
    struct vg_buf about;
    vg_buf_init(&about, 1024);
    put_about(n, &about);
    vg_str name = vg_str_z((const char *)(title ? title : text));
    /* An outline is no news: its category travels as the text, and what only we write of a source as the guid. */
    struct read_item i = {.guid = vg_buf_view(&about),
                          .url = vg_str_z((const char *)url),
                          .title = name,
                          .text = vg_str_z(own && *own ? (const char *)own : category),
                          .published = VG_NOTIME};
    rc = url ? send_source(f, n, &i, err) : outlines(f, n, name.n ? name.p : category, depth + 1, err);
    free(url);
    free(title);
    free(text);
    free(own);
    vg_buf_fini(&about);
  }
  return rc;
}

/* The line of the first fault by which a part of the list may be lost; an & that stands for itself loses nothing. */
static void note_fault(void *ctx, xmlErrorPtr e) {
  long *line = ctx;
  if (*line || e->level < XML_ERR_ERROR || e->domain == XML_FROM_NAMESPACE || e->code == XML_ERR_NAME_REQUIRED ||
      e->code == XML_ERR_ENTITYREF_SEMICOL_MISSING || e->code == XML_ERR_UNDECLARED_ENTITY)
    return;
  *line = e->line;
}

vg_code feed_read_opml(struct feed_out *f, vg_str bytes, struct vg_err *err) {
  long fault = 0;
  xmlSetStructuredErrorFunc(&fault, note_fault);
  xmlDocPtr doc = parse(bytes, f->url);
  xmlSetStructuredErrorFunc(NULL, NULL);
  const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
  bool opml = root && is(root, "opml");
  vg_code rc = opml ? VG_OK : VG_FAIL(err, VG_EDATA, "watch.no_opml");
  if (rc == VG_OK && fault)
    rc = VG_FAIL(err, VG_EDATA, "watch.opml_broken", VG_N(fault));
  for (const xmlNode *n = opml ? root->children : NULL; rc == VG_OK && n; n = n->next)
    if (is(n, "body"))
      rc = outlines(f, n, "", 0, err);
  if (doc)
    xmlFreeDoc(doc);
  return rc;
}

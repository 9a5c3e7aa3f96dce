/*
 * OpenIOC 1.0 and 1.1 (XML), read in the cell "openioc": the tree of AND and OR becomes STIX patterns, one for each
 * branch of the topmost OR. A term that STIX has no path for keeps its own name as a custom path, so nothing is lost.
 * Sent: CELL_RECORD {"id","name","description","date"}, then
 * {"line","pattern"} for each branch; CELL_PROBLEM for a branch that says nothing that can be compared.
 */
#include "intel/openioc.h"

#include <libxml/parser.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/jsonw.h"
#include "base/library.h"

enum { DEPTH = 64, PATTERN_MAX = 1 << 20 };

/* Terms of OpenIOC's own list and what STIX calls them. number: the literal has no quotes. */
static const struct term {
  const char *search, *path;
  bool number;
} terms[] = {
    {"FileItem/Md5sum", "file:hashes.MD5", false},
    {"FileItem/Sha1sum", "file:hashes.'SHA-1'", false},
    {"FileItem/Sha256sum", "file:hashes.'SHA-256'", false},
    {"FileItem/FileName", "file:name", false},
    {"FileItem/FullPath", "x-vigie-path:value", false},
    {"FileItem/FilePath", "file:parent_directory_ref.path", false},
    {"FileItem/SizeInBytes", "file:size", true},
    {"FileItem/PEInfo/ImportHash", "file:extensions.'windows-pebinary-ext'.imphash", false},
    {"DnsEntryItem/Host", "domain-name:value", false},
    {"DnsEntryItem/RecordName", "domain-name:value", false},
    {"Network/DNS", "domain-name:value", false},
    {"PortItem/remoteIP", "ipv4-addr:value", false},
    {"RouteEntryItem/Destination", "ipv4-addr:value", false},
    {"Network/URI", "url:value", false},
    {"UrlHistoryItem/URL", "url:value", false},
    {"UrlHistoryItem/HostName", "domain-name:value", false},
    {"FileDownloadHistoryItem/SourceURL", "url:value", false},
    {"Network/UserAgent", "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'", false},
    {"PortItem/remotePort", "network-traffic:dst_port", true},
    {"ProcessItem/name", "process:image_ref.name", false},
    {"ProcessItem/path", "process:image_ref.parent_directory_ref.path", false},
    {"ProcessItem/arguments", "process:command_line", false},
    {"ProcessItem/HandleList/Handle/Name", "mutex:name", false},
    {"RegistryItem/Path", "windows-registry-key:key", false},
    {"RegistryItem/KeyPath", "windows-registry-key:key", false},
    {"RegistryItem/ValueName", "windows-registry-key:values[*].name", false},
    {"RegistryItem/Text", "windows-registry-key:values[*].data", false},
    {"RegistryItem/Value", "windows-registry-key:values[*].data", false},
    {"Email/From", "email-message:from_ref.value", false},
    {"Email/Subject", "email-message:subject", false},
    {"Email/Attachment/Name", "email-message:body_multipart[*].body_raw_ref.name", false},
    {"UserItem/Username", "user-account:account_login", false},
};

/* A branch as it is written: what stands in one pair of brackets has one type of object. */
struct piece {
  struct vg_buf text;
  char type[64]; /* of the comparison; "": an expression of observations, brackets and all */
  bool empty;
};

static bool is(const xmlNode *n, const char *name) {
  return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

static const xmlNode *child(const xmlNode *n, const char *name) {
  for (const xmlNode *k = n ? n->children : NULL; k; k = k->next)
    if (is(k, name))
      return k;
  return NULL;
}

static void put_text(struct vg_buf *out, const xmlNode *n) {
  xmlChar *s = n ? xmlNodeGetContent(n) : NULL;
  if (s)
    vg_buf_str(out, vg_str_trim(vg_str_z((const char *)s)));
  free(s);
}

static void put_attribute(struct vg_buf *out, const xmlNode *n, const char *name) {
  xmlChar *s = n ? xmlGetProp(n, (const xmlChar *)name) : NULL;
  if (s)
    vg_buf_str(out, vg_str_trim(vg_str_z((const char *)s)));
  free(s);
}

static void quoted(struct vg_buf *out, vg_str s) {
  vg_buf_byte(out, '\'');
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '\'' || s.p[i] == '\\')
      vg_buf_byte(out, '\\');
    vg_buf_byte(out, (unsigned char)s.p[i]);
  }
  vg_buf_byte(out, '\'');
}

/* LIKE's own % and _ have no escape in the standard: they match themselves too. */
static void like(struct vg_buf *out, const char *before, vg_str value, const char *behind) {
  struct vg_buf b;
  vg_buf_init(&b, PATTERN_MAX);
  vg_buf_z(&b, before);
  vg_buf_str(&b, value);
  vg_buf_z(&b, behind);
  vg_buf_z(out, "LIKE ");
  quoted(out, vg_buf_view(&b));
  vg_buf_fini(&b);
}

static bool is_number(vg_str s) {
  int64_t n;
  return vg_str_i64(s, &n);
}

/* Operator and literal of a condition; false: a condition that nobody knows. */
static bool put_condition(struct vg_buf *out, vg_str condition, vg_str value, bool number) {
  number = number && is_number(value);
  const char *op = vg_str_eqz(condition, "is")             ? "= "
                   : vg_str_eqz(condition, "isnot")        ? "!= "
                   : vg_str_eqz(condition, "greater-than") ? "> "
                   : vg_str_eqz(condition, "less-than")    ? "< "
                   : vg_str_eqz(condition, "matches")      ? "MATCHES "
                                                           : NULL;
  if (op) {
    vg_buf_z(out, op);
    number ? vg_buf_str(out, value) : quoted(out, value);
  } else if (vg_str_eqz(condition, "contains") || vg_str_eqz(condition, "containsnot"))
    like(out, "%", value, "%");
  else if (vg_str_eqz(condition, "starts-with"))
    like(out, "", value, "%");
  else if (vg_str_eqz(condition, "ends-with"))
    like(out, "%", value, "");
  else
    return false;
  return true;
}

/* A host that "contains" a whole name is that host or one below it: compared as it is, which is what packs search for.
 */
static bool whole_host(const char *path, vg_str condition, vg_str value) {
  return vg_str_eqz(condition, "contains") &&
         (strcmp(path, "domain-name:value") == 0 || strcmp(path, "ipv4-addr:value") == 0) &&
         vg_str_find_byte(value, '.', 0) != SIZE_MAX && value.n && vg_is_alnum(value.p[0]) &&
         vg_is_alnum(value.p[value.n - 1]);
}

static void put_path(struct piece *p, vg_str search, const struct term **known) {
  *known = NULL;
  for (size_t i = 0; i < VG_COUNT(terms) && !*known; i++)
    if (vg_str_eqz(search, terms[i].search))
      *known = &terms[i];
  if (*known) {
    vg_buf_z(&p->text, (*known)->path);
    vg_str_copy(p->type, sizeof p->type,
                vg_str_sub(vg_str_z((*known)->path), 0, vg_str_find_byte(vg_str_z((*known)->path), ':', 0)));
    return;
  }
  vg_buf_z(&p->text, "x-openioc:");
  quoted(&p->text, search);
  vg_str_copy(p->type, sizeof p->type, VG_STR("x-openioc"));
}

static void put_item(struct piece *p, const xmlNode *n) {
  struct vg_buf search, value, condition, negate;
  const struct term *known;
  vg_buf_init(&search, 4096);
  vg_buf_init(&value, PATTERN_MAX);
  vg_buf_init(&condition, 256);
  vg_buf_init(&negate, 256);
  put_attribute(&search, child(n, "Context"), "search");
  put_text(&value, child(n, "Content"));
  put_attribute(&condition, n, "condition");
  put_attribute(&negate, n, "negate");
  p->empty = search.n == 0 || value.n == 0 || search.bad || value.bad;
  if (!p->empty) {
    bool no = vg_str_eqz(vg_buf_view(&negate), "true") || vg_str_eqz(vg_buf_view(&condition), "containsnot");
    put_path(p, vg_buf_view(&search), &known);
    vg_buf_z(&p->text, no ? " NOT " : " ");
    vg_str how = known && whole_host(known->path, vg_buf_view(&condition), vg_buf_view(&value))
                     ? VG_STR("is")
                     : vg_buf_view(&condition);
    p->empty = !put_condition(&p->text, how, vg_buf_view(&value), known && known->number);
  }
  vg_buf_fini(&search);
  vg_buf_fini(&value);
  vg_buf_fini(&condition);
  vg_buf_fini(&negate);
}

static void bracketed(struct vg_buf *out, const struct piece *p) {
  vg_buf_z(out, p->type[0] ? "[" : "(");
  vg_buf_str(out, vg_buf_view(&p->text));
  vg_buf_z(out, p->type[0] ? "]" : ")");
}

/* Joins two parts: comparisons of one type of object stay in one pair of brackets. */
static void join(struct piece *all, const struct piece *one, const char *op) {
  struct vg_buf text;
  if (all->empty) {
    vg_buf_str(&all->text, vg_buf_view(&one->text));
    memcpy(all->type, one->type, sizeof all->type);
    all->empty = false;
    return;
  }
  vg_buf_init(&text, PATTERN_MAX);
  if (all->type[0] && strcmp(all->type, one->type) == 0) {
    vg_buf_fmt(&text, "(%.*s) %s (%.*s)", (int)all->text.n, all->text.p, op, (int)one->text.n, one->text.p);
  } else {
    bracketed(&text, all);
    vg_buf_fmt(&text, " %s ", op);
    bracketed(&text, one);
    all->type[0] = 0;
  }
  vg_buf_fini(&all->text);
  all->text = text;
}

static void put_node(struct piece *p, const xmlNode *n, int depth);

static void put_group(struct piece *p, const xmlNode *n, int depth) {
  struct vg_buf op;
  vg_buf_init(&op, 64);
  put_attribute(&op, n, "operator");
  const char *joint = vg_str_eq_ci(vg_buf_view(&op), VG_STR("and")) ? "AND" : "OR";
  p->empty = true;
  for (const xmlNode *k = n->children; k && depth < DEPTH && !p->text.bad; k = k->next) {
    struct piece one = {.empty = true};
    vg_buf_init(&one.text, PATTERN_MAX);
    put_node(&one, k, depth + 1);
    if (!one.empty)
      join(p, &one, joint);
    vg_buf_fini(&one.text);
  }
  vg_buf_fini(&op);
}

static void put_node(struct piece *p, const xmlNode *n, int depth) {
  p->empty = true;
  if (is(n, "IndicatorItem"))
    put_item(p, n);
  else if (is(n, "Indicator"))
    put_group(p, n, depth);
}

/* --- sending --- */

static void send_branch(struct openioc_out *o, const xmlNode *n, int depth) {
  struct piece p = {.empty = true};
  struct vg_buf record, pattern;
  struct vg_jw w;
  if (n->type != XML_ELEMENT_NODE)
    return;
  vg_buf_init(&p.text, PATTERN_MAX);
  vg_buf_init(&pattern, PATTERN_MAX + 16);
  vg_buf_init(&record, 2 * PATTERN_MAX);
  put_node(&p, n, depth);
  if (!p.empty)
    p.type[0] ? bracketed(&pattern, &p) : vg_buf_str(&pattern, vg_buf_view(&p.text));
  bool lost = p.empty || p.text.bad || pattern.bad;
  vg_jw_init(&w, &record);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "line", xmlGetLineNo(n));
  vg_jw_kstr(&w, "pattern", lost ? VG_STR("") : vg_buf_view(&pattern));
  vg_jw_end(&w);
  if (!record.bad)
    o->send(o->ctx, vg_buf_view(&record));
  vg_buf_fini(&p.text);
  vg_buf_fini(&pattern);
  vg_buf_fini(&record);
}

/* Branches of a topmost OR stand for themselves; nested ORs alike. */
static void send_branches(struct openioc_out *o, const xmlNode *n, int depth) {
  struct vg_buf op;
  vg_buf_init(&op, 64);
  put_attribute(&op, n, "operator");
  bool either = is(n, "Indicator") && !vg_str_eq_ci(vg_buf_view(&op), VG_STR("and"));
  vg_buf_fini(&op);
  if (!either || depth >= DEPTH) {
    send_branch(o, n, depth);
    return;
  }
  for (const xmlNode *k = n->children; k; k = k->next)
    if (k->type == XML_ELEMENT_NODE)
      send_branches(o, k, depth + 1);
}

static void member(struct vg_jw *w, const char *key, const xmlNode *n, const char *attribute) {
  struct vg_buf b;
  vg_buf_init(&b, PATTERN_MAX);
  attribute ? put_attribute(&b, n, attribute) : put_text(&b, n);
  vg_jw_kstr(w, key, b.bad ? VG_STR("") : vg_buf_view(&b));
  vg_buf_fini(&b);
}

static void send_head(struct openioc_out *o, const xmlNode *root) {
  const xmlNode *meta = child(root, "metadata") ? child(root, "metadata") : root;
  struct vg_buf record;
  struct vg_jw w;
  vg_buf_init(&record, 2 * PATTERN_MAX);
  vg_jw_init(&w, &record);
  vg_jw_obj(&w);
  member(&w, "id", root, "id");
  member(&w, "name", child(meta, "short_description"), NULL);
  member(&w, "description", child(meta, "description"), NULL);
  member(&w, "authored", child(meta, "authored_date"), NULL);
  member(&w, "modified", root, "last-modified");
  vg_jw_end(&w);
  if (!record.bad)
    o->send(o->ctx, vg_buf_view(&record));
  vg_buf_fini(&record);
}

vg_code openioc_read(struct openioc_out *o, vg_str bytes, struct vg_err *err) {
  xmlDocPtr doc = bytes.n && bytes.n < INT_MAX
                      ? xmlReadMemory(bytes.p, (int)bytes.n, "openioc", NULL,
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
                                          XML_PARSE_COMPACT)
                      : NULL;
  const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL, *logic = NULL;
  const xmlError *why = xmlGetLastError();
  if (root && (is(root, "ioc") || is(root, "OpenIOC")))
    logic = child(root, "definition") ? child(root, "definition") : child(root, "criteria");
  vg_code rc = VG_OK;
  if (!doc)
    rc = VG_FAIL(err, VG_EDATA, "intel.openioc_xml", VG_N(why ? why->line : 0),
                 VG_T(vg_str_trim(vg_str_z(why && why->message ? why->message : "XML"))));
  else if (!logic)
    rc = VG_FAIL(err, VG_EDATA, "intel.not_openioc");
  if (rc == VG_OK) {
    send_head(o, root);
    for (const xmlNode *n = logic->children; n; n = n->next)
      if (is(n, "Indicator"))
        send_branches(o, n, 0);
  }
  xmlFreeDoc(doc);
  return rc;
}

static void to_parent(void *ctx, vg_str record) { cell_send(ctx, CELL_RECORD, record); }

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_map_file file;
  struct openioc_out o = {.send = to_parent, .ctx = out};
  VG_TRY(vg_map_open(&file, in->inputs[0], err));
  vg_code rc = openioc_read(&o, file.bytes, err);
  vg_map_close(&file);
  return rc;
}

const struct cell_parser openioc_parser = {
    .name = "openioc", .run = run, .libraries = VG_LIBXML2, .memory = UINT64_C(1) << 30, .cpu_seconds = 60};

#include "match/evtx.h"

#include <string.h>

enum {
  T_END,
  T_OPEN,
  T_CLOSE,
  T_EMPTY,
  T_LEAVE,
  T_VALUE,
  T_ATTRIBUTE,
  T_CDATA,
  T_CHAR,
  T_ENTITY,
  T_TARGET,
  T_DATA,
  T_TEMPLATE,
  T_SUBST,
  T_OPTIONAL,
  T_HEADER,
  T_MORE = 0x40
};
enum { V_TEXT = 1, V_XML = 0x21, NAME_CHARS = 42, NAME_MAX_BYTES = 3 * NAME_CHARS + 2 };

/* The substitutions of a template: descriptors (u16 size, u8 type, u8 0) at `at`, then the values. */
struct values {
  size_t at, data;
  uint32_t count;
};
/* A value without a name inherits that of its element; <Data Name="X"> is called X. */
struct name {
  char text[NAME_MAX_BYTES];
};
struct xml {
  vg_str chunk;
  struct vg_buf *o;
  uint32_t *steps;
  struct name element[EVTX_NAMES], attribute;
  unsigned elements;        /* open ones; deeper than EVTX_NAMES is refused */
  bool in_attribute, begun; /* begun: a part of this value was written */
  struct evtx_system *system;
  enum evtx_field field; /* which this value is, EVTX_FIELDS none */
};

static bool fragment(struct xml *x, struct vg_rd *r, const struct values *v, unsigned depth, bool bare);

static void copy_name(struct name *to, vg_str utf16) {
  struct vg_buf b;
  vg_buf_init(&b, 1024);
  evtx_utf16(&b, vg_str_sub(utf16, 0, 2 * (size_t)NAME_CHARS));
  vg_str_copy(to->text, sizeof to->text, vg_buf_view(&b));
  vg_buf_fini(&b);
}

/* A name stands where its offset says: right here, then it is skipped, or anywhere in the chunk. u32, u16 hash, u16
 * length, text, u16 0. */
static bool read_name(struct xml *x, struct vg_rd *r, struct name *out) {
  struct vg_rd at;
  const uint32_t offset = vg_rd_le32(r);
  const bool here = offset == r->at;
  vg_rd_init(&at, x->chunk);
  vg_rd_skip(&at, offset);
  vg_rd_skip(&at, 6);
  const size_t n = vg_rd_le16(&at);
  const vg_str text = vg_rd_bytes(&at, 2 * n);
  if (r->bad || at.bad)
    return false;
  copy_name(out, text);
  if (here)
    vg_rd_skip(r, 10 + 2 * n);
  return !r->bad;
}

/* Which field of Event/System a value is, here and now. A second one of a name is none. */
static enum evtx_field field_now(const struct xml *x) {
  static const struct {
    const char *element, *attribute;
  } fields[EVTX_FIELDS] = {[EVTX_PROVIDER] = {"Provider", "Name"},
                           [EVTX_ID] = {"EventID", NULL},
                           [EVTX_CHANNEL] = {"Channel", NULL},
                           [EVTX_COMPUTER] = {"Computer", NULL},
                           [EVTX_USER] = {"Security", "UserID"}};
  if (x->elements != 3 || strcmp(x->element[1].text, "System") != 0)
    return EVTX_FIELDS;
  for (unsigned i = 0; i < EVTX_FIELDS; i++)
    if (!x->system->at[i] && strcmp(x->element[2].text, fields[i].element) == 0 &&
        (x->in_attribute ? fields[i].attribute && strcmp(x->attribute.text, fields[i].attribute) == 0
                         : !fields[i].attribute))
      return (enum evtx_field)i;
  return EVTX_FIELDS;
}

/* "\tname=" or "\telement.attribute=" before the first part of a value. */
static void begin_value(struct xml *x) {
  const char *element = x->elements ? x->element[x->elements - 1].text : "";
  if (x->begun)
    return;
  x->begun = true;
  vg_buf_byte(x->o, '\t');
  vg_buf_z(x->o, element);
  if (x->in_attribute) {
    vg_buf_byte(x->o, '.');
    vg_buf_z(x->o, x->attribute.text);
  }
  vg_buf_byte(x->o, '=');
  x->field = field_now(x);
  if (x->field < EVTX_FIELDS)
    x->system->at[x->field] = x->o->n;
}

/* A part of a value was written. */
static void went_on(struct xml *x) {
  if (x->field < EVTX_FIELDS)
    x->system->end[x->field] = x->o->n;
}

static bool names_data(const struct xml *x) {
  return x->in_attribute && x->elements && strcmp(x->attribute.text, "Name") == 0 &&
         strcmp(x->element[x->elements - 1].text, "Data") == 0;
}

static void put_value(struct xml *x, unsigned type, vg_str bytes) {
  if (type == V_TEXT && names_data(x)) {
    copy_name(&x->element[x->elements - 1], bytes);
    return;
  }
  if (!bytes.n || !type)
    return;
  begin_value(x);
  evtx_value(x->o, type, bytes);
  went_on(x);
}

static bool substitute(struct xml *x, const struct values *v, unsigned id, unsigned depth) {
  struct vg_rd r, s;
  vg_rd_init(&r, x->chunk);
  if (!v || id >= v->count)
    return false;
  vg_rd_skip(&r, v->at);
  size_t at = v->data;
  for (unsigned i = 0; i < id; i++) {
    at += vg_rd_le16(&r);
    vg_rd_skip(&r, 2);
  }
  const size_t n = vg_rd_le16(&r);
  const unsigned type = vg_rd_u8(&r);
  *x->steps -= id < *x->steps ? id : *x->steps; /* finding it cost that much */
  if (r.bad || at > x->chunk.n || n > x->chunk.n - at)
    return false;
  if (type != V_XML) {
    put_value(x, type, vg_str_sub(x->chunk, at, n));
    return true;
  }
  vg_rd_init(&s, vg_str_sub(x->chunk, 0, at + n));
  vg_rd_skip(&s, at);
  return fragment(x, &s, NULL, depth + 1, true);
}

/* u8 1, u32 id, u32 place of the definition: here, or elsewhere in the chunk: u32 next, GUID, u32 size, BinXml. Then
 * the values. */
static bool template(struct xml *x, struct vg_rd *r, unsigned depth) {
  struct values v;
  struct vg_rd d;
  vg_rd_skip(r, 5);
  const uint32_t offset = vg_rd_le32(r);
  const bool here = offset == r->at;
  vg_rd_init(&d, x->chunk);
  vg_rd_skip(&d, offset);
  vg_rd_skip(&d, 20);
  const uint32_t size = vg_rd_le32(&d);
  if (r->bad || d.bad || size > d.n - d.at)
    return false;
  d.n = d.at + size;
  if (here)
    vg_rd_skip(r, 24 + (size_t)size);
  v.count = vg_rd_le32(r);
  v.at = r->at;
  if (r->bad || v.count > (r->n - r->at) / 4)
    return false;
  size_t all = 0;
  for (uint32_t i = 0; i < v.count; i++) {
    all += vg_rd_le16(r);
    vg_rd_skip(r, 2);
  }
  v.data = r->at;
  vg_rd_skip(r, all);
  return !r->bad && fragment(x, &d, &v, depth + 1, false);
}

static bool open_element(struct xml *x, struct vg_rd *r, unsigned token, bool bare) {
  if (x->elements == EVTX_NAMES)
    return false;
  vg_rd_skip(r, (bare ? 0 : 2) + 4u);
  if (!read_name(x, r, &x->element[x->elements]))
    return false;
  x->elements++;
  if (token & T_MORE)
    vg_rd_skip(r, 4);
  x->in_attribute = x->begun = false;
  return !r->bad;
}

static bool close_element(struct xml *x, unsigned least) {
  if (x->elements == least)
    return false;
  x->elements--;
  x->in_attribute = x->begun = false;
  if (x->elements == 1 && !x->system->data && strcmp(x->element[1].text, "System") == 0)
    x->system->data = x->o->n;
  return true;
}

/* One character by its number or its entity. */
static bool put_reference(struct xml *x, struct vg_rd *r, bool entity) {
  static const char *const known[][2] = {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
  struct name n;
  if (!entity) {
    const vg_str c = vg_rd_bytes(r, 2);
    begin_value(x);
    evtx_utf16(x->o, c);
    went_on(x);
    return !r->bad;
  }
  if (!read_name(x, r, &n))
    return false;
  begin_value(x);
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (strcmp(known[i][0], n.text) == 0)
      vg_buf_z(x->o, known[i][1]);
  went_on(x);
  return true;
}

static bool text_value(struct xml *x, struct vg_rd *r, bool typed) {
  if (typed && vg_rd_u8(r) != V_TEXT)
    return false;
  const size_t n = vg_rd_le16(r);
  const vg_str text = vg_rd_bytes(r, 2 * n);
  if (!r->bad)
    put_value(x, V_TEXT, text);
  return !r->bad;
}

static bool one_token(struct xml *x, struct vg_rd *r, unsigned token, const struct values *v, unsigned depth, bool bare,
                      unsigned least) {
  switch (token & ~(unsigned)T_MORE) {
  case T_OPEN: return open_element(x, r, token, bare);
  case T_CLOSE: x->in_attribute = x->begun = false; return true;
  case T_EMPTY:
  case T_LEAVE: return close_element(x, least);
  case T_VALUE: return text_value(x, r, true);
  case T_CDATA: return text_value(x, r, false);
  case T_ATTRIBUTE: x->in_attribute = true, x->begun = false; return read_name(x, r, &x->attribute);
  case T_CHAR: return put_reference(x, r, false);
  case T_ENTITY: return put_reference(x, r, true);
  case T_TARGET: return read_name(x, r, &x->attribute);
  case T_DATA: vg_rd_skip(r, 2 * (size_t)vg_rd_le16(r)); return !r->bad;
  case T_TEMPLATE: return template(x, r, depth);
  case T_SUBST:
  case T_OPTIONAL: {
    const unsigned id = vg_rd_le16(r);
    vg_rd_skip(r, 1);
    return !r->bad && substitute(x, v, id, depth);
  }
  case T_HEADER: vg_rd_skip(r, 3); return !r->bad;
  default: return false;
  }
}

/* Up to T_END or the end of the bytes. bare: elements outside a template carry no number of what they depend on. */
static bool fragment(struct xml *x, struct vg_rd *r, const struct values *v, unsigned depth, bool bare) {
  const unsigned least = x->elements;
  if (depth > EVTX_DEPTH)
    return false;
  while (r->at < r->n) {
    const unsigned token = vg_rd_u8(r);
    if (token == T_END)
      break;
    if (!*x->steps || x->o->bad)
      return false;
    --*x->steps;
    if (!one_token(x, r, token, v, depth, bare, least))
      return false;
  }
  return x->elements == least;
}

bool evtx_xml(vg_str chunk, size_t from, size_t to, struct vg_buf *o, struct evtx_system *system, uint32_t *steps) {
  struct xml x = {.chunk = chunk, .o = o, .steps = steps, .system = system, .field = EVTX_FIELDS};
  *system = (struct evtx_system){0};
  struct vg_rd r;
  vg_rd_init(&r, vg_str_sub(chunk, 0, to));
  vg_rd_skip(&r, from);
  return fragment(&x, &r, NULL, 0, true);
}

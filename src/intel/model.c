/* Reading data/stix/model.txt once, and asking it. */
#include "intel/model.h"

#include <pthread.h>
#include <stdlib.h>

extern const char intel_model_txt[];

enum { SHAPES_MAX = 96, WORDS_MAX = 64, PROPS_MAX = 900, LINES_MAX = 128 };
static struct shape shapes[SHAPES_MAX];
static struct words words[WORDS_MAX];
static struct prop props[PROPS_MAX];
static struct { vg_str a, b, c; } ids[LINES_MAX], pairs[LINES_MAX];
static size_t shape_count, word_count, prop_count, id_count, pair_count;

static enum prop_kind kind_of(vg_str name) {
  static const struct {
    const char *name;
    enum prop_kind kind;
  } table[] = {{"any", K_ANY},
               {"s", K_TEXT},
               {"i", K_INT},
               {"i0", K_INT0},
               {"i1", K_INT1},
               {"i9", K_INT9},
               {"port", K_PORT},
               {"pct", K_PERCENT},
               {"n", K_NUMBER},
               {"lat", K_LAT},
               {"lon", K_LON},
               {"b", K_BOOL},
               {"t", K_TIME},
               {"tm", K_TIME_MS},
               {"ts", K_TIME_S},
               {"x", K_HEX},
               {"B", K_BINARY},
               {"u", K_URI},
               {"d", K_DICT},
               {"h", K_HASHES},
               {"r", K_REF},
               {"mime", K_MIME},
               {"mimes", K_MIME_SHOULD},
               {"charset", K_CHARSET},
               {"lang", K_LANG},
               {"lang3", K_LANG3},
               {"cpe", K_CPE},
               {"email", K_EMAIL},
               {"ipv4", K_IPV4},
               {"ipv6", K_IPV6},
               {"mac", K_MAC},
               {"domain", K_DOMAIN},
               {"hkey", K_HKEY},
               {"verb", K_VERB},
               {"country", K_COUNTRY},
               {"protocol", K_PROTOCOL},
               {"priority", K_PRIORITY},
               {"pdf", K_PDF},
               {"headers", K_HEADERS},
               {"sockopt", K_SOCKOPT},
               {"ipfix", K_IPFIX},
               {"x-ext", K_EXTENSIONS},
               {"chain", K_CHAIN},
               {"product", K_PRODUCT}};
  for (size_t i = 0; i < VG_COUNT(table); i++)
    if (vg_str_eqz(name, table[i].name))
      return table[i].kind;
  VG_ASSERT(false); /* a kind that model.txt does not explain: the file is ours */
  return K_ANY;
}

/* name[!]:KIND[*|~] */
static struct prop read_prop(vg_str text) {
  struct prop p = {0};
  vg_str kind = text;
  VG_ASSERT(vg_str_cut(&kind, ':', &p.name));
  if (vg_str_eqz(p.name, "any")) {
    p.kind = K_ANY_OF;
    p.arg = kind;
    return p;
  }
  if (vg_str_ends(p.name, VG_STR("!"))) {
    p.must = true;
    p.name.n--;
  }
  p.may_be_empty = vg_str_ends(kind, VG_STR("~"));
  p.list = p.may_be_empty || vg_str_ends(kind, VG_STR("*"));
  kind.n -= p.list;
  size_t open = vg_str_find_byte(kind, '(', 0);
  if (kind.p[0] == '{') {
    p.kind = K_SHAPE;
    p.arg = vg_str_sub(kind, 1, kind.n - 2);
  } else if (open != SIZE_MAX) {
    p.arg = vg_str_sub(kind, open + 1, kind.n - open - 2);
    p.kind = kind.p[0] == 'e' ? K_CLOSED : kind.p[0] == 'v' ? K_OPEN : kind.p[1] == '!' ? K_REF_NOT : K_REF_OF;
  } else {
    p.kind = kind_of(kind);
  }
  return p;
}

static void read_shape(char letter, vg_str rest) {
  struct shape *s = &shapes[shape_count++];
  vg_str word;
  VG_ASSERT(shape_count <= SHAPES_MAX);
  *s = (struct shape){.letter = letter, .v = &props[prop_count]};
  (void)vg_str_cut(&rest, ' ', letter == 'X' ? &s->set : &s->name);
  if (letter == 'T' || letter == 'X')
    (void)vg_str_cut(&rest, ' ', letter == 'X' ? &s->name : &s->set);
  while (rest.p && vg_str_cut(&rest, ' ', &word)) {
    VG_ASSERT(prop_count < PROPS_MAX);
    props[prop_count++] = read_prop(word);
    s->n++;
  }
}

static void load(void) {
  vg_str rest = vg_str_z(intel_model_txt), line, letter;
  while (rest.n && vg_str_line(&rest, &line)) {
    vg_str text = line;
    if (line.n == 0 || line.p[0] == '#')
      continue;
    (void)vg_str_cut(&text, ' ', &letter);
    char c = letter.p[0];
    if (c == 'C' || c == 'S' || c == 'T' || c == 'X') {
      read_shape(c, text);
    } else if (c == 'E' || c == 'V') {
      struct words *w = &words[word_count++];
      VG_ASSERT(word_count <= WORDS_MAX);
      (void)vg_str_cut(&text, ' ', &w->name);
      w->code = VG_STR("");
      if (c == 'V')
        (void)vg_str_cut(&text, ' ', &w->code);
      w->list = text;
    } else if (c == 'D') {
      VG_ASSERT(id_count < LINES_MAX);
      (void)vg_str_cut(&text, ' ', &ids[id_count].a);
      ids[id_count++].b = text;
    } else {
      VG_ASSERT(c == 'P' && pair_count < LINES_MAX);
      (void)vg_str_cut(&text, ' ', &pairs[pair_count].a);
      (void)vg_str_cut(&text, ' ', &pairs[pair_count].b);
      pairs[pair_count++].c = text;
    }
  }
}

static void loaded(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
}

const struct shape *model_shape(char letter, vg_str name) {
  loaded();
  for (size_t i = 0; i < shape_count; i++)
    if (shapes[i].letter == letter && vg_str_eq(shapes[i].name, name))
      return &shapes[i];
  return NULL;
}

vg_str intel_object_type(size_t i) {
  loaded();
  for (size_t at = 0; at < shape_count; at++)
    if (shapes[at].letter == 'T' && !vg_str_eqz(shapes[at].name, "bundle") && i-- == 0)
      return shapes[at].name;
  return (vg_str){0};
}

const struct shape *model_extension(vg_str type, vg_str name) {
  loaded();
  for (size_t i = 0; i < shape_count; i++)
    if (shapes[i].letter == 'X' && vg_str_eq(shapes[i].name, name) && vg_str_eq(shapes[i].set, type))
      return &shapes[i];
  return NULL;
}

const struct prop *model_prop(const struct shape *s, vg_str name) {
  for (size_t i = 0; s && i < s->n; i++)
    if (s->v[i].kind != K_ANY_OF && vg_str_eq(s->v[i].name, name))
      return &s->v[i];
  return NULL;
}

const struct words *model_words(char letter, vg_str name) {
  loaded();
  for (size_t i = 0; i < word_count; i++)
    if ((words[i].code.n > 0) == (letter == 'V') && vg_str_eq(words[i].name, name))
      return &words[i];
  VG_ASSERT(false); /* a list that model.txt does not hold */
  return NULL;
}

static bool in_list(vg_str list, char sep, vg_str word, bool any_case) {
  vg_str part;
  while (list.p && vg_str_cut(&list, sep, &part))
    if (any_case ? vg_str_eq_ci(part, word) : vg_str_eq(part, word))
      return true;
  return false;
}

bool model_lists(const struct words *w, vg_str word, bool any_case) { return in_list(w->list, ',', word, any_case); }

vg_str model_id_properties(vg_str type) {
  loaded();
  for (size_t i = 0; i < id_count; i++)
    if (vg_str_eq(ids[i].a, type))
      return ids[i].b;
  return VG_STR("");
}

bool model_relates(vg_str source, vg_str verb, vg_str target) {
  loaded();
  for (size_t i = 0; i < pair_count; i++)
    if (vg_str_eq(pairs[i].a, source) && vg_str_eq(pairs[i].b, verb) && in_list(pairs[i].c, ',', target, false))
      return true;
  return false;
}

/* Of several hashes one makes the id: MD5, SHA-1, SHA-256, SHA-512, in that order, else the first. */
static void put_hash(vg_jv hashes, struct vg_buf *out) {
  static const char *const order[] = {"MD5", "SHA-1", "SHA-256", "SHA-512"};
  struct vg_jit it;
  vg_str key;
  vg_jv v = {0};
  const char *name = NULL;
  for (size_t i = 0; i < VG_COUNT(order) && !name; i++) {
    v = vg_jv_at(hashes, order[i]);
    if (vg_jv_type(v) != VG_J_MISSING)
      name = order[i];
  }
  vg_buf_byte(out, '{');
  if (name) {
    vg_buf_fmt(out, "\"%s\":", name);
    vg_json_canonical(v, out);
  } else {
    vg_jit_init(&it, hashes);
    if (vg_jit_next(&it, &key, &v)) {
      vg_buf_byte(out, '"');
      vg_buf_str(out, key);
      vg_buf_z(out, "\":");
      vg_json_canonical(v, out);
    }
  }
  vg_buf_byte(out, '}');
}

bool intel_sco_id(vg_jv object, struct vg_id *out) {
  vg_str type, names, name;
  struct vg_buf facts;
  bool any = false;
  char z[64];
  *out = (struct vg_id){{0}};
  if (!vg_jv_str_at(object, "type", &type))
    return false;
  vg_buf_init(&facts, 256u << 20);
  vg_buf_byte(&facts, '{');
  names = model_id_properties(type); /* sorted: the result is canonical */
  while (names.n && vg_str_cut(&names, ' ', &name)) {
    vg_jv v = vg_jv_at(object, vg_str_copy(z, sizeof z, name));
    if (vg_jv_type(v) == VG_J_MISSING)
      continue;
    vg_buf_fmt(&facts, "%s\"%s\":", any ? "," : "", z);
    if (vg_str_eqz(name, "hashes"))
      put_hash(v, &facts);
    else
      vg_json_canonical(v, &facts);
    any = true;
  }
  vg_buf_byte(&facts, '}');
  if (any && !facts.bad) {
    char kind[81];
    *out = vg_id_v5(vg_str_copy(kind, sizeof kind, type), vg_id_stix_space, vg_buf_view(&facts));
  }
  any = any && !facts.bad;
  vg_buf_fini(&facts);
  return any;
}

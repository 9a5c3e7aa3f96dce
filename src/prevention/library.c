#include "prevention/library.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/jsonw.h"
#include "prevention/prevention_internal.h"
#include "prevention/yaml.h"

enum { LEVELS = 12, ARENA = 256 << 20 };

struct node {
  vg_str urn, parent, ref;
  const struct yaml_item *item;
  bool asked; /* assessable: a measure */
  bool told;
};

struct library {
  vg_str locale;
  vg_str theme; /* of what has no heading */
  struct node *node;
  size_t n, measures;
};

static vg_code text_at(const struct yaml_item *map, const char *key, vg_str *out, struct vg_err *err) {
  const struct yaml_item *v;
  *out = VG_STR("");
  VG_TRY(yaml_at(map, key, &v, err));
  if (v && v->kind == YAML_TEXT && !vg_str_eqz(v->text, "null") && !vg_str_eqz(v->text, "~"))
    *out = vg_str_trim(v->text);
  return VG_OK;
}

/* In the language wanted, where it is there. */
static vg_code word_at(const struct library *l, const struct yaml_item *map, const char *key, vg_str *out,
                       struct vg_err *err) {
  const struct yaml_item *all, *one = NULL;
  char locale[24];
  *out = VG_STR("");
  VG_TRY(yaml_at(map, "translations", &all, err));
  if (l->locale.n)
    VG_TRY(yaml_at(all, vg_str_copy(locale, sizeof locale, l->locale), &one, err));
  VG_TRY(text_at(one, key, out, err));
  return out->n ? VG_OK : text_at(map, key, out, err);
}

/* One line, white space and control bytes folded, at most cap - 1 bytes; what was cut ends in "…". */
static char *one_line(char *out, size_t cap, vg_str s) {
  size_t n = 0, i = 0;
  for (; i < s.n && n < cap - 1; i++) {
    bool space = (unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f;
    if (!space || (n && out[n - 1] != ' '))
      out[n++] = space ? ' ' : s.p[i];
  }
  if (i < s.n) {
    for (n = cap - sizeof "…"; n && ((unsigned char)out[n] & 0xc0) == 0x80;)
      n--;
    memcpy(out + n, "…", sizeof "…");
  } else {
    out[n] = 0;
  }
  return out;
}

static vg_code framework_of(const struct yaml_item *root, const struct yaml_item **out, struct vg_err *err) {
  const struct yaml_item *objects, *many;
  VG_TRY(yaml_at(root, "objects", &objects, err));
  VG_TRY(yaml_at(objects, "framework", out, err));
  VG_TRY(yaml_at(objects, "frameworks", &many, err));
  if (!*out && many && many->kind == YAML_LIST && many->first) {
    if (many->first->next)
      return VG_FAIL(err, VG_EDATA, "prevention.library_many");
    *out = many->first;
  }
  return *out && (*out)->kind == YAML_MAP ? VG_OK : VG_FAIL(err, VG_EDATA, "prevention.library_none");
}

static vg_code take_nodes(struct library *l, struct vg_arena *a, const struct yaml_item *framework,
                          struct vg_err *err) {
  const struct yaml_item *all;
  VG_TRY(yaml_at(framework, "requirement_nodes", &all, err));
  if (!all || all->kind != YAML_LIST)
    return VG_FAIL(err, VG_EDATA, "prevention.library_none");
  l->node = vg_arena_array(a, LIBRARY_NODES, sizeof *l->node);
  if (!l->node)
    return VG_FAIL(err, VG_ELIMIT, "prevention.yaml_large", VG_N(YAML_NODES));
  for (const struct yaml_item *i = all->first; i; i = i->next) {
    vg_str asked;
    if (l->n == LIBRARY_NODES)
      return VG_FAIL(err, VG_ELIMIT, "prevention.yaml_large", VG_N(LIBRARY_NODES));
    struct node *x = &l->node[l->n++];
    x->item = i;
    VG_TRY(text_at(i, "urn", &x->urn, err));
    VG_TRY(text_at(i, "parent_urn", &x->parent, err));
    VG_TRY(text_at(i, "ref_id", &x->ref, err));
    VG_TRY(text_at(i, "assessable", &asked, err));
    x->asked = vg_str_eq_ci(asked, VG_STR("true")) || vg_str_eq_ci(asked, VG_STR("yes"));
    l->measures += x->asked;
  }
  if (l->measures == 0)
    return VG_FAIL(err, VG_EDATA, "prevention.library_none");
  return l->measures <= MEASURES_MAX ? VG_OK
                                     : VG_FAIL(err, VG_ELIMIT, "prevention.too_many_measures", VG_N(MEASURES_MAX));
}

/* Headings stand before what they head. */
static size_t parent_of(const struct library *l, size_t i) {
  if (l->node[i].parent.n)
    for (size_t k = i; k-- > 0;)
      if (vg_str_eq(l->node[k].urn, l->node[i].parent))
        return k;
  return SIZE_MAX;
}

/* The heading above node i that is `level` below the topmost, or the nearest there is; SIZE_MAX: none. */
static size_t heading(const struct library *l, size_t i, size_t level) {
  size_t chain[LEVELS], n = 0;
  for (size_t k = parent_of(l, i); k != SIZE_MAX && n < LEVELS; k = parent_of(l, k))
    chain[n++] = k;
  return n == 0 ? SIZE_MAX : chain[level < n ? n - 1 - level : 0];
}

/* The highest level whose headings are not all one. */
static size_t telling_level(const struct library *l) {
  for (size_t level = 0; level < LEVELS; level++) {
    size_t first = SIZE_MAX, seen = 0;
    for (size_t i = 0; i < l->n; i++) {
      if (!l->node[i].asked)
        continue;
      size_t h = heading(l, i, level);
      if (seen++ && h != first)
        return level;
      first = h;
    }
  }
  return LEVELS;
}

static vg_code theme_of(const struct library *l, size_t h, char out[static 120], struct vg_err *err) {
  struct vg_buf b;
  vg_str name;
  if (h == SIZE_MAX) {
    one_line(out, 120, l->theme);
    return VG_OK;
  }
  VG_TRY(word_at(l, l->node[h].item, "name", &name, err));
  if (!name.n)
    VG_TRY(word_at(l, l->node[h].item, "description", &name, err));
  vg_buf_init(&b, LIBRARY_FILE_MAX * 2);
  vg_buf_str(&b, l->node[h].ref);
  if (b.n && name.n)
    vg_buf_byte(&b, ' ');
  vg_buf_str(&b, name);
  if (!b.n)
    vg_buf_str(&b, l->theme);
  vg_code rc = vg_buf_check(&b, err);
  one_line(out, 120, vg_buf_view(&b));
  vg_buf_fini(&b);
  return rc;
}

static void put_detail(struct vg_jw *w, vg_str description, vg_str annotation) {
  struct vg_buf b;
  vg_buf_init(&b, 2 * LIBRARY_FILE_MAX);
  vg_buf_str(&b, description);
  if (description.n && annotation.n)
    vg_buf_z(&b, "\n\n");
  vg_buf_str(&b, annotation);
  char *text = malloc(DETAIL_MAX);
  if (text && !b.bad)
    vg_jw_kz(w, "detail", vg_str_copy(text, DETAIL_MAX, vg_buf_view(&b)));
  free(text);
  vg_buf_fini(&b);
}

static vg_code put_measure(const struct library *l, struct node *x, const char *theme, size_t number, struct vg_jw *w,
                           struct vg_err *err) {
  vg_str name, description, annotation, weight;
  int64_t benefit;
  bool weighed;
  char title[280], ref[24];
  VG_TRY(word_at(l, x->item, "name", &name, err));
  VG_TRY(word_at(l, x->item, "description", &description, err));
  VG_TRY(word_at(l, x->item, "annotation", &annotation, err));
  VG_TRY(text_at(x->item, "weight", &weight, err));
  if (!(weighed = vg_str_i64(weight, &benefit)))
    benefit = 2;
  vg_str shown = name.n ? name : description;
  one_line(title, sizeof title, shown.n ? shown : x->ref);
  one_line(ref, sizeof ref, x->ref);
  if (!ref[0] || x->ref.n >= sizeof ref)
    vg_str_copy(ref, sizeof ref, vg_str_z(VG_N(number)));
  if (!title[0])
    return VG_FAIL(err, VG_EDATA, "prevention.measure", ref);
  vg_jw_obj(w);
  vg_jw_kz(w, "ref", ref);
  vg_jw_kz(w, "theme", theme);
  vg_jw_kz(w, "title", title);
  vg_jw_kint(w, "benefit", benefit < 1 ? 1 : benefit > 3 ? 3 : benefit);
  vg_jw_kint(w, "effort", 2);
  vg_jw_kint(w, "unsaid", weighed ? UNSAID_EFFORT : UNSAID_EFFORT | UNSAID_BENEFIT);
  vg_jw_kz(w, "counters", "*");
  put_detail(w, name.n || description.n >= sizeof title ? description : VG_STR(""), annotation);
  vg_jw_end(w);
  x->told = true;
  return VG_OK;
}

/* Theme after theme, each where its first measure stands. */
static vg_code put_measures(struct library *l, struct vg_jw *w, struct vg_err *err) {
  size_t level = telling_level(l), number = 0;
  vg_jw_key(w, "measures");
  vg_jw_arr(w);
  for (size_t i = 0; i < l->n; i++) {
    char theme[120];
    if (!l->node[i].asked || l->node[i].told)
      continue;
    size_t h = heading(l, i, level);
    VG_TRY(theme_of(l, h, theme, err));
    for (size_t k = i; k < l->n; k++)
      if (l->node[k].asked && !l->node[k].told && heading(l, k, level) == h)
        VG_TRY(put_measure(l, &l->node[k], theme[0] ? theme : "-", ++number, w, err));
  }
  vg_jw_end(w);
  return VG_OK;
}

static vg_code put_head(struct library *l, const struct yaml_item *root, const struct yaml_item *framework,
                        struct vg_jw *w, struct vg_err *err) {
  vg_str ref, version, locale, provider, copyright;
  char code[41], name[160], source[250];
  struct vg_buf b;
  VG_TRY(text_at(framework, "ref_id", &ref, err));
  if (!ref.n)
    VG_TRY(text_at(root, "ref_id", &ref, err));
  VG_TRY(text_at(root, "version", &version, err));
  VG_TRY(text_at(root, "locale", &locale, err));
  VG_TRY(text_at(root, "provider", &provider, err));
  VG_TRY(text_at(root, "copyright", &copyright, err));
  VG_TRY(word_at(l, framework, "name", &l->theme, err));
  if (!l->theme.n)
    VG_TRY(word_at(l, root, "name", &l->theme, err));
  one_line(code, sizeof code, ref);
  for (char *c = code; *c; c++)
    if (*c == '/')
      *c = '-';
  vg_buf_init(&b, LIBRARY_FILE_MAX * 2);
  vg_buf_str(&b, provider);
  if (b.n && copyright.n)
    vg_buf_z(&b, ", ");
  vg_buf_str(&b, copyright);
  vg_jw_kz(w, "code", code);
  vg_jw_kstr(w, "version", version);
  vg_jw_kz(w, "name", one_line(name, sizeof name, l->theme));
  vg_jw_kstr(w, "lang", vg_str_sub(l->locale.n ? l->locale : locale, 0, 8));
  vg_jw_kz(w, "source", one_line(source, sizeof source, b.n ? vg_buf_view(&b) : VG_STR("CISO Assistant")));
  vg_buf_fini(&b);
  return VG_OK;
}

vg_code library_read(vg_str bytes, vg_str locale, struct vg_buf *out, struct vg_err *err) {
  struct library l = {.locale = locale};
  const struct yaml_item *framework;
  struct yaml_item *root;
  struct vg_arena *a;
  struct vg_jw w;
  VG_TRY(vg_arena_new(&a, ARENA, err));
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_code rc = yaml_read(a, bytes, &root, err);
  if (rc == VG_OK)
    rc = framework_of(root, &framework, err);
  if (rc == VG_OK)
    rc = take_nodes(&l, a, framework, err);
  if (rc == VG_OK)
    rc = put_head(&l, root, framework, &w, err);
  if (rc == VG_OK)
    rc = put_measures(&l, &w, err);
  if (rc == VG_OK) {
    vg_jw_end(&w);
    rc = vg_buf_check(out, err);
  }
  vg_arena_free(a);
  return rc;
}

/* --- the cell --- */

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_buf text, json;
  struct vg_json *args;
  vg_jv root;
  vg_str locale = VG_STR("");
  vg_buf_init(&text, LIBRARY_FILE_MAX);
  vg_buf_init(&json, FRAMEWORK_JSON_MAX);
  VG_TRY(vg_json_new(&args, err));
  vg_code rc = vg_json_parse(args, in->args, &root, err);
  if (rc == VG_OK)
    (void)vg_jv_str_at(root, "locale", &locale);
  if (rc == VG_OK)
    rc = vg_file_read(in->inputs[0], &text, err);
  if (rc == VG_OK)
    rc = library_read(vg_buf_view(&text), locale, &json, err);
  for (size_t at = 0; rc == VG_OK && at < json.n; at += CELL_FRAME_MAX)
    cell_send(out, CELL_RECORD, vg_str_sub(vg_buf_view(&json), at, CELL_FRAME_MAX));
  vg_json_free(args);
  vg_buf_fini(&json);
  vg_buf_fini(&text);
  return rc;
}

const struct cell_parser framework_parser = {
    .name = "framework", .run = run, .memory = UINT64_C(1) << 30, .cpu_seconds = 60};

/* --- the parent's side --- */

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct vg_buf *json = ctx;
  if (kind == CELL_RECORD)
    vg_buf_str(json, payload);
  return vg_buf_check(json, err);
}

vg_code prevention_framework_read(const char *path, vg_str locale, struct vg_buf *json,
                                  char sha256[static 2 * VG_SHA256_SIZE + 1], struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  struct vg_buf text, args;
  struct vg_jw w;
  vg_buf_init(&text, LIBRARY_FILE_MAX);
  vg_buf_init(&args, 4096);
  vg_code rc = vg_file_read(path, &text, err);
  vg_str s = vg_str_trim(vg_buf_view(&text));
  if (rc == VG_OK) {
    vg_sha256(text.p, text.n, hash);
    vg_hex(sha256, hash, sizeof hash);
  }
  vg_jw_init(&w, &args);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "locale", locale);
  vg_jw_end(&w);
  if (rc == VG_OK)
    rc = vg_buf_check(&args, err);
  struct cell_order o = {
      .parser = framework_parser.name, .inputs = &path, .input_count = 1, .args = vg_buf_view(&args), .seconds = 120};
  if (rc == VG_OK && vg_str_starts(s, VG_STR("{")))
    vg_buf_str(json, s);
  else if (rc == VG_OK)
    rc = cell_run(&o, on_frame, json, err);
  if (rc == VG_OK)
    rc = vg_buf_check(json, err);
  vg_buf_fini(&args);
  vg_buf_fini(&text);
  return rc;
}

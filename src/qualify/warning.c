/* Warning lists that the instance's people bring: lists of things that are no sign of anything, or that good and bad
 * people share. */
#include "qualify/qualify_internal.h"

#include "base/file.h"
#include "base/json.h"
#include "base/jsonw.h"

#include <stdio.h>

enum { LIST_MAX = 256 << 20 };

struct taking {
  struct store_tx *tx;
  struct qualify_warnings *w;
  int64_t id;
  struct vg_buf normal;
};

static vg_code take(struct taking *t, vg_str value, struct vg_err *err) {
  enum indicator_type type;
  value = vg_str_trim(value);
  if (vg_str_starts(value, VG_STR("."))) /* ".example.net": the name and what lies below */
    value = vg_str_sub(value, 1, value.n);
  vg_buf_reset(&t->normal);
  if (!intel_type_of(value, &type) || !intel_normalise(type, value, &t->normal)) {
    VG_TRY(vg_buf_check(&t->normal, err));
    t->w->passed++;
    return VG_OK;
  }
  int64_t added = 0;
  VG_TRY(store_change(t->tx, &added,
                      "INSERT INTO qualify_warning (type, value, list) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING",
                      S_ARGS(S_Z(intel_type_name(type)), S_STR(vg_buf_view(&t->normal)), S_INT(t->id)), err));
  t->w->values += added;
  return VG_OK;
}

/* A list of that name is replaced as a whole. */
static vg_code make_list(struct taking *t, bool below, struct vg_err *err) {
  vg_str name = vg_str_z(t->w->called);
  VG_TRY(store_exec(t->tx,
                    "DELETE FROM qualify_warning WHERE list IN (SELECT id FROM qualify_warning_list WHERE name = $1)",
                    S_ARGS(S_STR(name)), err));
  VG_TRY(store_exec(t->tx, "DELETE FROM qualify_warning_list WHERE name = $1", S_ARGS(S_STR(name)), err));
  return store_insert(
      t->tx, &t->id, "INSERT INTO qualify_warning_list (name, kind, below, imported) VALUES ($1,$2,$3,$4) RETURNING id",
      S_ARGS(S_STR(name), S_INT((int64_t)t->w->kind), S_INT(below), S_TIME(store_now(t->tx))), err);
}

static vg_code from_json(struct taking *t, vg_str text, struct vg_err *err) {
  struct vg_json *json = NULL;
  struct vg_jit each;
  vg_jv root, item;
  vg_str type = VG_STR("string"), name, value;
  vg_code rc = VG_OK;
  VG_TRY(vg_json_new(&json, err));
  VG_GO(vg_json_parse(json, text, &root, err));
  if (vg_jv_type(vg_jv_at(root, "list")) != VG_J_ARR)
    VG_GO(VG_FAIL(err, VG_EDATA, "qualify.warnings.form", t->w->path));
  (void)vg_jv_str_at(root, "type", &type);
  if (vg_str_eqz(type, "regex") || vg_str_eqz(type, "substring"))
    VG_GO(VG_FAIL(err, VG_EDATA, "qualify.warnings.kind", t->w->path, VG_T(type)));
  if (!t->w->name && vg_jv_str_at(root, "name", &name))
    vg_str_copy(t->w->called, sizeof t->w->called, name);
  VG_GO(make_list(t, vg_str_eqz(type, "hostname"), err));
  vg_jit_init(&each, vg_jv_at(root, "list"));
  while (vg_jit_next(&each, NULL, &item))
    if (vg_jv_str(item, &value))
      VG_GO(take(t, value, err));
out:
  vg_json_free(json);
  return rc;
}

static vg_code from_lines(struct taking *t, vg_str text, struct vg_err *err) {
  vg_str line;
  VG_TRY(make_list(t, false, err));
  while (vg_str_line(&text, &line)) {
    line = vg_str_trim(line);
    if (line.n && line.p[0] != '#')
      VG_TRY(take(t, line, err));
  }
  return VG_OK;
}

static vg_code record(struct store_tx *tx, const struct actor *who, const struct qualify_warnings *w,
                      struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw j;
  vg_buf_init(&b, 1 << 12);
  vg_jw_init(&j, &b);
  vg_jw_obj(&j);
  vg_jw_kz(&j, "list", w->called);
  vg_jw_kint(&j, "kind", (int64_t)w->kind);
  vg_jw_kint(&j, "values", w->values);
  vg_jw_end(&j);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "qualify.warnings", who->id.s, vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code qualify_warnings_import(struct store_tx *tx, const struct actor *who, struct qualify_warnings *w,
                                struct vg_err *err) {
  struct taking t = {.tx = tx, .w = w};
  struct vg_buf text;
  vg_code rc = VG_OK;
  w->values = w->passed = 0;
  vg_str_copy(w->called, sizeof w->called, vg_str_z(w->name ? w->name : w->path));
  vg_buf_init(&text, LIST_MAX);
  vg_buf_init(&t.normal, 1 << 16);
  VG_GO(vg_file_read(w->path, &text, err));
  vg_str bytes = vg_str_trim(vg_buf_view(&text));
  VG_GO(vg_str_starts(bytes, VG_STR("{")) ? from_json(&t, bytes, err) : from_lines(&t, bytes, err));
  if (!w->values)
    VG_GO(VG_FAIL(err, VG_EDATA, "qualify.warnings.empty", w->path));
  VG_GO(record(tx, who, w, err));
out:
  vg_buf_fini(&t.normal);
  vg_buf_fini(&text);
  return rc;
}

vg_code qualify_each_warning_list(struct store_tx *tx, qualify_warning_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT l.name, l.kind, (SELECT COUNT(*) FROM qualify_warning w WHERE w.list = l.id), l.imported "
                     "FROM qualify_warning_list l ORDER BY l.name",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct qualify_warning_list l = {store_str(q, 0), (enum qualify_warning)store_int(q, 1), store_int(q, 2),
                                     store_time(q, 3)};
    rc = sink(ctx, &l, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

/* below: only lists that speak for what lies below their names. */
static vg_code look(struct store_tx *tx, const char *type, vg_str value, bool below, struct qualify_assessment *a,
                    struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT l.name, l.kind FROM qualify_warning w JOIN qualify_warning_list l ON l.id = w.list WHERE "
                     "w.value = $1 AND "
                     "w.type = $2 AND l.below >= $3 ORDER BY l.id",
                     S_ARGS(S_STR(value), S_Z(type), S_INT(below)), err));
  while (store_next(q)) {
    char key[200];
    snprintf(key, sizeof key, "list:%.*s", (int)(store_str(q, 0).n < 150 ? store_str(q, 0).n : 150), store_str(q, 0).p);
    if (qualify_find_piece(a, vg_str_z(key)) == a->count)
      qualify_add_warning(a, store_str(q, 0), (enum qualify_warning)store_int(q, 1));
  }
  return store_done(&q, err);
}

/* The network of each length that holds the address is looked up as a value: a list of networks needs no second index.
 */
static vg_code networks(struct store_tx *tx, vg_str address, int shortest, int longest, struct qualify_assessment *a,
                        struct vg_err *err) {
  struct vg_buf net, normal;
  vg_code rc = VG_OK;
  vg_buf_init(&net, 256);
  vg_buf_init(&normal, 256);
  for (int bits = shortest; bits < longest; bits++) {
    vg_buf_reset(&net);
    vg_buf_reset(&normal);
    vg_buf_str(&net, address);
    vg_buf_fmt(&net, "/%d", bits);
    if (intel_normalise(TYPE_CIDR, vg_buf_view(&net), &normal))
      VG_GO(look(tx, intel_type_name(TYPE_CIDR), vg_buf_view(&normal), false, a, err));
    VG_GO(vg_buf_check(&net, err));
    VG_GO(vg_buf_check(&normal, err));
  }
out:
  vg_buf_fini(&net);
  vg_buf_fini(&normal);
  return rc;
}

vg_code qualify_warned(struct store_tx *tx, enum indicator_type type, vg_str value, struct qualify_assessment *a,
                       struct vg_err *err) {
  int64_t any = 0;
  VG_TRY(store_get_int(tx, &any, "SELECT COUNT(*) FROM qualify_warning_list", S_NOARGS, err));
  if (!any)
    return VG_OK;
  VG_TRY(look(tx, intel_type_name(type), value, false, a, err));
  if (type == TYPE_IPV4)
    return networks(tx, value, 8, 32, a, err);
  if (type == TYPE_IPV6)
    return networks(tx, value, 16, 128, a, err);
  if (type != TYPE_DOMAIN)
    return VG_OK;
  if (vg_str_starts(value, VG_STR("www.")))
    VG_TRY(look(tx, intel_type_name(type), vg_str_sub(value, 4, value.n), false, a, err));
  for (vg_str above = value; above.n;) {
    size_t dot = vg_str_find_byte(above, '.', 0);
    above = dot == SIZE_MAX ? VG_STR("") : vg_str_sub(above, dot + 1, above.n);
    if (above.n)
      VG_TRY(look(tx, intel_type_name(type), above, true, a, err));
  }
  return VG_OK;
}

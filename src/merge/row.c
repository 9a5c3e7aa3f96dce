/* Rows and groups of columns that travel as they are: written out of the tables, and put into them. */
#include "base/jsonw.h"
#include "merge/merge_internal.h"

enum { COLUMNS_MAX = 30, BODY_MAX = MERGE_LINE_MAX / 2 };

static void write_value(struct vg_jw *w, const struct merge_column *c, const struct store_arg *v) {
  struct vg_buf text;
  vg_jw_key(w, c->name);
  switch (c->form) {
  case MERGE_TEXT:
  case MERGE_REF: vg_jw_str(w, v->s.p ? v->s : VG_STR("")); break;
  case MERGE_BYTES:
    vg_buf_init(&text, BODY_MAX);
    vg_base64(&text, v->s);
    vg_jw_str(w, vg_buf_view(&text));
    vg_buf_fini(&text);
    break;
  case MERGE_REAL: vg_jw_num(w, v->r); break;
  case MERGE_INT:
  case MERGE_TIME: /* the very nanosecond, so that it is the same everywhere */
    if (v->kind == STORE_NULL)
      vg_jw_null(w);
    else
      vg_jw_int(w, v->i);
    break;
  }
}

static struct store_arg value_of(struct store_rows *q, int i, enum merge_form form) {
  switch (form) {
  case MERGE_TEXT:
  case MERGE_REF:
  case MERGE_BYTES: return S_STR(store_str(q, i));
  case MERGE_REAL: return S_REAL(store_real(q, i));
  case MERGE_INT:
  case MERGE_TIME: break;
  }
  return S_INT_OR_NULL(store_int(q, i), store_is_null(q, i));
}

static vg_code write_columns(struct store_tx *tx, const char *sql, struct store_args key,
                             const struct merge_column *columns, size_t count, struct vg_buf *out, struct vg_err *err) {
  struct store_rows *q;
  struct vg_jw w;
  VG_TRY(store_query(tx, &q, sql, key, err));
  bool found = store_next(q);
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  for (size_t i = 0; found && i < count; i++) {
    const struct store_arg v = value_of(q, (int)i, columns[i].form);
    write_value(&w, &columns[i], &v);
  }
  vg_jw_end(&w);
  VG_TRY(store_done(&q, err));
  VG_ASSERT(found);
  return vg_buf_check(out, err);
}

vg_code merge_row_body(struct store_tx *tx, const struct merge_kind *k, struct store_args key, struct vg_buf *out,
                       struct vg_err *err) {
  return write_columns(tx, k->row->select, key, k->row->columns, k->row->count, out, err);
}

vg_code merge_row_later(const struct merge_kind *k, const char *subject, struct store_args values,
                        struct store_later *notes, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  VG_ASSERT(values.n == k->row->count);
  vg_buf_init(&body, BODY_MAX);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  for (size_t i = 0; i < values.n; i++)
    write_value(&w, &k->row->columns[i], &values.v[i]);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    store_later_row(notes, S_ARGS(S_Z(k->kind), S_Z(subject), S_STR(vg_buf_view(&body))));
  vg_buf_fini(&body);
  return rc;
}

vg_code merge_row_added(struct store_tx *tx, const struct actor *who, const struct merge_kind *k, const char *subject,
                        struct store_args key, struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, BODY_MAX);
  vg_code rc = merge_row_body(tx, k, key, &body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, k->kind, subject, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

static const struct merge_group *group_of(const struct merge_kind *k, vg_str field) {
  for (const struct merge_group *g = k->groups; g->field; g++)
    if (vg_str_eqz(field, g->field))
      return g;
  return NULL;
}

vg_code merge_row_changed(struct store_tx *tx, const struct actor *who, const struct merge_kind *k, const char *subject,
                          const char *field, struct vg_err *err) {
  const struct merge_group *g = group_of(k, vg_str_z(field));
  struct vg_buf value;
  VG_ASSERT(g);
  vg_buf_init(&value, BODY_MAX);
  vg_code rc = write_columns(tx, g->get, S_ARGS(S_Z(subject)), g->columns, g->count, &value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, k->kind, subject, field, vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  return rc;
}

/* --- and back --- */

static bool whole(vg_jv v, const struct merge_column *c, struct store_arg *out) {
  int64_t n;
  if (vg_jv_type(v) == VG_J_NULL) {
    *out = S_NULL;
    return true;
  }
  if (!vg_jv_i64(v, &n) || (c->form == MERGE_INT && (n < 0 || n > c->max)))
    return false;
  *out = S_INT(n);
  return true;
}

/* bytes: what a column of bytes holds; a row has at most one. */
static bool read_column(vg_jv body, const struct merge_column *c, struct vg_buf *bytes, struct store_arg *out) {
  vg_str s;
  double d;
  switch (c->form) {
  case MERGE_TEXT:
    if (!merge_text(body, c->name, (size_t)c->max, &s))
      return false;
    *out = S_STR(s.n ? s : VG_STR(""));
    return true;
  case MERGE_REF:
    if (!merge_text(body, c->name, VG_ID_MAX - 1, &s) || (s.n && !vg_id_ok(s)))
      return false;
    *out = S_STR(s.n ? s : VG_STR(""));
    return true;
  case MERGE_BYTES:
    if (!merge_text(body, c->name, BODY_MAX, &s) || !vg_unbase64(s, bytes) || bytes->n > (size_t)c->max)
      return false;
    *out = S_BYTES(bytes->n ? vg_buf_view(bytes) : VG_STR(""));
    return true;
  case MERGE_REAL:
    if (!vg_jv_f64(vg_jv_at(body, c->name), &d))
      return false;
    *out = S_REAL(d);
    return true;
  case MERGE_INT:
  case MERGE_TIME: return whole(vg_jv_at(body, c->name), c, out);
  }
  return false;
}

/* Is what the row refers to here? */
static vg_code refers(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                      const struct store_arg *args, char missing[static VG_ID_MAX], struct vg_err *err) {
  const struct merge_row *r = k->row;
  int64_t n;
  for (size_t i = 0; i < r->count; i++) {
    if (r->columns[i].form != MERGE_REF || args[i].s.n == 0)
      continue;
    VG_TRY(store_get_int(tx, &n, r->columns[i].known, S_ARGS(args[i]), err));
    if (n == 0) {
      vg_str_copy(missing, VG_ID_MAX, args[i].s);
      return VG_ENOTFOUND;
    }
    if (k->may)
      VG_TRY(k->may(tx, who, args[i].s, err));
  }
  return VG_OK;
}

static vg_code put_row(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                       const struct merge_event *e, struct store_args args, char missing[static VG_ID_MAX],
                       struct vg_err *err) {
  const struct merge_row *r = k->row;
  int64_t n;
  VG_TRY(refers(tx, who, k, args.v, missing, err));
  if (r->check)
    VG_TRY(r->check(tx, who, e, err));
  VG_TRY(store_change(tx, &n, r->insert, args, err));
  return n && r->done ? r->done(tx, who, e, err) : VG_OK;
}

vg_code merge_row_take(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                       const struct merge_event *e, char missing[static VG_ID_MAX], struct vg_err *err) {
  const struct merge_row *r = k->row;
  struct store_arg args[COLUMNS_MAX];
  struct vg_buf bytes;
  VG_ASSERT(r->count <= COLUMNS_MAX);
  vg_buf_init(&bytes, BODY_MAX);
  bool ok = vg_id_ok(e->subject) && (!r->prefix || vg_str_starts(e->subject, vg_str_z(r->prefix)));
  for (size_t i = 0; ok && i < r->count; i++)
    ok = read_column(e->body, &r->columns[i], &bytes, &args[i]);
  /* A row with a name of its own is the one that the event is about. */
  ok = ok && (!r->prefix || vg_str_eq(args[0].s, e->subject));
  vg_code rc = ok ? put_row(tx, who, k, e, (struct store_args){args, r->count}, missing, err)
                  : VG_FAIL(err, VG_EDATA, "merge.row", VG_N(e->seq), VG_T(e->kind));
  vg_buf_fini(&bytes);
  return rc;
}

vg_code merge_group_put(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                        const struct merge_version *v, struct vg_err *err) {
  const struct merge_group *g = group_of(k, v->field);
  struct store_arg args[COLUMNS_MAX];
  struct vg_json *j;
  vg_jv value;
  if (!g)
    return VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
  VG_ASSERT(g->count + 3 <= COLUMNS_MAX);
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, v->value, &value, err);
  size_t n = 0;
  args[n++] = S_STR(v->subject);
  for (size_t i = 0; rc == VG_OK && i < g->count; i++)
    if (!read_column(value, &g->columns[i], NULL, &args[n++]))
      rc = VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
  if (g->stamped)
    args[n++] = S_TIME(v->at);
  if (rc == VG_OK)
    rc = store_exec(tx, g->set, (struct store_args){args, n}, err);
  vg_json_free(j);
  return rc == VG_OK && g->done ? g->done(tx, who, v->subject, err) : rc;
}

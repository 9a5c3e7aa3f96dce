/*
 * A file of another case system's objects, read as it comes, a batch in memory at a time. A batch is written table by
 * table; when something in it cannot be, each of its objects is tried alone, so that a bad one costs only itself.
 */
#include "base/jsonw.h"
#include "casework/import_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 256, BATCH_BYTES = 8 << 20 };

struct object {
  size_t at, n;  /* in texts */
  int64_t place; /* in the file */
  char ref[sizeof((struct imported *)0)->ref];
  bool taken; /* its reference is somebody's */
  int64_t incident, id;
  struct vg_id pid;
};

struct reading {
  struct store_tx *tx;
  const struct actor *who;
  const struct import_order *o;
  struct import_order recognised; /* what o points to when its form was not given */
  struct vg_json *json;
  struct vg_buf org, org_name; /* territory_org_json */
  struct import_rows rows;
  struct vg_buf texts;
  struct object v[BATCH];
  size_t n;
  case_import_reject *reject;
  void *ctx;
  struct import_tally *tally;
};

static void refuse(struct reading *r, int64_t place, const struct vg_err *why) {
  r->tally->rejected++;
  r->reject(r->ctx, place, why);
}

static vg_str text_of(const struct reading *r, const struct object *x) {
  return vg_str_sub(vg_buf_view(&r->texts), x->at, x->n);
}

/* --- before a batch is written --- */

/* References that a case has here, as its own or on paper, those of cases that were erased, and those that came before
 * in these. */
static vg_code find_taken(struct reading *r, struct object *v, size_t n, struct vg_err *err) {
  struct store_rows *q = NULL;
  struct vg_buf refs;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&refs, 1 << 20);
  vg_jw_init(&w, &refs);
  vg_jw_arr(&w);
  for (size_t i = 0; i < n; i++) {
    v[i].taken = false;
    for (size_t k = 0; k < i; k++)
      v[i].taken = v[i].taken || strcmp(v[i].ref, v[k].ref) == 0;
    vg_jw_z(&w, v[i].ref);
  }
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&refs, err));
  VG_GO(store_query(
      r->tx, &q,
      store_is_postgres(store_of(r->tx))
          ? /* counted, so that each is looked up by the index however large the table has become */
          "SELECT e FROM json_array_elements_text($1::json) e WHERE (SELECT COUNT(*) FROM casework_case c "
          "WHERE c.ref = e) > 0 OR (SELECT COUNT(*) FROM casework_case c WHERE c.printed = e) > 0 "
          "OR (SELECT COUNT(*) FROM casework_erased x WHERE x.number = e) > 0"
          : "SELECT c.ref FROM json_each($1) e CROSS JOIN casework_case c ON c.ref = e.value UNION ALL "
            "SELECT c.printed FROM json_each($1) e CROSS JOIN casework_case c ON c.printed = e.value UNION ALL "
            "SELECT x.number FROM json_each($1) e CROSS JOIN casework_erased x ON x.number = e.value",
      S_ARGS(S_STR(vg_buf_view(&refs))), err));
  while (store_next(q))
    for (size_t i = 0; i < n; i++)
      v[i].taken = v[i].taken || vg_str_eqz(store_str(q, 0), v[i].ref);
out:;
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  vg_buf_fini(&refs);
  return rc != VG_OK ? rc : ended;
}

/* Numbers for the new rows of a table. SQLite has one writer: they are those behind its last. */
static vg_code number(struct reading *r, const char *postgres, const char *sqlite, struct object *v, size_t n,
                      bool incident, struct vg_err *err) {
  struct store_rows *q = NULL;
  int64_t last = 0;
  bool pg = store_is_postgres(store_of(r->tx));
  if (pg)
    VG_TRY(store_query(r->tx, &q, postgres, S_ARGS(S_INT(n)), err));
  else
    VG_TRY(store_get_int(r->tx, &last, sqlite, S_NOARGS, err));
  for (size_t i = 0; i < n; i++)
    *(incident ? &v[i].incident : &v[i].id) = !pg ? ++last : store_next(q) ? store_int(q, 0) : 0;
  return store_done(&q, err);
}

static vg_code number_all(struct reading *r, struct object *v, size_t n, struct vg_err *err) {
  VG_TRY(number(
      r,
      "SELECT nextval(pg_get_serial_sequence('casework_incident', 'id')) FROM generate_series(1, $1::bigint) ORDER BY 1",
      "SELECT COALESCE(MAX(id), 0) FROM casework_incident", v, n, true, err));
  return number(
      r, "SELECT nextval(pg_get_serial_sequence('casework_case', 'id')) FROM generate_series(1, $1::bigint) ORDER BY 1",
      "SELECT COALESCE(MAX(id), 0) FROM casework_case", v, n, false, err);
}

/* --- writing --- */

static vg_code put(struct reading *r, struct object *v, size_t n, struct vg_err *err) {
  VG_TRY(find_taken(r, v, n, err));
  VG_TRY(number_all(r, v, n, err));
  for (size_t i = 0; i < n; i++) {
    struct imported c;
    struct keeper k = {.tx = r->tx, .who = r->who, .c = &c, .form = r->o->form, .rows = &r->rows, .tally = r->tally};
    const struct import_place place = {v[i].incident, v[i].id, v[i].pid, vg_buf_view(&r->org),
                                       vg_buf_view(&r->org_name)};
    vg_str text = text_of(r, &v[i]);
    vg_jv root;
    if (v[i].taken)
      continue;
    VG_TRY(vg_json_parse(r->json, text, &root, err));
    VG_TRY(import_head(r->o, root, &c, err));
    VG_TRY(import_case(&k, r->o, &place, root, text, err));
  }
  VG_TRY(import_rows_put(r->tx, r->who, import_system(r->o->form), &r->rows, err));
  for (size_t i = 0; i < n; i++) {
    struct affair a = {.id = v[i].id, .pid = v[i].pid};
    vg_str_copy(a.zone, sizeof a.zone, vg_str_z(r->o->zone));
    vg_str_copy(a.ref, sizeof a.ref, vg_str_z(v[i].ref));
    if (!v[i].taken)
      VG_TRY(casework_case_own(r->tx, r->who, &a, err));
  }
  return VG_OK;
}

/* All of them or none. */
static vg_code try(struct reading *r, struct object *v, size_t n, bool *done, struct vg_err *why, struct vg_err *err) {
  const struct import_tally before = *r->tally;
  VG_TRY(store_savepoint(r->tx, err));
  import_rows_init(&r->rows);
  *done = put(r, v, n, why) == VG_OK;
  import_rows_fini(&r->rows);
  VG_TRY(store_release(r->tx, *done, err));
  if (!*done)
    *r->tally = before;
  for (size_t i = 0; *done && i < n; i++)
    *(v[i].taken ? &r->tally->known : &r->tally->added) += 1;
  return VG_OK;
}

static vg_code flush(struct reading *r, struct vg_err *err) {
  struct vg_err why = {0};
  bool done = true;
  if (r->n)
    VG_TRY(try(r, r->v, r->n, &done, &why, err));
  for (size_t i = 0; !done && i < r->n; i++) {
    bool alone;
    why = (struct vg_err){0};
    VG_TRY(try(r, &r->v[i], 1, &alone, &why, err));
    if (!alone)
      refuse(r, r->v[i].place, &why);
  }
  r->n = 0;
  vg_buf_reset(&r->texts);
  return VG_OK;
}

/* --- reading --- */

/* One file is of one system. */
static vg_code recognise(struct reading *r, vg_jv root, struct vg_err *err) {
  r->recognised = *r->o;
  r->recognised.form = vg_jv_type(root) == VG_J_OBJ ? import_recognise(root) : IMPORT_ANY;
  if (r->recognised.form == IMPORT_ANY)
    return VG_FAIL(err, VG_EDATA, vg_jv_type(root) == VG_J_OBJ ? "casework.import_form" : "casework.import_object");
  r->o = &r->recognised;
  return VG_OK;
}

/* A bad object is named and costs only itself. */
static vg_code take(void *ctx, vg_str object, int64_t place, struct vg_err *err) {
  struct reading *r = ctx;
  struct vg_err why = {0};
  struct imported c;
  vg_jv root;
  r->tally->read++;
  vg_code rc =
      object.n ? vg_json_parse(r->json, object, &root, &why) : VG_FAIL(&why, VG_ELIMIT, "casework.import_size");
  if (rc == VG_OK && r->o->form == IMPORT_ANY)
    rc = recognise(r, root, &why);
  if (rc == VG_OK)
    rc = import_head(r->o, root, &c, &why);
  if (rc != VG_OK) {
    refuse(r, place, &why);
    return VG_OK;
  }
  struct object *x = &r->v[r->n++];
  *x = (struct object){.at = r->texts.n, .n = object.n, .place = place, .pid = vg_id_new("case", store_now(r->tx))};
  vg_str_copy(x->ref, sizeof x->ref, vg_str_z(c.ref));
  vg_buf_str(&r->texts, object);
  VG_TRY(vg_buf_check(&r->texts, err));
  return r->n == BATCH || r->texts.n > BATCH_BYTES ? flush(r, err) : VG_OK;
}

static vg_code stream(struct reading *r, int fd, const char *name, struct vg_err *err) {
  static _Thread_local char chunk[1 << 16];
  struct casework_cut cut;
  vg_code rc = VG_OK;
  ssize_t n;
  casework_cut_init(&cut);
  while (rc == VG_OK && ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)))
    rc = n > 0 ? casework_cut_feed(&cut, vg_str_n(chunk, (size_t)n), take, r, err) : VG_OK;
  if (rc == VG_OK && n < 0)
    rc = VG_FAIL_SYS(err, "base.read", name);
  if (rc == VG_OK)
    rc = casework_cut_end(&cut, take, r, err);
  casework_cut_fini(&cut);
  if (rc == VG_OK)
    rc = flush(r, err);
  return rc == VG_OK && r->tally->read == 0 ? VG_FAIL(err, VG_EDATA, "casework.import_empty", name) : rc;
}

vg_code casework_import_file(struct store_tx *tx, const struct actor *who, const struct import_order *o, int fd,
                             const char *name, case_import_reject *reject, void *ctx, struct import_tally *out,
                             struct vg_err *err) {
  struct vg_jw w;
  *out = (struct import_tally){0};
  if (!casework_frame_known(o->frame))
    return VG_FAIL(err, VG_EDATA, "casework.frame", o->frame);
  VG_TRY(territory_access(tx, who, o->org, err));
  struct reading *r = calloc(1, sizeof *r);
  if (!r)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  *r = (struct reading){.tx = tx, .who = who, .o = o, .reject = reject, .ctx = ctx, .tally = out};
  vg_buf_init(&r->org, 1 << 15);
  vg_buf_init(&r->org_name, 1 << 12);
  vg_buf_init(&r->texts, 256u << 20);
  vg_jw_init(&w, &r->org);
  vg_code rc = vg_json_new(&r->json, err);
  if (rc == VG_OK)
    rc = territory_org_json(tx, o->org, &w, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&r->org, err);
  if (rc == VG_OK)
    rc = store_get_text(tx, &r->org_name, "SELECT name FROM territory_org WHERE id = $1", S_ARGS(S_INT(o->org)), err);
  if (rc == VG_OK)
    rc = stream(r, fd, name, err);
  vg_json_free(r->json);
  vg_buf_fini(&r->org);
  vg_buf_fini(&r->org_name);
  vg_buf_fini(&r->texts);
  free(r);
  return rc;
}

/*
 * What was made by a version that wrote no events of it is written down once, before anything is given away. A row that
 * has an event is known by its kind and subject, and one without a name of its own by its columns too.
 */
#include "base/jsonw.h"
#include "merge/merge_internal.h"

#include <stdio.h>

enum { BODY_MAX = MERGE_LINE_MAX / 2, TOLD_MAX = 2 * VG_ID_MAX + 120 };

/* --- what is told already, in a table that goes with the transaction --- */

static void name_of(vg_str kind, vg_str subject, char out[static TOLD_MAX]) {
  snprintf(out, TOLD_MAX, "%.*s %.*s", (int)kind.n, kind.p, (int)subject.n, subject.p);
}

static void name_at(vg_str kind, vg_str subject, vg_time at, char out[static TOLD_MAX]) {
  snprintf(out, TOLD_MAX, "%.*s %.*s at %lld", (int)kind.n, kind.p, (int)subject.n, subject.p, (long long)at);
}

static void digest_of(vg_str kind, vg_str subject, vg_str body, char out[static MERGE_HEX]) {
  const vg_str parts[] = {kind, VG_STR("\n"), subject, VG_STR("\n"), body};
  unsigned char hash[VG_SHA256_SIZE];
  vg_sha256_of(parts, VG_COUNT(parts), hash);
  vg_hex(out, hash, sizeof hash);
}

static vg_code remember(struct store_tx *tx, vg_str what, struct vg_err *err) {
  return store_exec(tx, "INSERT INTO merge_had (what) VALUES ($1) ON CONFLICT DO NOTHING", S_ARGS(S_STR(what)), err);
}

static vg_code had(struct store_tx *tx, vg_str what, bool *yes, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM merge_had WHERE what = $1", S_ARGS(S_STR(what)), err));
  *yes = n > 0;
  return VG_OK;
}

/* A row that was adopted before is known by its columns, which do not say when that was. */
static vg_str without_date(vg_str canonical, struct vg_buf *out) {
  const vg_str member = VG_STR("\"adopted\":\"");
  size_t at = vg_str_find(canonical, member, 0);
  if (at == SIZE_MAX || at == 0)
    return canonical;
  size_t end = vg_str_find_byte(canonical, '"', at + member.n) + 1;
  bool first = canonical.p[at - 1] == '{';
  vg_buf_str(out, vg_str_sub(canonical, 0, first ? at : at - 1));
  vg_buf_str(out, vg_str_sub(canonical, end + (first && canonical.p[end] == ','), canonical.n));
  return vg_buf_view(out);
}

static vg_code remember_event(struct store_tx *tx, const struct merge_event *e, struct vg_buf *body,
                              struct vg_err *err) {
  char name[TOLD_MAX], digest[MERGE_HEX];
  struct merge_event made = *e;
  struct vg_buf bare;
  vg_buf_reset(body);
  vg_json_canonical(e->body, body);
  VG_TRY(vg_buf_check(body, err));
  vg_buf_init(&bare, MERGE_LINE_MAX);
  digest_of(e->kind, e->subject, without_date(vg_buf_view(body), &bare), digest);
  vg_buf_fini(&bare);
  VG_TRY(remember(tx, vg_str_z(digest), err));
  name_of(e->kind, e->subject, name);
  VG_TRY(remember(tx, vg_str_z(name), err));
  (void)merge_as_made(&made); /* what cannot be read is as its line says */
  name_at(e->kind, e->subject, made.time, name);
  return remember(tx, vg_str_z(name), err);
}

static vg_code remember_all(struct store_tx *tx, struct vg_json *j, struct vg_err *err) {
  struct store_rows *q;
  struct merge_event e;
  struct vg_buf body;
  vg_jv root;
  VG_TRY(store_exec(tx, "CREATE TEMPORARY TABLE merge_had (what TEXT PRIMARY KEY)", S_NOARGS, err));
  vg_buf_init(&body, MERGE_LINE_MAX);
  vg_code rc = store_query(tx, &q, "SELECT line FROM merge_event WHERE why = '' ORDER BY id", S_NOARGS, err);
  if (rc == VG_OK) {
    while (rc == VG_OK && store_next(q)) {
      rc = vg_json_parse(j, store_str(q, 0), &root, err);
      if (rc == VG_OK && merge_parse(root, store_str(q, 0), &e))
        rc = remember_event(tx, &e, &body, err);
    }
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  vg_buf_fini(&body);
  return rc;
}

vg_code merge_is_told(struct store_tx *tx, const char *kind, vg_str subject, bool *yes, struct vg_err *err) {
  char name[TOLD_MAX];
  name_of(vg_str_z(kind), subject, name);
  return had(tx, vg_str_z(name), yes, err);
}

/* --- rows and groups --- */

struct adopting {
  struct store_tx *tx;
  const struct actor *who;
  struct vg_json *json;
  int64_t count;
};

/* The body with its last brace taken off, when it was adopted and, unless NULL, whose and of when it is. */
static vg_code note_adopted(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                            vg_str body, const struct merge_event *made, struct vg_err *err) {
  struct vg_buf out, members;
  struct vg_jw w;
  char at[VG_TIME_TEXT];
  vg_buf_init(&out, BODY_MAX + 1000);
  vg_buf_init(&members, 1000);
  vg_jw_init(&w, &members);
  vg_jw_obj(&w);
  if (made) {
    merge_put_time(&w, "made", made->time);
    vg_jw_kstr(&w, "by", made->actor);
    vg_jw_kstr(&w, "by_name", made->actor_name);
  }
  vg_jw_kz(&w, "adopted", vg_time_text(at, store_now(tx), false));
  vg_jw_end(&w);
  vg_buf_str(&out, vg_str_sub(body, 0, body.n - 1));
  vg_buf_byte(&out, ',');
  vg_buf_str(&out, vg_str_sub(vg_buf_view(&members), 1, members.n));
  vg_code rc = vg_buf_check(&members, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&out, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, kind, subject, vg_buf_view(&out), err);
  vg_buf_fini(&members);
  vg_buf_fini(&out);
  return rc;
}

static vg_code is_known(struct adopting *a, const struct merge_kind *k, const char *subject, vg_str body, bool *yes,
                        struct vg_err *err) {
  struct vg_buf canonical;
  char digest[MERGE_HEX];
  vg_jv root;
  if (k->row->prefix)
    return merge_is_told(a->tx, k->kind, vg_str_z(subject), yes, err);
  vg_buf_init(&canonical, BODY_MAX);
  vg_code rc = vg_json_parse(a->json, body, &root, err);
  if (rc == VG_OK) {
    vg_json_canonical(root, &canonical);
    rc = vg_buf_check(&canonical, err);
  }
  digest_of(vg_str_z(k->kind), vg_str_z(subject), vg_buf_view(&canonical), digest);
  vg_buf_fini(&canonical);
  return rc == VG_OK ? had(a->tx, vg_str_z(digest), yes, err) : rc;
}

static vg_code adopt_row(struct adopting *a, const struct merge_kind *k, const char *subject, struct store_args key,
                         struct vg_err *err) {
  struct vg_buf body;
  bool known = false;
  vg_buf_init(&body, BODY_MAX);
  vg_code rc = merge_row_body(a->tx, k, key, &body, err);
  if (rc == VG_OK)
    rc = is_known(a, k, subject, vg_buf_view(&body), &known, err);
  if (rc == VG_OK && !known) {
    rc = note_adopted(a->tx, a->who, k->kind, subject, vg_buf_view(&body), NULL, err);
    a->count++;
  }
  vg_buf_fini(&body);
  return rc;
}

/* Texts of the row are gone once another question is asked. */
static vg_code adopt_rows(struct adopting *a, const struct merge_kind *k, struct vg_err *err) {
  struct store_rows *q;
  char subject[VG_ID_MAX], second[VG_ID_MAX];
  vg_code rc = VG_OK;
  VG_TRY(store_query(a->tx, &q, k->row->all, S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct store_arg key[] = {S_INT(store_int(q, 1)), S_STR(VG_STR(""))};
    vg_str_copy(subject, sizeof subject, store_str(q, 0));
    bool two = !store_is_null(q, 2);
    if (two)
      key[1] = S_Z(vg_str_copy(second, sizeof second, store_str(q, 2)));
    rc = adopt_row(a, k, subject, (struct store_args){key, two ? 2 : 1}, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code adopt_group(struct adopting *a, const struct merge_kind *k, const char *subject, const char *field,
                           struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(a->tx, &n, "SELECT COUNT(*) FROM merge_version WHERE subject = $1 AND field = $2",
                       S_ARGS(S_Z(subject), S_Z(field)), err));
  if (n)
    return VG_OK;
  a->count++;
  return merge_row_changed(a->tx, a->who, k, subject, field, err);
}

static vg_code adopt_group_all(struct adopting *a, const struct merge_kind *k, const struct merge_group *g,
                               struct vg_err *err) {
  struct store_rows *q;
  char subject[VG_ID_MAX];
  vg_code rc = VG_OK;
  VG_TRY(store_query(a->tx, &q, g->all, S_NOARGS, err));
  while (rc == VG_OK && store_next(q))
    rc = adopt_group(a, k, vg_str_copy(subject, sizeof subject, store_str(q, 0)), g->field, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- what a writer would have noted --- */

static vg_code is_told_at(const struct merge_telling *t, struct store_rows *q, bool *yes, struct vg_err *err) {
  char name[TOLD_MAX];
  name_at(vg_str_z(t->kind), store_str(q, MERGE_OF), store_time(q, MERGE_MADE), name);
  return had(t->tx, vg_str_z(name), yes, err);
}

vg_code merge_tell_rows(struct merge_telling *t, const char *sql, merge_teller *read, merge_teller *done,
                        struct vg_err *err) {
  struct store_rows *q;
  bool told = false;
  vg_code rc = VG_OK;
  VG_TRY(store_query(t->tx, &q, sql, S_NOARGS, err));
  vg_buf_init(&t->body, BODY_MAX);
  while (rc == VG_OK && store_next(q)) {
    rc = is_told_at(t, q, &told, err);
    if (rc == VG_OK && !told)
      rc = read(t, q, err);
  }
  if (rc == VG_OK && done)
    rc = done(t, NULL, err);
  vg_buf_fini(&t->body);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

void merge_tell_begin(struct merge_telling *t, struct store_rows *q) {
  VG_ASSERT(!t->open);
  t->open = true;
  t->at = store_time(q, MERGE_MADE);
  vg_str_copy(t->subject, sizeof t->subject, store_str(q, MERGE_OF));
  vg_str_copy(t->by, sizeof t->by, store_str(q, MERGE_BY));
  vg_str_copy(t->by_name, sizeof t->by_name, store_str(q, MERGE_BY_NAME));
  vg_buf_reset(&t->body);
  vg_jw_init(&t->w, &t->body);
}

vg_code merge_tell_end(struct merge_telling *t, struct vg_err *err) {
  const struct merge_event made = {.actor = vg_str_z(t->by), .actor_name = vg_str_z(t->by_name), .time = t->at};
  VG_ASSERT(t->open);
  t->open = false;
  VG_TRY(vg_buf_check(&t->body, err));
  ++*t->count;
  return note_adopted(t->tx, t->who, t->kind, t->subject, vg_buf_view(&t->body), &made, err);
}

/* --- histories --- */

static vg_code later(struct store_tx *tx, const struct merge_version *v, struct vg_buf *names, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT v.uid FROM merge_version v WHERE v.subject = $1 AND v.field = $2 AND NOT EXISTS (SELECT 1 "
                     "FROM merge_had h WHERE h.what = 'version ' || v.uid) ORDER BY v.uid",
                     S_ARGS(S_STR(v->subject), S_STR(v->field)), err));
  while (store_next(q)) {
    vg_buf_str(names, store_str(q, 0));
    vg_buf_byte(names, '\n');
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(names, err);
}

static vg_code write_version(struct store_tx *tx, const struct merge_version *v, vg_str after, vg_str names,
                             struct vg_jw *w, struct vg_err *err) {
  vg_str one;
  char at[VG_TIME_TEXT];
  vg_jw_obj(w);
  vg_jw_kstr(w, "field", v->field);
  vg_jw_kstr(w, "value", v->value);
  vg_jw_kstr(w, "id", v->uid);
  vg_jw_key(w, "after");
  vg_jw_arr(w);
  if (after.n) {
    vg_jw_str(w, after);
    VG_TRY(merge_replace(tx, after, v->uid, err));
  }
  vg_jw_end(w);
  vg_jw_key(w, "before");
  vg_jw_arr(w);
  while (vg_str_line(&names, &one))
    if (one.n) {
      vg_jw_str(w, one);
      VG_TRY(merge_replace(tx, v->uid, one, err));
    }
  vg_jw_end(w);
  vg_jw_kint(w, "depth", v->depth);
  merge_put_time(w, "made", v->at);
  vg_jw_kstr(w, "by", v->person);
  vg_jw_kstr(w, "by_name", v->by);
  vg_jw_kz(w, "adopted", vg_time_text(at, store_now(tx), false));
  vg_jw_end(w);
  return VG_OK;
}

vg_code merge_adopt_version(struct store_tx *tx, const struct actor *who, const struct merge_version *v, vg_str after,
                            struct vg_err *err) {
  char kind[64], subject[VG_ID_MAX], mark[MERGE_UID + 8];
  struct vg_buf names, body;
  struct vg_jw w;
  snprintf(mark, sizeof mark, "version %.*s", (int)v->uid.n, v->uid.p);
  VG_TRY(remember(tx, vg_str_z(mark), err));
  vg_buf_init(&names, 1 << 20);
  vg_buf_init(&body, BODY_MAX);
  vg_jw_init(&w, &body);
  vg_code rc = later(tx, v, &names, err);
  if (rc == VG_OK)
    rc = write_version(tx, v, after, vg_buf_view(&names), &w, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_version_keep(tx, v, err);
  if (rc == VG_OK)
    rc = merge_several(tx, v, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, vg_str_copy(kind, sizeof kind, v->kind), vg_str_copy(subject, sizeof subject, v->subject),
                    vg_buf_view(&body), err);
  vg_buf_fini(&names);
  vg_buf_fini(&body);
  return rc;
}

/* --- all of it, once --- */

static vg_code adopt_kind(struct adopting *a, const struct merge_kind *k, struct vg_err *err) {
  if (k->row && k->row->all)
    VG_TRY(adopt_rows(a, k, err));
  for (const struct merge_group *g = k->groups; g && g->field; g++)
    VG_TRY(adopt_group_all(a, k, g, err));
  return k->adopt ? k->adopt(a->tx, a->who, &a->count, err) : VG_OK;
}

static vg_code adopt_all(struct adopting *a, const struct merge_kind *const *rooms, struct vg_err *err) {
  VG_TRY(remember_all(a->tx, a->json, err));
  for (const struct merge_kind *const *room = rooms; *room; room++)
    for (const struct merge_kind *k = *room; k->kind; k++)
      VG_TRY(adopt_kind(a, k, err));
  return store_exec(a->tx, "DROP TABLE merge_had", S_NOARGS, err);
}

vg_code merge_adopt(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms, int64_t *count,
                    struct vg_err *err) {
  struct adopting a = {.tx = tx, .who = who};
  int64_t done, erased;
  *count = 0;
  VG_TRY(ledger_lock(tx, err));
  VG_TRY(store_get_int(tx, &done, "SELECT COUNT(*) FROM merge_adopted", S_NOARGS, err));
  if (done)
    return VG_OK;
  VG_TRY(store_exec(tx, "INSERT INTO merge_adopted (at) VALUES ($1)", S_ARGS(S_TIME(store_now(tx))), err));
  /* What lost its text cannot be told from what never had any, and does not come back. */
  VG_TRY(store_get_int(tx, &erased, "SELECT COUNT(*) FROM merge_event WHERE why = 'erased'", S_NOARGS, err));
  if (erased)
    return VG_OK;
  VG_TRY(vg_json_new(&a.json, err));
  vg_code rc = adopt_all(&a, rooms, err);
  vg_json_free(a.json);
  *count = a.count;
  VG_TRY(rc);
  return a.count ? LEDGER_TELL(tx, who, "merge.adopted", "merge", err, "events", VG_N(a.count)) : VG_OK;
}

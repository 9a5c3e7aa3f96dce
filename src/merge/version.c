/* Fields that two instances may change: versions, conflicts, settling. */
#include "base/jsonw.h"
#include "merge/merge_internal.h"

#include <string.h>

enum { FIELD_MAX = 100, VALUE_MAX = 1 << 16 };

/* The last one that this transaction named: mostly who acts, time and again. */
struct named {
  char person[VG_ID_MAX], name[256];
};
static const struct store_keep named_kept = {sizeof(struct named), NULL};

vg_code merge_remember(struct store_tx *tx, vg_str person, vg_str name, struct vg_err *err) {
  void *kept;
  VG_TRY(store_kept(tx, &named_kept, &kept, err));
  struct named *last = kept;
  if (person.n && vg_str_eqz(person, last->person) && vg_str_eqz(name, last->name))
    return VG_OK;
  vg_str_copy(last->person, sizeof last->person, person);
  vg_str_copy(last->name, sizeof last->name, name);
  return store_exec(
      tx, "INSERT INTO merge_person (pid, name) VALUES ($1, $2) ON CONFLICT (pid) DO UPDATE SET name = excluded.name",
      S_ARGS(S_STR(person), S_STR(name)), err);
}

#define VERSION_ROW                                                                                                    \
  "INSERT INTO merge_version (uid, kind, subject, field, value, person, at, depth) VALUES ($1, $2, $3, $4, $5, $6, "   \
  "$7, $8)"
#define VERSION_OF(v)                                                                                                  \
  S_ARGS(S_STR((v)->uid), S_STR((v)->kind), S_STR((v)->subject), S_STR((v)->field), S_STR((v)->value),                 \
         S_STR((v)->person), S_TIME((v)->at), S_INT((v)->depth))

vg_code merge_version_keep(struct store_tx *tx, const struct merge_version *v, struct vg_err *err) {
  return store_exec(tx, VERSION_ROW " ON CONFLICT (uid) DO NOTHING", VERSION_OF(v), err);
}

vg_code merge_replace(struct store_tx *tx, vg_str earlier, vg_str later, struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO merge_after (earlier, later) VALUES ($1, $2) ON CONFLICT (earlier, later) DO NOTHING",
                    S_ARGS(S_STR(earlier), S_STR(later)), err);
}

vg_code merge_several(struct store_tx *tx, const struct merge_version *v, struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO merge_several (subject, field) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT) WHERE (SELECT "
      "COUNT(*) FROM merge_v_force f WHERE f.subject = $1 AND f.field = $2) > 1 ON CONFLICT DO NOTHING",
      S_ARGS(S_STR(v->subject), S_STR(v->field)), err);
}

vg_code merge_replaces(struct store_tx *tx, const char *sql, struct store_args args, vg_str uid, struct vg_jw *w,
                       int64_t *depth, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf names;
  vg_str rest, one;
  *depth = 1;
  VG_TRY(store_query(tx, &q, sql, args, err));
  vg_buf_init(&names, 1 << 20);
  vg_jw_key(w, "after");
  vg_jw_arr(w);
  while (store_next(q)) {
    vg_jw_str(w, store_str(q, 0));
    vg_buf_str(&names, store_str(q, 0));
    vg_buf_byte(&names, '\n');
    if (store_int(q, 1) >= *depth)
      *depth = store_int(q, 1) + 1;
  }
  vg_jw_end(w);
  vg_code rc = store_done(&q, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&names, err);
  rest = vg_buf_view(&names);
  while (rc == VG_OK && vg_str_line(&rest, &one))
    if (one.n)
      rc = merge_replace(tx, one, uid, err);
  vg_buf_fini(&names);
  return rc;
}

/* The event of a version: what it says, and after which ones. tx NULL: after none. */
static vg_code change_body(struct store_tx *tx, struct merge_version *v, struct vg_buf *body, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, body);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "field", v->field);
  vg_jw_kstr(&w, "value", v->value);
  vg_jw_kstr(&w, "id", v->uid);
  v->depth = 1;
  if (tx) {
    VG_TRY(merge_replaces(tx, "SELECT uid, depth FROM merge_v_force WHERE subject = $1 AND field = $2 ORDER BY uid",
                          S_ARGS(S_STR(v->subject), S_STR(v->field)), v->uid, &w, &v->depth, err));
  } else {
    vg_jw_key(&w, "after");
    vg_jw_arr(&w);
    vg_jw_end(&w);
  }
  vg_jw_kint(&w, "depth", v->depth);
  vg_jw_end(&w);
  return vg_buf_check(body, err);
}

static vg_code change(struct store_tx *tx, const struct actor *who, struct merge_version *v, struct vg_buf *body,
                      struct vg_err *err) {
  char kind[64], subject[VG_ID_MAX];
  VG_TRY(ledger_lock(tx, err)); /* two who change one field at once here know of each other */
  VG_TRY(change_body(tx, v, body, err));
  VG_TRY(merge_version_keep(tx, v, err));
  return merge_note(tx, who, vg_str_copy(kind, sizeof kind, v->kind), vg_str_copy(subject, sizeof subject, v->subject),
                    vg_buf_view(body), err);
}

/* A new version with a name of its own, which stands in uid. */
static struct merge_version fresh(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                                  const char *field, vg_str value, struct vg_buf *uid) {
  unsigned char random[8];
  char hex[17];
  vg_random(random, sizeof random);
  vg_buf_init(uid, MERGE_UID - 1);
  vg_buf_fmt(uid, "%s/%s/%s", subject, field, vg_hex(hex, random, sizeof random));
  return (struct merge_version){.uid = vg_buf_view(uid),
                                .kind = vg_str_z(kind),
                                .subject = vg_str_z(subject),
                                .field = vg_str_z(field),
                                .value = value.p ? value : VG_STR(""),
                                .person = vg_str_z(who->id.s),
                                .at = store_now(tx)};
}

static void tell_made(const struct merge_version *v, struct merge_made *made) {
  if (!made)
    return;
  vg_str_copy(made->uid, sizeof made->uid, v->uid);
  made->depth = v->depth;
}

vg_code merge_change(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                     const char *field, vg_str value, struct merge_made *made, struct vg_err *err) {
  struct vg_buf uid, body;
  struct merge_version v = fresh(tx, who, kind, subject, field, value, &uid);
  vg_buf_init(&body, MERGE_LINE_MAX / 2);
  vg_code rc = vg_buf_check(&uid, err);
  if (rc == VG_OK)
    rc = change(tx, who, &v, &body, err);
  if (rc == VG_OK)
    tell_made(&v, made);
  vg_buf_fini(&body);
  vg_buf_fini(&uid);
  return rc;
}

vg_code merge_first(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                    const char *field, vg_str value, struct store_later *versions, struct store_later *notes,
                    struct merge_made *made, struct vg_err *err) {
  struct vg_buf uid, body;
  struct merge_version v = fresh(tx, who, kind, subject, field, value, &uid);
  vg_buf_init(&body, MERGE_LINE_MAX / 2);
  vg_code rc = vg_buf_check(&uid, err);
  if (rc == VG_OK)
    rc = change_body(NULL, &v, &body, err);
  if (rc == VG_OK) {
    store_later_row(versions, VERSION_OF(&v));
    store_later_row(notes, S_ARGS(S_Z(kind), S_Z(subject), S_STR(vg_buf_view(&body))));
    tell_made(&v, made);
  }
  vg_buf_fini(&body);
  vg_buf_fini(&uid);
  return rc;
}

vg_code merge_versions_put(struct store_tx *tx, struct store_later *versions, struct vg_err *err) {
  return store_later_put(tx, versions, VERSION_ROW, err);
}

bool merge_text(vg_jv body, const char *key, size_t max, vg_str *out) {
  return vg_jv_str_at(body, key, out) && out->n <= max && vg_utf8_ok(*out) &&
         vg_str_find_byte(*out, '\0', 0) == SIZE_MAX;
}

bool merge_copy(vg_jv body, const char *key, char *out, size_t cap) {
  vg_str s;
  if (!merge_text(body, key, cap - 1, &s))
    return false;
  vg_str_copy(out, cap, s);
  return true;
}

/* --- what shows --- */

/* A version with texts of its own, so that rows may change while it is told. */
struct copy {
  struct vg_buf uid, kind, subject, field, value, person;
  struct merge_version v;
};

static void copy_fini(struct copy *c) {
  struct vg_buf *texts[] = {&c->uid, &c->kind, &c->subject, &c->field, &c->value, &c->person};
  for (size_t i = 0; i < VG_COUNT(texts); i++)
    vg_buf_fini(texts[i]);
}

#define VERSION_COLUMNS "uid, kind, subject, field, value, person, person_name, at, depth, in_force"
static void read_version(struct store_rows *q, struct merge_version *v) {
  *v = (struct merge_version){.uid = store_str(q, 0),
                              .kind = store_str(q, 1),
                              .subject = store_str(q, 2),
                              .field = store_str(q, 3),
                              .value = store_str(q, 4),
                              .person = store_str(q, 5),
                              .by = store_str(q, 6),
                              .at = store_time(q, 7),
                              .depth = store_int(q, 8),
                              .in_force = store_int(q, 9) != 0};
}

static vg_code copy_version(struct copy *c, const struct merge_version *v, struct vg_err *err) {
  struct vg_buf *to[] = {&c->uid, &c->kind, &c->subject, &c->field, &c->value, &c->person};
  const vg_str from[] = {v->uid, v->kind, v->subject, v->field, v->value, v->person};
  vg_str *out[] = {&c->v.uid, &c->v.kind, &c->v.subject, &c->v.field, &c->v.value, &c->v.person};
  c->v = *v;
  c->v.by = VG_STR("");
  for (size_t i = 0; i < VG_COUNT(to); i++) {
    vg_buf_init(to[i], MERGE_LINE_MAX);
    vg_buf_str(to[i], from[i]);
    VG_TRY(vg_buf_check(to[i], err));
    *out[i] = from[i].n ? vg_buf_view(to[i]) : VG_STR("");
  }
  return VG_OK;
}

static vg_code one_version(struct store_tx *tx, const char *sql, struct store_args args, struct copy *c,
                           struct vg_err *err) {
  struct store_rows *q;
  struct merge_version v;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  bool found = store_next(q);
  if (found) {
    read_version(q, &v);
    rc = copy_version(c, &v, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  if (rc == VG_OK)
    rc = ended;
  return rc == VG_OK && !found ? VG_ENOTFOUND : rc;
}

static vg_code put(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                   const struct merge_version *v, struct vg_err *err) {
  if (k->may)
    VG_TRY(k->may(tx, who, v->subject, err));
  return k->put ? k->put(tx, who, v, err) : merge_group_put(tx, who, k, v, err);
}

/* Which of those in force shows: the greatest name, whatever order they came in. */
static vg_code show(struct store_tx *tx, const struct actor *who, const struct merge_kind *k, vg_str subject,
                    vg_str field, struct vg_err *err) {
  struct copy c = {.v = {.at = 0}};
  vg_code rc = one_version(tx,
                           "SELECT " VERSION_COLUMNS " FROM merge_v_version WHERE subject = $1 AND field = $2 AND "
                           "in_force = 1 ORDER BY uid DESC LIMIT 1",
                           S_ARGS(S_STR(subject), S_STR(field)), &c, err);
  if (rc == VG_OK)
    rc = put(tx, who, k, &c.v, err);
  copy_fini(&c);
  return rc == VG_ENOTFOUND ? VG_OK : rc;
}

/* The names of versions that one stands after, or before. */
static vg_code order(struct store_tx *tx, const struct merge_event *e, const char *key, vg_str uid,
                     struct vg_err *err) {
  struct vg_jit it;
  vg_jv item;
  vg_str other;
  bool before = strcmp(key, "before") == 0;
  for (vg_jit_init(&it, vg_jv_at(e->body, key)); vg_jit_next(&it, NULL, &item);) {
    if (!vg_jv_str(item, &other) || other.n >= MERGE_UID || !vg_utf8_ok(other) ||
        vg_str_find_byte(other, '\0', 0) != SIZE_MAX || !vg_str_starts(other, e->subject) || vg_str_eq(other, uid))
      return VG_FAIL(err, VG_EDATA, "merge.change", VG_N(e->seq));
    VG_TRY(before ? merge_replace(tx, uid, other, err) : merge_replace(tx, other, uid, err));
  }
  return VG_OK;
}

/* What was adopted says who made it, and when. */
static bool read_made(vg_jv body, struct merge_version *v) {
  vg_str when;
  if (vg_jv_type(vg_jv_at(body, "made")) == VG_J_MISSING)
    return true;
  return merge_text(body, "made", VG_TIME_TEXT - 1, &when) && vg_time_parse(when, &v->at) &&
         merge_text(body, "by", VG_ID_MAX - 1, &v->person) && merge_text(body, "by_name", 200, &v->by);
}

/* A version's name begins with what it is of: nobody can replace what he does not name. */
static bool read_change(const struct merge_event *e, struct merge_version *v) {
  bool ok = merge_text(e->body, "id", MERGE_UID - 1, &v->uid) && merge_text(e->body, "field", FIELD_MAX, &v->field) &&
            merge_text(e->body, "value", VALUE_MAX, &v->value) && vg_str_starts(v->uid, e->subject) &&
            vg_str_find_byte(v->uid, '\n', 0) == SIZE_MAX && vg_str_find_byte(v->field, '\n', 0) == SIZE_MAX &&
            vg_str_find_byte(v->field, '\t', 0) == SIZE_MAX && read_made(e->body, v);
  if (vg_jv_type(vg_jv_at(e->body, "depth")) != VG_J_MISSING)
    ok = ok && vg_jv_i64_at(e->body, "depth", &v->depth) && v->depth >= 0 && v->depth < INT64_MAX;
  return ok;
}

vg_code merge_take(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                   const struct merge_event *e, struct vg_err *err) {
  struct merge_version v = {
      .kind = e->kind, .subject = e->subject, .person = e->actor, .by = e->actor_name, .at = e->time, .depth = 1};
  if (!read_change(e, &v))
    return VG_FAIL(err, VG_EDATA, "merge.change", VG_N(e->seq));
  VG_TRY(merge_version_keep(tx, &v, err));
  if (v.person.n && !vg_str_eq(v.person, e->actor))
    VG_TRY(merge_remember(tx, v.person, v.by, err));
  VG_TRY(order(tx, e, "after", v.uid, err));
  VG_TRY(order(tx, e, "before", v.uid, err));
  VG_TRY(merge_several(tx, &v, err));
  if (k->arrived)
    VG_TRY(k->arrived(tx, who, &v, err));
  return show(tx, who, k, v.subject, v.field, err);
}

static vg_code each(struct store_tx *tx, const char *sql, struct store_args args, merge_version_sink *sink, void *ctx,
                    struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct merge_version v;
    read_version(q, &v);
    v.shows = store_int(q, 10) != 0;
    rc = sink(ctx, &v, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

#define VERSION                                                                                                        \
  "SELECT v.uid, v.kind, v.subject, v.field, v.value, v.person, v.person_name, v.at, v.depth, v.in_force, "
#define SHOWN                                                                                                          \
  "CASE WHEN v.uid = (SELECT MAX(f.uid) FROM merge_v_force f WHERE f.subject = v.subject AND f.field = v.field) THEN " \
  "1 ELSE 0 END FROM merge_v_version v "
#define WANTED "($2 = 1 OR v.in_force = 1) ORDER BY v.subject, v.field, v.in_force DESC, v.depth DESC, v.uid"
vg_code merge_each_conflict(struct store_tx *tx, vg_str subject, bool history, merge_version_sink *sink, void *ctx,
                            struct vg_err *err) {
  return each(tx,
              subject.n ? VERSION SHOWN "WHERE v.subject = $1 AND (SELECT COUNT(DISTINCT f.value) FROM merge_v_force f "
                                        "WHERE f.subject = v.subject AND f.field = v.field) > 1 AND " WANTED
                        : VERSION "CASE WHEN v.uid = c.shows THEN 1 ELSE 0 END FROM merge_v_conflict c CROSS JOIN "
                                  "merge_v_version v WHERE v.subject = c.subject AND v.field = c.field AND $1 = '' "
                                  "AND " WANTED,
              S_ARGS(S_STR(subject.p ? subject : VG_STR("")), S_INT(history)), sink, ctx, err);
}

vg_code merge_each_version(struct store_tx *tx, vg_str subject, vg_str field, merge_version_sink *sink, void *ctx,
                           struct vg_err *err) {
  return each(tx,
              VERSION SHOWN "WHERE v.subject = $1 AND ($2 = '' OR v.field = $2) ORDER BY v.field, v.depth DESC, v.uid "
                            "DESC",
              S_ARGS(S_STR(subject), S_STR(field.p ? field : VG_STR(""))), sink, ctx, err);
}

vg_code merge_conflicts(struct store_tx *tx, int64_t *count, struct vg_err *err) {
  return store_get_int(tx, count, "SELECT COUNT(*) FROM merge_v_conflict", S_NOARGS, err);
}

/* --- a subject that has become known --- */

struct gathered {
  struct vg_buf uids, fields; /* a line each */
};

static vg_code gather(struct store_tx *tx, vg_str subject, struct gathered *g, struct vg_err *err) {
  struct store_rows *q;
  char last[FIELD_MAX + 1] = "";
  VG_TRY(store_query(tx, &q, "SELECT uid, field, kind FROM merge_version WHERE subject = $1 ORDER BY field, depth, uid",
                     S_ARGS(S_STR(subject)), err));
  while (store_next(q)) {
    vg_buf_str(&g->uids, store_str(q, 0));
    vg_buf_byte(&g->uids, '\n');
    if (vg_str_eqz(store_str(q, 1), last))
      continue;
    vg_str_copy(last, sizeof last, store_str(q, 1));
    vg_buf_str(&g->fields, store_str(q, 2));
    vg_buf_byte(&g->fields, '\t');
    vg_buf_z(&g->fields, last);
    vg_buf_byte(&g->fields, '\n');
  }
  VG_TRY(store_done(&q, err));
  VG_TRY(vg_buf_check(&g->uids, err));
  return vg_buf_check(&g->fields, err);
}

static vg_code arrive(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms, vg_str uid,
                      struct vg_err *err) {
  struct copy c = {.v = {.at = 0}};
  vg_code rc =
      one_version(tx, "SELECT " VERSION_COLUMNS " FROM merge_v_version WHERE uid = $1", S_ARGS(S_STR(uid)), &c, err);
  const struct merge_kind *k = rc == VG_OK ? merge_kind_of(rooms, c.v.kind) : NULL;
  if (k && k->arrived)
    rc = k->arrived(tx, who, &c.v, err);
  copy_fini(&c);
  return rc;
}

vg_code merge_show_all(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms,
                       vg_str subject, struct vg_err *err) {
  struct gathered g;
  vg_str rest, one, kind;
  vg_buf_init(&g.uids, 64 << 20);
  vg_buf_init(&g.fields, 64 << 20);
  vg_code rc = gather(tx, subject, &g, err);
  rest = vg_buf_view(&g.uids);
  while (rc == VG_OK && vg_str_line(&rest, &one))
    if (one.n)
      rc = arrive(tx, who, rooms, one, err);
  rest = vg_buf_view(&g.fields);
  while (rc == VG_OK && vg_str_line(&rest, &one)) {
    const struct merge_kind *k = vg_str_cut(&one, '\t', &kind) ? merge_kind_of(rooms, kind) : NULL;
    if (k && merge_changes(k))
      rc = show(tx, who, k, subject, one, err);
  }
  vg_buf_fini(&g.uids);
  vg_buf_fini(&g.fields);
  return rc;
}

/* --- versions that waited for what they are about --- */

struct waiting {
  struct store_tx *tx;
  merge_put *put;
};
static vg_code put_shown(void *ctx, const struct merge_version *v, struct vg_err *err) {
  const struct waiting *w = ctx;
  return v->shows ? w->put(w->tx, NULL, v, err) : VG_OK;
}

vg_code merge_put_again(struct store_tx *tx, merge_put *show_it, const char *subjects, struct store_args args,
                        struct vg_err *err) {
  struct waiting w = {tx, show_it};
  struct vg_buf found;
  vg_str rest, one;
  vg_buf_init(&found, 16 << 20);
  vg_code rc = store_get_lines(tx, &found, subjects, args, err);
  for (rest = vg_buf_view(&found); rc == VG_OK && vg_str_line(&rest, &one);)
    if (one.n)
      rc = merge_each_version(tx, one, VG_STR(""), put_shown, &w, err);
  vg_buf_fini(&found);
  return rc;
}

const struct merge_kind *merge_kind_of(const struct merge_kind *const *rooms, vg_str kind) {
  for (const struct merge_kind *const *room = rooms; *room; room++)
    for (const struct merge_kind *k = *room; k->kind; k++)
      if (vg_str_eqz(kind, k->kind))
        return k;
  return NULL;
}

/* --- settling --- */

static vg_code settle(struct store_tx *tx, const struct actor *who, const struct merge_kind *k, struct copy *c,
                      struct vg_err *err) {
  struct merge_made made;
  struct merge_version now = c->v;
  const char *subject = vg_buf_text(&c->subject), *field = vg_buf_text(&c->field);
  VG_TRY(merge_change(tx, who, k->kind, subject, field, c->v.value, &made, err));
  now.uid = vg_str_z(made.uid);
  now.depth = made.depth;
  now.person = vg_str_z(who->id.s);
  now.at = store_now(tx);
  if (k->arrived)
    VG_TRY(k->arrived(tx, who, &now, err));
  VG_TRY(put(tx, who, k, &now, err));
  return LEDGER_TELL(tx, who, "merge.settled", subject, err, "field", field, "value", VG_T(c->v.value));
}

vg_code merge_settle(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms, vg_str uid,
                     struct vg_err *err) {
  struct copy c = {.v = {.at = 0}};
  vg_code rc =
      one_version(tx, "SELECT " VERSION_COLUMNS " FROM merge_v_version WHERE uid = $1", S_ARGS(S_STR(uid)), &c, err);
  const struct merge_kind *k = rc == VG_OK ? merge_kind_of(rooms, c.v.kind) : NULL;
  if (rc == VG_ENOTFOUND)
    rc = VG_FAIL(err, rc, "merge.no_version", VG_T(uid));
  else if (rc == VG_OK && !c.v.in_force)
    rc = VG_FAIL(err, VG_ESTATE, "merge.replaced", VG_T(uid));
  else if (rc == VG_OK && !(k && merge_changes(k)))
    rc = VG_FAIL(err, VG_EVERSION, "merge.kind", vg_buf_text(&c.kind));
  if (rc == VG_OK)
    rc = settle(tx, who, k, &c, err);
  copy_fini(&c);
  return rc;
}

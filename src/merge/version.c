/* Fields that two instances may change: versions, conflicts, settling. */
#include "base/jsonw.h"
#include "merge/merge_internal.h"

enum { UID_MAX = 255, FIELD_MAX = 100, VALUE_MAX = 1 << 16 };

vg_code merge_remember(struct store_tx *tx, vg_str person, vg_str name, struct vg_err *err) {
  return store_exec(
      tx, "INSERT INTO merge_person (pid, name) VALUES ($1, $2) ON CONFLICT (pid) DO UPDATE SET name = excluded.name",
      S_ARGS(S_STR(person), S_STR(name)), err);
}

static vg_code keep(struct store_tx *tx, const struct merge_version *v, struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO merge_version (uid, kind, subject, field, value, person, at) VALUES ($1, $2, $3, $4, "
                    "$5, $6, $7) ON CONFLICT (uid) DO NOTHING",
                    S_ARGS(S_STR(v->uid), S_STR(v->kind), S_STR(v->subject), S_STR(v->field), S_STR(v->value),
                           S_STR(v->person), S_TIME(v->at)),
                    err);
}

static vg_code replace(struct store_tx *tx, vg_str earlier, vg_str later, struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO merge_after (earlier, later) VALUES ($1, $2) ON CONFLICT (earlier, later) DO NOTHING",
                    S_ARGS(S_STR(earlier), S_STR(later)), err);
}

/* The names of what is in force go into the open array; then the new version replaces them. */
static vg_code replace_all(struct store_tx *tx, const struct merge_version *v, struct vg_jw *w, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf names;
  vg_str rest, one;
  vg_buf_init(&names, 1 << 20);
  VG_TRY(store_query(tx, &q, "SELECT uid FROM merge_v_force WHERE subject = $1 AND field = $2 ORDER BY uid",
                     S_ARGS(S_STR(v->subject), S_STR(v->field)), err));
  while (store_next(q)) {
    vg_jw_str(w, store_str(q, 0));
    vg_buf_str(&names, store_str(q, 0));
    vg_buf_byte(&names, '\n');
  }
  vg_code rc = store_done(&q, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&names, err);
  rest = vg_buf_view(&names);
  while (rc == VG_OK && vg_str_line(&rest, &one))
    if (one.n)
      rc = replace(tx, one, v->uid, err);
  vg_buf_fini(&names);
  return rc;
}

vg_code merge_change(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                     const char *field, vg_str value, struct vg_err *err) {
  unsigned char random[8];
  char hex[17];
  struct vg_buf uid, body;
  struct vg_jw w;
  vg_random(random, sizeof random);
  vg_buf_init(&uid, UID_MAX);
  vg_buf_fmt(&uid, "%s/%s/%s", subject, field, vg_hex(hex, random, sizeof random));
  vg_buf_init(&body, MERGE_LINE_MAX / 2);
  vg_code rc = vg_buf_check(&uid, err);
  const struct merge_version v = {.uid = vg_buf_view(&uid),
                                  .kind = vg_str_z(kind),
                                  .subject = vg_str_z(subject),
                                  .field = vg_str_z(field),
                                  .value = value.p ? value : VG_STR(""),
                                  .person = vg_str_z(who->id.s),
                                  .at = store_now(tx)};
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "field", v.field);
  vg_jw_kstr(&w, "value", v.value);
  vg_jw_kstr(&w, "id", v.uid);
  vg_jw_key(&w, "after");
  vg_jw_arr(&w);
  if (rc == VG_OK)
    rc = replace_all(tx, &v, &w, err);
  vg_jw_end(&w);
  vg_jw_end(&w);
  if (rc == VG_OK)
    rc = keep(tx, &v, err);
  if (rc == VG_OK)
    rc = merge_remember(tx, v.person, vg_str_z(who->name), err);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, kind, subject, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  vg_buf_fini(&uid);
  return rc;
}

bool merge_text(vg_jv body, const char *key, size_t max, vg_str *out) {
  return vg_jv_str_at(body, key, out) && out->n <= max && vg_utf8_ok(*out) &&
         vg_str_find_byte(*out, '\0', 0) == SIZE_MAX;
}

/* Which of those in force shows: the greatest name, whatever order they came in. */
static vg_code show(struct store_tx *tx, const struct actor *who, const struct merge_kind *k, vg_str subject,
                    vg_str field, struct vg_err *err) {
  struct vg_buf value;
  vg_buf_init(&value, VALUE_MAX);
  vg_code rc = store_get_text(
      tx, &value, "SELECT value FROM merge_v_force WHERE subject = $1 AND field = $2 ORDER BY uid DESC LIMIT 1",
      S_ARGS(S_STR(subject), S_STR(field)), err);
  if (rc == VG_OK)
    rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = k->put(tx, who, subject, field, value.n ? vg_buf_view(&value) : VG_STR(""), err);
  vg_buf_fini(&value);
  return rc;
}

vg_code merge_take(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                   const struct merge_event *e, struct vg_err *err) {
  struct merge_version v = {.kind = e->kind, .subject = e->subject, .person = e->actor, .at = e->time};
  struct vg_jit it;
  vg_jv item;
  vg_str earlier;
  /* A version's name begins with what it is of: nobody can replace what he does not name. */
  bool ok = merge_text(e->body, "id", UID_MAX, &v.uid) && merge_text(e->body, "field", FIELD_MAX, &v.field) &&
            merge_text(e->body, "value", VALUE_MAX, &v.value) && vg_str_starts(v.uid, e->subject);
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "merge.change", VG_N(e->seq));
  VG_TRY(keep(tx, &v, err));
  for (vg_jit_init(&it, vg_jv_at(e->body, "after")); vg_jit_next(&it, NULL, &item);) {
    if (!vg_jv_str(item, &earlier) || earlier.n > UID_MAX || !vg_str_starts(earlier, e->subject) ||
        vg_str_eq(earlier, v.uid))
      return VG_FAIL(err, VG_EDATA, "merge.change", VG_N(e->seq));
    VG_TRY(replace(tx, earlier, v.uid, err));
  }
  return show(tx, who, k, v.subject, v.field, err);
}

vg_code merge_each_conflict(struct store_tx *tx, merge_version_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT f.uid, f.kind, f.subject, f.field, f.value, f.person_name, f.at, CASE WHEN f.uid = "
                     "c.shows THEN 1 ELSE 0 END FROM merge_v_force f JOIN merge_v_conflict c ON c.subject = f.subject "
                     "AND c.field = f.field ORDER BY f.subject, f.field, f.uid",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct merge_version v = {.uid = store_str(q, 0),
                                    .kind = store_str(q, 1),
                                    .subject = store_str(q, 2),
                                    .field = store_str(q, 3),
                                    .value = store_str(q, 4),
                                    .person = store_str(q, 5),
                                    .at = store_time(q, 6),
                                    .shows = store_int(q, 7) != 0};
    rc = sink(ctx, &v, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code merge_conflicts(struct store_tx *tx, int64_t *count, struct vg_err *err) {
  return store_get_int(tx, count, "SELECT COUNT(*) FROM merge_v_conflict", S_NOARGS, err);
}

struct field {
  char name[FIELD_MAX + 1], kind[64];
};

vg_code merge_show_all(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms,
                       vg_str subject, struct vg_err *err) {
  struct field field[64]; /* those that come beyond show when they change next */
  struct store_rows *q;
  size_t n = 0;
  VG_TRY(store_query(tx, &q, "SELECT DISTINCT field, kind FROM merge_v_force WHERE subject = $1 ORDER BY field, kind",
                     S_ARGS(S_STR(subject)), err));
  while (store_next(q) && n < VG_COUNT(field)) {
    vg_str_copy(field[n].name, sizeof field[n].name, store_str(q, 0));
    vg_str_copy(field[n].kind, sizeof field[n].kind, store_str(q, 1));
    n++;
  }
  VG_TRY(store_done(&q, err));
  for (size_t i = 0; i < n; i++) {
    const struct merge_kind *k = merge_kind_of(rooms, vg_str_z(field[i].kind));
    if (k && k->put)
      VG_TRY(show(tx, who, k, subject, vg_str_z(field[i].name), err));
  }
  return VG_OK;
}

const struct merge_kind *merge_kind_of(const struct merge_kind *const *rooms, vg_str kind) {
  for (const struct merge_kind *const *room = rooms; *room; room++)
    for (const struct merge_kind *k = *room; k->kind; k++)
      if (vg_str_eqz(kind, k->kind))
        return k;
  return NULL;
}

struct settling {
  struct vg_buf kind, subject, field, value;
};

static vg_code find(struct store_tx *tx, vg_str uid, struct settling *s, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT kind, subject, field, value FROM merge_v_force WHERE uid = $1", S_ARGS(S_STR(uid)),
                     err));
  bool found = store_next(q);
  if (found) {
    vg_buf_str(&s->kind, store_str(q, 0));
    vg_buf_str(&s->subject, store_str(q, 1));
    vg_buf_str(&s->field, store_str(q, 2));
    vg_buf_str(&s->value, store_str(q, 3));
  }
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "merge.no_version", VG_T(uid));
}

vg_code merge_settle(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms, vg_str uid,
                     struct vg_err *err) {
  struct settling s;
  const struct merge_kind *found = NULL;
  vg_buf_init(&s.kind, 256);
  vg_buf_init(&s.subject, 256);
  vg_buf_init(&s.field, 256);
  vg_buf_init(&s.value, VALUE_MAX);
  vg_code rc = find(tx, uid, &s, err);
  if (rc == VG_OK)
    found = merge_kind_of(rooms, vg_buf_view(&s.kind));
  if (rc == VG_OK && !(found && found->put))
    rc = VG_FAIL(err, VG_EVERSION, "merge.kind", vg_buf_text(&s.kind));
  vg_str value = s.value.n ? vg_buf_view(&s.value) : VG_STR("");
  if (rc == VG_OK)
    rc = found->put(tx, who, vg_buf_view(&s.subject), vg_buf_view(&s.field), value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, found->kind, vg_buf_text(&s.subject), vg_buf_text(&s.field), value, err);
  if (rc == VG_OK)
    rc = LEDGER_TELL(tx, who, "merge.settled", vg_buf_text(&s.subject), err, "field", vg_buf_text(&s.field), "value",
                     VG_T(value));
  vg_buf_fini(&s.kind);
  vg_buf_fini(&s.subject);
  vg_buf_fini(&s.field);
  vg_buf_fini(&s.value);
  return rc;
}

/* What a person marked of the watch, between instances: read, starred, noted. Each instance fetches and folds for
 * itself, so a mark names an item of the story by its source's address and its guid, and waits for that where it is not
 * there. */
#include "base/json.h"
#include "base/jsonw.h"
#include "watch/watch_internal.h"

#include <string.h>

#define MARKED "story.marked"
enum { GUID_MAX = 2048 };

/* Whose mark it is, of which item. */
struct named {
  struct vg_id person, subject; /* person: as instances call him */
  struct vg_buf url, guid;
};

static void named_init(struct named *n) {
  vg_buf_init(&n->url, 1 << 12);
  vg_buf_init(&n->guid, 1 << 16);
}

static void named_fini(struct named *n) {
  vg_buf_fini(&n->url);
  vg_buf_fini(&n->guid);
}

static vg_code read_named(struct store_tx *tx, struct named *n, const char *sql, int64_t story, bool *found,
                          struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, sql, S_ARGS(S_INT(story), S_Z(n->person.s)), err));
  *found = store_next(q);
  if (*found) {
    vg_buf_str(&n->url, store_str(q, 0));
    vg_buf_str(&n->guid, store_str(q, 1));
    n->subject = vg_id_of(store_str(q, 2));
  }
  VG_TRY(store_done(&q, err));
  VG_TRY(vg_buf_check(&n->url, err));
  return vg_buf_check(&n->guid, err);
}

/* UUIDv5 under a namespace of this program's own. */
static vg_code make_name(struct named *n, struct vg_err *err) {
  static const unsigned char space[16] = {0x9f, 0x31, 0x77, 0xd4, 0x5a, 0x0e, 0x4c, 0x26,
                                          0x83, 0x1b, 0xe9, 0x40, 0x7d, 0xc2, 0x68, 0xfa};
  struct vg_buf of;
  vg_buf_init(&of, 1 << 17);
  vg_buf_fmt(&of, "%s\n", n->person.s);
  vg_buf_str(&of, vg_buf_view(&n->url));
  vg_buf_byte(&of, '\n');
  vg_buf_str(&of, vg_buf_view(&n->guid));
  vg_code rc = vg_buf_check(&of, err);
  n->subject = vg_id_v5("watch-mark", space, vg_buf_view(&of));
  vg_buf_fini(&of);
  return rc;
}

static vg_code remember(struct store_tx *tx, const struct named *n, struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO watch_marked (subject, person, url, guid) VALUES ($1, $2, $3, $4) ON CONFLICT DO "
      "NOTHING",
      S_ARGS(S_Z(n->subject.s), S_Z(n->person.s), S_STR(vg_buf_view(&n->url)), S_STR(vg_buf_view(&n->guid))), err);
}

/* The name that his mark of this story has already; else one made of the story's first item. */
static vg_code name_of(struct store_tx *tx, const struct actor *who, int64_t person, int64_t story, struct named *n,
                       bool *found, struct vg_err *err) {
  VG_TRY(territory_tell_person(tx, who, person, &n->person, err));
  VG_TRY(read_named(tx, n,
                    "SELECT m.url, m.guid, m.subject FROM watch_marked m JOIN watch_source s ON s.url = m.url JOIN "
                    "watch_item i ON i.source = s.id AND i.guid = m.guid WHERE i.story = $1 AND m.person = $2 ORDER BY "
                    "m.subject LIMIT 1",
                    story, found, err));
  if (*found)
    return VG_OK;
  VG_TRY(read_named(tx, n,
                    "SELECT s.url, i.guid, '' FROM watch_item i JOIN watch_source s ON s.id = i.source WHERE i.story = "
                    "$1 AND $2 <> '' ORDER BY i.id LIMIT 1",
                    story, found, err));
  *found = *found && n->guid.n <= GUID_MAX;
  if (!*found)
    return VG_OK;
  VG_TRY(make_name(n, err));
  return remember(tx, n, err);
}

static vg_code change(struct store_tx *tx, const struct actor *who, const struct named *n, const char *field,
                      vg_str said, struct vg_err *err) {
  struct vg_buf value;
  struct vg_jw w;
  vg_buf_init(&value, 1 << 17);
  vg_jw_init(&w, &value);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "person", n->person.s);
  vg_jw_kstr(&w, "source", vg_buf_view(&n->url));
  vg_jw_kstr(&w, "item", vg_buf_view(&n->guid));
  vg_jw_kstr(&w, "value", said);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, MARKED, n->subject.s, field, vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  return rc;
}

vg_code mark_tell(struct store_tx *tx, const struct actor *who, int64_t person, int64_t story, const struct mark *was,
                  const struct mark *is, struct vg_err *err) {
  struct named n;
  bool found = false;
  named_init(&n);
  vg_code rc = name_of(tx, who, person, story, &n, &found, err);
  if (rc == VG_OK && found && was->read != is->read)
    rc = change(tx, who, &n, "read", is->read ? VG_STR("read") : VG_STR("unread"), err);
  if (rc == VG_OK && found && was->starred != is->starred)
    rc = change(tx, who, &n, "starred", is->starred ? VG_STR("starred") : VG_STR("plain"), err);
  if (rc == VG_OK && found && !vg_str_eq(was->note, is->note))
    rc = change(tx, who, &n, "note", is->note, err);
  named_fini(&n);
  return rc;
}

/* --- and back --- */

struct said {
  struct named n;
  struct vg_buf value;
  char field[16];
};

static bool keep(vg_jv value, const char *key, size_t max, struct vg_buf *out) {
  vg_str s;
  if (!merge_text(value, key, max, &s))
    return false;
  vg_buf_str(out, s);
  return vg_buf_check(out, NULL) == VG_OK;
}

static bool known_value(const struct said *s) {
  vg_str v = vg_buf_view(&s->value);
  return !strcmp(s->field, "note") ? true
         : !strcmp(s->field, "read")
             ? vg_str_eqz(v, "read") || vg_str_eqz(v, "unread")
             : !strcmp(s->field, "starred") && (vg_str_eqz(v, "starred") || vg_str_eqz(v, "plain"));
}

static vg_code read_said(const struct merge_version *v, struct said *s, struct vg_err *err) {
  struct vg_json *j;
  vg_jv value;
  vg_str person = VG_STR("");
  VG_TRY(vg_json_new(&j, err));
  bool ok = v->field.n < sizeof s->field && vg_json_parse(j, v->value, &value, NULL) == VG_OK &&
            merge_text(value, "person", VG_ID_MAX - 1, &person) && keep(value, "source", 2000, &s->n.url) &&
            keep(value, "item", GUID_MAX, &s->n.guid) && keep(value, "value", WATCH_NOTE, &s->value);
  if (ok) {
    s->n.person = vg_id_of(person);
    s->n.subject = vg_id_of(v->subject);
    vg_str_copy(s->field, sizeof s->field, v->field);
    ok = known_value(s);
  }
  vg_json_free(j);
  return ok ? VG_OK : VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
}

static vg_code set(struct store_tx *tx, const struct said *s, vg_time at, int64_t story, int64_t person,
                   struct vg_err *err) {
  vg_str v = vg_buf_view(&s->value);
  VG_TRY(store_exec(tx,
                    "INSERT INTO watch_mark (story, person, read_at, starred, note) VALUES ($1, $2, NULL, 0, '') ON "
                    "CONFLICT (story, person) DO NOTHING",
                    S_ARGS(S_INT(story), S_INT(person)), err));
  if (!strcmp(s->field, "read"))
    return store_exec(tx, "UPDATE watch_mark SET read_at = $3 WHERE story = $1 AND person = $2",
                      S_ARGS(S_INT(story), S_INT(person), vg_str_eqz(v, "read") ? S_TIME(at) : S_NULL), err);
  if (!strcmp(s->field, "starred"))
    return store_exec(tx, "UPDATE watch_mark SET starred = $3 WHERE story = $1 AND person = $2",
                      S_ARGS(S_INT(story), S_INT(person), S_INT(vg_str_eqz(v, "starred"))), err);
  return store_exec(tx, "UPDATE watch_mark SET note = $3 WHERE story = $1 AND person = $2",
                    S_ARGS(S_INT(story), S_INT(person), S_STR(v.n ? v : VG_STR(""))), err);
}

static vg_code show(struct store_tx *tx, const struct said *s, vg_time at, struct vg_err *err) {
  int64_t story, person;
  VG_TRY(remember(tx, &s->n, err));
  vg_code rc = store_get_int(tx, &story,
                             "SELECT i.story FROM watch_item i JOIN watch_source s ON s.id = i.source WHERE s.url = $1 "
                             "AND i.guid = $2",
                             S_ARGS(S_STR(vg_buf_view(&s->n.url)), S_STR(vg_buf_view(&s->n.guid))), NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  VG_TRY(territory_person_meant(tx, vg_id_str(&s->n.person), &person, err));
  return person ? set(tx, s, at, story, person, err) : VG_OK;
}

static vg_code put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err) {
  struct said s = {.field = ""};
  const vg_time at = v->at;
  (void)who;
  named_init(&s.n);
  vg_buf_init(&s.value, 1 << 14);
  vg_code rc = read_said(v, &s, err);
  if (rc == VG_OK)
    rc = show(tx, &s, at, err);
  vg_buf_fini(&s.value);
  named_fini(&s.n);
  return rc;
}

vg_code mark_waiting(struct store_tx *tx, int64_t source, vg_str guid, struct vg_err *err) {
  return merge_put_again(tx, put,
                         "SELECT m.subject FROM watch_marked m WHERE m.guid = $2 AND m.url = (SELECT s.url FROM "
                         "watch_source s WHERE s.id = $1) ORDER BY m.subject",
                         S_ARGS(S_INT(source), S_STR(guid)), err);
}

/* --- what older versions marked --- */

static vg_code adopt_one(struct store_tx *tx, const struct actor *who, int64_t story, int64_t person, int64_t *count,
                         struct vg_err *err) {
  struct mark is;
  struct vg_buf note;
  int64_t told;
  VG_TRY(
      store_get_int(tx, &told,
                    "SELECT COUNT(*) FROM watch_marked m JOIN watch_source s ON s.url = m.url JOIN watch_item i ON "
                    "i.source = s.id AND i.guid = m.guid JOIN territory_v_person_alias a ON a.subject = m.person JOIN "
                    "territory_v_person p ON p.pid = a.pid WHERE i.story = $1 AND p.id = $2",
                    S_ARGS(S_INT(story), S_INT(person)), err));
  if (told)
    return VG_OK;
  vg_buf_init(&note, 1 << 16);
  vg_code rc = mark_read(tx, story, person, &note, &is, err);
  if (rc == VG_OK && (is.read || is.starred || is.note.n)) {
    rc = mark_tell(tx, who, person, story, &(struct mark){.read = false}, &is, err);
    ++*count;
  }
  vg_buf_fini(&note);
  return rc;
}

static vg_code adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT story, person FROM watch_mark ORDER BY story, person", S_NOARGS, err));
  while (rc == VG_OK && store_next(q))
    rc = adopt_one(tx, who, store_int(q, 0), store_int(q, 1), count, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

const struct merge_kind watch_merges[] = {{.kind = MARKED, .put = put, .adopt = adopt}, {.kind = NULL}};

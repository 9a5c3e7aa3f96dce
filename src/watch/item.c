/* Keeping what was published: items, the stories that they make, what the stories name. */
#include "base/arena.h"
#include "watch/watch_internal.h"

#include <string.h>

enum { STORY_DAYS = 14, MENTIONS_MAX = 500, TELLING_MAX = 50, CANDIDATES = 64 };
static const double ALIKE =
    0.55; /* of 64 minima: below it, texts that share a paragraph would meet by chance too often */

/* --- the story that an item belongs to --- */

static vg_code by_url(struct store_tx *tx, vg_str url, vg_time when, int64_t *story, struct vg_err *err) {
  if (!url.n)
    return VG_OK;
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT story FROM watch_item WHERE url = $1 AND published BETWEEN $2 AND $3 ORDER BY id LIMIT 1",
                     S_ARGS(S_STR(url), S_TIME(when - STORY_DAYS * VG_DAY), S_TIME(when + STORY_DAYS * VG_DAY)), err));
  if (store_next(q))
    *story = store_int(q, 0);
  return store_done(&q, err);
}

/* The most alike of the items that have a band in common. */
static vg_code by_sketch(struct store_tx *tx, const struct sketch *s, vg_time when, int64_t *story,
                         struct vg_err *err) {
  double best = ALIKE;
  for (size_t band = 0; band < BANDS; band++) {
    struct store_rows *q;
    struct sketch other;
    VG_TRY(store_query(tx, &q,
                       "SELECT i.story, i.sketch FROM watch_band b JOIN watch_item i ON i.id = b.item "
                       "WHERE b.hash = $1 AND i.published BETWEEN $2 AND $3 ORDER BY i.id DESC LIMIT $4",
                       S_ARGS(S_INT(sketch_band(s, band)), S_TIME(when - STORY_DAYS * VG_DAY),
                              S_TIME(when + STORY_DAYS * VG_DAY), S_INT(CANDIDATES)),
                       err));
    while (store_next(q)) {
      vg_str bytes = store_str(q, 1);
      if (bytes.n != sizeof other)
        continue;
      memcpy(&other, bytes.p, sizeof other);
      double alike = sketch_alike(s, &other);
      if (alike > best) {
        best = alike;
        *story = store_int(q, 0);
      }
    }
    VG_TRY(store_done(&q, err));
  }
  return VG_OK;
}

static vg_code make_story(struct store_tx *tx, const struct read_item *i, int64_t *story, struct vg_err *err) {
  struct vg_id pid = vg_id_new("story", store_now(tx));
  return store_insert(
      tx, story, "INSERT INTO watch_story (pid, title, first_seen, last_seen) VALUES ($1, $2, $3, $3) RETURNING id",
      S_ARGS(S_Z(pid.s), S_STR(i->title), S_TIME(i->published)), err);
}

static vg_code join_story(struct store_tx *tx, int64_t story, vg_time published, struct vg_err *err) {
  return store_exec(tx,
                    "UPDATE watch_story SET first_seen = CASE WHEN first_seen > $2 THEN $2 ELSE first_seen END, "
                    "last_seen = CASE WHEN last_seen < $2 THEN $2 ELSE last_seen END WHERE id = $1",
                    S_ARGS(S_INT(story), S_TIME(published)), err);
}

/* --- what it names --- */

/* Values that an item names, each once. */
struct named {
  struct vg_arena *arena;
  struct value {
    vg_str type, value;
    bool benign, common; /* common: a vulnerability or a technique, which unrelated stories name too */
  } * v;
  size_t n;
};

static vg_code name_one(void *ctx, const struct intel_hit *hit, struct vg_err *err) {
  struct named *n = ctx;
  vg_str type = vg_str_z(intel_type_name(hit->type)), value;
  if (hit->flags & (HIT_PRIVATE | HIT_DOCUMENTATION) || hit->value.n > INTEL_VALUE_MAX || n->n >= MENTIONS_MAX)
    return VG_OK;
  for (size_t i = 0; i < n->n; i++)
    if (vg_str_eq(n->v[i].type, type) && vg_str_eq(n->v[i].value, hit->value))
      return VG_OK;
  value = vg_arena_str(n->arena, hit->value);
  if (!value.p)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  n->v[n->n++] = (struct value){.type = type,
                                .value = value,
                                .benign = (hit->flags & HIT_BENIGN) != 0,
                                .common = hit->type == TYPE_CVE || hit->type == TYPE_ATTACK};
  return VG_OK;
}

static vg_code name_all(const struct read_item *i, struct named *n, struct vg_err *err) {
  static const enum indicator_type wanted[] = {TYPE_DOMAIN, TYPE_IPV4, TYPE_CIDR,  TYPE_IPV6,   TYPE_URL,
                                               TYPE_EMAIL,  TYPE_MD5,  TYPE_SHA1,  TYPE_SHA256, TYPE_SHA512,
                                               TYPE_BTC,    TYPE_CVE,  TYPE_ATTACK};
  struct intel_extract_options o = {0};
  for (size_t k = 0; k < VG_COUNT(wanted); k++)
    o.types |= INTEL_TYPE_BIT(wanted[k]);
  VG_TRY(intel_extract(i->title, &o, name_one, n, err));
  return intel_extract(i->text, &o, name_one, n, err);
}

static vg_code keep_names(struct store_tx *tx, int64_t story, const struct named *n, struct vg_err *err) {
  for (size_t i = 0; i < n->n; i++)
    VG_TRY(store_exec(
        tx,
        "INSERT INTO watch_mention (story, type, value, benign) VALUES ($1, $2, $3, $4) ON CONFLICT (story, type, value) DO NOTHING",
        S_ARGS(S_INT(story), S_STR(n->v[i].type), S_STR(n->v[i].value), S_INT(n->v[i].benign)), err));
  return VG_OK;
}

static bool tells(const struct value *v) { return !v->benign && !v->common; }

/* Two texts of different words tell the same when they name the same things: two at least, and half of what the one
 * that names fewer names. A list of everything (more than TELLING_MAX values) tells no story. */
static vg_code by_names(struct store_tx *tx, const struct named *n, vg_time when, int64_t *story, struct vg_err *err) {
  struct shared {
    int64_t story, times;
  } seen[CANDIDATES];
  size_t count = 0, telling = 0;
  for (size_t i = 0; i < n->n; i++)
    telling += tells(&n->v[i]);
  for (size_t i = 0; i < n->n && telling <= TELLING_MAX; i++) {
    struct store_rows *q;
    if (!tells(&n->v[i]))
      continue;
    VG_TRY(store_query(tx, &q,
                       "SELECT m.story FROM watch_mention m JOIN watch_story s ON s.id = m.story WHERE m.type = $1 AND "
                       "m.value = $2 AND s.last_seen >= $3 AND s.first_seen <= $4 ORDER BY s.id DESC LIMIT $5",
                       S_ARGS(S_STR(n->v[i].type), S_STR(n->v[i].value), S_TIME(when - STORY_DAYS * VG_DAY),
                              S_TIME(when + STORY_DAYS * VG_DAY), S_INT(CANDIDATES)),
                       err));
    while (store_next(q)) {
      size_t k = 0;
      while (k < count && seen[k].story != store_int(q, 0))
        k++;
      if (k == count && count < CANDIDATES)
        seen[count++] = (struct shared){store_int(q, 0), 0};
      if (k < count)
        seen[k].times++;
    }
    VG_TRY(store_done(&q, err));
  }
  int64_t best = 1;
  for (size_t k = 0; k < count; k++) {
    int64_t theirs;
    VG_TRY(store_get_int(
        tx, &theirs, "SELECT COUNT(*) FROM watch_mention WHERE story = $1 AND benign = $2 AND type NOT IN ($3, $4)",
        S_ARGS(S_INT(seen[k].story), S_INT(0), S_Z(intel_type_name(TYPE_CVE)), S_Z(intel_type_name(TYPE_ATTACK))),
        err));
    int64_t fewer = theirs < (int64_t)telling ? theirs : (int64_t)telling;
    if (seen[k].times > best && 2 * seen[k].times >= fewer && theirs <= TELLING_MAX) {
      best = seen[k].times;
      *story = seen[k].story;
    }
  }
  return VG_OK;
}

/* --- keeping --- */

static vg_code put(struct store_tx *tx, int64_t source, const struct read_item *i, const struct sketch *s,
                   int64_t story, struct vg_err *err) {
  int64_t item;
  VG_TRY(
      store_insert(tx, &item,
                   "INSERT INTO watch_item (source, guid, story, url, title, text, published, fetched, sketch) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                   S_ARGS(S_INT(source), S_STR(i->guid), S_INT(story), S_STR(i->url), S_STR(i->title), S_STR(i->text),
                          S_TIME(i->published), S_TIME(store_now(tx)), S_BYTES(vg_str_n((const char *)s, sizeof *s))),
                   err));
  for (size_t band = 0; band < BANDS; band++)
    VG_TRY(store_exec(tx, "INSERT INTO watch_band (hash, item) VALUES ($1, $2) ON CONFLICT (hash, item) DO NOTHING",
                      S_ARGS(S_INT(sketch_band(s, band)), S_INT(item)), err));
  return mark_waiting(tx, source, i->guid, err);
}

static vg_code keep(struct store_tx *tx, int64_t source, const struct read_item *given, struct named *n, bool *fresh,
                    bool *new_story, struct vg_err *err) {
  struct read_item i = *given;
  struct sketch s;
  int64_t have, story = 0;
  *fresh = *new_story = false;
  VG_TRY(store_get_int(tx, &have, "SELECT COUNT(*) FROM watch_item WHERE source = $1 AND guid = $2",
                       S_ARGS(S_INT(source), S_STR(i.guid)), err));
  if (have)
    return VG_OK;
  /* A date that is not said, or lies ahead, is the date of fetching. */
  if (i.published == VG_NOTIME || i.published > store_now(tx))
    i.published = store_now(tx);
  sketch_of(i.title, i.text, &s);
  VG_TRY(name_all(&i, n, err));
  VG_TRY(by_url(tx, i.url, i.published, &story, err));
  if (!story)
    VG_TRY(by_sketch(tx, &s, i.published, &story, err));
  if (!story)
    VG_TRY(by_names(tx, n, i.published, &story, err));
  *new_story = !story;
  VG_TRY(story ? join_story(tx, story, i.published, err) : make_story(tx, &i, &story, err));
  VG_TRY(put(tx, source, &i, &s, story, err));
  *fresh = true;
  return keep_names(tx, story, n, err);
}

vg_code item_keep(struct store_tx *tx, int64_t source, const struct read_item *i, bool *fresh, bool *new_story,
                  struct vg_err *err) {
  struct named n = {0};
  VG_TRY(vg_arena_new(&n.arena, 64 << 20, err));
  n.v = vg_arena_array(n.arena, MENTIONS_MAX, sizeof n.v[0]);
  vg_code rc = n.v ? keep(tx, source, i, &n, fresh, new_story, err) : VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_arena_free(n.arena);
  return rc;
}

vg_code item_tally(void *ctx, const struct read_item *i, struct vg_err *err) {
  struct item_tally *t = ctx;
  bool fresh, new_story;
  VG_TRY(item_keep(t->tx, t->source, i, &fresh, &new_story, err));
  t->fresh += fresh;
  t->stories += new_story;
  return VG_OK;
}

/* Stories: ranked by reasons that are shown, marked by people, made into intelligence. */
#include "base/csv.h"
#include "base/grow.h"
#include "base/jsonw.h"
#include "watch/watch_internal.h"

#include <math.h>
#include <stdlib.h>

#define STORY_COLUMNS                                                                                                  \
  "SELECT s.id, s.pid, s.title, s.first_seen, s.last_seen, "                                                           \
  "(SELECT COUNT(*) FROM watch_item i WHERE i.story = s.id), (SELECT COUNT(DISTINCT i.source) FROM watch_item i "      \
  "WHERE i.story = s.id), "                                                                                            \
  "(SELECT COUNT(*) FROM watch_mention m WHERE m.story = s.id AND m.benign = 0 AND m.type NOT IN ('cve', "             \
  "'attack-id')), "                                                                                                    \
  "(SELECT COUNT(*) FROM watch_mention m WHERE m.story = s.id AND m.type = 'cve'), "                                   \
  "(SELECT COUNT(*) FROM watch_mention m WHERE m.story = s.id AND m.benign = 0 AND EXISTS "                            \
  "(SELECT 1 FROM intel_v_value v WHERE v.type = m.type AND v.value = m.value)), "                                     \
  "k.read_at, k.starred, k.note, (SELECT MAX(w.tlp) FROM watch_item i JOIN watch_source w ON w.id = i.source WHERE "   \
  "i.story = s.id) "                                                                                                   \
  "FROM watch_story s LEFT JOIN watch_mark k ON k.story = s.id AND k.person = $1 "

static void reason(struct watch_story *s, const char *id, int64_t n, double points) {
  if (points <= 0 || s->reasons == WATCH_REASONS)
    return;
  s->reason[s->reasons++] = (struct watch_reason){id, n, points};
  s->score += points;
}

static double at_most(double x, double top) { return x < top ? x : top; }

/* Points add up; each term is capped so that no single one drowns the others. Age halves the sum every three days. */
static void rank(struct watch_story *s, vg_time now) {
  double days = (double)(now - s->last) / (double)VG_DAY;
  reason(s, "watch.reason.known", s->known, at_most(3.0 * (double)s->known, 9));
  reason(s, "watch.reason.sources", s->sources, at_most(2.0 * (double)(s->sources - 1), 8));
  reason(s, "watch.reason.indicators", s->indicators, at_most(log2(1 + (double)s->indicators), 5));
  reason(s, "watch.reason.cves", s->cves, at_most((double)s->cves, 4));
  double fresh = exp2(-(days > 0 ? days : 0) / 3);
  s->score = (s->score + 1) * fresh;
  for (size_t i = 0; i < s->reasons; i++)
    s->reason[i].points *= fresh;
}

static void read_story(struct store_rows *q, vg_time now, struct watch_story *s) {
  *s = (struct watch_story){.id = store_int(q, 0),
                            .pid = store_str(q, 1),
                            .title = store_str(q, 2),
                            .first = store_time(q, 3),
                            .last = store_time(q, 4),
                            .items = store_int(q, 5),
                            .sources = store_int(q, 6),
                            .indicators = store_int(q, 7),
                            .cves = store_int(q, 8),
                            .known = store_int(q, 9),
                            .read = !store_is_null(q, 10),
                            .starred = store_int(q, 11) != 0,
                            .note = store_str(q, 12),
                            .tlp = (enum tlp)store_int(q, 13)};
  rank(s, now);
}

struct ranked {
  int64_t id;
  double score;
};

static int higher_first(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : (x->id < y->id) - (x->id > y->id);
}

static vg_code find_by_id(struct store_tx *tx, int64_t person, int64_t id, watch_story_sink *sink, void *ctx,
                          struct vg_err *err) {
  struct store_rows *q;
  struct watch_story s;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, STORY_COLUMNS "WHERE s.id = $2", S_ARGS(S_INT(person), S_INT(id)), err));
  if (store_next(q)) {
    read_story(q, store_now(tx), &s);
    rc = sink(ctx, &s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code rank_all(struct store_tx *tx, int64_t person, int64_t days, bool unread, struct ranked **out, size_t *n,
                        struct vg_err *err) {
  struct store_rows *q;
  size_t cap = 0;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, STORY_COLUMNS "WHERE s.last_seen >= $2 AND ($3 = 0 OR k.read_at IS NULL)",
                     S_ARGS(S_INT(person), S_TIME(store_now(tx) - days * VG_DAY), S_INT(unread)), err));
  while (rc == VG_OK && store_next(q)) {
    struct watch_story s;
    if (!VG_GROW(*out, *n, cap, 256)) {
      rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
      break;
    }
    read_story(q, store_now(tx), &s);
    (*out)[(*n)++] = (struct ranked){s.id, s.score};
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code watch_each_story(struct store_tx *tx, int64_t person, int64_t days, bool unread, int64_t limit,
                         watch_story_sink *sink, void *ctx, struct vg_err *err) {
  struct ranked *v = NULL;
  size_t n = 0;
  vg_code rc = rank_all(tx, person, days, unread, &v, &n, err);
  if (rc == VG_OK && n)
    qsort(v, n, sizeof *v, higher_first);
  for (size_t i = 0; rc == VG_OK && i < n && (int64_t)i < limit; i++)
    rc = find_by_id(tx, person, v[i].id, sink, ctx, err);
  free(v);
  return rc;
}

vg_code story_id(struct store_tx *tx, vg_str pid, int64_t *id, struct vg_err *err) {
  vg_code rc = store_get_int(tx, id, "SELECT id FROM watch_story WHERE pid = $1", S_ARGS(S_STR(pid)), NULL);
  return rc == VG_ENOTFOUND ? VG_FAIL(err, rc, "watch.no_story", VG_T(pid))
         : rc != VG_OK      ? VG_FAIL(err, rc, "store.failed", "watch_story", "")
                            : VG_OK;
}

vg_code watch_story_find(struct store_tx *tx, int64_t person, vg_str pid, watch_story_sink *sink, void *ctx,
                         struct vg_err *err) {
  int64_t id;
  VG_TRY(story_id(tx, pid, &id, err));
  return find_by_id(tx, person, id, sink, ctx, err);
}

vg_code watch_each_item(struct store_tx *tx, int64_t story, watch_item_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT CASE WHEN s.title = '' THEN s.url ELSE s.title END, i.url, i.title, i.text, i.published "
                     "FROM watch_item i "
                     "JOIN watch_source s ON s.id = i.source WHERE i.story = $1 ORDER BY i.published, i.id",
                     S_ARGS(S_INT(story)), err));
  while (rc == VG_OK && store_next(q)) {
    struct watch_item i = {store_str(q, 0), store_str(q, 1), store_str(q, 2), store_str(q, 3), store_time(q, 4)};
    rc = sink(ctx, &i, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code watch_each_mention(struct store_tx *tx, int64_t story, watch_mention_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT m.type, m.value, m.benign, CASE WHEN EXISTS (SELECT 1 FROM intel_v_value v WHERE v.type = m.type AND "
      "v.value = m.value) THEN 1 ELSE 0 END FROM watch_mention m WHERE m.story = $1 ORDER BY m.type, m.value",
      S_ARGS(S_INT(story)), err));
  while (rc == VG_OK && store_next(q)) {
    struct watch_mention m = {store_str(q, 0), store_str(q, 1), store_int(q, 2) != 0, store_int(q, 3) != 0};
    rc = sink(ctx, &m, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code mark_read(struct store_tx *tx, int64_t story, int64_t person, struct vg_buf *note, struct mark *out,
                  struct vg_err *err) {
  struct store_rows *q;
  *out = (struct mark){.note = VG_STR("")};
  VG_TRY(store_query(tx, &q, "SELECT read_at, starred, note FROM watch_mark WHERE story = $1 AND person = $2",
                     S_ARGS(S_INT(story), S_INT(person)), err));
  if (store_next(q)) {
    out->read = !store_is_null(q, 0);
    out->starred = store_int(q, 1) != 0;
    vg_buf_str(note, store_str(q, 2));
    out->note = vg_buf_view(note);
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(note, err);
}

static vg_code mark(struct store_tx *tx, const struct actor *who, int64_t story, const struct mark *was,
                    const struct mark *is, struct vg_err *err) {
  VG_TRY(store_exec(tx,
                    "INSERT INTO watch_mark (story, person, read_at, starred, note) VALUES ($1, $2, $3, $4, $5) ON "
                    "CONFLICT (story, person) DO UPDATE SET read_at = CASE WHEN excluded.read_at IS NULL OR "
                    "watch_mark.read_at IS NULL THEN excluded.read_at ELSE watch_mark.read_at END, starred = "
                    "excluded.starred, note = excluded.note",
                    S_ARGS(S_INT(story), S_INT(who->person), is->read ? S_TIME(store_now(tx)) : S_NULL,
                           S_INT(is->starred), S_STR(is->note.n ? is->note : VG_STR(""))),
                    err));
  return mark_tell(tx, who, who->person, story, was, is, err);
}

vg_code watch_mark(struct store_tx *tx, const struct actor *who, vg_str pid, bool read, bool starred, vg_str note,
                   struct vg_err *err) {
  int64_t story;
  struct vg_buf before;
  struct mark was, is = {.read = read, .starred = starred};
  VG_TRY(story_id(tx, pid, &story, err));
  if (note.n > WATCH_NOTE || !vg_utf8_ok(note) || vg_str_find_byte(note, '\0', 0) != SIZE_MAX)
    return VG_FAIL(err, VG_EUSAGE, "watch.note_long", VG_N(WATCH_NOTE));
  vg_buf_init(&before, 1 << 20);
  vg_code rc = mark_read(tx, story, who->person, &before, &was, err);
  is.note = note.p ? note : was.note;
  if (rc == VG_OK)
    rc = mark(tx, who, story, &was, &is, err);
  vg_buf_fini(&before);
  return rc;
}

/* --- a story becomes intelligence --- */

struct listing {
  struct vg_buf csv;
  const char *tlp;
};

static vg_code list_one(void *ctx, const struct watch_mention *m, struct vg_err *err) {
  struct listing *l = ctx;
  if (m->benign)
    return VG_OK;
  vg_buf_str(&l->csv, m->type);
  vg_buf_z(&l->csv, ",\"");
  vg_csv_put(&l->csv, m->value);
  vg_buf_fmt(&l->csv, "\",%s\n", l->tlp);
  return vg_buf_check(&l->csv, err);
}

static vg_code first_source(struct store_tx *tx, int64_t story, struct vg_buf *name, int64_t *tlp, struct vg_err *err) {
  VG_TRY(store_get_text(tx, name,
                        "SELECT CASE WHEN s.title = '' THEN s.url ELSE s.title END FROM watch_item i JOIN watch_source "
                        "s ON s.id = i.source "
                        "WHERE i.story = $1 ORDER BY i.published, i.id LIMIT 1",
                        S_ARGS(S_INT(story)), err));
  /* The strictest marking among the sources that tell it. */
  return store_get_int(tx, tlp,
                       "SELECT MAX(s.tlp) FROM watch_item i JOIN watch_source s ON s.id = i.source WHERE i.story = $1",
                       S_ARGS(S_INT(story)), err);
}

vg_code watch_promote(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t *added, struct vg_err *err) {
  struct listing l = {0};
  struct vg_buf name;
  int64_t story, tlp = 0;
  char path[VG_ID_MAX];
  vg_code rc = VG_OK;
  vg_buf_init(&l.csv, 4 << 20);
  vg_buf_init(&name, 4096);
  VG_GO(story_id(tx, pid, &story, err));
  VG_GO(first_source(tx, story, &name, &tlp, err));
  l.tlp = intel_tlp_name((enum tlp)tlp);
  vg_buf_z(&l.csv, "type,value,tlp\n");
  size_t heading = l.csv.n;
  VG_GO(watch_each_mention(tx, story, list_one, &l, err));
  if (l.csv.n == heading) {
    rc = VG_FAIL(err, VG_ESTATE, "watch.nothing_named", VG_T(pid));
    goto out;
  }
  vg_str_copy(path, sizeof path, pid);
  struct intel_import in = {
      .path = path, .text = vg_buf_view(&l.csv), .source = vg_buf_text(&name), .format = FORMAT_CSV};
  VG_GO(intel_import(tx, who, &in, err));
  *added = in.added;
  VG_GO(ledger_append(tx, who, "watch.promoted", path, VG_STR("{}"), NULL, err));
out:
  vg_buf_fini(&l.csv);
  vg_buf_fini(&name);
  return rc;
}

static vg_code take_promotion(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  vg_time *at = ctx;
  (void)err;
  if (*at == VG_NOTIME && vg_str_eqz(e->kind, "watch.promoted"))
    *at = e->time;
  return VG_OK;
}

vg_code watch_promoted(struct store_tx *tx, vg_str pid, vg_time *at, struct vg_buf *source, struct vg_err *err) {
  enum { LOOKED = 200 };
  int64_t story, tlp;
  char subject[VG_ID_MAX];
  *at = VG_NOTIME;
  VG_TRY(story_id(tx, pid, &story, err));
  VG_TRY(ledger_entries(tx, -1, -LOOKED, vg_str_copy(subject, sizeof subject, pid), take_promotion, at, err));
  return *at == VG_NOTIME ? VG_OK : first_source(tx, story, source, &tlp, err);
}

vg_code watch_each_naming(struct store_tx *tx, vg_str type, vg_str value, int64_t limit, watch_naming_sink *sink,
                          void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT s.pid, s.title, s.last_seen FROM watch_story s WHERE s.id IN (SELECT m.story FROM "
                  "watch_mention m WHERE m.type = $1 AND m.value = $2) ORDER BY s.last_seen DESC, s.id DESC LIMIT $3",
                  S_ARGS(S_STR(type), S_STR(value), S_INT(limit)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_time(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

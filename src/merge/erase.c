/* What is old loses its text and leaves its hashes; from however old a file, it does not come back. */
#include "base/grow.h"
#include "merge/merge_internal.h"

#include <stdlib.h>

/* Events to be erased, by their row. */
struct found {
  struct victim {
    int64_t id;
    char digest[MERGE_HEX];
  } * v;
  size_t n, cap;
};

static vg_code add(struct found *f, int64_t id, vg_str line, struct vg_err *err) {
  if (!VG_GROW(f->v, f->n, f->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  f->v[f->n].id = id;
  merge_digest(line, f->v[f->n++].digest);
  return VG_OK;
}

static vg_code erase_all(struct store_tx *tx, const struct found *f, struct vg_err *err) {
  for (size_t i = 0; i < f->n; i++) {
    VG_TRY(store_exec(tx,
                      "DELETE FROM merge_waiting WHERE EXISTS (SELECT 1 FROM merge_event e WHERE e.id = $1 AND "
                      "e.origin = merge_waiting.origin AND e.seq = merge_waiting.seq)",
                      S_ARGS(S_INT(f->v[i].id)), err));
    VG_TRY(store_exec(tx,
                      "DELETE FROM merge_attached WHERE EXISTS (SELECT 1 FROM merge_event e WHERE e.id = $1 AND "
                      "e.origin = merge_attached.origin AND e.seq = merge_attached.seq)",
                      S_ARGS(S_INT(f->v[i].id)), err));
    VG_TRY(store_exec(tx, "UPDATE merge_event SET line = $2, why = 'erased' WHERE id = $1",
                      S_ARGS(S_INT(f->v[i].id), S_Z(f->v[i].digest)), err));
  }
  return VG_OK;
}

struct aging {
  struct store_tx *tx;
  vg_time before;
  bool erases; /* else they are only counted */
  vg_time oldest;
  int64_t due, held;
  struct found found;
};

static void counted(struct aging *a, int64_t n, vg_time oldest) {
  a->due += n;
  if (n && (a->oldest == VG_NOTIME || oldest < a->oldest))
    a->oldest = oldest;
}

static vg_code old(struct aging *a, int64_t id, const struct merge_event *e, struct vg_err *err) {
  int64_t held;
  VG_TRY(store_get_int(a->tx, &held, "SELECT COUNT(*) FROM ledger_hold WHERE subject = $1 AND until > $2",
                       S_ARGS(S_STR(e->subject), S_TIME(store_now(a->tx))), err));
  a->held += held;
  counted(a, held ? 0 : 1, e->time);
  return held || !a->erases ? VG_OK : add(&a->found, id, e->line, err);
}

/* Lines of version 1 hold their chain together: they have no time here. */
#define OLD "FROM merge_event e WHERE e.why = '' AND e.at < $1 "
/* The line has a held subject's name somewhere: it is read to know whether it is its own. find: as the engine has it.
 */
#define NAMES_HELD(find) "EXISTS (SELECT 1 FROM ledger_hold h WHERE h.until > $2 AND " find "(e.line, h.subject) > 0)"
#define OLD_HELD(find) "SELECT e.id, e.line " OLD "AND " NAMES_HELD(find) " ORDER BY e.id"
#define OLD_REST(find) "SELECT COUNT(*), MIN(e.at) " OLD "AND NOT " NAMES_HELD(find)

static vg_code age_each(struct aging *a, const char *sql, struct store_args args, struct vg_err *err) {
  struct store_rows *q;
  struct vg_json *j;
  struct merge_event e;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = store_query(a->tx, &q, sql, args, err);
  if (rc == VG_OK) {
    while (rc == VG_OK && store_next(q)) {
      rc = vg_json_parse(j, store_str(q, 1), &root, err);
      if (rc == VG_OK && merge_parse(root, store_str(q, 1), &e))
        rc = old(a, store_int(q, 0), &e, err);
    }
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  vg_json_free(j);
  return rc;
}

/* To be erased each is read; to be counted only what may be held. */
static vg_code age(struct aging *a, struct vg_err *err) {
  const struct store_arg args[] = {S_TIME(a->before), S_TIME(store_now(a->tx))};
  const struct store_args before = {args, 1}, both = {args, 2};
  bool postgres = store_is_postgres(store_of(a->tx));
  struct store_rows *q;
  int64_t holds;
  if (a->erases)
    return age_each(a, "SELECT e.id, e.line " OLD "ORDER BY e.id", before, err);
  VG_TRY(store_get_int(a->tx, &holds, "SELECT COUNT(*) FROM ledger_hold WHERE until > $1", S_ARGS(args[1]), err));
  VG_TRY(store_query(a->tx, &q,
                     !holds     ? "SELECT COUNT(*), MIN(e.at) " OLD
                     : postgres ? OLD_REST("strpos")
                                : OLD_REST("instr"),
                     holds ? both : before, err));
  if (store_next(q))
    counted(a, store_int(q, 0), store_time(q, 1));
  VG_TRY(store_done(&q, err));
  return holds ? age_each(a, postgres ? OLD_HELD("strpos") : OLD_HELD("instr"), both, err) : VG_OK;
}

vg_code merge_each_due(struct store_tx *tx, vg_time before, ledger_due_sink *sink, void *ctx, struct vg_err *err) {
  struct aging a = {.tx = tx, .before = before, .oldest = VG_NOTIME};
  VG_TRY(age(&a, err));
  struct ledger_due d = {VG_STR("merge.text"), a.due, a.held, a.oldest};
  return d.entries || d.held ? sink(ctx, &d, err) : VG_OK;
}

vg_code merge_erase_due(struct store_tx *tx, const struct actor *who, vg_time before, vg_str motive, int64_t *erased,
                        struct vg_err *err) {
  struct aging a = {.tx = tx, .before = before, .erases = true, .oldest = VG_NOTIME};
  char until[VG_TIME_TEXT], why[1024];
  VG_TRY(vg_str_keep(why, sizeof why, motive, "ledger.motive_long", err));
  vg_code rc = age(&a, err);
  if (rc == VG_OK)
    rc = erase_all(tx, &a.found, err);
  *erased = rc == VG_OK ? (int64_t)a.found.n : 0;
  free(a.found.v);
  VG_TRY(rc);
  return *erased ? LEDGER_TELL(tx, who, "merge.text_erased", "merge", err, "events", VG_N(*erased), "before",
                               vg_time_text(until, before, false), "motive", why)
                 : VG_OK;
}

/* --- subjects that are gone --- */

static vg_code forget_subject(struct store_tx *tx, vg_str subject, struct vg_err *err) {
  VG_TRY(store_exec(tx, "INSERT INTO merge_gone (subject) VALUES ($1) ON CONFLICT DO NOTHING", S_ARGS(S_STR(subject)),
                    err));
  VG_TRY(store_exec(tx,
                    "DELETE FROM merge_after WHERE later IN (SELECT uid FROM merge_version WHERE subject = $1) OR "
                    "earlier IN (SELECT uid FROM merge_version WHERE subject = $1)",
                    S_ARGS(S_STR(subject)), err));
  VG_TRY(store_exec(tx, "DELETE FROM merge_version WHERE subject = $1", S_ARGS(S_STR(subject)), err));
  VG_TRY(store_exec(tx, "DELETE FROM merge_several WHERE subject = $1", S_ARGS(S_STR(subject)), err));
  return store_exec(tx, "DELETE FROM merge_waiting WHERE subject = $1", S_ARGS(S_STR(subject)), err);
}

static vg_code gone_count(struct store_tx *tx, vg_str subject, int64_t *n, struct vg_err *err) {
  return store_get_int(tx, n, "SELECT COUNT(*) FROM merge_gone WHERE subject = $1", S_ARGS(S_STR(subject)), err);
}

/* An event about what is gone, or that refers to it: a text of its body is that name. own: then its subject, which the
 * event brought into the world, is gone too, and was not known to be. */
static vg_code is_gone(struct store_tx *tx, const struct merge_event *e, bool *gone, bool *own, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  vg_str s, id;
  int64_t n;
  *own = false;
  *gone = false;
  if (merge_erases(e->kind) || e->prev.n) /* lines of version 1 hold their chain together */
    return VG_OK;
  VG_TRY(gone_count(tx, e->subject, &n, err));
  *gone = n > 0;
  for (vg_jit_init(&it, e->body); !*gone && vg_jit_next(&it, NULL, &v);)
    if (vg_jv_str(v, &s) && s.n < VG_ID_MAX && vg_id_ok(s)) {
      VG_TRY(gone_count(tx, s, &n, err));
      *gone = n > 0;
      *own = *gone && merge_text(e->body, "id", VG_ID_MAX - 1, &id) && vg_str_eq(id, e->subject);
    }
  return VG_OK;
}

static vg_code of_gone(struct store_tx *tx, int64_t id, const struct merge_event *e, struct found *f, bool *more,
                       struct vg_err *err) {
  bool gone, own;
  VG_TRY(is_gone(tx, e, &gone, &own, err));
  if (own)
    VG_TRY(forget_subject(tx, e->subject, err));
  *more = *more || own;
  return gone ? add(f, id, e->line, err) : VG_OK;
}

/* more: subjects were found to be gone on the way; what came before them has to be looked at again. */
static vg_code find_gone(struct store_tx *tx, struct found *f, bool *more, struct vg_err *err) {
  struct store_rows *q;
  struct vg_json *j;
  struct merge_event e;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = store_query(tx, &q, "SELECT id, line FROM merge_event WHERE why = '' ORDER BY id", S_NOARGS, err);
  if (rc == VG_OK) {
    while (rc == VG_OK && store_next(q)) {
      rc = vg_json_parse(j, store_str(q, 1), &root, err);
      if (rc == VG_OK && merge_parse(root, store_str(q, 1), &e))
        rc = of_gone(tx, store_int(q, 0), &e, f, more, err);
    }
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  vg_json_free(j);
  return rc;
}

static void digest_all(const struct found *f, char out[static MERGE_HEX]) {
  struct vg_buf all;
  vg_buf_init(&all, 1 << 30);
  for (size_t i = 0; i < f->n; i++) {
    vg_buf_z(&all, f->v[i].digest);
    vg_buf_byte(&all, '\n');
  }
  merge_digest(vg_buf_view(&all), out);
  vg_buf_fini(&all);
}

vg_code merge_forget(struct store_tx *tx, vg_str subjects, int64_t *events, char digests[static MERGE_HEX],
                     struct vg_err *err) {
  struct found f = {0};
  size_t done = 0;
  bool more = true;
  vg_str one;
  vg_code rc = VG_OK;
  while (rc == VG_OK && vg_str_line(&subjects, &one))
    if (one.n)
      rc = forget_subject(tx, one, err);
  while (rc == VG_OK && more) {
    more = false;
    rc = find_gone(tx, &f, &more, err);
    const struct found fresh = {.v = f.v ? f.v + done : NULL, .n = f.n - done};
    if (rc == VG_OK)
      rc = erase_all(tx, &fresh, err);
    done = f.n;
  }
  digest_all(&f, digests);
  *events = (int64_t)f.n;
  free(f.v);
  return rc;
}

vg_code merge_is_gone(struct store_tx *tx, const struct merge_event *e, bool *gone, struct vg_err *err) {
  char digests[MERGE_HEX];
  int64_t events;
  bool own;
  VG_TRY(is_gone(tx, e, gone, &own, err));
  return own ? merge_forget(tx, e->subject, &events, digests, err) : VG_OK;
}

/* --- whose word ends them --- */

/* Events that still have their text and hold this name somewhere. */
#define NAMING "SELECT origin, line FROM merge_event WHERE why = '' AND line LIKE '%' || $1 || '%' ORDER BY id"

static vg_code count_openers(struct store_tx *tx, struct vg_json *j, vg_str origin, const char *kind, vg_str subject,
                             int64_t *own, int64_t *others, struct vg_err *err) {
  struct store_rows *q;
  struct merge_event e;
  vg_jv root;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, NAMING, S_ARGS(S_STR(subject)), err));
  while (rc == VG_OK && store_next(q)) {
    rc = vg_json_parse(j, store_str(q, 1), &root, err);
    if (rc == VG_OK && merge_parse(root, store_str(q, 1), &e) && vg_str_eqz(e.kind, kind) &&
        vg_str_eq(e.subject, subject))
      ++*(vg_str_eq(store_str(q, 0), origin) ? own : others);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code merge_may_order(struct store_tx *tx, vg_str origin, const char *kind, vg_str subject, bool *yes,
                        struct vg_err *err) {
  int64_t ended, named, own = 0, others = 0;
  struct vg_json *j;
  *yes = false;
  VG_TRY(store_get_int(tx, &ended, "SELECT COUNT(*) FROM merge_peer WHERE origin = $1 AND ended IS NOT NULL",
                       S_ARGS(S_STR(origin)), err));
  if (ended)
    return VG_OK;
  VG_TRY(store_get_int(tx, &named, "SELECT COUNT(*) FROM merge_peer WHERE origin = $1 AND orders = 1 AND ended IS NULL",
                       S_ARGS(S_STR(origin)), err));
  *yes = named > 0;
  if (*yes)
    return VG_OK;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = count_openers(tx, j, origin, kind, subject, &own, &others, err);
  vg_json_free(j);
  *yes = rc == VG_OK && own > 0 && others == 0;
  return rc;
}

vg_code merge_each_asked(struct store_tx *tx, merge_asked_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  struct vg_json *j;
  struct merge_event e;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = store_query(tx, &q,
                           "SELECT e.line, e.origin, COALESCE(p.name, e.origin) FROM merge_waiting w JOIN merge_event "
                           "e ON e.origin = w.origin AND e.seq = w.seq LEFT JOIN merge_peer p ON p.origin = w.origin "
                           "WHERE w.subject = '" KIND_AWAITED MERGE_ERASURE "' AND e.why = '' ORDER BY e.at, e.id",
                           S_NOARGS, err);
  if (rc == VG_OK) {
    while (rc == VG_OK && store_next(q)) {
      rc = vg_json_parse(j, store_str(q, 0), &root, err);
      if (rc == VG_OK && merge_parse(root, store_str(q, 0), &e)) {
        e.origin = store_str(q, 1);
        rc = sink(ctx, &e, store_str(q, 2), err);
      }
    }
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  vg_json_free(j);
  return rc;
}

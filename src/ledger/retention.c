/* How long bodies stay: three years, then a person looks at the queue and has them erased; leaves and proofs stay. */
#include "base/grow.h"
#include "base/jsonw.h"
#include "base/table.h"
#include "ledger/ledger.h"
#include "ledger/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

enum { YEARS = 3, CLOCK_SLACK_DAYS = 30, KINDS_MAX = 4096, PIECE = 1000 };

vg_time ledger_due_before(vg_time now) {
  int64_t y, days = now / VG_DAY;
  unsigned m, d;
  vg_civil_from_days(days, &y, &m, &d);
  if (m == 2 && d == 29)
    d = 28;
  return vg_days_from_civil(y - YEARS, m, d) * VG_DAY + now % VG_DAY;
}

/* Entries with a body, older than before, in order. The log's times go up but for a clock that was set back: soon after
 * `before` nothing older comes, and what is read in pieces is not read to the end. */
typedef vg_code old_sink(void *ctx, const struct ledger_entry *e, bool held, struct vg_err *err);
static vg_code old_piece(struct store_tx *tx, vg_time before, int64_t *at, bool *more, old_sink *sink, void *ctx,
                         struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  int64_t rows = 0;
  VG_TRY(store_query(tx, &q,
                     "SELECT l.idx, l.leaf, EXISTS (SELECT 1 FROM ledger_subject s JOIN ledger_hold h ON h.subject = "
                     "s.subject WHERE s.idx = l.idx AND h.until > $1) FROM ledger_body b JOIN ledger_leaf l ON l.idx = "
                     "b.idx WHERE b.idx >= $2 ORDER BY b.idx LIMIT $3",
                     S_ARGS(S_TIME(store_now(tx)), S_INT(*at), S_INT(PIECE)), err));
  while (rc == VG_OK && store_next(q)) {
    struct ledger_entry e;
    unsigned char hash[LEDGER_HASH];
    rc = ledger_leaf_read(store_str(q, 1), &e, hash, err);
    e.index = store_int(q, 0);
    if (rc == VG_OK && e.time > before + CLOCK_SLACK_DAYS * VG_DAY)
      break;
    if (rc == VG_OK && e.time < before)
      rc = sink(ctx, &e, store_int(q, 2) != 0, err);
    *at = e.index + 1;
    rows++;
  }
  *more = rows == PIECE;
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code each_old(struct store_tx *tx, vg_time before, old_sink *sink, void *ctx, struct vg_err *err) {
  int64_t at = 0;
  bool more = true;
  while (more)
    VG_TRY(old_piece(tx, before, &at, &more, sink, ctx, err));
  return VG_OK;
}

struct queue {
  struct vg_table *due, *held;
  vg_time oldest[KINDS_MAX];
};

static vg_code tally(void *ctx, const struct ledger_entry *e, bool held, struct vg_err *err) {
  struct queue *k = ctx;
  uint64_t n;
  VG_TRY(vg_table_bump(k->due, e->kind, !held, &n, err));
  VG_TRY(vg_table_bump(k->held, e->kind, held, &n, err));
  size_t kinds = vg_table_count(k->due);
  for (size_t i = 0; i < kinds; i++) {
    vg_str kind;
    vg_table_entry(k->due, i, &kind, &n);
    if (vg_str_eq(kind, e->kind) && (!k->oldest[i] || e->time < k->oldest[i]))
      k->oldest[i] = e->time;
  }
  return VG_OK;
}

vg_code ledger_each_due(struct store_tx *tx, vg_time before, ledger_due_sink *sink, void *ctx, struct vg_err *err) {
  static const struct queue none = {0};
  struct queue k = none;
  vg_code rc = VG_OK;
  VG_GO(vg_table_new(&k.due, KINDS_MAX, err));
  VG_GO(vg_table_new(&k.held, KINDS_MAX, err));
  VG_GO(each_old(tx, before, tally, &k, err));
  for (size_t i = 0; i < vg_table_count(k.due); i++) {
    struct ledger_due d = {.oldest = k.oldest[i]};
    uint64_t n = 0;
    vg_table_entry(k.due, i, &d.kind, &n);
    d.entries = (int64_t)n;
    (void)vg_table_get(k.held, d.kind, &n);
    d.held = (int64_t)n;
    VG_GO(sink(ctx, &d, err));
  }
out:
  vg_table_free(k.due);
  vg_table_free(k.held);
  return rc;
}

vg_code ledger_subject_check(struct store_tx *tx, const char *subject, struct vg_err *err) {
  int64_t told;
  VG_TRY(store_get_int(tx, &told, "SELECT COUNT(*) FROM ledger_subject WHERE subject = $1", S_ARGS(S_Z(subject)), err));
  return told ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "ledger.no_subject", subject);
}

vg_code ledger_hold(struct store_tx *tx, const struct actor *who, const char *subject, vg_time until, vg_str motive,
                    struct vg_err *err) {
  char why[1024], text[VG_TIME_TEXT];
  if (!vg_str_trim(motive).n)
    return VG_FAIL(err, VG_EUSAGE, "ledger.motive");
  if (until <= store_now(tx))
    return VG_FAIL(err, VG_EUSAGE, "ledger.hold_past");
  VG_TRY(ledger_subject_check(tx, subject, err));
  VG_TRY(vg_str_keep(why, sizeof why, motive, "ledger.motive_long", err));
  VG_TRY(store_exec(
      tx,
      "INSERT INTO ledger_hold (subject, until, motive, made, made_by) VALUES ($1,$2,$3,$4,$5) "
      "ON CONFLICT (subject) DO UPDATE SET until = excluded.until, motive = excluded.motive, made = excluded.made, made_by = excluded.made_by",
      S_ARGS(S_Z(subject), S_TIME(until), S_Z(why), S_TIME(store_now(tx)), S_Z(who->id.s)), err));
  return LEDGER_TELL(tx, who, "ledger.held", subject, err, "until", vg_time_text(text, until, false), "motive", why);
}

/* A run of entries that are erased together: one entry tells of all of them. */
struct erasing {
  struct store_tx *tx;
  const struct actor *who;
  vg_str motive;
  int64_t from, to;
  struct ledger_erased *out;
};

static vg_code erase_run(struct erasing *x, struct vg_err *err) {
  char subject[64];
  int64_t rows, index;
  struct vg_buf body;
  struct vg_jw w;
  VG_TRY(store_change(x->tx, &rows, "DELETE FROM ledger_body WHERE idx BETWEEN $1 AND $2",
                      S_ARGS(S_INT(x->from), S_INT(x->to)), err));
  VG_TRY(ledger_parts_forget(x->tx, x->from, x->to, err));
  vg_buf_init(&body, 1 << 16);
  vg_buf_fmt(&body, x->from == x->to ? "%lld" : "%lld-%lld", (long long)x->from, (long long)x->to);
  vg_str_copy(subject, sizeof subject, vg_buf_view(&body));
  vg_buf_reset(&body);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "entries", rows);
  vg_jw_kstr(&w, "motive", x->motive);
  vg_jw_end(&w);
  vg_code rc = ledger_append(x->tx, x->who, LEDGER_ERASED, subject, vg_buf_view(&body), &index, err);
  vg_buf_fini(&body);
  VG_TRY(rc);
  x->out->entries += rows;
  if (x->out->ranges++ == 0)
    x->out->first_proof = index;
  x->out->last_proof = index;
  return VG_OK;
}

/* Never over what is held or not due. */
struct collected {
  struct run {
    int64_t from, to;
  } * v;
  size_t n, cap;
};

static vg_code add_entry(struct collected *k, int64_t index, struct vg_err *err) {
  if (k->n && k->v[k->n - 1].to + 1 == index) {
    k->v[k->n - 1].to = index;
    return VG_OK;
  }
  if (!VG_GROW(k->v, k->n, k->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  k->v[k->n++] = (struct run){index, index};
  return VG_OK;
}

static vg_code collect(void *ctx, const struct ledger_entry *e, bool held, struct vg_err *err) {
  return held ? VG_OK : add_entry(ctx, e->index, err);
}

static vg_code erase_collected(struct erasing *x, const struct collected *k, struct vg_err *err) {
  *x->out = (struct ledger_erased){.first_proof = -1, .last_proof = -1};
  for (size_t i = 0; i < k->n; i++) {
    x->from = k->v[i].from;
    x->to = k->v[i].to;
    VG_TRY(erase_run(x, err));
  }
  return VG_OK;
}

vg_code ledger_erase_due(struct store_tx *tx, const struct actor *who, vg_time before, vg_str motive,
                         struct ledger_erased *out, struct vg_err *err) {
  struct erasing x = {.tx = tx, .who = who, .motive = motive, .out = out};
  struct collected k = {0};
  vg_code rc = VG_OK;
  char limit[VG_TIME_TEXT], why[1024];
  if (!(who->roles & ROLE_ADMIN))
    return VG_FAIL(err, VG_EDENIED, "ledger.erase_denied", who->name);
  if (!vg_str_trim(motive).n)
    return VG_FAIL(err, VG_EUSAGE, "ledger.motive");
  VG_TRY(vg_str_keep(why, sizeof why, motive, "ledger.motive_long", err));
  if (before > ledger_due_before(store_now(tx)))
    return VG_FAIL(err, VG_EDENIED, "ledger.erase_early", vg_time_text(limit, ledger_due_before(store_now(tx)), false));
  VG_GO(each_old(tx, before, collect, &k, err));
  VG_GO(erase_collected(&x, &k, err));
out:
  free(k.v);
  return rc;
}

/* --- all that speaks of something --- */

enum { NAMES_MAX = 1 << 24 };

struct naming {
  struct vg_table *names;
  vg_str number;
};

/* Its number, or that of a part of it: "N/A2". */
static bool is_number(const struct naming *n, vg_str key, vg_str value) {
  static const char *const keys[] = {"case", "about", "other", "exhibit", "act"};
  if (!n->number.n || !vg_str_starts(value, n->number) || (value.n > n->number.n && value.p[n->number.n] != '/'))
    return false;
  for (size_t i = 0; i < VG_COUNT(keys); i++)
    if (vg_str_eqz(key, keys[i]))
      return true;
  return false;
}

/* A text of the body (canonical JSON), from its opening quote; *at goes past the closing one. */
static vg_str quoted(vg_str body, size_t *at) {
  size_t from = *at + 1, end = from;
  while (end < body.n && body.p[end] != '"')
    end += body.p[end] == '\\' ? 2 : 1;
  *at = end + 1;
  return vg_str_sub(body, from, end - from);
}

static bool names_it(const struct naming *n, vg_str body) {
  vg_str key = VG_STR("");
  uint64_t v;
  for (size_t at = 0; at < body.n;) {
    if (body.p[at] != '"') {
      at++;
      continue;
    }
    vg_str word = quoted(body, &at);
    if (at < body.n && body.p[at] == ':')
      key = word;
    else if (vg_table_get(n->names, word, &v) || is_number(n, key, word))
      return true;
  }
  return false;
}

/* What tells of an erasure is never erased. */
static vg_code consider(const struct naming *n, struct store_rows *q, struct collected *k, struct vg_err *err) {
  struct ledger_entry e;
  unsigned char hash[LEDGER_HASH];
  uint64_t v;
  VG_TRY(ledger_leaf_read(store_str(q, 1), &e, hash, err));
  bool meant =
      ledger_act_of(e.kind) != LEDGER_ERASE && (vg_table_get(n->names, e.subject, &v) || names_it(n, store_str(q, 2)));
  return meant ? add_entry(k, store_int(q, 0), err) : VG_OK;
}

static vg_code collect_naming(struct store_tx *tx, const struct naming *n, struct collected *k, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT l.idx, l.leaf, b.body FROM ledger_body b JOIN ledger_leaf l ON l.idx = b.idx ORDER BY "
                     "l.idx",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q))
    rc = consider(n, q, k, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code ledger_forget(struct store_tx *tx, const struct actor *who, vg_str subjects, vg_str number, vg_str motive,
                      struct ledger_erased *out, struct vg_err *err) {
  struct erasing x = {.tx = tx, .who = who, .motive = motive, .out = out};
  struct naming n = {.number = number};
  struct collected k = {0};
  vg_str one;
  vg_code rc = VG_OK;
  VG_GO(vg_table_new(&n.names, NAMES_MAX, err));
  while (vg_str_line(&subjects, &one))
    if (one.n)
      VG_GO(vg_table_put(n.names, one, 1, err));
  VG_GO(collect_naming(tx, &n, &k, err));
  VG_GO(erase_collected(&x, &k, err));
out:
  vg_table_free(n.names);
  free(k.v);
  return rc;
}

vg_code ledger_is_held(struct store_tx *tx, const char *subject, bool *held, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM ledger_hold WHERE subject = $1 AND until > $2",
                       S_ARGS(S_Z(subject), S_TIME(store_now(tx))), err));
  *held = n > 0;
  return VG_OK;
}

vg_code ledger_last_of(struct store_tx *tx, vg_str subject, int64_t *index, struct vg_err *err) {
  return store_get_int(tx, index, "SELECT idx FROM ledger_subject WHERE subject = $1 ORDER BY idx DESC LIMIT 1",
                       S_ARGS(S_STR(subject)), err);
}

#include "ledger/ledger.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/rd.h"
#include "ledger/ledger_internal.h"

#include <string.h>

enum { SALT = 16, BODY_MAX = 1 << 20 };

static vg_code read_frontier(struct store_tx *tx, bool lock, struct frontier *f, struct vg_err *err) {
  struct store_rows *q;
  bool bad = false;
  *f = (struct frontier){0};
  /* SQLite's writer already holds the only lock there is. */
  const char *sql = lock && store_is_postgres(store_of(tx))
                        ? "SELECT size, frontier FROM ledger_head WHERE one = 1 FOR UPDATE"
                        : "SELECT size, frontier FROM ledger_head WHERE one = 1";
  VG_TRY(store_query(tx, &q, sql, S_NOARGS, err));
  if (store_next(q)) {
    f->size = store_int(q, 0);
    vg_str roots = store_str(q, 1);
    f->count = f->size < 0 ? -1 : __builtin_popcountll((unsigned long long)f->size);
    bad = f->count < 0 || roots.n != (size_t)f->count * LEDGER_HASH;
    if (!bad && roots.n)
      memcpy(f->root, roots.p, roots.n);
  }
  VG_TRY(store_done(&q, err));
  return bad ? VG_FAIL(err, VG_EDAMAGE, "ledger.damaged") : VG_OK;
}

/* The head as this transaction has it: read and locked once, written before the commit. */
struct head {
  struct frontier f;
  int64_t from; /* its size when it was read */
  bool held, changed;
};

/* Blocks of older entries that one commit catches up on, where an earlier version kept none: each is read again. */
enum { CATCH_UP = 64 };

static vg_code head_write(struct store_tx *tx, void *kept, struct vg_err *err) {
  struct head *h = kept;
  const struct frontier *f = &h->f;
  if (!h->changed)
    return VG_OK;
  h->changed = false;
  VG_TRY(store_exec(tx,
                    "INSERT INTO ledger_head (one, size, frontier) VALUES (1, $1, $2) "
                    "ON CONFLICT (one) DO UPDATE SET size = excluded.size, frontier = excluded.frontier",
                    S_ARGS(S_INT(f->size), S_BYTES(vg_str_n((const char *)f->root, (size_t)f->count * LEDGER_HASH))),
                    err));
  VG_TRY(ledger_blocks_write(tx, f->size, err));
  return ledger_parts_write(tx, f->size, CATCH_UP + (f->size - h->from) / LEDGER_BLOCK, err);
}

static const struct store_keep head_kept = {sizeof(struct head), head_write};

static vg_code head_hold(struct store_tx *tx, struct head **out, struct vg_err *err) {
  void *kept;
  VG_TRY(store_kept(tx, &head_kept, &kept, err));
  *out = kept;
  if ((*out)->held)
    return VG_OK;
  VG_TRY(read_frontier(tx, true, &(*out)->f, err));
  (*out)->from = (*out)->f.size;
  (*out)->held = true;
  return VG_OK;
}

vg_code ledger_read_frontier(struct store_tx *tx, struct frontier *f, struct vg_err *err) {
  void *kept;
  const struct head *h = NULL;
  if (!store_reading(tx)) {
    VG_TRY(store_kept(tx, &head_kept, &kept, err));
    h = kept;
  }
  if (!h || !h->held)
    return read_frontier(tx, false, f, err);
  *f = h->f;
  return VG_OK;
}

vg_code ledger_lock(struct store_tx *tx, struct vg_err *err) {
  struct head *h;
  return head_hold(tx, &h, err);
}

static vg_code canonical_body(struct vg_json *j, vg_str body, struct vg_buf *out, struct vg_err *err) {
  vg_jv root;
  VG_TRY(vg_json_parse(j, body, &root, err));
  vg_json_canonical(root, out);
  return vg_buf_check(out, err);
}

void ledger_body_hash(vg_str salt, vg_str body, unsigned char out[static LEDGER_HASH]) {
  vg_sha256_of((const vg_str[]){salt, body}, 2, out);
}

static void make_leaf(struct vg_buf *leaf, vg_time now, vg_str kind, vg_str actor, vg_str subject,
                      const unsigned char *hash) {
  vg_buf_z(leaf, "VGL1");
  vg_buf_le64(leaf, (uint64_t)now);
  vg_wr_text(leaf, kind);
  vg_wr_text(leaf, actor);
  vg_wr_text(leaf, subject);
  vg_buf_add(leaf, hash, LEDGER_HASH);
}

vg_code ledger_leaf_read(vg_str leaf, struct ledger_entry *e, unsigned char hash[static LEDGER_HASH],
                         struct vg_err *err) {
  struct vg_rd r;
  vg_rd_init(&r, leaf);
  bool ours = vg_str_eqz(vg_rd_bytes(&r, 4), "VGL1");
  *e = (struct ledger_entry){.time = (vg_time)vg_rd_le64(&r)};
  e->kind = vg_rd_text(&r);
  e->actor = vg_rd_text(&r);
  e->subject = vg_rd_text(&r);
  vg_str digest = vg_rd_bytes(&r, LEDGER_HASH);
  if (!ours || !vg_rd_end(&r))
    return VG_FAIL(err, VG_EDATA, "ledger.leaf");
  memcpy(hash, digest.p, LEDGER_HASH);
  return VG_OK;
}

/* An entry as it is written: its leaf with the body's salted hash. */
struct fresh {
  struct vg_json *json;
  struct vg_buf canonical, leaf;
  unsigned char salt[SALT], leaf_hash[LEDGER_HASH];
};

static vg_code fresh_init(struct fresh *e, struct vg_err *err) {
  e->json = NULL;
  vg_buf_init(&e->canonical, BODY_MAX);
  vg_buf_init(&e->leaf, 1 << 16);
  return vg_json_new(&e->json, err);
}

static void fresh_fini(struct fresh *e) {
  vg_buf_fini(&e->canonical);
  vg_buf_fini(&e->leaf);
  vg_json_free(e->json);
}

static vg_code make(struct fresh *e, vg_time now, const struct actor *who, vg_str kind, vg_str subject, vg_str body,
                    struct vg_err *err) {
  unsigned char hash[LEDGER_HASH];
  vg_buf_reset(&e->canonical);
  vg_buf_reset(&e->leaf);
  VG_TRY(canonical_body(e->json, body, &e->canonical, err));
  vg_random(e->salt, sizeof e->salt);
  ledger_body_hash(vg_str_n((const char *)e->salt, SALT), vg_buf_view(&e->canonical), hash);
  make_leaf(&e->leaf, now, kind, vg_id_str(&who->id), subject, hash);
  VG_TRY(vg_buf_check(&e->leaf, err));
  ledger_leaf_hash(vg_buf_view(&e->leaf), e->leaf_hash);
  return VG_OK;
}

/* What the three tables hold of an entry. */
static const char leaf_row[] = "INSERT INTO ledger_leaf (idx, leaf, leaf_hash) VALUES ($1, $2, $3)";
static const char body_row[] = "INSERT INTO ledger_body (idx, salt, body) VALUES ($1, $2, $3)";
static const char subject_row[] = "INSERT INTO ledger_subject (subject, idx) VALUES ($1, $2)";
#define LEAF_OF(e, idx)                                                                                                \
  S_ARGS(S_INT(idx), S_BYTES(vg_buf_view(&(e)->leaf)), S_BYTES(vg_str_n((const char *)(e)->leaf_hash, LEDGER_HASH)))
#define BODY_OF(e, idx)                                                                                                \
  S_ARGS(S_INT(idx), S_BYTES(vg_str_n((const char *)(e)->salt, SALT)), S_BYTES(vg_buf_view(&(e)->canonical)))

vg_code ledger_append(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject, vg_str body,
                      int64_t *index, struct vg_err *err) {
  struct fresh e;
  struct head *h;
  vg_code rc;
  VG_GO(fresh_init(&e, err));
  VG_GO(make(&e, store_now(tx), who, vg_str_z(kind), vg_str_z(subject), body, err));
  VG_GO(head_hold(tx, &h, err));
  VG_GO(store_exec(tx, leaf_row, LEAF_OF(&e, h->f.size), err));
  VG_GO(store_exec(tx, body_row, BODY_OF(&e, h->f.size), err));
  VG_GO(store_exec(tx, subject_row, S_ARGS(S_Z(subject), S_INT(h->f.size)), err));
  if (index)
    *index = h->f.size;
  frontier_add(&h->f, e.leaf_hash);
  h->changed = true;
  if (ledger_act_of(vg_str_z(kind)) == LEDGER_ERASE)
    store_erases(tx);
out:
  fresh_fini(&e);
  return rc;
}

static vg_code make_all(struct store_tx *tx, const struct actor *who, const struct store_later *entries,
                        struct frontier *f, struct store_later rows[static 3], struct vg_err *err) {
  struct store_arg given[STORE_LATER_ARGS];
  struct fresh e;
  size_t at = 0;
  vg_code rc = fresh_init(&e, err);
  while (rc == VG_OK && store_later_next(entries, &at, given)) {
    rc = make(&e, store_now(tx), who, given[0].s, given[1].s, given[2].s, err);
    if (rc != VG_OK)
      break;
    store_later_row(&rows[0], LEAF_OF(&e, f->size));
    store_later_row(&rows[1], BODY_OF(&e, f->size));
    store_later_row(&rows[2], S_ARGS(given[1], S_INT(f->size)));
    frontier_add(f, e.leaf_hash);
  }
  fresh_fini(&e);
  return rc;
}

vg_code ledger_append_all(struct store_tx *tx, const struct actor *who, struct store_later *entries,
                          struct vg_err *err) {
  struct store_later rows[3];
  struct head *h;
  struct frontier f;
  vg_code rc;
  for (size_t i = 0; i < VG_COUNT(rows); i++)
    store_later_init(&rows[i]);
  VG_GO(store_later_check(entries, err));
  VG_GO(head_hold(tx, &h, err));
  f = h->f;
  VG_GO(make_all(tx, who, entries, &f, rows, err));
  VG_GO(store_later_put(tx, &rows[0], leaf_row, err));
  VG_GO(store_later_put(tx, &rows[1], body_row, err));
  VG_GO(store_later_put(tx, &rows[2], subject_row, err));
  h->f = f;
  h->changed = true;
  store_later_reset(entries);
out:
  for (size_t i = 0; i < VG_COUNT(rows); i++)
    store_later_fini(&rows[i]);
  return rc;
}

vg_code ledger_head(struct store_tx *tx, struct ledger_state *out, struct vg_err *err) {
  struct frontier f;
  *out = (struct ledger_state){.ok = true, .first_bad = -1, .signed_at = VG_NOTIME};
  VG_TRY(ledger_read_frontier(tx, &f, err));
  out->size = f.size;
  frontier_root(&f, out->root);
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1", S_NOARGS, err));
  if (store_next(q))
    out->signed_at = store_time(q, 0);
  return store_done(&q, err);
}

#define ENTRY "SELECT l.idx, l.leaf, l.leaf_hash, b.body FROM "
#define BODY "LEFT JOIN ledger_body b ON b.idx = l.idx "
#define OF_SUBJECT ENTRY "ledger_subject s JOIN ledger_leaf l ON l.idx = s.idx " BODY "WHERE s.subject = $3 AND "

vg_code ledger_entries(struct store_tx *tx, int64_t from, int64_t count, const char *subject, ledger_sink *sink,
                       void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool back = count < 0, of_one = subject && *subject;
  const struct store_arg args[] = {S_INT(back && from < 0 ? INT64_MAX : from), S_INT(back ? -count : count),
                                   S_Z(subject)};
  const char *sql = of_one ? back ? OF_SUBJECT "s.idx <= $1 ORDER BY s.idx DESC LIMIT $2"
                                  : OF_SUBJECT "s.idx >= $1 ORDER BY s.idx LIMIT $2"
                    : back ? ENTRY "ledger_leaf l " BODY "WHERE l.idx <= $1 ORDER BY l.idx DESC LIMIT $2"
                           : ENTRY "ledger_leaf l " BODY "WHERE l.idx >= $1 ORDER BY l.idx LIMIT $2";
  VG_TRY(store_query(tx, &q, sql, (struct store_args){args, of_one ? 3 : 2}, err));
  vg_code rc = VG_OK;
  while (rc == VG_OK && store_next(q)) {
    struct ledger_entry e;
    unsigned char hash[LEDGER_HASH];
    rc = ledger_leaf_read(store_str(q, 1), &e, hash, err);
    e.index = store_int(q, 0);
    vg_str h = store_str(q, 2);
    if (h.n == LEDGER_HASH)
      memcpy(e.leaf_hash, h.p, LEDGER_HASH);
    e.body = store_is_null(q, 3) ? VG_STR("") : store_str(q, 3);
    if (rc == VG_OK)
      rc = sink(ctx, &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code ledger_erase_body(struct store_tx *tx, const struct actor *who, int64_t index, vg_str motive,
                          struct vg_err *err) {
  int64_t rows;
  struct vg_buf body;
  struct vg_jw w;
  char subject[32];
  VG_TRY(store_change(tx, &rows, "DELETE FROM ledger_body WHERE idx = $1", S_ARGS(S_INT(index)), err));
  if (rows == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "ledger.no_body", VG_N(index));
  VG_TRY(ledger_parts_forget(tx, index, index, err));
  vg_buf_init(&body, BODY_MAX);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "entry", index);
  vg_jw_kstr(&w, "motive", motive);
  vg_jw_end(&w);
  vg_str_copy(subject, sizeof subject, vg_str_z(VG_N(index)));
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, LEDGER_ERASED, subject, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

static vg_code write_words(struct vg_buf *body, const char *const *words, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, body);
  vg_jw_obj(&w);
  for (size_t i = 0; words[i]; i += 2) {
    VG_ASSERT(words[i + 1]);
    vg_jw_kz(&w, words[i], words[i + 1]);
  }
  vg_jw_end(&w);
  return vg_buf_check(body, err);
}

vg_code ledger_tell(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                    const char *const *words, struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, BODY_MAX);
  vg_code rc = write_words(&body, words, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, kind, subject, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code ledger_tell_later(struct store_later *entries, const char *kind, const char *subject, const char *const *words,
                          struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, BODY_MAX);
  vg_code rc = write_words(&body, words, err);
  if (rc == VG_OK)
    store_later_row(entries, S_ARGS(S_Z(kind), S_Z(subject), S_STR(vg_buf_view(&body))));
  vg_buf_fini(&body);
  return rc;
}

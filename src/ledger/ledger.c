#include "ledger/ledger.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/rd.h"
#include "ledger/ledger_internal.h"

#include <string.h>

enum { SALT = 16, BODY_MAX = 1 << 20 };

vg_code ledger_read_frontier(struct store_tx *tx, bool lock, struct frontier *f, struct vg_err *err) {
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

vg_code ledger_lock(struct store_tx *tx, struct vg_err *err) {
  struct frontier f;
  return store_is_postgres(store_of(tx)) ? ledger_read_frontier(tx, true, &f, err) : VG_OK;
}

static vg_code write_frontier(struct store_tx *tx, const struct frontier *f, struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO ledger_head (one, size, frontier) VALUES (1, $1, $2) "
                    "ON CONFLICT (one) DO UPDATE SET size = excluded.size, frontier = excluded.frontier",
                    S_ARGS(S_INT(f->size), S_BYTES(vg_str_n((const char *)f->root, (size_t)f->count * LEDGER_HASH))),
                    err);
}

static vg_code canonical_body(vg_str body, struct vg_buf *out, struct vg_err *err) {
  struct vg_json *j;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, body, &root, err);
  if (rc == VG_OK) {
    vg_json_canonical(root, out);
    rc = vg_buf_check(out, err);
  }
  vg_json_free(j);
  return rc;
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

vg_code ledger_append(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject, vg_str body,
                      int64_t *index, struct vg_err *err) {
  struct vg_buf canonical, leaf;
  struct frontier f;
  unsigned char salt[SALT], hash[LEDGER_HASH], leaf_hash[LEDGER_HASH];
  vg_code rc = VG_OK;
  vg_buf_init(&canonical, BODY_MAX);
  vg_buf_init(&leaf, 1 << 16);
  VG_GO(canonical_body(body, &canonical, err));
  vg_random(salt, sizeof salt);
  vg_str salted = vg_str_n((const char *)salt, sizeof salt);
  ledger_body_hash(salted, vg_buf_view(&canonical), hash);
  make_leaf(&leaf, store_now(tx), vg_str_z(kind), vg_id_str(&who->id), vg_str_z(subject), hash);
  VG_GO(vg_buf_check(&leaf, err));
  ledger_leaf_hash(vg_buf_view(&leaf), leaf_hash);
  VG_GO(ledger_read_frontier(tx, true, &f, err));
  VG_GO(store_exec(
      tx, "INSERT INTO ledger_leaf (idx, leaf, leaf_hash) VALUES ($1, $2, $3)",
      S_ARGS(S_INT(f.size), S_BYTES(vg_buf_view(&leaf)), S_BYTES(vg_str_n((const char *)leaf_hash, LEDGER_HASH))),
      err));
  VG_GO(store_exec(tx, "INSERT INTO ledger_body (idx, salt, body) VALUES ($1, $2, $3)",
                   S_ARGS(S_INT(f.size), S_BYTES(salted), S_BYTES(vg_buf_view(&canonical))), err));
  VG_GO(store_exec(tx, "INSERT INTO ledger_subject (subject, idx) VALUES ($1, $2)", S_ARGS(S_Z(subject), S_INT(f.size)),
                   err));
  if (index)
    *index = f.size;
  frontier_add(&f, leaf_hash);
  VG_GO(write_frontier(tx, &f, err));
out:
  vg_buf_fini(&canonical);
  vg_buf_fini(&leaf);
  return rc;
}

vg_code ledger_head(struct store_tx *tx, struct ledger_state *out, struct vg_err *err) {
  struct frontier f;
  *out = (struct ledger_state){.ok = true, .first_bad = -1, .signed_at = VG_NOTIME};
  VG_TRY(ledger_read_frontier(tx, false, &f, err));
  out->size = f.size;
  frontier_root(&f, out->root);
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1", S_NOARGS, err));
  if (store_next(q))
    out->signed_at = store_time(q, 0);
  return store_done(&q, err);
}

vg_code ledger_entries(struct store_tx *tx, int64_t from, int64_t count, const char *subject, ledger_sink *sink,
                       void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool back = count < 0;
  const char *sql =
      back ? "SELECT l.idx, l.leaf, l.leaf_hash, b.body FROM ledger_leaf l LEFT JOIN ledger_body b ON b.idx = l.idx "
             "WHERE l.idx <= $1 AND ($2 = '' OR l.idx IN (SELECT idx FROM ledger_subject WHERE subject = $2)) "
             "ORDER BY l.idx DESC LIMIT $3"
           : "SELECT l.idx, l.leaf, l.leaf_hash, b.body FROM ledger_leaf l LEFT JOIN ledger_body b ON b.idx = l.idx "
             "WHERE l.idx >= $1 AND ($2 = '' OR l.idx IN (SELECT idx FROM ledger_subject WHERE subject = $2)) "
             "ORDER BY l.idx LIMIT $3";
  VG_TRY(store_query(tx, &q, sql,
                     S_ARGS(S_INT(back && from < 0 ? INT64_MAX : from), S_Z(subject), S_INT(back ? -count : count)),
                     err));
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

vg_code ledger_tell(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                    const char *const *words, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 20);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  for (size_t i = 0; words[i]; i += 2) {
    VG_ASSERT(words[i + 1]);
    vg_jw_kz(&w, words[i], words[i + 1]);
  }
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, kind, subject, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

/* What was done here, written down; and the file of it. */
#include "base/jsonw.h"
#include "merge/merge_internal.h"

void merge_line_hash(vg_str line, char out[static 2 * VG_SHA256_SIZE + 1]) {
  unsigned char hash[VG_SHA256_SIZE];
  vg_sha256(line.p, line.n, hash);
  vg_hex(out, hash, sizeof hash);
}

void merge_statement(struct vg_buf *out, vg_str origin, int64_t seq, const char *hash) {
  vg_buf_z(out, "vigie-events-1\n");
  vg_buf_str(out, origin);
  vg_buf_fmt(out, "\n%lld\n%s\n", (long long)seq, hash);
}

void merge_key_text(const struct vg_key *k, char out[static MERGE_KEY]) {
  unsigned char pub[VG_KEY_SIZE];
  vg_key_public(k, pub);
  vg_hex(out, pub, sizeof pub);
}

vg_code merge_last(struct store_tx *tx, vg_str origin, int64_t *seq, struct vg_err *err) {
  return store_get_int(tx, seq, "SELECT COALESCE(MAX(seq), 0) FROM merge_event WHERE origin = $1",
                       S_ARGS(S_STR(origin)), err);
}

vg_code merge_own(struct store_tx *tx, int64_t *seq, struct vg_err *err) {
  return merge_last(tx, VG_STR(""), seq, err);
}

vg_code merge_known(struct store_tx *tx, vg_str origin, int64_t seq, char hash[static 2 * VG_SHA256_SIZE + 1],
                    struct vg_err *err) {
  struct store_rows *q;
  vg_str_copy(hash, 2 * VG_SHA256_SIZE + 1, VG_STR(MERGE_FIRST));
  if (seq == 0)
    return VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT hash FROM merge_event WHERE origin = $1 AND seq = $2",
                     S_ARGS(S_STR(origin), S_INT(seq)), err));
  bool found = store_next(q);
  if (found)
    vg_str_copy(hash, 2 * VG_SHA256_SIZE + 1, store_str(q, 0));
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_ENOTFOUND;
}

vg_code merge_keep(struct store_tx *tx, vg_str origin, const struct merge_event *e, struct vg_err *err) {
  return store_exec(tx, "INSERT INTO merge_event (origin, seq, hash, line) VALUES ($1, $2, $3, $4)",
                    S_ARGS(S_STR(origin), S_INT(e->seq), S_Z(e->hash), S_STR(e->line)), err);
}

vg_code merge_note(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject, vg_str body,
                   struct vg_err *err) {
  struct merge_event e = {0};
  struct vg_buf line;
  struct vg_jw w;
  char prev[2 * VG_SHA256_SIZE + 1];
  VG_TRY(merge_own(tx, &e.seq, err));
  VG_TRY(merge_known(tx, VG_STR(""), e.seq, prev, err));
  e.seq++;
  vg_buf_init(&line, MERGE_LINE_MAX);
  vg_jw_init(&w, &line);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "seq", e.seq);
  vg_jw_kz(&w, "prev", prev);
  vg_jw_ktime(&w, "time", store_now(tx));
  vg_jw_kz(&w, "kind", kind);
  vg_jw_kz(&w, "subject", subject);
  vg_jw_key(&w, "actor");
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", who->id.s);
  vg_jw_kz(&w, "name", who->name);
  vg_jw_end(&w);
  vg_jw_key(&w, "body");
  vg_jw_raw(&w, body);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&line, err);
  if (rc == VG_OK) {
    e.line = vg_buf_view(&line);
    merge_line_hash(e.line, e.hash);
    rc = merge_keep(tx, VG_STR(""), &e, err);
  }
  vg_buf_fini(&line);
  return rc;
}

/* The signed head: made now for what is ours, the one that came for what is another's. */
static vg_code head(struct store_tx *tx, const struct vg_key *own, vg_str origin, const char *key, int64_t seq,
                    const char *hash, struct vg_buf *out, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  unsigned char sig[VG_SIG_SIZE];
  vg_code rc = VG_OK;
  vg_buf_init(&b, 4096);
  if (origin.n) {
    rc = store_get_text(tx, &b, "SELECT signature FROM merge_head WHERE origin = $1 AND seq = $2",
                        S_ARGS(S_STR(origin), S_INT(seq)), err);
  } else {
    merge_statement(&b, vg_str_z(key), seq, hash);
    rc = vg_buf_check(&b, err);
    if (rc == VG_OK)
      rc = vg_key_sign(own, vg_buf_view(&b), sig, err);
    vg_buf_reset(&b);
    vg_base64(&b, vg_str_n((const char *)sig, sizeof sig));
  }
  if (rc == VG_OK)
    rc = vg_buf_check(&b, err);
  if (rc == VG_OK) {
    vg_jw_init(&w, out);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "seq", seq);
    vg_jw_kz(&w, "hash", hash);
    vg_jw_kstr(&w, "signature", vg_buf_view(&b));
    vg_jw_end(&w);
    vg_buf_z(out, "\n");
  }
  vg_buf_fini(&b);
  return rc;
}

static vg_code lines(struct store_tx *tx, vg_str origin, int64_t from, struct vg_buf *out, int64_t *last,
                     char hash[static 2 * VG_SHA256_SIZE + 1], struct vg_err *err) {
  struct store_rows *q;
  *last = 0;
  VG_TRY(store_query(tx, &q, "SELECT seq, hash, line FROM merge_event WHERE origin = $1 AND seq >= $2 ORDER BY seq",
                     S_ARGS(S_STR(origin), S_INT(from)), err));
  while (store_next(q)) {
    *last = store_int(q, 0);
    vg_str_copy(hash, 2 * VG_SHA256_SIZE + 1, store_str(q, 1));
    vg_buf_str(out, store_str(q, 2));
    vg_buf_z(out, "\n");
  }
  return store_done(&q, err);
}

vg_code merge_export(struct store_tx *tx, const struct vg_key *own, vg_str origin, int64_t from, struct vg_buf *out,
                     struct vg_err *err) {
  struct vg_jw w;
  char key[MERGE_KEY], hash[2 * VG_SHA256_SIZE + 1];
  int64_t last;
  merge_key_text(own, key);
  if (!origin.p)
    origin = VG_STR("");
  if (origin.n)
    vg_str_copy(key, sizeof key, origin);
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "vigie", "events");
  vg_jw_kint(&w, "version", 1);
  vg_jw_kz(&w, "origin", key);
  vg_jw_kstr(&w, "name", origin.n ? VG_STR("") : vg_key_name(own));
  vg_jw_kint(&w, "from", from);
  vg_jw_end(&w);
  vg_buf_z(out, "\n");
  VG_TRY(lines(tx, origin, from, out, &last, hash, err));
  if (!last)
    return VG_FAIL(err, VG_ENOTFOUND, "merge.nothing", VG_N(from));
  VG_TRY(head(tx, own, origin, key, last, hash, out, err));
  return vg_buf_check(out, err);
}

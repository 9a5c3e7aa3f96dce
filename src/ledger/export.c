/* The log as a text file that anyone can check without Vigie. */
#include "base/jsonw.h"
#include "ledger/ledger.h"
#include "ledger/ledger_internal.h"

struct writing {
  struct vg_buf line, base64;
  struct vg_jw w;
  vg_code (*sink)(void *ctx, vg_str line, struct vg_err *err);
  void *ctx;
};

static void begin_line(struct writing *x) {
  vg_buf_reset(&x->line);
  vg_jw_init(&x->w, &x->line);
  vg_jw_obj(&x->w);
}

static vg_code end_line(struct writing *x, struct vg_err *err) {
  vg_jw_end(&x->w);
  vg_buf_byte(&x->line, '\n');
  VG_TRY(vg_buf_check(&x->base64, err));
  VG_TRY(vg_buf_check(&x->line, err));
  return x->sink(x->ctx, vg_buf_view(&x->line), err);
}

static void put_base64(struct writing *x, const char *key, vg_str bytes) {
  vg_buf_reset(&x->base64);
  vg_base64(&x->base64, bytes);
  vg_jw_kstr(&x->w, key, vg_buf_view(&x->base64));
}

static vg_code header(struct writing *x, const struct vg_key *key, int64_t size, struct vg_err *err) {
  unsigned char pub[VG_KEY_SIZE];
  vg_key_public(key, pub);
  begin_line(x);
  vg_jw_kz(&x->w, "vigie", "ledger");
  vg_jw_kint(&x->w, "version", LEDGER_EXPORT_VERSION);
  vg_jw_kstr(&x->w, "origin", vg_key_name(key));
  put_base64(x, "key", vg_str_n((const char *)pub, VG_KEY_SIZE));
  vg_jw_kint(&x->w, "size", size);
  return end_line(x, err);
}

static vg_code entries(struct writing *x, struct store_tx *tx, int64_t size, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT l.idx, l.leaf, b.salt, b.body FROM ledger_leaf l LEFT JOIN ledger_body b ON b.idx = l.idx "
                     "WHERE l.idx < $1 ORDER BY l.idx",
                     S_ARGS(S_INT(size)), err));
  while (rc == VG_OK && store_next(q)) {
    begin_line(x);
    vg_jw_kint(&x->w, "index", store_int(q, 0));
    put_base64(x, "leaf", store_str(q, 1));
    if (!store_is_null(q, 3)) {
      put_base64(x, "salt", store_str(q, 2));
      vg_jw_kstr(&x->w, "body", store_str(q, 3));
    }
    rc = end_line(x, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code ledger_export(struct store_tx *tx, const struct vg_key *key, ledger_line_sink *sink, void *ctx,
                      struct vg_err *err) {
  struct writing x = {.sink = sink, .ctx = ctx};
  struct vg_buf note;
  int64_t size = 0;
  vg_code rc = VG_OK;
  vg_buf_init(&x.line, 4 << 20);
  vg_buf_init(&x.base64, 1 << 20);
  vg_buf_init(&note, 1 << 14);
  VG_GO(ledger_checkpoint(tx, &note, err));
  VG_GO(store_get_int(tx, &size, "SELECT MAX(size) FROM ledger_checkpoint", S_NOARGS, err));
  VG_GO(header(&x, key, size, err));
  VG_GO(entries(&x, tx, size, err));
  begin_line(&x);
  vg_jw_kstr(&x.w, "checkpoint", vg_buf_view(&note));
  VG_GO(end_line(&x, err));
out:
  vg_buf_fini(&x.line);
  vg_buf_fini(&x.base64);
  vg_buf_fini(&note);
  return rc;
}

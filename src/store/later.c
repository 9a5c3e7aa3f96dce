/* Rows kept for later: le32 how many values, then of each its kind and le64, the bits of a real, or a text. */
#include "base/rd.h"
#include "store/store.h"

#include <string.h>

void store_later_init(struct store_later *l) {
  vg_buf_init(&l->bytes, 256u << 20);
  l->rows = 0;
}

void store_later_fini(struct store_later *l) { vg_buf_fini(&l->bytes); }

void store_later_reset(struct store_later *l) {
  vg_buf_reset(&l->bytes);
  l->rows = 0;
}

void store_later_row(struct store_later *l, struct store_args args) {
  VG_ASSERT(args.n <= STORE_LATER_ARGS);
  vg_buf_le32(&l->bytes, (uint32_t)args.n);
  for (size_t i = 0; i < args.n; i++) {
    const struct store_arg *a = &args.v[i];
    uint64_t bits = (uint64_t)a->i;
    if (a->kind == STORE_REAL)
      memcpy(&bits, &a->r, sizeof bits);
    vg_buf_byte(&l->bytes, (unsigned char)a->kind);
    if (a->kind == STORE_TEXT || a->kind == STORE_BLOB)
      vg_wr_text(&l->bytes, a->s);
    else
      vg_buf_le64(&l->bytes, bits);
  }
  l->rows++;
}

bool store_later_next(const struct store_later *l, size_t *at, struct store_arg out[static STORE_LATER_ARGS]) {
  struct vg_rd r;
  vg_rd_init(&r, vg_str_sub(vg_buf_view(&l->bytes), *at, l->bytes.n));
  size_t n = r.n ? vg_rd_le32(&r) : 0;
  for (size_t i = 0; i < n && i < STORE_LATER_ARGS; i++) {
    struct store_arg *a = &out[i];
    *a = (struct store_arg){.kind = vg_rd_u8(&r)};
    if (a->kind == STORE_TEXT || a->kind == STORE_BLOB) {
      a->s = vg_rd_text(&r);
      continue;
    }
    uint64_t bits = vg_rd_le64(&r);
    if (a->kind == STORE_REAL)
      memcpy(&a->r, &bits, sizeof bits);
    else
      a->i = (int64_t)bits;
  }
  VG_ASSERT(!r.bad);
  *at += r.at;
  return n > 0;
}

static size_t width(const struct store_later *l) {
  struct vg_rd r;
  vg_rd_init(&r, vg_buf_view(&l->bytes));
  return vg_rd_le32(&r);
}

vg_code store_later_check(struct store_later *l, struct vg_err *err) { return vg_buf_check(&l->bytes, err); }

vg_code store_later_put(struct store_tx *tx, struct store_later *l, const char *insert, struct vg_err *err) {
  struct store_arg row[STORE_LATER_ARGS];
  struct store_bulk *b;
  size_t at = 0, n = width(l);
  VG_TRY(store_later_check(l, err));
  if (l->rows == 0)
    return VG_OK;
  VG_TRY(store_bulk_begin(tx, &b, insert, err));
  vg_code rc = VG_OK;
  while (rc == VG_OK && store_later_next(l, &at, row))
    rc = store_bulk_row(b, (struct store_args){row, n}, err);
  store_later_reset(l);
  return store_bulk_end(&b, rc, err);
}

/* Rows by the thousand: a statement a row where that is cheap (SQLite), else PostgreSQL's COPY in its text form. */
#include "store/store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16 };

struct store_bulk {
  struct store_tx *tx;
  struct stmt *stmt; /* NULL: copying */
  size_t slot;
  struct vg_buf bytes; /* rows not yet sent */
};

/* INSERT INTO t (a, b) VALUES ($1, $2) becomes COPY t (a, b) FROM STDIN. */
static vg_code copy_begin(struct store_bulk *b, const char *insert, struct vg_err *err) {
  static const char head[] = "INSERT INTO ";
  const char *values = strstr(insert, " VALUES ");
  struct vg_buf sql;
  VG_ASSERT(strncmp(insert, head, sizeof head - 1) == 0 && values);
  vg_buf_init(&sql, 1 << 16);
  vg_buf_z(&sql, "COPY ");
  vg_buf_add(&sql, insert + sizeof head - 1, (size_t)(values - insert) - (sizeof head - 1));
  vg_buf_z(&sql, " FROM STDIN");
  vg_code rc = vg_buf_check(&sql, err);
  if (rc == VG_OK)
    rc = b->tx->st->engine->copy_begin(b->tx->st->db, vg_buf_text(&sql), err);
  vg_buf_fini(&sql);
  return rc;
}

vg_code store_bulk_begin(struct store_tx *tx, struct store_bulk **out, const char *insert, struct vg_err *err) {
  struct store_bulk *b = calloc(1, sizeof *b);
  VG_ASSERT(!tx->reading);
  *out = NULL;
  if (!b)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  *b = (struct store_bulk){.tx = tx, .slot = SIZE_MAX};
  vg_buf_init(&b->bytes, 256u << 20);
  vg_code rc =
      tx->st->engine->copy_begin ? copy_begin(b, insert, err) : store_prepared(tx->st, insert, &b->stmt, &b->slot, err);
  if (rc != VG_OK) {
    free(b);
    return rc;
  }
  *out = b;
  return VG_OK;
}

/* Backslash, tab and ends of lines are escaped; what stands between is sent as it is. */
static void put_text(struct vg_buf *out, vg_str s) {
  size_t from = 0;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i], as = c == '\\' ? c : c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : 0;
    if (!as)
      continue;
    vg_buf_str(out, vg_str_sub(s, from, i - from));
    vg_buf_byte(out, '\\');
    vg_buf_byte(out, (unsigned char)as);
    from = i + 1;
  }
  vg_buf_str(out, vg_str_sub(s, from, s.n - from));
}

static void put_bytes(struct vg_buf *out, vg_str s) {
  static const char digits[] = "0123456789abcdef";
  vg_buf_z(out, "\\\\x");
  char *room = vg_buf_room(out, s.n * 2);
  if (!room)
    return;
  for (size_t i = 0; i < s.n; i++) {
    room[2 * i] = digits[(unsigned char)s.p[i] >> 4];
    room[2 * i + 1] = digits[(unsigned char)s.p[i] & 15];
  }
  out->n += s.n * 2;
}

static void put_field(struct vg_buf *out, const struct store_arg *a) {
  char number[40];
  switch (a->kind) {
  case STORE_NULL: vg_buf_z(out, "\\N"); return;
  case STORE_INT: snprintf(number, sizeof number, "%" PRId64, a->i); break;
  case STORE_REAL: snprintf(number, sizeof number, "%.17g", a->r); break;
  case STORE_TEXT: put_text(out, a->s); return;
  case STORE_BLOB: put_bytes(out, a->s); return;
  }
  vg_buf_z(out, number);
}

vg_code store_afresh(struct store_tx *tx, const char *table, const char *order, struct vg_err *err) {
  VG_ASSERT(!tx->reading);
  return tx->st->engine->afresh ? tx->st->engine->afresh(tx->st->db, table, order, err) : VG_OK;
}

static vg_code send(struct store_bulk *b, struct vg_err *err) {
  VG_TRY(vg_buf_check(&b->bytes, err));
  if (b->bytes.n)
    VG_TRY(b->tx->st->engine->copy_bytes(b->tx->st->db, vg_buf_view(&b->bytes), err));
  vg_buf_reset(&b->bytes);
  return VG_OK;
}

vg_code store_bulk_row(struct store_bulk *b, struct store_args args, struct vg_err *err) {
  const struct engine *e = b->tx->st->engine;
  bool row = true;
  if (b->stmt) {
    vg_code rc = e->start(b->stmt, args, true, err);
    while (rc == VG_OK && row)
      rc = e->step(b->stmt, &row, err);
    e->reset(b->stmt);
    return rc;
  }
  for (size_t i = 0; i < args.n; i++) {
    put_field(&b->bytes, &args.v[i]);
    vg_buf_byte(&b->bytes, i + 1 < args.n ? '\t' : '\n');
  }
  return b->bytes.n > PIECE ? send(b, err) : VG_OK;
}

vg_code store_bulk_end(struct store_bulk **bulk, vg_code rc, struct vg_err *err) {
  struct store_bulk *b = *bulk;
  *bulk = NULL;
  if (!b)
    return rc;
  struct store *st = b->tx->st;
  if (b->stmt) {
    store_give_back(st, b->stmt, b->slot);
  } else {
    if (rc == VG_OK)
      rc = send(b, err);
    vg_code ended = st->engine->copy_end(st->db, rc == VG_OK, rc == VG_OK ? err : NULL);
    rc = rc == VG_OK ? ended : rc;
  }
  vg_buf_fini(&b->bytes);
  free(b);
  return rc;
}

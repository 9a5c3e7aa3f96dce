/*
 * Numbers that two instances gave to different things. What was printed stays: it stands in `printed` and finds both.
 * Where two of one number are known, each is called by it with the end of its own id, "2026-OUE-0007~3f2a1c", the same
 * on every instance that knows both; where only one is known, by the number alone.
 */
#include "casework/casework_internal.h"

static const struct numbered {
  const char *bearers, *alone, *apart, *each, *by_number, *taken;
} tables[] = {
#define TABLE(table)                                                                                                   \
  {                                                                                                                    \
    "SELECT COUNT(*) FROM " table " WHERE printed = $1", "UPDATE " table " SET ref = printed WHERE printed = $1",      \
        "UPDATE " table " SET ref = printed || '~' || SUBSTR(pid, LENGTH(pid) - 5) WHERE printed = $1",                \
        "SELECT pid, ref FROM " table " WHERE printed = $1 ORDER BY pid",                                              \
        "SELECT ref FROM " table " WHERE printed = $1 ORDER BY ref",                                                   \
        "SELECT COUNT(*) FROM " table " WHERE ref = $1 OR printed = $1"                                                \
  }
    [NUMBER_CASE] = TABLE("casework_case"),
    [NUMBER_EXHIBIT] = TABLE("casework_exhibit"),
    [NUMBER_ACT] = TABLE("casework_act"),
};

vg_code casework_number_free(struct store_tx *tx, enum number what, const char *number, bool *free_,
                             struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, tables[what].taken, S_ARGS(S_Z(number)), err));
  if (n == 0 && what == NUMBER_CASE)
    VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM casework_erased WHERE number = $1", S_ARGS(S_Z(number)), err));
  *free_ = n == 0;
  return VG_OK;
}

/* "ref, ref" of those that bear the number. */
static vg_code list(struct store_tx *tx, enum number what, vg_str number, struct vg_buf *out, int64_t *n,
                    struct vg_err *err) {
  struct store_rows *q;
  *n = 0;
  VG_TRY(store_query(tx, &q, tables[what].by_number, S_ARGS(S_STR(number)), err));
  while (store_next(q)) {
    vg_buf_z(out, (*n)++ ? ", " : "");
    vg_buf_str(out, store_str(q, 0));
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(out, err);
}

vg_code casework_number_unknown(struct store_tx *tx, enum number what, vg_str number, const char *message,
                                struct vg_err *err) {
  struct vg_buf refs;
  int64_t n;
  vg_buf_init(&refs, 1 << 16);
  vg_code rc = list(tx, what, number, &refs, &n, err);
  if (rc == VG_OK)
    rc = n > 1 ? VG_FAIL(err, VG_ESTATE, "casework.number_twice", VG_T(number), vg_buf_text(&refs))
               : VG_FAIL(err, VG_ENOTFOUND, message, VG_T(number));
  vg_buf_fini(&refs);
  return rc;
}

/* Who is called otherwise from now on: rooms above that hold references are told (casework_each_renamed). */
static vg_code tell(struct store_tx *tx, const struct numbered *t, vg_str printed, bool apart, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf list;
  vg_str rest, line, old;
  vg_buf_init(&list, 1 << 16);
  VG_TRY(store_query(tx, &q, t->each, S_ARGS(S_STR(printed)), err));
  while (store_next(q)) {
    vg_str pid = store_str(q, 0), ref = store_str(q, 1);
    if (vg_str_eq(ref, printed) != apart)
      continue;
    vg_buf_str(&list, ref);
    vg_buf_byte(&list, '\t');
    vg_buf_str(&list, printed);
    if (apart)
      vg_buf_fmt(&list, "~%.*s", 6, pid.p + pid.n - 6);
    vg_buf_byte(&list, '\n');
  }
  vg_code rc = store_done(&q, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&list, err);
  rest = vg_buf_view(&list);
  while (rc == VG_OK && vg_str_line(&rest, &line))
    if (vg_str_cut(&line, '\t', &old))
      rc = store_exec(tx, "INSERT INTO casework_renamed (old, fresh) VALUES ($1, $2)", S_ARGS(S_STR(old), S_STR(line)),
                      err);
  vg_buf_fini(&list);
  return rc;
}

vg_code casework_number_settle(struct store_tx *tx, enum number what, vg_str printed, struct vg_err *err) {
  const struct numbered *t = &tables[what];
  int64_t n;
  VG_TRY(store_get_int(tx, &n, t->bearers, S_ARGS(S_STR(printed)), err));
  VG_TRY(tell(tx, t, printed, n > 1, err));
  return store_exec(tx, n > 1 ? t->apart : t->alone, S_ARGS(S_STR(printed)), err);
}

vg_code casework_each_renamed(struct store_tx *tx, casework_renamed_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT old, fresh FROM casework_renamed ORDER BY id", S_NOARGS, err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  VG_TRY(rc != VG_OK ? rc : ended);
  return store_exec(tx, "DELETE FROM casework_renamed", S_NOARGS, err);
}

vg_code casework_each_twice(struct store_tx *tx, const struct actor *who, casework_twice_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT 'case', c.printed, c.pid, c.ref, c.id FROM casework_case c WHERE c.printed <> c.ref UNION "
                     "ALL SELECT 'act', a.printed, a.pid, a.ref, a.case_id FROM casework_act a WHERE a.printed <> "
                     "a.ref UNION ALL SELECT 'exhibit', e.printed, e.pid, e.ref, e.case_id FROM casework_exhibit e "
                     "WHERE e.printed <> e.ref UNION ALL SELECT 'seal', e.seal, e.pid, e.ref, e.case_id FROM "
                     "casework_exhibit e WHERE e.seal <> '' AND EXISTS (SELECT 1 FROM casework_exhibit o WHERE o.seal "
                     "= e.seal AND o.case_id = e.case_id AND o.id <> e.id) ORDER BY 1, 2, 3",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct number_twice t = {.what = store_str(q, 0),
                                   .number = store_str(q, 1),
                                   .pid = store_str(q, 2),
                                   .ref = store_str(q, 3),
                                   .case_id = store_int(q, 4)};
    if (casework_access(tx, who, t.case_id, NULL) == VG_OK)
      rc = sink(ctx, &t, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

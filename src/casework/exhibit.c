#include "casework/casework_internal.h"

#include <stdio.h>

#include "base/jsonw.h"

static vg_code record(struct store_tx *tx, const struct actor *who, const struct exhibit *e, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "ref", e->ref);
  vg_jw_kz(&w, "description", e->description);
  vg_jw_kz(&w, "medium", e->medium);
  vg_jw_kz(&w, "serial", e->serial);
  vg_jw_kz(&w, "seal", e->seal);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "exhibit.received", e->pid.s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code casework_exhibit_add(struct store_tx *tx, const struct actor *who, struct exhibit *e, struct vg_err *err) {
  int64_t before;
  bool free_;
  if (vg_str_trim(vg_str_z(e->description)).n == 0 || !vg_utf8_ok(vg_str_z(e->description)))
    return VG_FAIL(err, VG_EDATA, "casework.description");
  VG_TRY(store_get_int(tx, &before, "SELECT COUNT(DISTINCT printed) FROM casework_exhibit WHERE case_id = $1",
                       S_ARGS(S_INT(e->case_id)), err));
  do {
    snprintf(e->ref, sizeof e->ref, "%s/%lld", e->case_ref, (long long)++before);
    VG_TRY(casework_number_free(tx, NUMBER_EXHIBIT, e->ref, &free_, err));
  } while (!free_);
  VG_TRY(casework_access(tx, who, e->case_id, err));
  VG_TRY(casework_case_alive(tx, e->case_id, err));
  e->received = store_now(tx);
  e->pid = vg_id_new("exhibit", e->received);
  VG_TRY(store_insert(
      tx, &e->id,
      "INSERT INTO casework_exhibit (pid, case_id, ref, printed, description, medium, serial, seal, received) "
      "VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8) RETURNING id",
      S_ARGS(S_Z(e->pid.s), S_INT(e->case_id), S_Z(e->ref), S_Z(e->description), S_Z(e->medium), S_Z(e->serial),
             S_Z(e->seal), S_TIME(e->received)),
      err));
  VG_TRY(store_exec(
      tx, "INSERT INTO casework_custody (exhibit, at, what, seal, person) VALUES ($1, $2, 'received', $3, $4)",
      S_ARGS(S_INT(e->id), S_TIME(e->received), S_Z(e->seal), S_Z(who->id.s)), err));
  VG_TRY(casework_case_index(tx, e->case_id, err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_EXHIBIT, e->pid.s, err, S_INT(e->id)));
  return record(tx, who, e, err);
}

#define COLUMNS                                                                                                        \
  "SELECT e.id, e.pid, e.ref, e.case_id, e.case_ref, e.description, e.medium, e.serial, e.seal, e.received "

static void read_row(struct store_rows *q, struct exhibit *e) {
  *e = (struct exhibit){.id = store_int(q, 0),
                        .pid = vg_id_of(store_str(q, 1)),
                        .case_id = store_int(q, 3),
                        .received = store_time(q, 9)};
  vg_str_copy(e->ref, sizeof e->ref, store_str(q, 2));
  vg_str_copy(e->case_ref, sizeof e->case_ref, store_str(q, 4));
  vg_str_copy(e->description, sizeof e->description, store_str(q, 5));
  vg_str_copy(e->medium, sizeof e->medium, store_str(q, 6));
  vg_str_copy(e->serial, sizeof e->serial, store_str(q, 7));
  vg_str_copy(e->seal, sizeof e->seal, store_str(q, 8));
}

vg_code casework_exhibit_find(struct store_tx *tx, vg_str ref, struct exhibit *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(
      store_query(tx, &q, COLUMNS "FROM casework_v_exhibit e WHERE e.ref = $1 OR e.pid = $1", S_ARGS(S_STR(ref)), err));
  bool found = store_next(q);
  if (found)
    read_row(q, out);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : casework_number_unknown(tx, NUMBER_EXHIBIT, ref, "casework.no_exhibit", err);
}

static vg_code each(struct store_tx *tx, const char *sql, struct store_args args, casework_exhibit_sink *sink,
                    void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct exhibit e;
    read_row(q, &e);
    rc = sink(ctx, &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_each_exhibit(struct store_tx *tx, int64_t case_id, casework_exhibit_sink *sink, void *ctx,
                              struct vg_err *err) {
  return each(tx, COLUMNS "FROM casework_v_exhibit e WHERE e.case_id = $1 ORDER BY e.id", S_ARGS(S_INT(case_id)), sink,
              ctx, err);
}

#define OF_REGIME                                                                                                      \
  "FROM casework_v_exhibit e JOIN casework_v_case c ON c.id = e.case_id WHERE " CASEWORK_OF_REGIME("c", "$1")          \
      CASEWORK_SEEN("c.id", "c.zone", "c.org", "$2", "$3", "$4", "$5")

vg_code casework_exhibit_search(struct store_tx *tx, const struct actor *who, enum regime of, int64_t limit,
                                casework_exhibit_sink *sink, void *ctx, int64_t *apart, struct vg_err *err) {
  enum regime other = casework_regime_apart(of);
  *apart = 0;
  if (other)
    VG_TRY(store_get_int(tx, apart, "SELECT COUNT(*) " OF_REGIME, S_ARGS(SEEN_ARGS(other, tx, who)), err));
  return each(tx, COLUMNS OF_REGIME " ORDER BY e.received DESC, e.id DESC LIMIT $6",
              S_ARGS(SEEN_ARGS(other ? of : REGIME_BOTH, tx, who), S_INT(limit)), sink, ctx, err);
}

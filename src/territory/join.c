/* One company that was entered twice: which ones may be, the word of a person that they are one, or two. */
#include <string.h>

#include "base/jsonw.h"
#include "territory/territory_internal.h"

/* --- which may be one --- */

static vg_code propose(struct store_tx *tx, const struct actor *who, int64_t a, int64_t b, territory_pair_sink *sink,
                       void *ctx, struct vg_err *err) {
  struct org one, other;
  if (territory_access(tx, who, a, NULL) != VG_OK || territory_access(tx, who, b, NULL) != VG_OK)
    return VG_OK;
  VG_TRY(territory_org_of(tx, a, &one, err));
  VG_TRY(territory_org_of(tx, b, &other, err));
  return sink(ctx, &one, &other, err);
}

/* Names that stand twice are found in the index, without a look at the companies. */
vg_code territory_each_pair(struct store_tx *tx, const struct actor *who, territory_pair_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT a.id, b.id FROM (SELECT spoken FROM territory_org WHERE kind = 'company' AND spoken > '' GROUP BY spoken "
      "HAVING COUNT(*) > 1) n JOIN territory_org a ON a.kind = 'company' AND a.spoken = n.spoken JOIN territory_org b "
      "ON b.kind = 'company' AND b.spoken = n.spoken AND b.id > a.id WHERE (COALESCE(a.siren, '') = '' OR "
      "COALESCE(b.siren, '') = '') AND (COALESCE(a.department, '') = '' OR COALESCE(b.department, '') = '' OR "
      "a.department = b.department) AND NOT EXISTS (SELECT 1 FROM territory_apart p WHERE p.one = a.id AND p.other = "
      "b.id) ORDER BY n.spoken, a.id, b.id",
      S_NOARGS, err));
  while (rc == VG_OK && store_next(q))
    rc = propose(tx, who, store_int(q, 0), store_int(q, 1), sink, ctx, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- one, or two --- */

vg_code territory_may_join(struct store_tx *tx, const struct actor *who, const struct org *one, const struct org *other,
                           vg_str reason, struct vg_err *err) {
  VG_TRY(territory_may_invite(tx, who, one, err));
  VG_TRY(territory_may_invite(tx, who, other, err));
  if (!vg_str_trim(reason).n || reason.n > 500 || !vg_utf8_ok(reason) || vg_str_find_byte(reason, '\0', 0) != SIZE_MAX)
    return VG_FAIL(err, VG_EUSAGE, "territory.join_reason");
  return territory_joinable(one, other, err);
}

vg_code territory_joinable(const struct org *one, const struct org *other, struct vg_err *err) {
  if (one->id == other->id)
    return VG_FAIL(err, VG_ESTATE, "territory.join_same", one->name);
  if (one->kind != ORG_COMPANY || other->kind != ORG_COMPANY)
    return VG_FAIL(err, VG_EDATA, "territory.join_kind");
  if (one->siren[0] && other->siren[0])
    return VG_FAIL(err, VG_EDATA, "territory.join_numbers", one->siren, other->siren);
  return VG_OK;
}

bool territory_first_kept(const struct org *one, const struct org *other) {
  struct vg_id a = territory_org_name(one), b = territory_org_name(other);
  return one->siren[0] || (!other->siren[0] && strcmp(a.s, b.s) < 0);
}

vg_code territory_apart_add(struct store_tx *tx, const struct org *one, const struct org *other, struct vg_err *err) {
  bool first = one->id < other->id;
  return store_exec(tx, "INSERT INTO territory_apart (one, other) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    S_ARGS(S_INT(first ? one->id : other->id), S_INT(first ? other->id : one->id)), err);
}

vg_code territory_move_rows(struct store_tx *tx, const char *const *sql, size_t n, int64_t gone, int64_t keep,
                            int64_t *rows, struct vg_err *err) {
  int64_t moved;
  for (size_t i = 0; i < n; i++) {
    VG_TRY(store_change(tx, &moved, sql[i], S_ARGS(S_INT(gone), S_INT(keep)), err));
    *rows += moved;
  }
  return VG_OK;
}

/* What both have stays once, with what the other one said beside it; a contact of the same name keeps both. */
#define GONE_NAME "(SELECT o.name FROM territory_org o WHERE o.id = $1)"
static const char *const moves[] = {
    "UPDATE territory_site SET org = $2 WHERE org = $1",
    "UPDATE territory_contact SET name = name || ' (' || " GONE_NAME " || ')' WHERE org = $1 AND EXISTS (SELECT 1 FROM "
    "territory_contact k WHERE k.org = $2 AND k.name = territory_contact.name)",
    "UPDATE territory_contact SET org = $2 WHERE org = $1",
    "UPDATE territory_asset SET until = NULL WHERE org = $2 AND EXISTS (SELECT 1 FROM territory_asset g WHERE g.org = $1 "
    "AND g.type = territory_asset.type AND g.value = territory_asset.value AND g.until IS NULL)",
    "UPDATE territory_asset SET note = note || ' ' || (SELECT g.note FROM territory_asset g WHERE g.org = $1 AND g.type = "
    "territory_asset.type AND g.value = territory_asset.value) WHERE org = $2 AND EXISTS (SELECT 1 FROM territory_asset "
    "g WHERE g.org = $1 AND g.type = territory_asset.type AND g.value = territory_asset.value AND g.note <> '' AND "
    "g.note <> territory_asset.note)",
    "DELETE FROM territory_asset WHERE org = $1 AND EXISTS (SELECT 1 FROM territory_asset k WHERE k.org = $2 AND k.type "
    "= territory_asset.type AND k.value = territory_asset.value)",
    "UPDATE territory_asset SET org = $2 WHERE org = $1",
    "UPDATE territory_person SET org = $2 WHERE org = $1",
    "UPDATE territory_conflict SET org = $2 WHERE org = $1",
    "UPDATE territory_alias SET org = $2 WHERE org = $1",
    "UPDATE territory_joined SET org = $2 WHERE org = $1",
    "DELETE FROM territory_apart WHERE one = $1 OR other = $1 OR $2 = 0",
    "UPDATE territory_org SET naf = COALESCE(naf, (SELECT g.naf FROM territory_org g WHERE g.id = $1)), size = "
    "COALESCE(size, (SELECT g.size FROM territory_org g WHERE g.id = $1)), address = CASE WHEN address = '' THEN (SELECT "
    "g.address FROM territory_org g WHERE g.id = $1) ELSE address END WHERE id = $2"};

/* Its department goes over only where the kept one has none; else it stands in the entry of the ledger. */
static const char *const seats[] = {
    "DELETE FROM territory_seat WHERE org = $1 AND EXISTS (SELECT 1 FROM territory_seat k WHERE k.org = $2)",
    ("UPDATE territory_org SET department = COALESCE(department, (SELECT g.department FROM territory_org g WHERE g.id = "
     "$1)) WHERE id = $2"),
    "UPDATE territory_seat SET org = $2 WHERE org = $1"};

vg_code territory_org_joined(struct store_tx *tx, vg_str by, const struct org *gone, const struct org *keep,
                             vg_str reason, int64_t *rows, struct vg_err *err) {
  VG_TRY(territory_move_rows(tx, moves, VG_COUNT(moves), gone->id, keep->id, rows, err));
  VG_TRY(territory_move_rows(tx, seats, VG_COUNT(seats), gone->id, keep->id, rows, err));
  VG_TRY(store_exec(tx,
                    "INSERT INTO territory_joined (pid, name, department, org, at, person, reason) SELECT pid, name, "
                    "COALESCE(department, ''), $2, $3, $4, $5 FROM territory_org WHERE id = $1",
                    S_ARGS(S_INT(gone->id), S_INT(keep->id), S_TIME(store_now(tx)), S_STR(by), S_STR(reason)), err));
  VG_TRY(store_exec(tx, "DELETE FROM territory_org WHERE id = $1", S_ARGS(S_INT(gone->id)), err));
  return territory_seats_show(tx, keep->id, err);
}

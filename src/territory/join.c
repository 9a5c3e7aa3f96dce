/* One company that was entered twice: which ones may be, the word of a person that they are one, or two. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/grow.h"
#include "base/jsonw.h"
#include "territory/territory_internal.h"

/* --- which may be one --- */

struct known {
  const char *spoken;
  int64_t id;
  char siren[16], department[8];
};
struct list {
  struct known *v;
  size_t n, cap;
};

static vg_code load(struct store_tx *tx, struct vg_arena *arena, struct list *l, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf name;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT id, name, COALESCE(siren, ''), COALESCE(department, '') FROM territory_org WHERE kind = "
                     "'company' ORDER BY id",
                     S_NOARGS, err));
  vg_buf_init(&name, 1 << 12);
  while (rc == VG_OK && store_next(q)) {
    vg_buf_reset(&name);
    territory_spoken(&name, store_str(q, 1));
    vg_str kept = vg_arena_str(arena, vg_buf_view(&name));
    if (!VG_GROW(l->v, l->n, l->cap, 256) || !kept.p) {
      rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
      break;
    }
    struct known *k = &l->v[l->n++];
    *k = (struct known){.spoken = kept.p, .id = store_int(q, 0)};
    vg_str_copy(k->siren, sizeof k->siren, store_str(q, 2));
    vg_str_copy(k->department, sizeof k->department, store_str(q, 3));
  }
  vg_buf_fini(&name);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static int by_name(const void *a, const void *b) {
  const struct known *x = a, *y = b;
  int c = strcmp(x->spoken, y->spoken);
  return c ? c : (x->id > y->id) - (x->id < y->id);
}

static bool alike(const struct known *a, const struct known *b) {
  bool numbers = a->siren[0] && b->siren[0], places = a->department[0] && b->department[0];
  return a->spoken[0] && !strcmp(a->spoken, b->spoken) && !numbers &&
         (!places || !strcmp(a->department, b->department));
}

static vg_code propose(struct store_tx *tx, const struct known *a, const struct known *b, territory_pair_sink *sink,
                       void *ctx, struct vg_err *err) {
  int64_t apart;
  struct org one, other;
  VG_TRY(store_get_int(tx, &apart, "SELECT COUNT(*) FROM territory_apart WHERE one = $1 AND other = $2",
                       S_ARGS(S_INT(a->id < b->id ? a->id : b->id), S_INT(a->id < b->id ? b->id : a->id)), err));
  if (apart)
    return VG_OK;
  VG_TRY(territory_org_of(tx, a->id, &one, err));
  VG_TRY(territory_org_of(tx, b->id, &other, err));
  return sink(ctx, &one, &other, err);
}

static vg_code each_pair(struct store_tx *tx, const struct actor *who, const struct list *l, territory_pair_sink *sink,
                         void *ctx, struct vg_err *err) {
  for (size_t i = 0; i < l->n; i++)
    for (size_t k = i + 1; k < l->n && !strcmp(l->v[k].spoken, l->v[i].spoken); k++)
      if (alike(&l->v[i], &l->v[k]) && territory_access(tx, who, l->v[i].id, NULL) == VG_OK &&
          territory_access(tx, who, l->v[k].id, NULL) == VG_OK)
        VG_TRY(propose(tx, &l->v[i], &l->v[k], sink, ctx, err));
  return VG_OK;
}

vg_code territory_each_pair(struct store_tx *tx, const struct actor *who, territory_pair_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct list l = {.n = 0};
  struct vg_arena *arena;
  VG_TRY(vg_arena_new(&arena, 256u << 20, err));
  vg_code rc = load(tx, arena, &l, err);
  if (rc == VG_OK && l.n)
    qsort(l.v, l.n, sizeof l.v[0], by_name);
  if (rc == VG_OK)
    rc = each_pair(tx, who, &l, sink, ctx, err);
  free(l.v);
  vg_arena_free(arena);
  return rc;
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

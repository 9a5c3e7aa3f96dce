/* Two entries of one company made one in all rooms, here and on the instances that learn of it. */
#include "anticipate/anticipate.h"
#include "base/jsonw.h"
#include "casework/casework.h"
#include "dossier/dossier.h"
#include "instance/instance.h"
#include "match/match.h"
#include "prevention/prevention.h"
#include "share/share.h"

#define JOINED "org.joined"
#define APART "org.apart"

typedef vg_code move_rows(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
static move_rows *const rooms[] = {casework_org_joined, prevention_org_joined, intel_org_joined,     match_org_joined,
                                   share_org_joined,    dossier_org_joined,    anticipate_org_joined};

/* Which of the two stays follows from what they are, so that it is the same on every instance. */
static vg_code join(struct store_tx *tx, const struct actor *who, vg_str by, const struct org *one,
                    const struct org *other, vg_str reason, struct vg_err *err) {
  bool first = territory_first_kept(one, other);
  const struct org *keep = first ? one : other, *gone = first ? other : one;
  int64_t rows = 0;
  for (size_t i = 0; i < VG_COUNT(rooms); i++)
    VG_TRY(rooms[i](tx, gone->id, keep->id, &rows, err));
  VG_TRY(territory_org_joined(tx, by, gone, keep, reason, &rows, err));
  return LEDGER_TELL(tx, who, JOINED, keep->pid.s, err, "kept", keep->name, "joined", gone->name, "joined_id",
                     gone->pid.s, "department", gone->department, "rows", VG_N(rows), "motive", VG_T(reason));
}

static vg_code tell(struct store_tx *tx, const struct actor *who, const char *kind, const struct org *one,
                    const struct org *other, vg_str reason, struct vg_err *err) {
  struct vg_id subject, second;
  struct vg_buf body;
  struct vg_jw w;
  VG_TRY(territory_tell(tx, who, one, &subject, err));
  VG_TRY(territory_tell(tx, who, other, &second, err));
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_key(&w, "one");
  vg_code rc = territory_org_json(tx, one->id, &w, err);
  vg_jw_key(&w, "other");
  if (rc == VG_OK)
    rc = territory_org_json(tx, other->id, &w, err);
  vg_jw_kstr(&w, "reason", reason);
  vg_jw_end(&w);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, kind, subject.s, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

static vg_code find(struct store_tx *tx, const struct actor *who, vg_str a, vg_str b, vg_str reason, struct org *one,
                    struct org *other, struct vg_err *err) {
  VG_TRY(territory_org_find(tx, a, one, err));
  VG_TRY(territory_org_find(tx, b, other, err));
  return territory_may_join(tx, who, one, other, reason, err);
}

vg_code instance_org_join(struct store_tx *tx, const struct actor *who, vg_str a, vg_str b, vg_str reason,
                          struct org *kept, struct vg_err *err) {
  struct org one, other;
  VG_TRY(find(tx, who, a, b, reason, &one, &other, err));
  VG_TRY(tell(tx, who, JOINED, &one, &other, reason, err));
  *kept = territory_first_kept(&one, &other) ? one : other;
  return join(tx, who, vg_id_str(&who->id), &one, &other, reason, err);
}

vg_code instance_org_apart(struct store_tx *tx, const struct actor *who, vg_str a, vg_str b, vg_str reason,
                           struct vg_err *err) {
  struct org one, other;
  VG_TRY(find(tx, who, a, b, reason, &one, &other, err));
  VG_TRY(tell(tx, who, APART, &one, &other, reason, err));
  VG_TRY(territory_apart_add(tx, &one, &other, err));
  return LEDGER_TELL(tx, who, APART, one.pid.s, err, "one", one.name, "other", other.name, "motive", VG_T(reason));
}

/* --- and back --- */

static vg_code meant(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct org *one,
                     struct org *other, vg_str *reason, struct vg_err *err) {
  if (!merge_text(e->body, "reason", 500, reason))
    return VG_FAIL(err, VG_EDATA, "territory.org_meant");
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "one"), one, err));
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "other"), other, err));
  VG_TRY(territory_access(tx, who, one->id, err));
  return territory_access(tx, who, other->id, err);
}

/* Two numbers that are known here only: they are two here, whatever was said elsewhere. */
static vg_code joined_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                            struct vg_err *err) {
  struct org one, other;
  vg_str reason;
  VG_TRY(meant(tx, who, e, &one, &other, &reason, err));
  if (territory_joinable(&one, &other, NULL) != VG_OK)
    return VG_OK;
  return join(tx, who, e->actor, &one, &other, reason, err);
}

static vg_code apart_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                           struct vg_err *err) {
  struct org one, other;
  vg_str reason;
  VG_TRY(meant(tx, who, e, &one, &other, &reason, err));
  return one.id == other.id ? VG_OK : territory_apart_add(tx, &one, &other, err);
}

const struct merge_kind instance_joins[] = {
    {.kind = JOINED, .apply = joined_there}, {.kind = APART, .apply = apart_there}, {.kind = NULL}};

#include "instance/instance.h"

#include "merge/merge.h"
#include "territory/territory.h"

vg_code instance_merge_export(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str origin,
                              int64_t from, struct vg_buf *out, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM territory_v_conflict c WHERE c.person = $1 AND c.since <= $2 AND (c.until "
                       "IS NULL OR c.until > $2) AND (EXISTS (SELECT 1 FROM casework_v_incident i WHERE i.org = c.org) "
                       "OR EXISTS (SELECT 1 FROM prevention_v_diagnosis d WHERE d.org = c.org) OR EXISTS (SELECT 1 "
                       "FROM prevention_v_action a WHERE a.org = c.org))",
                       S_ARGS(S_INT(who->person), S_TIME(store_now(tx))), err));
  if (n)
    return VG_FAIL(err, VG_EDENIED, "instance.give", who->name);
  return merge_export(tx, own, origin, from, out, err);
}

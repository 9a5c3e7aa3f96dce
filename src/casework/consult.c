/* Reading what an inquiry holds: which inquiry it is, who needs no reason, and the reason that stands. */
#include "casework/casework_internal.h"

#include "base/json.h"

#include <string.h>

enum { STANDS = 12 * 3600, LATEST = 2000 }; /* seconds that a reason holds; entries that are looked through for it */

/* Who opened or brought it in, whose incident it is, who has a task of it: the work itself is the reason. */
static vg_code see_opening(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  const char **opened_by = ctx;
  bool opening = vg_str_eqz(e->kind, "case.opened") || vg_str_eqz(e->kind, "case.imported");
  (void)err;
  if (opening && *opened_by && vg_str_eqz(e->actor, *opened_by))
    *opened_by = NULL;
  return VG_OK;
}

vg_code casework_in_charge(struct store_tx *tx, const struct actor *who, const struct affair *a, bool *yes,
                           struct vg_err *err) {
  const char *me = who->id.s;
  struct incident in;
  int64_t tasks;
  VG_TRY(ledger_entries(tx, -1, INT64_MIN / 2, a->pid.s, see_opening, &me, err));
  VG_TRY(casework_incident_find(tx, vg_id_str(&a->incident), &in, err));
  VG_TRY(store_get_int(tx, &tasks, "SELECT COUNT(*) FROM casework_v_task WHERE case_id = $1 AND person = $2",
                       S_ARGS(S_INT(a->id), S_Z(who->id.s)), err));
  *yes = !me || tasks || in.referent == who->person;
  return VG_OK;
}

vg_code casework_incident_inquiry(struct store_tx *tx, const struct incident *in, struct affair *out, bool *is,
                                  struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, CASE_COLUMNS "WHERE i.pid = $1 AND c.frame <> 'prevention' ORDER BY c.id LIMIT 1",
                     S_ARGS(S_Z(in->pid.s)), err));
  if ((*is = store_next(q)))
    casework_case_read(q, out);
  return store_done(&q, err);
}

/* "2026-OUE-0001/1", "2026-OUE-0001/A1"; what has a public id already keeps it. */
static vg_code pid_of(struct store_tx *tx, vg_str subject, const struct affair *a, struct vg_id *pid,
                      struct vg_err *err) {
  struct vg_buf part;
  *pid = vg_str_eqz(subject, a->ref) ? a->pid : vg_id_of(subject);
  if (vg_str_find_byte(subject, '/', 0) == SIZE_MAX)
    return VG_OK;
  vg_buf_init(&part, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &part,
                              "SELECT pid FROM casework_exhibit WHERE ref = $1 UNION ALL SELECT pid FROM casework_act "
                              "WHERE ref = $1",
                              S_ARGS(S_STR(subject)), err);
  *pid = vg_id_of(vg_buf_view(&part));
  vg_buf_fini(&part);
  return rc;
}

vg_code casework_inquiry_of(struct store_tx *tx, vg_str subject, struct affair *out, struct vg_id *pid, bool *is,
                            struct vg_err *err) {
  struct incident in;
  struct store_rows *q;
  int64_t id;
  *is = false;
  if (vg_str_eqz(vg_id_kind(subject), "incident")) {
    *pid = vg_id_of(subject);
    return casework_incident_find(tx, subject, &in, NULL) == VG_OK ? casework_incident_inquiry(tx, &in, out, is, err)
                                                                   : VG_OK;
  }
  if (!casework_case_id_of(tx, subject, &id))
    return VG_OK;
  VG_TRY(store_query(tx, &q, CASE_COLUMNS "WHERE c.id = $1 AND c.frame <> 'prevention'", S_ARGS(S_INT(id)), err));
  if ((*is = store_next(q)))
    casework_case_read(q, out);
  VG_TRY(store_done(&q, err));
  return *is ? pid_of(tx, subject, out, pid, err) : VG_OK;
}

vg_code casework_pid_of(struct store_tx *tx, vg_str subject, struct vg_id *pid, struct vg_err *err) {
  struct vg_buf found;
  *pid = vg_id_of(subject);
  vg_buf_init(&found, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &found,
                              "SELECT pid FROM casework_case WHERE ref = $1 UNION ALL SELECT pid FROM casework_exhibit "
                              "WHERE ref = $1 UNION ALL SELECT pid FROM casework_act WHERE ref = $1",
                              S_ARGS(S_STR(subject)), err);
  if (rc == VG_OK)
    *pid = vg_id_of(vg_buf_view(&found));
  if (rc == VG_ENOTFOUND)
    vg_err_clear(err);
  vg_buf_fini(&found);
  return rc == VG_ENOTFOUND ? VG_OK : rc;
}

struct looking {
  const struct actor *who;
  const char *sought;
  vg_time since;
  struct consulted *out;
};

static vg_code see(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct looking *l = ctx;
  struct vg_json *j;
  vg_jv body;
  vg_str motive, with = VG_STR("");
  if (e->time < l->since || !vg_str_eqz(e->kind, "journal.consulted") || !vg_str_eqz(e->actor, l->who->id.s))
    return VG_OK;
  VG_TRY(vg_json_new(&j, err));
  if (vg_json_parse(j, e->body, &body, NULL) == VG_OK && vg_jv_str_at(body, "motive", &motive)) {
    (void)vg_jv_str_at(body, "with", &with);
    if (!l->out->motive[0]) /* the newest comes first */
      vg_str_copy(l->out->motive, sizeof l->out->motive, motive);
    l->out->told |= vg_str_eqz(with, l->sought ? l->sought : "");
  }
  vg_json_free(j);
  return VG_OK;
}

vg_code casework_consulted(struct store_tx *tx, const struct actor *who, const char *subject, const char *sought,
                           struct consulted *out, struct vg_err *err) {
  *out = (struct consulted){.told = false};
  struct looking l = {who, sought, store_now(tx) - STANDS * VG_SECOND, out};
  return ledger_entries(tx, -1, -LATEST, subject, see, &l, err);
}

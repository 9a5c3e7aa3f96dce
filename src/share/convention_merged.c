/* Conventions between instances. What came is known here and opens nothing until it is admitted: who may get what is
 * each instance's own word. */
#include "base/jsonw.h"
#include "share/share_internal.h"
#include "territory/territory.h"

#define CONVENTION_MADE "convention.made"

static vg_code write_body(struct store_tx *tx, const struct convention *c, vg_time made, vg_str by, struct vg_jw *w,
                          struct vg_err *err) {
  vg_jw_obj(w);
  vg_jw_key(w, "partner");
  VG_TRY(territory_org_json(tx, c->partner, w, err));
  vg_jw_kint(w, "direction", c->direction);
  vg_jw_kint(w, "max_tlp", c->max_tlp);
  vg_jw_kint(w, "max_pap", c->max_pap);
  vg_jw_kint(w, "from", c->from);
  vg_jw_kint(w, "to", c->to);
  vg_jw_kz(w, "purposes", c->purposes);
  vg_jw_kz(w, "classes", c->classes);
  vg_jw_kint(w, "made", made);
  vg_jw_kstr(w, "by", by);
  vg_jw_end(w);
  return VG_OK;
}

vg_code convention_tell(struct store_tx *tx, const struct actor *who, const struct convention *c, vg_time made,
                        vg_str by, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_code rc = write_body(tx, c, made, by, &w, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, CONVENTION_MADE, c->pid.s, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

static bool read_int(vg_jv body, const char *key, int *out) {
  int64_t n;
  bool ok = vg_jv_i64_at(body, key, &n) && n >= 0 && n < 100;
  *out = ok ? (int)n : 0;
  return ok;
}

static vg_code made_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err) {
  struct convention c = {.id = 0};
  struct org o;
  vg_time made;
  vg_str by;
  bool ok = vg_id_ok(e->subject) && vg_str_eqz(vg_id_kind(e->subject), "convention") &&
            read_int(e->body, "direction", &c.direction) && read_int(e->body, "max_tlp", &c.max_tlp) &&
            read_int(e->body, "max_pap", &c.max_pap) && vg_jv_i64_at(e->body, "from", &c.from) &&
            vg_jv_i64_at(e->body, "to", &c.to) && merge_copy(e->body, "purposes", c.purposes, sizeof c.purposes) &&
            merge_copy(e->body, "classes", c.classes, sizeof c.classes) && vg_jv_i64_at(e->body, "made", &made) &&
            merge_text(e->body, "by", VG_ID_MAX - 1, &by) && convention_check(&c, NULL) == VG_OK;
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "share.convention.event", VG_N(e->seq));
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "partner"), &o, err));
  VG_TRY(territory_access(tx, who, o.id, err));
  c.pid = vg_id_of(e->subject);
  c.partner = o.id;
  return convention_put(tx, &c, made, by, false, err);
}

static vg_code adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct vg_buf pids, by;
  vg_str rest, pid;
  bool told;
  int64_t made;
  struct convention c;
  vg_buf_init(&pids, 16 << 20);
  vg_buf_init(&by, VG_ID_MAX);
  vg_code rc =
      store_get_lines(tx, &pids, "SELECT pid FROM share_convention WHERE admitted = 1 ORDER BY id", S_NOARGS, err);
  for (rest = vg_buf_view(&pids); rc == VG_OK && vg_str_line(&rest, &pid);) {
    if (!pid.n || (rc = merge_is_told(tx, CONVENTION_MADE, pid, &told, err)) != VG_OK || told)
      continue;
    vg_buf_reset(&by);
    VG_GO(share_convention_find(tx, pid, &c, err));
    VG_GO(store_get_int(tx, &made, "SELECT made FROM share_convention WHERE pid = $1", S_ARGS(S_STR(pid)), err));
    VG_GO(store_get_text(tx, &by, "SELECT made_by FROM share_convention WHERE pid = $1", S_ARGS(S_STR(pid)), err));
    VG_GO(convention_tell(tx, who, &c, made, vg_buf_view(&by), err));
    ++*count;
  }
out:
  vg_buf_fini(&by);
  vg_buf_fini(&pids);
  return rc;
}

vg_code share_convention_admit(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct convention c;
  VG_TRY(convention_by_whom(who, err));
  VG_TRY(share_convention_find(tx, pid, &c, err));
  if (c.admitted)
    return VG_FAIL(err, VG_ESTATE, "share.convention.admitted", VG_T(pid));
  VG_TRY(store_exec(tx, "UPDATE share_convention SET admitted = 1 WHERE id = $1", S_ARGS(S_INT(c.id)), err));
  return convention_record(tx, who, "share.convention_admitted", &c, err);
}

const struct merge_kind share_merges[] = {{.kind = CONVENTION_MADE, .apply = made_there, .adopt = adopt},
                                          {.kind = NULL}};

vg_code share_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err) {
  static const char *const moves[] = {
      "UPDATE share_convention SET partner = $2 WHERE partner = $1",
      "UPDATE share_release SET org = $2 WHERE org = $1",
      "UPDATE share_content SET partner = $2 WHERE partner = $1",
      "UPDATE share_content_sent SET org = $2 WHERE org = $1",
      "UPDATE share_exchange SET org = $2 WHERE org = $1 AND NOT EXISTS (SELECT 1 FROM share_exchange k WHERE k.org = $2 AND k.origin = share_exchange.origin AND k.sent = share_exchange.sent)",
      "DELETE FROM share_exchange WHERE org = $1 OR $2 = 0",
      "DELETE FROM share_shelf WHERE org = $1 AND EXISTS (SELECT 1 FROM share_shelf k WHERE k.org = $2 AND k.convention = share_shelf.convention AND k.purpose = share_shelf.purpose AND k.object = share_shelf.object AND k.version = share_shelf.version)",
      "UPDATE share_shelf SET org = $2 WHERE org = $1",
      "DELETE FROM share_collection WHERE org = $1 AND EXISTS (SELECT 1 FROM share_collection k WHERE k.org = $2 AND k.convention = share_collection.convention AND k.purpose = share_collection.purpose)",
      "UPDATE share_collection SET org = $2 WHERE org = $1",
      "DELETE FROM share_key WHERE org = $1 AND EXISTS (SELECT 1 FROM share_key k WHERE k.org = $2)",
      "UPDATE share_key SET org = $2 WHERE org = $1",
      "DELETE FROM share_shown WHERE org = $1 OR $2 = 0"};
  return territory_move_rows(tx, moves, VG_COUNT(moves), gone, keep, rows, err);
}

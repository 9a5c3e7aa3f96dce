#include "evidence/evidence.h"

#include <string.h>

/* People name an exhibit by what stands on its seal as often as by its reference. */
struct by_seal {
  vg_str name;
  struct exhibit *out;
  char other[sizeof((struct exhibit *)0)->ref]; /* a second one that bears the seal */
  bool by_ref, found;
};

static vg_code see_exhibit(void *ctx, const struct exhibit *e, struct vg_err *err) {
  struct by_seal *s = ctx;
  (void)err;
  bool by_ref = vg_str_eqz(s->name, e->ref) || vg_str_eqz(s->name, e->pid.s);
  if (s->by_ref || !(by_ref || vg_str_eqz(s->name, e->seal)))
    return VG_OK;
  if (s->found && !by_ref) {
    vg_str_copy(s->other, sizeof s->other, vg_str_z(e->ref));
    return VG_OK;
  }
  *s->out = *e;
  s->by_ref = by_ref;
  s->found = true;
  return VG_OK;
}

vg_code evidence_find_exhibit(struct store_tx *tx, const struct actor *who, const char *case_ref,
                              const char *exhibit_ref, struct exhibit *e, struct vg_err *err) {
  struct by_seal s = {.name = vg_str_z(exhibit_ref), .out = e};
  struct affair a;
  struct exhibit_state state;
  VG_TRY(casework_case_see(tx, who, vg_str_z(case_ref), &a, err));
  VG_TRY(casework_each_exhibit(tx, a.id, see_exhibit, &s, err));
  if (!s.found)
    VG_TRY(casework_exhibit_find(tx, s.name, e, err));
  if (!s.by_ref && s.other[0])
    return VG_FAIL(err, VG_ESTATE, "evidence.seal_twice", exhibit_ref, e->ref, s.other);
  if (e->case_id != a.id)
    return VG_FAIL(err, VG_EDATA, "evidence.other_case", e->ref, e->case_ref, a.ref);
  VG_TRY(casework_exhibit_state(tx, e->id, &state, err));
  if (state.gone)
    return VG_FAIL(err, VG_ESTATE, "casework.exhibit_gone", e->ref, state.what);
  return casework_act_check(tx, e, "acquisition", err);
}

/* What left our hands while it was being copied has no more custody here; the copy is recorded all the same. */
static vg_code tell_custody(struct store_tx *tx, const struct actor *who, const struct acquire_result *r,
                            const struct exhibit *e, struct vg_err *err) {
  struct exhibit_state state;
  struct custody k = {.sha256 = vg_str_z(r->hash[VG_SHA256]), .reason = vg_path_base(vg_str_z(r->copy[0].images.v[0]))};
  if (!e)
    return VG_OK;
  if (!vg_utf8_ok(k.reason))
    k.reason = VG_STR("E01");
  VG_TRY(casework_exhibit_state(tx, e->id, &state, err));
  return state.gone ? VG_OK : casework_exhibit_move(tx, who, e, CUSTODY_COPIED, &k, err);
}

static vg_code put_body(struct vg_buf *body, const struct acquire_result *r, const struct exhibit *e,
                        struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "source", r->source);
  vg_jw_kz(&w, "image", r->copy[0].images.v[0]);
  if (r->copies > 1)
    vg_jw_kz(&w, "second", r->copy[1].images.v[0]);
  vg_jw_kz(&w, "case", e ? e->case_ref : "");
  vg_jw_kz(&w, "exhibit", e ? e->ref : "");
  if (r->model[0])
    vg_jw_kz(&w, "model", r->model);
  if (r->serial[0])
    vg_jw_kz(&w, "serial", r->serial);
  vg_jw_kbool(&w, "source_in_use", r->mounted);
  vg_jw_kint(&w, "bad_sectors", (int64_t)r->bad_sectors);
  evidence_facts(&w, r);
  vg_jw_end(&w);
  return vg_buf_check(body, err);
}

vg_code evidence_record(struct store_tx *tx, const struct actor *who, const struct acquire_result *r,
                        const struct exhibit *e, int64_t *ledger_index, struct vg_err *err) {
  struct vg_id pid = vg_id_new("image", store_now(tx));
  struct vg_buf body;
  int64_t id;
  vg_code rc = VG_OK;
  vg_buf_init(&body, 64 << 20);
  VG_GO(store_insert(
      tx, &id,
      "INSERT INTO evidence_image (pid, case_ref, exhibit_ref, path, segments, bytes, sector_size, md5, sha1, "
      "sha256, sha512, bad_sectors, made, made_by) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) RETURNING id",
      S_ARGS(S_Z(pid.s), S_Z(e ? e->case_ref : ""), S_Z(e ? e->ref : ""), S_BYTES(vg_str_z(r->copy[0].images.v[0])),
             S_INT(r->copy[0].images.n), S_INT(r->bytes), S_INT(r->sector_size), S_Z(r->hash[VG_MD5]),
             S_Z(r->hash[VG_SHA1]), S_Z(r->hash[VG_SHA256]), S_Z(r->hash[VG_SHA512]), S_INT(r->bad_sectors),
             S_TIME(store_now(tx)), S_Z(who->id.s)),
      err));
  VG_GO(tell_custody(tx, who, r, e, err));
  if (e)
    VG_GO(casework_act_made(tx, who, e, "acquisition", pid.s, err));
  VG_GO(merge_row_added(tx, who, &evidence_merges[0], pid.s, S_ARGS(S_INT(id)), err));
  VG_GO(put_body(&body, r, e, err));
  rc = ledger_append(tx, who, "evidence.acquired", pid.s, vg_buf_view(&body), ledger_index, err);
out:
  vg_buf_fini(&body);
  return rc;
}

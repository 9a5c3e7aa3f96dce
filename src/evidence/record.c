#include "evidence/evidence.h"

#include "base/jsonw.h"

vg_code evidence_record(struct store_tx *tx, const struct actor *who, const struct acquire_result *r, const char *source,
                        const char *case_ref, const char *exhibit_ref, int64_t *ledger_index, struct vg_err *err) {
  struct vg_id pid = vg_id_new("image", store_now(tx));
  struct vg_buf body;
  struct vg_jw w;
  int64_t id, bad = 0;
  vg_code rc = VG_OK;
  for (size_t i = 0; i < r->bad_count; i++)
    bad += (int64_t)r->bad[i][1];
  vg_buf_init(&body, 1 << 20);
  VG_GO(store_insert(tx, &id,
                     "INSERT INTO evidence_image (pid, case_ref, exhibit_ref, path, segments, bytes, sector_size, md5, sha1, "
                     "sha256, bad_sectors, made, made_by) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) RETURNING id",
                     S_ARGS(S_Z(pid.s), S_Z(case_ref), S_Z(exhibit_ref), S_BYTES(vg_str_z(r->images.v[0])), S_INT(r->images.n),
                            S_INT(r->bytes), S_INT(r->sector_size), S_Z(r->hash[VG_MD5]), S_Z(r->hash[VG_SHA1]),
                            S_Z(r->hash[VG_SHA256]), S_INT(bad), S_TIME(store_now(tx)), S_Z(who->id.s)),
                     err));
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "source", source);
  vg_jw_kz(&w, "image", r->images.v[0]);
  vg_jw_kz(&w, "case", case_ref);
  vg_jw_kz(&w, "exhibit", exhibit_ref);
  vg_jw_kint(&w, "bytes", (int64_t)r->bytes);
  vg_jw_kint(&w, "bad_sectors", bad);
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++)
    vg_jw_kz(&w, vg_digest_name(d), r->hash[d]);
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&body, err));
  rc = ledger_append(tx, who, "evidence.acquired", pid.s, vg_buf_view(&body), ledger_index, err);
out:
  vg_buf_fini(&body);
  return rc;
}

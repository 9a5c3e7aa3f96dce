/* A bundle that is carried as a file has its signature beside it: {"key":"hex","signature":"base64"}. */
#include "share/share_internal.h"

#include "base/hash.h"

#include <string.h>

enum { KEY_TEXT = 2 * VG_KEY_SIZE + 1 };

vg_code share_letter_sign(const struct vg_key *key, vg_str bundle, struct vg_buf *out, struct vg_err *err) {
  unsigned char pub[VG_KEY_SIZE], sig[VG_SIG_SIZE];
  char hex[KEY_TEXT];
  vg_key_public(key, pub);
  VG_TRY(vg_key_sign(key, bundle, sig, err));
  vg_buf_fmt(out, "{\"key\":\"%s\",\"signature\":\"", vg_hex(hex, pub, sizeof pub));
  vg_base64(out, vg_str_n((const char *)sig, sizeof sig));
  vg_buf_z(out, "\"}\n");
  return vg_buf_check(out, err);
}

vg_code share_letter_check(vg_str bundle, vg_str signature, const unsigned char trust[static VG_KEY_SIZE],
                           const char *name, struct vg_err *err) {
  struct vg_json *json = NULL;
  struct vg_buf sig;
  vg_jv root;
  vg_str line;
  vg_code rc = VG_OK;
  vg_buf_init(&sig, 1 << 10);
  VG_GO(vg_json_new(&json, err));
  VG_GO(vg_json_parse(json, signature, &root, err));
  if (!vg_jv_str_at(root, "signature", &line) || !vg_unbase64(line, &sig) || sig.n != VG_SIG_SIZE ||
      !vg_key_verify(trust, bundle, (const unsigned char *)sig.p))
    rc = VG_FAIL(err, VG_EDENIED, "share.letter.signature", name);
out:
  vg_json_free(json);
  vg_buf_fini(&sig);
  return rc;
}

vg_code share_key_of(struct store_tx *tx, int64_t org, unsigned char key[static VG_KEY_SIZE], struct vg_err *err) {
  struct vg_buf hex;
  vg_buf_init(&hex, 256);
  vg_code rc = store_get_text(tx, &hex, "SELECT key FROM share_key WHERE org = $1", S_ARGS(S_INT(org)), NULL);
  if (rc == VG_ENOTFOUND)
    rc = VG_FAIL(err, rc, "share.key_unknown");
  else if (rc != VG_OK || !vg_unhex(vg_buf_view(&hex), key, VG_KEY_SIZE))
    rc = VG_FAIL(err, VG_EDAMAGE, "share.key_unknown");
  vg_buf_fini(&hex);
  return rc;
}

vg_code share_key_keep(struct store_tx *tx, const struct actor *who, int64_t org,
                       const unsigned char key[static VG_KEY_SIZE], bool replace, struct vg_err *err) {
  unsigned char kept[VG_KEY_SIZE];
  char hex[KEY_TEXT];
  struct vg_buf pid;
  vg_code rc = share_key_of(tx, org, kept, NULL);
  if (rc == VG_OK && !memcmp(kept, key, sizeof kept))
    return VG_OK;
  if (rc == VG_OK && !replace)
    return VG_FAIL(err, VG_EDENIED, "share.key_differs", vg_hex(hex, kept, sizeof kept));
  vg_hex(hex, key, VG_KEY_SIZE);
  VG_TRY(store_exec(tx,
                    "INSERT INTO share_key (org, key, since, kept_by) VALUES ($1, $2, $3, $4) ON CONFLICT (org) DO "
                    "UPDATE SET key = excluded.key, since = excluded.since, kept_by = excluded.kept_by",
                    S_ARGS(S_INT(org), S_Z(hex), S_TIME(store_now(tx)), S_Z(who->id.s)), err));
  vg_buf_init(&pid, 256);
  rc = store_get_text(tx, &pid, "SELECT pid FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(org)), err);
  if (rc == VG_OK)
    rc = LEDGER_TELL(tx, who, "share.key_kept", vg_buf_text(&pid), err, "key", hex);
  vg_buf_fini(&pid);
  return rc;
}

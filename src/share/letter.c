/* A bundle that is carried as a file has its signature beside it: {"key":"hex","signature":"base64"}. */
#include "share/share_internal.h"

#include "base/hash.h"

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

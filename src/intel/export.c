/* The owner's backup: what a query finds, as one bundle. */
#include "base/file.h"
#include "base/jsonw.h"
#include "intel/intel_internal.h"

#include <string.h>

struct backup {
  int fd;
  const char *name;
  struct vg_buf out;
  struct root root;
  int64_t objects;
  struct ledger_disclosure whom;
};

static vg_code flush(struct backup *b, struct vg_err *err) {
  VG_TRY(vg_buf_check(&b->out, err));
  VG_TRY(vg_write_all(b->fd, b->out.p ? b->out.p : "", b->out.n, b->name, err));
  vg_buf_reset(&b->out);
  return VG_OK;
}

static vg_code one(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct backup *b = ctx;
  unsigned char digest[VG_SHA256_SIZE];
  vg_buf_z(&b->out, b->objects++ ? ",\n" : "\n");
  vg_buf_str(&b->out, o->json);
  vg_sha256(o->json.p, o->json.n, digest);
  root_add(&b->root, digest);
  return b->out.n > 1u << 20 ? flush(b, err) : VG_OK;
}

static vg_code record(struct store_tx *tx, const struct actor *who, struct backup *b, const struct vg_id *id,
                      struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  unsigned char root[32];
  char hex[65];
  root_end(&b->root, root);
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  b->whom.count = b->objects;
  ledger_disclosure(&w, &b->whom);
  vg_jw_kint(&w, "objects", b->objects);
  vg_jw_kz(&w, "root", vg_hex(hex, root, sizeof root));
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "intel.exported", id->s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code intel_export(struct store_tx *tx, const struct actor *who, const struct intel_query *q,
                     const struct ledger_whom *whom, int fd, const char *name, int64_t *objects, struct vg_err *err) {
  struct backup b = {.fd = fd, .name = name, .whom = {.tlp = intel_tlp_name(TLP_RED), .pap = intel_pap_name(PAP_RED)}};
  struct vg_id id = vg_id_new("bundle", store_now(tx));
  vg_code rc = VG_OK;
  if (!(who->roles & ROLE_ADMIN))
    return VG_FAIL(err, VG_EDENIED, "intel.export_denied", who->name);
  VG_TRY(ledger_whom(who, "backup", whom, &b.whom, err));
  vg_buf_init(&b.out, INPUT_ELEMENT_MAX * 2u);
  /* A bundle has no marking of its own: this says what it is to whoever finds the file. */
  vg_buf_fmt(
      &b.out,
      "{\"type\":\"bundle\",\"id\":\"%s\",\"x_vigie_backup\":\"TLP:RED PAP:RED - the owner's backup, not a release\",\"objects\":[",
      id.s);
  VG_GO(intel_find(tx, q, one, &b, err));
  vg_buf_z(&b.out, "\n]}\n");
  VG_GO(flush(&b, err));
  VG_GO(record(tx, who, &b, &id, err));
  *objects = b.objects;
out:
  vg_buf_fini(&b.out);
  return rc;
}

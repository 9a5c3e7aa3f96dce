/* A file of another case system's objects, read as it comes: one object in memory at a time. */
#include "casework/casework.h"

#include <errno.h>
#include <unistd.h>

#include "base/json.h"

struct reading {
  struct store_tx *tx;
  const struct actor *who;
  const struct import_order *o;
  struct vg_json *json;
  import_reject *reject;
  void *ctx;
  struct import_tally *tally;
};

/* A bad object is named and costs only itself. */
static vg_code take(void *ctx, vg_str object, int64_t at, struct vg_err *err) {
  struct reading *r = ctx;
  struct vg_err why = {0};
  bool added = false;
  r->tally->read++;
  VG_TRY(store_savepoint(r->tx, err));
  vg_code rc = object.n ? casework_import(r->tx, r->who, r->o, r->json, object, &added, &why)
                        : VG_FAIL(&why, VG_ELIMIT, "casework.import_size");
  VG_TRY(store_release(r->tx, rc == VG_OK, err));
  if (rc == VG_OK) {
    *(added ? &r->tally->added : &r->tally->known) += 1;
    return VG_OK;
  }
  r->tally->rejected++;
  r->reject(r->ctx, at, &why);
  return VG_OK;
}

static vg_code stream(struct reading *r, int fd, const char *name, struct vg_err *err) {
  static _Thread_local char chunk[1 << 16];
  struct casework_cut cut;
  vg_code rc = VG_OK;
  ssize_t n;
  casework_cut_init(&cut);
  while (rc == VG_OK && ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)))
    rc = n > 0 ? casework_cut_feed(&cut, vg_str_n(chunk, (size_t)n), take, r, err) : VG_OK;
  if (rc == VG_OK && n < 0)
    rc = VG_FAIL_SYS(err, "base.read", name);
  if (rc == VG_OK)
    rc = casework_cut_end(&cut, take, r, err);
  casework_cut_fini(&cut);
  return rc == VG_OK && r->tally->read == 0 ? VG_FAIL(err, VG_EDATA, "casework.import_empty", name) : rc;
}

vg_code casework_import_file(struct store_tx *tx, const struct actor *who, const struct import_order *o, int fd,
                             const char *name, import_reject *reject, void *ctx, struct import_tally *out,
                             struct vg_err *err) {
  struct reading r = {tx, who, o, NULL, reject, ctx, out};
  *out = (struct import_tally){0};
  if (!casework_frame_known(o->frame))
    return VG_FAIL(err, VG_EDATA, "casework.frame", o->frame);
  VG_TRY(territory_access(tx, who, o->org, err));
  VG_TRY(vg_json_new(&r.json, err));
  vg_code rc = stream(&r, fd, name, err);
  vg_json_free(r.json);
  return rc;
}

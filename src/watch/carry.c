/* What a source published, carried here in a file: a machine without the network keeps its watch too. */
#include "base/file.h"
#include "base/hash.h"
#include "watch/watch_internal.h"

vg_code watch_source_carry(struct store_tx *tx, const struct actor *who, vg_str ref, const char *path,
                           struct watch_summary *out, struct vg_err *err) {
  struct source f;
  char title[256], hex[2 * VG_SHA256_SIZE + 1];
  unsigned char digest[VG_SHA256_SIZE];
  struct vg_map_file file;
  VG_TRY(source_find(tx, ref, &f, err));
  struct item_tally t = {.tx = tx, .source = f.id};
  VG_TRY(watch_read(path, f.kind, f.url, title, item_tally, &t, err));
  *out = (struct watch_summary){.sources = 1, .items = t.fresh, .stories = t.stories};
  VG_TRY(store_exec(tx,
                    "UPDATE watch_source SET last_ok = $2, failures = 0, problem = '', words = '', "
                    "title = CASE WHEN title = '' THEN $3 ELSE title END WHERE id = $1",
                    S_ARGS(S_INT(f.id), S_TIME(store_now(tx)), S_Z(title)), err));
  VG_TRY(vg_map_open(&file, path, err));
  vg_sha256(file.bytes.p, file.bytes.n, digest);
  vg_map_close(&file);
  return LEDGER_TELL(tx, who, "watch.source_carried", f.pid, err, "url", f.url, "sha256",
                     vg_hex(hex, digest, sizeof digest), "items", VG_N(out->items));
}

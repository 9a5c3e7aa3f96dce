/* What a source published, carried here in a file: a machine without the network keeps its watch too. */
#include "base/file.h"
#include "base/hash.h"
#include "base/http.h"
#include "watch/watch_internal.h"

struct carried {
  struct store_tx *tx;
  int64_t source;
  struct watch_summary *out;
};

static vg_code keep(void *ctx, const struct read_item *i, struct vg_err *err) {
  struct carried *k = ctx;
  bool fresh, new_story;
  VG_TRY(item_keep(k->tx, k->source, i, &fresh, &new_story, err));
  k->out->items += fresh;
  k->out->stories += new_story;
  return VG_OK;
}

vg_code watch_source_carry(struct store_tx *tx, const struct actor *who, vg_str ref, const char *path,
                           struct watch_summary *out, struct vg_err *err) {
  struct store_rows *q;
  struct carried k = {.tx = tx, .out = out};
  char pid[VG_ID_MAX], url[VG_HTTP_URL], kind[16], title[256];
  unsigned char digest[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  struct vg_map_file file;
  *out = (struct watch_summary){.sources = 1};
  VG_TRY(store_query(tx, &q, "SELECT id, pid, url, kind FROM watch_source WHERE (pid = $1 OR url = $1) AND dropped = 0",
                     S_ARGS(S_STR(ref)), err));
  bool found = store_next(q);
  if (found) {
    k.source = store_int(q, 0);
    vg_str_copy(pid, sizeof pid, store_str(q, 1));
    vg_str_copy(url, sizeof url, store_str(q, 2));
    vg_str_copy(kind, sizeof kind, store_str(q, 3));
  }
  VG_TRY(store_done(&q, err));
  if (!found)
    return VG_FAIL(err, VG_ENOTFOUND, "watch.no_source", VG_T(ref));
  VG_TRY(watch_read(path, kind, url, title, keep, &k, err));
  VG_TRY(store_exec(tx,
                    "UPDATE watch_source SET last_ok = $2, failures = 0, problem = '', words = '', "
                    "title = CASE WHEN title = '' THEN $3 ELSE title END WHERE id = $1",
                    S_ARGS(S_INT(k.source), S_TIME(store_now(tx)), S_Z(title)), err));
  VG_TRY(vg_map_open(&file, path, err));
  vg_sha256(file.bytes.p, file.bytes.n, digest);
  vg_map_close(&file);
  return LEDGER_TELL(tx, who, "watch.source_carried", pid, err, "url", url, "sha256",
                     vg_hex(hex, digest, sizeof digest), "items", VG_N(out->items));
}

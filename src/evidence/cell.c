#include "evidence/evidence_internal.h"

#include "base/json.h"

/* Runs inside the cell: opens an image that others wrote and reads it whole. What it says: see take_hash in verify.c. */
struct reading {
  struct image_reader *image;
  struct cell_out *out;
  uint64_t at, end;
};

static vg_code fill(void *ctx, char *p, size_t n, size_t *got, struct vg_err *err) {
  struct reading *r = ctx;
  uint64_t left = r->end - r->at;
  *got = 0;
  if (left == 0)
    return VG_OK;
  VG_TRY(image_read_at(r->image, r->at, p, n < left ? n : (size_t)left, got, err));
  r->at += *got;
  cell_send_progress(r->out, r->at, r->end);
  return VG_OK;
}

static void send_hash(struct cell_out *out, const char *prefix, enum vg_digest d, const char *hex) {
  struct vg_buf b;
  char name[32];
  vg_buf_init(&b, 1024);
  vg_str_copy(name, sizeof name, vg_str_z(prefix));
  vg_str_copy(name + vg_str_z(prefix).n, sizeof name - vg_str_z(prefix).n, vg_str_z(vg_digest_name(d)));
  vg_wr_text(&b, vg_str_z(name));
  vg_wr_text(&b, vg_str_z(hex));
  VG_ASSERT(!b.bad);
  cell_send(out, CELL_HASH, vg_buf_view(&b));
  vg_buf_fini(&b);
}

static void send_stored(struct reading *r) {
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++) {
    char hex[2 * VG_DIGEST_MAX + 1];
    if (image_stored_hash(r->image, d, hex))
      send_hash(r->out, "stored ", d, hex);
  }
}

static void odd(struct cell_out *out, const char *what) { cell_send_problem(out, VG_STR(""), what, VG_NOSTR); }

static vg_code read_whole(struct reading *r, int64_t noted, struct vg_err *err) {
  unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX];
  char hex[2 * VG_DIGEST_MAX + 1];
  r->end = image_size(r->image);
  if (noted >= 0 && (uint64_t)noted > r->end)
    odd(r->out, "evidence.bad.short");
  else if (noted >= 0)
    r->end = (uint64_t)noted;
  send_stored(r);
  VG_TRY(evidence_pipe(&(struct pipe_order){fill, NULL, r, NULL}, digests, err));
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++)
    send_hash(r->out, "", d, vg_hex(hex, digests[d], vg_digest_size(d)));
  if (image_damaged(r->image))
    odd(r->out, "evidence.bad.checksum");
  return VG_OK;
}

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct reading r = {.out = out};
  struct vg_json *json;
  struct vg_err why = {0};
  vg_jv root;
  int64_t noted = -1;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, in->args, &root, err);
  if (rc == VG_OK)
    (void)vg_jv_i64_at(root, "bytes", &noted);
  vg_json_free(json);
  VG_TRY(rc);
  rc = image_open(in->inputs, in->input_count, &r.image, &why);
  if (rc == VG_OK)
    rc = read_whole(&r, noted, &why);
  if (rc == VG_EDATA || rc == VG_EIO) {
    odd(out, r.image ? "evidence.bad.unreadable" : "evidence.bad.container");
    rc = VG_OK;
  } else if (rc != VG_OK && err) {
    *err = why;
  }
  image_close(r.image);
  return rc;
}

const struct cell_parser evidence_parser = {.name = "evidence", .run = run, .threads = true, .cpu_seconds = 7 * 24 * 3600};

#include "evidence/evidence_internal.h"

#include <stdio.h>

/*
 * Runs inside the cell: opens an image that others wrote and reads it whole. Sends CELL_HASH "md5" (of the medium),
 * "stored md5" (the container's own word), "padded md5" (of all that the container holds, when that is more), and
 * CELL_PROBLEM with two places.
 */
struct reading {
  struct image_reader *image;
  struct cell_out *out;
};

static vg_code passed(void *ctx, uint64_t done, uint64_t total, struct vg_err *err) {
  struct reading *r = ctx;
  (void)err;
  cell_send_progress(r->out, done, total);
  return VG_OK;
}

static void send_hash(struct cell_out *out, const char *prefix, enum vg_digest d, const char *hex) {
  struct vg_buf b;
  char name[32];
  vg_buf_init(&b, 1024);
  snprintf(name, sizeof name, "%s%s", prefix, vg_digest_name(d));
  vg_wr_text(&b, vg_str_z(name));
  vg_wr_text(&b, vg_str_z(hex));
  VG_ASSERT(!b.bad);
  cell_send(out, CELL_HASH, vg_buf_view(&b));
  vg_buf_fini(&b);
}

static void odd(struct cell_out *out, const char *what, uint64_t a, uint64_t b) {
  cell_send_problem(out, vg_str_z(VG_N(a)), what, vg_str_z(VG_N(b)));
}

static void send_damage(struct reading *r) {
  for (size_t i = 0; i < r->image->damages && i < DAMAGE_KEPT; i++)
    odd(r->out, r->image->damage[i].what, r->image->damage[i].where[0], r->image->damage[i].where[1]);
  if (r->image->damages > DAMAGE_KEPT)
    odd(r->out, "evidence.bad.more", r->image->damages - DAMAGE_KEPT, 0);
}

/* Digests that were asked for, and those that the container carries. */
static vg_code read_whole(struct reading *r, int64_t noted, bool digest[static VG_DIGESTS], struct vg_err *err) {
  struct readback_order o = {.bytes = noted >= 0 ? (uint64_t)noted : UINT64_MAX, .ctx = r, .passed = passed};
  struct pipe_digests digests;
  char hex[2 * VG_DIGEST_MAX + 1];
  if (noted >= 0 && (uint64_t)noted > image_size(r->image))
    odd(r->out, "evidence.bad.short", (uint64_t)noted, image_size(r->image));
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++) {
    bool stored = image_stored_hash(r->image, d, hex);
    if (stored)
      send_hash(r->out, "stored ", d, hex);
    o.digest[d] = digest[d] || stored;
  }
  VG_TRY(evidence_readback(r->image, &o, &digests, err));
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (o.digest[d]) {
      send_hash(r->out, "", d, vg_hex(hex, digests.whole[d], vg_digest_size(d)));
      send_hash(r->out, "padded ", d, vg_hex(hex, digests.padded[d], vg_digest_size(d)));
    }
  return VG_OK;
}

static vg_code read_args(vg_str args, int64_t *noted, bool digest[static VG_DIGESTS], struct vg_err *err) {
  struct vg_json *json;
  struct vg_jit it;
  vg_jv root, v;
  vg_str name;
  enum vg_digest d;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, args, &root, err);
  if (rc == VG_OK) {
    (void)vg_jv_i64_at(root, "bytes", noted);
    for (vg_jit_init(&it, vg_jv_at(root, "digests")); vg_jit_next(&it, NULL, &v);)
      if (vg_jv_str(v, &name) && vg_digest_by_name(name, &d))
        digest[d] = true;
  }
  vg_json_free(json);
  return rc;
}

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct reading r = {.out = out};
  struct vg_err why = {0};
  bool digest[VG_DIGESTS] = {0};
  int64_t noted = -1;
  VG_TRY(read_args(in->args, &noted, digest, err));
  vg_code rc = image_begin(in->inputs, in->input_count, false, &r.image, &why);
  bool opened = rc == VG_OK;
  if (opened)
    rc = read_whole(&r, noted, digest, &why);
  if (r.image)
    send_damage(&r);
  if (rc == VG_EDATA || rc == VG_EIO) {
    odd(out, opened ? "evidence.bad.unreadable" : "evidence.bad.container", 0, 0);
    rc = VG_OK;
  } else if (rc != VG_OK && err) {
    *err = why;
  }
  image_close(r.image);
  return rc;
}

const struct cell_parser evidence_parser = {
    .name = "evidence", .run = run, .threads = true, .cpu_seconds = 7 * 24 * 3600};

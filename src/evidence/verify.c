#include "evidence/evidence_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
  struct image_reader *reader;
  struct verify_result *r;
  struct sidecar side;
  bool has_side;
  uint64_t at, end;
  evidence_progress *progress;
  void *ctx;
};

static void problem(struct verify_result *r, const char *id) {
  r->ok = false;
  if (r->problems < VG_COUNT(r->problem))
    snprintf(r->problem[r->problems++], sizeof r->problem[0], "%s", id);
}

void evidence_base(const char *path, char out[static 4096]) {
  vg_str p = vg_str_z(path);
  size_t n = p.n > 4 && path[p.n - 4] == '.' ? p.n - 4 : p.n;
  vg_str_copy(out, 4096, vg_str_n(path, n));
}

static vg_code load_sidecar(struct check *k, const char *path, struct vg_err *err) {
  char base[4096], name[4112];
  struct vg_buf text;
  struct vg_err why = {0};
  evidence_base(path, base);
  snprintf(name, sizeof name, "%s.vigie.json", base);
  if (!vg_file_exists(name))
    return VG_OK;
  vg_buf_init(&text, 16 << 20);
  vg_code rc = vg_file_read(name, &text, err);
  if (rc == VG_OK) {
    if (sidecar_read(vg_buf_view(&text), &k->side, &why) == VG_OK)
      k->has_side = true;
    else
      problem(k->r, "evidence.bad.sidecar");
  }
  vg_buf_fini(&text);
  return rc;
}

static vg_code check_segments(struct check *k, const struct image_paths *p, struct vg_err *err) {
  char hex[65];
  if (!k->has_side)
    return VG_OK;
  if (k->side.segments != p->n)
    problem(k->r, "evidence.bad.count");
  for (size_t i = 0; i < p->n && i < k->side.segments; i++) {
    VG_TRY(evidence_hash_file(p->v[i], hex, err));
    if (strcmp(hex, k->side.segment[i].sha256) != 0)
      problem(k->r, "evidence.bad.segment");
  }
  return VG_OK;
}

static vg_code fill(void *ctx, char *p, size_t n, size_t *got, struct vg_err *err) {
  struct check *k = ctx;
  uint64_t left = k->end - k->at;
  *got = 0;
  if (left == 0)
    return VG_OK;
  VG_TRY(image_read_at(k->reader, k->at, p, n < left ? n : (size_t)left, got, err));
  k->at += *got;
  if (k->progress)
    k->progress(k->ctx, "evidence.checking", k->at, k->end);
  return VG_OK;
}

static void compare(struct check *k, unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX]) {
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++) {
    struct verify_result *r = k->r;
    vg_hex(r->hash[d], digests[d], vg_digest_size(d));
    bool inside = image_stored_hash(k->reader, d, r->stored[d]);
    if (inside && strcmp(r->stored[d], r->hash[d]) != 0)
      problem(r, "evidence.bad.stored");
    if (!k->has_side || !k->side.hash[d][0])
      continue;
    memcpy(r->stored[d], k->side.hash[d], sizeof r->stored[d]);
    if (strcmp(k->side.hash[d], r->hash[d]) != 0)
      problem(r, "evidence.bad.hash");
  }
}

static vg_code check_content(struct check *k, const struct image_paths *p, struct vg_err *err) {
  unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX];
  struct vg_err why = {0};
  vg_code rc = image_open((const char *const *)p->v, p->n, &k->reader, &why);
  if (rc == VG_OK) {
    k->end = image_size(k->reader);
    if (k->has_side && k->side.bytes > k->end)
      problem(k->r, "evidence.bad.short");
    else if (k->has_side)
      k->end = k->side.bytes;
    rc = evidence_pipe(&(struct pipe_order){fill, NULL, k, NULL}, digests, &why);
  }
  if (rc == VG_EDATA || rc == VG_EIO) {
    problem(k->r, k->reader ? "evidence.bad.unreadable" : "evidence.bad.container");
    return VG_OK;
  }
  if (rc != VG_OK) {
    if (err)
      *err = why;
    return rc;
  }
  compare(k, digests);
  if (image_damaged(k->reader))
    problem(k->r, "evidence.bad.checksum");
  return VG_OK;
}

vg_code evidence_verify(const char *path, evidence_progress *progress, void *ctx, struct verify_result *out,
                        struct vg_err *err) {
  struct image_paths p = {.n = 0};
  vg_code rc = VG_OK;
  memset(out, 0, sizeof *out);
  out->ok = true;
  struct check *k = calloc(1, sizeof *k);
  if (!k)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  k->r = out;
  k->progress = progress;
  k->ctx = ctx;
  VG_GO(image_segments(path, &p, err));
  VG_GO(load_sidecar(k, path, err));
  VG_GO(check_segments(k, &p, err));
  VG_GO(check_content(k, &p, err));
out:
  image_close(k->reader);
  image_paths_fini(&p);
  free(k);
  return rc;
}

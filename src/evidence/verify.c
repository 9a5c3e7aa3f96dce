#include "evidence/evidence_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
  struct verify_result *r;
  struct sidecar side;
  bool has_side;
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

static void compare(struct check *k) {
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++) {
    struct verify_result *r = k->r;
    if (!r->hash[d][0]) /* the content could not be read to its end: that is told already */
      continue;
    if (r->stored[d][0] && strcmp(r->stored[d], r->hash[d]) != 0)
      problem(r, "evidence.bad.stored");
    if (!k->has_side || !k->side.hash[d][0])
      continue;
    memcpy(r->stored[d], k->side.hash[d], sizeof r->stored[d]);
    if (strcmp(k->side.hash[d], r->hash[d]) != 0)
      problem(r, "evidence.bad.hash");
  }
}

/* "md5" is what the content gives, "stored md5" what the container says. */
static vg_code take_hash(struct check *k, vg_str payload, struct vg_err *err) {
  struct vg_rd rd;
  enum vg_digest d;
  vg_rd_init(&rd, payload);
  vg_str name = vg_rd_text(&rd), hex = vg_rd_text(&rd);
  bool stored = vg_str_starts(name, VG_STR("stored "));
  if (stored)
    name = vg_str_sub(name, 7, name.n);
  if (!vg_rd_end(&rd) || !vg_digest_by_name(name, &d) || hex.n != 2 * vg_digest_size(d))
    return VG_FAIL(err, VG_ECELL, "sandbox.protocol", "evidence");
  for (size_t i = 0; i < hex.n; i++)
    if (!vg_is_hex(hex.p[i]))
      return VG_FAIL(err, VG_ECELL, "sandbox.protocol", "evidence");
  vg_str_copy(stored ? k->r->stored[d] : k->r->hash[d], sizeof k->r->hash[d], hex);
  return VG_OK;
}

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  static const char *const known[] = {"evidence.bad.short", "evidence.bad.unreadable", "evidence.bad.container",
                                      "evidence.bad.checksum"};
  struct check *k = ctx;
  struct vg_rd rd;
  vg_rd_init(&rd, payload);
  if (kind == CELL_HASH)
    return take_hash(k, payload, err);
  if (kind == CELL_PROGRESS && k->progress) {
    uint64_t done = vg_rd_le64(&rd), total = vg_rd_le64(&rd);
    k->progress(k->ctx, "evidence.checking", done, total);
  }
  if (kind != CELL_PROBLEM)
    return VG_OK;
  (void)vg_rd_text(&rd);
  vg_str id = vg_rd_text(&rd);
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eqz(id, known[i]))
      problem(k->r, known[i]);
  return VG_OK;
}

static vg_code check_content(struct check *k, const struct image_paths *p, struct vg_err *err) {
  struct vg_err why = {0};
  char args[64];
  snprintf(args, sizeof args, "{\"bytes\":%lld}", k->has_side ? (long long)k->side.bytes : -1LL);
  struct cell_order o = {.parser = evidence_parser.name, .inputs = (const char *const *)p->v, .input_count = p->n, .args = vg_str_z(args)};
  vg_code rc = cell_run(&o, on_frame, k, &why);
  if (rc == VG_ECELL) {
    problem(k->r, "evidence.bad.killed");
  } else if (rc != VG_OK) {
    if (err)
      *err = why;
    return rc;
  }
  compare(k);
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
  image_paths_fini(&p);
  free(k);
  return rc;
}

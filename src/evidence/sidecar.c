#include "base/json.h"
#include "base/jsonw.h"
#include "evidence/evidence_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const vg_str mark = {",\"checksum\":\"", 13};

vg_code evidence_hash_file(const char *path, char hex[static 65], struct vg_err *err) {
  unsigned char digest[VG_DIGEST_MAX];
  struct vg_hash *h = NULL;
  char *p = malloc(1 << 20);
  ssize_t n = 0;
  vg_code rc = VG_OK;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || !p) {
    rc = VG_FAIL_SYS(err, "evidence.open", path);
    goto out;
  }
  VG_GO(vg_hash_new(&h, VG_SHA256, err));
  while ((n = read(fd, p, 1 << 20)) > 0)
    vg_hash_add(h, p, (size_t)n);
  if (n < 0) {
    rc = VG_FAIL_SYS(err, "evidence.read", path);
    goto out;
  }
  vg_hash_end(h, digest);
  vg_hex(hex, digest, VG_SHA256_SIZE);
out:
  vg_hash_free(h);
  free(p);
  if (fd >= 0)
    close(fd);
  return rc;
}

vg_code sidecar_write(struct vg_buf *out, const struct acquire_result *r, const struct image_paths *now, const char *source,
                      vg_time made, struct vg_err *err) {
  struct vg_jw w;
  unsigned char sum[VG_SHA256_SIZE];
  char hex[65];
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "vigie_image", 1);
  vg_jw_kz(&w, "source", source);
  vg_jw_ktime(&w, "made", made);
  vg_jw_kint(&w, "bytes", (int64_t)r->bytes);
  vg_jw_kint(&w, "sector_size", r->sector_size);
  vg_jw_key(&w, "hashes");
  vg_jw_obj(&w);
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (r->hash[d][0])
      vg_jw_kz(&w, vg_digest_name(d), r->hash[d]);
  vg_jw_end(&w);
  vg_jw_key(&w, "bad");
  vg_jw_arr(&w);
  for (size_t i = 0; i < r->bad_count; i++) {
    vg_jw_arr(&w);
    vg_jw_int(&w, (int64_t)r->bad[i][0]);
    vg_jw_int(&w, (int64_t)r->bad[i][1]);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_jw_key(&w, "segments");
  vg_jw_arr(&w);
  for (size_t i = 0; i < now->n; i++) {
    VG_TRY(evidence_hash_file(now->v[i], hex, err));
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "name", vg_path_base(vg_str_z(r->images.v[i])));
    vg_jw_kz(&w, "sha256", hex);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  VG_TRY(vg_buf_check(out, err));
  /* The checksum covers everything before its own key. */
  vg_sha256(out->p, out->n, sum);
  vg_jw_kz(&w, "checksum", vg_hex(hex, sum, sizeof sum));
  vg_jw_end(&w);
  vg_buf_byte(out, '\n');
  return vg_buf_check(out, err);
}

static void take_segments(vg_jv list, struct sidecar *out) {
  struct vg_jit it;
  vg_jv v;
  vg_str name, sum;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &v) && out->segments < IMAGE_PATHS;)
    if (vg_jv_str_at(v, "name", &name) && vg_jv_str_at(v, "sha256", &sum)) {
      struct sidecar_segment *s = &out->segment[out->segments++];
      vg_str_copy(s->name, sizeof s->name, name);
      vg_str_copy(s->sha256, sizeof s->sha256, sum);
    }
}

vg_code sidecar_read(vg_str text, struct sidecar *out, struct vg_err *err) {
  struct vg_json *j = NULL;
  vg_jv root;
  vg_str sum, hash;
  unsigned char digest[VG_SHA256_SIZE];
  char hex[65];
  int64_t bytes = -1;
  memset(out, 0, sizeof *out);
  size_t end = SIZE_MAX, from = 0;
  for (size_t at; (at = vg_str_find(text, mark, from)) != SIZE_MAX; from = at + 1)
    end = at;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, text, &root, err);
  if (rc == VG_OK && end != SIZE_MAX) {
    vg_sha256(text.p, end, digest);
    vg_hex(hex, digest, sizeof digest);
  }
  if (rc == VG_OK && (end == SIZE_MAX || !vg_jv_str_at(root, "checksum", &sum) || !vg_str_eqz(sum, hex) ||
                      !vg_jv_i64_at(root, "bytes", &bytes) || bytes < 0))
    rc = VG_FAIL(err, VG_EDAMAGE, "evidence.sidecar");
  if (rc == VG_OK) {
    out->bytes = (uint64_t)bytes;
    for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
      if (vg_jv_str_at(vg_jv_at(root, "hashes"), vg_digest_name(d), &hash))
        vg_str_copy(out->hash[d], sizeof out->hash[d], hash);
    take_segments(vg_jv_at(root, "segments"), out);
  }
  vg_json_free(j);
  return rc;
}

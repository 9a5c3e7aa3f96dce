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
  while ((n = read(fd, p, 1 << 20)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
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

vg_code evidence_seal(struct vg_jw *w, struct vg_err *err) {
  unsigned char sum[VG_SHA256_SIZE];
  char hex[65];
  VG_TRY(vg_buf_check(w->b, err));
  vg_sha256(w->b->p, w->b->n, sum);
  vg_jw_kz(w, "checksum", vg_hex(hex, sum, sizeof sum));
  vg_jw_end(w);
  vg_buf_byte(w->b, '\n');
  return vg_buf_check(w->b, err);
}

bool evidence_sealed(vg_str text, vg_jv root) {
  unsigned char digest[VG_SHA256_SIZE];
  char hex[65];
  vg_str sum;
  size_t end = SIZE_MAX, from = 0;
  for (size_t at; (at = vg_str_find(text, mark, from)) != SIZE_MAX; from = at + 1)
    end = at;
  if (end == SIZE_MAX || !vg_jv_str_at(root, "checksum", &sum))
    return false;
  vg_sha256(text.p, end, digest);
  return vg_str_eqz(sum, vg_hex(hex, digest, sizeof digest));
}

void evidence_put_bad(struct vg_jw *w, const struct acquire_range *bad, size_t n) {
  vg_jw_arr(w);
  for (size_t i = 0; i < n; i++) {
    vg_jw_arr(w);
    vg_jw_int(w, (int64_t)bad[i].first);
    vg_jw_int(w, (int64_t)bad[i].count);
    vg_jw_end(w);
  }
  vg_jw_end(w);
}

static void put_hashes(struct vg_jw *w, const char *key, const char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1]) {
  vg_jw_key(w, key);
  vg_jw_obj(w);
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (hash[d][0])
      vg_jw_kz(w, vg_digest_name(d), hash[d]);
  vg_jw_end(w);
}

void evidence_facts(struct vg_jw *w, const struct acquire_result *r) {
  vg_jw_kint(w, "bytes", (int64_t)r->bytes);
  vg_jw_kint(w, "sector_size", r->sector_size);
  put_hashes(w, "hashes", r->hash);
  vg_jw_key(w, "bad");
  evidence_put_bad(w, r->bad, r->bad_count);
}

static void known(struct vg_jw *w, const char *key, const char *value) {
  if (value && value[0])
    vg_jw_kz(w, key, value);
}

vg_code sidecar_write(struct vg_buf *out, const struct acquire_result *r, size_t copy, const struct acquire_order *o,
                      vg_time made, struct vg_err *err) {
  const struct acquire_copy *c = &r->copy[copy];
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "vigie_image", 1);
  vg_jw_kz(&w, "source", r->source);
  known(&w, "model", r->model);
  known(&w, "serial", r->serial);
  known(&w, "case", o->about.case_ref);
  known(&w, "exhibit", o->about.exhibit_ref);
  known(&w, "examiner", o->about.examiner);
  vg_jw_ktime(&w, "made", made);
  evidence_facts(&w, r);
  if (r->bytes % r->sector_size && o->format == IMAGE_E01)
    put_hashes(&w, "hashes_padded", r->padded); /* what the container's own hash sections say */
  if (r->mounted)
    vg_jw_kbool(&w, "source_in_use", true);
  if (r->resumed)
    vg_jw_kint(&w, "resumed_at", (int64_t)r->resumed);
  vg_jw_key(&w, "segments");
  vg_jw_arr(&w);
  for (size_t i = 0; i < c->images.n; i++) {
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "name", vg_path_base(vg_str_z(c->images.v[i])));
    vg_jw_kz(&w, "sha256", c->sha256[i]);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  return evidence_seal(&w, err);
}

static vg_code take_segments(vg_jv list, struct sidecar *out, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  vg_str name, sum;
  size_t n = vg_jv_count(list);
  out->segment = calloc(n + 1, sizeof *out->segment);
  if (!out->segment)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &v) && out->segments < n;)
    if (vg_jv_str_at(v, "name", &name) && vg_jv_str_at(v, "sha256", &sum)) {
      struct sidecar_segment *s = &out->segment[out->segments++];
      vg_str_copy(s->name, sizeof s->name, name);
      vg_str_copy(s->sha256, sizeof s->sha256, sum);
    }
  return VG_OK;
}

vg_code sidecar_read(vg_str text, struct sidecar *out, struct vg_err *err) {
  struct vg_json *j = NULL;
  vg_jv root;
  vg_str hash;
  int64_t bytes = -1;
  *out = (struct sidecar){0};
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, text, &root, err);
  if (rc == VG_OK && (!evidence_sealed(text, root) || !vg_jv_i64_at(root, "bytes", &bytes) || bytes < 0))
    rc = VG_FAIL(err, VG_EDAMAGE, "evidence.sidecar");
  if (rc == VG_OK) {
    out->bytes = (uint64_t)bytes;
    for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
      if (vg_jv_str_at(vg_jv_at(root, "hashes"), vg_digest_name(d), &hash) && hash.n == 2 * vg_digest_size(d))
        vg_str_copy(out->hash[d], sizeof out->hash[d], hash);
    struct vg_jit it;
    vg_str key;
    vg_jv range;
    int64_t count;
    for (vg_jit_init(&it, vg_jv_at(root, "bad")); vg_jit_next(&it, &key, &range);)
      out->bad += vg_jv_i64(vg_jv_index(range, 1), &count) && count > 0 ? (uint64_t)count : 0;
    rc = take_segments(vg_jv_at(root, "segments"), out, err);
  }
  vg_json_free(j);
  return rc;
}

void sidecar_fini(struct sidecar *s) {
  free(s->segment);
  *s = (struct sidecar){0};
}

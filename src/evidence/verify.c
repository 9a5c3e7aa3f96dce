#include "evidence/evidence_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/msg.h"

struct check {
  struct verify_result *r;
  struct sidecar side;
  bool has_side;
  struct image_paths paths;
  char padded[VG_DIGESTS][2 * VG_DIGEST_MAX + 1];
  char (*sha256)[65]; /* of each segment */
  vg_code hashing;
  struct vg_err hashing_err;
  evidence_progress *progress;
  void *ctx;
};

static void problem(struct verify_result *r, const char *id, vg_str a, vg_str b) {
  r->ok = false;
  if (r->problems == VERIFY_PROBLEMS)
    return;
  struct verify_problem *p = &r->problem[r->problems++];
  vg_str_copy(p->id, sizeof p->id, vg_str_z(id));
  vg_str_copy(p->arg[0], sizeof p->arg[0], a);
  vg_str_copy(p->arg[1], sizeof p->arg[1], b);
}

void evidence_base(const char *path, char out[static 4096]) {
  vg_str p = vg_str_z(path);
  size_t n = p.n > 4 && path[p.n - 4] == '.' ? p.n - 4 : vg_str_ends(p, VG_STR(".aff4")) ? p.n - 5 : p.n;
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
  vg_buf_init(&text, 1U << 30);
  vg_code rc = vg_file_read(name, &text, err);
  if (rc == VG_OK) {
    k->has_side = sidecar_read(vg_buf_view(&text), &k->side, &why) == VG_OK;
    if (!k->has_side)
      problem(k->r, "evidence.bad.sidecar", VG_NOSTR, VG_NOSTR);
  }
  vg_buf_fini(&text);
  return rc;
}

/* ---- segments: beside the reading of the content ---- */

static void *hash_segments(void *ctx) {
  struct check *k = ctx;
  for (size_t i = 0; i < k->paths.n && k->hashing == VG_OK; i++)
    k->hashing = evidence_hash_file(k->paths.v[i], k->sha256[i], &k->hashing_err);
  return NULL;
}

/* A raw image of one file: the hash of its content is that of the file. */
static bool content_is_file(const struct check *k) {
  int64_t size = 0;
  return k->paths.n == 1 && k->side.hash[VG_SHA256][0] &&
         strcmp(k->side.hash[VG_SHA256], k->side.segment[0].sha256) == 0 &&
         vg_file_size(k->paths.v[0], &size, NULL) == VG_OK && (uint64_t)size == k->side.bytes;
}

static void compare_segments(struct check *k) {
  if (k->side.segments != k->paths.n)
    problem(k->r, "evidence.bad.count", vg_str_z(VG_N(k->side.segments)), vg_str_z(VG_N(k->paths.n)));
  for (size_t i = 0; k->sha256 && i < k->paths.n && i < k->side.segments; i++)
    if (strcmp(k->sha256[i], k->side.segment[i].sha256) != 0)
      problem(k->r, "evidence.bad.segment", vg_str_z(VG_N(i + 1)), vg_path_base(vg_str_z(k->paths.v[i])));
}

/* ---- content ---- */

static void compare(struct check *k) {
  struct verify_result *r = k->r;
  r->bad = k->has_side ? k->side.bad : 0;
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++) {
    vg_str name = vg_str_z(vg_digest_name(d));
    if (!r->hash[d][0]) /* the content could not be read to its end: that is told already */
      continue;
    if (r->stored[d][0] && strcmp(r->stored[d], k->padded[d]) != 0)
      problem(r, "evidence.bad.stored", name, VG_NOSTR);
    if (!k->has_side || !k->side.hash[d][0])
      continue;
    memcpy(r->stored[d], k->side.hash[d], sizeof r->stored[d]);
    if (strcmp(k->side.hash[d], r->hash[d]) != 0)
      problem(r, "evidence.bad.hash", name, VG_NOSTR);
  }
}

static vg_code take_hash(struct check *k, vg_str payload, struct vg_err *err) {
  struct vg_rd rd;
  enum vg_digest d;
  vg_rd_init(&rd, payload);
  vg_str name = vg_rd_text(&rd), hex = vg_rd_text(&rd);
  char(*to)[2 * VG_DIGEST_MAX + 1] = k->r->hash;
  if (vg_str_starts(name, VG_STR("stored ")))
    to = k->r->stored;
  else if (vg_str_starts(name, VG_STR("padded ")))
    to = k->padded;
  if (to != k->r->hash)
    name = vg_str_sub(name, 7, name.n);
  if (!vg_rd_end(&rd) || !vg_digest_by_name(name, &d) || hex.n != 2 * vg_digest_size(d))
    return VG_FAIL(err, VG_ECELL, "sandbox.protocol", "evidence");
  for (size_t i = 0; i < hex.n; i++)
    if (!vg_is_hex(hex.p[i]))
      return VG_FAIL(err, VG_ECELL, "sandbox.protocol", "evidence");
  vg_str_copy(to[d], sizeof to[d], hex);
  return VG_OK;
}

/* Only messages of ours and numbers come out of the cell. */
static void take_problem(struct check *k, vg_str payload) {
  struct vg_rd rd;
  uint64_t number;
  char id[32];
  vg_rd_init(&rd, payload);
  vg_str a = vg_rd_text(&rd), what = vg_rd_text(&rd), b = vg_rd_text(&rd);
  vg_str_copy(id, sizeof id, what);
  if (vg_rd_end(&rd) && vg_str_starts(what, VG_STR("evidence.bad.")) && vg_msg_text(VG_EN, id) &&
      vg_str_u64(a, &number) && vg_str_u64(b, &number))
    problem(k->r, id, a, b);
  else
    problem(k->r, "evidence.bad.killed", VG_NOSTR, VG_NOSTR);
}

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct check *k = ctx;
  struct vg_rd rd;
  vg_rd_init(&rd, payload);
  if (kind == CELL_HASH)
    return take_hash(k, payload, err);
  if (kind == CELL_PROGRESS && k->progress) {
    uint64_t done = vg_rd_le64(&rd), total = vg_rd_le64(&rd);
    k->progress(k->ctx, "evidence.checking", done, total);
  }
  if (kind == CELL_PROBLEM)
    take_problem(k, payload);
  return VG_OK;
}

/* What was noted at the copy is computed again; with nothing noted, the usual three. */
static vg_code order_args(const struct check *k, struct vg_buf *out, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "bytes", k->has_side ? (int64_t)k->side.bytes : -1);
  vg_jw_key(&w, "digests");
  vg_jw_arr(&w);
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (k->has_side ? k->side.hash[d][0] != 0 : d <= VG_SHA256)
      vg_jw_z(&w, vg_digest_name(d));
  vg_jw_end(&w);
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

static vg_code check_content(struct check *k, struct vg_err *err) {
  struct vg_err why = {0};
  struct vg_buf args;
  vg_buf_init(&args, 4096);
  vg_code rc = order_args(k, &args, err);
  if (rc == VG_OK) {
    struct cell_order o = {.parser = evidence_parser.name,
                           .inputs = (const char *const *)k->paths.v,
                           .input_count = k->paths.n,
                           .args = vg_buf_view(&args)};
    rc = cell_run(&o, on_frame, k, &why);
    if (rc == VG_ECELL) {
      problem(k->r, "evidence.bad.killed", VG_NOSTR, VG_NOSTR);
      rc = VG_OK;
    } else if (rc != VG_OK && err) {
      *err = why;
    }
  }
  vg_buf_fini(&args);
  return rc;
}

static vg_code check_all(struct check *k, struct vg_err *err) {
  pthread_t thread;
  bool hash = k->has_side && k->side.segments > 0 && !content_is_file(k), beside = false;
  if (hash) {
    k->sha256 = calloc(k->paths.n, sizeof *k->sha256);
    if (!k->sha256)
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
    beside = pthread_create(&thread, NULL, hash_segments, k) == 0;
  }
  vg_code rc = check_content(k, err);
  if (beside)
    pthread_join(thread, NULL);
  else if (hash)
    (void)hash_segments(k);
  VG_TRY(rc);
  if (k->hashing != VG_OK) {
    if (err)
      *err = k->hashing_err;
    return k->hashing;
  }
  if (k->has_side)
    compare_segments(k);
  compare(k);
  return VG_OK;
}

vg_code evidence_verify(const char *path, evidence_progress *progress, void *ctx, struct verify_result *out,
                        struct vg_err *err) {
  vg_code rc = VG_OK;
  struct stat st;
  char first[4096];
  memset(out, 0, sizeof *out);
  out->ok = true;
  image_first(path, first);
  if (vg_str_ends(vg_str_z(first), VG_STR(".vigie.json")))
    return VG_FAIL(err, VG_ENOTFOUND, "evidence.image_gone", path);
  if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
    return VG_FAIL(err, VG_EDATA, "evidence.not_medium", path);
  struct check *k = calloc(1, sizeof *k);
  if (!k)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  k->r = out;
  k->progress = progress;
  k->ctx = ctx;
  VG_GO(image_segments(path, &k->paths, err));
  VG_GO(load_sidecar(k, path, err));
  rc = check_all(k, err);
out:
  image_paths_fini(&k->paths);
  sidecar_fini(&k->side);
  free(k->sha256);
  free(k);
  return rc;
}

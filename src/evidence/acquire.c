#include "evidence/evidence_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
  const struct acquire_order *o;
  struct acquire_result *r;
  evidence_progress *progress;
  void *ctx;
  struct source *source;
  struct image_writer *writer;
  struct image_reader *reader;
  struct image_paths part; /* segments under their temporary names */
  char dir[4096], tmp[4096]; /* tmp: temporary base */
  uint64_t done;
};

static vg_code fill_source(void *ctx, char *p, size_t n, size_t *got, struct vg_err *err) {
  struct job *j = ctx;
  VG_TRY(source_next(j->source, p, n, got, err));
  j->done += *got;
  if (j->progress)
    j->progress(j->ctx, "evidence.copying", j->done, j->r->bytes);
  return VG_OK;
}

static vg_code fill_copy(void *ctx, char *p, size_t n, size_t *got, struct vg_err *err) {
  struct job *j = ctx;
  uint64_t left = j->r->bytes - j->done;
  *got = 0;
  VG_TRY(image_read_at(j->reader, j->done, p, n < left ? n : (size_t)left, got, err));
  j->done += *got;
  if (j->progress)
    j->progress(j->ctx, "evidence.checking", j->done, j->r->bytes);
  return VG_OK;
}

static vg_code write_copy(void *ctx, const void *p, size_t n, struct vg_err *err) { return image_writer_add(ctx, p, n, err); }

static const char *first_extension(const struct acquire_order *o) {
  return o->format == IMAGE_E01 ? "E01" : o->segment ? "001" : "raw";
}

static void forget_parts(struct job *j) {
  char path[4104];
  struct image_paths p = {.n = 0};
  snprintf(path, sizeof path, "%s.%s", j->tmp, first_extension(j->o));
  if (image_segments(path, &p, NULL) == VG_OK)
    for (size_t i = 0; i < p.n; i++)
      (void)unlink(p.v[i]);
  image_paths_fini(&p);
}

/* Everything that can be refused is refused before the source is read. */
static vg_code prepare(struct job *j, struct vg_err *err) {
  struct stat st, src;
  char path[4104], name[256];
  vg_str base = vg_str_z(j->o->base);
  vg_str_copy(j->dir, sizeof j->dir, vg_path_dir(base));
  vg_str_copy(name, sizeof name, vg_path_base(base));
  if (strlen(j->dir) + sizeof name > 3900 || !name[0])
    return VG_FAIL(err, VG_ELIMIT, "evidence.name", j->o->base);
  snprintf(j->tmp, sizeof j->tmp, "%.3800s/.%.240s.part", j->dir, name);
  VG_TRY(source_open(&j->source, j->o->source, j->o->retries, err));
  if (source_holds(j->source, j->dir))
    return VG_FAIL(err, VG_EDENIED, "evidence.inside", j->o->base, j->o->source);
  const char *ext[] = {first_extension(j->o), "vigie.json"};
  for (size_t i = 0; i < VG_COUNT(ext); i++) {
    snprintf(path, sizeof path, "%s.%s", j->o->base, ext[i]);
    if (lstat(path, &st) != 0)
      continue;
    if (stat(j->o->source, &src) == 0 && stat(path, &st) == 0 && src.st_dev == st.st_dev && src.st_ino == st.st_ino)
      return VG_FAIL(err, VG_EDENIED, "evidence.same", path);
    return VG_FAIL(err, VG_EEXIST, "evidence.exists", path);
  }
  if (stat(j->dir, &st) != 0 || !S_ISDIR(st.st_mode))
    return VG_FAIL_SYS(err, "evidence.write", j->dir);
  j->r->bytes = source_bytes(j->source);
  j->r->sector_size = source_sector(j->source);
  if (j->r->bytes == 0)
    return VG_FAIL(err, VG_EDATA, "evidence.empty", j->o->source);
  forget_parts(j);
  return VG_OK;
}

static vg_code copy(struct job *j, struct vg_err *err) {
  unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX];
  char path[4104];
  const struct image_writer_options w = {.format = j->o->format, .base = j->tmp, .bytes = j->r->bytes,
                                         .sector_size = j->r->sector_size, .segment = j->o->segment, .level = j->o->level};
  VG_TRY(image_writer_open(&j->writer, &w, err));
  VG_TRY(evidence_pipe(&(struct pipe_order){fill_source, write_copy, j, j->writer}, digests, err));
  j->r->bad_count = source_bad(j->source, j->r->bad);
  VG_TRY(image_writer_end(j->writer, digests, (const uint64_t(*)[2])j->r->bad, j->r->bad_count, err));
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++)
    vg_hex(j->r->hash[d], digests[d], vg_digest_size(d));
  snprintf(path, sizeof path, "%s.%s", j->tmp, first_extension(j->o));
  return image_segments(path, &j->part, err);
}

static vg_code check(struct job *j, struct vg_err *err) {
  unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX];
  char hex[2 * VG_DIGEST_MAX + 1];
  j->done = 0;
  VG_TRY(image_open((const char *const *)j->part.v, j->part.n, &j->reader, err));
  VG_TRY(evidence_pipe(&(struct pipe_order){fill_copy, NULL, j, NULL}, digests, err));
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++)
    if (strcmp(vg_hex(hex, digests[d], vg_digest_size(d)), j->r->hash[d]) != 0)
      return VG_FAIL(err, VG_EDAMAGE, "evidence.copy_differs", vg_digest_name(d), j->o->base);
  j->r->verified = true;
  return VG_OK;
}

static vg_code sync_file(const char *path, struct vg_err *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int bad = fd < 0 || fsync(fd) != 0;
  if (fd >= 0)
    close(fd);
  return bad ? VG_FAIL_SYS(err, "evidence.write", path) : VG_OK;
}

/* An image exists from the moment its first segment has its name: that one comes last. */
static vg_code publish(struct job *j, struct vg_err *err) {
  struct vg_buf text;
  vg_code rc = VG_OK;
  vg_buf_init(&text, 16 << 20);
  for (size_t i = 0; i < j->part.n; i++) {
    char path[4104];
    snprintf(path, sizeof path, "%s%s", j->o->base, j->part.v[i] + strlen(j->tmp));
    if (!(j->r->images.v[i] = strdup(path)))
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
    j->r->images.n = i + 1;
    VG_TRY(sync_file(j->part.v[i], err));
  }
  snprintf(j->r->sidecar, sizeof j->r->sidecar, "%.4000s.vigie.json", j->o->base);
  VG_GO(sidecar_write(&text, j->r, &j->part, j->o->source, vg_now(j->o->clock), err));
  VG_GO(vg_file_write(j->r->sidecar, vg_buf_view(&text), 0600, err));
  for (size_t i = j->part.n; i-- > 0;)
    if (rename(j->part.v[i], j->r->images.v[i]) != 0) {
      rc = VG_FAIL_SYS(err, "evidence.write", j->r->images.v[i]);
      for (size_t k = i + 1; k < j->part.n; k++)
        (void)unlink(j->r->images.v[k]);
      (void)unlink(j->r->sidecar);
      goto out;
    }
  rc = vg_dir_sync(j->dir, err);
out:
  vg_buf_fini(&text);
  return rc;
}

vg_code evidence_acquire(const struct acquire_order *o, evidence_progress *progress, void *ctx, struct acquire_result *out,
                         struct vg_err *err) {
  vg_code rc = VG_OK;
  memset(out, 0, sizeof *out);
  struct job *j = calloc(1, sizeof *j);
  if (!j)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  *j = (struct job){.o = o, .r = out, .progress = progress, .ctx = ctx};
  bool begun = false;
  VG_GO(prepare(j, err));
  begun = true;
  VG_GO(copy(j, err));
  VG_GO(check(j, err));
  VG_GO(publish(j, err));
out:
  image_writer_close(j->writer);
  image_close(j->reader);
  source_close(j->source);
  if (rc != VG_OK && begun)
    forget_parts(j);
  image_paths_fini(&j->part);
  free(j);
  return rc;
}

void acquire_result_fini(struct acquire_result *r) { image_paths_fini(&r->images); }

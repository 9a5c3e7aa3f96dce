#include "evidence/evidence_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A point to resume from: the first one soon, then every few seconds. Each costs an fsync of what is not on disk yet.
 */
enum { MARK_FIRST = 64 << 20, WORKERS = 16 };
#define MARK_EVERY (5 * VG_SECOND)

struct job {
  const struct acquire_order *o;
  struct acquire_result *r;
  evidence_progress *progress;
  void *ctx;
  struct source *source;
  struct place place[2];
  size_t places;
  int lock;
  struct image_writer *writer[2];
  struct packer *packer[WORKERS];
  char journal[4112];
  struct journal j;
  struct image_reader *old; /* what an earlier run copied, while it is hashed again */
  struct image_mark mark[2];
  bool marking, journaled;
  int64_t marked;
  const char *label;
};

static vg_code report(struct job *j, const char *label, uint64_t done, struct vg_err *err) {
  if (j->o->stop && atomic_load(j->o->stop))
    return VG_FAIL(err, VG_ESTATE, j->o->resume && j->journaled ? "evidence.stopped_resume" : "evidence.stopped");
  if (j->progress)
    j->progress(j->ctx, label, done, j->r->bytes);
  return VG_OK;
}

/* ---- before the source is read ---- */

static vg_code load_journal(struct job *j, struct vg_err *err) {
  char probe[65];
  vg_code rc = journal_read(j->journal, &j->j, j->o, err);
  if (rc == VG_ENOTFOUND) {
    if (err)
      vg_err_clear(err);
    j->j = (struct journal){0};
    return VG_OK;
  }
  VG_TRY(rc);
  source_probe(j->source, probe);
  if (j->j.bytes != j->r->bytes || j->j.sector != j->r->sector_size || strcmp(probe, j->j.probe) != 0)
    return VG_FAIL(err, VG_ESTATE, "evidence.resume_medium", j->o->source);
  j->r->resumed = j->j.done;
  j->journaled = true;
  return VG_OK;
}

static vg_code place_prepare(struct job *j, size_t i, const char *base, struct vg_err *err) {
  VG_TRY(place_init(&j->place[i], base, err));
  j->places = i + 1;
  VG_TRY(place_check(&j->place[i], j->o->format, j->source, j->o->source, err));
  for (size_t k = 0; k < i; k++)
    if (strcmp(j->place[k].base, base) == 0)
      return VG_FAIL(err, VG_EEXIST, "evidence.exists", base);
  return VG_OK;
}

/* Everything that can be refused is refused now. */
static vg_code prepare(struct job *j, struct vg_err *err) {
  const struct acquire_order *o = j->o;
  struct acquire_result *r = j->r;
  const char *base[] = {o->base, o->second};
  VG_TRY(source_open(&j->source, o->source, o->retries, err));
  vg_str_copy(r->source, sizeof r->source, vg_str_z(o->source));
  source_device(j->source, r->model, r->serial);
  r->bytes = source_bytes(j->source);
  r->sector_size = source_sector(j->source);
  r->mounted = source_mounted(j->source);
  if (r->bytes == 0)
    return VG_FAIL(err, VG_EDATA, "evidence.empty", o->source);
  for (size_t i = 0; i < VG_COUNT(base) && base[i]; i++)
    VG_TRY(place_prepare(j, i, base[i], err));
  VG_TRY(place_lock(&j->place[0], &j->lock, err));
  for (size_t i = 0; i < j->places; i++)
    VG_TRY(place_complete(&j->place[i], o->format, err));
  snprintf(j->journal, sizeof j->journal, "%s.journal", j->place[0].tmp);
  if (o->resume)
    VG_TRY(load_journal(j, err));
  return VG_OK;
}

/* Without a journal nothing of an earlier run is of use. The lock stays ours. */
static vg_code fresh(struct job *j, struct vg_err *err) {
  for (size_t i = 0; i < j->places; i++)
    place_forget(&j->place[i]);
  close(j->lock);
  j->lock = -1;
  vg_random(j->j.guid, sizeof j->j.guid);
  j->j.guid[7] = (unsigned char)((j->j.guid[7] & 0x0f) |
                                 0x40); /* version 4, its first fields little-endian as the format has them */
  j->j.guid[8] = (unsigned char)((j->j.guid[8] & 0x3f) | 0x80);
  j->j.made = vg_now(j->o->clock);
  j->j.bytes = j->r->bytes;
  j->j.sector = j->r->sector_size;
  return place_lock(&j->place[0], &j->lock, err);
}

/* ---- the copy ---- */

static vg_code open_writers(struct job *j, struct vg_err *err) {
  for (size_t i = 0; i < j->places; i++) {
    struct writer_options w = {.format = j->o->format,
                               .level = j->o->level,
                               .base = j->place[i].tmp,
                               .bytes = j->r->bytes,
                               .sector_size = j->r->sector_size,
                               .segment = j->o->segment,
                               .about = j->o->about,
                               .source = j->r->source,
                               .model = j->r->model,
                               .serial = j->r->serial,
                               .made = j->j.made,
                               .from = j->j.done ? &j->j.mark[i] : NULL};
    memcpy(w.guid, j->j.guid, sizeof w.guid);
    VG_TRY(image_writer_open(&j->writer[i], &w, err));
  }
  for (size_t i = 0; i < evidence_workers(); i++)
    VG_TRY(packer_new(&j->packer[i], j->o->format, j->o->level, CHUNK_SECTORS * j->r->sector_size, j->r->sector_size,
                      err));
  return VG_OK;
}

/* After the writers have cut what lies behind the mark. */
static vg_code open_old(struct job *j, struct vg_err *err) {
  if (j->j.done == 0)
    return VG_OK;
  VG_TRY(place_list(&j->place[0], j->o->format, j->o->segment > 0, err));
  VG_TRY(image_begin((const char *const *)j->place[0].part.v, j->place[0].part.n, true, &j->old, err));
  if (image_size(j->old) < j->j.done || image_damaged(j->old))
    return VG_FAIL(err, VG_EDAMAGE, "evidence.resume_differs", j->o->base);
  return source_skip(j->source, j->j.done, j->j.bad, j->j.bad_count, err);
}

static vg_code fill_old(struct job *j, struct block *b, struct vg_err *err) {
  uint64_t left = j->j.done - b->at;
  size_t want = left < BLOCK ? (size_t)left : BLOCK;
  VG_TRY(image_read_at(j->old, b->at, b->own, want, &b->n, err));
  b->old = true;
  b->mark = b->at + b->n == j->j.done;
  return report(j, "evidence.resuming", b->at + b->n, err);
}

static vg_code fill(void *ctx, struct block *b, struct vg_err *err) {
  struct job *j = ctx;
  if (b->at < j->r->resumed)
    return fill_old(j, b, err);
  VG_TRY(source_next(j->source, b, err));
  if (b->n == 0)
    return VG_OK;
  if (b->at == 0) {
    unsigned char sum[VG_SHA256_SIZE];
    vg_sha256(b->p, b->n < SOURCE_PROBE ? b->n : SOURCE_PROBE, sum);
    vg_hex(j->j.probe, sum, sizeof sum);
  }
  int64_t now = vg_monotonic();
  bool due = j->journaled ? now - j->marked > MARK_EVERY : b->at + b->n >= MARK_FIRST;
  b->mark = due && !j->marking && b->n == BLOCK && image_mark_fits(j->o->format, b->at + b->n);
  j->marking = j->marking || b->mark;
  return report(j, "evidence.copying", b->at + b->n, err);
}

static vg_code pack(void *ctx, size_t worker, struct block *b, struct vg_err *err) {
  struct job *j = ctx;
  (void)err;
  if (!b->old)
    packer_block(j->packer[worker], b);
  return VG_OK;
}

static vg_code write_block(void *ctx, struct block *b, struct vg_err *err) {
  struct job *j = ctx;
  for (size_t i = 0; i < j->places && !b->old; i++) {
    VG_TRY(image_writer_block(j->writer[i], b, err));
    if (b->mark)
      VG_TRY(image_writer_mark(j->writer[i], &j->mark[i], err));
  }
  return VG_OK;
}

/* Bad sectors before the mark: the reader is further already. */
static vg_code bad_before(struct job *j, uint64_t done, struct vg_err *err) {
  size_t n;
  const struct acquire_range *bad = source_bad(j->source, &n);
  uint64_t end = done / j->r->sector_size;
  free(j->j.bad);
  j->j.bad_count = 0;
  j->j.bad = calloc(n + 1, sizeof *j->j.bad);
  if (!j->j.bad)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (size_t i = 0; i < n && bad[i].first < end; i++) {
    struct acquire_range range = bad[i];
    if (range.first + range.count > end)
      range.count = end - range.first;
    j->j.bad[j->j.bad_count++] = range;
  }
  return VG_OK;
}

static vg_code settled(void *ctx, struct block *b, struct vg_err *err) {
  struct job *j = ctx;
  char hex[2 * VG_DIGEST_MAX + 1];
  vg_hex(hex, b->so_far, vg_digest_size(evidence_check_digest(j->o->digest)));
  if (b->old) /* what the earlier run wrote is what it read */
    return strcmp(hex, j->j.check) == 0 ? VG_OK : VG_FAIL(err, VG_EDAMAGE, "evidence.resume_differs", j->o->base);
  VG_TRY(bad_before(j, b->at + b->n, err));
  memcpy(j->j.check, hex, sizeof hex);
  memcpy(j->j.mark, j->mark, sizeof j->mark);
  j->j.done = b->at + b->n;
  VG_TRY(journal_write(j->journal, &j->j, j->o, err));
  j->marking = false;
  j->journaled = true;
  j->marked = vg_monotonic();
  return VG_OK;
}

static vg_code take_bad(struct job *j, struct vg_err *err) {
  size_t n;
  const struct acquire_range *bad = source_bad(j->source, &n);
  j->r->bad = calloc(n + 1, sizeof *j->r->bad);
  if (!j->r->bad)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (size_t i = 0; i < n; i++)
    j->r->bad_sectors += bad[i].count;
  for (; j->r->bad_count < n; j->r->bad_count++)
    j->r->bad[j->r->bad_count] = bad[j->r->bad_count];
  return VG_OK;
}

static vg_code copy(struct job *j, struct vg_err *err) {
  struct pipe_digests digests;
  size_t rest = (size_t)(j->r->bytes % j->r->sector_size);
  struct pipe_order p = {.ctx = j,
                         .fill = fill,
                         .work = pack,
                         .sink = write_block,
                         .settled = settled,
                         .check = evidence_check_digest(j->o->digest),
                         .pad = rest ? j->r->sector_size - rest : 0};
  memcpy(p.digest, j->o->digest, sizeof p.digest);
  VG_TRY(open_writers(j, err));
  VG_TRY(open_old(j, err));
  j->marked = vg_monotonic();
  VG_TRY(evidence_pipe(&p, &digests, err));
  VG_TRY(take_bad(j, err));
  const struct writer_end end = {
      .digests = &digests, .digest = j->o->digest, .bad = j->r->bad, .bad_count = j->r->bad_count};
  for (size_t i = 0; i < j->places; i++)
    VG_TRY(image_writer_end(j->writer[i], &end, err));
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (j->o->digest[d]) {
      vg_hex(j->r->hash[d], digests.whole[d], vg_digest_size(d));
      vg_hex(j->r->padded[d], digests.padded[d], vg_digest_size(d));
    }
  return VG_OK;
}

/* ---- reading it back ---- */

struct segment_hashes {
  const struct image_paths *paths;
  char (*sha256)[65];
  vg_code rc;
  struct vg_err err;
};

static void *hash_segments(void *ctx) {
  struct segment_hashes *h = ctx;
  for (size_t i = 0; i < h->paths->n && h->rc == VG_OK; i++)
    h->rc = evidence_hash_file(h->paths->v[i], h->sha256[i], &h->err);
  return NULL;
}

static vg_code passed(void *ctx, uint64_t done, uint64_t total, struct vg_err *err) {
  struct job *j = ctx;
  (void)total;
  return report(j, j->label, done, err);
}

/* The disk must say it, not the memory of what was written. */
static void forget_cache(const struct image_paths *p) {
  for (size_t i = 0; i < p->n; i++) {
    int fd = open(p->v[i], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      continue;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
  }
}

static vg_code read_copy(struct job *j, const struct image_paths *part, char hex[static 2 * VG_DIGEST_MAX + 1],
                         struct vg_err *err) {
  struct image_reader *r = NULL;
  struct pipe_digests digests;
  enum vg_digest d = evidence_check_digest(j->o->digest);
  struct readback_order o = {.bytes = j->r->bytes, .ctx = j, .passed = passed};
  o.digest[d] = true;
  VG_TRY(image_open((const char *const *)part->v, part->n, &r, err));
  vg_code rc = image_size(r) >= j->r->bytes ? evidence_readback(r, &o, &digests, err) : VG_OK;
  bool good = image_size(r) >= j->r->bytes && image_damaged(r) == 0;
  image_close(r);
  VG_TRY(rc);
  vg_hex(hex, digests.whole[d], vg_digest_size(d));
  if (!good || strcmp(hex, j->r->hash[d]) != 0)
    return VG_FAIL(err, VG_EDAMAGE, "evidence.copy_differs", vg_digest_name(d), j->o->base);
  return VG_OK;
}

/* Content against the hash taken while reading the source; each segment's own hash is that of the file as it lies
 * there. */
static vg_code check(struct job *j, size_t i, struct vg_err *err) {
  char hex[2 * VG_DIGEST_MAX + 1];
  struct acquire_copy *c = &j->r->copy[i];
  struct image_paths *part = &j->place[i].part;
  pthread_t thread;
  j->label = "evidence.checking";
  VG_TRY(place_list(&j->place[i], j->o->format, j->o->segment > 0, err));
  forget_cache(part);
  c->sha256 = calloc(part->n, sizeof *c->sha256);
  if (!c->sha256)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  struct segment_hashes h = {.paths = part, .sha256 = c->sha256};
  bool same = j->o->format == IMAGE_RAW && part->n == 1 && j->o->digest[VG_SHA256];
  bool beside = !same && pthread_create(&thread, NULL, hash_segments, &h) == 0;
  vg_code rc = read_copy(j, part, hex, err);
  if (beside)
    pthread_join(thread, NULL);
  else if (!same && rc == VG_OK)
    (void)hash_segments(&h);
  VG_TRY(rc);
  if (h.rc != VG_OK && err)
    *err = h.err;
  if (same)
    memcpy(c->sha256[0], hex, sizeof c->sha256[0]);
  return h.rc;
}

/* ---- final names ---- */

static vg_code name_copy(struct job *j, size_t i, struct vg_err *err) {
  const struct place *p = &j->place[i];
  struct acquire_copy *c = &j->r->copy[i];
  struct vg_buf text;
  char path[4112], side[4112];
  vg_code rc = VG_OK;
  vg_buf_init(&text, 1U << 30);
  for (size_t k = 0; k < p->part.n; k++) {
    snprintf(path, sizeof path, "%.3900s%s", p->base, p->part.v[k] + strlen(p->tmp));
    VG_GO(image_paths_add(&c->images, path, err));
  }
  snprintf(c->sidecar, sizeof c->sidecar, "%.4000s.vigie.json", p->base);
  snprintf(side, sizeof side, "%s.vigie.json", p->tmp);
  VG_GO(sidecar_write(&text, j->r, i, j->o, j->j.made, err));
  VG_GO(vg_file_write(side, vg_buf_view(&text), 0600, err));
  rc = place_ready(p, err);
out:
  vg_buf_fini(&text);
  return rc;
}

/* Two copies or none: when the second cannot have its names the first gives its own back. */
static vg_code publish(struct job *j, struct vg_err *err) {
  for (size_t i = 0; i < j->places; i++)
    VG_TRY(name_copy(j, i, err));
  for (size_t i = 0; i < j->places; i++) {
    vg_code rc = place_publish(&j->place[i], &j->r->copy[i], err);
    if (rc != VG_OK && i > 0)
      place_retract(&j->place[0], &j->r->copy[0]);
    VG_TRY(rc);
  }
  j->r->copies = j->places;
  return VG_OK;
}

vg_code evidence_acquire(const struct acquire_order *o, evidence_progress *progress, void *ctx,
                         struct acquire_result *out, struct vg_err *err) {
  vg_code rc = VG_OK;
  memset(out, 0, sizeof *out);
  struct job *j = calloc(1, sizeof *j);
  if (!j)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  *j = (struct job){.o = o, .r = out, .progress = progress, .ctx = ctx, .lock = -1};
  bool begun = false;
  VG_GO(prepare(j, err));
  if (!j->journaled)
    VG_GO(fresh(j, err));
  begun = true;
  VG_GO(copy(j, err));
  for (size_t i = 0; i < j->places; i++)
    VG_GO(check(j, i, err));
  out->verified = true;
  rc = publish(j, err);
out:
  for (size_t i = 0; i < j->places; i++) {
    image_writer_close(j->writer[i]);
    if (begun && (rc == VG_OK || !o->resume || !j->journaled))
      place_forget(&j->place[i]);
    place_fini(&j->place[i]);
  }
  for (size_t i = 0; i < WORKERS; i++)
    packer_free(j->packer[i]);
  image_close(j->old);
  source_close(j->source);
  if (j->lock >= 0)
    close(j->lock);
  free(j->j.bad);
  free(j);
  return rc;
}

void acquire_result_fini(struct acquire_result *r) {
  for (size_t i = 0; i < VG_COUNT(r->copy); i++) {
    image_paths_fini(&r->copy[i].images);
    free(r->copy[i].sha256);
  }
  free(r->bad);
}

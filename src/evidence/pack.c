#include "evidence/evidence_internal.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <lz4.h>
#include <stdlib.h>
#include <string.h>

/* "best" is where libdeflate stops gaining on disk contents (zlib -9's size); past it only time grows. */
enum { BEST = 6, ZERO_ROOM = 8192, SAMPLE = 4096, SAMPLE_PIECES = 8 };

struct packer {
  enum image_format format;
  enum image_level level;
  uint32_t chunk, sector, zero_n;
  struct libdeflate_compressor *best;
  struct isal_zstream stream;
  uint8_t *room; /* of the stream's tables */
  char *last;    /* the medium's last chunk, completed */
  char zero[ZERO_ROOM];
};

const char evidence_zero[BLOCK];

static bool all_zero(const char *p, size_t n) { return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0; }

/*
 * Encrypted, compressed and random contents use all bytes alike: the sum of squared counts of a sample is then near
 * n²/256 + n. Within 6 % of that deflate gains a hundredth at most, and costs what everything else together does.
 */
static bool incompressible(const char *p, size_t n) {
  uint32_t count[256] = {0};
  uint64_t sum = 0;
  if (n < 2 * SAMPLE)
    return false;
  for (size_t i = 0; i < SAMPLE_PIECES; i++)
    for (size_t k = 0, from = n / SAMPLE_PIECES * i; k < SAMPLE / SAMPLE_PIECES; k++)
      count[(unsigned char)p[from + k]]++;
  for (size_t i = 0; i < 256; i++)
    sum += (uint64_t)count[i] * count[i];
  return sum * 100 < ((uint64_t)SAMPLE * SAMPLE / 256 + SAMPLE) * 106;
}

static size_t deflate_fast(struct packer *k, const char *p, size_t n, char *out, size_t room) {
  struct isal_zstream *s = &k->stream;
  isal_deflate_stateless_init(s);
  s->level = 1;
  s->level_buf = k->room;
  s->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  s->gzip_flag = IGZIP_ZLIB;
  s->flush = NO_FLUSH;
  s->end_of_stream = 1;
  s->next_in = (uint8_t *)(uintptr_t)p;
  s->avail_in = (uint32_t)n;
  s->next_out = (uint8_t *)out;
  s->avail_out = (uint32_t)room;
  return isal_deflate_stateless(s) == COMP_OK ? s->total_out : 0;
}

/* What a chunk becomes, or 0 when that has no room. Zeroes are packed once: well. */
static size_t squeeze(struct packer *k, bool zero, const char *p, size_t n, char *out, size_t room) {
  if (k->format == IMAGE_AFF4 && k->level == IMAGE_FAST) {
    int z = LZ4_compress_default(p, out, (int)n, (int)room);
    return z > 0 ? (size_t)z : 0;
  }
  return zero || k->level == IMAGE_BEST ? libdeflate_zlib_compress(k->best, p, n, out, room)
                                        : deflate_fast(k, p, n, out, room);
}

vg_code packer_new(struct packer **out, enum image_format f, enum image_level level, uint32_t chunk, uint32_t sector,
                   struct vg_err *err) {
  struct packer *k = calloc(1, sizeof *k);
  *out = k;
  if (k) {
    *k = (struct packer){.format = f, .level = level, .chunk = chunk, .sector = sector};
    k->best = libdeflate_alloc_compressor(BEST);
    k->room = malloc(ISAL_DEF_LVL1_DEFAULT);
    k->last = calloc(1, chunk);
  }
  if (!k || !k->best || !k->room || !k->last)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  k->zero_n = (uint32_t)squeeze(k, true, evidence_zero, chunk, k->zero, sizeof k->zero);
  VG_ASSERT(k->zero_n > 0);
  return VG_OK;
}

void packer_free(struct packer *k) {
  if (!k)
    return;
  libdeflate_free_compressor(k->best);
  free(k->room);
  free(k->last);
  free(k);
}

static void pack_chunk(struct packer *k, struct chunk *c, const char *p, size_t n, char *out) {
  size_t z = 0;
  *c = (struct chunk){.p = p, .n = (uint32_t)n, .zero = all_zero(p, n)};
  if (k->format == IMAGE_RAW || (k->format == IMAGE_AFF4 && k->level == IMAGE_NONE))
    return;
  if (c->zero && n == k->chunk) {
    c->p = k->zero;
    z = k->zero_n;
  } else if (k->level == IMAGE_BEST || (k->level == IMAGE_FAST && !incompressible(p, n))) {
    z = squeeze(k, false, p, n, out, n - 1);
    c->p = out;
  }
  c->packed = z > 0;
  if (c->packed) {
    c->n = (uint32_t)z;
  } else {
    c->p = p;
  }
  if (!c->packed && k->format == IMAGE_E01)
    ewf_le32(c->adler, libdeflate_adler32(1, p, n));
}

/* The last chunk of a medium: whole sectors in an E01, a whole chunk in an AFF4, where its length tells whether it is
 * packed. */
static size_t complete(struct packer *k, const char **p, size_t n) {
  if (k->format == IMAGE_E01)
    return (n + k->sector - 1) / k->sector * k->sector;
  if (k->format != IMAGE_AFF4 || n == k->chunk)
    return n;
  memcpy(k->last, *p, n);
  *p = k->last;
  return k->chunk;
}

void packer_block(struct packer *k, struct block *b) {
  size_t slot = BLOCK / k->chunk;
  b->chunks = (b->n + k->chunk - 1) / k->chunk;
  for (size_t i = 0; i < b->chunks; i++) {
    size_t from = i * k->chunk;
    const char *p = b->p + from;
    size_t n = complete(k, &p, b->n - from < k->chunk ? b->n - from : k->chunk);
    pack_chunk(k, &b->chunk[i], p, n, b->packed + i * (k->chunk + BLOCK_CHUNKS / slot * PACK_SLACK));
  }
}

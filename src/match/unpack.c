#include "match/input.h"

#include <bzlib.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { XZ_MEMORY = 256 << 20 };

struct unpack {
  enum unpack_kind kind;
  const char *path;
  bool begun; /* inside a member */
  struct inflate_state gzip;
  ZSTD_DStream *zstd;
  lzma_stream xz;
  bz_stream bzip2;
};

enum unpack_kind unpack_by_magic(const unsigned char *p, size_t n) {
  if (n > 2 && memcmp(p, "\x1f\x8b\x08", 3) == 0)
    return UNPACK_GZIP;
  if (n > 3 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0)
    return UNPACK_ZSTD;
  if (n > 5 && memcmp(p,
                      "\xfd"
                      "7zXZ",
                      6) == 0)
    return UNPACK_XZ;
  if (n > 9 && memcmp(p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9' && memcmp(p + 4, "1AY&SY", 6) == 0)
    return UNPACK_BZIP2;
  return UNPACK_NONE;
}

bool unpack_may_begin(unsigned char c) { return c == 0x1f || c == 0x28 || c == 0xfd || c == 'B'; }

vg_code unpack_new(struct unpack **out, enum unpack_kind kind, const char *path, struct vg_err *err) {
  struct unpack *u = calloc(1, sizeof *u);
  if (!u)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  u->kind = kind, u->path = path;
  bool ok = true;
  if (kind == UNPACK_GZIP)
    isal_inflate_init(&u->gzip), u->gzip.crc_flag = ISAL_GZIP;
  else if (kind == UNPACK_ZSTD)
    ok = (u->zstd = ZSTD_createDStream()) != NULL;
  else if (kind == UNPACK_XZ)
    ok = lzma_stream_decoder(&u->xz, XZ_MEMORY, LZMA_CONCATENATED) == LZMA_OK;
  if (!ok) {
    unpack_free(u);
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  }
  *out = u;
  return VG_OK;
}

void unpack_free(struct unpack *u) {
  if (!u)
    return;
  ZSTD_freeDStream(u->zstd);
  lzma_end(&u->xz);
  if (u->kind == UNPACK_BZIP2 && u->begun)
    BZ2_bzDecompressEnd(&u->bzip2);
  free(u);
}

/* What one call may take or give: the libraries count in 32 bits. */
static uint32_t some(size_t n) { return n > (1u << 30) ? 1u << 30 : (uint32_t)n; }

static bool gzip_step(struct unpack *u, const unsigned char *in, size_t n, size_t *took, unsigned char *out, size_t cap,
                      size_t *gave, bool *ended) {
  struct inflate_state *s = &u->gzip;
  if (!u->begun) {
    isal_inflate_reset(s);
    s->crc_flag = ISAL_GZIP;
  }
  /* igzip does not write to its input, it only forgot to say so. */
  memcpy(&s->next_in, &in, sizeof in);
  s->avail_in = some(n);
  s->next_out = out, s->avail_out = some(cap);
  int r = isal_inflate(s);
  *took = some(n) - s->avail_in, *gave = some(cap) - s->avail_out;
  *ended = s->block_state == ISAL_BLOCK_FINISH;
  return r == ISAL_DECOMP_OK || r == ISAL_END_INPUT;
}

static bool zstd_step(struct unpack *u, const unsigned char *in, size_t n, size_t *took, unsigned char *out, size_t cap,
                      size_t *gave, bool *ended) {
  ZSTD_inBuffer i = {in, n, 0};
  ZSTD_outBuffer o = {out, cap, 0};
  size_t r = ZSTD_decompressStream(u->zstd, &o, &i);
  *took = i.pos, *gave = o.pos, *ended = r == 0;
  return !ZSTD_isError(r);
}

static bool xz_step(struct unpack *u, const unsigned char *in, size_t n, size_t *took, unsigned char *out, size_t cap,
                    size_t *gave, bool *ended) {
  u->xz.next_in = in, u->xz.avail_in = n;
  u->xz.next_out = out, u->xz.avail_out = cap;
  lzma_ret r = lzma_code(&u->xz, n ? LZMA_RUN : LZMA_FINISH);
  *took = n - u->xz.avail_in, *gave = cap - u->xz.avail_out, *ended = r == LZMA_STREAM_END;
  return r == LZMA_OK || r == LZMA_STREAM_END || (r == LZMA_BUF_ERROR && n);
}

static bool bzip2_step(struct unpack *u, const unsigned char *in, size_t n, size_t *took, unsigned char *out,
                       size_t cap, size_t *gave, bool *ended) {
  if (!u->begun && BZ2_bzDecompressInit(&u->bzip2, 0, 0) != BZ_OK)
    return false;
  memcpy(&u->bzip2.next_in, &in, sizeof in);
  u->bzip2.avail_in = some(n);
  memcpy(&u->bzip2.next_out, &out, sizeof out);
  u->bzip2.avail_out = some(cap);
  int r = BZ2_bzDecompress(&u->bzip2);
  *took = some(n) - u->bzip2.avail_in, *gave = some(cap) - u->bzip2.avail_out, *ended = r == BZ_STREAM_END;
  if (r != BZ_OK)
    BZ2_bzDecompressEnd(&u->bzip2);
  u->begun = r == BZ_OK; /* what was ended here must not be ended again */
  return r == BZ_OK || r == BZ_STREAM_END;
}

vg_code unpack_step(struct unpack *u, const unsigned char *in, size_t n, size_t *took, unsigned char *out, size_t cap,
                    size_t *gave, bool *ended, struct vg_err *err) {
  bool ok = false;
  *took = *gave = 0, *ended = false;
  switch (u->kind) {
  case UNPACK_GZIP: ok = gzip_step(u, in, n, took, out, cap, gave, ended); break;
  case UNPACK_ZSTD: ok = zstd_step(u, in, n, took, out, cap, gave, ended); break;
  case UNPACK_XZ: ok = xz_step(u, in, n, took, out, cap, gave, ended); break;
  case UNPACK_BZIP2: ok = bzip2_step(u, in, n, took, out, cap, gave, ended); break;
  case UNPACK_NONE: break;
  }
  u->begun = ok && !*ended;
  return ok ? VG_OK : VG_FAIL(err, VG_EDATA, "match.broken", u->path);
}

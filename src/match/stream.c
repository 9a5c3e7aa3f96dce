#include "match/match_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { PIECE = 4 << 20, RAW = 1 << 18, LOOK_BACK = 1 << 16 };

struct source {
  const char *path;
  int fd;
  enum { PLAIN, GZIP, ZSTD } kind;
  z_stream z;
  ZSTD_DStream *d;
  unsigned char *raw;
  size_t raw_at, raw_n;
  bool end, open_frame; /* a compressed frame has begun and not ended */
};

static vg_code refill(struct source *o, struct vg_err *err) {
  while (o->raw_at == o->raw_n && !o->end) {
    ssize_t r = read(o->fd, o->raw, RAW);
    if (r < 0 && errno == EINTR)
      continue;
    if (r < 0)
      return VG_FAIL_SYS(err, "match.read", o->path);
    o->end = r == 0;
    o->raw_at = 0, o->raw_n = (size_t)r;
  }
  return VG_OK;
}

static vg_code source_open(struct source *o, const char *path, struct vg_err *err) {
  *o = (struct source){.path = path, .fd = strcmp(path, "-") == 0 ? 0 : open(path, O_RDONLY | O_CLOEXEC)};
  if (o->fd < 0)
    return VG_FAIL_SYS(err, "match.read", path);
  if (!(o->raw = malloc(RAW)))
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  VG_TRY(refill(o, err));
  if (o->raw_n > 2 && memcmp(o->raw, "\x1f\x8b", 2) == 0) {
    o->kind = GZIP;
    if (inflateInit2(&o->z, 15 + 16) != Z_OK)
      return VG_FAIL(err, VG_ENOMEM, "match.memory");
  } else if (o->raw_n > 4 && memcmp(o->raw, "\x28\xb5\x2f\xfd", 4) == 0) {
    o->kind = ZSTD;
    if (!(o->d = ZSTD_createDStream()))
      return VG_FAIL(err, VG_ENOMEM, "match.memory");
  }
  return VG_OK;
}

static void source_close(struct source *o) {
  if (o->kind == GZIP)
    inflateEnd(&o->z);
  ZSTD_freeDStream(o->d);
  free(o->raw);
  if (o->fd > 0)
    close(o->fd);
}

static vg_code unpack(struct source *o, unsigned char *p, size_t n, size_t *got, struct vg_err *err) {
  if (o->kind == ZSTD) {
    ZSTD_inBuffer in = {o->raw, o->raw_n, o->raw_at};
    ZSTD_outBuffer out = {p, n, 0};
    size_t r = ZSTD_decompressStream(o->d, &out, &in);
    o->raw_at = in.pos, *got = out.pos, o->open_frame = r != 0;
    return ZSTD_isError(r) ? VG_FAIL(err, VG_EDATA, "match.broken", o->path) : VG_OK;
  }
  o->z.next_in = o->raw + o->raw_at, o->z.avail_in = (unsigned)(o->raw_n - o->raw_at);
  o->z.next_out = p, o->z.avail_out = (unsigned)n;
  int r = inflate(&o->z, Z_NO_FLUSH);
  o->raw_at = o->raw_n - o->z.avail_in, *got = n - o->z.avail_out, o->open_frame = r != Z_STREAM_END;
  if (r == Z_STREAM_END)
    r = inflateReset(&o->z);
  return r == Z_OK || r == Z_BUF_ERROR ? VG_OK : VG_FAIL(err, VG_EDATA, "match.broken", o->path);
}

/* Fills p as far as there are bytes; *got < n means the end. */
static vg_code source_read(struct source *o, unsigned char *p, size_t n, size_t *got, struct vg_err *err) {
  *got = 0;
  while (*got < n) {
    size_t k = 0;
    VG_TRY(refill(o, err));
    if (o->end && o->raw_at == o->raw_n) {
      if (!o->open_frame)
        return VG_OK;
      VG_TRY(o->kind == PLAIN ? VG_OK : unpack(o, p + *got, n - *got, &k, err));
      *got += k;
      if (k == 0)
        return o->open_frame ? VG_FAIL(err, VG_EDATA, "match.broken", o->path) : VG_OK;
      continue;
    }
    if (o->kind == PLAIN) {
      k = o->raw_n - o->raw_at < n - *got ? o->raw_n - o->raw_at : n - *got;
      memcpy(p + *got, o->raw + o->raw_at, k);
      o->raw_at += k;
    } else {
      VG_TRY(unpack(o, p + *got, n - *got, &k, err));
    }
    *got += k;
  }
  return VG_OK;
}

/* Where a full buffer may be cut: after a line, else at a space, else at something that no value contains, else anywhere. */
static size_t cut_at(const unsigned char *b, size_t n) {
  const unsigned char *nl = memrchr(b, '\n', n);
  if (nl)
    return (size_t)(nl - b) + 1;
  for (size_t i = n; i > n - LOOK_BACK; i--)
    if (b[i - 1] == ' ' || b[i - 1] == '"')
      return i;
  for (size_t i = n; i > n - LOOK_BACK; i--)
    if (b[i - 1] && !(match_class[b[i - 1]] & (C_HOST | C_COLON)))
      return i;
  return n;
}

static vg_code run(struct scan *s, struct source *o, unsigned char *b, struct match_counts *c, struct vg_err *err) {
  size_t have = 0, got = 0;
  bool last = false, newline = true;
  while (!last && s->rc == VG_OK) {
    vg_code rc = source_read(o, b + have, PIECE - have, &got, err);
    have += got;
    last = rc != VG_OK || have < PIECE;
    size_t cut = last ? have : cut_at(b, have);
    if (cut)
      newline = b[cut - 1] == '\n';
    bool inside = cut && (match_class[b[cut - 1]] & C_HOST);
    scan_piece(s, b, cut);
    scan_shift(s, cut);
    s->glued = inside;
    c->bytes += cut;
    memmove(b, b + cut, have - cut);
    have -= cut;
    if (rc != VG_OK && s->rc == VG_OK)
      s->rc = rc;
  }
  c->lines += s->line - 1 + (newline ? 0 : 1);
  c->hits += s->hits;
  return s->rc;
}

vg_code match_file(const struct pack *p, const char *path, match_sink *sink, void *ctx, struct match_counts *counts, struct vg_err *err) {
  struct source o = {.fd = -1};
  struct match_counts c = {0};
  struct scan s;
  vg_code rc = VG_OK;
  unsigned char *b = malloc(PIECE);
  if (!b)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  VG_GO(source_open(&o, path, err));
  VG_GO(scan_init(&s, p, 1, sink, ctx, err));
  rc = run(&s, &o, b, &c, err);
  scan_fini(&s);
out:
  if (counts)
    *counts = c;
  source_close(&o);
  free(b);
  return rc;
}

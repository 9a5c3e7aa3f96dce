#ifndef VG_EVIDENCE_INTERNAL_H
#define VG_EVIDENCE_INTERNAL_H
/* Shared by the files of evidence/ only. */
#include "evidence/evidence.h"

/* Extension of the i-th segment, from 1. */
void evidence_extension(enum image_format f, size_t i, char out[static 5]);

/*
 * The pipeline: the caller's thread fills blocks, one thread a digest hashes them, one more writes them (when write is set). A block is
 * reused when everybody is past it.
 */
enum { PIPE_BLOCK = 4 << 20, PIPE_RING = 6 };
struct pipe_order {
  vg_code (*fill)(void *ctx, char *p, size_t n, size_t *got, struct vg_err *err); /* *got 0: the end */
  vg_code (*write)(void *ctx, const void *p, size_t n, struct vg_err *err);       /* or NULL */
  void *fill_ctx, *write_ctx;
};
/* Digests MD5, SHA-1 and SHA-256. */
vg_code evidence_pipe(const struct pipe_order *o, unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX], struct vg_err *err);

/* The medium being read. */
struct source;
MUST vg_code source_open(struct source **out, const char *path, int retries, struct vg_err *err);
uint64_t source_bytes(const struct source *s);
uint32_t source_sector(const struct source *s);
/* True when a file under directory `dir` would be written on the medium itself. */
bool source_holds(const struct source *s, const char *dir);
/* Sequential. Sectors that cannot be read are zeroes in p and stand in the list. */
MUST vg_code source_next(struct source *s, char *p, size_t n, size_t *got, struct vg_err *err);
size_t source_bad(const struct source *s, uint64_t out[IMAGE_BAD][2]);
void source_close(struct source *s);

/* BASE.vigie.json */
struct sidecar {
  uint64_t bytes;
  char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1];
  struct sidecar_segment {
    char name[256], sha256[65];
  } segment[IMAGE_PATHS];
  size_t segments;
};
/* names: final names of the segments, read under paths. Appends the file's text. */
MUST vg_code sidecar_write(struct vg_buf *out, const struct acquire_result *r, const struct image_paths *now, const char *source,
                           vg_time made, struct vg_err *err);
/* VG_EDAMAGE when its own checksum is wrong. */
MUST vg_code sidecar_read(vg_str text, struct sidecar *out, struct vg_err *err);
MUST vg_code evidence_hash_file(const char *path, char hex[static 65], struct vg_err *err);
/* BASE of BASE.E01, BASE.001, BASE.raw */
void evidence_base(const char *path, char out[static 4096]);

#endif

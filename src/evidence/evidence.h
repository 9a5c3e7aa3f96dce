#ifndef VG_EVIDENCE_EVIDENCE_H
#define VG_EVIDENCE_EVIDENCE_H
/*
 * Forensic copies: reading images (raw, split raw, E01), writing them, acquiring a medium and checking a copy.
 * Promises: the source is only ever opened for reading and read once; hashes cover exactly the source's bytes; a sector
 * that cannot be read is zero-filled and listed; what stands under a final name is complete, read back and durable.
 * Owns evidence_image. The readers need nothing but the given paths, so that they can run inside a cell. One reader, one thread.
 *
 *     struct image_reader *r;
 *     VG_TRY(image_open(paths, n, &r, err));
 *     VG_GO(image_read_at(r, offset, buffer, sizeof buffer, &got, err));   out: image_close(r);
 */
#include "base/file.h"
#include "base/hash.h"
#include "ledger/ledger.h"
#include "sandbox/sandbox.h"

enum image_format { IMAGE_RAW, IMAGE_E01 };
enum { IMAGE_PATHS = 1024, IMAGE_BAD = 4096, EVIDENCE_REF = 64 };

struct image_reader;
/* paths: all segments in order. E01 by signature, anything else is raw. VG_EDATA for an E01 that does not open or is cut. */
MUST vg_code image_open(const char *const *paths, size_t n, struct image_reader **out, struct vg_err *err);
uint64_t image_size(const struct image_reader *r);
enum image_format image_format_of(const struct image_reader *r);
/* *got < n only at the end of the image. VG_EIO or VG_EDATA when the bytes cannot be had. */
MUST vg_code image_read_at(struct image_reader *r, uint64_t at, void *buffer, size_t n, size_t *got, struct vg_err *err);
/* The hash that the container itself carries, in hex; false when it carries none. */
bool image_stored_hash(struct image_reader *r, enum vg_digest d, char hex[static 2 * VG_DIGEST_MAX + 1]);
/* How many ranges failed the container's own checksums while they were read. */
uint64_t image_damaged(struct image_reader *r);
void image_close(struct image_reader *r);

/* The segments of the image whose first one is path (BASE.E01 gives BASE.E02, ...; BASE.001 gives BASE.002, ...). */
struct image_paths {
  char *v[IMAGE_PATHS];
  size_t n;
};
MUST vg_code image_segments(const char *path, struct image_paths *out, struct vg_err *err);
void image_paths_fini(struct image_paths *p);

struct image_writer;
struct image_writer_options {
  enum image_format format;
  const char *base;      /* the extension is added: .E01..., .raw, or .001... with segments */
  uint64_t bytes;        /* of the medium */
  uint32_t sector_size;
  uint64_t segment;      /* bytes a segment, 0: one (E01: the library's largest) */
  int level;             /* E01 compression: 0 none, 1 fast, 2 best */
};
/* Refuses to overwrite. */
MUST vg_code image_writer_open(struct image_writer **out, const struct image_writer_options *o, struct vg_err *err);
MUST vg_code image_writer_add(struct image_writer *w, const void *p, size_t n, struct vg_err *err);
/* digests: VG_DIGESTS times VG_DIGEST_MAX bytes, of which MD5 and SHA-1 travel in the E01. bad: sector, count pairs. */
MUST vg_code image_writer_end(struct image_writer *w, unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX],
                              const uint64_t (*bad)[2], size_t bad_count, struct vg_err *err);
void image_writer_close(struct image_writer *w);

typedef void evidence_progress(void *ctx, const char *label, uint64_t done, uint64_t total);

struct acquire_order {
  const char *source, *base; /* base: final path without extension */
  enum image_format format;
  uint64_t segment;
  int level;
  int retries;               /* more attempts on a sector that fails */
  const struct vg_clock *clock;
};
struct acquire_result {
  struct image_paths images;
  char sidecar[4096];
  uint64_t bytes;
  uint32_t sector_size;
  char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1]; /* "" where not computed */
  uint64_t bad[IMAGE_BAD][2];                   /* first sector, count */
  size_t bad_count;
  bool verified;
};
/* Copies, reads the copy back, and puts it with BASE.vigie.json under its final names. Nothing is left there on failure. */
MUST vg_code evidence_acquire(const struct acquire_order *o, evidence_progress *progress, void *ctx,
                              struct acquire_result *out, struct vg_err *err);
void acquire_result_fini(struct acquire_result *r);

/* The row and the ledger entry "evidence.acquired". References are those of the case and of the exhibit, "" for none. */
MUST vg_code evidence_record(struct store_tx *tx, const struct actor *who, const struct acquire_result *r, const char *source,
                             const char *case_ref, const char *exhibit_ref, int64_t *ledger_index, struct vg_err *err);

struct verify_result {
  bool ok;
  char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1];
  char stored[VG_DIGESTS][2 * VG_DIGEST_MAX + 1];
  char problem[8][32]; /* message ids */
  size_t problems;
};
/* Reads the image whole, its container opened in a cell, and compares with the hashes in the container and in BASE.vigie.json.
 * Damage is a result (ok false), not an error, also when the container's parser dies of it; VG_ENOTFOUND when there is no such file. */
MUST vg_code evidence_verify(const char *path, evidence_progress *progress, void *ctx, struct verify_result *out,
                             struct vg_err *err);

/* The parser "evidence" of evidence_verify, for the table of cells. */
extern const struct cell_parser evidence_parser;
extern const char evidence_sql[];

#endif

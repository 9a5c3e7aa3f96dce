#ifndef VG_EVIDENCE_EVIDENCE_H
#define VG_EVIDENCE_EVIDENCE_H
/*
 * Forensic copies: acquiring a medium, reading images (raw, split raw, E01, AFF4, disks of virtual machines), checking
 * a copy. Promises: the source is only ever opened for reading and read once; hashes cover exactly the source's bytes;
 * a sector that cannot be read is zero-filled and listed; what stands under a final name is complete, read back from
 * the disk and durable. Owns evidence_image. The readers need nothing but the given paths, so that they can run inside
 * a cell. One reader, one thread.
 *
 *     struct image_reader *r;
 *     VG_TRY(image_open(paths, n, &r, err));
 *     VG_GO(image_read_at(r, offset, buffer, sizeof buffer, &got, err));   out: image_close(r);
 */
#include <stdatomic.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/jsonw.h"
#include "casework/casework.h"
#include "ledger/ledger.h"
#include "sandbox/sandbox.h"

/* Copies are written as the first three; disks of virtual machines are read. */
enum image_format { IMAGE_RAW, IMAGE_E01, IMAGE_AFF4, IMAGE_QCOW2, IMAGE_VHD, IMAGE_VHDX, IMAGE_VMDK, IMAGE_VDI };
enum image_level { IMAGE_NONE, IMAGE_FAST, IMAGE_BEST };
enum { IMAGE_PATHS = 1024, EVIDENCE_NAME = 256 };

struct image_reader;
/* paths: all segments in order, as image_segments gives them. Containers by their signature, anything else is raw.
 * VG_EDATA for one that does not open or is cut, VG_ENOTFOUND for one that needs what is not there (a base file, a
 * key). */
MUST vg_code image_open(const char *const *paths, size_t n, struct image_reader **out, struct vg_err *err);
uint64_t image_size(const struct image_reader *r);
enum image_format image_format_of(const struct image_reader *r);
const char *image_format_name(enum image_format f); /* "raw", "E01", "qcow2", ... */
/* *got < n only at the end of the image. VG_EIO or VG_EDATA when the bytes cannot be had. */
MUST vg_code image_read_at(struct image_reader *r, uint64_t at, void *buffer, size_t n, size_t *got,
                           struct vg_err *err);
/* The hash that the container itself carries, in hex; false when it carries none. */
bool image_stored_hash(struct image_reader *r, enum vg_digest d, char hex[static 2 * VG_DIGEST_MAX + 1]);
/* How many places failed the container's own checksums so far: its sections when it was opened, chunks when they were
 * read. */
uint64_t image_damaged(struct image_reader *r);
void image_close(struct image_reader *r);

/* The first file of the image that path belongs to: BASE.E01 for BASE.E02, .., BASE.EAA, ..; BASE.001 for BASE.002, ..;
 * the image beside it for BASE.vigie.json; path itself for anything else. A first segment that is missing is named too
 * when the name of the later one leaves no doubt (BASE.E02). */
void image_first(const char *path, char out[static 4096]);

/* The segments of the image that path belongs to, in order (BASE.E01, BASE.E02, ...; BASE.001, BASE.002, ...; a VMDK
 * descriptor and the extents that it names). */
struct image_paths {
  char **v;
  size_t n, cap;
};
MUST vg_code image_segments(const char *path, struct image_paths *out, struct vg_err *err);
void image_paths_fini(struct image_paths *p);

typedef void evidence_progress(void *ctx, const char *label, uint64_t done, uint64_t total);

/* Who and what for: stands in the E01's header and in BASE.vigie.json. NULL where not known. */
struct acquire_about {
  const char *case_ref, *exhibit_ref, *examiner;
};

struct acquire_order {
  const char *source, *base; /* base: final path without extension */
  const char *second;        /* another copy, made in the same reading, or NULL */
  enum image_format format;
  enum image_level level;
  bool digest[VG_DIGESTS]; /* at least one */
  uint64_t segment;        /* bytes a segment at most, 0: one */
  int retries;             /* more attempts on a sector that fails */
  bool resume; /* go on where an interrupted order of the same words stopped; keep what is there when this one is
                  interrupted */
  struct acquire_about about;
  const struct vg_clock *clock;
  const atomic_bool *stop; /* set by a signal: end soon, VG_ESTATE; or NULL */
};
struct acquire_range {
  uint64_t first, count; /* sectors */
};
struct acquire_copy {
  struct image_paths images;
  char (*sha256)[65]; /* of each segment, as read back */
  char sidecar[4096];
};
struct acquire_result {
  struct acquire_copy copy[2]; /* BASE, BASE2 */
  size_t copies;
  char source[EVIDENCE_NAME], model[64], serial[64]; /* of the device, "" when not known */
  uint64_t bytes, resumed;                           /* resumed: bytes that an earlier run had copied */
  uint32_t sector_size;
  char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1]; /* "" where not asked for */
  char padded[VG_DIGESTS]
             [2 * VG_DIGEST_MAX + 1]; /* what an E01 carries when a partial last sector was completed with zeroes */
  struct acquire_range *bad;
  size_t bad_count;
  uint64_t bad_sectors;
  bool verified, mounted; /* mounted: the source was in use for writing while it was read */
};
/*
 * Copies, reads the copy back, and puts it with BASE.vigie.json under its final names. On failure nothing stands under
 * a final name; what was written stays under a hidden temporary name only when order.resume is set, or after kill -9.
 */
MUST vg_code evidence_acquire(const struct acquire_order *o, evidence_progress *progress, void *ctx,
                              struct acquire_result *out, struct vg_err *err);
void acquire_result_fini(struct acquire_result *r);
/* The keys bytes, sector_size, hashes, bad of a result, inside an open object. */
void evidence_facts(struct vg_jw *w, const struct acquire_result *r);

/* The exhibit by its reference, public id or seal. VG_ENOTFOUND, VG_EDATA unless it is of that case, VG_ESTATE when two
 * bear that seal (both are named) or it is no longer here, VG_EDENIED to whoever has a conflict of interest: asked
 * before a copy that takes hours. */
MUST vg_code evidence_find_exhibit(struct store_tx *tx, const struct actor *who, const char *case_ref,
                                   const char *exhibit_ref, struct exhibit *e, struct vg_err *err);
/* The row, the exhibit's custody event "copied" and the ledger entry "evidence.acquired". e: NULL for none. */
MUST vg_code evidence_record(struct store_tx *tx, const struct actor *who, const struct acquire_result *r,
                             const struct exhibit *e, int64_t *ledger_index, struct vg_err *err);

enum { VERIFY_PROBLEMS = 64 };
struct verify_problem {
  char id[32], arg[2][64]; /* message id and its arguments */
};
struct verify_result {
  bool ok;
  uint64_t bad; /* sectors that could not be read when the copy was made, as BASE.vigie.json says */
  char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1];
  char stored[VG_DIGESTS][2 * VG_DIGEST_MAX + 1];
  struct verify_problem problem[VERIFY_PROBLEMS];
  size_t problems;
};
/* Reads the image that path belongs to (image_first) whole, its container opened in a cell, and compares with the
 * hashes in the container and in BASE.vigie.json. Damage is a result (ok false), not an error, also when the
 * container's parser dies of it; VG_ENOTFOUND when there is no such file, or path is a BASE.vigie.json without its
 * image. */
MUST vg_code evidence_verify(const char *path, evidence_progress *progress, void *ctx, struct verify_result *out,
                             struct vg_err *err);

/* The parser "evidence" of evidence_verify, for the table of cells. */
extern const struct cell_parser evidence_parser;
/* How acquisitions of other instances are taken in (ended by a NULL kind), and a reference that the merge changed. */
extern const struct merge_kind evidence_merges[];
/* The acquisitions of a case (or of its exhibits) that is erased: each is told, then its row goes. Their files stay
 * where they are (away: on another instance), under seal or until the exhibit is destroyed. */
struct image_forgotten {
  vg_str pid, path, sha256; /* path: bytes */
  bool away;
};
typedef vg_code evidence_forgotten_sink(void *ctx, const struct image_forgotten *i, struct vg_err *err);
MUST vg_code evidence_case_forget(struct store_tx *tx, const char *ref, evidence_forgotten_sink *sink, void *ctx,
                                  struct vg_err *err);
MUST vg_code evidence_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err);

extern const char evidence_sql[];

#endif

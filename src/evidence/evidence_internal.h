#ifndef VG_EVIDENCE_INTERNAL_H
#define VG_EVIDENCE_INTERNAL_H
/*
 * Shared by the files of evidence/ only. Everything that is copied or checked runs through one pipeline of blocks:
 *
 *   fill (caller's thread) ──▶ work (a thread a core: pack or unpack chunks) ──▶ sink (one thread, in order: write)
 *                         └──▶ digests (in order; after work when work makes the bytes)
 */
#include "base/json.h"
#include "evidence/evidence.h"

/* ---- blocks ---- */
enum {
  BLOCK = 1 << 20,
  CHUNK_SECTORS = 64,
  CHUNK_LEAST = 32 << 10,
  BLOCK_CHUNKS = BLOCK / CHUNK_LEAST,
  PACK_SLACK = 256
};

struct chunk {
  const char *p; /* the stored bytes: packed, or the content itself */
  uint32_t n;    /* of them */
  bool packed, zero, bad;
  unsigned char adler[4]; /* of an unpacked one, little-endian */
};
struct block {
  uint64_t at; /* in the medium */
  const char *p;
  size_t n;           /* content: p[0..n), zeroes up to the next sector behind it; n 0: the end */
  char *own, *packed; /* BLOCK bytes; BLOCK + BLOCK_CHUNKS * PACK_SLACK bytes */
  struct chunk chunk[BLOCK_CHUNKS];
  size_t chunks;
  bool old;                            /* copied by an earlier run: hashed only */
  bool mark;                           /* a point to resume from lies behind this block */
  unsigned char so_far[VG_DIGEST_MAX]; /* the check digest up to a mark */
};
extern const char evidence_zero[BLOCK]; /* what holes and bad sectors read as */

/* ---- the pipeline ---- */
struct pipe_order {
  void *ctx;
  vg_code (*fill)(void *ctx, struct block *b, struct vg_err *err);
  vg_code (*work)(void *ctx, size_t worker, struct block *b, struct vg_err *err);
  vg_code (*sink)(void *ctx, struct block *b, struct vg_err *err); /* or NULL */
  vg_code (*settled)(void *ctx, struct block *b,
                     struct vg_err *err); /* caller's thread, once everybody is past a marked block; or NULL */
  bool unpacks;                           /* work makes the bytes: digests wait for it */
  bool digest[VG_DIGESTS];
  enum vg_digest check; /* peeked at marks */
  size_t pad;           /* zero bytes that complete the last sector */
};
struct pipe_digests {
  unsigned char whole[VG_DIGESTS][VG_DIGEST_MAX], padded[VG_DIGESTS][VG_DIGEST_MAX];
};
size_t evidence_workers(void);
vg_code evidence_pipe(const struct pipe_order *o, struct pipe_digests *out, struct vg_err *err);
/* The strongest of a set: SHA-256, SHA-512, SHA-1, MD5. */
enum vg_digest evidence_check_digest(const bool digest[static VG_DIGESTS]);

/* ---- MD5, SHA-1 and SHA-256 at once, where the processor has SHA instructions (trio.c) ---- */
struct trio {
  uint64_t bytes;
  uint32_t md5[4], sha1[5], sha256[8];
  unsigned char rest[64];
};
bool trio_possible(void);
void trio_init(struct trio *t);
void trio_add(struct trio *t, const void *p, size_t n);
void trio_peek(const struct trio *t, unsigned char md5[static 16], unsigned char sha1[static 20],
               unsigned char sha256[static 32]);

/* ---- packing chunks (zlib streams; LZ4 blocks in an AFF4 at level fast) ---- */
struct packer;
MUST vg_code packer_new(struct packer **out, enum image_format f, enum image_level level, uint32_t chunk,
                        uint32_t sector, struct vg_err *err);
void packer_block(struct packer *k, struct block *b); /* sets b->chunk from b->p */
void packer_free(struct packer *k);

/* ---- writers ---- */
struct image_mark { /* where a writer stands, everything before it on disk */
  uint64_t segment, offset, chunks;
};
struct writer_options {
  enum image_format format;
  enum image_level level;
  const char *base; /* the extension is added: .E01..., .aff4, .raw, or .001... with segments */
  uint64_t bytes;   /* of the medium */
  uint32_t sector_size;
  uint64_t segment;
  struct acquire_about about;
  const char *source, *model, *serial;
  vg_time made;
  unsigned char guid[16];
  const struct image_mark *from; /* go on from here, or NULL */
};
struct writer_end {
  const struct pipe_digests *digests;
  const bool *digest;
  const struct acquire_range *bad;
  size_t bad_count;
};
struct image_writer;
struct image_writer_ops {
  vg_code (*block)(struct image_writer *w, const struct block *b, struct vg_err *err);
  vg_code (*mark)(struct image_writer *w, struct image_mark *out, struct vg_err *err);
  vg_code (*end)(struct image_writer *w, const struct writer_end *e,
                 struct vg_err *err); /* data and names are on disk then */
  void (*close)(struct image_writer *w);
};
struct image_writer {
  const struct image_writer_ops *ops;
  struct writer_options o;
  char base[4096];
  int fd;
  size_t segment;   /* from 1 */
  uint64_t pos;     /* in the segment */
  uint64_t flushed; /* up to here the kernel was asked to begin writing */
};
/* Refuses to overwrite. */
MUST vg_code image_writer_open(struct image_writer **out, const struct writer_options *o, struct vg_err *err);
static inline MUST vg_code image_writer_block(struct image_writer *w, const struct block *b, struct vg_err *err) {
  return w->ops->block(w, b, err);
}
static inline MUST vg_code image_writer_mark(struct image_writer *w, struct image_mark *m, struct vg_err *err) {
  return w->ops->mark(w, m, err);
}
static inline MUST vg_code image_writer_end(struct image_writer *w, const struct writer_end *e, struct vg_err *err) {
  return w->ops->end(w, e, err);
}
void image_writer_close(struct image_writer *w);
MUST vg_code writer_ewf(struct image_writer **out, const struct writer_options *o, struct vg_err *err);
MUST vg_code writer_aff4(struct image_writer **out, const struct writer_options *o, struct vg_err *err);
MUST vg_code writer_raw(struct image_writer **out, const struct writer_options *o, struct vg_err *err);
/* A copy can be taken up again at `at` of the medium: an AFF4 only between two of its bevies. */
bool image_mark_fits(enum image_format f, uint64_t at);
/* For the writers: a new segment file (or the one of o.from, cut to its offset), its end, and hastening its way to the
 * disk. */
MUST vg_code writer_segment(struct image_writer *w, struct vg_err *err);
MUST vg_code writer_reopen(struct image_writer *w, struct vg_err *err);
MUST vg_code writer_settle(struct image_writer *w, bool close, struct vg_err *err);
void writer_hasten(struct image_writer *w);
/* Writes all of v[0..n), which is used up; pos is the caller's. */
struct iovec;
MUST vg_code writer_gather(struct image_writer *w, struct iovec *v, size_t n, struct vg_err *err);

/* ---- readers ---- */
struct image_reader_ops {
  vg_code (*read_at)(struct image_reader *r, uint64_t at, char *p, size_t n, struct vg_err *err);
  /* The next stored chunks of b->at into b->packed or b->own; work makes b->p of them (bad ones zeroes). Workers run
   * side by side. */
  vg_code (*fetch)(struct image_reader *r, struct block *b, struct vg_err *err);
  void (*unpack)(struct image_reader *r, size_t worker, struct block *b);
  bool (*stored)(struct image_reader *r, enum vg_digest d, unsigned char out[static VG_DIGEST_MAX]);
  void (*close)(struct image_reader *r);
};
enum { DAMAGE_KEPT = 48 };
struct image_damage {
  const char *what; /* message id; {1} segment, {2} byte in it; of a chunk: {1} first byte, {2} length in the medium */
  uint64_t where[2];
};
struct image_reader {
  const struct image_reader_ops *ops;
  enum image_format format;
  uint64_t size;
  uint32_t chunk; /* bytes that stand or fall together; 0: none */
  struct image_damage damage[DAMAGE_KEPT];
  uint64_t damages;
};
void reader_damage(struct image_reader *r, const char *what, uint64_t a, uint64_t b);
/* By read_at: a block with a damaged stretch, which is noted, is zeroes. */
MUST vg_code reader_fetch_plain(struct image_reader *r, struct block *b, struct vg_err *err);
/* For readers of formats without chunks and without hashes of their own. */
MUST vg_code reader_fetch_grains(struct image_reader *r, struct block *b, struct vg_err *err);
void reader_unpack_nothing(struct image_reader *r, size_t worker, struct block *b);
bool reader_stored_none(struct image_reader *r, enum vg_digest d, unsigned char out[static VG_DIGEST_MAX]);
MUST vg_code reader_raw(struct image_reader **out, const char *const *paths, size_t n, struct vg_err *err);
/* partial: an image under way, that ends without a "done" section. */
MUST vg_code reader_ewf(struct image_reader **out, const char *const *paths, size_t n, bool partial,
                        struct vg_err *err);
MUST vg_code reader_aff4(struct image_reader **out, const char *path, bool partial, struct vg_err *err);
/* n bytes at `at` of a file; `place` is how an error names that byte. VG_EIO: cannot be read; VG_EDATA: the file ends
 * before. */
MUST vg_code evidence_pread(int fd, void *to, size_t n, uint64_t at, uint64_t place, struct vg_err *err);
/* [at, at + n) of a file of `file` bytes; false when it is not there or cannot be read. */
bool evidence_read_all(int fd, uint64_t file, uint64_t at, void *to, size_t n);

/* As image_open, but what was read stays in *out on failure, with its damage. */
MUST vg_code image_begin(const char *const *paths, size_t n, bool partial, struct image_reader **out,
                         struct vg_err *err);

/* A copy of this format is one file, whatever its extension's number says. */
bool evidence_one_file(enum image_format f, bool segmented);
/* Extension of the i-th segment, from 1. */
void evidence_extension(enum image_format f, size_t i, char out[static 5]);
MUST vg_code image_paths_add(struct image_paths *p, const char *path, struct vg_err *err);

/* ---- the container EWF-E01 (format_ewf.c draws it) ---- */
enum {
  EWF_FILE_HEAD = 13,
  EWF_SECTION = 76,
  EWF_VOLUME = 1052,
  EWF_VOLUME_SMART = 94,
  EWF_TABLE_HEAD = 24,
  EWF_TABLE_MOST = 16375
};
extern const unsigned char ewf_signature[8];
/* The 76 bytes that begin a section. */
void ewf_section(unsigned char out[static EWF_SECTION], const char *type, uint64_t next, uint64_t size);
struct ewf_volume {
  uint64_t sectors;
  uint32_t chunks, chunk_sectors, sector;
  unsigned char guid[16];
  uint8_t media, flags, level;
};
void ewf_volume_put(unsigned char out[static EWF_VOLUME], const struct ewf_volume *v);
/* false: the checksum is wrong, or it is no volume. n is the section's length without its 76 bytes. */
bool ewf_volume_get(const unsigned char *p, size_t n, struct ewf_volume *v);
/* The texts of header2 (UTF-16) and header. */
void ewf_header2(struct vg_buf *out, const struct writer_options *o);
void ewf_header(struct vg_buf *out, const struct writer_options *o);
void ewf_le32(unsigned char *p, uint32_t v);
void ewf_le64(unsigned char *p, uint64_t v);
uint32_t ewf_get32(const unsigned char *p);
uint64_t ewf_get64(const unsigned char *p);

/* ---- the medium being read ---- */
struct source;
MUST vg_code source_open(struct source **out, const char *path, int retries, struct vg_err *err);
uint64_t source_bytes(const struct source *s);
uint32_t source_sector(const struct source *s);
void source_device(const struct source *s, char model[static 64], char serial[static 64]);
/* SHA-256 of the first SOURCE_PROBE bytes: the same medium as before? */
enum { SOURCE_PROBE = 64 << 10 };
void source_probe(struct source *s, char hex[static 65]);
/* Where a file of directory `dir` would be written on the medium itself: its partition, a volume or loop device on it.
 */
bool source_holds(const struct source *s, const char *dir);
bool source_is(const struct source *s, const char *path);
bool source_mounted(const struct source *s); /* for writing: it may change while it is read */
/* The next bytes; b->p is b->own or zeroes. Sectors that cannot be read are zeroes and stand in the list. */
MUST vg_code source_next(struct source *s, struct block *b, struct vg_err *err);
MUST vg_code source_skip(struct source *s, uint64_t to, const struct acquire_range *bad, size_t n, struct vg_err *err);
const struct acquire_range *source_bad(const struct source *s, size_t *n);
void source_close(struct source *s);
/* Which block devices lie under which (lineage.c). */
bool lineage_holds(uint64_t device, uint64_t inode_device, uint64_t inode, const char *dir);
bool lineage_mounted(uint64_t device);

/* ---- reading an image back, whole ---- */
struct readback_order {
  uint64_t bytes; /* how many are the medium's; UINT64_MAX: all */
  bool digest[VG_DIGESTS];
  void *ctx;
  vg_code (*passed)(void *ctx, uint64_t done, uint64_t total, struct vg_err *err); /* or NULL */
};
/* Every chunk is unpacked and its checksum tested; digests of the whole, and with the padding of the last sector. */
MUST vg_code evidence_readback(struct image_reader *r, const struct readback_order *o, struct pipe_digests *out,
                               struct vg_err *err);

/* ---- BASE.vigie.json ---- */
struct sidecar {
  uint64_t bytes, bad; /* bad: sectors that could not be read when the copy was made */
  char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1];
  struct sidecar_segment {
    char name[256], sha256[65];
  } * segment;
  size_t segments;
};
MUST vg_code sidecar_write(struct vg_buf *out, const struct acquire_result *r, size_t copy,
                           const struct acquire_order *o, vg_time made, struct vg_err *err);
/* VG_EDAMAGE when its own checksum is wrong. */
MUST vg_code sidecar_read(vg_str text, struct sidecar *out, struct vg_err *err);
void sidecar_fini(struct sidecar *s);
/* Ends the open object with a checksum over everything before its own key; true when text ends with such a one that is
 * right. */
MUST vg_code evidence_seal(struct vg_jw *w, struct vg_err *err);
bool evidence_sealed(vg_str text, vg_jv root);
void evidence_put_bad(struct vg_jw *w, const struct acquire_range *bad, size_t n);
MUST vg_code evidence_hash_file(const char *path, char hex[static 65], struct vg_err *err);
/* BASE of BASE.E01, BASE.001, BASE.raw */
void evidence_base(const char *path, char out[static 4096]);

/* ---- where a copy is written: hidden names until it is complete (place.c) ---- */
struct place {
  char base[4096], dir[4096], name[256];
  char tmp[4096];          /* DIR/.NAME.part */
  struct image_paths part; /* segments under their hidden names */
};
MUST vg_code place_init(struct place *p, const char *base, struct vg_err *err);
void place_fini(struct place *p);
/* VG_EDENIED when it would be written on the source, VG_EEXIST when something has one of its names. */
MUST vg_code place_check(const struct place *p, enum image_format f, const struct source *s, const char *source,
                         struct vg_err *err);
MUST vg_code place_list(struct place *p, enum image_format f, bool segmented, struct vg_err *err);
void place_forget(const struct place *p); /* removes everything hidden, journal and lock too */
/* The intent: everything hidden is complete, checked and on disk; only the names are missing. */
MUST vg_code place_ready(const struct place *p, struct vg_err *err);
/* Gives the names that a crash between ready and publish kept back: VG_EEXIST then, VG_OK when there was nothing to do.
 */
MUST vg_code place_complete(const struct place *p, enum image_format f, struct vg_err *err);
/* All segments and the sidecar get their names, the first segment last; undone when one cannot. */
MUST vg_code place_publish(const struct place *p, const struct acquire_copy *c, struct vg_err *err);
void place_retract(const struct place *p, const struct acquire_copy *c);
/* One acquisition a name at a time: VG_EBUSY. */
MUST vg_code place_lock(const struct place *p, int *fd, struct vg_err *err);

/* ---- the journal of an acquisition under way ---- */
struct journal {
  uint64_t bytes, done;
  uint32_t sector;
  char probe[65], check[2 * VG_DIGEST_MAX + 1]; /* check: the check digest of the first `done` bytes */
  unsigned char guid[16];
  vg_time made;
  struct image_mark mark[2];
  struct acquire_range *bad;
  size_t bad_count;
};
MUST vg_code journal_write(const char *path, const struct journal *j, const struct acquire_order *o,
                           struct vg_err *err);
/* VG_ENOTFOUND: none. VG_ESTATE: made by an order of other words. VG_EDAMAGE. */
MUST vg_code journal_read(const char *path, struct journal *j, const struct acquire_order *o, struct vg_err *err);

#endif

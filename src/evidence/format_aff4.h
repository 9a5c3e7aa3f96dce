#ifndef VG_EVIDENCE_FORMAT_AFF4_H
#define VG_EVIDENCE_FORMAT_AFF4_H
/*
 * AFF4 ("AFF4 Standard v1.0", aff4.org, 2017; Schatz, "Wirespeed: extending the AFF4 forensic container format", DFRWS
 * 2015): a ZIP64 volume of members that are stored as they are.
 *
 *   container.description   the volume's name, aff4://UUID
 *   version.txt             version of the standard, the tool
 *   information.turtle      what the image is: RDF in Turtle
 *   MAP/map, MAP/idx        which part of the medium lies where in which stream
 *   STREAM/00000000         bevy: up to chunksInSegment chunks, each packed by itself
 *   STREAM/00000000.index   (place in the bevy, length) of each: 64 and 32 bits, little-endian
 *   ...                     a chunk whose length is chunkSize is not packed
 *
 * What Vigie writes has one map of one part, the whole medium, so that a bevy is 64 MiB of it; the information stands
 * at the beginning with room for the digests, which are filled in at the end. An image under way lacks the directory
 * only.
 */
#include "evidence/evidence_internal.h"

/* ---- the ZIP volume (aff4_zip.c) ---- */
struct zip_member {
  size_t name, name_n;                /* in names */
  uint64_t head, data, packed, bytes; /* head: where its local header is; data: where its bytes are, 0: not looked up */
  uint32_t crc;
  uint16_t method;
};
struct zip_dir {
  struct zip_member *v;
  size_t n, room;
  struct vg_buf names;
};
enum { ZIP_HEAD = 30, ZIP_NAME = 512 };
void zip_init(struct zip_dir *z);
void zip_fini(struct zip_dir *z);
MUST vg_code zip_add(struct zip_dir *z, vg_str name, const struct zip_member *m, struct vg_err *err);
vg_str zip_name(const struct zip_dir *z, const struct zip_member *m);
/* The directory at the end of the file, sorted by name. VG_EDATA "evidence.bad_aff4" with path when there is none. */
MUST vg_code zip_read(struct zip_dir *z, int fd, uint64_t file, const char *path, struct vg_err *err);
/* The members that stand whole in the file one behind the other from its beginning, sorted: of a volume under way. */
MUST vg_code zip_walk(struct zip_dir *z, int fd, uint64_t file, struct vg_err *err);
void zip_sort(struct zip_dir *z);
/* NULL when there is none. In a sorted directory only. */
struct zip_member *zip_find(const struct zip_dir *z, vg_str name);
/* Finds out m->data; false when its local header is not there or its bytes are not in the file. */
bool zip_locate(int fd, uint64_t file, struct zip_member *m);
/* A small member whole, its checksum tested; false when it is longer than most or damaged. */
bool zip_load(int fd, uint64_t file, struct zip_member *m, size_t most, struct vg_buf *out);
void zip_put_head(struct vg_buf *out, const struct zip_member *m, vg_str name);
/* Directory and end records (ZIP64 always, as the standard asks), to be written at `at`. */
void zip_put_directory(struct vg_buf *out, const struct zip_dir *z, uint64_t at, vg_str comment);
/* An AFF4 volume: a ZIP whose first member or whose comment says so. */
bool aff4_sniff(int fd, uint64_t file, const unsigned char *head, size_t n);

/* ---- the information (aff4_turtle.c) ---- */
struct rdf_fact {
  size_t s, p, o, t; /* subject, predicate, object, its datatype ("" for none): NUL-terminated, in text */
};
struct rdf {
  struct rdf_fact *v;
  size_t n, room;
  struct vg_buf text;
  bool full;
};
#define AFF4_SCHEMA "http://aff4.org/Schema#"
enum { RDF_TEXT = 16 << 20 };
void rdf_init(struct rdf *r);
void rdf_fini(struct rdf *r);
/* false: it is no Turtle, or too much of it. */
bool rdf_parse(struct rdf *r, const char *turtle);
static inline const char *rdf_text(const struct rdf *r, size_t at) { return r->text.p + at; }
/* The next fact after `after` (NULL: the first) of this subject (NULL: any) whose predicate is this name of the schema;
 * "a" is rdf:type. NULL: no more. */
const struct rdf_fact *rdf_next(const struct rdf *r, const struct rdf_fact *after, const char *subject,
                                const char *name);
const char *rdf_get(const struct rdf *r, const char *subject, const char *name); /* the first object, or NULL */
bool rdf_is(const struct rdf *r, const char *subject, const char *type);         /* type: name of the schema */

/* ---- what both sides know ---- */
enum { AFF4_BEVY = 64 << 20, AFF4_INDEX = 12, AFF4_EXTENT = 28 };
enum aff4_codec { AFF4_STORED, AFF4_LZ4, AFF4_SNAPPY, AFF4_ZLIB, AFF4_DEFLATE, AFF4_CODECS };
extern const char *const aff4_codec_urn[AFF4_CODECS];
/* The member of a stream or map: its name escaped, then "/" and what. */
void aff4_member(char out[static ZIP_NAME], const char *urn, const char *what);
void aff4_bevy(char out[static ZIP_NAME], const char *urn, uint64_t i, const char *end);

#endif

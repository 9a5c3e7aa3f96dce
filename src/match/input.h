#ifndef VG_MATCH_INPUT_H
#define VG_MATCH_INPUT_H
/*
 * Where the bytes of a log come from: a file, a part of one, or standard input; plain, or gzip, zstd, xz, bzip2 by the
 * first bytes. Compressed ones are unpacked by a thread of their own, so that the scan costs nothing while the
 * decompressor is the slower of the two.
 */
#include "match/match.h"

struct input;
/* "-" is standard input. part: from this byte on, as it is, never unpacked. */
MUST vg_code input_open(struct input **out, const char *path, bool part, uint64_t from, struct vg_err *err);
/* Fills p as far as there are bytes; *got < n means the end. A break in compressed data gives what came before it
 * together with VG_EDATA. */
MUST vg_code input_read(struct input *in, unsigned char *p, size_t n, size_t *got, struct vg_err *err);
void input_close(struct input *in);
/* May this file be read in parts? Regular and not compressed; *size then. */
bool input_parts(const char *path, uint64_t *size);

enum unpack_kind { UNPACK_NONE, UNPACK_GZIP, UNPACK_ZSTD, UNPACK_XZ, UNPACK_BZIP2 };
enum unpack_kind unpack_by_magic(const unsigned char *p, size_t n);
/* One decompressor over a sequence of members. */
struct unpack;
MUST vg_code unpack_new(struct unpack **out, enum unpack_kind kind, const char *path, struct vg_err *err);
void unpack_free(struct unpack *u);
/* Takes from in[0..n), gives to out: *took and *gave. *ended: a member has just ended (bytes may follow). */
MUST vg_code unpack_step(struct unpack *u, const unsigned char *in, size_t n, size_t *took, unsigned char *out,
                         size_t cap, size_t *gave, bool *ended, struct vg_err *err);

#endif

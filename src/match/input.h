#ifndef VG_MATCH_INPUT_H
#define VG_MATCH_INPUT_H
/*
 * Where the bytes of a log come from: a file, a part of one, or standard input, as they are. Those in gzip, zstd, xz or
 * bzip2 are told by their first bytes here and unpacked in the cell only (container.h). Below: the decompressors that
 * are used there.
 */
#include "match/match.h"

struct input;
/* "-" is standard input. part: from this byte on. */
MUST vg_code input_open(struct input **out, const char *path, bool part, uint64_t from, struct vg_err *err);
/*
 * More bytes, in the input's own memory: *p, where the caller keeps the last `kept` bytes that it was given, moves to
 * where those are now, with *got new ones behind them (at most `most`); 0 is the end. What a pipe has comes at once.
 */
enum { INPUT_BLOCK = 1 << 18, INPUT_KEPT = 5 << 18 }; /* most bytes at once; most that are kept */
MUST vg_code input_more(struct input *in, unsigned char **p, size_t kept, size_t most, size_t *got, struct vg_err *err);
void input_close(struct input *in);
bool input_packed(const struct input *in); /* does it begin as what is taken apart in the cell? Not asked of parts */
int input_fd(const struct input *in);
/* May this file be read in parts? Regular and not compressed; *size then. */
bool input_parts(const char *path, uint64_t *size);

enum unpack_kind { UNPACK_NONE, UNPACK_GZIP, UNPACK_ZSTD, UNPACK_XZ, UNPACK_BZIP2 };
enum unpack_kind unpack_by_magic(const unsigned char *p, size_t n); /* by 10 bytes or more */
bool unpack_may_begin(unsigned char first);
/* One decompressor over a sequence of members. */
struct unpack;
MUST vg_code unpack_new(struct unpack **out, enum unpack_kind kind, const char *path, struct vg_err *err);
void unpack_free(struct unpack *u);
/* Takes from in[0..n), gives to out: *took and *gave. *ended: a member has just ended (bytes may follow). */
MUST vg_code unpack_step(struct unpack *u, const unsigned char *in, size_t n, size_t *took, unsigned char *out,
                         size_t cap, size_t *gave, bool *ended, struct vg_err *err);

#endif

#ifndef VG_BASE_HASH_H
#define VG_BASE_HASH_H
/*
 * Digests (OpenSSL: SHA-NI and AVX2 where the machine has them), hex, base64, and a set of digests fed at once.
 */
#include "base/buf.h"

enum vg_digest { VG_MD5, VG_SHA1, VG_SHA256, VG_SHA512, VG_DIGESTS };
enum { VG_DIGEST_MAX = 64, VG_SHA256_SIZE = 32, VG_BLAKE3_SIZE = 32 };

const char *vg_digest_name(enum vg_digest d);             /* "md5", "sha1", "sha256", "sha512" */
bool vg_digest_by_name(vg_str name, enum vg_digest *out); /* "SHA-256" and "sha256" alike */
size_t vg_digest_size(enum vg_digest d);                  /* bytes */

/* A running digest. */
struct vg_hash;
MUST vg_code vg_hash_new(struct vg_hash **out, enum vg_digest d, struct vg_err *err);
void vg_hash_add(struct vg_hash *h, const void *p, size_t n);
void vg_hash_end(struct vg_hash *h, unsigned char out[static VG_DIGEST_MAX]); /* and starts anew */
void vg_hash_peek(const struct vg_hash *h,
                  unsigned char out[static VG_DIGEST_MAX]); /* of what was added so far; goes on */
void vg_hash_free(struct vg_hash *h);

void vg_sha256(const void *p, size_t n, unsigned char out[static VG_SHA256_SIZE]);
void vg_sha256_of(const vg_str *parts, size_t count,
                  unsigned char out[static VG_SHA256_SIZE]); /* of the parts joined */
extern const uint32_t vg_sha256_begin[8];                    /* what SHA-256's state begins with (FIPS 180-4, 5.3.3) */
void vg_sha1_of(const vg_str *parts, size_t count, unsigned char out[static 20]);
/* BLAKE3: 4 to 16 chunks of a text are worked on at once, so that it is faster than SHA-256 on any machine with
 * vectors, without instructions made for it: for what is checked each time that it is opened. */
void vg_blake3(const void *p, size_t n, unsigned char out[static VG_BLAKE3_SIZE]);
/* The same with at most so many at once: 16, 8, 4, 1. */
void vg_blake3_lanes(unsigned most, const void *p, size_t n, unsigned char out[static VG_BLAKE3_SIZE]);

/* out holds 2n+1 bytes. Returns out. */
char *vg_hex(char *out, const void *p, size_t n);
bool vg_unhex(vg_str hex, unsigned char *out, size_t n); /* exactly 2n digits */
void vg_base64(struct vg_buf *out, vg_str bytes);        /* standard alphabet with padding */
bool vg_unbase64(vg_str text, struct vg_buf *out);

/* 64-bit keyed hash for tables over outside data (SipHash-1-3 with a key drawn once a process). */
uint64_t vg_hash64(vg_str s);
/* n random bytes from the system; aborts the program when the system has none. */
void vg_random(void *p, size_t n);
/* Equal, in time that does not depend on where they differ. */
bool vg_same_secret(const void *a, const void *b, size_t n);

#endif

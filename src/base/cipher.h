#ifndef VG_BASE_CIPHER_H
#define VG_BASE_CIPHER_H
/*
 * Keyed primitives (OpenSSL): HMAC-SHA-256 (RFC 2104), one block of AES (FIPS 197), AES in GCM (SP 800-38D).
 */
#include "base/hash.h"

enum { VG_AES_BLOCK = 16, VG_GCM_NONCE = 12, VG_GCM_TAG = 16 };

void vg_hmac_sha256(vg_str key, const vg_str *parts, size_t count, unsigned char out[static VG_SHA256_SIZE]);
/* AES-128 of one block. */
void vg_aes128(const unsigned char key[static 16], const unsigned char in[static VG_AES_BLOCK],
               unsigned char out[static VG_AES_BLOCK]);
/* AES-GCM over n bytes in place (below 2 GiB); key: 16 or 32 bytes; bound: what the tag vouches for besides. seal:
 * writes the tag; else false when the tag does not fit (the bytes are worth nothing then) or memory is short. */
bool vg_gcm(bool seal, vg_str key, const unsigned char nonce[static VG_GCM_NONCE], vg_str bound, unsigned char *bytes,
            size_t n, unsigned char tag[static VG_GCM_TAG]);

#endif

#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/cipher.h"

#include <openssl/aes.h>
#include <openssl/evp.h>
#include <string.h>

enum { HASHED = 64, PARTS = 8 }; /* the block of SHA-256 */

void vg_hmac_sha256(vg_str key, const vg_str *parts, size_t count, unsigned char out[static VG_SHA256_SIZE]) {
  unsigned char inner[HASHED] = {0}, outer[HASHED];
  vg_str all[1 + PARTS];
  VG_ASSERT(count <= PARTS);
  if (key.n > HASHED)
    vg_sha256(key.p, key.n, inner);
  else if (key.n)
    memcpy(inner, key.p, key.n);
  for (size_t i = 0; i < HASHED; i++)
    outer[i] = inner[i] ^ 0x5c, inner[i] ^= 0x36;
  all[0] = vg_str_n((const char *)inner, HASHED);
  for (size_t i = 0; i < count; i++)
    all[1 + i] = parts[i];
  vg_sha256_of(all, 1 + count, out);
  vg_sha256_of((vg_str[]){vg_str_n((const char *)outer, HASHED), vg_str_n((const char *)out, VG_SHA256_SIZE)}, 2, out);
}

void vg_aes128(const unsigned char key[static 16], const unsigned char in[static VG_AES_BLOCK],
               unsigned char out[static VG_AES_BLOCK]) {
  AES_KEY k;
  VG_ASSERT(AES_set_encrypt_key(key, 128, &k) == 0);
  AES_encrypt(in, out, &k);
}

bool vg_gcm(bool seal, vg_str key, const unsigned char nonce[static VG_GCM_NONCE], vg_str bound, unsigned char *bytes,
            size_t n, unsigned char tag[static VG_GCM_TAG]) {
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  unsigned char rest[VG_AES_BLOCK];
  int k;
  bool ok = ctx &&
            EVP_CipherInit_ex(ctx, key.n == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL,
                              (const unsigned char *)key.p, nonce, seal) == 1 &&
            (!bound.n || EVP_CipherUpdate(ctx, NULL, &k, (const unsigned char *)bound.p, (int)bound.n) == 1) &&
            EVP_CipherUpdate(ctx, bytes, &k, bytes, (int)n) == 1;
  if (ok && !seal)
    ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, VG_GCM_TAG, tag) == 1;
  ok = ok && EVP_CipherFinal_ex(ctx, rest, &k) == 1;
  if (ok && seal)
    ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, VG_GCM_TAG, tag) == 1;
  EVP_CIPHER_CTX_free(ctx);
  return ok;
}

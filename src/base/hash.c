/* The one-shot functions of OpenSSL neither allocate nor look an algorithm up by name at each call: they cannot fail.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

const uint32_t vg_sha256_begin[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const struct {
  const char *name;
  size_t size;
  const EVP_MD *(*md)(void);
} digests[VG_DIGESTS] = {
    {"md5", 16, EVP_md5}, {"sha1", 20, EVP_sha1}, {"sha256", 32, EVP_sha256}, {"sha512", 64, EVP_sha512}};

const char *vg_digest_name(enum vg_digest d) { return digests[d].name; }
size_t vg_digest_size(enum vg_digest d) { return digests[d].size; }

bool vg_digest_by_name(vg_str name, enum vg_digest *out) {
  char plain[16];
  size_t n = 0;
  for (size_t i = 0; i < name.n && n < sizeof plain; i++)
    if (name.p[i] != '-')
      plain[n++] = vg_lower(name.p[i]);
  for (size_t d = 0; d < VG_DIGESTS; d++) {
    if (vg_str_eqz((vg_str){plain, n}, digests[d].name)) {
      *out = (enum vg_digest)d;
      return true;
    }
  }
  return false;
}

struct vg_hash {
  EVP_MD_CTX *ctx;
  const EVP_MD *md;
};

vg_code vg_hash_new(struct vg_hash **out, enum vg_digest d, struct vg_err *err) {
  struct vg_hash *h = calloc(1, sizeof *h);
  if (h) {
    h->md = digests[d].md();
    h->ctx = EVP_MD_CTX_new();
  }
  if (!h || !h->ctx || EVP_DigestInit_ex(h->ctx, h->md, NULL) != 1) {
    vg_hash_free(h);
    *out = NULL;
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  }
  *out = h;
  return VG_OK;
}

void vg_hash_add(struct vg_hash *h, const void *p, size_t n) { VG_ASSERT(EVP_DigestUpdate(h->ctx, p, n) == 1); }

void vg_hash_end(struct vg_hash *h, unsigned char out[static VG_DIGEST_MAX]) {
  VG_ASSERT(EVP_DigestFinal_ex(h->ctx, out, NULL) == 1 && EVP_DigestInit_ex(h->ctx, h->md, NULL) == 1);
}

void vg_hash_peek(const struct vg_hash *h, unsigned char out[static VG_DIGEST_MAX]) {
  EVP_MD_CTX *copy = EVP_MD_CTX_new();
  VG_ASSERT(copy && EVP_MD_CTX_copy_ex(copy, h->ctx) == 1 && EVP_DigestFinal_ex(copy, out, NULL) == 1);
  EVP_MD_CTX_free(copy);
}

void vg_hash_free(struct vg_hash *h) {
  if (h)
    EVP_MD_CTX_free(h->ctx);
  free(h);
}

void vg_sha256_of(const vg_str *parts, size_t count, unsigned char out[static VG_SHA256_SIZE]) {
  SHA256_CTX c;
  SHA256_Init(&c);
  for (size_t i = 0; i < count; i++)
    SHA256_Update(&c, parts[i].n ? parts[i].p : "", parts[i].n);
  SHA256_Final(out, &c);
}

void vg_sha256(const void *p, size_t n, unsigned char out[static VG_SHA256_SIZE]) {
  vg_sha256_of(&(vg_str){p, n}, 1, out);
}

void vg_sha1_of(const vg_str *parts, size_t count, unsigned char out[static 20]) {
  SHA_CTX c;
  SHA1_Init(&c);
  for (size_t i = 0; i < count; i++)
    SHA1_Update(&c, parts[i].n ? parts[i].p : "", parts[i].n);
  SHA1_Final(out, &c);
}

char *vg_hex(char *out, const void *p, size_t n) {
  static const char digit[] = "0123456789abcdef";
  const unsigned char *bytes = p;
  for (size_t i = 0; i < n; i++) {
    out[2 * i] = digit[bytes[i] >> 4];
    out[2 * i + 1] = digit[bytes[i] & 15];
  }
  out[2 * n] = 0;
  return out;
}

bool vg_unhex(vg_str hex, unsigned char *out, size_t n) {
  if (hex.n != 2 * n)
    return false;
  for (size_t i = 0; i < hex.n; i++)
    if (!vg_is_hex(hex.p[i]))
      return false;
  for (size_t i = 0; i < n; i++)
    out[i] = (unsigned char)(vg_hex_value(hex.p[2 * i]) << 4 | vg_hex_value(hex.p[2 * i + 1]));
  return true;
}

void vg_base64(struct vg_buf *out, vg_str bytes) {
  VG_ASSERT(bytes.n < 1u << 30);
  size_t n = (bytes.n + 2) / 3 * 4;
  char *to = vg_buf_room(out, n + 1); /* OpenSSL ends with a NUL */
  if (!to)
    return;
  if (n)
    EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)bytes.p, (int)bytes.n);
  out->n += n;
}

bool vg_unbase64(vg_str text, struct vg_buf *out) {
  size_t pad = 0;
  if (text.n % 4 != 0 || text.n > 1u << 30)
    return false;
  for (size_t i = 0; i < text.n; i++) {
    if (text.p[i] == '=' && i + 2 >= text.n)
      pad++;
    else if (pad || !(vg_is_alnum(text.p[i]) || text.p[i] == '+' || text.p[i] == '/'))
      return false;
  }
  if (text.n == 0)
    return true;
  char *to = vg_buf_room(out, text.n / 4 * 3);
  int n = to ? EVP_DecodeBlock((unsigned char *)to, (const unsigned char *)text.p, (int)text.n) : -1;
  if (n < 0)
    return false;
  out->n += (size_t)n - pad;
  return true;
}

void vg_random(void *p, size_t n) {
  unsigned char *to = p;
  while (n) {
    ssize_t got = getrandom(to, n < 256 ? n : 256, 0);
    VG_ASSERT(got > 0);
    to += got;
    n -= (size_t)got;
  }
}

bool vg_same_secret(const void *a, const void *b, size_t n) { return CRYPTO_memcmp(a, b, n) == 0; }

static uint64_t key0, key1;
static void draw_key(void) {
  vg_random(&key0, sizeof key0);
  vg_random(&key1, sizeof key1);
}

static uint64_t rotl(uint64_t x, int b) { return x << b | x >> (64 - b); }

struct sip {
  uint64_t a, b, c, d;
};
static void sip_round(struct sip *v) {
  v->a += v->b, v->c += v->d;
  v->b = rotl(v->b, 13) ^ v->a, v->d = rotl(v->d, 16) ^ v->c;
  v->a = rotl(v->a, 32);
  v->c += v->b, v->a += v->d;
  v->b = rotl(v->b, 17) ^ v->c, v->d = rotl(v->d, 21) ^ v->a;
  v->c = rotl(v->c, 32);
}

/* SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"). */
uint64_t vg_hash64(vg_str s) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, draw_key);
  struct sip v = {key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du, key0 ^ 0x6c7967656e657261u,
                  key1 ^ 0x7465646279746573u};
  size_t i = 0;
  for (; i + 8 <= s.n; i += 8) {
    uint64_t m;
    memcpy(&m, s.p + i, 8);
    v.d ^= m;
    sip_round(&v);
    v.a ^= m;
  }
  uint64_t last = (uint64_t)s.n << 56;
  for (size_t k = 0; i + k < s.n; k++)
    last |= (uint64_t)(unsigned char)s.p[i + k] << (8 * k);
  v.d ^= last;
  sip_round(&v);
  v.a ^= last;
  v.c ^= 0xff;
  for (int r = 0; r < 3; r++)
    sip_round(&v);
  return v.a ^ v.b ^ v.c ^ v.d;
}

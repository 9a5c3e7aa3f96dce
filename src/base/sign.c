#include "base/sign.h"
#include "base/cipher.h"
#include "base/clock.h"
#include "base/file.h"

#include <argon2.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Argon2id cost: RFC 9106 section 4, second recommended option (64 MiB, 3 passes), one lane. */
enum { ARGON_PASSES = 3, ARGON_KIB = 64 << 10, SALT = 16, NONCE = VG_GCM_NONCE, TAG = VG_GCM_TAG, NAME_MAX_ = 128 };

struct vg_key {
  unsigned char seed[VG_KEY_SIZE], pub[VG_KEY_SIZE];
  char name[NAME_MAX_];
  EVP_PKEY *pkey;
};

static vg_code from_seed(struct vg_key **out, const unsigned char seed[static VG_KEY_SIZE], vg_str name,
                         struct vg_err *err) {
  struct vg_key *k = calloc(1, sizeof *k);
  size_t n = VG_KEY_SIZE;
  *out = NULL;
  if (k)
    k->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, VG_KEY_SIZE);
  if (!k || !k->pkey || EVP_PKEY_get_raw_public_key(k->pkey, k->pub, &n) != 1) {
    vg_key_free(k);
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  }
  memcpy(k->seed, seed, VG_KEY_SIZE);
  vg_str_copy(k->name, sizeof k->name, name);
  *out = k;
  return VG_OK;
}

vg_code vg_key_generate(struct vg_key **out, vg_str name, struct vg_err *err) {
  unsigned char seed[VG_KEY_SIZE];
  vg_random(seed, sizeof seed);
  vg_code rc = from_seed(out, seed, name, err);
  OPENSSL_cleanse(seed, sizeof seed);
  return rc;
}

void vg_key_free(struct vg_key *k) {
  if (!k)
    return;
  EVP_PKEY_free(k->pkey);
  OPENSSL_cleanse(k, sizeof *k);
  free(k);
}

vg_str vg_key_name(const struct vg_key *k) { return vg_str_z(k->name); }
void vg_key_public(const struct vg_key *k, unsigned char out[static VG_KEY_SIZE]) { memcpy(out, k->pub, VG_KEY_SIZE); }

vg_code vg_key_sign(const struct vg_key *k, vg_str bytes, unsigned char sig[static VG_SIG_SIZE], struct vg_err *err) {
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  size_t n = VG_SIG_SIZE;
  bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
            EVP_DigestSign(ctx, sig, &n, (const unsigned char *)bytes.p, bytes.n) == 1;
  EVP_MD_CTX_free(ctx);
  return ok ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
}

bool vg_key_verify(const unsigned char pub[static VG_KEY_SIZE], vg_str bytes,
                   const unsigned char sig[static VG_SIG_SIZE]) {
  EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, VG_KEY_SIZE);
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  bool ok = pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
            EVP_DigestVerify(ctx, sig, VG_SIG_SIZE, (const unsigned char *)bytes.p, bytes.n) == 1;
  EVP_MD_CTX_free(ctx);
  EVP_PKEY_free(pkey);
  return ok;
}

static bool derive(vg_str passphrase, const unsigned char salt[static SALT], unsigned char key[static 32]) {
  return argon2id_hash_raw(ARGON_PASSES, ARGON_KIB, 1, passphrase.p, passphrase.n, salt, SALT, key, 32) == ARGON2_OK;
}

/* AES-256-GCM over the 32 bytes of the seed, in place in `box`; false when the tag does not fit. */
static bool gcm(bool seal, const unsigned char key[static 32], const unsigned char nonce[static NONCE],
                unsigned char box[static VG_KEY_SIZE + TAG]) {
  return vg_gcm(seal, vg_str_n((const char *)key, 32), nonce, VG_NOSTR, box, VG_KEY_SIZE, box + VG_KEY_SIZE);
}

vg_code vg_key_save(const struct vg_key *k, const char *path, vg_str passphrase, struct vg_err *err) {
  unsigned char raw[SALT + NONCE + VG_KEY_SIZE + TAG], key[32];
  if (vg_file_exists(path))
    return VG_FAIL(err, VG_EEXIST, "base.key_exists", path);
  struct vg_buf text;
  vg_buf_init(&text, 4096);
  vg_buf_fmt(&text, "vigie-ed25519%s %s\n", passphrase.n ? "-sealed" : "", k->name);
  if (passphrase.n) {
    unsigned char *box = raw + SALT + NONCE;
    vg_random(raw, SALT + NONCE);
    memcpy(box, k->seed, VG_KEY_SIZE);
    if (!derive(passphrase, raw, key) || !gcm(true, key, raw + SALT, box)) {
      vg_buf_fini(&text);
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    }
    vg_base64(&text, (vg_str){(const char *)raw, sizeof raw});
  } else {
    vg_base64(&text, (vg_str){(const char *)k->seed, VG_KEY_SIZE});
  }
  vg_buf_z(&text, "\n");
  vg_code rc = vg_buf_check(&text, err);
  if (rc == VG_OK)
    rc = vg_file_write(path, vg_buf_view(&text), 0600, err);
  if (text.p)
    OPENSSL_cleanse(text.p, text.n);
  OPENSSL_cleanse(key, sizeof key);
  vg_buf_fini(&text);
  return rc;
}

static vg_code read_key(struct vg_key **out, vg_str text, const char *path, vg_str passphrase, struct vg_err *err) {
  vg_str head, body;
  struct vg_buf raw;
  vg_buf_init(&raw, 256);
  vg_code rc = VG_OK;
  if (!vg_str_line(&text, &head) || !vg_str_line(&text, &body) || !vg_unbase64(body, &raw)) {
    rc = VG_FAIL(err, VG_EDATA, "base.key_bad", path);
  } else if (vg_str_starts(head, VG_STR("vigie-ed25519 ")) && raw.n == VG_KEY_SIZE) {
    rc = from_seed(out, (unsigned char *)raw.p, vg_str_sub(head, 14, head.n), err);
  } else if (vg_str_starts(head, VG_STR("vigie-ed25519-sealed ")) && raw.n == SALT + NONCE + VG_KEY_SIZE + TAG) {
    unsigned char key[32], *salt = (unsigned char *)raw.p, *box = salt + SALT + NONCE;
    if (passphrase.n && derive(passphrase, salt, key) && gcm(false, key, salt + SALT, box))
      rc = from_seed(out, box, vg_str_sub(head, 21, head.n), err);
    else
      rc = VG_FAIL(err, VG_EDENIED, "base.key_sealed", path);
    OPENSSL_cleanse(key, sizeof key);
  } else {
    rc = VG_FAIL(err, VG_EDATA, "base.key_bad", path);
  }
  if (raw.p)
    OPENSSL_cleanse(raw.p, raw.n);
  vg_buf_fini(&raw);
  return rc;
}

vg_code vg_key_load(struct vg_key **out, const char *path, vg_str passphrase, struct vg_err *err) {
  struct stat st;
  *out = NULL;
  if (stat(path, &st) != 0)
    return VG_FAIL_SYS(err, "base.open", path);
  if (st.st_mode & 077)
    return VG_FAIL(err, VG_EDENIED, "base.key_mode", path);
  struct vg_buf text;
  vg_buf_init(&text, 4096);
  vg_code rc = vg_file_read(path, &text, err);
  if (rc == VG_OK)
    rc = read_key(out, vg_buf_view(&text), path, passphrase, err);
  if (text.p)
    OPENSSL_cleanse(text.p, text.n);
  vg_buf_fini(&text);
  return rc;
}

void vg_password_make(char out[static 24]) {
  static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
  for (int i = 0; i < 20;) {
    unsigned char byte;
    vg_random(&byte, 1);
    if (byte < 8 * 31)
      out[i++] = alphabet[byte % 31];
  }
  out[20] = 0;
}

vg_code vg_password_hash(vg_str password, char out[static 128], struct vg_err *err) {
  unsigned char salt[SALT];
  vg_random(salt, sizeof salt);
  if (argon2id_hash_encoded(ARGON_PASSES, ARGON_KIB, 1, password.p, password.n, salt, sizeof salt, 32, out, 128) !=
      ARGON2_OK)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  return VG_OK;
}

enum { REMEMBERED = 64 };
#define REMEMBERED_FOR (300 * VG_SECOND)
static struct {
  pthread_mutex_t lock;
  unsigned char key[VG_SHA256_SIZE];
  bool keyed;
  size_t next;
  struct {
    unsigned char mark[VG_SHA256_SIZE];
    int64_t until; /* of the monotonic clock; 0: free */
  } slot[REMEMBERED];
} good = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void mark_of(vg_str password, const char *hashed, unsigned char out[static VG_SHA256_SIZE]) {
  const vg_str z = VG_STR("\0");
  const vg_str parts[] = {vg_str_n((const char *)good.key, sizeof good.key), vg_str_z(hashed), z, password,
                          vg_str_n((const char *)good.key, sizeof good.key)};
  if (!good.keyed)
    vg_random(good.key, sizeof good.key);
  good.keyed = true;
  vg_sha256_of(parts, VG_COUNT(parts), out);
}

bool vg_password_ok(vg_str password, const char *hashed) {
  unsigned char mark[VG_SHA256_SIZE];
  int64_t now = vg_monotonic();
  bool known = false;
  pthread_mutex_lock(&good.lock);
  mark_of(password, hashed, mark);
  for (size_t i = 0; i < REMEMBERED; i++)
    known = known || (good.slot[i].until > now && vg_same_secret(good.slot[i].mark, mark, sizeof mark));
  pthread_mutex_unlock(&good.lock);
  if (known)
    return true;
  if (argon2id_verify(hashed, password.p, password.n) != ARGON2_OK)
    return false;
  pthread_mutex_lock(&good.lock);
  memcpy(good.slot[good.next].mark, mark, sizeof mark);
  good.slot[good.next].until = now + REMEMBERED_FOR;
  good.next = (good.next + 1) % REMEMBERED;
  pthread_mutex_unlock(&good.lock);
  return true;
}

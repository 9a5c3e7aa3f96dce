#ifndef VG_BASE_SIGN_H
#define VG_BASE_SIGN_H
/*
 * Ed25519 keys (RFC 8032). A secret key is a file of mode 0600: either 32 raw bytes in base64 after a line
 * "vigie-ed25519 NAME", or the same sealed with a passphrase (Argon2id, AES-256-GCM).
 */
#include "base/hash.h"

enum { VG_KEY_SIZE = 32, VG_SIG_SIZE = 64 };

struct vg_key; /* secret; wiped on free */
MUST vg_code vg_key_generate(struct vg_key **out, vg_str name, struct vg_err *err);
/* passphrase empty: plain. Refuses to replace a file (VG_EEXIST). */
MUST vg_code vg_key_save(const struct vg_key *k, const char *path, vg_str passphrase, struct vg_err *err);
/* VG_EDENIED: sealed and the passphrase is wrong or missing; VG_EDENIED too when others may read the file. */
MUST vg_code vg_key_load(struct vg_key **out, const char *path, vg_str passphrase, struct vg_err *err);
void vg_key_free(struct vg_key *k);
vg_str vg_key_name(const struct vg_key *k);
void vg_key_public(const struct vg_key *k, unsigned char out[static VG_KEY_SIZE]);
MUST vg_code vg_key_sign(const struct vg_key *k, vg_str bytes, unsigned char sig[static VG_SIG_SIZE],
                         struct vg_err *err);
bool vg_key_verify(const unsigned char pub[static VG_KEY_SIZE], vg_str bytes,
                   const unsigned char sig[static VG_SIG_SIZE]);

/* A password that can be read aloud: 20 letters and digits without look-alikes, about 99 bits. */
void vg_password_make(char out[static 24]);
/* Passwords: Argon2id with parameters inside the text form ("$argon2id$..."). out holds 128 bytes. */
MUST vg_code vg_password_hash(vg_str password, char out[static 128], struct vg_err *err);
/* A yes is remembered for five minutes, as a keyed digest under a key of this process: a client that sends its password
 * with every request (HTTP Basic) costs one Argon2 and not one a request. A changed hash is a new question. Any thread.
 */
bool vg_password_ok(vg_str password, const char *hashed);

#endif

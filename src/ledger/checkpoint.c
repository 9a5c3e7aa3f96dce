/* Signed checkpoints: C2SP tlog-checkpoint inside a C2SP signed-note. */
#include "ledger/ledger_internal.h"

#include <string.h>

enum { NOTE_MAX = 1 << 14, KEY_HASH = 4, ED25519 = 1 };
#define DASH "\xE2\x80\x94 " /* the em dash that opens a signature line */

void ledger_note_text(struct vg_buf *out, vg_str origin, int64_t size, const unsigned char root[static LEDGER_HASH]) {
  vg_buf_str(out, origin);
  vg_buf_fmt(out, "\n%lld\n", (long long)size);
  vg_base64(out, vg_str_n((const char *)root, LEDGER_HASH));
  vg_buf_byte(out, '\n');
}

/* SHA-256(name || "\n" || algorithm || key), first four bytes. */
static void key_hash(vg_str name, const unsigned char pub[static VG_KEY_SIZE], unsigned char out[static KEY_HASH]) {
  unsigned char digest[VG_SHA256_SIZE];
  struct vg_buf b;
  vg_buf_init(&b, 4096);
  vg_buf_str(&b, name);
  vg_buf_byte(&b, '\n');
  vg_buf_byte(&b, ED25519);
  vg_buf_add(&b, pub, VG_KEY_SIZE);
  vg_sha256(b.p, b.n, digest);
  vg_buf_fini(&b);
  memcpy(out, digest, KEY_HASH);
}

static vg_code sign_text(const struct vg_key *key, struct vg_buf *note, struct vg_err *err) {
  unsigned char blob[KEY_HASH + VG_SIG_SIZE], pub[VG_KEY_SIZE];
  vg_key_public(key, pub);
  key_hash(vg_key_name(key), pub, blob);
  VG_TRY(vg_buf_check(note, err));
  VG_TRY(vg_key_sign(key, vg_buf_view(note), blob + KEY_HASH, err));
  vg_buf_z(note, "\n" DASH);
  vg_buf_str(note, vg_key_name(key));
  vg_buf_byte(note, ' ');
  vg_base64(note, vg_str_n((const char *)blob, sizeof blob));
  vg_buf_byte(note, '\n');
  return vg_buf_check(note, err);
}

/* One signature line: does it name this key and hold for the text? */
static bool signature_holds(vg_str line, vg_str text, const unsigned char pub[static VG_KEY_SIZE]) {
  struct vg_buf blob;
  unsigned char want[KEY_HASH];
  size_t space = line.n;
  while (space && line.p[space - 1] != ' ')
    space--;
  if (!vg_str_starts(line, VG_STR(DASH)) || space < sizeof DASH)
    return false;
  vg_str name = vg_str_sub(line, sizeof DASH - 1, space - sizeof DASH);
  key_hash(name, pub, want);
  vg_buf_init(&blob, 4096);
  bool ok = vg_unbase64(vg_str_sub(line, space, line.n), &blob) && blob.n == KEY_HASH + VG_SIG_SIZE &&
            memcmp(blob.p, want, KEY_HASH) == 0 && vg_key_verify(pub, text, (const unsigned char *)blob.p + KEY_HASH);
  vg_buf_fini(&blob);
  return ok;
}

bool ledger_note_read(vg_str note, const unsigned char *pub, int64_t *size, unsigned char root[static LEDGER_HASH],
                      bool *signature_ok) {
  size_t cut = vg_str_find(note, VG_STR("\n\n"), 0);
  *signature_ok = false;
  if (cut == SIZE_MAX || note.n > NOTE_MAX)
    return false;
  vg_str text = vg_str_sub(note, 0, cut + 1), rest = text, origin, count, hash, line;
  struct vg_buf raw;
  vg_buf_init(&raw, 256);
  bool ok = vg_str_line(&rest, &origin) && origin.n && vg_str_line(&rest, &count) && vg_str_i64(count, size) &&
            *size >= 0 && vg_str_line(&rest, &hash) && vg_unbase64(hash, &raw) && raw.n == LEDGER_HASH;
  if (ok)
    memcpy(root, raw.p, LEDGER_HASH);
  vg_buf_fini(&raw);
  vg_str signatures = vg_str_sub(note, cut + 2, note.n);
  *signature_ok = !pub;
  while (ok && pub && vg_str_line(&signatures, &line))
    *signature_ok = *signature_ok || signature_holds(line, text, pub);
  return ok;
}

vg_code ledger_sign(struct store *st, const struct vg_key *key, struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct ledger_state head;
  struct vg_buf note;
  int64_t have = 0;
  vg_code rc = VG_OK;
  vg_buf_init(&note, NOTE_MAX);
  VG_GO(store_begin(st, &tx, err));
  VG_GO(ledger_head(tx, &head, err));
  VG_GO(store_get_int(tx, &have, "SELECT COUNT(*) FROM ledger_checkpoint WHERE size = $1", S_ARGS(S_INT(head.size)),
                      err));
  if (have || head.size == 0)
    goto out;
  ledger_note_text(&note, vg_key_name(key), head.size, head.root);
  VG_GO(sign_text(key, &note, err));
  VG_GO(store_exec(tx, "INSERT INTO ledger_checkpoint (size, root, note, signed_at) VALUES ($1, $2, $3, $4)",
                   S_ARGS(S_INT(head.size), S_BYTES(vg_str_n((const char *)head.root, LEDGER_HASH)),
                          S_STR(vg_buf_view(&note)), S_TIME(store_now(tx))),
                   err));
  VG_GO(store_commit(&tx, err));
out:
  store_rollback(&tx);
  vg_buf_fini(&note);
  return rc;
}

vg_code ledger_checkpoint(struct store_tx *tx, struct vg_buf *out, struct vg_err *err) {
  return store_get_text(tx, out, "SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1", S_NOARGS, err);
}

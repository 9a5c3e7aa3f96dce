#include "match/blind.h"

#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>

static uint64_t part(const unsigned char secret[static MATCH_SECRET], const char *what,
                     unsigned char all[static VG_SHA256_SIZE]) {
  const vg_str parts[] = {vg_str_z(what), vg_str_n((const char *)secret, MATCH_SECRET)};
  vg_sha256_of(parts, VG_COUNT(parts), all);
  return gate_le64(all);
}

void blind_init(struct blind_key *k, const unsigned char secret[static MATCH_SECRET]) {
  unsigned char all[VG_SHA256_SIZE];
  k->sip[0] = part(secret, "vigie-blind-hash", all);
  k->sip[1] = gate_le64(all + 8);
  k->check = part(secret, "vigie-blind-check", all) | 1;
  (void)part(secret, "vigie-blind-digest", k->mac);
}

void blind_digest(const struct blind_key *k, unsigned kind, vg_str key, unsigned char out[static BLIND_DIGEST]) {
  unsigned char inner[VG_SHA256_SIZE], outer[VG_SHA256_SIZE];
  const char byte = (char)kind;
  const vg_str mac = vg_str_n((const char *)k->mac, sizeof k->mac), in[] = {mac, vg_str_n(&byte, 1), key},
               again[] = {mac, vg_str_n((const char *)inner, sizeof inner)};
  vg_sha256_of(in, VG_COUNT(in), inner);
  vg_sha256_of(again, VG_COUNT(again), outer);
  memcpy(out, outer, BLIND_DIGEST);
}

void blind_whole(const struct blind_key *k, enum match_type t, vg_str value, unsigned char out[static BLIND_DIGEST]) {
  unsigned char folded[TOKEN_MAX] UNZEROED;
  VG_ASSERT(value.n <= TOKEN_MAX);
  for (size_t i = 0; i < value.n; i++) {
    const unsigned char c = (unsigned char)value.p[i];
    folded[i] = match_type_folds(t) ? match_lower[c] : c;
  }
  blind_digest(k, KEY_ANCHOR, vg_str_n((const char *)folded, value.n), out);
}

/* What is compared of a value that is found by its anchor. */
static vg_str whole(const struct pack_entry *e, const char *text) {
  return e->flags & ENTRY_SPELLED ? vg_str_n(text + e->key, e->key_n) : vg_str_n(text + e->shown, e->shown_n);
}

void blind_name(const struct blind_key *k, const struct pack_entry *e, const char *text,
                unsigned char out[static BLIND_DIGEST]) {
  if (e->kind == KEY_ANCHOR)
    blind_whole(k, (enum match_type)e->type, whole(e, text), out);
  else
    blind_digest(k, e->kind, vg_str_n(text + e->key, e->key_n), out);
}

struct row {
  unsigned char digest[BLIND_DIGEST], anchor[BLIND_ANCHOR];
  struct pack_entry entry;
  uint64_t hash, gate;
};

static int by_digest(const void *a, const void *b) {
  return memcmp(((const struct row *)a)->digest, ((const struct row *)b)->digest, BLIND_DIGEST);
}

/* A network keeps the length of its prefix, which the scan must know; it stands where other entries have their anchor.
 */
static void put_row(const struct row *r, struct pack_entry *e, struct vg_buf *text) {
  char hex[2 * BLIND_SHOWN + 1];
  *e = r->entry;
  e->key = (uint32_t)text->n, e->key_n = e->kind == KEY_ANCHOR ? BLIND_ANCHOR : BLIND_DIGEST;
  vg_buf_add(text, e->kind == KEY_ANCHOR ? r->anchor : r->digest, e->key_n);
  e->shown = (uint32_t)text->n;
  vg_buf_z(text, "blind:");
  vg_buf_z(text, vg_hex(hex, r->digest, BLIND_SHOWN));
  e->shown_n = (uint16_t)(text->n - e->shown);
  e->source = 0, e->source_n = 0;
}

static void make_row(const struct blind_key *k, struct row *r, const char *text) {
  struct pack_entry *e = &r->entry;
  const vg_str key = vg_str_n(text + e->key, e->key_n);
  blind_name(k, e, text, r->digest);
  if (e->kind == KEY_ANCHOR) {
    memcpy(r->anchor, r->digest, BLIND_DIGEST);
    blind_digest(k, BLIND_OF_PART, key, r->anchor + BLIND_PART);
    r->anchor[BLIND_ANCHOR_N] = (unsigned char)key.n;
    r->anchor[BLIND_WHOLE_N] = (unsigned char)whole(e, text).n;
    r->anchor[BLIND_NAMED] = key_named((const unsigned char *)key.p, key.n);
  } else {
    e->anchor = e->kind == KEY_NET4 || e->kind == KEY_NET6 ? (uint8_t)key.p[key.n - 1] : 0;
  }
}

vg_code blind_entries(const struct blind_key *k, struct pack_entry *entries, uint64_t *hash, uint64_t *gate, uint32_t n,
                      struct vg_buf *text, struct vg_err *err) {
  struct row *rows = calloc(n ? n : 1, sizeof *rows);
  struct vg_buf blind;
  if (!rows)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  vg_buf_init(&blind, text->max);
  for (uint32_t i = 0; i < n; i++) {
    rows[i] =
        (struct row){.entry = entries[i], .hash = blind_hash(k, hash[i]), .gate = gate[i] ? blind_hash(k, gate[i]) : 0};
    make_row(k, &rows[i], text->p);
  }
  qsort(rows, n, sizeof *rows, by_digest);
  for (uint32_t i = 0; i < n; i++) {
    put_row(&rows[i], &entries[i], &blind);
    hash[i] = rows[i].hash, gate[i] = rows[i].gate;
  }
  free(rows);
  vg_code rc = vg_buf_check(&blind, err);
  vg_buf_fini(text);
  *text = blind;
  return rc;
}

/* --- the secret ------------------------------------------------------------------------------------------------ */

vg_code pack_secret_read(const char *path, unsigned char out[static MATCH_SECRET], struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, 4096);
  vg_code rc = vg_file_read(path, &b, err);
  if (rc == VG_ELIMIT || (rc == VG_OK && !vg_unhex(vg_str_trim(vg_buf_view(&b)), out, MATCH_SECRET)))
    rc = VG_FAIL(err, VG_EDATA, "match.blind_file", path);
  vg_buf_fini(&b);
  return rc;
}

vg_code pack_secret_write(const char *path, const unsigned char secret[static MATCH_SECRET], struct vg_err *err) {
  unsigned char there[MATCH_SECRET];
  char hex[2 * MATCH_SECRET + 2];
  if (vg_file_exists(path)) {
    VG_TRY(pack_secret_read(path, there, err));
    return vg_same_secret(there, secret, MATCH_SECRET) ? VG_OK : VG_FAIL(err, VG_ESTATE, "match.blind_exists", path);
  }
  vg_hex(hex, secret, MATCH_SECRET);
  hex[2 * MATCH_SECRET] = '\n';
  return vg_file_write(path, vg_str_n(hex, 2 * MATCH_SECRET + 1), 0600, err);
}

vg_code pack_secret_of(const struct vg_key *key, const char *convention, unsigned char out[static MATCH_SECRET],
                       struct vg_err *err) {
  unsigned char signature[VG_SIG_SIZE];
  struct vg_buf b;
  vg_buf_init(&b, 4096);
  vg_buf_z(&b, "vigie-blind-v1\n");
  vg_buf_z(&b, convention);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = vg_key_sign(key, vg_buf_view(&b), signature, err);
  if (rc == VG_OK)
    vg_sha256(signature, sizeof signature, out);
  vg_buf_fini(&b);
  return rc;
}

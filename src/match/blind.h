#ifndef VG_MATCH_BLIND_H
#define VG_MATCH_BLIND_H
/*
 * Blind packs: a pack whose values are keyed digests, so that its holder can look for them without reading them
 * (docs/pack.md says what that withholds, and what not). Two keys come of the secret: one for SipHash-2-4 (Aumasson,
 * Bernstein 2012) over the hashes that gate, filter and slots go by, one for the digest that decides: the first 16
 * bytes of SHA-256(key, SHA-256(key, kind, value)).
 */
#include "base/hash.h"
#include "match/match.h"

enum { BLIND_DIGEST = 16, BLIND_SHOWN = 8 }; /* bytes of a digest; of those that name it in hits */
/* What stands in place of an anchor: the digests of the whole value and of the anchor, then a byte each: length of the
 * anchor, of the value, 1 when the anchor is a dotted name. */
enum { BLIND_PART = BLIND_DIGEST, BLIND_ANCHOR_N = 32, BLIND_WHOLE_N, BLIND_NAMED, BLIND_ANCHOR };
enum { BLIND_OF_PART = 64 }; /* kind of key of the latter digest */
struct blind_key {
  uint64_t sip[2], check; /* check: stands in the pack's head, so that a wrong secret is noticed; never 0 */
  unsigned char mac[VG_SHA256_SIZE];
};
void blind_init(struct blind_key *k, const unsigned char secret[static MATCH_SECRET]);
void blind_digest(const struct blind_key *k, unsigned kind, vg_str key, unsigned char out[static BLIND_DIGEST]);

static inline uint64_t blind_turn(uint64_t x, unsigned by) { return x << by | x >> (64 - by); }
static inline void blind_round(uint64_t v[static 4]) {
  v[0] += v[1], v[1] = blind_turn(v[1], 13) ^ v[0], v[0] = blind_turn(v[0], 32);
  v[2] += v[3], v[3] = blind_turn(v[3], 16) ^ v[2];
  v[0] += v[3], v[3] = blind_turn(v[3], 21) ^ v[0];
  v[2] += v[1], v[1] = blind_turn(v[1], 17) ^ v[2], v[2] = blind_turn(v[2], 32);
}
/* SipHash-2-4 of the eight bytes of h, little-endian. */
static inline uint64_t blind_hash(const struct blind_key *k, uint64_t h) {
  uint64_t v[4] = {k->sip[0] ^ UINT64_C(0x736f6d6570736575), k->sip[1] ^ UINT64_C(0x646f72616e646f6d),
                   k->sip[0] ^ UINT64_C(0x6c7967656e657261), k->sip[1] ^ UINT64_C(0x7465646279746573)};
  const uint64_t last = UINT64_C(8) << 56;
  v[3] ^= h, blind_round(v), blind_round(v), v[0] ^= h;
  v[3] ^= last, blind_round(v), blind_round(v), v[0] ^= last;
  v[2] ^= 0xff, blind_round(v), blind_round(v), blind_round(v), blind_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/*
 * Makes the n entries with their hashes (of the key; for the gate, 0 none) and their text blind, in order of their
 * digests, which says nothing of the order of the list.
 */
struct pack_entry;
MUST vg_code blind_entries(const struct blind_key *k, struct pack_entry *entries, uint64_t *hash, uint64_t *gate,
                           uint32_t n, struct vg_buf *text, struct vg_err *err);
/* The digest that names an entry of a plain pack with this text. */
void blind_name(const struct blind_key *k, const struct pack_entry *e, const char *text,
                unsigned char out[static BLIND_DIGEST]);
/* Of a whole value that was found by its anchor. */
void blind_whole(const struct blind_key *k, enum match_type t, vg_str value, unsigned char out[static BLIND_DIGEST]);

#endif

#include "match/match_internal.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct vg_id pack_id(const struct pack_head *h) {
  static const unsigned char space[16] = {0x76, 0x67, 0x70, 0x61, 0x63, 0x6b};
  char hex[65];
  return vg_id_v5("vigie-pack", space, vg_str_z(vg_hex(hex, h->sha256, 32)));
}

static vg_str section(const struct pack *p, int id) {
  const struct pack_section *s = &p->head->section[id - 1];
  return vg_str_n(p->map->bytes.p + s->at, (size_t)s->size);
}

static vg_code check_head(const struct pack *p, const char *path, struct vg_err *err) {
  const struct pack_head *h = p->head;
  vg_str all = p->map->bytes;
  unsigned char sum[VG_DIGEST_MAX];
  if (all.n < 16 || memcmp(all.p, PACK_MAGIC, 8) != 0)
    return VG_FAIL(err, VG_EDATA, "match.not_a_pack", path);
  if (h->endian == __builtin_bswap32(PACK_ENDIAN))
    return VG_FAIL(err, VG_EVERSION, "match.foreign", path);
  if (h->endian == PACK_ENDIAN &&
      h->version > PACK_VERSION) /* before anything else: a newer head may be laid out differently */
    return VG_FAIL(err, VG_EVERSION, "match.newer", path, VG_N(h->version));
  if (h->endian == PACK_ENDIAN && h->version && h->version < PACK_OLDEST)
    return VG_FAIL(err, VG_EVERSION, "match.older", path, VG_N(h->version));
  if (all.n < PACK_HEAD || h->endian != PACK_ENDIAN || !h->version || h->size != all.n)
    return VG_FAIL(err, VG_EDAMAGE, "match.damaged", path, "header");
  vg_sha256(h, PACK_SEALED, sum);
  if (memcmp(sum, h->sha256, 32) != 0 || h->sections != PACK_SECTIONS || h->is_signed > 1)
    return VG_FAIL(err, VG_EDAMAGE, "match.damaged", path, "header");
  uint64_t at = PACK_HEAD;
  for (uint32_t i = 0; i < PACK_SECTIONS; i++) {
    const struct pack_section *s = &h->section[i];
    if (s->id != i + 1 || s->at != at || s->size > all.n - at || s->size % 8)
      return VG_FAIL(err, VG_EDAMAGE, "match.damaged", path, "header");
    at += s->size;
  }
  return at == all.n ? VG_OK : VG_FAIL(err, VG_EDAMAGE, "match.damaged", path, "header");
}

static vg_code check_policy(const struct pack *p, const char *path, const struct pack_policy *policy,
                            struct vg_err *err) {
  const struct pack_head *h = p->head;
  char made[VG_TIME_TEXT], until[VG_TIME_TEXT];
  if (policy && policy->trust && (!h->is_signed || memcmp(h->signer, policy->trust, VG_KEY_SIZE) != 0))
    return VG_FAIL(err, VG_EDENIED, "match.not_trusted", path);
  if (h->expires != VG_NOTIME && p->now >= h->expires && !(policy && policy->allow_expired))
    return VG_FAIL(err, VG_ESTATE, "match.expired", path, vg_time_text(until, h->expires, false),
                   vg_time_text(made, h->created, false));
  return VG_OK;
}

static vg_code check_blind(struct pack *p, const char *path, const struct pack_policy *policy, struct vg_err *err) {
  p->blind = p->info.blind = p->head->blind != 0;
  if (!p->blind)
    return VG_OK;
  if (!policy || !policy->secret)
    return VG_FAIL(err, VG_EDENIED, "match.blind", path);
  blind_init(&p->blind_key, policy->secret);
  return p->blind_key.check == p->head->blind ? VG_OK : VG_FAIL(err, VG_EDENIED, "match.blind_other", path);
}

static vg_code check_signature(const struct pack *p, const char *path, struct vg_err *err) {
  const struct pack_head *h = p->head;
  unsigned char bytes[sizeof PACK_SIGNED - 1 + 32];
  static const unsigned char none[VG_KEY_SIZE + VG_SIG_SIZE];
  memcpy(bytes, PACK_SIGNED, sizeof PACK_SIGNED - 1);
  memcpy(bytes + sizeof PACK_SIGNED - 1, h->sha256, 32);
  if (!h->is_signed && memcmp(h->signer, none, sizeof none) != 0)
    return VG_FAIL(err, VG_EDAMAGE, "match.damaged", path, "signature");
  if (h->is_signed && !vg_key_verify(h->signer, vg_str_n((const char *)bytes, sizeof bytes), h->signature))
    return VG_FAIL(err, VG_EDAMAGE, "match.damaged", path, "signature");
  return VG_OK;
}

/* Length of a network's prefix. */
static unsigned prefix_of(const struct pack *p, const struct pack_entry *e) {
  if (e->kind != KEY_NET4 && e->kind != KEY_NET6)
    return 0;
  return p->blind ? e->anchor : p->text[e->key + e->key_n - 1u];
}

static size_t anchor_n(const struct pack *p, const struct pack_entry *e) {
  return p->blind ? p->text[e->key + BLIND_ANCHOR_N] : e->key_n;
}

/* Lengths of keys by kind, 0: any. */
static void key_sizes(const struct pack *p, unsigned char out[static KEY_KINDS]) {
  static const unsigned char plain[KEY_KINDS] = {
      [KEY_V4] = 4, [KEY_V6] = 16, [KEY_NET4] = 5, [KEY_NET6] = 17, [KEY_PORT] = 6, [KEY_MAC] = 6};
  memcpy(out, plain, sizeof plain);
  if (p->blind)
    memset(out, BLIND_DIGEST, KEY_KINDS);
  if (p->blind)
    out[KEY_ANCHOR] = BLIND_ANCHOR;
}

/* Does what it points to lie in the text? There are millions. */
static inline bool entry_ok(const struct pack_entry *e, const unsigned char size[static KEY_KINDS], uint64_t text) {
  const bool inside = ((uint64_t)e->key + e->key_n <= text) & ((uint64_t)e->shown + e->shown_n <= text) &
                      ((uint64_t)e->source + e->source_n <= text),
             known = (e->type < MATCH_TYPES) & (e->kind - 1u < KEY_KINDS - 1u);
  return inside && known && e->key_n - 1u < KEY_MAX && (!size[e->kind] || e->key_n == size[e->kind]);
}

/* The rest, of kinds that have more. */
static bool entry_deep(const struct pack *p, const struct pack_entry *e) {
  if (e->kind == KEY_ANCHOR) {
    const size_t n = anchor_n(p, e), whole = p->blind                   ? p->text[e->key + BLIND_WHOLE_N]
                                             : e->flags & ENTRY_SPELLED ? e->key_n
                                                                        : e->shown_n;
    return n && whole <= TOKEN_MAX && e->anchor + n <= whole;
  }
  const unsigned last = prefix_of(p, e);
  return !(e->kind == KEY_NET4 && last > 32) && !(e->kind == KEY_NET6 && last > 128);
}

static void note_net4(struct pack *p, const unsigned char *a, unsigned prefix) {
  p->net4 |= UINT64_C(1) << prefix;
  if (p->blind || !prefix) { /* which networks is not known */
    memset(p->net4_map, 0xff, sizeof p->net4_map);
    return;
  }
  uint32_t first = (uint32_t)a[0] << 8 | a[1], count = prefix < 16 ? 1u << (16 - prefix) : 1;
  for (uint32_t i = first; i < first + count && i < 65536; i++) {
    map_set(p->net4_map, gate_net4_bit(gate_net4(i >> 8, i)));
  }
}

/* The /32 of a listed IPv6 address or network; of a wide network several. */
static void note_v6(struct pack *p, const unsigned char *a, unsigned prefix) {
  if (p->blind || prefix < 16) {
    memset(p->v6_map, 0xff, sizeof p->v6_map);
    return;
  }
  const uint32_t count = prefix < 32 ? 1u << (32 - prefix) : 1,
                 first = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t top = first + i;
    const unsigned char b[4] = {(unsigned char)(top >> 24), (unsigned char)(top >> 16), (unsigned char)(top >> 8),
                                (unsigned char)top};
    map_set(p->v6_map, map_v6(b));
  }
}

static void note_net(struct pack *p, const struct pack_entry *e) {
  if (p->blind)
    memset(p->net_map, 0xff, sizeof p->net_map);
  else
    map_set(p->net_map, map_net(p->text + e->key, e->key_n));
}

static void note_anchor(struct pack *p, const struct pack_entry *e) {
  const unsigned char *k = p->text + e->key;
  const size_t n = anchor_n(p, e);
  p->has_anchor = true;
  p->anchor_len[n & 255] = 1;
  if (p->blind ? k[BLIND_NAMED] : key_named(k, n))
    return;
  p->anchor_whole = true;
  if (p->blind)
    memset(p->anchor_map, 0xff, sizeof p->anchor_map);
  else
    map_set(p->anchor_map, map_anchor(gate_name(k, n, true)));
  p->anchor_long |= n >= ANCHOR_LONG;
  if (n < 64)
    p->anchor_lens |= UINT64_C(1) << n;
}

static void note_phone(struct pack *p, const struct pack_entry *e) {
  const unsigned char *k = p->text + e->key;
  unsigned four = 0;
  p->has_phone = true;
  if (p->blind)
    memset(p->phone_ends, 0xff, sizeof p->phone_ends);
  for (size_t i = e->key_n < 4 ? 0 : e->key_n - 4u; i < e->key_n && !p->blind; i++)
    four = four * 10 + (k[i] - '0') % 10u;
  map_set(p->phone_ends, four % 10000);
}

#define KIND(k) (1u << (k))
/* Kinds of which each entry is looked at closely: networks and IPv6 addresses for the small maps, anchors. */
enum { DEEP = KIND(KEY_V6) | KIND(KEY_NET4) | KIND(KEY_NET6) | KIND(KEY_ANCHOR) };

static void note_entry(struct pack *p, const struct pack_entry *e) {
  const unsigned last = prefix_of(p, e);
  if (e->kind == KEY_NET4)
    note_net4(p, p->text + e->key, last);
  if (e->kind == KEY_NET6)
    p->net6[last / 64] |= UINT64_C(1) << last % 64;
  if (e->kind == KEY_NET4 || e->kind == KEY_NET6)
    note_net(p, e);
  if (e->kind == KEY_V6 || e->kind == KEY_NET6)
    note_v6(p, p->text + e->key, e->kind == KEY_V6 ? 128 : last);
  if (e->kind == KEY_ANCHOR)
    note_anchor(p, e);
  if (e->type == MATCH_PHONE)
    note_phone(p, e);
}

static void note_kinds(struct pack *p, unsigned kinds) {
  p->has_prefix = kinds & KIND(KEY_PREFIX);
  p->has_url = kinds & (KIND(KEY_URL) | KIND(KEY_PREFIX));
  p->has_email = kinds & KIND(KEY_EMAIL);
  p->has_v4 = kinds & (KIND(KEY_V4) | KIND(KEY_NET4));
  p->has_v6 = p->has_v4 || kinds & (KIND(KEY_V6) | KIND(KEY_NET6));
  p->has_port = kinds & KIND(KEY_PORT);
  p->has_hash = kinds & KIND(KEY_HASH);
  p->has_mac = kinds & KIND(KEY_MAC);
  p->v6_map[0] |= p->has_v4; /* ::ffff:1.2.3.4 */
}

static bool read_entries(struct pack *p) {
  unsigned char size[KEY_KINDS];
  unsigned kinds = 0;
  key_sizes(p, size);
  for (const struct pack_entry *e = p->entries, *end = e + p->entry_count; e < end; e++) {
    if (!entry_ok(e, size, p->text_size))
      return false;
    p->info.count[e->type] += !(e->flags & ENTRY_AGAIN);
    kinds |= KIND(e->kind);
    if (!(DEEP >> e->kind & 1) && e->type != MATCH_PHONE)
      continue;
    if (!entry_deep(p, e))
      return false;
    note_entry(p, e);
  }
  for (size_t t = 0; t < MATCH_TYPES; t++)
    p->info.total += p->info.count[t];
  note_kinds(p, kinds);
  return true;
}

bool pack_content(struct pack *p, const char **part) {
  vg_str g = section(p, SEC_GATE), f = section(p, SEC_FILTER), s = section(p, SEC_SLOTS), e = section(p, SEC_ENTRIES),
         t = section(p, SEC_TEXT);
  uint64_t gate_words = g.n / 8;
  *part = "layout";
  if (gate_words < 2 || (gate_words & (gate_words - 1)))
    return false;
  p->gate = (const uint64_t *)(const void *)g.p, p->gate_shift = gate_shift(gate_words);
  p->filter = (const uint64_t *)(const void *)f.p, p->filter_words = f.n / 8;
  p->slots = (const struct pack_slot *)(const void *)s.p, p->slot_mask = s.n / 8 - 1;
  p->entries = (const struct pack_entry *)(const void *)e.p, p->entry_count = e.n / 32;
  p->text = (const unsigned char *)t.p, p->text_size = t.n;
  uint64_t slots = p->slot_mask + 1, used = 0, beyond = 0;
  if (!f.n || !s.n || (p->filter_words & (p->filter_words - 1)) || (slots & (slots - 1)) || e.n % 32 ||
      p->entry_count != p->head->values)
    return false;
  *part = "slots";
  for (uint64_t i = 0; i < slots; i++) {
    used += p->slots[i].entry != 0;
    beyond += p->slots[i].entry > p->entry_count;
  }
  if (used >= slots || beyond)
    return false;
  *part = "entries";
  return read_entries(p);
}

static vg_code check_content(struct pack *p, const char *path, unsigned threads, struct vg_err *err) {
  const char *bad = pack_check(p, threads);
  return bad ? VG_FAIL(err, VG_EDAMAGE, "match.damaged", path, bad) : VG_OK;
}

/* A large gate is met at random places: a copy in large pages spares most of the walks to find them. Without one the
 * mapped gate serves. */
static void copy_gate(struct pack *p) {
  const size_t page = (size_t)2 << 20, n = (size_t)p->head->section[SEC_GATE - 1].size;
  uint64_t *g = n < page ? NULL : aligned_alloc(page, n);
  if (!g)
    return;
  (void)madvise(g, n, MADV_HUGEPAGE); /* a wish */
  memcpy(g, p->gate, n);
  p->gate = p->gate_copy = g;
}

static vg_code read_meta(struct pack *p, struct vg_err *err) {
  struct vg_json *j;
  vg_jv root;
  vg_str v;
  struct pack_info *o = &p->info;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, section(p, SEC_META), &root, err);
  if (rc == VG_OK) {
    if (vg_jv_str_at(root, "producer", &v))
      vg_str_copy(o->producer, sizeof o->producer, v);
    if (vg_jv_str_at(root, "tlp", &v))
      vg_str_copy(o->tlp, sizeof o->tlp, v);
    if (vg_jv_str_at(root, "pap", &v))
      vg_str_copy(o->pap, sizeof o->pap, v);
    if (vg_jv_str_at(root, "convention", &v))
      vg_str_copy(o->convention, sizeof o->convention, v);
    if (vg_jv_str_at(root, "recipient", &v))
      vg_str_copy(o->recipient, sizeof o->recipient, v);
    if (vg_jv_str_at(root, "recipient_name", &v))
      vg_str_copy(o->recipient_name, sizeof o->recipient_name, v);
    if (!vg_jv_bool(vg_jv_at(root, "own_use"), &o->own_use))
      o->own_use = false;
  }
  vg_json_free(j);
  o->bytes = p->head->size, o->created = p->head->created, o->expires = p->head->expires;
  o->is_signed = p->head->is_signed;
  memcpy(o->signer, p->head->signer, VG_KEY_SIZE);
  o->id = pack_id(p->head);
  return rc;
}

vg_code pack_open(const char *path, const struct pack_policy *policy, struct pack **out, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct pack *p = calloc(1, sizeof *p);
  struct vg_map_file *map = calloc(1, sizeof *map);
  if (!p || !map) {
    free(p);
    free(map);
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  }
  rc = vg_map_open(map, path, err);
  if (rc != VG_OK) {
    free(map);
    free(p);
    return rc;
  }
  p->map = map;
  p->kernel = kernel_best();
  p->now = policy && policy->now ? policy->now : vg_now(NULL);
  p->head = (const struct pack_head *)(const void *)map->bytes.p;
  VG_GO(check_head(p, path, err));
  VG_GO(check_signature(p, path, err));
  VG_GO(check_policy(p, path, policy, err));
  VG_GO(check_blind(p, path, policy, err));
  VG_GO(check_content(p, path, policy ? policy->threads : 0, err));
  VG_GO(read_meta(p, err));
  copy_gate(p);
  *out = p;
  return VG_OK;
out:
  pack_close(p);
  return rc;
}

void pack_close(struct pack *p) {
  if (!p)
    return;
  vg_map_close(p->map);
  free(p->map);
  free(p->gate_copy);
  free(p);
}

const struct pack_info *pack_info(const struct pack *p) { return &p->info; }

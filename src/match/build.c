#include "match/match_internal.h"

#include "base/jsonw.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct pack_build {
  struct vg_buf text, entries, marks, meta; /* entries: struct pack_entry; marks: hashes for the filter */
  uint64_t *hash, *gate; /* of each entry: of its key, and what the gate knows it by (0: passes without asking) */
  size_t hash_cap;
  struct pack_slot *slots;
  uint64_t slot_count;
  uint32_t n;
  size_t count[MATCH_TYPES], again; /* again: entries that are other spellings */
  struct pack_head head;            /* once sealed */
  uint64_t *gate_words, *filter;
  bool blind;
  struct blind_key blind_key;
};

vg_code pack_build_new(struct pack_build **out, struct vg_err *err) {
  struct pack_build *b = calloc(1, sizeof *b);
  if (!b || !(b->slots = calloc(1024, sizeof *b->slots))) {
    free(b);
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  }
  b->slot_count = 1024;
  vg_buf_init(&b->text, UINT32_MAX - KEY_MAX);
  vg_buf_init(&b->entries, SIZE_MAX / 4);
  vg_buf_init(&b->marks, SIZE_MAX / 4);
  vg_buf_init(&b->meta, 65536);
  *out = b;
  return VG_OK;
}

void pack_build_free(struct pack_build *b) {
  if (!b)
    return;
  vg_buf_fini(&b->text);
  vg_buf_fini(&b->entries);
  vg_buf_fini(&b->marks);
  vg_buf_fini(&b->meta);
  free(b->hash);
  free(b->gate);
  free(b->slots);
  free(b->gate_words);
  free(b->filter);
  free(b);
}

size_t pack_build_count(const struct pack_build *b, enum match_type t) {
  return t == MATCH_TYPES ? b->n - b->again : b->count[t];
}

static struct pack_entry *entry_at(const struct pack_build *b, uint32_t i) {
  return (struct pack_entry *)(void *)b->entries.p + i;
}

static bool same(const struct pack_build *b, uint32_t i, const struct key *k, vg_str shown) {
  const struct pack_entry *e = entry_at(b, i);
  if (e->kind != k->kind || e->key_n != k->n || memcmp(b->text.p + e->key, k->p, k->n) != 0)
    return false;
  if (k->spelled || (e->flags & ENTRY_SPELLED))
    return k->spelled && (e->flags & ENTRY_SPELLED);
  return k->kind != KEY_ANCHOR || vg_str_eq(vg_str_n(b->text.p + e->shown, e->shown_n), shown);
}

static void slot_put(struct pack_slot *slots, uint64_t count, uint64_t h, uint32_t entry) {
  uint64_t i = h & (count - 1);
  while (slots[i].entry)
    i = (i + 1) & (count - 1);
  slots[i] = (struct pack_slot){slot_tag(h), entry + 1};
}

/* Zeroed. A large table is met at random places: large pages spare most of the walks to find them. */
static void *large_array(uint64_t count, size_t size) {
  const size_t page = (size_t)2 << 20, n = (size_t)count * size;
  if (n < 4 * page)
    return calloc(count, size);
  void *p = aligned_alloc(page, (n + page - 1) / page * page);
  if (p) {
    (void)madvise(p, n, MADV_HUGEPAGE); /* a wish */
    memset(p, 0, n);
  }
  return p;
}

/* At most 3/4 of the slots are taken. */
static vg_code grow_slots(struct pack_build *b, uint64_t values, struct vg_err *err) {
  uint64_t count = b->slot_count;
  while (values * 4 > count * 3)
    count *= 2;
  if (count == b->slot_count)
    return VG_OK;
  struct pack_slot *s = large_array(count, sizeof *s);
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  for (uint32_t i = 0; i < b->n; i++)
    slot_put(s, count, b->hash[i], i);
  free(b->slots);
  b->slots = s;
  b->slot_count = count;
  return VG_OK;
}

static vg_code grow_hashes(struct pack_build *b, size_t values, struct vg_err *err) {
  if (values <= b->hash_cap)
    return VG_OK;
  size_t cap = values > b->hash_cap * 2 ? values : b->hash_cap * 2;
  uint64_t *h = realloc(b->hash, cap * sizeof *h);
  if (h)
    b->hash = h;
  uint64_t *g = h ? realloc(b->gate, cap * sizeof *g) : NULL;
  if (!g)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  b->gate = g;
  b->hash_cap = cap;
  return VG_OK;
}

vg_code pack_build_expect(struct pack_build *b, size_t values, struct vg_err *err) {
  VG_TRY(grow_slots(b, values, err));
  return grow_hashes(b, values, err);
}

static uint32_t add_text(struct pack_build *b, const void *p, size_t n) {
  uint32_t at = (uint32_t)b->text.n;
  vg_buf_add(&b->text, p, n);
  return at;
}

static uint8_t mark_code(const char *name) {
  static const char *const names[] = {"", "clear", "green", "amber", "amber+strict", "red"};
  for (uint8_t i = 1; name && i < VG_COUNT(names); i++)
    if (vg_str_eq_ci(vg_str_z(name), vg_str_z(names[i])))
      return i;
  return 0;
}

static uint64_t host_hash(const unsigned char *p, size_t n) {
  uint64_t h = key_seed(KEY_DOMAIN);
  while (n > 0)
    h = key_step(h, p[--n]);
  return h;
}

static uint64_t hash_of(const struct key *k) {
  if (k->kind != KEY_URL && k->kind != KEY_PREFIX)
    return key_hash(k->kind, k->p, k->n);
  uint64_t h = host_hash(k->p, k->mark) ^ MARK_URL;
  for (size_t i = k->mark; i < k->n; i++)
    h = key_step(h, k->p[i]);
  return key_end(k->kind == KEY_PREFIX ? h ^ MARK_PREFIX : h);
}

/* Of a URL: its host, and the first 12, 48, ... bytes of its path, so that the scan stops reading a path that leads
 * nowhere. */
static void add_marks(struct pack_build *b, const struct key *k) {
  if (k->kind == KEY_EMAIL)
    vg_buf_le64(&b->marks, key_end(host_hash(k->p + k->n - k->mark, k->mark) ^ MARK_MAIL));
  if (k->kind != KEY_URL && k->kind != KEY_PREFIX)
    return;
  uint64_t h = host_hash(k->p, k->mark) ^ MARK_URL;
  vg_buf_le64(&b->marks, key_end(h));
  for (size_t i = k->mark, step = URL_STEP; i < k->n; i++) {
    if (i - k->mark == step) {
      vg_buf_le64(&b->marks, key_end(h ^ MARK_STEP));
      step *= 4;
    }
    h = key_step(h, k->p[i]);
  }
}

/* 0 for networks and MAC addresses, which the scan finds in other ways. */
static uint64_t gate_of(const struct key *k) {
  unsigned char a[4];
  switch (k->kind) {
  case KEY_DOMAIN: return gate_name(k->p, k->n, false);
  case KEY_V4:
  case KEY_PORT: return gate_v4(k->p);
  case KEY_URL:
  case KEY_PREFIX: return key_v4(k->p, k->mark, a) ? gate_v4(a) : gate_name(k->p, k->mark, false);
  case KEY_EMAIL: return gate_name(k->p + k->n - k->mark, k->mark, false);
  case KEY_HASH: return gate_name(k->p, k->n, true);
  case KEY_ANCHOR: return gate_name(k->p, k->n, !key_named(k->p, k->n));
  case KEY_V6: return gate_v6(k->p);
  case KEY_NET4:
  case KEY_NET6:
  case KEY_MAC: break;
  }
  return 0;
}

static void merge(struct pack_entry *e, const struct pack_value *v) {
  uint8_t tlp = mark_code(v->tlp), pap = mark_code(v->pap);
  e->tlp = tlp > e->tlp ? tlp : e->tlp;
  e->pap = pap > e->pap ? pap : e->pap;
  if (e->expires != VG_NOTIME && (v->expires == VG_NOTIME || v->expires > e->expires))
    e->expires = v->expires;
  if (!v->benign)
    e->flags = (uint8_t)(e->flags & ~ENTRY_BENIGN);
}

vg_code pack_build_prepare(struct pack_build *b, const struct pack_value *v, struct pack_pending *x,
                           struct vg_err *err) {
  VG_ASSERT(!b->filter);
  x->v = *v;
  x->v.value = vg_str_trim(v->value), x->v.source = vg_str_sub(v->source, 0, 255);
  if (v->type >= MATCH_TYPES || !key_of(v->type, x->v.value, &x->k))
    return VG_FAIL(err, VG_EDATA, "match.bad_value", VG_T(x->v.value), match_type_name(v->type));
  x->h = hash_of(&x->k);
  __builtin_prefetch(&b->slots[x->h & (b->slot_count - 1)]);
  return VG_OK;
}

/* The entry of that key and value, UINT32_MAX: none; *beside: how many other entries have the key. */
static uint32_t look_up(const struct pack_build *b, const struct key *k, uint64_t h, vg_str shown, size_t *beside) {
  *beside = 0;
  for (uint64_t i = h & (b->slot_count - 1); b->slots[i].entry; i = (i + 1) & (b->slot_count - 1)) {
    const uint32_t e = b->slots[i].entry - 1;
    if (b->slots[i].tag != slot_tag(h))
      continue;
    if (same(b, e, k, shown))
      return e;
    ++*beside;
  }
  return UINT32_MAX;
}

/* Values on one anchor are all compared wherever it stands: what has many of them beside it is found by another run of
 * its characters, the longest that is not crowded, else the least crowded one. The same value comes to the same: what
 * is crowded stays so. Returns as look_up() does; *h and *k are those to insert it with. */
static uint32_t look_up_anchor(const struct pack_build *b, vg_str shown, struct key *k, uint64_t *h) {
  enum { CROWD = 8 };
  struct key other UNZEROED;
  size_t least, beside;
  uint32_t found = look_up(b, k, *h, shown, &least);
  for (unsigned i = 1; found == UINT32_MAX && least >= CROWD && key_anchor(shown, i, &other); i++) {
    const uint64_t other_h = hash_of(&other);
    found = look_up(b, &other, other_h, shown, &beside);
    if (beside < least)
      least = beside, *k = other, *h = other_h;
  }
  return found;
}

/* A new entry for the value, or one that is there widened (*out: UINT32_MAX). main: the value's own entry, of which
 * this is another spelling; UINT32_MAX: this is that. */
static vg_code insert(struct pack_build *b, const struct pack_pending *x, uint32_t main, uint32_t *out,
                      struct vg_err *err) {
  const struct key *k = &x->k;
  const vg_str shown = x->v.value, source = x->v.source;
  const bool again = main != UINT32_MAX;
  struct key anchor UNZEROED;
  uint64_t h = x->h;
  size_t beside;
  if (k->kind == KEY_ANCHOR && !k->spelled) {
    anchor = *k;
    k = &anchor;
    *out = look_up_anchor(b, shown, &anchor, &h);
  } else {
    *out = look_up(b, k, h, shown, &beside);
  }
  if (*out != UINT32_MAX) {
    merge(entry_at(b, *out), &x->v);
    *out = UINT32_MAX;
    return VG_OK;
  }
  VG_TRY(pack_build_expect(b, b->n + 1u, err));
  struct pack_entry e = {.key = add_text(b, k->p, k->n),
                         .key_n = (uint16_t)k->n,
                         .kind = (uint8_t)k->kind,
                         .type = (uint8_t)x->v.type,
                         .tlp = mark_code(x->v.tlp),
                         .pap = mark_code(x->v.pap),
                         .anchor = (uint8_t)k->anchor,
                         .expires = x->v.expires,
                         .shown_n = (uint16_t)shown.n,
                         .source_n = (uint16_t)source.n};
  e.flags = (uint8_t)((x->v.benign ? ENTRY_BENIGN : 0) | (k->spelled ? ENTRY_SPELLED : 0) | (again ? ENTRY_AGAIN : 0));
  if (again && k->spelled)
    e.shown = entry_at(b, main)->shown;
  else
    e.shown = shown.n == k->n && memcmp(shown.p, k->p, k->n) == 0 ? e.key : add_text(b, shown.p, shown.n);
  e.source = source.n ? add_text(b, source.p, source.n) : 0;
  vg_buf_add(&b->entries, &e, sizeof e);
  add_marks(b, k);
  VG_TRY(vg_buf_check(&b->text, err));
  VG_TRY(vg_buf_check(&b->entries, err));
  VG_TRY(vg_buf_check(&b->marks, err));
  b->hash[b->n] = h;
  b->gate[b->n] = gate_of(k);
  slot_put(b->slots, b->slot_count, h, *out = b->n++);
  b->count[x->v.type] += !again;
  b->again += again;
  return VG_OK;
}

/* "HKLM\..." is "HKEY_LOCAL_MACHINE\..." too; which of the two a log writes is not known. */
static vg_code add_hive(struct pack_build *b, const struct pack_value *v, uint32_t main, struct vg_err *err) {
  static const char *const hives[][2] = {{"HKLM\\", "HKEY_LOCAL_MACHINE\\"},
                                         {"HKCU\\", "HKEY_CURRENT_USER\\"},
                                         {"HKCR\\", "HKEY_CLASSES_ROOT\\"},
                                         {"HKU\\", "HKEY_USERS\\"},
                                         {"HKCC\\", "HKEY_CURRENT_CONFIG\\"}};
  for (size_t i = 0; i < 2 * VG_COUNT(hives); i++) {
    const vg_str from = vg_str_z(hives[i / 2][i % 2]), to = vg_str_z(hives[i / 2][1 - i % 2]);
    char other[TOKEN_MAX + 1];
    const vg_str rest = vg_str_sub(v->value, from.n, SIZE_MAX);
    if (!vg_str_eq_ci(vg_str_sub(v->value, 0, from.n), from) || to.n + rest.n > TOKEN_MAX)
      continue;
    vg_str_copy(other, sizeof other, to);
    vg_str_copy(other + to.n, sizeof other - to.n, rest);
    struct pack_pending x UNZEROED;
    struct pack_value twin = *v;
    uint32_t at;
    twin.value = vg_str_n(other, to.n + rest.n);
    VG_TRY(pack_build_prepare(b, &twin, &x, err));
    return insert(b, &x, main, &at, err);
  }
  return VG_OK;
}

/* The other ways to write it. */
static vg_code insert_again(struct pack_build *b, const struct pack_pending *x, uint32_t main, struct vg_err *err) {
  struct pack_pending y UNZEROED;
  uint32_t at;
  y.v = x->v;
  for (unsigned i = 0; i < 4; i++) {
    if (!key_again(x->v.type, &x->k, i, &y.k))
      continue;
    y.h = hash_of(&y.k);
    VG_TRY(insert(b, &y, main, &at, err));
  }
  return VG_OK;
}

vg_code pack_build_insert(struct pack_build *b, const struct pack_pending *x, struct vg_err *err) {
  uint32_t at;
  VG_TRY(insert(b, x, UINT32_MAX, &at, err));
  if (at == UINT32_MAX)
    return VG_OK;
  return x->v.type == MATCH_REGISTRY            ? add_hive(b, &x->v, at, err)
         : x->k.spelled || x->k.kind == KEY_MAC ? insert_again(b, x, at, err)
                                                : VG_OK;
}

vg_code pack_build_add(struct pack_build *b, const struct pack_value *v, struct vg_err *err) {
  struct pack_pending x UNZEROED;
  VG_TRY(pack_build_prepare(b, v, &x, err));
  return pack_build_insert(b, &x, err);
}

/* A listed URL with a fragment makes that of the bare one count. */
static void note_fragments(struct pack_build *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    const struct pack_entry *e = entry_at(b, i);
    const char *k = b->text.p + e->key, *cut = e->kind == KEY_URL ? memchr(k, '#', e->key_n) : NULL;
    const char *slash = cut ? memchr(k, '/', e->key_n) : NULL;
    if (!slash || slash > cut)
      continue;
    struct key bare UNZEROED;
    const char *colon = memchr(k, ':', (size_t)(slash - k));
    bare.kind = KEY_URL, bare.n = (size_t)(cut - k), bare.mark = (size_t)((colon ? colon : slash) - k);
    memcpy(bare.p, k, bare.n);
    uint64_t h = hash_of(&bare);
    for (uint64_t s = h & (b->slot_count - 1); b->slots[s].entry; s = (s + 1) & (b->slot_count - 1))
      if (b->slots[s].tag == slot_tag(h) && same(b, b->slots[s].entry - 1, &bare, VG_NOSTR))
        entry_at(b, b->slots[s].entry - 1)->flags |= ENTRY_FRAGMENT;
  }
}

static uint64_t words_for(uint64_t values) {
  uint64_t words = 64;
  while (words * 4 < values)
    words *= 2;
  return words;
}

static vg_code make_filters(struct pack_build *b, uint64_t *gate_words, uint64_t *filter_words, struct vg_err *err) {
  size_t marks = b->marks.n / 8;
  *gate_words = words_for(b->n), *filter_words = words_for(b->n + marks);
  b->gate_words = large_array(*gate_words, 8);
  b->filter = large_array(*filter_words, 8);
  if (!b->gate_words || !b->filter)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  unsigned shift = gate_shift(*gate_words);
  for (uint32_t i = 0; i < b->n; i++) {
    uint64_t h = b->hash[i], g = b->gate[i];
    if (i + 16 < b->n) {
      __builtin_prefetch(&b->filter[filter_word(b->hash[i + 16], *filter_words)], 1);
      __builtin_prefetch(&b->gate_words[b->gate[i + 16] >> shift], 1);
    }
    b->filter[filter_word(h, *filter_words)] |= filter_bits(h);
    if (g)
      b->gate_words[g >> shift] |= gate_bits(g);
  }
  for (size_t i = 0; i < marks; i++) {
    uint64_t h = gate_le64((const unsigned char *)b->marks.p + i * 8);
    h = b->blind ? blind_hash(&b->blind_key, h) : h;
    b->filter[filter_word(h, *filter_words)] |= filter_bits(h);
  }
  return VG_OK;
}

static vg_code make_blind(struct pack_build *b, const unsigned char *secret, struct vg_err *err) {
  b->blind = true;
  blind_init(&b->blind_key, secret);
  VG_TRY(blind_entries(&b->blind_key, entry_at(b, 0), b->hash, b->gate, b->n, &b->text, err));
  memset(b->slots, 0, b->slot_count * sizeof *b->slots);
  for (uint32_t i = 0; i < b->n; i++)
    slot_put(b->slots, b->slot_count, b->hash[i], i);
  return VG_OK;
}

struct asked {
  uint64_t digest;
  size_t place;
};
static int by_name(const void *a, const void *b) {
  const struct asked *x = a, *y = b;
  return x->digest < y->digest ? -1 : x->digest > y->digest;
}

static vg_code resolve(const struct pack_build *b, const struct blind_key *k, const struct asked *asked, size_t n,
                       pack_resolved *sink, void *ctx, struct vg_err *err) {
  for (uint32_t i = 0; i < b->n; i++) {
    const struct pack_entry *e = entry_at(b, i);
    unsigned char digest[BLIND_DIGEST];
    blind_name(k, e, b->text.p, digest);
    const struct asked one = {.digest = gate_le64(digest)};
    const struct asked *found = bsearch(&one, asked, n, sizeof *asked, by_name);
    if (found)
      VG_TRY(sink(ctx, found->place, (enum match_type)e->type, vg_str_n(b->text.p + e->shown, e->shown_n),
                  vg_str_n(b->text.p + e->source, e->source_n), err));
  }
  return VG_OK;
}

vg_code pack_build_resolve(const struct pack_build *b, const unsigned char secret[static MATCH_SECRET],
                           const struct blind_named *names, size_t n, pack_resolved *sink, void *ctx,
                           struct vg_err *err) {
  struct blind_key k;
  struct asked *asked = calloc(n ? n : 1, sizeof *asked);
  vg_code rc = VG_OK;
  VG_ASSERT(!b->filter);
  if (!asked)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  blind_init(&k, secret);
  for (size_t i = 0; i < n; i++) {
    unsigned char digest[BLIND_SHOWN];
    const vg_str name = names[i].name;
    if (!vg_str_starts(name, VG_STR("blind:")) || !vg_unhex(vg_str_sub(name, 6, SIZE_MAX), digest, BLIND_SHOWN))
      VG_GO(VG_FAIL(err, VG_EUSAGE, "match.blind_name", VG_T(name)));
    asked[i] = (struct asked){gate_le64(digest), i};
  }
  qsort(asked, n, sizeof *asked, by_name);
  rc = resolve(b, &k, asked, n, sink, ctx, err);
out:
  free(asked);
  return rc;
}

static void meta_json(const struct pack_meta *m, struct vg_buf *out) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "producer", m->producer);
  vg_jw_kz(&w, "tlp", m->tlp);
  vg_jw_kz(&w, "pap", m->pap);
  vg_jw_kz(&w, "convention", m->convention);
  vg_jw_kz(&w, "recipient", m->recipient);
  vg_jw_kz(&w, "recipient_name", m->recipient_name);
  vg_jw_kbool(&w, "own_use", m->own_use);
  vg_jw_end(&w);
  while (out->n % PACK_ALIGN) /* so that the tables behind it begin with a cache line */
    vg_buf_byte(out, ' ');
}

static vg_code sign(struct pack_head *h, const struct vg_key *key, struct vg_err *err) {
  unsigned char bytes[sizeof PACK_SIGNED - 1 + 32];
  vg_sha256(h, PACK_SEALED, h->sha256);
  if (!key)
    return VG_OK;
  memcpy(bytes, PACK_SIGNED, sizeof PACK_SIGNED - 1);
  memcpy(bytes + sizeof PACK_SIGNED - 1, h->sha256, 32);
  vg_key_public(key, h->signer);
  return vg_key_sign(key, vg_str_n((const char *)bytes, sizeof bytes), h->signature, err);
}

static void parts(const struct pack_build *b, vg_str part[static PACK_SECTIONS]) {
  const uint64_t gate = b->head.section[SEC_GATE - 1].size, filter = b->head.section[SEC_FILTER - 1].size;
  part[0] = vg_buf_view(&b->meta);
  part[1] = vg_str_n((const char *)b->gate_words, gate);
  part[2] = vg_str_n((const char *)b->filter, filter);
  part[3] = vg_str_n((const char *)b->slots, b->slot_count * sizeof *b->slots);
  part[4] = vg_buf_view(&b->entries);
  part[5] = vg_buf_view(&b->text);
}

vg_code pack_build_seal(struct pack_build *b, const struct pack_meta *meta, const struct vg_key *key, struct vg_id *id,
                        struct vg_err *err) {
  uint64_t gate_words, filter_words, at = PACK_HEAD;
  vg_str part[PACK_SECTIONS];
  struct pack_head *h = &b->head;
  VG_ASSERT(!b->filter);
  meta_json(meta, &b->meta);
  note_fragments(b);
  if (meta->blind)
    VG_TRY(make_blind(b, meta->blind, err));
  while (b->text.n % 8)
    vg_buf_byte(&b->text, 0);
  VG_TRY(vg_buf_check(&b->meta, err));
  VG_TRY(vg_buf_check(&b->text, err));
  VG_TRY(make_filters(b, &gate_words, &filter_words, err));
  *h = (struct pack_head){.endian = PACK_ENDIAN,
                          .version = PACK_VERSION,
                          .values = b->n,
                          .created = meta->created,
                          .expires = meta->expires,
                          .sections = PACK_SECTIONS,
                          .is_signed = key != NULL,
                          .blind = b->blind ? b->blind_key.check : 0};
  memcpy(h->magic, PACK_MAGIC, 8);
  h->section[SEC_GATE - 1].size = gate_words * 8;
  h->section[SEC_FILTER - 1].size = filter_words * 8;
  parts(b, part);
  for (uint32_t i = 0; i < PACK_SECTIONS; at += part[i].n, i++) {
    h->section[i] = (struct pack_section){.id = i + 1, .at = at, .size = part[i].n};
    pack_sum(h->version, part[i], h->section[i].sum);
  }
  h->size = at;
  VG_TRY(sign(h, key, err));
  if (id)
    *id = pack_id(h);
  return VG_OK;
}

vg_code pack_build_save(const struct pack_build *b, const char *path, uint64_t *bytes, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct vg_newfile f = {.fd = -1};
  vg_str part[PACK_SECTIONS];
  VG_ASSERT(b->filter);
  parts(b, part);
  VG_GO(vg_newfile_open(&f, path, 0644, err));
  VG_GO(vg_write_all(f.fd, &b->head, sizeof b->head, path, err));
  for (size_t i = 0; i < PACK_SECTIONS; i++)
    if (part[i].n)
      VG_GO(vg_write_all(f.fd, part[i].p, part[i].n, path, err));
  VG_GO(vg_newfile_commit(&f, err));
  if (bytes)
    *bytes = b->head.size;
out:
  if (f.fd >= 0 && rc != VG_OK)
    vg_newfile_abandon(&f);
  return rc;
}

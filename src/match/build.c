#include "match/match_internal.h"

#include "base/jsonw.h"

#include <stdlib.h>
#include <string.h>

struct pack_build {
  struct vg_buf text, entries, marks; /* entries: struct pack_entry; marks: hashes for the filter */
  struct pack_slot *slots;
  uint64_t slot_count;
  uint32_t n;
  size_t count[MATCH_TYPES];
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
  *out = b;
  return VG_OK;
}

void pack_build_free(struct pack_build *b) {
  if (!b)
    return;
  vg_buf_fini(&b->text);
  vg_buf_fini(&b->entries);
  vg_buf_fini(&b->marks);
  free(b->slots);
  free(b);
}

size_t pack_build_count(const struct pack_build *b, enum match_type t) { return t == MATCH_TYPES ? b->n : b->count[t]; }

static struct pack_entry entry_at(const struct pack_build *b, uint32_t i) {
  struct pack_entry e;
  memcpy(&e, b->entries.p + (size_t)i * sizeof e, sizeof e);
  return e;
}

static bool same(const struct pack_build *b, uint32_t i, const struct key *k, vg_str shown) {
  struct pack_entry e = entry_at(b, i);
  if (e.kind != k->kind || e.key_n != k->n || memcmp(b->text.p + e.key, k->p, k->n) != 0)
    return false;
  return k->kind != KEY_ANCHOR || vg_str_eq(vg_str_n(b->text.p + e.shown, e.shown_n), shown);
}

static void slot_put(struct pack_slot *slots, uint64_t count, uint64_t h, uint32_t entry) {
  uint64_t i = h & (count - 1);
  while (slots[i].entry)
    i = (i + 1) & (count - 1);
  slots[i] = (struct pack_slot){slot_tag(h), entry + 1};
}

static vg_code grow(struct pack_build *b, struct vg_err *err) {
  if ((uint64_t)(b->n + 1) * 2 <= b->slot_count)
    return VG_OK;
  struct pack_slot *s = calloc(b->slot_count * 2, sizeof *s);
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  b->slot_count *= 2;
  for (uint32_t i = 0; i < b->n; i++) {
    struct pack_entry e = entry_at(b, i);
    slot_put(s, b->slot_count, key_hash(e.kind, (const unsigned char *)b->text.p + e.key, e.key_n), i);
  }
  free(b->slots);
  b->slots = s;
  return VG_OK;
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

static void add_mark(struct pack_build *b, const struct key *k) {
  uint64_t h = key_seed(KEY_DOMAIN), flag = k->kind == KEY_URL ? MARK_URL : MARK_MAIL;
  const unsigned char *host = k->kind == KEY_URL ? k->p : k->p + k->n - k->mark;
  for (size_t i = k->mark; i > 0; i--)
    h = key_step(h, host[i - 1]);
  vg_buf_le64(&b->marks, key_end(h ^ flag));
}

vg_code pack_build_add(struct pack_build *b, const struct pack_value *v, struct vg_err *err) {
  struct key k;
  vg_str shown = vg_str_trim(v->value), source = vg_str_sub(v->source, 0, 255);
  if (v->type >= MATCH_TYPES || !key_of(v->type, shown, &k))
    return VG_FAIL(err, VG_EDATA, "match.bad_value", VG_T(shown), match_type_name(v->type));
  uint64_t h = key_hash(k.kind, k.p, k.n);
  for (uint64_t i = h & (b->slot_count - 1); b->slots[i].entry; i = (i + 1) & (b->slot_count - 1))
    if (b->slots[i].tag == slot_tag(h) && same(b, b->slots[i].entry - 1, &k, shown))
      return VG_OK;
  VG_TRY(grow(b, err));
  struct pack_entry e = {.key = add_text(b, k.p, k.n), .key_n = (uint16_t)k.n, .kind = (uint8_t)k.kind, .type = (uint8_t)v->type,
                         .flags = v->benign ? ENTRY_BENIGN : 0, .tlp = mark_code(v->tlp), .pap = mark_code(v->pap),
                         .anchor = (uint8_t)k.anchor, .expires = v->expires, .shown_n = (uint16_t)shown.n,
                         .source_n = (uint16_t)source.n};
  e.shown = shown.n == k.n && memcmp(shown.p, k.p, k.n) == 0 ? e.key : add_text(b, shown.p, shown.n);
  e.source = source.n ? add_text(b, source.p, source.n) : 0;
  vg_buf_add(&b->entries, &e, sizeof e);
  if (k.mark)
    add_mark(b, &k);
  VG_TRY(vg_buf_check(&b->text, err));
  VG_TRY(vg_buf_check(&b->entries, err));
  VG_TRY(vg_buf_check(&b->marks, err));
  slot_put(b->slots, b->slot_count, h, b->n++);
  b->count[v->type]++;
  return VG_OK;
}

static uint64_t *make_filter(const struct pack_build *b, uint64_t *words) {
  uint64_t total = b->n + b->marks.n / 8;
  for (*words = 64; *words * 4 < total;)
    *words *= 2;
  uint64_t *f = calloc(*words, 8);
  for (uint32_t i = 0; f && i < b->n; i++) {
    struct pack_entry e = entry_at(b, i);
    uint64_t h = key_hash(e.kind, (const unsigned char *)b->text.p + e.key, e.key_n);
    f[filter_word(h, *words)] |= filter_bits(h);
  }
  for (size_t i = 0; f && i < b->marks.n; i += 8) {
    uint64_t h;
    memcpy(&h, b->marks.p + i, 8);
    f[filter_word(h, *words)] |= filter_bits(h);
  }
  return f;
}

static void meta_json(const struct pack_meta *m, struct vg_buf *out) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "producer", m->producer);
  vg_jw_kz(&w, "tlp", m->tlp);
  vg_jw_kz(&w, "pap", m->pap);
  vg_jw_kz(&w, "convention", m->convention);
  vg_jw_end(&w);
  while (out->n % 8)
    vg_buf_byte(out, ' ');
}

static vg_code seal(struct pack_head *h, const struct vg_key *key, struct vg_err *err) {
  unsigned char bytes[sizeof PACK_SIGNED - 1 + 32];
  vg_sha256(h, PACK_SEALED, h->sha256);
  if (!key)
    return VG_OK;
  memcpy(bytes, PACK_SIGNED, sizeof PACK_SIGNED - 1);
  memcpy(bytes + sizeof PACK_SIGNED - 1, h->sha256, 32);
  vg_key_public(key, h->signer);
  return vg_key_sign(key, vg_str_n((const char *)bytes, sizeof bytes), h->signature, err);
}

vg_code pack_build_write(struct pack_build *b, const struct pack_meta *meta, const struct vg_key *key, const char *path,
                         uint64_t *bytes, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct vg_buf m;
  struct vg_newfile f = {.fd = -1};
  uint64_t words = 0, at = PACK_HEAD;
  vg_buf_init(&m, 65536);
  meta_json(meta, &m);
  while (b->text.n % 8)
    vg_buf_byte(&b->text, 0);
  uint64_t *filter = make_filter(b, &words);
  if (!filter)
    rc = VG_FAIL(err, VG_ENOMEM, "match.memory");
  VG_GO(rc);
  VG_GO(vg_buf_check(&m, err));
  const vg_str part[PACK_SECTIONS] = {vg_buf_view(&m), {(const char *)filter, words * 8},
                                      {(const char *)b->slots, b->slot_count * sizeof *b->slots}, vg_buf_view(&b->entries),
                                      vg_buf_view(&b->text)};
  struct pack_head h = {.endian = PACK_ENDIAN, .version = PACK_VERSION, .values = b->n, .created = meta->created,
                        .expires = meta->expires, .sections = PACK_SECTIONS, .is_signed = key != NULL};
  memcpy(h.magic, PACK_MAGIC, 8);
  for (uint32_t i = 0; i < PACK_SECTIONS; at += part[i].n, i++) {
    h.section[i] = (struct pack_section){.id = i + 1, .at = at, .size = part[i].n};
    vg_sha256(part[i].n ? part[i].p : "", part[i].n, h.section[i].sha256);
  }
  h.size = at;
  VG_GO(seal(&h, key, err));
  VG_GO(vg_newfile_open(&f, path, 0644, err));
  VG_GO(vg_write_all(f.fd, &h, sizeof h, path, err));
  for (size_t i = 0; i < PACK_SECTIONS; i++)
    if (part[i].n)
      VG_GO(vg_write_all(f.fd, part[i].p, part[i].n, path, err));
  VG_GO(vg_newfile_commit(&f, err));
  if (bytes)
    *bytes = at;
out:
  if (f.fd >= 0 && rc != VG_OK)
    vg_newfile_abandon(&f);
  free(filter);
  vg_buf_fini(&m);
  return rc;
}

static vg_str unquote(vg_str s) {
  s = vg_str_trim(s);
  return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? vg_str_sub(s, 1, s.n - 2) : s;
}

static vg_code add_line(struct pack_build *b, vg_str line, bool first, struct vg_err *err) {
  struct pack_value v = {.expires = VG_NOTIME};
  for (const char *sep = "\t,;"; *sep; sep++) {
    size_t c = vg_str_find_byte(line, *sep, 0);
    if (c == SIZE_MAX)
      continue;
    vg_str name = unquote(vg_str_sub(line, 0, c)), rest = vg_str_sub(line, c + 1, SIZE_MAX), value;
    if (first && vg_str_eq_ci(name, VG_STR("type")))
      return VG_OK;
    if (!match_type_by_name(name, &v.type))
      continue;
    if (!(v.type == MATCH_URL && *sep != '\t') && vg_str_cut(&rest, *sep, &value))
      rest = value;
    v.value = unquote(rest);
    return pack_build_add(b, &v, err);
  }
  v.value = unquote(line);
  if (!match_type_guess(v.value, &v.type))
    return VG_FAIL(err, VG_EDATA, "match.no_type", VG_T(line));
  return pack_build_add(b, &v, err);
}

vg_code pack_build_list(struct pack_build *b, const char *path, pack_rejected *rejected, void *ctx, struct vg_err *err) {
  struct vg_buf f;
  vg_str line;
  uint64_t n = 0;
  vg_code rc = VG_OK;
  vg_buf_init(&f, (size_t)4 << 30);
  VG_GO(vg_file_read(path, &f, err));
  for (vg_str rest = vg_buf_view(&f); vg_str_line(&rest, &line);) {
    struct vg_err why = {0};
    n++;
    line = vg_str_trim(line);
    if (!line.n || line.p[0] == '#')
      continue;
    vg_code c = add_line(b, line, n == 1, &why);
    if (c == VG_EDATA && rejected)
      rejected(ctx, n, line, &why);
    if (c != VG_OK && c != VG_EDATA) {
      if (err)
        *err = why;
      rc = c;
      goto out;
    }
  }
out:
  vg_buf_fini(&f);
  return rc;
}

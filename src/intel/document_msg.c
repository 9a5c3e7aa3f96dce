/*
 * Compound files ([MS-CFB]) as Outlook's .msg uses them ([MS-OXMSG]): the streams of texts and attachments. Of other
 * compound files (old Office documents) each stream is given as bytes.
 */
#include "intel/document.h"

#include <stdio.h>
#include <string.h>

#include "base/rd.h"

#define CHAIN_END UINT32_C(0xfffffffc) /* this and above: no sector */
enum { HEADER = 512, ENTRY = 128, STREAM_MAX = 256 << 20, ENTRIES_MAX = 1 << 16 };
enum entry_type { ENTRY_STORAGE = 1, ENTRY_STREAM = 2, ENTRY_ROOT = 5 };

struct entry {
  char name[34]; /* ASCII part of the UTF-16 name */
  uint8_t type;
  uint32_t left, right, child, start;
  uint64_t size;
};
struct compound {
  vg_str bytes;
  uint32_t sector, small_sector, cutoff;
  struct vg_buf fat, small_fat, directory, small; /* fat: u32 a sector; small: the root's stream */
};

static uint32_t u32_at(vg_str s, size_t i) {
  struct vg_rd r;
  vg_rd_init(&r, vg_str_sub(s, i, 4));
  return vg_rd_le32(&r);
}

static vg_str sector_at(const struct compound *c, uint32_t n) {
  uint64_t at = ((uint64_t)n + 1) * c->sector;
  return at < c->bytes.n ? vg_str_sub(c->bytes, (size_t)at, c->sector) : VG_STR("");
}

static uint32_t next_of(const struct vg_buf *fat, uint32_t n) {
  return (uint64_t)n * 4 + 4 <= fat->n ? u32_at(vg_buf_view(fat), (size_t)n * 4) : CHAIN_END;
}

/* The chain's sectors; a chain longer than the file turns in a circle. */
static bool chain(const struct compound *c, uint32_t start, uint64_t size, struct vg_buf *out) {
  uint64_t steps = 0, most = c->bytes.n / c->sector + 2;
  for (uint32_t n = start; n < CHAIN_END && out->n < size; n = next_of(&c->fat, n)) {
    vg_str s = sector_at(c, n);
    if (s.n == 0 || steps++ > most)
      return false;
    vg_buf_str(out, s);
  }
  if (out->n > size)
    out->n = (size_t)size;
  return !out->bad;
}

static bool small_chain(const struct compound *c, uint32_t start, uint64_t size, struct vg_buf *out) {
  uint64_t steps = 0, most = c->small.n / c->small_sector + 2;
  for (uint32_t n = start; n < CHAIN_END && out->n < size; n = next_of(&c->small_fat, n)) {
    vg_str s = vg_str_sub(vg_buf_view(&c->small), (size_t)n * c->small_sector, c->small_sector);
    if (s.n == 0 || steps++ > most)
      return false;
    vg_buf_str(out, s);
  }
  if (out->n > size)
    out->n = (size_t)size;
  return !out->bad;
}

static bool entry_at(const struct compound *c, uint32_t number, struct entry *e) {
  struct vg_rd r;
  if (((uint64_t)number + 1) * ENTRY > c->directory.n)
    return false;
  vg_rd_init(&r, vg_str_sub(vg_buf_view(&c->directory), (size_t)number * ENTRY, ENTRY));
  memset(e, 0, sizeof *e);
  for (size_t i = 0; i < 32; i++) {
    uint16_t u = vg_rd_le16(&r);
    e->name[i] = u >= ' ' && u < 0x7f ? (char)u : u ? '?' : 0;
  }
  vg_rd_skip(&r, 2);
  e->type = vg_rd_u8(&r);
  vg_rd_skip(&r, 1);
  e->left = vg_rd_le32(&r);
  e->right = vg_rd_le32(&r);
  e->child = vg_rd_le32(&r);
  vg_rd_skip(&r, 36);
  e->start = vg_rd_le32(&r);
  e->size = vg_rd_le64(&r);
  if (c->sector == 512)
    e->size &= 0xffffffffU;
  return !r.bad;
}

static bool stream(const struct compound *c, const struct entry *e, struct vg_buf *out) {
  if (e->size > STREAM_MAX || e->size > c->bytes.n)
    return false;
  return e->size < c->cutoff ? small_chain(c, e->start, e->size, out) : chain(c, e->start, e->size, out);
}

/* The FAT's own sectors: 109 in the header, the rest in a chain of tables. */
static void read_fat(struct compound *c) {
  uint32_t count = u32_at(c->bytes, 44), table = u32_at(c->bytes, 68), tables = u32_at(c->bytes, 72),
           most = (uint32_t)(c->bytes.n / c->sector);
  if (count > most)
    count = most;
  for (uint32_t i = 0; i < count && i < 109; i++)
    vg_buf_str(&c->fat, sector_at(c, u32_at(c->bytes, 76 + (size_t)i * 4)));
  uint32_t done = 109, each = c->sector / 4 - 1;
  for (uint32_t t = 0; t < tables && t < most && done < count; t++) {
    vg_str s = sector_at(c, table);
    for (uint32_t i = 0; i < each && done < count; i++, done++)
      vg_buf_str(&c->fat, sector_at(c, u32_at(s, (size_t)i * 4)));
    table = u32_at(s, (size_t)each * 4);
  }
}

static bool open_compound(struct compound *c, vg_str bytes) {
  struct vg_rd r;
  struct entry root;
  memset(c, 0, sizeof *c);
  c->bytes = bytes;
  vg_buf_init(&c->fat, bytes.n + 4096);
  vg_buf_init(&c->small_fat, bytes.n + 4096);
  vg_buf_init(&c->directory, (size_t)ENTRIES_MAX * ENTRY);
  vg_buf_init(&c->small, bytes.n + 4096);
  vg_rd_init(&r, bytes);
  vg_rd_skip(&r, 30);
  unsigned shift = vg_rd_le16(&r), small_shift = vg_rd_le16(&r);
  if (bytes.n < HEADER || (shift != 9 && shift != 12) || small_shift != 6)
    return false;
  c->sector = 1U << shift;
  c->small_sector = 1U << small_shift;
  c->cutoff = u32_at(bytes, 56);
  read_fat(c);
  (void)chain(c, u32_at(bytes, 48), (uint64_t)ENTRIES_MAX * ENTRY, &c->directory);
  (void)chain(c, u32_at(bytes, 60), bytes.n, &c->small_fat);
  if (!entry_at(c, 0, &root) || root.type != ENTRY_ROOT)
    return false;
  (void)chain(c, root.start, root.size < bytes.n ? root.size : bytes.n, &c->small);
  return true;
}

static void close_compound(struct compound *c) {
  vg_buf_fini(&c->fat);
  vg_buf_fini(&c->small_fat);
  vg_buf_fini(&c->directory);
  vg_buf_fini(&c->small);
}

struct walk {
  struct document *d;
  struct compound *c;
  bool msg;
  unsigned char seen[ENTRIES_MAX / 8];
};

/* PidTagInternetMessageId, PidTagInternetReferences, PidTagInReplyToId, PidTagBodyContentId (MS-OXPROPS): which message
 * this is, and which it answers. */
static bool is_id(unsigned property) {
  return property == 0x1035 || property == 0x1039 || property == 0x1042 || property == 0x1015 || property == 0x3712;
}

enum { TRANSPORT_HEADERS = 0x7d };

/* __substg1.0_PPPPTTTT: property P of type T (001F UTF-16, 001E 8-bit text, 0102 bytes). */
static vg_code property(struct walk *w, const struct entry *e, vg_str bytes, vg_str name, struct vg_err *err) {
  unsigned id = 0, type = 0;
  struct vg_buf text;
  if (sscanf(e->name, "__substg1.0_%4x%4x", &id, &type) != 2)
    return VG_OK;
  if (id == 0x3701) /* an attachment's bytes */
    return document_part(w->d, bytes, name, err);
  if (id == 0x1013)
    return document_html(w->d, bytes, name, NULL, err);
  if (type != 0x1f && type != 0x1e)
    return VG_OK;
  vg_buf_init(&text, bytes.n * 3 + 64);
  document_utf8(&text, bytes, type == 0x1f ? VG_STR("UTF-16LE") : VG_STR("windows-1252"));
  vg_code rc = id == TRANSPORT_HEADERS ? document_headers(w->d, vg_buf_view(&text), name, err)
               : is_id(id)             ? document_message_id(w->d, vg_buf_view(&text), name, err)
                                       : document_give(w->d, PART_TEXT, vg_buf_view(&text), name, err);
  vg_buf_fini(&text);
  return rc;
}

static vg_code one_stream(struct walk *w, const struct entry *e, vg_str name, struct vg_err *err) {
  struct vg_buf bytes;
  vg_code rc = VG_OK;
  if (strcmp(e->name, "EncryptedPackage") == 0) /* Office's documents with a password (MS-OFFCRYPTO, 2.3.4.4) */
    return document_problem(w->d, name, "intel.document.encrypted", err);
  vg_buf_init(&bytes, STREAM_MAX + 4096);
  if (!stream(w->c, e, &bytes))
    rc = document_problem(w->d, name, "intel.document.damaged", err);
  else if (!document_spend(w->d, bytes.n))
    rc = document_problem(w->d, name, "intel.document.size", err);
  else if (bytes.n)
    rc = w->msg ? property(w, e, vg_buf_view(&bytes), name, err)
                : document_give(w->d, PART_BYTES, vg_buf_view(&bytes), name, err);
  vg_buf_fini(&bytes);
  return rc;
}

/* Siblings hang in a tree, a storage's children below it; each entry is visited once, whatever the links say. */
static vg_code visit(struct walk *w, uint32_t number, vg_str name, unsigned depth, struct vg_err *err) {
  struct entry e;
  struct vg_buf path;
  vg_code rc = VG_OK;
  if (number >= ENTRIES_MAX || depth > 200 || (w->seen[number / 8] >> (number % 8) & 1) || !entry_at(w->c, number, &e))
    return VG_OK;
  w->seen[number / 8] = (unsigned char)(w->seen[number / 8] | 1U << (number % 8));
  VG_TRY(visit(w, e.left, name, depth + 1, err));
  vg_buf_init(&path, 1 << 14);
  vg_str own = document_name(&path, name, vg_str_z(e.name));
  if (e.type == ENTRY_STREAM)
    rc = one_stream(w, &e, own, err);
  else if (e.type == ENTRY_STORAGE)
    rc = visit(w, e.child, own, depth + 1, err);
  vg_buf_fini(&path);
  VG_TRY(rc);
  return visit(w, e.right, name, depth + 1, err);
}

static bool is_msg(const struct compound *c) {
  struct entry e;
  for (uint32_t i = 0; i < 64 && entry_at(c, i, &e); i++)
    if (strncmp(e.name, "__properties_version1.0", 23) == 0)
      return true;
  return false;
}

vg_code document_msg(struct document *d, vg_str bytes, vg_str name, struct vg_err *err) {
  struct compound c;
  struct walk w = {.d = d, .c = &c};
  struct entry root;
  vg_code rc;
  if (open_compound(&c, bytes) && entry_at(&c, 0, &root)) {
    w.msg = is_msg(&c);
    rc = visit(&w, root.child, name, 0, err);
  } else {
    rc = document_problem(d, name, "intel.document.damaged", err);
    if (rc == VG_OK)
      rc = document_give(d, PART_BYTES, bytes, name, err);
  }
  close_compound(&c);
  return rc;
}

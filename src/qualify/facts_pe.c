/* Portable Executable (Microsoft's "PE Format"): header, sections, imports, whether a signature stands in it. */
#include "qualify/facts.h"

#include <stdio.h>
#include <string.h>

enum { SECTIONS = 96, DLLS = 256, FUNCTIONS = 4096, SCAN = 8 << 20 };
struct section {
  char name[9];
  uint32_t rva, size, at, raw, flags;
};
struct pe {
  vg_str bytes;
  const struct facts_out *out;
  struct section section[SECTIONS];
  size_t sections;
  bool wide; /* PE32+ */
  uint32_t entry, import, dotnet, signature, signature_size;
  size_t functions;
  unsigned wanted; /* bit i: wanted[i] was imported */
};

static const char *const wanted[] = {
    "VirtualAllocEx",     "WriteProcessMemory", "CreateRemoteThread", "NtUnmapViewOfSection", "QueueUserAPC",
    "URLDownloadToFileA", "URLDownloadToFileW", "InternetOpenUrlA",   "InternetOpenUrlW",     "WinExec",
    "ShellExecuteA",      "ShellExecuteW",      "SetWindowsHookExA",  "SetWindowsHookExW",    "GetAsyncKeyState",
    "CryptEncrypt",       "BCryptEncrypt"};
enum { INJECT = 0x1F, FETCH = 0x1E0, START = 0xE00, KEYS = 0x7000, ENCRYPT = 0x18000 };

static void say(const struct pe *p, const char *fact, vg_str a, vg_str b) { p->out->say(p->out->ctx, fact, a, b); }

/* Where the byte of that address lies in the file; SIZE_MAX: nowhere. */
static size_t offset_of(const struct pe *p, uint32_t rva) {
  for (size_t i = 0; i < p->sections; i++) {
    const struct section *s = &p->section[i];
    uint32_t n = s->raw;
    if (rva >= s->rva && rva - s->rva < n)
      return (size_t)s->at + (rva - s->rva);
  }
  return SIZE_MAX;
}

static struct vg_rd at(const struct pe *p, size_t offset) {
  struct vg_rd r;
  vg_rd_init(&r, p->bytes);
  vg_rd_skip(&r, offset);
  return r;
}

static vg_str text_at(const struct pe *p, uint32_t rva) {
  size_t o = offset_of(p, rva), n = 0;
  if (o >= p->bytes.n)
    return VG_STR("");
  while (n < 256 && o + n < p->bytes.n && p->bytes.p[o + n])
    n++;
  return vg_str_sub(p->bytes, o, n);
}

static void read_functions(struct pe *p, uint32_t table) {
  for (uint32_t i = 0; p->functions < FUNCTIONS; i++) {
    size_t step = p->wide ? 8 : 4, o = offset_of(p, table);
    if (o == SIZE_MAX)
      return;
    struct vg_rd r = at(p, o + i * step);
    uint64_t v = p->wide ? vg_rd_le64(&r) : vg_rd_le32(&r);
    if (r.bad || v == 0)
      return;
    p->functions++;
    if (v >> (p->wide ? 63 : 31))
      continue; /* by number */
    vg_str name = text_at(p, (uint32_t)(v & 0x7fffffff) + 2);
    for (size_t k = 0; k < VG_COUNT(wanted); k++)
      if (vg_str_eqz(name, wanted[k]))
        p->wanted |= 1u << k;
  }
}

static void imports(struct pe *p) {
  size_t table = p->import ? offset_of(p, p->import) : SIZE_MAX;
  for (size_t i = 0; table != SIZE_MAX && i < DLLS; i++) {
    struct vg_rd r = at(p, table + i * 20);
    uint32_t names = vg_rd_le32(&r);
    vg_rd_skip(&r, 8);
    uint32_t name = vg_rd_le32(&r), first = vg_rd_le32(&r);
    if (r.bad || (!name && !first))
      break;
    read_functions(p, names ? names : first);
  }
  if ((p->wanted & 7) == 7 || (p->wanted & INJECT & 0x1A) == 0x1A)
    say(p, "pe.inject", VG_STR(""), VG_STR(""));
  if ((p->wanted & FETCH) && (p->wanted & START))
    say(p, "pe.fetch", VG_STR(""), VG_STR(""));
  if (p->wanted & KEYS)
    say(p, "pe.keys", VG_STR(""), VG_STR(""));
  if (p->wanted & ENCRYPT)
    say(p, "pe.encrypt", VG_STR(""), VG_STR(""));
  char n[32];
  if (!p->dotnet && p->functions < 6)
    say(p, "pe.imports", facts_number(n, "%.0f", (double)p->functions), VG_STR(""));
}

static void one_section(struct pe *p, const struct section *s) {
  static const char *const packer[] = {"UPX0",  "UPX1",  "UPX!",    ".aspack",  ".adata", ".themida",
                                       ".vmp0", ".vmp1", ".petite", ".MPRESS1", ".nsp0",  ".enigma1"};
  bool runs = (s->flags >> 29) & 1, writes = (s->flags >> 31) & 1;
  char bits[32];
  for (size_t i = 0; i < VG_COUNT(packer); i++)
    if (!strcmp(s->name, packer[i])) {
      say(p, "pe.packer", vg_str_z(s->name), VG_STR(""));
      return;
    }
  if (runs && writes)
    say(p, "pe.wx", vg_str_z(s->name), VG_STR(""));
  double e = facts_entropy(vg_str_sub(vg_str_sub(p->bytes, s->at, s->raw), 0, SCAN));
  if (runs && s->raw >= 4096 && e >= 7.2)
    say(p, "pe.dense", vg_str_z(s->name), facts_number(bits, "%.2f", e));
}

static void sections(struct pe *p) {
  const struct section *entry = NULL;
  uint64_t end = 0;
  char n[32];
  for (size_t i = 0; i < p->sections; i++) {
    const struct section *s = &p->section[i];
    one_section(p, s);
    if (p->entry >= s->rva && p->entry - s->rva < (s->size > s->raw ? s->size : s->raw))
      entry = s;
    end = (uint64_t)s->at + s->raw > end ? (uint64_t)s->at + s->raw : end;
  }
  if (p->entry && (!entry || !((entry->flags >> 29) & 1)))
    say(p, "pe.entry", entry ? vg_str_z(entry->name) : VG_STR("?"), VG_STR(""));
  if (p->signature && p->signature_size >= 8 && (uint64_t)p->signature + p->signature_size <= p->bytes.n)
    say(p, "pe.signed", facts_number(n, "%.0f", p->signature_size), VG_STR(""));
  else
    say(p, "pe.unsigned", VG_STR(""), VG_STR(""));
  uint64_t tail = p->signature && p->signature >= end ? p->signature : p->bytes.n;
  if (end && tail > end + 65536 &&
      facts_entropy(vg_str_sub(vg_str_sub(p->bytes, (size_t)end, (size_t)(tail - end)), 0, SCAN)) > 7.5)
    say(p, "pe.overlay", facts_number(n, "%.0f", (double)(tail - end)), VG_STR(""));
}

/* Directory i: address and size; 0 when the header has none. */
static uint32_t directory(const struct pe *p, size_t first, uint32_t count, uint32_t i, uint32_t *size) {
  struct vg_rd r = at(p, first + (size_t)i * 8);
  uint32_t rva = vg_rd_le32(&r);
  *size = vg_rd_le32(&r);
  return i < count && !r.bad ? rva : 0;
}

static bool header(struct pe *p, uint16_t *flags) {
  struct vg_rd r = at(p, 0x3c);
  uint32_t pe = vg_rd_le32(&r), size;
  r = at(p, pe);
  if (r.bad || !vg_str_eq(vg_rd_bytes(&r, 4), VG_STR("PE\0\0")))
    return false;
  vg_rd_skip(&r, 2);
  uint16_t count = vg_rd_le16(&r);
  vg_rd_skip(&r, 12);
  uint16_t optional = vg_rd_le16(&r);
  *flags = vg_rd_le16(&r);
  size_t start = r.at;
  uint16_t magic = vg_rd_le16(&r);
  p->wide = magic == 0x20b;
  vg_rd_skip(&r, 14);
  p->entry = vg_rd_le32(&r);
  r = at(p, start + (p->wide ? 108 : 92));
  uint32_t directories = vg_rd_le32(&r);
  if (r.bad || (magic != 0x10b && magic != 0x20b))
    return false;
  size_t first = r.at;
  p->import = directory(p, first, directories, 1, &size);
  p->signature = directory(p, first, directories, 4, &p->signature_size);
  p->dotnet = directory(p, first, directories, 14, &size);
  r = at(p, start + optional);
  for (uint16_t i = 0; i < count && i < SECTIONS; i++) {
    struct section *s = &p->section[p->sections];
    vg_str_copy(s->name, sizeof s->name, vg_rd_bytes(&r, 8));
    s->size = vg_rd_le32(&r);
    s->rva = vg_rd_le32(&r);
    s->raw = vg_rd_le32(&r);
    s->at = vg_rd_le32(&r);
    vg_rd_skip(&r, 12);
    s->flags = vg_rd_le32(&r);
    if (r.bad)
      return false;
    s->raw = s->at >= p->bytes.n ? 0 : s->raw > p->bytes.n - s->at ? (uint32_t)(p->bytes.n - s->at) : s->raw;
    p->sections++;
  }
  return true;
}

void facts_pe(vg_str bytes, const struct facts_out *out) {
  struct pe p = {.bytes = bytes, .out = out};
  uint16_t flags = 0;
  if (!header(&p, &flags)) {
    out->say(out->ctx, "broken", VG_STR("PE"), VG_STR(""));
    return;
  }
  if (flags & 0x2000)
    say(&p, "pe.library", VG_STR(""), VG_STR(""));
  if (p.dotnet)
    say(&p, "pe.dotnet", VG_STR(""), VG_STR(""));
  sections(&p);
  imports(&p);
}

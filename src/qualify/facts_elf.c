/* ELF (System V ABI, chapter 4 and 5): header, segments, sections. */
#include "qualify/facts.h"

enum { HEADERS = 256, SCAN = 8 << 20 };

struct elf {
  vg_str bytes;
  const struct facts_out *out;
  bool wide, big;
};

static uint16_t u16(const struct elf *e, struct vg_rd *r) { return e->big ? vg_rd_be16(r) : vg_rd_le16(r); }
static uint32_t u32(const struct elf *e, struct vg_rd *r) { return e->big ? vg_rd_be32(r) : vg_rd_le32(r); }
static uint64_t word(const struct elf *e, struct vg_rd *r) {
  return !e->wide ? u32(e, r) : e->big ? vg_rd_be64(r) : vg_rd_le64(r);
}
static void say(const struct elf *e, const char *fact, vg_str a) { e->out->say(e->out->ctx, fact, a, VG_STR("")); }

/* true: it asks for a loader of shared libraries. */
static bool segments(const struct elf *e, uint64_t offset, uint16_t size, uint16_t count, bool *bad) {
  bool loader = false, both = false, dense = false;
  char bits[32] = "";
  for (uint16_t i = 0; i < count && i < HEADERS; i++) {
    struct vg_rd r;
    uint64_t at, n;
    uint32_t type, flags;
    vg_rd_init(&r, e->bytes);
    if (offset > e->bytes.n)
      *bad = true;
    vg_rd_skip(&r, (size_t)offset + (size_t)i * size);
    type = u32(e, &r);
    flags = e->wide ? u32(e, &r) : 0;
    at = word(e, &r);
    (void)word(e, &r);
    (void)word(e, &r);
    n = word(e, &r);
    (void)word(e, &r);
    flags = e->wide ? flags : u32(e, &r);
    if (r.bad) {
      *bad = true;
      return loader;
    }
    loader |= type == 3;
    both |= type == 1 && (flags & 3) == 3;
    vg_str body = at < e->bytes.n ? vg_str_sub(e->bytes, (size_t)at, n < SCAN ? (size_t)n : SCAN) : VG_STR("");
    if (type == 1 && (flags & 1) && body.n >= 4096 && facts_entropy(body) >= 7.4) {
      dense = true;
      (void)facts_number(bits, "%.2f", facts_entropy(body));
    }
  }
  if (both)
    say(e, "elf.wx", VG_STR(""));
  if (dense)
    say(e, "elf.dense", vg_str_z(bits));
  return loader;
}

void facts_elf(vg_str bytes, const struct facts_out *out) {
  struct elf e = {.bytes = bytes, .out = out};
  struct vg_rd r;
  bool bad = false;
  vg_rd_init(&r, bytes);
  vg_rd_skip(&r, 4);
  e.wide = vg_rd_u8(&r) == 2;
  e.big = vg_rd_u8(&r) == 2;
  vg_rd_skip(&r, 10);
  uint16_t type = u16(&e, &r);
  vg_rd_skip(&r, 6);
  (void)word(&e, &r);
  uint64_t program = word(&e, &r), section = word(&e, &r);
  vg_rd_skip(&r, 6);
  uint16_t size = u16(&e, &r), count = u16(&e, &r);
  (void)u16(&e, &r);
  uint16_t sections = u16(&e, &r);
  if (r.bad) {
    say(&e, "broken", VG_STR("ELF"));
    return;
  }
  if (vg_str_find(vg_str_sub(bytes, 0, 4096), VG_STR("UPX!"), 0) != SIZE_MAX)
    say(&e, "elf.packer", VG_STR("UPX"));
  bool loader = segments(&e, program, size, count, &bad);
  if (type == 2 || type == 3) {
    if (!sections || !section)
      say(&e, "elf.nosections", VG_STR(""));
    if (!loader && type == 2)
      say(&e, "elf.static", VG_STR(""));
  }
  if (bad)
    say(&e, "broken", VG_STR("ELF"));
}

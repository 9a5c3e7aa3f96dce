#include "base/id.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>

const unsigned char vg_id_stix_space[16] = {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
                                            0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7};
enum { UUID_TEXT = 36, KIND_MAX = 80 };

static struct vg_id spell(const char *kind, const unsigned char u[static 16]) {
  struct vg_id id;
  VG_ASSERT(strlen(kind) <= KIND_MAX);
  char hex[33];
  vg_hex(hex, u, 16);
  snprintf(id.s, sizeof id.s, "%s--%.8s-%.4s-%.4s-%.4s-%.12s", kind, hex, hex + 8, hex + 12, hex + 16, hex + 20);
  return id;
}

struct vg_id vg_id_new(const char *kind, vg_time now) {
  unsigned char u[16];
  vg_random(u, sizeof u);
  uint64_t ms = (uint64_t)(now / 1000000);
  for (int i = 0; i < 6; i++)
    u[i] = (unsigned char)(ms >> (8 * (5 - i)));
  u[6] = (unsigned char)(0x70 | (u[6] & 0x0F));
  u[8] = (unsigned char)(0x80 | (u[8] & 0x3F));
  return spell(kind, u);
}

static struct vg_id spell_v4(const char *kind, unsigned char u[static 16]) {
  u[6] = (unsigned char)(0x40 | (u[6] & 0x0F));
  u[8] = (unsigned char)(0x80 | (u[8] & 0x3F));
  return spell(kind, u);
}

struct vg_id vg_id_v4(const char *kind) {
  unsigned char u[16];
  vg_random(u, sizeof u);
  return spell_v4(kind, u);
}

struct vg_id vg_id_v4_of(const char *kind, vg_str a, vg_str b) {
  unsigned char digest[VG_SHA256_SIZE];
  vg_sha256_of((const vg_str[]){a, {"\0", 1}, b}, 3, digest);
  return spell_v4(kind, digest);
}

struct vg_id vg_id_v5(const char *kind, const unsigned char space[static 16], vg_str name) {
  unsigned char digest[20];
  vg_sha1_of((const vg_str[]){{(const char *)space, 16}, name}, 2, digest);
  digest[6] = (unsigned char)(0x50 | (digest[6] & 0x0F));
  digest[8] = (unsigned char)(0x80 | (digest[8] & 0x3F));
  return spell(kind, digest);
}

vg_str vg_id_kind(vg_str id) {
  size_t at = vg_str_find(id, VG_STR("--"), 0);
  return at == SIZE_MAX ? VG_STR("") : vg_str_sub(id, 0, at);
}

bool vg_id_ok(vg_str id) {
  vg_str kind = vg_id_kind(id);
  if (kind.n == 0 || kind.n > KIND_MAX || id.n != kind.n + 2 + UUID_TEXT)
    return false;
  for (size_t i = 0; i < kind.n; i++)
    if (!vg_is_digit(kind.p[i]) && !(kind.p[i] >= 'a' && kind.p[i] <= 'z') && kind.p[i] != '-')
      return false;
  const char *u = id.p + kind.n + 2;
  for (size_t i = 0; i < UUID_TEXT; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? u[i] != '-' : !vg_is_hex(u[i])) /* either case on input (RFC 9562 section 4) */
      return false;
  }
  return true;
}

struct vg_id vg_id_of(vg_str id) {
  struct vg_id out = {{0}};
  if (id.n < sizeof out.s)
    vg_str_copy(out.s, sizeof out.s, id);
  return out;
}

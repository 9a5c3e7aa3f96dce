#include "match/evtx.h"

#include <inttypes.h>
#include <string.h>

vg_time evtx_time(uint64_t filetime) {
  const uint64_t epoch = UINT64_C(116444736000000000);
  if (filetime < epoch || filetime - epoch > (uint64_t)INT64_MAX / 100)
    return VG_NOTIME;
  return (vg_time)(filetime - epoch) * 100;
}

static void put_char(struct vg_buf *o, uint32_t c) {
  char utf8[4];
  if (c < ' ' || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
    c = c < ' ' ? ' ' : 0xfffd;
  vg_buf_add(o, utf8, vg_utf8_put(utf8, c));
}

void evtx_utf16(struct vg_buf *o, vg_str bytes) {
  struct vg_rd r;
  vg_rd_init(&r, bytes);
  while (r.at + 2 <= r.n) {
    uint32_t c = vg_rd_le16(&r);
    if (!c)
      return;
    if (c >= 0xd800 && c < 0xdc00 && r.at + 2 <= r.n) {
      const uint32_t low = (uint32_t)r.p[r.at] | (uint32_t)r.p[r.at + 1] << 8;
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        r.at += 2;
      }
    }
    put_char(o, c);
  }
}

static void put_time(struct vg_buf *o, uint64_t filetime) {
  char text[VG_TIME_TEXT];
  const vg_time t = evtx_time(filetime);
  if (t == VG_NOTIME) {
    vg_buf_z(o, filetime ? "" : "1601-01-01T00:00:00.000000000Z"); /* never set */
    return;
  }
  vg_time_text(text, t, false);
  vg_buf_fmt(o, "%.19s.%09" PRId64 "Z", text, (int64_t)(t % VG_SECOND));
}

static void put_guid(struct vg_buf *o, struct vg_rd *r) {
  const uint32_t a = vg_rd_le32(r);
  const unsigned b = vg_rd_le16(r), c = vg_rd_le16(r);
  const vg_str d = vg_rd_bytes(r, 8);
  if (r->bad)
    return;
  vg_buf_fmt(o, "{%08" PRIX32 "-%04X-%04X-", a, b, c);
  for (size_t i = 0; i < 8; i++)
    vg_buf_fmt(o, i == 2 ? "-%02X" : "%02X", (unsigned char)d.p[i]);
  vg_buf_byte(o, '}');
}

/* [MS-DTYP] 2.4.2: revision, count of parts, authority big-endian, parts little-endian. */
static void put_sid(struct vg_buf *o, struct vg_rd *r) {
  const unsigned revision = vg_rd_u8(r), count = vg_rd_u8(r);
  uint64_t authority = (uint64_t)vg_rd_be16(r) << 32;
  authority |= vg_rd_be32(r);
  if (r->bad || count > 15)
    return;
  vg_buf_fmt(o, "S-%u-%" PRIu64, revision, authority);
  for (unsigned i = 0; i < count && r->at + 4 <= r->n; i++)
    vg_buf_fmt(o, "-%" PRIu32, vg_rd_le32(r));
}

/* SYSTEMTIME: year, month, day of week, day, hour, minute, second, millisecond. */
static void put_system_time(struct vg_buf *o, struct vg_rd *r) {
  unsigned v[8];
  for (size_t i = 0; i < 8; i++)
    v[i] = vg_rd_le16(r);
  if (!r->bad)
    vg_buf_fmt(o, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", v[0], v[1], v[3], v[4], v[5], v[6], v[7]);
}

static void put_hex(struct vg_buf *o, vg_str bytes) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < bytes.n; i++) {
    vg_buf_byte(o, (unsigned char)digits[(unsigned char)bytes.p[i] >> 4]);
    vg_buf_byte(o, (unsigned char)digits[(unsigned char)bytes.p[i] & 15]);
  }
}

/* Bytes of one value of the type; 0: as many as there are. */
static size_t width(unsigned type) {
  static const unsigned char widths[22] = {
      [3] = 1,  [4] = 1,  [5] = 2,  [6] = 2,   [7] = 4,  [8] = 4,   [9] = 8,  [10] = 8,
      [11] = 4, [12] = 8, [13] = 4, [15] = 16, [17] = 8, [18] = 16, [20] = 4, [21] = 8};
  return type < sizeof widths ? widths[type] : 0;
}

static void put_number(struct vg_buf *o, unsigned type, struct vg_rd *r) {
  float f;
  double d;
  uint64_t v = 0;
  const size_t n = r->n;
  const vg_str bytes = vg_rd_bytes(r, n);
  for (size_t i = 0; i < n && i < 8; i++)
    v |= (uint64_t)(unsigned char)bytes.p[i] << 8 * i;
  switch (type) {
  case 3: vg_buf_fmt(o, "%d", (int8_t)v); return;
  case 5: vg_buf_fmt(o, "%d", (int16_t)v); return;
  case 7: vg_buf_fmt(o, "%" PRId32, (int32_t)v); return;
  case 9: vg_buf_fmt(o, "%" PRId64, (int64_t)v); return;
  case 11:
    memcpy(&f, &v, 4);
    vg_buf_fmt(o, "%g", (double)f);
    return;
  case 12:
    memcpy(&d, &v, 8);
    vg_buf_fmt(o, "%g", d);
    return;
  case 13: vg_buf_z(o, v ? "true" : "false"); return;
  case 16:
  case 20:
  case 21: vg_buf_fmt(o, "0x%0*" PRIx64, (int)(2 * n), v); return;
  default: vg_buf_fmt(o, "%" PRIu64, v);
  }
}

static void put_one(struct vg_buf *o, unsigned type, vg_str bytes) {
  struct vg_rd r;
  vg_rd_init(&r, bytes);
  switch (type) {
  case 0: return;
  case 1: evtx_utf16(o, bytes); return;
  case 2:
    for (size_t i = 0; i < bytes.n && bytes.p[i]; i++)
      put_char(o, (unsigned char)bytes.p[i]);
    return;
  case 14: put_hex(o, bytes); return;
  case 15: put_guid(o, &r); return;
  case 17: put_time(o, vg_rd_le64(&r)); return;
  case 18: put_system_time(o, &r); return;
  case 19: put_sid(o, &r); return;
  default:
    if ((type == 16 && (bytes.n == 4 || bytes.n == 8)) || (width(type) && bytes.n == width(type)))
      put_number(o, type, &r);
  }
}

void evtx_value(struct vg_buf *o, unsigned type, vg_str bytes) {
  const unsigned one = type & 0x7f;
  size_t at = 0, step = width(one);
  if (!(type & 0x80)) {
    put_one(o, one, bytes);
    return;
  }
  while (at < bytes.n) { /* strings of an array end at zeros */
    size_t n = step;
    for (; !step && one == 1 && at + n + 2 <= bytes.n; n += 2)
      if (!bytes.p[at + n] && !bytes.p[at + n + 1]) {
        n += 2;
        break;
      }
    if (!n || n > bytes.n - at)
      return;
    if (at)
      vg_buf_byte(o, ' ');
    put_one(o, one, vg_str_sub(bytes, at, n));
    at += n;
  }
}

/*
 * Captures of network traffic as text. pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng); Ethernet
 * with VLAN tags, Linux cooked, raw IP, loopback; IPv4, IPv6; of UDP and TCP the names that the first bytes tell.
 * Streams are not put together: a name split over two segments is not seen. Runs in the cell.
 */
#include "match/container.h"

#include "base/rd.h"

#include <string.h>

enum { FLUSH = 1 << 18, IFACES = 256, NAMES_MAX = 64 };
enum {
  LINK_NULL = 0,
  LINK_ETHERNET = 1,
  LINK_RAW = 101,
  LINK_LOOP = 108,
  LINK_SLL = 113,
  LINK_IPV4 = 228,
  LINK_IPV6 = 229,
  LINK_SLL2 = 276
};

struct capture {
  capture_text *text;
  void *ctx;
  struct vg_buf out;
};

/* --- text ------------------------------------------------------------------------------------------------------ */

/* Names are from the wire: what is no printable ASCII becomes '?'; a space would begin another word. */
static void put_name(struct vg_buf *o, vg_str s) {
  for (size_t i = 0; i < s.n && i < 4096; i++)
    vg_buf_byte(o, s.p[i] > ' ' && s.p[i] < 0x7f ? (unsigned char)s.p[i] : '?');
}

static void put_v4(struct vg_buf *o, vg_str a) {
  const unsigned char *p = (const unsigned char *)a.p;
  if (a.n == 4)
    vg_buf_fmt(o, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
}

static void put_v6(struct vg_buf *o, vg_str a) {
  const unsigned char *p = (const unsigned char *)a.p;
  for (size_t i = 0; a.n == 16 && i < 16; i += 2)
    vg_buf_fmt(o, "%s%x", i ? ":" : "", (unsigned)(p[i] << 8 | p[i + 1]));
}

static void put_address(struct vg_buf *o, vg_str a, unsigned port) {
  vg_buf_z(o, a.n == 16 ? " [" : " ");
  a.n == 16 ? put_v6(o, a) : put_v4(o, a);
  vg_buf_z(o, a.n == 16 ? "]" : "");
  if (port)
    vg_buf_fmt(o, ":%u", port);
}

/* --- what is said over UDP and TCP ----------------------------------------------------------------------------- */

/* A name of a DNS message (RFC 1035 4.1.4): pointers only lead back, so it ends. */
static bool dns_name(struct vg_rd *r, struct vg_buf *o) {
  size_t at = r->at, low = r->at, steps = 0;
  bool jumped = false;
  while (at < r->n && steps++ < 128) {
    unsigned n = r->p[at];
    if (n >= 0xc0) {
      if (at + 1 >= r->n)
        return false;
      size_t to = (size_t)(n & 63) << 8 | r->p[at + 1];
      if (!jumped)
        r->at = at + 2;
      jumped = true;
      if (to >= low)
        return false;
      at = low = to;
      continue;
    }
    if (n == 0) {
      if (!jumped)
        r->at = at + 1;
      return true;
    }
    if (n > 63 || at + 1 + n > r->n)
      return false;
    if (o) {
      put_name(o, vg_str_n((const char *)r->p + at + 1, n));
      vg_buf_byte(o, '.');
    }
    at += 1 + n;
  }
  return false;
}

static void dns(struct vg_buf *o, vg_str m) {
  struct vg_rd r;
  vg_rd_init(&r, m);
  vg_rd_skip(&r, 2);
  unsigned flags = vg_rd_be16(&r), questions = vg_rd_be16(&r), answers = vg_rd_be16(&r);
  vg_rd_skip(&r, 4);
  if (r.bad || questions > NAMES_MAX || answers > NAMES_MAX)
    return;
  vg_buf_z(o, flags & 0x8000 ? " dns answer" : " dns question");
  for (unsigned i = 0; i < questions && !r.bad; i++) {
    vg_buf_byte(o, ' ');
    if (!dns_name(&r, o))
      return;
    vg_rd_skip(&r, 4);
  }
  for (unsigned i = 0; i < answers && !r.bad; i++) {
    vg_buf_byte(o, ' ');
    if (!dns_name(&r, o))
      return;
    unsigned type = vg_rd_be16(&r);
    vg_rd_skip(&r, 6);
    unsigned n = vg_rd_be16(&r);
    struct vg_rd body = r;
    vg_str data = vg_rd_bytes(&r, n);
    vg_buf_byte(o, ' ');
    if (type == 1)
      put_v4(o, data);
    else if (type == 28)
      put_v6(o, data);
    else if (type == 5 || type == 2 || type == 12)
      (void)dns_name(&body, o);
  }
}

/* The server name of a ClientHello (RFC 8446 4.1.2, RFC 6066 3). */
static void tls(struct vg_buf *o, vg_str m) {
  struct vg_rd r;
  vg_rd_init(&r, m);
  if (vg_rd_u8(&r) != 22)
    return;
  vg_rd_skip(&r, 4);
  if (vg_rd_u8(&r) != 1)
    return;
  vg_rd_skip(&r, 3 + 2 + 32);
  vg_rd_skip(&r, vg_rd_u8(&r));
  vg_rd_skip(&r, vg_rd_be16(&r));
  vg_rd_skip(&r, vg_rd_u8(&r));
  vg_rd_skip(&r, 2);
  while (!r.bad && r.at < r.n) {
    unsigned type = vg_rd_be16(&r), n = vg_rd_be16(&r);
    struct vg_rd e;
    vg_rd_init(&e, vg_rd_bytes(&r, n));
    if (r.bad || type != 0)
      continue;
    vg_rd_skip(&e, 3);
    vg_str name = vg_rd_bytes(&e, vg_rd_be16(&e));
    if (!e.bad) {
      vg_buf_z(o, " tls ");
      put_name(o, name);
    }
    return;
  }
}

/* Method, host and target of a request, as one URL. */
static void http(struct vg_buf *o, vg_str m) {
  static const char *const methods[] = {"GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT "};
  vg_str rest = m, line, host = VG_NOSTR;
  size_t method = 0;
  for (size_t i = 0; i < VG_COUNT(methods); i++)
    if (vg_str_starts(m, vg_str_z(methods[i])))
      method = strlen(methods[i]);
  if (!method || !vg_str_line(&rest, &line))
    return;
  size_t end = vg_str_find_byte(line, ' ', method);
  vg_str target = vg_str_sub(line, method, end == SIZE_MAX ? SIZE_MAX : end - method);
  while (vg_str_line(&rest, &line) && line.n)
    if (line.n > 5 && vg_str_eq_ci(vg_str_sub(line, 0, 5), VG_STR("host:")))
      host = vg_str_trim(vg_str_sub(line, 5, SIZE_MAX));
  vg_buf_z(o, " http ");
  put_name(o, vg_str_sub(m, 0, method - 1));
  vg_buf_byte(o, ' ');
  if (target.n && target.p[0] == '/') {
    vg_buf_z(o, "http://");
    put_name(o, host);
  }
  put_name(o, target);
}

static void payload(struct vg_buf *o, vg_str m, bool udp, unsigned from, unsigned to) {
  if (udp) {
    if (from == 53 || to == 53 || from == 5353 || to == 5353 || from == 5355 || to == 5355)
      dns(o, m);
    return;
  }
  if ((from == 53 || to == 53) && m.n > 2)
    dns(o, vg_str_sub(m, 2, SIZE_MAX));
  else if (m.n && m.p[0] == 22)
    tls(o, m);
  else
    http(o, m);
}

/* --- the layers below ------------------------------------------------------------------------------------------ */

static void transport(struct vg_buf *o, struct vg_rd *r, unsigned protocol, vg_str from, vg_str to) {
  unsigned a = 0, b = 0;
  bool udp = protocol == 17;
  if (udp || protocol == 6) {
    a = vg_rd_be16(r), b = vg_rd_be16(r);
    if (udp) {
      vg_rd_skip(r, 4);
    } else {
      vg_rd_skip(r, 8);
      size_t head = (size_t)(vg_rd_u8(r) >> 4) * 4;
      vg_rd_skip(r, head > 13 ? head - 13 : 0);
    }
  }
  put_address(o, from, a);
  vg_buf_z(o, " >");
  put_address(o, to, b);
  if (!r->bad && (udp || protocol == 6))
    payload(o, vg_str_n((const char *)r->p + r->at, r->n - r->at), udp, a, b);
}

static void ipv4(struct vg_buf *o, struct vg_rd *r) {
  size_t start = r->at, head = (size_t)(vg_rd_u8(r) & 15) * 4;
  vg_rd_skip(r, 1);
  size_t total = vg_rd_be16(r);
  vg_rd_skip(r, 2);
  unsigned fragment = vg_rd_be16(r) & 0x1fff;
  vg_rd_skip(r, 1);
  unsigned protocol = vg_rd_u8(r);
  vg_rd_skip(r, 2);
  vg_str from = vg_rd_bytes(r, 4), to = vg_rd_bytes(r, 4);
  vg_rd_skip(r, head > 20 ? head - 20 : 0);
  if (r->bad)
    return;
  if (total >= r->at - start && start + total < r->n)
    r->n = start + total; /* Ethernet pads short packets */
  transport(o, r, fragment ? 255 : protocol, from, to);
}

static void ipv6(struct vg_buf *o, struct vg_rd *r) {
  vg_rd_skip(r, 6);
  unsigned next = vg_rd_u8(r);
  vg_rd_skip(r, 1);
  vg_str from = vg_rd_bytes(r, 16), to = vg_rd_bytes(r, 16);
  while (!r->bad && (next == 0 || next == 43 || next == 60)) { /* hop-by-hop, routing, destination options */
    next = vg_rd_u8(r);
    vg_rd_skip(r, (size_t)vg_rd_u8(r) * 8 + 6);
  }
  if (!r->bad)
    transport(o, r, next, from, to);
}

static void network(struct vg_buf *o, struct vg_rd *r) {
  if (r->at >= r->n)
    return;
  if (r->p[r->at] >> 4 == 4)
    ipv4(o, r);
  else if (r->p[r->at] >> 4 == 6)
    ipv6(o, r);
}

static void by_type(struct vg_buf *o, struct vg_rd *r, unsigned type) {
  for (int tags = 0; tags < 4 && (type == 0x8100 || type == 0x88a8); tags++) {
    vg_rd_skip(r, 2);
    type = vg_rd_be16(r);
  }
  if (type == 0x0800 || type == 0x86dd)
    network(o, r);
}

static void packet(struct capture *c, unsigned link, vg_time time, vg_str bytes) {
  struct vg_rd r;
  char t[VG_TIME_TEXT];
  struct vg_buf *o = &c->out;
  vg_rd_init(&r, bytes);
  vg_buf_z(o, vg_time_text(t, time, true));
  switch (link) {
  case LINK_ETHERNET:
    vg_rd_skip(&r, 12);
    by_type(o, &r, vg_rd_be16(&r));
    break;
  case LINK_SLL:
    vg_rd_skip(&r, 14);
    by_type(o, &r, vg_rd_be16(&r));
    break;
  case LINK_SLL2: {
    unsigned type = vg_rd_be16(&r);
    vg_rd_skip(&r, 18);
    by_type(o, &r, type);
    break;
  }
  case LINK_NULL:
  case LINK_LOOP:
    vg_rd_skip(&r, 4);
    network(o, &r);
    break;
  default:
    if (link == LINK_RAW || link == LINK_IPV4 || link == LINK_IPV6 || link == 12 || link == 14)
      network(o, &r);
  }
  vg_buf_byte(o, '\n');
  if (o->n > FLUSH) {
    c->text(c->ctx, vg_buf_view(o));
    vg_buf_reset(o);
  }
}

/* --- files ------------------------------------------------------------------------------------------------------ */

static uint32_t u32(struct vg_rd *r, bool big) { return big ? vg_rd_be32(r) : vg_rd_le32(r); }
static uint16_t u16(struct vg_rd *r, bool big) { return big ? vg_rd_be16(r) : vg_rd_le16(r); }

static bool read_pcap(struct capture *c, struct vg_rd *r) {
  uint32_t magic = vg_rd_be32(r);
  bool big = magic == 0xa1b2c3d4 || magic == 0xa1b23c4d, nano = magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
  vg_rd_skip(r, 16);
  unsigned link = u32(r, big) & 0xffff;
  while (!r->bad && r->at < r->n) {
    vg_time t = (vg_time)u32(r, big) * VG_SECOND;
    t += (vg_time)u32(r, big) * (nano ? 1 : 1000);
    uint32_t n = u32(r, big);
    vg_rd_skip(r, 4);
    vg_str bytes = vg_rd_bytes(r, n);
    if (!r->bad)
      packet(c, link, t, bytes);
  }
  return !r->bad;
}

struct iface {
  unsigned link;
  uint64_t second; /* time units in one */
};

static void read_iface(struct vg_rd *b, bool big, struct iface *f) {
  f->link = u16(b, big);
  f->second = 1000000;
  vg_rd_skip(b, 6);
  while (!b->bad && b->at + 4 <= b->n) {
    unsigned code = u16(b, big), n = u16(b, big);
    vg_str v = vg_rd_bytes(b, n);
    vg_rd_skip(b, (4 - n % 4) % 4);
    if (code == 0)
      return;
    unsigned unit = v.n ? (unsigned char)v.p[0] : 6;
    if (code != 9 || b->bad || (unit & 127) > ((unit & 128) ? 62 : 18))
      continue;
    f->second = 1;
    for (unsigned i = 0; i < (unit & 127); i++)
      f->second *= unit & 128 ? 2 : 10;
  }
}

static vg_time unit_time(uint64_t t, uint64_t second) {
  uint64_t s = t / second;
  if (s > 9000000000u)
    return VG_NOTIME;
  return (vg_time)s * VG_SECOND + (vg_time)((double)(t % second) / (double)second * 1e9);
}

static bool read_pcapng(struct capture *c, struct vg_rd *r) {
  struct iface iface[IFACES];
  size_t count = 0;
  bool big = false;
  while (!r->bad && r->at < r->n) {
    uint32_t type = u32(r, big);
    if (type == 0x0a0d0d0a && r->at + 8 <= r->n) {
      big = r->p[r->at + 4] == 0x1a;
      count = 0;
    }
    uint32_t size = u32(r, big);
    if (size < 12 || size % 4)
      return false;
    struct vg_rd b;
    vg_rd_init(&b, vg_rd_bytes(r, size - 12));
    vg_rd_skip(r, 4);
    if (r->bad)
      return false;
    if (type == 1 && count < IFACES)
      read_iface(&b, big, &iface[count++]);
    if (type == 6) {
      uint32_t i = u32(&b, big);
      uint64_t t = (uint64_t)u32(&b, big) << 32;
      t |= u32(&b, big);
      uint32_t n = u32(&b, big);
      vg_rd_skip(&b, 4);
      vg_str bytes = vg_rd_bytes(&b, n);
      if (!b.bad && i < count)
        packet(c, iface[i].link, unit_time(t, iface[i].second), bytes);
    }
    if (type == 3 && count) {
      vg_rd_skip(&b, 4);
      packet(c, iface[0].link, VG_NOTIME, vg_rd_bytes(&b, b.n - b.at));
    }
  }
  return !r->bad;
}

vg_code capture_read(vg_str bytes, capture_text *text, void *ctx, struct vg_err *err) {
  struct capture c = {.text = text, .ctx = ctx};
  struct vg_rd r;
  vg_rd_init(&r, bytes);
  vg_buf_init(&c.out, 1 << 20);
  bool ok = bytes.n > 24 && (bytes.p[0] == '\n' ? read_pcapng(&c, &r) : read_pcap(&c, &r));
  if (c.out.n)
    text(ctx, vg_buf_view(&c.out));
  vg_code rc = vg_buf_check(&c.out, err);
  vg_buf_fini(&c.out);
  return rc == VG_OK && !ok ? VG_FAIL(err, VG_EDATA, "match.capture") : rc;
}

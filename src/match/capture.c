/*
 * Captures of network traffic as text. pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng); Ethernet
 * with VLAN tags, Linux cooked, raw IP, loopback; IPv4, IPv6; of UDP and TCP the names that the first bytes tell. Runs
 * in the cell.
 */
#include "match/capture.h"
#include "match/container.h"

#include "base/rd.h"

#include <string.h>

enum { FLUSH = 1 << 18, IFACES = 256 };
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
  struct flows *flows;
};

/* --- text ------------------------------------------------------------------------------------------------------ */

static void put_address(struct vg_buf *o, const char *name, vg_str a, unsigned port) {
  vg_buf_z(o, name);
  vg_buf_z(o, a.n == 16 ? "[" : "");
  a.n == 16 ? capture_v6(o, a) : capture_v4(o, a);
  vg_buf_z(o, a.n == 16 ? "]" : "");
  if (port)
    vg_buf_fmt(o, ":%u", port);
}

/* --- the layers below ------------------------------------------------------------------------------------------ */

static void tcp(struct vg_rd *r, struct segment *g) {
  g->seq = vg_rd_be32(r);
  vg_rd_skip(r, 4);
  const size_t head = (size_t)(vg_rd_u8(r) >> 4) * 4;
  g->syn = vg_rd_u8(r) & 2;
  vg_rd_skip(r, head > 14 ? head - 14 : 0);
}

static void transport(struct capture *c, struct vg_rd *r, unsigned protocol, vg_str from, vg_str to) {
  struct segment g = {.from = from, .to = to};
  const bool udp = protocol == 17, is_tcp = protocol == 6;
  if (udp || is_tcp)
    g.port_from = vg_rd_be16(r), g.port_to = vg_rd_be16(r);
  if (udp)
    vg_rd_skip(r, 4);
  if (is_tcp)
    tcp(r, &g);
  put_address(&c->out, "\tsrc=", from, g.port_from);
  put_address(&c->out, "\tdst=", to, g.port_to);
  if (r->bad || !(udp || is_tcp))
    return;
  g.bytes = vg_str_n((const char *)r->p + r->at, r->n - r->at);
  if (udp)
    capture_datagram(&c->out, g.bytes, g.port_from, g.port_to);
  else
    flows_take(c->flows, &g, &c->out);
}

static void ipv4(struct capture *c, struct vg_rd *r) {
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
  transport(c, r, fragment ? 255 : protocol, from, to);
}

static void ipv6(struct capture *c, struct vg_rd *r) {
  vg_rd_skip(r, 6);
  unsigned next = vg_rd_u8(r);
  vg_rd_skip(r, 1);
  vg_str from = vg_rd_bytes(r, 16), to = vg_rd_bytes(r, 16);
  while (!r->bad && (next == 0 || next == 43 || next == 60)) { /* hop-by-hop, routing, destination options */
    next = vg_rd_u8(r);
    vg_rd_skip(r, (size_t)vg_rd_u8(r) * 8 + 6);
  }
  if (!r->bad)
    transport(c, r, next, from, to);
}

static void network(struct capture *c, struct vg_rd *r) {
  if (r->at >= r->n)
    return;
  if (r->p[r->at] >> 4 == 4)
    ipv4(c, r);
  else if (r->p[r->at] >> 4 == 6)
    ipv6(c, r);
}

static void by_type(struct capture *c, struct vg_rd *r, unsigned type) {
  for (int tags = 0; tags < 4 && (type == 0x8100 || type == 0x88a8); tags++) {
    vg_rd_skip(r, 2);
    type = vg_rd_be16(r);
  }
  if (type == 0x0800 || type == 0x86dd)
    network(c, r);
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
    by_type(c, &r, vg_rd_be16(&r));
    break;
  case LINK_SLL:
    vg_rd_skip(&r, 14);
    by_type(c, &r, vg_rd_be16(&r));
    break;
  case LINK_SLL2: {
    unsigned type = vg_rd_be16(&r);
    vg_rd_skip(&r, 18);
    by_type(c, &r, type);
    break;
  }
  case LINK_NULL:
  case LINK_LOOP:
    vg_rd_skip(&r, 4);
    network(c, &r);
    break;
  default:
    if (link == LINK_RAW || link == LINK_IPV4 || link == LINK_IPV6 || link == 12 || link == 14)
      network(c, &r);
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
  VG_TRY(flows_new(&c.flows, err));
  vg_rd_init(&r, bytes);
  vg_buf_init(&c.out, 1 << 20);
  bool ok = bytes.n > 24 && (bytes.p[0] == '\n' ? read_pcapng(&c, &r) : read_pcap(&c, &r));
  if (c.out.n)
    text(ctx, vg_buf_view(&c.out));
  vg_code rc = vg_buf_check(&c.out, err);
  vg_buf_fini(&c.out);
  flows_free(c.flows);
  return rc == VG_OK && !ok ? VG_FAIL(err, VG_EDATA, "match.capture") : rc;
}

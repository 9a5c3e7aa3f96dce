/*
 * Captures of network traffic as text. pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng); Ethernet
 * with VLAN tags, PPPoE and MPLS, Wi-Fi, Linux cooked, PPP, raw IP, loopback; IPv4, IPv6, their fragments put together,
 * and what GRE, VXLAN and IP carry; of UDP and TCP the names that the first bytes tell. Runs in the cell.
 */
#include "match/capture.h"
#include "match/container.h"

#include "base/hash.h"
#include "base/rd.h"

#include <string.h>

enum { FLUSH = 1 << 18, IFACES = 256, TUNNELS = 4, PPP_V4 = 0x21, PPP_V6 = 0x57 };
enum {
  LINK_NULL = 0,
  LINK_ETHERNET = 1,
  LINK_PPP = 9,
  LINK_RAW = 101,
  LINK_WIFI = 105,
  LINK_LOOP = 108,
  LINK_SLL = 113,
  LINK_RADIOTAP = 127,
  LINK_IPV4 = 228,
  LINK_IPV6 = 229,
  LINK_SLL2 = 276
};

struct capture {
  capture_text *text;
  void *ctx;
  struct vg_buf out;
  struct flows *flows;
  struct pieces *pieces;
  struct quic *quic;
  unsigned depth; /* packets in packets */
  bool whole;     /* this packet made a datagram whole, which is read now: no other one is gathered meanwhile */
  int other_link; /* a kind of link that is not read was met; -1 none */
};

/* --- text ------------------------------------------------------------------------------------------------------ */

static void put_address(struct vg_buf *o, const char *name, vg_str a, unsigned port) {
  vg_buf_z(o, name);
  vg_buf_z(o, a.n == 16 ? "[" : "");
  a.n == 16 ? capture_v6(o, a) : capture_v4(o, a);
  vg_buf_z(o, a.n == 16 ? "]" : "");
  if (port) {
    vg_buf_byte(o, ':');
    capture_number(o, port);
  }
}

static void put_mac(struct vg_buf *o, const char *name, vg_str m) {
  char hex[13], text[18];
  if (m.n != 6)
    return;
  vg_hex(hex, m.p, 6);
  for (size_t i = 0; i < 6; i++)
    text[3 * i] = hex[2 * i], text[3 * i + 1] = hex[2 * i + 1], text[3 * i + 2] = ':';
  vg_buf_z(o, name);
  vg_buf_add(o, text, 17);
}

/* --- the layers below ------------------------------------------------------------------------------------------ */

static void tcp(struct vg_rd *r, struct segment *g) {
  g->seq = vg_rd_be32(r);
  vg_rd_skip(r, 4);
  const size_t head = (size_t)(vg_rd_u8(r) >> 4) * 4;
  g->syn = vg_rd_u8(r) & 2;
  vg_rd_skip(r, head > 14 ? head - 14 : 0);
}

static void by_type(struct capture *c, struct vg_rd *r, unsigned type);

/* What is carried in a packet of its own: tunnels, so many deep. GRE (RFC 2784, 2890), VXLAN (RFC 7348). */
static bool carried(struct capture *c, struct vg_rd *r, unsigned protocol, unsigned port_to) {
  const bool vxlan = protocol == 17 && port_to == 4789;
  unsigned type = protocol == 41 ? 0x86dd : 0x0800;
  if (c->depth == TUNNELS || r->bad || !(protocol == 4 || protocol == 41 || protocol == 47 || vxlan))
    return false;
  if (protocol == 47) {
    const unsigned flags = vg_rd_be16(r);
    type = vg_rd_be16(r);
    vg_rd_skip(r, (flags & 0x8000 ? 4u : 0u) + (flags & 0x2000 ? 4u : 0u) + (flags & 0x1000 ? 4u : 0u));
  }
  if (vxlan || type == 0x6558) {
    vg_rd_skip(r, vxlan ? 8 + 12 : 12);
    type = vg_rd_be16(r);
  }
  c->depth++;
  by_type(c, r, type);
  c->depth--;
  return true;
}

/* part: the first of several fragments, which has the ports. */
static void transport(struct capture *c, struct vg_rd *r, unsigned protocol, vg_str from, vg_str to, bool part) {
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
  if (part || r->bad || carried(c, r, protocol, g.port_to) || !(udp || is_tcp))
    return;
  g.bytes = vg_str_n((const char *)r->p + r->at, r->n - r->at);
  if (udp) {
    capture_datagram(&c->out, g.bytes, g.port_from, g.port_to);
    quic_take(c->quic, &g, &c->out);
  } else
    flows_take(c->flows, &g, &c->out);
}

/* True: r reads the whole datagram now. Until then its packets tell their addresses, the first one the ports. */
static bool fragment(struct capture *c, struct vg_rd *r, struct fragment *f) {
  vg_str whole;
  f->bytes = vg_str_n((const char *)r->p + r->at, r->n - r->at);
  if (c->whole || !pieces_take(c->pieces, f, &whole)) {
    transport(c, r, f->at ? 255 : f->protocol, f->from, f->to, true);
    return false;
  }
  vg_rd_init(r, whole);
  c->whole = true;
  return true;
}

static void ipv4(struct capture *c, struct vg_rd *r) {
  size_t start = r->at, head = (size_t)(vg_rd_u8(r) & 15) * 4;
  struct fragment f = {0};
  vg_rd_skip(r, 1);
  size_t total = vg_rd_be16(r);
  f.id = vg_rd_be16(r);
  const unsigned place = vg_rd_be16(r);
  f.at = (place & 0x1fff) * 8, f.more = place & 0x2000;
  vg_rd_skip(r, 1);
  f.protocol = vg_rd_u8(r);
  vg_rd_skip(r, 2);
  f.from = vg_rd_bytes(r, 4), f.to = vg_rd_bytes(r, 4);
  vg_rd_skip(r, head > 20 ? head - 20 : 0);
  if (r->bad)
    return;
  if (total >= r->at - start && start + total < r->n)
    r->n = start + total; /* Ethernet pads short packets */
  if ((!f.at && !f.more) || fragment(c, r, &f))
    transport(c, r, f.protocol, f.from, f.to, false);
}

/* Hop-by-hop, routing and destination options, fragments. */
static void ipv6(struct capture *c, struct vg_rd *r) {
  struct fragment f = {0};
  const size_t start = r->at;
  vg_rd_skip(r, 4);
  const size_t payload = vg_rd_be16(r);
  f.protocol = vg_rd_u8(r);
  vg_rd_skip(r, 1);
  f.from = vg_rd_bytes(r, 16), f.to = vg_rd_bytes(r, 16);
  if (!r->bad && payload && start + 40 + payload < r->n)
    r->n = start + 40 + payload;
  bool once = false;
  while (!r->bad && (f.protocol == 0 || f.protocol == 43 || f.protocol == 60 || (f.protocol == 44 && !once))) {
    const bool pieces = f.protocol == 44;
    f.protocol = vg_rd_u8(r);
    if (!pieces) {
      vg_rd_skip(r, (size_t)vg_rd_u8(r) * 8 + 6);
      continue;
    }
    vg_rd_skip(r, 1);
    const unsigned place = vg_rd_be16(r);
    f.at = place & 0xfff8, f.more = place & 1, once = true;
    f.id = vg_rd_be32(r);
    if (r->bad || ((f.at || f.more) && !fragment(c, r, &f)))
      return;
  }
  if (!r->bad)
    transport(c, r, f.protocol, f.from, f.to, false);
}

static void network(struct capture *c, struct vg_rd *r) {
  if (r->at >= r->n)
    return;
  if (r->p[r->at] >> 4 == 4)
    ipv4(c, r);
  else if (r->p[r->at] >> 4 == 6)
    ipv6(c, r);
}

/* Who asks for whom (RFC 826), of IPv4 over Ethernet. */
static void arp(struct capture *c, struct vg_rd *r) {
  const uint64_t kind = vg_rd_be64(r);
  if (kind >> 16 != 0x000108000604)
    return;
  put_mac(&c->out, "\tarp.sender=", vg_rd_bytes(r, 6));
  put_address(&c->out, "\tsrc=", vg_rd_bytes(r, 4), 0);
  vg_rd_skip(r, 6);
  put_address(&c->out, "\tdst=", vg_rd_bytes(r, 4), 0);
}

/* VLAN tags; PPPoE (RFC 2516); MPLS (RFC 3032), whose last label says so. */
static void by_type(struct capture *c, struct vg_rd *r, unsigned type) {
  for (int tags = 0; tags < 4 && (type == 0x8100 || type == 0x88a8); tags++) {
    vg_rd_skip(r, 2);
    type = vg_rd_be16(r);
  }
  if (type == 0x8864) {
    vg_rd_skip(r, 6);
    type = vg_rd_be16(r) == PPP_V6 ? 0x86dd : 0x0800;
  }
  for (bool more = type == 0x8847; more;) {
    vg_rd_skip(r, 2);
    more = !(vg_rd_u8(r) & 1) && !r->bad;
    vg_rd_skip(r, 1);
    type = 0x0800;
  }
  if (!r->bad && (type == 0x0800 || type == 0x86dd))
    network(c, r);
  if (!r->bad && type == 0x0806)
    arp(c, r);
}

static void ethernet(struct capture *c, struct vg_rd *r) {
  const vg_str to = vg_rd_bytes(r, 6);
  put_mac(&c->out, "\tsrc.mac=", vg_rd_bytes(r, 6));
  put_mac(&c->out, "\tdst.mac=", to);
  by_type(c, r, vg_rd_be16(r));
}

/* IEEE 802.11 (9.2): who sends to whom of every frame that says it; of data that are not encrypted, what they carry;
 * the name of a network that is told or asked for. */
static void wifi(struct capture *c, struct vg_rd *r) {
  enum { MANAGEMENT = 0, DATA = 2, BEACON = 8, PROBE = 4, ANSWER = 5 };
  const unsigned control = vg_rd_u8(r), flags = vg_rd_u8(r), type = control >> 2 & 3, sub = control >> 4;
  const bool to_station = flags & 2, to_network = flags & 1;
  if (type != MANAGEMENT && type != DATA)
    return;
  vg_rd_skip(r, 2);
  const vg_str first = vg_rd_bytes(r, 6), second = vg_rd_bytes(r, 6), third = vg_rd_bytes(r, 6);
  vg_rd_skip(r, 2);
  const vg_str fourth = to_station && to_network ? vg_rd_bytes(r, 6) : VG_NOSTR;
  put_mac(&c->out, "\tsrc.mac=", fourth.n ? fourth : to_station ? third : second);
  put_mac(&c->out, "\tdst.mac=", to_network ? third : first);
  if (type == MANAGEMENT && (sub == BEACON || sub == ANSWER || sub == PROBE)) {
    vg_rd_skip(r, sub == PROBE ? 0 : 12);
    const unsigned element = vg_rd_u8(r);
    const vg_str name = vg_rd_bytes(r, vg_rd_u8(r));
    if (!r->bad && element == 0 && name.n) {
      vg_buf_z(&c->out, "\twifi.ssid=");
      capture_name(&c->out, name);
    }
    return;
  }
  if (type != DATA || flags & 0x40 || sub & 4) /* encrypted; without data */
    return;
  vg_rd_skip(r, (sub & 8 ? 2u : 0u) + (sub & 8 && flags & 0x80 ? 4u : 0u));
  if (vg_rd_be32(r) == 0xaaaa0300 && vg_rd_be16(r) == 0) /* LLC and SNAP (RFC 1042) */
    by_type(c, r, vg_rd_be16(r));
}

static void radiotap(struct capture *c, struct vg_rd *r) {
  vg_rd_skip(r, 2);
  const unsigned n = vg_rd_le16(r);
  vg_rd_skip(r, n > 4 ? n - 4u : 0);
  wifi(c, r);
}

static void ppp(struct capture *c, struct vg_rd *r) {
  if (r->n > 1 && r->p[0] == 0xff && r->p[1] == 3) /* address and control, which may be left out */
    vg_rd_skip(r, 2);
  const unsigned type = vg_rd_be16(r);
  if (type == PPP_V4 || type == PPP_V6)
    network(c, r);
}

static void packet(struct capture *c, unsigned link, vg_time time, vg_str bytes) {
  struct vg_rd r;
  char t[VG_TIME_TEXT];
  struct vg_buf *o = &c->out;
  c->whole = false;
  vg_rd_init(&r, bytes);
  vg_buf_z(o, vg_time_text(t, time, true));
  switch (link) {
  case LINK_ETHERNET: ethernet(c, &r); break;
  case LINK_WIFI: wifi(c, &r); break;
  case LINK_RADIOTAP: radiotap(c, &r); break;
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
  case LINK_PPP: ppp(c, &r); break;
  default:
    if (link == LINK_RAW || link == LINK_IPV4 || link == LINK_IPV6 || link == 12 || link == 14)
      network(c, &r);
    else
      c->other_link = (int)link;
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
  struct capture c = {.text = text, .ctx = ctx, .other_link = -1};
  struct vg_rd r;
  bool ok = false;
  vg_code rc = flows_new(&c.flows, err);
  if (rc == VG_OK)
    rc = pieces_new(&c.pieces, err);
  if (rc == VG_OK)
    rc = quic_new(&c.quic, err);
  if (rc != VG_OK) {
    flows_free(c.flows);
    pieces_free(c.pieces);
    return rc;
  }
  vg_rd_init(&r, bytes);
  vg_buf_init(&c.out, 1 << 20);
  ok = bytes.n > 24 && (bytes.p[0] == '\n' ? read_pcapng(&c, &r) : read_pcap(&c, &r));
  if (c.out.n)
    text(ctx, vg_buf_view(&c.out));
  rc = vg_buf_check(&c.out, err);
  vg_buf_fini(&c.out);
  flows_free(c.flows);
  pieces_free(c.pieces);
  quic_free(c.quic);
  if (rc == VG_OK && !ok)
    return VG_FAIL(err, VG_EDATA, "match.capture");
  return rc == VG_OK && c.other_link >= 0 ? VG_FAIL(err, VG_EDATA, "match.capture_link", VG_N(c.other_link)) : rc;
}

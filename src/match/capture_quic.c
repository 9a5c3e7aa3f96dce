/*
 * The names that QUIC connections begin with. The first packets of a client are encrypted under keys that follow from
 * the connection id they show (RFC 9001 5.2, RFC 9369 3.3), so whoever sees them can read them; the ClientHello lies in
 * CRYPTO frames (RFC 9000 19.6), which may come in any order and over several datagrams.
 */
#include "match/capture.h"

#include "base/cipher.h"
#include "base/rd.h"

#include <stdlib.h>
#include <string.h>

enum { HELLOS = 64, HELLO = 16384, ID_MAX = 20, SMALLEST = 1200, LARGEST = 65535 };
enum { INITIALS = 4, SALT = 20, SECRET = 32, KEY = 16, SAMPLE = 16 };
enum { PADDING = 0, PING = 1, ACK = 2, ACK_ECN = 3, CRYPTO = 6 };

struct version {
  uint32_t number;
  unsigned initial; /* its type in a long header */
  const char *salt; /* SALT bytes */
  const char *key, *iv, *hp;
};
static const struct version versions[] = {
    {1, 0, "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a", "quic key", "quic iv",
     "quic hp"},
    {0x6b3343cf, 1, "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9", "quicv2 key",
     "quicv2 iv", "quicv2 hp"},
    {0xff00001d, 0, "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99", "quic key",
     "quic iv", "quic hp"}};

struct quic {
  struct hello {
    struct place at; /* a direction's, connection id and its length */
    bool told, named;
    struct gathered g;
  } hello[HELLOS];
  uint64_t clock;
  unsigned char plain[LARGEST + 1];
};

vg_code quic_new(struct quic **out, struct vg_err *err) {
  *out = calloc(1, sizeof **out);
  return *out ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
}

static void forget(struct hello *w) {
  free(w->g.bytes);
  *w = (struct hello){0};
}

void quic_free(struct quic *q) {
  for (size_t i = 0; q && i < HELLOS; i++)
    forget(&q->hello[i]);
  free(q);
}

static struct hello *find(struct quic *q, const struct segment *s, vg_str id) {
  struct place sought = capture_direction(s, ++q->clock);
  bool known;
  sought.key[CAPTURE_KEY] = (unsigned char)id.n;
  if (id.n)
    memcpy(sought.key + CAPTURE_KEY + 1, id.p, id.n);
  struct hello *w = (struct hello *)(void *)place_find(q->hello, HELLOS, sizeof q->hello[0], &sought, &known);
  if (!known) {
    forget(w);
    w->at = sought;
  }
  return w;
}

/* HKDF-Expand-Label (RFC 8446 7.1), of at most 32 bytes. */
static void expand(const unsigned char secret[static SECRET], const char *label, unsigned char *out, size_t n) {
  unsigned char full[SECRET];
  const char size[3] = {0, (char)n, (char)(6 + strlen(label))};
  vg_hmac_sha256(vg_str_n((const char *)secret, SECRET),
                 (vg_str[]){vg_str_n(size, 3), VG_STR("tls13 "), vg_str_z(label), vg_str_n("\0\1", 2)}, 4, full);
  memcpy(out, full, n);
}

/* RFC 9000 16. */
static uint64_t varint(struct vg_rd *r) {
  const uint64_t first = vg_rd_u8(r);
  uint64_t v = first & 63;
  for (unsigned more = (1u << (first >> 6)) - 1; more; more--)
    v = v << 8 | vg_rd_u8(r);
  return v;
}

/* The frames of a packet: what they say of the handshake goes to w. */
static void frames(struct hello *w, struct vg_rd *r) {
  while (!r->bad && r->at < r->n) {
    const uint64_t type = varint(r);
    if (type == ACK || type == ACK_ECN) {
      (void)varint(r), (void)varint(r);
      const uint64_t ranges = varint(r);
      (void)varint(r);
      for (uint64_t i = 0; !r->bad && i < 2 * ranges + (type == ACK_ECN ? 3 : 0); i++)
        (void)varint(r);
    } else if (type == CRYPTO) {
      const uint64_t at = varint(r), n = varint(r);
      const vg_str bytes = vg_str_n((const char *)r->p + r->at, r->n - r->at);
      vg_rd_skip(r, (size_t)n);
      if (!r->bad && n && at < HELLO)
        gather(&w->g, (uint32_t)at, (const unsigned char *)bytes.p, (size_t)(n < HELLO - at ? n : HELLO - at));
    } else if (type != PADDING && type != PING) {
      return;
    }
  }
}

/* Takes the protection off a packet: its frames to `plain`, their size; 0: it is none that the connection id opens.
 * whole: from its first byte on; number: where in it the header ends and the packet's number begins. */
static size_t opened(const struct version *v, vg_str id, vg_str whole, size_t number, unsigned char *plain) {
  unsigned char secret[SECRET], key[KEY], hp[KEY], iv[VG_GCM_NONCE], mask[VG_AES_BLOCK], tag[VG_GCM_TAG];
  if (whole.n < number + 4 + SAMPLE)
    return 0;
  vg_hmac_sha256(vg_str_n(v->salt, SALT), &id, 1, secret);
  expand(secret, "client in", secret, SECRET);
  expand(secret, v->hp, hp, KEY);
  expand(secret, v->key, key, KEY);
  expand(secret, v->iv, iv, VG_GCM_NONCE);
  memcpy(plain, whole.p, whole.n);
  vg_aes128(hp, plain + number + 4, mask);
  plain[0] ^= mask[0] & 0x0f;
  const size_t size = (plain[0] & 3u) + 1, head = number + size;
  for (size_t i = 0; i < size; i++) {
    plain[number + i] ^= mask[1 + i];
    iv[VG_GCM_NONCE - size + i] ^= plain[number + i];
  }
  if (whole.n < head + VG_GCM_TAG)
    return 0;
  const size_t n = whole.n - head - VG_GCM_TAG;
  memcpy(tag, plain + head + n, VG_GCM_TAG);
  if (!vg_gcm(false, vg_str_n((const char *)key, KEY), iv, vg_str_n((const char *)plain, head), plain + head, n, tag))
    return 0;
  memmove(plain, plain + head, n);
  return n;
}

static void take_initial(struct quic *q, const struct segment *s, const struct version *v, vg_str id, vg_str whole,
                         size_t number, struct vg_buf *o) {
  struct vg_rd r;
  const size_t n = opened(v, id, whole, number, q->plain);
  struct hello *w = n ? find(q, s, id) : NULL;
  if (!w || w->told || (!w->g.bytes && !(w->g.bytes = malloc(HELLO))))
    return;
  vg_rd_init(&r, vg_str_n((const char *)q->plain, n));
  frames(w, &r);
  const size_t have = w->g.ranges && w->g.range[0].from == 0 ? w->g.range[0].to : 0;
  if (capture_hello(o, vg_str_n((const char *)w->g.bytes, have), 'q', &w->named) != SAID_MORE || have == HELLO) {
    w->told = true;
    free(w->g.bytes);
    w->g = (struct gathered){0};
  }
}

/* Long headers (RFC 9000 17.2), several packets in a datagram (12.2); a client's first ones are never smaller than
 * SMALLEST together (14.1). */
void quic_take(struct quic *q, const struct segment *s, struct vg_buf *o) {
  struct vg_rd r;
  vg_rd_init(&r, s->bytes);
  for (unsigned i = 0; s->bytes.n >= SMALLEST && s->bytes.n <= LARGEST && i < INITIALS; i++) {
    const size_t start = r.at;
    const unsigned first = vg_rd_u8(&r);
    const uint32_t number = vg_rd_be32(&r);
    const struct version *v = NULL;
    for (size_t k = 0; k < VG_COUNT(versions); k++)
      v = versions[k].number == number ? &versions[k] : v;
    const vg_str id = vg_rd_bytes(&r, vg_rd_u8(&r));
    vg_rd_skip(&r, vg_rd_u8(&r));
    if (r.bad || (first & 0xc0) != 0xc0 || !v || id.n > ID_MAX)
      return;
    const bool initial = (first >> 4 & 3) == v->initial;
    if (initial)
      vg_rd_skip(&r, (size_t)varint(&r));
    const uint64_t size = varint(&r);
    const size_t at = r.at;
    vg_rd_skip(&r, (size_t)size);
    if (r.bad)
      return;
    if (initial)
      take_initial(q, s, v, id, vg_str_sub(s->bytes, start, r.at - start), at - start, o);
  }
}

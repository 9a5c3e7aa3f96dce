/*
 * What a hello of TLS tells: the server name (RFC 6066 3), and fingerprints of who says it: JA3 and JA3S (MD5 of the
 * numbers in it, Althouse, Atkinson, Atkins 2017) and JA4 of TLS clients (Althouse 2023), as their authors describe
 * them.
 */
#include "match/capture.h"

#include "base/hash.h"
#include "base/rd.h"

#include <stdlib.h>
#include <string.h>

enum { CLIENT = 1, SERVER = 2, NUMBERS = 512, TEXT = 16384, JA4_HASH = 12 };
enum { SERVER_NAME = 0, GROUPS = 10, POINT_FORMATS = 11, SIGNATURES = 13, ALPN = 16, VERSIONS = 43 };

struct hello {
  unsigned version;
  vg_str ciphers, extensions; /* as they lie there */
  vg_str name, groups, formats, signatures, alpn, versions;
};
struct list {
  unsigned number[NUMBERS];
  size_t n;
};

/* Values that are there so that nobody gets used to fixed lists (RFC 8701). */
static bool is_grease(unsigned v) { return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff); }

static void list_add(struct list *l, unsigned v) {
  if (!is_grease(v) && l->n < NUMBERS)
    l->number[l->n++] = v;
}

static struct list pairs(vg_str bytes) {
  struct list l = {.n = 0};
  struct vg_rd r;
  vg_rd_init(&r, bytes);
  while (r.at + 2 <= r.n)
    list_add(&l, vg_rd_be16(&r));
  return l;
}

/* A list in an extension: its size, in one byte or two, then itself. */
static vg_str inner(vg_str body, unsigned size) {
  struct vg_rd r;
  vg_rd_init(&r, body);
  return vg_rd_bytes(&r, size == 1 ? vg_rd_u8(&r) : vg_rd_be16(&r));
}

static struct list extensions(struct hello *h) {
  struct list l = {.n = 0};
  struct vg_rd r;
  for (vg_rd_init(&r, h->extensions); !r.bad && r.at < r.n;) {
    const unsigned type = vg_rd_be16(&r);
    const vg_str body = vg_rd_bytes(&r, vg_rd_be16(&r));
    if (r.bad)
      break;
    list_add(&l, type);
    struct vg_rd e;
    vg_rd_init(&e, body);
    switch (type) {
    case SERVER_NAME: vg_rd_skip(&e, 3), h->name = vg_rd_bytes(&e, vg_rd_be16(&e)); break;
    case GROUPS: h->groups = inner(body, 2); break;
    case POINT_FORMATS: h->formats = inner(body, 1); break;
    case SIGNATURES: h->signatures = inner(body, 2); break;
    case ALPN: h->alpn = inner(inner(body, 2), 1); break;
    case VERSIONS: h->versions = inner(body, 1); break;
    default: break;
    }
  }
  return l;
}

static void put_list(struct vg_buf *o, const struct list *l, bool hex, char between) {
  for (size_t i = 0; i < l->n; i++) {
    if (i)
      vg_buf_byte(o, (unsigned char)between);
    vg_buf_fmt(o, hex ? "%04x" : "%u", l->number[i]);
  }
}

static void put_md5(struct vg_buf *o, const char *name, vg_str text) {
  struct vg_hash *h;
  unsigned char sum[VG_DIGEST_MAX];
  char hex[33];
  if (vg_hash_new(&h, VG_MD5, NULL) != VG_OK)
    return;
  vg_hash_add(h, text.p, text.n);
  vg_hash_end(h, sum);
  vg_hash_free(h);
  vg_buf_z(o, name);
  vg_buf_z(o, vg_hex(hex, sum, 16));
}

static int ascending(const void *a, const void *b) {
  const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
  return (x > y) - (x < y);
}

/* The beginning of the hash of a list in order, and of what stands behind it as it came; zeros for an empty list. */
static void put_part(struct vg_buf *o, struct list *l, const struct list *behind) {
  unsigned char sum[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  struct vg_buf text;
  if (!l->n) {
    vg_buf_z(o, "000000000000");
    return;
  }
  vg_buf_init(&text, TEXT);
  qsort(l->number, l->n, sizeof l->number[0], ascending);
  put_list(&text, l, true, ',');
  if (behind && behind->n) {
    vg_buf_byte(&text, '_');
    put_list(&text, behind, true, ',');
  }
  vg_sha256(text.p, text.n, sum);
  vg_buf_fini(&text);
  vg_buf_add(o, vg_hex(hex, sum, sizeof sum), JA4_HASH);
}

static const char *version_name(unsigned v) {
  static const struct {
    unsigned version;
    const char *name;
  } known[] = {{0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"},
               {0x0002, "s2"}, {0xfefc, "d3"}, {0xfefd, "d2"}, {0xfeff, "d1"}};
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (known[i].version == v)
      return known[i].name;
  return "00";
}

/* The first and the last letter of the protocol that is asked for first; of their hex when they are none. */
static void put_alpn(struct vg_buf *o, vg_str alpn) {
  char hex[2 * 255 + 1] = "00";
  if (alpn.n && vg_is_alnum(alpn.p[0]) && vg_is_alnum(alpn.p[alpn.n - 1])) {
    vg_buf_byte(o, (unsigned char)alpn.p[0]), vg_buf_byte(o, (unsigned char)alpn.p[alpn.n - 1]);
    return;
  }
  if (alpn.n)
    vg_hex(hex, alpn.p, alpn.n);
  vg_buf_byte(o, (unsigned char)hex[0]), vg_buf_byte(o, (unsigned char)hex[strlen(hex) - 1]);
}

static void put_ja4(struct vg_buf *o, const struct hello *h, const struct list *types, char transport) {
  struct list ciphers = pairs(h->ciphers), versions = pairs(h->versions), sorted = {.n = 0};
  const struct list signatures = pairs(h->signatures);
  unsigned version = versions.n ? 0 : h->version;
  bool named = false;
  for (size_t i = 0; i < versions.n; i++)
    version = versions.number[i] > version ? versions.number[i] : version;
  for (size_t i = 0; i < types->n; i++) {
    named = named || types->number[i] == SERVER_NAME;
    if (types->number[i] != SERVER_NAME && types->number[i] != ALPN)
      list_add(&sorted, types->number[i]);
  }
  vg_buf_fmt(o, "\ttls.ja4=%c%s%c%02zu%02zu", transport, version_name(version), named ? 'd' : 'i',
             ciphers.n < 99 ? ciphers.n : 99, types->n < 99 ? types->n : 99);
  put_alpn(o, h->alpn);
  vg_buf_byte(o, '_');
  put_part(o, &ciphers, NULL);
  vg_buf_byte(o, '_');
  put_part(o, &sorted, &signatures);
}

static void put_ja3(struct vg_buf *o, const struct hello *h, const struct list *types, bool server) {
  struct vg_buf text;
  const struct list ciphers = pairs(h->ciphers), groups = pairs(h->groups);
  struct list formats = {.n = 0};
  for (size_t i = 0; i < h->formats.n; i++)
    list_add(&formats, (unsigned char)h->formats.p[i]);
  const struct list *const parts[] = {&ciphers, types, &groups, &formats};
  vg_buf_init(&text, TEXT);
  vg_buf_fmt(&text, "%u", h->version);
  for (size_t i = 0; i < (server ? 2u : 4u); i++) {
    vg_buf_byte(&text, ',');
    put_list(&text, parts[i], false, '-');
  }
  put_md5(o, server ? "\ttls.ja3s=" : "\ttls.ja3=", vg_buf_view(&text));
  vg_buf_fini(&text);
}

enum capture_said capture_hello(struct vg_buf *o, vg_str m, char transport, bool *named) {
  struct vg_rd r;
  struct hello h = {0};
  if (m.n && m.p[0] != CLIENT && m.p[0] != SERVER)
    return SAID_NOTHING;
  vg_rd_init(&r, m);
  const bool server = vg_rd_u8(&r) == SERVER;
  const size_t size = (size_t)vg_rd_u8(&r) << 16 | vg_rd_be16(&r);
  const bool whole = !r.bad && m.n - 4 >= size;
  r.n = whole ? 4 + size : r.n;
  h.version = vg_rd_be16(&r);
  vg_rd_skip(&r, 32);
  vg_rd_skip(&r, vg_rd_u8(&r));
  h.ciphers = vg_rd_bytes(&r, server ? 2 : vg_rd_be16(&r));
  vg_rd_skip(&r, server ? 1 : vg_rd_u8(&r));
  if (r.bad)
    return whole ? SAID_NOTHING : SAID_MORE;
  vg_rd_skip(&r, 2);
  if (!r.bad)
    h.extensions = vg_str_n((const char *)r.p + r.at, r.n - r.at);
  const struct list types = extensions(&h);
  if (h.name.n && !server && !*named) {
    vg_buf_z(o, "\ttls.sni=");
    capture_name(o, h.name);
    *named = true;
  }
  if (!whole)
    return SAID_MORE;
  if (!server || !*named)
    put_ja3(o, &h, &types, server);
  if (!server)
    put_ja4(o, &h, &types, transport);
  *named = true;
  for (size_t i = 0; i < types.n; i++)
    if (types.number[i] == VERSIONS)
      return SAID_WHOLE; /* of a server: TLS 1.3, where the rest is encrypted */
  return server ? capture_certificate(o, vg_str_sub(m, 4 + size, SIZE_MAX)) : SAID_WHOLE;
}

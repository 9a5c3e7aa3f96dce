#include "match/capture.h"

#include "base/rd.h"

#include <string.h>

enum { NAMES_MAX = 64, HELLO_MAX = 16384 };

void capture_name(struct vg_buf *o, vg_str s) {
  for (size_t i = 0; i < s.n && i < 4096; i++)
    vg_buf_byte(o, s.p[i] > ' ' && s.p[i] < 0x7f ? (unsigned char)s.p[i] : '?');
}

void capture_number(struct vg_buf *o, unsigned v) {
  char text[10], *p = text + sizeof text;
  do
    *--p = (char)('0' + v % 10);
  while (v /= 10);
  vg_buf_add(o, p, (size_t)(text + sizeof text - p));
}

void capture_v4(struct vg_buf *o, vg_str a) {
  for (size_t i = 0; a.n == 4 && i < 4; i++) {
    if (i)
      vg_buf_byte(o, '.');
    capture_number(o, (unsigned char)a.p[i]);
  }
}

void capture_v6(struct vg_buf *o, vg_str a) {
  const unsigned char *p = (const unsigned char *)a.p;
  for (size_t i = 0; a.n == 16 && i < 16; i += 2)
    vg_buf_fmt(o, "%s%x", i ? ":" : "", (unsigned)(p[i] << 8 | p[i + 1]));
}

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
      capture_name(o, vg_str_n((const char *)r->p + at + 1, n));
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
  for (unsigned i = 0; i < questions && !r.bad; i++) {
    vg_buf_z(o, flags & 0x8000 ? "\tdns.answered=" : "\tdns.question=");
    if (!dns_name(&r, o))
      return;
    vg_rd_skip(&r, 4);
  }
  for (unsigned i = 0; i < answers && !r.bad; i++) {
    vg_buf_z(o, "\tdns.answer=");
    if (!dns_name(&r, o))
      return;
    unsigned type = vg_rd_be16(&r);
    vg_rd_skip(&r, 6);
    unsigned n = vg_rd_be16(&r);
    struct vg_rd body = r;
    vg_str data = vg_rd_bytes(&r, n);
    vg_buf_byte(o, ' ');
    if (type == 1)
      capture_v4(o, data);
    else if (type == 28)
      capture_v6(o, data);
    else if (type == 5 || type == 2 || type == 12)
      (void)dns_name(&body, o);
  }
}

/* The handshake message that TLS records carry (RFC 8446 5.1), as far as it is there. */
static enum capture_said tls(struct vg_buf *o, vg_str m, bool *named) {
  unsigned char body[HELLO_MAX];
  size_t n = 0;
  struct vg_rd r;
  vg_rd_init(&r, m);
  bool other = false; /* a record of another kind: what was said before it is all there is */
  while (!other && r.at + 5 <= r.n && n < HELLO_MAX) {
    other = vg_rd_u8(&r) != 22;
    vg_rd_skip(&r, 2);
    const size_t size = vg_rd_be16(&r), have = size < r.n - r.at ? size : r.n - r.at;
    const size_t k = other ? 0 : have < HELLO_MAX - n ? have : HELLO_MAX - n;
    other = other || !size;
    memcpy(body + n, r.p + r.at, k);
    n += k;
    vg_rd_skip(&r, have);
  }
  const enum capture_said said = capture_hello(o, vg_str_n((const char *)body, n), 't', named);
  return said == SAID_MORE && (other || n == HELLO_MAX) ? SAID_NOTHING : said; /* as much as is looked at */
}

/* A line that has ended. */
static bool whole_line(vg_str *rest, vg_str *line) {
  return vg_str_find_byte(*rest, '\n', 0) != SIZE_MAX && vg_str_line(rest, line);
}

static void put_text(struct vg_buf *o, const char *name, vg_str text) {
  if (!text.n)
    return;
  vg_buf_z(o, name);
  for (vg_str word; vg_str_cut(&text, ' ', &word);) {
    capture_name(o, word);
    vg_buf_z(o, text.n ? " " : "");
  }
}

static bool header_of(vg_str line, const char *name, vg_str *value) {
  const size_t n = strlen(name);
  if (!vg_str_eq_ci(vg_str_sub(line, 0, n), vg_str_z(name)))
    return false;
  *value = vg_str_trim(vg_str_sub(line, n, SIZE_MAX));
  return true;
}

/* What is sought of the lines above a message of HTTP. */
struct header {
  vg_str host, agent, referer, location;
  size_t body; /* Content-Length */
  bool ended;
};

static void headers(vg_str *rest, struct header *h) {
  vg_str length;
  uint64_t n;
  for (vg_str line; !h->ended && whole_line(rest, &line); h->ended = !line.n) {
    if (header_of(line, "content-length:", &length) && vg_str_u64(length, &n))
      h->body = n < SIZE_MAX ? (size_t)n : SIZE_MAX;
    (void)(header_of(line, "host:", &h->host) || header_of(line, "user-agent:", &h->agent) ||
           header_of(line, "referer:", &h->referer) || header_of(line, "location:", &h->location));
  }
}

/* Where the next message begins: behind the body, as much of it as is there; 0: not known. */
static size_t behind(vg_str m, vg_str rest, const struct header *h) {
  return h->ended ? m.n - rest.n + (h->body < rest.n ? h->body : rest.n) : 0;
}

/* Method, host and target of a request, as one URL: once the lines that tell them have ended; its agent and where it
 * was led from, when they are there by then. */
static enum capture_said request(struct vg_buf *o, vg_str m, size_t *used) {
  static const char *const methods[] = {"GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT "};
  vg_str rest = m, line;
  struct header h = {0};
  size_t method = 0;
  for (size_t i = 0; i < VG_COUNT(methods); i++)
    if (vg_str_starts(m, vg_str_z(methods[i])) || (m.n < strlen(methods[i]) && vg_str_starts(vg_str_z(methods[i]), m)))
      method = strlen(methods[i]);
  if (!method)
    return SAID_NOTHING;
  if (!whole_line(&rest, &line))
    return SAID_MORE;
  size_t end = vg_str_find_byte(line, ' ', method);
  vg_str target = vg_str_sub(line, method, end == SIZE_MAX ? SIZE_MAX : end - method);
  const bool relative = target.n && target.p[0] == '/';
  headers(&rest, &h);
  if (relative && !h.host.n && !h.ended)
    return SAID_MORE;
  vg_buf_z(o, "\thttp.method=");
  capture_name(o, vg_str_sub(m, 0, method - 1));
  vg_buf_z(o, "\thttp.url=");
  if (relative) {
    vg_buf_z(o, "http://");
    capture_name(o, h.host);
  }
  capture_name(o, target);
  put_text(o, "\thttp.user_agent=", h.agent);
  put_text(o, "\thttp.referer=", h.referer);
  *used = behind(m, rest, &h);
  return SAID_WHOLE;
}

/* Where an answer leads to. */
static enum capture_said answer(struct vg_buf *o, vg_str m, size_t *used) {
  vg_str rest = m, line;
  struct header h = {0};
  if (!whole_line(&rest, &line))
    return SAID_MORE;
  headers(&rest, &h);
  if (!h.location.n && !h.ended)
    return SAID_MORE;
  put_text(o, "\thttp.location=", h.location);
  *used = behind(m, rest, &h);
  return SAID_WHOLE;
}

static enum capture_said http(struct vg_buf *o, vg_str m, size_t *used) {
  const vg_str version = VG_STR("HTTP/1.");
  return vg_str_starts(m, vg_str_sub(version, 0, m.n)) ? answer(o, m, used) : request(o, m, used);
}

/* A line of a protocol whose commands are lines: what is no text (it went on to TLS) says nothing. */
static enum capture_said spoken(struct vg_buf *o, vg_str m, const char *name, size_t *used) {
  vg_str rest = m, line;
  const bool whole = whole_line(&rest, &line);
  for (size_t i = 0, n = whole ? line.n : m.n; i < n; i++)
    if ((unsigned char)m.p[i] < ' ' && m.p[i] != '\t' && m.p[i] != '\r')
      return SAID_NOTHING;
  if (!whole)
    return SAID_MORE;
  put_text(o, name, line);
  *used = m.n - rest.n;
  return SAID_WHOLE;
}

void capture_datagram(struct vg_buf *o, vg_str m, unsigned from, unsigned to) {
  if (from == 53 || to == 53 || from == 5353 || to == 5353 || from == 5355 || to == 5355)
    dns(o, m);
}

/* The field that lines said over this port stand in; NULL: its messages are no lines. */
static const char *spoken_over(unsigned port) {
  static const struct {
    unsigned port;
    const char *name;
  } known[] = {{21, "\tftp="},   {25, "\tsmtp="},   {110, "\tpop3="}, {143, "\timap="},
               {587, "\tsmtp="}, {2525, "\tsmtp="}, {6667, "\tirc="}};
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (known[i].port == port)
      return known[i].name;
  return NULL;
}

/* lines: as of spoken_over. */
static enum capture_said message(struct vg_buf *o, vg_str m, bool is_dns, const char *lines, bool *named,
                                 size_t *used) {
  if (!m.n)
    return SAID_MORE;
  if (!is_dns)
    return m.p[0] == 22 ? tls(o, m, named) : lines ? spoken(o, m, lines, used) : http(o, m, used);
  const size_t size = m.n < 2 ? 0 : (size_t)(unsigned char)m.p[0] << 8 | (unsigned char)m.p[1];
  if (m.n < 2 || m.n - 2 < size)
    return SAID_MORE;
  dns(o, vg_str_sub(m, 2, size));
  *used = 2 + size;
  return SAID_WHOLE;
}

enum capture_said capture_stream(struct vg_buf *o, vg_str m, unsigned from, unsigned to, bool *named, size_t *used) {
  const bool is_dns = from == 53 || to == 53;
  const char *lines = spoken_over(to);
  lines = lines ? lines : spoken_over(from);
  for (*used = 0;;) {
    size_t n = 0;
    const enum capture_said said = message(o, vg_str_sub(m, *used, SIZE_MAX), is_dns, lines, named, &n);
    *used += n;
    if (said != SAID_WHOLE || !n || *used == m.n)
      return said;
  }
}

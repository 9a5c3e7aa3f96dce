/* E-mail: RFC 5322 headers with RFC 2047 words, RFC 2045 bodies, parts of parts. */
#include "intel/document.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"

struct headers {
  vg_str type; /* "text/html", lower case not assured; empty: text/plain */
  vg_str boundary, charset, file, coding;
  vg_str file_charset; /* p not NULL: file is written with %XX (RFC 2231), in this one */
  vg_str all;          /* the lines */
  vg_str body;
};

static vg_str unquoted(vg_str v) {
  v = vg_str_trim(v);
  if (v.n && v.p[0] == '"') {
    size_t end = vg_str_find_byte(v, '"', 1);
    return vg_str_sub(v, 1, end == SIZE_MAX ? v.n : end - 1);
  }
  size_t end = 0;
  while (end < v.n && v.p[end] != ';' && !vg_is_space(v.p[end]))
    end++;
  return vg_str_sub(v, 0, end);
}

/* name=value or name*=charset'language'value among a header's parameters. *charset (may be NULL): of the latter. */
static void parameter(vg_str value, const char *name, vg_str *out, vg_str *charset) {
  vg_str n = vg_str_z(name);
  for (size_t i = 1; i + n.n < value.n; i++) {
    if (!vg_str_eq_ci(vg_str_sub(value, i, n.n), n) || (value.p[i - 1] != ';' && !vg_is_space(value.p[i - 1])))
      continue;
    size_t at = i + n.n;
    bool extended = value.p[at] == '*';
    while (at < value.n && (value.p[at] == '*' || vg_is_digit(value.p[at])))
      at++;
    if (at >= value.n || value.p[at] != '=')
      continue;
    *out = unquoted(vg_str_sub(value, at + 1, value.n));
    size_t quote = extended ? vg_str_find_byte(*out, '\'', 0) : SIZE_MAX,
           second = quote == SIZE_MAX ? SIZE_MAX : vg_str_find_byte(*out, '\'', quote + 1);
    if (charset)
      *charset = second == SIZE_MAX ? VG_NOSTR : vg_str_sub(*out, 0, quote);
    if (second != SIZE_MAX)
      *out = vg_str_sub(*out, second + 1, out->n);
    return;
  }
}

/* A header with its folded lines, from the front of *rest. false at the empty line. */
static bool next_header(vg_str *rest, vg_str *name, vg_str *value) {
  vg_str line, start = *rest;
  if (!vg_str_line(rest, &line) || line.n == 0)
    return false;
  size_t colon = vg_str_find_byte(line, ':', 0);
  while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\t'))
    (void)vg_str_line(rest, &line);
  size_t n = start.n - rest->n;
  *name = vg_str_sub(start, 0, colon == SIZE_MAX ? 0 : colon);
  *value = colon == SIZE_MAX ? VG_STR("") : vg_str_sub(start, colon + 1, n - colon - 1);
  return true;
}

static void read_headers(vg_str mail, struct headers *h) {
  vg_str rest = mail, name, value;
  memset(h, 0, sizeof *h);
  while (rest.n && next_header(&rest, &name, &value)) {
    if (vg_str_eq_ci(name, VG_STR("Content-Type"))) {
      h->type = unquoted(value);
      parameter(value, "boundary", &h->boundary, NULL);
      parameter(value, "charset", &h->charset, NULL);
      if (!h->file.n)
        parameter(value, "name", &h->file, &h->file_charset);
    } else if (vg_str_eq_ci(name, VG_STR("Content-Disposition"))) {
      parameter(value, "filename", &h->file, &h->file_charset);
    } else if (vg_str_eq_ci(name, VG_STR("Content-Transfer-Encoding"))) {
      h->coding = unquoted(value);
    }
  }
  h->body = rest;
  h->all = vg_str_sub(mail, 0, mail.n - rest.n);
}

static int hex_digit(char c) { return vg_is_digit(c) ? c - '0' : vg_is_hex(c) ? (c | 32) - 'a' + 10 : -1; }

static void quoted_printable(struct vg_buf *out, vg_str s, bool word) {
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '=' && i + 2 < s.n && hex_digit(s.p[i + 1]) >= 0 && hex_digit(s.p[i + 2]) >= 0) {
      vg_buf_byte(out, (unsigned)(hex_digit(s.p[i + 1]) * 16 + hex_digit(s.p[i + 2])));
      i += 2;
    } else if (s.p[i] == '=' && !word && i + 1 < s.n && (s.p[i + 1] == '\n' || s.p[i + 1] == '\r')) {
      i += s.p[i + 1] == '\r' && i + 2 < s.n && s.p[i + 2] == '\n' ? 2 : 1;
    } else {
      vg_buf_byte(out, word && s.p[i] == '_' ? ' ' : (unsigned char)s.p[i]);
    }
  }
}

/* Whatever is no digit of base 64 is passed over, as mail programs do. */
static void base64(struct vg_buf *out, vg_str s) {
  unsigned bits = 0, have = 0;
  for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
    char c = s.p[i];
    int v = c >= 'A' && c <= 'Z'   ? c - 'A'
            : c >= 'a' && c <= 'z' ? c - 'a' + 26
            : vg_is_digit(c)       ? c - '0' + 52
            : c == '+' || c == '-' ? 62
            : c == '/' || c == '_' ? 63
                                   : -1;
    if (v < 0)
      continue;
    bits = bits << 6 | (unsigned)v;
    have += 6;
    if (have >= 8) {
      have -= 8;
      vg_buf_byte(out, bits >> have & 255);
      bits &= (1U << have) - 1;
    }
  }
}

/* =?charset?B?...?= at s[*i]; moves past it and the space between two of them. */
static bool encoded_word(vg_str s, size_t *i, struct vg_buf *out) {
  size_t charset = *i + 2, coding = vg_str_find_byte(s, '?', charset), text, end;
  struct vg_buf raw;
  if (coding == SIZE_MAX || coding - charset > 40 || coding + 2 >= s.n || s.p[coding + 2] != '?')
    return false;
  text = coding + 3;
  end = vg_str_find(vg_str_sub(s, 0, text + 4096), VG_STR("?="), text);
  if (end == SIZE_MAX)
    return false;
  vg_buf_init(&raw, 1 << 16);
  if ((s.p[coding + 1] | 32) == 'b')
    base64(&raw, vg_str_sub(s, text, end - text));
  else
    quoted_printable(&raw, vg_str_sub(s, text, end - text), true);
  document_utf8(out, vg_buf_view(&raw), vg_str_sub(s, charset, coding - charset));
  vg_buf_fini(&raw);
  *i = end + 2;
  size_t next = *i;
  while (next < s.n && vg_is_space(s.p[next]))
    next++;
  if (next + 1 < s.n && s.p[next] == '=' && s.p[next + 1] == '?')
    *i = next;
  return true;
}

static void words(struct vg_buf *out, vg_str s) {
  for (size_t i = 0; i < s.n;) {
    if (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?' && encoded_word(s, &i, out))
      continue;
    vg_buf_byte(out, (unsigned char)s.p[i++]);
  }
}

static void file_name(struct vg_buf *out, const struct headers *h) {
  struct vg_buf raw;
  if (!h->file_charset.p) {
    words(out, h->file);
    return;
  }
  vg_buf_init(&raw, h->file.n + 1);
  for (size_t i = 0; i < h->file.n; i++) {
    const char *c = h->file.p + i;
    bool coded = *c == '%' && i + 2 < h->file.n && hex_digit(c[1]) >= 0 && hex_digit(c[2]) >= 0;
    vg_buf_byte(&raw, coded ? (unsigned)(hex_digit(c[1]) << 4 | hex_digit(c[2])) : (unsigned char)*c);
    i += coded ? 2 : 0;
  }
  document_utf8(out, vg_buf_view(&raw), h->file_charset);
  vg_buf_fini(&raw);
}

/* Which message this is, and which it answers: <left@host> looks like an address, and nobody has it. The host stays. */
static bool is_message_id(vg_str name) {
  static const char *const ids[] = {"References", "In-Reply-To", "Content-ID", "Supersedes", "Original-Message-ID"};
  for (size_t i = 0; i < VG_COUNT(ids); i++)
    if (vg_str_eq_ci(name, vg_str_z(ids[i])))
      return true;
  return vg_str_ends_ci(name, VG_STR("Message-ID"));
}

/* As many bytes as there were, so that places stay. */
static void put_without_ids(struct vg_buf *out, vg_str whole, bool bare) {
  bool left = bare && vg_str_find_byte(whole, '<', 0) == SIZE_MAX;
  for (size_t i = 0; i < whole.n; i++) {
    const char c = whole.p[i];
    left = c == '<' || (left && c != '@' && c != '>');
    vg_buf_byte(out, ((left && c != '<') || c == '@') && !vg_is_space(c) ? ' ' : (unsigned char)c);
  }
}

static void put_blank(struct vg_buf *out, vg_str whole) {
  for (size_t i = 0; i < whole.n; i++)
    vg_buf_byte(out, vg_is_space(whole.p[i]) ? (unsigned char)whole.p[i] : ' ');
}

/* What servers on the way wrote, of themselves and of who gave them the message (RFC 5321, 4.4; RFC 8601, RFC 8617). */
static bool is_trace(vg_str name) {
  static const char *const traces[] = {"Received",
                                       "X-Received",
                                       "Received-SPF",
                                       "Authentication-Results",
                                       "ARC-Authentication-Results",
                                       "X-Original-Authentication-Results"};
  for (size_t i = 0; i < VG_COUNT(traces); i++)
    if (vg_str_eq_ci(name, vg_str_z(traces[i])))
      return true;
  return false;
}

/* The headers that are traces, or the others; blanks stand for the rest, so that places stay. */
static void put_headers(struct vg_buf *out, vg_str all, bool traces) {
  vg_str name, value;
  while (all.n) {
    const vg_str before = all;
    const bool more = next_header(&all, &name, &value);
    const vg_str whole = more ? vg_str_sub(before, 0, before.n - all.n) : before;
    name = more ? vg_str_trim(name) : VG_STR("");
    if (is_trace(name) != traces)
      put_blank(out, whole);
    else if (is_message_id(name))
      put_without_ids(out, whole, false);
    else
      vg_buf_str(out, whole);
    if (!more)
      return;
  }
}

static vg_code give_headers(struct document *d, vg_str all, vg_str name, bool traces, struct vg_err *err) {
  struct vg_buf text, raw, path, said;
  vg_code rc = VG_OK;
  vg_buf_init(&text, all.n * 4 + 1024);
  vg_buf_init(&raw, all.n * 4 + 1024);
  vg_buf_init(&path, 1 << 14);
  vg_buf_init(&said, all.n + 1024);
  put_headers(&said, all, traces);
  words(&raw, vg_buf_view(&said));
  document_utf8(&text, vg_buf_view(&raw), VG_STR(""));
  if (!traces || vg_str_trim(vg_buf_view(&text)).n)
    rc = document_give(d, traces ? PART_RELAYS : PART_TEXT, vg_buf_view(&text),
                       document_name(&path, name, VG_STR("headers")), err);
  vg_buf_fini(&text);
  vg_buf_fini(&raw);
  vg_buf_fini(&path);
  vg_buf_fini(&said);
  return rc;
}

vg_code document_headers(struct document *d, vg_str headers, vg_str name, struct vg_err *err) {
  VG_TRY(give_headers(d, headers, name, false, err));
  return give_headers(d, headers, name, true, err);
}

vg_code document_message_id(struct document *d, vg_str value, vg_str name, struct vg_err *err) {
  struct vg_buf text;
  vg_buf_init(&text, value.n + 16);
  put_without_ids(&text, value, true);
  vg_code rc = document_give(d, PART_TEXT, vg_buf_view(&text), name, err);
  vg_buf_fini(&text);
  return rc;
}

static vg_code entity(struct document *d, vg_str bytes, vg_str name, bool whole, struct vg_err *err);

/* Parts between lines "--boundary", up to "--boundary--". */
static vg_code multipart(struct document *d, const struct headers *h, vg_str name, struct vg_err *err) {
  vg_str rest = h->body, line, part = {0};
  struct vg_buf path;
  int64_t number = 0;
  bool inside = false, last = false;
  vg_code rc = VG_OK;
  vg_buf_init(&path, 1 << 14);
  while (rc == VG_OK && !last) {
    vg_str before = rest;
    bool more = vg_str_line(&rest, &line);
    bool mark = more && line.n >= h->boundary.n + 2 && line.p[0] == '-' && line.p[1] == '-' &&
                vg_str_eq(vg_str_sub(line, 2, h->boundary.n), h->boundary);
    if (more && !mark)
      continue;
    if (inside && d->parts++ < DOCUMENT_PARTS) {
      part.n = more ? (size_t)(before.p - part.p) : part.n;
      rc = entity(d, part, document_name(&path, name, vg_str_z(VG_N(++number))), false, err);
    }
    last = !more || vg_str_starts(vg_str_sub(line, 2 + h->boundary.n, line.n), VG_STR("--"));
    inside = true;
    part = rest;
  }
  vg_buf_fini(&path);
  return rc;
}

static vg_code body(struct document *d, const struct headers *h, vg_str bytes, vg_str name, struct vg_err *err) {
  struct vg_buf text, path;
  bool html = vg_str_eq_ci(h->type, VG_STR("text/html")),
       plain = h->type.n == 0 || vg_str_eq_ci(vg_str_sub(h->type, 0, 5), VG_STR("text/"));
  vg_code rc;
  vg_buf_init(&text, bytes.n * 4 + 1024);
  vg_buf_init(&path, 1 << 14);
  if (h->file.n) {
    file_name(&text, h);
    name = document_name(&path, name, vg_buf_view(&text));
    vg_buf_reset(&text);
  }
  if (vg_str_eq_ci(h->type, VG_STR("message/rfc822"))) {
    rc = document_mail(d, bytes, name, err);
  } else if (html || (plain && !h->file.n)) {
    document_utf8(&text, bytes, h->charset);
    rc = html ? document_html(d, vg_buf_view(&text), name, "utf-8", err)
              : document_give(d, PART_TEXT, vg_buf_view(&text), name, err);
  } else {
    rc = document_part(d, bytes, name, err);
  }
  vg_buf_fini(&text);
  vg_buf_fini(&path);
  return rc;
}

/* Headers and what they announce. whole: a message, whose own headers are text too. */
static vg_code entity(struct document *d, vg_str bytes, vg_str name, bool whole, struct vg_err *err) {
  struct headers h;
  struct vg_buf raw;
  vg_code rc = VG_OK;
  read_headers(bytes, &h);
  if (d->depth >= DOCUMENT_DEPTH * 2)
    return document_problem(d, name, "intel.document.depth", err);
  d->depth++;
  if (whole)
    rc = document_headers(d, h.all, name, err);
  vg_buf_init(&raw, h.body.n + 16);
  if (rc != VG_OK) {
  } else if (vg_str_eq_ci(vg_str_sub(h.type, 0, 10), VG_STR("multipart/")) && h.boundary.n) {
    rc = multipart(d, &h, name, err);
  } else if (!document_spend(d, h.body.n)) {
    rc = document_problem(d, name, "intel.document.size", err);
  } else if (vg_str_eq_ci(h.coding, VG_STR("base64")) || vg_str_eq_ci(h.coding, VG_STR("quoted-printable"))) {
    if (vg_str_eq_ci(h.coding, VG_STR("base64")))
      base64(&raw, h.body);
    else
      quoted_printable(&raw, h.body, false);
    rc = body(d, &h, vg_buf_view(&raw), name, err);
  } else {
    rc = body(d, &h, h.body, name, err);
  }
  d->depth--;
  vg_buf_fini(&raw);
  return rc;
}

vg_code document_mail(struct document *d, vg_str bytes, vg_str name, struct vg_err *err) {
  vg_str line;
  if (vg_str_starts(bytes, VG_STR("From "))) /* the line that mail boxes put between messages */
    (void)vg_str_line(&bytes, &line);
  return entity(d, bytes, name, true, err);
}

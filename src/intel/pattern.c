/* Values out of STIX patterns. Not the pattern language (that is matched elsewhere): only what equality tests name. */
#include "intel/intel_internal.h"

/* The first path of a type is the one that we write. */
static const struct {
  const char *path;
  enum indicator_type type;
} paths[] = {
    {"domain-name:value", TYPE_DOMAIN},
    {"ipv4-addr:value", TYPE_IPV4},
    {"ipv4-addr:value", TYPE_CIDR},
    {"ipv6-addr:value", TYPE_IPV6},
    {"url:value", TYPE_URL},
    {"email-addr:value", TYPE_EMAIL},
    {"file:hashes.MD5", TYPE_MD5},
    {"file:hashes.'SHA-1'", TYPE_SHA1},
    {"file:hashes.'SHA-256'", TYPE_SHA256},
    {"file:hashes.'SHA-512'", TYPE_SHA512},
    {"file:name", TYPE_FILE_NAME},
    {"mutex:name", TYPE_MUTEX},
    {"user-account:user_id", TYPE_BTC},
    {"file:hashes.SSDEEP", TYPE_SSDEEP},
    {"file:hashes.TLSH", TYPE_TLSH},
    {"file:extensions.'windows-pebinary-ext'.imphash", TYPE_IMPHASH},
    {"file:hashes.AUTHENTIHASH", TYPE_AUTHENTIHASH},
    {"software:cpe", TYPE_CPE},
    {"windows-registry-key:key", TYPE_REGISTRY},
    {"x-vigie-path:value", TYPE_FILE_PATH},
    {"cryptocurrency-wallet:value", TYPE_ETH},
    {"x-vigie-monero:value", TYPE_XMR},
    {"autonomous-system:number", TYPE_ASN},
    {"mac-addr:value", TYPE_MAC},
    {"network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'", TYPE_USER_AGENT},
    {"bank-account:iban", TYPE_IBAN},
    {"phone-number:value", TYPE_PHONE},
    {"x-vigie-tracker:value", TYPE_TRACKER},
    {"x-vigie-tls:ja3", TYPE_JA3},
    {"x-vigie-tls:ja4", TYPE_JA4},
    {"x-vigie-tls:jarm", TYPE_JARM},
    {"file:hashes.SHA1", TYPE_SHA1},
    {"file:hashes.SHA256", TYPE_SHA256},
    {"file:hashes.SHA512", TYPE_SHA512},
    {"file:hashes.IMPHASH", TYPE_IMPHASH},
    {"email-message:from_ref.value", TYPE_EMAIL},
    {"email-message:sender_ref.value", TYPE_EMAIL},
    {"vulnerability:name", TYPE_CVE},
    {"network-traffic:dst_ref.value", TYPE_IPV4},
    {"network-traffic:src_ref.value", TYPE_IPV4},
    {"domain-name:resolves_to_refs[*].value", TYPE_IPV4},
    {"email-message:to_refs[*].value", TYPE_EMAIL},
    {"email-message:additional_header_fields.reply_to", TYPE_EMAIL},
    {"email-message:body_multipart[*].body_raw_ref.name", TYPE_FILE_NAME},
    {"process:image_ref.name", TYPE_FILE_NAME},
    {"process:binary_ref.name", TYPE_FILE_NAME}, /* of 2.0 */
    {"file:path", TYPE_FILE_PATH},               /* no property of the standard, but what lists for telephones write */
    {"x509-certificate:hashes.MD5", TYPE_MD5},
    {"x509-certificate:hashes.'SHA-1'", TYPE_SHA1},
    {"x509-certificate:hashes.'SHA-256'", TYPE_SHA256},
};

const char *intel_type_path(enum indicator_type t) {
  for (size_t i = 0; i < VG_COUNT(paths) && t != TYPE_CVE; i++)
    if (paths[i].type == t)
      return paths[i].path;
  return NULL;
}

static bool quote(char c) { return c == '\'' || c == '"'; }

/* The same path, whether its keys are quoted or not, and in any case: "hashes.sha256". [*] is any place of a list. */
static bool same_path(vg_str a, const char *b) {
  size_t i = 0;
  for (;; i++, b++) {
    while (i < a.n && quote(a.p[i]))
      i++;
    while (quote(*b))
      b++;
    if (i >= a.n || !*b)
      return i >= a.n && !*b;
    if (*b == '*' && vg_is_digit(a.p[i])) {
      while (i + 1 < a.n && vg_is_digit(a.p[i + 1]))
        i++;
      continue;
    }
    if (vg_lower(a.p[i]) != vg_lower(*b))
      return false;
  }
}

bool intel_path_type(vg_str path, enum indicator_type *out) {
  for (size_t i = 0; i < VG_COUNT(paths); i++) {
    if (same_path(path, paths[i].path)) {
      *out = paths[i].type;
      return true;
    }
  }
  return false;
}

struct cut {
  vg_str text;
  size_t at;
  struct vg_buf literal, value;
  found_sink *sink;
  void *ctx;
};

static void spaces(struct cut *c) {
  while (c->at < c->text.n && vg_is_space(c->text.p[c->at]))
    c->at++;
}

/* 'literal' at c->at, with \' and \\ undone; or a number. */
static bool literal(struct cut *c) {
  vg_buf_reset(&c->literal);
  while (c->at < c->text.n && vg_is_digit(c->text.p[c->at]))
    vg_buf_byte(&c->literal, (unsigned char)c->text.p[c->at++]);
  if (c->literal.n)
    return true;
  if (c->at >= c->text.n || c->text.p[c->at] != '\'')
    return false;
  for (c->at++; c->at < c->text.n; c->at++) {
    char ch = c->text.p[c->at];
    if (ch == '\'') {
      c->at++;
      return true;
    }
    if (ch == '\\' && c->at + 1 < c->text.n)
      ch = c->text.p[++c->at];
    vg_buf_byte(&c->literal, (unsigned char)ch);
  }
  return false;
}

static vg_code give(struct cut *c, enum indicator_type type, struct vg_err *err) {
  vg_str raw = vg_buf_view(&c->literal);
  vg_buf_reset(&c->value);
  /* An address with a mask is a network; an address test may hold either family. */
  if (type == TYPE_IPV4 && vg_str_find_byte(raw, '/', 0) != SIZE_MAX)
    type = TYPE_CIDR;
  if (type == TYPE_IPV4 && vg_str_find_byte(raw, ':', 0) != SIZE_MAX)
    type = TYPE_IPV6;
  bool is = intel_normalise(type, raw, &c->value);
  if (!is &&
      !c->value.bad) { /* domain-name:value = '192.0.2.1', ipv4-addr:value = '192.0.2.1:443', as some lists say */
    intel_type_fit(&type, &raw);
    vg_buf_reset(&c->value);
    is = intel_normalise(type, raw, &c->value);
  }
  return is ? c->sink(c->ctx, type, vg_buf_view(&c->value), err) : vg_buf_check(&c->value, err);
}

/* `= 'x'` or `IN ('x', 'y')` behind a path. */
static vg_code test(struct cut *c, enum indicator_type type, struct vg_err *err) {
  spaces(c);
  if (c->at < c->text.n && c->text.p[c->at] == '=') {
    c->at += c->at + 1 < c->text.n && c->text.p[c->at + 1] == '=' ? 2 : 1;
    spaces(c);
    return literal(c) ? give(c, type, err) : VG_OK;
  }
  if (!vg_str_eq_ci(vg_str_sub(c->text, c->at, 2), VG_STR("IN")))
    return VG_OK;
  c->at += 2;
  spaces(c);
  while (c->at < c->text.n && (c->text.p[c->at] == '(' || c->text.p[c->at] == ',')) {
    c->at++;
    spaces(c);
    if (!literal(c))
      return VG_OK;
    VG_TRY(give(c, type, err));
    spaces(c);
  }
  return VG_OK;
}

static bool path_byte(char c) { return vg_is_alnum(c) || c == '-' || c == '_' || c == ':' || c == '.'; }

/* "[*]" or "[0]" at i: how long it is. */
static size_t index_length(vg_str s, size_t i) {
  size_t end = i + 1;
  while (end < s.n && (vg_is_digit(s.p[end]) || s.p[end] == '*'))
    end++;
  return s.p[i] == '[' && end > i + 1 && end < s.n && s.p[end] == ']' ? end + 1 - i : 0;
}

/* An object path: words with dots, quoted keys as in file:hashes.'SHA-256', members of lists as in to_refs[*]. */
static vg_str take_path(struct cut *c) {
  size_t from = c->at;
  while (c->at < c->text.n) {
    char ch = c->text.p[c->at];
    if (path_byte(ch)) {
      c->at++;
    } else if (ch == '\'' && c->at > from && c->text.p[c->at - 1] == '.') {
      size_t end = vg_str_find_byte(c->text, '\'', c->at + 1);
      c->at = end == SIZE_MAX ? c->text.n : end + 1;
    } else if (c->at > from && index_length(c->text, c->at)) {
      c->at += index_length(c->text, c->at);
    } else {
      break;
    }
  }
  return vg_str_sub(c->text, from, c->at - from);
}

vg_code intel_pattern_values(vg_str pattern, found_sink *sink, void *ctx, struct vg_err *err) {
  struct cut c = {.text = pattern, .sink = sink, .ctx = ctx};
  vg_code rc = VG_OK;
  vg_buf_init(&c.literal, 1 << 16);
  vg_buf_init(&c.value, 1 << 16);
  while (rc == VG_OK && c.at < pattern.n) {
    enum indicator_type type;
    if (pattern.p[c.at] == '\'') {
      (void)literal(&c);
    } else if (vg_is_alnum(pattern.p[c.at])) {
      vg_str path = take_path(&c);
      if (intel_path_type(path, &type))
        rc = test(&c, type, err);
    } else {
      c.at++;
    }
  }
  vg_buf_fini(&c.literal);
  vg_buf_fini(&c.value);
  return rc;
}

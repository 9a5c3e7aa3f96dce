/* Values out of STIX patterns. Not the pattern language (that is matched elsewhere): only what equality tests name. */
#include "intel/intel_internal.h"

bool intel_path_type(vg_str path, enum indicator_type *out) {
  static const struct {
    const char *path;
    enum indicator_type type;
  } table[] = {
      {"domain-name:value", TYPE_DOMAIN},  {"ipv4-addr:value", TYPE_IPV4},       {"ipv6-addr:value", TYPE_IPV6},
      {"url:value", TYPE_URL},             {"email-addr:value", TYPE_EMAIL},     {"file:hashes.MD5", TYPE_MD5},
      {"file:hashes.SHA-1", TYPE_SHA1},    {"file:hashes.SHA-256", TYPE_SHA256}, {"file:hashes.SHA-512", TYPE_SHA512},
      {"file:name", TYPE_FILE_NAME},       {"mutex:name", TYPE_MUTEX},           {"user-account:user_id", TYPE_BTC},
      {"file:hashes.SHA1", TYPE_SHA1},     {"file:hashes.SHA256", TYPE_SHA256},  {"file:hashes.SHA512", TYPE_SHA512},
      {"email-message:from_ref.value", TYPE_EMAIL}, {"email-message:sender_ref.value", TYPE_EMAIL},
      {"vulnerability:name", TYPE_CVE},
      {"network-traffic:dst_ref.value", TYPE_IPV4}, {"network-traffic:src_ref.value", TYPE_IPV4},
  };
  char plain[128];
  size_t n = 0;
  for (size_t i = 0; i < path.n && n + 1 < sizeof plain; i++)
    if (path.p[i] != '\'' && path.p[i] != '"')
      plain[n++] = path.p[i];
  for (size_t i = 0; i < VG_COUNT(table); i++) {
    if (vg_str_eqz(vg_str_n(plain, n), table[i].path)) {
      *out = table[i].type;
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

/* 'literal' at c->at, with \' and \\ undone. */
static bool literal(struct cut *c) {
  vg_buf_reset(&c->literal);
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
  return intel_normalise(type, raw, &c->value) ? c->sink(c->ctx, type, vg_buf_view(&c->value), err) : vg_buf_check(&c->value, err);
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

/* An object path: words with dots, and quoted keys as in file:hashes.'SHA-256'. */
static vg_str take_path(struct cut *c) {
  size_t from = c->at;
  while (c->at < c->text.n) {
    char ch = c->text.p[c->at];
    if (path_byte(ch)) {
      c->at++;
    } else if (ch == '\'' && c->at > from && c->text.p[c->at - 1] == '.') {
      size_t end = vg_str_find_byte(c->text, '\'', c->at + 1);
      c->at = end == SIZE_MAX ? c->text.n : end + 1;
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

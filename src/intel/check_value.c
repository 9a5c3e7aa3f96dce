/* The values of properties: each kind of the model. */
#include "intel/model.h"
#include "intel/pattern_internal.h"

#include <arpa/inet.h>
#include <string.h>
#include <unicode/uloc.h>

static bool all_of(vg_str s, const char *more, bool upper) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    bool ok = vg_is_digit(c) || (c >= 'a' && c <= 'z') || (upper && c >= 'A' && c <= 'Z') || (c && strchr(more, c));
    if (!ok)
      return false;
  }
  return s.n > 0;
}

/* type--UUID of RFC 9562, any version that has a number, its usual variant. */
bool check_id_form(vg_str id) {
  if (!vg_id_ok(id) || id.n < 40)
    return false;
  char version = id.p[id.n - 22], variant = vg_lower(id.p[id.n - 17]);
  vg_str kind = vg_id_kind(id);
  return version >= '1' && version <= '8' && strchr("89ab", variant) && kind.n >= 3 && kind.p[kind.n - 1] != '-';
}

static bool names_type(vg_str list, vg_str id) {
  vg_str type;
  while (list.p && vg_str_cut(&list, '|', &type))
    if (vg_str_eq(vg_id_kind(id), type))
      return true;
  return false;
}

static bool is_uri(vg_str s) {
  size_t colon = vg_str_find_byte(s, ':', 0);
  if (colon == SIZE_MAX || colon == 0 || colon + 1 == s.n || !all_of(vg_str_sub(s, 0, colon), "+.-", true) ||
      vg_is_digit(s.p[0]))
    return false;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] <= ' ' || strchr("<>\"{}|^`", s.p[i]))
      return false;
  return true;
}

static bool is_base64(vg_str s) {
  size_t pad = 0;
  if (s.n % 4)
    return false;
  while (s.n && pad < 2 && s.p[s.n - 1 - pad] == '=')
    pad++;
  return s.n == pad || all_of(vg_str_sub(s, 0, s.n - pad), "+/", true);
}

static bool is_hex(vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (!vg_is_hex(s.p[i]))
      return false;
  return s.n > 0 && s.n % 2 == 0;
}

/* Mask without leading zeros, as the standard's schema asks. */
static bool is_network(vg_str s, int family) {
  struct network n;
  size_t slash = vg_str_find_byte(s, '/', 0);
  vg_str bits = slash == SIZE_MAX ? VG_STR("1") : vg_str_sub(s, slash + 1, s.n), host = vg_str_sub(s, 0, slash), part;
  if (!pattern_network(s, &n) || n.family != family || bits.n == 0 || (bits.n > 1 && bits.p[0] == '0'))
    return false;
  while (family == 4 && host.p && vg_str_cut(&host, '.', &part))
    if (part.n > 1 && part.p[0] == '0')
      return false;
  return true;
}

static bool is_mac(vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (i % 3 == 2 ? s.p[i] != ':' : !vg_is_hex(s.p[i]) || (s.p[i] >= 'A' && s.p[i] <= 'F'))
      return false;
  return s.n == 17;
}

static bool is_email(vg_str s) {
  size_t at = vg_str_find_byte(s, '@', 0);
  return at != SIZE_MAX && at > 0 && at + 1 < s.n && vg_str_find_byte(s, '@', at + 1) == SIZE_MAX &&
         vg_str_find_byte(s, ' ', 0) == SIZE_MAX && vg_str_find_byte(s, '<', 0) == SIZE_MAX;
}

static bool is_mime(vg_str s) {
  static const char *const tops[] = {"application", "audio",     "font", "image", "message",
                                     "model",       "multipart", "text", "video"};
  vg_str rest = s, top;
  if (!vg_str_cut(&rest, '/', &top) || !rest.p || rest.n == 0)
    return false;
  for (size_t i = 0; i < VG_COUNT(tops); i++)
    if (vg_str_eqz(top, tops[i]))
      return all_of(vg_str_sub(rest, 0, 1), "._+-", true);
  return false;
}

/* RFC 5646 in outline: letters, then parts of at most eight. */
static bool is_lang(vg_str s) {
  vg_str part;
  bool first = true;
  while (s.p && vg_str_cut(&s, '-', &part)) {
    if (part.n == 0 || part.n > 8 || !all_of(part, "", true) ||
        (first && (part.n < 2 || part.n > 3 || vg_is_digit(part.p[0]))))
      return false;
    first = false;
  }
  return !first;
}

static bool is_language_code(vg_str s) {
  char z[16];
  vg_str head = vg_str_sub(s, 0, vg_str_find_byte(s, '-', 0));
  for (const char *const *p = uloc_getISOLanguages(); p && *p; p++)
    if (vg_str_eqz(head, *p) || vg_str_eqz(head, uloc_getISO3Language(*p)))
      return true;
  return head.n < sizeof z && vg_str_eqz(head, "mul");
}

static bool is_country(vg_str s) {
  for (const char *const *p = uloc_getISOCountries(); p && *p; p++)
    if (vg_str_eq_ci(s, vg_str_z(*p)))
      return true;
  return false;
}

/* cpe:2.3: with part and ten more components; a colon may be escaped. */
static bool is_cpe(vg_str s) {
  size_t colons = 0;
  if (!vg_str_starts(s, VG_STR("cpe:2.3:")) || s.n < 10 || !strchr("aho*-", s.p[8]))
    return false;
  for (size_t i = 8; i < s.n; i++) {
    if (s.p[i] == '\\')
      i++;
    else if (s.p[i] == ':')
      colons++;
    else if ((unsigned char)s.p[i] <= ' ')
      return false;
  }
  return colons == 10;
}

static bool is_short_hive(vg_str s) {
  static const char *const hives[] = {"HKLM", "HKCC", "HKCR", "HKCU", "HKU"};
  vg_str head = vg_str_sub(s, 0, vg_str_find_byte(s, '\\', 0));
  for (size_t i = 0; i < VG_COUNT(hives); i++)
    if (vg_str_eq_ci(head, vg_str_z(hives[i])))
      return true;
  return false;
}

/* The grammar of timestamps, and a day that the calendar has. */
static bool is_time(vg_str s) {
  static const uint64_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  uint64_t y, m, d;
  if (!pattern_is_time(s) || !vg_str_u64(vg_str_sub(s, 0, 4), &y) || !vg_str_u64(vg_str_sub(s, 5, 2), &m) ||
      !vg_str_u64(vg_str_sub(s, 8, 2), &d))
    return false;
  bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return d <= days[m - 1] - (m == 2 && !leap);
}

int intel_time_order(vg_str a, vg_str b) {
  int c = vg_str_cmp(vg_str_sub(a, 0, 19), vg_str_sub(b, 0, 19));
  for (size_t i = 20; c == 0 && (i + 1 < a.n || i + 1 < b.n); i++)
    c = (i + 1 < a.n ? a.p[i] : '0') - (i + 1 < b.n ? b.p[i] : '0');
  return c;
}

static void open_word(struct check *c, const struct words *w, vg_str s) {
  char code[64];
  if (model_lists(w, s, false))
    return;
  check_should(c, vg_str_copy(code, sizeof code, w->code), "intel.check_vocabulary", s);
  if (!all_of(s, "-+#", false))
    check_should(c, "open-vocab-format", "intel.check_word_form", s);
}

/* A hash's name and value; the length of those that the standard names. */
static void one_hash(struct check *c, vg_str name, vg_jv v, bool standard_only) {
  static const struct {
    const char *name;
    size_t n;
  } sizes[] = {{"MD5", 32}, {"SHA-1", 40}, {"SHA-256", 64}, {"SHA-512", 128}, {"SHA3-256", 64}, {"SHA3-512", 128}};
  vg_str s;
  if (!vg_jv_str(v, &s)) {
    check_must(c, "intel.check_text", VG_STR(""));
    return;
  }
  if (name.n < 3 || name.n > 250 || !all_of(name, "_-", true))
    check_must(c, "intel.check_key", name);
  if (!model_lists(model_words('V', VG_STR("hash-algo")), name, false)) {
    if (standard_only)
      check_must(c, "intel.check_hash_name", name);
    check_should(c, "hash-algo", "intel.check_hash_name", name);
    if (name.n < 3 || name.n > 30)
      check_should(c, "hash-length", "intel.check_hash_name", name);
  }
  for (size_t i = 0; i < VG_COUNT(sizes); i++)
    if (vg_str_eqz(name, sizes[i].name) && (s.n != sizes[i].n || !is_hex(s)))
      check_must(c, "intel.check_hash", s);
  if (vg_str_eqz(name, "SSDEEP") && !all_of(s, "/+:.", true))
    check_must(c, "intel.check_hash", s);
  if (vg_str_eqz(name, "TLSH") && ((s.n != 70 && s.n != 72) || !all_of(s, "", true)))
    check_must(c, "intel.check_hash", s);
}

static bool dict_of(struct check *c, vg_jv v) {
  if (vg_jv_type(v) == VG_J_OBJ && vg_jv_count(v) > 0)
    return true;
  check_must(c, "intel.check_dictionary", VG_STR(""));
  return false;
}

static void hashes(struct check *c, vg_jv v) {
  struct vg_jit it;
  vg_str key;
  vg_jv one;
  bool reference = strstr(c->path, "external_references") != NULL;
  if (dict_of(c, v))
    for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &one);)
      one_hash(c, key, one, reference);
}

/* Dictionaries whose keys have a meaning. */
static void dictionary(struct check *c, enum prop_kind kind, vg_jv v) {
  static const char *const families[] = {"SO_", "ICMP_", "ICMP6_", "IP_", "IPV6_", "MCAST_", "TCP_", "IRLMP_"};
  struct vg_jit it;
  vg_str key, s;
  vg_jv one;
  if (!dict_of(c, v))
    return;
  for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &one);) {
    bool family = false;
    if (key.n > 250 || (key.n && !all_of(key, "_-", true)))
      check_must(c, "intel.check_key", key);
    if (kind == K_PDF && !vg_jv_str(one, &s))
      check_must(c, "intel.check_text", key);
    if (kind == K_PDF && !model_lists(model_words('V', VG_STR("pdf-doc-info")), key, false))
      check_should(c, "pdf-doc-info", "intel.check_vocabulary", key);
    if (kind == K_HEADERS && vg_jv_type(one) != VG_J_ARR)
      check_must(c, "intel.check_list", key);
    if (kind == K_HEADERS && !model_lists(model_words('V', VG_STR("http-header")), key, true))
      check_should(c, "http-request-headers", "intel.check_vocabulary", key);
    /* IANA's information elements all begin with a small letter and have no separators. */
    if (kind == K_IPFIX && (key.n == 0 || key.p[0] < 'a' || key.p[0] > 'z' || !all_of(key, "", true)))
      check_should(c, "ipfix", "intel.check_vocabulary", key);
    for (size_t i = 0; kind == K_SOCKOPT && i < VG_COUNT(families); i++)
      family |= vg_str_starts(key, vg_str_z(families[i]));
    if (kind == K_SOCKOPT && (!family || vg_jv_type(one) != VG_J_INT))
      check_must(c, "intel.check_key", key);
  }
}

static void integer(struct check *c, enum prop_kind kind, vg_jv v) {
  static const struct {
    int64_t low, high;
  } ranges[] = {[K_INT] = {INT64_MIN, INT64_MAX}, [K_INT0] = {0, INT64_MAX}, [K_INT1] = {1, 999999999},
                [K_INT9] = {0, 999999999},        [K_PORT] = {0, 65535},     [K_PERCENT] = {0, 100}};
  int64_t i;
  if (vg_jv_type(v) == VG_J_NUM && kind <= K_INT0)
    return; /* beyond 64 bits, or 1.0 */
  if (!vg_jv_i64(v, &i))
    check_must(c, "intel.check_integer", VG_STR(""));
  else if (i < ranges[kind].low || i > ranges[kind].high)
    check_must(c, "intel.check_range", VG_STR(""));
}

static void number(struct check *c, enum prop_kind kind, vg_jv v) {
  double d, most = kind == K_LAT ? 90 : 180;
  if (!vg_jv_f64(v, &d))
    check_must(c, "intel.check_number", VG_STR(""));
  else if (kind != K_NUMBER && (d < -most || d > most))
    check_must(c, "intel.check_range", VG_STR(""));
}

static void must_be(struct check *c, bool ok, const char *id, vg_str s) {
  if (!ok)
    check_must(c, id, s);
}

static void text(struct check *c, const struct prop *p, vg_str s) {
  vg_str rest;
  switch ((int)p->kind) {
  case K_TIME: must_be(c, is_time(s), "intel.check_time", s); break;
  case K_TIME_MS: must_be(c, is_time(s) && s.n >= 24, "intel.check_time", s); break;
  case K_TIME_S: must_be(c, is_time(s) && s.n == 20, "intel.check_time", s); break;
  case K_HEX: must_be(c, is_hex(s), "intel.check_hex", s); break;
  case K_BINARY: must_be(c, is_base64(s), "intel.check_base64", vg_str_sub(s, 0, 60)); break;
  case K_URI: must_be(c, is_uri(s), "intel.check_uri", s); break;
  case K_REF: must_be(c, check_id_form(s), "intel.check_ref", s); break;
  case K_REF_OF: must_be(c, check_id_form(s) && names_type(p->arg, s), "intel.check_ref_type", s); break;
  case K_REF_NOT: must_be(c, check_id_form(s) && !names_type(p->arg, s), "intel.check_ref_type", s); break;
  case K_CLOSED: must_be(c, model_lists(model_words('E', p->arg), s, false), "intel.check_closed", s); break;
  case K_OPEN: open_word(c, model_words('V', p->arg), s); break;
  case K_MIME: must_be(c, is_mime(s), "intel.check_mime", s); break;
  case K_MIME_SHOULD:
    if (!is_mime(s))
      check_should(c, "mime-type", "intel.check_mime", s);
    break;
  case K_CHARSET:
    must_be(c, s.n >= 2 && s.n <= 250 && all_of(s, "/.+_:-", true), "intel.check_charset", s);
    if (!model_lists(model_words('V', VG_STR("charset")), s, true))
      check_should(c, "character-set", "intel.check_charset", s);
    break;
  case K_LANG: must_be(c, is_lang(s), "intel.check_lang", s); break;
  case K_LANG3:
    must_be(c, is_lang(s), "intel.check_lang", s);
    if (!is_language_code(s))
      check_should(c, "languages", "intel.check_lang", s);
    break;
  case K_CPE: must_be(c, is_cpe(s), "intel.check_cpe", s); break;
  case K_EMAIL: must_be(c, is_email(s), "intel.check_email", s); break;
  case K_IPV4: must_be(c, is_network(s, 4), "intel.check_address", s); break;
  case K_IPV6:
    rest = vg_str_sub(s, 0, vg_str_find_byte(s, '%', 0)); /* a zone index */
    must_be(c, is_network(rest, 6), "intel.check_address", s);
    break;
  case K_MAC: must_be(c, is_mac(s), "intel.check_address", s); break;
  case K_DOMAIN:
    must_be(c,
            s.n > 0 && s.n < 1024 && vg_str_find_byte(s, ' ', 0) == SIZE_MAX && vg_str_find_byte(s, '/', 0) == SIZE_MAX,
            "intel.check_domain", s);
    break;
  case K_HKEY: must_be(c, !is_short_hive(s), "intel.check_hive", s); break;
  case K_VERB: must_be(c, all_of(s, "-", false), "intel.check_word_form", s); break;
  case K_COUNTRY:
    if (!is_country(s))
      check_should(c, "countries", "intel.check_country", s);
    break;
  case K_PROTOCOL:
    if (!model_lists(model_words('V', VG_STR("protocol")), s, true))
      check_should(c, "protocols", "intel.check_vocabulary", s);
    break;
  case K_PRIORITY:
    if (!vg_str_ends(s, VG_STR("_CLASS")))
      check_should(c, "windows-process-priority-format", "intel.check_word_form", s);
    break;
  case K_CHAIN:
    if (!all_of(s, "-", false))
      check_should(c, "kill-chain-names", "intel.check_word_form", s);
    break;
  case K_PRODUCT:
    if (!all_of(s, "-", false))
      check_should(c, "malware-analysis-product", "intel.check_word_form", s);
    break;
  default: break;
  }
}

static void one(struct check *c, const struct prop *p, vg_jv v) {
  vg_str s;
  bool b;
  switch ((int)p->kind) {
  case K_ANY:
  case K_ANY_OF:
  case K_EXTENSIONS: return;
  case K_INT:
  case K_INT0:
  case K_INT1:
  case K_INT9:
  case K_PORT:
  case K_PERCENT: integer(c, p->kind, v); return;
  case K_NUMBER:
  case K_LAT:
  case K_LON: number(c, p->kind, v); return;
  case K_BOOL: must_be(c, vg_jv_bool(v, &b), "intel.check_boolean", VG_STR("")); return;
  case K_HASHES: hashes(c, v); return;
  case K_DICT:
  case K_PDF:
  case K_HEADERS:
  case K_SOCKOPT:
  case K_IPFIX: dictionary(c, p->kind, v); return;
  case K_SHAPE:
    if (vg_jv_type(v) == VG_J_OBJ)
      check_shape(c, model_shape('S', p->arg), NULL, v, true);
    else
      check_must(c, "intel.check_dictionary", VG_STR(""));
    return;
  default: break;
  }
  if (vg_jv_str(v, &s))
    text(c, p, s);
  else
    check_must(c, "intel.check_text", VG_STR(""));
}

void check_value(struct check *c, const struct prop *p, vg_jv v) {
  struct vg_jit it;
  vg_jv kid;
  size_t i = 0;
  if (!p->list) {
    one(c, p, v);
    return;
  }
  if (vg_jv_type(v) != VG_J_ARR) {
    check_must(c, "intel.check_list", VG_STR(""));
    return;
  }
  for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &kid); i++) {
    size_t before = check_enter(c, VG_STR(""), i);
    one(c, p, kid);
    check_leave(c, before);
  }
  if (i == 0 && !p->may_be_empty)
    check_must(c, "intel.check_empty", VG_STR(""));
}

/* The C face of simdjson's DOM: a vg_jv is a simdjson::dom::element, which is a document pointer and a tape index. */
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>
#include <simdjson.h>
#include <algorithm>
#include <string_view>
#include <vector>

extern "C" {
#define static /* C's minimum-array-size notation is not C++ */
#define _Noreturn [[noreturn]]
#include "base/json.h"
#undef static
#undef _Noreturn
}

using simdjson::dom::element;
using simdjson::dom::element_type;

struct vg_json {
  simdjson::dom::parser parser;
};

static_assert(sizeof(element) == sizeof(vg_jv));
static_assert(std::is_trivially_copyable<element>::value);

static element to_element(vg_jv v) {
  element e;
  std::memcpy(static_cast<void *>(&e), &v, sizeof e);
  return e;
}
static vg_jv to_jv(element e) {
  vg_jv v;
  std::memcpy(&v, static_cast<const void *>(&e), sizeof v);
  return v;
}

vg_code vg_json_new(struct vg_json **out, struct vg_err *err) {
  *out = new (std::nothrow) vg_json;
  const char *words[] = {"base.memory", nullptr};
  return *out ? VG_OK : vg_fail_at(err, VG_ENOMEM, 0, __FILE__, __LINE__, words);
}

void vg_json_free(struct vg_json *j) { delete j; }

/* The reason as a message of its own; null: simdjson's words. */
static const char *complaint(simdjson::error_code code) {
  switch (code) {
  case simdjson::TAPE_ERROR: return "base.json.structure";
  case simdjson::UTF8_ERROR: return "base.json.utf8";
  case simdjson::EMPTY: return "base.json.empty";
  case simdjson::STRING_ERROR:
  case simdjson::UNESCAPED_CHARS:
  case simdjson::UNCLOSED_STRING: return "base.json.string";
  case simdjson::NUMBER_ERROR: return "base.json.number";
  case simdjson::T_ATOM_ERROR:
  case simdjson::F_ATOM_ERROR:
  case simdjson::N_ATOM_ERROR: return "base.json.word";
  case simdjson::DEPTH_ERROR: return "base.json.deep";
  default: return nullptr;
  }
}

vg_code vg_json_parse(struct vg_json *j, vg_str text, vg_jv *root, struct vg_err *err) {
  *root = vg_jv{nullptr, 0};
  /* Only ever grown: an import parses a million small objects with one parser. */
  size_t need = text.n + simdjson::SIMDJSON_PADDING;
  simdjson::error_code code = j->parser.capacity() < need ? j->parser.allocate(need + need / 2, 512) : simdjson::SUCCESS;
  if (!code) {
    auto result = j->parser.parse(text.p ? text.p : "", text.n, true);
    code = result.error();
    if (!code) {
      *root = to_jv(result.value_unsafe());
      return VG_OK;
    }
  }
  char reason[64];
  const char *id = complaint(code);
  std::snprintf(reason, sizeof reason, "@%s", id ? id : "");
  const char *words[] = {code == simdjson::MEMALLOC ? "base.memory" : "base.json",
                         id ? reason : simdjson::error_message(code), nullptr};
  return vg_fail_at(err, code == simdjson::MEMALLOC ? VG_ENOMEM : VG_EDATA, 0, __FILE__, __LINE__, words);
}

enum vg_jtype vg_jv_type(vg_jv v) {
  if (!v.doc)
    return VG_J_MISSING;
  switch (to_element(v).type()) {
  case element_type::ARRAY: return VG_J_ARR;
  case element_type::OBJECT: return VG_J_OBJ;
  case element_type::INT64: return VG_J_INT;
  case element_type::UINT64:
  case element_type::DOUBLE: return VG_J_NUM;
  case element_type::STRING: return VG_J_STR;
  case element_type::BOOL: return VG_J_BOOL;
  case element_type::NULL_VALUE: return VG_J_NULL;
  }
  return VG_J_NULL;
}

vg_jv vg_jv_at(vg_jv obj, const char *key) {
  element e;
  if (vg_jv_type(obj) != VG_J_OBJ || to_element(obj).at_key(std::string_view(key)).get(e))
    return vg_jv{nullptr, 0};
  return to_jv(e);
}

vg_jv vg_jv_index(vg_jv arr, size_t i) {
  element e;
  if (vg_jv_type(arr) != VG_J_ARR || simdjson::dom::array(to_element(arr)).at(i).get(e))
    return vg_jv{nullptr, 0};
  return to_jv(e);
}

size_t vg_jv_count(vg_jv v) {
  size_t n = 0;
  struct vg_jit it;
  for (vg_jit_init(&it, v); vg_jit_next(&it, nullptr, &v);)
    n++;
  return n;
}

bool vg_jv_str(vg_jv v, vg_str *out) {
  std::string_view s;
  if (!v.doc || to_element(v).get(s))
    return false;
  *out = vg_str{s.data(), s.size()};
  return true;
}

bool vg_jv_i64(vg_jv v, int64_t *out) { return v.doc && !to_element(v).get(*out); }
bool vg_jv_f64(vg_jv v, double *out) { return v.doc && !to_element(v).get(*out); }
bool vg_jv_bool(vg_jv v, bool *out) { return v.doc && !to_element(v).get(*out); }
bool vg_jv_str_at(vg_jv obj, const char *key, vg_str *out) { return vg_jv_str(vg_jv_at(obj, key), out); }
bool vg_jv_i64_at(vg_jv obj, const char *key, int64_t *out) { return vg_jv_i64(vg_jv_at(obj, key), out); }

/* The iterators of simdjson are one tape position each; they are kept in a vg_jit as two positions on one document. */
static_assert(sizeof(simdjson::dom::array::iterator) == sizeof(vg_jv));
static_assert(sizeof(simdjson::dom::object::iterator) == sizeof(vg_jv));

template <class Iterator> static void keep(struct vg_jit *it, Iterator begin, Iterator end) {
  vg_jv b, e;
  std::memcpy(&b, static_cast<const void *>(&begin), sizeof b);
  std::memcpy(&e, static_cast<const void *>(&end), sizeof e);
  it->doc = b.doc;
  it->at = b.at;
  it->end = e.at;
}
template <class Iterator> static Iterator here(const struct vg_jit *it) {
  vg_jv b = {it->doc, it->at};
  Iterator i;
  std::memcpy(static_cast<void *>(&i), &b, sizeof b);
  return i;
}

void vg_jit_init(struct vg_jit *it, vg_jv v) {
  *it = vg_jit{nullptr, 0, 0, false};
  if (vg_jv_type(v) == VG_J_ARR) {
    simdjson::dom::array a = simdjson::dom::array(to_element(v));
    keep(it, a.begin(), a.end());
  } else if (vg_jv_type(v) == VG_J_OBJ) {
    simdjson::dom::object o = simdjson::dom::object(to_element(v));
    keep(it, o.begin(), o.end());
    it->obj = true;
  }
}

bool vg_jit_next(struct vg_jit *it, vg_str *key, vg_jv *val) {
  if (!it->doc || it->at >= it->end)
    return false;
  if (it->obj) {
    auto i = here<simdjson::dom::object::iterator>(it);
    if (key) {
      std::string_view k = i.key();
      *key = vg_str{k.data(), k.size()};
    }
    *val = to_jv(i.value());
    ++i;
    std::size_t end = it->end;
    keep(it, i, i);
    it->end = end;
  } else {
    auto i = here<simdjson::dom::array::iterator>(it);
    if (key)
      *key = vg_str{"", 0};
    *val = to_jv(*i);
    ++i;
    std::size_t end = it->end;
    keep(it, i, i);
    it->end = end;
  }
  return true;
}

/* ECMAScript Number::toString, as RFC 8785 section 3.2.2.3 asks. */
static void put_number(double d, struct vg_buf *out) {
  if (d == 0) {
    vg_buf_z(out, "0");
    return;
  }
  char sci[64];
  auto r = std::to_chars(sci, sci + sizeof sci, std::fabs(d), std::chars_format::scientific);
  std::string_view text(sci, static_cast<size_t>(r.ptr - sci));
  size_t e = text.find('e');
  char digits[32];
  int k = 0;
  for (char c : text.substr(0, e))
    if (c != '.')
      digits[k++] = c;
  int exponent = 0;
  bool minus = text[e + 1] == '-';
  for (char c : text.substr(e + 2))
    exponent = exponent * 10 + (c - '0');
  int n = (minus ? -exponent : exponent) + 1; /* the decimal point stands behind the n-th digit */
  if (d < 0)
    vg_buf_byte(out, '-');
  auto part = [&](int from, int to) { vg_buf_add(out, digits + from, static_cast<size_t>(to - from)); };
  if (k <= n && n <= 21) {
    part(0, k);
    for (int i = k; i < n; i++)
      vg_buf_byte(out, '0');
  } else if (0 < n && n <= 21) {
    part(0, n);
    vg_buf_byte(out, '.');
    part(n, k);
  } else if (-6 < n && n <= 0) {
    vg_buf_z(out, "0.");
    for (int i = n; i < 0; i++)
      vg_buf_byte(out, '0');
    part(0, k);
  } else {
    part(0, 1);
    if (k > 1) {
      vg_buf_byte(out, '.');
      part(1, k);
    }
    vg_buf_fmt(out, "e%c%d", n - 1 < 0 ? '-' : '+', std::abs(n - 1));
  }
}

static void put_string(std::string_view s, struct vg_buf *out) {
  vg_buf_byte(out, '"');
  for (char c : s) {
    switch (c) {
    case '"': vg_buf_z(out, "\\\""); break;
    case '\\': vg_buf_z(out, "\\\\"); break;
    case '\b': vg_buf_z(out, "\\b"); break;
    case '\f': vg_buf_z(out, "\\f"); break;
    case '\n': vg_buf_z(out, "\\n"); break;
    case '\r': vg_buf_z(out, "\\r"); break;
    case '\t': vg_buf_z(out, "\\t"); break;
    default:
      if (static_cast<unsigned char>(c) < 0x20)
        vg_buf_fmt(out, "\\u%04x", static_cast<unsigned>(c));
      else
        vg_buf_byte(out, static_cast<unsigned char>(c));
    }
  }
  vg_buf_byte(out, '"');
}

/* By UTF-16 code units: only characters beyond the BMP sort differently from UTF-8 bytes. */
static bool key_before(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  vg_str x = {a.data(), a.size()}, y = {b.data(), b.size()};
  while (i < x.n && j < y.n) {
    uint32_t c = vg_utf8_next(x, &i), d = vg_utf8_next(y, &j);
    if (c == d)
      continue;
    uint32_t cu = c > 0xFFFF ? 0xD800 + ((c - 0x10000) >> 10) : c, du = d > 0xFFFF ? 0xD800 + ((d - 0x10000) >> 10) : d;
    return cu != du ? cu < du : c < d;
  }
  return x.n - i < y.n - j;
}

static void put_value(element e, struct vg_buf *out) {
  switch (e.type()) {
  case element_type::NULL_VALUE: vg_buf_z(out, "null"); break;
  case element_type::BOOL: vg_buf_z(out, e.get_bool().value_unsafe() ? "true" : "false"); break;
  case element_type::STRING: put_string(e.get_string().value_unsafe(), out); break;
  case element_type::INT64: {
    /* I-JSON numbers are doubles: beyond 2^53 the canonical form is that of the double. */
    int64_t i = e.get_int64().value_unsafe();
    if (i > -(INT64_C(1) << 53) && i < INT64_C(1) << 53)
      vg_buf_fmt(out, "%lld", static_cast<long long>(i));
    else
      put_number(static_cast<double>(i), out);
    break;
  }
  case element_type::UINT64: put_number(static_cast<double>(e.get_uint64().value_unsafe()), out); break;
  case element_type::DOUBLE: put_number(e.get_double().value_unsafe(), out); break;
  case element_type::ARRAY: {
    bool more = false;
    vg_buf_byte(out, '[');
    for (element child : simdjson::dom::array(e)) {
      if (more)
        vg_buf_byte(out, ',');
      more = true;
      put_value(child, out);
    }
    vg_buf_byte(out, ']');
    break;
  }
  case element_type::OBJECT: {
    std::vector<std::pair<std::string_view, element>> fields;
    for (auto field : simdjson::dom::object(e))
      fields.emplace_back(field.key, field.value);
    std::stable_sort(fields.begin(), fields.end(), [](auto &a, auto &b) { return key_before(a.first, b.first); });
    vg_buf_byte(out, '{');
    for (size_t i = 0; i < fields.size(); i++) {
      if (i)
        vg_buf_byte(out, ',');
      put_string(fields[i].first, out);
      vg_buf_byte(out, ':');
      put_value(fields[i].second, out);
    }
    vg_buf_byte(out, '}');
    break;
  }
  }
}

void vg_json_canonical(vg_jv v, struct vg_buf *out) {
  if (v.doc)
    put_value(to_element(v), out);
}

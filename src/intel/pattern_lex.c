/* Tokens of STIX patterns: the longest match wins, keywords are no names, as in the grammar of the standard. */
#include "intel/pattern_internal.h"

#include <string.h>

static bool name_first(char c) { return (vg_is_alnum(c) && !vg_is_digit(c)) || c == '_'; }
static char peek(const struct pattern_lexer *x, size_t k) { return x->at + k < x->text.n ? x->text.p[x->at + k] : 0; }

/* The white space of the grammar, beyond ASCII: U+0085 U+00A0 U+1680 U+2000-200A U+2028 U+2029 U+202F U+205F U+3000. */
static size_t space(const struct pattern_lexer *x) {
  char c = peek(x, 0);
  if (x->at >= x->text.n)
    return 0;
  if (c == ' ' || (c >= '\t' && c <= '\r'))
    return 1;
  if ((unsigned char)c < 0xC2)
    return 0;
  size_t i = x->at;
  uint32_t u = vg_utf8_next(x->text, &i);
  bool is = u == 0x85 || u == 0xA0 || u == 0x1680 || (u >= 0x2000 && u <= 0x200A) || u == 0x2028 || u == 0x2029 ||
            u == 0x202F || u == 0x205F || u == 0x3000;
  return is ? i - x->at : 0;
}

static bool skip_comment(struct pattern_lexer *x) {
  size_t end;
  if (peek(x, 0) != '/')
    return false;
  if (peek(x, 1) == '*') {
    end = vg_str_find(x->text, VG_STR("*/"), x->at + 2);
    if (end == SIZE_MAX)
      return false;
    x->at = end + 2;
    return true;
  }
  if (peek(x, 1) != '/')
    return false;
  while (x->at < x->text.n && peek(x, 0) != '\n' && peek(x, 0) != '\r')
    x->at++;
  return true;
}

/* 'text' from `from` on with \' and \\; the length with both quotes, 0 when it is none. */
static size_t quoted(vg_str s, size_t from) {
  if (from >= s.n || s.p[from] != '\'')
    return 0;
  for (size_t i = from + 1; i < s.n; i++) {
    if (s.p[i] == '\'')
      return i + 1 - from;
    if (s.p[i] == '\\' && (++i >= s.n || (s.p[i] != '\'' && s.p[i] != '\\')))
      return 0;
  }
  return 0;
}

static bool is_hex_literal(vg_str inner) {
  for (size_t i = 0; i < inner.n; i++)
    if (!vg_is_hex(inner.p[i]))
      return false;
  return inner.n % 2 == 0;
}

static bool is_base64_literal(vg_str inner) {
  size_t pad = 0;
  if (inner.n == 0 || inner.n % 4)
    return false;
  while (pad < 2 && inner.p[inner.n - 1 - pad] == '=')
    pad++;
  for (size_t i = 0; i + pad < inner.n; i++)
    if (!vg_is_alnum(inner.p[i]) && inner.p[i] != '+' && inner.p[i] != '/')
      return false;
  return true;
}

static bool two(vg_str s, size_t at, unsigned low, unsigned high) {
  if (!vg_is_digit(s.p[at]) || !vg_is_digit(s.p[at + 1]))
    return false;
  unsigned n = (unsigned)(s.p[at] - '0') * 10 + (unsigned)(s.p[at + 1] - '0');
  return n >= low && n <= high;
}

/* YYYY-MM-DDTHH:MM:SS[.digits]Z with each field in its range (the 31st of any month: the grammar knows no calendar). */
bool pattern_is_time(vg_str s) {
  if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':' ||
      s.p[s.n - 1] != 'Z')
    return false;
  if (!two(s, 0, 0, 99) || !two(s, 2, 0, 99) || !two(s, 5, 1, 12) || !two(s, 8, 1, 31) || !two(s, 11, 0, 23) ||
      !two(s, 14, 0, 59) || !two(s, 17, 0, 60))
    return false;
  if (s.n > 20 && (s.p[19] != '.' || s.n == 21))
    return false;
  for (size_t i = 20; i + 1 < s.n; i++)
    if (!vg_is_digit(s.p[i]))
      return false;
  return true;
}

/* h'..', b'..', t'..': only when what is inside is right; else the letter is a name. */
static bool prefixed(struct pattern_lexer *x) {
  size_t n = 0;
  char c = peek(x, 0);
  if ((c != 'h' && c != 'b' && c != 't') || (n = quoted(x->text, x->at + 1)) == 0)
    return false;
  vg_str inner = vg_str_sub(x->text, x->at + 2, n - 2);
  bool ok = c == 'h' ? is_hex_literal(inner) : c == 'b' ? is_base64_literal(inner) : pattern_is_time(inner);
  if (!ok)
    return false;
  x->kind = c == 'h' ? T_HEX : c == 'b' ? T_BINARY : T_TIME;
  x->raw = inner;
  x->at += n + 1;
  return true;
}

static bool number(struct pattern_lexer *x) {
  size_t i = x->at, digits;
  bool minus = peek(x, 0) == '-', sign = minus || peek(x, 0) == '+';
  i += sign;
  for (digits = i; i < x->text.n && vg_is_digit(x->text.p[i]);)
    i++;
  if (i + 1 < x->text.n && x->text.p[i] == '.' && vg_is_digit(x->text.p[i + 1])) {
    for (i++; i < x->text.n && vg_is_digit(x->text.p[i]);)
      i++;
    x->kind = minus ? T_MINUS_FLOAT : T_FLOAT;
  } else {
    if (i == digits)
      return false;
    if (x->text.p[digits] == '0')
      i = digits + 1; /* no leading zeros: "01" is two tokens */
    x->kind = minus ? T_MINUS_INT : T_INT;
  }
  x->raw = vg_str_sub(x->text, x->at, i - x->at);
  x->at = i;
  return true;
}

static bool name(struct pattern_lexer *x) {
  static const struct {
    const char *word;
    enum pattern_token kind;
  } keywords[] = {{"AND", T_AND},
                  {"OR", T_OR},
                  {"NOT", T_NOT},
                  {"FOLLOWEDBY", T_FOLLOWEDBY},
                  {"LIKE", T_LIKE},
                  {"MATCHES", T_MATCHES},
                  {"ISSUPERSET", T_ISSUPERSET},
                  {"ISSUBSET", T_ISSUBSET},
                  {"EXISTS", T_EXISTS},
                  {"LAST", T_LAST},
                  {"IN", T_IN},
                  {"START", T_START},
                  {"STOP", T_STOP},
                  {"SECONDS", T_SECONDS},
                  {"true", T_TRUE},
                  {"false", T_FALSE},
                  {"WITHIN", T_WITHIN},
                  {"REPEATS", T_REPEATS},
                  {"TIMES", T_TIMES}};
  size_t i = x->at;
  bool hyphen = false;
  if (!name_first(peek(x, 0)))
    return false;
  for (; i < x->text.n && (vg_is_alnum(x->text.p[i]) || x->text.p[i] == '_' || x->text.p[i] == '-'); i++)
    hyphen |= x->text.p[i] == '-';
  x->raw = vg_str_sub(x->text, x->at, i - x->at);
  x->at = i;
  x->kind = hyphen ? T_HYPHENED : T_NAME;
  for (size_t k = 0; !hyphen && k < VG_COUNT(keywords); k++)
    if (vg_str_eqz(x->raw, keywords[k].word))
      x->kind = keywords[k].kind;
  return true;
}

static void sign(struct pattern_lexer *x) {
  static const struct {
    char text[3];
    enum pattern_token kind;
  } signs[] = {{"==", T_EQ},    {"!=", T_NE},    {"<>", T_NE},    {"<=", T_LE}, {">=", T_GE},   {"=", T_EQ},
               {"<", T_LT},     {">", T_GT},     {":", T_COLON},  {".", T_DOT}, {",", T_COMMA}, {"(", T_LPAREN},
               {")", T_RPAREN}, {"[", T_LBRACK}, {"]", T_RBRACK}, {"*", T_STAR}};
  vg_str rest = vg_str_sub(x->text, x->at, 2);
  for (size_t i = 0; i < VG_COUNT(signs); i++) {
    vg_str s = vg_str_z(signs[i].text);
    if (vg_str_starts(rest, s)) {
      x->kind = signs[i].kind;
      x->raw = s;
      x->at += s.n;
      return;
    }
  }
  x->kind = T_BAD;
  x->raw = vg_str_sub(x->text, x->at, 1);
  x->at++;
}

void pattern_next(struct pattern_lexer *x) {
  for (size_t n; (n = space(x)) > 0 || skip_comment(x);)
    x->at += n;
  x->from = x->at;
  if (x->at >= x->text.n) {
    x->kind = T_END;
    x->raw = VG_STR("");
    return;
  }
  size_t n = quoted(x->text, x->at);
  if (n) {
    x->kind = T_STRING;
    x->raw = vg_str_sub(x->text, x->at + 1, n - 2);
    x->at += n;
    return;
  }
  if (prefixed(x) || name(x) || number(x))
    return;
  sign(x);
}

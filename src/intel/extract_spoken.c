/* Values that only the words around them show: browsers' names, mutexes, phone numbers, accounts, "AS 1234", "CVE
 * 2014-1000". */
#include "intel/extract_internal.h"

#include <string.h>

static vg_str text_piece(const struct extract *x, size_t from, size_t to) {
  return vg_str_n((const char *)x->text + from, to - from);
}

/* --- user agents ---------------------------------------------------------------------------------------------- */

static size_t comment(const struct extract *x, size_t i) {
  size_t depth = 0;
  for (size_t k = i; k < x->text_n && k < i + 400; k++) {
    unsigned char c = x->text[k];
    if (c < ' ')
      return 0;
    depth += c == '(';
    if (c == ')' && --depth == 0)
      return k + 1;
  }
  return 0;
}

/* "Name/1.2.3" from i on; "like Gecko" and such words stand before it. The index behind it, or 0. */
static size_t product(const struct extract *x, size_t i) {
  size_t k = i;
  bool slash = false;
  if (vg_str_eq_ci(text_piece(x, i, i + 10 < x->text_n ? i + 10 : x->text_n), VG_STR("like Gecko")))
    return i + 10;
  if (vg_str_eq_ci(text_piece(x, i, i + 6 < x->text_n ? i + 6 : x->text_n), VG_STR("Gecko ")))
    return i + 5;
  while (k < x->text_n && k < i + 80 &&
         (is_class(x->text[k], K_ALNUM | K_DOT | K_MINUS) || x->text[k] == '/' || x->text[k] == '+')) {
    slash |= x->text[k] == '/' && k > i;
    k++;
  }
  return slash && k > i + 2 && x->text[k - 1] != '/' ? k : 0;
}

static size_t find_agent(struct extract *x, size_t from) {
  size_t i = product(x, from), end;
  if (!i)
    return 0;
  for (;;) {
    end = i;
    size_t next = i < x->text_n && x->text[i] == ' ' ? i + 1 : i;
    if (next >= x->text_n || next == i || end - from > 900)
      break;
    bool again = next + 8 <= x->text_n && vg_str_eq_ci(text_piece(x, next, next + 8), VG_STR("Mozilla/"));
    i = again ? 0 : x->text[next] == '(' ? comment(x, next) : product(x, next);
    if (!i)
      break;
  }
  while (end > from && (x->text[end - 1] == '.' || x->text[end - 1] == ';'))
    end--;
  return give_text(x, TYPE_USER_AGENT, from, end, text_piece(x, from, end)) ? end : 0;
}

/* The rest of the line behind "User-Agent:". */
static size_t find_agent_header(struct extract *x, size_t behind) {
  size_t from = behind, end;
  while (from < x->text_n && x->text[from] == ' ')
    from++;
  for (end = from; end < x->text_n && end < from + 900 && x->text[end] >= ' ' && !strchr("\"<`", x->text[end]); end++) {
  }
  while (end > from && x->text[end - 1] == ' ')
    end--;
  return end > from + 2 && give_text(x, TYPE_USER_AGENT, from, end, text_piece(x, from, end)) ? end : 0;
}

/* --- mutexes -------------------------------------------------------------------------------------------------- */

static bool filler(vg_str word) {
  static const char *const words[] = {"named", "called", "name", "is", "the", "nommé", "appelé",  "dont",   "le", "nom",
                                      "est",   "value",  "a",    "of", "was", "with",  "created", "object", "as"};
  for (size_t i = 0; i < VG_COUNT(words); i++)
    if (vg_str_eq_ci(word, vg_str_z(words[i])))
      return true;
  return false;
}

/* A word that no language has: digits, a capital inside, an underscore or backslash. */
static bool peculiar(vg_str w) {
  bool odd = false;
  for (size_t i = 0; i < w.n; i++)
    odd |= vg_is_digit(w.p[i]) || w.p[i] == '_' || w.p[i] == '\\' || (i > 0 && w.p[i] >= 'A' && w.p[i] <= 'Z');
  return odd && w.n >= 4;
}

static size_t typographic_quote(const struct extract *x, size_t i) { /* “ ” ‘ ’ « */
  if (i + 2 < x->text_n && x->text[i] == 0xe2 && x->text[i + 1] == 0x80 && x->text[i + 2] >= 0x98 &&
      x->text[i + 2] <= 0x9e)
    return 3;
  return i + 1 < x->text_n && x->text[i] == 0xc2 && (x->text[i + 1] == 0xab || x->text[i + 1] == 0xbb) ? 2 : 0;
}

static bool no_break_space(const struct extract *x, size_t i) {
  return x->text[i] == 0xc2 && i + 1 < x->text_n && x->text[i + 1] == 0xa0;
}

/* In source code and JSON a backslash is doubled, where no name has an empty part, and other characters are escaped. */
static bool give_mutex(struct extract *x, size_t from, size_t to) {
  const vg_str s = text_piece(x, 0, to);
  char name[300];
  size_t n = 0;
  uint32_t c;
  for (size_t i = from, took; i < to && n + 4 < sizeof name; i += took) {
    const bool again = i > from && s.p[i] == '\\' && s.p[i - 1] == '\\';
    took = vg_json_escape(s, i, &c);
    if (took && c != '"')
      n += vg_utf8_put(name + n, c);
    else if (!took && !again)
      name[n++] = s.p[i];
    took = took ? took : 1;
  }
  return give_text(x, TYPE_MUTEX, from, to, vg_str_n(name, n));
}

static size_t find_mutex(struct extract *x, size_t i) {
  bool quoted = false, square = false;
  size_t start = i;
  for (int words = 0; words < 6 && i < x->text_n && i < start + 80; words++) {
    for (size_t q; i < x->text_n && i < start + 80;) {
      if (x->text[i] && strchr(" :=(<[\t", x->text[i]))
        square |= x->text[i++] == '[';
      else if (x->text[i] == '"' || x->text[i] == '\'' || x->text[i] == '`')
        quoted = true, i++;
      else if (no_break_space(x, i))
        i += 2;
      else if ((q = typographic_quote(x, i)) != 0)
        quoted = true, i += q;
      else
        break;
    }
    size_t end = i;
    while (end < x->text_n && end < i + 260 && x->text[end] > ' ' && !strchr("\"'`<>|,;", x->text[end]) &&
           !typographic_quote(x, end) && !no_break_space(x, end))
      end++;
    if (quoted)
      while (end < x->text_n && end < i + 260 && x->text[end] >= ' ' && !strchr("\"'`", x->text[end]) &&
             !typographic_quote(x, end) && x->text[end] != 0xc2)
        end++;
    while (end > i && (strchr(".): ", x->text[end - 1]) || (square && x->text[end - 1] == ']')))
      end--;
    vg_str word = text_piece(x, i, end);
    if (((quoted && word.n >= 2) || peculiar(word)) && vg_str_find(word, VG_STR("://"), 0) == SIZE_MAX)
      return give_mutex(x, i, end) ? end : 0;
    if (!filler(word) || word.n == 0)
      return 0;
    i = end;
  }
  return 0;
}

/* CreateMutexA(NULL, FALSE, "name"), OpenMutexW(..., L"name"), Mutex(true, "name"): the first quoted argument. i:
 * behind "Mutex". */
static size_t find_mutex_call(struct extract *x, size_t i) {
  const size_t most = i + 90 < x->text_n ? i + 90 : x->text_n;
  while (i < most && is_class(x->text[i], K_ALPHA | K_HEX)) /* A, W, ExA, ExW */
    i++;
  if (i >= most || x->text[i] != '(')
    return 0;
  for (i++; i < most && (is_class(x->text[i], K_ALNUM | K_MINUS) || strchr(" \t,&|", x->text[i]));)
    i++;
  if (i >= most || (x->text[i] != '"' && x->text[i] != '\''))
    return 0;
  const unsigned char quote = x->text[i++];
  size_t end = i;
  while (end < x->text_n && end < i + 260 && x->text[end] >= ' ' && x->text[end] != quote)
    end++;
  return end > i + 1 && end < x->text_n && x->text[end] == quote && give_mutex(x, i, end) ? end : 0;
}

/* --- numbers -------------------------------------------------------------------------------------------------- */

/* What may stand between the groups of a number: how many bytes it takes, 0 it is none. No-break spaces and hyphens are
 * what word processors write there. */
static size_t phone_mark(const struct extract *x, size_t i) {
  if (i >= x->text_n)
    return 0;
  if (x->text[i] && strchr(" .-/", x->text[i]))
    return 1;
  if (no_break_space(x, i))
    return 2;
  return i + 2 < x->text_n && x->text[i] == 0xe2 && x->text[i + 1] == 0x80 &&
                 (x->text[i + 2] == 0xaf || x->text[i + 2] == 0x91)
             ? 3
             : 0;
}

/* From the "+" on: digits in groups, one mark between them. */
static size_t find_phone(struct extract *x, size_t from) {
  char number[32] = "+";
  size_t end = from, n = 1, mark = 0;
  for (size_t i = from + 1; i < x->text_n && i < from + 48 && n < 18;) {
    const unsigned char c = x->text[i];
    const size_t took = c == '/' ? 0 : phone_mark(x, i);
    if (is_class(c, K_DIGIT))
      number[n++] = (char)c, end = i + 1, mark = 0;
    else if (c == '(' || c == ')')
      number[n++] = (char)c;
    else if (!took || mark++)
      break;
    i += took ? took : 1;
  }
  if (end < x->text_n && (is_class(x->text[end], K_ALNUM) || x->text[end] == '-' ||
                          (x->text[end] == '.' && end + 1 < x->text_n && is_class(x->text[end + 1], K_DIGIT))))
    return 0;
  while (n && !vg_is_digit(number[n - 1]))
    n--;
  return n > 8 && give_text(x, TYPE_PHONE, from, end, vg_str_n(number, n)) ? end : 0;
}

/* Two characters of a class at i? */
static bool pair(const struct extract *x, size_t i, unsigned k) {
  return i + 2 <= x->text_n && is_class(x->text[i], k) && is_class(x->text[i + 1], k);
}

/* 01 23 45 67 89, 0033 1 23 45 67 89: pairs with the same mark, and no other one beside them as in a dump of bytes. */
static size_t french_phone(struct extract *x, size_t from) {
  const unsigned char *p = x->text;
  char number[16] = "+33";
  const bool abroad = pair(x, from, K_DIGIT) && vg_str_eqz(text_piece(x, from, from + 2), "00") &&
                      pair(x, from + 2, K_DIGIT) && vg_str_eqz(text_piece(x, from + 2, from + 4), "33");
  const size_t mark_at = from + 4, abroad_mark = abroad ? phone_mark(x, mark_at) : 0;
  size_t i = abroad ? mark_at + abroad_mark : from + 1, n = 3;
  const size_t mark = phone_mark(x, i + 1);
  if (!mark || (abroad && !abroad_mark) || i >= x->text_n || p[i] < '1' || p[i] > '9')
    return 0;
  number[n++] = (char)p[i++];
  const unsigned char *sign = p + i;
  for (unsigned k = 0; k < 4; k++, i += mark + 2) {
    if (i + mark + 2 > x->text_n || memcmp(p + i, sign, mark) != 0 || !pair(x, i + mark, K_DIGIT))
      return 0;
    number[n++] = (char)p[i + mark], number[n++] = (char)p[i + mark + 1];
  }
  if (from >= mark + 2 && memcmp(p + from - mark, sign, mark) == 0 && pair(x, from - mark - 2, K_DIGIT | K_HEX))
    return 0;
  if (i + mark + 2 <= x->text_n && memcmp(p + i, sign, mark) == 0 && pair(x, i + mark, K_DIGIT | K_HEX))
    return 0;
  if (i < x->text_n && is_class(p[i], K_ALNUM))
    return 0;
  return give_text(x, TYPE_PHONE, from, i, vg_str_n(number, n)) ? i : 0;
}

/* FR76 3000 6000 ...: groups of four. */
static size_t find_iban(struct extract *x, size_t from) {
  size_t i = from, chars = 0;
  while (i < x->text_n && chars < 34) {
    size_t group = i;
    while (i < x->text_n && i < group + 4 && is_class(x->text[i], K_ALNUM))
      i++;
    chars += i - group;
    if (i < group + 4 || i + 1 >= x->text_n || x->text[i] != ' ' || !is_class(x->text[i + 1], K_ALNUM))
      break;
    i++;
  }
  while (i > from && x->text[i - 1] == ' ')
    i--;
  /* What follows may be a word of the sentence: fewer groups are tried, never more than nine. */
  for (size_t end = i; end > from + 14;) {
    if (give_text(x, TYPE_IBAN, from, end, text_piece(x, from, end)))
      return end;
    while (end > from && x->text[end - 1] != ' ')
      end--;
    end -= end > from;
  }
  return 0;
}

/* "AS 1234", "ASN 1234": in capitals when it is the two letters. */
static size_t find_as_number(struct extract *x, size_t from, size_t to) {
  size_t i = to;
  bool short_form = to - from == 2;
  if (short_form && (x->text[from] != 'A' || x->text[from + 1] != 'S'))
    return 0;
  while (i < x->text_n && i < to + 2 && (x->text[i] == ' ' || x->text[i] == ':' || x->text[i] == '#'))
    i++;
  size_t digits = i;
  while (i < x->text_n && i < digits + 11 && is_class(x->text[i], K_DIGIT))
    i++;
  if (digits == to || i - digits < (short_form ? 3U : 1U) || (i < x->text_n && is_class(x->text[i], K_ALNUM)))
    return 0;
  return give_text(x, TYPE_ASN, from, i, text_piece(x, digits, i)) ? i : 0;
}

static size_t find_spaced_cve(struct extract *x, size_t from, size_t to) {
  char text[32] = "CVE-";
  size_t i = to + 1, n = 0;
  while (i + n < x->text_n && n < 16 && (is_class(x->text[i + n], K_DIGIT) || x->text[i + n] == '-'))
    n++;
  if (n < 9 || x->text[to] != ' ' || (i + n < x->text_n && is_class(x->text[i + n], K_ALNUM)))
    return 0;
  memcpy(text + 4, x->text + i, n);
  return give_text(x, TYPE_CVE, from, i + n, vg_str_n(text, n + 4)) ? i + n : 0;
}

static bool is_word(const struct extract *x, size_t from, size_t n, vg_str w) {
  return n >= w.n && vg_str_eq_ci(text_piece(x, from, from + w.n), w);
}

size_t find_spoken(struct extract *x, size_t from, size_t to) {
  size_t skipped = 0, n;
  while (from < to && skipped < 3 && !is_class(x->text[from], K_ALNUM) && x->text[from] != '+') {
    size_t q = typographic_quote(x, from);
    from += q ? q : 1;
    skipped++;
  }
  if (from >= to)
    return 0;
  n = to - from;
  switch (x->text[from] | 32) {
  case 'm':
    if (n >= 9 && is_word(x, from, n, VG_STR("Mozilla/")))
      return find_agent(x, from);
    if (is_word(x, from, n, VG_STR("mutexes")) || is_word(x, from, n, VG_STR("mutants")))
      return find_mutex(x, from + 7);
    if (is_word(x, from, n, VG_STR("mutant")))
      return find_mutex(x, from + 6);
    if (is_word(x, from, n, VG_STR("mutex(")))
      return find_mutex_call(x, from + 5);
    return is_word(x, from, n, VG_STR("mutex")) ? find_mutex(x, from + 5) : 0;
  case 'o': return is_word(x, from, n, VG_STR("OpenMutex")) ? find_mutex_call(x, from + 9) : 0;
  case 'u': return n == 11 && is_word(x, from, n, VG_STR("User-Agent:")) ? find_agent_header(x, to) : 0;
  case 'a':
    if ((n == 2 || n == 3 || (n == 4 && x->text[to - 1] == ':')) &&
        is_word(x, from, n, n == 2 ? VG_STR("AS") : VG_STR("ASN")))
      return find_as_number(x, from, from + (n == 2 ? 2 : 3));
    return 0;
  case 'c':
    if (is_word(x, from, n, VG_STR("CreateMutex")))
      return find_mutex_call(x, from + 11);
    return n == 3 && to < x->text_n && is_word(x, from, n, VG_STR("CVE")) ? find_spaced_cve(x, from, to) : 0;
  case '+' | 32: return n >= 2 && is_class(x->text[from + 1], K_DIGIT) ? find_phone(x, from) : 0;
  case '0' | 32: return french_phone(x, from);
  default: break;
  }
  if (n == 4 && is_class(x->text[from], K_ALPHA | K_HEX) && is_class(x->text[from + 1], K_ALPHA | K_HEX) &&
      is_class(x->text[from + 2], K_DIGIT) && is_class(x->text[from + 3], K_DIGIT) && to < x->text_n &&
      x->text[to] == ' ')
    return find_iban(x, from);
  return 0;
}

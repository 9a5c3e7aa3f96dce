/* One run of host characters: addresses, names, and the values that are one word. */
#include "intel/extract_internal.h"

#include <arpa/inet.h>
#include <string.h>

#include "intel/checksum.h"

/* --- addresses ------------------------------------------------------------------------------------------------ */

/* "/24" at i: the index behind it, 0 when there is none. */
static size_t prefix_length(const struct extract *x, size_t i, unsigned most) {
  unsigned v = 0;
  size_t digits = i + 1;
  if (i + 1 >= x->n || x->t[i] != '/')
    return 0;
  for (; digits < x->n && digits < i + 4 && is_class(x->t[digits], K_DIGIT); digits++)
    v = v * 10 + (unsigned)(x->t[digits] - '0');
  bool ends = digits >= x->n || !is_class(x->t[digits], K_ALNUM | K_MINUS);
  if (digits < x->n &&
      (x->t[digits] == '/' || (x->t[digits] == '.' && digits + 1 < x->n && is_class(x->t[digits + 1], K_ALNUM))))
    ends = false;
  return digits > i + 1 && v <= most && ends ? digits : 0;
}

/* The network; its address too when it is more than the network's own (an interface), or the network is one address. */
static void give_cidr(struct extract *x, enum indicator_type address, size_t from, size_t to, size_t end) {
  char own[INET6_ADDRSTRLEN + 8];
  if (!give(x, TYPE_CIDR, from, end, piece(x, from, end)))
    return;
  vg_str_copy(own, sizeof own, vg_str_sub(vg_buf_view(&x->value), 0, vg_str_find_byte(vg_buf_view(&x->value), '/', 0)));
  bool one = vg_str_eqz(piece(x, to, end), address == TYPE_IPV4 ? "/32" : "/128");
  if (one || !vg_str_eq_ci(piece(x, from, to), vg_str_z(own)))
    (void)give(x, address, from, to, piece(x, from, to));
}

/* [from, to) is an address of version 4; returns the index behind what was used. */
static size_t give_ipv4(struct extract *x, size_t from, size_t to) {
  size_t end = prefix_length(x, to, 32);
  if (end) {
    give_cidr(x, TYPE_IPV4, from, to, end);
    return end;
  }
  end = find_bare_url(x, from, to);
  (void)give(x, TYPE_IPV4, from, to, piece(x, from, to));
  if (end)
    find_inside_url(x, to, end);
  return end ? end : to;
}

/* Digits and dots with a "-": "10.0.0.1-10.0.0.9" and "10.0.0.1-9" are ranges; names of packages are not. */
static bool address_range(struct extract *x, size_t from, size_t to) {
  const unsigned char *dash = memchr(x->t + from, '-', to - from);
  if (!dash)
    return false;
  size_t middle = (size_t)(dash - x->t), i = middle + 1;
  while (i < to && is_class(x->t[i], K_DIGIT | K_DOT))
    i++;
  if (i < to || i == middle + 1 || !ipv4_at(x->t + from, middle - from))
    return false;
  (void)give(x, TYPE_IPV4, from, middle, piece(x, from, middle));
  if (ipv4_at(x->t + middle + 1, to - middle - 1))
    (void)give(x, TYPE_IPV4, middle + 1, to, piece(x, middle + 1, to));
  return true;
}

static bool is_mac(const unsigned char *p, size_t n, char mark, size_t group) {
  size_t step = group + 1;
  if (n != (group == 2 ? 17U : 14U))
    return false;
  for (size_t i = 0; i < n; i++)
    if (i % step == group ? p[i] != (unsigned char)mark : !is_class(p[i], K_DIGIT | K_HEX))
      return false;
  return true;
}

static bool boundary(const struct extract *x, size_t from, size_t to) {
  return (from == 0 || !is_class(x->t[from - 1], K_ALNUM)) && (to >= x->n || !is_class(x->t[to], K_ALNUM));
}

/* At least two groups and a digit: "dead::beef" and "std::add" are names in programs. */
static bool ipv6_at(const unsigned char *p, size_t n) {
  char text[INET6_ADDRSTRLEN + 1];
  unsigned char raw[16];
  bool digit = false;
  if (n < 3 || n > INET6_ADDRSTRLEN)
    return false;
  for (size_t i = 0; i < n; i++)
    digit |= is_class(p[i], K_DIGIT);
  memcpy(text, p, n);
  text[n] = 0;
  return digit && inet_pton(AF_INET6, text, raw) == 1;
}

static size_t give_ipv6(struct extract *x, size_t from, size_t to) {
  size_t end = prefix_length(x, to, 128);
  if (end)
    give_cidr(x, TYPE_IPV6, from, to, end);
  else
    (void)give(x, TYPE_IPV6, from, to, piece(x, from, to));
  return end ? end : to;
}

/* size:digest:digest, when the size is the run before the first colon. */
static size_t find_ssdeep(struct extract *x, size_t from, size_t colon) {
  size_t i = colon, colons = 0, last = colon;
  if (colon - from > 12 || !boundary(x, from, colon))
    return 0;
  for (size_t k = from; k < colon; k++)
    if (!is_class(x->t[k], K_DIGIT))
      return 0;
  for (; i < x->n && (is_class(x->t[i], K_ALNUM) || strchr("+/:", x->t[i])); i++) {
    if (x->t[i] == ':') {
      last = i;
      if (++colons == 3)
        break;
    }
    if (i - last > 64)
      return 0;
  }
  return colons >= 2 && give(x, TYPE_SSDEEP, from, i, piece(x, from, i)) ? i : 0;
}

static size_t find_cpe(struct extract *x, size_t from, size_t colon) {
  size_t i = colon;
  if (colon - from != 3 || !vg_str_eq_ci(piece(x, from, colon), VG_STR("cpe")))
    return 0;
  while (i < x->n && i - from < 512 && extract_class[x->t[i]] && x->t[i] != '\'' && x->t[i] != ')' && x->t[i] != ';')
    i++;
  while (i > from && strchr(".:,]}", x->t[i - 1]))
    i--;
  (void)give(x, TYPE_CPE, from, i, piece(x, from, i)); /* what begins so and is none is no other value either */
  return i;
}

size_t find_colons(struct extract *x, size_t from, size_t run_end) {
  size_t start = run_end, end = run_end, colons = 0;
  size_t found = find_cpe(x, from, run_end);
  if (found == 0)
    found = find_ssdeep(x, from, run_end);
  if (found)
    return found;
  while (start > from && run_end - start < 5 && is_class(x->t[start - 1], K_DIGIT | K_HEX))
    start--;
  for (; end < x->n && (is_class(x->t[end], K_DIGIT | K_HEX | K_DOT) || x->t[end] == ':'); end++)
    colons += x->t[end] == ':';
  if (colons < 2)
    return 0;
  size_t whole = end;
  if (is_mac(x->t + start, 17 < end - start ? 17 : end - start, ':', 2) && boundary(x, start, start + 17) &&
      !(start + 18 < x->n && x->t[start + 17] == ':' && is_class(x->t[start + 18], K_DIGIT | K_HEX)))
    return give(x, TYPE_MAC, start, start + 17, piece(x, start, start + 17)) ? start + 17 : 0;
  while (end > start + 2 && (x->t[end - 1] == '.' || (x->t[end - 1] == ':' && x->t[end - 2] != ':')))
    end--;
  if (boundary(x, start, end) && (start == 0 || x->t[start - 1] != ':') && ipv6_at(x->t + start, end - start))
    return give_ipv6(x, start, end);
  return whole - start > 46 && colons > 8 ? whole : 0; /* long rows of pairs hold nothing */
}

/* --- words ---------------------------------------------------------------------------------------------------- */

static bool distinct_enough(const unsigned char *p, size_t n) {
  bool seen[128] = {false}, letter = false;
  size_t distinct = 0;
  for (size_t i = 0; i < n; i++) {
    distinct += !seen[p[i] & 127];
    seen[p[i] & 127] = true;
    letter |= !is_class(p[i], K_DIGIT);
  }
  return distinct > 5 && letter;
}

static bool all_class(const unsigned char *p, size_t n, unsigned k) {
  for (size_t i = 0; i < n; i++)
    if (!is_class(p[i], k))
      return false;
  return true;
}

/* What the words before a digest call it. */
static enum indicator_type digest_type(const struct extract *x, size_t from, size_t n) {
  if (n == 32)
    return said_before(x, place(x, from), 3, 0, "imphash") || said_before(x, place(x, from), 3, 0, "import")
               ? TYPE_IMPHASH
               : TYPE_MD5;
  if (n == 64)
    return said_before(x, place(x, from), 3, 0, "authentihash") ? TYPE_AUTHENTIHASH : TYPE_SHA256;
  return n == 40 ? TYPE_SHA1 : TYPE_SHA512;
}

static void long_word(struct extract *x, size_t from, size_t to) {
  const unsigned char *p = x->t + from;
  size_t n = to - from;
  vg_str word = piece(x, from, to);
  unsigned char version[1];
  bool hex = n <= 128 && all_class(p, n, K_DIGIT | K_HEX);
  if (hex && (n == 32 || n == 40 || n == 64 || n == 128)) {
    if (distinct_enough(p, n))
      (void)give(x, digest_type(x, from, n), from, to, word);
  } else if ((n == 72 && (p[0] | 32) == 't' && p[1] == '1') ||
             (hex && n == 70 && said_before(x, place(x, from), 3, 0, "tlsh"))) {
    if (distinct_enough(p, n))
      (void)give(x, TYPE_TLSH, from, to, word);
  } else if (n == 42 && p[0] == '0' && (p[1] | 32) == 'x') {
    if (distinct_enough(p + 2, 40))
      (void)give(x, TYPE_ETH, from, to, word);
  } else if (n == 95 || n == 106) {
    (void)give(x, TYPE_XMR, from, to, word);
  } else if (n >= 26 && n <= 35 && (p[0] == '1' || p[0] == '3')) {
    if (checksum_base58check(word, version) && version[0] == (p[0] == '1' ? 0 : 5))
      (void)give(x, TYPE_BTC, from, to, word);
  } else if (n <= 74 && (p[0] | 32) == 'b' && (p[1] | 32) == 'c' && p[2] == '1') {
    char lower[80];
    for (size_t i = 0; i < n; i++)
      lower[i] = vg_lower(word.p[i]);
    if (checksum_bech32(word))
      (void)give(x, TYPE_BTC, from, to, vg_str_n(lower, n));
  }
  if (n >= 15 && n <= 34 && all_class(p, 2, K_ALPHA | K_HEX) && all_class(p + 2, 2, K_DIGIT))
    (void)give(x, TYPE_IBAN, from, to, word);
}

static unsigned number(const unsigned char *p, size_t n) {
  unsigned v = 0;
  for (size_t i = 0; i < n; i++)
    v = v * 10 + (unsigned)(p[i] - '0');
  return v;
}

/* Ids that ATT&CK gave out so far, with room for some years; software, groups and campaigns only in brackets or links.
 */
static bool attack_known(const struct extract *x, size_t from, size_t letters) {
  static const struct {
    const char *kind;
    unsigned low, high;
    bool marked;
  } known[] = {{"T", 800, 899, false}, {"T", 1001, 1799, false}, {"TA", 1, 199, false},
               {"M", 801, 999, false}, {"M", 1001, 1099, false}, {"S", 1, 1999, true},
               {"G", 1, 1999, true},   {"C", 1, 199, true},      {"DS", 1, 99, true}};
  unsigned id = number(x->t + from + letters, 4);
  bool marked = from > 0 && strchr("([/", x->t[from - 1]);
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eq_ci(piece(x, from, from + letters), vg_str_z(known[i].kind)) && id >= known[i].low &&
        id <= known[i].high)
      return marked || !known[i].marked;
  return false;
}

static size_t find_attack(struct extract *x, size_t from, size_t to) {
  size_t letters = 0, end = to;
  while (letters < 3 && from + letters < to && !is_class(x->t[from + letters], K_DIGIT))
    letters++;
  if (letters == 0 || letters > 2 || to - from != letters + 4 || !all_class(x->t + from + letters, 4, K_DIGIT))
    return 0;
  if (to + 1 < x->n && x->t[to] == '.' && is_class(x->t[to + 1], K_DIGIT)) {
    for (end = to + 1; end < x->n && end < to + 6 && is_class(x->t[end], K_ALNUM);)
      end++;
    if (end != to + 4 || !all_class(x->t + to + 1, 3, K_DIGIT))
      return 0;
  }
  return attack_known(x, from, letters) && give(x, TYPE_ATTACK, from, end, piece(x, from, end)) ? end : 0;
}

/* CVE-2017-0144: the words "CVE", "2017", "0144". */
static size_t find_cve(struct extract *x, size_t from, size_t to) {
  char text[32] = "CVE-";
  size_t i = to + 1, n = 4, digits = 0;
  if (to - from != 3 || !vg_str_eq_ci(piece(x, from, to), VG_STR("CVE")) || to >= x->n || !strchr("-_", x->t[to]))
    return 0;
  if (i + 4 >= x->n || !all_class(x->t + i, 4, K_DIGIT) || !strchr("-_", x->t[i + 4]))
    return 0;
  memcpy(text + n, x->t + i, 4);
  text[n + 4] = '-';
  n += 5;
  for (i += 5; i < x->n && is_class(x->t[i], K_DIGIT) && digits < 10; i++, digits++)
    text[n++] = (char)x->t[i];
  if (digits < 4 || (i < x->n && is_class(x->t[i], K_ALNUM)))
    return 0;
  return give(x, TYPE_CVE, from, i, vg_str_n(text, n)) ? i : 0;
}

static bool find_as(struct extract *x, size_t from, size_t to) {
  size_t letters = vg_str_eq_ci(piece(x, from, from + 3), VG_STR("ASN"))  ? 3
                   : vg_str_eq_ci(piece(x, from, from + 2), VG_STR("AS")) ? 2
                                                                          : 0;
  size_t digits = to - from - letters;
  if (letters == 0 || to - from <= letters || digits > 10 || !all_class(x->t + from + letters, digits, K_DIGIT))
    return false;
  /* AS2 and AS400 are other things; "as2014" is a slip of the keyboard. */
  if (letters == 2 &&
      (digits < 3 || x->t[from] != 'A' || x->t[from + 1] != 'S' || vg_str_eqz(piece(x, from + 2, to), "400")))
    return false;
  return give(x, TYPE_ASN, from, to, piece(x, from, to));
}

/* "UA-12345-1", "pub-1234567891234567" */
static size_t find_tracker(struct extract *x, size_t from, size_t to) {
  size_t end = to;
  bool analytics = to - from == 2 && vg_str_eq_ci(piece(x, from, to), VG_STR("UA"));
  bool publisher = to - from == 3 && vg_str_eq_ci(piece(x, from, to), VG_STR("pub"));
  if ((!analytics && !publisher) || to >= x->n || x->t[to] != '-')
    return 0;
  while (end < x->n && end < to + 24 && (is_class(x->t[end], K_DIGIT) || x->t[end] == '-'))
    end++;
  return boundary(x, from, end) && give(x, TYPE_TRACKER, from, end, piece(x, from, end)) ? end : 0;
}

static size_t one_word(struct extract *x, size_t from, size_t to) {
  size_t n = to - from, end = 0;
  unsigned char c = x->t[from] | 32;
  if (n >= 14) {
    long_word(x, from, to);
    return to;
  }
  if (n == 3 && c == 'c')
    end = find_cve(x, from, to);
  else if (n >= 5 && n <= 6 && strchr("tmsgcd", c))
    end = find_attack(x, from, to);
  else if (n >= 4 && c == 'a')
    end = find_as(x, from, to) ? to : 0;
  else if ((n == 2 && c == 'u') || (n == 3 && c == 'p'))
    end = find_tracker(x, from, to);
  return end ? end : to;
}

void find_words(struct extract *x, size_t from, size_t to) {
  size_t i = from;
  while (i < to) {
    if (!is_class(x->t[i], K_ALNUM)) {
      i++;
      continue;
    }
    size_t word = i;
    while (i < to && is_class(x->t[i], K_ALNUM))
      i++;
    bool glued = (word > from && x->t[word - 1] >= 0x80) || (i < to && x->t[i] >= 0x80);
    size_t end = glued ? i : one_word(x, word, i);
    i = end > i ? end : i;
  }
}

/* --- the run -------------------------------------------------------------------------------------------------- */

static void give_domain(struct extract *x, size_t from, size_t to) {
  size_t end = find_bare_url(x, from, to);
  (void)give(x, TYPE_DOMAIN, from, to, piece(x, from, to));
  if (end) {
    find_inside_url(x, to, end);
    x->used = end;
  }
}

/* "méchant.exe" is one name: what stands right before its ASCII, two-byte letters (Latin, Greek, Cyrillic...) among it.
 */
static size_t name_start(const struct extract *x, size_t from) {
  for (;;) {
    if (from >= x->used + 2 && (x->t[from - 1] & 0xc0) == 0x80 && x->t[from - 2] >= 0xc3 && x->t[from - 2] <= 0xdf)
      from -= 2;
    else if (from > x->used && is_class(x->t[from - 1], K_ALNUM | K_MINUS))
      from--;
    else
      return from;
  }
}

/* A part without ".." of a run. */
static void dotted(struct extract *x, size_t from, size_t to) {
  while (from < to && !is_class(x->t[from], K_ALNUM | K_HIGH))
    from++;
  while (to > from && !is_class(x->t[to - 1], K_ALNUM | K_HIGH))
    to--;
  if (to - from < 4)
    return;
  if (memchr(x->t + from, '.', to - from) == NULL) {
    find_words(x, from, to);
    return;
  }
  switch (host_kind(x, from, to, SAID_NOTHING)) {
  case HOST_IPV4: {
    size_t end = give_ipv4(x, from, to);
    x->used = end > x->used ? end : x->used;
    return;
  }
  case HOST_DOMAIN: give_domain(x, from, to); return;
  case HOST_FILE: {
    const size_t name = name_start(x, from);
    (void)give(x, TYPE_FILE_NAME, name, to, piece(x, name, to));
    find_words(x, from, to);
    return;
  }
  case HOST_NONE: break;
  }
  if (is_mac(x->t + from, to - from, '.', 4))
    (void)give(x, TYPE_MAC, from, to, piece(x, from, to));
  else if (!address_range(x, from, to))
    find_words(x, from, to);
}

/* ".docm" right behind a letter beyond ASCII: "été.docm". */
static bool ends_name(struct extract *x, size_t from, size_t to) {
  while (to > from && !is_class(x->t[to - 1], K_ALNUM))
    to--;
  if (to < from + 2 || x->t[from] != '.' || !file_extension(piece(x, from + 1, to)))
    return false;
  const size_t name = name_start(x, from);
  return name < from && give(x, TYPE_FILE_NAME, name, to, piece(x, name, to));
}

static void ascii_parts(struct extract *x, size_t from, size_t to) {
  while (from < to) {
    size_t i = from;
    while (i < to && x->t[i] < 0x80)
      i++;
    if (i > from && !ends_name(x, from, i))
      dotted(x, from, i);
    while (i < to && x->t[i] >= 0x80)
      i++;
    from = i;
  }
}

static bool has_high(const struct extract *x, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    if (x->t[i] >= 0x80)
      return true;
  return false;
}

/* Are all its letters beyond ASCII of two bytes, as those of scripts that put spaces between words? */
static bool spaced_script(const struct extract *x, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    if (x->t[i] >= 0xe0)
      return false;
  return true;
}

/* A name with letters beyond ASCII. Where words have no spaces between them, only the end of one names a file. */
static void international(struct extract *x, size_t from, size_t to) {
  const enum host_kind kind = to - from <= 506 ? host_kind(x, from, to, SAID_NOTHING) : HOST_NONE;
  if (kind == HOST_DOMAIN)
    give_domain(x, from, to);
  else if (kind != HOST_FILE || !spaced_script(x, from, to) || !give(x, TYPE_FILE_NAME, from, to, piece(x, from, to)))
    ascii_parts(x, from, to);
}

static void run_part(struct extract *x, size_t from, size_t to) {
  while (to > from && x->t[to - 1] == '.')
    to--;
  bool dot = memchr(x->t + from, '.', to - from) != NULL;
  if (!dot && is_mac(x->t + from, to - from, '-', 2))
    (void)give(x, TYPE_MAC, from, to, piece(x, from, to));
  else if (!dot)
    find_words(x, from, to);
  else if (!has_high(x, from, to))
    dotted(x, from, to);
  else
    international(x, from, to);
}

void find_in_run(struct extract *x, size_t from, size_t to) {
  while (from < to) {
    size_t i = from;
    while (i < to && !(x->t[i] == '.' && i + 1 < to && x->t[i + 1] == '.'))
      i++;
    if (i > from && x->rc == VG_OK)
      run_part(x, from, i);
    while (i < to && x->t[i] == '.')
      i++;
    from = i;
  }
}

/* Lines that name what they hold, or are of a known form: name=value, syslog, proxies, web and DNS servers. */
#include "match/field.h"

#include <string.h>

/* In order: what lies in a part already is that. */
static void add(struct field_parts *o, size_t from, size_t to, vg_str name) {
  if (o->n < FIELD_PARTS && from < to && (!o->n || from >= o->part[o->n - 1].to))
    o->part[o->n++] = (struct field_part){.from = (uint32_t)from, .to = (uint32_t)to, .name = name};
}
static void addz(struct field_parts *o, size_t from, size_t to, const char *name) { add(o, from, to, vg_str_z(name)); }

/* The word at *at, quoted or in brackets as a whole; *at goes behind it and the spaces that follow. */
static bool word(vg_str l, size_t *at, size_t *from, size_t *to) {
  size_t i = *at;
  if (i >= l.n)
    return false;
  const char close = l.p[i] == '"' ? '"' : l.p[i] == '[' ? ']' : ' ';
  *from = i;
  if (close != ' ') {
    for (i++; i < l.n && l.p[i] != close; i++)
      i += close == '"' && l.p[i] == '\\';
    i = i < l.n ? i + 1 : l.n;
  }
  while (i < l.n && l.p[i] != ' ')
    i++;
  *to = i;
  while (i < l.n && l.p[i] == ' ')
    i++;
  *at = i;
  return true;
}

static bool digits(vg_str s) {
  size_t i = 0;
  while (i < s.n && vg_is_digit(s.p[i]))
    i++;
  return s.n && i == s.n;
}

enum { WORDS = 16 };
struct words {
  vg_str line;
  size_t base; /* of its first byte in the whole line */
  struct {
    size_t from, to;
  } w[WORDS];
  size_t n;
};
static void split(struct words *x, vg_str whole, size_t base) {
  const vg_str line = vg_str_sub(whole, base, SIZE_MAX);
  size_t at = 0;
  x->line = line, x->base = base, x->n = 0;
  while (x->n < WORDS && word(line, &at, &x->w[x->n].from, &x->w[x->n].to))
    x->n++;
}
static vg_str at(const struct words *x, size_t i) {
  return i < x->n ? vg_str_sub(x->line, x->w[i].from, x->w[i].to - x->w[i].from) : VG_NOSTR;
}
static char char_at(vg_str s, size_t i) { return i < s.n && s.p ? s.p[i] : '\0'; }
static void name(struct field_parts *o, const struct words *x, size_t i, const char *called) {
  if (i < x->n)
    addz(o, x->base + x->w[i].from, x->base + x->w[i].to, called);
}

/* "1700000000.123 45 10.0.0.1 TCP_MISS/200 1234 GET http://... user HIER_DIRECT/1.2.3.4 text/html" (squid). */
static bool squid(struct field_parts *o, const struct words *x) {
  const vg_str time = at(x, 0), code = at(x, 3);
  const size_t dot = vg_str_find_byte(time, '.', 0), slash = vg_str_find_byte(code, '/', 0);
  if (x->n < 10 || dot != 10 || !digits(vg_str_sub(time, 0, 10)) || slash == SIZE_MAX ||
      !digits(vg_str_sub(code, slash + 1, SIZE_MAX)) || !digits(at(x, 1)) || !digits(at(x, 4)))
    return false;
  static const char *const names[] = {"time",   "elapsed", "client", "result", "bytes",
                                      "method", "url",     "user",   "peer",   "type"};
  for (size_t i = 0; i < VG_COUNT(names); i++)
    name(o, x, i, names[i]);
  return true;
}

/* "host - user [02/Nov/2026:10:20:15 +0100] "GET / HTTP/1.1" 200 12 "referrer" "agent"" (common, combined), perhaps
 * behind the name of the site. */
static bool web(struct field_parts *o, const struct words *x) {
  size_t date = 3;
  while (date < 5 && !(at(x, date).n > 20 && char_at(at(x, date), 0) == '[' && char_at(at(x, date), 3) == '/'))
    date++;
  if (date == 5 || char_at(at(x, date + 1), 0) != '"' || !digits(vg_str_sub(at(x, date + 2), 0, 3)))
    return false;
  if (date == 4)
    name(o, x, 0, "site");
  name(o, x, date - 3, "client");
  name(o, x, date - 2, "ident");
  name(o, x, date - 1, "user");
  name(o, x, date, "time");
  name(o, x, date + 1, "request");
  name(o, x, date + 2, "status");
  name(o, x, date + 3, "bytes");
  name(o, x, date + 4, "referrer");
  name(o, x, date + 5, "user_agent");
  return true;
}

/* --- name=value ----------------------------------------------------------------------------------------------- */

static bool name_char(char c) { return vg_is_alnum(c) || (c && strchr("_.-@[]/$", c)); }
static bool before_name(char c) {
  return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '|' || c == '(' || c == '{' || c == '[';
}

/* The end of a quoted value, behind its quote. */
static size_t quoted(vg_str l, size_t i) {
  const char q = l.p[i];
  for (i++; i < l.n && l.p[i] != q; i++)
    i += l.p[i] == '\\';
  return i < l.n ? i + 1 : l.n;
}

/* A form that parts by tabs: "name=value", or "name:value" (LTSV); values may hold anything else. */
static void tabbed(struct field_parts *o, vg_str l, size_t from) {
  for (size_t end; from < l.n; from = end + 1) {
    size_t n = 0;
    end = vg_str_find_byte(l, '\t', from);
    end = end == SIZE_MAX ? l.n : end;
    const vg_str s = vg_str_sub(l, from, end - from);
    while (n < s.n && n < FIELD_NAME && !strchr("=:/?&\"", s.p[n]))
      n++;
    if (n && n < s.n &&
        (s.p[n] == '=' || (s.p[n] == ':' && !vg_is_digit(s.p[0]) && vg_str_find_byte(s, '/', 0) != n + 1)))
      add(o, from + n + 1, end, vg_str_sub(s, 0, n));
  }
}

/* Names and values from `from` on. An unquoted value ends at a space; in a line of CEF, whose values have spaces, where
 * the next name begins. */
static void pairs(struct field_parts *o, vg_str l, size_t from) {
  const bool cef = vg_str_find(l, VG_STR("CEF:"), 0) != SIZE_MAX;
  const size_t first = o->n;
  for (size_t i = from; i < l.n;) {
    const size_t begin = i;
    while (i < l.n && name_char(l.p[i]))
      i++;
    if (i == begin || i >= l.n || l.p[i] != '=' || (begin > from && !before_name(l.p[begin - 1])) || i - begin > 64) {
      i += i == begin || i < l.n;
      continue;
    }
    const size_t value = ++i;
    if (cef && o->n > first)
      o->part[o->n - 1].to = (uint32_t)begin;
    if (i < l.n && (l.p[i] == '"' || l.p[i] == '\''))
      i = quoted(l, i);
    else
      while (i < l.n && l.p[i] != ' ')
        i++;
    add(o, value, cef ? l.n : i, vg_str_sub(l, begin, value - 1 - begin));
  }
}

/* --- DNS servers ------------------------------------------------------------------------------------------------- */

/* "client @0x7f 10.0.0.1#53 (name): query: name IN A + (server)" (BIND); "query[A] name from 10.0.0.1", "reply name is
 * 192.0.2.1" (dnsmasq); "info: 10.0.0.1 name. A IN" (unbound). */
static bool dns(struct field_parts *o, const struct words *x) {
  const size_t begin = o->n;
  for (size_t i = 0; i + 1 < x->n; i++) {
    const vg_str w = at(x, i);
    const bool mark = char_at(at(x, i + 1), 0) == '@';
    if (vg_str_eqz(w, "client"))
      name(o, x, i + 1 + mark, "client");
    else if (vg_str_eqz(w, "query:"))
      name(o, x, i + 1, "query");
    else if (vg_str_starts(w, VG_STR("query[")) && vg_str_eqz(at(x, i + 2), "from"))
      name(o, x, i + 1, "query"), name(o, x, i + 3, "client");
    else if ((vg_str_eqz(w, "reply") || vg_str_eqz(w, "cached")) && vg_str_eqz(at(x, i + 2), "is"))
      name(o, x, i + 1, "query"), name(o, x, i + 3, "answer");
    else if (vg_str_eqz(w, "forwarded") && vg_str_eqz(at(x, i + 2), "to"))
      name(o, x, i + 1, "query"), name(o, x, i + 3, "server");
    else if (vg_str_eqz(w, "info:") && vg_str_eqz(at(x, i + 4), "IN"))
      name(o, x, i + 1, "client"), name(o, x, i + 2, "query");
  }
  bool asked = false;
  for (size_t i = begin; i < o->n; i++)
    asked |= vg_str_eqz(o->part[i].name, "query");
  o->n = asked ? o->n : begin;
  return asked;
}

/* --- syslog --------------------------------------------------------------------------------------------------------
 */

/* Bytes of a time of syslog with the space behind it. */
static size_t stamp(vg_str l) {
  static const char *const months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (l.n > 16 && l.p[3] == ' ' && l.p[9] == ':' && l.p[12] == ':' && l.p[15] == ' ')
    for (size_t i = 0; i < 36; i += 3)
      if (memcmp(l.p, months + i, 3) == 0)
        return 16;
  const size_t end = vg_str_find_byte(vg_str_sub(l, 0, 48), ' ', 0);
  return l.n > 20 && end != SIZE_MAX && end > 18 && l.p[4] == '-' && l.p[7] == '-' && l.p[10] == 'T' ? end + 1 : 0;
}

size_t field_syslog(struct field_parts *o, vg_str l) {
  size_t at = 0, from[7], to[7], n = 0;
  bool five = false;
  if (l.n && l.p[0] == '<') {
    at = vg_str_find_byte(vg_str_sub(l, 0, 6), '>', 0);
    if (at == SIZE_MAX || !digits(vg_str_sub(l, 1, at - 1)))
      return 0;
    at++;
    five = vg_str_starts(vg_str_sub(l, at, 2), VG_STR("1 "));
    at += five ? 2 : 0;
  }
  const size_t time = stamp(vg_str_sub(l, at, SIZE_MAX));
  if (!time)
    return 0;
  at += time;
  if (five) { /* RFC 5424: host, app, procid, msgid, structured data */
    static const char *const names[] = {"host", "program", "procid", "msgid"};
    for (; n < 4 && word(l, &at, &from[n], &to[n]); n++)
      addz(o, from[n], to[n], names[n]);
    if (n < 4)
      return 0;
    if (vg_str_starts(vg_str_sub(l, at, 2), VG_STR("- ")))
      return at + 2;
    size_t sd = at; /* [id name="value" ...][...] */
    while (sd < l.n && l.p[sd] == '[') {
      for (sd++; sd < l.n && l.p[sd] != ']'; sd++)
        sd = l.p[sd] == '"' ? quoted(l, sd) - 1 : sd;
      sd += sd < l.n;
    }
    pairs(o, vg_str_sub(l, 0, sd), at);
    return sd < l.n ? sd + 1 : l.n;
  }
  size_t tag = at, end;
  if (!word(l, &tag, &from[0], &to[0]) ||
      (end = vg_str_find(vg_str_sub(l, 0, tag + 128), VG_STR(": "), tag)) == SIZE_MAX ||
      vg_str_find_byte(vg_str_sub(l, 0, end), ' ', tag) != SIZE_MAX)
    return 0;
  addz(o, from[0], to[0], "host");
  addz(o, tag, end, "program");
  return end + 2;
}

/* --- any line ------------------------------------------------------------------------------------------------------
 */

size_t field_json_begins(struct field_parts *scratch, vg_str l) {
  size_t i = 0;
  while (i < l.n && (l.p[i] == ' ' || l.p[i] == '\t'))
    i++;
  if (i < l.n && l.p[i] == '{')
    return i;
  size_t k = i + 1;
  while (k < l.n && l.p[k] == ' ')
    k++;
  if (i < l.n && l.p[i] == '[' && k < l.n && (l.p[k] == '{' || l.p[k] == '"' || l.p[k] == '['))
    return i;
  if (i < l.n && l.p[i] == '"') { /* "key": of JSON over many lines */
    k = quoted(l, i);
    while (k < l.n && l.p[k] == ' ')
      k++;
    return k < l.n && l.p[k] == ':' ? i : SIZE_MAX;
  }
  scratch->n = 0;
  k = field_syslog(scratch, vg_str_sub(l, 0, 1024));
  return k && k < l.n && l.p[k] == '{' ? k : SIZE_MAX;
}

void field_text(struct field_parts *o, vg_str l) {
  struct words x;
  o->n = 0;
  split(&x, l, 0);
  if (squid(o, &x) || web(o, &x))
    return;
  const size_t head = field_syslog(o, l);
  o->message = (uint32_t)head;
  split(&x, l, head);
  if (dns(o, &x))
    return;
  if (vg_str_find_byte(l, '\t', head) != SIZE_MAX)
    tabbed(o, l, head);
  else
    pairs(o, l, head);
}

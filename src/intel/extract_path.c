/* Paths of files and keys of the registry. Names in them may hold spaces: a name goes on behind a space when a
 * separator follows soon. */
#include "intel/extract_internal.h"

#include <string.h>

enum { SEGMENT_MAX = 255, PATH_MAX_BYTES = 1024, AHEAD = 64 };

static const char *const hives[] = {"HKEY_LOCAL_MACHINE",
                                    "HKEY_CURRENT_USER",
                                    "HKEY_CLASSES_ROOT",
                                    "HKEY_USERS",
                                    "HKEY_CURRENT_CONFIG",
                                    "HKLM",
                                    "HKCU",
                                    "HKCR",
                                    "HKU",
                                    "HKCC"};

/* The hive that ends at `end`: its length, 0 when there is none. */
static size_t hive_before(const unsigned char *p, size_t from, size_t end) {
  for (size_t i = 0; i < VG_COUNT(hives); i++) {
    vg_str h = vg_str_z(hives[i]);
    if (end - from >= h.n && vg_str_eq_ci(vg_str_n((const char *)p + end - h.n, h.n), h) &&
        (end - h.n == 0 || !is_class(p[end - h.n - 1], K_ALNUM | K_MINUS)))
      return h.n;
  }
  return 0;
}

static size_t hive_at(const unsigned char *p, size_t n, size_t i) {
  for (size_t k = 0; k < VG_COUNT(hives); k++) {
    vg_str h = vg_str_z(hives[k]);
    if (i + h.n < n && vg_str_eq_ci(vg_str_n((const char *)p + i, h.n), h) &&
        (p[i + h.n] == '\\' || p[i + h.n] == ':' || p[i + h.n] == '>'))
      return h.n;
  }
  return 0;
}

struct path {
  const unsigned char *p;
  size_t n;            /* of the text */
  bool key;            /* of the registry */
  unsigned char quote; /* what ends it besides the end of the line; 0: none */
  size_t end;
  size_t endless; /* none that begins before it, on the same walk, is one; 0: nothing is known */
  char text[PATH_MAX_BYTES];
  size_t text_n;
};

static bool never(const struct path *w, unsigned char c) {
  return c < ' ' || c == 0x7f || c == '"' || c == '|' || c == '*' || c == '?' || c == '`' ||
         (!w->key && (c == '<' || c == '>' || c == ':'));
}

/* The first byte of a letter, not of a typographic mark, or one behind it. */
static bool letter_byte(unsigned char c) { return c < 0xc2 || (c >= 0xc3 && c <= 0xdf) || (c >= 0xe4 && c <= 0xed); }

/* "Windows NT\": does a separator follow the space at i, before anything that ends a path or begins another one, such
 * as "\\server"? */
static bool goes_on(const struct path *w, size_t i) {
  for (size_t k = i + 1; k < w->n && k < i + AHEAD; k++) {
    unsigned char c = w->p[k];
    if (c == '\\')
      return w->p[k - 1] != ' ';
    if (never(w, c) || c == ',' || c == ';' || c == '\'' || c == '<' || !letter_byte(c) ||
        (w->p[k - 1] == ' ' && c == ' '))
      return false;
    if (w->p[k - 1] == ' ' &&
        (hive_at(w->p, w->n, k) || (k + 1 < w->n && w->p[k + 1] == ':') || c == '%' || c == '/' || c == '('))
      return c == '(' && k + 4 < w->n && memcmp(w->p + k, "(x86", 4) == 0;
  }
  return false;
}

/* "<USER SID>" inside a key: the index behind it, or 0. */
static size_t angle(const struct path *w, size_t i) {
  for (size_t k = i + 1; k < w->n && k < i + 40; k++) {
    if (w->p[k] == '>')
      return k + 1;
    if (!is_class(w->p[k], K_ALNUM | K_MINUS) && w->p[k] != ' ')
      return 0;
  }
  return 0;
}

static void keep(struct path *w, size_t from, size_t to) {
  for (size_t i = from; i < to && w->text_n < sizeof w->text; i++)
    w->text[w->text_n++] = (char)w->p[i];
}

/* One name from i on. Returns where it ends; i when there is none; SIZE_MAX when the whole is no path. */
static size_t segment(struct path *w, size_t i) {
  size_t from = i;
  while (i < w->n && i - from <= SEGMENT_MAX) {
    unsigned char c = w->p[i];
    if (c == '\\' || never(w, c) || (w->quote && c == w->quote))
      break;
    if (w->key && c == '<') {
      size_t behind = angle(w, i);
      if (!behind)
        return SIZE_MAX;
      i = behind;
      continue;
    }
    if (c == '>' || (!w->quote && (c == ',' || c == ';' || c == '\'')))
      break;
    if (c == ' ' && !w->quote && !goes_on(w, i))
      break;
    if (c == 0xe2 && i + 1 < w->n && (w->p[i + 1] == 0x80)) /* a typographic quote or dash */
      break;
    if (c == 0xc2 && i + 1 < w->n && (w->p[i + 1] == 0xbb || w->p[i + 1] == 0xa0)) /* also French, with its space */
      break;
    i++;
  }
  return i - from > SEGMENT_MAX ? SIZE_MAX : i;
}

/* Names and separators (one backslash, or two as in source code) from i on, where a separator stands. */
static bool walk(struct path *w, size_t i) {
  size_t names = 0;
  for (;;) {
    if (i >= w->n || w->p[i] != '\\')
      break;
    size_t name = i + 1 < w->n && w->p[i + 1] == '\\' ? i + 2 : i + 1;
    size_t end = segment(w, name);
    if (end == SIZE_MAX) {
      w->endless = i;
      return false;
    }
    if (end == name)
      break;
    keep(w, i, i + 1);
    keep(w, name, end);
    names++;
    i = end;
  }
  /* No path is so long. Those that begin further on are walked to the same end, and each two bytes are one at least. */
  if (w->text_n == sizeof w->text) {
    w->endless = i > 2 * sizeof w->text ? i - 2 * sizeof w->text : 0;
    return false;
  }
  while (w->text_n > 0 && (strchr(".,;: )]}'!", w->text[w->text_n - 1]))) {
    w->text_n--;
    i--;
  }
  w->end = i;
  return names > 0;
}

static unsigned char quote_before(const struct extract *x, size_t start) {
  return start > 0 && (x->text[start - 1] == '"' || x->text[start - 1] == '\'') ? x->text[start - 1] : 0;
}

/* Is there a closing quote on this line? Then everything before it is the path. */
static unsigned char closed_quote(const struct extract *x, size_t start) {
  unsigned char q = quote_before(x, start);
  for (size_t i = start; q && i < x->text_n && i < start + 520; i++) {
    if (x->text[i] == q)
      return q;
    if (x->text[i] < ' ')
      break;
  }
  return 0;
}

/* The walk from a separator, unless one like it has shown that it leads nowhere. */
static bool walked(struct extract *x, struct path *w, size_t separator) {
  if (w->quote)
    return walk(w, separator);
  if (separator >= x->endless[w->key].from && separator < x->endless[w->key].to)
    return false;
  bool found = walk(w, separator);
  if (w->endless > separator)
    x->endless[w->key].from = separator, x->endless[w->key].to = w->endless;
  return found;
}

static size_t key_from(struct extract *x, size_t start, size_t hive, size_t separator) {
  struct path w = {.p = x->text, .n = x->text_n, .key = true, .quote = closed_quote(x, start)};
  keep(&w, hive,
       hive + hive_before(x->text, hive, separator - (x->text[separator - 1] == '>' || x->text[separator - 1] == ':')));
  if (!walked(x, &w, separator) || !give_text(x, TYPE_REGISTRY, start, w.end, vg_str_n(w.text, w.text_n)))
    return 0;
  return w.end;
}

static size_t path_from(struct extract *x, size_t start, size_t separator) {
  struct path w = {.p = x->text, .n = x->text_n, .quote = closed_quote(x, start)};
  keep(&w, start, separator);
  if (!walked(x, &w, separator) || !give_text(x, TYPE_FILE_PATH, start, w.end, vg_str_n(w.text, w.text_n)))
    return 0;
  return w.end;
}

/* The hive right before the separator at k: "HKLM\", "HKLM:\", "<HKLM>\". */
static size_t try_key(struct extract *x, size_t from, size_t k, size_t *start) {
  const unsigned char *p = x->text;
  size_t end = k;
  bool marked = end > 0 && (p[end - 1] == '>' || p[end - 1] == ':');
  if (marked)
    end--;
  size_t low = p[k - (k > 0)] == '>' && from >= 20 ? from - 20 : p[k - (k > 0)] == '>' ? 0 : from;
  size_t n = hive_before(p, low, end);
  if (n == 0)
    return 0;
  bool angled = marked && p[end] == '>';
  if (angled && (end - n == 0 || p[end - n - 1] != '<'))
    return 0;
  *start = end - n - angled;
  return key_from(x, *start, end - n, k);
}

/* "%APPDATA%\": where it begins, or SIZE_MAX. */
static size_t variable_before(const unsigned char *p, size_t from, size_t k) {
  size_t i = k - 1;
  if (k < from + 3 || p[i] != '%')
    return SIZE_MAX;
  while (i > from && k - i < 40 && (is_class(p[i - 1], K_ALNUM | K_MINUS) || p[i - 1] == '(' || p[i - 1] == ')'))
    i--;
  return i > from && p[i - 1] == '%' && i + 2 < k ? i - 1 : SIZE_MAX;
}

/* The server of a share is where files are fetched from or credentials go to: an address or a name of the Internet is a
 * value of its own. [from, to) of the text. */
static void give_server(struct extract *x, size_t from, size_t to) {
  x->t = x->text, x->n = x->text_n, x->at = 0, x->map = NULL;
  enum host_kind kind = host_kind(x, from, to, SAID_HOST);
  if (kind == HOST_DOMAIN || kind == HOST_IPV4)
    (void)give(x, kind == HOST_IPV4 ? TYPE_IPV4 : TYPE_DOMAIN, from, to, piece(x, from, to));
}

/* "@SSL", "@8080", "@SSL@443" behind the server, where it is asked over HTTP: the index behind them. */
static size_t behind_ports(const struct extract *x, size_t i) {
  const unsigned char *p = x->text;
  while (i + 1 < x->text_n && p[i] == '@' && is_class(p[i + 1], K_ALNUM))
    for (i++; i < x->text_n && is_class(p[i], K_ALNUM); i++) {
    }
  return i;
}

static size_t try_path(struct extract *x, size_t from, size_t k, size_t *start) {
  const unsigned char *p = x->text;
  if (k >= from + 2 && p[k - 1] == ':' && is_class(p[k - 2], K_ALPHA | K_HEX) &&
      (k - 2 == from || !is_class(p[k - 3], K_ALNUM))) {
    *start = k - 2;
    return path_from(x, *start, k);
  }
  size_t variable = variable_before(p, from, k);
  if (variable != SIZE_MAX) {
    *start = variable;
    return path_from(x, *start, k);
  }
  /* \\server\share */
  if (k + 2 < x->text_n && p[k + 1] == '\\' && is_class(p[k + 2], K_ALNUM | K_DOT) &&
      !(k > from && p[k - 1] == ':' && web_scheme(p, from, k - 1)) &&
      (k == from || !is_class(p[k - 1], K_ALNUM | K_DOT | K_MINUS))) {
    size_t server = k + 2, i = server;
    while (i < x->text_n && is_class(p[i], K_ALNUM | K_DOT | K_MINUS))
      i++;
    size_t share = behind_ports(x, i), name = share + 1, end = 0;
    if (name < x->text_n && p[name] == '\\') /* as in source code */
      name++;
    if (name < x->text_n && p[share] == '\\' && is_class(p[name], K_ALNUM) && i > k + 4) {
      *start = k;
      end = path_from(x, k, share);
      if (end)
        give_server(x, server, i);
    }
    return end;
  }
  return 0;
}

size_t find_backslash_path(struct extract *x, size_t from, size_t to, size_t *start) {
  for (size_t k = from; k < to; k++) {
    if (x->text[k] != '\\')
      continue;
    size_t end = try_key(x, from, k, start);
    if (end == 0)
      end = try_path(x, from, k, start);
    if (end)
      return end;
  }
  return 0;
}

static const char *const roots[] = {
    "etc",    "usr",     "var",     "tmp",  "home",   "root",    "opt", "bin",     "sbin",   "lib",     "lib64",
    "dev",    "proc",    "sys",     "mnt",  "media",  "srv",     "run", "boot",    "Users",  "Library", "Applications",
    "System", "private", "Volumes", "data", "sdcard", "storage", "www", "wwwroot", "inetpub"};

/* NULL: it is none of them. */
static const char *root_called(vg_str name) {
  for (size_t k = 0; k < VG_COUNT(roots); k++)
    if (vg_str_eqz(name, roots[k]))
      return roots[k];
  return NULL;
}

bool unix_root(vg_str s) {
  const size_t end = vg_str_find_byte(s, '/', 1);
  return end != SIZE_MAX && end + 1 < s.n && s.p[0] == '/' && root_called(vg_str_sub(s, 1, end - 1));
}

static bool unix_byte(unsigned char c) {
  return is_class(c, K_ALNUM | K_DOT | K_MINUS | K_HIGH) || (c && strchr("+@%~=/", c));
}

/* "/Library/File System/x.kext": macOS likes spaces; the name goes on when a slash follows soon. */
static size_t behind_space(const struct extract *x, size_t i) {
  for (size_t k = i + 1; k < x->text_n && k < i + 32; k++) {
    unsigned char c = x->text[k];
    if (c == '/')
      return x->text[k - 1] == ' ' ? 0 : k;
    if (c != ' ' && !is_class(c, K_ALNUM))
      return 0;
  }
  return 0;
}

size_t find_unix_path(struct extract *x, size_t i) {
  const unsigned char *t = x->t;
  size_t root = i + 1, end = i;
  bool home = t[i] == '~', spaced = false;
  if (i > 0 && (is_class(t[i - 1], K_ALNUM | K_DOT | K_MINUS | K_HIGH) || strchr("/~>:*", t[i - 1])) &&
      !(t[i - 1] == ':' && !home))
    return 0;
  if (home && (root >= x->n || t[root] != '/'))
    return 0;
  while (!home && root < x->n && is_class(t[root], K_ALNUM))
    root++;
  const char *called = home ? NULL : root_called(piece(x, i + 1, root));
  if ((!home && !called) || root + 1 >= x->n || t[root] != '/')
    return 0;
  while (end < x->n && end - i < 4096 && unix_byte(t[end]))
    end++;
  const bool mac = called && called[0] >= 'A' && called[0] <= 'Z';
  /* Spaces end the chunk: behind them only the text itself can tell. */
  size_t to = x->at + end;
  for (size_t slash;
       mac && !x->map && end == x->n && to < x->text_n && x->text[to] == ' ' && (slash = behind_space(x, to)) != 0;) {
    for (to = slash; to < x->text_n && to - x->at - i < 4096 && unix_byte(x->text[to]);)
      to++;
    spaced = true;
  }
  if (spaced) {
    while (strchr(".~=", x->text[to - 1]))
      to--;
    if (!give_text(x, TYPE_FILE_PATH, x->at + i, to, vg_str_n((const char *)x->text + x->at + i, to - x->at - i)))
      return 0;
    x->behind = to;
    return x->n;
  }
  while (end > root + 1 && strchr(".~=", t[end - 1]))
    end--;
  return end > root + 1 && give(x, TYPE_FILE_PATH, i, end, piece(x, i, end)) ? end : 0;
}

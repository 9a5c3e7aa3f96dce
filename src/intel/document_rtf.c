/* Text of RTF (Rich Text Format 1.9.1): what is read, the addresses of links and of templates; no pictures, no tables
 * of fonts and styles, no packed objects. One pass; groups deeper than DEEP keep the state of the last one that has its
 * own. */
#include "intel/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEP = 256, WORD = 32, FALLBACK_MAX = 16 };

struct group {
  bool skip;        /* nothing of it is text */
  bool aside;       /* is no part of the text around it: goes behind */
  int64_t fallback; /* \uc: how many characters stand behind a \u for who cannot read it */
  bool begun_aside; /* this group did */
};
struct rtf {
  vg_str left;
  struct group g[DEEP];
  size_t depth;      /* groups open */
  bool star;         /* behind \*: an unknown word skips its group */
  int64_t pass_over; /* characters still to be left out behind a \u */
  unsigned high;     /* first half of a pair of \u */
  char charset[24];
  struct vg_buf run; /* bytes of the charset that are not yet in a text */
  struct vg_buf text, aside;
};

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static struct group *top(struct rtf *r) {
  size_t i = r->depth < DEEP ? r->depth : DEEP - 1;
  return &r->g[i];
}

static struct vg_buf *place(struct rtf *r) { return top(r)->aside ? &r->aside : &r->text; }

static void flush(struct rtf *r) {
  document_utf8(place(r), vg_buf_view(&r->run), vg_str_z(r->charset));
  vg_buf_reset(&r->run);
}

/* One character of the text, unless it stands in for a \u. */
static void put(struct rtf *r, char c) {
  if (r->pass_over > 0) {
    r->pass_over--;
    return;
  }
  r->high = 0;
  if (!top(r)->skip)
    vg_buf_byte(&r->run, (unsigned char)c);
}

static void put_text(struct rtf *r, const char *text) {
  flush(r);
  if (!top(r)->skip)
    vg_buf_z(place(r), text);
}

static void put_unicode(struct rtf *r, int64_t n) {
  uint32_t c = (uint32_t)(n & 0xffff);
  flush(r);
  r->pass_over = top(r)->fallback;
  if (top(r)->skip)
    return;
  if (c >= 0xd800 && c < 0xdc00) {
    r->high = c;
    return;
  }
  if (c >= 0xdc00 && c < 0xe000) {
    if (!r->high)
      return;
    c = 0x10000 + ((r->high - 0xd800) << 10) + (c - 0xdc00);
  }
  r->high = 0;
  char utf8[4];
  if (c)
    vg_buf_add(place(r), utf8, vg_utf8_put(utf8, c));
}

static void open_group(struct rtf *r) {
  struct group g = *top(r);
  flush(r);
  g.begun_aside = false;
  r->depth++;
  if (r->depth < DEEP)
    *top(r) = g;
}

static void close_group(struct rtf *r) {
  flush(r);
  r->pass_over = 0;
  if (r->depth < DEEP && top(r)->begun_aside)
    vg_buf_byte(&r->aside, '\n');
  if (r->depth)
    r->depth--;
}

static bool is_one(const char *word, const char *const *list, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(word, list[i]) == 0)
      return true;
  return false;
}

/* What a word says of the group that it opens. */
static void destination(struct rtf *r, const char *word) {
  static const char *const beside[] = {"fldinst", "template", "hlinkbase", "docvar", "hlloc", "hlsrc", "annotation"};
  static const char *const holding[] = {"shpinst", "shppict", "hl", "background", "shptxt", "atnauthor"};
  static const char *const skipped[] = {"fonttbl", "colortbl", "stylesheet", "pict",    "objdata",      "themedata",
                                        "sn",      "filetbl",  "revtbl",     "rsidtbl", "nonesttables", "info"};
  struct group *g = top(r);
  bool star = r->star;
  r->star = false;
  if (r->depth >= DEEP)
    return;
  if (is_one(word, beside, VG_COUNT(beside)) && !g->aside) {
    flush(r);
    g->aside = g->begun_aside = true;
  } else if (is_one(word, skipped, VG_COUNT(skipped)) ||
             (star && !is_one(word, holding, VG_COUNT(holding)) && !is_one(word, beside, VG_COUNT(beside)))) {
    flush(r);
    g->skip = true;
  }
}

static void word_read(struct rtf *r, const char *word, bool has_number, int64_t n) {
  static const char *const lines[] = {"par", "line", "sect", "page", "row", "cell", "nestcell", "nestrow", "column"};
  static const char *const quotes[] = {"lquote", "rquote", "ldblquote", "rdblquote", "bullet", "emspace", "enspace"};
  if (r->pass_over > 0 && strcmp(word, "u") != 0 && strcmp(word, "bin") != 0) {
    r->pass_over--; /* a word stands in for one character */
    return;
  }
  if (is_one(word, lines, VG_COUNT(lines)))
    put_text(r, "\n");
  else if (strcmp(word, "tab") == 0)
    put_text(r, "\t");
  else if (is_one(word, quotes, VG_COUNT(quotes)))
    put_text(r, " ");
  else if (strcmp(word, "endash") == 0 || strcmp(word, "emdash") == 0)
    put_text(r, "\xe2\x80\x93");
  else if (strcmp(word, "u") == 0 && has_number)
    put_unicode(r, n);
  else if (strcmp(word, "uc") == 0)
    top(r)->fallback = n < 0 ? 0 : n < FALLBACK_MAX ? n : FALLBACK_MAX;
  else if (strcmp(word, "bin") == 0)
    r->left = vg_str_sub(r->left, n > 0 ? (size_t)n : 0, r->left.n);
  else if (strcmp(word, "ansicpg") == 0 && n > 0 && n < 100000) {
    flush(r);
    snprintf(r->charset, sizeof r->charset, n == 65001 ? "utf-8" : "windows-%d", (int)n);
  } else if (strcmp(word, "mac") == 0)
    snprintf(r->charset, sizeof r->charset, "macintosh");
  else
    destination(r, word);
}

/* Behind the backslash: \'hh, a symbol, or a word of letters with a number. */
static void control(struct rtf *r) {
  char word[WORD];
  size_t n = 0, i = 0;
  int64_t number = 0;
  vg_str s = r->left;
  if (s.n == 0)
    return;
  if (!is_letter(s.p[0])) {
    char c = s.p[0];
    unsigned char byte;
    r->left = vg_str_sub(s, 1, s.n);
    if (c == '\'' && vg_unhex(vg_str_sub(s, 1, 2), &byte, 1)) {
      r->left = vg_str_sub(s, 3, s.n);
      put(r, (char)byte);
    } else if (c == '\\' || c == '{' || c == '}' || c == '_')
      put(r, c == '_' ? '-' : c);
    else if (c == '~')
      put(r, ' ');
    else if (c == '*')
      r->star = true;
    else if (c == '\n' || c == '\r')
      put_text(r, "\n");
    return;
  }
  while (i < s.n && is_letter(s.p[i])) {
    if (n + 1 < sizeof word)
      word[n++] = s.p[i];
    i++;
  }
  word[n] = 0;
  bool minus = i + 1 < s.n && s.p[i] == '-' && vg_is_digit(s.p[i + 1]);
  size_t from = i + minus;
  for (i = from; i < s.n && vg_is_digit(s.p[i]) && i - from < 10; i++)
    number = number * 10 + (s.p[i] - '0');
  bool has_number = i > from;
  if (i < s.n && s.p[i] == ' ')
    i++;
  r->left = vg_str_sub(s, i, s.n);
  word_read(r, word, has_number, minus ? -number : number);
}

vg_code document_rtf(struct document *d, vg_str bytes, vg_str name, struct vg_err *err) {
  size_t most = bytes.n <= SIZE_MAX / 4 - 1024 ? 3 * bytes.n + 1024 : SIZE_MAX / 4;
  struct rtf *r = calloc(1, sizeof *r);
  if (!r)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  r->left = bytes;
  r->g[0].fallback = 1;
  snprintf(r->charset, sizeof r->charset, "windows-1252");
  vg_buf_init(&r->run, most);
  vg_buf_init(&r->text, most);
  vg_buf_init(&r->aside, most);
  while (r->left.n) {
    char c = r->left.p[0];
    r->left = vg_str_sub(r->left, 1, r->left.n);
    if (c == '\\')
      control(r);
    else if (c == '{')
      open_group(r);
    else if (c == '}')
      close_group(r);
    else if (c != '\r' && c != '\n' && c)
      put(r, c);
  }
  flush(r);
  vg_buf_byte(&r->text, '\n');
  vg_buf_str(&r->text, vg_buf_view(&r->aside));
  vg_code rc = vg_buf_check(&r->aside, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&r->text, err);
  if (rc == VG_OK)
    rc = document_spend(d, r->text.n) ? document_give(d, PART_BYTES, vg_buf_view(&r->text), name, err)
                                      : document_problem(d, name, "intel.document.size", err);
  vg_buf_fini(&r->run);
  vg_buf_fini(&r->text);
  vg_buf_fini(&r->aside);
  free(r);
  return rc;
}

/*
 * Extraction and matching read the same texts: what one finds in a spelling, the other finds too. Each value is written
 * in each way that reports and logs have; what extraction gives must hit when it is listed, and what hits when it is
 * listed must be given. Where they part is named below, with the reason.
 */
#include "base/buf.h"
#include "intel/intel.h"
#include "match/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/vigie-agree-XXXXXX";

static vg_code count(void *ctx, const struct match_hit *h, struct vg_err *err) {
  (void)h, (void)err;
  ++*(int *)ctx;
  return VG_OK;
}

/* A pack of this one value; the same as before when it was asked for already. */
static struct pack *pack_of(enum match_type type, vg_str listed) {
  static struct {
    enum match_type type;
    char value[300];
    struct pack *p;
  } known[400];
  static size_t count;
  const struct pack_value v = {.type = type, .value = listed, .expires = VG_NOTIME};
  const struct pack_meta m = {.expires = VG_NOTIME};
  struct pack_build *b;
  for (size_t i = 0; i < count; i++)
    if (known[i].type == type && vg_str_eqz(listed, known[i].value))
      return known[i].p;
  assert_true(count < VG_COUNT(known) && listed.n < sizeof known[0].value);
  known[count].type = type;
  vg_str_copy(known[count].value, sizeof known[count].value, listed);
  assert_int_equal(pack_build_new(&b, NULL), VG_OK);
  assert_int_equal(pack_build_add(b, &v, NULL), VG_OK);
  assert_int_equal(pack_build_seal(b, &m, NULL, NULL, NULL), VG_OK);
  assert_int_equal(pack_build_save(b, path, NULL, NULL), VG_OK);
  pack_build_free(b);
  assert_int_equal(pack_open(path, NULL, &known[count].p, NULL), VG_OK);
  return known[count++].p;
}

static bool hits(enum match_type type, vg_str listed, vg_str text) {
  int found = 0;
  assert_int_equal(match_bytes(pack_of(type, listed), text, 1, count, &found, NULL), VG_OK);
  return found > 0;
}

/* --- values ------------------------------------------------------------------------------------------------------ */

static const char *const values[][2] = {
    {"domain-name", "evil-host.ru"},
    {"domain-name", "www.mal.ware.com"},
    {"domain-name", "b\xc3\xbc"
                    "cher.de"},
    {"ipv4-addr", "93.184.216.34"},
    {"ipv6-addr", "2a00:1450:4007:80c::2004"},
    {"cidr", "93.184.216.0/24"},
    {"url", "http://evil-host.ru/gate.php?id=7&k=a"},
    {"url", "http://evil-host.ru:8080/a/b"},
    {"url", "https://93.184.216.34/x.bin"},
    {"url", "http://evil-host.ru/caf\xc3\xa9/a"},
    {"email-addr", "bob.x@evil-host.ru"},
    {"md5", "9e107d9d372bb6826bd81d3542a419d6"},
    {"sha1", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"},
    {"sha256", "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"},
    {"file-name", "svchost32.exe"},
    {"file-path", "C:\\Users\\Public\\svc-host.dat"},
    {"file-path", "C:\\Program Files\\Evil Corp\\run.exe"},
    {"file-path", "\\\\srv-9\\share\\x1.exe"},
    {"file-path", "/tmp/.x/run-me.sh"},
    {"windows-registry-key", "HKLM\\Software\\Evil\\Run"},
    {"mutex", "Global\\zz_mutant1"},
    {"user-agent", "Mozilla/4.0 (compatible; EvilBot/1.2)"},
    {"btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
    {"eth", "0x52908400098527886E0F7030069857D2E4169EE7"},
    {"iban", "FR7630006000011234567890189"},
    {"mac-addr", "00:1a:2b:3c:4d:5e"},
    {"phone-number", "+33698765432"},
    {"cve", "CVE-2021-44228"},
    {"attack-id", "T1059.001"},
    {"autonomous-system", "AS64512"},
    {"cpe", "cpe:2.3:a:evilsoft:rat_tool:1.0:*:*:*:*:*:*:*"},
};

/* --- ways to write them ------------------------------------------------------------------------------------------ */

enum how {
  PLAIN,
  ANGLES,
  ROUND,
  SQUARE,
  QUOTED,
  SINGLE,
  GUILLEMETS,
  COMMA,
  FULL_STOP,
  SEMICOLON,
  COLON,
  KEY_EQUALS,
  TABS,
  CAPITALS,
  JSON,
  JSON_SLASH,
  JSON_MARKS,
  JSON_FIRST,
  JSON_ALL,
  JSON_LINE,
  JSON_HIGH,
  JSON_QUOTES,
  PERCENT,
  DOT_SQUARE,
  DOT_ROUND,
  DOT_CURLY,
  DOT_WORD,
  DOT_WORD_ROUND,
  DOT_OPEN,
  DOT_CLOSE,
  DOT_BACKSLASH,
  AT_WORD,
  AT_SQUARE,
  COLON_SQUARE,
  HXXP,
  HXXP_ALL,
  PORT,
  AS_URL,
  AS_MAIL,
  AMPERSAND,
  PUNYCODE,
  PERCENT_ALL,
  PHONE_ABROAD,
  PHONE_TRUNK,
  PHONE_PAIRS,
  PHONE_SLASHES,
  PHONE_NO_BREAK,
  PHONE_ZEROS,
  PHONE_BRACKETS,
  HOWS
};
static const char *const how_names[HOWS] = {"plain",
                                            "<v>",
                                            "(v)",
                                            "[v]",
                                            "\"v\"",
                                            "'v'",
                                            "guillemets",
                                            "v,",
                                            "v.",
                                            "v;",
                                            "v:",
                                            "key=v",
                                            "tabs",
                                            "capitals",
                                            "JSON",
                                            "JSON with \\/",
                                            "JSON, marks as \\u",
                                            "JSON, first character as \\u",
                                            "JSON, all as \\u",
                                            "JSON behind \\n",
                                            "JSON, beyond ASCII as \\u",
                                            "JSON between \\u0022",
                                            "percent",
                                            "[.]",
                                            "(.)",
                                            "{.}",
                                            "[dot]",
                                            "(dot)",
                                            "[.",
                                            ".]",
                                            "\\.",
                                            "[at]",
                                            "[@]",
                                            "[:]",
                                            "hxxp",
                                            "hxxp and [.]",
                                            "port",
                                            "host of a URL",
                                            "host of an address",
                                            "&amp;",
                                            "punycode",
                                            "percent, first letter and marks too",
                                            "+33 6 98 ...",
                                            "+33 (0)6 98 ...",
                                            "06 98 ...",
                                            "06/98/...",
                                            "no-break spaces",
                                            "0033 6 98 ...",
                                            "(06) 98-76-54-32"};

static void around(struct vg_buf *b, const char *word, const char *before, const char *v, const char *behind) {
  vg_buf_z(b, word);
  vg_buf_z(b, before);
  vg_buf_z(b, v);
  vg_buf_z(b, behind);
}

/* v with each `one` written `other`. */
static void instead(struct vg_buf *b, const char *v, const char *one, const char *other) {
  const size_t n = strlen(one);
  for (; *v; v++)
    if (strncmp(v, one, n) == 0)
      vg_buf_z(b, other), v += n - 1;
    else
      vg_buf_byte(b, (unsigned char)*v);
}

/* As a JSON string; which characters become \uXXXX says `which`. */
static void json(struct vg_buf *b, const char *word, const char *v, enum how how) {
  const vg_str s = vg_str_z(v);
  vg_buf_fmt(b, "{\"id\":7,\"%s\":\"", word);
  if (how == JSON_LINE)
    vg_buf_z(b, "x\\n");
  if (how == JSON_QUOTES)
    vg_buf_z(b, "\\u0022");
  for (size_t i = 0; i < s.n;) {
    const size_t from = i;
    const uint32_t c = vg_utf8_next(s, &i);
    const bool letter = c >= 0x80 || vg_is_alnum((char)c);
    if ((how == JSON_MARKS && !letter) || (how == JSON_FIRST && from == 0) || how == JSON_ALL ||
        (how == JSON_HIGH && c >= 0x80))
      vg_buf_fmt(b, "\\u%04x", (unsigned)c);
    else if (c == '\\' || (how == JSON_SLASH && c == '/'))
      vg_buf_fmt(b, "\\%c", (char)c);
    else
      vg_buf_str(b, vg_str_sub(s, from, i - from));
  }
  vg_buf_z(b, how == JSON_QUOTES ? "\\u0022\",\"z\":1}" : "\",\"z\":1}");
}

static void percent(struct vg_buf *b, const char *word, const char *v, bool all) {
  vg_buf_fmt(b, "GET /r?%s=", word);
  for (const char *first = v; *v; v++)
    if (vg_is_alnum(*v) ? !all || v > first : !all && strchr("-._~", *v))
      vg_buf_byte(b, (unsigned char)*v);
    else
      vg_buf_fmt(b, "%%%02X", (unsigned char)*v);
  vg_buf_z(b, " HTTP/1.1");
}

/* What of +33698765432 stands before its last four pairs, and between those. */
static void phone(struct vg_buf *b, const char *v, enum how how) {
  static const char *const ways[][2] = {{"call +33 6 ", " "}, {"call +33 (0)6 ", " "},         {"call 06 ", " "},
                                        {"call 06/", "/"},    {"call 06\xc2\xa0", "\xc2\xa0"}, {"call 0033 6 ", " "},
                                        {"call (06) ", "-"}};
  const char *const *way = ways[how - PHONE_ABROAD];
  vg_buf_z(b, way[0]);
  for (size_t i = 4; i < 12; i += 2)
    vg_buf_fmt(b, "%s%.2s", i > 4 ? way[1] : "", v + i);
  vg_buf_z(b, " now");
}

/* False: the value has nothing that is written so. */
static bool write_as(struct vg_buf *b, const char *type, const char *v, enum how how) {
  const char *word = strcmp(type, "mutex") == 0 ? "mutex" : "see"; /* without it nobody can tell */
  static const char *const dots[] = {"[.]", "(.)", "{.}", "[dot]", "(dot)", "[.", ".]", "\\."};
  const bool net = strcmp(type, "domain-name") == 0 || strcmp(type, "ipv4-addr") == 0;
  const bool dotted = net || strcmp(type, "url") == 0 || strcmp(type, "email-addr") == 0;
  char upper[256];
  size_t n = 0;
  vg_buf_reset(b);
  switch (how) {
  case PLAIN: around(b, word, " ", v, " now"); return true;
  case ANGLES: around(b, word, " <", v, "> now"); return true;
  case ROUND: around(b, word, " (", v, ") now"); return true;
  case SQUARE: around(b, word, " [", v, "] now"); return true;
  case QUOTED: around(b, word, " \"", v, "\" now"); return true;
  case SINGLE: around(b, word, " '", v, "' now"); return true;
  case GUILLEMETS: around(b, word, " \xc2\xab\xc2\xa0", v, "\xc2\xa0\xc2\xbb ici"); return true;
  case COMMA: around(b, word, " ", v, ", now"); return true;
  case FULL_STOP: around(b, word, " ", v, ". Now"); return true;
  case SEMICOLON: around(b, word, " ", v, "; now"); return true;
  case COLON: around(b, word, " ", v, ": now"); return true;
  case KEY_EQUALS: around(b, word, "=", v, " now"); return true;
  case TABS: around(b, word, "\t", v, "\t2"); return true;
  case CAPITALS:
    for (; v[n] && n < sizeof upper - 1; n++)
      upper[n] = (char)(v[n] >= 'a' && v[n] <= 'z' ? v[n] - 32 : v[n]);
    upper[n] = 0;
    around(b, word, " ", upper, " now");
    return true;
  case JSON:
  case JSON_SLASH:
  case JSON_MARKS:
  case JSON_FIRST:
  case JSON_ALL:
  case JSON_LINE:
  case JSON_HIGH:
  case JSON_QUOTES: json(b, word, v, how); return true;
  case PERCENT:
  case PERCENT_ALL: percent(b, word, v, how == PERCENT_ALL); return true;
  case DOT_SQUARE:
  case DOT_ROUND:
  case DOT_CURLY:
  case DOT_WORD:
  case DOT_WORD_ROUND:
  case DOT_OPEN:
  case DOT_CLOSE:
  case DOT_BACKSLASH: instead(b, v, ".", dots[how - DOT_SQUARE]); return dotted;
  case AT_WORD: instead(b, v, "@", "[at]"); return strchr(v, '@') != NULL;
  case AT_SQUARE: instead(b, v, "@", "[@]"); return strchr(v, '@') != NULL;
  case COLON_SQUARE: instead(b, v, "://", "[:]//"); return strstr(v, "://") != NULL;
  case HXXP: instead(b, v, "http", "hxxp"); return strstr(v, "://") != NULL;
  case HXXP_ALL:
    vg_buf_z(b, "see hxxp://");
    instead(b, strchr(v, ':') ? strchr(v, ':') + 3 : v, ".", "[.]");
    return strncmp(v, "http:", 5) == 0;
  case PORT: around(b, "to", " ", v, ":8443 now"); return net;
  case AS_URL: around(b, "GET", " http://", v, "/x HTTP/1.1"); return net;
  case AS_MAIL: around(b, "from", "=<bob@", v, "> ok"); return strcmp(type, "domain-name") == 0;
  case AMPERSAND: instead(b, v, "&", "&amp;"); return strchr(v, '&') != NULL;
  case PUNYCODE:
    instead(b, v,
            "b\xc3\xbc"
            "cher",
            "xn--bcher-kva");
    return strstr(v, "\xc3\xbc") != NULL;
  case PHONE_ABROAD:
  case PHONE_TRUNK:
  case PHONE_PAIRS:
  case PHONE_SLASHES:
  case PHONE_NO_BREAK:
  case PHONE_ZEROS:
  case PHONE_BRACKETS:
    if (strcmp(type, "phone-number") == 0)
      phone(b, v, how);
    return b->n > 0;
  case HOWS: break;
  }
  return false;
}

/* --- where they part, and why ------------------------------------------------------------------------------------ */

enum who { BOTH, MATCHING, NEITHER };
static const struct {
  const char *type, *value; /* those that begin so */
  enum how how;
  enum who who;
} apart[] = {
    /* Running text: words in capitals with a dot are as often names of programs as hosts; a log asks for what is
       listed. */
    {"domain-name", "", CAPITALS, MATCHING},
    {"file-path", "/", CAPITALS, MATCHING},
    /* A new line does not begin what is called a mutex. */
    {"mutex", "", JSON_LINE, MATCHING},
    /* These are other values in capitals. */
    {"url", "", CAPITALS, NEITHER},
    {"mutex", "", CAPITALS, NEITHER},
    {"user-agent", "", CAPITALS, NEITHER},
    {"btc", "", CAPITALS, NEITHER},
    /* Marks that change within a number: it must be listed. */
    {"phone-number", "", PHONE_BRACKETS, MATCHING},
};

static enum who expected(const char *type, const char *value, enum how how, bool used[static VG_COUNT(apart)]) {
  for (size_t i = 0; i < VG_COUNT(apart); i++)
    if (apart[i].how == how && (!apart[i].type[0] || strcmp(apart[i].type, type) == 0) &&
        strncmp(value, apart[i].value, strlen(apart[i].value)) == 0)
      return used[i] = true, apart[i].who;
  return BOTH;
}

/* --- both -------------------------------------------------------------------------------------------------------- */

struct given {
  enum indicator_type type;
  vg_str value, text;
  bool found;
  int bad;
};

/* Every value of a type that packs hold must hit. */
static vg_code given(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct given *g = ctx;
  enum match_type t;
  (void)err;
  const bool folds = h->type == TYPE_FILE_NAME || h->type == TYPE_FILE_PATH || h->type == TYPE_REGISTRY;
  g->found |= h->type == g->type && (folds ? vg_str_eq_ci(h->value, g->value) : vg_str_eq(h->value, g->value));
  if (match_type_by_name(vg_str_z(intel_type_name(h->type)), &t) && !hits(t, h->value, g->text)) {
    print_error("extraction only: %s %.*s in %.*s\n", intel_type_name(h->type), (int)h->value.n, h->value.p,
                (int)g->text.n, g->text.p);
    g->bad++;
  }
  return VG_OK;
}

static void agreement(void **state) {
  (void)state;
  static const char *const found_by[] = {"both", "matching only", "neither"};
  struct vg_buf text, spelled;
  bool used[VG_COUNT(apart)] = {false};
  int bad = 0;
  vg_buf_init(&text, 4096), vg_buf_init(&spelled, 4096);
  for (size_t i = 0; i < VG_COUNT(values); i++) {
    const char *type = values[i][0], *value = values[i][1];
    enum match_type m;
    struct given g = {0};
    assert_true(match_type_by_name(vg_str_z(type), &m) && intel_type_by_name(vg_str_z(type), &g.type));
    vg_buf_reset(&spelled);
    assert_true(intel_normalise(g.type, vg_str_z(value), &spelled));
    g.value = vg_buf_view(&spelled);
    for (enum how how = PLAIN; how < HOWS; how++) {
      if (!write_as(&text, type, value, how))
        continue;
      g.text = vg_buf_view(&text), g.found = false;
      assert_int_equal(intel_extract(g.text, NULL, given, &g, NULL), VG_OK);
      const bool hit = hits(m, vg_str_z(value), g.text);
      const enum who is = hit && g.found ? BOTH : hit ? MATCHING : NEITHER;
      if (is == expected(type, value, how, used) && (hit || !g.found))
        continue;
      print_error("%s: %s %s, %s: %.*s\n", found_by[is], type, value, how_names[how], (int)g.text.n, g.text.p);
      bad++;
    }
    bad += g.bad;
  }
  for (size_t i = 0; i < VG_COUNT(apart); i++)
    assert_true(used[i]);
  assert_int_equal(bad, 0);
  vg_buf_fini(&text), vg_buf_fini(&spelled);
}

/* A bare value of a list is of one type, whoever reads the list. "": it has to be said. */
static void forms(void **state) {
  static const char *const more[][2] = {
      {"domain-name", "evil.zip"},
      {"domain-name", "x.sh"},
      {"domain-name", "srv.corp"},
      {"file-name", "report final.docx"},
      {"file-path", "%TEMP%\\x.dat"},
      {"windows-registry-key", "HKEY_CURRENT_USER\\Software\\X"},
      {"mutex", "local\\abc"},
      {"url", "https://a.example/c.exe"},
      {"md5", "9E107D9D372BB6826BD81D3542A419D6"},
      {"", "C:"},
      {"", "a b.exe/c"},
      {"", "/gate"},
      {"", "64512"},
      {"", "zz_mutant1"},
      {"", ""},
  };
  (void)state;
  for (size_t i = 0; i < VG_COUNT(values) + VG_COUNT(more); i++) {
    const char *const *v = i < VG_COUNT(values) ? values[i] : more[i - VG_COUNT(values)];
    enum indicator_type t;
    enum match_type m;
    const bool known = intel_type_of(vg_str_z(v[1]), &t), guessed = match_type_guess(vg_str_z(v[1]), &m);
    if (strcmp(known ? intel_type_name(t) : "", v[0]) != 0 || strcmp(guessed ? match_type_name(m) : "", v[0]) != 0)
      fail_msg("%s: %s, not %s and %s", v[1], v[0], known ? intel_type_name(t) : "-",
               guessed ? match_type_name(m) : "-");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(agreement), cmocka_unit_test(forms)};
  int fd = mkstemp(path);
  if (fd < 0)
    return 1;
  close(fd);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  unlink(path);
  return failed;
}

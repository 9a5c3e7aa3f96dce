/* Is a dotted name a host, the name of a file, or only words with a dot? */
#include "intel/extract_internal.h"

#include <string.h>

#include "intel/intel_internal.h"

bool ipv4_at(const unsigned char *p, size_t n) {
  size_t i = 0;
  if (n < 7 || n > 15)
    return false;
  for (int part = 0; part < 4; part++) {
    unsigned v = 0, digits = 0;
    bool zero = i < n && p[i] == '0';
    for (; i < n && is_class(p[i], K_DIGIT); i++, digits++)
      v = v * 10 + (unsigned)(p[i] - '0');
    if (digits == 0 || digits > 3 || v > 255 || (zero && digits > 1))
      return false;
    if (part < 3 && (i >= n || p[i++] != '.'))
      return false;
  }
  return i == n;
}

static bool in_list(vg_str word, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (vg_str_eq_ci(word, vg_str_z(list[i])))
      return true;
  return false;
}
#define IN_LIST(word, list) in_list((word), (list), VG_COUNT(list))

/* Extensions that are no top-level domain. */
static const char *const extensions[] = {
    "exe", "dll",  "sys",  "bat",  "cmd",  "ps1",  "psm1", "psd1", "vbs",  "vbe",  "js",   "jse",  "wsf",  "wsh",  "hta",  "lnk",  "scr",
    "pif", "msi",  "msp",  "ocx",  "cpl",  "iso",  "img",  "vhd",  "vhdx", "vmdk", "doc",  "docx", "docm", "dot",  "dotm", "dotx", "rtf",
    "xls", "xlsx", "xlsm", "xlsb", "xll",  "xlam", "ppt",  "pptx", "pptm", "ppsx", "pdf",  "odt",  "ods",  "odp",  "one",  "pub",  "csv",
    "txt", "log",  "ini",  "cfg",  "conf", "xml",  "json", "yml",  "yaml", "toml", "html", "htm",  "mht",  "chm",  "hlp",  "php",  "asp",
    "aspx", "jsp", "jspx", "cgi",  "rar",  "7z",   "gz",   "tgz",  "bz2",  "xz",   "tar",  "ace",  "arj",  "lzh",  "jar",  "war",  "apk",
    "ipa", "dmg",  "pkg",  "deb",  "rpm",  "elf",  "bin",  "dat",  "db",   "sqlite", "tmp", "bak", "old",  "swp",  "key",  "pem",  "crt",
    "cer", "pfx",  "p12",  "kdbx", "jpg",  "jpeg", "png",  "gif",  "bmp",  "ico",  "svg",  "webp", "mp3",  "mp4",  "avi",  "wav",  "wmv",
    "flv", "swf",  "eml",  "msg",  "pst",  "ost",  "evtx", "evt",  "reg",  "inf",  "pcap", "pcapng", "yar", "yara", "h",   "c",    "cpp",
    "hpp", "cs",   "java", "class", "go",  "rb",   "ts",   "tsx",  "jsx",  "css",  "scss", "sql",  "lua",  "asm",  "s",    "o",    "a",
    "lib", "obj",  "pdb",  "ko",   "dylib", "plist", "appex", "cab", "cat", "wasm", "bash", "zsh", "csh",  "awk",  "sed",  "vb",   "vba",
    "bas", "frm",  "cls",  "ipynb", "tex", "bib",  "ova",  "qcow2", "e01", "dd",   "raw",  "mem",  "dmp",  "mdmp", "tlsh", "torrent", "crx",
    "xpi", "url",  "theme", "settingcontent-ms", "library-ms", "search-ms", "job", "ics", "vcf",  "wnry", "locked", "encrypted", "md5", "sha1", "sha256",
};

/* Extensions that are a top-level domain too: a name of two labels is a file's unless the text says otherwise. */
static const char *const doubtful[] = {"md", "py", "sh", "zip", "mov", "so", "mo", "mk", "pub", "cat", "cab", "inc", "map", "ps", "pm",
                                       "properties", "tf", "ini", "zone", "java", "rip", "bz", "cfg", "dot", "ms", "pl", "rs", "ml"};
/* Of these only names that files like to have. */
static const char *const stems[] = {"main", "index", "setup", "install", "configure", "config", "build", "test", "tests", "script", "run",
                                    "start", "stop", "init", "readme", "lib", "mod", "utils", "util", "update", "changelog", "license",
                                    "makefile", "gen", "parse", "parser", "check", "convert", "decode", "dump", "extract", "client", "server",
                                    "payload", "exploit", "shell", "loader", "dropper", "backdoor", "scan", "scanner", "crypt", "decrypt"};
static const char *const seldom[] = {"ms", "pl", "rs", "ml", "bz", "rip", "ps", "zone", "dot"};

bool file_extension(vg_str e) { return e.n > 0 && e.n <= 20 && IN_LIST(e, extensions); }

static const char *const platforms[] = {"win32", "win64", "win", "w32", "w64", "w97m", "x97m", "o97m", "msil", "trojan", "backdoor", "exploit", "heur",
                                        "worm", "virus", "ransom", "adware", "downloader", "dropper", "androidos", "linux", "macos", "osx", "vbs",
                                        "js", "html", "pua", "pup", "hacktool", "riskware", "generic", "genericrxaa", "agent", "malware", "packed",
                                        "spyware", "banker", "infostealer", "rootkit", "gen", "variant", "trojandownloader", "trojandropper",
                                        "trojanspy", "troj", "mal", "bds", "tr", "suspicious", "ransomware", "not-a-virus"};

static const char *const objects[] = {"this", "self", "window", "document", "event", "obj", "object", "app", "os", "sys", "el", "elem",
                                      "element", "node", "item", "user", "users", "response", "request", "resp", "req", "res", "xhr", "args", "module",
                                      "exports", "process", "console", "math", "json", "string", "list", "dict", "array", "foo", "bar", "date",
                                      "location", "navigator", "data", "file", "path", "ctx", "cls", "parent", "child", "target", "socket", "system",
                                      "input", "output", "result", "options", "params", "config", "row", "col", "db", "http", "net", "java", "javax"};
/* Top-level domains that programs use as names of members. */
static const char *const members[] = {"id", "name", "call", "open", "read", "next", "map", "select", "run", "save", "search", "show", "now", "new",
                                      "zero", "host", "link", "page", "style", "fit", "int", "info", "data", "target", "date", "day", "group", "blog",
                                      "is", "in", "to", "do", "no", "at", "as", "by", "be", "it", "me", "io", "net", "web", "click", "email", "post",
                                      "audio", "video", "download", "security", "services", "store", "prod", "dev", "exchange", "box", "center"};

static const char *const domain_words[] = {"domain", "domains", "domaine", "domaines", "host", "hosts", "hostname", "hostnames", "c2", "cnc",
                                           "url", "urls", "dns", "resolve", "resolves", "resolved", "contacts", "contacted", "contacte", "site",
                                           "sites", "website", "websites", "fqdn", "subdomain", "subdomains", "commande", "serveur", "serveurs", "server", "servers",
                                           "domain-name", "sinkhole", "sinkholed", "beacons", "beaconed", "traffic", "registrar", "registered"};
static const char *const version_words[] = {"version", "versions", "ver", "v", "build", "release", "firmware", "update", "revision", "rev", "oid", "section"};

bool said_before(const struct extract *x, size_t at, const char *const *words, size_t count) {
  size_t end = at;
  for (int said = 0; said < 3; said++) {
    while (end > 0 && at - end < 40 && !is_class(x->text[end - 1], K_ALNUM))
      end--;
    size_t from = end;
    while (from > 0 && end - from < 20 && is_class(x->text[from - 1], K_ALNUM))
      from--;
    vg_str word = vg_str_n((const char *)x->text + from, end - from);
    if (word.n == 0 || word.n >= 20)
      return false;
    if (in_list(word, words, count))
      return true;
    end = from;
  }
  return false;
}

/* "version 10.0.0.1", "Chrome/17.0.963.56", "foo-1.2.3.4" name a version. */
static bool is_version(const struct extract *x, size_t from, size_t to) {
  size_t at = place(x, from);
  if (from > 1 && x->t[from - 1] == '/' && is_class(x->t[from - 2], K_ALNUM))
    return true;
  if (to - from >= 6 && memcmp(x->t + to - 6, ".0.0.0", 6) == 0 && (from == 0 || x->t[from - 1] != '=') && !(to < x->n && (x->t[to] == '/' || x->t[to] == ':')))
    return true;
  size_t end = at;
  while (end > 0 && at - end < 3 && (x->text[end - 1] == ' ' || x->text[end - 1] == ':'))
    end--;
  size_t word = end;
  while (word > 0 && end - word < 12 && is_class(x->text[word - 1], K_ALNUM))
    word--;
  return end < at && IN_LIST(vg_str_n((const char *)x->text + word, end - word), version_words);
}

struct name {
  vg_str all, first, last; /* as written */
  vg_str tld;              /* lower case, punycode */
  size_t labels;
  bool upper, lower;       /* letters of that case in the name */
  char spelled[256];
  size_t spelled_n;
};

static bool take_apart(struct extract *x, size_t from, size_t to, struct name *n) {
  size_t label = from;
  n->all = piece(x, from, to);
  n->labels = 0;
  n->upper = n->lower = false;
  if (to - from < 4 || to - from > 253 * 2)
    return false;
  for (size_t i = from; i <= to; i++) {
    unsigned char c = i < to ? x->t[i] : '.';
    n->upper |= c >= 'A' && c <= 'Z';
    n->lower |= c >= 'a' && c <= 'z';
    if (c != '.')
      continue;
    if (i == label || i - label > 63 * 2 || x->t[label] == '-' || x->t[i - 1] == '-')
      return false;
    n->last = piece(x, label, i);
    if (n->labels++ == 0)
      n->first = n->last;
    label = i + 1;
  }
  if (n->labels < 2 || vg_is_digit(n->last.p[0]) || vg_str_find_byte(n->last, '_', 0) != SIZE_MAX)
    return false;
  vg_buf_reset(&x->value);
  if (!intel_spell(TYPE_DOMAIN, n->all, &x->value) || x->value.n >= sizeof n->spelled)
    return false;
  memcpy(n->spelled, x->value.p, x->value.n);
  n->spelled_n = x->value.n;
  size_t dot = x->value.n;
  while (dot > 0 && n->spelled[dot - 1] != '.')
    dot--;
  n->tld = vg_str_n(n->spelled + dot, x->value.n - dot);
  return true;
}

static bool has_label(const struct name *n, const char *const *list, size_t count) {
  vg_str rest = n->all, label;
  while (vg_str_cut(&rest, '.', &label))
    if (in_list(label, list, count))
      return true;
  return false;
}

/* A name's case: hosts are written in lower case, or wholly in capitals. "line.Next", "BURNTCIGAR.CA", "System.IO" are none. */
static bool odd_case(const struct name *n) {
  static const char *const plain[] = {"com", "net", "org", "info", "biz", "onion", "edu", "gov"};
  bool tld_upper = false, tld_lower = false;
  for (size_t i = 0; i < n->last.n; i++) {
    tld_upper |= n->last.p[i] >= 'A' && n->last.p[i] <= 'Z';
    tld_lower |= n->last.p[i] >= 'a' && n->last.p[i] <= 'z';
  }
  if (!tld_upper)
    return false;
  if (tld_lower || n->lower)
    return !vg_str_eq_ci(n->first, VG_STR("www"));
  return n->labels < 3 && !IN_LIST(n->tld, plain);
}

/* com.example.app: a package of a program, written the other way round. */
static bool reversed(const struct name *n) {
  static const char *const first[] = {"com", "org", "net", "java", "javax", "android", "io", "edu", "gov", "kotlin", "sun", "androidx"};
  static const char *const last[] = {"com", "net", "org", "ru", "cn", "fr", "de", "uk", "br", "info", "biz", "xyz", "top"};
  return n->labels >= 3 && IN_LIST(n->first, first) && !IN_LIST(n->tld, last);
}

static bool is_file(const struct name *n) {
  static const char *const names[] = {"command.com", "asp.net", "vb.net", "ado.net", "ml.net"};
  vg_str stem = vg_str_sub(n->all, 0, n->all.n - n->last.n - 1);
  if (IN_LIST(n->all, names))
    return true;
  if (n->labels > 2)
    return IN_LIST(n->tld, doubtful) && !IN_LIST(n->tld, seldom) && !vg_str_eq_ci(n->first, VG_STR("www"));
  return IN_LIST(n->tld, doubtful) && (!IN_LIST(n->tld, seldom) || IN_LIST(stem, stems));
}

static bool is_code(const struct extract *x, const struct name *n, size_t from, size_t to) {
  unsigned char next = to < x->n ? x->t[to] : 0, before = from > 0 ? x->t[from - 1] : 0;
  if (next == '(' || (next == '[' && !(to + 1 < x->n && x->t[to + 1] == '.')))
    return true;
  if (before == '$' || before == '#' || (before == '>' && from > 1 && x->t[from - 2] == '-') || (before == '/' && from > 1 && is_class(x->t[from - 2], K_ALNUM)))
    return true;
  if (IN_LIST(n->tld, members) && IN_LIST(n->first, objects))
    return true;
  return n->labels == 2 && n->first.n <= 2 && n->tld.n == 2 && vg_is_digit(n->first.p[0]);
}

/* Onion names are 16 or 56 characters of base 32. */
static bool onion_ok(const struct name *n) {
  vg_str rest = n->all, label, before = {0};
  while (vg_str_cut(&rest, '.', &label) && rest.p != NULL)
    before = label;
  if (before.n != 16 && before.n != 56)
    return false;
  for (size_t i = 0; i < before.n; i++) {
    char c = vg_lower(before.p[i]);
    if (!(c >= 'a' && c <= 'z') && !(c >= '2' && c <= '7'))
      return false;
  }
  return true;
}

enum host_kind host_kind(struct extract *x, size_t from, size_t to, enum host_said said) {
  struct name n;
  bool clear = said != SAID_NOTHING || meant_otherwise(x, from, to);
  if (ipv4_at(x->t + from, to - from))
    return !clear && is_version(x, from, to) ? HOST_NONE : HOST_IPV4;
  if (!take_apart(x, from, to, &n))
    return HOST_NONE;
  if (said == SAID_URL && n.tld.n >= 2) /* inner networks and other roots have names of their own */
    return HOST_DOMAIN;
  if (!suffix_tld(n.tld))
    return said == SAID_NOTHING && file_extension(n.last) ? HOST_FILE : HOST_NONE;
  if (suffix_is(vg_str_n(n.spelled, n.spelled_n)))
    return HOST_NONE;
  if (clear)
    return HOST_DOMAIN;
  if (vg_str_eqz(n.tld, "onion") && !onion_ok(&n))
    return HOST_NONE;
  unsigned char next = to < x->n ? x->t[to] : 0;
  bool port = next == ':' && to + 1 < x->n && is_class(x->t[to + 1], K_DIGIT);
  if (!port && is_code(x, &n, from, to))
    return HOST_NONE;
  if (has_label(&n, platforms, VG_COUNT(platforms)) && n.upper)
    return HOST_NONE;
  bool file = is_file(&n);
  if (!file && !odd_case(&n) && !reversed(&n))
    return HOST_DOMAIN;
  if (port || said_before(x, place(x, from), domain_words, VG_COUNT(domain_words)))
    return HOST_DOMAIN;
  return file ? HOST_FILE : HOST_NONE;
}

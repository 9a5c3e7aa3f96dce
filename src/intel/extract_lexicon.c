/* Words that tell hosts from files, programs and versions; one lookup says all that a word is. */
#include "intel/extract_internal.h"

#include <pthread.h>
#include <string.h>

/* Extensions that are no top-level domain. */
static const char *const extensions[] = {
    "exe",
    "dll",
    "sys",
    "bat",
    "cmd",
    "ps1",
    "psm1",
    "psd1",
    "vbs",
    "vbe",
    "js",
    "jse",
    "wsf",
    "wsh",
    "hta",
    "lnk",
    "scr",
    "pif",
    "msi",
    "msp",
    "ocx",
    "cpl",
    "iso",
    "img",
    "vhd",
    "vhdx",
    "vmdk",
    "doc",
    "docx",
    "docm",
    "dot",
    "dotm",
    "dotx",
    "rtf",
    "xls",
    "xlsx",
    "xlsm",
    "xlsb",
    "xll",
    "xlam",
    "ppt",
    "pptx",
    "pptm",
    "ppsx",
    "pdf",
    "odt",
    "ods",
    "odp",
    "one",
    "pub",
    "csv",
    "txt",
    "log",
    "ini",
    "cfg",
    "conf",
    "xml",
    "json",
    "yml",
    "yaml",
    "toml",
    "html",
    "htm",
    "mht",
    "chm",
    "hlp",
    "php",
    "asp",
    "aspx",
    "jsp",
    "jspx",
    "cgi",
    "rar",
    "7z",
    "gz",
    "tgz",
    "bz2",
    "xz",
    "tar",
    "ace",
    "arj",
    "lzh",
    "jar",
    "war",
    "apk",
    "ipa",
    "dmg",
    "pkg",
    "deb",
    "rpm",
    "elf",
    "bin",
    "dat",
    "db",
    "sqlite",
    "tmp",
    "bak",
    "old",
    "swp",
    "key",
    "pem",
    "crt",
    "cer",
    "pfx",
    "p12",
    "kdbx",
    "jpg",
    "jpeg",
    "png",
    "gif",
    "bmp",
    "ico",
    "svg",
    "webp",
    "mp3",
    "mp4",
    "avi",
    "wav",
    "wmv",
    "flv",
    "swf",
    "eml",
    "msg",
    "pst",
    "ost",
    "evtx",
    "evt",
    "reg",
    "inf",
    "pcap",
    "pcapng",
    "yar",
    "yara",
    "h",
    "c",
    "cpp",
    "hpp",
    "cs",
    "java",
    "class",
    "go",
    "rb",
    "ts",
    "tsx",
    "jsx",
    "css",
    "scss",
    "sql",
    "lua",
    "asm",
    "s",
    "o",
    "a",
    "lib",
    "obj",
    "pdb",
    "ko",
    "dylib",
    "plist",
    "appex",
    "cab",
    "cat",
    "wasm",
    "bash",
    "zsh",
    "csh",
    "awk",
    "sed",
    "vb",
    "vba",
    "bas",
    "frm",
    "cls",
    "ipynb",
    "tex",
    "bib",
    "ova",
    "qcow2",
    "e01",
    "dd",
    "raw",
    "mem",
    "dmp",
    "mdmp",
    "tlsh",
    "torrent",
    "crx",
    "xpi",
    "url",
    "theme",
    "settingcontent-ms",
    "library-ms",
    "search-ms",
    "job",
    "ics",
    "vcf",
    "wnry",
    "locked",
    "encrypted",
    "md5",
    "sha1",
    "sha256",
};

/* Extensions that are a top-level domain too: a name of two labels is a file's unless the text says otherwise. */
static const char *const doubtful[] = {"in",  "am",  "ac",  "cc",         "ninja", "gd",  "md",  "py",   "sh",
                                       "zip", "mov", "so",  "mo",         "mk",    "pub", "cat", "cab",  "inc",
                                       "map", "ps",  "pm",  "properties", "data",  "tf",  "ini", "zone", "java",
                                       "rip", "bz",  "cfg", "dot",        "ms",    "pl",  "rs",  "ml"};

/* Of these only names that files like to have. */
static const char *const stems[] = {
    "main",    "index",   "setup",     "install", "configure", "config", "build",   "test",    "tests",
    "script",  "run",     "start",     "stop",    "init",      "readme", "lib",     "mod",     "utils",
    "util",    "update",  "changelog", "license", "makefile",  "gen",    "parse",   "parser",  "check",
    "convert", "decode",  "dump",      "extract", "client",    "server", "payload", "exploit", "shell",
    "loader",  "dropper", "backdoor",  "scan",    "scanner",   "crypt",  "decrypt"};

static const char *const seldom[] = {"in", "am", "ac", "cc",  "ninja", "gd",   "ms", "pl",
                                     "rs", "ml", "bz", "rip", "ps",    "zone", "dot"};

static const char *const platforms[] = {
    "win32",         "win64",      "win",         "w32",         "w64",     "w97m",      "x97m",
    "o97m",          "msil",       "trojan",      "backdoor",    "exploit", "heur",      "worm",
    "virus",         "ransom",     "adware",      "downloader",  "dropper", "androidos", "linux",
    "macos",         "osx",        "vbs",         "js",          "html",    "pua",       "pup",
    "hacktool",      "riskware",   "generic",     "genericrxaa", "agent",   "malware",   "packed",
    "spyware",       "banker",     "infostealer", "rootkit",     "gen",     "variant",   "trojandownloader",
    "trojandropper", "trojanspy",  "troj",        "mal",         "bds",     "tr",        "suspicious",
    "ransomware",    "not-a-virus"};

static const char *const objects[] = {
    "context",   "root",     "head",   "var",    "env",     "fs",      "form",      "call",    "new",
    "lo",        "state",    "stream", "server", "warning", "t",       "gz",        "report",  "socketaddress",
    "info",      "log",      "ul",     "div",    "safe",    "lfs",     "mywarning", "this",    "self",
    "window",    "document", "event",  "obj",    "object",  "app",     "os",        "sys",     "el",
    "elem",      "element",  "node",   "item",   "user",    "users",   "response",  "request", "resp",
    "req",       "res",      "xhr",    "args",   "module",  "exports", "process",   "console", "math",
    "json",      "string",   "list",   "dict",   "array",   "foo",     "bar",       "date",    "location",
    "navigator", "data",     "file",   "path",   "ctx",     "cls",     "parent",    "child",   "target",
    "socket",    "system",   "input",  "output", "result",  "options", "params",    "config",  "row",
    "col",       "db",       "http",   "net",    "java",    "javax"};

/* Top-level domains that programs use as names of members. */
static const char *const members[] = {
    "directory", "report", "channel", "family", "where",    "book", "foo",   "bar",   "pid",      "total",
    "storage",   "id",     "name",    "call",   "open",     "read", "next",  "map",   "select",   "run",
    "save",      "search", "show",    "now",    "new",      "zero", "host",  "link",  "page",     "style",
    "fit",       "int",    "info",    "data",   "target",   "date", "day",   "group", "blog",     "is",
    "in",        "to",     "do",      "no",     "at",       "as",   "by",    "be",    "it",       "me",
    "io",        "net",    "web",     "click",  "email",    "post", "audio", "video", "download", "security",
    "services",  "store",  "prod",    "dev",    "exchange", "box",  "center"};

static const char *const domain_words[] = {
    "domain",    "domains",    "domaine",  "domaines", "host",     "hosts",     "hostname",  "hostnames",
    "c2",        "cnc",        "url",      "urls",     "dns",      "resolve",   "resolves",  "resolved",
    "contacts",  "contacted",  "contacte", "site",     "sites",    "website",   "websites",  "fqdn",
    "subdomain", "subdomains", "commande", "serveur",  "serveurs", "server",    "servers",   "domain-name",
    "sinkhole",  "sinkholed",  "beacons",  "beaconed", "traffic",  "registrar", "registered"};

static const char *const version_words[] = {"version",  "versions", "ver",      "v",   "build", "release",
                                            "firmware", "update",   "revision", "rev", "oid",   "section"};

static const char *const common[] = {"com", "net", "org", "info", "biz", "onion", "edu", "gov"};
static const char *const package_first[] = {"com", "org", "net", "java",   "javax", "android",
                                            "io",  "edu", "gov", "kotlin", "sun",   "androidx"};
static const char *const package_not_last[] = {"com", "net", "org",  "ru",  "cn",  "fr", "de",
                                               "uk",  "br",  "info", "biz", "xyz", "top"};
static const char *const local[] = {"localhost", "local", "lan",  "internal", "localdomain",
                                    "intranet",  "corp",  "home", "arpa"};
static const char *const example[] = {"example", "test", "invalid", "com", "net", "org", "edu"};

static const struct {
  const char *const *words;
  size_t count;
  unsigned kind;
} lists[] = {
    {extensions, VG_COUNT(extensions), WORD_EXTENSION},
    {doubtful, VG_COUNT(doubtful), WORD_DOUBTFUL},
    {stems, VG_COUNT(stems), WORD_STEM},
    {seldom, VG_COUNT(seldom), WORD_SELDOM},
    {platforms, VG_COUNT(platforms), WORD_PLATFORM},
    {objects, VG_COUNT(objects), WORD_OBJECT},
    {members, VG_COUNT(members), WORD_MEMBER},
    {domain_words, VG_COUNT(domain_words), WORD_DOMAIN},
    {version_words, VG_COUNT(version_words), WORD_VERSION},
    {common, VG_COUNT(common), WORD_COMMON},
    {package_first, VG_COUNT(package_first), WORD_PACKAGE},
    {package_not_last, VG_COUNT(package_not_last), WORD_NO_PACKAGE},
    {local, VG_COUNT(local), WORD_LOCAL},
    {example, VG_COUNT(example), WORD_EXAMPLE},
};

enum { SLOTS = 2048, LONGEST = 20 };
static struct {
  const char *word;
  unsigned kinds;
} slots[SLOTS];

static unsigned hash(const char *lower, size_t n) {
  unsigned h = 2166136261U;
  for (size_t i = 0; i < n; i++)
    h = (h ^ (unsigned char)lower[i]) * 16777619U;
  return (h ^ h >> 15) % SLOTS;
}

static unsigned slot_of(const char *lower, size_t n) {
  unsigned i = hash(lower, n);
  while (slots[i].word && (strncmp(slots[i].word, lower, n) != 0 || slots[i].word[n] != 0))
    i = (i + 1) % SLOTS;
  return i;
}

static void load(void) {
  for (size_t l = 0; l < VG_COUNT(lists); l++)
    for (size_t k = 0; k < lists[l].count; k++) {
      const char *word = lists[l].words[k];
      unsigned i = slot_of(word, strlen(word));
      slots[i].word = word;
      slots[i].kinds |= lists[l].kind;
    }
}

unsigned word_kinds(vg_str word) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  char lower[LONGEST];
  if (word.n == 0 || word.n > sizeof lower)
    return 0;
  (void)pthread_once(&once, load);
  for (size_t i = 0; i < word.n; i++)
    lower[i] = (char)(word.p[i] >= 'A' && word.p[i] <= 'Z' ? word.p[i] + 32 : word.p[i]);
  return slots[slot_of(lower, word.n)].kinds;
}

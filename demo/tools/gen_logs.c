/*
 * gen_logs: the logs of the story, always the same for the same seed, with the truth beside them.
 *
 *   gen_logs story OUTDIR       proxy-est.tmpl dns-est.tmpl proxy-sudouest.tmpl expected.tsv
 *   gen_logs long-line FILE     a bad log: NUL bytes, a line of 10 MB, and two good lines with a hit around them
 *
 * A line of a template starts with {e-SECONDS.MILLIS}, a time before now that `vigie demo` turns into epoch seconds.
 * expected.tsv: file, line, type, indicator, expect (hit: must be found; common: found, but known to be harmless;
 * near: looks like the indicator and must not be reported as it).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RELAY "maj-securite-poste.vqx7dzrelais.net"
#define RELAY_IP "84.205.75.214"
#define RELAY_URL "http://" RELAY "/kb/4012598/poste.php"
#define PALETTE "livraison-palette.w8zqktrovan.net"
#define PALETTE_URL "http://" PALETTE "/suivi/recu.php"
#define SUPPLIER "espace-fournisseur.jx5nqwdrelm.com"
#define MAILBOX "webmail-quota.zp6tqxwand.com"
#define MEETING "visio-invite.bq2vxzkolt.org"
#define KILL_SWITCH "ifferfsodp9ifjaposdfjhgosurijfaewrwergwea.com"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { DAY = 86400, LONG_LINE = 10000000, MAX_PLANTS = 32 };

/* What a planted line is known to hold: up to three listed values. */
struct mark {
  const char *type, *value, *expect;
};

struct plant {
  const char *text; /* "METHOD URL PEER" for a proxy, "NAME TYPE" for DNS */
  unsigned times;   /* how often over the log's days */
  struct mark marks[3];
};

struct log {
  const char *name;
  FILE *out, *truth;
  void (*line)(struct log *, const char *text);
  const char *net; /* clients are net + number */
  uint64_t random;
  unsigned number;
  double at;
};

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "gen_logs: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* splitmix64: small, good enough, and the same everywhere. */
static uint64_t next_random(struct log *log) {
  uint64_t z = (log->random += UINT64_C(0x9E3779B97F4A7C15));

  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static unsigned below(struct log *log, unsigned n) { return (unsigned)(next_random(log) % n); }

static const char *const hosts[] = {"www.service-public.fr",
                                    "www.impots.gouv.fr",
                                    "www.urssaf.fr",
                                    "www.legifrance.gouv.fr",
                                    "www.cybermalveillance.gouv.fr",
                                    "www.meteofrance.com",
                                    "www.laposte.fr",
                                    "www.sncf-connect.com",
                                    "www.grandest.fr",
                                    "www.colmar.fr",
                                    "www.dna.fr",
                                    "www.lalsace.fr",
                                    "fr.wikipedia.org",
                                    "upload.wikimedia.org",
                                    "www.mozilla.org",
                                    "addons.mozilla.org",
                                    "deb.debian.org",
                                    "security.debian.org",
                                    "www.openstreetmap.org",
                                    "tile.openstreetmap.org",
                                    "login.microsoftonline.com",
                                    "outlook.office365.com",
                                    "ctldl.windowsupdate.com",
                                    "download.windowsupdate.com",
                                    "teams.microsoft.com",
                                    "www.bing.com",
                                    "fonts.gstatic.com",
                                    "ssl.gstatic.com",
                                    "www.googleapis.com",
                                    "clients4.google.com",
                                    "www.youtube.com",
                                    "cdn.jsdelivr.net",
                                    "ajax.cloudflare.com",
                                    "www.brasseurs-de-france.com",
                                    "www.labanquepostale.fr",
                                    "www.credit-agricole.fr",
                                    "www.cic.fr",
                                    "www.ameli.fr",
                                    "net-entreprises.fr",
                                    "www.insee.fr",
                                    "api.insee.fr",
                                    "www.chronopost.fr",
                                    "www.dpd.com",
                                    "www.metro.fr",
                                    "www.leboncoin.fr",
                                    "www.linkedin.com",
                                    "static.licdn.com",
                                    "www.pagesjaunes.fr",
                                    "ocsp.digicert.com",
                                    "r3.o.lencr.org",
                                    "time.windows.com",
                                    "update.eset.com",
                                    "www.ecologie.gouv.fr",
                                    "www.douane.gouv.fr",
                                    "pro.douane.gouv.fr",
                                    "www.inao.gouv.fr"};

static const char *const paths[] = {"/",
                                    "/index.html",
                                    "/actualites",
                                    "/particuliers/vosdroits",
                                    "/css/style.css",
                                    "/js/app.js",
                                    "/images/logo.png",
                                    "/favicon.ico",
                                    "/recherche?q=houblon",
                                    "/msdownload/update/v3/static/trustedr/en/authrootstl.cab",
                                    "/MFEwTzBNMEswSTAJ",
                                    "/api/v2/etat",
                                    "/robots.txt",
                                    "/tarifs.pdf"};

static const char *const kinds[] = {"text/html",
                                    "text/html",
                                    "text/html",
                                    "text/css",
                                    "application/javascript",
                                    "image/png",
                                    "image/x-icon",
                                    "text/html",
                                    "text/html",
                                    "application/vnd.ms-cab-compressed",
                                    "application/ocsp-response",
                                    "application/json",
                                    "text/plain",
                                    "application/pdf"};

static void stamp(struct log *log) {
  log->number++;
  fprintf(log->out, "{e-%.3f} ", -log->at);
}

/* Addresses of ordinary servers come from the documentation ranges: they accuse nobody and match nothing. */
static void ordinary_peer(char *out, size_t size, size_t host) {
  static const char *const nets[] = {"192.0.2", "198.51.100", "203.0.113"};

  snprintf(out, size, "HIER_DIRECT/%s.%zu", nets[host % 3], 1 + host * 37 % 250);
}

static void proxy_line(struct log *log, const char *text) {
  unsigned elapsed = 12 + below(log, 900), client = 20 + below(log, 40), size = 300 + below(log, 9000);
  char method[16], url[256], peer[64];
  bool tunnel;

  if (sscanf(text, "%15s %255s %63s", method, url, peer) != 3)
    fail(text);
  tunnel = strcmp(method, "CONNECT") == 0;
  stamp(log);
  fprintf(log->out, "%6u %s.%u %s/200 %u %s %s - HIER_DIRECT/%s %s\n", elapsed, log->net, client,
          tunnel ? "TCP_TUNNEL" : "TCP_MISS", size, method, url, peer, tunnel ? "-" : "text/html");
}

static void proxy_noise(struct log *log) {
  static const char *const results[] = {"TCP_MISS/200", "TCP_MISS/200", "TCP_MEM_HIT/200", "TCP_REFRESH_UNMODIFIED/304",
                                        "TCP_MISS/404"};
  size_t host = below(log, 8) < 3 ? below(log, 12) : below(log, COUNT(hosts));
  size_t path = below(log, COUNT(paths));
  unsigned client = 20 + below(log, 40), size = 200 + below(log, 60000), result = below(log, COUNT(results));
  unsigned elapsed = 40 + below(log, 60000);
  char peer[64];

  ordinary_peer(peer, sizeof peer, host);
  stamp(log);
  if (below(log, 10) < 7)
    fprintf(log->out, "%6u %s.%u TCP_TUNNEL/200 %u CONNECT %s:443 - %s -\n", elapsed, log->net, client, size,
            hosts[host], peer);
  else
    fprintf(log->out, "%6u %s.%u %s %u GET http://%s%s - %s %s\n", elapsed % 800, log->net, client, results[result],
            size, hosts[host], paths[path], result == 2 ? "HIER_NONE/-" : peer, kinds[path]);
}

static void dns_line(struct log *log, const char *text) {
  unsigned thread = below(log, 2), client = 20 + below(log, 40);

  stamp(log);
  fprintf(log->out, "unbound[812:%u] info: %s.%u %s IN\n", thread, log->net, client, text);
}

static void dns_noise(struct log *log) {
  static const char *const types[] = {"A", "A", "A", "AAAA", "AAAA", "HTTPS", "MX", "TXT"};
  size_t host = below(log, 8) < 3 ? below(log, 12) : below(log, COUNT(hosts));
  size_t type = below(log, COUNT(types));
  char text[300];

  if (below(log, 40) == 0)
    snprintf(text, sizeof text, "%zu.4.68.10.in-addr.arpa. PTR", 20 + host);
  else
    snprintf(text, sizeof text, "%s. %s", hosts[host], types[type]);
  dns_line(log, text);
}

static void write_marks(struct log *log, const struct plant *plant) {
  for (size_t i = 0; i < COUNT(plant->marks) && plant->marks[i].type != NULL; i++)
    fprintf(log->truth, "%s\t%u\t%s\t%s\t%s\n", log->name, log->number, plant->marks[i].type, plant->marks[i].value,
            plant->marks[i].expect);
}

/* A plant said n times falls at n even places; when two want the same line, the second takes the next. */
static const struct plant *due(const struct plant *plants, unsigned *done, size_t count, unsigned line,
                               unsigned lines) {
  for (size_t i = 0; i < count; i++) {
    unsigned every = lines / (plants[i].times + 1), wanted = line / every;

    if (done[i] < plants[i].times && done[i] < wanted) {
      done[i]++;
      return &plants[i];
    }
  }
  return NULL;
}

/* Time goes from days ago to an hour ago in uneven steps. */
static void write_log(struct log *log, void (*noise)(struct log *), unsigned lines, unsigned days,
                      const struct plant *plants, size_t count) {
  double span = days * (double)DAY - 3600, step = span / lines;
  unsigned done[MAX_PLANTS] = {0};

  if (count > MAX_PLANTS)
    abort();
  log->at = -(days * (double)DAY);
  for (unsigned i = 0; i < lines; i++) {
    const struct plant *plant = due(plants, done, count, i, lines);

    log->at += step * (below(log, 1900) + 50) / 1000.0;
    if (log->at > -3600)
      log->at = -3600 + i / 1000.0;
    if (plant == NULL) {
      noise(log);
    } else {
      log->line(log, plant->text);
      write_marks(log, plant);
    }
  }
}

static FILE *create(const char *dir, const char *name) {
  char path[4096];
  FILE *f;

  if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
    errno = ENAMETOOLONG;
    fail(dir);
  }
  f = fopen(path, "w");
  if (f == NULL)
    fail(path);
  return f;
}

static void finish(FILE *f, const char *name) {
  if (ferror(f) != 0 || fclose(f) != 0)
    fail(name);
}

#define DOMAIN(v, e)                                                                                                   \
  { "domain", v, e }
#define IPV4(v, e)                                                                                                     \
  { "ipv4", v, e }
#define URL(v, e)                                                                                                      \
  { "url", v, e }

static const struct plant proxy_est[] = {
    {"GET " RELAY_URL " " RELAY_IP, 11, {URL(RELAY_URL, "hit"), DOMAIN(RELAY, "hit"), IPV4(RELAY_IP, "hit")}},
    {"CONNECT cdn2." RELAY ":443 " RELAY_IP, 14, {DOMAIN(RELAY, "hit"), IPV4(RELAY_IP, "hit")}},
    {"CONNECT " RELAY_IP ":443 " RELAY_IP, 3, {IPV4(RELAY_IP, "hit")}},
    {"GET http://" RELAY "/kb/4012598/poste.php5 " RELAY_IP,
     1,
     {DOMAIN(RELAY, "hit"), IPV4(RELAY_IP, "hit"), URL(RELAY_URL, "near")}},
    {"GET " PALETTE_URL " 84.205.78.141",
     2,
     {URL(PALETTE_URL, "hit"), DOMAIN(PALETTE, "hit"), IPV4("84.205.78.141", "hit")}},
    {"CONNECT " SUPPLIER ":443 203.0.113.77", 2, {DOMAIN(SUPPLIER, "hit")}},
    {"POST http://" MAILBOX "/owa/renew 203.0.113.78",
     1,
     {URL("http://" MAILBOX "/owa/renew", "hit"), DOMAIN(MAILBOX, "hit")}},
    {"GET http://84.205.72.66/bins/agent.sh 84.205.72.66",
     1,
     {URL("http://84.205.72.66/bins/agent.sh", "hit"), IPV4("84.205.72.66", "hit")}},
    {"CONNECT 9.9.9.9:443 9.9.9.9", 9, {IPV4("9.9.9.9", "common")}},
    {"CONNECT www.google.com:443 203.0.113.9", 40, {DOMAIN("www.google.com", "common")}},
    {"GET http://" RELAY ".example.org/ 203.0.113.80", 2, {DOMAIN(RELAY, "near")}},
    {"CONNECT not" RELAY ":443 203.0.113.81", 2, {DOMAIN(RELAY, "near")}},
    {"CONNECT vqx7dzrelais.net:443 203.0.113.82", 1, {DOMAIN(RELAY, "near")}},
    {"CONNECT 84.205.75.21:443 84.205.75.21", 2, {IPV4(RELAY_IP, "near")}},
    {"CONNECT 184.205.75.214:443 184.205.75.214", 2, {IPV4(RELAY_IP, "near")}},
    {"CONNECT x" PALETTE ":443 203.0.113.84", 1, {DOMAIN(PALETTE, "near")}},
    {"CONNECT " SUPPLIER ".fr:443 203.0.113.85", 1, {DOMAIN(SUPPLIER, "near")}},
    {"CONNECT 9.9.9.99:443 9.9.9.99", 1, {IPV4("9.9.9.9", "near")}}};

static const struct plant dns_est[] = {{RELAY ". A", 16, {DOMAIN(RELAY, "hit")}},
                                       {"cdn2." RELAY ". A", 14, {DOMAIN(RELAY, "hit")}},
                                       {"MaJ-sEcUrItE-pOsTe.VqX7dZrElAiS.nEt. A", 3, {DOMAIN(RELAY, "hit")}},
                                       {"www." KILL_SWITCH ". A", 3, {DOMAIN(KILL_SWITCH, "hit")}},
                                       {PALETTE ". A", 2, {DOMAIN(PALETTE, "hit")}},
                                       {SUPPLIER ". AAAA", 2, {DOMAIN(SUPPLIER, "hit")}},
                                       {MEETING ". A", 1, {DOMAIN(MEETING, "hit")}},
                                       {"www.google.com. A", 40, {DOMAIN("www.google.com", "common")}},
                                       {RELAY ".example.org. A", 2, {DOMAIN(RELAY, "near")}},
                                       {"not" RELAY ". A", 2, {DOMAIN(RELAY, "near")}},
                                       {"vqx7dzrelais.net. NS", 2, {DOMAIN(RELAY, "near")}},
                                       {"maj-securite-poste.vqx7dzrelais.network. A", 1, {DOMAIN(RELAY, "near")}},
                                       {"not" KILL_SWITCH ". A", 1, {DOMAIN(KILL_SWITCH, "near")}},
                                       {"214.75.205.84.in-addr.arpa. PTR", 2, {{NULL, NULL, NULL}}}};

static const struct plant proxy_sudouest[] = {
    {"CONNECT 9.9.9.9:443 9.9.9.9", 12, {IPV4("9.9.9.9", "common")}},
    {"CONNECT 1.1.1.1:443 1.1.1.1", 6, {IPV4("1.1.1.1", "common")}},
    {"CONNECT www.google.com:443 203.0.113.9", 20, {DOMAIN("www.google.com", "common")}},
    {"CONNECT 1.1.1.10:443 1.1.1.10", 1, {IPV4("1.1.1.1", "near")}}};

static void story(const char *dir) {
  FILE *truth = create(dir, "expected.tsv");
  struct log logs[] = {{.name = "proxy-est", .line = proxy_line, .net = "10.68.4", .random = 681},
                       {.name = "dns-est", .line = dns_line, .net = "10.68.4", .random = 682},
                       {.name = "proxy-sudouest", .line = proxy_line, .net = "10.40.1", .random = 401}};

  fputs("file\tline\ttype\tindicator\texpect\n", truth);
  for (size_t i = 0; i < COUNT(logs); i++) {
    char name[64];

    snprintf(name, sizeof name, "%s.tmpl", logs[i].name);
    logs[i].out = create(dir, name);
    logs[i].truth = truth;
  }
  write_log(&logs[0], proxy_noise, 3000, 4, proxy_est, COUNT(proxy_est));
  write_log(&logs[1], dns_noise, 3000, 4, dns_est, COUNT(dns_est));
  write_log(&logs[2], proxy_noise, 400, 4, proxy_sudouest, COUNT(proxy_sudouest));
  for (size_t i = 0; i < COUNT(logs); i++)
    finish(logs[i].out, logs[i].name);
  finish(truth, "expected.tsv");
}

static void long_line(const char *path) {
  static const char zeroes[64];
  FILE *f = fopen(path, "w");

  if (f == NULL)
    fail(path);
  fputs("1700000000.100 12 10.68.4.21 TCP_MISS/200 512 GET " RELAY_URL " - HIER_DIRECT/" RELAY_IP " text/html\n", f);
  fwrite("debut\0suite ", 1, 12, f);
  fwrite(zeroes, 1, sizeof zeroes, f);
  fputs("\n", f);
  for (unsigned i = 0; i < LONG_LINE; i++)
    fputc("abcdefghij klmnopqrst "[i % 22], f);
  fputs(" " RELAY " fin\n", f);
  fwrite("\0\0", 1, 2, f);
  fputs("1700000001.200 12 10.68.4.22 TCP_TUNNEL/200 512 CONNECT cdn2." RELAY ":443 - HIER_DIRECT/" RELAY_IP " -\n", f);
  finish(f, path);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "story") == 0) {
    story(argv[2]);
  } else if (argc == 3 && strcmp(argv[1], "long-line") == 0) {
    long_line(argv[2]);
  } else {
    fputs("usage: gen_logs story OUTDIR | gen_logs long-line FILE\n", stderr);
    return 2;
  }
  return 0;
}

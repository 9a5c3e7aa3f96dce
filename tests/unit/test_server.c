/* server: what browsers send is decoded or refused, sessions end, failed logins wait, routing, the CSV twin, times. */
#include "server/server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

#include "server/server_internal.h"
#include "world.h"

static struct request page_request(const char *path, enum vg_lang lang) {
  struct request r = {.lang = lang, .rest = "", .now = 1548057600 * VG_SECOND};
  vg_str_copy(r.path, sizeof r.path, vg_str_z(path));
  vg_buf_init(&r.out, 1 << 20);
  return r;
}

static void escapes(void **state) {
  (void)state;
  struct request r = page_request("/", VG_FR);
  text(&r, VG_STR("<a href=\"x\">l'&</a>\xff"));
  assert_string_equal(vg_buf_text(&r.out), "&lt;a href=&quot;x&quot;&gt;l&#39;&amp;&lt;/a&gt;\xef\xbf\xbd");
  vg_buf_reset(&r.out);
  url(&r, VG_STR("a/é &"));
  assert_string_equal(vg_buf_text(&r.out), "a%2F%C3%A9%20%26");
  vg_buf_reset(&r.out);
  SAY(&r, "qualify.because.assertion", "a", "b", "c", "d", "e"); /* a reason may have more arguments than an error */
  assert_null(strchr(vg_buf_text(&r.out), '{'));
  assert_non_null(strstr(vg_buf_text(&r.out), " e\u00a0%"));
  vg_buf_reset(&r.out);
  code(&r, VG_STR("/a_b//c.d<"));
  assert_string_equal(vg_buf_text(&r.out), "<code>/<wbr>a_<wbr>b//<wbr>c.<wbr>d&lt;</code>");
  vg_buf_fini(&r.out);
}

static void fields(void **state) {
  (void)state;
  char out[16];
  assert_true(form_nth(VG_STR("a=1&b=%C3%A9+x%26"), "b", 0, out, sizeof out));
  assert_string_equal(out, "é x&");
  assert_true(form_nth(VG_STR("b=1&a=0&b=2"), "b", 1, out, sizeof out));
  assert_string_equal(out, "2");
  assert_false(form_nth(VG_STR("b=1&b=2"), "b", 2, out, sizeof out));
  assert_false(form_nth(VG_STR("a=1"), "b", 0, out, sizeof out));
  static const char *const bad[] = {"b=%0", "b=%zz", "b=%00", "b=%1b", "b=%7f", "b=%ff", "b=1234567890123456", "b"};
  for (size_t i = 0; i < VG_COUNT(bad); i++)
    assert_false(form_nth(vg_str_z(bad[i]), "b", 0, out, sizeof out));
  assert_true(form_nth(VG_STR("b=123456789012345"), "b", 0, out, sizeof out));
  assert_true(form_decode(VG_STR("/a+b%2Fc"), false, out, sizeof out));
  assert_string_equal(out, "/a+b/c");
}

static void cookies(void **state) {
  (void)state;
  char out[16];
  assert_true(cookie_get(VG_STR("lang=en; vigie=abc-1"), "vigie", out, sizeof out));
  assert_string_equal(out, "abc-1");
  assert_false(cookie_get(VG_STR("xvigie=abc"), "vigie", out, sizeof out));
  assert_false(cookie_get(VG_STR("vigie=a%20b"), "vigie", out, sizeof out));
  assert_false(cookie_get(VG_STR("vigie=1234567890123456"), "vigie", out, sizeof out));
}

static void sessions(void **state) {
  (void)state;
  char token[SESSION_TOKEN + 1];
  struct session s;
  OK(session_open(tx, &anne, "anne", token, &err));
  OK(session_find(tx, token, &s, &err));
  assert_string_equal(s.login, "anne");
  assert_int_equal(strlen(s.csrf), 64);
  assert_memory_not_equal(s.csrf, token, 64);
  token[0] = token[0] == '0' ? '1' : '0';
  assert_int_equal(session_find(tx, token, &s, NULL), VG_ENOTFOUND);
  assert_int_equal(session_find(tx, "short", &s, NULL), VG_ENOTFOUND);
  token[0] = token[0] == '0' ? '1' : '0';
  OK(session_open(tx, &anne, "anne", token, &err));
  OK(store_exec(tx, "UPDATE server_session SET seen = seen - $1", S_ARGS(S_INT(61 * 60 * VG_SECOND)), &err));
  assert_int_equal(session_find(tx, token, &s, NULL), VG_ENOTFOUND);
  OK(session_touch(tx, token, &err));
  OK(session_find(tx, token, &s, &err));
  OK(session_close(tx, token, &err));
  assert_int_equal(session_find(tx, token, &s, NULL), VG_ENOTFOUND);
}

static void throttled(void **state) {
  (void)state;
  static struct throttle t;
  throttle_init(&t);
  for (int i = 0; i < 5; i++) {
    assert_false(throttle_blocked(&t, VG_STR("anne"), 5, VG_HOUR));
    throttle_failed(&t, VG_STR("anne"), VG_HOUR);
  }
  assert_true(throttle_blocked(&t, VG_STR("anne"), 5, VG_HOUR));
  assert_false(throttle_blocked(&t, VG_STR("paul"), 5, VG_HOUR));
  assert_false(throttle_blocked(&t, VG_STR("anne"), 5, VG_HOUR + 61 * VG_SECOND));
  throttle_fini(&t);
}

/* The register is read again when it grew or time has passed, and damage shows at the next reading. */
static void register_read(void **state) {
  struct store_options o = {
      .url = ":memory:", .schemas = instance_schemas, .schema_count = instance_schema_count, .create = true};
  static struct registry g;
  struct vg_key *key;
  struct reading first, again;
  char token[SESSION_TOKEN + 1];
  OK(vg_key_generate(&key, VG_STR("test"), &err));
  registry_init(&g);
  OK(store_open(&st, &o, &err)); /* its own: a signature comes after the commit */
  OK(store_begin(st, &tx, &err));
  OK(session_open(tx, &anne, "anne", token, &err));
  OK(store_commit(&tx, &err));
  OK(ledger_sign(st, key, &err));
  OK(store_begin(st, &tx, &err));
  OK(registry_state(&g, tx, key, VG_DAY, false, &first, &err));
  assert_true(first.ok && first.size == 1 && first.at == VG_DAY);
  OK(registry_state(&g, tx, key, VG_DAY + VG_SECOND, false, &again, &err));
  assert_int_equal(again.at, VG_DAY);
  OK(session_open(tx, &anne, "anne", token, &err));
  OK(registry_state(&g, tx, key, VG_DAY + VG_HOUR / 12, false, &again, &err));
  assert_int_equal(again.size, 2);
  OK(store_exec(tx, "UPDATE ledger_body SET body = $1 WHERE idx = 1", S_ARGS(S_BYTES(VG_STR("{\"x\":1}"))), &err));
  OK(registry_state(&g, tx, key, VG_DAY + VG_HOUR / 6, false, &again, &err));
  assert_true(again.ok); /* nothing was added: not read again yet */
  OK(registry_state(&g, tx, key, VG_DAY + VG_HOUR / 6, true, &again, &err));
  assert_false(again.ok);
  assert_int_equal(again.first_bad, 1);
  world_end(state);
  registry_fini(&g);
  vg_key_free(key);
}

static void paris(void **state) {
  (void)state;
  static const struct {
    const char *utc;
    int64_t hours;
  } known[] = {{"2019-01-21T07:10:00Z", 1}, {"2019-03-31T00:59:59Z", 1}, {"2019-03-31T01:00:00Z", 2},
               {"2019-10-27T00:59:59Z", 2}, {"2019-10-27T01:00:00Z", 1}, {"2026-07-14T12:00:00Z", 2},
               {"1969-12-31T23:59:59Z", 1}};
  for (size_t i = 0; i < VG_COUNT(known); i++) {
    vg_time t;
    assert_true(vg_time_parse(vg_str_z(known[i].utc), &t));
    assert_int_equal(vg_paris_offset(t), known[i].hours * VG_HOUR);
  }
  struct request r = page_request("/", VG_FR);
  vg_time sent_at;
  r.body = VG_STR("t=2019-07-14T14%3A00&u=2019-01-21T08%3A10&bad=2019-13-01T00:00");
  assert_true(sent_time(&r, "t", &sent_at));
  char back[VG_TIME_TEXT];
  assert_string_equal(vg_time_text(back, sent_at, false), "2019-07-14T12:00:00Z");
  assert_true(sent_time(&r, "u", &sent_at));
  assert_string_equal(vg_time_text(back, sent_at, false), "2019-01-21T07:10:00Z");
  assert_false(sent_time(&r, "bad", &sent_at));
  today(&r);
  assert_non_null(strstr(vg_buf_text(&r.out), "lundi 21 janvier 2019, 09:00"));
  vg_buf_fini(&r.out);
}

static void numbers(void **state) {
  (void)state;
  struct request r = page_request("/", VG_FR);
  num(&r, -1234567);
  real(&r, 0.00062);
  bytes(&r, 12400000);
  percent(&r, 0.995);
  assert_string_equal(
      vg_buf_text(&r.out),
      "<data value=\"-1234567\">-1\u202f234\u202f567</data><data value=\"0.00062\">6,2\u00a0×\u00a010⁻⁴</data>"
      "<data value=\"12400000\" title=\"12400000\">12,4\u00a0Mo</data><data value=\"0.995000\">99,5\u00a0%</data>");
  vg_buf_fini(&r.out);
}

static void twin(void **state) {
  (void)state;
  static const char *const head[] = {"server.name", NUMBER("server.times"), "server.time"};
  struct request r = page_request("/", VG_EN);
  strcpy(r.csv, "x");
  table_begin(&r, "y", "server.name", head, 3);
  table_end(&r, "server.entries.none");
  assert_false(table_twin(&r));
  table_begin(&r, "x", "server.name", head, 3);
  row(&r);
  cell(&r);
  link_to(&r, "/x/", VG_STR("id"), VG_STR("=1+\"a\", <b>"));
  cell_n(&r);
  num(&r, 12345);
  cell(&r);
  when(&r, r.now);
  table_end(&r, "server.entries.none");
  assert_true(table_twin(&r));
  assert_string_equal(vg_buf_text(&r.out),
                      "\xef\xbb\xbfName,Times,When\r\n\"'=1+\"\"a\"\", <b>\",12345,2019-01-21T08:00:00Z\r\n");
  assert_string_equal(r.name, "x.csv");
  vg_buf_fini(&r.out);
}

/* A field shows again what was sent and, beside it, the problem that it claims; what nobody claims stands above the
 * button. */
static void refused_form(void **state) {
  (void)state;
  struct session s = {.csrf = "token"};
  struct request r = page_request("/x", VG_EN);
  r.session = &s;
  r.post = true;
  r.body = VG_STR("a=%3Cb%3E&b=2");
  (void)VG_FAIL(&r.problem, VG_EDATA, "server.needed");
  form_begin(&r, "/x", NULL);
  field(&r, "a", "server.name", "text", "", true, "server.bad_time");
  field(&r, "b", "server.name", "text", "", true, "server.bad_time server.needed");
  form_end(&r, "server.enter", true);
  const char *html = vg_buf_text(&r.out), *a = strstr(html, "value=\"&lt;b&gt;\""), *b = strstr(html, "aria-invalid"),
             *why = strstr(html, "this field is needed");
  assert_true(a && b && why && a < b && b < why);
  assert_null(strstr(why + 1, "this field is needed"));
  assert_non_null(strstr(html, "name=\"csrf\" value=\"token\""));
  vg_buf_fini(&r.out);
}

static void assets(void **state) {
  (void)state;
  assets_init();
  assert_null(asset_find("../vigie.css"));
  assert_true(asset_find("htmx.js")->size > 40000);
  assert_int_equal(strlen(asset_find("vigie.css")->tag), 16);
}

/* A whole server without TLS on an instance of its own; requests over sockets, several at once (run under the thread
 * sanitizer too). */
static struct {
  char home[128], password[24];
  int port;
  char cookie[160];
} live;

/* Sends the request, closes after the answer; the answer's status, its text in out. */
static int ask(const char *method, const char *path, const char *headers, const char *body, char *out, size_t cap) {
  char head[4096];
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)live.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM, 0), n;
  size_t got = 0;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
    return -1;
  n = snprintf(
      head, sizeof head,
      "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: vigie=%s\r\n%sContent-Length: %zu\r\n\r\n",
      method, path, live.cookie, headers, strlen(body));
  bool ok = send(fd, head, (size_t)n, MSG_NOSIGNAL) == n && send(fd, body, strlen(body), MSG_NOSIGNAL) >= 0;
  for (ssize_t r; ok && got + 1 < cap && (r = recv(fd, out + got, cap - 1 - got, 0)) > 0;)
    got += (size_t)r;
  close(fd);
  out[got] = 0;
  return got > 12 ? atoi(out + 9) : -1;
}
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static void *visitor(void *failed) {
  static const char *const paths[] = {"/",      "/alertes",     "/renseignement",   "/journal?relire=1",
                                      "/zones", "/zones/OUEST", "/recherche?q=abc", "/assets/vigie.css"};
  _Static_assert(VG_COUNT(paths) == 8, "see the loop");
  char *out = malloc(1 << 20);
  for (int i = 0; i < 24; i++)
    if (ask("GET", paths[i % 8], "", "", out, 1 << 20) != 200)
      atomic_fetch_add((atomic_int *)failed, 1);
  free(out);
  return NULL;
}

static void many_at_once(void) {
  pthread_t thread[4];
  atomic_int failed = 0;
  for (size_t i = 0; i < VG_COUNT(thread); i++)
    assert_int_equal(pthread_create(&thread[i], NULL, visitor, &failed), 0);
  for (size_t i = 0; i < VG_COUNT(thread); i++)
    pthread_join(thread[i], NULL);
  assert_int_equal(failed, 0);
}

/* What a browser would not send: each has its own answer, and the server goes on. */
static void odd_requests(char *out, size_t cap) {
  char big[70000], path[3000];
  assert_int_equal(ask("TRACE", "/", "", "", out, cap), 405);
  assert_int_equal(ask("DELETE", "/", "", "", out, cap), 405);
  assert_int_equal(ask("POST", "/zones", FORM, "csrf=none", out, cap), 403);
  assert_int_equal(ask("POST", "/logout", "Content-Type: text/plain\r\n", "csrf=none", out, cap), 415);
  assert_int_equal(ask("GET", "/%ff", "", "", out, cap), 400);
  assert_int_equal(ask("GET", "/%00", "", "", out, cap), 400);
  assert_int_equal(ask("GET", "/journal/99999999999999999999", "", "", out, cap), 404);
  assert_int_equal(ask("GET", "/analyses/x", "", "", out, cap), 404);
  assert_int_equal(ask("GET", "/graphe?objet=malware--0", "", "", out, cap), 404);
  memset(big, 'a', sizeof big - 1);
  big[sizeof big - 1] = 0;
  assert_int_equal(ask("POST", "/login", FORM, big, out, cap), 413);
  /* A form with a file: not before the login, then as any other, its secret and all. */
  static const char multipart[] = "Content-Type: multipart/form-data; boundary=b\r\n";
  char cookie[sizeof live.cookie];
  memcpy(cookie, live.cookie, sizeof cookie);
  live.cookie[0] = 0;
  assert_int_equal(ask("POST", "/veille", multipart, "--b\r\n", out, cap), 401);
  memcpy(live.cookie, cookie, sizeof cookie);
  assert_int_equal(ask("POST", "/veille", multipart, "--b\r\n", out, cap), 400);
  assert_int_equal(ask("POST", "/veille", multipart,
                       "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nnone\r\n--b--\r\n", out, cap),
                   403);
  memset(path, 'a', sizeof path - 1);
  path[0] = '/';
  path[sizeof path - 1] = 0;
  assert_int_equal(ask("GET", path, "", "", out, cap), 414);
  assert_int_equal(ask("GET", "/lang/en?retour=//evil.test/", "", "", out, cap), 303);
  assert_non_null(strstr(out, "Location: /\r\n"));
  assert_int_equal(ask("GET", "/lang/en?retour=%2Fzones%0d%0aX%3A%20y", "", "", out, cap), 303);
  assert_null(strstr(out, "\nX: y"));
}

/* Every page and list, in both engines' SQL. */
static void every_page(char *out, size_t cap) {
  static const char *const paths[] = {"/",
                                      "/alertes",
                                      "/renseignement",
                                      "/renseignement?type=cve&apres=a",
                                      "/indicateur?type=domain-name&valeur=bad.example.net",
                                      "/graphe",
                                      "/graphe?type=domain-name&valeur=bad.example.net",
                                      "/qualification",
                                      "/qualification/nouvelle",
                                      "/qualification/delais",
                                      "/affaires",
                                      "/signalements/nouveau",
                                      "/scelles",
                                      "/zones",
                                      "/zones/EST",
                                      "/conventions",
                                      "/journal",
                                      "/journal/0",
                                      "/journal/point-de-controle",
                                      "/recherche?q=men%25",
                                      "/zones?csv=zones",
                                      "/api/v1/analyses",
                                      "/api/v1/cases",
                                      "/api/v1/clocks",
                                      "/api/v1/exhibits",
                                      "/api/v1/images",
                                      "/api/v1/incidents",
                                      "/api/v1/indicators",
                                      "/api/v1/organisations",
                                      "/api/v1/warnings",
                                      "/api/v1/zones?limit=3&after=EST"};
  for (size_t i = 0; i < VG_COUNT(paths); i++)
    if (ask("GET", paths[i], "", "", out, cap) != 200)
      fail_msg("%s: %.300s", paths[i], out);
}

/* The whole way of an incident by the forms alone: recorded, opened as a case, an exhibit, its custody, the clock. */
static void post_ok(const char *path, const char *form, char to[static 300], char *out, size_t cap) {
  char body[1200];
  unsigned char hash[VG_SHA256_SIZE];
  char both[SESSION_TOKEN + 6], csrf[2 * VG_SHA256_SIZE + 1];
  snprintf(both, sizeof both, "csrf:%.64s", live.cookie);
  vg_sha256(both, strlen(both), hash);
  snprintf(body, sizeof body, "csrf=%s&%s", vg_hex(csrf, hash, sizeof hash), form);
  int status = ask("POST", path, FORM, body, out, cap);
  const char *at = strstr(out, "Location: ");
  if (status != 303 || !at)
    fail_msg("POST %s answers %d: %.2000s", path, status,
             strstr(out, "role=\"alert\"") ? strstr(out, "role=\"alert\"") : out);
  size_t n = strcspn(at + 10, "\r");
  vg_str_copy(to, 300, vg_str_n(at + 10, n));
  if (ask("GET", to, "", "", out, cap) != 200)
    fail_msg("%s: %.300s", to, out);
}
/* What a person typed and the records have no room for: refused beside its field, with the limit, and typed still. */
static void too_long(char *out, size_t cap) {
  char body[6000], typed[5001];
  unsigned char hash[VG_SHA256_SIZE];
  char both[SESSION_TOKEN + 6], csrf[2 * VG_SHA256_SIZE + 1];
  static const char *const form[][2] = {{"/signalements/accueil", "org=Scierie&kind=unknown&summary=x&contact="},
                                        {"/signalements/accueil", "org=Scierie&kind=unknown&contact=x&summary="},
                                        {"/evenements", "what=new&name=x&kind=ransomware&summary="},
                                        {"/evaluation/obstacles", "what=add&family=legal&severity=2&title="}};
  snprintf(both, sizeof both, "csrf:%.64s", live.cookie);
  vg_sha256(both, strlen(both), hash);
  memset(typed, 'W', 5000);
  typed[5000] = 0;
  for (size_t i = 0; i < VG_COUNT(form); i++) {
    snprintf(body, sizeof body, "csrf=%s&%s%s", vg_hex(csrf, hash, sizeof hash), form[i][1], typed);
    int status = ask("POST", form[i][0], FORM, body, out, cap);
    if (status != 422 || !strstr(out, "5000 ") || !strstr(out, "aria-invalid") || !strstr(out, typed))
      fail_msg("%s %s answers %d: %.2000s", form[i][0], form[i][1], status,
               strstr(out, "role=\"alert\"") ? strstr(out, "role=\"alert\"") : out);
  }
}
/* Whoever has a conflict of interest sees neither the affair nor what the register keeps of it. */
static void kept_away(const struct instance_options *where, const char *incident, const char *case_path, char *out,
                      size_t cap) {
  struct instance *in;
  struct store_tx *t;
  struct actor who;
  struct org o;
  struct person p;
  int shown = 0;
  OK(instance_open(&in, where, &err));
  OK(instance_actor(in, "anne", &who, &err));
  OK(store_begin(instance_store(in), &t, &err));
  OK(territory_org_find(t, VG_STR("Scierie"), &o, &err));
  OK(territory_person_find(t, vg_id_str(&who.id), &p, &err));
  for (int after = 0; after < 2; after++) {
    assert_int_equal(ask("GET", incident, "", "", out, cap), after ? 403 : 200);
    assert_int_equal(ask("GET", case_path, "", "", out, cap), after ? 403 : 200);
    for (int i = 0; i < 12; i++) {
      char path[32];
      snprintf(path, sizeof path, "/journal/%d", i);
      if (ask("GET", path, "", "", out, cap) == 200)
        shown += strstr(out, "&quot;summary&quot;") != NULL;
    }
    assert_int_equal(shown, 1);
    if (!after) {
      OK(territory_conflict_declare(t, &who, &p, &o, VG_STR("parent"), VG_NOTIME, &err));
      OK(instance_commit(in, &t, &err));
    }
  }
  instance_close(in);
}

static void forms(const struct instance_options *where, char *out, size_t cap) {
  struct instance *in;
  struct store_tx *t;
  struct actor who;
  struct org o = {.kind = ORG_COMPANY, .name = "Scierie", .naf = "C", .size = "PME", .department = "56"};
  char incident[300], case_path[300], to[300];
  OK(instance_open(&in, where, &err));
  OK(instance_actor(in, "anne", &who, &err));
  OK(store_begin(instance_store(in), &t, &err));
  OK(territory_org_add(t, &who, &o, &err));
  OK(instance_commit(in, &t, &err));
  instance_close(in);
  post_ok("/signalements/nouveau",
          "org=Scierie&kind=phishing&summary=x&happened=2026-01-05T08%3A00&known=2026-01-05T09%3A00&personal=yes",
          incident, out, cap);
  post_ok(incident, "what=case&frame=flagrance&offence=CP323-2-1", case_path, out, cap);
  post_ok(case_path, "description=Disque&medium=ssd&serial=1&seal=S1", to, out, cap);
  post_ok(to, "move=opened&reason=analyse&place=labo", to, out, cap);
  assert_non_null(strstr(out, "labo"));
  post_ok(incident, "what=clock&code=CNIL72&change=not-applicable&reason=aucune+donnee", to, out, cap);
  post_ok(
      "/qualification/nouvelle",
      "type=domain-name&value=bad.example.net&question=quoi&to=anne&basis=prevention&deadline=2026-12-01T18%3A00&tlp=TLP%3AGREEN",
      to, out, cap);
  post_ok(to, "what=terms&basis=flagrance&deadline=2026-12-02T18%3A00&pap=PAP%3ARED", to, out, cap);
  post_ok(to, "what=answer&from=CERT&verdict=malicious&admiralty=A1&text=vu", to, out, cap);
  post_ok(to, "what=decide&decision=malicious&motive=sur", to, out, cap);
  assert_null(strstr(out, "value=\"confirm\""));
  too_long(out, cap);
  every_page(out, cap);
  kept_away(where, incident, case_path, out, cap);
}

static void enter(char *out, size_t cap) {
  char form[128];
  snprintf(form, sizeof form, "login=anne&password=%s", live.password);
  assert_int_equal(ask("POST", "/login", FORM "Origin: http://other.test\r\n", form, out, cap), 403);
  assert_int_equal(ask("POST", "/login", FORM, form, out, cap), 303);
  const char *token = strstr(out, "vigie=");
  assert_non_null(token);
  vg_str_copy(live.cookie, sizeof live.cookie, vg_str_n(token + 6, SESSION_TOKEN));
}

static void whole_server(void **state) {
  (void)state;
  struct server *s;
  char *out = malloc(1 << 20);
  snprintf(live.home, sizeof live.home, "%s/vigie-pages-%d", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp",
           (int)getpid());
  struct instance_options where = {.home = live.home, .login = "anne"};
  if (getenv("VIGIE_TEST_PG"))
    where.url = server_url();
  OK(instance_create(&where, live.password, &err));
  struct server_options o = {.instance = &where, .listen = "127.0.0.1:0", .plain = true, .threads = 4};
  assert_int_equal(server_start(&s, &(struct server_options){.instance = &where, .listen = "nowhere"}, NULL),
                   VG_EUSAGE);
  assert_int_equal(server_start(&s, &(struct server_options){.instance = &where, .listen = "::1:80"}, NULL), VG_EUSAGE);
  OK(server_start(&s, &o, &err));
  live.port = atoi(strrchr(server_address(s), ':') + 1);
  assert_int_equal(ask("GET", "/journal", "", "", out, 1 << 20), 200);
  assert_non_null(strstr(out, "name=\"password\""));
  assert_int_equal(ask("GET", "/journal", "HX-Request: true\r\n", "", out, 1 << 20), 401);
  enter(out, 1 << 20);
  every_page(out, 1 << 20);
  forms(&where, out, 1 << 20);
  many_at_once();
  odd_requests(out, 1 << 20);
  static const atomic_bool stop = true;
  server_run(s, &stop);
  server_free(s);
  /* A session outlives the server. */
  OK(server_start(&s, &o, &err));
  live.port = atoi(strrchr(server_address(s), ':') + 1);
  assert_int_equal(ask("GET", "/journal", "", "", out, 1 << 20), 200);
  assert_null(strstr(out, "name=\"password\""));
  server_free(s);
  free(out);
  snprintf(live.cookie, sizeof live.cookie, "rm -rf '%s'", live.home);
  assert_int_equal(system(live.cookie), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(escapes),   cmocka_unit_test(fields),
      cmocka_unit_test(cookies),   cmocka_unit_test_setup_teardown(sessions, world_begin, world_end),
      cmocka_unit_test(throttled), cmocka_unit_test(register_read),
      cmocka_unit_test(paris),     cmocka_unit_test(numbers),
      cmocka_unit_test(twin),      cmocka_unit_test(refused_form),
      cmocka_unit_test(assets),    cmocka_unit_test(whole_server),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

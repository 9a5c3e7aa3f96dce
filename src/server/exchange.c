#include "server/exchange.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/taxii_door.h"
#include "server/upload.h"
#include "territory/territory.h"

enum { BODY_MAX = 65536, PAGE_MAX = 32 << 20, URI_MAX = 2048 };

/* One request while it arrives. */
struct exchange {
  char uri[URI_MAX];
  bool too_long, begun;
  bool taxii; /* under /taxii2/: who asks is found out before the body comes */
  struct actor who;
  struct vg_buf body;
  struct upload *upload; /* a form with a file; NULL: any other */
  unsigned refused;      /* status of a body that is not taken */
};

/* The pool's threads live as long as their server, so each takes one instance and keeps it. */
static _Thread_local struct {
  const struct server *of;
  struct instance *in;
} mine;
static struct instance *my_instance(struct server *s) {
  if (mine.of != s || !mine.in) {
    unsigned i = atomic_fetch_add(&s->next, 1);
    VG_ASSERT(i < s->threads);
    mine.of = s;
    mine.in = s->instances[i];
  }
  return mine.in;
}

static const char *header(struct MHD_Connection *c, const char *name) {
  const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
  return v ? v : "";
}

static void harden(struct MHD_Response *a, bool plain) {
  MHD_add_response_header(
      a, "Content-Security-Policy",
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'");
  MHD_add_response_header(a, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(a, "X-Frame-Options", "DENY");
  MHD_add_response_header(a, "Referrer-Policy", "same-origin");
  MHD_add_response_header(a, "Cross-Origin-Opener-Policy", "same-origin");
  MHD_add_response_header(a, "Cross-Origin-Resource-Policy", "same-origin");
  MHD_add_response_header(a, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  if (!plain)
    MHD_add_response_header(a, "Strict-Transport-Security", "max-age=31536000");
}

static enum MHD_Result queue(struct MHD_Connection *c, unsigned status, struct MHD_Response *a) {
  enum MHD_Result done = MHD_queue_response(c, status, a);
  MHD_destroy_response(a);
  return done;
}

static enum MHD_Result answer(struct server *s, struct MHD_Connection *c, struct request *r, const char *cookie) {
  struct MHD_Response *a = r->location[0] ? MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT)
                                          : MHD_create_response_from_buffer(r->out.n, r->out.p, MHD_RESPMEM_MUST_COPY);
  if (!a)
    return MHD_NO;
  harden(a, s->plain);
  MHD_add_response_header(a, "Cache-Control", "no-store");
  if (cookie)
    MHD_add_response_header(a, "Set-Cookie", cookie);
  if (r->location[0]) {
    MHD_add_response_header(a, "Location", r->location);
    return queue(c, MHD_HTTP_SEE_OTHER, a);
  }
  MHD_add_response_header(a, "Content-Type", r->type ? r->type : "text/html; charset=utf-8");
  if (r->name[0]) {
    char as[140];
    snprintf(as, sizeof as, "attachment; filename=\"%s\"", r->name);
    MHD_add_response_header(a, "Content-Disposition", as);
  }
  if (r->status == 405)
    MHD_add_response_header(a, "Allow", "GET, HEAD, POST");
  if (r->live && r->status == 401)
    MHD_add_response_header(a, "HX-Refresh", "true");
  return queue(c, r->status, a);
}

/* What is embedded: for ever when asked for by its content's tag, else after asking again. */
static enum MHD_Result give_asset(struct server *s, struct MHD_Connection *c, const struct asset *f, vg_str query) {
  char tag[24], v[24] = "";
  snprintf(tag, sizeof tag, "\"%s\"", f->tag);
  bool same = !strcmp(header(c, "If-None-Match"), tag);
  /* MHD only reads it, whatever its prototype says. */
  struct MHD_Response *a =
      MHD_create_response_from_buffer_with_free_callback(same ? 0 : f->size, (void *)(uintptr_t)f->bytes, NULL);
  if (!a)
    return MHD_NO;
  harden(a, s->plain);
  (void)form_nth(query, "v", 0, v, sizeof v);
  MHD_add_response_header(a, "Content-Type", f->type);
  MHD_add_response_header(a, "ETag", tag);
  MHD_add_response_header(a, "Cache-Control", strcmp(v, f->tag) ? "no-cache" : "public, max-age=31536000, immutable");
  return queue(c, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, a);
}

/* A browser says where a form came from: another site's forms are refused. */
static bool same_origin(struct MHD_Connection *c) {
  const char *origin = header(c, "Origin"), *site = header(c, "Sec-Fetch-Site"), *host = strstr(origin, "://");
  if (*site && strcmp(site, "same-origin") && strcmp(site, "none"))
    return false;
  return !*origin || (host && !strcmp(host + 3, header(c, "Host")));
}

static bool is_relay(const struct server *s, const char *address) {
  for (size_t i = 0; i < s->relays; i++)
    if (!strcmp(s->relay[i], address))
      return true;
  return false;
}

bool exchange_address(vg_str text, char out[static INET6_ADDRSTRLEN]) {
  unsigned char raw[sizeof(struct in6_addr)];
  char z[INET6_ADDRSTRLEN];
  text = vg_str_trim(text);
  if (!text.n || text.n >= sizeof z)
    return false;
  vg_str_copy(z, sizeof z, text);
  int family = strchr(z, ':') ? AF_INET6 : AF_INET;
  return inet_pton(family, z, raw) == 1 && inet_ntop(family, raw, out, INET6_ADDRSTRLEN);
}

/* RFC 7239 names why: each relay appends whom it heard, so that only the end is true. The header may come in lines. */
struct forwarded {
  const struct server *s;
  char last[INET6_ADDRSTRLEN]; /* the last that is no relay; empty: none yet */
  bool broken;                 /* something else than addresses stood after it */
};
static enum MHD_Result take_forwarded(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value) {
  struct forwarded *f = ctx;
  vg_str rest = vg_str_z(value ? value : ""), one;
  char address[INET6_ADDRSTRLEN];
  (void)kind;
  while (!strcasecmp(name, "X-Forwarded-For") && vg_str_cut(&rest, ',', &one)) {
    f->broken = !exchange_address(one, address);
    if (f->broken || !is_relay(f->s, address))
      vg_str_copy(f->last, sizeof f->last, f->broken ? VG_STR("") : vg_str_z(address));
  }
  return MHD_YES;
}

/* Who asks: the other end of the connection, or whom a declared relay heard. */
static void peer_of(struct MHD_Connection *c, char out[static INET6_ADDRSTRLEN]) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  out[0] = 0;
  if (info && info->client_addr)
    (void)getnameinfo(info->client_addr,
                      info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                               : sizeof(struct sockaddr_in),
                      out, INET6_ADDRSTRLEN, NULL, 0, NI_NUMERICHOST);
}

static void address_of(const struct server *s, struct MHD_Connection *c, char out[static INET6_ADDRSTRLEN]) {
  struct forwarded f = {.s = s};
  peer_of(c, out);
  if (!is_relay(s, out))
    return;
  MHD_get_connection_values(c, MHD_HEADER_KIND, take_forwarded, &f);
  if (f.last[0] && !f.broken)
    vg_str_copy(out, INET6_ADDRSTRLEN, vg_str_z(f.last));
}

/* Without TLS all come from one proxy, unless it is declared. */
static bool apart(const struct server *s) { return !s->plain || s->relays; }

static vg_code enter(struct request *r, const char *name, const char *password, char token[static SESSION_TOKEN + 1]) {
  struct store_tx *tx = NULL;
  vg_code rc = store_begin_read(instance_store(r->in), &tx, NULL);
  if (rc == VG_OK)
    rc = territory_login(tx, vg_str_z(name), vg_str_z(password), &r->who, NULL);
  store_rollback(&tx);
  if (rc == VG_OK && page_door(&r->who) == DOOR_NONE)
    rc = VG_EDENIED;
  if (rc == VG_OK)
    rc = store_begin(instance_store(r->in), &tx, NULL);
  if (rc == VG_OK)
    rc = session_open(tx, &r->who, name, token, NULL);
  if (rc == VG_OK)
    rc = instance_commit(r->in, &tx, NULL);
  store_rollback(&tx);
  return rc;
}

static enum MHD_Result login(struct server *s, struct MHD_Connection *c, struct request *r) {
  enum { BY_NAME = 5, BY_ADDRESS = 20 };
  char name[64], password[256], token[SESSION_TOKEN + 1], cookie[200], from[INET6_ADDRSTRLEN];
  const char *problem = "server.bad_login";
  r->status = 403;
  address_of(s, c, from);
  bool given =
      form_nth(r->body, "login", 0, name, sizeof name) && form_nth(r->body, "password", 0, password, sizeof password);
  if (!same_origin(c)) {
    problem = "server.refused";
  } else if (given && (throttle_blocked(&s->throttle, vg_str_z(name), BY_NAME, r->now) ||
                       (apart(s) && throttle_blocked(&s->throttle, vg_str_z(from), BY_ADDRESS, r->now)))) {
    problem = "server.wait";
    r->status = 429;
  } else if (given) {
    vg_code rc = enter(r, name, password, token);
    explicit_bzero(password, sizeof password);
    if (rc == VG_OK) {
      snprintf(cookie, sizeof cookie, "vigie=%s; Path=/; HttpOnly; SameSite=Strict%s", token,
               s->plain ? "" : "; Secure");
      vg_str_copy(r->location, sizeof r->location, VG_STR("/"));
      return answer(s, c, r, cookie);
    }
    throttle_failed(&s->throttle, vg_str_z(name), r->now);
    throttle_failed(&s->throttle, vg_str_z(from), r->now);
  }
  page_login(r, problem);
  return answer(s, c, r, NULL);
}

/* Once a minute at most. When it fails the next request does it. */
static void keep_alive(struct request *r, const char *token) {
  struct store_tx *tx = NULL;
  vg_code rc = store_begin(instance_store(r->in), &tx, NULL);
  if (rc == VG_OK)
    rc = session_touch(tx, token, NULL);
  if (rc == VG_OK)
    rc = store_commit(&tx, NULL);
  store_rollback(&tx);
}

/* The mandate is read again at every request: who lost it is out at once, and so is every session older than the
 * password. A request that only watches keeps no session alive. */
static bool still_in(struct request *r, const char *token, struct session *session) {
  struct store_tx *tx = NULL;
  vg_time since = 0;
  char watch[4];
  if (!*token || store_begin_read(instance_store(r->in), &tx, NULL) != VG_OK)
    return false;
  vg_code rc = session_find(tx, token, session, NULL);
  if (rc == VG_OK)
    rc = territory_actor(tx, vg_str_z(session->login), &r->who, NULL);
  if (rc == VG_OK)
    rc = territory_password_since(tx, vg_str_z(session->login), &since, NULL);
  store_rollback(&tx);
  if (rc != VG_OK || session->made < since || page_door(&r->who) == DOOR_NONE)
    return false;
  if (r->now - session->seen > 60 * VG_SECOND && !form_nth(r->query, "guet", 0, watch, sizeof watch))
    keep_alive(r, token);
  return true;
}

static enum MHD_Result logout(struct server *s, struct MHD_Connection *c, struct request *r, const char *token) {
  struct store_tx *tx = NULL;
  if (store_begin(instance_store(r->in), &tx, NULL) == VG_OK && session_close(tx, token, NULL) == VG_OK &&
      store_commit(&tx, NULL) == VG_OK) {
    vg_str_copy(r->location, sizeof r->location, VG_STR("/"));
    return answer(s, c, r,
                  s->plain ? "vigie=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
                           : "vigie=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
  }
  store_rollback(&tx);
  page_problem(r, 500, "server.failed");
  return answer(s, c, r, NULL);
}

/* A form of a page that is open to all is taken once a browser, as far as its cookie can tell, and at most so often a
 * minute from one address (a whole audience may share one). */
static enum MHD_Result open_page(struct server *s, struct MHD_Connection *c, struct request *r) {
  enum { BY_ADDRESS = 400 };
  char from[INET6_ADDRSTRLEN + 8], what[16], mark[64], name[24], cookie[200];
  if (!r->post) {
    pages_answer(r);
    return answer(s, c, r, NULL);
  }
  address_of(s, c, from);
  strncat(from, " open", sizeof from - strlen(from) - 1);
  (void)(form_nth(r->body, "what", 0, what, sizeof what) || !vg_str_copy(what, sizeof what, VG_STR("")));
  snprintf(name, sizeof name, "fait-%s", what);
  if (!same_origin(c) || strspn(what, "abcdefghijklmnopqrstuvwxyz") != strlen(what)) {
    page_problem(r, 403, "server.refused");
    return answer(s, c, r, NULL);
  }
  if (throttle_blocked(&s->throttle, vg_str_z(from), BY_ADDRESS, r->now)) {
    page_problem(r, 429, "server.refused");
    return answer(s, c, r, NULL);
  }
  throttle_failed(&s->throttle, vg_str_z(from), r->now);
  const char *token = strrchr(r->path, '/');
  token = token ? token + 1 : r->path;
  if (cookie_get(vg_str_z(header(c, "Cookie")), name, mark, sizeof mark) && !strcmp(mark, token)) {
    snprintf(r->location, sizeof r->location, "/presence/%s?vu=%s", token, what);
    r->status = 303;
    return answer(s, c, r, NULL);
  }
  pages_answer(r);
  snprintf(cookie, sizeof cookie, "%s=%.40s; Path=/presence/; Max-Age=1209600; HttpOnly; SameSite=Strict%s", name,
           token, s->plain ? "" : "; Secure");
  return answer(s, c, r, r->status == 303 ? cookie : NULL);
}

static enum MHD_Result page(struct server *s, struct MHD_Connection *c, struct request *r) {
  char token[SESSION_TOKEN + 1] = "", csrf[2 * VG_SHA256_SIZE + 1];
  struct session session;
  if (page_is_open(r->path))
    return open_page(s, c, r);
  (void)cookie_get(vg_str_z(header(c, "Cookie")), "vigie", token, sizeof token);
  if (!still_in(r, token, &session)) {
    bool api = !strncmp(r->path, "/api/", 5);
    r->status = r->live || r->post ? 401 : 200;
    if (api)
      api_problem(r, 401, "log in first");
    else
      page_login(r, r->post ? "server.ended" : NULL);
    return answer(s, c, r, NULL);
  }
  r->session = &session;
  if (r->post && (!same_origin(c) || !form_nth(r->body, "csrf", 0, csrf, sizeof csrf) ||
                  strlen(csrf) + 1 != sizeof csrf || !vg_same_secret(csrf, session.csrf, sizeof csrf - 1))) {
    page_problem(r, 403, "server.refused");
    return answer(s, c, r, NULL);
  }
  if (r->post && !strcmp(r->path, "/logout"))
    return logout(s, c, r, token);
  pages_answer(r);
  return answer(s, c, r, NULL);
}

/* Tokens are too long to guess; whoever tries is slowed down all the same. Behind a proxy that is not declared all come
 * from one address. found: what the token opens; false: nothing. */
static enum MHD_Result by_token(struct server *s, struct MHD_Connection *c, struct request *r, const char *kind,
                                bool (*found)(struct request *r)) {
  char key[INET6_ADDRSTRLEN + 16], from[INET6_ADDRSTRLEN];
  int limit = apart(s) ? 10 : 200;
  address_of(s, c, from);
  snprintf(key, sizeof key, "%s %s", kind, from);
  if (r->post && !same_origin(c))
    page_problem(r, 403, "server.refused");
  else if (throttle_blocked(&s->throttle, vg_str_z(key), limit, r->now))
    page_problem(r, 429, "server.survey.wait");
  else if (!found(r))
    throttle_failed(&s->throttle, vg_str_z(key), r->now);
  return answer(s, c, r, NULL);
}

/* The link of an invitation: long, used once. */
static bool invitation_answer(struct request *r) {
  pages_answer(r);
  return r->status != 404;
}

/* Back to where one was, in the other language. Only a path of ours: "//host" and "/\host" are other sites. */
static enum MHD_Result language(struct server *s, struct MHD_Connection *c, struct request *r) {
  char to[512];
  if (!form_nth(r->query, "retour", 0, to, sizeof to) || to[0] != '/' || to[1] == '/' || strpbrk(to, "\\\r\n\t"))
    vg_str_copy(to, sizeof to, VG_STR("/"));
  struct vg_buf b;
  vg_buf_init(&b, sizeof r->location);
  for (const char *p = to; *p; p++)
    if ((unsigned char)*p <= ' ' || (unsigned char)*p > '~')
      vg_buf_fmt(&b, "%%%02X", (unsigned)(unsigned char)*p);
    else
      vg_buf_byte(&b, (unsigned char)*p);
  vg_str_copy(r->location, sizeof r->location, b.bad ? VG_STR("/") : vg_buf_view(&b));
  vg_buf_fini(&b);
  bool en = !strcmp(r->path, "/lang/en");
  return answer(s, c, r,
                en ? "lang=en; Path=/; Max-Age=31536000; SameSite=Strict"
                   : "lang=fr; Path=/; Max-Age=31536000; SameSite=Strict");
}

/* MHD asks for a certificate when it has an authority; whether a good one came is ours to see. */
static bool certified(const struct server *s, struct MHD_Connection *c) {
  unsigned wrong = 1;
  if (!s->client_ca)
    return true;
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info && info->tls_session && gnutls_certificate_verify_peers2(info->tls_session, &wrong) == 0 && wrong == 0;
}

/* A proxy in front says how it was reached; a name with anything but letters, digits, dots, colons, brackets and
 * hyphens is none. */
static void site_of(const struct server *s, struct MHD_Connection *c, char out[static 320]) {
  const char *host = header(c, "Host"), *through = header(c, "X-Forwarded-Proto");
  bool good = *host && strlen(host) < 256 &&
              strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:[]-") == strlen(host);
  if (good)
    snprintf(out, 320, "%s://%s", s->plain && strcmp(through, "https") ? "http" : "https", host);
  else
    vg_str_copy(out, 320, vg_str_z(s->address));
}

/* Who may not, or sends too much, is told so before the body is taken. */
static enum MHD_Result taxii(struct server *s, struct MHD_Connection *c, const char *method, struct exchange *x,
                             bool begins) {
  char path[512], from[INET6_ADDRSTRLEN], site[320];
  bool good = certified(s, c);
  struct taxii_door d = {.throttle = &s->throttle,
                         .in = my_instance(s),
                         .site = site,
                         .address = from,
                         .plain = s->plain,
                         .apart = apart(s),
                         .certified = s->client_ca && good,
                         .now = vg_now(&s->clock)};
  vg_str uri = vg_str_z(x->uri), body = vg_buf_view(&x->body);
  size_t mark = vg_str_find_byte(uri, '?', 0);
  vg_str query = mark == SIZE_MAX ? VG_NOSTR : vg_str_sub(uri, mark + 1, uri.n);
  bool understood = form_decode(vg_str_sub(uri, 7, mark == SIZE_MAX ? uri.n : mark - 7), false, path, sizeof path);
  unsigned refused = x->too_long ? 414 : !understood ? 400 : !good ? 403 : x->body.bad ? 413 : 0;
  address_of(s, c, from);
  site_of(s, c, site);
  if (begins) {
    uint64_t length = 0;
    vg_buf_fini(&x->body);
    vg_buf_init(&x->body, TAXII_BODY_MAX);
    if (!refused)
      refused = taxii_who(&d, c, &x->who);
    if (!refused && vg_str_u64(vg_str_z(header(c, "Content-Length")), &length) && length > TAXII_BODY_MAX)
      refused = 413;
    if (!refused)
      return MHD_YES;
  }
  return taxii_respond(&d, c, method, path, query, body, &x->who, refused);
}

/* What a visitor opens who never chose a language: a code on a wall, a survey, an invitation. */
static bool for_visitors(const char *path) {
  static const char *const open[] = {"/presence/", "/enquete", "/bienvenue/"};
  for (size_t i = 0; i < VG_COUNT(open); i++)
    if (!strncmp(path, open[i], strlen(open[i])))
      return true;
  return false;
}

/* RFC 9110, 12.5.4: is English asked for more than French? The first of two alike. */
static bool english_first(const char *accepted) {
  vg_str rest = vg_str_z(accepted), part;
  double best[2] = {0, 0}; /* French, English */
  bool english = false;
  while (vg_str_cut(&rest, ',', &part)) {
    vg_str range;
    double q = 1;
    (void)vg_str_cut(&part, ';', &range);
    range = vg_str_trim(range);
    size_t mark = part.p ? vg_str_find_byte(part, '=', 0) : SIZE_MAX;
    if (mark != SIZE_MAX && !vg_str_f64(vg_str_trim(vg_str_sub(part, mark + 1, part.n)), &q))
      q = 0;
    for (int i = 0; i < 2; i++)
      if (vg_str_eqz(vg_str_sub(range, 0, 2), i ? "en" : "fr") && q > best[i] && (range.n == 2 || range.p[2] == '-')) {
        best[i] = q;
        english = best[1] > best[0];
      }
  }
  return english;
}

static enum MHD_Result respond(struct server *s, struct MHD_Connection *c, const char *method, struct exchange *x) {
  if (x->taxii)
    return taxii(s, c, method, x, false);
  struct request r = {.in = my_instance(s),
                      .registry = &s->registry,
                      .now = vg_now(&s->clock),
                      .rest = "",
                      .body = x->upload ? upload_fields(x->upload) : vg_buf_view(&x->body),
                      .file = x->upload ? upload_file(x->upload) : NULL};
  char lang[4] = "";
  enum MHD_Result done;
  vg_str uri = vg_str_z(x->uri);
  size_t mark = vg_str_find_byte(uri, '?', 0);
  r.query = mark == SIZE_MAX ? VG_NOSTR : vg_str_sub(uri, mark + 1, uri.n);
  bool understood =
      !x->too_long && form_decode(vg_str_sub(uri, 0, mark), false, r.path, sizeof r.path) && r.path[0] == '/';
  (void)cookie_get(vg_str_z(header(c, "Cookie")), "lang", lang, sizeof lang);
  r.lang = !strcmp(lang, "en") || (!lang[0] && for_visitors(r.path) && english_first(header(c, "Accept-Language")))
               ? VG_EN
               : VG_FR;
  r.post = !strcmp(method, "POST");
  r.live = *header(c, "HX-Request") != 0;
  site_of(s, c, r.site);
  vg_buf_init(&r.out, PAGE_MAX);
  const struct asset *f = strncmp(r.path, "/assets/", 8) ? NULL : asset_find(r.path + 8);
  if (!certified(s, c)) {
    page_problem(&r, 403, "server.no_certificate");
    done = answer(s, c, &r, NULL);
  } else if (!understood || x->refused || (!r.post && strcmp(method, "GET") && strcmp(method, "HEAD"))) {
    page_problem(&r,
                 x->too_long   ? 414
                 : !understood ? 400
                 : x->refused  ? x->refused
                               : 405,
                 x->refused == 413 ? "server.too_large" : "server.refused");
    done = answer(s, c, &r, NULL);
  } else if (r.post && !upload_wanted(header(c, "Content-Type")) &&
             strncmp(header(c, "Content-Type"), "application/x-www-form-urlencoded", 33)) {
    page_problem(&r, 415, "server.refused");
    done = answer(s, c, &r, NULL);
  } else if (f && !r.post)
    done = give_asset(s, c, f, r.query);
  else if (!r.post && (!strcmp(r.path, "/lang/en") || !strcmp(r.path, "/lang/fr")))
    done = language(s, c, &r);
  else if (r.post && !strcmp(r.path, "/login"))
    done = login(s, c, &r);
  else if (!strcmp(r.path, "/enquete") || !strncmp(r.path, "/enquete/", 9))
    done = by_token(s, c, &r, "enquete", survey_answer);
  else if (!strncmp(r.path, "/bienvenue/", 11))
    done = by_token(s, c, &r, "invitation", invitation_answer);
  else
    done = page(s, c, &r);
  vg_buf_fini(&r.out);
  return done;
}

/* A file is taken from somebody who is logged in, from our own pages; whoever is not is answered before it comes. */
static enum MHD_Result begin_upload(struct server *s, struct MHD_Connection *c, const char *method,
                                    struct exchange *x) {
  char token[SESSION_TOKEN + 1] = "", dir[4096];
  uint64_t length;
  struct session session;
  struct request r = {.in = my_instance(s), .now = vg_now(&s->clock)};
  (void)cookie_get(vg_str_z(header(c, "Cookie")), "vigie", token, sizeof token);
  if (x->too_long || !certified(s, c) || !same_origin(c) || !still_in(&r, token, &session))
    return respond(s, c, method, x);
  if (vg_str_u64(vg_str_z(header(c, "Content-Length")), &length) && length > UPLOAD_MAX + UPLOAD_FIELDS)
    x->refused = 413;
  else if (instance_path(r.in, "upload", "", dir, NULL) != VG_OK)
    x->refused = 500;
  else if (upload_new(&x->upload, header(c, "Content-Type"), dir, UPLOAD_MAX, NULL) != VG_OK)
    x->refused = 400;
  return x->refused ? respond(s, c, method, x) : MHD_YES;
}

void *exchange_uri(void *cls, const char *uri, struct MHD_Connection *c) {
  (void)c;
  struct server *s = cls;
  struct exchange *x = calloc(1, sizeof *x);
  if (!x)
    return NULL;
  atomic_fetch_add(&s->under_way, 1);
  x->too_long = strlen(uri) >= sizeof x->uri;
  vg_str_copy(x->uri, sizeof x->uri, vg_str_z(uri));
  x->taxii = !strncmp(uri, "/taxii2", 7) && (uri[7] == '/' || uri[7] == '?' || !uri[7]);
  vg_buf_init(&x->body, BODY_MAX);
  return x;
}

enum MHD_Result exchange_request(void *cls, struct MHD_Connection *c, const char *path, const char *method,
                                 const char *version, const char *data, size_t *size, void **state) {
  (void)path, (void)version;
  struct exchange *x = *state;
  uint64_t length;
  if (!x)
    return MHD_NO;
  if (!x->begun) {
    x->begun = true;
    if (x->taxii)
      return taxii(cls, c, method, x, true);
    if (!strcmp(method, "POST") && upload_wanted(header(c, "Content-Type")))
      return begin_upload(cls, c, method, x);
    if (vg_str_u64(vg_str_z(header(c, "Content-Length")), &length) && length > BODY_MAX)
      x->refused = 413;
    return x->refused ? respond(cls, c, method, x) : MHD_YES;
  }
  if (*size && x->upload) {
    x->refused = upload_feed(x->upload, vg_str_n(data, *size));
  } else if (*size) {
    vg_buf_add(&x->body, data, *size);
    if (!x->taxii && x->body.bad)
      x->refused = 413;
  } else {
    if (x->upload)
      x->refused = upload_end(x->upload);
    return respond(cls, c, method, x);
  }
  *size = 0;
  return MHD_YES;
}

void exchange_end(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why) {
  (void)c, (void)why;
  struct server *s = cls;
  struct exchange *x = *state;
  if (!x)
    return;
  vg_buf_fini(&x->body);
  upload_free(x->upload);
  free(x);
  *state = NULL;
  atomic_fetch_sub(&s->under_way, 1);
}

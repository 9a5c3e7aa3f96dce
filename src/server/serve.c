#include "server/server_internal.h"

#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "territory/territory.h"

enum { BODY_MAX = 16384, PAGE_MAX = 8 << 20 };

struct server {
  struct MHD_Daemon *daemon;
  struct instance *in;
  bool plain;
  struct sessions sessions;
  char address[300];
};

struct upload {
  struct vg_buf body;
};

static const char *argument(struct MHD_Connection *c, enum MHD_ValueKind kind, const char *name) {
  const char *v = MHD_lookup_connection_value(c, kind, name);
  return v ? v : "";
}

static void harden(struct MHD_Response *a, bool plain) {
  MHD_add_response_header(a, "Content-Security-Policy",
                          "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'");
  MHD_add_response_header(a, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(a, "Referrer-Policy", "no-referrer");
  MHD_add_response_header(a, "Cache-Control", "no-store");
  if (!plain)
    MHD_add_response_header(a, "Strict-Transport-Security", "max-age=31536000");
}

static enum MHD_Result answer(struct server *s, struct MHD_Connection *c, unsigned status, const char *type, struct vg_buf *out) {
  struct MHD_Response *a = MHD_create_response_from_buffer(out->n, out->p, MHD_RESPMEM_MUST_COPY);
  if (!a)
    return MHD_NO;
  harden(a, s->plain);
  MHD_add_response_header(a, "Content-Type", type);
  enum MHD_Result done = MHD_queue_response(c, status, a);
  MHD_destroy_response(a);
  return done;
}

static enum MHD_Result redirect(struct server *s, struct MHD_Connection *c, const char *to, const char *cookie) {
  struct MHD_Response *a = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
  if (!a)
    return MHD_NO;
  harden(a, s->plain);
  MHD_add_response_header(a, "Location", to);
  if (cookie)
    MHD_add_response_header(a, "Set-Cookie", cookie);
  enum MHD_Result done = MHD_queue_response(c, MHD_HTTP_SEE_OTHER, a);
  MHD_destroy_response(a);
  return done;
}

/* A browser says where a form came from: another site's forms are refused. */
static bool same_origin(struct MHD_Connection *c) {
  const char *origin = argument(c, MHD_HEADER_KIND, "Origin"), *host = strstr(origin, "://");
  return !*origin || (host && !strcmp(host + 3, argument(c, MHD_HEADER_KIND, "Host")));
}

/* The division's own people only: what partners and companies may see is decided by share_release, which no page asks yet. */
static bool admitted(const struct actor *who) {
  return who->organisation == 0 && !(who->roles & (unsigned)(ROLE_PARTNER | ROLE_COMPANY));
}

static enum MHD_Result login(struct server *s, struct MHD_Connection *c, struct request *r, vg_str body) {
  char name[64], password[256], token[SESSION_TOKEN + 1], cookie[200];
  const char *problem = "server.bad_login";
  unsigned status = 403;
  struct store_tx *tx = NULL;
  bool given = form_get(body, "login", name, sizeof name) && form_get(body, "password", password, sizeof password);
  if (given && session_blocked(&s->sessions, name, r->now)) {
    problem = "server.wait";
    status = 429;
  } else if (given && same_origin(c) && store_begin_read(instance_store(s->in), &tx, NULL) == VG_OK) {
    vg_code rc = territory_login(tx, vg_str_z(name), vg_str_z(password), &r->who, NULL);
    store_rollback(&tx);
    if (rc == VG_OK && admitted(&r->who)) {
      session_new(&s->sessions, name, r->now, token);
      snprintf(cookie, sizeof cookie, "vigie=%s; Path=/; HttpOnly; SameSite=Strict%s", token, s->plain ? "" : "; Secure");
      return redirect(s, c, "/", cookie);
    }
    session_failed(&s->sessions, name, r->now);
  }
  page_login(r, problem);
  return answer(s, c, status, "text/html; charset=utf-8", &r->out);
}

static enum MHD_Result logout(struct server *s, struct MHD_Connection *c, struct session *session, vg_str body) {
  char csrf[SESSION_TOKEN + 1];
  if (session && same_origin(c) && form_get(body, "csrf", csrf, sizeof csrf) && strlen(csrf) == SESSION_TOKEN &&
      vg_same_secret(csrf, session->csrf, SESSION_TOKEN))
    session->until = 0;
  return redirect(s, c, "/", NULL);
}

/* The mandate is read again at every request: who lost it is out at once. */
static bool still_in(struct request *r, struct session *session) {
  struct store_tx *tx = NULL;
  if (!session || store_begin_read(instance_store(r->in), &tx, NULL) != VG_OK)
    return false;
  vg_code rc = territory_actor(tx, vg_str_z(session->login), &r->who, NULL);
  store_rollback(&tx);
  return rc == VG_OK && admitted(&r->who);
}

static enum MHD_Result page(struct server *s, struct MHD_Connection *c, struct request *r, struct session *session) {
  unsigned status = 200;
  if (still_in(r, session)) {
    struct vg_err err = {0};
    r->session = session;
    status = page_route(r, &err);
    if (status == 0 || vg_buf_check(&r->out, &err) != VG_OK)
      status = 500;
    if (status != 200)
      page_error(r, status == 404 ? "server.not_found" : "server.failed");
  } else
    page_login(r, NULL);
  return answer(s, c, status, "text/html; charset=utf-8", &r->out);
}

static enum MHD_Result respond(struct server *s, struct MHD_Connection *c, const char *path, const char *method, struct vg_buf *body) {
  struct request r = {.in = s->in, .path = path, .q = argument(c, MHD_GET_ARGUMENT_KIND, "q"), .now = vg_now(NULL)};
  enum MHD_Result done;
  vg_str sent = vg_buf_view(body);
  bool post = !strcmp(method, "POST");
  r.lang = strcmp(argument(c, MHD_COOKIE_KIND, "lang"), "en") ? VG_FR : VG_EN;
  struct session *session = session_find(&s->sessions, argument(c, MHD_COOKIE_KIND, "vigie"), r.now);
  vg_buf_init(&r.out, PAGE_MAX);
  if (post && !strcmp(path, "/login") && !body->bad)
    done = login(s, c, &r, sent);
  else if (post && !strcmp(path, "/logout") && !body->bad)
    done = logout(s, c, session, sent);
  else if (post || (strcmp(method, "GET") && strcmp(method, "HEAD"))) {
    page_error(&r, "server.refused");
    done = answer(s, c, body->bad ? 413 : 405, "text/html; charset=utf-8", &r.out);
  } else if (!strcmp(path, "/lang/en") || !strcmp(path, "/lang/fr"))
    done = redirect(s, c, "/", !strcmp(path, "/lang/en") ? "lang=en; Path=/; SameSite=Strict" : "lang=fr; Path=/; SameSite=Strict");
  else if (!strcmp(path, "/assets/vigie.css")) {
    vg_buf_z(&r.out, web_css);
    done = answer(s, c, 200, "text/css; charset=utf-8", &r.out);
  } else
    done = page(s, c, &r, session);
  vg_buf_fini(&r.out);
  return done;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path, const char *method, const char *version,
                                  const char *data, size_t *size, void **state) {
  (void)version;
  struct upload *u = *state;
  if (!u) {
    u = calloc(1, sizeof *u);
    if (!u)
      return MHD_NO;
    vg_buf_init(&u->body, BODY_MAX);
    *state = u;
    return MHD_YES;
  }
  if (*size) {
    vg_buf_add(&u->body, data, *size);
    *size = 0;
    return MHD_YES;
  }
  return respond(cls, c, path, method, &u->body);
}

static void on_end(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why) {
  (void)cls, (void)c, (void)why;
  struct upload *u = *state;
  if (u)
    vg_buf_fini(&u->body);
  free(u);
  *state = NULL;
}

static vg_code secrets(const struct server_options *o, const char *host, struct vg_buf *cert, struct vg_buf *key, struct vg_err *err) {
  if (o->plain)
    return VG_OK;
  if (!o->tls_cert)
    return tls_make(host, vg_now(NULL), cert, key, err);
  VG_TRY(vg_file_read(o->tls_cert, cert, err));
  return vg_file_read(o->tls_key, key, err);
}

static void start(struct server *s, const struct sockaddr *to, struct vg_buf *cert, struct vg_buf *key) {
  struct MHD_OptionItem more[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, NULL}, {MHD_OPTION_HTTPS_MEM_KEY, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
  unsigned flags = MHD_NO_FLAG;
  if (s->plain)
    more[0].option = MHD_OPTION_END;
  else {
    vg_buf_byte(cert, 0);
    vg_buf_byte(key, 0);
    more[0].ptr_value = cert->p;
    more[1].ptr_value = key->p;
    flags = MHD_USE_TLS;
  }
  s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_SOCK_ADDR, to, MHD_OPTION_NOTIFY_COMPLETED, on_end,
                               NULL, MHD_OPTION_CONNECTION_TIMEOUT, 30U, MHD_OPTION_CONNECTION_LIMIT, 200U, MHD_OPTION_ARRAY, more,
                               MHD_OPTION_END);
}

vg_code server_start(struct server **out, struct instance *in, const struct server_options *o, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct addrinfo *to = NULL, hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct vg_buf cert, key;
  char host[200];
  const char *colon = strrchr(o->listen, ':');
  if (!colon || (size_t)(colon - o->listen) >= sizeof host)
    return VG_FAIL(err, VG_EUSAGE, "server.address", o->listen);
  vg_str_copy(host, sizeof host, vg_str_n(o->listen, (size_t)(colon - o->listen)));
  struct server *s = calloc(1, sizeof *s);
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "server.start", o->listen);
  vg_buf_init(&cert, 1 << 20);
  vg_buf_init(&key, 1 << 20);
  s->in = in;
  s->plain = o->plain;
  if (getaddrinfo(host, colon + 1, &hints, &to)) {
    rc = VG_FAIL(err, VG_EUSAGE, "server.address", o->listen);
    goto out;
  }
  VG_GO(secrets(o, host, &cert, &key, err));
  start(s, to->ai_addr, &cert, &key);
  const union MHD_DaemonInfo *port = s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
  if (!port) {
    rc = VG_FAIL(err, VG_EIO, "server.start", o->listen);
    goto out;
  }
  snprintf(s->address, sizeof s->address, "%s://%s:%u", o->plain ? "http" : "https", host, (unsigned)port->port);
  *out = s;
  s = NULL;
out:
  if (to)
    freeaddrinfo(to);
  vg_buf_fini(&cert);
  vg_buf_fini(&key);
  server_free(s);
  return rc;
}

const char *server_address(const struct server *s) { return s->address; }

void server_run(struct server *s, const volatile sig_atomic_t *stop) {
  while (!*stop)
    (void)MHD_run_wait(s->daemon, 250);
}

void server_free(struct server *s) {
  if (s && s->daemon)
    MHD_stop_daemon(s->daemon);
  free(s);
}

#ifndef VG_SERVER_SERVER_H
#define VG_SERVER_SERVER_H
/*
 * The web door: pages over HTTPS. A pool of threads answers, each with an instance of its own; reading is one snapshot
 * a request, a form is one transaction that calls the same room functions as the commands. Three doors: the house's
 * people, partners, companies; each has its pages and reaches no other. Owns the table server_session. The certificate
 * that it makes itself stays in HOME/tls.
 *
 *     struct server *s;
 *     VG_TRY(server_start(&s, &(struct server_options){.instance = &where, .listen = "127.0.0.1:0"}, err));
 *     server_run(s, &stop);   // until *stop; requests under way are finished
 *     server_free(s);
 */
#include <stdatomic.h>

#include "instance/instance.h"

struct server;
enum { RELAYS_MAX = 8 };
struct server_options {
  const struct instance_options *instance; /* opened once a thread */
  const char *listen;                      /* HOST:PORT or [IPv6]:PORT, port 0: any */
  const char *tls_cert, *tls_key;          /* PEM files; NULL: a certificate of our own, kept in HOME/tls */
  const char
      *client_ca; /* PEM file: only browsers with a certificate that it signed may connect; NULL: no such demand */
  bool plain;     /* without TLS, for a proxy on the same machine */
  /* Addresses of relays (reverse proxies), "A,B", at most RELAYS_MAX: who comes through one is told apart by the last
   * address of X-Forwarded-For that is no relay; nobody else's such header is read. NULL: none. */
  const char *relay;
  unsigned threads; /* 0: as many as processors, at least 2 */
};
MUST vg_code server_start(struct server **out, const struct server_options *o, struct vg_err *err);
const char *server_address(const struct server *s); /* https://host:port */
void server_run(struct server *s, const atomic_bool *stop);
void server_free(struct server *s);

/* Every path that answers, and to whom: "house", "partner", "company", "all" (whoever is logged in), "open". below: and
 * what lies below it; form: it takes forms. */
typedef void server_route_sink(void *ctx, const char *path, const char *door, bool below, bool form);
void server_each_route(server_route_sink *sink, void *ctx);

extern const char server_sql[];

#endif

#ifndef VG_SERVER_EXCHANGE_H
#define VG_SERVER_EXCHANGE_H
/*
 * A request from its first byte to its answer: MHD's callbacks (exchange.c) and the state that the threads of a server
 * share. serve.c starts and stops it.
 */
#include <arpa/inet.h>
#include <microhttpd.h>

#include "server/server.h"
#include "server/server_internal.h"

enum { THREADS_MAX = 16 };

struct server {
  struct MHD_Daemon *daemon;
  bool plain, client_ca;
  char relay[RELAYS_MAX][INET6_ADDRSTRLEN]; /* as inet_ntop writes them */
  size_t relays;
  unsigned threads;
  struct instance *instances[THREADS_MAX]; /* one a thread of the pool */
  struct instance *keeper;                 /* of the thread that runs the server */
  atomic_uint next;                        /* the first free one */
  atomic_int under_way;
  struct vg_clock clock;
  struct throttle throttle;
  struct registry registry;
  char address[300];
};

/* An address as inet_ntop writes it; false: it is none. */
bool exchange_address(vg_str text, char out[static INET6_ADDRSTRLEN]);
/* on_uri takes the request as the browser wrote it, before MHD decodes anything: form.c is the only reader. on_request
 * gets head, body and end; on_end frees what they made. cls: the server. */
void *exchange_uri(void *cls, const char *uri, struct MHD_Connection *c);
enum MHD_Result exchange_request(void *cls, struct MHD_Connection *c, const char *path, const char *method,
                                 const char *version, const char *data, size_t *size, void **state);
void exchange_end(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why);

#endif

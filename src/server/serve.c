#include "server/server.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "intel/intel.h"
#include "server/exchange.h"

enum { STOP_SECONDS = 10, LOOK_TICKS = 50 };

static vg_code secrets(const struct server_options *o, const char *home, const char *host, struct vg_buf *cert,
                       struct vg_buf *key, struct vg_buf *ca, struct vg_err *err) {
  if (o->plain)
    return VG_OK;
  if (o->client_ca)
    VG_TRY(vg_file_read(o->client_ca, ca, err));
  if (!o->tls_cert)
    return tls_keep(home, host, vg_now(o->instance->clock), cert, key, err);
  VG_TRY(vg_file_read(o->tls_cert, cert, err));
  VG_TRY(vg_file_read(o->tls_key, key, err));
  return tls_check(cert, key, o->tls_cert, o->tls_key, err);
}

static void start(struct server *s, const struct addrinfo *to, struct vg_buf *cert, struct vg_buf *key,
                  struct vg_buf *ca) {
  static char priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";
  struct MHD_OptionItem more[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, NULL},
                                  {MHD_OPTION_HTTPS_MEM_KEY, 0, NULL},
                                  {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
                                  {s->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, ca->p},
                                  {MHD_OPTION_END, 0, NULL}};
  unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD;
  if (to->ai_family == AF_INET6)
    flags |= MHD_USE_IPv6;
  if (s->plain)
    more[0].option = MHD_OPTION_END;
  else {
    more[0].ptr_value = cert->p;
    more[1].ptr_value = key->p;
    flags |= MHD_USE_TLS;
  }
  s->daemon =
      MHD_start_daemon(flags, 0, NULL, NULL, exchange_request, s, MHD_OPTION_SOCK_ADDR, to->ai_addr,
                       MHD_OPTION_URI_LOG_CALLBACK, exchange_uri, s, MHD_OPTION_NOTIFY_COMPLETED, exchange_end, s,
                       MHD_OPTION_CONNECTION_TIMEOUT, 30U, MHD_OPTION_CONNECTION_LIMIT, 400U,
                       MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->plain ? 0U : 100U, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                       (size_t)32768, MHD_OPTION_THREAD_POOL_SIZE, s->threads, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

/* HOST:PORT, or [IPv6]:PORT. */
static vg_code split(const char *listen, char host[static 200], const char **port, struct vg_err *err) {
  const char *colon = strrchr(listen, ':');
  size_t n = colon ? (size_t)(colon - listen) : 0;
  bool brackets = n > 2 && listen[0] == '[' && listen[n - 1] == ']';
  int64_t number;
  if (n == 0 || n >= 200 || (!brackets && memchr(listen, ':', n)) || !vg_str_i64(vg_str_z(colon + 1), &number) ||
      number < 0 || number > 65535)
    return VG_FAIL(err, VG_EUSAGE, "server.address", listen);
  vg_str_copy(host, 200, vg_str_n(listen + brackets, n - 2 * brackets));
  *port = colon + 1;
  return VG_OK;
}

static vg_code read_relays(struct server *s, const char *list, struct vg_err *err) {
  vg_str rest = vg_str_z(list ? list : ""), one;
  while (list && vg_str_cut(&rest, ',', &one))
    if (s->relays == RELAYS_MAX || !exchange_address(one, s->relay[s->relays++]))
      return VG_FAIL(err, VG_EUSAGE, "server.relay", VG_T(one), VG_N(RELAYS_MAX));
  return VG_OK;
}

static vg_code open_all(struct server *s, const struct server_options *o, struct vg_err *err) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  unsigned wanted = o->threads ? o->threads : cores > 2 ? (unsigned)cores : 2U;
  s->threads = wanted > THREADS_MAX ? THREADS_MAX : wanted < 2 ? 2U : wanted;
  for (unsigned i = 0; i < s->threads; i++)
    VG_TRY(instance_open(&s->instances[i], o->instance, err));
  return instance_open(&s->keeper, o->instance, err);
}

vg_code server_start(struct server **out, const struct server_options *o, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct addrinfo *to = NULL, hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
  struct vg_buf cert, key, ca;
  char host[200];
  const char *port_text;
  VG_TRY(split(o->listen, host, &port_text, err));
  struct server *s = calloc(1, sizeof *s);
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "server.start", o->listen);
  vg_buf_init(&cert, 1 << 20);
  vg_buf_init(&key, 1 << 20);
  vg_buf_init(&ca, 1 << 20);
  throttle_init(&s->throttle);
  registry_init(&s->registry);
  assets_init();
  s->clock = o->instance->clock ? *o->instance->clock : vg_clock_system;
  s->plain = o->plain;
  s->client_ca = o->client_ca && !o->plain;
  VG_GO(read_relays(s, o->relay, err));
  if (getaddrinfo(host, port_text, &hints, &to)) {
    rc = VG_FAIL(err, VG_EUSAGE, "server.address", o->listen);
    goto out;
  }
  VG_GO(open_all(s, o, err));
  VG_GO(secrets(o, instance_home(s->instances[0]), host, &cert, &key, &ca, err));
  vg_buf_byte(&cert, 0);
  vg_buf_byte(&key, 0);
  vg_buf_byte(&ca, 0);
  for (const struct addrinfo *a = to; a && !s->daemon; a = a->ai_next)
    start(s, a, &cert, &key, &ca);
  const union MHD_DaemonInfo *port = s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
  if (!port) {
    rc = VG_FAIL(err, VG_EIO, "server.start", o->listen);
    goto out;
  }
  snprintf(s->address, sizeof s->address, strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
           o->plain ? "http" : "https", host, (unsigned)port->port);
  *out = s;
  s = NULL;
out:
  if (to)
    freeaddrinfo(to);
  vg_buf_fini(&cert);
  vg_buf_fini(&key);
  vg_buf_fini(&ca);
  server_free(s);
  return rc;
}

const char *server_address(const struct server *s) { return s->address; }

void server_run(struct server *s, const atomic_bool *stop) {
  const struct timespec tick = {.tv_nsec = 100000000};
  for (unsigned n = 1; !atomic_load(stop); n++) {
    nanosleep(&tick, NULL);
    if (n % LOOK_TICKS == 0) /* what fails now is tried again */
      (void)!intel_recover(instance_store(s->keeper), stop, NULL);
  }
  /* No new connection; what is under way may end. */
  MHD_socket listening = MHD_quiesce_daemon(s->daemon);
  for (int i = 0; i < STOP_SECONDS * 10 && atomic_load(&s->under_way) > 0; i++)
    nanosleep(&tick, NULL);
  if (listening != MHD_INVALID_SOCKET)
    close(listening);
}

void server_free(struct server *s) {
  if (!s)
    return;
  if (s->daemon)
    MHD_stop_daemon(s->daemon);
  for (unsigned i = 0; i < s->threads; i++)
    instance_close(s->instances[i]);
  instance_close(s->keeper);
  throttle_fini(&s->throttle);
  registry_fini(&s->registry);
  free(s);
}

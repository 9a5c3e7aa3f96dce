#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>

#include "server/server.h"

extern const struct cli_command cmd_serve;

static volatile sig_atomic_t stop;
static void on_signal(int number) {
  (void)number;
  stop = 1;
}

static int run(struct cli *c, int argc, char **argv) {
  struct server_options o = {.listen = "127.0.0.1:8443"};
  const struct cli_option options[] = {{"listen", CLI_TEXT, &o.listen},   {"tls-cert", CLI_TEXT, &o.tls_cert},
                                       {"tls-key", CLI_TEXT, &o.tls_key}, {"client-ca", CLI_TEXT, &o.client_ca},
                                       {"http", CLI_FLAG, &o.plain},      {0}};
  int status = cli_parse(c, &cmd_serve, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.tls_cert != !o.tls_key)
    return cli_usage(c, &cmd_serve, "cli.serve.pair", NULL);
  if (o.plain && (o.tls_cert || o.client_ca))
    return cli_usage(c, &cmd_serve, "cli.serve.plain", NULL);
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  struct vg_err err = {0};
  struct server *s = NULL;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  const struct instance_options where = {.home = instance_home(c->instance)};
  o.instance = &where;
  if (server_start(&s, &o, &err) != VG_OK)
    return cli_fail(c, &err);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "listening", vg_str_z(server_address(s)));
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.serve.ready", server_address(s));
    fflush(stdout);
  }
  server_run(s, &stop);
  server_free(s);
  return CLI_OK;
}

const struct cli_command cmd_serve = {"serve", "cli.serve", "cli.serve.usage", run};

#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/server.h"

extern const struct cli_command cmd_serve;

/* A worker beside the pages; it ends with this process, however that ends. 0: none could be started, which is told.
 * Until it is another program it has this one's handler, which would swallow a word to end: that waits meanwhile. */
static pid_t start_worker(struct cli *c, const char *home) {
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, &before);
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    const char *const words[] = {
        "vigie", "--home", home, "--quiet", "--json", "--lang", c->lang == VG_FR ? "fr" : "en", "worker", NULL};
    char *argv[VG_COUNT(words)];
    memcpy(argv, words, sizeof argv);
    int none = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent || dup2(none, STDOUT_FILENO) < 0)
      _exit(1);
    execv("/proc/self/exe", argv);
    _exit(1);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (pid < 0)
    CLI_NOTE(c, "cli.serve.no_worker");
  return pid > 0 ? pid : 0;
}

static void stop_worker(pid_t pid) {
  if (pid > 0 && kill(pid, SIGTERM) == 0)
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
      continue;
}

static void tell_route(void *ctx, const char *path, const char *door, bool below, bool form) {
  struct cli *c = ctx;
  struct vg_jw w;
  if (!c->json) {
    printf("%-8s %s%s%s\n", door, path, below ? "…" : "", form ? " (+POST)" : "");
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "path", path);
  vg_jw_kz(&w, "door", door);
  vg_jw_kbool(&w, "below", below);
  vg_jw_kbool(&w, "form", form);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int run(struct cli *c, int argc, char **argv) {
  struct server_options o = {.listen = "127.0.0.1:8443"};
  bool alone = false, routes = false;
  const struct cli_option options[] = {
      {"listen", CLI_TEXT, &o.listen},       {"tls-cert", CLI_TEXT, &o.tls_cert}, {"tls-key", CLI_TEXT, &o.tls_key},
      {"client-ca", CLI_TEXT, &o.client_ca}, {"http", CLI_FLAG, &o.plain},        {"no-worker", CLI_FLAG, &alone},
      {"relay", CLI_TEXT, &o.relay},         {"routes", CLI_FLAG, &routes},       {0}};
  int status = cli_no_word(c, &cmd_serve, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (routes) {
    server_each_route(tell_route, c);
    return CLI_OK;
  }
  if (!o.tls_cert != !o.tls_key)
    return cli_usage(c, &cmd_serve, "cli.serve.pair", NULL);
  if (o.plain && (o.tls_cert || o.client_ca))
    return cli_usage(c, &cmd_serve, "cli.serve.plain", NULL);
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  struct vg_err err = {0};
  struct server *s = NULL;
  const atomic_bool *stop = cli_stop_begin();
  const struct instance_options where = {.home = instance_home(c->instance), .clock = &c->clock};
  o.instance = &where;
  pid_t worker = alone ? 0 : start_worker(c, where.home); /* before there are threads */
  if (server_start(&s, &o, &err) != VG_OK) {
    stop_worker(worker);
    return cli_fail(c, &err);
  }
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
  server_run(s, stop);
  server_free(s);
  stop_worker(worker);
  return CLI_OK;
}

const struct cli_command cmd_serve = {"serve", "cli.serve", "cli.serve.usage", run};

#include "cli/cli.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct cli_command cmd_init;

static int run(struct cli *c, int argc, char **argv) {
  const char *url = NULL, *zone = NULL, *login = NULL, *passphrase_file = NULL;
  const struct cli_option options[] = {{"db", CLI_TEXT, &url},
                                       {"zone", CLI_TEXT, &zone},
                                       {"login", CLI_TEXT, &login},
                                       {"passphrase-file", CLI_TEXT, &passphrase_file},
                                       {0}};
  int status = cli_no_word(c, &cmd_init, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  char home[4096], password[24];
  const char *user = getenv("HOME");
  snprintf(home, sizeof home, "%s/.local/share/vigie", user ? user : "/root");
  struct instance_options o = {
      .home = c->home ? c->home : home, .url = url, .zone = zone, .login = login, .clock = &c->clock};
  struct vg_err err = {0};
  struct vg_buf secret;
  vg_buf_init(&secret, 4096);
  if (passphrase_file) {
    if (vg_file_read(passphrase_file, &secret, &err) != VG_OK)
      return cli_fail(c, &err);
    vg_str line = VG_STR(""), rest = vg_buf_view(&secret);
    (void)vg_str_line(&rest, &line);
    secret.n = line.n;
    o.passphrase = vg_buf_text(&secret);
  }
  vg_code rc = instance_create(&o, password, &err);
  vg_buf_fini(&secret);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "home", o.home);
    vg_jw_kz(&w, "login", instance_first_login(&o));
    vg_jw_kz(&w, "password", password);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.init.done", o.home, password, instance_first_login(&o));
  }
  return CLI_OK;
}

const struct cli_command cmd_init = {"init", "cli.init", "cli.init.usage", run};

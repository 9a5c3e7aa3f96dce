/* Accounts of people outside: org invite, org dismiss. */
#include "cli/cli.h"

#include "territory/territory.h"

extern const struct cli_command cmd_org_invite, cmd_org_dismiss;

enum { DAYS = 7 };

struct inviting {
  const char *org, *login;
  int64_t days;
  struct org o;
  struct person p;
  char token[INVITE_TOKEN + 1];
};

static vg_code invite(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct inviting *a = ctx;
  VG_TRY(territory_org_find(tx, vg_str_z(a->org), &a->o, err));
  return territory_invite(tx, who, &a->o, &a->p, store_now(tx) + a->days * VG_DAY, a->token, err);
}

static int run_invite(struct cli *c, int argc, char **argv) {
  const char *site = "";
  struct inviting a = {.days = DAYS, .p = {.to = VG_NOTIME}};
  struct vg_jw w;
  const struct cli_option options[] = {{"name", CLI_WORDS, CLI_ROOM(a.p.name)},
                                       {"login", CLI_WORDS, CLI_ROOM(a.p.login)},
                                       {"to", CLI_TIME, &a.p.to},
                                       {"days", CLI_INT, &a.days},
                                       {"site", CLI_TEXT, &site},
                                       {0}};
  int status = cli_one_word(c, &cmd_org_invite, argc, argv, options, "ORG", &a.org);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*a.p.name || !*a.p.login)
    return cli_usage(c, &cmd_org_invite, "cli.missing", *a.p.name ? "--login" : "--name");
  if (a.days < 1 || a.days > 90)
    return cli_usage(c, &cmd_org_invite, "cli.bad_value", "--days");
  if ((status = cli_write(c, invite, &a)) != CLI_OK)
    return status;
  if (c->json) {
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", a.p.pid.s);
    vg_jw_kz(&w, "login", a.p.login);
    vg_jw_kz(&w, "organisation", a.o.pid.s);
    vg_jw_kz(&w, "role", territory_role_name(a.p.role));
    vg_jw_kz(&w, "token", a.token);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.org_invite.done", a.p.name, a.o.name, site, a.token, VG_N(a.days));
  }
  return CLI_OK;
}

static vg_code dismiss(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct inviting *a = ctx;
  VG_TRY(territory_org_find(tx, vg_str_z(a->org), &a->o, err));
  VG_TRY(territory_person_find(tx, vg_str_z(a->login), &a->p, err));
  return territory_dismiss(tx, who, &a->o, &a->p, err);
}

static int run_dismiss(struct cli *c, int argc, char **argv) {
  struct inviting a = {.login = NULL};
  const struct cli_option options[] = {{"login", CLI_TEXT, &a.login}, {0}};
  int status = cli_one_word(c, &cmd_org_dismiss, argc, argv, options, "ORG", &a.org);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!a.login)
    return cli_usage(c, &cmd_org_dismiss, "cli.missing", "--login");
  if ((status = cli_write(c, dismiss, &a)) != CLI_OK)
    return status;
  CLI_SAY(c, "cli.org_dismiss.done", a.p.name, a.o.name);
  return CLI_OK;
}

const struct cli_command cmd_org_invite = {"org invite", "cli.org_invite", "cli.org_invite.usage", run_invite};
const struct cli_command cmd_org_dismiss = {"org dismiss", "cli.org_dismiss", "cli.org_dismiss.usage", run_dismiss};

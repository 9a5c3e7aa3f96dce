#include "cli/cli.h"
#include "cli/show.h"

#include "base/file.h"
#include "base/sign.h"
#include "territory/territory.h"

extern const struct cli_command cmd_referent_add, cmd_referent_list, cmd_referent_password;

static void write_person(struct cli *c, const struct person *p) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", p->pid.s);
  vg_jw_kz(&w, "name", p->name);
  vg_jw_kz(&w, "role", territory_role_name(p->role));
  vg_jw_kz(&w, "zone", p->zone);
  vg_jw_kz(&w, "login", p->login[0] ? p->login : NULL);
  vg_jw_ktime(&w, "from", p->from);
  vg_jw_ktime(&w, "to", p->to);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code one(void *ctx, const struct person *p, struct vg_err *err) {
  (void)err;
  struct cli_listing *l = ctx;
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  if (l->c->json) {
    write_person(l->c, p);
    return VG_OK;
  }
  const char *cells[] = {p->name,
                         show_wordz(l->c, "server.role.", territory_role_name(p->role)),
                         p->zone,
                         p->login,
                         cli_time(from, l->c, p->from),
                         cli_time(to, l->c, p->to)};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  return VG_OK;
}

static vg_code read_all(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return territory_each_person(tx, one, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.name",  "cli.col.role", "cli.col.zone",
                                        "cli.col.login", "cli.col.from", "cli.col.to"};
  return cli_list_all(c, &cmd_referent_list, argc, argv, heading, VG_COUNT(heading), read_all);
}

/* The first line of a file of mode 0600 or "-"; without one the account has a password that nobody knows. */
static vg_code read_password(const char *file, struct vg_buf *out, struct vg_err *err) {
  unsigned char random[24];
  if (!file) {
    vg_random(random, sizeof random);
    vg_base64(out, vg_str_n((const char *)random, sizeof random));
    return vg_buf_check(out, err);
  }
  VG_TRY(vg_file_read(file, out, err));
  vg_str rest = vg_buf_view(out), line = VG_STR("");
  (void)vg_str_line(&rest, &line);
  out->n = line.n;
  return VG_OK;
}

struct adding {
  struct person p;
  const char *file, *org;
};

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct adding *a = ctx;
  struct vg_buf password;
  if (a->org) {
    struct org o;
    VG_TRY(territory_org_find(tx, vg_str_z(a->org), &o, err));
    a->p.organisation = o.id;
  }
  vg_buf_init(&password, 4096);
  vg_code rc = read_password(a->file, &password, err);
  if (rc == VG_OK)
    rc = territory_person_add(tx, who, &a->p, vg_buf_view(&password), err);
  vg_buf_fini(&password);
  return rc;
}

static int run_add(struct cli *c, int argc, char **argv) {
  const char *role = "referent";
  struct adding a = {.p = {.from = vg_now(&c->clock), .to = VG_NOTIME}};
  struct person *p = &a.p;
  const struct cli_option options[] = {{"name", CLI_WORDS, CLI_ROOM(p->name)},
                                       {"zone", CLI_WORDS, CLI_ROOM(p->zone)},
                                       {"role", CLI_TEXT, &role},
                                       {"login", CLI_WORDS, CLI_ROOM(p->login)},
                                       {"password-file", CLI_TEXT, &a.file},
                                       {"from", CLI_TIME, &p->from},
                                       {"to", CLI_TIME, &p->to},
                                       {"org", CLI_TEXT, &a.org},
                                       {"capacity", CLI_INT, &p->capacity},
                                       {"skills", CLI_WORDS, CLI_ROOM(p->skills)},
                                       {0}};
  int status = cli_no_word(c, &cmd_referent_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*p->name)
    return cli_usage(c, &cmd_referent_add, "cli.missing", "--name");
  if ((status = show_pick(c, &cmd_referent_add, &show_roles, &role)) != CLI_OK)
    return status;
  VG_ASSERT(territory_role_by_name(vg_str_z(role), &p->role));
  if ((status = cli_write(c, add, &a)) != CLI_OK)
    return status;
  if (c->json)
    write_person(c, p);
  else
    CLI_SAY(c, "cli.referent_add.done", p->name, p->pid.s);
  return CLI_OK;
}

struct changing {
  const char *ref, *login, *file;
  struct person p;
  char made[24]; /* shown once */
};

static vg_code change(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct changing *a = ctx;
  struct vg_buf password;
  VG_TRY(territory_person_find(tx, vg_str_z(a->ref), &a->p, err));
  vg_buf_init(&password, 4096);
  vg_code rc = VG_OK;
  if (a->file) {
    rc = read_password(a->file, &password, err);
  } else {
    vg_password_make(a->made);
    vg_buf_z(&password, a->made);
  }
  if (rc == VG_OK)
    rc = territory_password_set(tx, who, &a->p, a->login, vg_buf_view(&password), err);
  vg_buf_fini(&password);
  return rc;
}

static int run_password(struct cli *c, int argc, char **argv) {
  struct changing a = {.login = ""};
  struct vg_jw w;
  const struct cli_option options[] = {{"login", CLI_TEXT, &a.login}, {"password-file", CLI_TEXT, &a.file}, {0}};
  int status = cli_one_word(c, &cmd_referent_password, argc, argv, options, "REF", &a.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, change, &a)) != CLI_OK)
    return status;
  const char *login = a.p.login[0] ? a.p.login : a.login;
  if (c->json) {
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", a.p.pid.s);
    vg_jw_kz(&w, "login", login);
    if (a.made[0])
      vg_jw_kz(&w, "password", a.made);
    vg_jw_end(&w);
    cli_json_end(c);
  } else if (a.made[0]) {
    CLI_SAY(c, "cli.referent_password.made", login, a.made);
  } else {
    CLI_SAY(c, "cli.referent_password.done", login);
  }
  return CLI_OK;
}

const struct cli_command cmd_referent_add = {"referent add", "cli.referent_add", "cli.referent_add.usage", run_add};
const struct cli_command cmd_referent_list = {"referent list", "cli.referent_list", "cli.referent_list.usage",
                                              run_list};
const struct cli_command cmd_referent_password = {"referent password", "cli.referent_password",
                                                  "cli.referent_password.usage", run_password};

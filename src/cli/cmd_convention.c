#include "cli/cli.h"
#include "cli/show.h"

#include "intel/intel.h"
#include "share/share.h"
#include "territory/territory.h"

extern const struct cli_command cmd_convention_add, cmd_convention_list, cmd_convention_show, cmd_convention_admit;

/* The list whole, or how the command ends. */
static int join(struct cli *c, const char *option, char out[static SHARE_LIST_MAX], const struct cli_list *list,
                const char *none) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  for (size_t i = 0; i < list->n; i++)
    vg_buf_fmt(&b, "%s%s", i ? "," : "", list->v[i]);
  bool fits = b.n < SHARE_LIST_MAX && vg_buf_check(&b, NULL) == VG_OK;
  if (fits)
    vg_str_copy(out, SHARE_LIST_MAX, list->n ? vg_buf_view(&b) : vg_str_z(none));
  const char *args[] = {option, VG_N(SHARE_LIST_MAX - 1), VG_N(b.n), NULL};
  vg_buf_reset(&b);
  vg_msg(&b, c->lang, "cli.too_long", args);
  int status = fits ? CLI_OK : cli_usage(c, &cmd_convention_add, "cli.said", vg_buf_text(&b));
  vg_buf_fini(&b);
  return status;
}

static void print_json(struct cli *c, const struct convention *v) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", v->pid.s);
  vg_jw_kz(&w, "partner", v->partner_name);
  vg_jw_kz(&w, "direction", share_direction_name(v->direction));
  vg_jw_kz(&w, "max_tlp", intel_tlp_name((enum tlp)v->max_tlp));
  vg_jw_kz(&w, "max_pap", intel_pap_name((enum pap)v->max_pap));
  vg_jw_ktime(&w, "from", v->from);
  vg_jw_ktime(&w, "to", v->to);
  vg_jw_kz(&w, "purposes", v->purposes);
  vg_jw_kz(&w, "classes", v->classes);
  vg_jw_kbool(&w, "in_force", v->in_force);
  vg_jw_kbool(&w, "admitted", v->admitted);
  vg_jw_end(&w);
  cli_json_end(c);
}

struct adding {
  const char *partner;
  struct convention v;
};

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct adding *a = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(a->partner), &org, err));
  a->v.partner = org.id;
  return share_convention_add(tx, who, &a->v, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  const char *tlp = "AMBER", *pap = "AMBER", *direction = "both";
  struct cli_list purposes = {0}, classes = {0};
  struct adding a = {.v = {.from = VG_NOTIME, .to = VG_NOTIME}};
  const struct cli_option options[] = {
      {"partner", CLI_TEXT, &a.partner}, {"from", CLI_TIME, &a.v.from},       {"to", CLI_TIME, &a.v.to},
      {"max-tlp", CLI_TEXT, &tlp},       {"max-pap", CLI_TEXT, &pap},         {"purpose", CLI_LIST, &purposes},
      {"class", CLI_LIST, &classes},     {"direction", CLI_TEXT, &direction}, {0}};
  enum tlp t;
  enum pap p;
  int status = cli_no_word(c, &cmd_convention_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!a.partner || a.v.from == VG_NOTIME || a.v.to == VG_NOTIME)
    return cli_usage(c, &cmd_convention_add, "cli.missing",
                     !a.partner              ? "--partner"
                     : a.v.from == VG_NOTIME ? "--from"
                                             : "--to");
  if (!intel_tlp_by_name(vg_str_z(tlp), &t))
    return cli_usage(c, &cmd_convention_add, "cli.bad_value", tlp);
  if (!intel_pap_by_name(vg_str_z(pap), &p))
    return cli_usage(c, &cmd_convention_add, "cli.bad_value", pap);
  if (!share_direction_by_name(vg_str_z(direction), &a.v.direction))
    return cli_usage(c, &cmd_convention_add, "cli.bad_value", direction);
  a.v.max_tlp = (int)t;
  a.v.max_pap = (int)p;
  if ((status = join(c, "purpose", a.v.purposes, &purposes, "prevention")) != CLI_OK ||
      (status = join(c, "class", a.v.classes, &classes, "*")) != CLI_OK || (status = cli_write(c, add, &a)) != CLI_OK)
    return status;
  if (c->json)
    print_json(c, &a.v);
  else
    CLI_SAY(c, "cli.convention.added", a.v.pid.s, a.v.partner_name);
  return CLI_OK;
}

static const char *purposes_text(const struct cli *c, vg_str list, struct vg_buf *out) {
  vg_buf_init(out, 4096);
  share_purposes_say(out, c->lang, list);
  return vg_buf_text(out);
}

static vg_code list_one(void *ctx, const struct convention *v, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char time[VG_TIME_TEXT];
  (void)err;
  if (!l->table) {
    print_json(l->c, v);
    return VG_OK;
  }
  cli_table_cellz(l->table, v->pid.s);
  cli_table_cellz(l->table, v->partner_name);
  cli_table_cellz(l->table, show_wordz(l->c, "server.direction.", share_direction_name(v->direction)));
  cli_table_cellz(l->table, intel_tlp_name((enum tlp)v->max_tlp));
  cli_table_cellz(l->table, intel_pap_name((enum pap)v->max_pap));
  cli_table_cellz(l->table, cli_time(time, l->c, v->from));
  cli_table_cellz(l->table, cli_time(time, l->c, v->to));
  struct vg_buf purposes;
  cli_table_cellz(l->table, purposes_text(l->c, vg_str_z(v->purposes), &purposes));
  vg_buf_fini(&purposes);
  cli_table_cellz(l->table, vg_msg_text(l->c->lang, !v->admitted                     ? "server.convention.elsewhere"
                                                    : v->in_force                    ? "server.in_force"
                                                    : v->from > vg_now(&l->c->clock) ? "server.to_come"
                                                                                     : "server.over"));
  return VG_OK;
}

static vg_code read_all(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  VG_TRY(share_each_convention_waiting(tx, 0, list_one, l, err));
  return share_each_convention(tx, 0, list_one, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heads[] = {"cli.head.id",      "cli.head.partner",  "cli.head.direction",
                                      "cli.head.max_tlp", "cli.head.max_pap",  "cli.head.from",
                                      "cli.head.to",      "cli.head.purposes", "cli.col.state"};
  return cli_list_all(c, &cmd_convention_list, argc, argv, heads, VG_COUNT(heads), read_all);
}

/* What it allows, then what it was used for: a line a rule. */
struct showing {
  struct cli *c;
  const char *pid;
  struct cli_table *table;
};

static vg_code flow(void *ctx, const struct share_flow *f, struct vg_err *err) {
  struct showing *s = ctx;
  struct vg_jw w;
  char time[VG_TIME_TEXT];
  bool received = vg_str_eqz(f->purpose, "receive");
  const char *way = received ? "receive" : "give";
  (void)err;
  if (!s->c->json) {
    struct vg_buf purpose;
    cli_table_cellz(s->table, show_wordz(s->c, "server.direction.", way));
    cli_table_cellz(s->table, purposes_text(s->c, received ? VG_STR("") : f->purpose, &purpose));
    vg_buf_fini(&purpose);
    cli_table_cellz(s->table,
                    vg_msg_text(s->c->lang, f->allowed ? "cli.convention.allowed" : "cli.convention.refused"));
    char rule[64];
    cli_table_cellz(s->table, share_rule_word(s->c->lang, vg_str_copy(rule, sizeof rule, f->rule)));
    cli_table_cell_int(s->table, f->objects);
    cli_table_cellz(s->table, cli_time(time, s->c, f->last));
    return VG_OK;
  }
  cli_json_begin(s->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "way", way);
  vg_jw_kstr(&w, "purpose", f->purpose);
  vg_jw_kbool(&w, "allowed", f->allowed);
  vg_jw_kstr(&w, "rule", f->rule);
  vg_jw_kint(&w, "objects", f->objects);
  vg_jw_kint(&w, "decisions", f->decisions);
  vg_jw_ktime(&w, "first", f->first);
  vg_jw_ktime(&w, "last", f->last);
  vg_jw_end(&w);
  cli_json_end(s->c);
  return VG_OK;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heads[] = {"cli.head.direction",  "cli.head.purposes",      "cli.head.what",
                                      "cli.convention.rule", "cli.convention.objects", "cli.convention.last"};
  struct showing *s = ctx;
  struct convention v;
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  (void)who;
  VG_TRY(share_convention_find(tx, vg_str_z(s->pid), &v, err));
  if (s->c->json) {
    print_json(s->c, &v);
    return share_each_flow(tx, vg_id_str(&v.pid), flow, s, err);
  }
  struct vg_buf purposes;
  CLI_SAY(s->c, "cli.convention.terms", v.partner_name, cli_time(from, s->c, v.from), cli_time(to, s->c, v.to),
          intel_tlp_name((enum tlp)v.max_tlp), intel_pap_name((enum pap)v.max_pap),
          show_wordz(s->c, "server.direction.", share_direction_name(v.direction)),
          purposes_text(s->c, vg_str_z(v.purposes), &purposes),
          vg_str_eqz(vg_str_z(v.classes), "*") ? vg_msg_text(s->c->lang, "server.classes.all") : v.classes);
  vg_buf_fini(&purposes);
  s->table = cli_table_new(s->c, heads, VG_COUNT(heads));
  vg_code rc = share_each_flow(tx, vg_id_str(&v.pid), flow, s, err);
  cli_table_print(s->table);
  return rc;
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct showing s = {.c = c};
  int status = cli_one_word(c, &cmd_convention_show, argc, argv, options, "ID", &s.pid);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  return cli_read(c, show, &s);
}

static vg_code admit(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct showing *s = ctx;
  return share_convention_admit(tx, who, vg_str_z(s->pid), err);
}

static int run_admit(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct showing s = {.c = c};
  int status = cli_one_word(c, &cmd_convention_admit, argc, argv, options, "ID", &s.pid);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, admit, &s)) == CLI_OK)
    CLI_NOTE(c, "cli.convention.admitted", s.pid);
  return status;
}

const struct cli_command cmd_convention_admit = {"convention admit", "cli.convention.admit",
                                                 "cli.convention.admit.usage", run_admit};
const struct cli_command cmd_convention_show = {"convention show", "cli.convention.show", "cli.convention.show.usage",
                                                run_show};
const struct cli_command cmd_convention_add = {"convention add", "cli.convention.add", "cli.convention.add.usage",
                                               run_add};
const struct cli_command cmd_convention_list = {"convention list", "cli.convention.list", "cli.convention.list.usage",
                                                run_list};

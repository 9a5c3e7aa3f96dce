/* Contents written together: content add, edit, review, publish, list, show. */
#include "cli/cli.h"
#include "cli/show.h"

#include "base/file.h"
#include "share/share.h"
#include "territory/territory.h"

#include <stdio.h>

extern const struct cli_command cmd_content_add, cmd_content_edit, cmd_content_review, cmd_content_publish,
    cmd_content_list, cmd_content_show;

enum { BODY_MAX = 1 << 20 };

static void print_json(struct cli *c, const struct share_content *v, const char *body) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", v->pid.s);
  vg_jw_kz(&w, "kind", v->kind);
  vg_jw_kz(&w, "title", v->title);
  vg_jw_kz(&w, "state", share_content_state_name(v->state));
  vg_jw_kint(&w, "version", v->version);
  vg_jw_kz(&w, "tlp", intel_tlp_name((enum tlp)v->tlp));
  vg_jw_kz(&w, "pap", intel_pap_name((enum pap)v->pap));
  vg_jw_kz(&w, "with", v->partner_name[0] ? v->partner_name : NULL);
  vg_jw_kz(&w, "about", v->about[0] ? v->about : NULL);
  vg_jw_kz(&w, "zone", v->zone[0] ? v->zone : NULL);
  vg_jw_kz(&w, "sector", v->sector[0] ? v->sector : NULL);
  vg_jw_kz(&w, "size", v->size[0] ? v->size : NULL);
  vg_jw_ktime(&w, "made", v->made);
  if (body)
    vg_jw_kz(&w, "body", body);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code read_body(const char *path, struct vg_buf *out, struct vg_err *err) {
  return path ? vg_file_read(path, out, err) : VG_OK;
}

struct adding {
  struct cli *c;
  struct share_content v;
  const char *with, *from;
  struct vg_buf body;
};

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct adding *a = ctx;
  if (a->with) {
    struct org org;
    VG_TRY(territory_org_find(tx, vg_str_z(a->with), &org, err));
    a->v.partner = org.id;
    vg_str_copy(a->v.partner_name, sizeof a->v.partner_name, vg_str_z(org.name));
  }
  return a->from ? share_content_from(tx, who, vg_str_z(a->from), a->c->lang, &a->v, vg_buf_view(&a->body), err)
                 : share_content_add(tx, who, &a->v, vg_buf_view(&a->body), err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  const char *file = NULL, *tlp = NULL, *pap = "GREEN";
  struct adding a = {.c = c, .v = {.kind = "bulletin"}};
  const struct cli_option options[] = {{"kind", CLI_WORDS, CLI_ROOM(a.v.kind)},
                                       {"title", CLI_WORDS, CLI_ROOM(a.v.title)},
                                       {"body", CLI_TEXT, &file},
                                       {"from", CLI_TEXT, &a.from},
                                       {"with", CLI_TEXT, &a.with},
                                       {"tlp", CLI_TEXT, &tlp},
                                       {"pap", CLI_TEXT, &pap},
                                       {"zone", CLI_WORDS, CLI_ROOM(a.v.zone)},
                                       {"sector", CLI_WORDS, CLI_ROOM(a.v.sector)},
                                       {"size", CLI_WORDS, CLI_ROOM(a.v.size)},
                                       {0}};
  enum tlp t = TLP_GREEN;
  enum pap p;
  struct vg_err err = {0};
  int status = cli_no_word(c, &cmd_content_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!file && !a.from)
    return cli_usage(c, &cmd_content_add, "cli.missing", "--body");
  if (tlp && !intel_tlp_by_name(vg_str_z(tlp), &t))
    return cli_usage(c, &cmd_content_add, "cli.bad_value", tlp);
  if (!intel_pap_by_name(vg_str_z(pap), &p))
    return cli_usage(c, &cmd_content_add, "cli.bad_value", pap);
  a.v.tlp = tlp || !a.from ? (int)t : SHARE_TLP_AS_SOURCE;
  a.v.pap = (int)p;
  vg_buf_init(&a.body, BODY_MAX);
  status = read_body(file, &a.body, &err) == VG_OK ? cli_write(c, add, &a) : cli_fail(c, &err);
  vg_buf_fini(&a.body);
  if (status != CLI_OK)
    return status;
  if (c->json)
    print_json(c, &a.v, NULL);
  else
    CLI_SAY(c, "cli.content.added", a.v.pid.s, a.v.title);
  return CLI_OK;
}

/* What the three changes of one content have in common. */
struct changing {
  const char *pid, *words; /* words: motive, comment, place */
  int64_t seen;
  bool approve;
  struct vg_buf body;
};

static vg_code edit(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct changing *x = ctx;
  return share_content_edit(tx, who, vg_str_z(x->pid), x->seen, vg_buf_view(&x->body), vg_str_z(x->words), err);
}
static vg_code review(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct changing *x = ctx;
  return share_content_review(tx, who, vg_str_z(x->pid), x->approve, vg_str_z(x->words), err);
}
static vg_code publish(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct changing *x = ctx;
  return share_content_publish(tx, who, vg_str_z(x->pid), vg_str_z(x->words), err);
}

struct showing {
  struct cli *c;
  const char *pid;
  int64_t version;
  bool events;
  struct cli_table *table;
};

static vg_code event(void *ctx, const struct share_content_event *e, struct vg_err *err) {
  static const char *const what[] = {"cli.content.wrote", "cli.content.approved", "cli.content.published",
                                     "cli.content.returned"};
  struct showing *s = ctx;
  char time[VG_TIME_TEXT];
  (void)err;
  cli_table_cellz(s->table, cli_time(time, s->c, e->time));
  cli_table_cell_int(s->table, e->version);
  cli_table_cellz(s->table, vg_msg_text(s->c->lang, what[e->what == 1 && !e->approved ? 3 : e->what]));
  cli_table_cell(s->table, e->name);
  cli_table_cell(s->table, e->side);
  cli_table_cell(s->table, e->words);
  return VG_OK;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heads[] = {"cli.col.at",   "cli.head.version", "cli.head.what",
                                      "cli.col.name", "cli.head.partner", "cli.head.words"};
  struct showing *s = ctx;
  struct share_content v;
  struct vg_buf body;
  VG_TRY(share_content_find(tx, who, vg_str_z(s->pid), &v, err));
  vg_buf_init(&body, BODY_MAX);
  vg_code rc = share_content_body(tx, &v, s->version, &body, err);
  if (rc == VG_OK && s->c->json) {
    print_json(s->c, &v, vg_buf_text(&body));
  } else if (rc == VG_OK) {
    CLI_SAY(s->c, "cli.content.head", v.title, show_wordz(s->c, "server.content.", share_content_state_name(v.state)),
            VG_N(v.version), intel_tlp_name((enum tlp)v.tlp), intel_pap_name((enum pap)v.pap));
    printf("\n%s\n\n", vg_buf_text(&body));
    s->table = cli_table_new(s->c, heads, VG_COUNT(heads));
    rc = share_each_content_event(tx, &v, event, s, err);
    cli_table_print(s->table);
  }
  vg_buf_fini(&body);
  return rc;
}

static int tell_state(struct cli *c, const char *pid) {
  struct showing s = {.c = c, .pid = pid};
  return c->json ? cli_read(c, show, &s) : (CLI_SAY(c, "cli.content.done", pid), CLI_OK);
}

static int run_edit(struct cli *c, int argc, char **argv) {
  const char *file = NULL;
  struct changing x = {.words = ""};
  const struct cli_option options[] = {
      {"body", CLI_TEXT, &file}, {"motive", CLI_TEXT, &x.words}, {"seen", CLI_INT, &x.seen}, {0}};
  struct vg_err err = {0};
  int status = cli_one_word(c, &cmd_content_edit, argc, argv, options, "ID", &x.pid);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (!file || !x.words[0])
    return cli_usage(c, &cmd_content_edit, "cli.missing", file ? "--motive" : "--body");
  vg_buf_init(&x.body, BODY_MAX);
  status = read_body(file, &x.body, &err) == VG_OK ? cli_write(c, edit, &x) : cli_fail(c, &err);
  vg_buf_fini(&x.body);
  return status == CLI_OK ? tell_state(c, x.pid) : status;
}

static int run_review(struct cli *c, int argc, char **argv) {
  bool back = false;
  struct changing x = {.words = ""};
  const struct cli_option options[] = {
      {"approve", CLI_FLAG, &x.approve}, {"return", CLI_FLAG, &back}, {"comment", CLI_TEXT, &x.words}, {0}};
  int status = cli_one_word(c, &cmd_content_review, argc, argv, options, "ID", &x.pid);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (x.approve == back)
    return cli_usage(c, &cmd_content_review, "cli.missing", "--approve | --return");
  return (status = cli_write(c, review, &x)) == CLI_OK ? tell_state(c, x.pid) : status;
}

static int run_publish(struct cli *c, int argc, char **argv) {
  struct changing x = {.words = ""};
  const struct cli_option options[] = {{"where", CLI_TEXT, &x.words}, {0}};
  int status = cli_one_word(c, &cmd_content_publish, argc, argv, options, "ID", &x.pid);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (!x.words[0])
    return cli_usage(c, &cmd_content_publish, "cli.missing", "--where");
  return (status = cli_write(c, publish, &x)) == CLI_OK ? tell_state(c, x.pid) : status;
}

static int run_show(struct cli *c, int argc, char **argv) {
  struct showing s = {.c = c};
  const struct cli_option options[] = {{"version", CLI_INT, &s.version}, {0}};
  int status = cli_one_word(c, &cmd_content_show, argc, argv, options, "ID", &s.pid);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  return cli_read(c, show, &s);
}

struct listing {
  struct cli *c;
  struct cli_table *table;
};

static vg_code list_one(void *ctx, const struct share_content *v, struct vg_err *err) {
  struct listing *l = ctx;
  (void)err;
  if (l->c->json) {
    print_json(l->c, v, NULL);
    return VG_OK;
  }
  const char *cells[] = {v->pid.s,
                         show_wordz(l->c, "server.content.kind.", v->kind),
                         v->title,
                         show_wordz(l->c, "server.content.", share_content_state_name(v->state)),
                         intel_tlp_name((enum tlp)v->tlp),
                         v->partner_name};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  return VG_OK;
}

static vg_code list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return share_each_content(tx, who, VG_STR(""), list_one, ctx, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heads[] = {"cli.head.id",   "cli.col.kind",     "cli.col.title",
                                      "cli.col.state", "cli.head.max_tlp", "cli.head.partner"};
  const struct cli_option options[] = {{0}};
  struct listing l = {.c = c};
  int status = cli_no_word(c, &cmd_content_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!c->json)
    l.table = cli_table_new(c, heads, VG_COUNT(heads));
  status = cli_read(c, list, &l);
  if (l.table)
    cli_table_print(l.table);
  return status;
}

const struct cli_command cmd_content_add = {"content add", "cli.content.add", "cli.content.add.usage", run_add};
const struct cli_command cmd_content_edit = {"content edit", "cli.content.edit", "cli.content.edit.usage", run_edit};
const struct cli_command cmd_content_review = {"content review", "cli.content.review", "cli.content.review.usage",
                                               run_review};
const struct cli_command cmd_content_publish = {"content publish", "cli.content.publish", "cli.content.publish.usage",
                                                run_publish};
const struct cli_command cmd_content_list = {"content list", "cli.content.list", "cli.content.list.usage", run_list};
const struct cli_command cmd_content_show = {"content show", "cli.content.show", "cli.content.show.usage", run_show};

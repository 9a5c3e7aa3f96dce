#include "cli/show.h"

#include <stdio.h>

#include "base/file.h"
#include "prevention/prevention.h"

extern const struct cli_command cmd_action_show, cmd_action_code, cmd_action_reach, cmd_action_attendee;

struct order {
  struct cli *c;
  struct show s;
  const char *id, *url, *svg, *name, *contact, *purpose;
  bool withdraw;
  char token[40];
  vg_time from, to;
};

static vg_code audience(void *ctx, vg_str naf, vg_str size, int64_t people, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "naf", naf);
    vg_jw_kstr(s->w, "size", size);
    vg_jw_kint(s->w, "people", people);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cell(t, naf.n ? naf : VG_STR("-"));
  cli_table_cell(t, size.n ? size : VG_STR("-"));
  cli_table_cell_int(t, people);
  return VG_OK;
}

static vg_code attendee(void *ctx, vg_str name, vg_str contact, vg_str purpose, vg_time agreed, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "name", name);
    vg_jw_kstr(s->w, "contact", contact);
    vg_jw_kstr(s->w, "purpose", purpose);
    vg_jw_ktime(s->w, "agreed", agreed);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cell(t, name);
  cli_table_cell(t, contact);
  cli_table_cell(t, purpose);
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, agreed));
  return VG_OK;
}

static vg_code feedback(struct show *s, struct store_tx *tx, const struct action *a, struct vg_err *err) {
  struct feedback f;
  char lo[16], hi[16];
  VG_TRY(prevention_feedback_of(tx, a->id, &f, err));
  if (s->w) {
    vg_jw_key(s->w, "feedback");
    vg_jw_obj(s->w);
    vg_jw_kint(s->w, "sheets", f.sheets);
    vg_jw_key(s->w, "marks");
    vg_jw_arr(s->w);
    for (int i = 0; i < 5; i++)
      vg_jw_int(s->w, f.mark[i]);
    vg_jw_end(s->w);
    vg_jw_kint(s->w, "will_change", f.yes);
    vg_jw_knum(s->w, "will_change_lo", f.yes_lo);
    vg_jw_knum(s->w, "will_change_hi", f.yes_hi);
    vg_jw_end(s->w);
  } else if (f.sheets) {
    snprintf(lo, sizeof lo, "%.0f", 100 * f.yes_lo);
    snprintf(hi, sizeof hi, "%.0f", 100 * f.yes_hi);
    CLI_SAY(s->c, "cli.action_show.feedback", VG_N(f.sheets), VG_N(f.yes), lo, hi);
  }
  return VG_OK;
}

static void head(struct show *s, const struct action *a) {
  show_text(s, "cli.col.id", "id", vg_str_z(a->pid.s));
  show_code(s, "cli.col.kind", "kind", "server.action.kind.", vg_str_z(a->kind));
  show_text(s, "cli.col.title", "title", vg_str_z(a->title));
  show_time(s, "cli.col.at", "at", a->at);
  show_text(s, "cli.col.place", "place", vg_str_z(a->place));
  show_text(s, "cli.col.zone", "zone", vg_str_z(a->zone));
  show_text(s, "cli.col.name", "organisation", vg_str_z(a->org_name));
  show_text(s, "cli.col.referent", "referent", vg_str_z(a->referent_name));
  show_code(s, "cli.col.state", "state", "server.action.", vg_str_z(a->state));
  show_text(s, "cli.col.reason", "reason", vg_str_z(a->reason));
  show_text(s, "cli.col.target", "for", vg_str_z(a->target));
  show_text(s, "cli.col.code", "code", vg_str_z(a->token));
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const people[] = {"cli.col.naf", "cli.col.size", "cli.col.people"};
  static const char *const named[] = {"cli.col.name", "cli.col.contact", "cli.col.purpose", "cli.col.agreed"};
  struct order *o = ctx;
  struct action a;
  struct vg_jw w;
  struct show *s = &o->s;
  *s = (struct show){.c = o->c, .w = o->c->json ? &w : NULL};
  VG_TRY(prevention_action_find(tx, vg_str_z(o->id), &a, err));
  if (a.org)
    VG_TRY(territory_access(tx, who, a.org, err));
  show_open(s);
  head(s, &a);
  VG_TRY(feedback(s, tx, &a, err));
  show_list(s, "audience", "cli.action_show.audience", people, VG_COUNT(people));
  vg_code rc = prevention_each_audience(tx, a.id, audience, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "agreed", "cli.action_show.agreed", named, VG_COUNT(named));
  rc = prevention_each_attendee(tx, a.id, attendee, s, err);
  show_end(s);
  show_close(s);
  return rc;
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_action_show, argc, argv, options, "ID", &o.id);
  return status != CLI_OK ? cli_parsed(status) : cli_read(c, show, &o);
}

static vg_code make_code(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return prevention_action_code(tx, who, vg_str_z(o->id), o->token, err);
}

/* The address that the code holds, and the drawing. */
static vg_code draw(struct order *o, struct vg_buf *url, struct vg_buf *svg, struct vg_err *err) {
  size_t n = vg_str_z(o->url).n;
  vg_buf_fmt(url, "%s%spresence/%s", o->url, n && o->url[n - 1] == '/' ? "" : "/", o->token);
  VG_TRY(vg_buf_check(url, err));
  if (!o->svg)
    return VG_OK;
  VG_TRY(prevention_qr(svg, vg_buf_view(url), "QR", err));
  vg_buf_z(svg, "\n");
  return vg_file_write(o->svg, vg_buf_view(svg), 0644, err);
}

static int run_code(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"url", CLI_TEXT, &o.url}, {"o|svg", CLI_TEXT, &o.svg}, {0}};
  int status = cli_one_word(c, &cmd_action_code, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.url)
    return cli_usage(c, &cmd_action_code, "cli.missing", "--url");
  if (!vg_str_starts(vg_str_z(o.url), VG_STR("https://")) && !vg_str_starts(vg_str_z(o.url), VG_STR("http://")))
    return cli_usage(c, &cmd_action_code, "cli.bad_value", o.url);
  if ((status = cli_write(c, make_code, &o)) != CLI_OK)
    return status;
  struct vg_err err = {0};
  struct vg_buf url, svg;
  vg_buf_init(&url, 2048);
  vg_buf_init(&svg, 1 << 20);
  vg_code rc = draw(&o, &url, &svg, &err);
  if (rc == VG_OK && c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", o.id);
    vg_jw_kstr(&w, "url", vg_buf_view(&url));
    vg_jw_kz(&w, "svg", o.svg);
    vg_jw_end(&w);
    cli_json_end(c);
  } else if (rc == VG_OK) {
    printf("%s\n", vg_buf_text(&url));
  }
  vg_buf_fini(&url);
  vg_buf_fini(&svg);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static vg_code name_one(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  if (o->withdraw)
    return prevention_attendee_withdraw(tx, who, vg_str_z(o->id), vg_str_z(o->name), err);
  return prevention_attendee_add(tx, who, vg_str_z(o->id), vg_str_z(o->name), vg_str_z(o->contact),
                                 vg_str_z(o->purpose), err);
}

static int run_attendee(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .contact = "", .purpose = ""};
  const struct cli_option options[] = {{"name", CLI_TEXT, &o.name},
                                       {"contact", CLI_TEXT, &o.contact},
                                       {"agreed-to", CLI_TEXT, &o.purpose},
                                       {"withdraw", CLI_FLAG, &o.withdraw},
                                       {0}};
  int status = cli_one_word(c, &cmd_action_attendee, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.name)
    return cli_usage(c, &cmd_action_attendee, "cli.missing", "--name");
  if (!o.withdraw && !*o.purpose)
    return cli_usage(c, &cmd_action_attendee, "cli.missing", "--agreed-to");
  status = cli_write(c, name_one, &o);
  return status != CLI_OK ? status : cli_read(c, show, &o);
}

static vg_code reach_row(void *ctx, const struct reach *r, struct vg_err *err) {
  struct order *o = ctx;
  char text[64];
  (void)err;
  if (o->c->json) {
    struct vg_jw w;
    cli_json_begin(o->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "zone", r->zone);
    vg_jw_kint(&w, "actions", r->actions);
    vg_jw_knum(&w, "actions_lo", r->actions_lo);
    vg_jw_knum(&w, "actions_hi", r->actions_hi);
    vg_jw_kint(&w, "people", r->people);
    vg_jw_kint(&w, "companies", r->companies);
    vg_jw_kint(&w, "met", r->met);
    vg_jw_knum(&w, "share_lo", r->lo);
    vg_jw_knum(&w, "share_hi", r->hi);
    vg_jw_kint(&w, "exercises", r->exercises);
    vg_jw_kint(&w, "exercised", r->exercised);
    vg_jw_kint(&w, "tested", r->tested);
    vg_jw_knum(&w, "tested_lo", r->tested_lo);
    vg_jw_knum(&w, "tested_hi", r->tested_hi);
    vg_jw_end(&w);
    cli_json_end(o->c);
    return VG_OK;
  }
  struct cli_table *t = o->s.table;
  cli_table_cell(t, r->zone);
  snprintf(text, sizeof text, "%lld [%s ; %s]", (long long)r->actions, VG_D(o->c->lang, 1, r->actions_lo),
           VG_D(o->c->lang, 1, r->actions_hi));
  cli_table_cellz(t, text);
  cli_table_cell_int(t, r->people);
  snprintf(text, sizeof text, "%lld / %lld", (long long)r->met, (long long)r->companies);
  cli_table_cellz(t, text);
  snprintf(text, sizeof text, "[%.0f ; %.0f] %%", 100 * r->lo, 100 * r->hi);
  cli_table_cellz(t, text);
  cli_table_cell_int(t, r->exercised);
  snprintf(text, sizeof text, "[%.0f ; %.0f] %%", 100 * r->tested_lo, 100 * r->tested_hi);
  cli_table_cellz(t, text);
  return VG_OK;
}

static vg_code reach(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.zone",  "cli.col.actions",   "cli.col.people", "cli.col.met",
                                        "cli.col.share", "cli.col.exercised", "cli.col.tested"};
  struct order *o = ctx;
  (void)who;
  if (!o->c->json)
    o->s.table = cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = prevention_each_reach(tx, o->from, o->to, reach_row, o, err);
  if (o->s.table)
    cli_table_print(o->s.table);
  return rc;
}

static int run_reach(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .from = 0, .to = vg_now(&c->clock)};
  const struct cli_option options[] = {{"from", CLI_TIME, &o.from}, {"to", CLI_TIME, &o.to}, {0}};
  int status = cli_parse(c, &cmd_action_reach, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  return argc > 0 ? cli_usage(c, &cmd_action_reach, "cli.too_many", argv[0]) : cli_read(c, reach, &o);
}

const struct cli_command cmd_action_show = {"action show", "cli.action_show", "cli.action_show.usage", run_show};
const struct cli_command cmd_action_code = {"action code", "cli.action_code", "cli.action_code.usage", run_code};
const struct cli_command cmd_action_attendee = {"action attendee", "cli.action_attendee", "cli.action_attendee.usage",
                                                run_attendee};
const struct cli_command cmd_action_reach = {"action reach", "cli.action_reach", "cli.action_reach.usage", run_reach};

/* Acts as they stand, and the rules that they follow. */
#include "cli/show.h"

#include <stdio.h>

extern const struct cli_command cmd_act_show, cmd_act_list, cmd_act_rules;

static const char *worded(const struct cli *c, const char *stem, const char *code) {
  char id[64];
  snprintf(id, sizeof id, "%s%s", stem, code);
  const char *text = vg_msg_text(c->lang, id);
  return text ? text : code;
}

static vg_code attendee_row(void *ctx, const struct attendee *p, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "role", p->role);
    vg_jw_kstr(s->w, "name", p->name);
    vg_jw_kstr(s->w, "quality", p->quality);
    vg_jw_kbool(s->w, "subordinate", p->subordinate);
    vg_jw_kstr(s->w, "presence", p->present);
    vg_jw_kstr(s->w, "signature", p->signature);
    vg_jw_end(s->w);
    return VG_OK;
  }
  char role[32], signature[32];
  cli_table_cellz(t, worded(s->c, "cli.act.role.", vg_str_copy(role, sizeof role, p->role)));
  cli_table_cell(t, p->name);
  cli_table_cell(t, p->quality);
  cli_table_cellz(t, p->subordinate ? worded(s->c, "cli.act.", "subordinate") : "");
  cli_table_cellz(t, p->signature.n
                         ? worded(s->c, "cli.act.signature.", vg_str_copy(signature, sizeof signature, p->signature))
                         : "");
  return VG_OK;
}

static void show_rule(struct show *s, const struct act *a) {
  struct act_rule rule;
  struct vg_buf doubt;
  if (!casework_act_rule(vg_str_z(a->kind), vg_str_z(a->frame), &rule))
    return;
  vg_buf_init(&doubt, 1024);
  casework_doubt(&doubt, s->c->lang, rule.doubt);
  show_line(s, "cli.act.needs", vg_str_z(show_word(s->c, "casework.act_by.", rule.authority)));
  if (s->w)
    vg_jw_kstr(s->w, "needs", rule.authority);
  show_text(s, "cli.act.rule", "rule", rule.rule_fr);
  if (s->w)
    vg_jw_kstr(s->w, "to_check", rule.doubt);
  show_line(s, "cli.act.doubt", vg_buf_view(&doubt));
  vg_buf_fini(&doubt);
}

static vg_code made(struct show *s, struct store_tx *tx, int64_t act, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.at", "cli.col.id"};
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT subject, at FROM casework_v_act_made WHERE act = $1 ORDER BY at, subject",
                     S_ARGS(S_INT(act)), err));
  show_list(s, "made", "cli.act.made", heading, VG_COUNT(heading));
  while (store_next(q)) {
    struct cli_table *t = show_row(s);
    if (!t) {
      vg_jw_str(s->w, store_str(q, 0));
      continue;
    }
    cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, store_time(q, 1)));
    cli_table_cell(t, store_str(q, 0));
  }
  show_end(s);
  return store_done(&q, err);
}

/* "2026-11-29 12:00 (late by 27 h)"; nothing without a deadline. */
static void put_due(struct vg_buf *out, const struct cli *c, const struct act *a, vg_time now) {
  bool open = casework_act_open(a), late = !open && a->answered != VG_NOTIME && a->answered > a->due;
  if (a->due == VG_NOTIME)
    return;
  vg_buf_z(out, cli_time((char[VG_TIME_TEXT]){0}, c, a->due));
  if (!open && !late)
    return;
  vg_buf_z(out, " (");
  if (open)
    casework_clock_left(out, c->lang, a->due, now);
  else
    vg_msg(out, c->lang, "cli.clock.done-late", NULL);
  vg_buf_z(out, ")");
}

static void facts(struct show *s, const struct act *a, vg_time now) {
  const struct {
    const char *label, *key, *value, *stem; /* stem: of the words of a code */
  } texts[] = {{"cli.col.ref", "ref", a->ref, NULL},
               {"cli.col.case", "case", a->case_ref, NULL},
               {"cli.col.frame", "frame", a->frame, "server.frame."},
               {"cli.act.mode", "mode", a->mode, "server.act.mode."},
               {"cli.col.exhibit", "exhibit", a->exhibit_ref, NULL},
               {"cli.col.place", "place", a->place, NULL},
               {"cli.act.object", "object", a->object, NULL},
               {"cli.act.article", "article", a->article, NULL},
               {"cli.act.addressee", "addressee", a->addressee, NULL},
               {"cli.act.authority", "authority", a->authority, "server.act.by."},
               {"cli.act.authority_ref", "authority_ref", a->authority_ref, NULL},
               {"cli.act.authority_name", "authority_name", a->authority_name, NULL},
               {"cli.act.officer", "officer", a->officer, NULL},
               {"cli.act.quality", "quality", a->quality, "server.act.quality."},
               {"cli.act.oath", "oath", a->oath, NULL},
               {"cli.col.reason", "motive", a->motive, NULL},
               {"cli.act.result", "result", a->result, NULL},
               {"cli.act.answer_sha256", "answer_sha256", a->answer_sha256, NULL}};
  const struct {
    const char *label, *key;
    vg_time t;
  } times[] = {{"cli.act.authority_at", "authority_at", a->authority_at},
               {"cli.act.planned", "planned", a->planned},
               {"cli.act.started", "started", a->started},
               {"cli.act.ended", "ended", a->ended},
               {"cli.act.answered", "answered", a->answered}};
  bool late = a->due != VG_NOTIME && (a->answered == VG_NOTIME ? now : a->answered) > a->due;
  if (s->w) {
    vg_jw_kz(s->w, "kind", a->kind);
    vg_jw_kz(s->w, "state", a->state);
    vg_jw_kbool(s->w, "late", late);
  }
  show_line(s, "cli.col.kind", vg_str_z(worded(s->c, "cli.act.kind.", a->kind)));
  show_line(s, "cli.col.state", vg_str_z(worded(s->c, "cli.act.state.", a->state)));
  for (size_t i = 0; i < VG_COUNT(texts); i++)
    show_code(s, texts[i].label, texts[i].key, texts[i].stem, vg_str_z(texts[i].value));
  for (size_t i = 0; i < VG_COUNT(times); i++)
    show_time(s, times[i].label, times[i].key, times[i].t);
  struct vg_buf due;
  vg_buf_init(&due, 256);
  put_due(&due, s->c, a, now);
  if (s->w)
    vg_jw_ktime(s->w, "due", a->due);
  show_line(s, "cli.col.due", vg_buf_view(&due));
  vg_buf_fini(&due);
}

vg_code show_act(struct cli *c, struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_err *err) {
  static const char *const heading[] = {"cli.act.role", "cli.col.name", "cli.act.quality", "cli.act.under",
                                        "cli.act.signature"};
  struct act a;
  struct vg_jw w;
  struct show s = {.c = c, .w = c->json ? &w : NULL};
  VG_TRY(casework_act_find(tx, ref, &a, err));
  VG_TRY(casework_access(tx, who, a.case_id, err));
  show_open(&s);
  if (s.w)
    vg_jw_kz(&w, "id", a.pid.s);
  facts(&s, &a, store_now(tx));
  show_rule(&s, &a);
  show_list(&s, "attendees", "cli.act.attendees", heading, VG_COUNT(heading));
  vg_code rc = casework_each_attendee(tx, a.id, attendee_row, &s, err);
  show_end(&s);
  VG_TRY(rc);
  VG_TRY(made(&s, tx, a.id, err));
  show_close(&s);
  return VG_OK;
}

struct order {
  struct cli *c;
  const char *ref, *motive;
};

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  return show_act(o->c, tx, who, vg_str_z(o->ref), err);
}

static int run_show(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_act_show, argc, argv, options, "ACT", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : cli_read_inquiry(c, o.ref, o.motive, show, &o);
}

struct listing {
  struct cli *c;
  const char *of;
  struct store_tx *tx;
  const struct actor *who;
  struct cli_table *table;
};

static vg_code act_row(void *ctx, const struct act *a, struct vg_err *err) {
  struct listing *l = ctx;
  (void)err;
  if (casework_access(l->tx, l->who, a->case_id, NULL) != VG_OK)
    return VG_OK; /* a conflict of interest closes the affair */
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", a->pid.s);
    vg_jw_kz(&w, "ref", a->ref);
    vg_jw_kz(&w, "case", a->case_ref);
    vg_jw_kz(&w, "kind", a->kind);
    vg_jw_kz(&w, "exhibit", a->exhibit_ref);
    vg_jw_kz(&w, "state", a->state);
    vg_jw_kz(&w, "article", a->article);
    vg_jw_kz(&w, "authority_ref", a->authority_ref);
    vg_jw_ktime(&w, "started", a->started);
    vg_jw_ktime(&w, "ended", a->ended);
    vg_jw_ktime(&w, "due", a->due);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  const char *cells[] = {a->ref,
                         worded(l->c, "cli.act.kind.", a->kind),
                         worded(l->c, "cli.act.state.", a->state),
                         a->exhibit_ref,
                         a->article,
                         a->authority_ref};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  cli_table_cellz(l->table, cli_time((char[VG_TIME_TEXT]){0}, l->c, a->started));
  struct vg_buf due;
  vg_buf_init(&due, 256);
  put_due(&due, l->c, a, store_now(l->tx));
  cli_table_cellz(l->table, vg_buf_text(&due));
  vg_buf_fini(&due);
  return VG_OK;
}

static vg_code list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.ref",     "cli.col.kind",    "cli.col.state",
                                        "cli.col.exhibit", "cli.act.article", "cli.act.authority_ref",
                                        "cli.act.started", "cli.col.due"};
  struct listing *l = ctx;
  struct affair a = {.id = 0};
  l->tx = tx;
  l->who = who;
  if (*l->of)
    VG_TRY(casework_case_see(tx, who, vg_str_z(l->of), &a, err));
  l->table = l->c->json ? NULL : cli_table_new(l->c, heading, VG_COUNT(heading));
  vg_code rc = casework_each_act(tx, a.id, act_row, l, err);
  if (l->table)
    cli_table_print(l->table);
  return rc;
}

static int run_list(struct cli *c, int argc, char **argv) {
  struct listing l = {.c = c, .of = ""};
  const char *motive = NULL;
  const struct cli_option options[] = {{"case", CLI_TEXT, &l.of}, {"motive", CLI_TEXT, &motive}, {0}};
  int status = cli_no_word(c, &cmd_act_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  status = *l.of ? cli_consult(c, l.of, motive) : cli_consult_many(c, motive);
  return status == CLI_OK ? cli_read(c, list, &l) : status;
}

struct rules {
  struct cli *c;
  const char *frame, *kind;
  struct cli_table *table;
};

static vg_code rule_row(void *ctx, const struct act_rule *r, struct vg_err *err) {
  struct rules *x = ctx;
  (void)err;
  if ((*x->frame && !vg_str_eqz(r->frame, x->frame)) || (*x->kind && !vg_str_eqz(r->kind, x->kind)))
    return VG_OK;
  if (x->c->json) {
    struct vg_jw w;
    cli_json_begin(x->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "kind", r->kind);
    vg_jw_kstr(&w, "frame", r->frame);
    vg_jw_kstr(&w, "authority", r->authority);
    vg_jw_kstr(&w, "article", r->article);
    vg_jw_kstr(&w, "attendees", r->attendees);
    vg_jw_kstr(&w, "rule", r->rule_fr);
    vg_jw_kstr(&w, "to_check", r->doubt);
    vg_jw_kstr(&w, "source", r->source);
    vg_jw_end(&w);
    cli_json_end(x->c);
    return VG_OK;
  }
  struct vg_buf doubt;
  vg_buf_init(&doubt, 1024);
  casework_doubt(&doubt, x->c->lang, r->doubt);
  const vg_str cells[] = {vg_str_z(show_word(x->c, "cli.act.kind.", r->kind)),
                          vg_str_z(show_word(x->c, "server.frame.", r->frame)),
                          vg_str_z(show_word(x->c, "casework.act_by.", r->authority)),
                          r->article,
                          vg_str_z(show_word(x->c, "casework.act_attend.", r->attendees)),
                          r->rule_fr,
                          vg_str_z(vg_buf_text(&doubt))};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cell(x->table, cells[i]);
  vg_buf_fini(&doubt);
  return VG_OK;
}

/* The rules stand in the program: no instance is needed to read them. */
static int run_rules(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.kind",      "cli.col.frame", "cli.act.authority", "cli.act.article",
                                        "cli.act.attendees", "cli.act.rule",  "cli.col.check"};
  struct rules x = {.c = c, .frame = "", .kind = ""};
  struct vg_err err = {0};
  const struct cli_option options[] = {{"frame", CLI_TEXT, &x.frame}, {"kind", CLI_TEXT, &x.kind}, {0}};
  int status = cli_no_word(c, &cmd_act_rules, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (*x.frame && (status = show_pick(c, &cmd_act_rules, &show_frames, &x.frame)) != CLI_OK)
    return status;
  if (*x.kind && !vg_msg_word(c->lang, "cli.act.kind.", vg_str_z(x.kind))) {
    (void)VG_FAIL(&err, VG_EUSAGE, "casework.act_kind", x.kind);
    return cli_fail(c, &err);
  }
  x.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  vg_code rc = casework_each_act_rule(rule_row, &x, &err);
  if (x.table)
    cli_table_print(x.table);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

const struct cli_command cmd_act_show = {"act show", "cli.act_show", "cli.act_show.usage", run_show};
const struct cli_command cmd_act_list = {"act list", "cli.act_list", "cli.act_list.usage", run_list};
const struct cli_command cmd_act_rules = {"act rules", "cli.act_rules", "cli.act_rules.usage", run_rules};

#include "cli/assessment.h"
#include "cli/show.h"

#include "base/file.h"
#include "base/json.h"
#include "intel/intel.h"
#include "qualify/qualify.h"

#include <stdio.h>
#include <unistd.h>

extern const struct cli_command cmd_qualify_assess, cmd_qualify_open, cmd_qualify_answer, cmd_qualify_strike,
    cmd_qualify_decide, cmd_qualify_confirm, cmd_qualify_show, cmd_qualify_list, cmd_qualify_terms, cmd_qualify_due;

struct assessing {
  struct cli *c;
  struct store_tx *tx;
  struct cli_list without; /* keys of pieces to leave out, to see the verdict move */
};

static vg_code assess_one(struct assessing *x, vg_str type, vg_str value, struct vg_err *err) {
  struct qualify_assessment a;
  struct vg_jw w;
  struct cli *c = x->c;
  VG_TRY(qualify_assess(x->tx, type, value, VG_NOTIME, &a, err));
  for (size_t i = 0; i < a.count; i++)
    for (size_t k = 0; k < x->without.n; k++)
      a.piece[i].struck |= vg_str_eqz(vg_str_z(x->without.v[k]), a.piece[i].key);
  qualify_weigh(&a);
  if (!c->json) {
    cli_say_assessment(c, value, &a);
    return VG_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "type", type);
  vg_jw_kstr(&w, "value", value);
  vg_jw_kz(&w, "verdict", qualify_verdict_name(a.verdict));
  cli_json_assessment(c, &w, &a);
  vg_jw_end(&w);
  cli_json_end(c);
  return VG_OK;
}

static vg_code assess_subject(void *ctx, vg_str type, vg_str value, struct vg_err *err) {
  return assess_one(ctx, type, value, err);
}

static vg_code assess_file(struct assessing *x, const char *path, struct vg_err *err) {
  struct vg_buf text;
  vg_buf_init(&text, 256u << 20);
  vg_code rc = vg_file_read(path, &text, err);
  if (rc == VG_OK)
    rc = qualify_each_subject(vg_buf_view(&text), path, assess_subject, x, err);
  vg_buf_fini(&text);
  return rc;
}

static vg_code assess_word(struct assessing *x, const char *word, struct vg_err *err) {
  enum indicator_type t;
  if (vg_str_eqz(vg_str_z(word), "-") || access(word, R_OK) == 0)
    return assess_file(x, word, err);
  if (!intel_type_of(vg_str_z(word), &t))
    return VG_FAIL(err, VG_EUSAGE, "cli.qualify.what", word);
  return assess_one(x, vg_str_z(intel_type_name(t)), vg_str_z(word), err);
}

static int run_assess(struct cli *c, int argc, char **argv) {
  struct assessing x = {.c = c};
  const struct cli_option options[] = {{"without", CLI_LIST, &x.without}, {0}};
  struct vg_err err = {0};
  vg_code rc = VG_OK;
  int status = cli_parse(c, &cmd_qualify_assess, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 1)
    return cli_usage(c, &cmd_qualify_assess, "cli.missing", "FILE|VALUE");
  if ((status = cli_instance(c)) != CLI_OK)
    return status;
  if (store_begin_read(instance_store(c->instance), &x.tx, &err) != VG_OK)
    return cli_fail(c, &err);
  for (int i = 0; i < argc && rc == VG_OK; i++)
    rc = assess_word(&x, argv[i], &err);
  store_rollback(&x.tx);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static vg_code print_event(void *ctx, const struct qualify_event *e, struct vg_err *err) {
  struct vg_jw *w = ctx;
  (void)err;
  vg_jw_obj(w);
  vg_jw_ktime(w, "time", e->time);
  vg_jw_kstr(w, "what", e->what);
  vg_jw_kstr(w, "who", e->who);
  vg_jw_kstr(w, "text", e->text);
  vg_jw_end(w);
  return VG_OK;
}

static vg_code print_answer(void *ctx, const struct qualify_given *a, struct vg_err *err) {
  struct vg_jw *w = ctx;
  (void)err;
  vg_jw_obj(w);
  vg_jw_kstr(w, "from", a->source);
  vg_jw_kz(w, "verdict", qualify_verdict_name(a->verdict));
  vg_jw_kstr(w, "admiralty", a->admiralty);
  vg_jw_kstr(w, "text", a->text);
  vg_jw_ktime(w, "time", a->time);
  vg_jw_end(w);
  return VG_OK;
}

struct showing {
  struct cli *c;
  struct store_tx *tx;
  const struct actor *who;      /* NULL: what he may see was asked before */
  struct qualify_assessment *a; /* NULL: list, without the assessment */
  int64_t shown;
};

/* A list says what is asked about and how far it is; the words of a request about an inquiry are for `show`. */
static vg_code words_shown(const struct showing *s, const struct qualify_request *r, bool *shown, struct vg_err *err) {
  struct affair a;
  struct vg_id of;
  bool inquiry = false;
  if (!s->a && qualify_is_affair(r->type))
    VG_TRY(casework_inquiry_of(s->tx, r->value, &a, &of, &inquiry, err));
  *shown = !inquiry;
  return VG_OK;
}

static vg_code show_json(struct showing *s, const struct qualify_request *r, struct vg_err *err) {
  struct vg_jw w;
  bool shown;
  VG_TRY(words_shown(s, r, &shown, err));
  cli_json_begin(s->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", r->pid);
  vg_jw_key(&w, "subject");
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "type", r->type);
  vg_jw_kstr(&w, "value", r->value);
  vg_jw_end(&w);
  vg_jw_kstr(&w, "type", r->type);
  vg_jw_kstr(&w, "value", r->value);
  vg_jw_kstr(&w, "state", r->state);
  vg_jw_kz(&w, "verdict", qualify_verdict_name(r->decided == VG_NOTIME && s->a ? s->a->verdict : r->verdict));
  vg_jw_kstr(&w, "question", shown ? r->question : VG_STR(""));
  vg_jw_kstr(&w, "asked_by", r->asked_by);
  vg_jw_kstr(&w, "asked_to", r->asked_to);
  vg_jw_kstr(&w, "basis", r->basis);
  vg_jw_ktime(&w, "deadline", r->deadline);
  vg_jw_kz(&w, "tlp", intel_tlp_name(r->tlp));
  vg_jw_kz(&w, "pap", intel_pap_name(r->pap));
  vg_jw_ktime(&w, "opened", r->opened);
  vg_jw_ktime(&w, "decided", r->decided);
  vg_jw_ktime(&w, "released", r->released);
  vg_jw_kstr(&w, "proposed_by", r->proposed_by);
  vg_jw_kstr(&w, "confirmed_by", r->confirmed_by);
  vg_jw_kstr(&w, "motive", shown ? r->motive : VG_STR(""));
  if (s->a) {
    cli_json_assessment(s->c, &w, s->a);
    vg_jw_key(&w, "answers");
    vg_jw_arr(&w);
    VG_TRY(qualify_each_answer(s->tx, r->pid, print_answer, &w, err));
    vg_jw_end(&w);
    vg_jw_key(&w, "history");
    vg_jw_arr(&w);
    VG_TRY(qualify_each_event(s->tx, r->id, print_event, &w, err));
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  cli_json_end(s->c);
  return VG_OK;
}

static vg_code show_one(void *ctx, const struct qualify_request *r, struct vg_err *err) {
  struct showing *s = ctx;
  if (s->who && !qualify_seen(s->tx, s->who, r->type, r->value))
    return VG_OK;
  s->shown++;
  if (s->c->json)
    return show_json(s, r, err);
  CLI_SAY(s->c, "cli.qualify.request", VG_T(r->pid), VG_T(r->value), show_wordz(s->c, "server.state.", VG_T(r->state)),
          show_wordz(s->c, "server.verdict.", qualify_verdict_name(r->verdict)));
  if (r->deadline != VG_NOTIME) {
    char due[VG_TIME_TEXT];
    CLI_SAY(s->c, r->deadline < store_now(s->tx) && r->released == VG_NOTIME ? "cli.qualify.late" : "cli.qualify.until",
            cli_time(due, s->c, r->deadline));
  }
  if (s->a) {
    CLI_SAY(s->c, "cli.qualify.asked", VG_T(r->asked_by), r->asked_to.n ? VG_T(r->asked_to) : "–",
            r->basis.n ? show_wordz(s->c, "server.frame.", VG_T(r->basis)) : "–", intel_tlp_name(r->tlp),
            intel_pap_name(r->pap));
    cli_say_assessment(s->c, r->value, s->a);
  }
  return VG_OK;
}

static vg_code show(struct cli *c, struct store_tx *tx, vg_str pid, struct vg_err *err) {
  struct qualify_assessment a;
  struct showing s = {.c = c, .tx = tx, .a = &a};
  VG_TRY(qualify_assess_request(tx, pid, VG_NOTIME, &a, err));
  return qualify_find(tx, pid, show_one, &s, err);
}

/* What the writing commands have in common: the words that they take and the one call that they make. */
struct order {
  struct cli *c;
  const char *type, *value, *question, *by, *to, *from, *verdict, *admiralty, *text, *piece, *motive;
  struct qualify_terms terms;
  bool restore;
  int judged;
  struct vg_id pid;
};

/* The change, then the request as it stands now: about an inquiry, for who may read it. */
static int carry_out(struct cli *c, struct order *o, cli_writer *write) {
  struct store_tx *tx;
  struct vg_err err = {0};
  int status = cli_consult(c, o->pid.s[0] ? o->pid.s : o->value, NULL);
  if (status == CLI_OK)
    status = cli_write(c, write, o);
  if (status != CLI_OK)
    return status;
  if (store_begin_read(instance_store(c->instance), &tx, &err) != VG_OK)
    return cli_fail(c, &err);
  vg_code rc = show(c, tx, vg_id_str(&o->pid), &err);
  store_rollback(&tx);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

/* One positional word, the request's id. */
static int take_id(struct cli *c, const struct cli_command *self, int argc, char **argv, struct order *o) {
  if (argc != 1)
    return cli_usage(c, self, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "ID");
  o->pid = vg_id_of(vg_str_z(argv[0]));
  return CLI_OK;
}

static int take_verdict(struct cli *c, const struct cli_command *self, struct order *o) {
  if (!o->verdict)
    return cli_usage(c, self, "cli.missing", "--verdict");
  int status = show_pick(c, self, &show_verdicts, &o->verdict);
  if (status == CLI_OK)
    VG_ASSERT(qualify_verdict_by_name(vg_str_z(o->verdict), &o->judged));
  return status;
}

static vg_code call_open(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(qualify_open(tx, who, vg_str_z(o->type), vg_str_z(o->value), vg_str_z(o->question), vg_str_z(o->by), &o->pid,
                      err));
  VG_TRY(qualify_set_terms(tx, who, vg_id_str(&o->pid), &o->terms, err));
  return o->to ? qualify_ask_own(tx, who, vg_id_str(&o->pid), vg_str_z(o->to), err) : VG_OK;
}
static vg_code call_terms(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(qualify_set_terms(tx, who, vg_id_str(&o->pid), &o->terms, err));
  return o->to ? qualify_ask_own(tx, who, vg_id_str(&o->pid), vg_str_z(o->to), err) : VG_OK;
}
static vg_code call_answer(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return qualify_answer(tx, who, vg_id_str(&o->pid), o->from ? vg_str_z(o->from) : vg_str_z(who->name), o->judged,
                        vg_str_z(o->admiralty), vg_str_z(o->text), err);
}
static vg_code call_strike(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return qualify_strike(tx, who, vg_id_str(&o->pid), vg_str_z(o->piece), !o->restore, vg_str_z(o->motive), err);
}
static vg_code call_decide(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return qualify_decide(tx, who, vg_id_str(&o->pid), o->judged, vg_str_z(o->motive), err);
}
static vg_code call_confirm(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return qualify_confirm(tx, who, vg_id_str(&o->pid), err);
}

/* The words of frame and marking; an empty one leaves it as it is. */
static int take_terms(struct cli *c, const struct cli_command *self, const char *tlp, const char *pap,
                      struct qualify_terms *t) {
  enum tlp of_tlp;
  enum pap of_pap;
  if (t->basis && *t->basis && show_pick(c, self, &show_frames, &t->basis) != CLI_OK)
    return CLI_USAGE;
  if (tlp && !intel_tlp_by_name(vg_str_z(tlp), &of_tlp))
    return cli_usage(c, self, "cli.bad_value", tlp);
  if (pap && !intel_pap_by_name(vg_str_z(pap), &of_pap))
    return cli_usage(c, self, "cli.bad_value", pap);
  t->tlp = tlp ? (int)of_tlp : -1;
  t->pap = pap ? (int)of_pap : -1;
  return CLI_OK;
}

static int run_open(struct cli *c, int argc, char **argv) {
  struct order o = {.terms = {.deadline = VG_NOTIME}};
  const char *tlp = NULL, *pap = NULL;
  const struct cli_option options[] = {{"type", CLI_TEXT, &o.type},
                                       {"value", CLI_TEXT, &o.value},
                                       {"question", CLI_TEXT, &o.question},
                                       {"by", CLI_TEXT, &o.by},
                                       {"to", CLI_TEXT, &o.to},
                                       {"basis", CLI_TEXT, &o.terms.basis},
                                       {"deadline", CLI_TIME, &o.terms.deadline},
                                       {"tlp", CLI_TEXT, &tlp},
                                       {"pap", CLI_TEXT, &pap},
                                       {0}};
  int status = cli_no_word(c, &cmd_qualify_open, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.type || !o.value)
    return cli_usage(c, &cmd_qualify_open, "cli.missing", o.type ? "--value" : "--type");
  if ((status = take_terms(c, &cmd_qualify_open, tlp, pap, &o.terms)) != CLI_OK)
    return status;
  return carry_out(c, &o, call_open);
}

static int run_terms(struct cli *c, int argc, char **argv) {
  struct order o = {.terms = {.deadline = VG_NOTIME}};
  const char *tlp = NULL, *pap = NULL;
  const struct cli_option options[] = {{"to", CLI_TEXT, &o.to},
                                       {"basis", CLI_TEXT, &o.terms.basis},
                                       {"deadline", CLI_TIME, &o.terms.deadline},
                                       {"tlp", CLI_TEXT, &tlp},
                                       {"pap", CLI_TEXT, &pap},
                                       {0}};
  int status = cli_parse(c, &cmd_qualify_terms, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = take_id(c, &cmd_qualify_terms, argc, argv, &o)) != CLI_OK ||
      (status = take_terms(c, &cmd_qualify_terms, tlp, pap, &o.terms)) != CLI_OK)
    return status;
  if (!o.to && !o.terms.basis && o.terms.deadline == VG_NOTIME && !tlp && !pap)
    return cli_usage(c, &cmd_qualify_terms, "cli.missing", "--deadline");
  return carry_out(c, &o, call_terms);
}

static int run_answer(struct cli *c, int argc, char **argv) {
  struct order o = {.admiralty = "F6"};
  const struct cli_option options[] = {{"from", CLI_TEXT, &o.from},
                                       {"verdict", CLI_TEXT, &o.verdict},
                                       {"admiralty", CLI_TEXT, &o.admiralty},
                                       {"text", CLI_TEXT, &o.text},
                                       {0}};
  int status = cli_parse(c, &cmd_qualify_answer, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = take_id(c, &cmd_qualify_answer, argc, argv, &o)) != CLI_OK ||
      (status = take_verdict(c, &cmd_qualify_answer, &o)) != CLI_OK)
    return status;
  return carry_out(c, &o, call_answer);
}

static int run_strike(struct cli *c, int argc, char **argv) {
  struct order o = {0};
  const struct cli_option options[] = {
      {"piece", CLI_TEXT, &o.piece}, {"motive", CLI_TEXT, &o.motive}, {"restore", CLI_FLAG, &o.restore}, {0}};
  int status = cli_parse(c, &cmd_qualify_strike, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = take_id(c, &cmd_qualify_strike, argc, argv, &o)) != CLI_OK)
    return status;
  if (!o.piece)
    return cli_usage(c, &cmd_qualify_strike, "cli.missing", "--piece");
  return carry_out(c, &o, call_strike);
}

static int run_decide(struct cli *c, int argc, char **argv) {
  struct order o = {0};
  const struct cli_option options[] = {{"verdict", CLI_TEXT, &o.verdict}, {"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_parse(c, &cmd_qualify_decide, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = take_id(c, &cmd_qualify_decide, argc, argv, &o)) != CLI_OK ||
      (status = take_verdict(c, &cmd_qualify_decide, &o)) != CLI_OK)
    return status;
  return carry_out(c, &o, call_decide);
}

static int run_confirm(struct cli *c, int argc, char **argv) {
  struct order o = {0};
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_qualify_confirm, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = take_id(c, &cmd_qualify_confirm, argc, argv, &o)) != CLI_OK)
    return status;
  return carry_out(c, &o, call_confirm);
}

static vg_code call_show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(qualify_see(tx, who, vg_id_str(&o->pid), err));
  return show(o->c, tx, vg_id_str(&o->pid), err);
}

static int run_show(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_parse(c, &cmd_qualify_show, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  status = take_id(c, &cmd_qualify_show, argc, argv, &o);
  return status == CLI_OK ? cli_read_inquiry(c, o.pid.s, o.motive, call_show, &o) : status;
}

struct listing {
  struct showing s;
  const char *state;
  int64_t days; /* -1: all, not the due ones */
};

static vg_code call_list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct listing *l = ctx;
  l->s.tx = tx;
  l->s.who = who;
  return l->days < 0 ? qualify_each(tx, l->state, show_one, &l->s, err)
                     : qualify_each_due(tx, store_now(tx), l->days * VG_DAY, show_one, &l->s, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  struct listing l = {.s = {.c = c}, .days = -1};
  const struct cli_option options[] = {{"state", CLI_TEXT, &l.state}, {0}};
  int status = cli_parse(c, &cmd_qualify_list, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0)
    return cli_usage(c, &cmd_qualify_list, "cli.too_many", argv[0]);
  if (l.state && !vg_msg_word(c->lang, "server.state.", vg_str_z(l.state)))
    return cli_usage(c, &cmd_qualify_list, "cli.bad_value", l.state);
  return cli_read(c, call_list, &l);
}

static int run_due(struct cli *c, int argc, char **argv) {
  struct listing l = {.s = {.c = c}, .days = 3};
  bool exit_code = false;
  const struct cli_option options[] = {{"within", CLI_INT, &l.days}, {"exit-code", CLI_FLAG, &exit_code}, {0}};
  int status = cli_no_word(c, &cmd_qualify_due, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (l.days < 0 || l.days > 3660)
    return cli_usage(c, &cmd_qualify_due, "cli.bad_value", "--within");
  if ((status = cli_read(c, call_list, &l)) != CLI_OK)
    return status;
  return l.s.shown && exit_code ? CLI_ATTENTION : CLI_OK;
}

const struct cli_command cmd_qualify_assess = {"qualify assess", "cli.qualify.assess", "cli.qualify.assess.usage",
                                               run_assess};
const struct cli_command cmd_qualify_open = {"qualify open", "cli.qualify.open", "cli.qualify.open.usage", run_open};
const struct cli_command cmd_qualify_answer = {"qualify answer", "cli.qualify.answer", "cli.qualify.answer.usage",
                                               run_answer};
const struct cli_command cmd_qualify_strike = {"qualify strike", "cli.qualify.strike", "cli.qualify.strike.usage",
                                               run_strike};
const struct cli_command cmd_qualify_decide = {"qualify decide", "cli.qualify.decide", "cli.qualify.decide.usage",
                                               run_decide};
const struct cli_command cmd_qualify_confirm = {"qualify confirm", "cli.qualify.confirm", "cli.qualify.confirm.usage",
                                                run_confirm};
const struct cli_command cmd_qualify_show = {"qualify show", "cli.qualify.show", "cli.qualify.show.usage", run_show};
const struct cli_command cmd_qualify_list = {"qualify list", "cli.qualify.list", "cli.qualify.list.usage", run_list};
const struct cli_command cmd_qualify_terms = {"qualify terms", "cli.qualify.terms", "cli.qualify.terms.usage",
                                              run_terms};
const struct cli_command cmd_qualify_due = {"qualify due", "cli.qualify.due", "cli.qualify.due.usage", run_due};

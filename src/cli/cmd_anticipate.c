#include "cli/cli.h"

#include "anticipate/anticipate.h"

#include <stdio.h>

extern const struct cli_command cmd_anticipate_coincidence, cmd_anticipate_list, cmd_anticipate_show,
    cmd_anticipate_judge;

struct printing {
  struct cli *c;
  struct store_tx *tx;
  const struct actor *who;
  const char *pid; /* of the one wanted; NULL: all */
  bool open_only;
  struct vg_jw w;
  int64_t open;
  bool details;
};

static vg_code part_json(void *ctx, const struct anticipate_row *row, struct vg_err *err) {
  struct printing *p = ctx;
  const char *args[] = {VG_T(row->b), VG_T(row->c), VG_T(row->d), NULL};
  struct vg_buf text;
  (void)err;
  switch ((enum anticipate_part)row->part) {
  case ANTICIPATE_REPORT:
    vg_jw_obj(&p->w);
    vg_jw_kstr(&p->w, "report", row->a);
    vg_jw_kstr(&p->w, "organisation", row->b);
    vg_jw_kstr(&p->w, "organisation_id", row->c);
    vg_jw_kstr(&p->w, "zone", row->d);
    vg_jw_ktime(&p->w, "first", row->first);
    vg_jw_ktime(&p->w, "last", row->last);
    vg_jw_end(&p->w);
    break;
  case ANTICIPATE_VALUE:
    vg_jw_obj(&p->w);
    vg_jw_kstr(&p->w, "type", row->b);
    vg_jw_kstr(&p->w, "value", row->a);
    vg_jw_knum(&p->w, "expected", row->number);
    vg_jw_end(&p->w);
    break;
  case ANTICIPATE_ZONE:
  case ANTICIPATE_SECTOR: vg_jw_str(&p->w, row->a); break;
  case ANTICIPATE_REASON:
    vg_buf_init(&text, 8192);
    vg_msg(&text, p->c->lang, VG_T(row->a), args);
    vg_jw_str(&p->w, vg_buf_view(&text));
    vg_buf_fini(&text);
    break;
  }
  return VG_OK;
}

static vg_code json_record(struct printing *p, const struct anticipate_warning *a, struct vg_err *err) {
  struct anticipate_record r;
  VG_TRY(anticipate_record_of(p->tx, a->id, &r, err));
  if (r.own >= 0)
    vg_jw_kbool(&p->w, "confirmed", r.own);
  vg_jw_key(&p->w, "record");
  vg_jw_obj(&p->w);
  vg_jw_kint(&p->w, "raised", r.raised);
  vg_jw_kint(&p->w, "judged", r.judged);
  vg_jw_kint(&p->w, "confirmed", r.confirmed);
  vg_jw_knum(&p->w, "false_a_year", r.false_a_year);
  vg_jw_knum(&p->w, "weighted_score", a->score * r.weight);
  vg_jw_end(&p->w);
  return VG_OK;
}

static vg_code say_record(struct printing *p, const struct anticipate_warning *a, struct vg_err *err) {
  struct anticipate_record r;
  char often[24];
  VG_TRY(anticipate_record_of(p->tx, a->id, &r, err));
  snprintf(often, sizeof often, "%.1f", r.false_a_year);
  if (r.own >= 0)
    CLI_SAY(p->c, r.own ? "cli.anticipate.judged.confirmed" : "cli.anticipate.judged.false");
  if (r.judged)
    CLI_SAY(p->c, "cli.anticipate.record", VG_N(r.confirmed), VG_N(r.judged), often);
  else
    CLI_SAY(p->c, "cli.anticipate.no_record", VG_N(r.raised));
  return VG_OK;
}

static void step_text(struct vg_buf *out, const struct cli *c, const struct anticipate_step *s) {
  vg_buf_reset(out);
  vg_msg(out, c->lang, s->message, NULL);
}

static void json_steps(struct printing *p, const struct anticipate_warning *a) {
  struct vg_buf text;
  vg_buf_init(&text, 4096);
  vg_jw_key(&p->w, "do");
  vg_jw_arr(&p->w);
  for (const struct anticipate_step *s = anticipate_playbook(a); s->message; s++) {
    step_text(&text, p->c, s);
    vg_jw_obj(&p->w);
    vg_jw_kstr(&p->w, "step", vg_buf_view(&text));
    vg_jw_kz(&p->w, "tlp", s->tlp);
    vg_jw_end(&p->w);
  }
  vg_jw_end(&p->w);
  vg_buf_fini(&text);
}

static void say_steps(struct printing *p, const struct anticipate_warning *a) {
  struct vg_buf text;
  vg_buf_init(&text, 4096);
  CLI_SAY(p->c, "cli.anticipate.do");
  for (const struct anticipate_step *s = anticipate_playbook(a); s->message; s++) {
    step_text(&text, p->c, s);
    printf("  - %s [%s]\n", vg_buf_text(&text), s->tlp);
  }
  vg_buf_fini(&text);
}

static vg_code print_json(struct printing *p, const struct anticipate_warning *a, struct vg_err *err) {
  static const char *const key[] = {"reports", "values", "zones", "sectors", "because"};
  cli_json_begin(p->c, &p->w);
  vg_jw_obj(&p->w);
  vg_jw_kstr(&p->w, "id", a->pid);
  vg_jw_ktime(&p->w, "time", a->raised);
  vg_jw_kz(&p->w, "level", anticipate_level_name(a->level));
  vg_jw_kstr(&p->w, "state", a->state);
  if (a->withdrawn_why.n)
    vg_jw_kstr(&p->w, "withdrawn_why", a->withdrawn_why);
  vg_jw_kstr(&p->w, "kind", a->signature);
  vg_jw_kstr(&p->w, "about", a->about);
  if (a->period != VG_NOTIME) {
    vg_jw_ktime(&p->w, "period", a->period);
    vg_jw_kint(&p->w, "periods", a->periods);
  }
  vg_jw_knum(&p->w, "score", a->score);
  vg_jw_knum(&p->w, "p", a->p);
  vg_jw_knum(&p->w, "expected", a->expected);
  vg_jw_ktime(&p->w, "first", a->first);
  vg_jw_ktime(&p->w, "last", a->last);
  vg_jw_ktime(&p->w, "expires", a->expires);
  VG_TRY(json_record(p, a, err));
  json_steps(p, a);
  for (int part = ANTICIPATE_REPORT; part <= ANTICIPATE_REASON; part++) {
    vg_jw_key(&p->w, key[part]);
    vg_jw_arr(&p->w);
    VG_TRY(anticipate_each_part(p->tx, p->who, a->id, part, part_json, p, err));
    vg_jw_end(&p->w);
  }
  vg_jw_end(&p->w);
  cli_json_end(p->c);
  return VG_OK;
}

static vg_code part_text(void *ctx, const struct anticipate_row *row, struct vg_err *err) {
  struct printing *p = ctx;
  const char *args[] = {VG_T(row->b), VG_T(row->c), VG_T(row->d), NULL};
  struct vg_buf text;
  (void)err;
  vg_buf_init(&text, 8192);
  if (row->part == ANTICIPATE_REASON)
    vg_msg(&text, p->c->lang, VG_T(row->a), args);
  else if (row->part == ANTICIPATE_REPORT)
    vg_buf_fmt(&text, "%s, %s (%s)", args[0], args[2], VG_T(row->a));
  else
    vg_buf_fmt(&text, "%s", VG_T(row->a));
  printf("  - %s\n", vg_buf_text(&text));
  vg_buf_fini(&text);
  return VG_OK;
}

static vg_code print_one(void *ctx, const struct anticipate_warning *a, struct vg_err *err) {
  struct printing *p = ctx;
  char since[VG_TIME_TEXT];
  struct vg_buf state;
  p->open++;
  if (p->c->json)
    return print_json(p, a, err);
  vg_buf_init(&state, 8192);
  if (vg_str_eqz(a->about_type, "series"))
    anticipate_series_name(&state, p->c->lang, a->about);
  else
    vg_buf_str(&state, a->about);
  CLI_SAY(p->c, a->level == ANTICIPATE_ALERT ? "cli.anticipate.alert" : "cli.anticipate.vigilance", VG_T(a->pid),
          vg_buf_text(&state), VG_N(a->values), cli_time(since, p->c, a->raised));
  vg_buf_fini(&state);
  if (a->withdrawn_why.n) {
    vg_buf_init(&state, 4096);
    vg_msg(&state, p->c->lang, VG_T(a->withdrawn_why), NULL);
    CLI_SAY(p->c, "cli.anticipate.withdrawn", vg_buf_text(&state));
    vg_buf_fini(&state);
  }
  if (!p->details)
    return VG_OK;
  VG_TRY(anticipate_each_part(p->tx, p->who, a->id, ANTICIPATE_REASON, part_text, p, err));
  VG_TRY(anticipate_each_part(p->tx, p->who, a->id, ANTICIPATE_REPORT, part_text, p, err));
  VG_TRY(say_record(p, a, err));
  CLI_SAY(p->c, "cli.anticipate.zones");
  VG_TRY(anticipate_each_part(p->tx, p->who, a->id, ANTICIPATE_ZONE, part_text, p, err));
  CLI_SAY(p->c, "cli.anticipate.sectors");
  VG_TRY(anticipate_each_part(p->tx, p->who, a->id, ANTICIPATE_SECTOR, part_text, p, err));
  say_steps(p, a);
  if (a->state.n && a->withdrawn == VG_NOTIME)
    CLI_SAY(p->c, "cli.anticipate.until", cli_time(since, p->c, a->expires));
  return VG_OK;
}

struct looking {
  struct anticipate_options o;
  struct anticipate_scan scan;
  struct printing *preview; /* NULL: what is found is written */
};

static vg_code look(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct looking *l = ctx;
  if (l->preview) {
    l->preview->tx = tx;
    l->preview->who = who;
  }
  return anticipate_coincidence(tx, who, &l->o, l->preview ? print_one : NULL, l->preview, &l->scan, err);
}

static vg_code print_all(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct printing *p = ctx;
  p->tx = tx;
  p->who = who;
  return p->pid ? anticipate_warning_find(tx, vg_str_z(p->pid), print_one, p, err)
                : anticipate_each_warning(tx, p->open_only, print_one, p, err);
}

static int run_coincidence(struct cli *c, int argc, char **argv) {
  int64_t days = 14;
  bool exit_code = false, preview = false;
  vg_time as_of = VG_NOTIME;
  const struct cli_option options[] = {{"as-of", CLI_TIME, &as_of},
                                       {"preview", CLI_FLAG, &preview},
                                       {"window", CLI_INT, &days},
                                       {"exit-code", CLI_FLAG, &exit_code},
                                       {0}};
  int status = cli_no_word(c, &cmd_anticipate_coincidence, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (days < 1 || days > 3660)
    return cli_usage(c, &cmd_anticipate_coincidence, "cli.bad_value", "--window");
  if (as_of != VG_NOTIME && !preview)
    return cli_usage(c, &cmd_anticipate_coincidence, "cli.missing", "--preview");
  struct printing p = {.c = c, .details = true};
  struct looking l = {.o = {.now = as_of, .window = days * VG_DAY, .preview = preview}, .preview = preview ? &p : NULL};
  if ((status = cli_write(c, look, &l)) != CLI_OK)
    return status;
  if (preview)
    return exit_code && p.open ? CLI_ATTENTION : CLI_OK;
  p.open_only = true;
  if ((status = cli_read(c, print_all, &p)) != CLI_OK)
    return status;
  CLI_NOTE(c, "cli.anticipate.done", VG_N(l.scan.values), VG_N(l.scan.raised), VG_N(l.scan.kept),
           VG_N(l.scan.withdrawn));
  return exit_code && p.open ? CLI_ATTENTION : CLI_OK;
}

/* list and show: pid NULL for all. */
static int print_from_store(struct cli *c, const char *pid, bool details) {
  return cli_read(c, print_all, &(struct printing){.c = c, .pid = pid, .details = details});
}

static int run_list(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_no_word(c, &cmd_anticipate_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  return print_from_store(c, NULL, false);
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_anticipate_show, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1)
    return cli_usage(c, &cmd_anticipate_show, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "ID");
  return print_from_store(c, argv[0], true);
}

struct judging {
  const char *pid, *why;
  bool confirmed;
};

static vg_code judge(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct judging *j = ctx;
  return anticipate_judge(tx, who, vg_str_z(j->pid), j->confirmed, vg_str_z(j->why), err);
}

static int run_judge(struct cli *c, int argc, char **argv) {
  struct judging j = {0};
  const struct cli_option options[] = {{"why", CLI_TEXT, &j.why}, {0}};
  int status = cli_parse(c, &cmd_anticipate_judge, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2 || !j.why)
    return cli_usage(c, &cmd_anticipate_judge, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2   ? argv[2]
                     : argc < 1 ? "ID"
                     : argc < 2 ? "confirmed|false"
                                : "--why");
  vg_str word = vg_str_z(argv[1]);
  j.pid = argv[0];
  j.confirmed = vg_str_eqz(word, "confirmed");
  if (!j.confirmed && !vg_str_eqz(word, "false"))
    return cli_usage(c, &cmd_anticipate_judge, "cli.bad_value", argv[1]);
  status = cli_write(c, judge, &j);
  return status == CLI_OK ? print_from_store(c, j.pid, true) : status;
}

const struct cli_command cmd_anticipate_judge = {"anticipate judge", "cli.anticipate.judge",
                                                 "cli.anticipate.judge.usage", run_judge};
const struct cli_command cmd_anticipate_coincidence = {"anticipate coincidence", "cli.anticipate.coincidence",
                                                       "cli.anticipate.coincidence.usage", run_coincidence};
const struct cli_command cmd_anticipate_list = {"anticipate list", "cli.anticipate.list", "cli.anticipate.list.usage",
                                                run_list};
const struct cli_command cmd_anticipate_show = {"anticipate show", "cli.anticipate.show", "cli.anticipate.show.usage",
                                                run_show};

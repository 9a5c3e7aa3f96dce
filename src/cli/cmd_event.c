#include "cli/show.h"

#include <stdio.h>

#include "event/event.h"

extern const struct cli_command cmd_event_open, cmd_event_close, cmd_event_join, cmd_event_leave, cmd_event_indicator,
    cmd_event_task, cmd_event_message, cmd_event_shift, cmd_event_picture;

struct order {
  struct cli *c;
  const char *id, *incident, *text, *zone, *to, *done, *motive;
  enum regime regime; /* of what is joined */
  vg_time due;
  int64_t n, skipped;
  struct vg_id made;
  struct event e;
};

/* What changed, as one object: the event and, when something was made or counted, that. */
static void tell(struct order *o, const char *key, int64_t n) {
  struct vg_jw w;
  cli_json_begin(o->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "event", o->id);
  if (o->made.s[0])
    vg_jw_kz(&w, "id", o->made.s);
  if (key)
    vg_jw_kint(&w, key, n);
  vg_jw_kint(&w, "skipped", o->skipped);
  vg_jw_end(&w);
  cli_json_end(o->c);
}

static vg_code do_open(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return event_open(tx, who, &o->e, err);
}

static int run_open(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .e = {.since = VG_NOTIME, .kind = "ransomware"}};
  const struct cli_option options[] = {{"name", CLI_WORDS, CLI_ROOM(o.e.name)},
                                       {"kind", CLI_WORDS, CLI_ROOM(o.e.kind)},
                                       {"summary", CLI_WORDS, CLI_ROOM(o.e.summary)},
                                       {"since", CLI_TIME, &o.e.since},
                                       {0}};
  int status = cli_no_word(c, &cmd_event_open, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*o.e.name)
    return cli_usage(c, &cmd_event_open, "cli.missing", "--name");
  if ((status = cli_write(c, do_open, &o)) != CLI_OK)
    return status;
  o.id = o.e.pid.s;
  o.made = o.e.pid;
  if (c->json)
    tell(&o, NULL, 0);
  else
    CLI_SAY(c, "cli.event_open.done", o.e.name, o.e.pid.s);
  return CLI_OK;
}

static vg_code do_close(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return event_close(tx, who, vg_str_z(o->id), vg_str_z(o->text), err);
}

static int run_close(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .text = ""};
  const struct cli_option options[] = {{"lesson", CLI_TEXT, &o.text}, {0}};
  int status = cli_one_word(c, &cmd_event_close, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, do_close, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.event_close.done", o.id);
  return status;
}

static vg_code do_join(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  o->n = 1;
  if (o->incident)
    return event_join(tx, who, vg_str_z(o->id), vg_str_z(o->incident), err);
  if (o->regime == REGIME_BOTH) {
    VG_TRY(event_find(tx, vg_str_z(o->id), &o->e, err));
    VG_TRY(casework_combine(tx, who, o->e.pid.s, vg_str_z(o->motive), err));
  }
  return event_join_all(tx, who, vg_str_z(o->id), o->regime, &o->n, &o->skipped, err);
}

static int run_join(struct cli *c, int argc, char **argv) {
  const char *regime = "prevention";
  struct order o = {.c = c};
  const struct cli_option options[] = {
      {"incident", CLI_TEXT, &o.incident}, {"regime", CLI_TEXT, &regime}, {"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_event_join, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = show_regime(c, &cmd_event_join, regime, o.motive, &o.regime)) != CLI_OK ||
      (o.regime != REGIME_PREVENTION && (status = cli_consult_many(c, o.motive)) != CLI_OK))
    return status;
  if ((status = cli_write(c, do_join, &o)) != CLI_OK)
    return status;
  if (c->json)
    tell(&o, "joined", o.n);
  else
    CLI_SAY(c, "cli.event_join.done", VG_N(o.n), VG_N(o.skipped));
  return CLI_OK;
}

static vg_code do_leave(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return event_leave(tx, who, vg_str_z(o->id), vg_str_z(o->incident), vg_str_z(o->text), err);
}

static int run_leave(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .text = ""};
  const struct cli_option options[] = {{"incident", CLI_TEXT, &o.incident}, {"reason", CLI_TEXT, &o.text}, {0}};
  int status = cli_one_word(c, &cmd_event_leave, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  return o.incident ? cli_write(c, do_leave, &o) : cli_usage(c, &cmd_event_leave, "cli.missing", "--incident");
}

static vg_code do_indicator(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return event_indicator_add(tx, who, vg_str_z(o->id), vg_str_z(o->to), vg_str_z(o->text), err);
}

static int run_indicator(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .text = ""};
  const struct cli_option options[] = {{"value", CLI_TEXT, &o.to}, {"note", CLI_TEXT, &o.text}, {0}};
  int status = cli_one_word(c, &cmd_event_indicator, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  return o.to ? cli_write(c, do_indicator, &o) : cli_usage(c, &cmd_event_indicator, "cli.missing", "--value");
}

static vg_code do_task(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  if (o->done)
    return event_task_done(tx, who, vg_str_z(o->done), vg_str_z(o->text), err);
  return event_task_add(tx, who, vg_str_z(o->id), vg_str_z(o->zone), vg_str_z(o->text), vg_str_z(o->to), o->due,
                        &o->made, err);
}

static int run_task(struct cli *c, int argc, char **argv) {
  const char *outcome = "";
  struct order o = {.c = c, .zone = "", .to = "", .due = VG_NOTIME};
  const struct cli_option options[] = {{"title", CLI_TEXT, &o.text},
                                       {"zone", CLI_TEXT, &o.zone},
                                       {"to", CLI_TEXT, &o.to},
                                       {"due", CLI_TIME, &o.due},
                                       {"done", CLI_TEXT, &o.done},
                                       {"outcome", CLI_TEXT, &outcome},
                                       {0}};
  int status = cli_one_word(c, &cmd_event_task, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.text && !o.done)
    return cli_usage(c, &cmd_event_task, "cli.missing", "--title");
  if (o.done)
    o.text = outcome;
  if ((status = cli_write(c, do_task, &o)) != CLI_OK)
    return status;
  if (c->json)
    tell(&o, NULL, 0);
  else if (!o.done)
    CLI_SAY(c, "cli.event_task.done", o.made.s);
  return CLI_OK;
}

static vg_code do_message(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return event_message_add(tx, who, vg_str_z(o->id), vg_str_z(o->zone), vg_str_z(o->text), err);
}

static int run_message(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .zone = ""};
  const struct cli_option options[] = {{"text", CLI_TEXT, &o.text}, {"zone", CLI_TEXT, &o.zone}, {0}};
  int status = cli_one_word(c, &cmd_event_message, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  return o.text ? cli_write(c, do_message, &o) : cli_usage(c, &cmd_event_message, "cli.missing", "--text");
}

static vg_code do_shift(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct person p;
  VG_TRY(territory_person_find(tx, vg_str_z(o->to), &p, err));
  return event_hand_over(tx, who, vg_str_z(o->id), &p, vg_str_z(o->text), &o->n, err);
}

static int run_shift(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .text = ""};
  const struct cli_option options[] = {{"to", CLI_TEXT, &o.to}, {"notes", CLI_TEXT, &o.text}, {0}};
  int status = cli_one_word(c, &cmd_event_shift, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.to)
    return cli_usage(c, &cmd_event_shift, "cli.missing", "--to");
  if ((status = cli_write(c, do_shift, &o)) != CLI_OK)
    return status;
  if (c->json)
    tell(&o, "conflicts", o.n);
  else
    CLI_SAY(c, "cli.event_shift.done", o.to, VG_N(o.n));
  return CLI_OK;
}

struct all {
  struct store_tx *tx;
  const struct actor *who;
  int64_t n;
};

static vg_code one_event(void *ctx, const struct event *e, struct vg_err *err) {
  struct all *a = ctx;
  int64_t n;
  VG_TRY(event_pictures(a->tx, a->who, vg_id_str(&e->pid), &n, err));
  a->n += n;
  return VG_OK;
}

static vg_code do_picture(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  if (o->id)
    return event_pictures(tx, who, vg_str_z(o->id), &o->n, err);
  struct all a = {.tx = tx, .who = who};
  VG_TRY(event_each(tx, one_event, &a, err));
  o->n = a.n;
  return VG_OK;
}

static int run_picture(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_event_picture, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_event_picture, "cli.too_many", argv[1]);
  o.id = argc ? argv[0] : NULL;
  if ((status = cli_write(c, do_picture, &o)) != CLI_OK)
    return status;
  if (c->json)
    tell(&o, "drawn", o.n);
  else
    CLI_SAY(c, "cli.event_picture.done", VG_N(o.n));
  return CLI_OK;
}

const struct cli_command cmd_event_open = {"event open", "cli.event_open", "cli.event_open.usage", run_open};
const struct cli_command cmd_event_close = {"event close", "cli.event_close", "cli.event_close.usage", run_close};
const struct cli_command cmd_event_join = {"event join", "cli.event_join", "cli.event_join.usage", run_join};
const struct cli_command cmd_event_leave = {"event leave", "cli.event_leave", "cli.event_leave.usage", run_leave};
const struct cli_command cmd_event_indicator = {"event indicator", "cli.event_indicator", "cli.event_indicator.usage",
                                                run_indicator};
const struct cli_command cmd_event_task = {"event task", "cli.event_task", "cli.event_task.usage", run_task};
const struct cli_command cmd_event_message = {"event message", "cli.event_message", "cli.event_message.usage",
                                              run_message};
const struct cli_command cmd_event_shift = {"event shift", "cli.event_shift", "cli.event_shift.usage", run_shift};
const struct cli_command cmd_event_picture = {"event picture", "cli.event_picture", "cli.event_picture.usage",
                                              run_picture};

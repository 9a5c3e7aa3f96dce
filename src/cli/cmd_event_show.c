#include "cli/show.h"

#include <stdio.h>

#include "event/event.h"

extern const struct cli_command cmd_event_list, cmd_event_show;

struct order {
  struct cli *c;
  struct show s;
  const char *id;
  struct store_tx *tx;
  const struct actor *who;
  int64_t hidden;
  const char *motive;
};

static vg_code row(void *ctx, const struct event *e, struct vg_err *err) {
  struct cli_listing *l = ctx;
  (void)err;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", e->pid.s);
    vg_jw_kz(&w, "name", e->name);
    vg_jw_kz(&w, "kind", e->kind);
    vg_jw_ktime(&w, "since", e->since);
    vg_jw_ktime(&w, "opened", e->opened);
    vg_jw_ktime(&w, "closed", e->closed);
    vg_jw_kz(&w, "holder", e->holder);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  char opened[VG_TIME_TEXT], closed[VG_TIME_TEXT];
  const char *cells[] = {e->pid.s,
                         e->name,
                         show_wordz(l->c, "server.kind.", e->kind),
                         cli_time(opened, l->c, e->opened),
                         cli_time(closed, l->c, e->closed),
                         e->holder};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  return VG_OK;
}

static vg_code read_list(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return event_each(tx, row, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.id",     "cli.col.name",   "cli.col.kind",
                                        "cli.col.opened", "cli.col.closed", "cli.col.holder"};
  return cli_list_all(c, &cmd_event_list, argc, argv, heading, VG_COUNT(heading), read_list);
}

/* Rows of one of the room's views; of incidents (the first column) those that the actor may see. */
struct column {
  const char *key;
  enum { TEXT, NUMBER, TIME, BECAUSE, VALUE_TYPE } kind;
};

/* Why it is on the sheet and what a value is, in words; what somebody wrote stays. */
static vg_str in_words(const struct cli *c, const struct column *k, vg_str code) {
  const char *stem = k->kind == BECAUSE ? "server.event.because." : k->kind == VALUE_TYPE ? "server.type." : NULL;
  const char *known = stem ? vg_msg_word(c->lang, stem, code) : NULL;
  return known ? vg_str_z(known) : code;
}

static vg_code rows(struct order *o, const char *key, const char *title, const char *const *heading,
                    const struct column *column, size_t n, bool incidents, const char *sql, int64_t event,
                    struct vg_err *err) {
  struct store_rows *q;
  struct show *s = &o->s;
  show_list(s, key, title, heading, n);
  VG_TRY(store_query(o->tx, &q, sql, S_ARGS(S_INT(event)), err));
  while (store_next(q)) {
    if (incidents && (show_apart(s, casework_subject_regime(o->tx, store_str(q, 0))) ||
                      !casework_subject_seen(o->tx, o->who, store_str(q, 0)))) {
      o->hidden++;
      continue;
    }
    struct cli_table *t = show_row(s);
    if (!t)
      vg_jw_obj(s->w);
    for (size_t i = 0; i < n; i++) {
      int col = (int)i;
      if (column[i].kind == TIME && t)
        cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, store_time(q, col)));
      else if (column[i].kind == TIME)
        vg_jw_ktime(s->w, column[i].key, store_time(q, col));
      else if (t)
        cli_table_cell(t, in_words(s->c, &column[i], store_str(q, col)));
      else if (column[i].kind == NUMBER)
        vg_jw_kint(s->w, column[i].key, store_int(q, col));
      else
        vg_jw_kstr(s->w, column[i].key, store_str(q, col));
    }
    if (!t)
      vg_jw_end(s->w);
  }
  show_end(s);
  return store_done(&q, err);
}

static void zone_row(struct show *s, const struct event_zone *z) {
  struct cli_table *t = show_row(s);
  const int64_t counts[] = {z->incidents, z->fresh, z->victims, z->tasks, z->late, z->messages};
  cli_table_cellz(t, z->zone[0] ? z->zone : "-");
  for (size_t i = 0; i < VG_COUNT(counts); i++)
    cli_table_cell_int(t, counts[i]);
}

static vg_code situation(struct order *o, const struct event *e, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.zone",  "cli.col.incidents", "cli.col.fresh",   "cli.col.victims",
                                        "cli.col.tasks", "cli.col.late",      "cli.col.messages"};
  struct event_situation now;
  struct show *s = &o->s;
  VG_TRY(event_situation(o->tx, e->id, store_now(o->tx), &now, err));
  if (s->w) {
    vg_jw_key(s->w, "situation");
    vg_jw_obj(s->w);
    event_situation_json(s->w, &now);
    vg_jw_end(s->w);
    return VG_OK;
  }
  CLI_SAY(s->c, "cli.event_show.now", VG_N(now.total.incidents), VG_N(now.total.victims), VG_N(now.indicators),
          VG_N(now.clocks_late));
  show_list(s, "zones", "cli.event_show.zones", heading, VG_COUNT(heading));
  for (size_t i = 0; i < now.zones; i++)
    zone_row(s, &now.zone[i]);
  show_end(s);
  return VG_OK;
}

static vg_code picture(void *ctx, vg_time hour, vg_time drawn, vg_str json, struct vg_err *err) {
  struct show *s = ctx;
  if (s->w) {
    vg_jw_obj(s->w);
    vg_jw_ktime(s->w, "hour", hour);
    vg_jw_ktime(s->w, "drawn", drawn);
    vg_jw_key(s->w, "picture");
    vg_jw_raw(s->w, json);
    vg_jw_end(s->w);
    return VG_OK;
  }
  struct event_situation then;
  if (!event_situation_read(json, &then))
    return VG_FAIL(err, VG_EDATA, "event.no_picture", vg_time_text((char[VG_TIME_TEXT]){0}, hour, false));
  struct cli_table *t = show_row(s);
  const int64_t counts[] = {then.total.incidents, then.total.fresh,    then.total.victims, then.total.tasks,
                            then.total.late,      then.total.messages, then.indicators,    then.clocks_late};
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, hour));
  for (size_t i = 0; i < VG_COUNT(counts); i++)
    cli_table_cell_int(t, counts[i]);
  return VG_OK;
}

static vg_code lists(struct order *o, const struct event *e, struct vg_err *err) {
  static const char *const h_in[] = {"cli.col.incident", "cli.col.name", "cli.col.zone", "cli.col.because",
                                     "cli.col.known"};
  static const struct column c_in[] = {
      {"incident", TEXT}, {"organisation", TEXT}, {"zone", TEXT}, {"because", BECAUSE}, {"known", TIME}};
  static const char *const h_task[] = {"cli.col.id",    "cli.col.zone", "cli.col.title",
                                       "cli.col.owner", "cli.col.due",  "cli.col.done"};
  static const struct column c_task[] = {{"id", TEXT},    {"zone", TEXT}, {"title", TEXT},
                                         {"owner", TEXT}, {"due", TIME},  {"done", TIME}};
  static const char *const h_ind[] = {"cli.col.type", "cli.col.value", "cli.col.note"};
  static const struct column c_ind[] = {{"type", VALUE_TYPE}, {"value", TEXT}, {"note", TEXT}};
  static const char *const h_msg[] = {"cli.col.at", "cli.col.zone", "cli.col.by", "cli.col.text"};
  static const struct column c_msg[] = {{"at", TIME}, {"zone", TEXT}, {"by", TEXT}, {"text", TEXT}};
  static const char *const h_shift[] = {"cli.col.at", "cli.col.holder", "cli.col.by", "cli.col.note",
                                        "cli.col.conflicts"};
  static const struct column c_shift[] = {
      {"at", TIME}, {"holder", TEXT}, {"given_by", TEXT}, {"notes", TEXT}, {"conflicts", NUMBER}};
  VG_TRY(rows(o, "incidents", "cli.event_show.incidents", h_in, c_in, VG_COUNT(c_in), true,
              "SELECT incident, org_name, zone, because, known FROM event_v_incident WHERE event = $1 AND gone IS "
              "NULL ORDER BY known, incident",
              e->id, err));
  VG_TRY(rows(o, "tasks", "cli.event_show.tasks", h_task, c_task, VG_COUNT(c_task), false,
              "SELECT pid, zone, title, owner_name, due, done FROM event_v_task WHERE event = $1 ORDER BY CASE WHEN "
              "done IS NULL THEN 0 ELSE 1 END, due, id",
              e->id, err));
  VG_TRY(rows(o, "indicators", "cli.event_show.indicators", h_ind, c_ind, VG_COUNT(c_ind), false,
              "SELECT type, value, note FROM event_v_indicator WHERE event = $1 ORDER BY id", e->id, err));
  VG_TRY(rows(
      o, "messages", "cli.event_show.messages", h_msg, c_msg, VG_COUNT(c_msg), false,
      "SELECT at, zone, person_name, text FROM event_v_message WHERE event = $1 ORDER BY at DESC, id DESC LIMIT 200",
      e->id, err));
  return rows(
      o, "shifts", "cli.event_show.shifts", h_shift, c_shift, VG_COUNT(c_shift), false,
      "SELECT at, name, given_by, notes, conflicts FROM event_v_shift WHERE event = $1 ORDER BY holds DESC, at DESC, uid DESC",
      e->id, err);
}

static vg_code pictures(struct order *o, const struct event *e, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.at",
                                        "cli.col.incidents",
                                        "cli.col.fresh",
                                        "cli.col.victims",
                                        "cli.col.tasks",
                                        "cli.col.late",
                                        "cli.col.messages",
                                        "cli.event_show.indicators",
                                        "server.event.clocks_late"};
  show_list(&o->s, "pictures", "cli.event_show.pictures", heading, VG_COUNT(heading));
  vg_code rc = event_each_picture(o->tx, e->id, o->c->json ? 1000 : 24, picture, &o->s, err);
  show_end(&o->s);
  return rc;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct event e;
  struct vg_jw w;
  o->tx = tx;
  o->who = who;
  o->s.c = o->c;
  o->s.w = o->c->json ? &w : NULL;
  VG_TRY(event_find(tx, vg_str_z(o->id), &e, err));
  if (o->s.regime == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, e.pid.s, err));
  show_open(&o->s);
  show_text(&o->s, "cli.col.id", "id", vg_str_z(e.pid.s));
  show_text(&o->s, "cli.col.name", "name", vg_str_z(e.name));
  show_code(&o->s, "cli.col.kind", "kind", "server.kind.", vg_str_z(e.kind));
  show_text(&o->s, "cli.col.summary", "summary", vg_str_z(e.summary));
  show_time(&o->s, "cli.col.since", "since", e.since);
  show_time(&o->s, "cli.col.closed", "closed", e.closed);
  show_text(&o->s, "cli.col.holder", "holder", vg_str_z(e.holder));
  show_text(&o->s, "cli.col.lesson", "lesson", vg_str_z(e.lesson));
  show_code(&o->s, "cli.col.regime", "regime", "cli.regime.", vg_str_z(casework_regime_name(o->s.regime)));
  VG_TRY(situation(o, &e, err));
  VG_TRY(lists(o, &e, err));
  VG_TRY(pictures(o, &e, err));
  if (o->s.w) {
    vg_jw_kint(&w, "hidden", o->hidden);
    vg_jw_kint(&w, "apart", o->s.apart);
    show_close(&o->s);
  } else if (o->s.apart) {
    CLI_NOTE(o->c, "cli.org_show.apart", VG_N(o->s.apart));
  } else if (o->hidden) {
    CLI_NOTE(o->c, "cli.event_show.hidden", VG_N(o->hidden));
  }
  return VG_OK;
}

static vg_code combine(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct event e;
  VG_TRY(event_find(tx, vg_str_z(o->id), &e, err));
  return casework_combine(tx, who, e.pid.s, vg_str_z(o->motive), err);
}

static int run_show(struct cli *c, int argc, char **argv) {
  const char *regime = "prevention";
  struct order o = {.c = c};
  const struct cli_option options[] = {{"regime", CLI_TEXT, &regime}, {"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_event_show, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = show_regime(c, &cmd_event_show, regime, o.motive, &o.s.regime)) != CLI_OK ||
      (o.s.regime == REGIME_BOTH && (status = cli_write(c, combine, &o)) != CLI_OK) ||
      (o.s.regime != REGIME_PREVENTION && (status = cli_consult_many(c, o.motive)) != CLI_OK))
    return status;
  return cli_read(c, show, &o);
}

const struct cli_command cmd_event_list = {"event list", "cli.event_list", "cli.event_list.usage", run_list};
const struct cli_command cmd_event_show = {"event show", "cli.event_show", "cli.event_show.usage", run_show};

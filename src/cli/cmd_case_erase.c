/* The end of a case: the review queue, its erasure, the proof. */
#include "cli/show.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

extern const struct cli_command cmd_case_due, cmd_case_erase, cmd_case_erased;

struct order {
  struct cli *c;
  struct cli_table *table;
  const char *ref, *motive, *order, *file;
  struct vg_id pid;
  struct vg_buf bytes;
  enum paper_format format;
  bool told; /* a case that was erased */
};

/* --- the queue --- */

/* When it ended, when its time is over, until when it is held. */
static void due_cells(struct cli_listing *l, vg_time ended, vg_time over, vg_time held_until) {
  char time[VG_TIME_TEXT];
  cli_table_cellz(l->table, cli_time(time, l->c, ended));
  cli_table_cellz(l->table, cli_time(time, l->c, over));
  cli_table_cellz(l->table, cli_time(time, l->c, held_until));
  cli_table_cellz(l->table, "");
}

static void due_json(struct cli_listing *l, struct vg_jw *w, vg_time ended, vg_time over, vg_time held_until,
                     vg_str held_why) {
  vg_jw_ktime(w, "ended", ended);
  vg_jw_ktime(w, "over", over);
  vg_jw_kbool(w, "held", held_until != VG_NOTIME);
  vg_jw_ktime(w, "held_until", held_until);
  vg_jw_kstr(w, "held_why", held_why);
  vg_jw_end(w);
  cli_json_end(l->c);
}

static vg_code due_row(void *ctx, const struct case_past *p, struct vg_err *err) {
  struct cli_listing *l = ctx;
  struct vg_jw w;
  (void)err;
  if (l->table) {
    cli_table_cell(l->table, p->ref);
    cli_table_cellz(l->table, show_word(l->c, "server.frame.", p->frame));
    due_cells(l, p->ended, p->over, p->held_until);
    return VG_OK;
  }
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", p->pid);
  vg_jw_kstr(&w, "ref", p->ref);
  vg_jw_kstr(&w, "frame", p->frame);
  due_json(l, &w, p->ended, p->over, p->held_until, p->held_why);
  return VG_OK;
}

/* An incident that no case is about is kept by the regime that it is of. */
static vg_code incident_row(void *ctx, const struct incident_past *p, struct vg_err *err) {
  struct cli_listing *l = ctx;
  struct vg_jw w;
  (void)err;
  if (l->table) {
    cli_table_cell(l->table, p->pid);
    cli_table_cellz(l->table, show_wordz(l->c, "cli.regime.", casework_regime_name(p->regime)));
    due_cells(l, p->last, p->over, p->held_until);
    return VG_OK;
  }
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", p->pid);
  vg_jw_kstr(&w, "organisation", p->org_name);
  vg_jw_kz(&w, "regime", casework_regime_name(p->regime));
  due_json(l, &w, p->last, p->over, p->held_until, p->held_why);
  return VG_OK;
}

static vg_code asked_row(void *ctx, const struct erasure_asked *x, struct vg_err *err) {
  struct cli_listing *l = ctx;
  struct vg_jw w;
  char from[200];
  (void)err;
  if (l->table) {
    snprintf(from, sizeof from, "%.*s%s%.*s", (int)x->from.n, x->from.p, x->order.n ? ", " : "", (int)x->order.n,
             x->order.p);
    cli_table_cell(l->table, x->number);
    for (size_t i = 0; i < 4; i++)
      cli_table_cellz(l->table, "");
    cli_table_cellz(l->table, from);
    return VG_OK;
  }
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", x->pid);
  vg_jw_kstr(&w, "ref", x->number);
  vg_jw_kbool(&w, "here", x->here);
  vg_jw_key(&w, "asked");
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "from", x->from);
  vg_jw_kstr(&w, "by", x->by);
  vg_jw_ktime(&w, "at", x->at);
  vg_jw_kstr(&w, "order", x->order);
  vg_jw_kstr(&w, "motive", x->motive);
  vg_jw_end(&w);
  vg_jw_end(&w);
  cli_json_end(l->c);
  return VG_OK;
}

static vg_code read_due(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  const struct past_page every = {.limit = 0};
  VG_TRY(casework_each_past(tx, l->who, every, due_row, l, err));
  VG_TRY(casework_each_past_incident(tx, l->who, every, incident_row, l, err));
  return instance_each_asked(tx, l->who, asked_row, l, err);
}

static int run_due(struct cli *c, int argc, char **argv) {
  static const char *const heads[] = {"cli.col.ref",       "cli.col.frame",     "cli.case_due.ended",
                                      "cli.case_due.over", "cli.case_due.held", "cli.case_due.asked"};
  return cli_list_seen(c, &cmd_case_due, argc, argv, heads, VG_COUNT(heads), read_due);
}

/* --- the proof --- */

static bool format_of(struct order *o) {
  const char *dot = o->file ? strrchr(o->file, '.') : NULL;
  return !o->file || (dot && paper_by_suffix(vg_str_z(dot + 1), &o->format));
}

static vg_code draw(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  (void)who;
  return instance_erasure_proof(tx, vg_str_z(o->ref), o->format, o->c->lang, &o->bytes, err);
}

static int write_proof(struct cli *c, struct order *o) {
  struct vg_err err = {0};
  vg_buf_init(&o->bytes, PAPER_MAX);
  int status = cli_read(c, draw, o);
  if (status == CLI_OK && vg_file_write(o->file, vg_buf_view(&o->bytes), 0600, &err) != VG_OK)
    status = cli_fail(c, &err);
  vg_buf_fini(&o->bytes);
  return status;
}

/* --- erasing --- */

static vg_code erase(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return instance_case_erase(tx, who, vg_str_z(o->ref), vg_str_z(o->order), vg_str_z(o->motive), &o->pid, err);
}

static int run_erase(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {
      {"motive", CLI_TEXT, &o.motive}, {"order", CLI_TEXT, &o.order}, {"o|output", CLI_TEXT, &o.file}, {0}};
  int status = cli_one_word(c, &cmd_case_erase, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.motive)
    return cli_usage(c, &cmd_case_erase, "cli.missing", "--motive");
  if (!format_of(&o))
    return cli_usage(c, &cmd_case_erase, "cli.bad_value", "-o");
  if ((status = cli_write(c, erase, &o)) != CLI_OK)
    return status;
  o.ref = o.pid.s;
  if (store_is_postgres(instance_store(c->instance)))
    CLI_NOTE(c, "server.erasure.postgres");
  if (o.file && (status = write_proof(c, &o)) != CLI_OK)
    return status;
  return show_id(c, o.pid.s);
}

/* --- what stays known --- */

static vg_code erased_row(void *ctx, const struct case_erased *e, struct vg_err *err) {
  struct order *o = ctx;
  struct vg_jw w;
  char time[VG_TIME_TEXT];
  (void)err;
  o->told = true;
  if (o->table) {
    cli_table_cell(o->table, e->number);
    cli_table_cellz(o->table, cli_time(time, o->c, e->at));
    cli_table_cell(o->table, e->by);
    cli_table_cell(o->table, e->pid);
    return VG_OK;
  }
  cli_json_begin(o->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", e->pid);
  vg_jw_kstr(&w, "number", e->number);
  vg_jw_ktime(&w, "at", e->at);
  vg_jw_kstr(&w, "by", e->by);
  vg_jw_key(&w, "proof");
  vg_jw_raw(&w, e->body);
  vg_jw_end(&w);
  cli_json_end(o->c);
  return VG_OK;
}

static vg_code read_erased(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  (void)who;
  VG_TRY(casework_each_erased(tx, vg_str_z(o->ref), (struct past_page){0}, erased_row, o, err));
  return o->ref && !o->told ? VG_FAIL(err, VG_ENOTFOUND, "instance.not_erased", o->ref) : VG_OK;
}

static int run_erased(struct cli *c, int argc, char **argv) {
  static const char *const heads[] = {"cli.col.ref", "cli.col.at", "cli.col.by", "cli.col.id"};
  struct order o = {.c = c};
  const struct cli_option options[] = {{"o|output", CLI_TEXT, &o.file}, {0}};
  int status = cli_parse(c, &cmd_case_erased, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_case_erased, "cli.too_many", argv[1]);
  o.ref = argc ? argv[0] : NULL;
  if (!format_of(&o))
    return cli_usage(c, &cmd_case_erased, "cli.bad_value", "-o");
  if (o.file && !o.ref)
    return cli_usage(c, &cmd_case_erased, "cli.missing", "NUMBER");
  if (o.file)
    return write_proof(c, &o);
  if (!c->json)
    o.table = cli_table_new(c, heads, VG_COUNT(heads));
  status = cli_read(c, read_erased, &o);
  if (o.table)
    cli_table_print(o.table);
  return status;
}

const struct cli_command cmd_case_due = {"case due", "cli.case_due", "cli.case_due.usage", run_due};
const struct cli_command cmd_case_erase = {"case erase", "cli.case_erase", "cli.case_erase.usage", run_erase};
const struct cli_command cmd_case_erased = {"case erased", "cli.case_erased", "cli.case_erased.usage", run_erased};

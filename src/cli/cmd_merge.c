#include "cli/show.h"

#include <stdio.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/file.h"
#include "casework/casework.h"
#include "merge/merge.h"
#include "prevention/prevention.h"

extern const struct cli_command cmd_merge_export, cmd_merge_import, cmd_merge_trust, cmd_merge_distrust,
    cmd_merge_status, cmd_merge_conflicts, cmd_merge_settle, cmd_merge_checkpoint;

struct order {
  struct cli *c;
  const char *name, *key, *file, *of;
  struct merge_audience audience;
  int64_t from, conflicts, withheld, alike;
  bool orders, restored;
  struct vg_buf text;
  struct vg_newfile to;
  struct vg_map_file from_file;
  int64_t bare, waiting, asked;
  struct merge_result got;
  struct cli_table *table;
  char origin[MERGE_KEY];
};

static vg_code find_peer(void *ctx, const struct merge_peer *p, struct vg_err *err) {
  struct order *o = ctx;
  (void)err;
  if (vg_str_eqz(p->name, o->of))
    vg_str_copy(o->origin, sizeof o->origin, p->origin);
  return VG_OK;
}

static vg_code do_export(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  if (o->of) {
    VG_TRY(merge_each_peer(tx, find_peer, o, err));
    if (!o->origin[0])
      return VG_FAIL(err, VG_ENOTFOUND, "merge.no_peer", o->of);
  }
  return instance_merge_export(tx, who, instance_key(o->c->instance), vg_str_z(o->origin), o->from, &o->audience,
                               &o->withheld, &o->text, err);
}

static vg_code drain(void *ctx, struct vg_buf *out, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(vg_write_all(o->to.fd, out->p, out->n, o->file, err));
  vg_buf_reset(out);
  return VG_OK;
}

/* Under its name once it is whole and the records know that it was given away. */
static int write_export(struct order *o) {
  struct vg_err err = {0};
  vg_code rc = vg_newfile_open(&o->to, o->file, 0600, &err);
  if (rc != VG_OK)
    return cli_fail(o->c, &err);
  vg_buf_init(&o->text, MERGE_FILE_MAX);
  o->audience.drain = drain;
  o->audience.drain_ctx = o;
  int status = cli_write(o->c, do_export, o);
  if (status == CLI_OK) {
    rc = drain(o, &o->text, &err);
    if (rc == VG_OK)
      rc = vg_newfile_commit(&o->to, &err);
    if (rc != VG_OK)
      status = cli_fail(o->c, &err);
  }
  vg_newfile_abandon(&o->to);
  vg_buf_fini(&o->text);
  return status;
}

static int run_export(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .from = 1};
  const struct cli_option options[] = {{"o|output", CLI_TEXT, &o.file},
                                       {"from", CLI_INT, &o.from},
                                       {"of", CLI_TEXT, &o.of},
                                       {"for", CLI_TEXT, &o.audience.zone},
                                       {"regime", CLI_TEXT, &o.audience.regime},
                                       {"no-findings", CLI_FLAG, &o.audience.bare},
                                       {"to", CLI_TEXT, &o.audience.whom.recipient},
                                       {"motive", CLI_TEXT, &o.audience.whom.motive},
                                       {0}};
  int status = cli_no_word(c, &cmd_merge_export, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.file)
    return cli_usage(c, &cmd_merge_export, "cli.missing", "-o");
  if (o.from < 1)
    return cli_usage(c, &cmd_merge_export, "cli.bad_value", "--from");
  status = write_export(&o);
  if (status == CLI_OK)
    CLI_NOTE(c, "cli.merge_export.done", o.file);
  if (status == CLI_OK && o.withheld)
    CLI_NOTE(c, "cli.merge_export.withheld", VG_N(o.withheld));
  return status;
}

static vg_code count_pair(void *ctx, const struct org *one, const struct org *other, struct vg_err *err) {
  (void)one;
  (void)other;
  (void)err;
  ++*(int64_t *)ctx;
  return VG_OK;
}

static vg_code count_asked(void *ctx, const struct erasure_asked *x, struct vg_err *err) {
  (void)x;
  (void)err;
  ++*(int64_t *)ctx;
  return VG_OK;
}

static vg_code do_import(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  const vg_str text = o->from_file.bytes.n ? o->from_file.bytes : vg_buf_view(&o->text);
  VG_TRY(instance_merge_import(tx, who, instance_key(o->c->instance), text, &o->got, err));
  VG_TRY(analysis_bare(tx, &o->bare, err));
  VG_TRY(merge_waits(tx, &o->waiting, err));
  VG_TRY(instance_each_asked(tx, who, count_asked, &o->asked, err));
  int64_t answers;
  VG_TRY(merge_conflicts(tx, &o->conflicts, err));
  VG_TRY(prevention_conflicts(tx, &answers, err));
  o->conflicts += answers;
  return territory_each_pair(tx, who, count_pair, &o->alike, err);
}

static void tell(struct order *o) {
  struct vg_jw w;
  const struct merge_file *f = &o->got.file;
  if (!o->c->json) {
    if (o->got.recovered)
      CLI_SAY(o->c, "cli.merge_import.recovered", VG_N(o->got.fresh), VG_N(o->got.moved));
    else
      CLI_SAY(o->c, "cli.merge_import.done", VG_N(o->got.fresh), VG_N(o->got.known), f->name);
    if (o->conflicts)
      CLI_SAY(o->c, "cli.merge_import.conflicts", VG_N(o->conflicts));
    if (o->alike)
      CLI_SAY(o->c, "cli.merge_import.alike", VG_N(o->alike));
    if (f->clock_back)
      CLI_SAY(o->c, "cli.merge_import.clock", VG_N(f->clock_back));
    if (f->withheld)
      CLI_SAY(o->c, "cli.merge_import.withheld", VG_N(f->withheld));
    if (o->got.later)
      CLI_SAY(o->c, "cli.merge_import.later", VG_N(o->got.later));
    if (o->got.attached)
      CLI_SAY(o->c, "cli.merge_import.attached", VG_N(o->got.attached));
    if (o->waiting)
      CLI_SAY(o->c, "cli.merge_import.waiting", VG_N(o->waiting));
    if (o->asked)
      CLI_SAY(o->c, "cli.merge_import.asked", VG_N(o->asked));
    if (o->bare)
      CLI_SAY(o->c, "cli.merge_import.bare", VG_N(o->bare));
    if (f->note[0] && !o->got.recovered)
      CLI_SAY(o->c, o->got.ledger_proved ? "cli.merge_import.ledger" : "cli.merge_import.ledger_new",
              VG_N(f->ledger_size));
    return;
  }
  cli_json_begin(o->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "origin", f->origin);
  vg_jw_kz(&w, "name", f->name);
  vg_jw_kint(&w, "from", f->from);
  vg_jw_kint(&w, "to", f->to);
  vg_jw_kint(&w, "new", o->got.fresh);
  vg_jw_kint(&w, "known", o->got.known);
  vg_jw_kint(&w, "conflicts", o->conflicts);
  vg_jw_kint(&w, "clock_back", f->clock_back);
  vg_jw_kint(&w, "withheld", f->withheld);
  vg_jw_kint(&w, "later", o->got.later);
  vg_jw_kint(&w, "ledger", f->ledger_size);
  vg_jw_kbool(&w, "ledger_proved", o->got.ledger_proved);
  vg_jw_kbool(&w, "recovered", o->got.recovered);
  vg_jw_kint(&w, "moved", o->got.moved);
  vg_jw_kint(&w, "alike", o->alike);
  vg_jw_kint(&w, "waiting", o->waiting);
  vg_jw_kint(&w, "orders_waiting", o->asked);
  vg_jw_kint(&w, "analyses", o->got.attached);
  vg_jw_kint(&w, "analyses_bare", o->bare);
  vg_jw_end(&w);
  cli_json_end(o->c);
}

static int run_import(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_one_word(c, &cmd_merge_import, argc, argv, options, "FILE", &o.file);
  if (status != CLI_OK)
    return cli_parsed(status);
  struct vg_err err = {0};
  vg_buf_init(&o.text, MERGE_FILE_MAX);
  c->file = o.file;
  vg_code rc = strcmp(o.file, "-") ? vg_map_open(&o.from_file, o.file, &err) : vg_file_read("-", &o.text, &err);
  status = rc == VG_OK ? cli_write(c, do_import, &o) : cli_fail(c, &err);
  vg_map_close(&o.from_file);
  vg_buf_fini(&o.text);
  if (status != CLI_OK)
    return status;
  tell(&o);
  return o.conflicts || o.got.later || o.got.file.clock_back ? CLI_ATTENTION : CLI_OK;
}

static vg_code do_trust(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  if (o->restored)
    return merge_restored(tx, who, vg_str_z(o->name), err);
  return o->key ? merge_trust(tx, who, vg_str_z(o->name), vg_str_z(o->key), o->orders, err)
                : merge_distrust(tx, who, vg_str_z(o->name), err);
}

static int run_trust(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {
      {"key", CLI_TEXT, &o.key}, {"orders", CLI_FLAG, &o.orders}, {"restored", CLI_FLAG, &o.restored}, {0}};
  int status = cli_one_word(c, &cmd_merge_trust, argc, argv, options, "NAME", &o.name);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.key && !o.restored)
    return cli_usage(c, &cmd_merge_trust, "cli.missing", "--key");
  if ((status = cli_write(c, do_trust, &o)) == CLI_OK)
    CLI_NOTE(c, o.restored ? "cli.merge_trust.restored" : "cli.merge_trust.done", o.name);
  return status;
}

static int run_distrust(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_one_word(c, &cmd_merge_distrust, argc, argv, options, "NAME", &o.name);
  if (status != CLI_OK)
    return cli_parsed(status);
  return cli_write(c, do_trust, &o);
}

static vg_code peer_json(struct order *o, const struct merge_peer *p, bool own) {
  struct vg_jw w;
  cli_json_begin(o->c, &w);
  vg_jw_obj(&w);
  vg_jw_kbool(&w, "own", own);
  vg_jw_kstr(&w, "name", p->name);
  vg_jw_kstr(&w, "key", p->origin);
  vg_jw_kint(&w, "events", p->seq);
  vg_jw_ktime(&w, "trusted", p->trusted);
  vg_jw_ktime(&w, "ended", p->ended);
  vg_jw_ktime(&w, "imported", p->imported);
  vg_jw_kint(&w, "clock_back", p->clock_back);
  vg_jw_kint(&w, "withheld", p->withheld);
  vg_jw_kint(&w, "ledger", p->ledger_size);
  vg_jw_kbool(&w, "ledger_proved", p->ledger_proved);
  vg_jw_kbool(&w, "orders", p->orders);
  vg_jw_end(&w);
  cli_json_end(o->c);
  return VG_OK;
}

static vg_code peer(void *ctx, const struct merge_peer *p, struct vg_err *err) {
  struct order *o = ctx;
  (void)err;
  if (!o->table)
    return peer_json(o, p, false);
  char imported[VG_TIME_TEXT], ended[VG_TIME_TEXT];
  cli_table_cell(o->table, p->name);
  cli_table_cell(o->table, p->origin);
  cli_table_cell_int(o->table, p->seq);
  cli_table_cellz(o->table, cli_time(imported, o->c, p->imported));
  cli_table_cellz(o->table, cli_time(ended, o->c, p->ended));
  return VG_OK;
}

static vg_code do_status(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.name", "cli.col.key", "cli.col.events", "cli.col.imported",
                                        "cli.col.ended"};
  struct order *o = ctx;
  const struct vg_key *key = instance_key(o->c->instance);
  struct merge_peer own = {.name = vg_key_name(key), .trusted = VG_NOTIME, .ended = VG_NOTIME, .imported = VG_NOTIME};
  (void)who;
  merge_key_text(key, o->origin);
  own.origin = vg_str_z(o->origin);
  VG_TRY(merge_own(tx, &own.seq, err));
  if (o->c->json)
    VG_TRY(peer_json(o, &own, true));
  else
    CLI_SAY(o->c, "cli.merge_status.own", o->origin, VG_N(own.seq));
  if (!o->c->json)
    o->table = cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = merge_each_peer(tx, peer, o, err);
  if (o->table)
    cli_table_print(o->table);
  return rc;
}

static int run_status(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_merge_status, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  return argc > 0 ? cli_usage(c, &cmd_merge_status, "cli.too_many", argv[0]) : cli_read(c, do_status, &o);
}

/* --- conflicts --- */

struct looking {
  struct cli *c;
  struct store_tx *tx;
  struct cli_table *table;
  const char *kind, *subject;
  bool history, summary;
  char last[VG_ID_MAX + 128]; /* the field that was told of last */
  struct tally {
    char kind[32];
    int64_t fields;
  } tally[32];
  size_t kinds;
};

/* "Organisation Lynx, Departments", "Case …3a4b5c6d, State". */
static void what_words(struct looking *l, const struct merge_version *v, struct vg_buf *b) {
  struct cli *c = l->c;
  vg_str name, rest, kind = vg_id_kind(v->subject);
  const char *word = show_word(c, "server.fusion.kind.", instance_version_kind(v));
  instance_version_field(c->lang, v, &name, &rest);
  vg_buf_str(b, word[0] ? vg_str_z(word) : kind);
  vg_buf_byte(b, ' ');
  if (store_get_text(
          l->tx, b,
          "SELECT o.name FROM territory_v_alias a JOIN territory_v_org o ON o.id = a.org WHERE a.subject = "
          "$1 UNION ALL SELECT org_name || ', ' || name FROM prevention_v_exercise WHERE pid = $1 "
          "UNION ALL SELECT title FROM evaluation_v_obstacle WHERE pid = $1 UNION ALL SELECT title FROM watch_v_marked "
          "WHERE subject = $1 UNION ALL SELECT name FROM "
          "territory_v_person_alias WHERE subject = $1",
          S_ARGS(S_STR(v->subject)), NULL) != VG_OK) {
    vg_buf_z(b, kind.n ? "…" : "");
    vg_buf_str(b, kind.n && v->subject.n > 8 ? vg_str_sub(v->subject, v->subject.n - 8, 8) : v->subject);
  }
  vg_buf_z(b, ", ");
  vg_buf_str(b, name);
  if (rest.n) {
    vg_buf_byte(b, ' ');
    vg_buf_str(b, rest);
  }
}

struct part_line {
  struct cli *c;
  struct vg_buf text;
  bool labelled; /* the one before */
};
static void part(void *ctx, vg_str label, vg_str said, vg_time at) {
  struct part_line *l = ctx;
  if (l->text.n)
    vg_buf_z(&l->text, label.n || l->labelled ? ", " : " ");
  l->labelled = label.n > 0;
  if (label.n) {
    vg_buf_str(&l->text, label);
    vg_buf_byte(&l->text, ' ');
  }
  if (at != VG_NOTIME)
    vg_buf_z(&l->text, cli_time((char[VG_TIME_TEXT]){0}, l->c, at));
  else
    vg_buf_str(&l->text, said);
}

static vg_code conflict_words(struct looking *l, const struct merge_version *v, struct vg_err *err) {
  struct part_line value = {.c = l->c};
  struct vg_buf what;
  vg_buf_init(&what, 1 << 12);
  vg_buf_init(&value.text, 1 << 18);
  what_words(l, v, &what);
  vg_code rc = instance_version_words(l->c->lang, v, part, &value, err);
  if (rc == VG_OK) {
    cli_table_cell(l->table, vg_buf_view(&what));
    cli_table_cell(l->table, vg_buf_view(&value.text));
    cli_table_cell(l->table, v->by);
    cli_table_cellz(l->table, cli_time((char[VG_TIME_TEXT]){0}, l->c, v->at));
    cli_table_cell(l->table, v->uid);
  }
  vg_buf_fini(&value.text);
  vg_buf_fini(&what);
  return rc;
}

static vg_code conflict(void *ctx, const struct merge_version *v, struct vg_err *err) {
  struct looking *l = ctx;
  struct vg_jw w;
  if (!l->c->json)
    return conflict_words(l, v, err);
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "version", v->uid);
  vg_jw_kstr(&w, "subject", v->subject);
  vg_jw_kstr(&w, "field", v->field);
  vg_jw_kstr(&w, "value", v->value);
  vg_jw_kstr(&w, "person", v->by);
  vg_jw_ktime(&w, "at", v->at);
  vg_jw_kbool(&w, "shows", v->shows);
  vg_jw_kbool(&w, "in_force", v->in_force);
  vg_jw_end(&w);
  cli_json_end(l->c);
  return VG_OK;
}

static struct tally *tally_of(struct looking *l, vg_str kind) {
  for (size_t i = 0; i < l->kinds; i++)
    if (vg_str_eqz(kind, l->tally[i].kind))
      return &l->tally[i];
  if (l->kinds == VG_COUNT(l->tally))
    return &l->tally[l->kinds - 1];
  vg_str_copy(l->tally[l->kinds].kind, sizeof l->tally[0].kind, kind);
  return &l->tally[l->kinds++];
}

static vg_code count(void *ctx, const struct merge_version *v, struct vg_err *err) {
  struct looking *l = ctx;
  char field[sizeof l->last];
  (void)err;
  snprintf(field, sizeof field, "%.*s %.*s", (int)(v->subject.n < 120 ? v->subject.n : 120), v->subject.p,
           (int)(v->field.n < 120 ? v->field.n : 120), v->field.p);
  if (strcmp(field, l->last) != 0)
    tally_of(l, instance_version_kind(v))->fields++;
  memcpy(l->last, field, sizeof field);
  return VG_OK;
}

static vg_code count_number(void *ctx, const struct number_twice *t, struct vg_err *err) {
  struct looking *l = ctx;
  char kind[40];
  (void)err;
  snprintf(kind, sizeof kind, "%.*s", (int)t->what.n, t->what.p);
  snprintf(l->last, sizeof l->last, "number of %s", kind);
  tally_of(l, vg_str_z(l->last))->fields++;
  return VG_OK;
}

static void tell_tally(struct looking *l) {
  struct vg_jw w;
  for (size_t i = 0; i < l->kinds; i++)
    if (l->c->json) {
      cli_json_begin(l->c, &w);
      vg_jw_obj(&w);
      vg_jw_kz(&w, "kind", l->tally[i].kind);
      vg_jw_kint(&w, "fields", l->tally[i].fields);
      vg_jw_end(&w);
      cli_json_end(l->c);
    } else {
      cli_table_cellz(l->table, show_wordz(l->c, "server.fusion.kind.", l->tally[i].kind));
      cli_table_cell_int(l->table, l->tally[i].fields);
    }
}

static vg_code read_conflicts(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct looking *l = ctx;
  const struct conflict_query wanted = {
      .kind = vg_str_z(l->kind), .subject = vg_str_z(l->subject), .history = l->history};
  l->tx = tx;
  VG_TRY(instance_each_conflict(tx, who, &wanted, l->summary ? count : conflict, l, err));
  if (!l->summary)
    return VG_OK;
  VG_TRY(casework_each_twice(tx, who, count_number, l, err));
  tell_tally(l);
  return VG_OK;
}

static int run_conflicts(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.what", "cli.col.value", "cli.col.by", "cli.col.at", "cli.col.version"};
  static const char *const short_heading[] = {"cli.col.what", "cli.col.fields"};
  struct looking l = {.c = c};
  const struct cli_option options[] = {{"kind", CLI_TEXT, &l.kind},
                                       {"subject", CLI_TEXT, &l.subject},
                                       {"history", CLI_FLAG, &l.history},
                                       {"summary", CLI_FLAG, &l.summary},
                                       {0}};
  int status = cli_no_word(c, &cmd_merge_conflicts, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (l.kind && !vg_msg_word(c->lang, "server.fusion.kind.", vg_str_z(l.kind)))
    return cli_usage(c, &cmd_merge_conflicts, "cli.bad_value", l.kind);
  if (!c->json)
    l.table = l.summary ? cli_table_new(c, short_heading, VG_COUNT(short_heading))
                        : cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, read_conflicts, &l);
  if (l.table)
    cli_table_print(l.table);
  return status;
}

/* --- the ledger of another instance, as it was last shown --- */

static vg_code read_checkpoint(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  (void)who;
  return merge_checkpoint(tx, vg_str_z(o->name), &o->text, err);
}

static int run_checkpoint(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_one_word(c, &cmd_merge_checkpoint, argc, argv, options, "NAME", &o.name);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&o.text, 1 << 14);
  status = cli_read(c, read_checkpoint, &o);
  if (status == CLI_OK)
    fwrite(o.text.p, 1, o.text.n, stdout);
  vg_buf_fini(&o.text);
  return status;
}

static vg_code do_settle(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  return instance_merge_settle(tx, who, vg_str_z(o->name), err);
}

static int run_settle(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_one_word(c, &cmd_merge_settle, argc, argv, options, "VERSION", &o.name);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, do_settle, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.merge_settle.done", o.name);
  return status;
}

const struct cli_command cmd_merge_conflicts = {"merge conflicts", "cli.merge_conflicts", "cli.merge_conflicts.usage",
                                                run_conflicts};
const struct cli_command cmd_merge_settle = {"merge settle", "cli.merge_settle", "cli.merge_settle.usage", run_settle};
const struct cli_command cmd_merge_export = {"merge export", "cli.merge_export", "cli.merge_export.usage", run_export};
const struct cli_command cmd_merge_import = {"merge import", "cli.merge_import", "cli.merge_import.usage", run_import};
const struct cli_command cmd_merge_trust = {"merge trust", "cli.merge_trust", "cli.merge_trust.usage", run_trust};
const struct cli_command cmd_merge_distrust = {"merge distrust", "cli.merge_distrust", "cli.merge_distrust.usage",
                                               run_distrust};
const struct cli_command cmd_merge_status = {"merge status", "cli.merge_status", "cli.merge_status.usage", run_status};
const struct cli_command cmd_merge_checkpoint = {"merge checkpoint", "cli.merge_checkpoint",
                                                 "cli.merge_checkpoint.usage", run_checkpoint};

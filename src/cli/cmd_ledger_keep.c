/* How long the journal keeps its bodies: ledger due, hold, erase; and what a person consults or combines, with the
 * reason. */
#include "cli/show.h"
#include "casework/casework.h"
#include "merge/merge.h"
#include "share/share.h"

extern const struct cli_command cmd_ledger_due, cmd_ledger_hold, cmd_ledger_erase, cmd_ledger_consult,
    cmd_ledger_combine;

struct due {
  struct cli *c;
  struct cli_table *table;
  vg_time before;
  int64_t entries, held;
};

static vg_code one_kind(void *ctx, const struct ledger_due *d, struct vg_err *err) {
  struct due *x = ctx;
  struct vg_jw w;
  char time[VG_TIME_TEXT];
  (void)err;
  x->entries += d->entries;
  x->held += d->held;
  if (!x->c->json) {
    char kind[64];
    cli_table_cellz(x->table, show_wordz(x->c, "server.event.", vg_str_copy(kind, sizeof kind, d->kind)));
    cli_table_cellz(x->table, show_wordz(x->c, "server.journal.act.", ledger_act_name(ledger_act_of(d->kind))));
    cli_table_cell_int(x->table, d->entries);
    cli_table_cell_int(x->table, d->held);
    cli_table_cellz(x->table, cli_time(time, x->c, d->oldest));
    return VG_OK;
  }
  cli_json_begin(x->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "kind", d->kind);
  vg_jw_kz(&w, "act", ledger_act_name(ledger_act_of(d->kind)));
  vg_jw_kint(&w, "due", d->entries);
  vg_jw_kint(&w, "held", d->held);
  vg_jw_ktime(&w, "oldest", d->oldest);
  vg_jw_end(&w);
  cli_json_end(x->c);
  return VG_OK;
}

static vg_code read_due(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct due *x = ctx;
  vg_time before = x->before != VG_NOTIME ? x->before : ledger_due_before(store_now(tx));
  (void)who;
  VG_TRY(ledger_each_due(tx, before, one_kind, x, err));
  return merge_each_due(tx, before, one_kind, x, err);
}

static int run_due(struct cli *c, int argc, char **argv) {
  static const char *const heads[] = {"cli.head.what", "cli.col.kind", "cli.ledger.due_count", "cli.ledger.held_count",
                                      "cli.ledger.oldest"};
  struct due x = {.c = c, .before = VG_NOTIME};
  const struct cli_option options[] = {{"before", CLI_TIME, &x.before}, {0}};
  int status = cli_no_word(c, &cmd_ledger_due, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!c->json)
    x.table = cli_table_new(c, heads, VG_COUNT(heads));
  status = cli_read(c, read_due, &x);
  if (x.table)
    cli_table_print(x.table);
  return status;
}

struct keeping {
  const char *subject, *with, *motive;
  vg_time when;
  struct ledger_erased erased;
  int64_t merged; /* events of the merge that lost their text */
};

/* A case may be named by its number, as what is consulted. */
static vg_code hold(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct keeping *k = ctx;
  struct vg_id pid;
  VG_TRY(casework_pid_of(tx, vg_str_z(k->subject), &pid, err));
  return ledger_hold(tx, who, pid.s, k->when, vg_str_z(k->motive), err);
}
static vg_code erase(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct keeping *k = ctx;
  vg_time before = k->when != VG_NOTIME ? k->when : ledger_due_before(store_now(tx));
  VG_TRY(ledger_erase_due(tx, who, before, vg_str_z(k->motive), &k->erased, err));
  return merge_erase_due(tx, who, before, vg_str_z(k->motive), &k->merged, err);
}
static vg_code consult(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct keeping *k = ctx;
  struct affair a;
  struct vg_id pid;
  bool inquiry;
  VG_TRY(casework_inquiry_of(tx, vg_str_z(k->subject), &a, &pid, &inquiry, err));
  if (!inquiry)
    VG_TRY(ledger_subject_check(tx, k->subject, err));
  return ledger_consulted(tx, who, inquiry ? pid.s : k->subject, NULL, vg_str_z(k->motive), err);
}
static vg_code combine(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct keeping *k = ctx;
  struct affair a;
  VG_TRY(share_purpose_check(tx, k->with, err));
  /* Objects name their case by its reference; it may be one of another instance. */
  bool here = casework_case_find(tx, vg_str_z(k->subject), &a, NULL) == VG_OK;
  return ledger_combined(tx, who, here ? a.ref : k->subject, k->with, vg_str_z(k->motive), err);
}

static int say_done(struct cli *c, int status, const char *subject) {
  if (status == CLI_OK && !c->json)
    CLI_SAY(c, "cli.ledger.noted", subject);
  return status;
}

static int run_hold(struct cli *c, int argc, char **argv) {
  struct keeping k = {.when = VG_NOTIME};
  const struct cli_option options[] = {{"until", CLI_TIME, &k.when}, {"motive", CLI_TEXT, &k.motive}, {0}};
  int status = cli_one_word(c, &cmd_ledger_hold, argc, argv, options, "ID", &k.subject);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (k.when == VG_NOTIME || !k.motive)
    return cli_usage(c, &cmd_ledger_hold, "cli.missing", k.motive ? "--until" : "--motive");
  return say_done(c, cli_write(c, hold, &k), k.subject);
}

static int run_erase(struct cli *c, int argc, char **argv) {
  struct keeping k = {.when = VG_NOTIME};
  const struct cli_option options[] = {{"before", CLI_TIME, &k.when}, {"motive", CLI_TEXT, &k.motive}, {0}};
  struct vg_jw w;
  int status = cli_parse(c, &cmd_ledger_erase, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0 || !k.motive)
    return cli_usage(c, &cmd_ledger_erase, argc > 0 ? "cli.too_many" : "cli.missing", argc > 0 ? argv[0] : "--motive");
  if ((status = cli_write(c, erase, &k)) != CLI_OK)
    return status;
  if (!c->json) {
    if (k.erased.entries)
      CLI_SAY(c, "cli.ledger.erased", VG_N(k.erased.entries), VG_N(k.erased.first_proof), VG_N(k.erased.last_proof));
    if (k.merged)
      CLI_SAY(c, "cli.ledger.merged_erased", VG_N(k.merged));
    if (!k.erased.entries && !k.merged)
      CLI_SAY(c, "cli.ledger.nothing_due");
    return CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "erased", k.erased.entries);
  vg_jw_kint(&w, "ranges", k.erased.ranges);
  vg_jw_kint(&w, "merged", k.merged);
  vg_jw_key(&w, "first_proof");
  k.erased.entries ? vg_jw_int(&w, k.erased.first_proof) : vg_jw_null(&w);
  vg_jw_key(&w, "last_proof");
  k.erased.entries ? vg_jw_int(&w, k.erased.last_proof) : vg_jw_null(&w);
  vg_jw_end(&w);
  cli_json_end(c);
  return CLI_OK;
}

static int run_consult(struct cli *c, int argc, char **argv) {
  struct keeping k = {0};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &k.motive}, {0}};
  int status = cli_one_word(c, &cmd_ledger_consult, argc, argv, options, "ID", &k.subject);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (!k.motive)
    return cli_usage(c, &cmd_ledger_consult, "cli.missing", "--motive");
  return say_done(c, cli_write(c, consult, &k), k.subject);
}

static int run_combine(struct cli *c, int argc, char **argv) {
  struct keeping k = {0};
  const struct cli_option options[] = {{"with", CLI_TEXT, &k.with}, {"motive", CLI_TEXT, &k.motive}, {0}};
  int status = cli_one_word(c, &cmd_ledger_combine, argc, argv, options, "ID", &k.subject);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (!k.with || !k.motive)
    return cli_usage(c, &cmd_ledger_combine, "cli.missing", k.with ? "--motive" : "--with");
  return say_done(c, cli_write(c, combine, &k), k.subject);
}

const struct cli_command cmd_ledger_due = {"ledger due", "cli.ledger_due", "cli.ledger_due.usage", run_due};
const struct cli_command cmd_ledger_hold = {"ledger hold", "cli.ledger_hold", "cli.ledger_hold.usage", run_hold};
const struct cli_command cmd_ledger_erase = {"ledger erase", "cli.ledger_erase", "cli.ledger_erase.usage", run_erase};
const struct cli_command cmd_ledger_consult = {"ledger consult", "cli.ledger_consult", "cli.ledger_consult.usage",
                                               run_consult};
const struct cli_command cmd_ledger_combine = {"ledger combine", "cli.ledger_combine", "cli.ledger_combine.usage",
                                               run_combine};

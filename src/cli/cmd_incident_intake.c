/* The first conversation with a victim, and where it was sent. */
#include "cli/show.h"

#include <stdio.h>
#include <string.h>

extern const struct cli_command cmd_incident_intake, cmd_incident_refer, cmd_incident_outcome;

struct order {
  struct cli *c;
  struct incident in;
  struct intake answers;
  const char *org, *department, *again, *id, *text;
  struct referral referral;
};

static vg_code take(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  vg_code rc = territory_company_meant(tx, who, vg_str_z(o->org), vg_str_z(o->department), &org, err);
  if (rc == VG_ENOTFOUND && !*o->department)
    return VG_FAIL(err, rc, "cli.intake.department");
  VG_TRY(rc);
  o->in.org = org.id;
  vg_str_copy(o->in.org_name, sizeof o->in.org_name, vg_str_z(org.name));
  vg_str_copy(o->in.zone, sizeof o->in.zone, vg_str_z(org.zone));
  return casework_intake(tx, who, &o->in, &o->answers, vg_str_z(o->again), err);
}

static vg_code twin_row(void *ctx, const struct incident *in, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t && in->id)
    vg_jw_z(s->w, in->pid.s);
  if (!t)
    return VG_OK;
  if (!in->id) { /* of another zone: that there is one */
    cli_table_cellz(t, "-");
    cli_table_cellz(t, in->zone);
    cli_table_cellz(t, "-");
    cli_table_cellz(t, "-");
    return VG_OK;
  }
  cli_table_cellz(t, in->pid.s);
  cli_table_cellz(t, in->org_name);
  cli_table_cellz(t, in->kind);
  cli_table_cellz(t, in->regime == REGIME_INVESTIGATION ? "" : in->summary);
  return VG_OK;
}

/* "a|b|c": items of a message, one a line. */
static void advice(struct show *s, const char *key, const char *title, const char *stem, const char *kind) {
  char id[64];
  snprintf(id, sizeof id, "%s%s", stem, kind);
  const char *text = vg_msg_text(s->c->lang, id);
  vg_str rest = vg_str_z(text ? text : ""), item;
  if (s->w) {
    vg_jw_key(s->w, key);
    vg_jw_arr(s->w);
  } else {
    printf("\n");
    CLI_SAY(s->c, title);
  }
  while (vg_str_cut(&rest, '|', &item))
    if (s->w)
      vg_jw_str(s->w, item);
    else
      printf("- %.*s\n", (int)item.n, item.p);
  if (s->w)
    vg_jw_end(s->w);
}

static vg_code result(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.id", "cli.col.name", "cli.col.kind", "cli.col.summary"};
  struct order *o = ctx;
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL};
  show_open(&s);
  if (s.w) {
    vg_jw_kz(&w, "id", o->in.pid.s);
    vg_jw_kz(&w, "unsure", o->answers.unsure);
  } else {
    CLI_SAY(o->c, "cli.incident_add.done", o->in.org_name, o->in.pid.s);
    if (*o->answers.unsure)
      CLI_SAY(o->c, "cli.intake.unsure");
  }
  VG_TRY(show_clocks(&s, tx, o->in.id, err));
  show_list(&s, "twins", "cli.intake.twins", heading, VG_COUNT(heading));
  vg_code rc = casework_each_twin(tx, who, &o->in, twin_row, &s, err);
  show_end(&s);
  VG_TRY(rc);
  advice(&s, "keep", "dossier.h.keep", "dossier.keep.", o->in.kind);
  advice(&s, "leave", "dossier.h.leave", "dossier.leave.", o->in.kind);
  show_close(&s);
  return VG_OK;
}

static int run_intake(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c,
                    .org = "",
                    .department = "",
                    .again = "",
                    .in = {.happened = VG_NOTIME, .known = VG_NOTIME, .reported = VG_NOTIME},
                    .answers = {.ongoing = "unknown",
                                .personal_data = "unknown",
                                .money = "unknown",
                                .insured = "unknown",
                                .complaint = "unknown",
                                .traces = "unknown"}};
  const char *kind = "unknown";
  const struct cli_option options[] = {{"org", CLI_TEXT, &o.org},
                                       {"department", CLI_TEXT, &o.department},
                                       {"contact", CLI_WORDS, CLI_ROOM(o.answers.contact)},
                                       {"kind", CLI_TEXT, &kind},
                                       {"summary", CLI_WORDS, CLI_ROOM(o.in.summary)},
                                       {"happened", CLI_TIME, &o.in.happened},
                                       {"known", CLI_TIME, &o.in.known},
                                       {"ongoing", CLI_WORDS, CLI_ROOM(o.answers.ongoing)},
                                       {"personal-data", CLI_WORDS, CLI_ROOM(o.answers.personal_data)},
                                       {"money", CLI_WORDS, CLI_ROOM(o.answers.money)},
                                       {"insured", CLI_WORDS, CLI_ROOM(o.answers.insured)},
                                       {"complaint", CLI_WORDS, CLI_ROOM(o.answers.complaint)},
                                       {"traces", CLI_WORDS, CLI_ROOM(o.answers.traces)},
                                       {"again", CLI_TEXT, &o.again},
                                       {0}};
  int status = cli_no_word(c, &cmd_incident_intake, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*o.org)
    return cli_usage(c, &cmd_incident_intake, "cli.missing", "--org");
  if (!*o.in.summary)
    vg_str_copy(o.in.summary, sizeof o.in.summary, vg_str_z(vg_msg_text(c->lang, "server.intake.untold")));
  if (strcmp(kind, "unknown") && (status = show_pick(c, &cmd_incident_intake, &show_kinds, &kind)) != CLI_OK)
    return status;
  vg_str_copy(o.in.kind, sizeof o.in.kind, vg_str_z(kind));
  status = cli_write(c, take, &o);
  return status == CLI_OK ? cli_read(c, result, &o) : status;
}

static vg_code refer(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(casework_incident_find(tx, vg_str_z(o->id), &o->in, err));
  return casework_refer(tx, who, &o->in, &o->referral, err);
}

static int run_refer(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const char *to = "", *reason = "";
  const struct cli_option options[] = {{"to", CLI_TEXT, &to}, {"reason", CLI_TEXT, &reason}, {0}};
  int status = cli_one_word(c, &cmd_incident_refer, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*to || !*reason)
    return cli_usage(c, &cmd_incident_refer, "cli.missing", *to ? "--reason" : "--to");
  o.referral = (struct referral){.service = vg_str_z(to), .reason = vg_str_z(reason)};
  status = cli_write(c, refer, &o);
  return status == CLI_OK ? show_id(c, o.referral.pid.s) : status;
}

static vg_code outcome(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return casework_referral_outcome(tx, who, vg_str_z(o->id), vg_str_z(o->text), err);
}

static int run_outcome(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .text = ""};
  const struct cli_option options[] = {{"text", CLI_TEXT, &o.text}, {0}};
  int status = cli_one_word(c, &cmd_incident_outcome, argc, argv, options, "REFERRAL", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  status = cli_write(c, outcome, &o);
  return status == CLI_OK ? show_id(c, o.id) : status;
}

const struct cli_command cmd_incident_intake = {"incident intake", "cli.incident_intake", "cli.incident_intake.usage",
                                                run_intake};
const struct cli_command cmd_incident_refer = {"incident refer", "cli.incident_refer", "cli.incident_refer.usage",
                                               run_refer};
const struct cli_command cmd_incident_outcome = {"incident outcome", "cli.incident_outcome",
                                                 "cli.incident_outcome.usage", run_outcome};

/* Parties and findings of a case. */
#include "cli/show.h"

#include <stdio.h>

extern const struct cli_command cmd_case_party, cmd_case_finding, cmd_case_withdraw;

struct order {
  const char *ref, *reason;
  struct party party;
  struct finding_entry finding;
  int64_t element;
};

static vg_code open_affair(struct store_tx *tx, const struct actor *who, const struct order *o, struct affair *a,
                           struct vg_err *err) {
  return casework_case_see(tx, who, vg_str_z(o->ref), a, err);
}

static vg_code add_party(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct affair a;
  VG_TRY(open_affair(tx, who, o, &a, err));
  return casework_party_add(tx, who, &a, &o->party, err);
}

static int run_party(struct cli *c, int argc, char **argv) {
  const char *category = "", *basis = "fact", *name = "", *detail = "";
  struct order o = {.ref = ""};
  const struct cli_option options[] = {{"category", CLI_TEXT, &category},
                                       {"basis", CLI_TEXT, &basis},
                                       {"name", CLI_TEXT, &name},
                                       {"detail", CLI_TEXT, &detail},
                                       {0}};
  int status = cli_one_word(c, &cmd_case_party, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*category || !*name)
    return cli_usage(c, &cmd_case_party, "cli.missing", *category ? "--name" : "--category");
  o.party = (struct party){
      .category = vg_str_z(category), .basis = vg_str_z(basis), .name = vg_str_z(name), .detail = vg_str_z(detail)};
  status = cli_write(c, add_party, &o);
  return status == CLI_OK ? show_id(c, o.party.pid.s) : status;
}

/* The element's number in the pattern of the incident's kind. */
static vg_code find_element(struct store_tx *tx, struct order *o, const struct affair *a, struct vg_err *err) {
  struct incident in;
  struct offence_pattern p;
  char kind[80];
  VG_TRY(casework_incident_find(tx, vg_id_str(&a->incident), &in, err));
  snprintf(kind, sizeof kind, "@server.kind.%s", in.kind);
  if (casework_pattern(vg_str_z(in.kind), &p))
    o->finding.element = casework_pattern_element(&p, o->element);
  return o->finding.element.n ? VG_OK : VG_FAIL(err, VG_EDATA, "casework.element", VG_N(o->element), kind, a->ref);
}

static vg_code add_finding(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct affair a;
  VG_TRY(open_affair(tx, who, o, &a, err));
  if (o->element)
    VG_TRY(find_element(tx, o, &a, err));
  return casework_finding_add(tx, who, &a, &o->finding, err);
}

static int run_finding(struct cli *c, int argc, char **argv) {
  const char *type = "", *text = "", *source = "", *exhibit = "", *precision = "";
  int64_t minutes = 0;
  struct order o = {.ref = "", .finding = {.from = VG_NOTIME, .until = VG_NOTIME}};
  const struct cli_option options[] = {{"type", CLI_TEXT, &type},           {"text", CLI_TEXT, &text},
                                       {"source", CLI_TEXT, &source},       {"exhibit", CLI_TEXT, &exhibit},
                                       {"from", CLI_TIME, &o.finding.from}, {"until", CLI_TIME, &o.finding.until},
                                       {"element", CLI_INT, &o.element},    {"precision", CLI_TEXT, &precision},
                                       {"spread", CLI_INT, &minutes},       {0}};
  int status = cli_one_word(c, &cmd_case_finding, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*type || !*text)
    return cli_usage(c, &cmd_case_finding, "cli.missing", *type ? "--text" : "--type");
  o.finding.type = vg_str_z(type);
  o.finding.text = vg_str_z(text);
  o.finding.source = vg_str_z(source);
  o.finding.exhibit = vg_str_z(exhibit);
  if (minutes < 0 || minutes > 366 * 24 * 60)
    return cli_usage(c, &cmd_case_finding, "cli.bad_value", "--spread");
  o.finding.precision = vg_str_z(precision);
  o.finding.spread = minutes * 60 * VG_SECOND;
  status = cli_write(c, add_finding, &o);
  return status == CLI_OK ? show_id(c, o.finding.pid.s) : status;
}

static vg_code withdraw(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return casework_finding_withdraw(tx, who, vg_str_z(o->ref), vg_str_z(o->reason), err);
}

static int run_withdraw(struct cli *c, int argc, char **argv) {
  struct order o = {.reason = ""};
  const struct cli_option options[] = {{"reason", CLI_TEXT, &o.reason}, {0}};
  int status = cli_one_word(c, &cmd_case_withdraw, argc, argv, options, "FINDING", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  status = cli_write(c, withdraw, &o);
  return status == CLI_OK ? show_id(c, o.ref) : status;
}

const struct cli_command cmd_case_party = {"case party", "cli.case_party", "cli.case_party.usage", run_party};
const struct cli_command cmd_case_finding = {"case finding", "cli.case_finding", "cli.case_finding.usage", run_finding};
const struct cli_command cmd_case_withdraw = {"case withdraw", "cli.case_withdraw", "cli.case_withdraw.usage",
                                              run_withdraw};

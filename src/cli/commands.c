#include "cli/cli.h"

extern const struct cli_command cmd_acquire;
extern const struct cli_command cmd_anticipate_coincidence;
extern const struct cli_command cmd_anticipate_list;
extern const struct cli_command cmd_anticipate_show;
extern const struct cli_command cmd_case_list;
extern const struct cli_command cmd_case_open;
extern const struct cli_command cmd_convention_add;
extern const struct cli_command cmd_convention_list;
extern const struct cli_command cmd_demo;
extern const struct cli_command cmd_exhibit_add;
extern const struct cli_command cmd_exhibit_list;
extern const struct cli_command cmd_incident_add;
extern const struct cli_command cmd_incident_list;
extern const struct cli_command cmd_init;
extern const struct cli_command cmd_intel_import;
extern const struct cli_command cmd_intel_list;
extern const struct cli_command cmd_intel_pack;
extern const struct cli_command cmd_intel_show;
extern const struct cli_command cmd_intel_sight;
extern const struct cli_command cmd_intel_withdraw;
extern const struct cli_command cmd_ledger_checkpoint;
extern const struct cli_command cmd_ledger_list;
extern const struct cli_command cmd_ledger_prove;
extern const struct cli_command cmd_ledger_verify;
extern const struct cli_command cmd_match;
extern const struct cli_command cmd_org_add;
extern const struct cli_command cmd_org_list;
extern const struct cli_command cmd_qualify_answer;
extern const struct cli_command cmd_qualify_assess;
extern const struct cli_command cmd_qualify_confirm;
extern const struct cli_command cmd_qualify_decide;
extern const struct cli_command cmd_qualify_list;
extern const struct cli_command cmd_qualify_open;
extern const struct cli_command cmd_qualify_show;
extern const struct cli_command cmd_qualify_strike;
extern const struct cli_command cmd_referent_add;
extern const struct cli_command cmd_referent_list;
extern const struct cli_command cmd_serve;
extern const struct cli_command cmd_share_publish;
extern const struct cli_command cmd_verify;
extern const struct cli_command cmd_zone_list;

const struct cli_command *const cli_commands[] = {
    &cmd_acquire,
    &cmd_anticipate_coincidence,
    &cmd_anticipate_list,
    &cmd_anticipate_show,
    &cmd_case_list,
    &cmd_case_open,
    &cmd_convention_add,
    &cmd_convention_list,
    &cmd_demo,
    &cmd_exhibit_add,
    &cmd_exhibit_list,
    &cmd_incident_add,
    &cmd_incident_list,
    &cmd_init,
    &cmd_intel_import,
    &cmd_intel_list,
    &cmd_intel_pack,
    &cmd_intel_show,
    &cmd_intel_sight,
    &cmd_intel_withdraw,
    &cmd_ledger_checkpoint,
    &cmd_ledger_list,
    &cmd_ledger_prove,
    &cmd_ledger_verify,
    &cmd_match,
    &cmd_org_add,
    &cmd_org_list,
    &cmd_qualify_answer,
    &cmd_qualify_assess,
    &cmd_qualify_confirm,
    &cmd_qualify_decide,
    &cmd_qualify_list,
    &cmd_qualify_open,
    &cmd_qualify_show,
    &cmd_qualify_strike,
    &cmd_referent_add,
    &cmd_referent_list,
    &cmd_serve,
    &cmd_share_publish,
    &cmd_verify,
    &cmd_zone_list,
    NULL,
};

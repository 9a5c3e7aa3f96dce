#include "cli/cli.h"

extern const struct cli_command cmd_demo;
extern const struct cli_command cmd_init;

const struct cli_command *const cli_commands[] = {
    &cmd_demo,
    &cmd_init,
    NULL,
};

#include "cli/cli.h"

extern const struct cli_command cmd_init;

const struct cli_command *const cli_commands[] = {
    &cmd_init,
    NULL,
};

#ifndef VG_CLI_CLI_INTERNAL_H
#define VG_CLI_CLI_INTERNAL_H
/* Shared by the files of the frame only. */
#include "cli/cli.h"

/* A global option (--home, --json, ...) at argv[i], anywhere on the line; *used: words taken. A bad one is left to the
 * caller. */
bool cli_global_option(struct cli *c, int argc, char **argv, int i, int *used);
/* The display columns that a UTF-8 text takes on a terminal. */
size_t cli_width(vg_str s);
/* On a terminal, control characters of names and texts that come from outside are shown as `?`: they could rewrite what
 * is read. Files and pipes get the bytes. */
void cli_guard_terminal(void);
/* What --help says: the rooms by what one comes for, one line each (cmd_help.c); with --all every command. */
void cli_overview(struct cli *c);
void cli_all_commands(struct cli *c);
/* The whole program behind main(). Returns the exit status. */
int cli_main(int argc, char **argv);

#endif

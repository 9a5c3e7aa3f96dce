/* The program: the command line, which opens the other doors too. */
#include "cli/cli_internal.h"

int main(int argc, char **argv) { return cli_main(argc, argv); }

/* The program: the command line, which opens the other doors too; or a cell, when it was started as one. */
#include "cells.h"
#include "cli/cli_internal.h"

int main(int argc, char **argv) {
  cell_main(argc, argv, &cells);
  return cli_main(argc, argv);
}

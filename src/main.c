/* The program: a cell if it was started as one, else the command line, which opens the other doors too. */
#include "cells.h"
#include "cli/cli_internal.h"

int main(int argc, char **argv) {
  cell_main(argc, argv, &cells);
  return cli_main(argc, argv);
}

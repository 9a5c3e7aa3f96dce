#include <signal.h>

#include "cli/cli.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction before[VG_COUNT(signals)];
static atomic_bool stop;

static void on_signal(int number) {
  (void)number;
  atomic_store(&stop, true);
}

const atomic_bool *cli_stop_begin(void) {
  const struct sigaction ours = {.sa_handler = on_signal};
  for (size_t i = 0; i < VG_COUNT(signals); i++)
    (void)sigaction(signals[i], &ours, &before[i]);
  return &stop;
}

void cli_stop_end(void) {
  for (size_t i = 0; i < VG_COUNT(signals); i++)
    (void)sigaction(signals[i], &before[i], NULL);
}

/* spent COMMAND...: runs it and prints wall seconds, peak resident kilobytes and seconds of processor (its children's
 * too) on stderr; its status is the command's. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct timespec a, b;
  struct rusage used;
  int status = 1;
  if (argc < 2)
    return 2;
  clock_gettime(CLOCK_MONOTONIC, &a);
  pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  if (pid < 0 || wait4(pid, &status, 0, &used) < 0)
    return 1;
  clock_gettime(CLOCK_MONOTONIC, &b);
  fprintf(stderr, "%.3f %ld %.3f\n", (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9,
          used.ru_maxrss,
          (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
              (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

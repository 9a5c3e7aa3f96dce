#ifndef VG_TESTS_PG_H
#define VG_TESTS_PG_H
/*
 * A private PostgreSQL for a test program: its own data directory under TMPDIR, a Unix socket only, gone at the end.
 * pg_start gives the URL, or NULL with the reason in *why when no server is installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char pg_dir[128], pg_link[256];

static int pg_run(const char *what) {
  char line[1024];
  const char *as = getuid() == 0 ? "su postgres -s /bin/sh -c" : "sh -c";
  snprintf(line, sizeof line, "%s \"%s\" >>%s.log 2>&1", as, what, pg_dir);
  return system(line);
}

static inline const char *pg_start(const char **why) {
  char line[512], bin[200] = "";
  FILE *p = popen("ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1", "r");
  if (p && fgets(bin, sizeof bin, p))
    for (char *c = bin; *c; c++)
      if (*c == '\n')
        *c = 0;
  if (p)
    pclose(p);
  if (!bin[0]) {
    *why = "no PostgreSQL server is installed";
    return NULL;
  }
  snprintf(pg_dir, sizeof pg_dir, "%s/vigie-pg-%d", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
  snprintf(line, sizeof line, "rm -rf %s && mkdir -m 700 %s && { [ $(id -u) != 0 ] || chown postgres %s; }", pg_dir,
           pg_dir, pg_dir);
  if (system(line) != 0)
    return NULL;
  /* A collation that is not byte order, as many servers have: what sorts by it shows. */
  snprintf(line, sizeof line,
           "%s/initdb -D %s/d -A trust -U vigie -E UTF8 --locale=C --locale-provider=icu --icu-locale=fr -N", bin,
           pg_dir);
  if (pg_run(line) != 0) {
    *why = "initdb failed";
    return NULL;
  }
  snprintf(line, sizeof line, "%s/pg_ctl -D %s/d -w -o '-F -k %s -h \\\"\\\"' start", bin, pg_dir, pg_dir);
  if (pg_run(line) != 0) {
    *why = "the server did not start";
    return NULL;
  }
  snprintf(pg_link, sizeof pg_link, "postgresql:///postgres?host=%s&user=vigie", pg_dir);
  return pg_link;
}

/* This file, or with VIGIE_TEST_PG set a real PostgreSQL, whose absence fails the test. */
static inline const char *pg_or(const char *file) {
  const char *why = NULL, *url = getenv("VIGIE_TEST_PG") ? pg_start(&why) : file;
  if (!url)
    fail_msg("no PostgreSQL: %s", why);
  return url;
}

static inline void pg_stop(void) {
  char line[512];
  if (!pg_link[0])
    return;
  snprintf(line, sizeof line, "$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)/pg_ctl -D %s/d -m immediate stop",
           pg_dir);
  char escaped[600];
  snprintf(escaped, sizeof escaped, "\\%s", line); /* the inner shell expands $( */
  (void)pg_run(escaped);
  snprintf(line, sizeof line, "rm -rf %s %s.log", pg_dir, pg_dir);
  (void)!system(line);
}

#endif

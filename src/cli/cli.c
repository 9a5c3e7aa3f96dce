#include "cli/cli.h"
#include "cli/cli_internal.h"
#include "base/file.h"

#include <pwd.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool text_option(int argc, char **argv, int i, const char *name, const char **to, int *used) {
  size_t n = strlen(name);
  if (strncmp(argv[i], name, n) == 0 && argv[i][n] == '=') {
    *to = argv[i] + n + 1;
    return true;
  }
  if (strcmp(argv[i], name) != 0 || i + 1 >= argc)
    return false;
  *to = argv[i + 1];
  *used = 2;
  return true;
}

static bool lang_of(const char *name, enum vg_lang *lang) {
  if (strncmp(name, "fr", 2) == 0)
    *lang = VG_FR;
  else if (strncmp(name, "en", 2) == 0)
    *lang = VG_EN;
  else
    return false;
  return true;
}

bool cli_global_option(struct cli *c, int argc, char **argv, int i, int *used) {
  const char *lang;
  *used = 1;
  if (strcmp(argv[i], "--json") == 0)
    c->json = true;
  else if (strcmp(argv[i], "--quiet") == 0)
    c->quiet = true;
  else if (text_option(argc, argv, i, "--lang", &lang, used))
    return lang_of(lang, &c->lang);
  else
    return text_option(argc, argv, i, "--home", &c->home, used) || text_option(argc, argv, i, "--as", &c->as, used);
  return true;
}

/* A clock that runs on from the instant that VIGIE_NOW names: replays and tests. */
static vg_time shifted_now(void *ctx) { return vg_clock_system.now(NULL) + *(const int64_t *)ctx; }

static bool read_environment(struct cli *c, int64_t *shift) {
  const char *lang = getenv("VIGIE_LANG"), *now = getenv("VIGIE_NOW"), *home = getenv("VIGIE_HOME");
  vg_time t;
  c->clock = vg_clock_system;
  if (!lang || !lang_of(lang, &c->lang)) {
    lang = getenv("LC_ALL") && *getenv("LC_ALL") ? getenv("LC_ALL") : getenv("LANG");
    c->lang = lang && strncmp(lang, "en", 2) == 0 ? VG_EN : VG_FR;
  }
  if (home && *home)
    c->home = home;
  if (!now)
    return true;
  if (!vg_time_parse(vg_str_z(now), &t))
    return false;
  *shift = t - vg_clock_system.now(NULL);
  c->clock = (struct vg_clock){shifted_now, shift};
  return true;
}

static int longest_name(void) {
  size_t longest = 0;
  for (const struct cli_command *const *p = cli_commands; *p; p++)
    longest = strlen((*p)->name) > longest ? strlen((*p)->name) : longest;
  return (int)longest;
}

void cli_all_commands(struct cli *c) {
  printf("%s\n\n", vg_msg_text(c->lang, "cli.synopsis"));
  for (const struct cli_command *const *p = cli_commands; *p; p++)
    printf("  %-*s  %s\n", longest_name(), (*p)->name, vg_msg_text(c->lang, (*p)->summary));
  printf("\n%s\n", vg_msg_text(c->lang, "cli.synopsis.end"));
}

/* --help --all, in any order, with --lang among them. */
static int help(struct cli *c, int argc, char **argv) {
  bool all = false;
  int used = 1;
  for (int i = 0; i < argc; i += used) {
    used = 1;
    if (strcmp(argv[i], "--all") == 0)
      all = true;
    else
      (void)cli_global_option(c, argc, argv, i, &used);
  }
  if (all)
    cli_all_commands(c);
  else
    cli_overview(c);
  return CLI_OK;
}

/* The command whose words start the line; *words: how many it took. The longest name wins ("intel import" over
 * "intel"). */
static const struct cli_command *find_command(int argc, char **argv, int *words) {
  const struct cli_command *best = NULL;
  *words = 0;
  for (const struct cli_command *const *p = cli_commands; *p; p++) {
    vg_str rest = vg_str_z((*p)->name), word;
    int n = 0;
    while (vg_str_cut(&rest, ' ', &word) && n < argc && vg_str_eqz(word, argv[n]))
      n++;
    bool whole = (size_t)n == 1 + (strchr((*p)->name, ' ') ? 1u : 0u);
    if (whole && n > *words) {
      best = *p;
      *words = n;
    }
  }
  return best;
}

static int unknown_command(struct cli *c, int argc, char **argv) {
  bool group = false;
  for (const struct cli_command *const *p = cli_commands; *p; p++) {
    size_t n = strlen(argv[0]);
    if (strncmp((*p)->name, argv[0], n) == 0 && (*p)->name[n] == ' ') {
      if (!group && argc > 1 && strcmp(argv[1], "--help") == 0)
        printf("vigie %s …\n\n", argv[0]);
      group = true;
      fprintf(argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout : stderr, "  %-*s  %s\n", longest_name(), (*p)->name,
              vg_msg_text(c->lang, (*p)->summary));
    }
  }
  if (group && argc > 1 && strcmp(argv[1], "--help") == 0)
    return CLI_OK;
  struct vg_err err = {0};
  bool word = group && argc > 1 && argv[1][0] != '-';
  char both[160];
  snprintf(both, sizeof both, "%s%s%s", argv[0], word ? " " : "", word ? argv[1] : "");
  (void)VG_FAIL(&err, VG_EUSAGE,
                word    ? "cli.unknown_subcommand"
                : group ? "cli.needs_subcommand"
                        : "cli.unknown_command",
                both);
  return cli_fail(c, &err);
}

/* What was asked, to be told in the journal when records of many are read. */
static void keep_line(struct cli *c, int argc, char **argv) {
  size_t n = 0;
  int used = 1;
  for (int i = 0; i < argc; i += used) {
    struct cli unused = {.lang = c->lang};
    const char *motive;
    used = 1;
    if (text_option(argc, argv, i, "--motive", &motive, &used) || cli_global_option(&unused, argc, argv, i, &used))
      continue;
    used = 1;
    vg_str word = vg_str_z(argv[i]);
    if (!vg_utf8_ok(word) || n + 1 + word.n >= sizeof c->line)
      continue;
    if (n)
      c->line[n++] = ' ';
    n += vg_str_z(vg_str_copy(c->line + n, sizeof c->line - n, word)).n;
  }
}

/* Why the option before the command was not taken. */
static int not_global(struct cli *c, int argc, char **argv, int i, int used) {
  static const char *const with_value[] = {"--home", "--as", "--lang"};
  struct vg_err err = {0};
  const char *id = "cli.unknown_option", *said = argv[i];
  for (size_t k = 0; k < VG_COUNT(with_value) && i + 1 == argc; k++)
    if (strcmp(argv[i], with_value[k]) == 0)
      id = "cli.needs_value";
  if (used > 1 || strncmp(argv[i], "--lang=", 7) == 0) {
    id = "cli.bad_lang";
    said = used > 1 ? argv[i + 1] : argv[i] + 7;
  }
  (void)VG_FAIL(&err, VG_EUSAGE, id, said);
  return cli_fail(c, &err);
}

static int dispatch(struct cli *c, int argc, char **argv) {
  int i = 0, used = 1, words;
  for (; i < argc && argv[i][0] == '-'; i += used) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
      return help(c, argc, argv);
    if (strcmp(argv[i], "--version") == 0) {
      printf("vigie %s\n", VIGIE_VERSION);
      return CLI_OK;
    }
    if (!cli_global_option(c, argc, argv, i, &used))
      return not_global(c, argc, argv, i, used);
  }
  if (i == argc) {
    cli_overview(c);
    return CLI_USAGE;
  }
  const struct cli_command *command = find_command(argc - i, argv + i, &words);
  keep_line(c, argc - i, argv + i);
  return command ? command->run(c, argc - i - words, argv + i + words) : unknown_command(c, argc - i, argv + i);
}

int cli_main(int argc, char **argv) {
  struct cli c = {.lang = VG_FR};
  struct vg_err err = {0};
  int64_t shift = 0;
  int status;
  vg_buf_init(&c.out, 64u << 20);
  cli_guard_terminal();
  if (read_environment(&c, &shift)) {
    status = dispatch(&c, argc - 1, argv + 1);
  } else {
    (void)VG_FAIL(&err, VG_EUSAGE, "cli.bad_now", getenv("VIGIE_NOW"));
    status = cli_fail(&c, &err);
  }
  if (status == CLI_OK && c.nothing && !c.said && !c.json)
    cli_note(&c, "cli.nothing", NULL);
  instance_close(c.instance);
  vg_buf_fini(&c.out);
  /* Not all that was to be read can be: whatever else came of it, it failed. */
  bool lost = ferror(stdout);
  errno = EIO;
  if ((fflush(stdout) != 0 || lost) && status != CLI_FAILED) {
    (void)VG_FAIL_SYS(&err, "base.write", "stdout");
    status = cli_fail(&c, &err);
  }
  return status;
}

static const char *home_of(const struct cli *c, char out[static 4096]) {
  const char *user = getenv("HOME");
  if (c->home)
    return c->home;
  snprintf(out, 4096, "%s/.local/share/vigie", user ? user : "/root");
  return out;
}

vg_code cli_open(struct cli *c, bool must, struct vg_err *err) {
  char home[4096], settings[4200];
  if (c->instance)
    return VG_OK;
  struct instance_options o = {.home = home_of(c, home), .clock = &c->clock};
  snprintf(settings, sizeof settings, "%s/vigie.json", o.home);
  if (!must && !c->home && !vg_file_exists(settings))
    return VG_OK;
  return instance_open(&c->instance, &o, err);
}

static int open_instance(struct cli *c, bool must) {
  struct vg_err err = {0};
  return cli_open(c, must, &err) == VG_OK ? CLI_OK : cli_fail(c, &err);
}

int cli_instance(struct cli *c) { return open_instance(c, true); }
int cli_try_instance(struct cli *c) { return open_instance(c, false); }

static vg_code find_actor(struct cli *c, struct actor *who, struct vg_err *err) {
  const struct passwd *pw = c->as ? NULL : getpwuid(getuid());
  const char *login = c->as ? c->as : pw ? pw->pw_name : "";
  return instance_actor(c->instance, login, who, err);
}

int cli_actor(struct cli *c, struct actor *who) {
  struct vg_err err = {0};
  return find_actor(c, who, &err) == VG_OK ? CLI_OK : cli_fail(c, &err);
}

int64_t cli_list_wanted(const struct cli_listing *l) { return l->limit ? l->limit + 1 : INT64_MAX; }
bool cli_list_room(struct cli_listing *l) { return l->seen++ < l->limit || l->limit == 0; }

int cli_list_more(const struct cli_listing *l, int status) {
  if (status == CLI_OK && l->limit && l->seen > l->limit)
    CLI_NOTE(l->c, "cli.list.more", VG_N(l->limit));
  return status;
}

static int listed(struct cli *c, const char *const *heading_ids, size_t columns, cli_reader *read, struct actor *who,
                  int64_t limit) {
  if (cli_instance(c) != CLI_OK || (who && cli_actor(c, who) != CLI_OK))
    return CLI_FAILED;
  struct vg_err err = {0};
  struct store_tx *tx;
  struct cli_listing l = {.c = c, .who = who, .limit = limit};
  if (store_begin_read(instance_store(c->instance), &tx, &err) != VG_OK)
    return cli_fail(c, &err);
  if (!c->json)
    l.table = cli_table_new(c, heading_ids, columns);
  l.tx = tx;
  vg_code rc = read(tx, &l, &err);
  store_rollback(&tx);
  if (l.table)
    cli_table_print(l.table);
  return rc == VG_OK ? cli_list_more(&l, CLI_OK) : cli_fail(c, &err);
}

static int list(struct cli *c, const struct cli_command *self, int argc, char **argv, const char *const *heading_ids,
                size_t columns, cli_reader *read, struct actor *who) {
  const struct cli_option options[] = {{0}};
  int status = cli_no_word(c, self, argc, argv, options);
  return status == CLI_OK ? listed(c, heading_ids, columns, read, who, 0) : cli_parsed(status);
}

static int list_long(struct cli *c, const struct cli_command *self, int argc, char **argv,
                     const char *const *heading_ids, size_t columns, cli_reader *read, struct actor *who) {
  int64_t limit = CLI_LIST_LIMIT;
  const struct cli_option options[] = {{"limit", CLI_INT, &limit}, {0}};
  int status = cli_no_word(c, self, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  return limit < 0 ? cli_usage(c, self, "cli.bad_value", "--limit") : listed(c, heading_ids, columns, read, who, limit);
}

int cli_list_all(struct cli *c, const struct cli_command *self, int argc, char **argv, const char *const *heading_ids,
                 size_t columns, cli_reader *read) {
  return list(c, self, argc, argv, heading_ids, columns, read, NULL);
}

int cli_list_seen(struct cli *c, const struct cli_command *self, int argc, char **argv, const char *const *heading_ids,
                  size_t columns, cli_reader *read) {
  struct actor who;
  return list(c, self, argc, argv, heading_ids, columns, read, &who);
}

int cli_list_long(struct cli *c, const struct cli_command *self, int argc, char **argv, const char *const *heading_ids,
                  size_t columns, cli_reader *read) {
  return list_long(c, self, argc, argv, heading_ids, columns, read, NULL);
}

int cli_list_long_seen(struct cli *c, const struct cli_command *self, int argc, char **argv,
                       const char *const *heading_ids, size_t columns, cli_reader *read) {
  struct actor who;
  return list_long(c, self, argc, argv, heading_ids, columns, read, &who);
}

vg_code cli_begin(struct cli *c, const atomic_bool *stop, struct store_tx **tx, struct vg_err *err) {
  vg_code rc = store_begin(instance_store(c->instance), tx, err);
  if (rc == VG_EBUSY && stop)
    CLI_NOTE(c, "cli.waits");
  while (rc == VG_EBUSY && stop && !atomic_load(stop)) {
    vg_err_clear(err);
    rc = store_begin(instance_store(c->instance), tx, err);
  }
  return rc;
}

int cli_write(struct cli *c, cli_writer *write, void *ctx) { return cli_write_long(c, NULL, write, ctx); }

int cli_write_long(struct cli *c, const atomic_bool *stop, cli_writer *write, void *ctx) {
  struct actor who;
  struct vg_err err = {0};
  struct store_tx *tx = NULL;
  if (cli_instance(c) != CLI_OK || cli_actor(c, &who) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = cli_begin(c, stop, &tx, &err);
  if (rc == VG_OK)
    rc = write(tx, &who, ctx, &err);
  if (rc == VG_OK)
    rc = instance_commit(c->instance, &tx, &err);
  store_rollback(&tx);
  if (rc == VG_OK && store_unscrubbed(instance_store(c->instance)))
    CLI_NOTE(c, "cli.unscrubbed");
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static int read_as(struct cli *c, const struct actor *who, cli_writer *read, void *ctx) {
  struct vg_err err = {0};
  struct store_tx *tx = NULL;
  vg_code rc = store_begin_read(instance_store(c->instance), &tx, &err);
  if (rc == VG_OK)
    rc = read(tx, who, ctx, &err);
  store_rollback(&tx);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

int cli_read(struct cli *c, cli_writer *read, void *ctx) {
  struct actor who;
  if (cli_instance(c) != CLI_OK || cli_actor(c, &who) != CLI_OK)
    return CLI_FAILED;
  return read_as(c, &who, read, ctx);
}

int cli_read_open(struct cli *c, cli_writer *read, void *ctx) {
  struct actor who;
  struct vg_err err = {0};
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = find_actor(c, &who, &err);
  if (rc != VG_OK && (c->as || rc != VG_ENOTFOUND))
    return cli_fail(c, &err);
  return read_as(c, rc == VG_OK ? &who : NULL, read, ctx);
}

int cli_no_word(struct cli *c, const struct cli_command *self, int argc, char **argv,
                const struct cli_option *options) {
  int status = cli_parse(c, self, &argc, argv, options);
  return status == CLI_OK && argc > 0 ? cli_usage(c, self, "cli.too_many", argv[0]) : status;
}

int cli_one_word(struct cli *c, const struct cli_command *self, int argc, char **argv, const struct cli_option *options,
                 const char *name, const char **word) {
  int status = cli_parse(c, self, &argc, argv, options);
  if (status != CLI_OK)
    return status;
  if (argc != 1)
    return cli_usage(c, self, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : name);
  *word = argv[0];
  return CLI_OK;
}

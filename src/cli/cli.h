#ifndef VG_CLI_CLI_H
#define VG_CLI_CLI_H
/*
 * The command-line door: options -> one call into a room -> print; no logic. A command is one cmd_*.c with one
 * struct cli_command, listed in commands.c. stdout carries results only (sentences, tables, or JSON Lines with --json);
 * progress and messages go to stderr.
 */
#include <stdatomic.h>

#include "base/jsonw.h"
#include "base/msg.h"
#include "instance/instance.h"

enum cli_status { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_ATTENTION = 3 };

enum { CLI_GIVEN = 32 };

struct cli {
  enum vg_lang lang;
  bool json, quiet;
  const char *home; /* NULL: none was named and there is no default instance */
  const char *as;   /* --as USER, or NULL */
  char line[260];   /* the command and its words, without global options and motive, as far as they fit in UTF-8 */
  struct vg_clock clock;
  struct instance *instance; /* opened by cli_instance() */
  struct vg_buf out;         /* scratch for one result line */
  const char *file;          /* what is being read: named by cli_fail when an error about bytes does not name it */
  bool said;                 /* something was told to a person */
  int64_t written;           /* monotonic time of the last flush of a line of JSON */
  bool nothing;              /* a listing had no row: said at the end when nothing else was */
  struct {
    const char *name, *value;
  } given[CLI_GIVEN]; /* the options that were parsed, the last of them: an error tells which one it is about */
  size_t n_given;
};

struct cli_command {
  const char *name;    /* "acquire" or with a sub-command "intel import" */
  const char *summary; /* message id: one line for `vigie --help` */
  const char *usage;   /* message id: synopsis, what each option does, one real example */
  int (*run)(struct cli *c, int argc,
             char **argv); /* argv[0] is the first word after the command's name; returns a cli_status */
};
extern const struct cli_command *const cli_commands[]; /* NULL-ended */

/*
 * Options, declared as a table ended by {0}. After cli_parse, *argc/argv hold only the positional words. `--` ends
 * options; `-x value`,
 * `--long value`, `--long=value`. Unknown or malformed: says which and the command's synopsis, returns CLI_USAGE.
 * --help prints the usage on stdout and gives CLI_HELP, which the command returns as CLI_OK: `if ((s = cli_parse(...))
 * != CLI_OK) return cli_parsed(s);`
 */
enum cli_kind { CLI_FLAG, CLI_TEXT, CLI_WORDS, CLI_INT, CLI_SIZE, CLI_TIME, CLI_LIST };
/* Of CLI_WORDS: what a person writes goes in whole, with a NUL, or is refused with the most it may have. */
struct cli_room {
  char *out;
  size_t cap;
};
#define CLI_ROOM(array) (&(struct cli_room){(array), sizeof(array)})
struct cli_list {
  const char *v[64];
  size_t n;
};
struct cli_option {
  const char *name; /* without dashes; "f|follow" gives a short form too */
  enum cli_kind kind;
  void *to; /* bool *, const char **, CLI_ROOM, int64_t *, uint64_t *, vg_time *, struct cli_list * */
};
enum { CLI_HELP = -1 };
int cli_parse(struct cli *c, const struct cli_command *self, int *argc, char **argv, const struct cli_option *options);
int cli_parsed(int status);
/* Usage error in the command's own words: message id and arguments. Returns CLI_USAGE. */
int cli_usage(struct cli *c, const struct cli_command *self, const char *id, const char *arg);

/* Opens the instance once; CLI_OK, or CLI_FAILED with the error said. cli_try_instance: the same but no instance is
 * fine (instance stays NULL). */
int cli_instance(struct cli *c);
int cli_try_instance(struct cli *c);
/* The same for a command that has its own answer to some errors; must: there has to be an instance. */
MUST vg_code cli_open(struct cli *c, bool must, struct vg_err *err);
/* Who acts (--as, else the account whose login is the system user's). CLI_OK or CLI_FAILED with the error said. */
int cli_actor(struct cli *c, struct actor *who);

/*
 * A whole change: opens the instance, finds who acts, begins, calls write, commits (and signs). Nothing is left when
 * write fails. CLI_OK, or CLI_FAILED with the error said.
 */
typedef vg_code cli_writer(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err);
int cli_write(struct cli *c, cli_writer *write, void *ctx);
/* The same for long work: while another program holds the records it waits, and says so, until *stop. */
int cli_write_long(struct cli *c, const atomic_bool *stop, cli_writer *write, void *ctx);
/* Begins a change in that way. */
MUST vg_code cli_begin(struct cli *c, const atomic_bool *stop, struct store_tx **tx, struct vg_err *err);
/* The same for reading: a snapshot, and who reads, so that conflicts of interest are checked. */
int cli_read(struct cli *c, cli_writer *read, void *ctx);
/* For what everybody who has the instance may see, and some more with an account: who is NULL when nobody was named and
 * the system's user has no account; then `read` says what it leaves out. */
int cli_read_open(struct cli *c, cli_writer *read, void *ctx);
/* A command that takes options only: CLI_OK, or the status to return (as cli_parse). */
int cli_no_word(struct cli *c, const struct cli_command *self, int argc, char **argv, const struct cli_option *options);
/* "pdf" of "out/F.pdf"; empty: it has none. */
vg_str cli_suffix(const char *path);
/* A command that takes exactly one word: CLI_OK with *word, or the status to return. options as for cli_parse. */
int cli_one_word(struct cli *c, const struct cli_command *self, int argc, char **argv, const struct cli_option *options,
                 const char *name, const char **word);

/* One line on stderr; returns CLI_USAGE for VG_EUSAGE, else CLI_FAILED. */
int cli_fail(struct cli *c, const struct vg_err *err);
/* "vigie: text" on stderr, one line whatever the names in it hold. */
void cli_error_line(const char *text);
/* A note on stderr unless --quiet. args NULL-ended or NULL. */
void cli_note(struct cli *c, const char *id, const char *const *args);
#define CLI_NOTE(c, ...) cli_note_words((c), (const char *const[]){__VA_ARGS__, NULL})
void cli_note_words(struct cli *c, const char *const *words); /* words[0] is the id */
/* A sentence on stdout. */
#define CLI_SAY(c, ...) cli_say_words((c), (const char *const[]){__VA_ARGS__, NULL})
void cli_say_words(struct cli *c, const char *const *words);

/* JSON line: vg_jw on &c->out (call cli_json_begin first), then cli_json_end writes it with a newline; while lines
 * come, a reader waits a tenth of a second at most. Who then waits for something else flushes stdout. */
void cli_json_begin(struct cli *c, struct vg_jw *w);
void cli_json_end(struct cli *c);

/* Tables for people: columns aligned by display width on a terminal and in pipes alike. */
struct cli_table;
struct cli_table *cli_table_new(struct cli *c, const char *const *heading_ids, size_t columns);
void cli_table_cell(struct cli_table *t, vg_str text);
void cli_table_cellz(struct cli_table *t, const char *text);
void cli_table_cell_int(struct cli_table *t, int64_t n);
void cli_table_print(struct cli_table *t); /* prints and frees; no rows: see cli_nothing */
/* A listing came out empty: when the command ends well and said nothing else, one line on stderr says so. */
void cli_nothing(struct cli *c);

/*
 * A whole listing command without options: opens the instance, reads in a snapshot, prints the table (table is NULL
 * with --json, when each writes its own line). Returns the command's status.
 */
struct cli_listing {
  struct cli *c;
  struct cli_table *table;
  struct store_tx *tx;
  const struct actor *who; /* of cli_list_seen */
  int64_t limit, seen;     /* --limit of a listing that can be long, 0: all; what came so far */
};
typedef vg_code cli_reader(struct store_tx *tx, struct cli_listing *l, struct vg_err *err);
int cli_list_all(struct cli *c, const struct cli_command *self, int argc, char **argv, const char *const *heading_ids,
                 size_t columns, cli_reader *read);
/* The same for what not everybody may see: an account is needed, and the reader leaves out what l->who may not see. */
int cli_list_seen(struct cli *c, const struct cli_command *self, int argc, char **argv, const char *const *heading_ids,
                  size_t columns, cli_reader *read);
/*
 * A listing that grows with the instance takes --limit N: CLI_LIST_LIMIT rows when it is not given, 0: all. The reader
 * asks the room for cli_list_wanted (one more than are shown, INT64_MAX: all) and shows a row only when cli_list_room
 * says so; cli_list_more tells on stderr that there are more, and gives the status back. cli_list_long and
 * cli_list_long_seen are cli_list_all and cli_list_seen with that option.
 */
enum { CLI_LIST_LIMIT = 1000 };
int64_t cli_list_wanted(const struct cli_listing *l);
bool cli_list_room(struct cli_listing *l);
int cli_list_more(const struct cli_listing *l, int status);
int cli_list_long(struct cli *c, const struct cli_command *self, int argc, char **argv, const char *const *heading_ids,
                  size_t columns, cli_reader *read);
int cli_list_long_seen(struct cli *c, const struct cli_command *self, int argc, char **argv,
                       const char *const *heading_ids, size_t columns, cli_reader *read);

/* A bar with rate and time left, on a terminal only, at most 10 a second. total 0: unknown. cli_progress_end clears the
 * line. */
void cli_progress(struct cli *c, const char *label_id, uint64_t done, uint64_t total);
void cli_progress_end(struct cli *c);
/* From now on SIGINT, SIGTERM and SIGHUP only set what is returned, until cli_stop_end gives them back: for work that
 * can end well when it is told to. */
const atomic_bool *cli_stop_begin(void);
void cli_stop_end(void);
/* Local time for people ("21/01/2019 08:10"), RFC 3339 UTC in JSON. */
char *cli_time(char out[static VG_TIME_TEXT], const struct cli *c, vg_time t);

#endif

#ifndef VG_CLI_SHOW_H
#define VG_CLI_SHOW_H
/*
 * Parts of the `show` commands of people and affairs. Each writes one list: with w, as a JSON array under its key;
 * without, as a table under its heading (nothing when it is empty).
 */
#include "cli/cli.h"

#include "casework/casework.h"

struct show {
  struct cli *c;
  struct vg_jw *w;         /* NULL: for people */
  struct cli_table *table; /* made at the first row */
  const char *title;
  const char *const *heading;
  size_t columns;
  enum regime regime; /* show_cases, show_incidents: of this one alone */
  int64_t apart;      /* how many they left out */
};
/*
 * consult.c: whoever reads what an inquiry holds says why (casework_in_charge and after), before the first line of it
 * is printed. ref: what is read, by public id or reference. motive: the one given with --motive, which is always told;
 * NULL: who is in charge, or gave one in the last twelve hours, reads on; anybody else is refused, and told what to do.
 * What does not exist or may not be seen is left to the reader's own words. CLI_OK, or CLI_FAILED with the error said.
 */
int cli_consult(struct cli *c, const char *ref, const char *motive);
/* That, and then cli_read. */
int cli_read_inquiry(struct cli *c, const char *ref, const char *motive, cli_writer *read, void *ctx);
/* The same for what shows the records of many: the command line is what was sought. */
int cli_consult_many(struct cli *c, const char *motive);
/* What cli_consult asks for, without asking or telling: he is in charge, or gave a motive for this inquiry. */
MUST vg_code cli_inquiry_open(struct store_tx *tx, const struct actor *who, const struct affair *a, bool *open,
                              struct vg_err *err);
/* --regime and --motive of a command: "both" asks for a motive, prevention takes none. CLI_OK, or what cli_usage said.
 */
int show_regime(struct cli *c, const struct cli_command *command, const char *name, const char *motive,
                enum regime *out);
/* What is shown of a search, a timeline, the rows behind a figure, in that regime: casework_combine of who acts, about
 * himself, for both, and cli_consult_many for the inquiries. */
int show_combine(struct cli *c, enum regime of, const char *motive);
/* True (and counted) when something of that regime is not to be shown; REGIME_ANY always is. */
bool show_apart(struct show *s, enum regime of);
/* A list of one regime or both (s.regime): `read` shows its rows, l.tx and l.who are set, both regimes are asked for
 * (casework_combined); the table is printed, and a note says how many show_apart kept out. */
struct show_listing {
  struct cli_listing l;
  struct show s;
};
typedef vg_code show_reader(struct show_listing *v, struct vg_err *err);
int show_listed(struct show_listing *v, const char *const *heading, size_t columns, show_reader *read);
/* Says how many were kept out, when all went well; gives status back. */
int show_left_out(struct cli *c, const struct show *s, int status);
/* With w: begins the command's JSON object, and ends it (printing its line). Nothing without. */
void show_open(struct show *s);
void show_close(struct show *s);
/* Opens a list, and closes it (printing the table). */
void show_list(struct show *s, const char *key, const char *title, const char *const *heading, size_t columns);
void show_end(struct show *s);
/* The table to put a row's cells in; NULL with JSON. */
struct cli_table *show_row(struct show *s);
/* "label: value", nothing when the value is empty. */
void show_line(struct show *s, const char *label, vg_str value);
void show_time(struct show *s, const char *label, const char *key, vg_time t);
/* When it happened and was known, or that the victim did not know it (JSON: null). */
void show_times_told(struct show *s, const struct incident *in);
void show_text(struct show *s, const char *label, const char *key, vg_str value); /* with its JSON key */
/* The same of a code: people get its word (show_word), JSON the code; stem NULL: no code. */
void show_code(struct show *s, const char *label, const char *key, const char *stem, vg_str code);

MUST vg_code show_clocks(struct show *s, struct store_tx *tx, int64_t incident, struct vg_err *err);
MUST vg_code show_cases(struct show *s, struct store_tx *tx, const struct actor *who, int64_t org, int64_t incident,
                        struct vg_err *err);
MUST vg_code show_incidents(struct show *s, struct store_tx *tx, const struct actor *who, int64_t org,
                            struct vg_err *err);
MUST vg_code show_custody(struct show *s, struct store_tx *tx, int64_t exhibit, struct vg_err *err);
/* One act: its facts, its rule, who attended, what it made. */
MUST vg_code show_act(struct cli *c, struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_err *err);
/* A task, a note: cells of the row that show_row gave, or a JSON object. */
enum { SHOW_TASK_COLUMNS = 6, SHOW_NOTE_COLUMNS = 5 };
extern const char *const show_task_heading[SHOW_TASK_COLUMNS], *const show_note_heading[SHOW_NOTE_COLUMNS];
void show_task(struct show *s, const struct task *t);
void show_note(struct show *s, const struct note *n);
/* Lists of a case: the changes of its state, tasks, notes, marks. */
MUST vg_code show_life(struct show *s, struct store_tx *tx, const struct actor *who, int64_t case_id,
                       struct vg_err *err);
/* When the frame of a case ends, if it does, and its changes. */
MUST vg_code show_frame(struct show *s, struct store_tx *tx, const struct affair *a, struct vg_err *err);
/* The id of what a command just entered. CLI_OK. */
int show_id(struct cli *c, const char *id);
/* The word for a code: message stem + code, or "". */
const char *show_word(const struct cli *c, const char *stem, vg_str code);
/* Codes that people may also say by their word of the language: "rançongiciel" for ransomware. */
struct show_words {
  const char *stem;
  const char *codes[9];
};
extern const struct show_words show_verdicts, show_kinds, show_roles, show_frames;
/* Are these the same words, capitals, accents and what stands between them aside? Words of no letter are like none. */
bool show_same_words(const char *a, const char *b);
/* The code that *word is or says, capitals and accents aside. CLI_OK, or what cli_usage said: which ones there are. */
int show_pick(struct cli *c, const struct cli_command *command, const struct show_words *of, const char **word);
/* The same; a code that has no word stays as it is. */
const char *show_wordz(const struct cli *c, const char *stem, const char *code);

#endif

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
/* --regime and --motive of a command: "both" asks for a motive, nothing else takes one. CLI_OK, or what cli_usage said.
 */
int show_regime(struct cli *c, const struct cli_command *command, const char *name, const char *motive,
                enum regime *out);
/* casework_combine of who acts, about himself: a search, a timeline, the rows behind a figure. */
int show_combine(struct cli *c, const char *motive);
/* True (and counted) when something of that regime is not to be shown; REGIME_ANY always is. */
bool show_apart(struct show *s, enum regime of);
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
/* The id of what a command just entered. CLI_OK. */
int show_id(struct cli *c, const char *id);
/* The word for a code: message stem + code, or "". */
const char *show_word(const struct cli *c, const char *stem, vg_str code);
/* The same; a code that has no word stays as it is. */
const char *show_wordz(const struct cli *c, const char *stem, const char *code);

#endif

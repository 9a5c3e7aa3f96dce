#ifndef VG_CLI_DEMO_H
#define VG_CLI_DEMO_H
/*
 * The demonstration's runner. Every step is a command that a user could type: the program runs itself, shows the
 * command, reads its JSON Lines and says what was found. Nothing here knows more than the command line does.
 */
#include <limits.h>

#include "base/json.h"
#include "cli/cli.h"

struct demo {
  struct cli *c;
  const char *url; /* of an empty PostgreSQL database; NULL: SQLite */
  char self[PATH_MAX], data[PATH_MAX], work[PATH_MAX], home[PATH_MAX];
  char other[PATH_MAX]; /* not empty: commands go to this instance */
  char user[64], password[24], request[VG_ID_MAX], story[VG_ID_MAX], diagnosis[VG_ID_MAX];
  struct vg_buf out; /* what the last command printed */
  struct vg_json *json;
  struct vg_err err;
  bool hidden; /* commands are not shown */
};

/* Runs `vigie --home HOME --json [--as USER] words...`; statuses other than 0 and `also` are failures. */
MUST vg_code demo_run(struct demo *d, const char *as, int also, const char *const *words);
#define RUN(d, ...) demo_run((d), NULL, CLI_OK, (const char *const[]){__VA_ARGS__, NULL})
#define RUN_AS(d, who, ...) demo_run((d), (who), CLI_OK, (const char *const[]){__VA_ARGS__, NULL})
#define RUN_ATTENTION(d, ...) demo_run((d), NULL, CLI_ATTENTION, (const char *const[]){__VA_ARGS__, NULL})

/* Of what the last command printed: the last JSON line (VG_EDATA when there is none), a text of it ("" when missing),
 * and how many lines carry "key":"value" (all when key is NULL). */
MUST vg_code demo_last(struct demo *d, vg_jv *root);
MUST vg_code demo_text(struct demo *d, const char *key, char *out, size_t cap);
int64_t demo_count(struct demo *d, const char *key, const char *value);
/* Joins dir and name into out, and returns it. */
const char *demo_path(struct demo *d, char out[static PATH_MAX], const char *dir, const char *name);
/* Now and so much, as text. */
const char *demo_day(char out[static VG_TIME_TEXT], const struct demo *d, int64_t offset);
/*
 * Writes DATA/name into the working directory under its last name (".tmpl" becomes ".log"), *path says where, with its
 * times counted back from now: {e-SECONDS} as Unix time with milliseconds, {t-SECONDS} as RFC 3339, {wK+D} as the day D
 * (0: Monday) of the K-th week before this one.
 */
MUST vg_code demo_fill(struct demo *d, const char *name, char path[static PATH_MAX]);
void demo_say(struct demo *d, const char *const *words);
#define SAY(d, ...) demo_say((d), (const char *const[]){__VA_ARGS__, NULL})

#define DEMO_RARE "maj-securite-poste.vqx7dzrelais.net" /* what two unrelated companies meet */

/* Steps of demo_ahead.c. */
MUST vg_code demo_watch(struct demo *d);
MUST vg_code demo_weekly(struct demo *d);
MUST vg_code demo_event(struct demo *d);
MUST vg_code demo_content(struct demo *d);
/* Step of demo_wave.c. */
MUST vg_code demo_wave(struct demo *d);
/* Steps of demo_network.c. */
MUST vg_code demo_prevention(struct demo *d);
MUST vg_code demo_merge(struct demo *d);
MUST vg_code demo_evaluation(struct demo *d);

#endif

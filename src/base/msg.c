#include "base/msg.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct message {
  const char *id, *text[2];
};

#define M(id, fr, en) {id, {fr, en}},
static struct message catalogue[] = {
#include "messages/base.def"
#include "messages/store.def"
#include "messages/ledger.def"
#include "messages/sandbox.def"
#include "messages/territory.def"
#include "messages/casework.def"
#include "messages/intel.def"
#include "messages/dossier.def"
#include "messages/evaluation.def"
#include "messages/event.def"
#include "messages/evidence.def"
#include "messages/manual.def"
#include "messages/match.def"
#include "messages/merge.def"
#include "messages/similar.def"
#include "messages/watch.def"
#include "messages/analysis.def"
#include "messages/prevention.def"
#include "messages/qualify.def"
#include "messages/anticipate.def"
#include "messages/share.def"
#include "messages/instance.def"
#include "messages/server.def"
#include "messages/server_cases.def"
#include "messages/server_help.def"
#include "messages/server_network.def"
#include "messages/server_evaluation.def"
#include "messages/cli.def"
#include "messages/cli_act.def"
#include "messages/cli_case.def"
#include "messages/cli_analysis.def"
#include "messages/cli_event.def"
#include "messages/cli_evidence.def"
#include "messages/cli_extract.def"
#include "messages/cli_evaluate.def"
#include "messages/cli_field.def"
#include "messages/cli_people.def"
#include "messages/cli_prevention.def"
#include "messages/cli_intel.def"
#include "messages/cli_judge.def"
#include "messages/cli_ledger.def"
#include "messages/cli_match.def"
#include "messages/cli_merge.def"
#include "messages/cli_similar.def"
#include "messages/cli_watch.def"
#include "messages/cli_server.def"
#include "messages/cli_share.def"
};

enum { MSG_ARGS = 9 }; /* {1} to {9}; an error carries four at most, a reason may carry more */

static int by_id(const void *a, const void *b) {
  const struct message *x = a, *y = b;
  return strcmp(x->id, y->id);
}

static void sort_catalogue(void) { qsort(catalogue, VG_COUNT(catalogue), sizeof catalogue[0], by_id); }

const char *vg_msg_text(enum vg_lang lang, const char *id) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, sort_catalogue);
  struct message wanted = {.id = id};
  const struct message *m = bsearch(&wanted, catalogue, VG_COUNT(catalogue), sizeof catalogue[0], by_id);
  return m ? m->text[lang] : NULL;
}

/* "@id": an argument that is a message itself. */
static const char *argument(enum vg_lang lang, const char *arg) {
  const char *text = arg[0] == '@' ? vg_msg_text(lang, arg + 1) : NULL;
  return text ? text : arg;
}

void vg_msg(struct vg_buf *out, enum vg_lang lang, const char *id, const char *const *args) {
  const char *text = vg_msg_text(lang, id);
  size_t count = 0;
  while (args && count < 9 && args[count])
    count++;
  if (!text) {
    vg_buf_z(out, id);
    return;
  }
  for (const char *p = text; *p; p++) {
    if (p[0] == '{' && p[1] >= '1' && p[1] <= '9' && p[2] == '}') {
      size_t i = (size_t)(p[1] - '1');
      if (i < count)
        vg_buf_z(out, argument(lang, args[i]));
      p += 2;
    } else {
      vg_buf_byte(out, (unsigned char)*p);
    }
  }
}

/* The system's own words are English: the usual ones stand in the catalogue as base.sys.enoent and so on. */
static void system_words(struct vg_buf *out, enum vg_lang lang, int sys) {
  const char *name = strerrorname_np(sys), *text = NULL;
  char id[48] = "base.sys.", words[128];
  size_t n = strlen(id);
  for (; name && *name && n + 1 < sizeof id; name++)
    id[n++] = (char)tolower((unsigned char)*name);
  text = vg_msg_text(lang, id);
  vg_buf_fmt(out, " (%s)", text ? text : strerror_r(sys, words, sizeof words));
}

/* ".alone": a general word ("no such record") that whoever asked has said better. */
static bool said_better(const struct vg_err *err, int i) {
  return i != err->n - 1 && vg_str_ends(vg_str_z(err->cause[i].msg), VG_STR(".alone"));
}

void vg_err_render(struct vg_buf *out, enum vg_lang lang, const struct vg_err *err) {
  for (int i = err->n - 1; i >= 0; i--) {
    const struct vg_cause *c = &err->cause[i];
    if (said_better(err, i))
      continue;
    const char *args[VG_ERR_ARGS + 1] = {c->arg[0], c->arg[1], c->arg[2], c->arg[3], NULL};
    if (i != err->n - 1)
      vg_buf_z(out, lang == VG_FR ? "\u00a0: " : ": ");
    vg_msg(out, lang, c->msg, args);
    if (c->sys)
      system_words(out, lang, c->sys);
  }
}

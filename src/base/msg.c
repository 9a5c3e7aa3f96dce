#include "base/msg.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
#include "messages/server_doors.def"
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

void vg_put_power(struct vg_buf *out, int exponent) {
  static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  char digits[24];
  vg_buf_z(out, exponent < 0 ? "\u00a0×\u00a010⁻" : "\u00a0×\u00a010");
  vg_num_text(digits, exponent < 0 ? -exponent : exponent);
  for (const char *p = digits; *p; p++)
    vg_buf_z(out, raised[*p - '0']);
}

/* "7.6e-06" is 7,6 × 10⁻⁶. What is no number stays as it is. */
static void put_number(struct vg_buf *out, enum vg_lang lang, const char *arg) {
  const char *p = arg;
  char *end;
  (void)strtod(arg, &end);
  if (end == arg || *end)
    p = arg + strlen(arg);
  vg_buf_add(out, arg, (size_t)(p - arg));
  for (; *p && *p != 'e'; p++)
    *p == '.' && lang == VG_FR ? vg_buf_byte(out, ',') : vg_buf_byte(out, (unsigned char)*p);
  if (*p)
    vg_put_power(out, atoi(p + 1));
}

static void put_time(struct vg_buf *out, enum vg_lang lang, const char *arg) {
  char text[VG_TIME_TEXT];
  vg_time t;
  vg_buf_z(out, vg_time_parse(vg_str_z(arg), &t) ? vg_time_say(text, lang, t) : arg);
}

/* Is this the singular? French counts 0, 1 and 1,9 as one, English 1 alone. Spaces and signs in a number that was
 * written for people do not matter. */
static bool singular(enum vg_lang lang, const char *number) {
  char decimal = lang == VG_FR ? ',' : '.', digits[32];
  size_t n = 0;
  const char *p = number;
  for (; *p && *p != decimal; p++)
    if (*p >= '0' && *p <= '9' && n + 1 < sizeof digits && (n || *p != '0'))
      digits[n++] = *p;
  digits[n] = 0;
  bool zero = n == 0 && strchr(number, '0');
  return lang == VG_FR ? zero || !strcmp(digits, "1") : !strcmp(digits, "1") && !*p;
}

static void put_pattern(struct vg_buf *out, enum vg_lang lang, const char *text, size_t n, const char *const *args,
                        size_t count);

/* "{1:one|many}" at text: the form for the first argument's number, in which {1} may stand again. How long it was, 0:
 * it is none. */
static size_t put_plural(struct vg_buf *out, enum vg_lang lang, const char *text, size_t n, const char *const *args,
                         size_t count) {
  size_t i = (size_t)(text[1] - '1'), bar = 0, end = 3, depth = 1;
  for (; end < n && depth; end++) {
    depth += text[end] == '{';
    depth -= text[end] == '}';
    if (text[end] == '|' && depth == 1 && !bar)
      bar = end;
  }
  if (depth || !bar)
    return 0;
  bool one = singular(lang, i < count ? args[i] : "");
  size_t from = one ? 3 : bar + 1, to = one ? bar : end - 1;
  put_pattern(out, lang, text + from, to - from, args, count);
  return end;
}

static void put_pattern(struct vg_buf *out, enum vg_lang lang, const char *text, size_t n, const char *const *args,
                        size_t count) {
  for (size_t at = 0; at < n; at++) {
    const char *p = text + at;
    bool mark = n - at >= 3 && p[0] == '{' && p[1] >= '1' && p[1] <= '9';
    size_t plural = mark && p[2] == ':' ? put_plural(out, lang, p, n - at, args, count) : 0;
    if (plural) {
      at += plural - 1;
    } else if (mark && n - at >= 4 && (p[2] == '#' || p[2] == '@') && p[3] == '}') {
      size_t i = (size_t)(p[1] - '1');
      if (i < count)
        p[2] == '#' ? put_number(out, lang, args[i]) : put_time(out, lang, args[i]);
      at += 3;
    } else if (mark && p[2] == '}') {
      size_t i = (size_t)(p[1] - '1');
      if (i < count)
        vg_buf_z(out, argument(lang, args[i]));
      at += 2;
    } else {
      vg_buf_byte(out, (unsigned char)*p);
    }
  }
}

void vg_msg(struct vg_buf *out, enum vg_lang lang, const char *id, const char *const *args) {
  const char *text = vg_msg_text(lang, id);
  size_t count = 0;
  while (args && count < 9 && args[count])
    count++;
  if (!text)
    vg_buf_z(out, id);
  else
    put_pattern(out, lang, text, strlen(text), args, count);
}

static bool closes(vg_str rest) {
  return rest.n && (memchr(":;!?%", rest.p[0], 5) || vg_str_starts(rest, VG_STR("»")));
}

void vg_msg_set(struct vg_buf *out, enum vg_lang lang, vg_str text) {
  static const char space[] = "\u00a0", opens[] = "«";
  size_t n = sizeof opens - 1;
  for (size_t i = 0; i < text.n; i++) {
    bool after = i >= n && !memcmp(text.p + i - n, opens, n);
    if (lang == VG_FR && text.p[i] == ' ' && (after || closes(vg_str_sub(text, i + 1, text.n))))
      vg_buf_z(out, space);
    else
      vg_buf_byte(out, (unsigned char)text.p[i]);
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

const char *vg_num_grouped(char out[static 48], enum vg_lang lang, int64_t n) {
  char digits[24];
  vg_num_text(digits, n);
  size_t len = strlen(digits), sign = digits[0] == '-', at = 0;
  for (size_t i = 0; i < len; i++) {
    const char *between = i > sign && (len - i) % 3 == 0 ? lang == VG_FR ? "\u202f" : "," : "";
    for (; *between; between++)
      out[at++] = *between;
    out[at++] = digits[i];
  }
  out[at] = 0;
  return out;
}

char *vg_time_say(char out[static VG_TIME_TEXT], enum vg_lang lang, vg_time t) {
  time_t seconds = (time_t)(t / VG_SECOND);
  struct tm tm;
  out[0] = 0;
  if (t != VG_NOTIME && localtime_r(&seconds, &tm))
    strftime(out, VG_TIME_TEXT, lang == VG_FR ? "%d/%m/%Y %H:%M" : "%Y-%m-%d %H:%M", &tm);
  return out;
}

const char *vg_msg_word(enum vg_lang lang, const char *stem, vg_str code) {
  char id[160];
  snprintf(id, sizeof id, "%s%.*s", stem, (int)(code.n < 100 ? code.n : 100), code.p ? code.p : "");
  return vg_msg_text(lang, id);
}

const char *vg_num_decimal(char out[static 48], enum vg_lang lang, int places, double x) {
  if (places < 0)
    snprintf(out, 48, "%.3g", x);
  else
    snprintf(out, 48, "%.*f", places, x);
  char *point = lang == VG_FR ? strchr(out, '.') : NULL;
  if (point)
    *point = ',';
  return out;
}

const char *vg_size_say(char out[static 48], enum vg_lang lang, int64_t n) {
  static const char *const unit[2][6] = {{"o", "ko", "Mo", "Go", "To", "Po"}, {"B", "kB", "MB", "GB", "TB", "PB"}};
  double x = (double)n;
  int u = 0;
  for (; x >= 1000 && u < 5; u++)
    x /= 1000;
  vg_num_decimal(out, lang, u > 0 && x < 100, x);
  size_t used = strlen(out);
  snprintf(out + used, 48 - used, "\u00a0%s", unit[lang][u]);
  return out;
}

const char *vg_span_say(char out[static 48], enum vg_lang lang, vg_time d) {
  long long minutes = d / (60 * VG_SECOND);
  if (minutes < 60)
    snprintf(out, 48, "%lld\u00a0min", minutes);
  else if (minutes < 24 * 60 && minutes % 60)
    snprintf(out, 48, "%lld\u00a0h\u00a0%02lld", minutes / 60, minutes % 60);
  else if (minutes < 72 * 60)
    snprintf(out, 48, "%lld\u00a0h", minutes / 60);
  else
    snprintf(out, 48, "%lld\u00a0%s", minutes / 60 / 24, lang == VG_FR ? "j" : "d");
  return out;
}

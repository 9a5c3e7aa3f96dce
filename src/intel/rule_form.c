/* Rules of languages that nothing compiles here: whether their text has the form of one, and what rules are called.
 * Sigma: rule_sigma.c. Snort and Suricata: an action, a header with a direction (Snort 3 may do
 * without), options in parentheses, each ended by a semicolon; several rules, comments and lines that go on. PCRE:
 * what PCRE2 compiles. */
#include "intel/rule.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

/* --- Snort and Suricata --- */

struct rule_text {
  vg_str text;
  size_t at;
  int64_t line; /* of `at`, from 1 */
};

static bool more(const struct rule_text *t) { return t->at < t->text.n; }
static char here(const struct rule_text *t) { return t->text.p[t->at]; }
static void step(struct rule_text *t) { t->line += t->text.p[t->at++] == '\n'; }

/* Blanks, comments, and the stroke that joins lines. */
static void skip_blank(struct rule_text *t) {
  while (more(t)) {
    if (here(t) == '#')
      while (more(t) && here(t) != '\n')
        step(t);
    else if (vg_is_space(here(t)) || (here(t) == '\\' && t->at + 1 < t->text.n && vg_is_space(t->text.p[t->at + 1])))
      step(t);
    else
      return;
  }
}

static bool is_action(vg_str word) {
  static const char *const actions[] = {"alert",    "log",     "pass",    "drop",      "sdrop",     "reject",
                                        "block",    "react",   "rewrite", "rejectsrc", "rejectdst", "rejectboth",
                                        "activate", "dynamic", "config",  "file_id"};
  for (size_t i = 0; i < VG_COUNT(actions); i++)
    if (vg_str_eqz(word, actions[i]))
      return true;
  return false;
}

static vg_str take_word(struct rule_text *t) {
  const size_t from = t->at;
  while (more(t) && !vg_is_space(here(t)) && here(t) != '(')
    step(t);
  return vg_str_sub(t->text, from, t->at - from);
}

/* The header up to its options: "tcp any any -> any 80", or of Snort 3 "http" or nothing. */
static bool header(struct rule_text *t) {
  size_t words = 0;
  bool directed = false;
  for (skip_blank(t); more(t) && here(t) != '('; skip_blank(t)) {
    vg_str word = take_word(t);
    words++;
    directed |= vg_str_eqz(word, "->") || vg_str_eqz(word, "<>") || vg_str_eqz(word, "=>");
  }
  return directed ? words >= 6 : words <= 1;
}

/* Behind the opening parenthesis, to behind the closing one. NULL: good, else which reason. */
static const char *options(struct rule_text *t) {
  bool quoted = false, ended = false;
  for (step(t); more(t); step(t)) {
    const char c = here(t);
    if (c == '\\' && t->at + 1 < t->text.n) {
      step(t);
      continue;
    }
    if (!quoted && c == ')') {
      step(t);
      return ended ? NULL : "intel.rule.semicolon";
    }
    if (c == '"')
      quoted = !quoted;
    if (!vg_is_space(c))
      ended = !quoted && c == ';';
  }
  return quoted ? "intel.rule.quote" : "intel.rule.parenthesis";
}

static const char *one_rule(struct rule_text *t) {
  if (!is_action(take_word(t)))
    return "intel.rule.action";
  if (!header(t))
    return "intel.rule.direction";
  return more(t) ? options(t) : "intel.rule.parenthesis";
}

static vg_code network_rules(vg_str language, vg_str text, struct vg_err *err) {
  struct rule_text t = {.text = text, .line = 1};
  const char *wrong = "intel.rule.action"; /* when there is none at all */
  int64_t line = 1;
  for (skip_blank(&t); more(&t); skip_blank(&t)) {
    line = t.line;
    wrong = one_rule(&t);
    if (wrong)
      break;
  }
  return wrong ? VG_FAIL(err, VG_EDATA, wrong, VG_T(language), VG_N(line)) : VG_OK;
}

/* --- PCRE --- */

enum { PCRE_MAX = 64 << 10 };

/* Compiled and forgotten. What only makes a match faster is left out: it can take long on a text made for that. */
static vg_code regular_expression(vg_str text, struct vg_err *err) {
  int code;
  PCRE2_SIZE at;
  PCRE2_UCHAR said[160];
  const uint32_t utf = vg_utf8_ok(text) ? PCRE2_UTF : 0;
  if (text.n == 0)
    return VG_FAIL(err, VG_EDATA, "intel.rule.empty");
  if (text.n > PCRE_MAX)
    return VG_FAIL(err, VG_ELIMIT, "intel.rule.long", VG_N(PCRE_MAX));
  pcre2_code *c =
      pcre2_compile((PCRE2_SPTR)text.p, text.n,
                    utf | PCRE2_NO_AUTO_POSSESS | PCRE2_NO_DOTSTAR_ANCHOR | PCRE2_NO_START_OPTIMIZE, &code, &at, NULL);
  if (!c) {
    pcre2_get_error_message(code, said, sizeof said);
    return VG_FAIL(err, VG_EDATA, "intel.rule.pcre", VG_N(at + 1), (const char *)said);
  }
  pcre2_code_free(c);
  return VG_OK;
}

vg_code rule_form(vg_str language, vg_str text, struct vg_err *err) {
  if (vg_str_eqz(language, "snort") || vg_str_eqz(language, "suricata"))
    return network_rules(language, text, err);
  if (vg_str_eqz(language, "pcre"))
    return regular_expression(text, err);
  return vg_str_eqz(language, "sigma") ? sigma_form(text, NULL, err) : VG_OK;
}

/* --- names --- */

/* The first that is there for its own sake; else the last. */
static vg_str yara_name(vg_str text) {
  struct yara_text t = {.all = text};
  struct yara_part p;
  vg_str name = VG_STR("");
  while (yara_next(&t, &p)) {
    if (p.kind != YARA_RULE)
      continue;
    name = p.name;
    if (!p.closed)
      break;
  }
  return name;
}

static vg_str message(vg_str text) {
  const size_t at = vg_str_find(text, VG_STR("msg:"), 0);
  if (at == SIZE_MAX)
    return VG_STR("");
  vg_str rest = vg_str_trim(vg_str_sub(text, at + 4, text.n));
  if (!rest.n || rest.p[0] != '"')
    return VG_STR("");
  const size_t end = vg_str_find_byte(rest, '"', 1);
  return end == SIZE_MAX ? VG_STR("") : vg_str_sub(rest, 1, end - 1);
}

void rule_name(vg_str language, vg_str text, struct vg_buf *out) {
  if (vg_str_eqz(language, "yara"))
    vg_buf_str(out, yara_name(text));
  else if (vg_str_eqz(language, "sigma"))
    (void)!sigma_form(text, out, NULL);
  else if (vg_str_eqz(language, "snort") || vg_str_eqz(language, "suricata"))
    vg_buf_str(out, message(text));
}

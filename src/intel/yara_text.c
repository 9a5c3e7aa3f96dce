/* The pieces of a file of YARA rules, told apart as its compiler does: what stands in a comment, a string or a regular
 * expression begins and ends nothing. */
#include <string.h>

#include "intel/rule.h"

static bool word_byte(char c) { return vg_is_alnum(c) || c == '_'; }

static size_t word_end(vg_str s, size_t i) {
  while (i < s.n && word_byte(s.p[i]))
    i++;
  return i;
}

/* Behind what ends with the mark that it began with, or with the line, as one that is broken does. */
static size_t quoted_end(vg_str s, size_t i) {
  const char mark = s.p[i++];
  for (; i < s.n && s.p[i] != '\n'; i++) {
    if (s.p[i] == mark)
      return i + 1;
    i += s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] != '\n';
  }
  return i;
}

/* Behind the comment at i; i: there is none. */
static size_t comment_end(vg_str s, size_t i) {
  const vg_str here = vg_str_sub(s, i, s.n);
  if (vg_str_starts(here, VG_STR("//"))) {
    const size_t eol = vg_str_find_byte(s, '\n', i);
    return eol == SIZE_MAX ? s.n : eol;
  }
  if (!vg_str_starts(here, VG_STR("/*")))
    return i;
  const size_t end = vg_str_find(s, VG_STR("*/"), i + 2);
  return end == SIZE_MAX ? s.n : end + 2;
}

static size_t token_end(vg_str s, size_t i) {
  if (word_byte(s.p[i]))
    return word_end(s, i);
  const size_t end = comment_end(s, i);
  if (end > i)
    return end;
  return s.p[i] == '"' || s.p[i] == '/' ? quoted_end(s, i) : i + 1;
}

/* Where the next thing stands that says something. */
static size_t sense(vg_str s, size_t i) {
  for (size_t end; i < s.n; i = end) {
    end = vg_is_space(s.p[i]) ? i + 1 : comment_end(s, i);
    if (end == i)
      break;
  }
  return i;
}

static vg_str word_at(vg_str s, size_t i) { return vg_str_sub(s, i, word_end(s, i) - i); }

/* "private rule name : tag {" at i: behind the name. 0: there is none. */
static size_t rule_head(vg_str s, size_t i, struct yara_part *p) {
  p->global = p->closed = false;
  for (int words = 0; words < 8; words++) {
    const vg_str word = word_at(s, i);
    if (vg_str_eqz(word, "private"))
      p->closed = true;
    else if (vg_str_eqz(word, "global"))
      p->global = true;
    else if (!vg_str_eqz(word, "rule"))
      return 0;
    i = sense(s, i + word.n);
    if (vg_str_eqz(word, "rule"))
      break;
  }
  p->name = word_at(s, i);
  if (!p->name.n || vg_is_digit(p->name.p[0]))
    return 0;
  const size_t end = i + p->name.n, next = sense(s, end);
  return next < s.n && (s.p[next] == '{' || s.p[next] == ':') ? end : 0;
}

/* A rule begins within another one when that is not closed: what follows is not lost with it. */
static bool begins_rule(vg_str s, size_t i) {
  struct yara_part p;
  return word_byte(s.p[i]) && (i == 0 || !strchr("$#@!.", s.p[i - 1])) && rule_head(s, i, &p);
}

/* Behind the rule whose name ends at i. */
static size_t rule_end(vg_str s, size_t i, struct yara_part *p) {
  size_t depth = 0, condition = 0;
  for (; i < s.n && !begins_rule(s, i) && !(s.p[i] == '}' && depth <= 1); i = token_end(s, i)) {
    depth += s.p[i] == '{';
    depth -= s.p[i] == '}';
    if (depth == 1 && vg_str_eqz(word_at(s, i), "condition"))
      condition = i + strlen("condition");
  }
  p->condition = condition ? vg_str_sub(s, condition, i - condition) : VG_STR("");
  return i < s.n && s.p[i] == '}' ? i + 1 : i;
}

/* `import "pe"` at i; 0: there is none. */
static size_t quoted_order(vg_str s, size_t i, struct yara_part *p) {
  const vg_str word = word_at(s, i);
  const size_t at = sense(s, i + word.n);
  if ((!vg_str_eqz(word, "import") && !vg_str_eqz(word, "include")) || at >= s.n || s.p[at] != '"')
    return 0;
  const size_t end = quoted_end(s, at);
  p->kind = vg_str_eqz(word, "import") ? YARA_IMPORT : YARA_INCLUDE;
  const bool closed = end > at + 1 && s.p[end - 1] == '"';
  p->name = vg_str_sub(s, at + 1, end - at - (closed ? 2 : 1));
  return end;
}

bool yara_next(struct yara_text *t, struct yara_part *p) {
  const vg_str s = t->all;
  const size_t from = sense(s, t->at);
  if (from >= s.n)
    return false;
  size_t end = quoted_order(s, from, p);
  if (!end && (end = rule_head(s, from, p)) != 0) {
    p->kind = YARA_RULE;
    end = rule_end(s, end, p);
  }
  if (!end) {
    struct yara_part other;
    p->kind = YARA_STRAY;
    for (end = from; end < s.n && !begins_rule(s, end) && (end == from || !quoted_order(s, end, &other));)
      end = sense(s, token_end(s, end));
  }
  for (; t->counted < from; t->counted++)
    t->line += s.p[t->counted] == '\n';
  p->line = t->line + 1;
  p->text = vg_str_trim(vg_str_sub(s, from, end - from));
  t->at = end;
  return true;
}

bool yara_begins(vg_str text) {
  struct yara_text t = {.all = text};
  struct yara_part p;
  return yara_next(&t, &p) && p.kind != YARA_STRAY;
}

/* Rules of Sigma, as the documents of YAML that they are (https://sigmahq.io/sigma-specification/, version 2). */
#include <string.h>
#include <yaml.h>

#include "intel/rule.h"

enum { FIELD_MAX = 1 << 16, KEYS_DEPTH = 2 };

/* A line of three strokes or dots begins or ends a document, wherever it stands. */
static bool is_border(vg_str line) {
  return (vg_str_starts(line, VG_STR("---")) || vg_str_starts(line, VG_STR("..."))) &&
         (line.n == 3 || vg_is_space(line.p[3]));
}

bool sigma_next(struct sigma_text *t, vg_str *document, int64_t *line) {
  vg_str one;
  const vg_str all = t->rest;
  if (t->rest.n == 0)
    return false;
  *line = t->line + 1;
  while (t->rest.n) {
    vg_str before = t->rest;
    (void)vg_str_line(&t->rest, &one);
    t->line++;
    if (!is_border(one))
      continue;
    *document = vg_str_sub(all, 0, (size_t)(before.p - all.p));
    if (vg_str_trim(vg_str_sub(one, 3, one.n)).n) { /* what stands behind the strokes belongs to the next */
      t->rest = vg_str_sub(before, 3, before.n);
      t->line--;
    }
    return true;
  }
  *document = all;
  return true;
}

struct walk {
  struct sigma_rule *rule;
  size_t depth;
  bool map[KEYS_DEPTH + 1], value[KEYS_DEPTH + 1]; /* by depth: keys and values take turns; value: one is next */
  enum sigma_has top;                              /* the key whose value is read at depth 1 */
  struct vg_buf *field;                            /* where its text goes; NULL: nowhere */
};

static void key(struct walk *w, vg_str name) {
  struct sigma_rule *r = w->rule;
  const struct {
    const char *name;
    enum sigma_has has;
    struct vg_buf *field;
  } keys[] = {{"title", SIGMA_TITLE, &r->title},
              {"id", 0, &r->id},
              {"date", 0, &r->date},
              {"description", 0, &r->description},
              {"action", SIGMA_ACTION, &r->action},
              {"logsource", SIGMA_LOGSOURCE, NULL},
              {"detection", SIGMA_DETECTION, NULL},
              {"correlation", SIGMA_CORRELATION, NULL},
              {"filter", SIGMA_FILTER, NULL}};
  w->top = 0, w->field = NULL;
  for (size_t i = 0; i < VG_COUNT(keys); i++)
    if (vg_str_eqz(name, keys[i].name)) {
      w->top = keys[i].has, w->field = keys[i].field;
      r->has |= keys[i].has;
    }
}

/* A key or a value: of the rule itself, or of its detection. */
static void node(struct walk *w, vg_str scalar) {
  const size_t d = w->depth;
  if (d == 0 || d > KEYS_DEPTH || !w->map[d])
    return;
  const bool is_key = !w->value[d];
  w->value[d] = is_key;
  if (d == 1 && is_key)
    key(w, scalar);
  else if (d == 1 && w->field && w->field->n == 0)
    vg_buf_str(w->field, vg_str_trim(scalar));
  else if (d == 2 && is_key && w->top == SIGMA_DETECTION && vg_str_eqz(scalar, "condition"))
    w->rule->has |= SIGMA_CONDITION;
}

static void event(struct walk *w, const yaml_event_t *e) {
  const bool opens = e->type == YAML_MAPPING_START_EVENT || e->type == YAML_SEQUENCE_START_EVENT;
  if (e->type == YAML_SCALAR_EVENT)
    node(w, vg_str_n((const char *)e->data.scalar.value, e->data.scalar.length));
  else if (opens || e->type == YAML_ALIAS_EVENT)
    node(w, VG_STR(""));
  if (opens && ++w->depth <= KEYS_DEPTH) {
    w->map[w->depth] = e->type == YAML_MAPPING_START_EVENT;
    w->value[w->depth] = false;
  }
  if (e->type == YAML_MAPPING_END_EVENT || e->type == YAML_SEQUENCE_END_EVENT)
    w->depth--;
}

void sigma_init(struct sigma_rule *r) {
  *r = (struct sigma_rule){.empty = true};
  struct vg_buf *const all[] = {&r->title, &r->id, &r->date, &r->description, &r->action};
  for (size_t i = 0; i < VG_COUNT(all); i++)
    vg_buf_init(all[i], FIELD_MAX);
}

void sigma_fini(struct sigma_rule *r) {
  struct vg_buf *const all[] = {&r->title, &r->id, &r->date, &r->description, &r->action};
  for (size_t i = 0; i < VG_COUNT(all); i++)
    vg_buf_fini(all[i]);
}

static int64_t lines_before(vg_str s, size_t at) {
  int64_t n = 0;
  for (size_t i = 0; i < at && i < s.n; i++)
    n += s.p[i] == '\n';
  return n;
}

vg_code sigma_read(vg_str document, int64_t first, struct sigma_rule *r, struct vg_err *err) {
  struct walk w = {.rule = r};
  yaml_parser_t p;
  vg_code rc = VG_OK;
  if (!yaml_parser_initialize(&p))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&p, (const unsigned char *)(document.n ? document.p : ""), document.n);
  for (bool ended = false; rc == VG_OK && !ended;) {
    yaml_event_t e;
    if (!yaml_parser_parse(&p, &e)) {
      const size_t end = document.n - vg_str_ends(document, VG_STR("\n")); /* what is missing there is said behind it */
      int64_t line =
          p.error == YAML_READER_ERROR ? lines_before(document, p.problem_offset) : (int64_t)p.problem_mark.line;
      line = line < lines_before(document, end) ? line : lines_before(document, end);
      rc = p.error == YAML_MEMORY_ERROR
               ? VG_FAIL(err, VG_ENOMEM, "base.memory")
               : VG_FAIL(err, VG_EDATA, "intel.sigma_yaml", p.problem ? p.problem : "YAML", VG_N(first + line));
      break;
    }
    r->empty = r->empty && e.type != YAML_SCALAR_EVENT && e.type != YAML_MAPPING_START_EVENT &&
               e.type != YAML_SEQUENCE_START_EVENT;
    event(&w, &e);
    ended = e.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&e);
  }
  yaml_parser_delete(&p);
  return rc;
}

enum sigma_kind sigma_kind(const struct sigma_rule *r) {
  const unsigned whole = SIGMA_LOGSOURCE | SIGMA_DETECTION | SIGMA_CONDITION;
  if (r->has & SIGMA_ACTION)
    return vg_str_eqz(vg_buf_view(&r->action), "global") ? SIGMA_GLOBAL : SIGMA_RULE;
  if (r->title.n && ((r->has & whole) == whole || (r->has & (SIGMA_CORRELATION | SIGMA_FILTER))))
    return SIGMA_RULE;
  return r->has & (SIGMA_LOGSOURCE | SIGMA_DETECTION) ? SIGMA_PART : SIGMA_NONE;
}

vg_code sigma_form(vg_str text, struct vg_buf *title, struct vg_err *err) {
  struct sigma_text t = {.rest = text};
  vg_code rc = VG_OK;
  vg_str document;
  int64_t line;
  bool rules = false, global = false;
  while (rc == VG_OK && sigma_next(&t, &document, &line)) {
    struct sigma_rule r;
    sigma_init(&r);
    rc = sigma_read(document, line, &r, err);
    const enum sigma_kind kind = sigma_kind(&r);
    global |= kind == SIGMA_GLOBAL;
    rules |= kind == SIGMA_RULE || global;
    if (rc == VG_OK && title && title->n == 0)
      vg_buf_str(title, vg_buf_view(&r.title));
    if (rc == VG_OK && !r.empty && (kind == SIGMA_NONE || (kind == SIGMA_PART && !global)))
      rc = VG_FAIL(err, VG_EDATA, "intel.no_condition");
    sigma_fini(&r);
  }
  return rc == VG_OK && !rules ? VG_FAIL(err, VG_EDATA, "intel.no_condition") : rc;
}

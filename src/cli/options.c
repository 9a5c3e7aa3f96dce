#include "cli/cli.h"
#include "cli/cli_internal.h"

#include <stdio.h>
#include <string.h>

vg_str cli_suffix(const char *path) {
  const char *dot = strrchr(path, '.');
  return vg_str_z(dot && !strchr(dot, '/') ? dot + 1 : "");
}

/* "f|follow": the short form is one letter before the bar. */
static bool names(const struct cli_option *o, const char *word, size_t n, bool is_long) {
  const char *bar = strchr(o->name, '|');
  if (!is_long)
    return bar && n == 1 && o->name[0] == word[0];
  const char *full = bar ? bar + 1 : o->name;
  return strlen(full) == n && memcmp(full, word, n) == 0;
}

static const struct cli_option *find(const struct cli_option *options, const char *word, size_t n, bool is_long) {
  for (const struct cli_option *o = options; o && o->name; o++)
    if (names(o, word, n, is_long))
      return o;
  return NULL;
}

static bool store_value(const struct cli *c, const struct cli_option *o, const char *value) {
  vg_str s = vg_str_z(value);
  switch (o->kind) {
  case CLI_FLAG: *(bool *)o->to = true; return true;
  case CLI_TEXT: *(const char **)o->to = value; return true;
  case CLI_WORDS: {
    const struct cli_room *room = o->to;
    if (s.n >= room->cap)
      return false;
    vg_str_copy(room->out, room->cap, s);
    return true;
  }
  case CLI_INT: return vg_str_i64(s, o->to);
  case CLI_SIZE: return vg_str_size(s, o->to);
  case CLI_TIME: return vg_time_parse(s, o->to) || (c->lang == VG_FR && vg_time_parse_french(s, o->to));
  case CLI_LIST: {
    struct cli_list *list = o->to;
    if (list->n == VG_COUNT(list->v))
      return false;
    list->v[list->n++] = value;
    return true;
  }
  }
  return false;
}

/* What is missing, by the words of this language's synopsis: FILE|VALUE is FICHIER|VALEUR there. */
static void put_missing(struct vg_buf *out, const struct cli *c, vg_str name) {
  char code[16];
  for (size_t i = 0, n = 0; i < name.n; i += n ? n : 1, n = 0) {
    while (i + n < name.n && n < sizeof code && name.p[i + n] >= 'A' && name.p[i + n] <= 'Z') {
      code[n] = vg_lower(name.p[i + n]);
      n++;
    }
    const char *word = n ? vg_msg_word(c->lang, "cli.word.", (vg_str){code, n}) : NULL;
    word ? vg_buf_z(out, word) : vg_buf_add(out, name.p + i, n ? n : 1);
  }
}

/* The option that a refused value is of, given by either. */
static bool given(const struct cli *c, const char *arg, const char **name, const char **value) {
  for (size_t i = c->n_given; i-- > 0;)
    if (c->given[i].value == arg || (strncmp(arg, "--", 2) == 0 && strcmp(c->given[i].name, arg + 2) == 0)) {
      *name = c->given[i].name;
      *value = c->given[i].value;
      return true;
    }
  return false;
}

/* What the option takes, as the synopsis has it (--format pdf|odt|txt) or in words. Empty: only its help says. */
static vg_str admitted(const struct cli *c, const struct cli_command *self, const char *option) {
  const char *said = vg_msg_word(c->lang, "cli.admits.", vg_str_z(option)), *p = vg_msg_text(c->lang, self->usage);
  char key[64];
  int n = snprintf(key, sizeof key, "--%s ", option);
  while (n > 0 && (p = strstr(p, key))) {
    size_t end = 0;
    for (p += n; vg_is_alnum(p[end]) || p[end] == '|' || p[end] == '-'; end++)
      ;
    if (memchr(p, '|', end))
      return vg_str_n(p, end);
  }
  return vg_str_z(said ? said : "");
}

static void put_refused(struct vg_buf *out, const struct cli *c, const struct cli_command *self, const char *arg) {
  const char *name, *value;
  if (!given(c, arg, &name, &value)) {
    vg_msg(out, c->lang, "cli.bad_value", (const char *[]){arg, NULL});
    return;
  }
  vg_str takes = admitted(c, self, name);
  vg_msg(out, c->lang, takes.n ? "cli.not_admitted" : "cli.refused", (const char *[]){name, value, VG_T(takes), NULL});
}

int cli_usage(struct cli *c, const struct cli_command *self, const char *id, const char *arg) {
  const char *text = vg_msg_text(c->lang, self->usage);
  struct vg_buf b, named;
  vg_buf_init(&b, 1 << 16);
  vg_buf_init(&named, 1 << 10);
  if (strcmp(id, "cli.missing") == 0)
    put_missing(&named, c, vg_str_z(arg));
  if (strcmp(id, "cli.bad_value") == 0)
    put_refused(&b, c, self, arg);
  else
    vg_msg(&b, c->lang, id, (const char *[]){named.n ? vg_buf_text(&named) : arg, NULL});
  vg_str rest = vg_str_z(text), line;
  fprintf(stderr, "vigie %s: %s\n", self->name, vg_buf_text(&b));
  while (rest.n && vg_str_line(&rest, &line) && line.n) /* the synopsis ends at an empty line */
    fprintf(stderr, "%.*s\n", (int)line.n, line.p);
  vg_buf_reset(&b);
  vg_msg(&b, c->lang, "cli.see_help", (const char *[]){self->name, NULL});
  fprintf(stderr, "%s\n", vg_buf_text(&b));
  vg_buf_fini(&named);
  vg_buf_fini(&b);
  return CLI_USAGE;
}

/* What was expected of the option, and what was given. */
static int refused(struct cli *c, const struct cli_command *self, const struct cli_option *o, const char *value) {
  const char *bar = strchr(o->name, '|');
  const struct cli_room *room = o->kind == CLI_WORDS ? o->to : NULL;
  const char *args[] = {bar ? bar + 1 : o->name, room ? VG_N(room->cap - 1) : value, VG_N(strlen(value)), NULL};
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  vg_msg(&b, c->lang,
         o->kind == CLI_TIME    ? "cli.not_time"
         : o->kind == CLI_WORDS ? "cli.too_long"
         : o->kind == CLI_INT   ? "cli.not_number"
         : o->kind == CLI_SIZE  ? "cli.not_size"
                                : "cli.too_often",
         args);
  int status = cli_usage(c, self, "cli.said", vg_buf_text(&b));
  vg_buf_fini(&b);
  return status;
}

/* One option at argv[i]; *used is how many words it took. */
static int one(struct cli *c, const struct cli_command *self, int argc, char **argv, int i,
               const struct cli_option *options, int *used) {
  bool is_long = argv[i][1] == '-';
  const char *word = argv[i] + (is_long ? 2 : 1), *equals = is_long ? strchr(word, '=') : NULL;
  size_t n = equals ? (size_t)(equals - word) : strlen(word);
  *used = 1;
  const struct cli_option *o = find(options, word, n, is_long);
  if (!o && cli_global_option(c, argc, argv, i, used))
    return CLI_OK;
  if (!o && *used > 1)
    return cli_usage(c, self, "cli.bad_lang", argv[i + 1]);
  if (!o)
    return cli_usage(c, self, "cli.unknown_option", argv[i]);
  if (o->kind == CLI_FLAG && equals)
    return cli_usage(c, self, "cli.no_value", argv[i]);
  const char *value = equals ? equals + 1 : NULL;
  if (o->kind != CLI_FLAG && !value) {
    if (i + 1 >= argc)
      return cli_usage(c, self, "cli.needs_value", argv[i]);
    value = argv[i + 1];
    *used = 2;
  }
  const char *bar = strchr(o->name, '|');
  if (value && c->n_given < CLI_GIVEN) {
    c->given[c->n_given].name = bar ? bar + 1 : o->name;
    c->given[c->n_given++].value = value;
  }
  return store_value(c, o, value) ? CLI_OK : refused(c, self, o, value);
}

int cli_parse(struct cli *c, const struct cli_command *self, int *argc, char **argv, const struct cli_option *options) {
  int kept = 0, used = 1;
  bool ended = false;
  for (int i = 0; i < *argc; i += used) {
    used = 1;
    if (ended || argv[i][0] != '-' || !argv[i][1]) {
      argv[kept++] = argv[i];
    } else if (strcmp(argv[i], "--") == 0) {
      ended = true;
    } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      printf("%s: %s\n\n%s\n", self->name, vg_msg_text(c->lang, self->summary), vg_msg_text(c->lang, self->usage));
      return CLI_HELP;
    } else {
      int status = one(c, self, *argc, argv, i, options, &used);
      if (status != CLI_OK)
        return status;
    }
  }
  *argc = kept;
  return CLI_OK;
}

int cli_parsed(int status) { return status == CLI_HELP ? CLI_OK : status; }

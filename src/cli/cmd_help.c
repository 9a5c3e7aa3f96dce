/*
 * The manual of a room: what its commands say of themselves (--help), and what none of them can say alone out of
 * man/manual.LANG.txt: "# room", "name: ...", paragraphs; "@command" begins what is said of that command besides,
 * "@exit", "@files", "@environment" those sections, "@see" names other rooms. Printed for people, or as the source of a
 * man page.
 */
#include "cli/cli.h"
#include "cli/cli_internal.h"

#include <stdio.h>
#include <string.h>

extern const struct cli_command cmd_help;
extern const char manual_fr[], manual_en[];

enum { WIDTH = 80 };

struct manual {
  struct cli *c;
  bool roff;
  vg_str text; /* of the room */
  const char *room;
};

/* --- the two forms ------------------------------------------------------------------------------------------------ */

static void put(const struct manual *m, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    if (!m->roff)
      putchar(s.p[i]);
    else if (s.p[i] == '\\')
      fputs("\\e", stdout);
    else if (s.p[i] == '-')
      fputs("\\-", stdout);
    else if (i == 0 && (s.p[i] == '.' || s.p[i] == '\''))
      printf("\\&%c", s.p[i]);
    else
      putchar(s.p[i]);
  }
}

static void heading(const struct manual *m, const char *id) {
  printf(m->roff ? ".SH %s\n" : "\n%s\n", vg_msg_text(m->c->lang, id));
}

static size_t columns(vg_str s) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
  return n;
}

/* Words of one paragraph, which may come line by line. */
struct flow {
  size_t column; /* 0: nothing written yet */
};

static void words(const struct manual *m, struct flow *f, vg_str line, size_t indent) {
  vg_str word;
  if (m->roff) {
    put(m, line);
    putchar('\n');
    return;
  }
  while (vg_str_cut(&line, ' ', &word)) {
    size_t n = columns(word);
    if (!n)
      continue;
    if (f->column && f->column + 1 + n > WIDTH) {
      putchar('\n');
      f->column = 0;
    }
    printf("%*s", f->column ? 1 : (int)indent, "");
    f->column = (f->column ? f->column + 1 : indent) + n;
    put(m, word);
  }
}

static void flow_end(const struct manual *m, struct flow *f) {
  if (!m->roff && f->column)
    putchar('\n');
  f->column = 0;
}

/* Paragraphs, kept lines among them: those that are set in keep their shape. */
static void prose(const struct manual *m, vg_str text, size_t indent) {
  struct flow f = {0};
  bool kept = false, gap = false;
  vg_str line;
  while (vg_str_line(&text, &line)) {
    bool inside = line.n > 2 && line.p[0] == ' ' && line.p[1] == ' ';
    if (inside != kept && m->roff)
      puts(inside ? ".RS\n.nf" : ".fi\n.RE");
    if (inside != kept || !line.n)
      flow_end(m, &f);
    kept = inside;
    if (!line.n) {
      gap = true;
      continue;
    }
    if (gap)
      puts(m->roff && !kept ? ".PP" : "");
    gap = false;
    if (!kept) {
      words(m, &f, line, indent);
      continue;
    }
    printf("%*s", m->roff ? 0 : (int)indent, "");
    put(m, m->roff ? vg_str_sub(line, 2, line.n) : line);
    putchar('\n');
  }
  flow_end(m, &f);
  if (kept && m->roff)
    puts(".fi\n.RE");
}

static void kept_line(const struct manual *m, vg_str line, size_t indent) {
  printf("%*s", m->roff ? 0 : (int)indent, "");
  put(m, line);
  putchar('\n');
}

static vg_str without_end(vg_str s) {
  while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' '))
    s.n--;
  return s;
}

/* --- what a command says of itself -------------------------------------------------------------------------------- */

struct usage {
  vg_str synopsis, says, examples;
};

/* Lines of synopsis up to the first empty one, then what it says, then the line that ends in ":" and begins the
 * examples. */
static struct usage usage_of(const struct manual *m, const struct cli_command *k) {
  vg_str rest = vg_str_z(vg_msg_text(m->c->lang, k->usage)), all = rest, line;
  struct usage u = {0};
  size_t at = 0, says = SIZE_MAX, examples = SIZE_MAX, after = all.n;
  while (examples == SIZE_MAX && vg_str_line(&rest, &line)) {
    size_t next = all.n - rest.n;
    if (!line.n && says == SIZE_MAX)
      says = next;
    else if (says != SIZE_MAX && (vg_str_starts(line, VG_STR("Exemple")) || vg_str_starts(line, VG_STR("Example")))) {
      examples = at;
      after = next;
    }
    at = next;
  }
  says = says == SIZE_MAX ? all.n : says;
  examples = examples == SIZE_MAX ? all.n : examples;
  u.synopsis = vg_str_trim(vg_str_sub(all, 0, says));
  u.says = examples > says ? without_end(vg_str_sub(all, says, examples - says)) : VG_STR("");
  u.examples = vg_str_sub(all, after, all.n);
  return u;
}

static bool in_room(const struct manual *m, const struct cli_command *k) {
  size_t n = strlen(m->room);
  return strncmp(k->name, m->room, n) == 0 && (k->name[n] == ' ' || k->name[n] == 0);
}

/* --- what the manual says ----------------------------------------------------------------------------------------- */

static bool room_text(enum vg_lang lang, const char *room, vg_str *out) {
  vg_str all = vg_str_z(lang == VG_FR ? manual_fr : manual_en), rest = all, line;
  size_t from = SIZE_MAX, at = 0;
  while (vg_str_line(&rest, &line)) {
    bool begins = vg_str_starts(line, VG_STR("# "));
    if (begins && from != SIZE_MAX)
      break;
    if (begins && vg_str_eqz(vg_str_sub(line, 2, line.n), room))
      from = all.n - rest.n;
    at = all.n - rest.n;
  }
  if (from == SIZE_MAX)
    return false;
  *out = vg_str_sub(all, from, at - from);
  return true;
}

/* The part of the room's text that "@name" begins; name "": what stands before the first of them. Empty: none. */
static vg_str part(const struct manual *m, const char *name) {
  vg_str rest = m->text, line;
  size_t from = *name ? SIZE_MAX : 0, at = 0;
  while (vg_str_line(&rest, &line)) {
    bool begins = line.n > 0 && line.p[0] == '@';
    if (begins && from != SIZE_MAX)
      break;
    if (begins && vg_str_eqz(vg_str_sub(line, 1, line.n), name))
      from = m->text.n - rest.n;
    at = m->text.n - rest.n;
    if (!*name && vg_str_starts(line, VG_STR("name: ")))
      from = at;
  }
  return from == SIZE_MAX || at < from ? VG_STR("") : without_end(vg_str_sub(m->text, from, at - from));
}

static vg_str after(const struct manual *m, const char *key) {
  vg_str rest = m->text, line;
  while (vg_str_line(&rest, &line))
    if (vg_str_starts(line, vg_str_z(key)))
      return vg_str_sub(line, strlen(key), line.n);
  return VG_STR("");
}

/* --- the page ----------------------------------------------------------------------------------------------------- */

static void head(const struct manual *m) {
  bool whole = strcmp(m->room, "vigie") == 0;
  if (m->roff) {
    printf(".TH VIGIE");
    for (const char *p = whole ? "" : m->room; *p; p++)
      printf("%s%c", p == m->room ? "\\-" : "", *p - 'a' + 'A');
    printf(" 1 2026-11-26 \"Vigie %s\" Vigie\n", VIGIE_VERSION);
  }
  heading(m, "manual.name");
  printf(m->roff ? "vigie%s%s \\- " : "  vigie%s%s - ", whole ? "" : m->roff ? "\\-" : " ", whole ? "" : m->room);
  put(m, after(m, "name: "));
  putchar('\n');
  heading(m, "manual.synopsis");
  if (m->roff)
    puts(".nf");
  if (whole)
    kept_line(m, vg_str_z(vg_msg_text(m->c->lang, "cli.synopsis")), 2);
  for (const struct cli_command *const *k = cli_commands; *k && !whole; k++) {
    if (!in_room(m, *k))
      continue;
    vg_str rest = usage_of(m, *k).synopsis, line;
    while (vg_str_line(&rest, &line))
      kept_line(m, line, 2);
  }
  if (m->roff)
    puts(".fi");
  heading(m, "manual.description");
  prose(m, part(m, ""), 2);
}

static void one_command(const struct manual *m, const struct cli_command *k) {
  const char *sub = strchr(k->name, ' ');
  vg_str summary = vg_str_z(vg_msg_text(m->c->lang, k->summary)), says = usage_of(m, k).says;
  vg_str more = sub ? part(m, sub + 1) : VG_STR("");
  if (sub) {
    printf(m->roff ? ".SS " : "\n  ");
    put(m, vg_str_z(k->name));
    putchar('\n');
    prose(m, summary, 4);
  }
  if (says.n) {
    puts(m->roff ? ".PP" : "");
    prose(m, says, sub ? 4 : 2);
  }
  if (more.n) {
    puts(m->roff ? ".PP" : "");
    prose(m, more, 4);
  }
}

static void commands(const struct manual *m) {
  bool told = false;
  for (const struct cli_command *const *k = cli_commands; *k; k++) {
    if (!in_room(m, *k))
      continue;
    if (strchr((*k)->name, ' ') && !told) {
      heading(m, "manual.commands");
      told = true;
    }
    one_command(m, *k);
  }
}

static void examples(const struct manual *m) {
  heading(m, "manual.examples");
  if (m->roff)
    puts(".nf");
  for (const struct cli_command *const *k = cli_commands; *k; k++) {
    vg_str rest = in_room(m, *k) ? usage_of(m, *k).examples : VG_STR(""), line;
    while (vg_str_line(&rest, &line))
      if (line.n)
        kept_line(m, vg_str_trim(line), 2);
  }
  if (m->roff)
    puts(".fi");
}

static void see(const struct manual *m) {
  vg_str rest = after(m, "@see "), room;
  heading(m, "manual.see");
  printf(m->roff ? ".BR vigie (1)" : "  vigie help");
  while (vg_str_cut(&rest, ' ', &room))
    printf(m->roff ? ",\n.BR vigie\\-%.*s (1)" : ", vigie help %.*s", (int)room.n, room.p);
  putchar('\n');
}

static void page(const struct manual *m) {
  static const char *const sections[][2] = {{"files", "manual.files"}, {"environment", "manual.environment"}};
  vg_str exit = part(m, "exit");
  head(m);
  commands(m);
  for (size_t i = 0; i < VG_COUNT(sections); i++) {
    vg_str s = part(m, sections[i][0]);
    if (!s.n)
      continue;
    heading(m, sections[i][1]);
    prose(m, s, 2);
  }
  heading(m, "manual.exit");
  prose(m, exit.n ? exit : vg_str_z(vg_msg_text(m->c->lang, "manual.exit.usual")), 2);
  if (strcmp(m->room, "vigie") != 0)
    examples(m);
  see(m);
}

/* --- the overview ---------------------------------------------------------------------------------------------------
 */

/* Every room stands in one of them (80_man). */
static const struct {
  const char *heading, *rooms;
} overview[] = {{"cli.overview.start", "init demo serve worker backup help"},
                {"cli.overview.evidence", "acquire verify analyse timeline exhibit"},
                {"cli.overview.cases", "incident case act task offence event"},
                {"cli.overview.threats", "intel extract match similar qualify anticipate watch"},
                {"cli.overview.network", "zone org referent action diagnose exercise content evaluate obstacle"},
                {"cli.overview.sharing", "convention share merge ledger"}};

static void room_line(struct cli *c, vg_str room) {
  struct manual m = {.c = c, .room = VG_T(room)};
  vg_str name = VG_STR("");
  if (room_text(c->lang, m.room, &m.text))
    name = after(&m, "name: ");
  printf("  %-12.*s%.*s\n", (int)room.n, room.p, (int)name.n, name.p);
}

void cli_overview(struct cli *c) {
  vg_str rooms, room;
  printf("%s\n", vg_msg_text(c->lang, "cli.synopsis"));
  for (size_t i = 0; i < VG_COUNT(overview); i++) {
    printf("\n%s\n", vg_msg_text(c->lang, overview[i].heading));
    for (rooms = vg_str_z(overview[i].rooms); vg_str_cut(&rooms, ' ', &room);)
      room_line(c, room);
  }
  printf("\n%s\n%s\n", vg_msg_text(c->lang, "cli.overview.end"), vg_msg_text(c->lang, "cli.synopsis.end"));
}

static int run(struct cli *c, int argc, char **argv) {
  struct manual m = {.c = c, .room = "vigie"};
  const struct cli_option options[] = {{"roff", CLI_FLAG, &m.roff}, {0}};
  int status = cli_parse(c, &cmd_help, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_help, "cli.too_many", argv[1]);
  if (argc && !strcmp(argv[0], "all")) {
    cli_all_commands(c);
    return CLI_OK;
  }
  if (argc)
    m.room = argv[0];
  if (!room_text(c->lang, m.room, &m.text))
    return cli_usage(c, &cmd_help, "cli.help.unknown", m.room);
  page(&m);
  return CLI_OK;
}

const struct cli_command cmd_help = {"help", "cli.help", "cli.help.usage", run};

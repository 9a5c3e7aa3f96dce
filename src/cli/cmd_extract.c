#include "cli/cli.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/grow.h"
#include "base/table.h"
#include "intel/intel.h"

extern const struct cli_command cmd_extract;

struct job {
  struct cli *c;
  struct cli_list types;
  bool unique, several;
  int64_t problems;
  const char *file;
  struct intel_extract_options options;
  struct vg_table *seen; /* "type value" -> occurrences, in order of the first one */
};

static void print_flags(struct vg_jw *w, const struct intel_hit *h) {
  static const char *const names[] = {"private", "documentation", "benign", "defanged", "utf-16", "relay"};
  if (!h->flags)
    return;
  vg_jw_key(w, "flags");
  vg_jw_arr(w);
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (h->flags >> i & 1)
      vg_jw_z(w, names[i]);
  vg_jw_end(w);
}

static void print_json(struct job *j, const struct intel_hit *h) {
  struct vg_jw w;
  cli_json_begin(j->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "type", intel_type_name(h->type));
  vg_jw_kstr(&w, "value", h->value);
  vg_jw_kint(&w, "offset", (int64_t)h->offset);
  vg_jw_kint(&w, "length", (int64_t)h->length);
  if (j->several)
    vg_jw_kz(&w, "file", j->file);
  if (h->part.n)
    vg_jw_kstr(&w, "part", h->part);
  print_flags(&w, h);
  if (h->list)
    vg_jw_kz(&w, "list", h->list);
  vg_jw_end(&w);
  cli_json_end(j->c);
}

static vg_code on_hit(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct job *j = ctx;
  uint64_t times = 1;
  if (j->c->json && !j->unique) {
    print_json(j, h);
    return VG_OK;
  }
  vg_buf_reset(&j->c->out);
  vg_buf_fmt(&j->c->out, "%s\t%u\t", intel_type_name(h->type), h->flags & HIT_NO_SIGN);
  vg_buf_str(&j->c->out, h->value);
  VG_TRY(vg_table_bump(j->seen, vg_buf_view(&j->c->out), 1, &times, err));
  if (j->c->json && times == 1)
    print_json(j, h);
  return VG_OK;
}

static void on_problem(void *ctx, vg_str where, const struct vg_err *why) {
  struct job *j = ctx;
  struct vg_buf b;
  vg_buf_init(&b, 1 << 14);
  vg_err_render(&b, j->c->lang, why);
  CLI_NOTE(j->c, "cli.extract.problem", j->file, VG_T(where), vg_buf_text(&b));
  j->problems++;
  vg_buf_fini(&b);
}

static int one_file(struct job *j, const char *path) {
  struct vg_err err = {0};
  j->file = path;
  return intel_extract_file(path, &j->options, on_hit, j, &err) == VG_OK ? CLI_OK : cli_fail(j->c, &err);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int one_path(struct job *j, const char *path, int depth);

/* The entries of a directory, in the order of their names; links are not followed. */
static int one_directory(struct job *j, const char *path, int depth) {
  struct vg_err err = {0};
  char **names = NULL;
  size_t count = 0, room = 0;
  int worst = CLI_OK;
  DIR *d = opendir(path);
  if (!d) {
    (void)VG_FAIL_SYS(&err, "base.open", path);
    return cli_fail(j->c, &err);
  }
  for (struct dirent *e; (e = readdir(d)) != NULL;) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
      continue;
    if (!VG_GROW(names, count, room, 64) || asprintf(&names[count], "%s/%s", path, e->d_name) < 0) {
      (void)VG_FAIL(&err, VG_ENOMEM, "base.memory");
      worst = cli_fail(j->c, &err);
      break;
    }
    count++;
  }
  closedir(d);
  if (count)
    qsort(names, count, sizeof *names, by_name);
  for (size_t i = 0; i < count; i++) {
    int status = one_path(j, names[i], depth + 1);
    worst = status != CLI_OK ? status : worst;
    free(names[i]);
  }
  free(names);
  return worst;
}

static int one_path(struct job *j, const char *path, int depth) {
  struct stat st;
  if (strcmp(path, "-") != 0 && (depth ? lstat(path, &st) : stat(path, &st)) == 0) {
    if (S_ISDIR(st.st_mode))
      return depth < 64 ? one_directory(j, path, depth) : CLI_OK;
    if (depth && !S_ISREG(st.st_mode))
      return CLI_OK;
  }
  return one_file(j, path);
}

/* What one should know of a value before blocking it. */
static const char *remark(const struct cli *c, unsigned flags) {
  const char *id = flags & HIT_BENIGN          ? "cli.extract.benign"
                   : flags & HIT_DOCUMENTATION ? "cli.extract.documentation"
                   : flags & HIT_PRIVATE       ? "cli.extract.private"
                   : flags & HIT_RELAY         ? "cli.extract.relay"
                                               : NULL;
  return id ? vg_msg_text(c->lang, id) : "";
}

static void print_table(struct job *j) {
  static const char *const headings[] = {"cli.extract.type", "cli.extract.value", "cli.extract.times",
                                         "cli.extract.remark"};
  struct cli_table *t = cli_table_new(j->c, headings, VG_COUNT(headings));
  for (size_t i = 0; i < vg_table_count(j->seen); i++) {
    vg_str key, type, flags;
    uint64_t times, bits = 0;
    vg_table_entry(j->seen, i, &key, &times);
    (void)vg_str_cut(&key, '\t', &type);
    (void)vg_str_cut(&key, '\t', &flags);
    (void)vg_str_u64(flags, &bits);
    cli_table_cell(t, type);
    cli_table_cell(t, key);
    cli_table_cell_int(t, (int64_t)times);
    cli_table_cellz(t, remark(j->c, (unsigned)bits));
  }
  cli_table_print(t);
}

static bool choose_types(struct job *j, const char **bad) {
  for (size_t i = 0; i < j->types.n; i++) {
    enum indicator_type t;
    vg_str rest = vg_str_z(j->types.v[i]), name;
    while (vg_str_cut(&rest, ',', &name)) {
      if (!intel_type_by_name(name, &t)) {
        *bad = j->types.v[i];
        return false;
      }
      j->options.types |= INTEL_TYPE_BIT(t);
    }
  }
  return true;
}

static int run(struct cli *c, int argc, char **argv) {
  struct job j = {.c = c, .options = {.problem = on_problem}};
  const char *bad = NULL;
  struct vg_err err = {0};
  const struct cli_option options[] = {
      {"type", CLI_LIST, &j.types}, {"unique", CLI_FLAG, &j.unique}, {"binary", CLI_FLAG, &j.options.binary}, {0}};
  int worst = cli_parse(c, &cmd_extract, &argc, argv, options);
  if (worst != CLI_OK)
    return cli_parsed(worst);
  if (argc < 1)
    return cli_usage(c, &cmd_extract, "cli.missing", "FILE");
  if (!choose_types(&j, &bad))
    return cli_usage(c, &cmd_extract, "cli.bad_value", bad);
  if (vg_table_new(&j.seen, 50000000, &err) != VG_OK)
    return cli_fail(c, &err);
  struct stat st;
  j.several = argc > 1 || (stat(argv[0], &st) == 0 && S_ISDIR(st.st_mode));
  for (int i = 0; i < argc; i++) {
    int status = one_path(&j, argv[i], 0);
    worst = status != CLI_OK ? status : worst;
  }
  if (!c->json)
    print_table(&j);
  vg_table_free(j.seen);
  return worst == CLI_OK && j.problems ? CLI_ATTENTION : worst;
}

const struct cli_command cmd_extract = {"extract", "cli.extract", "cli.extract.usage", run};

#include "cli/cli.h"

#include "base/file.h"
#include "base/json.h"
#include "intel/intel.h"

#include <stdlib.h>
#include <string.h>

extern const struct cli_command cmd_intel_check_pattern, cmd_intel_match_pattern, cmd_intel_equal_patterns;

static int check_one(struct cli *c, vg_str pattern) {
  struct vg_err err = {0};
  struct vg_buf why;
  vg_code rc = intel_pattern_check(pattern, &err);
  vg_buf_init(&why, 1 << 16);
  if (rc != VG_OK)
    vg_err_render(&why, c->lang, &err);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "pattern", pattern);
    vg_jw_kbool(&w, "valid", rc == VG_OK);
    vg_jw_kz(&w, "error", rc == VG_OK ? NULL : vg_buf_text(&why));
    vg_jw_end(&w);
    cli_json_end(c);
  } else if (rc == VG_OK) {
    CLI_SAY(c, "cli.intel_check_pattern.valid", VG_T(pattern));
  } else {
    CLI_SAY(c, "cli.intel_check_pattern.invalid", VG_T(pattern), vg_buf_text(&why));
  }
  vg_buf_fini(&why);
  return rc == VG_OK ? CLI_OK : rc == VG_ENOMEM ? CLI_FAILED : CLI_ATTENTION;
}

static int check_file(struct cli *c, const char *path) {
  struct vg_buf text;
  struct vg_err err = {0};
  vg_str rest, line;
  int worst = CLI_OK;
  vg_buf_init(&text, 1u << 30);
  if (vg_file_read(path, &text, &err) != VG_OK)
    worst = cli_fail(c, &err);
  else
    for (rest = vg_buf_view(&text); rest.n && vg_str_line(&rest, &line);)
      if (vg_str_trim(line).n && check_one(c, line) != CLI_OK)
        worst = CLI_ATTENTION;
  vg_buf_fini(&text);
  return worst;
}

static int run_check(struct cli *c, int argc, char **argv) {
  const char *file = NULL;
  const struct cli_option options[] = {{"file", CLI_TEXT, &file}, {0}};
  int status = cli_parse(c, &cmd_intel_check_pattern, &argc, argv, options), worst = CLI_OK;
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc == 0 && !file)
    return cli_usage(c, &cmd_intel_check_pattern, "cli.missing", "PATTERN");
  for (int i = 0; i < argc; i++) {
    status = check_one(c, vg_str_z(argv[i]));
    worst = status == CLI_OK ? worst : status;
  }
  status = file ? check_file(c, file) : CLI_OK;
  return status == CLI_OK ? worst : status;
}

/* --- one pattern, or many --- */

struct many {
  struct cli *c;
  struct vg_buf text; /* the patterns' bytes, one behind the other */
  struct vg_buf at;   /* of struct listed */
  vg_str *pattern;
  struct vg_json *json;
  size_t n;
};
struct listed {
  size_t from, n, id, id_n; /* in text; id: of the indicator, id_n 0 none */
};

static vg_code add_pattern(struct many *m, vg_str pattern, vg_str id, struct vg_err *err) {
  struct listed l = {m->text.n, pattern.n, m->text.n + pattern.n, id.n};
  vg_buf_str(&m->text, pattern);
  vg_buf_str(&m->text, id);
  vg_buf_add(&m->at, &l, sizeof l);
  m->n++;
  VG_TRY(vg_buf_check(&m->at, err));
  return vg_buf_check(&m->text, err);
}

static vg_code add_indicator(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct many *m = ctx;
  vg_jv root;
  vg_str pattern, type = VG_STR("stix");
  VG_TRY(vg_json_parse(m->json, o->json, &root, err));
  (void)vg_jv_str_at(root, "pattern_type", &type);
  return !o->revoked && vg_str_eqz(type, "stix") && vg_jv_str_at(root, "pattern", &pattern)
             ? add_pattern(m, pattern, o->id, err)
             : VG_OK;
}

static vg_code read_patterns(struct many *m, const char *file, struct vg_err *err) {
  struct vg_buf text;
  vg_str rest, line;
  vg_buf_init(&text, (size_t)2 << 30);
  vg_code rc = vg_file_read(file, &text, err);
  for (rest = vg_buf_view(&text); rc == VG_OK && rest.n && vg_str_line(&rest, &line);)
    if (vg_str_trim(line).n && vg_str_trim(line).p[0] != '#')
      rc = add_pattern(m, vg_str_trim(line), VG_STR(""), err);
  vg_buf_fini(&text);
  return rc;
}

static vg_code stored_patterns(struct many *m, struct vg_err *err) {
  struct store_tx *tx;
  VG_TRY(cli_open(m->c, true, err));
  VG_TRY(store_begin_read(instance_store(m->c->instance), &tx, err));
  vg_code rc = vg_json_new(&m->json, err);
  if (rc == VG_OK)
    rc = intel_each_object(tx, "indicator", add_indicator, m, err);
  store_rollback(&tx);
  return rc;
}

static vg_code say_pattern(void *ctx, size_t index, const struct vg_err *why, struct vg_err *err) {
  struct many *m = ctx;
  struct listed l;
  struct vg_buf said;
  (void)err;
  memcpy(&l, m->at.p + index * sizeof l, sizeof l);
  vg_str pattern = vg_str_n(m->text.p + l.from, l.n), id = vg_str_n(m->text.p + l.id, l.id_n);
  vg_buf_init(&said, 1 << 16);
  if (why)
    vg_err_render(&said, m->c->lang, why);
  if (m->c->json) {
    struct vg_jw w;
    cli_json_begin(m->c, &w);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "number", (int64_t)index + 1);
    vg_jw_kstr(&w, "pattern", pattern);
    if (id.n)
      vg_jw_kstr(&w, "indicator", id);
    vg_jw_kbool(&w, "match", !why);
    vg_jw_kz(&w, "error", why ? vg_buf_text(&said) : NULL);
    vg_jw_end(&w);
    cli_json_end(m->c);
  } else if (why) {
    CLI_SAY(m->c, "cli.intel_check_pattern.invalid", VG_T(pattern), vg_buf_text(&said));
  } else {
    CLI_SAY(m->c, "cli.intel_match_pattern.found", VG_T(pattern), VG_T(id));
  }
  vg_buf_fini(&said);
  return VG_OK;
}

static int match_many(struct cli *c, const char *file, bool store, vg_str data) {
  struct many m = {.c = c};
  struct vg_err err = {0};
  struct intel_patterns_done done;
  vg_buf_init(&m.text, SIZE_MAX / 4);
  vg_buf_init(&m.at, SIZE_MAX / 4);
  vg_code rc = file ? read_patterns(&m, file, &err) : VG_OK;
  if (rc == VG_OK && store)
    rc = stored_patterns(&m, &err);
  m.pattern = calloc(m.n + 1, sizeof *m.pattern);
  if (rc == VG_OK && !m.pattern)
    rc = VG_FAIL(&err, VG_ENOMEM, "base.memory");
  for (size_t i = 0; rc == VG_OK && i < m.n; i++) {
    struct listed l;
    memcpy(&l, m.at.p + i * sizeof l, sizeof l);
    m.pattern[i] = vg_str_n(m.text.p + l.from, l.n);
  }
  if (rc == VG_OK)
    rc = intel_patterns_match(m.pattern, m.n, data, say_pattern, &m, &done, &err);
  if (rc == VG_OK)
    CLI_NOTE(c, "cli.intel_match_pattern.done", VG_N(done.patterns), VG_N(done.run), VG_N(done.matched),
             VG_N(done.refused));
  free(m.pattern);
  vg_json_free(m.json);
  vg_buf_fini(&m.text);
  vg_buf_fini(&m.at);
  return rc != VG_OK ? cli_fail(c, &err) : done.refused ? CLI_ATTENTION : CLI_OK;
}

static int match_one(struct cli *c, const char *pattern, vg_str data) {
  struct vg_err err = {0};
  bool match = false;
  if (intel_pattern_match(vg_str_z(pattern), data, &match, &err) != VG_OK)
    return cli_fail(c, &err);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kbool(&w, "match", match);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, match ? "cli.intel_match_pattern.yes" : "cli.intel_match_pattern.no");
  }
  return CLI_OK;
}

static int run_match(struct cli *c, int argc, char **argv) {
  const char *file = NULL;
  bool store = false;
  const struct cli_option options[] = {{"file", CLI_TEXT, &file}, {"store", CLI_FLAG, &store}, {0}};
  int status = cli_parse(c, &cmd_intel_match_pattern, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  int want = file || store ? 1 : 2;
  if (argc != want)
    return cli_usage(c, &cmd_intel_match_pattern, argc > want ? "cli.too_many" : "cli.missing",
                     argc > want         ? argv[want]
                     : argc || want == 1 ? "FILE"
                                         : "PATTERN");
  struct vg_buf text;
  struct vg_err err = {0};
  vg_buf_init(&text, (size_t)2 << 30);
  c->file = argv[want - 1];
  if (vg_file_read(argv[want - 1], &text, &err) != VG_OK)
    status = cli_fail(c, &err);
  else
    status = want == 1 ? match_many(c, file, store, vg_buf_view(&text)) : match_one(c, argv[0], vg_buf_view(&text));
  vg_buf_fini(&text);
  return status;
}

static int run_equal(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_intel_equal_patterns, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_intel_equal_patterns, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2 ? argv[2] : "PATTERN");
  struct vg_err err = {0};
  bool equal;
  if (intel_pattern_equal(vg_str_z(argv[0]), vg_str_z(argv[1]), &equal, &err) != VG_OK)
    return cli_fail(c, &err);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kbool(&w, "equivalent", equal);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, equal ? "cli.intel_equal_patterns.yes" : "cli.intel_equal_patterns.no");
  }
  return CLI_OK;
}

const struct cli_command cmd_intel_check_pattern = {"intel check-pattern", "cli.intel_check_pattern",
                                                    "cli.intel_check_pattern.usage", run_check};
const struct cli_command cmd_intel_match_pattern = {"intel match-pattern", "cli.intel_match_pattern",
                                                    "cli.intel_match_pattern.usage", run_match};
const struct cli_command cmd_intel_equal_patterns = {"intel equal-patterns", "cli.intel_equal_patterns",
                                                     "cli.intel_equal_patterns.usage", run_equal};

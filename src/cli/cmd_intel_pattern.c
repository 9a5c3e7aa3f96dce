#include "cli/cli.h"

#include "base/file.h"
#include "intel/intel.h"

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

static int run_match(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_intel_match_pattern, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_intel_match_pattern, argc > 2 ? "cli.too_many" : "cli.missing", argc > 2 ? argv[2] : argc ? "FILE" : "PATTERN");
  struct vg_buf text;
  struct vg_err err = {0};
  bool match = false;
  vg_buf_init(&text, SIZE_MAX / 4);
  vg_code rc = vg_file_read(argv[1], &text, &err);
  if (rc == VG_OK)
    rc = intel_pattern_match(vg_str_z(argv[0]), vg_buf_view(&text), &match, &err);
  vg_buf_fini(&text);
  if (rc != VG_OK)
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

static int run_equal(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_intel_equal_patterns, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_intel_equal_patterns, argc > 2 ? "cli.too_many" : "cli.missing", argc > 2 ? argv[2] : "PATTERN");
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

const struct cli_command cmd_intel_check_pattern = {"intel check-pattern", "cli.intel_check_pattern", "cli.intel_check_pattern.usage", run_check};
const struct cli_command cmd_intel_match_pattern = {"intel match-pattern", "cli.intel_match_pattern", "cli.intel_match_pattern.usage", run_match};
const struct cli_command cmd_intel_equal_patterns = {"intel equal-patterns", "cli.intel_equal_patterns", "cli.intel_equal_patterns.usage", run_equal};

#include "cli/cli.h"

#include <stdio.h>

#include "base/file.h"
#include "intel/intel.h"

extern const struct cli_command cmd_intel_check;

struct report {
  struct cli *c;
  struct vg_buf issues[3], line, said; /* by enum intel_issue: JSON arrays without their brackets; what stands below */
  int64_t objects, invalid;
};

static void add(struct vg_buf *list, struct vg_buf *text) {
  struct vg_jw w;
  if (list->n)
    vg_buf_byte(list, ',');
  vg_jw_init(&w, list);
  vg_jw_str(&w, vg_str_n(text->p ? text->p : "", text->n));
}

static void hear_issue(void *ctx, enum intel_issue kind, const struct vg_err *what) {
  static const char *const said[] = {"cli.intel_check.error", "cli.intel_check.warning", "cli.intel_check.lifted"};
  struct report *r = ctx;
  vg_buf_reset(&r->line);
  vg_err_render(&r->line, r->c->lang, what);
  add(&r->issues[kind], &r->line);
  if (r->c->json)
    return;
  vg_msg(&r->said, r->c->lang, said[kind], (const char *const[]){vg_buf_text(&r->line), NULL});
  vg_buf_byte(&r->said, '\n');
}

static void list(struct vg_jw *w, const char *key, const struct vg_buf *items) {
  vg_jw_key(w, key);
  vg_buf_byte(w->b, '[');
  vg_buf_str(w->b, vg_buf_view(items));
  vg_jw_raw(w, VG_STR("]"));
}

static vg_code hear_object(void *ctx, const struct intel_checked *o, struct vg_err *err) {
  struct report *r = ctx;
  struct vg_jw w;
  r->objects++;
  r->invalid += !o->valid;
  if (r->c->json) {
    cli_json_begin(r->c, &w);
    vg_jw_obj(&w);
    vg_jw_key(&w, "id");
    o->id.p ? vg_jw_str(&w, o->id) : vg_jw_null(&w);
    vg_jw_key(&w, "type");
    o->type.p ? vg_jw_str(&w, o->type) : vg_jw_null(&w);
    vg_jw_kbool(&w, "valid", o->valid);
    list(&w, "errors", &r->issues[ISSUE_ERROR]);
    list(&w, "warnings", &r->issues[ISSUE_WARNING]);
    if (r->issues[ISSUE_LIFTED].n)
      list(&w, "lifted", &r->issues[ISSUE_LIFTED]);
    vg_jw_kz(&w, "deterministic_id", o->deterministic_id);
    vg_jw_end(&w);
    cli_json_end(r->c);
  } else {
    CLI_SAY(r->c, o->valid ? "cli.intel_check.valid" : "cli.intel_check.invalid",
            o->id.p     ? VG_T(o->id)
            : o->type.p ? VG_T(o->type)
                        : "-");
    if (!r->c->quiet)
      fwrite(vg_buf_text(&r->said), 1, r->said.n, stdout);
    vg_buf_reset(&r->said);
  }
  vg_code rc = VG_OK;
  for (size_t i = 0; i < VG_COUNT(r->issues); i++) {
    if (rc == VG_OK)
      rc = vg_buf_check(&r->issues[i], err);
    vg_buf_reset(&r->issues[i]);
  }
  return rc;
}

/* Names joined by commas, cut in place. */
static bool disabled_names(struct intel_check_options *o, const char *given, char *text, size_t cap, const char **names,
                           size_t most) {
  size_t n = 0;
  vg_str rest = vg_str_z(vg_str_copy(text, cap, vg_str_z(given))), name;
  while (rest.p && vg_str_cut(&rest, ',', &name)) {
    text[(size_t)(name.p - text) + name.n] = 0;
    names[n] = name.p;
    if (!intel_check_knows(names[n++]) || n == most)
      return false;
  }
  o->disabled = names;
  o->disabled_count = n;
  return true;
}

static int check_file(struct cli *c, const char *path, const struct intel_check_options *o) {
  struct report r = {.c = c};
  struct vg_buf text;
  struct vg_err err = {0};
  vg_buf_init(&text, (size_t)2 << 30);
  for (size_t i = 0; i < VG_COUNT(r.issues); i++)
    vg_buf_init(&r.issues[i], 16u << 20);
  vg_buf_init(&r.line, 1u << 16);
  vg_buf_init(&r.said, 16u << 20);
  c->file = path;
  vg_code rc = vg_file_read(path, &text, &err);
  if (rc == VG_OK)
    rc = intel_check(vg_buf_view(&text), o, hear_issue, hear_object, &r, &err);
  if (rc == VG_OK && !c->json)
    CLI_SAY(c, "cli.intel_check.done", VG_N(r.objects), VG_N(r.invalid));
  vg_buf_fini(&text);
  for (size_t i = 0; i < VG_COUNT(r.issues); i++)
    vg_buf_fini(&r.issues[i]);
  vg_buf_fini(&r.line);
  vg_buf_fini(&r.said);
  return rc != VG_OK ? cli_fail(c, &err) : r.invalid ? CLI_ATTENTION : CLI_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  const char *disable = NULL, *names[64];
  char text[2048];
  struct intel_check_options o = {0};
  const struct cli_option options[] = {{"strict", CLI_FLAG, &o.strict},
                                       {"strict-properties", CLI_FLAG, &o.strict_properties},
                                       {"strict-types", CLI_FLAG, &o.strict_types},
                                       {"interop", CLI_FLAG, &o.interop},
                                       {"disable", CLI_TEXT, &disable},
                                       {0}};
  int status = cli_parse(c, &cmd_intel_check, &argc, argv, options), worst = CLI_OK;
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc == 0)
    return cli_usage(c, &cmd_intel_check, "cli.missing", "FILE");
  if (disable && !disabled_names(&o, disable, text, sizeof text, names, VG_COUNT(names)))
    return cli_usage(c, &cmd_intel_check, "cli.bad_value", disable);
  for (int i = 0; i < argc; i++) {
    status = check_file(c, argv[i], &o);
    if (status == CLI_FAILED || (status == CLI_ATTENTION && worst == CLI_OK))
      worst = status;
  }
  return worst;
}

const struct cli_command cmd_intel_check = {"intel check", "cli.intel_check", "cli.intel_check.usage", run};

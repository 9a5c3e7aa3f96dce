#include "cli/cli.h"

#include "base/file.h"
#include "prevention/prevention.h"

extern const struct cli_command cmd_diagnose_summary;

struct order {
  const char *id, *out;
  enum vg_lang lang;
  enum paper_format format;
  bool annex;
  struct vg_buf bytes;
};

static vg_code summary(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct diagnosis d = {.measures = 0};
  vg_code rc = prevention_diagnosis_find(tx, vg_str_z(o->id), &d, err);
  if (rc == VG_OK)
    rc = territory_access(tx, who, d.org, err);
  if (rc == VG_OK)
    rc = prevention_rank(tx, &d, err);
  if (rc == VG_OK)
    rc = prevention_summary(tx, &d, o->lang, o->annex, o->format, &o->bytes, err);
  prevention_diagnosis_fini(&d);
  return rc;
}

static int run(struct cli *c, int argc, char **argv) {
  struct order o = {.lang = c->lang};
  struct vg_err err = {0};
  const struct cli_option options[] = {{"o|output", CLI_TEXT, &o.out}, {"annex", CLI_FLAG, &o.annex}, {0}};
  int status = cli_one_word(c, &cmd_diagnose_summary, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.out)
    return cli_usage(c, &cmd_diagnose_summary, "cli.missing", "-o");
  if (!paper_by_suffix(cli_suffix(o.out), &o.format))
    return cli_usage(c, &cmd_diagnose_summary, "cli.action_handout.form", o.out);
  vg_buf_init(&o.bytes, 64u << 20);
  status = cli_read(c, summary, &o);
  if (status == CLI_OK && vg_file_write(o.out, vg_buf_view(&o.bytes), 0600, &err) != VG_OK)
    status = cli_fail(c, &err);
  vg_buf_fini(&o.bytes);
  if (status == CLI_OK)
    CLI_NOTE(c, "cli.diagnose_summary.done", o.out);
  return status;
}

const struct cli_command cmd_diagnose_summary = {"diagnose summary", "cli.diagnose_summary",
                                                 "cli.diagnose_summary.usage", run};

#include "cli/cli.h"

#include "intel/intel.h"

extern const struct cli_command cmd_intel_note;

struct note {
  struct intel_saying s;
  struct vg_id id;
};

static vg_code write_note(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct note *n = ctx;
  return intel_say(tx, who, &n->s, &n->id, err);
}

static int run(struct cli *c, int argc, char **argv) {
  struct note n = {0};
  const struct cli_option options[] = {{"opinion", CLI_TEXT, &n.s.opinion}, {0}};
  int status = cli_parse(c, &cmd_intel_note, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 1 || (argc < 2 && !n.s.opinion))
    return cli_usage(c, &cmd_intel_note, "cli.missing", argc ? "TEXT" : "ID");
  if (argc > 2)
    return cli_usage(c, &cmd_intel_note, "cli.too_many", argv[2]);
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  n.s.about = vg_str_z(argv[0]);
  n.s.text = argc > 1 ? vg_str_trim(vg_str_z(argv[1])) : VG_STR("");
  n.s.lang = c->lang == VG_FR ? "fr" : "en";
  n.s.self = instance_id(c->instance);
  status = cli_write(c, write_note, &n);
  if (status != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", n.id.s);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.intel_note.done", n.id.s);
  }
  return CLI_OK;
}

const struct cli_command cmd_intel_note = {"intel note", "cli.intel_note", "cli.intel_note.usage", run};

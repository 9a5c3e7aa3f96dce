#include "cli/show.h"

#include "base/file.h"
#include "dossier/dossier.h"

extern const struct cli_command cmd_case_document, cmd_incident_document;

struct order {
  struct dossier_order o;
  struct dossier made;
  struct vg_buf bytes;
};

static vg_code draft(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *x = ctx;
  return dossier_draft(tx, who, &x->o, &x->made, &x->bytes, err);
}

static int report(struct cli *c, const struct order *x, const char *path) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.case_document.done", path, VG_B(c->lang, x->made.bytes), x->made.sha256);
    return CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", x->made.pid.s);
  vg_jw_kz(&w, "file", path);
  vg_jw_kint(&w, "bytes", x->made.bytes);
  vg_jw_kz(&w, "sha256", x->made.sha256);
  vg_jw_end(&w);
  cli_json_end(c);
  return CLI_OK;
}

/* The draft is kept in the instance first: when the file cannot be written, the page of the case still has it. */
static int document(struct cli *c, const struct cli_command *self, bool of_incident, int argc, char **argv) {
  const char *ref, *kind = "", *format = "pdf", *path = NULL, *motive = NULL;
  struct order x = {.o = {.lang = c->lang}};
  struct vg_err err = {0};
  const struct cli_option options[] = {{"kind", CLI_TEXT, &kind},
                                       {"format", CLI_TEXT, &format},
                                       {"o|output", CLI_TEXT, &path},
                                       {"motive", CLI_TEXT, &motive},
                                       {0}};
  int status = cli_one_word(c, self, argc, argv, options, of_incident ? "ID" : "REF", &ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*kind)
    return cli_usage(c, self, "cli.missing", "--kind");
  if (!dossier_by_name(vg_str_z(kind), &x.o.kind) || dossier_of_incident(x.o.kind) != of_incident)
    return cli_usage(c, self, "cli.bad_value", kind);
  if (!paper_by_suffix(vg_str_z(format), &x.o.format))
    return cli_usage(c, self, "cli.bad_value", format);
  if ((status = cli_consult(c, ref, motive)) != CLI_OK)
    return status;
  x.o.ref = vg_str_z(ref);
  vg_buf_init(&x.bytes, 256 << 20);
  status = cli_write(c, draft, &x);
  if (status == CLI_OK) {
    path = path ? path : x.made.name;
    status = vg_file_write(path, vg_buf_view(&x.bytes), 0600, &err) == VG_OK ? report(c, &x, path) : cli_fail(c, &err);
  }
  vg_buf_fini(&x.bytes);
  return status;
}

static int run_case(struct cli *c, int argc, char **argv) { return document(c, &cmd_case_document, false, argc, argv); }
static int run_incident(struct cli *c, int argc, char **argv) {
  return document(c, &cmd_incident_document, true, argc, argv);
}

const struct cli_command cmd_case_document = {"case document", "cli.case_document", "cli.case_document.usage",
                                              run_case};
const struct cli_command cmd_incident_document = {"incident document", "cli.incident_document",
                                                  "cli.incident_document.usage", run_incident};

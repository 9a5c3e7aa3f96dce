#include "cli/cli.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "casework/casework.h"

extern const struct cli_command cmd_case_import;

struct order {
  struct cli *c;
  const char *path, *org;
  struct import_order o;
  struct import_tally tally;
};

static void rejected(void *ctx, int64_t at, const struct vg_err *why) {
  struct order *o = ctx;
  struct vg_buf line;
  vg_buf_init(&line, 4096);
  vg_err_render(&line, o->c->lang, why);
  CLI_NOTE(o->c, "cli.case_import.rejected", o->path, VG_N(at), vg_buf_text(&line));
  vg_buf_fini(&line);
}

static vg_code import(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  o->o.org = org.id;
  vg_str_copy(o->o.zone, sizeof o->o.zone, vg_str_z(org.zone));
  bool piped = strcmp(o->path, "-") == 0;
  int fd = piped ? STDIN_FILENO : open(o->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", o->path);
  vg_code rc = casework_import_file(tx, who, &o->o, fd, o->path, rejected, o, &o->tally, err);
  if (!piped)
    (void)close(fd);
  return rc;
}

static int report(struct cli *c, const struct import_tally *o) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.case_import.done", VG_N(o->read), VG_N(o->added), VG_N(o->known), VG_N(o->rejected));
    if (o->unmade)
      CLI_SAY(c, "cli.case_import.unmade", VG_N(o->unmade));
    for (size_t i = 0; i < o->lefts; i++)
      CLI_SAY(c, "cli.case_import.left", o->left[i].path, VG_N(o->left[i].count));
    if (o->left_others)
      CLI_SAY(c, "cli.case_import.left_others", VG_N(o->left_others));
    return o->rejected ? CLI_ATTENTION : CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "read", o->read);
  vg_jw_kint(&w, "added", o->added);
  vg_jw_kint(&w, "known", o->known);
  vg_jw_kint(&w, "rejected", o->rejected);
  vg_jw_kint(&w, "unmade", o->unmade);
  vg_jw_key(&w, "left");
  vg_jw_obj(&w);
  for (size_t i = 0; i < o->lefts; i++)
    vg_jw_kint(&w, o->left[i].path, o->left[i].count);
  vg_jw_end(&w);
  vg_jw_kint(&w, "left_others", o->left_others);
  vg_jw_end(&w);
  cli_json_end(c);
  return o->rejected ? CLI_ATTENTION : CLI_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .org = ""};
  const char *as = "", *frame = "intelligence";
  const struct cli_option options[] = {
      {"form", CLI_TEXT, &as}, {"org", CLI_TEXT, &o.org}, {"frame", CLI_TEXT, &frame}, {0}};
  int status = cli_one_word(c, &cmd_case_import, argc, argv, options, "FILE", &o.path);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*o.org)
    return cli_usage(c, &cmd_case_import, "cli.missing", "--org");
  if (*as && strcmp(as, "iris") != 0 && strcmp(as, "thehive") != 0)
    return cli_usage(c, &cmd_case_import, "cli.bad_value", as);
  if (!casework_frame_known(frame))
    return cli_usage(c, &cmd_case_import, "cli.bad_value", frame);
  o.o.form = !*as ? IMPORT_ANY : strcmp(as, "iris") == 0 ? IMPORT_IRIS : IMPORT_THEHIVE;
  vg_str_copy(o.o.frame, sizeof o.o.frame, vg_str_z(frame));
  status = cli_write(c, import, &o);
  return status == CLI_OK ? report(c, &o.tally) : status;
}

const struct cli_command cmd_case_import = {"case import", "cli.case_import", "cli.case_import.usage", run};

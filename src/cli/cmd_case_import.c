#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "casework/casework.h"

extern const struct cli_command cmd_case_import;

struct order {
  struct cli *c;
  const char *path, *org;
  struct import_order o;
  struct vg_json *json;
  int64_t read, added, known, rejected;
  struct store_tx *tx;
  const struct actor *who;
};

/* A bad object is named and costs only itself. */
static vg_code take(void *ctx, vg_str object, int64_t at, struct vg_err *err) {
  struct order *o = ctx;
  struct vg_err why = {0};
  bool added = false;
  o->read++;
  VG_TRY(store_savepoint(o->tx, err));
  vg_code rc = object.n ? casework_import(o->tx, o->who, &o->o, o->json, object, &added, &why)
                        : VG_FAIL(&why, VG_ELIMIT, "casework.import_size");
  VG_TRY(store_release(o->tx, rc == VG_OK, err));
  if (rc == VG_OK) {
    *(added ? &o->added : &o->known) += 1;
    return VG_OK;
  }
  o->rejected++;
  struct vg_buf line;
  vg_buf_init(&line, 4096);
  vg_err_render(&line, o->c->lang, &why);
  CLI_NOTE(o->c, "cli.case_import.rejected", o->path, VG_N(at), vg_buf_text(&line));
  vg_buf_fini(&line);
  return VG_OK;
}

static vg_code stream(struct order *o, int fd, struct vg_err *err) {
  static char chunk[1 << 16];
  struct casework_cut cut;
  vg_code rc = VG_OK;
  ssize_t n;
  casework_cut_init(&cut);
  while (rc == VG_OK && ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)))
    rc = n > 0 ? casework_cut_feed(&cut, vg_str_n(chunk, (size_t)n), take, o, err) : VG_OK;
  if (rc == VG_OK && n < 0)
    rc = VG_FAIL_SYS(err, "base.read", o->path);
  if (rc == VG_OK)
    rc = casework_cut_end(&cut, take, o, err);
  casework_cut_fini(&cut);
  return rc == VG_OK && o->read == 0 ? VG_FAIL(err, VG_EDATA, "casework.import_empty", o->path) : rc;
}

static vg_code import(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  VG_TRY(territory_access(tx, who, org.id, err));
  o->o.org = org.id;
  vg_str_copy(o->o.zone, sizeof o->o.zone, vg_str_z(org.zone));
  o->tx = tx;
  o->who = who;
  bool piped = strcmp(o->path, "-") == 0;
  int fd = piped ? STDIN_FILENO : open(o->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", o->path);
  vg_code rc = stream(o, fd, err);
  if (!piped)
    (void)close(fd);
  return rc;
}

static int report(struct cli *c, const struct order *o) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.case_import.done", VG_N(o->read), VG_N(o->added), VG_N(o->known), VG_N(o->rejected));
    return o->rejected ? CLI_ATTENTION : CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "read", o->read);
  vg_jw_kint(&w, "added", o->added);
  vg_jw_kint(&w, "known", o->known);
  vg_jw_kint(&w, "rejected", o->rejected);
  vg_jw_end(&w);
  cli_json_end(c);
  return o->rejected ? CLI_ATTENTION : CLI_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .org = ""};
  struct vg_err err = {0};
  const char *as = "", *frame = "intelligence";
  const struct cli_option options[] = {
      {"form", CLI_TEXT, &as}, {"org", CLI_TEXT, &o.org}, {"frame", CLI_TEXT, &frame}, {0}};
  int status = cli_one_word(c, &cmd_case_import, argc, argv, options, "FILE", &o.path);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*as || !*o.org)
    return cli_usage(c, &cmd_case_import, "cli.missing", *as ? "--org" : "--form");
  if (strcmp(as, "iris") != 0 && strcmp(as, "thehive") != 0)
    return cli_usage(c, &cmd_case_import, "cli.bad_value", as);
  if (!casework_frame_known(frame))
    return cli_usage(c, &cmd_case_import, "cli.bad_value", frame);
  o.o.form = strcmp(as, "iris") == 0 ? IMPORT_IRIS : IMPORT_THEHIVE;
  vg_str_copy(o.o.frame, sizeof o.o.frame, vg_str_z(frame));
  if (vg_json_new(&o.json, &err) != VG_OK)
    return cli_fail(c, &err);
  status = cli_write(c, import, &o);
  vg_json_free(o.json);
  return status == CLI_OK ? report(c, &o) : status;
}

const struct cli_command cmd_case_import = {"case import", "cli.case_import", "cli.case_import.usage", run};

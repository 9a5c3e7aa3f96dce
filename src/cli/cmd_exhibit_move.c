#include "cli/show.h"

extern const struct cli_command cmd_exhibit_show, cmd_exhibit_move;

struct order {
  struct cli *c;
  const char *ref, *motive;
  enum custody_what what;
  const char *to, *place, *reason, *seal, *sha256;
};

static vg_code find(struct store_tx *tx, const struct actor *who, const char *ref, struct exhibit *e,
                    struct vg_err *err) {
  VG_TRY(casework_exhibit_find(tx, vg_str_z(ref), e, err));
  return casework_access(tx, who, e->case_id, err);
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct exhibit e;
  struct exhibit_state state;
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL};
  VG_TRY(find(tx, who, o->ref, &e, err));
  VG_TRY(casework_exhibit_state(tx, e.id, &state, err));
  show_open(&s);
  if (s.w) {
    vg_jw_kz(&w, "id", e.pid.s);
    vg_jw_kbool(&w, "seal_open", state.open);
    vg_jw_kbool(&w, "gone", state.gone);
    vg_jw_kint(&w, "seal_version", state.seal_version);
  }
  show_text(&s, "cli.col.ref", "ref", vg_str_z(e.ref));
  show_text(&s, "cli.col.case", "case", vg_str_z(e.case_ref));
  show_text(&s, "cli.col.description", "description", vg_str_z(e.description));
  show_text(&s, "cli.col.medium", "medium", vg_str_z(e.medium));
  show_text(&s, "cli.col.serial", "serial", vg_str_z(e.serial));
  show_text(&s, "cli.col.seal", "seal", vg_str_z(state.seal));
  show_text(&s, "cli.col.holder", "holder", vg_str_z(state.holder));
  show_text(&s, "cli.col.place", "place", vg_str_z(state.place));
  show_time(&s, "cli.col.received", "received", e.received);
  VG_TRY(show_custody(&s, tx, e.id, err));
  show_close(&s);
  return VG_OK;
}

static int run_show(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_exhibit_show, argc, argv, options, "REF", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : cli_read_inquiry(c, o.ref, o.motive, show, &o);
}

static vg_code move(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct exhibit e;
  VG_TRY(find(tx, who, o->ref, &e, err));
  struct custody with = {.holder = vg_str_z(o->to),
                         .place = vg_str_z(o->place),
                         .reason = vg_str_z(o->reason),
                         .seal = vg_str_z(o->seal),
                         .sha256 = vg_str_z(o->sha256)};
  return casework_exhibit_move(tx, who, &e, o->what, &with, err);
}

static int run_move(struct cli *c, int argc, char **argv) {
  const char *what = NULL;
  struct order o = {.c = c, .to = "", .place = "", .reason = "", .seal = "", .sha256 = ""};
  const struct cli_option options[] = {{"what", CLI_TEXT, &what},
                                       {"to", CLI_TEXT, &o.to},
                                       {"place", CLI_TEXT, &o.place},
                                       {"reason", CLI_TEXT, &o.reason},
                                       {"seal", CLI_TEXT, &o.seal},
                                       {"sha256", CLI_TEXT, &o.sha256},
                                       {0}};
  int status = cli_one_word(c, &cmd_exhibit_move, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!what)
    return cli_usage(c, &cmd_exhibit_move, "cli.missing", "--what");
  if (!casework_custody_by_name(vg_str_z(what), &o.what))
    return cli_usage(c, &cmd_exhibit_move, "cli.bad_value", what);
  if ((status = cli_consult(c, o.ref, NULL)) != CLI_OK)
    return status;
  status = cli_write(c, move, &o);
  return status != CLI_OK ? status : cli_read(c, show, &o);
}

const struct cli_command cmd_exhibit_show = {"exhibit show", "cli.exhibit_show", "cli.exhibit_show.usage", run_show};
const struct cli_command cmd_exhibit_move = {"exhibit move", "cli.exhibit_move", "cli.exhibit_move.usage", run_move};

/* The life of a legal act from the command line: each command changes it and then shows it. */
#include "cli/show.h"

#include "base/file.h"
#include "base/hash.h"

extern const struct cli_command cmd_act_plan, cmd_act_authority, cmd_act_attend, cmd_act_start, cmd_act_end,
    cmd_act_answer, cmd_act_cancel;

struct order {
  struct cli *c;
  const char *ref;
  struct act a;
  const char *by, *number, *name, *quality, *role, *signature, *presence, *oath, *motive, *result, *seal, *to;
  vg_time at;
  bool subordinate;
  char sha256[72];
};

#define NEW_ORDER(c)                                                                                                   \
  {                                                                                                                    \
    .c = (c), .a = {.due = VG_NOTIME}, .by = "", .number = "", .name = "", .quality = "", .role = "", .signature = "", \
    .presence = "present", .oath = "", .motive = "", .result = "", .seal = "", .to = "", .at = VG_NOTIME               \
  }

static vg_code shown(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  return show_act(o->c, tx, who, vg_str_z(o->ref), err);
}

/* It shows the act, which is to read it. */
static int change(struct order *o, cli_writer *write) {
  int status = cli_consult(o->c, o->ref ? o->ref : o->a.case_ref, NULL);
  if (status == CLI_OK)
    status = cli_write(o->c, write, o);
  return status != CLI_OK ? status : cli_read(o->c, shown, o);
}

static vg_code plan(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(casework_act_plan(tx, who, &o->a, err));
  o->ref = o->a.ref;
  return VG_OK;
}

static int run_plan(struct cli *c, int argc, char **argv) {
  struct order o = NEW_ORDER(c);
  const struct cli_option options[] = {{"case", CLI_WORDS, CLI_ROOM(o.a.case_ref)},
                                       {"kind", CLI_WORDS, CLI_ROOM(o.a.kind)},
                                       {"exhibit", CLI_WORDS, CLI_ROOM(o.a.exhibit_ref)},
                                       {"mode", CLI_WORDS, CLI_ROOM(o.a.mode)},
                                       {"place", CLI_WORDS, CLI_ROOM(o.a.place)},
                                       {"object", CLI_WORDS, CLI_ROOM(o.a.object)},
                                       {"article", CLI_WORDS, CLI_ROOM(o.a.article)},
                                       {"to", CLI_WORDS, CLI_ROOM(o.a.addressee)},
                                       {"due", CLI_TIME, &o.a.due},
                                       {0}};
  int status = cli_no_word(c, &cmd_act_plan, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*o.a.case_ref || !*o.a.kind)
    return cli_usage(c, &cmd_act_plan, "cli.missing", *o.a.case_ref ? "--kind" : "--case");
  return change(&o, plan);
}

static vg_code find(struct store_tx *tx, struct order *o, struct vg_err *err) {
  return casework_act_find(tx, vg_str_z(o->ref), &o->a, err);
}

static vg_code authority(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(find(tx, o, err));
  return casework_act_authority(tx, who, &o->a, vg_str_z(o->by), vg_str_z(o->number), vg_str_z(o->name),
                                o->at == VG_NOTIME ? store_now(tx) : o->at, err);
}

static int run_authority(struct cli *c, int argc, char **argv) {
  struct order o = NEW_ORDER(c);
  const struct cli_option options[] = {
      {"by", CLI_TEXT, &o.by}, {"ref", CLI_TEXT, &o.number}, {"name", CLI_TEXT, &o.name}, {"at", CLI_TIME, &o.at}, {0}};
  int status = cli_one_word(c, &cmd_act_authority, argc, argv, options, "ACT", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*o.by || !*o.number)
    return cli_usage(c, &cmd_act_authority, "cli.missing", *o.by ? "--ref" : "--by");
  return change(&o, authority);
}

static vg_code attend(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct attendee p = {.role = vg_str_z(o->role),
                       .name = vg_str_z(o->name),
                       .quality = vg_str_z(o->quality),
                       .subordinate = o->subordinate,
                       .present = vg_str_z(o->presence),
                       .signature = vg_str_z(o->signature)};
  VG_TRY(find(tx, o, err));
  return casework_act_attend(tx, who, &o->a, &p, err);
}

enum { AGAIN = 64 };
struct before {
  vg_str name;
  int64_t id[AGAIN];
  size_t n;
};

static vg_code take_before(void *ctx, const struct attendee *p, struct vg_err *err) {
  struct before *b = ctx;
  (void)err;
  if (b->n < AGAIN && (!b->name.n || vg_str_eq(b->name, p->name)))
    b->id[b->n++] = p->id;
  return VG_OK;
}

/* Those of the act before, or the one of that name. */
static vg_code attend_again(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct before b = {.name = vg_str_z(o->name)};
  VG_TRY(find(tx, o, err));
  VG_TRY(casework_each_attendee_before(tx, &o->a, take_before, &b, err));
  for (size_t i = 0; i < b.n; i++)
    VG_TRY(casework_act_attend_again(tx, who, &o->a, b.id[i], err));
  return b.n ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "casework.act_nobody_before");
}

static int run_attend(struct cli *c, int argc, char **argv) {
  bool again = false;
  struct order o = NEW_ORDER(c);
  const struct cli_option options[] = {{"role", CLI_TEXT, &o.role},         {"name", CLI_TEXT, &o.name},
                                       {"quality", CLI_TEXT, &o.quality},   {"subordinate", CLI_FLAG, &o.subordinate},
                                       {"presence", CLI_TEXT, &o.presence}, {"signature", CLI_TEXT, &o.signature},
                                       {"again", CLI_FLAG, &again},         {0}};
  int status = cli_one_word(c, &cmd_act_attend, argc, argv, options, "ACT", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (again)
    return change(&o, attend_again);
  if (!*o.role || !*o.name)
    return cli_usage(c, &cmd_act_attend, "cli.missing", *o.role ? "--name" : "--role");
  return change(&o, attend);
}

static vg_code start(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(find(tx, o, err));
  return casework_act_start(tx, who, &o->a, vg_str_z(o->quality), vg_str_z(o->oath), vg_str_z(o->motive), err);
}

static int run_start(struct cli *c, int argc, char **argv) {
  struct order o = NEW_ORDER(c);
  const struct cli_option options[] = {
      {"quality", CLI_TEXT, &o.quality}, {"oath", CLI_TEXT, &o.oath}, {"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_act_start, argc, argv, options, "ACT", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : change(&o, start);
}

static vg_code end(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(find(tx, o, err));
  return casework_act_end(tx, who, &o->a, vg_str_z(o->result), vg_str_z(o->seal), vg_str_z(o->to), err);
}

static int run_end(struct cli *c, int argc, char **argv) {
  struct order o = NEW_ORDER(c);
  const struct cli_option options[] = {
      {"result", CLI_TEXT, &o.result}, {"seal", CLI_TEXT, &o.seal}, {"to", CLI_TEXT, &o.to}, {0}};
  int status = cli_one_word(c, &cmd_act_end, argc, argv, options, "ACT", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  return *o.result ? change(&o, end) : cli_usage(c, &cmd_act_end, "cli.missing", "--result");
}

static vg_code answer(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(find(tx, o, err));
  return casework_act_answer(tx, who, &o->a, vg_str_z(o->result), vg_str_z(o->sha256), err);
}

/* The received file is hashed where it lies; it is not copied. */
static vg_code hash_file(const char *path, char out[static 72], struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  struct vg_map_file m;
  VG_TRY(vg_map_open(&m, path, err));
  vg_sha256(m.bytes.p, m.bytes.n, hash);
  vg_map_close(&m);
  vg_hex(out, hash, sizeof hash);
  return VG_OK;
}

static int run_answer(struct cli *c, int argc, char **argv) {
  struct order o = NEW_ORDER(c);
  struct vg_err err = {0};
  const char *file = NULL;
  const struct cli_option options[] = {{"text", CLI_TEXT, &o.result}, {"file", CLI_TEXT, &file}, {0}};
  int status = cli_one_word(c, &cmd_act_answer, argc, argv, options, "ACT", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*o.result)
    return cli_usage(c, &cmd_act_answer, "cli.missing", "--text");
  if (file && hash_file(file, o.sha256, &err) != VG_OK)
    return cli_fail(c, &err);
  return change(&o, answer);
}

static vg_code cancel(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(find(tx, o, err));
  return casework_act_cancel(tx, who, &o->a, vg_str_z(o->motive), err);
}

static int run_cancel(struct cli *c, int argc, char **argv) {
  struct order o = NEW_ORDER(c);
  const struct cli_option options[] = {{"reason", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_act_cancel, argc, argv, options, "ACT", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : change(&o, cancel);
}

const struct cli_command cmd_act_plan = {"act plan", "cli.act_plan", "cli.act_plan.usage", run_plan};
const struct cli_command cmd_act_authority = {"act authority", "cli.act_authority", "cli.act_authority.usage",
                                              run_authority};
const struct cli_command cmd_act_attend = {"act attend", "cli.act_attend", "cli.act_attend.usage", run_attend};
const struct cli_command cmd_act_start = {"act start", "cli.act_start", "cli.act_start.usage", run_start};
const struct cli_command cmd_act_end = {"act end", "cli.act_end", "cli.act_end.usage", run_end};
const struct cli_command cmd_act_answer = {"act answer", "cli.act_answer", "cli.act_answer.usage", run_answer};
const struct cli_command cmd_act_cancel = {"act cancel", "cli.act_cancel", "cli.act_cancel.usage", run_cancel};

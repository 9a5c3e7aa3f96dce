/* Why somebody reads what an inquiry holds, into the journal before it is printed. */
#include "cli/show.h"

#include <string.h>

struct asking {
  struct cli *c;
  const char *ref, *motive;                  /* ref NULL: the records of many */
  char subject[VG_ID_MAX], whole[VG_ID_MAX]; /* what is to be told, "" nothing; whole: and that of the case first */
  char why[CASEWORK_MOTIVE + 1];
};

static void tell_of(struct asking *k, const char *subject, const char *why) {
  vg_str_copy(k->subject, sizeof k->subject, vg_str_z(subject));
  vg_str_copy(k->why, sizeof k->why, vg_str_z(why));
}

static vg_code look_at_one(struct store_tx *tx, const struct actor *who, struct asking *k, struct vg_err *err) {
  struct affair a;
  struct vg_id pid;
  struct consulted of_case, of_it;
  bool inquiry, own;
  VG_TRY(instance_inquiry_of(tx, vg_str_z(k->ref), &a, &pid, &inquiry, err));
  if (!inquiry || !casework_subject_seen(tx, who, vg_id_str(&pid)))
    return VG_OK;
  VG_TRY(casework_consulted(tx, who, a.pid.s, NULL, &of_case, err));
  VG_TRY(casework_consulted(tx, who, pid.s, NULL, &of_it, err));
  if (k->motive) {
    if (!of_case.told && strcmp(pid.s, a.pid.s) != 0)
      vg_str_copy(k->whole, sizeof k->whole, vg_id_str(&a.pid));
    tell_of(k, pid.s, k->motive);
    return VG_OK;
  }
  if (of_it.told)
    return VG_OK;
  VG_TRY(casework_in_charge(tx, who, &a, &own, err));
  if (!own && !of_case.told)
    return VG_FAIL(err, VG_EDENIED, "cli.consult.ask", a.ref);
  tell_of(k, pid.s, of_case.told ? of_case.motive : vg_msg_text(k->c->lang, "casework.in_charge"));
  return VG_OK;
}

vg_code cli_inquiry_open(struct store_tx *tx, const struct actor *who, const struct affair *a, bool *open,
                         struct vg_err *err) {
  struct consulted of_case;
  VG_TRY(casework_consulted(tx, who, a->pid.s, NULL, &of_case, err));
  *open = of_case.told;
  return *open ? VG_OK : casework_in_charge(tx, who, a, open, err);
}

static vg_code look_at_many(struct store_tx *tx, const struct actor *who, struct asking *k, struct vg_err *err) {
  struct consulted before;
  VG_TRY(casework_consulted(tx, who, who->id.s, k->c->line, &before, err));
  if (!k->motive && !before.motive[0])
    return VG_FAIL(err, VG_EDENIED, "cli.consult.many");
  if (k->motive || !before.told)
    tell_of(k, who->id.s, k->motive ? k->motive : before.motive);
  return VG_OK;
}

static vg_code look(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct asking *k = ctx;
  return k->ref ? look_at_one(tx, who, k, err) : look_at_many(tx, who, k, err);
}

static vg_code tell(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct asking *k = ctx;
  if (k->whole[0])
    VG_TRY(ledger_consulted(tx, who, k->whole, NULL, vg_str_z(k->why), err));
  return ledger_consulted(tx, who, k->subject, k->ref ? NULL : k->c->line, vg_str_z(k->why), err);
}

static int ask(struct asking *k) {
  int status = cli_read(k->c, look, k);
  return status == CLI_OK && k->subject[0] ? cli_write(k->c, tell, k) : status;
}

int cli_consult(struct cli *c, const char *ref, const char *motive) {
  return ask(&(struct asking){.c = c, .ref = ref, .motive = motive});
}

int cli_read_inquiry(struct cli *c, const char *ref, const char *motive, cli_writer *read, void *ctx) {
  int status = cli_consult(c, ref, motive);
  return status == CLI_OK ? cli_read(c, read, ctx) : status;
}

int cli_consult_many(struct cli *c, const char *motive) { return ask(&(struct asking){.c = c, .motive = motive}); }

/* Paragraphs of a procès-verbal about one act, ready to paste: who, by what right, before whom, what was done, what
 * came of it. */
#include "dossier/dossier_internal.h"

#include <stdio.h>
#include <string.h>

static vg_code attendee(void *ctx, const struct attendee *p, struct vg_err *err) {
  struct draft *d = ctx;
  char signature[16], present[16];
  (void)err;
  vg_str_copy(signature, sizeof signature, p->signature);
  paper_item(d->p, WORDS(d, "dossier.pv.attendee", dossier_person((char[PERSON]){0}, d, p),
                         dossier_word(d, "server.act.presence.", vg_str_copy(present, sizeof present, p->present)),
                         signature[0] ? dossier_word(d, "cli.act.signature.", signature)
                                      : dossier_word(d, "dossier.pv.", "unsigned")));
  return VG_OK;
}

/* What was made while the act ran. */
static vg_code made(struct draft *d, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      d->tx, &q,
      "SELECT m.subject, m.at, e.ref, e.description, e.seal, i.bytes, i.sha256, i.bad_sectors, r.files, r.hits, "
      "r.problems FROM casework_v_act_made m "
      "LEFT JOIN casework_v_exhibit e ON e.pid = m.subject LEFT JOIN evidence_v_image i ON i.pid = m.subject "
      "LEFT JOIN analysis_v_run r ON r.pid = m.subject WHERE m.act = $1 ORDER BY m.at, m.subject",
      S_ARGS(S_INT(d->act.id)), err));
  while (rc == VG_OK && store_next(q)) {
    const char *subject = VG_T(store_str(q, 0));
    vg_time at = store_time(q, 1);
    int64_t entry = -1;
    if (!store_is_null(q, 2)) {
      rc = dossier_entry(d, subject, "exhibit.received", at, &entry, err);
      dossier_statement(d, "observed", entry,
                        WORDS(d, "dossier.pv.seized", AT(d, at), VG_T(store_str(q, 3)), VG_T(store_str(q, 2)),
                              VG_T(store_str(q, 4))));
    } else if (!store_is_null(q, 5)) {
      rc = dossier_entry(d, subject, "evidence.acquired", at, &entry, err);
      dossier_statement(d, "observed", entry,
                        WORDS(d, "dossier.pv.copied", AT(d, at), VG_G(d->lang, store_int(q, 5)), VG_T(store_str(q, 6)),
                              VG_G(d->lang, store_int(q, 7)), VIGIE_VERSION));
    } else if (!store_is_null(q, 8)) {
      rc = dossier_entry(d, subject, "analysis.done", at, &entry, err);
      dossier_statement(d, "observed", entry,
                        WORDS(d, "dossier.pv.analysed", AT(d, at), VG_G(d->lang, store_int(q, 8)),
                              VG_G(d->lang, store_int(q, 9)), VG_G(d->lang, store_int(q, 10)), VIGIE_VERSION));
    }
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* What the act did to its exhibit: opened its seal, closed it under which number, gave it to whom. */
struct moving {
  struct draft *d;
  struct exhibit e;
};
static vg_code moved(void *ctx, const struct custody *k, struct vg_err *err) {
  const struct moving *x = ctx;
  struct draft *d = x->d;
  char kind[40], what[24];
  int64_t entry;
  if (!vg_str_eqz(k->reason, d->act.ref))
    return VG_OK;
  vg_str_copy(what, sizeof what, k->what);
  snprintf(kind, sizeof kind, "exhibit.%s", what);
  VG_TRY(dossier_entry(d, x->e.pid.s, kind, k->at, &entry, err));
  dossier_statement(d, "observed", entry,
                    WORDS(d, k->holder.n ? "dossier.pv.handed" : "dossier.pv.moved", AT(d, k->at), d->act.exhibit_ref,
                          dossier_word(d, "cli.custody.", what), k->seal.n ? VG_T(k->seal) : "–", VG_T(k->holder)));
  return VG_OK;
}

static vg_code moves(struct draft *d, struct vg_err *err) {
  if (!d->act.exhibit)
    return VG_OK;
  struct moving x = {.d = d};
  VG_TRY(casework_exhibit_find(d->tx, vg_str_z(d->act.exhibit_ref), &x.e, err));
  return casework_each_custody(d->tx, x.e.id, moved, &x, err);
}

static void intro(struct draft *d) {
  const struct act *a = &d->act;
  struct act_rule rule;
  char doubt[CASEWORK_DOUBT] = "";
  if (casework_act_rule(vg_str_z(a->kind), vg_str_z(a->frame), &rule))
    casework_doubt_after(doubt, d->lang, rule.doubt);
  paper_text(d->p, WORDS(d, "dossier.pv.intro", AT(d, a->started), a->officer,
                         dossier_word(d, "server.act.quality.", a->quality)));
  if (a->oath[0])
    paper_text(d->p, WORDS(d, "dossier.pv.oath", a->oath));
  paper_text(d->p,
             WORDS(d, "dossier.pv.frame", dossier_word(d, "server.frame.", a->frame), a->case_ref, a->article, doubt));
  if (strcmp(a->authority, "opj") == 0)
    paper_text(d->p, WORDS(d, "dossier.pv.own_authority", a->authority_ref, AT(d, a->authority_at)));
  else
    paper_text(d->p, WORDS(d, a->authority_name[0] ? "dossier.pv.authority" : "dossier.pv.authority_alone",
                           dossier_word(d, "server.act.by.", a->authority), a->authority_ref, AT(d, a->authority_at),
                           a->authority_name));
  const struct {
    const char *id, *value;
  } more[] = {{"dossier.pv.place", a->place},
              {"dossier.pv.exhibit", a->exhibit_ref},
              {"dossier.pv.addressee", a->addressee},
              {"dossier.pv.object", a->object},
              {"dossier.pv.motive", a->motive}};
  for (size_t i = 0; i < VG_COUNT(more); i++)
    if (more[i].value[0])
      paper_text(d->p, WORDS(d, more[i].id, more[i].value));
}

vg_code part_pv(struct draft *d, struct vg_err *err) {
  const struct act *a = &d->act;
  int64_t started, ended, heads;
  VG_TRY(dossier_entry(d, a->pid.s, "act.started", a->started, &started, err));
  VG_TRY(dossier_entry(d, a->pid.s, strcmp(a->state, "cancelled") == 0 ? "act.cancelled" : "act.ended", a->ended,
                       &ended, err));
  VG_TRY(
      store_get_int(d->tx, &heads, "SELECT COUNT(*) FROM casework_attendee WHERE act = $1", S_ARGS(S_INT(a->id)), err));
  intro(d);
  if (heads) {
    paper_heading(d->p, 2, WORDS(d, "dossier.pv.attendees"));
    VG_TRY(casework_each_attendee(d->tx, a->id, attendee, d, err));
  }
  paper_heading(d->p, 2, WORDS(d, "dossier.pv.done"));
  dossier_statement(d, "observed", started,
                    WORDS(d, "dossier.pv.started", AT(d, a->started), dossier_word(d, "cli.act.kind.", a->kind)));
  VG_TRY(made(d, err));
  VG_TRY(moves(d, err));
  if (a->answered != VG_NOTIME)
    dossier_statement(d, "imported", ended,
                      WORDS(d, "dossier.pv.answer", AT(d, a->answered), a->addressee, a->answer,
                            a->answer_sha256[0] ? a->answer_sha256 : "–"));
  else if (a->ended != VG_NOTIME)
    dossier_statement(d, "observed", ended, WORDS(d, "dossier.pv.ended", AT(d, a->ended), a->result));
  else
    paper_text(d->p, WORDS(d, "dossier.pv.running"));
  paper_text(d->p, WORDS(d, "dossier.pv.close"));
  paper_space(d->p, 60);
  return VG_OK;
}

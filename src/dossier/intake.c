/* What a company takes home or brings along: the one-page sheet, and the pack for its complaint. */
#include "dossier/dossier_internal.h"

#include <stdio.h>
#include <string.h>

/* "a|b|c": each an item. */
static void items(struct draft *d, const char *heading, const char *stem) {
  char id[64];
  snprintf(id, sizeof id, "%s%s", stem, d->in.kind);
  const char *text = vg_msg_text(d->lang, id);
  vg_str rest = vg_str_z(text ? text : ""), item;
  paper_heading(d->p, 1, WORDS(d, heading));
  while (vg_str_cut(&rest, '|', &item))
    paper_item(d->p, item);
}

/* A time of the incident, or that the victim did not know it. */
static const char *when(struct draft *d, const struct intake *a, const char *which, vg_time t,
                        char out[static MOMENT]) {
  return strstr(a->unsure, which) ? vg_msg_text(d->lang, "dossier.time.unknown") : dossier_moment(out, d, t);
}
#define WHEN(d, a, which, t) when((d), (a), (which), (t), (char[MOMENT]){0})

vg_code part_sheet(struct draft *d, struct vg_err *err) {
  struct intake a = {0};
  bool asked = casework_intake_find(d->tx, d->in.id, &a) == VG_OK;
  if (!asked)
    a.unsure[0] = 0;
  paper_text(d->p, WORDS(d, "dossier.sheet.intro", dossier_word(d, "server.kind.", d->in.kind), d->in.summary,
                         WHEN(d, &a, "known", d->in.known)));
  if (asked && a.unsure[0])
    paper_text(d->p, WORDS(d, "cli.intake.unsure"));
  paper_heading(d->p, 1, WORDS(d, "cli.show.clocks"));
  VG_TRY(dossier_clocks(d, err));
  items(d, "dossier.h.keep", "dossier.keep.");
  items(d, "dossier.h.leave", "dossier.leave.");
  paper_note(d->p, WORDS(d, "dossier.sheet.id", d->in.pid.s));
  return VG_OK;
}

/* What is not known is left to be written by hand. */
static const char blank[] = "……………………";
static const char *or_blank(vg_str s, char out[static 200]) {
  vg_str_copy(out, 200, s.n ? s : vg_str_z(blank));
  return out;
}
#define OR_BLANK(s) or_blank((s), (char[200]){0})

static void answer_row(struct draft *d, const char *question, const char *value) {
  paper_cell(d->p, WORDS(d, question));
  paper_cell(d->p, vg_str_z(value));
}

static void answers(struct draft *d, const struct intake *a) {
  static const unsigned share[] = {55, 45};
  const struct {
    const char *question, *value;
  } rows[] = {{"server.intake.ongoing", a->ongoing},     {"server.intake.personal", a->personal_data},
              {"server.intake.money", a->money},         {"server.intake.insured", a->insured},
              {"server.intake.complaint", a->complaint}, {"server.intake.traces", a->traces}};
  paper_table(d->p, share, 2);
  paper_cell(d->p, WORDS(d, "dossier.complaint.question"));
  paper_cell(d->p, WORDS(d, "dossier.complaint.answer"));
  answer_row(d, "server.intake.contact", a->contact[0] ? a->contact : blank);
  for (size_t i = 0; i < VG_COUNT(rows); i++)
    answer_row(d, rows[i].question, dossier_word(d, "server.intake.", rows[i].value));
  paper_table_end(d->p);
}

vg_code part_complaint(struct draft *d, struct vg_err *err) {
  struct intake a = {0};
  struct store_rows *q;
  int64_t entry;
  bool asked = casework_intake_find(d->tx, d->in.id, &a) == VG_OK;
  if (!asked)
    a.unsure[0] = 0;
  VG_TRY(dossier_entry(d, d->in.pid.s, "incident.added", d->in.reported, &entry, err));
  paper_heading(d->p, 1, WORDS(d, "dossier.complaint.victim"));
  VG_TRY(store_query(d->tx, &q, "SELECT name, siren, department, naf, size FROM territory_v_org WHERE id = $1",
                     S_ARGS(S_INT(d->in.org)), err));
  if (store_next(q))
    paper_text(d->p, WORDS(d, "dossier.complaint.org", VG_T(store_str(q, 0)), OR_BLANK(store_str(q, 1)),
                           OR_BLANK(store_str(q, 2)), OR_BLANK(store_str(q, 3)), OR_BLANK(store_str(q, 4))));
  VG_TRY(store_done(&q, err));
  paper_heading(d->p, 1, WORDS(d, "dossier.complaint.facts"));
  dossier_statement(d, "declared", entry,
                    WORDS(d, "dossier.complaint.kind", dossier_word(d, "server.kind.", d->in.kind), d->in.summary));
  dossier_statement(d, "declared", entry,
                    WORDS(d, "dossier.complaint.times", WHEN(d, &a, "happened", d->in.happened),
                          WHEN(d, &a, "known", d->in.known), AT(d, d->in.reported)));
  if (asked) {
    if (a.unsure[0])
      paper_text(d->p, WORDS(d, "cli.intake.unsure"));
    answers(d, &a);
  }
  paper_heading(d->p, 1, WORDS(d, "cli.show.clocks"));
  VG_TRY(dossier_clocks(d, err));
  items(d, "dossier.h.bring", "dossier.keep.");
  items(d, "dossier.h.leave", "dossier.leave.");
  paper_text(d->p, WORDS(d, "dossier.complaint.sign"));
  paper_space(d->p, 50);
  return VG_OK;
}

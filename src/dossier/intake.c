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
  char told[sizeof d->in.summary]; /* a full stop follows it */
  vg_str summary = vg_str_trim(vg_str_z(d->in.summary));
  vg_str_copy(told, sizeof told, vg_str_sub(summary, 0, summary.n - vg_str_ends(summary, VG_STR("."))));
  paper_text(d->p, WORDS(d, "dossier.sheet.intro", dossier_word(d, "server.kind.", d->in.kind), told,
                         WHEN(d, &a, "known", d->in.known)));
  if (asked && a.unsure[0])
    paper_text(d->p, WORDS(d, "cli.intake.unsure"));
  paper_heading(d->p, 1, WORDS(d, "cli.show.clocks"));
  VG_TRY(dossier_clocks(d, err));
  VG_TRY(dossier_clocks_missed(d, err));
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

static void answer_cells(struct draft *d, const char *question, const char *value) {
  paper_cell(d->p, WORDS(d, question));
  paper_cell(d->p, vg_str_z(value));
}

/* Two questions a row: the pack stays on one sheet. */
static void answers(struct draft *d, const struct intake *a) {
  static const unsigned share[] = {33, 14, 39, 14};
  const struct {
    const char *question, *value;
  } rows[] = {{"server.intake.ongoing", a->ongoing},     {"server.intake.personal", a->personal_data},
              {"server.intake.insured", a->insured},     {"server.intake.money", a->money},
              {"server.intake.complaint", a->complaint}, {"server.intake.traces", a->traces}};
  paper_table(d->p, share, VG_COUNT(share));
  for (size_t i = 0; i < 2; i++) {
    paper_cell(d->p, WORDS(d, "dossier.complaint.question"));
    paper_cell(d->p, WORDS(d, "dossier.complaint.answer"));
  }
  for (size_t i = 0; i < VG_COUNT(rows); i++)
    answer_cells(d, rows[i].question, dossier_word(d, "server.intake.", rows[i].value));
  paper_table_end(d->p);
}

/* "a|b|c" as one paragraph: "a ; b ; c". */
static void in_one(struct draft *d, const char *sentence, const char *stem) {
  char id[64];
  struct vg_buf all;
  snprintf(id, sizeof id, "%s%s", stem, d->in.kind);
  const char *text = vg_msg_text(d->lang, id);
  vg_str rest = vg_str_z(text ? text : ""), item;
  vg_buf_init(&all, 4096);
  while (vg_str_cut(&rest, '|', &item)) {
    vg_buf_z(&all, !all.n ? "" : d->lang == VG_FR ? "\u00a0; " : "; ");
    vg_buf_str(&all, item);
  }
  paper_note(d->p, WORDS(d, sentence, vg_buf_text(&all)));
  vg_buf_fini(&all);
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
                           OR_BLANK(store_str(q, 2)), OR_BLANK(store_str(q, 3)), OR_BLANK(store_str(q, 4)),
                           OR_BLANK(vg_str_z(a.contact))));
  VG_TRY(store_done(&q, err));
  paper_heading(d->p, 1, WORDS(d, "dossier.complaint.facts"));
  dossier_statement(d, "declared", entry,
                    WORDS(d, "dossier.complaint.kind", dossier_word(d, "server.kind.", d->in.kind), d->in.summary));
  dossier_statement(d, "declared", entry,
                    WORDS(d, "dossier.complaint.times", WHEN(d, &a, "happened", d->in.happened),
                          WHEN(d, &a, "known", d->in.known), AT(d, d->in.reported)));
  if (asked) {
    if (a.unsure[0])
      paper_note(d->p, WORDS(d, "cli.intake.unsure"));
    answers(d, &a);
  }
  paper_heading(d->p, 1, WORDS(d, "cli.show.clocks"));
  VG_TRY(dossier_clocks(d, err));
  items(d, "dossier.h.bring", "dossier.keep.");
  in_one(d, "dossier.complaint.leave", "dossier.leave.");
  paper_text(d->p, WORDS(d, "dossier.complaint.sign"));
  paper_space(d->p, 28);
  return VG_OK;
}

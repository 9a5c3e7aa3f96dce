/* What has to be proved, and which findings bear on it. */
#include "dossier/dossier_internal.h"

struct bearing {
  struct draft *d;
  vg_str element;
  struct vg_buf text;
};

static vg_code bears(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  struct bearing *b = ctx;
  char type[16];
  if (f->withdrawn != VG_NOTIME || !vg_str_eq(f->element, b->element))
    return VG_OK;
  vg_buf_z(&b->text, b->text.n ? " ; " : "");
  vg_buf_str(&b->text, f->text);
  vg_buf_fmt(&b->text, " [%s]", dossier_word(b->d, "dossier.type.", vg_str_copy(type, sizeof type, f->type)));
  return vg_buf_check(&b->text, err);
}

static vg_code row(struct draft *d, vg_str element, int64_t number, struct vg_err *err) {
  struct bearing b = {.d = d, .element = element};
  vg_buf_init(&b.text, 1 << 20);
  vg_code rc = casework_each_finding(d->tx, d->a.id, bears, &b, err);
  paper_cell(d->p, vg_str_z(VG_N(number)));
  paper_cell(d->p, element);
  paper_cell(d->p, b.text.n ? vg_buf_view(&b.text) : WORDS(d, "cli.elements.nothing"));
  vg_buf_fini(&b.text);
  return rc;
}

vg_code dossier_matrix(struct draft *d, struct vg_err *err) {
  static const char *const ids[] = {"cli.elements.number", "cli.elements.element", "cli.show.findings"};
  static const unsigned share[] = {8, 34, 58};
  struct offence_pattern p;
  vg_str rest, one;
  int64_t n = 0;
  if (!casework_pattern(vg_str_z(d->in.kind), &p))
    return VG_OK;
  paper_heading(d->p, 2, WORDS(d, "cli.elements.title"));
  paper_note(d->p, WORDS(d, "dossier.matrix.note"));
  paper_table(d->p, share, VG_COUNT(share));
  for (size_t i = 0; i < VG_COUNT(ids); i++)
    paper_cell(d->p, WORDS(d, ids[i]));
  for (rest = p.elements; vg_str_cut(&rest, '|', &one);)
    VG_TRY(row(d, one, ++n, err));
  paper_table_end(d->p);
  return VG_OK;
}

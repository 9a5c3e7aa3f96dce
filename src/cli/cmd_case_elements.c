/* What has to be proved, and which findings bear on it. */
#include "cli/show.h"

extern const struct cli_command cmd_case_elements;

struct order {
  struct cli *c;
  const char *ref, *motive;
};
struct matrix {
  struct show *s;
  vg_str element, code;
  int64_t seen;
  bool charged;
};

static vg_code bears(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  struct matrix *m = ctx;
  (void)err;
  if (f->withdrawn != VG_NOTIME || !vg_str_eq(f->element, m->element))
    return VG_OK;
  m->seen++;
  if (m->s->w)
    vg_jw_z(m->s->w, f->pid.s);
  return VG_OK;
}

static vg_code is_charged(void *ctx, const struct offence *o, struct vg_err *err) {
  struct matrix *m = ctx;
  (void)err;
  m->charged = m->charged || vg_str_eq(o->code, m->code);
  return VG_OK;
}

static vg_code offence(struct show *s, struct store_tx *tx, int64_t case_id, vg_str word, bool leading,
                       struct vg_err *err) {
  struct matrix m = {.s = s, .code = vg_str_sub(word, 0, vg_str_find_byte(word, ' ', 0))};
  struct cli_table *t = show_row(s);
  VG_TRY(casework_each_charge(tx, case_id, is_charged, &m, err));
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "code", m.code);
    vg_jw_kstr(s->w, "when", vg_str_trim(vg_str_sub(word, m.code.n, word.n)));
    vg_jw_kbool(s->w, "main", leading);
    vg_jw_kbool(s->w, "charged", m.charged);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cell(t, word);
  cli_table_cellz(t, vg_msg_text(s->c->lang, m.charged ? "cli.elements.charged" : "cli.elements.not_charged"));
  return VG_OK;
}

static vg_code element(struct show *s, struct store_tx *tx, int64_t case_id, vg_str name, vg_str act, int64_t number,
                       struct vg_err *err) {
  struct matrix m = {.s = s, .element = name};
  struct cli_table *t = show_row(s);
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kint(s->w, "number", number);
    vg_jw_kstr(s->w, "element", name);
    vg_jw_kstr(s->w, "act", act);
    vg_jw_key(s->w, "findings");
    vg_jw_arr(s->w);
  }
  VG_TRY(casework_each_finding(tx, case_id, bears, &m, err));
  if (!t) {
    vg_jw_end(s->w);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cell_int(t, number);
  cli_table_cell(t, name);
  if (m.seen)
    cli_table_cell_int(t, m.seen);
  else
    cli_table_cellz(t, vg_msg_text(s->c->lang, "cli.elements.nothing"));
  cli_table_cellz(t, show_word(s->c, "cli.act.kind.", act));
  return VG_OK;
}

static vg_code lists(struct show *s, struct store_tx *tx, const struct affair *a, const struct offence_pattern *p,
                     struct vg_err *err) {
  static const char *const offences[] = {"cli.col.label", "cli.col.state"};
  static const char *const elements[] = {"cli.elements.number", "cli.elements.element", "cli.show.findings",
                                         "cli.elements.act"};
  vg_str rest = p->related, one;
  int64_t n = 0;
  show_list(s, "offences", "cli.show.offences", offences, VG_COUNT(offences));
  VG_TRY(offence(s, tx, a->id, p->main, true, err));
  while (vg_str_cut(&rest, '|', &one))
    VG_TRY(offence(s, tx, a->id, one, false, err));
  show_end(s);
  rest = p->elements;
  show_list(s, "elements", "cli.elements.title", elements, VG_COUNT(elements));
  for (; vg_str_cut(&rest, '|', &one); n++)
    VG_TRY(element(s, tx, a->id, one, casework_pattern_act(p, n + 1), n + 1, err));
  show_end(s);
  return VG_OK;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct affair a;
  struct incident in;
  struct offence_pattern p;
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL};
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  VG_TRY(casework_incident_find(tx, vg_id_str(&a.incident), &in, err));
  if (!casework_pattern(vg_str_z(in.kind), &p))
    return VG_FAIL(err, VG_ENOTFOUND, "casework.no_pattern", in.kind);
  show_open(&s);
  if (s.w)
    vg_jw_kz(&w, "case", a.ref);
  show_text(&s, "cli.elements.fact", "fact", p.fact_fr);
  VG_TRY(lists(&s, tx, &a, &p, err));
  show_close(&s);
  return VG_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_case_elements, argc, argv, options, "REF", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : cli_read_inquiry(c, o.ref, o.motive, show, &o);
}

const struct cli_command cmd_case_elements = {"case elements", "cli.case_elements", "cli.case_elements.usage", run};

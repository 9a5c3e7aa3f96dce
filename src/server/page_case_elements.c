/* What has to be proved in a case, and which findings bear on it; the offences that it is charged with. */
#include "server/server_internal.h"

struct bearing {
  struct request *r;
  vg_str element;
  bool any;
};

static vg_code bears(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  struct bearing *b = ctx;
  (void)err;
  if (f->withdrawn != VG_NOTIME || !vg_str_eq(f->element, b->element))
    return VG_OK;
  if (b->any)
    RAW(b->r, "<br>");
  RAW(b->r, "<strong>");
  word(b->r, "dossier.type.", f->type);
  RAW(b->r, "</strong> ");
  text(b->r, f->text);
  b->any = true;
  return VG_OK;
}

/* To the form of the act that usually brings what is missing, with both filled in, where the frame has such acts. */
static void lead(struct request *r, const struct affair *a, vg_str act, vg_str element) {
  struct act_rule rule;
  if (!casework_act_rule(act, vg_str_z(a->frame), &rule))
    return;
  RAW(r, " <a href=\"?acte=");
  url(r, act);
  RAW(r, "&amp;objet=");
  url(r, element);
  RAW(r, "#f-act\">");
  msg(r, "server.act.plan");
  colon(r);
  word(r, "cli.act.kind.", act);
  RAW(r, "</a>");
}

vg_code part_elements(struct request *r, const struct affair *a, const struct incident *in, struct vg_err *err) {
  static const char *const head[] = {NUMBER("cli.elements.number"), "cli.elements.element", "cli.show.findings"};
  struct offence_pattern p;
  vg_str rest, one;
  int64_t n = 0;
  if (!casework_pattern(vg_str_z(in->kind), &p))
    return VG_OK;
  card_begin(r, "cli.elements.title", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "dossier.matrix.note");
  RAW(r, "</p>");
  table_begin(r, "elements", "cli.elements.title", head, VG_COUNT(head));
  for (rest = p.elements; vg_str_cut(&rest, '|', &one);) {
    struct bearing b = {.r = r, .element = one};
    row(r);
    cell_n(r);
    num(r, ++n);
    cell(r);
    text(r, one);
    cell(r);
    VG_TRY(casework_each_finding(r->tx, a->id, bears, &b, err));
    if (!b.any) {
      badge(r, "mute", "cli.elements.nothing");
      lead(r, a, casework_pattern_act(&p, n), one);
    }
  }
  table_end(r, NULL);
  card_end(r);
  return VG_OK;
}

enum { ELEMENTS = 16 };

vg_code field_element(struct request *r, const struct affair *a, struct vg_err *err) {
  struct choice v[ELEMENTS + 1] = {{"", "server.finding.no_element"}};
  char labels[ELEMENTS][200];
  struct incident in;
  struct offence_pattern p;
  vg_str rest, one;
  size_t n = 1;
  VG_TRY(casework_incident_find(r->tx, vg_id_str(&a->incident), &in, err));
  if (!casework_pattern(vg_str_z(in.kind), &p))
    return VG_OK;
  for (rest = p.elements; n <= ELEMENTS && vg_str_cut(&rest, '|', &one); n++) {
    vg_str_copy(labels[n - 1], sizeof labels[0], one);
    v[n] = (struct choice){labels[n - 1], labels[n - 1]};
  }
  field_choice(r, "element", "cli.elements.element", v, n, "", NULL);
  return VG_OK;
}

static vg_code charge_option(void *ctx, const struct offence *o, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<option value=\"");
  text(r, o->code);
  RAW(r, "\">");
  text(r, o->text);
  colon(r);
  text(r, o->label_fr);
  RAW(r, "</option>");
  return VG_OK;
}

vg_code charge_form(struct request *r, const struct affair *a, struct vg_err *err) {
  enum { OFFERED = 500 };
  struct incident in;
  VG_TRY(casework_incident_find(r->tx, vg_id_str(&a->incident), &in, err));
  details_begin(r, "server.charge.add", "charge");
  form_begin(r, r->path, "charge");
  field(r, "code", "server.charge.code", "list", "", true, "casework.offence casework.offence_twice");
  vg_buf_fmt(&r->out, "<datalist id=\"d-code%s\">", r->field_nth);
  VG_TRY(casework_each_offence(r->tx, VG_STR(""), in.happened, OFFERED, charge_option, r, err));
  RAW(r, "</datalist>");
  form_end(r, "server.charge.add", false);
  RAW(r, "</details>");
  return VG_OK;
}

vg_code post_charge(struct request *r, const struct affair *a, struct vg_err *err) {
  char code_[80];
  return casework_charge_add(r->tx, &r->who, a, sent(r, "code", code_, sizeof code_), err);
}

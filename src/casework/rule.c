/* What the law asks of an act, by kind and frame: data/law/acts.tsv, read where it lies in the program. */
#include "base/csv.h"
#include "casework/casework.h"

extern const char casework_acts_tsv[];

/* kind frame authority article attendees rule_fr doubt source. Tabs and no quotes, so that each field is a view of the
 * file itself. */
vg_code casework_each_act_rule(casework_rule_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_csv c;
  bool more;
  vg_csv_init(&c, vg_str_z(casework_acts_tsv), '\t');
  vg_code rc = vg_csv_next(&c, &more, err);
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more) {
    const vg_str *v = c.field;
    VG_ASSERT(c.fields == 8);
    struct act_rule r = {.kind = v[0],
                         .frame = v[1],
                         .authority = v[2],
                         .article = v[3],
                         .attendees = v[4],
                         .rule_fr = v[5],
                         .doubt = v[6],
                         .source = v[7]};
    rc = sink(ctx, &r, err);
  }
  vg_csv_fini(&c);
  return rc;
}

struct search {
  vg_str kind, frame;
  struct act_rule *out;
  bool found;
};

static vg_code compare(void *ctx, const struct act_rule *r, struct vg_err *err) {
  struct search *s = ctx;
  (void)err;
  if (!s->found && vg_str_eq(r->kind, s->kind) && vg_str_eq(r->frame, s->frame)) {
    *s->out = *r;
    s->found = true;
  }
  return VG_OK;
}

bool casework_act_rule(vg_str kind, vg_str frame, struct act_rule *out) {
  struct search s = {.kind = kind, .frame = frame, .out = out};
  return casework_each_act_rule(compare, &s, NULL) == VG_OK && s.found;
}

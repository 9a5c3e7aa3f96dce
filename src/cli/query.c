#include "cli/query.h"

static bool level(const char *name, int *out) {
  enum tlp t;
  if (!name)
    return true;
  if (!intel_tlp_by_name(vg_str_z(name), &t))
    return false;
  *out = (int)t;
  return true;
}

int query_of(struct cli *c, const struct cli_command *self, struct query_options *o, struct intel_query *q) {
  enum indicator_type type;
  vg_buf_init(&o->normal, 1 << 16);
  *q = (struct intel_query){.type = o->type,
                            .words = vg_str_z(o->words),
                            .source = vg_str_z(o->source),
                            .tlp_max = -1,
                            .confidence = o->confidence,
                            .since = o->since,
                            .until = o->until};
  if (!level(o->tlp_max, &q->tlp_max) || !level(o->tlp_min, &q->tlp_min))
    return cli_usage(c, self, "cli.bad_value", o->tlp_max && !level(o->tlp_max, &q->tlp_max) ? o->tlp_max : o->tlp_min);
  if (o->confidence < 0 || o->confidence > 100)
    return cli_usage(c, self, "cli.bad_value", "--confidence");
  if (o->since > 0 && o->until > 0 && o->until <= o->since)
    return cli_usage(c, self, "cli.bad_value", "--until");
  if (!o->value)
    return CLI_OK;
  if (!intel_type_of(vg_str_z(o->value), &type) || !intel_normalise(type, vg_str_z(o->value), &o->normal))
    return cli_usage(c, self, "cli.bad_value", o->value);
  q->value = vg_buf_view(&o->normal);
  return CLI_OK;
}

void query_fini(struct query_options *o) { vg_buf_fini(&o->normal); }

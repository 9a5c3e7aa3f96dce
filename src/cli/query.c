#include "cli/query.h"

#include "cli/show.h"

#include <string.h>

static bool level(const char *name, int *out) {
  enum tlp t;
  if (!name)
    return true;
  if (!intel_tlp_by_name(vg_str_z(name), &t))
    return false;
  *out = (int)t;
  return true;
}

bool query_type_known(const char *object) {
  vg_str name = vg_str_z(object), type;
  for (size_t i = 0; (type = intel_object_type(i)).n; i++)
    if (vg_str_eq(type, name))
      return true;
  return false;
}

/* "rapport", "mode d'attaque"; "domaine" is what values are called, which has objects too. */
static const char *object_type(const struct cli *c, const char *word, char out[static 64]) {
  enum indicator_type value;
  vg_str type;
  if (query_type_known(word))
    return word;
  for (size_t i = 0; (type = intel_object_type(i)).n; i++)
    if (show_same_words(word, show_word(c, "server.stix.", type)))
      return vg_str_copy(out, 64, type);
  return intel_type_by_word(vg_str_z(word), &value) && query_type_known(intel_type_name(value)) ? intel_type_name(value)
                                                                                                : word;
}

static void name_type(struct vg_buf *all, const struct cli *c, const char *stem, vg_str code) {
  const char *local = show_word(c, stem, code);
  if (all->n)
    vg_buf_z(all, ", ");
  vg_buf_str(all, code);
  if (*local && !show_same_words(local, VG_T(code)))
    vg_buf_fmt(all, " (%s)", local);
}

int query_no_type(struct cli *c, const struct cli_command *self, const char *word) {
  struct vg_buf values, objects, said;
  vg_str type;
  vg_buf_init(&values, 1 << 14);
  vg_buf_init(&objects, 1 << 14);
  vg_buf_init(&said, 1 << 15);
  for (int i = 0; i < INDICATOR_TYPES; i++)
    name_type(&values, c, "server.type.", vg_str_z(intel_type_name((enum indicator_type)i)));
  for (size_t i = 0; (type = intel_object_type(i)).n; i++)
    name_type(&objects, c, "server.stix.", type);
  vg_msg(&said, c->lang, "cli.no_type", (const char *[]){word, vg_buf_text(&values), vg_buf_text(&objects), NULL});
  int status = cli_usage(c, self, "cli.said", vg_buf_text(&said));
  vg_buf_fini(&values);
  vg_buf_fini(&objects);
  vg_buf_fini(&said);
  return status;
}

int query_of(struct cli *c, const struct cli_command *self, struct query_options *o, struct intel_query *q) {
  enum indicator_type type;
  vg_buf_init(&o->normal, 1 << 16);
  *q = (struct intel_query){.type = o->type ? object_type(c, o->type, o->object) : NULL,
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

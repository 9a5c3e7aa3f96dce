/* What was written wrongly of a company, put right on its page. */
#include "server/server_internal.h"

#include "territory/territory.h"

enum { NAME, SIREN, NAF, SIZE, FIELDS };
static const char *const fields[FIELDS] = {"name", "siren", "naf", "size"};

vg_code part_correct(struct request *r, const struct org *o, struct vg_err *err) {
  details_begin(r, "server.company.correct", "correct");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.company.correct.sub");
  RAW(r, "</p>");
  form_begin(r, r->path, "correct");
  field(r, "name", "server.name", "text", o->name, true,
        "territory.name territory.name_long territory.name_was territory.correct_taken server.meanwhile");
  field(r, "siren", "server.siren", "text", o->siren, false, "territory.siren territory.field_long");
  VG_TRY(field_naf(r, "naf", "server.none", o->naf, "territory.naf", err));
  VG_TRY(field_size(r, "size", "server.none", o->size, "territory.size", err));
  const char *const now[FIELDS] = {o->name, o->siren, o->naf, o->size};
  for (size_t i = 0; i < FIELDS; i++)
    field_was(r, fields[i], vg_str_z(now[i]));
  form_end(r, "server.company.correct.do", false);
  RAW(r, "</details>");
  return VG_OK;
}

vg_code post_correct(struct request *r, struct vg_err *err) {
  struct org o;
  char given[FIELDS][4 * sizeof o.name];
  VG_TRY(territory_org_find(r->tx, vg_str_z(r->rest), &o, err));
  const char *const now[FIELDS] = {o.name, o.siren, o.naf, o.size};
  for (size_t i = 0; i < FIELDS; i++) {
    (void)(i == SIREN ? sent_number(r, fields[i], given[i]) : sent(r, fields[i], given[i], sizeof given[i]));
    VG_TRY(field_still(r, fields[i], vg_str_z(now[i]), vg_str_z(given[i]), err));
  }
  const struct org_correction to = {.name = given[NAME], .siren = given[SIREN], .naf = given[NAF], .size = given[SIZE]};
  VG_TRY(territory_org_correct(r->tx, &r->who, &o, &to, err));
  go_to(r, "/entreprises/", vg_id_str(&o.pid));
  return VG_OK;
}

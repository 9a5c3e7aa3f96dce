/* Where a company is, on the ground and on the Internet: the cards on its page that show its establishments and what it
 * exposes, and their forms. */
#include "server/server_internal.h"

#include <string.h>

#include "intel/intel.h"

static void site_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  code(r, store_str(q, 0));
  cell(r);
  text(r, store_str(q, 1));
  cell(r);
  text(r, store_str(q, 2));
}

static vg_code sites(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.siret", "server.name", "server.department"};
  card_begin(r, "server.sites", NULL);
  table_begin(r, "etablissements", "server.sites", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT siret, name, department FROM territory_v_site WHERE org = $1 AND open = 1 ORDER BY head DESC, "
              "siret LIMIT 200",
              S_ARGS(S_INT(o->id)), site_row, err));
  table_end(r, "server.sites.none");
  details_begin(r, "server.sites.add", "site");
  form_begin(r, r->path, "site");
  field(r, "siret", "server.siret", "text", "", true, "territory.siret territory.site_exists");
  field(r, "site_name", "server.sites.name", "text", "", false, "territory.name");
  field(r, "site_department", "server.sites.department", "text", "", true, "territory.department");
  form_end(r, "server.sites.add", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static void asset_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_indicator(r, store_str(q, 0), store_str(q, 1));
  cell(r);
  text(r, store_str(q, 2));
  cell(r);
  form_begin(r, r->path, "asset_end");
  field_row(r, "value", store_str(q, 1));
  form_end(r, "server.assets.end", false);
}

static vg_code assets(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.value", "server.event.note", "server.assets.change"};
  card_begin(r, "server.assets", NULL);
  table_begin(r, "expose", "server.assets", head, VG_COUNT(head));
  VG_TRY(each(
      r,
      "SELECT type, value, note FROM territory_v_asset WHERE org = $1 AND until IS NULL ORDER BY type, value LIMIT 200",
      S_ARGS(S_INT(o->id)), asset_row, err));
  table_end(r, "server.assets.none");
  details_begin(r, "server.assets.add", "asset");
  form_begin(r, r->path, "asset");
  field(r, "value", "server.assets.value", "text", "", true, "territory.asset territory.asset_exists");
  field(r, "note", "server.event.note", "text", "", false, NULL);
  form_end(r, "server.assets.add", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

vg_code part_places(struct request *r, const struct org *o, struct vg_err *err) {
  VG_TRY(sites(r, o, err));
  return assets(r, o, err);
}

static vg_code add_site(struct request *r, const struct org *o, struct vg_err *err) {
  char siret[64], name[300], department[16];
  return territory_site_add(r->tx, &r->who, o, vg_str_z(sent_number(r, "siret", siret)),
                            vg_str_trim(vg_str_z(sent(r, "site_name", name, sizeof name))),
                            sent(r, "site_department", department, sizeof department), err);
}

static vg_code change_asset(struct request *r, const struct org *o, bool end, struct vg_err *err) {
  char value[2048], note[300];
  enum indicator_type type;
  struct vg_buf spelt;
  const vg_str given = vg_str_trim(vg_str_z(sent(r, "value", value, sizeof value)));
  vg_buf_init(&spelt, 2048);
  vg_code rc = VG_OK;
  if (!intel_type_of(given, &type) || !intel_normalise(type, given, &spelt))
    rc = VG_FAIL(err, VG_EDATA, "territory.asset", VG_T(given));
  else if (end)
    rc = territory_asset_end(r->tx, &r->who, o, vg_buf_view(&spelt), err);
  else
    rc = territory_asset_add(r->tx, &r->who, o, vg_str_z(intel_type_name(type)), vg_buf_view(&spelt),
                             vg_str_trim(vg_str_z(sent(r, "note", note, sizeof note))), err);
  vg_buf_fini(&spelt);
  return rc;
}

vg_code post_places(struct request *r, const char *what, struct vg_err *err) {
  struct org o;
  VG_TRY(territory_org_find(r->tx, vg_str_z(r->rest), &o, err));
  VG_TRY(strcmp(what, "site") ? change_asset(r, &o, !strcmp(what, "asset_end"), err) : add_site(r, &o, err));
  go_to(r, "/entreprises/", vg_id_str(&o.pid));
  return VG_OK;
}

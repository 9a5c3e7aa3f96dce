/* Companies and whom to call in them, out of a spreadsheet or an extract of SIRENE. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "server/upload.h"
#include "territory/territory.h"

enum { LINES = 100 };
static const struct choice kinds[] = {{"contacts", "server.companies_import.contacts"},
                                      {"sirene", "server.companies_import.sirene"}};

static vg_code known_row(void *ctx, vg_str source, vg_str map, vg_time used, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  text(r, source);
  cell(r);
  text(r, map);
  cell(r);
  day(r, used);
  return VG_OK;
}

/* What the refused file calls its columns: to be chosen from. */
static void columns_found(struct request *r) {
  struct vg_map_file m;
  struct vg_csv c;
  bool more = false;
  if (!r->file || vg_map_open(&m, r->file->path, NULL) != VG_OK)
    return;
  vg_csv_init(&c, m.bytes, 0);
  if (vg_csv_next(&c, &more, NULL) == VG_OK && more) {
    RAW(r, "<p class=\"soft\">");
    msg(r, "server.companies_import.columns");
    for (size_t i = 0; i < c.fields; i++) {
      vg_buf_z(&r->out, i ? " · " : " ");
      text(r, vg_utf8_ok(c.field[i]) ? c.field[i] : VG_STR("?"));
    }
    RAW(r, "</p>");
  }
  vg_csv_fini(&c);
  vg_map_close(&m);
}

static const char *field_name(char out[static 40], size_t i) {
  snprintf(out, 40, "map-%s", territory_contact_field(i));
  return out;
}

static void map_fields(struct request *r) {
  char name[40], label[64];
  details_begin(r, "server.companies_import.map", "file");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.companies_import.map.sub");
  RAW(r, "</p><div class=\"pair\">");
  for (size_t i = 0; territory_contact_field(i); i++) {
    snprintf(label, sizeof label, "server.companies_import.field.%s", territory_contact_field(i));
    field(r, field_name(name, i), label, "text", "", false, NULL);
  }
  RAW(r, "</div></details>");
}

/* One by one, for who has no file: a first visit is to a company that no extract brought. */
static vg_code one_form(struct request *r, struct vg_err *err) {
  card_begin(r, "server.company.by_hand", NULL);
  form_begin(r, "/entreprises-import", "one");
  field(r, "name", "server.company.by_hand.name", "text", "", true, "territory.name territory.org_exists");
  field(r, "siren", "server.siren", "text", "", false, "territory.siren");
  field(r, "department", "server.sites.department", "text", "", false, "territory.department");
  VG_TRY(field_naf(r, "naf", "server.company.by_hand.unsaid", "", "territory.naf", err));
  VG_TRY(field_size(r, "size", "server.company.by_hand.unsaid", "", "territory.size", err));
  form_end(r, "server.company.by_hand.do", false);
  card_end(r);
  return VG_OK;
}

static vg_code add_one(struct request *r, struct vg_err *err) {
  struct org o = {.kind = ORG_COMPANY};
  char siren[64];
  sent(r, "name", o.name, sizeof o.name);
  sent(r, "department", o.department, sizeof o.department);
  sent(r, "naf", o.naf, sizeof o.naf);
  sent(r, "size", o.size, sizeof o.size);
  vg_str_copy(o.siren, sizeof o.siren, vg_str_z(sent_number(r, "siren", siren)));
  VG_TRY(territory_org_add(r->tx, &r->who, &o, err));
  go_to(r, "/entreprises/", vg_id_str(&o.pid));
  return VG_OK;
}

static vg_code form(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.source", "server.companies_import.map", "server.companies_import.used"};
  page_top(r, "server.companies_import", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.companies_import.sub");
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, NULL, NULL);
  form_begin_file(r, "/entreprises-import", "file");
  field_choice(r, "as", "server.companies_import.as", kinds, VG_COUNT(kinds), "contacts", NULL);
  field_file(
      r, "server.companies_import.file", true,
      "server.no_file territory.no_heading territory.no_column territory.no_org_column territory.no_name_column territory.encoding territory.is_sirene "
      "territory.sirene_columns territory.map base.csv");
  if (r->problem.n)
    columns_found(r);
  field(r, "source", "server.companies_import.source", "text", "", false, NULL);
  map_fields(r);
  VG_TRY(field_zone(r, "zone", "server.companies_import.everywhere", r->who.zone, "territory.no_zone", err));
  form_end(r, "server.companies_import.do", true);
  card_end(r);
  RAW(r, "</div><div>");
  VG_TRY(one_form(r, err));
  card_begin(r, "server.companies_import.known", NULL);
  table_begin(r, "colonnes", "server.companies_import.known", head, VG_COUNT(head));
  VG_TRY(territory_each_columns(r->tx, known_row, r, err));
  table_end(r, "server.companies_import.known.none");
  card_end(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code rejected(void *ctx, int64_t line, const char *id, vg_str arg, struct vg_err *err) {
  struct refused *x = ctx;
  struct vg_buf why;
  const char *args[] = {VG_T(arg), NULL};
  (void)err;
  if (!refused_begin(x))
    return VG_OK;
  vg_buf_init(&why, 4096);
  vg_msg(&why, x->r->lang, id, args);
  SAY(x->r, "cli.org_import.rejected", x->r->file->name, VG_N(line), vg_buf_text(&why));
  vg_buf_fini(&why);
  refused_end(x);
  return VG_OK;
}

static void tell(struct request *r, const struct territory_tally *t, const struct refused *x) {
  page_top(r, "server.companies_import", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "cli.org_import.done", VG_N(t->read), VG_N(t->added), VG_N(t->updated), VG_N(t->sites), VG_N(t->skipped),
      VG_N(t->rejected));
  RAW(r, "</p>");
  refused_tell(x);
  RAW(r, "<p>");
  button_link(r, "/entreprises-import", "server.companies_import.again", false);
  RAW(r, " ");
  button_link(r, "/zones", "server.nav.zones", true);
  RAW(r, "</p>");
  card_end(r);
}

/* "field=Heading,field=Heading" of what was filled in, as a row of CSV. */
static void map_sent(struct request *r, struct vg_buf *map) {
  char name[40], heading[200];
  for (size_t i = 0; territory_contact_field(i); i++) {
    vg_str h = vg_str_trim(vg_str_z(sent(r, field_name(name, i), heading, sizeof heading)));
    if (!h.n)
      continue;
    bool quoted = memchr(h.p, ',', h.n) || memchr(h.p, '"', h.n);
    vg_buf_z(map, map->n ? "," : "");
    vg_buf_z(map, quoted ? "\"" : "");
    vg_buf_fmt(map, "%s=", territory_contact_field(i));
    vg_csv_put(map, h);
    vg_buf_z(map, quoted ? "\"" : "");
  }
}

static vg_code take(struct request *r, struct vg_err *err) {
  struct territory_tally tally;
  struct refused x;
  struct vg_map_file m;
  struct vg_buf map;
  char as[16], zone[24], source[120], what[8];
  if (!strcmp(sent(r, "what", what, sizeof what), "one"))
    return add_one(r, err);
  const struct territory_wanted wanted = {.zone = vg_str_z(sent(r, "zone", zone, sizeof zone)),
                                          .department = VG_STR("")};
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  VG_TRY(vg_map_open(&m, r->file->path, err));
  refused_init(&x, r, LINES);
  vg_buf_init(&map, 1 << 14);
  map_sent(r, &map);
  vg_code rc = !strcmp(sent(r, "as", as, sizeof as), "sirene")
                   ? territory_import_sirene(r->tx, &r->who, m.bytes, &wanted, rejected, &x, &tally, err)
                   : territory_import_contacts(r->tx, &r->who, m.bytes,
                                               vg_str_trim(vg_str_z(sent(r, "source", source, sizeof source))),
                                               vg_buf_view(&map), rejected, &x, &tally, err);
  vg_map_close(&m);
  if (rc == VG_OK)
    tell(r, &tally, &x);
  vg_buf_fini(&map);
  refused_fini(&x);
  return rc;
}

const struct page page_companies_import = {
    "/entreprises-import", GROUP_NETWORK, "server.nav.zones", form, take, PAGE_HIDDEN};

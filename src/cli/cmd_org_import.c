#include "cli/cli.h"

#include <stdio.h>

#include "base/file.h"
#include "intel/intel.h"
#include "territory/territory.h"

extern const struct cli_command cmd_org_import, cmd_org_contact, cmd_org_asset, cmd_org_site, cmd_org_address;

enum { SHOWN = 100 }; /* rejected rows that are named one by one */

struct order {
  struct cli *c;
  const char *file, *as, *source, *map, *org, *value, *note, *name, *department;
  struct territory_wanted wanted;
  struct contact contact;
  struct territory_tally tally;
  struct vg_map_file mapping;
  bool end;
};

static vg_code reject(void *ctx, int64_t line, const char *msg, vg_str arg, struct vg_err *err) {
  struct order *o = ctx;
  struct vg_buf why;
  const char *args[] = {VG_T(arg), NULL};
  (void)err;
  if (o->tally.rejected > SHOWN)
    return VG_OK;
  vg_buf_init(&why, 4096);
  vg_msg(&why, o->c->lang, msg, args);
  CLI_NOTE(o->c, "cli.org_import.rejected", o->file, VG_N(line), vg_buf_text(&why));
  vg_buf_fini(&why);
  return VG_OK;
}

static vg_code do_import(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  if (vg_str_eqz(vg_str_z(o->as), "sirene"))
    return territory_import_sirene(tx, who, o->mapping.bytes, &o->wanted, reject, o, &o->tally, err);
  return territory_import_contacts(tx, who, o->mapping.bytes, vg_str_z(o->source), vg_str_z(o->map), reject, o,
                                   &o->tally, err);
}

static void tell(struct order *o) {
  const struct territory_tally *t = &o->tally;
  struct vg_jw w;
  if (!o->c->json) {
    CLI_SAY(o->c, "cli.org_import.done", VG_N(t->read), VG_N(t->added), VG_N(t->updated), VG_N(t->sites),
            VG_N(t->skipped), VG_N(t->rejected));
    return;
  }
  cli_json_begin(o->c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "read", t->read);
  vg_jw_kint(&w, "added", t->added);
  vg_jw_kint(&w, "updated", t->updated);
  vg_jw_kint(&w, "sites", t->sites);
  vg_jw_kint(&w, "skipped", t->skipped);
  vg_jw_kint(&w, "rejected", t->rejected);
  vg_jw_end(&w);
  cli_json_end(o->c);
}

static int run_import(struct cli *c, int argc, char **argv) {
  const char *zone = "", *department = "";
  struct order o = {.c = c, .as = "contacts", .source = "", .map = ""};
  const struct cli_option options[] = {
      {"as", CLI_TEXT, &o.as},   {"source", CLI_TEXT, &o.source},       {"map", CLI_TEXT, &o.map},
      {"zone", CLI_TEXT, &zone}, {"department", CLI_TEXT, &department}, {0}};
  int status = cli_one_word(c, &cmd_org_import, argc, argv, options, "FILE", &o.file);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!vg_str_eqz(vg_str_z(o.as), "sirene") && !vg_str_eqz(vg_str_z(o.as), "contacts"))
    return cli_usage(c, &cmd_org_import, "cli.bad_value", o.as);
  struct vg_err err = {0};
  c->file = o.file;
  if (vg_map_open(&o.mapping, o.file, &err) != VG_OK)
    return cli_fail(c, &err);
  o.wanted = (struct territory_wanted){.zone = vg_str_z(zone), .department = vg_str_z(department)};
  status = cli_write(c, do_import, &o);
  vg_map_close(&o.mapping);
  if (status != CLI_OK)
    return status;
  tell(&o);
  return o.tally.rejected ? CLI_ATTENTION : CLI_OK;
}

static vg_code do_contact(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  return o->end ? territory_contact_remove(tx, who, &org, o->contact.name, err)
                : territory_contact_add(tx, who, &org, &o->contact, err);
}

static int run_contact(struct cli *c, int argc, char **argv) {
  const char *name = "", *duty = "", *email = "", *phone = "";
  struct order o = {.c = c};
  const struct cli_option options[] = {{"name", CLI_TEXT, &name},
                                       {"duty", CLI_TEXT, &duty},
                                       {"email", CLI_TEXT, &email},
                                       {"phone", CLI_TEXT, &phone},
                                       {"agreed", CLI_FLAG, &o.contact.agreed},
                                       {"erase", CLI_FLAG, &o.end},
                                       {0}};
  int status = cli_one_word(c, &cmd_org_contact, argc, argv, options, "REF", &o.org);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*name)
    return cli_usage(c, &cmd_org_contact, "cli.missing", "--name");
  o.contact.name = vg_str_z(name);
  o.contact.duty = vg_str_z(duty);
  o.contact.email = vg_str_z(email);
  o.contact.phone = vg_str_z(phone);
  return cli_write(c, do_contact, &o);
}

static vg_code do_asset(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  enum indicator_type type;
  struct vg_buf spelt;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  vg_buf_init(&spelt, 2048);
  vg_code rc = VG_OK;
  if (!intel_type_of(vg_str_z(o->value), &type) || !intel_normalise(type, vg_str_z(o->value), &spelt))
    rc = VG_FAIL(err, VG_EDATA, "territory.asset", o->value);
  else if (o->end)
    rc = territory_asset_end(tx, who, &org, vg_buf_view(&spelt), err);
  else
    rc = territory_asset_add(tx, who, &org, vg_str_z(intel_type_name(type)), vg_buf_view(&spelt), vg_str_z(o->note),
                             err);
  vg_buf_fini(&spelt);
  return rc;
}

static int run_asset(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .note = ""};
  const struct cli_option options[] = {
      {"value", CLI_TEXT, &o.value}, {"note", CLI_TEXT, &o.note}, {"end", CLI_FLAG, &o.end}, {0}};
  int status = cli_one_word(c, &cmd_org_asset, argc, argv, options, "REF", &o.org);
  if (status != CLI_OK)
    return cli_parsed(status);
  return o.value ? cli_write(c, do_asset, &o) : cli_usage(c, &cmd_org_asset, "cli.missing", "--value");
}

static vg_code do_site(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  return territory_site_add(tx, who, &org, vg_str_z(o->value), vg_str_z(o->name), o->department, err);
}

static int run_site(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .name = "", .department = ""};
  const struct cli_option options[] = {
      {"siret", CLI_TEXT, &o.value}, {"name", CLI_TEXT, &o.name}, {"department", CLI_TEXT, &o.department}, {0}};
  int status = cli_one_word(c, &cmd_org_site, argc, argv, options, "REF", &o.org);
  if (status != CLI_OK)
    return cli_parsed(status);
  return o.value ? cli_write(c, do_site, &o) : cli_usage(c, &cmd_org_site, "cli.missing", "--siret");
}

static vg_code do_address(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  return territory_address_set(tx, who, &org, vg_str_z(o->value), err);
}

/* A bar begins a new line. */
static int run_address(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"lines", CLI_TEXT, &o.value}, {0}};
  char lines[2 * ORG_ADDRESS];
  size_t n = 0;
  int status = cli_one_word(c, &cmd_org_address, argc, argv, options, "REF", &o.org);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.value)
    return cli_usage(c, &cmd_org_address, "cli.missing", "--lines");
  for (const char *p = o.value; *p && n + 1 < sizeof lines; p++)
    lines[n++] = *p == '|' ? '\n' : *p;
  lines[n] = 0;
  o.value = lines;
  return cli_write(c, do_address, &o);
}

const struct cli_command cmd_org_address = {"org address", "cli.org_address", "cli.org_address.usage", run_address};
const struct cli_command cmd_org_import = {"org import", "cli.org_import", "cli.org_import.usage", run_import};
const struct cli_command cmd_org_contact = {"org contact", "cli.org_contact", "cli.org_contact.usage", run_contact};
const struct cli_command cmd_org_asset = {"org asset", "cli.org_asset", "cli.org_asset.usage", run_asset};
const struct cli_command cmd_org_site = {"org site", "cli.org_site", "cli.org_site.usage", run_site};

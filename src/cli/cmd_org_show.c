#include "cli/show.h"

#include <string.h>

extern const struct cli_command cmd_org_show;

struct order {
  struct cli *c;
  const char *ref, *motive;
  enum regime regime;
};

/* For people, in words: what is a code. */
static vg_str in_words(const struct cli *c, const char *key, vg_str value) {
  const char *stem = !strcmp(key, "agreed") ? "server.answer." : !strcmp(key, "type") ? "server.type." : NULL;
  const char *word = stem ? vg_msg_word(c->lang, stem, value) : NULL;
  return word ? vg_str_z(word) : value;
}

/* Rows of one of the room's views, every cell a text. */
static vg_code rows(struct show *s, struct store_tx *tx, const char *key, const char *title, const char *const *heading,
                    const char *const *keys, size_t n, const char *sql, int64_t org, struct vg_err *err) {
  struct store_rows *q;
  show_list(s, key, title, heading, n);
  VG_TRY(store_query(tx, &q, sql, S_ARGS(S_INT(org)), err));
  while (store_next(q)) {
    struct cli_table *t = show_row(s);
    if (!t)
      vg_jw_obj(s->w);
    for (size_t i = 0; i < n; i++)
      if (t)
        cli_table_cell(t, in_words(s->c, keys[i], store_str(q, (int)i)));
      else
        vg_jw_kstr(s->w, keys[i], store_str(q, (int)i));
    if (!t)
      vg_jw_end(s->w);
  }
  show_end(s);
  return store_done(&q, err);
}

static vg_code seat(void *ctx, const struct seat *at, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  bool always = at->since == TERRITORY_ALWAYS;
  (void)err;
  if (t) {
    cli_table_cellz(t, at->department);
    cli_table_cellz(t, always ? vg_msg_text(s->c->lang, "cli.org_show.always")
                              : cli_time((char[VG_TIME_TEXT]){0}, s->c, at->since));
    return VG_OK;
  }
  vg_jw_obj(s->w);
  vg_jw_kz(s->w, "department", at->department);
  vg_jw_ktime(s->w, "since", always ? VG_NOTIME : at->since);
  vg_jw_end(s->w);
  return VG_OK;
}

static vg_code seats(struct show *s, struct store_tx *tx, int64_t org, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.department", "cli.col.since"};
  show_list(s, "departments", "cli.org_show.seats", heading, VG_COUNT(heading));
  VG_TRY(territory_each_seat(tx, org, seat, s, err));
  show_end(s);
  return VG_OK;
}

static vg_code around(struct show *s, struct store_tx *tx, int64_t org, struct vg_err *err) {
  static const char *const h_site[] = {"cli.col.siret", "cli.col.name", "cli.col.department", "cli.col.ape",
                                       "cli.col.source"};
  static const char *const k_site[] = {"siret", "name", "department", "ape", "source"};
  static const char *const h_contact[] = {"cli.col.name", "cli.col.function", "cli.col.email", "cli.col.phone",
                                          "cli.col.agreed_to"};
  static const char *const k_contact[] = {"name", "duty", "email", "phone", "agreed"};
  static const char *const h_asset[] = {"cli.col.type", "cli.col.value", "cli.col.note"};
  static const char *const k_asset[] = {"type", "value", "note"};
  VG_TRY(rows(s, tx, "sites", "cli.org_show.sites", h_site, k_site, VG_COUNT(k_site),
              "SELECT siret, name, department, ape, source FROM territory_v_site WHERE org = $1 AND open = 1 ORDER BY "
              "head DESC, siret",
              org, err));
  VG_TRY(rows(s, tx, "contacts", "cli.org_show.contacts", h_contact, k_contact, VG_COUNT(k_contact),
              "SELECT name, duty, email, phone, CASE WHEN agreed = 1 THEN 'yes' ELSE 'no' END FROM territory_v_contact "
              "WHERE org = $1 ORDER BY name",
              org, err));
  static const char *const h_joined[] = {"cli.col.name", "cli.col.department", "cli.col.by", "cli.col.reason"};
  static const char *const k_joined[] = {"name", "department", "by", "reason"};
  VG_TRY(
      rows(s, tx, "joined", "cli.org_show.joined", h_joined, k_joined, VG_COUNT(k_joined),
           "SELECT j.name, j.department, j.person_name, j.reason FROM territory_v_joined j WHERE j.org = $1 ORDER BY "
           "j.at, j.name",
           org, err));
  return rows(s, tx, "assets", "cli.org_show.assets", h_asset, k_asset, VG_COUNT(k_asset),
              "SELECT type, value, note FROM territory_v_asset WHERE org = $1 AND until IS NULL ORDER BY type, value",
              org, err);
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL, .regime = o->regime};
  char address[ORG_ADDRESS + 1];
  bool written;
  VG_TRY(territory_org_find(tx, vg_str_z(o->ref), &org, err));
  VG_TRY(territory_access(tx, who, org.id, err));
  if (o->regime == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, org.pid.s, err));
  show_open(&s);
  show_text(&s, "cli.col.id", "id", vg_str_z(org.pid.s));
  show_text(&s, "cli.col.name", "name", vg_str_z(org.name));
  show_code(&s, "cli.col.kind", "kind", "server.org.", vg_str_z(territory_kind_name(org.kind)));
  show_text(&s, "cli.col.siren", "siren", vg_str_z(org.siren));
  show_text(&s, "cli.col.naf", "naf", vg_str_z(org.naf));
  show_text(&s, "cli.col.size", "size", vg_str_z(org.size));
  show_text(&s, "cli.col.department", "department", vg_str_z(org.department));
  show_text(&s, "cli.col.zone", "zone", vg_str_z(org.zone));
  show_code(&s, "cli.col.regime", "regime", "cli.regime.", vg_str_z(casework_regime_name(o->regime)));
  VG_TRY(territory_address(tx, org.id, address, &written, err));
  for (char *p = address; !s.w && *p; p++) /* a line for people */
    *p = *p == '\n' ? ',' : *p;
  show_text(&s, "cli.col.address", "address", vg_str_z(address));
  VG_TRY(seats(&s, tx, org.id, err));
  if (o->regime != REGIME_INVESTIGATION)
    VG_TRY(around(&s, tx, org.id, err));
  VG_TRY(show_incidents(&s, tx, who, org.id, err));
  VG_TRY(show_cases(&s, tx, who, org.id, 0, err));
  if (s.w)
    vg_jw_kint(s.w, "apart", s.apart);
  else if (s.apart)
    CLI_NOTE(o->c, "cli.org_show.apart", VG_N(s.apart));
  show_close(&s);
  return VG_OK;
}

static vg_code combine(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->ref), &org, err));
  VG_TRY(territory_access(tx, who, org.id, err));
  return casework_combine(tx, who, org.pid.s, vg_str_z(o->motive), err);
}

static int run(struct cli *c, int argc, char **argv) {
  const char *regime = "prevention";
  struct order o = {.c = c};
  const struct cli_option options[] = {{"regime", CLI_TEXT, &regime}, {"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_org_show, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = show_regime(c, &cmd_org_show, regime, o.motive, &o.regime)) != CLI_OK)
    return status;
  if ((o.regime == REGIME_BOTH && (status = cli_write(c, combine, &o)) != CLI_OK) ||
      (o.regime != REGIME_PREVENTION && (status = cli_consult_many(c, o.motive)) != CLI_OK))
    return status;
  return cli_read(c, show, &o);
}

const struct cli_command cmd_org_show = {"org show", "cli.org_show", "cli.org_show.usage", run};

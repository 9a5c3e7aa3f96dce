#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "territory/territory.h"

enum { CHOICES_MAX = 400, COMPANIES_AT_ONCE = 300, COMPANIES_OFFERED = 30, PEOPLE_OFFERED = 1000 };
struct choices {
  struct choice v[CHOICES_MAX];
  char value[CHOICES_MAX][80], label[CHOICES_MAX][160];
  size_t n;
};

size_t coded_choices(struct choice *out, const char *stem, char labels[][48], const char *const *codes, size_t n) {
  for (size_t i = 0; i < n; i++) {
    snprintf(labels[i], 48, "%s%s", stem, codes[i]);
    out[i] = (struct choice){codes[i], labels[i]};
  }
  return n;
}

/* Columns: value, label in French, label in English. */
static void take(struct request *r, struct store_rows *q) {
  struct choices *x = r->keep;
  if (x->n == CHOICES_MAX)
    return;
  vg_str_copy(x->value[x->n], sizeof x->value[0], store_str(q, 0));
  vg_str_copy(x->label[x->n], sizeof x->label[0], store_str(q, r->lang == VG_FR ? 1 : 2));
  x->v[x->n] = (struct choice){x->value[x->n], x->label[x->n]};
  x->n++;
}

static vg_code field_of(struct request *r, const char *name, const char *label, const char *any, const char *value,
                        const char *claims, const char *sql, struct store_args args, struct vg_err *err) {
  struct choices *x = calloc(1, sizeof *x);
  void *kept = r->keep;
  if (!x)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (any)
    x->v[x->n++] = (struct choice){"", any};
  r->keep = x;
  vg_code rc = each(r, sql, args, take, err);
  r->keep = kept;
  if (rc == VG_OK)
    field_select(r, name, label, x->v, x->n, value, !any, claims);
  free(x);
  return rc;
}

vg_code field_naf(struct request *r, const char *name, const char *any, const char *value, const char *claims,
                  struct vg_err *err) {
  return field_of(r, name, "server.sector", any, value, claims,
                  "SELECT section, name_fr, name_en FROM territory_v_naf ORDER BY section", S_NOARGS, err);
}
vg_code field_size(struct request *r, const char *name, const char *any, const char *value, const char *claims,
                   struct vg_err *err) {
  return field_of(r, name, "server.size", any, value, claims,
                  "SELECT code, name_fr, name_en FROM territory_v_size ORDER BY CASE code WHEN 'MICRO' THEN 1 WHEN "
                  "'PME' THEN 2 WHEN 'ETI' THEN 3 ELSE 4 END",
                  S_NOARGS, err);
}
vg_code field_zone(struct request *r, const char *name, const char *any, const char *value, const char *claims,
                   struct vg_err *err) {
  return field_of(r, name, "server.zone", any, value, claims,
                  "SELECT code, name_fr, name_en FROM territory_v_zone ORDER BY overseas, code", S_NOARGS, err);
}
vg_code field_referent(struct request *r, const char *name, const char *any, const char *claims, struct vg_err *err) {
  return field_of(r, name, "server.referent", any, NULL, claims,
                  "SELECT DISTINCT person_pid, name || ' (' || zone || ')', name || ' (' || zone || ')' FROM "
                  "territory_v_mandate WHERE role IN ($1, $2) AND "
                  "since <= $3 AND (until IS NULL OR until > $3) ORDER BY 2",
                  S_ARGS(S_INT(ROLE_REFERENT), S_INT(ROLE_RESERVIST), S_TIME(r->now)), err);
}

static void offered_option(struct request *r, struct store_rows *q) {
  RAW(r, "<option value=\"");
  text(r, store_str(q, 0));
  RAW(r, "\">");
  text(r, store_str(q, 1));
  RAW(r, "</option>");
}

vg_code field_offered(struct request *r, const char *name, const char *label, bool required, const char *claims,
                      const char *sql, struct store_args args, struct vg_err *err) {
  field(r, name, label, "list", "", required, claims);
  vg_buf_fmt(&r->out, "<datalist id=\"d-%s%s\">", name, r->field_nth);
  VG_TRY(each(r, sql, args, offered_option, err));
  RAW(r, "</datalist>");
  return VG_OK;
}

/* A partner's or a company's people are asked through the gate. */
vg_code field_own(struct request *r, const char *name, const char *label, bool required, const char *claims,
                  struct vg_err *err) {
  return field_offered(
      r, name, label, required, claims,
      "SELECT name, MIN(zone) FROM territory_v_mandate WHERE role NOT IN ($1, $2) AND since <= $3 AND (until IS NULL OR "
      "until > $3) GROUP BY person, name ORDER BY name, person LIMIT $4",
      S_ARGS(S_INT(ROLE_PARTNER), S_INT(ROLE_COMPANY), S_TIME(r->now), S_INT(PEOPLE_OFFERED)), err);
}

struct offered {
  struct request *r;
  bool any; /* not companies alone */
};
static vg_code org_option(void *ctx, const struct org *o, struct vg_err *err) {
  const struct offered *x = ctx;
  struct request *r = x->r;
  (void)err;
  if (!x->any && o->kind != ORG_COMPANY)
    return VG_OK;
  RAW(r, "<option value=\"");
  textz(r, o->name);
  RAW(r, "\">");
  textz(r, o->siren);
  RAW(r, " ");
  textz(r, o->zone);
  RAW(r, "</option>");
  return VG_OK;
}

/* Nobody of that name: the way to where one is added. */
static void add_unknown(struct request *r) {
  bool unknown = false;
  for (int i = 0; r->form_sent && i < r->problem.n; i++)
    unknown = unknown || !strcmp(r->problem.cause[i].msg, "territory.no_org");
  if (!unknown || territory_bound(&r->who))
    return;
  RAW(r, "<p><a href=\"/entreprises-import\">");
  msg(r, "server.companies_import");
  RAW(r, "</a></p>");
}

/* Many would make the page heavy: then those that match are fetched while one types. */
static vg_code field_org(struct offered *x, const char *name, const char *label, const char *value, bool required,
                         const char *claims, struct vg_err *err) {
  struct request *r = x->r;
  int64_t known; /* no more of them are counted than it takes */
  VG_TRY(store_get_int(r->tx, &known, "SELECT COUNT(*) FROM (SELECT 1 FROM territory_v_org LIMIT $1) x",
                       S_ARGS(S_INT(COMPANIES_AT_ONCE + 1)), err));
  bool many = known > COMPANIES_AT_ONCE;
  field_numbered(r, name);
  r->field_ahead = true;
  if (many)
    vg_buf_fmt(&r->out,
               "<div hx-get=\"/recherche?choix=%s%s%s%s\" hx-trigger=\"input delay:250ms from:find input\" "
               "hx-include=\"find input\" hx-target=\"find datalist\" hx-select=\"datalist\" hx-swap=\"outerHTML\">",
               name, x->any ? "&amp;toutes=1" : "", *r->field_nth ? "&amp;rang=" : "",
               *r->field_nth ? r->field_nth + 1 : "");
  field(r, name, label, "list", value, required, claims);
  if (many)
    VG_TRY(part_organisations(r, name, VG_STR(""), x->any, err));
  else {
    vg_buf_fmt(&r->out, "<datalist id=\"d-%s%s\">", name, r->field_nth);
    VG_TRY(territory_each_org(r->tx, INT64_MAX, org_option, x, err));
    RAW(r, "</datalist>");
  }
  vg_buf_z(&r->out, many ? "</div>" : "");
  add_unknown(r);
  return VG_OK;
}

vg_code field_company(struct request *r, const char *name, const char *label, const char *value, bool required,
                      const char *claims, struct vg_err *err) {
  return field_org(&(struct offered){r, false}, name, label, value, required, claims, err);
}

vg_code field_organisation(struct request *r, const char *name, const char *label, const char *value,
                           struct vg_err *err) {
  return field_org(&(struct offered){r, true}, name, label, value, false, NULL, err);
}

vg_code part_organisations(struct request *r, const char *name, vg_str typed, bool any, struct vg_err *err) {
  RAW(r, "<datalist id=\"d-");
  textz(r, name);
  vg_buf_fmt(&r->out, "%s\">", r->field_nth);
  VG_TRY(territory_each_named(r->tx, typed, COMPANIES_OFFERED, org_option, &(struct offered){r, any}, err));
  RAW(r, "</datalist>");
  return VG_OK;
}

void field_radio(struct request *r, const char *name, vg_str question, const struct choice *v, size_t n,
                 const char *value) {
  char given[40];
  const char *chosen = r->form_sent ? sent(r, name, given, sizeof given) : value;
  RAW(r, "<fieldset class=\"answers\" id=\"q-");
  textz(r, name);
  RAW(r, "\"><legend>");
  text(r, question);
  RAW(r, "</legend>");
  for (size_t i = 0; i < n; i++) {
    vg_buf_fmt(&r->out, "<label><input type=\"radio\" name=\"%s\" value=\"%s\"%s> ", name, v[i].value,
               chosen && !strcmp(chosen, v[i].value) ? " checked" : "");
    msg(r, v[i].label);
    RAW(r, "</label>");
  }
  RAW(r, "</fieldset>");
}

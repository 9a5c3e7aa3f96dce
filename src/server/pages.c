#include "server/server_internal.h"

#include <string.h>

#include "anticipate/anticipate.h"
#include "base/sign.h"
#include "territory/territory.h"

#define RAW(r, text) vg_buf_z(&(r)->out, "" text)
static void text(struct request *r, vg_str s) { html_text(&r->out, s); }
static void msg(struct request *r, const char *id) { html_msg(&r->out, r->lang, id); }

static void menu(struct request *r) {
  static const char *const entry[][2] = {{"/", "server.nav.home"},           {"/alertes", "server.nav.warnings"},
                                         {"/renseignement", "server.nav.intel"}, {"/zones", "server.nav.zones"},
                                         {"/journal", "server.nav.ledger"}};
  RAW(r, "<div class=\"app\"><nav aria-label=\"Vigie\"><strong>Vigie</strong>");
  for (size_t i = 0; i < VG_COUNT(entry); i++) {
    vg_buf_fmt(&r->out, "<a href=\"%s\">", entry[i][0]);
    msg(r, entry[i][1]);
    RAW(r, "</a>");
  }
  RAW(r, "</nav><div><header><form action=\"/renseignement\"><input name=\"q\" aria-label=\"");
  msg(r, "server.search");
  RAW(r, "\" placeholder=\"");
  msg(r, "server.search");
  RAW(r, "\"></form><span>");
  text(r, vg_str_z(r->who.name));
  RAW(r, "</span>");
}

static void top(struct request *r, const char *title) {
  RAW(r, "<!doctype html><html lang=\"");
  vg_buf_z(&r->out, r->lang == VG_FR ? "fr" : "en");
  RAW(r, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
  msg(r, title);
  RAW(r, " · Vigie</title><link rel=\"stylesheet\" href=\"/assets/vigie.css\"></head><body>");
  if (r->session)
    menu(r);
  else
    RAW(r, "<header>");
  vg_buf_z(&r->out, r->lang == VG_FR ? "<a href=\"/lang/en\" lang=\"en\">English</a>" : "<a href=\"/lang/fr\" lang=\"fr\">Français</a>");
  if (r->session) {
    vg_buf_fmt(&r->out, "<form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"csrf\" value=\"%s\"><button>",
               r->session->csrf);
    msg(r, "server.logout");
    RAW(r, "</button></form>");
  }
  RAW(r, "</header><main><h1>");
  msg(r, title);
  RAW(r, "</h1>");
}

static void bottom(struct request *r) {
  RAW(r, "</main>");
  if (r->session)
    RAW(r, "</div></div>");
  RAW(r, "</body></html>");
}

void page_login(struct request *r, const char *problem) {
  top(r, "server.login");
  if (problem) {
    RAW(r, "<p class=\"bad\" role=\"alert\">");
    msg(r, problem);
    RAW(r, "</p>");
  }
  RAW(r, "<form class=\"card\" method=\"post\" action=\"/login\"><label for=\"l\">");
  msg(r, "server.user");
  RAW(r, "</label><input id=\"l\" name=\"login\" autocomplete=\"username\" required><label for=\"p\">");
  msg(r, "server.password");
  RAW(r, "</label><input id=\"p\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required><p><button>");
  msg(r, "server.enter");
  RAW(r, "</button></p></form>");
  bottom(r);
}

void page_error(struct request *r, const char *id) {
  vg_buf_reset(&r->out);
  top(r, id);
  RAW(r, "<p><a href=\"/\">");
  msg(r, "server.nav.home");
  RAW(r, "</a></p>");
  bottom(r);
}

static void term(struct request *r, const char *id) {
  RAW(r, "<dt>");
  msg(r, id);
  RAW(r, "</dt><dd>");
}

static vg_code card(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  RAW(r, "<section class=\"card warn\"><h2><a href=\"/alertes/");
  text(r, w->pid);
  RAW(r, "\">");
  msg(r, w->level == ANTICIPATE_ALERT ? "server.alert" : "server.vigilance");
  RAW(r, "</a> <code>");
  text(r, w->about);
  RAW(r, "</code></h2><dl>");
  term(r, "server.observed");
  vg_buf_fmt(&r->out, "%lld / %lld", (long long)w->organisations, (long long)w->zones);
  RAW(r, "</dd>");
  term(r, "server.expected");
  vg_buf_fmt(&r->out, "%.2g (p = %.2g)", w->expected, w->p);
  RAW(r, "</dd>");
  term(r, "server.raised");
  html_time(&r->out, w->raised);
  RAW(r, "</dd>");
  term(r, "server.expires");
  html_time(&r->out, w->expires);
  RAW(r, "</dd>");
  if (w->state.n && !vg_str_eqz(w->state, "open")) {
    term(r, "server.withdrawn");
    html_time(&r->out, w->withdrawn);
    RAW(r, "</dd>");
  }
  RAW(r, "</dl></section>");
  return VG_OK;
}

static vg_code cards(struct request *r, struct store_tx *tx, bool open_only, struct vg_err *err) {
  size_t before = r->out.n;
  VG_TRY(anticipate_each_warning(tx, open_only, card, r, err));
  if (r->out.n == before) {
    RAW(r, "<p class=\"card\">");
    msg(r, "server.empty");
    RAW(r, "</p>");
  }
  return VG_OK;
}

static vg_code part(void *ctx, const struct anticipate_row *row, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  RAW(r, "<tr><td>");
  if (row->part == ANTICIPATE_REASON) {
    struct vg_buf line;
    vg_buf_init(&line, 4096);
    vg_msg(&line, r->lang, VG_T(row->a), (const char *const[]){VG_T(row->b), VG_T(row->c), VG_T(row->d), NULL});
    text(r, vg_buf_view(&line));
    vg_buf_fini(&line);
  } else {
    const vg_str cell[] = {row->a, row->b, row->d};
    for (size_t i = 0; i < VG_COUNT(cell); i++) {
      if (i)
        RAW(r, "</td><td>");
      text(r, cell[i]);
    }
  }
  RAW(r, "</td></tr>");
  return VG_OK;
}

struct found {
  struct request *r;
  int64_t id;
};
static vg_code found(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  struct found *f = ctx;
  f->id = w->id;
  return card(f->r, w, err);
}

static vg_code warning(struct request *r, struct store_tx *tx, const char *pid, struct vg_err *err) {
  static const char *const heading[] = {"server.reports", "server.values", "server.zones", "server.sectors", "server.reasons"};
  struct found f = {.r = r};
  top(r, "server.nav.warnings");
  VG_TRY(anticipate_warning_find(tx, vg_str_z(pid), found, &f, err));
  for (int p = ANTICIPATE_REPORT; p <= ANTICIPATE_REASON; p++) {
    RAW(r, "<section class=\"card\" tabindex=\"0\"><h2>");
    msg(r, heading[p]);
    RAW(r, "</h2><table>");
    VG_TRY(anticipate_each_part(tx, f.id, p, part, r, err));
    RAW(r, "</table></section>");
  }
  return VG_OK;
}

static vg_code table(struct request *r, struct store_rows *q, int columns, struct vg_err *err) {
  size_t rows = 0;
  RAW(r, "<section class=\"card\" tabindex=\"0\"><table>");
  for (; store_next(q); rows++) {
    RAW(r, "<tr>");
    for (int i = 0; i < columns; i++) {
      RAW(r, "<td>");
      text(r, store_str(q, i));
      RAW(r, "</td>");
    }
    RAW(r, "</tr>");
  }
  RAW(r, "</table>");
  if (!rows)
    msg(r, "server.empty");
  RAW(r, "</section>");
  return store_done(&q, err);
}

static vg_code intel(struct request *r, struct store_tx *tx, struct vg_err *err) {
  struct store_rows *q;
  struct store_args args = S_ARGS(S_Z(r->q));
  top(r, "server.nav.intel");
  RAW(r, "<h2>");
  msg(r, "server.assertions");
  RAW(r, "</h2>");
  VG_TRY(store_query(tx, &q, "SELECT type, value, source, indicator_id FROM intel_v_value WHERE $1 = '' OR value = $1 ORDER BY type, value LIMIT 500", args, err));
  VG_TRY(table(r, q, 4, err));
  RAW(r, "<h2>");
  msg(r, "server.seen");
  RAW(r, "</h2>");
  VG_TRY(store_query(tx, &q, "SELECT s.value, o.name, o.zone, s.report FROM intel_v_sighting s JOIN territory_v_org o ON o.id = s.org_id WHERE s.withdrawn = 0 AND ($1 = '' OR s.value = $1) ORDER BY s.id DESC LIMIT 500", args, err));
  return table(r, q, 4, err);
}

static vg_code zone(void *ctx, const struct zone *z, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  RAW(r, "<tr><td>");
  text(r, r->lang == VG_FR ? z->name_fr : z->name_en);
  RAW(r, "</td><td>");
  text(r, z->seat);
  vg_buf_fmt(&r->out, "</td><td>%lld</td><td>%lld</td></tr>", (long long)z->orgs, (long long)z->referents);
  return VG_OK;
}

static vg_code zones(struct request *r, struct store_tx *tx, struct vg_err *err) {
  static const char *const heading[] = {"server.zone", "server.seat", "server.companies", "server.referents"};
  top(r, "server.nav.zones");
  RAW(r, "<section class=\"card\" tabindex=\"0\"><table><tr>");
  for (size_t i = 0; i < VG_COUNT(heading); i++) {
    RAW(r, "<th scope=\"col\">");
    msg(r, heading[i]);
    RAW(r, "</th>");
  }
  RAW(r, "</tr>");
  VG_TRY(territory_each_zone(tx, zone, r, err));
  RAW(r, "</table></section>");
  return VG_OK;
}

/* Re-reads the whole register: what the page says is what was checked while it was made. */
static vg_code state(struct request *r, struct store_tx *tx, struct vg_err *err) {
  struct ledger_state s;
  unsigned char pub[VG_KEY_SIZE];
  vg_key_public(instance_key(r->in), pub);
  VG_TRY(ledger_verify(tx, pub, VG_NOSTR, &s, err));
  vg_buf_fmt(&r->out, "<p class=\"%s\">", s.ok ? "ok" : "bad");
  msg(r, s.ok ? "server.intact" : "server.damaged");
  vg_buf_fmt(&r->out, " (%lld)</p><p class=\"sub\">", (long long)(s.ok ? s.size : s.first_bad));
  html_time(&r->out, r->now);
  RAW(r, "</p>");
  return VG_OK;
}

static vg_code entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  vg_buf_fmt(&r->out, "<tr><td>%lld</td><td>", (long long)e->index);
  html_time(&r->out, e->time);
  RAW(r, "</td><td>");
  text(r, e->kind);
  RAW(r, "</td><td>");
  text(r, e->subject);
  RAW(r, "</td></tr>");
  return VG_OK;
}

static vg_code render(struct request *r, struct store_tx *tx, struct vg_err *err) {
  if (!strcmp(r->path, "/")) {
    top(r, "server.nav.home");
    VG_TRY(state(r, tx, err));
    RAW(r, "<h2>");
    msg(r, "server.open_warnings");
    RAW(r, "</h2>");
    return cards(r, tx, true, err);
  }
  if (!strcmp(r->path, "/alertes")) {
    top(r, "server.nav.warnings");
    return cards(r, tx, false, err);
  }
  if (!strncmp(r->path, "/alertes/", 9))
    return warning(r, tx, r->path + 9, err);
  if (!strcmp(r->path, "/renseignement"))
    return intel(r, tx, err);
  if (!strcmp(r->path, "/zones"))
    return zones(r, tx, err);
  if (strcmp(r->path, "/journal"))
    return VG_ENOTFOUND;
  top(r, "server.nav.ledger");
  VG_TRY(state(r, tx, err));
  RAW(r, "<section class=\"card\" tabindex=\"0\"><table>");
  VG_TRY(ledger_entries(tx, -1, -200, NULL, entry, r, err));
  RAW(r, "</table></section>");
  return VG_OK;
}

unsigned page_route(struct request *r, struct vg_err *err) {
  struct store_tx *tx = NULL;
  vg_code rc = store_begin_read(instance_store(r->in), &tx, err);
  if (rc == VG_OK)
    rc = render(r, tx, err);
  store_rollback(&tx);
  if (rc == VG_OK) {
    bottom(r);
    return 200;
  }
  return rc == VG_ENOTFOUND ? 404 : 0;
}

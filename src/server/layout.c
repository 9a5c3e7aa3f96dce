#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "anticipate/anticipate.h"

static vg_code count_one(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  (void)w, (void)err;
  *(int64_t *)ctx += 1;
  return VG_OK;
}

/* The number of open warnings beside their entry; asked again every half minute without keeping the session alive. */
static void open_count(struct request *r) {
  int64_t n = 0;
  if (r->tx && anticipate_each_warning(r->tx, true, count_one, &n, NULL) != VG_OK)
    n = 0;
  RAW(r, "<span id=\"open-count\" class=\"count\" hx-get=\"/alertes?guet=1\" hx-trigger=\"every 30s\" "
         "hx-select=\"#open-count\" hx-swap=\"outerHTML\">");
  if (n)
    vg_buf_fmt(&r->out, "%lld", (long long)n);
  RAW(r, "</span>");
}

static void entry(struct request *r, const struct page *p) {
  bool here = r->page && r->page->nav && !strcmp(p->nav, r->page->nav);
  vg_buf_fmt(&r->out, "<li><a href=\"%s\"%s>", p->path, here ? " aria-current=\"page\"" : "");
  msg(r, p->nav);
  if (!strcmp(p->path, "/alertes"))
    open_count(r);
  RAW(r, "</a></li>");
}

static void entries(struct request *r, enum page_group g) {
  RAW(r, "<ul>");
  for (size_t i = 0; pages[i]; i++)
    if (pages[i]->group == g && (pages[i]->how == PAGE_LISTED || pages[i]->how == PAGE_LISTED_TOLD))
      entry(r, pages[i]);
  RAW(r, "</ul>");
}

static void house_entries(struct request *r) {
  static const char *const name[PAGE_GROUPS] = {[GROUP_THREATS] = "server.group.threats",
                                                [GROUP_FIELD] = "server.group.field",
                                                [GROUP_NETWORK] = "server.group.network",
                                                [GROUP_CONTROL] = "server.group.control"};
  for (int g = GROUP_HOME; g < PAGE_GROUPS; g++) {
    if (name[g]) {
      RAW(r, "<p class=\"group\">");
      msg(r, name[g]);
      RAW(r, "</p>");
    }
    entries(r, (enum page_group)g);
  }
}

static void menu(struct request *r) {
  enum door door = page_door(&r->who);
  RAW(r, "<nav class=\"side\" aria-label=\"");
  msg(r, "server.menu");
  RAW(r, "\"><p class=\"brand\"><a href=\"/\">V<i>i</i>gie</a></p><input type=\"checkbox\" id=\"menu\"><label "
         "for=\"menu\">");
  msg(r, "server.menu.open");
  RAW(r, "</label><div class=\"entries\">");
  if (door == DOOR_HOUSE)
    house_entries(r);
  else
    entries(r, door == DOOR_PARTNER ? GROUP_PARTNER : GROUP_COMPANY);
  RAW(r, "</div></nav>");
}

static void search_box(struct request *r) {
  char q[256];
  RAW(r, "<form class=\"search\" action=\"/recherche\" role=\"search\"><input type=\"search\" id=\"q\" name=\"q\" "
         "maxlength=\"200\" autocomplete=\"off\" aria-label=\"");
  msg(r, "server.search");
  RAW(r, "\" placeholder=\"");
  msg(r, "server.search.hint");
  RAW(r, "\" value=\"");
  textz(r, asked(r, "q", q, sizeof q));
  RAW(r, "\" hx-get=\"/recherche\" hx-trigger=\"input changed delay:250ms\" hx-target=\"#main\" hx-select=\"#main\" "
         "hx-swap=\"outerHTML\" "
         "hx-replace-url=\"true\" hx-sync=\"this:replace\"></form>");
}

static void language(struct request *r) {
  bool fr = r->lang == VG_FR;
  RAW(r, "<a class=\"lang\" href=\"");
  vg_buf_z(&r->out, fr ? "/lang/en?retour=" : "/lang/fr?retour=");
  url(r, vg_str_z(r->post ? "/" : r->path));
  if (r->query.n && !r->post) {
    RAW(r, "%3F");
    url(r, r->query);
  }
  vg_buf_z(&r->out, fr ? "\" lang=\"en\" hreflang=\"en\">English</a>" : "\" lang=\"fr\" hreflang=\"fr\">Français</a>");
}

static void serving_zone(struct request *r) {
  vg_str zone = r->who.zone[0] ? vg_str_z(r->who.zone) : instance_zone(r->in);
  if (!zone.n)
    return;
  RAW(r, "<span>");
  msg(r, "server.zone");
  vg_buf_z(&r->out, r->lang == VG_FR ? "\u00a0: <strong>" : ": <strong>");
  zone_name(r, zone);
  RAW(r, "</strong></span>");
}

static void bar(struct request *r) {
  bool house = page_door(&r->who) == DOOR_HOUSE;
  RAW(r, "<header class=\"bar\">");
  if (house)
    search_box(r);
  RAW(r, "<div class=\"who\">");
  if (house)
    serving_zone(r);
  RAW(r, "<a href=\"/compte\">");
  textz(r, r->who.name);
  RAW(r, "</a>");
  if (house) {
    RAW(r, "<a href=\"/aide\">");
    msg(r, "server.nav.help");
    RAW(r, "</a>");
  }
  language(r);
  vg_buf_fmt(&r->out,
             "<form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"csrf\" value=\"%s\"><button "
             "class=\"plain\">",
             r->session->csrf);
  msg(r, "server.logout");
  RAW(r, "</button></form></div></header>");
}

static void asset_url(struct request *r, const char *name) {
  const struct asset *a = asset_find(name);
  vg_buf_fmt(&r->out, "/assets/%s?v=%s", name, a ? a->tag : "");
}

static void head(struct request *r, vg_str title) {
  vg_buf_fmt(&r->out, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">",
             r->lang == VG_FR ? "fr" : "en");
  RAW(r, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" "
         "content=\"light\">"
         "<meta name=\"htmx-config\" "
         "content='{\"includeIndicatorStyles\":false,\"allowEval\":false,\"allowScriptTags\":false,"
         "\"historyCacheSize\":0}'><title>");
  text(r, title);
  RAW(r, " · Vigie</title><link rel=\"icon\" type=\"image/svg+xml\" href=\"");
  asset_url(r, "vigie.svg");
  RAW(r, "\"><link rel=\"stylesheet\" href=\"");
  asset_url(r, "vigie.css");
  RAW(r, "\"><script src=\"");
  asset_url(r, "htmx.js");
  RAW(r, "\" defer></script><script src=\"");
  asset_url(r, "vigie.js");
  RAW(r, "\" defer></script></head>");
}

void page_top_text(struct request *r, vg_str title) {
  r->framed = true;
  head(r, title);
  if (r->session) {
    RAW(r, "<body><a class=\"skip\" href=\"#main\">");
    msg(r, "server.skip");
    RAW(r, "</a><div class=\"app\">");
    menu(r);
    RAW(r, "<div class=\"body\">");
    bar(r);
    RAW(r, "<main id=\"main\" tabindex=\"-1\">");
  } else {
    RAW(r, "<body class=\"door\"><main id=\"main\"><p class=\"brand\">V<i>i</i>gie</p>");
  }
  RAW(r, "<h1>");
  text(r, title);
  RAW(r, "</h1>");
  r->under_title = r->out.n;
}

void page_top(struct request *r, const char *title_id, const char *const *title_args) {
  struct vg_buf line, set;
  vg_buf_init(&line, 4096);
  vg_msg(&line, r->lang, title_id, title_args);
  vg_buf_init(&set, 8192);
  vg_msg_set(&set, r->lang, vg_buf_view(&line));
  page_top_text(r, vg_buf_view(&set));
  vg_buf_fini(&set);
  vg_buf_fini(&line);
}

void page_bottom(struct request *r) {
  RAW(r, "</main>");
  if (r->session) {
    RAW(r, "<footer><span>Vigie " VIGIE_VERSION "</span><span class=\"paper\">");
    textz(r, r->who.name);
    RAW(r, ", ");
    when(r, r->now);
    RAW(r, " · ");
    textz(r, r->path);
    RAW(r, "</span></footer></div></div>");
  } else {
    RAW(r, "<footer class=\"other\">");
    language(r);
    RAW(r, "</footer>");
  }
  RAW(r, "</body></html>");
}

void page_login(struct request *r, const char *problem) {
  char login[64];
  r->session = NULL;
  page_top(r, "server.login", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.login.sub");
  RAW(r, "</p>");
  if (problem) {
    RAW(r, "<p class=\"alert\" role=\"alert\">");
    msg(r, problem);
    RAW(r, "</p>");
  }
  RAW(r, "<form class=\"card form\" method=\"post\" action=\"/login\"><p class=\"field\"><label for=\"login\">");
  msg(r, "server.user");
  RAW(r, "</label><input id=\"login\" name=\"login\" autocomplete=\"username\" autocapitalize=\"none\" "
         "spellcheck=\"false\" required value=\"");
  textz(r, sent(r, "login", login, sizeof login));
  RAW(r, "\"></p><p class=\"field\"><label for=\"password\">");
  msg(r, "server.password");
  RAW(r, "</label><input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" "
         "required></p><p><button class=\"do\">");
  msg(r, "server.enter");
  RAW(r, "</button></p></form>");
  page_bottom(r);
}

void page_problem(struct request *r, unsigned status, const char *id) {
  if (!strncmp(r->path, "/api/", 5)) {
    api_problem(r, status,
                status == 404   ? "not found"
                : status == 403 ? "denied"
                : status == 405 ? "method not allowed"
                                : "failed");
    return;
  }
  vg_buf_reset(&r->out);
  r->status = status;
  r->type = NULL;
  r->name[0] = 0;
  page_top(r, id, NULL);
  RAW(r, "<p>");
  msg(r, status == 404 ? "server.not_found.next" : status == 403 ? "server.denied.next" : "server.failed.next");
  RAW(r, "</p><p>");
  button_link(r, "/", "server.nav.home", true);
  RAW(r, "</p>");
  page_bottom(r);
}

void card_begin(struct request *r, const char *heading_id, const char *css) {
  vg_buf_fmt(&r->out, "<section class=\"card %s\">", css ? css : "");
  if (heading_id) {
    RAW(r, "<h2>");
    msg(r, heading_id);
    RAW(r, "</h2>");
  }
}
void card_end(struct request *r) { RAW(r, "</section>"); }

void dl_begin(struct request *r) { RAW(r, "<dl>"); }
void term(struct request *r, const char *id) {
  RAW(r, "<dt>");
  msg(r, id);
  RAW(r, "</dt><dd>");
}
void dl_end(struct request *r) { RAW(r, "</dl>"); }

void button_link(struct request *r, const char *href, const char *id, bool first) {
  vg_buf_fmt(&r->out, "<a class=\"btn%s\" href=\"%s\">", first ? " do" : "", href);
  msg(r, id);
  RAW(r, "</a>");
}

void empty(struct request *r, const char *id, const char *href, const char *action_id) {
  RAW(r, "<div class=\"empty\"><p>");
  msg(r, id);
  RAW(r, "</p>");
  if (href) {
    RAW(r, "<p>");
    button_link(r, href, action_id, false);
    RAW(r, "</p>");
  }
  RAW(r, "</div>");
}

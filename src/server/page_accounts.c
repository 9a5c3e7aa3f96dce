/* Accounts of people outside: the card on an organisation's page that invites them, and the page that their link opens.
 */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "prevention/prevention.h"

enum { DAYS = 7 };

static void account_row(struct request *r, struct store_rows *q) {
  vg_time until = store_time(q, 3);
  bool active = store_int(q, 2) != 0, invited = until != VG_NOTIME && until > r->now;
  row(r);
  cell(r);
  text(r, store_str(q, 1));
  RAW(r, "<br><small>");
  text(r, store_str(q, 0));
  RAW(r, "</small>");
  cell(r);
  badge(r,
        !active   ? "mute"
        : invited ? "info"
                  : "ok",
        !active   ? "server.over"
        : invited ? "server.invite.waits"
                  : "server.in_force");
  cell(r);
  if (active) {
    form_begin(r, r->path, "dismiss");
    field_hidden(r, "who", store_str(q, 0));
    form_end(r, "server.invite.dismiss", false);
  }
}

vg_code part_accounts(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.name", "server.state", "server.invite.change"};
  if (o->kind == ORG_DIVISION || territory_may_invite(r->tx, &r->who, o, NULL) != VG_OK)
    return VG_OK;
  card_begin(r, "server.invite", NULL);
  table_begin(r, NULL, "server.invite", head, VG_COUNT(head));
  VG_TRY(
      each(r,
           "SELECT a.login, a.name, (SELECT COUNT(*) FROM territory_v_mandate m WHERE m.person = a.person AND m.since "
           "<= $2 AND (m.until IS NULL OR m.until > $2)), a.invited_until FROM territory_v_account a WHERE a.org = $1 "
           "ORDER BY a.name",
           S_ARGS(S_INT(o->id), S_TIME(r->now)), account_row, err));
  table_end(r, "server.invite.none");
  details_begin(r, "server.invite.new", "invite");
  form_begin(r, r->path, "invite");
  field(r, "name", "server.name", "text", "", true, "territory.name");
  field(r, "login", "server.user", "text", "", true, "territory.invite_login territory.login_exists");
  field(r, "to", "server.invite.to", "date", "", false, "territory.mandate_dates server.bad_time");
  form_end(r, "server.invite.do", false);
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.invite.sub", VG_N(DAYS));
  RAW(r, "</p></details>");
  card_end(r);
  return VG_OK;
}

/* Shown once: only the token's hash is kept. */
static vg_code show_link(struct request *r, const struct org *o, const struct person *p, const char *token,
                         struct vg_err *err) {
  char link[512];
  snprintf(link, sizeof link, "%s/bienvenue/%s", r->site, token);
  page_top(r, "server.invite.made", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "server.invite.once", p->name, VG_N(DAYS));
  RAW(r, "</p><p>");
  RAW(r, "<code class=\"path\">");
  broken(r, vg_str_z(link));
  RAW(r, "</code></p><div class=\"qr\">");
  VG_TRY(prevention_qr(&r->out, vg_str_z(link), vg_msg_text(r->lang, "server.invite.code"), err));
  RAW(r, "</div><p>");
  link_to(r, "/entreprises/", vg_id_str(&o->pid), vg_str_z(o->name));
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

static vg_code invite(struct request *r, const struct org *o, struct vg_err *err) {
  struct person p = {.to = VG_NOTIME};
  char token[INVITE_TOKEN + 1], to[24];
  sent(r, "name", p.name, sizeof p.name);
  sent(r, "login", p.login, sizeof p.login);
  if (*sent(r, "to", to, sizeof to) && !vg_time_parse(vg_str_z(to), &p.to))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(territory_invite(r->tx, &r->who, o, &p, r->now + DAYS * VG_DAY, token, err));
  vg_code rc = show_link(r, o, &p, token, err);
  explicit_bzero(token, sizeof token);
  return rc;
}

vg_code post_accounts(struct request *r, struct vg_err *err) {
  char what[16], login[64];
  struct org o;
  struct person p;
  VG_TRY(territory_org_find(r->tx, vg_str_z(r->rest), &o, err));
  if (!strcmp(sent(r, "what", what, sizeof what), "invite"))
    return invite(r, &o, err);
  VG_TRY(territory_person_find(r->tx, vg_str_z(sent(r, "who", login, sizeof login)), &p, err));
  VG_TRY(territory_dismiss(r->tx, &r->who, &o, &p, err));
  go_to(r, "/entreprises/", vg_id_str(&o.pid));
  return VG_OK;
}

/* --- /bienvenue/TOKEN: open to whoever holds the link --- */

static vg_code welcome(struct request *r, struct vg_err *err) {
  struct person p;
  VG_TRY(territory_invited(r->tx, vg_str_z(r->rest), &p, err));
  page_top(r, "server.join", TITLE_ARGS(p.name));
  RAW(r, "<p class=\"sub\">");
  SAY(r, "server.join.sub", p.login);
  RAW(r, "</p><div class=\"card\">");
  form_begin(r, r->path, NULL);
  field(r, "password", "server.person.password.new", "password", "", true, "territory.password_short");
  field(r, "again", "server.person.password.again", "password", "", true, "server.person.password.differ");
  form_end(r, "server.join.do", true);
  RAW(r, "</div>");
  return VG_OK;
}

static vg_code join(struct request *r, struct vg_err *err) {
  char password[256], again[256];
  sent(r, "password", password, sizeof password);
  sent(r, "again", again, sizeof again);
  vg_code rc = strcmp(password, again) ? VG_FAIL(err, VG_EDATA, "server.person.password.differ")
                                       : territory_join(r->tx, vg_str_z(r->rest), vg_str_z(password), err);
  explicit_bzero(password, sizeof password);
  explicit_bzero(again, sizeof again);
  if (rc == VG_OK)
    go_to(r, r->lang == VG_EN ? "/lang/en?retour=" : "/lang/fr?retour=",
          VG_STR("/")); /* where no visitor's language is asked */
  return rc;
}

const struct page page_join = {"/bienvenue/", GROUP_OPEN, NULL, welcome, join, PAGE_HIDDEN};

/* One's own account, behind every door: who one is here, the password, the sessions that are open. */
#include "server/server_internal.h"

#include <string.h>

#include "territory/territory.h"

static vg_code mandate_row(void *ctx, const struct mandate *m, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  if (!m->in_force)
    return VG_OK;
  row(r);
  cell(r);
  word(r, "server.role.", vg_str_z(territory_role_name(m->role)));
  cell(r);
  if (m->to == VG_NOTIME)
    msg(r, "server.still");
  else
    day(r, m->to);
  return VG_OK;
}

static vg_code who_one_is(struct request *r, const struct person *p, struct vg_err *err) {
  static const char *const head[] = {"server.role", "server.to"};
  card_begin(r, "server.person.mandates", NULL);
  table_begin(r, NULL, "server.person.mandates", head, VG_COUNT(head));
  VG_TRY(territory_each_mandate(r->tx, p->id, mandate_row, r, err));
  table_end(r, "server.people.none");
  if (page_door(&r->who) == DOOR_HOUSE) {
    RAW(r, "<p>");
    link_to(r, "/personnes/", vg_id_str(&p->pid), vg_str_z(vg_msg_text(r->lang, "server.account.sheet")));
    RAW(r, "</p>");
  }
  card_end(r);
  return VG_OK;
}

static void password_card(struct request *r) {
  card_begin(r, "server.person.password", NULL);
  form_begin(r, "/compte", "password");
  field(r, "current", "server.person.password.current", "password", "", true, "territory.login_wrong");
  field(r, "password", "server.person.password.new", "password", "", true, "territory.password_short");
  field(r, "again", "server.person.password.again", "password", "", true, "server.person.password.differ");
  form_end(r, "server.person.password.do", false);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.person.password.sub");
  RAW(r, "</p>");
  card_end(r);
}

static vg_code session_row(void *ctx, vg_time made, vg_time seen, vg_time until, bool here, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  when(r, made);
  cell(r);
  ago(r, seen);
  cell(r);
  when(r, until);
  cell(r);
  if (here)
    badge(r, "ok", "server.account.here");
  return VG_OK;
}

static vg_code sessions(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.account.since", "server.account.seen", "server.account.until",
                                     "server.state"};
  card_begin(r, "server.account.sessions", NULL);
  table_begin(r, NULL, "server.account.sessions", head, VG_COUNT(head));
  VG_TRY(session_each(r->tx, r->session, session_row, r, err));
  size_t open = r->table_rows;
  table_end(r, NULL);
  if (open > 1) {
    form_begin(r, "/compte", "others");
    form_end(r, "server.account.close_others", false);
  }
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct person p;
  VG_TRY(territory_person_find(r->tx, vg_id_str(&r->who.id), &p, err));
  page_top(r, "server.account", NULL);
  RAW(r, "<p class=\"sub\">");
  SAY(r, "server.person.login", p.login);
  RAW(r, "</p><div class=\"grid\"><div>");
  VG_TRY(who_one_is(r, &p, err));
  VG_TRY(sessions(r, err));
  RAW(r, "</div><div>");
  password_card(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code set_password(struct request *r, struct vg_err *err) {
  char current[256], password[256], again[256];
  struct actor same;
  struct person p;
  VG_TRY(territory_person_find(r->tx, vg_id_str(&r->who.id), &p, err));
  sent(r, "current", current, sizeof current);
  sent(r, "password", password, sizeof password);
  sent(r, "again", again, sizeof again);
  vg_code rc = territory_login(r->tx, vg_str_z(p.login), vg_str_z(current), &same, err);
  if (rc == VG_OK && strcmp(password, again) != 0)
    rc = VG_FAIL(err, VG_EDATA, "server.person.password.differ");
  if (rc == VG_OK)
    rc = territory_password_set(r->tx, &r->who, &p, "", vg_str_z(password), err);
  explicit_bzero(current, sizeof current);
  explicit_bzero(password, sizeof password);
  explicit_bzero(again, sizeof again);
  return rc;
}

static vg_code change(struct request *r, struct vg_err *err) {
  char what[16];
  if (!strcmp(sent(r, "what", what, sizeof what), "others"))
    VG_TRY(session_close_others(r->tx, &r->who, r->session, err));
  else
    VG_TRY(set_password(r, err));
  go_to(r, "/compte", VG_STR(""));
  return VG_OK;
}

const struct page page_account = {"/compte", GROUP_ACCOUNT, "server.account", show, change, PAGE_HIDDEN};

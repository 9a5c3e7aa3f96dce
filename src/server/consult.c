#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

const char *page_address(const struct request *r, char out[static PAGE_ADDRESS]) {
  snprintf(out, PAGE_ADDRESS, "%s%s%.*s", r->path, r->query.n ? "?" : "", (int)r->query.n,
           r->query.n ? r->query.p : "");
  return out;
}

static void motive_form(struct request *r, const char *ref, const char *back) {
  form_begin(r, "/consultation", NULL);
  field_hidden(r, "case", vg_str_z(ref));
  field_hidden(r, "back", vg_str_z(back));
  field(r, "motive", "server.motive", "text", "", true, "ledger.motive");
  form_end(r, "server.consult.do", true);
}

/* ref "": of many. */
static void ask(struct request *r, const char *ref, const char *back) {
  page_top(r, *ref ? "server.consult" : "server.consult.many", TITLE_ARGS(ref));
  RAW(r, "<p class=\"sub\">");
  msg(r, *ref ? "server.consult.sub" : "server.consult.many.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  motive_form(r, ref, back);
  card_end(r);
}

void consult_form(struct request *r, const struct affair *a) {
  RAW(r, "<p>");
  msg(r, "server.consult.sub");
  RAW(r, "</p>");
  motive_form(r, a->ref, page_address(r, (char[PAGE_ADDRESS]){0}));
}

void consult_card(struct request *r) {
  card_begin(r, "server.consult.many", NULL);
  RAW(r, "<p>");
  msg(r, "server.consult.many.sub");
  RAW(r, "</p>");
  motive_form(r, "", page_address(r, (char[PAGE_ADDRESS]){0}));
  card_end(r);
}

vg_code consult_part(struct request *r, const struct affair *a, const char *subject, bool *asks, struct vg_err *err) {
  struct consulted of_case, of_it;
  bool own;
  *asks = false;
  if (!strcmp(a->frame, "prevention")) /* of the other regime */
    return VG_OK;
  VG_TRY(casework_consulted(r->tx, &r->who, a->pid.s, NULL, &of_case, err));
  VG_TRY(casework_consulted(r->tx, &r->who, subject, NULL, &of_it, err));
  if (of_it.told)
    return VG_OK;
  if (!of_case.told) {
    VG_TRY(casework_in_charge(r->tx, &r->who, a, &own, err));
    *asks = !own;
    if (*asks)
      return VG_OK;
    vg_str_copy(of_case.motive, sizeof of_case.motive, vg_str_z(vg_msg_text(r->lang, "casework.in_charge")));
  }
  vg_str_copy(r->consult.subject, sizeof r->consult.subject, vg_str_z(subject));
  vg_str_copy(r->consult.motive, sizeof r->consult.motive, vg_str_z(of_case.motive));
  return VG_OK;
}

vg_code consult(struct request *r, const struct affair *a, const char *subject, bool *asks, struct vg_err *err) {
  VG_TRY(consult_part(r, a, subject, asks, err));
  if (*asks)
    ask(r, a->ref, r->path);
  return VG_OK;
}

vg_code consult_incident(struct request *r, const struct incident *in, bool *asks, struct vg_err *err) {
  struct affair a;
  bool inquiry;
  *asks = false;
  VG_TRY(casework_incident_inquiry(r->tx, in, &a, &inquiry, err));
  return inquiry ? consult(r, &a, in->pid.s, asks, err) : VG_OK;
}

/* What a page of many was asked, as the journal tells it. */
static const char *sought_text(const struct request *r, const char *address) {
  return vg_utf8_ok(vg_str_z(address)) ? address : r->path;
}

void consult_given(struct request *r, const char *motive, bool combine) {
  char here[PAGE_ADDRESS];
  vg_str_copy(r->consult.subject, sizeof r->consult.subject, vg_str_z(r->who.id.s));
  vg_str_copy(r->consult.motive, sizeof r->consult.motive, vg_str_z(motive));
  vg_str_copy(r->consult.sought, sizeof r->consult.sought, vg_str_z(sought_text(r, page_address(r, here))));
  r->consult.combine = combine;
}

vg_code consult_many(struct request *r, bool *asks, struct vg_err *err) {
  struct consulted before;
  char here[PAGE_ADDRESS];
  VG_TRY(casework_consulted(r->tx, &r->who, r->who.id.s, sought_text(r, page_address(r, here)), &before, err));
  *asks = !before.motive[0];
  if (!*asks && !before.told)
    consult_given(r, before.motive, false);
  return VG_OK;
}

vg_code consult_tell(struct request *r, struct vg_err *err) {
  VG_TRY(store_begin(instance_store(r->in), &r->tx, err));
  vg_code rc = VG_OK;
  if (r->consult.combine)
    rc = casework_combine(r->tx, &r->who, r->who.id.s, vg_str_z(r->consult.motive), err);
  if (rc == VG_OK)
    rc = ledger_consulted(r->tx, &r->who, r->consult.subject, *r->consult.sought ? r->consult.sought : NULL,
                          vg_str_z(r->consult.motive), err);
  if (rc == VG_OK)
    rc = instance_commit(r->in, &r->tx, err);
  store_rollback(&r->tx);
  return rc;
}

/* --- /consultation --- */

static vg_code asked_again(struct request *r, struct vg_err *err) {
  char ref[64], back[512];
  struct affair a;
  if (!*sent(r, "case", ref, sizeof ref) && !*asked(r, "affaire", ref, sizeof ref)) {
    ask(r, "", sent(r, "back", back, sizeof back));
    return VG_OK;
  }
  VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(ref), &a, err));
  ask(r, a.ref, sent(r, "back", back, sizeof back));
  return VG_OK;
}

bool path_ok(const char *path) {
  for (const char *p = path; *p; p++)
    if ((unsigned char)*p <= ' ' || (unsigned char)*p > '~' || *p == '\\')
      return false;
  return path[0] == '/' && path[1] != '/';
}

static vg_code answer(struct request *r, struct vg_err *err) {
  char ref[64], back[512], motive[CASEWORK_MOTIVE + 1];
  struct affair a = {.pid = r->who.id};
  if (*sent(r, "case", ref, sizeof ref))
    VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(ref), &a, err));
  sent(r, "motive", motive, sizeof motive);
  VG_TRY(ledger_consulted(r->tx, &r->who, a.pid.s, NULL, vg_str_trim(vg_str_z(motive)), err));
  if (path_ok(sent(r, "back", back, sizeof back)))
    go_to(r, back, VG_STR(""));
  else
    go_to(r, a.ref[0] ? "/affaires/" : "/affaires", vg_str_z(a.ref));
  return VG_OK;
}

/* --- who looked --- */

static vg_code looked_row(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct request *r = ctx;
  struct vg_buf name;
  (void)err;
  if (!vg_str_eqz(e->kind, "journal.consulted"))
    return VG_OK;
  vg_buf_init(&name, 1024);
  if (store_get_text(r->tx, &name, "SELECT name FROM territory_v_mandate WHERE person_pid = $1 LIMIT 1",
                     S_ARGS(S_STR(e->actor)), NULL) != VG_OK)
    vg_buf_str(&name, e->actor);
  row(r);
  cell(r);
  when(r, e->time);
  cell(r);
  text(r, vg_buf_view(&name));
  cell(r);
  text(r, ledger_body_text(e->body, "motive"));
  vg_buf_fini(&name);
  return VG_OK;
}

vg_code part_consulted(struct request *r, const struct affair *a, const char *subject, struct vg_err *err) {
  enum { SHOWN = 20 };
  static const char *const head[] = {"server.time", "server.actor", "server.motive"};
  const char *bounds = casework_bounds(&r->who);
  int64_t next;
  struct ledger_search s = {.act = LEDGER_CONSULT,
                            .subject = vg_str_z(subject),
                            .from = VG_NOTIME,
                            .to = VG_NOTIME,
                            .before = -1,
                            .limit = r->csv[0] ? 1000 : SHOWN};
  /* A guest of the case does not see who else looked. */
  if (bounds[0] && a->zone[0] && strcmp(bounds, a->zone))
    return VG_OK;
  card_begin(r, "server.consulted", NULL);
  table_begin(r, "consultations", "server.consulted", head, VG_COUNT(head));
  VG_TRY(ledger_find(r->tx, &s, looked_row, r, &next, err));
  table_end(r, "server.consulted.none");
  card_end(r);
  return VG_OK;
}

const struct page page_consult = {"/consultation", GROUP_FIELD, "server.nav.cases", asked_again, answer, PAGE_HIDDEN};

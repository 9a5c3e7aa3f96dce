#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

enum { KEY = sizeof "? " - 1 }; /* KEY: before what was sought, where ids stand too */

#define SESSION(r) S_BYTES(vg_str_n((const char *)(r)->session->hash, VG_SHA256_SIZE))

/* The motive of this session for a subject; false when there is none. */
static bool said(struct request *r, const char *subject, char *out, size_t cap) {
  struct vg_buf motive;
  vg_buf_init(&motive, 4096);
  vg_code rc = store_get_text(r->tx, &motive, "SELECT motive FROM server_consulted WHERE token = $1 AND subject = $2",
                              S_ARGS(SESSION(r), S_Z(subject)), NULL);
  vg_str_copy(out, cap, vg_buf_view(&motive));
  vg_buf_fini(&motive);
  return rc == VG_OK;
}

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
  char motive[CASEWORK_MOTIVE + 1], had[CASEWORK_MOTIVE + 1];
  bool own;
  *asks = false;
  if (!strcmp(a->frame, "prevention")) /* of the other regime */
    return VG_OK;
  if (!said(r, a->pid.s, motive, sizeof motive)) {
    VG_TRY(casework_in_charge(r->tx, &r->who, a, &own, err));
    if (!own) {
      *asks = true;
      return VG_OK;
    }
    vg_str_copy(motive, sizeof motive, vg_str_z(vg_msg_text(r->lang, "casework.in_charge")));
  } else if (!strcmp(subject, a->pid.s) || said(r, subject, had, sizeof had))
    return VG_OK;
  vg_str_copy(r->consult.subject, sizeof r->consult.subject, vg_str_z(subject));
  vg_str_copy(r->consult.case_pid, sizeof r->consult.case_pid, vg_id_str(&a->pid));
  vg_str_copy(r->consult.motive, sizeof r->consult.motive, vg_str_z(motive));
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

void consult_given(struct request *r, const char *motive, bool combine) {
  char here[PAGE_ADDRESS], *sought = r->consult.sought;
  vg_str what = vg_str_z(page_address(r, here));
  vg_str_copy(r->consult.subject, sizeof r->consult.subject, vg_str_z(r->who.id.s));
  vg_str_copy(r->consult.case_pid, sizeof r->consult.case_pid, vg_str_z(r->who.id.s));
  vg_str_copy(r->consult.motive, sizeof r->consult.motive, vg_str_z(motive));
  vg_str_copy(sought, sizeof r->consult.sought, VG_STR("? "));
  vg_str_copy(sought + KEY, sizeof r->consult.sought - KEY, vg_utf8_ok(what) ? what : vg_str_z(r->path));
  r->consult.combine = combine;
}

vg_code consult_many(struct request *r, bool *asks, struct vg_err *err) {
  char motive[CASEWORK_MOTIVE + 1], had[CASEWORK_MOTIVE + 1];
  (void)err;
  *asks = !said(r, r->who.id.s, motive, sizeof motive);
  if (*asks)
    return VG_OK;
  consult_given(r, motive, false);
  if (said(r, r->consult.sought, had, sizeof had))
    r->consult.subject[0] = 0; /* told before */
  return VG_OK;
}

static vg_code remember(struct request *r, const char *subject, const char *motive, struct vg_err *err) {
  return store_exec(r->tx,
                    "INSERT INTO server_consulted (token, subject, motive) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    S_ARGS(SESSION(r), S_Z(subject), S_Z(motive)), err);
}

vg_code consult_tell(struct request *r, struct vg_err *err) {
  VG_TRY(store_begin(instance_store(r->in), &r->tx, err));
  const char *sought = r->consult.sought;
  vg_code rc = remember(r, *sought ? sought : r->consult.subject, r->consult.motive, err);
  if (rc == VG_OK)
    rc = remember(r, r->consult.case_pid, r->consult.motive, err);
  if (rc == VG_OK && r->consult.combine)
    rc = casework_combine(r->tx, &r->who, r->who.id.s, vg_str_z(r->consult.motive), err);
  if (rc == VG_OK)
    rc = ledger_consulted(r->tx, &r->who, r->consult.subject, *sought ? sought + KEY : NULL,
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
  VG_TRY(remember(r, a.pid.s, motive, err));
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

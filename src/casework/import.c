/*
 * Cases that other case systems export. DFIR-IRIS ("Export activity"): an object a case, {"case": {"name": "#12 - ...",
 * "open_date", "close_date", ...}, "timeline": [...], "iocs": [...], "assets": [...], "evidences": [...], "tasks":
 * [...], "notes": [...]}. TheHive: an object a case, with "title", "number", "startDate" and "endDate" in ms,
 * "observables", "tasks", "timeline".
 */
#include "base/fold.h"
#include "base/hash.h"
#include "casework/import_internal.h"

#include <stdio.h>

vg_str import_text(vg_jv v, const char *const *keys) {
  vg_str s;
  for (; *keys; keys++)
    if (vg_jv_str_at(v, *keys, &s) && s.n)
      return s;
  return VG_STR("");
}

/* An id that the other system gave: a number or a text. */
static bool id_at(vg_jv v, const char *const *keys, char *out, size_t cap) {
  int64_t n;
  vg_str s;
  for (; *keys; keys++) {
    if (vg_jv_i64_at(v, *keys, &n)) {
      snprintf(out, cap, "%lld", (long long)n);
      return true;
    }
    if (vg_jv_str_at(v, *keys, &s) && s.n > 0 && s.n < cap && vg_utf8_ok(s)) {
      vg_str_copy(out, cap, s);
      return true;
    }
  }
  return false;
}

vg_time import_time(vg_jv v, const char *const *keys) {
  int64_t ms;
  vg_time t;
  char zoned[48];
  vg_str s;
  for (; *keys; keys++) {
    if (vg_jv_i64_at(v, *keys, &ms) && ms > 0 && ms < INT64_MAX / 1000000)
      return ms * 1000000;
    if (!vg_jv_str_at(v, *keys, &s) || s.n == 0 || s.n > 40)
      continue;
    if (vg_time_parse(s, &t))
      return t;
    snprintf(zoned, sizeof zoned, "%.*sZ", (int)s.n, s.p);
    if (vg_time_parse(vg_str_z(zoned), &t))
      return t;
  }
  return VG_NOTIME;
}
#define ID_AT(v, out, ...) id_at((v), (const char *const[]){__VA_ARGS__, NULL}, (out), sizeof(out))

/* An export of DFIR-IRIS names its case "#12 - title" and has no number beside. */
static bool id_in_name(vg_jv head, char *out, size_t cap) {
  vg_str name = TEXT_AT(head, "case_name", "name");
  size_t n = 1;
  while (n < name.n && name.p[n] >= '0' && name.p[n] <= '9')
    n++;
  if (name.n == 0 || name.p[0] != '#' || n == 1 || n > 12)
    return false;
  vg_str_copy(out, cap, vg_str_sub(name, 1, n - 1));
  return true;
}

const char *import_system(enum import_form form) { return form == IMPORT_IRIS ? "DFIR-IRIS" : "TheHive"; }

static bool has_any(vg_jv v, const char *const *keys) {
  for (; *keys; keys++)
    if (vg_jv_type(vg_jv_at(v, *keys)) != VG_J_MISSING)
      return true;
  return false;
}

enum import_form import_recognise(vg_jv root) {
  static const char *const iris[] = {"case_id",        "case_uuid", "case_name", "case_soc_id",
                                     "case_open_date", "soc_id",    NULL};
  static const char *const hive[] = {"_id", "_type", "_createdAt", "createdAt", "caseId", "startDate", "pap", NULL};
  bool is_iris = vg_jv_type(vg_jv_at(root, "case")) == VG_J_OBJ || has_any(root, iris), is_hive = has_any(root, hive);
  return is_iris == is_hive ? IMPORT_ANY : is_iris ? IMPORT_IRIS : IMPORT_THEHIVE;
}

/* What tells of the case itself. */
vg_jv import_about(enum import_form form, vg_jv root) {
  bool apart = form == IMPORT_IRIS && vg_jv_type(vg_jv_at(root, "case")) == VG_J_OBJ;
  return apart ? vg_jv_at(root, "case") : root;
}

vg_code import_head(const struct import_order *o, vg_jv root, struct imported *c, struct vg_err *err) {
  char id[32];
  bool iris = o->form == IMPORT_IRIS;
  vg_jv head = import_about(o->form, root);
  if (vg_jv_type(root) != VG_J_OBJ)
    return VG_FAIL(err, VG_EDATA, "casework.import_object");
  bool known = iris ? ID_AT(head, id, "case_id", "id", "case_uuid") : ID_AT(head, id, "number", "caseId", "_id", "id");
  known = known || (iris && id_in_name(head, id, sizeof id));
  if (!known)
    return VG_FAIL(err, VG_EDATA, "casework.import_id");
  c->title = iris ? TEXT_AT(head, "case_name", "name", "title") : TEXT_AT(head, "title", "name");
  if (c->title.n == 0 || !vg_utf8_ok(c->title))
    return VG_FAIL(err, VG_EDATA, "casework.import_title", id);
  c->description = iris ? TEXT_AT(head, "case_description", "description") : TEXT_AT(head, "description");
  c->opened = iris ? TIME_AT(head, "open_date", "case_open_date", "initial_date")
                   : TIME_AT(head, "startDate", "_createdAt", "createdAt");
  c->closed = iris ? TIME_AT(head, "close_date") : TIME_AT(head, "endDate");
  c->resolution = TEXT_AT(head, "summary", "closing_note", "impactStatus", "resolutionStatus", "status");
  snprintf(c->ref, sizeof c->ref, "%s-%s", iris ? "IRIS" : "THEHIVE", id);
  snprintf(c->source, sizeof c->source, "%s, %s", import_system(o->form), id);
  return VG_OK;
}

/* The incident, whose clocks do not run: what runs today is not in an old file. */
static vg_code put_incident(const struct keeper *k, const struct import_place *place, struct vg_err *err) {
  const struct affair *a = k->a;
  struct vg_buf body;
  struct incident in = {.pid = a->incident,
                        .org = a->org,
                        .kind = "other",
                        .happened = a->opened,
                        .known = a->opened,
                        .reported = a->opened,
                        .no_personal_data = true};
  vg_str_copy(in.summary, sizeof in.summary, k->c->title);
  store_later_row(&k->rows->incidents,
                  S_ARGS(S_INT(place->incident), S_Z(in.pid.s), S_INT(in.org), S_Z(in.kind), S_Z(in.summary),
                         S_TIME(in.happened), S_TIME(in.known), S_TIME(in.reported), S_INT(0), S_INT(0)));
  vg_fold_words(k->words, place->org_name);
  vg_fold_words(k->words, vg_str_z(in.summary));
  vg_buf_init(&body, 1 << 16);
  vg_code rc = casework_incident_body(&in, false, place->org, &body, err);
  if (rc == VG_OK)
    store_later_row(&k->rows->notes, S_ARGS(S_Z("incident.reported"), S_Z(in.pid.s), S_STR(vg_buf_view(&body))));
  vg_buf_fini(&body);
  return rc;
}

static vg_code put_case(const struct keeper *k, const struct import_place *place, vg_str raw, struct vg_err *err) {
  const struct affair *a = k->a;
  unsigned char hash[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  store_later_row(&k->rows->cases, S_ARGS(S_INT(a->id), S_Z(a->pid.s), S_Z(a->ref), S_Z(a->ref), S_INT(place->incident),
                                          S_Z(a->frame), S_Z(a->zone), S_Z(a->tlp), S_TIME(a->opened), S_Z(a->state)));
  store_later_row(&k->rows->imported, S_ARGS(S_INT(a->id), S_Z(k->c->source), S_BYTES(raw)));
  vg_fold_words(k->words, vg_str_z(a->ref));
  VG_TRY(merge_row_later(&casework_merges[TOLD_CASE], a->pid.s,
                         S_ARGS(S_Z(a->pid.s), S_Z(a->ref), S_Z(a->incident.s), S_Z(a->frame), S_Z(a->zone),
                                S_Z(a->tlp), S_TIME(a->opened)),
                         &k->rows->notes, err));
  vg_sha256(raw.p, raw.n, hash);
  return LEDGER_LATER(&k->rows->entries, "case.imported", a->pid.s, err, "ref", a->ref, "source", k->c->source, "frame",
                      a->frame, "sha256", vg_hex(hex, hash, sizeof hash));
}

/* What was over there is over here, since then. */
static vg_code end(const struct keeper *k, struct vg_err *err) {
  struct merge_made made;
  struct vg_buf value;
  char reason[501];
  vg_str why = k->c->resolution.n ? k->c->resolution : vg_str_z(k->c->source);
  const struct case_step to = {.state = VG_STR("closed"), .reason = vg_str_z(vg_str_copy(reason, sizeof reason, why))};
  if (k->a->state[0] != 'c')
    return VG_OK;
  vg_buf_init(&value, 1 << 14);
  vg_code rc = casework_step_value(&to, k->c->closed, &value, err);
  if (rc == VG_OK)
    rc = merge_first(k->tx, k->who, casework_merges[TOLD_CASE_STATE].kind, k->a->pid.s, "state", vg_buf_view(&value),
                     &k->rows->versions, &k->rows->notes, &made, err);
  if (rc == VG_OK)
    store_later_row(&k->rows->steps, S_ARGS(S_INT(k->a->id), S_STR(to.state), S_TIME(k->c->closed), S_Z(k->who->id.s),
                                            S_STR(to.reason), S_Z(""), S_INT(made.depth), S_Z(made.uid)));
  vg_buf_fini(&value);
  if (rc == VG_OK && why.n > sizeof reason - 1)
    rc = import_keep(k, why, &(struct finding_entry){.from = k->c->closed, .until = VG_NOTIME}, err);
  return rc;
}

vg_code import_case(struct keeper *k, const struct import_order *o, const struct import_place *place, vg_jv root,
                    vg_str raw, struct vg_err *err) {
  const struct imported *c = k->c;
  const struct finding_entry told = {.from = c->opened, .until = VG_NOTIME};
  struct affair a = {.id = place->id, .org = o->org, .state = "open", .tlp = "AMBER+STRICT"};
  struct vg_buf words;
  vg_time now = store_now(k->tx);
  a.opened = c->opened == VG_NOTIME || c->opened > now ? now : c->opened;
  a.pid = place->pid;
  a.incident = vg_id_new("incident", now);
  vg_str_copy(a.ref, sizeof a.ref, vg_str_z(c->ref));
  vg_str_copy(a.frame, sizeof a.frame, vg_str_z(o->frame));
  vg_str_copy(a.zone, sizeof a.zone, vg_str_z(o->zone));
  if (c->closed != VG_NOTIME && c->closed <= now)
    vg_str_copy(a.state, sizeof a.state, VG_STR("closed"));
  vg_buf_init(&words, 64 << 20);
  k->a = &a;
  k->words = &words;
  vg_code rc = put_incident(k, place, err);
  if (rc == VG_OK)
    rc = put_case(k, place, raw, err);
  if (rc == VG_OK && c->title.n >= sizeof((struct incident *)0)->summary)
    rc = import_keep(k, c->title, &told, err);
  if (rc == VG_OK)
    rc = import_keep(k, c->description, &told, err);
  if (rc == VG_OK)
    rc = import_lists(k, root, err);
  if (rc == VG_OK)
    rc = end(k, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&words, err);
  if (rc == VG_OK)
    casework_text_later(k->tx, &k->rows->texts, a.id, a.opened, vg_buf_view(&words));
  vg_buf_fini(&words);
  k->a = NULL;
  return rc;
}

vg_code casework_imported(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_buf *out,
                          struct vg_err *err) {
  struct affair a;
  VG_TRY(casework_case_see(tx, who, ref, &a, err));
  vg_code rc =
      store_get_text(tx, out, "SELECT raw FROM casework_imported WHERE case_id = $1", S_ARGS(S_INT(a.id)), NULL);
  return rc == VG_ENOTFOUND ? VG_FAIL(err, rc, "casework.not_imported", a.ref) : rc;
}

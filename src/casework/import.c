/*
 * Cases that other case systems export. DFIR-IRIS ("Export activity"): an object a case, {"case": {"name": "#12 - ...",
 * "open_date", "close_date", ...}, "timeline": [...], "iocs": [...], "assets": [...], "evidences": [...], "tasks":
 * [...], "notes": [...]}. TheHive: an object a case, with "title", "number", "startDate" and "endDate" in ms,
 * "observables", "tasks", "timeline".
 */
#include "base/hash.h"
#include "casework/import_internal.h"
#include "intel/intel.h"

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

static vg_code read_head(const struct import_order *o, vg_jv root, struct imported *c, struct vg_err *err) {
  char id[32];
  bool iris = o->form == IMPORT_IRIS;
  vg_jv head = iris && vg_jv_type(vg_jv_at(root, "case")) == VG_J_OBJ ? vg_jv_at(root, "case") : root;
  bool known = iris ? ID_AT(head, id, "case_id", "id", "case_uuid") : ID_AT(head, id, "number", "caseId", "_id", "id");
  known = known || (iris && id_in_name(head, id, sizeof id));
  if (!known)
    return VG_FAIL(err, VG_EDATA, "casework.import_id");
  c->title = iris ? TEXT_AT(head, "case_name", "name", "title") : TEXT_AT(head, "title", "name");
  if (c->title.n == 0 || !vg_utf8_ok(c->title))
    return VG_FAIL(err, VG_EDATA, "casework.import_title", id);
  c->description = iris ? TEXT_AT(head, "case_description", "description") : TEXT_AT(head, "description", "summary");
  c->opened = iris ? TIME_AT(head, "open_date", "case_open_date", "initial_date")
                   : TIME_AT(head, "startDate", "_createdAt", "createdAt");
  c->closed = iris ? TIME_AT(head, "close_date") : TIME_AT(head, "endDate");
  c->resolution = TEXT_AT(head, "summary", "closing_note", "impactStatus", "resolutionStatus", "status");
  snprintf(c->ref, sizeof c->ref, "%s-%s", iris ? "IRIS" : "THEHIVE", id);
  snprintf(c->source, sizeof c->source, "%s, %s", iris ? "DFIR-IRIS" : "TheHive", id);
  return VG_OK;
}

/* The case with its incident. No clock is opened: what runs today is not in an old file. */
static vg_code insert(struct store_tx *tx, const struct actor *who, const struct import_order *o,
                      const struct imported *c, vg_str raw, struct affair *a, struct vg_err *err) {
  int64_t incident;
  unsigned char hash[VG_SHA256_SIZE];
  char hex[72], summary[512];
  vg_time now = store_now(tx), at = c->opened == VG_NOTIME || c->opened > now ? now : c->opened;
  struct vg_id pid = vg_id_new("incident", now);
  vg_str_copy(summary, sizeof summary, c->title);
  VG_TRY(store_insert(tx, &incident,
                      "INSERT INTO casework_incident (pid, org, kind, summary, happened, known, reported, "
                      "personal_data) VALUES ($1,$2,'other',$3,$4,$4,$4,0) "
                      "RETURNING id",
                      S_ARGS(S_Z(pid.s), S_INT(o->org), S_Z(summary), S_TIME(at)), err));
  struct incident in = {.pid = pid, .org = o->org, .kind = "other", .happened = at, .known = at, .reported = at};
  vg_str_copy(in.summary, sizeof in.summary, c->title);
  in.no_personal_data = true;
  VG_TRY(casework_incident_note(tx, who, &in, false, err));
  *a = (struct affair){.pid = vg_id_new("case", now), .incident = pid, .org = o->org, .opened = at, .state = "open"};
  vg_str_copy(a->ref, sizeof a->ref, vg_str_z(c->ref));
  VG_TRY(store_insert(tx, &a->id,
                      "INSERT INTO casework_case (pid, ref, printed, incident, frame, zone, tlp, opened) VALUES "
                      "($1,$2,$2,$3,$4,$5,'AMBER+STRICT',$6) RETURNING id",
                      S_ARGS(S_Z(a->pid.s), S_Z(c->ref), S_INT(incident), S_Z(o->frame), S_Z(o->zone), S_TIME(at)),
                      err));
  VG_TRY(casework_case_own(tx, who, a, err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_CASE, a->pid.s, err, S_INT(a->id)));
  VG_TRY(store_exec(tx, "INSERT INTO casework_imported (case_id, source, raw) VALUES ($1,$2,$3)",
                    S_ARGS(S_INT(a->id), S_Z(c->source), S_BYTES(raw)), err));
  vg_sha256(raw.p, raw.n, hash);
  return LEDGER_TELL(tx, who, "case.imported", a->pid.s, err, "ref", c->ref, "source", c->source, "frame", o->frame,
                     "sha256", vg_hex(hex, hash, sizeof hash));
}

/* What was over there is over here, since then. */
static vg_code end(const struct keeper *k, struct vg_err *err) {
  vg_time now = store_now(k->tx);
  if (k->c->closed == VG_NOTIME || k->c->closed > now)
    return VG_OK;
  char reason[501];
  vg_str why = k->c->resolution.n ? k->c->resolution : vg_str_z(k->c->source);
  vg_str_copy(reason, sizeof reason, why);
  VG_TRY(store_exec(k->tx, "UPDATE casework_case SET state = 'closed' WHERE id = $1", S_ARGS(S_INT(k->a->id)), err));
  const struct case_step to = {.state = VG_STR("closed"), .reason = vg_str_z(reason)};
  return casework_case_stepped(k->tx, k->who, k->a, &to, k->c->closed, err);
}

vg_code casework_import(struct store_tx *tx, const struct actor *who, const struct import_order *o, struct vg_json *j,
                        vg_str object, bool *added, struct vg_err *err) {
  struct imported c;
  struct affair a;
  vg_jv root;
  bool free_;
  *added = false;
  VG_TRY(vg_json_parse(j, object, &root, err));
  if (vg_jv_type(root) != VG_J_OBJ)
    return VG_FAIL(err, VG_EDATA, "casework.import_object");
  VG_TRY(read_head(o, root, &c, err));
  VG_TRY(casework_number_free(tx, NUMBER_CASE, c.ref, &free_, err));
  if (!free_)
    return VG_OK;
  struct keeper k = {tx, who, &a, &c, o->form};
  struct finding_entry told = {.from = c.opened, .until = VG_NOTIME};
  VG_TRY(intel_import_turn(tx, NULL, err)); /* the lists of a case may hold indicators */
  VG_TRY(insert(tx, who, o, &c, object, &a, err));
  VG_TRY(import_keep(&k, VG_STR(""), c.description, &told, err));
  VG_TRY(import_lists(&k, root, err));
  VG_TRY(casework_case_index(tx, a.id, err));
  VG_TRY(end(&k, err));
  *added = true;
  return VG_OK;
}

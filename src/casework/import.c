/*
 * Cases that other case systems export. DFIR-IRIS: an object a case, {"case": {...}, "timeline": [...], "iocs": [...],
 * "assets": [...], "evidences": [...], "notes": [...]}. TheHive: an object a case, with "title", "number", "startDate"
 * in ms, "observables".
 */
#include "base/hash.h"
#include "base/json.h"
#include "casework/casework_internal.h"

#include <stdio.h>

struct imported {
  char ref[48], source[96];
  vg_str title, description;
  vg_time opened;
};

static vg_str text_at(vg_jv v, const char *const *keys) {
  vg_str s;
  for (; *keys; keys++)
    if (vg_jv_str_at(v, *keys, &s) && s.n)
      return s;
  return VG_STR("");
}
#define TEXT_AT(v, ...) text_at((v), (const char *const[]){__VA_ARGS__, NULL})

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

/* RFC 3339, the same without a zone (taken as UTC, as DFIR-IRIS writes), or milliseconds. */
static vg_time time_at(vg_jv v, const char *const *keys) {
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
#define TIME_AT(v, ...) time_at((v), (const char *const[]){__VA_ARGS__, NULL})
#define ID_AT(v, out, ...) id_at((v), (const char *const[]){__VA_ARGS__, NULL}, (out), sizeof(out))

static vg_code read_head(const struct import_order *o, vg_jv root, struct imported *c, struct vg_err *err) {
  char id[32];
  bool iris = o->form == IMPORT_IRIS;
  vg_jv head = iris && vg_jv_type(vg_jv_at(root, "case")) == VG_J_OBJ ? vg_jv_at(root, "case") : root;
  bool known = iris ? ID_AT(head, id, "case_id", "id", "case_uuid") : ID_AT(head, id, "number", "caseId", "_id", "id");
  if (!known)
    return VG_FAIL(err, VG_EDATA, "casework.import_id");
  c->title = iris ? TEXT_AT(head, "case_name", "name", "title") : TEXT_AT(head, "title", "name");
  if (c->title.n == 0 || !vg_utf8_ok(c->title))
    return VG_FAIL(err, VG_EDATA, "casework.import_title", id);
  c->description = iris ? TEXT_AT(head, "case_description", "description") : TEXT_AT(head, "description", "summary");
  c->opened = iris ? TIME_AT(head, "open_date", "case_open_date", "initial_date")
                   : TIME_AT(head, "startDate", "_createdAt", "createdAt");
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
  *a = (struct affair){.pid = vg_id_new("case", now), .incident = pid, .org = o->org, .opened = at, .state = "open"};
  vg_str_copy(a->ref, sizeof a->ref, vg_str_z(c->ref));
  VG_TRY(store_insert(tx, &a->id,
                      "INSERT INTO casework_case (pid, ref, incident, frame, zone, tlp, opened) VALUES "
                      "($1,$2,$3,$4,$5,'AMBER+STRICT',$6) RETURNING id",
                      S_ARGS(S_Z(a->pid.s), S_Z(c->ref), S_INT(incident), S_Z(o->frame), S_Z(o->zone), S_TIME(at)),
                      err));
  VG_TRY(casework_case_own(tx, who, a, err));
  VG_TRY(store_exec(tx, "INSERT INTO casework_imported (case_id, source, raw) VALUES ($1,$2,$3)",
                    S_ARGS(S_INT(a->id), S_Z(c->source), S_BYTES(raw)), err));
  vg_sha256(raw.p, raw.n, hash);
  return LEDGER_TELL(tx, who, "case.imported", a->pid.s, err, "ref", c->ref, "source", c->source, "frame", o->frame,
                     "sha256", vg_hex(hex, hash, sizeof hash));
}

struct keeper {
  struct store_tx *tx;
  const struct actor *who;
  const struct affair *a;
  const struct imported *c;
};

static vg_code keep(const struct keeper *k, vg_str title, vg_str more, vg_time at, struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 20);
  vg_buf_str(&b, title);
  if (title.n && more.n)
    vg_buf_z(&b, "\n");
  vg_buf_str(&b, more);
  vg_str text = vg_str_trim(vg_buf_view(&b));
  char cut[4001];
  if (text.n > sizeof cut - 1) /* the whole stands in the raw object */
    text = vg_str_z(vg_str_copy(cut, sizeof cut, text));
  vg_code rc = vg_buf_check(&b, err);
  struct finding_entry f = {.type = VG_STR("imported"),
                            .text = text,
                            .source = vg_str_z(k->c->source),
                            .from = at != VG_NOTIME && at <= store_now(k->tx) ? at : VG_NOTIME,
                            .until = VG_NOTIME};
  if (rc == VG_OK && text.n)
    rc = casework_finding_put(k->tx, k->who, k->a, &f, err);
  vg_buf_fini(&b);
  return rc;
}

/* One list of the object: its members become findings. */
static vg_code keep_list(const struct keeper *k, vg_jv list, const char *const *title, const char *const *more,
                         const char *const *time, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  if (vg_jv_type(list) != VG_J_ARR)
    return VG_OK;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &v);)
    if (vg_jv_type(v) == VG_J_OBJ)
      VG_TRY(keep(k, text_at(v, title), text_at(v, more), time_at(v, time), err));
  return VG_OK;
}

static vg_code keep_lists(const struct keeper *k, vg_jv root, struct vg_err *err) {
  static const struct {
    const char *list[4], *title[4], *more[4], *time[4];
  } lists[] = {
      {{"timeline", "events"}, {"event_title"}, {"event_content", "event_raw"}, {"event_date_wtz", "event_date"}},
      {{"iocs", "ioc"}, {"ioc_value"}, {"ioc_description"}, {NULL}},
      {{"assets", "asset"}, {"asset_name"}, {"asset_description", "asset_ip"}, {NULL}},
      {{"evidences", "evidence"}, {"filename", "file_name"}, {"file_hash", "file_description"}, {"date_added"}},
      {{"notes", "note"}, {"note_title"}, {"note_content"}, {"note_lastupdate"}},
      {{"observables", "artifacts"}, {"data"}, {"message", "dataType"}, {"startDate", "_createdAt"}},
      {{"tasks", "task"}, {"title", "task_title"}, {"description", "task_description"}, {NULL}},
  };
  for (size_t i = 0; i < VG_COUNT(lists); i++)
    for (const char *const *name = lists[i].list; *name; name++)
      VG_TRY(keep_list(k, vg_jv_at(root, *name), lists[i].title, lists[i].more, lists[i].time, err));
  return VG_OK;
}

vg_code casework_import(struct store_tx *tx, const struct actor *who, const struct import_order *o, struct vg_json *j,
                        vg_str object, bool *added, struct vg_err *err) {
  struct imported c;
  struct affair a;
  vg_jv root;
  int64_t there;
  *added = false;
  VG_TRY(vg_json_parse(j, object, &root, err));
  if (vg_jv_type(root) != VG_J_OBJ)
    return VG_FAIL(err, VG_EDATA, "casework.import_object");
  VG_TRY(read_head(o, root, &c, err));
  VG_TRY(store_get_int(tx, &there, "SELECT COUNT(*) FROM casework_case WHERE ref = $1", S_ARGS(S_Z(c.ref)), err));
  if (there)
    return VG_OK;
  struct keeper k = {tx, who, &a, &c};
  VG_TRY(insert(tx, who, o, &c, object, &a, err));
  VG_TRY(keep(&k, VG_STR(""), c.description, c.opened, err));
  VG_TRY(keep_lists(&k, root, err));
  VG_TRY(casework_case_index(tx, a.id, err));
  *added = true;
  return VG_OK;
}

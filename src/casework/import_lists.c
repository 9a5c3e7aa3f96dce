/*
 * The lists of an exported case. What is told becomes findings; what is called an indicator of compromise (all of
 * DFIR-IRIS's "iocs", TheHive's observables with "ioc": true) also an indicator of the intelligence store, asserted by
 * the case, with its TLP, and a mark of the case; tasks become tasks.
 * Times: DFIR-IRIS keeps "event_date" in UTC beside "event_tz" and "event_date_wtz" (as typed in that zone); without a
 * zone the clock's is not known. A date without an hour is a day.
 */
#include <string.h>

#include "casework/import_internal.h"
#include "intel/intel.h"

/* --- what is told --- */

vg_code import_keep(const struct keeper *k, vg_str title, vg_str more, struct finding_entry *f, struct vg_err *err) {
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
  f->type = VG_STR("imported");
  f->text = text;
  f->source = vg_str_z(k->c->source);
  if (f->from != VG_NOTIME && f->from > store_now(k->tx)) {
    f->from = f->until = VG_NOTIME;
    f->precision = VG_STR("");
  }
  if (rc == VG_OK && text.n)
    rc = casework_finding_put(k->tx, k->who, k->a, f, err);
  vg_buf_fini(&b);
  return rc;
}

typedef vg_code member_fn(const struct keeper *k, vg_jv v, struct vg_err *err);

static vg_code each_of(const struct keeper *k, vg_jv root, const char *const *lists, member_fn *one,
                       struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  for (; *lists; lists++) {
    vg_jv list = vg_jv_at(root, *lists);
    if (vg_jv_type(list) != VG_J_ARR)
      continue;
    for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &v);)
      if (vg_jv_type(v) == VG_J_OBJ)
        VG_TRY(one(k, v, err));
  }
  return VG_OK;
}
#define EACH_OF(k, root, one, err, ...) each_of((k), (root), (const char *const[]){__VA_ARGS__, NULL}, (one), (err))

/* "2024-03-01": a day; "…T10:00:00" of a clock whose zone nobody wrote down; else as it stands. */
static void told_time(const struct keeper *k, vg_jv v, struct finding_entry *f) {
  vg_str written = k->form == IMPORT_IRIS ? TEXT_AT(v, "event_date", "event_date_wtz") : TEXT_AT(v, "date");
  vg_str zone = TEXT_AT(v, "event_tz");
  bool ends_in_zone = written.n > 11 && (written.p[written.n - 1] == 'Z' || written.p[written.n - 1] == 'z' ||
                                         vg_str_find_byte(written, '+', 11) != SIZE_MAX ||
                                         vg_str_find_byte(written, '-', 11) != SIZE_MAX);
  f->from = TIME_AT(v, "event_date", "event_date_wtz", "date", "startDate", "_createdAt");
  f->until = TIME_AT(v, "event_end_date", "endDate");
  if (f->from == VG_NOTIME || f->until != VG_NOTIME) {
    f->until = f->until != VG_NOTIME && f->until < f->from ? VG_NOTIME : f->until;
    return;
  }
  if (written.n == 10)
    f->precision = VG_STR("day");
  else if (written.n && zone.n == 0 && !ends_in_zone)
    f->precision = VG_STR("zone");
}

static vg_code event(const struct keeper *k, vg_jv v, struct vg_err *err) {
  struct finding_entry f = {.until = VG_NOTIME};
  told_time(k, v, &f);
  return import_keep(k, TEXT_AT(v, "event_title", "title"), TEXT_AT(v, "event_content", "event_raw", "description"), &f,
                     err);
}

static vg_code thing(const struct keeper *k, vg_jv v, struct vg_err *err) {
  struct finding_entry f = {.from = TIME_AT(v, "date_added", "note_lastupdate"), .until = VG_NOTIME};
  return import_keep(k, TEXT_AT(v, "asset_name", "filename", "file_name", "note_title"),
                     TEXT_AT(v, "asset_description", "asset_ip", "file_hash", "file_description", "note_content"), &f,
                     err);
}

/* --- indicators --- */

/* What MISP, which DFIR-IRIS follows, and TheHive call a type; "hash" and "ip" go by their form. */
static bool type_of(vg_str name, vg_str value, enum indicator_type *out) {
  static const struct {
    const char *name;
    enum indicator_type type;
  } known[] = {{"domain", TYPE_DOMAIN},
               {"hostname", TYPE_DOMAIN},
               {"fqdn", TYPE_DOMAIN},
               {"url", TYPE_URL},
               {"uri", TYPE_URL},
               {"email", TYPE_EMAIL},
               {"email-src", TYPE_EMAIL},
               {"email-dst", TYPE_EMAIL},
               {"mail", TYPE_EMAIL},
               {"md5", TYPE_MD5},
               {"sha1", TYPE_SHA1},
               {"sha256", TYPE_SHA256},
               {"sha512", TYPE_SHA512},
               {"filename", TYPE_FILE_NAME},
               {"mutex", TYPE_MUTEX},
               {"btc", TYPE_BTC},
               {"xmr", TYPE_XMR},
               {"vulnerability", TYPE_CVE},
               {"regkey", TYPE_REGISTRY},
               {"registry", TYPE_REGISTRY},
               {"user-agent", TYPE_USER_AGENT},
               {"user_agent", TYPE_USER_AGENT},
               {"AS", TYPE_ASN},
               {"autonomous-system", TYPE_ASN},
               {"mac-address", TYPE_MAC},
               {"iban", TYPE_IBAN},
               {"phone-number", TYPE_PHONE},
               {"ssdeep", TYPE_SSDEEP},
               {"tlsh", TYPE_TLSH},
               {"imphash", TYPE_IMPHASH}};
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eqz(name, known[i].name)) {
      *out = known[i].type;
      return true;
    }
  bool by_form = vg_str_eqz(name, "hash") || vg_str_starts(name, VG_STR("ip")) || name.n == 0;
  return by_form && intel_type_of(value, out);
}

struct indicators {
  const struct keeper *k;
  struct vg_buf csv; /* value,type,tlp,description */
  int64_t n;
};

static void csv_cell(struct vg_buf *b, vg_str s, char after) {
  vg_buf_byte(b, '"');
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      vg_buf_byte(b, '"');
    vg_buf_byte(b, (unsigned char)((unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i]));
  }
  vg_buf_byte(b, '"');
  vg_buf_byte(b, (unsigned char)after);
}

/* IRIS writes its name; TheHive a number, whose 3 was RED before it became AMBER+STRICT: the stricter. */
static vg_str tlp_of(vg_jv v) {
  static const char *const numbered[] = {"CLEAR", "GREEN", "AMBER", "RED", "RED"};
  enum tlp level;
  int64_t n;
  vg_str name = TEXT_AT(v, "tlp_name", "ioc_tlp");
  if (name.n && intel_tlp_by_name(name, &level))
    return name;
  return vg_jv_i64_at(v, "tlp", &n) && n >= 0 && n < (int64_t)VG_COUNT(numbered) ? vg_str_z(numbered[n]) : VG_STR("");
}

static vg_code one_indicator(struct indicators *l, vg_jv v, vg_str name, vg_str value, struct vg_err *err) {
  enum indicator_type t;
  struct vg_buf normal;
  vg_code rc = VG_OK;
  vg_buf_init(&normal, 8192);
  if (type_of(name, value, &t) && intel_normalise(t, value, &normal)) {
    vg_str type = vg_str_z(intel_type_name(t));
    csv_cell(&l->csv, vg_buf_view(&normal), ',');
    csv_cell(&l->csv, type, ',');
    csv_cell(&l->csv, tlp_of(v), ',');
    csv_cell(&l->csv, vg_str_sub(TEXT_AT(v, "ioc_description", "message"), 0, 500), '\n');
    l->n++;
    rc = casework_mark_add(l->k->tx, l->k->who, l->k->a->id, type, vg_buf_view(&normal), l->k->a->pid.s, err);
  }
  vg_buf_fini(&normal);
  return rc;
}

/* "domain|ip" "evil.example|198.51.100.7": two. */
static vg_code indicator(struct indicators *l, vg_jv v, struct vg_err *err) {
  vg_str type = TEXT_AT(v, "type_name", "ioc_type", "dataType"), value = TEXT_AT(v, "ioc_value", "data"), t, one;
  bool ioc = true;
  if (vg_jv_type(vg_jv_at(v, "ioc_type")) == VG_J_OBJ)
    type = TEXT_AT(vg_jv_at(v, "ioc_type"), "type_name");
  if (l->k->form == IMPORT_THEHIVE && (!vg_jv_bool(vg_jv_at(v, "ioc"), &ioc) || !ioc))
    return VG_OK;
  if (vg_str_find_byte(type, '|', 0) == SIZE_MAX)
    return one_indicator(l, v, type, value, err);
  while (vg_str_cut(&type, '|', &t) && vg_str_cut(&value, '|', &one))
    VG_TRY(one_indicator(l, v, t, one, err));
  return VG_OK;
}

static vg_code observable(const struct keeper *k, vg_jv v, struct vg_err *err) {
  struct finding_entry f = {.from = TIME_AT(v, "startDate", "_createdAt"), .until = VG_NOTIME};
  return import_keep(k, TEXT_AT(v, "ioc_value", "data"), TEXT_AT(v, "ioc_description", "message", "dataType"), &f, err);
}

static vg_code indicators(const struct keeper *k, vg_jv root, struct vg_err *err) {
  static const char *const lists[] = {"iocs", "ioc", "observables", "artifacts"};
  struct indicators l = {.k = k};
  struct vg_jit it;
  vg_jv v;
  vg_code rc = VG_OK;
  vg_buf_init(&l.csv, 64 << 20);
  vg_buf_z(&l.csv, "value,type,tlp,description\n");
  for (size_t i = 0; i < VG_COUNT(lists) && rc == VG_OK; i++) {
    vg_jv list = vg_jv_at(root, lists[i]);
    if (vg_jv_type(list) != VG_J_ARR)
      continue;
    for (vg_jit_init(&it, list); rc == VG_OK && vg_jit_next(&it, NULL, &v);)
      if (vg_jv_type(v) == VG_J_OBJ)
        rc = indicator(&l, v, err);
  }
  struct intel_import in = {
      .path = k->c->ref, .text = vg_buf_view(&l.csv), .source = k->c->source, .format = FORMAT_CSV};
  if (rc == VG_OK)
    rc = vg_buf_check(&l.csv, err);
  if (rc == VG_OK && l.n)
    rc = intel_import(k->tx, k->who, &in, err);
  vg_buf_fini(&l.csv);
  return rc;
}

/* --- tasks --- */

/* What the other system says of it; "" is to do. */
static const char *state_of(vg_str s) {
  static const struct {
    const char *said, *state;
  } known[] = {{"in progress", "doing"}, {"inprogress", "doing"}, {"done", "done"},        {"completed", "done"},
               {"closed", "done"},       {"cancel", "dropped"},   {"canceled", "dropped"}, {"cancelled", "dropped"}};
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eq_ci(s, vg_str_z(known[i].said)))
      return known[i].state;
  return "";
}

static vg_code task(const struct keeper *k, vg_jv v, struct vg_err *err) {
  vg_str said = TEXT_AT(v, "task_status", "status_name", "status"),
         what = vg_str_trim(TEXT_AT(v, "task_title", "title"));
  char words[501], owner[161];
  struct task t = {.about = vg_id_str(&k->a->pid),
                   .label = vg_str_z(k->a->ref),
                   .case_id = k->a->id,
                   .due = TIME_AT(v, "dueDate", "task_due_date")};
  t.what = vg_str_z(vg_str_copy(words, sizeof words, what));
  t.owner = vg_str_z(vg_str_copy(owner, sizeof owner, TEXT_AT(v, "assigned_to", "assignee", "owner")));
  if (what.n == 0)
    return VG_OK;
  VG_TRY(casework_task_add(k->tx, k->who, &t, err));
  vg_str description = TEXT_AT(v, "task_description", "description");
  struct finding_entry f = {.from = VG_NOTIME, .until = VG_NOTIME};
  if (description.n)
    VG_TRY(import_keep(k, t.what, description, &f, err));
  const char *state = state_of(said);
  return *state ? casework_task_set(k->tx, k->who, vg_id_str(&t.pid), vg_str_z(state), vg_str_sub(said, 0, 100), err)
                : VG_OK;
}

vg_code import_lists(const struct keeper *k, vg_jv root, struct vg_err *err) {
  VG_TRY(EACH_OF(k, root, event, err, "timeline", "events", "customEvents"));
  VG_TRY(EACH_OF(k, root, observable, err, "iocs", "ioc", "observables", "artifacts"));
  VG_TRY(EACH_OF(k, root, thing, err, "assets", "asset", "evidences", "evidence", "notes", "note"));
  VG_TRY(indicators(k, root, err));
  return EACH_OF(k, root, task, err, "tasks", "task");
}

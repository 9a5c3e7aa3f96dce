/* What indicators' patterns do here: searched for, run over files, or only kept; and how many no pack holds a value of.
 */
#include "intel/rule.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/rd.h"

static bool is_checked(vg_str language) {
  static const char *const checked[] = {"sigma", "snort", "suricata", "pcre"};
  for (size_t i = 0; i < VG_COUNT(checked); i++)
    if (vg_str_eqz(language, checked[i]))
      return true;
  return false;
}

static enum intel_use use_of(vg_str language, bool broken) {
  return broken                         ? USE_BROKEN
         : vg_str_eqz(language, "stix") ? USE_OBSERVED
         : vg_str_eqz(language, "yara") ? USE_FILES
         : is_checked(language)         ? USE_KEPT
                                        : USE_UNREAD;
}

/* --- counting --- */

static bool is_among(vg_str list, vg_str word) {
  vg_str one;
  while (list.p && vg_str_cut(&list, ',', &one))
    if (vg_str_eq(vg_str_trim(one), word))
      return true;
  return false;
}

static void name(struct intel_uses *u, vg_str language) {
  const size_t n = strlen(u->languages);
  if (is_among(vg_str_z(u->languages), language) || n + language.n + 3 > sizeof u->languages)
    return;
  snprintf(u->languages + n, sizeof u->languages - n, "%s%.*s", n ? ", " : "", (int)language.n, language.p);
}

void uses_add(struct intel_uses *u, vg_str language, bool broken, int64_t n) {
  const enum intel_use use = use_of(language, broken);
  u->n[use] += n;
  if (use == USE_KEPT || use == USE_UNREAD)
    name(u, language);
}

vg_code intel_uses_count(struct store_tx *tx, struct intel_uses *out, struct vg_err *err) {
  struct store_rows *q;
  *out = (struct intel_uses){0};
  VG_TRY(
      store_query(tx, &q,
                  "SELECT r.target, r.role, COUNT(*) FROM intel_ref r JOIN intel_node o ON o.id = r.object WHERE "
                  "r.role IN ('pattern_type', 'broken') AND o.latest > 0 AND o.revoked = 0 AND (o.valid_until IS NULL "
                  "OR o.valid_until > $1) AND EXISTS (SELECT 1 FROM intel_v_live l WHERE l.object = o.id) "
                  "GROUP BY r.target, r.role ORDER BY r.target, r.role",
                  S_ARGS(S_TIME(store_now(tx))), err));
  while (store_next(q))
    uses_add(out, store_str(q, 0), vg_str_eqz(store_str(q, 1), "broken"), store_int(q, 2));
  return store_done(&q, err);
}

void intel_uses_say(const struct intel_uses *u, intel_use_say *say, void *ctx) {
  const int64_t kept = u->n[USE_KEPT] + u->n[USE_UNREAD];
  if (u->n[USE_BROKEN])
    say(ctx, "intel.count.broken", VG_N(u->n[USE_BROKEN]), "");
  if (u->n[USE_OBSERVED])
    say(ctx, "intel.count.observed", VG_N(u->n[USE_OBSERVED]), "");
  if (u->n[USE_FILES])
    say(ctx, "intel.count.files", VG_N(u->n[USE_FILES]), "");
  if (kept)
    say(ctx, "intel.count.kept", VG_N(kept), u->languages);
}

/* --- of one object --- */

static vg_code count_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  int64_t *n = ctx;
  (void)type, (void)value, (void)err;
  ++*n;
  return VG_OK;
}

static vg_code tell_fault(void *ctx, size_t rule, const struct intel_rule_fault *f, struct vg_err *err) {
  struct vg_err *why = ctx;
  (void)rule, (void)err;
  if (!why->n)
    (void)!rule_fault(f, why);
  return VG_OK;
}

/* The reason is not kept: it is found again, in the cell if need be. */
static vg_code reason(vg_str language, vg_str pattern, struct vg_err *why, struct vg_err *err) {
  struct vg_buf text;
  if (!pattern.p || !vg_str_eqz(language, "yara")) {
    (void)!(!pattern.p                     ? VG_FAIL(why, VG_EDATA, "intel.pattern_none")
            : vg_str_eqz(language, "stix") ? intel_pattern_check(pattern, why)
                                           : rule_form(language, pattern, why));
    return VG_OK;
  }
  vg_buf_init(&text, INPUT_ELEMENT_MAX);
  vg_wr_text(&text, pattern);
  vg_code rc = vg_buf_check(&text, err);
  if (rc == VG_OK)
    rc = rule_compile(vg_buf_view(&text), NULL, tell_fault, why, err);
  vg_buf_fini(&text);
  return rc;
}

static vg_code judge(struct store_tx *tx, const struct intel_object *o, vg_str language, vg_str pattern,
                     struct intel_used *u, struct vg_err *err) {
  static const char *const said[INTEL_USE_KINDS] = {
      NULL, NULL, "intel.use.observed", "intel.use.files", "intel.use.kept", "intel.use.unread", "intel.use.broken"};
  int64_t broken = 0, values = 0;
  VG_TRY(store_get_int(tx, &broken, "SELECT COUNT(*) FROM intel_ref WHERE object = $1 AND role = 'broken'",
                       S_ARGS(S_INT(o->row)), err));
  u->use = use_of(language, broken > 0);
  if (broken)
    VG_TRY(reason(language, pattern, &u->said, err));
  if (u->use == USE_OBSERVED)
    VG_TRY(intel_object_values(o->json, count_value, &values, err));
  if (values)
    u->use = USE_LISTED;
  if (said[u->use])
    (void)VG_FAIL(&u->said, VG_EDATA, said[u->use], VG_T(language));
  return VG_OK;
}

vg_code intel_use_of(struct store_tx *tx, const struct intel_object *o, struct intel_used *out, struct vg_err *err) {
  struct vg_json *json;
  vg_str written = VG_STR("stix"), pattern = VG_NOSTR;
  vg_jv root;
  *out = (struct intel_used){.use = USE_NONE};
  if (!vg_str_eqz(o->type, "indicator"))
    return VG_OK;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, o->json, &root, err);
  if (rc == VG_OK) {
    (void)vg_jv_str_at(root, "pattern_type", &written);
    (void)vg_jv_str_at(root, "pattern", &pattern);
    rc = judge(tx, o, written, pattern, out, err);
  }
  vg_json_free(json);
  return rc;
}

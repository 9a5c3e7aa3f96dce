/* Sightings between instances: what was seen at a company, report by report, and reports that were withdrawn. What an
 * analysis found travels with it (analysis room); its withdrawal, as any other. */
#include "base/jsonw.h"
#include "intel/intel_internal.h"

enum { PART = 200 << 10 }; /* of an event's body, then the next one begins */

bool sighting_travels(vg_str report) { return vg_id_ok(report) && !vg_str_eqz(vg_id_kind(report), "analysis"); }

/* --- away --- */

void intel_sightings_begin(struct sightings_told *t) {
  t->open = false;
  vg_buf_init(&t->body, MERGE_LINE_MAX / 2);
}

static vg_code open_part(struct store_tx *tx, struct sightings_told *t, const struct sighting *s, struct vg_err *err) {
  t->open = true;
  t->org = s->org;
  vg_str_copy(t->report, sizeof t->report, s->report);
  vg_buf_reset(&t->body);
  vg_jw_init(&t->w, &t->body);
  vg_jw_obj(&t->w);
  vg_jw_key(&t->w, "organisation");
  VG_TRY(territory_org_json(tx, s->org, &t->w, err));
  vg_jw_key(&t->w, "seen");
  vg_jw_arr(&t->w);
  return VG_OK;
}

static vg_code close_part(struct store_tx *tx, const struct actor *who, struct sightings_told *t, struct vg_err *err) {
  if (!t->open)
    return VG_OK;
  t->open = false;
  vg_jw_end(&t->w);
  vg_jw_end(&t->w);
  VG_TRY(vg_buf_check(&t->body, err));
  return merge_note(tx, who, SIGHTING_SEEN, t->report, vg_buf_view(&t->body), err);
}

vg_code intel_sightings_end(struct store_tx *tx, const struct actor *who, struct sightings_told *t, vg_code rc,
                            struct vg_err *err) {
  if (rc == VG_OK)
    rc = close_part(tx, who, t, err);
  vg_buf_fini(&t->body);
  return rc;
}

static void put_time(struct vg_jw *w, const char *key, vg_time at) {
  if (at != VG_NOTIME)
    vg_jw_kint(w, key, at);
}

static bool plain(vg_str s) { return vg_utf8_ok(s) && vg_str_find_byte(s, '\0', 0) == SIZE_MAX; }

static vg_code add(struct store_tx *tx, const struct actor *who, struct sightings_told *t, const struct sighting *s,
                   vg_str value, struct vg_err *err) {
  if (t->open && (t->org != s->org || !vg_str_eqz(s->report, t->report)))
    VG_TRY(close_part(tx, who, t, err));
  if (!t->open)
    VG_TRY(open_part(tx, t, s, err));
  vg_jw_obj(&t->w);
  vg_jw_kz(&t->w, "type", intel_type_name(s->type));
  vg_jw_kstr(&t->w, "value", value);
  vg_jw_kstr(&t->w, "place", !s->where.p ? VG_STR("") : plain(s->where) ? s->where : VG_STR("?"));
  put_time(&t->w, "first", s->first);
  put_time(&t->w, "last", s->last);
  vg_jw_kint(&t->w, "count", s->count);
  vg_jw_end(&t->w);
  return t->body.n > PART ? close_part(tx, who, t, err) : VG_OK;
}

vg_code sighting_told(struct store_tx *tx, const struct actor *who, struct sightings_told *told,
                      const struct sighting *s, vg_str value, struct vg_err *err) {
  struct sightings_told one;
  if (!sighting_travels(s->report) || !plain(value))
    return VG_OK;
  if (told)
    return add(tx, who, told, s, value, err);
  intel_sightings_begin(&one);
  return intel_sightings_end(tx, who, &one, add(tx, who, &one, s, value, err), err);
}

/* --- and back --- */

static bool time_at(vg_jv item, const char *key, vg_time *t) {
  *t = VG_NOTIME;
  return vg_jv_type(vg_jv_at(item, key)) == VG_J_MISSING || vg_jv_i64_at(item, key, t);
}

static vg_code take(struct store_tx *tx, const struct merge_event *e, int64_t org, vg_jv item, struct vg_err *err) {
  struct sighting s = {.org = org, .report = e->subject};
  struct vg_buf spelt;
  vg_str type;
  bool ok = vg_jv_str_at(item, "type", &type) && intel_type_by_name(type, &s.type) &&
            merge_text(item, "value", INTEL_VALUE_MAX, &s.value) && merge_text(item, "place", 1 << 16, &s.where) &&
            time_at(item, "first", &s.first) && time_at(item, "last", &s.last) &&
            vg_jv_i64_at(item, "count", &s.count) && s.count > 0 && s.count < INT64_MAX / 4;
  vg_buf_init(&spelt, 1 << 16);
  ok = ok && intel_normalise(s.type, s.value, &spelt) && vg_str_eq(vg_buf_view(&spelt), s.value);
  vg_buf_fini(&spelt);
  return ok ? sighting_put(tx, &s, s.value, err) : VG_FAIL(err, VG_EDATA, "intel.event", VG_N(e->seq));
}

static vg_code seen_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err) {
  struct org o;
  struct vg_jit it;
  vg_jv item;
  if (!sighting_travels(e->subject))
    return VG_FAIL(err, VG_EDATA, "intel.event", VG_N(e->seq));
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "organisation"), &o, err));
  VG_TRY(territory_access(tx, who, o.id, err));
  for (vg_jit_init(&it, vg_jv_at(e->body, "seen")); vg_jit_next(&it, NULL, &item);)
    VG_TRY(take(tx, e, o.id, item, err));
  return VG_OK;
}

/* Known here from now on, whenever it was said: what was counted before stays what it was. */
static vg_code withdrawn_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                             struct vg_err *err) {
  (void)who;
  return store_exec(tx,
                    "UPDATE intel_sighting SET withdrawn = 1, withdrawn_at = $2 WHERE report = $1 AND withdrawn = 0",
                    S_ARGS(S_STR(v->subject), S_TIME(store_now(tx))), err);
}

vg_code intel_sightings_withdrawn(struct store_tx *tx, vg_str report, struct vg_err *err) {
  return merge_put_again(tx, withdrawn_put,
                         "SELECT DISTINCT subject FROM merge_v_version WHERE subject = $1 AND field = 'withdrawn'",
                         S_ARGS(S_STR(report)), err);
}

/* --- what older versions recorded --- */

static vg_code adopt_report(struct store_tx *tx, const struct actor *who, vg_str report, int64_t org,
                            struct vg_err *err) {
  struct sightings_told t;
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT type, value, place, first_seen, last_seen, count FROM intel_sighting WHERE report = $1 AND "
                  "org = $2 ORDER BY id",
                  S_ARGS(S_STR(report), S_INT(org)), err));
  intel_sightings_begin(&t);
  while (rc == VG_OK && store_next(q)) {
    struct sighting s = {.org = org,
                         .report = report,
                         .where = store_str(q, 2),
                         .first = store_time(q, 3),
                         .last = store_time(q, 4),
                         .count = store_int(q, 5)};
    if (intel_type_by_name(store_str(q, 0), &s.type))
      rc = sighting_told(tx, who, &t, &s, store_str(q, 1), err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return intel_sightings_end(tx, who, &t, rc == VG_OK ? ended : rc, err);
}

static vg_code adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct vg_buf reports;
  vg_str rest, line, org;
  bool told;
  int64_t id;
  vg_buf_init(&reports, 64 << 20);
  vg_code rc =
      store_get_lines(tx, &reports,
                      "SELECT DISTINCT CAST(org AS TEXT) || ' ' || report FROM intel_sighting WHERE report NOT "
                      "LIKE 'analysis--%' ORDER BY 1",
                      S_NOARGS, err);
  for (rest = vg_buf_view(&reports); rc == VG_OK && vg_str_line(&rest, &line);) {
    if (!vg_str_cut(&line, ' ', &org) || !vg_str_i64(org, &id) || !vg_id_ok(line))
      continue;
    rc = merge_is_told(tx, SIGHTING_SEEN, line, &told, err);
    if (rc == VG_OK && !told) {
      rc = adopt_report(tx, who, line, id, err);
      ++*count;
    }
  }
  vg_buf_fini(&reports);
  return rc;
}

static vg_code adopt_withdrawn(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct vg_buf reports;
  vg_str rest, line;
  char report[VG_ID_MAX];
  vg_buf_init(&reports, 64 << 20);
  vg_code rc = store_get_lines(
      tx, &reports,
      "SELECT DISTINCT report FROM intel_sighting s WHERE withdrawn = 1 AND NOT EXISTS (SELECT 1 FROM merge_v_version v WHERE v.subject = "
      "s.report AND v.field = 'withdrawn') ORDER BY report",
      S_NOARGS, err);
  for (rest = vg_buf_view(&reports); rc == VG_OK && vg_str_line(&rest, &line);)
    if (vg_id_ok(line)) {
      rc = merge_change(tx, who, SIGHTING_WITHDRAWN, vg_str_copy(report, sizeof report, line), "withdrawn", VG_STR(""),
                        NULL, err);
      ++*count;
    }
  vg_buf_fini(&reports);
  return rc;
}

const struct merge_kind intel_merges[] = {{.kind = SIGHTING_SEEN, .apply = seen_there, .adopt = adopt},
                                          {.kind = SIGHTING_WITHDRAWN, .put = withdrawn_put, .adopt = adopt_withdrawn},
                                          {.kind = NULL}};

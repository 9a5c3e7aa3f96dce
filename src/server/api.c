#include "server/server_internal.h"

#include <string.h>

#include "base/jsonw.h"

/*
 * /api/v1/NAME: what the pages show, as JSON, read-only, with the login of the pages.
 *   {"data":[{...},...],"next":"..."}   next: to be given as ?after=, null at the end; ?limit= at most 1000.
 * Lists of affairs hold one regime, ?regime=prevention when nothing is asked ("regime" in the answer). "investigation"
 * asks for a motive once in twelve hours (?motive=..., or given on a page), "both" each hour; the journal keeps them.
 * Keys are English and stay; times are RFC 3339 UTC; codes are those of the command line. One line a list: columns are
 * name:kind (s text, i number, t time, b yes or no, x marking), the first is the key that lists are cut by and ordered.
 */
struct list {
  const char *name, *columns, *sql; /* $1 after, $2 limit, what SEEN_ARGS gives, $7 the regime */
  enum {
    PLAIN,
    AFFAIRS,
    FLAGRANCES,
    VALUES
  } of; /* AFFAIRS, FLAGRANCES: of one regime or the other; FLAGRANCES: $8 how long a flagrance lasts, $9 what of it is
           to be revalidated; VALUES: $8 ends the page (intel_values_page) */
};

/* Who asks and when: $3 to $6. Of cases, of organisations, of nobody's. */
#define OF_CASE SEEN("c", "$3", "$4", "$5", "$6") " AND " CASEWORK_OF_REGIME("c", "$7")
#define OF_INCIDENT INCIDENT_SEEN("i", "$3", "$4", "$5", "$6") " AND " CASEWORK_INCIDENT_OF_REGIME("i.id", "$7")
#define REGIME_OF_CASE "CASE WHEN c.frame = 'prevention' THEN 'prevention' ELSE 'investigation' END"
#define REGIME_OF_INCIDENT "CASE WHEN " CASEWORK_INQUIRY("i.id") " THEN 'investigation' ELSE 'prevention' END"
#define APART(org) TERRITORY_NO_CONFLICT(org, "$3", "$6") " AND $4 = $4 AND $7 = $7 AND (" org " = $5 OR $5 = 0)"
#define ANYBODY " AND $3 = $3 AND $4 = $4 AND $5 = $5 AND $6 = $6 AND $7 = $7"
/* A clock goes by its incident's id, which the index knows, and its code. */
#define PID_OF_INCIDENT "46"
#define CUT(key) " ORDER BY " key " LIMIT $2"

static const struct list lists[] = {
    {"analyses", "id:s case:s exhibit:s files:i deleted:i bytes:i hits:i problems:i made:t regime:s",
     "SELECT a.pid, a.case_ref, a.exhibit_ref, a.files, a.deleted, a.bytes, a.hits, a.problems, a.made, " REGIME_OF_CASE
     " FROM "
     "analysis_v_run a JOIN casework_v_case c ON "
     "c.ref = a.case_ref WHERE a.pid > $1" OF_CASE CUT("a.pid"),
     AFFAIRS},
    {"cases", "ref:s id:s incident:s organisation:s frame:s zone:s tlp:s opened:t regime:s",
     "SELECT c.ref, c.pid, c.incident, c.org_name, c.frame, c.zone, c.tlp, c.opened, " REGIME_OF_CASE
     " FROM casework_v_case c WHERE c.ref "
     "> $1" OF_CASE CUT("c.ref"),
     AFFAIRS},
    {"clocks", "id:s delay:s due:t state:s done:t regime:s to_check:s",
     "SELECT k.incident_pid || '/' || k.code, k.code, k.due, k.state, k.done, " REGIME_OF_INCIDENT
     ", k.doubt FROM casework_v_incident i "
     "JOIN casework_v_clock_full k ON k.incident = i.id WHERE i.pid >= SUBSTR($1, 1, " PID_OF_INCIDENT ") AND "
     "k.incident_pid || '/' || k.code > $1" OF_INCIDENT CUT("i.pid, k.code"),
     AFFAIRS},
    {"exhibits", "ref:s id:s case:s description:s medium:s serial:s seal:s received:t regime:s",
     "SELECT e.ref, e.pid, e.case_ref, e.description, e.medium, e.serial, e.seal, e.received, " REGIME_OF_CASE
     " FROM casework_v_exhibit e "
     "JOIN casework_v_case c ON c.id = "
     "e.case_id WHERE e.ref > $1" OF_CASE CUT("e.ref"),
     AFFAIRS},
    {"flagrances", "case:s id:s first:t due:t prolonged:b state:s regime:s to_check:s",
     "SELECT c.ref, c.pid, f.first, COALESCE(f.prolonged, f.first + $8), CASE WHEN f.prolonged IS NULL THEN 0 ELSE 1 "
     "END, f.state, 'investigation', $9 FROM casework_v_flagrance f JOIN casework_v_case c ON c.id = f.case_id WHERE "
     "c.ref > $1" OF_CASE CUT("c.ref"),
     FLAGRANCES},
    {"images", "id:s case:s exhibit:s bytes:i segments:i md5:s sha1:s sha256:s bad_sectors:i made:t regime:s",
     "SELECT m.pid, m.case_ref, m.exhibit_ref, m.bytes, m.segments, m.md5, m.sha1, m.sha256, m.bad_sectors, m.made, " REGIME_OF_CASE
     " "
     "FROM evidence_v_image m LEFT JOIN (SELECT DISTINCT k.* FROM evidence_v_image x JOIN casework_v_case k ON k.ref = "
     "x.case_ref) c ON c.ref = m.case_ref WHERE m.pid > $1 AND (c.id IS NULL OR (1 = 1" OF_CASE "))" CUT("m.pid"),
     AFFAIRS},
    {"incidents", "id:s organisation:s zone:s kind:s summary:s happened:t known:t reported:t regime:s",
     "SELECT i.pid, i.org_name, i.zone, i.kind, i.summary, " CASEWORK_TIME_TOLD(
         "i.id", "happened",
         "i.happened") ", " CASEWORK_TIME_TOLD("i.id", "known", "i.known") ", i.reported, " REGIME_OF_INCIDENT
                                                                           " FROM casework_v_incident i "
                                                                           "WHERE i.pid > $1" OF_INCIDENT CUT("i.pid"),
     AFFAIRS},
    {"indicators", "value:s type:s assertions:i tlp:x sources:i",
     "SELECT value, MIN(type), COUNT(*), MAX(tlp), COUNT(DISTINCT source) FROM intel_v_value WHERE value > $1 AND "
     "value <= $8" ANYBODY " GROUP BY value" CUT("value"),
     VALUES},
    {"organisations", "id:s name:s kind:s siren:s naf:s size:s department:s zone:s",
     "SELECT o.pid, o.name, o.kind, o.siren, o.naf, o.size, o.department, o.zone FROM territory_v_org o WHERE o.pid > "
     "$1" APART("o.id") CUT("o.pid"),
     PLAIN},
    {"requisitions", "id:s act:s case:s addressee:s object:s article:s due:t late:b state:s regime:s",
     "SELECT a.pid, a.ref, a.case_ref, a.addressee, a.object, a.article, a.due, CASE WHEN a.due < $6 THEN 1 ELSE 0 END, "
     "a.state, " REGIME_OF_CASE
     " FROM casework_v_act_waits v JOIN casework_v_act a ON a.id = v.id JOIN casework_v_case c "
     "ON c.id = a.case_id WHERE a.pid > $1" OF_CASE CUT("a.pid"),
     AFFAIRS},
    {"warnings",
     "id:s level:i state:s about:s about_type:s organisations:i zones:i first_seen:t last_seen:t raised:t expires:t "
     "withdrawn:t",
     "SELECT w.pid, w.level, w.state, w.about, w.about_type, w.organisations, w.zones, w.first_seen, w.last_seen, "
     "w.raised, w.expires, w.withdrawn FROM "
     "anticipate_v_warning w WHERE w.pid > $1" ANYBODY CUT("w.pid"),
     PLAIN},
    {"zones", "code:s name_fr:s name_en:s seat:s overseas:b",
     "SELECT code, name_fr, name_en, seat, overseas FROM territory_v_zone WHERE code > $1" ANYBODY CUT("code"), PLAIN},
};

static void column(struct vg_jw *w, struct store_rows *q, int at, vg_str spec) {
  char name[32];
  size_t colon = vg_str_find_byte(spec, ':', 0);
  vg_str_copy(name, sizeof name, vg_str_sub(spec, 0, colon));
  vg_jw_key(w, name);
  if (store_is_null(q, at)) {
    vg_jw_null(w);
    return;
  }
  switch (spec.p[colon + 1]) {
  case 'i': vg_jw_int(w, store_int(q, at)); break;
  case 't': vg_jw_time(w, store_time(q, at)); break;
  case 'b': vg_jw_bool(w, store_int(q, at) != 0); break;
  case 'x': vg_jw_z(w, intel_tlp_name((enum tlp)store_int(q, at))); break;
  default: vg_jw_str(w, store_str(q, at));
  }
}

/* The regime asked for; *ok false: the refusal is written, which says what to send. A motive that is given, and what it
 * is given for, goes into the journal before the list leaves. */
static vg_code regime_of(struct request *r, enum regime *of, bool *ok, struct vg_err *err) {
  char name[24], motive[sizeof r->consult.motive];
  bool asks = false;
  *ok = casework_regime_by_name(vg_str_z(*asked(r, "regime", name, sizeof name) ? name : "prevention"), of) &&
        *of != REGIME_ANY;
  if (!*ok) {
    api_problem(r, 422, "regime is prevention, investigation or both");
    return VG_OK;
  }
  if (*of == REGIME_PREVENTION)
    return VG_OK;
  bool given = vg_str_trim(vg_str_z(asked(r, "motive", motive, sizeof motive))).n > 0;
  VG_TRY(consult_many(r, &asks, err));
  bool both = *of == REGIME_BOTH && casework_combined(r->tx, &r->who, r->who.id.s, NULL) != VG_OK;
  if ((asks || both) && given)
    consult_given(r, motive, both);
  else if (asks || both) {
    *ok = false;
    api_problem(
        r, 403,
        both ? "regime=both asks for a motive, which the journal keeps: add &motive=..."
             : "inquiries are shown for a reason, which the journal keeps: add &motive=... (once in twelve hours)");
  }
  return VG_OK;
}

/* What a list asks for beyond what all do. */
static vg_code own_args(struct request *r, const struct list *l, const char *after, int64_t limit, struct vg_buf *last,
                        struct store_arg out[static 2], size_t *n, struct vg_err *err) {
  struct frame_rule rule;
  *n = 0;
  if (l->of == VALUES) {
    VG_TRY(intel_values_page(r->tx, "", vg_str_z(after), limit, last, err));
    out[(*n)++] = S_STR(vg_buf_view(last));
  } else if (l->of == FLAGRANCES && casework_frame_rule(VG_STR("flagrance"), &rule)) {
    out[(*n)++] = S_INT(rule.hours * VG_HOUR);
    out[(*n)++] = S_STR(rule.doubt);
  }
  return VG_OK;
}

static vg_code write_list(struct request *r, const struct list *l, struct vg_err *err) {
  enum { LIMIT = 100, LIMIT_MAX = 1000 };
  char after[2048], limit_text[8];
  int64_t limit, rows = 0;
  struct store_rows *q;
  struct vg_buf last;
  struct vg_jw w;
  enum regime of = REGIME_ANY;
  bool ok = true;
  bool affairs = l->of == AFFAIRS || l->of == FLAGRANCES;
  if (affairs)
    VG_TRY(regime_of(r, &of, &ok, err));
  if (!ok)
    return VG_OK;
  asked(r, "after", after, sizeof after);
  if (!vg_str_i64(vg_str_z(asked(r, "limit", limit_text, sizeof limit_text)), &limit) || limit < 1 || limit > LIMIT_MAX)
    limit = LIMIT;
  vg_buf_init(&last, 1 << 16);
  struct store_arg args[] = {S_Z(after), S_INT(limit), SEEN_ARGS(r), S_INT(of), S_NULL, S_NULL};
  size_t own = 0, all = VG_COUNT(args) - 2;
  vg_code rc = own_args(r, l, after, limit, &last, &args[all], &own, err);
  if (rc == VG_OK)
    rc = store_query(r->tx, &q, l->sql, (struct store_args){args, all + own}, err);
  if (rc != VG_OK) {
    vg_buf_fini(&last);
    return rc;
  }
  vg_jw_init(&w, &r->out);
  vg_jw_obj(&w);
  vg_jw_key(&w, "data");
  vg_jw_arr(&w);
  for (; store_next(q); rows++) {
    vg_str specs = vg_str_z(l->columns), spec;
    vg_jw_obj(&w);
    for (int i = 0; vg_str_cut(&specs, ' ', &spec); i++)
      column(&w, q, i, spec);
    vg_jw_end(&w);
    vg_buf_reset(&last);
    vg_buf_str(&last, store_str(q, 0));
  }
  vg_jw_end(&w);
  if (affairs)
    vg_jw_kz(&w, "regime", casework_regime_name(of));
  vg_jw_key(&w, "next");
  if (rows == limit)
    vg_jw_str(&w, vg_buf_view(&last));
  else
    vg_jw_null(&w);
  vg_jw_end(&w);
  vg_buf_byte(&r->out, '\n');
  vg_buf_fini(&last);
  return store_done(&q, err);
}

static vg_code show(struct request *r, struct vg_err *err) {
  r->type = "application/json";
  for (size_t i = 0; i < VG_COUNT(lists); i++)
    if (!strcmp(r->rest, lists[i].name))
      return write_list(r, &lists[i], err);
  return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
}

void api_problem(struct request *r, unsigned status, const char *what) {
  vg_buf_reset(&r->out);
  r->status = status;
  r->type = "application/json";
  vg_buf_fmt(&r->out, "{\"error\":\"%s\"}\n", what);
}

const struct page page_api = {"/api/v1/", GROUP_NONE, NULL, show, NULL, PAGE_HIDDEN};

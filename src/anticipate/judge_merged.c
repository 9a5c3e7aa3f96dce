/* What came of a warning, between instances. Each raises its own of what it knows, so a judgement names what the
 * warning was about: kind, value or series, and when. It counts for the warning here that says the same, now or later.
 */
#include "anticipate/anticipate_internal.h"
#include "base/json.h"
#include "base/jsonw.h"

#define JUDGED "warning.judged"
enum { ABOUT_MAX = 8192 };

/* at: the period of a surge, else the first sighting behind it. */
struct named {
  struct vg_id subject;
  struct vg_buf signature, type, about;
  vg_time at, first, last;
};

static void named_init(struct named *n) {
  vg_buf_init(&n->signature, 64);
  vg_buf_init(&n->type, 128);
  vg_buf_init(&n->about, ABOUT_MAX);
}

static void named_fini(struct named *n) {
  vg_buf_fini(&n->signature);
  vg_buf_fini(&n->type);
  vg_buf_fini(&n->about);
}

/* UUIDv5 under a namespace of this program's own. */
static vg_code make_name(struct named *n, struct vg_err *err) {
  static const unsigned char space[16] = {0x1c, 0xe8, 0x40, 0x6b, 0x77, 0x93, 0x4d, 0x52,
                                          0xa5, 0x0f, 0x36, 0xbe, 0xc1, 0x28, 0x94, 0x6d};
  struct vg_buf of;
  vg_buf_init(&of, ABOUT_MAX + 500);
  vg_buf_fmt(&of, "%s\n%s\n%lld\n", vg_buf_text(&n->signature), vg_buf_text(&n->type), (long long)n->at);
  vg_buf_str(&of, vg_buf_view(&n->about));
  vg_code rc = vg_buf_check(&of, err);
  n->subject = vg_id_v5("judgement", space, vg_buf_view(&of));
  vg_buf_fini(&of);
  return rc;
}

static vg_code name_of(struct store_tx *tx, int64_t warning, struct named *n, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT signature, about_type, about, COALESCE(period, first_seen), first_seen, last_seen FROM "
                     "anticipate_warning WHERE id = $1",
                     S_ARGS(S_INT(warning)), err));
  if (store_next(q)) {
    vg_buf_str(&n->signature, store_str(q, 0));
    vg_buf_str(&n->type, store_str(q, 1));
    vg_buf_str(&n->about, store_str(q, 2));
    n->at = store_int(q, 3);
    n->first = store_int(q, 4);
    n->last = store_int(q, 5);
  }
  VG_TRY(store_done(&q, err));
  VG_TRY(vg_buf_check(&n->about, err));
  return make_name(n, err);
}

static void write_value(const struct named *n, const struct judgement *j, struct vg_buf *out) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kbool(&w, "confirmed", j->confirmed);
  vg_jw_kstr(&w, "why", j->why);
  vg_jw_kstr(&w, "signature", vg_buf_view(&n->signature));
  vg_jw_kstr(&w, "about_type", vg_buf_view(&n->type));
  vg_jw_kstr(&w, "about", vg_buf_view(&n->about));
  merge_put_time(&w, "at", n->at);
  merge_put_time(&w, "first", n->first);
  merge_put_time(&w, "last", n->last);
  vg_jw_end(&w);
}

vg_code judgement_tell(struct store_tx *tx, const struct actor *who, int64_t warning, const struct judgement *j,
                       struct merge_made *made, struct vg_err *err) {
  struct named n = {.at = 0};
  struct vg_buf value;
  named_init(&n);
  vg_buf_init(&value, MERGE_LINE_MAX / 4);
  vg_code rc = name_of(tx, warning, &n, err);
  if (rc == VG_OK) {
    write_value(&n, j, &value);
    rc = vg_buf_check(&value, err);
  }
  if (rc == VG_OK)
    rc = merge_change(tx, who, JUDGED, n.subject.s, "judgement", vg_buf_view(&value), made, err);
  vg_buf_fini(&value);
  named_fini(&n);
  return rc;
}

/* --- and back --- */

static bool time_at(vg_jv v, const char *key, vg_time *out) {
  vg_str s;
  return vg_jv_str_at(v, key, &s) && vg_time_parse(s, out);
}

static bool keep(vg_jv v, const char *key, struct vg_buf *out) {
  vg_str s;
  if (!merge_text(v, key, ABOUT_MAX - 1, &s))
    return false;
  vg_buf_str(out, s);
  return vg_buf_check(out, NULL) == VG_OK;
}

/* The newest warning here that says the same, 0: none. */
static vg_code same_here(struct store_tx *tx, const struct named *n, int64_t *warning, struct vg_err *err) {
  vg_code rc = store_get_int(
      tx, warning,
      "SELECT id FROM anticipate_warning WHERE signature = $1 AND about_type = $2 AND about = $3 AND (period = $4 OR "
      "(period IS NULL AND first_seen <= $6 AND last_seen >= $5)) ORDER BY id DESC LIMIT 1",
      S_ARGS(S_STR(vg_buf_view(&n->signature)), S_STR(vg_buf_view(&n->type)), S_STR(vg_buf_view(&n->about)),
             S_TIME(n->at), S_TIME(n->first), S_TIME(n->last)),
      NULL);
  if (rc == VG_ENOTFOUND)
    *warning = 0;
  return rc == VG_OK || rc == VG_ENOTFOUND ? VG_OK : VG_FAIL(err, rc, "store.failed", "anticipate_warning", "");
}

/* The last row is the one that counts, so one that shows again is put last. */
vg_code judgement_add(struct store_tx *tx, int64_t warning, const struct judgement *j, vg_str by, vg_time at,
                      vg_str uid, struct vg_err *err) {
  VG_TRY(store_exec(tx, "DELETE FROM anticipate_judgement WHERE uid = $1", S_ARGS(S_STR(uid)), err));
  return store_exec(
      tx,
      "INSERT INTO anticipate_judgement (warning, confirmed, why, judged_by, time, uid) VALUES ($1, $2, $3, "
      "COALESCE((SELECT n.name FROM territory_v_name n WHERE n.pid = $4), $4), $5, $6)",
      S_ARGS(S_INT(warning), S_INT(j->confirmed), S_STR(j->why), S_STR(by), S_TIME(at), S_STR(uid)), err);
}

struct from_there {
  struct named n;
  struct judgement j;
  struct vg_buf why;
};

static vg_code read_told(const struct merge_version *v, struct from_there *t, struct vg_err *err) {
  struct vg_json *json;
  vg_jv value;
  VG_TRY(vg_json_new(&json, err));
  bool ok = vg_str_eqz(v->field, "judgement") && vg_json_parse(json, v->value, &value, NULL) == VG_OK &&
            vg_jv_bool(vg_jv_at(value, "confirmed"), &t->j.confirmed) && keep(value, "why", &t->why) &&
            keep(value, "signature", &t->n.signature) && keep(value, "about_type", &t->n.type) &&
            keep(value, "about", &t->n.about) && time_at(value, "at", &t->n.at) &&
            time_at(value, "first", &t->n.first) && time_at(value, "last", &t->n.last);
  vg_json_free(json);
  t->j.why = vg_buf_view(&t->why);
  return ok && t->j.why.n ? VG_OK : VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
}

/* Texts of v may be gone once the store was asked. */
static vg_code put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err) {
  struct from_there t = {.j = {.confirmed = false}};
  struct vg_buf by;
  char uid[MERGE_UID];
  int64_t warning = 0;
  const vg_time at = v->at;
  (void)who;
  named_init(&t.n);
  vg_buf_init(&t.why, ABOUT_MAX);
  vg_buf_init(&by, 1 << 10);
  vg_buf_str(&by, v->person);
  vg_str_copy(uid, sizeof uid, v->uid);
  vg_code rc = read_told(v, &t, err);
  if (rc == VG_OK)
    rc = same_here(tx, &t.n, &warning, err);
  if (rc == VG_OK && warning)
    rc = judgement_add(tx, warning, &t.j, vg_buf_view(&by), at, vg_str_z(uid), err);
  vg_buf_fini(&by);
  vg_buf_fini(&t.why);
  named_fini(&t.n);
  return rc;
}

vg_code judgements_waiting(struct store_tx *tx, struct vg_err *err) {
  return merge_put_again(tx, put,
                         "SELECT DISTINCT v.subject FROM merge_v_force v WHERE v.kind = '" JUDGED "' AND NOT EXISTS "
                         "(SELECT 1 FROM anticipate_judgement j WHERE j.uid = v.uid) ORDER BY v.subject",
                         S_NOARGS, err);
}

/* --- what older versions judged --- */

static vg_code adopt_one(struct store_tx *tx, const struct actor *who, int64_t judgement, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf why;
  struct judgement j = {.confirmed = false};
  struct merge_made made = {.depth = 0};
  int64_t warning = 0;
  VG_TRY(store_query(tx, &q, "SELECT warning, confirmed, why FROM anticipate_judgement WHERE id = $1",
                     S_ARGS(S_INT(judgement)), err));
  vg_buf_init(&why, ABOUT_MAX);
  if (store_next(q)) {
    warning = store_int(q, 0);
    j.confirmed = store_int(q, 1) != 0;
    vg_buf_str(&why, vg_str_sub(store_str(q, 2), 0, store_str(q, 2).n < ABOUT_MAX ? store_str(q, 2).n : ABOUT_MAX));
    j.why = vg_buf_view(&why);
  }
  vg_code rc = store_done(&q, err);
  if (rc == VG_OK)
    rc = judgement_tell(tx, who, warning, &j, &made, err);
  if (rc == VG_OK)
    rc = store_exec(tx, "UPDATE anticipate_judgement SET uid = $2 WHERE id = $1",
                    S_ARGS(S_INT(judgement), S_Z(made.uid)), err);
  vg_buf_fini(&why);
  return rc;
}

static vg_code adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT id FROM anticipate_judgement WHERE uid = '' ORDER BY id", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    rc = adopt_one(tx, who, store_int(q, 0), err);
    ++*count;
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

const struct merge_kind anticipate_merges[] = {{.kind = JUDGED, .put = put, .adopt = adopt}, {.kind = NULL}};

vg_code anticipate_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err) {
  static const char *const moves[] = {
      "DELETE FROM anticipate_report WHERE org = $1 AND EXISTS (SELECT 1 FROM anticipate_report k WHERE k.warning = anticipate_report.warning AND k.report = anticipate_report.report AND k.org = $2)",
      "UPDATE anticipate_report SET org_name = (SELECT o.name FROM territory_v_org o WHERE o.id = $2), org_pid = (SELECT o.pid FROM territory_v_org o WHERE o.id = $2) WHERE org = $1",
      "UPDATE anticipate_report SET org = $2 WHERE org = $1"};
  return territory_move_rows(tx, moves, VG_COUNT(moves), gone, keep, rows, err);
}

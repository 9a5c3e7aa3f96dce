/* Exercises between instances: the groups as they were stored, which already keep their people's secret. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "prevention/prevention_internal.h"

enum { COUNT_MAX = 1 << 16 }; /* what a version's value may be */
static const char *const counts[] = {"sent", "opened", "clicked", "submitted", "reported"};

static void write_group(struct vg_jw *w, const struct exercise_group *g) {
  const int64_t n[] = {g->count.sent, g->count.opened, g->count.clicked, g->count.submitted, g->count.reported};
  vg_jw_obj(w);
  vg_jw_kz(w, "name", g->name);
  for (size_t i = 0; i < VG_COUNT(counts); i++)
    vg_jw_kint(w, counts[i], n[i]);
  vg_jw_end(w);
}

static vg_code one_group(void *ctx, const struct exercise_group *g, struct vg_err *err) {
  (void)err;
  write_group(ctx, g);
  return VG_OK;
}

/* Without its id: who counted alike says the same. Of one that was taken back the reason is told, and no count. */
static vg_code write_body(struct store_tx *tx, const struct exercise *e, const char *org, struct vg_jw *w,
                          struct vg_err *err) {
  vg_jw_obj(w);
  vg_jw_kz(w, "name", e->name);
  vg_jw_kz(w, "scenario", e->scenario);
  vg_jw_kz(w, "source", e->source);
  merge_put_time(w, "at", e->at);
  vg_jw_kz(w, "organisation", org);
  if (e->reason[0]) {
    vg_jw_kz(w, "reason", e->reason);
  } else {
    vg_jw_kint(w, "undelivered", e->undelivered);
    vg_jw_key(w, "groups");
    vg_jw_arr(w);
    VG_TRY(prevention_each_exercise_group(tx, e->id, one_group, w, err));
    vg_jw_end(w);
  }
  vg_jw_end(w);
  return VG_OK;
}

static vg_code tell_org(struct store_tx *tx, const struct actor *who, vg_str name, struct vg_id *org,
                        struct vg_err *err) {
  struct org o;
  VG_TRY(territory_org_find(tx, name, &o, err));
  return territory_tell(tx, who, &o, org, err);
}

vg_code exercise_name(struct store_tx *tx, const struct actor *who, const struct org *o, struct exercise *e,
                      struct vg_err *err) {
  static const unsigned char space[16] = {0x0d, 0x77, 0xe1, 0x94, 0x3c, 0x5a, 0x4b, 0x08,
                                          0xb2, 0x6f, 0x91, 0xac, 0x55, 0x1d, 0xe0, 0x7e};
  struct vg_id org;
  struct vg_buf of;
  VG_TRY(territory_tell(tx, who, o, &org, err));
  vg_buf_init(&of, 1 << 10);
  vg_buf_fmt(&of, "%s\n%s\n%s", org.s, vg_time_text((char[VG_TIME_TEXT]){0}, e->at, true), e->name);
  vg_code rc = vg_buf_check(&of, err);
  e->pid = vg_id_v5("exercise", space, vg_buf_view(&of));
  vg_buf_fini(&of);
  return rc;
}

vg_code exercise_note(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct exercise e;
  struct vg_id org;
  struct vg_buf body;
  struct vg_jw w;
  VG_TRY(prevention_exercise_find(tx, pid, &e, err));
  VG_TRY(tell_org(tx, who, vg_str_z(e.org_name), &org, err));
  vg_buf_init(&body, COUNT_MAX);
  vg_jw_init(&w, &body);
  vg_code rc = write_body(tx, &e, org.s, &w, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, e.reason[0] ? "exercise.taken_back" : "exercise.kept", e.pid.s, "count",
                      vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code exercise_adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  static const char *const tells[] = {"exercise.counted", "exercise.kept", "exercise.taken_back"};
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT pid FROM prevention_exercise ORDER BY id", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct vg_id pid = vg_id_of(store_str(q, 0));
    bool told = false;
    for (size_t i = 0; rc == VG_OK && !told && i < VG_COUNT(tells); i++)
      rc = merge_is_told(tx, tells[i], vg_id_str(&pid), &told, err);
    if (rc == VG_OK && !told)
      rc = exercise_note(tx, who, vg_id_str(&pid), err);
    *count += !told;
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- and back --- */

static bool read_group(vg_jv item, struct exercise_group *g) {
  int64_t n[VG_COUNT(counts)];
  if (!merge_copy(item, "name", g->name, sizeof g->name))
    return false;
  for (size_t i = 0; i < VG_COUNT(counts); i++)
    if (!vg_jv_i64_at(item, counts[i], &n[i]) || n[i] < 0 || n[i] > EXERCISE_MOST)
      return false;
  g->count = (struct exercise_count){n[0], n[1], n[2], n[3], n[4]};
  if (!exercise_keeps(&g->count))
    return false;
  exercise_cap(&g->count); /* older versions of this program did not */
  return n[1] <= n[0] && n[2] <= n[1] && n[3] <= n[2] && n[4] <= n[0];
}

/* What could be folded further would say what a person did, and none of us wrote it. */
static bool read_groups(vg_jv list, struct exercise_groups *g) {
  struct vg_jit it;
  vg_jv item;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &item);) {
    if (g->n == VG_COUNT(g->group) || !read_group(item, &g->group[g->n]))
      return false;
    for (size_t i = 0; i < g->n; i++)
      if (!strcmp(g->group[i].name, g->group[g->n].name))
        return false;
    g->n++;
  }
  return g->n > 0;
}

static bool read_body(vg_str subject, vg_jv body, struct exercise *e, struct exercise_groups *g) {
  char at[VG_TIME_TEXT];
  *e = (struct exercise){.pid = vg_id_of(subject)};
  *g = (struct exercise_groups){.n = 0};
  bool head = vg_id_ok(subject) && vg_str_starts(subject, VG_STR("exercise--")) &&
              merge_copy(body, "name", e->name, sizeof e->name) && vg_str_trim(vg_str_z(e->name)).n &&
              merge_copy(body, "scenario", e->scenario, sizeof e->scenario) &&
              merge_copy(body, "source", g->source, sizeof g->source) && merge_copy(body, "at", at, sizeof at) &&
              vg_time_parse(vg_str_z(at), &e->at);
  if (head && vg_jv_type(vg_jv_at(body, "reason")) != VG_J_MISSING)
    return merge_copy(body, "reason", e->reason, sizeof e->reason) && vg_str_trim(vg_str_z(e->reason)).n;
  return head && vg_jv_i64_at(body, "undelivered", &g->undelivered) && g->undelivered >= 0 &&
         read_groups(vg_jv_at(body, "groups"), g);
}

static vg_code drop(struct store_tx *tx, int64_t id, struct vg_err *err) {
  VG_TRY(store_exec(tx, "DELETE FROM prevention_exercise_group WHERE exercise = $1", S_ARGS(S_INT(id)), err));
  return store_exec(tx, "DELETE FROM prevention_exercise WHERE id = $1", S_ARGS(S_INT(id)), err);
}

#define SAME "SELECT id, pid FROM prevention_exercise WHERE pid = $1 OR (org = $2 AND name = $3 AND at = $4)"
#define SAME_ARGS(e) S_ARGS(S_Z((e)->pid.s), S_INT((e)->org), S_Z((e)->name), S_TIME((e)->at))

/* As versions of this program told it that knew no conflict: the one with the smaller name stays. */
static vg_code make_room(struct store_tx *tx, const struct exercise *e, bool *free_, struct vg_err *err) {
  struct store_rows *q;
  int64_t other = 0;
  *free_ = true;
  VG_TRY(store_query(tx, &q, SAME, SAME_ARGS(e), err));
  while (store_next(q)) {
    struct vg_id there = vg_id_of(store_str(q, 1));
    other = store_int(q, 0);
    *free_ = *free_ && strcmp(e->pid.s, there.s) < 0;
  }
  VG_TRY(store_done(&q, err));
  return other && *free_ ? drop(tx, other, err) : VG_OK;
}

static vg_code take(struct store_tx *tx, const struct actor *who, const struct merge_event *m,
                    struct exercise_groups *g, struct vg_err *err) {
  struct exercise e;
  struct org o;
  bool wanted;
  if (!read_body(m->subject, m->body, &e, g) || e.reason[0])
    return VG_FAIL(err, VG_EDATA, "prevention.exercise_event", VG_N(m->seq));
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(m->body, "organisation"), &o, err));
  VG_TRY(territory_access(tx, who, o.id, err));
  e.org = o.id;
  VG_TRY(make_room(tx, &e, &wanted, err));
  return wanted ? exercise_insert(tx, vg_id_of(m->actor), &e, g, err) : VG_OK;
}

vg_code exercise_counted(struct store_tx *tx, const struct actor *who, const struct merge_event *m,
                         struct vg_err *err) {
  struct exercise_groups *g = malloc(sizeof *g);
  vg_code rc = g ? take(tx, who, m, g, err) : VG_FAIL(err, VG_ENOMEM, "base.memory");
  free(g);
  return rc;
}

static vg_code put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, vg_jv body,
                   struct exercise_groups *g, struct vg_err *err) {
  struct exercise e;
  struct store_rows *q;
  vg_str org;
  int64_t other[2], n = 0;
  bool elsewhere = false; /* the same exercise has a row under another name of ours */
  if (!vg_str_eqz(v->field, "count") || !read_body(v->subject, body, &e, g) ||
      !vg_jv_str_at(body, "organisation", &org))
    return VG_FAIL(err, VG_EDATA, "prevention.exercise_count");
  VG_TRY(territory_meant(tx, org, &e.org, err));
  if (!e.org)
    return VG_OK;
  VG_TRY(territory_access(tx, who, e.org, err));
  VG_TRY(store_query(tx, &q, SAME, SAME_ARGS(&e), err));
  while (store_next(q) && n < 2) {
    elsewhere = elsewhere || !vg_str_eqz(store_str(q, 1), e.pid.s);
    other[n++] = store_int(q, 0);
  }
  VG_TRY(store_done(&q, err));
  if (e.reason[0] && elsewhere) /* that one is not what was taken back */
    return VG_OK;
  while (n > 0)
    VG_TRY(drop(tx, other[--n], err));
  return exercise_insert(tx, vg_id_of(v->person), &e, g, err);
}

vg_code exercise_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err) {
  struct exercise_groups *g = malloc(sizeof *g);
  struct vg_json *j = NULL;
  vg_jv body;
  vg_code rc = g ? vg_json_new(&j, err) : VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (rc == VG_OK)
    rc = vg_json_parse(j, v->value, &body, err);
  if (rc == VG_OK)
    rc = put(tx, who, v, body, g, err);
  vg_json_free(j);
  free(g);
  return rc;
}

/* --- of two who counted it --- */

static vg_code size_of(vg_jv body, struct vg_buf *out, struct vg_err *err) {
  int64_t people = 0, n, groups = 0;
  struct vg_jit it;
  struct vg_jw w;
  vg_jv item;
  vg_str reason;
  for (vg_jit_init(&it, vg_jv_at(body, "groups")); vg_jit_next(&it, NULL, &item); groups++)
    if (vg_jv_i64_at(item, "sent", &n) && n >= 0 && n <= EXERCISE_MOST)
      people += n;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  if (vg_jv_str_at(body, "reason", &reason)) {
    vg_jw_kstr(&w, "taken_back", reason);
  } else {
    vg_jw_kint(&w, "groups", groups);
    vg_jw_kint(&w, "sent", people);
  }
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

vg_code prevention_exercise_size(vg_str value, struct vg_buf *out, struct vg_err *err) {
  struct vg_json *j;
  vg_jv body;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, value, &body, err);
  if (rc == VG_OK)
    rc = size_of(body, out, err);
  vg_json_free(j);
  return rc;
}

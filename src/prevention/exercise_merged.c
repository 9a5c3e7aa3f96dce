/* Exercises between instances: the groups as they were stored, which already keep their people's secret. */
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "prevention/prevention_internal.h"

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

static vg_code write_body(struct store_tx *tx, const struct exercise *e, struct vg_jw *w, struct vg_err *err) {
  vg_jw_obj(w);
  vg_jw_kz(w, "name", e->name);
  vg_jw_kz(w, "scenario", e->scenario);
  vg_jw_kz(w, "source", e->source);
  merge_put_time(w, "at", e->at);
  vg_jw_kint(w, "undelivered", e->undelivered);
  vg_jw_key(w, "organisation");
  VG_TRY(territory_org_json(tx, e->org, w, err));
  vg_jw_key(w, "groups");
  vg_jw_arr(w);
  VG_TRY(prevention_each_exercise_group(tx, e->id, one_group, w, err));
  vg_jw_end(w);
  vg_jw_end(w);
  return VG_OK;
}

vg_code exercise_note(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct exercise e;
  struct vg_buf body;
  struct vg_jw w;
  VG_TRY(prevention_exercise_find(tx, pid, &e, err));
  vg_buf_init(&body, 1 << 18);
  vg_jw_init(&w, &body);
  vg_code rc = write_body(tx, &e, &w, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, "exercise.counted", e.pid.s, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

vg_code exercise_adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT pid FROM prevention_exercise ORDER BY id", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct vg_id pid = vg_id_of(store_str(q, 0));
    bool told = false;
    rc = merge_is_told(tx, "exercise.counted", vg_id_str(&pid), &told, err);
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
  return n[1] <= n[0] && n[2] <= n[1] && n[3] <= n[2] && n[4] <= n[0];
}

/* What could be folded further would say what a person did, and none of us wrote it. */
static bool read_groups(vg_jv list, struct exercise_groups *g) {
  struct vg_jit it;
  vg_jv item;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &item);) {
    if (g->n == VG_COUNT(g->group) || !read_group(item, &g->group[g->n]) || !exercise_keeps(&g->group[g->n].count))
      return false;
    for (size_t i = 0; i < g->n; i++)
      if (!strcmp(g->group[i].name, g->group[g->n].name))
        return false;
    g->n++;
  }
  return g->n > 0;
}

static bool read_body(const struct merge_event *m, struct exercise *e, struct exercise_groups *g) {
  char at[VG_TIME_TEXT];
  *e = (struct exercise){.pid = vg_id_of(m->subject)};
  *g = (struct exercise_groups){.n = 0};
  return vg_id_ok(m->subject) && vg_str_starts(m->subject, VG_STR("exercise--")) &&
         merge_copy(m->body, "name", e->name, sizeof e->name) && vg_str_trim(vg_str_z(e->name)).n &&
         merge_copy(m->body, "scenario", e->scenario, sizeof e->scenario) &&
         merge_copy(m->body, "source", g->source, sizeof g->source) && merge_copy(m->body, "at", at, sizeof at) &&
         vg_time_parse(vg_str_z(at), &e->at) && vg_jv_i64_at(m->body, "undelivered", &g->undelivered) &&
         g->undelivered >= 0 && read_groups(vg_jv_at(m->body, "groups"), g);
}

/* Two who counted the same exercise each cut it as they liked, and from both cuts people could be told apart: the one
 * with the smaller name stays, on every instance. */
static vg_code make_room(struct store_tx *tx, const struct exercise *e, bool *free_, struct vg_err *err) {
  struct store_rows *q;
  int64_t other = 0;
  *free_ = true;
  VG_TRY(store_query(tx, &q,
                     "SELECT id, pid FROM prevention_exercise WHERE pid = $1 OR (org = $2 AND name = $3 AND at = $4)",
                     S_ARGS(S_Z(e->pid.s), S_INT(e->org), S_Z(e->name), S_TIME(e->at)), err));
  while (store_next(q)) {
    struct vg_id there = vg_id_of(store_str(q, 1));
    other = store_int(q, 0);
    *free_ = *free_ && strcmp(e->pid.s, there.s) < 0;
  }
  VG_TRY(store_done(&q, err));
  if (!other || !*free_)
    return VG_OK;
  VG_TRY(store_exec(tx, "DELETE FROM prevention_exercise_group WHERE exercise = $1", S_ARGS(S_INT(other)), err));
  return store_exec(tx, "DELETE FROM prevention_exercise WHERE id = $1", S_ARGS(S_INT(other)), err);
}

static vg_code take(struct store_tx *tx, const struct actor *who, const struct merge_event *m,
                    struct exercise_groups *g, struct vg_err *err) {
  struct exercise e;
  struct org o;
  bool wanted;
  if (!read_body(m, &e, g))
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

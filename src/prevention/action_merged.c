/* Actions of prevention between instances: planned once, then what became of it and who came are fields that two may
 * have changed. The code on the wall stays where it was made. */
#include "base/jsonw.h"
#include "prevention/prevention_internal.h"

vg_code action_note(struct store_tx *tx, const struct actor *who, const struct action *a, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "kind", a->kind);
  vg_jw_kz(&w, "title", a->title);
  vg_jw_kz(&w, "zone", a->zone);
  vg_jw_kz(&w, "place", a->place);
  vg_jw_kz(&w, "target", a->target);
  merge_put_time(&w, "at", a->at);
  if (a->org) {
    vg_jw_key(&w, "organisation");
    VG_GO(territory_org_json(tx, a->org, &w, err));
  }
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&body, err));
  VG_GO(merge_note(tx, who, "action.planned", a->pid.s, vg_buf_view(&body), err));
out:
  vg_buf_fini(&body);
  return rc;
}

struct words {
  struct vg_buf text;
};
static vg_code word(void *ctx, vg_str naf, vg_str size, int64_t people, struct vg_err *err) {
  struct words *x = ctx;
  if (x->text.n)
    vg_buf_byte(&x->text, ' ');
  vg_buf_str(&x->text, naf.n ? naf : VG_STR("-"));
  vg_buf_byte(&x->text, ':');
  vg_buf_str(&x->text, size.n ? size : VG_STR("-"));
  vg_buf_fmt(&x->text, ":%lld", (long long)people);
  return vg_buf_check(&x->text, err);
}

vg_code action_note_state(struct store_tx *tx, const struct actor *who, const struct action *a, const char *state,
                          struct vg_err *err) {
  struct vg_buf value;
  vg_buf_init(&value, 1024);
  vg_buf_z(&value, state);
  if (a->reason[0])
    vg_buf_fmt(&value, "\n%s", a->reason);
  vg_code rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, "action.changed", a->pid.s, "state", vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  return rc;
}

vg_code action_note_audience(struct store_tx *tx, const struct actor *who, const struct action *a, struct vg_err *err) {
  struct words x;
  vg_buf_init(&x.text, 1 << 14);
  vg_code rc = prevention_each_audience(tx, a->id, word, &x, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, "action.changed", a->pid.s, "audience", vg_buf_view(&x.text), NULL, err);
  vg_buf_fini(&x.text);
  return rc;
}

vg_code action_added(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  struct action a = {.id = 0};
  struct org o;
  char at[VG_TIME_TEXT];
  int64_t n;
  bool ok =
      vg_id_ok(e->subject) && vg_str_starts(e->subject, VG_STR("action--")) &&
      merge_copy(e->body, "kind", a.kind, sizeof a.kind) && merge_copy(e->body, "title", a.title, sizeof a.title) &&
      merge_copy(e->body, "zone", a.zone, sizeof a.zone) && merge_copy(e->body, "place", a.place, sizeof a.place) &&
      merge_copy(e->body, "target", a.target, sizeof a.target) && merge_copy(e->body, "at", at, sizeof at) &&
      vg_time_parse(vg_str_z(at), &a.at);
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "prevention.event", VG_N(e->seq));
  VG_TRY(action_check(tx, &a, err));
  if (vg_jv_type(vg_jv_at(e->body, "organisation")) == VG_J_OBJ) {
    VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "organisation"), &o, err));
    VG_TRY(territory_access(tx, who, o.id, err));
    a.org = o.id;
  }
  VG_TRY(
      store_get_int(tx, &n, "SELECT COUNT(*) FROM prevention_action WHERE pid = $1", S_ARGS(S_STR(e->subject)), err));
  if (n)
    return VG_OK;
  return store_exec(tx,
                    "INSERT INTO prevention_action (pid, kind, title, org, zone, place, referent, at, state, target) "
                    "VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, 'planned', $8)",
                    S_ARGS(S_STR(e->subject), S_Z(a.kind), S_Z(a.title), S_INT_OR_NULL(a.org, a.org == 0), S_Z(a.zone),
                           S_Z(a.place), S_TIME(a.at), S_Z(a.target)),
                    err);
}

static vg_code put_audience(struct store_tx *tx, int64_t action, vg_str value, struct vg_err *err) {
  char word_[300][64];
  const char *list[300];
  vg_str rest = value, one;
  size_t n = 0;
  VG_TRY(store_exec(tx, "DELETE FROM prevention_audience WHERE action = $1", S_ARGS(S_INT(action)), err));
  while (vg_str_cut(&rest, ' ', &one)) {
    if (!one.n)
      continue;
    if (n == VG_COUNT(list) || one.n >= sizeof word_[0])
      return VG_FAIL(err, VG_EDATA, "prevention.audience", VG_T(one));
    list[n] = vg_str_copy(word_[n], sizeof word_[0], one);
    n++;
  }
  for (size_t i = 0; i < n; i++)
    VG_TRY(action_audience(tx, action, list, i, err));
  return VG_OK;
}

vg_code action_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err) {
  struct action a;
  vg_str rest = v->value, state = VG_STR("");
  vg_code rc = prevention_action_find(tx, v->subject, &a, NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  if (a.org)
    VG_TRY(territory_access(tx, who, a.org, err));
  if (vg_str_eqz(v->field, "audience"))
    return put_audience(tx, a.id, v->value, err);
  (void)vg_str_cut(&rest, '\n', &state);
  if (!vg_str_eqz(v->field, "state") || !(vg_str_eqz(state, "done") || vg_str_eqz(state, "cancelled")) ||
      rest.n >= sizeof a.reason)
    return VG_FAIL(err, VG_EDATA, "prevention.not_planned");
  return store_exec(tx, "UPDATE prevention_action SET state = $2, reason = $3 WHERE id = $1",
                    S_ARGS(S_INT(a.id), S_STR(state), S_STR(rest.n ? rest : VG_STR(""))), err);
}

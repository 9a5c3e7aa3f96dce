/* What came of the warnings, and the record that this makes. */
#include "anticipate/anticipate_internal.h"

#include "base/jsonw.h"

vg_code anticipate_judge(struct store_tx *tx, const struct actor *who, vg_str pid, bool confirmed, vg_str why,
                         struct vg_err *err) {
  int64_t id;
  struct vg_buf b;
  struct vg_jw w;
  vg_code rc = store_get_int(tx, &id, "SELECT id FROM anticipate_warning WHERE pid = $1", S_ARGS(S_STR(pid)), NULL);
  if (rc == VG_ENOTFOUND)
    return VG_FAIL(err, VG_ENOTFOUND, "anticipate.none", VG_T(pid));
  VG_TRY(rc);
  if (!vg_str_trim(why).n || why.n > JUDGEMENT_WHY || !vg_utf8_ok(why) || vg_str_find_byte(why, '\0', 0) != SIZE_MAX)
    return VG_FAIL(err, VG_EUSAGE, "anticipate.judge.why");
  const struct judgement j = {confirmed, why};
  struct merge_made made;
  VG_TRY(judgement_tell(tx, who, id, &j, &made, err));
  VG_TRY(judgement_add(tx, id, &j, vg_str_z(who->name), store_now(tx), vg_str_z(made.uid), err));
  vg_buf_init(&b, 1 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kbool(&w, "confirmed", confirmed);
  vg_jw_kstr(&w, "why", why);
  vg_jw_end(&w);
  struct vg_id subject = vg_id_of(pid);
  rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "anticipate.judged", subject.s, vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code anticipate_record_of(struct store_tx *tx, int64_t warning, struct anticipate_record *out, struct vg_err *err) {
  struct store_rows *q;
  vg_time first = VG_NOTIME;
  *out = (struct anticipate_record){.own = -1};
  VG_TRY(store_query(
      tx, &q,
      "SELECT w.id, w.raised, j.confirmed FROM anticipate_warning w LEFT JOIN anticipate_v_judgement j ON j.warning = "
      "w.id, "
      "anticipate_warning me WHERE me.id = $1 AND w.signature = me.signature AND w.level = me.level ORDER BY w.raised",
      S_ARGS(S_INT(warning)), err));
  while (store_next(q)) {
    bool judged = !store_is_null(q, 2), yes = store_int(q, 2) != 0;
    first = first == VG_NOTIME ? store_time(q, 1) : first;
    out->raised++;
    out->judged += judged;
    out->confirmed += judged && yes;
    if (store_int(q, 0) == warning && judged)
      out->own = yes;
  }
  VG_TRY(store_done(&q, err));
  /* at least a year: one false alarm in the first week is not fifty a year */
  double years = first == VG_NOTIME ? 1 : (double)(store_now(tx) - first) / (double)(365 * VG_DAY);
  out->weight = 2 * (double)(out->confirmed + 1) / (double)(out->judged + 2);
  out->false_a_year = (double)(out->judged - out->confirmed) / (years > 1 ? years : 1);
  return VG_OK;
}

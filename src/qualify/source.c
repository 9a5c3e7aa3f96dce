/* Sources and how far each is believed. */
#include "qualify/qualify_internal.h"

#include "base/jsonw.h"

vg_code qualify_reliability(struct store_tx *tx, vg_str source, char *letter, struct vg_err *err) {
  struct store_rows *q;
  *letter = 'F';
  VG_TRY(store_query(tx, &q, "SELECT reliability FROM qualify_source WHERE source = $1 ORDER BY id DESC LIMIT 1", S_ARGS(S_STR(source)), err));
  if (store_next(q) && store_str(q, 0).n)
    *letter = store_str(q, 0).p[0];
  return store_done(&q, err);
}

vg_code qualify_source_rate(struct store_tx *tx, const struct actor *who, vg_str source, char reliability, vg_str why, struct vg_err *err) {
  const char letter[2] = {reliability, 0};
  struct vg_buf b;
  struct vg_jw w;
  if (reliability < 'A' || reliability > 'F')
    return VG_FAIL(err, VG_EUSAGE, "qualify.reliability", letter);
  if (!source.n)
    return VG_FAIL(err, VG_EUSAGE, "qualify.no_source");
  VG_TRY(store_exec(tx, "INSERT INTO qualify_source (source, reliability, why, rated_by, rated) VALUES ($1,$2,$3,$4,$5)",
                    S_ARGS(S_STR(source), S_Z(letter), S_STR(why.p ? why : VG_STR("")), S_Z(who->name), S_TIME(store_now(tx))), err));
  vg_buf_init(&b, 1 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "source", source);
  vg_jw_kz(&w, "reliability", letter);
  vg_jw_kstr(&w, "why", why);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "qualify.source_rated", who->id.s, vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code qualify_each_source(struct store_tx *tx, qualify_source_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT n.source, COALESCE(r.reliability, 'F'), COALESCE(r.why, ''), COALESCE(r.rated_by, ''), r.rated, n.many FROM "
                     "(SELECT source, sum(many) AS many FROM (SELECT source, count(*) AS many FROM intel_v_value GROUP BY source "
                     "UNION ALL SELECT DISTINCT source, 0 FROM qualify_source) AS u GROUP BY source) AS n "
                     "LEFT JOIN qualify_source r ON r.source = n.source AND r.id = (SELECT max(id) FROM qualify_source x WHERE x.source = n.source) "
                     "ORDER BY n.source",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    vg_str letter = store_str(q, 1);
    struct qualify_source s = {store_str(q, 0), store_str(q, 2), store_str(q, 3), letter.n ? letter.p[0] : 'F', store_time(q, 4), store_int(q, 5)};
    rc = sink(ctx, &s, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

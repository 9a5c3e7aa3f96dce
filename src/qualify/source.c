/* Sources and how far each is believed. */
#include "qualify/qualify_internal.h"

#include "base/jsonw.h"
#include "intel/intel.h"

vg_code qualify_source_rate(struct store_tx *tx, const struct actor *who, vg_str source, char reliability, vg_str why,
                            struct vg_err *err) {
  const char letter[2] = {reliability, 0};
  struct vg_buf b;
  struct vg_jw w;
  if (reliability < 'A' || reliability > 'F')
    return VG_FAIL(err, VG_EUSAGE, "qualify.reliability", letter);
  if (!source.n)
    return VG_FAIL(err, VG_EUSAGE, "qualify.no_source");
  VG_TRY(store_exec(
      tx, "INSERT INTO qualify_source (source, reliability, why, rated_by, rated) VALUES ($1,$2,$3,$4,$5)",
      S_ARGS(S_STR(source), S_Z(letter), S_STR(why.p ? why : VG_STR("")), S_Z(who->name), S_TIME(store_now(tx))), err));
  /* intel keeps the letter; why and who stand here */
  VG_TRY(intel_source_set(
      tx, who, &(struct intel_source){.name = source, .reliability = reliability, .tlp = -2, .pap = -2}, err));
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

struct each {
  struct store_tx *tx;
  qualify_source_sink *sink;
  void *ctx;
};

static vg_code with_reason(void *ctx, const struct intel_source *i, struct vg_err *err) {
  const struct each *e = ctx;
  struct store_rows *q;
  struct qualify_source s = {
      .name = i->name, .reliability = i->reliability, .rated = VG_NOTIME, .assertions = i->objects};
  VG_TRY(store_query(e->tx, &q,
                     "SELECT why, rated_by, rated FROM qualify_source WHERE source = $1 ORDER BY id DESC LIMIT 1",
                     S_ARGS(S_STR(i->name)), err));
  if (store_next(q)) {
    s.why = store_str(q, 0);
    s.rated_by = store_str(q, 1);
    s.rated = store_time(q, 2);
  }
  vg_code rc = e->sink(e->ctx, &s, err), done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code qualify_each_source(struct store_tx *tx, qualify_source_sink *sink, void *ctx, struct vg_err *err) {
  return intel_each_source(tx, with_reason, &(struct each){tx, sink, ctx}, err);
}

/* What was sealed is what the ledger's leaf says: a forecast that stands otherwise in the table is not scored. */
#include "anticipate/seal.h"

#include "base/json.h"
#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEY_MAX = 8192 };

struct seal_leaf {
  struct vg_table *said;
  struct vg_json *json;
  int64_t leaf;
};

static vg_str key_of(char out[static KEY_MAX], vg_str series, vg_str target, int64_t horizon, vg_str ours,
                     vg_str naive) {
  int n = snprintf(out, KEY_MAX, "%.*s\t%.*s\t%lld\t%.*s\t%.*s", (int)series.n, series.p, (int)target.n, target.p,
                   (long long)horizon, (int)ours.n, ours.p, (int)naive.n, naive.p);
  return vg_str_n(out, n > 0 && n < KEY_MAX ? (size_t)n : 0);
}

/* Leaves that were sealed before the naive forecast went along have none. */
static vg_code read_leaf(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct seal_leaf *l = ctx;
  struct vg_jit it;
  vg_jv root, f;
  char key[KEY_MAX];
  if (e->index != l->leaf || !e->body.n || vg_json_parse(l->json, e->body, &root, NULL) != VG_OK)
    return VG_OK;
  vg_jit_init(&it, vg_jv_at(root, "forecasts"));
  while (vg_jit_next(&it, NULL, &f)) {
    vg_str series, target, ours, naive = VG_STR("");
    int64_t horizon;
    if (!vg_jv_str_at(f, "series", &series) || !vg_jv_str_at(f, "target", &target) ||
        !vg_jv_str_at(f, "quantiles", &ours) || !vg_jv_i64_at(f, "horizon", &horizon))
      continue;
    (void)vg_jv_str_at(f, "naive", &naive);
    VG_TRY(vg_table_put(l->said, key_of(key, series, target, horizon, ours, naive), 1, err));
  }
  return VG_OK;
}

vg_code seal_leaf_open(struct store_tx *tx, int64_t leaf, struct seal_leaf **out, struct vg_err *err) {
  struct seal_leaf *l = calloc(1, sizeof *l);
  vg_code rc = VG_OK;
  *out = NULL;
  if (!l)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  l->leaf = leaf;
  VG_GO(vg_table_new(&l->said, SEAL_SERIES * SEAL_HORIZON + 1, err));
  VG_GO(vg_json_new(&l->json, err));
  VG_GO(ledger_entries(tx, leaf, 1, NULL, read_leaf, l, err));
out:
  if (rc == VG_OK)
    *out = l;
  else
    seal_leaf_free(l);
  return rc;
}

bool seal_leaf_says(const struct seal_leaf *l, vg_str series, vg_time target, int64_t horizon, vg_str ours,
                    vg_str naive) {
  char key[KEY_MAX], day[VG_TIME_TEXT];
  uint64_t yes;
  vg_str when = vg_str_z(vg_time_text(day, target, true));
  return vg_table_get(l->said, key_of(key, series, when, horizon, ours, naive), &yes) ||
         vg_table_get(l->said, key_of(key, series, when, horizon, ours, VG_STR("")), &yes);
}

void seal_leaf_free(struct seal_leaf *l) {
  if (!l)
    return;
  vg_table_free(l->said);
  vg_json_free(l->json);
  free(l);
}

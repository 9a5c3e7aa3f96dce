/* One statistic on one file: name, file, parameters in; an object with the reference tables' names out. */
#include "evaluation/evaluation.h"
#include "evaluation/stat.h"

static const struct {
  const char *name;
  stat_compute *run;
  const char *params; /* names, each between spaces */
} table[] = {
    {"alpha", stat_alpha, " level "},
    {"icc", stat_icc, " level "},
    {"krippendorff", stat_krippendorff, " metric confidence "},
    {"kendall-w", stat_kendall_w, " "},
    {"mcnemar", stat_mcnemar, " "},
    {"gap", stat_gap, " level scale "},
    {"ipa", stat_ipa, " level "},
    {"suppress", stat_suppress, " threshold "},
    {"did", stat_did, " "},
    {"strata", stat_strata, " level "},
    {"kaplan-meier", stat_kaplan_meier, " level group "},
    {"p-adjust", stat_p_adjust, " "},
    {"proportion", stat_proportion, " level "},
    {"rate-ratio", stat_rate_ratio, " level power "},
};

/* Each parameter is one that the statistic has, written name=value; a level or power lies between 0 and 1. */
static vg_code check_params(const char *known, const struct stat_params *p, struct vg_err *err) {
  static const char *const shares[] = {"level", "confidence", "power"};
  vg_str rest = p->text, part;
  while (rest.n && vg_str_cut(&rest, ',', &part)) {
    char word[64] = " ";
    vg_str value = part, key;
    bool ok =
        vg_str_cut(&value, '=', &key) && value.p && vg_str_trim(key).n > 0 && vg_str_trim(key).n < sizeof word - 3;
    if (ok) {
      key = vg_str_trim(key);
      vg_str_copy(word + 1, sizeof word - 2, key);
      word[key.n + 1] = ' ';
      word[key.n + 2] = 0;
      ok = vg_str_find(vg_str_z(known), vg_str_z(word), 0) != SIZE_MAX;
    }
    if (!ok)
      return VG_FAIL(err, VG_EUSAGE, "evaluation.param_unknown", VG_T(part));
  }
  for (size_t i = 0; i < VG_COUNT(shares); i++) {
    double x;
    VG_TRY(stat_param_number(p, shares[i], 0.5, &x, err));
    if (x <= 0 || x >= 1)
      return VG_FAIL(err, VG_EUSAGE, "evaluation.param", shares[i], VG_T(stat_param(p, shares[i])));
  }
  return VG_OK;
}

vg_code evaluation_compute(const char *name, vg_str csv, vg_str params, struct vg_buf *out, struct vg_err *err) {
  struct stat_table t;
  struct stat_params p = {params};
  struct vg_jw w;
  size_t k = 0;
  while (k < VG_COUNT(table) && !vg_str_eqz(vg_str_z(name), table[k].name))
    k++;
  if (k == VG_COUNT(table))
    return VG_FAIL(err, VG_EUSAGE, "evaluation.unknown", name);
  VG_TRY(check_params(table[k].params, &p, err));
  VG_TRY(stat_read(&t, csv, err));
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_code rc = table[k].run(&t, &p, &w, err);
  stat_table_fini(&t);
  VG_TRY(rc);
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

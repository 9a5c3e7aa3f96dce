/* Decision rules, registered before the data: each a name, a verdict and conditions that all have to hold. */
#include <math.h>

#include "evaluation/survey_internal.h"

static const struct {
  const char *name;
  size_t at;
} did_facts[] = {
    {"did.rr", offsetof(struct stat_did_result, rr)},
    {"did.lo", offsetof(struct stat_did_result, lo)},
    {"did.hi", offsetof(struct stat_did_result, hi)},
    {"did.log_rr", offsetof(struct stat_did_result, log_rr)},
    {"did.p_two_sided", offsetof(struct stat_did_result, p_two_sided)},
    {"did.p_one_sided", offsetof(struct stat_did_result, p_one_sided)},
    {"did.pretrend_p", offsetof(struct stat_did_result, pretrend_p)},
    {"did.quasi_lo", offsetof(struct stat_did_result, rr_lo_quasi)},
    {"did.quasi_hi", offsetof(struct stat_did_result, rr_hi_quasi)},
    {"did.least", offsetof(struct stat_did_result, least)},
    {"did.most", offsetof(struct stat_did_result, most)},
};

struct condition {
  vg_str name, sign;
  double number;
};

static bool parse(vg_str text, struct condition *c) {
  vg_str rest = vg_str_trim(text), number;
  if (!vg_str_cut(&rest, ' ', &c->name) || !vg_str_cut(&rest, ' ', &c->sign) || !vg_str_cut(&rest, ' ', &number) ||
      rest.p)
    return false;
  static const char *const signs[] = {"<", "<=", ">", ">="};
  bool known = false;
  for (size_t i = 0; i < VG_COUNT(signs); i++)
    known = known || vg_str_eqz(c->sign, signs[i]);
  return known && vg_str_f64(number, &c->number);
}

/* "survey.CODE.mean" gives CODE. */
static bool mean_of(vg_str name, vg_str *code) {
  static const vg_str head = {"survey.", 7}, tail = {".mean", 5};
  if (!vg_str_starts(name, head) || !vg_str_ends(name, tail) || name.n <= head.n + tail.n)
    return false;
  *code = vg_str_sub(name, head.n, name.n - head.n - tail.n);
  return true;
}

static bool name_known(vg_str name, vg_jv questions) {
  vg_str code, one;
  struct vg_jit it;
  vg_jv q;
  if (vg_str_eqz(name, "survey.n") || vg_str_eqz(name, "survey.response_rate"))
    return true;
  for (size_t i = 0; i < VG_COUNT(did_facts); i++)
    if (vg_str_eqz(name, did_facts[i].name))
      return true;
  if (mean_of(name, &code))
    for (vg_jit_init(&it, questions); vg_jit_next(&it, NULL, &q);)
      if (vg_jv_str_at(q, "code", &one) && vg_str_eq(one, code))
        return true;
  return false;
}

vg_code rules_check(vg_jv rules, vg_jv questions, struct vg_err *err) {
  struct vg_jit it, inner;
  vg_jv rule, all;
  size_t n = vg_jv_count(rules), i = 0;
  if (vg_jv_type(rules) != VG_J_ARR || n == 0 || n > 50)
    return VG_FAIL(err, VG_EDATA, "evaluation.rules");
  for (vg_jit_init(&it, rules); vg_jit_next(&it, NULL, &rule); i++) {
    vg_str name, verdict, text;
    if (!vg_jv_str_at(rule, "name", &name) || name.n == 0 || name.n > 150 || !vg_jv_str_at(rule, "verdict", &verdict) ||
        (!vg_str_eqz(verdict, "go") && !vg_str_eqz(verdict, "extend") && !vg_str_eqz(verdict, "no-go")))
      return VG_FAIL(err, VG_EDATA, "evaluation.rule", VG_N(i + 1));
    size_t conditions = vg_jv_count(vg_jv_at(rule, "all"));
    if ((conditions == 0) != (i + 1 == n))
      return VG_FAIL(err, VG_EDATA, "evaluation.rule_last", VG_T(name));
    for (vg_jit_init(&inner, vg_jv_at(rule, "all")); vg_jit_next(&inner, NULL, &all);) {
      struct condition c;
      if (!vg_jv_str(all, &text) || !parse(text, &c) || !name_known(c.name, questions))
        return VG_FAIL(err, VG_EDATA, "evaluation.condition", VG_T(name), vg_jv_str(all, &text) ? VG_T(text) : "?");
    }
  }
  return VG_OK;
}

static vg_code fact(struct facts *f, vg_str name, double *out, struct vg_err *err) {
  vg_str code;
  *out = (double)NAN;
  if (vg_str_eqz(name, "survey.n"))
    *out = f->sheets;
  if (vg_str_eqz(name, "survey.response_rate"))
    *out = f->response_rate;
  for (size_t i = 0; i < VG_COUNT(did_facts) && f->has_did; i++)
    if (vg_str_eqz(name, did_facts[i].name))
      *out = *(const double *)(const void *)((const char *)&f->did + did_facts[i].at);
  if (mean_of(name, &code)) {
    struct store_rows *q;
    VG_TRY(
        store_query(f->tx, &q,
                    "SELECT COUNT(*), COALESCE(SUM(value), 0), COALESCE(SUM(CASE WHEN value = 1 THEN 1 ELSE 0 END), "
                    "0), COALESCE(SUM(CASE WHEN value = 5 THEN 1 ELSE 0 END), 0) FROM evaluation_answer WHERE plan = "
                    "$1 AND code = $2",
                    S_ARGS(S_INT(f->plan), S_STR(code)), err));
    /* What is hidden (a small group, one of one mind) shows nowhere, not even in a rule. */
    if (store_next(q) && store_int(q, 0) >= f->threshold &&
        !stat_one_mind((double)store_int(q, 0), (double)store_int(q, 2), (double)store_int(q, 3)))
      *out = (double)store_int(q, 1) / (double)store_int(q, 0);
    VG_TRY(store_done(&q, err));
  }
  return VG_OK;
}

static bool holds(const struct condition *c, double x) {
  if (isnan(x))
    return false;
  if (c->sign.p[0] == '<')
    return x < c->number || (c->sign.n == 2 && x == c->number);
  return x > c->number || (c->sign.n == 2 && x == c->number);
}

vg_code rules_apply(vg_jv rules, struct facts *f, char verdict[static 12], char name[static 160], struct vg_err *err) {
  struct vg_jit it, inner;
  vg_jv rule, all;
  for (vg_jit_init(&it, rules); vg_jit_next(&it, NULL, &rule);) {
    bool every = true;
    for (vg_jit_init(&inner, vg_jv_at(rule, "all")); every && vg_jit_next(&inner, NULL, &all);) {
      struct condition c;
      vg_str text;
      double x;
      if (!vg_jv_str(all, &text) || !parse(text, &c))
        return VG_FAIL(err, VG_EDAMAGE, "evaluation.rules");
      VG_TRY(fact(f, c.name, &x, err));
      every = holds(&c, x);
    }
    vg_str v, n;
    if (every && vg_jv_str_at(rule, "verdict", &v) && vg_jv_str_at(rule, "name", &n)) {
      vg_str_copy(verdict, 12, v);
      vg_str_copy(name, 160, n);
      return VG_OK;
    }
  }
  return VG_FAIL(err, VG_EDAMAGE, "evaluation.rules");
}

/* Of a survey too small to be told its number of answers, a condition on it says neither that nor whether it holds. */
static bool told(const struct facts *f, vg_str name) {
  return f->sheets >= (double)f->threshold ||
         (!vg_str_eqz(name, "survey.n") && !vg_str_eqz(name, "survey.response_rate"));
}

static vg_code condition_tell(vg_str text, struct facts *f, struct vg_jw *w, struct vg_err *err) {
  struct condition c;
  double x;
  if (!parse(text, &c))
    return VG_FAIL(err, VG_EDAMAGE, "evaluation.rules");
  VG_TRY(fact(f, c.name, &x, err));
  vg_jw_obj(w);
  vg_jw_kstr(w, "condition", text);
  vg_jw_knum(w, "value", told(f, c.name) ? x : (double)NAN);
  if (told(f, c.name))
    vg_jw_kbool(w, "holds", holds(&c, x));
  vg_jw_end(w);
  return VG_OK;
}

vg_code rules_tell(vg_jv rules, struct facts *f, struct vg_jw *w, struct vg_err *err) {
  struct vg_jit it, inner;
  vg_jv rule, all;
  vg_jw_key(w, "rules");
  vg_jw_arr(w);
  for (vg_jit_init(&it, rules); vg_jit_next(&it, NULL, &rule);) {
    vg_str name = VG_STR(""), verdict = VG_STR(""), text = VG_STR("");
    (void)vg_jv_str_at(rule, "name", &name);
    (void)vg_jv_str_at(rule, "verdict", &verdict);
    vg_jw_obj(w);
    vg_jw_kstr(w, "name", name);
    vg_jw_kstr(w, "verdict", verdict);
    vg_jw_key(w, "all");
    vg_jw_arr(w);
    for (vg_jit_init(&inner, vg_jv_at(rule, "all")); vg_jit_next(&inner, NULL, &all);) {
      (void)vg_jv_str(all, &text);
      VG_TRY(condition_tell(text, f, w, err));
    }
    vg_jw_end(w);
    vg_jw_end(w);
  }
  vg_jw_end(w);
  return VG_OK;
}

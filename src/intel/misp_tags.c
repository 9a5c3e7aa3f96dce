/* Tags of MISP: markings (tlp, PAP), and its taxonomies of confidence: misp, estimative-language, admiralty-scale. */
#include "intel/misp.h"

/* misp:confidence-level, with the numbers of MISP's own taxonomy. */
static bool of_level(vg_str value, int64_t *out) {
  static const struct {
    const char *word;
    int64_t is;
  } levels[] = {{"completely-confident", 100}, {"usually-confident", 75}, {"fairly-confident", 50},
                {"rarely-confident", 25},      {"unconfident", 0},        {"confidence-cannot-be-evaluated", -1}};
  for (size_t i = 0; i < VG_COUNT(levels); i++)
    if (vg_str_eq_ci(value, vg_str_z(levels[i].word))) {
      *out = levels[i].is;
      return true;
    }
  return false;
}

/* admiralty-scale:information-credibility is a digit, which alone would be so many of a hundred. */
static bool of_credibility(vg_str value, int64_t *out) {
  const char grade[] = {'F', value.n == 1 ? value.p[0] : 0};
  return value.n == 1 && intel_confidence_by_word(vg_str_n(grade, 2), out);
}

/* admiralty-scale:source-reliability; its "g" is a source that deceives on purpose: none is worse. */
static bool of_source(vg_str value, char *out) {
  char letter = value.n == 1 ? (char)(vg_lower(value.p[0]) - 'a' + 'A') : 0;
  if (letter < 'A' || letter > 'G')
    return false;
  *out = letter == 'G' ? 'E' : letter;
  return true;
}

/* namespace:predicate="value" */
static bool split(vg_str name, vg_str *what, vg_str *value) {
  size_t at = vg_str_find_byte(name, '=', 0);
  if (at == SIZE_MAX)
    return false;
  *what = vg_str_sub(name, 0, at);
  *value = vg_str_trim(vg_str_sub(name, at + 1, name.n));
  if (value->n >= 2 && value->p[0] == '"' && value->p[value->n - 1] == '"')
    *value = vg_str_sub(*value, 1, value->n - 2);
  return true;
}

static bool is_confidence(vg_str what, vg_str value, int64_t *out) {
  if (vg_str_eq_ci(what, VG_STR("misp:confidence-level")))
    return of_level(value, out);
  if (vg_str_eq_ci(what, VG_STR("admiralty-scale:information-credibility")))
    return of_credibility(value, out);
  return vg_str_eq_ci(vg_str_sub(what, 0, 20), VG_STR("estimative-language:")) && intel_confidence_by_word(value, out);
}

static void marking(vg_str name, struct misp_said *s) {
  if (vg_str_eq_ci(vg_str_sub(name, 0, 4), VG_STR("tlp:")))
    (void)intel_tlp_by_name(name, &s->tlp);
  else if (vg_str_eq_ci(vg_str_sub(name, 0, 4), VG_STR("PAP:")))
    s->said_pap |= intel_pap_by_name(name, &s->pap);
}

void misp_tags(vg_jv holder, struct misp_said *s) {
  struct vg_jit it;
  vg_jv tag;
  vg_str name, what, value;
  int64_t lowest = -1, confidence;
  char reliability;
  for (vg_jit_init(&it, vg_jv_at(holder, "Tag")); vg_jit_next(&it, NULL, &tag);) {
    if (!vg_jv_str_at(tag, "name", &name))
      continue;
    marking(name, s);
    if (!split(name, &what, &value))
      continue;
    if (is_confidence(what, value, &confidence) && confidence >= 0 && (lowest < 0 || confidence < lowest))
      lowest = confidence;
    if (vg_str_eq_ci(what, VG_STR("admiralty-scale:source-reliability")) && of_source(value, &reliability)) {
      s->reliability = reliability;
      s->graded = name;
    }
  }
  if (lowest >= 0)
    s->confidence = lowest;
}

int64_t misp_confidence(const struct misp_said *s) {
  if (!s->reliability || s->reliability == 'F')
    return s->confidence;
  return intel_score(TYPE_SHA256, s->confidence, s->reliability, 0);
}

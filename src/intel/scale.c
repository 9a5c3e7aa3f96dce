/* Confidence as people write it: the scales of STIX 2.1, appendix A, in English and French. */
#include "intel/intel_internal.h"

#include <string.h>

struct word {
  const char *word;
  int64_t is;
};

/* None / Low / Med / High; Admiralty credibility; words of estimative probability; the scale of the DNI. "Almost
 * certain" is 95 to the DNI and 90 in the words of estimative probability: the lower one. */
static const struct word words[] = {
    {"none", 0},
    {"nul", 0},
    {"nulle", 0},
    {"low", 15},
    {"faible", 15},
    {"bas", 15},
    {"basse", 15},
    {"med", 50},
    {"medium", 50},
    {"moderate", 50},
    {"modere", 50},
    {"moderee", 50},
    {"moyen", 50},
    {"moyenne", 50},
    {"high", 85},
    {"eleve", 85},
    {"elevee", 85},
    {"haut", 85},
    {"haute", 85},
    {"fort", 85},
    {"forte", 85},
    {"confirmedbyothersources", 90},
    {"confirmed", 90},
    {"confirmepardautressources", 90},
    {"confirme", 90},
    {"probablytrue", 70},
    {"probablementvrai", 70},
    {"possiblytrue", 50},
    {"peutetrevrai", 50},
    {"doubtful", 30},
    {"douteux", 30},
    {"impossible", 0},
    {"highlyunlikely", 10},
    {"almostcertainlynot", 10},
    {"tresimprobable", 10},
    {"unlikely", 30},
    {"probablynot", 30},
    {"peuprobable", 30},
    {"evenchance", 50},
    {"roughlyevenchance", 50},
    {"roughlyevenodds", 50},
    {"unechancesurdeux", 50},
    {"likely", 70},
    {"probable", 70},
    {"highlylikely", 90},
    {"almostcertain", 90},
    {"almostcertainly", 90},
    {"presquecertain", 90},
    {"quasicertain", 90},
    {"certain", 100},
    {"almostnochance", 5},
    {"remote", 5},
    {"presqueaucunechance", 5},
    {"veryunlikely", 15},
    {"highlyimprobable", 15},
    {"trespeuprobable", 15},
    {"improbable", 30},
    {"verylikely", 85},
    {"highlyprobable", 85},
    {"tresprobable", 85},
    {"nearlycertain", 95},
};

/* "7/10": of the scale 0 to 10. */
static bool of_ten(vg_str s, int64_t *out) {
  size_t bar = vg_str_find_byte(s, '/', 0);
  int64_t whole;
  return bar != SIZE_MAX && vg_str_i64(vg_str_trim(vg_str_sub(s, 0, bar)), out) &&
         vg_str_i64(vg_str_trim(vg_str_sub(s, bar + 1, s.n)), &whole) && *out >= 0 && *out <= whole &&
         (whole == 10 || whole == 100) && (*out = *out * 100 / whole, true);
}

/* "B2", and the digit before words as in "2 - Probably True": the letter is about the source. */
static bool admiralty(const char *plain, size_t n, int64_t *out) {
  static const int64_t of[] = {90, 70, 50, 30, 10, -1};
  bool grade = n == 2 && plain[0] >= 'a' && plain[0] <= 'f';
  const char *digit = plain + grade;
  if (n < 2 || *digit < '1' || *digit > '6' || (!grade && vg_is_digit(plain[1])))
    return false;
  *out = of[*digit - '1'];
  return true;
}

/* "Likely / Probable": the tables of the appendix name most steps twice, and both names are one step. */
static bool twice(vg_str s, int64_t *out) {
  size_t bar = vg_str_find_byte(s, '/', 0);
  int64_t first;
  if (bar == SIZE_MAX || vg_is_digit(s.p[0]))
    return false;
  vg_str last = vg_str_sub(s, bar + 1, s.n);
  return vg_str_find_byte(last, '/', 0) == SIZE_MAX && intel_confidence_by_word(vg_str_sub(s, 0, bar), &first) &&
         intel_confidence_by_word(last, out) && *out >= 0 && *out - first <= 5 && first - *out <= 5;
}

bool intel_confidence_by_word(vg_str s, int64_t *out) {
  char plain[INTEL_WORD];
  s = vg_str_trim(s);
  if (vg_str_ends(s, VG_STR("%")))
    s = vg_str_trim(vg_str_sub(s, 0, s.n - 1));
  if (vg_str_i64(s, out))
    return *out >= 0 && *out <= 100;
  if (of_ten(s, out) || twice(s, out))
    return true;
  if (!intel_plain_word(plain, s))
    return false;
  for (size_t i = 0; i < VG_COUNT(words); i++)
    if (!strcmp(plain, words[i].word)) {
      *out = words[i].is;
      return true;
    }
  *out = -1;
  return !strcmp(plain, "notspecified") || !strcmp(plain, "nonprecise") || !strcmp(plain, "truthcannotbejudged") ||
         admiralty(plain, strlen(plain), out);
}

const char *intel_confidence_word(int64_t confidence) {
  return confidence < 0 ? "" : confidence == 0 ? "none" : confidence < 30 ? "low" : confidence < 70 ? "med" : "high";
}

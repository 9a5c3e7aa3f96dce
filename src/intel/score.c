/* What a confidence is still worth: weighed by who says it, decayed by what it is about. */
#include "intel/intel.h"

#include <math.h>

/* Days after which half is gone. Addresses are given back and rented out again within months, names within a year; a
 * digest stays true. */
static double half_life(enum indicator_type t) {
  switch ((int)t) {
  case TYPE_IPV4:
  case TYPE_IPV6:
  case TYPE_CIDR: return 45;
  case TYPE_URL: return 60;
  case TYPE_DOMAIN: return 180;
  case TYPE_EMAIL: return 240;
  case TYPE_MD5:
  case TYPE_SHA1:
  case TYPE_SHA256:
  case TYPE_SHA512:
  case TYPE_SSDEEP:
  case TYPE_TLSH:
  case TYPE_IMPHASH:
  case TYPE_AUTHENTIHASH:
  case TYPE_CVE:
  case TYPE_ATTACK: return 3650;
  default: return 730;
  }
}

/* Admiralty code; F is not worse than E, it is unknown. */
static double weight(char reliability) {
  static const double of[] = {1.0, 0.9, 0.75, 0.5, 0.25, 0.6};
  return reliability >= 'A' && reliability <= 'F' ? of[reliability - 'A'] : of[5];
}

int intel_score(enum indicator_type type, int64_t confidence, char reliability, vg_time age) {
  double base = confidence < 0 ? 50 : (double)confidence, days = age > 0 ? (double)age / (double)VG_DAY : 0;
  return (int)lround(base * weight(reliability) * exp2(-days / half_life(type)));
}

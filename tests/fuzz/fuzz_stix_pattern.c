/* STIX patterns: parsed, brought to normal form (what is taken equals itself), and matched against a little observed
 * data. */
#include "intel/pattern_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char seen[] =
      "[{\"type\":\"observed-data\",\"first_observed\":\"2024-01-01T00:00:00Z\",\"last_observed\":\"2024-01-01T00:00:05Z\",\"number_observed\":2,"
      "\"objects\":{\"0\":{\"type\":\"a\",\"b\":1,\"c_ref\":\"1\"},\"1\":{\"type\":\"file\",\"name\":\"x\",\"hashes\":{\"MD5\":\"00\"},\"l\":[1,\"x\",null]}}},"
      "{\"type\":\"observed-data\",\"first_observed\":\"2024-01-01T00:00:09Z\",\"last_observed\":\"2024-01-01T00:00:09Z\",\"objects\":{\"0\":{\"type\":\"a\",\"b\":2}}}]";
  vg_str pattern = vg_str_n((const char *)data, size);
  bool equal = false, match;
  struct intel_pattern parsed;
  if (pattern_is_plain(pattern)) { /* the short way says nothing that the long one does not */
    VG_ASSERT(pattern_parse(&parsed, pattern, true, NULL) == VG_OK);
    pattern_fini(&parsed);
  }
  if (size > 4096 || intel_pattern_check(pattern, NULL) != VG_OK)
    return 0;
  vg_code rc = intel_pattern_equal(pattern, pattern, &equal, NULL);
  VG_ASSERT(rc == VG_ELIMIT || (rc == VG_OK && equal));
  rc = intel_pattern_match(pattern, vg_str_z(seen), &match, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  return 0;
}

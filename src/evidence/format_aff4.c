#include "evidence/format_aff4.h"

#include <stdio.h>
#include <string.h>

const char *const aff4_codec_urn[AFF4_CODECS] = {
    AFF4_SCHEMA "NullCompressor", "https://code.google.com/p/lz4/", "http://code.google.com/p/snappy/",
    "https://www.ietf.org/rfc/rfc1950.txt", "https://www.ietf.org/rfc/rfc1951.txt"};

/* Section 4.2 of the standard: the part of a name that no file system would keep is escaped. */
void aff4_member(char out[static ZIP_NAME], const char *urn, const char *what) {
  static const char scheme[] = "aff4://";
  bool whole = strncmp(urn, scheme, sizeof scheme - 1) == 0;
  snprintf(out, ZIP_NAME, "%s%.400s/%.64s", whole ? "aff4%3A%2F%2F" : "", whole ? urn + sizeof scheme - 1 : urn, what);
}

void aff4_bevy(char out[static ZIP_NAME], const char *urn, uint64_t i, const char *end) {
  char what[64];
  snprintf(what, sizeof what, "%08llu%s", (unsigned long long)i, end);
  aff4_member(out, urn, what);
}

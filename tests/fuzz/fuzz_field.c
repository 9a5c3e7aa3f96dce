/* Hostile lines: which field a hit stands in is told without harm, the same whatever the pieces that the line comes in.
 */
#include "match/field.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct field_parts parts;
  static struct field_json whole, cut;
  if (size > FIELD_LINE)
    return 0;
  vg_str all = vg_str_n((const char *)data, size), line;
  struct field_header *h = field_header_new(all);
  for (vg_str rest = all; rest.n && vg_str_line(&rest, &line);) {
    for (int form = 0; form < 3; form++) {
      parts.n = 0, parts.message = 0;
      if (form == 0 && h)
        (void)field_columns(&parts, h, line, data[0] & 1);
      if (form == 1)
        field_text(&parts, line);
      if (form == 2)
        (void)field_json_begins(&parts, line);
      VG_ASSERT(parts.n <= FIELD_PARTS && parts.message <= line.n);
      for (size_t i = 0; i < parts.n; i++)
        VG_ASSERT(parts.part[i].from <= parts.part[i].to && parts.part[i].to <= line.n &&
                  (!i || parts.part[i].from >= parts.part[i - 1].to));
    }
    const bool bare = line.n && line.p[0] == '"';
    field_json_begin(&whole, bare);
    field_json_begin(&cut, bare);
    field_json_feed(&whole, line);
    for (size_t i = 0; i < line.n; i += 7)
      field_json_feed(&cut, vg_str_sub(line, i, 7));
    VG_ASSERT(vg_str_eq(field_json_path(&whole), field_json_path(&cut)) && whole.at == line.n);
  }
  field_header_free(h);
  return 0;
}

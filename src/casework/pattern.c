/* From the facts to the offences: data/law/patterns.tsv, read where it lies in the program. */
#include "base/csv.h"
#include "casework/casework.h"

extern const char casework_patterns_tsv[];

/* kind fact_fr main related elements acts source; tabs and no quotes, so that each field is a view of the file itself.
 */
bool casework_pattern(vg_str kind, struct offence_pattern *out) {
  struct vg_csv c;
  bool more, found = false;
  vg_csv_init(&c, vg_str_z(casework_patterns_tsv), '\t');
  vg_code rc = vg_csv_next(&c, &more, NULL);
  while (rc == VG_OK && !found && (rc = vg_csv_next(&c, &more, NULL)) == VG_OK && more) {
    VG_ASSERT(c.fields == 7);
    found = vg_str_eq(c.field[0], kind);
    if (found)
      *out = (struct offence_pattern){.kind = c.field[0],
                                      .fact_fr = c.field[1],
                                      .main = c.field[2],
                                      .related = c.field[3],
                                      .elements = c.field[4],
                                      .acts = c.field[5],
                                      .source = c.field[6]};
  }
  vg_csv_fini(&c);
  return found;
}

static vg_str nth(vg_str rest, int64_t number) {
  vg_str one;
  while (vg_str_cut(&rest, '|', &one))
    if (--number == 0)
      return one;
  return VG_STR("");
}

vg_str casework_pattern_element(const struct offence_pattern *p, int64_t number) { return nth(p->elements, number); }

vg_str casework_pattern_act(const struct offence_pattern *p, int64_t number) { return nth(p->acts, number); }

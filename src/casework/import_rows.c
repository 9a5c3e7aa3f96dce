/* A batch of imported cases as the rows that it becomes, put table by table. */
#include "casework/import_internal.h"
#include "intel/intel.h"

#include <stdlib.h>

#define EACH_ROWS(r)                                                                                                   \
  {                                                                                                                    \
    &(r)->incidents, &(r)->cases, &(r)->imported, &(r)->texts, &(r)->findings, &(r)->tasks, &(r)->steps, &(r)->marks,  \
        &(r)->versions, &(r)->notes, &(r)->entries, &(r)->indicators                                                   \
  }

void import_rows_init(struct import_rows *r) {
  struct store_later *const all[] = EACH_ROWS(r);
  for (size_t i = 0; i < VG_COUNT(all); i++)
    store_later_init(all[i]);
}

void import_rows_fini(struct import_rows *r) {
  struct store_later *const all[] = EACH_ROWS(r);
  for (size_t i = 0; i < VG_COUNT(all); i++)
    store_later_fini(all[i]);
}

/* Each case's list is its own source in the intelligence store; all of the batch are one import. */
static vg_code put_indicators(struct store_tx *tx, const struct actor *who, const char *system,
                              const struct store_later *l, struct vg_err *err) {
  struct listed {
    char ref[sizeof((struct imported *)0)->ref], source[sizeof((struct imported *)0)->source];
  } *names = calloc(l->rows + 1, sizeof *names);
  struct intel_listing *lists = calloc(l->rows + 1, sizeof *lists);
  struct store_arg row[STORE_LATER_ARGS];
  struct intel_import in = {.source = system, .format = FORMAT_CSV, .lists = lists};
  vg_code rc = names && lists ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (size_t at = 0; rc == VG_OK && store_later_next(l, &at, row);) {
    struct listed *n = &names[in.list_count];
    lists[in.list_count++] = (struct intel_listing){.name = vg_str_copy(n->ref, sizeof n->ref, row[0].s),
                                                    .source = vg_str_copy(n->source, sizeof n->source, row[1].s),
                                                    .text = row[2].s};
  }
  if (rc == VG_OK && in.list_count)
    rc = intel_import(tx, who, &in, err);
  free(lists);
  free(names);
  return rc;
}

vg_code import_rows_put(struct store_tx *tx, const struct actor *who, const char *system, struct import_rows *r,
                        struct vg_err *err) {
  VG_TRY(store_later_check(&r->indicators, err));
  if (r->indicators.rows)
    VG_TRY(intel_import_turn(tx, NULL, err));
  VG_TRY(store_later_put(tx, &r->incidents,
                         "INSERT INTO casework_incident (id, pid, org, kind, summary, happened, known, reported, "
                         "personal_data, waiting) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                         err));
  VG_TRY(store_later_put(tx, &r->cases,
                         "INSERT INTO casework_case (id, pid, ref, printed, incident, frame, zone, tlp, opened, state) "
                         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                         err));
  VG_TRY(store_later_put(tx, &r->imported, "INSERT INTO casework_imported (case_id, source, raw) VALUES ($1, $2, $3)",
                         err));
  VG_TRY(casework_texts_put(tx, &r->texts, err));
  VG_TRY(store_later_put(tx, &r->findings,
                         "INSERT INTO casework_finding (pid, case_id, type, text, source, time_from, time_until, made, "
                         "made_by, element, precision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                         err));
  VG_TRY(store_later_put(tx, &r->tasks,
                         "INSERT INTO casework_task (pid, about, label, case_id, zone, what, owner, person, due, "
                         "state, outcome, made, made_by, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
                         "$11, $12, $13, $14)",
                         err));
  VG_TRY(store_later_put(tx, &r->steps,
                         "INSERT INTO casework_case_state (case_id, state, at, person, reason, recipient, number, uid) "
                         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                         err));
  VG_TRY(merge_versions_put(tx, &r->versions, err));
  VG_TRY(merge_note_all(tx, who, &r->notes, err));
  VG_TRY(ledger_append_all(tx, who, &r->entries, err));
  VG_TRY(casework_marks_put(tx, who, &r->marks, err));
  return put_indicators(tx, who, system, &r->indicators, err);
}

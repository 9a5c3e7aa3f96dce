#ifndef VG_DOSSIER_DOSSIER_H
#define VG_DOSSIER_DOSSIER_H
/*
 * Documents of an affair, made from what is recorded and from nothing else: each statement says of which kind it is
 * (observed, declared, deduced, imported) and the entry of the ledger behind it; times stand in Paris time and in UTC.
 * What no record says is left to be written, and the document says so. A draft is kept as it was made; its hash is in
 * the ledger.
 *   complaint: what a company brings to file its complaint. sheet: one page, what runs and what to keep.
 *   pv: paragraphs of one act. report: article 166. inventory: the seals. handover: who gave what to whom. summary.
 * Views for other rooms: dossier_v_document.
 */
#include "base/msg.h"
#include "casework/casework.h"
#include "paper/paper.h"

enum dossier_kind {
  DOSSIER_PV,
  DOSSIER_REPORT,
  DOSSIER_INVENTORY,
  DOSSIER_HANDOVER,
  DOSSIER_SUMMARY,
  DOSSIER_COMPLAINT,
  DOSSIER_SHEET
};
bool dossier_by_name(vg_str name, enum dossier_kind *out);
bool dossier_of_incident(enum dossier_kind kind); /* its ref is an incident */

struct dossier_order {
  enum dossier_kind kind;
  enum paper_format format;
  enum vg_lang lang;
  vg_str ref; /* of the case; of the act for DOSSIER_PV; of the incident for DOSSIER_COMPLAINT and DOSSIER_SHEET */
};
struct dossier {
  struct vg_id pid;
  char name[128]; /* a file name: "2026-OUE-0001-report.pdf", in French "…-rapport.pdf" */
  char sha256[72];
  int64_t bytes;
};
/* Makes, keeps and records it; the bytes are appended to out. VG_EDENIED: a conflict of interest. */
MUST vg_code dossier_draft(struct store_tx *tx, const struct actor *who, const struct dossier_order *o,
                           struct dossier *made, struct vg_buf *out, struct vg_err *err);
/* A kept one, as it was made; its hash is compared (VG_EDAMAGE). */
MUST vg_code dossier_get(struct store_tx *tx, const struct actor *who, vg_str pid, struct dossier *out,
                         enum paper_format *format, struct vg_buf *bytes, struct vg_err *err);

/* Documents about these subjects (public ids, a line each), with their bytes. gone: theirs are appended. */
MUST vg_code dossier_forget(struct store_tx *tx, vg_str subjects, struct vg_buf *gone, int64_t *rows,
                            struct vg_err *err);

/* What is of an organisation goes to the one that it is one with (see territory_move_rows). */
MUST vg_code dossier_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
extern const char dossier_sql[];

#endif

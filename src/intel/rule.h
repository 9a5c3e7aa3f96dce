#ifndef VG_INTEL_RULE_H
#define VG_INTEL_RULE_H
/* Rules in languages other than STIX's (YARA, Sigma, Snort, Suricata, PCRE): is a text one, and what is it called? */
#include "intel/batch.h"

/* A YARA rule that does not compile, by its number from 0. f->text is empty when the compiler itself broke on it. */
typedef vg_code rule_fault_sink(void *ctx, size_t rule, const struct intel_rule_fault *f, struct vg_err *err);
/* Compiles texts (vg_wr_text, each a rule that needs no other text) in the cell "yara". VG_ESTATE: *stop. */
vg_code rule_compile(vg_str texts, const atomic_bool *stop, rule_fault_sink *sink, void *ctx, struct vg_err *err);
/* VG_EDATA: what a fault says. */
vg_code rule_fault(const struct intel_rule_fault *f, struct vg_err *err);
/* Compiles the YARA rules that the batch holds, in one cell; those that do not compile are marked as broken. */
vg_code batch_check_rules(struct import *im, struct batch *b, struct vg_err *err);

/* Has the text the form of a rule of its language? Of one that we do not know: yes. VG_EDATA with the reason and where:
 * the line, of PCRE the character. Not for YARA, which is compiled. */
vg_code rule_form(vg_str language, vg_str text, struct vg_err *err);
/* What the rule calls itself, behind `out`; nothing when it does not. */
void rule_name(vg_str language, vg_str text, struct vg_buf *out);

/* Sigma. A file's documents one by one, each with its first line, from 1; begin with rest alone. */
struct sigma_text {
  vg_str rest;
  int64_t line;
};
bool sigma_next(struct sigma_text *t, vg_str *document, int64_t *line);
/* What a document says. */
enum sigma_has {
  SIGMA_TITLE = 1,
  SIGMA_LOGSOURCE = 2,
  SIGMA_DETECTION = 4,
  SIGMA_CONDITION = 8,
  SIGMA_CORRELATION = 16,
  SIGMA_FILTER = 32,
  SIGMA_ACTION = 64,
};
struct sigma_rule {
  struct vg_buf title, id, date, description, action;
  unsigned has; /* bits of enum sigma_has */
  bool empty;   /* comments at most */
};
void sigma_init(struct sigma_rule *r);
void sigma_fini(struct sigma_rule *r);
/* VG_EDATA: no YAML, and the line, counted from `first`. */
vg_code sigma_read(vg_str document, int64_t first, struct sigma_rule *r, struct vg_err *err);
/* GLOBAL: what the PARTs behind it have in common (action: global). */
enum sigma_kind { SIGMA_NONE, SIGMA_RULE, SIGMA_GLOBAL, SIGMA_PART };
enum sigma_kind sigma_kind(const struct sigma_rule *r);
/* Are all documents of a text rules or parts of them? title: of the first that has one; may be NULL. */
vg_code sigma_form(vg_str text, struct vg_buf *title, struct vg_err *err);

/* What a text of YARA consists of, piece by piece. STRAY: what is none of these. */
enum yara_part_kind { YARA_RULE, YARA_IMPORT, YARA_INCLUDE, YARA_STRAY };
struct yara_part {
  enum yara_part_kind kind;
  vg_str text, name;   /* name: of the rule, of what is imported or included */
  vg_str condition;    /* of a rule, behind the word */
  int64_t line;        /* where the text begins, from 1 */
  bool global, closed; /* closed: private */
};
struct yara_text { /* begin with all alone */
  vg_str all;
  size_t at, counted;
  int64_t line;
};
bool yara_next(struct yara_text *t, struct yara_part *out);
/* Does it begin as a text of rules does? */
bool yara_begins(vg_str text);

#endif

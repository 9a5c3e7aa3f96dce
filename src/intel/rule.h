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
bool rule_is_sigma(vg_str text);
/* The scalar behind "key:" at the start of a line of a Sigma rule; empty: none. */
vg_str rule_sigma_field(vg_str text, const char *key);
/* What the rule calls itself; empty: nothing. */
vg_str rule_name(vg_str language, vg_str text);
/* The name behind `rule`, when a line begins one of YARA ("private rule x : tag {"). */
bool rule_begins_yara(vg_str line, vg_str *name);

#endif

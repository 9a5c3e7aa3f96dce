#ifndef VG_QUALIFY_FACTS_H
#define VG_QUALIFY_FACTS_H
/*
 * What a file's bytes show without running it. Parsers of hostile bytes: only in the cell "facts" (and its fuzz
 * target). A fact is a name of the table in file.c and up to two words; what it weighs is the parent's business. A
 * broken file gives the facts that could be read, and "broken".
 */
#include "base/buf.h"
#include "base/rd.h"

struct facts_out {
  void (*say)(void *ctx, const char *fact, vg_str a, vg_str b);
  void *ctx;
};
/* What it is ("PE", "ELF", "PDF", "OLE2", "OOXML", "ZIP", "RTF", "script", "data") and its facts. name: of the file,
 * for what it pretends to be. */
const char *facts_read(vg_str bytes, vg_str name, const struct facts_out *out);

void facts_pe(vg_str bytes, const struct facts_out *out);
void facts_elf(vg_str bytes, const struct facts_out *out);
void facts_pdf(vg_str bytes, const struct facts_out *out);
void facts_ole(vg_str bytes, const struct facts_out *out);
void facts_zip(vg_str bytes, const struct facts_out *out, bool *office);
void facts_rtf(vg_str bytes, const struct facts_out *out);

/* Shannon, bits a byte, 0-8. */
double facts_entropy(vg_str bytes);
/* The words of a number, for say(). out holds 32 bytes. */
vg_str facts_number(char out[static 32], const char *format, double x);
/* Is there one of these words, any case? NULL-ended. Returns which, or NULL. */
const char *facts_any(vg_str bytes, const char *const *words);

#endif

/* What kind of file it is, its hidden nature against its name, and what all kinds share. */
#include "qualify/facts.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

double facts_entropy(vg_str bytes) {
  size_t count[256] = {0};
  double sum = 0;
  for (size_t i = 0; i < bytes.n; i++)
    count[(unsigned char)bytes.p[i]]++;
  for (size_t i = 0; i < 256; i++)
    if (count[i]) {
      double p = (double)count[i] / (double)bytes.n;
      sum -= p * log2(p);
    }
  return sum;
}

vg_str facts_number(char out[static 32], const char *format, double x) {
  bool whole = !strcmp(format, "%.0f");
  snprintf(out, 32, whole ? "%.0f" : "%.2f", x);
  return vg_str_z(out);
}

static bool here(vg_str at, const char *word, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (tolower((unsigned char)at.p[k]) != tolower((unsigned char)word[k]))
      return false;
  return true;
}

const char *facts_any(vg_str bytes, const char *const *words) {
  for (; *words; words++) {
    size_t n = strlen(*words);
    for (size_t i = 0; n <= bytes.n && i <= bytes.n - n; i++)
      if (here(vg_str_sub(bytes, i, n), *words, n))
        return *words;
  }
  return NULL;
}

static bool ends_with_any(vg_str name, const char *const *ends) {
  for (; *ends; ends++) {
    size_t n = strlen(*ends);
    if (name.n > n && here(vg_str_sub(name, name.n - n, n), *ends, n))
      return true;
  }
  return false;
}

/* A program that calls itself a document, or hides its ending behind a document's or a direction mark. */
static void pretence(vg_str name, const char *kind, const struct facts_out *out) {
  static const char *const program[] = {".exe", ".scr", ".com", ".pif", ".bat", ".cmd", ".js",
                                        ".vbs", ".lnk", ".hta", ".ps1", ".dll", NULL};
  static const char *const document[] = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx",
                                         ".rtf", ".jpg", ".png",  ".txt", ".zip",  ".mp4", NULL};
  bool runs = !strcmp(kind, "PE") || !strcmp(kind, "ELF");
  if (runs && ends_with_any(name, document))
    out->say(out->ctx, "name.program", name, vg_str_z(kind));
  if (ends_with_any(name, program)) {
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.')
      dot--;
    if (dot > 1 && ends_with_any(vg_str_sub(name, 0, dot - 1), document))
      out->say(out->ctx, "name.double", name, VG_STR(""));
  }
  if (vg_str_find(name, VG_STR("\xE2\x80\xAE"), 0) != SIZE_MAX) /* U+202E: right to left from here */
    out->say(out->ctx, "name.reversed", VG_STR(""), VG_STR(""));
}

const char *facts_read(vg_str bytes, vg_str name, const struct facts_out *out) {
  const char *kind = "data";
  bool office = false;
  vg_str head = vg_str_sub(bytes, 0, 1024);
  if (vg_str_starts(bytes, VG_STR("MZ"))) {
    kind = "PE";
    facts_pe(bytes, out);
  } else if (vg_str_starts(bytes, VG_STR("\x7f"
                                         "ELF"))) {
    kind = "ELF";
    facts_elf(bytes, out);
  } else if (vg_str_find(head, VG_STR("%PDF-"), 0) != SIZE_MAX) {
    kind = "PDF";
    facts_pdf(bytes, out);
  } else if (vg_str_starts(bytes, VG_STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) {
    kind = "OLE2";
    facts_ole(bytes, out);
  } else if (vg_str_starts(bytes, VG_STR("PK\x03\x04"))) {
    facts_zip(bytes, out, &office);
    kind = office ? "OOXML" : "ZIP";
  } else if (vg_str_starts(bytes, VG_STR("{\\rt"))) {
    kind = "RTF";
    facts_rtf(bytes, out);
  } else if (vg_str_starts(bytes, VG_STR("#!"))) {
    kind = "script";
  }
  pretence(name, kind, out);
  return kind;
}

#ifndef VG_INTEL_DOCUMENT_H
#define VG_INTEL_DOCUMENT_H
/* Shared by the readers of documents. All but document_kind and the parent's half (document_extract) runs inside the
 * cell only. */
#include "intel/intel.h"

enum document_kind {
  DOCUMENT_NONE,
  DOCUMENT_HTML,
  DOCUMENT_MAIL,
  DOCUMENT_PDF,
  DOCUMENT_ARCHIVE,
  DOCUMENT_MSG,
  DOCUMENT_RTF
};
/* By the first bytes; HTML and e-mail also by the name's end. Looks at no more than 8 KiB. */
enum document_kind document_kind(vg_str bytes, vg_str name);

/* The parent's half: has the file read in the cell and its texts searched here. */
vg_code document_extract(const char *path, vg_str bytes, const struct intel_extract_options *o, intel_hit_sink *sink,
                         void *ctx, struct vg_err *err);
vg_code document_extract_bytes(vg_str bytes, vg_str name, const struct intel_extract_options *o, intel_hit_sink *sink,
                               void *ctx, struct vg_err *err);
/* extract_file.c: text or other bytes by their look */
vg_code extract_bytes(vg_str bytes, const struct intel_extract_options *o, intel_hit_sink *sink, void *ctx,
                      struct vg_err *err);

/* One document at work. */
enum { DOCUMENT_DEPTH = 8, DOCUMENT_PARTS = 20000 };
#define DOCUMENT_BYTES (UINT64_C(512) << 20) /* all that is unpacked, together */
struct document {
  intel_part_sink *sink;
  void *ctx;
  uint64_t left;
  size_t parts, depth;
};
vg_code document_part(struct document *d, vg_str bytes, vg_str name,
                      struct vg_err *err); /* of any kind: goes into it */
vg_code document_give(struct document *d, enum intel_part_kind kind, vg_str bytes, vg_str name, struct vg_err *err);
vg_code document_problem(struct document *d, vg_str name, const char *problem, struct vg_err *err);
/* "name!/part", valid until out changes */
vg_str document_name(struct vg_buf *out, vg_str name, vg_str part);
/* Takes n unpacked bytes off what may still come; false: no more. */
bool document_spend(struct document *d, uint64_t n);

vg_code document_html(struct document *d, vg_str bytes, vg_str name, const char *charset, struct vg_err *err);
vg_code document_xml(struct document *d, vg_str bytes, vg_str name, struct vg_err *err);
vg_code document_mail(struct document *d, vg_str bytes, vg_str name, struct vg_err *err);
/* A mail's headers alone; and what one that names a message says. */
vg_code document_headers(struct document *d, vg_str headers, vg_str name, struct vg_err *err);
vg_code document_message_id(struct document *d, vg_str value, vg_str name, struct vg_err *err);
vg_code document_rtf(struct document *d, vg_str bytes, vg_str name, struct vg_err *err);
vg_code document_archive(struct document *d, vg_str bytes, vg_str name, struct vg_err *err);
vg_code document_msg(struct document *d, vg_str bytes, vg_str name, struct vg_err *err);
/* Bytes that a cell shall read need a file: one in /tmp, which the caller unlinks. */
vg_code document_temporary(vg_str bytes, char path[static 64], struct vg_err *err);
/* document_pdf.c: text without the line ends that cut an address; the links that pdfinfo -url names, a line each. */
void document_unwrap(vg_str text, struct vg_buf *out);
void document_links(vg_str table, struct vg_buf *out);
/* Any charset's bytes as UTF-8; unknown ones are taken for Windows-1252 unless they are UTF-8 already. */
void document_utf8(struct vg_buf *out, vg_str bytes, vg_str charset);

#endif

#ifndef VG_BASE_CSV_H
#define VG_BASE_CSV_H
/*
 * Reading CSV and TSV (RFC 4180: quotes, doubled quotes, line ends inside quotes). Fields are views of the text, or of
 * the reader's own scratch when a doubled quote had to be undone; they live until the next row. A field that is no
 * UTF-8 is read as Windows-1252, which spreadsheets save; one with a zero byte (UTF-16) stays what it is.
 */
#include "base/buf.h"

enum { VG_CSV_FIELDS = 64 };

struct vg_csv {
  vg_str rest;
  char sep;
  int64_t line; /* of the current row's first line, from 1 */
  int64_t next_line;
  vg_str field[VG_CSV_FIELDS];
  size_t fields;
  struct vg_buf scratch, recoded;
};

/* sep 0: tab if the first line has one, else comma or semicolon, whichever it has more of outside quotes. A byte-order
 * mark is skipped. */
void vg_csv_init(struct vg_csv *c, vg_str text, char sep);
void vg_csv_fini(struct vg_csv *c);
/* The next row that is not blank. *more false at the end. VG_EDATA ("base.csv", line): a quote without its end, or too
 * many fields. */
MUST vg_code vg_csv_next(struct vg_csv *c, bool *more, struct vg_err *err);
/* The column of this name (any case) in the current row, taken as the heading; SIZE_MAX if there is none. */
size_t vg_csv_column(const struct vg_csv *c, const char *name);
/* Field i of the current row, "" when the row is shorter or i is SIZE_MAX. */
vg_str vg_csv_field(const struct vg_csv *c, size_t i);

/* Appends a field's text as it stands between quotes: each of its own is doubled. */
void vg_csv_put(struct vg_buf *out, vg_str text);

#endif

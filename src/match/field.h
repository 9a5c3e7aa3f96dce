#ifndef VG_MATCH_FIELD_H
#define VG_MATCH_FIELD_H
/*
 * In which field of its line a hit stands: the key path of JSON ("dns.rrname", "Records[].ip"), the column that a
 * header names (Zeek "#fields", W3C "#Fields:", CSV and TSV), the name of name=value, the parts of syslog, proxy, web
 * and DNS server lines. Asked for lines with a hit only. A line is taken apart once, however many hits it has, so that
 * the cost stays linear: hits of one line ask what is known of it; JSON is walked on from the hit before.
 *
 *     FIELD bytes of a line, at most; behind them only JSON is told.
 */
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { FIELD_NAME = 240, FIELD_LINE = 65536, FIELD_PARTS = 512, FIELD_DEPTH = 48 };

/* --- columns ------------------------------------------------------------------------------------------------- */
struct field_header;
/*
 * Of the first bytes of a file; NULL when they name no columns (or without memory). A first line of text is a header
 * when it has two columns at least and each reads like a name. `line_of`: of one line "#fields\t..." or "#Fields: ...",
 * NULL when it is none.
 */
struct field_header *field_header_new(vg_str head);
struct field_header *field_header_line(vg_str line);
void field_header_free(struct field_header *h);
bool field_header_marked(vg_str head); /* do the first bytes begin with '#', so that lines within may name columns? */
vg_str field_header_name(const struct field_header *h, uint32_t column); /* from 1; empty: there is none */

/* --- a line ---------------------------------------------------------------------------------------------------- */
struct field_part {
  uint32_t from, to; /* bytes of the line */
  uint32_t column;   /* from 1; 0 none */
  vg_str name;       /* lies in the line, in the header, or lives for ever */
};
struct field_parts {
  struct field_part part[FIELD_PARTS]; /* in order of place, not overlapping */
  size_t n;
  uint32_t message; /* what is in no part from here on is the message; 0: it is nothing */
};
/* Each leaves nothing when the line is of another form. loose: the line may have another number of columns than the
 * header. */
bool field_columns(struct field_parts *o, const struct field_header *h, vg_str line, bool loose);
void field_text(struct field_parts *o, vg_str line);
/* Where JSON begins in a line: at its first byte that is no space, or behind the head of a syslog line; SIZE_MAX: it
 * holds none. */
size_t field_json_begins(struct field_parts *scratch, vg_str line);
/* Length of "<34>1 2026-... host app 7 - - " or "Oct 11 22:14:15 host app[7]: " with its parts; 0 when it has no such
 * head. */
size_t field_syslog(struct field_parts *o, vg_str line);

/* --- JSON -------------------------------------------------------------------------------------------------------- */
/* A walk along one document: bytes are fed in order, in pieces of any size. */
struct field_json {
  uint64_t at, value;               /* bytes fed; where the string that is being read began */
  unsigned depth;                   /* open containers; deeper than FIELD_DEPTH is not told */
  uint64_t object;                  /* which are objects, a bit each */
  uint16_t end[FIELD_DEPTH + 1], n; /* of path: that of each container; that of the value */
  bool text, escape, key, want_key;
  char path[FIELD_NAME];
};
/* bare: the document begins inside an object, as a line of one that is printed over many lines. */
void field_json_begin(struct field_json *j, bool bare);
void field_json_feed(struct field_json *j, vg_str bytes);
/* The path of what the next byte belongs to; lies in j. */
vg_str field_json_path(const struct field_json *j);

/* --- of a scan --------------------------------------------------------------------------------------------------- */
struct scan;
struct match_hit;
struct field;                  /* what is known of a stream's columns and of the line of the last hit */
struct field *field_new(void); /* NULL without memory: then no hit has a field */
void field_free(struct field *f);
/* The first bytes of the file, also of one of which a part further on is scanned. */
void field_begin(struct field *f, vg_str head);
/* Sets field and column of a hit whose first raw byte is s->b[from]. */
void field_tell(struct scan *s, size_t from, struct match_hit *h);
/* Before the scan forgets its first `by` bytes: lines that name columns are noted, JSON that goes on is walked to
 * there. */
void field_shift(struct scan *s, size_t by);
/* The columns as they were named last in what was scanned, and the line from which on its hits know of it; NULL: they
 * were not, or only in the first lines of a file. The caller frees it. */
struct field_header *field_take_header(struct field *f, uint64_t *line);

#endif

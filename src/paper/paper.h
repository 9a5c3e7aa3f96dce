#ifndef VG_PAPER_PAPER_H
#define VG_PAPER_PAPER_H
/*
 * Documents to print, sign and file: one list of blocks, three writers (PDF, OpenDocument text, plain text). The same
 * blocks give the same bytes. PDF 1.7 on A4 with its fonts inside (DejaVu, only the glyphs used) and the text
 * extractable; every page carries the header, the footer and "page n / N". A character that the font lacks is written
 * as "[U+4E2D]": nothing is lost. Paragraphs run from left to right; Hebrew and Arabic in them from right to left.
 *
 *     struct paper *p;
 *     VG_TRY(paper_new(&p, VG_STR("Rapport"), VG_STR("2026-OUE-0001"), when, err));
 *     paper_heading(p, 1, VG_STR("Opérations")); paper_text(p, text);
 *     rc = paper_write(p, PAPER_PDF, &out, err);   paper_free(p);
 *
 * Adding never fails loudly; paper_write says what went wrong. Texts are UTF-8 (other bytes become U+FFFD) and copied.
 */
#include "base/buf.h"
#include "base/clock.h"

struct paper;
enum paper_format { PAPER_PDF, PAPER_ODT, PAPER_TEXT };
enum { PAPER_COLUMNS = 8, PAPER_MAX = 32 << 20 }; /* bytes of text in one document: VG_ELIMIT past it */

/* head: what every page says at its top; made: the document's date in its properties. */
MUST vg_code paper_new(struct paper **out, vg_str title, vg_str head, vg_time made, struct vg_err *err);
void paper_free(struct paper *p);
void paper_foot(struct paper *p, vg_str text);               /* before the page's number; empty unless set */
void paper_heading(struct paper *p, int level, vg_str text); /* 1 to 3 */
void paper_text(struct paper *p, vg_str text);               /* a paragraph; line feeds break its lines */
void paper_note(struct paper *p, vg_str text);               /* a small one */
void paper_item(struct paper *p, vg_str text);               /* with a dash before it */
/* A table: its columns' shares of the width, then cells in order, the first row being the heading (repeated on each
 * page). */
void paper_table(struct paper *p, const unsigned *share, size_t columns);
void paper_cell(struct paper *p, vg_str text);
void paper_table_end(struct paper *p);
/* The same; a table of its heading alone becomes this sentence. */
void paper_table_end_or(struct paper *p, vg_str none);
void paper_space(struct paper *p, unsigned points); /* room for a signature */
/* Letters: what is written carries neither the title nor page numbers on its sheets. */
void paper_letters(struct paper *p);
void paper_page(struct paper *p);                 /* what follows begins a sheet, unless one has just begun */
void paper_address(struct paper *p, vg_str text); /* where a window of an envelope is; the lines of s */
/* A square of side x side fields (a byte each, not 0: dark), as wide as points: a QR code with its quiet zone. */
enum { PAPER_SQUARES = 256 };
void paper_squares(struct paper *p, const unsigned char *dark, unsigned side, unsigned points);

/* A bar of the page's width from 0 to 1: dark up to low, paler up to high. PDF alone draws it: the sentence beside it
 * says the same. */
void paper_meter(struct paper *p, double low, double high);

/* Appends the document to out. */
MUST vg_code paper_write(const struct paper *p, enum paper_format format, struct vg_buf *out, struct vg_err *err);
const char *paper_type(enum paper_format format);   /* media type */
const char *paper_suffix(enum paper_format format); /* "pdf", "odt", "txt" */
bool paper_by_suffix(vg_str suffix, enum paper_format *out);

#endif

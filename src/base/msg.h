#ifndef VG_BASE_MSG_H
#define VG_BASE_MSG_H
/*
 * Messages: an id and arguments become a French or an English sentence here and only here, at the door. The catalogue
 * is src/messages/ROOM.def, one line a message: M("room.what", "français {1}", "english {1}"). {1}..{9} are the
 * arguments; an argument "@id" is a message itself; {1#} is a number and {1@} an instant (RFC 3339) as the language
 * writes them; "{1:une affaire|{1} affaires}" chooses by the number that {1} is (0 and 1 are one in French, 1 alone in
 * English). tests/architecture checks that every id used in src/ stands in the catalogue, and every id of the catalogue
 * is used.
 */
#include "base/buf.h"
#include "base/clock.h"

enum vg_lang { VG_FR, VG_EN };

/* The text with its arguments in place; args (at most nine, {1} to {9}) may be NULL or end early with NULL. An unknown
 * id renders as itself. */
void vg_msg(struct vg_buf *out, enum vg_lang lang, const char *id, const char *const *args);
/* Only the pattern, without arguments filled in; NULL if unknown. Static lifetime. */
const char *vg_msg_text(enum vg_lang lang, const char *id);
/* The message stem + code ("server.kind." and "fraud"), NULL when there is none. */
const char *vg_msg_word(enum vg_lang lang, const char *stem, vg_str code);
/* As French is set on a page or a sheet: no line breaks before : ; ! ? % and inside « », whatever spaces the text has
 * there. English goes as it is. For sentences of ours, with what they hold as arguments. */
void vg_msg_set(struct vg_buf *out, enum vg_lang lang, vg_str text);
/* One line: "what failed: why (system's words)", outermost cause first. A cause whose id ends in ".alone" is left out
 * when another stands before it. */
void vg_err_render(struct vg_buf *out, enum vg_lang lang, const struct vg_err *err);

/* 1234567 as "1 234 567" with narrow no-break spaces, in English with commas; and as an argument that lives until the
 * end of the enclosing block. */
const char *vg_num_grouped(char out[static 48], enum vg_lang lang, int64_t n);
#define VG_G(lang, n) vg_num_grouped((char[48]){0}, (lang), (int64_t)(n))
/* x with so many places after the decimal sign, a comma in French; places < 0: three figures in all. What does not fit
 * is cut. VG_D as VG_G. */
const char *vg_num_decimal(char out[static 48], enum vg_lang lang, int places, double x);
/* Ten to that power, as it follows a number: " × 10⁻⁶", without a break. */
void vg_put_power(struct vg_buf *out, int exponent);
/* How many bytes, in the unit that fits: "12,4 Mo", in English "12.4 MB"; and as an argument, as VG_G. */
const char *vg_size_say(char out[static 48], enum vg_lang lang, int64_t n);
#define VG_B(lang, n) vg_size_say((char[48]){0}, (lang), (int64_t)(n))
/* "17/11/2026 10:00", in English "2026-11-17 10:00", in the zone of this machine; VG_NOTIME: "". */
char *vg_time_say(char out[static VG_TIME_TEXT], enum vg_lang lang, vg_time t);
/* A length of time, rounded down: "12 min", "9 h 40", "47 h" from a day on, "3 j" from three days on (English "3 d").
 */
const char *vg_span_say(char out[static 48], enum vg_lang lang, vg_time d);
#define VG_D(lang, places, x) vg_num_decimal((char[48]){0}, (lang), (places), (x))

#endif

#ifndef VG_BASE_STR_H
#define VG_BASE_STR_H
/*
 * vg_str: bytes that somebody else owns, with their length. Never NUL-terminated by promise; NUL only at the libc
 * border (vg_buf_z, vg_arena_z). All comparisons are of bytes; the "ci" ones fold ASCII only.
 */
#include "base/err.h"

typedef struct vg_str {
  const char *p;
  size_t n;
} vg_str;

#define VG_STR(lit) ((vg_str){("" lit), sizeof(lit) - 1})
#define VG_NOSTR ((vg_str){NULL, 0})

vg_str vg_str_z(const char *z); /* of a NUL-terminated text; NULL gives the empty string */
static inline vg_str vg_str_n(const char *p, size_t n) { return (vg_str){p, n}; }

bool vg_str_eq(vg_str a, vg_str b);
bool vg_str_eqz(vg_str a, const char *z);
bool vg_str_eq_ci(vg_str a, vg_str b);
int vg_str_cmp(vg_str a, vg_str b); /* by bytes; shorter first when one begins the other */
bool vg_str_starts(vg_str s, vg_str with);
bool vg_str_ends(vg_str s, vg_str with);
bool vg_str_ends_ci(vg_str s, vg_str with);
/* Position of the first occurrence at or after `from`, or SIZE_MAX. */
size_t vg_str_find(vg_str s, vg_str what, size_t from);
size_t vg_str_find_byte(vg_str s, char c, size_t from);
vg_str vg_str_sub(vg_str s, size_t from, size_t n); /* clamped to s */
vg_str vg_str_trim(vg_str s);                       /* without ASCII white space at both ends */
/* Cuts the text before the next `sep` off *rest into *part; false when *rest is used up (p == NULL). */
bool vg_str_cut(vg_str *rest, char sep, vg_str *part);
/* The next line without its LF or CRLF; the last one needs no newline. false at the end. */
bool vg_str_line(vg_str *rest, vg_str *line);

/* Whole string must be a decimal number in range: no sign tricks, no white space. */
bool vg_str_u64(vg_str s, uint64_t *out);
bool vg_str_i64(vg_str s, int64_t *out);
bool vg_str_f64(vg_str s, double *out);
/* "4096", "64K", "2M", "1G", "1T" (powers of 1024) */
bool vg_str_size(vg_str s, uint64_t *out);

char vg_lower(char c); /* ASCII only */
bool vg_is_digit(char c);
bool vg_is_alnum(char c);
bool vg_is_space(char c);
/* 0 to 15; VG_NO_HEX: no hexadecimal digit. */
enum { VG_NO_HEX = 16 };
extern const unsigned char vg_hex_values[256];
static inline unsigned vg_hex_value(char c) { return vg_hex_values[(unsigned char)c]; }
static inline bool vg_is_hex(char c) { return vg_hex_value(c) != VG_NO_HEX; }

/* The byte that "%41" at s[i] stands for; -1: no such thing is there. */
static inline int vg_percent(vg_str s, size_t i) {
  if (i >= s.n || s.n - i < 3 || s.p[i] != '%')
    return -1;
  const unsigned high = vg_hex_value(s.p[i + 1]), low = vg_hex_value(s.p[i + 2]);
  return (high | low) & VG_NO_HEX ? -1 : (int)(high << 4 | low);
}

/* Copies at most cap-1 bytes and ends with NUL; cuts at a UTF-8 boundary. Returns out. */
char *vg_str_copy(char *out, size_t cap, vg_str s);
/* The same for what a person wrote, which is never cut: VG_EDATA with the message id (of the most bytes, and those
 * given) when it does not fit. */
MUST vg_code vg_str_keep(char *out, size_t cap, vg_str s, const char *id, struct vg_err *err);
/* A vg_str as a text argument for VG_FAIL, living until the end of the enclosing block. Control bytes become '?'. */
#define VG_T(s) vg_str_arg((char[VG_ERR_ARG_MAX]){0}, (s))
const char *vg_str_arg(char out[static VG_ERR_ARG_MAX], vg_str s);

/* Valid UTF-8 throughout (RFC 3629: no surrogates, no overlong forms). */
bool vg_utf8_ok(vg_str s);
/* Decodes one character at *i and moves *i past it; a bad byte gives U+FFFD and moves by one. */
uint32_t vg_utf8_next(vg_str s, size_t *i);
/* The character of a byte of Windows-1252, which is ISO-8859-1 with signs in the place of its controls. */
uint32_t vg_windows(unsigned char c);
/* Writes 1-4 bytes, returns how many. */
size_t vg_utf8_put(char out[static 4], uint32_t c);
/*
 * An escape of JSON (RFC 8259, 7) at s.p[i] that hides a character of a value: "\/" or "\uXXXX", two of a pair of
 * surrogates being one. Returns how many bytes it takes, 0 none: also when a backslash before makes this one plain
 * text. *c: the character; a space for half a pair and for a control character.
 */
size_t vg_json_escape(vg_str s, size_t i, uint32_t *c);

#endif

#ifndef VG_BASE_FOLD_H
#define VG_BASE_FOLD_H
/*
 * Words as people search for them: without capitals and accents ("ÉNERGIE", "énergie" and "energie" are one), cut at
 * whatever is neither letter nor digit. The same on every engine, for it is done here. Latin letters lose their accents
 * (œ becomes oe, ß ss), Greek and Cyrillic ones their capitals; other scripts stay as they are.
 */
#include "base/buf.h"

/* The words of s in order, each followed by one space, appended to out; bytes that are no UTF-8 part words. A word of
 * more than VG_WORD_MAX bytes is cut into several. */
enum { VG_WORD_MAX = 200 };
void vg_fold_words(struct vg_buf *out, vg_str s);

#endif

#ifndef VG_MATCH_EVTX_H
#define VG_MATCH_EVTX_H
/*
 * Windows event logs (.evtx) as text. The layout is that of J. Metz, "Windows XML Event Log (EVTX) format" (libevtx
 * documentation) and of Microsoft [MS-EVEN6] 2.2 (BinXml). Works on hostile bytes: every read is bounded by its chunk
 * of 64 KiB, nesting by EVTX_DEPTH, and what one chunk may cost by EVTX_STEPS tokens, so that templates that name each
 * other cost no more than honest ones. Runs in the cell.
 */
#include "base/rd.h"
#include "match/match_internal.h"

enum { EVTX_CHUNK = 65536, EVTX_DEPTH = 16, EVTX_NAMES = 32, EVTX_STEPS = 1 << 20, EVTX_LINE = 1 << 20 };

/* One value (types 0-21 and their arrays, 0x80) as text: strings as UTF-8 with line ends as spaces, times RFC 3339,
 * SIDs S-1-.... */
void evtx_value(struct vg_buf *o, unsigned type, vg_str bytes);
void evtx_utf16(struct vg_buf *o, vg_str bytes); /* little-endian; ends at a zero */
vg_time evtx_time(uint64_t filetime);            /* 100 ns since 1601; VG_NOTIME when vg_time cannot hold it */

/* Where the values of Event/System stand in the text (at 0: nowhere), and where that part ends. */
enum evtx_field { EVTX_PROVIDER, EVTX_ID, EVTX_CHANNEL, EVTX_COMPUTER, EVTX_USER, EVTX_FIELDS };
struct evtx_system {
  size_t at[EVTX_FIELDS], end[EVTX_FIELDS], data;
};
/* BinXml of a record, chunk[from..to): TAB name=value for each value (no TAB is in either), after `o`, which is empty.
 * false: it breaks off; what was read stands in `o`. *steps counts down. */
bool evtx_xml(vg_str chunk, size_t from, size_t to, struct vg_buf *o, struct evtx_system *system, uint32_t *steps);

#endif

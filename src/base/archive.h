#ifndef VG_BASE_ARCHIVE_H
#define VG_BASE_ARCHIVE_H
/*
 * Archives in memory (libarchive): zip, tar, 7z, rar, cab, in gzip, bzip2, xz or zstd. Bytes from outside: in a cell
 * only.
 */
#include "base/str.h"

struct archive;
/* any: cpio too, and a single packed file. NULL: no such archive, or no memory. The caller frees it
 * (archive_read_free); bytes are borrowed until then. */
struct archive *vg_archive_open(vg_str bytes, bool any);

#endif

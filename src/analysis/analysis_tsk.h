#ifndef VG_ANALYSIS_TSK_H
#define VG_ANALYSIS_TSK_H
/* Between disk.c (volumes) and volume.c (what one holds): the only files that know libtsk. */
#include <tsk/libtsk.h>

#include "analysis/analysis_internal.h"

/* All files of w->volume, then its unallocated space. */
void volume_walk(struct walk *w, TSK_FS_INFO *fs);
/* Why libtsk's last call failed, in its own words; it forgets it then. */
const char *disk_reason(char out[static VG_ERR_ARG_MAX]);

#endif

#ifndef VG_QUALIFY_INTERNAL_H
#define VG_QUALIFY_INTERNAL_H
/* Shared by the files of the room only. */
#include "qualify/qualify.h"

/* Adds a piece; the lightest is dropped when there are too many. */
void qualify_add(struct qualify_assessment *a, vg_str key, double weight, const char *reason, const char *a1, const char *a2, const char *a3);
/* Weight of an answer under its Admiralty code ("B2"); false when the code is none. */
bool qualify_answer_weight(int verdict, vg_str admiralty, double *weight);

#endif

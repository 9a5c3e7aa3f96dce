#ifndef VG_EVALUATION_OBSTACLE_INTERNAL_H
#define VG_EVALUATION_OBSTACLE_INTERNAL_H
/* Shared by obstacle and obstacle_merged. */
#include "evaluation/evaluation.h"

bool obstacle_family(vg_str family);
enum { OBSTACLE_ENTERED, OBSTACLE_LINKED, OBSTACLE_CHANGED };

#endif

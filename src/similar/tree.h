#ifndef VG_SIMILAR_TREE_H
#define VG_SIMILAR_TREE_H
/*
 * Who is the nearest point outside of my cluster? The vantage-point tree of HAC-T, with its answers, which are not
 * always the nearest. Points are numbered as in v; at first each is its own cluster. One thread a tree.
 */
#include "similar/similar_internal.h"

enum { TREE_FAR = 99999 };
struct outsider {
  int32_t point; /* -1: none */
  int distance;
};
struct tree;
/* Copies the digests; n is below INT32_MAX. */
MUST vg_code tree_new(struct tree **out, const struct tlsh *v, size_t n, struct vg_err *err);
void tree_free(struct tree *t);
void tree_rename(struct tree *t, int32_t point, int32_t cluster);
struct outsider tree_outsider(struct tree *t, int32_t point);
/* Are all other n points at most that far from point[from]? */
bool tree_reaches(const struct tree *t, const int32_t *point, size_t n, size_t from, int most);

#endif

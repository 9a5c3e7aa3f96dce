#ifndef VG_SIMILAR_SIMILAR_H
#define VG_SIMILAR_SIMILAR_H
/*
 * Likeness of files: TLSH digests, their distance, the nearest of many, and clusters. Pure: no tables, no files, no
 * locks; a set may be searched by any number of threads at once. Digest and distance are those of TLSH (J. Oliver, C.
 * Cheng, Y. Chen: "TLSH - A Locality Sensitive Hash", CTC 2013), 128 buckets, one byte of checksum, window of five; the
 * hash inside is P. Pearson's (CACM 33(6), 1990). Clusters are those of HAC-T (J. Oliver, M. Ali, J. Hagen: "HAC-T and
 * Fast Search for Similarity in Security", COINS 2020).
 *
 *     struct tlsh_run run; struct tlsh t; char text[TLSH_TEXT];
 *     tlsh_begin(&run); tlsh_add(&run, bytes); if (tlsh_end(&run, &t)) puts(tlsh_text(&t, text));
 */
#include "base/buf.h"

enum { TLSH_CODE = 32, TLSH_TEXT = 73, TLSH_SHORTEST = 50 };

struct tlsh {
  unsigned char checksum, length, q1, q2; /* q1, q2: 0..15 */
  unsigned char code[TLSH_CODE];          /* in the order of the text: last bucket first, two bits a bucket */
};

struct tlsh_run {
  uint64_t length;
  uint32_t bucket[256];
  unsigned char last[4], checksum;
};
void tlsh_begin(struct tlsh_run *r);
void tlsh_add(struct tlsh_run *r, vg_str bytes);
/* false: fewer than TLSH_SHORTEST bytes, more than 4,224,281,216, or too uniform to say anything (at most half of the
 * buckets met). */
bool tlsh_end(const struct tlsh_run *r, struct tlsh *out);
/* "T1" and 70 upper-case digits. Returns out. */
char *tlsh_text(const struct tlsh *t, char out[static TLSH_TEXT]);
/* "T1..." or the 70 digits alone, any case. */
bool tlsh_parse(vg_str text, struct tlsh *out);
/* 0: as good as the same; about 30: akin; over 100: nothing in common. At most 2,472. Symmetric, not a metric. */
int tlsh_distance(const struct tlsh *a, const struct tlsh *b);

/* --- the nearest of many -------------------------------------------------------------------------------------- */
struct similar_set;
/* Copies the digests; about 42 bytes each. */
MUST vg_code similar_set_new(struct similar_set **out, const struct tlsh *v, size_t n, struct vg_err *err);
void similar_set_free(struct similar_set *s);
struct similar_near {
  uint32_t index; /* in v */
  int distance;
};
/*
 * The `nearest` (at least 1) closest digests not farther than max_distance, closest first, of equal ones the lowest
 * index first. Exact. found holds `nearest` rows and belongs to the caller; returns how many were filled.
 */
size_t similar_nearest(const struct similar_set *s, const struct tlsh *query, int max_distance, size_t nearest,
                       struct similar_near *found);

/* --- clusters ------------------------------------------------------------------------------------------------- */
typedef void similar_progress(void *ctx, uint64_t done, uint64_t total);
/*
 * HAC-T without stringy clusters: cluster[i] is the number of the cluster of v[i], from 0 in order of the smallest
 * member's place, or -1 when it is alone. Two clusters merge when a member of one has its nearest outsider within cdist
 * in the other and the merged radius stays within cdist. The same input gives the same clusters as the authors'
 * program. progress may be NULL.
 */
MUST vg_code similar_cluster(const struct tlsh *v, size_t n, int cdist, int64_t *cluster, similar_progress *progress,
                             void *ctx, struct vg_err *err);

#endif

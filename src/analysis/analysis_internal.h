#ifndef VG_ANALYSIS_INTERNAL_H
#define VG_ANALYSIS_INTERNAL_H
/*
 * Shared by the files of analysis/ only. Inside the cell one reader (disk.c, tree.c) walks the input and makes units; a
 * unit is a file's content or a run of space outside files. Workers (content.c) take units, hash, type and search them.
 * pool.c stands between:
 *
 *     reader -> [unit 7][unit 8][unit 9] -> workers     frames leave in the order of the units, whoever finishes first
 */
#include "analysis/analysis.h"
#include "evidence/evidence.h"
#include "match/match.h"
#include "merge/merge.h"

/* --- frames.c: a finding as the payload of a frame, and back ------------------------------------------------------ */
enum cell_msg finding_frame(enum finding_kind k);
void finding_write(struct vg_buf *b, const struct finding *f);
/* Texts are borrowed from the payload. false: not what finding_write writes. */
bool finding_read(enum cell_msg kind, vg_str payload, struct finding *out);

/* --- pool.c ------------------------------------------------------------------------------------------------------- */
enum {
  WHOLE_MAX = 16 << 20,  /* content up to this size is one chunk: rules see it as one */
  CHUNK = 4 << 20,       /* longer content comes in pieces of this */
  OVERLAP = 8 << 10,     /* of the piece before, which stand before a chunk's bytes */
  FRAMES_FULL = 1 << 20, /* findings of one unit that wait for their turn */
};
struct chunk {
  struct chunk *next;
  uint64_t at; /* of the first byte in the unit */
  size_t n, room;
  bool last;
  char bytes[]; /* OVERLAP bytes of room, then n bytes */
};
static inline char *chunk_data(struct chunk *c) { return c->bytes + OVERLAP; }

struct unit {
  uint64_t number;
  enum { UNIT_FILE, UNIT_SPACE } kind;
  struct found_file file; /* FILE: texts live in `text` */
  enum hit_place place;   /* SPACE: UNALLOCATED or GAP */
  int64_t volume, at;     /* SPACE: where the run begins, as hits count */
  struct vg_buf text;
  bool has_content, broken; /* broken: the content ended early */
  /* the rest is the pool's */
  struct chunk *first, **end;
  struct vg_buf frames;
  bool taken, fed, done;
};

struct pool;
struct tools;
typedef void pool_work(void *tools, struct pool *p, struct unit *u);
/* workers: 0 for one a processor. careful: one unit at a time, each announced before it is worked on. */
MUST vg_code pool_new(struct pool **out, struct cell_out *cell, bool careful, struct vg_err *err);
size_t pool_workers(const struct pool *p);
/* tools[i] is worker i's own. */
MUST vg_code pool_start(struct pool *p, pool_work *work, void *const *tools, struct vg_err *err);
/* Waits until everything is told, ends the workers, frees. */
void pool_end(struct pool *p);
/* Reader: a new unit at the end of the queue (waits for room). It is the reader's until pool_offer. */
struct unit *pool_unit(struct pool *p);
void pool_offer(struct pool *p, struct unit *u);
/* A chunk with room for n bytes; waits for memory. NULL when there is none to have. pool_feed gives it to the unit's
 * worker; after a last one no more come. */
struct chunk *pool_chunk(struct pool *p, size_t n);
void pool_feed(struct pool *p, struct unit *u, struct chunk *c);
void pool_progress(struct pool *p, uint64_t done, uint64_t total);
/* Worker: the next chunk, NULL after the last; the worker gives each back. */
struct chunk *pool_next(struct pool *p, struct unit *u);
void pool_release(struct pool *p, struct chunk *c);
/* A finding of this unit. pool_tell_first: before those that wait already. */
void pool_tell_first(struct pool *p, struct unit *u, const struct finding *f);
void pool_tell(struct pool *p, struct unit *u, const struct finding *f);
/* From the reader: a finding that is a unit of its own (number 0: none). */
void pool_say(struct pool *p, uint64_t number, const struct finding *f);

/* --- content.c, rules.c ---------------------------------------------------------------------------------------------
 */
struct rules;
/* Compiles all files that can be; a broken one is a problem (not told again). NULL in *out: no rule at all. */
MUST vg_code rules_compile(struct rules **out, struct pool *p, const char *const *paths, size_t n, bool again,
                           struct vg_err *err);
void rules_free(struct rules *r);

struct tools_order {
  const struct pack *pack;   /* or NULL */
  const struct rules *rules; /* or NULL */
  unsigned kinds;
};
MUST vg_code tools_new(struct tools **out, const struct tools_order *o, struct vg_err *err);
void tools_free(struct tools *t);
pool_work content_work;

/* values.c: the different values that one content holds. */
struct values;
struct values *values_new(void); /* NULL: no memory */
void values_free(struct values *v);
/* What begins in [from, to) counts; offsets are base + the place in bytes. Past VALUES_MOST different ones it says so
 * and no more are kept. */
enum { VALUES_MOST = 1 << 16 };
void values_search(struct values *v, vg_str bytes, bool text, uint64_t base, uint64_t from, uint64_t to);
/* Tells them, in order of their first occurrence, and forgets them. */
typedef void values_sink(void *ctx, const struct found_indicator *i);
bool values_tell(struct values *v, values_sink *sink, void *ctx); /* false: there were more than VALUES_MOST */

/* artefact_evtx.c: what a Windows event log says, read as its content comes: its events, and (pack not NULL) the listed
 * values in them, each once an event, with the event's time and the bytes of its record. */
struct artefact_sink {
  void (*event)(void *ctx, const struct found_event *e); /* volume, path and inode are the caller's to add */
  void (*hit)(void *ctx, const struct match_hit *h, vg_time time, uint64_t from, uint64_t to);
  void *ctx;
};
struct artefact_evtx;
/* NULL: `begin`, the first bytes of the content, begin no such log (or no memory). */
struct artefact_evtx *artefact_evtx_new(vg_str begin, const struct pack *pack, const struct artefact_sink *sink);
void artefact_evtx_feed(struct artefact_evtx *a, vg_str bytes);
/* Tells the rest and frees. false: something in it is damaged, as counts say. */
bool artefact_evtx_end(struct artefact_evtx *a, struct evtx_counts *counts);

/* log_hits.c: a listed value that an event says stands in the bytes of its record too: one hit. What was seen in the
 * bytes waits until the events are known. */
struct log_hits;
struct log_hits *log_hits_new(void); /* NULL: no memory */
void log_hits_said(struct log_hits *l, uint32_t entry, uint64_t from, uint64_t to);
bool log_hits_hold(struct log_hits *l, const struct match_hit *h, uint64_t at); /* false: no room */
/* Those that no event has said; h->at is their place. Frees; a NULL one tells nothing. */
void log_hits_tell(struct log_hits **l, void (*tell)(void *ctx, const struct match_hit *h), void *ctx);

/* A scanner of one worker. blocks is asked for the content, from its start, as often as the rules need its beginning.
 */
struct rules_scan;
MUST vg_code rules_scan_new(struct rules_scan **out, const struct rules *r, struct vg_err *err);
void rules_scan_free(struct rules_scan *s);
struct rules_block {
  uint64_t at;
  vg_str bytes;
};
struct rules_source {
  bool (*first)(void *ctx, struct rules_block *b);
  bool (*next)(void *ctx, struct rules_block *b);
  uint64_t size;
  void *ctx;
  vg_str path; /* of a file; empty: none, and the variables of rules are "" */
};
/* offset -1: the rule names no string that was found */
typedef void rules_hit(void *ctx, vg_str rule, int64_t offset);
/* NULL, or the message id of what went wrong. */
const char *rules_scan(struct rules_scan *s, const struct rules_source *from, rules_hit *hit, void *ctx);

/* --- attached.c, merged.c ----------------------------------------------------------------------------------------- */
extern const struct merge_attached analysis_attached;
/* The run's event, once all that it found is stored. */
MUST vg_code analysis_tell(struct store_tx *tx, const struct actor *who, int64_t run, const char *pid,
                           struct merge_sum *sum, struct vg_err *err);

/* --- the readers ----------------------------------------------------------------------------------------------------
 */
struct walk {
  struct pool *pool;
  struct image_reader *image;
  uint64_t image_bytes, read; /* progress */
  const char *path;           /* as given: image, file or directory */
  uint64_t unit, from;        /* the last one counted; those before `from` were told by an earlier run */
  const int64_t *skip,
      *skip_volumes; /* units and volumes that killed an earlier run; volumes still give their free space */
  size_t skip_count, skip_volume_count;
  int64_t files;
  int64_t volume; /* being walked, ANALYSIS_NO_VOLUME */
};
/* Counts a unit; NULL when it is not to be read now (told already, or skipped). */
struct unit *walk_unit(struct walk *w);
void walk_say(struct walk *w, const struct finding *f);
void walk_problem(struct walk *w, vg_str where, const char *msg, const char *arg);
/* *got 0: nothing more, or (VG_EIO) nothing that can be read. */
typedef vg_code walk_read(void *ctx, uint64_t at, char *p, size_t n, size_t *got);
/* Offers a unit and feeds it with `size` bytes. Reading that fails or ends early marks it broken and is a problem. */
void walk_feed(struct walk *w, struct unit *u, uint64_t size, walk_read *read, void *ctx);
/* A file's unit: f's texts are copied. NULL as walk_unit. */
struct unit *walk_file(struct walk *w, const struct found_file *f);
/* Space outside files: `bytes` from the image's byte `from` on. Hits count from the volume's first byte, without volume
 * from the image's. */
void walk_space(struct walk *w, enum hit_place place, uint64_t from, uint64_t bytes);
/* *found: a partition table or a file system was there. */
MUST vg_code disk_walk(struct walk *w, bool *found, struct vg_err *err);
MUST vg_code tree_walk(struct walk *w, struct vg_err *err);
/* The whole image as the content of one file. */
MUST vg_code image_as_file(struct walk *w, struct vg_err *err);

#endif

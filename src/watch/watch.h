#ifndef VG_WATCH_WATCH_H
#define VG_WATCH_WATCH_H
/*
 * Technology watch (veille): sources are followed, what they publish is folded into stories, stories name indicators
 * and vulnerabilities and are ranked by reasons that are shown. Reads RSS 0.9 to 2.0, RDF, Atom, JSON Feed, the KEV
 * catalogue, CSAF advisories, and the changes of a page, archives of mailing lists (mbox, gzipped too); OPML both ways.
 * Fetching is polite: conditional requests, robots.txt, back-off, Retry-After; what comes back is parsed in the cell. A
 * source that is silent for longer than its habit, or fails, shows as an alarm and is never skipped in silence. Owns
 * watch_source, watch_item, watch_story, watch_band, watch_mention, watch_mark, watch_robots. Tasks about a story are
 * casework's.
 */
#include "base/msg.h"
#include "intel/intel.h"
#include "sandbox/sandbox.h"

/* --- sources --- */
enum watch_health { WATCH_NEW, WATCH_OK, WATCH_SILENT, WATCH_UNASKED, WATCH_FAILING }; /* UNASKED: nobody reads it */
const char *watch_health_id(enum watch_health h);                                      /* message id */

struct watch_source {
  int64_t id;
  vg_str pid, url, title, category, kind; /* kind: "feed" or "page" */
  enum tlp tlp;
  int64_t period;                      /* ns between two fetches when all is well */
  vg_time last_ok, next_fetch, newest; /* newest: publication of the newest item */
  int64_t failures, items;
  vg_str problem, words; /* message id of the last failure and its argument, "" when the last fetch went well */
  enum watch_health health;
  /*
   * ns: silence longer than this is an alarm: what was said (expect), else three times the median gap of what it
   * published (two days at least); of fewer than four publications three times a mean gap that starts from two of ten
   * days. 0: a page of which nothing was said, for a page may never change. Silence counts from the newest publication,
   * of a source without any from when it was first followed.
   */
  int64_t habit, expect;
  vg_time silent_since;
};
struct watch_new_source {
  const char *url, *title, *category, *kind; /* title, category NULL or "": the feed's own, none; kind NULL: "feed" */
  enum tlp tlp;
  int64_t period; /* ns, 0: one hour */
  int64_t expect; /* ns of silence that are an alarm; 0: by its habit */
};
enum { WATCH_EXPECT_DAYS = 3650 };
/* VG_EUSAGE: no http or https URL, unknown kind, period under five minutes, expect not from an hour to ten years.
 * VG_EEXIST: followed already (one that was
 * dropped comes back). */
MUST vg_code watch_source_add(struct store_tx *tx, const struct actor *who, const struct watch_new_source *s,
                              struct vg_id *pid, struct vg_err *err);
/* title, category, tlp, period and expect as in *s; url and kind are not read. VG_ENOTFOUND as for dropping. */
MUST vg_code watch_source_change(struct store_tx *tx, const struct actor *who, vg_str ref,
                                 const struct watch_new_source *s, struct vg_err *err);
/* It is read in the next round, whatever its turn. */
MUST vg_code watch_source_due(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_err *err);
/* ref: public id or URL. Its items stay. */
MUST vg_code watch_source_drop(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_err *err);
/* What to do about a source's problem, or about its health when it has none: a message id without arguments; NULL when
 * the problem says it itself or all is well. */
const char *watch_advice_id(vg_str problem, enum watch_health health);
typedef vg_code watch_source_sink(void *ctx, const struct watch_source *s, struct vg_err *err);
/* Those followed, the ones that call for attention first (silent, failing, or read by nobody). */
MUST vg_code watch_each_source(struct store_tx *tx, watch_source_sink *sink, void *ctx, struct vg_err *err);
/* Only those that call for attention. */
MUST vg_code watch_each_alarm(struct store_tx *tx, watch_source_sink *sink, void *ctx, struct vg_err *err);
/* Adds the sources of an OPML file (parsed in the cell), pages (type="page") too, with marking, rhythm and expected
 * silence when the file is one of ours; those followed already are counted apart, and those whose address is none of
 * the web. "feed:" and "feed://", as some readers write, are http. */
struct watch_opml {
  int64_t added, known, refused;
  char first[200]; /* address that was refused, cut where it is longer */
};
MUST vg_code watch_opml_import(struct store_tx *tx, const struct actor *who, const char *path, struct watch_opml *out,
                               struct vg_err *err);
/* Every followed source, so that an import elsewhere gives them equal. */
MUST vg_code watch_opml_export(struct store_tx *tx, struct vg_buf *out, struct vg_err *err);

/* --- fetching --- */
struct watch_fetched {
  vg_str url, title;
  long status;
  int64_t items;       /* new ones */
  const char *problem; /* message id with words as its argument, NULL: went well */
  const char *words;
};
typedef void watch_fetched_sink(void *ctx, const struct watch_fetched *f);
struct watch_order {
  const char *dir;  /* where answers lie while the cell reads them */
  vg_str only;      /* a source's public id or URL; empty: all that are due */
  bool now;         /* also those that are not due yet */
  unsigned seconds; /* an answer may take, 0: 60 */
  watch_fetched_sink *sink;
  void *ctx;
};
struct watch_summary {
  int64_t sources, unchanged, failed, items, stories;
};
/* When the next source is due; VG_NOTIME: none is followed. */
MUST vg_code watch_next_due(struct store_tx *tx, vg_time *out, struct vg_err *err);
/* The network may take minutes, so this opens its own transactions, one a source. */
MUST vg_code watch_fetch(struct store *st, const struct watch_order *order, struct watch_summary *out,
                         struct vg_err *err);
/* What the followed source ref (public id or URL) published, brought in a file to a machine without the network: kept
 * as if it had been fetched. The file is parsed in the cell, 32 MiB at most; its SHA-256 stands in the ledger.
 * VG_ENOTFOUND, VG_EDATA, VG_ELIMIT. */
MUST vg_code watch_source_carry(struct store_tx *tx, const struct actor *who, vg_str ref, const char *path,
                                struct watch_summary *out, struct vg_err *err);
extern const struct cell_parser watch_parser;

/* --- stories --- */
enum { WATCH_REASONS = 5 };
struct watch_story {
  int64_t id;
  vg_str pid, title;
  vg_time first, last;
  int64_t items, sources, indicators, cves, known; /* known: mentions that the intelligence store has */
  bool read, starred;
  enum tlp tlp; /* the strictest among its sources */
  vg_str note;
  double score;
  struct watch_reason {
    const char *id; /* message id, argument: n */
    int64_t n;
    double points;
  } reason[WATCH_REASONS];
  size_t reasons;
};
typedef vg_code watch_story_sink(void *ctx, const struct watch_story *s, struct vg_err *err);
/* Of the last `days`, highest score first, at most limit; marks are person's. unread: only those that person has not
 * read. */
MUST vg_code watch_each_story(struct store_tx *tx, int64_t person, int64_t days, bool unread, int64_t limit,
                              watch_story_sink *sink, void *ctx, struct vg_err *err);
/* VG_ENOTFOUND. */
MUST vg_code watch_story_find(struct store_tx *tx, int64_t person, vg_str pid, watch_story_sink *sink, void *ctx,
                              struct vg_err *err);
struct watch_item {
  vg_str source, url, title, text;
  vg_time published;
};
typedef vg_code watch_item_sink(void *ctx, const struct watch_item *i, struct vg_err *err);
MUST vg_code watch_each_item(struct store_tx *tx, int64_t story, watch_item_sink *sink, void *ctx, struct vg_err *err);
struct watch_mention {
  vg_str type, value;
  bool benign, known;
};
typedef vg_code watch_mention_sink(void *ctx, const struct watch_mention *m, struct vg_err *err);
MUST vg_code watch_each_mention(struct store_tx *tx, int64_t story, watch_mention_sink *sink, void *ctx,
                                struct vg_err *err);
/* note p NULL: unchanged; VG_EUSAGE: longer than WATCH_NOTE. Marks travel between instances, and stay his who made
 * them. View: watch_v_marked (subject, person, story, title): what instances call a mark, whose it is (as they call
 * him), and of which story here. */
enum { WATCH_NOTE = 4000 };
extern const struct merge_kind watch_merges[];
MUST vg_code watch_mark(struct store_tx *tx, const struct actor *who, vg_str pid, bool read, bool starred, vg_str note,
                        struct vg_err *err);
/* The story's mentions that are not harmless become indicators of the intelligence store, asserted by the story's first
 * source with its marking. */
MUST vg_code watch_promote(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t *added,
                           struct vg_err *err);
/* When it last was, by the ledger; VG_NOTIME: never. source: who asserts its indicators there. */
MUST vg_code watch_promoted(struct store_tx *tx, vg_str pid, vg_time *at, struct vg_buf *source, struct vg_err *err);
/* Stories that name a value, the newest first. */
typedef vg_code watch_naming_sink(void *ctx, vg_str pid, vg_str title, vg_time last, struct vg_err *err);
MUST vg_code watch_each_naming(struct store_tx *tx, vg_str type, vg_str value, int64_t limit, watch_naming_sink *sink,
                               void *ctx, struct vg_err *err);

/* --- a story becomes work --- */

/*
 * A bulletin's draft in plain words, Markdown: what is told and by whom, the vulnerabilities, the indicators (defanged,
 * harmless ones left out), what to do first, the marking. A draft is not sent: what leaves passes the gate of the room
 * share.
 */
MUST vg_code watch_bulletin(struct store_tx *tx, const struct actor *who, vg_str story, enum vg_lang lang,
                            struct vg_buf *out, struct vg_err *err);

extern const char watch_sql[];

#endif

#ifndef VG_WATCH_WATCH_INTERNAL_H
#define VG_WATCH_WATCH_INTERNAL_H
/* Shared by the files of this room only. */
#include "base/http.h"
#include "watch/watch.h"

/* What a person marked of a story (story.c), and how that travels (merged.c). */
struct mark {
  bool read, starred;
  vg_str note;
};
MUST vg_code mark_read(struct store_tx *tx, int64_t story, int64_t person, struct vg_buf *note, struct mark *out,
                       struct vg_err *err);
MUST vg_code mark_tell(struct store_tx *tx, const struct actor *who, int64_t person, int64_t story,
                       const struct mark *was, const struct mark *is, struct vg_err *err);
/* An item has come: marks of it that came before. */
MUST vg_code mark_waiting(struct store_tx *tx, int64_t source, vg_str guid, struct vg_err *err);

/* One thing that a source published, as the cell sends it. */
struct read_item {
  vg_str guid, url, title, text;
  vg_time published; /* VG_NOTIME: not said */
};
typedef vg_code read_item_sink(void *ctx, const struct read_item *i, struct vg_err *err);
/* Reads an answer that lies in a file. as: "feed", "page", "opml". *title gets the feed's own title. */
MUST vg_code watch_read(const char *path, const char *as, const char *url, char title[static 256], read_item_sink *sink,
                        void *ctx, struct vg_err *err);

/* The name space of what OPML has no words for: marking, rhythm (s) and expected silence (s) of a source. */
#define WATCH_OPML "urn:vigie:watch"
/* Bytes of a name, an address or a title: of an item they are cut there, a source with longer ones is refused. */
enum { FEED_SHORT = 2000 };
/* feed_xml.c, in the cell: how the parsers hand over what they find, a JSON object at a time. */
struct feed_out {
  void (*send)(void *ctx, vg_str json);
  void *ctx;
  const char *url; /* where it came from */
  size_t items;
};
void feed_send_title(struct feed_out *f, vg_str title);
void feed_send_item(struct feed_out *f, const struct read_item *i);
MUST vg_code feed_read_xml(struct feed_out *f, vg_str bytes, struct vg_err *err);
MUST vg_code feed_read_json(struct feed_out *f, vg_str bytes, struct vg_err *err);
MUST vg_code feed_read_page(struct feed_out *f, vg_str bytes, struct vg_err *err);
MUST vg_code feed_read_opml(struct feed_out *f, vg_str bytes, struct vg_err *err);
/* feed_mail.c: mbox; gzip that holds one. */
MUST vg_code feed_read_mbox(struct feed_out *f, vg_str bytes, struct vg_err *err);
MUST vg_code feed_read_packed(struct feed_out *f, vg_str bytes, struct vg_err *err);
/* RFC 822 dates as RSS has them, else RFC 3339. VG_NOTIME. */
vg_time feed_date(vg_str text);

/* sketch.c: MinHash of a text (A. Broder 1997), 64 minima over runs of three words; equal parts estimate the Jaccard
 * index. */
enum { SKETCH = 64, BANDS = 16 };
struct sketch {
  uint32_t low[SKETCH];
};
void sketch_of(vg_str title, vg_str text, struct sketch *out);
double sketch_alike(const struct sketch *a, const struct sketch *b);
int64_t sketch_band(const struct sketch *s, size_t band);

/* robots.c: RFC 9309. May this path be fetched by us? */
bool robots_allow(vg_str robots, vg_str path);

/* advice.c: the problem (message id, argument: the status) that a status other than 200 and 304 is. */
const char *advice_status(long status);

/* source.c: the one that is followed under this public id or URL. VG_ENOTFOUND. */
struct source {
  int64_t id;
  char pid[VG_ID_MAX], url[VG_HTTP_URL], kind[8];
};
MUST vg_code source_find(struct store_tx *tx, vg_str ref, struct source *out, struct vg_err *err);

/* story.c: VG_ENOTFOUND. */
MUST vg_code story_id(struct store_tx *tx, vg_str pid, int64_t *id, struct vg_err *err);

/* item.c: keeps a new item, finds or makes its story, notes its mentions. *fresh false: known already. */
MUST vg_code item_keep(struct store_tx *tx, int64_t source, const struct read_item *i, bool *fresh, bool *new_story,
                       struct vg_err *err);
/* The same as a read_item_sink that counts what was new. ctx: struct item_tally. */
struct item_tally {
  struct store_tx *tx;
  int64_t source, fresh, stories;
};
MUST vg_code item_tally(void *ctx, const struct read_item *i, struct vg_err *err);

#endif

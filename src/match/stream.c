#include "match/container.h"
#include "match/input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20, LOOK_BACK = 1 << 16, BACK_MAX = 1 << 13, BEHIND = 1 << 14 };
_Static_assert(PIECE + BACK_MAX <= INPUT_KEPT, "what waits for its line's end, and what is kept for context");

/* At b: what was scanned and is kept for context, then what was read. */
struct stream {
  struct scan scan;
  struct input *in;
  const struct stream_part *part;
  unsigned char *b;
  size_t back, have;
  uint64_t at;  /* place in the file of the first byte not scanned */
  bool newline; /* the last byte scanned was a line end */
  struct match_counts counts;
};

/* Where the bytes at hand are cut when they cannot wait: after a line that ended not long ago, else at a space, else at
 * something that no value contains, else anywhere. */
static size_t cut_at(const unsigned char *b, size_t n) {
  const unsigned char *nl = memrchr(b, '\n', n);
  if (nl && b + n - nl < PIECE)
    return (size_t)(nl - b) + 1;
  for (size_t i = n; i > n - LOOK_BACK; i--)
    if (b[i - 1] == ' ' || b[i - 1] == '"')
      return i;
  for (size_t i = n; i > n - LOOK_BACK; i--)
    if (b[i - 1] && !(match_class[b[i - 1]] & (C_HOST | C_COLON)))
      return i;
  return n;
}

/* So many lines before the place `n`; that is where lines end there. 0 when there are not so many. */
static size_t lines_before(const unsigned char *b, size_t n, unsigned lines) {
  while (lines-- && n) {
    const unsigned char *nl = memrchr(b, '\n', n - 1);
    n = nl ? (size_t)(nl - b) + 1 : 0;
  }
  return n;
}

static void scan_to(struct stream *t, size_t cut) {
  unsigned char *b = t->b + t->back;
  struct scan *s = &t->scan;
  if (cut)
    t->newline = b[cut - 1] == '\n';
  bool inside = cut && (match_class[b[cut - 1]] & C_HOST);
  s->low = t->b, s->high = b + t->have;
  scan_piece(s, b, cut);
  scan_shift(s, cut);
  s->glued = inside;
  t->counts.bytes += cut;
  t->at += cut;
  size_t end = t->back + cut, keep = end;
  if (s->context) {
    size_t low = end > BACK_MAX ? end - BACK_MAX : 0;
    keep = low + lines_before(t->b + low, end - low, s->context);
  }
  t->b += keep;
  t->back = end - keep;
  t->have -= cut;
}

/* Of a part little is read behind its end. */
static vg_code read_on(struct stream *t, bool *last, struct vg_err *err) {
  const struct stream_part *part = t->part;
  const uint64_t at = t->at + t->have;
  size_t got, most = part->part && at + PIECE > part->to ? (size_t)(part->to > at ? part->to - at : BEHIND) : PIECE;
  vg_code rc = input_more(t->in, &t->b, t->back + t->have, most, &got, err);
  t->have += got;
  *last = got == 0;
  return rc;
}

/* A part begins after the first line end at or behind the byte before it. */
static vg_code skip_line(struct stream *t, bool *last, struct vg_err *err) {
  while (!*last && t->at < t->part->to) {
    VG_TRY(read_on(t, last, err));
    const unsigned char *nl = t->have ? memchr(t->b, '\n', t->have) : NULL;
    size_t skip = nl ? (size_t)(nl - t->b) + 1 : t->have;
    t->b += skip;
    t->have -= skip;
    t->at += skip;
    if (nl)
      break;
  }
  t->scan.base = t->at;
  return VG_OK;
}

/* Where the part's last line ends, 0 when that is not at hand. */
static size_t part_end(const struct stream *t) {
  const uint64_t to = t->part->to;
  const unsigned char *b = t->b + t->back, *nl = NULL;
  if (t->part->part && t->at + t->have >= to) {
    size_t edge = to - 1 > t->at ? (size_t)(to - 1 - t->at) : 0;
    nl = memchr(b + edge, '\n', t->have - edge);
  }
  return nl ? (size_t)(nl - b) + 1 : 0;
}

/* After the last line that has ended, with its context behind it; 0: there is none. */
static size_t lines_end(const struct stream *t) {
  const unsigned char *b = t->b + t->back, *nl = t->have ? memrchr(b, '\n', t->have) : NULL;
  const size_t end = nl ? (size_t)(nl - b) + 1 : 0;
  return t->scan.context ? lines_before(b, end, t->scan.context) : end;
}

/* What of the buffer can be scanned; all of it at the end. True when the part ends there. */
static bool scan_some(struct stream *t, bool all) {
  const size_t end = all ? 0 : part_end(t), lines = all || end ? 0 : lines_end(t);
  size_t cut = all ? t->have : end ? end : lines;
  if (!cut && !all && t->have < PIECE)
    return false;
  if (!all && !end && t->have - cut >= PIECE)
    cut = cut_at(t->b + t->back, t->have);
  scan_to(t, cut);
  return all || end;
}

static void end_counts(struct stream *t) {
  t->counts.lines += t->scan.line - 1 + (t->newline ? 0 : 1);
  t->counts.hits += t->scan.hits;
}

static vg_code run(struct stream *t, struct vg_err *err) {
  const struct stream_part *part = t->part;
  bool last = false, over = false;
  vg_code rc = VG_OK;
  t->newline = true;
  if (part->part && part->from)
    VG_TRY(skip_line(t, &last, err));
  while (!over && t->scan.rc == VG_OK && !(part->part && t->newline && t->at >= part->to)) {
    if (!last)
      rc = read_on(t, &last, err);
    over = scan_some(t, last);
  }
  end_counts(t);
  return t->scan.rc != VG_OK ? t->scan.rc : rc;
}

struct stream_push {
  struct stream t;
  struct stream_part part;
  unsigned char room[INPUT_KEPT + INPUT_BLOCK];
};

/* No line of a file was written later than the file. */
static void bound_time(struct scan *s, const char *path) {
  struct stat st;
  if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (vg_time)st.st_mtime < s->latest / VG_SECOND)
    s->latest = (vg_time)st.st_mtime * VG_SECOND;
}

vg_code stream_push_new(struct stream_push **out, const struct pack *p, const struct stream_part *of, match_sink *sink,
                        void *ctx, struct vg_err *err) {
  struct stream_push *u = calloc(1, sizeof *u);
  if (!u)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  vg_code rc = scan_init(&u->t.scan, p, 1, sink, ctx, err);
  if (rc == VG_OK)
    rc = scan_fields(&u->t.scan, err);
  if (rc != VG_OK) {
    scan_fini(&u->t.scan);
    free(u);
    return rc;
  }
  u->t.b = u->room;
  u->t.part = &u->part;
  u->t.newline = true;
  u->t.scan.context = of->context;
  bound_time(&u->t.scan, of->path);
  *out = u;
  return VG_OK;
}

vg_code stream_push(struct stream_push *u, const unsigned char *p, size_t n, struct vg_err *err) {
  struct stream *t = &u->t;
  (void)err; /* the sink has told it */
  while (n && t->scan.rc == VG_OK) {
    const size_t kept = t->back + t->have;
    size_t room = sizeof u->room - (size_t)(t->b - u->room) - kept, k;
    if (n > room) {
      memmove(u->room, t->b, kept);
      t->b = u->room;
      room = sizeof u->room - kept;
    }
    k = n < room ? n : room;
    memcpy(t->b + kept, p, k);
    t->have += k, p += k, n -= k;
    if (t->have >= INPUT_BLOCK)
      scan_some(t, false);
  }
  return t->scan.rc;
}

vg_code stream_push_end(struct stream_push **push, struct match_counts *counts, struct vg_err *err) {
  struct stream *t = &(*push)->t;
  (void)err;
  if (t->scan.rc == VG_OK)
    scan_some(t, true);
  end_counts(t);
  *counts = t->counts;
  vg_code rc = t->scan.rc;
  scan_fini(&t->scan);
  free(*push);
  *push = NULL;
  return rc;
}

size_t stream_head(const char *path, char room[static STREAM_HEAD]) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t n = fd < 0 ? 0 : pread(fd, room, STREAM_HEAD, 0);
  if (fd >= 0)
    close(fd);
  return n > 0 ? (size_t)n : 0;
}

/* A part further on has its columns from the first lines of the file. */
static vg_code begin_fields(struct stream *t, struct vg_err *err) {
  char room[STREAM_HEAD] UNZEROED;
  vg_str head = t->part->from ? t->part->head : VG_NOSTR;
  VG_TRY(scan_fields(&t->scan, err));
  if (t->part->from && !head.p)
    head = vg_str_n(room, stream_head(t->part->path, room));
  if (head.n)
    field_begin(t->scan.field, head);
  return VG_OK;
}

static void end_fields(struct stream *t) {
  struct stream_header *h = t->part->header;
  if (h && t->scan.field)
    h->columns = field_take_header(t->scan.field, &h->line);
}

vg_code stream_scan(const struct pack *p, const struct stream_part *part, match_sink *sink, void *ctx,
                    struct match_counts *counts, struct vg_err *err) {
  if (!part->part && container_of(part->path) != CONTAINER_NONE)
    return container_scan(p, part, NULL, sink, ctx, counts, err);
  struct stream t = {.part = part};
  uint64_t from = part->from ? part->from - 1 : 0;
  vg_code rc = VG_OK;
  VG_TRY(scan_init(&t.scan, p, 1, sink, ctx, err));
  t.scan.context = part->context;
  bound_time(&t.scan, part->path);
  t.at = from;
  VG_GO(begin_fields(&t, err));
  VG_GO(input_open(&t.in, part->path, part->part, from, err));
  rc = input_packed(t.in) ? container_scan(p, part, t.in, sink, ctx, &t.counts, err) : run(&t, err);
out:
  *counts = t.counts;
  end_fields(&t);
  input_close(t.in);
  scan_fini(&t.scan);
  return rc;
}

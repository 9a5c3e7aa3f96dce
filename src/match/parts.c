#include "base/archive.h"
#include "match/container.h"
#include "match/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLICE = 1 << 20, LINES = 1 << 18, LINES_ROOM = LINES + (2 << 20), CAPTURE_MOST = 512 << 20, DEPTH = 6 };

/* Bytes of one file as they come, and what they turned out to be. */
struct body {
  const struct part_sink *to;
  const char *path;
  unsigned depth;
  enum { BODY_NEW, BODY_PLAIN, BODY_PACKED, BODY_EVTX, BODY_CAPTURE, BODY_ARCHIVE } kind;
  bool member; /* path is its name in an archive, else that of the file */
  bool enough, broken;
  struct vg_buf begin; /* BODY_NEW: too few bytes to tell; a capture, an archive: all */
  struct vg_buf lines; /* of events */
  struct evtx_reader *evtx;
  struct unpack *unpack;
  bool inside;        /* a compressed member */
  unsigned char *own; /* room for what is unpacked, when the sink has none */
  struct body *inner;
};
static vg_code body_take(struct body *b, vg_str bytes, struct vg_err *err);
static vg_code body_end(struct body *b, struct vg_err *err);
static vg_code read_archive(vg_str bytes, const char *path, unsigned depth, const struct part_sink *to,
                            struct vg_err *err);

static void put(struct body *b, vg_str bytes) {
  for (size_t at = 0; at < bytes.n && !b->enough; at += SLICE)
    b->enough = !b->to->bytes(b->to->ctx, vg_str_sub(bytes, at, SLICE));
}

static void put_text(void *ctx, vg_str text) { put(ctx, text); }

/* Stale records behind the end are searched too: a value that was logged once is worth knowing of. */
static void put_event(void *ctx, const struct evtx_event *e) {
  struct body *b = ctx;
  struct vg_buf *o = &b->lines;
  char t[VG_TIME_TEXT];
  vg_buf_z(o, vg_time_text(t, e->time, true));
  vg_buf_fmt(o, " record %llu%s\t", (unsigned long long)e->number, e->recovered ? " (recovered)" : "");
  vg_buf_str(o, e->text);
  vg_buf_byte(o, '\n');
  if (o->n > LINES) {
    put(b, vg_buf_view(o));
    vg_buf_reset(o);
  }
}

static void body_begin(struct body *b, const struct part_sink *to, const char *path, unsigned depth) {
  *b = (struct body){.to = to, .path = path, .depth = depth, .inside = true};
  vg_buf_init(&b->begin, CAPTURE_MOST);
  vg_buf_init(&b->lines, LINES_ROOM);
}

static vg_code begin_unpacking(struct body *b, enum unpack_kind kind, struct vg_err *err) {
  b->kind = BODY_PACKED;
  b->own = malloc(SLICE);
  b->inner = calloc(1, sizeof *b->inner);
  if (b->inner) {
    body_begin(b->inner, b->to, b->path, b->depth + 1);
    b->inner->member = b->member;
  }
  if (!b->own || !b->inner)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  return unpack_new(&b->unpack, kind, b->path, err);
}

/* By its first bytes; `all`: there are no more. */
static vg_code decide(struct body *b, bool all, struct vg_err *err) {
  enum { ENOUGH = 512 }; /* those of tar */
  const vg_str head = vg_buf_view(&b->begin);
  if (head.n < ENOUGH && !all)
    return VG_OK;
  const enum container kind = container_by_magic(head);
  const enum unpack_kind packed = unpack_by_magic((const unsigned char *)head.p, head.n);
  if (kind == CONTAINER_EVTX) {
    b->kind = BODY_EVTX;
    return evtx_new(&b->evtx, put_event, b, err);
  }
  b->broken |= (kind == CONTAINER_ARCHIVE || packed != UNPACK_NONE) && b->depth >= DEPTH;
  if (kind == CONTAINER_CAPTURE)
    b->kind = BODY_CAPTURE;
  else if (kind == CONTAINER_ARCHIVE && b->depth < DEPTH)
    b->kind = BODY_ARCHIVE;
  else if (packed != UNPACK_NONE && b->depth < DEPTH)
    return begin_unpacking(b, packed, err);
  else
    b->kind = BODY_PLAIN;
  return VG_OK;
}

/* Plain text is unpacked right to where the sink wants it. */
static unsigned char *room_of(const struct body *b, size_t *n) {
  char *p = b->to->room && b->inner->kind == BODY_PLAIN ? b->to->room(b->to->ctx, n) : NULL;
  if (p)
    return (unsigned char *)p;
  *n = SLICE;
  return b->own;
}

/* One step. No bytes: they have ended. */
static vg_code unpack_some(struct body *b, vg_str bytes, size_t *took, struct vg_err *err) {
  const unsigned char *p = (const unsigned char *)bytes.p;
  struct vg_err why = {0};
  size_t gave, cap;
  bool ended;
  unsigned char *room = room_of(b, &cap);
  b->broken = unpack_step(b->unpack, p, bytes.n, took, room, cap, &gave, &ended, &why) != VG_OK;
  b->inside = !ended;
  b->broken |= !*took && !gave && !ended;
  VG_TRY(body_take(b->inner, vg_str_n((const char *)room, gave), err));
  b->enough = b->inner->enough;
  return VG_OK;
}

/* Bytes behind the last compressed member that begin no other one are padding. What breaks off ends there. */
static vg_code unpack(struct body *b, vg_str bytes, struct vg_err *err) {
  while (bytes.n && !b->broken && !b->enough) {
    size_t took;
    if (!b->inside && unpack_by_magic((const unsigned char *)bytes.p, bytes.n) == UNPACK_NONE && bytes.n > 9)
      return VG_OK;
    VG_TRY(unpack_some(b, bytes, &took, err));
    bytes = vg_str_sub(bytes, took, SIZE_MAX);
  }
  return VG_OK;
}

static vg_code unpack_end(struct body *b, struct vg_err *err) {
  vg_code rc = VG_OK;
  size_t took;
  while (rc == VG_OK && b->inside && !b->broken && !b->enough)
    rc = unpack_some(b, VG_NOSTR, &took, err);
  const vg_code last = body_end(b->inner, rc == VG_OK ? err : NULL);
  return rc == VG_OK ? last : rc;
}

static vg_code body_go_on(struct body *b, vg_str bytes, struct vg_err *err) {
  switch (b->kind) {
  case BODY_NEW: break;
  case BODY_PLAIN: put(b, bytes); break;
  case BODY_EVTX: evtx_feed(b->evtx, bytes); break;
  case BODY_PACKED: return unpack(b, bytes, err);
  case BODY_CAPTURE:
  case BODY_ARCHIVE:
    b->broken |= b->begin.n + bytes.n > CAPTURE_MOST; /* what is beyond is not searched */
    vg_buf_str(&b->begin, vg_str_sub(bytes, 0, CAPTURE_MOST - b->begin.n));
    break;
  }
  return VG_OK;
}

/* Is it read once all its bytes are there? */
static bool collects(const struct body *b) { return b->kind == BODY_CAPTURE || b->kind == BODY_ARCHIVE; }

static vg_code body_take(struct body *b, vg_str bytes, struct vg_err *err) {
  if (b->kind != BODY_NEW)
    return body_go_on(b, bytes, err);
  vg_buf_str(&b->begin, bytes);
  VG_TRY(decide(b, false, err));
  if (b->kind == BODY_NEW || collects(b))
    return vg_buf_check(&b->begin, err);
  vg_code rc = body_go_on(b, vg_buf_view(&b->begin), err);
  vg_buf_reset(&b->begin);
  return rc;
}

static vg_code end_events(struct body *b, struct vg_err *err) {
  struct evtx_counts n;
  vg_code rc = evtx_end(&b->evtx, &n, err);
  if (rc == VG_OK)
    put(b, vg_buf_view(&b->lines));
  return rc == VG_OK && (n.damaged || n.broken)
             ? VG_FAIL(err, VG_EDATA, "match.evtx_damaged", b->path, VG_N(n.damaged), VG_N(n.broken))
             : rc;
}

/* An archive in another: its members are called by the names of both. */
struct nested {
  const struct part_sink *to;
  const char *name; /* NULL: the file's own */
  struct vg_buf path;
};
static const char *nested_name(struct nested *x, const char *name) {
  if (!x->name)
    return name;
  vg_buf_reset(&x->path);
  vg_buf_z(&x->path, x->name);
  vg_buf_byte(&x->path, '/');
  vg_buf_z(&x->path, name);
  return x->path.bad ? name : vg_buf_text(&x->path);
}
static vg_code nested_member(void *ctx, const char *name, struct vg_err *err) {
  struct nested *x = ctx;
  return x->to->member(x->to->ctx, nested_name(x, name), err);
}
static bool nested_bytes(void *ctx, vg_str bytes) {
  const struct nested *x = ctx;
  return x->to->bytes(x->to->ctx, bytes);
}
static void nested_problem(void *ctx, const char *name) {
  struct nested *x = ctx;
  x->to->problem(x->to->ctx, nested_name(x, name));
}
static char *nested_room(void *ctx, size_t *n) {
  const struct nested *x = ctx;
  return x->to->room(x->to->ctx, n);
}

static vg_code end_archive(struct body *b, struct vg_err *err) {
  struct nested x = {.to = b->to, .name = b->member ? b->path : NULL};
  const struct part_sink to = {nested_member, nested_bytes, nested_problem, &x, b->to->room ? nested_room : NULL};
  vg_buf_init(&x.path, 1 << 16);
  const vg_code rc = read_archive(vg_buf_view(&b->begin), b->path, b->depth, &to, err);
  vg_buf_fini(&x.path);
  return rc;
}

static vg_code end_kind(struct body *b, struct vg_err *err) {
  if (b->kind == BODY_NEW) {
    VG_TRY(decide(b, true, err));
    VG_TRY(body_go_on(b, collects(b) ? VG_NOSTR : vg_buf_view(&b->begin), err));
  }
  if (b->kind == BODY_EVTX)
    return end_events(b, err);
  if (b->kind == BODY_CAPTURE)
    return capture_read(vg_buf_view(&b->begin), put_text, b, err);
  if (b->kind == BODY_ARCHIVE)
    return end_archive(b, err);
  return b->kind == BODY_PACKED ? unpack_end(b, err) : VG_OK;
}

/* What is left of it, and its memory; VG_EDATA: it breaks off. */
static vg_code body_end(struct body *b, struct vg_err *err) {
  struct evtx_counts n;
  vg_code rc = end_kind(b, err);
  if (rc == VG_OK && b->broken)
    rc = VG_FAIL(err, VG_EDATA, "match.broken", b->path);
  if (b->evtx)
    (void)!evtx_end(&b->evtx, &n, NULL);
  unpack_free(b->unpack);
  free(b->inner);
  free(b->own);
  vg_buf_fini(&b->begin);
  vg_buf_fini(&b->lines);
  return rc;
}

/* --- archives -------------------------------------------------------------------------------------------------- */

static vg_code read_member(struct archive *a, const char *name, char *room, unsigned depth, const struct part_sink *to,
                           bool *enough, struct vg_err *err) {
  struct body b;
  la_ssize_t n;
  vg_code rc = VG_OK;
  struct vg_err why = {0};
  body_begin(&b, to, name, depth + 1);
  b.member = true;
  while (rc == VG_OK && !b.enough && (n = archive_read_data(a, room, SLICE)) != 0) {
    b.broken |= n < 0;
    if (n < 0)
      break;
    rc = body_take(&b, vg_str_n(room, (size_t)n), err);
  }
  vg_code last = body_end(&b, &why);
  if (last != VG_OK)
    to->problem(to->ctx, name);
  *enough = b.enough;
  return rc;
}

static vg_code read_members(struct archive *a, const char *path, char *room, unsigned depth, const struct part_sink *to,
                            struct vg_err *err) {
  struct archive_entry *e;
  int status = ARCHIVE_EOF;
  size_t number = 0;
  bool enough = false;
  while (!enough && ((status = archive_read_next_header(a, &e)) == ARCHIVE_OK || status == ARCHIVE_WARN)) {
    char unnamed[24];
    const char *name = archive_entry_pathname_utf8(e);
    name = name ? name : archive_entry_pathname(e);
    name = name ? name : vg_num_text(unnamed, (int64_t)number);
    number++;
    if (archive_entry_filetype(e) != AE_IFREG && archive_entry_filetype(e) != 0)
      continue;
    VG_TRY(to->member(to->ctx, name, err));
    if (archive_entry_is_encrypted(e))
      to->problem(to->ctx, name);
    else
      VG_TRY(read_member(a, name, room, depth, to, &enough, err));
  }
  return enough || status == ARCHIVE_EOF ? VG_OK : VG_FAIL(err, VG_EDATA, "match.container", path);
}

static vg_code read_archive(vg_str bytes, const char *path, unsigned depth, const struct part_sink *to,
                            struct vg_err *err) {
  struct archive *a = vg_archive_open(bytes, false);
  char *room = malloc(SLICE);
  vg_code rc = VG_OK;
  if (!room)
    VG_GO(VG_FAIL(err, VG_ENOMEM, "match.memory"));
  if (!a)
    VG_GO(VG_FAIL(err, VG_EDATA, "match.container", path));
  rc = read_members(a, path, room, depth, to, err);
out:
  if (a)
    (void)archive_read_free(a);
  free(room);
  return rc;
}

vg_code parts_read_stream(int fd, const char *path, const struct part_sink *to, struct vg_err *err) {
  enum { READ = 256 << 10 };
  struct body b;
  vg_code rc = VG_OK;
  ssize_t n = 1;
  char *room = malloc(READ);
  if (!room)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  body_begin(&b, to, path, 0);
  while (rc == VG_OK && n && !b.enough && !b.broken) {
    do
      n = read(fd, room, READ);
    while (n < 0 && errno == EINTR);
    rc = n < 0 ? VG_FAIL_SYS(err, "match.read", path) : n ? body_take(&b, vg_str_n(room, (size_t)n), err) : VG_OK;
  }
  const vg_code last = body_end(&b, rc == VG_OK ? err : NULL);
  free(room);
  return rc == VG_OK ? last : rc;
}

vg_code parts_read(enum container kind, vg_str bytes, const char *path, const struct part_sink *to,
                   struct vg_err *err) {
  struct body b;
  vg_code rc = VG_OK;
  if (kind == CONTAINER_ARCHIVE)
    return read_archive(bytes, path, 0, to, err);
  body_begin(&b, to, path, 0);
  if (kind == CONTAINER_CAPTURE)
    rc = capture_read(bytes, put_text, &b, err);
  for (size_t at = 0; kind != CONTAINER_CAPTURE && at < bytes.n && rc == VG_OK && !b.enough; at += SLICE)
    rc = body_take(&b, vg_str_sub(bytes, at, SLICE), err);
  vg_code last = body_end(&b, rc == VG_OK ? err : NULL);
  return rc == VG_OK ? last : rc;
}

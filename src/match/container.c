#include "match/container.h"

#include "base/json.h"
#include "base/jsonw.h"
#include "base/library.h"
#include "match/input.h"
#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 1 << 20 };

/* --- which ----------------------------------------------------------------------------------------------------- */

static bool packed_tar(vg_str path) {
  static const char *const ends[] = {".tgz", ".tbz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst"};
  for (size_t i = 0; i < VG_COUNT(ends); i++)
    if (vg_str_ends(path, vg_str_z(ends[i])))
      return true;
  return false;
}

enum container container_by_magic(vg_str head) {
  static const struct {
    enum container kind;
    size_t at, n;
    const char *magic;
  } known[] = {{CONTAINER_ARCHIVE, 0, 4, "PK\3\4"},
               {CONTAINER_ARCHIVE, 0, 6, "7z\xbc\xaf\x27\x1c"},
               {CONTAINER_ARCHIVE, 0, 6, "Rar!\x1a\x07"},
               {CONTAINER_ARCHIVE, 0, 8, "MSCF\0\0\0\0"},
               {CONTAINER_ARCHIVE, 257, 5, "ustar"},
               {CONTAINER_CAPTURE, 0, 4, "\xa1\xb2\xc3\xd4"},
               {CONTAINER_CAPTURE, 0, 4, "\xd4\xc3\xb2\xa1"},
               {CONTAINER_CAPTURE, 0, 4, "\xa1\xb2\x3c\x4d"},
               {CONTAINER_CAPTURE, 0, 4, "\x4d\x3c\xb2\xa1"},
               {CONTAINER_CAPTURE, 0, 4, "\n\r\r\n"},
               {CONTAINER_EVTX, 0, 8, "ElfFile\0"}};
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (known[i].at + known[i].n <= head.n && memcmp(head.p + known[i].at, known[i].magic, known[i].n) == 0)
      return known[i].kind;
  return CONTAINER_NONE;
}

/* What a compressed file begins with, once unpacked. */
static enum container packed(vg_str head, enum unpack_kind kind) {
  unsigned char out[512];
  struct unpack *u = NULL;
  size_t at = 0, n = 0;
  bool ended = false;
  struct vg_err err = {0};
  if (unpack_new(&u, kind, "", &err) != VG_OK)
    return CONTAINER_NONE;
  while (!ended && n < sizeof out) {
    size_t took, gave;
    if (unpack_step(u, (const unsigned char *)head.p + at, head.n - at, &took, out + n, sizeof out - n, &gave, &ended,
                    &err) != VG_OK ||
        (!took && !gave))
      break;
    at += took, n += gave;
  }
  unpack_free(u);
  return container_by_magic(vg_str_n((const char *)out, n));
}

enum container container_of(const char *path) {
  enum container kind = CONTAINER_NONE;
  struct stat st;
  const int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    if (fd >= 0)
      close(fd);
    return kind;
  }
  unsigned char begin[512];
  ssize_t n = pread(fd, begin, sizeof begin, 0);
  const enum unpack_kind unpack = n > 0 ? unpack_by_magic(begin, (size_t)n) : UNPACK_NONE;
  if (n > 0)
    kind = container_by_magic(vg_str_n((const char *)begin, (size_t)n));
  char *head = unpack != UNPACK_NONE ? malloc(HEAD) : NULL;
  if (head && (n = pread(fd, head, HEAD, 0)) > 0)
    kind = packed(vg_str_n(head, (size_t)n), unpack);
  free(head);
  close(fd);
  if (unpack != UNPACK_NONE && (kind == CONTAINER_CAPTURE || kind == CONTAINER_EVTX))
    return CONTAINER_PACKED;
  return kind == CONTAINER_NONE && unpack != UNPACK_NONE && packed_tar(vg_str_z(path)) ? CONTAINER_ARCHIVE : kind;
}

/* --- inside the cell ------------------------------------------------------------------------------------------- */

static bool send_bytes(void *ctx, vg_str bytes) {
  cell_send(ctx, CELL_BYTES, bytes);
  return true;
}

static vg_code send_name(void *ctx, const char *name, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  vg_buf_init(&b, 1 << 16);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "member", name);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    cell_send(ctx, CELL_RECORD, vg_buf_view(&b));
  vg_buf_fini(&b);
  return rc;
}

static void send_problem(void *ctx, const char *name) {
  cell_send_problem(ctx, vg_str_z(name), "match.member", vg_str_z(name));
}

static vg_code run_cell(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_map_file map;
  const struct part_sink to = {send_name, send_bytes, send_problem, out};
  VG_TRY(vg_map_open(&map, in->inputs[0], err));
  vg_code rc = parts_read(container_of(in->inputs[0]), map.bytes, in->inputs[0], &to, err);
  vg_map_close(&map);
  return rc;
}

const struct cell_parser match_parser = {.name = "match", .run = run_cell, .libraries = VG_LIBARCHIVE};

/* --- outside --------------------------------------------------------------------------------------------------- */

struct parts {
  const struct pack *p;
  const struct stream_part *whole;
  struct stream_push *push;
  struct vg_json *json;
  struct vg_buf name; /* FILE/MEMBER */
  match_sink *sink;
  void *ctx;
  struct match_counts counts;
  bool problem;
  char what[VG_ERR_ARG_MAX]; /* first member that could not be read */
};

static vg_code tell(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct parts *x = ctx;
  struct match_hit one = *h;
  one.path = x->name.n ? vg_buf_text(&x->name) : NULL;
  return x->sink(x->ctx, &one, err);
}

static vg_code end_part(struct parts *x, struct vg_err *err) {
  struct match_counts c = {0};
  vg_code rc = x->push ? stream_push_end(&x->push, &c, err) : VG_OK;
  x->counts.bytes += c.bytes, x->counts.lines += c.lines, x->counts.hits += c.hits;
  return rc;
}

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct parts *x = ctx;
  vg_jv root;
  vg_str member;
  if (kind == CELL_PROBLEM) {
    struct vg_rd r;
    vg_rd_init(&r, payload);
    if (!x->problem)
      vg_str_copy(x->what, sizeof x->what, vg_rd_text(&r));
    x->problem = true;
    return VG_OK;
  }
  if (kind == CELL_RECORD) {
    VG_TRY(end_part(x, err));
    VG_TRY(vg_json_parse(x->json, payload, &root, err));
    if (!vg_jv_str_at(root, "member", &member))
      return VG_FAIL(err, VG_EDATA, "match.container", x->whole->path);
    vg_buf_reset(&x->name);
    vg_buf_z(&x->name, x->whole->path);
    vg_buf_byte(&x->name, '/');
    vg_buf_str(&x->name, member);
    return VG_OK;
  }
  if (kind != CELL_BYTES)
    return VG_OK;
  if (!x->push)
    VG_TRY(stream_push_new(&x->push, x->p, x->whole->context, tell, x, err));
  return stream_push(x->push, (const unsigned char *)payload.p, payload.n, err);
}

vg_code container_scan(const struct pack *p, const struct stream_part *part, match_sink *sink, void *ctx,
                       struct match_counts *counts, struct vg_err *err) {
  struct parts x = {.p = p, .whole = part, .sink = sink, .ctx = ctx};
  struct cell_order order = {.parser = "match", .inputs = &part->path, .input_count = 1};
  vg_buf_init(&x.name, 1 << 17);
  VG_TRY(vg_json_new(&x.json, err));
  vg_code rc = cell_run(&order, on_frame, &x, err), last = end_part(&x, rc == VG_OK ? err : NULL);
  if (rc == VG_OK)
    rc = last;
  if (rc == VG_OK && x.problem)
    rc = VG_FAIL(err, VG_EDATA, "match.member", part->path, x.what);
  *counts = x.counts;
  vg_json_free(x.json);
  vg_buf_fini(&x.name);
  return rc;
}

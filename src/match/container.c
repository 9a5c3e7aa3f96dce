#include "match/container.h"

#include "base/json.h"
#include "base/jsonw.h"
#include "sandbox/sandbox.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLICE = 1 << 20 };

/* --- which ----------------------------------------------------------------------------------------------------- */

static bool packed_tar(vg_str path) {
  static const char *const ends[] = {".tgz", ".tbz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst"};
  for (size_t i = 0; i < VG_COUNT(ends); i++)
    if (vg_str_ends(path, vg_str_z(ends[i])))
      return true;
  return false;
}

enum container container_of(const char *path) {
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
  unsigned char head[512];
  int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);
  if (fd >= 0)
    close(fd);
  for (size_t i = 0; n > 0 && i < VG_COUNT(known); i++)
    if (known[i].at + known[i].n <= (size_t)n && memcmp(head + known[i].at, known[i].magic, known[i].n) == 0)
      return known[i].kind;
  return n > 0 && packed_tar(vg_str_z(path)) ? CONTAINER_ARCHIVE : CONTAINER_NONE;
}

/* --- inside the cell ------------------------------------------------------------------------------------------- */

static void send_text(void *ctx, vg_str text) { cell_send(ctx, CELL_BYTES, text); }

static vg_code send_name(struct cell_out *out, const char *name, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  vg_buf_init(&b, 1 << 16);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "member", name);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    cell_send(out, CELL_RECORD, vg_buf_view(&b));
  vg_buf_fini(&b);
  return rc;
}

static void send_member(struct archive *a, const char *name, char *room, struct cell_out *out) {
  la_ssize_t n;
  while ((n = archive_read_data(a, room, SLICE)) > 0)
    cell_send(out, CELL_BYTES, vg_str_n(room, (size_t)n));
  if (n < 0)
    cell_send_problem(out, vg_str_z(name), "match.member", vg_str_z(name));
}

static vg_code read_archive(struct archive *a, const char *path, char *room, struct cell_out *out, struct vg_err *err) {
  struct archive_entry *e;
  int status;
  size_t number = 0;
  while ((status = archive_read_next_header(a, &e)) == ARCHIVE_OK || status == ARCHIVE_WARN) {
    char unnamed[24];
    const char *name = archive_entry_pathname_utf8(e);
    name = name ? name : archive_entry_pathname(e);
    name = name ? name : vg_num_text(unnamed, (int64_t)number);
    number++;
    if (archive_entry_filetype(e) != AE_IFREG && archive_entry_filetype(e) != 0)
      continue;
    VG_TRY(send_name(out, name, err));
    if (archive_entry_is_encrypted(e))
      cell_send_problem(out, vg_str_z(name), "match.member", vg_str_z(name));
    else
      send_member(a, name, room, out);
  }
  return status == ARCHIVE_EOF ? VG_OK : VG_FAIL(err, VG_EDATA, "match.container", path);
}

static vg_code run_archive(vg_str bytes, const char *path, struct cell_out *out, struct vg_err *err) {
  struct archive *a = archive_read_new();
  char *room = malloc(SLICE);
  vg_code rc = VG_OK;
  if (!a || !room)
    VG_GO(VG_FAIL(err, VG_ENOMEM, "match.memory"));
  (void)archive_read_support_filter_gzip(a);
  (void)archive_read_support_filter_bzip2(a);
  (void)archive_read_support_filter_xz(a);
  (void)archive_read_support_filter_zstd(a);
  (void)archive_read_support_format_zip(a);
  (void)archive_read_support_format_tar(a);
  (void)archive_read_support_format_7zip(a);
  (void)archive_read_support_format_rar(a);
  (void)archive_read_support_format_rar5(a);
  (void)archive_read_support_format_cab(a);
  if (archive_read_open_memory(a, bytes.p, bytes.n) != ARCHIVE_OK)
    VG_GO(VG_FAIL(err, VG_EDATA, "match.container", path));
  rc = read_archive(a, path, room, out, err);
out:
  if (a)
    (void)archive_read_free(a);
  free(room);
  return rc;
}

enum { EVTX_FLUSH = 1 << 18, EVTX_ROOM = EVTX_FLUSH + (2 << 20) };
struct evtx_out {
  struct cell_out *out;
  struct vg_buf text;
};

/* Stale records behind the end are searched too: a value that was logged once is worth knowing of. */
static void send_event(void *ctx, const struct evtx_event *e) {
  struct evtx_out *x = ctx;
  struct vg_buf *o = &x->text;
  char t[VG_TIME_TEXT];
  vg_buf_z(o, vg_time_text(t, e->time, true));
  vg_buf_fmt(o, " record %llu%s ", (unsigned long long)e->number, e->recovered ? " (recovered)" : "");
  vg_buf_str(o, e->text);
  vg_buf_byte(o, '\n');
  if (o->n > EVTX_FLUSH) {
    cell_send(x->out, CELL_BYTES, vg_buf_view(o));
    vg_buf_reset(o);
  }
}

static vg_code run_evtx(vg_str bytes, const char *path, struct cell_out *out, struct vg_err *err) {
  struct evtx_out o = {.out = out};
  struct evtx_counts n;
  vg_buf_init(&o.text, EVTX_ROOM);
  vg_code rc = evtx_read(bytes, send_event, &o, &n, err);
  if (rc == VG_OK && o.text.n)
    cell_send(out, CELL_BYTES, vg_buf_view(&o.text));
  vg_buf_fini(&o.text);
  if (rc == VG_OK && (n.damaged || n.broken))
    rc = VG_FAIL(err, VG_EDATA, "match.evtx_damaged", path, VG_N(n.damaged), VG_N(n.broken));
  return rc;
}

static vg_code run_cell(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_map_file map;
  VG_TRY(vg_map_open(&map, in->inputs[0], err));
  const enum container kind = container_of(in->inputs[0]);
  vg_code rc = kind == CONTAINER_CAPTURE ? capture_read(map.bytes, send_text, out, err)
               : kind == CONTAINER_EVTX  ? run_evtx(map.bytes, in->inputs[0], out, err)
                                         : run_archive(map.bytes, in->inputs[0], out, err);
  vg_map_close(&map);
  return rc;
}

const struct cell_parser match_parser = {.name = "match", .run = run_cell};

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

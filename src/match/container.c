#include "match/container.h"

#include "base/json.h"
#include "base/jsonw.h"
#include "base/library.h"
#include "match/input.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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

enum container container_by_magic(vg_str head) {
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (known[i].at + known[i].n <= head.n && memcmp(head.p + known[i].at, known[i].magic, known[i].n) == 0)
      return known[i].kind;
  return CONTAINER_NONE;
}

bool container_may_begin(unsigned char c) {
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (known[i].at == 0 && (unsigned char)known[i].magic[0] == c)
      return true;
  return false;
}

enum container container_of(const char *path) {
  unsigned char head[512];
  struct stat st;
  const int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const ssize_t n = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? pread(fd, head, sizeof head, 0) : 0;
  if (fd >= 0)
    close(fd);
  if (n > 0 && unpack_by_magic(head, (size_t)n) != UNPACK_NONE)
    return packed_tar(vg_str_z(path)) ? CONTAINER_ARCHIVE : CONTAINER_PACKED;
  return n > 0 ? container_by_magic(vg_str_n((const char *)head, (size_t)n)) : CONTAINER_NONE;
}

/* --- inside the cell ------------------------------------------------------------------------------------------- */

/* What a compressed file begins with, once unpacked. */
static enum container unpacked(vg_str head) {
  const enum unpack_kind kind = unpack_by_magic((const unsigned char *)head.p, head.n);
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

static char *room(void *ctx, size_t *n) {
  *n = CELL_BLOCK;
  return cell_room(ctx);
}

static vg_code whole_file(const char *path, enum container kind, const struct part_sink *to, struct vg_err *err) {
  struct vg_map_file map;
  VG_TRY(vg_map_open(&map, path, err));
  vg_code rc = parts_read(kind, map.bytes, path, to, err);
  vg_map_close(&map);
  return rc;
}

/* A compressed file is read as a stream, however long; an archive may be inside it, whatever its name. */
static vg_code packed_file(const char *path, const struct part_sink *to, struct vg_err *err) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  char *head = malloc(HEAD);
  vg_code rc = VG_OK;
  if (fd < 0 || !head)
    VG_GO(fd < 0 ? VG_FAIL_SYS(err, "match.read", path) : VG_FAIL(err, VG_ENOMEM, "match.memory"));
  const ssize_t n = pread(fd, head, HEAD, 0);
  if (n > 0 && unpacked(vg_str_n(head, (size_t)n)) == CONTAINER_ARCHIVE)
    rc = whole_file(path, CONTAINER_ARCHIVE, to, err);
  else
    rc = parts_read_stream(fd, path, to, err);
out:
  free(head);
  if (fd >= 0)
    close(fd);
  return rc;
}

/* Without an input: standard input, which the argument names. */
static vg_code run_cell(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  const struct part_sink to = {send_name, send_bytes, send_problem, out, room};
  if (!in->input_count) {
    struct vg_json *j;
    vg_jv root;
    vg_str name = VG_STR("-");
    char path[4096];
    VG_TRY(vg_json_new(&j, err));
    vg_code rc = vg_json_parse(j, in->args, &root, err);
    if (rc == VG_OK)
      (void)vg_jv_str_at(root, "path", &name);
    vg_str_copy(path, sizeof path, name);
    vg_json_free(j);
    return rc == VG_OK ? parts_read_stream(STDIN_FILENO, path, &to, err) : rc;
  }
  const enum container kind = container_of(in->inputs[0]);
  return kind == CONTAINER_PACKED ? packed_file(in->inputs[0], &to, err) : whole_file(in->inputs[0], kind, &to, err);
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
    VG_TRY(stream_push_new(&x->push, x->p, x->whole, tell, x, err));
  return stream_push(x->push, (const unsigned char *)payload.p, payload.n, err);
}

/* From what cannot be opened a second time to the pipe that the cell reads, until `stop` can be read or it ends. */
struct pump {
  struct input *from;
  int to, stop;
  pthread_t thread;
};

static bool ready(int fd, short what, int stop) {
  struct pollfd w[2] = {{.fd = fd, .events = what}, {.fd = stop, .events = POLLIN}};
  while (poll(w, 2, -1) < 0)
    if (errno != EINTR)
      return false;
  return !w[1].revents;
}

static bool pump_all(const struct pump *x, const char *p, size_t n) {
  while (n) {
    const ssize_t k = ready(x->to, POLLOUT, x->stop) ? write(x->to, p, n) : -1;
    if (k < 0 && (errno == EAGAIN || errno == EINTR) && ready(x->to, POLLOUT, x->stop))
      continue;
    if (k <= 0)
      return false;
    p += k, n -= (size_t)k;
  }
  return true;
}

static void *pump(void *ctx) {
  struct pump *x = ctx;
  unsigned char *p = NULL;
  size_t n = 0;
  for (bool on = true; on;) {
    on = input_more(x->from, &p, 0, INPUT_BLOCK, &n, NULL) == VG_OK && n && pump_all(x, (const char *)p, n) &&
         ready(input_fd(x->from), POLLIN, x->stop);
  }
  close(x->to);
  return NULL;
}

/* The cell reads what the pump gives it. Both ends of the pipe are kept here, so that a cell that dies breaks none. */
static vg_code run_pumped(struct cell_order *order, struct input *from, struct parts *x, struct vg_err *err) {
  int pipes[2];
  const uint64_t one = 1;
  struct pump u = {.from = from, .stop = eventfd(0, EFD_CLOEXEC)};
  if (u.stop < 0 || pipe2(pipes, O_CLOEXEC) != 0) {
    vg_code rc = VG_FAIL_SYS(err, "match.read", x->whole->path);
    if (u.stop >= 0)
      close(u.stop);
    return rc;
  }
  u.to = pipes[1];
  (void)fcntl(u.to, F_SETFL, O_NONBLOCK);
  order->input = pipes[0];
  vg_code rc = pthread_create(&u.thread, NULL, pump, &u) == 0 ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
  if (rc == VG_OK) {
    rc = cell_run(order, on_frame, x, err);
    if (write(u.stop, &one, sizeof one) == sizeof one)
      pthread_join(u.thread, NULL);
  } else {
    close(u.to);
  }
  close(pipes[0]);
  close(u.stop);
  return rc;
}

static vg_code run_stream(struct input *from, struct parts *x, struct vg_err *err) {
  struct vg_buf args;
  struct vg_jw w;
  vg_buf_init(&args, 1 << 17);
  vg_jw_init(&w, &args);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "path", x->whole->path);
  vg_jw_end(&w);
  struct cell_order order = {.parser = "match", .args = vg_buf_view(&args), .blocks = true};
  vg_code rc = vg_buf_check(&args, err);
  if (rc == VG_OK)
    rc = run_pumped(&order, from, x, err);
  vg_buf_fini(&args);
  return rc;
}

struct match_ahead {
  _Atomic(struct cell *) cell; /* NULL: taken */
};

struct match_ahead *match_ahead_new(const char *path) {
  const struct cell_order order = {.parser = "match", .inputs = &path, .input_count = 1, .blocks = true};
  struct cell *cell = NULL;
  struct match_ahead *a = container_of(path) == CONTAINER_NONE ? NULL : calloc(1, sizeof *a);
  if (!a || cell_start(&order, &cell, NULL) != VG_OK) { /* it will be tried, and told of, in its turn */
    free(a);
    return NULL;
  }
  atomic_init(&a->cell, cell);
  return a;
}

void match_ahead_free(struct match_ahead *a) {
  struct cell *cell = a ? atomic_exchange(&a->cell, NULL) : NULL;
  cell_stop(&cell);
  free(a);
}

static vg_code run_file(struct parts *x, struct vg_err *err) {
  const struct cell_order order = {.parser = "match", .inputs = &x->whole->path, .input_count = 1, .blocks = true};
  struct cell *cell = x->whole->ahead ? atomic_exchange(&x->whole->ahead->cell, NULL) : NULL;
  if (!cell)
    VG_TRY(cell_start(&order, &cell, err));
  return cell_finish(&cell, on_frame, x, err);
}

vg_code container_scan(const struct pack *p, const struct stream_part *part, struct input *from, match_sink *sink,
                       void *ctx, struct match_counts *counts, struct vg_err *err) {
  struct parts x = {.p = p, .whole = part, .sink = sink, .ctx = ctx};
  vg_buf_init(&x.name, 1 << 17);
  VG_TRY(vg_json_new(&x.json, err));
  vg_code rc = from ? run_stream(from, &x, err) : run_file(&x, err), last = end_part(&x, rc == VG_OK ? err : NULL);
  if (rc == VG_OK)
    rc = last;
  if (rc == VG_OK && x.problem)
    rc = VG_FAIL(err, VG_EDATA, "match.member", part->path, x.what);
  *counts = x.counts;
  vg_json_free(x.json);
  vg_buf_fini(&x.name);
  return rc;
}

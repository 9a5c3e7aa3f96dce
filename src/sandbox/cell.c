#include "sandbox/sandbox_internal.h"

#include "base/library.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"

struct cell_out {
  int fd;
  int64_t last_progress;
  char *blocks;                   /* shared with the parent; NULL: none */
  unsigned char own[CELL_BLOCKS]; /* numbers of the blocks that may be written, the next one last */
  size_t own_n;
  bool used[CELL_BLOCKS]; /* once, at least */
  bool held;              /* the room that cell_room() gave was not sent yet */
};

struct cell_out *cell_out_new(int fd) {
  struct cell_out *out = calloc(1, sizeof *out);
  VG_ASSERT(out);
  out->fd = fd;
  return out;
}

void cell_out_free(struct cell_out *out) { free(out); }

/* A parent that is gone needs no answer: the process ends. */
static void put(const struct cell_out *out, const char *p, size_t n) {
  while (n > 0) {
    ssize_t done = write(out->fd, p, n);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      _exit(1);
    p += done;
    n -= (size_t)done;
  }
}

static void le32(char out[static 4], uint32_t v) {
  for (unsigned i = 0; i < 4; i++)
    out[i] = (char)(unsigned char)(v >> (8 * i));
}

static char *next_block(const struct cell_out *out) {
  return out->blocks + (size_t)out->own[out->own_n - 1] * CELL_BLOCK;
}

char *cell_room(struct cell_out *out) {
  if (!out->blocks)
    return NULL;
  while (out->own_n == 0) {
    const ssize_t n = read(CELL_FD_BACK, out->own, sizeof out->own);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      _exit(1);
    out->own_n = (size_t)n;
  }
  out->held = true;
  char *room = next_block(out);
  bool *used = &out->used[out->own[out->own_n - 1]];
  if (!*used)
    (void)madvise(room, CELL_BLOCK,
                  MADV_POPULATE_WRITE); /* its pages at once: one by one they take as long as filling them */
  *used = true;
  return room;
}

static void send_block(struct cell_out *out, size_t n) {
  char placed[8];
  VG_ASSERT(n <= CELL_BLOCK);
  le32(placed, out->own[--out->own_n]);
  le32(placed + 4, (uint32_t)n);
  out->held = false;
  cell_send(out, CELL_PLACED, vg_str_n(placed, sizeof placed));
}

void cell_send(struct cell_out *out, enum cell_msg kind, vg_str payload) {
  VG_ASSERT(payload.n <= CELL_FRAME_MAX);
  if (kind == CELL_BYTES && out->held && payload.n && payload.p == next_block(out)) {
    send_block(out, payload.n);
    return;
  }
  char head[CELL_HEAD];
  le32(head, (uint32_t)kind);
  le32(head + 4, (uint32_t)payload.n);
  put(out, head, sizeof head);
  put(out, payload.p, payload.n);
}

void cell_send_problem(struct cell_out *out, vg_str where, const char *msg, vg_str arg) {
  struct vg_buf b;
  vg_buf_init(&b, CELL_FRAME_MAX);
  vg_wr_text(&b, where);
  vg_wr_text(&b, vg_str_z(msg));
  if (arg.p != NULL)
    vg_wr_text(&b, arg);
  if (!b.bad)
    cell_send(out, CELL_PROBLEM, vg_buf_view(&b));
  vg_buf_fini(&b);
}

void cell_send_progress(struct cell_out *out, uint64_t done, uint64_t total) {
  int64_t now = vg_monotonic();
  if (done < total && out->last_progress != 0 && now - out->last_progress < VG_SECOND / 10)
    return;
  out->last_progress = now;
  char payload[16];
  le32(payload, (uint32_t)done);
  le32(payload + 4, (uint32_t)(done >> 32));
  le32(payload + 8, (uint32_t)total);
  le32(payload + 12, (uint32_t)(total >> 32));
  cell_send(out, CELL_PROGRESS, vg_str_n(payload, sizeof payload));
}

static void send_failed(struct cell_out *out, vg_code code, const struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, 64 << 10);
  vg_buf_le32(&b, (uint32_t)code);
  if (err->n > 0) {
    const struct vg_cause *c = &err->cause[err->n - 1];
    vg_wr_text(&b, vg_str_z(c->msg));
    for (size_t i = 0; i < VG_ERR_ARGS; i++)
      vg_wr_text(&b, vg_str_z(c->arg[i]));
  } else {
    vg_wr_text(&b, VG_STR("sandbox.no_reason"));
  }
  if (!b.bad)
    cell_send(out, CELL_FAILED, vg_buf_view(&b));
  vg_buf_fini(&b);
}

static bool read_order(struct vg_buf *b) {
  for (;;) {
    char *room = vg_buf_room(b, 64 << 10);
    ssize_t n = room != NULL ? read(CELL_FD_ORDER, room, 64 << 10) : -1;
    if (n <= 0)
      return n == 0;
    b->n += (size_t)n;
  }
}

static bool parse_order(const struct vg_buf *b, struct cell_in *in, bool *blocks) {
  struct vg_rd r;
  vg_rd_init(&r, vg_buf_view(b));
  uint32_t count = vg_rd_le32(&r);
  if (r.bad || count > CELL_INPUTS_MAX)
    return false;
  char **paths = calloc((size_t)count + 1, sizeof *paths);
  if (paths == NULL)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    vg_str s = vg_rd_text(&r);
    paths[i] = s.p != NULL ? strndup(s.p, s.n) : strdup("");
    if (paths[i] == NULL)
      return false;
  }
  in->inputs = (const char *const *)paths;
  in->input_count = count;
  in->args = vg_rd_text(&r);
  *blocks = vg_rd_le32(&r) != 0;
  return vg_rd_end(&r);
}

/* The parent's blocks; without them bytes go through the pipe. */
static void share(struct cell_out *out) {
  void *m = mmap(NULL, (size_t)CELL_BLOCKS * CELL_BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, CELL_FD_BLOCKS, 0);
  (void)close(CELL_FD_BLOCKS);
  if (m == MAP_FAILED)
    return;
  out->blocks = m;
  for (unsigned i = 0; i < CELL_BLOCKS; i++)
    out->own[i] = (unsigned char)(CELL_BLOCKS - 1 - i);
  out->own_n = CELL_BLOCKS;
}

static const struct cell_parser *find(const struct cell_table *table, const char *name) {
  for (size_t i = 0; i < table->count; i++)
    if (strcmp(table->parsers[i]->name, name) == 0)
      return table->parsers[i];
  return NULL;
}

/* The process ends here without running what the program registered for its exit: memory is not worth freeing. */
void cell_main(int argc, char **argv, const struct cell_table *table) {
  if (argc != 3 || strcmp(argv[0], CELL_ARGV0) != 0)
    return;
  struct cell_out out = {.fd = CELL_FD_OUT};
  struct cell_in in = {0};
  struct vg_err err = {0};
  struct vg_buf order;
  uint64_t parent = 0;
  bool blocks = false;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || !vg_str_u64(vg_str_z(argv[2]), &parent) ||
      (uint64_t)getppid() != parent)
    _exit(1);
  if (close_range(CELL_FD_FIRST_FREE, ~0U, 0) != 0)
    _exit(1);
  vg_buf_init(&order, CELL_ORDER_MAX);
  const struct cell_parser *parser = find(table, argv[1]);
  vg_code rc = VG_OK;
  if (parser == NULL || !read_order(&order) || !parse_order(&order, &in, &blocks))
    rc = VG_FAIL(&err, VG_ECELL, "sandbox.order", argv[1]);
  (void)close(CELL_FD_ORDER);
  if (blocks)
    share(&out);
  if (rc == VG_OK) {
    vg_library_load(parser->libraries);
    rc = cell_confine(parser, &in, &err);
  }
  if (rc == VG_OK)
    rc = parser->run(&in, &out, &err);
  if (rc == VG_OK)
    cell_send(&out, CELL_DONE, VG_NOSTR);
  else
    send_failed(&out, rc, &err);
  _exit(0);
}

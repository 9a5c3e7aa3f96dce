#include "sandbox/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/msg.h"

struct cell {
  const char *parser;
  pid_t pid;
  int out;
  int64_t deadline; /* monotonic ns, 0: none */
  int64_t silence;  /* ns, 0: no limit */
  bool done;
  char *blocks; /* shared with the cell, NULL: none */
  int memory, back[2];
  unsigned char here[CELL_BLOCKS]; /* numbers of those that are not the cell's, the latest last */
  unsigned here_n;
};

/* A message id lives for ever in vg_err, but the cell's comes from a buffer: known ids are kept once each. */
const char *cell_message(vg_str id) {
  enum { MOST = 512 };
  static const char *known[MOST];
  static size_t count;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  char name[64];
  const char *found = NULL;
  if (id.n >= sizeof name || vg_msg_text(VG_EN, vg_str_copy(name, sizeof name, id)) == NULL)
    return "sandbox.no_reason";
  (void)pthread_mutex_lock(&lock);
  for (size_t i = 0; i < count && found == NULL; i++)
    if (strcmp(known[i], name) == 0)
      found = known[i];
  if (found == NULL && count < MOST && (known[count] = strdup(name)) != NULL)
    found = known[count++];
  (void)pthread_mutex_unlock(&lock);
  return found != NULL ? found : "sandbox.no_reason";
}

static vg_code refused(vg_str payload, struct vg_err *err) {
  struct vg_rd r;
  vg_rd_init(&r, payload);
  uint32_t code = vg_rd_le32(&r);
  vg_str id = vg_rd_text(&r);
  char args[VG_ERR_ARGS][VG_ERR_ARG_MAX] = {{0}};
  for (size_t i = 0; i < VG_ERR_ARGS; i++)
    (void)vg_str_arg(args[i], vg_rd_text(&r));
  if (code == VG_OK || code > VG_ENOSPC)
    code = VG_ECELL;
  return VG_FAIL(err, (vg_code)code, cell_message(id), args[0], args[1], args[2], args[3]);
}

static vg_code write_order(const struct cell_order *o, int *out, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct vg_buf b;
  int fd = -1;
  vg_buf_init(&b, CELL_ORDER_MAX);
  if (o->input_count > CELL_INPUTS_MAX || o->args.n > CELL_ARGS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "sandbox.order", o->parser);
  vg_buf_le32(&b, (uint32_t)o->input_count);
  for (size_t i = 0; i < o->input_count; i++)
    vg_wr_text(&b, vg_str_z(o->inputs[i]));
  vg_wr_text(&b, o->args.n > 0 ? o->args : VG_STR("{}"));
  vg_buf_le32(&b, o->blocks);
  VG_GO(vg_buf_check(&b, err));
  fd = memfd_create("vigie-order", MFD_CLOEXEC);
  if (fd < 0) {
    rc = VG_FAIL_SYS(err, "sandbox.start", o->parser);
    goto out;
  }
  VG_GO(vg_write_all(fd, b.p, b.n, "vigie-order", err));
  (void)lseek(fd, 0, SEEK_SET);
  *out = fd;
  fd = -1;
out:
  if (fd >= 0)
    (void)close(fd);
  vg_buf_fini(&b);
  return rc;
}

/* Between fork and exec: only calls that are safe there. Descriptors first move out of the way of 3 and 4. */
static _Noreturn void become_cell(const struct cell *cell, int input, int order, int out, char *const argv[],
                                  char *const env[]) {
  int null = open("/dev/null", O_RDWR), memory = -1, back = -1;
  order = fcntl(order, F_DUPFD, 16);
  out = fcntl(out, F_DUPFD, 16);
  input = input > 0 ? fcntl(input, F_DUPFD, 16) : null;
  bool ok = null >= 0 && order >= 0 && out >= 0 && input >= 0 && dup2(input, 0) == 0 && dup2(null, 1) == 1;
  if (cell->blocks) {
    memory = fcntl(cell->memory, F_DUPFD, 16), back = fcntl(cell->back[0], F_DUPFD, 16);
    ok = ok && memory >= 0 && back >= 0 && dup2(memory, CELL_FD_BLOCKS) == CELL_FD_BLOCKS &&
         dup2(back, CELL_FD_BACK) == CELL_FD_BACK;
  }
  if (!CELL_SANITIZED) /* a sanitizer's report is wanted */
    ok = ok && dup2(null, 2) == 2;
  ok = ok && dup2(order, CELL_FD_ORDER) == CELL_FD_ORDER && dup2(out, CELL_FD_OUT) == CELL_FD_OUT &&
       close_range(cell->blocks ? CELL_FD_FIRST_FREE : CELL_FD_BLOCKS, ~0U, 0) == 0;
  if (ok)
    (void)execve("/proc/self/exe", argv, env);
  _exit(127);
}

/* The memory keeps its size: a cell that could shorten it would end this process. Room is given back through a pipe of
 * which the cell has the end for reading only and that never makes this side wait, whatever the cell does. */
static vg_code share(struct cell *cell, struct vg_err *err) {
  const size_t size = (size_t)CELL_BLOCKS * CELL_BLOCK;
  cell->memory = memfd_create("vigie-blocks", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (cell->memory < 0 || pipe2(cell->back, O_CLOEXEC) != 0 || fcntl(cell->back[1], F_SETFL, O_NONBLOCK) != 0 ||
      ftruncate(cell->memory, (off_t)size) != 0 ||
      fcntl(cell->memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return VG_FAIL_SYS(err, "sandbox.start", cell->parser);
  void *m = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, cell->memory, 0);
  if (m == MAP_FAILED)
    return VG_FAIL_SYS(err, "sandbox.start", cell->parser);
  cell->blocks = m;
  return VG_OK;
}

static void unshare_blocks(struct cell *cell) {
  if (cell->blocks)
    (void)munmap(cell->blocks, (size_t)CELL_BLOCKS * CELL_BLOCK);
  if (cell->memory >= 0)
    (void)close(cell->memory);
  for (int i = 0; i < 2; i++)
    if (cell->back[i] >= 0)
      (void)close(cell->back[i]);
}

static vg_code start(const struct cell_order *o, struct cell *cell, struct vg_err *err) {
  int order = -1, pipes[2];
  VG_TRY(write_order(o, &order, err));
  if (pipe2(pipes, O_CLOEXEC) != 0) {
    vg_code rc = VG_FAIL_SYS(err, "sandbox.start", o->parser);
    (void)close(order);
    return rc;
  }
  char argv0[] = CELL_ARGV0, name[64], parent[24], asan[512] = "ASAN_OPTIONS=", path[] = "PATH=/usr/bin:/bin";
  (void)vg_str_copy(name, sizeof name, vg_str_z(o->parser));
  (void)vg_num_text(parent, getpid());
  const char *options = CELL_SANITIZED ? getenv("ASAN_OPTIONS") : NULL;
  (void)vg_str_copy(asan + strlen(asan), sizeof asan - strlen(asan), vg_str_z(options));
  char *const argv[] = {argv0, name, parent, NULL};
  char *const env[] = {path, CELL_SANITIZED ? asan : NULL, NULL};
  pid_t pid = fork();
  if (pid == 0)
    become_cell(cell, o->input, order, pipes[1], argv, env);
  vg_code rc = pid > 0 ? VG_OK : VG_FAIL_SYS(err, "sandbox.start", o->parser);
  (void)close(order);
  (void)close(pipes[1]);
  if (rc == VG_OK)
    cell->pid = pid, cell->out = pipes[0];
  else
    (void)close(pipes[0]);
  return rc;
}

/* Exactly n bytes. *end: the pipe ended before the first one. */
static vg_code take(struct cell *cell, char *p, size_t n, bool *end, struct vg_err *err) {
  size_t have = 0;
  int64_t until = cell->deadline, quiet = cell->silence != 0 ? vg_monotonic() + cell->silence : 0;
  if (until == 0 || (quiet != 0 && quiet < until))
    until = quiet;
  *end = false;
  while (have < n) {
    if (until != 0) {
      int64_t left = until - vg_monotonic();
      struct pollfd wait = {.fd = cell->out, .events = POLLIN};
      int ready = left > 0 ? poll(&wait, 1, (int)(left / 1000000 + 1)) : 0;
      if (ready == 0)
        return VG_FAIL(err, VG_ECELL, "sandbox.time", cell->parser);
      if (ready < 0)
        continue;
    }
    ssize_t got = read(cell->out, p + have, n - have);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      *end = have == 0;
      return *end ? VG_OK : VG_FAIL(err, VG_ECELL, "sandbox.died", cell->parser);
    }
    have += (size_t)got;
  }
  return VG_OK;
}

/* All blocks are the cell's at first, so that it works ahead of a parent that is not ready; later only a few, the
 * latest ones, which still lie in the processor's near memory. */
static vg_code give_back(struct cell *cell, struct vg_err *err) {
  enum { FEW = 8 };
  while (cell->here_n > CELL_BLOCKS - FEW)
    if (write(cell->back[1], &cell->here[--cell->here_n], 1) != 1)
      return VG_FAIL(err, VG_ECELL, "sandbox.protocol", cell->parser);
  return VG_OK;
}

static vg_code take_block(struct cell *cell, vg_str payload, cell_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_rd r;
  vg_rd_init(&r, payload);
  const uint32_t block = vg_rd_le32(&r), n = vg_rd_le32(&r);
  if (!vg_rd_end(&r) || !n || n > CELL_BLOCK || !cell->blocks || block >= CELL_BLOCKS || cell->here_n == CELL_BLOCKS)
    return VG_FAIL(err, VG_ECELL, "sandbox.protocol", cell->parser);
  if (sink != NULL)
    VG_TRY(sink(ctx, CELL_BYTES, vg_str_n(cell->blocks + (size_t)block * CELL_BLOCK, n), err));
  cell->here[cell->here_n++] = (unsigned char)block;
  return give_back(cell, err);
}

static vg_code deliver(struct cell *cell, uint32_t kind, vg_str payload, cell_sink *sink, void *ctx,
                       struct vg_err *err) {
  if (kind == CELL_FAILED)
    return refused(payload, err);
  if (kind == CELL_PLACED)
    return take_block(cell, payload, sink, ctx, err);
  if (kind != CELL_DONE)
    return sink != NULL ? sink(ctx, (enum cell_msg)kind, payload, err) : VG_OK;
  cell->done = true;
  return VG_OK;
}

static vg_code read_frames(struct cell *cell, struct vg_buf *b, cell_sink *sink, void *ctx, struct vg_err *err) {
  for (;;) {
    char head[CELL_HEAD];
    bool end;
    VG_TRY(take(cell, head, sizeof head, &end, err));
    if (end || cell->done) /* nothing may follow DONE */
      return end ? VG_OK : VG_FAIL(err, VG_ECELL, "sandbox.protocol", cell->parser);
    struct vg_rd r;
    vg_rd_init(&r, vg_str_n(head, sizeof head));
    uint32_t kind = vg_rd_le32(&r), size = vg_rd_le32(&r);
    if (kind < CELL_DONE || kind >= CELL_MSG_END || size > CELL_FRAME_MAX)
      return VG_FAIL(err, VG_ECELL, "sandbox.protocol", cell->parser);
    vg_buf_reset(b);
    char *room = vg_buf_room(b, size);
    if (room == NULL && size > 0)
      return vg_buf_check(b, err);
    if (size > 0)
      VG_TRY(take(cell, room, size, &end, err));
    if (size > 0 && end)
      return VG_FAIL(err, VG_ECELL, "sandbox.died", cell->parser);
    VG_TRY(deliver(cell, kind, vg_str_n(room, size), sink, ctx, err));
  }
}

/* How the child ended, when it did not say DONE or FAILED itself. */
static vg_code cause_of_death(const struct cell *cell, int status, struct vg_err *err) {
  if (!WIFSIGNALED(status))
    return VG_FAIL(err, VG_ECELL, "sandbox.died", cell->parser);
  int sig = WTERMSIG(status);
  if (sig == SIGSYS)
    return VG_FAIL(err, VG_ECELL, "sandbox.forbidden", cell->parser);
  if (sig == SIGXCPU)
    return VG_FAIL(err, VG_ECELL, "sandbox.time", cell->parser);
  return VG_FAIL(err, VG_ECELL, "sandbox.signal", cell->parser, VG_N(sig));
}

static void end_cell(struct cell *cell, int *status) {
  (void)close(cell->out);
  while (waitpid(cell->pid, status, 0) < 0 && errno == EINTR) {
  }
  unshare_blocks(cell);
  free(cell);
}

vg_code cell_start(const struct cell_order *order, struct cell **out, struct vg_err *err) {
  struct cell *cell = calloc(1, sizeof *cell);
  if (cell == NULL)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  cell->parser = order->parser, cell->memory = cell->back[0] = cell->back[1] = -1;
  vg_code rc = order->blocks ? share(cell, err) : VG_OK;
  if (rc == VG_OK)
    rc = start(order, cell, err);
  if (rc != VG_OK) {
    unshare_blocks(cell);
    free(cell);
    return rc;
  }
  if (order->seconds > 0)
    cell->deadline = vg_monotonic() + (int64_t)order->seconds * VG_SECOND;
  cell->silence = (int64_t)order->silence * VG_SECOND;
  *out = cell;
  return VG_OK;
}

vg_code cell_finish(struct cell **taken, cell_sink *sink, void *ctx, struct vg_err *err) {
  struct cell *cell = *taken;
  struct vg_buf b;
  int status = 0;
  *taken = NULL;
  vg_buf_init(&b, CELL_FRAME_MAX);
  vg_code rc = read_frames(cell, &b, sink, ctx, err);
  vg_buf_fini(&b);
  if (rc != VG_OK)
    (void)kill(cell->pid, SIGKILL);
  const struct cell end = *cell;
  end_cell(cell, &status);
  if (rc == VG_OK && (!end.done || status != 0))
    rc = cause_of_death(&end, status, err);
  return rc;
}

void cell_stop(struct cell **taken) {
  int status;
  if (*taken != NULL) {
    (void)kill((*taken)->pid, SIGKILL);
    end_cell(*taken, &status);
  }
  *taken = NULL;
}

vg_code cell_run(const struct cell_order *order, cell_sink *sink, void *ctx, struct vg_err *err) {
  struct cell *cell;
  VG_TRY(cell_start(order, &cell, err));
  return cell_finish(&cell, sink, ctx, err);
}

/* What a hostile parser tries from inside a cell, and that each attempt is refused or reported. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static char input[] = "/tmp/vigie-cell-in-XXXXXX", other[] = "/tmp/vigie-cell-other-XXXXXX";

static void tell(struct cell_out *out, int result) {
  char text[24];
  cell_send(out, CELL_BYTES, vg_str_z(vg_num_text(text, result < 0 ? errno : 0)));
}

static vg_code attempt(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  const char *mine = in->input_count > 0 ? in->inputs[0] : "";
  vg_str what = in->args;
  volatile int forever = 1;
  char path[64];
  if (vg_str_eqz(what, "read"))
    tell(out, open(mine, O_RDONLY));
  else if (vg_str_starts(what, VG_STR("/")))
    tell(out, open(vg_str_copy(path, sizeof path, what), O_RDONLY));
  else if (vg_str_eqz(what, "write"))
    tell(out, open(mine, O_WRONLY));
  else if (vg_str_eqz(what, "truncate"))
    tell(out, truncate(mine, 0));
  else if (vg_str_eqz(what, "unlink"))
    tell(out, unlink(mine));
  else if (vg_str_eqz(what, "socket"))
    tell(out, socket(AF_INET, SOCK_STREAM, 0));
  else if (vg_str_eqz(what, "fork"))
    tell(out, fork());
  else if (vg_str_eqz(what, "kill"))
    tell(out, kill(getppid(), 0));
  else if (vg_str_eqz(what, "environment"))
    tell(out, getenv("VIGIE_TEST_SECRET") == NULL ? 0 : -1);
  else if (vg_str_eqz(what, "exec"))
    (void)execve("/bin/true", (char *[]){NULL}, (char *[]){NULL});
  else if (vg_str_eqz(what, "crash"))
    (void)raise(SIGKILL);
  else if (vg_str_eqz(what, "abort"))
    abort();
  else if (vg_str_eqz(what, "exit"))
    _exit(0);
  else if (vg_str_eqz(what, "loop"))
    while (forever) {
    }
  else if (vg_str_eqz(what, "long"))
    (void)!write(4, "\x0a\0\0\0\xff\xff\xff\xff", 8);
  else if (vg_str_eqz(what, "kind"))
    (void)!write(4, "\xee\0\0\0\0\0\0\0", 8);
  else if (vg_str_eqz(what, "cut"))
    (void)!write(4, "\x0a\0\0\0\x08\0\0\0ab", 10), _exit(0);
  else if (vg_str_eqz(what, "refuse"))
    return VG_FAIL(err, VG_EDATA, "sandbox.input", "here");
  return VG_OK;
}
static void *count_up(void *ctx) {
  *(int *)ctx += 1;
  return NULL;
}

/* errno of starting a thread, then of becoming two processes */
static vg_code threads_only(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  (void)in, (void)err;
  pthread_t thread;
  int count = 0, failed = pthread_create(&thread, NULL, count_up, &count);
  if (failed == 0)
    (void)pthread_join(thread, NULL);
  cell_send(out, CELL_BYTES, failed == 0 && count == 1 && fork() < 0 && errno == EPERM ? VG_STR("0") : VG_STR("1"));
  return VG_OK;
}
/* Through shared memory when there is some: more blocks than lie in it, the last one short; then a frame. */
static vg_code many(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  (void)in, (void)err;
  for (unsigned i = 0; i < 3 * CELL_BLOCKS; i++) {
    const size_t n = i + 1 < 3 * CELL_BLOCKS ? CELL_BLOCK : 5;
    char *room = cell_room(out), c = (char)('a' + i % 26);
    if (!room) {
      cell_send(out, CELL_BYTES, VG_STR("none"));
      continue;
    }
    memset(room, cell_room(out) == room ? c : '!', n);
    cell_send(out, CELL_BYTES, vg_str_n(room, n));
  }
  cell_send(out, CELL_BYTES, VG_STR("end"));
  return VG_OK;
}
static vg_code lie(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  (void)in, (void)err;
  cell_send(out, CELL_PLACED, VG_STR("\0\0\0\0\1\0\4\0")); /* 262145: more than a block */
  return VG_OK;
}
static vg_code beyond(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  (void)in, (void)err;
  const char placed[8] = {CELL_BLOCKS, 0, 0, 0, 1, 0, 0, 0};
  cell_send(out, CELL_PLACED, vg_str_n(placed, sizeof placed));
  return VG_OK;
}
/* Fills what room is given back through, and takes none of it: the other side must not wait. */
static vg_code flood(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  (void)in, (void)err;
  enum { BACK = 6, MANY = 1 << 17 };
  (void)!write(BACK, "\xfe\xff\xff\xff\xff\xff\xff\xff", 8);
  for (int i = 0; i < MANY; i++)
    cell_send(out, CELL_PLACED, VG_STR("\0\0\0\0\1\0\0\0"));
  return VG_OK;
}
static vg_code echo(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  (void)in, (void)err;
  char text[16];
  const ssize_t n = read(STDIN_FILENO, text, sizeof text);
  cell_send(out, CELL_BYTES, vg_str_n(text, n > 0 ? (size_t)n : 0));
  return VG_OK;
}
static const struct cell_parser parser_many = {.name = "many", .run = many};
static const struct cell_parser parser_lie = {.name = "lie", .run = lie};
static const struct cell_parser parser_beyond = {.name = "beyond", .run = beyond};
static const struct cell_parser parser_flood = {.name = "flood", .run = flood};
static const struct cell_parser parser_echo = {.name = "echo", .run = echo};
static const struct cell_parser parser = {.name = "attempt", .run = attempt};
static const struct cell_parser threaded = {.name = "threads", .run = threads_only, .threads = true};
static const struct cell_parser *const parsers[] = {&parser,       &threaded,    &parser_many,  &parser_lie,
                                                    &parser_flood, &parser_echo, &parser_beyond};

static vg_code keep(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  (void)err;
  if (kind == CELL_BYTES)
    vg_str_copy(ctx, 24, payload);
  return VG_OK;
}

/* errno that the attempt gave inside, -1 when no answer came */
static int inside(const char *what, vg_code *rc, struct vg_err *err) {
  const char *paths[] = {input};
  char answer[24] = "-1";
  struct cell_order o = {.parser = "attempt", .inputs = paths, .input_count = 1, .args = vg_str_z(what), .seconds = 20};
  if (strcmp(what, "loop") == 0)
    o.seconds = 1;
  *rc = cell_run(&o, keep, answer, err);
  return atoi(answer);
}

static void allowed(void **state) {
  (void)state;
  vg_code rc;
  assert_int_equal(inside("read", &rc, NULL), 0);
  assert_int_equal(rc, VG_OK);
  assert_int_equal(inside("environment", &rc, NULL), 0);
}

static void refused_inside(void **state) {
  (void)state;
  const char *const what[] = {other, "/etc/passwd", "write", "truncate", "unlink", "socket", "fork", "kill"};
  for (size_t i = 0; i < VG_COUNT(what); i++) {
    vg_code rc;
    int e = inside(what[i], &rc, NULL);
    if (rc != VG_OK || (e != EPERM && e != EACCES && e != ENOSYS))
      fail_msg("%s: code %d, errno %d", what[i], (int)rc, e);
  }
}

static void reported_outside(void **state) {
  (void)state;
  static const struct {
    const char *what, *msg;
  } cases[] = {{"exec", "sandbox.forbidden"}, {"crash", "sandbox.signal"},  {"exit", "sandbox.died"},
               {"loop", "sandbox.time"},      {"long", "sandbox.protocol"}, {"kind", "sandbox.protocol"},
               {"cut", "sandbox.died"}};
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    vg_code rc;
    struct vg_err err = {0};
    (void)inside(cases[i].what, &rc, &err);
    if (rc != VG_ECELL || strcmp(err.cause[0].msg, cases[i].msg) != 0)
      fail_msg("%s: code %d, %s", cases[i].what, (int)rc, err.n > 0 ? err.cause[0].msg : "no error");
  }
  vg_code rc;
  (void)inside("abort", &rc, NULL);
  assert_int_equal(rc, VG_ECELL);
}

static void threads(void **state) {
  (void)state;
  char answer[24] = "-1";
  struct cell_order o = {.parser = "threads", .seconds = 20};
  assert_int_equal(cell_run(&o, keep, answer, NULL), VG_OK);
  assert_string_equal(answer, "0");
}

static void own_reason(void **state) {
  (void)state;
  vg_code rc;
  struct vg_err err = {0};
  (void)inside("refuse", &rc, &err);
  assert_int_equal(rc, VG_EDATA);
  assert_string_equal(err.cause[0].msg, "sandbox.input");
  assert_string_equal(err.cause[0].arg[0], "here");
}

static void missing(void **state) {
  (void)state;
  const char *paths[] = {"/nonexistent/image"};
  struct cell_order o = {.parser = "attempt", .inputs = paths, .input_count = 1};
  assert_int_equal(cell_run(&o, NULL, NULL, NULL), VG_ENOTFOUND);
  o = (struct cell_order){.parser = "nobody"};
  assert_int_equal(cell_run(&o, NULL, NULL, NULL), VG_ECELL);
}

struct got {
  size_t frames, bytes, bad;
  char last[8];
};
static vg_code count(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct got *g = ctx;
  (void)err;
  assert_int_equal(kind, CELL_BYTES);
  for (size_t i = 0; payload.n >= 5 && i < payload.n; i++)
    g->bad += payload.p[i] != (char)('a' + g->frames % 26);
  g->frames++, g->bytes += payload.n;
  vg_str_copy(g->last, sizeof g->last, payload);
  return VG_OK;
}

static void shared_blocks(void **state) {
  (void)state;
  struct got g = {0}, none = {0};
  struct vg_err err = {0};
  struct cell_order o = {.parser = "many", .blocks = true, .seconds = 60};
  assert_int_equal(cell_run(&o, count, &g, &err), VG_OK);
  assert_int_equal(g.frames, 3 * CELL_BLOCKS + 1);
  assert_int_equal(g.bytes, (3 * CELL_BLOCKS - 1) * (size_t)CELL_BLOCK + 5 + 3);
  assert_int_equal(g.bad, 0);
  assert_string_equal(g.last, "end");
  o.blocks = false;
  assert_int_equal(cell_run(&o, count, &none, &err), VG_OK);
  assert_int_equal(none.bytes, 3 * CELL_BLOCKS * 4 + 3);
  for (int i = 0; i < 4;
       i++) { /* a size beyond a block; a block where none was shared; one that it has not; no such one */
    static const char *const parsers_of[] = {"lie", "lie", "flood", "beyond"};
    o = (struct cell_order){.parser = parsers_of[i], .blocks = i != 1};
    err = (struct vg_err){0};
    assert_int_equal(cell_run(&o, NULL, NULL, &err), VG_ECELL);
    assert_string_equal(err.cause[0].msg, "sandbox.protocol");
  }
}

static void standard_input(void **state) {
  (void)state;
  struct got g = {0};
  int pipes[2];
  assert_int_equal(pipe(pipes), 0);
  assert_int_equal(write(pipes[1], "said", 4), 4);
  const struct cell_order o = {.parser = "echo", .input = pipes[0]};
  assert_int_equal(cell_run(&o, count, &g, NULL), VG_OK);
  assert_string_equal(g.last, "said");
  (void)close(pipes[0]);
  (void)close(pipes[1]);
}

/* A cell works ahead of who reads it, until its blocks are full; it can be left alone, and stopped. */
static void two_steps(void **state) {
  (void)state;
  struct got g = {0};
  struct cell *one, *other_one, *none = NULL;
  struct vg_err err = {0};
  const struct cell_order o = {.parser = "many", .blocks = true};
  assert_int_equal(cell_start(&o, &one, &err), VG_OK);
  assert_int_equal(cell_start(&o, &other_one, &err), VG_OK);
  cell_stop(&other_one);
  assert_null(other_one);
  assert_int_equal(cell_finish(&one, count, &g, &err), VG_OK);
  assert_null(one);
  assert_int_equal(g.frames, 3 * CELL_BLOCKS + 1);
  assert_int_equal(g.bad, 0);
  cell_stop(&none);
}

int main(int argc, char **argv) {
  cell_main(argc, argv, &(struct cell_table){parsers, VG_COUNT(parsers)});
  if (mkstemp(input) < 0 || mkstemp(other) < 0 || setenv("VIGIE_TEST_SECRET", "1", 1) != 0)
    return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(allowed),       cmocka_unit_test(refused_inside), cmocka_unit_test(reported_outside),
      cmocka_unit_test(own_reason),    cmocka_unit_test(missing),        cmocka_unit_test(threads),
      cmocka_unit_test(shared_blocks), cmocka_unit_test(standard_input), cmocka_unit_test(two_steps)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  (void)unlink(input), (void)unlink(other);
  return failed;
}

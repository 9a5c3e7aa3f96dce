/* The death of the parser loses one file, or the rest of one volume's list, never a run; frames read back are what was
 * written. Two functions of the libraries are replaced by ones that die of certain input. */
#include "analysis/analysis_internal.h"

#include <dirent.h>
#include <dlfcn.h>
#include <magic.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tsk/libtsk.h>
#include <unistd.h>

#include <cmocka.h>

#include "cells.h"

enum { FILES = 300, SECOND_VOLUME = 42991616 };

/* Of a library that is loaded already: a cell may not open one. */
static void *real_one(const char *library, const char *name) {
  void *h = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
  return h ? dlsym(h, name) : dlsym(RTLD_NEXT, name);
}

const char *magic_buffer(magic_t m, const void *p, size_t n) {
  const char *(*real)(magic_t, const void *, size_t);
  *(void **)&real = real_one("libmagic.so.1", "magic_buffer");
  if (n >= 6 && memcmp(p, "POISON", 6) == 0)
    abort();
  return real(m, p, n);
}

TSK_FS_DIR *tsk_fs_dir_open_meta(TSK_FS_INFO *fs, TSK_INUM_T inode) {
  TSK_FS_DIR *(*real)(TSK_FS_INFO *, TSK_INUM_T);
  *(void **)&real = real_one("libtsk.so.19", "tsk_fs_dir_open_meta");
  if (fs->offset == SECOND_VOLUME && inode != fs->root_inum)
    abort();
  return real(fs, inode);
}

static char dir[] = "/tmp/vigie-analysis-XXXXXX";

static void put(int i, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "%s/%03d", dir, i);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static int fill(void **state) {
  (void)state;
  if (!mkdtemp(dir))
    return -1;
  for (int i = 0; i < FILES; i++)
    put(i, "harmless");
  return 0;
}

static int clear(void **state) {
  (void)state;
  for (int i = 0; i < FILES; i++) {
    char path[64];
    snprintf(path, sizeof path, "%s/%03d", dir, i);
    (void)unlink(path);
  }
  return rmdir(dir);
}

struct seen {
  int times[FILES], files, problems, volumes, kill_at;
  bool in_second, second_problem;
  char where[FILES][16], value[8][64];
  int values, count;
};

/* The cell is this process's only child. */
static void kill_child(void) {
  char path[64], text[64] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  FILE *f = fopen(path, "r");
  if (f && fgets(text, sizeof text, f) && atoi(text) > 0)
    (void)kill(atoi(text), SIGKILL);
  if (f)
    fclose(f);
}

static vg_code on_finding(void *ctx, const struct finding *f, struct vg_err *err) {
  struct seen *s = ctx;
  (void)err;
  if (f->kind == FINDING_FILE) {
    char name[8];
    int i = atoi(vg_str_copy(name, sizeof name, vg_str_sub(f->file.path, 1, 7)));
    if (f->file.volume == ANALYSIS_NO_VOLUME && i < FILES)
      s->times[i]++;
    s->in_second = s->in_second || f->file.volume == SECOND_VOLUME;
    if (++s->files == s->kill_at)
      kill_child();
  }
  s->volumes += f->kind == FINDING_VOLUME;
  if (f->kind == FINDING_INDICATOR && s->values == 0)
    s->count = (int)f->indicator.count;
  if (f->kind == FINDING_INDICATOR && s->values < 8)
    vg_str_copy(s->value[s->values++], sizeof s->value[0], f->indicator.value);
  if (f->kind == FINDING_PROBLEM && s->problems < FILES) {
    vg_str_copy(s->where[s->problems++], sizeof s->where[0], f->problem.where);
    s->second_problem = s->second_problem || strcmp(f->problem.msg, "analysis.died_of_volume") == 0;
  }
  return VG_OK;
}

static void analyse(const char *path, struct seen *s) {
  struct vg_err err = {0};
  struct analysis_sum sum;
  struct analysis_order o = {.path = path};
  vg_code rc = analysis_run(&o, on_finding, NULL, s, &sum, &err);
  if (rc != VG_OK)
    fail_msg("code %d: %s %s", (int)rc, err.cause[0].msg, err.cause[0].arg[0]);
  assert_int_equal(sum.count[FINDING_FILE], s->files);
}

static void whole(void **state) {
  (void)state;
  struct seen s = {0};
  analyse(dir, &s);
  assert_int_equal(s.files, FILES);
  assert_int_equal(s.problems, 0);
}

static void poisoned(void **state) {
  (void)state;
  static const int bad[] = {0, 7, 150, 151, FILES - 1};
  struct seen s = {0};
  for (size_t i = 0; i < VG_COUNT(bad); i++)
    put(bad[i], "POISON");
  analyse(dir, &s);
  assert_int_equal(s.problems, VG_COUNT(bad));
  for (size_t i = 0; i < VG_COUNT(bad); i++) {
    char want[16];
    snprintf(want, sizeof want, "/%03d", bad[i]);
    assert_string_equal(s.where[i], want);
    assert_int_equal(s.times[bad[i]], 0);
    s.times[bad[i]] = 1;
    put(bad[i], "harmless");
  }
  for (int i = 0; i < FILES; i++)
    assert_int_equal(s.times[i], 1);
}

/* Killed from outside half-way: nothing is lost and nothing comes twice. */
static void killed(void **state) {
  (void)state;
  static const int at[] = {1, 42, 256, FILES - 1};
  for (size_t i = 0; i < VG_COUNT(at); i++) {
    struct seen s = {.kill_at = at[i]};
    analyse(dir, &s);
    assert_int_equal(s.problems, 0);
    for (int k = 0; k < FILES; k++)
      assert_int_equal(s.times[k], 1);
  }
}

static void dead_volume(void **state) {
  (void)state;
  char path[4096];
  struct seen s = {0};
  struct stat st;
  snprintf(path, sizeof path, "%s/poste-compta.img", getenv("DEMO") ? getenv("DEMO") : "demo");
  if (stat(path, &st) != 0)
    skip();
  analyse(path, &s);
  assert_int_equal(s.volumes, 2);
  assert_true(s.files > 270); /* all of the first volume */
  assert_true(s.in_second);   /* and what came before in the second */
  assert_true(s.second_problem);
}

static bool same(vg_str a, const char *z) { return vg_str_eqz(a, z); }

static void frames(void **state) {
  (void)state;
  struct vg_buf b;
  struct finding f = {.kind = FINDING_FILE}, g;
  f.file = (struct found_file){7,
                               512,
                               VG_STR("/a\xff\0b"),
                               VG_STR("12-128-1"),
                               ENTRY_STREAM,
                               99,
                               false,
                               true,
                               VG_STR("text/plain"),
                               VG_STR("aa"),
                               VG_STR("bb"),
                               VG_STR("cc"),
                               1,
                               VG_NOTIME,
                               3,
                               4};
  vg_buf_init(&b, 1 << 16);
  finding_write(&b, &f);
  assert_true(finding_read(CELL_FILE, vg_buf_view(&b), &g));
  assert_int_equal(g.kind, FINDING_FILE);
  assert_true(vg_str_eq(g.file.path, f.file.path) && same(g.file.inode, "12-128-1") && same(g.file.sha256, "cc"));
  assert_true(g.file.entry == ENTRY_STREAM && g.file.reused && !g.file.allocated && g.file.atime == VG_NOTIME &&
              g.file.btime == 4);
  for (size_t n = 0; n < b.n; n++)
    assert_false(finding_read(CELL_FILE, vg_str_n(b.p, n), &g));
  assert_false(finding_read(CELL_BYTES, vg_buf_view(&b), &g));
  vg_buf_reset(&b);
  f.file.type = VG_STR("text\n");
  finding_write(&b, &f);
  assert_false(finding_read(CELL_FILE, vg_buf_view(&b), &g));
  vg_buf_reset(&b);
  f = (struct finding){.kind = FINDING_PROBLEM};
  f.problem = (struct found_problem){3, VG_STR("w"), "analysis.loop", {VG_STR("x")}};
  finding_write(&b, &f);
  assert_true(finding_read(CELL_PROBLEM, vg_buf_view(&b), &g));
  assert_string_equal(g.problem.msg, "analysis.loop");
  vg_buf_fini(&b);
}

/* A value across a chunk's end, and one cut off by it, in a file longer than one chunk. */
static void borders(void **state) {
  (void)state;
  static const size_t at[] = {CHUNK - 5,        CHUNK + 100, 2 * CHUNK - 4096 - 40,
                              2 * CHUNK - 4096, 4 * CHUNK,   5 * (size_t)CHUNK - 10};
  char path[128], listed[] = "evil.example-border.net";
  struct vg_err err = {0};
  size_t n = 5 * (size_t)CHUNK + 33;
  char *p = malloc(n);
  assert_non_null(p);
  memset(p, ' ', n);
  for (size_t i = 0; i < VG_COUNT(at); i++)
    memcpy(p + at[i], listed, sizeof listed - 1);
  memcpy(p + 3 * CHUNK - 3, "notevil.example-border.net.other.org", 36);
  snprintf(path, sizeof path, "%s/long", dir);
  assert_int_equal(vg_file_write(path, vg_str_n(p, n), 0600, &err), VG_OK);
  struct analysis_order o = {.path = path};
  struct analysis_sum sum;
  struct seen s = {0};
  assert_int_equal(analysis_run(&o, on_finding, NULL, &s, &sum, &err), VG_OK);
  assert_int_equal(s.values, 2);
  assert_string_equal(s.value[0], listed);
  assert_int_equal(s.count, VG_COUNT(at));
  assert_string_equal(s.value[1], "notevil.example-border.net.other.org");
  (void)unlink(path);
  free(p);
}

int main(int argc, char **argv) {
  cell_main(argc, argv, &cells);
  const struct CMUnitTest tests[] = {cmocka_unit_test(whole),  cmocka_unit_test(poisoned),
                                     cmocka_unit_test(killed), cmocka_unit_test(dead_volume),
                                     cmocka_unit_test(frames), cmocka_unit_test(borders)};
  return cmocka_run_group_tests(tests, fill, clear);
}

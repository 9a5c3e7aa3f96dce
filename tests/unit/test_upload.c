/* A form with a file, as it arrives: in pieces of any size it reads the same, and what is malformed or too large is
 * refused. */
#include "server/upload.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/file.h"

#define TYPE "multipart/form-data; boundary=----x7"
#define PART(name) "------x7\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_PART(file)                                                                                                \
  "------x7\r\ncontent-disposition: form-data; name=\"file\"; filename=\"" file                                        \
  "\"\r\nContent-Type: application/octet-stream\r\n\r\n"
#define END "------x7--\r\n"

static char dir[] = "/tmp/vigie-upload-XXXXXX";

/* Sends body in pieces of n bytes and ends. The status; *out must be freed when it is 0. */
static unsigned send_in(size_t n, vg_str body, int64_t max, struct upload **out) {
  struct vg_err err = {0};
  unsigned status = 0;
  assert_int_equal(upload_new(out, TYPE, dir, max, &err), VG_OK);
  for (size_t at = 0; at < body.n; at += n)
    status = upload_feed(*out, vg_str_sub(body, at, n));
  unsigned end = upload_end(*out);
  assert_true(status == 0 || end == status);
  return end;
}

static unsigned status_of(const char *body) {
  struct upload *u;
  unsigned status = send_in(1, vg_str_z(body), 1000, &u);
  upload_free(u);
  return status;
}

/* Bytes that look like the boundary are the file's own until the boundary is whole. */
static const char tricky[] = "\r\n------x\r\n------x6\r\n\0--\r\n\r\n----";

static void reads_the_same_in_any_pieces(void **state) {
  (void)state;
  struct vg_buf body, got;
  vg_buf_init(&body, 1 << 20);
  vg_buf_init(&got, 1 << 20);
  vg_buf_z(&body,
           "a preamble that is not read\r\n" PART("csrf") "abc\r\n" FILE_PART("C:\\\\temp\\\\relev\xc3\xa9.eml"));
  vg_buf_add(&body, tricky, sizeof tricky - 1);
  vg_buf_z(&body, "\r\n" PART("note") "\r\n" PART("words") "\xc3\xa9 & 1=2\r\n" END "and an epilogue");
  for (size_t n = 1; n <= body.n; n++) {
    struct upload *u;
    assert_int_equal(send_in(n, vg_buf_view(&body), 1000, &u), 0);
    vg_str fields = upload_fields(u);
    assert_true(vg_str_eqz(fields, "csrf=abc&note=&words=%C3%A9%20%26%201%3D2"));
    const struct sent_file *f = upload_file(u);
    assert_non_null(f);
    assert_string_equal(f->name, "relev\xc3\xa9.eml");
    assert_int_equal(f->size, sizeof tricky - 1);
    vg_buf_reset(&got);
    assert_int_equal(vg_file_read(f->path, &got, NULL), VG_OK);
    assert_int_equal(got.n, sizeof tricky - 1);
    assert_memory_equal(got.p, tricky, got.n);
    char path[4096];
    vg_str_copy(path, sizeof path, vg_str_z(f->path));
    upload_free(u);
    assert_int_equal(access(path, F_OK), -1);
  }
  vg_buf_fini(&body);
  vg_buf_fini(&got);
}

static void no_file_chosen(void **state) {
  (void)state;
  struct upload *u;
  assert_int_equal(send_in(7, VG_STR(PART("a") "1\r\n" FILE_PART("") "\r\n" END), 1000, &u), 0);
  assert_null(upload_file(u));
  assert_true(vg_str_eqz(upload_fields(u), "a=1"));
  upload_free(u);
}

/* A signature, a key: chosen as files in fields of their own, they are those fields' text. */
static void small_files_are_fields(void **state) {
  (void)state;
  struct upload *u;
  vg_str body = VG_STR("------x7\r\nContent-Disposition: form-data; name=\"key\"; filename=\"k.txt\"\r\n\r\nab 1\r\n"
                       "------x7\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n" FILE_PART(
                           "f") "bytes\r\n" END);
  for (size_t n = 1; n <= body.n; n++) {
    assert_int_equal(send_in(n, body, 1000, &u), 0);
    assert_true(vg_str_eqz(upload_fields(u), "key=ab%201"));
    assert_int_equal(upload_file(u)->size, 5);
    upload_free(u);
  }
}

static void refuses_what_is_malformed(void **state) {
  (void)state;
  assert_int_equal(status_of(PART("a") "1\r\n" END), 0);
  assert_int_equal(status_of(""), 400);
  assert_int_equal(status_of(PART("a") "1\r\n"), 400);
  assert_int_equal(status_of("------x7\r\nContent-Type: text/plain\r\n\r\n1\r\n" END), 400);
  assert_int_equal(status_of("------x7\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" END), 400);
  assert_int_equal(status_of("------x7 go on\r\n" END), 400);
  assert_int_equal(status_of(FILE_PART("a") "1\r\n" FILE_PART("b") "2\r\n" END), 400);
  assert_int_equal(status_of(FILE_PART("a\x01") "1\r\n" END), 400);
  assert_int_equal(status_of(FILE_PART("a\xff") "1\r\n" END), 400);
  struct upload *u = NULL;
  struct vg_err err = {0};
  static const char *const bad[] = {"multipart/form-data", "multipart/form-data; boundary=", "text/plain; boundary=x",
                                    "multipart/form-data; boundary=\"a b\"", "multipart/form-data; boundary=a\xc3\xa9"};
  for (size_t i = 0; i < VG_COUNT(bad); i++)
    assert_int_equal(upload_new(&u, bad[i], dir, 1000, &err), VG_EDATA);
  assert_int_equal(upload_new(&u, "Multipart/Form-Data; charset=utf-8; Boundary=\"a'b\"", dir, 1000, &err), VG_OK);
  upload_free(u);
}

static void repeat(struct vg_buf *b, const char *what, size_t n) {
  for (size_t i = 0; i < n; i++)
    vg_buf_z(b, what);
}

static unsigned filled(const char *before, const char *what, size_t n, const char *after) {
  struct vg_buf body;
  struct upload *u;
  vg_buf_init(&body, 1 << 24);
  vg_buf_z(&body, before);
  repeat(&body, what, n);
  vg_buf_z(&body, after);
  unsigned status = send_in(50000, vg_buf_view(&body), 300000, &u);
  upload_free(u);
  vg_buf_fini(&body);
  return status;
}

static void refuses_what_is_too_large(void **state) {
  (void)state;
  assert_int_equal(filled(FILE_PART("a"), "x", 300000, "\r\n" END), 0);
  assert_int_equal(filled(FILE_PART("a"), "x", 300001, "\r\n" END), 413);
  assert_int_equal(filled(PART("a"), "x", 60000, "\r\n" END), 0);
  assert_int_equal(filled(PART("a"), "x", 70000, "\r\n" END), 413);
  assert_int_equal(filled(PART("a"), "\xc3", 30000, "\r\n" END), 413);
  assert_int_equal(filled("", PART("a") "1\r\n", 200, END), 0);
  assert_int_equal(filled("", PART("a") "1\r\n", 201, END), 400);
  assert_int_equal(filled("------x7\r\nContent-Disposition: form-data; name=\"a\"", " ", 5000, "\r\n\r\n1\r\n" END),
                   400);
}

static int setup(void **state) {
  (void)state;
  return mkdtemp(dir) ? 0 : -1;
}
static int teardown(void **state) {
  (void)state;
  return rmdir(dir); /* and nothing was left in it */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_the_same_in_any_pieces), cmocka_unit_test(no_file_chosen),
      cmocka_unit_test(small_files_are_fields),       cmocka_unit_test(refuses_what_is_malformed),
      cmocka_unit_test(refuses_what_is_too_large),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}

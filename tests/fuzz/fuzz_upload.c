/* A form with a file: read in pieces of the fuzzer's choice, it gives what it gives in one piece. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "server/upload.h"

struct result {
  unsigned status;
  struct vg_buf fields, file;
};

static void read_all(vg_str body, size_t piece, const char *dir, struct result *r) {
  struct upload *u;
  vg_buf_init(&r->fields, UPLOAD_FIELDS);
  vg_buf_init(&r->file, 1 << 20);
  VG_ASSERT(upload_new(&u, "multipart/form-data; boundary=b", dir, 4096, NULL) == VG_OK);
  for (size_t at = 0; at < body.n; at += piece)
    (void)upload_feed(u, vg_str_sub(body, at, piece));
  r->status = upload_end(u);
  VG_ASSERT(upload_fields(u).n <= UPLOAD_FIELDS);
  if (!r->status)
    vg_buf_str(&r->fields, upload_fields(u));
  if (!r->status && upload_file(u))
    VG_ASSERT(vg_file_read(upload_file(u)->path, &r->file, NULL) == VG_OK && upload_file(u)->size <= 4096);
  upload_free(u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char dir[] = "/tmp/vigie-fuzz-upload-XXXXXX";
  static bool made;
  struct result whole, pieces;
  if (size < 2)
    return 0;
  made = made || mkdtemp(dir);
  VG_ASSERT(made);
  vg_str body = vg_str_n((const char *)data + 1, size - 1);
  read_all(body, body.n, dir, &whole);
  read_all(body, 1u + data[0] % 61u, dir, &pieces);
  VG_ASSERT(whole.status == pieces.status);
  VG_ASSERT(vg_str_eq(vg_buf_view(&whole.fields), vg_buf_view(&pieces.fields)));
  VG_ASSERT(vg_str_eq(vg_buf_view(&whole.file), vg_buf_view(&pieces.file)));
  vg_buf_fini(&whole.fields);
  vg_buf_fini(&whole.file);
  vg_buf_fini(&pieces.fields);
  vg_buf_fini(&pieces.file);
  return 0;
}

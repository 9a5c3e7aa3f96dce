/* What a browser sends: a path, a query or form, a cookie header; and the CSV twin of a page that shows it. */
#include "server/server_internal.h"

#include <string.h>

static void fields(vg_str s) {
  char out[64];
  for (size_t n = 0; n < 4; n++)
    if (form_nth(s, "a", n, out, sizeof out))
      VG_ASSERT(strlen(out) < sizeof out && vg_utf8_ok(vg_str_z(out)));
  if (cookie_get(s, "vigie", out, sizeof out))
    VG_ASSERT(strlen(out) < sizeof out);
  if (form_decode(s, false, out, sizeof out))
    VG_ASSERT(strlen(out) <= s.n);
}

/* A value shown in a page can neither leave its cell nor add a tag. */
static void shown(vg_str s) {
  struct request r = {.lang = VG_EN, .rest = ""};
  static const char *const head[] = {"server.name", NUMBER("server.times")};
  vg_buf_init(&r.out, 1 << 22);
  memcpy(r.csv, "x", 2);
  table_begin(&r, "x", "server.name", head, 2);
  row(&r);
  cell(&r);
  size_t from = r.out.n;
  text(&r, s);
  for (size_t i = from; i < r.out.n; i++)
    VG_ASSERT(!memchr("<>\"'", r.out.p[i], 4));
  cell(&r);
  link_indicator(&r, VG_STR("url"), s);
  table_end(&r, NULL);
  VG_ASSERT(table_twin(&r));
  vg_buf_fini(&r.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vg_str s = vg_str_n((const char *)data, size < 65536 ? size : 65536);
  fields(s);
  shown(s);
  return 0;
}

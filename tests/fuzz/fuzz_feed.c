/* What feeds, pages and OPML files may hold. The first byte chooses the reader. */
#include "watch/watch_internal.h"

#include "base/json.h"

static void check(void *ctx, vg_str json) {
  struct vg_json *j = ctx;
  vg_jv root;
  vg_code rc = vg_json_parse(j, json, &root, NULL); /* what leaves the cell is JSON, whatever came in */
  VG_ASSERT(rc == VG_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static vg_code (*const readers[])(struct feed_out *, vg_str, struct vg_err *) = {
      feed_read_xml, feed_read_json, feed_read_page, feed_read_opml, feed_read_mbox, feed_read_packed};
  struct vg_json *j;
  if (size == 0 || vg_json_new(&j, NULL) != VG_OK)
    return 0;
  struct feed_out f = {.send = check, .ctx = j, .url = "http://a.example/"};
  vg_code rc = readers[data[0] % 6](&f, vg_str_n((const char *)data + 1, size - 1), NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_ENOMEM);
  (void)robots_allow(vg_str_n((const char *)data, size), VG_STR("/private/x"));
  (void)feed_date(vg_str_n((const char *)data, size < 60 ? size : 60));
  vg_json_free(j);
  return 0;
}

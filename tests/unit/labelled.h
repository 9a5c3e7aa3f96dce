#ifndef VG_TEST_LABELLED_H
#define VG_TEST_LABELLED_H
/*
 * Labelled cases that nobody of the project wrote stand in ../shared (beside the source tree); a test uses them when
 * they are there and counts how many agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"

/* The file's text appended to out; false when it is not there. */
static inline bool labelled(const char *name, struct vg_buf *out) {
  static const char *const roots[] = {"../shared/data", "../../shared/data"};
  const char *source = getenv("SOURCE") ? getenv("SOURCE") : ".";
  char path[4096];
  vg_buf_init(out, 256u << 20);
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s/%s", source, roots[i], name);
    if (vg_file_exists(path) && vg_file_read(path, out, NULL) == VG_OK)
      return true;
  }
  return false;
}

static inline vg_jv parsed(struct vg_json *j, vg_str text) {
  vg_jv root;
  assert_int_equal(vg_json_parse(j, text, &root, NULL), VG_OK);
  return root;
}

static inline bool truth(vg_jv o, const char *key) {
  bool yes = false;
  (void)vg_jv_bool(vg_jv_at(o, key), &yes);
  return yes;
}

#endif

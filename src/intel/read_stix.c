/*
 * STIX bundles: a splitter cuts the array "objects" into its elements by braces and quotes alone, so that memory stays
 * that of one object and an element that is not JSON costs only itself.
 */
#include "intel/intel_internal.h"

enum { UNCLOSED_MAX = 64 };

/* The end of the value that starts at `from` with '{' or '[' (one past it), or SIZE_MAX. A raw newline ends a string:
 * JSON has none inside strings, so the damage of a lost quote stops at its line. */
static size_t value_end(vg_str s, size_t from) {
  bool text = false;
  int64_t depth = 0;
  for (size_t i = from; i < s.n; i++) {
    char c = s.p[i];
    if (text) {
      if (c == '\\')
        i++;
      else if (c == '"' || c == '\n')
        text = false;
    } else if (c == '"') {
      text = true;
    } else if (c == '{' || c == '[') {
      depth++;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return SIZE_MAX;
}

/* Where the elements of "objects" start; a text that is itself an array or one object starts there. */
static bool find_elements(vg_str s, size_t *at) {
  bool text = false;
  int depth = 0;
  size_t first = 0;
  while (first < s.n && vg_is_space(s.p[first]))
    first++;
  if (vg_str_starts(s, VG_STR("\xEF\xBB\xBF")))
    first += 3;
  if (first < s.n && s.p[first] == '[') {
    *at = first + 1;
    return true;
  }
  for (size_t i = first; i < s.n; i++) {
    char c = s.p[i];
    if (!text && depth == 1 && vg_str_starts(vg_str_sub(s, i, s.n), VG_STR("\"objects\""))) {
      size_t open = vg_str_find_byte(s, '[', i);
      *at = open + 1;
      return open != SIZE_MAX;
    }
    if (text) {
      if (c == '\\')
        i++;
      else if (c == '"')
        text = false;
    } else if (c == '"') {
      text = true;
    } else if (c == '{' || c == '[') {
      depth++;
    } else if (c == '}' || c == ']') {
      depth--;
    }
  }
  return false;
}

/* Inside a broken element the next object may have been swallowed: the first '{' behind `from` that opens with "type" or "id"
 * at the start of its line's indentation. */
static size_t resume(vg_str s, size_t from) {
  for (size_t i = from + 1; i < s.n; i++) {
    if (s.p[i] != '{')
      continue;
    size_t k = i + 1;
    while (k < s.n && vg_is_space(s.p[k]))
      k++;
    vg_str rest = vg_str_sub(s, k, 8);
    if (vg_str_starts(rest, VG_STR("\"type\"")) || vg_str_starts(rest, VG_STR("\"id\"")))
      return i;
  }
  return SIZE_MAX;
}

static vg_code reject_cut(struct import *im, size_t at) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, "intel.cut");
  im->in->read++;
  import_reject(im, "byte", (int64_t)at, &reason);
  return VG_OK;
}

vg_code import_stix(struct import *im, struct vg_err *err) {
  vg_str s = im->in->text;
  size_t at, unclosed = 0;
  vg_jv root;
  if (!find_elements(s, &at)) {
    /* One bare object, or not STIX at all. */
    VG_TRY(vg_json_parse(im->json, s, &root, err));
    if (vg_jv_type(root) != VG_J_OBJ || vg_jv_type(vg_jv_at(root, "type")) != VG_J_STR ||
        vg_jv_type(vg_jv_at(root, "id")) != VG_J_STR)
      return VG_FAIL(err, VG_EDATA, "intel.not_stix", im->in->path);
    return import_object(im, s, "byte", 0, err);
  }
  while (at < s.n) {
    if (s.p[at] == ']')
      return VG_OK;
    if (s.p[at] != '{') {
      at++;
      continue;
    }
    size_t end = value_end(s, at);
    int64_t before = im->in->rejected;
    if (end == SIZE_MAX)
      VG_TRY(reject_cut(im, at));
    else
      VG_TRY(import_object(im, vg_str_sub(s, at, end - at), "byte", (int64_t)at, err));
    /* Each search for a missing end reads to the end of the file: bounded, or a file of open braces would cost its square. */
    if (end == SIZE_MAX && ++unclosed > UNCLOSED_MAX)
      return VG_OK;
    /* A well-cut but wrong object is done with; one whose braces do not fit may hold the next ones. */
    bool broken = end == SIZE_MAX || (im->in->rejected > before && vg_json_parse(im->inner, vg_str_sub(s, at, end - at), &root, NULL) != VG_OK);
    size_t next = broken ? resume(s, at) : end;
    if (broken && end != SIZE_MAX && (next == SIZE_MAX || next > end))
      next = end;
    at = next;
  }
  return VG_OK;
}

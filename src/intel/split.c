/*
 * The splitter: cuts the array under one key ("objects" of a bundle, "response" of MISP) into its elements by braces
 * and quotes alone, so that memory stays that of one element and one that is not JSON costs only itself. Objects one
 * behind the other (JSON Lines) are cut alike.
 */
#include "intel/intel_internal.h"

#include <string.h>

enum { UNCLOSED_MAX = 64 };

/* Where the end of a value is being looked for; goes on when more bytes have come. */
struct scan {
  size_t i;
  int64_t depth;
  bool text;
};

/* The end of the value that starts with '{' or '[' (one past it), or SIZE_MAX: not in s so far. A raw newline ends a
 * string: JSON has none inside strings, so the damage of a lost quote stops at its line. */
static size_t value_end(vg_str s, struct scan *at) {
  const char *p = s.p;
  size_t i = at->i;
  for (; i < s.n; i++) {
    char c = p[i];
    if (at->text) {
      if (c == '\\')
        i++;
      else if (c == '"' || c == '\n')
        at->text = false;
    } else if (c == '"') {
      at->text = true;
    } else if (c == '{' || c == '[') {
      at->depth++;
    } else if ((c == '}' || c == ']') && --at->depth == 0) {
      return i + 1;
    }
  }
  at->i = i; /* may be one past the end, behind a backslash */
  return SIZE_MAX;
}

enum shape { SHAPE_UNKNOWN, SHAPE_ARRAY, SHAPE_ROW, SHAPE_NONE };

/* Where the elements start: inside the named array, inside the array that the text is, or the text itself, one object
 * behind the other. */
static enum shape find_elements(vg_str s, vg_str name, bool whole, size_t *at) {
  bool text = false;
  int depth = 0;
  size_t first = 0;
  while (first < s.n && vg_is_space(s.p[first]))
    first++;
  *at = first + 1;
  if (first < s.n && s.p[first] == '[')
    return SHAPE_ARRAY;
  if (first < s.n && s.p[first] != '{')
    return SHAPE_NONE;
  for (size_t i = first; i < s.n; i++) {
    char c = s.p[i];
    if (!text && depth == 1 && c == '"' && vg_str_starts(vg_str_sub(s, i, name.n), name)) {
      size_t open = vg_str_find_byte(s, '[', i);
      *at = open + 1;
      return open != SIZE_MAX ? SHAPE_ARRAY : whole ? SHAPE_NONE : SHAPE_UNKNOWN;
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
    } else if ((c == '}' || c == ']') && --depth == 0) {
      *at = first;
      return SHAPE_ROW;
    }
  }
  return whole ? SHAPE_NONE : SHAPE_UNKNOWN;
}

/* Inside a broken element the next object may have been swallowed: the first '{' behind `from` that opens with "type"
 * or "id" at the start of its line's indentation. */
static size_t resume(vg_str s, size_t from) {
  for (size_t i = from + 1; i < s.n; i++) {
    const char *brace = memchr(s.p + i, '{', s.n - i);
    if (!brace)
      return SIZE_MAX;
    i = (size_t)(brace - s.p);
    size_t k = i + 1;
    while (k < s.n && vg_is_space(s.p[k]))
      k++;
    vg_str rest = vg_str_sub(s, k, 8);
    if (vg_str_starts(rest, VG_STR("\"type\"")) || vg_str_starts(rest, VG_STR("\"id\"")))
      return i;
  }
  return SIZE_MAX;
}

static vg_code reject_cut(struct import *im, size_t at, struct vg_err *err) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, "intel.cut");
  im->read++;
  return import_reject(im, "byte", im->input.at + (int64_t)at, &reason, err);
}

/* The window begins at the element; *end is one past it, or SIZE_MAX when the input ends (or the window is full)
 * before. */
static vg_code whole_element(struct import *im, size_t *end, struct vg_err *err) {
  struct scan scan = {0};
  for (;;) {
    *end = value_end(intel_input_view(&im->input), &scan);
    if (*end != SIZE_MAX || im->input.ended)
      return VG_OK;
    struct vg_err full = {0};
    vg_code rc = intel_input_more(&im->input, import_name(im), &full);
    if (rc == VG_ELIMIT)
      return VG_OK;
    if (rc != VG_OK) {
      if (err)
        *err = full;
      return rc;
    }
  }
}

/* One element at the window's start; leaves the window behind it, or where the next object may begin. */
static vg_code element(struct import *im, import_element *each, size_t *unclosed, struct vg_err *err) {
  size_t end;
  vg_jv root;
  int64_t before = im->rejected;
  VG_TRY(whole_element(im, &end, err));
  vg_str s = intel_input_view(&im->input);
  if (end == SIZE_MAX)
    VG_TRY(reject_cut(im, 0, err));
  else
    VG_TRY(each(im, vg_str_sub(s, 0, end), "byte", im->input.at, err));
  /* Each search for a missing end reads on to the end: bounded, or a file of open braces would cost its square. */
  if (end == SIZE_MAX && ++*unclosed > UNCLOSED_MAX) {
    intel_input_drop(&im->input, s.n);
    im->input.ended = true;
    return VG_OK;
  }
  /* A well-cut but wrong object is done with; one whose braces do not fit may hold the next ones. */
  bool broken = end == SIZE_MAX ||
                (im->rejected > before && vg_json_parse(im->inner, vg_str_sub(s, 0, end), &root, NULL) != VG_OK);
  size_t next = broken ? resume(s, 0) : end;
  if (next == SIZE_MAX)
    next = end == SIZE_MAX ? s.n : end;
  if (broken && end != SIZE_MAX && next > end)
    next = end;
  intel_input_drop(&im->input, next);
  return VG_OK;
}

static vg_code elements(struct import *im, import_element *each, struct vg_err *err) {
  size_t unclosed = 0;
  for (;;) {
    vg_str s = intel_input_view(&im->input);
    size_t i = 0;
    while (i < s.n && s.p[i] != '{' && s.p[i] != ']')
      i++;
    bool ends = i < s.n && s.p[i] == ']';
    intel_input_drop(&im->input, i);
    if (ends)
      return VG_OK;
    if (i < s.n)
      VG_TRY(element(im, each, &unclosed, err));
    else if (im->input.ended)
      return VG_OK;
    else
      VG_TRY(intel_input_more(&im->input, import_name(im), err));
  }
}

vg_code import_split(struct import *im, const char *key, const char *must, const char *refusal, import_element *each,
                     struct vg_err *err) {
  size_t at;
  vg_jv root;
  enum shape shape;
  while ((shape = find_elements(intel_input_view(&im->input), vg_str_z(key), im->input.ended, &at)) == SHAPE_UNKNOWN)
    VG_TRY(intel_input_more(&im->input, import_name(im), err));
  if (shape == SHAPE_ROW) {
    size_t end;
    intel_input_drop(&im->input, at);
    VG_TRY(whole_element(im, &end, err));
    VG_TRY(vg_json_parse(im->json, vg_str_sub(intel_input_view(&im->input), 0, end), &root, err));
    if (vg_jv_type(vg_jv_at(root, must)) == VG_J_MISSING)
      return VG_FAIL(err, VG_EDATA, refusal, import_name(im));
    return elements(im, each, err);
  }
  if (shape == SHAPE_NONE) {
    vg_str text;
    VG_TRY(import_whole(im, &text, err));
    VG_TRY(vg_json_parse(im->json, text, &root, err)); /* says why it is no JSON */
    return VG_FAIL(err, VG_EDATA, refusal, import_name(im));
  }
  intel_input_drop(&im->input, at);
  return elements(im, each, err);
}

vg_code import_stix(struct import *im, struct vg_err *err) {
  return import_split(im, "\"objects\"", "type", "intel.not_stix", import_object, err);
}

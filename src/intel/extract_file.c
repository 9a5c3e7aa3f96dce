/* A file's values: what kind of bytes it holds decides how its text is had. */
#include "intel/extract_internal.h"

#include <string.h>

#include "base/file.h"
#include "intel/document.h"
#include "intel/intel_internal.h"

enum { SNIFF = 1 << 16 };

vg_code extract_bytes(vg_str bytes, const struct intel_extract_options *o, intel_hit_sink *sink, void *ctx,
                      struct vg_err *err) {
  struct intel_extract_options own = *o;
  bool little = vg_str_starts(bytes, VG_STR("\xff\xfe")), big = vg_str_starts(bytes, VG_STR("\xfe\xff"));
  if (!o->binary && (little || big)) {
    struct vg_buf text;
    vg_buf_init(&text, bytes.n * 2);
    enum input_form form = big ? INPUT_UTF16_BE : INPUT_UTF16_LE;
    (void)input_text(&form, vg_str_sub(bytes, 2, bytes.n), true, &text);
    vg_code rc = vg_buf_check(&text, err);
    if (rc == VG_OK)
      rc = intel_extract(vg_buf_view(&text), o, sink, ctx, err);
    vg_buf_fini(&text);
    return rc;
  }
  if (bytes.n && memchr(bytes.p, 0, bytes.n < SNIFF ? bytes.n : SNIFF))
    own.binary = true;
  return intel_extract(bytes, &own, sink, ctx, err);
}

static vg_code standard_input(const struct intel_extract_options *o, intel_hit_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct vg_buf all;
  vg_buf_init(&all, (size_t)1 << 32);
  vg_code rc = vg_file_read("-", &all, err);
  if (rc == VG_OK && !o->binary && document_kind(vg_buf_view(&all), VG_STR("-")) != DOCUMENT_NONE)
    rc = document_extract_bytes(vg_buf_view(&all), VG_STR("-"), o, sink, ctx, err);
  else if (rc == VG_OK)
    rc = extract_bytes(vg_buf_view(&all), o, sink, ctx, err);
  vg_buf_fini(&all);
  return rc;
}

vg_code intel_extract_file(const char *path, const struct intel_extract_options *options, intel_hit_sink *sink,
                           void *ctx, struct vg_err *err) {
  static const struct intel_extract_options all = {0};
  const struct intel_extract_options *o = options ? options : &all;
  struct vg_map_file map;
  if (vg_str_eqz(vg_str_z(path), "-"))
    return standard_input(o, sink, ctx, err);
  VG_TRY(vg_map_open(&map, path, err));
  vg_code rc;
  if (!o->binary && document_kind(map.bytes, vg_path_base(vg_str_z(path))) != DOCUMENT_NONE)
    rc = document_extract(path, map.bytes, o, sink, ctx, err);
  else
    rc = extract_bytes(map.bytes, o, sink, ctx, err);
  vg_map_close(&map);
  return rc;
}

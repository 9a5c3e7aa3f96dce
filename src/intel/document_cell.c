/*
 * Documents through the cell. What parser "document" sends: a CELL_RECORD {"part":name,"kind":"text|bytes|pdf"} before
 * the CELL_BYTES of each part; CELL_PROBLEM where, message. Parsers "pdf" and "pdf-links" (document_pdf.c) send the
 * CELL_BYTES of pdftotext and pdfinfo.
 */
#include "intel/document.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/library.h"
#include "sandbox/sandbox.h"

enum { SLICE = 1 << 20, SECONDS = 600 };
static const char *const kinds[] = {
    [PART_TEXT] = "text", [PART_RELAYS] = "relays", [PART_BYTES] = "bytes", [PART_PDF] = "pdf"};

/* --- inside ---------------------------------------------------------------------------------------------------- */

static vg_code send_part(void *ctx, const struct intel_part *p, struct vg_err *err) {
  struct cell_out *out = ctx;
  struct vg_buf b;
  struct vg_jw w;
  if (p->kind == PART_PROBLEM) {
    cell_send_problem(out, p->name, p->problem, p->name);
    return VG_OK;
  }
  vg_buf_init(&b, 1 << 16);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "part", p->name);
  vg_jw_kz(&w, "kind", kinds[p->kind]);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    cell_send(out, CELL_RECORD, vg_buf_view(&b));
  vg_buf_fini(&b);
  for (size_t at = 0; rc == VG_OK && at < p->bytes.n; at += SLICE)
    cell_send(out, CELL_BYTES, vg_str_sub(p->bytes, at, SLICE));
  return rc;
}

static vg_code run_document(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_map_file map;
  struct vg_json *json;
  vg_jv root;
  vg_str name = VG_STR("");
  VG_TRY(vg_map_open(&map, in->inputs[0], err));
  vg_code rc = vg_json_new(&json, err);
  if (rc == VG_OK) {
    rc = vg_json_parse(json, in->args, &root, err);
    if (rc == VG_OK)
      (void)vg_jv_str_at(root, "name", &name);
    if (rc == VG_OK)
      rc = intel_document(map.bytes, name, send_part, out, err);
    vg_json_free(json);
  }
  vg_map_close(&map);
  return rc;
}

const struct cell_parser document_parser = {
    .name = "document", .run = run_document, .libraries = VG_LIBARCHIVE | VG_LIBXML2};

/* --- outside ----------------------------------------------------------------------------------------------------- */

struct reading {
  const struct intel_extract_options *o;
  intel_hit_sink *sink;
  void *ctx;
  struct vg_buf part, name;
  enum intel_part_kind kind;
  bool open;
};

static vg_code with_part(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct reading *r = ctx;
  struct intel_hit named = *h;
  if (r->name.n)
    named.part = vg_buf_view(&r->name);
  if (r->kind == PART_RELAYS)
    named.flags |= HIT_RELAY;
  return r->sink(r->ctx, &named, err);
}

static void tell(struct reading *r, vg_str where, const struct vg_err *why) {
  if (r->o->problem)
    r->o->problem(r->ctx, where, why);
}

static vg_code take_bytes(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct vg_buf *out = ctx;
  if (kind == CELL_BYTES)
    vg_buf_str(out, payload);
  return vg_buf_check(out, err);
}

static vg_code pdf_part(struct reading *r, const char *parser, const char *path, struct vg_buf *out,
                        struct vg_err *err) {
  struct vg_err why = {0};
  const struct cell_order order = {.parser = parser, .inputs = &path, .input_count = 1, .seconds = SECONDS};
  vg_code rc = cell_run(&order, take_bytes, out, &why);
  if (rc == VG_ESTATE && err)
    *err = why;
  else if (rc != VG_OK && rc != VG_ESTATE)
    tell(r, vg_buf_view(&r->name), &why);
  return rc == VG_ESTATE ? rc : VG_OK;
}

/* One PDF, by its path: its text, then where its links lead. What cannot be read is a problem, and no more. */
static vg_code pdf_text(struct reading *r, const char *path, struct vg_err *err) {
  struct vg_buf got, text;
  vg_code rc = VG_OK;
  vg_buf_init(&got, DOCUMENT_BYTES);
  vg_buf_init(&text, DOCUMENT_BYTES * 2);
  VG_GO(pdf_part(r, pdf_parser.name, path, &got, err));
  document_unwrap(vg_buf_view(&got), &text);
  if (got.n) {
    vg_buf_reset(&got);
    VG_GO(pdf_part(r, pdf_links_parser.name, path, &got, err));
    document_links(vg_buf_view(&got), &text);
  }
  VG_GO(vg_buf_check(&text, err));
  rc = intel_extract(vg_buf_view(&text), r->o, with_part, r, err);
out:
  vg_buf_fini(&got);
  vg_buf_fini(&text);
  return rc;
}

vg_code document_temporary(vg_str bytes, char path[static 64], struct vg_err *err) {
  const char *dir = "/tmp";
  (void)vg_str_copy(path, 64, VG_STR("/tmp/vigie-part-XXXXXX"));
  int fd = mkostemp(path, O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", dir);
  vg_code rc = vg_write_all(fd, bytes.p, bytes.n, path, err);
  (void)close(fd);
  if (rc != VG_OK)
    (void)unlink(path);
  return rc;
}

static vg_code end_part(struct reading *r, struct vg_err *err) {
  char path[64];
  vg_code rc = VG_OK;
  if (!r->open)
    return VG_OK;
  r->open = false;
  if (r->kind == PART_PDF) {
    VG_TRY(document_temporary(vg_buf_view(&r->part), path, err));
    rc = pdf_text(r, path, err);
    (void)unlink(path);
  } else {
    rc = r->kind != PART_BYTES ? intel_extract(vg_buf_view(&r->part), r->o, with_part, r, err)
                               : extract_bytes(vg_buf_view(&r->part), r->o, with_part, r, err);
  }
  vg_buf_reset(&r->part);
  return rc;
}

static vg_code begin_part(struct reading *r, vg_str record, struct vg_err *err) {
  struct vg_json *json;
  vg_jv root;
  vg_str name = VG_STR(""), kind = VG_STR("");
  VG_TRY(end_part(r, err));
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, record, &root, err);
  if (rc == VG_OK) {
    (void)vg_jv_str_at(root, "part", &name);
    (void)vg_jv_str_at(root, "kind", &kind);
    vg_buf_reset(&r->name);
    vg_buf_str(&r->name, name);
    r->kind = PART_BYTES;
    for (size_t i = 0; i < VG_COUNT(kinds); i++)
      if (vg_str_eqz(kind, kinds[i]))
        r->kind = (enum intel_part_kind)i;
    r->open = true;
  }
  vg_json_free(json);
  return rc;
}

static vg_code problem(struct reading *r, vg_str payload) {
  static const char *const known[] = {"intel.document.parts", "intel.document.depth", "intel.document.size",
                                      "intel.document.damaged", "intel.document.encrypted"};
  struct vg_err why = {0};
  struct vg_rd rd;
  vg_rd_init(&rd, payload);
  vg_str where = vg_rd_text(&rd), id = vg_rd_text(&rd);
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eqz(id, known[i])) {
      (void)VG_FAIL(&why, VG_EDATA, known[i], VG_T(where));
      tell(r, where, &why);
    }
  return VG_OK;
}

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct reading *r = ctx;
  if (kind == CELL_RECORD)
    return begin_part(r, payload, err);
  if (kind == CELL_PROBLEM)
    return problem(r, payload);
  if (kind == CELL_BYTES)
    vg_buf_str(&r->part, payload);
  return vg_buf_check(&r->part, err);
}

static vg_code in_cell(struct reading *r, const char *path, vg_str name, struct vg_err *err) {
  struct vg_buf args;
  struct vg_jw w;
  vg_buf_init(&args, 1 << 16);
  vg_jw_init(&w, &args);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "name", name);
  vg_jw_end(&w);
  const struct cell_order order = {
      .parser = "document", .inputs = &path, .input_count = 1, .args = vg_buf_view(&args), .seconds = SECONDS};
  vg_code rc = vg_buf_check(&args, err);
  if (rc == VG_OK)
    rc = cell_run(&order, on_frame, r, err);
  if (rc == VG_OK)
    rc = end_part(r, err);
  vg_buf_fini(&args);
  return rc;
}

vg_code document_extract(const char *path, vg_str bytes, const struct intel_extract_options *o, intel_hit_sink *sink,
                         void *ctx, struct vg_err *err) {
  struct reading r = {.o = o, .sink = sink, .ctx = ctx};
  vg_str name = vg_path_base(vg_str_z(path));
  vg_buf_init(&r.part, DOCUMENT_BYTES + 4096);
  vg_buf_init(&r.name, 1 << 16);
  vg_code rc = document_kind(bytes, name) == DOCUMENT_PDF ? pdf_text(&r, path, err) : in_cell(&r, path, name, err);
  vg_buf_fini(&r.part);
  vg_buf_fini(&r.name);
  return rc;
}

vg_code document_extract_bytes(vg_str bytes, vg_str name, const struct intel_extract_options *o, intel_hit_sink *sink,
                               void *ctx, struct vg_err *err) {
  char path[64];
  struct reading r = {.o = o, .sink = sink, .ctx = ctx};
  VG_TRY(document_temporary(bytes, path, err));
  vg_buf_init(&r.part, DOCUMENT_BYTES + 4096);
  vg_buf_init(&r.name, 1 << 16);
  vg_code rc = document_kind(bytes, name) == DOCUMENT_PDF ? pdf_text(&r, path, err) : in_cell(&r, path, name, err);
  (void)unlink(path);
  vg_buf_fini(&r.part);
  vg_buf_fini(&r.name);
  return rc;
}

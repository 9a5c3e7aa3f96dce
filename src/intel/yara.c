/*
 * YARA rules, compiled in the cell "yara" to see whether they are rules. Its input: texts as vg_wr_text writes them,
 * what the file imports, then each rule. Sent for each that does not compile: CELL_RECORD {"rule","line","error"}:
 * which one from 0, the line of its text from 1, libyara's words.
 */
#include "intel/yara.h"

#include <stdlib.h>
#include <yara.h>

#include "base/file.h"
#include "base/grow.h"
#include "base/jsonw.h"
#include "base/library.h"
#include "base/rd.h"

/* Called for warnings too; the first error is the one to tell. */
static void on_fault(int level, const char *file, int line, const YR_RULE *rule, const char *message, void *ctx) {
  struct intel_rule_fault *f = ctx;
  (void)file, (void)rule;
  if (level != YARA_ERROR_LEVEL_ERROR || f->text[0])
    return;
  f->line = line;
  (void)vg_str_copy(f->text, sizeof f->text, vg_str_z(message));
}

/* Rules read no other file. */
static const char *no_include(const char *name, const char *from, const char *space, void *ctx) {
  (void)name, (void)from, (void)space, (void)ctx;
  return NULL;
}

const char *const intel_rule_variable[INTEL_RULE_VARIABLES] = {
    [RULE_FILE_NAME] = "filename", [RULE_FILE_PATH] = "filepath", [RULE_EXTENSION] = "extension",
    [RULE_FILE_TYPE] = "filetype", [RULE_FILE_MD5] = "md5",       [RULE_OWNER] = "owner"};

struct _YR_COMPILER *intel_rule_compiler(struct intel_rule_fault *first) {
  YR_COMPILER *y = NULL;
  if (yr_compiler_create(&y) != ERROR_SUCCESS)
    return NULL;
  for (size_t i = 0; i < INTEL_RULE_VARIABLES; i++)
    if (yr_compiler_define_string_variable(y, intel_rule_variable[i], "") != ERROR_SUCCESS) {
      yr_compiler_destroy(y);
      return NULL;
    }
  yr_compiler_set_callback(y, on_fault, first);
  yr_compiler_set_include_callback(y, no_include, NULL, NULL);
  return y;
}

struct work {
  vg_str head, *rules;
  bool *bad;
  size_t n, room;
};

static bool add(YR_COMPILER *y, vg_str text, struct intel_rule_fault *f) {
  struct vg_buf b;
  if (vg_str_find_byte(text, 0, 0) != SIZE_MAX) {
    *f = (struct intel_rule_fault){1, "NUL"};
    return false;
  }
  vg_buf_init(&b, text.n + 1);
  vg_buf_str(&b, text);
  bool good = yr_compiler_add_string(y, vg_buf_text(&b), NULL) == 0;
  vg_buf_fini(&b);
  return good;
}

/* What the file imports and its first n rules that are good, in one compiler; NULL: they do not go together. */
static YR_COMPILER *before(const struct work *w, size_t n, struct intel_rule_fault *f) {
  YR_COMPILER *y = intel_rule_compiler(f);
  bool good = y && add(y, w->head, f);
  for (size_t i = 0; good && i < n; i++)
    good = w->bad[i] || add(y, w->rules[i], f);
  if (y && !good)
    yr_compiler_destroy(y);
  return good ? y : NULL;
}

/* By itself, or together with those before it, which its condition may name. A compiler is of no use after an error. */
static bool is_good(const struct work *w, size_t at, struct intel_rule_fault *f) {
  struct intel_rule_fault together = {0};
  bool good = false;
  YR_COMPILER *alone = before(w, 0, f), *all = NULL;
  if (!alone)
    f->line = 1; /* it is what the file imports */
  good = alone && add(alone, w->rules[at], f);
  if (alone)
    yr_compiler_destroy(alone);
  if (!good && alone && (all = before(w, at, &together)) != NULL) {
    good = add(all, w->rules[at], &together);
    *f = together;
    yr_compiler_destroy(all);
  }
  return good;
}

static void check(struct work *w, intel_fault_sink *sink, void *ctx) {
  struct intel_rule_fault f = {0};
  YR_COMPILER *whole = before(w, w->n, &f);
  for (size_t i = 0; !whole && i < w->n; i++) {
    f = (struct intel_rule_fault){0};
    w->bad[i] = !is_good(w, i, &f);
    if (w->bad[i])
      sink(ctx, i, &f);
  }
  if (whole)
    yr_compiler_destroy(whole);
}

vg_code yara_check(vg_str texts, intel_fault_sink *sink, void *ctx, struct vg_err *err) {
  struct work w = {0};
  struct vg_rd r;
  vg_code rc = VG_OK;
  vg_rd_init(&r, texts);
  for (w.head = vg_rd_text(&r); r.at < r.n && !r.bad;) {
    if (!VG_GROW(w.rules, w.n, w.room, 64)) {
      rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
      goto out;
    }
    w.rules[w.n++] = vg_rd_text(&r);
  }
  w.bad = calloc(w.n ? w.n : 1, sizeof *w.bad);
  if (!w.bad || yr_initialize() != ERROR_SUCCESS)
    rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
  else if (r.bad)
    rc = VG_FAIL(err, VG_ECELL, "sandbox.order", yara_parser.name);
  else
    check(&w, sink, ctx);
out:
  free(w.rules);
  free(w.bad);
  return rc;
}

static void to_parent(void *ctx, size_t rule, const struct intel_rule_fault *f) {
  struct vg_buf record;
  struct vg_jw w;
  vg_buf_init(&record, 4096);
  vg_jw_init(&w, &record);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "rule", (int64_t)rule);
  vg_jw_kint(&w, "line", f->line);
  vg_jw_kz(&w, "error", f->text);
  vg_jw_end(&w);
  cell_send(ctx, CELL_RECORD, vg_buf_view(&record));
  vg_buf_fini(&record);
}

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_map_file file;
  VG_TRY(vg_map_open(&file, in->inputs[0], err));
  vg_code rc = yara_check(file.bytes, to_parent, out, err);
  vg_map_close(&file);
  return rc;
}

const struct cell_parser yara_parser = {.name = "yara", .run = run, .libraries = VG_LIBYARA, .cpu_seconds = 600};

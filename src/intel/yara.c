/*
 * YARA rules, compiled in the cell "yara" to see whether they are rules. Its input: texts as vg_wr_text writes them,
 * each of which has to compile by itself, as it will when it is used; args {"from"}: the first to look at. Sent:
 * CELL_UNIT before each text, with its number from 0; CELL_RECORD {"rule","line","error"} for one that does not
 * compile: its number, the line of the text from 1, libyara's words.
 */
#include "intel/yara.h"

#include <stdio.h>
#include <yara.h>

#include "base/file.h"
#include "base/json.h"
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

/* What nothing is searched with is no rule. */
static bool holds_rule(const YR_COMPILER *y, uint32_t before, struct intel_rule_fault *f) {
  if (y->next_rule_idx > before)
    return true;
  *f = (struct intel_rule_fault){1, "no rule"};
  return false;
}

/* In a name space of its own: what stands before it cannot help it. */
static bool add(YR_COMPILER *y, vg_str text, size_t number, struct intel_rule_fault *f) {
  struct vg_buf b;
  char space[24];
  const uint32_t before = y->next_rule_idx;
  if (vg_str_find_byte(text, 0, 0) != SIZE_MAX) {
    *f = (struct intel_rule_fault){1, "NUL"};
    return false;
  }
  snprintf(space, sizeof space, "%zu", number);
  vg_buf_init(&b, text.n + 1);
  vg_buf_str(&b, text);
  bool good = yr_compiler_add_string(y, vg_buf_text(&b), space) == 0;
  vg_buf_fini(&b);
  return good && holds_rule(y, before, f);
}

/* A compiler is of no use after an error: then comes another one, for what follows. */
vg_code yara_check(vg_str texts, size_t from, const struct yara_told *told, void *ctx, struct vg_err *err) {
  struct intel_rule_fault f = {0};
  YR_COMPILER *y = NULL;
  struct vg_rd r;
  vg_code rc = VG_OK;
  if (yr_initialize() != ERROR_SUCCESS)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_rd_init(&r, texts);
  for (size_t i = 0; r.at < r.n && !r.bad && rc == VG_OK; i++) {
    vg_str text = vg_rd_text(&r);
    if (i < from || r.bad)
      continue;
    f = (struct intel_rule_fault){0};
    told->turn(ctx, i);
    if (!y && (y = intel_rule_compiler(&f)) == NULL)
      rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
    else if (!add(y, text, i, &f)) {
      told->fault(ctx, i, &f);
      yr_compiler_destroy(y);
      y = NULL;
    }
  }
  if (y)
    yr_compiler_destroy(y);
  return rc == VG_OK && r.bad ? VG_FAIL(err, VG_ECELL, "sandbox.order", yara_parser.name) : rc;
}

static void turn_to_parent(void *ctx, size_t rule) {
  struct vg_buf b;
  vg_buf_init(&b, 64);
  vg_buf_le64(&b, rule);
  vg_buf_byte(&b, 0);
  vg_wr_text(&b, VG_STR(""));
  cell_send(ctx, CELL_UNIT, vg_buf_view(&b));
  vg_buf_fini(&b);
}

static void fault_to_parent(void *ctx, size_t rule, const struct intel_rule_fault *f) {
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
  static const struct yara_told told = {turn_to_parent, fault_to_parent};
  struct vg_map_file file;
  struct vg_json *json;
  vg_jv root;
  int64_t from = 0;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, in->args, &root, err);
  if (rc == VG_OK)
    (void)vg_jv_i64_at(root, "from", &from);
  vg_json_free(json);
  if (rc != VG_OK)
    return rc;
  VG_TRY(vg_map_open(&file, in->inputs[0], err));
  rc = yara_check(file.bytes, from > 0 ? (size_t)from : 0, &told, out, err);
  vg_map_close(&file);
  return rc;
}

const struct cell_parser yara_parser = {.name = "yara", .run = run, .libraries = VG_LIBYARA};

/* The store's YARA rules for the files that are assessed: one file for the cell, and who is behind each rule. */
#include "qualify/qualify_internal.h"

#include "analysis/analysis.h"
#include "base/file.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RULES_MAX = 1 << 20, TEXT_MAX = 60 << 20 };

struct qualify_rules {
  char path[64];
  struct vg_table *of;   /* rule name: letter, and where its source's name begins, << 8 */
  struct vg_buf sources; /* names, each ended by a NUL */
  struct vg_buf text;
};

static bool word_byte(char c) { return vg_is_alnum(c) || c == '_'; }

/* "rule NAME" wherever it stands; what a comment says costs a name that nothing asks for. */
static vg_code keep_names(struct qualify_rules *r, vg_str text, uint64_t whose, struct vg_err *err) {
  uint64_t had;
  for (size_t at = vg_str_find(text, VG_STR("rule"), 0); at != SIZE_MAX; at = vg_str_find(text, VG_STR("rule"), at)) {
    bool alone = (at == 0 || !word_byte(text.p[at - 1])) && at + 4 < text.n && vg_is_space(text.p[at + 4]);
    at += 4;
    if (!alone)
      continue;
    while (at < text.n && vg_is_space(text.p[at]))
      at++;
    size_t from = at;
    while (at < text.n && word_byte(text.p[at]))
      at++;
    vg_str name = vg_str_sub(text, from, at - from);
    /* Of several sources of one name the most reliable is told. */
    if (name.n && (!vg_table_get(r->of, name, &had) || (had & 255) > (whose & 255)))
      VG_TRY(vg_table_put(r->of, name, whose, err));
  }
  return VG_OK;
}

static vg_code keep_rule(void *ctx, const struct intel_rule *rule, struct vg_err *err) {
  struct qualify_rules *r = ctx;
  uint64_t whose = (uint64_t)r->sources.n << 8 | (unsigned char)rule->reliability;
  vg_buf_str(&r->sources, rule->source);
  vg_buf_byte(&r->sources, 0);
  vg_buf_z(&r->text, r->text.n ? "\n" ANALYSIS_RULES_MARK : "");
  vg_buf_str(&r->text, rule->text);
  VG_TRY(vg_buf_check(&r->sources, err));
  VG_TRY(vg_buf_check(&r->text, err));
  return keep_names(r, rule->text, whose, err);
}

static vg_code to_file(struct qualify_rules *r, struct vg_err *err) {
  memcpy(r->path, "/tmp/vigie-rules-XXXXXX", sizeof "/tmp/vigie-rules-XXXXXX");
  int fd = mkstemp(r->path);
  if (fd < 0) {
    r->path[0] = 0;
    return VG_FAIL_SYS(err, "base.write", "/tmp");
  }
  vg_code rc = vg_write_all(fd, r->text.p, r->text.n, r->path, err);
  close(fd);
  return rc;
}

vg_code qualify_rules_of(struct store_tx *tx, struct qualify_rules **out, struct vg_err *err) {
  struct qualify_rules *r = calloc(1, sizeof *r);
  vg_code rc = VG_OK;
  *out = NULL;
  if (!r)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_buf_init(&r->sources, TEXT_MAX);
  vg_buf_init(&r->text, TEXT_MAX);
  VG_GO(vg_table_new(&r->of, RULES_MAX, err));
  VG_GO(intel_each_rule(tx, "yara", keep_rule, r, err));
  if (r->text.n) {
    VG_GO(to_file(r, err));
    *out = r;
    r = NULL;
  }
out:
  qualify_rules_free(r);
  return rc;
}

void qualify_rules_free(struct qualify_rules *r) {
  if (!r)
    return;
  if (r->path[0])
    (void)unlink(r->path);
  vg_table_free(r->of);
  vg_buf_fini(&r->sources);
  vg_buf_fini(&r->text);
  free(r);
}

const char *qualify_rules_path(const struct qualify_rules *r) { return r->path; }

const char *qualify_rules_source(const struct qualify_rules *r, vg_str rule, char *letter) {
  uint64_t whose;
  if (!r || !vg_table_get(r->of, rule, &whose))
    return NULL;
  *letter = (char)(whose & 255);
  return r->sources.p + (whose >> 8);
}

/* What any text is as a rule of Snort, Sigma or PCRE, and what rules are called: a fault has a line of the text, a name
 * stands in it. */
#include "intel/rule.h"

static void look(const char *language, vg_str text) {
  struct vg_err err = {0};
  int64_t line = 0, lines = 1;
  if (rule_form(vg_str_z(language), text, &err) != VG_OK && err.cause[0].arg[1][0]) {
    for (size_t i = 0; i < text.n; i++)
      lines += text.p[i] == '\n';
    VG_ASSERT(vg_str_i64(vg_str_z(err.cause[0].arg[1]), &line) && line >= 1 && line <= lines);
  }
  struct vg_buf name;
  vg_buf_init(&name, 1 << 16);
  rule_name(vg_str_z(language), text, &name);
  VG_ASSERT(!name.bad && name.n <= text.n * 3);
  vg_buf_fini(&name);
}

/* The pieces of a file of rules follow one another. */
static void walk(vg_str text) {
  struct yara_text t = {.all = text};
  struct yara_part p;
  for (size_t before = 0; yara_next(&t, &p); before = t.at)
    VG_ASSERT(t.at > before && t.at <= text.n && p.text.n && p.text.p >= text.p + before &&
              p.text.p + p.text.n <= text.p + t.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vg_err err = {0};
  int64_t at;
  const vg_str text = vg_str_n((const char *)data, size);
  if (rule_form(VG_STR("pcre"), text, &err) == VG_EDATA && err.cause[0].arg[0][0])
    VG_ASSERT(vg_str_i64(vg_str_z(err.cause[0].arg[0]), &at) && at >= 1 && at <= (int64_t)size + 1);
  walk(text);
  static const char *const languages[] = {"snort", "sigma", "yara"};
  for (size_t i = 0; i < VG_COUNT(languages); i++)
    look(languages[i], vg_str_n((const char *)data, size));
  return 0;
}

#include "analysis/analysis_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yara.h>

enum { RULE_FILE_MAX = 64 << 20, SCAN_SECONDS = 60 };

struct rules {
  YR_RULES *yara;
};

static void tell(struct pool *p, const char *path, const char *msg, const struct intel_rule_fault *c) {
  struct finding f = {.kind = FINDING_PROBLEM};
  f.problem = (struct found_problem){.volume = ANALYSIS_NO_VOLUME,
                                     .where = vg_str_z(path),
                                     .msg = msg,
                                     .arg = {vg_str_z(path), vg_str_z(VG_N(c->line)), vg_str_z(c->text)}};
  pool_say(p, 0, &f);
}

/* A compiler is of no use after an error: each part is tried alone before it joins the others, in a name space of its
 * own. */
static bool add_part(YR_COMPILER *all, const char *text, const char *space, struct intel_rule_fault *c) {
  YR_COMPILER *alone = intel_rule_compiler(c);
  bool good = alone && yr_compiler_add_string(alone, text, NULL) == 0;
  if (alone)
    yr_compiler_destroy(alone);
  return good && yr_compiler_add_string(all, text, space) == 0;
}

/* The text up to the line that divides rules of different makers, which becomes its end; *rest: what follows. */
static char *cut_part(char **rest) {
  char *part = *rest, *mark = strstr(part, "\n" ANALYSIS_RULES_MARK);
  *rest = mark ? mark + strlen("\n" ANALYSIS_RULES_MARK) : NULL;
  if (mark)
    mark[1] = 0;
  return part;
}

static bool add_file(YR_COMPILER *all, struct pool *p, const char *path, size_t i, bool again) {
  struct intel_rule_fault c = {0};
  struct vg_buf b;
  char space[48];
  size_t good = 0, parts = 0;
  vg_buf_init(&b, RULE_FILE_MAX);
  bool read = vg_file_read(path, &b, NULL) == VG_OK;
  vg_buf_byte(&b, 0);
  read = read && vg_buf_check(&b, NULL) == VG_OK;
  for (char *rest = read ? b.p : NULL; rest; parts++) {
    char *part = cut_part(&rest);
    snprintf(space, sizeof space, "file%zu.%zu", i, parts);
    good += add_part(all, part, space, &c);
  }
  if (good < (parts ? parts : 1) && !again)
    tell(p, path, c.text[0] ? "analysis.bad_rules" : "analysis.rules_unread", &c);
  vg_buf_fini(&b);
  return good > 0;
}

vg_code rules_compile(struct rules **out, struct pool *p, const char *const *paths, size_t n, bool again,
                      struct vg_err *err) {
  struct intel_rule_fault c = {0};
  size_t good = 0;
  *out = NULL;
  if (n == 0)
    return VG_OK;
  struct rules *r = calloc(1, sizeof *r);
  YR_COMPILER *all = NULL;
  if (!r || yr_initialize() != ERROR_SUCCESS || !(all = intel_rule_compiler(&c))) {
    free(r);
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  }
  for (size_t i = 0; i < n; i++)
    good += add_file(all, p, paths[i], i, again);
  bool ready = good > 0 && yr_compiler_get_rules(all, &r->yara) == ERROR_SUCCESS;
  yr_compiler_destroy(all);
  if (ready)
    *out = r;
  else
    free(r);
  return ready || good == 0 ? VG_OK : VG_FAIL(err, VG_ENOMEM, "analysis.memory");
}

void rules_free(struct rules *r) {
  if (!r)
    return;
  (void)yr_rules_destroy(r->yara);
  free(r);
}

struct rules_scan {
  YR_SCANNER *yara;
  const struct rules_source *from;
  struct rules_block block;
  YR_MEMORY_BLOCK handed;
  rules_hit *hit;
  void *ctx;
};

static const uint8_t *fetch(YR_MEMORY_BLOCK *b) {
  const struct rules_scan *s = b->context;
  return (const uint8_t *)s->block.bytes.p;
}

static YR_MEMORY_BLOCK *hand(YR_MEMORY_BLOCK_ITERATOR *it, bool there) {
  struct rules_scan *s = it->context;
  it->last_error = ERROR_SUCCESS;
  s->handed = (YR_MEMORY_BLOCK){.size = s->block.bytes.n, .base = s->block.at, .context = s, .fetch_data = fetch};
  return there ? &s->handed : NULL;
}

static YR_MEMORY_BLOCK *first(YR_MEMORY_BLOCK_ITERATOR *it) {
  struct rules_scan *s = it->context;
  return hand(it, s->from->first(s->from->ctx, &s->block));
}

static YR_MEMORY_BLOCK *next(YR_MEMORY_BLOCK_ITERATOR *it) {
  struct rules_scan *s = it->context;
  return hand(it, s->from->next(s->from->ctx, &s->block));
}

static uint64_t size(YR_MEMORY_BLOCK_ITERATOR *it) { return ((struct rules_scan *)it->context)->from->size; }

/* libyara keeps matches wherever they fall in its arena, aligned or not: they are copied out. */
static int64_t lowest_match(const YR_SCAN_CONTEXT *context, const YR_STRING *string) {
  int64_t lowest = -1;
  YR_MATCH m;
  for (const void *p = context->matches[string->idx].head; p; p = m.next) {
    memcpy(&m, p, sizeof m);
    if (!m.is_private && (lowest < 0 || m.base + m.offset < lowest))
      lowest = m.base + m.offset;
  }
  return lowest;
}

static int on_message(YR_SCAN_CONTEXT *context, int message, void *data, void *ctx) {
  struct rules_scan *s = ctx;
  if (message != CALLBACK_MSG_RULE_MATCHING)
    return CALLBACK_CONTINUE;
  const YR_RULE *rule = data;
  const YR_STRING *string;
  int64_t lowest = -1;
  yr_rule_strings_foreach(rule, string) {
    int64_t at = lowest_match(context, string);
    if (at >= 0 && (lowest < 0 || at < lowest))
      lowest = at;
  }
  s->hit(s->ctx, vg_str_z(rule->identifier), lowest);
  return CALLBACK_CONTINUE;
}

vg_code rules_scan_new(struct rules_scan **out, const struct rules *r, struct vg_err *err) {
  struct rules_scan *s = calloc(1, sizeof *s);
  if (!s || yr_scanner_create(r->yara, &s->yara) != ERROR_SUCCESS) {
    free(s);
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  }
  yr_scanner_set_callback(s->yara, on_message, s);
  yr_scanner_set_flags(s->yara, SCAN_FLAGS_REPORT_RULES_MATCHING);
  yr_scanner_set_timeout(s->yara, SCAN_SECONDS);
  *out = s;
  return VG_OK;
}

void rules_scan_free(struct rules_scan *s) {
  if (!s)
    return;
  yr_scanner_destroy(s->yara);
  free(s);
}

/* Name, directory and extension (".exe", lower case) of the file, as scanners of LOKI's kind tell them to rules. */
static bool tell_file(struct rules_scan *s, vg_str path) {
  char name[1024], directory[4096], extension[64];
  vg_str base = vg_path_base(path);
  size_t dot = base.n;
  while (dot && base.p[dot - 1] != '.')
    dot--;
  vg_str_copy(name, sizeof name, base);
  vg_str_copy(directory, sizeof directory, vg_str_sub(path, 0, path.n > base.n ? path.n - base.n - 1 : 0));
  vg_str_copy(extension, sizeof extension, dot ? vg_str_sub(base, dot - 1, base.n) : VG_STR(""));
  for (char *p = extension; *p; p++)
    *p = vg_lower(*p);
  const struct {
    enum intel_rule_variable_of which;
    const char *is;
  } told[] = {{RULE_FILE_NAME, name}, {RULE_FILE_PATH, directory}, {RULE_EXTENSION, extension}};
  for (size_t i = 0; i < VG_COUNT(told); i++)
    if (yr_scanner_define_string_variable(s->yara, intel_rule_variable[told[i].which], told[i].is) != ERROR_SUCCESS)
      return false;
  return true;
}

const char *rules_scan(struct rules_scan *s, const struct rules_source *from, rules_hit *hit, void *ctx) {
  YR_MEMORY_BLOCK_ITERATOR it = {
      .context = s, .first = first, .next = next, .file_size = size, .last_error = ERROR_SUCCESS};
  s->from = from;
  s->hit = hit;
  s->ctx = ctx;
  if (!tell_file(s, from->path))
    return "analysis.rules_failed";
  switch (yr_scanner_scan_mem_blocks(s->yara, &it)) {
  case ERROR_SUCCESS: return NULL;
  case ERROR_SCAN_TIMEOUT: return "analysis.rules_slow";
  default: return "analysis.rules_failed";
  }
}

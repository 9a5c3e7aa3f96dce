#include "match/match_internal.h"

#include <string.h>

static vg_str unquote(vg_str s) {
  s = vg_str_trim(s);
  return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? vg_str_sub(s, 1, s.n - 2) : s;
}

static vg_code add_line(struct pack_build *b, vg_str line, bool first, struct vg_err *err) {
  struct pack_value v = {.expires = VG_NOTIME};
  for (const char *sep = "\t,;"; *sep; sep++) {
    size_t c = vg_str_find_byte(line, *sep, 0);
    if (c == SIZE_MAX)
      continue;
    vg_str name = unquote(vg_str_sub(line, 0, c)), rest = vg_str_sub(line, c + 1, SIZE_MAX), value;
    if (first && vg_str_eq_ci(name, VG_STR("type")))
      return VG_OK;
    if (!match_type_by_name(name, &v.type))
      continue;
    if (!(v.type == MATCH_URL && *sep != '\t') && vg_str_cut(&rest, *sep, &value))
      rest = value;
    v.value = unquote(rest);
    return pack_build_add(b, &v, err);
  }
  v.value = unquote(line);
  if (!match_type_guess(v.value, &v.type))
    return VG_FAIL(err, VG_EDATA, "match.no_type", VG_T(line));
  return pack_build_add(b, &v, err);
}

static size_t count_lines(vg_str s) {
  size_t n = 1;
  for (const char *p = s.p, *end = s.p + s.n; s.n && (p = memchr(p, '\n', (size_t)(end - p))); p++)
    n++;
  return n;
}

vg_code pack_build_list(struct pack_build *b, const char *path, pack_rejected *rejected, void *ctx, struct vg_err *err) {
  struct vg_buf f;
  vg_str line;
  uint64_t n = 0;
  vg_code rc = VG_OK;
  vg_buf_init(&f, (size_t)4 << 30);
  VG_GO(vg_file_read(path, &f, err));
  VG_GO(pack_build_expect(b, pack_build_count(b, MATCH_TYPES) + count_lines(vg_buf_view(&f)), err));
  for (vg_str rest = vg_buf_view(&f); vg_str_line(&rest, &line);) {
    struct vg_err why = {0};
    n++;
    line = vg_str_trim(line);
    if (!line.n || line.p[0] == '#')
      continue;
    vg_code c = add_line(b, line, n == 1, &why);
    if (c == VG_EDATA && rejected)
      rejected(ctx, n, line, &why);
    if (c != VG_OK && c != VG_EDATA) {
      if (err)
        *err = why;
      rc = c;
      goto out;
    }
  }
out:
  vg_buf_fini(&f);
  return rc;
}

#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>

static vg_str unquote(vg_str s) {
  s = vg_str_trim(s);
  return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? vg_str_sub(s, 1, s.n - 2) : s;
}

enum { PENDING = 16 };

/* Values on their way in, oldest first; and the type named last, as most lines name the one of the line before. */
struct waiting {
  struct pack_pending x[PENDING];
  size_t first, n;
  vg_str name;
  enum match_type type;
};

static bool type_of(struct waiting *w, vg_str name, enum match_type *out) {
  if (!vg_str_eq(name, w->name)) {
    if (!match_type_by_name(name, &w->type)) {
      w->name = VG_NOSTR;
      return false;
    }
    w->name = name;
  }
  *out = w->type;
  return name.n > 0;
}

/* *skip: a header line, no value. */
static vg_code read_line(struct pack_build *b, struct waiting *w, vg_str line, bool first, bool *skip,
                         struct vg_err *err) {
  struct pack_pending *x = &w->x[(w->first + w->n) % PENDING];
  struct pack_value v = {.expires = VG_NOTIME};
  for (const char *sep = "\t,;"; *sep; sep++) {
    size_t c = vg_str_find_byte(line, *sep, 0);
    if (c == SIZE_MAX)
      continue;
    vg_str name = unquote(vg_str_sub(line, 0, c)), rest = vg_str_sub(line, c + 1, SIZE_MAX), value;
    if (first && vg_str_eq_ci(name, VG_STR("type"))) {
      *skip = true;
      return VG_OK;
    }
    if (!type_of(w, name, &v.type))
      continue;
    if (!(v.type == MATCH_URL && *sep != '\t') && vg_str_cut(&rest, *sep, &value))
      rest = value;
    v.value = unquote(rest);
    return pack_build_prepare(b, &v, x, err);
  }
  v.value = unquote(line);
  if (!match_type_guess(v.value, &v.type))
    return VG_FAIL(err, VG_EDATA, "match.no_type", VG_T(line));
  return pack_build_prepare(b, &v, x, err);
}

static size_t count_lines(vg_str s) {
  size_t n = 1;
  for (const char *p = s.p, *end = s.p + s.n; s.n && (p = memchr(p, '\n', (size_t)(end - p))); p++)
    n++;
  return n;
}

static vg_code insert_one(struct pack_build *b, struct waiting *w, struct vg_err *err) {
  struct pack_pending *x = &w->x[w->first];
  w->first = (w->first + 1) % PENDING;
  w->n--;
  return pack_build_insert(b, x, err);
}

static vg_code add_line(struct pack_build *b, struct waiting *w, vg_str line, bool first, struct vg_err *err) {
  bool skip = false;
  if (w->n == PENDING)
    VG_TRY(insert_one(b, w, err));
  VG_TRY(read_line(b, w, line, first, &skip, err));
  w->n += !skip;
  return VG_OK;
}

vg_code pack_build_list(struct pack_build *b, const char *path, pack_rejected *rejected, void *ctx,
                        struct vg_err *err) {
  struct vg_buf f;
  struct vg_err why = {0};
  vg_str line;
  uint64_t n = 0;
  vg_code rc = VG_OK;
  vg_buf_init(&f, (size_t)4 << 30);
  struct waiting *w = calloc(1, sizeof *w);
  if (!w)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  VG_GO(vg_file_read(path, &f, err));
  VG_GO(pack_build_expect(b, pack_build_count(b, MATCH_TYPES) + count_lines(vg_buf_view(&f)), err));
  for (vg_str rest = vg_buf_view(&f); vg_str_line(&rest, &line);) {
    why.n = 0; /* all that clearing means, without its 3 KB a line */
    n++;
    line = vg_str_trim(line);
    if (!line.n || line.p[0] == '#')
      continue;
    rc = add_line(b, w, line, n == 1, &why);
    if (rc == VG_EDATA && rejected)
      rejected(ctx, n, line, &why);
    if (rc != VG_OK && rc != VG_EDATA) {
      if (err)
        *err = why;
      goto out;
    }
  }
  rc = VG_OK;
  while (w->n)
    VG_GO(insert_one(b, w, err));
out:
  free(w);
  vg_buf_fini(&f);
  return rc;
}

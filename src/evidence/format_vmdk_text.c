/*
 * A VMDK whose descriptor is a text of its own: lines such as `RW 4192256 SPARSE "disk-s001.vmdk"` or `RW 8388608 FLAT
 * "disk-flat.vmdk" 0` name its extents, files beside it: access, sectors, kind, name, first sector in a flat file.
 */
#include "evidence/virtual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 1 << 20, SECTOR = 512 };

struct extent {
  uint64_t bytes, from; /* from: where a flat one begins in its file */
  enum { EXTENT_FLAT, EXTENT_SPARSE, EXTENT_ZERO } kind;
  vg_str name;
};

bool vmdk_is_text(const unsigned char *head, size_t n) {
  static const char mark[] = "# Disk DescriptorFile";
  return n >= sizeof mark - 1 && memcmp(head, mark, sizeof mark - 1) == 0;
}

/* false: the line is no extent's. A name with a directory in it would lead out of the image's own. */
static vg_code read_line(vg_str line, const char *path, bool *is_extent, struct extent *e, struct vg_err *err) {
  vg_str access, sectors, kind, rest = vg_str_trim(line);
  *e = (struct extent){0};
  *is_extent = vg_str_cut(&rest, ' ', &access) && vg_str_cut(&rest, ' ', &sectors) && vg_str_u64(sectors, &e->bytes) &&
               (vg_str_eqz(access, "RW") || vg_str_eqz(access, "RDONLY"));
  if (!*is_extent)
    return VG_OK;
  (void)vg_str_cut(&rest, ' ', &kind);
  bool flat = vg_str_eqz(kind, "FLAT") || vg_str_eqz(kind, "VMFS");
  e->kind = flat ? EXTENT_FLAT : vg_str_eqz(kind, "SPARSE") ? EXTENT_SPARSE : EXTENT_ZERO;
  if (e->kind == EXTENT_ZERO && !vg_str_eqz(kind, "ZERO"))
    return VG_FAIL(err, VG_ENOTFOUND, "evidence.needs.feature", path, image_format_name(IMAGE_VMDK));
  if (e->bytes == 0 || e->bytes > (uint64_t)INT64_MAX / SECTOR)
    return VG_FAIL(err, VG_EDATA, "evidence.virtual_bad", path, image_format_name(IMAGE_VMDK));
  e->bytes *= SECTOR;
  if (e->kind == EXTENT_ZERO)
    return VG_OK;
  size_t close = rest.n && rest.p[0] == '"' ? vg_str_find_byte(rest, '"', 1) : SIZE_MAX;
  if (close == SIZE_MAX || close == 1)
    return VG_FAIL(err, VG_EDATA, "evidence.virtual_bad", path, image_format_name(IMAGE_VMDK));
  e->name = vg_str_sub(rest, 1, close - 1);
  if (vg_str_find_byte(e->name, '/', 0) != SIZE_MAX || vg_str_find_byte(e->name, '\\', 0) != SIZE_MAX)
    return VG_FAIL(err, VG_EDENIED, "evidence.virtual_path", path);
  rest = vg_str_trim(vg_str_sub(rest, close + 1, rest.n));
  if (flat && rest.n && (!vg_str_u64(rest, &e->from) || e->from > (uint64_t)INT64_MAX / SECTOR))
    return VG_FAIL(err, VG_EDATA, "evidence.virtual_bad", path, image_format_name(IMAGE_VMDK));
  e->from *= SECTOR;
  return VG_OK;
}

static vg_code each_extent(const char *path, vg_code (*take)(void *ctx, const struct extent *e, struct vg_err *err),
                           void *ctx, struct vg_err *err) {
  struct vg_buf text;
  vg_str rest, line;
  size_t n = 0;
  vg_buf_init(&text, TEXT_MOST);
  vg_code rc = vg_file_read(path, &text, err);
  for (rest = vg_buf_view(&text); rc == VG_OK && vg_str_line(&rest, &line);) {
    struct extent e;
    bool is_extent;
    if (vg_str_starts(line, VG_STR("parentFileNameHint")))
      rc = VG_FAIL(err, VG_ENOTFOUND, "evidence.needs.base", path, image_format_name(IMAGE_VMDK));
    else if ((rc = read_line(line, path, &is_extent, &e, err)) == VG_OK && is_extent && ++n)
      rc = take(ctx, &e, err);
  }
  if (rc == VG_OK && n == 0)
    rc = VG_FAIL(err, VG_EDATA, "evidence.virtual_bad", path, image_format_name(IMAGE_VMDK));
  vg_buf_fini(&text);
  return rc;
}

/* ---- which files ---- */

struct listing {
  vg_str dir;
  struct image_paths *out;
};

static vg_code list_extent(void *ctx, const struct extent *e, struct vg_err *err) {
  struct listing *l = ctx;
  char path[4096];
  if (e->kind == EXTENT_ZERO)
    return VG_OK;
  snprintf(path, sizeof path, "%.*s/%.*s", (int)l->dir.n, l->dir.p, (int)e->name.n, e->name.p);
  if (!vg_file_exists(path))
    return VG_FAIL(err, VG_ENOTFOUND, "evidence.virtual_missing", path);
  return image_paths_add(l->out, path, err);
}

vg_code vmdk_extents(const char *path, struct image_paths *out, struct vg_err *err) {
  struct listing l = {vg_path_dir(vg_str_z(path)), out};
  return each_extent(path, list_extent, &l, err);
}

/* ---- reading ---- */

struct piece {
  struct image_reader *of; /* NULL: zeroes */
  uint64_t end, from;      /* end: in the medium */
};
struct joined {
  struct image_reader r;
  struct piece *v;
  size_t n;
  const char *const *paths; /* while opening: those not yet opened */
  size_t left;
};

static vg_code add_piece(void *ctx, const struct extent *e, struct vg_err *err) {
  struct joined *j = ctx;
  struct piece *more = realloc(j->v, (j->n + 1) * sizeof *more);
  if (!more)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  j->v = more;
  struct piece *p = &j->v[j->n++];
  *p = (struct piece){.from = e->from};
  if (__builtin_add_overflow(j->r.size, e->bytes, &j->r.size) || j->r.size > INT64_MAX)
    return VG_FAIL(err, VG_EDATA, "evidence.virtual_bad", "", image_format_name(IMAGE_VMDK));
  p->end = j->r.size;
  if (e->kind == EXTENT_ZERO)
    return VG_OK;
  if (j->left == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "evidence.virtual_missing", image_format_name(IMAGE_VMDK));
  const char *path = *j->paths++;
  j->left--;
  VG_TRY(e->kind == EXTENT_FLAT ? reader_raw(&p->of, &path, 1, err) : reader_virtual(&p->of, IMAGE_VMDK, path, err));
  if (image_size(p->of) < e->from || image_size(p->of) - e->from < e->bytes)
    return VG_FAIL(err, VG_EDATA, "evidence.virtual_bad", path, image_format_name(IMAGE_VMDK));
  return VG_OK;
}

static vg_code joined_read_at(struct image_reader *r, uint64_t at, char *p, size_t n, struct vg_err *err) {
  struct joined *j = (struct joined *)r;
  for (size_t i = 0; n > 0; i++) {
    VG_ASSERT(i < j->n);
    uint64_t begin = i ? j->v[i - 1].end : 0;
    if (at >= j->v[i].end)
      continue;
    size_t k = n < j->v[i].end - at ? n : (size_t)(j->v[i].end - at), got = k;
    if (!j->v[i].of) {
      memset(p, 0, k);
    } else {
      uint64_t before = j->v[i].of->damages;
      vg_code rc = image_read_at(j->v[i].of, j->v[i].from + (at - begin), p, k, &got, err);
      if (j->v[i].of->damages != before)
        reader_damage(r, "evidence.bad.chunk", at, k);
      if (rc != VG_OK)
        return rc;
    }
    if (got < k)
      return VG_FAIL(err, VG_EDATA, "evidence.shrunk", VG_N(at + got));
    p += k;
    at += k;
    n -= k;
  }
  return VG_OK;
}

static void joined_close(struct image_reader *r) {
  struct joined *j = (struct joined *)r;
  for (size_t i = 0; i < j->n; i++)
    image_close(j->v[i].of);
  free(j->v);
  free(j);
}

static const struct image_reader_ops ops = {joined_read_at, reader_fetch_grains, reader_unpack_nothing,
                                            reader_stored_none, joined_close};

vg_code reader_vmdk_text(struct image_reader **out, const char *const *paths, size_t n, struct vg_err *err) {
  struct joined *j = calloc(1, sizeof *j);
  if (!j)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  j->r = (struct image_reader){.ops = &ops, .format = IMAGE_VMDK};
  *out = &j->r;
  j->paths = paths + 1;
  j->left = n - 1;
  return each_extent(paths[0], add_piece, j, err);
}

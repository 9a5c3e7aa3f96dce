#include "analysis/analysis_internal.h"

#include <stdlib.h>
#include <string.h>
#include <tsk/libtsk.h>

#include "analysis/analysis_tsk.h"

enum { PARTS = 4096, MIB = 1 << 20, PROBE = 4096 };

/* The image as libtsk sees it. One that claims to be long shows what a partition table says of bytes that are not
 * there. */
struct window {
  TSK_IMG_INFO tsk;
  struct walk *walk;
};

static ssize_t window_read(TSK_IMG_INFO *img, TSK_OFF_T at, char *p, size_t n) {
  struct walk *w = ((struct window *)img)->walk;
  struct vg_err err = {0};
  size_t got;
  if (at < 0 || image_read_at(w->image, (uint64_t)at, p, n, &got, &err) != VG_OK) {
    tsk_error_reset();
    tsk_error_set_errno(TSK_ERR_IMG_READ);
    tsk_error_set_errstr("byte %lld of the image", (long long)at);
    return -1;
  }
  w->read += got;
  pool_progress(w->pool, w->read < w->image_bytes ? w->read : w->image_bytes, w->image_bytes);
  return (ssize_t)got;
}

static void window_close(TSK_IMG_INFO *img) { free(img); }
static void window_describe(TSK_IMG_INFO *img, FILE *to) { (void)img, (void)to; }

static TSK_IMG_INFO *window_open(struct walk *w, uint64_t bytes, struct vg_err *err) {
  struct window *v = calloc(1, sizeof *v);
  if (v)
    v->walk = w;
  TSK_IMG_INFO *img =
      v ? tsk_img_open_external(v, (TSK_OFF_T)bytes, 512, window_read, window_close, window_describe) : NULL;
  if (!img)
    (void)VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  return img;
}

static void printable(char *out, size_t cap, const char *z, size_t most) {
  size_t n = 0;
  for (; n < most && z[n] && n + 1 < cap; n++)
    out[n] = z[n] >= 0x20 && z[n] < 0x7f ? z[n] : '?';
  out[n] = 0;
}

/* Without what libtsk adds in brackets: the names of its own functions. */
const char *disk_reason(char out[static VG_ERR_ARG_MAX]) {
  const char *text = tsk_error_get();
  vg_str s = vg_str_z(text ? text : "?");
  size_t bracket = vg_str_find(s, VG_STR(" ("), 0);
  printable(out, VG_ERR_ARG_MAX, s.p, bracket == SIZE_MAX ? s.n : bracket);
  tsk_error_reset();
  return out;
}

struct part {
  uint64_t at, bytes;
  char name[96];
  bool gap;
};

static void say_volume(struct walk *w, const struct part *p, const char *file_system, uint64_t bytes) {
  struct finding f = {.kind = FINDING_VOLUME};
  f.volume = (struct found_volume){.at = (int64_t)p->at,
                                   .bytes = (int64_t)bytes,
                                   .file_system = vg_str_z(file_system),
                                   .description = vg_str_z(p->name)};
  walk_say(w, &f);
}

/* false: there is no file system that libtsk reads. */
static bool read_volume(struct walk *w, TSK_IMG_INFO *img, const struct part *p) {
  TSK_FS_INFO *fs = tsk_fs_open_img(img, (TSK_OFF_T)p->at, TSK_FS_TYPE_DETECT);
  if (!fs)
    return false;
  w->volume = (int64_t)p->at;
  uint64_t bytes = (uint64_t)fs->block_count * fs->block_size;
  say_volume(w, p, tsk_fs_type_toname(fs->ftype), bytes);
  if (fs->last_block_act < fs->last_block &&
      p->bytes <= w->image_bytes - p->at) /* else the table's word is told already */
    walk_problem(w, p->name[0] ? vg_str_z(p->name) : vg_str_z(tsk_fs_type_toname(fs->ftype)), "analysis.volume_cut",
                 VG_N(w->image_bytes - p->at));
  volume_walk(w, fs);
  w->volume = ANALYSIS_NO_VOLUME;
  tsk_fs_close(fs);
  return true;
}

/* A partition without a file system that can be read is searched as it lies. */
static void read_raw_volume(struct walk *w, const struct part *p) {
  static const char *const quiet[] = {"swap", "Swap", "Reserved", "BIOS boot", "Empty"};
  bool expected = false;
  char reason[VG_ERR_ARG_MAX];
  (void)disk_reason(reason);
  w->volume = (int64_t)p->at;
  say_volume(w, p, "", p->bytes);
  for (size_t i = 0; i < VG_COUNT(quiet); i++)
    expected = expected || strstr(p->name, quiet[i]);
  if (!expected)
    walk_problem(w, vg_str_z(p->name), "analysis.volume_unread", reason);
  walk_space(w, PLACE_UNALLOCATED, p->at, p->bytes);
  w->volume = ANALYSIS_NO_VOLUME;
}

static bool read_part(struct walk *w, TSK_IMG_INFO *img, const struct part *p) {
  if (p->gap) {
    walk_space(w, PLACE_GAP, p->at, p->bytes);
    return false;
  }
  if (p->at >= w->image_bytes) {
    walk_problem(w, vg_str_z(p->name), "analysis.volume_beyond", VG_N(p->at));
    return false;
  }
  if (p->bytes > w->image_bytes - p->at)
    walk_problem(w, vg_str_z(p->name), "analysis.volume_cut", VG_N(w->image_bytes - p->at));
  if (read_volume(w, img, p))
    return true;
  read_raw_volume(w, p);
  return false;
}

struct parts {
  struct part *v;
  size_t n;
};

static TSK_WALK_RET_ENUM on_part(TSK_VS_INFO *vs, const TSK_VS_PART_INFO *found, void *ctx) {
  struct parts *list = ctx;
  if (list->n == PARTS)
    return TSK_WALK_STOP;
  if (found->flags & TSK_VS_PART_FLAG_META)
    return TSK_WALK_CONT;
  struct part *p = &list->v[list->n++];
  *p = (struct part){.at = (uint64_t)vs->offset + found->start * vs->block_size,
                     .bytes = found->len * vs->block_size,
                     .gap = (found->flags & TSK_VS_PART_FLAG_ALLOC) == 0};
  printable(p->name, sizeof p->name, found->desc ? found->desc : "", sizeof p->name);
  return TSK_WALK_CONT;
}

/* The table's partitions, also those that lie beyond the end of a truncated image. */
static void read_table(struct walk *w, TSK_IMG_INFO *img, struct parts *list) {
  struct vg_err err = {0};
  TSK_IMG_INFO *longer = NULL;
  TSK_VS_INFO *vs = tsk_vs_open(img, 0, TSK_VS_TYPE_DETECT);
  if (!vs && (longer = window_open(w, UINT64_C(1) << 50, &err)))
    vs = tsk_vs_open(longer, 0, TSK_VS_TYPE_DETECT);
  if (vs) {
    (void)tsk_vs_part_walk(vs, 0, vs->part_count > 0 ? vs->part_count - 1 : 0, TSK_VS_PART_FLAG_ALL, on_part, list);
    tsk_vs_close(vs);
  }
  if (longer)
    tsk_img_close(longer);
}

/* What a file system's first bytes say of themselves, to ask libtsk only where it is worth it. */
static bool looks_like_volume(const unsigned char *b) {
  bool boot = b[510] == 0x55 && b[511] == 0xaa;
  if (boot && (memcmp(b + 3, "NTFS    ", 8) == 0 || memcmp(b + 3, "EXFAT   ", 8) == 0 ||
               memcmp(b + 54, "FAT1", 4) == 0 || memcmp(b + 82, "FAT32", 5) == 0))
    return true;
  const unsigned char *s = b + 1024; /* ext: magic, and the superblock is that of group 0, no spare copy */
  if (s[56] == 0x53 && s[57] == 0xef && s[90] == 0 && s[91] == 0)
    return true;
  return memcmp(s, "H+", 2) == 0 || memcmp(s, "HX", 2) == 0;
}

/* Without a usable table: volumes by their signatures, in the first mebibyte at any sector, then where tools align
 * them. */
static bool search_volumes(struct walk *w, TSK_IMG_INFO *img, uint64_t from) {
  unsigned char b[PROBE];
  bool any = false;
  uint64_t at = from, gap = from;
  while (at < w->image_bytes) {
    struct part p = {.at = at, .name = "found by signature"};
    struct vg_err err = {0};
    size_t got = 0;
    memset(b, 0, sizeof b);
    if (image_read_at(w->image, at, b, sizeof b, &got, &err) == VG_OK && looks_like_volume(b)) {
      TSK_FS_INFO *fs = tsk_fs_open_img(img, (TSK_OFF_T)at, TSK_FS_TYPE_DETECT);
      if (fs) {
        uint64_t bytes = (uint64_t)fs->block_count * fs->block_size;
        tsk_fs_close(fs);
        walk_space(w, PLACE_GAP, gap, at - gap);
        any = read_volume(w, img, &p) || any;
        at = gap = at + (bytes > 0 && bytes <= w->image_bytes - at ? bytes : w->image_bytes - at);
        continue;
      }
    }
    at = at < MIB ? at + 512 : (at / MIB + 1) * MIB;
  }
  if (any)
    walk_space(w, PLACE_GAP, gap, w->image_bytes - gap);
  return any;
}

static bool claims_to_be_image(const struct walk *w) {
  static const char *const ends[] = {".img", ".dd", ".raw", ".001", ".iso", ".bin", ".e01", ".aff4"};
  vg_str path = vg_str_z(w->path);
  bool yes = image_format_of(w->image) != IMAGE_RAW;
  for (size_t i = 0; i < VG_COUNT(ends) && !yes; i++)
    yes = vg_str_ends_ci(path, vg_str_z(ends[i]));
  return yes;
}

static bool any_there(const struct walk *w, const struct parts *list) {
  for (size_t i = 0; i < list->n; i++)
    if (!list->v[i].gap && list->v[i].at < w->image_bytes)
      return true;
  return false;
}

/* A table whose partitions hold nothing is damaged: what lies there may still be found. */
static bool read_parts(struct walk *w, TSK_IMG_INFO *img, const struct parts *list) {
  bool any = false;
  for (size_t i = 0; i < list->n && !any_there(w, list); i++)
    if (!list->v[i].gap)
      walk_problem(w, vg_str_z(list->v[i].name), "analysis.volume_beyond", VG_N(list->v[i].at));
  if (!any_there(w, list)) {
    walk_problem(w, vg_path_base(vg_str_z(w->path)), "analysis.bad_table", "");
    return search_volumes(w, img, 0);
  }
  for (size_t i = 0; i < list->n; i++)
    any = read_part(w, img, &list->v[i]) || any;
  return true;
}

static bool has_boot_mark(struct walk *w) {
  unsigned char b[512];
  struct vg_err err = {0};
  size_t got = 0;
  return image_read_at(w->image, 0, b, sizeof b, &got, &err) == VG_OK && got == sizeof b && b[510] == 0x55 &&
         b[511] == 0xaa;
}

static bool read_disk(struct walk *w, TSK_IMG_INFO *img, struct parts *list) {
  struct part whole = {.at = 0, .bytes = w->image_bytes};
  read_table(w, img, list);
  if (list->n > 0)
    return read_parts(w, img, list);
  if (read_volume(w, img, &whole))
    return true;
  if (!has_boot_mark(w) && !claims_to_be_image(w))
    return false;
  if (has_boot_mark(w) && w->image_bytes >= MIB) {
    walk_problem(w, vg_path_base(vg_str_z(w->path)), "analysis.bad_table", "");
    if (search_volumes(w, img, 0))
      return true;
  }
  walk_problem(w, vg_path_base(vg_str_z(w->path)), "analysis.no_file_system", "");
  return false;
}

vg_code disk_walk(struct walk *w, bool *found, struct vg_err *err) {
  struct parts list = {.v = calloc(PARTS, sizeof *list.v)};
  TSK_IMG_INFO *img = NULL;
  vg_code rc = VG_OK;
  *found = false;
  if (!list.v)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  if (w->image_bytes >= 512 && !(img = window_open(w, w->image_bytes, err)))
    rc = VG_ENOMEM;
  if (img) {
    *found = read_disk(w, img, &list);
    tsk_img_close(img);
  } else if (rc == VG_OK && claims_to_be_image(w)) {
    walk_problem(w, vg_path_base(vg_str_z(w->path)), "analysis.no_file_system", "");
  }
  free(list.v);
  return rc;
}

#include "analysis/analysis_tsk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

/*
 * Depth first with a stack of our own: no directory is lost behind one that is too deep, and one that contains itself,
 * or is reached by ever more ways, ends.
 */
enum { DEPTH = 2048, PATH_MOST = 64 << 10, VISITS = 8, DIRECTORIES = 64 << 20 };

struct level {
  TSK_FS_DIR *dir;
  size_t at, path; /* path: length of the parent's */
  TSK_INUM_T inode;
};

struct volume {
  struct walk *w;
  TSK_FS_INFO *fs;
  struct level level[DEPTH];
  size_t depth;
  struct vg_buf path;
  struct vg_table *visits;
  bool orphans; /* below $OrphanFiles */
};

static vg_time time_of(time_t seconds, uint32_t nano) {
  if (seconds == 0 || seconds < -INT64_C(9000000000) || seconds > INT64_C(9000000000))
    return VG_NOTIME;
  return (vg_time)seconds * VG_SECOND + (nano < VG_SECOND ? nano : 0);
}

static enum file_entry entry_of(const TSK_FS_FILE *f) {
  if (!f->meta)
    return TSK_FS_IS_DIR_NAME(f->name->type)                                                  ? ENTRY_DIRECTORY
           : f->name->type == TSK_FS_NAME_TYPE_LNK                                            ? ENTRY_LINK
           : f->name->type == TSK_FS_NAME_TYPE_REG || f->name->type == TSK_FS_NAME_TYPE_UNDEF ? ENTRY_FILE
                                                                                              : ENTRY_OTHER;
  switch (f->meta->type) {
  case TSK_FS_META_TYPE_REG: return ENTRY_FILE;
  case TSK_FS_META_TYPE_DIR: return ENTRY_DIRECTORY;
  case TSK_FS_META_TYPE_LNK: return ENTRY_LINK;
  case TSK_FS_META_TYPE_VIRT:
  case TSK_FS_META_TYPE_VIRT_DIR: return ENTRY_VIRTUAL;
  case TSK_FS_META_TYPE_UNDEF: return ENTRY_FILE;
  case TSK_FS_META_TYPE_FIFO:
  case TSK_FS_META_TYPE_CHR:
  case TSK_FS_META_TYPE_BLK:
  case TSK_FS_META_TYPE_SHAD:
  case TSK_FS_META_TYPE_SOCK:
  case TSK_FS_META_TYPE_WHT: break;
  }
  return ENTRY_OTHER;
}

static vg_code read_attribute(void *ctx, uint64_t at, char *p, size_t n, size_t *got) {
  ssize_t r = tsk_fs_attr_read(ctx, (TSK_OFF_T)at, p, n, TSK_FS_FILE_READ_FLAG_NONE);
  *got = r > 0 ? (size_t)r : 0;
  return r < 0 ? VG_EIO : VG_OK;
}

/* Content of a size that no image of this length can hold is a damaged inode, or one made to keep us busy. */
static bool believable(const struct walk *w, uint64_t size) {
  return size <= 64 * w->image_bytes + (UINT64_C(1) << 30);
}

static void give_content(struct volume *v, struct unit *u, const struct found_file *f, const TSK_FS_ATTR *attr) {
  union {
    const TSK_FS_ATTR *in;
    void *out;
  } a = {.in = attr};
  if (!believable(v->w, (uint64_t)f->size)) {
    u->broken = true;
    pool_offer(v->w->pool, u);
    walk_problem(v->w, f->path, "analysis.too_long", VG_N(f->size));
    return;
  }
  walk_feed(v->w, u, (uint64_t)f->size, read_attribute, a.out);
}

/* NTFS maps the clusters that cannot be read into a stream of inode 8 that is as long as the volume: it has no content.
 */
static bool bad_clusters(const struct volume *v, const TSK_FS_META *m, const TSK_FS_ATTR *attr) {
  return TSK_FS_TYPE_ISNTFS(v->fs->ftype) && m->addr == 8 && attr->name && strcmp(attr->name, "$Bad") == 0;
}

/* attr: NULL when the file has no content of its own. */
static void tell(struct volume *v, TSK_FS_FILE *file, const TSK_FS_ATTR *attr, bool stream) {
  char inode[64];
  const TSK_FS_META *m = file->meta;
  bool ntfs = TSK_FS_TYPE_ISNTFS(v->fs->ftype);
  struct found_file f = {.path = vg_buf_view(&v->path), .entry = stream ? ENTRY_STREAM : entry_of(file)};
  if (ntfs && attr)
    snprintf(inode, sizeof inode, "%llu-%d-%d", (unsigned long long)m->addr, (int)attr->type, (int)attr->id);
  else
    snprintf(inode, sizeof inode, "%llu", (unsigned long long)(m ? m->addr : file->name->meta_addr));
  f.inode = vg_str_z(inode);
  bool named = file->name->flags & TSK_FS_NAME_FLAG_ALLOC, held = m && (m->flags & TSK_FS_META_FLAG_ALLOC);
  f.allocated = named && (held || !m);
  f.reused = !named && held;
  f.size = !m ? 0 : ntfs && attr ? attr->size : m->size;
  f.size = f.size < 0 ? 0 : f.size;
  f.mtime = m ? time_of(m->mtime, m->mtime_nano) : VG_NOTIME;
  f.atime = m ? time_of(m->atime, m->atime_nano) : VG_NOTIME;
  f.ctime = m ? time_of(m->ctime, m->ctime_nano) : VG_NOTIME;
  f.btime = m ? time_of(m->crtime, m->crtime_nano) : VG_NOTIME;
  bool directory = f.entry == ENTRY_DIRECTORY || (m && m->type == TSK_FS_META_TYPE_VIRT_DIR);
  f.type = directory ? VG_STR("inode/directory") : f.entry == ENTRY_LINK ? VG_STR("inode/symlink") : VG_STR("");
  struct unit *u = walk_file(v->w, &f);
  if (!u)
    return;
  if (attr && !directory && f.entry != ENTRY_OTHER && !f.reused && !bad_clusters(v, m, attr))
    give_content(v, u, &f, attr);
  else
    pool_offer(v->w->pool, u);
  if (m && !attr && f.size > 0 && (f.entry == ENTRY_FILE || f.entry == ENTRY_LINK) && !f.reused)
    walk_problem(v->w, f.path, "analysis.unreadable", VG_N(0));
}

static bool default_name(const TSK_FS_ATTR *a) {
  return !a->name || !a->name[0] || strcmp(a->name, "$Data") == 0 ||
         (a->type == TSK_FS_ATTR_TYPE_NTFS_IDXROOT && strcmp(a->name, "$I30") == 0);
}

/* NTFS: each data stream is told, as fls does; a directory is its index. */
static void tell_streams(struct volume *v, TSK_FS_FILE *file) {
  int count = tsk_fs_file_attr_getsize(file);
  bool any = false;
  for (int i = 0; i < count; i++) {
    const TSK_FS_ATTR *a = tsk_fs_file_attr_get_idx(file, i);
    if (!a || (a->type != TSK_FS_ATTR_TYPE_NTFS_DATA && a->type != TSK_FS_ATTR_TYPE_NTFS_IDXROOT))
      continue;
    size_t n = v->path.n;
    bool stream =
        !default_name(a) || (a->type == TSK_FS_ATTR_TYPE_NTFS_DATA && file->meta->type == TSK_FS_META_TYPE_DIR);
    if (!default_name(a)) {
      vg_buf_byte(&v->path, ':');
      vg_buf_z(&v->path, a->name);
    }
    any = true;
    if (!v->path.bad)
      tell(v, file, a, stream);
    v->path.n = n;
  }
  if (!any)
    tell(v, file, NULL, false);
}

static void visit(struct volume *v, TSK_FS_FILE *file) {
  bool dot = TSK_FS_ISDOT(file->name->name);
  if (dot)
    return;
  if (TSK_FS_TYPE_ISNTFS(v->fs->ftype) && file->meta) {
    tell_streams(v, file);
    return;
  }
  const TSK_FS_ATTR *a = file->meta && file->meta->type != TSK_FS_META_TYPE_DIR ? tsk_fs_file_attr_get(file) : NULL;
  tell(v, file, a, false);
}

/* The rule of libtsk's own walk: a directory by name and inode, both in use or both deleted. */
static bool descends(const struct volume *v, const TSK_FS_FILE *f) {
  if (TSK_FS_ISDOT(f->name->name) || !f->meta || !TSK_FS_IS_DIR_META(f->meta->type))
    return false;
  if (!TSK_FS_IS_DIR_NAME(f->name->type) && f->name->type != TSK_FS_NAME_TYPE_UNDEF)
    return false;
  bool orphan_dir = f->name->meta_addr == TSK_FS_ORPHANDIR_INUM(v->fs);
  return orphan_dir || (f->name->flags & TSK_FS_NAME_FLAG_ALLOC) || (f->meta->flags & TSK_FS_META_FLAG_UNALLOC);
}

static bool may_enter(struct volume *v, TSK_INUM_T inode) {
  uint64_t n = 0;
  struct vg_err err = {0};
  for (size_t i = 0; i < v->depth; i++)
    if (v->level[i].inode == inode) {
      walk_problem(v->w, vg_buf_view(&v->path), "analysis.loop", "");
      return false;
    }
  if (v->depth == DEPTH || v->path.n > PATH_MOST) {
    walk_problem(v->w, vg_buf_view(&v->path), "analysis.too_deep", "");
    return false;
  }
  vg_code rc = vg_table_bump(v->visits, vg_str_n((const char *)&inode, sizeof inode), 1, &n, &err);
  if (rc == VG_OK && n <= VISITS)
    return true;
  if (n == VISITS + 1 || rc != VG_OK)
    walk_problem(v->w, vg_buf_view(&v->path), "analysis.met_again", "");
  return false;
}

static void enter(struct volume *v, TSK_INUM_T inode, size_t parent) {
  if (!may_enter(v, inode))
    return;
  TSK_FS_DIR *dir = tsk_fs_dir_open_meta(v->fs, inode);
  if (!dir) {
    walk_problem(v->w, vg_buf_view(&v->path), "analysis.bad_directory", disk_reason((char[VG_ERR_ARG_MAX]){0}));
    return;
  }
  v->level[v->depth++] = (struct level){.dir = dir, .path = parent, .inode = inode};
}

static void leave(struct volume *v) {
  struct level *l = &v->level[--v->depth];
  if (l->inode == TSK_FS_ORPHANDIR_INUM(v->fs))
    v->orphans = false;
  tsk_fs_dir_close(l->dir);
  v->path.n = l->path;
}

/* libtsk looks for orphans among deleted inodes that no name leads to: it is told which ones were met by name. */
static void remember_name(struct volume *v, const TSK_FS_FILE *f) {
  if (!v->orphans && f->meta && (f->meta->flags & TSK_FS_META_FLAG_UNALLOC))
    (void)!tsk_list_add(&v->fs->list_inum_named, f->meta->addr);
}

static void step(struct volume *v) {
  struct level *l = &v->level[v->depth - 1];
  if (l->at >= tsk_fs_dir_getsize(l->dir)) {
    leave(v);
    return;
  }
  TSK_FS_FILE *file = tsk_fs_dir_get(l->dir, l->at++);
  if (!file)
    return;
  /* A deleted name whose inode has moved on since by a count comes without it; its content is still the best there is.
   */
  if (file->name && !file->meta && file->name->meta_addr != 0 &&
      v->fs->file_add_meta(v->fs, file, file->name->meta_addr))
    tsk_error_reset();
  size_t parent = v->path.n;
  vg_buf_byte(&v->path, '/');
  vg_buf_z(&v->path, file->name && file->name->name ? file->name->name : "");
  VG_ASSERT(!v->path.bad); /* PATH_MOST and a name are far below its limit */
  size_t depth = v->depth;
  if (file->name && file->name->name) {
    visit(v, file);
    remember_name(v, file);
    if (descends(v, file)) {
      v->orphans = v->orphans || file->name->meta_addr == TSK_FS_ORPHANDIR_INUM(v->fs);
      enter(v, file->name->meta_addr, parent);
    }
  }
  if (v->depth == depth)
    v->path.n = parent;
  tsk_fs_file_close(file);
}

struct free_run {
  struct volume *v;
  TSK_DADDR_T from, count;
};

static void flush_run(struct free_run *r) {
  const TSK_FS_INFO *fs = r->v->fs;
  if (r->count > 0)
    walk_space(r->v->w, PLACE_UNALLOCATED, (uint64_t)fs->offset + r->from * fs->block_size, r->count * fs->block_size);
  r->count = 0;
}

static TSK_WALK_RET_ENUM on_block(const TSK_FS_BLOCK *b, void *ctx) {
  struct free_run *r = ctx;
  if (r->count > 0 && b->addr == r->from + r->count) {
    r->count++;
    return TSK_WALK_CONT;
  }
  flush_run(r);
  r->from = b->addr;
  r->count = 1;
  return TSK_WALK_CONT;
}

static void walk_free(struct volume *v) {
  struct free_run r = {.v = v};
  TSK_FS_BLOCK_WALK_FLAG_ENUM flags =
      (TSK_FS_BLOCK_WALK_FLAG_ENUM)(TSK_FS_BLOCK_WALK_FLAG_UNALLOC | TSK_FS_BLOCK_WALK_FLAG_AONLY);
  if (tsk_fs_block_walk(v->fs, v->fs->first_block, v->fs->last_block_act, flags, on_block, &r) != 0) {
    walk_problem(v->w, VG_STR(""), "analysis.free_unread", disk_reason((char[VG_ERR_ARG_MAX]){0}));
  }
  flush_run(&r);
}

static bool skipped(const struct walk *w) {
  for (size_t i = 0; i < w->skip_volume_count; i++)
    if (w->skip_volumes[i] == w->volume)
      return true;
  return false;
}

void volume_walk(struct walk *w, TSK_FS_INFO *fs) {
  struct vg_err err = {0};
  struct volume *v = calloc(1, sizeof *v);
  VG_ASSERT(v);
  v->w = w;
  v->fs = fs;
  vg_buf_init(&v->path, PATH_MOST + (64 << 10));
  if (vg_table_new(&v->visits, DIRECTORIES, &err) == VG_OK && !skipped(w)) {
    (void)!tsk_list_add(&fs->list_inum_named,
                        fs->root_inum); /* never empty, or libtsk walks everything once more to fill it */
    enter(v, fs->root_inum, 0);
    while (v->depth > 0)
      step(v);
  }
  walk_free(v);
  vg_table_free(v->visits);
  vg_buf_fini(&v->path);
  free(v);
}

#ifndef VG_BASE_FILE_H
#define VG_BASE_FILE_H
/*
 * Files. What is written under a final name is complete and durable: written beside it, fsync, rename, fsync of the
 * directory. A killed program leaves at most a file that ends in ".part".
 */
#include "base/buf.h"

/* Appends the whole file to out (bounded by out->max). "-" is standard input. */
MUST vg_code vg_file_read(const char *path, struct vg_buf *out, struct vg_err *err);
/* mode as for open(2). Replaces what is there. */
MUST vg_code vg_file_write(const char *path, vg_str bytes, unsigned mode, struct vg_err *err);
MUST vg_code vg_file_size(const char *path, int64_t *out, struct vg_err *err);
bool vg_file_exists(const char *path);
/* Makes the directory and its parents, mode 0700. */
MUST vg_code vg_dir_make(const char *path, struct vg_err *err);
/* What another hand wrote into a file is durable from here on. */
MUST vg_code vg_file_sync(const char *path, struct vg_err *err);
MUST vg_code vg_dir_sync(const char *path, struct vg_err *err);
/* Directory part of a path ("." when it has none) and last part. */
vg_str vg_path_dir(vg_str path);
vg_str vg_path_base(vg_str path);
/* all of n bytes, EINTR handled */
MUST vg_code vg_write_all(int fd, const void *p, size_t n, const char *what, struct vg_err *err);

/* A read-only mapping of a whole file; an empty file maps to {"" , 0}. */
struct vg_map_file {
  vg_str bytes;
  int64_t mtime; /* ns */
};
MUST vg_code vg_map_open(struct vg_map_file *m, const char *path, struct vg_err *err);
void vg_map_close(struct vg_map_file *m);

/* A streaming replacement: write to `fd`, then commit or abandon. */
struct vg_newfile {
  int fd;
  char path[4096], part[4104];
};
MUST vg_code vg_newfile_open(struct vg_newfile *f, const char *path, unsigned mode, struct vg_err *err);
MUST vg_code vg_newfile_commit(struct vg_newfile *f, struct vg_err *err);
void vg_newfile_abandon(struct vg_newfile *f); /* legal after commit: does nothing then */

#endif

/*
 * Which block device lies on which: a partition on its disk, a volume (LVM, LUKS, RAID) on its members, a loop device
 * on the file behind it. All from sysfs and /proc/self/mountinfo; nothing is opened for writing.
 */
#include "evidence/evidence_internal.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { DEPTH = 8 };

static bool sys_path(dev_t d, const char *what, char out[static PATH_MAX]) {
  char link[64], real[PATH_MAX];
  snprintf(link, sizeof link, "/sys/dev/block/%u:%u", major(d), minor(d));
  if (!realpath(link, real))
    return false;
  int n = snprintf(out, PATH_MAX, "%.4000s%s", real, what);
  return n > 0 && n < PATH_MAX;
}

static bool read_line(const char *path, char *out, size_t room) {
  FILE *f = fopen(path, "re");
  bool ok = f && fgets(out, (int)room, f);
  if (f)
    (void)fclose(f);
  if (ok)
    out[strcspn(out, "\n")] = 0;
  return ok;
}

static bool device_of(const char *sys_dir, dev_t *out) {
  char path[PATH_MAX], text[32];
  unsigned a, b;
  snprintf(path, sizeof path, "%.4000s/dev", sys_dir);
  if (!read_line(path, text, sizeof text) || sscanf(text, "%u:%u", &a, &b) != 2)
    return false;
  *out = makedev(a, b);
  return true;
}

/* btrfs, overlay and their like give files a device without a driver: the mount table knows the real one. */
static dev_t real_device(dev_t d) {
  char line[4096], *dash;
  unsigned a, b;
  struct stat st;
  FILE *f = major(d) == 0 ? fopen("/proc/self/mountinfo", "re") : NULL;
  while (f && fgets(line, sizeof line, f)) {
    char source[1024];
    if (sscanf(line, "%*u %*u %u:%u", &a, &b) == 2 && makedev(a, b) == d && (dash = strstr(line, " - ")) &&
        sscanf(dash, " - %*s %1023s", source) == 1 && stat(source, &st) == 0 && S_ISBLK(st.st_mode)) {
      d = st.st_rdev;
      break;
    }
  }
  if (f)
    (void)fclose(f);
  return d;
}

struct medium {
  dev_t device; /* 0: the medium is a file */
  dev_t file_device;
  ino_t file; /* the medium, or what a loop device shows; 0: none */
};

static bool lies_on(dev_t d, const struct medium *m, int depth);

static bool slaves_lie_on(dev_t d, const struct medium *m, int depth) {
  char path[PATH_MAX], one[PATH_MAX];
  bool yes = false;
  DIR *dir = sys_path(d, "/slaves", path) ? opendir(path) : NULL;
  for (struct dirent *e; dir && !yes && (e = readdir(dir));) {
    dev_t below;
    snprintf(one, sizeof one, "%.3800s/%.200s", path, e->d_name);
    if (e->d_name[0] != '.' && device_of(one, &below))
      yes = lies_on(below, m, depth + 1);
  }
  if (dir)
    closedir(dir);
  return yes;
}

static bool disk_lies_on(dev_t d, const struct medium *m, int depth) {
  char path[PATH_MAX], mark[PATH_MAX], text[16], *slash;
  dev_t disk;
  if (!sys_path(d, "", path) || !sys_path(d, "/partition", mark) || !read_line(mark, text, sizeof text) ||
      !(slash = strrchr(path, '/')))
    return false;
  *slash = 0;
  return device_of(path, &disk) && lies_on(disk, m, depth + 1);
}

static bool backing_lies_on(dev_t d, const struct medium *m, int depth) {
  char path[PATH_MAX], file[PATH_MAX];
  struct stat st;
  if (!sys_path(d, "/loop/backing_file", path) || !read_line(path, file, sizeof file) || stat(file, &st) != 0)
    return false;
  if (m->file && st.st_dev == m->file_device && st.st_ino == m->file)
    return true;
  return lies_on(S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev, m, depth + 1);
}

static bool lies_on(dev_t d, const struct medium *m, int depth) {
  d = real_device(d);
  if (m->device && d == m->device)
    return true;
  return depth < DEPTH && (disk_lies_on(d, m, depth) || slaves_lie_on(d, m, depth) || backing_lies_on(d, m, depth));
}

bool lineage_holds(uint64_t device, uint64_t inode_device, uint64_t inode, const char *dir) {
  struct stat st;
  char path[PATH_MAX], file[PATH_MAX];
  struct medium m = {.device = (dev_t)device, .file_device = (dev_t)inode_device, .file = (ino_t)inode};
  if (device && sys_path((dev_t)device, "/loop/backing_file", path) && read_line(path, file, sizeof file) &&
      stat(file, &st) == 0) {
    m.file_device = st.st_dev;
    m.file = st.st_ino;
  }
  return stat(dir, &st) == 0 && lies_on(st.st_dev, &m, 0);
}

/* Any file system mounted for writing that lies on the device. */
bool lineage_mounted(uint64_t device) {
  char line[4096], options[256];
  unsigned a, b;
  bool yes = false;
  const struct medium m = {.device = (dev_t)device};
  FILE *f = fopen("/proc/self/mountinfo", "re");
  while (f && !yes && fgets(line, sizeof line, f))
    if (sscanf(line, "%*u %*u %u:%u %*s %*s %255s", &a, &b, options) == 3 && strncmp(options, "ro", 2) != 0)
      yes = lies_on(makedev(a, b), &m, 0);
  if (f)
    (void)fclose(f);
  return yes;
}

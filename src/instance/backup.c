/* A backup: the whole instance as one directory that is an instance itself. */
#include "instance/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/jsonw.h"

enum { BLOCK = 1 << 20 };

struct backup {
  struct instance *in;
  instance_progress *progress;
  void *ctx;
  uint64_t total;     /* of the files, bytes */
  char part[4096];    /* the directory, until it is whole */
  struct vg_buf sums; /* as sha256sum writes them */
  struct vg_hash *hash;
  char *block;
  struct instance_backup *out;
};

/* Records of SQLite are copied by the engine; an upload, a lock and what was not finished are nothing to keep. */
static bool left_out(const char *name, int level) {
  return (level == 1 && (strncmp(name, "vigie.db", 8) == 0 || strcmp(name, "upload") == 0)) ||
         vg_str_ends(vg_str_z(name), VG_STR(".part")) || vg_str_ends(vg_str_z(name), VG_STR(".lock"));
}

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

typedef vg_code on_entry(struct backup *b, const FTSENT *e, const char *name, struct vg_err *err);

/* Each directory and file of HOME that is kept, by its name in HOME. Symbolic links are followed: what they lead to is
 * part of the instance. */
static vg_code each(struct backup *b, on_entry *see, struct vg_err *err) {
  char *roots[] = {strdup(instance_home(b->in)), NULL};
  FTS *walk = roots[0] ? fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name) : NULL;
  vg_code rc = walk ? VG_OK : VG_FAIL_SYS(err, "base.open", instance_home(b->in));
  for (FTSENT *e; rc == VG_OK && (e = fts_read(walk));) {
    if (e->fts_level == 0 || e->fts_info == FTS_DP)
      continue;
    const char *name = e->fts_path + strlen(roots[0]);
    while (*name == '/')
      name++;
    if (left_out(e->fts_name, e->fts_level))
      (void)fts_set(walk, e, FTS_SKIP);
    else if (e->fts_info == FTS_D || e->fts_info == FTS_F)
      rc = see(b, e, name, err);
    else if (e->fts_info != FTS_DEFAULT) { /* a socket is none of ours */
      errno = e->fts_errno ? e->fts_errno : ELOOP;
      rc = VG_FAIL_SYS(err, "base.open", e->fts_path);
    }
  }
  if (walk)
    (void)fts_close(walk);
  free(roots[0]);
  return rc;
}

static vg_code weigh(struct backup *b, const FTSENT *e, const char *name, struct vg_err *err) {
  (void)name, (void)err;
  if (e->fts_info == FTS_F)
    b->total += (uint64_t)e->fts_statp->st_size;
  return VG_OK;
}

static vg_code note(struct backup *b, const char *name, uint64_t bytes, struct vg_err *err) {
  unsigned char sum[VG_DIGEST_MAX];
  char hex[2 * VG_SHA256_SIZE + 1];
  vg_hash_end(b->hash, sum);
  vg_buf_fmt(&b->sums, "%s  %s\n", vg_hex(hex, sum, VG_SHA256_SIZE), name);
  b->out->files++;
  b->out->bytes += bytes;
  return vg_buf_check(&b->sums, err);
}

/* to < 0: it is read only, for its sum. */
static vg_code pump(struct backup *b, int from, int to, const char *name, struct vg_err *err) {
  uint64_t bytes = 0;
  ssize_t n;
  while ((n = read(from, b->block, BLOCK)) > 0 || (n < 0 && errno == EINTR)) {
    if (n < 0)
      continue;
    vg_hash_add(b->hash, b->block, (size_t)n);
    if (to >= 0)
      VG_TRY(vg_write_all(to, b->block, (size_t)n, name, err));
    bytes += (uint64_t)n;
    if (to >= 0)
      b->progress(b->ctx, "instance.backup_files", b->out->bytes + bytes, b->total);
  }
  if (n < 0)
    return VG_FAIL_SYS(err, "base.open", name);
  if (to >= 0 && fsync(to) != 0)
    return VG_FAIL_SYS(err, "base.write", name);
  return note(b, name, bytes, err);
}

static vg_code in_part(const struct backup *b, const char *name, char out[static 4096], struct vg_err *err) {
  int n = snprintf(out, 4096, "%s/%s", b->part, name);
  return n < 0 || n >= 4096 ? VG_FAIL(err, VG_ELIMIT, "base.path_long", name) : VG_OK;
}

static vg_code take(struct backup *b, const FTSENT *e, const char *name, struct vg_err *err) {
  char path[4096];
  VG_TRY(in_part(b, name, path, err));
  if (e->fts_info == FTS_D)
    return mkdir(path, 0700) == 0 ? VG_OK : VG_FAIL_SYS(err, "base.write", path);
  int from = open(e->fts_accpath, O_RDONLY | O_CLOEXEC);
  if (from < 0)
    return VG_FAIL_SYS(err, "base.open", e->fts_path);
  int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, e->fts_statp->st_mode & 0700);
  vg_code rc = to < 0 ? VG_FAIL_SYS(err, "base.write", path) : pump(b, from, to, name, err);
  close(from);
  if (to >= 0 && close(to) != 0 && rc == VG_OK)
    rc = VG_FAIL_SYS(err, "base.write", path);
  return rc;
}

static void copied(void *ctx, uint64_t done, uint64_t total) {
  const struct backup *b = ctx;
  b->progress(b->ctx, "instance.backup_records", done, total);
}

static vg_code take_records(struct backup *b, struct vg_err *err) {
  const char *name = store_is_postgres(instance_store(b->in)) ? "vigie.dump" : "vigie.db";
  char path[4096];
  VG_TRY(in_part(b, name, path, err));
  VG_TRY(store_copy(instance_store(b->in), path, copied, b, err));
  if (chmod(path, 0600) != 0)
    return VG_FAIL_SYS(err, "base.write", path);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", path);
  vg_code rc = pump(b, fd, -1, name, err);
  close(fd);
  return rc;
}

static void remove_tree(const char *path) {
  char *roots[] = {strdup(path), NULL};
  FTS *walk = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
  for (FTSENT *e; walk && (e = fts_read(walk));)
    if (e->fts_info != FTS_D)
      (void)remove(e->fts_accpath);
  if (walk)
    (void)fts_close(walk);
  free(roots[0]);
}

/* A backup inside of what it is a backup of would be taken into the next one, and is lost with it. */
static vg_code outside(const struct instance *in, const char *to, struct vg_err *err) {
  char dir[4096], *there = realpath(vg_str_copy(dir, sizeof dir, vg_path_dir(vg_str_z(to))), NULL),
                  *home = realpath(instance_home(in), NULL);
  vg_code rc = there ? VG_OK : VG_FAIL_SYS(err, "base.open", dir);
  size_t n = home ? strlen(home) : 0;
  if (rc == VG_OK && n && strncmp(there, home, n) == 0 && (there[n] == 0 || there[n] == '/'))
    rc = VG_FAIL(err, VG_EUSAGE, "instance.backup_inside", to);
  free(there);
  free(home);
  return rc;
}

static vg_code begin(struct backup *b, const char *to, struct vg_err *err) {
  struct stat st;
  size_t n = strlen(to);
  char plain[4000];
  while (n > 1 && to[n - 1] == '/')
    n--;
  if (n >= sizeof plain)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", to);
  vg_str_copy(plain, sizeof plain, vg_str_n(to, n));
  if (lstat(plain, &st) == 0)
    return VG_FAIL(err, VG_EEXIST, "instance.backup_exists", plain);
  VG_TRY(outside(b->in, plain, err));
  snprintf(b->part, sizeof b->part, "%s.part", plain);
  if (mkdir(b->part, 0700) == 0)
    return VG_OK;
  return errno == EEXIST ? VG_FAIL(err, VG_EEXIST, "instance.backup_part", b->part)
                         : VG_FAIL_SYS(err, "base.write", b->part);
}

static vg_code publish(struct backup *b, struct vg_err *err) {
  char path[4096], to[4096];
  VG_TRY(in_part(b, "SHA256SUMS", path, err));
  VG_TRY(vg_file_write(path, vg_buf_view(&b->sums), 0600, err));
  vg_str_copy(to, sizeof to, vg_str_n(b->part, strlen(b->part) - 5));
  if (rename(b->part, to) != 0)
    return VG_FAIL_SYS(err, "base.write", to);
  return vg_dir_sync(vg_str_copy(path, sizeof path, vg_path_dir(vg_str_z(to))), err);
}

static vg_code record(struct backup *b, const struct actor *who, struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct vg_buf body;
  struct vg_jw w;
  unsigned char sum[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  vg_buf_init(&body, 4096);
  vg_jw_init(&w, &body);
  vg_sha256(b->sums.p, b->sums.n, sum);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "files", b->out->files);
  vg_jw_kint(&w, "bytes", (int64_t)b->out->bytes);
  vg_jw_kz(&w, "sums", vg_hex(hex, sum, sizeof sum));
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = store_begin(instance_store(b->in), &tx, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "instance.backed_up", instance_id(b->in).p, vg_buf_view(&body), &b->out->entry, err);
  if (rc == VG_OK)
    rc = instance_commit(b->in, &tx, err);
  store_rollback(&tx);
  vg_buf_fini(&body);
  return rc;
}

vg_code instance_back_up(struct instance *in, const struct actor *who, const char *to, instance_progress *progress,
                         void *ctx, struct instance_backup *out, struct vg_err *err) {
  struct backup b = {.in = in, .progress = progress, .ctx = ctx, .out = out};
  *out = (struct instance_backup){.entry = -1};
  if (!(who->roles & ROLE_ADMIN))
    return VG_FAIL(err, VG_EDENIED, "instance.backup_denied", who->name);
  VG_TRY(begin(&b, to, err));
  vg_buf_init(&b.sums, 256 << 20);
  b.block = malloc(BLOCK);
  vg_code rc = b.block ? vg_hash_new(&b.hash, VG_SHA256, err) : VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (rc == VG_OK)
    rc = take_records(&b, err);
  b.total = out->bytes;
  if (rc == VG_OK)
    rc = each(&b, weigh, err);
  if (rc == VG_OK)
    rc = each(&b, take, err);
  if (rc == VG_OK)
    rc = publish(&b, err);
  if (rc == VG_OK)
    rc = record(&b, who, err);
  else
    remove_tree(b.part);
  vg_hash_free(b.hash);
  free(b.block);
  vg_buf_fini(&b.sums);
  return rc;
}

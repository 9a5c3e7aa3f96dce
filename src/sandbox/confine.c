#include "sandbox/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's struct grew: file system (ABI 1), network (4), scopes (6). Ours holds all, the size passed tells which.
 */
struct ruleset {
  uint64_t fs, net, scoped;
};
enum { NET_ALL = 3, SCOPED_ALL = 3 };

static uint64_t fs_rights(long abi) {
  unsigned bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
  return (UINT64_C(1) << bits) - 1;
}

static vg_code allow_path(int rules, const char *path, uint64_t extra, struct vg_err *err) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "sandbox.input", path);
  struct stat st;
  uint64_t allowed = LANDLOCK_ACCESS_FS_READ_FILE | extra;
  if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
    allowed |= LANDLOCK_ACCESS_FS_READ_DIR;
  struct landlock_path_beneath_attr rule = {.allowed_access = allowed, .parent_fd = fd};
  long failed = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U);
  vg_code rc = failed == 0 ? VG_OK : VG_FAIL_SYS(err, "sandbox.wall", "Landlock");
  (void)close(fd);
  return rc;
}

static vg_code allow_all(int rules, const struct cell_parser *parser, const struct cell_in *in, struct vg_err *err) {
  for (size_t i = 0; i < in->input_count; i++)
    VG_TRY(allow_path(rules, in->inputs[i], 0, err));
  for (const char *const *p = parser->read_only; p != NULL && *p != NULL; p++)
    if (access(*p, R_OK) == 0) /* which of them exist depends on the machine */
      VG_TRY(allow_path(rules, *p, 0, err));
  if (parser->program == NULL)
    return VG_OK;
  VG_TRY(allow_path(rules, parser->program, LANDLOCK_ACCESS_FS_EXECUTE, err));
  static const char *const libraries[] = {"/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache"};
  for (size_t i = 0; i < VG_COUNT(libraries); i++)
    if (access(libraries[i], R_OK) == 0)
      VG_TRY(allow_path(rules, libraries[i], LANDLOCK_ACCESS_FS_EXECUTE, err));
  return VG_OK;
}

/* A kernel without Landlock still has the wall of seccomp: nothing can leave but frames. */
static vg_code landlock(const struct cell_parser *parser, const struct cell_in *in, struct vg_err *err) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0UL, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1)
    return VG_OK;
  struct ruleset set = {.fs = fs_rights(abi), .net = NET_ALL, .scoped = SCOPED_ALL};
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0U);
  if (rules < 0)
    return VG_FAIL_SYS(err, "sandbox.wall", "Landlock");
  vg_code rc = allow_all(rules, parser, in, err);
  if (rc == VG_OK && syscall(SYS_landlock_restrict_self, rules, 0U) != 0)
    rc = VG_FAIL_SYS(err, "sandbox.wall", "Landlock");
  (void)close(rules);
  return rc;
}

static const int calls_plain[] = {SCMP_SYS(read),
                                  SCMP_SYS(readv),
                                  SCMP_SYS(pread64),
                                  SCMP_SYS(preadv),
                                  SCMP_SYS(write),
                                  SCMP_SYS(writev),
                                  SCMP_SYS(close),
                                  SCMP_SYS(fstat),
                                  SCMP_SYS(newfstatat),
                                  SCMP_SYS(stat),
                                  SCMP_SYS(lstat),
                                  SCMP_SYS(statx),
                                  SCMP_SYS(access),
                                  SCMP_SYS(faccessat),
                                  SCMP_SYS(lseek),
                                  SCMP_SYS(munmap),
                                  SCMP_SYS(mremap),
                                  SCMP_SYS(madvise),
                                  SCMP_SYS(brk),
                                  SCMP_SYS(fadvise64),
                                  SCMP_SYS(getdents64),
                                  SCMP_SYS(readlink),
                                  SCMP_SYS(getcwd),
                                  SCMP_SYS(rt_sigaction),
                                  SCMP_SYS(rt_sigprocmask),
                                  SCMP_SYS(rt_sigreturn),
                                  SCMP_SYS(sigaltstack),
                                  SCMP_SYS(exit),
                                  SCMP_SYS(exit_group),
                                  SCMP_SYS(futex),
                                  SCMP_SYS(clock_gettime),
                                  SCMP_SYS(clock_nanosleep),
                                  SCMP_SYS(nanosleep),
                                  SCMP_SYS(gettimeofday),
                                  SCMP_SYS(time),
                                  SCMP_SYS(getrandom),
                                  SCMP_SYS(getpid),
                                  SCMP_SYS(gettid),
                                  SCMP_SYS(sched_yield),
                                  SCMP_SYS(sched_getaffinity),
                                  SCMP_SYS(sysinfo),
                                  SCMP_SYS(uname),
                                  SCMP_SYS(getuid),
                                  SCMP_SYS(geteuid),
                                  SCMP_SYS(getgid),
                                  SCMP_SYS(getegid),
                                  SCMP_SYS(restart_syscall)};
static const int calls_program[] = {
    SCMP_SYS(execve), SCMP_SYS(clone), SCMP_SYS(vfork),      SCMP_SYS(wait4),           SCMP_SYS(pipe2),
    SCMP_SYS(dup2),   SCMP_SYS(dup3),  SCMP_SYS(arch_prctl), SCMP_SYS(set_tid_address), SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),   SCMP_SYS(mmap),  SCMP_SYS(mprotect)};
/* No parser has an innocent reason for these: the process dies at once. All other calls just fail with EPERM. */
static const int calls_deadly[] = {SCMP_SYS(ptrace),
                                   SCMP_SYS(process_vm_readv),
                                   SCMP_SYS(process_vm_writev),
                                   SCMP_SYS(bpf),
                                   SCMP_SYS(init_module),
                                   SCMP_SYS(finit_module),
                                   SCMP_SYS(kexec_load),
                                   SCMP_SYS(mount),
                                   SCMP_SYS(pivot_root),
                                   SCMP_SYS(setns),
                                   SCMP_SYS(unshare),
                                   SCMP_SYS(execveat)};

static int add_calls(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n) {
  for (size_t i = 0; i < n; i++) {
    int failed = seccomp_rule_add_array(f, action, calls[i], 0, NULL);
    if (failed != 0)
      return failed;
  }
  return 0;
}

/* A thread shares everything with its process, its walls too; what is no thread stays forbidden. The C library asks
 * clone3 first, whose flags no filter can see, and takes clone when that one is not there. */
static int add_threads(scmp_filter_ctx f) {
  const struct scmp_arg_cmp thread = SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
  const int calls[] = {SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address)};
  return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, &thread) |
         add_calls(f, SCMP_ACT_ALLOW, calls, VG_COUNT(calls));
}

/* Opens for reading only; memory never both from outside and executable; signals to nobody but itself. */
static int add_checked(scmp_filter_ctx f, const struct cell_parser *parser) {
  const scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
  const struct scmp_arg_cmp open_read = SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, writing, 0);
  const struct scmp_arg_cmp openat_read = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, writing, 0);
  const struct scmp_arg_cmp no_exec = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  const struct scmp_arg_cmp self = SCMP_CMP64(0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
  const struct scmp_arg_cmp query[] = {SCMP_CMP64(0, SCMP_CMP_EQ, 0, 0), SCMP_CMP64(2, SCMP_CMP_EQ, 0, 0)};
  static const scmp_datum_t fcntls[] = {F_GETFD, F_SETFD, F_GETFL};
  int failed = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, &open_read);
  failed |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, &openat_read);
  failed |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self);
  failed |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, query);
  for (size_t i = 0; i < VG_COUNT(fcntls); i++) {
    const struct scmp_arg_cmp which = SCMP_CMP64(1, SCMP_CMP_EQ, fcntls[i], 0);
    failed |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, &which);
  }
  const int clone3[] = {SCMP_SYS(clone3)};
  failed |= add_calls(f, SCMP_ACT_ERRNO(ENOSYS), clone3, 1);
  if (parser->program != NULL)
    return failed | add_calls(f, SCMP_ACT_ALLOW, calls_program, VG_COUNT(calls_program));
  if (parser->threads)
    failed |= add_threads(f);
  const int probing[] = {SCMP_SYS(pipe2)}; /* how UBSan looks whether an address can be read */
  if (CELL_SANITIZED)
    failed |= add_calls(f, SCMP_ACT_ALLOW, probing, 1);
  failed |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_exec);
  failed |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_exec);
  const int exec[] = {SCMP_SYS(execve)};
  return failed | add_calls(f, SCMP_ACT_KILL_PROCESS, exec, 1);
}

static vg_code filter_calls(const struct cell_parser *parser, struct vg_err *err) {
  scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (f == NULL)
    return VG_FAIL(err, VG_ESTATE, "sandbox.wall", "seccomp");
  int failed = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  failed |= add_calls(f, SCMP_ACT_ALLOW, calls_plain, VG_COUNT(calls_plain));
  failed |= add_calls(f, SCMP_ACT_KILL_PROCESS, calls_deadly, VG_COUNT(calls_deadly));
  failed |= add_checked(f, parser);
  if (failed == 0)
    failed = seccomp_load(f);
  seccomp_release(f);
  return failed == 0 ? VG_OK : VG_FAIL(err, VG_ESTATE, "sandbox.wall", "seccomp");
}

static bool limit(int what, uint64_t most) {
  struct rlimit r = {.rlim_cur = most, .rlim_max = most};
  return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static bool limits(const struct cell_parser *parser) {
  bool ok = limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 2048);
  if (CELL_SANITIZED) /* shadow memory alone is terabytes of address space, and reports may go to a file */
    return ok;
  return ok && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_AS, parser->memory != 0 ? parser->memory : UINT64_C(2) << 30) &&
         limit(RLIMIT_CPU, parser->cpu_seconds != 0 ? parser->cpu_seconds : 3600);
}

vg_code cell_confine(const struct cell_parser *parser, const struct cell_in *in, struct vg_err *err) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return VG_FAIL(err, VG_ESTATE, "sandbox.wall", "prctl");
  if (!limits(parser))
    return VG_FAIL(err, VG_ESTATE, "sandbox.wall", "setrlimit");
  VG_TRY(landlock(parser, in, err));
  return filter_calls(parser, err);
}

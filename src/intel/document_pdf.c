/*
 * PDF: two programs of poppler, run in the cell, give its text and the addresses of its links; what a line's end has
 * cut is put together again.
 */
#include "intel/document.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

enum { SLICE = 1 << 20 };

/* --- inside the cell --- */

static vg_code copy_output(int fd, struct cell_out *out) {
  char *room = malloc(SLICE);
  ssize_t n = 0;
  uint64_t all = 0;
  while (room && all < DOCUMENT_BYTES && ((n = read(fd, room, SLICE)) > 0 || (n < 0 && errno == EINTR))) {
    if (n > 0)
      cell_send(out, CELL_BYTES, vg_str_n(room, (size_t)n));
    all += n > 0 ? (uint64_t)n : 0;
  }
  free(room);
  return room && n >= 0 ? VG_OK : VG_EIO;
}

#define PDFTOTEXT "/usr/bin/pdftotext"
#define PDFINFO "/usr/bin/pdfinfo"

static vg_code run_program(const char *program, char *const argv[], struct cell_out *out, struct vg_err *err) {
  int pipes[2], status = 0;
  pid_t pid;
  char search[] = "PATH=/usr/bin";
  char *const env[] = {search, NULL};
  posix_spawn_file_actions_t actions;
  if (pipe2(pipes, O_CLOEXEC) != 0)
    return VG_FAIL_SYS(err, "intel.document.pdftotext");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
  int failed = posix_spawn(&pid, program, &actions, NULL, argv, env);
  posix_spawn_file_actions_destroy(&actions);
  (void)close(pipes[1]);
  vg_code rc = failed ? VG_EIO : copy_output(pipes[0], out);
  (void)close(pipes[0]);
  while (!failed && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (rc != VG_OK || !WIFEXITED(status) || WEXITSTATUS(status) == 127)
    return VG_FAIL(err, VG_EIO, "intel.document.pdftotext");
  return WEXITSTATUS(status) == 0 ? VG_OK : VG_FAIL(err, VG_EDATA, "intel.document.pdf");
}

/* -raw: as it is written, for else a hyphen at a line's end is lost, which then may be a part of a name. */
static vg_code run_text(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  char program[] = "pdftotext", coding[] = "-enc", utf8[] = "UTF-8", quiet[] = "-q", raw[] = "-raw", path[4096],
       to[] = "-";
  char *const argv[] = {program, coding, utf8, quiet, raw, vg_str_copy(path, sizeof path, vg_str_z(in->inputs[0])),
                        to,      NULL};
  return run_program(PDFTOTEXT, argv, out, err);
}

static vg_code run_links(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  char program[] = "pdfinfo", coding[] = "-enc", utf8[] = "UTF-8", urls[] = "-url", path[4096];
  char *const argv[] = {program, coding, utf8, urls, vg_str_copy(path, sizeof path, vg_str_z(in->inputs[0])), NULL};
  return run_program(PDFINFO, argv, out, err);
}

static const char *const reads[] = {"/usr/share/poppler", NULL};
const struct cell_parser pdf_parser = {
    .name = "pdf", .run = run_text, .program = PDFTOTEXT, .cpu_seconds = 300, .read_only = reads};
const struct cell_parser pdf_links_parser = {
    .name = "pdf-links", .run = run_links, .program = PDFINFO, .cpu_seconds = 300, .read_only = reads};

/* --- outside --- */

/* "   1  Annotation    http://...", below a heading. */
void document_links(vg_str table, struct vg_buf *out) {
  const vg_str kind = VG_STR("Annotation");
  vg_str line;
  while (table.n && vg_str_line(&table, &line)) {
    size_t at = vg_str_find(vg_str_sub(line, 0, 40), kind, 0);
    if (at == SIZE_MAX)
      continue;
    vg_buf_byte(out, '\n');
    vg_buf_str(out, vg_str_trim(vg_str_sub(line, at + kind.n, line.n)));
  }
}

static vg_str last_word(vg_str line) {
  size_t i = line.n;
  while (i && !vg_is_space(line.p[i - 1]))
    i--;
  return vg_str_sub(line, i, line.n);
}

static vg_str first_word(vg_str text) {
  size_t n = 0;
  while (n < text.n && !vg_is_space(text.p[n]))
    n++;
  return vg_str_sub(text, 0, n);
}

static bool has(vg_str s, const char *set) {
  for (size_t i = 0; i < s.n; i++)
    if (strchr(set, s.p[i]))
      return true;
  return false;
}

static vg_code at_the_beginning(void *ctx, const struct intel_hit *hit, struct vg_err *err) {
  bool *found = ctx;
  (void)err;
  *found = *found || hit->offset == 0;
  return VG_OK;
}

static bool ends_in_hyphen(vg_str word) {
  return word.n > 1 && word.p[word.n - 1] == '-' && vg_is_alnum(word.p[word.n - 2]);
}

/* Does the text begin with the name of a host or of a mailbox, which narrow columns may cut again and again? */
static bool begins_with_name(vg_str text) {
  const struct intel_extract_options names = {.types = INTEL_TYPE_BIT(TYPE_DOMAIN) | INTEL_TYPE_BIT(TYPE_EMAIL)};
  vg_str line, word = {0};
  bool found = false;
  for (int lines = 0; lines < 4 && vg_str_line(&text, &line); lines++) {
    word = first_word(line);
    if (word.n < line.n || !ends_in_hyphen(word))
      break;
  }
  return intel_extract(word, &names, at_the_beginning, &found, NULL) == VG_OK && found;
}

/* Does the address or the name at a line's end go on in the text that follows? No address ends with these signs, but
 * for the slash, behind which the text may go on: then what follows must look like the rest of a path. */
static bool goes_on(vg_str word, vg_str text) {
  char end = word.n ? word.p[word.n - 1] : 0;
  vg_str next = first_word(text);
  bool address = vg_str_find(word, VG_STR("//"), 0) != SIZE_MAX;
  if (next.n == 0 || vg_str_find(next, VG_STR("//"), 0) != SIZE_MAX || !vg_is_alnum(next.p[0]))
    return false;
  if (end == '-')
    return (has(word, ".") && (address || has(next, "."))) || (ends_in_hyphen(word) && begins_with_name(text));
  return address && (strchr("?&=%_", end) ? end != 0 : end == '/' && has(next, "/?=&%_"));
}

void document_unwrap(vg_str text, struct vg_buf *out) {
  const char *const end = text.p + text.n;
  vg_str line;
  size_t word = 0; /* where the last line's last word began in out */
  for (bool first = true; text.n && vg_str_line(&text, &line); first = false) {
    bool joined = !first && goes_on(vg_str_n(out->p + word, out->n - word), vg_str_n(line.p, (size_t)(end - line.p)));
    if (!first && !joined)
      vg_buf_byte(out, '\n');
    vg_str last = last_word(line);
    if (!joined || last.n < line.n)
      word = out->n + (line.n - last.n);
    vg_buf_str(out, line);
    if (out->bad)
      return;
  }
}

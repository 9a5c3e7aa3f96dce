#include "cli/demo.h"

#include "base/file.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { WORDS = 64 };

static vg_code spawn_self(struct demo *d, char *const *argv, int *status) {
  int ends[2];
  pid_t pid;
  posix_spawn_file_actions_t actions;
  vg_buf_reset(&d->out);
  if (pipe(ends) != 0)
    return VG_FAIL_SYS(&d->err, "demo.spawn", argv[0]);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  int failed = posix_spawn(&pid, d->self, &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  vg_code rc = VG_OK;
  while (!failed) {
    char *to = vg_buf_room(&d->out, 1 << 16);
    ssize_t got = to ? read(ends[0], to, 1 << 16) : 0;
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    d->out.n += (size_t)got;
  }
  close(ends[0]);
  if (failed || waitpid(pid, status, 0) < 0)
    return VG_FAIL(&d->err, VG_EIO, "demo.spawn", argv[1]);
  if (rc == VG_OK)
    rc = vg_buf_check(&d->out, &d->err);
  return rc;
}

/* A word as a shell takes it back. */
static void show_word(const char *word) {
  bool plain = *word && strcspn(word, " '\"*;&|<>()$`\\") == strlen(word);
  if (plain || strpbrk(word, "\"$`\\"))
    printf(plain ? " %s" : " '%s'", word);
  else
    printf(" \"%s\"", word);
}

static void show(struct demo *d, const char *as, const char *const *words) {
  size_t n = strlen(d->work);
  if (d->c->json || d->c->quiet || d->hidden)
    return;
  printf("  $ vigie");
  if (as)
    printf(" --as %s", as);
  if (d->other[0])
    printf(" --home …%s", d->other + n);
  /* The working directory is shown as "…" to keep lines short. */
  for (; *words; words++)
    if (strncmp(*words, d->work, n) == 0)
      printf(" …%s", *words + n);
    else
      show_word(*words);
  putchar('\n');
  fflush(stdout);
}

vg_code demo_run(struct demo *d, const char *as, int also, const char *const *words) {
  const char *argv[WORDS] = {d->self,   "--home", d->other[0] ? d->other : d->home, "--json",
                             "--quiet", "--lang", d->c->lang == VG_FR ? "fr" : "en"};
  size_t n = 7;
  int status = 0;
  if (as) {
    argv[n++] = "--as";
    argv[n++] = as;
  }
  for (size_t i = 0; words[i]; i++) {
    VG_ASSERT(n + 1 < WORDS);
    argv[n++] = words[i];
  }
  argv[n] = NULL;
  show(d, as, words);
  char *plain[WORDS];
  memcpy(plain, argv, sizeof plain);
  VG_TRY(spawn_self(d, plain, &status));
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code != CLI_OK && code != also)
    return VG_FAIL(&d->err, VG_EIO, "demo.failed", words[0], words[1] ? words[1] : "", VG_N(code));
  return VG_OK;
}

vg_code demo_last(struct demo *d, vg_jv *root) {
  vg_str rest = vg_buf_view(&d->out), line, last = VG_NOSTR;
  while (vg_str_line(&rest, &line))
    if (line.n)
      last = line;
  return vg_json_parse(d->json, last, root, &d->err);
}

vg_code demo_text(struct demo *d, const char *key, char *out, size_t cap) {
  vg_jv root;
  vg_str s = VG_STR("");
  VG_TRY(demo_last(d, &root));
  (void)vg_jv_str_at(root, key, &s);
  vg_str_copy(out, cap, s);
  return VG_OK;
}

int64_t demo_count(struct demo *d, const char *key, const char *value) {
  vg_str rest = vg_buf_view(&d->out), line, s;
  int64_t n = 0;
  vg_jv root;
  while (vg_str_line(&rest, &line))
    if (line.n && vg_json_parse(d->json, line, &root, NULL) == VG_OK &&
        (!key || (vg_jv_str_at(root, key, &s) && vg_str_eqz(s, value))))
      n++;
  return n;
}

const char *demo_path(struct demo *d, char out[static PATH_MAX], const char *dir, const char *name) {
  int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);
  if (n < 0 || n >= PATH_MAX)
    (void)VG_FAIL(&d->err, VG_ELIMIT, "base.path_long", dir);
  return out;
}

void demo_say(struct demo *d, const char *const *words) {
  if (!d->c->json) {
    printf("  → ");
    cli_say_words(d->c, words);
  }
}

const char *demo_day(char out[static VG_TIME_TEXT], const struct demo *d, int64_t offset) {
  vg_time_text(out, vg_now(&d->c->clock) + offset, false);
  return out;
}

/* "e-345600.123", "t-7200", "w3+2": false when it is none of them. */
static bool put_time(struct vg_buf *out, vg_str token, vg_time now) {
  char text[VG_TIME_TEXT];
  double ago;
  int64_t week, day;
  vg_str rest = vg_str_sub(token, 1, token.n), weeks;
  if (token.n > 2 && (token.p[0] == 'e' || token.p[0] == 't') && token.p[1] == '-' &&
      vg_str_f64(vg_str_sub(token, 2, token.n), &ago)) {
    vg_time t = now - (vg_time)(ago * 1e3) * 1000000;
    if (token.p[0] == 't')
      vg_buf_z(out, vg_time_text(text, t, false));
    else
      vg_buf_fmt(out, "%lld.%03lld", (long long)(t / VG_SECOND), (long long)(t % VG_SECOND / 1000000));
    return true;
  }
  if (token.n < 4 || token.p[0] != 'w' || !vg_str_cut(&rest, '+', &weeks) || !vg_str_i64(weeks, &week) ||
      !vg_str_i64(rest, &day))
    return false;
  int64_t today = now / VG_DAY, monday = today - (today + 3) % 7; /* 1970-01-01 was a Thursday */
  vg_buf_fmt(out, "%.10s", vg_time_text(text, (monday - 7 * week + day) * VG_DAY, false));
  return true;
}

static void fill(struct vg_buf *out, vg_str in, vg_time now) {
  for (size_t at = 0, open; at < in.n; at = open) {
    open = vg_str_find_byte(in, '{', at);
    size_t close = vg_str_find_byte(in, '}', open == SIZE_MAX ? in.n : open);
    open = close == SIZE_MAX ? in.n : open;
    vg_buf_str(out, vg_str_sub(in, at, open - at));
    if (open == in.n)
      break;
    if (put_time(out, vg_str_sub(in, open + 1, close - open - 1), now))
      open = close + 1;
    else
      vg_buf_byte(out, (unsigned char)in.p[open++]);
  }
}

vg_code demo_fill(struct demo *d, const char *name, char path[static PATH_MAX]) {
  char template[PATH_MAX], file[128];
  const char *last = strrchr(name, '/');
  vg_str base = vg_str_z(last ? last + 1 : name);
  bool log = vg_str_ends(base, VG_STR(".tmpl"));
  snprintf(file, sizeof file, "%.*s%s", (int)(base.n - (log ? 5 : 0)), base.p, log ? ".log" : "");
  demo_path(d, template, d->data, name);
  demo_path(d, path, d->work, file);
  struct vg_buf in, out;
  vg_buf_init(&in, 64u << 20);
  vg_buf_init(&out, 64u << 20);
  vg_code rc = vg_file_read(template, &in, &d->err);
  if (rc == VG_OK) {
    fill(&out, vg_buf_view(&in), vg_now(&d->c->clock));
    rc = vg_buf_check(&out, &d->err);
  }
  if (rc == VG_OK)
    rc = vg_file_write(path, vg_buf_view(&out), 0600, &d->err);
  vg_buf_fini(&in);
  vg_buf_fini(&out);
  return rc;
}

#include "cli/cli.h"
#include "cli/cli_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { JSON_DELAY = 100000000 }; /* ns: a reader of lines waits no longer while lines come */

/* C0 but for line end and tab, DEL, and C1 as UTF-8 writes it (C2 80..9F). last: the byte before, kept by the caller.
 */
static bool harmless(unsigned char ch, unsigned char last) {
  return (ch >= 0x20 || ch == '\n' || ch == '\t') && ch != 0x7f && !(last == 0xc2 && ch >= 0x80 && ch < 0xa0);
}

static ssize_t write_guarded(void *last, const char *p, size_t n) {
  unsigned char *before = last;
  char out[4096];
  size_t done = 0;
  while (done < n) {
    size_t part = n - done < sizeof out ? n - done : sizeof out, put = 0;
    for (size_t i = 0; i < part; i++) {
      unsigned char ch = (unsigned char)p[done + i];
      out[i] = harmless(ch, *before) ? (char)ch : '?';
      *before = ch;
    }
    while (put < part) {
      ssize_t w = write(STDOUT_FILENO, out + put, part - put);
      if (w < 0 && errno != EINTR)
        return -1;
      put += w > 0 ? (size_t)w : 0;
    }
    done += part;
  }
  return (ssize_t)n;
}

void cli_guard_terminal(void) {
  static unsigned char last;
  FILE *f = isatty(STDOUT_FILENO) ? fopencookie(&last, "w", (cookie_io_functions_t){.write = write_guarded}) : NULL;
  if (!f)
    return;
  setvbuf(f, NULL, _IOLBF, 0);
  stdout = f;
}

static void to_stderr(const char *p, bool one_line) {
  unsigned char last = 0;
  for (; *p; last = (unsigned char)*p++)
    fputc(harmless((unsigned char)*p, last) && !(one_line && *p == '\n') ? *p : '?', stderr);
  fputc('\n', stderr);
}

void cli_error_line(const char *text) {
  fputs("vigie: ", stderr);
  to_stderr(text, true);
}

int cli_fail(struct cli *c, const struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 14);
  cli_progress_end(c);
  vg_code code = vg_err_code(err);
  vg_err_render(&b, c->lang, err);
  if (c->file && (code == VG_EDATA || code == VG_ELIMIT || code == VG_EDAMAGE) && !strstr(vg_buf_text(&b), c->file)) {
    vg_buf_reset(&b);
    vg_buf_fmt(&b, "%s%s", c->file, c->lang == VG_FR ? "\u00a0: " : ": ");
    vg_err_render(&b, c->lang, err);
  }
  cli_error_line(vg_buf_text(&b));
  vg_buf_fini(&b);
  return code == VG_EUSAGE ? CLI_USAGE : CLI_FAILED;
}

static void sentence(FILE *to, struct cli *c, const char *id, const char *const *args) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  vg_msg(&b, c->lang, id, args);
  const char *pattern = vg_msg_text(c->lang, id);
  if (to == stderr)
    to_stderr(vg_buf_text(&b), pattern && !strchr(pattern, '\n'));
  else
    fprintf(to, "%s\n", vg_buf_text(&b));
  vg_buf_fini(&b);
  c->said = true;
}

void cli_note(struct cli *c, const char *id, const char *const *args) {
  cli_progress_end(c);
  if (!c->quiet)
    sentence(stderr, c, id, args);
}

void cli_note_words(struct cli *c, const char *const *words) { cli_note(c, words[0], words + 1); }
void cli_say_words(struct cli *c, const char *const *words) { sentence(stdout, c, words[0], words + 1); }

void cli_json_begin(struct cli *c, struct vg_jw *w) {
  vg_buf_reset(&c->out);
  vg_jw_init(w, &c->out);
}

void cli_json_end(struct cli *c) {
  vg_buf_byte(&c->out, '\n');
  fwrite(c->out.p, 1, c->out.n, stdout);
  int64_t now = vg_monotonic();
  if (now - c->written < JSON_DELAY)
    return;
  fflush(stdout);
  c->written = now;
}

/* Combining marks and joiners take no column; the wide blocks of East Asia and pictographs take two. */
size_t cli_width(vg_str s) {
  size_t width = 0;
  for (size_t i = 0; i < s.n;) {
    uint32_t ch = vg_utf8_next(s, &i);
    if ((ch >= 0x300 && ch <= 0x36F) || ch == 0x200B || ch == 0x200D || (ch >= 0xFE00 && ch <= 0xFE0F))
      continue;
    width += (ch >= 0x1100 && ch <= 0x115F) || (ch >= 0x2E80 && ch <= 0xA4CF) || (ch >= 0xAC00 && ch <= 0xD7A3) ||
                     (ch >= 0xFF00 && ch <= 0xFF60) || (ch >= 0x1F300 && ch <= 0x1FAFF)
                 ? 2
                 : 1;
  }
  return width;
}

struct cli_table {
  struct cli *c;
  size_t columns, cells;
  struct vg_buf text;    /* all cells, one behind the other */
  struct vg_buf ends;    /* size_t end of each cell in text */
  struct vg_buf numeric; /* a byte a cell */
};

struct cli_table *cli_table_new(struct cli *c, const char *const *heading_ids, size_t columns) {
  struct cli_table *t = calloc(1, sizeof *t);
  VG_ASSERT(t && columns && columns <= 32);
  t->c = c;
  t->columns = columns;
  vg_buf_init(&t->text, 256u << 20);
  vg_buf_init(&t->ends, 256u << 20);
  vg_buf_init(&t->numeric, 256u << 20);
  for (size_t i = 0; i < columns; i++) {
    const char *text = vg_msg_text(c->lang, heading_ids[i]);
    cli_table_cellz(t, text ? text : heading_ids[i]);
  }
  return t;
}

static void add_cell(struct cli_table *t, vg_str text, bool numeric) {
  for (size_t i = 0; i < text.n; i++) {
    unsigned char ch = (unsigned char)text.p[i];
    vg_buf_byte(&t->text, ch < 0x20 || ch == 0x7f ? '?' : ch);
  }
  vg_buf_add(&t->ends, &t->text.n, sizeof t->text.n);
  vg_buf_byte(&t->numeric, numeric);
  t->cells++;
}

void cli_table_cell(struct cli_table *t, vg_str text) { add_cell(t, text, false); }
void cli_table_cellz(struct cli_table *t, const char *text) { add_cell(t, vg_str_z(text), false); }
void cli_table_cell_int(struct cli_table *t, int64_t n) { add_cell(t, vg_str_z(VG_N(n)), true); }

static vg_str cell(const struct cli_table *t, size_t i) {
  size_t from = 0, to;
  if (i)
    memcpy(&from, t->ends.p + (i - 1) * sizeof from, sizeof from);
  memcpy(&to, t->ends.p + i * sizeof to, sizeof to);
  return vg_str_n(t->text.p ? t->text.p + from : "", to - from);
}

void cli_nothing(struct cli *c) { c->nothing = true; }

static void print_rows(const struct cli_table *t) {
  size_t width[32] = {0};
  for (size_t i = 0; i < t->cells; i++) {
    size_t w = cli_width(cell(t, i));
    if (w > width[i % t->columns])
      width[i % t->columns] = w;
  }
  for (size_t i = 0; i < t->cells; i++) {
    vg_str s = cell(t, i);
    size_t column = i % t->columns, pad = width[column] - cli_width(s);
    bool last = column + 1 == t->columns, right = t->numeric.p[i];
    printf("%*s%.*s", right ? (int)pad : 0, "", (int)s.n, s.p);
    if (last)
      putchar('\n');
    else
      printf("%*s  ", right ? 0 : (int)pad, "");
  }
}

void cli_table_print(struct cli_table *t) {
  if (t->cells > t->columns) {
    print_rows(t);
    t->c->said = true;
  } else {
    cli_nothing(t->c);
  }
  vg_buf_fini(&t->text);
  vg_buf_fini(&t->ends);
  vg_buf_fini(&t->numeric);
  free(t);
}

/* One bar a process: the line that it stands on is the terminal's. */
static struct {
  bool shown;
  const char *label;
  int64_t began, last;
} bar;

static void amount(char out[static 24], double bytes) {
  static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t u = 0;
  for (; bytes >= 1024 && u + 1 < VG_COUNT(unit); u++)
    bytes /= 1024;
  snprintf(out, 24, "%.1f %s", bytes, unit[u]);
}

void cli_progress(struct cli *c, const char *label_id, uint64_t done, uint64_t total) {
  int64_t now = vg_monotonic();
  if (c->quiet || !isatty(STDERR_FILENO))
    return;
  if (bar.label != label_id)
    bar.began = now, bar.label = label_id, bar.last = 0;
  if (bar.last && now - bar.last < VG_SECOND / 10)
    return;
  bar.last = now;
  bar.shown = true;
  double seconds = (double)(now - bar.began) / 1e9, rate = seconds > 0 ? (double)done / seconds : 0;
  char have[24], speed[24];
  amount(have, (double)done);
  amount(speed, rate);
  const char *label = vg_msg_text(c->lang, label_id);
  fprintf(stderr, "\r\033[K%s  %s  %s/s", label ? label : label_id, have, speed);
  if (total && rate > 0) {
    int percent = (int)((double)done * 100 / (double)total),
        left = (int)((double)(total - (done < total ? done : total)) / rate);
    fprintf(stderr, "  %d %%  [%.*s%.*s]  %d:%02d", percent, percent / 5, "####################", 20 - percent / 5,
            "....................", left / 60, left % 60);
  }
  fflush(stderr);
}

void cli_progress_end(struct cli *c) {
  (void)c;
  if (bar.shown)
    fputs("\r\033[K", stderr);
  bar.shown = false;
  bar.label = NULL;
}

char *cli_time(char out[static VG_TIME_TEXT], const struct cli *c, vg_time t) { return vg_time_say(out, c->lang, t); }

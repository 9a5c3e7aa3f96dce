#include "cli/finding.h"

#include <stdio.h>

extern const struct cli_command cmd_timeline;

static vg_code on_event(void *ctx, const struct found_event *e, struct vg_err *err) {
  struct cli *c = ctx;
  char time[VG_TIME_TEXT];
  (void)err;
  if (c->json) {
    finding_print_json(c, &(struct finding){.kind = FINDING_EVENT, .event = *e});
    return VG_OK;
  }
  printf("%s  %-4.*s  %s%s%s\n", vg_time_text(time, e->time, false), (int)e->what.n, e->what.p, VG_T(e->path),
         e->text.n > 0 ? "  " : "", VG_T(e->text));
  return VG_OK;
}

static long long seconds(vg_time t) { return t == VG_NOTIME ? 0 : t / VG_SECOND; }

/* MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime, as mactime reads it. A bar or a line end in a name would
 * forge a column. */
static vg_code on_file(void *ctx, const struct found_file *f, struct vg_err *err) {
  static const char mode[ENTRY_KINDS] = {'r', 'd', 'l', 'r', '-', 'v'};
  (void)ctx, (void)err;
  printf("%.*s|", f->md5.n > 0 ? (int)f->md5.n : 1, f->md5.n > 0 ? f->md5.p : "0");
  for (size_t i = 0; i < f->path.n; i++)
    putchar(f->path.p[i] == '|' || (unsigned char)f->path.p[i] < 0x20 ? '^' : f->path.p[i]);
  printf("%s|%.*s|%c/%c---------|0|0|%lld|%lld|%lld|%lld|%lld\n", f->allocated ? "" : " (deleted)", (int)f->inode.n,
         f->inode.p, mode[f->entry], mode[f->entry], (long long)f->size, seconds(f->atime), seconds(f->mtime),
         seconds(f->ctime), seconds(f->btime));
  return VG_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  const char *case_ref = NULL;
  bool body = false;
  vg_time from = VG_NOTIME, to = VG_NOTIME;
  const struct cli_option options[] = {
      {"case", CLI_TEXT, &case_ref}, {"from", CLI_TIME, &from}, {"to", CLI_TIME, &to}, {"body", CLI_FLAG, &body}, {0}};
  int status = cli_parse(c, &cmd_timeline, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0)
    return cli_usage(c, &cmd_timeline, "cli.too_many", argv[0]);
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  struct vg_err err = {0};
  struct store_tx *tx = NULL;
  vg_code rc = store_begin_read(instance_store(c->instance), &tx, &err);
  if (rc == VG_OK)
    rc = body ? analysis_each_file(tx, vg_str_z(case_ref), on_file, c, &err)
              : analysis_timeline(tx, vg_str_z(case_ref), from, to, on_event, c, &err);
  store_rollback(&tx);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

const struct cli_command cmd_timeline = {"timeline", "cli.timeline", "cli.timeline.usage", run};

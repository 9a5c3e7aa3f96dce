#include "casework/casework.h"
#include "cli/finding.h"
#include "cli/show.h"

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

struct order {
  struct cli *c;
  const char *case_ref;
  enum regime of;
  bool body;
  vg_time from, to;
};

static vg_code tell(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct affair a;
  vg_str of = vg_str_z(o->case_ref);
  VG_TRY(of.n ? casework_case_see(tx, who, of, &a, err) : casework_see_all(tx, who, err));
  if (!of.n && o->of == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, who->id.s, err));
  return o->body ? analysis_each_file(tx, of, o->of, on_file, o->c, err)
                 : analysis_timeline(tx, of, o->of, o->from, o->to, on_event, o->c, err);
}

static int run(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .from = VG_NOTIME, .to = VG_NOTIME};
  const char *regime = "investigation", *motive = NULL;
  const struct cli_option options[] = {{"case", CLI_TEXT, &o.case_ref},
                                       {"regime", CLI_TEXT, &regime},
                                       {"motive", CLI_TEXT, &motive},
                                       {"from", CLI_TIME, &o.from},
                                       {"to", CLI_TIME, &o.to},
                                       {"body", CLI_FLAG, &o.body},
                                       {0}};
  int status = cli_no_word(c, &cmd_timeline, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = show_regime(c, &cmd_timeline, regime, motive, &o.of)) != CLI_OK ||
      (status = o.case_ref ? cli_consult(c, o.case_ref, motive) : show_combine(c, o.of, motive)) != CLI_OK)
    return status;
  return cli_read(c, tell, &o);
}

const struct cli_command cmd_timeline = {"timeline", "cli.timeline", "cli.timeline.usage", run};

#include "cli/rejected.h"

#include "intel/intel.h"
#include "territory/territory.h"

#include <stdio.h>
#include <string.h>

extern const struct cli_command cmd_intel_import, cmd_intel_sight;

/* "FILE, line 3": the kind of place in the reader's language. */
static void put_place(struct vg_buf *b, enum vg_lang lang, vg_str path, vg_str at) {
  vg_str kind;
  char id[64];
  const char *word = NULL;
  vg_buf_str(b, path);
  if (vg_str_cut(&at, ' ', &kind)) {
    snprintf(id, sizeof id, "cli.place.%.*s", (int)kind.n, kind.p);
    word = vg_msg_text(lang, id);
    vg_buf_fmt(b, " %.*s %.*s", word ? (int)strlen(word) : (int)kind.n, word ? word : kind.p, (int)at.n, at.p);
  }
  vg_buf_z(b, lang == VG_FR ? "\u00a0: " : ": ");
}

/* A reason that begins with the file's name is of the whole file. */
void cli_say_rejected(void *ctx, const char *place, const struct vg_err *reason) {
  struct cli *c = ctx;
  struct vg_buf b;
  vg_str all = vg_str_z(place);
  size_t n = all.n;
  while (n && all.p[n - 1] != ',')
    n--;
  vg_str path = vg_str_sub(all, 0, n ? n : all.n), at = vg_str_sub(all, n ? n + 1 : all.n, all.n);
  vg_buf_init(&b, 1 << 14);
  vg_err_render(&b, c->lang, reason);
  if (!n || !vg_str_starts(vg_buf_view(&b), vg_str_sub(path, 0, path.n - 1))) {
    vg_buf_reset(&b);
    put_place(&b, c->lang, path, at);
    vg_err_render(&b, c->lang, reason);
  }
  cli_error_line(vg_buf_text(&b));
  vg_buf_fini(&b);
}

static void say_use(void *ctx, const char *message, const char *count, const char *languages) {
  CLI_NOTE((struct cli *)ctx, message, count, languages);
}
void cli_say_uses(struct cli *c, const struct intel_uses *u) { intel_uses_say(u, say_use, c); }

void cli_json_uses(struct vg_jw *w, const struct intel_uses *u) {
  vg_jw_kint(w, "broken", u->n[USE_BROKEN]);
  vg_jw_kint(w, "observed_only", u->n[USE_OBSERVED]);
  vg_jw_kint(w, "files_only", u->n[USE_FILES]);
  vg_jw_kint(w, "not_run", u->n[USE_KEPT] + u->n[USE_UNREAD]);
}

struct feed {
  const char *url;
  struct intel_fetched file;
  struct intel_import *in;
};

static vg_code write_feed(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct feed *f = ctx;
  return intel_import_fetched(tx, who, f->url, &f->file, f->in, err);
}

/* What the server has not changed since we read it is not read again. */
static int import_url(struct cli *c, struct intel_import *in) {
  struct feed f = {.url = in->path, .in = in};
  struct vg_err err = {0};
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  if (intel_fetch(instance_store(c->instance), f.url, in->stop, &f.file, &err) != VG_OK)
    return cli_fail(c, &err);
  in->path = f.file.path;
  if (f.file.unchanged)
    CLI_NOTE(c, "cli.intel_import.unchanged", f.url);
  int status = f.file.unchanged ? CLI_OK : cli_write_long(c, in->stop, write_feed, &f);
  intel_fetched_fini(&f.file);
  in->path = f.url;
  return status;
}

static vg_code write_import(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return intel_import(tx, who, ctx, err);
}

static void show_progress(void *ctx, int64_t bytes) {
  cli_progress(ctx, "cli.intel_import.progress", (uint64_t)bytes, 0);
}

static int import_file(struct cli *c, struct intel_import *in) {
  in->stop = cli_stop_begin();
  int status = intel_is_url(in->path) ? import_url(c, in) : cli_write_long(c, in->stop, write_import, in);
  cli_stop_end();
  cli_progress_end(c);
  if (status != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "read", in->read);
    vg_jw_kint(&w, "added", in->added);
    vg_jw_kint(&w, "updated", in->updated);
    vg_jw_kint(&w, "asserted", in->asserted);
    vg_jw_kint(&w, "rejected", in->rejected);
    vg_jw_kint(&w, "lifted", in->lifted);
    cli_json_uses(&w, &in->uses);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.intel_import.done", VG_N(in->read), VG_N(in->added), VG_N(in->updated), VG_N(in->rejected));
    if (in->lifted)
      CLI_SAY(c, "intel.lifted", VG_N(in->lifted));
    if (in->format == FORMAT_GUESS && in->read && in->rejected == in->read &&
        vg_str_ends(vg_str_z(in->path), VG_STR(".txt")))
      CLI_NOTE(c, "cli.intel_import.prose");
    cli_say_uses(c, &in->uses);
  }
  return in->rejected || in->uses.n[USE_BROKEN] ? CLI_ATTENTION : CLI_OK;
}

static int run_import(struct cli *c, int argc, char **argv) {
  const char *source = NULL, *as = NULL, *columns = NULL;
  const struct cli_option options[] = {
      {"source", CLI_TEXT, &source}, {"as", CLI_TEXT, &as}, {"columns", CLI_TEXT, &columns}, {0}};
  int status = cli_parse(c, &cmd_intel_import, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  struct intel_import in = {.format = FORMAT_GUESS,
                            .reject = cli_say_rejected,
                            .broken = cli_say_rejected,
                            .progress = show_progress,
                            .ctx = c,
                            .parts = true};
  if (argc != 1)
    return cli_usage(c, &cmd_intel_import, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "FILE");
  if (as && !intel_format_by_name(vg_str_z(as), &in.format))
    return cli_usage(c, &cmd_intel_import, "cli.bad_value", as);
  in.path = c->file = argv[0];
  in.columns = columns;
  in.source = source ? source : argv[0];
  return import_file(c, &in);
}

const struct cli_command cmd_intel_import = {"intel import", "cli.intel_import", "cli.intel_import.usage", run_import};

static vg_code sight(struct cli *c, const struct actor *who, const char *org_ref, struct sighting *s,
                     struct vg_id *report, struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct org org;
  vg_code rc = VG_OK;
  VG_GO(store_begin(instance_store(c->instance), &tx, err));
  VG_GO(territory_org_find(tx, vg_str_z(org_ref), &org, err));
  if (!report->s[0])
    *report = vg_id_new("sighting-report", store_now(tx));
  s->org = org.id;
  s->report = vg_id_str(report);
  VG_GO(intel_sighting_add(tx, who, s, NULL, err));
  VG_GO(ledger_append(tx, who, "sighting.recorded", report->s, VG_STR("{}"), NULL, err));
  VG_GO(instance_commit(c->instance, &tx, err));
out:
  store_rollback(&tx);
  return rc;
}

static int run_sight(struct cli *c, int argc, char **argv) {
  const char *org = NULL, *type = NULL, *where = "", *report_text = "";
  struct sighting s = {.first = VG_NOTIME, .last = VG_NOTIME, .count = 1};
  const struct cli_option options[] = {{"org", CLI_TEXT, &org},
                                       {"type", CLI_TEXT, &type},
                                       {"where", CLI_TEXT, &where},
                                       {"first", CLI_TIME, &s.first},
                                       {"last", CLI_TIME, &s.last},
                                       {"count", CLI_INT, &s.count},
                                       {"report", CLI_TEXT, &report_text},
                                       {0}};
  int status = cli_parse(c, &cmd_intel_sight, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1 || !org)
    return cli_usage(c, &cmd_intel_sight, "cli.missing", org ? "VALUE" : "--org");
  s.value = vg_str_z(argv[0]);
  s.where = vg_str_z(where);
  if (type ? !intel_type_by_name(vg_str_z(type), &s.type) : !intel_type_of(s.value, &s.type))
    return cli_usage(c, &cmd_intel_sight, type ? "cli.bad_value" : "intel.unknown_value", type ? type : argv[0]);
  if (s.count <= 0)
    return cli_usage(c, &cmd_intel_sight, "cli.bad_value", "--count");
  if (report_text[0] && !vg_id_ok(vg_str_z(report_text)))
    return cli_usage(c, &cmd_intel_sight, "cli.bad_value", report_text);
  if (s.first == VG_NOTIME)
    s.first = vg_now(&c->clock);
  if (s.last == VG_NOTIME || s.last < s.first)
    s.last = s.first;
  struct actor who;
  struct vg_err err = {0};
  struct vg_id report = vg_id_of(vg_str_z(report_text));
  if (cli_instance(c) != CLI_OK || cli_actor(c, &who) != CLI_OK)
    return CLI_FAILED;
  if (sight(c, &who, org, &s, &report, &err) != VG_OK)
    return cli_fail(c, &err);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "report", report.s);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.intel_sight.done", report.s);
  }
  return CLI_OK;
}

const struct cli_command cmd_intel_sight = {"intel sight", "cli.intel_sight", "cli.intel_sight.usage", run_sight};

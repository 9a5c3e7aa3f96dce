/* What belongs together and who is next: campaign links, next targets. */
#include "cli/cli.h"

#include "anticipate/anticipate.h"
#include "cli/show.h"

#include <math.h>
#include <stdio.h>

extern const struct cli_command cmd_anticipate_links, cmd_anticipate_targets;

struct linking {
  struct cli *c;
  struct anticipate_link_query ask;
  int64_t edges, campaigns;
};

static vg_code link_json(struct cli *c, const struct anticipate_link *l) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "campaign", l->campaign);
  vg_jw_knum(&w, "weight", l->weight);
  vg_jw_key(&w, "reports");
  vg_jw_arr(&w);
  for (int i = 0; i < 2; i++) {
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "report", l->end[i].report);
    vg_jw_kstr(&w, "organisation", l->end[i].organisation);
    vg_jw_kstr(&w, "zone", l->end[i].zone);
    vg_jw_ktime(&w, "first", l->end[i].first);
    vg_jw_kz(&w, "regime", casework_regime_name(l->end[i].regime));
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_jw_kint(&w, "shared", (int64_t)l->things);
  vg_jw_key(&w, "because");
  vg_jw_arr(&w);
  for (size_t i = 0; i < l->reasons; i++) {
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "type", l->because[i].type);
    vg_jw_kstr(&w, "value", l->because[i].value);
    vg_jw_knum(&w, "weight", l->because[i].weight);
    vg_jw_kint(&w, "reports", l->because[i].reports);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_jw_end(&w);
  cli_json_end(c);
  return VG_OK;
}

static vg_code say_link(void *ctx, const struct anticipate_link *l, struct vg_err *err) {
  struct linking *p = ctx;
  (void)err;
  p->edges++;
  p->campaigns = l->campaign > p->campaigns ? l->campaign : p->campaigns;
  if (p->c->json)
    return link_json(p->c, l);
  CLI_SAY(p->c, "cli.anticipate.link", VG_N(l->campaign), VG_T(l->end[0].organisation), VG_T(l->end[1].organisation),
          VG_D(p->c->lang, 2, l->weight), VG_N(l->things));
  for (size_t i = 0; i < l->reasons; i++) {
    char type[64];
    vg_str_copy(type, sizeof type, l->because[i].type);
    CLI_SAY(p->c, "cli.anticipate.link.because", VG_D(p->c->lang, 2, l->because[i].weight),
            show_wordz(p->c, "server.type.", type), VG_T(l->because[i].value), VG_N(l->because[i].reports));
  }
  return VG_OK;
}

static vg_code read_links(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct linking *p = ctx;
  return anticipate_each_link(tx, who, &p->ask, say_link, p, err);
}

static int run_links(struct cli *c, int argc, char **argv) {
  struct linking p = {.c = c, .ask = {.as_of = VG_NOTIME}};
  const char *least = NULL, *regime = "prevention", *motive = NULL;
  const struct cli_option options[] = {{"as-of", CLI_TIME, &p.ask.as_of},
                                       {"least", CLI_TEXT, &least},
                                       {"regime", CLI_TEXT, &regime},
                                       {"motive", CLI_TEXT, &motive},
                                       {0}};
  int status = cli_no_word(c, &cmd_anticipate_links, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (least && (!vg_str_f64(vg_str_z(least), &p.ask.least) || !(p.ask.least > 0)))
    return cli_usage(c, &cmd_anticipate_links, "cli.bad_value", "--least");
  if ((status = show_regime(c, &cmd_anticipate_links, regime, motive, &p.ask.of)) != CLI_OK ||
      (status = show_combine(c, p.ask.of, motive)) != CLI_OK)
    return status;
  status = cli_read(c, read_links, &p);
  if (status == CLI_OK)
    CLI_NOTE(c, "cli.anticipate.linked", VG_N(p.edges), VG_N(p.campaigns));
  return status;
}

/* --- next targets ----------------------------------------------------------------------------------------------------
 */
struct targeting {
  struct cli *c;
  struct cli_table *table;
  const char *family, *by;
  vg_time as_of;
  int64_t most;
  struct anticipate_target_score score;
};

static vg_code say_target(void *ctx, const struct anticipate_target *t, struct vg_err *err) {
  struct targeting *p = ctx;
  struct vg_jw w;
  char text[64];
  (void)err;
  if (!p->table) {
    cli_json_begin(p->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "family", p->family);
    vg_jw_kstr(&w, p->by, t->value);
    vg_jw_knum(&w, "share", t->share);
    vg_jw_knum(&w, "base", t->base);
    vg_jw_knum(&w, "weight", t->weight);
    vg_jw_end(&w);
    cli_json_end(p->c);
    return VG_OK;
  }
  cli_table_cell(p->table, t->value);
  snprintf(text, sizeof text, "%s %%", VG_D(p->c->lang, 1, 100 * t->share));
  cli_table_cellz(p->table, text);
  snprintf(text, sizeof text, "%s %%", VG_D(p->c->lang, 1, 100 * t->base));
  cli_table_cellz(p->table, text);
  cli_table_cellz(p->table, VG_D(p->c->lang, 1, t->weight));
  return VG_OK;
}

static vg_code read_targets(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct targeting *p = ctx;
  (void)who;
  return anticipate_targets(tx, vg_str_z(p->family), vg_str_z(p->by), p->as_of, (size_t)p->most, say_target, p,
                            &p->score, err);
}

/* The gain over the base rate is said with every answer. */
static void say_gain(const struct targeting *p) {
  double n = p->score.events ? (double)p->score.events : 1;
  if (p->score.events)
    CLI_NOTE(p->c, "cli.anticipate.gain", VG_N(p->score.events),
             VG_D(p->c->lang, 1, 100 * (double)p->score.top_profile / n),
             VG_D(p->c->lang, 1, 100 * (double)p->score.top_base / n), VG_D(p->c->lang, 3, p->score.bits),
             VG_N(p->score.of_family));
  else
    CLI_NOTE(p->c, "cli.anticipate.gain.none", VG_N(p->score.of_family));
}

static int run_targets(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.anticipate.value", "cli.anticipate.share", "cli.anticipate.base",
                                        "cli.anticipate.weight"};
  struct targeting p = {.c = c, .by = "sector", .as_of = VG_NOTIME, .most = 10};
  const struct cli_option options[] = {{"family", CLI_TEXT, &p.family},
                                       {"by", CLI_TEXT, &p.by},
                                       {"as-of", CLI_TIME, &p.as_of},
                                       {"most", CLI_INT, &p.most},
                                       {0}};
  int status = cli_parse(c, &cmd_anticipate_targets, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0 || !p.family)
    return cli_usage(c, &cmd_anticipate_targets, argc ? "cli.too_many" : "cli.missing", argc ? argv[0] : "--family");
  if (p.most < 1 || p.most > 1000)
    return cli_usage(c, &cmd_anticipate_targets, "cli.bad_value", "--most");
  p.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, read_targets, &p);
  if (p.table)
    cli_table_print(p.table);
  if (status == CLI_OK)
    say_gain(&p);
  return status;
}

const struct cli_command cmd_anticipate_links = {"anticipate links", "cli.anticipate.links",
                                                 "cli.anticipate.links.usage", run_links};
const struct cli_command cmd_anticipate_targets = {"anticipate targets", "cli.anticipate.targets",
                                                   "cli.anticipate.targets.usage", run_targets};

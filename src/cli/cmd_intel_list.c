#include "cli/query.h"
#include "cli/show.h"

#include "casework/casework.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

extern const struct cli_command cmd_intel_list, cmd_intel_show;

struct list {
  struct cli *c;
  struct cli_table *table;
  bool one;                /* one value is shown, with all that is known of it */
  const struct actor *who; /* of a value: whose companies count; NULL: no account, none is told */
  int64_t shown, limit;
  struct sighted_count seen; /* of the value that is shown, within what he may see */
};

static void value_json(struct list *l, const struct intel_value *v) {
  struct vg_jw w;
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "type", intel_type_name(v->type));
  vg_jw_kstr(&w, "value", v->value);
  vg_jw_kstr(&w, "indicator", v->object_id);
  vg_jw_kstr(&w, "source", v->source);
  vg_jw_kstr(&w, "reliability", vg_str_n(&v->reliability, 1));
  vg_jw_kstr(&w, "name", v->name);
  vg_jw_kz(&w, "tlp", intel_tlp_name(v->tlp));
  vg_jw_kz(&w, "pap", intel_pap_name(v->pap));
  vg_jw_key(&w, "confidence");
  v->confidence < 0 ? vg_jw_null(&w) : vg_jw_int(&w, v->confidence);
  vg_jw_kint(&w, "score", v->score);
  vg_jw_kz(&w, "benign", v->benign);
  if (l->one)
    vg_jw_kz(&w, "standing", intel_standing_name(v->standing));
  if (l->who) {
    vg_jw_kint(&w, "sightings", l->seen.sightings);
    vg_jw_kint(&w, "organisations", l->seen.organisations);
  }
  vg_jw_end(&w);
  cli_json_end(l->c);
}

/* "B", "85 (high)". */
static void judged(struct list *l, const struct intel_value *v) {
  char text[64];
  const char *word = vg_msg_word(l->c->lang, "intel.confidence.", vg_str_z(intel_confidence_word(v->confidence)));
  snprintf(text, sizeof text, "%lld (%s)", (long long)v->confidence, word ? word : "");
  cli_table_cell(l->table, vg_str_n(&v->reliability, 1));
  cli_table_cellz(l->table, v->confidence < 0 ? "-" : text);
}

static void value_row(struct list *l, const struct intel_value *v) {
  cli_table_cellz(l->table, show_wordz(l->c, "server.type.", intel_type_name(v->type)));
  cli_table_cell(l->table, v->value);
  cli_table_cellz(l->table, intel_tlp_name(v->tlp));
  cli_table_cell(l->table, v->source);
  if (l->one)
    judged(l, v);
  cli_table_cell_int(l->table, v->score);
  cli_table_cellz(l->table, v->benign ? v->benign : "");
}

static struct cli_table *value_table(struct cli *c, bool one) {
  static const char *const all[] = {"cli.col.type",   "cli.col.value", "cli.col.tlp",
                                    "cli.col.source", "cli.col.score", "cli.col.benign"};
  static const char *const of_one[] = {"cli.col.type",        "cli.col.value",      "cli.col.tlp",   "cli.col.source",
                                       "cli.col.reliability", "cli.col.confidence", "cli.col.score", "cli.col.benign"};
  return c->json ? NULL : one ? cli_table_new(c, of_one, VG_COUNT(of_one)) : cli_table_new(c, all, VG_COUNT(all));
}

static vg_code one_value(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct list *l = ctx;
  if (l->limit && l->shown >= l->limit)
    return VG_OK;
  l->shown++;
  (void)err;
  if (l->c->json) {
    value_json(l, v);
    return VG_OK;
  }
  if (!l->table)
    l->table = value_table(l->c, l->one);
  value_row(l, v);
  return VG_OK;
}

static vg_code one_past(void *ctx, const struct intel_value *v, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.state", "cli.col.source", "cli.col.tlp", "cli.col.version",
                                        "cli.col.id"};
  struct list *l = ctx;
  char day[VG_TIME_TEXT];
  (void)err;
  l->shown++;
  if (l->c->json) {
    value_json(l, v);
    return VG_OK;
  }
  if (!l->table) {
    CLI_SAY(l->c, "cli.intel_show.past");
    l->table = cli_table_new(l->c, heading, VG_COUNT(heading));
  }
  cli_table_cellz(l->table, show_wordz(l->c, "intel.standing.", intel_standing_name(v->standing)));
  cli_table_cell(l->table, v->source);
  cli_table_cellz(l->table, intel_tlp_name(v->tlp));
  cli_table_cellz(l->table, cli_time(day, l->c, v->modified));
  cli_table_cell(l->table, v->object_id);
  return VG_OK;
}

static vg_code one_object(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct list *l = ctx;
  struct vg_jw w;
  (void)err;
  l->shown++;
  if (!l->c->json) {
    cli_table_cell(l->table, o->type);
    cli_table_cell(l->table, o->name);
    cli_table_cellz(l->table, intel_tlp_name(o->tlp));
    cli_table_cell(l->table, o->source);
    cli_table_cell(l->table, o->id);
    return VG_OK;
  }
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "row", o->row);
  vg_jw_kstr(&w, "id", o->id);
  vg_jw_kstr(&w, "type", o->type);
  vg_jw_kstr(&w, "name", o->name);
  vg_jw_kstr(&w, "source", o->source);
  vg_jw_kz(&w, "tlp", intel_tlp_name(o->tlp));
  vg_jw_kz(&w, "pap", intel_pap_name(o->pap));
  vg_jw_ktime(&w, "modified", o->modified);
  vg_jw_kbool(&w, "revoked", o->revoked);
  vg_jw_end(&w);
  cli_json_end(l->c);
  return VG_OK;
}

static vg_code find(struct store_tx *tx, struct list *l, const struct intel_query *q, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.type", "cli.col.name", "cli.col.tlp", "cli.col.source", "cli.col.id"};
  l->table = l->c->json ? NULL : cli_table_new(l->c, heading, VG_COUNT(heading));
  return intel_find(tx, q, one_object, l, err);
}

static vg_code one_is_enough(void *ctx, const struct intel_object *o, struct vg_err *err) {
  bool *any = ctx;
  (void)o, (void)err;
  *any = true;
  return VG_OK;
}

/* To STIX, or because the store has objects of this type. */
static vg_code type_is_known(struct store_tx *tx, const char *type, bool *known, struct vg_err *err) {
  const struct intel_query one = {.type = type, .tlp_max = -1, .limit = 1};
  *known = query_type_known(type);
  return *known ? VG_OK : intel_find(tx, &one, one_is_enough, known, err);
}

/* "ip" says no version: those of both. */
static vg_code values(struct store_tx *tx, struct list *l, int type, const char *word, struct vg_err *err) {
  VG_TRY(intel_each_value(tx, type, one_value, l, err));
  return type == TYPE_IPV4 && !strchr(word, '4') ? intel_each_value(tx, TYPE_IPV6, one_value, l, err) : VG_OK;
}

/* word: --type as given. */
static int list(struct cli *c, bool objects, int type, const char *word, const struct intel_query *q) {
  struct vg_err err = {0};
  struct store_tx *tx;
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  if (store_begin_read(instance_store(c->instance), &tx, &err) != VG_OK)
    return cli_fail(c, &err);
  struct list l = {.c = c, .limit = q->limit};
  bool known = true;
  vg_code rc = objects && q->type ? type_is_known(tx, q->type, &known, &err) : VG_OK;
  if (rc == VG_OK && !known) {
    store_rollback(&tx);
    return query_no_type(c, &cmd_intel_list, word);
  }
  if (!objects)
    l.table = value_table(c, false);
  if (rc == VG_OK)
    rc = objects ? find(tx, &l, q, &err) : values(tx, &l, type, word, &err);
  store_rollback(&tx);
  if (l.table)
    cli_table_print(l.table);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  const char *about = NULL;
  bool objects = false, newest = false, broken = false;
  int64_t limit = 0, after = 0;
  struct query_options o = {0};
  const struct cli_option options[] = {QUERY_OPTIONS(o),
                                       {"about", CLI_TEXT, &about},
                                       {"objects", CLI_FLAG, &objects},
                                       {"newest", CLI_FLAG, &newest},
                                       {"broken", CLI_FLAG, &broken},
                                       {"limit", CLI_INT, &limit},
                                       {"after", CLI_INT, &after},
                                       {0}};
  int status = cli_parse(c, &cmd_intel_list, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  enum indicator_type type = TYPE_DOMAIN;
  struct intel_query q;
  bool value_type = o.type && intel_type_by_word(vg_str_z(o.type), &type);
  bool clause = o.words || about || o.source || o.value || o.tlp_min || o.tlp_max || o.confidence || o.since || o.until;
  objects = objects || newest || broken || clause || after || (o.type && !value_type);
  if (argc > 0)
    return cli_usage(c, &cmd_intel_list, "cli.too_many", argv[0]);
  if (limit < 0 || after < 0)
    return cli_usage(c, &cmd_intel_list, "cli.bad_value", "--limit");
  status = query_of(c, &cmd_intel_list, &o, &q);
  q.about = vg_str_z(about);
  q.newest = newest;
  q.broken = broken;
  q.limit = limit;
  q.after = after;
  status = status == CLI_OK ? list(c, objects, o.type ? (int)type : -1, o.type, &q) : status;
  query_fini(&o);
  return status;
}
struct shown_object {
  struct list *l;
  struct store_tx *tx;
};

static vg_code show_use(struct cli *c, struct store_tx *tx, const struct intel_object *o, struct vg_err *err) {
  struct intel_used u;
  struct vg_buf b;
  VG_TRY(intel_use_of(tx, o, &u, err));
  if (!u.said.n)
    return VG_OK;
  vg_buf_init(&b, 1 << 14);
  vg_err_render(&b, c->lang, &u.said);
  cli_error_line(vg_buf_text(&b));
  vg_buf_fini(&b);
  return VG_OK;
}

/* The object, and behind it what its pattern does here. */
static vg_code as_received(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct shown_object *s = ctx;
  printf("%.*s\n", (int)o->json.n, o->json.p);
  return show_use(s->l->c, s->tx, o, err);
}

static vg_code one_version(void *ctx, const struct intel_assertion *a, struct vg_err *err) {
  struct list *l = ctx;
  struct vg_jw w;
  char modified[VG_TIME_TEXT], received[VG_TIME_TEXT];
  (void)err;
  if (l->c->json) {
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_ktime(&w, "modified", a->modified);
    vg_jw_kstr(&w, "source", a->source);
    vg_jw_ktime(&w, "received", a->received);
    vg_jw_kbool(&w, "latest", a->latest);
    vg_jw_kbool(&w, "withdrawn", a->withdrawn);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cellz(l->table, vg_time_text(modified, a->modified, true));
  cli_table_cell(l->table, a->source);
  cli_table_cellz(l->table, cli_time(received, l->c, a->received));
  cli_table_cellz(l->table, vg_msg_text(l->c->lang, a->withdrawn ? "cli.intel_show.withdrawn"
                                                    : a->latest  ? "cli.intel_show.latest"
                                                                 : "cli.intel_show.older"));
  return VG_OK;
}

static vg_code show_versions(struct list *l, struct store_tx *tx, vg_str id, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.version", "cli.col.source", "cli.col.received", "cli.col.state"};
  l->table = l->c->json ? NULL : cli_table_new(l->c, heading, VG_COUNT(heading));
  return intel_each_version(tx, id, one_version, l, err);
}

/* What is known of a vulnerability beside who names it: scores, exploitation. Behind the assertions. */
static vg_code show_vulnerability(struct list *l, struct store_tx *tx, vg_str cve, struct vg_err *err) {
  struct intel_vulnerability v;
  struct vg_jw w;
  char day[VG_TIME_TEXT];
  const enum vg_lang lang = l->c->lang;
  VG_TRY(intel_vulnerability_get(tx, cve, &v, err));
  if (l->c->json) {
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "vulnerability", cve);
    vg_jw_kbool(&w, "known_exploited", v.exploited);
    vg_jw_kbool(&w, "ransomware", v.ransomware);
    vg_jw_knum(&w, "epss", v.epss < 0 ? (double)NAN : v.epss);
    vg_jw_knum(&w, "epss_percentile", v.percentile < 0 ? (double)NAN : v.percentile);
    vg_jw_ktime(&w, "epss_date", v.scored);
    vg_jw_knum(&w, "cvss", v.cvss < 0 ? (double)NAN : v.cvss);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  if (v.exploited)
    CLI_SAY(l->c, v.ransomware ? "cli.intel_show.ransomware" : "cli.intel_show.exploited");
  if (v.epss >= 0)
    CLI_SAY(l->c, "cli.intel_show.epss", VG_D(lang, 1, 100 * v.epss),
            v.percentile < 0 ? "-" : VG_D(lang, 1, 100 * v.percentile), cli_time(day, l->c, v.scored));
  if (v.cvss >= 0)
    CLI_SAY(l->c, "cli.intel_show.cvss", VG_D(lang, 1, v.cvss));
  return VG_OK;
}

/* --- who saw it --- */

static void sighted_json(struct list *l, const struct sighted *s) {
  struct vg_jw w;
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "organisation", s->org);
  vg_jw_kstr(&w, "name", s->name);
  vg_jw_kstr(&w, "zone", s->zone);
  vg_jw_kint(&w, "reports", s->reports);
  vg_jw_kint(&w, "count", s->count);
  vg_jw_ktime(&w, "first_seen", s->first);
  vg_jw_ktime(&w, "last_seen", s->last);
  vg_jw_end(&w);
  cli_json_end(l->c);
}

static vg_code one_sighted(void *ctx, const struct sighted *s, struct vg_err *err) {
  struct list *l = ctx;
  char day[VG_TIME_TEXT];
  (void)err;
  if (l->c->json) {
    sighted_json(l, s);
    return VG_OK;
  }
  cli_table_cell(l->table, s->name);
  cli_table_cell(l->table, s->zone);
  cli_table_cell_int(l->table, s->count);
  cli_table_cellz(l->table, cli_time(day, l->c, s->first));
  cli_table_cellz(l->table, cli_time(day, l->c, s->last));
  return VG_OK;
}

/* Behind the assertions: each organisation that the reader may know of, and the totals over these; what inquiries found
 * is shown by their cases. */
static vg_code show_sighted(struct list *l, struct store_tx *tx, enum indicator_type type, vg_str value,
                            struct vg_err *err) {
  enum { SIGHTED_MAX = 500 };
  static const char *const heading[] = {"cli.col.company", "cli.col.zone", "cli.col.times", "cli.col.first_seen",
                                        "cli.col.last_seen"};
  if (!l->who) {
    CLI_NOTE(l->c, "cli.intel_show.no_account");
    return VG_OK;
  }
  if (!l->seen.sightings)
    return VG_OK;
  if (!l->c->json) {
    CLI_SAY(l->c, "cli.intel_show.seen", VG_G(l->c->lang, l->seen.sightings), VG_G(l->c->lang, l->seen.organisations));
    l->table = cli_table_new(l->c, heading, VG_COUNT(heading));
  }
  return casework_each_sighted(tx, l->who, intel_type_name(type), value, REGIME_PREVENTION, SIGHTED_MAX, one_sighted, l,
                               err);
}

/* --- who saw it, as sources say --- */

static void reported_json(struct list *l, const struct intel_reported *s) {
  struct vg_jw w;
  vg_str all = s->sources, one;
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_key(&w, "reported_at");
  s->org.n ? vg_jw_str(&w, s->org) : vg_jw_null(&w);
  vg_jw_kstr(&w, "name", s->name);
  vg_jw_kint(&w, "sightings", s->sightings);
  vg_jw_kint(&w, "count", s->count);
  vg_jw_ktime(&w, "first_seen", s->first);
  vg_jw_ktime(&w, "last_seen", s->last);
  vg_jw_key(&w, "sources");
  vg_jw_arr(&w);
  while (all.n && vg_str_line(&all, &one))
    vg_jw_str(&w, one);
  vg_jw_end(&w);
  vg_jw_end(&w);
  cli_json_end(l->c);
}

static vg_code one_reported(void *ctx, const struct intel_reported *s, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.company", "cli.col.times", "cli.col.first_seen", "cli.col.last_seen",
                                        "cli.col.sources"};
  struct list *l = ctx;
  char day[VG_TIME_TEXT];
  vg_str one, all = s->sources;
  struct vg_buf sources;
  (void)err;
  if (l->c->json) {
    reported_json(l, s);
    return VG_OK;
  }
  if (!l->table) {
    CLI_SAY(l->c, "cli.intel_show.reported");
    l->table = cli_table_new(l->c, heading, VG_COUNT(heading));
  }
  cli_table_cell(l->table, s->name.n  ? s->name
                           : s->org.n ? s->org
                                      : vg_str_z(vg_msg_text(l->c->lang, "cli.intel_show.nobody_named")));
  cli_table_cell_int(l->table, s->count);
  cli_table_cellz(l->table, cli_time(day, l->c, s->first));
  cli_table_cellz(l->table, cli_time(day, l->c, s->last));
  vg_buf_init(&sources, 1 << 16);
  while (all.n && vg_str_line(&all, &one)) {
    vg_buf_z(&sources, sources.n ? ", " : "");
    vg_buf_str(&sources, one);
  }
  cli_table_cell(l->table, vg_buf_view(&sources));
  vg_buf_fini(&sources);
  return VG_OK;
}

static vg_code one_received(void *ctx, vg_str source, vg_str json, bool lifted, struct vg_err *err) {
  struct list *l = ctx;
  struct vg_jw w;
  (void)err;
  if (!l->c->json) {
    printf("%.*s\n", (int)json.n, json.p);
    return VG_OK;
  }
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "source", source);
  vg_jw_kbool(&w, "lifted", lifted);
  vg_jw_key(&w, "object");
  vg_jw_raw(&w, json);
  vg_jw_end(&w);
  cli_json_end(l->c);
  return VG_OK;
}

enum shown { SHOW_OBJECT, SHOW_VERSIONS, SHOW_RECEIVED };

static vg_code first_row(void *ctx, const struct intel_assertion *a, struct vg_err *err) {
  int64_t *row = ctx;
  (void)err;
  if (*row < 0)
    *row = a->row;
  return VG_OK;
}

/* The newest content of an object; of one that nobody asserts any more too, which is told. */
static vg_code show_newest(struct list *l, struct store_tx *tx, vg_str id, struct vg_err *err) {
  int64_t row = -1;
  struct shown_object s = {l, tx};
  vg_code rc = intel_object_get(tx, id, as_received, &s, err);
  if (rc != VG_ENOTFOUND)
    return rc;
  vg_err_clear(err);
  VG_TRY(intel_each_version(tx, id, first_row, &row, err));
  VG_TRY(intel_content_get(tx, row, as_received, &s, err));
  CLI_NOTE(l->c, "cli.intel_show.unasserted");
  return VG_OK;
}

static vg_code show_object(struct list *l, struct store_tx *tx, vg_str id, enum shown how, struct vg_err *err) {
  return how == SHOW_VERSIONS   ? show_versions(l, tx, id, err)
         : how == SHOW_RECEIVED ? intel_each_received(tx, id, one_received, l, err)
                                : show_newest(l, tx, id, err);
}

/* Ends one table before the next. */
static void print_table(struct list *l) {
  if (l->table)
    cli_table_print(l->table);
  l->table = NULL;
}

/* Who asserts it, who did, who saw it. */
static vg_code show_value(struct list *l, struct store_tx *tx, enum indicator_type type, vg_str value,
                          struct vg_err *err) {
  l->one = true;
  if (l->who)
    VG_TRY(casework_sighted_count(tx, l->who, intel_type_name(type), value, REGIME_PREVENTION, &l->seen, err));
  VG_TRY(intel_each_assertion(tx, type, value, one_value, l, err));
  print_table(l);
  VG_TRY(intel_each_past(tx, type, value, one_past, l, err));
  print_table(l);
  if (!l->shown)
    return VG_OK;
  VG_TRY(show_sighted(l, tx, type, value, err));
  print_table(l);
  VG_TRY(intel_each_reported(tx, type, value, one_reported, l, err));
  print_table(l);
  return type == TYPE_CVE ? show_vulnerability(l, tx, value, err) : VG_OK;
}

/* A STIX id shows the object as received; anything else is taken as a value. */
static vg_code show(struct list *l, struct store_tx *tx, vg_str what, enum shown how, struct vg_err *err) {
  enum indicator_type type;
  struct vg_buf value;
  if (vg_id_ok(what))
    return show_object(l, tx, what, how, err);
  vg_buf_init(&value, 1 << 16);
  vg_code rc = VG_OK;
  if (intel_type_of(what, &type) && intel_normalise(type, what, &value))
    rc = show_value(l, tx, type, vg_buf_view(&value), err);
  vg_buf_fini(&value);
  return rc == VG_OK && l->shown == 0 ? VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(what)) : rc;
}

struct wanted {
  struct list l;
  vg_str what;
  enum shown how;
};
static vg_code read_one(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct wanted *w = ctx;
  w->l.who = who;
  vg_code rc = show(&w->l, tx, w->what, w->how, err);
  print_table(&w->l);
  return rc;
}

static int run_show(struct cli *c, int argc, char **argv) {
  bool versions = false, received = false;
  const struct cli_option options[] = {{"versions", CLI_FLAG, &versions}, {"received", CLI_FLAG, &received}, {0}};
  int status = cli_parse(c, &cmd_intel_show, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1)
    return cli_usage(c, &cmd_intel_show, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "ID");
  if (versions && received)
    return cli_usage(c, &cmd_intel_show, "cli.bad_value", "--received");
  struct wanted w = {.l = {.c = c},
                     .what = vg_str_z(argv[0]),
                     .how = received   ? SHOW_RECEIVED
                            : versions ? SHOW_VERSIONS
                                       : SHOW_OBJECT};
  return cli_read_open(c, read_one, &w);
}

const struct cli_command cmd_intel_list = {"intel list", "cli.intel_list", "cli.intel_list.usage", run_list};
const struct cli_command cmd_intel_show = {"intel show", "cli.intel_show", "cli.intel_show.usage", run_show};

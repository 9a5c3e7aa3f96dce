#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "qualify/qualify.h"
#include "watch/watch.h"

enum { PAGE_ROWS = 50, CSV_ROWS = 5000, STORIES = 10 };

static void value_row(struct request *r, struct store_rows *q) {
  vg_str type = store_str(q, 0), other = store_str(q, 6);
  row(r);
  cell(r);
  link_indicator(r, type, store_str(q, 1));
  cell(r);
  word(r, "server.type.", type);
  if (!vg_str_eq(type, other)) { /* the same letters may be a file's name and a mutex */
    RAW(r, "<br><a href=\"/indicateur?type=");
    url(r, other);
    RAW(r, "&amp;valeur=");
    url(r, store_str(q, 1));
    RAW(r, "\">");
    word(r, "server.type.", other);
    RAW(r, "</a>");
  }
  cell(r);
  tlp(r, (enum tlp)store_int(q, 3));
  cell_n(r);
  num(r, store_int(q, 2));
  cell(r);
  text(r, store_str(q, 4));
  if (store_int(q, 5) > 1)
    vg_buf_fmt(&r->out, " + %lld", (long long)store_int(q, 5) - 1);
}

/* The last value shown, from where the next page goes on: pages are cut by key, so the millionth costs what the first
 * does. */

static void value_row_keep(struct request *r, struct store_rows *q) {
  value_row(r, q);
  struct vg_buf *last = r->keep;
  vg_buf_reset(last);
  vg_buf_str(last, store_str(q, 1));
}

static void type_tabs(struct request *r, const char *type) {
  RAW(r, "<ul class=\"tabs\"><li><a href=\"/renseignement\"");
  vg_buf_z(&r->out, *type ? ">" : " aria-current=\"true\">");
  msg(r, "server.type.all");
  RAW(r, "</a></li>");
  for (int t = 0; t < INDICATOR_TYPES; t++) {
    const char *name = intel_type_name((enum indicator_type)t);
    vg_buf_fmt(&r->out, "<li><a href=\"/renseignement?type=%s\"%s>", name,
               strcmp(name, type) ? "" : " aria-current=\"true\"");
    word(r, "server.type.", vg_str_z(name));
    RAW(r, "</a></li>");
  }
  RAW(r, "</ul>");
}

#define VALUES                                                                                                         \
  "SELECT MIN(type), value, COUNT(*), MAX(tlp), MIN(source), COUNT(DISTINCT source), MAX(type) FROM intel_v_value "    \
  "WHERE "
static vg_code values(struct request *r, const char *type, const char *after, int64_t limit, struct vg_err *err) {
  struct vg_buf end;
  vg_buf_init(&end, 1 << 16);
  vg_code rc = intel_values_page(r->tx, type, vg_str_z(after), limit, &end, err);
  if (rc == VG_OK && *type)
    rc = each(r, VALUES "type = $1 AND value > $2 AND value <= $4 GROUP BY value ORDER BY value LIMIT $3",
              S_ARGS(S_Z(type), S_Z(after), S_INT(limit), S_STR(vg_buf_view(&end))), value_row_keep, err);
  else if (rc == VG_OK)
    rc = each(r, VALUES "value > $1 AND value <= $3 GROUP BY value ORDER BY value LIMIT $2",
              S_ARGS(S_Z(after), S_INT(limit), S_STR(vg_buf_view(&end))), value_row_keep, err);
  vg_buf_fini(&end);
  return rc;
}

static void next_link(struct request *r, const char *type, vg_str last, bool more, bool first) {
  struct vg_buf keep = r->out;
  vg_buf_init(&r->out, 1 << 16);
  vg_buf_z(&r->out, "?type=");
  url(r, vg_str_z(type));
  vg_buf_z(&r->out, "&apres=");
  url(r, last);
  struct vg_buf href = r->out;
  r->out = keep;
  char home[80];
  snprintf(home, sizeof home, "/renseignement%s%s", *type ? "?type=" : "", type);
  pager(r, first ? NULL : home, more ? vg_buf_text(&href) : NULL);
  vg_buf_fini(&href);
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.value", "server.type", "server.marking", NUMBER("server.assertions.n"),
                                     "server.sources"};
  char type[32], after[2048];
  asked(r, "type", type, sizeof type);
  asked(r, "apres", after, sizeof after);
  page_top(r, "server.nav.intel", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.intel.sub");
  RAW(r, "</p><p>");
  button_link(r, "/renseignement/ajouter", "server.intel.add", true);
  RAW(r, " ");
  button_link(r, "/renseignement/objets", "server.objects", false);
  RAW(r, " ");
  button_link(r, "/renseignement/sources", "server.sources", false);
  RAW(r, " ");
  button_link(r, "/renseignement/imports", "server.loads", false);
  RAW(r, "</p>");
  type_tabs(r, type);
  card_begin(r, NULL, NULL);
  struct vg_buf last;
  vg_buf_init(&last, 1 << 16);
  r->keep = &last;
  table_begin(r, "indicateurs", "server.nav.intel", head, VG_COUNT(head));
  vg_code rc = values(r, type, after, r->csv[0] ? CSV_ROWS : PAGE_ROWS, err);
  if (rc == VG_OK) {
    bool more = r->table_rows == PAGE_ROWS;
    table_end(r, "server.intel.none");
    next_link(r, type, vg_buf_view(&last), more, !*after);
  }
  vg_buf_fini(&last);
  card_end(r);
  return rc;
}

struct assertions {
  struct request *r;
  size_t n;
  enum tlp strictest;
  const char *benign;
};
/* Cells: the source, the object that states it, how both are marked. */
static void said_by(struct request *r, const struct intel_value *v) {
  cell(r);
  text(r, v->source);
  cell(r);
  link_to(r, "/renseignement/objet/", v->object_id, v->name.n ? v->name : v->object_id);
  cell(r);
  tlp(r, v->tlp);
  RAW(r, " ");
  pap(r, v->pap);
}

static vg_code assertion_row(void *ctx, const struct intel_value *v, struct vg_err *err) {
  (void)err;
  struct assertions *a = ctx;
  struct request *r = a->r;
  a->n++;
  a->benign = v->benign ? v->benign : a->benign;
  row(r);
  said_by(r, v);
  cell_n(r);
  if (v->confidence >= 0)
    num(r, v->confidence);
  else
    RAW(r, "–");
  cell(r);
  text(r, vg_str_n(&v->reliability, 1));
  cell_n(r);
  num(r, v->score);
  return VG_OK;
}

static vg_code past_row(void *ctx, const struct intel_value *v, struct vg_err *err) {
  static const char *const head[] = {"server.state", "server.source", "server.object", "server.marking",
                                     "server.modified"};
  struct request *r = ctx;
  (void)err;
  if (!r->keep) {
    card_begin(r, "server.assertions.past", NULL);
    table_begin(r, "ne-compte-plus", "server.assertions.past", head, VG_COUNT(head));
    r->keep = r;
  }
  row(r);
  cell(r);
  word(r, "intel.standing.", vg_str_z(intel_standing_name(v->standing)));
  said_by(r, v);
  cell(r);
  when(r, v->modified);
  return VG_OK;
}

/* What was said of it and no longer counts; nothing when there is nothing. */
static vg_code past(struct request *r, enum indicator_type t, vg_str value, struct vg_err *err) {
  r->keep = NULL;
  VG_TRY(intel_each_past(r->tx, t, value, past_row, r, err));
  if (r->keep) {
    table_end(r, "server.assertions.none");
    card_end(r);
  }
  return VG_OK;
}

static vg_code strictest(void *ctx, const struct intel_value *v, struct vg_err *err) {
  (void)err;
  struct assertions *a = ctx;
  a->n++;
  a->strictest = v->tlp > a->strictest ? v->tlp : a->strictest;
  a->benign = v->benign ? v->benign : a->benign;
  return VG_OK;
}

/* A verdict among a reason's arguments, in the language of the page. */
static const char *spoken(const struct request *r, const char *arg) {
  char id[48];
  int verdict;
  if (!qualify_verdict_by_name(vg_str_z(arg), &verdict))
    return arg;
  snprintf(id, sizeof id, "server.verdict.%s", qualify_verdict_name(verdict));
  return vg_msg_text(r->lang, id);
}

/* What would be left of it: the sum without one more piece. */
static void without(struct request *r, const struct qualify_assessment *a, const struct qualify_piece *p) {
  struct qualify_assessment b = *a;
  if (p->struck || !strcmp(p->key, "prior"))
    return;
  for (size_t i = 0; i < b.count; i++)
    b.piece[i].struck |= b.piece[i].id == p->id;
  qualify_weigh(&b);
  percent(r, b.probability);
  RAW(r, " ");
  word(r, "server.verdict.", vg_str_z(qualify_verdict_name(b.verdict)));
}

void part_because(struct request *r, const struct qualify_assessment *a) {
  static const char *const head[] = {NUMBER("server.weight"), "server.reason", NUMBER("server.without")};
  static const char *const kind[] = {"mute", "ok", "warn", "bad"};
  char id[48];
  snprintf(id, sizeof id, "server.verdict.%s", qualify_verdict_name(a->verdict));
  RAW(r, "<p>");
  badge(r, kind[a->verdict], id);
  RAW(r, " ");
  msg(r, "server.probability");
  RAW(r, " ");
  percent(r, a->probability);
  RAW(r, ", ");
  SAY(r, "server.confidence.of", VG_N(a->confidence));
  RAW(r, "</p>");
  meter(r, a->probability, a->verdict == QUALIFY_MALICIOUS ? 4 : 2, 0);
  table_begin(r, "raisons", "server.because", head, VG_COUNT(head));
  for (size_t i = 0; i < a->count; i++) {
    const struct qualify_piece *p = &a->piece[i];
    row(r);
    cell_n(r);
    vg_buf_fmt(&r->out, "<span class=\"weight %s\">%s",
               p->struck       ? "struck"
               : p->weight > 0 ? "up"
                               : "down",
               p->weight > 0   ? "+"
               : p->weight < 0 ? "−"
                               : "");
    real(r, p->weight < 0 ? -p->weight : p->weight);
    RAW(r, "</span>");
    cell(r);
    vg_buf_z(&r->out, p->struck ? "<span class=\"struck\">" : "<span>");
    const char *words[QUALIFY_ARGS + 2] = {p->reason};
    for (int k = 0; k < QUALIFY_ARGS; k++)
      words[k + 1] = spoken(r, p->arg[k]);
    say_words(r, words);
    RAW(r, "</span>");
    cell_n(r);
    without(r, a, p);
  }
  table_end(r, "server.because.none");
}

static void sighting_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_to(r, "/entreprises/", store_str(q, 0), store_str(q, 1));
  cell(r);
  zone_name(r, store_str(q, 2));
  cell(r);
  when(r, store_time(q, 3));
  if (store_time(q, 4) != store_time(q, 3)) {
    RAW(r, "<br>");
    when(r, store_time(q, 4));
  }
  cell_n(r);
  num(r, store_int(q, 5));
  cell(r);
  vg_str place = store_str(q, 6);
  text(r, place.n && place.p[0] == '/' ? vg_path_base(place) : place);
  RAW(r, "<br>");
  link_id(r, store_str(q, 7));
}

static void warning_item(struct request *r, struct store_rows *q) {
  r->table_rows++;
  RAW(r, "<p class=\"alert\">");
  msg(r, "server.indicator.warned");
  RAW(r, " ");
  vg_str label = vg_str_z(vg_msg_text(r->lang, "server.warning.open"));
  link_to(r, "/alertes/", store_str(q, 0), label);
  RAW(r, "</p>");
}

static vg_code sighted_row(void *ctx, const struct sighted *s, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  link_to(r, "/entreprises/", s->org, s->name);
  cell(r);
  zone_name(r, s->zone);
  cell_n(r);
  num(r, s->count);
  cell_n(r);
  num(r, s->reports);
  cell(r);
  when(r, s->first);
  cell(r);
  when(r, s->last);
  return VG_OK;
}

static vg_code by_company(struct request *r, const char *type, vg_str value, enum regime of, struct vg_err *err) {
  static const char *const head[] = {"server.company",         "server.zone",       NUMBER("server.times"),
                                     NUMBER("server.reports"), "server.first_seen", "server.last_seen"};
  card_begin(r, "server.seen.by", NULL);
  table_begin(r, "par-entreprise", "server.seen.by", head, VG_COUNT(head));
  VG_TRY(casework_each_sighted(r->tx, &r->who, type, value, of, 500, sighted_row, r, err));
  table_end(r, "server.seen.none");
  card_end(r);
  return VG_OK;
}

static vg_code reported_row(void *ctx, const struct intel_reported *s, struct vg_err *err) {
  static const char *const head[] = {"server.company", NUMBER("server.times"), "server.first_seen", "server.last_seen",
                                     "server.sources"};
  struct request *r = ctx;
  vg_str all = s->sources, one;
  (void)err;
  if (!r->keep) {
    card_begin(r, "server.seen.reported", NULL);
    table_begin(r, "disent-les-sources", "server.seen.reported", head, VG_COUNT(head));
    r->keep = r;
  }
  row(r);
  cell(r);
  if (s->org.n)
    link_to(r, "/renseignement/objet/", s->org, s->name.n ? s->name : s->org);
  else
    msg(r, "server.seen.nobody");
  cell_n(r);
  num(r, s->count);
  cell(r);
  when(r, s->first);
  cell(r);
  when(r, s->last);
  cell(r);
  while (all.n && vg_str_line(&all, &one)) {
    text(r, one);
    vg_buf_z(&r->out, all.n ? ", " : "");
  }
  return VG_OK;
}

/* What others saw, as sources say; nothing when they say nothing. */
static vg_code reported(struct request *r, const char *type, vg_str value, struct vg_err *err) {
  enum indicator_type t;
  if (!intel_type_by_name(vg_str_z(type), &t))
    return VG_OK;
  r->keep = NULL;
  VG_TRY(intel_each_reported(r->tx, t, value, reported_row, r, err));
  if (r->keep) {
    table_end(r, "server.seen.none");
    card_end(r);
  }
  return VG_OK;
}

vg_code part_sightings(struct request *r, const char *type, vg_str value, enum regime of, struct vg_err *err) {
  static const char *const head[] = {"server.company", "server.zone", "server.seen.span", NUMBER("server.times"),
                                     "server.place"};
  VG_TRY(by_company(r, type, value, of, err));
  VG_TRY(reported(r, type, value, err));
  card_begin(r, "server.seen", NULL);
  table_begin(r, "observations", "server.seen", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT o.pid, o.name, o.zone, s.first_seen, s.last_seen, s.count, s.place, s.report FROM "
              "intel_v_sighting s JOIN territory_v_org o "
              "ON o.id = s.org_id WHERE s.withdrawn = 0 AND s.type = $1 AND s.value = $2" TERRITORY_NO_CONFLICT(
                  "o.id", "$3", "$6")
                  CASEWORK_SIGHTING_OF("s", "$7", "$3", "$4", "$5", "$6") " ORDER BY s.id DESC LIMIT 500",
              S_ARGS(S_Z(type), S_STR(value), SEEN_ARGS(r), S_INT(of)), sighting_row, err));
  table_end(r, "server.seen.none");
  card_end(r);
  return VG_OK;
}

static void medium_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_to(r, "/affaires/", store_str(q, 0), store_str(q, 0));
  cell(r);
  text(r, store_str(q, 1));
  cell(r);
  RAW(r, "<span class=\"path\">");
  broken(r, store_str(q, 2));
  RAW(r, "</span>");
  cell_n(r);
  num(r, store_int(q, 3));
}

static vg_code on_media(struct request *r, const char *type, vg_str value, enum regime of, struct vg_err *err) {
  static const char *const head[] = {"server.case", "server.exhibit", "server.path", NUMBER("server.times")};
  card_begin(r, "server.media.seen", NULL);
  table_begin(r, "sur-les-supports", "server.media.seen", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT f.case_ref, f.exhibit_ref, f.path, f.count FROM analysis_v_finding f JOIN casework_v_case c ON "
              "c.ref = f.case_ref WHERE f.type = $1 AND f.value = $2 AND f.kind = 'hit' AND " CASEWORK_OF_REGIME(
                  "c", "$7") SEEN("c", "$3", "$4", "$5", "$6") " ORDER BY f.id DESC LIMIT 200",
              S_ARGS(S_Z(type), S_BYTES(value), SEEN_ARGS(r), S_INT(of)), medium_row, err));
  table_end(r, "server.media.none");
  card_end(r);
  return VG_OK;
}

/* A verdict is the same whoever asks: it counts everybody who saw the value. Said where the reader sees fewer. */
static vg_code others_counted(struct request *r, const struct qualify_assessment *a, const char *type, vg_str value,
                              enum regime of, struct vg_err *err) {
  struct sighted_count seen;
  int64_t counted = 0;
  for (size_t i = 0; i < a->count; i++)
    if (!strcmp(a->piece[i].key, "sightings"))
      (void)vg_str_i64(vg_str_z(a->piece[i].arg[0]), &counted);
  VG_TRY(casework_sighted_count(r->tx, &r->who, type, value, of, &seen, err));
  if (counted > seen.organisations) {
    RAW(r, "<p class=\"sub\">");
    msg(r, "server.verdict.others");
    RAW(r, "</p>");
  }
  return VG_OK;
}

static vg_code naming_row(void *ctx, vg_str pid, vg_str title, vg_time last, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  link_to(r, "/veille/", pid, title);
  cell(r);
  when(r, last);
  return VG_OK;
}

/* The stories of the watch that name it. */
static vg_code in_watch(struct request *r, const char *type, vg_str value, struct vg_err *err) {
  static const char *const head[] = {"server.watch.story", "server.watch.last"};
  card_begin(r, "server.watch.naming", NULL);
  table_begin(r, "veille", "server.watch.naming", head, VG_COUNT(head));
  VG_TRY(watch_each_naming(r->tx, vg_str_z(type), value, STORIES, naming_row, r, err));
  table_end(r, "server.watch.naming.none");
  card_end(r);
  return VG_OK;
}

static vg_code indicator_body(struct request *r, enum indicator_type t, vg_str value, struct vg_err *err) {
  static const char *const head[] = {"server.source",      "server.object",
                                     "server.marking",     NUMBER("server.confidence"),
                                     "server.reliability", NUMBER("server.intel.score")};
  struct assertions a = {.r = r};
  struct qualify_assessment weighed;
  const char *type = intel_type_name(t);
  enum regime of;
  VG_TRY(intel_each_assertion(r->tx, t, value, strictest, &a, err));
  page_top_text(r, value);
  VG_TRY(regime_door(r, "type valeur", REGIME_PREVENTION, r->who.id.s, &of, err));
  RAW(r, "<p class=\"sub\">");
  word(r, "server.type.", vg_str_z(type));
  if (a.n) {
    RAW(r, " · ");
    tlp(r, a.strictest);
  }
  if (a.benign) {
    RAW(r, " ");
    badge(r, "ok", "server.benign");
    RAW(r, " ");
    textz(r, a.benign);
  }
  vg_buf_fmt(&r->out, " · <a href=\"/graphe?type=%s&amp;valeur=", type);
  url(r, value);
  RAW(r, "\">");
  msg(r, "server.graph.open");
  RAW(r, "</a></p>");
  VG_TRY(each(r,
              "SELECT DISTINCT w.pid FROM anticipate_v_value v JOIN anticipate_v_warning w ON w.id = v.warning WHERE "
              "v.type = $1 AND v.value = $2 AND "
              "w.state = 'open' AND w.expires > $3",
              S_ARGS(S_Z(type), S_STR(value), S_TIME(r->now)), warning_item, err));
  RAW(r, "<div class=\"grid\"><div>");
  card_begin(r, "server.assertions", NULL);
  table_begin(r, "assertions", "server.assertions", head, VG_COUNT(head));
  VG_TRY(intel_each_assertion(r->tx, t, value, assertion_row, &a, err));
  table_end(r, "server.assertions.none");
  card_end(r);
  VG_TRY(past(r, t, value, err));
  VG_TRY(part_sightings(r, type, value, of, err));
  VG_TRY(on_media(r, type, value, of, err));
  VG_TRY(in_watch(r, type, value, err));
  RAW(r, "</div><div>");
  card_begin(r, "server.verdict.heading", NULL);
  VG_TRY(qualify_assess(r->tx, vg_str_z(type), value, r->now, &weighed, err));
  part_because(r, &weighed);
  VG_TRY(others_counted(r, &weighed, type, value, of, err));
  RAW(r, "<p><a class=\"btn do\" href=\"/qualification/nouvelle?type=");
  url(r, vg_str_z(type));
  RAW(r, "&amp;valeur=");
  url(r, value);
  RAW(r, "\">");
  msg(r, "server.qualify.ask");
  RAW(r, "</a></p>");
  card_end(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code indicator(struct request *r, struct vg_err *err) {
  char type[32], value[4096];
  enum indicator_type t;
  struct vg_buf normal;
  asked(r, "type", type, sizeof type);
  asked(r, "valeur", value, sizeof value);
  if (!intel_type_by_name(vg_str_z(type), &t) || !value[0])
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  vg_buf_init(&normal, 1 << 16);
  bool ok = intel_normalise(t, vg_str_z(value), &normal);
  vg_code rc = indicator_body(r, t, ok ? vg_buf_view(&normal) : vg_str_z(value), err);
  vg_buf_fini(&normal);
  return rc;
}

const struct page page_intel = {"/renseignement", GROUP_THREATS, "server.nav.intel", list, NULL, PAGE_LISTED};
static vg_code combine(struct request *r, struct vg_err *err) {
  return post_combine(r, r->who.id.s, "/renseignement", VG_STR(""), err);
}

const struct page page_indicator = {"/indicateur", GROUP_THREATS, "server.nav.intel", indicator, combine, PAGE_HIDDEN};

#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "casework/casework.h"

enum { ROWS = 100 };

static void fact(struct request *r, const char *href, const char *view, int64_t n, const char *id) {
  vg_buf_fmt(&r->out, "<div><b><a href=\"%s?vue=%s\">", href, view);
  num(r, n);
  RAW(r, "</a></b><span>");
  msg(r, id);
  RAW(r, "</span></div>");
}

static void path(struct request *r, vg_str s) {
  RAW(r, "<span class=\"path\">");
  broken(r, s);
  RAW(r, "</span>");
}

static void what_was_hit(struct request *r, vg_str rule, vg_str type, vg_str value) {
  if (rule.n) {
    code(r, rule);
    RAW(r, "<br><small>YARA</small>");
    return;
  }
  link_indicator(r, type, value);
  RAW(r, "<br><small>");
  word(r, "server.type.", type);
  RAW(r, "</small>");
}

static void hit_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  what_was_hit(r, store_str(q, 0), store_str(q, 1), store_str(q, 2));
  cell(r);
  path(r, store_str(q, 3));
  cell(r);
  word(r, "server.place.", store_str(q, 4));
  cell_n(r);
  num(r, store_int(q, 5));
}

#define HITS                                                                                                           \
  "SELECT rule, type, value, path, place, count FROM analysis_v_finding WHERE run = $1 AND kind = 'hit' AND benign = " \
  "0 ORDER BY id LIMIT $2 OFFSET $3"

static const char *const hit_head[] = {"server.hit", "server.path", "server.place", NUMBER("server.times")};

/* What a medium holds of a value, all its places together; the last place is shown, for the first are the file system's
 * own files. */
static void summary_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  what_was_hit(r, store_str(q, 0), store_str(q, 1), store_str(q, 2));
  cell_n(r);
  num(r, store_int(q, 3));
  cell_n(r);
  num(r, store_int(q, 4));
  cell(r);
  if (store_str(q, 5).n)
    path(r, store_str(q, 5));
  else
    word(r, "server.place.", store_str(q, 6));
}
static vg_code summary(struct request *r, int64_t run, struct vg_err *err) {
  static const char *const head[] = {"server.hit", NUMBER("server.analysis.files"), NUMBER("server.times"),
                                     "server.path.for_one"};
  table_begin(r, "constatations", "server.findings", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT g.rule, g.type, g.value, g.files, g.times, p.path, p.place FROM "
              "(SELECT rule, type, value, COUNT(DISTINCT file) AS files, CAST(SUM(count) AS bigint) AS times, "
              "COALESCE(MAX(CASE WHEN file IS NOT NULL THEN id END), MAX(id)) AS latest FROM analysis_v_finding "
              "WHERE run = $1 AND kind = 'hit' AND benign = 0 GROUP BY rule, type, value) g JOIN analysis_v_finding p "
              "ON p.id = g.latest ORDER BY CASE WHEN g.rule <> '' THEN 0 ELSE 1 END, "
              "g.rule, g.type, g.value LIMIT $2",
              S_ARGS(S_INT(run), S_INT(r->csv[0] ? 10000 : 12)), summary_row, err));
  table_end(r, "server.findings.no_hit");
  return VG_OK;
}

struct runs {
  size_t n;
  int64_t id; /* of the latest, as is pid */
  char pid[VG_ID_MAX];
};

static void run_facts(struct request *r, struct store_rows *q) {
  char href[200];
  struct runs *found = r->keep;
  if (found->n++ == 0) {
    found->id = store_int(q, 0);
    vg_str_copy(found->pid, sizeof found->pid, store_str(q, 1));
  }
  snprintf(href, sizeof href, "/analyses/%s", VG_T(store_str(q, 1)));
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.analysis.of", VG_T(store_str(q, 2)));
  RAW(r, ", ");
  when(r, store_time(q, 8));
  if (!store_is_null(q, 9)) {
    RAW(r, ", ");
    SAY(r, "server.analysis.on", VG_T(store_str(q, 9)));
  }
  RAW(r, "</p><div class=\"facts\">");
  fact(r, href, "fichiers", store_int(q, 3), "server.analysis.files");
  fact(r, href, "effaces", store_int(q, 4), "server.analysis.deleted");
  fact(r, href, "correspondances", store_int(q, 6), "server.analysis.hits");
  fact(r, href, "problemes", store_int(q, 7), "server.analysis.problems");
  RAW(r, "</div>");
}

vg_code part_findings(struct request *r, vg_str case_ref, vg_str exhibit, struct vg_err *err) {
  card_begin(r, "server.findings", NULL);
  struct runs found = {.n = 0};
  r->keep = &found;
  VG_TRY(each(
      r,
      "SELECT id, pid, exhibit_ref, files, deleted, bytes, hits, problems, made, (SELECT o.name FROM merge_v_origin "
      "o WHERE o.origin = analysis_v_run.origin) FROM analysis_v_run WHERE "
      "case_ref = $1 AND ($2 = '' OR "
      "exhibit_ref = $2 OR exhibit_ref = (SELECT e.seal FROM casework_v_exhibit e WHERE e.ref = $2)) ORDER BY "
      "id DESC LIMIT 3",
      S_ARGS(S_STR(case_ref), S_STR(exhibit)), run_facts, err));
  if (!found.n)
    empty(r, "server.findings.none", NULL, NULL);
  else {
    VG_TRY(summary(r, found.id, err));
    RAW(r, "<p><a class=\"btn\" href=\"/analyses/");
    url(r, vg_str_z(found.pid));
    RAW(r, "\">");
    msg(r, "server.findings.all");
    RAW(r, "</a> <a class=\"btn\" href=\"/chronologie/");
    url(r, case_ref);
    RAW(r, "\">");
    msg(r, "server.timeline");
    RAW(r, "</a></p>");
  }
  card_end(r);
  return VG_OK;
}

static void file_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  path(r, store_str(q, 0));
  if (!store_int(q, 2)) {
    RAW(r, " ");
    badge(r, "warn", store_int(q, 3) ? "server.file.reused" : "server.file.deleted");
  }
  cell_n(r);
  bytes(r, store_int(q, 1));
  cell(r);
  text(r, store_str(q, 4));
  cell(r);
  when(r, store_time(q, 6));
  cell(r);
  RAW(r, "<span class=\"id cut\" title=\"");
  text(r, store_str(q, 5));
  RAW(r, "\">");
  text(r, store_str(q, 5));
  RAW(r, "</span>");
}

static void indicator_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_indicator(r, store_str(q, 0), store_str(q, 1));
  cell(r);
  word(r, "server.type.", store_str(q, 0));
  cell(r);
  path(r, store_str(q, 2));
  cell_n(r);
  num(r, store_int(q, 3));
}

/* A problem is a message id with a JSON array of arguments. */
static void problem_row(struct request *r, struct store_rows *q) {
  struct vg_json *j = NULL;
  vg_jv root;
  vg_str s;
  char id[128], arg[4][VG_ERR_ARG_MAX] = {{0}};
  vg_str_copy(id, sizeof id, store_str(q, 1));
  if (vg_json_new(&j, NULL) == VG_OK && vg_json_parse(j, store_str(q, 2), &root, NULL) == VG_OK)
    for (size_t i = 0; i < 4 && i < vg_jv_count(root); i++)
      if (vg_jv_str(vg_jv_index(root, i), &s))
        vg_str_copy(arg[i], sizeof arg[i], s);
  row(r);
  cell(r);
  path(r, store_str(q, 0));
  cell(r);
  say_words(r, (const char *const[]){id, arg[0], arg[1], arg[2], arg[3], NULL});
  vg_json_free(j);
}

static const char *const view_name[] = {"correspondances", "indicateurs", "fichiers", "effaces", "problemes"};
static const char *const view_label[] = {"server.analysis.hits", "server.analysis.indicators", "server.analysis.files",
                                         "server.analysis.deleted", "server.analysis.problems"};

static vg_code rows_of(struct request *r, size_t view, int64_t run, int64_t from, int64_t limit, struct vg_err *err) {
  static const char *const files[] = {"server.path", NUMBER("server.image.size"), "server.type", "server.modified",
                                      "SHA-256"};
  static const char *const indicators[] = {"server.value", "server.type", "server.path", NUMBER("server.times")};
  static const char *const problems[] = {"server.place", "server.problem"};
  struct store_args args = S_ARGS(S_INT(run), S_INT(limit), S_INT(from));
  switch (view) {
  case 0:
    table_begin(r, view_name[view], view_label[view], hit_head, VG_COUNT(hit_head));
    return each(r, HITS, args, hit_row, err);
  case 1:
    table_begin(r, view_name[view], view_label[view], indicators, VG_COUNT(indicators));
    return each(r,
                "SELECT type, value, path, count FROM analysis_v_finding WHERE run = $1 AND kind = 'indicator' ORDER "
                "BY id LIMIT $2 OFFSET $3",
                args, indicator_row, err);
  case 2:
    table_begin(r, view_name[view], view_label[view], files, VG_COUNT(files));
    return each(r,
                "SELECT path, size, allocated, reused, type, COALESCE(sha256, ''), mtime FROM analysis_v_file WHERE "
                "run = $1 ORDER BY number LIMIT $2 "
                "OFFSET $3",
                args, file_row, err);
  case 3:
    table_begin(r, view_name[view], view_label[view], files, VG_COUNT(files));
    return each(r,
                "SELECT path, size, allocated, reused, type, COALESCE(sha256, ''), mtime FROM analysis_v_file WHERE "
                "run = $1 AND allocated = 0 ORDER BY "
                "number LIMIT $2 OFFSET $3",
                args, file_row, err);
  default:
    table_begin(r, view_name[view], view_label[view], problems, VG_COUNT(problems));
    return each(r,
                "SELECT path, message, args FROM analysis_v_finding WHERE run = $1 AND kind = 'problem' ORDER BY id "
                "LIMIT $2 OFFSET $3",
                args, problem_row, err);
  }
}

static void tabs(struct request *r, size_t view) {
  RAW(r, "<ul class=\"tabs\">");
  for (size_t i = 0; i < VG_COUNT(view_name); i++) {
    vg_buf_fmt(&r->out, "<li><a href=\"?vue=%s\"%s>", view_name[i], i == view ? " aria-current=\"true\"" : "");
    msg(r, view_label[i]);
    RAW(r, "</a></li>");
  }
  RAW(r, "</ul>");
}

/* By whom, on which instance, with which list; what a court may ask to be compared. */
static void provenance(struct request *r, struct store_rows *q) {
  char rules[24];
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.analysis.by", VG_T(store_str(q, 5)));
  if (store_str(q, 8).n) {
    RAW(r, ", ");
    SAY(r, "server.analysis.on", VG_T(store_str(q, 9)));
  }
  RAW(r, " · ");
  if (store_str(q, 6).n)
    SAY(r, "server.analysis.pack", VG_T(store_str(q, 6)));
  else
    msg(r, "server.analysis.no_pack");
  RAW(r, " · ");
  SAY(r, "server.analysis.rules", vg_num_text(rules, store_int(q, 7)));
  if (store_str(q, 11).n) {
    RAW(r, "<br>");
    SAY(r, "server.analysis.digest", VG_T(store_str(q, 11)));
  }
  RAW(r, "</p>");
  if (!store_int(q, 10)) {
    RAW(r, "<p class=\"notice\">");
    msg(r, "server.analysis.bare");
    RAW(r, "</p>");
  }
}

static vg_code find_run(struct request *r, int64_t *id, bool *asks, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf case_ref;
  struct affair a;
  bool known = false;
  vg_buf_init(&case_ref, 1000);
  vg_code rc =
      store_get_text(r->tx, &case_ref, "SELECT case_ref FROM analysis_v_run WHERE pid = $1", S_ARGS(S_Z(r->rest)), err);
  if (rc == VG_OK)
    rc = casework_case_see(r->tx, &r->who, vg_buf_view(&case_ref), &a, err);
  vg_buf_fini(&case_ref);
  VG_TRY(rc);
  VG_TRY(consult(r, &a, a.pid.s, asks, err));
  if (*asks)
    return VG_OK;
  VG_TRY(store_query(r->tx, &q,
                     "SELECT r.id, r.case_ref, r.exhibit_ref, r.made, r.bytes, COALESCE(p.name, r.made_by), r.pack, "
                     "r.rules, r.origin, COALESCE(o.name, SUBSTR(r.origin, 1, 16)), r.whole, r.attached_sha256 FROM "
                     "analysis_v_run r LEFT JOIN territory_v_name p ON p.pid = r.made_by LEFT JOIN merge_v_origin o ON "
                     "o.origin = r.origin WHERE r.pid = $1",
                     S_ARGS(S_Z(r->rest)), err));
  if (store_next(q)) {
    known = true;
    *id = store_int(q, 0);
    page_top(r, "server.analysis.title", TITLE_ARGS(VG_T(store_str(q, 2))));
    RAW(r, "<p class=\"sub\">");
    link_to(r, "/affaires/", store_str(q, 1), store_str(q, 1));
    RAW(r, " · ");
    when(r, store_time(q, 3));
    RAW(r, " · ");
    bytes(r, store_int(q, 4));
    RAW(r, "</p>");
    provenance(r, q);
  }
  VG_TRY(store_done(&q, err));
  return known ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
}

static vg_code show(struct request *r, struct vg_err *err) {
  char wanted[32], from_text[24], first[100];
  int64_t run = 0, from = 0;
  size_t view = 0;
  bool asks;
  VG_TRY(find_run(r, &run, &asks, err));
  if (asks)
    return VG_OK;
  asked(r, "vue", wanted, sizeof wanted);
  while (view < VG_COUNT(view_name) && strcmp(wanted, view_name[view]))
    view++;
  view %= VG_COUNT(view_name);
  if (!vg_str_i64(vg_str_z(asked(r, "de", from_text, sizeof from_text)), &from) || from < 0)
    from = 0;
  tabs(r, view);
  card_begin(r, NULL, NULL);
  VG_TRY(rows_of(r, view, run, from, r->csv[0] ? 100000 : ROWS, err));
  size_t rows = r->table_rows;
  table_end(r, "server.analysis.nothing");
  snprintf(first, sizeof first, "?vue=%s", view_name[view]);
  pager_from(r, first, "de", from, ROWS, rows == ROWS);
  card_end(r);
  return VG_OK;
}

const struct page page_analysis = {"/analyses/", GROUP_FIELD, "server.nav.cases", show, NULL, PAGE_HIDDEN};

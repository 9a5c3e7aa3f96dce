#include "cli/cli.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/grow.h"
#include "similar/similar.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct cli_command cmd_similar, cmd_similar_digest;

/* --- digest --- */

static vg_code digest_of(const char *path, struct tlsh *t, bool *has, struct vg_err *err) {
  struct tlsh_run run;
  struct vg_map_file m = {0};
  struct vg_buf piped;
  bool standard = vg_str_eqz(vg_str_z(path), "-");
  vg_buf_init(&piped, (size_t)1 << 32);
  vg_code rc = standard ? vg_file_read(path, &piped, err) : vg_map_open(&m, path, err);
  if (rc == VG_OK) {
    tlsh_begin(&run);
    tlsh_add(&run, standard ? vg_buf_view(&piped) : m.bytes);
    *has = tlsh_end(&run, t);
  }
  vg_map_close(&m);
  vg_buf_fini(&piped);
  return rc;
}

static void say_digest(struct cli *c, const char *path, const struct tlsh *t, bool has) {
  char text[TLSH_TEXT];
  struct vg_jw w;
  if (!c->json) {
    printf("%s  %s\n", has ? tlsh_text(t, text) : vg_msg_text(c->lang, "cli.similar.none"), path);
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "file", path);
  vg_jw_kz(&w, "tlsh", has ? tlsh_text(t, text) : NULL);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int run_digest(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_similar_digest, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 1)
    return cli_usage(c, &cmd_similar_digest, "cli.missing", "FILE");
  for (int i = 0; i < argc; i++) {
    struct vg_err err = {0};
    struct tlsh t;
    bool has = false;
    if (digest_of(argv[i], &t, &has, &err) == VG_OK)
      say_digest(c, argv[i], &t, has);
    else
      status = cli_fail(c, &err);
  }
  return status;
}

/* --- lists of digests --- */

struct digests {
  struct tlsh *v;
  size_t n, cap;
};

static vg_code add(struct digests *d, const struct tlsh *t, struct vg_err *err) {
  if (!VG_GROW(d->v, d->n, d->cap, 1024))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  d->v[d->n++] = *t;
  return VG_OK;
}

/* A digest a row, in the column "tlsh" when the first row names one. */
static vg_code read_rows(struct cli *c, const char *path, vg_str text, struct digests *d, struct vg_err *err) {
  struct vg_csv csv;
  struct tlsh t;
  size_t column = SIZE_MAX;
  bool more, first = true;
  vg_code rc;
  vg_csv_init(&csv, text, 0);
  while ((rc = vg_csv_next(&csv, &more, err)) == VG_OK && more) {
    if (first)
      column = vg_csv_column(&csv, "tlsh");
    vg_str field = vg_str_trim(vg_csv_field(&csv, column == SIZE_MAX ? 0 : column));
    bool heading = first && column != SIZE_MAX;
    first = false;
    if (heading || field.n == 0 || vg_str_eqz(field, "TNULL"))
      continue;
    if (!tlsh_parse(field, &t)) {
      CLI_NOTE(c, "cli.similar.bad_line", path, VG_N(csv.line), VG_T(field));
      continue;
    }
    rc = add(d, &t, err);
    if (rc != VG_OK)
      break;
  }
  vg_csv_fini(&csv);
  if (rc == VG_OK && d->n == 0)
    return VG_FAIL(err, VG_EDATA, "cli.similar.no_digests", path);
  return rc;
}

static vg_code read_digests(struct cli *c, const char *path, struct digests *d, struct vg_err *err) {
  struct vg_map_file m;
  VG_TRY(vg_map_open(&m, path, err));
  vg_code rc = read_rows(c, path, m.bytes, d, err);
  vg_map_close(&m);
  return rc;
}

/* --- neighbours --- */

struct asking {
  const char *hashes, *queries, *clusters;
  int64_t max_distance, nearest, cdist;
};

static void say_near(struct cli *c, struct cli_table *table, const struct tlsh *query, const struct tlsh *match,
                     int distance) {
  char q[TLSH_TEXT], m[TLSH_TEXT];
  struct vg_jw w;
  tlsh_text(query, q);
  tlsh_text(match, m);
  if (!c->json) {
    cli_table_cell_int(table, distance);
    cli_table_cellz(table, q);
    cli_table_cellz(table, m);
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "query", q);
  vg_jw_kz(&w, "match", m);
  vg_jw_kint(&w, "distance", distance);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code search_all(struct cli *c, const struct asking *a, const struct digests *known,
                          const struct digests *asked, struct vg_err *err) {
  static const char *const headings[] = {"cli.similar.distance", "cli.similar.query", "cli.similar.match"};
  struct similar_set *set = NULL;
  size_t nearest = a->nearest > 0 && (uint64_t)a->nearest < known->n ? (size_t)a->nearest : known->n;
  int limit = a->max_distance >= 0 && a->max_distance < INT_MAX ? (int)a->max_distance : INT_MAX;
  struct similar_near *found = malloc(nearest * sizeof *found);
  vg_code rc = found ? similar_set_new(&set, known->v, known->n, err) : VG_FAIL(err, VG_ENOMEM, "base.memory");
  struct cli_table *table = c->json || rc != VG_OK ? NULL : cli_table_new(c, headings, VG_COUNT(headings));
  for (size_t i = 0; rc == VG_OK && i < asked->n; i++) {
    size_t n = similar_nearest(set, &asked->v[i], limit, nearest, found);
    for (size_t k = 0; k < n; k++)
      say_near(c, table, &asked->v[i], &known->v[found[k].index], found[k].distance);
  }
  if (table)
    cli_table_print(table);
  similar_set_free(set);
  free(found);
  return rc;
}

static vg_code run_search(struct cli *c, struct asking *a, struct vg_err *err) {
  struct digests known = {0}, asked = {0};
  if (a->max_distance < 0 && a->nearest == 0)
    a->nearest = 1;
  vg_code rc = read_digests(c, a->hashes, &known, err);
  if (rc == VG_OK)
    rc = read_digests(c, a->queries, &asked, err);
  if (rc == VG_OK)
    rc = search_all(c, a, &known, &asked, err);
  free(known.v);
  free(asked.v);
  return rc;
}

/* --- clusters --- */

static void show_progress(void *ctx, uint64_t done, uint64_t total) {
  cli_progress(ctx, "cli.similar.clustering", done, total);
}

static void say_member(struct cli *c, struct cli_table *table, const struct tlsh *t, int64_t cluster) {
  char text[TLSH_TEXT];
  struct vg_jw w;
  tlsh_text(t, text);
  if (!c->json) {
    if (cluster < 0)
      return;
    cli_table_cell_int(table, cluster);
    cli_table_cellz(table, text);
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "digest", text);
  vg_jw_key(&w, "cluster");
  if (cluster < 0)
    vg_jw_null(&w);
  else
    vg_jw_int(&w, cluster);
  vg_jw_end(&w);
  cli_json_end(c);
}

static void say_clusters(struct cli *c, const struct digests *d, const int64_t *cluster) {
  static const char *const headings[] = {"cli.similar.cluster", "cli.similar.digest"};
  struct cli_table *table = c->json ? NULL : cli_table_new(c, headings, VG_COUNT(headings));
  int64_t clusters = 0, alone = 0;
  for (size_t i = 0; i < d->n; i++) {
    say_member(c, table, &d->v[i], cluster[i]);
    clusters = cluster[i] >= clusters ? cluster[i] + 1 : clusters;
    alone += cluster[i] < 0;
  }
  if (!table)
    return;
  cli_table_print(table);
  CLI_SAY(c, "cli.similar.clusters", VG_N((int64_t)d->n), VG_N(clusters), VG_N(alone));
}

static vg_code run_clusters(struct cli *c, const struct asking *a, struct vg_err *err) {
  struct digests d = {0};
  int64_t *cluster = NULL;
  vg_code rc = read_digests(c, a->clusters, &d, err);
  if (rc == VG_OK && !(cluster = malloc(d.n * sizeof *cluster)))
    rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (rc == VG_OK)
    rc = similar_cluster(d.v, d.n, (int)a->cdist, cluster, show_progress, c, err);
  cli_progress_end(c);
  if (rc == VG_OK)
    say_clusters(c, &d, cluster);
  free(cluster);
  free(d.v);
  return rc;
}

static int run_similar(struct cli *c, int argc, char **argv) {
  struct asking a = {.max_distance = -1, .cdist = 30};
  const struct cli_option options[] = {{"hashes", CLI_TEXT, &a.hashes},
                                       {"queries", CLI_TEXT, &a.queries},
                                       {"clusters", CLI_TEXT, &a.clusters},
                                       {"max-distance", CLI_INT, &a.max_distance},
                                       {"nearest", CLI_INT, &a.nearest},
                                       {"cdist", CLI_INT, &a.cdist},
                                       {0}};
  int status = cli_no_word(c, &cmd_similar, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!a.clusters && (!a.hashes || !a.queries))
    return cli_usage(c, &cmd_similar, "cli.missing",
                     a.hashes    ? "--queries"
                     : a.queries ? "--hashes"
                                 : "--hashes | --clusters");
  if (a.nearest < 0 || a.cdist < 0 || a.cdist > INT_MAX)
    return cli_usage(c, &cmd_similar, "cli.bad_value", a.nearest < 0 ? "--nearest" : "--cdist");
  struct vg_err err = {0};
  vg_code rc = a.clusters ? run_clusters(c, &a, &err) : run_search(c, &a, &err);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

const struct cli_command cmd_similar = {"similar", "cli.similar", "cli.similar.usage", run_similar};
const struct cli_command cmd_similar_digest = {"similar digest", "cli.similar_digest", "cli.similar_digest.usage",
                                               run_digest};

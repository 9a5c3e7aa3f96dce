/* bench_intel STORE N BUNDLE: what one look into a filled store costs, N times each, CPU microseconds on average and at
 * worst: an object by id, a value, what refers to an object, words. Then how fast BUNDLE's JSON is parsed. Read only.
 */
#include "base/file.h"
#include "base/json.h"
#include "instance/schema.h"
#include "intel/intel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct store_tx *tx;
static int64_t found;

static double spent(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static vg_code object(void *ctx, const struct intel_object *o, struct vg_err *err) {
  (void)ctx, (void)o, (void)err;
  found++;
  return VG_OK;
}
static vg_code value(void *ctx, const struct intel_value *v, struct vg_err *err) {
  (void)ctx, (void)v, (void)err;
  found++;
  return VG_OK;
}

enum look { BY_ID, BY_VALUE, BY_RELATION, BY_WORDS, BY_WORDS_RARE, LOOKS };
static const char *const names[LOOKS] = {"show by id", "show by value", "list by relation",
                                         "full text, a common word, first 50", "full text, two words, first 50"};

static vg_code look(enum look l, vg_str id, enum indicator_type type, vg_str what) {
  struct intel_query q = {.tlp_max = -1, .limit = 50};
  switch (l) {
  case BY_ID: return intel_object_get(tx, id, object, NULL, NULL);
  case BY_VALUE: return intel_each_assertion(tx, type, what, value, NULL, NULL);
  case BY_RELATION: q.about = id; break;
  case BY_WORDS: q.words = VG_STR("campaign"); break;
  case BY_WORDS_RARE: q.words = VG_STR("campaign 777"); break;
  case LOOKS: break;
  }
  return intel_find(tx, &q, object, NULL, NULL);
}

static void measure(enum look l, long times) {
  struct store_rows *q;
  double all = 0, worst = 0;
  long n = 0;
  found = 0;
  /* Relations: of objects that others name. */
  const char *which =
      l == BY_RELATION
          ? "SELECT n.stix_id, '', '' FROM intel_ref r JOIN intel_key k ON k.key = r.target JOIN intel_node n ON n.id = "
            "k.object WHERE r.id % 97 = 3 LIMIT $1"
          : "SELECT n.stix_id, v.type, v.value FROM intel_literal v JOIN intel_node n ON n.id = v.object WHERE n.id % "
            "997 = 3 LIMIT $1";
  if (store_query(tx, &q, which, S_ARGS(S_INT(times)), NULL) != VG_OK)
    exit(1);
  for (; store_next(q); n++) {
    enum indicator_type type = TYPE_DOMAIN;
    char id[VG_ID_MAX], what[1024];
    (void)intel_type_by_name(store_str(q, 1), &type);
    vg_str_copy(id, sizeof id, store_str(q, 0));
    vg_str_copy(what, sizeof what, store_str(q, 2));
    double start = spent();
    if (look(l, vg_str_z(id), type, vg_str_z(what)) != VG_OK)
      exit(1);
    double took = spent() - start;
    all += took;
    worst = took > worst ? took : worst;
  }
  if (store_done(&q, NULL) != VG_OK)
    exit(1);
  printf("%-36s %8.0f us, at worst %8.0f us (%ld times, %lld found)\n", names[l], n ? all / (double)n : 0, worst, n,
         (long long)found);
}

static void parse(const char *path) {
  struct vg_buf text;
  struct vg_json *j;
  vg_jv root;
  vg_buf_init(&text, SIZE_MAX / 4);
  if (vg_file_read(path, &text, NULL) != VG_OK || vg_json_new(&j, NULL) != VG_OK)
    exit(1);
  double best = 1e18;
  for (int i = 0; i < 5; i++) {
    double start = spent();
    if (vg_json_parse(j, vg_buf_view(&text), &root, NULL) != VG_OK)
      exit(1);
    double took = spent() - start;
    best = took < best ? took : best;
  }
  printf("%-36s %8.0f MB/s, one core, whole file at once\n", "JSON parsing", (double)text.n / best);
  vg_json_free(j);
  vg_buf_fini(&text);
}

int main(int argc, char **argv) {
  struct store *st;
  if (argc != 4)
    return 2;
  struct store_options o = {.url = argv[1], .schemas = instance_schemas, .schema_count = instance_schema_count};
  if (store_open(&st, &o, NULL) != VG_OK || store_begin_read(st, &tx, NULL) != VG_OK)
    return 1;
  for (int l = 0; l < LOOKS; l++)
    measure((enum look)l, atol(argv[2]));
  store_rollback(&tx);
  store_close(st);
  parse(argv[3]);
  return 0;
}

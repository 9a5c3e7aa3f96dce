/* similar: digests known from the reference, distances from the definition, exact neighbours, clusters as the method's
 * authors have them. */
#include <setjmp.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/file.h"
#include "similar/similar_internal.h"

static uint64_t state = 88172645463325252u;
static uint32_t next(uint32_t below) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 32) % below;
}

typedef void adder(struct tlsh_run *r, vg_str bytes);
static bool digest(vg_str bytes, size_t piece, adder *add, char text[TLSH_TEXT]) {
  struct tlsh_run run;
  struct tlsh t;
  tlsh_begin(&run);
  for (size_t at = 0; at < bytes.n; at += piece)
    add(&run, vg_str_sub(bytes, at, piece));
  bool has = tlsh_end(&run, &t);
  if (has)
    tlsh_text(&t, text);
  return has;
}

/* Texts that anyone can make again; the digests were computed with py-tlsh 4.7.2. */
static void digests_are_the_reference_s(void **ctx) {
  (void)ctx;
  static unsigned char bytes[70000];
  static const struct {
    size_t n;
    unsigned multiplier;
    const char *digest;
  } cases[] = {
#include "similar_cases.inc"
  };
  for (size_t c = 0; c < VG_COUNT(cases); c++) {
    char text[TLSH_TEXT] = "", pieces[TLSH_TEXT] = "";
    for (size_t i = 0; i < cases[c].n; i++)
      bytes[i] = (unsigned char)((i * i * cases[c].multiplier + i / 7) >> 3);
    vg_str all = {(const char *)bytes, cases[c].n};
    assert_int_equal(digest(all, all.n, tlsh_add, text), cases[c].digest != NULL);
    if (cases[c].digest)
      assert_string_equal(text, cases[c].digest);
    static const size_t piece[] = {13, 4100, 70000};
    for (size_t i = 0; i < 2 * VG_COUNT(piece); i++) {
      assert_int_equal(digest(all, piece[i / 2], i % 2 ? tlsh_add : tlsh_add_narrow, pieces), cases[c].digest != NULL);
      assert_string_equal(pieces, text);
    }
  }
}

static void text_is_read_back(void **ctx) {
  (void)ctx;
  static const char form[] = "T11FA1B357F78913B236924271569EA6D1FB2C451C33668484552C812D33138B8C73FFCE";
  struct tlsh t, old;
  char text[TLSH_TEXT];
  assert_true(tlsh_parse(vg_str_z(form), &t));
  assert_string_equal(tlsh_text(&t, text), form);
  assert_true(tlsh_parse(vg_str_z(form + 2), &old)); /* the old form, without T1 */
  assert_memory_equal(&t, &old, sizeof t);
  assert_true(tlsh_parse(VG_STR("t11fa1b357f78913b236924271569ea6d1fb2c451c33668484552c812d33138b8c73ffce"), &old));
  assert_memory_equal(&t, &old, sizeof t);
  assert_false(tlsh_parse(VG_STR("TNULL"), &t));
  assert_false(tlsh_parse(VG_STR(""), &t));
  assert_false(tlsh_parse(vg_str_n(form, sizeof form - 2), &t));
  assert_false(tlsh_parse(VG_STR("T21FA1B357F78913B236924271569EA6D1FB2C451C33668484552C812D33138B8C73FFCE"), &t));
  assert_false(tlsh_parse(VG_STR("T11FA1B357F78913B236924271569EA6D1FB2C451C33668484552C812D33138B8C73FFCG"), &t));
}

static struct tlsh any(void) {
  struct tlsh t = {
      (unsigned char)next(256), (unsigned char)next(256), (unsigned char)next(16), (unsigned char)next(16), {0}};
  for (size_t i = 0; i < TLSH_CODE; i++)
    t.code[i] = (unsigned char)next(256);
  return t;
}

/* Bucket by bucket, as the definition has it. */
static int slow_distance(const struct tlsh *a, const struct tlsh *b) {
  static const int cost[] = {0, 1, 2, 6};
  int l = abs(a->length - b->length), q1 = abs(a->q1 - b->q1), q2 = abs(a->q2 - b->q2),
      sum = a->checksum != b->checksum;
  l = l > 128 ? 256 - l : l, q1 = q1 > 8 ? 16 - q1 : q1, q2 = q2 > 8 ? 16 - q2 : q2;
  sum += l < 2 ? l : 12 * l;
  sum += q1 < 2 ? q1 : 12 * (q1 - 1);
  sum += q2 < 2 ? q2 : 12 * (q2 - 1);
  for (size_t i = 0; i < TLSH_CODE; i++)
    for (int bit = 0; bit < 8; bit += 2)
      sum += cost[abs((a->code[i] >> bit & 3) - (b->code[i] >> bit & 3))];
  return sum;
}

static void distances_follow_the_definition(void **ctx) {
  (void)ctx;
  for (int i = 0; i < 20000; i++) {
    struct tlsh a = any(), b = any();
    assert_int_equal(tlsh_distance(&a, &b), slow_distance(&a, &b));
    assert_int_equal(tlsh_distance(&b, &a), slow_distance(&a, &b));
    assert_int_equal(tlsh_distance(&a, &a), 0);
  }
}

static struct tlsh near_to(struct tlsh t) {
  for (uint32_t i = next(12); i > 0; i--)
    t.code[next(TLSH_CODE)] ^= (unsigned char)(1u << next(8));
  t.length = (unsigned char)(t.length + next(3));
  return t;
}

/* Every neighbour of every query, in the right order, against looking at all of them. */
static void neighbours_are_exact(void **ctx) {
  (void)ctx;
  enum { N = 1500, K = 9 };
  static struct tlsh v[N];
  static const int limits[] = {INT_MAX, 0, 1, 23, 24, 30, 60, 200, 900};
  struct similar_set *set;
  struct similar_near found[N];
  for (size_t i = 0; i < N; i++)
    v[i] = i % 5 && i ? near_to(v[next((uint32_t)i)]) : any();
  v[N - 1] = v[0]; /* equal ones: the lower index first */
  assert_int_equal(similar_set_new(&set, v, N, NULL), VG_OK);
  for (size_t query = 0; query < 60; query++) {
    struct tlsh q = query % 2 ? v[next(N)] : any();
    for (size_t l = 0; l < VG_COUNT(limits); l++) {
      size_t wanted = query % 3 ? K : N, n = similar_nearest(set, &q, limits[l], wanted, found), within = 0;
      for (size_t i = 0; i < N; i++)
        within += slow_distance(&q, &v[i]) <= limits[l];
      assert_int_equal(n, within < wanted ? within : wanted);
      for (size_t k = 0; k < n; k++) {
        assert_int_equal(found[k].distance, slow_distance(&q, &v[found[k].index]));
        if (k)
          assert_true(found[k].distance > found[k - 1].distance ||
                      (found[k].distance == found[k - 1].distance && found[k].index > found[k - 1].index));
      }
      size_t closer = 0; /* nobody better was left out */
      for (size_t i = 0; n && i < N; i++)
        closer += slow_distance(&q, &v[i]) < found[n - 1].distance;
      assert_true(n == 0 || closer < n);
    }
  }
  similar_set_free(set);
  assert_int_equal(similar_set_new(&set, NULL, 0, NULL), VG_OK);
  assert_int_equal(similar_nearest(set, &v[0], INT_MAX, 5, found), 0);
  similar_set_free(set);
}

/* tests/data/similar_clusters.csv: digests in families with what the authors' method gives for them
 * (bench/similar/hact.py). */
static void clusters_are_the_authors(void **ctx) {
  (void)ctx;
  enum { MAX = 2000 };
  static struct tlsh v[MAX];
  static int64_t want[MAX], got[MAX];
  struct vg_buf text;
  struct vg_csv csv;
  char path[4096];
  size_t n = 0;
  bool more;
  snprintf(path, sizeof path, "%s/tests/data/similar_clusters.csv", getenv("SOURCE") ? getenv("SOURCE") : ".");
  vg_buf_init(&text, 1 << 20);
  assert_int_equal(vg_file_read(path, &text, NULL), VG_OK);
  vg_csv_init(&csv, vg_buf_view(&text), ',');
  assert_int_equal(vg_csv_next(&csv, &more, NULL), VG_OK);
  for (; vg_csv_next(&csv, &more, NULL) == VG_OK && more; n++) {
    assert_true(tlsh_parse(vg_csv_field(&csv, 0), &v[n]));
    assert_true(vg_str_i64(vg_csv_field(&csv, 1), &want[n]));
  }
  assert_true(n > 500);
  assert_int_equal(similar_cluster(v, n, 30, got, NULL, NULL, NULL), VG_OK);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(got[i], want[i]);
  vg_csv_fini(&csv);
  vg_buf_fini(&text);
}

static void a_thousand_equal_digests_are_one_cluster(void **ctx) {
  (void)ctx;
  enum { N = 1000 };
  static struct tlsh v[N];
  static int64_t got[N];
  struct tlsh one = any();
  for (size_t i = 0; i < N; i++)
    v[i] = one;
  assert_int_equal(similar_cluster(v, N, 30, got, NULL, NULL, NULL), VG_OK);
  for (size_t i = 0; i < N; i++)
    assert_int_equal(got[i], 0);
  assert_int_equal(similar_cluster(v, 1, 30, got, NULL, NULL, NULL), VG_OK);
  assert_int_equal(got[0], -1);
  assert_int_equal(similar_cluster(v, 0, 30, got, NULL, NULL, NULL), VG_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(digests_are_the_reference_s),     cmocka_unit_test(text_is_read_back),
      cmocka_unit_test(distances_follow_the_definition), cmocka_unit_test(neighbours_are_exact),
      cmocka_unit_test(clusters_are_the_authors),        cmocka_unit_test(a_thousand_equal_digests_are_one_cluster),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

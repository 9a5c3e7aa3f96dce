/* base: text, buffers, cursors, time, JSON and its canonical form, digests, ids, keys, tables. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/cipher.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/msg.h"
#include "base/rd.h"
#include "base/sign.h"
#include "base/table.h"

static void lists_grow_and_refuse_what_no_memory_holds(void **state) {
  (void)state;
  uint32_t *v = NULL;
  size_t n = 0, cap = 0;
  for (uint32_t i = 0; i < 1000; i++) {
    assert_true(VG_GROW(v, n, cap, 3));
    v[n++] = i;
  }
  assert_int_equal(cap, 1536);
  for (uint32_t i = 0; i < 1000; i++)
    assert_int_equal(v[i], i);
  uint32_t *const before = v;
  size_t huge = SIZE_MAX / sizeof *v - 1, past = SIZE_MAX / 2 + 1;
  assert_false(VG_GROW(v, huge, huge, 3)); /* bytes overflow */
  assert_false(VG_GROW(v, past, past, 3)); /* elements overflow */
  assert_true(v == before && huge == SIZE_MAX / sizeof *v - 1 && past == SIZE_MAX / 2 + 1);
  free(v);
}

static void numbers_are_strict(void **state) {
  (void)state;
  uint64_t u;
  int64_t i;
  assert_true(vg_str_u64(VG_STR("18446744073709551615"), &u) && u == UINT64_MAX);
  assert_false(vg_str_u64(VG_STR("18446744073709551616"), &u));
  assert_false(vg_str_u64(VG_STR(" 1"), &u) || vg_str_u64(VG_STR(""), &u) || vg_str_u64(VG_STR("-1"), &u));
  assert_true(vg_str_i64(VG_STR("-9223372036854775808"), &i) && i == INT64_MIN);
  assert_false(vg_str_i64(VG_STR("9223372036854775808"), &i));
  assert_true(vg_str_size(VG_STR("2G"), &u) && u == 2147483648u);
  assert_false(vg_str_size(VG_STR("99999999999T"), &u));
}

static void utf8_knows_bad_forms(void **state) {
  (void)state;
  assert_true(vg_utf8_ok(VG_STR("h\xC3\xA9 \xF0\x9F\x9A\xA8")));
  assert_false(vg_utf8_ok(VG_STR("\xC0\xAF")));         /* overlong */
  assert_false(vg_utf8_ok(VG_STR("\xED\xA0\x80")));     /* surrogate */
  assert_false(vg_utf8_ok(VG_STR("\xF4\x90\x80\x80"))); /* past the last */
  char copy[4];
  assert_string_equal(vg_str_copy(copy, sizeof copy, VG_STR("ab\xC3\xA9")), "ab");
}

static void buffers_stop_at_their_maximum(void **state) {
  (void)state;
  struct vg_buf b;
  vg_buf_init(&b, 10);
  vg_buf_z(&b, "12345678");
  assert_int_equal(vg_buf_check(&b, NULL), VG_OK);
  vg_buf_z(&b, "9ab");
  vg_buf_z(&b, "c");
  assert_int_equal(vg_buf_check(&b, NULL), VG_ELIMIT);
  assert_int_equal(b.n, 8);
  vg_buf_fini(&b);
}

static void a_cursor_cannot_read_past_its_end(void **state) {
  (void)state;
  struct vg_rd r;
  vg_rd_init(&r, VG_STR("\x01\x02\x03\x04\x05"));
  assert_int_equal(vg_rd_le32(&r), 0x04030201);
  assert_int_equal(vg_rd_be16(&r), 0);
  assert_true(r.bad);
  assert_int_equal(vg_rd_u8(&r), 0); /* bad stays bad, though a byte is left */
}

static void times_go_both_ways(void **state) {
  (void)state;
  static const struct {
    const char *in, *out;
  } cases[] = {{"2017-05-12T07:44:00Z", "2017-05-12T07:44:00.000Z"},
               {"2017-05-12T09:44:00.5+02:00", "2017-05-12T07:44:00.500Z"},
               {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
               {"2020-02-29", "2020-02-29T00:00:00.000Z"},
               {"2261-12-31T23:59:59Z", "2261-12-31T23:59:59.000Z"}};
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    vg_time t;
    char text[VG_TIME_TEXT];
    assert_true(vg_time_parse(vg_str_z(cases[i].in), &t));
    assert_string_equal(vg_time_text(text, t, true), cases[i].out);
  }
  static const char *const bad[] = {"",
                                    "2017",
                                    "2017-13-01",
                                    "2019-02-29",
                                    "2017-05-12T24:00:00Z",
                                    "2017-05-12T07:44:00",
                                    "2017-05-12T07:44:00.Z",
                                    "9999-01-01",
                                    "2017-05-12T07:44:00+2:00"};
  for (size_t i = 0; i < VG_COUNT(bad); i++) {
    vg_time t;
    assert_false(vg_time_parse(vg_str_z(bad[i]), &t));
  }
}

static void french_dates_begin_with_the_day(void **state) {
  (void)state;
  static const struct {
    const char *in, *out; /* NULL: refused */
  } cases[] = {{"01/12/2026", "2026-12-01T00:00:00Z"},
               {"29/02/2024 08:30", "2024-02-29T08:30:00Z"},
               {"29/02/2024 08:30:15", "2024-02-29T08:30:15Z"},
               {"12/31/2026", NULL},
               {"1/12/2026", NULL},
               {"01-12-2026", NULL},
               {"01/12/2026T08:30", NULL},
               {"01/12/2026 24:00", NULL},
               {"01/12/2026 8h30", NULL},
               {"", NULL}};
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    vg_time t;
    char text[VG_TIME_TEXT];
    assert_int_equal(vg_time_parse_french(vg_str_z(cases[i].in), &t), cases[i].out != NULL);
    if (cases[i].out)
      assert_string_equal(vg_time_text(text, t, false), cases[i].out);
  }
}

static void canonical_json_is_that_of_rfc_8785(void **state) {
  (void)state;
  struct vg_json *j;
  vg_jv root;
  struct vg_buf out;
  vg_buf_init(&out, 4096);
  assert_int_equal(vg_json_new(&j, NULL), VG_OK);
  /* The example of section 3.2.2, and of 3.2.3 for the order of keys. */
  vg_str in =
      VG_STR("{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0,1e21,123456789012],"
             "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"literals\":[null,true,false]}");
  assert_int_equal(vg_json_parse(j, in, &root, NULL), VG_OK);
  vg_json_canonical(root, &out);
  assert_string_equal(
      vg_buf_text(&out),
      "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1e+21,123456789012],"
      "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  vg_buf_reset(&out);
  assert_int_equal(vg_json_parse(j, VG_STR("{\"\\u20ac\":1,\"\\ud83d\\ude00\":2,\"\\ufb33\":3,\"1\":4}"), &root, NULL),
                   VG_OK);
  vg_json_canonical(root, &out);
  assert_string_equal(vg_buf_text(&out), "{\"1\":4,\"\xE2\x82\xAC\":1,\"\xF0\x9F\x98\x80\":2,\"\xEF\xAC\xB3\":3}");
  vg_buf_fini(&out);
  vg_json_free(j);
}

static void json_is_read_and_refused(void **state) {
  (void)state;
  struct vg_json *j;
  struct vg_err err = {0};
  vg_jv root, v;
  vg_str s, key;
  int64_t n, sum = 0;
  assert_int_equal(vg_json_new(&j, NULL), VG_OK);
  assert_int_equal(vg_json_parse(j, VG_STR("{\"a\":[1,2,{\"x\":\"y\"}],\"b\":null,\"c\":{}}"), &root, NULL), VG_OK);
  assert_int_equal(vg_jv_count(root), 3);
  assert_true(vg_jv_str_at(vg_jv_index(vg_jv_at(root, "a"), 2), "x", &s) && vg_str_eqz(s, "y"));
  struct vg_jit it;
  for (vg_jit_init(&it, vg_jv_at(root, "a")); vg_jit_next(&it, &key, &v);)
    sum += vg_jv_i64(v, &n) ? n : 10;
  assert_int_equal(sum, 13);
  for (vg_jit_init(&it, vg_jv_at(root, "c")); vg_jit_next(&it, &key, &v);)
    fail();
  assert_int_equal(vg_jv_type(vg_jv_at(root, "nothing")), VG_J_MISSING);
  assert_int_equal(vg_json_parse(j, VG_STR("{\"a\":"), &root, &err), VG_EDATA);
  assert_string_equal(err.cause[0].msg, "base.json");
  assert_int_equal(vg_json_parse(j, VG_STR(""), &root, NULL), VG_EDATA);
  char *deep = malloc(5000);
  memset(deep, '[', 5000);
  assert_int_equal(vg_json_parse(j, vg_str_n(deep, 5000), &root, NULL), VG_EDATA);
  free(deep);
  vg_json_free(j);
}

static void json_is_written(void **state) {
  (void)state;
  struct vg_buf b;
  struct vg_jw w;
  vg_buf_init(&b, 4096);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "a\"", VG_STR("x\n\x01\xff"));
  vg_jw_key(&w, "l");
  vg_jw_arr(&w);
  vg_jw_int(&w, -1);
  vg_jw_num(&w, 0.1);
  vg_jw_null(&w);
  vg_jw_end(&w);
  vg_jw_ktime(&w, "t", 0);
  vg_jw_end(&w);
  assert_string_equal(vg_buf_text(&b),
                      "{\"a\\\"\":\"x\\n\\u0001\xEF\xBF\xBD\",\"l\":[-1,0.1,null],\"t\":\"1970-01-01T00:00:00.000Z\"}");
  vg_buf_fini(&b);
}

static void digests_are_those_of_the_standards(void **state) {
  (void)state;
  static const char *const of_abc[] = {"900150983cd24fb0d6963f7d28e17f72", "a9993e364706816aba3e25717850c26c9cd0d89d",
                                       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"};
  for (unsigned d = VG_MD5; d <= VG_SHA256; d++) {
    struct vg_hash *h;
    unsigned char digest[VG_DIGEST_MAX];
    char hex[129];
    assert_int_equal(vg_hash_new(&h, (enum vg_digest)d, NULL), VG_OK);
    vg_hash_add(h, "ab", 2);
    vg_hash_add(h, "c", 1);
    vg_hash_end(h, digest);
    assert_string_equal(vg_hex(hex, digest, vg_digest_size((enum vg_digest)d)), of_abc[d]);
    vg_hash_free(h);
  }
}

/* RFC 4231 (case 2; a key longer than a block by python's hmac), FIPS 197 (C.1), McGrew and Viega's GCM (case 4). */
static void keyed_primitives_are_those_of_the_standards(void **state) {
  (void)state;
  unsigned char out[VG_SHA256_SIZE], key[16], nonce[VG_GCM_NONCE], text[60], bound[20], tag[VG_GCM_TAG], plain[60];
  char hex[121], long_key[100];
  const vg_str parts[] = {VG_STR("what do ya want "), VG_STR("for nothing?")};
  vg_hmac_sha256(VG_STR("Jefe"), parts, 2, out);
  assert_string_equal(vg_hex(hex, out, sizeof out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  memset(long_key, 'k', sizeof long_key);
  vg_hmac_sha256(vg_str_n(long_key, sizeof long_key), parts, 2, out);
  assert_string_equal(vg_hex(hex, out, sizeof out), "06b9b5e08093497ed4602d9cabe2a43555c2b5c75d437c35369e27d7ff8e5bca");
  assert_true(vg_unhex(VG_STR("000102030405060708090a0b0c0d0e0f"), key, 16));
  assert_true(vg_unhex(VG_STR("00112233445566778899aabbccddeeff"), text, 16));
  vg_aes128(key, text, out);
  assert_string_equal(vg_hex(hex, out, 16), "69c4e0d86a7b0430d8cdb78070b4c55a");
  assert_true(vg_unhex(VG_STR("feffe9928665731c6d6a8f9467308308"), key, 16));
  assert_true(vg_unhex(VG_STR("cafebabefacedbaddecaf888"), nonce, sizeof nonce));
  assert_true(vg_unhex(VG_STR("feedfacedeadbeeffeedfacedeadbeefabaddad2"), bound, sizeof bound));
  assert_true(vg_unhex(VG_STR("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                              "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
                       text, sizeof text));
  memcpy(plain, text, sizeof text);
  const vg_str k = vg_str_n((const char *)key, 16), a = vg_str_n((const char *)bound, sizeof bound);
  assert_true(vg_gcm(true, k, nonce, a, text, sizeof text, tag));
  assert_string_equal(vg_hex(hex, tag, sizeof tag), "5bc94fbc3221a5db94fae95ae7121a47");
  assert_true(vg_gcm(false, k, nonce, a, text, sizeof text, tag));
  assert_memory_equal(text, plain, sizeof text);
  assert_true(vg_gcm(true, k, nonce, a, text, sizeof text, tag));
  text[7] ^= 1;
  assert_false(vg_gcm(false, k, nonce, a, text, sizeof text, tag));
}

/* Lengths about the edges of blocks, chunks and groups; digests by python's blake3 of the same bytes. */
static void blake3_is_the_same_at_every_width(void **state) {
  (void)state;
  static const struct {
    size_t n;
    const char *hex;
  } cases[] = {
      {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
      {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
      {64, "0da804a84b6fdc84796f2770570a55f5be86ce72cf7da37449d42fa0c03f57e0"},
      {65, "97437570c72738ae0b9b31a7479aced32308f1a9057d01ad8f9f78291c786e74"},
      {1024, "6d6d1e988018b3dfd49be6766611c262a730e9f1078e58231751647db71ab0a4"},
      {1025, "9673e097eed08750093e25c0c1217a88d3b902b1e2531dff2fe83e73641ee731"},
      {4096, "34583399705f1640242c92df84ac3539001fb07585969237dfa65589f8004416"},
      {5121, "9861289ae49b5ca224c9342e237b203365743ed5fc93fa83356d9d53e7749740"},
      {17000, "3112c228956c7f7a372383af02e6a7161c2a4efb77ad1597588fc9832d0ff87f"},
      {524288, "0135cda33f2873f357e86c287834c307d984ee10e58785f13217d98aa1a9b394"},
      {524289, "054ea0c883bece31bc7a084cdad3c570460b4e479cef11395e273513b46509fb"},
      {1600000, "b8884ad2b01ed9ebc54de1d48fd75257eaaacc6e9c19dd9d38f2f7861ed23557"},
  };
  enum { MOST = 1600000 };
  unsigned char *text = malloc(MOST), sum[VG_BLAKE3_SIZE];
  char hex[2 * VG_BLAKE3_SIZE + 1];
  assert_non_null(text);
  for (size_t i = 0; i < MOST; i++)
    text[i] = (unsigned char)(i * 31 + i / 256);
  for (size_t i = 0; i < VG_COUNT(cases); i++)
    for (unsigned lanes = 1; lanes <= 16; lanes *= 2) {
      vg_blake3_lanes(lanes, text, cases[i].n, sum);
      assert_string_equal(vg_hex(hex, sum, sizeof sum), cases[i].hex);
    }
  free(text);
}

static void base64_goes_both_ways(void **state) {
  (void)state;
  static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foobar", "Zm9vYmFy"}};
  struct vg_buf b;
  vg_buf_init(&b, 100);
  for (size_t i = 0; i < VG_COUNT(pairs); i++) {
    vg_buf_reset(&b);
    vg_base64(&b, vg_str_z(pairs[i][0]));
    assert_string_equal(vg_buf_text(&b), pairs[i][1]);
    vg_buf_reset(&b);
    assert_true(vg_unbase64(vg_str_z(pairs[i][1]), &b));
    assert_string_equal(vg_buf_text(&b), pairs[i][0]);
  }
  assert_false(vg_unbase64(VG_STR("Zg="), &b) || vg_unbase64(VG_STR("Z=g="), &b) || vg_unbase64(VG_STR("Zg=\n"), &b));
  vg_buf_fini(&b);
}

static void ids_follow_the_standard(void **state) {
  (void)state;
  /* STIX 2.1 section 2.9: computed with python's uuid5 over {"value":"198.51.100.3"} */
  struct vg_id id = vg_id_v5("ipv4-addr", vg_id_stix_space, VG_STR("{\"value\":\"198.51.100.3\"}"));
  assert_string_equal(id.s, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
  struct vg_id a = vg_id_new("case", 1000 * VG_SECOND), b = vg_id_new("case", 1001 * VG_SECOND);
  assert_true(vg_id_ok(vg_id_str(&a)) && strcmp(a.s, b.s) < 0);
  assert_false(vg_id_ok(VG_STR("case")) || vg_id_ok(VG_STR("Case--28bb3599-77cd-5a82-a950-b5bc3caf07c4")));
}

static void keys_sign_and_stay_sealed(void **state) {
  (void)state;
  char path[64];
  snprintf(path, sizeof path, "/tmp/vigie-key-%d", (int)getpid());
  struct vg_key *k, *again;
  unsigned char sig[VG_SIG_SIZE], pub[VG_KEY_SIZE];
  assert_int_equal(vg_key_generate(&k, VG_STR("division"), NULL), VG_OK);
  assert_int_equal(vg_key_sign(k, VG_STR("hello"), sig, NULL), VG_OK);
  vg_key_public(k, pub);
  assert_true(vg_key_verify(pub, VG_STR("hello"), sig));
  assert_false(vg_key_verify(pub, VG_STR("hellO"), sig));
  assert_int_equal(vg_key_save(k, path, VG_STR("correct horse"), NULL), VG_OK);
  assert_int_equal(vg_key_save(k, path, VG_STR(""), NULL), VG_EEXIST);
  assert_int_equal(vg_key_load(&again, path, VG_STR("wrong"), NULL), VG_EDENIED);
  assert_int_equal(vg_key_load(&again, path, VG_STR("correct horse"), NULL), VG_OK);
  assert_true(vg_str_eqz(vg_key_name(again), "division"));
  assert_int_equal(vg_key_sign(again, VG_STR("hello"), sig, NULL), VG_OK);
  assert_true(vg_key_verify(pub, VG_STR("hello"), sig));
  vg_key_free(again);
  vg_key_free(k);
  unlink(path);
}

static void tables_keep_what_they_are_given(void **state) {
  (void)state;
  struct vg_table *t;
  char key[16];
  uint64_t v;
  assert_int_equal(vg_table_new(&t, 5000, NULL), VG_OK);
  for (int i = 0; i < 5000; i++) {
    snprintf(key, sizeof key, "k%d", i);
    assert_int_equal(vg_table_put(t, vg_str_z(key), (uint64_t)i, NULL), VG_OK);
  }
  assert_int_equal(vg_table_put(t, VG_STR("one more"), 1, NULL), VG_ELIMIT);
  assert_int_equal(vg_table_bump(t, VG_STR("k77"), 3, &v, NULL), VG_OK);
  assert_true(vg_table_get(t, VG_STR("k77"), &v) && v == 80);
  assert_false(vg_table_get(t, VG_STR("k5000"), &v));
  vg_table_free(t);
}

static void files_are_whole_or_not_there(void **state) {
  (void)state;
  char path[64], part[72];
  snprintf(path, sizeof path, "/tmp/vigie-file-%d", (int)getpid());
  snprintf(part, sizeof part, "%s.part", path);
  struct vg_newfile f;
  assert_int_equal(vg_newfile_open(&f, path, 0600, NULL), VG_OK);
  assert_int_equal(vg_write_all(f.fd, "abc", 3, path, NULL), VG_OK);
  assert_false(vg_file_exists(path));
  vg_newfile_abandon(&f);
  assert_false(vg_file_exists(path) || vg_file_exists(part));
  assert_int_equal(vg_file_write(path, VG_STR("abc"), 0600, NULL), VG_OK);
  struct vg_buf b;
  vg_buf_init(&b, 3);
  assert_int_equal(vg_file_read(path, &b, NULL), VG_OK);
  assert_true(vg_str_eqz(vg_buf_view(&b), "abc"));
  vg_buf_fini(&b);
  vg_buf_init(&b, 2);
  assert_int_equal(vg_file_read(path, &b, NULL), VG_ELIMIT);
  vg_buf_fini(&b);
  unlink(path);
}

static void arenas_have_a_cap(void **state) {
  (void)state;
  struct vg_arena *a;
  assert_int_equal(vg_arena_new(&a, 1 << 20, NULL), VG_OK);
  assert_non_null(vg_arena_alloc(a, 1 << 19));
  assert_null(vg_arena_alloc(a, (1 << 19) + 1));
  assert_null(vg_arena_array(a, SIZE_MAX / 2, 4));
  assert_string_equal(vg_arena_z(a, VG_STR("x")), "x");
  vg_arena_reset(a);
  assert_non_null(vg_arena_alloc(a, 1 << 20));
  vg_arena_free(a);
}

static void errors_become_sentences(void **state) {
  (void)state;
  struct vg_err err = {0};
  struct vg_buf b;
  vg_buf_init(&b, 1000);
  (void)VG_FAIL(&err, VG_EDATA, "base.json", "why");
  (void)VG_FAIL(&err, VG_EIO, "base.open", "file");
  vg_err_render(&b, VG_EN, &err);
  assert_string_equal(vg_buf_text(&b), "cannot open file: unreadable JSON: why");
  /* an argument that is a message; the system's words in the reader's language; a general word gives way to a better
   * one */
  vg_buf_reset(&b);
  vg_err_clear(&err);
  (void)VG_FAIL(&err, VG_EDATA, "base.json", "@base.json.empty");
  vg_err_render(&b, VG_EN, &err);
  assert_string_equal(vg_buf_text(&b), "unreadable JSON: there is nothing to read");
  vg_buf_reset(&b);
  vg_err_clear(&err);
  errno = ENOENT;
  (void)VG_FAIL_SYS(&err, "base.open", "@file");
  vg_err_render(&b, VG_FR, &err);
  assert_string_equal(vg_buf_text(&b), "impossible d’ouvrir @file (aucun fichier ni dossier de ce nom)");
  vg_buf_reset(&b);
  vg_err_clear(&err);
  (void)VG_FAIL(&err, VG_ENOTFOUND, "store.no_row.alone");
  vg_err_render(&b, VG_EN, &err);
  assert_string_equal(vg_buf_text(&b), "no such record");
  vg_buf_reset(&b);
  (void)VG_FAIL(&err, VG_ENOTFOUND, "base.open", "file");
  vg_err_render(&b, VG_EN, &err);
  assert_string_equal(vg_buf_text(&b), "cannot open file");
  vg_buf_fini(&b);
}

/* A remembered yes is a yes to this password and this hash only. */
static void passwords(void **state) {
  (void)state;
  char first[128], second[128];
  assert_int_equal(vg_password_hash(VG_STR("one two"), first, NULL), VG_OK);
  assert_int_equal(vg_password_hash(VG_STR("three"), second, NULL), VG_OK);
  assert_string_not_equal(first, second);
  for (int again = 0; again < 2; again++) {
    assert_true(vg_password_ok(VG_STR("one two"), first));
    assert_false(vg_password_ok(VG_STR("one two"), second));
    assert_false(vg_password_ok(VG_STR("one tw"), first));
    assert_false(vg_password_ok(VG_STR(""), first));
    assert_true(vg_password_ok(VG_STR("three"), second));
  }
}

static void said_all(enum vg_lang lang, const char *id, const char *const *args, const char *wanted) {
  struct vg_buf line;
  vg_buf_init(&line, 4096);
  vg_msg(&line, lang, id, args);
  assert_string_equal(vg_buf_text(&line), wanted);
  vg_buf_fini(&line);
}
static void said_is(enum vg_lang lang, const char *id, const char *number, const char *wanted) {
  said_all(lang, id, (const char *const[]){number, "2", NULL}, wanted);
}

static void numbers_choose_their_form(void **state) {
  (void)state;
  said_is(VG_FR, "demo.anticipate.found", "0", "0 alerte");
  said_is(VG_FR, "demo.anticipate.found", "1", "1 alerte");
  said_is(VG_FR, "demo.anticipate.found", VG_D(VG_FR, 1, 1.9), "1,9 alerte");
  assert_string_equal(VG_D(VG_EN, 2, -1234.5), "-1234.50");
  assert_string_equal(VG_D(VG_FR, -1, 0.04567), "0,0457");
  setenv("TZ", "UTC", 1);
  static const char chance[] = "anticipate.reason.chance", window[] = "anticipate.reason.window";
  static const char *const numbers[] = {"0.25", "7.6e-06", NULL}, *const odd[] = {"1.0e+11", "none", NULL},
                           *const times[] = {"2026-11-17T10:00:00Z", "soon", "14", NULL};
  said_all(VG_FR, chance, numbers, "le hasard seul en donnerait 0,25, soit p = 7,6\u00a0×\u00a010⁻⁶");
  said_all(VG_EN, chance, odd, "chance alone would give 1.0\u00a0×\u00a010¹¹ of them: p = none");
  said_all(VG_FR, window, times, "entre 17/11/2026 10:00 et soon, fenêtre de 14 jours");
  said_all(VG_EN, window, times, "between 2026-11-17 10:00 and soon, window of 14 days");
  said_is(VG_FR, "demo.anticipate.found", "2", "2 alertes");
  said_is(VG_FR, "demo.anticipate.found", "10", "10 alertes");
  said_is(VG_FR, "demo.anticipate.found", "1\u202f000", "1\u202f000 alertes");
  said_is(VG_EN, "demo.anticipate.found", "0", "0 warnings");
  said_is(VG_EN, "demo.anticipate.found", "1", "1 warning");
  said_is(VG_EN, "demo.anticipate.found", "1.5", "1.5 warnings");
  said_is(VG_EN, "demo.anticipate.found", "1,000", "1,000 warnings");
  said_is(VG_EN, "demo.anticipate.found", "many", "many warnings");
  said_is(VG_FR, "qualify.because.sightings", "1", "vu chez 1 organisation, dans 2 zones");
}

static void set_is(enum vg_lang lang, const char *text, const char *wanted) {
  struct vg_buf line;
  vg_buf_init(&line, 4096);
  vg_msg_set(&line, lang, vg_str_z(text));
  assert_string_equal(vg_buf_text(&line), wanted);
  vg_buf_fini(&line);
}

static void french_keeps_its_signs_with_their_words(void **state) {
  (void)state;
  set_is(VG_FR, "a : b ; c ! d ? 5 % « e » f", "a\u00a0: b\u00a0; c\u00a0! d\u00a0? 5\u00a0% «\u00a0e\u00a0» f");
  set_is(VG_FR, "http://a:8443 b: c", "http://a:8443 b: c");
  set_is(VG_FR, " ", " ");
  set_is(VG_FR, "« ", "«\u00a0");
  set_is(VG_EN, "a : b « c »", "a : b « c »");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(passwords),
      cmocka_unit_test(lists_grow_and_refuse_what_no_memory_holds),
      cmocka_unit_test(numbers_are_strict),
      cmocka_unit_test(utf8_knows_bad_forms),
      cmocka_unit_test(buffers_stop_at_their_maximum),
      cmocka_unit_test(a_cursor_cannot_read_past_its_end),
      cmocka_unit_test(times_go_both_ways),
      cmocka_unit_test(french_dates_begin_with_the_day),
      cmocka_unit_test(canonical_json_is_that_of_rfc_8785),
      cmocka_unit_test(json_is_read_and_refused),
      cmocka_unit_test(json_is_written),
      cmocka_unit_test(digests_are_those_of_the_standards),
      cmocka_unit_test(keyed_primitives_are_those_of_the_standards),
      cmocka_unit_test(blake3_is_the_same_at_every_width),
      cmocka_unit_test(base64_goes_both_ways),
      cmocka_unit_test(ids_follow_the_standard),
      cmocka_unit_test(keys_sign_and_stay_sealed),
      cmocka_unit_test(tables_keep_what_they_are_given),
      cmocka_unit_test(files_are_whole_or_not_there),
      cmocka_unit_test(arenas_have_a_cap),
      cmocka_unit_test(errors_become_sentences),
      cmocka_unit_test(numbers_choose_their_form),
      cmocka_unit_test(french_keeps_its_signs_with_their_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

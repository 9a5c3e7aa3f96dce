/* Forensic copies: every size, level and cut comes back byte for byte; every flipped byte of a container is found, and
 * said where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "evidence/evidence_internal.h"
#include "ok.h"

static char dir[64] = "/tmp/vigie-evidence-XXXXXX";

static char *in(char out[static 256], const char *name) {
  snprintf(out, 256, "%s/%s", dir, name);
  return out;
}

static void clean(void) {
  char command[192];
  snprintf(command, sizeof command, "rm -rf %s && mkdir %s", dir, dir);
  assert_int_equal(system(command), 0);
}

static int setup(void **state) {
  (void)state;
  clean();
  return 0;
}

/* Zeroes, text, noise and a ramp by turns: every way of storing a chunk occurs. */
static char *medium(size_t n) {
  char *p = malloc(n + 1);
  uint32_t x = 12345;
  assert_non_null(p);
  for (size_t i = 0; i < n; i++) {
    x = x * 1664525 + 1013904223;
    size_t kind = i / 50000 % 4;
    p[i] = (char)(kind == 0   ? 0
                  : kind == 1 ? "seized on the third of May "[i % 27]
                  : kind == 2 ? (int)(x >> 24)
                              : (int)(i / 7));
  }
  return p;
}

static void put_file(const char *path, const char *p, size_t n) {
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(p, 1, n, f), n);
  assert_int_equal(fclose(f), 0);
}

static struct acquire_order order(const char *source, const char *base) {
  return (struct acquire_order){.source = source,
                                .base = base,
                                .format = IMAGE_E01,
                                .level = IMAGE_FAST,
                                .retries = 1,
                                .digest = {[VG_MD5] = true, [VG_SHA1] = true, [VG_SHA256] = true}};
}

static void same_as(const char *first, const char *p, size_t n) {
  struct image_paths paths;
  struct image_reader *r;
  static const size_t steps[] = {1, 511, 4096, 40000, 70001};
  char *got = malloc(1 << 17);
  size_t k;
  OK(image_segments(first, &paths, &err));
  OK(image_open((const char *const *)paths.v, paths.n, &r, &err));
  assert_true(image_size(r) >= n && image_size(r) < n + 4096);
  uint64_t at = 0;
  for (size_t i = 0; at < n; i++) {
    OK(image_read_at(r, at, got, steps[i % VG_COUNT(steps)], &k, &err));
    assert_true(k > 0);
    assert_memory_equal(got, p + at, at + k > n ? n - at : k);
    at += k + (n > 300000 && i % 5 == 4 ? 60000 : 0);
  }
  for (uint64_t z = n; z < image_size(r); z++) {
    OK(image_read_at(r, z, got, 1, &k, &err));
    assert_int_equal(got[0], 0);
  }
  assert_int_equal(image_damaged(r), 0);
  OK(image_read_at(r, image_size(r), got, 1, &k, &err));
  assert_int_equal(k, 0);
  image_close(r);
  image_paths_fini(&paths);
  free(got);
}

static void hashes_right(const struct acquire_result *r, const char *p, size_t n) {
  unsigned char sum[VG_DIGEST_MAX];
  char hex[2 * VG_DIGEST_MAX + 1];
  vg_sha256(p, n, sum);
  assert_string_equal(r->hash[VG_SHA256], vg_hex(hex, sum, 32));
  struct vg_hash *h;
  OK(vg_hash_new(&h, VG_SHA1, &err));
  vg_hash_add(h, p, n);
  vg_hash_end(h, sum);
  vg_hash_free(h);
  assert_string_equal(r->hash[VG_SHA1], vg_hex(hex, sum, 20));
}

static void copy_once(size_t n, enum image_format format, enum image_level level, uint64_t segment) {
  char source[256], base[256];
  struct acquire_result r;
  static struct verify_result v;
  char *p = medium(n);
  clean();
  put_file(in(source, "disk"), p, n);
  struct acquire_order o = order(source, in(base, "copy"));
  o.format = format;
  o.level = level;
  o.segment = segment;
  OK(evidence_acquire(&o, NULL, NULL, &r, &err));
  assert_true(r.verified && r.bytes == n && r.bad_count == 0);
  hashes_right(&r, p, n);
  for (size_t i = 0; segment && i < r.copy[0].images.n; i++) {
    struct stat st;
    assert_int_equal(stat(r.copy[0].images.v[i], &st), 0);
    assert_true((uint64_t)st.st_size <= segment);
  }
  same_as(r.copy[0].images.v[0], p, n);
  OK(evidence_verify(r.copy[0].images.v[0], NULL, NULL, &v, &err));
  for (size_t i = 0; i < v.problems; i++)
    print_error("%s %s %s\n", v.problem[i].id, v.problem[i].arg[0], v.problem[i].arg[1]);
  assert_true(v.ok);
  assert_string_equal(v.hash[VG_SHA256], r.hash[VG_SHA256]);
  acquire_result_fini(&r);
  free(p);
}

static void every_size(void **state) {
  static const size_t sizes[] = {1, 511, 512, 513, 32767, 32768, 32769, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 777};
  (void)state;
  for (size_t i = 0; i < VG_COUNT(sizes); i++)
    for (int level = IMAGE_NONE; level <= IMAGE_BEST; level++) {
      copy_once(sizes[i], IMAGE_E01, (enum image_level)level, 0);
      copy_once(sizes[i], IMAGE_AFF4, (enum image_level)level, 0);
    }
  for (size_t i = 0; i < VG_COUNT(sizes); i++)
    copy_once(sizes[i], IMAGE_RAW, IMAGE_FAST, 0);
}

static void every_cut(void **state) {
  static const uint64_t segments[] = {64 << 10, 100001, 1 << 20};
  (void)state;
  for (size_t i = 0; i < VG_COUNT(segments); i++) {
    copy_once(3 * BLOCK + 777, IMAGE_E01, IMAGE_NONE, segments[i]);
    copy_once(3 * BLOCK + 777, IMAGE_E01, IMAGE_BEST, segments[i]);
    copy_once(3 * BLOCK + 777, IMAGE_RAW, IMAGE_FAST, segments[i]);
  }
}

/* A chunk of 4K sectors is 256 KiB: the block holds four. */
static void large_sectors_as(enum image_format format, const char *name) {
  char *p = medium(3 * BLOCK + 4096);
  char base[256], path[256];
  struct image_writer *w;
  struct packer *k;
  struct pipe_digests digests = {0};
  struct block b = {.own = malloc(BLOCK), .packed = malloc(BLOCK + BLOCK_CHUNKS * PACK_SLACK)};
  bool digest[VG_DIGESTS] = {0};
  struct writer_options o = {.format = format,
                             .level = IMAGE_FAST,
                             .base = in(base, "copy"),
                             .bytes = 3 * BLOCK + 4096,
                             .sector_size = 4096,
                             .source = "x",
                             .model = "",
                             .serial = ""};
  OK(image_writer_open(&w, &o, &err));
  OK(packer_new(&k, format, IMAGE_FAST, 64 * 4096, 4096, &err));
  for (b.at = 0; b.at < o.bytes; b.at += b.n) {
    b.p = p + b.at;
    b.n = o.bytes - b.at < BLOCK ? (size_t)(o.bytes - b.at) : BLOCK;
    packer_block(k, &b);
    OK(image_writer_block(w, &b, &err));
  }
  OK(image_writer_end(w, &(struct writer_end){.digests = &digests, .digest = digest}, &err));
  same_as(in(path, name), p, 3 * BLOCK + 4096);
  image_writer_close(w);
  packer_free(k);
  free(b.own);
  free(b.packed);
  free(p);
}

static void large_sectors(void **state) {
  (void)state;
  large_sectors_as(IMAGE_E01, "copy.E01");
  large_sectors_as(IMAGE_AFF4, "copy.aff4");
}

static void two_copies_any_digest(void **state) {
  (void)state;
  char source[256], base[256], second[256], side[300];
  struct acquire_result r;
  struct vg_buf text;
  char *p = medium(200000);
  put_file(in(source, "disk"), p, 200000);
  struct acquire_order o = order(source, in(base, "one"));
  memset(o.digest, 0, sizeof o.digest);
  o.digest[VG_SHA512] = true;
  o.second = in(second, "two");
  OK(evidence_acquire(&o, NULL, NULL, &r, &err));
  assert_int_equal(r.copies, 2);
  assert_true(r.hash[VG_SHA512][0] && !r.hash[VG_MD5][0]);
  same_as(r.copy[0].images.v[0], p, 200000);
  same_as(r.copy[1].images.v[0], p, 200000);
  snprintf(side, sizeof side, "%s.vigie.json", second);
  vg_buf_init(&text, 1 << 20);
  OK(vg_file_read(side, &text, &err));
  assert_true(vg_str_find(vg_buf_view(&text), VG_STR("two.E01"), 0) != SIZE_MAX);
  vg_buf_fini(&text);
  acquire_result_fini(&r);
  free(p);
}

/* ---- damage ---- */

struct held {
  char *p;
  size_t n;
};

static struct held hold(const char *path) {
  struct vg_buf b;
  vg_buf_init(&b, 64 << 20);
  OK(vg_file_read(path, &b, &err));
  return (struct held){b.p, b.n};
}

/* Reads everything as verify does, without the cell: damages found, -1 when it does not open. */
static long damages(const char *const *paths, size_t n, struct image_damage *first) {
  struct image_reader *r;
  struct pipe_digests digests;
  struct readback_order o = {.bytes = UINT64_MAX, .digest = {[VG_MD5] = true}};
  vg_code rc = image_begin(paths, n, false, &r, NULL);
  long found = -1;
  if (rc == VG_OK) {
    OK(evidence_readback(r, &o, &digests, &err));
    found = (long)r->damages;
    unsigned char md5[VG_DIGEST_MAX];
    if (r->ops->stored(r, VG_MD5, md5) && memcmp(md5, digests.whole[VG_MD5], 16) != 0)
      found++;
  }
  if (first && r && r->damages)
    *first = r->damage[0];
  image_close(r);
  return found;
}

static void make_small_as(enum image_format format, char path[static 256], size_t n, uint64_t segment) {
  char source[256], base[256];
  struct acquire_result r;
  char *p = medium(n);
  put_file(in(source, "disk"), p, n);
  struct acquire_order o = order(source, in(base, "copy"));
  o.format = format;
  o.segment = segment;
  OK(evidence_acquire(&o, NULL, NULL, &r, &err));
  acquire_result_fini(&r);
  free(p);
  in(path, format == IMAGE_AFF4 ? "copy.aff4" : "copy.E01");
}

static void make_small(char path[static 256], size_t n, uint64_t segment) {
  make_small_as(IMAGE_E01, path, n, segment);
}

/* All bits of a byte: the last few of a zlib stream mean nothing, and only BASE.vigie.json knows them. */
static void every_flipped_byte(void **state) {
  (void)state;
  char path[256], bad[256];
  make_small(path, 66000, 0);
  struct held h = hold(path);
  const char *paths[] = {in(bad, "bad.E01")};
  put_file(bad, h.p, h.n);
  assert_int_equal(damages(paths, 1, NULL), 0);
  for (size_t i = 0; i < h.n; i += i < 3000 || i + 3000 > h.n ? 1 : 97) {
    h.p[i] = (char)(h.p[i] ^ 0xff);
    put_file(bad, h.p, h.n);
    if (damages(paths, 1, NULL) == 0)
      fail_msg("byte %zu of %zu was flipped and nobody saw it", i, h.n);
    h.p[i] = (char)(h.p[i] ^ 0xff);
  }
  free(h.p);
}

/* Dates and attributes of a ZIP say nothing of the medium: what nobody saw must have left it as it was. */
static void every_flipped_byte_of_aff4(void **state) {
  (void)state;
  char path[256], bad[256];
  make_small_as(IMAGE_AFF4, path, 66000, 0);
  struct held h = hold(path);
  char *p = medium(66000);
  const char *paths[] = {in(bad, "bad.aff4")};
  for (size_t i = 0; i < h.n; i += i < 3600 || i + 3000 > h.n ? 1 : 97) {
    h.p[i] = (char)(h.p[i] ^ 0xff);
    put_file(bad, h.p, h.n);
    if (damages(paths, 1, NULL) == 0)
      same_as(bad, p, 66000);
    h.p[i] = (char)(h.p[i] ^ 0xff);
  }
  for (size_t n = 0; n < h.n; n += 101) { /* cut: never opens */
    put_file(bad, h.p, n);
    assert_int_not_equal(damages(paths, 1, NULL), 0);
  }
  free(p);
  free(h.p);
}

static void every_length(void **state) {
  (void)state;
  char path[256], bad[256];
  make_small(path, 66000, 0);
  struct held h = hold(path);
  const char *paths[] = {in(bad, "bad.E01")};
  for (size_t n = 0; n < h.n; n += 131) {
    put_file(bad, h.p, n);
    assert_int_not_equal(damages(paths, 1, NULL), 0);
  }
  free(h.p);
}

/* The byte offset of the first section of a kind. */
static size_t section(const struct held *h, const char *type) {
  size_t at = EWF_FILE_HEAD;
  while (strncmp(h->p + at, type, 16) != 0) {
    size_t next = (size_t)ewf_get64((unsigned char *)h->p + at + 16);
    assert_true(next > at && next < h->n);
    at = next;
  }
  return at;
}

static void says_where(void **state) {
  static const struct {
    const char *section;
    size_t skip;
    const char *what;
  } cases[] = {{"header2", 100, "evidence.bad.header"}, {"volume", 90, "evidence.bad.volume"},
               {"table", 80, "evidence.bad.table"},     {"table", 110, "evidence.bad.table"},
               {"table2", 110, "evidence.bad.table2"},  {"digest", 80, "evidence.bad.hashes"},
               {"hash", 80, "evidence.bad.hashes"},     {"sectors", 40, "evidence.bad.section"},
               {"sectors", 200, "evidence.bad.chunk"}};
  (void)state;
  char path[256], bad[256];
  make_small(path, 66000, 0);
  struct held h = hold(path);
  const char *paths[] = {in(bad, "bad.E01")};
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    struct image_damage d = {0};
    size_t at = section(&h, cases[i].section);
    h.p[at + cases[i].skip] = (char)(h.p[at + cases[i].skip] ^ 1);
    put_file(bad, h.p, h.n);
    assert_int_not_equal(damages(paths, 1, &d), 0);
    assert_string_equal(d.what, cases[i].what);
    if (strcmp(d.what, "evidence.bad.chunk") == 0) {
      assert_int_equal(d.where[0] % 32768, 0);
    } else {
      assert_int_equal(d.where[0], 1);
      assert_int_equal(d.where[1], at);
    }
    h.p[at + cases[i].skip] = (char)(h.p[at + cases[i].skip] ^ 1);
  }
  free(h.p);
}

/* With one of the two tables damaged the other one serves: the content is whole. */
static void second_table_serves(void **state) {
  (void)state;
  char path[256], bad[256];
  make_small(path, 66000, 0);
  struct held h = hold(path);
  char *p = medium(66000), got[4096];
  const char *paths[] = {in(bad, "bad.E01")};
  struct image_reader *r;
  size_t k;
  h.p[section(&h, "table") + EWF_SECTION + EWF_TABLE_HEAD + 5] ^= 0x40;
  put_file(bad, h.p, h.n);
  OK(image_open(paths, 1, &r, &err));
  assert_int_equal(image_damaged(r), 1);
  OK(image_read_at(r, 60000, got, sizeof got, &k, &err));
  assert_memory_equal(got, p + 60000, sizeof got);
  image_close(r);
  free(p);
  free(h.p);
}

static void wrong_segments(void **state) {
  (void)state;
  char path[256], two[256], three[256], other[256];
  make_small(path, 3 * BLOCK, 1 << 20);
  const char *right[] = {path, in(two, "copy.E02")}, *swapped[] = {two, path}, *missing[] = {path};
  assert_int_equal(access(in(three, "copy.E03"), F_OK), -1);
  assert_int_equal(damages(right, 2, NULL), 0);
  assert_int_not_equal(damages(swapped, 2, NULL), 0);
  assert_int_not_equal(damages(missing, 1, NULL), 0);
  struct held h = hold(two);
  clean();
  make_small(path, 3 * BLOCK, 1 << 20);
  put_file(in(other, "of-another-copy"), h.p, h.n);
  const char *foreign[] = {path, other};
  struct image_damage d;
  assert_int_not_equal(damages(foreign, 2, &d), 0);
  assert_string_equal(d.what, "evidence.bad.foreign");
  free(h.p);
}

/* ---- refusals ---- */

static void refused(const struct acquire_order *o, vg_code want, const char *message) {
  struct acquire_result r;
  vg_err_clear(&err);
  assert_int_equal(evidence_acquire(o, NULL, NULL, &r, &err), want);
  assert_string_equal(err.cause[0].msg, message);
  acquire_result_fini(&r);
}

static void refusals(void **state) {
  (void)state;
  char source[256], base[256], link[256], other[256];
  put_file(in(source, "disk"), "0123456789", 10);
  struct acquire_order o = order(source, in(base, "copy"));
  put_file(in(other, "copy.E02"), "x", 1); /* would be taken for our second segment */
  refused(&o, VG_EEXIST, "evidence.exists");
  assert_int_equal(unlink(other), 0);
  o.format = IMAGE_RAW;
  assert_int_equal(symlink(source, in(link, "copy.raw")), 0);
  refused(&o, VG_EDENIED, "evidence.same");
  assert_int_equal(unlink(link), 0);
  put_file(in(other, "empty"), "", 0);
  o.source = other;
  refused(&o, VG_EDATA, "evidence.empty");
  o.source = "/dev/null";
  refused(&o, VG_EDATA, "evidence.not_medium");
  o.source = "/nonexistent";
  refused(&o, VG_ENOTFOUND, "evidence.open");
  o.source = source;
  atomic_bool stop = true;
  o.stop = &stop;
  refused(&o, VG_ESTATE, "evidence.stopped");
  assert_int_equal(access(in(link, ".copy.part.raw"), F_OK), -1);
}

/* ---- resuming ---- */

struct cut {
  atomic_bool stop;
  uint64_t after;
};

static void cut_at(void *ctx, const char *label, uint64_t done, uint64_t total) {
  struct cut *c = ctx;
  (void)label;
  (void)total;
  if (c->after && done >= c->after)
    atomic_store(&c->stop, true);
}

static void resumes(void **state) {
  enum { LONG = 100 << 20 };
  (void)state;
  char source[256], base[256], path[256];
  struct acquire_result r;
  struct cut cut = {.after = 90 << 20};
  char *p = medium(LONG);
  put_file(in(source, "disk"), p, LONG);
  for (int format = IMAGE_RAW; format <= IMAGE_AFF4; format++) {
    struct acquire_order o = order(source, in(base, image_format_name((enum image_format)format)));
    o.format = (enum image_format)format;
    o.segment = format == IMAGE_AFF4 ? 0 : 7000000;
    o.resume = true;
    o.stop = &cut.stop;
    cut.stop = false;
    cut.after = 90 << 20;
    vg_err_clear(&err);
    assert_int_equal(evidence_acquire(&o, cut_at, &cut, &r, &err), VG_ESTATE);
    assert_string_equal(err.cause[0].msg, "evidence.stopped_resume");
    acquire_result_fini(&r);
    cut = (struct cut){.after = 0};
    o.level = IMAGE_BEST; /* another order than the one interrupted */
    refused(&o, VG_ESTATE, "evidence.resume_order");
    o.level = IMAGE_FAST;
    OK(evidence_acquire(&o, cut_at, &cut, &r, &err));
    assert_true(r.resumed >= 64 << 20 && r.resumed < LONG);
    hashes_right(&r, p, LONG);
    same_as(r.copy[0].images.v[0], p, LONG);
    snprintf(path, sizeof path, "%s/.%s.part.journal", dir, image_format_name((enum image_format)format));
    assert_int_equal(access(path, F_OK), -1);
    acquire_result_fini(&r);
  }
  free(p);
}

/* ---- the small texts ---- */

static void sidecar_tampered(void **state) {
  (void)state;
  char path[256], side[256];
  struct sidecar s;
  make_small(path, 66000, 0);
  struct held h = hold(in(side, "copy.vigie.json"));
  OK(sidecar_read(vg_str_n(h.p, h.n), &s, &err));
  assert_int_equal(s.bytes, 66000);
  assert_int_equal(s.segments, 1);
  sidecar_fini(&s);
  for (size_t i = 0; i < h.n - 1; i++) {
    h.p[i] = (char)(h.p[i] ^ 1);
    assert_int_not_equal(sidecar_read(vg_str_n(h.p, h.n), &s, NULL), VG_OK);
    sidecar_fini(&s);
    h.p[i] = (char)(h.p[i] ^ 1);
  }
  free(h.p);
}

/* What could not be read when the copy was made is told again by whoever verifies it. */
static void sidecar_tells_bad_sectors(void **state) {
  static const struct acquire_range bad[] = {{.first = 1, .count = 2}, {.first = 9, .count = 3}};
  struct sidecar s;
  struct vg_buf text;
  struct vg_jw w;
  (void)state;
  vg_buf_init(&text, 1 << 16);
  vg_jw_init(&w, &text);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "bytes", 8192);
  vg_jw_key(&w, "bad");
  evidence_put_bad(&w, bad, VG_COUNT(bad));
  vg_jw_key(&w, "segments");
  vg_jw_arr(&w);
  vg_jw_end(&w);
  OK(evidence_seal(&w, &err));
  OK(sidecar_read(vg_buf_view(&text), &s, &err));
  assert_int_equal(s.bad, 5);
  sidecar_fini(&s);
  vg_buf_fini(&text);
}

/* Three digests at once are those of the library, at every length around a block's end, fed in any pieces. */
static void trio(void **state) {
  static const enum vg_digest which[] = {VG_MD5, VG_SHA1, VG_SHA256};
  unsigned char got[3][VG_DIGEST_MAX], want[VG_DIGEST_MAX];
  char *p = medium(70000);
  (void)state;
  if (!trio_possible())
    skip();
  for (size_t n = 0; n < 300; n++) {
    struct trio t;
    size_t length = n < 260 ? n : n * 170;
    trio_init(&t);
    for (size_t at = 0, k; at < length; at += k) {
      k = 1 + at % 97 < length - at ? 1 + at % 97 : length - at;
      trio_add(&t, p + 14000 + at, k);
    }
    trio_peek(&t, got[0], got[1], got[2]);
    for (size_t d = 0; d < VG_COUNT(which); d++) {
      struct vg_hash *h;
      OK(vg_hash_new(&h, which[d], &err));
      vg_hash_add(h, p + 14000, length);
      vg_hash_end(h, want);
      vg_hash_free(h);
      assert_memory_equal(got[d], want, vg_digest_size(which[d]));
    }
  }
  free(p);
}

static void extensions(void **state) {
  static const struct {
    size_t i;
    const char *ext;
  } cases[] = {{1, "E01"}, {99, "E99"}, {100, "EAA"}, {126, "EBA"}, {775, "EZZ"}, {776, "FAA"}};
  char ext[5];
  (void)state;
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    evidence_extension(IMAGE_E01, cases[i].i, ext);
    assert_string_equal(ext, cases[i].ext);
  }
}

int main(int argc, char **argv) {
  static const struct cell_parser *const parsers[] = {&evidence_parser};
  cell_main(argc, argv, &(struct cell_table){parsers, VG_COUNT(parsers)});
  if (!mkdtemp(dir))
    return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup(every_size, setup),
                                     cmocka_unit_test_setup(every_cut, setup),
                                     cmocka_unit_test_setup(large_sectors, setup),
                                     cmocka_unit_test_setup(two_copies_any_digest, setup),
                                     cmocka_unit_test_setup(every_flipped_byte, setup),
                                     cmocka_unit_test_setup(every_flipped_byte_of_aff4, setup),
                                     cmocka_unit_test_setup(every_length, setup),
                                     cmocka_unit_test_setup(says_where, setup),
                                     cmocka_unit_test_setup(second_table_serves, setup),
                                     cmocka_unit_test_setup(wrong_segments, setup),
                                     cmocka_unit_test_setup(refusals, setup),
                                     cmocka_unit_test_setup(resumes, setup),
                                     cmocka_unit_test_setup(sidecar_tampered, setup),
                                     cmocka_unit_test(sidecar_tells_bad_sectors),
                                     cmocka_unit_test_setup(extensions, setup),
                                     cmocka_unit_test_setup(trio, setup)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  clean();
  (void)rmdir(dir);
  return failed;
}

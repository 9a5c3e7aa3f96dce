/* Documents: what a reader of other make sees in them. pdftotext and the zip are read by programs that are not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "paper/paper.h"

static struct vg_err err;

static struct paper *sample(unsigned rows) {
  static const unsigned share[] = {1, 3};
  struct paper *p;
  assert_int_equal(
      paper_new(&p, VG_STR("Procès-verbal d’essai"), VG_STR("2026-OUE-0001"), 1700000000 * VG_SECOND, &err), VG_OK);
  paper_foot(p, VG_STR("pied"));
  paper_heading(p, 1, VG_STR("Opérations"));
  paper_text(p, VG_STR("Scellé n° 12 <ouvert> & refermé à Łódź, Ελλάδα, Москва, 中."));
  paper_item(p, VG_STR("première ligne\nseconde ligne"));
  paper_table(p, share, 2);
  paper_cell(p, VG_STR("numéro"));
  paper_cell(p, VG_STR("empreinte"));
  for (unsigned i = 0; i < rows; i++) {
    char n[24];
    snprintf(n, sizeof n, "ligne-%u", i);
    paper_cell(p, vg_str_z(n));
    paper_cell(p, VG_STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
  }
  paper_table_end(p);
  paper_space(p, 60);
  paper_meter(p, .25, .75);
  paper_note(p, VG_STR("note"));
  return p;
}

/* The output of a program fed with the document. */
static void read_back(vg_str bytes, const char *before, const char *after, struct vg_buf *out) {
  char path[] = "/tmp/vigie-paper-XXXXXX", line[512];
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(vg_write_all(fd, bytes.p, bytes.n, path, &err), VG_OK);
  close(fd);
  snprintf(line, sizeof line, "%s %s %s 2>&1", before, path, after);
  FILE *f = popen(line, "r");
  assert_non_null(f);
  for (size_t n; (n = fread(line, 1, sizeof line, f)) > 0;)
    vg_buf_add(out, line, n);
  assert_int_equal(pclose(f), 0);
  unlink(path);
}

static void has(const struct vg_buf *b, const char *what) {
  if (vg_str_find(vg_buf_view(b), vg_str_z(what), 0) == SIZE_MAX)
    fail_msg("not in the document: %s", what);
}

static void test_pdf_is_read_by_others(void **state) {
  (void)state;
  struct vg_buf pdf, text;
  struct paper *p = sample(130);
  vg_buf_init(&pdf, 64 << 20);
  vg_buf_init(&text, 1 << 20);
  assert_int_equal(paper_write(p, PAPER_PDF, &pdf, &err), VG_OK);
  read_back(vg_buf_view(&pdf), "pdftotext -layout", "-", &text);
  static const char *const wanted[] = {"Procès-verbal d’essai",
                                       "Scellé n° 12 <ouvert> & refermé à Łódź, Ελλάδα, Москва, [U+4E2D].",
                                       "seconde ligne",
                                       "ligne-129",
                                       "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                                       "4/4"};
  for (size_t i = 0; i < VG_COUNT(wanted); i++)
    has(&text, wanted[i]);
  /* The heading row stands on every page of the table. */
  size_t pages = 0, headings = 0;
  for (size_t at = 0; (at = vg_str_find(vg_buf_view(&text), VG_STR("\f"), at)) != SIZE_MAX; at++)
    pages++;
  for (size_t at = 0; (at = vg_str_find(vg_buf_view(&text), VG_STR("empreinte"), at)) != SIZE_MAX; at++)
    headings++;
  assert_true(pages >= 3);
  assert_int_equal(headings, pages);
  vg_buf_fini(&pdf);
  vg_buf_fini(&text);
  paper_free(p);
}

/* Hebrew and Arabic are read back as they are spoken, letters and numbers, between words of the other direction; drawn
 * from left to right they came out backwards. */
static void test_right_to_left_names(void **state) {
  (void)state;
  struct vg_buf pdf, text;
  struct paper *p = sample(1);
  vg_buf_init(&pdf, 64 << 20);
  vg_buf_init(&text, 1 << 20);
  paper_text(p, VG_STR("Dite « شركة النور » (Rennes), puis שלום (א) 365 enfin."));
  paper_item(p, VG_STR("مزود"));
  assert_int_equal(paper_write(p, PAPER_PDF, &pdf, &err), VG_OK);
  read_back(vg_buf_view(&pdf), "pdftotext -raw", "-", &text);
  static const char *const wanted[] = {"شركة", "النور", "مزود", "שלום", "365", "Rennes", "Dite"};
  for (size_t i = 0; i < VG_COUNT(wanted); i++)
    has(&text, wanted[i]);
  vg_buf_fini(&pdf);
  vg_buf_fini(&text);
  paper_free(p);
}

/* The head stands whole where it takes two lines; a table without a row is a sentence, one with rows is not. */
static void test_long_heads_and_empty_tables(void **state) {
  (void)state;
  static const unsigned share[] = {1, 1};
  struct vg_buf pdf, text;
  struct paper *p;
  vg_buf_init(&pdf, 64 << 20);
  vg_buf_init(&text, 1 << 20);
  assert_int_equal(paper_new(&p, VG_STR("T"),
                             VG_STR("Établissements Duchêne, Ménard et Fils, société à responsabilité limitée à "
                                    "associé unique en cours de constitution · incident--0001"),
                             1700000000 * VG_SECOND, &err),
                   VG_OK);
  for (int rows = 0; rows < 2; rows++) {
    paper_table(p, share, 2);
    paper_cell(p, vg_str_z(rows ? "colonne" : "absente"));
    paper_cell(p, VG_STR("x"));
    for (int i = 0; i < 2 * rows; i++)
      paper_cell(p, VG_STR("ligne"));
    paper_table_end_or(p, vg_str_z(rows ? "Deux fois rien." : "Rien d’inscrit."));
  }
  assert_int_equal(paper_write(p, PAPER_PDF, &pdf, &err), VG_OK);
  read_back(vg_buf_view(&pdf), "pdftotext -layout", "-", &text);
  static const char *const wanted[] = {"incident--0001", "Rien d’inscrit.", "colonne", "ligne"};
  for (size_t i = 0; i < VG_COUNT(wanted); i++)
    has(&text, wanted[i]);
  assert_true(vg_str_find(vg_buf_view(&text), VG_STR("absente"), 0) == SIZE_MAX);
  assert_true(vg_str_find(vg_buf_view(&text), VG_STR("Deux fois"), 0) == SIZE_MAX);
  vg_buf_fini(&pdf);
  vg_buf_fini(&text);
  paper_free(p);
}

static void test_odt_is_read_by_others(void **state) {
  (void)state;
  struct vg_buf odt, text;
  struct paper *p = sample(3);
  vg_buf_init(&odt, 64 << 20);
  vg_buf_init(&text, 1 << 20);
  assert_int_equal(paper_write(p, PAPER_ODT, &odt, &err), VG_OK);
  assert_memory_equal(odt.p + 30, "mimetypeapplication/vnd.oasis.opendocument.text", 47);
  read_back(vg_buf_view(&odt),
            "python3 -c 'import sys,zipfile,xml.dom.minidom as x; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() "
            "is None; "
            "[x.parseString(z.read(n)) for n in z.namelist()[1:]]; sys.stdout.buffer.write(z.read(\"content.xml\"))'",
            "", &text);
  has(&text, "Scellé n° 12 &lt;ouvert&gt; &amp; refermé à Łódź");
  has(&text, "première ligne<text:line-break/>seconde ligne");
  has(&text, "ligne-2");
  vg_buf_fini(&odt);
  vg_buf_fini(&text);
  paper_free(p);
}

static void test_same_content_same_bytes(void **state) {
  (void)state;
  for (int f = PAPER_PDF; f <= PAPER_TEXT; f++) {
    struct vg_buf one, two;
    struct paper *p = sample(4), *q = sample(4);
    vg_buf_init(&one, 64 << 20);
    vg_buf_init(&two, 64 << 20);
    assert_int_equal(paper_write(p, (enum paper_format)f, &one, &err), VG_OK);
    assert_int_equal(paper_write(q, (enum paper_format)f, &two, &err), VG_OK);
    assert_true(vg_str_eq(vg_buf_view(&one), vg_buf_view(&two)));
    vg_buf_fini(&one);
    vg_buf_fini(&two);
    paper_free(p);
    paper_free(q);
  }
}

static void test_too_much_text_is_said(void **state) {
  (void)state;
  struct vg_buf big, out;
  struct paper *p = sample(1);
  vg_buf_init(&big, 1 << 20);
  vg_buf_init(&out, 64 << 20);
  for (int i = 0; i < 1 << 16; i++)
    vg_buf_z(&big, "0123456789abcde\n");
  for (int i = 0; i < 40; i++)
    paper_text(p, vg_buf_view(&big));
  assert_int_equal(paper_write(p, PAPER_PDF, &out, &err), VG_ELIMIT);
  vg_buf_fini(&big);
  vg_buf_fini(&out);
  paper_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pdf_is_read_by_others),   cmocka_unit_test(test_odt_is_read_by_others),
      cmocka_unit_test(test_right_to_left_names),     cmocka_unit_test(test_long_heads_and_empty_tables),
      cmocka_unit_test(test_same_content_same_bytes), cmocka_unit_test(test_too_much_text_is_said)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Packed files (libarchive). Office's newer documents are such archives: their XML is read for its text. */
#include "base/archive.h"
#include "intel/document.h"

#include <archive.h>
#include <archive_entry.h>

enum { ENTRY_MAX = 256 << 20 };

/* The parts of Office's and OpenDocument's files whose text and links are read; of others the bytes are. */
static bool office_xml(vg_str name) {
  static const char *const folders[] = {"word/", "xl/", "ppt/", "docProps/", "_rels/", "customXml/"};
  static const char *const parts[] = {"[Content_Types].xml", "content.xml",           "meta.xml",    "styles.xml",
                                      "settings.xml",        "META-INF/manifest.xml", "manifest.rdf"};
  bool xml = vg_str_ends(name, VG_STR(".xml")) || vg_str_ends(name, VG_STR(".rels"));
  for (size_t i = 0; i < VG_COUNT(parts); i++)
    if (vg_str_eqz(name, parts[i]))
      return true;
  for (size_t i = 0; i < VG_COUNT(folders) && xml; i++)
    if (vg_str_starts(name, vg_str_z(folders[i])))
      return true;
  return false;
}

/* The entry's bytes, as many as may come, a block after the other: what stands before a fault is had. false: it was
 * longer, or broke off. */
static bool read_entry(struct document *d, struct archive *a, struct vg_buf *out) {
  for (;;) {
    const void *block;
    size_t n;
    la_int64_t at;
    int status = archive_read_data_block(a, &block, &n, &at);
    if (status == ARCHIVE_EOF)
      return true;
    if ((status != ARCHIVE_OK && status != ARCHIVE_WARN) || !document_spend(d, n))
      return false;
    vg_buf_add(out, block, n);
    if (out->bad)
      return false;
  }
}

/* The last word of a text that broke off may be half of one: "http://evil" of "http://evil.example". */
static void drop_half_word(struct vg_buf *b, vg_str name) {
  enum { WORD_MAX = 4096 };
  size_t n = b->n;
  if (document_kind(vg_buf_view(b), name) != DOCUMENT_NONE)
    return;
  while (n > 0 && b->n - n < WORD_MAX && !vg_is_space(b->p[n - 1]))
    n--;
  b->n = b->n - n < WORD_MAX ? n : b->n;
}

static vg_code one_entry(struct document *d, struct archive *a, struct archive_entry *e, size_t number, vg_str name,
                         struct vg_err *err) {
  struct vg_buf bytes, path;
  char numbered[32] = "#";
  const char *own = archive_entry_pathname_utf8(e);
  vg_code rc = VG_OK;
  if (!own)
    own = archive_entry_pathname(e);
  if (!own) {
    (void)vg_num_text(numbered + 1, (int64_t)number);
    own = numbered;
  }
  vg_buf_init(&bytes, ENTRY_MAX);
  vg_buf_init(&path, 1 << 14);
  bool raw = archive_format(a) == ARCHIVE_FORMAT_RAW;
  vg_str whole = document_name(&path, name, raw ? VG_STR("content") : vg_str_z(own));
  if (archive_entry_is_encrypted(e)) {
    rc = document_problem(d, whole, "intel.document.encrypted", err);
    goto out;
  }
  if (!read_entry(d, a, &bytes)) {
    rc = document_problem(d, whole, d->left == 0 || bytes.bad ? "intel.document.size" : "intel.document.damaged", err);
    drop_half_word(&bytes, whole);
  }
  if (rc == VG_OK && bytes.n && office_xml(vg_str_z(own)))
    rc = document_xml(d, vg_buf_view(&bytes), whole, err);
  else if (rc == VG_OK && bytes.n)
    rc = document_part(d, vg_buf_view(&bytes), whole, err);
out:
  vg_buf_fini(&bytes);
  vg_buf_fini(&path);
  return rc;
}

vg_code document_archive(struct document *d, vg_str bytes, vg_str name, struct vg_err *err) {
  struct archive *a = vg_archive_open(bytes, true);
  struct archive_entry *e;
  int status = ARCHIVE_FATAL;
  vg_code rc = VG_OK;
  size_t number = 0;
  bool raw = false;
  while (a && rc == VG_OK && d->left > 0 && d->parts <= DOCUMENT_PARTS) {
    status = archive_read_next_header(a, &e);
    if (status == ARCHIVE_EOF || (status != ARCHIVE_OK && status != ARCHIVE_WARN))
      break;
    raw = archive_format(a) == ARCHIVE_FORMAT_RAW;
    if (raw && archive_filter_count(a) < 2) { /* the magic of an archive, and nothing that could be unpacked */
      status = ARCHIVE_FATAL;
      break;
    }
    if (archive_entry_filetype(e) == AE_IFREG || archive_entry_filetype(e) == 0)
      rc = one_entry(d, a, e, ++number, name, err);
  }
  if (rc == VG_OK && (!a || (status != ARCHIVE_EOF && status != ARCHIVE_OK && status != ARCHIVE_WARN)))
    rc = document_problem(
        d, name, a && archive_read_has_encrypted_entries(a) > 0 ? "intel.document.encrypted" : "intel.document.damaged",
        err);
  if (a)
    (void)archive_read_free(a);
  /* What could not be unpacked at all may still hold text. */
  return rc == VG_OK && number == 0 && status != ARCHIVE_EOF ? document_give(d, PART_BYTES, bytes, name, err) : rc;
}

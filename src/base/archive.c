#include "base/archive.h"

#include <archive.h>
#include <stddef.h>

struct archive *vg_archive_open(vg_str bytes, bool any) {
  struct archive *a = archive_read_new();
  if (!a)
    return NULL;
  (void)archive_read_support_filter_gzip(a);
  (void)archive_read_support_filter_bzip2(a);
  (void)archive_read_support_filter_xz(a);
  (void)archive_read_support_filter_zstd(a);
  (void)archive_read_support_format_zip(a);
  (void)archive_read_support_format_tar(a);
  (void)archive_read_support_format_7zip(a);
  (void)archive_read_support_format_rar(a);
  (void)archive_read_support_format_rar5(a);
  (void)archive_read_support_format_cab(a);
  if (any) {
    (void)archive_read_support_format_cpio(a);
    (void)archive_read_support_format_raw(a);
  }
  if (archive_read_open_memory(a, bytes.p, bytes.n) == ARCHIVE_OK)
    return a;
  (void)archive_read_free(a);
  return NULL;
}

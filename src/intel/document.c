#include "intel/document.h"

#include <string.h>
#include <unicode/ucnv.h>

static bool is_html(vg_str b, vg_str name) {
  static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body", "<!-- saved from"};
  vg_str head = vg_str_trim(vg_str_sub(b, vg_str_starts(b, VG_STR("\xef\xbb\xbf")) ? 3 : 0, 1024));
  for (size_t i = 0; i < VG_COUNT(starts); i++)
    if (vg_str_eq_ci(vg_str_sub(head, 0, strlen(starts[i])), vg_str_z(starts[i])))
      return true;
  return head.n && head.p[0] == '<' && (vg_str_ends_ci(name, VG_STR(".html")) || vg_str_ends_ci(name, VG_STR(".htm")));
}

static bool header_name(vg_str line, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (vg_str_eq_ci(vg_str_sub(line, 0, strlen(names[i])), vg_str_z(names[i])))
      return true;
  return false;
}

/* Header lines from the first one on, two of which are a mail's. */
static bool is_mail(vg_str b, vg_str name) {
  static const char *const mail[] = {
      "From:",         "Received:", "Subject:",      "MIME-Version:", "Message-ID:",    "Return-Path:",
      "Delivered-To:", "To:",       "Content-Type:", "X-Mailer:",     "DKIM-Signature:"};
  vg_str rest = vg_str_sub(b, 0, 8192), line;
  size_t known = 0;
  bool named = vg_str_ends_ci(name, VG_STR(".eml"));
  for (size_t n = 0; vg_str_line(&rest, &line) && line.n; n++) {
    size_t colon = vg_str_find_byte(line, ':', 0);
    if (n == 0 && vg_str_starts(line, VG_STR("From ")))
      continue;
    if (line.p[0] == ' ' || line.p[0] == '\t')
      continue;
    if (colon == SIZE_MAX || colon == 0 || vg_str_find_byte(vg_str_sub(line, 0, colon), ' ', 0) != SIZE_MAX)
      return false;
    known += header_name(line, mail, VG_COUNT(mail));
  }
  return known >= 3 || (named && known >= 1);
}

enum document_kind document_kind(vg_str b, vg_str name) {
  static const struct {
    const char *p;
    size_t n;
  } packed[] = {{"PK\3\4", 4},
                {"PK\5\6", 4},
                {"\x1f\x8b\x08", 3},
                {"BZh", 3},
                {"\xfd"
                 "7zXZ",
                 5},
                {"\x28\xb5\x2f\xfd", 4},
                {"7z\xbc\xaf\x27\x1c", 6},
                {"Rar!\x1a\x07", 6},
                {"MSCF", 4}};
  if (b.n < 8)
    return DOCUMENT_NONE;
  for (size_t i = 0; i < VG_COUNT(packed); i++)
    if (memcmp(b.p, packed[i].p, packed[i].n) == 0)
      return DOCUMENT_ARCHIVE;
  if (b.n > 262 && memcmp(b.p + 257, "ustar", 5) == 0)
    return DOCUMENT_ARCHIVE;
  if (vg_str_starts(b, VG_STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
    return DOCUMENT_MSG;
  if (vg_str_find(vg_str_sub(b, 0, 1024), VG_STR("%PDF-"), 0) != SIZE_MAX)
    return DOCUMENT_PDF;
  if (vg_str_starts(b, VG_STR("{\\rt")))
    return DOCUMENT_RTF;
  if (is_html(b, name))
    return DOCUMENT_HTML;
  return is_mail(b, name) ? DOCUMENT_MAIL : DOCUMENT_NONE;
}

vg_code document_give(struct document *d, enum intel_part_kind kind, vg_str bytes, vg_str name, struct vg_err *err) {
  struct intel_part p = {.kind = kind, .name = name, .bytes = bytes};
  return d->sink(d->ctx, &p, err);
}

vg_code document_problem(struct document *d, vg_str name, const char *problem, struct vg_err *err) {
  struct intel_part p = {.kind = PART_PROBLEM, .name = name, .problem = problem};
  return d->sink(d->ctx, &p, err);
}

vg_str document_name(struct vg_buf *out, vg_str name, vg_str part) {
  vg_buf_reset(out);
  vg_buf_str(out, vg_str_sub(name, 0, 4096));
  vg_buf_z(out, "!/");
  vg_buf_str(out, vg_str_sub(part, 0, 1024));
  return vg_buf_view(out);
}

bool document_spend(struct document *d, uint64_t n) {
  if (n > d->left) {
    d->left = 0;
    return false;
  }
  d->left -= n;
  return true;
}

vg_code document_part(struct document *d, vg_str bytes, vg_str name, struct vg_err *err) {
  enum document_kind kind = document_kind(bytes, name);
  if (d->parts++ >= DOCUMENT_PARTS)
    return d->parts == DOCUMENT_PARTS + 1 ? document_problem(d, name, "intel.document.parts", err) : VG_OK;
  if (kind == DOCUMENT_NONE)
    return document_give(d, PART_BYTES, bytes, name, err);
  if (kind == DOCUMENT_PDF)
    return document_give(d, PART_PDF, bytes, name, err);
  if (d->depth >= DOCUMENT_DEPTH)
    return document_problem(d, name, "intel.document.depth", err);
  d->depth++;
  vg_code rc = kind == DOCUMENT_HTML      ? document_html(d, bytes, name, NULL, err)
               : kind == DOCUMENT_MAIL    ? document_mail(d, bytes, name, err)
               : kind == DOCUMENT_RTF     ? document_rtf(d, bytes, name, err)
               : kind == DOCUMENT_ARCHIVE ? document_archive(d, bytes, name, err)
                                          : document_msg(d, bytes, name, err);
  d->depth--;
  return rc;
}

vg_code intel_document(vg_str bytes, vg_str name, intel_part_sink *sink, void *ctx, struct vg_err *err) {
  struct document d = {.sink = sink, .ctx = ctx, .left = DOCUMENT_BYTES};
  return document_part(&d, bytes, name, err);
}

void document_utf8(struct vg_buf *out, vg_str bytes, vg_str charset) {
  char name[64] = "windows-1252";
  UErrorCode code = U_ZERO_ERROR;
  bool plain = charset.n == 0 || vg_str_eq_ci(charset, VG_STR("utf-8")) || vg_str_eq_ci(charset, VG_STR("us-ascii"));
  if (bytes.n == 0)
    return;
  if (plain && vg_utf8_ok(bytes)) {
    vg_buf_str(out, bytes);
    return;
  }
  if (!plain && charset.n < sizeof name)
    vg_str_copy(name, sizeof name, charset);
  UConverter *from = ucnv_open(name, &code), *to;
  if (U_FAILURE(code)) {
    code = U_ZERO_ERROR;
    from = ucnv_open("windows-1252", &code);
  }
  to = ucnv_open("UTF-8", &code);
  const char *p = bytes.p, *end = bytes.p + bytes.n;
  UChar pivot[1024], *from_pivot = pivot, *to_pivot = pivot;
  bool first = true;
  while (U_SUCCESS(code)) {
    char room[8192], *q = room;
    ucnv_convertEx(to, from, &q, room + sizeof room, &p, end, pivot, &from_pivot, &to_pivot, pivot + VG_COUNT(pivot),
                   first, true, &code);
    vg_buf_add(out, room, (size_t)(q - room));
    first = false;
    if (code != U_BUFFER_OVERFLOW_ERROR)
      break;
    code = U_ZERO_ERROR;
  }
  ucnv_close(from);
  ucnv_close(to);
}

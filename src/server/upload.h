#ifndef VG_SERVER_UPLOAD_H
#define VG_SERVER_UPLOAD_H
/*
 * A form with a file (multipart/form-data, RFC 7578; parts as in RFC 2046 5.1), read as it arrives. The fields become
 * the form-encoded text that any other form sends, the one file goes to a spool file: memory does not grow with it, and
 * nothing but the boundary is looked for in its bytes. That is the field "file"; a (small) file chosen in another field
 * is that field's text. The spool file lives as long as the upload.
 *
 *     upload_new(&u, header("Content-Type"), dir, UPLOAD_MAX, &err);
 *     while (bytes come) if (upload_feed(u, bytes)) refuse(upload_feed's answer);
 *     status = upload_end(u);  upload_fields(u), upload_file(u) ...  upload_free(u);
 */
#include "base/err.h"
#include "base/str.h"

enum { UPLOAD_FIELDS = 65536, UPLOAD_PARTS = 200, UPLOAD_HEAD = 4096 };
#define UPLOAD_MAX (INT64_C(256) << 20) /* bytes of the file */

struct sent_file {
  char path[4096]; /* where its bytes lie */
  char name[256]; /* what the sender calls it, without folders; UTF-8, no control bytes. Never part of a path of ours */
  int64_t size;
};

struct upload;
/* Is this the Content-Type of such a form? */
bool upload_wanted(const char *content_type);
/* dir: of the spool file; it must be there. VG_EDATA: no boundary, or one that RFC 2046 does not allow. */
MUST vg_code upload_new(struct upload **out, const char *content_type, const char *dir, int64_t max,
                        struct vg_err *err);
/* 0: go on; 400: not understood; 413: the file or the fields are too large; 500: the spool file cannot be written. Once
 * refused it stays so. */
unsigned upload_feed(struct upload *u, vg_str bytes);
/* The same, when all has come: 400 when the last boundary is missing. */
unsigned upload_end(struct upload *u);
/* Borrowed until upload_free. NULL: no file was chosen. */
vg_str upload_fields(const struct upload *u);
const struct sent_file *upload_file(const struct upload *u);
void upload_free(struct upload *u); /* removes the spool file */

#endif

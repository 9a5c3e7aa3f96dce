#include "prevention/prevention.h"

#include <errno.h>
#include <qrencode.h>

enum { QUIET = 4, TEXT_MAX = 1024 }; /* ISO/IEC 18004 section 9.1: four modules of nothing on every side */

/* Runs of dark modules of a line become one rectangle of the path. */
static void draw(struct vg_buf *out, const QRcode *q) {
  for (int y = 0; y < q->width; y++) {
    const unsigned char *line = q->data + (size_t)y * (size_t)q->width;
    for (int x = 0; x < q->width;) {
      int from = x;
      while (x < q->width && (line[x] & 1))
        x++;
      if (x > from)
        vg_buf_fmt(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
      else
        x++;
    }
  }
}

static vg_code encode(QRcode **q, vg_str text, struct vg_err *err) {
  if (text.n == 0 || text.n > TEXT_MAX)
    return VG_FAIL(err, VG_ELIMIT, "prevention.qr", VG_N(TEXT_MAX));
  *q = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
  if (!*q)
    return errno == ENOMEM ? VG_FAIL(err, VG_ENOMEM, "base.memory")
                           : VG_FAIL(err, VG_ELIMIT, "prevention.qr", VG_N(TEXT_MAX));
  return VG_OK;
}

vg_code prevention_qr_paper(struct paper *p, vg_str text, struct vg_err *err) {
  enum { POINTS = 85 };
  unsigned char dark[PAPER_SQUARES * PAPER_SQUARES] = {0};
  QRcode *q;
  VG_TRY(encode(&q, text, err));
  unsigned width = (unsigned)q->width, side = width + 2 * QUIET;
  VG_ASSERT(side <= PAPER_SQUARES); /* 177 fields at most, section 7.3 */
  for (unsigned y = 0; y < width; y++)
    for (unsigned x = 0; x < width; x++)
      dark[(y + QUIET) * side + x + QUIET] = q->data[y * width + x] & 1;
  paper_squares(p, dark, side, POINTS);
  QRcode_free(q);
  return VG_OK;
}

vg_code prevention_qr(struct vg_buf *out, vg_str text, const char *label, struct vg_err *err) {
  QRcode *q;
  VG_TRY(encode(&q, text, err));
  int size = q->width + 2 * QUIET;
  vg_buf_fmt(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" viewBox=\"0 0 %d %d\" "
             "shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"%s\">",
             size, size, label);
  vg_buf_fmt(out, "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"", size, size);
  draw(out, q);
  vg_buf_z(out, "\"/></svg>");
  QRcode_free(q);
  return vg_buf_check(out, err);
}

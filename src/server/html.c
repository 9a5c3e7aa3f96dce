#include "server/server_internal.h"

void html_text(struct vg_buf *b, vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    switch (s.p[i]) {
    case '&': vg_buf_z(b, "&amp;"); break;
    case '<': vg_buf_z(b, "&lt;"); break;
    case '>': vg_buf_z(b, "&gt;"); break;
    case '"': vg_buf_z(b, "&quot;"); break;
    case '\'': vg_buf_z(b, "&#39;"); break;
    default: vg_buf_add(b, s.p + i, 1);
    }
}
void html_int(struct vg_buf *b, int64_t n) { vg_buf_z(b, VG_N(n)); }
void html_msg(struct vg_buf *b, enum vg_lang lang, const char *id) {
  const char *text = vg_msg_text(lang, id);
  html_text(b, vg_str_z(text ? text : id));
}
void html_time(struct vg_buf *b, vg_time t) {
  char text[VG_TIME_TEXT];
  vg_buf_z(b, vg_time_text(text, t, false));
}

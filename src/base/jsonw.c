#include "base/jsonw.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void vg_jw_init(struct vg_jw *w, struct vg_buf *b) { *w = (struct vg_jw){.b = b}; }

static void before(struct vg_jw *w) {
  if (w->after_key)
    w->after_key = false;
  else if (w->depth && w->more[w->depth - 1])
    vg_buf_byte(w->b, ',');
  if (w->depth)
    w->more[w->depth - 1] = true;
}

static void open_with(struct vg_jw *w, char kind) {
  before(w);
  VG_ASSERT(w->depth < (int)VG_COUNT(w->kind));
  w->kind[w->depth] = kind;
  w->more[w->depth++] = false;
  vg_buf_byte(w->b, (unsigned char)kind);
}

void vg_jw_obj(struct vg_jw *w) { open_with(w, '{'); }
void vg_jw_arr(struct vg_jw *w) { open_with(w, '['); }

void vg_jw_end(struct vg_jw *w) {
  VG_ASSERT(w->depth > 0);
  vg_buf_byte(w->b, w->kind[--w->depth] == '{' ? '}' : ']');
}

/* The end of what goes as it is: most texts are nothing else. */
static size_t plain_end(vg_str s, size_t i) {
  while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '\\')
    i++;
  return i;
}

static void quoted(struct vg_buf *b, vg_str s) {
  vg_buf_byte(b, '"');
  for (size_t i = 0; i < s.n;) {
    size_t from = i;
    i = plain_end(s, i);
    vg_buf_add(b, s.p + from, i - from);
    if ((from = i) == s.n)
      break;
    uint32_t c = vg_utf8_next(s, &i);
    if (c == 0xFFFD && i - from == 1)
      vg_buf_z(b, "\xEF\xBF\xBD");
    else if (c == '"' || c == '\\')
      vg_buf_fmt(b, "\\%c", (int)c);
    else if (c == '\n')
      vg_buf_z(b, "\\n");
    else if (c == '\t')
      vg_buf_z(b, "\\t");
    else if (c < 0x20 || c == 0x7f)
      vg_buf_fmt(b, "\\u%04x", (unsigned)c);
    else
      vg_buf_add(b, s.p + from, i - from);
  }
  vg_buf_byte(b, '"');
}

void vg_jw_keys(struct vg_jw *w, vg_str key) {
  before(w);
  quoted(w->b, key);
  vg_buf_byte(w->b, ':');
  w->after_key = true;
}

void vg_jw_key(struct vg_jw *w, const char *key) { vg_jw_keys(w, vg_str_z(key)); }

void vg_jw_str(struct vg_jw *w, vg_str s) {
  before(w);
  quoted(w->b, s);
}

void vg_jw_null(struct vg_jw *w) {
  before(w);
  vg_buf_z(w->b, "null");
}

void vg_jw_z(struct vg_jw *w, const char *z) {
  if (z)
    vg_jw_str(w, vg_str_z(z));
  else
    vg_jw_null(w);
}

void vg_jw_int(struct vg_jw *w, int64_t v) {
  before(w);
  vg_buf_fmt(w->b, "%lld", (long long)v);
}

void vg_jw_num(struct vg_jw *w, double v) {
  if (!isfinite(v)) {
    vg_jw_null(w);
    return;
  }
  before(w);
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, v);
    if (!(strtod(text, NULL) < v) && !(strtod(text, NULL) > v))
      break;
  }
  vg_buf_z(w->b, text);
}

void vg_jw_bool(struct vg_jw *w, bool v) {
  before(w);
  vg_buf_z(w->b, v ? "true" : "false");
}

void vg_jw_time(struct vg_jw *w, int64_t t) {
  char text[VG_TIME_TEXT];
  if (t == VG_NOTIME)
    vg_jw_null(w);
  else
    vg_jw_z(w, vg_time_text(text, t, true));
}

void vg_jw_raw(struct vg_jw *w, vg_str json) {
  before(w);
  vg_buf_str(w->b, json);
}

void vg_jw_kstr(struct vg_jw *w, const char *key, vg_str s) {
  vg_jw_key(w, key);
  vg_jw_str(w, s);
}
void vg_jw_kz(struct vg_jw *w, const char *key, const char *z) {
  vg_jw_key(w, key);
  vg_jw_z(w, z);
}
void vg_jw_kint(struct vg_jw *w, const char *key, int64_t v) {
  vg_jw_key(w, key);
  vg_jw_int(w, v);
}
void vg_jw_knum(struct vg_jw *w, const char *key, double v) {
  vg_jw_key(w, key);
  vg_jw_num(w, v);
}
void vg_jw_kbool(struct vg_jw *w, const char *key, bool v) {
  vg_jw_key(w, key);
  vg_jw_bool(w, v);
}
void vg_jw_ktime(struct vg_jw *w, const char *key, int64_t t) {
  vg_jw_key(w, key);
  vg_jw_time(w, t);
}

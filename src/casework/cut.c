/*
 * Cuts a stream into its JSON objects without keeping the whole: those of a list, of lines, or one alone. Braces and
 * quotes are counted; a raw newline ends a string (JSON has none in it) and marks the object as broken; it then ends
 * where a line begins with a brace, so that a lost quote costs one object.
 */
#include "casework/casework.h"

enum { OBJECT_MAX = 64 << 20 };

void casework_cut_init(struct casework_cut *c) {
  *c = (struct casework_cut){.at = 0};
  vg_buf_init(&c->object, OBJECT_MAX);
}
void casework_cut_fini(struct casework_cut *c) { vg_buf_fini(&c->object); }

static vg_code end_object(struct casework_cut *c, casework_object_sink *sink, void *ctx, struct vg_err *err) {
  vg_code rc = sink(ctx, c->object.bad ? VG_STR("") : vg_buf_view(&c->object), c->from, err);
  vg_buf_reset(&c->object);
  c->depth = 0;
  c->broken = false;
  return rc;
}

/* The state of a string: in it, and after a backslash in it. */
static void follow_string(struct casework_cut *c, char ch) {
  if (c->escaped)
    c->escaped = false;
  else if (ch == '\\')
    c->escaped = true;
  else if (ch == '"' || ch == '\n') {
    c->in_string = false;
    c->broken = c->broken || ch == '\n';
  }
}

vg_code casework_cut_feed(struct casework_cut *c, vg_str bytes, casework_object_sink *sink, void *ctx,
                          struct vg_err *err) {
  for (size_t i = 0; i < bytes.n; i++, c->at++) {
    char ch = bytes.p[i];
    bool first = c->line_start;
    c->line_start = ch == '\n' || (first && vg_is_space(ch));
    if (c->broken && first && ch == '{')
      VG_TRY(end_object(c, sink, ctx, err));
    if (c->depth == 0 && ch != '{')
      continue; /* between objects: brackets, commas, line ends */
    if (c->depth == 0)
      c->from = c->at;
    vg_buf_byte(&c->object, (unsigned char)ch);
    if (c->in_string)
      follow_string(c, ch);
    else if (ch == '"')
      c->in_string = true;
    else if (ch == '{')
      c->depth++;
    else if (ch == '}' && --c->depth == 0)
      VG_TRY(end_object(c, sink, ctx, err));
  }
  return VG_OK;
}

vg_code casework_cut_end(struct casework_cut *c, casework_object_sink *sink, void *ctx, struct vg_err *err) {
  c->in_string = c->escaped = false;
  if (c->depth == 0)
    return VG_OK;
  return end_object(c, sink, ctx, err);
}

/* What was refused of a file that was sent. */
#include "server/server_internal.h"

void refused_init(struct refused *x, struct request *r, int64_t most) {
  *x = (struct refused){.r = r, .most = most};
  vg_buf_init(&x->list, 1 << 20);
}

void refused_fini(struct refused *x) { vg_buf_fini(&x->list); }

static void swap(struct refused *x) {
  struct vg_buf page = x->r->out;
  x->r->out = x->list;
  x->list = page;
}

bool refused_begin(struct refused *x) {
  if (x->n++ >= x->most)
    return false;
  swap(x);
  RAW(x->r, "<li>");
  return true;
}

void refused_end(struct refused *x) {
  RAW(x->r, "</li>");
  swap(x);
}

void refused_tell(const struct refused *x) {
  struct request *r = x->r;
  if (!x->n)
    return;
  RAW(r, "<ul>");
  vg_buf_str(&r->out, vg_buf_view(&x->list));
  RAW(r, "</ul>");
}

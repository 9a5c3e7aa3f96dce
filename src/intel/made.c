/* Objects that we make, with blanks for the times that depend on what is stored. */
#include "intel/intel_internal.h"

void made_begin(struct made *m, vg_time since, vg_time modified) {
  *m = (struct made){.form = {.since = since, .modified = modified, .until = VG_NOTIME}};
  vg_buf_init(&m->text, INPUT_ELEMENT_MAX);
  vg_jw_init(&m->w, &m->text);
}

void made_end(struct made *m) { vg_buf_fini(&m->text); }

void made_time(struct made *m, const char *key, enum made_time what) {
  size_t before = m->text.n;
  VG_ASSERT(m->form.blanks < VG_COUNT(m->form.blank));
  vg_jw_key(&m->w, key);
  size_t at = what == MADE_UNTIL ? before : m->text.n;
  vg_jw_time(&m->w, what == MADE_UNTIL ? m->form.until : 0);
  m->form.blank[m->form.blanks++] = (struct made_blank){what, at, m->text.n - at};
}

void made_head(struct made *m, const char *type, const struct vg_id *id) {
  vg_jw_obj(&m->w);
  vg_jw_kz(&m->w, "type", type);
  vg_jw_kz(&m->w, "spec_version", "2.1");
  vg_jw_kz(&m->w, "id", id->s);
  made_time(m, "created", MADE_CREATED);
  made_time(m, "modified", MADE_MODIFIED);
}

/* Milliseconds are what is written: what is read back must be the same. */
vg_time made_ms(vg_time t) { return t - ((t % 1000000) + 1000000) % 1000000; }

static struct times of_new(const struct made_form *f, vg_time now) {
  vg_time from = made_ms(f->since != VG_NOTIME ? f->since : f->modified != VG_NOTIME ? f->modified : now);
  return (struct times){from, f->modified == VG_NOTIME ? from : made_ms(f->modified), from};
}

void made_again(const struct made_form *f, struct times *t) {
  if (f->since != VG_NOTIME)
    t->created = t->from = made_ms(f->since);
  if (f->modified != VG_NOTIME)
    t->modified = made_ms(f->modified);
}

static void put_time(struct vg_buf *out, vg_time t) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_time(&w, t);
}

/* An event dated later than what it holds was changed: nothing is changed before it is made (STIX 2.1, 3.2). */
static vg_time created(const struct times *t) { return t->created < t->modified ? t->created : t->modified; }

void made_fill(const struct made_form *f, vg_str text, const struct times *t, struct vg_buf *out) {
  size_t from = 0;
  for (size_t i = 0; i < f->blanks; i++) {
    const struct made_blank *b = &f->blank[i];
    vg_buf_str(out, vg_str_sub(text, from, b->at - from));
    if (b->what != MADE_UNTIL)
      put_time(out, b->what == MADE_CREATED ? created(t) : b->what == MADE_MODIFIED ? t->modified : t->from);
    else if (f->until > t->from)
      vg_buf_str(out, vg_str_sub(text, b->at, b->n));
    from = b->at + b->n;
  }
  vg_buf_str(out, vg_str_sub(text, from, text.n));
}

vg_code import_made(struct import *im, const struct made *m, const char *place_kind, int64_t at, struct vg_err *err) {
  struct times t = of_new(&m->form, store_now(im->tx));
  struct vg_buf text;
  VG_TRY(vg_buf_check(&m->text, err));
  vg_buf_init(&text, INPUT_ELEMENT_MAX);
  made_fill(&m->form, vg_buf_view(&m->text), &t, &text);
  vg_code rc = vg_buf_check(&text, err);
  im->made = m;
  if (rc == VG_OK)
    rc = import_object(im, vg_buf_view(&text), place_kind, at, err);
  im->made = NULL;
  vg_buf_fini(&text);
  return rc;
}

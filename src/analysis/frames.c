#include "analysis/analysis_internal.h"

static const struct {
  enum cell_msg frame;
  const char *name;
} kinds[FINDING_KINDS] = {
    [FINDING_VOLUME] = {CELL_VOLUME, "volume"}, [FINDING_FILE] = {CELL_FILE, "file"},
    [FINDING_EVENT] = {CELL_EVENT, "event"},    [FINDING_INDICATOR] = {CELL_INDICATOR, "indicator"},
    [FINDING_HIT] = {CELL_HIT, "hit"},          [FINDING_PROBLEM] = {CELL_PROBLEM, "problem"},
};
static const char *const entries[ENTRY_KINDS] = {"file", "directory", "link", "stream", "other", "virtual"};
static const char *const places[HIT_PLACES] = {"content", "name", "hash", "unallocated", "gap", "event"};

const char *finding_kind_name(enum finding_kind k) { return kinds[k].name; }
const char *file_entry_name(enum file_entry e) { return entries[e]; }
const char *hit_place_name(enum hit_place p) { return places[p]; }
enum cell_msg finding_frame(enum finding_kind k) { return kinds[k].frame; }

/* One description of each payload serves both ways: `put` writes the field, or reads it. */
struct codec {
  struct vg_buf *b; /* writing */
  struct vg_rd r;   /* reading */
};

static void num(struct codec *c, int64_t *v) {
  if (c->b)
    vg_buf_le64(c->b, (uint64_t)*v);
  else
    *v = (int64_t)vg_rd_le64(&c->r);
}

static void text(struct codec *c, vg_str *s) {
  if (c->b)
    vg_wr_text(c->b, *s);
  else
    *s = vg_rd_text(&c->r);
}

/* What goes into columns of text: nothing but printable ASCII comes out of a cell. */
static void ascii(struct codec *c, vg_str *s) {
  text(c, s);
  for (size_t i = 0; i < s->n && !c->b; i++)
    if (s->p[i] < 0x20 || s->p[i] > 0x7e)
      c->r.bad = true;
}

static void flag(struct codec *c, bool *v) {
  int64_t n = *v;
  num(c, &n);
  if (!c->b && n != 0 && n != 1)
    c->r.bad = true;
  *v = n == 1;
}

static unsigned choice(struct codec *c, unsigned v, unsigned count) {
  int64_t n = v;
  num(c, &n);
  if (c->b || (n >= 0 && n < (int64_t)count))
    return (unsigned)n;
  c->r.bad = true;
  return 0;
}

static void volume(struct codec *c, struct found_volume *v) {
  num(c, &v->at);
  num(c, &v->bytes);
  ascii(c, &v->file_system);
  ascii(c, &v->description);
}

static void file(struct codec *c, struct found_file *f) {
  num(c, &f->number);
  num(c, &f->volume);
  text(c, &f->path);
  ascii(c, &f->inode);
  f->entry = (enum file_entry)choice(c, f->entry, ENTRY_KINDS);
  num(c, &f->size);
  flag(c, &f->allocated);
  flag(c, &f->reused);
  ascii(c, &f->type);
  ascii(c, &f->md5);
  ascii(c, &f->sha1);
  ascii(c, &f->sha256);
  num(c, &f->mtime);
  num(c, &f->atime);
  num(c, &f->ctime);
  num(c, &f->btime);
}

static void event(struct codec *c, struct found_event *e) {
  num(c, &e->volume);
  num(c, &e->time);
  ascii(c, &e->source);
  ascii(c, &e->what);
  text(c, &e->path);
  ascii(c, &e->inode);
  text(c, &e->text);
}

static void indicator(struct codec *c, struct found_indicator *i) {
  num(c, &i->file);
  num(c, &i->volume);
  text(c, &i->path);
  ascii(c, &i->type);
  text(c, &i->value);
  num(c, &i->offset);
  num(c, &i->count);
  num(c, &i->flags);
}

static void hit(struct codec *c, struct found_hit *h) {
  num(c, &h->file);
  num(c, &h->volume);
  h->place = (enum hit_place)choice(c, h->place, HIT_PLACES);
  text(c, &h->path);
  ascii(c, &h->rule);
  ascii(c, &h->type);
  text(c, &h->indicator);
  text(c, &h->seen);
  text(c, &h->source);
  num(c, &h->offset);
  num(c, &h->time);
  flag(c, &h->benign);
}

static void problem(struct codec *c, struct found_problem *p) {
  vg_str id = vg_str_z(p->msg);
  text(c, &p->where);
  text(c, &id);
  for (size_t i = 0; i < VG_COUNT(p->arg); i++)
    text(c, &p->arg[i]);
  num(c, &p->volume);
  if (!c->b)
    p->msg = cell_message(id);
}

static void any(struct codec *c, struct finding *f) {
  switch (f->kind) {
  case FINDING_VOLUME: volume(c, &f->volume); break;
  case FINDING_FILE: file(c, &f->file); break;
  case FINDING_EVENT: event(c, &f->event); break;
  case FINDING_INDICATOR: indicator(c, &f->indicator); break;
  case FINDING_HIT: hit(c, &f->hit); break;
  case FINDING_PROBLEM: problem(c, &f->problem); break;
  case FINDING_KINDS: break;
  }
}

void finding_write(struct vg_buf *b, const struct finding *f) {
  struct finding copy = *f;
  struct codec c = {.b = b};
  any(&c, &copy);
}

bool finding_read(enum cell_msg kind, vg_str payload, struct finding *out) {
  struct codec c = {0};
  *out = (struct finding){.kind = FINDING_KINDS};
  for (int k = 0; k < FINDING_KINDS; k++)
    if (kinds[k].frame == kind)
      out->kind = (enum finding_kind)k;
  vg_rd_init(&c.r, payload);
  any(&c, out);
  return out->kind != FINDING_KINDS && vg_rd_end(&c.r);
}

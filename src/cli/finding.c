#include "cli/finding.h"

static void put_path(struct vg_jw *w, const char *key, vg_str path) {
  vg_jw_key(w, key);
  if (path.n == 0) {
    vg_jw_null(w);
    return;
  }
  vg_jw_str(w, path);
  if (vg_utf8_ok(path))
    return;
  struct vg_buf b;
  vg_buf_init(&b, 1 << 20);
  vg_base64(&b, path);
  vg_jw_kstr(w, "path_b64", vg_buf_view(&b));
  vg_buf_fini(&b);
}

static void put_or_null(struct vg_jw *w, const char *key, vg_str s) {
  vg_jw_key(w, key);
  if (s.n > 0)
    vg_jw_str(w, s);
  else
    vg_jw_null(w);
}

static void put_number(struct vg_jw *w, const char *key, int64_t n) {
  vg_jw_key(w, key);
  if (n >= 0)
    vg_jw_int(w, n);
  else
    vg_jw_null(w);
}

static void put_file(struct vg_jw *w, const struct found_file *f) {
  put_path(w, "path", f->path);
  put_number(w, "volume", f->volume);
  put_or_null(w, "inode", f->inode);
  vg_jw_kz(w, "entry", file_entry_name(f->entry));
  vg_jw_kint(w, "size", f->size);
  vg_jw_kbool(w, "allocated", f->allocated);
  if (f->reused)
    vg_jw_kbool(w, "reused", true);
  put_or_null(w, "type", f->type);
  put_or_null(w, "md5", f->md5);
  put_or_null(w, "sha1", f->sha1);
  put_or_null(w, "sha256", f->sha256);
  vg_jw_ktime(w, "mtime", f->mtime);
  vg_jw_ktime(w, "atime", f->atime);
  vg_jw_ktime(w, "ctime", f->ctime);
  vg_jw_ktime(w, "btime", f->btime);
}

static void put_event(struct vg_jw *w, const struct found_event *e) {
  vg_jw_ktime(w, "time", e->time);
  vg_jw_kstr(w, "source", e->source);
  vg_jw_kstr(w, "event", e->what);
  put_path(w, "path", e->path);
  put_number(w, "volume", e->volume);
  put_or_null(w, "inode", e->inode);
  if (e->text.n > 0)
    vg_jw_kstr(w, "text", e->text);
}

static void put_indicator(struct vg_jw *w, const struct found_indicator *i) {
  static const struct {
    unsigned bit;
    const char *name;
  } flags[] = {{HIT_PRIVATE, "private"}, {HIT_DOCUMENTATION, "documentation"},
               {HIT_BENIGN, "benign"},   {HIT_DEFANGED, "defanged"},
               {HIT_WIDE, "wide"},       {HIT_RELAY, "relay"}};
  vg_jw_kstr(w, "type", i->type);
  vg_jw_kstr(w, "value", i->value);
  put_path(w, "path", i->path);
  put_number(w, "volume", i->volume);
  put_number(w, "offset", i->offset);
  vg_jw_kint(w, "count", i->count);
  for (size_t k = 0; k < VG_COUNT(flags); k++)
    if (i->flags & flags[k].bit)
      vg_jw_kbool(w, flags[k].name, true);
}

static void put_hit(struct vg_jw *w, const struct found_hit *h) {
  if (h->rule.n > 0) {
    vg_jw_kstr(w, "rule", h->rule);
  } else {
    vg_jw_kstr(w, "type", h->type);
    vg_jw_kstr(w, "indicator", h->indicator);
    vg_jw_kstr(w, "seen", h->seen);
  }
  put_path(w, "path", h->path);
  put_number(w, "volume", h->volume);
  vg_jw_kz(w, "place", hit_place_name(h->place));
  put_number(w, "offset", h->offset);
  if (h->time != VG_NOTIME)
    vg_jw_ktime(w, "time", h->time);
  if (h->source.n > 0)
    vg_jw_kstr(w, "source", h->source);
  if (h->benign)
    vg_jw_kbool(w, "benign", true);
}

void finding_sentence(struct vg_buf *b, enum vg_lang lang, const struct found_problem *p) {
  const char *args[] = {VG_T(p->arg[0]), VG_T(p->arg[1]), VG_T(p->arg[2]), NULL};
  vg_msg(b, lang, p->msg, args);
}

static void put_problem(struct vg_jw *w, const struct found_problem *p) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  finding_sentence(&b, VG_EN, p);
  put_path(w, "path", p->where);
  put_number(w, "volume", p->volume);
  vg_jw_kz(w, "problem", p->msg);
  vg_jw_kstr(w, "message", vg_buf_view(&b));
  vg_buf_fini(&b);
}

void finding_print_json(struct cli *c, const struct finding *f) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "kind", finding_kind_name(f->kind));
  switch (f->kind) {
  case FINDING_VOLUME:
    vg_jw_kint(&w, "volume", f->volume.at);
    vg_jw_kint(&w, "size", f->volume.bytes);
    put_or_null(&w, "file_system", f->volume.file_system);
    put_or_null(&w, "description", f->volume.description);
    break;
  case FINDING_FILE: put_file(&w, &f->file); break;
  case FINDING_EVENT: put_event(&w, &f->event); break;
  case FINDING_INDICATOR: put_indicator(&w, &f->indicator); break;
  case FINDING_HIT: put_hit(&w, &f->hit); break;
  case FINDING_PROBLEM: put_problem(&w, &f->problem); break;
  case FINDING_KINDS: break;
  }
  vg_jw_end(&w);
  cli_json_end(c);
}

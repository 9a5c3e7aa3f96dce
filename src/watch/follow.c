/* What a story becomes besides intelligence: a bulletin's draft. */
#include "watch/watch_internal.h"

enum { SUMMARY = 700 };

struct draft {
  struct vg_buf *out;
  enum vg_lang lang;
  int64_t items, cves, indicators;
  bool want_cves;
};

static void say(struct draft *d, const char *id) { vg_msg(d->out, d->lang, id, NULL); }

/* A feed's words go into Markdown as words: what would be markup is escaped, lines become spaces. */
static void plain(struct vg_buf *out, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c < 0x20)
      c = ' ';
    if (c == '*' || c == '_' || c == '`' || c == '[' || c == ']' || c == '<' || c == '>' || c == '#' || c == '|' ||
        c == '\\')
      vg_buf_byte(out, '\\');
    vg_buf_byte(out, c);
  }
}

/* As code, so that Markdown makes nothing of it; no address of a draft can be clicked. */
static void put_value(struct vg_buf *out, vg_str s) {
  struct vg_buf plain;
  vg_buf_init(&plain, 1 << 16);
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] != '`' && (unsigned char)s.p[i] >= 0x20)
      vg_buf_byte(&plain, (unsigned char)s.p[i]);
  vg_buf_byte(out, '`');
  intel_defang(out, vg_buf_view(&plain));
  vg_buf_byte(out, '`');
  vg_buf_fini(&plain);
}

/* At most n bytes, at a word's end. */
static vg_str beginning(vg_str s, size_t n) {
  if (s.n <= n)
    return s;
  while (n && s.p[n] != ' ')
    n--;
  return vg_str_sub(s, 0, n ? n : 0);
}

static vg_code put_summary(void *ctx, const struct watch_item *i, struct vg_err *err) {
  struct draft *d = ctx;
  if (d->items++ == 0) {
    vg_str first = beginning(i->text, SUMMARY);
    plain(d->out, first);
    vg_buf_z(d->out, first.n < i->text.n ? " …\n" : "\n");
  }
  return vg_buf_check(d->out, err);
}

static vg_code put_source(void *ctx, const struct watch_item *i, struct vg_err *err) {
  struct draft *d = ctx;
  char when[VG_TIME_TEXT];
  vg_buf_z(d->out, "- ");
  plain(d->out, i->source);
  vg_buf_fmt(d->out, ", %.10s", vg_time_text(when, i->published, false));
  if (i->url.n) {
    vg_buf_z(d->out, ", ");
    put_value(d->out, i->url);
  }
  vg_buf_byte(d->out, '\n');
  return vg_buf_check(d->out, err);
}

static vg_code put_mention(void *ctx, const struct watch_mention *m, struct vg_err *err) {
  struct draft *d = ctx;
  bool cve = vg_str_eqz(m->type, "cve");
  if (m->benign || vg_str_eqz(m->type, "attack-id") || cve != d->want_cves)
    return VG_OK;
  *(cve ? &d->cves : &d->indicators) += 1;
  if (cve) {
    vg_buf_fmt(d->out, "- %.*s\n", (int)m->value.n, m->value.p);
  } else {
    const char *type = vg_msg_word(d->lang, "server.type.", m->type);
    vg_buf_z(d->out, "- ");
    vg_buf_str(d->out, type ? vg_str_z(type) : m->type);
    vg_buf_byte(d->out, ' ');
    put_value(d->out, m->value);
    vg_buf_byte(d->out, '\n');
  }
  return vg_buf_check(d->out, err);
}

static vg_code put_story(void *ctx, const struct watch_story *s, struct vg_err *err) {
  struct draft *d = ctx;
  (void)err;
  vg_buf_fmt(d->out, "%s\n\n# ", intel_tlp_name(s->tlp));
  plain(d->out, s->title);
  vg_buf_z(d->out, "\n\n");
  return VG_OK;
}

static vg_code named(struct store_tx *tx, int64_t id, struct draft *d, bool cves, const char *heading, const char *none,
                     struct vg_err *err) {
  d->want_cves = cves;
  say(d, heading);
  VG_TRY(watch_each_mention(tx, id, put_mention, d, err));
  if (!(cves ? d->cves : d->indicators))
    say(d, none);
  return VG_OK;
}

vg_code watch_bulletin(struct store_tx *tx, const struct actor *who, vg_str story, enum vg_lang lang,
                       struct vg_buf *out, struct vg_err *err) {
  struct draft d = {.out = out, .lang = lang};
  int64_t id;
  VG_TRY(story_id(tx, story, &id, err));
  say(&d, "watch.bulletin.draft");
  VG_TRY(watch_story_find(tx, who->person, story, put_story, &d, err));
  say(&d, "watch.bulletin.what");
  VG_TRY(watch_each_item(tx, id, put_summary, &d, err));
  VG_TRY(named(tx, id, &d, true, "watch.bulletin.cves", "watch.bulletin.none", err));
  VG_TRY(named(tx, id, &d, false, "watch.bulletin.indicators", "watch.bulletin.none", err));
  say(&d, d.cves ? "watch.bulletin.do_patch" : "watch.bulletin.do");
  say(&d, "watch.bulletin.sources");
  VG_TRY(watch_each_item(tx, id, put_source, &d, err));
  return vg_buf_check(out, err);
}

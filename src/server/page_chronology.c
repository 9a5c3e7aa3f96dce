/* When things happened, as far as that is known: said in words, and drawn. */
#include "server/server_internal.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS = 200, WIDTH = 720, LEFT = 34, ROW = 16, TOP = 6, AXIS = 22 };

/* Valid until the next call on b. */
static const char *moment(struct request *r, struct vg_buf *b, vg_time t) {
  vg_buf_init(b, 256);
  put_when(b, r->lang, t);
  return vg_buf_text(b);
}

void told(struct request *r, const struct finding_entry *f) {
  static const char *const ids[] = {[TOLD_BETWEEN] = "dossier.between",
                                    [TOLD_ABOUT] = "dossier.told.about",
                                    [TOLD_DAY] = "dossier.told.day",
                                    [TOLD_ZONE] = "dossier.told.zone"};
  struct told t = casework_told(f);
  struct vg_buf a, b;
  if (t.kind == TOLD_NOTHING || t.kind == TOLD_AT) {
    when(r, t.told);
    return;
  }
  const char *first = moment(r, &a, t.told), *second = moment(r, &b, t.other == VG_NOTIME ? t.told : t.other);
  SAY(r, ids[t.kind], first, t.kind == TOLD_ABOUT ? VG_N(t.spread / (60 * VG_SECOND)) : second);
  vg_buf_fini(&a);
  vg_buf_fini(&b);
}

struct happened {
  vg_time from, until; /* the bounds; the same: an instant */
  vg_str precision;
  const char *type; /* message of what it is */
  bool after;       /* no fact of the case: the scale does not reach out for it */
  char words[200];
};
struct chronology {
  struct happened v[EVENTS];
  size_t n;
};

static void add(struct chronology *c, vg_time from, vg_time until, vg_str precision, const char *type, vg_str words) {
  static const char *const kinds[] = {"about", "day", "zone"};
  struct happened *h = &c->v[c->n++];
  *h = (struct happened){.after = !strcmp(type, "server.reported"),
                         .from = from,
                         .until = until == VG_NOTIME ? from : until,
                         .type = type};
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    if (vg_str_eqz(precision, kinds[i]))
      h->precision = vg_str_z(kinds[i]);
  vg_str_copy(h->words, sizeof h->words, words);
}

static vg_code take(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  static const char *const types[][2] = {{"observed", "dossier.type.observed"},
                                         {"declared", "dossier.type.declared"},
                                         {"deduced", "dossier.type.deduced"},
                                         {"imported", "dossier.type.imported"}};
  struct chronology *c = ctx;
  size_t t = 0;
  (void)err;
  if (f->from == VG_NOTIME || f->withdrawn != VG_NOTIME || c->n == EVENTS)
    return VG_OK;
  while (t + 1 < VG_COUNT(types) && !vg_str_eqz(f->type, types[t][0]))
    t++;
  add(c, f->from, f->until, f->precision, types[t][1], f->text);
  return VG_OK;
}

/* By the earliest that it can have been, then the latest. */
static int by_time(const void *a, const void *b) {
  const struct happened *x = a, *y = b;
  if (x->from != y->from)
    return x->from < y->from ? -1 : 1;
  return x->until < y->until ? -1 : x->until > y->until;
}

static void draw(struct request *r, const struct chronology *c) {
  vg_time first = c->v[0].from, last = c->v[0].until;
  for (size_t i = 1; i < c->n; i++)
    last = c->v[i].until > last && !c->v[i].after ? c->v[i].until : last;
  double span = last > first ? (double)(last - first) : 1, room = WIDTH - LEFT - 8;
  int height = TOP + (int)c->n * ROW + AXIS;
  vg_buf_fmt(&r->out,
             "<div class=\"scroll\" tabindex=\"0\"><svg class=\"spans\" viewBox=\"0 0 %d %d\" role=\"img\" "
             "aria-label=\"",
             WIDTH, height);
  msg(r, "server.chronology.drawn");
  RAW(r, "\">");
  for (size_t i = 0; i < c->n; i++) {
    const struct happened *h = &c->v[i];
    double x = LEFT + room * (double)(h->from - first) / span, w = room * (double)(h->until - h->from) / span;
    int y = TOP + (int)i * ROW;
    vg_buf_fmt(&r->out, "<text x=\"4\" y=\"%d\">%zu</text>", y + 11, i + 1);
    if (h->from > last) {
      vg_buf_fmt(&r->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">→</text>", WIDTH - 4, y + 11);
      continue;
    }
    vg_buf_fmt(&r->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"10\" rx=\"2\"/>",
               h->until > h->from ? h->precision.n ? "loose" : "bounds" : "instant", x, y + 2, w < 3 ? 3 : w);
  }
  vg_buf_fmt(&r->out, "<text x=\"%d\" y=\"%d\">", LEFT, height - 6);
  put_when(&r->out, r->lang, first);
  vg_buf_fmt(&r->out, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", WIDTH - 8, height - 6);
  put_when(&r->out, r->lang, last);
  RAW(r, "</text></svg></div>");
}

vg_code part_chronology(struct request *r, const struct affair *a, const struct incident *in, struct vg_err *err) {
  static const char *const head[] = {NUMBER("server.chronology.number"), "server.time", "server.kind", "server.event"};
  struct chronology *c = calloc(1, sizeof *c);
  if (!c)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_time happened, known;
  casework_times_told(in, &happened, &known);
  if (happened != VG_NOTIME)
    add(c, happened, VG_NOTIME, VG_STR(""), "server.happened", vg_str_z(in->summary));
  if (known != VG_NOTIME)
    add(c, known, VG_NOTIME, VG_STR(""), "server.known", VG_STR(""));
  add(c, in->reported, VG_NOTIME, VG_STR(""), "server.reported", vg_str_z(happened == VG_NOTIME ? in->summary : ""));
  vg_code rc = casework_each_finding(r->tx, a->id, take, c, err);
  qsort(c->v, c->n, sizeof c->v[0], by_time);
  card_begin(r, "server.chronology", NULL);
  draw(r, c);
  table_begin(r, "inscrits", "server.chronology", head, VG_COUNT(head));
  for (size_t i = 0; rc == VG_OK && i < c->n; i++) {
    const struct happened *h = &c->v[i];
    struct finding_entry f = {.from = h->from, .until = h->until, .precision = h->precision};
    row(r);
    cell_n(r);
    num(r, (int64_t)i + 1);
    cell(r);
    told(r, &f);
    cell(r);
    msg(r, h->type);
    cell(r);
    textz(r, h->words);
  }
  table_end(r, NULL);
  card_end(r);
  free(c);
  return rc;
}

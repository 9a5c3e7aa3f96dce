/* What who runs a company reads of its diagnosis: one page, to print or to take along. */
#include "server/diagnosis_summary.h"
#include "server/server_internal.h"

#include <string.h>

struct sheet {
  struct request *r;
  bool card;
  enum summary_part last;
};

static bool listed(enum summary_part part) { return part == SUMMARY_ITEM || part == SUMMARY_MEASURE; }

/* A line each on a phone, where columns would be a word wide. */
static void measure(struct request *r, const struct summary_line *l) {
  RAW(r, "<b>");
  text(r, l->text);
  RAW(r, "</b><br>");
  text(r, l->why);
  RAW(r, "<br><small>");
  msg(r, "server.framework.effort");
  colon(r);
  text(r, l->effort);
  RAW(r, "</small>");
}

static void item(struct sheet *s, const struct summary_line *l) {
  struct request *r = s->r;
  if (!listed(s->last))
    vg_buf_z(&r->out, l->part == SUMMARY_MEASURE ? "<ul class=\"plain\">" : "<ul>");
  RAW(r, "<li>");
  if (l->part == SUMMARY_MEASURE)
    measure(r, l);
  else
    text(r, l->text);
  RAW(r, "</li>");
}

static void on_page(void *ctx, const struct summary_line *l) {
  struct sheet *s = ctx;
  struct request *r = s->r;
  if (listed(s->last) && !listed(l->part))
    RAW(r, "</ul>");
  switch (l->part) {
  case SUMMARY_HEADING:
    if (s->card)
      card_end(r);
    card_begin(r, NULL, NULL);
    s->card = true;
    RAW(r, "<h2>");
    text(r, l->text);
    RAW(r, "</h2>");
    break;
  case SUMMARY_TEXT:
    RAW(r, "<p>");
    text(r, l->text);
    RAW(r, "</p>");
    break;
  case SUMMARY_NOTE:
    RAW(r, "<p class=\"soft\">");
    text(r, l->text);
    RAW(r, "</p>");
    break;
  case SUMMARY_ITEM:
  case SUMMARY_MEASURE: item(s, l); break;
  case SUMMARY_METER: meter(r, l->low, 3, l->high); break;
  }
  s->last = l->part;
}

void part_summary_link(struct request *r) {
  RAW(r, "<p class=\"buttons\"><a class=\"btn do\" href=\"");
  textz(r, r->path);
  RAW(r, "/synthese\">");
  msg(r, "server.summary.link");
  RAW(r, "</a></p>");
}

static void links(struct request *r) {
  static const struct {
    const char *query, *label;
  } link[] = {{"?forme=pdf", "server.summary.pdf"},
              {"?forme=odt", "server.summary.odt"},
              {"?forme=pdf&amp;annexe=1", "server.summary.annex"}};
  RAW(r, "<p class=\"buttons\">");
  for (size_t i = 0; i < VG_COUNT(link); i++) {
    vg_buf_fmt(&r->out, "<a class=\"btn%s\" href=\"", i ? "" : " do");
    textz(r, r->path);
    vg_buf_fmt(&r->out, "%s\">", link[i].query);
    msg(r, link[i].label);
    RAW(r, "</a> ");
  }
  RAW(r, "</p>");
}

static vg_code file(struct request *r, const struct diagnosis *d, enum paper_format form, struct vg_err *err) {
  char annex[4];
  VG_TRY(prevention_summary(r->tx, d, r->lang, *asked(r, "annexe", annex, sizeof annex), form, &r->out, err));
  r->type = paper_type(form);
  download_as(r, "server.file.summary", paper_suffix(form));
  return VG_OK;
}

vg_code diagnosis_summary(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  struct sheet s = {.r = r, .last = SUMMARY_TEXT};
  char form[8], up[sizeof r->path];
  enum paper_format format;
  if (paper_by_suffix(vg_str_z(asked(r, "forme", form, sizeof form)), &format))
    return file(r, d, format, err);
  page_top(r, "server.summary.title", TITLE_ARGS(d->org_name));
  vg_str_copy(up, sizeof up, vg_str_sub(vg_str_z(r->path), 0, strlen(r->path) - strlen("/synthese")));
  RAW(r, "<p class=\"sub\">");
  link_to(r, up, VG_STR(""), vg_str_z(vg_msg_text(r->lang, "server.summary.whole")));
  RAW(r, " · ");
  day(r, d->made);
  RAW(r, "</p>");
  links(r);
  VG_TRY(prevention_each_summary(r->tx, d, r->lang, on_page, &s, err));
  if (listed(s.last))
    RAW(r, "</ul>");
  card_end(r);
  return VG_OK;
}

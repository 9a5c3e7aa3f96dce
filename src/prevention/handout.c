/* Sheets to hand out: our own texts, on paper. */
#include <stdio.h>

#include "prevention/prevention.h"

const char *const prevention_sheets[] = {"ransomware", "phishing",    "fraud", "passwords",
                                         "backups",    "first-hours", NULL};
const char *const prevention_sheet_parts[] = {"signs", "before", "when", NULL};

bool prevention_sheet_known(vg_str code) {
  for (size_t i = 0; prevention_sheets[i]; i++)
    if (vg_str_eqz(code, prevention_sheets[i]))
      return true;
  return false;
}

static const char *words_of(const char *sheet, const char *part, enum vg_lang lang) {
  char id[64];
  snprintf(id, sizeof id, "prevention.sheet.%s.%s", sheet, part);
  return vg_msg_text(lang, id);
}

/* The delays that the sheets name are both of 72 hours. */
void prevention_sheet_lines(const char *sheet, const char *part, enum vg_lang lang, const char *mark,
                            prevention_line_sink *sink, void *ctx) {
  const char *words = words_of(sheet, part, lang);
  vg_str rest = vg_str_z(words ? words : ""), line;
  struct vg_buf marked;
  vg_buf_init(&marked, 4096);
  while (words && vg_str_cut(&rest, '\n', &line)) {
    vg_buf_reset(&marked);
    vg_buf_str(&marked, line);
    vg_buf_z(&marked, vg_str_find(line, VG_STR("72"), 0) != SIZE_MAX ? mark : "");
    sink(ctx, vg_buf_view(&marked));
  }
  vg_buf_fini(&marked);
}

vg_code prevention_sheet_mark(struct store_tx *tx, enum vg_lang lang, char mark[static CASEWORK_DOUBT],
                              struct vg_err *err) {
  return casework_delay_doubt_after(tx, VG_STR("ASSUR72 CNIL72"), lang, mark, err);
}

static void item(void *ctx, vg_str line) { paper_item(ctx, line); }

static void one(struct paper *p, const char *sheet, enum vg_lang lang, const char *mark) {
  paper_heading(p, 1, vg_str_z(words_of(sheet, "title", lang)));
  paper_text(p, vg_str_z(words_of(sheet, "what", lang)));
  for (size_t i = 0; prevention_sheet_parts[i]; i++) {
    char id[48];
    if (!words_of(sheet, prevention_sheet_parts[i], lang))
      continue;
    snprintf(id, sizeof id, "prevention.sheet.%s", prevention_sheet_parts[i]);
    paper_heading(p, 2, vg_str_z(vg_msg_text(lang, id)));
    prevention_sheet_lines(sheet, prevention_sheet_parts[i], lang, mark, item, p);
  }
}

struct call {
  enum vg_lang lang;
  char zone[160], contact[ZONE_CONTACT + 1];
};

static vg_code zone_words(void *ctx, const struct zone *z, struct vg_err *err) {
  struct call *c = ctx;
  (void)err;
  vg_str_copy(c->zone, sizeof c->zone, c->lang == VG_FR ? z->name_fr : z->name_en);
  vg_str_copy(c->contact, sizeof c->contact, z->contact);
  return VG_OK;
}

vg_code prevention_call_lines(struct store_tx *tx, vg_str zone, vg_str referent, enum vg_lang lang,
                              prevention_line_sink *sink, void *ctx, struct vg_err *err) {
  struct call c = {.lang = lang};
  char mark[CASEWORK_DOUBT];
  struct vg_buf line;
  VG_TRY(prevention_sheet_mark(tx, lang, mark, err));
  if (zone.n)
    VG_TRY(territory_zone_find(tx, zone, zone_words, &c, err));
  vg_buf_init(&line, 1024);
  if (referent.n || c.contact[0]) {
    vg_buf_str(&line, referent);
    vg_buf_z(&line, referent.n && c.contact[0] ? ", " : "");
    vg_buf_z(&line, c.contact);
    if (c.zone[0])
      vg_buf_fmt(&line, " – %s", c.zone);
    sink(ctx, vg_buf_view(&line));
  }
  prevention_sheet_lines("call", "lines", lang, mark, sink, ctx);
  vg_code rc = vg_buf_check(&line, err);
  vg_buf_fini(&line);
  return rc;
}

static vg_code whom_to_call(struct store_tx *tx, struct paper *p, const struct handout *h, struct vg_err *err) {
  paper_heading(p, 2, vg_str_z(vg_msg_text(h->lang, "prevention.sheet.call")));
  VG_TRY(prevention_call_lines(tx, h->zone, h->referent, h->lang, item, p, err));
  if (h->link.n) {
    VG_TRY(prevention_qr_paper(p, h->link, err));
    paper_note(p, vg_str_z(vg_msg_text(h->lang, "prevention.sheet.scan")));
  }
  return VG_OK;
}

vg_code prevention_handout(struct store_tx *tx, const struct handout *h, enum paper_format format, struct vg_buf *out,
                           struct vg_err *err) {
  char mark[CASEWORK_DOUBT];
  struct paper *p;
  vg_code rc = VG_OK;
  for (size_t i = 0; i < h->sheets; i++)
    if (!prevention_sheet_known(vg_str_z(h->sheet[i])))
      return VG_FAIL(err, VG_EDATA, "prevention.sheet.unknown", h->sheet[i]);
  VG_TRY(prevention_sheet_mark(tx, h->lang, mark, err));
  VG_TRY(paper_new(&p, h->title.n ? h->title : vg_str_z(vg_msg_text(h->lang, "prevention.sheet.head")), VG_STR(""),
                   store_now(tx), err));
  paper_letters(p);
  for (size_t i = 0; i < h->sheets && rc == VG_OK; i++) {
    paper_page(p);
    one(p, h->sheet[i], h->lang, mark);
    rc = whom_to_call(tx, p, h, err);
  }
  if (rc == VG_OK)
    rc = paper_write(p, format, out, err);
  paper_free(p);
  return rc;
}

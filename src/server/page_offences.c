/* Offences: what was in force when, and the ministry's list taken in. */
#include "server/server_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "server/upload.h"

enum { LINES = 20, SHOWN = 200 };

void cells_penalty(struct request *r, const struct offence *o) {
  cell_n(r);
  if (o->prison_years)
    SAY(r, "server.years", VG_N(o->prison_years));
  cell_n(r);
  if (o->fine_eur) {
    num(r, o->fine_eur);
    RAW(r, "\u00a0€");
  }
}

static vg_code offence_row(void *ctx, const struct offence *o, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  code(r, o->code);
  cell(r);
  text(r, o->label_fr);
  RAW(r, "<br><small>");
  text(r, o->text);
  RAW(r, "</small>");
  to_check(r, o->doubt);
  cell(r);
  day(r, o->since);
  cell(r);
  day(r, o->until);
  cells_penalty(r, o);
  return VG_OK;
}

static void search_box(struct request *r, const char *words, const char *at) {
  RAW(r, "<form class=\"form\" method=\"get\" action=\"/infractions\"><div class=\"field\"><label for=\"f-mots\">");
  msg(r, "server.offences.search");
  RAW(r, "</label><input type=\"search\" id=\"f-mots\" name=\"mots\" value=\"");
  textz(r, words);
  RAW(r, "\"></div>");
  field(r, "au", "server.offences.at", "date", at, false, NULL);
  RAW(r, "<p><button>");
  msg(r, "server.cases.search.do");
  RAW(r, "</button></p></form>");
}

static void import_form(struct request *r) {
  details_begin(r, "server.offences.import", NULL);
  form_begin_file(r, "/infractions", NULL);
  field_file(r, "server.offences.file", true, "server.no_file casework.natinf_heading base.csv");
  field(r, "day", "server.offences.day", "date", "", true, "server.bad_time casework.natinf_order");
  field(r, "source", "server.offences.source", "text", "NATINF", false, "casework.natinf_denied");
  form_end(r, "server.offences.import", false);
  RAW(r, "</details>");
}

static bool day_of(const char *text, vg_time *out) { return *text && vg_time_parse(vg_str_z(text), out); }

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.offences.code",  "server.offence",        "server.offences.since",
                                     "server.offences.until", NUMBER("server.prison"), NUMBER("server.fine")};
  char words[200], at[24];
  vg_time facts = r->now;
  (void)day_of(asked(r, "au", at, sizeof at), &facts);
  asked(r, "mots", words, sizeof words);
  page_top(r, "server.offences.title", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.offences.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  search_box(r, words, at);
  table_begin(r, "infractions", "server.offences.title", head, VG_COUNT(head));
  VG_TRY(casework_each_offence(r->tx, vg_str_z(words), facts, SHOWN, offence_row, r, err));
  table_end(r, "server.offences.none");
  import_form(r);
  card_end(r);
  return VG_OK;
}

static void rejected(void *ctx, int64_t line) {
  struct refused *x = ctx;
  if (!refused_begin(x))
    return;
  SAY(x->r, "cli.offence_import.rejected", x->r->file->name, VG_N(line));
  refused_end(x);
}

static void tell(struct request *r, const struct natinf_tally *t, const struct refused *x) {
  page_top(r, "server.offences.title", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "cli.offence_import.done", VG_N(t->read), VG_N(t->added), VG_N(t->changed), VG_N(t->known), VG_N(t->ended),
      VG_N(t->rejected));
  RAW(r, "</p>");
  refused_tell(x);
  RAW(r, "<p>");
  button_link(r, "/infractions", "server.offences.title", true);
  RAW(r, "</p>");
  card_end(r);
}

static vg_code take(struct request *r, struct vg_err *err) {
  struct vg_buf csv;
  struct natinf_tally tally;
  struct refused x;
  char at[24], source[120];
  vg_time from;
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  if (!day_of(sent(r, "day", at, sizeof at), &from))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  vg_buf_init(&csv, UPLOAD_MAX);
  refused_init(&x, r, LINES);
  vg_code rc = vg_file_read(r->file->path, &csv, err);
  if (rc == VG_OK)
    rc = casework_natinf_import(r->tx, &r->who, vg_buf_view(&csv), from,
                                vg_str_z(sent(r, "source", source, sizeof source)), rejected, &x, &tally, err);
  if (rc == VG_OK)
    tell(r, &tally, &x);
  refused_fini(&x);
  vg_buf_fini(&csv);
  return rc;
}

const struct page page_offences = {"/infractions", GROUP_FIELD, "server.nav.cases", list, take, PAGE_HIDDEN};

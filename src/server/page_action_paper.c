/* What an action puts on paper: its poster, its hand-outs, its letters. */
#include "server/action_paper.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sheet to hang up: the code, and what it asks. */
vg_code action_poster(struct request *r, const struct action *a, struct vg_err *err) {
  struct vg_buf link;
  vg_code rc = VG_OK;
  page_top_text(r, vg_str_z(a->title));
  action_when(r, a);
  if (!strcmp(a->state, "cancelled")) {
    empty(r, "prevention.code_closed", NULL, NULL);
    return VG_OK;
  }
  card_begin(r, "server.poster.heading", "poster");
  if (!a->token[0]) {
    RAW(r, "<p>");
    msg(r, "server.poster.none");
    RAW(r, "</p>");
    form_begin(r, r->path, "code");
    form_end(r, "server.poster.make", true);
    card_end(r);
    return VG_OK;
  }
  vg_buf_init(&link, 1024);
  vg_buf_fmt(&link, "%s/presence/%s", r->site, a->token);
  VG_GO(vg_buf_check(&link, err));
  VG_GO(prevention_qr(&r->out, vg_buf_view(&link), vg_msg_text(r->lang, "server.poster.code"), err));
  RAW(r, "<p>");
  msg(r, "server.poster.ask");
  RAW(r, "</p><p class=\"path\"><code>");
  text(r, vg_buf_view(&link));
  RAW(r, "</code></p>");
  card_end(r);
out:
  vg_buf_fini(&link);
  return rc;
}

/* --- sheets of our own texts --- */

static void sheet_name(struct request *r, const char *sheet) {
  char id[64];
  snprintf(id, sizeof id, "prevention.sheet.%s.title", sheet);
  msg(r, id);
}

static void sheet_url(struct request *r, const struct action *a, const char *sheet, const char *format) {
  RAW(r, "/actions/");
  textz(r, a->pid.s);
  vg_buf_fmt(&r->out, "/support?fiche=%s", sheet);
  if (format)
    vg_buf_fmt(&r->out, "&amp;forme=%s", format);
}

static void sheet_links(struct request *r, const struct action *a, const char *now) {
  RAW(r, "<nav aria-label=\"");
  msg(r, "server.handout.sheets");
  RAW(r, "\"><ul class=\"tabs\"><li><a href=\"/actions/");
  textz(r, a->pid.s);
  vg_buf_z(&r->out, now ? "/support\">" : "/support\" aria-current=\"page\">");
  msg(r, "server.handout.around");
  RAW(r, "</a></li>");
  for (size_t i = 0; prevention_sheets[i]; i++) {
    RAW(r, "<li><a href=\"");
    sheet_url(r, a, prevention_sheets[i], NULL);
    vg_buf_z(&r->out, now && !strcmp(now, prevention_sheets[i]) ? "\" aria-current=\"page\">" : "\">");
    sheet_name(r, prevention_sheets[i]);
    RAW(r, "</a></li>");
  }
  RAW(r, "</ul></nav>");
}

static void line_item(void *ctx, vg_str line) {
  struct request *r = ctx;
  RAW(r, "<li>");
  text(r, line);
  RAW(r, "</li>");
}

static vg_code presence_link(struct request *r, const struct action *a, struct vg_buf *link, struct vg_err *err) {
  if (a->token[0] && strcmp(a->state, "cancelled") != 0)
    vg_buf_fmt(link, "%s/presence/%s", r->site, a->token);
  return vg_buf_check(link, err);
}

static void sheet_parts(struct request *r, const char *sheet, const char *mark) {
  char id[64];
  RAW(r, "<p>");
  snprintf(id, sizeof id, "prevention.sheet.%s.what", sheet);
  msg(r, id);
  RAW(r, "</p>");
  for (size_t i = 0; prevention_sheet_parts[i]; i++) {
    snprintf(id, sizeof id, "prevention.sheet.%s.%s", sheet, prevention_sheet_parts[i]);
    if (!vg_msg_text(r->lang, id))
      continue;
    RAW(r, "<h3>");
    snprintf(id, sizeof id, "prevention.sheet.%s", prevention_sheet_parts[i]);
    msg(r, id);
    RAW(r, "</h3><ul>");
    prevention_sheet_lines(sheet, prevention_sheet_parts[i], r->lang, mark, line_item, r);
    RAW(r, "</ul>");
  }
}

static vg_code show_sheet(struct request *r, const struct action *a, const char *sheet, vg_str link,
                          struct vg_err *err) {
  char id[64];
  char mark[CASEWORK_DOUBT];
  VG_TRY(prevention_sheet_mark(r->tx, r->lang, mark, err));
  snprintf(id, sizeof id, "prevention.sheet.%s.title", sheet);
  page_top(r, id, NULL);
  sheet_links(r, a, sheet);
  card_begin(r, NULL, NULL);
  sheet_parts(r, sheet, mark);
  RAW(r, "<h3>");
  msg(r, "prevention.sheet.call");
  RAW(r, "</h3><ul>");
  VG_TRY(prevention_call_lines(r->tx, vg_str_z(a->zone), vg_str_z(a->referent_name), r->lang, line_item, r, err));
  RAW(r, "</ul>");
  if (link.n) {
    RAW(r, "<p>");
    msg(r, "prevention.sheet.scan");
    RAW(r, "</p><div class=\"small-code\">");
    VG_TRY(prevention_qr(&r->out, link, vg_msg_text(r->lang, "server.poster.code"), err));
    RAW(r, "</div>");
  }
  RAW(r, "<p class=\"buttons\">");
  for (int i = 0; i < 2; i++) {
    RAW(r, "<a class=\"btn\" href=\"");
    sheet_url(r, a, sheet, i ? "odt" : "pdf");
    vg_buf_z(&r->out, i ? "\">ODT</a> " : "\">PDF</a> ");
  }
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

static vg_code one_sheet(struct request *r, const struct action *a, const char *sheet, struct vg_err *err) {
  char format[8], id[64];
  enum paper_format form;
  struct vg_buf link;
  vg_code rc = VG_OK;
  if (!prevention_sheet_known(vg_str_z(sheet)))
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  vg_buf_init(&link, 1024);
  VG_GO(presence_link(r, a, &link, err));
  if (!paper_by_suffix(vg_str_z(asked(r, "forme", format, sizeof format)), &form)) {
    rc = show_sheet(r, a, sheet, vg_buf_view(&link), err);
    goto out;
  }
  const struct handout h = {
      vg_str_z(a->title), vg_str_z(a->zone), vg_str_z(a->referent_name), vg_buf_view(&link), r->lang, &sheet, 1};
  rc = prevention_handout(r->tx, &h, form, &r->out, err);
  r->type = paper_type(form);
  snprintf(id, sizeof id, "server.file.%s", sheet);
  download_as(r, id, paper_suffix(form));
out:
  vg_buf_fini(&link);
  return rc;
}

/* Fewer would point at the one company that everybody around knows. */
enum { COUNTED_FROM = 5 };
static vg_code threat_item(void *ctx, vg_str kind, int64_t reported, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<li>");
  word(r, "server.kind.", kind);
  colon(r);
  if (reported < COUNTED_FROM)
    SAY(r, "server.handout.few", VG_N(COUNTED_FROM));
  else
    num(r, reported);
  RAW(r, "</li>");
  r->table_rows++;
  return VG_OK;
}

/* A sheet to hand out: what happens around here, what to do first, what to do when it happens. */
vg_code action_handout(struct request *r, const struct action *a, struct vg_err *err) {
  enum { FIRST = 10 };
  vg_str rest = vg_str_z(a->target), naf = VG_STR("");
  char sheet[24];
  struct vg_buf doubt;
  vg_code rc = VG_OK;
  asked(r, "fiche", sheet, sizeof sheet);
  if (sheet[0])
    return one_sheet(r, a, sheet, err);
  struct diagnosis d = {.measures = 0};
  vg_buf_init(&doubt, 256);
  (void)vg_str_cut(&rest, ':', &naf);
  page_top(r, "server.handout.title", NULL);
  RAW(r, "<p class=\"sub\">");
  textz(r, a->title);
  RAW(r, " · ");
  when(r, a->at);
  RAW(r, "</p>");
  sheet_links(r, a, NULL);
  card_begin(r, "server.handout.threats", NULL);
  RAW(r, "<ul>");
  r->table_rows = 0;
  VG_GO(prevention_each_threat(r->tx, a, threat_item, r, err));
  if (!r->table_rows) {
    RAW(r, "<li>");
    msg(r, "server.handout.no_threat");
    RAW(r, "</li>");
  }
  RAW(r, "</ul>");
  card_end(r);
  VG_GO(prevention_advice(r->tx, naf, VG_STR(""), vg_str_z(a->zone), &d, err));
  card_begin(r, "server.handout.first", NULL);
  RAW(r, "<ol class=\"boxes\">");
  for (int i = 0; i < FIRST && i < d.measures; i++) {
    RAW(r, "<li>");
    textz(r, prevention_measure_title(&d.measure[d.rank[i]], r->lang));
    RAW(r, "</li>");
  }
  RAW(r, "</ol>");
  card_end(r);
  card_begin(r, "server.handout.when", NULL);
  RAW(r, "<ol><li>");
  msg(r, "server.handout.cut");
  RAW(r, "</li><li>");
  msg(r, "server.handout.keep");
  RAW(r, "</li><li>");
  msg(r, "server.handout.tell");
  RAW(r, "</li><li>");
  msg(r, "server.handout.complain");
  VG_GO(casework_delay_doubt(r->tx, VG_STR("ASSUR72 CNIL72"), &doubt, err));
  to_check(r, vg_buf_view(&doubt));
  RAW(r, "</li></ol>");
  card_end(r);
out:
  vg_buf_fini(&doubt);
  prevention_diagnosis_fini(&d);
  return rc;
}

/* --- letters and e-mails --- */

struct companies {
  struct request *r;
  int64_t org;
  size_t n;
  struct vg_buf label;
};

static void company_end(struct companies *c) {
  if (!c->org)
    return;
  field_check(c->r, "company", VG_N(c->org), vg_buf_view(&c->label), !c->r->form_sent);
  c->n++;
}

static vg_code company_contact(void *ctx, const struct recipient *x, struct vg_err *err) {
  struct companies *c = ctx;
  if (x->org != c->org) {
    company_end(c);
    c->org = x->org;
    vg_buf_reset(&c->label);
    vg_buf_str(&c->label, x->organisation);
    vg_buf_z(&c->label, c->r->lang == VG_FR ? "\u00a0: " : ": ");
  } else {
    vg_buf_z(&c->label, ", ");
  }
  vg_buf_str(&c->label, x->name);
  if (!x->email.n)
    vg_buf_fmt(&c->label, " (%s)", vg_msg_text(c->r->lang, "server.letters.no_address"));
  return vg_buf_check(&c->label, err);
}

static vg_code companies(struct request *r, const struct action *a, size_t *n, struct vg_err *err) {
  struct companies c = {.r = r};
  vg_buf_init(&c.label, 1 << 16);
  RAW(r, "<fieldset><legend>");
  msg(r, "server.letters.to");
  RAW(r, "</legend>");
  vg_code rc = prevention_each_recipient(r->tx, &r->who, a, company_contact, &c, err);
  company_end(&c);
  *n = c.n;
  if (!c.n) {
    RAW(r, "<p class=\"soft\">");
    msg(r, "server.letters.nobody");
    RAW(r, "</p>");
  }
  RAW(r, "</fieldset>");
  vg_buf_fini(&c.label);
  return rc;
}

vg_code action_letters(struct request *r, const struct action *a, struct vg_err *err) {
  static const char *const forms[] = {"pdf", "odt", "mbox", "csv"};
  struct choice form[VG_COUNT(forms)];
  char labels[VG_COUNT(forms)][48];
  size_t n;
  page_top(r, "server.letters.title", NULL);
  RAW(r, "<p class=\"sub\">");
  link_to(r, "/actions/", vg_id_str(&a->pid), vg_str_z(a->title));
  RAW(r, " · ");
  when(r, a->at);
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.letters.sub");
  RAW(r, "</p>");
  form_begin(r, r->path, "letters");
  VG_TRY(companies(r, a, &n, err));
  VG_TRY(field_company(r, "org", "server.company.ref", "", false,
                       "territory.no_org territory.conflict prevention.letter.nobody", err));
  field(r, "subject", "server.letters.subject", "text", vg_msg_text(r->lang, "prevention.letter.subject"), true,
        "prevention.letter.size");
  field_body(r, "text", "server.letters.text", vg_msg_text(r->lang, "prevention.letter.text"), true,
             "prevention.letter.field");
  RAW(r, "<p class=\"hint\">");
  msg(r, "server.letters.fields");
  RAW(r, "</p>");
  field_choice(r, "form", "server.letters.form", form,
               coded_choices(form, "server.letters.form.", labels, forms, VG_COUNT(forms)), "pdf",
               "prevention.letter.no_address");
  field(r, "from", "server.letters.from", "email", "", false, "prevention.letter.from");
  form_end(r, "server.letters.make", true);
  card_end(r);
  return VG_OK;
}

enum { LETTERS_TO = 1000 };
static vg_code letters_to(struct request *r, int64_t org[static LETTERS_TO], size_t *n, struct vg_err *err) {
  char one[200];
  struct org o;
  for (*n = 0; *n < LETTERS_TO - 1 && sent_nth(r, "company", *n, one, sizeof one); ++*n)
    if (!vg_str_i64(vg_str_z(one), &org[*n]))
      return VG_FAIL(err, VG_EDATA, "server.needed");
  if (*sent(r, "org", one, sizeof one)) {
    VG_TRY(territory_org_find(r->tx, vg_str_z(one), &o, err));
    VG_TRY(territory_access(r->tx, &r->who, o.id, err));
    org[(*n)++] = o.id;
  }
  return *n ? VG_OK : VG_FAIL(err, VG_EDATA, "prevention.letter.nobody");
}

/* The answer is the file itself. */
vg_code action_post_letters(struct request *r, const struct action *a, struct vg_err *err) {
  int64_t org[LETTERS_TO];
  char form[8], subject[1000], from[300], *words;
  struct mailing m = {.lang = r->lang, .org = org};
  VG_TRY(letters_to(r, org, &m.orgs, err));
  if (!prevention_mailing_by_suffix(vg_str_z(sent(r, "form", form, sizeof form)), &m.form))
    return VG_FAIL(err, VG_EDATA, "server.needed");
  VG_TRY(sent_long(r, "text", &words, err));
  m.subject = vg_str_z(sent(r, "subject", subject, sizeof subject));
  m.from = vg_str_z(sent(r, "from", from, sizeof from));
  m.text = vg_str_z(words);
  vg_code rc = prevention_mailing(r->tx, &r->who, a, &m, &r->out, err);
  free(words);
  VG_TRY(rc);
  static const char *const types[] = {"text/csv; charset=utf-8", "application/mbox", "application/pdf",
                                      "application/vnd.oasis.opendocument.text", "text/plain; charset=utf-8"};
  r->type = types[m.form];
  download_as(r, "server.file.letters", form);
  return VG_OK;
}

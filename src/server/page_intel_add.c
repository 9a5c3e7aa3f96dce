/* /renseignement/ajouter: what the commands intel import and extract do, on a text that is pasted. */
#include "server/server_internal.h"

#include <stdlib.h>
#include <string.h>

enum { REJECTS = 200 };

static const struct choice forms[] = {
    {"report", "server.intel.form.report"}, {"guess", "server.intel.form.guess"}, {"text", "server.intel.form.text"},
    {"csv", "server.intel.form.csv"},       {"stix", "server.intel.form.stix"},   {"misp", "server.intel.form.misp"},
    {"csaf", "server.intel.form.csaf"},     {"yara", "server.intel.form.yara"},   {"sigma", "server.intel.form.sigma"}};

static vg_code form(struct request *r, struct vg_err *err) {
  (void)err;
  page_top(r, "server.intel.add", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.intel.add.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  form_begin(r, "/renseignement/ajouter", NULL);
  field_area(r, "text", "server.intel.text", true,
             "server.intel.no_text intel.columns intel.not_stix intel.not_misp intel.not_csaf intel.no_rule base.json");
  field_choice(r, "form", "server.intel.form", forms, VG_COUNT(forms), "report", "server.intel.bad_form");
  field(r, "source", "server.source", "text", "", true, "server.intel.no_source intel.withdrawn");
  field_check(r, "keep", "1", vg_str_z(vg_msg_text(r->lang, "server.intel.keep")), true);
  form_end(r, "server.intel.read", true);
  card_end(r);
  return VG_OK;
}

/* --- the answer --- */

struct answer {
  struct request *r;
  struct vg_buf list;    /* what was extracted, as a table "type,value" */
  struct vg_buf rejects; /* rows of HTML */
  size_t n, rejected;
};

static void quoted(struct vg_buf *out, vg_str s) {
  vg_buf_byte(out, '"');
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      vg_buf_byte(out, '"');
    vg_buf_byte(out, (unsigned char)s.p[i]);
  }
  vg_buf_byte(out, '"');
}

static const char *remark(const struct intel_hit *h) {
  return h->flags & HIT_BENIGN          ? "server.benign"
         : h->flags & HIT_DOCUMENTATION ? "server.intel.documentation"
         : h->flags & HIT_PRIVATE       ? "server.intel.private"
                                        : NULL;
}

/* Each value once; what is private, an example or on a warning list is shown, and not put into the list. */
static vg_code one_hit(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct answer *a = ctx;
  struct request *r = a->r;
  struct vg_buf line;
  vg_buf_init(&line, 1 << 16);
  vg_buf_fmt(&line, "%s,", intel_type_name(h->type));
  quoted(&line, h->value);
  vg_buf_byte(&line, '\n');
  bool known = vg_str_find(vg_buf_view(&a->list), vg_buf_view(&line), 0) != SIZE_MAX;
  vg_code rc = vg_buf_check(&line, err);
  if (rc == VG_OK && !known) {
    a->n++;
    row(r);
    cell(r);
    word(r, "server.type.", vg_str_z(intel_type_name(h->type)));
    cell(r);
    link_indicator(r, vg_str_z(intel_type_name(h->type)), h->value);
    cell(r);
    if (remark(h))
      badge(r, "mute", remark(h));
    else
      vg_buf_str(&a->list, vg_buf_view(&line));
  }
  vg_buf_fini(&line);
  return rc;
}

static vg_code extract(struct answer *a, vg_str text, struct vg_err *err) {
  static const char *const head[] = {"server.type", "server.value", "server.state"};
  card_begin(a->r, "server.intel.found", NULL);
  table_begin(a->r, "valeurs", "server.intel.found", head, VG_COUNT(head));
  vg_buf_z(&a->list, "type,value\n");
  VG_TRY(intel_extract(text, NULL, one_hit, a, err));
  table_end(a->r, "server.intel.nothing");
  card_end(a->r);
  return vg_buf_check(&a->list, err);
}

static void reject(void *ctx, const char *place, const struct vg_err *why) {
  struct answer *a = ctx;
  if (++a->rejected > REJECTS)
    return;
  vg_buf_fmt(&a->rejects, "%s : ", place);
  vg_err_render(&a->rejects, a->r->lang, why);
  vg_buf_byte(&a->rejects, '\n');
}

static void tell(struct request *r, const struct answer *a, const struct intel_import *in) {
  vg_str rest = vg_buf_view(&a->rejects), line;
  card_begin(r, "server.intel.kept", NULL);
  RAW(r, "<p>");
  SAY(r, "server.intel.counts", VG_N(in->read), VG_N(in->added), VG_N(in->updated), VG_N(in->rejected));
  if (in->lifted) {
    RAW(r, " ");
    SAY(r, "intel.lifted", VG_N(in->lifted));
  }
  RAW(r, "</p>");
  if (rest.n) {
    RAW(r, "<ul>");
    while (rest.n && vg_str_line(&rest, &line)) {
      RAW(r, "<li>");
      text(r, line);
      RAW(r, "</li>");
    }
    RAW(r, "</ul>");
  }
  card_end(r);
}

static vg_code carry(struct answer *a, vg_str given, vg_str how, const char *source, bool keep, struct vg_err *err) {
  struct request *r = a->r;
  struct intel_import in = {.path = vg_msg_text(r->lang, "server.intel.pasted"),
                            .text = given,
                            .source = source,
                            .format = FORMAT_GUESS,
                            .reject = reject,
                            .ctx = a};
  bool report = vg_str_eqz(how, "report");
  if (!report && !vg_str_eqz(how, "guess") && !intel_format_by_name(how, &in.format))
    return VG_FAIL(err, VG_EUSAGE, "server.intel.bad_form");
  page_top(r, "server.intel.added", NULL);
  if (report) {
    VG_TRY(extract(a, given, err));
    in.text = vg_buf_view(&a->list);
    in.format = FORMAT_CSV;
  }
  if (keep || !report) {
    VG_TRY(intel_import(r->tx, &r->who, &in, err));
    tell(r, a, &in);
  }
  RAW(r, "<p>");
  button_link(r, "/renseignement/ajouter", "server.intel.add", false);
  RAW(r, " ");
  button_link(r, "/renseignement", "server.nav.intel", true);
  RAW(r, "</p>");
  return VG_OK;
}

static vg_code add(struct request *r, struct vg_err *err) {
  struct answer a = {.r = r};
  char how[16], source[200], keep[8], *given = NULL;
  sent(r, "form", how, sizeof how);
  sent(r, "source", source, sizeof source);
  bool wanted = sent(r, "keep", keep, sizeof keep)[0] != 0;
  VG_TRY(sent_long(r, "text", &given, err));
  vg_str s = vg_str_trim(vg_str_z(given));
  vg_buf_init(&a.list, 4 << 20);
  vg_buf_init(&a.rejects, 1 << 20);
  vg_code rc = s.n == 0                               ? VG_FAIL(err, VG_EUSAGE, "server.intel.no_text")
               : vg_str_trim(vg_str_z(source)).n == 0 ? VG_FAIL(err, VG_EUSAGE, "server.intel.no_source")
                                                      : carry(&a, s, vg_str_z(how), source, wanted, err);
  vg_buf_fini(&a.list);
  vg_buf_fini(&a.rejects);
  free(given);
  return rc;
}

const struct page page_intel_add = {
    "/renseignement/ajouter", GROUP_THREATS, "server.nav.intel", form, add, PAGE_HIDDEN};

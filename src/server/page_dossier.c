/* What people add to a case (parties, findings) and the documents drawn from it. */
#include "server/server_internal.h"

#include <string.h>

#include "dossier/dossier.h"

static const struct choice categories[] = {{"victim", "cli.party.victim"},
                                           {"suspect", "cli.party.suspect"},
                                           {"witness", "cli.party.witness"},
                                           {"contact", "cli.party.contact"}};
static const struct choice bases[] = {{"fact", "cli.party.fact"}, {"assessment", "cli.party.assessment"}};
static const struct choice types[] = {{"observed", "dossier.type.observed"},
                                      {"declared", "dossier.type.declared"},
                                      {"deduced", "dossier.type.deduced"},
                                      {"imported", "dossier.type.imported"}};
static const struct choice precisions[] = {{"", "server.finding.precision.exact"},
                                           {"about", "server.finding.precision.about"},
                                           {"day", "server.finding.precision.day"},
                                           {"zone", "server.finding.precision.zone"}};
static const struct choice kinds[] = {{"summary", "server.document.summary"},
                                      {"report", "server.document.report"},
                                      {"inventory", "server.document.inventory"},
                                      {"handover", "server.document.handover"}};
static const struct choice formats[] = {
    {"pdf", "server.document.pdf"}, {"odt", "server.document.odt"}, {"txt", "server.document.txt"}};

static vg_code party_row(void *ctx, const struct party *p, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  text(r, p->name);
  if (p->detail.n) {
    RAW(r, "<br><small>");
    text(r, p->detail);
    RAW(r, "</small>");
  }
  cell(r);
  word(r, "cli.party.", p->category);
  cell(r);
  word(r, "cli.party.", p->basis);
  return VG_OK;
}

vg_code part_parties(struct request *r, const struct affair *a, struct vg_err *err) {
  static const char *const head[] = {"server.name", "server.party.category", "server.party.basis"};
  card_begin(r, "cli.show.parties", NULL);
  table_begin(r, "personnes", "cli.show.parties", head, VG_COUNT(head));
  VG_TRY(casework_each_party(r->tx, a->id, party_row, r, err));
  table_end(r, "server.parties.none");
  details_begin(r, "server.party.add", "party");
  form_begin(r, r->path, "party");
  field(r, "name", "server.name", "text", "", true, "casework.party_name");
  field_choice(r, "category", "server.party.category", categories, VG_COUNT(categories), "victim", NULL);
  field_choice(r, "basis", "server.party.basis", bases, VG_COUNT(bases), "fact", NULL);
  field(r, "detail", "server.party.detail", "text", "", false, NULL);
  form_end(r, "server.party.add", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static vg_code finding_item(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  bool gone = f->withdrawn != VG_NOTIME;
  RAW(r, "<li>");
  vg_buf_z(&r->out, gone ? "<del>" : "");
  RAW(r, "<strong>");
  word(r, "dossier.type.", f->type);
  RAW(r, "</strong> ");
  text(r, f->text);
  vg_buf_z(&r->out, gone ? "</del> " : " ");
  RAW(r, "<small>");
  if (f->from != VG_NOTIME) {
    told(r, f);
    RAW(r, " · ");
  }
  if (f->source.n) {
    text(r, f->source);
    RAW(r, " · ");
  }
  text(r, f->author);
  RAW(r, ", ");
  when(r, f->made);
  if (gone) {
    RAW(r, " · ");
    text(r, f->why_withdrawn);
  }
  RAW(r, "</small></li>");
  r->table_rows++;
  return VG_OK;
}

vg_code part_own_findings(struct request *r, const struct affair *a, struct vg_err *err) {
  card_begin(r, "server.finding.title", NULL);
  RAW(r, "<ul class=\"tree\">");
  r->table_rows = 0;
  VG_TRY(casework_each_finding(r->tx, a->id, finding_item, r, err));
  RAW(r, "</ul>");
  if (!r->table_rows)
    empty(r, "server.finding.none", NULL, NULL);
  details_begin(r, "server.finding.add", "finding");
  form_begin(r, r->path, "finding");
  field_choice(r, "type", "server.finding.type", types, VG_COUNT(types), "observed", NULL);
  field_area(r, "text", "server.finding.text", true, "casework.finding_text");
  field(r, "source", "server.finding.source", "text", "", false, "casework.finding_source");
  field(r, "from", "server.finding.from", "datetime-local", "", false, "casework.finding_time server.bad_time");
  field(r, "until", "server.finding.until", "datetime-local", "", false, NULL);
  VG_TRY(field_element(r, a, err));
  field_choice(r, "precision", "server.finding.precision", precisions, VG_COUNT(precisions), "",
               "casework.finding_told");
  form_end(r, "server.finding.add", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static void document_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_to(r, "/documents/", store_str(q, 0), store_str(q, 1));
  RAW(r, "<br><code>");
  broken(r, store_str(q, 2));
  RAW(r, "</code>");
  cell_n(r);
  bytes(r, store_int(q, 3));
  cell(r);
  when(r, store_time(q, 4));
  RAW(r, "<br><small>");
  text(r, store_str(q, 5));
  RAW(r, "</small>");
}

static vg_code documents_of(struct request *r, const char *about, struct vg_err *err) {
  static const char *const head[] = {"server.document", NUMBER("server.document.size"), "server.document.made"};
  table_begin(r, "documents", "server.documents", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT pid, name, sha256, bytes, made, author FROM dossier_v_document WHERE about = $1 ORDER BY id DESC "
              "LIMIT 50",
              S_ARGS(S_Z(about)), document_row, err));
  table_end(r, "server.documents.none");
  return VG_OK;
}

static const struct choice incident_kinds[] = {{"sheet", "server.document.sheet"},
                                               {"complaint", "server.document.complaint"}};

vg_code part_incident_documents(struct request *r, const struct incident *in, struct vg_err *err) {
  card_begin(r, "server.documents", NULL);
  VG_TRY(documents_of(r, in->pid.s, err));
  form_begin(r, r->path, "document");
  RAW(r, "<div class=\"pair\">");
  field_choice(r, "kind", "server.document", incident_kinds, VG_COUNT(incident_kinds), "sheet", NULL);
  field_choice(r, "format", "server.document.format", formats, VG_COUNT(formats), "pdf", NULL);
  RAW(r, "</div>");
  form_end(r, "server.document.draft", false);
  card_end(r);
  return VG_OK;
}

vg_code part_documents(struct request *r, const struct affair *a, struct vg_err *err) {
  card_begin(r, "server.documents", NULL);
  VG_TRY(documents_of(r, a->pid.s, err));
  form_begin(r, r->path, "document");
  RAW(r, "<div class=\"pair\">");
  field_choice(r, "kind", "server.document", kinds, VG_COUNT(kinds), "summary", NULL);
  field_choice(r, "format", "server.document.format", formats, VG_COUNT(formats), "pdf", NULL);
  RAW(r, "</div>");
  form_end(r, "server.document.draft", false);
  card_end(r);
  return VG_OK;
}

void part_pv_form(struct request *r) {
  card_begin(r, "server.documents", NULL);
  form_begin(r, r->path, "document");
  field_choice(r, "format", "server.document.format", formats, VG_COUNT(formats), "pdf", NULL);
  form_end(r, "server.document.pv", false);
  card_end(r);
}

static vg_code post_party(struct request *r, const struct affair *a, struct vg_err *err) {
  char name[512], category[16], basis[16], detail[512];
  struct party p = {.name = vg_str_z(sent(r, "name", name, sizeof name)),
                    .category = vg_str_z(sent(r, "category", category, sizeof category)),
                    .basis = vg_str_z(sent(r, "basis", basis, sizeof basis)),
                    .detail = vg_str_z(sent(r, "detail", detail, sizeof detail))};
  return casework_party_add(r->tx, &r->who, a, &p, err);
}

static vg_code post_finding(struct request *r, const struct affair *a, struct vg_err *err) {
  char type[16], body[4096], source[512], one[32], precision[16], element[256];
  struct finding_entry f = {.type = vg_str_z(sent(r, "type", type, sizeof type)),
                            .text = vg_str_z(sent(r, "text", body, sizeof body)),
                            .source = vg_str_z(sent(r, "source", source, sizeof source)),
                            .from = VG_NOTIME,
                            .until = VG_NOTIME,
                            .element = vg_str_z(sent(r, "element", element, sizeof element)),
                            .precision = vg_str_z(sent(r, "precision", precision, sizeof precision))};
  if ((*sent(r, "from", one, sizeof one) && !sent_time(r, "from", &f.from)) ||
      (*sent(r, "until", one, sizeof one) && !sent_time(r, "until", &f.until)))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  return casework_finding_add(r->tx, &r->who, a, &f, err);
}

/* A draft is made and kept; the browser is then sent to it. */
vg_code post_document(struct request *r, vg_str ref, const char *kind, struct vg_err *err) {
  char format[8];
  struct dossier_order o = {.ref = ref, .lang = r->lang};
  struct dossier made;
  struct vg_buf out;
  if (!dossier_by_name(vg_str_z(kind), &o.kind) ||
      !paper_by_suffix(vg_str_z(sent(r, "format", format, sizeof format)), &o.format))
    return VG_FAIL(err, VG_EDATA, "server.needed");
  vg_buf_init(&out, 256 << 20);
  vg_code rc = dossier_draft(r->tx, &r->who, &o, &made, &out, err);
  vg_buf_fini(&out);
  if (rc == VG_OK)
    go_to(r, "/documents/", vg_id_str(&made.pid));
  return rc;
}

vg_code post_dossier(struct request *r, const char *what, struct vg_err *err) {
  struct affair a;
  char kind[24];
  VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(r->rest), &a, err));
  if (!strcmp(what, "document"))
    return post_document(r, vg_str_z(a.ref), sent(r, "kind", kind, sizeof kind), err);
  VG_TRY(!strcmp(what, "party") ? post_party(r, &a, err) : post_finding(r, &a, err));
  go_to(r, "/affaires/", vg_str_z(a.ref));
  return VG_OK;
}

/* A document of a case is read for a reason, as its page is. */
static vg_code of_case(struct request *r, bool *asks, struct vg_err *err) {
  struct vg_buf ref;
  struct affair a;
  vg_buf_init(&ref, 200);
  vg_code rc = store_get_text(
      r->tx, &ref, "SELECT c.ref FROM dossier_v_document d JOIN casework_v_case c ON c.pid = d.about WHERE d.pid = $1",
      S_ARGS(S_Z(r->rest)), NULL);
  if (rc == VG_OK)
    rc = casework_case_see(r->tx, &r->who, vg_buf_view(&ref), &a, err);
  if (rc == VG_OK)
    rc = consult(r, &a, a.pid.s, asks, err);
  vg_buf_fini(&ref);
  return rc == VG_ENOTFOUND ? VG_OK : rc;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct dossier d;
  enum paper_format format;
  bool asks = false;
  VG_TRY(of_case(r, &asks, err));
  if (asks)
    return VG_OK;
  VG_TRY(dossier_get(r->tx, &r->who, vg_str_z(r->rest), &d, &format, &r->out, err));
  r->type = paper_type(format);
  vg_str_copy(r->name, sizeof r->name, vg_str_z(d.name));
  return VG_OK;
}

const struct page page_document = {"/documents/", GROUP_FIELD, "server.nav.cases", show, NULL, PAGE_HIDDEN};

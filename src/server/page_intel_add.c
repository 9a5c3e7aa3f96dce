/* /renseignement/ajouter: what the commands intel import and extract do, on a text that is pasted or a file that is
 * sent. A small one is read at once, a large one by a worker (page_loads.c). */
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/table.h"
#include "server/upload.h"

enum { REJECTS = 200, AT_ONCE = 4 << 20, VALUES_MAX = 1 << 20, SHOWN = 2000 };

static const struct choice forms[] = {{"guess", "server.intel.form.guess"}, {"report", "server.intel.form.report"},
                                      {"text", "server.intel.form.text"},   {"csv", "server.intel.form.csv"},
                                      {"stix", "server.intel.form.stix"},   {"misp", "server.intel.form.misp"},
                                      {"csaf", "server.intel.form.csaf"},   {"kev", "server.intel.form.kev"},
                                      {"epss", "server.intel.form.epss"},   {"openioc", "server.intel.form.openioc"},
                                      {"yara", "server.intel.form.yara"},   {"sigma", "server.intel.form.sigma"}};

static vg_code form(struct request *r, struct vg_err *err) {
  (void)err;
  page_top(r, "server.intel.add", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.intel.add.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  form_begin_file(r, "/renseignement/ajouter", NULL);
  field_file(r, "server.intel.file", false,
             "server.intel.no_text intel.columns intel.not_stix intel.not_misp intel.not_csaf intel.no_rule base.json "
             "intel.cut intel.gzip sandbox.died sandbox.time");
  field_area(r, "text", "server.intel.or_text", false, "");
  field_choice(r, "form", "server.intel.form", forms, VG_COUNT(forms), "guess", "server.intel.bad_form");
  field(r, "columns", "server.intel.columns", "text", "", false, "intel.columns_role intel.columns_none");
  field(r, "source", "server.source", "text", "", true, "server.intel.no_source intel.load_source intel.withdrawn");
  field_check(r, "keep", "1", vg_str_z(vg_msg_text(r->lang, "server.intel.keep")), true);
  form_end(r, "server.intel.read", true);
  card_end(r);
  return VG_OK;
}

/* What was sent. */
struct given {
  vg_str text;      /* p NULL: the file */
  const char *name; /* of what it is, for the places of what is refused */
  enum intel_format format;
  char source[200], columns[1000];
  bool keep;
};

/* --- the answer --- */

struct answer {
  struct request *r;
  struct vg_table *had;
  struct vg_buf rejects; /* a line each */
  size_t rejected;
};

static const char *remark(const struct intel_hit *h) {
  return h->flags & HIT_BENIGN          ? "server.benign"
         : h->flags & HIT_DOCUMENTATION ? "server.intel.documentation"
         : h->flags & HIT_PRIVATE       ? "server.intel.private"
         : h->flags & HIT_RELAY         ? "server.intel.relay"
                                        : NULL;
}

/* Each value once; what is private, an example or on a warning list is shown, and will not be kept. */
static vg_code one_hit(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct answer *a = ctx;
  struct request *r = a->r;
  struct vg_buf key;
  uint64_t times = 0;
  vg_buf_init(&key, 1 << 16);
  vg_buf_fmt(&key, "%s ", intel_type_name(h->type));
  vg_buf_str(&key, h->value);
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = vg_table_bump(a->had, vg_buf_view(&key), 1, &times, err);
  vg_buf_fini(&key);
  if (rc != VG_OK || times > 1 || r->table_rows >= SHOWN)
    return rc;
  row(r);
  cell(r);
  word(r, "server.type.", vg_str_z(intel_type_name(h->type)));
  cell(r);
  link_indicator(r, vg_str_z(intel_type_name(h->type)), h->value);
  cell(r);
  if (remark(h))
    badge(r, "mute", remark(h));
  return rc;
}

static vg_code extract(struct answer *a, const struct given *g, struct vg_err *err) {
  static const char *const head[] = {"server.type", "server.value", "server.state"};
  VG_TRY(vg_table_new(&a->had, VALUES_MAX, err));
  card_begin(a->r, "server.intel.found", NULL);
  table_begin(a->r, "valeurs", "server.intel.found", head, VG_COUNT(head));
  vg_code rc = g->text.p ? intel_extract(g->text, NULL, one_hit, a, err)
                         : intel_extract_file(a->r->file->path, NULL, one_hit, a, err);
  size_t all = vg_table_count(a->had), shown = a->r->table_rows;
  vg_table_free(a->had);
  if (rc != VG_OK)
    return rc;
  table_end(a->r, "server.intel.nothing");
  if (all > shown) {
    RAW(a->r, "<p class=\"soft\">");
    SAY(a->r, "server.intel.more", VG_N(all - shown));
    RAW(a->r, "</p>");
  }
  card_end(a->r);
  return VG_OK;
}

static void reject(void *ctx, const char *place, const struct vg_err *why) {
  struct answer *a = ctx;
  if (++a->rejected > REJECTS)
    return;
  vg_buf_z(&a->rejects, place);
  vg_buf_z(&a->rejects, a->r->lang == VG_FR ? " : " : ": ");
  vg_err_render(&a->rejects, a->r->lang, why);
  vg_buf_byte(&a->rejects, '\n');
}

static void tell(struct request *r, const struct answer *a, const struct intel_import *in) {
  vg_str rest = vg_buf_view(&a->rejects), line;
  card_begin(r, "server.intel.kept", NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "server.intel.counts", VG_N(in->read), VG_N(in->added), VG_N(in->updated), VG_N(in->rejected));
  if (in->lifted) {
    RAW(r, " ");
    SAY(r, "intel.lifted", VG_N(in->lifted));
  }
  RAW(r, "</p>");
  uses_list(r, &in->uses);
  if (rest.n) {
    RAW(r, "<ul>");
    while (rest.n && vg_str_line(&rest, &line)) {
      RAW(r, "<li>");
      text(r, line);
      RAW(r, "</li>");
    }
    RAW(r, "</ul>");
  }
  if (a->rejected > REJECTS) {
    RAW(r, "<p class=\"soft\">");
    SAY(r, "server.intel.more", VG_N(a->rejected - REJECTS));
    RAW(r, "</p>");
  }
  card_end(r);
}

/* What a document holds is searched for while no transaction stands open: the cell takes its time. */
static vg_code carry(struct answer *a, const struct given *g, struct vg_err *err) {
  struct request *r = a->r;
  struct intel_import in = {.path = g->text.p ? g->name : r->file->path,
                            .text = g->text,
                            .name = g->name,
                            .source = g->source,
                            .format = g->format,
                            .columns = g->columns[0] ? g->columns : NULL,
                            .reject = reject,
                            .broken = reject,
                            .ctx = a};
  page_top(r, "server.intel.added", NULL);
  if (g->format == FORMAT_REPORT) {
    store_rollback(&r->tx);
    VG_TRY(extract(a, g, err));
    VG_TRY(store_begin(instance_store(r->in), &r->tx, err));
  }
  if (g->keep || g->format != FORMAT_REPORT) {
    VG_TRY(intel_import(r->tx, &r->who, &in, err));
    tell(r, a, &in);
  }
  RAW(r, "<p>");
  button_link(r, "/renseignement/ajouter", "server.intel.add", false);
  RAW(r, " ");
  button_link(r, "/renseignement/objets", "server.objects", true);
  RAW(r, "</p>");
  return VG_OK;
}

/* The file is kept until a worker has read it. */
static vg_code put_off(struct request *r, const struct given *g, struct vg_err *err) {
  char path[4096], name[VG_ID_MAX + 8];
  struct vg_id pid, file = vg_id_new("file", r->now);
  snprintf(name, sizeof name, "%s.part", file.s);
  VG_TRY(instance_path(r->in, "import", name, path, err));
  if (link(r->file->path, path) != 0)
    return VG_FAIL_SYS(err, "base.write", path);
  const struct intel_load l = {.path = vg_str_z(path),
                               .name = vg_str_z(r->file->name),
                               .source = vg_str_z(g->source),
                               .columns = vg_str_z(g->columns),
                               .format = g->format,
                               .lang = (int)r->lang,
                               .bytes = r->file->size};
  vg_code rc = intel_load_add(r->tx, &r->who, &l, &pid, err);
  if (rc != VG_OK)
    (void)unlink(path);
  else
    go_to(r, "/renseignement/imports/", vg_id_str(&pid));
  return rc;
}

static vg_code read_given(struct request *r, char *text_, struct given *g, struct vg_err *err) {
  char how[16], keep[8];
  vg_str s = vg_str_trim(vg_str_z(text_));
  sent(r, "form", how, sizeof how);
  sent(r, "source", g->source, sizeof g->source);
  sent(r, "columns", g->columns, sizeof g->columns);
  g->keep = sent(r, "keep", keep, sizeof keep)[0] != 0;
  g->name = r->file ? r->file->name : vg_msg_text(r->lang, "server.intel.pasted");
  if (!r->file)
    g->text = s;
  if (strcmp(how, "guess") != 0 && !intel_format_by_name(vg_str_z(how), &g->format))
    return VG_FAIL(err, VG_EUSAGE, "server.intel.bad_form");
  if (g->format == FORMAT_GUESS && r->file)
    g->format = intel_format_of_file(vg_str_z(r->file->name));
  if (!r->file && s.n == 0)
    return VG_FAIL(err, VG_EUSAGE, "server.intel.no_text");
  return vg_str_trim(vg_str_z(g->source)).n ? VG_OK : VG_FAIL(err, VG_EUSAGE, "server.intel.no_source");
}

static vg_code add(struct request *r, struct vg_err *err) {
  struct answer a = {.r = r};
  struct given g = {.format = FORMAT_GUESS};
  char *text_ = NULL;
  VG_TRY(sent_long(r, "text", &text_, err));
  vg_buf_init(&a.rejects, 1 << 20);
  vg_code rc = read_given(r, text_, &g, err);
  if (rc == VG_OK)
    rc = r->file && r->file->size > AT_ONCE ? put_off(r, &g, err) : carry(&a, &g, err);
  vg_buf_fini(&a.rejects);
  free(text_);
  return rc;
}

const struct page page_intel_add = {
    "/renseignement/ajouter", GROUP_THREATS, "server.nav.intel", form, add, PAGE_HIDDEN};

/* /qualification/fichier: what a file shows without running it, and what is known of its digests. It is read in the
 * cell, weighed, and not kept: only its digest goes on, into a request. */
#include "server/server_internal.h"

#include <stdlib.h>
#include <string.h>

#include "qualify/qualify.h"
#include "server/upload.h"

static vg_code form(struct request *r, struct vg_err *err) {
  (void)err;
  page_top(r, "server.file.qualify", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.file.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  form_begin_file(r, "/qualification/fichier", NULL);
  field_file(r, "server.file.file", true, "server.no_file sandbox.died sandbox.time");
  form_end(r, "server.file.do", true);
  card_end(r);
  return VG_OK;
}

static void digest(struct request *r, const char *label, const char *type, const char *value) {
  if (!*value)
    return;
  RAW(r, "<dt>");
  textz(r, label);
  RAW(r, "</dt><dd>");
  link_indicator(r, vg_str_z(type), vg_str_z(value));
  RAW(r, "</dd>");
}

static void identity(struct request *r, const struct qualify_file *f) {
  card_begin(r, "server.file.identity", NULL);
  dl_begin(r);
  term(r, "server.file.kind");
  textz(r, f->kind);
  term(r, "server.size");
  bytes(r, f->size);
  term(r, "server.file.entropy");
  real(r, f->entropy);
  dl_end(r);
  dl_begin(r);
  digest(r, "SHA-256", "sha256", f->sha256);
  digest(r, "SHA-1", "sha1", f->sha1);
  digest(r, "MD5", "md5", f->md5);
  digest(r, "TLSH", "tlsh", f->tlsh);
  dl_end(r);
  card_end(r);
}

static vg_code tell(struct request *r, const struct qualify_file *f, struct vg_err *err) {
  struct qualify_assessment a;
  VG_TRY(qualify_assess_file(r->tx, f, &a, err));
  page_top_text(r, vg_str_z(r->file->name));
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.file.not_kept");
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, "server.verdict.heading", NULL);
  part_because(r, &a);
  card_end(r);
  RAW(r, "</div><div>");
  identity(r, f);
  RAW(r, "<p><a class=\"btn do\" href=\"/qualification/nouvelle?type=sha256&amp;valeur=");
  url(r, vg_str_z(f->sha256));
  RAW(r, "\">");
  msg(r, "server.qualify.ask");
  RAW(r, "</a></p></div></div>");
  return VG_OK;
}

/* A large file takes seconds in the cell: no transaction stands open meanwhile. */
static vg_code answer(struct request *r, struct vg_err *err) {
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  struct qualify_file *f = calloc(1, sizeof *f);
  if (!f)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  struct qualify_rules *rules = NULL;
  vg_code rc = qualify_rules_of(r->tx, &rules, err);
  store_rollback(&r->tx);
  if (rc == VG_OK)
    rc = qualify_file_read(r->file->path, rules, NULL, 0, f, err);
  if (rc == VG_OK)
    rc = store_begin(instance_store(r->in), &r->tx, err);
  if (rc == VG_OK)
    rc = tell(r, f, err);
  qualify_rules_free(rules);
  free(f);
  return rc;
}

const struct page page_qualification_file = {
    "/qualification/fichier", GROUP_THREATS, "server.nav.qualify", form, answer, PAGE_HIDDEN};

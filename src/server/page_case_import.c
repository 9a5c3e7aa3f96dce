/* Cases that another case system exported, sent as a file. */
#include "server/server_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/upload.h"

enum { LINES = 20 };
static const struct choice forms[] = {
    {"", "server.case_import.any"}, {"iris", "server.case_import.iris"}, {"thehive", "server.case_import.thehive"}};
static const char *const frames[] = {"intelligence", "flagrance", "preliminary", "rogatory", "prevention"};

static vg_code form(struct request *r, struct vg_err *err) {
  struct choice frame[VG_COUNT(frames)];
  char labels[VG_COUNT(frames)][48];
  page_top(r, "server.case_import", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.case_import.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  form_begin_file(r, "/affaires-import", NULL);
  field_file(r, "server.case_import.file", true, "server.no_file casework.import_empty base.json");
  field_choice(r, "form", "server.case_import.form", forms, VG_COUNT(forms), "", NULL);
  VG_TRY(field_company(r, "org", "server.company.ref", "", true, "territory.no_org territory.conflict", err));
  field_choice(r, "frame", "server.frame", frame,
               coded_choices(frame, "server.frame.", labels, frames, VG_COUNT(frames)), "intelligence",
               "casework.frame");
  form_end(r, "server.case_import.do", true);
  card_end(r);
  return VG_OK;
}

static void rejected(void *ctx, int64_t at, const struct vg_err *why) {
  struct refused *x = ctx;
  struct vg_buf line;
  if (!refused_begin(x))
    return;
  vg_buf_init(&line, 4096);
  vg_err_render(&line, x->r->lang, why);
  SAY(x->r, "cli.case_import.rejected", x->r->file->name, VG_N(at), vg_buf_text(&line));
  vg_buf_fini(&line);
  refused_end(x);
}

static void tell(struct request *r, const struct import_tally *t, const struct refused *x) {
  page_top(r, "server.case_import", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "cli.case_import.done", VG_N(t->read), VG_N(t->added), VG_N(t->known), VG_N(t->rejected));
  RAW(r, "</p>");
  refused_tell(x);
  if (t->unmade) {
    RAW(r, "<p>");
    SAY(r, "cli.case_import.unmade", VG_N(t->unmade));
    RAW(r, "</p>");
  }
  if (t->lefts) {
    RAW(r, "<ul>");
    for (size_t i = 0; i < t->lefts; i++) {
      RAW(r, "<li>");
      SAY(r, "cli.case_import.left", t->left[i].path, VG_N(t->left[i].count));
      RAW(r, "</li>");
    }
    RAW(r, "</ul>");
  }
  RAW(r, "<p>");
  button_link(r, "/affaires", "server.nav.cases", true);
  RAW(r, "</p>");
  card_end(r);
}

static vg_code take(struct request *r, struct vg_err *err) {
  struct import_order o = {.form = IMPORT_ANY};
  struct import_tally tally;
  struct refused x;
  struct org org;
  char name[200], as[16];
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  VG_TRY(territory_org_find(r->tx, vg_str_z(sent(r, "org", name, sizeof name)), &org, err));
  sent(r, "form", as, sizeof as);
  o.form = !strcmp(as, "thehive") ? IMPORT_THEHIVE : !strcmp(as, "iris") ? IMPORT_IRIS : IMPORT_ANY;
  sent(r, "frame", o.frame, sizeof o.frame);
  o.org = org.id;
  vg_str_copy(o.zone, sizeof o.zone, vg_str_z(org.zone));
  int fd = open(r->file->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", r->file->name);
  refused_init(&x, r, LINES);
  vg_code rc = casework_import_file(r->tx, &r->who, &o, fd, r->file->name, rejected, &x, &tally, err);
  (void)close(fd);
  if (rc == VG_OK)
    tell(r, &tally, &x);
  refused_fini(&x);
  return rc;
}

const struct page page_case_import = {"/affaires-import", GROUP_FIELD, "server.nav.cases", form, take, PAGE_HIDDEN};

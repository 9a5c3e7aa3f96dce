#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

/* Every page of the server, in the order of the menu. A new one is a file page_X.c and a line here (see pages.def). */
#define PAGE(name) extern const struct page name;
#include "server/pages.def"
#undef PAGE
#define PAGE(name) &name,
const struct page *const pages[] = {
#include "server/pages.def"
    NULL,
};
#undef PAGE

/* The division's own people only: what partners and companies may see is decided by share_release, which no page asks
 * yet. */
bool page_admitted(const struct actor *who) {
  return who->organisation == 0 && !(who->roles & (unsigned)(ROLE_PARTNER | ROLE_COMPANY));
}

static const struct page *find(const char *path, const char **rest) {
  for (size_t i = 0; pages[i]; i++) {
    size_t n = strlen(pages[i]->path);
    bool below = n > 1 && pages[i]->path[n - 1] == '/';
    if (below ? !strncmp(path, pages[i]->path, n) && path[n] : !strcmp(path, pages[i]->path)) {
      *rest = path + (below ? n : strlen(path));
      return pages[i];
    }
  }
  return NULL;
}

bool page_is_open(const char *path) {
  const char *rest;
  const struct page *p = find(path, &rest);
  return p && p->group == GROUP_OPEN;
}

static void log_failure(const struct request *r, const struct vg_err *err) {
  struct vg_buf line;
  vg_buf_init(&line, 8192);
  vg_err_render(&line, VG_EN, err);
  fprintf(stderr, "vigie serve: %s %s: %s\n", r->post ? "POST" : "GET", r->page ? r->page->path : "-",
          vg_buf_text(&line));
  vg_buf_fini(&line);
}

static unsigned status_of(vg_code rc) {
  switch (rc) {
  case VG_OK: return 200;
  case VG_ENOTFOUND: return 404;
  case VG_EDATA:
  case VG_EUSAGE:
  case VG_ELIMIT: return 422;
  case VG_EEXIST:
  case VG_ESTATE: return 409;
  case VG_EDENIED: return 403;
  case VG_EBUSY: return 503;
  case VG_ENOMEM:
  case VG_EIO:
  case VG_EVERSION:
  case VG_EDAMAGE:
  case VG_ECELL:
  case VG_ENOSPC: break;
  }
  return 500;
}

static void show(struct request *r) {
  struct vg_err err = {0};
  vg_code rc = store_begin_read(instance_store(r->in), &r->tx, &err);
  unsigned refused = r->status;
  if (rc == VG_OK)
    rc = r->page->get(r, &err);
  if (rc == VG_OK && r->framed)
    page_bottom(r);
  if (rc == VG_OK)
    rc = vg_buf_check(&r->out, &err);
  if (rc == VG_OK && r->csv[0] && !table_twin(r))
    rc = VG_ENOTFOUND;
  if (rc == VG_OK)
    r->status = refused ? refused : 200;
  else {
    bool known = rc == VG_ENOTFOUND || rc == VG_EDENIED;
    if (!known)
      log_failure(r, &err);
    page_problem(r, known ? status_of(rc) : 500,
                 rc == VG_ENOTFOUND ? "server.not_found"
                 : rc == VG_EDENIED ? "server.denied"
                                    : "server.failed");
  }
  store_rollback(&r->tx);
}

/* The form is one transaction. Refused, the page shows again with what was typed and why. */
static bool carry_out(struct request *r) {
  vg_code rc = store_begin(instance_store(r->in), &r->tx, &r->problem);
  if (rc == VG_OK)
    rc = r->page->post(r, &r->problem);
  if (rc == VG_OK)
    rc = instance_commit(r->in, &r->tx, &r->problem);
  store_rollback(&r->tx);
  /* A form that leads nowhere has written its answer itself: what may be seen only once, or a file. */
  if (rc == VG_OK) {
    r->status = r->location[0] ? 303 : 200;
    if (!r->location[0] && r->framed)
      page_bottom(r);
    return true;
  }
  vg_buf_reset(&r->out);
  r->framed = false;
  r->status = status_of(rc);
  if (r->status == 500)
    log_failure(r, &r->problem);
  if (!r->problem.n)
    (void)VG_FAIL(&r->problem, rc, "server.failed");
  r->location[0] = 0;
  return false;
}

void pages_answer(struct request *r) {
  r->page = find(r->path, &r->rest);
  asked(r, "csv", r->csv, sizeof r->csv);
  if (!r->page)
    page_problem(r, 404, "server.not_found");
  else if (r->post && !r->page->post)
    page_problem(r, 405, "server.refused");
  else if (!r->post || !carry_out(r))
    show(r);
}

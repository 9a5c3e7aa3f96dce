#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "server/server.h"

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

/* Whoever belongs to an organisation, or has a partner's or a company's mandate, stays outside the house: what goes to
 * them is decided by the gate, and by nothing that is written for our own people. */
enum door page_door(const struct actor *who) {
  if (!who->organisation)
    return who->roles & (unsigned)(ROLE_PARTNER | ROLE_COMPANY) ? DOOR_NONE : DOOR_HOUSE;
  return who->roles & ROLE_PARTNER ? DOOR_PARTNER : who->roles & ROLE_COMPANY ? DOOR_COMPANY : DOOR_NONE;
}

bool page_behind(const struct page *p, enum door door) {
  switch (p->group) {
  case GROUP_OPEN: return true;
  case GROUP_ACCOUNT: return door != DOOR_NONE;
  case GROUP_PARTNER: return door == DOOR_PARTNER;
  case GROUP_COMPANY: return door == DOOR_COMPANY;
  case GROUP_NONE:
  case GROUP_HOME:
  case GROUP_THREATS:
  case GROUP_FIELD:
  case GROUP_NETWORK:
  case GROUP_CONTROL:
  case PAGE_GROUPS: break;
  }
  return door == DOOR_HOUSE;
}

static const struct page *find(const char *path, enum door door, const char **rest) {
  for (size_t i = 0; pages[i]; i++) {
    size_t n = strlen(pages[i]->path);
    bool below = n > 1 && pages[i]->path[n - 1] == '/';
    if (page_behind(pages[i], door) &&
        (below ? !strncmp(path, pages[i]->path, n) && path[n] : !strcmp(path, pages[i]->path))) {
      *rest = path + (below ? n : strlen(path));
      return pages[i];
    }
  }
  return NULL;
}

bool page_is_open(const char *path) {
  const char *rest;
  const struct page *p = find(path, DOOR_NONE, &rest);
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

/* The form may be on the page no more (somebody else did first what it was for): why it was refused stands then under
 * the title. */
static vg_code tell_problem(struct request *r, struct vg_err *err) {
  struct vg_buf page = r->out;
  if (!r->framed || !r->problem.n || r->problem_told)
    return VG_OK;
  vg_buf_init(&r->out, page.max);
  vg_buf_str(&r->out, vg_str_sub(vg_buf_view(&page), 0, r->under_title));
  problem_alert(r);
  vg_buf_str(&r->out, vg_str_sub(vg_buf_view(&page), r->under_title, page.n));
  vg_buf_fini(&page);
  return vg_buf_check(&r->out, err);
}

static void show(struct request *r) {
  struct vg_err err = {0};
  bool told = r->page->how >= PAGE_TOLD;
  unsigned refused = r->status;
  vg_code rc =
      told ? store_begin(instance_store(r->in), &r->tx, &err) : store_begin_read(instance_store(r->in), &r->tx, &err);
  if (rc == VG_OK)
    rc = r->page->get(r, &err);
  if (rc == VG_OK)
    rc = tell_problem(r, &err);
  if (rc == VG_OK && r->framed)
    page_bottom(r);
  if (rc == VG_OK)
    rc = vg_buf_check(&r->out, &err);
  if (rc == VG_OK && r->csv[0] && !table_twin(r))
    rc = VG_ENOTFOUND;
  /* A refusal is told too: that it was asked for stands in the ledger. */
  if (told && (rc == VG_OK || rc == VG_EDENIED)) {
    vg_code kept = instance_commit(r->in, &r->tx, &err);
    rc = kept == VG_OK ? rc : kept;
  }
  store_rollback(&r->tx);
  if (rc == VG_OK && r->consult.subject[0])
    rc = consult_tell(r, &err);
  if (rc == VG_OK)
    r->status = refused ? refused : r->status ? r->status : 200;
  else {
    bool known = rc == VG_ENOTFOUND || rc == VG_EDENIED;
    if (!known)
      log_failure(r, &err);
    page_problem(r, known ? status_of(rc) : 500,
                 rc == VG_ENOTFOUND ? "server.not_found"
                 : rc == VG_EDENIED ? "server.denied"
                                    : "server.failed");
  }
}

/* A form of which the handler could not have every word is refused for that, whatever it made of the rest. */
static vg_code held(struct request *r, vg_code rc) {
  if (!r->unheld.field[0])
    return rc;
  r->problem = (struct vg_err){0};
  return r->unheld.most ? VG_FAIL(&r->problem, VG_EDATA, "server.too_long", VG_N(r->unheld.most), VG_N(r->unheld.bytes))
                        : VG_FAIL(&r->problem, VG_EDATA, "server.no_text");
}

/* The form is one transaction. Refused, the page shows again with what was typed and why. */
static bool carry_out(struct request *r) {
  vg_code rc = store_begin(instance_store(r->in), &r->tx, &r->problem);
  if (rc == VG_OK)
    rc = held(r, r->page->post(r, &r->problem));
  if (rc == VG_OK)
    rc = instance_commit(r->in, &r->tx, &r->problem);
  store_rollback(&r->tx);
  if (rc == VG_OK && r->erased && store_unscrubbed(instance_store(r->in))) {
    const size_t n = strlen(r->location);
    vg_str_copy(r->location + n, sizeof r->location - n, VG_STR("?reste=1"));
  }
  /* A form that leads nowhere has written its answer itself: what may be seen only once, or a file. */
  if (rc == VG_OK) {
    r->status = r->location[0] ? 303 : r->status ? r->status : 200;
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
  r->page = find(r->path, r->session ? page_door(&r->who) : DOOR_NONE, &r->rest);
  asked(r, "csv", r->csv, sizeof r->csv);
  if (!r->page)
    page_problem(r, 404, "server.not_found");
  else if (r->post && !r->page->post)
    page_problem(r, 405, "server.refused");
  else if (!r->post || !carry_out(r))
    show(r);
}

void server_each_route(server_route_sink *sink, void *ctx) {
  static const struct {
    const char *path, *door;
    bool form;
  } others[] = {{"/login", "open", true},    {"/logout", "all", true},   {"/lang/", "open", false},
                {"/assets/", "open", false}, {"/enquete", "open", true}, {"/taxii2/", "partner", true}};
  for (size_t i = 0; pages[i]; i++) {
    const struct page *p = pages[i];
    size_t n = strlen(p->path);
    sink(ctx, p->path,
         p->group == GROUP_OPEN      ? "open"
         : p->group == GROUP_ACCOUNT ? "all"
         : p->group == GROUP_PARTNER ? "partner"
         : p->group == GROUP_COMPANY ? "company"
                                     : "house",
         n > 1 && p->path[n - 1] == '/', p->post != NULL);
  }
  for (size_t i = 0; i < VG_COUNT(others); i++)
    sink(ctx, others[i].path, others[i].door, others[i].path[strlen(others[i].path) - 1] == '/', others[i].form);
}

/* An obstacle and what stands behind it, picked from either side: on the page of a case or a visit, what holds it up;
 * on the obstacle's page, what happened lately. */
#include "server/evaluation.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { OFFERED = 64, OF_A_KIND = 6 };

/* --- on the page of a thing --- */

struct offered {
  struct request *r;
  struct choice v[OFFERED];
  char id[OFFERED][VG_ID_MAX], label[OFFERED][300];
  size_t n, held;
};

static vg_code held_item(void *ctx, const struct obstacle *o, struct vg_err *err) {
  struct offered *x = ctx;
  struct request *r = x->r;
  (void)err;
  vg_buf_z(&r->out, x->held++ ? "" : "<ul>");
  RAW(r, "<li>");
  link_to(r, "/evaluation/obstacles/", vg_id_str(&o->pid), vg_str_z(o->title));
  if (o->removed != VG_NOTIME) {
    RAW(r, " ");
    badge(r, "ok", "server.obstacle.removed");
  }
  RAW(r, "</li>");
  return VG_OK;
}

static vg_code offer(void *ctx, const struct obstacle *o, struct vg_err *err) {
  struct offered *x = ctx;
  (void)err;
  if (o->removed != VG_NOTIME || x->n == OFFERED)
    return VG_OK;
  vg_str_copy(x->id[x->n], sizeof x->id[0], vg_id_str(&o->pid));
  snprintf(x->label[x->n], sizeof x->label[0], o->zone[0] ? "%s (%s)" : "%s", o->title, o->zone);
  x->v[x->n] = (struct choice){x->id[x->n], x->label[x->n]};
  x->n++;
  return VG_OK;
}

vg_code part_obstacles(struct request *r, vg_str ref, struct vg_err *err) {
  struct offered *x = calloc(1, sizeof *x);
  if (!x)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  x->r = r;
  card_begin(r, "server.obstacle.held", NULL);
  vg_code rc = evaluation_each_obstacle_of(r->tx, &r->who, ref, held_item, x, err);
  vg_buf_z(&r->out, x->held ? "</ul>" : "");
  if (rc == VG_OK)
    rc = evaluation_each_obstacle(r->tx, offer, x, err);
  if (rc == VG_OK && x->n) {
    details_begin(r, "server.obstacle.hold", "obstacle");
    form_begin(r, r->path, "obstacle");
    field_choice(r, "obstacle", "server.obstacle", x->v, x->n, NULL, "evaluation.linked evaluation.no_obstacle");
    form_end(r, "server.obstacle.hold.do", false);
    RAW(r, "</details>");
  }
  RAW(r, "<p>");
  link_to(r, "/evaluation/obstacles", VG_STR(""), vg_str_z(vg_msg_text(r->lang, "server.obstacles")));
  RAW(r, "</p>");
  card_end(r);
  free(x);
  return rc;
}

vg_code post_obstacle(struct request *r, vg_str ref, struct vg_err *err) {
  char pid[VG_ID_MAX];
  return evaluation_obstacle_link(r->tx, &r->who, vg_str_z(sent(r, "obstacle", pid, sizeof pid)), ref, err);
}

/* --- on the obstacle's page --- */

struct picking {
  struct request *r;
  const char *path; /* of the obstacle */
};

static vg_code recent_row(void *ctx, const struct evaluation_recent *one, struct vg_err *err) {
  const struct picking *p = ctx;
  struct request *r = p->r;
  (void)err;
  row(r);
  cell(r);
  link_ref(r, one->ref);
  RAW(r, "<br><small>");
  day(r, one->at);
  RAW(r, "</small>");
  cell(r);
  text(r, one->organisation);
  if (one->organisation.n && one->what.n)
    RAW(r, "<br>");
  RAW(r, "<small>");
  text(r, one->what);
  RAW(r, "</small>");
  cell(r);
  form_begin(r, p->path, "pick");
  field_hidden(r, "ref", one->ref);
  form_end(r, "server.obstacle.pick", false);
  return VG_OK;
}

vg_code part_recent(struct request *r, const struct obstacle *o, const char *path, struct vg_err *err) {
  static const char *const heading[] = {"server.obstacle.thing", "server.obstacle.of_whom", "server.obstacle.pick"};
  struct picking p = {r, path};
  char words[200];
  asked(r, "cherche", words, sizeof words);
  RAW(r, "<form class=\"form filters\" method=\"get\" action=\"");
  textz(r, path);
  RAW(r, "\" hx-get=\"");
  textz(r, path);
  RAW(r, "\" hx-trigger=\"input delay:250ms from:find input\" hx-target=\"#pick\" hx-select=\"#pick\" "
         "hx-swap=\"outerHTML\">");
  field(r, "cherche", "server.obstacle.find", "text", words, false, NULL);
  RAW(r, "<p><button>");
  msg(r, "server.search");
  RAW(r, "</button></p></form><div id=\"pick\">");
  table_begin(r, NULL, "server.obstacle.recent", heading, VG_COUNT(heading));
  VG_TRY(evaluation_each_recent(r->tx, &r->who, o, vg_str_z(words), OF_A_KIND, recent_row, &p, err));
  table_end(r, "server.obstacle.recent.none");
  RAW(r, "</div><p class=\"soft\">");
  msg(r, "server.obstacle.inquiries");
  RAW(r, "</p>");
  return VG_OK;
}

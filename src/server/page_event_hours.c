/* The hours of a major event that were kept: the latest on its sheet, all of them on a page. */
#include "server/event_parts.h"
#include "server/server_internal.h"

#include "base/json.h"

enum { LATEST = 6, DRAWN = 48, KEPT = 24 * 366 };

/* Newest first. One more than is told is taken: what has changed is the difference to the hour before. */
struct hours {
  struct request *r;
  struct vg_json *json;
  size_t told, n;
  struct hour {
    vg_time at;
    int64_t incidents, victims, tasks, late;
  } newest;                 /* not written yet */
  int64_t incidents[DRAWN]; /* for the picture */
};

static void hour_row(struct request *r, const struct hour *h, int64_t before) {
  int64_t change = h->incidents - before;
  const int64_t counts[] = {h->victims, h->tasks, h->late};
  row(r);
  cell(r);
  RAW(r, "<a href=\"?heure=");
  textz(r, vg_time_text((char[VG_TIME_TEXT]){0}, h->at, false));
  RAW(r, "\">");
  when(r, h->at);
  RAW(r, "</a>");
  cell_n(r);
  num(r, h->incidents);
  cell_n(r);
  vg_buf_z(&r->out, change > 0 ? "+" : "");
  num(r, change);
  for (size_t i = 0; i < VG_COUNT(counts); i++) {
    cell_n(r);
    num(r, counts[i]);
  }
}

static vg_code take(void *ctx, vg_time at, vg_time drawn, vg_str text_, struct vg_err *err) {
  struct hours *p = ctx;
  struct hour h = {.at = at};
  vg_jv root;
  (void)drawn;
  VG_TRY(vg_json_parse(p->json, text_, &root, err));
  vg_jv total = vg_jv_at(root, "total");
  if (!vg_jv_i64_at(total, "incidents", &h.incidents) || !vg_jv_i64_at(total, "victims", &h.victims) ||
      !vg_jv_i64_at(total, "tasks", &h.tasks) || !vg_jv_i64_at(total, "late", &h.late))
    return VG_OK;
  if (p->n && p->n <= p->told)
    hour_row(p->r, &p->newest, h.incidents);
  if (p->n < DRAWN)
    p->incidents[p->n] = h.incidents;
  p->newest = h;
  p->n++;
  return VG_OK;
}

static vg_code table(struct request *r, const struct event *e, struct hours *p, const char *id, int64_t limit,
                     struct vg_err *err) {
  static const char *const head[] = {"server.event.hour",           NUMBER("server.incidents"),
                                     NUMBER("server.event.change"), NUMBER("server.event.victims"),
                                     NUMBER("server.event.tasks"),  NUMBER("server.event.late")};
  VG_TRY(vg_json_new(&p->json, err));
  table_begin(r, id, "server.event.pictures", head, VG_COUNT(head));
  vg_code rc = event_each_picture(r->tx, e->id, limit, take, p, err);
  if (rc == VG_OK && p->n && p->n <= p->told)
    hour_row(r, &p->newest, 0); /* the first that was kept */
  vg_json_free(p->json);
  VG_TRY(rc);
  table_end(r, "server.event.no_picture");
  return VG_OK;
}

/* Side by side, the latest at the right. */
static void bars(struct request *r, const struct hours *p) {
  size_t n = p->n < DRAWN ? p->n : DRAWN;
  int64_t most = 1;
  for (size_t i = 0; i < n; i++)
    most = p->incidents[i] > most ? p->incidents[i] : most;
  vg_buf_fmt(&r->out, "<svg class=\"bars\" viewBox=\"0 0 %d 60\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
             DRAWN * 10);
  for (size_t i = 0; i < n; i++) {
    double h = 58.0 * (double)p->incidents[i] / (double)most;
    vg_buf_fmt(&r->out, "<rect class=\"z3\" x=\"%zu\" y=\"%.1f\" width=\"8\" height=\"%.1f\"/>", (DRAWN - 1 - i) * 10,
               60 - h, h);
  }
  RAW(r, "</svg>");
}

vg_code event_part_hours(struct request *r, const struct event *e, struct vg_err *err) {
  struct hours p = {.r = r, .told = LATEST};
  int64_t kept;
  VG_TRY(
      store_get_int(r->tx, &kept, "SELECT COUNT(*) FROM event_v_picture WHERE event = $1", S_ARGS(S_INT(e->id)), err));
  card_begin(r, "server.event.pictures", NULL);
  VG_TRY(table(r, e, &p, NULL, DRAWN, err));
  if (kept > LATEST) {
    bars(r, &p);
    RAW(r, "<p><a href=\"?heures=1\">");
    SAY(r, "server.event.all_hours", VG_N(kept));
    RAW(r, "</a></p>");
  }
  card_end(r);
  return VG_OK;
}

vg_code event_page_hours(struct request *r, const struct event *e, struct vg_err *err) {
  struct hours p = {.r = r, .told = KEPT};
  page_top_text(r, vg_str_z(e->name));
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.event.pictures");
  RAW(r, "</p><p>");
  link_to(r, "/evenements/", vg_id_str(&e->pid), vg_str_z(vg_msg_text(r->lang, "server.event.to_sheet")));
  RAW(r, "</p>");
  card_begin(r, "server.event.pictures", NULL);
  VG_TRY(table(r, e, &p, "heures", KEPT, err));
  card_end(r);
  return VG_OK;
}

/* /renseignement/imports: files that workers import: how far each is, and what was refused of it. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

enum { LOADS = 100 };

static void state(struct request *r, const struct intel_load *l, int64_t at) {
  bool waiting = vg_str_eqz(l->state, "waiting"), done = vg_str_eqz(l->state, "done");
  if (waiting && at >= 0)
    badge(r, "info", "server.job.running");
  else
    badge(r,
          waiting ? "mute"
          : done  ? "ok"
                  : "bad",
          waiting ? "server.job.waiting"
          : done  ? "server.job.done"
                  : "server.job.failed");
}

/* The bar and the rate; of a compressed file only what came out of it is known. */
static void progress(struct request *r, const struct intel_load *l, int64_t at) {
  double seconds = (double)(r->now - l->started) / (double)VG_SECOND;
  if (at < 0)
    return;
  if (l->bytes > 0 && at <= l->bytes) {
    RAW(r, "<br>");
    meter(r, (double)at / (double)l->bytes, 2, 0);
    percent(r, (double)at / (double)l->bytes);
    RAW(r, " · ");
  }
  bytes(r, at);
  if (seconds >= 1) {
    RAW(r, " · ");
    bytes(r, (int64_t)((double)at / seconds));
    RAW(r, "/s");
  }
}

static vg_code load_row(void *ctx, const struct intel_load *l, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  int64_t at = vg_str_eqz(l->state, "waiting") ? intel_load_at(l->path) : -1;
  row(r);
  cell(r);
  link_to(r, "/renseignement/imports/", l->pid, l->name);
  RAW(r, "<br><small>");
  bytes(r, l->bytes);
  RAW(r, "</small>");
  cell(r);
  text(r, l->source);
  cell(r);
  when(r, l->asked);
  RAW(r, "<br><small>");
  text(r, l->asked_name);
  RAW(r, "</small>");
  cell(r);
  state(r, l, at);
  progress(r, l, at);
  cell_n(r);
  num(r, l->added + l->updated);
  cell_n(r);
  num(r, l->rejected);
  cell_n(r);
  num(r, l->broken);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.loads.file",          "server.source",
                                     "server.job.asked",           "server.state",
                                     NUMBER("server.loads.kept"),  NUMBER("server.loads.rejected"),
                                     NUMBER("server.loads.broken")};
  page_top(r, "server.loads", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.loads.sub");
  RAW(r, "</p><p>");
  button_link(r, "/renseignement/ajouter", "server.intel.add", true);
  RAW(r, "</p><div id=\"loads\" hx-get=\"/renseignement/imports?guet=1\" hx-trigger=\"every 3s\" hx-select=\"#loads\" "
         "hx-swap=\"outerHTML\">");
  VG_TRY(part_unfinished(r, err));
  card_begin(r, NULL, NULL);
  table_begin(r, "imports", "server.loads", head, VG_COUNT(head));
  VG_TRY(intel_each_load(r->tx, LOADS, load_row, r, err));
  table_end(r, "server.loads.none");
  card_end(r);
  RAW(r, "</div>");
  return VG_OK;
}

static vg_code reject_row(void *ctx, vg_str place, vg_str reason, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  text(r, place);
  cell(r);
  text(r, reason);
  return VG_OK;
}

static vg_code rejects(struct request *r, const struct intel_load *l, struct vg_err *err) {
  static const char *const head[] = {"server.loads.place", "server.reason"};
  card_begin(r, "server.loads.refused", NULL);
  table_begin(r, "refus", "server.loads.refused", head, VG_COUNT(head));
  VG_TRY(intel_each_load_reject(r->tx, l->id, reject_row, r, err));
  int64_t more = l->rejected + l->broken - (int64_t)r->table_rows;
  table_end(r, "server.loads.refused.none");
  if (more > 0) {
    RAW(r, "<p class=\"soft\">");
    SAY(r, "server.intel.more", VG_N(more));
    RAW(r, "</p>");
  }
  card_end(r);
  return VG_OK;
}

static void outcome(struct request *r, const struct intel_load *l) {
  if (l->problem.n) {
    RAW(r, "<p class=\"alert\">");
    text(r, l->problem);
    RAW(r, "</p>");
  } else if (vg_str_eqz(l->state, "done")) {
    RAW(r, "<p role=\"status\">");
    SAY(r, "server.intel.counts", VG_N(l->read), VG_N(l->added), VG_N(l->updated), VG_N(l->rejected));
    RAW(r, "</p>");
    if (l->broken) {
      RAW(r, "<p class=\"alert\">");
      SAY(r, "intel.count.broken", VG_N(l->broken));
      RAW(r, "</p>");
    }
  }
}

static vg_code load_page(void *ctx, const struct intel_load *l, struct vg_err *err) {
  struct request *r = ctx;
  bool waiting = vg_str_eqz(l->state, "waiting");
  int64_t at = waiting ? intel_load_at(l->path) : -1;
  page_top_text(r, l->name);
  RAW(r, "<p class=\"sub\">");
  text(r, l->source);
  RAW(r, " · ");
  bytes(r, l->bytes);
  RAW(r, " · ");
  when(r, l->asked);
  RAW(r, ", ");
  text(r, l->asked_name);
  RAW(r, "</p><div id=\"load\"");
  if (waiting) {
    RAW(r, " hx-get=\"/renseignement/imports/");
    url(r, l->pid);
    RAW(r, "?guet=1\" hx-trigger=\"every 2s\" hx-select=\"#load\" hx-swap=\"outerHTML\"");
  }
  RAW(r, ">");
  card_begin(r, NULL, NULL);
  RAW(r, "<p>");
  state(r, l, at);
  progress(r, l, at);
  RAW(r, "</p>");
  outcome(r, l);
  card_end(r);
  if (!waiting)
    VG_TRY(rejects(r, l, err));
  RAW(r, "</div><p>");
  button_link(r, "/renseignement/imports", "server.loads", false);
  RAW(r, "</p>");
  return VG_OK;
}

static vg_code one(struct request *r, struct vg_err *err) {
  return intel_load_get(r->tx, vg_str_z(r->rest), load_page, r, err);
}

const struct page page_loads = {"/renseignement/imports", GROUP_THREATS, "server.nav.intel", list, NULL, PAGE_HIDDEN};
const struct page page_load = {"/renseignement/imports/", GROUP_THREATS, "server.nav.intel", one, NULL, PAGE_HIDDEN};

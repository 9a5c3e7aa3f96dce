/* Analyses asked for: how far each is, and the form that asks for one of a copy. One may leave and come back. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/file.h"

enum { COPIES = 100, JOBS = 100, LABEL = 200 };

static void progress(struct request *r, int64_t done, int64_t total) {
  double share = total > 0 ? (double)done / (double)total : 0;
  RAW(r, "<br>");
  meter(r, share, 2, 0);
  percent(r, share);
}

static void job_row(struct request *r, struct store_rows *q) {
  static const struct {
    const char *state, *kind, *id;
  } states[] = {{"waiting", "mute", "server.job.waiting"},
                {"running", "info", "server.job.running"},
                {"done", "ok", "server.job.done"},
                {"failed", "bad", "server.job.failed"}};
  vg_str state = store_str(q, 4);
  row(r);
  cell(r);
  link_to(r, "/affaires/", store_str(q, 0), store_str(q, 1));
  cell(r);
  text(r, vg_path_base(store_str(q, 2)));
  cell(r);
  when(r, store_time(q, 3));
  RAW(r, "<br><small>");
  text(r, store_str(q, 9));
  RAW(r, "</small>");
  cell(r);
  for (size_t i = 0; i < VG_COUNT(states); i++)
    if (vg_str_eqz(state, states[i].state))
      badge(r, states[i].kind, states[i].id);
  if (vg_str_eqz(state, "running"))
    progress(r, store_int(q, 5), store_int(q, 6));
  if (store_str(q, 8).n) {
    RAW(r, "<br><small>");
    text(r, store_str(q, 8));
    RAW(r, "</small>");
  }
  cell(r);
  if (store_str(q, 7).n)
    link_to(r, "/analyses/", store_str(q, 7), vg_str_z(vg_msg_text(r->lang, "server.job.open")));
}

struct copies {
  struct choice v[COPIES];
  char pid[COPIES][VG_ID_MAX], label[COPIES][LABEL];
  size_t n;
};

static void take_copy(struct request *r, struct store_rows *q) {
  struct copies *c = r->keep;
  vg_str file = vg_path_base(store_str(q, 2)), exhibit = store_str(q, 1);
  vg_str_copy(c->pid[c->n], VG_ID_MAX, store_str(q, 0));
  snprintf(c->label[c->n], LABEL, "%.*s : %.*s", (int)(exhibit.n < 60 ? exhibit.n : 60), exhibit.p,
           (int)(file.n < 120 ? file.n : 120), file.p);
  c->v[c->n] = (struct choice){c->pid[c->n], c->label[c->n]};
  c->n++;
}

/* The copies whose affair this person may see, newest first. */
static vg_code ask_form(struct request *r, struct vg_err *err) {
  struct copies c = {.n = 0};
  char wanted[VG_ID_MAX];
  r->keep = &c;
  VG_TRY(each(r,
              "SELECT m.pid, m.exhibit_ref, m.path FROM evidence_v_image m JOIN casework_v_case c ON c.ref = "
              "m.case_ref WHERE m.exhibit_ref <> '' AND m.away = 0" SEEN("c", "$1", "$2", "$3",
                                                                         "$4") " ORDER BY m.id DESC LIMIT $5",
              S_ARGS(SEEN_ARGS(r), S_INT(COPIES)), take_copy, err));
  card_begin(r, "server.job.ask", NULL);
  if (c.n == 0) {
    empty(r, "server.job.no_copy", "/scelles", "server.nav.exhibits");
  } else {
    form_begin(r, "/travaux", NULL);
    field_select(r, "copie", "server.job.copy", c.v, c.n, asked(r, "copie", wanted, sizeof wanted), true,
                 "analysis.job_exists analysis.job_input analysis.job_path server.job.away");
    form_end(r, "server.job.do", true);
  }
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.exhibit", "server.job.file", "server.job.asked", "server.state",
                                     "server.job.result"};
  page_top(r, "server.nav.jobs", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.job.sub");
  RAW(r, "</p>");
  VG_TRY(ask_form(r, err));
  RAW(r,
      "<div id=\"jobs\" hx-get=\"/travaux?guet=1\" hx-trigger=\"every 3s\" hx-select=\"#jobs\" hx-swap=\"outerHTML\">");
  card_begin(r, "server.job.list", NULL);
  table_begin(r, "travaux", "server.job.list", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT j.case_ref, j.exhibit_ref, j.input, j.asked, j.state, j.done, j.total, j.run, j.problem, "
              "COALESCE((SELECT MIN(m.name) FROM "
              "territory_v_mandate m WHERE m.person_pid = j.asked_by), j.asked_by) FROM analysis_v_job j JOIN "
              "casework_v_case c ON c.ref = j.case_ref "
              "WHERE 1 = 1" SEEN("c", "$1", "$2", "$3", "$4") " ORDER BY j.id DESC LIMIT $5",
              S_ARGS(SEEN_ARGS(r), S_INT(JOBS)), job_row, err));
  table_end(r, "server.job.none");
  card_end(r);
  RAW(r, "</div>");
  return VG_OK;
}

struct wanted {
  char path[4096], case_ref[64], exhibit_ref[64];
  bool found, away; /* away: its files are on another instance */
};

static void take_wanted(struct request *r, struct store_rows *q) {
  struct wanted *w = r->keep;
  vg_str_copy(w->path, sizeof w->path, store_str(q, 0));
  vg_str_copy(w->case_ref, sizeof w->case_ref, store_str(q, 1));
  vg_str_copy(w->exhibit_ref, sizeof w->exhibit_ref, store_str(q, 2));
  w->away = store_int(q, 3) != 0;
  w->found = true;
}

static vg_code ask(struct request *r, struct vg_err *err) {
  struct wanted w = {.found = false};
  char copy[VG_ID_MAX];
  struct vg_id pid;
  r->keep = &w;
  VG_TRY(
      each(r,
           "SELECT m.path, m.case_ref, m.exhibit_ref, m.away FROM evidence_v_image m JOIN casework_v_case c ON c.ref = "
           "m.case_ref WHERE m.pid = $5" SEEN("c", "$1", "$2", "$3", "$4"),
           S_ARGS(SEEN_ARGS(r), S_Z(sent(r, "copie", copy, sizeof copy))), take_wanted, err));
  if (!w.found)
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  if (w.away)
    return VG_FAIL(err, VG_ESTATE, "server.job.away", w.exhibit_ref);
  VG_TRY(analysis_job_add(r->tx, &r->who, w.path, w.case_ref, w.exhibit_ref, &pid, err));
  go_to(r, "/travaux", VG_STR(""));
  return VG_OK;
}

const struct page page_jobs = {"/travaux", GROUP_FIELD, "server.nav.jobs", list, ask, PAGE_LISTED};

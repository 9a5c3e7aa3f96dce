/* What whoever scans the code on the wall sees: counted without a name, then asked what it was worth. Open to all. */
#include "server/action_paper.h"
#include "server/server_internal.h"

#include <string.h>

#include "prevention/prevention.h"

static const char *const wills[] = {"yes", "perhaps", "no"};

void action_when(struct request *r, const struct action *a) {
  RAW(r, "<p class=\"sub\">");
  when(r, a->at);
  if (a->place[0]) {
    RAW(r, " · ");
    textz(r, a->place);
  }
  RAW(r, "</p>");
}

static vg_code attendance(struct request *r, struct vg_err *err) {
  card_begin(r, "server.presence.who", NULL);
  RAW(r, "<p>");
  msg(r, "server.presence.no_name");
  RAW(r, "</p>");
  form_begin(r, r->path, "presence");
  VG_TRY(field_naf(r, "naf", "server.presence.public", NULL, "prevention.attend", err));
  VG_TRY(field_size(r, "size", "server.presence.public", NULL, NULL, err));
  form_end(r, "server.presence.count", true);
  card_end(r);
  return VG_OK;
}

static void feedback(struct request *r) {
  static const char *const marks[] = {"1", "2", "3", "4", "5"};
  struct choice mark[VG_COUNT(marks)], will[VG_COUNT(wills)];
  char mark_label[VG_COUNT(marks)][48], will_label[VG_COUNT(wills)][48];
  size_t m = coded_choices(mark, "server.presence.mark.", mark_label, marks, VG_COUNT(marks));
  size_t w = coded_choices(will, "server.presence.will.", will_label, wills, VG_COUNT(wills));
  card_begin(r, "server.presence.feedback", NULL);
  form_begin(r, r->path, "avis");
  field_radio(r, "useful", vg_str_z(vg_msg_text(r->lang, "server.presence.useful")), mark, m, NULL);
  field_radio(r, "will", vg_str_z(vg_msg_text(r->lang, "server.presence.will")), will, w, NULL);
  field_area(r, "note", "server.presence.note", false, "prevention.note");
  form_end(r, "server.presence.send", true);
  card_end(r);
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct action a;
  char thanks[16];
  vg_code rc = prevention_by_token(r->tx, vg_str_z(r->rest), &a, err);
  if (rc == VG_ESTATE) {
    page_top_text(r, vg_str_z(a.title));
    action_when(r, &a);
    card_begin(r, NULL, NULL);
    msg(r, "prevention.code_closed");
    card_end(r);
    return VG_OK;
  }
  VG_TRY(rc);
  page_top_text(r, vg_str_z(a.title));
  action_when(r, &a);
  asked(r, "vu", thanks, sizeof thanks);
  if (thanks[0]) {
    RAW(r, "<p class=\"done\" role=\"status\">");
    msg(r, strcmp(thanks, "avis") ? "server.presence.counted" : "server.presence.thanks");
    RAW(r, "</p>");
  }
  if (!thanks[0])
    VG_TRY(attendance(r, err));
  if (strcmp(thanks, "avis"))
    feedback(r);
  return VG_OK;
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16], naf[8], size[8], useful[8], will[16], note[1024];
  int64_t mark = 0;
  vg_str token = vg_str_z(r->rest);
  if (!strcmp(sent(r, "what", what, sizeof what), "presence")) {
    sent(r, "naf", naf, sizeof naf);
    sent(r, "size", size, sizeof size);
    /* A visitor of the general public gives neither; half an answer is asked again. */
    VG_TRY(prevention_attend(r->tx, token, vg_str_z(naf), vg_str_z(size), err));
  } else {
    if (!vg_str_i64(vg_str_z(sent(r, "useful", useful, sizeof useful)), &mark))
      mark = 0;
    VG_TRY(prevention_feedback(r->tx, token, mark, vg_str_z(sent(r, "will", will, sizeof will)),
                               vg_str_z(sent(r, "note", note, sizeof note)), err));
  }
  go_to(r, "/presence/", token);
  size_t n = strlen(r->location);
  vg_str_copy(r->location + n, sizeof r->location - n,
              !strcmp(what, "presence") ? VG_STR("?vu=presence") : VG_STR("?vu=avis"));
  return VG_OK;
}

const struct page page_presence = {"/presence/", GROUP_OPEN, NULL, show, post, PAGE_HIDDEN};

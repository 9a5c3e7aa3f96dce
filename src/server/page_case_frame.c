/* Of a case: the frame that it is in, until when, what it was before; and the forms that change and prolong it. */
#include "server/server_internal.h"

static vg_code change_item(void *ctx, const struct frame_change *f, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<li>");
  when(r, f->from);
  RAW(r, " ");
  word(r, "server.frame.", f->was);
  RAW(r, " → <strong>");
  word(r, "server.frame.", f->frame);
  RAW(r, "</strong>");
  if (f->until != VG_NOTIME) {
    RAW(r, ", ");
    msg(r, "server.frame.until");
    RAW(r, " ");
    when(r, f->until);
  }
  RAW(r, " <small>");
  text(r, f->reference);
  if (f->authority.n) {
    RAW(r, " · ");
    text(r, f->authority);
  }
  RAW(r, " · ");
  text(r, f->person_name);
  RAW(r, "</small></li>");
  return VG_OK;
}

static void ends(struct request *r, const struct flagrance *f, const struct frame_rule *rule) {
  RAW(r, "<p>");
  msg(r, f->end < r->now ? "server.frame.over" : "server.frame.ends");
  RAW(r, " ");
  when(r, f->end);
  RAW(r, " (");
  clock_left(r, f->end, VG_STR("open"));
  RAW(r, ") <small>");
  text(r, f->prolonged ? rule->prolonged_article : rule->article);
  to_check(r, rule->doubt);
  RAW(r, "</small></p>");
  if (f->idle == VG_NOTIME)
    return;
  RAW(r, "<p class=\"alert\">");
  msg(r, f->resumed == VG_NOTIME ? "server.frame.idle.since" : "server.frame.idle.between");
  RAW(r, " ");
  when(r, f->idle);
  if (f->resumed != VG_NOTIME) {
    RAW(r, " – ");
    when(r, f->resumed);
  }
  RAW(r, ". ");
  msg(r, "server.frame.idle.why");
  RAW(r, "</p>");
}

static void fields(struct request *r) {
  field(r, "from", "server.frame.from", "datetime-local", "", true,
        "casework.frame_from casework.frame_act casework.flagrance_late server.bad_time");
  field(r, "reference", "server.frame.reference", "text", "", true, "casework.frame_reference casework.act_text");
  field(r, "authority", "server.frame.authority", "text", "", false, "casework.frame_authority");
}

static void change_form(struct request *r, const struct affair *a) {
  static const char *const inquiry[] = {"flagrance", "preliminary", "rogatory", "intelligence"};
  struct choice v[VG_COUNT(inquiry)];
  char labels[VG_COUNT(inquiry)][48];
  const char *others[VG_COUNT(inquiry)];
  size_t n = 0;
  for (size_t i = 0; i < VG_COUNT(inquiry); i++)
    if (!vg_str_eqz(vg_str_z(a->frame), inquiry[i]))
      others[n++] = inquiry[i];
  n = coded_choices(v, "server.frame.", labels, others, n);
  details_begin(r, "server.frame.change", "frame");
  form_begin(r, r->path, "frame");
  field_choice(r, "frame", "server.frame.to", v, n, "", "casework.frame casework.frame_regime casework.frame_same");
  fields(r);
  form_end(r, "server.frame.change", false);
  RAW(r, "</details>");
}

static void prolong_form(struct request *r) {
  details_begin(r, "server.frame.prolong", "prolong");
  form_begin(r, r->path, "prolong");
  field(r, "until", "server.frame.prolonged_to", "datetime-local", "", true,
        "casework.flagrance_until casework.flagrance_penalty casework.flagrance_twice");
  fields(r);
  form_end(r, "server.frame.prolong", false);
  RAW(r, "</details>");
}

vg_code part_frame(struct request *r, const struct affair *a, struct vg_err *err) {
  struct flagrance f;
  struct frame_rule rule;
  VG_TRY(casework_flagrance(r->tx, a->id, &f, err));
  bool limited = f.end != VG_NOTIME && casework_frame_rule(vg_str_z(a->frame), &rule);
  card_begin(r, "server.frame.title", NULL);
  RAW(r, "<p><strong>");
  word(r, "server.frame.", vg_str_z(a->frame));
  RAW(r, "</strong></p>");
  if (limited)
    ends(r, &f, &rule);
  RAW(r, "<ul class=\"tree\">");
  VG_TRY(casework_each_frame(r->tx, a->id, change_item, r, err));
  RAW(r, "</ul>");
  if (casework_frame_regime(vg_str_z(a->frame)) == REGIME_PREVENTION) {
    RAW(r, "<p class=\"sub\">");
    msg(r, "server.frame.prevention_stays");
    RAW(r, "</p>");
  } else {
    change_form(r, a);
    if (limited && !f.prolonged)
      prolong_form(r);
  }
  card_end(r);
  return VG_OK;
}

vg_code post_frame(struct request *r, bool prolong, const struct affair *a, struct vg_err *err) {
  char frame[24], reference[300], authority[300];
  struct frame_change to = {.until = VG_NOTIME,
                            .frame = prolong ? vg_str_z(a->frame) : vg_str_z(sent(r, "frame", frame, sizeof frame)),
                            .reference = vg_str_z(sent(r, "reference", reference, sizeof reference)),
                            .authority = vg_str_z(sent(r, "authority", authority, sizeof authority))};
  if (!sent_time(r, "from", &to.from) || (prolong && !sent_time(r, "until", &to.until)))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  return casework_case_reframe(r->tx, &r->who, a, &to, err);
}

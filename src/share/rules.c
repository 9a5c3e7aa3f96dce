#include "share/share_internal.h"

#include "intel/intel.h"

const char *share_tlp_id(int tlp) {
  static const char *const ids[] = {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
                                    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
                                    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
                                    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
                                    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"};
  VG_ASSERT(tlp >= TLP_CLEAR && tlp <= TLP_RED);
  return ids[tlp];
}

bool share_list_has(const char *list, vg_str word) {
  vg_str rest = vg_str_z(list), part;
  while (vg_str_cut(&rest, ',', &part)) {
    part = vg_str_trim(part);
    if (vg_str_eqz(part, "*") || vg_str_eq(part, word))
      return true;
  }
  return false;
}

static void say(struct share_decision *d, bool allowed, const char *rule, const char *a, const char *b) {
  d->allowed = allowed;
  d->rule = rule;
  vg_str_copy(d->arg[0], SHARE_ARG_MAX, vg_str_z(a));
  vg_str_copy(d->arg[1], SHARE_ARG_MAX, vg_str_z(b));
}

/* One convention in force. Returns how far the object came (the refusal that is nearest to a yes is the one to tell).
 */
static int weigh(const struct share_facts *f, const struct convention *c, struct share_decision *d) {
  d->convention = c->pid;
  if (!(c->direction & SHARE_GIVE))
    return say(d, false, "share.rule.direction", share_direction_name(c->direction), ""), 1;
  if (!share_list_has(c->purposes, vg_str_z(f->purpose)))
    return say(d, false, "share.rule.purpose", f->purpose, c->purposes), 2;
  if (!share_list_has(c->classes, f->type))
    return say(d, false, "share.rule.class", VG_T(f->type), c->classes), 3;
  if (f->tlp > c->max_tlp)
    return say(d, false, "share.rule.tlp", intel_tlp_name((enum tlp)f->tlp), intel_tlp_name((enum tlp)c->max_tlp)), 4;
  if (f->pap > c->max_pap)
    return say(d, false, "share.rule.pap", intel_pap_name((enum pap)f->pap), intel_pap_name((enum pap)c->max_pap)), 5;
  /* A case under inquiry is secret: it leaves only to those with whom the inquiry itself is shared, by name and not by
   * "*". */
  if (f->from_case && !vg_str_eqz(vg_str_z(f->purpose), "investigation"))
    return say(d, false, "share.rule.case_secrecy", f->purpose, ""), 6;
  say(d, true, "share.rule.convention", intel_tlp_name((enum tlp)f->tlp), "");
  return 7;
}

static bool decide_by_convention(const struct share_facts *f, struct share_decision *d) {
  int best = 0;
  const struct convention *late = NULL;
  for (size_t i = 0; i < f->count; i++) {
    const struct convention *c = &f->conventions[i];
    if (f->now < c->from || f->now >= c->to) {
      late = c;
      continue;
    }
    struct share_decision one = *d;
    int far = weigh(f, c, &one);
    if (far > best) {
      best = far;
      *d = one;
    }
  }
  if (!best && late) {
    char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
    say(d, false, f->now < late->from ? "share.rule.not_yet" : "share.rule.expired",
        vg_time_text(from, late->from, false), vg_time_text(to, late->to, false));
    d->convention = late->pid;
  }
  return best || late;
}

void share_decide(const struct share_facts *f, struct share_decision *d) {
  d->allowed = false;
  if (f->tlp >= TLP_RED) {
    say(d, false, "share.rule.tlp_red", "", "");
    return;
  }
  if (f->pap >= PAP_RED) {
    say(d, false, "share.rule.pap_red", "", "");
    return;
  }
  /* What is public is so for everybody, with or without a convention; but what an inquiry made is not public by its
   * marking alone. */
  if (f->tlp == TLP_CLEAR && f->pap <= PAP_GREEN && !f->from_case) {
    say(d, true, "share.rule.public", "", "");
    return;
  }
  if (decide_by_convention(f, d))
    return;
  if (f->tlp == TLP_GREEN && f->pap <= PAP_GREEN && f->member && !f->from_case) {
    say(d, true, "share.rule.community", "", "");
    return;
  }
  say(d, false, "share.rule.no_convention", intel_tlp_name((enum tlp)f->tlp), "");
}

void share_decide_receive(const struct share_facts *f, struct share_decision *d) {
  const struct convention *late = NULL;
  say(d, false, "share.rule.no_convention", "", "");
  for (size_t i = 0; i < f->count && !d->allowed; i++) {
    const struct convention *c = &f->conventions[i];
    if (f->now < c->from || f->now >= c->to) {
      late = c;
      continue;
    }
    d->convention = c->pid;
    if (c->direction & SHARE_RECEIVE)
      say(d, true, "share.rule.convention", "", "");
    else
      say(d, false, "share.rule.direction", share_direction_name(c->direction), "");
  }
  if (!d->convention.s[0] && late) {
    char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
    say(d, false, f->now < late->from ? "share.rule.not_yet" : "share.rule.expired",
        vg_time_text(from, late->from, false), vg_time_text(to, late->to, false));
    d->convention = late->pid;
  }
}

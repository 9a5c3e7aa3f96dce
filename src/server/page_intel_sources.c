/* /renseignement/sources: who asserts things, how reliable, how its unmarked objects are marked; withdrawing all that a
 * source says, and restoring it: nothing of the others' changes. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

static void withdraw_form(struct request *r, const struct intel_source *s) {
  bool gone = s->withdrawn != VG_NOTIME;
  details_begin(r, gone ? "server.sources.restore" : "server.sources.withdraw", NULL);
  form_begin(r, "/renseignement/sources", gone ? "restore" : "withdraw");
  field_hidden(r, "name", s->name);
  RAW(r, "<input name=\"motive\" required aria-label=\"");
  msg(r, "server.motive");
  RAW(r, "\">");
  form_end(r, gone ? "server.sources.restore" : "server.sources.withdraw", false);
  RAW(r, "</details>");
}

static vg_code source_row(void *ctx, const struct intel_source *s, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/renseignement/objets?source=", s->name, s->name);
  cell(r);
  text(r, vg_str_n(&s->reliability, 1));
  cell(r);
  if (s->tlp >= 0)
    tlp(r, (enum tlp)s->tlp);
  else
    RAW(r, "–");
  RAW(r, " ");
  if (s->pap >= 0)
    pap(r, (enum pap)s->pap);
  cell_n(r);
  num(r, s->objects);
  cell(r);
  if (s->withdrawn != VG_NOTIME) {
    badge(r, "bad", "server.intel.withdrawn");
    RAW(r, " ");
    when(r, s->withdrawn);
  } else
    badge(r, "ok", "server.intel.latest");
  cell(r);
  withdraw_form(r, s);
  return VG_OK;
}

static void set_form(struct request *r) {
  static const struct choice grade[] = {{"A", "server.grade.a"}, {"B", "server.grade.b"}, {"C", "server.grade.c"},
                                        {"D", "server.grade.d"}, {"E", "server.grade.e"}, {"F", "server.grade.f"}};
  struct choice tlps[TLP_RED + 2] = {{"", "server.sources.unchanged"}},
                               paps[PAP_RED + 2] = {{"", "server.sources.unchanged"}};
  for (int i = 0; i <= TLP_RED; i++)
    tlps[i + 1] = (struct choice){intel_tlp_name((enum tlp)i), intel_tlp_name((enum tlp)i)};
  for (int i = 0; i <= PAP_RED; i++)
    paps[i + 1] = (struct choice){intel_pap_name((enum pap)i), intel_pap_name((enum pap)i)};
  card_begin(r, "server.sources.set", NULL);
  form_begin(r, "/renseignement/sources", "set");
  field(r, "name", "server.source", "text", "", true, "server.needed intel.no_source");
  field_choice(r, "grade", "server.reliability", grade, VG_COUNT(grade), "F", "intel.reliability");
  field_select(r, "tlp", "server.sources.tlp", tlps, VG_COUNT(tlps), "", false, NULL);
  field_select(r, "pap", "server.sources.pap", paps, VG_COUNT(paps), "", false, NULL);
  form_end(r, "server.sources.set.do", false);
  card_end(r);
}

static void use_line(void *ctx, const char *message, const char *count, const char *languages) {
  struct request *r = ctx;
  RAW(r, "<li>");
  SAY(r, message, count, languages);
  if (!strcmp(message, "intel.count.broken")) {
    RAW(r, " · ");
    link_to(r, "/renseignement/objets?casse=1", VG_STR(""), vg_str_z(vg_msg_text(r->lang, "server.sources.broken")));
  }
  RAW(r, "</li>");
}

static bool any_use(const struct intel_uses *u) {
  for (size_t i = 0; i < INTEL_USE_KINDS; i++)
    if (u->n[i])
      return true;
  return false;
}

void uses_list(struct request *r, const struct intel_uses *u) {
  if (!any_use(u))
    return;
  RAW(r, "<ul>");
  intel_uses_say(u, use_line, r);
  RAW(r, "</ul>");
}

vg_code part_uses(struct request *r, struct vg_err *err) {
  struct intel_uses u;
  VG_TRY(intel_uses_count(r->tx, &u, err));
  if (!any_use(&u))
    return VG_OK;
  card_begin(r, "server.sources.uses", NULL);
  uses_list(r, &u);
  card_end(r);
  return VG_OK;
}

static vg_code unfinished(void *ctx, const struct intel_unfinished *u, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<p class=\"alert\">");
  when(r, u->when);
  RAW(r, " · ");
  SAY(r, "server.loads.unfinished", VG_T(u->file), VG_T(u->source), VG_T(u->who));
  RAW(r, "</p>");
  return VG_OK;
}

vg_code part_unfinished(struct request *r, struct vg_err *err) {
  return intel_each_unfinished(r->tx, unfinished, r, err);
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.source",          "server.reliability",
                                     "server.sources.marking", NUMBER("server.objects.count"),
                                     "server.state",           "server.sources.action"};
  page_top(r, "server.sources", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.sources.sub");
  RAW(r, "</p>");
  problem_alert(r);
  VG_TRY(part_unfinished(r, err));
  card_begin(r, NULL, NULL);
  table_begin(r, "sources", "server.sources", head, VG_COUNT(head));
  VG_TRY(intel_each_source(r->tx, source_row, r, err));
  table_end(r, "server.intel.none");
  card_end(r);
  VG_TRY(part_uses(r, err));
  set_form(r);
  return VG_OK;
}

static vg_code set(struct request *r, vg_str name, struct vg_err *err) {
  char grade[4], given[24];
  enum tlp t;
  enum pap p;
  struct intel_source s = {.name = name, .tlp = -2, .pap = -2};
  s.reliability = sent(r, "grade", grade, sizeof grade)[0];
  if (intel_tlp_by_name(vg_str_z(sent(r, "tlp", given, sizeof given)), &t))
    s.tlp = (int)t;
  if (intel_pap_by_name(vg_str_z(sent(r, "pap", given, sizeof given)), &p))
    s.pap = (int)p;
  return intel_source_set(r->tx, &r->who, &s, err);
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16], name[256], motive[1000];
  vg_str source = vg_str_trim(vg_str_z(sent(r, "name", name, sizeof name)));
  vg_str why = vg_str_trim(vg_str_z(sent(r, "motive", motive, sizeof motive)));
  sent(r, "what", what, sizeof what);
  if (!source.n || (strcmp(what, "set") != 0 && !why.n))
    return VG_FAIL(err, VG_EDATA, "server.needed");
  if (!strcmp(what, "set"))
    VG_TRY(set(r, source, err));
  else
    VG_TRY(intel_source_withdraw(r->tx, &r->who, source, !strcmp(what, "restore"), why, err));
  go_to(r, "/renseignement/sources", VG_STR(""));
  return VG_OK;
}

const struct page page_intel_sources = {
    "/renseignement/sources", GROUP_THREATS, "server.nav.intel", list, post, PAGE_HIDDEN};

#include "server/server_internal.h"

#include "share/share.h"

#include <string.h>

void badge_in_force(struct request *r, const struct convention *k) {
  bool future = k->from > r->now;
  badge(r,
        !k->admitted  ? "warn"
        : k->in_force ? "ok"
        : future      ? "info"
                      : "mute",
        !k->admitted  ? "server.convention.elsewhere"
        : k->in_force ? "server.in_force"
        : future      ? "server.to_come"
                      : "server.over");
}

static vg_code list_row(void *ctx, const struct convention *k, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/conventions/", vg_id_str(&k->pid), vg_str_z(k->partner_name));
  cell(r);
  badge_in_force(r, k);
  cell(r);
  day(r, k->from);
  cell(r);
  day(r, k->to);
  cell(r);
  word(r, "server.direction.", vg_str_z(share_direction_name(k->direction)));
  cell(r);
  tlp(r, (enum tlp)k->max_tlp);
  RAW(r, " ");
  pap(r, (enum pap)k->max_pap);
  return VG_OK;
}

static vg_code release_row(void *ctx, const struct share_release_row *x, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  when(r, x->time);
  cell(r);
  link_object(r, x->object);
  cell(r);
  text(r, x->recipient);
  cell(r);
  badge(r, x->allowed ? "ok" : "bad", x->allowed ? "server.released" : "server.withheld");
  cell(r);
  SAY(r, VG_T(x->rule), VG_T(x->arg1), VG_T(x->arg2));
  cell_n(r);
  if (x->ledger >= 0)
    vg_buf_fmt(&r->out, "<a href=\"/journal/%lld\">%lld</a>", (long long)x->ledger, (long long)x->ledger);
  return VG_OK;
}

static vg_code releases(struct request *r, int64_t org, struct vg_err *err) {
  static const char *const head[] = {"server.time",     "server.object", "server.recipient",
                                     "server.decision", "server.rule",   NUMBER("server.entry")};
  card_begin(r, "server.releases", NULL);
  table_begin(r, "diffusions", "server.releases", head, VG_COUNT(head));
  VG_TRY(share_each_release(r->tx, org, r->csv[0] ? 10000 : 50, release_row, r, err));
  table_end(r, "server.releases.none");
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.partner", "server.state",     "server.from",
                                     "server.to",      "server.direction", "server.ceiling"};
  page_top(r, "server.nav.conventions", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.conventions.sub");
  RAW(r, "</p>");
  card_begin(r, "server.nav.conventions", NULL);
  table_begin(r, "conventions", "server.nav.conventions", head, VG_COUNT(head));
  VG_TRY(share_each_convention_waiting(r->tx, 0, list_row, r, err));
  VG_TRY(share_each_convention(r->tx, 0, list_row, r, err));
  table_end(r, "server.conventions.none");
  card_end(r);
  return releases(r, 0, err);
}

static vg_code flow_row(void *ctx, const struct share_flow *f, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  bool received = vg_str_eqz(f->purpose, "receive");
  row(r);
  cell(r);
  badge(r, f->allowed ? "ok" : "bad",
        f->allowed ? received ? "server.flow.received" : "server.flow.given"
        : received ? "server.flow.turned_away"
                   : "server.withheld");
  cell(r);
  msg(r, received ? "server.flow.receive" : "server.flow.give");
  RAW(r, " ");
  if (!received)
    word(r, "server.purpose.", f->purpose);
  cell(r);
  char rule[64];
  textz(r, share_rule_word(r->lang, vg_str_copy(rule, sizeof rule, f->rule)));
  cell_n(r);
  num(r, f->objects);
  cell_n(r);
  num(r, f->decisions);
  cell(r);
  when(r, f->last);
  return VG_OK;
}

static vg_code letter_row(void *ctx, const struct share_letter *l, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  when(r, l->time);
  cell(r);
  msg(r, l->sent ? "server.flow.asked" : "server.flow.was_asked");
  cell(r);
  link_object(r, l->request);
  cell(r);
  day(r, l->deadline);
  return VG_OK;
}

/* What the convention was used for: how much was given and taken, what was refused by which rule, and the questions
 * that went both ways. */
static vg_code flows(struct request *r, const struct convention *k, struct vg_err *err) {
  static const char *const head[] = {"server.decision",
                                     "server.purposes",
                                     "server.rule",
                                     NUMBER("server.flow.objects"),
                                     NUMBER("server.flow.decisions"),
                                     "server.flow.last"};
  static const char *const letters[] = {"server.time", "server.flow.way", "server.nav.qualify", "server.flow.deadline"};
  card_begin(r, "server.flow", NULL);
  table_begin(r, "echanges", "server.flow", head, VG_COUNT(head));
  VG_TRY(share_each_flow(r->tx, vg_id_str(&k->pid), flow_row, r, err));
  table_end(r, "server.flow.none");
  card_end(r);
  card_begin(r, "server.flow.questions", NULL);
  table_begin(r, "questions", "server.flow.questions", letters, VG_COUNT(letters));
  VG_TRY(share_each_letter(r->tx, k->partner, letter_row, r, err));
  table_end(r, "server.flow.no_questions");
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct convention k;
  VG_TRY(share_convention_find(r->tx, vg_str_z(r->rest), &k, err));
  page_top(r, "server.convention.title", TITLE_ARGS(k.partner_name));
  RAW(r, "<p class=\"sub\">");
  badge_in_force(r, &k);
  RAW(r, " <span class=\"id\">");
  textz(r, k.pid.s);
  RAW(r, "</span></p>");
  card_begin(r, NULL, NULL);
  dl_begin(r);
  term(r, "server.from");
  day(r, k.from);
  term(r, "server.to");
  day(r, k.to);
  RAW(r, " (");
  clock_left(r, k.to, VG_STR("open"));
  RAW(r, ")");
  term(r, "server.direction");
  word(r, "server.direction.", vg_str_z(share_direction_name(k.direction)));
  term(r, "server.ceiling");
  tlp(r, (enum tlp)k.max_tlp);
  RAW(r, " ");
  pap(r, (enum pap)k.max_pap);
  term(r, "server.purposes");
  purposes(r, vg_str_z(k.purposes));
  term(r, "server.classes");
  classes(r, k.classes);
  dl_end(r);
  if (!k.admitted) {
    RAW(r, "<p class=\"soft\">");
    msg(r, "server.convention.elsewhere.sub");
    RAW(r, "</p>");
  }
  if (!k.admitted && territory_may_appoint(&r->who, NULL) == VG_OK) {
    form_begin(r, r->path, "admit");
    form_end(r, "server.convention.admit", true);
  }
  card_end(r);
  part_blind(r, &k);
  VG_TRY(flows(r, &k, err));
  return releases(r, k.partner, err);
}

static vg_code answer(struct request *r, struct vg_err *err) {
  char what[16];
  if (strcmp(sent(r, "what", what, sizeof what), "admit"))
    return blind_answer(r, err);
  VG_TRY(share_convention_admit(r->tx, &r->who, vg_str_z(r->rest), err));
  go_to(r, r->path, VG_STR(""));
  return VG_OK;
}

const struct page page_conventions = {"/conventions", GROUP_NETWORK, "server.nav.conventions", list, NULL, PAGE_LISTED};
const struct page page_convention = {"/conventions/", GROUP_NETWORK, "server.nav.conventions", show,
                                     answer,          PAGE_HIDDEN};

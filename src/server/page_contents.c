#include "server/server_internal.h"

#include <string.h>

#include "share/share.h"
#include "territory/territory.h"

enum { BODY = 60000 };

static void audience(struct request *r, const struct share_content *c) {
  const char *const parts[] = {c->zone, c->sector, c->size};
  bool any = false;
  if (c->zone[0]) {
    zone_name(r, vg_str_z(c->zone));
    any = true;
  }
  for (size_t i = 1; i < VG_COUNT(parts); i++)
    if (parts[i][0]) {
      vg_buf_z(&r->out, any ? " · " : "");
      textz(r, parts[i]);
      any = true;
    }
  if (!any)
    msg(r, "server.content.everyone");
}

static void state(struct request *r, const struct share_content *c) {
  static const char *const kind[] = {"info", "warn", "ok", "mute"};
  static const char *const name[] = {"server.content.draft", "server.content.returned", "server.content.approved",
                                     "server.content.published"};
  badge(r, kind[c->state], name[c->state]);
}

static vg_code list_row(void *ctx, const struct share_content *c, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/contenus/", vg_id_str(&c->pid), vg_str_z(c->title));
  cell(r);
  word(r, "server.content.kind.", vg_str_z(c->kind));
  cell(r);
  state(r, c);
  cell_n(r);
  num(r, c->version);
  cell(r);
  audience(r, c);
  cell(r);
  textz(r, c->partner_name);
  cell(r);
  tlp(r, (enum tlp)c->tlp);
  return VG_OK;
}

/* --- those about a warning or a story, on its page --- */

const char *const contents_head[CONTENTS_COLUMNS] = {"server.content.kind", "server.content.title", "server.state",
                                                     "server.watch.since"};

static vg_code about_row(void *ctx, const struct share_content *c, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  word(r, "server.content.kind.", vg_str_z(c->kind));
  cell(r);
  link_to(r, "/contenus/", vg_id_str(&c->pid), vg_str_z(c->title));
  cell(r);
  state(r, c);
  cell(r);
  when(r, c->made);
  return VG_OK;
}

vg_code rows_contents(struct request *r, vg_str about, struct vg_err *err) {
  return share_each_content(r->tx, &r->who, about, about_row, r, err);
}

/* A draft in the room of contents, with its sources and their marking. */
vg_code draft_content(struct request *r, vg_str about, struct vg_err *err) {
  struct share_content c = {.kind = "bulletin", .tlp = SHARE_TLP_AS_SOURCE, .pap = PAP_GREEN};
  VG_TRY(share_content_from(r->tx, &r->who, about, r->lang, &c, VG_STR(""), err));
  go_to(r, "/contenus/", vg_id_str(&c.pid));
  return VG_OK;
}

static const struct choice kinds[] = {{"bulletin", "server.content.kind.bulletin"},
                                      {"note", "server.content.kind.note"},
                                      {"guide", "server.content.kind.guide"},
                                      {"tool", "server.content.kind.tool"}};
static const struct choice markings[] = {{"", "server.content.as_source"},
                                         {"CLEAR", "TLP:CLEAR"},
                                         {"GREEN", "TLP:GREEN"},
                                         {"AMBER", "TLP:AMBER"},
                                         {"AMBER+STRICT", "TLP:AMBER+STRICT"}};

static void new_form(struct request *r) {
  details_begin(r, "server.content.new", NULL);
  form_begin(r, "/contenus", NULL);
  field(r, "title", "server.content.title", "text", NULL, false, "share.content.title");
  field_choice(r, "kind", "server.content.kind", kinds, VG_COUNT(kinds), "bulletin", "share.content.kind");
  field(r, "from", "server.content.from", "text", NULL, false, "share.bulletin.no_warning watch.no_story");
  field_body(r, "body", "server.content.body", NULL, false, "share.content.body share.content.text");
  field(r, "zone", "server.content.zone", "text", NULL, false, "territory.no_zone");
  field(r, "sector", "server.content.sector", "text", NULL, false, NULL);
  field(r, "size", "server.content.size", "text", NULL, false, NULL);
  field(r, "with", "server.content.with", "text", NULL, false, "territory.no_org");
  field_choice(r, "tlp", "server.content.tlp", markings, VG_COUNT(markings), "", "share.content.looser");
  form_end(r, "server.content.create", true);
  RAW(r, "</details>");
}

static bool in_house(const struct request *r) { return page_door(&r->who) == DOOR_HOUSE; }

/* Outside a convention's dates nothing flows, drafts neither. */
static vg_code find_in_force(void *ctx, const struct convention *k, struct vg_err *err) {
  (void)err;
  *(bool *)ctx |= k->in_force;
  return VG_OK;
}

static vg_code bound_now(struct request *r, struct vg_err *err) {
  bool in_force = in_house(r);
  if (!in_force)
    VG_TRY(share_each_convention(r->tx, r->who.organisation, find_in_force, &in_force, err));
  return in_force ? VG_OK : VG_FAIL(err, VG_EDENIED, "server.own.over");
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {
      "server.content.title", "server.content.kind",    "server.state",      NUMBER("server.content.version"),
      "server.content.for",   "server.content.partner", "server.content.tlp"};
  VG_TRY(bound_now(r, err));
  page_top(r, "server.nav.contents", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.contents.sub");
  RAW(r, "</p>");
  if (in_house(r)) {
    card_begin(r, NULL, NULL);
    new_form(r);
    card_end(r);
  }
  card_begin(r, "server.contents", NULL);
  table_begin(r, "contenus", "server.contents", head, VG_COUNT(head));
  VG_TRY(share_each_content(r->tx, &r->who, VG_STR(""), list_row, r, err));
  table_end(r, "server.contents.none");
  card_end(r);
  return VG_OK;
}

static vg_code create(struct request *r, struct vg_err *err) {
  char from[VG_ID_MAX], with[200], level[24], text[BODY];
  struct share_content c = {.pap = PAP_GREEN, .tlp = SHARE_TLP_AS_SOURCE};
  struct org org;
  enum tlp t;
  sent(r, "title", c.title, sizeof c.title);
  sent(r, "kind", c.kind, sizeof c.kind);
  sent(r, "zone", c.zone, sizeof c.zone);
  sent(r, "sector", c.sector, sizeof c.sector);
  sent(r, "size", c.size, sizeof c.size);
  if (intel_tlp_by_name(vg_str_z(sent(r, "tlp", level, sizeof level)), &t))
    c.tlp = (int)t;
  else if (level[0])
    return VG_FAIL(err, VG_EUSAGE, "share.convention.level");
  if (*sent(r, "with", with, sizeof with)) {
    VG_TRY(territory_org_find(r->tx, vg_str_z(with), &org, err));
    c.partner = org.id;
  }
  sent(r, "body", text, sizeof text);
  if (*sent(r, "from", from, sizeof from))
    VG_TRY(share_content_from(r->tx, &r->who, vg_str_z(from), r->lang, &c, vg_str_z(text), err));
  else
    VG_TRY(share_content_add(r->tx, &r->who, &c, vg_str_z(text), err));
  go_to(r, "/contenus/", vg_id_str(&c.pid));
  return VG_OK;
}

/* --- /contenus/ID --- */

static vg_code event_row(void *ctx, const struct share_content_event *e, struct vg_err *err) {
  static const char *const what[] = {"server.content.wrote", "server.content.agreed", "server.content.sent",
                                     "server.content.sent_back"};
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  when(r, e->time);
  cell_n(r);
  vg_buf_fmt(&r->out, "<a href=\"?version=%lld\">%lld</a>", (long long)e->version, (long long)e->version);
  cell(r);
  msg(r, what[e->what == 1 && !e->approved ? 3 : e->what]);
  cell(r);
  text(r, e->name);
  cell(r);
  text(r, e->side);
  cell(r);
  text(r, e->words);
  return VG_OK;
}

static void review_form(struct request *r) {
  static const struct choice answers[] = {{"yes", "server.content.approve"}, {"no", "server.content.send_back"}};
  card_begin(r, "server.content.review", NULL);
  form_begin(r, r->path, "review");
  field_choice(r, "answer", "server.decision", answers, VG_COUNT(answers), "yes",
               "share.content.own share.content.other_side");
  field_area(r, "comment", "server.content.comment", false, "share.content.comment");
  form_end(r, "server.content.review.do", true);
  card_end(r);
}

static void publish_form(struct request *r, const struct share_content *c) {
  card_begin(r, "server.content.publish", NULL);
  if (c->tlp != TLP_CLEAR || c->pap > PAP_GREEN) {
    RAW(r, "<p class=\"soft\">");
    SAY(r, "server.content.by_bulletin", c->pid.s);
    RAW(r, "</p>");
  } else {
    form_begin(r, r->path, "publish");
    field(r, "where", "server.content.where", "text", NULL, true, "share.content.where");
    form_end(r, "server.content.publish.do", true);
  }
  card_end(r);
}

static void edit_form(struct request *r, const struct share_content *c, const char *body) {
  char version[24];
  card_begin(r, "server.content.edit", NULL);
  form_begin(r, r->path, "edit");
  field_hidden(r, "seen", vg_str_z(vg_num_text(version, c->version)));
  field_body(r, "body", "server.content.body", body, true, "share.content.body share.content.text");
  field(r, "motive", "server.content.why", "text", NULL, true, "share.content.motive");
  form_end(r, "server.content.edit.do", false);
  card_end(r);
}

static void head(struct request *r, const struct share_content *c) {
  page_top_text(r, vg_str_z(c->title));
  RAW(r, "<p class=\"sub\">");
  state(r, c);
  RAW(r, " ");
  tlp(r, (enum tlp)c->tlp);
  RAW(r, " ");
  pap(r, (enum pap)c->pap);
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  dl_begin(r);
  term(r, "server.content.kind");
  word(r, "server.content.kind.", vg_str_z(c->kind));
  term(r, "server.content.for");
  audience(r, c);
  if (c->partner_name[0]) {
    term(r, "server.content.partner");
    textz(r, c->partner_name);
  }
  if (c->about[0] && in_house(r)) {
    term(r, "server.content.about");
    link_object(r, vg_str_z(c->about));
  }
  dl_end(r);
  card_end(r);
}

static vg_code show(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.time",         NUMBER("server.content.version"),
                                        "server.event",        "server.actor",
                                        "server.content.side", "server.content.words"};
  struct share_content c;
  struct vg_buf body;
  char number[24];
  int64_t version = 0;
  VG_TRY(bound_now(r, err));
  VG_TRY(share_content_find(r->tx, &r->who, vg_str_z(r->rest), &c, err));
  if (!vg_str_i64(vg_str_z(asked(r, "version", number, sizeof number)), &version) || version < 1 || version > c.version)
    version = c.version;
  vg_buf_init(&body, 1 << 20);
  vg_code rc = share_content_body(r->tx, &c, version, &body, err);
  if (rc == VG_OK) {
    head(r, &c);
    card_begin(r, "server.content.body", NULL);
    if (version != c.version) {
      RAW(r, "<p class=\"soft\">");
      SAY(r, "server.content.old", VG_N(version), VG_N(c.version));
      RAW(r, "</p>");
    }
    RAW(r, "<pre class=\"letter\" tabindex=\"0\">");
    text(r, vg_buf_view(&body));
    RAW(r, "</pre>");
    card_end(r);
    if (c.state == SHARE_CONTENT_DRAFT || c.state == SHARE_CONTENT_RETURNED)
      review_form(r);
    else if (in_house(r))
      publish_form(r, &c);
    edit_form(r, &c, vg_buf_text(&body));
    card_begin(r, "server.content.history", NULL);
    table_begin(r, "versions", "server.content.history", heading, VG_COUNT(heading));
    rc = share_each_content_event(r->tx, &c, event_row, r, err);
    table_end(r, "server.contents.none");
    card_end(r);
  }
  vg_buf_fini(&body);
  return rc;
}

static vg_code act(struct request *r, struct vg_err *err) {
  char what[16], answer[8], words[4096], number[24], body[BODY];
  int64_t seen = 0;
  vg_str pid = vg_str_z(r->rest);
  VG_TRY(bound_now(r, err));
  sent(r, "what", what, sizeof what);
  if (!strcmp(what, "edit")) {
    (void)vg_str_i64(vg_str_z(sent(r, "seen", number, sizeof number)), &seen);
    VG_TRY(share_content_edit(r->tx, &r->who, pid, seen, vg_str_z(sent(r, "body", body, sizeof body)),
                              vg_str_z(sent(r, "motive", words, sizeof words)), err));
  } else if (!strcmp(what, "review")) {
    bool yes = !strcmp(sent(r, "answer", answer, sizeof answer), "yes");
    VG_TRY(share_content_review(r->tx, &r->who, pid, yes, vg_str_z(sent(r, "comment", words, sizeof words)), err));
  } else if (!in_house(r)) {
    return VG_FAIL(err, VG_EDENIED, "server.refused");
  } else {
    VG_TRY(share_content_publish(r->tx, &r->who, pid, vg_str_z(sent(r, "where", words, sizeof words)), err));
  }
  go_to(r, "/contenus/", pid);
  return VG_OK;
}

const struct page page_contents = {"/contenus", GROUP_NETWORK, "server.nav.contents", list, create, PAGE_LISTED};
const struct page page_content = {"/contenus/", GROUP_NETWORK, "server.nav.contents", show, act, PAGE_HIDDEN};
const struct page page_partner_contents = {"/contenus", GROUP_PARTNER, "server.own.contents", list, NULL, PAGE_LISTED};
const struct page page_partner_content = {"/contenus/", GROUP_PARTNER, "server.own.contents", show, act, PAGE_HIDDEN};

#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "casework/casework.h"

static void exhibit_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_to(r, "/scelles/", store_str(q, 0), store_str(q, 0));
  cell(r);
  text(r, store_str(q, 1));
  cell(r);
  text(r, store_str(q, 2));
  cell(r);
  link_to(r, "/affaires/", store_str(q, 3), store_str(q, 3));
  cell_n(r);
  num(r, store_int(q, 4));
  cell(r);
  day(r, store_time(q, 5));
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.exhibit", "server.description",    "server.seal",
                                     "server.case",    NUMBER("server.copies"), "server.received"};
  enum regime of;
  page_top(r, "server.nav.exhibits", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.exhibits.sub");
  RAW(r, "</p>");
  VG_TRY(regime_door(r, "", REGIME_INVESTIGATION, r->who.id.s, &of, err));
  card_begin(r, "server.exhibits", NULL);
  table_begin(r, "scelles", "server.exhibits", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT e.ref, e.description, e.seal, e.case_ref, (SELECT COUNT(*) FROM evidence_v_image i WHERE "
              "i.case_ref = e.case_ref AND "
              "(i.exhibit_ref = e.ref OR i.exhibit_ref = e.seal)), e.received FROM casework_v_exhibit e JOIN "
              "casework_v_case c ON c.id = e.case_id WHERE " CASEWORK_OF_REGIME("c", "$5")
                  SEEN("c", "$1", "$2", "$3", "$4") " ORDER BY e.received DESC, e.id DESC LIMIT 500",
              S_ARGS(SEEN_ARGS(r), S_INT(of)), exhibit_row, err));
  table_end(r, "server.exhibits.none.first");
  card_end(r);
  return part_images(r, VG_STR(""), VG_STR(""), of, err);
}

static void hash_line(struct request *r, const char *name, vg_str hex) {
  if (!hex.n)
    return;
  vg_buf_fmt(&r->out, "<dt>%s</dt><dd><code class=\"copyable\">", name);
  text(r, hex);
  RAW(r, "</code></dd>");
}

static vg_code image_entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  vg_buf_fmt(&r->out, "<a href=\"/journal/%lld\">n° %lld</a> ", (long long)e->index, (long long)e->index);
  return VG_OK;
}

static void image(struct request *r, struct store_rows *q) {
  vg_str path = store_str(q, 3);
  size_t slash = path.n;
  while (slash && path.p[slash - 1] != '/')
    slash--;
  RAW(r, "<h3>");
  text(r, vg_str_sub(path, slash, path.n));
  RAW(r, "</h3><dl>");
  term(r, "server.image.size");
  bytes(r, store_int(q, 5));
  RAW(r, ", ");
  SAY(r, store_int(q, 4) == 1 ? "server.image.segment" : "server.image.segments", VG_N(store_int(q, 4)));
  term(r, "server.image.bad");
  if (store_int(q, 10)) {
    RAW(r, "<span class=\"bad\">");
    num(r, store_int(q, 10));
    RAW(r, "</span>");
  } else {
    RAW(r, "<span class=\"ok\">");
    msg(r, "server.image.no_bad");
    RAW(r, "</span>");
  }
  hash_line(r, "SHA-256", store_str(q, 9));
  hash_line(r, "SHA-1", store_str(q, 8));
  hash_line(r, "MD5", store_str(q, 7));
  term(r, "server.image.made");
  when(r, store_time(q, 11));
  RAW(r, ", ");
  text(r, store_str(q, 12));
  char pid[VG_ID_MAX];
  vg_str_copy(pid, sizeof pid, store_str(q, 0));
  term(r, "server.nav.ledger");
  if (ledger_entries(r->tx, -1, -5, pid, image_entry, r, NULL) != VG_OK)
    RAW(r, "–");
  dl_end(r);
  if (store_str(q, 1).n) {
    RAW(r, "<p>");
    link_to(r, "/travaux?copie=", vg_str_z(pid), vg_str_z(vg_msg_text(r->lang, "server.job.do")));
    RAW(r, "</p>");
  }
  r->table_rows++;
}

vg_code part_images(struct request *r, vg_str case_ref, vg_str exhibit, enum regime of, struct vg_err *err) {
  card_begin(r, "server.images", NULL);
  r->table_rows = 0;
  VG_TRY(each(
      r,
      "SELECT i.pid, i.case_ref, i.exhibit_ref, i.path, i.segments, i.bytes, i.sector_size, i.md5, i.sha1, "
      "i.sha256, i.bad_sectors, i.made, "
      "COALESCE((SELECT MIN(m.name) FROM territory_v_mandate m WHERE m.person_pid = i.made_by), i.made_by) "
      "FROM evidence_v_image i WHERE (NOT EXISTS (SELECT 1 FROM casework_v_case c WHERE c.ref = i.case_ref) OR EXISTS "
      "(SELECT 1 FROM casework_v_case c WHERE c.ref = i.case_ref" SEEN("c", "$3", "$4", "$5", "$6") " AND " CASEWORK_OF_REGIME(
          "c",
          "$7") ")) AND ($1 = '' OR i.case_ref = $1) AND ($2 = '' OR i.exhibit_ref = $2 OR "
                "i.exhibit_ref = (SELECT e.seal FROM casework_v_exhibit e WHERE e.ref = $2)) ORDER BY i.made DESC, i.id "
                "DESC LIMIT 50",
      S_ARGS(S_STR(case_ref), S_STR(exhibit), SEEN_ARGS(r), S_INT(of)), image, err));
  if (!r->table_rows)
    empty(r, "server.images.none", NULL, NULL);
  card_end(r);
  return VG_OK;
}

static vg_code custody_item(void *ctx, const struct custody *k, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  const struct {
    const char *label;
    vg_str value;
  } more[] = {
      {"server.holder", k->holder}, {"server.place", k->place}, {"server.seal", k->seal}, {"server.motive", k->reason}};
  RAW(r, "<li>");
  when(r, k->at);
  RAW(r, " <strong>");
  word(r, "server.custody.", k->what);
  RAW(r, "</strong>, ");
  text(r, k->person_name);
  for (size_t i = 0; i < VG_COUNT(more); i++)
    if (more[i].value.n) {
      RAW(r, "<br><small>");
      msg(r, more[i].label);
      colon(r);
      text(r, more[i].value);
      RAW(r, "</small>");
    }
  if (k->sha256.n) {
    RAW(r, "<br><code>");
    text(r, k->sha256);
    RAW(r, "</code>");
  }
  RAW(r, "</li>");
  return VG_OK;
}

static const struct choice moves[] = {{"transferred", "server.custody.transferred"},
                                      {"opened", "server.custody.opened"},
                                      {"closed", "server.custody.closed"},
                                      {"returned", "server.custody.returned"},
                                      {"destroyed", "server.custody.destroyed"}};

/* Under which number it is today, since which closing; and that it was given back or destroyed. */
static void seal_now(struct request *r, const struct exhibit_state *s) {
  if (s->gone) {
    term(r, "server.state");
    badge(r, "mute", !strcmp(s->what, "destroyed") ? "server.custody.destroyed" : "server.custody.returned");
  }
  term(r, "server.seal");
  if (!s->seal[0]) {
    badge(r, "warn", "server.seal.none");
    return;
  }
  textz(r, s->seal);
  RAW(r, " <small>");
  SAY(r, s->open ? "server.seal.version_open" : "server.seal.version", VG_N(s->seal_version));
  RAW(r, "</small>");
}

static vg_code custody(struct request *r, const struct exhibit *e, const struct exhibit_state *state,
                       struct vg_err *err) {
  const struct exhibit_state s = *state;
  card_begin(r, "server.custody", NULL);
  RAW(r, "<ul class=\"tree\">");
  VG_TRY(casework_each_custody(r->tx, e->id, custody_item, r, err));
  RAW(r, "</ul>");
  if (!s.gone) {
    details_begin(r, "server.custody.add", NULL);
    form_begin(r, r->path, NULL);
    field_choice(r, "move", "server.event", moves, VG_COUNT(moves), s.open ? "closed" : "transferred",
                 "casework.seal_open casework.seal_closed casework.exhibit_gone");
    field(r, "holder", "server.holder", "text", "", false, "casework.holder");
    field(r, "place", "server.place", "text", s.place, false, NULL);
    field(r, "reason", "server.motive", "text", "", false, "casework.custody_reason");
    field(r, "seal", "server.seal.new", "text", "", false, "casework.seal_number casework.seal_first");
    field(r, "sha256", "server.sha256.then", "text", "", false, "casework.custody_hash");
    form_end(r, "server.custody.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

static vg_code move(struct request *r, struct vg_err *err) {
  struct exhibit e;
  enum custody_what what;
  char name[24], holder[96], place[128], reason[512], seal[64], sha256[80];
  VG_TRY(casework_exhibit_find(r->tx, vg_str_z(r->rest), &e, err));
  if (!casework_custody_by_name(vg_str_z(sent(r, "move", name, sizeof name)), &what))
    return VG_FAIL(err, VG_EDATA, "server.needed");
  struct custody k = {.holder = vg_str_z(sent(r, "holder", holder, sizeof holder)),
                      .place = vg_str_z(sent(r, "place", place, sizeof place)),
                      .reason = vg_str_z(sent(r, "reason", reason, sizeof reason)),
                      .seal = vg_str_z(sent(r, "seal", seal, sizeof seal)),
                      .sha256 = vg_str_z(sent(r, "sha256", sha256, sizeof sha256)),
                      .at = r->now};
  VG_TRY(casework_exhibit_move(r->tx, &r->who, &e, what, &k, err));
  go_to(r, "/scelles/", vg_str_z(e.ref));
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct exhibit e;
  struct exhibit_state s;
  struct affair a;
  bool asks;
  VG_TRY(casework_exhibit_find(r->tx, vg_str_z(r->rest), &e, err));
  VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(e.case_ref), &a, err));
  VG_TRY(consult(r, &a, e.pid.s, &asks, err));
  if (asks)
    return VG_OK;
  VG_TRY(casework_exhibit_state(r->tx, e.id, &s, err));
  page_top(r, "server.exhibit.title", TITLE_ARGS(e.ref));
  RAW(r, "<p class=\"sub\">");
  textz(r, e.description);
  RAW(r, " · ");
  link_to(r, "/affaires/", vg_str_z(e.case_ref), vg_str_z(e.case_ref));
  RAW(r, "</p><div class=\"grid\"><div>");
  VG_TRY(part_exhibit_acts(r, &e, err));
  VG_TRY(part_images(r, vg_str_z(e.case_ref), vg_str_z(e.ref), REGIME_BOTH, err));
  VG_TRY(part_findings(r, vg_str_z(e.case_ref), vg_str_z(e.ref), err));
  RAW(r, "</div><div>");
  card_begin(r, "server.exhibit", NULL);
  dl_begin(r);
  term(r, "server.medium");
  textz(r, e.medium[0] ? e.medium : "–");
  term(r, "server.serial");
  textz(r, e.serial[0] ? e.serial : "–");
  seal_now(r, &s);
  term(r, "server.received");
  when(r, e.received);
  dl_end(r);
  card_end(r);
  VG_TRY(custody(r, &e, &s, err));
  VG_TRY(part_consulted(r, &a, e.pid.s, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code combine(struct request *r, struct vg_err *err) {
  return post_combine(r, r->who.id.s, "/scelles", VG_STR(""), err);
}

const struct page page_exhibits = {"/scelles", GROUP_FIELD, "server.nav.exhibits", list, combine, PAGE_LISTED};
const struct page page_exhibit = {"/scelles/", GROUP_FIELD, "server.nav.exhibits", show, move, PAGE_HIDDEN};

/* A partner's own pages: what waits for it, what is shared with it, what it writes with us, what binds it. */
#include "server/outside.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "intel/intel.h"
#include "qualify/qualify.h"
#include "server/upload.h"

enum { SHOWN = 50, BUNDLE = 1000 };

/* --- / --- */

struct waiting {
  struct request *r;
  const struct org *o;
};

struct answers {
  const char *name;
  bool any;
};

static vg_code note_answer(void *ctx, const struct qualify_given *a, struct vg_err *err) {
  struct answers *x = ctx;
  (void)err;
  x->any |= vg_str_eqz(a->source, x->name);
  return VG_OK;
}

static vg_code question_row(void *ctx, const struct share_letter *l, struct vg_err *err) {
  struct waiting *w = ctx;
  struct request *r = w->r;
  struct answers x = {w->o->name, false};
  if (!l->sent)
    return VG_OK;
  VG_TRY(qualify_each_answer(r->tx, l->request, note_answer, &x, err));
  if (x.any)
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/questions/", l->request, vg_str_z(vg_msg_text(r->lang, "server.own.question")));
  cell(r);
  badge(r, "info", "server.todo.answer");
  cell_n(r);
  if (l->deadline != VG_NOTIME)
    clock_left(r, l->deadline, VG_STR("open"));
  else
    ago(r, l->time);
  return VG_OK;
}

static vg_code review_row(void *ctx, const struct share_content *c, struct vg_err *err) {
  struct waiting *w = ctx;
  struct request *r = w->r;
  (void)err;
  if (c->state != SHARE_CONTENT_DRAFT)
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/contenus/", vg_id_str(&c->pid), vg_str_z(c->title));
  cell(r);
  badge(r, "info", "server.own.review");
  cell_n(r);
  ago(r, c->made);
  return VG_OK;
}

static vg_code ending_row(void *ctx, const struct convention *k, struct vg_err *err) {
  struct waiting *w = ctx;
  struct request *r = w->r;
  (void)err;
  if (!k->in_force || k->to - r->now > 90 * VG_DAY)
    return VG_OK;
  row(r);
  cell(r);
  msg(r, "server.own.ends");
  cell(r);
  badge(r, "warn", "server.todo.renew");
  cell_n(r);
  clock_left(r, k->to, VG_STR("open"));
  return VG_OK;
}

static vg_code to_do(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.todo.what", "server.todo.who", NUMBER("server.todo.left")};
  struct waiting w = {r, o};
  card_begin(r, "server.todo", NULL);
  table_begin(r, NULL, "server.todo", head, VG_COUNT(head));
  VG_TRY(share_each_letter(r->tx, o->id, question_row, &w, err));
  VG_TRY(share_each_content(r->tx, &r->who, VG_STR(""), review_row, &w, err));
  VG_TRY(share_each_convention(r->tx, o->id, ending_row, &w, err));
  table_end(r, "server.todo.none");
  card_end(r);
  return VG_OK;
}

static vg_str collection_name(const struct request *r, const struct share_collection *c) {
  return vg_str_z(c->convention.s[0] ? share_purpose_word(r->lang, c->purpose)
                                     : vg_msg_text(r->lang, "server.own.public"));
}

static vg_code collection_row(void *ctx, const struct share_collection *c, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  vg_str name = collection_name(r, c);
  if (c->readable && c->in_force)
    link_to(r, "/partage/", vg_str_z(c->id), name);
  else
    text(r, name);
  cell(r);
  badge(r, c->in_force ? "ok" : "mute", c->in_force ? "server.in_force" : "server.over");
  cell(r);
  msg(r, c->readable && c->writable ? "server.own.both" : c->readable ? "server.own.read" : "server.own.write");
  cell(r);
  if (c->to == VG_NOTIME)
    RAW(r, "–");
  else
    day(r, c->to);
  return VG_OK;
}

static vg_code release_row(void *ctx, const struct share_release_row *x, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  if (!x->allowed)
    return VG_OK;
  row(r);
  cell(r);
  when(r, x->time);
  cell(r);
  broken(r, x->object);
  cell(r);
  word(r, "server.purpose.", x->purpose);
  return VG_OK;
}

static vg_code shared(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.purpose", "server.state", "server.own.way", "server.to"};
  static const char *const given[] = {"server.time", "server.object", "server.purpose"};
  card_begin(r, "server.own.shared", NULL);
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.own.shared.sub", r->site);
  RAW(r, "</p>");
  table_begin(r, "partages", "server.own.shared", head, VG_COUNT(head));
  VG_TRY(share_each_collection(r->tx, o->id, collection_row, r, err));
  table_end(r, NULL);
  card_end(r);
  card_begin(r, "server.own.given", NULL);
  table_begin(r, "recu", "server.own.given", given, VG_COUNT(given));
  VG_TRY(share_each_release(r->tx, o->id, r->csv[0] ? 10000 : 20, release_row, r, err));
  table_end(r, "server.own.given.none");
  card_end(r);
  return VG_OK;
}

static vg_code home(struct request *r, struct vg_err *err) {
  struct org o;
  VG_TRY(own_org(r, &o, err));
  page_top_text(r, vg_str_z(o.name));
  RAW(r, "<p class=\"sub\">");
  today(r);
  RAW(r, ". ");
  msg(r, "server.own.partner.sub");
  RAW(r, "</p><p>");
  button_link(r, "/questions", "server.own.ask", true);
  RAW(r, "</p><div class=\"grid\"><div>");
  VG_TRY(to_do(r, &o, err));
  VG_TRY(shared(r, &o, err));
  RAW(r, "</div><div>");
  VG_TRY(part_own_conventions(r, &o, err));
  part_own_packs(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code home_post(struct request *r, struct vg_err *err) {
  char what[16];
  return post_own_pack(r, sent(r, "what", what, sizeof what), err);
}

/* --- /partage/COLLECTION --- */

struct listing {
  struct request *r;
  struct vg_json *json;
  bool bundle;
};

/* What one calls it: a name, a value, a pattern, the first words of a text. */
static vg_str called(vg_jv object) {
  static const char *const keys[] = {"name", "pattern", "value", "abstract", "relationship_type", "explanation", "id"};
  vg_str s = VG_STR("");
  for (size_t i = 0; i < VG_COUNT(keys) && !s.n; i++)
    (void)vg_jv_str_at(object, keys[i], &s);
  return s;
}

static void markings(struct request *r, vg_jv object) {
  struct vg_jit it;
  vg_jv ref;
  vg_str id;
  enum tlp t;
  enum pap p;
  vg_jit_init(&it, vg_jv_at(object, "object_marking_refs"));
  while (vg_jit_next(&it, NULL, &ref))
    if (vg_jv_str(ref, &id) && intel_tlp_by_id(id, &t))
      tlp(r, t);
    else if (vg_jv_str(ref, &id) && intel_pap_by_id(id, &p))
      pap(r, p);
}

static void sighting_form(struct request *r, vg_str id) {
  RAW(r, "<details><summary>");
  msg(r, "server.own.seen");
  RAW(r, "</summary>");
  form_begin(r, r->path, "seen");
  field_hidden(r, "indicator", id);
  RAW(r, "<label>");
  msg(r, "server.own.seen.count");
  RAW(r, " <input type=\"number\" name=\"count\" min=\"1\" value=\"1\" required></label> <label>");
  msg(r, "server.own.seen.last");
  RAW(r, " <input type=\"datetime-local\" name=\"last\" required></label>");
  form_end(r, "server.own.seen.do", false);
  RAW(r, "</details>");
}

static vg_code object_row(struct request *r, const struct share_item *i, vg_jv object) {
  vg_str type = VG_STR("");
  (void)vg_jv_str_at(object, "type", &type);
  row(r);
  cell(r);
  text(r, type);
  cell(r);
  broken(r, called(object));
  RAW(r, "<details><summary>STIX</summary><pre tabindex=\"0\">");
  text(r, i->json);
  RAW(r, "</pre></details>");
  if (vg_str_eqz(type, "indicator"))
    sighting_form(r, i->id);
  cell(r);
  markings(r, object);
  cell(r);
  when(r, i->added);
  return VG_OK;
}

static vg_code one_item(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct listing *l = ctx;
  vg_jv object;
  if (l->bundle) {
    vg_buf_z(&l->r->out, l->r->table_rows++ ? ",\n" : "\n");
    vg_buf_str(&l->r->out, i->json);
    return VG_OK;
  }
  VG_TRY(vg_json_parse(l->json, i->json, &object, err));
  return object_row(l->r, i, object);
}

static vg_code fetch(struct request *r, struct share_collection *c, struct share_fetch *f, bool bundle,
                     struct vg_err *err) {
  struct listing l = {.r = r, .bundle = bundle};
  VG_TRY(vg_json_new(&l.json, err));
  vg_code rc = share_fetch(r->tx, &r->who, c, f, one_item, &l, err);
  vg_json_free(l.json);
  return rc;
}

static vg_code open_collection(struct request *r, struct share_collection *c, struct vg_err *err) {
  VG_TRY(share_collection_find(r->tx, r->who.organisation, vg_str_z(r->rest), c, err));
  return share_collection_open(r->tx, &r->who, c, false, err);
}

static vg_code collection(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.type", "server.object", "server.marking", "server.own.added"};
  struct share_collection c;
  struct share_fetch f = {.added_after = VG_NOTIME, .limit = SHOWN};
  char after[24], next[200];
  VG_TRY(open_collection(r, &c, err));
  (void)vg_str_i64(vg_str_z(asked(r, "apres", after, sizeof after)), &f.after);
  page_top(r, "server.own.collection", TITLE_ARGS(collection_name(r, &c).p));
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.own.collection.sub");
  RAW(r, "</p>");
  card_begin(r, "server.own.objects", NULL);
  table_begin(r, "objets", "server.own.objects", head, VG_COUNT(head));
  VG_TRY(fetch(r, &c, &f, false, err));
  table_end(r, "server.own.objects.none");
  snprintf(next, sizeof next, "?apres=%lld", (long long)f.next);
  pager(r, f.after ? r->path : NULL, f.next ? next : NULL);
  form_begin(r, r->path, "bundle");
  form_end(r, "server.own.bundle", true);
  card_end(r);
  if (c.writable) {
    card_begin(r, "server.own.deposit", NULL);
    form_begin_file(r, r->path, "deposit");
    field_file(r, "server.own.deposit.file", true, "server.no_file base.json share.deposit.none share.not_stix");
    form_end(r, "server.own.deposit.do", false);
    card_end(r);
  }
  return VG_OK;
}

static vg_code give_bundle(struct request *r, struct share_collection *c, struct vg_err *err) {
  struct share_fetch f = {.added_after = VG_NOTIME, .limit = BUNDLE};
  r->table_rows = 0;
  vg_buf_fmt(&r->out, "{\"type\":\"bundle\",\"id\":\"%s\",\"objects\":[", vg_id_v4("bundle").s);
  do { /* what is still being put on the shelf is asked for again */
    f.after = f.next;
    VG_TRY(fetch(r, c, &f, true, err));
  } while (f.next);
  RAW(r, "\n]}\n");
  r->type = "application/json";
  download_as(r, "server.file.shared", "json");
  return VG_OK;
}

struct refusals {
  int64_t n;
  char first[VG_ID_MAX];
};

static vg_code note_refused(void *ctx, vg_str id, vg_str version, const struct vg_err *why, struct vg_err *err) {
  struct refusals *x = ctx;
  (void)version, (void)err;
  if (why && x->n++ == 0)
    vg_str_copy(x->first, sizeof x->first, id);
  return VG_OK;
}

static vg_code leave(struct request *r, vg_str objects, struct vg_err *err) {
  struct share_deposited n;
  struct refusals x = {0};
  VG_TRY(share_deposit(r->tx, &r->who, r->who.organisation, objects, note_refused, &x, &n, err));
  page_top(r, "server.own.deposited", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "server.own.deposited.n", VG_N(n.read), VG_N(n.taken));
  if (n.sightings) {
    RAW(r, " ");
    SAY(r, "server.own.deposited.seen", VG_N(n.sightings));
  }
  RAW(r, "</p>");
  if (x.n) {
    RAW(r, "<p>");
    SAY(r, "server.own.deposited.failed", VG_N(x.n), x.first);
    RAW(r, "</p>");
  }
  RAW(r, "<p>");
  link_to(r, "/partage/", vg_str_z(r->rest), vg_str_z(vg_msg_text(r->lang, "server.back")));
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

/* A sighting in STIX, as any other instance would leave it, and the value's own record of being seen. */
static vg_code seen(struct request *r, struct vg_err *err) {
  char indicator[VG_ID_MAX], number[24], last[VG_TIME_TEXT], now[VG_TIME_TEXT];
  int64_t count;
  vg_time at;
  struct org o;
  struct vg_buf b;
  struct vg_id id = vg_id_v4("sighting");
  sent(r, "indicator", indicator, sizeof indicator);
  if (!vg_id_ok(vg_str_z(indicator)) || strncmp(indicator, "indicator--", 11) ||
      !vg_str_i64(vg_str_z(sent(r, "count", number, sizeof number)), &count) || count < 1 || count > 999999999)
    return VG_FAIL(err, VG_EDATA, "server.needed");
  if (!sent_time(r, "last", &at) || at > r->now)
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(own_org(r, &o, err));
  vg_time_text(last, at, true);
  vg_time_text(now, r->now, true);
  vg_buf_init(&b, 1 << 16);
  vg_buf_fmt(&b,
             "{\"objects\":[{\"type\":\"sighting\",\"spec_version\":\"2.1\",\"id\":\"%s\",\"created\":\"%s\","
             "\"modified\":\"%s\",\"last_seen\":\"%s\",\"count\":%lld,\"sighting_of_ref\":\"%s\","
             "\"where_sighted_refs\":[\"%s\"]}]}",
             id.s, now, now, last, (long long)count, indicator, o.pid.s);
  vg_code rc = leave(r, vg_buf_view(&b), err);
  vg_buf_fini(&b);
  return rc;
}

static vg_code deposit(struct request *r, struct vg_err *err) {
  struct vg_buf b;
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  vg_buf_init(&b, 64 << 20);
  vg_code rc = vg_file_read(r->file->path, &b, err);
  if (rc == VG_OK)
    rc = leave(r, vg_buf_view(&b), err);
  vg_buf_fini(&b);
  return rc;
}

static vg_code collection_post(struct request *r, struct vg_err *err) {
  struct share_collection c;
  char what[16];
  sent(r, "what", what, sizeof what);
  VG_TRY(share_collection_find(r->tx, r->who.organisation, vg_str_z(r->rest), &c, err));
  VG_TRY(share_collection_open(r->tx, &r->who, &c, strcmp(what, "bundle") != 0, err));
  return !strcmp(what, "bundle") ? give_bundle(r, &c, err) : !strcmp(what, "seen") ? seen(r, err) : deposit(r, err);
}

const struct page page_partner = {"/", GROUP_PARTNER, "server.nav.home", home, home_post, PAGE_LISTED};
const struct page page_partner_collection = {"/partage/", GROUP_PARTNER,   "server.nav.home",
                                             collection,  collection_post, PAGE_TOLD};
const struct page page_partner_offers = {"/bulletins", GROUP_PARTNER, "server.offers",
                                         offers_page,  NULL,          PAGE_LISTED_TOLD};
const struct page page_partner_offer = {"/bulletins/", GROUP_PARTNER, "server.offers", offer_page, NULL, PAGE_TOLD};

#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "casework/casework.h"
#include "merge/merge.h"

enum { ENTRIES = 100 };

vg_code part_register(struct request *r, bool verify_now, struct vg_err *err) {
  struct reading x;
  struct vg_buf at;
  VG_TRY(registry_state(r->registry, r->tx, instance_key(r->in), r->now, verify_now, &x, err));
  vg_buf_init(&at, 64);
  put_when(&at, r->lang, x.at);
  vg_buf_z(&r->out, x.ok ? "<span class=\"ok\">" : "<span class=\"bad\">");
  if (x.ok)
    SAY(r, "server.register.intact", VG_N(x.size), vg_buf_text(&at));
  else
    SAY(r, "server.register.damaged", VG_N(x.first_bad), vg_buf_text(&at));
  RAW(r, "</span>");
  vg_buf_fini(&at);
  return VG_OK;
}

static void org_name(struct request *r, struct store_rows *q) { text(r, store_str(q, 0)); }
static vg_code recipient(struct request *r, vg_str pid, struct vg_err *err) {
  return pid.n ? each(r, "SELECT name FROM territory_v_org WHERE pid = $1", S_ARGS(S_STR(pid)), org_name, err) : VG_OK;
}

struct rows {
  struct request *r;
  bool asks, closed; /* no motive yet; something was left out for it */
};

/* For whom and why is what the entry says: an inquiry's is for who says why. */
static vg_code words_shown(struct rows *x, const struct ledger_entry *e, bool *shown, struct vg_err *err) {
  struct affair a;
  struct vg_id of;
  bool inquiry;
  VG_TRY(instance_inquiry_of(x->r->tx, e->subject, &a, &of, &inquiry, err));
  bool seen = casework_subject_seen(x->r->tx, &x->r->who, vg_id_str(&of));
  *shown = seen && !(inquiry && x->asks);
  x->closed |= seen && !*shown;
  return VG_OK;
}

static vg_code entry_row(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct rows *x = ctx;
  struct request *r = x->r;
  vg_str to = ledger_body_text(e->body, "recipient"), why = ledger_body_text(e->body, "motive");
  bool shown = true;
  if (to.n || why.n)
    VG_TRY(words_shown(x, e, &shown, err));
  row(r);
  cell_n(r);
  vg_buf_fmt(&r->out, "<a href=\"/journal/%lld\">%lld</a>", (long long)e->index, (long long)e->index);
  cell(r);
  when(r, e->time);
  cell(r);
  word(r, "server.event.", e->kind);
  cell(r);
  word(r, "server.journal.act.", vg_str_z(ledger_act_name(ledger_act_of(e->kind))));
  cell(r);
  link_object(r, e->subject);
  cell(r);
  VG_TRY(recipient(r, shown ? to : VG_STR(""), err));
  cell(r);
  text(r, shown ? why : VG_STR(""));
  return VG_OK;
}

/* --- the journal's questions: which act, who, for whom, when --- */

static const struct choice acts[] = {{"", "server.journal.act.any"},
                                     {"collect", "server.journal.act.collect"},
                                     {"alter", "server.journal.act.alter"},
                                     {"consult", "server.journal.act.consult"},
                                     {"disclose", "server.journal.act.disclose"},
                                     {"combine", "server.journal.act.combine"},
                                     {"erase", "server.journal.act.erase"}};

struct questions {
  char act[16], person[VG_ID_MAX], recipient[200], to_whom[200], from[32], to[32]; /* to_whom: as it is shown */
};

/* An organisation by its name or id; of anything else (a zone) the word itself stands in the entry. */
static void read_recipient(struct request *r, struct questions *q) {
  struct org o;
  asked(r, "destinataire", q->recipient, sizeof q->recipient);
  memcpy(q->to_whom, q->recipient, sizeof q->to_whom);
  if (!q->recipient[0] || territory_org_find(r->tx, vg_str_z(q->recipient), &o, NULL) != VG_OK)
    return;
  vg_str_copy(q->recipient, sizeof q->recipient, vg_id_str(&o.pid));
  vg_str_copy(q->to_whom, sizeof q->to_whom, vg_str_z(o.name));
}

static void read_questions(struct request *r, struct questions *q, struct ledger_search *s) {
  *s = (struct ledger_search){.act = -1, .from = VG_NOTIME, .to = VG_NOTIME, .before = -1};
  (void)ledger_act_by_name(vg_str_z(asked(r, "acte", q->act, sizeof q->act)), &s->act);
  s->actor = vg_str_z(asked(r, "personne", q->person, sizeof q->person));
  read_recipient(r, q);
  s->recipient = vg_str_z(q->recipient);
  (void)vg_time_parse(vg_str_z(asked(r, "du", q->from, sizeof q->from)), &s->from);
  if (vg_time_parse(vg_str_z(asked(r, "au", q->to, sizeof q->to)), &s->to))
    s->to += VG_DAY;
}

static void person_option(struct request *r, struct store_rows *q) {
  const struct questions *k = r->keep;
  RAW(r, "<option value=\"");
  text(r, store_str(q, 0));
  vg_buf_z(&r->out, vg_str_eqz(store_str(q, 0), k->person) ? "\" selected>" : "\">");
  text(r, store_str(q, 1));
  RAW(r, "</option>");
}

static vg_code person_select(struct request *r, struct vg_err *err) {
  RAW(r, "<div class=\"field\"><label for=\"f-personne\">");
  msg(r, "server.actor");
  RAW(r, "</label><select id=\"f-personne\" name=\"personne\"><option value=\"\">");
  msg(r, "server.journal.act.anyone");
  RAW(r, "</option>");
  VG_TRY(
      each(r, "SELECT DISTINCT person_pid, name FROM territory_v_mandate ORDER BY name", S_NOARGS, person_option, err));
  RAW(r, "</select></div>");
  return VG_OK;
}

static vg_code questions_form(struct request *r, struct questions *k, struct vg_err *err) {
  r->keep = k;
  RAW(r, "<form class=\"form\" method=\"get\"><div class=\"pair\">");
  field_select(r, "acte", "server.journal.act", acts, VG_COUNT(acts), k->act, false, NULL);
  VG_TRY(person_select(r, err));
  VG_TRY(field_organisation(r, "destinataire", "server.recipient", k->to_whom, err));
  field(r, "du", "server.from", "date", k->from, false, NULL);
  field(r, "au", "server.to", "date", k->to, false, NULL);
  RAW(r, "</div><p><button>");
  msg(r, "server.journal.act.look");
  RAW(r, "</button></p></form>");
  return VG_OK;
}

/* --- three years, then a person decides --- */

struct waiting {
  struct request *r;
  int64_t entries;
};

static vg_code due_row(void *ctx, const struct ledger_due *d, struct vg_err *err) {
  struct waiting *w = ctx;
  struct request *r = w->r;
  (void)err;
  w->entries += d->entries;
  row(r);
  cell(r);
  word(r, "server.event.", d->kind);
  cell_n(r);
  num(r, d->entries);
  cell_n(r);
  num(r, d->held);
  cell(r);
  day(r, d->oldest);
  return VG_OK;
}

static vg_code retention(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.event", NUMBER("server.retention.entries"),
                                     NUMBER("server.retention.held"), "server.retention.oldest"};
  struct waiting w = {.r = r};
  card_begin(r, "server.retention", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.retention.help");
  RAW(r, "</p>");
  table_begin(r, "conservation", "server.retention", head, VG_COUNT(head));
  VG_TRY(ledger_each_due(r->tx, ledger_due_before(r->now), due_row, &w, err));
  VG_TRY(merge_each_due(r->tx, ledger_due_before(r->now), due_row, &w, err));
  table_end(r, "server.retention.none");
  if (w.entries && (r->who.roles & ROLE_ADMIN)) {
    form_begin(r, "/journal", "erase");
    field(r, "erase-motive", "server.motive", "text", NULL, true, "ledger.motive");
    form_end(r, "server.retention.erase", false);
  }
  details_begin(r, "server.retention.hold", "hold");
  form_begin(r, "/journal", "hold");
  field(r, "subject", "server.retention.subject", "text", NULL, true, NULL);
  field(r, "until", "server.retention.until", "datetime-local", NULL, true, "ledger.hold_past server.bad_time");
  field(r, "why", "server.motive", "text", NULL, true, "ledger.motive");
  form_end(r, "server.retention.hold.do", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static vg_code act(struct request *r, struct vg_err *err) {
  char what[16], motive[1024], subject[VG_ID_MAX];
  struct vg_id pid;
  struct ledger_erased erased;
  int64_t merged;
  vg_time until, before = ledger_due_before(store_now(r->tx));
  if (!strcmp(sent(r, "what", what, sizeof what), "erase")) {
    sent(r, "erase-motive", motive, sizeof motive);
    VG_TRY(ledger_erase_due(r->tx, &r->who, before, vg_str_z(motive), &erased, err));
    VG_TRY(merge_erase_due(r->tx, &r->who, before, vg_str_z(motive), &merged, err));
  } else {
    sent(r, "why", motive, sizeof motive);
    if (!sent_time(r, "until", &until) || until == VG_NOTIME)
      return VG_FAIL(err, VG_EDATA, "server.bad_time");
    VG_TRY(casework_pid_of(r->tx, vg_str_z(sent(r, "subject", subject, sizeof subject)), &pid, err));
    VG_TRY(ledger_hold(r->tx, &r->who, pid.s, until, vg_str_z(motive), err));
  }
  go_to(r, "/journal", VG_STR(""));
  return VG_OK;
}

/* The questions again, for the link to the older ones. */
static void next_link(struct request *r, const struct questions *k, int64_t before, struct vg_buf *out) {
  const char *const names[] = {"acte", "personne", "destinataire", "du", "au"}, *const values[] = {k->act, k->person,
                                                                                                   k->recipient,
                                                                                                   k->from, k->to};
  (void)r;
  vg_buf_fmt(out, "/journal?de=%lld", (long long)before);
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (values[i][0] && !strpbrk(values[i], "&#%\"<> +"))
      vg_buf_fmt(out, "&%s=%s", names[i], values[i]);
}

static vg_code register_card(struct request *r, struct vg_err *err) {
  char again[4], root[2 * LEDGER_HASH + 1];
  struct ledger_state head;
  card_begin(r, "server.register", NULL);
  RAW(r, "<p>");
  VG_TRY(part_register(r, *asked(r, "relire", again, sizeof again) != 0, err));
  RAW(r, "</p>");
  VG_TRY(ledger_head(r->tx, &head, err));
  dl_begin(r);
  term(r, "server.entries");
  num(r, head.size);
  term(r, "server.root");
  RAW(r, "<code class=\"copyable\">");
  textz(r, vg_hex(root, head.root, LEDGER_HASH));
  RAW(r, "</code>");
  dl_end(r);
  RAW(r, "<p>");
  button_link(r, "/journal?relire=1", "server.register.again", true);
  button_link(r, "/journal/point-de-controle", "server.checkpoint", false);
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {NUMBER("server.entry"), "server.time",      "server.event", "server.journal.act",
                                     "server.subject",       "server.recipient", "server.motive"};
  char from_text[24];
  int64_t next = -1;
  struct questions k;
  struct ledger_search s;
  struct vg_buf link;
  struct rows x = {.r = r};
  read_questions(r, &k, &s);
  VG_TRY(consult_many(r, &x.asks, err));
  if (!vg_str_i64(vg_str_z(asked(r, "de", from_text, sizeof from_text)), &s.before) || s.before < 0)
    s.before = -1;
  s.limit = r->csv[0] ? 100000 : ENTRIES;
  page_top(r, "server.nav.ledger", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.ledger.sub");
  RAW(r, "</p>");
  VG_TRY(register_card(r, err));
  card_begin(r, "server.entries.latest", NULL);
  VG_TRY(questions_form(r, &k, err));
  table_begin(r, "journal", "server.entries.latest", head, VG_COUNT(head));
  VG_TRY(ledger_find(r->tx, &s, entry_row, &x, &next, err));
  table_end(r, "server.entries.none");
  vg_buf_init(&link, 2048);
  next_link(r, &k, next, &link);
  pager(r, s.before >= 0 ? "/journal" : NULL, next >= 0 ? vg_buf_text(&link) : NULL);
  vg_buf_fini(&link);
  card_end(r);
  if (x.closed)
    consult_card(r);
  return retention(r, err);
}

static void proof_line(struct request *r, const char *p) {
  char hex[2 * LEDGER_HASH + 1];
  RAW(r, "<li><code>");
  textz(r, vg_hex(hex, p, LEDGER_HASH));
  RAW(r, "</code></li>");
}

struct one {
  struct request *r;
  bool known;
};
static void actor_name(struct request *r, struct store_rows *q) {
  text(r, store_str(q, 0));
  RAW(r, "<br>");
}
/* An inquiry's is for who says why; who, when, what and the proof are there without. */
static vg_code body(struct request *r, const struct ledger_entry *e, struct vg_err *err) {
  struct affair a;
  struct vg_id of;
  bool inquiry, asks = false;
  VG_TRY(instance_inquiry_of(r->tx, e->subject, &a, &of, &inquiry, err));
  bool seen = casework_subject_seen(r->tx, &r->who, vg_id_str(&of));
  if (seen && inquiry && e->body.n)
    VG_TRY(consult_part(r, &a, of.s, &asks, err));
  RAW(r, "<h2>");
  msg(r, "server.entry.body");
  RAW(r, "</h2>");
  if (asks) {
    consult_form(r, &a);
    return VG_OK;
  }
  RAW(r, "<pre tabindex=\"0\">");
  if (!seen)
    msg(r, "server.denied.next");
  else if (e->body.n)
    text(r, e->body);
  else
    msg(r, "server.entry.erased");
  RAW(r, "</pre>");
  return VG_OK;
}

static vg_code entry_body(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct one *o = ctx;
  struct request *r = o->r;
  char hex[2 * LEDGER_HASH + 1];
  o->known = true;
  page_top(r, "server.entry.title", TITLE_ARGS(VG_N(e->index)));
  RAW(r, "<p class=\"sub\">");
  word(r, "server.event.", e->kind);
  RAW(r, ", ");
  when(r, e->time);
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  dl_begin(r);
  term(r, "server.event");
  code(r, e->kind);
  term(r, "server.actor");
  VG_TRY(each(r, "SELECT DISTINCT name FROM territory_v_mandate WHERE person_pid = $1", S_ARGS(S_STR(e->actor)),
              actor_name, err));
  RAW(r, "<span class=\"id\">");
  text(r, e->actor);
  RAW(r, "</span>");
  term(r, "server.subject");
  link_object(r, e->subject);
  RAW(r, "<br><span class=\"id\">");
  text(r, e->subject);
  RAW(r, "</span>");
  term(r, "server.leaf");
  RAW(r, "<code class=\"copyable\">");
  textz(r, vg_hex(hex, e->leaf_hash, LEDGER_HASH));
  RAW(r, "</code>");
  dl_end(r);
  VG_TRY(body(r, e, err));
  card_end(r);
  return VG_OK;
}

static vg_code entry(struct request *r, struct vg_err *err) {
  int64_t index;
  struct one o = {.r = r};
  struct ledger_state head;
  struct vg_buf proof;
  if (!vg_str_i64(vg_str_z(r->rest), &index) || index < 0)
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  VG_TRY(ledger_head(r->tx, &head, err));
  if (index >= head.size)
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  VG_TRY(ledger_entries(r->tx, index, 1, NULL, entry_body, &o, err));
  vg_buf_init(&proof, 1 << 16);
  vg_code rc = ledger_inclusion(r->tx, index, head.size, &proof, err);
  if (rc == VG_OK) {
    card_begin(r, "server.inclusion", NULL);
    RAW(r, "<p class=\"soft\">");
    SAY(r, "server.inclusion.help", VG_N(index), VG_N(head.size));
    RAW(r, "</p><ol>");
    for (size_t at = 0; at + LEDGER_HASH <= proof.n; at += LEDGER_HASH)
      proof_line(r, proof.p + at);
    RAW(r, "</ol>");
    card_end(r);
  }
  vg_buf_fini(&proof);
  return rc;
}

static vg_code checkpoint(struct request *r, struct vg_err *err) {
  VG_TRY(ledger_checkpoint(r->tx, &r->out, err));
  r->type = "text/plain; charset=utf-8";
  download_as(r, "server.file.checkpoint", "txt");
  return VG_OK;
}

const struct page page_ledger = {"/journal", GROUP_CONTROL, "server.nav.ledger", list, act, PAGE_LISTED};
const struct page page_checkpoint = {
    "/journal/point-de-controle", GROUP_CONTROL, "server.nav.ledger", checkpoint, NULL, PAGE_HIDDEN};
const struct page page_ledger_entry = {"/journal/", GROUP_CONTROL, "server.nav.ledger", entry, NULL, PAGE_HIDDEN};

#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "casework/casework.h"

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

static vg_code entry_row(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell_n(r);
  vg_buf_fmt(&r->out, "<a href=\"/journal/%lld\">%lld</a>", (long long)e->index, (long long)e->index);
  cell(r);
  when(r, e->time);
  cell(r);
  word(r, "server.event.", e->kind);
  cell(r);
  link_object(r, e->subject);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {NUMBER("server.entry"), "server.time", "server.event", "server.subject"};
  char from_text[24], again[4], next[64];
  int64_t from = -1;
  struct ledger_state head_state;
  if (!vg_str_i64(vg_str_z(asked(r, "de", from_text, sizeof from_text)), &from) || from < 0)
    from = -1;
  page_top(r, "server.nav.ledger", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.ledger.sub");
  RAW(r, "</p>");
  card_begin(r, "server.register", NULL);
  RAW(r, "<p>");
  VG_TRY(part_register(r, *asked(r, "relire", again, sizeof again) != 0, err));
  RAW(r, "</p>");
  VG_TRY(ledger_head(r->tx, &head_state, err));
  char root[2 * LEDGER_HASH + 1];
  dl_begin(r);
  term(r, "server.entries");
  num(r, head_state.size);
  term(r, "server.root");
  RAW(r, "<code class=\"copyable\">");
  textz(r, vg_hex(root, head_state.root, LEDGER_HASH));
  RAW(r, "</code>");
  dl_end(r);
  RAW(r, "<p>");
  button_link(r, "/journal?relire=1", "server.register.again", true);
  button_link(r, "/journal/point-de-controle", "server.checkpoint", false);
  RAW(r, "</p>");
  card_end(r);
  card_begin(r, "server.entries.latest", NULL);
  table_begin(r, "journal", "server.entries.latest", head, VG_COUNT(head));
  int64_t count = r->csv[0] ? 100000 : ENTRIES;
  VG_TRY(ledger_entries(r->tx, from, -count, NULL, entry_row, r, err));
  int64_t newest = from < 0 || from >= head_state.size ? head_state.size - 1 : from;
  table_end(r, "server.entries.none");
  snprintf(next, sizeof next, "/journal?de=%lld", (long long)(newest - ENTRIES));
  pager(r, from >= 0 ? "/journal" : NULL, newest - ENTRIES >= 0 ? next : NULL);
  card_end(r);
  return VG_OK;
}

static void proof_line(struct request *r, const char *p) {
  char hex[2 * LEDGER_HASH + 1];
  RAW(r, "<li><code>");
  textz(r, vg_hex(hex, p, LEDGER_HASH));
  RAW(r, "</code></li>");
}

/* The organisation that an entry's subject belongs to; 0 when it is nobody's. */
static int64_t organisation_of(struct request *r, vg_str subject) {
  struct incident in;
  struct affair a;
  struct exhibit e;
  vg_str kind = vg_id_kind(subject);
  if (vg_str_eqz(kind, "incident") && casework_incident_find(r->tx, subject, &in, NULL) == VG_OK)
    return in.org;
  if (vg_str_eqz(kind, "case") && casework_case_find(r->tx, subject, &a, NULL) == VG_OK)
    return a.org;
  if (vg_str_eqz(kind, "exhibit") && casework_exhibit_find(r->tx, subject, &e, NULL) == VG_OK &&
      casework_case_find(r->tx, vg_str_z(e.case_ref), &a, NULL) == VG_OK)
    return a.org;
  return 0;
}

struct one {
  struct request *r;
  bool known;
};
static void actor_name(struct request *r, struct store_rows *q) {
  text(r, store_str(q, 0));
  RAW(r, "<br>");
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
  RAW(r, "<h2>");
  msg(r, "server.entry.body");
  RAW(r, "</h2><pre tabindex=\"0\">");
  int64_t org = organisation_of(r, e->subject);
  if (org && territory_access(r->tx, &r->who, org, NULL) != VG_OK)
    msg(r, "server.denied.next");
  else if (e->body.n)
    text(r, e->body);
  else
    msg(r, "server.entry.erased");
  RAW(r, "</pre>");
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
  vg_str_copy(r->name, sizeof r->name, VG_STR("vigie-point-de-controle.txt"));
  return VG_OK;
}

const struct page page_ledger = {"/journal", GROUP_CONTROL, "server.nav.ledger", list, NULL, false};
const struct page page_checkpoint = {
    "/journal/point-de-controle", GROUP_CONTROL, "server.nav.ledger", checkpoint, NULL, true};
const struct page page_ledger_entry = {"/journal/", GROUP_CONTROL, "server.nav.ledger", entry, NULL, true};

/* Questions and answers between us and a partner, from the page: asked and replied through the gate, taken in from a
 * signed file. What the gate refuses is shown with its rule, and stands in the ledger. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "qualify/qualify.h"
#include "server/letter.h"
#include "server/upload.h"
#include "share/share.h"
#include "territory/territory.h"

enum { LETTER_MAX = 8 << 20, SIGNATURE_MAX = 4096 };

/* --- whom to ask --- */

static vg_code take_partner(void *ctx, const struct convention *k, struct vg_err *err) {
  struct partners *p = ctx;
  (void)err;
  for (size_t i = 0; i < p->n; i++)
    if (!strcmp(p->name[i], k->partner_name))
      return VG_OK;
  if (!k->in_force || !(k->direction & p->wanted) || p->n == PARTNERS)
    return VG_OK;
  vg_str_copy(p->name[p->n], sizeof p->name[0], vg_str_z(k->partner_name));
  p->v[p->n] = (struct choice){p->name[p->n], p->name[p->n]};
  p->n++;
  return VG_OK;
}

vg_code partners_read(struct request *r, int direction, struct partners *out, struct vg_err *err) {
  out->n = 0;
  out->wanted = direction;
  return share_each_convention(r->tx, 0, take_partner, out, err);
}

static vg_code ask_form(struct request *r, struct vg_err *err) {
  struct partners p;
  VG_TRY(partners_read(r, SHARE_GIVE, &p, err));
  card_begin(r, "server.letter.ask", NULL);
  if (!p.n) {
    empty(r, "server.letter.nobody", "/conventions", "server.nav.conventions");
    card_end(r);
    return VG_OK;
  }
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.letter.ask.help");
  RAW(r, "</p>");
  form_begin(r, r->path, "ask");
  field_choice(r, "partner", "server.partner", p.v, p.n, NULL, "territory.no_org");
  field(r, "purpose", "server.purpose", "text", "prevention", true, NULL);
  form_end(r, "server.letter.ask.do", false);
  card_end(r);
  return VG_OK;
}

/* --- what went, and what may go back --- */

static vg_code reply_form(void *ctx, const struct share_party *p, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  if (p->sent)
    return VG_OK;
  card_begin(r, "server.letter.reply", NULL);
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.letter.reply.help", VG_T(p->name));
  RAW(r, "</p>");
  form_begin(r, r->path, "reply");
  field_hidden(r, "partner", p->name);
  field(r, "purpose", "server.purpose", "text", "prevention", true, "share.exchange.no_answer");
  form_end(r, "server.letter.reply.do", false);
  card_end(r);
  return VG_OK;
}

static vg_code passage_row(void *ctx, const struct share_release_row *x, struct vg_err *err) {
  struct request *r = ctx;
  bool received = vg_str_eqz(x->purpose, "receive");
  (void)err;
  row(r);
  cell(r);
  when(r, x->time);
  cell(r);
  text(r, x->recipient);
  cell(r);
  badge(r, x->allowed ? "ok" : "bad",
        received     ? x->allowed ? "server.flow.received" : "server.flow.turned_away"
        : x->allowed ? "server.flow.given"
                     : "server.withheld");
  cell(r);
  SAY(r, VG_T(x->rule), VG_T(x->arg1), VG_T(x->arg2));
  cell_n(r);
  if (x->ledger >= 0)
    vg_buf_fmt(&r->out, "<a href=\"/journal/%lld\">%lld</a>", (long long)x->ledger, (long long)x->ledger);
  return VG_OK;
}

vg_code part_passages(struct request *r, vg_str pid, struct vg_err *err) {
  static const char *const head[] = {"server.time", "server.partner", "server.decision", "server.rule",
                                     NUMBER("server.entry")};
  card_begin(r, "server.letter.passages", NULL);
  table_begin(r, "passages", "server.letter.passages", head, VG_COUNT(head));
  VG_TRY(share_each_passage(r->tx, pid, passage_row, r, err));
  table_end(r, "server.letter.passages.none");
  card_end(r);
  return VG_OK;
}

vg_code part_letters(struct request *r, vg_str pid, bool ask, struct vg_err *err) {
  if (ask)
    VG_TRY(ask_form(r, err));
  return share_each_party(r->tx, pid, reply_form, r, err);
}

/* --- carrying it out --- */

/* The gate's no, in the ledger by now. */
static void tell_refused(struct request *r, const struct share_decision *d, vg_str pid) {
  r->status = 403;
  page_top(r, "server.letter.refused", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"alert\">");
  badge(r, "bad", "server.withheld");
  RAW(r, " ");
  SAY(r, d->rule, d->arg[0], d->arg[1]);
  RAW(r, "</p><p class=\"soft\">");
  SAY(r, "server.letter.refused.help", d->rule);
  vg_buf_fmt(&r->out, " <a href=\"/journal/%lld\">%lld</a>", (long long)d->ledger, (long long)d->ledger);
  RAW(r, "</p><p>");
  link_to(r, pid.n ? "/qualification/" : "/qualification", pid, vg_str_z(vg_msg_text(r->lang, "server.back")));
  RAW(r, "</p>");
  card_end(r);
}

static void download(struct request *r, const char *name, const char *type, vg_str content) {
  vg_buf_fmt(&r->out, "<li><a download=\"%s\" href=\"data:%s;base64,", name, type);
  vg_base64(&r->out, content);
  vg_buf_fmt(&r->out, "\">%s</a></li>", name);
}

/* It waits on the partner's shelf; whoever carries it by hand finds the file and its signature here. */
static vg_code tell_sent(struct request *r, bool reply, const char *partner, vg_str pid, vg_str bundle,
                         struct vg_err *err) {
  unsigned char pub[VG_KEY_SIZE];
  char hex[2 * VG_KEY_SIZE + 1];
  struct vg_buf signature;
  vg_buf_init(&signature, SIGNATURE_MAX);
  vg_code rc = share_letter_sign(instance_key(r->in), bundle, &signature, err);
  if (rc == VG_OK) {
    vg_key_public(instance_key(r->in), pub);
    page_top(r, reply ? "server.letter.replied" : "server.letter.asked", NULL);
    card_begin(r, NULL, NULL);
    RAW(r, "<p role=\"status\">");
    SAY(r, "server.letter.shelved", partner);
    RAW(r, "</p><p>");
    msg(r, "server.letter.by_hand");
    RAW(r, "</p><ul>");
    download(r, reply ? "reponse.json" : "question.json", "application/json", bundle);
    download(r, reply ? "reponse.json.sig" : "question.json.sig", "application/json", vg_buf_view(&signature));
    RAW(r, "</ul><p class=\"soft\">");
    msg(r, "server.letter.key");
    RAW(r, " ");
    code(r, vg_str_z(vg_hex(hex, pub, sizeof pub)));
    RAW(r, "</p><p>");
    link_to(r, "/qualification/", pid, vg_str_z(vg_msg_text(r->lang, "server.back")));
    RAW(r, "</p>");
    card_end(r);
  }
  vg_buf_fini(&signature);
  return rc;
}

static vg_code partner_of(struct request *r, struct org *out, struct vg_err *err) {
  char name[200];
  return territory_org_find(r->tx, vg_str_z(sent(r, "partner", name, sizeof name)), out, err);
}

vg_code post_letter(struct request *r, vg_str pid, bool reply, struct vg_err *err) {
  struct share_question q = {.request = pid, .deadline = VG_NOTIME, .self = instance_id(r->in)};
  struct share_decision d;
  char purpose[64];
  struct org to;
  struct vg_buf bundle;
  VG_TRY(partner_of(r, &to, err));
  q.org = to.id;
  q.purpose = sent(r, "purpose", purpose, sizeof purpose);
  vg_buf_init(&bundle, LETTER_MAX);
  vg_code rc =
      reply ? share_answer(r->tx, &r->who, &q, &d, &bundle, err) : share_ask(r->tx, &r->who, &q, &d, &bundle, err);
  if (rc == VG_OK && !d.allowed)
    tell_refused(r, &d, pid);
  else if (rc == VG_OK)
    rc = tell_sent(r, reply, to.name, pid, vg_buf_view(&bundle), err);
  vg_buf_fini(&bundle);
  return rc;
}

/* --- /qualification/recevoir --- */

static vg_code receive_form(struct request *r, struct vg_err *err) {
  struct partners p;
  VG_TRY(partners_read(r, SHARE_RECEIVE, &p, err));
  page_top(r, "server.letter.receive", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.letter.receive.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  if (!p.n) {
    empty(r, "server.letter.nobody", "/conventions", "server.nav.conventions");
    card_end(r);
    return VG_OK;
  }
  form_begin_file(r, "/qualification/recevoir", NULL);
  field_choice(r, "partner", "server.partner", p.v, p.n, NULL, "territory.no_org");
  field_file(r, "server.letter.file", true,
             "server.no_file base.json share.exchange.none share.exchange.had share.exchange.not_asked "
             "share.exchange.nothing_new");
  field_small_file(r, "signature", "server.letter.signature", true, "share.letter.signature");
  field_small_file(r, "key", "server.letter.their_key", false,
                   "server.letter.bad_key share.key_unknown share.key_differs");
  field(r, "key_text", "server.letter.key_text", "text", "", false, "");
  field_check(r, "replace", "1", vg_str_z(vg_msg_text(r->lang, "server.letter.replace_key")), false);
  form_end(r, "server.letter.receive.do", true);
  card_end(r);
  return VG_OK;
}

/* The key that is given, else the one that is kept; one that is given the first time is kept with what it vouches for.
 */
static vg_code key_of(struct request *r, int64_t org, unsigned char key[static VG_KEY_SIZE], bool *given,
                      struct vg_err *err) {
  char text_[SIGNATURE_MAX];
  vg_str typed = vg_str_trim(vg_str_z(sent(r, "key", text_, sizeof text_)));
  if (!typed.n)
    typed = vg_str_trim(vg_str_z(sent(r, "key_text", text_, sizeof text_)));
  *given = typed.n > 0;
  if (!typed.n) {
    vg_code rc = share_key_of(r->tx, org, key, err);
    return rc == VG_ENOTFOUND ? VG_FAIL(err, VG_EDATA, "share.key_unknown") : rc;
  }
  return vg_unhex(typed, key, VG_KEY_SIZE) ? VG_OK : VG_FAIL(err, VG_EDATA, "server.letter.bad_key");
}

static vg_code receive(struct request *r, vg_str bundle, struct vg_err *err) {
  unsigned char key[VG_KEY_SIZE];
  char text_[SIGNATURE_MAX], replace[8];
  bool given;
  struct share_decision d;
  struct share_received got;
  struct org from;
  VG_TRY(partner_of(r, &from, err));
  VG_TRY(key_of(r, from.id, key, &given, err));
  VG_TRY(share_letter_check(bundle, vg_str_z(sent(r, "signature", text_, sizeof text_)), key, r->file->name, err));
  if (given)
    VG_TRY(share_key_keep(r->tx, &r->who, from.id, key, sent(r, "replace", replace, sizeof replace)[0] != 0, err));
  VG_TRY(share_receive(r->tx, &r->who, from.id, bundle, &d, &got, err));
  if (!d.allowed)
    tell_refused(r, &d, VG_STR(""));
  else
    go_to(r, "/qualification/", vg_id_str(&got.request));
  return VG_OK;
}

static vg_code receive_post(struct request *r, struct vg_err *err) {
  struct vg_buf bundle;
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  vg_buf_init(&bundle, LETTER_MAX);
  vg_code rc = vg_file_read(r->file->path, &bundle, err);
  if (rc == VG_OK)
    rc = receive(r, vg_buf_view(&bundle), err);
  vg_buf_fini(&bundle);
  return rc;
}

const struct page page_qualification_receive = {
    "/qualification/recevoir", GROUP_THREATS, "server.nav.qualify", receive_form, receive_post, PAGE_HIDDEN};

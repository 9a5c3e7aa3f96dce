/* Bulletins: a content drafted from a warning or a story, made out to each company that it is for, through the gate. */
#include "share/share_internal.h"

#include "base/hash.h"
#include "base/jsonw.h"
#include "base/msg.h"
#include "territory/territory.h"
#include "casework/casework.h"
#include "watch/watch.h"

#include <stdio.h>
#include <string.h>

enum { NOTE_MAX = 1 << 22, DRAFT_MAX = 1 << 20, LINE = 76 };

static void say(struct vg_buf *out, enum vg_lang lang, const char *id, const char *a, const char *b, const char *c) {
  vg_msg(out, lang, id, (const char *const[]){a, b, c, NULL});
  vg_buf_byte(out, '\n');
}

/* What a mail program would make a link of is defanged; digests and numbers are as they are. */
static void put_value(struct vg_buf *out, vg_str type, vg_str value) {
  if (vg_str_eqz(type, "domain-name") || vg_str_eqz(type, "ipv4-addr") || vg_str_eqz(type, "url") ||
      vg_str_eqz(type, "email-addr"))
    intel_defang(out, value);
  else
    vg_buf_str(out, value);
}

static const char *day(char out[static VG_TIME_TEXT], vg_time t) {
  vg_time_text(out, t, false);
  out[10] = 0;
  return out;
}

static vg_code advice(struct store_tx *tx, struct vg_buf *out, enum vg_lang lang, struct vg_err *err) {
  static const char *const lines[] = {"share.bulletin.do.1", "share.bulletin.do.2", "share.bulletin.do.3",
                                      "share.bulletin.do.4", "share.bulletin.do.5"};
  char after[CASEWORK_DOUBT];
  VG_TRY(casework_delay_doubt_after(tx, VG_STR("ASSUR72"), lang, after, err));
  vg_buf_byte(out, '\n');
  say(out, lang, "share.bulletin.do", NULL, NULL, NULL);
  for (size_t i = 0; i < VG_COUNT(lines); i++)
    say(out, lang, lines[i], after, NULL, NULL);
  return VG_OK;
}

static vg_code from_warning(struct store_tx *tx, vg_str pid, enum vg_lang lang, struct vg_buf *title,
                            struct vg_buf *out, struct vg_err *err) {
  struct store_rows *q;
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  struct vg_buf about;
  VG_TRY(store_query(
      tx, &q,
      "SELECT about_type, about, organisations, zones, first_seen, last_seen, level FROM anticipate_v_warning WHERE pid = $1",
      S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  vg_buf_init(&about, 4096);
  if (found) {
    put_value(&about, store_str(q, 0), store_str(q, 1));
    vg_msg(title, lang, store_int(q, 6) ? "share.bulletin.alert" : "share.bulletin.vigilance",
           (const char *const[]){vg_buf_text(&about), NULL});
    say(out, lang, "share.bulletin.seen", VG_N(store_int(q, 2)), VG_N(store_int(q, 3)), vg_buf_text(&about));
    day(from, store_time(q, 4));
    day(to, store_time(q, 5));
    say(out, lang, strcmp(from, to) ? "share.bulletin.when" : "share.bulletin.that_day", from, to, NULL);
    say(out, lang, "share.bulletin.look", NULL, NULL, NULL);
  }
  vg_buf_fini(&about);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "share.bulletin.no_warning", VG_T(pid));
}

static vg_code take_title(void *ctx, const struct watch_story *s, struct vg_err *err) {
  (void)err;
  vg_buf_str(ctx, s->title);
  return VG_OK;
}

/* A first title and text. What the watch's draft says is told once, there. */
static vg_code first_words(struct store_tx *tx, const struct actor *who, vg_str about, enum vg_lang lang,
                           struct vg_buf *title, struct vg_buf *out, struct vg_err *err) {
  if (!vg_str_eqz(vg_id_kind(about), "warning")) {
    VG_TRY(watch_story_find(tx, who->person, about, take_title, title, err));
    return watch_bulletin(tx, who, about, lang, out, err);
  }
  say(out, lang, "share.bulletin.what", NULL, NULL, NULL);
  VG_TRY(from_warning(tx, about, lang, title, out, err));
  VG_TRY(advice(tx, out, lang, err));
  return vg_buf_check(out, err);
}

vg_code share_content_from(struct store_tx *tx, const struct actor *who, vg_str about, enum vg_lang lang,
                           struct share_content *c, vg_str body, struct vg_err *err) {
  struct vg_buf title, draft;
  vg_buf_init(&title, 4096);
  vg_buf_init(&draft, DRAFT_MAX);
  vg_code rc = first_words(tx, who, about, lang, &title, &draft, err);
  if (rc == VG_OK && !c->title[0])
    vg_str_copy(c->title, sizeof c->title, vg_buf_view(&title));
  vg_str_copy(c->about, sizeof c->about, about);
  if (rc == VG_OK)
    rc = share_content_add(tx, who, c, body.n ? body : vg_buf_view(&draft), err);
  vg_buf_fini(&title);
  vg_buf_fini(&draft);
  return rc;
}

vg_code share_each_recipient(struct store_tx *tx, const struct share_content *c, share_recipient_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT id, pid, name FROM territory_v_org WHERE kind = 'company' AND ($1 = '' OR zone = $1) AND ($2 = '' OR naf = $2) "
      "AND ($3 = '' OR size = $3) ORDER BY id",
      S_ARGS(S_Z(c->zone), S_Z(c->sector), S_Z(c->size)), err));
  while (rc == VG_OK && store_next(q)) {
    struct share_recipient r = {.org = store_int(q, 0), .pid = store_str(q, 1), .name = store_str(q, 2)};
    rc = sink(ctx, &r, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* The bulletin as the object that the gate judges: a note that says who wrote it and how it is marked. */
static void write_note(const struct share_content *c, vg_str self, vg_str body, vg_time now, struct vg_buf *out) {
  char id[VG_ID_MAX];
  struct vg_jw w;
  snprintf(id, sizeof id, "note--%s", c->pid.s + 9);
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "type", "note");
  vg_jw_kz(&w, "spec_version", "2.1");
  vg_jw_kz(&w, "id", id);
  vg_jw_kstr(&w, "created_by_ref", self);
  vg_jw_ktime(&w, "created", c->made);
  vg_jw_ktime(&w, "modified", now);
  vg_jw_kz(&w, "abstract", c->title);
  vg_jw_kstr(&w, "content", body);
  vg_jw_key(&w, "object_refs");
  vg_jw_arr(&w);
  vg_jw_str(&w, self);
  vg_jw_end(&w);
  vg_jw_key(&w, "object_marking_refs");
  vg_jw_arr(&w);
  vg_jw_z(&w, share_tlp_id(c->tlp));
  vg_jw_end(&w);
  vg_jw_end(&w);
}

/* Values that the warning stands on, those alone that this recipient may have. */
struct listing {
  struct store_tx *tx;
  const struct actor *who;
  struct share_gate *gate;
  bool goes;
};

static vg_code pass_object(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct listing *l = ctx;
  struct share_decision d;
  struct share_request r = {.object = o->json, .row = o->row, .tlp = (int)o->tlp, .pap = (int)o->pap, .now = VG_NOTIME};
  VG_TRY(share_gate_pass(l->gate, l->who, &r, &d, NULL, err));
  l->goes |= d.allowed && !d.reduced;
  return VG_OK;
}

static vg_code pass_assertion(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct listing *l = ctx;
  return l->goes ? VG_OK : intel_content_get(l->tx, v->row, pass_object, l, err);
}

static vg_code list_values(struct listing *l, const struct share_content *c, enum vg_lang lang, struct vg_buf *out,
                           struct vg_err *err) {
  struct store_rows *q;
  enum indicator_type type;
  bool any = false;
  vg_code rc = VG_OK;
  VG_TRY(store_query(l->tx, &q,
                     "SELECT type, value FROM anticipate_v_value WHERE warning_pid = $1 ORDER BY type, value",
                     S_ARGS(S_Z(c->about)), err));
  while (rc == VG_OK && store_next(q)) {
    l->goes = false;
    if (intel_type_by_name(store_str(q, 0), &type))
      rc = intel_each_assertion(l->tx, type, store_str(q, 1), pass_assertion, l, err);
    if (rc != VG_OK || !l->goes)
      continue;
    if (!any) {
      vg_buf_byte(out, '\n');
      say(out, lang, "share.bulletin.values", NULL, NULL, NULL);
    }
    any = true;
    vg_buf_z(out, "- ");
    put_value(out, store_str(q, 0), store_str(q, 1));
    vg_buf_byte(out, '\n');
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code share_bulletin(struct store_tx *tx, const struct actor *who, const struct share_content *c,
                       const struct share_recipient *to, vg_str self, enum vg_lang lang, struct share_decision *d,
                       struct vg_buf *out, struct vg_err *err) {
  struct listing l = {.tx = tx, .who = who};
  struct vg_buf body, note;
  vg_code rc = VG_OK;
  vg_buf_init(&body, NOTE_MAX);
  vg_buf_init(&note, NOTE_MAX);
  VG_GO(share_content_body(tx, c, 0, &body, err));
  write_note(c, self, vg_buf_view(&body), store_now(tx), &note);
  VG_GO(vg_buf_check(&note, err));
  VG_GO(share_gate_open(tx, to->org, &l.gate, err));
  struct share_request r = {.object = vg_buf_view(&note), .tlp = c->tlp, .pap = c->pap, .now = VG_NOTIME};
  VG_GO(share_gate_pass(l.gate, who, &r, d, NULL, err));
  if (!d->allowed)
    goto out;
  vg_buf_fmt(out, "%s\n", c->title);
  say(out, lang, "share.bulletin.for", VG_T(to->name), intel_tlp_name((enum tlp)c->tlp),
      intel_pap_name((enum pap)c->pap));
  vg_buf_byte(out, '\n');
  vg_buf_str(out, vg_str_trim(vg_buf_view(&body)));
  vg_buf_byte(out, '\n');
  VG_GO(list_values(&l, c, lang, out, err));
  VG_GO(share_content_sent(tx, who, c, to->org, VG_STR(""), err));
  rc = vg_buf_check(out, err);
out:
  share_gate_close(l.gate);
  vg_buf_fini(&body);
  vg_buf_fini(&note);
  return rc;
}

/* --- what is offered to one organisation --- */

struct offering {
  struct store_tx *tx;
  const struct org *to;
  struct share_gate *gate;
  vg_str self;
  share_content_sink *sink;
  void *ctx;
  int64_t offered;
  struct vg_buf names; /* and versions, a line each */
};

/* Companies get what is made for them; a partner what has gone out already. */
static bool meant(const struct share_content *c, const struct org *o) {
  if (c->state != SHARE_CONTENT_PUBLISHED && (c->state != SHARE_CONTENT_APPROVED || o->kind != ORG_COMPANY))
    return false;
  return o->kind != ORG_COMPANY ||
         ((!c->zone[0] || !strcmp(c->zone, o->zone)) && (!c->sector[0] || !strcmp(c->sector, o->naf)) &&
          (!c->size[0] || !strcmp(c->size, o->size)));
}

static vg_code offer_if_meant(void *ctx, const struct share_content *c, struct vg_err *err) {
  struct offering *f = ctx;
  struct share_decision d;
  struct vg_buf note;
  if (!meant(c, f->to))
    return VG_OK;
  vg_buf_init(&note, NOTE_MAX);
  write_note(c, f->self, VG_STR("-"), store_now(f->tx), &note);
  struct share_request r = {.object = vg_buf_view(&note), .tlp = c->tlp, .pap = c->pap, .now = VG_NOTIME};
  vg_code rc = vg_buf_check(&note, err);
  if (rc == VG_OK)
    rc = share_gate_would(f->gate, &r, &d, err);
  vg_buf_fini(&note);
  if (rc != VG_OK || !d.allowed)
    return rc;
  f->offered++;
  vg_buf_fmt(&f->names, "%s %lld\n", c->pid.s, (long long)c->version);
  return f->sink(f->ctx, c, err);
}

/* Once a day and person, and whenever there is something new to see. */
static vg_code tell_offer(struct offering *f, const struct actor *who, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  int64_t fresh;
  VG_TRY(vg_buf_check(&f->names, err));
  vg_sha256(f->names.p, f->names.n, hash);
  VG_TRY(store_change(
      f->tx, &fresh,
      "INSERT INTO share_shown (org, actor, day, offered) VALUES ($1, $2, $3, $4) ON CONFLICT (org, "
      "actor) DO UPDATE SET day = excluded.day, offered = excluded.offered WHERE share_shown.day <> "
      "excluded.day OR share_shown.offered <> excluded.offered",
      S_ARGS(S_INT(f->to->id), S_Z(who->id.s), S_INT(store_now(f->tx) / VG_DAY), S_Z(vg_hex(hex, hash, sizeof hash))),
      err));
  if (!fresh)
    return VG_OK;
  return LEDGER_TELL(f->tx, who, "share.listed", f->to->pid.s, err, "recipient", f->to->pid.s, "motive", "prevention",
                     "collection", "contents", "objects", VG_N(f->offered));
}

vg_code share_each_offer(struct store_tx *tx, const struct actor *who, const struct org *to, vg_str self,
                         share_content_sink *sink, void *ctx, struct vg_err *err) {
  static const struct actor house = {.organisation = 0}; /* all contents: what goes is decided below */
  struct offering f = {.tx = tx, .to = to, .self = self, .sink = sink, .ctx = ctx};
  VG_TRY(share_gate_open(tx, to->id, &f.gate, err));
  vg_buf_init(&f.names, 1 << 20);
  vg_code rc = share_each_content(tx, &house, VG_STR(""), offer_if_meant, &f, err);
  share_gate_close(f.gate);
  if (rc == VG_OK && f.offered)
    rc = tell_offer(&f, who, err);
  vg_buf_fini(&f.names);
  return rc;
}

struct wanted {
  vg_str pid;
  struct share_content c;
  bool found;
};

static vg_code take_wanted(void *ctx, const struct share_content *c, struct vg_err *err) {
  struct wanted *w = ctx;
  (void)err;
  if (vg_str_eqz(w->pid, c->pid.s)) {
    w->c = *c;
    w->found = true;
  }
  return VG_OK;
}

vg_code share_offer_read(struct store_tx *tx, const struct actor *who, const struct org *to, vg_str self, vg_str pid,
                         enum vg_lang lang, struct share_content *out, struct vg_buf *text, struct vg_err *err) {
  struct wanted w = {.pid = pid};
  struct share_decision d;
  struct share_recipient recipient = {.org = to->id, .pid = vg_id_str(&to->pid), .name = vg_str_z(to->name)};
  VG_TRY(share_each_offer(tx, who, to, self, take_wanted, &w, err));
  if (!w.found)
    return VG_FAIL(err, VG_ENOTFOUND, "share.content.none", VG_T(pid));
  *out = w.c;
  VG_TRY(share_bulletin(tx, who, &w.c, &recipient, self, lang, &d, text, err));
  return d.allowed ? VG_OK : VG_FAIL(err, VG_EDENIED, d.rule, d.arg[0], d.arg[1]);
}

/* Header text beyond ASCII as encoded words (RFC 2047) of whole characters, 45 bytes each at most. */
static void header_text(struct vg_buf *out, vg_str text) {
  bool plain = true;
  for (size_t i = 0; i < text.n; i++)
    plain = plain && text.p[i] >= ' ' && text.p[i] < 0x7f;
  if (plain) {
    vg_buf_str(out, text);
    return;
  }
  for (size_t at = 0; at < text.n;) {
    size_t end = at;
    while (end < text.n) {
      size_t next = end;
      (void)vg_utf8_next(text, &next);
      if (next - at > 45)
        break;
      end = next;
    }
    vg_buf_z(out, at ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
    vg_base64(out, vg_str_sub(text, at, end - at));
    vg_buf_z(out, "?=");
    at = end;
  }
}

static void mail_date(struct vg_buf *out, vg_time t) {
  static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int64_t y, day_number = t / VG_DAY, s = t % VG_DAY / VG_SECOND;
  unsigned m, d;
  vg_civil_from_days(day_number, &y, &m, &d);
  vg_buf_fmt(out, "Date: %s, %02u %s %04lld %02lld:%02lld:%02lld +0000\r\n", days[day_number % 7], d, months[m - 1],
             (long long)y, (long long)(s / 3600), (long long)(s / 60 % 60), (long long)(s % 60));
}

/* Neither a line end nor a space can make another header or recipient of it. */
bool share_mail_address_ok(vg_str a) {
  size_t at = vg_str_find_byte(a, '@', 0);
  bool ok = at != SIZE_MAX && at > 0 && at + 1 < a.n && a.n < 255;
  for (size_t i = 0; ok && i < a.n; i++)
    ok = vg_is_alnum(a.p[i]) || memchr("!#$%&'*+-/=?^_`{|}~.@", a.p[i], 21);
  return ok && vg_str_find_byte(a, '@', at + 1) == SIZE_MAX;
}

vg_code share_mail(const struct share_mail *m, struct vg_buf *out, struct vg_err *err) {
  struct vg_buf body;
  struct vg_id id = vg_id_v4("m");
  if (!share_mail_address_ok(m->from) || !share_mail_address_ok(m->to))
    return VG_FAIL(err, VG_EUSAGE, "share.bulletin.address", VG_T(share_mail_address_ok(m->from) ? m->to : m->from));
  vg_buf_init(&body, NOTE_MAX * 2);
  vg_base64(&body, m->text);
  vg_buf_fmt(out, "From: %.*s\r\nTo: %.*s\r\nSubject: ", (int)m->from.n, m->from.p, (int)m->to.n, m->to.p);
  header_text(out, m->subject);
  vg_buf_z(out, "\r\n");
  mail_date(out, m->when);
  vg_str domain = vg_str_sub(m->from, vg_str_find_byte(m->from, '@', 0) + 1, m->from.n);
  vg_buf_fmt(
      out,
      "Message-ID: <%s@%.*s>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      id.s + 3, (int)domain.n, domain.p);
  for (size_t at = 0; at < body.n; at += LINE) {
    vg_buf_str(out, vg_str_sub(vg_buf_view(&body), at, LINE));
    vg_buf_z(out, "\r\n");
  }
  vg_buf_fini(&body);
  return vg_buf_check(out, err);
}

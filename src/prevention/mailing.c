/* Mail merge: letters and messages to contacts who accept to be written to. */
#include <stdio.h>

#include "base/csv.h"
#include "base/hash.h"
#include "prevention/prevention.h"

struct merge {
  struct store_tx *tx;
  const struct action *a;
  struct mailing *m;
  struct vg_buf *out;
  struct paper *paper;
  char zone[160], contact[ZONE_CONTACT + 1], date[160], referent[96];
};

static bool chosen(const struct mailing *m, int64_t org) {
  for (size_t i = 0; i < m->orgs; i++)
    if (m->org[i] == org)
      return true;
  return false;
}

/* m NULL or without companies: those that the action is meant for. */
static vg_code each_recipient(struct store_tx *tx, const struct actor *who, const struct action *a,
                              const struct mailing *m, prevention_recipient_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  bool picked = m && m->orgs;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT o.name, c.name, c.duty, c.email, c.phone, o.naf, o.size, o.id, l.address FROM "
                  "territory_v_contact c JOIN territory_v_org o ON o.id = c.org JOIN territory_v_address l ON l.org = "
                  "o.id "
                  "WHERE c.agreed = 1 AND ($3 = 1 OR o.id = $1 OR ($1 = 0 AND (o.zone = $2 OR $2 = ''))) "
                  "ORDER BY o.name, c.name",
                  S_ARGS(S_INT(a->org), S_Z(a->zone), S_INT(picked)), err));
  while (rc == VG_OK && store_next(q)) {
    const struct recipient r = {store_int(q, 7), store_str(q, 0), store_str(q, 1), store_str(q, 2),
                                store_str(q, 3), store_str(q, 4), store_str(q, 8)};
    bool meant = picked ? chosen(m, r.org)
                        : a->org || prevention_target_has(vg_str_z(a->target), store_str(q, 5), store_str(q, 6));
    if (meant && territory_access(tx, who, r.org, NULL) == VG_OK)
      rc = sink(ctx, &r, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_each_recipient(struct store_tx *tx, const struct actor *who, const struct action *a,
                                  prevention_recipient_sink *sink, void *ctx, struct vg_err *err) {
  return each_recipient(tx, who, a, NULL, sink, ctx, err);
}

/* --- the text --- */

/* "jeudi 3 décembre 2026 à 14:00", by the clock of Paris. */
static void date_words(char *out, size_t cap, enum vg_lang lang, vg_time t) {
  vg_time local = t + vg_paris_offset(t);
  int64_t days = local / VG_DAY, year;
  unsigned month, number;
  char weekday[32], name[32], hour[8];
  struct vg_buf b;
  if (local % VG_DAY < 0)
    days--;
  int64_t minutes = (local - days * VG_DAY) / (60 * VG_SECOND);
  vg_civil_from_days(days, &year, &month, &number);
  snprintf(weekday, sizeof weekday, "@server.weekday.%d", (int)(((days + 3) % 7 + 7) % 7) + 1);
  snprintf(name, sizeof name, "@server.month.%u", month);
  snprintf(hour, sizeof hour, "%02d:%02d", (int)(minutes / 60 % 24), (int)(minutes % 60));
  vg_buf_init(&b, cap - 1);
  vg_msg(&b, lang, "prevention.letter.date",
         (const char *const[]){weekday, lang == VG_FR && number == 1 ? "1er" : VG_N(number), name, VG_N(year), hour,
                               NULL});
  vg_str_copy(out, cap, vg_buf_view(&b));
  vg_buf_fini(&b);
}

static vg_str or_words(const char *z, enum vg_lang lang, const char *id) {
  return vg_str_z(z[0] ? z : vg_msg_text(lang, id));
}

/* What a word in braces stands for; p NULL: it is no field. */
static vg_str field_of(const struct merge *g, const struct recipient *r, vg_str name) {
  enum vg_lang lang = g->m->lang;
  const struct {
    const char *en, *fr;
    vg_str value;
  } fields[] = {{"company", "entreprise", r->organisation},
                {"name", "nom", r->name},
                {"duty", "fonction", r->duty.n ? r->duty : VG_STR("")},
                {"action", "action", vg_str_z(g->a->title)},
                {"date", "date", vg_str_z(g->date)},
                {"place", "lieu", or_words(g->a->place, lang, "prevention.letter.place")},
                {"referent", "referent", or_words(g->referent, lang, "prevention.letter.referent")},
                {"zone", "zone", vg_str_z(g->zone)},
                {"contact", "contact", or_words(g->contact, lang, "prevention.letter.contact")}};
  for (size_t i = 0; i < VG_COUNT(fields); i++)
    if (vg_str_eqz(name, fields[i].en) || vg_str_eqz(name, fields[i].fr))
      return fields[i].value;
  return (vg_str){0};
}

static vg_code fill(const struct merge *g, const struct recipient *r, vg_str text, struct vg_buf *out,
                    struct vg_err *err) {
  size_t from = 0, open;
  while ((open = vg_str_find_byte(text, '{', from)) != SIZE_MAX) {
    size_t close = vg_str_find_byte(text, '}', open);
    vg_str name = vg_str_sub(text, open + 1, close == SIZE_MAX ? 0 : close - open - 1);
    vg_str value = field_of(g, r, name);
    if (!value.p)
      return VG_FAIL(err, VG_EDATA, "prevention.letter.field", VG_T(name));
    vg_buf_str(out, vg_str_sub(text, from, open - from));
    vg_buf_str(out, value);
    from = close + 1;
  }
  vg_buf_str(out, vg_str_sub(text, from, text.n - from));
  return vg_buf_check(out, err);
}

/* --- tables --- */

/* Quoted always; what a spreadsheet would take for a formula is defused. */
static void csv_field(struct vg_buf *b, vg_str s, bool last) {
  vg_buf_z(b, "\"");
  if (s.n && (s.p[0] == '=' || s.p[0] == '+' || s.p[0] == '-' || s.p[0] == '@'))
    vg_buf_z(b, "'");
  vg_csv_put(b, s);
  vg_buf_z(b, last ? "\"\r\n" : "\",");
}

static vg_code put_csv(struct merge *g, const struct recipient *r, struct vg_err *err) {
  char at[VG_TIME_TEXT];
  const vg_str cells[] = {r->organisation,
                          r->name,
                          r->duty,
                          r->email,
                          r->phone,
                          r->address,
                          vg_str_z(g->a->title),
                          vg_str_z(vg_time_text(at, g->a->at, false)),
                          vg_str_z(g->a->place)};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    csv_field(g->out, cells[i], i + 1 == VG_COUNT(cells));
  return vg_buf_check(g->out, err);
}

/* --- letters --- */

static vg_code put_letter(struct merge *g, const struct recipient *r, vg_str subject, vg_str text, struct vg_err *err) {
  struct vg_buf to;
  vg_buf_init(&to, 1024);
  vg_buf_str(&to, r->organisation);
  vg_buf_z(&to, "\n");
  vg_buf_str(&to, r->name);
  if (r->duty.n) {
    vg_buf_z(&to, "\n");
    vg_buf_str(&to, r->duty);
  }
  if (r->address.n) {
    vg_buf_z(&to, "\n");
    vg_buf_str(&to, r->address);
  } else {
    g->m->unaddressed++;
  }
  paper_page(g->paper);
  paper_text(g->paper, vg_str_z(g->referent));
  paper_text(g->paper, vg_str_z(g->contact));
  paper_address(g->paper, vg_buf_view(&to));
  paper_heading(g->paper, 2, subject);
  vg_str line;
  while (vg_str_cut(&text, '\n', &line)) {
    while (line.n && line.p[line.n - 1] == '\r')
      line.n--;
    if (line.n)
      paper_text(g->paper, line);
    else
      paper_space(g->paper, 6);
  }
  vg_code rc = vg_buf_check(&to, err);
  vg_buf_fini(&to);
  return rc;
}

/* --- messages (RFC 5322), their words in base64 so that none of them can be taken for a heading --- */

static bool address_ok(vg_str s) {
  size_t at = vg_str_find_byte(s, '@', 0);
  if (at == SIZE_MAX || at == 0 || at + 1 == s.n || s.n > 254 || vg_str_find_byte(s, '@', at + 1) != SIZE_MAX)
    return false;
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || vg_str_find_byte(VG_STR("<>,;:\"()[]\\"), s.p[i], 0) != SIZE_MAX)
      return false;
  return true;
}

/* Encoded words (RFC 2047) of at most 45 bytes, none of which cuts a character. */
static void words(struct vg_buf *out, vg_str s) {
  enum { PART = 45 };
  for (size_t from = 0; from < s.n;) {
    size_t to = from + PART < s.n ? from + PART : s.n;
    while (to > from + 1 && to < s.n && ((unsigned char)s.p[to] & 0xc0) == 0x80)
      to--;
    vg_buf_z(out, from ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
    vg_base64(out, vg_str_sub(s, from, to - from));
    vg_buf_z(out, "?=");
    from = to;
  }
}

static void mail_date(struct vg_buf *out, vg_time t, bool mbox) {
  static const char *const weekday[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char *const month[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int64_t days = t / VG_DAY, year, s = t % VG_DAY / VG_SECOND;
  unsigned m, d;
  vg_civil_from_days(days, &year, &m, &d);
  const char *w = weekday[(days + 3) % 7];
  int h = (int)(s / 3600), i = (int)(s / 60 % 60), sec = (int)(s % 60);
  if (mbox)
    vg_buf_fmt(out, "%s %s %2u %02d:%02d:%02d %lld", w, month[m - 1], d, h, i, sec, (long long)year);
  else
    vg_buf_fmt(out, "%s, %u %s %lld %02d:%02d:%02d +0000", w, d, month[m - 1], (long long)year, h, i, sec);
}

static void body(struct vg_buf *out, vg_str text) {
  enum { LINE = 57 }; /* 76 letters */
  struct vg_buf crlf;
  vg_buf_init(&crlf, 2 * text.n + 2);
  for (size_t i = 0; i < text.n; i++) {
    if (text.p[i] == '\n' && (!i || text.p[i - 1] != '\r'))
      vg_buf_z(&crlf, "\r");
    vg_buf_byte(&crlf, (unsigned char)text.p[i]);
  }
  vg_str s = vg_buf_view(&crlf);
  for (size_t i = 0; i < s.n; i += LINE) {
    vg_base64(out, vg_str_sub(s, i, s.n - i < LINE ? s.n - i : LINE));
    vg_buf_z(out, "\r\n");
  }
  vg_buf_fini(&crlf);
}

static void message(struct vg_buf *out, const struct merge *g, const struct recipient *r, vg_str subject, vg_str text) {
  unsigned char secret[16];
  char id[2 * sizeof secret + 1];
  vg_str from = g->m->from;
  size_t at = vg_str_find_byte(from, '@', 0);
  vg_random(secret, sizeof secret);
  vg_hex(id, secret, sizeof secret);
  vg_buf_z(out, "From: <");
  vg_buf_str(out, from);
  vg_buf_z(out, ">\r\nTo: ");
  words(out, r->name);
  vg_buf_z(out, " <");
  vg_buf_str(out, r->email);
  vg_buf_z(out, ">\r\nSubject: ");
  words(out, subject);
  vg_buf_z(out, "\r\nDate: ");
  mail_date(out, store_now(g->tx), false);
  vg_buf_fmt(out, "\r\nMessage-ID: <%s@", id);
  vg_buf_str(out, vg_str_sub(from, at + 1, from.n - at - 1));
  /* X-Unsent: programs that know it open the file as a draft to send. */
  vg_buf_z(out, ">\r\nX-Unsent: 1\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\n");
  body(out, text);
}

static vg_code put_message(struct merge *g, const struct recipient *r, vg_str subject, vg_str text,
                           struct vg_err *err) {
  if (g->m->form == MAILING_MBOX) {
    vg_buf_z(g->out, "From ");
    vg_buf_str(g->out, g->m->from);
    vg_buf_z(g->out, " ");
    mail_date(g->out, store_now(g->tx), true);
    vg_buf_z(g->out, "\n");
    message(g->out, g, r, subject, text);
    vg_buf_z(g->out, "\n");
    return vg_buf_check(g->out, err);
  }
  struct vg_buf one;
  vg_buf_init(&one, 4 * MAILING_TEXT_MAX);
  message(&one, g, r, subject, text);
  vg_code rc = vg_buf_check(&one, err);
  if (rc == VG_OK)
    rc = g->m->each(g->m->ctx, g->m->written + 1, vg_buf_view(&one), err);
  vg_buf_fini(&one);
  return rc;
}

/* --- all of it --- */

static bool by_mail(const struct mailing *m) { return m->form == MAILING_MBOX || m->form == MAILING_FILES; }

static vg_code one(void *ctx, const struct recipient *r, struct vg_err *err) {
  struct merge *g = ctx;
  struct vg_buf subject, text;
  if (g->m->form == MAILING_CSV) {
    g->m->written++;
    return put_csv(g, r, err);
  }
  if (by_mail(g->m) && !address_ok(r->email)) {
    g->m->without++;
    return VG_OK;
  }
  vg_buf_init(&subject, 2 * MAILING_TEXT_MAX);
  vg_buf_init(&text, 2 * MAILING_TEXT_MAX);
  vg_code rc = fill(g, r, g->m->subject, &subject, err);
  if (rc == VG_OK)
    rc = fill(g, r, g->m->text, &text, err);
  if (rc == VG_OK)
    rc = by_mail(g->m) ? put_message(g, r, vg_buf_view(&subject), vg_buf_view(&text), err)
                       : put_letter(g, r, vg_buf_view(&subject), vg_buf_view(&text), err);
  g->m->written += rc == VG_OK;
  vg_buf_fini(&subject);
  vg_buf_fini(&text);
  return rc;
}

static vg_code zone_words(void *ctx, const struct zone *z, struct vg_err *err) {
  struct merge *g = ctx;
  (void)err;
  vg_str_copy(g->zone, sizeof g->zone, g->m->lang == VG_FR ? z->name_fr : z->name_en);
  vg_str_copy(g->contact, sizeof g->contact, z->contact);
  return VG_OK;
}

static vg_code check(struct mailing *m, struct vg_err *err) {
  if (!m->subject.n)
    m->subject = vg_str_z(vg_msg_text(m->lang, "prevention.letter.subject"));
  if (!m->text.n)
    m->text = vg_str_z(vg_msg_text(m->lang, "prevention.letter.text"));
  if (m->subject.n > 300 || m->text.n > MAILING_TEXT_MAX || !vg_utf8_ok(m->subject) || !vg_utf8_ok(m->text))
    return VG_FAIL(err, VG_EDATA, "prevention.letter.size", VG_N(MAILING_TEXT_MAX));
  if (by_mail(m) && !address_ok(m->from))
    return VG_FAIL(err, VG_EDATA, "prevention.letter.from", VG_T(m->from));
  return VG_OK;
}

static bool on_paper(const struct mailing *m) {
  return m->form == MAILING_PDF || m->form == MAILING_ODT || m->form == MAILING_TEXT;
}

static vg_code letters(struct merge *g, const struct actor *who, struct vg_err *err) {
  static const enum paper_format format[] = {
      [MAILING_PDF] = PAPER_PDF, [MAILING_ODT] = PAPER_ODT, [MAILING_TEXT] = PAPER_TEXT};
  VG_TRY(paper_new(&g->paper, vg_str_z(g->a->title), VG_STR(""), store_now(g->tx), err));
  paper_letters(g->paper);
  vg_code rc = each_recipient(g->tx, who, g->a, g->m, one, g, err);
  if (rc == VG_OK && g->m->written)
    rc = paper_write(g->paper, format[g->m->form], g->out, err);
  paper_free(g->paper);
  return rc;
}

bool prevention_mailing_by_suffix(vg_str suffix, enum mailing_form *out) {
  static const char *const names[] = {"csv", "mbox", "pdf", "odt", "txt"};
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (vg_str_eqz(suffix, names[i])) {
      *out = (enum mailing_form)i;
      return true;
    }
  return false;
}

vg_code prevention_mailing(struct store_tx *tx, const struct actor *who, const struct action *a, struct mailing *m,
                           struct vg_buf *out, struct vg_err *err) {
  struct merge g = {.tx = tx, .a = a, .m = m, .out = out};
  static const char *const forms[] = {"csv", "mbox", "pdf", "odt", "txt", "eml"};
  m->written = m->without = m->unaddressed = 0;
  if (a->org)
    VG_TRY(territory_access(tx, who, a->org, err));
  VG_TRY(check(m, err));
  if (a->zone[0])
    VG_TRY(territory_zone_find(tx, vg_str_z(a->zone), zone_words, &g, err));
  vg_str_copy(g.referent, sizeof g.referent, vg_str_z(a->referent_name));
  date_words(g.date, sizeof g.date, m->lang, a->at);
  if (m->form == MAILING_CSV)
    vg_buf_z(out, "organisation,name,duty,email,phone,address,action,at,place\r\n");
  VG_TRY(on_paper(m) ? letters(&g, who, err) : each_recipient(tx, who, a, m, one, &g, err));
  if (!m->written && m->form != MAILING_CSV)
    return VG_FAIL(err, VG_EDATA, m->without ? "prevention.letter.no_address" : "prevention.letter.nobody");
  return LEDGER_TELL(tx, who, "action.mailing", a->pid.s, err, "recipients", VG_N(m->written), "form", forms[m->form]);
}

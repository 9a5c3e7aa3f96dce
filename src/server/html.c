#include "server/server_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "share/share.h"

static void escape(struct vg_buf *b, vg_str s) {
  size_t from = 0;
  for (size_t i = 0; i < s.n; i++) {
    const char *as = NULL;
    switch (s.p[i]) {
    case '&': as = "&amp;"; break;
    case '<': as = "&lt;"; break;
    case '>': as = "&gt;"; break;
    case '"': as = "&quot;"; break;
    case '\'': as = "&#39;"; break;
    default: continue;
    }
    vg_buf_add(b, s.p + from, i - from);
    vg_buf_z(b, as);
    from = i + 1;
  }
  vg_buf_add(b, s.p + from, s.n - from);
}

/* Bytes that are no text (a hostile file's name) show as U+FFFD; nothing of them reaches the page raw. */
void text(struct request *r, vg_str s) {
  if (s.n == 0)
    return;
  if (vg_utf8_ok(s)) {
    escape(&r->out, s);
    return;
  }
  for (size_t i = 0; i < s.n;) {
    char c[4];
    size_t n = vg_utf8_put(c, vg_utf8_next(s, &i));
    escape(&r->out, vg_str_n(c, n));
  }
}
void textz(struct request *r, const char *z) { text(r, vg_str_z(z)); }
/* A sentence of ours, set as its language sets it. */
static void sentence(struct request *r, vg_str s) {
  struct vg_buf set;
  vg_buf_init(&set, 1 << 17);
  vg_msg_set(&set, r->lang, s);
  text(r, vg_buf_view(&set));
  vg_buf_fini(&set);
}
void msg(struct request *r, const char *id) {
  const char *known = vg_msg_text(r->lang, id);
  sentence(r, vg_str_z(known ? known : id));
}
void colon(struct request *r) { vg_buf_z(&r->out, r->lang == VG_FR ? "\u00a0: " : ": "); }
void say_words(struct request *r, const char *const *words) {
  struct vg_buf line;
  vg_buf_init(&line, 1 << 16);
  vg_msg(&line, r->lang, words[0], words + 1);
  sentence(r, vg_buf_view(&line));
  vg_buf_fini(&line);
}
void url(struct request *r, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (vg_is_alnum(s.p[i]) || strchr("-._~", c))
      vg_buf_byte(&r->out, c);
    else
      vg_buf_fmt(&r->out, "%%%02X", c);
  }
}
void word(struct request *r, const char *stem, vg_str code) {
  const char *known = vg_msg_word(r->lang, stem, code);
  if (known)
    sentence(r, vg_str_z(known));
  else
    text(r, code);
}

void purposes(struct request *r, vg_str list) {
  struct vg_buf words;
  vg_buf_init(&words, 4096);
  share_purposes_say(&words, r->lang, list);
  text(r, vg_buf_view(&words));
  vg_buf_fini(&words);
}

void classes(struct request *r, const char *list) {
  if (strcmp(list, "*"))
    textz(r, list);
  else
    msg(r, "server.classes.all");
}

void num(struct request *r, int64_t n) {
  vg_buf_fmt(&r->out, "<data value=\"%lld\">", (long long)n);
  vg_buf_z(&r->out, VG_G(r->lang, n));
  RAW(r, "</data>");
}
void put_real(struct vg_buf *b, enum vg_lang lang, double x) {
  double size = fabs(x);
  if (x == 0 || (size >= 1e-3 && size < 1000)) {
    vg_buf_z(b, VG_D(lang, -1, x));
    return;
  }
  if (size >= 1000 && size < 1e9) {
    vg_buf_z(b, VG_G(lang, (int64_t)(x < 0 ? x - 0.5 : x + 0.5)));
    return;
  }
  int exponent = (int)floor(log10(size));
  vg_buf_z(b, VG_D(lang, 1, x / pow(10, exponent)));
  vg_put_power(b, exponent);
}
static void decimal(struct request *r, int digits, double x) { vg_buf_z(&r->out, VG_D(r->lang, digits, x)); }
void real(struct request *r, double x) {
  vg_buf_fmt(&r->out, "<data value=\"%.17g\">", x);
  put_real(&r->out, r->lang, x);
  RAW(r, "</data>");
}
void percent(struct request *r, double p) {
  vg_buf_fmt(&r->out, "<data value=\"%.6f\">", p);
  double shown = p * 100;
  decimal(r, (shown > 99 && shown < 100) || (shown > 0 && shown < 1), shown);
  RAW(r, "\u00a0%</data>");
}
void between(struct request *r, void (*value)(struct request *r, double x), double lo, double hi) {
  RAW(r, "[");
  value(r, lo);
  RAW(r, "\u00a0; ");
  value(r, hi);
  RAW(r, "]");
}
void bytes(struct request *r, int64_t n) {
  vg_buf_fmt(&r->out, "<data value=\"%lld\" title=\"%lld\">", (long long)n, (long long)n);
  vg_buf_z(&r->out, VG_B(r->lang, n));
  RAW(r, "</data>");
}

struct civil {
  int64_t year;
  unsigned month, day, hour, minute, weekday; /* 0 Monday */
};
static struct civil civil_of(vg_time t) {
  struct civil c;
  t += vg_paris_offset(t);
  int64_t seconds = t / VG_SECOND, days = seconds / 86400;
  if (seconds % 86400 < 0)
    days--;
  int64_t rest = seconds - days * 86400;
  vg_civil_from_days(days, &c.year, &c.month, &c.day);
  c.hour = (unsigned)(rest / 3600);
  c.minute = (unsigned)(rest / 60 % 60);
  c.weekday = (unsigned)(((days + 3) % 7 + 7) % 7);
  return c;
}
static void put_day(struct vg_buf *b, enum vg_lang lang, const struct civil *c) {
  char id[40];
  if (lang == VG_FR) {
    vg_buf_fmt(b, "%02u/%02u/%04lld", c->day, c->month, (long long)c->year);
    return;
  }
  snprintf(id, sizeof id, "server.month.%s", VG_N(c->month));
  vg_buf_fmt(b, "%u %.3s %04lld", c->day, vg_msg_text(lang, id), (long long)c->year);
}
void put_when(struct vg_buf *b, enum vg_lang lang, vg_time t) {
  struct civil c = civil_of(t);
  put_day(b, lang, &c);
  vg_buf_fmt(b, " %02u:%02u", c.hour, c.minute);
}

static bool time_begin(struct request *r, vg_time t) {
  char utc[VG_TIME_TEXT];
  if (t == VG_NOTIME) {
    RAW(r, "<span class=\"soft\">–</span>");
    return false;
  }
  vg_time_text(utc, t, false);
  bool same_day = (t + vg_paris_offset(t)) / VG_DAY == t / VG_DAY;
  vg_buf_fmt(&r->out, "<time datetime=\"%s\" title=\"%.*s%s%.5s UTC\">", utc, same_day ? 0 : 10, utc,
             same_day ? "" : " ", utc + 11);
  return true;
}
void when(struct request *r, vg_time t) {
  if (!time_begin(r, t))
    return;
  put_when(&r->out, r->lang, t);
  RAW(r, "</time>");
}
void day(struct request *r, vg_time t) {
  if (!time_begin(r, t))
    return;
  struct civil c = civil_of(t);
  put_day(&r->out, r->lang, &c);
  RAW(r, "</time>");
}
void today(struct request *r) {
  char weekday[48], month[48], year[24], number[4], hour[8];
  struct civil c = civil_of(r->now);
  snprintf(weekday, sizeof weekday, "server.weekday.%s", VG_N(c.weekday + 1));
  snprintf(month, sizeof month, "server.month.%s", VG_N(c.month));
  snprintf(number, sizeof number, "%u", c.day % 100);
  snprintf(year, sizeof year, "%lld", (long long)c.year);
  snprintf(hour, sizeof hour, "%02u:%02u", c.hour % 100, c.minute % 100);
  if (!time_begin(r, r->now))
    return;
  if (r->lang == VG_FR && c.day == 1)
    vg_str_copy(number, sizeof number, VG_STR("1er"));
  SAY(r, "server.today", vg_msg_text(r->lang, weekday), number, vg_msg_text(r->lang, month), year);
  RAW(r, ", ");
  textz(r, hour);
  RAW(r, "</time>");
}

/* Two figures at most, never a false precision. */
static void span(struct request *r, vg_time d) { vg_buf_z(&r->out, vg_span_say((char[48]){0}, r->lang, d)); }
void ago(struct request *r, vg_time t) {
  if (!time_begin(r, t))
    return;
  vg_time d = r->now - t;
  if (d < 60 * VG_SECOND)
    msg(r, "server.now");
  else {
    msg(r, "server.ago.before");
    span(r, d);
    msg(r, "server.ago.after");
  }
  RAW(r, "</time>");
}
void clock_left(struct request *r, vg_time due, vg_str state) {
  if (vg_str_eqz(state, "done") || vg_str_eqz(state, "not-applicable")) {
    RAW(r, "<span class=\"clock soft\">");
    word(r, "server.clock.", state);
    RAW(r, "</span>");
    return;
  }
  vg_time left = due - r->now;
  vg_buf_z(&r->out, left < 24 * VG_HOUR ? "<strong class=\"clock hot\">" : "<span class=\"clock\">");
  char utc[VG_TIME_TEXT];
  vg_buf_fmt(&r->out, "<time datetime=\"%s\" title=\"", vg_time_text(utc, due, false));
  put_when(&r->out, r->lang, due);
  RAW(r, "\">");
  if (left < 0) {
    msg(r, "server.clock.late");
    RAW(r, " ");
  }
  span(r, left < 0 ? -left : left);
  vg_buf_z(&r->out, left < 24 * VG_HOUR ? "</time></strong>" : "</time></span>");
}

void tlp(struct request *r, enum tlp level) {
  static const char *const css[] = {"clear", "green", "amber", "amber", "red"};
  vg_buf_fmt(&r->out, "<span class=\"tlp %s\">%s</span>", css[level], intel_tlp_name(level));
}
void tlp_name(struct request *r, vg_str name) {
  enum tlp level;
  if (intel_tlp_by_name(name, &level))
    tlp(r, level);
  else
    text(r, name);
}
void pap(struct request *r, enum pap level) {
  static const char *const css[] = {"clear", "green", "amber", "red"};
  vg_buf_fmt(&r->out, "<span class=\"tlp %s\">%s</span>", css[level], intel_pap_name(level));
}
void broken(struct request *r, vg_str s) {
  size_t from = 0;
  for (size_t i = 0; i + 1 < s.n; i++)
    if (strchr("/_.:\\?&=-", s.p[i]) && s.p[i] && !strchr("/_.:", s.p[i + 1])) {
      text(r, vg_str_sub(s, from, i + 1 - from));
      RAW(r, "<wbr>");
      from = i + 1;
    }
  text(r, vg_str_sub(s, from, s.n));
}
void code(struct request *r, vg_str s) {
  RAW(r, "<code>");
  broken(r, s);
  RAW(r, "</code>");
}
void badge(struct request *r, const char *kind, const char *id) {
  vg_buf_fmt(&r->out, "<span class=\"badge %s\">", kind);
  msg(r, id);
  RAW(r, "</span>");
}
void link_to(struct request *r, const char *path, vg_str id, vg_str label) {
  vg_buf_fmt(&r->out, "<a href=\"%s", path);
  url(r, id);
  RAW(r, "\">");
  text(r, label);
  RAW(r, "</a>");
}
void link_indicator(struct request *r, vg_str type, vg_str value) {
  RAW(r, "<a class=\"value\" href=\"/indicateur?type=");
  url(r, type);
  RAW(r, "&amp;valeur=");
  url(r, value);
  RAW(r, "\"><code>");
  broken(r, value);
  RAW(r, "</code></a>");
}
void link_id(struct request *r, vg_str pid) {
  static const char *const known[][2] = {
      {"incident", "/signalements/"},  {"story", "/veille/"},         {"obstacle", "/evaluation/obstacles/"},
      {"evaluation", "/evaluation/"},  {"case", "/affaires/"},        {"exhibit", "/scelles/"},
      {"warning", "/alertes/"},        {"content", "/contenus/"},     {"qualification", "/qualification/"},
      {"convention", "/conventions/"}, {"analysis", "/analyses/"},    {"action", "/actions/"},
      {"event", "/evenements/"},       {"diagnosis", "/diagnostics/"}};
  vg_str kind = vg_id_kind(pid);
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eqz(kind, known[i][0])) {
      char id[64], label[200];
      snprintf(id, sizeof id, "server.id.%s", known[i][0]);
      snprintf(label, sizeof label, "%s %.*s", vg_msg_text(r->lang, id), 8, pid.n > 8 ? pid.p + pid.n - 8 : "");
      link_to(r, known[i][1], pid, vg_str_z(label));
      return;
    }
  RAW(r, "<span class=\"id\" title=\"");
  text(r, pid);
  RAW(r, "\">");
  vg_str kind_or_all = kind.n && pid.n > kind.n + 14 ? kind : pid;
  text(r, kind_or_all);
  if (kind_or_all.n != pid.n) {
    RAW(r, " …");
    text(r, vg_str_sub(pid, pid.n - 8, 8));
  }
  RAW(r, "</span>");
}

vg_code each(struct request *r, const char *sql, struct store_args args, row_fn *one, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(r->tx, &q, sql, args, err));
  while (store_next(q))
    one(r, q);
  return store_done(&q, err);
}

void meter(struct request *r, double to, int colour, double perhaps) {
  vg_buf_fmt(&r->out,
             "<svg class=\"meter\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
             "class=\"z0\" width=\"100\" height=\"8\"/><rect class=\"z%d\" width=\"%.1f\" height=\"8\"/>",
             colour, 100 * to);
  if (perhaps > to)
    vg_buf_fmt(&r->out, "<rect class=\"z1\" x=\"%.1f\" width=\"%.1f\" height=\"8\"/>", 100 * to, 100 * (perhaps - to));
  RAW(r, "</svg>");
}

void to_check(struct request *r, vg_str doubt) {
  struct vg_buf words;
  if (!doubt.n)
    return;
  vg_buf_init(&words, 1024);
  casework_doubt(&words, r->lang, doubt);
  RAW(r, " <span class=\"badge warn\" title=\"");
  text(r, vg_buf_view(&words));
  RAW(r, "\">");
  msg(r, "server.to_check");
  RAW(r, "</span>");
  vg_buf_fini(&words);
}

void download_as(struct request *r, const char *id, const char *suffix) {
  snprintf(r->name, sizeof r->name, "%s.%s", vg_msg_text(r->lang, id), suffix);
}

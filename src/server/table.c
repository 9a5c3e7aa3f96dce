#include "base/csv.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

void table_begin(struct request *r, const char *id, const char *caption_id, const char *const *heading, size_t n) {
  r->table_at = r->out.n;
  r->table_rows = 0;
  r->table_id = id;
  RAW(r, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
  msg(r, caption_id);
  RAW(r, "\"><table aria-label=\"");
  msg(r, caption_id);
  RAW(r, "\"><thead><tr>");
  for (size_t i = 0; i < n; i++) {
    bool number = heading[i][0] == '#';
    vg_buf_z(&r->out, number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
    msg(r, heading[i] + number);
    RAW(r, "</th>");
  }
  RAW(r, "</tr></thead><tbody>");
}
void row(struct request *r) {
  r->table_rows++;
  RAW(r, "<tr>");
}
void cell(struct request *r) { RAW(r, "<td>"); }
void cell_n(struct request *r) { RAW(r, "<td class=\"n\">"); }

/* One attribute of the tag at s, or nothing. */
static vg_str attribute(vg_str tag, const char *name) {
  char key[24];
  vg_str_copy(key, sizeof key - 2, vg_str_z(name));
  strncat(key, "=\"", 3);
  size_t at = vg_str_find(tag, vg_str_z(key), 0);
  if (at == SIZE_MAX)
    return VG_NOSTR;
  at += strlen(key);
  size_t end = vg_str_find_byte(tag, '"', at);
  return end == SIZE_MAX ? VG_NOSTR : vg_str_sub(tag, at, end - at);
}

static void unescape(struct vg_buf *b, vg_str s) {
  static const char *const entity[][2] = {
      {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
  for (size_t i = 0; i < s.n;) {
    size_t e = 0;
    while (e < VG_COUNT(entity) && !vg_str_starts(vg_str_sub(s, i, 6), vg_str_z(entity[e][0])))
      e++;
    if (e < VG_COUNT(entity)) {
      vg_buf_z(b, entity[e][1]);
      i += strlen(entity[e][0]);
    } else
      vg_buf_byte(b, (unsigned char)s.p[i++]);
  }
}

/* A field: quoted when it must be; a formula in a spreadsheet is defused by an apostrophe. */
static void put_field(struct vg_buf *b, vg_str s) {
  double number;
  s = vg_str_trim(s);
  bool defuse = s.n && strchr("=+-@", s.p[0]) && !vg_str_f64(s, &number);
  bool quote = defuse;
  for (size_t i = 0; i < s.n && !quote; i++)
    quote = s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
  if (quote)
    vg_buf_byte(b, '"');
  if (defuse)
    vg_buf_byte(b, '\'');
  vg_csv_put(b, s);
  if (quote)
    vg_buf_byte(b, '"');
}

/* A cell's HTML as text: exact values where the page has them (<time>, <data>), else what one reads. */
static void cell_text(struct vg_buf *b, vg_str html) {
  bool skip = false;
  for (size_t i = 0; i < html.n;) {
    if (html.p[i] != '<') {
      size_t end = vg_str_find_byte(html, '<', i);
      end = end == SIZE_MAX ? html.n : end;
      if (!skip)
        unescape(b, vg_str_sub(html, i, end - i));
      i = end;
      continue;
    }
    size_t end = vg_str_find_byte(html, '>', i);
    if (end == SIZE_MAX)
      return;
    vg_str tag = vg_str_sub(html, i, end - i);
    vg_str exact = vg_str_starts(tag, VG_STR("<time "))   ? attribute(tag, "datetime")
                   : vg_str_starts(tag, VG_STR("<data ")) ? attribute(tag, "value")
                                                          : VG_NOSTR;
    if (exact.p) {
      vg_buf_str(b, exact);
      skip = true;
    } else if (vg_str_starts(tag, VG_STR("</time")) || vg_str_starts(tag, VG_STR("</data")))
      skip = false;
    else if (vg_str_starts(tag, VG_STR("<br")) || vg_str_starts(tag, VG_STR("<small")))
      vg_buf_byte(b, ' ');
    i = end + 1;
  }
}

/* Our own tables only: cells are <td…> or <th…>, closed by the next one or by the row's end. */
static void to_csv(struct vg_buf *out, vg_str html) {
  struct vg_buf field;
  vg_buf_init(&field, 1 << 20);
  for (size_t row_at = vg_str_find(html, VG_STR("<tr>"), 0); row_at != SIZE_MAX;) {
    size_t next = vg_str_find(html, VG_STR("<tr>"), row_at + 4);
    vg_str line = vg_str_sub(html, row_at, (next == SIZE_MAX ? html.n : next) - row_at);
    bool first = true;
    for (size_t at = vg_str_find(line, VG_STR("<t"), 4); at != SIZE_MAX;) {
      size_t open = vg_str_find_byte(line, '>', at), after = vg_str_find(line, VG_STR("<t"), at + 2);
      if (vg_str_sub(line, at, 3).n == 3 && (line.p[at + 2] == 'd' || line.p[at + 2] == 'h') && open != SIZE_MAX) {
        while (after != SIZE_MAX && vg_str_starts(vg_str_sub(line, after, 5), VG_STR("<time")))
          after = vg_str_find(line, VG_STR("<t"), after + 2);
        vg_buf_reset(&field);
        cell_text(&field, vg_str_sub(line, open + 1, (after == SIZE_MAX ? line.n : after) - open - 1));
        if (!first)
          vg_buf_byte(out, ',');
        put_field(out, vg_buf_view(&field));
        first = false;
      }
      at = after;
    }
    vg_buf_z(out, "\r\n");
    row_at = next;
  }
  vg_buf_fini(&field);
}

static void csv_link(struct request *r) {
  if (!r->table_id || !r->table_rows)
    return;
  RAW(r, "<p class=\"twin\"><a href=\"?");
  if (r->query.n && r->query.n < 600 && !vg_str_starts(r->query, VG_STR("guet="))) {
    text(r, r->query);
    RAW(r, "&amp;");
  }
  vg_buf_fmt(&r->out, "csv=%s\" download>CSV</a></p>", r->table_id);
}

void table_end(struct request *r, const char *empty_id) {
  RAW(r, "</tbody></table></div>");
  if (r->csv[0] && r->table_id && !strcmp(r->csv, r->table_id)) {
    r->csv_from = r->table_at;
    r->csv_to = r->out.n;
  } else if (!r->table_rows && empty_id && r->out.n > r->table_at) {
    r->out.n = r->table_at;
    empty(r, empty_id, NULL, NULL);
  } else
    csv_link(r);
}

bool table_twin(struct request *r) {
  struct vg_buf csv;
  if (!r->csv_to || r->out.bad)
    return false;
  vg_buf_init(&csv, r->out.max);
  vg_buf_z(&csv, "\xef\xbb\xbf"); /* spreadsheets then read UTF-8 */
  to_csv(&csv, vg_str_sub(vg_buf_view(&r->out), r->csv_from, r->csv_to - r->csv_from));
  vg_buf_fini(&r->out);
  r->out = csv;
  r->type = "text/csv; charset=utf-8";
  snprintf(r->name, sizeof r->name, "%s.csv", r->csv);
  return true;
}

void pager(struct request *r, const char *first_href, const char *next_href) {
  if (!first_href && !next_href)
    return;
  RAW(r, "<p class=\"pager\">");
  if (first_href) {
    RAW(r, "<a class=\"btn\" href=\"");
    textz(r, first_href);
    RAW(r, "\">");
    msg(r, "server.first");
    RAW(r, "</a> ");
  }
  if (next_href) {
    RAW(r, "<a class=\"btn\" rel=\"next\" href=\"");
    textz(r, next_href);
    RAW(r, "\">");
    msg(r, "server.next");
    RAW(r, "</a>");
  }
  RAW(r, "</p>");
}

int64_t rows_from(const struct request *r, const char *name) {
  char number[24];
  int64_t from;
  if (r->csv[0] || !vg_str_i64(vg_str_z(asked(r, name, number, sizeof number)), &from) || from < 0)
    return 0;
  return from;
}

void pager_from(struct request *r, const char *first_href, const char *name, int64_t from, int64_t shown, bool more) {
  char next[1024];
  if (more)
    snprintf(next, sizeof next, "%s%c%s=%lld", first_href, strchr(first_href, '?') ? '&' : '?', name,
             (long long)(from + shown));
  pager(r, from ? first_href : NULL, more ? next : NULL);
}

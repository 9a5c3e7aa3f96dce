/* Reading what a source answered: the parser of the cell and the parent's side of it. */
#include "base/file.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/library.h"
#include "watch/watch_internal.h"

#include <string.h>

enum { ANSWER_MAX = 64 << 20, ITEM_TEXT = 256 * 1024 };

/* --- in the cell --- */

static void to_parent(void *ctx, vg_str json) { cell_send(ctx, CELL_RECORD, json); }

static void send(struct feed_out *f, struct vg_buf *b) {
  if (!b->bad)
    f->send(f->ctx, vg_buf_view(b));
  vg_buf_fini(b);
}

/* At most n bytes, and no half character at the end. */
static vg_str clip(vg_str s, size_t n) {
  if (s.n <= n)
    return s;
  while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
    n--;
  return vg_str_sub(s, 0, n);
}

void feed_send_title(struct feed_out *f, vg_str title) {
  struct vg_buf b;
  struct vg_jw w;
  vg_buf_init(&b, 1 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "feed", clip(title, 200));
  vg_jw_end(&w);
  send(f, &b);
}

void feed_send_item(struct feed_out *f, const struct read_item *i) {
  struct vg_buf b;
  struct vg_jw w;
  vg_str guid = i->guid.n ? i->guid : i->url.n ? i->url : i->title;
  if (!guid.n)
    return;
  vg_buf_init(&b, 4 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "guid", clip(guid, FEED_SHORT));
  vg_jw_kstr(&w, "url", clip(i->url, FEED_SHORT));
  vg_jw_kstr(&w, "title", clip(i->title, FEED_SHORT));
  vg_jw_kstr(&w, "text", clip(i->text, ITEM_TEXT));
  if (i->published != VG_NOTIME)
    vg_jw_kint(&w, "published", i->published);
  vg_jw_end(&w);
  f->items++;
  send(f, &b);
}

static bool month_of(vg_str s, unsigned *out) {
  static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
  for (unsigned m = 0; s.n == 3 && m < 12; m++)
    if (vg_str_eq_ci(s, vg_str_n(names + 3 * m, 3))) {
      *out = m + 1;
      return true;
    }
  return false;
}

/* "+0200", or a name: UTC unless it is one of RFC 822's American ones. Seconds east. */
static int64_t zone_of(vg_str s) {
  static const struct {
    const char *name;
    int hours;
  } names[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7},
               {"MDT", -6}, {"PST", -8}, {"PDT", -7}, {"CET", 1},  {"CEST", 2}};
  uint64_t n;
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (vg_str_eqz(s, names[i].name))
      return names[i].hours * 3600;
  if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-') || !vg_str_u64(vg_str_sub(s, 1, 4), &n) || n > 2359)
    return 0;
  int64_t seconds = (int64_t)(n / 100 * 3600 + n % 100 * 60);
  return s.p[0] == '-' ? -seconds : seconds;
}

vg_time feed_date(vg_str text) {
  vg_time t;
  vg_str word[6] = {{0}}, rest = vg_str_trim(text);
  size_t comma = vg_str_find_byte(rest, ',', 0), n = 0;
  uint64_t day, year, hour, minute, second = 0;
  unsigned month;
  if (vg_time_parse(rest, &t))
    return t;
  if (comma != SIZE_MAX)
    rest = vg_str_trim(vg_str_sub(rest, comma + 1, rest.n));
  for (vg_str w; n < VG_COUNT(word) && vg_str_cut(&rest, ' ', &w);)
    if (w.n)
      word[n++] = w;
  if (n < 4 || !vg_str_u64(word[0], &day) || !month_of(word[1], &month) || !vg_str_u64(word[2], &year) ||
      word[3].n < 5 || !vg_str_u64(vg_str_sub(word[3], 0, 2), &hour) || !vg_str_u64(vg_str_sub(word[3], 3, 2), &minute))
    return VG_NOTIME;
  if (word[3].n == 8 && !vg_str_u64(vg_str_sub(word[3], 6, 2), &second))
    return VG_NOTIME;
  year += year < 70 ? 2000 : year < 100 ? 1900 : 0;
  if (day < 1 || day > 31 || year < 1900 || year > 2200 || hour > 23 || minute > 59 || second > 60)
    return VG_NOTIME;
  int64_t seconds =
      vg_days_from_civil((int64_t)year, month, (unsigned)day) * 86400 + (int64_t)(hour * 3600 + minute * 60 + second);
  return (seconds - (n > 4 ? zone_of(word[4]) : 0)) * VG_SECOND;
}

static vg_code read_as(struct feed_out *f, vg_str as, vg_str bytes, struct vg_err *err) {
  if (vg_str_starts(bytes, VG_STR("\xef\xbb\xbf"))) /* a byte-order mark says nothing */
    bytes = vg_str_sub(bytes, 3, bytes.n);
  vg_str head = vg_str_trim(vg_str_sub(bytes, 0, 4096));
  if (vg_str_eqz(as, "opml"))
    return feed_read_opml(f, bytes, err);
  if (vg_str_eqz(as, "page"))
    return feed_read_page(f, bytes, err);
  if (vg_str_starts(bytes, VG_STR("From ")))
    return feed_read_mbox(f, bytes, err);
  if (vg_str_starts(bytes, VG_STR("\x1f\x8b")))
    return feed_read_packed(f, bytes, err);
  if (head.n && (head.p[0] == '{' || head.p[0] == '['))
    return feed_read_json(f, bytes, err);
  return feed_read_xml(f, bytes, err);
}

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_json *args;
  struct vg_map_file file;
  vg_jv root;
  vg_str as = VG_STR(""), url = VG_STR("");
  char from[2048];
  VG_TRY(vg_json_new(&args, err));
  vg_code rc = vg_json_parse(args, in->args, &root, err);
  if (rc == VG_OK)
    rc = vg_map_open(&file, in->inputs[0], err);
  if (rc == VG_OK) {
    (void)vg_jv_str_at(root, "as", &as);
    (void)vg_jv_str_at(root, "url", &url);
    vg_str_copy(from, sizeof from, url);
    struct feed_out f = {.send = to_parent, .ctx = out, .url = from};
    rc = file.bytes.n > ANSWER_MAX ? VG_FAIL(err, VG_ELIMIT, "base.limit", VG_N(ANSWER_MAX))
                                   : read_as(&f, as, file.bytes, err);
    vg_map_close(&file);
  }
  vg_json_free(args);
  return rc;
}

const struct cell_parser watch_parser = {
    .name = "watch", .run = run, .libraries = VG_LIBXML2, .memory = UINT64_C(1) << 30, .cpu_seconds = 60};

/* --- the parent's side --- */

struct reading {
  struct vg_json *json;
  char *title;
  read_item_sink *sink;
  void *ctx;
};

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct reading *r = ctx;
  struct read_item i = {.published = VG_NOTIME};
  vg_jv root;
  vg_str title;
  if (kind != CELL_RECORD)
    return VG_OK;
  VG_TRY(vg_json_parse(r->json, payload, &root, err));
  if (vg_jv_str_at(root, "feed", &title)) {
    vg_str_copy(r->title, 256, title);
    return VG_OK;
  }
  if (!vg_jv_str_at(root, "guid", &i.guid) || !vg_jv_str_at(root, "url", &i.url) ||
      !vg_jv_str_at(root, "title", &i.title) || !vg_jv_str_at(root, "text", &i.text))
    return VG_OK;
  (void)vg_jv_i64_at(root, "published", &i.published);
  return r->sink(r->ctx, &i, err);
}

vg_code watch_read(const char *path, const char *as, const char *url, char title[static 256], read_item_sink *sink,
                   void *ctx, struct vg_err *err) {
  struct reading r = {.title = title, .sink = sink, .ctx = ctx};
  struct vg_buf args;
  struct vg_jw w;
  title[0] = 0;
  VG_TRY(vg_json_new(&r.json, err));
  vg_buf_init(&args, 1 << 16);
  vg_jw_init(&w, &args);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "as", as);
  vg_jw_kz(&w, "url", url);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&args, err);
  struct cell_order o = {
      .parser = watch_parser.name, .inputs = &path, .input_count = 1, .args = vg_buf_view(&args), .seconds = 120};
  if (rc == VG_OK)
    rc = cell_run(&o, on_frame, &r, err);
  vg_buf_fini(&args);
  vg_json_free(r.json);
  return rc;
}

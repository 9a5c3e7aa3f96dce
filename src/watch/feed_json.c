/* JSON Feed 1.1 (jsonfeed.org), the KEV catalogue of CISA, and CSAF 2.0 advisories. */
#include "base/json.h"
#include "watch/watch_internal.h"

static vg_str text_at(vg_jv v, const char *key) {
  vg_str s;
  return vg_jv_str_at(v, key, &s) ? s : VG_STR("");
}

static vg_str first_text(vg_jv v, const char *const *keys) {
  vg_str s = VG_STR("");
  for (; *keys && !s.n; keys++)
    s = text_at(v, *keys);
  return s;
}

static void json_feed(struct feed_out *f, vg_jv root) {
  struct vg_jit it;
  vg_jv v;
  feed_send_title(f, text_at(root, "title"));
  for (vg_jit_init(&it, vg_jv_at(root, "items")); vg_jit_next(&it, NULL, &v);) {
    struct read_item i = {.guid = text_at(v, "id"),
                          .url = first_text(v, (const char *const[]){"url", "external_url", NULL}),
                          .title = text_at(v, "title"),
                          .text = first_text(v, (const char *const[]){"content_text", "content_html", "summary", NULL}),
                          .published =
                              feed_date(first_text(v, (const char *const[]){"date_published", "date_modified", NULL}))};
    feed_send_item(f, &i);
  }
}

static void put_part(struct vg_buf *b, vg_str s, const char *after) {
  if (!s.n)
    return;
  vg_buf_str(b, s);
  vg_buf_z(b, after);
}

static void kev(struct feed_out *f, vg_jv root) {
  struct vg_jit it;
  struct vg_buf title, text;
  vg_jv v;
  vg_buf_init(&title, 1 << 16);
  vg_buf_init(&text, 1 << 20);
  feed_send_title(f, text_at(root, "title"));
  for (vg_jit_init(&it, vg_jv_at(root, "vulnerabilities")); vg_jit_next(&it, NULL, &v);) {
    vg_buf_reset(&title);
    vg_buf_reset(&text);
    put_part(&title, text_at(v, "cveID"), " ");
    put_part(&title, text_at(v, "vulnerabilityName"), "");
    put_part(&text, text_at(v, "vendorProject"), " ");
    put_part(&text, text_at(v, "product"), ". ");
    put_part(&text, text_at(v, "shortDescription"), " ");
    put_part(&text, text_at(v, "requiredAction"), "");
    struct read_item i = {.guid = text_at(v, "cveID"),
                          .title = vg_buf_view(&title),
                          .text = vg_buf_view(&text),
                          .published = feed_date(text_at(v, "dateAdded"))};
    feed_send_item(f, &i);
  }
  vg_buf_fini(&title);
  vg_buf_fini(&text);
}

static void csaf(struct feed_out *f, vg_jv root, vg_jv document) {
  struct vg_jit it;
  struct vg_buf text;
  vg_jv v, tracking = vg_jv_at(document, "tracking");
  vg_buf_init(&text, 1 << 20);
  for (vg_jit_init(&it, vg_jv_at(document, "notes")); vg_jit_next(&it, NULL, &v);)
    put_part(&text, text_at(v, "text"), " ");
  for (vg_jit_init(&it, vg_jv_at(root, "vulnerabilities")); vg_jit_next(&it, NULL, &v);)
    put_part(&text, text_at(v, "cve"), " ");
  struct read_item i = {.guid = text_at(tracking, "id"),
                        .url = vg_str_z(f->url),
                        .title = text_at(document, "title"),
                        .text = vg_buf_view(&text),
                        .published = feed_date(text_at(tracking, "current_release_date"))};
  feed_send_title(f, text_at(vg_jv_at(document, "publisher"), "name"));
  feed_send_item(f, &i);
  vg_buf_fini(&text);
}

vg_code feed_read_json(struct feed_out *f, vg_str bytes, struct vg_err *err) {
  struct vg_json *json;
  vg_jv root, document;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, bytes, &root, err);
  if (rc == VG_OK) {
    document = vg_jv_at(root, "document");
    if (vg_jv_type(vg_jv_at(root, "vulnerabilities")) == VG_J_ARR && vg_jv_type(document) != VG_J_OBJ)
      kev(f, root);
    else if (vg_jv_type(document) == VG_J_OBJ)
      csaf(f, root, document);
    else if (vg_jv_type(vg_jv_at(root, "items")) == VG_J_ARR)
      json_feed(f, root);
    else
      rc = VG_FAIL(err, VG_EDATA, "watch.no_feed");
  }
  vg_json_free(json);
  return rc;
}

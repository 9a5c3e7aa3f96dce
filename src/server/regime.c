/* The two regimes on a page: one at a time, both with a motive. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

enum regime asked_regime(struct request *r, enum regime usual, const char *subject, bool *wanted) {
  char name[24], what[16];
  enum regime of = REGIME_ANY;
  *wanted = r->post && !strcmp(sent(r, "what", what, sizeof what), "combine"); /* refused: asked for again */
  if (!casework_regime_by_name(vg_str_z(asked(r, "regime", name, sizeof name)), &of) || of == REGIME_ANY)
    return usual;
  if (of != REGIME_BOTH || casework_combined(r->tx, &r->who, subject, NULL) == VG_OK)
    return of;
  *wanted = true;
  return usual;
}

void regime_badge(struct request *r, enum regime of) {
  char id[40];
  snprintf(id, sizeof id, "cli.regime.%s", casework_regime_name(of));
  badge(r, of == REGIME_INVESTIGATION ? "warn" : "info", id);
}

/* query: more of the address, as HTML. */
static void regime_links(struct request *r, const char *query, enum regime now) {
  RAW(r, "<p class=\"regimes\">");
  msg(r, "server.regimes.here");
  for (int i = REGIME_PREVENTION; i <= REGIME_BOTH; i++) {
    const char *name = casework_regime_name((enum regime)i);
    RAW(r, " ");
    if ((enum regime)i == now) {
      RAW(r, "<strong>");
      word(r, "cli.regime.", vg_str_z(name));
      RAW(r, "</strong>");
      continue;
    }
    RAW(r, "<a href=\"");
    textz(r, r->page->path);
    url(r, vg_str_z(r->rest));
    RAW(r, "?");
    vg_buf_z(&r->out, query);
    vg_buf_fmt(&r->out, "regime=%s\">", name);
    word(r, "cli.regime.", vg_str_z(name));
    RAW(r, "</a>");
  }
  RAW(r, "</p>");
}

/* "type=url&amp;valeur=x&amp;": what was asked under these names. */
static void repeat(struct request *r, const char *keep, struct vg_buf *out) {
  char name[24], value[1024];
  struct vg_buf page = r->out;
  vg_str names = vg_str_z(keep), one;
  vg_buf_init(&r->out, 1 << 14);
  while (vg_str_cut(&names, ' ', &one))
    if (*asked(r, vg_str_copy(name, sizeof name, one), value, sizeof value)) {
      textz(r, name);
      RAW(r, "=");
      url(r, vg_str_z(value));
      RAW(r, "&amp;");
    }
  *out = r->out;
  r->out = page;
}

vg_code regime_door(struct request *r, const char *keep, enum regime usual, const char *subject, enum regime *of,
                    struct vg_err *err) {
  bool combine, asks = false;
  *of = asked_regime(r, usual, subject, &combine);
  if (combine)
    *of = REGIME_PREVENTION;
  if (*of == REGIME_INVESTIGATION) {
    VG_TRY(consult_many(r, &asks, err));
    if (asks)
      *of = REGIME_PREVENTION;
  }
  struct vg_buf query;
  repeat(r, keep, &query);
  regime_links(r, vg_buf_text(&query), *of);
  vg_buf_fini(&query);
  if (asks)
    consult_card(r);
  if (combine)
    form_combine(r);
  return VG_OK;
}

void form_combine(struct request *r) {
  card_begin(r, "server.regimes.combine", NULL);
  RAW(r, "<p>");
  msg(r, "server.regimes.help");
  RAW(r, "</p>");
  form_begin(r, r->path, "combine");
  field_hidden(r, "back", vg_str_z(page_address(r, (char[PAGE_ADDRESS]){0})));
  field(r, "combine-motive", "server.motive", "text", "", true, "ledger.motive ledger.combine_denied");
  form_end(r, "server.regimes.combine", true);
  card_end(r);
}

vg_code post_combine(struct request *r, const char *subject, const char *path, vg_str id, struct vg_err *err) {
  char motive[600], back[512];
  VG_TRY(casework_combine(r->tx, &r->who, subject, vg_str_z(sent(r, "combine-motive", motive, sizeof motive)), err));
  if (path_ok(sent(r, "back", back, sizeof back))) {
    go_to(r, back, VG_STR(""));
    return VG_OK;
  }
  go_to(r, path, id);
  size_t n = strlen(r->location);
  snprintf(r->location + n, sizeof r->location - n, "?regime=both");
  return VG_OK;
}

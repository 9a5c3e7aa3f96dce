/* The two regimes on a page: one at a time, both with a motive. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

enum regime asked_regime(struct request *r, enum regime usual, const char *subject, bool *wanted) {
  char name[24];
  enum regime of = REGIME_ANY;
  *wanted = false;
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

void regime_links(struct request *r, const char *path, const char *query, enum regime now) {
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
    textz(r, path);
    RAW(r, "?");
    textz(r, query);
    vg_buf_fmt(&r->out, "regime=%s\">", name);
    word(r, "cli.regime.", vg_str_z(name));
    RAW(r, "</a>");
  }
  RAW(r, "</p>");
}

void form_combine(struct request *r, const char *path) {
  card_begin(r, "server.regimes.combine", NULL);
  RAW(r, "<p>");
  msg(r, "server.regimes.help");
  RAW(r, "</p>");
  form_begin(r, path, "combine");
  field(r, "combine-motive", "server.motive", "text", "", true, "ledger.motive ledger.combine_denied");
  form_end(r, "server.regimes.combine", true);
  card_end(r);
}

vg_code post_combine(struct request *r, const char *subject, const char *path, vg_str id, struct vg_err *err) {
  char motive[600];
  VG_TRY(casework_combine(r->tx, &r->who, subject, vg_str_z(sent(r, "combine-motive", motive, sizeof motive)), err));
  go_to(r, path, id);
  size_t n = strlen(r->location);
  snprintf(r->location + n, sizeof r->location - n, "?regime=both");
  return VG_OK;
}

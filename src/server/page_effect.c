/* Before and after, over the companies diagnosed twice. */
#include "server/server_internal.h"

#include <stdlib.h>

#include "prevention/prevention.h"

static vg_code effect_row(void *ctx, const struct effect *e, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  if (e->companies == 0 && (e->state == EFFECT_COMMON || e->state == EFFECT_REWORDED))
    return VG_OK;
  row(r);
  cell(r);
  text(r, e->ref);
  cell(r);
  text(r, r->lang == VG_EN && e->title_en.n ? e->title_en : e->title);
  if (e->state != EFFECT_COMMON) {
    RAW(r, "<br><small>");
    msg(r, e->state == EFFECT_REWORDED ? "server.effect.reworded"
           : e->state == EFFECT_GONE   ? "server.effect.gone"
                                       : "server.effect.new");
    RAW(r, "</small>");
  }
  const int64_t counts[] = {e->companies, e->before, e->after, e->gained, e->lost};
  for (size_t i = 0; i < VG_COUNT(counts); i++) {
    cell_n(r);
    num(r, counts[i]);
  }
  cell_n(r);
  real(r, e->p);
  cell_n(r);
  real(r, e->holm);
  return VG_OK;
}

struct codes {
  struct choice v[64];
  char code[64][80], label[64][200];
  size_t n;
  enum vg_lang lang;
};
/* Versions of one framework come together. */
static vg_code take_code(void *ctx, const struct framework *f, struct vg_err *err) {
  struct codes *x = ctx;
  (void)err;
  if (x->n == VG_COUNT(x->v) || (x->n && vg_str_eqz(f->code, x->code[x->n - 1])))
    return VG_OK;
  vg_str_copy(x->code[x->n], sizeof x->code[0], f->code);
  vg_str_copy(x->label[x->n], sizeof x->label[0], prevention_framework_name(f, x->lang));
  x->v[x->n] = (struct choice){x->code[x->n], x->label[x->n]};
  x->n++;
  return VG_OK;
}

static vg_code effect_filter(struct request *r, const char *framework, const char *zone, struct vg_err *err) {
  struct codes *x = calloc(1, sizeof *x);
  if (!x)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  x->lang = r->lang;
  vg_code rc = prevention_each_framework(r->tx, take_code, x, err);
  if (rc == VG_OK) {
    RAW(r, "<form class=\"form filters\" method=\"get\" action=\"/diagnostics-effet\">");
    field_choice(r, "framework", "server.diagnosis.framework", x->v, x->n, framework, NULL);
    rc = field_zone(r, "zone", "server.evaluation.all_zones", zone, NULL, err);
    RAW(r, "<p><button>");
    msg(r, "server.show");
    RAW(r, "</button></p></form>");
  }
  free(x);
  return rc;
}

static vg_code effect(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.number",         "server.measure",         NUMBER("server.companies"),
                                     NUMBER("server.before"), NUMBER("server.after"),   NUMBER("server.gained"),
                                     NUMBER("server.lost"),   NUMBER("server.exact_p"), NUMBER("server.holm_p")};
  char framework[80], zone[24];
  asked(r, "framework", framework, sizeof framework);
  asked(r, "zone", zone, sizeof zone);
  page_top(r, "server.effect", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.effect.sub");
  RAW(r, "</p>");
  VG_TRY(effect_filter(r, *framework ? framework : PREVENTION_FRAMEWORK_CODE, zone, err));
  card_begin(r, NULL, NULL);
  table_begin(r, "effet", "server.effect", head, VG_COUNT(head));
  VG_TRY(prevention_each_effect(r->tx, vg_str_z(framework), vg_str_z(zone), effect_row, r, err));
  table_end(r, "server.effect.none");
  card_end(r);
  return VG_OK;
}

const struct page page_effect = {"/diagnostics-effet", GROUP_NETWORK, "server.nav.diagnoses", effect, NULL,
                                 PAGE_HIDDEN};

/* Cases that hold the same thing: of one case, and on the first page. */
#include "server/server_internal.h"

#include <stdio.h>

enum { LINKS = 100 };
struct links {
  struct request *r;
  bool both; /* name this case too */
  size_t n;
  char pid[LINKS][VG_ID_MAX], label[LINKS][120];
  struct choice v[LINKS];
};

static void common(struct request *r, vg_str type, vg_str value) {
  enum indicator_type t;
  word(r, "server.type.", type);
  RAW(r, " ");
  if (intel_type_by_name(type, &t))
    link_indicator(r, type, value);
  else
    broken(r, value);
}

static vg_code link_row(void *ctx, const struct case_link *l, struct vg_err *err) {
  struct links *k = ctx;
  struct request *r = k->r;
  (void)err;
  row(r);
  cell(r);
  if (k->both) {
    link_to(r, "/affaires/", l->ref, l->ref);
    RAW(r, " – ");
  }
  link_to(r, "/affaires/", l->other_ref, l->other_ref);
  if (l->regime != l->other_regime) {
    RAW(r, " ");
    regime_badge(r, l->other_regime);
  }
  RAW(r, "<br><small>");
  SAY(r, "server.link.ask", VG_T(l->other_zone),
      l->ask.n ? VG_T(l->ask) : vg_msg_text(r->lang, "server.link.division"));
  RAW(r, "</small>");
  cell(r);
  if (k->both && (l->regime == REGIME_INVESTIGATION || l->other_regime == REGIME_INVESTIGATION)) {
    msg(r, "server.link.closed"); /* that page asks why */
    cell(r);
    when(r, l->found);
    k->n++;
    return VG_OK;
  }
  vg_buf_z(&r->out, l->struck ? "<del>" : "");
  common(r, l->type, l->value);
  vg_buf_z(&r->out, l->struck ? "</del><br><small>" : "");
  if (l->struck) {
    text(r, l->why);
    RAW(r, " · ");
    text(r, l->changed_by);
    RAW(r, "</small>");
  }
  cell(r);
  when(r, l->found);
  if (k->n < LINKS) {
    vg_str_copy(k->pid[k->n], VG_ID_MAX, vg_id_str(&l->pid));
    snprintf(k->label[k->n], sizeof k->label[0], "%.*s : %.*s", (int)(l->other_ref.n < 48 ? l->other_ref.n : 48),
             l->other_ref.p, (int)(l->value.n < 60 ? l->value.n : 60), l->value.p);
    k->v[k->n] = (struct choice){k->pid[k->n], k->label[k->n]};
    k->n++;
  }
  return VG_OK;
}

static void strike_form(struct request *r, const struct links *k) {
  details_begin(r, "server.link.strike", "link");
  form_begin(r, r->path, "link");
  field_choice(r, "link", "server.link.which", k->v, k->n, "", "casework.no_link casework.link_state");
  field(r, "link-why", "server.link.why", "text", "", true, "casework.access_motive");
  field_check(r, "restore", "1", vg_str_z(vg_msg_text(r->lang, "server.link.restore")), false);
  form_end(r, "server.link.strike", false);
  RAW(r, "</details>");
}

static vg_code mark_item(void *ctx, vg_str type, vg_str value, vg_time at, struct vg_err *err) {
  struct request *r = ctx;
  (void)err, (void)at;
  RAW(r, "<li>");
  common(r, type, value);
  RAW(r, "</li>");
  return VG_OK;
}

static const char *const head[] = {"server.link.other", "server.link.common", "server.time"};

vg_code part_links(struct request *r, const struct affair *a, struct vg_err *err) {
  struct links k = {.r = r};
  card_begin(r, "server.links", NULL);
  table_begin(r, "rapprochements", "server.links", head, VG_COUNT(head));
  VG_TRY(casework_each_link(r->tx, &r->who, a->id, LINKS, link_row, &k, err));
  table_end(r, "server.links.none");
  if (k.n)
    strike_form(r, &k);
  details_begin(r, "server.regimes.combine", "combine");
  form_begin(r, r->path, "combine");
  field(r, "combine-motive", "server.motive", "text", "", true, "ledger.motive ledger.combine_denied");
  form_end(r, "server.regimes.combine", false);
  RAW(r, "</details>");
  details_begin(r, "cli.show.marks", "marks");
  RAW(r, "<ul>");
  VG_TRY(casework_each_mark(r->tx, a->id, mark_item, r, err));
  RAW(r, "</ul></details>");
  card_end(r);
  return VG_OK;
}

static vg_code open_row(void *ctx, const struct case_link *l, struct vg_err *err) {
  return l->struck ? VG_OK : link_row(ctx, l, err);
}

vg_code part_new_links(struct request *r, struct vg_err *err) {
  struct links k = {.r = r, .both = true};
  struct vg_buf keep = r->out; /* no card when there is nothing in it */
  vg_buf_init(&r->out, keep.max);
  card_begin(r, "server.links", NULL);
  table_begin(r, NULL, "server.links", head, VG_COUNT(head));
  vg_code rc = casework_each_link(r->tx, &r->who, 0, 5, open_row, &k, err);
  table_end(r, NULL);
  card_end(r);
  struct vg_buf made = r->out;
  r->out = keep;
  if (k.n)
    vg_buf_str(&r->out, vg_buf_view(&made));
  vg_buf_fini(&made);
  return rc;
}

vg_code post_link_combine(struct request *r, const struct affair *a, struct vg_err *err) {
  char motive[600];
  return casework_link_combine(r->tx, &r->who, a, vg_str_z(sent(r, "combine-motive", motive, sizeof motive)), err);
}

vg_code post_link(struct request *r, struct vg_err *err) {
  char pid[VG_ID_MAX], why[600], restore[8];
  return casework_link_strike(r->tx, &r->who, vg_str_z(sent(r, "link", pid, sizeof pid)),
                              *sent(r, "restore", restore, sizeof restore) != 0,
                              vg_str_z(sent(r, "link-why", why, sizeof why)), err);
}

#include "server/outside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "match/match.h"

vg_code own_org(struct request *r, struct org *out, struct vg_err *err) {
  struct vg_buf pid;
  vg_buf_init(&pid, VG_ID_MAX);
  vg_code rc = store_get_text(r->tx, &pid, "SELECT pid FROM territory_v_org WHERE id = $1",
                              S_ARGS(S_INT(r->who.organisation)), err);
  if (rc == VG_OK)
    rc = territory_org_find(r->tx, vg_buf_view(&pid), out, err);
  vg_buf_fini(&pid);
  return rc == VG_OK ? territory_access(r->tx, &r->who, out->id, err) : rc;
}

vg_code refused_by(const struct share_decision *d, struct vg_err *err) {
  return VG_FAIL(err, VG_EDENIED, d->rule, d->arg[0], d->arg[1]);
}

/* --- packs --- */

void part_own_packs(struct request *r) {
  static const char *const form[][2] = {
      {"pack", "server.pack.plain"}, {"blind", "server.pack.blind"}, {"secret", "server.pack.secret"}};
  card_begin(r, "server.packs", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.packs.sub");
  RAW(r, "</p><div class=\"row\">");
  for (size_t i = 0; i < VG_COUNT(form); i++) {
    form_begin(r, "/", form[i][0]);
    form_end(r, form[i][1], false);
  }
  RAW(r, "</div>");
  card_end(r);
}

struct packing {
  struct pack_known known;
  struct share_values gate;
  struct pack_meta meta;
  unsigned char secret[MATCH_SECRET];
};

static vg_code keep_value(void *ctx, const struct intel_value *v, struct vg_err *err) {
  return pack_build_known(&((struct packing *)ctx)->known, v, err);
}

/* Through a file of ours, for that is how packs are made; it is gone before the answer leaves. */
static vg_code file_of(struct request *r, const struct pack_build *b, struct vg_err *err) {
  char path[4096], name[48];
  unsigned char random[8];
  vg_random(random, sizeof random);
  vg_hex(name, random, sizeof random);
  VG_TRY(instance_path(r->in, "upload", name, path, err));
  vg_code rc = pack_build_save(b, path, NULL, err);
  if (rc == VG_OK)
    rc = vg_file_read(path, &r->out, err);
  (void)unlink(path);
  return rc;
}

static vg_code fill(struct request *r, struct packing *p, bool blind, struct vg_err *err) {
  struct org o;
  struct vg_id id;
  struct pack_meta *m = &p->meta;
  VG_TRY(own_org(r, &o, err));
  p->known.unnamed = true;
  VG_TRY(share_each_value(r->tx, &r->who, o.id, "prevention", NULL, keep_value, NULL, p, &p->gate, err));
  if (!pack_build_count(p->known.b, MATCH_TYPES))
    return VG_FAIL(err, VG_EDENIED, "server.pack.nothing");
  *m = (struct pack_meta){.producer = instance_id(r->in).p,
                          .recipient = o.pid.s,
                          .recipient_name = o.name,
                          .convention = p->gate.convention.s[0] ? p->gate.convention.s : NULL,
                          .created = r->now,
                          .expires = p->gate.until};
  if (blind) {
    VG_TRY(pack_secret_of(instance_key(r->in), m->convention ? m->convention : m->recipient, p->secret, err));
    m->blind = p->secret;
  }
  pack_known_marks(&p->known, m);
  VG_TRY(pack_build_seal(p->known.b, m, instance_key(r->in), &id, err));
  VG_TRY(match_record_pack(r->tx, &r->who, p->known.b, m, "prevention", &id, err));
  return file_of(r, p->known.b, err);
}

/* The secret that the blind packs of one's convention are made with: the newest pack says which. */
static vg_code give_secret(struct request *r, struct vg_err *err) {
  unsigned char secret[MATCH_SECRET];
  char hex[2 * MATCH_SECRET + 1];
  struct org o;
  struct vg_id convention = {0};
  VG_TRY(own_org(r, &o, err));
  VG_TRY(match_last_blind(r->tx, o.pid.s, &convention, err));
  VG_TRY(pack_secret_of(instance_key(r->in), convention.s[0] ? convention.s : o.pid.s, secret, err));
  vg_buf_fmt(&r->out, "%s\n", vg_hex(hex, secret, sizeof secret));
  explicit_bzero(secret, sizeof secret);
  r->type = "text/plain; charset=utf-8";
  vg_str_copy(r->name, sizeof r->name, VG_STR("vigie.secret"));
  return LEDGER_TELL(r->tx, &r->who, "pack.secret_given", o.pid.s, err, "convention", convention.s);
}

vg_code post_own_pack(struct request *r, const char *what, struct vg_err *err) {
  struct packing p = {.gate = {.until = VG_NOTIME}};
  bool blind = !strcmp(what, "blind");
  if (!strcmp(what, "secret"))
    return give_secret(r, err);
  VG_TRY(pack_build_new(&p.known.b, err));
  vg_code rc = fill(r, &p, blind, err);
  pack_build_free(p.known.b);
  explicit_bzero(p.secret, sizeof p.secret);
  if (rc == VG_OK) {
    r->type = "application/octet-stream";
    download_as(r, blind ? "server.file.blind" : "server.file.pack", "pack");
  }
  return rc;
}

/* --- contents --- */

struct offers {
  struct request *r;
  int64_t left; /* rows; negative: all */
};

static vg_code offer_row(void *ctx, const struct share_content *c, struct vg_err *err) {
  struct offers *f = ctx;
  struct request *r = f->r;
  (void)err;
  if (f->left == 0)
    return VG_OK;
  f->left -= f->left > 0;
  row(r);
  cell(r);
  link_to(r, "/bulletins/", vg_id_str(&c->pid), vg_str_z(c->title));
  if (vg_str_starts(vg_str_z(c->about), VG_STR("warning--"))) {
    RAW(r, " ");
    badge(r, "warn", "server.offer.warning");
  }
  cell(r);
  word(r, "server.content.kind.", vg_str_z(c->kind));
  cell(r);
  tlp(r, (enum tlp)c->tlp);
  cell(r);
  day(r, c->made);
  return VG_OK;
}

vg_code part_offers(struct request *r, int64_t limit, struct vg_err *err) {
  static const char *const head[] = {"server.content.title", "server.content.kind", "server.content.tlp",
                                     "server.content.made"};
  struct offers f = {r, limit ? limit : -1};
  struct org o;
  VG_TRY(own_org(r, &o, err));
  card_begin(r, "server.offers", NULL);
  table_begin(r, limit ? NULL : "bulletins", "server.offers", head, VG_COUNT(head));
  VG_TRY(share_each_offer(r->tx, &r->who, &o, instance_id(r->in), offer_row, &f, err));
  table_end(r, "server.offers.none");
  if (limit) {
    RAW(r, "<p>");
    button_link(r, "/bulletins", "server.offers.all", false);
    RAW(r, "</p>");
  }
  card_end(r);
  return VG_OK;
}

vg_code offers_page(struct request *r, struct vg_err *err) {
  page_top(r, "server.offers", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.offers.sub");
  RAW(r, "</p>");
  return part_offers(r, 0, err);
}

vg_code offer_page(struct request *r, struct vg_err *err) {
  struct share_content c;
  struct vg_buf body;
  struct org o;
  VG_TRY(own_org(r, &o, err));
  vg_buf_init(&body, 1 << 20);
  vg_code rc = share_offer_read(r->tx, &r->who, &o, instance_id(r->in), vg_str_z(r->rest), r->lang, &c, &body, err);
  if (rc == VG_OK) {
    page_top_text(r, vg_str_z(c.title));
    RAW(r, "<p class=\"sub\">");
    tlp(r, (enum tlp)c.tlp);
    RAW(r, " ");
    pap(r, (enum pap)c.pap);
    RAW(r, "</p>");
    card_begin(r, "server.content.body", NULL);
    RAW(r, "<pre class=\"letter\" tabindex=\"0\">");
    text(r, vg_buf_view(&body));
    RAW(r, "</pre>");
    card_end(r);
  }
  vg_buf_fini(&body);
  return rc;
}

/* --- conventions --- */

static vg_code convention_card(void *ctx, const struct convention *k, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<h3>");
  badge_in_force(r, k);
  RAW(r, " ");
  day(r, k->from);
  RAW(r, " – ");
  day(r, k->to);
  RAW(r, "</h3>");
  dl_begin(r);
  if (k->in_force) {
    term(r, "server.own.ends");
    clock_left(r, k->to, VG_STR("open"));
  }
  term(r, "server.direction");
  word(r, "server.own.direction.", vg_str_z(share_direction_name(k->direction)));
  term(r, "server.ceiling");
  tlp(r, (enum tlp)k->max_tlp);
  RAW(r, " ");
  pap(r, (enum pap)k->max_pap);
  term(r, "server.purposes");
  purposes(r, vg_str_z(k->purposes));
  term(r, "server.classes");
  classes(r, k->classes);
  dl_end(r);
  r->table_rows++;
  return VG_OK;
}

vg_code part_own_conventions(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const duty[] = {"server.own.duty.tlp", "server.own.duty.pap", "server.own.duty.purpose",
                                     "server.own.duty.end"};
  card_begin(r, "server.own.conventions", NULL);
  r->table_rows = 0;
  VG_TRY(share_each_convention(r->tx, o->id, convention_card, r, err));
  if (!r->table_rows)
    empty(r, "server.own.no_convention", NULL, NULL);
  else {
    RAW(r, "<h3>");
    msg(r, "server.own.duties");
    RAW(r, "</h3><ul>");
    for (size_t i = 0; i < VG_COUNT(duty); i++) {
      RAW(r, "<li>");
      msg(r, duty[i]);
      RAW(r, "</li>");
    }
    RAW(r, "</ul>");
  }
  card_end(r);
  return VG_OK;
}

/* The collections of an organisation: one a convention and purpose, and what is everybody's. */
#include "share/share_internal.h"

#include <stdio.h>
#include <string.h>

static const unsigned char space[16] = {0x1d, 0x5f, 0x3e, 0x2b, 0x6a, 0x0c, 0x4b, 0x91,
                                        0xa7, 0x44, 0x0e, 0x93, 0xd8, 0x6c, 0x52, 0xb9};

/* TAXII 2.1 wants a UUID of version 4: ours is made of the names, so that it is the same every time, and says 4. */
static void name_it(struct share_collection *c) {
  char name[VG_ID_MAX + 128];
  int n = snprintf(name, sizeof name, "%s %s", c->convention.s, c->purpose);
  struct vg_id made = vg_id_v5("c", space, vg_str_n(name, (size_t)n));
  vg_str_copy(c->id, sizeof c->id, vg_str_z(made.s + 3));
  c->id[14] = '4';
}

struct listing {
  int64_t org;
  share_collection_sink *sink;
  void *ctx;
};

static vg_code of_purpose(const struct listing *l, const struct convention *k, vg_str purpose, struct vg_err *err) {
  struct share_collection c = {
      .org = l->org, .convention = k->pid, .from = k->from, .to = k->to, .in_force = k->in_force};
  c.readable = k->direction & SHARE_GIVE;
  c.writable = k->direction & SHARE_RECEIVE;
  vg_str_copy(c.purpose, sizeof c.purpose, purpose);
  name_it(&c);
  return l->sink(l->ctx, &c, err);
}

static vg_code of_convention(void *ctx, const struct convention *k, struct vg_err *err) {
  vg_str rest = vg_str_z(k->purposes), purpose;
  while (rest.n && vg_str_cut(&rest, ',', &purpose)) {
    purpose = vg_str_trim(purpose);
    bool any = vg_str_eqz(purpose, "*");
    VG_TRY(of_purpose(ctx, k, any ? VG_STR("prevention") : purpose, err));
    if (any)
      VG_TRY(of_purpose(ctx, k, VG_STR("investigation"), err));
  }
  return VG_OK;
}

vg_code share_each_collection(struct store_tx *tx, int64_t org, share_collection_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct listing l = {org, sink, ctx};
  struct share_collection all = {
      .org = org, .from = VG_NOTIME, .to = VG_NOTIME, .readable = true, .in_force = true, .purpose = "prevention"};
  VG_TRY(share_each_convention(tx, org, of_convention, &l, err));
  name_it(&all);
  return sink(ctx, &all, err);
}

struct finding {
  vg_str id;
  struct share_collection *out;
  bool found;
};

static vg_code compare(void *ctx, const struct share_collection *c, struct vg_err *err) {
  struct finding *f = ctx;
  (void)err;
  if (!f->found && vg_str_eqz(f->id, c->id)) {
    *f->out = *c;
    f->found = true;
  }
  return VG_OK;
}

vg_code share_collection_find(struct store_tx *tx, int64_t org, vg_str id, struct share_collection *out,
                              struct vg_err *err) {
  struct finding f = {id, out, false};
  VG_TRY(share_each_collection(tx, org, compare, &f, err));
  return f.found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "share.collection.none", VG_T(id));
}

/* What was refused, all of it, to whom. */
static vg_code closed(struct store_tx *tx, const struct actor *who, const struct share_collection *c, const char *rule,
                      bool writing, struct vg_err *err) {
  struct vg_buf b, to;
  struct vg_jw w;
  vg_buf_init(&b, 1 << 14);
  vg_buf_init(&to, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &to, "SELECT pid FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(c->org)), err);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  ledger_disclosure(&w, &(struct ledger_disclosure){.recipient = vg_buf_text(&to),
                                                    .motive = c->purpose[0] ? c->purpose : "prevention",
                                                    .convention = c->convention.s});
  vg_jw_kz(&w, "rule", rule);
  vg_jw_kz(&w, "wanted", writing ? "write" : "read");
  vg_jw_end(&w);
  if (rc == VG_OK)
    rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "share.closed", c->convention.s[0] ? c->convention.s : c->id, vg_buf_view(&b), NULL,
                       err);
  vg_buf_fini(&b);
  vg_buf_fini(&to);
  return rc;
}

vg_code share_collection_open(struct store_tx *tx, const struct actor *who, const struct share_collection *c,
                              bool writing, struct vg_err *err) {
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  const char *rule = !c->in_force ? store_now(tx) < c->from ? "share.rule.not_yet" : "share.rule.expired"
                     : (writing ? !c->writable : !c->readable) ? "share.rule.direction"
                                                               : NULL;
  if (!rule)
    return VG_OK;
  VG_TRY(closed(tx, who, c, rule, writing, err));
  if (c->in_force)
    return VG_FAIL(err, VG_EDENIED, rule, writing ? "give" : "receive");
  return VG_FAIL(err, VG_EDENIED, rule, vg_time_text(from, c->from, false), vg_time_text(to, c->to, false));
}

vg_code share_peer_get(struct store_tx *tx, struct share_peer *p, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      "SELECT added, next, shelf, objects, time FROM share_peer WHERE url = $1 AND collection = $2 AND push = $3",
      S_ARGS(S_Z(p->url), S_Z(p->collection), S_INT(p->push)), err));
  p->added[0] = p->next[0] = 0;
  p->shelf = p->objects = 0;
  p->time = VG_NOTIME;
  if (store_next(q)) {
    vg_str_copy(p->added, sizeof p->added, store_str(q, 0));
    vg_str_copy(p->next, sizeof p->next, store_str(q, 1));
    p->shelf = store_int(q, 2);
    p->objects = store_int(q, 3);
    p->time = store_time(q, 4);
  }
  return store_done(&q, err);
}

vg_code share_peer_set(struct store_tx *tx, const struct share_peer *p, struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO share_peer (url, collection, push, added, next, shelf, objects, time) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) "
      "ON CONFLICT (url, collection, push) DO UPDATE SET added = excluded.added, next = excluded.next, shelf = excluded.shelf, "
      "objects = excluded.objects, time = excluded.time",
      S_ARGS(S_Z(p->url), S_Z(p->collection), S_INT(p->push), S_Z(p->added), S_Z(p->next), S_INT(p->shelf),
             S_INT(p->objects), S_TIME(store_now(tx))),
      err);
}

/* Handing out what stands in a collection: filters and parts as TAXII 2.1 (section 3.4) has them, each object through
 * the gate. */
#include "share/shelf.h"

#include "base/jsonw.h"

#include <string.h>

enum { VERSIONS_MAX = 32 };

struct handing {
  struct shelf *s;
  struct share_fetch *f;
  share_item_sink *sink;
  void *ctx;
  vg_time wanted[VERSIONS_MAX];
  size_t count;
  bool first, last, all; /* of the versions */
  struct share_item item;
  vg_str type;
  struct vg_buf out;
  int tlp, pap;
};

static vg_code read_versions(struct handing *h, struct vg_err *err) {
  vg_str rest = h->f->version, one;
  h->last = rest.n == 0;
  while (rest.n && vg_str_cut(&rest, ',', &one)) {
    one = vg_str_trim(one);
    if (vg_str_eqz(one, "first"))
      h->first = true;
    else if (vg_str_eqz(one, "last"))
      h->last = true;
    else if (vg_str_eqz(one, "all"))
      h->all = true;
    else if (h->count == VERSIONS_MAX || !vg_time_parse(one, &h->wanted[h->count++]))
      return VG_FAIL(err, VG_EUSAGE, "share.fetch.version", VG_T(one));
  }
  return VG_OK;
}

static bool among(vg_str list, vg_str value) {
  vg_str one;
  if (!list.n)
    return true;
  while (list.p && vg_str_cut(&list, ',', &one))
    if (vg_str_eq(vg_str_trim(one), value))
      return true;
  return false;
}

static bool wanted(const struct handing *h, bool oldest, bool newest) {
  if (h->all || (h->first && oldest) || (h->last && newest))
    return true;
  for (size_t i = 0; i < h->count; i++)
    if (h->wanted[i] == h->item.version)
      return true;
  return false;
}

static vg_code give(struct handing *h, vg_str json, struct vg_err *err) {
  struct share_fetch *f = h->f;
  h->item.json = json;
  if (f->count++ == 0)
    f->first = h->item.added;
  f->last = h->item.added;
  return h->sink(h->ctx, &h->item, err);
}

/* The last word: this object, to this organisation, under this convention, now. Names alone pass the same rules, and
 * one entry tells of all. row: of its content, 0: it is part of a letter. */
static vg_code judge(struct handing *h, vg_str json, int64_t row, struct vg_err *err) {
  struct share_decision d;
  bool yes = true, letter = !row;
  struct share_request r = {.object = json,
                            .row = row,
                            .tlp = h->tlp,
                            .pap = h->pap,
                            .purpose = h->s->c->purpose,
                            .now = VG_NOTIME,
                            .as = letter ? "grouping" : NULL,
                            .offer = h->f->names};
  if (!letter && (vg_str_eqz(h->type, "relationship") || vg_str_eqz(h->type, "sighting")))
    VG_TRY(shelf_ends_go(h->s, json, &yes, err));
  if (!yes)
    return VG_OK;
  vg_buf_reset(&h->out);
  VG_TRY(share_gate_pass(h->s->gate, h->s->who, &r, &d, h->f->names ? NULL : &h->out, err));
  return d.allowed ? give(h, h->f->names ? VG_STR("") : vg_buf_view(&h->out), err) : VG_OK;
}

static vg_code judge_content(void *ctx, const struct intel_object *o, struct vg_err *err) {
  return judge(ctx, o->json, o->row, err);
}

#define SAME                                                                                                           \
  "y.org = s.org AND y.convention = s.convention AND y.purpose = s.purpose AND y.object = s.object AND y.state = 1"
#define ON_SHELF                                                                                                       \
  "SELECT s.id, s.object, s.type, s.spec, s.version, s.content, s.body, s.tlp, s.pap, s.added, "                       \
  "EXISTS (SELECT 1 FROM share_shelf y WHERE " SAME " AND y.version < s.version), "                                    \
  "EXISTS (SELECT 1 FROM share_shelf y WHERE " SAME " AND y.version > s.version) FROM share_shelf s "                  \
  "WHERE s.org = $1 AND s.convention = $2 AND s.purpose = $3 AND s.state = 1 AND s.added > $4 "                        \
  "AND (s.content IS NULL OR EXISTS (SELECT 1 FROM intel_v_live l WHERE l.object = s.content)) "

static vg_code hand_out(struct handing *h, struct vg_err *err) {
  struct share_fetch *f = h->f;
  const struct share_collection *c = h->s->c;
  struct store_rows *q;
  vg_code rc = VG_OK;
  vg_time from = f->after > f->added_after ? f->after : f->added_after;
  if (from == VG_NOTIME)
    from = 0;
  VG_TRY(store_query(h->s->tx, &q, ON_SHELF "ORDER BY s.added",
                     S_ARGS(S_INT(c->org), S_Z(c->convention.s), S_Z(c->purpose), S_INT(from)), err));
  while (rc == VG_OK && store_next(q)) {
    vg_str id = store_str(q, 1), spec = store_str(q, 3);
    h->type = store_str(q, 2);
    h->item = (struct share_item){.id = id,
                                  .version = store_int(q, 4),
                                  .added = store_int(q, 9),
                                  .spec = vg_str_eqz(spec, "2.0") ? "2.0" : "2.1"};
    if (!among(f->id, id) || !among(f->type, h->type) || !among(f->spec, spec) ||
        !wanted(h, !store_int(q, 10), !store_int(q, 11)))
      continue;
    if (f->count == f->limit) {
      f->next = f->last;
      break;
    }
    h->tlp = (int)store_int(q, 7);
    h->pap = (int)store_int(q, 8);
    rc = store_is_null(q, 5) ? judge(h, store_str(q, 6), 0, err)
                             : intel_content_get(h->s->tx, store_int(q, 5), judge_content, h, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code tell_names(struct handing *h, struct vg_err *err) {
  const struct share_collection *c = h->s->c;
  if (!h->f->names || !h->f->count)
    return VG_OK;
  struct vg_buf to;
  vg_buf_init(&to, VG_ID_MAX);
  vg_code rc =
      store_get_text(h->s->tx, &to, "SELECT pid FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(c->org)), err);
  if (rc == VG_OK)
    rc = LEDGER_TELL(h->s->tx, h->s->who, "share.listed", c->convention.s[0] ? c->convention.s : c->id, err,
                     "recipient", vg_buf_text(&to), "motive", c->purpose, "convention", c->convention.s, "collection",
                     c->id, "objects", VG_N(h->f->count));
  vg_buf_fini(&to);
  return rc;
}

vg_code share_fetch(struct store_tx *tx, const struct actor *who, const struct share_collection *c,
                    struct share_fetch *f, share_item_sink *sink, void *ctx, struct vg_err *err) {
  struct shelf s = {0};
  struct handing h = {.s = &s, .f = f, .sink = sink, .ctx = ctx};
  bool all = true;
  vg_code rc = VG_OK;
  f->count = f->next = 0;
  f->first = f->last = VG_NOTIME;
  vg_buf_init(&h.out, 64u << 20);
  VG_GO(read_versions(&h, err));
  VG_GO(shelf_begin(&s, tx, who, c, err));
  VG_GO(shelf_fill(&s, &all, err));
  VG_GO(hand_out(&h, err));
  VG_GO(tell_names(&h, err));
  if (!all && !f->next) /* more is still being put on the shelf: ask again behind what was given */
    f->next = f->last != VG_NOTIME ? f->last : f->after > 0 ? f->after : f->added_after > 0 ? f->added_after : 1;
out:
  vg_buf_fini(&h.out);
  shelf_end(&s);
  return rc;
}

vg_code share_take_off(struct store_tx *tx, const struct actor *who, const struct share_collection *c, vg_str id,
                       vg_time version, struct vg_err *err) {
  int64_t rows;
  char subject[VG_ID_MAX];
  VG_TRY(store_change(
      tx, &rows,
      "UPDATE share_shelf SET state = 4 WHERE org = $1 AND convention = $2 AND purpose = $3 AND object = $4 AND state <> 4 "
      "AND ($5 = 0 OR version = $5)",
      S_ARGS(S_INT(c->org), S_Z(c->convention.s), S_Z(c->purpose), S_STR(id),
             S_INT(version == VG_NOTIME ? 0 : version)),
      err));
  if (!rows)
    return VG_FAIL(err, VG_ENOTFOUND, "share.fetch.none", VG_T(id));
  return LEDGER_TELL(tx, who, "share.taken_off", vg_str_copy(subject, sizeof subject, id), err, "collection", c->id,
                     "convention", c->convention.s);
}

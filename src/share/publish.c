#include "share/share_internal.h"

#include "base/jsonw.h"
#include "base/table.h"
#include "intel/intel.h"

enum { OBJECTS_MAX = 1000000 };

struct publication {
  struct store_tx *tx;
  const struct actor *who;
  struct share_gate *gate;
  const char *purpose;
  vg_time now;
  struct vg_buf *out;
  struct vg_table *sent, *wanted; /* ids in the bundle; ids that it refers to */
  struct vg_json *json;
  share_decision_sink *sink;
  void *ctx;
  struct share_published *counts;
  bool links; /* second pass: relationships and sightings */
};

static bool is_link(vg_str type) { return vg_str_eqz(type, "relationship") || vg_str_eqz(type, "sighting"); }
static bool is_context(vg_str type) { return vg_str_eqz(type, "marking-definition") || vg_str_eqz(type, "identity"); }

static bool sent(const struct publication *p, vg_jv object, const char *key) {
  vg_str ref;
  uint64_t yes;
  return !vg_jv_str_at(object, key, &ref) || vg_table_get(p->sent, ref, &yes);
}

static void append(struct publication *p, vg_str json) {
  if (vg_table_count(p->sent) > 0)
    vg_buf_byte(p->out, ',');
  vg_buf_byte(p->out, '\n');
  vg_buf_str(p->out, json);
}

static vg_code want(struct publication *p, vg_jv v, struct vg_err *err) {
  vg_str ref;
  return vg_jv_str(v, &ref) ? vg_table_put(p->wanted, ref, 1, err) : VG_OK;
}

/* Identities and marking definitions that a released object refers to. */
static vg_code note_context(struct publication *p, vg_jv object, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  VG_TRY(want(p, vg_jv_at(object, "created_by_ref"), err));
  vg_jit_init(&it, vg_jv_at(object, "object_marking_refs"));
  while (vg_jit_next(&it, NULL, &v))
    VG_TRY(want(p, v, err));
  vg_jit_init(&it, vg_jv_at(object, "granular_markings"));
  while (vg_jit_next(&it, NULL, &v))
    VG_TRY(want(p, vg_jv_at(v, "marking_ref"), err));
  return VG_OK;
}

static vg_code send(struct publication *p, vg_str id, vg_str json, struct vg_err *err) {
  vg_jv object;
  append(p, json);
  VG_TRY(vg_table_put(p->sent, id, 1, err));
  VG_TRY(vg_json_parse(p->json, json, &object, err));
  return note_context(p, object, err);
}

static vg_code tell(struct publication *p, const struct share_decision *d, struct vg_err *err) {
  *(d->allowed ? &p->counts->released : &p->counts->refused) += 1;
  return p->sink ? p->sink(p->ctx, d, err) : VG_OK;
}

/* A link whose end stays here would tell that there is one. */
static bool ends_go(const struct publication *p, vg_jv o) {
  return sent(p, o, "source_ref") && sent(p, o, "target_ref") && sent(p, o, "sighting_of_ref");
}

static vg_code one(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct publication *p = ctx;
  struct share_decision d;
  struct vg_buf allowed;
  vg_jv object;
  vg_code rc = VG_OK;
  if (is_context(o->type) || o->revoked || is_link(o->type) != p->links)
    return VG_OK;
  p->counts->considered++;
  struct share_request r = {
      .object = o->json, .row = o->row, .tlp = (int)o->tlp, .pap = (int)o->pap, .purpose = p->purpose, .now = p->now};
  vg_buf_init(&allowed, 64u << 20);
  VG_GO(vg_json_parse(p->json, o->json, &object, err));
  if (p->links && !ends_go(p, object)) {
    VG_GO(share_gate_refuse(p->gate, p->who, &r, "share.rule.end", &d, err));
    VG_GO(tell(p, &d, err));
    goto out;
  }
  VG_GO(share_gate_pass(p->gate, p->who, &r, &d, &allowed, err));
  if (d.allowed)
    VG_GO(send(p, o->id, vg_buf_view(&allowed), err));
  VG_GO(tell(p, &d, err));
out:
  vg_buf_fini(&allowed);
  return rc;
}

static vg_code context(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct publication *p = ctx;
  uint64_t yes;
  if (!is_context(o->type) || !vg_table_get(p->wanted, o->id, &yes))
    return VG_OK;
  /* Who made it is told as it is marked; a marking definition is what its objects need to be read. */
  if (vg_str_eqz(o->type, "identity")) {
    struct share_decision d;
    struct vg_buf allowed;
    struct share_request r = {
        .object = o->json, .row = o->row, .tlp = (int)o->tlp, .pap = (int)o->pap, .purpose = p->purpose, .now = p->now};
    vg_buf_init(&allowed, 1 << 20);
    vg_code rc = share_gate_pass(p->gate, p->who, &r, &d, &allowed, err);
    if (rc == VG_OK && d.allowed) {
      rc = send(p, o->id, vg_buf_view(&allowed), err);
      p->counts->context++;
    }
    vg_buf_fini(&allowed);
    return rc;
  }
  p->counts->context++;
  return send(p, o->id, o->json, err);
}

vg_code share_publish(struct store_tx *tx, const struct actor *who, int64_t org, const char *purpose,
                      const struct intel_query *which, vg_time now, struct vg_buf *out, share_decision_sink *sink,
                      void *ctx, struct share_published *counts, struct vg_err *err) {
  struct publication p = {
      .tx = tx, .who = who, .purpose = purpose, .now = now, .out = out, .sink = sink, .ctx = ctx, .counts = counts};
  vg_code rc = VG_OK;
  static const struct intel_query all = {.tlp_max = -1};
  *counts = (struct share_published){0};
  struct vg_id id = vg_id_v4("bundle");
  VG_GO(vg_json_new(&p.json, err));
  VG_GO(share_gate_open(tx, org, &p.gate, err));
  VG_GO(vg_table_new(&p.sent, OBJECTS_MAX, err));
  VG_GO(vg_table_new(&p.wanted, OBJECTS_MAX, err));
  vg_buf_fmt(out, "{\"type\":\"bundle\",\"id\":\"%s\",\"objects\":[", id.s);
  VG_GO(intel_find(tx, which ? which : &all, one, &p, err));
  p.links = true;
  VG_GO(intel_find(tx, which ? which : &all, one, &p, err));
  VG_GO(intel_each_object(tx, "identity", context, &p, err));
  VG_GO(intel_each_object(tx, "marking-definition", context, &p, err));
  if (vg_table_count(p.sent)) {
    vg_buf_z(out, "\n]}\n");
  } else {
    /* STIX 2.1, 2.5 and 8: no empty lists; a bundle may hold nothing. */
    vg_buf_reset(out);
    vg_buf_fmt(out, "{\"type\":\"bundle\",\"id\":\"%s\"}\n", id.s);
  }
  rc = vg_buf_check(out, err);
out:
  share_gate_close(p.gate);
  vg_table_free(p.sent);
  vg_table_free(p.wanted);
  vg_json_free(p.json);
  return rc;
}

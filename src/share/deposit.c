/* Objects that an organisation leaves here, or that were fetched from it: imported as its assertions; questions and
 * answers go to qualification. */
#include "share/exchange.h"
#include "share/share_internal.h"

#include "base/jsonw.h"
#include "territory/territory.h"

#include <stdlib.h>
#include <string.h>

enum { OBJECTS_MAX = 100000 };

struct arrival {
  vg_str id, version; /* borrowed from the envelope */
  vg_jv object;
  size_t from, to; /* in the text to import; from == to: not imported */
  bool failed;
};

struct depositing {
  struct store_tx *tx;
  const struct actor *who;
  int64_t org;
  struct org sender;
  struct vg_json *json;
  struct vg_buf text; /* a bundle of what is to be imported */
  struct arrival *v;
  size_t n;
  share_deposit_sink *sink;
  void *ctx;
  struct share_deposited *out;
  vg_code told; /* the sink's own failure */
};

static vg_code refuse(struct depositing *d, struct arrival *a, const struct vg_err *why, struct vg_err *err) {
  a->failed = true;
  d->out->failed++;
  return d->sink ? d->sink(d->ctx, a->id, a->version, why, err) : VG_OK;
}

/* A question or an answer alone, as a bundle of one. What came before is no failure: it is here. */
static vg_code to_qualification(struct depositing *d, struct arrival *a, vg_jv object, struct vg_err *err) {
  struct vg_buf bundle;
  struct share_decision decision;
  struct share_received got;
  struct vg_err why = {0};
  vg_buf_init(&bundle, 1 << 22);
  vg_buf_z(&bundle, "{\"type\":\"bundle\",\"objects\":[");
  vg_json_canonical(object, &bundle);
  vg_buf_z(&bundle, "]}");
  vg_code rc = vg_buf_check(&bundle, err);
  if (rc == VG_OK)
    rc = store_savepoint(d->tx, err);
  if (rc == VG_OK) {
    vg_code did = share_receive(d->tx, d->who, d->org, vg_buf_view(&bundle), &decision, &got, &why);
    rc = store_release(d->tx, did == VG_OK, err);
    if (rc == VG_OK && did == VG_OK) {
      d->out->questions += got.question;
      d->out->answers += got.answers;
    } else if (rc == VG_OK && (did == VG_ENOMEM || did == VG_EIO || did == VG_EDAMAGE)) {
      rc = did;
      if (err)
        *err = why;
    } else if (rc == VG_OK && did != VG_EEXIST) {
      rc = refuse(d, a, &why, err);
    }
  }
  vg_buf_fini(&bundle);
  return rc;
}

/* Our extension: a question, an answer, or what only goes along with them and asserts nothing. */
static vg_code if_exchange(struct depositing *d, struct arrival *a, vg_jv object, vg_str type, bool *is,
                           struct vg_err *err) {
  vg_jv ext = vg_jv_at(vg_jv_at(object, "extensions"), SHARE_EXTENSION);
  vg_str kind = VG_STR(""), id = VG_STR("");
  (void)vg_jv_str_at(object, "id", &id);
  *is = vg_str_eqz(id, SHARE_EXTENSION) || vg_jv_type(ext) == VG_J_OBJ;
  (void)vg_jv_str_at(ext, "kind", &kind);
  bool question = vg_str_eqz(type, "grouping") && vg_str_eqz(kind, "request"), answer = vg_str_eqz(type, "opinion");
  return *is && (question || answer) ? to_qualification(d, a, object, err) : VG_OK;
}

static vg_code take_one(struct depositing *d, vg_jv object, struct vg_err *err) {
  struct arrival *a = &d->v[d->n++];
  vg_str type = VG_STR("");
  bool exchange;
  *a = (struct arrival){.id = VG_STR(""), .version = VG_STR(""), .object = object};
  if (vg_jv_type(object) != VG_J_OBJ) {
    struct vg_err why = {0};
    (void)VG_FAIL(&why, VG_EDATA, "share.not_stix");
    return refuse(d, a, &why, err);
  }
  (void)vg_jv_str_at(object, "id", &a->id);
  (void)vg_jv_str_at(object, "type", &type);
  if (!vg_jv_str_at(object, "modified", &a->version))
    (void)vg_jv_str_at(object, "created", &a->version);
  VG_TRY(if_exchange(d, a, object, type, &exchange, err));
  if (exchange)
    return VG_OK;
  vg_buf_z(&d->text, d->text.n > 32 ? ",\n" : "\n");
  a->from = d->text.n;
  vg_json_canonical(object, &d->text);
  a->to = d->text.n;
  return vg_buf_check(&d->text, err);
}

/* The import says where the bad object stands: "name, byte N", of its first. */
static void rejected(void *ctx, const char *place, const struct vg_err *reason) {
  struct depositing *d = ctx;
  const char *space = strrchr(place, ' ');
  uint64_t at = 0;
  struct vg_err ignored = {0};
  if (!space || !vg_str_u64(vg_str_z(space + 1), &at))
    return;
  for (size_t i = 0; i < d->n; i++)
    if (at + 1 >= d->v[i].from && at < d->v[i].to && !d->v[i].failed && d->told == VG_OK)
      d->told = refuse(d, &d->v[i], reason, &ignored);
}

static vg_code import(struct depositing *d, struct vg_err *err) {
  struct intel_import in = {.path = d->sender.name,
                            .text = vg_buf_view(&d->text),
                            .source = d->sender.name,
                            .format = FORMAT_STIX,
                            .reject = rejected,
                            .ctx = d};
  size_t n = 0;
  for (size_t i = 0; i < d->n; i++)
    n += d->v[i].to > d->v[i].from;
  if (!n)
    return VG_OK;
  VG_TRY(intel_import(d->tx, d->who, &in, err));
  VG_TRY(d->told);
  d->out->added = in.added;
  d->out->updated = in.updated;
  return VG_OK;
}

static vg_code take_all(struct depositing *d, vg_jv objects, struct vg_err *err) {
  struct vg_jit it;
  vg_jv object;
  size_t n = vg_jv_count(objects);
  if (vg_jv_type(objects) != VG_J_ARR || n == 0)
    return VG_FAIL(err, VG_EDATA, "share.deposit.none");
  if (n > OBJECTS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "share.deposit.many", VG_N(n), VG_N(OBJECTS_MAX));
  d->v = calloc(n, sizeof *d->v);
  if (!d->v)
    return VG_FAIL(err, VG_ENOMEM, "share.memory");
  vg_buf_z(&d->text, "{\"type\":\"bundle\",\"objects\":[");
  for (vg_jit_init(&it, objects); vg_jit_next(&it, NULL, &object);)
    VG_TRY(take_one(d, object, err));
  vg_buf_z(&d->text, "\n]}\n");
  VG_TRY(import(d, err));
  for (size_t i = 0; i < d->n; i++) {
    if (d->v[i].failed)
      continue;
    d->out->taken++;
    if (d->v[i].to > d->v[i].from && vg_str_eqz(vg_str_sub(d->v[i].id, 0, 10), "sighting--")) {
      bool counted;
      VG_TRY(share_sighted(d->tx, d->who, d->org, d->v[i].object, &counted, err));
      d->out->sightings += counted;
    }
    if (d->sink)
      VG_TRY(d->sink(d->ctx, d->v[i].id, d->v[i].version, NULL, err));
  }
  d->out->read = (int64_t)d->n;
  return VG_OK;
}

/* May they give us anything, now? */
static vg_code admit(struct depositing *d, struct vg_err *err) {
  struct share_gate *gate = NULL;
  struct share_decision decision;
  VG_TRY(share_gate_open(d->tx, d->org, &gate, err));
  vg_code rc = share_gate_receive(gate, d->who, d->sender.pid.s, &decision, err);
  share_gate_close(gate);
  VG_TRY(rc);
  return decision.allowed ? VG_OK : VG_FAIL(err, VG_EDENIED, decision.rule, decision.arg[0], decision.arg[1]);
}

vg_code share_deposit(struct store_tx *tx, const struct actor *who, int64_t org, vg_str text, share_deposit_sink *sink,
                      void *ctx, struct share_deposited *out, struct vg_err *err) {
  struct depositing d = {.tx = tx, .who = who, .org = org, .sink = sink, .ctx = ctx, .out = out};
  struct vg_buf pid;
  vg_jv root;
  vg_code rc = VG_OK;
  *out = (struct share_deposited){0};
  vg_buf_init(&d.text, 256u << 20);
  vg_buf_init(&pid, VG_ID_MAX);
  VG_GO(store_get_text(tx, &pid, "SELECT pid FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(org)), err));
  VG_GO(territory_org_find(tx, vg_buf_view(&pid), &d.sender, err));
  VG_GO(vg_json_new(&d.json, err));
  VG_GO(vg_json_parse(d.json, text, &root, err));
  VG_GO(admit(&d, err));
  VG_GO(take_all(&d, vg_jv_at(root, "objects"), err));
out:
  vg_json_free(d.json);
  vg_buf_fini(&d.text);
  vg_buf_fini(&pid);
  free(d.v);
  return rc;
}

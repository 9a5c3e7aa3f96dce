/* Questions and answers that come in. The bundle is outside data: what is not there is refused, nothing of it is
 * believed beyond its words. */
#include "share/share_internal.h"

#include "intel/intel.h"
#include "qualify/qualify.h"
#include "share/exchange.h"
#include "territory/territory.h"

enum { TEXT_MAX = 1 << 16 };

struct incoming {
  struct store_tx *tx;
  const struct actor *who;
  int64_t org;
  vg_jv objects, ext; /* ext: of the grouping */
  char name[160];     /* of who sends */
  struct share_received *out;
};

static vg_jv extension(vg_jv object) { return vg_jv_at(vg_jv_at(object, "extensions"), SHARE_EXTENSION); }

static vg_str text_at(vg_jv v, const char *key) {
  vg_str s = VG_STR("");
  return vg_jv_str_at(v, key, &s) && s.n < TEXT_MAX ? s : VG_STR("");
}

/* A grouping of ours; or an opinion alone, which says itself what it answers: over TAXII the parts of a bundle come one
 * by one. */
static vg_code find_grouping(struct incoming *in, vg_str *id, struct vg_err *err) {
  struct vg_jit it;
  vg_jv object;
  vg_jit_init(&it, in->objects);
  while (vg_jit_next(&it, NULL, &object)) {
    vg_str type = text_at(object, "type");
    if ((!vg_str_eqz(type, "grouping") && !vg_str_eqz(type, "opinion")) || vg_jv_type(extension(object)) != VG_J_OBJ)
      continue;
    in->ext = extension(object);
    *id = text_at(object, "id");
    if (vg_id_ok(*id) && vg_id_ok(text_at(in->ext, "request")))
      return VG_OK;
  }
  return VG_FAIL(err, VG_EDATA, "share.exchange.none");
}

static vg_code take_question(struct incoming *in, struct vg_err *err) {
  vg_time deadline = VG_NOTIME;
  vg_str origin = text_at(in->ext, "request"), when = text_at(in->ext, "deadline");
  int64_t had = 0;
  in->out->question = true;
  VG_TRY(store_get_int(in->tx, &had, "SELECT count(*) FROM share_exchange WHERE origin = $1 AND org = $2 AND sent = 0",
                       S_ARGS(S_STR(origin), S_INT(in->org)), err));
  if (had)
    return VG_FAIL(err, VG_EEXIST, "share.exchange.had", VG_T(origin));
  if (when.n && !vg_time_parse(when, &deadline))
    return VG_FAIL(err, VG_EDATA, "share.exchange.none");
  VG_TRY(qualify_open(in->tx, in->who, text_at(in->ext, "subject_type"), text_at(in->ext, "subject_value"),
                      text_at(in->ext, "question"), vg_str_z(in->name), &in->out->request, err));
  VG_TRY(qualify_set_terms(in->tx, in->who, vg_id_str(&in->out->request),
                           &(struct qualify_terms){.deadline = deadline, .tlp = -1, .pap = -1}, err));
  return store_exec(
      in->tx, "INSERT INTO share_exchange (request, origin, org, sent, deadline, time) VALUES ($1,$2,$3,0,$4,$5)",
      S_ARGS(S_Z(in->out->request.s), S_STR(origin), S_INT(in->org), S_TIME(deadline), S_TIME(store_now(in->tx))), err);
}

struct same {
  vg_str source, text;
  int verdict;
  bool found;
};

static vg_code compare(void *ctx, const struct qualify_given *a, struct vg_err *err) {
  struct same *s = ctx;
  (void)err;
  s->found |= vg_str_eq(a->source, s->source) && a->verdict == s->verdict && vg_str_eq(a->text, s->text);
  return VG_OK;
}

/* Their credibility of the information, our own rating of the source. */
static vg_code take_answer(struct incoming *in, vg_jv object, struct vg_err *err) {
  vg_jv ext = extension(object);
  vg_str said = text_at(ext, "admiralty");
  char code[3] = {'F', '6', 0};
  int verdict;
  if (!qualify_verdict_by_name(text_at(ext, "verdict"), &verdict))
    return VG_FAIL(err, VG_EDATA, "share.exchange.none");
  struct same same = {vg_str_z(in->name), text_at(object, "explanation"), verdict, false};
  VG_TRY(qualify_each_answer(in->tx, vg_id_str(&in->out->request), compare, &same, err));
  if (same.found) /* the file came twice */
    return VG_OK;
  VG_TRY(intel_source_reliability(in->tx, vg_str_z(in->name), &code[0], err));
  if (said.n == 2 && said.p[1] >= '1' && said.p[1] <= '6')
    code[1] = said.p[1];
  in->out->answers++;
  return qualify_answer(in->tx, in->who, vg_id_str(&in->out->request), vg_str_z(in->name), verdict, vg_str_z(code),
                        text_at(object, "explanation"), err);
}

static vg_code take_answers(struct incoming *in, struct vg_err *err) {
  struct vg_jit it;
  vg_jv object;
  int64_t asked = 0;
  vg_str request = text_at(in->ext, "request");
  in->out->request = vg_id_of(request);
  VG_TRY(store_get_int(in->tx, &asked,
                       "SELECT count(*) FROM share_exchange WHERE origin = $1 AND org = $2 AND sent = 1",
                       S_ARGS(S_STR(request), S_INT(in->org)), err));
  if (!asked)
    return VG_FAIL(err, VG_ENOTFOUND, "share.exchange.not_asked", VG_T(request), in->name);
  vg_jit_init(&it, in->objects);
  while (vg_jit_next(&it, NULL, &object))
    if (vg_str_eqz(text_at(object, "type"), "opinion"))
      VG_TRY(take_answer(in, object, err));
  return in->out->answers ? VG_OK : VG_FAIL(err, VG_EEXIST, "share.exchange.nothing_new", VG_T(request));
}

static vg_code receive(struct incoming *in, struct share_gate *gate, struct share_decision *d, struct vg_err *err) {
  struct vg_buf name;
  vg_str id = VG_STR("");
  char subject[VG_ID_MAX];
  VG_TRY(find_grouping(in, &id, err));
  vg_buf_init(&name, 1024);
  vg_code rc =
      store_get_text(in->tx, &name, "SELECT name FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(in->org)), err);
  vg_str_copy(in->name, sizeof in->name, vg_buf_view(&name));
  vg_buf_fini(&name);
  VG_TRY(rc);
  VG_TRY(share_gate_receive(gate, in->who, vg_str_copy(subject, sizeof subject, id), d, err));
  if (!d->allowed)
    return VG_OK;
  return vg_str_eqz(text_at(in->ext, "kind"), "answer") ? take_answers(in, err) : take_question(in, err);
}

vg_code share_receive(struct store_tx *tx, const struct actor *who, int64_t org, vg_str text, struct share_decision *d,
                      struct share_received *out, struct vg_err *err) {
  struct incoming in = {.tx = tx, .who = who, .org = org, .out = out};
  struct share_gate *gate = NULL;
  struct vg_json *json = NULL;
  vg_jv root;
  vg_code rc = VG_OK;
  *out = (struct share_received){0};
  VG_GO(vg_json_new(&json, err));
  VG_GO(vg_json_parse(json, text, &root, err));
  in.objects = vg_jv_at(root, "objects");
  VG_GO(share_gate_open(tx, org, &gate, err));
  VG_GO(receive(&in, gate, d, err));
out:
  share_gate_close(gate);
  vg_json_free(json);
  return rc;
}

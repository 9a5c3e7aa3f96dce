/* Questions and answers that leave, as STIX 2.1. */
#include "share/shelf.h"

#include "base/jsonw.h"
#include "intel/intel.h"
#include "qualify/qualify.h"
#include "share/exchange.h"

#include <stdio.h>

static const char created_forever[] =
    "2018-11-24T00:00:00.000Z"; /* of the extension definition: the same object wherever it comes from */

/* UUIDv5 in a space of our own: both sides make the same id of the same thing. */
static const unsigned char space[16] = {0x7b, 0x1e, 0x5c, 0x0a, 0x92, 0x44, 0x4c, 0x7e,
                                        0x8d, 0x31, 0x60, 0xfb, 0x02, 0x9a, 0xe4, 0x15};
struct vg_id exchange_made_of(const char *kind, vg_str name) {
  return vg_id_v5(kind, space, name);
}

struct writing {
  struct store_tx *tx;
  const struct share_question *q;
  struct vg_buf *out;
  struct vg_jw w;
  const struct qualify_request *r;
  vg_str origin; /* id of the request at who asked first */
  bool answers;
  struct vg_id self, subject, grouping;
  vg_time now;
  int64_t given;
};

static void head(struct writing *x, const char *type, const char *id) {
  vg_jw_obj(&x->w);
  vg_jw_kz(&x->w, "type", type);
  vg_jw_kz(&x->w, "spec_version", "2.1");
  vg_jw_kz(&x->w, "id", id);
}

static void marked(struct writing *x) {
  vg_jw_kz(&x->w, "created_by_ref", x->self.s);
  vg_jw_ktime(&x->w, "created", x->now);
  vg_jw_ktime(&x->w, "modified", x->now);
  vg_jw_key(&x->w, "object_marking_refs");
  vg_jw_arr(&x->w);
  vg_jw_z(&x->w, share_tlp_id(x->q->tlp));
  vg_jw_end(&x->w);
}

static void open_extension(struct writing *x, const char *kind) {
  vg_jw_key(&x->w, "extensions");
  vg_jw_obj(&x->w);
  vg_jw_key(&x->w, SHARE_EXTENSION);
  vg_jw_obj(&x->w);
  vg_jw_kz(&x->w, "extension_type", "property-extension");
  vg_jw_kz(&x->w, "kind", kind);
  vg_jw_kstr(&x->w, "request", x->origin);
}

/* The subject: an indicator whose pattern says it; what STIX has no object for is one of ours, and stands in the
 * extension in any case. */
static void write_subject(struct writing *x) {
  static const struct {
    const char *type, *path;
  } paths[] = {{"domain-name", "domain-name:value"},
               {"ipv4-addr", "ipv4-addr:value"},
               {"ipv6-addr", "ipv6-addr:value"},
               {"url", "url:value"},
               {"email-addr", "email-addr:value"},
               {"md5", "file:hashes.MD5"},
               {"sha1", "file:hashes.'SHA-1'"},
               {"sha256", "file:hashes.'SHA-256'"},
               {"sha512", "file:hashes.'SHA-512'"},
               {"file-name", "file:name"},
               {"mutex", "mutex:name"},
               {"mac-addr", "mac-addr:value"},
               {"windows-registry-key", "windows-registry-key:key"}};
  struct vg_buf p;
  const char *path = "x-vigie-subject:value";
  for (size_t i = 0; i < VG_COUNT(paths); i++)
    if (vg_str_eqz(x->r->type, paths[i].type))
      path = paths[i].path;
  vg_buf_init(&p, 1 << 16);
  vg_buf_fmt(&p, "[%s = '", path);
  for (size_t i = 0; i < x->r->value.n; i++) {
    if (x->r->value.p[i] == '\'' || x->r->value.p[i] == '\\')
      vg_buf_byte(&p, '\\');
    vg_buf_byte(&p, (unsigned char)x->r->value.p[i]);
  }
  vg_buf_z(&p, "']");
  head(x, "indicator", x->subject.s);
  marked(x);
  vg_jw_kz(&x->w, "name", "subject of a qualification");
  vg_jw_kz(&x->w, "description", "What a question is about; nothing is asserted of it.");
  vg_jw_kstr(&x->w, "pattern", vg_buf_view(&p));
  vg_jw_kz(&x->w, "pattern_type", "stix");
  vg_jw_ktime(&x->w, "valid_from", x->now);
  vg_jw_key(&x->w, "indicator_types");
  vg_jw_arr(&x->w);
  vg_jw_z(&x->w, "unknown");
  vg_jw_end(&x->w);
  open_extension(x, "subject");
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
  vg_buf_fini(&p);
}

static void write_makers(struct writing *x) {
  head(x, "identity", x->self.s);
  vg_jw_ktime(&x->w, "created", x->now);
  vg_jw_ktime(&x->w, "modified", x->now);
  vg_jw_kz(&x->w, "name", "Vigie");
  vg_jw_kz(&x->w, "description", "An instance of Vigie.");
  vg_jw_kz(&x->w, "identity_class", "organization");
  vg_jw_end(&x->w);
  head(x, "extension-definition", SHARE_EXTENSION);
  vg_jw_kz(&x->w, "created_by_ref", x->self.s);
  vg_jw_kz(&x->w, "created", created_forever);
  vg_jw_kz(&x->w, "modified", created_forever);
  vg_jw_kz(&x->w, "name", "qualification");
  vg_jw_kz(&x->w, "description", "A request to say what a thing is, and the answers.");
  vg_jw_kz(&x->w, "schema",
           "kind, request, subject_type, subject_value, question, deadline; verdict, admiralty: see vigie-qualify(1)");
  vg_jw_kz(&x->w, "version", "1.0.0");
  vg_jw_key(&x->w, "extension_types");
  vg_jw_arr(&x->w);
  vg_jw_z(&x->w, "property-extension");
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
}

static void write_grouping(struct writing *x) {
  head(x, "grouping", x->grouping.s);
  marked(x);
  vg_jw_kz(&x->w, "name", x->answers ? "answer to a qualification" : "qualification request");
  vg_jw_kz(&x->w, "description", "A question about one thing, or its answer.");
  vg_jw_kz(&x->w, "context", "suspicious-activity");
  vg_jw_key(&x->w, "object_refs");
  vg_jw_arr(&x->w);
  vg_jw_z(&x->w, x->subject.s);
  vg_jw_end(&x->w);
  open_extension(x, x->answers ? "answer" : "request");
  vg_jw_kstr(&x->w, "subject_type", x->r->type);
  vg_jw_kstr(&x->w, "subject_value", x->r->value);
  if (!x->answers && x->r->question.n)
    vg_jw_kstr(&x->w, "question", x->r->question);
  if (!x->answers && x->q->deadline != VG_NOTIME)
    vg_jw_ktime(&x->w, "deadline", x->q->deadline);
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
}

static vg_code write_answer(void *ctx, const struct qualify_given *a, struct vg_err *err) {
  static const char *const opinion[] = {"neutral", "strongly-disagree", "agree",
                                        "strongly-agree"}; /* that it is malicious */
  struct writing *x = ctx;
  char name[VG_ID_MAX + 32];
  (void)err;
  int n = snprintf(name, sizeof name, "%.*s %lld", (int)x->origin.n, x->origin.p, (long long)x->given++);
  struct vg_id id = exchange_made_of("opinion", vg_str_n(name, (size_t)n));
  head(x, "opinion", id.s);
  marked(x);
  vg_jw_kz(&x->w, "opinion", opinion[a->verdict & 3]);
  if (a->text.n)
    vg_jw_kstr(&x->w, "explanation", a->text);
  vg_jw_key(&x->w, "object_refs");
  vg_jw_arr(&x->w);
  vg_jw_z(&x->w, x->grouping.s);
  vg_jw_end(&x->w);
  open_extension(x, "answer");
  vg_jw_kz(&x->w, "verdict", qualify_verdict_name(a->verdict));
  vg_jw_kstr(&x->w, "admiralty", a->admiralty);
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
  return VG_OK;
}

/* The grouping alone: it is what the gate judges. */
static vg_code write_judged(void *ctx, const struct qualify_request *r, struct vg_err *err) {
  struct writing *x = ctx;
  x->r = r;
  x->self = exchange_made_of("identity", x->q->self);
  x->subject = exchange_made_of("indicator", x->origin);
  x->grouping = exchange_made_of("grouping", x->origin);
  vg_jw_init(&x->w, x->out);
  write_grouping(x);
  return vg_buf_check(x->out, err);
}

static vg_code write_whole(void *ctx, const struct qualify_request *r, struct vg_err *err) {
  struct writing *x = ctx;
  struct vg_id bundle = vg_id_v4("bundle");
  x->r = r;
  vg_jw_init(&x->w, x->out);
  vg_jw_obj(&x->w);
  vg_jw_kz(&x->w, "type", "bundle");
  vg_jw_kz(&x->w, "id", bundle.s);
  vg_jw_key(&x->w, "objects");
  vg_jw_arr(&x->w);
  write_makers(x);
  write_subject(x);
  write_grouping(x);
  if (x->answers)
    VG_TRY(qualify_each_answer(x->tx, r->pid, write_answer, x, err));
  vg_jw_end(&x->w);
  vg_jw_end(&x->w);
  vg_buf_byte(x->out, '\n');
  return vg_buf_check(x->out, err);
}

/* Through the gate, then out: into the caller's bundle, and onto the shelf that its recipient fetches from. */
static vg_code send(struct writing *x, const struct actor *who, struct share_decision *d, struct vg_err *err) {
  struct vg_buf grouping, *out = x->out;
  vg_code rc = VG_OK;
  vg_buf_init(&grouping, 1 << 20);
  x->out = &grouping;
  VG_GO(qualify_find(x->tx, x->q->request, write_judged, x, err));
  struct share_request r = {
      .object = vg_buf_view(&grouping), .tlp = x->q->tlp, .pap = x->q->pap, .org = x->q->org, .purpose = x->q->purpose};
  VG_GO(share_release(x->tx, who, &r, d, NULL, err));
  x->out = out;
  if (!d->allowed)
    goto out;
  VG_GO(qualify_find(x->tx, x->q->request, write_whole, x, err));
  VG_GO(shelf_letter(x->tx, who, x->q->org, d, x->q->purpose, x->q->tlp, x->q->pap, vg_buf_view(out), err));
out:
  vg_buf_fini(&grouping);
  return rc;
}

/* What the request itself says of marking and deadline holds: who sends it can only be stricter, and sooner. */
static vg_code keep_terms(void *ctx, const struct qualify_request *r, struct vg_err *err) {
  struct share_question *q = ctx;
  (void)err;
  q->tlp = q->tlp > (int)r->tlp ? q->tlp : (int)r->tlp;
  q->pap = q->pap > (int)r->pap ? q->pap : (int)r->pap;
  if (q->deadline == VG_NOTIME)
    q->deadline = r->deadline;
  return VG_OK;
}

vg_code share_ask(struct store_tx *tx, const struct actor *who, const struct share_question *given,
                  struct share_decision *d, struct vg_buf *out, struct vg_err *err) {
  struct share_question kept = *given, *q = &kept;
  struct writing x = {.tx = tx, .q = q, .out = out, .origin = q->request, .now = store_now(tx)};
  struct qualify_terms t = {.deadline = given->deadline, .tlp = -1, .pap = -1};
  struct vg_buf name;
  VG_TRY(qualify_find(tx, q->request, keep_terms, q, err));
  if (given->deadline != VG_NOTIME)
    VG_TRY(qualify_set_terms(tx, who, q->request, &t, err));
  VG_TRY(send(&x, who, d, err));
  if (!d->allowed)
    return VG_OK;
  VG_TRY(store_exec(
      tx,
      "INSERT INTO share_exchange (request, origin, org, sent, deadline, time) VALUES ($1, $1, $2, 1, $3, $4) "
      "ON CONFLICT (origin, org, sent) DO UPDATE SET deadline = excluded.deadline, time = excluded.time",
      S_ARGS(S_STR(q->request), S_INT(q->org), S_TIME(q->deadline), S_TIME(x.now)), err));
  vg_buf_init(&name, 1024);
  vg_code rc = store_get_text(tx, &name, "SELECT name FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(q->org)), err);
  if (rc == VG_OK)
    rc = qualify_ask(tx, who, q->request, vg_buf_view(&name), err);
  vg_buf_fini(&name);
  return rc;
}

static vg_code count_answer(void *ctx, const struct qualify_given *a, struct vg_err *err) {
  (void)a, (void)err;
  ++*(int64_t *)ctx;
  return VG_OK;
}

vg_code share_answer(struct store_tx *tx, const struct actor *who, const struct share_question *given,
                     struct share_decision *d, struct vg_buf *out, struct vg_err *err) {
  struct share_question kept = *given, *q = &kept;
  struct writing x = {.tx = tx, .q = q, .out = out, .answers = true, .now = store_now(tx)};
  struct vg_buf origin;
  int64_t answers = 0;
  VG_TRY(qualify_find(tx, q->request, keep_terms, q, err));
  vg_buf_init(&origin, VG_ID_MAX);
  vg_code rc =
      store_get_text(tx, &origin, "SELECT origin FROM share_exchange WHERE request = $1 AND org = $2 AND sent = 0",
                     S_ARGS(S_STR(q->request), S_INT(q->org)), NULL);
  if (rc == VG_ENOTFOUND)
    VG_GO(VG_FAIL(err, VG_ENOTFOUND, "share.exchange.not_theirs", VG_T(q->request)));
  VG_GO(qualify_each_answer(tx, q->request, count_answer, &answers, err));
  if (!answers)
    VG_GO(VG_FAIL(err, VG_ESTATE, "share.exchange.no_answer", VG_T(q->request)));
  x.origin = vg_buf_view(&origin);
  VG_GO(send(&x, who, d, err));
out:
  vg_buf_fini(&origin);
  return rc;
}

vg_code share_each_party(struct store_tx *tx, vg_str request, share_party_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT x.org, o.name, x.sent, x.time, x.deadline FROM share_exchange x JOIN territory_v_org o ON "
                     "o.id = x.org WHERE x.request = $1 ORDER BY x.id",
                     S_ARGS(S_STR(request)), err));
  while (rc == VG_OK && store_next(q)) {
    struct share_party p = {store_int(q, 0), store_str(q, 1), store_int(q, 2) != 0, store_time(q, 3), store_time(q, 4)};
    rc = sink(ctx, &p, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code share_each_passage(struct store_tx *tx, vg_str request, share_release_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct vg_buf origin;
  vg_buf_init(&origin, VG_ID_MAX);
  vg_code rc =
      store_get_text(tx, &origin, "SELECT origin FROM share_exchange WHERE request = $1", S_ARGS(S_STR(request)), NULL);
  struct vg_id grouping = exchange_made_of("grouping", rc == VG_OK ? vg_buf_view(&origin) : request);
  vg_buf_fini(&origin);
  return rc != VG_OK && rc != VG_ENOTFOUND ? rc : share_each_release_of(tx, vg_id_str(&grouping), sink, ctx, err);
}

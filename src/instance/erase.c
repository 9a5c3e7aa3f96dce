/* A case erased in all rooms, with proof; and the proof on paper. */
#include "analysis/analysis.h"
#include "base/jsonw.h"
#include "casework/casework.h"
#include "dossier/dossier.h"
#include "evaluation/evaluation.h"
#include "evidence/evidence.h"
#include "instance/instance.h"
#include "qualify/qualify.h"

struct erasing {
  struct store_tx *tx;
  const struct actor *who;
  struct affair a;    /* of an incident without a case: its id as id and number, and nothing else */
  struct incident in; /* id 0: it is a case */
  vg_str rule, order, motive;
  struct vg_buf subjects, images;
  struct vg_jw w;
  int64_t rows, others, events;
  char digests[2 * VG_SHA256_SIZE + 1];
  struct ledger_erased bodies;
};

static void begin(struct erasing *x) {
  vg_buf_init(&x->subjects, 64 << 20);
  vg_buf_init(&x->images, 1 << 18);
  vg_jw_init(&x->w, &x->images);
  vg_jw_arr(&x->w);
}

static void end(struct erasing *x) {
  vg_buf_fini(&x->subjects);
  vg_buf_fini(&x->images);
}

static vg_code image(void *ctx, const struct image_forgotten *i, struct vg_err *err) {
  struct erasing *x = ctx;
  vg_jw_obj(&x->w);
  vg_jw_kstr(&x->w, "id", i->pid);
  vg_jw_kstr(&x->w, "path", vg_utf8_ok(i->path) && vg_str_find_byte(i->path, 0, 0) == SIZE_MAX ? i->path : VG_STR("?"));
  vg_jw_kstr(&x->w, "sha256", i->sha256);
  vg_jw_kbool(&x->w, "away", i->away);
  vg_jw_end(&x->w);
  vg_buf_str(&x->subjects, i->pid);
  vg_buf_byte(&x->subjects, '\n');
  return vg_buf_check(&x->subjects, err);
}

static vg_code erase_documents(struct erasing *x, struct vg_err *err) {
  struct vg_buf gone;
  int64_t n = 0;
  vg_buf_init(&gone, 1 << 20);
  vg_code rc = dossier_forget(x->tx, vg_buf_view(&x->subjects), &gone, &n, err);
  x->others += n;
  vg_buf_str(&x->subjects, vg_buf_view(&gone));
  vg_buf_fini(&gone);
  return rc;
}

static const char *kind_of(const struct erasing *x) {
  return vg_str_starts(vg_id_str(&x->a.pid), VG_STR("incident--")) ? MERGE_ERASURE_OF_INCIDENT : MERGE_ERASURE;
}

static vg_code erase_around(struct erasing *x, struct vg_err *err) {
  int64_t n;
  VG_TRY(erase_documents(x, err));
  VG_TRY(intel_sightings_forget(x->tx, vg_buf_view(&x->subjects), &n, err));
  x->others += n;
  VG_TRY(evaluation_links_forget(x->tx, vg_buf_view(&x->subjects), &n, err));
  x->others += n;
  return VG_OK;
}

static vg_code erase_incident(struct erasing *x, struct vg_err *err) {
  vg_jw_end(&x->w);
  VG_TRY(casework_incident_subjects(x->tx, &x->in, &x->subjects, err));
  VG_TRY(erase_around(x, err));
  return casework_incident_forget(x->tx, &x->in, &x->rows, err);
}

/* Rooms above the case first: they hold its reference as text. */
static vg_code erase_rows(struct erasing *x, struct vg_err *err) {
  bool incident;
  int64_t n;
  if (x->in.id)
    return erase_incident(x, err);
  VG_TRY(casework_case_subjects(x->tx, &x->a, &incident, &x->subjects, err));
  VG_TRY(qualify_case_forget(x->tx, x->a.ref, &x->subjects, &n, err));
  x->others += n;
  VG_TRY(evidence_case_forget(x->tx, x->a.ref, image, x, err));
  vg_jw_end(&x->w);
  VG_TRY(vg_buf_check(&x->images, err));
  VG_TRY(analysis_case_forget(x->tx, x->a.ref, &x->subjects, &n, err));
  x->others += n;
  VG_TRY(erase_around(x, err));
  return casework_case_forget(x->tx, &x->a, incident, &x->rows, err);
}

static vg_code erase_texts(struct erasing *x, struct vg_err *err) {
  VG_TRY(merge_forget(x->tx, vg_buf_view(&x->subjects), &x->events, x->digests, err));
  return ledger_forget(x->tx, x->who, vg_buf_view(&x->subjects), vg_str_z(x->a.ref), x->motive, &x->bodies, err);
}

/* images: where copies lie is for this instance alone. */
static void write_proof(const struct erasing *x, vg_str images, struct vg_buf *out) {
  struct vg_jw w;
  char at[VG_TIME_TEXT];
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "number", x->a.ref);
  vg_jw_kz(&w, "frame", x->a.frame);
  vg_jw_kstr(&w, "rule", x->rule);
  vg_jw_kstr(&w, "order", x->order);
  vg_jw_kstr(&w, "motive", x->motive);
  vg_jw_kz(&w, "at", vg_time_text(at, store_now(x->tx), false));
  vg_jw_kz(&w, "by", x->who->name);
  vg_jw_kint(&w, "rows", x->rows);
  vg_jw_kint(&w, "others", x->others);
  vg_jw_kint(&w, "events", x->events);
  vg_jw_kz(&w, "digests", x->digests);
  vg_jw_kint(&w, "entries", x->bodies.entries);
  vg_jw_kint(&w, "first_proof", x->bodies.first_proof);
  vg_jw_kint(&w, "last_proof", x->bodies.last_proof);
  vg_jw_key(&w, "images");
  vg_jw_raw(&w, images);
  vg_jw_end(&w);
}

static vg_code keep_proof(struct erasing *x, bool tell, struct vg_err *err) {
  struct vg_buf body, event;
  vg_buf_init(&body, 1 << 19);
  vg_buf_init(&event, 1 << 16);
  write_proof(x, vg_buf_view(&x->images), &body);
  write_proof(x, VG_STR("[]"), &event);
  const struct case_erased e = {vg_id_str(&x->a.pid), vg_str_z(x->a.ref), store_now(x->tx), vg_str_z(x->who->name),
                                vg_buf_view(&body)};
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = casework_erased_add(x->tx, &e, err);
  if (rc == VG_OK && tell)
    rc = vg_buf_check(&event, err);
  if (rc == VG_OK && tell)
    rc = merge_note(x->tx, x->who, kind_of(x), x->a.pid.s, vg_buf_view(&event), err);
  if (rc == VG_OK)
    rc = ledger_append(x->tx, x->who, kind_of(x), x->a.pid.s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  vg_buf_fini(&event);
  return rc;
}

static vg_code check(struct erasing *x, bool here, struct vg_err *err) {
  bool past = false, held;
  if (!(x->who->roles & ROLE_ADMIN))
    return VG_FAIL(err, VG_EDENIED, "ledger.erase_denied", x->who->name);
  if (!vg_str_trim(x->motive).n || x->motive.n > 500 || x->order.n > 200 || !vg_utf8_ok(x->motive) ||
      !vg_utf8_ok(x->order))
    return VG_FAIL(err, VG_EUSAGE, "ledger.motive");
  if (here)
    VG_TRY(x->in.id ? casework_incident_access(x->tx, x->who, &x->in, err)
                    : casework_access(x->tx, x->who, x->a.id, err));
  VG_TRY(ledger_is_held(x->tx, x->a.pid.s, &held, err));
  if (held)
    return VG_FAIL(err, VG_ESTATE, "instance.erase_held", x->a.ref);
  if (here)
    VG_TRY(x->in.id ? casework_incident_past(x->tx, vg_id_str(&x->in.pid), &past, err)
                    : casework_case_past(x->tx, &x->a, &past, err));
  if (!past && !x->order.n)
    return VG_FAIL(err, VG_ESTATE, "instance.erase_early", x->a.ref);
  x->rule = x->order.n ? VG_STR("order") : VG_STR("retention");
  return VG_OK;
}

/* Of a case that is not here nothing but its name goes, and what would still come of it. */
static vg_code erase_name(struct erasing *x, struct vg_err *err) {
  vg_jw_end(&x->w);
  vg_buf_z(&x->subjects, x->a.pid.s);
  vg_buf_byte(&x->subjects, '\n');
  return vg_buf_check(&x->subjects, err);
}

/* --- what others ask for --- */

struct asking {
  struct store_tx *tx;
  const struct actor *who;
  instance_asked_sink *sink;
  void *ctx;
};

static vg_code asked(void *ctx, const struct merge_event *e, vg_str from, struct vg_err *err) {
  struct asking *k = ctx;
  struct affair a = {.id = 0};
  struct erasure_asked x = {.pid = e->subject, .by = e->actor_name, .from = from, .at = e->time};
  bool done;
  (void)merge_text(e->body, "number", sizeof a.ref - 1, &x.number);
  (void)merge_text(e->body, "order", 200, &x.order);
  (void)merge_text(e->body, "motive", 500, &x.motive);
  VG_TRY(casework_is_erased(k->tx, e->subject, &done, err));
  if (done)
    return VG_OK;
  struct incident in;
  bool incident = casework_incident_find(k->tx, e->subject, &in, NULL) == VG_OK,
       affair = casework_case_find(k->tx, e->subject, &a, NULL) == VG_OK;
  x.here = incident || affair;
  if (affair)
    x.number = vg_str_z(a.ref);
  bool sees = affair     ? casework_access(k->tx, k->who, a.id, NULL) == VG_OK
              : incident ? casework_incident_access(k->tx, k->who, &in, NULL) == VG_OK
                         : (k->who->roles & ROLE_ADMIN) != 0;
  return sees ? k->sink(k->ctx, &x, err) : VG_OK;
}

vg_code instance_each_asked(struct store_tx *tx, const struct actor *who, instance_asked_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct asking k = {tx, who, sink, ctx};
  return merge_each_asked(tx, asked, &k, err);
}

struct sought {
  vg_str ref;
  struct affair *a;
  bool found;
};

static vg_code same_name(void *ctx, const struct erasure_asked *x, struct vg_err *err) {
  struct sought *k = ctx;
  (void)err;
  if (k->found || x->here || !(vg_str_eq(x->pid, k->ref) || vg_str_eq(x->number, k->ref)))
    return VG_OK;
  k->found = true;
  k->a->pid = vg_id_of(x->pid);
  vg_str_copy(k->a->ref, sizeof k->a->ref, x->number);
  return VG_OK;
}

/* An incident that no case is about. */
static vg_code find_incident(struct erasing *x, vg_str pid, struct vg_err *err) {
  int64_t cases;
  VG_TRY(casework_incident_find(x->tx, pid, &x->in, err));
  x->a = (struct affair){.pid = x->in.pid};
  vg_str_copy(x->a.ref, sizeof x->a.ref, pid);
  VG_TRY(store_get_int(x->tx, &cases, "SELECT COUNT(*) FROM casework_v_case WHERE incident = $1",
                       S_ARGS(S_Z(x->in.pid.s)), err));
  return cases ? VG_FAIL(err, VG_ESTATE, "instance.erase_of_case", x->a.ref) : VG_OK;
}

/* A case (or such an incident) that is here, or one that is not and whose erasure is asked for. */
static vg_code find(struct erasing *x, vg_str ref, bool *here, struct vg_err *err) {
  struct vg_err why = {0};
  struct sought k = {.ref = ref, .a = &x->a};
  vg_code rc = vg_str_starts(ref, VG_STR("incident--")) ? find_incident(x, ref, &why)
                                                        : casework_case_see(x->tx, x->who, ref, &x->a, &why);
  *here = rc == VG_OK;
  if (rc == VG_ENOTFOUND)
    VG_TRY(instance_each_asked(x->tx, x->who, same_name, &k, err));
  if (*here || k.found)
    return VG_OK;
  if (err)
    *err = why;
  return rc;
}

vg_code instance_may_erase(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str order, vg_str motive,
                           struct vg_err *err) {
  struct erasing x = {.tx = tx, .who = who, .order = order.p ? order : VG_STR(""), .motive = motive};
  bool here;
  VG_TRY(find(&x, ref, &here, err));
  return check(&x, here, err);
}

vg_code instance_case_erase(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str order, vg_str motive,
                            struct vg_id *pid, struct vg_err *err) {
  struct erasing x = {.tx = tx, .who = who, .order = order.p ? order : VG_STR(""), .motive = motive};
  bool here;
  VG_TRY(find(&x, ref, &here, err));
  VG_TRY(check(&x, here, err));
  begin(&x);
  vg_code rc = here ? erase_rows(&x, err) : erase_name(&x, err);
  if (rc == VG_OK)
    rc = erase_texts(&x, err);
  if (rc == VG_OK)
    rc = keep_proof(&x, true, err);
  *pid = x.a.pid;
  end(&x);
  return rc;
}

/* Of another instance, may it be carried out here? Not while somebody holds the case. That its time is over is seen
 * here by what is known here. An order is taken from the instance that opened the case, or from one whose orders hold
 * here; other orders, of cases that are not here too, wait for somebody to decide (instance_each_asked). */
static vg_code may_carry_out(const struct erasing *x, const struct merge_event *e, bool here, bool *yes,
                             struct vg_err *err) {
  bool held, on = false;
  VG_TRY(ledger_is_held(x->tx, vg_id_of(e->subject).s, &held, err));
  *yes = false;
  if (held)
    return VG_OK;
  if (!vg_str_eqz(x->rule, "retention"))
    return merge_may_order(x->tx, e->origin, x->in.id ? "incident.reported" : "case.opened", e->subject, yes, err);
  if (here && x->in.id)
    return casework_incident_past(x->tx, e->subject, yes, err);
  if (here)
    VG_TRY(casework_case_went_on(x->tx, &x->a, &on, err));
  *yes = !on;
  return VG_OK;
}

/* Erased on another instance: here too, or it waits. What comes later of it does not come in. */
static vg_code erased_elsewhere(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                                struct vg_err *err) {
  struct erasing x = {.tx = tx, .who = who};
  bool yes, done, incident = vg_str_eqz(e->kind, MERGE_ERASURE_OF_INCIDENT);
  if (!vg_id_ok(e->subject) || !vg_str_starts(e->subject, incident ? VG_STR("incident--") : VG_STR("case--")) ||
      !merge_text(e->body, "rule", 15, &x.rule) || !merge_text(e->body, "order", 200, &x.order) ||
      !merge_text(e->body, "motive", 500, &x.motive))
    return VG_FAIL(err, VG_EDATA, "casework.event", VG_N(e->seq));
  VG_TRY(casework_is_erased(tx, e->subject, &done, err));
  if (done)
    return VG_OK;
  vg_code rc = incident ? find_incident(&x, e->subject, NULL) : casework_case_find(tx, e->subject, &x.a, NULL);
  if (rc == VG_ESTATE) /* a case was opened of it here */
    return VG_ENOTFOUND;
  bool here = rc == VG_OK;
  if (!here && rc != VG_ENOTFOUND)
    return rc;
  if (!here) {
    x.a = (struct affair){.pid = vg_id_of(e->subject)};
    (void)merge_copy(e->body, "number", x.a.ref, sizeof x.a.ref);
    (void)merge_copy(e->body, "frame", x.a.frame, sizeof x.a.frame);
  }
  VG_TRY(may_carry_out(&x, e, here, &yes, err));
  if (!yes)
    return VG_ENOTFOUND;
  begin(&x);
  rc = here ? erase_rows(&x, err) : erase_name(&x, err);
  if (rc == VG_OK)
    rc = erase_texts(&x, err);
  if (rc == VG_OK)
    rc = keep_proof(&x, false, err);
  end(&x);
  return rc;
}

const struct merge_kind instance_erasures[] = {
    {.kind = MERGE_ERASURE, .apply = erased_elsewhere, .waits = true},
    {.kind = MERGE_ERASURE_OF_INCIDENT, .apply = erased_elsewhere, .waits = true},
    {.kind = NULL}};

/* --- on paper --- */

struct proving {
  struct store_tx *tx;
  enum vg_lang lang;
  enum paper_format format;
  struct vg_buf *out;
  struct paper *p;
  int64_t found;
};

#define SAY(x, ...) say((x), (const char *const[]){__VA_ARGS__, NULL})
static void say(struct proving *x, const char *const *words) {
  struct vg_buf plain, set;
  vg_buf_init(&plain, 1 << 16);
  vg_buf_init(&set, 1 << 16);
  vg_msg(&plain, x->lang, words[0], words + 1);
  vg_msg_set(&set, x->lang, vg_buf_view(&plain));
  paper_text(x->p, vg_buf_view(&set));
  vg_buf_fini(&plain);
  vg_buf_fini(&set);
}

static vg_str text_of(vg_jv root, const char *key) {
  vg_str s;
  return vg_jv_str_at(root, key, &s) ? s : VG_STR("");
}
static int64_t number_of(vg_jv root, const char *key) {
  int64_t n;
  return vg_jv_i64_at(root, key, &n) ? n : 0;
}

static void images_left(struct proving *x, vg_jv list) {
  static const unsigned share[] = {5, 5, 2};
  struct vg_jit it;
  vg_jv one;
  if (vg_jv_count(list) == 0)
    return;
  paper_heading(x->p, 2, vg_str_z(vg_msg_text(x->lang, "instance.proof.images")));
  paper_table(x->p, share, VG_COUNT(share));
  paper_cell(x->p, vg_str_z(vg_msg_text(x->lang, "instance.proof.path")));
  paper_cell(x->p, VG_STR("SHA-256"));
  paper_cell(x->p, vg_str_z(vg_msg_text(x->lang, "instance.proof.where")));
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &one);) {
    bool away = false;
    (void)vg_jv_bool(vg_jv_at(one, "away"), &away);
    paper_cell(x->p, text_of(one, "path"));
    paper_cell(x->p, text_of(one, "sha256"));
    paper_cell(x->p, vg_str_z(vg_msg_text(x->lang, away ? "instance.proof.away" : "instance.proof.here")));
  }
  paper_table_end(x->p);
}

/* The entry of the ledger that tells of it, and the tree as it stands: with both anybody can check it. */
static vg_code hashes(struct proving *x, const struct case_erased *e, vg_jv root, struct vg_err *err) {
  struct ledger_state head;
  char hex[2 * LEDGER_HASH + 1];
  int64_t entry;
  VG_TRY(ledger_head(x->tx, &head, err));
  VG_TRY(ledger_last_of(x->tx, e->pid, &entry, err));
  paper_heading(x->p, 2, vg_str_z(vg_msg_text(x->lang, "instance.proof.hashes")));
  SAY(x, "instance.proof.entry", VG_N(entry));
  SAY(x, "instance.proof.root", VG_G(x->lang, head.size), vg_hex(hex, head.root, LEDGER_HASH));
  SAY(x, "instance.proof.digests", VG_G(x->lang, number_of(root, "events")), VG_T(text_of(root, "digests")));
  SAY(x, "instance.proof.check", VG_N(entry));
  return VG_OK;
}

static vg_code draw(struct proving *x, const struct case_erased *e, vg_jv root, struct vg_err *err) {
  char at[VG_TIME_TEXT], local[VG_TIME_TEXT];
  bool order = vg_str_eqz(text_of(root, "rule"), "order");
  bool incident = vg_str_starts(e->pid, VG_STR("incident--"));
  SAY(x, incident ? "instance.proof.what.incident" : "instance.proof.what", VG_T(e->number), VG_T(e->pid));
  SAY(x, "instance.proof.when", vg_time_say(local, x->lang, e->at), VG_T(e->by), vg_time_text(at, e->at, false));
  SAY(x, order ? "instance.proof.order" : "instance.proof.retention", VG_T(text_of(root, "order")));
  SAY(x, "instance.proof.motive", VG_T(text_of(root, "motive")));
  SAY(x, "instance.proof.counts", VG_G(x->lang, number_of(root, "rows")), VG_G(x->lang, number_of(root, "others")),
      VG_G(x->lang, number_of(root, "events")), VG_G(x->lang, number_of(root, "entries")));
  images_left(x, vg_jv_at(root, "images"));
  VG_TRY(hashes(x, e, root, err));
  paper_note(x->p, vg_str_z(vg_msg_text(x->lang, "instance.proof.limits")));
  return paper_write(x->p, x->format, x->out, err);
}

static vg_code prove(void *ctx, const struct case_erased *e, struct vg_err *err) {
  struct proving *x = ctx;
  struct vg_json *j;
  vg_jv root;
  x->found++;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, e->body, &root, err);
  if (rc == VG_OK)
    rc = paper_new(
        &x->p,
        vg_str_z(vg_msg_text(x->lang, vg_str_starts(e->pid, VG_STR("incident--")) ? "instance.proof.title.incident"
                                                                                  : "instance.proof.title")),
        e->number, e->at, err);
  if (rc == VG_OK)
    rc = draw(x, e, root, err);
  paper_free(x->p);
  x->p = NULL;
  vg_json_free(j);
  return rc;
}

vg_code instance_erasure_proof(struct store_tx *tx, vg_str pid, enum paper_format format, enum vg_lang lang,
                               struct vg_buf *out, struct vg_err *err) {
  struct proving x = {.tx = tx, .lang = lang, .format = format, .out = out};
  VG_TRY(casework_each_erased(tx, pid, (struct past_page){0}, prove, &x, err));
  return x.found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "instance.not_erased", VG_T(pid));
}

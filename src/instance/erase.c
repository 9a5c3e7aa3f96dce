/* A case erased in all rooms, with proof; and the proof on paper. */
#include "analysis/analysis.h"
#include "base/jsonw.h"
#include "casework/casework.h"
#include "dossier/dossier.h"
#include "evidence/evidence.h"
#include "instance/instance.h"
#include "qualify/qualify.h"

struct erasing {
  struct store_tx *tx;
  const struct actor *who;
  struct affair a;
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

/* Rooms above the case first: they hold its reference as text. */
static vg_code erase_rows(struct erasing *x, struct vg_err *err) {
  bool incident;
  int64_t n;
  VG_TRY(casework_case_subjects(x->tx, &x->a, &incident, &x->subjects, err));
  VG_TRY(qualify_case_forget(x->tx, x->a.ref, &x->subjects, &n, err));
  x->others += n;
  VG_TRY(evidence_case_forget(x->tx, x->a.ref, image, x, err));
  vg_jw_end(&x->w);
  VG_TRY(vg_buf_check(&x->images, err));
  VG_TRY(analysis_case_forget(x->tx, x->a.ref, &n, err));
  x->others += n;
  VG_TRY(dossier_forget(x->tx, vg_buf_view(&x->subjects), &n, err));
  x->others += n;
  return casework_case_forget(x->tx, &x->a, incident, &x->rows, err);
}

static vg_code erase_texts(struct erasing *x, struct vg_err *err) {
  VG_TRY(merge_forget(x->tx, vg_buf_view(&x->subjects), &x->events, x->digests, err));
  return ledger_forget(x->tx, x->who, vg_buf_view(&x->subjects), x->motive, &x->bodies, err);
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
    rc = merge_note(x->tx, x->who, MERGE_ERASURE, x->a.pid.s, vg_buf_view(&event), err);
  if (rc == VG_OK)
    rc = ledger_append(x->tx, x->who, MERGE_ERASURE, x->a.pid.s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  vg_buf_fini(&event);
  return rc;
}

static vg_code check(struct erasing *x, struct vg_err *err) {
  bool past, held;
  if (!(x->who->roles & ROLE_ADMIN))
    return VG_FAIL(err, VG_EDENIED, "ledger.erase_denied", x->who->name);
  if (!vg_str_trim(x->motive).n || x->motive.n > 500 || x->order.n > 200 || !vg_utf8_ok(x->motive) ||
      !vg_utf8_ok(x->order))
    return VG_FAIL(err, VG_EUSAGE, "ledger.motive");
  VG_TRY(casework_access(x->tx, x->who, x->a.id, err));
  VG_TRY(ledger_is_held(x->tx, x->a.pid.s, &held, err));
  if (held)
    return VG_FAIL(err, VG_ESTATE, "instance.erase_held", x->a.ref);
  VG_TRY(casework_case_past(x->tx, &x->a, &past, err));
  if (!past && !x->order.n)
    return VG_FAIL(err, VG_ESTATE, "instance.erase_early", x->a.ref);
  x->rule = x->order.n ? VG_STR("order") : VG_STR("retention");
  return VG_OK;
}

vg_code instance_case_erase(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str order, vg_str motive,
                            struct vg_id *pid, struct vg_err *err) {
  struct erasing x = {.tx = tx, .who = who, .order = order.p ? order : VG_STR(""), .motive = motive};
  VG_TRY(casework_case_see(tx, who, ref, &x.a, err));
  VG_TRY(check(&x, err));
  begin(&x);
  vg_code rc = erase_rows(&x, err);
  if (rc == VG_OK)
    rc = erase_texts(&x, err);
  if (rc == VG_OK)
    rc = keep_proof(&x, true, err);
  *pid = x.a.pid;
  end(&x);
  return rc;
}

/* Erased on another instance: here too, unless somebody holds it here, or its time was over there only because what
 * went on here was not known; then it waits. An order is an order everywhere. What comes later of it does not come in.
 */
static vg_code erased_elsewhere(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                                struct vg_err *err) {
  struct erasing x = {.tx = tx, .who = who};
  bool held;
  VG_TRY(ledger_is_held(tx, vg_id_of(e->subject).s, &held, err));
  if (held)
    return VG_ENOTFOUND;
  if (!vg_id_ok(e->subject) || !vg_str_starts(e->subject, VG_STR("case--")) ||
      !merge_text(e->body, "rule", 15, &x.rule) || !merge_text(e->body, "order", 200, &x.order) ||
      !merge_text(e->body, "motive", 500, &x.motive))
    return VG_FAIL(err, VG_EDATA, "casework.event", VG_N(e->seq));
  vg_code rc = casework_case_find(tx, e->subject, &x.a, NULL);
  bool here = rc == VG_OK, on = false;
  if (here && vg_str_eqz(x.rule, "retention"))
    VG_TRY(casework_case_went_on(tx, &x.a, &on, err));
  if (on)
    return VG_ENOTFOUND;
  if (rc == VG_ENOTFOUND)
    rc = VG_OK;
  begin(&x);
  if (here) {
    rc = erase_rows(&x, err);
  } else if (rc == VG_OK) {
    vg_jw_end(&x.w);
    x.a.pid = vg_id_of(e->subject);
    vg_buf_str(&x.subjects, e->subject);
    vg_buf_byte(&x.subjects, '\n');
  }
  if (rc == VG_OK)
    rc = erase_texts(&x, err);
  if (rc == VG_OK)
    rc = keep_proof(&x, false, err);
  end(&x);
  return rc;
}

const struct merge_kind instance_erasures[] = {{.kind = MERGE_ERASURE, .apply = erased_elsewhere, .waits = true},
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
  SAY(x, "instance.proof.root", VG_N(head.size), vg_hex(hex, head.root, LEDGER_HASH));
  SAY(x, "instance.proof.digests", VG_N(number_of(root, "events")), VG_T(text_of(root, "digests")));
  SAY(x, "instance.proof.check", VG_N(entry));
  return VG_OK;
}

static vg_code draw(struct proving *x, const struct case_erased *e, vg_jv root, struct vg_err *err) {
  char at[VG_TIME_TEXT];
  bool order = vg_str_eqz(text_of(root, "rule"), "order");
  paper_heading(x->p, 1, vg_str_z(vg_msg_text(x->lang, "instance.proof.title")));
  SAY(x, "instance.proof.what", VG_T(e->number), VG_T(e->pid));
  SAY(x, "instance.proof.when", vg_time_text(at, e->at, false), VG_T(e->by));
  SAY(x, order ? "instance.proof.order" : "instance.proof.retention", VG_T(text_of(root, "order")));
  SAY(x, "instance.proof.motive", VG_T(text_of(root, "motive")));
  SAY(x, "instance.proof.counts", VG_N(number_of(root, "rows")), VG_N(number_of(root, "others")),
      VG_N(number_of(root, "events")), VG_N(number_of(root, "entries")));
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
    rc = paper_new(&x->p, vg_str_z(vg_msg_text(x->lang, "instance.proof.title")), e->number, e->at, err);
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
  VG_TRY(casework_each_erased(tx, pid, prove, &x, err));
  return x.found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "instance.not_erased", VG_T(pid));
}

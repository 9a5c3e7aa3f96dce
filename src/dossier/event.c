/* What happened in a case, out of all that records it: incident, acts, custody, copies, analyses, findings with a time.
 */
#include "base/grow.h"
#include "dossier/dossier_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static vg_code add(struct draft *d, vg_time at, vg_time until, const char *type, int64_t entry, vg_str text,
                   struct vg_err *err) {
  if (!VG_GROW(d->event, d->events, d->room, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  d->event[d->events++] =
      (struct event){.at = at, .until = until, .type = type, .entry = entry, .text = d->texts.n, .n = text.n};
  vg_buf_str(&d->texts, text);
  return vg_buf_check(&d->texts, err);
}

static vg_code recorded(struct draft *d, vg_time at, const char *type, const char *subject, const char *kind,
                        vg_time written, vg_str text, struct vg_err *err) {
  int64_t entry;
  VG_TRY(dossier_entry(d, subject, kind, written, &entry, err));
  return add(d, at, VG_NOTIME, type, entry, text, err);
}

struct opened_as {
  char frame[24];
  bool known;
};
static vg_code first_frame(void *ctx, const struct frame_change *f, struct vg_err *err) {
  struct opened_as *o = ctx;
  (void)err;
  if (!o->known)
    vg_str_copy(o->frame, sizeof o->frame, f->was);
  o->known = true;
  return VG_OK;
}

/* In the frame that it had then. */
static vg_code opened(struct draft *d, struct vg_err *err) {
  struct opened_as o = {.known = false};
  vg_str_copy(o.frame, sizeof o.frame, vg_str_z(d->a.frame));
  VG_TRY(casework_each_frame(d->tx, d->a.id, first_frame, &o, err));
  return recorded(d, d->a.opened, "observed", d->a.pid.s, "case.opened", d->a.opened,
                  WORDS(d, "dossier.ev.opened", dossier_word(d, "server.frame.", o.frame)), err);
}

static vg_code reframed(void *ctx, const struct frame_change *f, struct vg_err *err) {
  struct draft *d = ctx;
  char was[24], frame[24], reference[256], authority[256], until[64] = "";
  vg_str_copy(was, sizeof was, f->was);
  vg_str_copy(frame, sizeof frame, f->frame);
  vg_str_copy(reference, sizeof reference, f->reference);
  vg_str_copy(authority, sizeof authority, f->authority.n ? f->authority : f->person_name);
  if (f->until == VG_NOTIME)
    return recorded(d, f->from, "declared", d->a.pid.s, "case.frame", f->at,
                    WORDS(d, "dossier.ev.reframed", dossier_word(d, "server.frame.", was),
                          dossier_word(d, "server.frame.", frame), reference, authority),
                    err);
  vg_str_copy(until, sizeof until, vg_str_z(AT(d, f->until)));
  return recorded(
      d, f->from, "declared", d->a.pid.s, "case.frame", f->at,
      WORDS(d, "dossier.ev.prolonged", dossier_word(d, "server.frame.", frame), until, reference, authority), err);
}

/* A time that the victim did not know at intake is never told as declared. */
static vg_code incident(struct draft *d, struct vg_err *err) {
  const struct incident *in = &d->in;
  struct {
    vg_time at;
    const char *id;
  } times[] = {
      {VG_NOTIME, "dossier.ev.happened"}, {VG_NOTIME, "dossier.ev.known"}, {in->reported, "dossier.ev.reported"}};
  int64_t entry;
  casework_times_told(in, &times[0].at, &times[1].at);
  /* The entry of the incident bears the time of writing, which is that of the report unless an earlier one was given.
   */
  VG_TRY(dossier_entry(d, in->pid.s, "incident.added", in->reported, &entry, err));
  for (size_t i = 0; i < VG_COUNT(times); i++)
    if (times[i].at != VG_NOTIME)
      VG_TRY(add(d, times[i].at, VG_NOTIME, "declared", entry, WORDS(d, times[i].id, in->org_name, in->summary), err));
  return opened(d, err);
}

static vg_code act(void *ctx, const struct act *a, struct vg_err *err) {
  struct draft *d = ctx;
  const char *kind = dossier_word(d, "cli.act.kind.", a->kind), *about = a->exhibit_ref[0] ? a->exhibit_ref
                                                                         : a->addressee[0] ? a->addressee
                                                                                           : a->place;
  if (a->started != VG_NOTIME)
    VG_TRY(recorded(d, a->started, "observed", a->pid.s, "act.started", a->started,
                    WORDS(d, "dossier.ev.act_started", a->ref, kind, about, a->officer,
                          dossier_quality((char[PERSON]){0}, d, a), dossier_word(d, "server.act.by.", a->authority),
                          a->authority_ref),
                    err));
  if (a->ended == VG_NOTIME)
    return VG_OK;
  bool answered = a->answered != VG_NOTIME, cancelled = strcmp(a->state, "cancelled") == 0;
  vg_str text =
      answered && a->answer_sha256[0]
          ? WORDS(d, "dossier.ev.act_answered", a->ref, a->addressee, a->result, a->answer_sha256)
          : WORDS(d, cancelled ? "dossier.ev.act_cancelled" : "dossier.ev.act_ended", a->ref, kind, a->result);
  return recorded(d, a->ended, "observed", a->pid.s, cancelled ? "act.cancelled" : "act.ended", a->ended, text, err);
}

struct one_exhibit {
  struct draft *d;
  const struct exhibit *e;
};

static vg_code custody(void *ctx, const struct custody *k, struct vg_err *err) {
  struct one_exhibit *x = ctx;
  struct draft *d = x->d;
  char kind[40], what[24], seal[128], holder[128], reason[256];
  if (vg_str_eqz(k->what, "copied"))
    return VG_OK; /* told by the copy itself */
  vg_str_copy(what, sizeof what, k->what);
  snprintf(kind, sizeof kind, "exhibit.%s", what);
  vg_str_copy(seal, sizeof seal, k->seal);
  vg_str_copy(holder, sizeof holder, k->holder.n ? k->holder : k->person_name);
  vg_str_copy(reason, sizeof reason, k->reason.n ? k->reason : vg_str_z(x->e->description));
  return recorded(d, k->at, "observed", x->e->pid.s, kind, k->at,
                  WORDS(d, seal[0] ? "dossier.ev.custody" : "dossier.ev.custody_unsealed", x->e->ref,
                        dossier_word(d, "cli.custody.", what), seal, holder, reason),
                  err);
}

static vg_code exhibit(void *ctx, const struct exhibit *e, struct vg_err *err) {
  struct draft *d = ctx;
  return casework_each_custody(d->tx, e->id, custody, &(struct one_exhibit){d, e}, err);
}

static vg_code finding(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  struct draft *d = ctx;
  int64_t entry;
  if (f->from == VG_NOTIME || f->withdrawn != VG_NOTIME)
    return VG_OK;
  static const char *const types[] = {"observed", "declared", "deduced", "imported"};
  size_t t = 0;
  while (t + 1 < VG_COUNT(types) && !vg_str_eqz(f->type, types[t]))
    t++;
  VG_TRY(dossier_entry(d, f->pid.s, "case.finding", f->made, &entry, err));
  VG_TRY(add(d, f->from, f->until, types[t], entry, f->text, err));
  d->event[d->events - 1].told = casework_told(f);
  return VG_OK;
}

static vg_code copies(struct draft *d, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(d->tx, &q,
                     "SELECT pid, exhibit_ref, path, bytes, sha256, bad_sectors, made FROM evidence_v_image WHERE "
                     "case_ref = $1 ORDER BY id",
                     S_ARGS(S_Z(d->a.ref)), err));
  while (rc == VG_OK && store_next(q)) {
    vg_str path = store_str(q, 2);
    size_t cut = 0;
    for (size_t i = 0; i < path.n; i++)
      cut = path.p[i] == '/' ? i + 1 : cut;
    vg_str text = WORDS(d, "dossier.ev.copy", VG_T(store_str(q, 1)), VG_T(vg_str_sub(path, cut, path.n)),
                        VG_G(d->lang, store_int(q, 3)), VG_T(store_str(q, 4)), VG_G(d->lang, store_int(q, 5)));
    rc = recorded(d, store_time(q, 6), "observed", VG_T(store_str(q, 0)), "evidence.acquired", store_time(q, 6), text,
                  err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code analyses(struct draft *d, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(d->tx, &q,
                     "SELECT pid, exhibit_ref, files, deleted, hits, problems, made FROM analysis_v_run WHERE case_ref "
                     "= $1 ORDER BY id",
                     S_ARGS(S_Z(d->a.ref)), err));
  while (rc == VG_OK && store_next(q)) {
    vg_str text = WORDS(d, "dossier.ev.analysis", VG_T(store_str(q, 1)), VG_G(d->lang, store_int(q, 2)),
                        VG_G(d->lang, store_int(q, 3)), VG_G(d->lang, store_int(q, 4)), VG_G(d->lang, store_int(q, 5)));
    rc = recorded(d, store_time(q, 6), "observed", VG_T(store_str(q, 0)), "analysis.done", store_time(q, 6), text, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* By the earliest that it can have been, then the latest; of two of the same the one entered first. */
static int by_time(const void *a, const void *b) {
  const struct event *x = a, *y = b;
  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  vg_time xe = x->until == VG_NOTIME ? x->at : x->until, ye = y->until == VG_NOTIME ? y->at : y->until;
  if (xe != ye)
    return xe < ye ? -1 : 1;
  return x->text < y->text ? -1 : 1;
}

vg_code dossier_events(struct draft *d, struct vg_err *err) {
  VG_TRY(incident(d, err));
  VG_TRY(casework_each_frame(d->tx, d->a.id, reframed, d, err));
  VG_TRY(casework_each_act(d->tx, d->a.id, act, d, err));
  VG_TRY(casework_each_exhibit(d->tx, d->a.id, exhibit, d, err));
  VG_TRY(copies(d, err));
  VG_TRY(analyses(d, err));
  VG_TRY(casework_each_finding(d->tx, d->a.id, finding, d, err));
  qsort(d->event, d->events, sizeof *d->event, by_time);
  return VG_OK;
}

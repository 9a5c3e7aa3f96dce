#include "worker/worker.h"

#include "event/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SLEEP_MS = 1000 };
#define RENEW (10 * VG_SECOND)
#define LOOK_AGAIN (15 * VG_SECOND)

struct work {
  struct instance *in;
  const struct worker_options *o;
  worker_sink *tell;
  void *ctx;
  char name[96]; /* host and process: whose lease it is */
  struct analysis_job job;
  struct actor who;
  struct analysis_tally *tally;
  struct analysis_recorder *recorder;
  struct analysis_sum sum;
  vg_time started;
  int64_t renewed; /* monotonic */
  bool lost;       /* the lease went to another one */
  struct vg_id pack, run;
  char pack_path[4096];
};

static bool stopping(const struct work *w) { return w->o->stop && atomic_load(w->o->stop); }

static void tell(struct work *w, struct worker_event e) {
  e.job = e.load ? NULL : &w->job;
  w->tell(w->ctx, &e);
}

static vg_code take(struct work *w, struct vg_err *err) {
  struct store_tx *tx;
  VG_TRY(store_begin(instance_store(w->in), &tx, err));
  vg_code rc = analysis_job_take(tx, w->name, &w->job, err);
  if (rc == VG_OK || rc == VG_ENOTFOUND) { /* a job out of attempts may have ended on the way */
    vg_code ended = store_commit(&tx, rc == VG_OK ? err : NULL);
    rc = rc == VG_OK ? ended : rc;
  }
  store_rollback(&tx);
  return rc;
}

static vg_code on_finding(void *ctx, const struct finding *f, struct vg_err *err) {
  struct work *w = ctx;
  if (w->lost || stopping(w))
    return VG_FAIL(err, VG_ESTATE, "analysis.job_lost", w->job.pid);
  VG_TRY(analysis_recorder_add(w->recorder, f, err));
  return analysis_tally_add(w->tally, f, err);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total) {
  struct work *w = ctx;
  struct store_tx *tx;
  struct vg_err why = {0};
  tell(w, (struct worker_event){.kind = WORKER_READING, .done = done, .total = total});
  if (vg_monotonic() - w->renewed < RENEW || store_begin(instance_store(w->in), &tx, &why) != VG_OK)
    return;
  w->renewed = vg_monotonic();
  vg_code rc = analysis_job_progress(tx, &w->job, w->name, done, total, &why);
  w->lost = rc == VG_ESTATE;
  if (rc == VG_OK)
    rc = store_commit(&tx, &why); /* a busy database: the next renewal is ten seconds away, the lease ninety */
  store_rollback(&tx);
}

/* The instance's own values are what is looked for. */
static vg_code make_pack(struct work *w, struct vg_err *err) {
  struct store_tx *tx;
  size_t values = 0;
  char name[64];
  snprintf(name, sizeof name, "worker-%d.pack.part", (int)getpid());
  VG_TRY(instance_path(w->in, "packs", name, w->pack_path, err));
  VG_TRY(store_begin_read(instance_store(w->in), &tx, err));
  vg_code rc = analysis_own_pack(tx, w->pack_path, &w->pack, &values, err);
  store_rollback(&tx);
  if (rc == VG_OK && values == 0)
    w->pack_path[0] = 0;
  return rc;
}

static vg_code record(struct work *w, const struct analysis_order *o, struct vg_err *err) {
  struct store_tx *tx;
  int64_t index;
  const struct analysis_record what = {.order = o,
                                       .sum = &w->sum,
                                       .tally = w->tally,
                                       .case_ref = w->job.case_ref,
                                       .exhibit_ref = w->job.exhibit_ref,
                                       .pack_id = w->pack.s[0] ? w->pack.s : NULL,
                                       .started = w->started};
  VG_TRY(store_begin(instance_store(w->in), &tx, err));
  vg_code rc = analysis_record(tx, &w->who, w->recorder, &what, &w->run, &index, err);
  if (rc == VG_OK)
    rc = analysis_job_end(tx, &w->job, w->name, w->run.s, err);
  if (rc == VG_OK)
    rc = instance_commit(w->in, &tx, err);
  store_rollback(&tx);
  return rc;
}

static vg_code make(struct work *w, struct vg_err *err) {
  struct analysis_order o = {.path = w->job.input};
  VG_TRY(instance_actor(w->in, w->job.asked_by, &w->who, err));
  VG_TRY(make_pack(w, err));
  o.pack = w->pack_path[0] ? w->pack_path : NULL;
  VG_TRY(analysis_tally_new(&w->tally, err));
  VG_TRY(analysis_recorder_new(&w->recorder, instance_home(w->in), err));
  VG_TRY(analysis_run(&o, on_finding, on_progress, w, &w->sum, err));
  return record(w, &o, err);
}

/* The reason stays with the job, in words. Whoever asked may have no mandate by now: the entry is still theirs. */
static vg_code fail(struct work *w, const struct vg_err *why, struct vg_err *err) {
  struct store_tx *tx;
  struct vg_buf text;
  if (!w->who.id.s[0])
    w->who.id = vg_id_of(vg_str_z(w->job.asked_by));
  vg_buf_init(&text, 4096);
  vg_err_render(&text, w->o->lang, why);
  vg_code rc = store_begin(instance_store(w->in), &tx, err);
  if (rc == VG_OK)
    rc = analysis_job_fail(tx, &w->who, &w->job, w->name, vg_buf_view(&text), err);
  if (rc == VG_OK)
    rc = instance_commit(w->in, &tx, err);
  store_rollback(&tx);
  vg_buf_fini(&text);
  return rc == VG_ESTATE ? VG_OK : rc; /* another worker has it */
}

static vg_code give_back(struct work *w, struct vg_err *err) {
  struct store_tx *tx;
  VG_TRY(store_begin(instance_store(w->in), &tx, err));
  vg_code rc = analysis_job_give_back(tx, &w->job, w->name, err);
  if (rc == VG_OK)
    rc = store_commit(&tx, err);
  store_rollback(&tx);
  return rc;
}

static vg_code one(struct work *w, int64_t *made, struct vg_err *err) {
  struct vg_err why = {0};
  w->started = vg_now(store_clock(instance_store(w->in)));
  w->renewed = vg_monotonic();
  tell(w, (struct worker_event){.kind = WORKER_TOOK});
  vg_code rc = make(w, &why);
  if (rc == VG_OK) {
    (*made)++;
    tell(w, (struct worker_event){.kind = WORKER_DONE, .sum = &w->sum, .run = w->run.s});
  } else if (!w->lost && !stopping(w)) {
    tell(w, (struct worker_event){.kind = WORKER_FAILED, .why = &why});
    rc = fail(w, &why, err);
  } else {
    rc = w->lost ? VG_OK : give_back(w, err);
  }
  if (w->pack_path[0])
    (void)unlink(w->pack_path);
  analysis_recorder_free(w->recorder);
  analysis_tally_free(w->tally);
  w->recorder = NULL;
  w->tally = NULL;
  return rc;
}

/* --- imports --- */

static vg_code load_failed(struct work *w, struct intel_loading *l, const struct vg_err *why, struct vg_err *err) {
  struct store_tx *tx;
  struct vg_buf text;
  if (!w->who.id.s[0])
    w->who.id = vg_id_of(vg_str_z(l->asked_by));
  vg_buf_init(&text, 4096);
  vg_err_render(&text, (enum vg_lang)l->lang, why);
  vg_code rc = store_begin(instance_store(w->in), &tx, err);
  if (rc == VG_OK)
    rc = intel_load_fail(tx, &w->who, l, vg_buf_view(&text), err);
  if (rc == VG_OK)
    rc = instance_commit(w->in, &tx, err);
  store_rollback(&tx);
  vg_buf_fini(&text);
  return rc;
}

static vg_code load(struct work *w, struct intel_loading *l, struct vg_err *err) {
  struct store_tx *tx = NULL;
  VG_TRY(instance_actor(w->in, l->asked_by, &w->who, err));
  VG_TRY(store_begin(instance_store(w->in), &tx, err));
  vg_code rc = intel_load_run(tx, &w->who, l, w->o->stop, err);
  if (rc == VG_OK)
    rc = instance_commit(w->in, &tx, err);
  store_rollback(&tx);
  return rc;
}

/* VG_ENOTFOUND: no import waits. One that the records are too busy for waits on. */
static vg_code one_load(struct work *w, int64_t *made, struct vg_err *err) {
  struct intel_loading l;
  struct store_tx *tx;
  struct vg_err why = {0};
  VG_TRY(store_begin(instance_store(w->in), &tx, err));
  vg_code rc = intel_load_take(tx, &l, err);
  if (rc == VG_OK)
    rc = store_commit(&tx, err);
  store_rollback(&tx);
  if (rc != VG_OK) {
    intel_load_end(&l, false);
    return rc;
  }
  rc = load(w, &l, &why);
  bool later = rc == VG_EBUSY || (rc != VG_OK && stopping(w));
  if (rc == VG_OK)
    (*made)++;
  tell(w, (struct worker_event){.kind = rc == VG_OK ? WORKER_IMPORTED : WORKER_FAILED, .load = &l, .why = &why});
  rc = rc == VG_OK || later ? VG_OK : load_failed(w, &l, &why, err);
  intel_load_end(&l, rc == VG_OK && !later);
  return rc;
}

/* The situation of every full hour of a major event, drawn when the hour is full and not when somebody looks. What
 * fails (a record that is held by another) is tried again. *next: when to look again. */
static void draw_hours(struct instance *in, vg_time now, vg_time *next) {
  struct store_tx *tx = NULL;
  vg_time due = VG_NOTIME;
  int64_t drawn;
  *next = now + LOOK_AGAIN;
  if (store_begin_read(instance_store(in), &tx, NULL) != VG_OK)
    return;
  vg_code rc = event_next_picture(tx, &due, NULL);
  store_rollback(&tx);
  if (rc != VG_OK || due == VG_NOTIME || due > now || store_begin(instance_store(in), &tx, NULL) != VG_OK)
    return;
  rc = event_pictures_due(tx, &drawn, NULL);
  if (rc == VG_OK)
    rc = instance_commit(in, &tx, NULL);
  store_rollback(&tx);
  if (rc == VG_OK && drawn)
    *next = now; /* perhaps more are missing */
}

vg_code worker_run(struct instance *in, const struct worker_options *o, worker_sink *sink, void *ctx, int64_t *made,
                   struct vg_err *err) {
  char host[64] = "";
  vg_code rc = VG_OK;
  vg_time next = 0;
  *made = 0;
  struct work *w = calloc(1, sizeof *w);
  if (!w)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  (void)gethostname(host, sizeof host - 1);
  while (rc == VG_OK && !(o->stop && atomic_load(o->stop))) {
    vg_time now = vg_now(store_clock(instance_store(in)));
    if (now >= next)
      draw_hours(in, now, &next);
    *w = (struct work){.in = in, .o = o, .tell = sink, .ctx = ctx};
    snprintf(w->name, sizeof w->name, "%s/%d", host, (int)getpid());
    rc = one_load(w, made, err);
    if (rc == VG_OK)
      continue;
    if (rc == VG_ENOTFOUND || rc == VG_EBUSY)
      rc = take(w, err);
    if (rc == VG_OK) {
      rc = one(w, made, err);
    } else if (rc == VG_ENOTFOUND || rc == VG_EBUSY) {
      rc = VG_OK;
      if (o->once)
        break;
      (void)!intel_recover(instance_store(in), o->stop, NULL); /* what fails now is tried again */
      (void)nanosleep(&(struct timespec){.tv_sec = SLEEP_MS / 1000, .tv_nsec = SLEEP_MS % 1000 * 1000000L}, NULL);
    }
  }
  free(w);
  return rc;
}

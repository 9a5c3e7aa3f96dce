#ifndef VG_WORKER_WORKER_H
#define VG_WORKER_WORKER_H
/*
 * The third door: takes the analyses and imports that were asked for and makes them, one after the other, each under
 * the name of the person who asked. Several workers, on several machines with PostgreSQL, share the work: a job is held
 * by a lease that is renewed while it is read. The result, the job's end and the ledger's entry are one transaction.
 * Stopped in the middle, the job goes to the next worker. Between two jobs it draws the full hours of major events
 * (event_pictures_due).
 */
#include <stdatomic.h>

#include "analysis/analysis.h"
#include "base/msg.h"
#include "instance/instance.h"
#include "intel/intel.h"

struct worker_event {
  enum { WORKER_TOOK, WORKER_READING, WORKER_DONE, WORKER_FAILED, WORKER_IMPORTED } kind;
  const struct analysis_job *job;   /* NULL when it is an import that is told of */
  const struct intel_loading *load; /* IMPORTED; FAILED without a job */
  uint64_t done, total;             /* READING: bytes */
  const struct analysis_sum *sum;   /* DONE */
  const char *run;                  /* DONE: analysis--uuid */
  const struct vg_err *why;         /* FAILED */
};
typedef void worker_sink(void *ctx, const struct worker_event *e);

struct worker_options {
  enum vg_lang lang;       /* of the sentence that a failed job keeps */
  bool once;               /* return when nothing waits */
  const atomic_bool *stop; /* set by a signal: return soon */
};
/* *made: how many were done. An analysis that fails does not end it; only the records' own errors do. */
MUST vg_code worker_run(struct instance *in, const struct worker_options *o, worker_sink *tell, void *ctx,
                        int64_t *made, struct vg_err *err);

#endif

/* Did it change anything? First against last diagnosis of each company, measure by measure; of two versions of a
 * framework, the measures of one ref are held against each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluation.h"
#include "prevention/prevention_internal.h"

struct line { /* a measure, in all versions that have it */
  struct effect e;
  struct measure m;   /* as the newest version words it */
  int oldest, newest; /* versions, as they were imported */
  bool taken;         /* by Holm's order */
  int is;             /* in the last diagnosis of the company at hand: as side.is */
};
struct version {
  char name[80];
  bool used;
  int measures, line[MEASURES_MAX]; /* by number - 1 */
};
struct side { /* one diagnosis: 1 in place, 0 not, -1 not answered */
  int version;
  signed char is[MEASURES_MAX];
};
struct work {
  vg_str framework, prefix; /* "code/version", or "code/" of all its versions; the other one is empty */
  struct version *version;
  struct line *line;
  int versions, used, lines;
  struct side first, last;
  struct diagnosis d; /* the version at hand */
};

static vg_code take_version(void *ctx, const struct framework *f, struct vg_err *err) {
  struct work *w = ctx;
  struct version v = {.measures = 0};
  snprintf(v.name, sizeof v.name, "%.*s/%.*s", (int)f->code.n, f->code.p, (int)f->version.n, f->version.p);
  vg_str name = vg_str_z(v.name);
  if (!vg_str_eq(name, w->framework) && (w->prefix.n == 0 || !vg_str_eq(vg_str_sub(name, 0, w->prefix.n), w->prefix)))
    return VG_OK;
  struct version *more = reallocarray(w->version, (size_t)w->versions + 1, sizeof *more);
  if (!more)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  w->version = more;
  w->version[w->versions++] = v;
  return VG_OK;
}

static struct version *version_of(struct work *w, vg_str framework) {
  for (int i = 0; i < w->versions; i++)
    if (vg_str_eqz(framework, w->version[i].name))
      return &w->version[i];
  return NULL;
}

/* Versions that a diagnosis was made with; the newest when there is none. */
static vg_code find_versions(struct store_tx *tx, struct work *w, vg_str asked, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(prevention_each_framework(tx, take_version, w, err));
  if (w->versions == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "prevention.no_framework", VG_T(asked));
  VG_TRY(store_query(tx, &q, "SELECT DISTINCT framework FROM prevention_v_diagnosis", S_NOARGS, err));
  while (store_next(q)) {
    struct version *v = version_of(w, store_str(q, 0));
    if (v) {
      v->used = true;
      w->used++;
    }
  }
  VG_TRY(store_done(&q, err));
  if (w->used == 0) {
    w->version[w->versions - 1].used = true;
    w->used = 1;
  }
  return VG_OK;
}

static int line_of(const struct work *w, const char *ref) {
  int i = 0;
  while (i < w->lines && strcmp(w->line[i].m.ref, ref) != 0)
    i++;
  return i;
}

static vg_code load_version(struct store_tx *tx, struct work *w, int at, struct vg_err *err) {
  struct version *v = &w->version[at];
  vg_str_copy(w->d.framework, sizeof w->d.framework, vg_str_z(v->name));
  VG_TRY(prevention_framework_load(tx, &w->d, err));
  v->measures = w->d.measures;
  for (int i = 0; i < v->measures; i++) {
    const struct measure *m = &w->d.measure[i];
    int n = line_of(w, m->ref);
    struct line *l = &w->line[n];
    if (n == w->lines) {
      w->lines++;
      l->oldest = at;
    } else if (strcmp(l->m.title, m->title) != 0) {
      l->e.state = EFFECT_REWORDED;
    }
    l->m = *m;
    l->newest = at;
    v->line[i] = n;
  }
  return VG_OK;
}

static vg_code load_lines(struct store_tx *tx, struct work *w, struct vg_err *err) {
  int oldest = -1, newest = 0;
  w->line = calloc((size_t)w->used * MEASURES_MAX, sizeof *w->line);
  if (!w->line)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (int i = 0; i < w->versions; i++)
    if (w->version[i].used) {
      VG_TRY(load_version(tx, w, i, err));
      oldest = oldest < 0 ? i : oldest;
      newest = i;
    }
  for (int i = 0; i < w->lines; i++) {
    struct line *l = &w->line[i];
    if (l->newest < newest)
      l->e.state = EFFECT_GONE;
    else if (l->oldest > oldest)
      l->e.state = EFFECT_NEW;
  }
  return VG_OK;
}

static void close_company(struct work *w, int diagnoses) {
  if (diagnoses < 2)
    return;
  const struct version *was = &w->version[w->first.version], *is = &w->version[w->last.version];
  for (int i = 0; i < w->lines; i++)
    w->line[i].is = -1;
  for (int i = 0; i < is->measures; i++)
    w->line[is->line[i]].is = w->last.is[i];
  for (int i = 0; i < was->measures; i++) {
    struct line *l = &w->line[was->line[i]];
    int before = w->first.is[i];
    if (before < 0 || l->is < 0)
      continue;
    l->e.companies++;
    l->e.before += before;
    l->e.after += l->is;
    l->e.gained += !before && l->is;
    l->e.lost += before && !l->is;
  }
}

/* Holm 1979: the k-th smallest p times the number of tests left, never falling. */
static void holm(struct work *w) {
  double floor = 0;
  int tests = 0;
  for (int i = 0; i < w->lines; i++) {
    struct line *l = &w->line[i];
    l->e.p = evaluation_changed(l->e.gained, l->e.lost);
    l->e.holm = 1;
    l->taken = l->e.companies == 0;
    tests += !l->taken;
  }
  for (int left = tests; left > 0; left--) {
    struct line *least = NULL;
    for (int i = 0; i < w->lines; i++)
      if (!w->line[i].taken && (!least || w->line[i].e.p < least->e.p))
        least = &w->line[i];
    VG_ASSERT(least);
    double p = least->e.p * left;
    floor = p > floor ? p : floor;
    least->e.holm = floor > 1 ? 1 : floor;
    least->taken = true;
  }
}

/* Company by company, each one's diagnoses by the date at which they were made (what a merge brought came later, and
 * may be older); an unresolved conflict is no answer. A company counts in the zone where its last one was made. */
static vg_code gather(struct store_tx *tx, struct work *w, vg_str zone, struct vg_err *err) {
  struct store_rows *q;
  int64_t company = -1, diagnosis = -1;
  int diagnoses = 0;
  VG_TRY(store_query(
      tx, &q,
      "SELECT d.org, d.id, d.framework, COALESCE(a.measure, 0), COALESCE(MIN(a.answer), ''), COALESCE(MAX(a.answer), "
      "'') FROM prevention_v_diagnosis d LEFT JOIN prevention_v_answer a ON a.diagnosis = d.id AND a.in_force = 1 "
      "WHERE ($1 = '' OR $1 = (SELECT l.zone FROM prevention_v_diagnosis_dated l WHERE l.org = d.org AND (l.framework = "
      "$2 OR (SUBSTR(l.framework, 1, LENGTH($3)) = $3 AND $3 <> '')) ORDER BY l.made DESC, l.id DESC LIMIT 1)) AND "
      "(d.framework = $2 OR (SUBSTR(d.framework, 1, LENGTH($3)) = $3 AND $3 <> '')) "
      "GROUP BY d.org, d.made, d.id, d.framework, a.measure ORDER BY d.org, d.made, d.id",
      S_ARGS(S_STR(zone.n ? zone : VG_STR("")), S_STR(w->framework), S_STR(w->prefix)), err));
  while (store_next(q)) {
    const struct version *v = version_of(w, store_str(q, 2));
    int64_t measure = store_int(q, 3);
    enum answer a;
    if (store_int(q, 0) != company) {
      close_company(w, diagnoses);
      company = store_int(q, 0);
      diagnoses = 0;
    }
    struct side *side = diagnoses == 0 || (diagnoses == 1 && store_int(q, 1) == diagnosis) ? &w->first : &w->last;
    if (store_int(q, 1) != diagnosis) {
      memset(side->is, -1, sizeof side->is);
      side->version = (int)(v - w->version);
      diagnosis = store_int(q, 1);
      diagnoses++;
    }
    if (measure < 1 || measure > v->measures || !vg_str_eq(store_str(q, 4), store_str(q, 5)) ||
        !answer_by_name(store_str(q, 4), &a) || a == ANSWER_UNKNOWN || a == ANSWER_NA)
      continue;
    side->is[measure - 1] = a == ANSWER_YES;
  }
  close_company(w, diagnoses);
  return store_done(&q, err);
}

vg_code prevention_each_effect(struct store_tx *tx, vg_str framework, vg_str zone, prevention_effect_sink *sink,
                               void *ctx, struct vg_err *err) {
  struct work *w = calloc(1, sizeof *w);
  char prefix[82];
  vg_code rc = VG_OK;
  if (!w)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (framework.n == 0)
    framework = VG_STR(PREVENTION_FRAMEWORK_CODE);
  w->framework = framework;
  w->prefix = VG_STR("");
  if (vg_str_find_byte(framework, '/', 0) == SIZE_MAX) {
    snprintf(prefix, sizeof prefix, "%.*s/", (int)(framework.n > 80 ? 80 : framework.n), framework.p);
    w->framework = VG_STR("");
    w->prefix = vg_str_z(prefix);
  }
  VG_GO(find_versions(tx, w, framework, err));
  VG_GO(load_lines(tx, w, err));
  VG_GO(gather(tx, w, zone, err));
  holm(w);
  for (int i = 0; rc == VG_OK && i < w->lines; i++) {
    struct effect *e = &w->line[i].e;
    const struct measure *m = &w->line[i].m;
    e->number = m->number;
    e->ref = vg_str_z(m->ref);
    e->title = vg_str_z(m->title);
    e->title_en = vg_str_z(m->title_en);
    e->version = vg_str_z(strchr(w->version[w->line[i].newest].name, '/') + 1);
    rc = sink(ctx, e, err);
  }
out:
  prevention_diagnosis_fini(&w->d);
  free(w->version);
  free(w->line);
  free(w);
  return rc;
}

vg_code prevention_each_change(const struct diagnosis *first, const struct diagnosis *last,
                               prevention_change_sink *sink, void *ctx, struct vg_err *err) {
  bool met[MEASURES_MAX] = {false};
  for (int i = 0; i < first->measures; i++) {
    const struct measure *now = NULL;
    for (int k = 0; !now && k < last->measures; k++)
      if (!strcmp(first->measure[i].ref, last->measure[k].ref)) {
        now = &last->measure[k];
        met[k] = true;
      }
    VG_TRY(sink(ctx, &first->measure[i], now, err));
  }
  for (int k = 0; k < last->measures; k++)
    if (!met[k])
      VG_TRY(sink(ctx, NULL, &last->measure[k], err));
  return VG_OK;
}

static bool is_known(const struct measure *m) {
  return m && !m->conflict && (m->answer == ANSWER_NO || m->answer == ANSWER_PARTLY || m->answer == ANSWER_YES);
}

static vg_code count_progress(void *ctx, const struct measure *before, const struct measure *after,
                              struct vg_err *err) {
  struct progress *p = ctx;
  (void)err;
  if (!is_known(before) || !is_known(after))
    return VG_OK;
  p->both++;
  p->gained += before->answer != ANSWER_YES && after->answer == ANSWER_YES;
  p->lost += before->answer == ANSWER_YES && after->answer != ANSWER_YES;
  return VG_OK;
}

void prevention_progress(const struct diagnosis *first, const struct diagnosis *last, struct progress *out) {
  *out = (struct progress){0};
  vg_code rc = prevention_each_change(first, last, count_progress, out, NULL);
  VG_ASSERT(rc == VG_OK); /* who counts never fails */
  out->p = evaluation_changed(out->gained, out->lost);
}

const char *prevention_progress_id(const struct progress *p) {
  return p->p >= 0.05          ? "server.diagnosis.progress.unclear"
         : p->gained > p->lost ? "server.diagnosis.progress.up"
                               : "server.diagnosis.progress.down";
}

char *prevention_progress_percent(char out[static 16], const struct progress *p) {
  snprintf(out, 16, p->p < 0.01 ? "< %.0f" : "%.0f", p->p < 0.01 ? 1 : 100 * p->p);
  return out;
}

vg_code prevention_diagnosis_before(struct store_tx *tx, const struct diagnosis *d, struct vg_id *pid,
                                    struct vg_err *err) {
  struct store_rows *q;
  vg_str rest = vg_str_z(d->framework), code = VG_STR("");
  (void)vg_str_cut(&rest, '/', &code);
  VG_TRY(store_query(tx, &q,
                     "SELECT pid FROM prevention_v_diagnosis WHERE org = $1 AND (made < $2 OR (made = $2 AND id < $3)) "
                     "AND SUBSTR(framework, 1, LENGTH($4) + 1) = $4 || '/' ORDER BY made DESC, id DESC LIMIT 1",
                     S_ARGS(S_INT(d->org), S_TIME(d->made), S_INT(d->id), S_STR(code)), err));
  bool found = store_next(q);
  if (found)
    *pid = vg_id_of(store_str(q, 0));
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_diagnosis", d->org_name);
}

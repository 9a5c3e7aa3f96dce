/* What a diagnosis says: an interval, and what to do first. */
#include "prevention/prevention_internal.h"

static const char *const answers[] = {"unknown", "no", "partly", "yes", "n/a"};
static const double worth[] = {0, 0, 0.5, 1, 0}; /* share of a measure that is in place */

const char *prevention_answer_name(enum answer a) { return answers[a]; }

bool answer_by_name(vg_str s, enum answer *out) {
  for (size_t i = 0; i < ANSWERS; i++)
    if (vg_str_eqz(s, answers[i])) {
      *out = (enum answer)i;
      return true;
    }
  return false;
}

void diagnosis_score(struct diagnosis *d) {
  double all = 0, known = 0, got = 0;
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[i];
    if (m->answer == ANSWER_NA)
      continue;
    all += m->benefit;
    known += m->answer == ANSWER_UNKNOWN ? 0 : m->benefit;
    got += worth[m->answer] * m->benefit;
  }
  d->low = all > 0 ? got / all : 0;
  d->high = all > 0 ? (got + all - known) / all : 0;
  d->coverage = all > 0 ? known / all : 0;
}

/* How often a kind was reported: by the sector, the size and the zone in a year, anywhere in two weeks. */
enum { KINDS_MAX = 32 };
struct seen {
  char kind[32];
  double sector, size, zone, live;
};

static vg_code exposure(struct store_tx *tx, const struct diagnosis *d, struct seen *seen, size_t *n,
                        struct vg_err *err) {
  struct store_rows *q;
  vg_time now = store_now(tx);
  VG_TRY(store_query(
      tx, &q,
      "SELECT kind, SUM(CASE WHEN naf = $1 AND $1 <> '' THEN 1 ELSE 0 END), SUM(CASE WHEN size = $2 AND $2 <> '' THEN 1 "
      "ELSE 0 END), SUM(CASE WHEN zone = $3 AND $3 <> '' THEN 1 ELSE 0 END), SUM(CASE WHEN known > $5 THEN 1 ELSE 0 "
      "END) FROM casework_v_incident_of WHERE known > $4 GROUP BY kind",
      S_ARGS(S_Z(d->naf), S_Z(d->size), S_Z(d->zone), S_TIME(now - 365 * VG_DAY), S_TIME(now - 14 * VG_DAY)), err));
  *n = 0;
  while (store_next(q) && *n < KINDS_MAX) {
    struct seen *s = &seen[(*n)++];
    vg_str_copy(s->kind, sizeof s->kind, store_str(q, 0));
    s->sector = (double)store_int(q, 1);
    s->size = (double)store_int(q, 2);
    s->zone = (double)store_int(q, 3);
    s->live = (double)store_int(q, 4);
  }
  return store_done(&q, err);
}

static bool counters(const char *list, const char *kind) {
  vg_str rest = vg_str_z(list), word;
  while (vg_str_cut(&rest, ' ', &word))
    if (vg_str_eqz(word, "*") || vg_str_eqz(word, kind))
      return true;
  return false;
}

static double capped(double n, double full) { return n >= full ? 1 : n / full; }

vg_code prevention_rank(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  struct seen seen[KINDS_MAX];
  size_t n;
  VG_TRY(exposure(tx, d, seen, &n, err));
  for (int i = 0; i < d->measures; i++) {
    struct measure *m = &d->measure[i];
    struct seen s = {.kind = ""};
    for (size_t k = 0; k < n; k++)
      if (counters(m->counters, seen[k].kind)) {
        s.sector += seen[k].sector;
        s.size += seen[k].size;
        s.zone += seen[k].zone;
        s.live += seen[k].live;
      }
    m->sector = 0.5 * capped(s.sector, 5);
    m->size = 0.5 * capped(s.size, 5);
    m->zone = 0.5 * capped(s.zone, 5);
    m->live = capped(s.live, 10);
    m->find_out = m->answer == ANSWER_UNKNOWN;
    /* What is unknown is worth half of what is missing, and asking costs little. */
    m->gap = m->answer == ANSWER_NA ? 0 : m->find_out ? 0.5 : 1 - worth[m->answer];
    m->value = m->benefit * m->gap * (1 + m->sector + m->size + m->zone + m->live) / (m->find_out ? 1 : m->effort);
    int at = i;
    for (; at > 0 && d->measure[d->rank[at - 1]].value < m->value; at--)
      d->rank[at] = d->rank[at - 1];
    d->rank[at] = i;
  }
  return VG_OK;
}

/* What a diagnosis asks: our framework, built in, and those that were imported, each under its version. */
#include "base/csv.h"
#include "prevention/prevention_internal.h"

extern const char prevention_measures_csv[];

/* number theme title_fr level benefit effort counters source */
static vg_code built_in(struct diagnosis *d, struct vg_err *err) {
  struct vg_csv c;
  bool more;
  vg_csv_init(&c, vg_str_z(prevention_measures_csv), ',');
  vg_code rc = vg_csv_next(&c, &more, err);
  d->measures = 0;
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more) {
    int64_t number, benefit, effort;
    bool ok = vg_str_i64(c.field[0], &number) && vg_str_i64(c.field[4], &benefit) && vg_str_i64(c.field[5], &effort);
    VG_ASSERT(ok && number == d->measures + 1 && number <= MEASURES_MAX && effort > 0);
    struct measure *m = &d->measure[d->measures++];
    *m = (struct measure){.number = (int)number, .benefit = (int)benefit, .effort = (int)effort};
    vg_str_copy(m->ref, sizeof m->ref, c.field[0]);
    vg_str_copy(m->theme, sizeof m->theme, c.field[1]);
    vg_str_copy(m->title, sizeof m->title, c.field[2]);
    vg_str_copy(m->counters, sizeof m->counters, c.field[6]);
  }
  vg_csv_fini(&c);
  return rc;
}

static vg_code imported(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  struct store_rows *q;
  vg_str rest = vg_str_z(d->framework), code = VG_STR("");
  (void)vg_str_cut(&rest, '/', &code);
  d->measures = 0;
  VG_TRY(store_query(
      tx, &q,
      "SELECT m.ref, m.theme, m.title, m.benefit, m.effort, m.counters FROM prevention_framework_measure m "
      "JOIN prevention_framework f ON f.id = m.framework WHERE f.code = $1 AND f.version = $2 ORDER BY m.number",
      S_ARGS(S_STR(code), S_STR(rest.p ? rest : VG_STR(""))), err));
  while (store_next(q) && d->measures < MEASURES_MAX) {
    struct measure *m = &d->measure[d->measures++];
    *m = (struct measure){.number = d->measures, .benefit = (int)store_int(q, 3), .effort = (int)store_int(q, 4)};
    vg_str_copy(m->ref, sizeof m->ref, store_str(q, 0));
    vg_str_copy(m->theme, sizeof m->theme, store_str(q, 1));
    vg_str_copy(m->title, sizeof m->title, store_str(q, 2));
    vg_str_copy(m->counters, sizeof m->counters, store_str(q, 5));
  }
  VG_TRY(store_done(&q, err));
  return d->measures ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_framework", d->framework);
}

vg_code prevention_framework_load(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  return vg_str_eqz(vg_str_z(d->framework), PREVENTION_FRAMEWORK) ? built_in(d, err) : imported(tx, d, err);
}

vg_code prevention_each_framework(struct store_tx *tx, prevention_framework_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  const struct framework ours = {.code = VG_STR("vigie-42"),
                                 .version = VG_STR("1"),
                                 .name = VG_STR("Hygiène informatique, 42 mesures"),
                                 .lang = VG_STR("fr"),
                                 .source = VG_STR("ANSSI, Guide d’hygiène informatique, Licence Ouverte"),
                                 .measures = 42,
                                 .imported = VG_NOTIME};
  vg_code rc = sink(ctx, &ours, err);
  VG_TRY(rc);
  VG_TRY(store_query(tx, &q,
                     "SELECT code, version, name, lang, source, sha256, measures, imported FROM prevention_v_framework "
                     "ORDER BY code, imported, id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct framework f = {.code = store_str(q, 0),
                          .version = store_str(q, 1),
                          .name = store_str(q, 2),
                          .lang = store_str(q, 3),
                          .source = store_str(q, 4),
                          .sha256 = store_str(q, 5),
                          .measures = store_int(q, 6),
                          .imported = store_time(q, 7)};
    rc = sink(ctx, &f, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

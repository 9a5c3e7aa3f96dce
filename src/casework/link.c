/*
 * Cases that hold the same thing. Marks are cut out of what is entered (indicators in texts, hashes of media, names of
 * parties); when another case has one too, both are told in the ledger, each by the other's reference and zone and by
 * nothing else. What is on a warning list, private or made for examples links nothing, and neither does what half the
 * country has: past COMMON cases a value tells nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "base/jsonw.h"
#include "casework/casework_internal.h"
#include "intel/intel.h"

/* LOOKED_AT: of what thousands of cases have, the others are not looked at for one of the same regime. */
enum { COMMON = 50, LOOKED_AT = 1000, MARK_MAX = 500, WHY_MAX = 500, NAMES = 3 };

/* Links of cases that were in none before, and what the ledger is told of them. */
struct tied {
  struct store_later links, told;
};

struct adding {
  struct store_tx *tx;
  const struct actor *who;
  int64_t case_id;
  const char *origin;
  bool across;               /* the cases of the other regime, not those of its own */
  bool new_case;             /* cases that are newer than this one are told when their turn comes */
  struct store_later *later; /* where marks go; NULL: at once */
  struct tied *tied;         /* where links go, of new cases; NULL: at once */
};

/* The house's lists, and those that were imported: the value itself, or a domain below a listed one. */
static vg_code hushed(struct store_tx *tx, vg_str type, vg_str value, bool *yes, struct vg_err *err) {
  const char *list;
  int64_t n = 0;
  *yes = intel_benign(type, value, &list);
  for (vg_str above = value; !*yes && above.n;) {
    VG_TRY(store_get_int(tx, &n,
                         "SELECT COUNT(*) FROM qualify_v_warning WHERE value = $1 AND type = $2 AND below >= $3",
                         S_ARGS(S_STR(above), S_STR(type), S_INT(above.n < value.n)), err));
    *yes = n > 0;
    size_t dot = vg_str_eqz(type, "domain-name") ? vg_str_find_byte(above, '.', 0) : SIZE_MAX;
    above = dot == SIZE_MAX ? VG_STR("") : vg_str_sub(above, dot + 1, above.n);
  }
  return VG_OK;
}

struct end {
  int64_t id;
  char pid[VG_ID_MAX], ref[48], zone[24];
};

static vg_code tell(const struct adding *k, const struct end *to, const struct end *about, vg_str type, vg_str value,
                    struct vg_err *err) {
  const char *const words[] = {"other",    about->ref, "zone",      about->zone, "type",
                               VG_T(type), "value",    VG_T(value), NULL};
  return k->tied ? ledger_tell_later(&k->tied->told, "case.linked", to->pid, words, err)
                 : ledger_tell(k->tx, k->who, "case.linked", to->pid, words, err);
}

#define LINK                                                                                                           \
  "INSERT INTO casework_link (pid, one, other, type, value, found, state) VALUES ($1, $2, $3, $4, $5, $6, $7)"

static vg_code tie(const struct adding *k, const struct end *mine, const struct end *theirs, vg_str type, vg_str value,
                   struct vg_err *err) {
  int64_t n = 1;
  struct vg_id pid = vg_id_new("link", store_now(k->tx));
  bool first = mine->id < theirs->id;
  const struct store_args row =
      S_ARGS(S_Z(pid.s), S_INT(first ? mine->id : theirs->id), S_INT(first ? theirs->id : mine->id), S_STR(type),
             S_STR(value), S_TIME(store_now(k->tx)), S_Z("open"));
  if (k->tied)
    store_later_row(&k->tied->links, row);
  else
    VG_TRY(store_change(k->tx, &n, LINK " ON CONFLICT (one, other, type, value) DO NOTHING", row, err));
  if (n == 0) /* told before; what was struck stays struck */
    return VG_OK;
  VG_TRY(tell(k, mine, theirs, type, value, err));
  return tell(k, theirs, mine, type, value, err);
}

static void read_end(struct store_rows *q, struct end *e) {
  e->id = store_int(q, 0);
  vg_str_copy(e->pid, sizeof e->pid, store_str(q, 1));
  vg_str_copy(e->ref, sizeof e->ref, store_str(q, 2));
  vg_str_copy(e->zone, sizeof e->zone, store_str(q, 3));
}

/* The cases that have it: this one first. */
static vg_code holders(const struct adding *k, vg_str type, vg_str value, struct end *v, size_t *n,
                       struct vg_err *err) {
  struct store_rows *q;
  *n = 0;
  VG_TRY(
      store_query(k->tx, &q,
                  "SELECT c.id, c.pid, c.ref, c.zone FROM (SELECT m.case_id FROM (SELECT case_id FROM casework_mark "
                  "WHERE type = $1 AND value = $2 AND case_id <= $6 ORDER BY case_id LIMIT $7) m UNION SELECT CAST($3 "
                  "AS BIGINT)) x JOIN casework_case c ON c.id = x.case_id WHERE ((c.frame = 'prevention') = (SELECT "
                  "o.frame = 'prevention' FROM casework_case o WHERE o.id = $3)) = ($5 = 0) ORDER BY CASE WHEN c.id = "
                  "$3 THEN 0 ELSE 1 END, c.id LIMIT $4",
                  S_ARGS(S_STR(type), S_STR(value), S_INT(k->case_id), S_INT(COMMON + 2), S_INT(k->across),
                         S_INT(k->new_case ? k->case_id : INT64_MAX), S_INT(LOOKED_AT)),
                  err));
  while (*n < COMMON + 2 && store_next(q))
    read_end(q, &v[(*n)++]);
  return store_done(&q, err);
}

/* The cases that have it too are told, and this one of them. */
static vg_code tie_all(const struct adding *k, vg_str type, vg_str value, struct vg_err *err) {
  struct end v[COMMON + 2];
  size_t n;
  VG_TRY(holders(k, type, value, v, &n, err));
  for (size_t i = 1; i < n && n <= COMMON + 1; i++)
    VG_TRY(tie(k, &v[0], &v[i], type, value, err));
  return VG_OK;
}

static vg_code put(const struct adding *k, vg_str type, vg_str value, struct vg_err *err) {
  int64_t fresh;
  bool hush;
  if (value.n == 0 || value.n > MARK_MAX)
    return VG_OK;
  if (k->later) {
    store_later_row(k->later, S_ARGS(S_INT(k->case_id), S_STR(type), S_STR(value), S_Z(k->origin)));
    return VG_OK;
  }
  VG_TRY(hushed(k->tx, type, value, &hush, err));
  if (hush)
    return VG_OK;
  VG_TRY(store_change(
      k->tx, &fresh,
      "INSERT INTO casework_mark (case_id, type, value, origin, at) VALUES ($1,$2,$3,$4,$5) ON CONFLICT "
      "(type, value, case_id, origin) DO NOTHING",
      S_ARGS(S_INT(k->case_id), S_STR(type), S_STR(value), S_Z(k->origin), S_TIME(store_now(k->tx))), err));
  return fresh ? tie_all(k, type, value, err) : VG_OK;
}

/* What a value must be to tell two cases akin: names of files, vulnerabilities, techniques, networks are everybody's.
 */
static bool telling(enum indicator_type t) {
  const uint64_t common =
      INTEL_TYPE_BIT(TYPE_CVE) | INTEL_TYPE_BIT(TYPE_ATTACK) | INTEL_TYPE_BIT(TYPE_ASN) | INTEL_TYPE_BIT(TYPE_CIDR);
  return (INTEL_TYPE_BIT(t) & ((INTEL_TYPES_STRONG & ~common) | INTEL_TYPE_BIT(TYPE_PHONE))) != 0;
}

static bool telling_name(vg_str type) {
  enum indicator_type t;
  return !intel_type_by_name(type, &t) || telling(t);
}

vg_code casework_mark_add(struct store_tx *tx, const struct actor *who, int64_t case_id, vg_str type, vg_str value,
                          const char *origin, struct vg_err *err) {
  if (!telling_name(type))
    return VG_OK;
  return put(&(struct adding){.tx = tx, .who = who, .case_id = case_id, .origin = origin}, type, value, err);
}

static vg_code hit(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  if ((h->flags & HIT_NO_SIGN) || !telling(h->type))
    return VG_OK;
  return put(ctx, vg_str_z(intel_type_name(h->type)), h->value, err);
}

static const struct intel_extract_options mark_options = {.types = INTEL_TYPES_STRONG | INTEL_TYPE_BIT(TYPE_PHONE)};

vg_code casework_mark_text(struct store_tx *tx, const struct actor *who, int64_t case_id, vg_str text,
                           const char *origin, struct vg_err *err) {
  struct adding k = {.tx = tx, .who = who, .case_id = case_id, .origin = origin};
  return intel_extract(text, &mark_options, hit, &k, err);
}

vg_code casework_mark_text_later(struct store_later *marks, int64_t case_id, vg_str text, const char *origin,
                                 struct vg_err *err) {
  struct adding k = {.case_id = case_id, .origin = origin, .later = marks};
  return intel_extract(text, &mark_options, hit, &k, err);
}

vg_code casework_mark_later(struct store_later *marks, int64_t case_id, vg_str type, vg_str value, const char *origin,
                            struct vg_err *err) {
  return telling_name(type)
             ? put(&(struct adding){.case_id = case_id, .origin = origin, .later = marks}, type, value, err)
             : VG_OK;
}

/* A name of one word is anybody's. */
vg_code casework_mark_party(struct store_tx *tx, const struct actor *who, int64_t case_id, const struct party *p,
                            struct vg_err *err) {
  struct vg_buf name;
  vg_code rc = VG_OK;
  vg_buf_init(&name, 4096);
  vg_fold_words(&name, p->name);
  vg_str folded = vg_str_trim(vg_buf_view(&name));
  if (!vg_str_eqz(p->category, "contact") && vg_str_find_byte(folded, ' ', 0) != SIZE_MAX)
    rc = casework_mark_add(tx, who, case_id, VG_STR("party"), folded, p->pid.s, err);
  vg_buf_fini(&name);
  if (rc == VG_OK)
    rc = casework_mark_text(tx, who, case_id, p->detail, p->pid.s, err);
  return rc;
}

vg_code casework_mark_forget(struct store_tx *tx, const char *origin, struct vg_err *err) {
  return store_exec(tx, "DELETE FROM casework_mark WHERE origin = $1", S_ARGS(S_Z(origin)), err);
}

/* --- many new cases at once --- */

struct mark {
  int64_t case_id;
  vg_str type, value, origin;
  size_t place; /* in the order that they were found */
};

struct marks {
  struct mark *v; /* by type, value, case, origin, each once; then in their order */
  size_t n;
};

static int compare_text(vg_str a, vg_str b) {
  int c = memcmp(a.n ? a.p : "", b.n ? b.p : "", a.n < b.n ? a.n : b.n);
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_name(const void *a, const void *b) {
  const struct mark *x = a, *y = b;
  int c = compare_text(x->type, y->type);
  c = c ? c : compare_text(x->value, y->value);
  c = c ? c : (x->case_id > y->case_id) - (x->case_id < y->case_id);
  c = c ? c : compare_text(x->origin, y->origin);
  return c ? c : (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b) {
  const struct mark *x = a, *y = b;
  return (x->place > y->place) - (x->place < y->place);
}

static bool same_name(const struct mark *x, const struct mark *y) {
  return vg_str_eq(x->type, y->type) && vg_str_eq(x->value, y->value);
}

static vg_code read_marks(const struct store_later *l, struct marks *m, struct vg_err *err) {
  struct store_arg row[STORE_LATER_ARGS];
  size_t at = 0, once = 0;
  m->n = 0;
  m->v = calloc(l->rows, sizeof *m->v);
  if (!m->v)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (; store_later_next(l, &at, row); m->n++)
    m->v[m->n] = (struct mark){row[0].i, row[1].s, row[2].s, row[3].s, m->n};
  qsort(m->v, m->n, sizeof *m->v, by_name);
  for (size_t i = 0; i < m->n; i++) {
    const struct mark *x = &m->v[i], *before = once ? &m->v[once - 1] : NULL;
    if (!before || !same_name(x, before) || x->case_id != before->case_id || !vg_str_eq(x->origin, before->origin))
      m->v[once++] = *x;
  }
  m->n = once;
  return VG_OK;
}

/* ["type","value"] of each that is there, once. */
static void list_names(const struct marks *m, struct vg_jw *w) {
  vg_jw_arr(w);
  for (size_t i = 0; i < m->n; i++) {
    if (i && same_name(&m->v[i], &m->v[i - 1]))
      continue;
    vg_jw_arr(w);
    vg_jw_str(w, m->v[i].type);
    vg_jw_str(w, m->v[i].value);
    vg_jw_end(w);
  }
  vg_jw_end(w);
}

/* Are there lists that may hush something? Without, values are not asked for one by one. */
static vg_code drop_hushed(struct store_tx *tx, struct marks *m, struct vg_err *err) {
  const char *list;
  int64_t any;
  size_t kept = 0;
  bool hush = false;
  VG_TRY(store_get_int(tx, &any, "SELECT COUNT(*) FROM (SELECT 1 FROM qualify_v_warning LIMIT 1) x", S_NOARGS, err));
  for (size_t i = 0; i < m->n; i++) {
    const struct mark x = m->v[i];
    if (kept == 0 || !same_name(&x, &m->v[kept - 1])) {
      hush = intel_benign(x.type, x.value, &list);
      if (!hush && any)
        VG_TRY(hushed(tx, x.type, x.value, &hush, err));
    }
    if (!hush)
      m->v[kept++] = x;
  }
  m->n = kept;
  return VG_OK;
}

/* Those that more than one case has stay, in the order of the cases. The marks are written. */
static vg_code keep_shared(struct store_tx *tx, struct marks *m, struct vg_err *err) {
  struct store_rows *q = NULL;
  struct vg_buf names;
  struct vg_jw w;
  size_t kept = 0, i = 0;
  vg_code rc = VG_OK;
  vg_buf_init(&names, 256u << 20);
  vg_jw_init(&w, &names);
  list_names(m, &w);
  VG_GO(vg_buf_check(&names, err));
  VG_GO(store_query(
      tx, &q,
      store_is_postgres(store_of(tx))
          ? "SELECT e.value->>0, e.value->>1 FROM json_array_elements($1::json) e WHERE (SELECT COUNT(*) "
            "FROM (SELECT DISTINCT m.case_id FROM casework_mark m WHERE m.type = e.value->>0 AND m.value = "
            "e.value->>1 LIMIT 2) x) > 1"
          : "SELECT json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]') FROM json_each($1) e WHERE "
            "(SELECT COUNT(*) FROM (SELECT DISTINCT m.case_id FROM casework_mark m WHERE m.type = "
            "json_extract(e.value, '$[0]') AND m.value = json_extract(e.value, '$[1]') LIMIT 2) x) > 1",
      S_ARGS(S_STR(vg_buf_view(&names))), err));
  while (store_next(q)) { /* in the order of the list, which is that of the marks */
    const struct mark shared = {.type = store_str(q, 0), .value = store_str(q, 1)};
    while (i < m->n && !same_name(&m->v[i], &shared))
      i++;
    for (; i < m->n && same_name(&m->v[i], &shared); i++)
      if (kept == 0 || !same_name(&m->v[i], &m->v[kept - 1]) || m->v[i].case_id != m->v[kept - 1].case_id)
        m->v[kept++] = m->v[i];
  }
  m->n = kept;
out:;
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  vg_buf_fini(&names);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_marks_put(struct store_tx *tx, const struct actor *who, struct store_later *marks,
                           struct vg_err *err) {
  struct store_later rows;
  struct tied tied;
  struct marks m = {.v = NULL};
  vg_code rc = VG_OK;
  store_later_init(&rows);
  store_later_init(&tied.links);
  store_later_init(&tied.told);
  VG_GO(store_later_check(marks, err));
  if (marks->rows == 0)
    goto out;
  VG_GO(read_marks(marks, &m, err));
  VG_GO(drop_hushed(tx, &m, err));
  for (size_t i = 0; i < m.n; i++)
    store_later_row(&rows, S_ARGS(S_INT(m.v[i].case_id), S_STR(m.v[i].type), S_STR(m.v[i].value), S_STR(m.v[i].origin),
                                  S_TIME(store_now(tx))));
  VG_GO(store_later_put(
      tx, &rows, "INSERT INTO casework_mark (case_id, type, value, origin, at) VALUES ($1, $2, $3, $4, $5)", err));
  VG_GO(keep_shared(tx, &m, err));
  qsort(m.v, m.n, sizeof *m.v, by_place);
  for (size_t i = 0; i < m.n && rc == VG_OK; i++)
    rc = tie_all(&(struct adding){.tx = tx, .who = who, .case_id = m.v[i].case_id, .new_case = true, .tied = &tied},
                 m.v[i].type, m.v[i].value, err);
  if (rc == VG_OK)
    rc = store_later_put(tx, &tied.links, LINK, err);
  if (rc == VG_OK)
    rc = ledger_append_all(tx, who, &tied.told, err);
out:
  free(m.v);
  store_later_reset(marks);
  store_later_fini(&rows);
  store_later_fini(&tied.links);
  store_later_fini(&tied.told);
  return rc;
}

/* --- reading, striking --- */

vg_code casework_whom_to_ask(struct store_tx *tx, vg_str zone, struct vg_buf *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT DISTINCT name FROM territory_v_mandate WHERE zone = $1 AND role = $2 AND since <= $3 AND "
                     "(until IS NULL OR until > $3) ORDER BY name LIMIT $4",
                     S_ARGS(S_STR(zone), S_INT(ROLE_REFERENT), S_TIME(store_now(tx)), S_INT(NAMES)), err));
  while (store_next(q)) {
    vg_buf_z(out, out->n ? ", " : "");
    vg_buf_str(out, store_str(q, 0));
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(out, err);
}

#define LINKS(which)                                                                                                                                   \
  "SELECT l.pid, l.type, l.value, l.found, l.state, l.changed, COALESCE(p.name, l.changed_by), l.why, a.id, a.ref, "                                   \
  "a.zone, x.org, a.frame, a.pid, b.id, b.ref, b.zone, y.org, b.frame, b.pid FROM casework_link l JOIN casework_case a ON a.id = CASE WHEN l.other = " \
  "$1 THEN l.other ELSE l.one END JOIN casework_case b ON b.id = CASE WHEN l.other = $1 THEN l.one ELSE l.other END "                                  \
  "JOIN casework_incident x ON x.id = a.incident JOIN casework_incident y ON y.id = b.incident LEFT JOIN "                                             \
  "territory_person p ON p.pid = l.changed_by WHERE " which                                                                                            \
  " AND EXISTS (SELECT 1 FROM casework_mark m WHERE m.case_id = a.id AND m.type = l.type AND m.value = l.value) AND "                                  \
  "EXISTS (SELECT 1 FROM casework_mark m WHERE m.case_id = b.id AND m.type = l.type AND m.value = l.value) ORDER BY "                                  \
  "CASE WHEN l.state = 'open' THEN 0 ELSE 1 END, l.found DESC, l.id DESC LIMIT $2"

enum { NEAR = 8, FAR = 14 }; /* columns of the two cases: id, ref, zone, organisation, frame, public id */

static vg_code give(struct store_tx *tx, const struct actor *who, struct store_rows *q, casework_link_sink *sink,
                    void *ctx, struct vg_err *err) {
  bool near = casework_access(tx, who, store_int(q, NEAR), NULL) == VG_OK,
       far = casework_access(tx, who, store_int(q, FAR), NULL) == VG_OK;
  int mine = near || !far ? NEAR : FAR, other = mine == NEAR ? FAR : NEAR; /* from the side that he sees */
  struct case_link l = {.pid = vg_id_of(store_str(q, 0)),
                        .type = store_str(q, 1),
                        .value = store_str(q, 2),
                        .found = store_time(q, 3),
                        .struck = vg_str_eqz(store_str(q, 4), "struck"),
                        .changed = store_time(q, 5),
                        .changed_by = store_str(q, 6),
                        .why = store_str(q, 7),
                        .ref = store_str(q, mine + 1),
                        .other_ref = store_str(q, other + 1),
                        .other_zone = store_str(q, other + 2),
                        .other_seen = near && far,
                        .regime = casework_frame_regime(store_str(q, mine + 4)),
                        .other_regime = casework_frame_regime(store_str(q, other + 4))};
  struct vg_buf ask;
  /* Not even that it exists, to whoever has a conflict of interest with its victim. */
  if ((!near && !far) || territory_access(tx, who, store_int(q, other + 3), NULL) != VG_OK)
    return VG_OK;
  struct vg_id about = vg_id_of(store_str(q, mine + 5));
  if (l.regime != l.other_regime && casework_combined(tx, who, about.s, NULL) != VG_OK)
    return VG_OK;
  vg_buf_init(&ask, 1024);
  vg_code rc = casework_whom_to_ask(tx, l.other_zone, &ask, err);
  l.ask = vg_buf_view(&ask);
  if (rc == VG_OK)
    rc = sink(ctx, &l, err);
  vg_buf_fini(&ask);
  return rc;
}

vg_code casework_each_link(struct store_tx *tx, const struct actor *who, int64_t case_id, int64_t limit,
                           casework_link_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, case_id ? LINKS("(l.one = $1 OR l.other = $1)") : LINKS("l.one <> $1"),
                     S_ARGS(S_INT(case_id), S_INT(limit ? limit : INT64_MAX)), err));
  while (rc == VG_OK && store_next(q))
    rc = give(tx, who, q, sink, ctx, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* Those that have the mark and are of the other regime; this case's own end is not among them. */
static vg_code across(void *ctx, vg_str type, vg_str value, vg_time at, struct vg_err *err) {
  const struct adding *k = ctx;
  struct end v[COMMON + 2], mine = {.id = k->case_id};
  struct store_rows *q;
  size_t n;
  (void)at;
  VG_TRY(holders(k, type, value, v, &n, err));
  if (n == 0 || n > COMMON)
    return VG_OK;
  VG_TRY(store_query(k->tx, &q, "SELECT id, pid, ref, zone FROM casework_case WHERE id = $1", S_ARGS(S_INT(mine.id)),
                     err));
  if (store_next(q))
    read_end(q, &mine);
  VG_TRY(store_done(&q, err));
  for (size_t i = 0; i < n; i++)
    VG_TRY(tie(k, &mine, &v[i], type, value, err));
  return VG_OK;
}

vg_code casework_link_combine(struct store_tx *tx, const struct actor *who, const struct affair *a, vg_str motive,
                              struct vg_err *err) {
  struct adding k = {.tx = tx, .who = who, .case_id = a->id, .origin = a->pid.s, .across = true};
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(casework_combine(tx, who, a->pid.s, motive, err));
  return casework_each_mark(tx, a->id, across, &k, err);
}

vg_code casework_link_strike(struct store_tx *tx, const struct actor *who, vg_str pid, bool again, vg_str why,
                             struct vg_err *err) {
  struct store_rows *q;
  int64_t one = 0, other = 0, n;
  struct vg_id a = {0}, b = {0};
  VG_TRY(
      store_query(tx, &q,
                  "SELECT l.one, l.other, c.pid, d.pid FROM casework_link l JOIN casework_case c ON c.id = l.one JOIN "
                  "casework_case d ON d.id = l.other WHERE l.pid = $1",
                  S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found) {
    one = store_int(q, 0);
    other = store_int(q, 1);
    a = vg_id_of(store_str(q, 2));
    b = vg_id_of(store_str(q, 3));
  }
  VG_TRY(store_done(&q, err));
  if (!found)
    return VG_FAIL(err, VG_ENOTFOUND, "casework.no_link", VG_T(pid));
  if (casework_access(tx, who, one, NULL) != VG_OK)
    VG_TRY(casework_access(tx, who, other, err));
  if (vg_str_trim(why).n == 0 || why.n > WHY_MAX || !vg_utf8_ok(why))
    return VG_FAIL(err, VG_EDATA, "casework.access_motive", VG_N(WHY_MAX));
  VG_TRY(store_change(
      tx, &n,
      "UPDATE casework_link SET state = $2, changed = $3, changed_by = $4, why = $5 WHERE pid = $1 AND state <> $2",
      S_ARGS(S_STR(pid), S_Z(again ? "open" : "struck"), S_TIME(store_now(tx)), S_Z(who->id.s), S_STR(why)), err));
  if (n == 0)
    return VG_FAIL(err, VG_ESTATE, "casework.link_state", VG_T(pid));
  const char *kind = again ? "case.link_restored" : "case.link_struck";
  VG_TRY(LEDGER_TELL(tx, who, kind, a.s, err, "link", VG_T(pid), "reason", VG_T(why)));
  return LEDGER_TELL(tx, who, kind, b.s, err, "link", VG_T(pid), "reason", VG_T(why));
}

vg_code casework_each_mark(struct store_tx *tx, int64_t case_id, casework_mark_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT type, value, at FROM casework_v_mark WHERE case_id = $1 ORDER BY type, value",
                     S_ARGS(S_INT(case_id)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_time(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

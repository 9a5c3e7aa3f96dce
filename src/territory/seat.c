/* Where an organisation stands, dated. Between instances it travels as one field, the whole list: two who moved it
 * without knowing of each other are in conflict, and one of the two lists shows everywhere. */
#include <string.h>

#include "base/jsonw.h"
#include "territory/territory_internal.h"

vg_code territory_seat_known(struct store_tx *tx, int64_t org, vg_time since, struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO territory_seat (org, since, department) SELECT o.id, $2, o.department FROM "
                    "territory_org o WHERE o.id = $1 AND o.department IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
                    "territory_seat s WHERE s.org = $1)",
                    S_ARGS(S_INT(org), S_TIME(since)), err);
}

vg_code territory_each_seat(struct store_tx *tx, int64_t org, territory_seat_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT department, since FROM territory_seat WHERE org = $1 ORDER BY since DESC",
                     S_ARGS(S_INT(org)), err));
  while (rc == VG_OK && store_next(q)) {
    struct seat s = {.since = store_time(q, 1)};
    vg_str_copy(s.department, sizeof s.department, store_str(q, 0));
    rc = sink(ctx, &s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- the list --- */

struct seats {
  struct seat v[SEATS_MAX + 1]; /* the oldest first */
  size_t n;
};

static vg_code read_rows(struct store_tx *tx, int64_t org, struct seats *l, struct vg_err *err) {
  struct store_rows *q;
  l->n = 0;
  VG_TRY(store_query(tx, &q, "SELECT department, since FROM territory_seat WHERE org = $1 ORDER BY since",
                     S_ARGS(S_INT(org)), err));
  while (store_next(q) && l->n < SEATS_MAX) {
    vg_str_copy(l->v[l->n].department, sizeof l->v[0].department, store_str(q, 0));
    l->v[l->n++].since = store_time(q, 1);
  }
  return store_done(&q, err);
}

static vg_code write_rows(struct store_tx *tx, int64_t org, const struct seats *l, struct vg_err *err) {
  VG_TRY(store_exec(tx, "DELETE FROM territory_seat WHERE org = $1", S_ARGS(S_INT(org)), err));
  for (size_t i = 0; i < l->n; i++)
    VG_TRY(store_exec(tx, "INSERT INTO territory_seat (org, since, department) VALUES ($1, $2, $3)",
                      S_ARGS(S_INT(org), S_TIME(l->v[i].since), S_Z(l->v[i].department)), err));
  return store_exec(tx, "UPDATE territory_org SET department = $2 WHERE id = $1",
                    S_ARGS(S_INT(org), S_Z(l->v[l->n - 1].department)), err);
}

/* From then on it is there; a department that it is in already may only have begun earlier. */
static vg_code insert(struct seats *l, const char *department, vg_time from, struct vg_err *err) {
  size_t at = 0;
  while (at < l->n && l->v[at].since < from)
    at++;
  bool earlier = at + 1 == l->n && !strcmp(l->v[at].department, department) && l->v[at].since > from;
  if (at < l->n && !earlier)
    return VG_FAIL(err, VG_ESTATE, "territory.org_overlap");
  if (at > 0 && !strcmp(l->v[at - 1].department, department))
    return VG_FAIL(err, VG_ESTATE, "territory.org_there", department);
  if (at == SEATS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "territory.org_moves", VG_N(SEATS_MAX));
  l->v[at].since = from;
  vg_str_copy(l->v[at].department, sizeof l->v[0].department, vg_str_z(department));
  l->n = at + 1;
  return VG_OK;
}

static vg_code write_list(const struct seats *l, struct vg_buf *out, struct vg_err *err) {
  char time[VG_TIME_TEXT];
  for (size_t i = 0; i < l->n; i++) {
    bool always = l->v[i].since == TERRITORY_ALWAYS;
    vg_buf_fmt(out, "%s%s%s%s", i ? "\n" : "", l->v[i].department, always ? "" : " ",
               always ? "" : merge_time_text(time, l->v[i].since));
  }
  return vg_buf_check(out, err);
}

bool territory_read_seats(vg_str value, struct seat *out, size_t *n) {
  vg_str rest = value, line, department;
  for (*n = 0; vg_str_cut(&rest, '\n', &line); (*n)++) {
    struct seat *s = &out[*n];
    if (*n == SEATS_MAX)
      return false;
    s->since = TERRITORY_ALWAYS;
    bool dated = vg_str_find_byte(line, ' ', 0) != SIZE_MAX;
    if (!vg_str_cut(&line, ' ', &department) || department.n == 0 || department.n >= sizeof s->department ||
        (dated && !vg_time_parse(line, &s->since)) || (*n > 0 && s->since <= s[-1].since))
      return false;
    vg_str_copy(s->department, sizeof s->department, department);
  }
  return *n > 0;
}

/* --- between instances --- */

vg_code territory_meant(struct store_tx *tx, vg_str subject, int64_t *org, struct vg_err *err) {
  vg_code rc =
      store_get_int(tx, org, "SELECT org FROM territory_alias WHERE subject = $1", S_ARGS(S_STR(subject)), NULL);
  if (rc == VG_ENOTFOUND)
    *org = 0;
  return rc == VG_OK || rc == VG_ENOTFOUND ? VG_OK : VG_FAIL(err, rc, "store.failed", "territory_alias", "");
}

vg_code territory_alias_add(struct store_tx *tx, vg_str subject, int64_t org, struct vg_err *err) {
  return store_exec(tx, "INSERT INTO territory_alias (subject, org) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING",
                    S_ARGS(S_STR(subject), S_INT(org)), err);
}

static vg_code note_known(struct store_tx *tx, const struct actor *who, const struct org *o, const char *subject,
                          struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_key(&w, "organisation");
  vg_code rc = territory_org_json(tx, o->id, &w, err);
  vg_jw_end(&w);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, "org.known", subject, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

/* UUIDv5 under a namespace of this program's own. */
struct vg_id territory_text_name(vg_str text) {
  static const unsigned char space[16] = {0x5b, 0x1e, 0x0c, 0x3a, 0x9d, 0x42, 0x4f, 0x77,
                                          0x8a, 0x16, 0x2e, 0xd0, 0x63, 0xb8, 0xf5, 0x21};
  return vg_id_v5("identity", space, text);
}

struct vg_id territory_org_name(const struct org *o) {
  return territory_text_name(vg_str_z(o->siren[0] ? o->siren : o->name));
}

vg_code territory_tell(struct store_tx *tx, const struct actor *who, const struct org *o, struct vg_id *subject,
                       struct vg_err *err) {
  int64_t fresh, other;
  *subject = territory_org_name(o);
  VG_TRY(territory_meant(tx, vg_id_str(subject), &other, err));
  if (other && other != o->id) /* whose number or name it was, wrongly */
    *subject = o->pid;
  VG_TRY(territory_alias_add(tx, vg_id_str(subject), o->id, err));
  VG_TRY(store_change(tx, &fresh, "UPDATE territory_alias SET told = 1 WHERE subject = $1 AND told = 0",
                      S_ARGS(S_Z(subject->s)), err));
  return fresh ? note_known(tx, who, o, subject->s, err) : VG_OK;
}

vg_code territory_known_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                              struct vg_err *err) {
  struct org o;
  int64_t known;
  if (!vg_id_ok(e->subject) || !vg_str_eqz(vg_id_kind(e->subject), "identity"))
    return VG_FAIL(err, VG_EDATA, "territory.org_meant");
  VG_TRY(territory_meant(tx, e->subject, &known, err));
  if (known)
    return VG_OK;
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "organisation"), &o, err));
  return territory_alias_add(tx, e->subject, o.id, err);
}

vg_code territory_told_as(struct store_tx *tx, int64_t org, const char *field, struct vg_id *name, struct vg_err *err) {
  struct vg_buf text;
  vg_buf_init(&text, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &text,
                              "SELECT COALESCE(MIN(a.subject), '') FROM territory_alias a WHERE a.org = $1 AND EXISTS "
                              "(SELECT 1 FROM merge_v_version v WHERE v.subject = a.subject AND v.field = $2)",
                              S_ARGS(S_INT(org), S_Z(field)), err);
  *name = vg_id_of(vg_buf_view(&text));
  vg_buf_fini(&text);
  return rc;
}

vg_code territory_seats_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                            struct vg_err *err) {
  struct seats l;
  struct vg_id name;
  int64_t org;
  if (!vg_str_eqz(v->field, "departments") || !territory_read_seats(v->value, l.v, &l.n))
    return VG_FAIL(err, VG_EDATA, "territory.seats");
  for (size_t i = 0; i < l.n; i++)
    VG_TRY(territory_department_check(tx, l.v[i].department, err));
  VG_TRY(territory_meant(tx, v->subject, &org, err));
  if (!org)
    return VG_OK;
  VG_TRY(territory_access(tx, who, org, err));
  VG_TRY(territory_told_as(tx, org, "departments", &name, err));
  return !name.s[0] || vg_str_eqz(v->subject, name.s) ? write_rows(tx, org, &l, err) : VG_OK;
}

vg_code territory_seats_show(struct store_tx *tx, int64_t org, struct vg_err *err) {
  struct seats l;
  struct vg_id name;
  struct vg_buf value;
  VG_TRY(territory_told_as(tx, org, "departments", &name, err));
  vg_buf_init(&value, 1 << 14);
  vg_code rc =
      store_get_text(tx, &value,
                     "SELECT value FROM merge_v_force WHERE subject = $1 AND field = 'departments' ORDER BY uid "
                     "DESC LIMIT 1",
                     S_ARGS(S_Z(name.s)), NULL);
  bool said = rc == VG_OK && territory_read_seats(vg_buf_view(&value), l.v, &l.n);
  vg_buf_fini(&value);
  return said ? write_rows(tx, org, &l, err) : VG_OK;
}

vg_code territory_org_move(struct store_tx *tx, const struct actor *who, const struct org *o, const char *department,
                           vg_time from, struct vg_err *err) {
  struct seats l;
  struct vg_buf value;
  struct vg_id subject, name;
  VG_TRY(territory_access(tx, who, o->id, err));
  VG_TRY(territory_department_check(tx, department, err));
  if (from == VG_NOTIME || from > store_now(tx))
    return VG_FAIL(err, VG_EDATA, "territory.move_future");
  VG_TRY(read_rows(tx, o->id, &l, err));
  VG_TRY(insert(&l, department, from, err));
  VG_TRY(territory_tell(tx, who, o, &subject, err));
  VG_TRY(territory_told_as(tx, o->id, "departments", &name, err));
  if (name.s[0])
    subject = name;
  VG_TRY(write_rows(tx, o->id, &l, err));
  vg_buf_init(&value, 1 << 14);
  vg_code rc = write_list(&l, &value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, "org.moved", subject.s, "departments", vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  VG_TRY(rc);
  return LEDGER_TELL(tx, who, "org.moved", o->pid.s, err, "department", department, "from",
                     vg_time_text((char[VG_TIME_TEXT]){0}, from, false));
}

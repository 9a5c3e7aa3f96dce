/* Which referent takes an incident: who has room, the zone first; a declared conflict wins over everything. */

#include "casework/casework.h"

const char *casework_candidate_why(const struct candidate *c) {
  return c->conflict    ? "cli.route.conflict"
         : c->full      ? c->same_zone ? "cli.route.full_zone" : "cli.route.full_other"
         : c->same_zone ? "cli.route.zone"
                        : "cli.route.other";
}

vg_code casework_route(struct store_tx *tx, const struct incident *in, casework_candidate_sink *sink, void *ctx,
                       struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  /* An incident weighs on its referent while one of its clocks is open. */
  VG_TRY(store_query(
      tx, &q,
      "SELECT c.person, c.person_pid, c.name, c.zone, c.skills, c.load, c.capacity, c.same_zone, c.conflict, "
      "CASE WHEN c.capacity > 0 AND c.load >= c.capacity THEN 1 ELSE 0 END AS is_full FROM ("
      "SELECT m.person, m.person_pid, m.name, m.zone, m.skills, m.capacity, CASE WHEN m.zone = $1 THEN 1 ELSE 0 END AS same_zone, "
      "(SELECT COUNT(*) FROM casework_incident i WHERE i.referent = m.person AND EXISTS (SELECT 1 FROM casework_clock k "
      "WHERE k.incident = i.id AND k.state = 'open')) AS load, "
      "CASE WHEN m.org = $2 OR EXISTS (SELECT 1 FROM territory_v_conflict x WHERE x.person = m.person AND x.org = $2 AND "
      "(x.until IS NULL OR x.until > $3)) THEN 1 ELSE 0 END AS conflict "
      "FROM territory_v_mandate m WHERE m.role = $4 AND m.since <= $3 AND (m.until IS NULL OR m.until > $3) "
      "AND NOT EXISTS (SELECT 1 FROM territory_v_mandate b WHERE b.person = m.person AND b.role = $4 AND b.since <= $3 "
      "AND (b.until IS NULL OR b.until > $3) AND (CASE WHEN b.zone = $1 THEN 1 ELSE 0 END > CASE WHEN m.zone = $1 THEN 1 "
      "ELSE 0 END OR ((b.zone = $1) = (m.zone = $1) AND b.id < m.id)))) c "
      "ORDER BY c.conflict, is_full, c.same_zone DESC, CASE WHEN c.capacity > 0 AND c.load >= c.capacity THEN c.load - "
      "c.capacity ELSE c.load END, c.name, c.person",
      S_ARGS(S_Z(in->zone), S_INT(in->org), S_TIME(store_now(tx)), S_INT(ROLE_REFERENT)), err));
  while (rc == VG_OK && store_next(q)) {
    struct candidate c = {.person = store_int(q, 0),
                          .pid = store_str(q, 1),
                          .name = store_str(q, 2),
                          .zone = store_str(q, 3),
                          .skills = store_str(q, 4),
                          .load = store_int(q, 5),
                          .capacity = store_int(q, 6),
                          .same_zone = store_int(q, 7) != 0,
                          .conflict = store_int(q, 8) != 0,
                          .full = store_int(q, 9) != 0};
    rc = sink(ctx, &c, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

struct choice {
  int64_t person;
  struct candidate found;
  struct routing *routing; /* NULL: not asked for */
};

static vg_code match(void *ctx, const struct candidate *c, struct vg_err *err) {
  struct choice *k = ctx;
  (void)err;
  if (c->person == k->person)
    k->found = *c;
  if (k->routing) {
    k->routing->able += !c->conflict;
    k->routing->room += !c->conflict && !c->full;
  }
  return VG_OK;
}

vg_code casework_routing(struct store_tx *tx, const struct incident *in, struct routing *out, struct vg_err *err) {
  struct choice k = {.person = in->referent, .routing = out};
  struct vg_buf name;
  *out = (struct routing){0};
  VG_TRY(casework_route(tx, in, match, &k, err));
  out->said = !out->able ? "cli.route.nobody" : !out->room ? "cli.route.all_full" : NULL;
  if (!in->referent)
    return VG_OK;
  vg_buf_init(&name, 1024);
  vg_code rc =
      store_get_text(tx, &name, "SELECT name FROM casework_v_followed WHERE incident = $1", S_ARGS(S_INT(in->id)), err);
  vg_str_copy(out->follower, sizeof out->follower, vg_buf_view(&name));
  vg_buf_fini(&name);
  out->follower_ill = !k.found.person    ? "cli.route.follower_over"
                      : k.found.conflict ? "cli.route.follower_conflict"
                                         : NULL;
  return rc;
}

vg_code casework_followed(struct store_tx *tx, int64_t person, int64_t *n, struct vg_err *err) {
  return store_get_int(tx, n, "SELECT COUNT(*) FROM casework_v_followed WHERE person = $1 AND running = 1",
                       S_ARGS(S_INT(person)), err);
}

vg_code casework_assign(struct store_tx *tx, const struct actor *who, const struct incident *in, const struct person *p,
                        struct candidate *taken, struct vg_err *err) {
  struct choice k = {.person = p->id};
  VG_TRY(casework_incident_access(tx, who, in, err));
  VG_TRY(casework_route(tx, in, match, &k, err));
  if (k.found.conflict)
    return VG_FAIL(err, VG_EDENIED, "territory.conflict", p->name);
  if (!k.found.person)
    return VG_FAIL(err, VG_EDENIED, "casework.not_referent", p->name);
  VG_TRY(store_exec(tx, "UPDATE casework_incident SET referent = $2 WHERE id = $1", S_ARGS(S_INT(in->id), S_INT(p->id)),
                    err));
  VG_TRY(LEDGER_TELL(tx, who, "incident.assigned", in->pid.s, err, "referent", p->pid.s));
  if (!taken)
    return VG_OK;
  VG_TRY(casework_route(tx, in, match, &k, err));
  *taken = k.found;
  return VG_OK;
}

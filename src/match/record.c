#include "match/match_internal.h"

#include "base/jsonw.h"
#include "intel/intel.h"

#include <stdio.h>

static void put_field(void *ctx, vg_str field, uint64_t count) {
  struct vg_buf *b = ctx;
  (void)count;
  vg_buf_z(b, b->n ? ", " : "");
  vg_buf_str(b, field);
}

/* The sighting's place: the files, and the fields in them. */
static vg_code add_sighting(struct store_tx *tx, const struct actor *who, const struct vg_id *pid,
                            const struct match_run *run, const struct match_sum *m, vg_str fields,
                            struct sightings_told *told, struct vg_err *err) {
  const vg_time now = store_now(tx);
  struct vg_buf where;
  struct sighting s = {.value = m->indicator,
                       .report = vg_id_str(pid),
                       .org = run->org,
                       .first = m->first == VG_NOTIME ? now : m->first,
                       .last = m->last == VG_NOTIME ? now : m->last,
                       .count = (int64_t)m->count};
  if (m->benign || !intel_type_by_name(vg_str_z(match_type_name(m->type)), &s.type))
    return VG_OK;
  vg_buf_init(&where, 1 << 16);
  vg_buf_z(&where, run->where);
  vg_buf_z(&where, fields.n ? ": " : "");
  vg_buf_str(&where, fields);
  s.where = vg_buf_view(&where);
  vg_code rc = vg_buf_check(&where, err);
  if (rc == VG_OK)
    rc = intel_sighting_add(tx, who, &s, told, err);
  vg_buf_fini(&where);
  return rc;
}

static vg_code add_sum(struct store_tx *tx, const struct actor *who, int64_t id, const struct vg_id *pid,
                       const struct match_run *run, const struct match_tally *tally, size_t i,
                       struct sightings_told *told, struct vg_err *err) {
  const struct match_sum *m = match_tally_at(tally, i);
  struct vg_buf fields;
  vg_buf_init(&fields, 1 << 14);
  if (!match_tally_places(tally, i, put_field, &fields))
    vg_buf_z(&fields, ", ...");
  vg_code rc = vg_buf_check(&fields, err);
  if (rc == VG_OK)
    rc = store_exec(tx,
                    "INSERT INTO match_hit (run, type, value, count, first_seen, last_seen, benign, fields) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    S_ARGS(S_INT(id), S_Z(match_type_name(m->type)), S_BYTES(m->indicator), S_INT(m->count),
                           S_TIME(m->first), S_TIME(m->last), S_INT(m->benign), S_Z(vg_buf_text(&fields))),
                    err);
  if (rc == VG_OK)
    rc = add_sighting(tx, who, pid, run, m, vg_buf_view(&fields), told, err);
  vg_buf_fini(&fields);
  return rc;
}

static vg_code tell(struct store_tx *tx, const struct actor *who, const struct vg_id *pid, const struct pack *p,
                    const struct match_run *run, const struct match_tally *tally, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  vg_buf_init(&b, 1 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "org", run->org_pid);
  vg_jw_kz(&w, "pack", p->info.id.s);
  vg_jw_kz(&w, "where", run->where);
  vg_jw_kint(&w, "lines", (int64_t)run->counts.lines);
  vg_jw_kint(&w, "hits", (int64_t)run->counts.hits);
  vg_jw_kint(&w, "values", (int64_t)match_tally_count(tally));
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "match.recorded", pid->s, vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code match_record(struct store_tx *tx, const struct actor *who, const struct pack *p, const struct match_run *run,
                     const struct match_tally *tally, struct vg_id *pid, struct vg_err *err) {
  int64_t id;
  const struct match_counts *c = &run->counts;
  *pid = vg_id_new("match-run", store_now(tx));
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO match_run (pid, org, actor, pack, place, files, bytes, lines, hits, made) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
                      S_ARGS(S_Z(pid->s), S_INT(run->org), S_Z(who->id.s), S_Z(p->info.id.s), S_Z(run->where),
                             S_INT(run->files), S_INT(c->bytes), S_INT(c->lines), S_INT(c->hits), S_INT(store_now(tx))),
                      err));
  struct sightings_told told;
  vg_code rc = VG_OK;
  intel_sightings_begin(&told);
  for (size_t i = 0; rc == VG_OK && i < match_tally_count(tally); i++)
    rc = add_sum(tx, who, id, pid, run, tally, i, &told, err);
  VG_TRY(intel_sightings_end(tx, who, &told, rc, err));
  return tell(tx, who, pid, p, run, tally, err);
}

vg_code match_record_pack(struct store_tx *tx, const struct actor *who, const struct pack_build *b,
                          const struct pack_meta *meta, const char *purpose, const struct vg_id *id,
                          struct vg_err *err) {
  char tlp[24], pap[24]; /* a pack's own names are bare */
  snprintf(tlp, sizeof tlp, "TLP:%s", meta->tlp ? meta->tlp : "");
  snprintf(pap, sizeof pap, "PAP:%s", meta->pap ? meta->pap : "");
  const struct ledger_disclosure d = {.recipient = meta->recipient ? meta->recipient : who->id.s,
                                      .motive = purpose && purpose[0] ? purpose : "own use",
                                      .convention = meta->convention,
                                      .tlp = meta->tlp ? tlp : NULL,
                                      .pap = meta->pap ? pap : NULL,
                                      .count = (int64_t)pack_build_count(b, MATCH_TYPES)};
  struct vg_buf t;
  struct vg_jw w;
  vg_buf_init(&t, 1 << 20);
  vg_jw_init(&w, &t);
  vg_jw_obj(&w);
  ledger_disclosure(&w, &d);
  vg_jw_kbool(&w, "own_use", meta->own_use);
  vg_jw_kbool(&w, "blind", meta->blind != NULL);
  vg_jw_ktime(&w, "expires", meta->expires);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&t, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "match.packed", id->s, vg_buf_view(&t), NULL, err);
  if (rc == VG_OK && meta->blind)
    rc = store_exec(tx, "INSERT INTO match_blind (pack, recipient, convention, made) VALUES ($1, $2, $3, $4)",
                    S_ARGS(S_Z(id->s), S_Z(meta->recipient ? meta->recipient : ""),
                           S_Z(meta->convention ? meta->convention : ""), S_INT(store_now(tx))),
                    err);
  vg_buf_fini(&t);
  return rc;
}

vg_code match_last_blind(struct store_tx *tx, const char *recipient, struct vg_id *convention, struct vg_err *err) {
  struct store_rows *q;
  bool found;
  VG_TRY(store_query(tx, &q, "SELECT convention FROM match_blind WHERE recipient = $1 ORDER BY id DESC LIMIT 1",
                     S_ARGS(S_Z(recipient)), err));
  found = store_next(q);
  if (found)
    vg_str_copy(convention->s, sizeof convention->s, store_str(q, 0));
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "match.blind_none");
}

vg_code match_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err) {
  static const char *const moves[] = {"UPDATE match_run SET org = $2 WHERE org = $1"};
  return territory_move_rows(tx, moves, VG_COUNT(moves), gone, keep, rows, err);
}

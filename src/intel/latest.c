/* Which of an id's versions is shown: the newest that a source asserts which was not withdrawn (intel_node.latest). */
#include "intel/intel_internal.h"

#define IS_LIVE(row) "EXISTS (SELECT 1 FROM intel_v_live l WHERE l.object = " row ")"

/* --- the few contents of a key --- */

/* Live contents with the id of intel_node's row. */
#define LIVE                                                                                                           \
  "FROM (SELECT object FROM intel_key WHERE key = intel_node.key LIMIT " KEY_READ ") k JOIN intel_node n ON n.id = "   \
  "k.object JOIN intel_v_live l ON l.object = n.id WHERE n.stix_id = intel_node.stix_id"
#define RELATEST                                                                                                       \
  "UPDATE intel_node SET latest = CASE WHEN " IS_LIVE(                                                                 \
      "intel_node.id") " AND modified = (SELECT MAX(n.modified) " LIVE ") THEN CASE WHEN id = (SELECT MIN(n.id) " LIVE \
                       " AND n.modified = intel_node.modified) THEN 1 "                                                \
                       "ELSE 2 END ELSE 0 END WHERE crowd = 0 AND "

vg_code latest_of_few(struct store_tx *tx, vg_str id, struct vg_err *err) {
  return store_exec(tx,
                    RELATEST "stix_id = $2 AND id IN (SELECT object FROM (SELECT object FROM intel_key WHERE key = $1 "
                             "LIMIT " KEY_READ ") few)",
                    S_ARGS(S_STR(node_key(id)), S_STR(id)), err);
}

/* --- crowds --- */

/*
 * What is shown of each id of d, and is not of its newest live version, is no longer; then that version's contents are.
 * The newest is looked for once an id, from the last version backwards; no other version is read.
 */
#define NEWEST                                                                                                         \
  "t AS MATERIALIZED (SELECT d.stix_id, (SELECT n.modified FROM intel_node n WHERE n.crowd = 1 AND n.stix_id = "       \
  "d.stix_id AND " IS_LIVE("n.id") " ORDER BY n.modified DESC LIMIT 1) AS modified FROM d) "
#define HIDE(ids)                                                                                                      \
  "WITH d AS MATERIALIZED (" ids "), " NEWEST                                                                          \
  "UPDATE intel_node SET latest = 0 FROM t WHERE intel_node.crowd = 1 AND intel_node.latest > 0 AND "                  \
  "intel_node.stix_id = t.stix_id AND (t.modified IS NULL OR intel_node.modified <> t.modified OR NOT " IS_LIVE(       \
      "intel_node.id") ")"
#define SHOW(ids)                                                                                                              \
  "WITH d AS MATERIALIZED (" ids "), " NEWEST                                                                                  \
  ", u AS MATERIALIZED (SELECT t.stix_id, t.modified, (SELECT MIN(n.id) FROM intel_node n WHERE n.crowd = 1 AND "              \
  "n.stix_id = t.stix_id AND n.modified = t.modified AND " IS_LIVE(                                                            \
      "n.id") ") AS first FROM t) "                                                                                            \
              "UPDATE intel_node SET latest = CASE WHEN id = u.first THEN 1 ELSE 2 END FROM u WHERE intel_node.crowd = 1 AND " \
              "intel_node.stix_id = u.stix_id AND intel_node.modified = u.modified AND intel_node.latest <> CASE WHEN id = "   \
              "u.first THEN 1 ELSE 2 END AND " IS_LIVE("intel_node.id")

#define LISTED_PG "SELECT DISTINCT json_array_elements_text($1::json) AS stix_id"
#define LISTED_SQLITE "SELECT DISTINCT value AS stix_id FROM json_each($1)"
#define OF_SOURCE                                                                                                      \
  "SELECT DISTINCT m.stix_id FROM intel_assertion a JOIN intel_node m ON m.id = a.object WHERE a.source = $1 AND "     \
  "m.crowd = 1"

void latest_wait(struct vg_buf *ids, vg_str id) {
  vg_buf_str(ids, id);
  vg_buf_byte(ids, '\n');
}

static vg_code of_crowds(struct store_tx *tx, vg_str ids, struct vg_err *err) {
  const bool postgres = store_is_postgres(store_of(tx));
  VG_TRY(store_exec(tx, postgres ? HIDE(LISTED_PG) : HIDE(LISTED_SQLITE), S_ARGS(S_STR(ids)), err));
  return store_exec(tx, postgres ? SHOW(LISTED_PG) : SHOW(LISTED_SQLITE), S_ARGS(S_STR(ids)), err);
}

vg_code latest_of_crowds(struct store_tx *tx, struct vg_buf *ids, struct vg_err *err) {
  struct vg_buf json;
  struct vg_jw w;
  vg_str all = vg_buf_view(ids), id;
  VG_TRY(vg_buf_check(ids, err));
  if (all.n == 0)
    return VG_OK;
  vg_buf_init(&json, 2 * ids->max);
  vg_jw_init(&w, &json);
  vg_jw_arr(&w);
  while (vg_str_cut(&all, '\n', &id) && id.n)
    vg_jw_str(&w, id);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&json, err);
  if (rc == VG_OK)
    rc = of_crowds(tx, vg_buf_view(&json), err);
  vg_buf_reset(ids);
  vg_buf_fini(&json);
  return rc;
}

vg_code latest_of_source(struct store_tx *tx, int64_t source, struct vg_err *err) {
  VG_TRY(store_exec(tx,
                    RELATEST "id IN (SELECT k.object FROM intel_assertion a JOIN intel_node m ON m.id = a.object JOIN "
                             "intel_key k ON k.key = m.key WHERE a.source = $1 AND m.crowd = 0)",
                    S_ARGS(S_INT(source)), err));
  VG_TRY(store_exec(tx, HIDE(OF_SOURCE), S_ARGS(S_INT(source)), err));
  return store_exec(tx, SHOW(OF_SOURCE), S_ARGS(S_INT(source)), err);
}

/* Obstacles between instances: each is entered once; who sees to it by when, and its removal, are fields that two may
 * have changed; what stands behind it comes from everywhere. */
#include "evaluation/obstacle_internal.h"

#define OBSTACLE_KNOWN "SELECT COUNT(*) FROM evaluation_obstacle WHERE pid = $1"

static const struct merge_column obstacle_columns[] = {MERGE_COL_ID,
                                                       MERGE_COL_TEXT("family", 39),
                                                       MERGE_COL_TEXT("title", 199),
                                                       MERGE_COL_TEXT("zone", 23),
                                                       MERGE_COL_TIME("opened"),
                                                       {"severity", MERGE_INT, 4, NULL},
                                                       MERGE_COL_TEXT("owner", 95),
                                                       MERGE_COL_TIME("due")};

static vg_code refused(const struct merge_event *e, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "merge.row", VG_N(e->seq), VG_T(e->kind));
}

static vg_code obstacle_check(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                              struct vg_err *err) {
  vg_str family, title;
  int64_t severity, opened;
  (void)tx, (void)who;
  bool ok = vg_jv_str_at(e->body, "family", &family) && obstacle_family(family) &&
            vg_jv_str_at(e->body, "title", &title) && vg_str_trim(title).n &&
            vg_jv_i64_at(e->body, "severity", &severity) && severity >= 1 && vg_jv_i64_at(e->body, "opened", &opened);
  return ok ? VG_OK : refused(e, err);
}

static const struct merge_row obstacles = {
    .prefix = "obstacle--",
    MERGE_COLUMNS(obstacle_columns),
    .all = "SELECT pid, id, NULL FROM evaluation_obstacle ORDER BY id",
    .check = obstacle_check,
    .select = "SELECT pid, family, title, zone, opened, severity, owner, due FROM evaluation_obstacle WHERE id = $1",
    .insert = "INSERT INTO evaluation_obstacle (pid, family, title, zone, opened, severity, owner, due, evidence) "
              "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '') ON CONFLICT DO NOTHING"};

static const struct merge_column link_columns[] = {MERGE_COL_REF("obstacle", OBSTACLE_KNOWN),
                                                   MERGE_COL_TEXT("ref", 159),
                                                   MERGE_COL_TIME("added"),
                                                   {"removal", MERGE_INT, 1, NULL}};

/* What it names may be unknown here, and come later or never: it is the name that is linked. */
static vg_code link_check(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err) {
  vg_str ref, name = VG_STR("");
  int64_t n;
  (void)tx, (void)who;
  bool ok =
      vg_jv_str_at(e->body, "ref", &ref) && vg_jv_i64_at(e->body, "added", &n) && vg_jv_i64_at(e->body, "removal", &n);
  if (ok)
    (void)vg_str_cut(&ref, '/', &name);
  return ok && vg_id_ok(name) ? VG_OK : refused(e, err);
}

static const struct merge_row links = {
    MERGE_COLUMNS(link_columns),
    .all = "SELECT o.pid, l.id, NULL FROM evaluation_link l JOIN evaluation_obstacle o ON o.id = l.obstacle ORDER BY "
           "l.id",
    .check = link_check,
    .select = "SELECT o.pid, l.ref, l.added, l.removal FROM evaluation_link l JOIN evaluation_obstacle o ON o.id = "
              "l.obstacle WHERE l.id = $1",
    .insert = "INSERT INTO evaluation_link (obstacle, ref, added, removal) VALUES ((SELECT id FROM evaluation_obstacle "
              "WHERE pid = $1), $2, $3, $4) ON CONFLICT DO NOTHING"};

static const struct merge_column care_columns[] = {
    {"severity", MERGE_INT, 4, NULL}, MERGE_COL_TEXT("owner", 95), MERGE_COL_TIME("due")};
static const struct merge_column removal_columns[] = {MERGE_COL_TIME("removed"), MERGE_COL_TEXT("evidence", 250)};
static const struct merge_group groups[] = {
    {.field = "care",
     MERGE_COLUMNS(care_columns),
     .all = "SELECT pid FROM evaluation_obstacle WHERE 1 = 0", /* what older versions let nobody change */
     .get = "SELECT severity, owner, due FROM evaluation_obstacle WHERE pid = $1",
     .set = "UPDATE evaluation_obstacle SET severity = CASE WHEN $2 >= 1 THEN $2 ELSE severity END, owner = $3, due = "
            "$4 WHERE pid = $1"},
    {.field = "removal",
     MERGE_COLUMNS(removal_columns),
     .all = "SELECT pid FROM evaluation_obstacle WHERE removed IS NOT NULL ORDER BY id",
     .get = "SELECT removed, evidence FROM evaluation_obstacle WHERE pid = $1",
     .set = "UPDATE evaluation_obstacle SET removed = COALESCE($2, removed), evidence = $3 WHERE pid = $1"},
    {.field = NULL}};

const struct merge_kind obstacle_merges[] = {[OBSTACLE_ENTERED] = {.kind = "obstacle.entered", .row = &obstacles},
                                             [OBSTACLE_LINKED] = {.kind = "obstacle.shown", .row = &links},
                                             [OBSTACLE_CHANGED] = {.kind = "obstacle.changed", .groups = groups},
                                             {.kind = NULL}};

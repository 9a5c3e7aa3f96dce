#include "instance/schema.h"

#include "analysis/analysis.h"
#include "anticipate/anticipate.h"
#include "casework/casework.h"
#include "dossier/dossier.h"
#include "evaluation/evaluation.h"
#include "event/event.h"
#include "evidence/evidence.h"
#include "instance/instance.h"
#include "intel/intel.h"
#include "match/match.h"
#include "ledger/ledger.h"
#include "merge/merge.h"
#include "prevention/prevention.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "territory/territory.h"
#include "watch/watch.h"

/* The web door's table of sessions: declared here, for an include may not point up. */
extern const char server_sql[];

const struct store_schema instance_schemas[] = {
    {.room = "ledger", .sql = ledger_sql},
    {.room = "merge", .sql = merge_sql, .sqlite = merge_sqlite_sql, .pg = merge_pg_sql},
    {.room = "territory",
     .sql = territory_sql,
     .sqlite = territory_sqlite_sql,
     .pg = territory_pg_sql,
     .settle = territory_settle},
    {.room = "casework", .sql = casework_sql, .sqlite = casework_sqlite_sql, .pg = casework_pg_sql},
    {.room = "intel", .sql = intel_sql, .sqlite = intel_sqlite_sql, .pg = intel_pg_sql},
    {.room = "evidence", .sql = evidence_sql},
    {.room = "match", .sql = match_sql},
    {.room = "analysis", .sql = analysis_sql},
    {.room = "qualify", .sql = qualify_sql},
    {.room = "anticipate", .sql = anticipate_sql},
    {.room = "share", .sql = share_sql},
    {.room = "watch", .sql = watch_sql},
    {.room = "server", .sql = server_sql},
    {.room = "evaluation", .sql = evaluation_sql, .sqlite = evaluation_sqlite_sql, .pg = evaluation_pg_sql},
    {.room = "prevention", .sql = prevention_sql},
    {.room = "dossier", .sql = dossier_sql},
    {.room = "event", .sql = event_sql},
};
const size_t instance_schema_count = sizeof instance_schemas / sizeof instance_schemas[0];

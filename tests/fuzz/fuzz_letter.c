/* Questions and answers from a partner (whose convention is in force), the signature beside them, and what he leaves
 * over TAXII. */
#include "casework/casework.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "territory/territory.h"

static struct store *st;
static int64_t partner;

static vg_code begin(struct store_tx **tx) {
  static struct store_schema schemas[] = {
      {.room = "ledger", .sql = ledger_sql},
      {.room = "territory", .sql = territory_sql},
      {.room = "intel", .sql = intel_sql, .sqlite = intel_sqlite_sql, .pg = intel_pg_sql},
      {.room = "casework", .sql = casework_sql, .sqlite = casework_sqlite_sql, .pg = casework_pg_sql},
      {.room = "qualify", .sql = qualify_sql},
      {.room = "share", .sql = share_sql}};
  struct store_options o = {.url = ":memory:", .schemas = schemas, .schema_count = VG_COUNT(schemas), .create = true};
  struct actor who = {.id = {"identity--fuzz"}, .name = "fuzz"};
  if (st)
    return store_begin(st, tx, NULL);
  VG_TRY(store_open(&st, &o, NULL));
  VG_TRY(store_begin(st, tx, NULL));
  struct org org = {.kind = ORG_PARTNER, .name = "Lynx"};
  VG_TRY(territory_org_add(*tx, &who, &org, NULL));
  struct convention c = {.partner = org.id,
                         .direction = SHARE_BOTH,
                         .max_tlp = TLP_AMBER,
                         .max_pap = PAP_AMBER,
                         .from = 0,
                         .to = INT64_MAX,
                         .purposes = "*",
                         .classes = "*"};
  VG_TRY(share_convention_add(*tx, &who, &c, NULL));
  partner = org.id;
  VG_TRY(store_commit(tx, NULL));
  return store_begin(st, tx, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const unsigned char key[VG_KEY_SIZE];
  struct actor who = {.id = {"identity--fuzz"}, .name = "fuzz"};
  vg_str text = vg_str_n((const char *)data, size);
  struct share_decision d;
  struct share_received r;
  struct store_tx *tx;
  if (begin(&tx) != VG_OK)
    return -1;
  VG_ASSERT(share_letter_check(VG_STR("x"), text, key, "f", NULL) != VG_OK);
  vg_code rc = share_receive(tx, &who, partner, text, &d, &r, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_EUSAGE || rc == VG_ENOTFOUND ||
            rc == VG_EEXIST || rc == VG_ESTATE);
  VG_ASSERT(rc != VG_OK || !d.allowed || vg_id_ok(vg_id_str(&r.request)));
  store_rollback(&tx);
  if (begin(&tx) != VG_OK)
    return -1;
  struct share_deposited n;
  rc = share_deposit(tx, &who, partner, text, NULL, NULL, &n, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_EUSAGE);
  VG_ASSERT(rc != VG_OK || n.taken + n.failed <= n.read);
  store_rollback(&tx);
  return 0;
}

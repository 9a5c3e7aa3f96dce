/* Questions and answers from a partner (whose convention is in force), the signature beside them, and what he leaves
 * over TAXII. */
#include "qualify/qualify.h"
#include "share/share.h"
#include "store_target.h"
#include "territory/territory.h"

static int64_t partner;

static struct store_tx *begin(void) {
  struct actor who = {.id = {"identity--fuzz"}, .name = "fuzz"};
  struct store_tx *tx = target_begin();
  if (partner)
    return tx;
  struct org org = {.kind = ORG_PARTNER, .name = "Lynx"};
  VG_ASSERT(territory_org_add(tx, &who, &org, NULL) == VG_OK);
  struct convention c = {.partner = org.id,
                         .direction = SHARE_BOTH,
                         .max_tlp = TLP_AMBER,
                         .max_pap = PAP_AMBER,
                         .from = 0,
                         .to = INT64_MAX,
                         .purposes = "*",
                         .classes = "*"};
  VG_ASSERT(share_convention_add(tx, &who, &c, NULL) == VG_OK && store_commit(&tx, NULL) == VG_OK);
  partner = org.id;
  return target_begin();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const unsigned char key[VG_KEY_SIZE];
  struct actor who = {.id = {"identity--fuzz"}, .name = "fuzz"};
  vg_str text = vg_str_n((const char *)data, size);
  struct share_decision d;
  struct share_received r;
  struct store_tx *tx = begin();
  VG_ASSERT(share_letter_check(VG_STR("x"), text, key, "f", NULL) != VG_OK);
  vg_code rc = share_receive(tx, &who, partner, text, &d, &r, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_EUSAGE || rc == VG_ENOTFOUND ||
            rc == VG_EEXIST || rc == VG_ESTATE);
  VG_ASSERT(rc != VG_OK || !d.allowed || vg_id_ok(vg_id_str(&r.request)));
  store_rollback(&tx);
  tx = begin();
  struct share_deposited n;
  rc = share_deposit(tx, &who, partner, text, NULL, NULL, &n, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_EUSAGE);
  VG_ASSERT(rc != VG_OK || n.taken + n.failed <= n.read);
  store_rollback(&tx);
  return 0;
}

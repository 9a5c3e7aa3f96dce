/* The two regimes of law: prevention (GDPR) and investigation (directive (UE) 2016/680). */
#include "casework/casework.h"
#include "casework/casework_internal.h"

enum { STANDS = 3600 }; /* seconds that a combination stands for who asked for it */
static const char combined[] = "prevention+investigation";

const char *casework_regime_name(enum regime r) {
  static const char *const names[] = {"", "prevention", "investigation", "both"};
  return names[r];
}

bool casework_regime_by_name(vg_str name, enum regime *out) {
  for (int i = REGIME_ANY; i <= REGIME_BOTH; i++)
    if (vg_str_eqz(name, casework_regime_name((enum regime)i))) {
      *out = (enum regime)i;
      return true;
    }
  return false;
}

enum regime casework_regime_apart(enum regime of) {
  return of == REGIME_PREVENTION ? REGIME_INVESTIGATION : of == REGIME_INVESTIGATION ? REGIME_PREVENTION : REGIME_ANY;
}

enum regime casework_frame_regime(vg_str frame) {
  return vg_str_eqz(frame, "prevention") ? REGIME_PREVENTION : REGIME_INVESTIGATION;
}

vg_code casework_combine(struct store_tx *tx, const struct actor *who, const char *subject, vg_str motive,
                         struct vg_err *err) {
  return ledger_combined(tx, who, subject, combined, motive, err);
}

struct looking {
  const struct actor *who;
  vg_time since;
  bool found;
};

static vg_code see(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct looking *l = ctx;
  (void)err;
  l->found |= e->time >= l->since && vg_str_eqz(e->kind, "journal.combined") && vg_str_eqz(e->actor, l->who->id.s) &&
              vg_str_eqz(ledger_body_text(e->body, "with"), combined);
  return VG_OK;
}

vg_code casework_combined(struct store_tx *tx, const struct actor *who, const char *subject, struct vg_err *err) {
  enum { LATEST = 500 };
  struct looking l = {.who = who, .since = store_now(tx) - STANDS * VG_SECOND};
  VG_TRY(ledger_entries(tx, -1, -LATEST, subject, see, &l, err));
  return l.found ? VG_OK : VG_FAIL(err, VG_EDENIED, "casework.regimes");
}

#include "server/server_internal.h"

#include <string.h>

enum { REREAD_MINUTES = 10, REST = 20 };

void registry_init(struct registry *g) {
  memset(g, 0, sizeof *g);
  pthread_mutex_init(&g->lock, NULL);
}
void registry_fini(struct registry *g) { pthread_mutex_destroy(&g->lock); }

/* Longer readings are rarer ones: the pages may never spend more than 1/REST of the time on it. */
static bool due(const struct reading *last, int64_t size, vg_time now) {
  if (!last->done || now - last->at >= REREAD_MINUTES * 60 * VG_SECOND)
    return true;
  return size != last->size && now - last->at >= REST * last->took;
}

static vg_code read_again(struct reading *last, struct store_tx *tx, const struct vg_key *key, vg_time now, struct vg_err *err) {
  unsigned char pub[VG_KEY_SIZE];
  struct ledger_state s;
  int64_t began = vg_monotonic();
  vg_key_public(key, pub);
  VG_TRY(ledger_verify(tx, pub, VG_NOSTR, &s, err));
  *last = (struct reading){.done = true, .ok = s.ok, .size = s.size, .first_bad = s.first_bad, .at = now, .took = vg_monotonic() - began};
  return VG_OK;
}

vg_code registry_state(struct registry *g, struct store_tx *tx, const struct vg_key *key, vg_time now, bool now_please,
                       struct reading *out, struct vg_err *err) {
  struct ledger_state head;
  VG_TRY(ledger_head(tx, &head, err));
  vg_code rc = VG_OK;
  pthread_mutex_lock(&g->lock);
  if (now_please || due(&g->last, head.size, now))
    rc = read_again(&g->last, tx, key, now, err);
  *out = g->last;
  pthread_mutex_unlock(&g->lock);
  return rc;
}

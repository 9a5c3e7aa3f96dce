#include "server/server_internal.h"

#include <string.h>

enum { REREAD_MINUTES = 10, REST = 20 };

void registry_init(struct registry *g) {
  memset(g, 0, sizeof *g);
  pthread_mutex_init(&g->lock, NULL);
  pthread_cond_init(&g->ended, NULL);
}
void registry_fini(struct registry *g) {
  pthread_cond_destroy(&g->ended);
  pthread_mutex_destroy(&g->lock);
}

/* Longer readings are rarer ones: the pages may never spend more than 1/REST of the time on it. */
static bool due(const struct reading *last, int64_t size, vg_time now) {
  if (!last->done || now - last->at >= REREAD_MINUTES * 60 * VG_SECOND)
    return true;
  return size != last->size && now - last->at >= REST * last->took;
}

static vg_code read_again(struct reading *out, struct store_tx *tx, const struct vg_key *key, vg_time now,
                          struct vg_err *err) {
  unsigned char pub[VG_KEY_SIZE];
  struct ledger_state s;
  int64_t began = vg_monotonic();
  vg_key_public(key, pub);
  VG_TRY(ledger_verify(tx, pub, VG_NOSTR, &s, err));
  *out = (struct reading){
      .done = true, .ok = s.ok, .size = s.size, .first_bad = s.first_bad, .at = now, .took = vg_monotonic() - began};
  return VG_OK;
}

vg_code registry_state(struct registry *g, struct store_tx *tx, const struct vg_key *key, vg_time now, bool now_please,
                       struct reading *out, struct vg_err *err) {
  struct ledger_state head;
  VG_TRY(ledger_head(tx, &head, err));
  pthread_mutex_lock(&g->lock);
  while (g->reading && !g->last.done) /* nothing to show yet: the first reading is waited for */
    pthread_cond_wait(&g->ended, &g->lock);
  *out = g->last;
  bool read = !g->reading && (now_please || due(&g->last, head.size, now));
  g->reading = g->reading || read;
  pthread_mutex_unlock(&g->lock);
  if (!read)
    return VG_OK;
  vg_code rc = read_again(out, tx, key, now, err);
  pthread_mutex_lock(&g->lock);
  if (rc == VG_OK)
    g->last = *out;
  g->reading = false;
  pthread_cond_broadcast(&g->ended);
  pthread_mutex_unlock(&g->lock);
  return rc;
}

#include "server/server_internal.h"

#include <string.h>

enum { SESSION_HOURS = 12, FAILURES_WAIT_SECONDS = 60 };

static void hash_of(const char *token, unsigned char out[static VG_SHA256_SIZE]) {
  vg_sha256(token, SESSION_TOKEN, out);
}

static vg_str bytes_of(const unsigned char hash[static VG_SHA256_SIZE]) {
  return vg_str_n((const char *)hash, VG_SHA256_SIZE);
}

vg_code session_open(struct store_tx *tx, const struct actor *who, const char *login,
                     char token[static SESSION_TOKEN + 1], struct vg_err *err) {
  unsigned char secret[SESSION_TOKEN / 2], hash[VG_SHA256_SIZE];
  vg_time now = store_now(tx);
  vg_random(secret, sizeof secret);
  vg_hex(token, secret, sizeof secret);
  hash_of(token, hash);
  VG_TRY(store_exec(tx, "DELETE FROM server_session WHERE until <= $1 OR seen <= $2",
                    S_ARGS(S_TIME(now), S_TIME(now - VG_HOUR)), err));
  VG_TRY(store_exec(tx, "INSERT INTO server_session (token, login, made, seen, until) VALUES ($1, $2, $3, $3, $4)",
                    S_ARGS(S_BYTES(bytes_of(hash)), S_Z(login), S_TIME(now), S_TIME(now + SESSION_HOURS * VG_HOUR)),
                    err));
  return ledger_append(tx, who, "session.opened", who->id.s, VG_STR("{}"), NULL, err);
}

vg_code session_find(struct store_tx *tx, const char *token, struct session *out, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  char both[SESSION_TOKEN + 6];
  struct store_rows *q;
  vg_time now = store_now(tx);
  if (strlen(token) != SESSION_TOKEN)
    return VG_FAIL(err, VG_ENOTFOUND, "server.no_session");
  hash_of(token, hash);
  VG_TRY(store_query(tx, &q,
                     "SELECT login, seen, made FROM server_session WHERE token = $1 AND until > $2 AND seen > $3",
                     S_ARGS(S_BYTES(bytes_of(hash)), S_TIME(now), S_TIME(now - VG_HOUR)), err));
  bool found = store_next(q);
  if (found) {
    vg_str_copy(out->login, sizeof out->login, store_str(q, 0));
    out->seen = store_time(q, 1);
    out->made = store_time(q, 2);
  }
  VG_TRY(store_done(&q, err));
  memcpy(out->hash, hash, sizeof out->hash);
  memcpy(both, "csrf:", 5);
  memcpy(both + 5, token, SESSION_TOKEN);
  vg_sha256(both, 5 + SESSION_TOKEN, hash);
  vg_hex(out->csrf, hash, sizeof hash);
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "server.no_session");
}

vg_code session_touch(struct store_tx *tx, const char *token, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  hash_of(token, hash);
  return store_exec(tx, "UPDATE server_session SET seen = $2 WHERE token = $1",
                    S_ARGS(S_BYTES(bytes_of(hash)), S_TIME(store_now(tx))), err);
}

vg_code session_close(struct store_tx *tx, const char *token, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  hash_of(token, hash);
  return store_exec(tx, "DELETE FROM server_session WHERE token = $1", S_ARGS(S_BYTES(bytes_of(hash))), err);
}

vg_code session_each(struct store_tx *tx, const struct session *mine, session_sink *sink, void *ctx,
                     struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  vg_time now = store_now(tx);
  VG_TRY(store_query(tx, &q,
                     "SELECT made, seen, until FROM server_session WHERE login = $1 AND until > $2 AND seen > $3 ORDER "
                     "BY made DESC",
                     S_ARGS(S_Z(mine->login), S_TIME(now), S_TIME(now - VG_HOUR)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_time(q, 0), store_time(q, 1), store_time(q, 2), store_time(q, 0) == mine->made, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code session_close_others(struct store_tx *tx, const struct actor *who, const struct session *mine,
                             struct vg_err *err) {
  int64_t closed;
  VG_TRY(store_change(tx, &closed, "DELETE FROM server_session WHERE login = $1 AND made <> $2",
                      S_ARGS(S_Z(mine->login), S_TIME(mine->made)), err));
  return LEDGER_TELL(tx, who, "session.closed", who->id.s, err, "sessions", VG_N(closed));
}

void throttle_init(struct throttle *t) {
  memset(t, 0, sizeof *t);
  pthread_mutex_init(&t->lock, NULL);
}
void throttle_fini(struct throttle *t) { pthread_mutex_destroy(&t->lock); }

bool throttle_blocked(struct throttle *t, vg_str key, int limit, vg_time now) {
  uint64_t h = vg_hash64(key);
  size_t i = (size_t)(h % THROTTLE_SLOTS);
  pthread_mutex_lock(&t->lock);
  bool blocked = t->slot[i].key == h && t->slot[i].count >= limit && t->slot[i].until > now;
  pthread_mutex_unlock(&t->lock);
  return blocked;
}

void throttle_failed(struct throttle *t, vg_str key, vg_time now) {
  uint64_t h = vg_hash64(key);
  size_t i = (size_t)(h % THROTTLE_SLOTS);
  pthread_mutex_lock(&t->lock);
  if (t->slot[i].key != h || t->slot[i].until <= now)
    t->slot[i].count = 0;
  t->slot[i].key = h;
  t->slot[i].count++;
  t->slot[i].until = now + FAILURES_WAIT_SECONDS * VG_SECOND;
  pthread_mutex_unlock(&t->lock);
}

#include "server/server_internal.h"

#include <string.h>

static void token_new(char out[static SESSION_TOKEN + 1]) {
  unsigned char bytes[SESSION_TOKEN / 2];
  vg_random(bytes, sizeof bytes);
  vg_hex(out, bytes, sizeof bytes);
}

void session_new(struct sessions *s, const char *login, vg_time now, char token[static SESSION_TOKEN + 1]) {
  struct session *oldest = &s->v[0];
  for (size_t i = 1; i < SESSION_MAX; i++)
    if (s->v[i].until < oldest->until)
      oldest = &s->v[i];
  token_new(token);
  token_new(oldest->csrf);
  vg_sha256(token, SESSION_TOKEN, oldest->hash);
  vg_str_copy(oldest->login, sizeof oldest->login, vg_str_z(login));
  oldest->until = now + 8 * VG_HOUR;
}

struct session *session_find(struct sessions *s, const char *token, vg_time now) {
  unsigned char hash[VG_SHA256_SIZE];
  if (!token || strlen(token) != SESSION_TOKEN)
    return NULL;
  vg_sha256(token, SESSION_TOKEN, hash);
  for (size_t i = 0; i < SESSION_MAX; i++)
    if (s->v[i].until > now && vg_same_secret(s->v[i].hash, hash, sizeof hash))
      return &s->v[i];
  return NULL;
}

bool session_blocked(const struct sessions *s, const char *login, vg_time now) {
  uint64_t h = vg_hash64(vg_str_z(login));
  size_t i = (size_t)(h % SESSION_MAX);
  return s->failed[i].login == h && s->failed[i].count >= 5 && s->failed[i].until > now;
}

void session_failed(struct sessions *s, const char *login, vg_time now) {
  uint64_t h = vg_hash64(vg_str_z(login));
  size_t i = (size_t)(h % SESSION_MAX);
  if (s->failed[i].login != h || s->failed[i].until <= now)
    s->failed[i].count = 0;
  s->failed[i].login = h;
  s->failed[i].count++;
  s->failed[i].until = now + 60 * VG_SECOND;
}

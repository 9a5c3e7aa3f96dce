#ifndef VG_SERVER_INTERNAL_H
#define VG_SERVER_INTERNAL_H
#include "base/hash.h"
#include "base/msg.h"
#include "server/server.h"

/* HTML: everything that is not a literal of ours goes through html_text, which escapes. */
void html_text(struct vg_buf *b, vg_str s);
void html_int(struct vg_buf *b, int64_t n);
void html_msg(struct vg_buf *b, enum vg_lang lang, const char *id);
void html_time(struct vg_buf *b, vg_time t);

/* A field of application/x-www-form-urlencoded, decoded into out; false when absent, malformed, too long or holding NUL. */
bool form_get(vg_str body, const char *name, char *out, size_t cap);

/* Sessions live in the process's memory: a restart logs everybody out. Only the token's hash is kept. */
enum { SESSION_TOKEN = 64, SESSION_MAX = 256 };
struct session {
  unsigned char hash[VG_SHA256_SIZE];
  char login[64], csrf[SESSION_TOKEN + 1];
  vg_time until; /* 0: free */
};
struct sessions {
  struct session v[SESSION_MAX];
  struct {
    uint64_t login;
    int count;
    vg_time until;
  } failed[SESSION_MAX];
};
void session_new(struct sessions *s, const char *login, vg_time now, char token[static SESSION_TOKEN + 1]);
struct session *session_find(struct sessions *s, const char *token, vg_time now);
bool session_blocked(const struct sessions *s, const char *login, vg_time now); /* five failures: a minute's wait */
void session_failed(struct sessions *s, const char *login, vg_time now);

struct request {
  struct instance *in;
  enum vg_lang lang;
  vg_time now;
  const char *path, *q;
  const struct session *session; /* NULL on the login page */
  struct actor who;
  struct vg_buf out;
};
void page_login(struct request *r, const char *problem);
void page_error(struct request *r, const char *id);
/* The page at r->path; returns the HTTP status, 0 when the page failed (err says why). */
unsigned page_route(struct request *r, struct vg_err *err);

/* A self-signed P-256 certificate for host, PEM. */
MUST vg_code tls_make(const char *host, vg_time now, struct vg_buf *cert, struct vg_buf *key, struct vg_err *err);
extern const char web_css[];
#endif

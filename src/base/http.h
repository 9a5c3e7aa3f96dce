#ifndef VG_BASE_HTTP_H
#define VG_BASE_HTTP_H
/*
 * Fetching over HTTP and HTTPS (libcurl): many at once, each bounded in bytes and time. Only http and https are spoken,
 * also after a redirect (at most five). A server that lies about its length, never ends or creeps along costs at most
 * what the request allows.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "base/buf.h"

enum { VG_HTTP_URL = 2048, VG_HTTP_TAG = 256 };
struct vg_http {
  /* given */
  char url[VG_HTTP_URL];
  char etag[VG_HTTP_TAG],
      modified[VG_HTTP_TAG]; /* of the copy at hand, "" none: sent as If-None-Match, If-Modified-Since */
  size_t max;                /* bytes of the body, after decompression */
  unsigned seconds; /* whole request, 0: no bound; a server slower than 100 bytes a second for 20 s is given up too */
  void *ctx;
  /* given, all may be NULL */
  FILE *file;                  /* where the body goes, instead of to body; borrowed */
  const char *accept;          /* media type */
  const char *login;           /* "name:password", HTTP Basic: sent to this host only */
  const char *ca, *cert, *key; /* PEM files: who may have signed the server's certificate; who we are */
  vg_str post;                 /* p not NULL: sent by POST, borrowed, */
  const char *post_type;       /* of this media type */
  const char *want;            /* a header of the answer to keep in got */
  const atomic_bool *stop;     /* set (of the first one): all are given up, VG_ESTATE */
  /* found */
  long status;             /* 200, 304, ...; 0 when no answer came */
  char moved[VG_HTTP_URL]; /* where it lives now, when every redirect on the way was a permanent one; else "" */
  char new_etag[VG_HTTP_TAG], new_modified[VG_HTTP_TAG];
  int64_t retry_after;        /* seconds that the server asks for (Retry-After, as such or as a date), 0 none */
  const char *problem;        /* message id, NULL when an answer came whole: base.http.* */
  char words[VG_ERR_ARG_MAX]; /* the library's words about it */
  char got[64];
  struct vg_buf body; /* until done() returns */
};
typedef vg_code vg_http_done(struct vg_http *h, struct vg_err *err);
/* Why curl failed: a message id, NULL for what is rare; the same as an argument of a message ("@id", or curl's words).
 */
const char *vg_http_problem(int curl_code);
const char *vg_http_why(char out[static 64], int curl_code);
/* What a status other than 200 and 304 says: whom it wants to know first, that nothing is there, that it was asked too
 * often, that it is out of order; anything else. */
enum vg_http_answer { VG_HTTP_REFUSED, VG_HTTP_GONE, VG_HTTP_BUSY, VG_HTTP_DOWN, VG_HTTP_OTHER, VG_HTTP_ANSWERS };
enum vg_http_answer vg_http_answer(long status);
/* All of them, at most `parallel` at a time; done for each as it ends, in that order of ending. An error of done ends
 * it all and is returned. */
MUST vg_code vg_http_get(struct vg_http *v, size_t n, size_t parallel, vg_http_done *done, struct vg_err *err);

#endif

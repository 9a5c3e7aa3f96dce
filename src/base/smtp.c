#include "base/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/http.h"

enum { SECONDS = 60 };

static size_t give(char *to, size_t size, size_t n, void *ctx) {
  vg_str *rest = ctx;
  size_t some = size * n < rest->n ? size * n : rest->n;
  if (some)
    memcpy(to, rest->p, some);
  *rest = vg_str_sub(*rest, some, rest->n);
  return some;
}

static void set_up(CURL *c, const struct vg_smtp *relay, const char *from, struct curl_slist *to, vg_str *rest) {
  curl_easy_setopt(c, CURLOPT_URL, relay->url);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)SECONDS);
  curl_easy_setopt(c, CURLOPT_USE_SSL, relay->login ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
  curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
  curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
  curl_easy_setopt(c, CURLOPT_READDATA, rest);
  if (relay->login)
    curl_easy_setopt(c, CURLOPT_USERPWD, relay->login);
  if (relay->ca)
    curl_easy_setopt(c, CURLOPT_CAINFO, relay->ca);
}

vg_code vg_smtp_send(const struct vg_smtp *relay, vg_str from, vg_str to, vg_str message, struct vg_err *err) {
  char sender[300], recipient[300];
  CURL *c = curl_easy_init();
  snprintf(sender, sizeof sender, "<%.*s>", (int)from.n, from.p);
  snprintf(recipient, sizeof recipient, "<%.*s>", (int)to.n, to.p);
  struct curl_slist *list = curl_slist_append(NULL, recipient);
  vg_str rest = message;
  vg_code rc = VG_OK;
  if (!c || !list) {
    rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
  } else {
    set_up(c, relay, sender, list, &rest);
    CURLcode code = curl_easy_perform(c);
    if (code != CURLE_OK)
      rc = VG_FAIL(err, VG_EIO, "base.smtp", relay->url, recipient, vg_http_why((char[64]){0}, (int)code));
  }
  curl_slist_free_all(list);
  if (c)
    curl_easy_cleanup(c);
  return rc;
}

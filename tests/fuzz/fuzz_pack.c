/* A pack of hostile bytes, its sums made right: what opens must scan, find and be told without harm. */
#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static vg_code on_hit(void *ctx, const struct match_hit *h, struct vg_err *err) {
  (void)err;
  VG_ASSERT(h->type < MATCH_TYPES && h->seen.n > 0);
  for (size_t i = 0; i < h->indicator.n + h->source.n; i++)
    *(unsigned *)ctx += (unsigned char)(i < h->indicator.n ? h->indicator.p[i] : h->source.p[i - h->indicator.n]);
  return VG_OK;
}

static void sum(unsigned char *p, size_t n) {
  struct pack_head h;
  if (n < PACK_HEAD)
    return;
  memcpy(&h, p, sizeof h);
  h.size = n;
  for (size_t i = 0; i < PACK_SECTIONS; i++)
    if (h.section[i].at <= n && h.section[i].size <= n - h.section[i].at)
      pack_sum(h.version, vg_str_n((const char *)p + h.section[i].at, (size_t)h.section[i].size), h.section[i].sum);
  vg_sha256(&h, PACK_SEALED, h.sha256);
  memcpy(p, &h, sizeof h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char text[] =
      "see www.evil.com, http://bad.example/x?y 203.0.113.9:443 10.1.2.3 2001:db8::7 bob@mail.example "
      "d41d8cd98f00b204e9800998ecf8427e C:\\Temp\\payload.exe Global\\mtx_1 "
      "1BoatSLRHtKNngkdXEeobR76b53LETtpyT evil[.]com hxxp://bad[.]example/x \xc3\xa9vil.example\n";
  static const unsigned char secret[MATCH_SECRET] = {1, 2, 3};
  static char path[] = "/tmp/fuzz_pack.XXXXXX";
  static int fd = -1;
  struct pack *p;
  unsigned seen = 0;
  if (fd < 0)
    fd = mkstemp(path);
  unsigned char *copy = malloc(size + 1);
  VG_ASSERT(fd >= 0 && copy);
  memcpy(copy, data, size);
  sum(copy, size);
  VG_ASSERT(ftruncate(fd, 0) == 0 && pwrite(fd, copy, size, 0) == (ssize_t)size);
  free(copy);
  const struct pack_policy policy = {.now = 1, .allow_expired = true, .secret = secret, .threads = 2};
  if (pack_open(path, &policy, &p, NULL) == VG_OK) {
    VG_ASSERT(match_bytes(p, vg_str_n(text, sizeof text - 1), 1, on_hit, &seen, NULL) == VG_OK);
    pack_close(p);
  }
  return 0;
}

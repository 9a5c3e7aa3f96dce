/* Answers of a TAXII server elsewhere; the first byte says to which question. */
#include "share/share_internal.h"

#include <string.h>

static vg_code named(void *ctx, const struct share_remote_collection *c, struct vg_err *err) {
  (void)ctx;
  (void)err;
  VG_ASSERT(c->id[0] && !strpbrk(c->id, "/?#%&@: \n") && strcmp(c->id, "..") != 0);
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct share_remote r = {.url = "https://taxii.example.org:6100/taxii2/"};
  struct share_remote_status status;
  struct share_remote_part part = {0};
  if (!size)
    return 0;
  vg_str body = vg_str_n((const char *)data + 1, size - 1);
  switch (data[0] % 4) {
  case 0: /* the password goes nowhere else */
    VG_ASSERT(share_answer_root(body, &r, NULL) != VG_OK ||
              !strncmp(r.root, "https://taxii.example.org:6100/", sizeof "https://taxii.example.org:6100/" - 1));
    break;
  case 1: (void)share_answer_collections(body, named, NULL, NULL); break;
  case 2:
    vg_buf_init(&part.body, size);
    vg_buf_str(&part.body, body);
    VG_ASSERT(share_answer_part(&part, NULL) != VG_OK || part.objects >= 0);
    vg_buf_fini(&part.body);
    break;
  default: VG_ASSERT(share_answer_status(body, &status, NULL) != VG_OK || !strpbrk(status.id, "/?#%"));
  }
  return 0;
}

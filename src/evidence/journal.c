#include "evidence/evidence_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* What must be the same for two orders to make the same copy. */
static void words(const struct acquire_order *o, char out[static 128]) {
  struct vg_buf b;
  vg_buf_init(&b, 127);
  vg_buf_fmt(&b, "format %d level %d segment %llu copies %d digests", (int)o->format, (int)o->level,
             (unsigned long long)o->segment, o->second ? 2 : 1);
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (o->digest[d])
      vg_buf_fmt(&b, " %s", vg_digest_name(d));
  vg_str_copy(out, 128, vg_buf_view(&b));
  vg_buf_fini(&b);
}

vg_code journal_write(const char *path, const struct journal *j, const struct acquire_order *o, struct vg_err *err) {
  struct vg_buf text;
  struct vg_jw w;
  char order[128], guid[33];
  vg_code rc = VG_OK;
  words(o, order);
  vg_buf_init(&text, 1U << 30);
  vg_jw_init(&w, &text);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "vigie_journal", 1);
  vg_jw_kz(&w, "order", order);
  vg_jw_kint(&w, "bytes", (int64_t)j->bytes);
  vg_jw_kint(&w, "sector_size", j->sector);
  vg_jw_kz(&w, "probe", j->probe);
  vg_jw_kint(&w, "made", j->made);
  vg_jw_kz(&w, "guid", vg_hex(guid, j->guid, sizeof j->guid));
  vg_jw_kint(&w, "done", (int64_t)j->done);
  vg_jw_kz(&w, "check", j->check);
  vg_jw_key(&w, "marks");
  vg_jw_arr(&w);
  for (size_t i = 0; i < VG_COUNT(j->mark); i++) {
    vg_jw_arr(&w);
    vg_jw_int(&w, (int64_t)j->mark[i].segment);
    vg_jw_int(&w, (int64_t)j->mark[i].offset);
    vg_jw_int(&w, (int64_t)j->mark[i].chunks);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_jw_key(&w, "bad");
  evidence_put_bad(&w, j->bad, j->bad_count);
  VG_GO(evidence_seal(&w, err));
  rc = vg_file_write(path, vg_buf_view(&text), 0600, err);
out:
  vg_buf_fini(&text);
  return rc;
}

static bool take_numbers(vg_jv list, uint64_t *out, size_t n) {
  struct vg_jit it;
  vg_jv v;
  int64_t x;
  size_t i = 0;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &v); i++)
    if (i >= n || !vg_jv_i64(v, &x) || x < 0)
      return false;
    else
      out[i] = (uint64_t)x;
  return i == n;
}

static bool take_bad(vg_jv list, struct journal *j) {
  struct vg_jit it;
  vg_jv v;
  uint64_t pair[2];
  size_t n = vg_jv_count(list);
  j->bad = calloc(n + 1, sizeof *j->bad);
  for (vg_jit_init(&it, list); j->bad && vg_jit_next(&it, NULL, &v) && j->bad_count < n;) {
    if (!take_numbers(v, pair, 2))
      return false;
    j->bad[j->bad_count++] = (struct acquire_range){pair[0], pair[1]};
  }
  return j->bad != NULL;
}

static bool take_text(vg_jv root, const char *key, char *out, size_t room) {
  vg_str s;
  if (!vg_jv_str_at(root, key, &s) || s.n >= room)
    return false;
  vg_str_copy(out, room, s);
  return true;
}

static bool take(vg_jv root, struct journal *j) {
  int64_t bytes, sector, done, made;
  vg_str guid;
  struct vg_jit it;
  vg_jv v;
  uint64_t mark[3];
  size_t i = 0;
  if (!vg_jv_i64_at(root, "bytes", &bytes) || !vg_jv_i64_at(root, "sector_size", &sector) ||
      !vg_jv_i64_at(root, "done", &done) || !vg_jv_i64_at(root, "made", &made) || !vg_jv_str_at(root, "guid", &guid) ||
      !vg_unhex(guid, j->guid, sizeof j->guid) || done < 0 || done % BLOCK != 0 || done > bytes)
    return false;
  j->bytes = (uint64_t)bytes;
  j->sector = (uint32_t)sector;
  j->done = (uint64_t)done;
  j->made = made;
  for (vg_jit_init(&it, vg_jv_at(root, "marks")); vg_jit_next(&it, NULL, &v) && i < VG_COUNT(j->mark); i++) {
    if (!take_numbers(v, mark, VG_COUNT(mark)))
      return false;
    j->mark[i] = (struct image_mark){mark[0], mark[1], mark[2]};
  }
  return i == VG_COUNT(j->mark) && take_text(root, "probe", j->probe, sizeof j->probe) &&
         take_text(root, "check", j->check, sizeof j->check) && take_bad(vg_jv_at(root, "bad"), j);
}

vg_code journal_read(const char *path, struct journal *j, const struct acquire_order *o, struct vg_err *err) {
  struct vg_buf text;
  struct vg_json *json = NULL;
  vg_jv root;
  vg_str order;
  char mine[128];
  vg_code rc = VG_OK;
  *j = (struct journal){0};
  words(o, mine);
  vg_buf_init(&text, 1U << 30);
  VG_GO(vg_file_read(path, &text, err));
  VG_GO(vg_json_new(&json, err));
  if (vg_json_parse(json, vg_buf_view(&text), &root, NULL) != VG_OK || !evidence_sealed(vg_buf_view(&text), root) ||
      !take(root, j))
    rc = VG_FAIL(err, VG_EDAMAGE, "evidence.journal", path);
  else if (!vg_jv_str_at(root, "order", &order) || !vg_str_eqz(order, mine))
    rc = VG_FAIL(err, VG_ESTATE, "evidence.resume_order", VG_T(order));
out:
  vg_json_free(json);
  vg_buf_fini(&text);
  return rc;
}

/* Free text and documents: the values that stand in them, each once. What is private, an example or on a warning list
 * is no indicator, nor is what mail servers wrote on a message's way, and a part that could not be read is named. A
 * document that begins with a marking ("TLP:AMBER") marks what it holds. */
#include "base/file.h"
#include "base/table.h"
#include "intel/document.h"
#include "intel/intel_internal.h"

enum { VALUES_MAX = 4 << 20, BEGINNING = 4096 };

struct reading {
  struct import *im;
  struct vg_table *had;
  vg_code rc; /* of telling a problem */
  bool marked;
  enum tlp tlp; /* when marked: the strictest of those that it begins with */
};

/* The level behind "TLP", with or without a colon and spaces. */
static bool level_at(vg_str s, enum tlp *out) {
  static const char space[] = "\u00a0";
  size_t n = 0;
  for (bool more = true; more;) {
    more = s.n && (s.p[0] == ' ' || s.p[0] == ':' || vg_str_starts(s, vg_str_z(space)));
    s = more ? vg_str_sub(s, s.p[0] == space[0] ? sizeof space - 1 : 1, s.n) : s;
  }
  while (n < s.n && n < 16 && (vg_is_alnum(s.p[n]) || s.p[n] == '+'))
    n++;
  return n && intel_tlp_by_name(vg_str_sub(s, 0, n), out);
}

static void marking(void *ctx, vg_str text) {
  struct reading *x = ctx;
  enum tlp t;
  text = vg_str_sub(text, 0, BEGINNING);
  for (size_t i = 0; i + 3 < text.n; i++) {
    bool word = i == 0 || !vg_is_alnum(text.p[i - 1]);
    if (word && vg_str_eq_ci(vg_str_sub(text, i, 3), VG_STR("TLP")) && level_at(vg_str_sub(text, i + 3, text.n), &t)) {
      x->tlp = x->marked && x->tlp > t ? x->tlp : t;
      x->marked = true;
    }
  }
}

static vg_code one(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct reading *x = ctx;
  struct plain_indicator p = plain_of(x->im, "byte", (int64_t)h->offset);
  struct vg_buf key;
  uint64_t times;
  if ((h->flags & HIT_NO_SIGN) || (h->type == TYPE_ATTACK && !intel_is_technique(h->type, h->value)))
    return VG_OK;
  vg_buf_init(&key, 1 << 16);
  vg_buf_fmt(&key, "%d ", (int)h->type);
  vg_buf_str(&key, h->value);
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = vg_table_bump(x->had, vg_buf_view(&key), 1, &times, err);
  p.type = h->type;
  p.value = h->value;
  if (x->marked) {
    p.tlp = x->tlp;
    p.pap = x->im->pap < 0 ? intel_pap_default(x->tlp) : (enum pap)x->im->pap;
  }
  if (rc == VG_OK && times == 1)
    rc = import_value(x->im, &p, err);
  vg_buf_fini(&key);
  return rc;
}

static void problem(void *ctx, vg_str where, const struct vg_err *why) {
  struct reading *x = ctx;
  (void)where;
  if (x->rc == VG_OK)
    x->rc = import_reject(x->im, "byte", 0, why, NULL);
}

vg_code import_report(struct import *im, struct vg_err *err) {
  struct reading x = {.im = im};
  const struct intel_extract_options o = {.problem = problem, .text = marking, .text_ctx = &x};
  VG_TRY(vg_table_new(&x.had, VALUES_MAX, err));
  vg_code rc = im->in->text.p ? intel_extract(im->in->text, &o, one, &x, err)
                              : intel_extract_file(im->in->path, &o, one, &x, err);
  vg_table_free(x.had);
  return rc == VG_OK && x.rc != VG_OK ? VG_FAIL(err, x.rc, "base.memory") : rc;
}

static bool is_packed_tar(vg_str name) {
  static const char *const ends[] = {".tar.gz", ".tgz"};
  for (size_t i = 0; i < VG_COUNT(ends); i++)
    if (vg_str_ends_ci(name, vg_str_z(ends[i])))
      return true;
  return false;
}

/* gzip alone is how lists and bundles are packed: what it holds is imported, not searched through. */
vg_code import_is_document(const char *path, bool *yes, struct vg_err *err) {
  struct vg_map_file map;
  *yes = false;
  if (vg_str_eqz(vg_str_z(path), "-"))
    return VG_OK;
  VG_TRY(vg_map_open(&map, path, err));
  *yes = (!vg_str_starts(map.bytes, VG_STR("\x1f\x8b")) || is_packed_tar(vg_str_z(path))) &&
         document_kind(map.bytes, vg_path_base(vg_str_z(path))) != DOCUMENT_NONE;
  vg_map_close(&map);
  return VG_OK;
}

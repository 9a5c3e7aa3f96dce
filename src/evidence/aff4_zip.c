#include "evidence/format_aff4.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/rd.h"

/* APPNOTE.TXT 6.3: local header, central header, end record, ZIP64 end record and its locator. */
enum {
  LOCAL = 0x04034b50,
  CENTRAL = 0x02014b50,
  END = 0x06054b50,
  END64 = 0x06064b50,
  LOCATOR = 0x07064b50,
  CENTRAL_SIZE = 46,
  END_SIZE = 22,
  END64_SIZE = 56,
  LOCATOR_SIZE = 20,
  COMMENT_MOST = 65535,
  VERSION = 45,
  UTF8 = 1 << 11,
  DOS_DATE = 0x21, /* 1980-01-01: the times stand in the information */
  DIRECTORY_MOST = 256 << 20,
  STORED = 0,
  DEFLATED = 8
};

void zip_init(struct zip_dir *z) {
  *z = (struct zip_dir){0};
  vg_buf_init(&z->names, DIRECTORY_MOST);
}

void zip_fini(struct zip_dir *z) {
  free(z->v);
  vg_buf_fini(&z->names);
}

vg_str zip_name(const struct zip_dir *z, const struct zip_member *m) {
  return vg_str_n(z->names.p + m->name, m->name_n);
}

vg_code zip_add(struct zip_dir *z, vg_str name, const struct zip_member *m, struct vg_err *err) {
  if (!VG_GROW(z->v, z->n, z->room, 64))
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  z->v[z->n] = *m;
  z->v[z->n].name = z->names.n;
  z->v[z->n].name_n = name.n;
  vg_buf_str(&z->names, name);
  VG_TRY(vg_buf_check(&z->names, err));
  z->n++;
  return VG_OK;
}

/* ---- order ---- */

static int compare(const void *a, const void *b, void *names) {
  const struct zip_member *x = a, *y = b;
  const char *text = names;
  size_t n = x->name_n < y->name_n ? x->name_n : y->name_n;
  int c = memcmp(text + x->name, text + y->name, n);
  return c ? c : (x->name_n > y->name_n) - (x->name_n < y->name_n);
}

void zip_sort(struct zip_dir *z) {
  if (z->n)
    qsort_r(z->v, z->n, sizeof *z->v, compare, z->names.p);
}

struct zip_member *zip_find(const struct zip_dir *z, vg_str name) {
  size_t lo = 0, hi = z->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    int c = vg_str_cmp(zip_name(z, &z->v[mid]), name);
    if (c == 0)
      return &z->v[mid];
    if (c < 0)
      lo = mid + 1;
    else
      hi = mid;
  }
  return NULL;
}

/* ---- reading ---- */

/* The ZIP64 extra field has only those of the three that did not fit, in this order. */
static void take_extra(struct vg_rd extra, struct zip_member *m) {
  while (!extra.bad && extra.at < extra.n) {
    uint16_t id = vg_rd_le16(&extra), n = vg_rd_le16(&extra);
    struct vg_rd field;
    vg_rd_init(&field, vg_rd_bytes(&extra, n));
    if (id != 1)
      continue;
    if (m->bytes == UINT32_MAX)
      m->bytes = vg_rd_le64(&field);
    if (m->packed == UINT32_MAX)
      m->packed = vg_rd_le64(&field);
    if (m->head == UINT32_MAX)
      m->head = vg_rd_le64(&field);
    return;
  }
}

static void extra_of(struct vg_rd *r, size_t n, struct zip_member *m) {
  struct vg_rd extra;
  vg_rd_init(&extra, vg_rd_bytes(r, n));
  take_extra(extra, m);
}

static vg_code take_central(struct zip_dir *z, struct vg_rd *r, struct vg_err *err) {
  struct zip_member m = {0};
  if (vg_rd_le32(r) != CENTRAL)
    r->bad = true;
  vg_rd_skip(r, 6);
  m.method = vg_rd_le16(r);
  vg_rd_skip(r, 4);
  m.crc = vg_rd_le32(r);
  m.packed = vg_rd_le32(r);
  m.bytes = vg_rd_le32(r);
  size_t name = vg_rd_le16(r), extra = vg_rd_le16(r), comment = vg_rd_le16(r);
  vg_rd_skip(r, 8);
  m.head = vg_rd_le32(r);
  vg_str text = vg_rd_bytes(r, name);
  extra_of(r, extra, &m);
  vg_rd_skip(r, comment);
  return r->bad ? VG_OK : zip_add(z, text, &m, err);
}

struct end {
  uint64_t at, size, count;
};

/* The end record is the last one whose comment ends with the file. */
static bool find_end(int fd, uint64_t file, struct end *out) {
  static _Thread_local char tail[END_SIZE + COMMENT_MOST];
  size_t n = file < sizeof tail ? (size_t)file : sizeof tail;
  struct vg_rd r;
  if (n < END_SIZE || !evidence_read_all(fd, file, file - n, tail, n))
    return false;
  for (size_t at = n - END_SIZE + 1; at-- > 0;) {
    vg_rd_init(&r, vg_str_n(tail + at, n - at));
    if (vg_rd_le32(&r) != END)
      continue;
    vg_rd_skip(&r, 6);
    out->count = vg_rd_le16(&r);
    out->size = vg_rd_le32(&r);
    out->at = vg_rd_le32(&r);
    if (vg_rd_le16(&r) != n - at - END_SIZE)
      continue;
    uint64_t end = file - n + at;
    char p[END64_SIZE];
    if (end < LOCATOR_SIZE || !evidence_read_all(fd, file, end - LOCATOR_SIZE, p, LOCATOR_SIZE))
      return true;
    vg_rd_init(&r, vg_str_n(p, LOCATOR_SIZE));
    if (vg_rd_le32(&r) != LOCATOR)
      return true;
    vg_rd_skip(&r, 4);
    uint64_t end64 = vg_rd_le64(&r);
    if (!evidence_read_all(fd, file, end64, p, END64_SIZE))
      return false;
    vg_rd_init(&r, vg_str_n(p, END64_SIZE));
    if (vg_rd_le32(&r) != END64)
      return false;
    vg_rd_skip(&r, 28);
    out->count = vg_rd_le64(&r);
    out->size = vg_rd_le64(&r);
    out->at = vg_rd_le64(&r);
    return true;
  }
  return false;
}

vg_code zip_read(struct zip_dir *z, int fd, uint64_t file, const char *path, struct vg_err *err) {
  struct end e;
  struct vg_rd r;
  vg_code rc = VG_OK;
  if (!find_end(fd, file, &e) || e.size > DIRECTORY_MOST || e.at > file || e.size > file - e.at ||
      e.count > e.size / CENTRAL_SIZE)
    return VG_FAIL(err, VG_EDATA, "evidence.bad_aff4", path);
  char *p = malloc((size_t)e.size + 1);
  if (!p)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  r.bad = !evidence_read_all(fd, file, e.at, p, (size_t)e.size);
  if (!r.bad)
    vg_rd_init(&r, vg_str_n(p, (size_t)e.size));
  for (uint64_t i = 0; i < e.count && !r.bad && rc == VG_OK; i++)
    rc = take_central(z, &r, err);
  free(p);
  zip_sort(z);
  VG_TRY(rc);
  return r.bad ? VG_FAIL(err, VG_EDATA, "evidence.bad_aff4", path) : VG_OK;
}

/* false: no local header stands there whole. name: ZIP_NAME bytes, or NULL. */
static bool read_local(int fd, uint64_t file, uint64_t at, struct zip_member *m, char *name) {
  char p[ZIP_HEAD];
  struct vg_rd r;
  if (!evidence_read_all(fd, file, at, p, sizeof p))
    return false;
  vg_rd_init(&r, vg_str_n(p, sizeof p));
  if (vg_rd_le32(&r) != LOCAL)
    return false;
  vg_rd_skip(&r, 4);
  m->method = vg_rd_le16(&r);
  vg_rd_skip(&r, 4);
  m->crc = vg_rd_le32(&r);
  m->packed = vg_rd_le32(&r);
  m->bytes = vg_rd_le32(&r);
  m->name_n = vg_rd_le16(&r);
  m->head = at;
  m->data = at + ZIP_HEAD + m->name_n + vg_rd_le16(&r);
  return !name || (m->name_n <= ZIP_NAME && evidence_read_all(fd, file, at + ZIP_HEAD, name, m->name_n));
}

vg_code zip_walk(struct zip_dir *z, int fd, uint64_t file, struct vg_err *err) {
  char name[ZIP_NAME];
  struct zip_member m;
  for (uint64_t at = 0; read_local(fd, file, at, &m, name); at = m.data + m.packed) {
    if (m.data > file || m.packed > file - m.data || m.name_n == 0)
      break;
    VG_TRY(zip_add(z, vg_str_n(name, m.name_n), &m, err));
  }
  zip_sort(z);
  return VG_OK;
}

bool zip_locate(int fd, uint64_t file, struct zip_member *m) {
  struct zip_member local;
  if (!m->data && read_local(fd, file, m->head, &local, NULL))
    m->data = local.data;
  return m->data && m->data <= file && m->packed <= file - m->data;
}

static bool inflate(const char *p, size_t n, char *to, size_t want) {
  struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
  bool good = d && libdeflate_deflate_decompress(d, p, n, to, want, NULL) == LIBDEFLATE_SUCCESS;
  libdeflate_free_decompressor(d);
  return good;
}

bool zip_load(int fd, uint64_t file, struct zip_member *m, size_t most, struct vg_buf *out) {
  bool plain = m->method == STORED, good = false;
  if ((!plain && m->method != DEFLATED) || m->bytes > most || m->packed > most || (plain && m->packed != m->bytes) ||
      !zip_locate(fd, file, m))
    return false;
  char *p = malloc((size_t)m->packed + 1), *to = plain ? p : malloc((size_t)m->bytes + 1);
  if (p && to && evidence_read_all(fd, file, m->data, p, (size_t)m->packed) &&
      (plain || inflate(p, (size_t)m->packed, to, (size_t)m->bytes)) &&
      libdeflate_crc32(0, to, (size_t)m->bytes) == m->crc) {
    vg_buf_add(out, to, (size_t)m->bytes);
    good = !out->bad;
  }
  if (!plain)
    free(to);
  free(p);
  return good;
}

bool aff4_sniff(int fd, uint64_t file, const unsigned char *head, size_t n) {
  static const char first[] = "container.description";
  char tail[END_SIZE + 64];
  if (n < ZIP_HEAD + sizeof first || memcmp(head, "PK\3\4", 4) != 0)
    return false;
  if (memcmp(head + ZIP_HEAD, first, sizeof first - 1) == 0)
    return true;
  size_t k = file < sizeof tail ? (size_t)file : sizeof tail;
  return evidence_read_all(fd, file, file - k, tail, k) &&
         vg_str_find(vg_str_n(tail, k), VG_STR("aff4://"), 0) != SIZE_MAX;
}

/* ---- writing ---- */

/* What both headers share: from the version needed to the length of the name. */
static void put_common(struct vg_buf *out, const struct zip_member *m, vg_str name) {
  vg_buf_le16(out, VERSION);
  vg_buf_le16(out, UTF8);
  vg_buf_le16(out, STORED);
  vg_buf_le16(out, 0);
  vg_buf_le16(out, DOS_DATE);
  vg_buf_le32(out, m->crc);
  vg_buf_le32(out, (uint32_t)m->packed);
  vg_buf_le32(out, (uint32_t)m->bytes);
  vg_buf_le16(out, (uint16_t)name.n);
}

void zip_put_head(struct vg_buf *out, const struct zip_member *m, vg_str name) {
  vg_buf_le32(out, LOCAL);
  put_common(out, m, name);
  vg_buf_le16(out, 0);
  vg_buf_str(out, name);
}

static void put_central(struct vg_buf *out, const struct zip_dir *z, const struct zip_member *m) {
  bool far = m->head >= UINT32_MAX;
  vg_buf_le32(out, CENTRAL);
  vg_buf_le16(out, VERSION);
  put_common(out, m, zip_name(z, m));
  vg_buf_le16(out, far ? 12 : 0);
  for (size_t i = 0; i < 5; i++) /* comment, disk, attributes */
    vg_buf_le16(out, 0);
  vg_buf_le32(out, far ? UINT32_MAX : (uint32_t)m->head);
  vg_buf_str(out, zip_name(z, m));
  if (far) {
    vg_buf_le16(out, 1);
    vg_buf_le16(out, 8);
    vg_buf_le64(out, m->head);
  }
}

void zip_put_directory(struct vg_buf *out, const struct zip_dir *z, uint64_t at, vg_str comment) {
  size_t from = out->n;
  for (size_t i = 0; i < z->n; i++)
    put_central(out, z, &z->v[i]);
  uint64_t size = out->n - from, end64 = at + size;
  vg_buf_le32(out, END64);
  vg_buf_le64(out, END64_SIZE - 12);
  vg_buf_le16(out, VERSION);
  vg_buf_le16(out, VERSION);
  vg_buf_le64(out, 0);
  vg_buf_le64(out, z->n);
  vg_buf_le64(out, z->n);
  vg_buf_le64(out, size);
  vg_buf_le64(out, at);
  vg_buf_le32(out, LOCATOR);
  vg_buf_le32(out, 0);
  vg_buf_le64(out, end64);
  vg_buf_le32(out, 1);
  vg_buf_le32(out, END);
  vg_buf_le32(out, 0);
  vg_buf_le32(out,
              UINT32_MAX); /* both counts, size, place: look in the ZIP64 record, as other readers of AFF4 demand */
  vg_buf_le32(out, UINT32_MAX);
  vg_buf_le32(out, UINT32_MAX);
  vg_buf_le16(out, (uint16_t)comment.n);
  vg_buf_str(out, comment);
}

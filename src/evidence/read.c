#include "base/grow.h"
#include "evidence/format_aff4.h"
#include "evidence/virtual.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* What begins so is a container that is not read here; taking it for a raw disk would be a silent lie. */
static const struct {
  unsigned char head[8];
  const char *name;
} foreign[] = {{{'E', 'V', 'F', '2', 0x0d, 0x0a, 0x81, 0x00}, "Ex01"},
               {{'L', 'V', 'F', 0x09, 0x0d, 0x0a, 0xff, 0x00}, "L01"},
               {{'L', 'E', 'F', '2', 0x0d, 0x0a, 0x81, 0x00}, "Lx01"},
               {{'A', 'F', 'F', '1', '0', 0x0d, 0x0a, 0x00}, "AFF"}};

static bool named(const char *path, const char *ext) {
  size_t n = strlen(path), k = strlen(ext);
  return n > k && strcasecmp(path + n - k, ext) == 0;
}

enum { HEAD = 512 };

static vg_code sniff(const char *path, enum image_format *format, bool *text, struct vg_err *err) {
  unsigned char head[HEAD] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO is refused below, not waited for */
  if (fd < 0)
    return VG_FAIL_SYS(err, "evidence.open", path);
  struct stat st;
  if (fstat(fd, &st) != 0 || !(S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))) {
    close(fd);
    return VG_FAIL(err, VG_EDATA, "evidence.not_medium", path);
  }
  ssize_t n = pread(fd, head, sizeof head, 0);
  int sys = errno;
  off_t size = lseek(fd, 0, SEEK_END);
  *format = n < 0 || size < 0 ? IMAGE_RAW : virtual_sniff(fd, (uint64_t)size, head, (size_t)n);
  if (*format == IMAGE_RAW && n > 0 && size > 0 && aff4_sniff(fd, (uint64_t)size, head, (size_t)n))
    *format = IMAGE_AFF4;
  close(fd);
  errno = sys;
  if (n < 0)
    return VG_FAIL_SYS(err, "evidence.read", path);
  for (size_t i = 0; i < VG_COUNT(foreign); i++)
    if (memcmp(head, foreign[i].head, sizeof foreign[i].head) == 0)
      return VG_FAIL(err, VG_EDATA, "evidence.foreign", path, foreign[i].name);
  if (memcmp(head, ewf_signature, sizeof ewf_signature) == 0)
    *format = IMAGE_E01;
  *text = vmdk_is_text(head, (size_t)n);
  if (*format != IMAGE_E01 && (named(path, ".e01") || named(path, ".s01")))
    return VG_FAIL(err, VG_EDATA, "evidence.bad_e01", path);
  return *format == IMAGE_AFF4 || !named(path, ".aff4") ? VG_OK : VG_FAIL(err, VG_EDATA, "evidence.bad_aff4", path);
}

const char *image_format_name(enum image_format f) {
  static const char *const names[] = {"raw", "E01", "AFF4", "qcow2", "VHD", "VHDX", "VMDK", "VDI"};
  return names[f];
}

vg_code image_begin(const char *const *paths, size_t n, bool partial, struct image_reader **out, struct vg_err *err) {
  enum image_format format = IMAGE_RAW;
  bool text = false;
  *out = NULL;
  if (n == 0 || n > IMAGE_PATHS)
    return VG_FAIL(err, VG_ELIMIT, "evidence.segments", VG_N(n));
  VG_TRY(sniff(paths[0], &format, &text, err));
  if (format == IMAGE_E01)
    return reader_ewf(out, paths, n, partial, err);
  if (format == IMAGE_AFF4)
    return n == 1 ? reader_aff4(out, paths[0], partial, err) : VG_FAIL(err, VG_ELIMIT, "evidence.segments", VG_N(n));
  if (text)
    return reader_vmdk_text(out, paths, n, err);
  return format == IMAGE_RAW || n > 1 ? reader_raw(out, paths, n, err) : reader_virtual(out, format, paths[0], err);
}

vg_code image_open(const char *const *paths, size_t n, struct image_reader **out, struct vg_err *err) {
  vg_code rc = image_begin(paths, n, false, out, err);
  if (rc != VG_OK) {
    image_close(*out);
    *out = NULL;
  }
  return rc;
}

uint64_t image_size(const struct image_reader *r) { return r->size; }
enum image_format image_format_of(const struct image_reader *r) { return r->format; }
uint64_t image_damaged(struct image_reader *r) { return r->damages; }

/* The thread that fetches and the one that collects both find damage. */
void reader_damage(struct image_reader *r, const char *what, uint64_t a, uint64_t b) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  bool known = false;
  pthread_mutex_lock(&lock);
  for (size_t i = 0; i < r->damages && i < DAMAGE_KEPT; i++)
    known = known || (r->damage[i].what == what && r->damage[i].where[0] == a && r->damage[i].where[1] == b);
  if (!known && r->damages < DAMAGE_KEPT)
    r->damage[r->damages] = (struct image_damage){what, {a, b}};
  r->damages += !known;
  pthread_mutex_unlock(&lock);
}

vg_code evidence_pread(int fd, void *to, size_t n, uint64_t at, uint64_t place, struct vg_err *err) {
  for (size_t done = 0; done < n;) {
    ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(at + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return VG_FAIL_SYS(err, "evidence.read_at", VG_N(place + done));
    if (got == 0)
      return VG_FAIL(err, VG_EDATA, "evidence.shrunk", VG_N(place + done));
    done += (size_t)got;
  }
  return VG_OK;
}

bool evidence_read_all(int fd, uint64_t file, uint64_t at, void *to, size_t n) {
  return at <= file && n <= file - at && evidence_pread(fd, to, n, at, at, NULL) == VG_OK;
}

vg_code image_read_at(struct image_reader *r, uint64_t at, void *buffer, size_t n, size_t *got, struct vg_err *err) {
  *got = 0;
  if (at >= r->size)
    return VG_OK;
  if (n > r->size - at)
    n = (size_t)(r->size - at);
  VG_TRY(r->ops->read_at(r, at, buffer, n, err));
  *got = n;
  return VG_OK;
}

bool image_stored_hash(struct image_reader *r, enum vg_digest d, char hex[static 2 * VG_DIGEST_MAX + 1]) {
  unsigned char raw[VG_DIGEST_MAX];
  bool has = r->ops->stored(r, d, raw);
  vg_hex(hex, raw, has ? vg_digest_size(d) : 0);
  return has;
}

void image_close(struct image_reader *r) {
  if (r)
    r->ops->close(r);
}

vg_code reader_fetch_plain(struct image_reader *r, struct block *b, struct vg_err *err) {
  struct vg_err why = {0};
  vg_code rc = r->ops->read_at(r, b->at, b->own, b->n, &why);
  if (rc == VG_EDATA) /* noted; what is left of the block is not read */
    memset(b->own, 0, b->n);
  else if (rc != VG_OK && err)
    *err = why;
  return rc == VG_EDATA ? VG_OK : rc;
}

void reader_unpack_nothing(struct image_reader *r, size_t worker, struct block *b) { (void)r, (void)worker, (void)b; }

bool reader_stored_none(struct image_reader *r, enum vg_digest d, unsigned char out[static VG_DIGEST_MAX]) {
  (void)r, (void)d, (void)out;
  return false;
}

/* ---- reading whole ---- */

struct whole {
  struct image_reader *r;
  const struct readback_order *o;
  uint64_t end;
};

static vg_code fetch(void *ctx, struct block *b, struct vg_err *err) {
  struct whole *w = ctx;
  uint64_t left = w->end - b->at;
  b->n = left < BLOCK ? (size_t)left : BLOCK;
  if (b->n == 0)
    return VG_OK;
  VG_TRY(w->r->ops->fetch(w->r, b, err));
  return w->o->passed ? w->o->passed(w->o->ctx, b->at, w->end, err) : VG_OK;
}

static vg_code unpack(void *ctx, size_t worker, struct block *b, struct vg_err *err) {
  struct whole *w = ctx;
  (void)err;
  w->r->ops->unpack(w->r, worker, b);
  return VG_OK;
}

/* In order, so that damage is told once and in the medium's order. */
static vg_code collect(void *ctx, struct block *b, struct vg_err *err) {
  struct whole *w = ctx;
  (void)err;
  for (size_t i = 0; i < b->chunks; i++)
    if (b->chunk[i].bad)
      reader_damage(w->r, "evidence.bad.chunk", b->at + i * w->r->chunk, w->r->chunk);
  return VG_OK;
}

vg_code evidence_readback(struct image_reader *r, const struct readback_order *o, struct pipe_digests *out,
                          struct vg_err *err) {
  struct whole w = {.r = r, .o = o, .end = o->bytes < r->size ? o->bytes : r->size};
  struct pipe_order p = {
      .ctx = &w, .fill = fetch, .work = unpack, .sink = collect, .unpacks = true, .pad = (size_t)(r->size - w.end)};
  memcpy(p.digest, o->digest, sizeof p.digest);
  if (r->size - w.end > BLOCK)
    p.pad = 0;
  return evidence_pipe(&p, out, err);
}

/* ---- segments ---- */

bool evidence_one_file(enum image_format f, bool segmented) {
  return f == IMAGE_AFF4 || (f == IMAGE_RAW && !segmented);
}

/* E01..E99, then EAA..EZZ, FAA.. as the format counts; raw: 001..999. */
void evidence_extension(enum image_format f, size_t i, char out[static 5]) {
  if (f == IMAGE_AFF4) {
    memcpy(out, "aff4", 5);
    return;
  }
  if (f == IMAGE_RAW || i <= 99) {
    snprintf(out, 5, f == IMAGE_RAW ? "%03u" : "E%02u", (unsigned)(i % 1000));
    return;
  }
  size_t k = i - 100;
  out[0] = (char)('E' + (char)(k / 676 % 20));
  out[1] = (char)('A' + (char)(k / 26 % 26));
  out[2] = (char)('A' + (char)(k % 26));
  out[3] = 0;
}

vg_code image_paths_add(struct image_paths *p, const char *path, struct vg_err *err) {
  if (p->n == IMAGE_PATHS)
    return VG_FAIL(err, VG_ELIMIT, "evidence.segments", VG_N(p->n));
  if (!VG_GROW(p->v, p->n, p->cap, 64) || !(p->v[p->n] = strdup(path)))
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  p->n++;
  return VG_OK;
}

static bool is_vmdk_text(const char *path) {
  unsigned char head[32];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);
  if (fd >= 0)
    close(fd);
  return n > 0 && vmdk_is_text(head, (size_t)n);
}

static bool is_letter(char c) { return vg_lower(c) >= 'a' && vg_lower(c) <= 'z'; }

/* Is the file one of those that evidence_extension names after the first? Letters are other extensions too (.EXE). */
static bool later_segment(const char *ext, const char *first) {
  bool digits = vg_is_digit(ext[1]) && vg_is_digit(ext[2]) && strcmp(ext + 1, "00") != 0;
  if (vg_is_digit(ext[0]))
    return digits && strcmp(ext, "001") != 0 && vg_file_exists(first);
  if (vg_lower(ext[0]) == 'e' && digits)
    return strcasecmp(ext, "e01") != 0;
  return vg_lower(ext[0]) >= 'e' && vg_lower(ext[0]) <= 'x' && is_letter(ext[1]) && is_letter(ext[2]) &&
         vg_file_exists(first);
}

void image_first(const char *path, char out[static 4096]) {
  static const char *const firsts[] = {".E01", ".e01", ".aff4", ".001", ".raw"};
  vg_str p = vg_str_z(path), side = VG_STR(".vigie.json");
  char first[4112];
  vg_str_copy(out, 4096, p);
  if (vg_str_ends(p, side)) {
    for (size_t i = 0; i < VG_COUNT(firsts); i++) {
      snprintf(first, sizeof first, "%.*s%s", (int)(p.n - side.n), path, firsts[i]);
      if (vg_file_exists(first)) {
        vg_str_copy(out, 4096, vg_str_z(first));
        return;
      }
    }
  } else if (p.n > 4 && path[p.n - 4] == '.') {
    const char *ext = path + p.n - 3;
    snprintf(first, sizeof first, "%.*s%s", (int)(p.n - 3), path,
             vg_is_digit(ext[0])          ? "001"
             : vg_lower(ext[0]) == ext[0] ? "e01"
                                          : "E01");
    if (later_segment(ext, first))
      vg_str_copy(out, 4096, vg_str_z(first));
  }
}

vg_code image_segments(const char *any, struct image_paths *out, struct vg_err *err) {
  struct stat st;
  char path[4096];
  image_first(any, path);
  size_t n = strlen(path);
  *out = (struct image_paths){0};
  if (stat(path, &st) != 0)
    return VG_FAIL_SYS(err, "evidence.open", path);
  VG_TRY(image_paths_add(out, path, err));
  bool e01 = n > 4 && strcasecmp(path + n - 4, ".e01") == 0, raw = n > 4 && strcmp(path + n - 4, ".001") == 0;
  if (!e01 && !raw)
    return is_vmdk_text(path) ? vmdk_extents(path, out, err) : VG_OK;
  for (size_t i = 2; i < IMAGE_PATHS; i++) {
    char next[4096], ext[5];
    evidence_extension(e01 ? IMAGE_E01 : IMAGE_RAW, i, ext);
    if (e01 && path[n - 3] == 'e')
      for (char *c = ext; *c; c++)
        *c = vg_lower(*c);
    snprintf(next, sizeof next, "%.*s%s", (int)(n - 3), path, ext);
    if (stat(next, &st) != 0)
      break;
    VG_TRY(image_paths_add(out, next, err));
  }
  return VG_OK;
}

void image_paths_fini(struct image_paths *p) {
  for (size_t i = 0; i < p->n; i++)
    free(p->v[i]);
  free(p->v);
  *p = (struct image_paths){0};
}

/*
 * ntfs_tree: the three things that ntfscp cannot do on an unmounted NTFS image, for the demonstration disk.
 *
 *   ntfs_tree IMAGE < SCRIPT        one command a line, TAB between arguments
 *     mkdir PATH                    turn the empty file PATH (put there by ntfscp) into an empty directory
 *     time  PATH BORN CHANGED READ  set the four times of a file, Unix seconds
 *     age   BASE SPAN               spread the times of all user files over SPAN seconds before BASE
 *     rm    PATH                    delete as Windows does: name out of the folder's index, record and clusters freed,
 *                                   content left where it was
 *     serial HEX                    set the volume's serial number in both boot sectors
 *
 * Written from the public description of the on-disk format. Limits, checked and refused: a directory whose entries
 * need an attribute list, removal of an index entry that has children in the tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  AT_STANDARD = 0x10,
  AT_NAME = 0x30,
  AT_DATA = 0x80,
  AT_INDEX_ROOT = 0x90,
  AT_INDEX_BLOCKS = 0xA0,
  AT_BITMAP = 0xB0,
  REC_IN_USE = 1,
  REC_DIRECTORY = 2,
  ENTRY_HAS_CHILD = 1,
  ENTRY_LAST = 2,
  MFT_SELF = 0,
  MFT_ROOT = 5,
  MFT_CLUSTER_MAP = 6,
  MFT_FIRST_USER = 64,
  MAX_RUNS = 512,
  MAX_RECORD = 4096,
  MAX_INDEX = 65536
};

struct run {
  uint64_t vcn, lcn, count;
  bool hole;
};
struct runs {
  struct run at[MAX_RUNS];
  size_t n;
};

struct volume {
  int fd;
  uint32_t sector, cluster, record, index;
  uint64_t sectors, mft_lcn, records;
  struct runs mft;
};

/* Where an index entry was found: in the record of the directory itself, or in one of its index blocks. */
struct place {
  uint64_t dir; /* record number of the directory */
  bool in_block;
  uint64_t block_pos; /* byte position of the block in the image */
  uint32_t header;    /* offset of the index header in the buffer */
  uint32_t entry;     /* offset of the entry in the buffer */
  uint64_t ref;       /* record that the entry names */
};

__attribute__((format(printf, 1, 2))) static _Noreturn void die(const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  fputs("ntfs_tree: ", stderr);
  vfprintf(stderr, fmt, ap);
  fputc('\n', stderr);
  va_end(ap);
  exit(1);
}

static uint64_t get(const uint8_t *p, unsigned bytes) {
  uint64_t v = 0;

  for (unsigned i = 0; i < bytes; i++)
    v |= (uint64_t)p[i] << (8 * i);
  return v;
}

static uint16_t get16(const uint8_t *p) { return (uint16_t)get(p, 2); }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get(p, 4); }
static uint64_t get64(const uint8_t *p) { return get(p, 8); }
static uint64_t get_ref(const uint8_t *p) { return get(p, 6); }

static void put(uint8_t *p, uint64_t v, unsigned bytes) {
  for (unsigned i = 0; i < bytes; i++)
    p[i] = (uint8_t)(v >> (8 * i));
}

static void read_at(const struct volume *v, uint64_t pos, void *buf, size_t n) {
  ssize_t got = pread(v->fd, buf, n, (off_t)pos);

  if (got < 0 || (size_t)got != n)
    die("cannot read %zu bytes at %llu: %s", n, (unsigned long long)pos, got < 0 ? strerror(errno) : "end of image");
}

static void write_at(const struct volume *v, uint64_t pos, const void *buf, size_t n) {
  ssize_t put_n = pwrite(v->fd, buf, n, (off_t)pos);

  if (put_n < 0 || (size_t)put_n != n)
    die("cannot write %zu bytes at %llu: %s", n, (unsigned long long)pos, put_n < 0 ? strerror(errno) : "short write");
}

/* The last two bytes of each sector of a record live in its update sequence array: put them back, or hide them again.
 */
static void fixup_open(const struct volume *v, uint8_t *buf, uint32_t size) {
  uint32_t at = get16(buf + 4), n = get16(buf + 6);

  if (n != size / v->sector + 1 || at + 2 * n > size)
    die("bad update sequence");
  for (uint32_t i = 1; i < n; i++) {
    uint8_t *tail = buf + i * v->sector - 2;

    if (memcmp(tail, buf + at, 2) != 0)
      die("torn record");
    memcpy(tail, buf + at + 2 * i, 2);
  }
}

static void fixup_close(const struct volume *v, uint8_t *buf, uint32_t size) {
  uint32_t at = get16(buf + 4), n = size / v->sector + 1;
  uint16_t number = (uint16_t)(get16(buf + at) + 1);

  if (number == 0)
    number = 1;
  put(buf + at, number, 2);
  for (uint32_t i = 1; i < n; i++) {
    uint8_t *tail = buf + i * v->sector - 2;

    memcpy(buf + at + 2 * i, tail, 2);
    memcpy(tail, buf + at, 2);
  }
}

/* Mapping pairs: a byte of two lengths, then count and signed distance from the run before. */
static void parse_runs(const uint8_t *attr, struct runs *out) {
  const uint8_t *p = attr + get16(attr + 0x20), *end = attr + get32(attr + 4);
  uint64_t vcn = get64(attr + 0x10);
  int64_t lcn = 0;

  out->n = 0;
  while (p < end && *p != 0) {
    unsigned count_len = *p & 15u, move_len = *p >> 4;
    uint64_t count, move;

    if (count_len == 0 || count_len > 8 || move_len > 8 || p + 1 + count_len + move_len > end || out->n == MAX_RUNS)
      die("bad run list");
    count = get(p + 1, count_len);
    move = get(p + 1 + count_len, move_len);
    if (move_len > 0 && move_len < 8 && (p[count_len + move_len] & 0x80) != 0)
      move |= ~UINT64_C(0) << (8 * move_len);
    lcn += (int64_t)move;
    out->at[out->n++] = (struct run){vcn, (uint64_t)lcn, count, move_len == 0};
    vcn += count;
    p += 1 + count_len + move_len;
  }
}

static uint64_t run_position(const struct volume *v, const struct runs *r, uint64_t offset) {
  uint64_t vcn = offset / v->cluster;

  for (size_t i = 0; i < r->n; i++)
    if (!r->at[i].hole && vcn >= r->at[i].vcn && vcn - r->at[i].vcn < r->at[i].count)
      return (r->at[i].lcn + vcn - r->at[i].vcn) * v->cluster + offset % v->cluster;
  die("offset %llu is outside the runs", (unsigned long long)offset);
}

static uint8_t *find_attribute(const struct volume *v, uint8_t *rec, uint32_t type) {
  uint32_t at = get16(rec + 0x14), used = get32(rec + 0x18);

  if (used > v->record)
    die("record longer than its space");
  while (at + 8 <= used && get32(rec + at) != UINT32_MAX) {
    uint32_t len = get32(rec + at + 4);

    if (len < 24 || len > used - at)
      die("bad attribute");
    if (get32(rec + at) == type)
      return rec + at;
    at += len;
  }
  return NULL;
}

static uint8_t *need_attribute(const struct volume *v, uint8_t *rec, uint32_t type) {
  uint8_t *a = find_attribute(v, rec, type);

  if (a == NULL)
    die("attribute 0x%x is missing", type);
  return a;
}

static uint8_t *resident_value(uint8_t *attr) { return attr + get16(attr + 0x14); }

static uint64_t record_position(const struct volume *v, uint64_t number) {
  return run_position(v, &v->mft, number * v->record);
}

static void load_record(const struct volume *v, uint64_t number, uint8_t *rec) {
  read_at(v, record_position(v, number), rec, v->record);
  if (memcmp(rec, "FILE", 4) != 0)
    die("record %llu is not a file record", (unsigned long long)number);
  fixup_open(v, rec, v->record);
}

static void store_record(const struct volume *v, uint64_t number, uint8_t *rec) {
  fixup_close(v, rec, v->record);
  write_at(v, record_position(v, number), rec, v->record);
}

/* "Size or power of two": positive is clusters, negative is 2^-n bytes. */
static uint32_t coded_size(uint8_t code, uint32_t cluster) {
  return code < 128 ? code * cluster : UINT32_C(1) << (256 - code);
}

static void volume_open(struct volume *v, const char *path) {
  uint8_t boot[512], rec[MAX_RECORD];
  uint8_t *data;

  v->fd = open(path, O_RDWR | O_CLOEXEC);
  if (v->fd < 0)
    die("%s: %s", path, strerror(errno));
  read_at(v, 0, boot, sizeof boot);
  if (memcmp(boot + 3, "NTFS    ", 8) != 0)
    die("%s is not an NTFS volume", path);
  v->sector = get16(boot + 0x0B);
  v->cluster = v->sector * boot[0x0D];
  v->sectors = get64(boot + 0x28);
  v->mft_lcn = get64(boot + 0x30);
  v->record = coded_size(boot[0x40], v->cluster);
  v->index = coded_size(boot[0x44], v->cluster);
  if (v->sector < 512 || v->cluster == 0 || v->record < 512 || v->record > MAX_RECORD || v->index > MAX_INDEX)
    die("%s has sizes that this tool does not handle", path);
  v->mft.n = 1;
  v->mft.at[0] = (struct run){0, v->mft_lcn, 1 + v->record / v->cluster, false};
  load_record(v, MFT_SELF, rec);
  data = need_attribute(v, rec, AT_DATA);
  v->records = get64(data + 0x30) / v->record;
  parse_runs(data, &v->mft);
}

static bool name_is(const uint8_t *key, const char *name, size_t len) {
  /* ASCII names are enough for the paths that the build script gives to this tool. */
  if (key[0x40] != len)
    return false;
  for (size_t i = 0; i < len; i++)
    if (get16(key + 0x42 + 2 * i) != (uint8_t)name[i])
      return false;
  return true;
}

static bool search_entries(uint8_t *buf, uint32_t header, uint32_t limit, const char *name, size_t len,
                           struct place *out) {
  uint32_t at = header + get32(buf + header), end = header + get32(buf + header + 4);

  if (end > limit)
    die("index longer than its space");
  while (at + 16 <= end) {
    uint32_t size = get16(buf + at + 8);

    if ((get16(buf + at + 12) & ENTRY_LAST) != 0)
      return false;
    if (size < 16 || size > end - at)
      die("bad index entry");
    if (name_is(buf + at + 16, name, len)) {
      out->header = header;
      out->entry = at;
      out->ref = get_ref(buf + at);
      return true;
    }
    at += size;
  }
  return false;
}

static bool lookup(const struct volume *v, uint64_t dir, const char *name, size_t len, struct place *out) {
  uint8_t rec[MAX_RECORD];
  uint8_t *root, *blocks;
  struct runs runs;

  load_record(v, dir, rec);
  out->dir = dir;
  out->in_block = false;
  root = need_attribute(v, rec, AT_INDEX_ROOT);
  if (search_entries(rec, (uint32_t)(resident_value(root) - rec) + 16, v->record, name, len, out))
    return true;
  blocks = find_attribute(v, rec, AT_INDEX_BLOCKS);
  if (blocks == NULL)
    return false;
  parse_runs(blocks, &runs);
  out->in_block = true;
  for (uint64_t off = 0; off < get64(blocks + 0x30); off += v->index) {
    uint8_t buf[MAX_INDEX];

    out->block_pos = run_position(v, &runs, off);
    read_at(v, out->block_pos, buf, v->index);
    if (memcmp(buf, "INDX", 4) != 0)
      continue;
    fixup_open(v, buf, v->index);
    if (search_entries(buf, 24, v->index, name, len, out))
      return true;
  }
  return false;
}

static struct place resolve(const struct volume *v, const char *path) {
  struct place found = {.ref = MFT_ROOT};
  const char *p = path;

  while (*p != 0) {
    size_t len;

    while (*p == '/')
      p++;
    len = strcspn(p, "/");
    if (len > 0 && !lookup(v, found.ref, p, len, &found))
      die("%s: no such file", path);
    p += len;
  }
  if (found.ref == MFT_ROOT)
    die("%s: the root stays as it is", path);
  return found;
}

/* Runs change() on the index entry in place, wherever it lives. */
static void edit_entry(const struct volume *v, const struct place *at,
                       void (*change)(uint8_t *, const struct place *, const void *), const void *arg) {
  uint8_t buf[MAX_INDEX];

  if (at->in_block) {
    read_at(v, at->block_pos, buf, v->index);
    fixup_open(v, buf, v->index);
    change(buf, at, arg);
    fixup_close(v, buf, v->index);
    write_at(v, at->block_pos, buf, v->index);
  } else {
    load_record(v, at->dir, buf);
    change(buf, at, arg);
    store_record(v, at->dir, buf);
  }
}

static void entry_to_directory(uint8_t *buf, const struct place *at, const void *arg) {
  (void)arg;
  put(buf + at->entry + 16 + 0x38, 0x10000000u, 4);
}

static void make_directory(const struct volume *v, const char *path) {
  /* Attribute header, the name $I30, then an index root with nothing but its end entry. */
  static const uint8_t empty[0x50] = {
      0x90, 0, 0,   0, 0x50, 0, 0, 0, 0, 4, 0x18, 0, 0, 0,    0, 0, 0x30, 0, 0, 0, 0x20, 0, 0, 0, '$',  0, 'I', 0,
      '3',  0, '0', 0, 0x30, 0, 0, 0, 1, 0, 0,    0, 0, 0x10, 0, 0, 1,    0, 0, 0, 0x10, 0, 0, 0, 0x20, 0, 0,   0,
      0x20, 0, 0,   0, 0,    0, 0, 0, 0, 0, 0,    0, 0, 0,    0, 0, 0x10, 0, 0, 0, 2,    0, 0, 0};
  struct place at = resolve(v, path);
  uint8_t rec[MAX_RECORD];
  uint8_t *data, *name;
  uint32_t used, old, offset;
  uint16_t instance;

  load_record(v, at.ref, rec);
  if ((get16(rec + 0x16) & REC_DIRECTORY) != 0)
    return;
  data = need_attribute(v, rec, AT_DATA);
  if (data[8] != 0 || get32(data + 0x10) != 0)
    die("%s: only an empty file becomes a directory", path);
  if (v->index != 4096 || v->cluster > 4096)
    die("index blocks of %u bytes are not handled", v->index);
  used = get32(rec + 0x18);
  old = get32(data + 4);
  offset = (uint32_t)(data - rec);
  instance = get16(data + 0x0E);
  if (used - old + sizeof empty > v->record)
    die("%s: no room in the record", path);
  memmove(data + sizeof empty, data + old, used - offset - old);
  memcpy(data, empty, sizeof empty);
  put(data + 0x0E, instance, 2);
  data[0x20 + 12] = (uint8_t)(v->index / v->cluster);
  put(rec + 0x18, used - old + sizeof empty, 4);
  put(rec + 0x16, get16(rec + 0x16) | REC_DIRECTORY, 2);
  name = resident_value(need_attribute(v, rec, AT_NAME));
  put(name + 0x38, 0x10000000u, 4);
  put(resident_value(need_attribute(v, rec, AT_STANDARD)) + 0x20, 0, 4);
  store_record(v, at.ref, rec);
  edit_entry(v, &at, entry_to_directory, NULL);
}

struct times {
  uint64_t born, changed, read;
};

static uint64_t windows_time(int64_t unix_seconds) {
  return (uint64_t)(unix_seconds + INT64_C(11644473600)) * 10000000u;
}

static void put_times(uint8_t *p, const struct times *t) {
  put(p, t->born, 8);
  put(p + 8, t->changed, 8);
  put(p + 16, t->changed, 8);
  put(p + 24, t->read, 8);
}

static void entry_times(uint8_t *buf, const struct place *at, const void *arg) {
  put_times(buf + at->entry + 16 + 8, arg);
}

static void record_times(const struct volume *v, uint8_t *rec, const struct times *t) {
  struct times at_birth = {t->born, t->born, t->born};

  put_times(resident_value(need_attribute(v, rec, AT_STANDARD)), t);
  put_times(resident_value(need_attribute(v, rec, AT_NAME)) + 8, &at_birth);
}

static void set_times(const struct volume *v, const char *path, const struct times *t) {
  struct place at = resolve(v, path);
  uint8_t rec[MAX_RECORD];

  load_record(v, at.ref, rec);
  record_times(v, rec, t);
  store_record(v, at.ref, rec);
  edit_entry(v, &at, entry_times, t);
}

static void age_all(const struct volume *v, int64_t base, int64_t span) {
  for (uint64_t n = MFT_FIRST_USER; n < v->records; n++) {
    uint8_t rec[MAX_RECORD];
    int64_t back = (int64_t)((n * UINT64_C(2654435761)) % (uint64_t)span);
    struct times t = {windows_time(base - back), windows_time(base - back / 2), windows_time(base - back / 3)};

    read_at(v, record_position(v, n), rec, v->record);
    if (memcmp(rec, "FILE", 4) != 0 || (get16(rec + 0x16) & REC_IN_USE) == 0)
      continue;
    fixup_open(v, rec, v->record);
    if (find_attribute(v, rec, AT_STANDARD) == NULL || find_attribute(v, rec, AT_NAME) == NULL)
      continue;
    record_times(v, rec, &t);
    store_record(v, n, rec);
  }
}

/* Clears count bits from first in a bitmap attribute, resident or not. */
static void clear_bits(const struct volume *v, uint64_t owner, uint32_t type, uint64_t first, uint64_t count) {
  uint8_t rec[MAX_RECORD], byte;
  uint8_t *attr;
  struct runs runs;

  load_record(v, owner, rec);
  attr = need_attribute(v, rec, type);
  if (attr[8] != 0)
    parse_runs(attr, &runs);
  for (uint64_t bit = first; bit < first + count; bit++) {
    uint8_t mask = (uint8_t) ~(1u << (bit & 7));

    if (attr[8] == 0) {
      resident_value(attr)[bit / 8] &= mask;
    } else {
      uint64_t pos = run_position(v, &runs, bit / 8);

      read_at(v, pos, &byte, 1);
      byte &= mask;
      write_at(v, pos, &byte, 1);
    }
  }
  if (attr[8] == 0)
    store_record(v, owner, rec);
}

static void entry_out(uint8_t *buf, const struct place *at, const void *arg) {
  uint32_t used = get32(buf + at->header + 4), size = get16(buf + at->entry + 8);
  uint32_t end = at->header + used;

  (void)arg;
  if ((get16(buf + at->entry + 12) & ENTRY_HAS_CHILD) != 0)
    die("this entry carries a branch of the index: choose another file");
  memmove(buf + at->entry, buf + at->entry + size, end - at->entry - size);
  put(buf + at->header + 4, used - size, 4);
}

static void shrink_root(const struct volume *v, const struct place *at) {
  uint8_t rec[MAX_RECORD];
  uint8_t *root, *value;
  uint32_t used, len, value_len, offset;

  if (at->in_block)
    return;
  load_record(v, at->dir, rec);
  root = need_attribute(v, rec, AT_INDEX_ROOT);
  value = resident_value(root);
  used = get32(rec + 0x18);
  offset = (uint32_t)(root - rec);
  value_len = 16 + get32(value + 16 + 4);
  len = (uint32_t)(value - root) + value_len;
  memmove(root + len, root + get32(root + 4), used - offset - get32(root + 4));
  put(rec + 0x18, used - get32(root + 4) + len, 4);
  put(value + 16 + 8, value_len - 16, 4);
  put(root + 0x10, value_len, 4);
  put(root + 4, len, 4);
  store_record(v, at->dir, rec);
}

static void free_clusters(const struct volume *v, uint8_t *rec) {
  uint32_t at = get16(rec + 0x14), used = get32(rec + 0x18);

  while (at + 8 <= used && get32(rec + at) != UINT32_MAX) {
    struct runs runs;

    if (rec[at + 8] != 0) {
      parse_runs(rec + at, &runs);
      for (size_t i = 0; i < runs.n; i++)
        if (!runs.at[i].hole)
          clear_bits(v, MFT_CLUSTER_MAP, AT_DATA, runs.at[i].lcn, runs.at[i].count);
    }
    at += get32(rec + at + 4);
  }
}

static void remove_file(const struct volume *v, const char *path) {
  struct place at = resolve(v, path);
  uint8_t rec[MAX_RECORD];
  uint16_t sequence;

  load_record(v, at.ref, rec);
  edit_entry(v, &at, entry_out, NULL);
  shrink_root(v, &at);
  free_clusters(v, rec);
  sequence = (uint16_t)(get16(rec + 0x10) + 1);
  put(rec + 0x10, sequence == 0 ? 1 : sequence, 2);
  put(rec + 0x12, 0, 2);
  put(rec + 0x16, get16(rec + 0x16) & ~(unsigned)REC_IN_USE, 2);
  store_record(v, at.ref, rec);
  clear_bits(v, MFT_SELF, AT_BITMAP, at.ref, 1);
}

static void set_serial(const struct volume *v, const char *hex) {
  uint8_t serial[8], check[512];

  put(serial, strtoull(hex, NULL, 16), 8);
  write_at(v, 0x48, serial, sizeof serial);
  read_at(v, v->sectors * v->sector, check, sizeof check);
  if (memcmp(check + 3, "NTFS    ", 8) == 0)
    write_at(v, v->sectors * v->sector + 0x48, serial, sizeof serial);
}

static int64_t number(const char *text) {
  char *end;
  long long n;

  errno = 0;
  n = strtoll(text, &end, 10);
  if (end == text || *end != 0 || errno != 0)
    die("%s is not a number", text);
  return n;
}

static void run_line(struct volume *v, char *line) {
  char *arg[5] = {0};
  size_t n = 0;

  for (char *p = line; n < 5 && p != NULL; n++) {
    arg[n] = p;
    p = strchr(p, '\t');
    if (p != NULL)
      *p++ = 0;
  }
  if (n == 2 && strcmp(arg[0], "mkdir") == 0) {
    make_directory(v, arg[1]);
  } else if (n == 2 && strcmp(arg[0], "rm") == 0) {
    remove_file(v, arg[1]);
  } else if (n == 2 && strcmp(arg[0], "serial") == 0) {
    set_serial(v, arg[1]);
  } else if (n == 3 && strcmp(arg[0], "age") == 0) {
    age_all(v, number(arg[1]), number(arg[2]));
  } else if (n == 5 && strcmp(arg[0], "time") == 0) {
    struct times t = {windows_time(number(arg[2])), windows_time(number(arg[3])), windows_time(number(arg[4]))};

    set_times(v, arg[1], &t);
  } else {
    die("unknown command: %s", arg[0]);
  }
}

int main(int argc, char **argv) {
  static struct volume v;
  char line[4096];

  if (argc != 2) {
    fputs("usage: ntfs_tree IMAGE < SCRIPT\n", stderr);
    return 2;
  }
  volume_open(&v, argv[1]);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    if (line[0] != 0)
      run_line(&v, line);
  }
  if (fsync(v.fd) != 0 || close(v.fd) != 0)
    die("%s: %s", argv[1], strerror(errno));
  return 0;
}

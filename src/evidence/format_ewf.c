/*
 * The container EWF-E01 as EnCase 6 writes it, after the public "Expert Witness Compression Format specification" of
 * Joachim Metz (libyal/libewf, documentation). Numbers are little-endian, checksums Adler-32 over what is before them.
 *
 *   file     "EVF\x09\r\n\xff\0" 01 | segment number u16 | 00 00          then sections, each starting with 76 bytes:
 *   section  type char[16] | next u64 (from the file's start) | size u64 | 40 zeroes | checksum
 *   first    header2 header2 header volume ( sectors table table2 )... data error2 digest hash done
 *   others   data ( sectors table table2 )... next, or as the first one's end
 *   sectors  chunks of 64 sectors: a zlib stream, or the bytes and their checksum
 *   table    count u32 | 0 u32 | base u64 | 0 u32 | checksum | count times u32 offset from base, top bit: packed |
 * checksum error2   count u32 | 512 zeroes | checksum | count times (first sector u32, sectors u32) | checksum digest
 * MD5 | SHA-1 | 40 zeroes | checksum        hash   MD5 | 16 zeroes | checksum
 */
#include "evidence/evidence_internal.h"

#include <libdeflate.h>
#include <string.h>

const unsigned char ewf_signature[8] = {'E', 'V', 'F', 0x09, 0x0d, 0x0a, 0xff, 0x00};

void ewf_le32(unsigned char *p, uint32_t v) {
  for (unsigned i = 0; i < 4; i++)
    p[i] = (unsigned char)(v >> (8 * i));
}

void ewf_le64(unsigned char *p, uint64_t v) {
  ewf_le32(p, (uint32_t)v);
  ewf_le32(p + 4, (uint32_t)(v >> 32));
}

uint32_t ewf_get32(const unsigned char *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t ewf_get64(const unsigned char *p) { return ewf_get32(p) | (uint64_t)ewf_get32(p + 4) << 32; }

void ewf_section(unsigned char out[static EWF_SECTION], const char *type, uint64_t next, uint64_t size) {
  memset(out, 0, EWF_SECTION);
  for (size_t i = 0; i < 16 && type[i]; i++)
    out[i] = (unsigned char)type[i];
  ewf_le64(out + 16, next);
  ewf_le64(out + 24, size);
  ewf_le32(out + 72, libdeflate_adler32(1, out, 72));
}

void ewf_volume_put(unsigned char out[static EWF_VOLUME], const struct ewf_volume *v) {
  memset(out, 0, EWF_VOLUME);
  out[0] = v->media;
  ewf_le32(out + 4, v->chunks);
  ewf_le32(out + 8, v->chunk_sectors);
  ewf_le32(out + 12, v->sector);
  ewf_le64(out + 16, v->sectors);
  out[36] = v->flags;
  out[52] = v->level;
  ewf_le32(out + 56, 1); /* error granularity: a single sector */
  memcpy(out + 64, v->guid, sizeof v->guid);
  ewf_le32(out + 1048, libdeflate_adler32(1, out, 1048));
}

/* SMART's short form has 32-bit sectors and no identifier. */
bool ewf_volume_get(const unsigned char *p, size_t n, struct ewf_volume *v) {
  *v = (struct ewf_volume){0};
  if (n != EWF_VOLUME && n != EWF_VOLUME_SMART)
    return false;
  v->chunks = ewf_get32(p + 4);
  v->chunk_sectors = ewf_get32(p + 8);
  v->sector = ewf_get32(p + 12);
  v->sectors = n == EWF_VOLUME ? ewf_get64(p + 16) : ewf_get32(p + 16);
  if (n == EWF_VOLUME)
    memcpy(v->guid, p + 64, sizeof v->guid);
  return ewf_get32(p + n - 4) == libdeflate_adler32(1, p, n - 4);
}

/* A tab or a line end would break the header's columns. */
static void column(struct vg_buf *b, const char *z) {
  for (; z && *z; z++)
    vg_buf_byte(b, (unsigned char)*z < 0x20 ? ' ' : (unsigned char)*z);
  vg_buf_byte(b, '\t');
}

static void utf16(struct vg_buf *out, vg_str s) {
  vg_buf_byte(out, 0xff);
  vg_buf_byte(out, 0xfe);
  for (size_t i = 0; i < s.n;) {
    uint32_t c = vg_utf8_next(s, &i);
    if (c >= 0x10000) {
      vg_buf_le16(out, (uint16_t)(0xd800 + ((c - 0x10000) >> 10)));
      c = 0xdc00 + ((c - 0x10000) & 0x3ff);
    }
    vg_buf_le16(out, (uint16_t)c);
  }
}

void ewf_header2(struct vg_buf *out, const struct writer_options *o) {
  struct vg_buf b;
  long long made = (long long)(o->made / VG_SECOND);
  vg_buf_init(&b, 64 << 10);
  vg_buf_z(&b, "3\nmain\na\tc\tn\te\tt\tmd\tsn\tav\tov\tm\tu\tp\tdc\n");
  column(&b, o->source);
  column(&b, o->about.case_ref);
  column(&b, o->about.exhibit_ref);
  column(&b, o->about.examiner);
  column(&b, "");
  column(&b, o->model);
  column(&b, o->serial);
  vg_buf_fmt(&b, "Vigie %.5s\tLinux\t%lld\t%lld\t0\t\n\n", VIGIE_VERSION, made, made);
  vg_buf_z(&b, "srce\n0\t1\np\tn\tid\tev\ttb\tlo\tpo\tah\tgu\taq\n0\t0\n\t\t\t\t\t-1\t-1\t\t\t\n\n");
  vg_buf_z(&b, "sub\n0\t1\np\tn\tid\tnu\tco\tgu\n0\t0\n\t\t\t\t1\t\n\n");
  utf16(out, vg_buf_view(&b));
  out->bad = out->bad || b.bad;
  vg_buf_fini(&b);
}

void ewf_header(struct vg_buf *out, const struct writer_options *o) {
  int64_t seconds = o->made / VG_SECOND, y;
  unsigned m, d, s = (unsigned)(seconds % 86400);
  char when[64];
  struct vg_buf b;
  vg_civil_from_days(seconds / 86400, &y, &m, &d);
  vg_buf_init(&b, 1024);
  vg_buf_fmt(&b, "%d %u %u %u %u %u", (int)y, m, d, s / 3600, s / 60 % 60, s % 60);
  vg_str_copy(when, sizeof when, vg_buf_view(&b));
  vg_buf_fini(&b);
  vg_buf_z(out, "1\r\nmain\r\nc\tn\ta\te\tt\tav\tov\tm\tu\tp\r\n");
  column(out, o->about.case_ref);
  column(out, o->about.exhibit_ref);
  column(out, o->source);
  column(out, o->about.examiner);
  column(out, "");
  vg_buf_fmt(out, "Vigie %.5s\tLinux\t%s\t%s\t0\r\n\r\n", VIGIE_VERSION, when, when);
}

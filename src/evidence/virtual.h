#ifndef VG_EVIDENCE_VIRTUAL_H
#define VG_EVIDENCE_VIRTUAL_H
/*
 * Disks of virtual machines: a file that keeps a medium in grains, and tables that say where each of them lies. A
 * format is one function that opens the file and one that finds a grain; reading, unpacking and zeroes are shared
 * (virtual.c). Everything in the file is hostile: places are compared with the file's size when they are read, and no
 * table is held in memory beyond a page of it.
 *
 *   medium  | grain 0 | grain 1 | grain 2 | ...            find(1) = {GRAIN_PLAIN, at} ──▶ file  | head | tables |
 * grain 1 | grain 0 | ...
 */
#include "evidence/evidence_internal.h"

struct libdeflate_decompressor;

enum grain_kind { GRAIN_ZERO, GRAIN_PLAIN, GRAIN_DEFLATE, GRAIN_ZLIB, GRAIN_ZSTD };
struct grain {
  enum grain_kind kind;
  uint64_t at; /* in the file */
  uint64_t n;  /* a packed one: bytes to read at most */
};

enum { VIRTUAL_PAGE = 64 << 10, VIRTUAL_GRAIN_MOST = 256 << 20, VIRTUAL_PACKED_MOST = 2 << 20 };
struct virtual_disk {
  struct image_reader r;
  const char *path; /* for messages, while opening */
  int fd;
  uint64_t file, grain; /* bytes of the file; of a grain */
  vg_code (*find)(struct virtual_disk *v, uint64_t i, struct grain *out,
                  struct vg_err *err); /* the i-th grain of the medium */
  uint64_t page_at;                    /* of the file, in `page`; UINT64_MAX: none */
  char page[VIRTUAL_PAGE];
  uint64_t kept; /* the packed grain in `plain`; UINT64_MAX: none */
  char *packed, *plain;
  struct libdeflate_decompressor *deflate;
  uint64_t table, entries, data; /* of a format's first table: place, entries; whatever else it needs */
  uint32_t bits, width;
};

/* For the formats. VG_EDATA "evidence.virtual_bad" when [at, at + n) is not in the file. */
MUST vg_code virtual_read(struct virtual_disk *v, uint64_t at, void *to, size_t n, struct vg_err *err);
/* n of 4 or 8 bytes of a table, by way of the page. */
MUST vg_code virtual_entry(struct virtual_disk *v, uint64_t at, size_t n, unsigned char out[static 8],
                           struct vg_err *err);
/* VG_EDATA: the file contradicts itself. VG_ENOTFOUND, id "evidence.needs.*": it needs what is not there. */
vg_code virtual_bad(const struct virtual_disk *v, struct vg_err *err);
vg_code virtual_needs(const struct virtual_disk *v, const char *id, struct vg_err *err);

/* The format of a file that begins, or for a fixed VHD ends, so; IMAGE_RAW when it is none of them. */
enum image_format virtual_sniff(int fd, uint64_t size, const unsigned char *head, size_t n);
/* *out is set as soon as there is something to close. */
MUST vg_code reader_virtual(struct image_reader **out, enum image_format f, const char *path, struct vg_err *err);

MUST vg_code virtual_qcow2(struct virtual_disk *v, struct vg_err *err);
MUST vg_code virtual_vhd(struct virtual_disk *v, struct vg_err *err);
MUST vg_code virtual_vhdx(struct virtual_disk *v, struct vg_err *err);
MUST vg_code virtual_vmdk(struct virtual_disk *v, struct vg_err *err);
MUST vg_code virtual_vdi(struct virtual_disk *v, struct vg_err *err);

/* ---- VMDK whose descriptor is a text that names its extents (format_vmdk_text.c) ---- */
bool vmdk_is_text(const unsigned char *head, size_t n);
/* Adds the files that the descriptor names, which lie beside it, to out. */
MUST vg_code vmdk_extents(const char *path, struct image_paths *out, struct vg_err *err);
/* paths[0] the descriptor, then its extents in order. */
MUST vg_code reader_vmdk_text(struct image_reader **out, const char *const *paths, size_t n, struct vg_err *err);

#endif

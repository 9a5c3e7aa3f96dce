#ifndef VG_MATCH_CONTAINER_H
#define VG_MATCH_CONTAINER_H
/*
 * Files that must be taken apart before they can be searched: logs and others in gzip, zstd, xz, bzip2; archives (zip,
 * tar, 7z, rar, cab), captures of network traffic (pcap, pcapng), Windows event logs (evtx: a line a record). That is
 * done in the cell by parser "match", which hands the bytes over in shared memory; here its parts are searched as
 * streams, while the cell goes on: two cores work on one file. Of a capture each packet becomes one line of text: time,
 * then name=value parted by TAB: src, dst, dns.question (dns.answered where it stands in an answer), dns.answer,
 * tls.sni, http.method, http.url, http.user_agent; split over segments too.
 */
#include "match/match_internal.h"

enum container {
  CONTAINER_NONE,
  CONTAINER_ARCHIVE,
  CONTAINER_CAPTURE,
  CONTAINER_EVTX,
  CONTAINER_PACKED, /* compressed: text, or one of the others */
};
/* By its first bytes; nothing is unpacked. NONE of what is no regular file. */
enum container container_of(const char *path);
enum container container_by_magic(vg_str head);
bool container_may_begin(unsigned char first); /* tar begins with anything: it is not among them */
/* As stream_scan; hits carry "FILE/MEMBER" as path for archives. What could not be read of it is told at the end as
 * VG_EDATA. from: what it is read from when it cannot be opened again (input_packed() is true), else NULL. */
struct input;
MUST vg_code container_scan(const struct pack *p, const struct stream_part *part, struct input *from, match_sink *sink,
                            void *ctx, struct match_counts *counts, struct vg_err *err);

/* Inside the cell: what a file holds, as text to be searched. A member of an archive that is compressed itself, a
 * capture, an event log or an archive is taken apart too, six deep; what is deeper is told as a problem. VG_EDATA: it
 * breaks off. */
struct part_sink {
  vg_code (*member)(void *ctx, const char *name, struct vg_err *err); /* of an archive, before its bytes */
  bool (*bytes)(void *ctx, vg_str bytes);                             /* at most 1 MiB; false: enough */
  void (*problem)(void *ctx, const char *name);                       /* of a member that could not be read whole */
  void *ctx;
  char *(*room)(void *ctx, size_t *n); /* where bytes are best put before they are handed over; NULL: anywhere */
};
MUST vg_code parts_read(enum container kind, vg_str bytes, const char *path, const struct part_sink *to,
                        struct vg_err *err);
/* The same of a stream, as it is read. */
MUST vg_code parts_read_stream(int fd, const char *path, const struct part_sink *to, struct vg_err *err);

/* Inside the cell: a line a packet to out, at most 1 MiB at a time. VG_EDATA: broken off. */
typedef void capture_text(void *ctx, vg_str text);
MUST vg_code capture_read(vg_str bytes, capture_text *text, void *ctx, struct vg_err *err);

#endif

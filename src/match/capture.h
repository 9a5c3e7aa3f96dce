#ifndef VG_MATCH_CAPTURE_H
#define VG_MATCH_CAPTURE_H
/*
 * Captures of network traffic, inside: what the first bytes of a stream or a datagram name (capture_said.c), and the
 * beginnings of TCP streams put together (capture_flow.c).
 */
#include "base/buf.h"
#include "base/err.h"

/* Names are from the wire: what is no printable ASCII becomes '?', and so does a space, which would begin another
 * word. */
void capture_name(struct vg_buf *o, vg_str s);
void capture_number(struct vg_buf *o, unsigned v);
void capture_v4(struct vg_buf *o, vg_str a);
void capture_v6(struct vg_buf *o, vg_str a);

/* What a message names goes to o, or nothing yet. MORE: it goes on; NOTHING: it is none that names anything. */
enum capture_said { SAID_NOTHING, SAID_MORE, SAID_WHOLE };
void capture_datagram(struct vg_buf *o, vg_str m, unsigned from, unsigned to); /* of UDP, by its ports */
/* Messages over TCP, one behind the other; the first *used bytes have been told, what is said of the rest is returned.
 * DNS, the lines of SMTP, POP3, IMAP, FTP and IRC by their ports; TLS and HTTP by what they are. named: as below. */
enum capture_said capture_stream(struct vg_buf *o, vg_str m, unsigned from, unsigned to, bool *named, size_t *used);
/* A ClientHello or ServerHello (RFC 8446 4.1) of which m is there: the server name as soon as it is, once (*named); the
 * fingerprints JA3, JA4 or JA3S when it is whole, and the certificate that follows a ServerHello in the clear.
 * transport: 't' over TCP, 'q' over QUIC. */
enum capture_said capture_hello(struct vg_buf *o, vg_str m, char transport, bool *named);

/* A Certificate message: SHA-1, SHA-256 and names of the first one, once it is there. */
enum capture_said capture_certificate(struct vg_buf *o, vg_str m);

/* Bytes that come in pieces, in any order; those that came first stay. */
enum { GATHER_RANGES = 16 };
struct gathered {
  struct {
    uint32_t from, to;
  } range[GATHER_RANGES]; /* of bytes that are there, in order, none touching the next */
  unsigned ranges;
  unsigned char *bytes;
};
/* Bytes at..at+n, for which there is room. */
void gather(struct gathered *w, uint32_t at, const unsigned char *p, size_t n);

/* What is known of one fragmented datagram, one direction, one hello begins with this; of a few places the one that was
 * quiet longest gives way. */
enum { CAPTURE_KEY_MAX = 64 };
struct place {
  unsigned char key[CAPTURE_KEY_MAX]; /* zeros behind it */
  uint64_t used;                      /* when last; 0 free */
};
/* The key's place among n of `size` bytes each, or, *known false, the one that gives way: the caller empties it and
 * writes *sought there. */
struct place *place_find(void *places, size_t n, size_t size, const struct place *sought, bool *known);

/* Datagrams of IP that come in fragments, put together: the last PIECES of them. */
struct pieces;
MUST vg_code pieces_new(struct pieces **out, struct vg_err *err);
void pieces_free(struct pieces *x);
struct fragment {
  vg_str from, to; /* addresses, 4 or 16 bytes */
  uint32_t id, at;
  unsigned protocol;
  bool more; /* it is not the last one */
  vg_str bytes;
};
/* True: with this one it is whole; valid until the next call. */
bool pieces_take(struct pieces *x, const struct fragment *f, vg_str *whole);

/*
 * One direction of one connection. What its segments say is put together as far as a message goes on: its first 16 KiB,
 * from a SYN or from a segment that begins one, in any order. Bytes that came first stay: a later segment that says
 * something else about them changes nothing. At most FLOWS directions are kept, the one that was quiet longest gives
 * way; at most 16 pieces of one; of segments that come before the beginning, with no SYN seen, the last four.
 */
struct segment {
  vg_str from, to; /* addresses, 4 or 16 bytes */
  unsigned port_from, port_to;
  uint32_t seq;
  bool syn;
  vg_str bytes;
};
enum { CAPTURE_KEY = 37 };
struct place capture_direction(const struct segment *g,
                               uint64_t now); /* the same CAPTURE_KEY bytes for one direction */
struct flows;
MUST vg_code flows_new(struct flows **out, struct vg_err *err);
void flows_free(struct flows *f);
/* What becomes known with this segment goes to o. */
void flows_take(struct flows *f, const struct segment *g, struct vg_buf *o);

/* The first packets of QUIC connections (versions 1, 2, draft 29): their ClientHello, put together as TLS's, of the
 * last HELLOS connections. */
struct quic;
MUST vg_code quic_new(struct quic **out, struct vg_err *err);
void quic_free(struct quic *q);
/* A datagram: what becomes known with it goes to o; nothing if it is none of QUIC's. */
void quic_take(struct quic *q, const struct segment *g, struct vg_buf *o);

#endif

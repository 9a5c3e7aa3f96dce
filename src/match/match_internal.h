#ifndef VG_MATCH_INTERNAL_H
#define VG_MATCH_INTERNAL_H
/*
 * Keys: what a listed value and a piece of text must both become to be equal. The builder makes a key of every value,
 * the scan makes candidate keys out of bytes; both hash them from the last byte to the first, so that one pass over a
 * host name gives the hash of each of its parents.
 */
#include "base/file.h"
#include "match/blind.h"
#include "match/field.h"
#include "match/match.h"

enum key_kind {
  KEY_DOMAIN = 1, /* lower case, punycode, no final dot */
  KEY_V4,         /* 4 bytes */
  KEY_V6,         /* 16 bytes */
  KEY_NET4,       /* 4 bytes with the host bits cleared, 1 prefix length */
  KEY_NET6,       /* 16 + 1 */
  KEY_PORT,       /* 4 bytes, 2 port (big-endian) */
  KEY_URL,        /* host[:port]/path, see key_url */
  KEY_EMAIL,      /* lower case */
  KEY_HASH,       /* lower-case hex */
  KEY_PREFIX,     /* the beginning of such a URL */
  KEY_ANCHOR,     /* the longest run of host characters of a file name, mutex or address, lower case */
  KEY_MAC,        /* 6 bytes */
};
enum { KEY_KINDS = KEY_MAC + 1, KEY_MAX = 2048, TOKEN_MAX = 255 };

/* Marks in the filter, without an entry: "URLs (addresses) of this host are listed", "a listed URL goes on like this".
 * Mixed into the running hash. */
#define MARK_URL UINT64_C(0x9e3779b97f4a7c15)
#define MARK_MAIL UINT64_C(0xc2b2ae3d27d4eb4f)
#define MARK_STEP UINT64_C(0xd1342543de82ef95)
#define MARK_PREFIX UINT64_C(0xaef17502108ef2d9)
enum { URL_STEP = 12 }; /* bytes of port and path before the first MARK_STEP; four times as many before the next */

/* Large scratch that is always written before it is read: not worth zeroing. */
#define UNZEROED __attribute__((uninitialized))

#define KEY_STEP UINT64_C(0x9fb21c651e98df25)
static inline uint64_t key_seed(enum key_kind k) { return (uint64_t)k * UINT64_C(0xd6e8feb86659fd93); }
static inline uint64_t key_step(uint64_t h, unsigned char c) { return (h ^ c) * KEY_STEP; }
static inline uint64_t key_end(uint64_t h) {
  h ^= h >> 32;
  h *= UINT64_C(0xff51afd7ed558ccd);
  return h ^ h >> 29;
}
static inline uint64_t key_hash(enum key_kind k, const unsigned char *p, size_t n) {
  uint64_t h = key_seed(k);
  while (n > 0)
    h = key_step(h, p[--n]);
  return key_end(h);
}

/* Character classes; a maximal run of HOST bytes is a token. */
enum { C_HEX = 1, C_DIGIT = 2, C_DOT = 4, C_ALPHA = 8, C_OTHER = 16, C_HIGH = 32, C_HOST = 63, C_COLON = 64 };
extern const unsigned char match_class[256];
extern const unsigned char match_lower[256];

bool key_v4(const unsigned char *p, size_t n, unsigned char out[static 4]);
bool key_v6(const unsigned char *p, size_t n, unsigned char out[static 16]);
bool key_v4_mapped(const unsigned char a[static 16]);
void key_mask(unsigned char *addr, size_t bytes, unsigned prefix);
/*
 * A URL's key is host[:port]/path. Scheme and ports 80 and 443 are gone (a fragment stays: the scan also asks without
 * it), %xx in upper case or decoded when unreserved, "\/" and "&amp;" are "/" and "&". `rest` is what follows the host.
 * url_byte: one unit of the path at i, which does not end there, as 1-4 bytes in c; bytes of rest taken.
 */
bool url_ends_escaped(vg_str rest, size_t i);
/* Bytes that end a URL (those up to the space do, a backslash may); marks that close a list or a bracket, or begin a
 * fragment; those that end a sentence. */
enum { U_ENDS = 1, U_CLOSES = 2, U_STOPS = 4 };
extern const unsigned char url_class[256];
static inline bool url_ends(vg_str rest, size_t i) {
  if (i >= rest.n)
    return true;
  const unsigned char c = (unsigned char)rest.p[i];
  return c == '\\' ? url_ends_escaped(rest, i) : c <= ' ' || (url_class[c] & U_ENDS);
}
size_t url_byte(vg_str rest, size_t i, unsigned char c[static 4], size_t *out);
size_t url_port(vg_str rest, bool *keep); /* length of ":8080" or 0; keep: it is part of the key */
bool url_path(vg_str rest, size_t i);     /* does a path begin at i? */
/* Host name to lower case and punycode (RFC 3492). 0 when it is none. */
size_t key_host(unsigned char *out, size_t cap, vg_str host);
/* "hxxp", "[.]", "(dot)" and the like undone. One character of text at p: how many bytes it takes and which byte it is;
 * 0: nothing special. */
size_t key_refang(const unsigned char *p, size_t n, char out[static 4]);
/* The same with letters of any script (RFC 3492; case folded, not otherwise normalised), from UTF-8. */
size_t idn_host(unsigned char *out, size_t cap, vg_str host);
/* Is this character part of a word? Punctuation and spaces outside ASCII are not. */
bool key_letter(uint32_t c);

/* Is an anchor a dotted name (file.exe) for the gate, or known by its last bytes? */
bool key_named(const unsigned char *k, size_t n);

struct key {
  enum key_kind kind;
  unsigned char p[KEY_MAX];
  size_t n, anchor,
      mark; /* mark: length of the host part that also goes into the filter, 0 none; for an e-mail the part after '@' */
  bool spelled; /* an anchor that is all of it, whatever the spelling of the listed value */
};
bool key_of(enum match_type t, vg_str value, struct key *out);
/* Of a value that is found by an anchor: its nth longest run of ASCII token characters, from 0; false: it has not so
 * many of three or more. From 1 on those beside what looks like an escape are left out. */
enum { KEY_ANCHORS = 32 };
bool key_anchor(vg_str value, unsigned nth, struct key *out);
/* spell.c: those of types that are written in several ways; the i-th of the other ways that its key is written in,
 * false: there are no more. */
bool key_spelled(enum match_type t, vg_str value, struct key *out);
bool key_again(enum match_type t, const struct key *k, unsigned i, struct key *out);
bool key_mac(const unsigned char *p, unsigned char out[static 6]); /* of the 17 bytes aa:bb:cc:dd:ee:ff */

/* A value on its way in: between the two steps the memory that the second needs is on its way too. Strings are the
 * caller's until then. */
struct pack_pending {
  struct pack_value v;
  uint64_t h;
  struct key k;
};
MUST vg_code pack_build_prepare(struct pack_build *b, const struct pack_value *v, struct pack_pending *x,
                                struct vg_err *err);
MUST vg_code pack_build_insert(struct pack_build *b, const struct pack_pending *x, struct vg_err *err);
/* Makes room for that many values in all. */
MUST vg_code pack_build_expect(struct pack_build *b, size_t values, struct vg_err *err);

/* --- the file ---------------------------------------------------------------------------------------------------- */
enum { PACK_VERSION = 5, PACK_BLAKE3 = 5, PACK_OLDEST = 2 }; /* from PACK_BLAKE3 on sections are summed with that */
enum { PACK_SECTIONS = 6, PACK_HEAD = 576, PACK_SEALED = 448, PACK_SUM = 32, PACK_ALIGN = 64 };
enum { SEC_META = 1, SEC_GATE, SEC_FILTER, SEC_SLOTS, SEC_ENTRIES, SEC_TEXT };
#define PACK_MAGIC "VGPACK\r\n"
#define PACK_ENDIAN UINT32_C(0x01020304)
#define PACK_SIGNED "vigie-pack-v1\n"

struct pack_section {
  uint32_t id, zero;
  uint64_t at, size;
  unsigned char sum[PACK_SUM], pad[8];
};
struct pack_head {
  char magic[8];
  uint32_t endian, version;
  uint64_t size, values;
  int64_t created, expires;
  uint32_t sections, is_signed;
  uint64_t blind; /* 0: plain; else the secret's check */
  struct pack_section section[PACK_SECTIONS];
  unsigned char sha256[32]; /* of the 448 bytes before it */
  unsigned char signer[VG_KEY_SIZE], signature[VG_SIG_SIZE];
};
_Static_assert(sizeof(struct pack_section) == 64 && sizeof(struct pack_head) == PACK_HEAD, "layout of docs/pack.md");

enum {
  ENTRY_BENIGN = 1,
  ENTRY_FRAGMENT = 2, /* a URL of which one with a fragment is listed too: there the fragment counts */
  ENTRY_SPELLED = 4,  /* the anchor is all that is compared */
  ENTRY_AGAIN = 8     /* another spelling of a value that has its own entry */
};
struct pack_entry {
  uint32_t key, shown, source; /* places in the text section */
  uint16_t key_n, shown_n, source_n;
  uint8_t kind, type, flags, tlp, pap, anchor;
  int64_t expires;
};
struct pack_slot {
  uint32_t tag, entry; /* entry counts from 1; 0 is a free slot */
};
_Static_assert(sizeof(struct pack_entry) == 32 && sizeof(struct pack_slot) == 8, "layout of docs/pack.md");

/*
 * The gate: the first question that the scan asks of a token, so that what cannot be listed costs one cache line. Of a
 * dotted name it sees the last two labels (at most 16 bytes): all that a listed domain, a host of a listed URL or
 * address and a file name have in common with the text. Three bits in one 64-bit word.
 */
#define GATE_LOWER UINT64_C(0x2020202020202020)
#define GATE_V4 UINT64_C(0xa0761d6478bd642f)
#define GATE_WHOLE UINT64_C(0xe7037ed1a0b428db)
#define GATE_ADD_LOW UINT64_C(0x8ebc6af09c88c6e3)
#define GATE_MUL_LOW UINT64_C(0x589965cc75374cc3)
#define GATE_ADD_HIGH UINT64_C(0x1d8e4e27c47d124f)
#define GATE_MUL_HIGH UINT64_C(0x9e3779b97f4a7c15)
#define GATE_MUL_END UINT64_C(0xd6e8feb86659fd93)
#define NET4_MUL UINT64_C(0x9fb21c651e98df25)
extern const uint64_t gate_masks[17][2];
static inline uint64_t gate_mix(uint64_t lo, uint64_t hi) {
  lo = (lo ^ GATE_ADD_LOW) * GATE_MUL_LOW;
  hi = (hi ^ GATE_ADD_HIGH) * GATE_MUL_HIGH;
  uint64_t h = hi ^ (lo << 32 | lo >> 32);
  h ^= h >> 32;
  return h * GATE_MUL_END;
}
static inline uint64_t gate_bits(uint64_t h) {
  return UINT64_C(1) << (h >> 12 & 63) | UINT64_C(1) << (h >> 18 & 63) | UINT64_C(1) << (h >> 24 & 63);
}
static inline uint64_t gate_le64(const unsigned char *p) {
  uint64_t v;
  __builtin_memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  return v;
}
static inline unsigned gate_shift(uint64_t words) { return 64 - (unsigned)__builtin_ctzll(words); }
/* Hash of the name k[0..n): its last two labels, or (whole) its last 16 bytes. */
uint64_t gate_name(const unsigned char *k, size_t n, bool whole);
static inline uint64_t gate_v6(const unsigned char a[static 16]) {
  return gate_mix(gate_le64(a) ^ GATE_V4, gate_le64(a + 8));
}
uint64_t gate_v4(const unsigned char a[static 4]); /* of its decimal text: the scan asks before it reads numbers */
/* "a.b.", the first half of an address, at the top of a word: number of its bit among 65536. */
uint64_t gate_net4(unsigned a, unsigned b);
static inline uint32_t gate_net4_bit(uint64_t text) { return (uint32_t)((text ^ text >> 32) * NET4_MUL >> 48); }

/* Two bits in one 64-bit word: one cache line a question. */
static inline size_t filter_word(uint64_t h, uint64_t words) { return (size_t)(h >> 20 & (words - 1)); }
static inline uint64_t filter_bits(uint64_t h) { return UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 6 & 63); }
static inline uint32_t slot_tag(uint64_t h) { return (uint32_t)(h >> 32); }

struct kernel;
struct pack {
  const struct kernel *kernel;
  struct vg_map_file *map;
  const struct pack_head *head;
  const uint64_t *gate, *filter;
  uint64_t *gate_copy;
  uint64_t filter_words;
  unsigned gate_shift; /* a hash's upper bits number the word */
  bool blind;          /* hashes go through blind_key before they are looked up */
  struct blind_key blind_key;
  const struct pack_slot *slots;
  uint64_t slot_mask;
  const struct pack_entry *entries;
  uint64_t entry_count;
  const unsigned char *text;
  uint64_t text_size;
  /* What kinds are inside: the scan asks nothing that cannot be answered yes. */
  uint64_t net4, net6[3]; /* prefix lengths in use, a bit each */
  bool has_url, has_prefix, has_email, has_v4, has_v6, has_port, has_hash, has_anchor, has_mac;
  bool has_phone;
  uint64_t phone_ends[(10000 + 63) / 64]; /* last four digits of those listed, a bit each */
  bool anchor_whole;                      /* some anchor is no dotted name: every token must be asked about */
  bool anchor_long;                       /* one of those is of ANCHOR_LONG bytes or more */
  uint64_t anchor_lens;                   /* lengths of those below 64, a bit each */
  unsigned char anchor_len[256];
  /* Small maps that stay in the nearest cache, so that few addresses ask for more: a bit of gate_net4_bit() for each
   * /16 that a listed IPv4 network touches, of map_v6() for each /32 of a listed IPv6 address or network, of map_net()
   * for each listed network, of map_anchor() for each anchor that is no dotted name. */
  uint64_t net4_map[1024], v6_map[1024], net_map[4096], anchor_map[4096];
  vg_time now; /* values past their date are silent */
  struct pack_info info;
};
struct vg_id pack_id(const struct pack_head *h);
void pack_sum(uint32_t version, vg_str section, unsigned char out[static PACK_SUM]);
/* Sums of all sections and what lies in them, on so many threads, the caller's among them: the part that is bad, NULL
 * none. */
const char *pack_check(struct pack *p, unsigned threads);
/* A well-summed file may still be hostile: every place that the scan will follow is checked, and what is inside noted.
 */
bool pack_content(struct pack *p, const char **bad);
static inline uint64_t pack_hash(const struct pack *p, uint64_t h) {
  return p->blind ? blind_hash(&p->blind_key, h) : h;
}
static inline bool pack_maybe(const struct pack *p, uint64_t h) {
  h = pack_hash(p, h);
  uint64_t bits = filter_bits(h);
  return (p->filter[filter_word(h, p->filter_words)] & bits) == bits;
}
static inline bool pack_gate(const struct pack *p, uint64_t h) {
  h = pack_hash(p, h);
  uint64_t bits = gate_bits(h);
  return (p->gate[h >> p->gate_shift] & bits) == bits;
}
static inline uint32_t map_v6(const unsigned char a[static 4]) {
  const uint32_t top = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
  return top * UINT32_C(0x9e3779b1) >> 16;
}
/* Of a network's key: 4 or 16 bytes and the length of the prefix. */
static inline uint32_t map_net(const unsigned char *k, size_t n) {
  uint64_t h = k[n - 1];
  if (n == 5)
    h = (h << 32 | (uint32_t)k[0] << 24 | (uint32_t)k[1] << 16 | (uint32_t)k[2] << 8 | k[3]) * NET4_MUL;
  else
    h = gate_mix(gate_le64(k) ^ h, gate_le64(k + 8));
  return (uint32_t)(h >> 46);
}
static inline uint32_t map_anchor(uint64_t h) { return (uint32_t)(h >> 46); } /* of what the gate is asked */
static inline bool map_has(const uint64_t *map, uint32_t bit) { return map[bit / 64] >> bit % 64 & 1; }
static inline void map_set(uint64_t *map, uint32_t bit) { map[bit / 64] |= UINT64_C(1) << bit % 64; }
static inline bool pack_net4(const struct pack *p, uint64_t text) { return map_has(p->net4_map, gate_net4_bit(text)); }
static inline vg_str pack_text(const struct pack *p, uint32_t at, size_t n) {
  return vg_str_n((const char *)p->text + at, n);
}

/* --- the scan ----------------------------------------------------------------------------------------------------
 * Text is looked at in chunks. For each the kernel (kernel.h; one for each set of instructions, all with the same
 * answers) gives the places where something may be: an event, a bit where it ends or shows. Then one pass in order of
 * place looks closely (scan.c, lookup.c).
 */
enum event_kind {
  EV_NAME,    /* end of a token with a dot and a letter that passed the gate */
  EV_NUMBER,  /* end of a dotted number that did */
  EV_TOKEN,   /* end of a token of ASCII that may be an anchor and did */
  EV_HEX,     /* first of 16 hexadecimal digits in a row of a length that did; the gate is asked of no kind below */
  EV_WORD,    /* end of a dotted token with bytes above ASCII */
  EV_WIDE,    /* last byte of the first four characters of UTF-16LE text */
  EV_FANG,    /* second byte of what may be a defanged dot, colon, ..., or of JSON's "\\u" */
  EV_V6,      /* a colon of what may be an IPv6 or a MAC address */
  EV_PHONE,   /* behind the last digit of what may be a telephone number in groups */
  EV_PERCENT, /* "%" of "%2E" and the like, which hides what may belong to a value */
  EV_KINDS
};
/* Classes of a byte below 0x80, as the kernels ask; those above are letters of tokens. */
enum { B_HOST = 1, B_DOT = 2, B_LETTER = 4, B_HEX = 8, B_COLON = 16, B_OPEN = 32, B_NEXT = 64, B_SPECIAL = 128 };
extern const unsigned char kernel_class[256];
enum { ANCHOR_LONG = 52 }; /* tokens of 57 bytes or more are not measured, five of those may belong to an escape */
enum { CHUNK = 8192, CHUNK_BLOCKS = CHUNK / 64 + 1, KERNEL_ROOM = 24, KERNEL_AHEAD = 3 };
/* How many bytes the character at p[0..n) takes that is no part of a word, of those beyond ASCII; 0: another one. */
size_t kernel_mark(const unsigned char *p, size_t n);
struct kernel_masks {
  uint64_t host, dot, letter, hex, colon, nul, high, line;
  uint64_t odd;                 /* brackets and backslashes; others may be among them; or: */
  uint64_t open, special, next; /* as B_OPEN, B_SPECIAL, B_NEXT */
};
/* Where punctuation beyond ASCII may begin, by the bytes that it takes. */
struct kernel_leads {
  uint64_t two, three, four;
};
struct kernel_bits {
  uint64_t host, dot, hex, colon, open, special; /* open: or odd */
};
/* What one chunk leaves to the next; all zero at the beginning of a text. */
struct kernel_carry {
  uint64_t add_dot, add_letter, add_high, add_good, pair, wide, grouped, mark;
  struct kernel_bits bits;                          /* of the block before */
  unsigned char byte;                               /* its last one */
  uint32_t names, numbers, tokens, lines, line_end; /* so far in this chunk; as kernel_found */
};
enum { KERNEL_WORDS = CHUNK_BLOCKS + 8 };
struct kernel_found {
  /* A bit a byte; [0]: the 64 bytes before the chunk. */
  uint64_t host[KERNEL_WORDS], dot[KERNEL_WORDS], hex[KERNEL_WORDS], colon[KERNEL_WORDS], open[KERNEL_WORDS],
      special[KERNEL_WORDS], next[KERNEL_WORDS], chain[KERNEL_WORDS];
  bool rare;                                                 /* EV_PHONE and EV_PERCENT are written: rare_events() */
  uint64_t event[EV_KINDS][KERNEL_WORDS], any[KERNEL_WORDS]; /* any: of the events */
  uint32_t blocks, names, numbers, tokens, asks;
  uint32_t lines, line_end; /* how many line ends; the place behind the last one, 0 none */
  uint16_t name[CHUNK / 2 + 40], number[CHUNK / 2 + 40], token[CHUNK / 2 + 40], kept[CHUNK / 2 + 40],
      odd[CHUNK / 2 + 40];                           /* places */
  uint64_t run[CHUNK / 2 + 40], own[CHUNK / 2 + 40]; /* of kept: length, its dots */
  uint32_t asked[2 * CHUNK];
  uint64_t hash[2 * CHUNK];
};
/* The first block from k on with an event; f->blocks: none. */
static inline uint32_t busy_block(const struct kernel_found *f, uint32_t k) {
  while (k < f->blocks && !f->any[k])
    k++;
  return k;
}
/* Adds those of the chunk t[0..n), of which `all` bytes are at hand and so many before it; percent: its first "%". */
void rare_events(const struct pack *p, struct kernel_found *f, const unsigned char *t, size_t before, size_t n,
                 size_t all, const unsigned char *percent);
struct kernel {
  const char *name;
  /* t[0..n) with `before` bytes of the same text in front; n is CHUNK unless last, when it may be KERNEL_AHEAD more. */
  void (*chunk)(const struct pack *p, const unsigned char *t, size_t before, size_t n, bool last,
                struct kernel_found *f, struct kernel_carry *c);
  size_t (*lines)(const unsigned char *t, size_t n);
  size_t (*narrow)(const unsigned char *t, size_t n, unsigned char *out); /* out: n / 2 bytes */
};
/* Those this program has, best first, ended by NULL; kernel_best: the first that this machine can run. */
extern const struct kernel *const kernel_all[];
bool kernel_runs(const struct kernel *k);
const struct kernel *kernel_best(void);
extern const struct kernel kernel_plain;
#if defined(__x86_64__)
extern const struct kernel kernel_sse2, kernel_avx2, kernel_avx512;
#elif defined(__aarch64__)
extern const struct kernel kernel_neon;
#endif

enum { SCAN_HEAD = 512, SCAN_RECENT = 16, SCAN_DEPTH = 2 };
struct scan {
  const struct pack *p;
  match_sink *sink;
  void *ctx;
  struct vg_err *err;
  vg_code rc;
  const unsigned char *b; /* the raw bytes of this piece */
  size_t n;
  uint64_t base;                 /* place of b[0] in the whole */
  uint64_t line;                 /* of the byte at `counted` */
  size_t counted;                /* line ends before this byte are counted */
  int64_t line_start;            /* relative to b[0]; negative when the line began in an earlier piece */
  unsigned char head[SCAN_HEAD]; /* its first bytes then */
  size_t head_n;
  bool glued;           /* this piece begins inside a token */
  vg_time latest;       /* lines without a year are not younger */
  uint64_t hits, steps; /* steps: bytes looked at closely, some more than once; what the worst input costs */
  struct {
    uint32_t entry;
    uint64_t at;
  } recent[SCAN_RECENT];
  unsigned recent_next;
  enum { TEXT_RAW, TEXT_UNDONE, TEXT_WIDE } text; /* what is being scanned: b itself, or what it was made of */
  const uint32_t *map; /* of undone text: its bytes' places in b after map_base; wide text has two bytes a character,
                          but one for a last one that ends b */
  size_t map_base;
  struct undone *undone; /* scan.c */
  /* The last walk back along a URL: where it began, and its scheme (0 none); the next one stops there. */
  struct {
    const unsigned char *t;
    size_t top, scheme;
  } walked;
  unsigned context; /* lines around a hit to give along, from what lies between low and high */
  const unsigned char *low, *high;
  struct field *field;                    /* of files; NULL: hits are not asked for theirs */
  struct kernel_found *found[SCAN_DEPTH]; /* of the piece, and of undone text inside it */
  unsigned depth;
};
MUST vg_code scan_init(struct scan *s, const struct pack *p, uint64_t line, match_sink *sink, void *ctx,
                       struct vg_err *err);
void scan_fini(struct scan *s);
/* From now on hits name the field that they are in. */
MUST vg_code scan_fields(struct scan *s, struct vg_err *err);
/* Scans a piece; then scan_shift() forgets it. */
void scan_piece(struct scan *s, const unsigned char *b, size_t n);
void scan_shift(struct scan *s, size_t by);
/* lookup.c: what a token of text t can be. from..to has no dots at its ends and no bytes above ASCII. */
void scan_name(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to,
               bool whole); /* whole: `from` is where the token begins */
/* The same of one with letters beyond ASCII, which is looked for as DNS writes it. */
void scan_idn(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to);
void scan_address(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to);
void scan_anchor(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to);
void scan_digest(struct scan *s, const unsigned char *t, size_t from, size_t to);
void scan_mac(struct scan *s, const unsigned char *t, size_t from); /* 17 bytes */
/* phone.c: the number in groups whose last digit is before `end`. */
void scan_phone(struct scan *s, const unsigned char *t, size_t n, size_t end);
/* The listed value of that anchor and type; UINT32_MAX: none. */
uint32_t scan_listed(const struct pack *p, enum match_type type, const unsigned char *key, size_t n);
size_t scan_v6(struct scan *s, const unsigned char *t, size_t n, size_t from);
/* Words that were defanged wait for one another, a line each, so that many are scanned at once: until a hit behind them
 * is told. Only while s->text is TEXT_RAW. */
void scan_undone(struct scan *s);
void scan_emit(struct scan *s, uint32_t entry, size_t from, size_t to);     /* places in the text that is scanned */
void scan_emit_raw(struct scan *s, uint32_t entry, size_t from, size_t to); /* of undone text: those in what it was */
/* The byte that "%xx" at t[at] stands for; 0: there is no such thing. */
static inline unsigned char scan_percent(const unsigned char *t, size_t n, size_t at) {
  const int byte = vg_percent(vg_str_n((const char *)t, n), at);
  return byte < 0 ? 0 : (unsigned char)byte;
}
/* Does the word go on before t[at], or at it (a dot ends one)? */
bool scan_joined(const unsigned char *t, size_t at);
bool scan_goes_on(const unsigned char *t, size_t n, size_t at);
/* Do the letters and digits before t[at] belong to an escape that stands for none: "\n", "\u0022", "%20"? */
bool scan_escaped(const unsigned char *t, size_t at);
/* Sends for the memory that scan_name() will need for a token that ends at `to`. */
void scan_name_soon(const struct scan *s, const unsigned char *t, size_t to);
/* Counts the line ends before a place of the piece; those of a chunk at..end, which the kernel has counted. */
void scan_count_lines(struct scan *s, size_t upto);
void scan_count_chunk(struct scan *s, const struct kernel_found *f, size_t at, size_t end);
/* Of a line by its first bytes; a date without its year is the last one that is not after `latest`. */
vg_time scan_time(const unsigned char *p, size_t n, vg_time latest);

/* --- streams ----------------------------------------------------------------------------------------------------- */
enum { STREAM_HEAD = 16384 };
/* What of a file is scanned: all of it, or (part) the lines that begin at from..to-1. */
struct stream_part {
  const char *path;
  bool part;
  uint64_t from, to;
  unsigned context;
  vg_str head; /* the file's first STREAM_HEAD bytes, which name its columns; NULL: read when they are needed */
  struct stream_header *header; /* what is told of it at the end; may be NULL */
  struct match_ahead *ahead;    /* that was begun of this file; may be NULL */
};
/* Of a part: columns that were named anew in it, NULL none (to be freed), and the first of its lines after that. */
struct stream_header {
  struct field_header *columns;
  uint64_t line;
};
size_t stream_head(const char *path, char room[static STREAM_HEAD]); /* how many bytes; 0 too when it cannot be read */
/* Hits count lines from 1 at the part's first line. */
struct stream_push; /* the same for bytes that are handed in; end frees it */
MUST vg_code stream_push_new(struct stream_push **out, const struct pack *p, const struct stream_part *of,
                             match_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code stream_push(struct stream_push *u, const unsigned char *bytes, size_t n, struct vg_err *err);
MUST vg_code stream_push_end(struct stream_push **u, struct match_counts *counts, struct vg_err *err);
MUST vg_code stream_scan(const struct pack *p, const struct stream_part *part, match_sink *sink, void *ctx,
                         struct match_counts *counts, struct vg_err *err);

#endif

#ifndef VG_INTEL_EXTRACT_INTERNAL_H
#define VG_INTEL_EXTRACT_INTERNAL_H
/*
 * Shared by the files of extraction only. Text is cut into chunks (no white space, quotes or angle brackets inside); a
 * chunk that was written so that nobody clicks is copied as it was meant, with the place of each byte:
 *
 *     seen    hxxp://evil [.] com/a     t    h t t p : / / e v i l . c o m / a
 *                                       map  0 1 2 3 4 5 6 7 8 9 . 12 17 18 ...
 *
 * Every recogniser looks at t from one position, and says where the value ends; what it read ahead is bounded or
 * consumed.
 */
#include "intel/intel.h"

enum {
  CHUNK_MAX = 12288, /* longest chunk that is copied; what needs no copy may be of any length */
  VALUE_MAX = 8192,
  VALUE_SURE = 8, /* see by_chance() */
  LAYERS = 3,     /* strings of JSON in strings of JSON */
};
#define MEANT UINT32_C(0x80000000) /* in map: this byte was written otherwise */
/* Character classes of extract.c */
enum {
  K_DIGIT = 1,
  K_HEX = 2,
  K_ALPHA = 4,
  K_DOT = 8,
  K_MINUS = 16,
  K_HIGH = 32,
  K_FANG = 64,
  K_MARK = 128,  /* : / @ ~ : no value of more than one word is without */
  K_OTHER = 256, /* other marks that may stand in a value */
};
extern const uint16_t extract_class[256];
#define K_ALNUM (K_DIGIT | K_HEX | K_ALPHA)
#define K_HOST (K_ALNUM | K_DOT | K_MINUS | K_HIGH)
static inline bool is_class(unsigned char c, unsigned k) { return (extract_class[c] & k) != 0; }

/* Where in a text something may stand (extract_seek.c). Zeroed at the beginning of each. */
struct seek {
  size_t at;
  uint64_t bits;
  bool begun;
};
size_t seek_sign(struct seek *s, const unsigned char *p, size_t n,
                 size_t i); /* the next place at or behind i; n: none */

struct extract {
  /* the whole text, and what a byte of it is in the caller's bytes: base + step * i */
  const unsigned char *text;
  size_t text_n;
  uint64_t base;
  unsigned step;
  const uint32_t
      *undone; /* of a string of JSON: what byte of the caller's each stands for, from base; NULL: the next */
  struct layer *layers[LAYERS]; /* room for those, one in the other; NULL until needed */
  unsigned depth;
  /* the chunk: t[0..n) is text + at, or a copy with its map */
  const unsigned char *t;
  size_t n, at;
  const uint32_t *map;
  size_t used;   /* everything in t before it belongs to values that were given */
  size_t behind; /* in text: a value went on behind the chunk, to there; 0: none did */
  struct {
    size_t from, to;
  } endless[2]; /* in text: no path ([1]: no key of the registry) that begins there ends where one must */
  bool bent;    /* the value being given was written otherwise, though t does not show it */

  /* of bytes that are no text: few printable ones stand in a row here; a zero follows them */
  bool short_run, zero_ended;

  uint64_t types;
  intel_hit_sink *sink;
  void *ctx;
  struct vg_err *err;
  vg_code rc;
  struct vg_buf value;
  unsigned char copy[CHUNK_MAX];
  uint32_t places[CHUNK_MAX + 1];
};

static inline void set_text(struct extract *x, const unsigned char *text, size_t n) {
  x->text = text, x->text_n = n;
  x->endless[0].to = x->endless[1].to = 0;
}

/* Place in text of t[i]; i may be n. */
static inline size_t place(const struct extract *x, size_t i) { return x->at + (x->map ? x->map[i] & ~MEANT : i); }
static inline bool wanted(const struct extract *x, enum indicator_type t) { return x->types >> t & 1; }
static inline vg_str piece(const struct extract *x, size_t from, size_t to) {
  return vg_str_n((const char *)x->t + from, to - from);
}
bool meant_otherwise(const struct extract *x, size_t from, size_t to);

/* Gives the value in x->value (or spelled from the text) that stands at [from, to) of the chunk; false when it is not
 * of the type. */
bool give(struct extract *x, enum indicator_type t, size_t from, size_t to, vg_str as_meant);
/* The same for [from, to) of the text. */
bool give_text(struct extract *x, enum indicator_type t, size_t from, size_t to, vg_str as_meant);

/* Recognisers on the chunk: the index behind what was used, or 0 when there is nothing at i. */
size_t find_url(struct extract *x, size_t run, size_t colon);
size_t find_encoded_url(struct extract *x, size_t run, size_t colon);  /* colon: its "%3A" */
size_t find_bare_url(struct extract *x, size_t from, size_t host_end); /* "evil.example/a": gives the URL only */
void find_inside_url(struct extract *x, size_t from, size_t end);
size_t find_email(struct extract *x, size_t at);
size_t find_colons(struct extract *x, size_t from, size_t run_end);
size_t find_unix_path(struct extract *x, size_t i);
/* A run of host characters [from, to): addresses, domains, file names, digests and the other one-word values. */
void find_in_run(struct extract *x, size_t from, size_t to);
void find_words(struct extract *x, size_t from, size_t to); /* the alphanumeric words of a run */

/* Recognisers on the text: the place behind what was used, or 0. */
size_t find_backslash_path(struct extract *x, size_t from, size_t to, size_t *start);
size_t find_spoken(struct extract *x, size_t from,
                   size_t to); /* what needs the words around: mutex, agent, phone, IBAN, AS 1234 */

/* Hosts. What besides the name says that it is one: nothing, the "@" before it, the scheme of a URL. */
enum host_kind { HOST_NONE, HOST_DOMAIN, HOST_IPV4, HOST_FILE };
enum host_said { SAID_NOTHING, SAID_HOST, SAID_URL };
enum host_kind host_kind(struct extract *x, size_t from, size_t to, enum host_said said);
bool ipv4_at(const unsigned char *p, size_t n); /* exactly four canonical numbers */
/* ICANN's part of the public suffix list, names in lower case and punycode. */
bool suffix_tld(vg_str label,
                bool clear); /* clear: the text says that it is a host, roots that are words of programs count too */
bool suffix_is(vg_str name);

bool file_extension(vg_str extension);
bool unix_root(vg_str path); /* "/tmp/x": below a directory that every Unix has */
unsigned value_flags(enum indicator_type t, vg_str value, const char **list);

void whole_text(struct extract *x, size_t from);
/* The string of JSON that begins between from and the sign at `at`, when escapes are in it: its values are given, as
 * they are meant. Returns where it ends, 0: there is none. */
size_t find_json(struct extract *x, size_t from, size_t at);
/* The first value of a query in [from, to) that is percent-encoded, of a request ("/a?u=evil%2Eru") or of a form: where
 * it ends, 0: there is none, or it belongs to a URL; *name: where its name begins. read_query: the values in it are
 * given. */
size_t find_query(const struct extract *x, size_t from, size_t to, size_t *name);
void read_query(struct extract *x, size_t name, size_t end);
/* When [from, to) of the text is no UTF-8, the values from there to the line's end are given, read as Windows-1252:
 * where that ends. 0: it is UTF-8. */
size_t read_windows(struct extract *x, size_t from, size_t to);

/* Copies [from, to) of the text as it was meant into x->copy; false when nothing was written otherwise (then there is
 * no copy). */
bool refang_chunk(struct extract *x, size_t from, size_t *to);
/* The chunk that begins at from goes on behind a space: "evil [.] com", "hxxp :// evil". Returns the new end. */
size_t refang_join(const struct extract *x, size_t from, size_t to);
/* Is [from, to) "http" or one of its kind, or does it end so? "http:\\evil" and "hxxp :// evil" are URLs. */
bool web_scheme(const unsigned char *p, size_t from, size_t to);
/* "192 . 0 . 2 . 1" around the space at `at`: the place behind it, 0: there is none. */
size_t find_spaced_address(struct extract *x, size_t at);

/* What a word is, in any case: bits of enum word_kind. */
enum word_kind {
  WORD_EXTENSION = 1,     /* of files, and no top-level domain */
  WORD_DOUBTFUL = 2,      /* of files, and a top-level domain */
  WORD_SELDOM = 4,        /* of these, more often a host's */
  WORD_STEM = 8,          /* names that files like to have */
  WORD_PLATFORM = 16,     /* parts of the names that scanners give to malware */
  WORD_OBJECT = 32,       /* variables of programs... */
  WORD_MEMBER = 64,       /* ...and their members */
  WORD_DOMAIN = 128,      /* said before a host's name */
  WORD_VERSION = 256,     /* said before a version's number */
  WORD_COMMON = 512,      /* the most common top-level domains */
  WORD_PACKAGE = 1024,    /* begins the name of a package (com.example.app)... */
  WORD_NO_PACKAGE = 2048, /* ...that does not end so */
  WORD_LOCAL = 4096,      /* top of an inner network */
  WORD_EXAMPLE = 8192,    /* top of names reserved for examples */
};
unsigned word_kinds(vg_str word);
/* Is one of so many words before this place of that kind, or word_too (NULL: none)? */
bool said_before(const struct extract *x, size_t at, int words, unsigned kinds, const char *word_too);

#endif

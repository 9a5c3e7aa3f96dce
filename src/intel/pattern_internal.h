#ifndef VG_INTEL_PATTERN_INTERNAL_H
#define VG_INTEL_PATTERN_INTERNAL_H
/* STIX 2.1 patterns (section 9 of the standard): lexer, tree, and what walks it. Shared by this room's pattern_*.c
 * only. */
#include "base/arena.h"
#include "intel/intel.h"

enum pattern_token {
  T_END,
  T_BAD,
  T_NAME,
  T_HYPHENED,
  T_INT,
  T_MINUS_INT,
  T_FLOAT,
  T_MINUS_FLOAT,
  T_STRING,
  T_HEX,
  T_BINARY,
  T_TIME,
  T_TRUE,
  T_FALSE,
  T_AND,
  T_OR,
  T_NOT,
  T_FOLLOWEDBY,
  T_LIKE,
  T_MATCHES,
  T_ISSUPERSET,
  T_ISSUBSET,
  T_EXISTS,
  T_LAST,
  T_IN,
  T_START,
  T_STOP,
  T_SECONDS,
  T_WITHIN,
  T_REPEATS,
  T_TIMES,
  T_EQ,
  T_NE,
  T_LT,
  T_LE,
  T_GT,
  T_GE,
  T_COLON,
  T_DOT,
  T_COMMA,
  T_LPAREN,
  T_RPAREN,
  T_LBRACK,
  T_RBRACK,
  T_STAR
};
struct pattern_lexer {
  vg_str text;
  size_t at;               /* behind the current token */
  enum pattern_token kind; /* of the current token */
  vg_str raw;              /* its bytes */
  size_t from;             /* its first byte */
};
void pattern_next(struct pattern_lexer *x);
bool pattern_is_time(vg_str s); /* as the grammar writes timestamps */

enum literal_kind { L_INT, L_FLOAT, L_STRING, L_BYTES, L_TIME, L_BOOL };
struct literal {
  enum literal_kind kind;
  int64_t i; /* also the boolean */
  double f;  /* of numbers, both kinds */
  vg_str s;  /* the string, or the bytes */
  vg_time t; /* of timestamps; beyond what 64 bits of ns hold, the end of that range */
};
struct path_step {
  enum { STEP_KEY, STEP_INDEX, STEP_ANY } kind;
  vg_str key;
  int64_t index;
};
struct object_path {
  vg_str type;
  struct path_step *step;
  size_t n;
};
enum test_op {
  OP_EQ,
  OP_NE,
  OP_LT,
  OP_LE,
  OP_GT,
  OP_GE,
  OP_IN,
  OP_LIKE,
  OP_MATCHES,
  OP_SUBSET,
  OP_SUPERSET,
  OP_EXISTS
};

enum node_kind {
  N_TEST,
  N_ALL,
  N_ANY,     /* inside brackets */
  N_OBSERVE, /* [ kid[0] ] */
  N_AND,
  N_OR,
  N_FOLLOWED, /* between brackets */
  N_WITHIN,
  N_REPEATS,
  N_STARTSTOP, /* kid[0] qualified */
};
struct pattern_node {
  enum node_kind kind;
  struct pattern_node **kid;
  size_t n, cap;
  /* N_TEST */
  struct object_path path;
  enum test_op op;
  bool negated;
  struct literal *lit;
  size_t lits;
  void *regex;     /* of MATCHES, for texts; compiled when first needed */
  void *raw_regex; /* the same for bytes */
  bool set_ok;     /* of IN: its literals were found to be of one kind */
  /* qualifiers */
  double seconds;
  int64_t times;
  vg_time start, stop;
  size_t at; /* byte of the pattern */
};
struct compiled_regex;
struct intel_pattern {
  struct vg_arena *arena;
  struct pattern_node *root;
  struct compiled_regex *regexes; /* all that were compiled, to be freed with the pattern */
};
/* Two identical qualifiers on one expression and hashes of a wrong length are refused by `strict` only. */
MUST vg_code pattern_parse(struct intel_pattern *out, vg_str text, bool strict, struct vg_err *err);
/* One observation of equality tests on texts, without a doubt: true says that pattern_parse takes it; false says
 * nothing. */
enum { PATTERN_PLAIN_MAX = 1 << 16 };
bool pattern_is_plain(vg_str text);
void pattern_fini(struct intel_pattern *p);
vg_code pattern_add(struct intel_pattern *p, struct pattern_node *to, struct pattern_node *kid, struct vg_err *err);
/* One spelling of a literal or path, for comparing. */
void pattern_put_path(struct vg_buf *out, const struct object_path *p);

/* A value that a path leads to, and whether one test holds for it. */
struct pattern_value {
  enum { V_NULL, V_BOOL, V_NUM, V_STRING, V_BYTES, V_OTHER } kind;
  bool b;
  double f;
  bool is_int;
  int64_t i;
  vg_str s;
};
vg_code pattern_test(struct intel_pattern *p, struct pattern_node *test, const struct pattern_value *v, bool *holds,
                     struct vg_err *err);
/* Unicode normal form C, appended; what is not UTF-8 goes as it is. */
void pattern_nfc(vg_str s, struct vg_buf *out);
/* "1.2.3.4", "1.2.3.0/24" or IPv6 alike: family 4 or 6, 16 bytes, bits of the mask. */
struct network {
  int family;
  unsigned char a[16];
  unsigned bits;
};
bool pattern_network(vg_str s, struct network *out);
bool pattern_inside(const struct network *a, const struct network *b); /* is a inside b? */

#endif

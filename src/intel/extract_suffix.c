/* ICANN's part of the public suffix list (https://publicsuffix.org/list/, MPL-2.0), read once from the text built in.
 */
#include "intel/extract_internal.h"

#include <pthread.h>
#include <string.h>

#include "intel/intel_internal.h"

extern const char intel_suffixes[];

enum { SLOTS = 1 << 15, POOL = 1 << 18 };
enum rule {
  RULE_NAME = 1,
  RULE_BELOW = 2,
  RULE_EXCEPT = 4,
  RULE_LAST = 8,
  RULE_OTHER = 16
}; /* "co.uk", "*.ck", "!www.ck"; "za" of "co.za" */
static struct {
  uint32_t at; /* in pool */
  uint8_t n, rules;
} slots[SLOTS];
static char pool[POOL];
static size_t pool_used, slot_used;

static uint32_t hash(vg_str s) { /* FNV-1a: the list is ours, and a lookup walks past few slots whatever is asked */
  uint32_t h = 2166136261U;
  for (size_t i = 0; i < s.n; i++)
    h = (h ^ (unsigned char)s.p[i]) * 16777619U;
  return h ^ h >> 15;
}

static size_t slot_of(vg_str name) {
  size_t i = hash(name) % SLOTS;
  while (slots[i].n && !vg_str_eq(name, vg_str_n(pool + slots[i].at, slots[i].n)))
    i = (i + 1) % SLOTS;
  return i;
}

static void add(vg_str name, enum rule rule) {
  VG_ASSERT(name.n > 0 && name.n <= 253 && pool_used + name.n <= POOL && slot_used < SLOTS / 2);
  size_t i = slot_of(name);
  if (slots[i].n == 0) {
    memcpy(pool + pool_used, name.p, name.n);
    slots[i].at = (uint32_t)pool_used;
    slots[i].n = (uint8_t)name.n;
    pool_used += name.n;
    slot_used++;
  }
  slots[i].rules = (uint8_t)(slots[i].rules | rule);
}

static void add_rule(vg_str name, enum rule rule) {
  size_t last = name.n;
  while (last > 0 && name.p[last - 1] != '.')
    last--;
  add(name, rule);
  add(vg_str_sub(name, last, name.n), RULE_LAST);
}

static void add_line(vg_str line) {
  enum rule rule = RULE_NAME;
  char ascii[256];
  size_t n;
  if (vg_str_starts(line, VG_STR("*."))) {
    rule = RULE_BELOW;
    line = vg_str_sub(line, 2, line.n);
  } else if (vg_str_starts(line, VG_STR("!"))) {
    rule = RULE_EXCEPT;
    line = vg_str_sub(line, 1, line.n);
  }
  if (intel_punycode(line, ascii, sizeof ascii, &n))
    add_rule(vg_str_n(ascii, n), rule);
}

/* Roots that are no part of ICANN's but that malware uses: Namecoin, EmerDNS, OpenNIC, I2P. */
static void load(void) {
  static const char *const others[] = {"onion", "i2p", "bit", "bazar", "coin", "emc"};
  static const char *const doubtful[] = {"lib", "eth", "crypto"};
  vg_str rest = vg_str_z(intel_suffixes), line;
  while (vg_str_line(&rest, &line) && vg_str_find(line, VG_STR("===END ICANN DOMAINS==="), 0) == SIZE_MAX) {
    line = vg_str_trim(line);
    if (line.n && !vg_str_starts(line, VG_STR("//")))
      add_line(line);
  }
  for (size_t i = 0; i < VG_COUNT(others); i++)
    add(vg_str_z(others[i]), RULE_NAME);
  for (size_t i = 0; i < VG_COUNT(doubtful); i++)
    add(vg_str_z(doubtful[i]), RULE_OTHER);
}

static unsigned rules_of(vg_str name) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, load);
  return slots[slot_of(name)].rules;
}

bool suffix_tld(vg_str label, bool clear) {
  unsigned rules = label.n >= 2 && label.n <= 63 ? rules_of(label) : 0;
  return clear ? rules != 0 : (rules & ~(unsigned)RULE_OTHER) != 0;
}

bool suffix_is(vg_str name) {
  unsigned rules = rules_of(name);
  if (rules & (RULE_NAME | RULE_EXCEPT))
    return (rules & RULE_NAME) != 0;
  size_t dot = vg_str_find_byte(name, '.', 0);
  return dot != SIZE_MAX && (rules_of(vg_str_sub(name, dot + 1, name.n)) & RULE_BELOW) != 0;
}

/* Warning lists: values that are no sign of anything. They mark, they never hide. Facts: data/warning/values.csv. */
#include "base/csv.h"
#include "base/table.h"
#include "intel/pattern_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

extern const char intel_warning_csv[];

enum { LISTS = 32, RANGES = 1024 };
static struct vg_table *values; /* "type value" -> index in names */
static char names[LISTS][32];
static size_t name_count, range_count;
static struct {
  struct network net;
  size_t name;
} ranges[RANGES];

static size_t name_index(vg_str name) {
  size_t i = 0;
  while (i < name_count && !vg_str_eqz(name, names[i]))
    i++;
  if (i == name_count) {
    VG_ASSERT(name_count < LISTS);
    vg_str_copy(names[name_count++], sizeof names[0], name);
  }
  return i;
}

static bool key_of(char out[static 512], vg_str type, vg_str value) {
  if (type.n + value.n + 2 > 512)
    return false;
  memcpy(out, type.p, type.n);
  out[type.n] = ' ';
  memcpy(out + type.n + 1, value.p, value.n);
  out[type.n + 1 + value.n] = 0;
  return true;
}

static void add_range(vg_str value, size_t name) {
  struct network n;
  bool ok = pattern_network(value, &n);
  VG_ASSERT(ok && range_count < RANGES);
  ranges[range_count].net = n;
  ranges[range_count++].name = name;
}

static void load(void) {
  struct vg_csv c;
  bool more;
  char key[512];
  vg_code rc = vg_table_new(&values, 100000, NULL);
  VG_ASSERT(rc == VG_OK);
  vg_csv_init(&c, vg_str_z(intel_warning_csv), ',');
  rc = vg_csv_next(&c, &more, NULL); /* the heading */
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, NULL)) == VG_OK && more) {
    size_t name = name_index(vg_csv_field(&c, 2));
    if (vg_str_eqz(vg_csv_field(&c, 0), "cidr"))
      add_range(vg_csv_field(&c, 1), name);
    else if (key_of(key, vg_csv_field(&c, 0), vg_csv_field(&c, 1)))
      rc = vg_table_put(values, vg_str_z(key), name, NULL);
  }
  VG_ASSERT(rc == VG_OK); /* the file is ours */
  vg_csv_fini(&c);
}

static bool listed(vg_str type, vg_str value, const char **list) {
  char key[512];
  uint64_t name;
  bool found = key_of(key, type, value) && vg_table_get(values, vg_str_z(key), &name);
  if (found)
    *list = names[name];
  return found;
}

static bool in_range(vg_str value, const char **list) {
  struct network a;
  if (!pattern_network(value, &a))
    return false;
  for (size_t i = 0; i < range_count; i++) {
    if (pattern_inside(&a, &ranges[i].net)) {
      *list = names[ranges[i].name];
      return true;
    }
  }
  return false;
}

/* A listed site's own sub-domains are as benign as it is. */
static bool under_listed(vg_str host, const char **list) {
  while (host.n) {
    if (listed(VG_STR("domain-name"), host, list))
      return true;
    size_t dot = vg_str_find_byte(host, '.', 0);
    host = dot == SIZE_MAX ? VG_STR("") : vg_str_sub(host, dot + 1, host.n);
  }
  return false;
}

bool intel_benign(vg_str type, vg_str value, const char **list) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  if (vg_str_eqz(type, "domain-name"))
    return under_listed(value, list) ||
           listed(VG_STR("host"), value, list); /* "host": that name only, not what people put below it */
  bool address = vg_str_eqz(type, "ipv4-addr") || vg_str_eqz(type, "ipv6-addr") || vg_str_eqz(type, "cidr");
  return listed(type, value, list) || (address && in_range(value, list));
}

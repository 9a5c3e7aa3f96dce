/* make_stix N SEED [FORM]: N indicators on standard output, like those of feeds: hashes, domains, addresses, URLs. FORM
 * stix (a bundle of STIX 2.1, about 550 bytes each), csv, text, misp (an event each 500); or relations: for each tenth
 * indicator that the same N and SEED make, what it indicates, a malware each 500. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;
static uint64_t next(void) { /* splitmix64 */
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

struct one {
  uint64_t a, b, c, d;
  char value[160], uuid[40];
  const char *path, *misp;
};

static void make(struct one *o, long i) {
  o->a = next(), o->b = next(), o->c = next(), o->d = next();
  snprintf(o->uuid, sizeof o->uuid, "%08x-%04x-4%03x-8%03x-%012" PRIx64, (unsigned)o->a, (unsigned)(o->b & 0xffff),
           (unsigned)(o->c & 0xfff), (unsigned)(o->d & 0xfff), (o->a ^ o->b * 7) & 0xffffffffffff);
  switch (i % 4) {
  case 0:
    snprintf(o->value, sizeof o->value, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, o->a, o->b, o->c,
             o->d);
    o->path = "file:hashes.'SHA-256'", o->misp = "sha256";
    break;
  case 1:
    snprintf(o->value, sizeof o->value, "host%" PRIu64 ".example-%" PRIu64 ".com", o->a % 100000, o->b % 10000000);
    o->path = "domain-name:value", o->misp = "domain";
    break;
  case 2:
    snprintf(o->value, sizeof o->value, "%u.%u.%u.%u", (unsigned)(o->a % 223 + 1), (unsigned)(o->b & 255),
             (unsigned)(o->c & 255), (unsigned)(o->d & 255));
    o->path = "ipv4-addr:value", o->misp = "ip-dst";
    break;
  default:
    snprintf(o->value, sizeof o->value, "http://cdn%" PRIu64 ".example.net/%" PRIx64 "/index.php", o->a % 1000000,
             o->b);
    o->path = "url:value", o->misp = "url";
  }
}

static void stix(const struct one *o, long i) {
  printf(
      "%s{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%s"
      "\",\"created\":\"2026-01-%02dT%02d:%02d:00.000Z\","
      "\"modified\":\"2026-02-%02dT00:00:00.000Z\",\"name\":\"Malicious %s\",\"description\":\"Seen in campaign %" PRIu64
      " against sector %" PRIu64 "\","
      "\"indicator_types\":[\"malicious-activity\"],\"pattern\":\"[%s = '%s']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"confidence\":%d,"
      "\"object_marking_refs\":[\"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487\"]}",
      i ? ",\n" : "", o->uuid, (int)(o->a % 28 + 1), (int)(o->b % 24), (int)(o->c % 60), (int)(o->d % 28 + 1), o->value,
      o->a % 1000, o->b % 20, o->path, o->value, (int)(o->c % 101));
}

#define DATED "\"created\":\"2026-03-01T00:00:00.000Z\",\"modified\":\"2026-03-01T00:00:00.000Z\""

static void relation(const struct one *o, long i) {
  unsigned family = (unsigned)(i / 500);
  char id[60];
  if (i % 10)
    return;
  snprintf(id, sizeof id, "malware--%08x-1111-4111-8111-%012" PRIx64, family,
           (family + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 16);
  if (i % 500 == 0)
    printf("%s{\"type\":\"malware\",\"spec_version\":\"2.1\",\"id\":\"%s\"," DATED
           ",\"name\":\"Family %u\",\"is_family\":true}",
           i ? ",\n" : "", id, family);
  printf(",\n{\"type\":\"relationship\",\"spec_version\":\"2.1\",\"id\":\"relationship--%s\"," DATED
         ",\"relationship_type\":\"indicates\",\"source_ref\":\"indicator--%s\",\"target_ref\":\"%s\"}",
         o->uuid, o->uuid, id);
}

static void misp(const struct one *o, long i) {
  if (i % 500 == 0)
    printf("%s{\"Event\":{\"uuid\":\"%s\",\"info\":\"Event %ld\",\"date\":\"2026-01-01\",\"Attribute\":[",
           i ? "]}},\n" : "", o->uuid, i / 500);
  printf("%s{\"uuid\":\"%s\",\"type\":\"%s\",\"value\":\"%s\",\"to_ids\":true,\"timestamp\":\"1767225600\",\"comment\":"
         "\"Seen in campaign %" PRIu64 "\"}",
         i % 500 ? ",\n" : "", o->uuid, o->misp, o->value, o->a % 1000);
}

int main(int argc, char **argv) {
  long n = argc > 1 ? atol(argv[1]) : 1000;
  const char *form = argc > 3 ? argv[3] : "stix";
  struct one o;
  bool bundle = strcmp(form, "stix") == 0 || strcmp(form, "relations") == 0;
  state = argc > 2 ? strtoull(argv[2], NULL, 10) * 0x100000001b3 : 1;
  if (bundle)
    printf("{\"type\":\"bundle\",\"id\":\"bundle--11111111-1111-4111-8111-111111111111\",\"objects\":[\n");
  else if (strcmp(form, "csv") == 0)
    printf("value,description,confidence\n");
  else if (strcmp(form, "misp") == 0)
    printf("{\"response\":[\n");
  for (long i = 0; i < n; i++) {
    make(&o, i);
    if (strcmp(form, "relations") == 0)
      relation(&o, i);
    else if (strcmp(form, "csv") == 0)
      printf("%s,Seen in campaign %" PRIu64 ",%d\n", o.value, o.a % 1000, (int)(o.c % 101));
    else if (strcmp(form, "text") == 0)
      printf("%s\n", o.value);
    else if (strcmp(form, "misp") == 0)
      misp(&o, i);
    else
      stix(&o, i);
  }
  if (bundle)
    printf("\n]}\n");
  else if (strcmp(form, "misp") == 0)
    printf("]}}]}\n");
  return fflush(stdout) != 0;
}

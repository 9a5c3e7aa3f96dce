/* make_stix N SEED: a STIX 2.1 bundle of N indicators on standard output, like those of feeds: hashes, domains,
 * addresses, URLs, about 550 bytes each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;
static uint64_t next(void) { /* splitmix64 */
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

int main(int argc, char **argv) {
  long n = argc > 1 ? atol(argv[1]) : 1000;
  state = argc > 2 ? strtoull(argv[2], NULL, 10) * 0x100000001b3 : 1;
  printf("{\"type\":\"bundle\",\"id\":\"bundle--11111111-1111-4111-8111-111111111111\",\"objects\":[\n");
  for (long i = 0; i < n; i++) {
    uint64_t a = next(), b = next(), c = next(), d = next();
    char value[160], pattern[240];
    switch (i % 4) {
    case 0:
      snprintf(value, sizeof value, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, a, b, c, d);
      snprintf(pattern, sizeof pattern, "[file:hashes.'SHA-256' = '%s']", value);
      break;
    case 1:
      snprintf(value, sizeof value, "host%" PRIu64 ".example-%" PRIu64 ".com", a % 100000, b % 10000000);
      snprintf(pattern, sizeof pattern, "[domain-name:value = '%s']", value);
      break;
    case 2:
      snprintf(value, sizeof value, "%u.%u.%u.%u", (unsigned)(a % 223 + 1), (unsigned)(b & 255), (unsigned)(c & 255),
               (unsigned)(d & 255));
      snprintf(pattern, sizeof pattern, "[ipv4-addr:value = '%s']", value);
      break;
    default:
      snprintf(value, sizeof value, "http://cdn%" PRIu64 ".example.net/%" PRIx64 "/index.php", a % 1000000, b);
      snprintf(pattern, sizeof pattern, "[url:value = '%s']", value);
    }
    printf(
        "%s{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-%04x-4%03x-8%03x-%012" PRIx64
        "\",\"created\":\"2026-01-%02dT%02d:%02d:00.000Z\","
        "\"modified\":\"2026-02-%02dT00:00:00.000Z\",\"name\":\"Malicious %s\",\"description\":\"Seen in campaign %" PRIu64
        " against sector %" PRIu64 "\","
        "\"indicator_types\":[\"malicious-activity\"],\"pattern\":\"%s\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"confidence\":%d,"
        "\"object_marking_refs\":[\"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487\"]}",
        i ? ",\n" : "", (unsigned)a, (unsigned)(b & 0xffff), (unsigned)(c & 0xfff), (unsigned)(d & 0xfff),
        (a ^ b * 7) & 0xffffffffffff, (int)(a % 28 + 1), (int)(b % 24), (int)(c % 60), (int)(d % 28 + 1), value,
        a % 1000, b % 20, pattern, (int)(c % 101));
  }
  printf("\n]}\n");
  return fflush(stdout) != 0;
}

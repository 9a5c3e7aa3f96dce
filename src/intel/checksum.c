#include "intel/checksum.h"

#include <string.h>

#include "base/hash.h"

/* --- Keccak-f[1600], https://keccak.team/keccak_specs_summary.html --- */
static uint64_t turn(uint64_t v, unsigned by) { return by ? v << by | v >> (64 - by) : v; }

static void keccak_f(uint64_t a[static 25]) {
  static const uint64_t rounds[24] = {0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
                                      0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
                                      0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
                                      0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
                                      0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
                                      0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
  static const unsigned turns[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                     27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
  static const unsigned lane[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                    15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
  for (size_t r = 0; r < 24; r++) {
    uint64_t c[5], t;
    for (size_t i = 0; i < 5; i++)
      c[i] = a[i] ^ a[i + 5] ^ a[i + 10] ^ a[i + 15] ^ a[i + 20];
    for (size_t i = 0; i < 5; i++) {
      t = c[(i + 4) % 5] ^ turn(c[(i + 1) % 5], 1);
      for (size_t j = 0; j < 25; j += 5)
        a[i + j] ^= t;
    }
    t = a[1];
    for (size_t i = 0; i < 24; i++) {
      uint64_t kept = a[lane[i]];
      a[lane[i]] = turn(t, turns[i]);
      t = kept;
    }
    for (size_t j = 0; j < 25; j += 5) {
      memcpy(c, a + j, sizeof c);
      for (size_t i = 0; i < 5; i++)
        a[i + j] = c[i] ^ (~c[(i + 1) % 5] & c[(i + 2) % 5]);
    }
    a[0] ^= rounds[r];
  }
}

void keccak256(const void *p, size_t n, unsigned char out[static 32]) {
  enum { RATE = 136 };
  uint64_t a[25] = {0};
  const unsigned char *from = p;
  for (size_t at = 0; at < n; at++) {
    a[at % RATE / 8] ^= (uint64_t)from[at] << (at % 8 * 8);
    if (at % RATE == RATE - 1)
      keccak_f(a);
  }
  a[n % RATE / 8] ^= UINT64_C(1) << (n % 8 * 8);
  a[RATE / 8 - 1] ^= UINT64_C(1) << 63;
  keccak_f(a);
  for (size_t i = 0; i < 32; i++)
    out[i] = (unsigned char)(a[i / 8] >> (i % 8 * 8));
}

/* --- base 58 --- */
static int base58_digit(char c) {
  static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  const char *at = c ? strchr(digits, c) : NULL;
  return at ? (int)(at - digits) : -1;
}

/* The number that s stands for, big-endian, in exactly n bytes; false when it is larger or s has other characters. */
static bool base58(vg_str s, unsigned char *out, size_t n) {
  memset(out, 0, n);
  for (size_t i = 0; i < s.n; i++) {
    int digit = base58_digit(s.p[i]);
    if (digit < 0)
      return false;
    unsigned carry = (unsigned)digit;
    for (size_t j = n; j-- > 0;) {
      carry += 58U * out[j];
      out[j] = (unsigned char)carry;
      carry >>= 8;
    }
    if (carry)
      return false;
  }
  return true;
}

bool checksum_base58check(vg_str s, unsigned char version[1]) {
  unsigned char raw[25], sum[VG_SHA256_SIZE];
  if (s.n < 26 || s.n > 35 || !base58(s, raw, sizeof raw))
    return false;
  /* Each leading zero byte is written as a '1', and no other one leads. */
  size_t zeros = 0, ones = 0;
  while (zeros < sizeof raw && raw[zeros] == 0)
    zeros++;
  while (ones < s.n && s.p[ones] == '1')
    ones++;
  vg_sha256(raw, 21, sum);
  vg_sha256(sum, sizeof sum, sum);
  version[0] = raw[0];
  return zeros == ones && memcmp(sum, raw + 21, 4) == 0;
}

/* Monero cuts its bytes in eights, each written as eleven digits; what is left over (5 bytes) as seven. */
bool checksum_monero(vg_str s) {
  unsigned char raw[77], sum[32];
  size_t blocks = s.n / 11, n = blocks * 8 + 5;
  if (s.n != 95 && s.n != 106)
    return false;
  for (size_t i = 0; i < blocks; i++)
    if (!base58(vg_str_sub(s, i * 11, 11), raw + i * 8, 8))
      return false;
  if (!base58(vg_str_sub(s, blocks * 11, 7), raw + blocks * 8, 5))
    return false;
  /* The main network's prefixes: address, integrated address, subaddress. */
  if (raw[0] != 18 && raw[0] != 19 && raw[0] != 42)
    return false;
  keccak256(raw, n - 4, sum);
  return memcmp(sum, raw + n - 4, 4) == 0;
}

/* --- bech32 --- */
static uint32_t bech32_step(uint32_t sum, unsigned v) {
  static const uint32_t of[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  unsigned top = sum >> 25;
  sum = (sum & 0x1ffffff) << 5 ^ v;
  for (unsigned i = 0; i < 5; i++)
    if (top >> i & 1)
      sum ^= of[i];
  return sum;
}

bool checksum_bech32(vg_str s) {
  static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  if (s.n < 14 || s.n > 74 || vg_lower(s.p[0]) != 'b' || vg_lower(s.p[1]) != 'c' || s.p[2] != '1')
    return false;
  bool upper = s.p[0] == 'B';
  uint32_t sum = 1;
  unsigned version = 0;
  for (int i = 0; i < 2; i++)
    sum = bech32_step(sum, (unsigned)vg_lower(s.p[i]) >> 5);
  sum = bech32_step(sum, 0);
  for (int i = 0; i < 2; i++)
    sum = bech32_step(sum, (unsigned)vg_lower(s.p[i]) & 31);
  for (size_t i = 3; i < s.n; i++) {
    const char *at = strchr(digits, vg_lower(s.p[i]));
    if (!s.p[i] || !at || (!vg_is_digit(s.p[i]) && (s.p[i] == vg_lower(s.p[i])) == upper))
      return false;
    if (i == 3)
      version = (unsigned)(at - digits);
    sum = bech32_step(sum, (unsigned)(at - digits));
  }
  size_t program = (s.n - 3 - 1 - 6) * 5 / 8;
  if (version == 0)
    return sum == 1 && (program == 20 || program == 32);
  return version <= 16 && sum == 0x2bc830a3 && program >= 2 && program <= 40;
}

/* --- the others --- */
bool checksum_eip55(vg_str hex) {
  char lower[40];
  unsigned char sum[32];
  bool up = false, down = false;
  if (hex.n != sizeof lower)
    return false;
  for (size_t i = 0; i < sizeof lower; i++) {
    if (!vg_is_hex(hex.p[i]))
      return false;
    lower[i] = vg_lower(hex.p[i]);
    up |= hex.p[i] >= 'A' && hex.p[i] <= 'F';
    down |= hex.p[i] >= 'a';
  }
  if (!up || !down)
    return true;
  keccak256(lower, sizeof lower, sum);
  for (size_t i = 0; i < sizeof lower; i++) {
    unsigned nibble = i % 2 ? sum[i / 2] & 15U : sum[i / 2] >> 4;
    if (!vg_is_digit(hex.p[i]) && (hex.p[i] < 'a') != (nibble >= 8))
      return false;
  }
  return true;
}

/* Lengths: SWIFT IBAN registry, release 96. */
static size_t iban_length(vg_str country) {
  static const char table[] =
      "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22"
      "GE22GI23GL18"
      "GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28"
      "NL18NO15OM23"
      "PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20";
  for (size_t i = 0; table[i]; i += 4)
    if (table[i] == country.p[0] && table[i + 1] == country.p[1])
      return (size_t)(table[i + 2] - '0') * 10 + (size_t)(table[i + 3] - '0');
  return 0;
}

bool checksum_iban(vg_str s) {
  unsigned rest = 0;
  if (s.n < 15 || s.n > 34 || iban_length(s) != s.n || !vg_is_digit(s.p[2]) || !vg_is_digit(s.p[3]))
    return false;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[(i + 4) % s.n];
    if (vg_is_digit(c))
      rest = (rest * 10 + (unsigned)(c - '0')) % 97;
    else if (c >= 'A' && c <= 'Z')
      rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
    else
      return false;
  }
  return rest == 1;
}

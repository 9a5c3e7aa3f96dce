#ifndef VG_INTEL_CHECKSUM_H
#define VG_INTEL_CHECKSUM_H
/* Checksums that some values carry inside, so that a typing error or a chance likeness shows. */
#include "base/str.h"

bool checksum_base58check(vg_str s, unsigned char version[1]); /* 25 bytes: Bitcoin's old addresses */
bool checksum_bech32(vg_str s);                                /* BIP-173 and BIP-350, prefix bc */
bool checksum_eip55(vg_str hex);                               /* 40 digits; all of one case carries none and passes */
bool checksum_monero(vg_str s);                                /* 95 or 106 characters */
bool checksum_iban(vg_str s); /* no spaces, upper case; the country's length too (ISO 13616) */
void keccak256(const void *p, size_t n, unsigned char out[static 32]); /* the original padding, not SHA-3's */

#endif

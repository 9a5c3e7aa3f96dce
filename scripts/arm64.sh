#!/bin/bash
# arm64.sh: the program built for 64-bit ARM, and under emulation the tests of the rooms that hold their own code for each
# processor (or words given). Run by hand: it takes some minutes. Tests that start a cell cannot run so: an emulated program
# has no system-call filter.
set -uo pipefail
cd "$(dirname "$0")/.."
export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig VIGIE_LANG=en SOURCE=$PWD
scripts/build.sh build-arm64 --cross-file scripts/arm64.ini -Ddemo=false || exit 1
failed=0
for t in ${*:-test_base test_field test_match test_extract test_similar}; do
  qemu-aarch64-static "build-arm64/tests/unit/$t" > "build-arm64/$t.log" 2>&1 || { failed=1; cat "build-arm64/$t.log"; }
  echo "$t: $(grep -c '^\[       OK \]' "build-arm64/$t.log") passed on 64-bit ARM"
done
exit $failed

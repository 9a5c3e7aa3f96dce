#!/bin/bash
# The program starts without the large libraries that few commands need; each is loaded when it is needed, and the commands work (the other scenarios).
set -eu
[ "$(uname -m)" = x86_64 ] || { echo "skipped: linked as usual on $(uname -m)"; exit 77; }
for l in libtsk libpq libyara libmagic libmicrohttpd libgnutls libcurl libxml2 libarchive; do
  ! ldd "$VIGIE" | grep "$l" || { echo "$l is loaded at every start"; exit 1; }
done
! LD_DEBUG=files "$VIGIE" --version 2>&1 | grep 'libtsk' || exit 1
# Every function that is listed is one that its library has.
for f in "$SOURCE"/src/base/lazy/*.symbols; do
  so=$(cc -print-file-name="lib$(basename "$f" .symbols).so")
  nm -D --defined-only "$so" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort -u | comm -13 - <(sort "$f") | { ! grep .; } || { echo "$f: not in $so"; exit 1; }
done

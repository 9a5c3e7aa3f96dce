#!/bin/bash
# A copy equals its source, other people's tools agree, damage is found, refusals leave nothing behind.
set -euo pipefail
d=$(mktemp -d); trap 'mountpoint -q "$d/small" && umount "$d/small"; rm -rf "$d"' EXIT
export HOME="$d/nobody"; unset VIGIE_HOME
v() { "$VIGIE" --lang en "$@"; }
status() { local want=$1; shift; local got=0; "$@" > "$d/out" 2> "$d/err" || got=$?; [ $got = "$want" ] || { echo "status $got, not $want: $*"; cat "$d/out" "$d/err"; exit 1; }; }
says() { grep -qF -- "$1" "$d/err" || { echo "stderr lacks: $1"; cat "$d/err"; exit 1; }; }
counts() { grep -qF -- "$1" "$d/out" || { echo "stdout lacks: $1"; cat "$d/out"; exit 1; }; }
only() { [ "$(ls -A "$1")" = "${2-}" ] || { echo "left behind in $1:"; ls -A "$1"; exit 1; }; }
mkdir "$d/empty"; head -c 6M /dev/urandom > "$d/disk"; truncate -s 9M "$d/disk"
sha=$(sha256sum < "$d/disk" | cut -c1-64); md5=$(md5sum < "$d/disk" | cut -c1-32)
for level in none fast best; do
  status 0 v --json acquire "$d/disk" --to "$d/$level" --level $level --segment 2M
  counts "$sha"; counts "$md5"; counts '"verified":true'; counts '"ledger":null'
  status 0 v --json verify "$d/$level.E01"; counts '"ok":true'; counts "$sha"
done
if command -v ewfverify > /dev/null; then
  ewfverify -q "$d/fast.E01" | grep SUCCESS > /dev/null
  ewfinfo "$d/fast.E01" | grep "$md5" > /dev/null
  ewfexport -q -u -f raw -t "$d/export" "$d/fast.E01" > /dev/null 2>&1; cmp "$d/export.raw" "$d/disk"
else echo "skip: ewf-tools are not installed"; fi
status 0 v acquire "$d/disk" --to "$d/raw" --format raw --segment 2M
cat "$d"/raw.0* | cmp - "$d/disk"
status 0 v verify "$d/raw.001"
status 0 v verify "$d"/raw.*; [ "$(cat "$d/out")" = "$d/raw.001: intact, SHA-256 $sha" ]   # every file of one image: one reading
status 0 v verify "$d"/fast.*; [ "$(cat "$d/out")" = "$d/fast.E01: intact, SHA-256 $sha" ]
status 0 v verify "$d/fast.E03"; counts "fast.E01: intact"
status 0 v verify "$d/fast.vigie.json"; counts "fast.E01: intact"
cp "$d/fast.E02" "$d/fast.vigie.json" "$d/empty"
status 1 v verify "$d/empty/fast.E02"; says 'fast.E01" cannot be opened'
status 1 v verify "$d/empty/fast.vigie.json"; says "no longer beside it"; rm "$d/empty"/*
head -c 100001 "$d/disk" > "$d/odd"     # not a whole number of sectors: hashes are those of the original bytes
status 0 v --json acquire "$d/odd" --to "$d/odd"; counts "$(sha256sum < "$d/odd" | cut -c1-64)"
status 0 v verify "$d/odd.E01"
# damage
cp "$d/fast.E02" "$d/keep"; printf '\377\000\377' | dd of="$d/fast.E02" bs=1 seek=700000 conv=notrunc status=none
status 3 v --json verify "$d/fast.E01"; counts '"ok":false'; counts 'segment 2 (fast.E02) no longer has its SHA-256'
cp "$d/keep" "$d/fast.E02"; status 0 v verify "$d/fast.E01"
head -c 30000 "$d/fast.E01" > "$d/cut.E01"
status 3 v --json verify "$d/cut.E01"; counts 'no longer opens'
sed -i 's/"bytes":9437184/"bytes":9437185/' "$d/none.vigie.json"
status 3 v --json verify "$d/none.E01"; counts 'the .vigie.json file was changed'
# refusals
status 1 v acquire "$d/disk" --to "$d/fast"; says "never overwritten"
ln -s "$d/disk" "$d/same.raw"
status 1 v acquire "$d/disk" --to "$d/same" --format raw; says "is the source"
status 1 v acquire /dev/null --to "$d/empty/x"; says "neither a block device"
status 1 v acquire "$d/nothing" --to "$d/empty/x"; says "cannot be opened"
status 2 v acquire "$d/disk"; status 2 v acquire "$d/disk" --to "$d/empty/x" --format aff9
only "$d/empty"
# a full disk
mkdir "$d/small"
if mount -t tmpfs -o size=3m none "$d/small" 2> /dev/null; then
  status 1 v acquire "$d/disk" --to "$d/small/x"; says "No space left"; only "$d/small"
  status 1 v acquire "$d/disk" --to "$d/small/x" --format raw; says "No space left"; only "$d/small"
else echo "skip: a full disk needs root to mount a small tmpfs"; fi
# a file system that holds no large files (FAT32), as a limit stands for it
limited() { (trap '' XFSZ; ulimit -f 2000; v acquire "$d/disk" --to "$d/empty/x" --level none "$@"); }
for f in e01 raw aff4; do status 1 limited --format $f; says "--segment 2G"; only "$d/empty"; done
status 0 limited --segment 1M; rm "$d/empty"/*
# killed half-way: no final name
truncate -s 3G "$d/large"
"$VIGIE" acquire "$d/large" --to "$d/empty/x" --format raw > /dev/null 2>&1 & pid=$!
sleep 0.3; kill -9 $pid 2> /dev/null || true; wait $pid 2> /dev/null || true
if [ -e "$d/empty/x.raw" ]; then status 0 v verify "$d/empty/x.raw"; else [ ! -e "$d/empty/x.vigie.json" ]; fi
echo ok

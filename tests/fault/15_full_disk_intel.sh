#!/bin/bash
# The disk fills up during an import, a pack, a backup, hits that are recorded: one line says where to make room, nothing of it is kept and nothing
# else is lost; with room again, doing it again does it.
set -euo pipefail
if [ "${1:-}" != inside ]; then
  unshare -rm true 2> /dev/null || { echo "no user namespaces here: a small disk cannot be made"; exit 77; }
  exec unshare -rm bash "$0" inside
fi
disk=$(mktemp -d) out=$(mktemp -d)
trap 'umount "$disk"; rm -rf "$disk" "$out"' EXIT
mount -t tmpfs -o size=96m none "$disk"
v() { "$VIGIE" --home "$disk/i" --lang en --as tester "$@" > "$out/out" 2> "$out/err"; }
fail() { echo "$*"; cat "$out/out" "$out/err"; exit 1; }
fill() { rm -f "$disk/ballast"; head -c $(($(df --output=avail -B1 "$disk" | tail -1) - $1)) /dev/zero > "$disk/ballast"; } # all but so many bytes
full() { # what must be refused, in one line that says where
  local got=0; "$@" || got=$?
  [ $got = 1 ] && [ "$(wc -l < "$out/err")" = 1 ] && grep -qE "disk full.*make room where $disk|No space left on device: make room" "$out/err" || fail "status $got: $*"
}
kept() { v intel list --objects --json || fail "no list"; sed 's/"row":[0-9]*,//' "$out/out" | sort | sha256sum; }
v init --login tester || fail init
awk 'BEGIN { print "type,value"; for (n = 0; n < 500; n++) printf "domain-name,host%d.before.test\n", n }' > "$out/before.csv"
awk 'BEGIN { print "type,value"; for (n = 0; n < 200000; n++) printf "domain-name,host%d-%x.after.test\n", n, n * 2654435761 % 4294967296 }' > "$out/after.csv"
v intel import "$out/before.csv" --source Before || fail import
v org add --name Acme --kind company --department 75 || fail org
v intel pack -o "$disk/before.pack" || fail pack
before=$(kept)
fill 20000000; full v intel import "$out/after.csv" --source After
[ "$(kept)" = "$before" ] || fail "something is kept, or lost"
v intel sources || fail sources; ! grep -q "^After" "$out/out" || fail "its source is kept"
fill 1000; full v intel pack -o "$disk/after.pack"; [ ! -e "$disk/after.pack" ] || fail "a pack"
full v intel export -o "$disk/backup.json"; [ ! -e "$disk/backup.json" ] || fail "a backup"
sed 's/.*,//' "$out/before.csv" > "$out/seen.log"
full v match --pack "$disk/before.pack" --record --org Acme "$out/seen.log"
full v intel sight host1.before.test --org Acme
rm "$disk/ballast"
v ledger verify || fail "the ledger is damaged"
[ "$(kept)" = "$before" ] || fail "something is kept, or lost"
v match --pack "$disk/before.pack" --record --org Acme "$out/seen.log" || fail "with room"; v intel export -o "$disk/backup.json" || fail "with room"
mount -o remount,size=400m "$disk"
v intel import "$out/after.csv" --source After || fail "with room"
v intel sources || fail sources; ! grep -q "did not come to its end" "$out/err" || fail "it was imported again, and is told of still"
v ledger verify || fail "the ledger is damaged"

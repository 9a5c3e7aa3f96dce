#!/bin/bash
# The power goes during an import (ext4 on a loop device, shut down without its journal's last entries): what was told before is there, nothing of the
# import is, and doing it again makes the very store that one makes in which nothing went wrong.
set -euo pipefail
dir=$(mktemp -d); mkdir "$dir/disk"
trap 'kill -9 ${import:-} 2> /dev/null || true; umount "$dir/disk" 2> /dev/null || true; rm -rf "$dir"' EXIT
truncate -s 512M "$dir/image"
{ mkfs.ext4 -q -F "$dir/image" && mount -o loop "$dir/image" "$dir/disk"; } 2> /dev/null || { echo "no loop device or no rights to mount here: no power loss"; exit 77; }
at=$dir/disk/i
v() { "$VIGIE" --home "$at" --lang en --as tester "$@" > "$dir/out" 2> "$dir/err"; }
fail() { echo "$*"; head -n 5 "$dir/out" "$dir/err"; exit 1; }
cut_power() { python3 -c 'import fcntl, os, struct, sys; fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))' "$dir/disk"; }
kept() { v intel list --objects --json || fail list; sed 's/"row":[0-9]*,//' "$dir/out" | sort > "$dir/objects"; v intel list --json || fail list; sort "$dir/out" | cat "$dir/objects" - | sha256sum; }
list() { awk -v n="$2" -v of="$1" 'BEGIN { for (i = 0; i < n; i++) printf "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-1111-4111-8111-%011x%s\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"name\":\"number %d\",\"pattern\":\"[domain-name:value = \047host%d-%s.test\047]\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\"}\n", i, i, of, i, i, of }' > "$dir/$1.json"; }
list a 500; list b 40000
v init --login tester || fail init
v intel import "$dir/a.json" --as stix --source Before || fail import
before=$(kept)
mkfifo "$dir/pipe"
for round in 1 2 3; do # of an import whose bytes have not all come; in parts already, when others wrote meanwhile
  exec 9<> "$dir/pipe"
  "$VIGIE" --home "$at" --as tester intel import - --as stix --source After < "$dir/pipe" > "$dir/told" 2>&1 & import=$!
  cat "$dir/b.json" >&9
  [ $round = 1 ] || { v org add --name "Meanwhile $round" --kind company --department 75 || fail "an organisation waited in vain"; }
  kill -0 $import || fail "it is over before the power goes"
  cut_power; exec 9>&-; kill -9 $import 2> /dev/null || true; wait $import 2> /dev/null || true
  umount "$dir/disk"; mount -o loop "$dir/image" "$dir/disk"
  [ "$(kept)" = "$before" ] || fail "round $round: something is kept, or lost"
  v ledger verify || fail "round $round: the ledger is damaged"
  v org list --json || fail "round $round"; [ "$(grep -c Meanwhile "$dir/out" || true)" = $((round - 1)) ] || fail "round $round: what was told is lost"
  [ "$(sqlite3 "$at/vigie.db" "PRAGMA integrity_check; SELECT COUNT(*) FROM intel_part WHERE ended = 0")" = "$(printf 'ok\n0')" ] || fail "round $round: the store is damaged"
done
v intel sources || fail sources; grep -q "did not come to its end" "$dir/err" || fail "nobody is told"
v intel import "$dir/b.json" --as stix --source After || fail "the next one"
after=$(kept); at=$dir/whole
v init --login tester || fail init; v intel import "$dir/a.json" --as stix --source Before || fail import; v intel import "$dir/b.json" --as stix --source After || fail import
[ "$(kept)" = "$after" ] || fail "not the store that it should be"

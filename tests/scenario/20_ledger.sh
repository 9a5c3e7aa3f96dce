#!/bin/bash
# The ledger from the command line: intact, then one byte of the file changed, then an earlier checkpoint of another history.
set -euo pipefail
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
v() { "$VIGIE" --home "$home/i" --lang en --as tester "$@"; }
"$VIGIE" --home "$home/i" init --login tester > /dev/null
v org add --name "Scierie du Donon" --department 67 > /dev/null
v ledger checkpoint > "$home/note"
v org add --name "Fonderie de la Bruche" --department 67 > /dev/null
v ledger verify --checkpoint "$home/note" --json | grep '"ok":true,"size":4,.*"first_bad":null' > /dev/null
v ledger prove 2 | grep '"proof":\["' > /dev/null
# one byte of a body, in the file itself
cp -r "$home/i" "$home/j"
at=$(grep -abo "Scierie du Donon" "$home/j/vigie.db" | sed "s|^|$home/j/vigie.db:|" || true)
[ -n "$at" ]
echo "$at" | while IFS=: read -r file offset _; do printf 'X' | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none; done

status=0; "$VIGIE" --home "$home/j" --lang en ledger verify --json > "$home/out" || status=$?
[ $status = 3 ] || { echo "status $status"; cat "$home/out"; exit 1; }
grep -q '"ok":false.*"first_bad":2' "$home/out" || { cat "$home/out"; exit 1; }
# another history
"$VIGIE" --home "$home/k" init --login tester > /dev/null
status=0; "$VIGIE" --home "$home/k" --lang en ledger verify --checkpoint "$home/note" 2> "$home/err" || status=$?
[ $status = 1 ] && grep -q "not of this ledger" "$home/err"

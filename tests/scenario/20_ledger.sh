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
# pages of the database overwritten: damage, said as such, never a crash or a success
for at in 1 3 8; do
  rm -rf "$home/p"; cp -r "$home/i" "$home/p"
  head -c 4096 /dev/urandom | dd of="$home/p/vigie.db" bs=4096 seek=$at conv=notrunc status=none
  status=0; "$VIGIE" --home "$home/p" --lang en ledger verify --json > "$home/out" 2> "$home/err" || status=$?
  [ $status = 3 ] || [ $status = 0 ] || { echo "page $at: status $status"; cat "$home/out" "$home/err"; exit 1; }
  [ $status = 0 ] || grep '"ok":false' "$home/out" > /dev/null
done
printf 'no database at all, but long enough to be read as one' > "$home/p/vigie.db"; rm -f "$home/p/"vigie.db-*
status=0; "$VIGIE" --home "$home/p" --lang en ledger verify --json > "$home/out" 2> "$home/err" || status=$?
[ $status = 3 ]; grep '"ok":false.*"why":"container"' "$home/out" > /dev/null
# the export is checked by Vigie without an instance, and by a script that shares no code with it
v ledger export -o "$home/export" > /dev/null
(unset VIGIE_HOME; HOME=$home "$VIGIE" --lang en ledger verify --file "$home/export" --json 2> "$home/err") | grep '"ok":true,"size":4' > /dev/null
grep "is believed" "$home/err" > /dev/null
python3 "$SOURCE/docs/check-ledger.py" "$home/export" | grep "intact: 4 entries" > /dev/null
sed 's/Scierie/Scieriq/' "$home/export" > "$home/forged"
status=0; "$VIGIE" --lang en ledger verify --file "$home/forged" --json > "$home/out" 2> /dev/null || status=$?
[ $status = 3 ]; grep '"first_bad":2,"why":"body"' "$home/out" > /dev/null
! python3 "$SOURCE/docs/check-ledger.py" "$home/forged" > /dev/null 2>&1 || { echo "the script believed a forged body"; exit 1; }
v ledger list --count 1 --json | grep '"kind":"ledger.exported"' > /dev/null
# another history
"$VIGIE" --home "$home/k" init --login tester > /dev/null
status=0; "$VIGIE" --home "$home/k" --lang en ledger verify --checkpoint "$home/note" 2> "$home/err" || status=$?
[ $status = 1 ] && grep -q "not of this ledger" "$home/err"

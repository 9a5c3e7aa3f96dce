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
! v ledger verify 2>&1 | grep "dated before" > /dev/null || exit 1
# a clock that is set back is told, and is no damage
cp -r "$home/i" "$home/b"
VIGIE_NOW=2041-01-01T00:00:00Z "$VIGIE" --home "$home/b" --as tester org add --name "Papeterie" --department 67 > /dev/null
"$VIGIE" --home "$home/b" --as tester org add --name "Verrerie" --department 67 > /dev/null
"$VIGIE" --home "$home/b" --lang en ledger verify 2>&1 | grep "1 entry is dated before the one before, the first is 5: the clock was set back" > /dev/null
"$VIGIE" --home "$home/b" ledger verify --json 2> /dev/null | grep '"ok":true.*"clock_back":1' > /dev/null
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
[ $status = 1 ]; grep -q "not of this ledger" "$home/err"
# Attacks on the records by hand: each is named, with its place, in plain words of both languages.
for n in 1 2 3; do v org add --name "Org $n" --department 67 > /dev/null; done
v ledger checkpoint > "$home/note"; size=$(v ledger verify --json | jq .size)
attack() { # WHAT PLACE ENGLISH FRENCH SQL: damage at that place, said so
  rm -rf "$home/x"; cp -r "$home/i" "$home/x"; sqlite3 "$home/x/vigie.db" "PRAGMA foreign_keys = OFF; $5"
  for lang in en fr; do
    status=0; "$VIGIE" --home "$home/x" --lang $lang ledger verify > "$home/out" 2> "$home/err" || status=$?
    [ $status = 3 ] && grep -qE "(entry|l’entrée) $2 ?:" "$home/out" && grep -qF "$([ $lang = en ] && echo "$3" || echo "$4")" "$home/out" || { echo "$1 in $lang: status $status"; cat "$home/out" "$home/err"; exit 1; }
  done
}
gone() { for t in body subject leaf; do echo "DELETE FROM ledger_$t WHERE idx $1;"; done; }
swap() { for t in leaf body subject; do echo "UPDATE ledger_$t SET idx = -1 WHERE idx = 3; UPDATE ledger_$t SET idx = 3 WHERE idx = 4; UPDATE ledger_$t SET idx = 4 WHERE idx = -1;"; done; }
attack "an entry removed" 3 "an entry is missing at this place" "une entrée manque à cette place" "$(gone "= 3")"
attack "the end cut" 5 "the end is missing" "la fin manque" "$(gone ">= 5")"
attack "two entries swapped" 3 "swapped" "échangées" "$(swap)"
attack "every signature taken away" 0 "no signature at all" "aucune signature" "DELETE FROM ledger_checkpoint"
attack "the newest signature replaced by an older one" $((size - 1)) "was replaced" "a été remplacée" \
  "UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint ORDER BY size LIMIT 1) WHERE size = (SELECT MAX(size) FROM ledger_checkpoint)"
attack "about something else" 3 "what it is about" "ce sur quoi elle porte" "UPDATE ledger_subject SET subject = 'organisation--x' WHERE idx = 3"
# the newest signature alone taken away: as after a kill between the two, so it is said and is no damage
cp -r "$home/i" "$home/y"; sqlite3 "$home/y/vigie.db" "DELETE FROM ledger_checkpoint WHERE size = (SELECT MAX(size) FROM ledger_checkpoint)"
"$VIGIE" --home "$home/y" --lang en ledger verify > "$home/out" 2> "$home/err"; grep -q "1 entry at the end without a signature" "$home/err"
# an old copy put back, and two copies of one key that each went on: a checkpoint kept elsewhere tells
cp -r "$home/i" "$home/old"; v org add --name later --department 67 > /dev/null; v ledger checkpoint > "$home/note2"
"$VIGIE" --home "$home/old" ledger verify --checkpoint "$home/note" > /dev/null
status=0; "$VIGIE" --home "$home/old" --lang en ledger verify --checkpoint "$home/note2" > "$home/out" || status=$?
[ $status = 3 ]; grep -q "entry $size: the end is missing.*an old copy was put back" "$home/out"
"$VIGIE" --home "$home/old" --as tester org add --name other --department 67 > /dev/null
status=0; "$VIGIE" --home "$home/old" --lang en ledger verify --checkpoint "$home/note2" > "$home/out" || status=$?
[ $status = 3 ]; grep -q "entry $size: another history.*two copies went on" "$home/out"
# a clock set back: who had no mandate yet writes nothing
status=0; VIGIE_NOW=2020-01-01T00:00:00Z v org add --name past --department 67 > /dev/null 2> "$home/err" || status=$?
[ $status = 1 ]; grep -q "this machine’s clock says 2020" "$home/err"

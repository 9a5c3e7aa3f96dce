#!/bin/bash
# Analyses for later: asked once, made by a worker under the name of who asked; a worker that dies gives its lease back by its age; three attempts at most.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export VIGIE_HOME=$d/h
v() { "$VIGIE" --lang en --as anne "$@" 2> "$d/err"; }
refused() { local got=0; v "$@" > /dev/null || got=$?; [ $got = "$want" ] || { echo "status $got: $*"; cat "$d/err"; exit 1; }; }
state() { v worker jobs --json | grep -F "$1" | sed 's/.*"state":"\([^"]*\)".*/\1/' | head -n 1; }
is() { [ "$(state "$1")" = "$2" ] || { echo "$1 is $(state "$1"), not $2"; v worker jobs --json; exit 1; }; }
"$VIGIE" init --login anne > /dev/null
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
incident=$(v --json incident add --org Lynx --kind ransomware --summary x --happened 2024-03-02 --known 2024-03-02 | sed 's/.*"id":"\([^"]*\)".*/\1/')
v case open --incident "$incident" --ref A --frame flagrance --offence CP323-2-1 > /dev/null
for n in 1 2 3; do v exhibit add --case A --description "disk $n" --seal "seal-$n" > /dev/null; echo "text of disk $n evil.qq7vzk.net" > "$d/disk$n.txt"; done
printf 'type,value\ndomain,evil.qq7vzk.net\n' > "$d/list.csv"; v intel import "$d/list.csv" --source me > /dev/null

want=2 refused analyse "$d/disk1.txt" --later
want=2 refused analyse "$d/disk1.txt" --case A --exhibit A/1 --later --only file
want=1 refused analyse "$d/none" --case A --exhibit A/1 --later
want=1 refused analyse "$d/disk1.txt" --case A --exhibit A/9 --later
v worker --once # nothing waits
(cd "$d"; v analyse disk1.txt --case A --exhibit A/1 --later > /dev/null) # a relative path holds from anywhere
want=1 refused analyse "$d/disk1.txt" --case A --exhibit A/1 --later; grep 'asked for already' "$d/err" > /dev/null
for n in 2 3; do v analyse "$d/disk$n.txt" --case A --exhibit "A/$n" --later > /dev/null; done

# Two workers share the work: each analysis is made once, and found what it should.
"$VIGIE" worker --once --json > "$d/one" 2>&1 & first=$!
"$VIGIE" worker --once --json > "$d/two" 2>&1; wait "$first"
[ "$(cat "$d/one" "$d/two" | grep -c '"state":"done"')" = 3 ] || { cat "$d/one" "$d/two"; exit 1; }
[ "$(cat "$d/one" "$d/two" | grep -o '"exhibit":"A/[123]","analysis"' | sort -u | wc -l)" = 3 ]
for n in 1 2 3; do is "disk$n.txt" "done"; done
v intel show evil.qq7vzk.net > /dev/null
[ "$(v ledger list --json | grep -c '"kind":"analysis.done"')" = 3 ]
# Links made anew know what analyses found.
if command -v sqlite3 > /dev/null; then
  sqlite3 "$d/h/vigie.db" "DELETE FROM casework_mark"
  v --json case links --rebuild > "$d/out"
  [ "$(sqlite3 "$d/h/vigie.db" "SELECT COUNT(*) FROM casework_mark WHERE value = 'evil.qq7vzk.net'")" = 3 ] || { cat "$d/out"; echo "rebuilt without analyses"; exit 1; }
fi
v analyse "$d/disk1.txt" --case A --exhibit A/1 --later > /dev/null # again, once the first is done

# What cannot be read fails with its reason and ends nothing else.
mv "$d/disk1.txt" "$d/away"; v worker --once > /dev/null || true
is disk1.txt failed; v worker jobs | grep 'cannot' > /dev/null
mv "$d/away" "$d/disk1.txt"

# A killed worker: its job is nobody's until the lease ends, then the next one's.
truncate -s 3G "$d/big.img"; v analyse "$d/big.img" --case A --exhibit A/2 --later > /dev/null
"$VIGIE" worker --once --quiet > /dev/null 2>&1 & pid=$!
for _ in $(seq 200); do [ "$(state big.img)" != running ] || break; sleep 0.05; done
kill -9 "$pid"; wait "$pid" 2> /dev/null || true
is big.img running
v worker --once; is big.img running
later=$(date -u -d '+5 minutes' +%FT%TZ)
truncate -s 1M "$d/big.img"
VIGIE_NOW=$later v worker --once > /dev/null; is big.img "done"
v ledger verify > /dev/null

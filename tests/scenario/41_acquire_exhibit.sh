#!/bin/bash
# A copy of an exhibit: a wrong case or exhibit is refused before anything is read; the copy is an event of its custody; each name of it serves.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
v() { "$VIGIE" --home "$d/h" --lang en --as anne "$@"; }
refused() { local got=0; v "$@" > /dev/null 2> "$d/err" || got=$?; [ $got = 1 ] || { echo "status $got: $*"; cat "$d/err"; exit 1; }; }
"$VIGIE" --home "$d/h" init --login anne > /dev/null
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
for ref in A B; do
  incident=$(v --json incident add --org Lynx --kind ransomware --summary x --happened 2024-03-02 --known 2024-03-02 | sed 's/.*"id":"\([^"]*\)".*/\1/')
  v case open --incident "$incident" --ref "$ref" --frame flagrance --offence CP323-2-1 > /dev/null
  v exhibit add --case "$ref" --description disk --seal "seal-$ref" > /dev/null
done
head -c 300000 /dev/urandom > "$d/disk"
refused acquire "$d/disk" --to "$d/x" --case A --exhibit B/1; grep 'belongs to case B' "$d/err" > /dev/null
refused acquire "$d/disk" --to "$d/x" --case A --exhibit A/9
refused acquire "$d/disk" --to "$d/x" --case C --exhibit A/1
if ls -A "$d" | grep '^\.\?x' > /dev/null; then echo "a refused order left something"; exit 1; fi
v --json acquire "$d/disk" --to "$d/x" --case A --exhibit seal-A > "$d/out"
grep '"ledger":[0-9]' "$d/out" > /dev/null
sum=$(sha256sum < "$d/disk" | cut -c1-64)
v --json exhibit show A/1 > "$d/shown"
grep '"copied"' "$d/shown" > /dev/null; grep "$sum" "$d/shown" > /dev/null
grep '"case":"A","exhibit":"A/1"' "$d/x.vigie.json" > /dev/null
# Two of one case bear a seal's number: neither is guessed, both are named; a reference says which.
v exhibit add --case A --description "second disk" --seal seal-A > /dev/null
refused acquire "$d/disk" --to "$d/z" --case A --exhibit seal-A; grep 'A/1 and A/2' "$d/err" > /dev/null
v --json acquire "$d/disk" --to "$d/z" --case A --exhibit A/2 > "$d/out"; grep '"case":"A","exhibit":"A/2"' "$d/z.vigie.json" > /dev/null
v exhibit move A/1 --what returned --to Lynx --reason done > /dev/null
refused acquire "$d/disk" --to "$d/y" --case A --exhibit A/1
v ledger verify > /dev/null

#!/bin/bash
# The weekly pass: a list of claims is read (bad rows told), the surge of a week is warned of and shown with what to do, a preview writes nothing,
# what came later changes nothing, and the ledger holds it all.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
export VIGIE_HOME=$home/i
v() { "$VIGIE" --quiet --lang en --as root --json "$@"; }
"$VIGIE" --quiet init --login root > /dev/null
# sixty quiet weeks from 2023-01-02, then nine claims of one group in Brittany within a week
{
  echo "date,group,zone,sector"
  for w in $(seq 0 59); do echo "$(date -u -d "2023-01-02 +$((w * 7 + w % 5)) days" +%F),alpha,$([ $((w % 2)) = 0 ] && echo EST || echo OUEST),Energy"; done
  for _ in $(seq 9); do echo "2024-02-27,beta,OUEST,Energy"; done
} > "$home/claims.csv"
v anticipate claims "$home/claims.csv" --source Lynx | grep '{"read":69,"added":69,"rejected":0}' > /dev/null
v anticipate claims "$home/claims.csv" --source Lynx | grep '"added":0' > /dev/null
v anticipate weekly --as-of 2024-03-04 --preview > "$home/before"
grep '"outcome":"raised","series":"claim/family=beta' "$home/before" > /dev/null
[ "$(v anticipate list | wc -l)" = 0 ]
# planted later: nothing moves
printf 'date,group,zone,sector\n2024-03-05,beta,OUEST,Energy\n2024-03-06,beta,EST,Energy\n2024-03-01,beta,MARS,\n2199-01-01,beta,,\n' > "$home/later.csv"
status=0; v anticipate claims "$home/later.csv" --source Lynx > "$home/out" 2> "$home/err" || status=$?
[ $status = 3 ]; grep '{"read":4,"added":2,"rejected":2}' "$home/out" > /dev/null; grep 'later.csv:4: .*MARS' "$home/err" > /dev/null
v anticipate weekly --as-of 2024-03-04 --preview > "$home/after"
cmp "$home/before" "$home/after"
status=0; v anticipate weekly --as-of 2024-03-04 --exit-code > "$home/pass" || status=$?
[ $status = 3 ]; cmp "$home/before" "$home/pass"
v anticipate list > "$home/list"
[ "$(wc -l < "$home/list")" = 1 ]
grep '"kind":"surge-week"' "$home/list" | grep '"level":"alert"' | grep '"do":\[{"step":' | grep 'this is no foresight' > /dev/null
id=$(sed 's/.*"id":"\(warning--[^"]*\)".*/\1/' "$home/list")
"$VIGIE" --lang fr --as root anticipate show "$id" | grep 'Revendications · famille' > /dev/null
v anticipate judge "$id" confirmed --why "two more victims" | grep '"confirmed":1,' > /dev/null
v anticipate forecasts | grep '"late":true' | grep '"series":"claim"' > /dev/null
status=0; v anticipate weekly --as-of 2199-01-01 2> /dev/null || status=$?
[ $status = 2 ]
v ledger verify | grep '"ok":true' > /dev/null

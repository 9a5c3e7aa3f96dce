#!/bin/bash
# A forecast is sealed in the ledger before the outcome; weeks later, by the clock, the outcome comes and the forecast is scored: the commands and
# the page of series show its record beside the naive forecast's, of all and of the series. The warning's card says how many of its kind held.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$dir"' EXIT
export VIGIE_HOME=$dir/h
v() { "$VIGIE" --quiet --lang en --as root --json "$@"; }
password=$(VIGIE_NOW=2024-06-03T04:00:00Z "$VIGIE" init --login root | grep -oE '[a-z0-9]{20}$')
# claims of one group, three to six a week, from 2023-01-02 on; the list of a day holds what was known that day
claims() { # claims FIRST LAST: weeks
  echo "date,group,zone,sector"
  for w in $(seq "$1" "$2"); do
    for i in $(seq $((3 + w * 7 % 4))); do echo "$(date -u -d "2023-01-02 +$((w * 7 + i % 5)) days" +%F),alpha,EST,Energy"; done
  done
}
claims 0 73 > "$dir/before.csv"; claims 74 77 > "$dir/after.csv"   # week 74 begins on 2024-06-03
export VIGIE_NOW=2024-06-03T05:00:00Z
v anticipate claims "$dir/before.csv" --source Lynx > /dev/null
v anticipate weekly > /dev/null
v anticipate forecasts --series claim/family=alpha > "$dir/sealed"
[ "$(wc -l < "$dir/sealed")" = 4 ]; ! grep -E '"late":true|"outcome"' "$dir/sealed" || exit 1
leaf=$(sed -n '1s/.*"ledger":\([0-9]*\),.*/\1/p' "$dir/sealed")
v ledger checkpoint > "$dir/checkpoint"
"$VIGIE" --lang en --as root anticipate forecasts 2>&1 | grep -i 'scored' && { echo "scored before the outcome"; exit 1; }

# whoever betters a forecast once the outcome is known is found out: it is not scored, and that is said
cp -r "$dir/h" "$dir/bettered"
sqlite3 "$dir/bettered/vigie.db" "UPDATE anticipate_forecast SET quantiles = replace(quantiles, ' ', ' 1') WHERE series = 'claim' AND horizon = 1"

export VIGIE_NOW=2024-07-01T05:00:00Z
"$VIGIE" --quiet --home "$dir/bettered" --as root anticipate claims "$dir/after.csv" --source Lynx > /dev/null
status=0; "$VIGIE" --home "$dir/bettered" --lang en --as root anticipate weekly > /dev/null 2> "$dir/err" || status=$?
[ $status = 3 ]; grep '^1 forecast is no longer what the ledger sealed' "$dir/err" > /dev/null
v anticipate claims "$dir/after.csv" --source Lynx > /dev/null
v anticipate weekly > /dev/null
v anticipate forecasts --series claim/family=alpha > "$dir/scored"
[ "$(grep -c '"outcome":' "$dir/scored")" = 4 ]
# what was said stands as it was sealed; the outcome is what came
for target in 2024-06-03 2024-06-24; do
  q() { grep "\"target\":\"${target}T" "$1" | grep '"origin":"2024-05-27T' | grep -o '"quantiles":{[^}]*}'; }
  [ "$(q "$dir/sealed")" = "$(q "$dir/scored")" ]
done
grep '"target":"2024-06-03T' "$dir/scored" | grep '"origin":"2024-05-27T' | grep "\"outcome\":$((3 + 74 * 7 % 4))," | grep "\"ledger\":$leaf," > /dev/null
"$VIGIE" --lang en --as root anticipate forecasts --series claim/family=alpha 2>&1 > /dev/null | grep -E '^4 |: 4|4 forecasts' > /dev/null
v ledger verify --checkpoint "$dir/checkpoint" | grep '"ok":true' > /dev/null

# the pages
: > "$dir/out"
"$VIGIE" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=root --data-urlencode "password=$password" "$at/login")" = 303 ]
get() { curl -sk -b "$dir/jar" -b lang=en "$at$1" > "$dir/page"; }
get /series; grep 'forecasts sealed in time and scored' "$dir/page" > /dev/null
get /series/claim%2Ffamily%3Dalpha; grep '4 forecasts sealed in time and scored. The error (WIS) is' "$dir/page" > /dev/null
kill -TERM "$pid"; wait "$pid"; pid=

# the record of a kind: of two alerts judged, one held
{ echo "date,group,zone,sector"; for _ in $(seq 30); do echo "2024-07-03,beta,OUEST,Energy"; done; } > "$dir/beta.csv"
{ echo "date,group,zone,sector"; for _ in $(seq 30); do echo "2024-07-03,gamma,EST,Health"; done; } > "$dir/gamma.csv"
export VIGIE_NOW=2024-07-08T05:00:00Z
v anticipate claims "$dir/beta.csv" --source Lynx > /dev/null; v anticipate claims "$dir/gamma.csv" --source Lynx > /dev/null
v anticipate weekly > /dev/null
v anticipate list | grep '"kind":"surge-week"' | sed 's/.*"id":"\(warning--[^"]*\)".*/\1/' > "$dir/ids"
first=$(sed -n 1p "$dir/ids")
v anticipate judge "$first" false --why "a list published twice" | grep '"judged":1,"confirmed":0' > /dev/null
v anticipate judge "$first" confirmed --why "no: two victims" | grep '"judged":1,"confirmed":1' > /dev/null

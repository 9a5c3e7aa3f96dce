#!/bin/bash
# Without any instance: scan, forecast, techniques, replay and backtest work on files, and say plainly what is wrong with a bad one.
set -eu
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export HOME=$d; unset VIGIE_HOME
counts=${SOURCE:-.}/tests/data/anticipate/counts.csv
v() { "$VIGIE" --quiet --lang en "$@"; }
v --json anticipate scan --series "$counts" --method ears-c2 > "$d/c2"
grep '^{"series":"seasonal","time":"2019-03-11","observed":[0-9]*,"expected":[0-9.]*,"threshold":[0-9.]*,"phi":null,"p":null,"alarm":false}$' "$d/c2" > /dev/null
status=0; v anticipate scan --series "$counts" --exit-code > /dev/null || status=$?
[ $status = 3 ]
[ "$(v --json anticipate forecast --series "$counts" --horizon 2 --to 2021-01-04 | grep -c '"origin":"2021-01-04"')" = 10 ]
v --json anticipate backtest --series "$counts" | grep '"series":5,' > /dev/null
printf 'series,time,count\na,2020-01-06,1\na,2020-01-13,-4\n' > "$d/bad.csv"
status=0; v anticipate scan --series "$d/bad.csv" 2> "$d/err" || status=$?
[ $status = 1 ]; grep 'line 3' "$d/err" > /dev/null
status=0; v anticipate scan --series "$counts" --method none 2> /dev/null || status=$?
[ $status = 2 ]
printf '{"id":"a","known_date":"2020-01-01","kind":"patch","objects":["x"]}\nno json\n' > "$d/e.jsonl"
status=0; v anticipate replay "$d/e.jsonl" 2> "$d/err" || status=$?
[ $status = 1 ]; grep 'line 2' "$d/err" > /dev/null
